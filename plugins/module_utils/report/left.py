# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left of a run: what failed, waits for others, is to be done by hand, is wrong or could not be proved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.report.causes import told_by_cause
from ansible_collections.ucops.rollout.plugins.module_utils.report.data import HandOver
from ansible_collections.ucops.rollout.plugins.module_utils.report.status import DONE, PLANNED, Counts
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

NO_PROOF = "nothing was proved: no record, endpoint or sign-in was looked at in this run"


@dataclass(frozen=True, slots=True)
class RolloutLeft:
    """Lines for people, and the run's ``status`` and ``counts`` for programs.

    ``wrong`` and ``unproved`` hold each check. ``blocking``: what ends the run badly, each cause once; empty where
    nothing does. ``headline``: the status in capitals as its first word, then how much is left; empty where nothing is.
    """

    status: str
    counts: Counts
    headline: str
    failed: tuple[str, ...]
    waiting: tuple[str, ...]
    by_hand: tuple[str, ...]
    wrong: tuple[str, ...]
    unproved: tuple[str, ...]
    blocking: tuple[str, ...]

    def to_plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = to_plain(self)
        return plain


def rollout_left(data: HandOver, *, unproved_fails: bool = True) -> RolloutLeft:
    """What is left, each in the order of the hand-over.

    :param unproved_fails: whether what is unproved, and steps left by hand, end the run badly.
    """
    failed, waiting, by_hand = (tuple(map(str, ls)) for ls in (data.failures, data.waiting, data.steps_by_hand))
    nothing = (NO_PROOF,) if data.counts.unproved and not data.summary["unproved"] else ()
    wrong, unproved = _proofs(data, "failed"), nothing or _proofs(data, "unproved")
    causes_wrong, causes_unproved = _causes(data, "failed"), nothing or _causes(data, "unproved")
    # In check mode a step by hand is one that would be left.
    steps = () if data.check_mode else by_hand
    blocking = (*failed, *causes_wrong, *waiting, *((*steps, *causes_unproved) if unproved_fails else ()))
    return RolloutLeft(data.status, data.counts, _headline(data), failed, waiting, by_hand, wrong, unproved, blocking)


def _proofs(data: HandOver, state: str) -> tuple[str, ...]:
    return tuple(f"{result.subject}: {result.message}" for result in data.proof_results if result.state == state)


def _causes(data: HandOver, state: str) -> tuple[str, ...]:
    return tuple(map(str, told_by_cause(data.told_results, state)))


def _headline(data: HandOver) -> str:
    if data.status in (DONE, PLANNED):
        return ""
    counts = data.counts
    told = (
        (counts.failed, "step", "failed"),
        (counts.wrong, "proof", "failed"),
        (counts.waiting, "request", "waiting for others"),
        (counts.by_hand, "step", "left by hand"),
        (counts.unproved, "check", "unproved"),
    )
    return f"{data.status.upper()}: " + ", ".join(f"{number(count, what)} {how}" for count, what, how in told if count)
