# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work on many hosts, several at a time in processes, as Ansible does it for its tasks."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any, TypeVar

Outcome = TypeVar("Outcome")

# Of one of these processes: what it does. It is there from the fork on, since not all of it can be sent.
_work: list[Callable[[str], Any]] = []


def in_processes(work: Callable[[str], Outcome], names: Sequence[str], at_most: int) -> Iterator[tuple[str, Outcome]]:
    """Each name with what ``work`` returns of it, as they come; so many at a time.

    Processes and no threads: a logon by Kerberos sets variables of the process, and threads share one processor. What
    is returned has to be of plain types.

    :raises BrokenProcessPool: one of the processes was ended from outside.
    """
    if not names:
        return
    # Forked, so that nothing is loaded anew: the caller's modules, filters and connections are there.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(min(at_most, len(names)), context, _begin, (work,)) as processes:
        asked = {processes.submit(_do, name): name for name in names}
        for one in as_completed(asked):
            yield asked[one], one.result()


def _begin(work: Callable[[str], Any]) -> None:
    _work[:] = [work]


def _do(name: str) -> Any:
    return _work[0](name)
