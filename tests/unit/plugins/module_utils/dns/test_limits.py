"""How much of a zone one run may take away or change."""

from __future__ import annotations

import pytest
from unit.record_sets import record_set

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import CHANGE, DELETE, REPORT
from ansible_collections.ucops.rollout.plugins.module_utils.dns.changes import SetChange
from ansible_collections.ucops.rollout.plugins.module_utils.dns.limits import Limits, beyond
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import FoundRecord

ZONE = "company.local"


def change(verb: str, number: int) -> SetChange:
    owner = f"host{number}.{ZONE}"
    there = (FoundRecord(ZONE, owner, "A", "10.0.0.1", 3600),)
    return SetChange(verb, record_set(ZONE, owner, "A", 3600, ("10.0.0.2",)), there, ("10.0.0.2",), remove=there)


def deletions(count: int) -> list[SetChange]:
    return [change(DELETE, number) for number in range(count)]


@pytest.mark.parametrize(
    ("count", "known", "limit"),
    [
        (1, 1, None),
        (1, 6, None),
        (2, 6, None),
        (3, 6, "deletions_percent"),
        (5, 15, None),
        (6, 600, "deletions"),
    ],
)
def test_deletions(count: int, known: int, limit: str | None) -> None:
    found = beyond(Limits(), deletions(count), {ZONE: known})
    assert [one.limit for one in found] == ([limit] if limit else [])


def test_the_message_has_the_counts_and_the_variable() -> None:
    (found,) = beyond(Limits(), deletions(3), {ZONE: 6})
    assert str(found) == (
        "3 of the 6 records known in the zone company.local would be deleted, and 2 may be; if that is meant, raise"
        " limits.deletions_percent (pool_dns_limits of the role)"
    )


def test_what_was_named_one_by_one_has_an_absolute_limit() -> None:
    assert beyond(Limits(), deletions(5), {ZONE: 5}, named=True) == ()
    assert [one.limit for one in beyond(Limits(), deletions(6), {ZONE: 6}, named=True)] == ["deletions"]


def test_each_zone_is_counted_by_itself() -> None:
    other = SetChange(
        DELETE,
        record_set("b.test", "x.b.test", "A", 3600, ("10.0.0.2",)),
        (),
        remove=(FoundRecord("b.test", "x.b.test", "A", "10.0.0.1", 3600),),
    )
    assert beyond(Limits(), [*deletions(5), other], {ZONE: 15, "b.test": 1}) == ()


def test_changes() -> None:
    made = [change(CHANGE, number) for number in range(4)]
    assert beyond(Limits(), made, {ZONE: 4}) == ()
    (found,) = beyond(Limits(changes_percent=50), made, {ZONE: 4})
    assert (found.limit, found.count, found.allowed) == ("changes_percent", 4, 2)
    (found,) = beyond(Limits(changes=3), made, {ZONE: 4})
    assert (found.limit, found.count, found.allowed) == ("changes", 4, 3)


def test_what_is_only_told_does_not_count() -> None:
    assert beyond(Limits(0, 0, 0, 0), [change(REPORT, number) for number in range(4)], {ZONE: 4}) == ()
