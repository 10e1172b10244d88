"""Work side by side in processes: all of it is done, so many at a time, and what fails is raised where it was asked."""

from __future__ import annotations

import os
import time

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.side_by_side import in_processes


@pytest.mark.parametrize("at_most", [1, 3])
def test_each_is_done_once_by_so_many_others(at_most: int) -> None:
    names = [f"host{number}" for number in range(9)]

    def work(name: str) -> tuple[str, int]:
        time.sleep(0.01)
        return name.upper(), os.getpid()

    done = dict(in_processes(work, names, at_most))
    assert {name: told for name, (told, _process) in done.items()} == {name: name.upper() for name in names}
    processes = {process for _told, process in done.values()}
    assert os.getpid() not in processes and len(processes) <= at_most


def test_nothing_to_do() -> None:
    assert list(in_processes(str.upper, [], 5)) == []


def test_what_fails_in_one_is_raised_here() -> None:
    def work(name: str) -> str:
        raise RolloutError(f"{name} is no host", where="there", mend="Name one")

    with pytest.raises(RolloutError, match=r"there: x is no host\. Name one"):
        list(in_processes(work, ["x"], 2))
