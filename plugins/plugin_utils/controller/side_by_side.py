# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work on many hosts, several at a time, spread over the controller's processors."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from threading import Thread
from typing import Any, TypeVar

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof.side_by_side import in_parallel

Outcome = TypeVar("Outcome")

_LOOK_SECONDS = 0.5
# Of one of these processes: what it does. It is there from the fork on, since not all of it can be sent.
_work: list[Callable[[str], Any]] = []


def in_processes(
    work: Callable[[str], Outcome], names: Sequence[str], at_most: int, *, apart: bool = False
) -> Iterator[tuple[str, Outcome]]:
    """Each name with what ``work`` returns of it, which is of plain types; so many at a time.

    As many processes as there are processors, since the threads of one share a single one, and threads in each, since
    to fork Ansible costs as much as to read a host.

    :param apart: whether ``work`` changes the process that it runs in, and may not share it with another.
    :raises RolloutError: one of the processes was ended from outside.
    """
    if not names:
        return
    at_a_time = min(at_most, len(names))
    processes = at_a_time if apart else min(at_a_time, os.cpu_count() or 1)
    # Forked, so that nothing is loaded anew: the caller's modules and connections are there.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, context, _begin, (work, os.getpid())) as pool:
        shares = [names[first::processes] for first in range(processes)]
        asked = [pool.submit(_do, share, -(-at_a_time // processes)) for share in shares]
        for share, done in zip(shares, asked, strict=True):
            yield from zip(share, _outcome(done), strict=True)


def _outcome(done: Future[list[Outcome]]) -> list[Outcome]:
    try:
        return done.result()
    except BrokenProcessPool:
        raise RolloutError(
            "a process of the controller that worked on several hosts was ended from outside",
            mend="See whether the controller has memory enough, give fewer --forks, and run again",
        ) from None


def _begin(work: Callable[[str], Any], parent: int) -> None:
    # Ctrl+C is for Ansible, which then ends its workers; to be ended is not to be caught as they catch it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=_end_after, args=(parent,), daemon=True).start()
    _work[:] = [work]


def _end_after(parent: int) -> None:
    """With Ansible's worker, which may have been killed; what is waited for from it would never come."""
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)


def _do(names: Sequence[str], at_most: int) -> list[Any]:
    return in_parallel(_work[0], names, at_most)
