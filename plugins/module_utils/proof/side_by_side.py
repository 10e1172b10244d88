# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Probes side by side: results in the order of what is probed, and each place that is silent waited for once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

# Enough that hundreds of checks take seconds, few enough for the sessions that an old load balancer allows.
WORKERS = 16
NOT_AGAIN = "not tried again"
SILENT_EARLIER = f"it did not answer in an earlier check of this run, and was {NOT_AGAIN}"

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

# Whether the first probe of a place met silence, whether later checks are to know that, and what it brought.
_Answer = tuple[bool, bool, Any]


def in_parallel(
    work: Callable[[Item], Outcome],
    items: Sequence[Item],
    workers: int = WORKERS,
    *,
    place: Callable[[Item], str] | None = None,
) -> list[Outcome]:
    """``work`` done on every item, some at a time; the results are in the order of the items.

    ``place``: of an item. The first item of each place goes before the second of any, so that those which wait to see
    whether a place answers do not hold up the places behind them.
    """
    if not items:
        return []
    with ThreadPoolExecutor(max_workers=min(workers, len(items))) as pool:
        futures = {index: pool.submit(work, items[index]) for index in _order(items, place)}
        return [futures[index].result() for index in range(len(items))]


def _order(items: Sequence[Item], place: Callable[[Item], str] | None) -> list[int]:
    if place is None:
        return list(range(len(items)))
    seen: Counter[str] = Counter()
    turns = []
    for index, item in enumerate(items):
        turns.append((seen[place(item)], index))
        seen[place(item)] += 1
    return [index for _turn, index in sorted(turns)]


class Silence:
    """Which places do not answer, over all probes that share this; safe to use from several threads.

    The first probe of a place decides; the others of the same place wait for it. Where it met silence, they do not
    wait again. ``known``: places that were silent before.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._lock = Lock()
        self._first: dict[str, Future[_Answer]] = {}
        for place in known:
            self._claim(place)[0].set_result((True, True, None))

    def probe(
        self,
        place: str,
        ask: Callable[[], Outcome],
        *,
        is_silent: Callable[[Outcome], bool],
        instead: Callable[[Outcome | None], Outcome],
        is_known_later: Callable[[Outcome], bool] = lambda _outcome: True,
    ) -> Outcome:
        """What ``ask`` returns; where the place is silent already, what ``instead`` makes of the first outcome there,
        None where it was silent before all this. ``is_known_later``: whether a silent place is one of ``places``."""
        first, is_mine = self._claim(place)
        if not is_mine:
            silent, _later, outcome = first.result()
            return instead(outcome) if silent else ask()
        answer: _Answer = (False, False, None)
        try:
            outcome = ask()
            silent = is_silent(outcome)
            answer = (silent, silent and is_known_later(outcome), outcome)
            return outcome
        finally:
            first.set_result(answer)

    def _claim(self, place: str) -> tuple[Future[_Answer], bool]:
        with self._lock:
            if place in self._first:
                return self._first[place], False
            self._first[place] = Future()
            return self._first[place], True

    @property
    def asked(self) -> list[str]:
        """Every place that was probed, or known to be silent."""
        with self._lock:
            return list(self._first)

    @property
    def places(self) -> list[str]:
        """The silent ones that later checks are to know, sorted."""
        with self._lock:
            first = sorted(self._first.items())
        return [place for place, future in first if future.result()[1]]
