"""What a site may want otherwise than the products' tables: SRV data, aliases, names without SRV, a backup pool."""

from __future__ import annotations

from typing import Any

import pytest
from unit.lync_sites import codes, director, edge, enterprise, named, plan_of, proxy, rows, server, standard, topology
from unit.topologies import origin_with

from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, SrvData
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.reading.explain import explain
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse

EE = [standard(), edge(), proxy()]
SIGN_IN = "_sipinternaltls._tcp.contoso.com"


def site(sip_domain: dict[str, Any], pools: list[dict[str, Any]] | None = None, **more: Any) -> Plan:
    return plan_of(
        topology(
            "lync2013",
            pools or [standard(), edge(), proxy()],
            sip_domains=[{"name": "contoso.com", **sip_domain}],
            **more,
        )
    )


def of(plan: Plan, fqdn: str, view: str = "internal") -> list[tuple[str, tuple[Any, ...]]]:
    return [(one.type, one.values) for one in plan.records if one.fqdn == fqdn and one.view == view]


def origin_plan(sip_domain: dict[str, Any]) -> Plan:
    return make_plan(parse(origin_with({"sip_domains[1]": {"name": "company.com", **sip_domain}})))


# SRV data


def test_data_of_srv_records() -> None:
    plan = site(
        {
            "srv": {
                "internal": {"priority": 5, "weight": 10, "port": 443, "target": "lync.contoso.com"},
                "external": {"priority": 1, "weight": 2, "port": 5061},
                "federation": {"weight": 7},
            },
            "plain_tcp": True,
        }
    )
    assert of(plan, SIGN_IN) == [("SRV", (SrvData(5, 10, 443, "lync.contoso.com"),))]
    assert of(plan, "_sipinternal._tcp.contoso.com") == [("SRV", (SrvData(5, 10, 5060, "lync.contoso.com"),))]
    assert of(plan, "lync.contoso.com") == [("A", ("10.0.0.1",))]
    assert of(plan, "_sip._tls.contoso.com", "external") == [("SRV", (SrvData(1, 2, 5061, "sip.contoso.com"),))]
    federation = "_sipfederationtls._tcp.contoso.com"
    assert of(plan, federation, "external") == [("SRV", (SrvData(0, 7, 5061, "sip.contoso.com"),))]
    assert "lync.contoso.com" in named(plan, "se01.contoso.com/default")[1]
    led = [(one.name, one.port, one.certificates) for one in plan.endpoints if one.name == "lync.contoso.com"]
    assert led == [("lync.contoso.com", 443, ("se01.contoso.com/default",))]


def test_srv_data_of_ocs() -> None:
    plan = origin_plan({"srv": {"internal": {"priority": 3, "weight": 4, "target": "ocs.company.com"}}})
    assert of(plan, "_sipinternaltls._tcp.company.com") == [("SRV", (SrvData(3, 4, 5061, "ocs.company.com"),))]
    assert of(plan, "ocs.company.com") == [("A", ("10.0.0.10",))]
    assert of(plan, "ocspool.company.com") == []
    assert of(plan, "_sipinternaltls._tcp.company.local") == [("SRV", (SrvData(0, 0, 5061, "ocspool.company.local"),))]
    assert plan.errors == ()


@pytest.mark.parametrize(
    ("access", "wanted", "target"),
    [
        ("access1.contoso.com", "access", "access1.contoso.com"),
        ("access1.contoso.com", "sip", "sip.contoso.com"),
        ("access1.contoso.com", "edge", "access1.contoso.com"),
        ("access1.fabrikam.com", "access", "sip.contoso.com"),
        ("access1.fabrikam.com", "sip", "sip.contoso.com"),
        ("access1.fabrikam.com", "edge", "access1.fabrikam.com"),
    ],
)
@pytest.mark.parametrize("product", ["ocs2007", "ocs2007r2", "lync2013", "sfbse"])
def test_target_outside(product: str, access: str, wanted: str, target: str) -> None:
    pools = [standard(web={}), edge(access)]
    sip_domains = [{"name": "contoso.com", "external_srv_target": wanted}]
    plan = plan_of(topology(product, pools, sip_domains=sip_domains))
    for owner, port in (("_sip._tls.contoso.com", 443), ("_sipfederationtls._tcp.contoso.com", 5061)):
        assert of(plan, owner, "external") == [("SRV", (SrvData(0, 0, port, target),))]
    assert of(plan, target, "external") == [("A", ("131.107.155.10",))]


def test_a_target_outside_of_the_sites_own() -> None:
    plan = site({"srv": {"external": {"target": "im.contoso.com"}}})
    assert of(plan, "_sip._tls.contoso.com", "external") == [("SRV", (SrvData(0, 0, 443, "im.contoso.com"),))]
    assert of(plan, "im.contoso.com", "external") == [("A", ("131.107.155.10",))]
    assert named(plan, "lsedge.contoso.net/edge_external")[1] == [
        "webcon.contoso.com",
        "sip.contoso.com",
        "im.contoso.com",
    ]


# Names without SRV records


def test_sip_alone() -> None:
    plan = site({"fallback": True, "fallback_names": ["sip"]})
    names = {record.fqdn for record in plan.records}
    assert "sip.contoso.com" in names
    assert names.isdisjoint({"sipinternal.contoso.com", "sipexternal.contoso.com"})
    assert "sipinternal.contoso.com" not in named(plan, "se01.contoso.com/default")[1]
    ocs = origin_plan({"fallback": True, "fallback_names": ["sip"]})
    assert of(ocs, "sip.company.com") == [("A", ("10.0.0.10",))]
    assert of(ocs, "sipinternal.company.com") == []


def test_sip_as_alias() -> None:
    given = {"fallback": True, "external_srv_target": "edge", "sip_internal": "cname", "sip_external": "cname"}
    plan = site(given, [standard(), edge("access1.contoso.com"), proxy()])
    assert of(plan, "sip.contoso.com") == [("CNAME", ("se01.contoso.com",))]
    assert of(plan, "sip.contoso.com", "external") == [("CNAME", ("access1.contoso.com",))]
    assert "sip.contoso.com" in named(plan, "se01.contoso.com/default")[1]
    assert "sip.contoso.com" in named(plan, "lsedge.contoso.net/edge_external")[1]
    assert "sip-name-is-alias" in codes(plan)


def test_sip_as_alias_for_ocs() -> None:
    plan = origin_plan({"fallback": True, "sip_internal": "cname"})
    assert of(plan, "sip.company.com") == [("CNAME", ("ocspool.company.local",))]
    assert plan.errors == ()


def test_no_alias_at_the_apex_of_a_zone() -> None:
    zones = {"zones": [{"name": "contoso.net"}, {"name": "contoso.com", "kind": "pin_point"}]}
    dns = {"internal": zones, "external": {"zones": ["contoso.com"]}}
    plan = site(
        {"fallback": True, "fallback_names": ["sip"], "sip_internal": "cname"},
        dns=dns,
        simple_urls={"internal": "cname"},
    )
    assert of(plan, "sip.contoso.com") == [("A", ("10.0.0.1",))]
    assert of(plan, "meet.contoso.com") == [("A", ("10.0.0.1",))]


# Simple URLs


def test_simple_urls_as_aliases() -> None:
    plan = site({}, simple_urls={"internal": "cname", "external": "cname"})
    assert [row for row in rows(plan) if row[0] == "CNAME"] == [
        ("CNAME", "admin.contoso.com", "se01.contoso.com"),
        ("CNAME", "dialin.contoso.com", "se01.contoso.com"),
        ("CNAME", "meet.contoso.com", "se01.contoso.com"),
    ]
    assert [row for row in rows(plan, "external") if row[0] == "CNAME"] == [
        ("CNAME", "dialin.contoso.com", "webcon01.contoso.com"),
        ("CNAME", "meet.contoso.com", "webcon01.contoso.com"),
    ]
    assert {"meet.contoso.com", "dialin.contoso.com", "admin.contoso.com"} <= set(
        named(plan, "se01.contoso.com/default")[1]
    )


def test_hosts_that_are_the_web_services_own_name_have_addresses() -> None:
    pools = [
        enterprise(web={"internal_fqdn": "lync.contoso.com", "external_fqdn": "lync.contoso.com"}),
        edge(),
        proxy(),
    ]
    plan = site({}, pools, simple_urls={"layout": 2, "internal": "cname", "external": "cname"})
    assert of(plan, "lync.contoso.com") == [("A", ("10.0.0.20",))]
    assert of(plan, "lync.contoso.com", "external") == [("A", ("131.107.155.40",))]


# A backup pool

BACKUP = {"fqdn": "pool02.contoso.net", "edition": "standard", "servers": [server("pool02.contoso.net", "10.0.2.1")]}


def with_backup(product: str, backup: Any, **sip_domain: Any) -> Plan:
    domains = [{"name": "contoso.com", "home": "se01.contoso.com", "backup": backup, **sip_domain}]
    return plan_of(topology(product, [BACKUP, standard(), edge(), proxy()], sip_domains=domains, device_update=True))


def test_a_second_srv_target() -> None:
    plan = with_backup("lync2013", "pool02.contoso.net")
    assert of(plan, SIGN_IN) == [
        ("SRV", (SrvData(0, 0, 5061, "se01.contoso.com"), SrvData(10, 0, 5061, "pool02.contoso.com")))
    ]
    assert of(plan, "pool02.contoso.com") == [("A", ("10.0.2.1",))]
    names = named(plan, "pool02.contoso.net/default")[1]
    assert {"sip.contoso.com", "pool02.contoso.com", "meet.contoso.com"} <= set(names)
    assert [(one.port, one.certificates) for one in plan.endpoints if one.name == "pool02.contoso.com"] == [
        (5061, ("pool02.contoso.net/default",))
    ]


def test_each_target_is_looked_at() -> None:
    """With srv_target pool the second target, which no strict client takes, is told as well as the first."""
    plan = with_backup("lync2013", "pool02.contoso.net", srv_target="pool")
    told = [one.message for one in plan.findings if one.code == "srv-target-outside-sip-domain"]
    assert told == [
        f"the SRV record '{SIGN_IN}' leads to 'pool02.contoso.net', which does not lie in the SIP domain 'contoso.com'"
    ]
    assert "port 5061 of pool02.contoso.net (priority 10, weight 0)" in " ".join(explain(plan, SIGN_IN).split())


def test_priority_and_weight_of_the_backup() -> None:
    backup = {"pool": "pool02.contoso.net", "priority": 20, "weight": 5}
    plan = with_backup("sfb2015", backup, srv_target="sip", srv={"internal": {"priority": 10, "weight": 1}})
    assert of(plan, SIGN_IN) == [
        ("SRV", (SrvData(10, 1, 5061, "sip.contoso.com"), SrvData(20, 5, 5061, "pool02.contoso.com")))
    ]


def test_a_home_that_stands_behind_its_director() -> None:
    domains = [{"name": "contoso.com", "backup": "se01.contoso.com"}]
    plan = plan_of(topology("lync2013", [standard(), director()], sip_domains=domains))
    assert of(plan, SIGN_IN) == [
        ("SRV", (SrvData(0, 0, 5061, "dir01.contoso.com"), SrvData(10, 0, 5061, "se01.contoso.com")))
    ]


# One certificate for Edge and reverse proxy


def test_one_certificate_for_edge_and_proxy() -> None:
    plan = site({}, [standard(), edge(), proxy(shares_certificate_of="lsedge.contoso.net")])
    outside = [one for one in plan.certificates if "lsrp.contoso.com" in one.holders]
    assert [one.id for one in outside] == ["lsedge.contoso.net/edge_external"]
    (one,) = outside
    assert one.common_name == "sip.contoso.com"
    assert one.holders == ("lsedge.contoso.net", "lsrp.contoso.com")
    assert one.subject_alternative_names == (
        "webcon.contoso.com",
        "sip.contoso.com",
        "webcon01.contoso.com",
        "meet.contoso.com",
        "dialin.contoso.com",
        "lyncdiscover.contoso.com",
    )
    assert (one.key.exportable, one.key.shared) == (True, True)
    assert set(one.name_reasons) == set(one.names)
    assert [(each.server, each.component) for each in one.assignments][-1] == ("lsrp.contoso.com", "reverse_proxy")
    met = {each.name: each.certificates for each in plan.endpoints if each.view == "external"}
    assert met["meet.contoso.com"] == met["sip.contoso.com"] == ("lsedge.contoso.net/edge_external",)
