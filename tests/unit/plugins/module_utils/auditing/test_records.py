"""The records of a view against the plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.record_sets import record_set

from ansible_collections.ucops.rollout.plugins.module_utils.auditing.records import (
    RecordRow,
    of_servers,
    record_rows,
    team_rows,
    to_compare,
    unread_rows,
    unread_server,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, PlannedZone, SrvData

POOL = record_set("company.local", "pool.company.local", "A", 3600, ("10.0.0.1", "10.0.0.2"))
SRV = record_set("company.local", "_sip._tls.company.local", "SRV", 3600, (SrvData(0, 0, 5061, "pool.company.local"),))
FRONT = replace(
    record_set("company.local", "fe01.company.local", "A", 3600, ("10.0.0.1",)), managed="registered_elsewhere"
)
TEAM = replace(record_set("company.com", "www.company.com", "A", 3600, ("10.0.0.80",)), managed="other_team")
OUTSIDE = replace(record_set("company.com", "sip.company.com", "A", 3600, ("192.0.2.1",)), view="external")
PLAN = Plan(
    zones=(
        PlannedZone("internal", "company.local", "fail"),
        PlannedZone("internal", "company.com", "create"),
        PlannedZone("external", "company.com", "fail"),
    ),
    records=(POOL, SRV, FRONT, TEAM, OUTSIDE),
)


def compared(of: Any, state: str, found: Any, ttl: int | None = 3600, **more: Any) -> dict[str, Any]:
    return {
        "zone": of.zone,
        "name": of.name,
        "fqdn": of.fqdn,
        "type": of.type,
        "state": state,
        "values": list(of.values) if of.type == "A" else [vars_of(one) for one in of.values],
        "found": found,
        "ttl": 3600,
        "found_ttl": ttl if found else None,
        "dynamic": False,
        "problems": [],
        "other_ttls": [],
        **more,
    }


def vars_of(one: SrvData) -> dict[str, Any]:
    return {"priority": one.priority, "weight": one.weight, "port": one.port, "target": one.target}


def rows(*sets: dict[str, Any]) -> list[RecordRow]:
    return list(record_rows(PLAN, "internal", list(sets)))


def test_what_another_team_enters() -> None:
    assert list(team_rows(PLAN, "internal")) == [
        RecordRow(
            "internal", "company.com", "www", "A", "other", "10.0.0.80", remarks=("another team's, and not read here",)
        )
    ]


def test_servers_of_a_view_that_say_the_same_are_told_as_one_and_others_each() -> None:
    right = ["10.0.0.1", "10.0.0.2"]
    one = rows(compared(POOL, "different", right), compared(FRONT, "different", ["10.0.0.1"], ttl=1200))
    same = rows(compared(POOL, "different", right), compared(FRONT, "different", ["10.0.0.1"], ttl=600))
    assert list(of_servers({"dc01": one, "dc02": same})) == one
    other = rows(compared(POOL, "different", ["10.0.0.1"]), compared(SRV, "missing", None))
    told = [(row.name, row.server, row.verdict) for row in of_servers({"dc01": one, "dc02": other})]
    assert told == [
        ("pool", "dc01", "as_planned"),
        ("pool", "dc02", "differs"),
        ("fe01", "dc01", "as_planned"),
        ("_sip._tls", "dc02", "missing"),
    ]
    assert list(of_servers({"dc01": other})) == other and list(of_servers({})) == []


def test_a_server_that_was_not_read_is_one_row() -> None:
    assert unread_server(PLAN, "internal", "dc02", "no answer") == RecordRow(
        "internal", "", "", "", "not_read", problems=("no answer",), remarks=("zones: company.local",), server="dc02"
    )


def test_what_is_to_be_compared_is_what_lies_in_zones_of_ours() -> None:
    wanted = to_compare(PLAN, "internal")
    assert wanted["zones"] == [{"view": "internal", "name": "company.local", "if_missing": "fail"}]
    told = [(one["fqdn"], one["managed"]) for one in wanted["records"]]
    assert told == [("pool.company.local", "ours"), ("_sip._tls.company.local", "ours"), ("fe01.company.local", "ours")]
    assert [one["fqdn"] for one in to_compare(PLAN, "external")["records"]] == ["sip.company.com"]


def test_as_planned_and_missing() -> None:
    there = [vars_of(one) for one in SRV.values]
    assert rows(compared(POOL, "missing", None), compared(SRV, "as_planned", there)) == [
        RecordRow("internal", "company.local", "pool", "A", "missing", "10.0.0.1, 10.0.0.2", "", 3600, None),
        RecordRow(
            "internal", "company.local", "_sip._tls", "SRV", "as_planned", "0 0 5061 pool.company.local",
            "0 0 5061 pool.company.local", 3600, 3600,
        ),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("found", "more", "problems"),
    [
        (["10.0.0.1"], {}, ("it lacks 10.0.0.2",)),
        (["10.0.0.1", "10.0.0.2"], {"ttl": 300, "other_ttls": [300]}, ("its TTL is 300, not 3600",)),
        (
            ["10.0.0.1", "10.0.0.9"],
            {"problems": ["there is already 10.0.0.9, which is not planned"]},
            ("there is already 10.0.0.9, which is not planned", "it lacks 10.0.0.2"),
        ),
        # The lowest is as planned, another is not.
        (["10.0.0.1", "10.0.0.2"], {"other_ttls": [7200, 86400]}, ("its TTL is 7200 and 86400, not 3600",)),
        # What has a time stamp keeps its TTL in a rollout, too.
        (["10.0.0.1"], {"ttl": 300, "dynamic": True}, ("it lacks 10.0.0.2",)),
        (
            ["10.0.0.1", "10.0.0.2"],
            {"dynamic": True, "ages": True},
            (
                "it has a time stamp (registered dynamically), and in this zone scavenging removes what is not"
                " registered again; where its name is listed under replace, it becomes static as it stands",
            ),
        ),
    ],
)
def test_what_differs(found: list[str], more: dict[str, Any], problems: tuple[str, ...]) -> None:
    (one,) = rows(compared(POOL, "different", found, **more))
    assert (one.verdict, one.problems) == ("differs", problems)


def test_what_answers_for_a_missing_record_is_told() -> None:
    (one,) = rows(compared(POOL, "missing", None, wildcard="*.company.local (A 192.0.2.9)"))
    assert (one.verdict, one.remarks) == ("missing", ("*.company.local (A 192.0.2.9) answers for it",))


def test_the_ttl_of_what_others_register_is_theirs() -> None:
    (one,) = rows(compared(FRONT, "different", ["10.0.0.1"], ttl=1200))
    assert (one.verdict, one.ttl, one.found_ttl) == ("as_planned", None, 1200)
    (one,) = rows(compared(FRONT, "different", ["10.0.0.1"], dynamic=True, ages=True))
    assert (one.verdict, one.problems) == ("as_planned", ())
    (one,) = rows(compared(FRONT, "different", ["10.0.0.7"], problems=["there is already 10.0.0.7"]))
    assert (one.verdict, one.problems) == ("differs", ("there is already 10.0.0.7", "it lacks 10.0.0.1"))


def test_another_type_at_a_planned_name_is_a_difference_where_the_name_is_ours() -> None:
    def of(name: str) -> dict[str, Any]:
        further = {"type": "AAAA", "state": "further", "values": [], "found": ["fd00::1"], "ttl": None}
        return {**compared(POOL, "further", ["fd00::1"]), "name": name, "fqdn": f"{name}.company.local", **further}

    ours, others = rows(of("pool"), of("fe01"))
    told = ("no record of this type is planned at this name",)
    assert (ours.verdict, ours.found, ours.problems) == ("unplanned", "fd00::1", told)
    assert (others.verdict, others.problems, others.remarks) == ("other", (), told)


def test_a_view_that_was_not_read_is_told_zone_by_zone() -> None:
    assert list(unread_rows(PLAN, "external", "no answer")) == [
        RecordRow("external", "company.com", "", "", "not_read", problems=("no answer",))
    ]
    assert [(one.zone, one.verdict) for one in unread_rows(PLAN, "internal", "no answer")] == [
        ("company.local", "not_read"),
        ("company.com", "other"),
    ]
