"""Hex codes of certreq, certutil and AD CS: found in any language, explained, with what to do."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import (
    advice,
    as_said,
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
        (1, "0x80094012 and 0x80091234", 0x80094012),
        (1, "0x80091234 and 0x80095678", 0x80095678),
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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  Certificate\r\n  request denied. ", "Certificate request denied."),
        ("\x1b[2J\u202eevil\u2066\u200b\xa0x\ud800", "[2J evil x"),
        ("été 日本", "été 日本"),
        ("a" * 400, "a" * 400),
        ("a" * 401, "a" * 397 + "..."),
        ("", ""),
    ],
)
def test_what_others_say_is_shown_on_one_line_cut_and_tamed(text, shown):
    assert as_said(text) == shown


def test_advice_for_an_unknown_code():
    assert advice(0x80091234, "Look at the CA's console") == "Look at the CA's console"
    assert advice(None) == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("CertReq: Befehl wurde erfolgreich ausgeführt.", ()),
        ("Zugriff verweigert 0x80070005 (WIN32: 5)", (0x80070005,)),
        ("0x80094012 (-2146877422), then 0x800b0109, again 0x80094012", (0x80094012, 0x800B0109)),
        ("0x800B010a", (0x800B010A,)),
        ("0xC0000225", (0xC0000225,)),
        ("0x00000000 0x7fffffff 0x8009401 0x800940123", ()),
    ],
)
def test_failure_codes_are_read_from_text_in_any_language(text: str, found: tuple[int, ...]) -> None:
    assert failure_codes(text) == found


KNOWN = [
    0x80094001, 0x80094003, 0x80094012, 0x80094014, 0x80094800, 0x80094801, 0x80094802, 0x80094811, 0x80094812,
    0x80070002, 0x80070005, 0x80070050, 0x800706BA, 0x80092013, 0x80092004, 0x800B0109, 0x800B010A,
]  # fmt: skip


@pytest.mark.parametrize("code", KNOWN, ids=hex)
def test_a_known_code_has_meaning_and_advice(code: int) -> None:
    said = meaning(code).partition(": ")[2]
    assert said and not said.endswith(".")
    assert advice(code)[0].isupper() and not advice(code).endswith(".")
