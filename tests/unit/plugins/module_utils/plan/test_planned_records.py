"""Records that rules ask for, gathered into sets, each in its zone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    PlannedZone,
    Reason,
    SrvData,
    ZoneSettings,
)
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planned_records import PlannedRecords, WantedRecord
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Zone
from ansible_collections.ucops.rollout.plugins.module_utils.values import Ttl

POOL = Reason("x.pool-address", "the pool", "page 1", "S")
SIGN_IN = Reason("x.sign-in", "sign-in", "page 2", "S")


def zone(name: str, *, kind: str = "matching", managed: str = "ours", view: str = "internal", ttl: int = 3600) -> Zone:
    return Zone(view, name, "fail", Ttl(ttl), None, (), f"dns.{view}.zones[0]", kind, managed)


def record(fqdn: str, *values: Any, kind: str = "A", **more: Any) -> WantedRecord:
    given = {"view": "internal", "managed": "ours", "reason": POOL, "breaks": "calls", "path": "pools[0]", **more}
    return WantedRecord(fqdn=fqdn, type=kind, values=values, **given)


def gathered(zones: list[Zone], *several: WantedRecord) -> PlannedRecords:
    planned = PlannedRecords(zones)
    for wanted in several:
        planned.want(wanted)
    return planned


def told(planned: PlannedRecords) -> list[tuple[str, str, str]]:
    return [(one.code, one.where, one.message) for one in planned.findings()]


# The zone of a name


@pytest.mark.parametrize(
    ("fqdn", "place"),
    [
        ("sip.company.com", ("company.com", "sip")),
        ("sip.eu.company.com", ("eu.company.com", "sip")),
        ("eu.company.com", ("eu.company.com", "@")),
        ("a.b.company.com", ("company.com", "a.b")),
        ("sip.xeu.company.com", ("company.com", "sip.xeu")),
    ],
)
def test_a_name_belongs_to_the_longest_zone_that_fits(fqdn: str, place: tuple[str, str]) -> None:
    planned = gathered([zone("company.com"), zone("eu.company.com", ttl=60)], record(fqdn, "10.0.0.1"))
    (one,) = planned.records()
    assert (one.zone, one.name) == place
    assert one.ttl == (60 if one.zone == "eu.company.com" else 3600)


def test_a_zone_of_the_other_view_does_not_count() -> None:
    planned = gathered([zone("company.com", view="external")], record("sip.company.com", "10.0.0.1"))
    assert planned.records() == ()
    assert told(planned) == [
        ("name-without-zone", "pools[0]", "'sip.company.com' fits none of the declared internal zones")
    ]


def test_each_name_in_a_pin_point_zone_is_a_zone_of_its_own() -> None:
    pin_point = zone("company.com", kind="pin_point")
    names = ("sip.company.com", "meet.company.com")
    planned = gathered([pin_point, zone("company.local")], *(record(name, "10.0.0.1") for name in names))
    assert [(one.zone, one.name) for one in planned.records()] == [("sip.company.com", "@"), ("meet.company.com", "@")]
    assert planned.zones() == (
        PlannedZone("internal", "sip.company.com", "fail"),
        PlannedZone("internal", "meet.company.com", "fail"),
        PlannedZone("internal", "company.local", "fail"),
    )


def test_settings_of_a_zone_stand_in_the_plan() -> None:
    kept = ZoneSettings(storage="file", dynamic_update="none")
    planned = gathered([replace(zone("company.com"), settings=kept)])
    assert planned.zones() == (PlannedZone("internal", "company.com", "fail", kept),)


def test_records_stand_zone_by_zone_as_declared() -> None:
    planned = gathered(
        [zone("b.test"), zone("a.test")],
        record("1.a.test", "10.0.0.1"),
        record("2.b.test", "10.0.0.2"),
        record("1.b.test", "10.0.0.3"),
    )
    assert [one.fqdn for one in planned.records()] == ["2.b.test", "1.b.test", "1.a.test"]


def test_a_name_that_is_too_long_is_no_record() -> None:
    name = ".".join(["a" * 60, "b" * 60, "c" * 60, "d" * 59, "company.com"])
    assert len(name) == 254
    planned = gathered([zone("company.com")], record(name, "10.0.0.1"))
    assert planned.records() == ()
    assert [code for code, _where, _message in told(planned)] == ["name-too-long"]


# Several rules want one name


def test_what_two_rules_want_alike_is_one_record_with_both_reasons() -> None:
    one = record("sip.company.com", "10.0.0.1")
    planned = gathered([zone("company.com")], one, record("sip.company.com", "10.0.0.1", reason=SIGN_IN), one)
    (found,) = planned.records()
    assert (found.values, found.reasons) == (("10.0.0.1",), (POOL, SIGN_IN))
    assert told(planned) == []


def test_a_clash_is_told_once_at_the_second_place() -> None:
    planned = gathered(
        [zone("company.com")],
        record("sip.company.com", "10.0.0.1"),
        record("sip.company.com", "10.0.0.2", "10.0.0.3", path="pools[1]"),
        record("sip.company.com", "10.0.0.4", path="pools[2]"),
    )
    assert told(planned) == [
        (
            "name-claimed-twice",
            "pools[1]",
            "'sip.company.com' is planned at 10.0.0.1 and, for another purpose, at 10.0.0.2 and 10.0.0.3",
        )
    ]


def test_the_order_of_addresses_is_no_clash() -> None:
    planned = gathered(
        [zone("company.com")],
        record("sip.company.com", "10.0.0.1", "10.0.0.2"),
        record("sip.company.com", "10.0.0.2", "10.0.0.1"),
    )
    assert told(planned) == []


def test_two_services_at_one_name() -> None:
    name = "_sip._tls.company.com"
    planned = gathered(
        [zone("company.com")],
        record("a.company.com", "10.0.0.1"),
        record("b.company.com", "10.0.0.2"),
        record(name, SrvData(0, 0, 443, "a.company.com"), kind="SRV"),
        record(name, SrvData(0, 0, 443, "b.company.com"), kind="SRV", path="sip_domains[1]"),
    )
    assert told(planned) == [
        ("second-service", "sip_domains[1]", "'_sip._tls.company.com' leads to a.company.com and to b.company.com")
    ]


# Who writes it


@pytest.mark.parametrize(
    ("of_zone", "of_rules", "managed"),
    [
        ("ours", ["ours"], "ours"),
        ("other_team", ["ours"], "other_team"),
        ("ours", ["ours", "registered_elsewhere"], "registered_elsewhere"),
        ("other_team", ["registered_elsewhere"], "registered_elsewhere"),
    ],
)
def test_who_writes_a_record(of_zone: str, of_rules: list[str], managed: str) -> None:
    several = [record("fe01.company.com", "10.0.0.1", managed=one) for one in of_rules]
    (found,) = gathered([zone("company.com", managed=of_zone)], *several).records()
    assert found.managed == managed


# Targets


@pytest.mark.parametrize(
    ("kind", "value"), [("SRV", SrvData(0, 0, 5061, "sip.company.com")), ("CNAME", "sip.company.com")]
)
def test_a_target_needs_an_address_in_its_view(kind: str, value: Any) -> None:
    leading = record("_sip._tls.company.com", value, kind=kind, path="sip_domains[0]")
    zones = [zone("company.com"), zone("company.com", view="external")]
    outside = record("sip.company.com", "131.107.155.1", view="external")
    assert told(gathered(zones, leading, outside)) == [
        (
            "target-without-address",
            "sip_domains[0]",
            "'_sip._tls.company.com' leads to 'sip.company.com', for which no address record is planned",
        )
    ]
    for address in (record("sip.company.com", "10.0.0.1"), record("sip.company.com", "2001:db8::1", kind="AAAA")):
        assert told(gathered(zones, leading, address)) == []


def test_a_target_in_somebody_else_s_zones_needs_none() -> None:
    leading = record("lyncdiscover.company.com", "webdir.online.lync.com", kind="CNAME", target_elsewhere=True)
    assert told(gathered([zone("company.com")], leading)) == []
