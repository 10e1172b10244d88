"""How a run ended: the worst of what is left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.report.status import STATUSES, Counts, status_of

ALL_LEFT = Counts(failed=1, wrong=1, not_done=1, waiting=1, by_hand=1, unproved=1, proved=9)


def test_the_worst_comes_first() -> None:
    assert STATUSES == ("failed", "not_done", "by_hand", "unproved", "planned", "done")


@pytest.mark.parametrize(
    ("less", "status"),
    [
        ({}, "failed"),
        ({"failed": 0}, "failed"),
        ({"failed": 0, "wrong": 0}, "not_done"),
        ({"failed": 0, "wrong": 0, "not_done": 0}, "by_hand"),
        ({"failed": 0, "wrong": 0, "not_done": 0, "waiting": 0}, "by_hand"),
        ({"failed": 0, "wrong": 0, "not_done": 0, "waiting": 0, "by_hand": 0}, "unproved"),
        ({"failed": 0, "wrong": 0, "not_done": 0, "waiting": 0, "by_hand": 0, "unproved": 0}, "done"),
    ],
)
def test_status(less: dict[str, int], status: str) -> None:
    assert status_of(replace(ALL_LEFT, **less), check_mode=False) == status


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        (Counts(), "planned"),
        (Counts(by_hand=10, proved=3), "planned"),
        (Counts(not_done=1), "not_done"),
        (Counts(waiting=1), "by_hand"),
        (Counts(unproved=1, by_hand=10), "unproved"),
        (Counts(wrong=1, by_hand=10), "failed"),
    ],
)
def test_check_mode_only_plans_steps_by_hand(counts: Counts, status: str) -> None:
    assert status_of(counts, check_mode=True) == status
