"""Skype for Business Server: worked examples of the vendor's documents, written out, for 2015 and what came after it.

Where a document contradicts itself or a later correction, the test says which form was decided on.
"""

from __future__ import annotations

from typing import Any

import pytest
from unit.lync_sites import (
    NO_AUTODISCOVER,
    SFB,
    TWO_DOMAINS,
    director,
    edge,
    enterprise,
    named,
    plan_of,
    problems,
    proxy,
    rows,
    sample_network,
    server,
    standard,
    topology,
)

from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import TopologyError, parse

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


# Edge (W24, W37, W39, C3, C5, C18, C20, C24)


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


# The sample network of the Skype for Business DNS page (W34, C16, C17, C18, C25)


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


# What exists in which product


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


@pytest.mark.parametrize("product", SFB)
def test_sign_in_records_say_that_they_are_for_old_clients(product: str) -> None:
    plan = plan_of(topology(product, [enterprise()]))
    record = next(one for one in plan.records if one.fqdn == "_sipinternaltls._tcp.contoso.com")
    assert any("legacy" in reason.purpose for reason in record.reasons)


@pytest.mark.parametrize("product", ["lync2010", "lync2013", *SFB])
def test_no_rule_of_office_communications_server_is_left(product: str) -> None:
    assert not [rule.id for role in PRODUCTS[product].roles for rule in role.rules() if rule.id.startswith("ocs")]
