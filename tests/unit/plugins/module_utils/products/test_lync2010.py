"""Lync Server 2010: worked examples of the vendor's documents, written out; those that hold for its successors too.

Where a document contradicts itself or a later correction, the test says which form was decided on.
"""

from __future__ import annotations

import pytest
from unit.lync_sites import (
    NO_AUTODISCOVER,
    SFB,
    TWO_DOMAINS,
    director,
    edge,
    enterprise,
    named,
    one_certificate,
    plan_of,
    proxy,
    rows,
    server,
    standard,
    topology,
)

from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse

# Standard Edition and Enterprise pool (W16, W17)


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


def test_2010_before_the_update_of_november_2011() -> None:
    plan = plan_of(topology("lync2010", [enterprise(), proxy()], autodiscover=NO_AUTODISCOVER))
    names = [record.fqdn for record in plan.records]
    names += [name for one in plan.certificates for name in one.subject_alternative_names]
    assert not [name for name in names if name.startswith("lyncdiscover")]


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


@pytest.mark.parametrize(("role", "port"), [("group_chat", 5041), ("av_conferencing", 5063)])
def test_ports_of_servers_that_only_2010_has(role: str, port: int) -> None:
    pool = {"fqdn": "own.contoso.net", "role": role, "servers": [server("own.contoso.net", "10.0.0.50")]}
    plan = plan_of(topology("lync2010", [enterprise(), pool]))
    assert {(one.port, one.protocol) for one in plan.endpoints if one.name == "own.contoso.net"} == {(port, "sip_tls")}
