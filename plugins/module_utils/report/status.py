# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a run ended, in one word for programs: the worst of what is left of it."""

from __future__ import annotations

from dataclasses import dataclass

FAILED, NOT_DONE, BY_HAND = "failed", "not_done", "by_hand"
UNPROVED, DONE, PLANNED = "unproved", "done", "planned"
# The worst first; ``planned`` stands for ``done`` in check mode.
STATUSES = (FAILED, NOT_DONE, BY_HAND, UNPROVED, PLANNED, DONE)


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is left of a run, and how much was proved.

    ``failed``: steps that failed. ``wrong``: proofs that failed. ``not_done``: hosts whose part is not done.
    ``waiting``: requests that wait for others.
    """

    failed: int = 0
    wrong: int = 0
    not_done: int = 0
    waiting: int = 0
    by_hand: int = 0
    unproved: int = 0
    proved: int = 0


def status_of(counts: Counts, *, check_mode: bool) -> str:
    """One of ``STATUSES``. In check mode a step by hand is only planned; what was looked at counts all the same."""
    if counts.failed or counts.wrong:
        return FAILED
    if counts.not_done:
        return NOT_DONE
    if counts.waiting or (counts.by_hand and not check_mode):
        return BY_HAND
    if counts.unproved:
        return UNPROVED
    return PLANNED if check_mode else DONE
