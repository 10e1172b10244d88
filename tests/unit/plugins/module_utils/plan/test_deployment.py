"""Who signs in whom, who answers which names, who publishes what."""

from __future__ import annotations

from typing import Any

import pytest
from unit.lync_sites import director, edge, enterprise, proxy, server, standard, topology

from ansible_collections.ucops.rollout.plugins.module_utils.plan.deployment import Deployment, servers_with
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Pool

EE, SE, DIRECTOR = "eepool.contoso.com", "se01.contoso.com", "dir01.contoso.net"
EDGE, PROXY = "lsedge.contoso.net", "lsrp.contoso.com"
HOMES = [{"name": "contoso.com", "home": EE}, {"name": "fabrikam.com", "home": SE}]


def deployment(*pools: dict[str, Any], product: str = "lync2013", **more: Any) -> Deployment:
    return Deployment(parse(topology(product, list(pools), **more)), PRODUCTS)


def second(**more: Any) -> dict[str, Any]:
    return standard(web={"external_fqdn": "webse.contoso.com"}, **more)


def pool(found: Deployment, fqdn: str) -> Pool:
    return next(one for one in found.topology.pools if one.fqdn == fqdn)


def names(several: Any) -> list[str]:
    return [one.name for one in several]


def hosts(several: Any) -> list[str]:
    return [one.host for one in several]


# Sign-in


def test_each_pool_signs_in_the_domains_at_home_there() -> None:
    found = deployment(enterprise(), second(), sip_domains=HOMES)
    assert found.default_sip_domain == "contoso.com"
    assert names(found.signed_in_by(pool(found, EE))) == ["contoso.com"]
    assert names(found.signed_in_by(pool(found, SE))) == ["fabrikam.com"]
    assert names(found.first_contact_of(pool(found, SE))) == ["fabrikam.com"]


def test_clients_meet_the_director_first_and_home_signs_them_in_too() -> None:
    found = deployment(enterprise(), second(), director(), sip_domains=HOMES)
    assert names(found.first_contact_of(pool(found, DIRECTOR))) == ["contoso.com", "fabrikam.com"]
    assert names(found.first_contact_of(pool(found, EE))) == []
    assert names(found.signed_in_by(pool(found, DIRECTOR))) == ["contoso.com", "fabrikam.com"]
    assert names(found.signed_in_by(pool(found, EE))) == ["contoso.com"]


def test_a_domain_that_moved_away_is_signed_in_by_nobody() -> None:
    domains = ["contoso.com", {"name": "fabrikam.com", "cut_over": True}]
    found = deployment(enterprise(), edge(), sip_domains=domains, federation={})
    assert names(found.signed_in_by(pool(found, EE))) == ["contoso.com"]
    assert names(found.outside_at(pool(found, EDGE))) == ["contoso.com"]
    moved = [one for fqdn in (EE, EDGE) for one in names(found.cut_over_at(pool(found, fqdn)))]
    assert moved == ["fabrikam.com"]


# Whose names a pool's certificates hold


def test_a_pool_serves_the_domains_at_home_there() -> None:
    found = deployment(enterprise(), second(), sip_domains=HOMES)
    assert names(found.served_by(pool(found, EE))) == ["contoso.com"]
    assert names(found.served_by(pool(found, SE))) == ["fabrikam.com"]


def test_a_pool_without_users_serves_all_that_are_here() -> None:
    domains = [{"name": "contoso.com", "home": EE}, {"name": "fabrikam.com", "home": EE}]
    found = deployment(enterprise(), second(), sip_domains=domains)
    assert names(found.served_by(pool(found, SE))) == ["contoso.com", "fabrikam.com"]


def test_what_a_pool_is_said_to_serve_counts_alone() -> None:
    found = deployment(enterprise(serves=["fabrikam.com"]), second(), sip_domains=HOMES)
    assert names(found.served_by(pool(found, EE))) == ["fabrikam.com"]


def test_a_pool_that_answers_autodiscover_serves_those_domains_too() -> None:
    found = deployment(
        enterprise(), second(), sip_domains=HOMES, autodiscover={"internal": "a", "external": "a", "pool": SE}
    )
    assert names(found.discovered_at(pool(found, SE))) == ["contoso.com", "fabrikam.com"]
    assert names(found.discovered_at(pool(found, EE))) == []
    assert names(found.served_by(pool(found, SE))) == ["fabrikam.com", "contoso.com"]


# Simple URLs


def test_the_home_answers_the_meetings_of_its_domain_and_the_first_one_the_rest() -> None:
    found = deployment(enterprise(), second(), sip_domains=HOMES)
    assert hosts(found.urls_at(pool(found, EE))) == ["meet.contoso.com", "dialin.contoso.com", "admin.contoso.com"]
    assert hosts(found.urls_at(pool(found, SE))) == ["meet.fabrikam.com"]
    assert hosts(found.urls_of(pool(found, SE))) == ["meet.fabrikam.com", "dialin.contoso.com", "admin.contoso.com"]


def test_the_director_answers_before_the_home() -> None:
    found = deployment(enterprise(), director(), sip_domains=[{**HOMES[0], "director": DIRECTOR}])
    assert hosts(found.urls_at(pool(found, EE))) == []
    assert "meet.contoso.com" in hosts(found.urls_at(pool(found, DIRECTOR)))


# Autodiscover inside


@pytest.mark.parametrize(
    ("zones", "form"),
    [
        (["contoso.net", "contoso.com"], "cname"),
        (["contoso.net", "contoso.com", "lyncdiscoverinternal.contoso.com"], "a"),
        (["contoso.net", {"name": "contoso.com", "kind": "pin_point"}], "a"),
    ],
)
def test_no_alias_at_the_apex_of_a_zone(zones: list[Any], form: str) -> None:
    found = deployment(
        enterprise(), dns={"internal": {"zones": zones}}, autodiscover={"internal": "cname", "external": "none"}
    )
    assert found.internal_discovery(found.topology.sip_domains[0]) == form


# Reverse proxies


def test_the_first_proxy_publishes_all_that_have_a_name_outside() -> None:
    found = deployment(director(), enterprise(), proxy())
    assert [one.fqdn for one in found.published_by(pool(found, PROXY))] == [EE, DIRECTOR]
    assert found.first_published(pool(found, PROXY)) == "webcon01.contoso.com"
    publisher = found.publisher_of(pool(found, DIRECTOR))
    assert publisher is not None
    assert publisher.fqdn == PROXY


def test_a_proxy_that_says_what_it_publishes() -> None:
    other = proxy(
        fqdn="rp2.contoso.com",
        publishes=[DIRECTOR],
        servers=[{"fqdn": "rp2.contoso.com", "addresses": {"external": ["131.107.155.41"]}}],
    )
    found = deployment(enterprise(), director(), proxy(publishes=[EE]), other)
    assert [found.publisher_of(pool(found, fqdn)).fqdn for fqdn in (EE, DIRECTOR)] == [PROXY, "rp2.contoso.com"]
    assert found.first_published(pool(found, "rp2.contoso.com")) == "webdirexternal.contoso.com"


def test_without_a_proxy_nothing_is_published() -> None:
    found = deployment(enterprise())
    assert found.publisher_of(pool(found, EE)) is None
    assert found.published_by(pool(found, EE)) == ()


# Products, roles, federation


def test_what_a_pool_s_product_knows() -> None:
    found = deployment(enterprise(), second(product="lync2010"), sip_domains=HOMES)
    assert found.knows(pool(found, EE), "ipv6")
    assert not found.knows(pool(found, SE), "ipv6")
    assert found.has_product("lync2010")
    assert not found.has_product("sfb2015")


@pytest.mark.parametrize(
    ("federation", "record"),
    [
        ({"partner_discovery": False}, False),
        ({}, True),
        ({"partner_discovery": True}, True),
        ({"partner_discovery": False, "push_notifications": True}, True),
    ],
)
def test_when_the_federation_record_exists(federation: dict[str, Any], record: bool) -> None:
    assert deployment(enterprise(), edge(), federation=federation).federation_record is record


def test_servers_of_a_role() -> None:
    found = deployment(enterprise())
    assert servers_with(pool(found, EE), "front_end") == pool(found, EE).servers
    given = {"configuration": "expanded"}
    roles = ("front_end", "web_components", "web_conferencing", "av_conferencing")
    servers = [
        {**server(f"s{at}.contoso.com", f"10.0.0.{at}"), "roles": [role]} for at, role in enumerate(roles, start=11)
    ]
    balanced = {"type": "hardware", "vips": {"sip": ["10.0.0.9"], "web": ["10.0.0.8"]}}
    old = deployment(
        {"fqdn": EE, "web_farm_fqdn": "farm.contoso.com", "load_balancer": balanced, "servers": servers, **given},
        product="ocs2007",
    )
    assert [one.fqdn for one in servers_with(pool(old, EE), "web_components")] == ["s12.contoso.com"]
    assert len(servers_with(pool(old, EE), "")) == 4
