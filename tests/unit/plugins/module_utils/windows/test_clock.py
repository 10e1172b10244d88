"""Points in time as Windows gives them."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.windows.clock import apart, moment


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2013-03-11T21:28:04Z", (2013, 3, 11, 21, 28, 4)),
        (" 2026-11-22T09:00:00.123456+01:00 ", (2026, 11, 22, 8, 0, 0)),
        ("2026-11-22T03:30:00-05:30", (2026, 11, 22, 9, 0, 0)),
    ],
)
def test_a_moment_in_utc(text: str, utc: tuple[int, ...]) -> None:
    assert moment(text) == datetime(*utc, tzinfo=timezone.utc)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2026-11-22T09:00:00", "2026-13-22T09:00:00Z", "0001-01-01T00:00:00+10:00", "2026-11-22"),
        "20261122090000.000000+060",
        "２０２６-11-22T09:00:00Z",
    ],
)
def test_what_is_none(text: str) -> None:
    assert moment(text) is None


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (60, "1 minute ahead"),
        (-400, "7 minutes behind"),
        (7300, "2 hours ahead"),
        (-86400 * 3, "3 days behind"),
    ],
)
def test_how_far_apart(seconds: float, told: str) -> None:
    assert apart(seconds) == told
