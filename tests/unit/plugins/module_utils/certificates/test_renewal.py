"""From when on a certificate is to be renewed, for lifetimes from years to hours."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from unit.fakes_windows import DER, NOW, authority, certificate

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.renewal import renewal_due, window
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, parse_certificate

CA = authority()
BEGIN = datetime(2026, 6, 1, tzinfo=timezone.utc)


def living(lifetime: timedelta, begin: datetime = BEGIN) -> X509Certificate:
    days = (begin + lifetime - NOW) / timedelta(days=1)
    return parse_certificate(certificate(CA, begin=begin, days=days).public_bytes(DER), where="test")


@pytest.mark.parametrize(
    ("lifetime", "minimum_days", "before_end"),
    [
        (timedelta(days=1826), 30, timedelta(days=30)),
        (timedelta(days=398), 30, timedelta(days=30)),
        (timedelta(days=398), 200, timedelta(days=132, hours=16)),
        (timedelta(days=200), 30, timedelta(days=30)),
        (timedelta(days=100), 30, timedelta(days=30)),
        (timedelta(days=90), 30, timedelta(days=30)),
        (timedelta(days=47), 30, timedelta(days=15, hours=16)),
        (timedelta(days=25), 30, timedelta(days=8, hours=8)),
        (timedelta(days=12), 30, timedelta(days=4)),
        (timedelta(days=10), 30, timedelta(days=5)),
        (timedelta(days=6), 30, timedelta(days=3)),
        (timedelta(hours=2), 30, timedelta(hours=1)),
        (timedelta(days=47), 7, timedelta(days=7)),
        (timedelta(days=47), 0, timedelta(0)),
    ],
)
def test_window(lifetime: timedelta, minimum_days: int, before_end: timedelta) -> None:
    assert window(living(lifetime), minimum_days) == before_end


@pytest.mark.parametrize(
    ("lifetime", "age", "due"),
    [
        (timedelta(days=47), timedelta(days=31), ""),
        (timedelta(days=47), timedelta(days=32), (
            "it expires on 2026-07-18T00:00:00Z: less than a third is left of its 47 days"
        )),
        (timedelta(days=25), timedelta(days=1), ""),
        (timedelta(days=6), timedelta(days=3), ""),
        (timedelta(days=6), timedelta(days=4), (
            "it expires on 2026-06-07T00:00:00Z: less than half is left of its 6 days"
        )),
        (timedelta(hours=2), timedelta(minutes=61), (
            "it expires on 2026-06-01T02:00:00Z: less than half is left of its 2 hours"
        )),
        (timedelta(days=398), timedelta(days=368), ""),
        (timedelta(days=398), timedelta(days=369), (
            "it expires on 2027-07-04T00:00:00Z, in less than 30 days"
        )),
    ],
)  # fmt: skip
def test_due(lifetime: timedelta, age: timedelta, due: str) -> None:
    assert renewal_due(living(lifetime), BEGIN + age, 30) == due


def test_none_is_due_on_the_day_that_it_is_issued() -> None:
    for days in (1, 6, 25, 47, 90, 200, 398, 1826):
        assert renewal_due(living(timedelta(days=days)), BEGIN + timedelta(hours=1), 3650) == ""
