from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.record_sets import record_set

from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.dns.changes import (
    SetChange,
    Site,
    applied,
    compared,
    describe_change,
    described,
    plan,
    refuse_unsupported,
    rendered,
    stale_changes,
    unsupported,
)
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import Capabilities, FoundRecord
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import Reason, RecordSet, SrvData

ZONE = "company.local"
ZONES = [{"name": ZONE}]


def record(**more: Any) -> dict[str, Any]:
    return {"zone": ZONE, "name": "ocspool", "type": "A", "values": ["10.0.0.10"], **more}


def found(value: Any = "10.0.0.10", owner: str = "ocspool", kind: str = "A", **more: Any) -> FoundRecord:
    return FoundRecord(ZONE, f"{owner}.{ZONE}" if owner else ZONE, kind, value, more.pop("ttl", 3600), **more)


POOL = record_set(ZONE, "ocspool.company.local", "A", 3600, ("10.0.0.10",))
SIP = SrvData(0, 0, 5061, "ocspool.company.local")
SIGN_IN = record_set(ZONE, "_sipinternaltls._tcp.company.local", "SRV", 3600, (SIP,))


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
    wanted = record_set(ZONE, POOL.fqdn, "A", 3600, ("10.0.0.10", "10.0.0.20"))
    (change,) = plan([wanted], [found()]).changes
    assert (change.verb, change.add, change.retime) == ("change", ("10.0.0.20",), ())


def test_nothing_to_do() -> None:
    assert plan([POOL, SIGN_IN], [found(), found(SIP, "_sipinternaltls._tcp", "SRV")]).changes == ()


DEEP = record_set(ZONE, "_sipfederationtls._tcp.company.local", "SRV", 3600, (SIP,))
CURES = (
    "push into the child zone (declare {} under dns.internal.zones, as managed: other_team where others hold it), or {}"
)


@pytest.mark.parametrize(
    ("there", "zones", "told"),
    [
        (
            [found("ns2.company.test", "_tcp", "NS"), found("ns1.company.test", "_tcp", "NS")],
            (),
            "the zone company.local ends at _tcp.company.local, which is delegated to ns1.company.test,"
            " ns2.company.test, so what the zone holds there and below is never seen:"
            " _sipinternaltls._tcp.company.local SRV, _sipfederationtls._tcp.company.local SRV; "
            + CURES.format("_tcp.company.local", "remove the delegation"),
        ),
        (
            [found("ns1.company.test", "_tcp", "NS")],
            (ZONE, "_tcp.company.local"),
            "the zone company.local ends at _tcp.company.local, which is a zone of its own on this server, so what the"
            " zone holds there and below is never seen:"
            " _sipinternaltls._tcp.company.local SRV, _sipfederationtls._tcp.company.local SRV; "
            + CURES.format("_tcp.company.local", "delete that zone"),
        ),
        (
            [found("_tcp.company.com", "_tcp", "DNAME")],
            (),
            "the zone company.local ends at _tcp.company.local, which is redirected with all below it (DNAME to"
            " _tcp.company.com), so what the zone holds there and below is never seen:"
            " _sipinternaltls._tcp.company.local SRV, _sipfederationtls._tcp.company.local SRV; "
            + CURES.format("_tcp.company.local", "remove the DNAME"),
        ),
        (
            [found("ns1.company.test", "ocspool", "NS")],
            (),
            "the zone company.local ends at ocspool.company.local, which is delegated to ns1.company.test, so what the"
            " zone holds there and below is never seen: ocspool.company.local A; "
            + CURES.format("ocspool.company.local", "remove the delegation"),
        ),
    ],
    ids=["delegation", "child zone", "DNAME", "at the owner"],
)
def test_what_lies_below_the_end_of_the_zone_is_told_once(
    there: list[FoundRecord], zones: tuple[str, ...], told: str
) -> None:
    differences = plan([SIGN_IN, POOL, DEEP], there, zones)
    assert differences.problems == [told]
    hidden = {item for cut in differences.cuts for item in cut.hidden}
    assert {change.wanted for change in differences.changes} == {SIGN_IN, POOL, DEEP} - hidden


def test_the_highest_end_of_the_zone_counts() -> None:
    differences = plan([SIGN_IN], [found("ns1.test", "_sipinternaltls._tcp", "NS"), found("ns2.test", "_tcp", "NS")])
    assert [cut.owner for cut in differences.cuts] == ["_tcp.company.local"]


@pytest.mark.parametrize(
    ("there", "zones"),
    [
        ([found("ns1.test", "", "NS")], (ZONE, "local")),
        ([found("ns1.test", "_tls", "NS")], ("_tls.company.local", "tcp.company.local", "a._tcp.company.local")),
        ([found("ns1.test", "a._sipinternaltls._tcp", "NS")], ()),
    ],
    ids=["apex", "beside", "below"],
)
def test_other_cuts_play_no_part(there: list[FoundRecord], zones: tuple[str, ...]) -> None:
    assert plan([SIGN_IN], there, zones).problems == []


@pytest.mark.parametrize(
    ("wanted", "there", "words"),
    [
        (POOL, found("10.0.0.99"), "ocspool.company.local A: there is already 10.0.0.99, which is not planned"),
        (POOL, found("other.company.local", kind="CNAME"), "an alias (CNAME to other.company.local)"),
        (POOL, found("other", kind="DNAME"), "an alias (DNAME to other)"),
        (SIGN_IN, found(SrvData(0, 0, 5061, "old.company.local"), "_sipinternaltls._tcp", "SRV"),
         "there is already 0 0 5061 old.company.local"),
        (SIGN_IN, found(SrvData(0, 0, 5060, "ocspool.company.local"), "_sipinternaltls._tcp", "SRV"),
         "there is already 0 0 5060 ocspool.company.local"),
        (SIGN_IN, found(SrvData(5, 0, 5061, "ocspool.company.local"), "_sipinternaltls._tcp", "SRV"),
         "there is already 5 0 5061"),
    ],
)  # fmt: skip
def test_conflicts(wanted: RecordSet, there: FoundRecord, words: str) -> None:
    differences = plan([wanted], [there])
    assert differences.changes == ()
    assert [words in str(conflict) for conflict in differences.conflicts] == [True]


def test_name_servers_of_the_zone_itself_are_no_conflict() -> None:
    apex = record_set(ZONE, ZONE, "A", 3600, ("10.0.0.10",))
    assert plan([apex], [found("dc01.company.local", "", "NS")]).conflicts == ()


def test_the_alias_that_gives_way_is_told() -> None:
    alias = found("other.company.local", kind="CNAME")
    (change,) = plan([POOL], [alias], site=Site(replace=frozenset({POOL.fqdn}))).changes
    assert (change.verb, change.first, change.note) == ("create", (alias,), "in place of CNAME other.company.local")


def test_what_nobody_plans_any_more_is_told_with_the_way_to_remove_it() -> None:
    (change,) = stale_changes([found()], [found()], remove=False)
    told = "created by an earlier run and not planned any more: it is left as it is (purge: stale removes it)"
    assert (change.verb, change.note) == ("report", told)
    assert [(one.verb, one.note) for one in stale_changes([found()], [found()], remove=True)] == [("delete", "")]


def test_what_may_be_of_another_task_is_not_called_stale() -> None:
    """Under the name that all have who give none, purge: stale is refused."""
    (change,) = stale_changes([found()], [found()], remove=False, shared=True)
    assert (change.verb, change.note) == (
        "report",
        "created under the rollout name 'default', by an earlier run or by another task without a name of its own, and"
        " not planned here: it is left as it is. If nobody needs it, dns_record_sets with state: absent removes it",
    )


def test_dynamic_record_is_left_alone_and_reported() -> None:
    (change,) = plan([POOL], [found(ttl=1200, dynamic=True)]).changes
    assert (change.verb, change.add, change.retime) == ("report", (), ())
    assert change.note == (
        "registered dynamically (it has a time stamp), and left as it is: scavenging removes nothing from this zone as"
        " it is set now, and may once aging is turned on"
    )


AGED = found(ttl=1200, dynamic=True)
AGING = Site(aging={ZONE})
STATED = (
    "ocspool.company.local A: 10.0.0.10: it has a time stamp (registered dynamically), and in this zone scavenging"
    " removes what is not registered again; where its name is listed under replace, it becomes static as it stands"
)


@pytest.mark.parametrize(
    ("there", "site", "problems", "retime"),
    [
        (AGED, AGING, [STATED], ()),
        (AGED, Site(aging={"company.com"}), [], ()),
        (AGED, Site(aging={ZONE}, purge=True), [STATED], ()),
        (AGED, Site(aging={ZONE}, replace=frozenset({POOL.fqdn})), [], (AGED,)),
        (AGED, Site(replace=frozenset({POOL.fqdn})), [], (AGED,)),
        (found(), AGING, [], ()),
        (found("10.0.0.9", dynamic=True), AGING,
         ["ocspool.company.local A: there is already 10.0.0.9, which is not planned"], ()),
    ],
)  # fmt: skip
def test_what_scavenging_may_remove_stands_in_the_way(
    there: FoundRecord, site: Site, problems: list[str], retime: Any
) -> None:
    differences = plan([POOL], [there], site=site)
    assert differences.problems == problems
    assert [one for change in differences.changes for one in change.retime] == list(retime)


def test_a_set_that_scavenging_may_remove_is_compared_as_different_without_further_words() -> None:
    (one,) = compared([POOL], [AGED], plan([POOL], [AGED], site=AGING), {})
    assert (one.state, one.ages, one.problems, one.found) == ("different", True, (), ("10.0.0.10",))


def test_described_change() -> None:
    (change,) = plan(
        [record_set(ZONE, POOL.fqdn, "A", 3600, POOL.values, (Reason("r", "p", "s", "S"),))], [found(ttl=60)]
    ).changes
    assert describe_change(change, [found(ttl=3600)]).to_plain() == {
        "verb": "change",
        "what": "A ocspool.company.local",
        "zone": "company.local",
        "name": "ocspool",
        "type": "A",
        "before": {"ttl": 60, "values": ["10.0.0.10"]},
        "after": {"ttl": 3600, "values": ["10.0.0.10"]},
        "reasons": [{"rule": "r", "purpose": "p", "source": "s", "mark": "S"}],
    }
    (created,) = plan([SIGN_IN], []).changes
    assert describe_change(created, []).to_plain()["after"] is None
    assert describe_change(created, []).before is None
    there = [found(SIP, "_sipinternaltls._tcp", "SRV"), found("10.0.0.20")]
    assert describe_change(created, there).to_plain()["after"] == {
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
VALUES = {
    kind: st.lists(values, min_size=1, max_size=3, unique=True)
    for kind, values in (("A", ADDRESSES), ("SRV", SERVICES))
}


@st.composite
def wanted_sets(draw: st.DrawFn) -> list[RecordSet]:
    keys = draw(st.lists(st.tuples(OWNERS, st.sampled_from(["A", "SRV"])), unique=True, max_size=4))
    return [record_set(ZONE, owner, kind, draw(TTLS), tuple(draw(VALUES[kind]))) for owner, kind in keys]


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
    wanted: list[RecordSet], there: list[FoundRecord]
) -> None:
    differences = plan(wanted, there)
    against = {
        *(one.wanted for one in differences.conflicts),
        *(item for cut in differences.cuts for item in cut.hidden),
    }
    after = applied(there, differences.changes)
    for item in wanted:
        held = [record for record in after if (record.owner, record.type) == (item.fqdn, item.type)]
        if item not in against:
            assert {record.value for record in held} == set(item.values)
            assert all(record.ttl == item.ttl or record.dynamic for record in held)
    planned = {(item.fqdn, item.type) for item in wanted if item not in against}
    foreign = [record for record in there if (record.owner, record.type) not in planned]
    assert [record for record in after if (record.owner, record.type) not in planned] == foreign
    assert real(plan(wanted, after).changes) == []


@given(wanted_sets(), FOUND)
def test_conflict_exactly_where_another_hand_wrote(wanted: list[RecordSet], there: list[FoundRecord]) -> None:
    differences = plan(wanted, there)
    against = {
        *(one.wanted for one in differences.conflicts),
        *(item for cut in differences.cuts for item in cut.hidden),
    }
    for item in wanted:
        at = [record for record in there if record.owner == item.fqdn]
        alias = any(record.type == "CNAME" for record in at)
        delegated = item.fqdn != ZONE and any(record.type == "NS" for record in at)
        other = any(record.type == item.type and record.value not in item.values for record in at)
        assert (item in against) == (alias or delegated or other)


ALIAS = record_set(ZONE, "sip.company.local", "CNAME", 3600, ("ocspool.company.local",))


@pytest.mark.parametrize(
    ("there", "conflicts"),
    [
        ([], []),
        ([found("ocspool.company.local", "sip", "CNAME")], []),
        (
            [found("other.company.local", "sip", "CNAME")],
            ["there is already other.company.local, which is not planned"],
        ),
        (
            [found("10.0.0.9", "sip")],
            ["there is already A 10.0.0.9, and an alias allows no other record beside it"],
        ),
        # As every name of a signed zone has them.
        (
            [found("cname 13 2 3600 ...", "sip", "RRSIG"), found("web.company.local cname rrsig nsec", "sip", "NSEC")],
            [],
        ),
    ],
)
def test_alias_stands_alone(there: list[FoundRecord], conflicts: list[str]) -> None:
    assert [one.what for one in plan([ALIAS], there).conflicts] == conflicts


def test_what_a_server_cannot_be_asked_to_hold() -> None:
    able = Capabilities(types=("A", "SRV"))
    outside = dataclasses.replace(POOL, view="external")
    theirs = dataclasses.replace(ALIAS, managed="other_team")
    found_out = unsupported([POOL, theirs, ALIAS, outside], able, ("internal",))
    assert [one.path for one in found_out] == ["records[2]", "records[3]"]
    assert [str(one) for one in found_out] == [
        "CNAME sip.company.local: only A and SRV records are pushed;"
        " export_plan writes them for the people who own DNS",
        "A ocspool.company.local: no DNS server is named for the external view; put it into the inventory's group"
        " (ucops_dns, ucops_dns_external), or leave the view out (ucops_only): export_plan writes them for the people"
        " who own DNS",
    ]
    assert [one.path for one in unsupported([POOL, theirs, ALIAS, outside], able)] == ["records[2]"]
    with pytest.raises(RolloutError, match="nothing was touched, since records cannot be written: CNAME sip.company.l"):
        refuse_unsupported([POOL, ALIAS], able)
    refuse_unsupported([POOL, theirs], able)
    assert unsupported([outside], able) == ()
    refuse_unsupported([outside], able)


@pytest.mark.parametrize(
    ("there", "state", "dynamic"),
    [
        ([found()], "as_planned", False),
        ([found(ttl=60)], "different", False),
        ([found(ttl=60, dynamic=True)], "as_planned", True),
        ([found(), found("10.0.0.9")], "different", False),
        ([], "missing", False),
    ],
)
def test_a_set_beside_what_is_there(there: list[FoundRecord], state: str, dynamic: bool) -> None:
    (one,) = compared([POOL], there, plan([POOL], there), {})
    assert (one.state, one.dynamic, one.values) == (state, dynamic, ("10.0.0.10",))


def test_every_ttl_that_a_push_would_change_is_told() -> None:
    two = record_set(ZONE, POOL.fqdn, "A", 3600, ("10.0.0.10", "10.0.0.11", "10.0.0.12"))
    there = [found(), found("10.0.0.11", ttl=86400), found("10.0.0.12", ttl=60, dynamic=True)]
    (one,) = compared([two], there, plan([two], there), {})
    assert (one.state, one.found_ttl, one.other_ttls) == ("different", 60, (86400,))


def test_other_types_at_a_wanted_name_are_told_and_names_that_nobody_asked_about_are_not() -> None:
    there = [found(), found("fe80::1", kind="AAAA", ttl=60), found("text", kind="TXT"), found(owner="other")]
    ours, further = compared([POOL], there, plan([POOL], there), {})
    assert (ours.state, further.state, further.type) == ("as_planned", "further", "AAAA")
    assert (further.found, further.found_ttl, further.values, further.ttl) == (("fe80::1",), 60, (), None)


def test_a_set_that_nobody_would_see() -> None:
    below = record_set(ZONE, "sip.sub.company.local", "A", 3600, ("10.0.0.10",))
    there = [found(owner="sip.sub")]
    (one,) = compared([below], there, plan([below], there, {"sub.company.local"}), {})
    assert (one.state, one.problems) == (
        "different",
        ("the zone company.local ends at sub.company.local, which is a zone of its own on this server",),
    )
