"""Waiting for what one DNS server holds as planned and another does not yet, with scripted looks and a clock."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.proof.module import Found
from ansible_collections.ucops.rollout.plugins.module_utils.proof.replication import look_until_replicated
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import Cause, ProofResult

DC01, DC02, NS01 = ("dc01", "10.0.0.5:53"), ("dc02", "10.0.0.7:53"), ("ns01", "192.0.2.5:53")
SERVERS = [
    {"name": "dc01", "address": "10.0.0.5", "view": "internal"},
    {"name": "dc02", "address": "10.0.0.7", "view": "internal"},
    {"name": "ns01", "address": "192.0.2.5", "view": "external"},
]
POOL = {"zone": "company.local", "fqdn": "pool.company.local", "type": "A", "values": ["10.0.0.10"], "view": "internal"}
SRV = {
    "zone": "company.local",
    "fqdn": "_sip._tls.company.local",
    "type": "SRV",
    "values": [{"port": 443, "target": "pool.company.local"}],
    "view": "internal",
}
OTHER = {**POOL, "fqdn": "meet.company.local"}
GONE = Cause("nxdomain", "DNS server dc02 (10.0.0.7:53)", "the name does not exist", "Add the record")


def result(
    place: tuple[str, str], state: str, subject: str = "pool.company.local A", check: str = "record"
) -> ProofResult:
    wrong = state == "failed"
    message = "the name does not exist. Add the record" if wrong else "as planned"
    return ProofResult(check, subject, state, message, *place, cause=GONE if wrong else None)


class World:
    """Looks that find one list of results after the other; what each was asked for, when, and what was told."""

    def __init__(self, *looks: list[ProofResult]) -> None:
        self.left, self.now = list(looks), 0.0
        self.asked: list[tuple[float, list[str], list[str]]] = []
        self.told: list[str] = []

    def look(self, params: dict[str, Any]) -> Found:
        names = [one["fqdn"] for one in params["records"]]
        self.asked.append((self.now, names, [one["name"] for one in params["servers"]]))
        return self.left.pop(0) if len(self.left) > 1 else self.left[0], ["a hint"]

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def run(self, wait: float, records: tuple[dict[str, Any], ...] = (POOL, SRV, OTHER)) -> list[ProofResult]:
        params = {"records": list(records), "servers": SERVERS, "wait": wait, "complete": True}
        results, hints = look_until_replicated(
            self.look, params, self.told.append, clock=lambda: self.now, sleep=self.sleep
        )
        assert hints == ["a hint"]
        return list(results)


def test_only_what_is_late_is_asked_for_again_and_ever_more_seldom() -> None:
    first = [
        result(DC01, "proved"),
        result(DC02, "failed"),
        result(DC01, "proved", "meet.company.local A"),
        result(DC02, "proved", "meet.company.local A"),
    ]
    world = World(first, [result(DC02, "failed")], [result(DC02, "failed")], [result(DC02, "proved")])
    found = world.run(300)
    whole, again = ["pool.company.local", "_sip._tls.company.local", "meet.company.local"], ["pool.company.local"]
    assert world.asked == [
        (0.0, whole, ["dc01", "dc02", "ns01"]),
        (3.0, again, ["dc02"]),
        (9.0, again, ["dc02"]),
        (18.0, again, ["dc02"]),
    ]
    assert [(one.subject, one.server, one.state, one.waited) for one in found] == [
        ("pool.company.local A", "dc01", "proved", 0),
        ("pool.company.local A", "dc02", "proved", 18),
        ("meet.company.local A", "dc01", "proved", 0),
        ("meet.company.local A", "dc02", "proved", 0),
    ]
    assert world.told == [
        "dc02 (10.0.0.7:53) does not answer with the plan yet, in 1 of 2 checks (pool.company.local A: the name does"
        " not exist); it is asked again, for 300 s at most",
        "dc02 (10.0.0.7:53) answers with the plan, 18 s later",
    ]


def test_the_target_of_a_record_is_asked_for_with_it() -> None:
    target = ("pool.company.local", "srv_target")
    world = World([result(DC01, "proved", *target), result(DC02, "failed", *target)], [result(DC02, "proved", *target)])
    assert world.run(60)[1].waited == 3
    assert world.asked[1] == (3.0, ["_sip._tls.company.local"], ["dc02"])


def test_what_must_not_exist_is_looked_for_among_all_records() -> None:
    """A zone that was not there answered nothing, so that it was not known."""
    names = ("names that clients try", "absent")
    unseen = ProofResult("absent", "names that clients try", "unproved", "m", *DC02, cause=Cause("servfail", "", "w"))
    world = World([result(DC01, "proved", *names), unseen], [result(DC02, "proved", *names)])
    assert [one.state for one in world.run(60)] == ["proved", "proved"]
    assert world.asked[1] == (3.0, ["pool.company.local", "_sip._tls.company.local", "meet.company.local"], ["dc02"])


def test_what_was_removed_is_waited_for_where_another_server_has_let_go_of_it() -> None:
    gone = ("pool.company.local A", "removed")
    still = ProofResult("removed", gone[0], "failed", "still gives 10.0.0.10, which was removed. Wait", *DC02)
    world = World([result(DC01, "proved", *gone), still], [still], [result(DC02, "proved", *gone)])
    assert [(one.state, one.waited) for one in world.run(300)] == [("proved", 0), ("proved", 9)]
    assert world.asked[1] == (3.0, ["pool.company.local"], ["dc02"])
    assert world.told == [
        "dc02 (10.0.0.7:53) does not answer with the plan yet, in 1 of 1 check (pool.company.local A: still gives"
        " 10.0.0.10, which was removed); it is asked again, for 300 s at most",
        "dc02 (10.0.0.7:53) answers with the plan, 9 s later",
    ]


def test_what_was_removed_is_waited_for_though_no_server_has_let_go_of_it() -> None:
    """Whoever removed it has read that it is gone, and may be none of those that are asked."""
    still = ProofResult("removed", "pool.company.local A", "failed", "still gives 10.0.0.10, which was removed", *DC02)
    (found,) = World([still]).run(20)
    assert (found.state, found.waited) == ("failed", 20)
    assert found.message == "still gives 10.0.0.10, which was removed. It was so 20 s after it was removed"
    unproved = ProofResult("removed", "pool.company.local A", "unproved", "no answer", *DC02)
    assert World([unproved]).run(20) == [unproved]


def test_a_line_for_each_change_of_a_server() -> None:
    both = [result(DC02, "failed"), result(DC02, "failed", "meet.company.local A")]
    held = [result(DC01, "proved"), result(DC01, "proved", "meet.company.local A")]
    world = World([*held, *both], both, [result(DC02, "proved"), both[1]], [both[1]])
    world.run(30)
    assert [one.partition(" (pool")[0].partition(" (meet")[0] for one in world.told] == [
        "dc02 (10.0.0.7:53) does not answer with the plan yet, in 2 of 2 checks",
        "dc02 (10.0.0.7:53) does not answer with the plan yet, in 1 of 2 checks",
        "Waiting for replication, until the plan is answered by dc02 (10.0.0.7:53) in 1 check: 12 seconds more at most",
    ]
    assert world.told[1].endswith("the name does not exist) after 9 s")


def test_what_never_comes_says_for_how_long_it_was_waited_for() -> None:
    world = World([result(DC01, "proved"), result(DC02, "failed")], [result(DC02, "failed")])
    late = world.run(20)[1]
    assert (late.state, late.waited, world.now) == ("failed", 20, 20.0)
    assert late.message == (
        "the name does not exist. Add the record. It was so 20 s after another server answered as planned"
    )
    assert str(late.cause) == (
        "DNS server dc02 (10.0.0.7:53): the name does not exist, 20 s after another server answered as planned."
        " Add the record"
    )


@pytest.mark.parametrize(
    ("first", "wait", "looks"),
    [
        ([result(DC01, "failed"), result(DC02, "failed")], 60, 1),  # no server has it right
        ([result(DC01, "proved"), result(DC02, "unproved")], 60, 1),  # it does not answer at all
        ([result(DC01, "proved"), result(NS01, "failed")], 60, 1),  # another view
        ([result(DC01, "proved"), result(DC02, "failed")], 0, 1),
        ([result(DC01, "proved"), result(DC02, "failed")], 60, 7),
        ([result(DC01, "proved", "pool.company.local", "srv_target"), result(DC02, "failed")], 60, 1),
    ],
)
def test_what_is_waited_for(first: list[ProofResult], wait: float, looks: int) -> None:
    world = World(first, first[1:])
    world.run(wait)
    assert len(world.asked) == looks


@pytest.mark.parametrize(("kind", "looks"), [("refused", 2), ("servfail", 2), ("timeout", 1), ("unreachable", 1)])
def test_a_zone_may_arrive_where_it_was_not(kind: str, looks: int) -> None:
    """Until then the server refuses or fails."""
    unproved = ProofResult("record", "pool.company.local A", "unproved", "m", *DC02, cause=Cause(kind, "", "w"))
    world = World([result(DC01, "proved"), unproved], [result(DC02, "proved")])
    assert world.run(60)[1].state == ("proved" if looks == 2 else "unproved")
    assert len(world.asked) == looks
