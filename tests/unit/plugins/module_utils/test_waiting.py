"""Waits that say every few seconds what they wait for, by a clock that only what is slept moves."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils import waiting
from ansible_collections.ucops.rollout.plugins.module_utils.waiting import Wait, told


class Watched:
    """Who watches a wait, and the time that passes by what is slept."""

    def __init__(self, seconds: float, **options: float) -> None:
        self.now, self.lines = 100.0, []  # type: tuple[float, list[str]]
        self.wait = Wait(seconds, tell=self.lines.append, clock=lambda: self.now, sleep=self.sleep, **options)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def until_over(self, pause: float) -> list[str]:
        while self.wait.left > 0:
            self.wait.pause(pause, lambda: "the service RTCSRV to be Running")
        return self.lines


def test_the_first_seconds_need_no_word_and_then_each_ten_have_one() -> None:
    assert Watched(30).until_over(1.0) == [
        "Waiting for the service RTCSRV to be Running: 27 seconds more at most",
        "Waiting for the service RTCSRV to be Running: 17 seconds more at most",
        "Waiting for the service RTCSRV to be Running: 7 seconds more at most",
    ]
    assert Watched(3).until_over(1.0) == []


def test_a_long_pause_is_told_when_it_begins() -> None:
    watched = Watched(90, first=0)
    assert [one.rpartition(": ")[2] for one in watched.until_over(30.0)] == [
        "90 seconds more at most",
        "60 seconds more at most",
        "30 seconds more at most",
    ]
    assert (watched.wait.passed, watched.wait.left) == (90.0, 0.0)


def test_what_is_waited_for_is_worked_out_only_to_be_told() -> None:
    watched = Watched(10)
    watched.wait.pause(1.0, lambda: pytest.fail("worked out"))
    assert watched.lines == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-1.0, "0 seconds"), (1.2, "1 second"), (119.0, "119 seconds"), (120.0, "2 minutes"), (3600.0, "60 minutes")],
)
def test_how_long_still(seconds: float, words: str) -> None:
    assert told(seconds) == words


def test_lines_go_where_the_process_says_and_else_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(waiting, "_telling", [waiting.in_silence])
    waiting.tell("a")
    waiting.tell_by(lines.append)
    waiting.tell("b")
    Wait(1.0, clock=lambda: 0.0, sleep=lambda _seconds: None, first=0).pause(1.0, lambda: "c")
    assert lines == ["b", "Waiting for c: 1 second more at most"]
