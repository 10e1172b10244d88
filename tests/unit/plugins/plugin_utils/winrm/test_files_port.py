"""The port to files."""

from __future__ import annotations

import pytest
from unit.abstract import demands
from unit.fakes_windows import FakeFiles, FakePrograms

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import FileOutcome, FileProgram, Files
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult


def test_an_adapter_brings_all_of_it() -> None:
    assert demands(
        Files,
        "temporary",
        "leftovers",
        "claim",
        "claimed_by",
        "renew_claim",
        "give_back",
        "write",
        "read",
        "delete",
    )


def test_an_adapter_without_a_better_way_goes_step_by_step_and_leaves_nothing() -> None:
    files = FakeFiles()
    files.contents["C:\\old.req"] = b"left by an earlier run"

    def certreq(words: list[str]) -> tuple[int, str]:
        files.contents[words[1]] = files.contents[words[0]].upper()
        return 7, "said"

    programs = FakePrograms({"certreq": certreq})
    job = FileProgram(["certreq", "a.inf", "a.req"], "a.inf", b"x", ("a.req", "a.none"), ("a.rsp",))
    assert files.run(programs, [job]) == (FileOutcome(ProgramResult("certreq a.inf a.req", 7, b"said"), (b"X", None)),)
    assert job.paths == ("a.inf", "a.req", "a.none", "a.rsp") and files.contents == {}

    def broken(words: list[str]) -> tuple[int, str]:
        raise RolloutError("the connection is gone")

    programs.handlers["certreq"] = broken
    with pytest.raises(RolloutError, match="gone"):
        files.run(programs, [job])
    assert files.contents == {}


def test_an_outcome_that_is_checked_raises_its_error() -> None:
    sound = FileOutcome(ProgramResult("x", 0), ())
    assert sound.checked() is sound
    with pytest.raises(RolloutError, match="garbled"):
        FileOutcome(ProgramResult("x", 0), (), RolloutError("garbled")).checked()
