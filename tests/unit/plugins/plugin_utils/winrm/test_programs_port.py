"""What a program leaves."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult


def test_text_is_both_streams_whatever_is_in_them() -> None:
    assert ProgramResult("x", 0, b" out\r\n", b"err\xff\r\n").text == "out\r\nerr\ufffd"
    assert ProgramResult("x", 0).text == ""
