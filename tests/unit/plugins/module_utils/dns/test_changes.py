from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.dns.changes import (
    BadRecords,
    FoundRecord,
    SetChange,
    WantedSet,
    WantedZone,
    applied,
    describe_change,
    described,
    normalise,
    plan,
    rendered,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import SrvData

ZONE = "company.local"
ZONES = [{"name": ZONE}]


def record(**more: Any) -> dict[str, Any]:
    return {"zone": ZONE, "name": "ocspool", "type": "A", "values": ["10.0.0.10"], **more}


def found(value: Any = "10.0.0.10", owner: str = "ocspool", kind: str = "A", **more: Any) -> FoundRecord:
    return FoundRecord(ZONE, f"{owner}.{ZONE}" if owner else ZONE, kind, value, more.pop("ttl", 3600), **more)


POOL = WantedSet(ZONE, "ocspool.company.local", "A", 3600, ("10.0.0.10",))
SIP = SrvData(0, 0, 5061, "ocspool.company.local")
SIGN_IN = WantedSet(ZONE, "_sipinternaltls._tcp.company.local", "SRV", 3600, (SIP,))


def test_origin_is_made_uniform() -> None:
    request = normalise(
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
    assert request.zones == (WantedZone("company.local", "fail"), WantedZone("company.com", "create"))
    assert request.sets == (
        WantedSet("company.local", "ocspool.company.local", "A", 3600, ("10.0.0.10",)),
        WantedSet(
            "company.com", "_sipinternaltls._tcp.company.com", "SRV", 3600,
            (SrvData(0, 0, 5061, "ocspool.company.com"),),
        ),
    )  # fmt: skip


def test_apex_and_full_name_alone() -> None:
    assert normalise(ZONES, [record(name="@")]).sets[0].owner == "company.local"
    assert normalise(ZONES, [record(name=None, fqdn="a.b.company.local")]).sets[0].owner == "a.b.company.local"


def test_values_given_twice_count_once() -> None:
    assert normalise(ZONES, [record(values=["10.0.0.1", "10.0.0.1"])]).sets[0].values == ("10.0.0.1",)


@pytest.mark.parametrize(
    ("zones", "records", "words"),
    [
        ([{"name": ""}], [], ["zones[0]", "empty"]),
        ([{"name": "company.local", "if_missing": "guess"}], [], ["zones[0]", "'guess'", "fail or create"]),
        ([{"name": "company.local", "missing": "x"}], [], ["unknown key 'missing'"]),
        (ZONES + [{"name": "COMPANY.local"}], [], ["'company.local' is given twice"]),
        (ZONES, [record(zone="company.com")], ["'company.com' is not among zones"]),
        (ZONES, [record(), record(name="OCSPOOL")], ["'ocspool.company.local A' is given twice", "1 and 2"]),
        (ZONES, [record(type="AAAA", values=["::1"])], ["records[0]", "ocspool.company.local", "'AAAA'", "A, SRV"]),
        (ZONES, [record(type="CNAME", values=["x"])], ["'CNAME'"]),
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
        (ZONES, [record(fqdn="other.company.local")], ["'other.company.local'", "'ocspool'"]),
        (ZONES, [record(name=None, fqdn="ocspool.company.com")], ["'ocspool.company.com'"]),
        (ZONES, [record(tll=60)], ["unknown key 'tll'"]),
        (ZONES, [record(type="SRV", values=["0 0 5061 x"])], ["mapping"]),
        (ZONES, [record(type="SRV", values=[{"port": 65536, "target": "a.company.local"}])], ["16 bits"]),
        (ZONES, [record(type="SRV", values=[{"port": 0, "target": "a.company.local"}])], ["port is 0"]),
        (ZONES, [record(type="SRV", values=[{"port": 5061, "target": "a_b.company.local"}])], ["a_b.company.local"]),
    ],
)
def test_bad_input(zones: Any, records: Any, words: list[str]) -> None:
    with pytest.raises(BadRecords) as caught:
        normalise(zones, records)
    assert [word for word in words if word not in str(caught.value)] == []


def test_all_problems_at_once() -> None:
    with pytest.raises(BadRecords) as caught:
        normalise([{"name": ""}], [record(ttl=0), record(values=["x"])])
    assert len(caught.value.problems) == 3


def test_what_others_manage_is_not_even_checked() -> None:
    assert normalise(ZONES, [record(type="AAAA", managed="other_team")]).sets == ()


@pytest.mark.parametrize(
    ("there", "verb", "add", "retime"),
    [
        ([], "create", ("10.0.0.10",), ()),
        ([found("text", kind="TXT")], "create", ("10.0.0.10",), ()),
        ([found("fe80::1", kind="AAAA")], "create", ("10.0.0.10",), ()),
        ([found(ttl=60)], "change", (), (found(ttl=60),)),
    ],
)
def test_changes(there: list[FoundRecord], verb: str, add: Any, retime: Any) -> None:
    (change,) = plan([POOL], there).changes
    assert (change.verb, change.add, change.retime) == (verb, add, retime)


def test_second_value_joins_the_first() -> None:
    wanted = WantedSet(ZONE, POOL.owner, "A", 3600, ("10.0.0.10", "10.0.0.20"))
    (change,) = plan([wanted], [found()]).changes
    assert (change.verb, change.add, change.retime) == ("change", ("10.0.0.20",), ())


def test_nothing_to_do() -> None:
    assert plan([POOL, SIGN_IN], [found(), found(SIP, "_sipinternaltls._tcp", "SRV")]).changes == ()


@pytest.mark.parametrize(
    ("wanted", "there", "words"),
    [
        (POOL, found("10.0.0.99"), "ocspool.company.local A: there is already 10.0.0.99, which is not planned"),
        (POOL, found("other.company.local", kind="CNAME"), "an alias (CNAME to other.company.local)"),
        (POOL, found("other", kind="DNAME"), "an alias (DNAME to other)"),
        (POOL, found("ns1.company.local", kind="NS"), "delegated to ns1.company.local"),
        (SIGN_IN, found(SrvData(0, 0, 5061, "old.company.local"), "_sipinternaltls._tcp", "SRV"),
         "there is already 0 0 5061 old.company.local"),
        (SIGN_IN, found(SrvData(0, 0, 5060, "ocspool.company.local"), "_sipinternaltls._tcp", "SRV"),
         "there is already 0 0 5060 ocspool.company.local"),
        (SIGN_IN, found(SrvData(5, 0, 5061, "ocspool.company.local"), "_sipinternaltls._tcp", "SRV"),
         "there is already 5 0 5061"),
    ],
)  # fmt: skip
def test_conflicts(wanted: WantedSet, there: FoundRecord, words: str) -> None:
    differences = plan([wanted], [there])
    assert differences.changes == ()
    assert [words in str(conflict) for conflict in differences.conflicts] == [True]


def test_name_servers_of_the_zone_itself_are_no_conflict() -> None:
    apex = WantedSet(ZONE, ZONE, "A", 3600, ("10.0.0.10",))
    assert plan([apex], [found("dc01.company.local", "", "NS")]).conflicts == ()


def test_dynamic_record_is_left_alone_and_reported() -> None:
    (change,) = plan([POOL], [found(ttl=1200, dynamic=True)]).changes
    assert (change.verb, change.add, change.retime) == ("report", (), ())
    assert "scavenging" in change.note


def test_described_change() -> None:
    (change,) = plan([WantedSet(ZONE, POOL.owner, "A", 3600, POOL.values, ({"rule": "r"},))], [found(ttl=60)]).changes
    assert describe_change(change) == {
        "verb": "change",
        "zone": "company.local",
        "name": "ocspool",
        "type": "A",
        "before": {"ttl": 60, "values": ["10.0.0.10"]},
        "after": {"ttl": 3600, "values": ["10.0.0.10"]},
        "reasons": [{"rule": "r"}],
    }
    (created,) = plan([SIGN_IN], []).changes
    assert describe_change(created)["before"] is None
    assert describe_change(created)["after"] == {
        "ttl": 3600,
        "values": [{"priority": 0, "weight": 0, "port": 5061, "target": "ocspool.company.local"}],
    }


def test_described_and_rendered_are_stable() -> None:
    records = [found(SIP, "_sipinternaltls._tcp", "SRV"), found("10.0.0.20"), found()]
    assert [(item["name"], item["type"], item["values"]) for item in described(records)] == [
        ("_sipinternaltls._tcp", "SRV", [to_plain(SIP)]),
        ("ocspool", "A", ["10.0.0.10", "10.0.0.20"]),
    ]
    assert rendered({ZONE: "primary zone"}, records) == (
        "; company.local: primary zone\n"
        "_sipinternaltls._tcp.company.local. 3600 IN SRV 0 0 5061 ocspool.company.local\n"
        "ocspool.company.local. 3600 IN A 10.0.0.10\n"
        "ocspool.company.local. 3600 IN A 10.0.0.20\n"
    )


OWNERS = st.sampled_from(["a.company.local", "b.company.local", "_sip._tls.company.local", "company.local"])
ADDRESSES = st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.3"])
SERVICES = st.builds(
    SrvData, st.integers(0, 1), st.just(0), st.just(5061), st.sampled_from(["a.company.local", "b.x.y"])
)
TTLS = st.sampled_from([60, 3600])


@st.composite
def wanted_sets(draw: st.DrawFn) -> list[WantedSet]:
    keys = draw(st.lists(st.tuples(OWNERS, st.sampled_from(["A", "SRV"])), unique=True, max_size=4))
    return [
        WantedSet(ZONE, owner, kind, draw(TTLS),
                  tuple(draw(st.lists(ADDRESSES if kind == "A" else SERVICES, min_size=1, max_size=3, unique=True))))
        for owner, kind in keys
    ]  # fmt: skip


FOUND = st.lists(
    st.one_of(
        st.builds(FoundRecord, st.just(ZONE), OWNERS, st.just("A"), ADDRESSES, TTLS, st.booleans()),
        st.builds(FoundRecord, st.just(ZONE), OWNERS, st.just("SRV"), SERVICES, TTLS),
        st.builds(
            FoundRecord, st.just(ZONE), OWNERS, st.sampled_from(["TXT", "AAAA", "NS", "CNAME"]), st.just("x"), TTLS
        ),
    ),
    max_size=6,
)


def real(changes: tuple[SetChange, ...]) -> list[SetChange]:
    return [change for change in changes if change.verb != "report"]


@given(wanted_sets(), FOUND)
def test_changes_lead_to_what_is_wanted_and_touch_nothing_else(
    wanted: list[WantedSet], there: list[FoundRecord]
) -> None:
    differences = plan(wanted, there)
    against = {conflict.wanted for conflict in differences.conflicts}
    after = applied(there, differences.changes)
    for item in wanted:
        held = [record for record in after if (record.owner, record.type) == (item.owner, item.type)]
        if item not in against:
            assert {record.value for record in held} == set(item.values)
            assert all(record.ttl == item.ttl or record.dynamic for record in held)
    planned = {(item.owner, item.type) for item in wanted if item not in against}
    foreign = [record for record in there if (record.owner, record.type) not in planned]
    assert [record for record in after if (record.owner, record.type) not in planned] == foreign
    assert real(plan(wanted, after).changes) == []


@given(wanted_sets(), FOUND)
def test_conflict_exactly_where_another_hand_wrote(wanted: list[WantedSet], there: list[FoundRecord]) -> None:
    against = {conflict.wanted for conflict in plan(wanted, there).conflicts}
    for item in wanted:
        at = [record for record in there if record.owner == item.owner]
        alias = any(record.type == "CNAME" for record in at)
        delegated = item.owner != ZONE and any(record.type == "NS" for record in at)
        other = any(record.type == item.type and record.value not in item.values for record in at)
        assert (item in against) == (alias or delegated or other)
