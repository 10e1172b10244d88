"""Who writes which zone, of the DNS servers that one play pushes to."""

from __future__ import annotations

from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, PlannedZone, RecordSet
from ansible_collections.ucops.rollout.plugins.module_utils.report.pushing import push_turn
from ansible_collections.ucops.rollout.plugins.module_utils.values import Ttl


def record(zone: str, view: str = "internal") -> RecordSet:
    return RecordSet(view, zone, "pool", f"pool.{zone}", "A", Ttl(3600), ("10.0.0.10",), "ours", ())


PLAN = Plan(
    zones=(
        PlannedZone("internal", "company.local", "fail"),
        PlannedZone("internal", "filed.example", "fail"),
        PlannedZone("external", "company.com", "fail"),
    ),
    records=(record("company.local"), record("filed.example"), record("company.com", "external")),
)
WRITTEN = {
    "pushed": True,
    "zones": [{"name": "company.local", "in_directory": True}, {"name": "filed.example", "in_directory": False}],
}


def turn(hostvars: dict[str, dict[str, Any]], host: str, view: str = "internal") -> tuple[Any, ...]:
    found = push_turn(hostvars, host, ["dc1", "dc2", "ns1"], PLAN, view)
    assert [one.fqdn for one in found.records] == [f"pool.{one.name}" for one in found.zones]
    return [one.name for one in found.zones], found.writer, list(found.left), found.refusal


def test_the_first_is_pushed_all_and_a_further_one_what_is_its_own() -> None:
    hostvars = {"dc1": {"pool_dns_result": WRITTEN}, "dc2": {}, "ns1": {}}
    assert turn(hostvars, "dc1") == (["company.local", "filed.example"], "", [], "")
    assert turn(hostvars, "dc2") == (["filed.example"], "dc1", ["company.local"], "")


def test_each_view_has_a_first_server() -> None:
    hostvars = {"dc1": {}, "dc2": {}, "ns1": {"pool_dns_pushed_view": "external"}}
    for name in ("dc1", "dc2"):
        hostvars[name]["pool_dns_pushed_view"] = "internal"
    assert turn(hostvars, "ns1", "external") == (["company.com"], "", [], "")
    hostvars["ns1"] = {"pool_dns_view": "external"}
    assert turn(hostvars, "ns1", "external")[1] == ""


def test_a_further_one_is_not_pushed_to_before_the_first_is_as_planned() -> None:
    for kept in ({}, {"pool_dns_result": {"pushed": False, "msg": "a conflict"}}):
        zones, writer, left, refusal = turn({"dc1": kept, "dc2": {}, "ns1": {}}, "dc2")
        assert (zones, writer, left) == ([], "dc1", [])
        assert refusal.startswith("nothing was changed here: dc1 is pushed to before this server")
        assert ("play both with linear" in refusal) is (not kept)
