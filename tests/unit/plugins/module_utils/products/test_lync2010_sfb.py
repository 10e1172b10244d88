"""Lync Server 2010 and Skype for Business Server: worked examples of the vendor's documents, written out.

Where a document contradicts itself or a later correction, the test says which form was decided on.
"""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import TopologyError, parse

SFB = ("sfb2015", "sfb2019", "sfbse")
TWO_DOMAINS = [{"name": "contoso.com", "srv_target": "sip"}, {"name": "fabrikam.com", "srv_target": "sip"}]
NO_AUTODISCOVER = {"internal": "none", "external": "none"}
CA = {"enterprise": {"ca": "ca01.contoso.net\\Contoso CA"}, "public": {"public": True}}


def topology(product: str, pools: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    zones = [{"name": name} for name in ("contoso.net", "contoso.com", "fabrikam.com")]
    made = {
        "schema": 1,
        "product": product,
        "ad_domain": "contoso.net",
        "sip_domains": ["contoso.com"],
        "dns": {"internal": {"zones": zones}, "external": {"zones": zones[1:]}},
        "pools": pools,
        "certificates": {"issuers": CA},
    }
    certificates = more.pop("certificates", {})
    made.update(more)
    made["certificates"] = {**made["certificates"], **certificates}
    return made


def server(fqdn: str, *addresses: str) -> dict[str, Any]:
    return {"fqdn": fqdn, "addresses": {"internal": list(addresses)}}


def standard(**more: Any) -> dict[str, Any]:
    return {
        "fqdn": "se01.contoso.com",
        "edition": "standard",
        "web": {"external_fqdn": "webcon01.contoso.com"},
        "servers": [server("se01.contoso.com", "10.0.0.1")],
        **more,
    }


def enterprise(**more: Any) -> dict[str, Any]:
    return {
        "fqdn": "eepool.contoso.com",
        "web": {"internal_fqdn": "webint.contoso.com", "external_fqdn": "webcon01.contoso.com"},
        "load_balancer": {"type": "dns", "vips": {"web": ["10.0.0.20"]}},
        "servers": [server("ee01.contoso.com", "10.0.0.11"), server("ee02.contoso.com", "10.0.0.12")],
        **more,
    }


def director(**more: Any) -> dict[str, Any]:
    return {
        "fqdn": "dir01.contoso.net",
        "role": "director",
        "web": {"external_fqdn": "webdirexternal.contoso.com"},
        "servers": [server("dir01.contoso.net", "10.0.0.31")],
        **more,
    }


def edge(access: str = "sip.contoso.com", **more: Any) -> dict[str, Any]:
    """The single consolidated Edge of the library's summaries, behind NAT."""
    outside = {
        service: [{"private": f"10.45.16.{last}", "public": f"131.107.155.{last}"}]
        for service, last in (("access", 10), ("web_conferencing", 20), ("av", 30))
    }
    return {
        "fqdn": "lsedge.contoso.net",
        "role": "edge",
        "edge": {"access": access, "web_conferencing": "webcon.contoso.com", "av": "av.contoso.com"},
        "servers": [{"fqdn": "lsedge.contoso.net", "addresses": {"internal": ["172.25.33.10"], **outside}}],
        **more,
    }


def proxy(**more: Any) -> dict[str, Any]:
    return {
        "fqdn": "lsrp.contoso.com",
        "role": "reverse_proxy",
        "servers": [{"fqdn": "lsrp.contoso.com", "addresses": {"external": ["131.107.155.40"]}}],
        **more,
    }


def plan_of(given: dict[str, Any]) -> Plan:
    plan = make_plan(parse(given))
    assert [str(finding) for finding in plan.errors] == []
    return plan


def rows(plan: Plan, view: str = "internal") -> list[tuple[Any, ...]]:
    """Type, owner and data of each record, sorted; SRV data as (port, target)."""
    found = []
    for record in plan.records:
        if record.view == view:
            data = [one if isinstance(one, str) else (one.port, one.target) for one in record.values]
            found.append((record.type, record.fqdn, *data))
    return sorted(found, key=str)


def one_certificate(plan: Plan, identity: str) -> PlannedCertificate:
    found = {certificate.id: certificate for certificate in plan.certificates}
    assert identity in found, sorted(found)
    return found[identity]


def named(plan: Plan, identity: str) -> tuple[str, list[str]]:
    one = one_certificate(plan, identity)
    return one.common_name, list(one.subject_alternative_names)


def codes(plan: Plan) -> set[str]:
    return {finding.code for finding in plan.findings}


def problems(given: dict[str, Any]) -> str:
    with pytest.raises(TopologyError) as caught:
        parse(given)
    return str(caught.value)


# Simple URLs (W15)


@pytest.mark.parametrize(
    ("urls", "hosts"),
    [
        ({"layout": 1}, ["admin.contoso.com", "dialin.contoso.com", "meet.contoso.com", "meet.fabrikam.com"]),
        ({"layout": 2, "base": "SfB2015"}, ["sfb2015.contoso.com", "sfb2015.fabrikam.com"]),
        ({"layout": 3, "base": "SfB2015"}, ["sfb2015.contoso.com"]),
        (
            {"layout": 1, "scheduler": True},
            [
                "admin.contoso.com",
                "dialin.contoso.com",
                "meet.contoso.com",
                "meet.fabrikam.com",
                "scheduler.contoso.com",
            ],
        ),
    ],
)
@pytest.mark.parametrize("product", SFB)
def test_simple_urls(product: str, urls: dict[str, Any], hosts: list[str]) -> None:
    plan = plan_of(
        topology(product, [standard()], sip_domains=TWO_DOMAINS, simple_urls=urls, autodiscover=NO_AUTODISCOVER)
    )
    other = {"se01.contoso.com", "sip.contoso.com", "sip.fabrikam.com"}
    assert [row[1] for row in rows(plan) if row[0] == "A" and row[1] not in other] == hosts
    assert {row[2] for row in rows(plan) if row[1] in hosts} == {"10.0.0.1"}


@pytest.mark.parametrize(
    ("urls", "word"),
    [
        (["https://SfB2015.contoso.com/Meet", "https://SfB2015.contoso.com/Meet/Dialin"], "begins"),
        (["https://fe.contoso.com:88/meet", "https://dialin.contoso.com"], "port"),
    ],
)
def test_simple_urls_that_the_products_refuse(urls: list[str], word: str) -> None:
    given = topology(
        "sfb2015",
        [standard()],
        simple_urls={"urls": [{"kind": "meet", "url": urls[0]}, {"kind": "dialin", "url": urls[1]}]},
    )
    try:
        told = "\n".join(str(one) for one in make_plan(parse(given)).findings)
    except TopologyError as error:
        told = str(error)
    assert "simple_urls" in told
    assert word.lower() in told.lower()


# Standard Edition and Enterprise pool (W16, W17)


@pytest.mark.parametrize("product", SFB)
def test_standard_edition_certificates(product: str) -> None:
    plan = plan_of(
        topology(
            product,
            [standard()],
            sip_domains=TWO_DOMAINS,
            autodiscover=NO_AUTODISCOVER,
            certificates={"placement": "per_use"},
        )
    )
    assert named(plan, "se01.contoso.com/default") == (
        "se01.contoso.com",
        ["se01.contoso.com", "sip.contoso.com", "sip.fabrikam.com"],
    )
    assert named(plan, "se01.contoso.com/web_internal") == (
        "se01.contoso.com",
        ["se01.contoso.com", "meet.contoso.com", "meet.fabrikam.com", "dialin.contoso.com", "admin.contoso.com"],
    )
    assert named(plan, "se01.contoso.com/web_external") == (
        "se01.contoso.com",
        ["webcon01.contoso.com", "meet.contoso.com", "meet.fabrikam.com", "dialin.contoso.com"],
    )
    assert named(plan, "global/oauth") == ("contoso.com", [])


@pytest.mark.parametrize("product", ["lync2010"])
def test_standard_edition_of_2010_has_no_oauth_certificate(product: str) -> None:
    plan = plan_of(
        topology(
            product,
            [standard()],
            sip_domains=TWO_DOMAINS,
            autodiscover=NO_AUTODISCOVER,
            certificates={"placement": "per_use"},
        )
    )
    assert [one.id for one in plan.certificates] == [
        "se01.contoso.com/default",
        "se01.contoso.com/web_internal",
        "se01.contoso.com/web_external",
    ]
    assert named(plan, "se01.contoso.com/default") == (
        "se01.contoso.com",
        ["se01.contoso.com", "sip.contoso.com", "sip.fabrikam.com"],
    )


@pytest.mark.parametrize("product", ["lync2010", *SFB])
def test_enterprise_default_certificate(product: str) -> None:
    plan = plan_of(
        topology(
            product,
            [enterprise()],
            sip_domains=TWO_DOMAINS,
            autodiscover=NO_AUTODISCOVER,
            certificates={"placement": "per_use"},
        )
    )
    assert named(plan, "ee01.contoso.com/default") == (
        "eepool.contoso.com",
        ["eepool.contoso.com", "ee01.contoso.com", "sip.contoso.com", "sip.fabrikam.com"],
    )
    assert named(plan, "ee02.contoso.com/default") == (
        "eepool.contoso.com",
        ["eepool.contoso.com", "ee02.contoso.com", "sip.contoso.com", "sip.fabrikam.com"],
    )


@pytest.mark.parametrize("product", ["lync2010", *SFB])
def test_enterprise_web_certificates_hold_what_rule_and_example_name(product: str) -> None:
    """The tables contradict their own example (C13); every name of either is there."""
    plan = plan_of(
        topology(
            product,
            [enterprise()],
            sip_domains=TWO_DOMAINS,
            autodiscover=NO_AUTODISCOVER,
            certificates={"placement": "per_use"},
        )
    )
    urls = {"meet.contoso.com", "meet.fabrikam.com", "dialin.contoso.com"}
    inside = set(one_certificate(plan, "ee01.contoso.com/web_internal").subject_alternative_names)
    outside = set(one_certificate(plan, "ee01.contoso.com/web_external").subject_alternative_names)
    assert {"webint.contoso.com", "ee01.contoso.com", "eepool.contoso.com", "admin.contoso.com"} | urls <= inside
    assert {"webcon01.contoso.com"} | urls <= outside
    assert "webint.contoso.com" not in outside


# Director (W21, W45, C19)


@pytest.mark.parametrize("product", SFB)
def test_single_director(product: str) -> None:
    plan = plan_of(
        topology(
            product,
            [enterprise(), director()],
            simple_urls={"layout": 1, "admin": False},
        )
    )
    assert named(plan, "dir01.contoso.net/default")[0] == "dir01.contoso.net"
    wanted = {
        "dir01.contoso.net",
        "dialin.contoso.com",
        "meet.contoso.com",
        "lyncdiscoverinternal.contoso.com",
        "lyncdiscover.contoso.com",
    }
    assert wanted <= set(named(plan, "dir01.contoso.net/default")[1])
    for owner in ("dir01.contoso.net", "dialin.contoso.com", "meet.contoso.com", "webdirexternal.contoso.com"):
        assert ("A", owner, "10.0.0.31") in rows(plan)


@pytest.mark.parametrize("product", ["lync2010", *SFB])
def test_director_pool_certificate_names_the_pool_too(product: str) -> None:
    """The page's example leaves the Director pool out (C19); its rule, and the 2013 page, have it."""
    pool = director(
        fqdn="dirpool.contoso.net",
        web={"internal_fqdn": "webdirint.contoso.net", "external_fqdn": "directorwebcon01.contoso.com"},
        load_balancer={"type": "dns", "vips": {"web": ["10.0.0.30"]}},
        servers=[server("dir01.contoso.net", "10.0.0.31"), server("dir02.contoso.net", "10.0.0.32")],
    )
    plan = plan_of(topology(product, [enterprise(), pool], certificates={"placement": "per_use"}))
    subject, names = named(plan, "dir01.contoso.net/default")
    assert subject == "dirpool.contoso.net"
    assert names[:2] == ["dirpool.contoso.net", "dir01.contoso.net"]
    assert ("A", "dirpool.contoso.net", "10.0.0.31", "10.0.0.32") in rows(plan)
    outside = one_certificate(plan, "dir01.contoso.net/web_external").subject_alternative_names
    assert "directorwebcon01.contoso.com" in outside
    assert "webcon01.contoso.com" not in outside


# Edge (W24, W37, W39, C3, C5, C18, C20, C24)


@pytest.mark.parametrize(
    ("product", "names"),
    [
        ("lync2010", ["webcon.contoso.com", "sip.contoso.com", "sip.fabrikam.com"]),
        ("sfb2015", ["sip.contoso.com", "webcon.contoso.com", "sip.fabrikam.com"]),
        ("sfb2019", ["sip.contoso.com", "webcon.contoso.com", "sip.fabrikam.com"]),
        ("sfbse", ["sip.contoso.com", "webcon.contoso.com", "sip.fabrikam.com"]),
    ],
)
def test_single_consolidated_edge(product: str, names: list[str]) -> None:
    plan = plan_of(
        topology(
            product,
            [enterprise(), edge()],
            sip_domains=["contoso.com", "fabrikam.com"],
            federation={"partner_discovery": True},
        )
    )
    outside = rows(plan, "external")
    assert outside == [
        ("A", "av.contoso.com", "131.107.155.30"),
        ("A", "sip.contoso.com", "131.107.155.10"),
        ("A", "sip.fabrikam.com", "131.107.155.10"),
        ("A", "webcon.contoso.com", "131.107.155.20"),
        ("SRV", "_sip._tls.contoso.com", (443, "sip.contoso.com")),
        ("SRV", "_sip._tls.fabrikam.com", (443, "sip.fabrikam.com")),
        ("SRV", "_sipfederationtls._tcp.contoso.com", (5061, "sip.contoso.com")),
        ("SRV", "_sipfederationtls._tcp.fabrikam.com", (5061, "sip.fabrikam.com")),
    ]
    assert ("A", "lsedge.contoso.net", "172.25.33.10") in rows(plan)
    assert named(plan, "lsedge.contoso.net/edge_external") == ("sip.contoso.com", names)
    assert named(plan, "lsedge.contoso.net/edge_internal") == ("lsedge.contoso.net", [])
    assert one_certificate(plan, "lsedge.contoso.net/edge_external").issuer.name == "public"
    assert one_certificate(plan, "lsedge.contoso.net/edge_internal").issuer.name == "enterprise"


def test_edge_2010_whose_access_name_is_not_sip() -> None:
    """The page of 2011 left its subject access.contoso.com out of the list, against its own rule (C3)."""
    plan = plan_of(
        topology("lync2010", [enterprise(), edge("access.contoso.com")], sip_domains=["contoso.com", "fabrikam.com"])
    )
    subject, names = named(plan, "lsedge.contoso.net/edge_external")
    assert subject == "access.contoso.com"
    assert {"access.contoso.com", "webcon.contoso.com", "sip.contoso.com", "sip.fabrikam.com"} == set(names)


@pytest.mark.parametrize("product", SFB)
def test_hybrid_adds_the_tenant_s_sip_names(product: str) -> None:
    plan = plan_of(
        topology(
            product,
            [enterprise(), edge()],
            federation={"partner_discovery": True},
            hybrid={"tenant_domains": ["originalcompany.com"]},
        )
    )
    subject, names = named(plan, "lsedge.contoso.net/edge_external")
    assert subject == "sip.contoso.com"
    assert names == ["sip.contoso.com", "webcon.contoso.com", "sip.originalcompany.com"]
    assert ("A", "webcon.contoso.com", "131.107.155.20") in rows(plan)


@pytest.mark.parametrize("product", ["lync2013", *SFB])
def test_cut_over_to_microsoft_365(product: str) -> None:
    domains = ["contoso.com", {"name": "fabrikam.com", "cut_over": True}]
    plan = plan_of(topology(product, [enterprise(), edge()], sip_domains=domains, federation={}))
    moved = [record for record in plan.records if record.fqdn.endswith("fabrikam.com")]
    found = {
        (record.view, record.type, record.name, record.ttl): [
            one if isinstance(one, str) else (one.priority, one.weight, one.port, one.target) for one in record.values
        ]
        for record in moved
    }
    assert found == {
        ("external", "SRV", "_sipfederationtls._tcp", 3600): [(100, 1, 5061, "sipfed.online.lync.com")],
        ("external", "SRV", "_sip._tls", 3600): [(100, 1, 443, "sipdir.online.lync.com")],
        ("external", "CNAME", "lyncdiscover", 3600): ["webdir.online.lync.com"],
        ("external", "CNAME", "sip", 3600): ["sipdir.online.lync.com"],
    }


# Reverse proxy (W38, C12)


def test_wildcard_reverse_proxy_2010() -> None:
    pool = enterprise(web={"internal_fqdn": "webint.contoso.com", "external_fqdn": "lsweb-ext.contoso.com"})
    plan = plan_of(
        topology(
            "lync2010",
            [pool, proxy(certificate_subject="lsrp.contoso.com")],
            autodiscover=NO_AUTODISCOVER,
            certificates={"wildcard": True},
        )
    )
    one = one_certificate(plan, "lsrp.contoso.com/reverse_proxy")
    assert (one.common_name, list(one.subject_alternative_names)) == (
        "lsrp.contoso.com",
        ["lsweb-ext.contoso.com", "*.contoso.com"],
    )
    assert one.extended_key_usage == ("1.3.6.1.5.5.7.3.1",)
    assert one.issuer.name == "public"


# The sample network of the Skype for Business DNS page (W34, C16, C17, C18, C25)


def sample_network() -> dict[str, Any]:
    fronts = [server(f"FE0{n}.contoso.com", f"192.168.21.12{n + 1}") for n in (1, 2, 3)]
    outside = [("access", 10), ("web_conferencing", 90), ("av", 170)]
    edges = [
        {
            "fqdn": f"Cons-{n + 1}.contoso.com",
            "addresses": {
                "internal": [f"172.25.33.{10 + n}"],
                **{service: [f"131.107.16.{last + n}"] for service, last in outside},
            },
        }
        for n in (0, 1)
    ]
    return topology(
        "sfb2015",
        [
            {
                "fqdn": "FE-Pool.contoso.com",
                "web": {"internal_fqdn": "Web-int.contoso.com", "external_fqdn": "Web-ext.contoso.com"},
                "load_balancer": {"type": "dns", "vips": {"web": ["192.168.21.120"]}},
                "servers": fronts,
            },
            {
                "fqdn": "EdgePool-int.contoso.com",
                "role": "edge",
                "edge": {
                    "access": "Access1.contoso.com",
                    "web_conferencing": "Webcon1.contoso.com",
                    "av": "AV1.contoso.com",
                },
                "load_balancer": {"type": "dns"},
                "servers": edges,
            },
            {
                "fqdn": "OWA.contoso.com",
                "role": "office_web_apps",
                "web": {"external_fqdn": "OWA.contoso.com"},
                "servers": [server("owa01.contoso.com", "192.168.1.5")],
            },
            {
                "fqdn": "rp.contoso.com",
                "role": "reverse_proxy",
                "servers": [{"fqdn": "rp.contoso.com", "addresses": {"external": ["131.107.155.1"]}}],
            },
        ],
        ad_domain="contoso.com",
        sip_domains=[{"name": "contoso.com", "fallback": True}],
        federation={"partner_discovery": True, "push_notifications": True},
        xmpp={"domains": ["contoso.com"]},
        device_update=True,
        time_server="north-america.pool.ntp.org",
    )


def test_sample_network_inside() -> None:
    nodes = ("192.168.21.122", "192.168.21.123", "192.168.21.124")
    wanted = {
        ("A", "fe-pool.contoso.com", *nodes),
        ("A", "fe01.contoso.com", nodes[0]),
        ("A", "fe02.contoso.com", nodes[1]),
        ("A", "fe03.contoso.com", nodes[2]),
        ("A", "web-int.contoso.com", "192.168.21.120"),
        # The page prints .121 in these rows, and .120 for the same load balancer above them.
        ("A", "lyncdiscoverinternal.contoso.com", "192.168.21.120"),
        ("A", "ucupdates-r2.contoso.com", "192.168.21.120"),
        ("A", "meet.contoso.com", "192.168.21.120"),
        ("A", "dialin.contoso.com", "192.168.21.120"),
        ("A", "admin.contoso.com", "192.168.21.120"),
        ("A", "sip.contoso.com", *nodes),
        ("A", "sipinternal.contoso.com", *nodes),
        ("SRV", "_sipinternaltls._tcp.contoso.com", (5061, "fe-pool.contoso.com")),
        ("SRV", "_ntp._udp.contoso.com", (123, "north-america.pool.ntp.org")),
        ("A", "owa.contoso.com", "192.168.1.5"),
        ("A", "edgepool-int.contoso.com", "172.25.33.10", "172.25.33.11"),
        ("A", "cons-1.contoso.com", "172.25.33.10"),
    }
    found = set(rows(plan_of(sample_network())))
    assert wanted - found == set()
    # sipinternal is an address, not a service (C16); federation inside is not planned unasked (C17).
    assert not {row[1] for row in found if row[0] == "SRV"} & {
        "sipinternal.contoso.com",
        "_sipfederationtls._tcp.contoso.com",
    }


def test_sample_network_outside() -> None:
    access = ("131.107.16.10", "131.107.16.11")
    found = rows(plan_of(sample_network()), "external")
    wanted = {
        ("A", "access1.contoso.com", *access),
        ("A", "webcon1.contoso.com", "131.107.16.90", "131.107.16.91"),
        ("A", "av1.contoso.com", "131.107.16.170", "131.107.16.171"),
        # The page has an alias to Access1 here. A service must not lead to an alias, so it is an address (C18).
        ("A", "sip.contoso.com", *access),
        ("A", "web-ext.contoso.com", "131.107.155.1"),
        ("A", "lyncdiscover.contoso.com", "131.107.155.1"),
        ("A", "meet.contoso.com", "131.107.155.1"),
        ("A", "dialin.contoso.com", "131.107.155.1"),  # printed dial-in on this page alone (C25)
        ("A", "owa.contoso.com", "131.107.155.1"),
    }
    assert wanted - set(found) == set()
    services = {row[1]: row[2] for row in found if row[0] == "SRV"}
    assert set(services) == {
        "_sip._tls.contoso.com",
        "_sipfederationtls._tcp.contoso.com",  # printed without the dot on one page (C24)
        "_xmpp-server._tcp.contoso.com",
    }
    assert {owner: port for owner, (port, _target) in services.items()} == {
        "_sip._tls.contoso.com": 443,
        "_sipfederationtls._tcp.contoso.com": 5061,
        "_xmpp-server._tcp.contoso.com": 5269,
    }
    addressed = {row[1] for row in found if row[0] == "A"}
    assert {target for _port, target in services.values()} <= addressed


# Lync Server 2010 (section by section of its own pages)


def test_standard_edition_2010() -> None:
    """'DNS Requirements for Standard Edition Servers': server, sign-in, device updates, external web services."""
    plan = plan_of(topology("lync2010", [standard(), proxy()], device_update=True, autodiscover=NO_AUTODISCOVER))
    assert rows(plan) == [
        ("A", "admin.contoso.com", "10.0.0.1"),
        ("A", "dialin.contoso.com", "10.0.0.1"),
        ("A", "meet.contoso.com", "10.0.0.1"),
        ("A", "se01.contoso.com", "10.0.0.1"),
        ("A", "ucupdates-r2.contoso.com", "10.0.0.1"),
        ("SRV", "_sipinternaltls._tcp.contoso.com", (5061, "se01.contoso.com")),
    ]
    assert rows(plan, "external") == [
        ("A", "dialin.contoso.com", "131.107.155.40"),
        ("A", "meet.contoso.com", "131.107.155.40"),
        ("A", "webcon01.contoso.com", "131.107.155.40"),
    ]


@pytest.mark.parametrize("product", ["lync2010", *SFB])
def test_hardware_load_balancing_of_everything(product: str) -> None:
    pool = enterprise(
        web={"external_fqdn": "webcon01.contoso.com"},
        load_balancer={"type": "hardware", "vips": {"sip": ["10.0.0.9"]}},
    )
    found = rows(plan_of(topology(product, [pool])))
    assert ("A", "eepool.contoso.com", "10.0.0.9") in found
    assert ("A", "lyncdiscoverinternal.contoso.com", "10.0.0.9") in found


def test_director_2010_has_a_listener_of_its_own() -> None:
    plan = plan_of(topology("lync2010", [enterprise(), director(), proxy()]))
    assert named(plan, "lsrp.contoso.com/reverse_proxy") == (
        "webcon01.contoso.com",
        ["webcon01.contoso.com", "meet.contoso.com", "dialin.contoso.com", "lyncdiscover.contoso.com"],
    )
    assert named(plan, "lsrp.contoso.com/reverse_proxy/webdirexternal.contoso.com") == (
        "webdirexternal.contoso.com",
        ["webdirexternal.contoso.com"],
    )


@pytest.mark.parametrize("product", ["lync2013", *SFB])
def test_one_certificate_for_all_that_is_published_from_2013_on(product: str) -> None:
    plan = plan_of(topology(product, [enterprise(), director(), proxy()]))
    assert named(plan, "lsrp.contoso.com/reverse_proxy") == (
        "webcon01.contoso.com",
        [
            "webcon01.contoso.com",
            "webdirexternal.contoso.com",
            "meet.contoso.com",
            "dialin.contoso.com",
            "lyncdiscover.contoso.com",
        ],
    )
    assert [one.id for one in plan.certificates if one.use == "reverse_proxy"] == ["lsrp.contoso.com/reverse_proxy"]


def test_av_conferencing_pool_2010() -> None:
    pool = {
        "fqdn": "avpool.contoso.net",
        "role": "av_conferencing",
        "load_balancer": {"type": "dns"},
        "servers": [server("av01.contoso.net", "10.0.0.41"), server("av02.contoso.net", "10.0.0.42")],
    }
    plan = plan_of(topology("lync2010", [enterprise(), pool]))
    assert ("A", "avpool.contoso.net", "10.0.0.41", "10.0.0.42") in rows(plan)
    assert named(plan, "av01.contoso.net/default") == (
        "avpool.contoso.net",
        ["avpool.contoso.net", "av01.contoso.net"],
    )


@pytest.mark.parametrize("product", ["lync2010", *SFB])
def test_keys_leave_only_the_servers_of_an_edge_pool(product: str) -> None:
    second = {"fqdn": "edge2.contoso.net", "addresses": {"internal": ["172.25.33.11"], "external": ["131.107.155.11"]}}
    first = {"fqdn": "edge1.contoso.net", "addresses": {"internal": ["172.25.33.10"], "external": ["131.107.155.10"]}}
    pool = edge(load_balancer={"type": "dns"}, servers=[first, second])
    plan = plan_of(topology(product, [enterprise(), pool]))
    shared = [one for one in plan.certificates if one.use in ("edge_external", "edge_internal")]
    assert [one.holders for one in shared] == [("edge1.contoso.net", "edge2.contoso.net")] * 2
    assert all(one.key.exportable and one.key.shared for one in shared)
    assert not any(one.key.exportable for one in plan.certificates if one.use == "default")
    assert ("A", "sip.contoso.com", "131.107.155.10", "131.107.155.11") in rows(plan, "external")


# Skype for Business: sign-in by service record is for legacy clients


@pytest.mark.parametrize("product", SFB)
def test_a_site_without_legacy_clients(product: str) -> None:
    plan = plan_of(topology(product, [enterprise()], legacy_clients=False))
    assert [row for row in rows(plan) if row[0] == "SRV"] == []
    led_here = [one for one in plan.endpoints if one.name == "eepool.contoso.com" and one.port == 5061]
    assert [one.clients for one in led_here] == [("Skype for Business, led here by autodiscover or another pool",)]


@pytest.mark.parametrize("product", SFB)
def test_time_server_of_every_sip_domain(product: str) -> None:
    plan = plan_of(topology(product, [enterprise()], sip_domains=TWO_DOMAINS, time_server="time.contoso.com"))
    assert [row for row in rows(plan) if row[1].startswith("_ntp")] == [
        ("SRV", "_ntp._udp.contoso.com", (123, "time.contoso.com")),
        ("SRV", "_ntp._udp.fabrikam.com", (123, "time.contoso.com")),
    ]


@pytest.mark.parametrize("product", SFB)
def test_branch_appliance(product: str) -> None:
    """The table: subject the appliance, one alternative name for each SIP domain."""
    pool = {
        "fqdn": "sba01.contoso.net",
        "role": "survivable_branch_appliance",
        "servers": [server("sba01.contoso.net", "10.0.7.1")],
    }
    plan = plan_of(topology(product, [enterprise(), pool], sip_domains=TWO_DOMAINS))
    assert named(plan, "sba01.contoso.net/default") == (
        "sba01.contoso.net",
        ["sip.contoso.com", "sip.fabrikam.com"],
    )


def test_two_generations_side_by_side() -> None:
    """A migration: each SIP domain by the rules of its home; autodiscover and OAuth only where they exist."""
    old = enterprise(
        product="lync2010",
        fqdn="oldpool.contoso.net",
        web={"internal_fqdn": "oldweb.contoso.net", "external_fqdn": "oldweb.contoso.com"},
        servers=[server("old01.contoso.net", "10.0.1.11"), server("old02.contoso.net", "10.0.1.12")],
        load_balancer={"type": "dns", "vips": {"web": ["10.0.1.20"]}},
    )
    plan = plan_of(
        topology(
            "sfb2015",
            [enterprise(), old],
            sip_domains=[
                {"name": "contoso.com", "home": "eepool.contoso.com"},
                {"name": "fabrikam.com", "home": "oldpool.contoso.net"},
            ],
        )
    )
    rules = {record.fqdn: [reason.rule for reason in record.reasons] for record in plan.records}
    assert rules["_sipinternaltls._tcp.contoso.com"] == ["sfb2015.sign-in-tls"]
    assert rules["_sipinternaltls._tcp.fabrikam.com"] == ["lync2010.sign-in-tls"]
    assert one_certificate(plan, "global/oauth").holders == ("ee01.contoso.com", "ee02.contoso.com")


# DNS load balancing (C21)


@pytest.mark.parametrize("product", ["lync2010", *SFB])
def test_pool_with_dns_load_balancing_has_the_addresses_of_its_servers(product: str) -> None:
    """The page shows one address that is no server's (C21); its own rule says one for each server."""
    found = rows(plan_of(topology(product, [enterprise()])))
    assert ("A", "eepool.contoso.com", "10.0.0.11", "10.0.0.12") in found
    assert ("A", "webint.contoso.com", "10.0.0.20") in found


# What exists in which product


def with_role(product: str, role: str, **more: Any) -> dict[str, Any]:
    pool = {
        "fqdn": "other.contoso.net",
        "role": role,
        "servers": [server("other.contoso.net", "10.0.0.50")],
        **more,
    }
    return topology(product, [enterprise(), pool])


@pytest.mark.parametrize(
    ("role", "has"),
    [
        ("director", {"lync2010", "lync2013", "sfb2015", "sfb2019", "sfbse"}),
        ("mediation", {"lync2010", "lync2013", "sfb2015", "sfb2019", "sfbse"}),
        ("survivable_branch_appliance", {"lync2010", "lync2013", "sfb2015", "sfb2019", "sfbse"}),
        ("av_conferencing", {"lync2010"}),
        ("archiving", {"lync2010"}),
        ("monitoring", {"lync2010"}),
        ("group_chat", {"lync2010"}),
        ("persistent_chat", {"lync2013", "sfb2015"}),
        ("office_web_apps", {"lync2013", "sfb2015", "sfb2019", "sfbse"}),
        ("communicator_web_access", set()),
    ],
)
def test_roles(role: str, has: set[str]) -> None:
    for product in ("lync2010", "lync2013", "sfb2015", "sfb2019", "sfbse"):
        if product in has:
            assert plan_of(with_role(product, role)).records
        else:
            assert role in problems(with_role(product, role)), product


@pytest.mark.parametrize(
    ("more", "has"),
    [
        ({"xmpp": {"domains": ["contoso.com"]}}, {"lync2013", "sfb2015"}),
        ({"hybrid": {"tenant_domains": []}}, {"lync2013", "sfb2015", "sfb2019", "sfbse"}),
        ({"time_server": "ntp.contoso.com"}, {"lync2010", "lync2013", "sfb2015", "sfb2019", "sfbse"}),
        ({"simple_urls": {"layout": 1, "scheduler": True}}, {"lync2013", "sfb2015", "sfb2019", "sfbse"}),
    ],
)
def test_features(more: dict[str, Any], has: set[str]) -> None:
    for product in ("lync2010", "lync2013", "sfb2015", "sfb2019", "sfbse"):
        given = topology(product, [enterprise(), edge()], federation={"partner_discovery": True}, **more)
        if product in has:
            assert plan_of(given).records
        else:
            assert next(iter(more)) in problems(given), product


def test_addresses_of_version_six_are_planned_from_2013_on() -> None:
    pool = enterprise(
        servers=[server("ee01.contoso.com", "10.0.0.11", "2001:db8::11"), server("ee02.contoso.com", "10.0.0.12")]
    )
    for product in ("lync2013", *SFB):
        found = rows(plan_of(topology(product, [pool])))
        assert ("AAAA", "ee01.contoso.com", "2001:db8::11") in found
        assert ("AAAA", "eepool.contoso.com", "2001:db8::11") in found
    assert "2001:db8::11" in problems(topology("lync2010", [pool]))


@pytest.mark.parametrize("product", ["lync2013", *SFB])
def test_one_oauth_certificate_for_the_whole_site(product: str) -> None:
    plan = plan_of(topology(product, [enterprise(), director()]))
    oauth = [one for one in plan.certificates if one.use == "oauth"]
    assert [(one.id, one.scope, one.common_name) for one in oauth] == [("global/oauth", "global", "contoso.com")]
    assert oauth[0].key.length >= 2048
    assert {"ee01.contoso.com", "ee02.contoso.com"} <= set(oauth[0].holders)


def test_2010_before_the_update_of_november_2011() -> None:
    plan = plan_of(topology("lync2010", [enterprise(), proxy()], autodiscover=NO_AUTODISCOVER))
    names = [record.fqdn for record in plan.records]
    names += [name for one in plan.certificates for name in one.subject_alternative_names]
    assert not [name for name in names if name.startswith("lyncdiscover")]


@pytest.mark.parametrize("product", SFB)
def test_sign_in_records_say_that_they_are_for_old_clients(product: str) -> None:
    plan = plan_of(topology(product, [enterprise()]))
    record = next(one for one in plan.records if one.fqdn == "_sipinternaltls._tcp.contoso.com")
    assert any("legacy" in reason.purpose for reason in record.reasons)


def test_subscription_edition_is_2019_and_says_that_this_is_inferred() -> None:
    pools = [enterprise(), director(), edge(), proxy()]
    known = make_plan(parse(topology("sfb2019", pools))).to_plain()
    inferred = make_plan(parse(topology("sfbse", pools))).to_plain()
    assert without_reasons(inferred) == without_reasons(known)
    reasons = [reason for record in inferred["records"] for reason in record["reasons"]]
    reasons += [reason for one in inferred["certificates"] for each in one["name_reasons"].values() for reason in each]
    assert {reason["mark"] for reason in reasons} == {"I"}
    assert not [reason for reason in reasons if not reason["rule"].startswith("sfbse.")]


def without_reasons(plan: dict[str, Any]) -> dict[str, Any]:
    records = [{key: value for key, value in one.items() if key != "reasons"} for one in plan["records"]]
    certificates = [{key: value for key, value in one.items() if key != "name_reasons"} for one in plan["certificates"]]
    return {"records": records, "certificates": certificates, "endpoints": plan["endpoints"]}


def test_every_product_is_registered() -> None:
    assert [one for one in PRODUCTS if not one.startswith("ocs")] == [
        "lync2010",
        "lync2013",
        "sfb2015",
        "sfb2019",
        "sfbse",
    ]


def test_an_id_says_one_thing_in_all_products() -> None:
    """`explain` finds a rule by its id alone."""
    told: dict[str, tuple[str, ...]] = {}
    for product in PRODUCTS.values():
        for role in product.roles:
            for rule in role.rules():
                text = (rule.purpose, rule.source, rule.mark, rule.breaks, rule.conflict)
                assert told.setdefault(rule.id, text) == text, rule.id


@pytest.mark.parametrize("product", ["lync2010", "lync2013", *SFB])
def test_no_rule_of_office_communications_server_is_left(product: str) -> None:
    assert not [rule.id for role in PRODUCTS[product].roles for rule in role.rules() if rule.id.startswith("ocs")]


@pytest.mark.parametrize(
    ("product", "role"),
    [("ocs2007", "communicator_web_access"), ("sfb2019", "office_web_apps"), ("sfb2019", "front_end")],
)
def test_reverse_proxy_holds_what_it_publishes_of_other_products(product: str, role: str) -> None:
    other = {
        "fqdn": "other.contoso.net",
        "product": product,
        "role": role,
        "edition": "standard",
        "servers": [{"fqdn": "other.contoso.net", "addresses": {"internal": ["10.0.1.1"]}}],
        "web": {"external_fqdn": "webother.contoso.com"},
    }
    if role != "front_end":
        del other["edition"]
    proxy = {
        "fqdn": "proxy.contoso.net",
        "role": "reverse_proxy",
        "servers": [{"fqdn": "proxy.contoso.net", "addresses": {"external": [{"public": "131.107.155.20"}]}}],
    }
    home = {
        "fqdn": "fe01.contoso.net",
        "role": "front_end",
        "edition": "standard",
        "servers": [{"fqdn": "fe01.contoso.net", "addresses": {"internal": ["10.0.0.1"]}}],
        "web": {"external_fqdn": "webfe.contoso.com"},
    }
    plan = make_plan(
        parse(
            {
                "schema": 1,
                "product": "lync2010",
                "ad_domain": "contoso.net",
                "sip_domains": [{"name": "contoso.com", "home": "fe01.contoso.net"}],
                "dns": {
                    "internal": {"zones": ["contoso.net", "contoso.com"]},
                    "external": {"zones": ["contoso.com"]},
                },
                "pools": [home, other, proxy],
                "certificates": {"issuers": {"enterprise": {"ca": "ca01\\CA"}}},
            }
        )
    )
    assert [str(one) for one in plan.errors] == []
    held = one_certificate(plan, "proxy.contoso.net/reverse_proxy").subject_alternative_names
    assert {"webfe.contoso.com", "webother.contoso.com"} <= set(held)
