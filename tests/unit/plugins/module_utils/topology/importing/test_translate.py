"""A deployment as a topology of ours: what is taken, what is assumed and told, and that it plans."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.deployments import CONTOSO, Deployment, Machine, Pool, builder, exported, published

from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.documents import Document, read_documents
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import NotImported
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.imported import Imported, Known
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.translate import translate
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse

EXPECTED = {
    "schema": 1,
    "product": "sfb2015",
    "ad_domain": "contoso.net",
    "sip_domains": [
        {"name": "contoso.com", "home": "pool01.contoso.net"},
        {"name": "fabrikam.com", "home": "pool01.contoso.net"},
    ],
    "dns": {
        "internal": {"zones": [{"name": "contoso.net"}, {"name": "contoso.com"}, {"name": "fabrikam.com"}]},
        "external": {
            "zones": [
                {"name": "contoso.com", "managed": "other_team"},
                {"name": "fabrikam.com", "managed": "other_team"},
            ]
        },
    },
    "sites": [{"name": "Dublin"}, {"name": "Paris"}, {"name": "Cork"}],
    "pools": [
        {
            "fqdn": "pool01.contoso.net",
            "role": "front_end",
            "edition": "enterprise",
            "site": "Dublin",
            "web": {"internal_fqdn": "pool01web.contoso.net", "external_fqdn": "webext.contoso.com"},
            "load_balancer": {"type": "dns", "vips": {"web": ["198.18.0.1"]}},
            "servers": [
                {"fqdn": "fe01.contoso.net", "addresses": {"internal": ["198.18.0.2"]}},
                {"fqdn": "fe02.contoso.net", "addresses": {"internal": ["198.18.0.3"]}},
            ],
        },
        {
            "fqdn": "se01.contoso.net",
            "role": "front_end",
            "edition": "standard",
            "site": "Paris",
            "web": {"external_fqdn": "webparis.contoso.com"},
            "servers": [{"fqdn": "se01.contoso.net", "addresses": {"internal": ["10.6.0.11"]}}],
        },
        {
            "fqdn": "dir01.contoso.net",
            "role": "director",
            "site": "Dublin",
            "web": {"external_fqdn": "webdir.contoso.com"},
            "servers": [{"fqdn": "dir01.contoso.net", "addresses": {"internal": ["198.18.0.4"]}}],
        },
        {
            "fqdn": "edge.contoso.net",
            "role": "edge",
            "site": "Dublin",
            "edge": {
                "access": {"fqdn": "sip.contoso.com", "port": 443},
                "web_conferencing": {"fqdn": "webcon.contoso.com", "port": 443},
                "av": {"fqdn": "av.contoso.com", "port": 443},
            },
            "load_balancer": {"type": "dns"},
            "servers": [
                {
                    "fqdn": "edge01.contoso.net",
                    "addresses": {
                        "internal": ["10.1.0.21"],
                        "access": [{"public": "131.107.155.11"}],
                        "web_conferencing": [{"public": "131.107.155.12"}],
                        "av": [{"public": "131.107.155.13", "private": "10.2.0.13"}],
                    },
                },
                {
                    "fqdn": "edge02.contoso.net",
                    "addresses": {
                        "internal": ["10.1.0.22"],
                        "access": [{"public": "131.107.155.21"}],
                        "web_conferencing": [{"public": "131.107.155.22"}],
                        "av": [{"public": "131.107.155.23", "private": "10.2.0.23"}],
                    },
                },
            ],
        },
        {
            "fqdn": "med01.contoso.net",
            "role": "mediation",
            "site": "Dublin",
            "servers": [{"fqdn": "med01.contoso.net", "addresses": {"internal": ["198.18.0.5"]}}],
        },
        {
            "fqdn": "sba.contoso.net",
            "role": "survivable_branch_appliance",
            "site": "Cork",
            "servers": [{"fqdn": "sba.contoso.net", "addresses": {"internal": ["10.7.0.5"]}}],
        },
        {
            "fqdn": "office.contoso.net",
            "role": "office_web_apps",
            "site": "Dublin",
            "servers": [{"fqdn": "office.contoso.net", "addresses": {"internal": ["198.18.0.6"]}}],
        },
    ],
    "simple_urls": {
        "urls": [
            {"kind": "meet", "url": "https://meet.contoso.com", "sip_domain": "contoso.com"},
            {"kind": "meet", "url": "https://meet.fabrikam.com", "sip_domain": "fabrikam.com"},
            {"kind": "dialin", "url": "https://dialin.contoso.com"},
            {"kind": "admin", "url": "https://admin.contoso.com"},
        ]
    },
    "federation": {"partner_discovery": True},
    "certificates": {
        "issuers": {"enterprise": {"ca": "ca.contoso.net\\CA to be named", "template": "WebServer"}},
    },
}


def imported(content: str | bytes, **known: Any) -> Imported:
    return translate(read_documents([Document("a", content)]), Known(**known))


def errors_of(made: Imported) -> list[str]:
    return [f"{one.code} {one.where}" for one in make_plan(parse(made.topology)).findings if one.severity == "error"]


def of(**changes: Any) -> str:
    """CONTOSO with other values, in the form with simple URLs."""
    return builder(replace(CONTOSO, **changes))


@pytest.mark.parametrize("form", [builder, exported])
def test_a_deployment_becomes_a_topology(form: Any) -> None:
    made = imported(form(CONTOSO))
    assert made.topology == EXPECTED
    assert errors_of(made) == []


def test_the_published_form_lacks_the_simple_urls_alone() -> None:
    made = imported(published(CONTOSO))
    assert made.topology == {key: part for key, part in EXPECTED.items() if key != "simple_urls"}
    assert errors_of(made) == []
    assert [note.what for note in made.notes if note.path == "simple_urls"] == [
        "the simple URLs are those that the product proposes: meet.<SIP domain>, dialin. and admin.<default>"
    ]


def test_everything_that_was_assumed_is_told_in_order() -> None:
    told = [(note.path, note.what) for note in imported(builder(CONTOSO)).notes]
    assert told == [
        ("", "there is no tenant of Microsoft 365 in the topology"),
        ("ad_domain", "the domain is contoso.net"),
        ("sip_domains[0]", "pool01.contoso.net signs in the users of contoso.com"),
        ("sip_domains[1]", "pool01.contoso.net signs in the users of fabrikam.com"),
        ("dns", "the zones are assumed to exist, those outside with another team"),
        ("pools", "'apps.contoso.net' is left out"),
        ("pools", "there is no reverse proxy in the topology"),
        (
            "pools[0].load_balancer",
            "DNS load balancing is assumed for 'pool01.contoso.net', with a stand-in for the address of its web"
            " services",
        ),
        ("pools[0].servers", "198.18.0.2, 198.18.0.3 in place of addresses of 'pool01.contoso.net' inside"),
        ("pools[2].servers", "198.18.0.4 in place of addresses of 'dir01.contoso.net' inside"),
        ("pools[3]", "there is no XMPP in the topology, although 'edge.contoso.net' has a proxy for it"),
        ("pools[3]", "the next hop of 'edge.contoso.net' is dir01.contoso.net"),
        ("pools[3].load_balancer", "DNS load balancing is assumed for 'edge.contoso.net'"),
        ("pools[4].servers", "198.18.0.5 in place of addresses of 'med01.contoso.net' inside"),
        ("pools[6].servers", "198.18.0.6 in place of addresses of 'office.contoso.net' inside"),
        ("federation", "partners find the site by DNS"),
        ("certificates", "the CA is to be named, and signs what faces outside too"),
    ]


def test_what_the_site_knows_is_not_assumed() -> None:
    certificates = {"issuers": {"enterprise": {"ca": "ca01.contoso.net\\Contoso CA"}, "public": {"public": True}}}
    dns = {"internal": {"zones": [{"name": "contoso.net"}, {"name": "contoso.com"}, {"name": "fabrikam.com"}]}}
    balancer = {"type": "dns", "vips": {"web": ["10.0.0.15"]}}
    made = imported(
        builder(CONTOSO),
        product="sfbse",
        ad_domain="ad.contoso.net",
        dns=dns,
        certificates=certificates,
        simple_urls={"layout": 1},
        addresses={
            "fe01.contoso.net": ["10.0.0.11"],
            "fe02.contoso.net": {"internal": ["10.0.0.12"]},
            "dir01.contoso.net": ["10.0.0.20"],
            "med01.contoso.net": ["10.0.0.30"],
            "office.contoso.net": ["10.0.0.40"],
        },
        load_balancers={"pool01.contoso.net": balancer, "edge.contoso.net": {"type": "dns"}},
        homes={"contoso.com": "pool01.contoso.net", "fabrikam.com": "se01.contoso.net"},
    )
    assert made.topology["product"] == "sfbse"
    assert made.topology["ad_domain"] == "ad.contoso.net"
    assert (made.topology["dns"], made.topology["certificates"]) == (dns, certificates)
    assert made.topology["simple_urls"] == {"layout": 1}
    assert [one["home"] for one in made.topology["sip_domains"]] == ["pool01.contoso.net", "se01.contoso.net"]
    first = made.topology["pools"][0]
    assert first["load_balancer"] == balancer
    assert [server["addresses"] for server in first["servers"]] == [
        {"internal": ["10.0.0.11"]},
        {"internal": ["10.0.0.12"]},
    ]
    assert [note.path for note in made.notes] == ["", "pools", "pools", "pools[3]", "pools[3]", "federation"]


@pytest.mark.parametrize(
    ("version", "product", "why"),
    [
        (5, "lync2010", "that services of the version 5 are those of this product is inferred"),
        (6, "lync2013", "that services of the version 6 are those of this product is inferred"),
        (8, "sfb2019", "the document is the same for Skype for Business Server 2019 and for SE, as far as is known"),
    ],
)
def test_versions_of_which_not_all_is_known(version: int, product: str, why: str) -> None:
    pools = tuple(pool for pool in CONTOSO.pools if pool.kind != "office")
    made = imported(of(version=version, pools=pools))
    assert made.topology["product"] == product
    assert [note.why for note in made.notes if note.path == "product"] == [why]
    assert errors_of(made) == []


def test_a_version_that_nobody_knows() -> None:
    with pytest.raises(NotImported, match=r"its services have the version 9, which no known product has"):
        imported(of(version=9))
    assert imported(of(version=9), product="sfbse").topology["product"] == "sfbse"


def test_a_product_that_does_not_exist() -> None:
    with pytest.raises(NotImported, match=r"there is no product 'sfb2022'. Known are ocs2007, .*sfbse"):
        imported(builder(CONTOSO), product="sfb2022")


def test_a_pool_of_several_with_the_pools_name_for_its_web_services_needs_hardware() -> None:
    pool = replace(CONTOSO.pools[0], web_inside="")
    made = imported(of(pools=(pool,)))
    assert made.topology["pools"][0]["load_balancer"] == {"type": "hardware", "vips": {"sip": ["198.18.0.1"]}}
    assert errors_of(made) == []


def test_a_farm_of_office_web_apps_needs_hardware() -> None:
    farm = Pool("farm.contoso.net", "office", (Machine("oos01.contoso.net"), Machine("oos02.contoso.net")))
    made = imported(of(pools=(CONTOSO.pools[0], farm)))
    assert made.topology["pools"][1]["load_balancer"] == {"type": "hardware", "vips": {"web": ["198.18.0.4"]}}
    assert errors_of(made) == []


def test_the_home_is_the_pool_that_the_edge_leads_to_or_that_has_the_central_management() -> None:
    first, second, director, edge, *_others = CONTOSO.pools
    pools = (first, second, director, replace(edge, next_hop="se01.contoso.net"))
    assert [one["home"] for one in imported(of(pools=pools)).topology["sip_domains"]] == ["se01.contoso.net"] * 2
    pools = (first, replace(second, central=True), director, edge)
    assert [one["home"] for one in imported(of(pools=pools)).topology["sip_domains"]] == ["se01.contoso.net"] * 2
    alone = imported(of(pools=(second, director)))
    assert [one.get("home") for one in alone.topology["sip_domains"]] == [None, None]


def test_a_port_of_sign_in_of_its_own() -> None:
    pool = replace(CONTOSO.pools[1], sip_port=5080)
    made = imported(of(pools=(pool,)))
    assert [one["srv"] for one in made.topology["sip_domains"]] == [{"internal": {"port": 5080}}] * 2


def test_several_directors_are_told() -> None:
    director = CONTOSO.pools[2]
    other = Pool("dir02.contoso.net", "director", (Machine("dir02.contoso.net"),), web_outside="webdir2.contoso.com")
    notes = imported(of(pools=(CONTOSO.pools[1], director, other))).notes
    assert ("sip_domains", "no Director is asked first") in [(note.path, note.what) for note in notes]


def test_an_edge_without_its_names_is_left_out_and_told() -> None:
    text = published(CONTOSO).replace('ConfiguredFqdn="sip.contoso.com"', "")
    made = imported(text)
    assert "edge" not in [pool["role"] for pool in made.topology["pools"]]
    assert [note.what for note in made.notes if note.path == "pools"] == [
        "'apps.contoso.net' is left out",
        "the Edge pool 'edge.contoso.net' is left out",
    ]
    assert "federation" not in made.topology


def test_no_users_and_no_partners_outside() -> None:
    text = published(CONTOSO).replace('Owner="urn:component:AccessEdge" Usage="SipClient"', 'Owner="x" Usage="y"')
    edge = imported(text).topology["pools"][3]["edge"]
    assert edge["remote_users"] is False
    assert edge["access"] == {"fqdn": "sip.contoso.com", "port": 5061}
    outside = 'Owner="urn:component:AccessEdge" Usage="SipServer" InterfaceSide="External"'
    made = imported(published(CONTOSO).replace(outside, 'Owner="x" Usage="y" InterfaceSide="External"'))
    assert made.topology["federation"] == {"partner_discovery": False}
    assert [note.what for note in made.notes if note.path == "federation"] == ["partners do not find the site by DNS"]


def test_services_that_nobody_knows_are_told() -> None:
    made = imported(published(CONTOSO).replace('RoleName="ExternalServer"', 'RoleName="VideoInteropServer"'))
    told = [(note.what, note.why) for note in made.notes if note.path == "pools"]
    assert told[0] == ("'apps.contoso.net' is left out", "nothing is known of its services VideoInteropServer")


def test_web_services_at_another_port_outside_are_told() -> None:
    made = imported(published(CONTOSO).replace('ConfiguredPort="443"', 'ConfiguredPort="8443"', 1))
    assert [note.what for note in made.notes if note.path == "pools[0].web"] == [
        "the web services are published under the usual port 443"
    ]


@pytest.mark.parametrize(
    ("name", "site"),
    [
        ("Saint-Étienne 2", "Saint-Étienne 2"),
        ("", "site 1"),
        ("{{ lookup('pipe', 'id') }}", "site 1"),
        ("{% x %}", "site 1"),
        ("Paris", "Paris (1)"),
        ("a\u2028b", "a b"),
        ("a\u200bb", "site 1"),
    ],
)
def test_a_sites_name_is_written_or_told_by_its_number(name: str, site: str) -> None:
    pools = (CONTOSO.pools[1], CONTOSO.pools[2])
    made = imported(of(sites=((1, name), (2, "Paris")), pools=pools))
    assert made.topology["sites"] == [{"name": "Paris"}, {"name": site}]


@pytest.mark.parametrize(
    ("pools", "told"),
    [
        ((CONTOSO.pools[7],), "none of its pools has a role that is known"),
        (
            (Pool("fe01.contoso.net", "front_end", (Machine("fe01.contoso.net"), Machine("fe02.contoso.net"))),),
            "it makes no topology that could be planned: .*'fe01.contoso.net' is already given",
        ),
    ],
)
def test_what_makes_no_topology(pools: tuple[Pool, ...], told: str) -> None:
    with pytest.raises(NotImported, match=told):
        imported(of(pools=pools))


def test_a_role_that_the_product_does_not_have() -> None:
    chat = Pool("chat.contoso.net", "chat", (Machine("chat.contoso.net"),))
    assert imported(of(pools=(CONTOSO.pools[1], chat))).topology["pools"][1]["role"] == "persistent_chat"
    with pytest.raises(NotImported, match="Skype for Business Server 2019 does not have the role 'persistent_chat'"):
        imported(of(pools=(CONTOSO.pools[1], chat), version=8))


@pytest.mark.parametrize("name", ["10.9.0.5", "GW_01", "gateway", "{{ x }}.contoso.net", "a b"])
def test_gateways_and_file_servers_may_have_any_name(name: str) -> None:
    text = published(CONTOSO).replace('Fqdn="gw01.contoso.net"', f'Fqdn="{name}"')
    assert imported(text).topology == imported(published(CONTOSO)).topology


@pytest.mark.parametrize("name", ["10.9.0.5", "fe_01.contoso.net", "pool", "{{ x }}.contoso.net"])
def test_servers_of_ours_may_not(name: str) -> None:
    text = published(CONTOSO).replace('Fqdn="fe01.contoso.net"', f'Fqdn="{name}"')
    with pytest.raises(NotImported, match=r"no topology that could be planned: pools\[0\].servers\[\d\].fqdn: '"):
        imported(text)


def test_the_version_of_office_web_apps_is_no_product() -> None:
    text = published(CONTOSO)
    at = text.index('RoleName="WacService"')
    start = text.rindex('ServiceVersion="7"', 0, at)
    other = text[:start] + 'ServiceVersion="1"' + text[start + len('ServiceVersion="7"') :]
    assert imported(other).topology == imported(text).topology


def test_a_pool_of_an_older_version_has_its_own_product() -> None:
    text = published(CONTOSO)
    at = text.index('RoleName="MediationServer" Instance="3"')
    assert 'Number="5"' in text[at : at + 400]  # med01 is the fifth pool
    start = text.rindex('ServiceVersion="7"', 0, at)
    other = text[:start] + 'ServiceVersion="6"' + text[start + len('ServiceVersion="7"') :]
    pools = imported(other).topology["pools"]
    assert [(pool["fqdn"], pool.get("product")) for pool in pools if pool["role"] == "mediation"] == [
        ("med01.contoso.net", "lync2013")
    ]
    assert {pool.get("product") for pool in pools if pool["role"] != "mediation"} == {None}


ADDRESSES = st.sampled_from(["0.0.0.0", "10.0.0.{}", "131.107.1.{}"])


@st.composite
def deployments(draw: st.DrawFn) -> Deployment:
    """Deployments of one to three Front End pools and what may stand beside them."""
    sip_domains = ("contoso.com", *draw(st.lists(st.sampled_from(["a.org", "b.org", "sub.contoso.com"]), unique=True)))
    pools = []
    for at in range(draw(st.integers(1, 3))):
        count = draw(st.integers(1, 3))
        machines = tuple(
            Machine(f"fe{at}{number}.contoso.net", draw(ADDRESSES).format(at * 10 + number + 1))
            for number in range(count)
        )
        alone = count == 1 and draw(st.booleans())
        own_web = f"web{at}.contoso.net" if draw(st.booleans()) else ""
        name = machines[0].fqdn if alone else f"pool{at}.contoso.net"
        outside = f"webext{at}.contoso.com" if draw(st.booleans()) else ""
        pools.append(Pool(name, "front_end", machines, draw(st.sampled_from([1, 2])), own_web, outside))
    if draw(st.booleans()):
        pools.append(
            Pool("dir.contoso.net", "director", (Machine("dir.contoso.net"),), web_outside="webdir.contoso.com")
        )
    if draw(st.booleans()):
        several = draw(st.booleans())
        ports = (443, 443, 443) if several else (5061, 444, 443)
        names = ("access.contoso.com", "webcon.contoso.com", "av.contoso.com")
        nat = draw(st.sampled_from(["", "131.107.3.{}"]))
        edges = tuple(
            Machine(
                f"edge{at}.contoso.net",
                draw(ADDRESSES).format(100 + at),
                tuple(
                    (f"131.107.2.{at}{number}", nat.format(f"{at}{number}")) for number in range(3 if several else 1)
                ),
            )
            for at in range(1, draw(st.integers(2, 3)))
        )
        pools.append(
            Pool("edge.contoso.net", "edge", edges, edge=tuple(zip(names, ports, strict=True)), next_hop=pools[0].fqdn)
        )
    urls = [("Dialin", "*", "https://dialin.contoso.com")]
    urls += [("Meet", domain, f"https://meet.{domain}") for domain in sip_domains]
    order = draw(st.permutations(pools))
    return Deployment(
        sip_domains, tuple(order), draw(st.sampled_from([5, 6, 7, 8])), ((1, "Dublin"), (2, "Paris")), (), tuple(urls)
    )


@given(deployments())
def test_any_deployment_imports_alike_from_every_form_and_plans(deployment: Deployment) -> None:
    made = imported(builder(deployment))
    assert imported(exported(deployment)) == made
    published_alone = imported(published(replace(deployment, urls=())))
    assert {**published_alone.topology, "simple_urls": made.topology["simple_urls"]} == dict(made.topology)
    assert errors_of(made) == []
    shuffled = replace(deployment, pools=deployment.pools[::-1])
    assert imported(builder(shuffled)) == made
