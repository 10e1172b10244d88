"""The hosts of a plan in an inventory: of each server, and all that take part."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.topologies import origin, origin_with

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.hosts import (
    Groups,
    RunHosts,
    ca_host,
    find_hosts,
    hosts_of_run,
    nearest_host,
    refuse_misspelt_groups,
    refuse_strangers,
    run_hosts,
    takes_updates,
    taking_part,
)
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan

GROUPS = Groups("fes", dns="dcs", ca="cas")
SERVERS = ("OCSSRV01", "ocssrv02.company.local")
INVENTORY = {
    "all": ["dc1", "dc2", "ca1", "CA01", "OCSSRV01", "ocssrv02.company.local", "other"],
    "dcs": ["dc1", "dc2"],
    "cas": ["ca1", "CA01"],
    "fes": ["OCSSRV01", "ocssrv02.company.local", "other"],
}


def test_exactly_the_hosts_of_the_plan_take_part() -> None:
    plan = find_hosts(as_plan(origin()), GROUPS, INVENTORY, check=True)
    assert plan.errors == ()
    assert hosts_of_run(plan, GROUPS, INVENTORY) == RunHosts(
        dns=("dc1",), ca=("CA01",), servers=("OCSSRV01", "ocssrv02.company.local"), views=("internal",)
    )


@pytest.mark.parametrize(
    ("parts", "hosts"),
    [
        (["plan", "report"], RunHosts()),
        (["plan", "dns"], RunHosts(dns=("dc1",))),
        (["plan", "certificates"], RunHosts(ca=("CA01",), servers=SERVERS)),
        (["plan", "assign"], RunHosts(servers=SERVERS)),
        (["plan", "dns", "verify"], RunHosts(dns=("dc1",), ca=("CA01",), servers=SERVERS)),
    ],
)
def test_only_hosts_that_the_parts_need_take_part(parts: list[str], hosts: RunHosts) -> None:
    plan = find_hosts(as_plan(origin()), GROUPS, INVENTORY, check=True)
    assert hosts_of_run(plan, GROUPS, INVENTORY, parts) == replace(hosts, views=("internal",))


def test_a_server_that_nobody_logs_on_to_needs_no_host() -> None:
    """Nor is it one where the inventory has it for other reasons; it takes part where certificates do."""
    topology = origin()
    topology["pools"][0]["servers"][1]["logon"] = False
    for inventory in (INVENTORY, {**INVENTORY, GROUPS.servers: SERVERS[:1]}):
        plan = find_hosts(as_plan(topology), GROUPS, inventory, check=True)
        assert plan.errors == () and [one.inventory_host for one in plan.servers] == [SERVERS[0], None]
        hosts = hosts_of_run(plan, GROUPS, inventory)
        assert (hosts.servers, hosts.by_hand) == (SERVERS[:1], ("ocssrv02.company.local",))
        assert hosts_of_run(plan, GROUPS, inventory, ["plan", "verify"]).by_hand == ()


def test_the_external_view_has_a_server_of_its_own() -> None:
    inventory = {**INVENTORY, "outside": ["ns1", "ns2"]}
    groups = replace(GROUPS, dns_external="outside")
    inside = find_hosts(as_plan(origin()), groups, inventory, check=True)
    assert hosts_of_run(inside, groups, inventory).views == ("internal",)  # nothing is planned outside

    both = replace(inside, zones=(*inside.zones, replace(inside.zones[0], view="external")))
    found = hosts_of_run(both, groups, inventory)
    assert (found.dns, found.dns_external, found.views) == (("dc1",), ("ns1",), ("internal", "external"))
    assert hosts_of_run(both, groups, inventory, ["plan", "verify"]).views == ("internal", "external")
    assert hosts_of_run(both, groups, {**inventory, "outside": []}).views == ("internal",)

    outside = replace(both, zones=both.zones[-1:])
    found = hosts_of_run(outside, groups, inventory)
    assert (found.dns, found.dns_external, found.views) == ((), ("ns1",), ("external",))
    assert find_hosts(outside, replace(groups, dns="none"), inventory, check=True).errors == ()

    with pytest.raises(RolloutError, match="dc1 is the first DNS server of both views, in the groups 'dcs' and 'outs"):
        hosts_of_run(both, groups, {**inventory, "outside": ["dc1"]})

    found = hosts_of_run(both, groups, inventory, every_dns_server=True)
    assert (found.dns, found.dns_external) == (("dc1", "dc2"), ("ns1", "ns2"))
    twice = {**inventory, "outside": ["ns1", "dc2"]}
    assert hosts_of_run(both, groups, twice).dns_external == ("ns1",)
    with pytest.raises(RolloutError, match="dc2 is a DNS server of both views, in the groups 'dcs' and 'outside'"):
        hosts_of_run(both, groups, twice, every_dns_server=True)


def test_the_groups_that_they_are_put_into() -> None:
    hosts = RunHosts(dns=("dc1",), ca=("dc1",), servers=("fe1", "fe2"), dns_external=("ns1",), by_hand=("proxy",))
    assert [(one.name, one.groups, one.view) for one in taking_part(hosts)] == [
        ("dc1", ("ucops_run_dns",), "internal"),
        ("ns1", ("ucops_run_dns",), "external"),
        ("dc1", ("ucops_run_ca",), ""),
        ("proxy", (), ""),  # which the inventory may not have
    ]


def test_the_hosts_of_its_plays() -> None:
    hosts = RunHosts(dns=("dc1",), ca=("dc1",), servers=("fe1", "fe2"), dns_external=("ns1",), by_hand=("proxy",))
    assert run_hosts(hosts) == ("dc1", "ns1", "fe1", "fe2", "proxy")
    assert run_hosts(hosts, "logged_on") == ("dc1", "ns1", "fe1", "fe2")
    assert run_hosts(hosts, "servers") == ("fe1", "fe2", "proxy")
    assert run_hosts(hosts, "by_hand") == ("proxy",)
    # Nobody logs on to a DNS server that the controller sends updates, unless it is a CA, too.
    updated = replace(hosts, updated=("ns1", "dc1"))
    assert run_hosts(updated) == ("dc1", "ns1", "fe1", "fe2", "proxy")
    assert run_hosts(updated, "logged_on") == ("dc1", "fe1", "fe2")
    with pytest.raises(RolloutError, match="'server' is no kind of hosts"):
        run_hosts(hosts, "server")


@pytest.mark.parametrize(
    "name",
    [
        "~fe.*",
        "!fe1",
        "&fe1",
        "fe*",
        "fe[1:2]",
        "fe1,fe2",
        "fe?",
        "front end",
        "fe:01:02",
        "fd00::1%fe",
        "group",
        "all",
    ],
)
def test_a_name_that_ansible_would_take_for_a_pattern(name: str) -> None:
    inventory = {**INVENTORY, GROUPS.dns: [name], "group": ["fe1"], "all": ["fe1", "dc1", name]}
    with pytest.raises(RolloutError, match="inventory: the name of the host '.*' stands for other hosts, too"):
        hosts_of_run(as_plan(origin()), GROUPS, inventory)


@pytest.mark.parametrize("name", ["fe1", "fe-1.company.local", "10.0.0.1", "fd00::1", "fé1", "own"])
def test_names_that_are_none(name: str) -> None:
    assert hosts_of_run(as_plan(origin()), GROUPS, {**INVENTORY, GROUPS.dns: [name], "own": ["own"]}).dns == (name,)


def test_dns_servers_that_take_updates() -> None:
    hostvars = {"ns1": {"pool_dns_update": {"timeout": 5}}, "dc1": {"pool_dns_update": {}}, "dc2": {}}
    found = [host for host in (*hostvars, "nobody") if takes_updates(hostvars, host)]
    assert found == ["ns1"]
    plan = find_hosts(as_plan(origin()), GROUPS, INVENTORY, check=True)
    assert hosts_of_run(plan, GROUPS, INVENTORY, updated=["dc1", "dc2"]).updated == ("dc1",)
    assert hosts_of_run(plan, GROUPS, INVENTORY).updated == ()


def test_groups_that_the_parts_do_not_need_may_be_missing() -> None:
    groups = Groups("fes", dns="none", ca="nowhere")
    assert find_hosts(as_plan(origin()), groups.of_parts(["plan", "assign"]), INVENTORY, check=True).errors == ()
    proof = ["plan", "verify"]
    assert find_hosts(as_plan(origin()), groups.of_parts(proof), INVENTORY, check=True).errors == ()
    assert hosts_of_run(as_plan(origin()), groups, INVENTORY, proof).ca == ()
    missing = find_hosts(as_plan(origin()), groups.of_parts(["plan", "certificates"]), INVENTORY, check=True).errors
    assert [finding.where for finding in missing] == ["nowhere"]


def test_groups_that_are_not_asked_for_and_servers_without_a_host() -> None:
    groups = Groups("fes")
    plan = find_hosts(as_plan(origin()), groups, {"fes": ["OCSSRV01"], "dcs": ["dc1"]}, check=False)
    assert hosts_of_run(plan, groups, INVENTORY) == RunHosts(servers=("OCSSRV01",), views=("internal",))


@pytest.mark.parametrize(
    ("ca", "candidates", "host"),
    [
        ("ca01.company.local\\Company CA", ["x", "ca01.company.local"], "ca01.company.local"),
        ("ca01.company.local\\Company CA", ["x", "CA01"], "CA01"),
        ("ca01\\Company CA", ["x", "ca01"], "ca01"),
        ("ca01.company.local\\Company CA", ["issuer", "x"], ""),
        ("", ["issuer", ""], ""),
        ("ca01.company.local\\Company CA", [], ""),
    ],
)
def test_the_host_of_a_ca(ca: str, candidates: list[str], host: str) -> None:
    assert ca_host(ca, candidates) == host


def test_what_is_missing_becomes_a_finding() -> None:
    plan = find_hosts(
        as_plan(origin_with({"pools[0].servers[1].inventory_host": "OCSSRV01"})),
        Groups("fes", dns="none"),
        {"fes": ["ocssrv01"]},
        check=True,
    )
    assert [finding.code for finding in plan.errors] == ["inventory-group-empty", "inventory-host-shared"]
    missing = find_hosts(as_plan(origin()), Groups("fes"), {"fes": ["ocssrv01"]}, check=True)
    assert [(one.code, one.where) for one in missing.errors] == [
        ("server-without-inventory-host", "ocssrv02.company.local")
    ]


def test_a_ca_that_no_host_stands_for_is_known_before_any_logon() -> None:
    inventory = {**INVENTORY, "cas": ["issuer"]}
    (finding,) = find_hosts(as_plan(origin()), GROUPS, inventory, check=True).errors
    assert (finding.code, finding.where) == ("ca-without-inventory-host", "ca01.company.local\\Company CA")
    assert finding.message == (
        "the CA ca01.company.local\\Company CA has no host in the inventory group 'cas'; looked for"
        " 'ca01.company.local' and 'ca01'"
    )
    assert find_hosts(as_plan(origin()), Groups("fes", dns="dcs"), inventory, check=True).errors == ()


def test_groups_of_a_run_are_its_own() -> None:
    refuse_strangers({"ucops_run_dns": ["dc1"], "ucops_servers": ["fe1"]}, ["dc1"])
    with pytest.raises(RolloutError, match="inventory: the inventory has a group 'ucops_run_dns' of its own, with dc2"):
        refuse_strangers({"ucops_run_dns": ["dc1", "dc2"]}, ["dc1"])


def test_a_group_of_nearly_the_name_is_told() -> None:
    groups = Groups("ucops_servers", dns="ucops_dns", ca="ucops_ca", dns_external="ucops_dns_external")
    whole = {"all": ["fe1"], "ucops_servers": ["fe1"], "ucops_dns": ["dc1"], "ucops_ca": ["ca1"], "ungrouped": ["x"]}
    refuse_misspelt_groups(groups, {**whole, "ucops_server": ["fe1"], "ucops_run_dns": ["dc1"]})
    refuse_misspelt_groups(groups, {"all": ["fe1"]})
    refuse_misspelt_groups(replace(groups, dns="ucops_dns_internal"), {**whole, "ucops_dns_internal": ["dc1"]})
    del whole["ucops_servers"]
    with pytest.raises(RolloutError) as refused:
        refuse_misspelt_groups(groups, {**whole, "ucops_severs": ["fe1"], "ucops_dns_extern": ["ns1"]})
    assert str(refused.value) == (
        "inventory: there is no group 'ucops_servers' with hosts, did you mean the group 'ucops_severs'? Write the name"
        " alike in the inventory and in ucops_servers_group; there is no group 'ucops_dns_external' with hosts, did you"
        " mean the group 'ucops_dns_extern'? Write the name alike in the inventory and in ucops_dns_external_group"
    )


def test_a_missing_host_is_told_with_the_nearest_free_one() -> None:
    inventory = {**INVENTORY, "fes": ["OCSSRV01", "ocssrv2", "other"], "cas": ["ca02"]}
    ca, server = find_hosts(as_plan(origin()), GROUPS, inventory, check=True).errors
    assert server.message == (
        "the server 'ocssrv02.company.local' has no host in the inventory group 'fes'; looked for"
        " 'ocssrv02.company.local' and 'ocssrv02'; the nearest name there is 'ocssrv2'"
    )
    assert ca.message.endswith("looked for 'ca01.company.local' and 'ca01'")
    assert nearest_host(["ocssrv02"], ["OCSSRV2", "x"]) == "; the nearest name there is 'OCSSRV2'"
    assert nearest_host(["ocssrv02"], ["dc01"]) == ""


def test_servers_are_missed_by_the_parts_that_work_on_them_alone() -> None:
    inventory = {**INVENTORY, "fes": []}
    for parts, missed in ((["plan", "dns", "report"], 0), (["plan", "dns", "verify"], 2), (["plan", "assign"], 2)):
        plan = find_hosts(as_plan(origin()), Groups("fes", dns="dcs"), inventory, check=True, parts=parts)
        assert len(plan.errors) == missed, parts
