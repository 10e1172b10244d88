"""The part of a plan that a site wants rolled out."""

from __future__ import annotations

import pytest
from unit.lync_sites import director, edge, enterprise, plan_of, proxy, topology

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.only import Only, only, read_only
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse

SITE = topology("lync2013", [enterprise(), director(), edge(), proxy()])
WHOLE = plan_of(SITE)


def part(**wanted: tuple[str, ...]) -> Plan:
    return only(WHOLE, parse(SITE), Only(**wanted))


def test_what_a_site_wrote() -> None:
    assert read_only({}) == Only()
    written = {"pools": ["a.b"], "views": "internal"}
    assert read_only(written) == Only(pools=("a.b",), views=("internal",))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("internal", "this is text, not a mapping of kinds to names"),
        (None, "this is empty, not a mapping of kinds to names"),
        ("", "this is text, not a mapping of kinds to names"),
        ([], "this is a list, not a mapping of kinds to names"),
        ({"views": []}, "views names nothing"),
        ({"pools": None, "uses": ""}, "pools names nothing; uses names nothing"),
        ({"views": False}, "views is a truth value, no list of names"),
        ({"view": ["internal"]}, "there is no kind 'view', did you mean 'views'?"),
        ({"views": {"internal": True}}, "views is a mapping, no list of names"),
        ({"pools": [1]}, "pools is a list of other things than names"),
        ({"x" * 900: []}, "there is no kind 'x*...'"),
    ],
)
def test_another_form_is_refused(given: object, told: str) -> None:
    with pytest.raises(RolloutError) as caught:
        read_only(given)
    assert told.replace("*", "x" * 252) in str(caught.value) and "such as {views: [internal]}" in str(caught.value)


def test_everything_is_the_plan_itself() -> None:
    assert part() is WHOLE
    assert WHOLE.left_out == ()


def test_one_view() -> None:
    inside = part(views=("internal",))
    assert {one.view for one in (*inside.zones, *inside.records, *inside.endpoints)} == {"internal"}
    assert inside.records == tuple(one for one in WHOLE.records if one.view == "internal")
    assert (inside.certificates, inside.servers) == (WHOLE.certificates, WHOLE.servers)
    assert {one.kind for one in inside.left_out} == {"record"}
    assert "SRV _sip._tls.contoso.com (external)" in [one.what for one in inside.left_out]
    assert len(inside.left_out) == len(WHOLE.records) - len(inside.records)


def test_one_pool() -> None:
    pool = part(pools=("dir01.contoso.net",))
    assert [one.fqdn for one in pool.servers] == ["dir01.contoso.net"]
    assert {holder for one in pool.certificates for holder in one.holders} >= {"dir01.contoso.net"}
    assert ("server", "ee01.contoso.com") in [(one.kind, one.what) for one in pool.left_out]
    assert ("certificate", "ee01.contoso.com/default") in [(one.kind, one.what) for one in pool.left_out]
    assert {one.code for one in pool.findings} == {one.code for one in WHOLE.findings}


def test_a_record_set_that_pools_share_stays_whole() -> None:
    fronts, names = part(roles=("front_end",)), {}
    for one in WHOLE.records:
        names[one.view, one.fqdn, one.type] = one
    assert fronts.records and all(names[one.view, one.fqdn, one.type] == one for one in fronts.records)


def test_one_use() -> None:
    default = part(uses=("default",))
    assert {one.use for one in default.certificates} == {"default"}
    held = {one.id for one in default.certificates}
    assert all(held & {*one.certificates} for one in default.endpoints if one.certificates)


def test_all_that_is_given_narrows() -> None:
    both = part(roles=("edge",), views=("external",))
    assert [one.fqdn for one in both.servers] == ["lsedge.contoso.net"]
    assert {one.view for one in both.records} == {"external"}
    assert "A sip.contoso.com" in [f"{one.type} {one.fqdn}" for one in both.records]


def test_zones_without_wanted_records_are_not_touched() -> None:
    """Else an empty zone would be created, and would hide what is known of it elsewhere."""
    one = part(pools=("dir01.contoso.net",), views=("internal",))
    assert {zone.name for zone in one.zones} == {record.zone for record in one.records}


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"pools": ("pool9.contoso.com",)}, "pools: this plan has no 'pool9.contoso.com', it has dir01.contoso.net, "),
        (
            {"roles": ("mediation",)},
            "roles: this plan has no 'mediation', it has director, edge, front_end, reverse_pr",
        ),
        ({"views": ("inside",)}, "views: this plan has no 'inside', it has external, internal"),
        ({"uses": ("web", "x\u202e")}, "uses: this plan has no 'web', 'x\\u202e', it has "),
    ],
)
def test_what_the_plan_does_not_have_is_refused(wanted: dict[str, tuple[str, ...]], told: str) -> None:
    with pytest.raises(RolloutError) as caught:
        part(**wanted)
    assert str(caught.value).startswith(f"ucops_only: {told}")
    assert str(caught.value).isascii()


def test_what_is_refused_is_told_in_a_few_words() -> None:
    with pytest.raises(RolloutError) as caught:
        part(views=("\0" * 5000,), uses=tuple(f"use{number:05}" for number in range(20000)))
    views, uses = str(caught.value).split("; ")[:2]
    assert views.startswith(r"ucops_only: views: this plan has no '\x00")
    assert views.endswith(r"\x00...', it has external, internal")
    assert uses.startswith("uses: this plan has no 'use00000', 'use00001', ")
    assert "'use00009' and 19990 more, it has " in uses
    assert len(str(caught.value)) < 2000


def test_a_pool_is_named_as_dns_compares_names() -> None:
    assert part(pools=("DIR01.Contoso.NET.",)) == part(pools=("dir01.contoso.net",))


def test_a_part_that_is_empty_is_refused() -> None:
    with pytest.raises(RolloutError, match="ucops_only: nothing of the plan is in all that is named"):
        part(pools=("lsrp.contoso.com",), views=("internal",), uses=("default",))
