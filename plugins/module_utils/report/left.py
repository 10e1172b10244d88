# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left of a run: what failed, waits for others, is to be done by hand, is wrong or could not be proved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.report.data import NO_PROOF, HandOver
from ansible_collections.ucops.rollout.plugins.module_utils.report.status import DONE, PLANNED, Counts
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

# What may become of a run with checks that could not be made, or steps left by hand.
_FAIL = "fail"
_UNPROVED = (_FAIL, "warn")


def unproved_fails(given: str) -> bool:
    """Whether what is unproved ends a run badly; RolloutError for a word that says neither."""
    if given not in _UNPROVED:
        raise RolloutError(f"{given!a} is neither of {' and '.join(_UNPROVED)}", where="unproved", mend="Give one")
    return given == _FAIL


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
    not_done: tuple[str, ...]
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
    lines = (data.failures, data.not_done, data.waiting, data.steps_by_hand)
    failed, not_done, waiting, by_hand = (tuple(map(str, ls)) for ls in lines)
    unproved = (NO_PROOF,) if data.unproved_whole else _proofs(data, "unproved")
    # In check mode a step by hand is one that would be left.
    steps = () if data.check_mode else by_hand
    allowed = (*steps, *data.causes("unproved"))
    blocking = (*failed, *data.causes("failed"), *not_done, *waiting, *(allowed if unproved_fails else ()))
    wrong, headline = _proofs(data, "failed"), _headline(data)
    return RolloutLeft(
        data.status, data.counts, headline, failed, not_done, waiting, by_hand, wrong, unproved, blocking
    )


def _proofs(data: HandOver, state: str) -> tuple[str, ...]:
    return tuple(f"{result.subject}: {result.message}" for result in data.proof_results if result.state == state)


def _headline(data: HandOver) -> str:
    if data.status in (DONE, PLANNED):
        return ""
    counts = data.counts
    told = (
        (counts.failed, "step", "failed"),
        (counts.wrong, "proof", "failed"),
        (counts.not_done, "host", "not done"),
        (counts.waiting, "request", "waiting for others"),
        (counts.by_hand, "step", "left by hand"),
        (counts.unproved, "check", "unproved"),
    )
    return f"{data.status.upper()}: " + ", ".join(f"{number(count, what)} {how}" for count, what, how in told if count)
