"""Hex codes of certreq, certutil and AD CS: found in any language, explained, with what to do."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import (
    advice,
    failure_code,
    failure_codes,
    meaning,
)


@pytest.mark.parametrize(
    ("exit_code", "text", "code"),
    [
        (0, "Denied 0x80094012 (-2146877422)", 0x80094012),
        (0, "Issued 0x80094004, then 0x80094800: x", 0x80094800),
        (0x800706BA, "", 0x800706BA),
        (-2147023174, "", 0x800706BA),
        (1, "no code", None),
        (0, "0x14 (20)", None),
    ],
)
def test_failure_code(exit_code, text, code):
    assert failure_code(exit_code, text) == code


def test_codes_are_explained():
    assert meaning(0x80094012) == "0x80094012: the template's permissions do not let this account enrol"
    assert "Enroll" in advice(0x80094012)
    assert meaning(0x80091234) == "0x80091234"
    assert meaning(None) == "no reason was given"


def test_all_codes_in_their_order_each_once():
    text = "Xyzzy 0x80094004 (-2146877436), 0x80094800, 0X80094004, 0x00000001, 0x8009480"
    assert failure_codes(text) == (0x80094004, 0x80094800)


def test_advice_for_an_unknown_code():
    assert advice(0x80091234, "Look at the CA's console") == "Look at the CA's console"
    assert advice(None) == ""
