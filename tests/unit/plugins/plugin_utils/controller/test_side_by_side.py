"""Work side by side in processes: all of it is done, so many at a time, and what fails is raised where it was asked."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.side_by_side import in_processes


def done_by(at_most: int, *, apart: bool = False) -> tuple[set[int], int]:
    """Which processes did it, and how many names at a time in one of them."""
    names = [f"host{number}" for number in range(9)]
    working: list[str] = []

    def work(name: str) -> tuple[str, int, int]:
        working.append(name)
        time.sleep(0.05)
        at_a_time = len(working)
        working.remove(name)
        return name.upper(), os.getpid(), at_a_time

    done = dict(in_processes(work, names, at_most, apart=apart))
    assert {name: told for name, (told, _process, _at_a_time) in done.items()} == {name: name.upper() for name in names}
    processes = {process for _told, process, _at_a_time in done.values()}
    assert os.getpid() not in processes
    return processes, max(at_a_time for _told, _process, at_a_time in done.values())


@pytest.mark.parametrize(("at_most", "processors", "expected"), [(1, 2, (1, 1)), (4, 2, (2, 2)), (50, 3, (3, 3))])
def test_each_is_done_once_and_so_many_at_a_time(
    monkeypatch: pytest.MonkeyPatch, at_most: int, processors: int, expected: tuple[int, int]
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    processes, at_a_time = done_by(at_most)
    assert (len(processes), at_a_time) == expected


def test_each_in_a_process_that_it_shares_with_none_at_the_same_time() -> None:
    processes, at_a_time = done_by(3, apart=True)
    assert (len(processes), at_a_time) == (3, 1)


def test_a_process_that_is_ended_from_outside_is_told() -> None:
    def work(name: str) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(30)

    with pytest.raises(RolloutError, match="was ended from outside"):
        list(in_processes(work, ["x"], 2))


def test_they_end_with_the_process_that_asked(tmp_path: Path) -> None:
    def work(name: str) -> None:
        (tmp_path / str(os.getpid())).touch()
        time.sleep(60)

    asking = multiprocessing.get_context("fork").Process(target=lambda: list(in_processes(work, ["x", "y"], 2)))
    asking.start()
    _until(lambda: len(list(tmp_path.iterdir())) == min(2, os.cpu_count() or 1))
    working = [int(one.name) for one in tmp_path.iterdir()]
    asking.kill()
    asking.join()
    _until(lambda: not any(map(_works, working)))


def _works(process: int) -> bool:
    """One that has ended may stand in the table still, where nobody asks for it."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _until(reached: Callable[[], bool]) -> None:
    for _look in range(300):
        if reached():
            return
        time.sleep(0.1)
    raise AssertionError("not within 30 seconds")


def test_ctrl_c_is_left_to_ansible() -> None:
    def work(name: str) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        return name

    assert dict(in_processes(work, ["x"], 2)) == {"x": "x"}


def test_nothing_to_do() -> None:
    assert list(in_processes(str.upper, [], 5)) == []


def test_what_fails_in_one_is_raised_here() -> None:
    def work(name: str) -> str:
        raise RolloutError(f"{name} is no host", where="there", mend="Name one")

    with pytest.raises(RolloutError, match=r"there: x is no host\. Name one"):
        list(in_processes(work, ["x"], 2))
