"""A server as it was read: what is stale there, what it will be, and how it is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.record_sets import record_set

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import CHANGE
from ansible_collections.ucops.rollout.plugins.module_utils.dns.changes import SetChange
from ansible_collections.ucops.rollout.plugins.module_utils.dns.created import Created
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import FoundRecord, ZoneState
from ansible_collections.ucops.rollout.plugins.module_utils.dns.seen import Memory, Seen, new_entries

ZONE = "company.local"
OLD, NEW, GONE = "A/sip/10.0.0.10", "A/sip/10.0.0.20", "A/old/10.0.0.11"
TEXT = f"ucops.rollout/1/pool,{OLD},{GONE}"
SIP = FoundRecord(ZONE, "sip.company.local", "A", "10.0.0.10", 3600)
STALE = FoundRecord(ZONE, "old.company.local", "A", "10.0.0.11", 3600)
WANTED = record_set(ZONE, "sip.company.local", "A", 3600, ("10.0.0.20",))
CHANGED = SetChange(CHANGE, WANTED, (SIP,), ("10.0.0.20",), remove=(SIP,))


def seen() -> Seen:
    memory = Memory(Created("pool", {TEXT: (OLD, GONE)}), elsewhere=(STALE,))
    return Seen({ZONE: ZoneState(ZONE, "primary")}, {ZONE: (SIP,)}, memory={ZONE: memory})


def test_stale_is_what_the_rollout_created_and_no_set_takes_in() -> None:
    assert seen().stale(ZONE, [WANTED]) == (STALE,)
    assert seen().stale(ZONE, []) == (SIP, STALE)
    assert seen().stale("b.test", []) == ()


def test_entries_of_changes() -> None:
    assert new_entries([CHANGED]) == [NEW]
    assert seen().gone_entries(ZONE, [CHANGED]) == {OLD}
    again = SetChange(CHANGE, WANTED, (SIP,), ("10.0.0.10",), first=(SIP,))
    assert seen().gone_entries(ZONE, [again]) == frozenset()


@pytest.mark.parametrize(
    ("records", "elsewhere", "idle"),
    [
        ((SIP,), (STALE,), set()),
        ((SIP,), (), {GONE}),
        ((replace(SIP, value="10.0.0.99"),), (STALE,), {OLD}),
        ((replace(SIP, ttl=60, dynamic=True),), (STALE,), set()),
        # What lies below a delegation is not seen.
        ((), (FoundRecord(ZONE, "old.company.local", "NS", "ns.test", 60),), {OLD}),
    ],
)
def test_what_is_remembered_and_not_there(records: Any, elsewhere: Any, idle: set[str]) -> None:
    memory = Memory(Created("pool", {f"{TEXT},TXT/~hash": (OLD, GONE, "TXT/~hash")}), elsewhere=elsewhere)
    held = Seen({ZONE: ZoneState(ZONE, "primary")}, {ZONE: records}, memory={ZONE: memory})
    assert held.idle(ZONE) == idle
    assert held.gone_entries(ZONE, []) == idle
    assert held.idle("b.test") == frozenset()


def test_what_will_be() -> None:
    later = seen().predicted({"b.test": ZoneState("b.test", "primary")}, [CHANGED], "pool")
    assert later.records[ZONE] == (FoundRecord(ZONE, "sip.company.local", "A", "10.0.0.20", 3600),)
    assert later.memory[ZONE].created.entries == {NEW, GONE}
    assert later.zones["b.test"] == ZoneState("b.test", "primary")
    assert seen().predicted({}, [CHANGED], "").memory == seen().memory


def test_text_shows_what_is_remembered() -> None:
    assert seen().text() == (
        "; company.local: primary zone, in a file\n"
        f'_ucops-rollout.company.local. 3600 IN TXT "{TEXT}"\n'
        "old.company.local. 3600 IN A 10.0.0.11\n"
        "sip.company.local. 3600 IN A 10.0.0.10\n"
    )
