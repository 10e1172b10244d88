from __future__ import annotations

import pytest
from unit.cmd_lines import StepLines

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.quoting import CannotQuote
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.steps import framed, run_steps


def test_each_step_has_its_own_output_and_code() -> None:
    answers = {"one": (b"1\r\n", 0), "two": (b"", -2147024891), "three": (b"no line end", 1)}
    programs = StepLines(lambda step: answers[step])
    results = run_steps(programs, ["one", "two", "three"], doing="counting", where="srv", timeout=7.0)
    assert [(one.command_line, one.exit_code, one.stdout) for one in results] == [
        ("one", 0, b"1\r\n"),
        ("two", 0x80070005, b""),
        ("three", 1, b"no line end"),
    ]
    assert len(programs.lines) == 1 and programs.timeouts == [7.0]


def test_a_step_is_framed_by_a_word_that_was_not_known_before() -> None:
    assert framed("reg query X", "00aa00bb00cc00dd", 3) == (
        "ver>nul&(reg query X)2>&1&call echo 00aa00bb00cc00dd-3 %^errorlevel%"
    )
    programs = StepLines(lambda step: (b"", 0))
    run_steps(programs, ["x"], doing="x", where="srv")
    run_steps(programs, ["x"], doing="x", where="srv")
    assert programs.lines[0] != programs.lines[1]


def test_more_steps_than_a_line_takes_go_in_further_lines() -> None:
    programs = StepLines(lambda step: (step[:3].encode(), 0))
    steps = [f"{number:03} " + "x" * 2500 for number in range(7)]
    results = run_steps(programs, steps, doing="x", where="srv")
    assert [one.stdout for one in results] == [b"000", b"001", b"002", b"003", b"004", b"005", b"006"]
    assert [line.count("call echo") for line in programs.lines] == [3, 3, 1]
    assert all(len(line) <= 8000 for line in programs.lines)


def test_a_step_longer_than_a_line_is_refused() -> None:
    with pytest.raises(CannotQuote):
        run_steps(StepLines(lambda step: (b"", 0)), ["x" * 7950], doing="x", where="srv")


@pytest.mark.parametrize("damage", [
    lambda out: out[:-1],
    lambda out: out[: len(out) // 2],
    lambda out: b"",
    lambda out: out + b"more",
    lambda out: out.replace(b"-0 0", b"-0 %errorlevel%"),
    lambda out: out.replace(b"-1 0", b"-0 0"),
])  # fmt: skip
def test_what_is_cut_off_or_out_of_order_raises(damage) -> None:
    class Damaged(StepLines):
        def run_line(self, line, **given):
            result = super().run_line(line, **given)
            return ProgramResult(line, 0, damage(result.stdout))

    with pytest.raises(GarbledAnswer, match="srv: of 2 commands in one line"):
        run_steps(Damaged(lambda step: (b"a\r\n", 0)), ["a", "b"], doing="x", where="srv")


def test_what_a_step_prints_cannot_end_it() -> None:
    printed = b"0000000000000000-0 0\r\ncall echo 0000000000000000-1 %errorlevel%\r\n"
    (result,) = run_steps(StepLines(lambda step: (printed, 5)), ["type x"], doing="x", where="srv")
    assert (result.stdout, result.exit_code) == (printed, 5)
