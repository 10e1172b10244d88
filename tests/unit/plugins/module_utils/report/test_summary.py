"""The summary for a terminal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.handovers import FAILED, GIVEN, SUMMARY, poisoned

from ansible_collections.ucops.rollout.plugins.module_utils.report.summary import report_summary


def test_summary() -> None:
    assert report_summary(GIVEN) == SUMMARY


@pytest.mark.parametrize("given", [{}, {"plan": None, "dns": "", "servers": None, "proof": {"dns": None}}])
def test_nothing_done_yet(given: dict[str, Any]) -> None:
    assert report_summary(given) == (
        "Planned    not done\n"
        "Changed    nothing\n"
        "Proved     DNS: not done\n"
        "           TLS: not done\n"
        "           trust: not done\n"
        "           sign-in: not done\n"
        "Hand-over  not done"
    )


def test_what_was_left_alone_says_why() -> None:
    change = {"verb": "report", "zone": "company.com", "name": "www", "type": "A", "note": "other addresses too"}
    change["after"] = {"ttl": 3600, "values": ["10.0.0.80"]}
    assert "! company.com: www A 10.0.0.80 (other addresses too)" in report_summary({"dns": {"changes": [change]}})


def test_failures_and_waiting_come_first() -> None:
    summary = report_summary(FAILED)
    assert (
        "Failed     DNS: zone company.com is missing\n           ocssrv02.company.local: the CA denied request 8"
        in summary
    )
    assert "Waits      ocssrv01.company.local: Request 7 waits at ca01 for an approval." in summary


def test_check_mode_says_so() -> None:
    assert "\nWould do   + company.com: zone company.com" in report_summary({**GIVEN, "check_mode": True})


@given(st.text(max_size=30))
def test_nothing_moves_the_cursor(poison: str) -> None:
    summary = report_summary(poisoned(GIVEN, poison))
    assert all(line.isprintable() for line in summary.split("\n"))
