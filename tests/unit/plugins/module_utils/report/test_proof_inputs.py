"""What a proof needs to know of the run before it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from proofkit import pki
from unit.places import ROOT as TREE
from unit.topologies import origin

from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, PlannedIssuer
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import ProofResult
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan
from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import read_outcome
from ansible_collections.ucops.rollout.plugins.module_utils.report.proof_inputs import (
    ProofInputs,
    name_servers,
    proof_inputs,
)
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint

ROOT, OTHER = pki.root(), pki.root("Other CA", number=20)
ISSUING = pki.intermediate(ROOT)
FQDN, ID = "ocssrv01.company.local", "ocssrv01.company.local/default"
TWO = [{"name": "dc1", "address": "10.0.0.5", "port": 53}, {"name": "dc2", "address": "10.0.0.6", "port": 53}]
DONE: dict[str, Any] = {
    "issue": {"changed": True, "state": "issued", "chain": ["intermediate", "issued root"]},
    "services": {"results": [{"changed": True}]},
    "thumbprint": "AB",
}


def inputs(
    servers: Any = None, *, dns: Any = None, check_mode: bool = False, authorities: Any = None, **more: Any
) -> ProofInputs:
    outcome = read_outcome({"dns": dns, "servers": servers, "check_mode": check_mode, "authorities": authorities})
    return proof_inputs(more.pop("plan", as_plan(origin())), outcome, more.pop("asked", TWO), **more)


def test_after_a_rollout() -> None:
    held = {"certificates": [{"chain": ["stored root"], "chain_problem": ""}], "root_thumbprints": ["R1"]}
    held |= {"authority_thumbprints": ["A1"], "disallowed_thumbprints": ["D1"]}
    server = {"certificates": {ID: DONE, "other": {"thumbprint": None}}, "held": held}
    assert inputs({FQDN: server, "fe2": {}}, dns={"changed": True}) == ProofInputs(
        servers=tuple(TWO),
        records=tuple(as_plan(origin()).to_plain()["records"]),
        endpoints=tuple(as_plan(origin()).to_plain()["endpoints"]),
        inside=tuple(TWO),
        thumbprints={ID: "AB"},
        roots=(),
        roots_complete=False,
        issuers=("stored root", "intermediate", "issued root"),
        anchors=(
            ProofResult(
                "trust",
                "root of ca01.company.local\\Company CA",
                "unproved",
                "the CA took no part in this run: nobody read whom clients trust. The playbooks of this collection read"
                " it where its host is in the inventory's group of CAs, and in --limit if there is one; a playbook of"
                " your own reads it before the proof (tasks_from: authority.yml of the role pool_verify). Or give its"
                " root certificate (pool_verify_roots)",
                expected={"read_on": "ca01.company.local"},
            ),
        ),
        sip_domains=("company.local", "company.com"),
        stores={
            FQDN: {
                "root_thumbprints": ("R1",),
                "authority_thumbprints": ("A1",),
                "disallowed_thumbprints": ("D1",),
                "called": FQDN,
                "addresses": ("10.0.0.11",),
            },
            "fe2": {"root_thumbprints": None, "authority_thumbprints": (), "disallowed_thumbprints": ()},
        },
        predicted=False,
        services_started=True,
        replicating=True,
        not_waited_for=("10.0.0.12",),
    )


def place(state: str, after: str = "NEW") -> dict[str, Any]:
    return {"assigned": [{"place": "10.0.0.11:5061", "before": "OLD", "after": after, "state": state}]}


@pytest.mark.parametrize(
    ("told", "failure", "wanted"),
    [
        ({"assignment": place("changed")}, "", {ID: "NEW"}),
        ({"assignment": place("not_read_back")}, "a later step failed", {ID: "NEW"}),
        ({"assignment": place("unchanged")}, "a later step failed", {ID: "NEW"}),
        ({"assignment": place("not_changed", "OLD")}, "", {}),
        ({"assignment": place("unchanged"), "binding": place("not_changed", "OLD")}, "", {}),
        ({"assignment": place("changed"), "proof": {"state": "restored"}}, "it does not serve", {}),
        ({"assignment": place("unchanged"), "proof": {"state": "restored"}}, "it does not serve", {ID: "NEW"}),
        ({"assignment": place("changed"), "proof": {"state": "not_restored"}}, "it does not serve", {ID: "NEW"}),
        ({"by_hand": {"edge:443": {**place("not_changed", "OLD"), "steps": ["assign it"]}}}, "", {ID: "NEW"}),
        ({}, "", {ID: "NEW"}),
        ({}, "nothing was changed here", {}),
    ],
)
def test_a_port_is_to_show_what_was_assigned_alone(told: Any, failure: str, wanted: Any) -> None:
    server = {"certificates": {ID: {**told, "thumbprint": "NEW"}}, "failure": failure}
    assert inputs({FQDN: server}).thumbprints == wanted


def test_servers_where_nothing_was_started_are_not_waited_for() -> None:
    assert inputs({}).not_waited_for == ("10.0.0.11", "10.0.0.12")
    other = {"certificates": {"ocssrv02.company.local/default": DONE}}
    both = {FQDN: {"certificates": {ID: DONE}}, "ocssrv02.company.local": other}
    assert inputs(both).not_waited_for == ()


AUTHORITY = {"name": "company ca", "ca_certificates": [ISSUING.pem, ROOT.pem], "serves": False}


def test_roots_are_those_of_the_ca_that_the_plan_names() -> None:
    """Not what it issued below, not what servers hold, and not what another CA on a host of that group has."""
    held = {"held": {"certificates": [{"chain": [OTHER.pem], "chain_problem": ""}]}}
    assert inputs({FQDN: held}, authorities={"ca1": AUTHORITY}).roots == (ROOT.pem,)
    assert inputs({FQDN: held}, authorities={"ca1": {**AUTHORITY, "name": "Company CA 2"}}).roots == ()
    assert inputs({FQDN: held}, authorities={"ca1": {}}).roots == ()


@pytest.mark.parametrize(
    ("authorities", "state", "message"),
    [
        (
            {"ca0": {"msg": "no answer"}, "ca1": AUTHORITY},
            "proved",
            f"clients trust 'CN=Company CA' ({ROOT.thumbprint}), read on the CA's own host",
        ),
        ({"ca1": {"msg": "cannot log on over WinRM"}}, "unproved", "cannot log on over WinRM"),
        ({"ca1": {**AUTHORITY, "name": "Other CA"}}, "unproved", "the CA on ca1 is 'Other CA'"),
        (
            {"ca1": {**AUTHORITY, "ca_certificates": [ISSUING.pem], "chain_problem": "no root above it"}},
            "unproved",
            "no root above it",
        ),
    ],
)
def test_whether_it_is_known_whom_clients_trust(authorities: Any, state: str, message: str) -> None:
    (anchor,) = inputs(authorities=authorities).anchors
    assert (anchor.state, anchor.message) == (state, message)


def test_roots_are_complete_where_those_of_all_planned_authorities_are_known() -> None:
    plan = as_plan(origin())
    public = replace(plan.certificates[0], issuer=PlannedIssuer("public", ""))
    other = replace(plan.certificates[0], issuer=PlannedIssuer("other", "ca02.company.local\\Other CA"))
    read = {"ca1": AUTHORITY}
    assert inputs(plan=plan, authorities=read).roots_complete
    assert not inputs(plan=plan).roots_complete
    for more in (public, other):
        mixed = replace(plan, certificates=(*plan.certificates, more))
        assert not inputs(plan=mixed, authorities=read).roots_complete
        assert inputs(plan=mixed, authorities=read, roots=["mine"]).roots_complete


def test_nothing_is_said_of_the_ca_where_roots_were_given_or_named() -> None:
    held = {"held": {"certificates": [{"chain": [OTHER.pem]}]}}
    assert inputs({FQDN: held}, roots=["mine"]).anchors == ()
    assert inputs({FQDN: held}, trusted=(Thumbprint(OTHER.thumbprint),)).anchors == ()


def test_root_whose_thumbprint_was_named_is_trusted_wherever_it_was_found() -> None:
    held = {"held": {"certificates": [{"chain": [ISSUING.pem, OTHER.pem]}]}}
    named = (Thumbprint(OTHER.thumbprint), Thumbprint(ISSUING.thumbprint))
    assert inputs({FQDN: held}, trusted=named).roots == (OTHER.pem,)
    assert inputs({FQDN: held}, trusted=named, authorities={"ca1": AUTHORITY}).roots == (ROOT.pem, OTHER.pem)


def test_roots_that_were_given_are_the_only_ones() -> None:
    given = inputs({FQDN: {"certificates": {ID: DONE}}}, roots=["mine"], authorities={"ca1": AUTHORITY})
    assert (given.roots, given.issuers) == (("mine",), ("intermediate", "issued root"))


@pytest.mark.parametrize(
    ("servers", "dns", "check_mode", "predicted"),
    [
        ({}, {"changed": True}, True, True),
        ({FQDN: {"certificates": {ID: {"request": {"changed": True}}}}}, {}, True, True),
        ({FQDN: {"certificates": {ID: {"request": {"changed": False}}}}}, {"changed": False}, True, False),
        ({FQDN: {"certificates": {ID: DONE}}}, {"changed": True}, False, False),
    ],
)
def test_check_mode_predicts_where_something_would_change(
    servers: Any, dns: Any, check_mode: bool, predicted: bool
) -> None:
    found = inputs(servers, dns=dns, check_mode=check_mode)
    assert found.predicted is predicted
    if check_mode:
        assert not found.services_started and not found.replicating


@pytest.mark.parametrize(
    ("servers", "stores"),
    [
        ({FQDN: {}, "fe2": {}}, {}),
        ({FQDN: {"failure": "no answer"}, "fe2": {}}, {FQDN: None, "fe2": None}),
        ({FQDN: {"held": {"root_thumbprints": []}}, "fe2": {}}, {FQDN: (), "fe2": None}),
    ],
)
def test_trust_among_servers_is_judged_where_somebody_read_them(servers: Any, stores: dict[str, Any]) -> None:
    assert {fqdn: one["root_thumbprints"] for fqdn, one in inputs(servers).stores.items()} == stores


def test_an_edge_is_called_by_the_name_of_its_pool_and_a_reverse_proxy_by_none() -> None:
    example = yaml.safe_load((TREE / "docs" / "examples" / "lync2013.yml").read_text(encoding="utf-8"))
    plan = as_plan(example["ucops_topology"])
    stores = inputs({one.fqdn: {"failure": "x"} for one in plan.servers}, plan=plan).stores
    chosen = ("fe01", "owa01", "edge01", "edge02", "proxy01")
    told = [stores[f"{name}.company.local"] for name in chosen]
    assert [(one["called"], one["addresses"]) for one in told] == [
        ("fe01.company.local", ("10.0.0.11", "fd00:10::11")),
        ("owa01.company.local", ("10.0.0.61",)),
        ("edgepool01.company.local", ("10.1.0.21",)),
        ("edgepool01.company.local", ("10.1.0.22",)),
        ("", ()),
    ]


def test_what_was_pushed_replicates_to_servers_that_the_zone_alone_names() -> None:
    assert inputs(dns={"changed": True}, asked=TWO[:1]).replicating
    assert not inputs(dns={"changed": False}).replicating


def test_an_empty_plan_has_no_sip_domain() -> None:
    assert inputs(plan=Plan()).sip_domains == ()


def test_name_servers_of_the_inventory() -> None:
    hostvars = {"dc1": {"ansible_host": "10.0.0.5"}, "dc2": {}}
    assert name_servers(["dc1", "dc2"], hostvars, 5353) == [
        {"name": "dc1", "address": "10.0.0.5", "port": 5353, "view": "internal"},
        {"name": "dc2", "address": "dc2", "port": 5353, "view": "internal"},
    ]


def test_name_servers_that_take_updates_are_asked_where_they_take_them() -> None:
    elsewhere = {"address": "10.0.0.7", "port": 5300}
    hostvars = {
        "ns1": {"ansible_host": "10.0.0.6", "pool_dns_update": {"server": elsewhere, "key": {"name": "rollout"}}},
        "ns2": {"ansible_host": "10.0.0.8", "pool_dns_update": {"kerberos": {}, "server": {"port": "x"}}},
        "ns3": {"pool_dns_update": "yes"},
    }
    assert name_servers(["ns1", "ns2", "ns3"], hostvars, 53, "external") == [
        {"name": "ns1", "address": "10.0.0.7", "port": 5300, "view": "external"},
        {"name": "ns2", "address": "10.0.0.8", "port": 53, "view": "external"},
        {"name": "ns3", "address": "ns3", "port": 53, "view": "external"},
    ]


def test_servers_and_what_they_are_asked_for_by_view() -> None:
    plan = as_plan(origin())
    outside = replace(plan.records[0], view="external")
    end = replace(plan.endpoints[0], view="external")
    both = replace(plan, records=(*plan.records, outside), endpoints=(*plan.endpoints, end))
    inside, beyond, any_view = {"name": "dc1", "view": "internal"}, {"name": "ns1", "view": "external"}, {"name": "x"}
    asked = [inside, beyond, any_view]

    found = inputs(plan=both, asked=asked, views=("internal", "external"))
    assert (found.servers, found.inside) == ((inside, beyond, any_view), (inside, any_view))
    assert (len(found.records), len(found.endpoints)) == (len(plan.records) + 1, len(plan.endpoints) + 1)
    assert found.sip_domains == ("company.local", "company.com")

    found = inputs(plan=both, asked=asked, views=("external",))
    assert (found.servers, found.sip_domains) == ((beyond, any_view), ())
    assert [one["view"] for one in (*found.records, *found.endpoints)] == ["external", "external"]


def test_what_was_removed_is_looked_for_beside_the_plan_and_by_itself() -> None:
    """A planned set is compared as a whole, so that what went out of it is not asked for twice."""
    plan = as_plan(origin())
    planned = next(one for one in plan.to_plain()["records"] if one["type"] == "A" and one["view"] == "internal")
    moved = {"zone": planned["zone"], "fqdn": planned["fqdn"], "type": "A", "values": ["10.0.0.99"], "view": "internal"}
    stale, outside = {**moved, "fqdn": "old.company.local"}, {**moved, "view": "external"}
    found = inputs(removed=[moved, stale, outside])
    assert found.removed == (moved, stale)
    assert found.records == (*plan.to_plain()["records"], stale)
