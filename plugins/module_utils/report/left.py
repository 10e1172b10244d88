# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left of a run: what failed, waits for others, is to be done by hand, is wrong or could not be proved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.report.data import HandOver


@dataclass(frozen=True, slots=True)
class RolloutLeft:
    """Lines for people. ``blocking``: what ends the run badly; steps by hand and what is unproved do not."""

    failed: tuple[str, ...]
    waiting: tuple[str, ...]
    by_hand: tuple[str, ...]
    wrong: tuple[str, ...]
    unproved: tuple[str, ...]
    blocking: tuple[str, ...]

    def to_plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = to_plain(self)
        return plain


def rollout_left(data: HandOver) -> RolloutLeft:
    """What is left, each in the order of the hand-over."""
    failed, waiting, by_hand = (tuple(map(str, ls)) for ls in (data.failures, data.waiting, data.steps_by_hand))
    wrong, unproved = _proofs(data, "failed"), _proofs(data, "unproved")
    return RolloutLeft(failed, waiting, by_hand, wrong, unproved, (*failed, *waiting, *wrong))


def _proofs(data: HandOver, state: str) -> tuple[str, ...]:
    results = [result for check in data.proof.values() for result in check.results if result.state == state]
    return tuple(f"{result.subject}: {result.message}" for result in results)
