"""Zones and records of a task's arguments, made uniform or refused with everything that is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from unit.damage import ANYTHING, ENDLESS, NEST, damaged, places
from unit.record_sets import record_set

from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import BadRecords, read_request
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    INTERNAL,
    Aging,
    PlannedZone,
    SrvData,
    ZoneSettings,
)
from ansible_collections.ucops.rollout.plugins.module_utils.values import Partition

ZONE = "company.local"
ZONES = [{"name": ZONE}]


def record(**more: Any) -> dict[str, Any]:
    return {"zone": ZONE, "name": "ocspool", "type": "A", "values": ["10.0.0.10"], **more}


def service(value: Any) -> dict[str, Any]:
    return record(name="_sip._tls", type="SRV", values=[value])


def test_origin_is_made_uniform() -> None:
    request = read_request(
        [
            {"view": "internal", "name": "Company.Local.", "if_missing": "fail"},
            {"name": "company.com", "if_missing": "create"},
        ],
        [
            record(
                name="OCSPool", fqdn="ocspool.company.local.", view="internal", ttl=3600, managed="ours", reasons=[]
            ),
            {
                "zone": "company.com",
                "name": "_SipInternalTLS._tcp",
                "type": "srv",
                "values": [{"priority": 0, "weight": "0", "port": 5061, "target": "OCSpool.company.com."}],
            },
            record(name="ocssrv01", managed="registered_elsewhere"),
        ],
    )
    assert request.zones == (
        PlannedZone(INTERNAL, "company.local", "fail"),
        PlannedZone(INTERNAL, "company.com", "create"),
    )
    assert request.sets == (
        record_set("company.local", "ocspool.company.local", "A", 3600, ("10.0.0.10",)),
        record_set(
            "company.com", "_sipinternaltls._tcp.company.com", "SRV", 3600,
            (SrvData(0, 0, 5061, "ocspool.company.com"),),
        ),
    )  # fmt: skip


def test_apex_and_full_name_alone() -> None:
    assert read_request(ZONES, [record(name="@")]).sets[0].fqdn == "company.local"
    assert read_request(ZONES, [record(name=None, fqdn="a.b.company.local")]).sets[0].fqdn == "a.b.company.local"


def test_values_given_twice_count_once() -> None:
    assert read_request(ZONES, [record(values=["10.0.0.1", "10.0.0.1"])]).sets[0].values == ("10.0.0.1",)


@pytest.mark.parametrize(
    ("zones", "records", "words"),
    [
        ([{"name": ""}], [], ["zones[0]", "empty"]),
        ([{"name": "company.local", "if_missing": "guess"}], [], ["zones[0]", "'guess'", "fail or create"]),
        ([{"name": "company.local", "missing": "x"}], [], ["unknown key 'missing'"]),
        (ZONES + [{"name": "COMPANY.local"}], [], ["'company.local' is given twice"]),
        (ZONES, [record(zone="company.com")], ["'company.com' is not among zones"]),
        (ZONES, [record(), record(name="OCSPOOL")], ["'ocspool.company.local A' is given twice", "1 and 2"]),
        (
            ZONES,
            [record(type="MX", values=["10 x"])],
            ["records[0]", "ocspool.company.local", "'MX'", "A, AAAA, CNAME"],
        ),
        (ZONES, [record(type="CNAME", values=["x"])], ["'x' is a single label"]),
        (ZONES, [record(type="CNAME", values=["a.company.local", "b.company.local"])], ["an alias has one"]),
        (ZONES, [record(type="AAAA", values=["10.0.0.1"])], ["'10.0.0.1' is no IPv6 address"]),
        (ZONES, [record(type="AAAA", values=["fe80::1%eth0"])], ["'fe80::1%eth0' is no IPv6 address"]),
        (
            ZONES,
            [record(), record(type="CNAME", values=["a.company.local"])],
            ["'ocspool.company.local': CNAME allows no A record beside it"],
        ),
        (
            ZONES,
            [record(name="@", type="CNAME", values=["a.company.local"])],
            ["'company.local': CNAME allows no SOA, NS record beside it"],
        ),
        (ZONES, [record(reasons=[{"rule": "x"}])], ["ocspool.company.local: reasons", "purpose: missing"]),
        (ZONES, [record(values=[])], ["no values"]),
        (ZONES, [record(values=["10.0.0.256"])], ["'10.0.0.256' is no IPv4 address"]),
        (ZONES, [record(values=["::1"])], ["'::1' is no IPv4 address"]),
        (ZONES, [record(values=["10.0.0.1\n"])], ["is no IPv4 address"]),
        (ZONES, [record(ttl=0)], ["ttl of 0"]),
        (ZONES, [record(ttl=2**31)], ["ttl of 2147483648"]),
        (ZONES, [record(ttl="soon")], ["'soon', not a number"]),
        (ZONES, [record(name="")], ["needs a name"]),
        (ZONES, [record(name="a b")], ["a space"]),
        (ZONES, [record(name="x' OR '1'='1")], ["records[0]"]),
        (
            ZONES,
            [record(name="Pool01.company.local.")],
            [
                "records[0]: name is 'pool01.company.local', a full name, where the name within the zone"
                " 'company.local' belongs. Give name: 'pool01', or the full name as fqdn alone"
            ],
        ),
        (ZONES, [record(name="company.local")], ["name is 'company.local', a full name", "Give name: '@'"]),
        (
            ZONES,
            [record(name="_sip", type="SRV", values=[{"port": 5061, "target": "a.company.local"}])],
            [
                "records[0]: _sip.company.local: the name of a SRV record begins with a service and a protocol, each"
                " with an underscore. Give it as _service._protocol, such as _sip._tls"
            ],
        ),
        (ZONES, [record(fqdn="other.company.local")], ["'other.company.local'", "'ocspool'"]),
        (ZONES, [record(name=None, fqdn="ocspool.company.com")], ["'ocspool.company.com'"]),
        (ZONES, [record(tll=60)], ["unknown key 'tll'"]),
        (5, [], ["zones must be a list, not a number"]),
        ([5], [], ["zones[0]: must be a mapping, not a number"]),
        (ZONES, "x", ["records must be a list, not text"]),
        (ZONES, [None], ["records[0]: must be a mapping, not empty"]),
        (ZONES, [record(managed="our")], ["records[0]: managed is 'our'", "ours, registered_elsewhere, other_team"]),
        (ZONES, [record(managed=["ours"])], ["records[0]: managed is a list"]),
        (ZONES, [record(values=5)], ["ocspool.company.local: values must be a list, not a number"]),
        (ZONES, [record(values="1.2.3.4")], ["ocspool.company.local: values must be a list, not text"]),
        (ZONES, [record(values=[True])], ["True is no IPv4 address"]),
        (ZONES, [record(reasons=5)], ["ocspool.company.local: reasons must be a list, not a number"]),
        (ZONES, [record(reasons="x")], ["ocspool.company.local: reasons must be a list, not text"]),
        (ZONES, [record(ttl="\u0663\u0660\u0660")], ["'\u0663\u0660\u0660', not a number"]),
        (ZONES, [record(ttl="3_600")], ["'3_600', not a number"]),
        (ZONES, [record(ttl=True)], ["True, not a number"]),
        (ZONES, [record(ttl=-1)], ["-1, not a number from 0 on"]),
        (ZONES, [record(ttl=ENDLESS)], ["a number of too many digits, not a number from 0 on"]),
        (ZONES, [record(name=5)], ["5 is not text"]),
        (ZONES, [record(type=5)], ["records of type 5 are not supported"]),
        (ZONES, [{**record(), 5: "x"}], ["unknown key 5"]),
        (ZONES, [service("0 0 5061 x")], ["mapping"]),
        (ZONES, [service({"port": 1, "target": "a.b.c", "wieght": 1})], ["unknown key 'wieght'"]),
        (
            ZONES,
            [service({"port": "\u0665", "target": "a.b.c"})],
            ["port is '\u0665', not"],
        ),
        (ZONES, [service({"port": 1, "target": ["a.b.c"]})], ["a list is not text"]),
        (
            ZONES,
            [service({"port": 65536, "target": "a.company.local"})],
            ["16 bits"],
        ),
        (
            ZONES,
            [service({"port": 0, "target": "a.company.local"})],
            ["port is 0"],
        ),
        (
            ZONES,
            [service({"port": 5061, "target": "a_b.company.local"})],
            ["a_b.company.local"],
        ),
    ],
)
def test_bad_input(zones: Any, records: Any, words: list[str]) -> None:
    with pytest.raises(BadRecords) as caught:
        read_request(zones, records)
    assert [word for word in words if word not in str(caught.value)] == []


def test_all_problems_at_once() -> None:
    with pytest.raises(BadRecords) as caught:
        read_request([{"name": ""}], [record(ttl=0), record(values=["x"])])
    assert len(caught.value.problems) == 3


def test_zones_whose_records_are_all_another_teams() -> None:
    zones = [{"name": name} for name in ("company.com", "fabrikam.com", "company.local")]
    theirs = [record(zone=name, managed="other_team") for name in ("company.com", "Fabrikam.com.")]
    ours = [record(zone="fabrikam.com", name="ours"), record(zone="company.local", managed="registered_elsewhere")]
    request = read_request(zones, [*theirs, *ours])
    assert request.elsewhere == {"company.com"}
    assert [request.takes_nothing(zone["name"]) for zone in zones] == [True, False, True]


def test_what_others_manage_is_not_even_checked() -> None:
    assert read_request(ZONES, [record(type="AAAA", managed="other_team", values=["x"])]).sets == ()


@pytest.mark.parametrize(
    ("kind", "given", "values"),
    [("AAAA", "2001:DB8:0::1", ("2001:db8::1",)), ("CNAME", "SIP.Company.com.", ("sip.company.com",))],
)
def test_values_of_further_types_are_made_uniform(kind: str, given: str, values: tuple[str, ...]) -> None:
    assert read_request(ZONES, [record(type=kind, values=[given])]).sets[0].values == values


def test_alias_and_address_of_different_names_go_together() -> None:
    request = read_request(ZONES, [record(), record(name="sip", type="CNAME", values=["ocspool.company.local"])])
    assert [(item.name, item.type) for item in request.sets] == [("ocspool", "A"), ("sip", "CNAME")]


# Whatever is given ends with a request, or with a text for people


def reads_or_tells(zones: Any, records: Any) -> None:
    try:
        read_request(zones, records)
    except BadRecords as error:
        str(error).encode("utf-8")


SOUND: Any = [
    [{"view": "internal", "name": ZONE, "if_missing": "create"}],
    [
        record(ttl=60, managed="ours", reasons=[{"rule": "a", "purpose": "b", "source": "c", "mark": "S"}]),
        record(name="_sip._tls", type="SRV", values=[{"priority": 0, "weight": 0, "port": 5061, "target": "a.b.c"}]),
        record(name="old", managed="other_team"),
    ],
]


@given(ANYTHING, ANYTHING)
def test_any_values_are_refused_in_words(zones: Any, records: Any) -> None:
    reads_or_tells(zones, records)
    reads_or_tells([zones], [records])


@given(damaged(SOUND[0]), damaged(SOUND[1]))
def test_damaged_records_are_read_or_refused_in_words(zones: Any, records: Any) -> None:
    reads_or_tells(zones, records)


@pytest.mark.parametrize("monster", [ENDLESS, NEST, "\ud800"], ids=["endless", "nest", "half a character"])
def test_what_cannot_be_written_out_is_refused_in_words(monster: Any) -> None:
    for container, key in list(places(SOUND)):
        sound, container[key] = container[key], monster
        reads_or_tells(*SOUND)
        container[key] = sound


def test_settings_of_a_zone() -> None:
    aging = {"enabled": True, "no_refresh_interval": 24, "refresh_interval": None}
    given = {"storage": None, "partition": "DomainDnsZones.company.local", "dynamic_update": "secure", "aging": aging}
    zones = [{"name": "company.com", "settings": given}, {"name": "b.test", "settings": None}]
    assert [zone.settings for zone in read_request(zones, []).zones] == [
        ZoneSettings(partition=Partition("domain"), dynamic_update="secure", aging=Aging(True, 24)),
        ZoneSettings(),
    ]


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        (
            {"storage": "file", "partition": "domain"},
            "company.com: settings: partition: a zone in a file lies in no directory partition",
        ),
        (
            {"storage": "file", "dynamic_update": "secure"},
            "company.com: settings: dynamic_update: only a zone in Active Directory takes secure updates",
        ),
        ({"storage": "disk"}, "company.com: settings: storage: 'disk' is none of directory, file"),
        (
            {"partition": "other"},
            "company.com: settings: partition: 'other' is no directory partition. Give domain, forest, legacy, or the"
            " DNS name of an application partition",
        ),
        (
            {"aging": {"enabled": True, "refresh_interval": 9000}},
            "company.com: settings: aging.refresh_interval: 9000 is none of 1 to 8760 hours",
        ),
        ({"aging": True}, "company.com: settings: aging: must be a mapping, not a truth value"),
        ("file", "company.com: settings: must be a mapping, not text"),
    ],
)
def test_settings_that_no_zone_has(settings: object, what: str) -> None:
    with pytest.raises(BadRecords) as caught:
        read_request([{"name": "company.com", "settings": settings}], [])
    assert caught.value.problems == (f"zones[0]: {what}",)


def test_a_zone_that_no_file_can_hold() -> None:
    with pytest.raises(BadRecords, match=r"zones\[0\]: the zone con.company.com cannot be kept in a file"):
        read_request([{"name": "con.company.com", "settings": {"storage": "file"}}], [])
