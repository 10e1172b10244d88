"""What stands in the way on a server in memory; test_push.py has what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from unit.memory_dns import MemoryDns
from unit.record_sets import record_set

from ansible_collections.ucops.rollout.plugins.module_utils.dns.changes import Differences, SetChange
from ansible_collections.ucops.rollout.plugins.module_utils.dns.obstacles import Obstacles
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import WINDOWS, FoundRecord, ZoneState
from ansible_collections.ucops.rollout.plugins.module_utils.dns.reading import Reader
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import PushRequest
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedZone

ZONE = "company.local"
SIP = record_set(ZONE, "sip.company.local", "A", 3600, ("10.0.0.10",))
NOTHING = Differences((), (), ())


def obstacles(server: MemoryDns, if_missing: str = "fail", others: Any = (), **more: Any) -> Obstacles:
    request = PushRequest((PlannedZone("internal", ZONE, if_missing),), (SIP,), **more)
    return Obstacles(server, request, others, Reader(server, request).read())


def test_nothing_stands_in_the_way() -> None:
    found = obstacles(MemoryDns(held={ZONE: ZoneState(ZONE, "primary")}))
    assert (found.problems((), NOTHING), found.notes()) == ([], [])


def test_a_missing_zone_and_what_others_say_of_it() -> None:
    has = MemoryDns(held={ZONE: ZoneState(ZONE, "primary")}, name="dc02")
    silent = MemoryDns(deaf_after=0, name="dc03")
    found = obstacles(MemoryDns(), "create", (has, silent))
    (problem,) = found.problems((), NOTHING)
    assert problem.startswith("the zone company.local does not exist on this server, and dc02 answers for it with")
    assert found.notes() == ["whether dc03 has company.local is not known: no answer"]
    assert obstacles(MemoryDns()).problems((), NOTHING) == [
        "the zone company.local does not exist on this server; create it, or say if_missing: create"
    ]


def test_what_the_port_cannot_do() -> None:
    old = FoundRecord(ZONE, "sip.company.local", "A", "10.0.0.9", 60)
    change = SetChange("change", SIP, (old,), retime=(old,), remove=(old,))
    able = replace(WINDOWS, changes_ttl=False, removes=False)
    found = obstacles(MemoryDns(held={ZONE: ZoneState(ZONE, "primary")}, capabilities=able))
    assert found.problems((), replace(NOTHING, changes=(change,))) == [
        "sip.company.local: its TTL cannot be changed from here",
        "sip.company.local: A 10.0.0.9 cannot be removed from here",
    ]


def test_a_name_to_be_replaced_at_which_nothing_is_planned_is_told() -> None:
    found = obstacles(MemoryDns(held={ZONE: ZoneState(ZONE, "primary")}), replace=frozenset({"web.company.local"}))
    assert found.notes() == ["replace: no record of ours is planned at web.company.local on this server"]


def test_what_nothing_is_taken_from() -> None:
    found = obstacles(MemoryDns(), absent=True)
    assert found.notes() == ["the zone company.local does not exist on this server; nothing is removed from it"]


def test_a_server_that_cannot_be_read_says_so_itself() -> None:
    try:
        obstacles(MemoryDns(deaf_after=0))
    except RolloutError as error:
        assert str(error) == "no answer"
    else:
        raise AssertionError("nothing was said")
