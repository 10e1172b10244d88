"""What a program leaves."""

from __future__ import annotations

import dataclasses

import pytest
from unit.abstract import demands

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult, Programs


def test_text_is_both_streams_whatever_is_in_them() -> None:
    assert ProgramResult("x", 0, b" out\r\n", b"err\xff\r\n").text == "out\r\nerr\ufffd"
    assert ProgramResult("x", 0).text == ""


def test_an_adapter_brings_all_of_it() -> None:
    assert demands(Programs, "run")


def test_what_a_program_left_stays() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ProgramResult("certutil", 1).exit_code = 0  # type: ignore[misc]
