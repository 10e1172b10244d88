"""Pushing over a server in memory: read, guard, change, read back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from unit.memory_dns import MemoryDns
from unit.record_sets import record_set

from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import WINDOWS, FoundRecord, ZoneState
from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import PushFailed, ServerRefused, push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import PushRequest as _PushRequest
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedZone, SrvData

ZONE = "company.local"
# What is remembered is in test_push_memory.py.
PushRequest = partial(_PushRequest, rollout="")
KEPT = ZoneState(ZONE, "primary", in_directory=True, dynamic_update="secure")
SIP = record_set(ZONE, "sip.company.local", "A", 3600, ("10.0.0.10",))
WEB = record_set(ZONE, "web.company.local", "A", 3600, ("10.0.0.20",))
SIP_THERE = FoundRecord(ZONE, "sip.company.local", "A", "10.0.0.10", 3600)
IN_B = record_set("b.test", "sip.b.test", "A", 3600, ("10.0.0.10",))
BUSY = RolloutError("the server is busy", mend="Try again later")


def server(*rows: FoundRecord, **more: Any) -> MemoryDns:
    return MemoryDns(**{"held": {ZONE: KEPT}, "rows": list(rows), **more})


def wanted(*sets: Any, if_missing: str = "fail") -> _PushRequest:
    return PushRequest((PlannedZone("internal", ZONE, if_missing),), sets)


def refused(held: MemoryDns, request: _PushRequest) -> list[str]:
    with pytest.raises(ServerRefused) as caught:
        push(held, request, check_mode=False)
    assert held.calls == []
    assert caught.value.where == "dc01"
    result = dict(caught.value.result)
    assert [one["fqdn"] for one in result.pop("compared")][: len(request.sets)] == [one.fqdn for one in request.sets]
    assert result == {"conflicts": list(caught.value.problems)}
    return list(caught.value.problems)


def failed(held: MemoryDns, request: _PushRequest) -> PushFailed:
    with pytest.raises(PushFailed) as caught:
        push(held, request, check_mode=False)
    assert caught.value.where == "dc01"
    return caught.value


# All goes well


def test_what_is_missing_is_added_and_told() -> None:
    held = server(SIP_THERE)
    result = push(held, wanted(SIP, WEB), check_mode=False)
    assert held.calls == ["add web.company.local", "flush company.local"]
    assert result["changed"] is True
    assert [(one["verb"], one["what"]) for one in result["changes"]] == [("create", "A web.company.local")]
    assert result["before"] == [
        {"zone": ZONE, "name": "sip", "type": "A", "ttl": 3600, "values": ["10.0.0.10"]},
    ]
    assert result["after"] == [
        {"zone": ZONE, "name": "sip", "type": "A", "ttl": 3600, "values": ["10.0.0.10"]},
        {"zone": ZONE, "name": "web", "type": "A", "ttl": 3600, "values": ["10.0.0.20"]},
    ]
    assert result["zones"] == [{"name": ZONE, "created": False, **KEPT.described}]
    assert result["notes"] == []
    assert result["diff"] == {
        "before_header": "dc01 (before)",
        "after_header": "dc01 (after)",
        "before": "; company.local: primary zone, in Active Directory, dynamic update: secure\n"
        "sip.company.local. 3600 IN A 10.0.0.10\n",
        "after": "; company.local: primary zone, in Active Directory, dynamic update: secure\n"
        "sip.company.local. 3600 IN A 10.0.0.10\n"
        "web.company.local. 3600 IN A 10.0.0.20\n",
    }


def test_check_mode_predicts_and_changes_nothing() -> None:
    request = wanted(SIP, WEB, if_missing="create")
    held = server(held={})
    predicted = push(held, request, check_mode=True)
    assert (predicted["changed"], held.calls, held.rows) == (True, [], [])
    done = push(held, request, check_mode=False)
    assert predicted["after"] == done["after"]
    assert held.calls == [
        "zone company.local",
        "add sip.company.local",
        "add web.company.local",
        "flush company.local",
    ]


# Zones that nothing is pushed into


@pytest.mark.parametrize(
    ("elsewhere", "if_missing", "whose"),
    [
        (frozenset({"b.test"}), "fail", "its records are another team's"),
        (frozenset({"b.test"}), "create", "its records are another team's"),
        (frozenset(), "fail", "no planned record is ours"),
    ],
)
def test_zone_that_takes_nothing_stops_nobody(elsewhere: frozenset[str], if_missing: str, whose: str) -> None:
    zones = (PlannedZone("internal", ZONE, "fail"), PlannedZone("internal", "b.test", if_missing))
    held = server()
    result = push(held, PushRequest(zones, (SIP,), elsewhere), check_mode=False)
    assert held.calls == ["add sip.company.local", "flush company.local"]
    assert result["notes"] == [f"the zone b.test does not exist on this server; nothing is pushed into it: {whose}"]
    assert [one["name"] for one in result["zones"]] == [ZONE]


def test_zone_of_another_team_that_is_paused_stops_nobody() -> None:
    zones = (PlannedZone("internal", ZONE, "fail"), PlannedZone("internal", "b.test", "fail"))
    held = server(SIP_THERE, held={ZONE: KEPT, "b.test": ZoneState("b.test", "secondary")})
    result = push(held, PushRequest(zones, (SIP,), frozenset({"b.test"})), check_mode=False)
    assert result["changed"] is False
    assert result["notes"] == [
        "the zone b.test is a secondary zone here: records are written on the server that holds it as primary;"
        " nothing is pushed into it: its records are another team's"
    ]


def test_zone_without_records_is_created_where_that_is_asked_for() -> None:
    held = server(SIP_THERE)
    zones = (PlannedZone("internal", ZONE, "fail"), PlannedZone("internal", "b.test", "create"))
    assert push(held, PushRequest(zones, (SIP,)), check_mode=False)["notes"] == []
    assert held.calls == ["zone b.test"]


# The guard: before anything is changed


def test_everything_in_the_way_is_told_at_once() -> None:
    other = FoundRecord(ZONE, "sip.company.local", "A", "10.0.0.99", 3600)
    two = PushRequest(
        (PlannedZone("internal", ZONE, "fail"), PlannedZone("internal", "b.test", "fail")), (SIP, WEB, IN_B)
    )
    assert refused(server(other), two) == [
        "the zone b.test does not exist on this server; create it, or say if_missing: create",
        "sip.company.local A: there is already 10.0.0.99, which is not planned",
    ]


SIGN_IN = record_set(
    ZONE, "_sipinternaltls._tcp.company.local", "SRV", 3600, (SrvData(0, 0, 5061, "sip.company.local"),)
)
HIDDEN = (
    "the zone company.local ends at _tcp.company.local, which {}, so what the zone holds there and below is never seen:"
    " _sipinternaltls._tcp.company.local SRV; push into the child zone (declare _tcp.company.local under"
    " dns.internal.zones, as managed: other_team where others hold it), or {}"
)
CHILD = PlannedZone("internal", "_tcp.company.local", "create")


@pytest.mark.parametrize(
    ("held", "told"), [(server(replace(SIP_THERE, value="10.0.0.99")), True), (MemoryDns(), False)]
)
def test_the_sites_word_is_told_of_where_it_helps(held: MemoryDns, told: bool) -> None:
    with pytest.raises(ServerRefused) as caught:
        push(held, wanted(SIP), check_mode=False)
    assert ("listed under replace (pool_dns_replace of the role)" in str(caught.value)) is told


def test_child_zone_on_the_same_server_is_told_before_anything_is_written() -> None:
    held = server(held={ZONE: KEPT, CHILD.name: replace(KEPT, name=CHILD.name)})
    told = [HIDDEN.format("is a zone of its own on this server", "delete that zone")]
    assert refused(held, wanted(SIP, SIGN_IN)) == told
    new = PushRequest((PlannedZone("internal", ZONE, "fail"), CHILD), (SIP, SIGN_IN))
    assert refused(server(), new) == told


def test_a_conditional_forwarder_above_a_record_is_told_before_anything_is_written() -> None:
    held = server(held={ZONE: KEPT, CHILD.name: ZoneState(CHILD.name, "forwarder")})
    assert refused(held, wanted(SIP, SIGN_IN)) == [
        HIDDEN.format("is a conditional forwarder on this server", "delete that forwarder")
    ]


@pytest.mark.parametrize(
    ("owner", "hides"),
    [("_tcp.company.local", True), ("_ldap._tcp.company.local", True), ("x_tcp.company.local", False)],
)
def test_a_new_zone_that_would_hide_what_its_parent_holds_is_not_created(owner: str, hides: bool) -> None:
    held = server(FoundRecord(ZONE, owner, "TXT", "a note", 3600))
    asked = PushRequest((CHILD,), (replace(SIGN_IN, zone=CHILD.name, name="_sipinternaltls"),))
    if not hides:
        assert push(held, asked, check_mode=False)["changed"] is True
        return
    assert refused(held, asked) == [
        "the zone _tcp.company.local is not created, since it would hide what the zone company.local holds at that name"
        " and below on this server; move those records, or give the planned ones to that zone"
    ]


@pytest.mark.parametrize("if_missing", ["fail", "create"])
@pytest.mark.parametrize("sets", [(SIP,), ()])
def test_a_zone_that_another_server_has_is_not_created_a_second_time(if_missing: str, sets: tuple[Any, ...]) -> None:
    if if_missing == "fail" and not sets:
        return  # nothing is pushed into it
    held, other = server(held={}), server(name="dc02")
    with pytest.raises(ServerRefused) as caught:
        push(held, wanted(*sets, if_missing=if_missing), check_mode=False, others=[other, server(name="dc03", held={})])
    assert caught.value.problems == (
        "the zone company.local does not exist on this server, and dc02 answers for it with authority: a second zone of"
        " that name would hold other records. Push to the server that holds it as primary (the first of the inventory's"
        " group), let this one have it too by replication or as a secondary zone, or take it out of the group",
    )
    assert (held.calls, other.calls) == ([], [])


def test_others_are_asked_for_missing_zones_alone_and_one_that_is_silent_stops_nobody() -> None:
    silent = server(name="dc02", deaf_after=0)
    assert push(server(), wanted(SIP), check_mode=False, others=[silent])["notes"] == []
    result = push(server(held={}), wanted(SIP, if_missing="create"), check_mode=False, others=[silent])
    assert result["changed"] is True
    assert result["notes"] == ["whether dc02 has company.local is not known: no answer"]


def test_zone_that_the_plan_declares_takes_what_lies_below_the_cut() -> None:
    cut = FoundRecord(ZONE, CHILD.name, "NS", "dc01.company.local", 3600)
    held = server(cut, held={ZONE: KEPT, CHILD.name: replace(KEPT, name=CHILD.name)})
    inside = replace(SIGN_IN, zone=CHILD.name, name="_sipinternaltls")
    request = PushRequest((PlannedZone("internal", ZONE, "fail"), CHILD), (SIP, inside))
    assert push(held, request, check_mode=False)["changed"] is True
    assert held.calls == [
        "add sip.company.local", "add _sipinternaltls._tcp.company.local",
        "flush company.local", "flush _tcp.company.local",
    ]  # fmt: skip


ANYBODY = FoundRecord(ZONE, "*.company.local", "A", "192.0.2.9", 3600)
ANSWERS = "*.company.local (A 192.0.2.9)"


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_wildcard_that_answers_for_a_planned_name_is_told_with_the_change(check_mode: bool) -> None:
    held = server(ANYBODY)
    result = push(held, wanted(SIP), check_mode=check_mode)
    assert [one["note"] for one in result["changes"]] == [
        f"{ANSWERS} answers for it so far; that ends, for all types, at sip.company.local and below"
    ]
    assert [(one["state"], one["found"], one["wildcard"]) for one in result["compared"]] == [("missing", None, ANSWERS)]
    # It is nothing of ours: no word of it in what was there and is.
    assert (result["before"], "*" in result["diff"]["after"]) == ([], False)
    if not check_mode:
        again = push(held, wanted(SIP), check_mode=False)
        assert (again["changed"], again["changes"], again["compared"][0]["wildcard"]) == (False, [], "")
        assert ANYBODY in held.rows


@pytest.mark.parametrize(("owner", "note"), [("other._tcp.company.local", False), ("other._udp.company.local", True)])
def test_a_name_that_exists_without_records_ends_what_a_wildcard_answers(owner: str, note: bool) -> None:
    held = server(ANYBODY, FoundRecord(ZONE, owner, "TXT", "a note", 3600))
    (change,) = push(held, wanted(SIGN_IN), check_mode=True)["changes"]
    assert ("*.company.local" in change.get("note", "")) is note


def test_a_wildcard_that_answers_again_is_told() -> None:
    held = server(ANYBODY, SIP_THERE)
    request = PushRequest((PlannedZone("internal", ZONE, "fail"),), (SIP,), absent=True, replace=frozenset({SIP.fqdn}))
    (change,) = push(held, request, check_mode=False)["changes"]
    assert change["note"] == f"{ANSWERS} may answer for it once nothing is left there"


def test_what_else_lies_above_a_record_is_not_told() -> None:
    held = server(FoundRecord(ZONE, "_tcp.company.local", "TXT", "a note", 3600))
    assert push(held, wanted(SIGN_IN), check_mode=False)["before"] == []


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (
            replace(KEPT, kind="stub"),
            "the zone company.local is a stub zone here: records are written on the server that holds it as primary",
        ),
        (replace(KEPT, paused=True), "the zone company.local is paused on this server"),
    ],
)
def test_zone_that_takes_no_records(state: ZoneState, told: str) -> None:
    assert refused(server(held={ZONE: state}), wanted(SIP)) == [told]


def test_server_that_cannot_create_zones() -> None:
    held = server(held={}, capabilities=replace(WINDOWS, creates_zones=False))
    assert refused(held, wanted(SIP, if_missing="create")) == [
        "the zone company.local does not exist on this server; create it there: that cannot be done from here"
    ]


def test_server_that_cannot_change_a_ttl() -> None:
    held = server(replace(SIP_THERE, ttl=60), capabilities=replace(WINDOWS, changes_ttl=False))
    assert refused(held, wanted(SIP)) == ["sip.company.local: its TTL cannot be changed from here"]


def test_type_that_the_server_does_not_take() -> None:
    held = server(capabilities=replace(WINDOWS, types=("AAAA", "SRV")))
    assert refused(held, wanted(SIP)) == [
        "A sip.company.local: only AAAA and SRV records are pushed; export_plan writes them for the people who own DNS"
    ]


# A zone is created


def test_new_zone_that_anybody_may_update_is_told() -> None:
    held = server(held={}, new_zone=replace(KEPT, dynamic_update="any"))
    result = push(held, wanted(SIP, if_missing="create"), check_mode=False)
    assert result["notes"] == ["the new zone company.local takes dynamic updates from anybody; allow secure ones only"]
    assert result["zones"] == [{"name": ZONE, "created": True, **replace(KEPT, dynamic_update="any").described}]
    assert [one["what"] for one in result["changes"]] == ["zone company.local", "A sip.company.local"]


def test_zone_that_is_there_although_creating_it_failed() -> None:
    held = server(held={}, fail_after={"zone company.local": BUSY})
    result = push(held, wanted(SIP, if_missing="create"), check_mode=False)
    assert result["notes"] == [
        "the zone company.local is there although creating it reported: the server is busy. Try again later"
    ]


def test_zone_that_is_not_there_after_all() -> None:
    error = failed(server(held={}, refuse={"zone company.local": BUSY}), wanted(SIP, if_missing="create"))
    assert error.what == (
        "the zone company.local could not be created: the server is busy. Try again later."
        " Still to be done: zone company.local, sip.company.local A; everything else is there"
    )
    assert error.result == {"changed": False, "changes": [], "left": ["zone company.local", "sip.company.local A"]}


def test_zone_that_was_lost_without_an_error() -> None:
    error = failed(server(held={}, lose={"zone company.local"}), wanted(if_missing="create"))
    assert error.what.startswith("the zone company.local could not be created: the server reported no error")


def test_zone_that_came_out_as_another_kind() -> None:
    error = failed(server(held={}, new_zone=replace(KEPT, paused=True)), wanted(SIP, if_missing="create"))
    assert error.what.startswith(
        "the zone company.local was created, but the zone company.local is paused on this server"
    )
    assert error.result["changed"] is True


def test_zone_that_cannot_be_read_after_it_was_created() -> None:
    held = server(held={}, refuse={"zone company.local": BUSY}, deaf_after=1)
    error = failed(held, wanted(SIP, if_missing="create"))
    assert error.what == (
        "zones may have been created or set (the server is busy. Try again later), and could not be read again: no"
        " answer (what is there now is unknown: no answer)"
    )
    assert error.result == {"changed": True}


# A change fails: what the server holds decides


def test_record_that_is_there_although_adding_it_failed() -> None:
    held = server(fail_after={"add sip.company.local": BUSY})
    result = push(held, wanted(SIP, WEB), check_mode=False)
    assert held.calls == ["add sip.company.local", "add web.company.local", "flush company.local"]
    assert result["notes"] == [
        "adding sip.company.local A 10.0.0.10: done, although this was reported: the server is busy. Try again later"
    ]


def test_record_that_is_not_there_ends_the_push_and_tells_what_is_left() -> None:
    error = failed(server(refuse={"add web.company.local": BUSY}), wanted(SIP, WEB))
    assert error.what == (
        "adding web.company.local A 10.0.0.20 failed: the server is busy. Try again later."
        " Still to be done: web.company.local A; everything else is there"
    )
    assert [(one["verb"], one["what"], one["before"], one["after"]) for one in error.result.pop("changes")] == [
        ("create", "A sip.company.local", None, {"ttl": 3600, "values": ["10.0.0.10"]})
    ]
    assert error.result == {"changed": True, "left": ["web.company.local A"]}


def test_a_large_push_that_fails_names_some_of_what_is_left_and_returns_no_record_that_was_there() -> None:
    many = [replace(SIP, fqdn=f"h{at:02}.company.local", name=f"h{at:02}") for at in range(12)]
    error = failed(server(SIP_THERE, refuse={"add h01.company.local": BUSY}), wanted(SIP, *many))
    left = [f"h{at:02}.company.local A" for at in range(1, 12)]
    assert f"Still to be done: {', '.join(left[:8])} and 3 more; everything else is there" in error.what
    assert [one["what"] for one in error.result["changes"]] == ["A h00.company.local"]
    assert (error.result["left"], sorted(error.result)) == (left, ["changed", "changes", "left"])


def test_first_change_that_fails_has_changed_nothing() -> None:
    error = failed(server(refuse={"add sip.company.local": BUSY}), wanted(SIP))
    assert error.result == {"changed": False, "changes": [], "left": ["sip.company.local A"]}


def test_record_with_another_ttl_than_wanted_is_not_there() -> None:
    held = server(replace(SIP_THERE, ttl=60), refuse={"ttl sip.company.local": BUSY})
    error = failed(held, wanted(SIP))
    assert error.what.startswith(
        "changing the TTL of sip.company.local A 10.0.0.10 failed: the server is busy. Try again later. Still"
    )


def test_ttl_that_was_changed_although_it_failed() -> None:
    held = server(replace(SIP_THERE, ttl=60), fail_after={"ttl sip.company.local": BUSY})
    assert push(held, wanted(SIP), check_mode=False)["notes"] == [
        "changing the TTL of sip.company.local A 10.0.0.10: done, although this was reported: the server is busy."
        " Try again later"
    ]


def test_state_that_cannot_be_read_after_a_failure() -> None:
    error = failed(server(refuse={"add sip.company.local": BUSY}, deaf_after=1), wanted(SIP))
    assert error.what == (
        "adding sip.company.local A 10.0.0.10 failed: the server is busy. Try again later; the state could not be read"
        " again: no answer (what is there now is unknown: no answer)"
    )
    assert error.result == {"changed": True}


# Read, not remembered


def test_a_change_that_left_no_trace_is_told() -> None:
    error = failed(server(lose={"add web.company.local"}), wanted(SIP, WEB))
    assert error.what == (
        "the server took the changes, but holds something else now: web.company.local A."
        " Still to be done: web.company.local A; everything else is there"
    )
    assert error.mend == "Run again once the cause is mended: what is there is not done twice"


def test_records_that_are_there_are_told_when_the_zone_file_cannot_be_written() -> None:
    held = server(refuse={f"flush {ZONE}": BUSY})
    with pytest.raises(PushFailed) as caught:
        push(held, wanted(SIP), check_mode=False)
    assert caught.value.result["changed"] is True
    assert caught.value.what == (
        "the records are there, and writing the zone's file failed: the server is busy. Try again later."
        " Still to be done: nothing; everything else is there"
    )


# What is wanted beside what is there


def test_each_set_is_compared_whether_or_not_it_is_pushed() -> None:
    other = FoundRecord(ZONE, "web.company.local", "A", "10.0.0.99", 300)
    held = server(SIP_THERE, other)
    with pytest.raises(ServerRefused) as caught:
        push(held, wanted(SIP, WEB), check_mode=True)
    sip, web = caught.value.result["compared"]
    assert (sip["state"], sip["problems"]) == ("as_planned", [])
    assert web == {
        "zone": ZONE,
        "name": "web",
        "fqdn": "web.company.local",
        "type": "A",
        "state": "different",
        "values": ["10.0.0.20"],
        "found": ["10.0.0.99"],
        "ttl": 3600,
        "found_ttl": 300,
        "dynamic": False,
        "other_ttls": [300],
        "ages": False,
        "wildcard": "",
        "problems": ["there is already 10.0.0.99, which is not planned"],
    }
    done = push(server(SIP_THERE), wanted(SIP, WEB), check_mode=True)
    assert [(one["fqdn"], one["state"], one["found"]) for one in done["compared"]] == [
        ("sip.company.local", "as_planned", ["10.0.0.10"]),
        ("web.company.local", "missing", None),
    ]


def test_what_is_compared_in_a_zone_that_cannot_be_used() -> None:
    done = push(server(held={}), wanted(SIP, if_missing="create"), check_mode=True)
    assert [(one["state"], one["problems"]) for one in done["compared"]] == [
        ("missing", ["the zone company.local does not exist on this server"])
    ]
    paused = server(SIP_THERE, held={ZONE: replace(KEPT, paused=True)})
    with pytest.raises(ServerRefused) as caught:
        push(paused, wanted(SIP), check_mode=True)
    (one,) = caught.value.result["compared"]
    assert (one["state"], one["problems"]) == ("missing", ["the zone company.local is paused on this server"])
