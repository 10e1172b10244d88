"""Lync Server 2013: the worked examples of its library. Every expected value is written out."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.reading import queries
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import TopologyError, parse

SERVER_AUTHENTICATION, CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"
NO_AUTODISCOVER = {"internal": "none", "external": "none"}


def server(fqdn: str, *internal: str, **outside: Any) -> dict[str, Any]:
    return {"fqdn": fqdn, "addresses": {**({"internal": list(internal)} if internal else {}), **outside}}


def site(*pools: dict[str, Any], sip_domains: Any = ("contoso.com", "fabrikam.com"), **further: Any) -> dict[str, Any]:
    """A topology whose zones are contoso.net and the SIP domains, in both views."""
    zones = ["contoso.net", *(one if isinstance(one, str) else one["name"] for one in sip_domains)]
    return {
        "schema": 1,
        "product": "lync2013",
        "ad_domain": "contoso.net",
        "sip_domains": list(sip_domains),
        "dns": {"internal": {"zones": list(dict.fromkeys(zones))}, "external": {"zones": zones[1:]}},
        "pools": list(pools),
        "certificates": {"issuers": {"enterprise": {"ca": "ca01\\CA"}, "public": {"public": True}}},
        **further,
    }


def with_certificates(topology: dict[str, Any], **wishes: Any) -> dict[str, Any]:
    return {**topology, "certificates": {**topology["certificates"], **wishes}}


def plan_of(topology: dict[str, Any]) -> Plan:
    plan = make_plan(parse(topology))
    assert [str(one) for one in plan.errors] == []
    return plan


def rows(plan: Plan, view: str, zone: str = "") -> set[tuple[Any, ...]]:
    """type, full name and data of each record; SRV data as (port, target)."""
    found = set()
    for record in plan.to_plain()["records"]:
        if record["view"] == view and zone in ("", record["zone"]):
            data = [(one["port"], one["target"]) if isinstance(one, dict) else one for one in record["values"]]
            found.add((record["type"], record["fqdn"], *data))
    return found


def certificate(plan: Plan, id: str) -> PlannedCertificate:
    return next(one for one in plan.certificates if one.id == id)


def names_of(plan: Plan, id: str) -> tuple[str, list[str]]:
    one = certificate(plan, id)
    return one.common_name, list(one.subject_alternative_names)


def standard(**further: Any) -> dict[str, Any]:
    return {
        "fqdn": "se01.contoso.com",
        "edition": "standard",
        "servers": [server("se01.contoso.com", "192.168.10.90")],
        **further,
    }


def enterprise(fqdn: str = "pool01.contoso.com", **further: Any) -> dict[str, Any]:
    """Two Front Ends; balanced by hardware unless told otherwise."""
    return {
        "fqdn": fqdn,
        "load_balancer": {"type": "hardware", "vips": {"sip": ["192.168.10.5"]}},
        "servers": [server("ee01.contoso.com", "192.168.10.90"), server("ee02.contoso.com", "192.168.10.91")],
        **further,
    }


BY_DNS = {
    "load_balancer": {"type": "dns", "vips": {"web": ["192.168.10.5"]}},
    "web": {"internal_fqdn": "webinternal.contoso.com"},
}


def edge(**further: Any) -> dict[str, Any]:
    return {
        "fqdn": "lsedge.contoso.net",
        "role": "edge",
        "edge": {"access": "sip.contoso.com", "web_conferencing": "webcon.contoso.com", "av": "av.contoso.com"},
        "servers": [
            server(
                "lsedge.contoso.net",
                "172.25.33.10",
                access=[{"private": "10.45.16.10", "public": "131.107.155.10"}],
                web_conferencing=[{"private": "10.45.16.20", "public": "131.107.155.20"}],
                av=[{"private": "10.45.16.30", "public": "131.107.155.30"}],
            )
        ],
        **further,
    }


def proxy(**further: Any) -> dict[str, Any]:
    return {
        "fqdn": "rp.contoso.net",
        "role": "reverse_proxy",
        "servers": [server("rp.contoso.net", external=["131.107.155.40"])],
        **further,
    }


# W9, W10, W14: sign-in, and zones that must not be hosted inside


@pytest.mark.parametrize(
    ("pool", "sip_domain", "srv_target", "expected"),
    [
        ("pool01.contoso.com", "contoso.com", "alias", "pool01.contoso.com"),
        ("pool01.contoso.com", "fabrikam.com", "alias", "pool01.fabrikam.com"),
        ("pool01.fabrikam.com", "litwareinc.com", "alias", "pool01.litwareinc.com"),
        ("pool01.fabrikam.com", "contoso.com", "sip", "sip.contoso.com"),
        ("pool01.fabrikam.com", "litwareinc.com", "pool", "pool01.fabrikam.com"),
    ],
)
def test_the_target_of_the_srv_record(pool: str, sip_domain: str, srv_target: str, expected: str) -> None:
    topology = site(
        enterprise(pool), sip_domains=[{"name": sip_domain, "srv_target": srv_target}], autodiscover=NO_AUTODISCOVER
    )
    topology["dns"]["internal"]["zones"] = ["contoso.com", "fabrikam.com", "litwareinc.com"]
    plan = plan_of(topology)
    found = [record for record in plan.to_plain()["records"] if record["type"] == "SRV"]
    assert [(one["fqdn"], one["values"]) for one in found] == [
        (f"_sipinternaltls._tcp.{sip_domain}", [{"priority": 0, "weight": 0, "port": 5061, "target": expected}])
    ]
    assert ("A", expected, "192.168.10.5") in rows(plan, "internal")
    assert all(expected in one.subject_alternative_names for one in plan.certificates if one.use == "default")


def pin_points(pool: dict[str, Any]) -> Plan:
    topology = site(pool, autodiscover=NO_AUTODISCOVER)
    kind = {"kind": "pin_point", "if_missing": "create"}
    topology["dns"] = {
        "internal": {"zones": ["contoso.net", *({"name": name, **kind} for name in ("contoso.com", "fabrikam.com"))]}
    }
    topology["simple_urls"] = {
        "urls": [
            {"kind": "dialin", "url": "https://dialin.contoso.net"},
            {"kind": "meet", "url": "https://meet.contoso.net/contoso"},
            {"kind": "meet", "url": "https://meet.contoso.net/fabrikam", "sip_domain": "fabrikam.com"},
        ]
    }
    return plan_of(topology)


@pytest.mark.parametrize(
    ("pool", "addresses"),
    [
        (enterprise(load_balancer=BY_DNS["load_balancer"], web={"internal_fqdn": "web.contoso.net"}), (90, 91)),
        (enterprise(web={"internal_fqdn": "web.contoso.net"}), (5,)),
    ],
)
def test_pin_point_zones(pool: dict[str, Any], addresses: tuple[int, ...]) -> None:
    plan = pin_points(
        {**pool, "servers": [{**one, "fqdn": f"fe{i}.contoso.net"} for i, one in enumerate(pool["servers"])]}
    )
    found = [
        (one["zone"], one["name"], one["type"], one["values"])
        for one in plan.to_plain()["records"]
        if one["zone"] != "contoso.net"
    ]
    data = [f"192.168.10.{last}" for last in addresses]
    assert sorted(found) == sorted(
        [
            ("pool01.contoso.com", "@", "A", data),
            ("_sipinternaltls._tcp.contoso.com", "@", "SRV", [_service("pool01.contoso.com")]),
            ("pool01.fabrikam.com", "@", "A", data),
            ("_sipinternaltls._tcp.fabrikam.com", "@", "SRV", [_service("pool01.fabrikam.com")]),
        ]
    )
    assert [(zone.name, zone.if_missing) for zone in plan.zones] == [
        ("contoso.net", "fail"),
        ("pool01.contoso.com", "create"),
        ("_sipinternaltls._tcp.contoso.com", "create"),
        ("pool01.fabrikam.com", "create"),
        ("_sipinternaltls._tcp.fabrikam.com", "create"),
    ]


def _service(target: str) -> dict[str, Any]:
    return {"priority": 0, "weight": 0, "port": 5061, "target": target}


def test_an_alias_becomes_an_address_where_its_zone_is_pinned() -> None:
    topology = site(enterprise(), sip_domains=["contoso.com"], autodiscover={"internal": "cname", "external": "none"})
    assert ("CNAME", "lyncdiscoverinternal.contoso.com", "pool01.contoso.com") in rows(plan_of(topology), "internal")
    topology["dns"]["internal"]["zones"] = [{"name": "contoso.com", "kind": "pin_point"}]
    assert ("A", "lyncdiscoverinternal.contoso.com", "192.168.10.5") in rows(plan_of(topology), "internal")


# W11, W12: Front End pools


def test_dns_load_balancing() -> None:
    """The example's one address for the pool is an error of the document: it has one record for each server."""
    pool = {
        "fqdn": "pool01.contoso.net",
        "load_balancer": {"type": "dns", "vips": {"web": ["192.168.10.5"]}},
        "web": {"internal_fqdn": "webinternal.contoso.net"},
        "servers": [server(f"fe0{number}.contoso.net", f"10.10.10.{number}") for number in (1, 2, 3, 4)],
    }
    plan = plan_of(site(pool))
    assert rows(plan, "internal", "contoso.net") == {
        ("A", "pool01.contoso.net", "10.10.10.1", "10.10.10.2", "10.10.10.3", "10.10.10.4"),
        ("A", "fe01.contoso.net", "10.10.10.1"),
        ("A", "fe02.contoso.net", "10.10.10.2"),
        ("A", "fe03.contoso.net", "10.10.10.3"),
        ("A", "fe04.contoso.net", "10.10.10.4"),
        ("A", "webinternal.contoso.net", "192.168.10.5"),
    }


@pytest.mark.parametrize(
    ("web", "expected"),
    [
        ({"internal_fqdn": "webcon.contoso.com"}, {"ee-pool.contoso.com", "webcon.contoso.com"}),
        ({"internal_fqdn": "ee-pool.contoso.com"}, {"ee-pool.contoso.com"}),
    ],
)
def test_the_name_of_the_web_farm(web: dict[str, str], expected: set[str]) -> None:
    plan = plan_of(site(enterprise("ee-pool.contoso.com", web=web)))
    found = rows(plan, "internal", "contoso.com")
    assert {row[1] for row in found if row[1] in ("ee-pool.contoso.com", "webcon.contoso.com")} == expected
    assert all(row[2] == "192.168.10.5" for row in found if row[1] in expected)


def test_addresses_of_both_families() -> None:
    pool = enterprise(**BY_DNS)
    pool["servers"][0]["addresses"]["internal"].append("2001:db8::90")
    found = rows(plan_of(site(pool)), "internal")
    assert {row for row in found if row[0] == "AAAA"} == {
        ("AAAA", "pool01.contoso.com", "2001:db8::90"),
        ("AAAA", "ee01.contoso.com", "2001:db8::90"),
        ("AAAA", "pool01.fabrikam.com", "2001:db8::90"),
    }


# W15: simple URLs


LAYOUTS = [
    ({}, {"meet.contoso.com", "meet.fabrikam.com", "dialin.contoso.com", "admin.contoso.com"}),
    ({"layout": 2}, {"lync.contoso.com", "lync.fabrikam.com"}),
    ({"layout": 3}, {"lync.contoso.com"}),
    (
        {
            "urls": [
                {"kind": "meet", "url": "https://join.contoso.com/meet"},
                {"kind": "meet", "url": "https://join.fabrikam.com", "sip_domain": "fabrikam.com"},
                {"kind": "dialin", "url": "https://join.contoso.com/dialin"},
            ]
        },
        {"join.contoso.com", "join.fabrikam.com"},
    ),
]


@pytest.mark.parametrize(("simple_urls", "hosts"), LAYOUTS)
def test_hosts_of_simple_urls(simple_urls: dict[str, Any], hosts: set[str]) -> None:
    plan = plan_of(site(standard(), simple_urls=simple_urls, autodiscover=NO_AUTODISCOVER))
    others = {"se01.contoso.com", "se01.fabrikam.com"}
    assert {row[1] for row in rows(plan, "internal") if row[0] == "A"} == hosts | others
    assert hosts <= set(names_of(plan, "se01.contoso.com/default")[1])


@pytest.mark.parametrize(
    ("layout", "urls"),
    [
        (
            1,
            [
                "https://meet.contoso.com",
                "https://meet.fabrikam.com",
                "https://dialin.contoso.com",
                "https://admin.contoso.com",
            ],
        ),
        (
            2,
            [
                "https://lync.contoso.com/Meet",
                "https://lync.fabrikam.com/Meet",
                "https://lync.contoso.com/Dialin",
                "https://lync.contoso.com/Admin",
            ],
        ),
        (
            3,
            [
                "https://lync.contoso.com/contoso.com/Meet",
                "https://lync.contoso.com/fabrikam.com/Meet",
                "https://lync.contoso.com/Dialin",
                "https://lync.contoso.com/Admin",
            ],
        ),
    ],
)
def test_simple_urls(layout: int, urls: list[str]) -> None:
    topology = parse(site(standard(), simple_urls={"layout": layout}))
    assert [one.url for one in topology.simple_urls] == urls


@pytest.mark.parametrize(
    ("urls", "said"),
    [
        (["https://SfB2015.contoso.com/Meet", "https://sfb2015.contoso.com/Meet/Dialin"], "begins with"),
        (["https://SfB2015.contoso.com:88/meet", "https://dialin.contoso.com"], "port"),
        (["http://meet.contoso.com", "https://dialin.contoso.com"], "no https URL"),
    ],
)
def test_simple_urls_that_cannot_be(urls: list[str], said: str) -> None:
    given = [{"kind": kind, "url": url} for kind, url in zip(("meet", "dialin"), urls, strict=True)]
    with pytest.raises(TopologyError, match=said):
        parse(site(standard(), simple_urls={"urls": given}))


# W16, W17, W36: certificates of Standard Edition servers and Front Ends

IN_THE_SIP_DOMAIN = [{"name": name, "srv_target": "sip"} for name in ("contoso.com", "fabrikam.com")]
MEETINGS = ["meet.contoso.com", "meet.fabrikam.com", "dialin.contoso.com"]


def per_use(pool: dict[str, Any], **wishes: Any) -> Plan:
    topology = site(pool, sip_domains=IN_THE_SIP_DOMAIN, autodiscover=NO_AUTODISCOVER)
    return plan_of(with_certificates(topology, placement="per_use", **wishes))


def test_certificates_of_standard_edition() -> None:
    plan = per_use(standard(web={"external_fqdn": "webcon01.contoso.com"}))
    assert names_of(plan, "se01.contoso.com/default") == (
        "se01.contoso.com",
        ["se01.contoso.com", "sip.contoso.com", "sip.fabrikam.com"],
    )
    assert names_of(plan, "se01.contoso.com/web_internal") == (
        "se01.contoso.com",
        ["se01.contoso.com", *MEETINGS, "admin.contoso.com"],
    )
    assert names_of(plan, "se01.contoso.com/web_external") == ("se01.contoso.com", ["webcon01.contoso.com", *MEETINGS])
    assert [one.id for one in plan.certificates] == [
        "se01.contoso.com/default",
        "se01.contoso.com/web_internal",
        "se01.contoso.com/web_external",
        "global/oauth",
    ]


def test_the_external_web_services_have_a_certificate_also_without_a_name_outside() -> None:
    plan = per_use(standard(web={}))
    assert names_of(plan, "se01.contoso.com/web_external") == ("se01.contoso.com", MEETINGS)


def test_names_without_strict_matching() -> None:
    topology = site(standard(), sip_domains=[{"name": "contoso.com", "srv_target": "pool"}])
    plan = make_plan(parse(with_certificates(topology, placement="per_use", sip_names=False)))
    assert names_of(plan, "se01.contoso.com/default") == ("se01.contoso.com", ["se01.contoso.com"])


def test_wildcards_stand_behind_all_names_in_full() -> None:
    """The wildcard of contoso.com does not cover meet.fabrikam.com, although the table says so."""
    plan = per_use(standard(web={"external_fqdn": "webcon01.contoso.com"}), wildcard=True)
    wildcards = ["*.contoso.com", "*.fabrikam.com"]
    assert names_of(plan, "se01.contoso.com/web_internal")[1] == ["se01.contoso.com", *wildcards]
    assert names_of(plan, "se01.contoso.com/web_external")[1] == ["webcon01.contoso.com", *wildcards]
    assert not any("*" in name for name in names_of(plan, "se01.contoso.com/default")[1])


def test_certificates_of_a_front_end() -> None:
    plan = per_use(enterprise("eepool.contoso.com", web={"external_fqdn": "webcon01.contoso.com"}))
    assert names_of(plan, "ee01.contoso.com/default") == (
        "eepool.contoso.com",
        ["eepool.contoso.com", "ee01.contoso.com", "sip.contoso.com", "sip.fabrikam.com"],
    )
    # The example has the server as subject and leaves out the pool, which the rule above it demands.
    assert names_of(plan, "ee02.contoso.com/web_internal") == (
        "eepool.contoso.com",
        ["eepool.contoso.com", "ee02.contoso.com", *MEETINGS, "admin.contoso.com"],
    )
    assert names_of(plan, "ee02.contoso.com/web_external") == (
        "eepool.contoso.com",
        ["webcon01.contoso.com", *MEETINGS],
    )


def test_one_certificate_for_all_uses() -> None:
    pool = {
        "fqdn": "pool1.litwareinc.com",
        "web": {"internal_fqdn": "pool1int.litwareinc.com", "external_fqdn": "pool1ext.litwareinc.com"},
        "servers": [server("atl-cs-001.litwareinc.com", "10.0.0.1")],
    }
    plan = plan_of(site(pool, sip_domains=[{"name": "litwareinc.com", "srv_target": "sip"}]))
    assert names_of(plan, "atl-cs-001.litwareinc.com/default") == (
        "pool1.litwareinc.com",
        [
            "pool1.litwareinc.com",
            "atl-cs-001.litwareinc.com",
            "sip.litwareinc.com",
            "pool1int.litwareinc.com",
            "pool1ext.litwareinc.com",
            "meet.litwareinc.com",
            "dialin.litwareinc.com",
            "admin.litwareinc.com",
            "lyncdiscoverinternal.litwareinc.com",
            "lyncdiscover.litwareinc.com",
        ],
    )
    one = certificate(plan, "atl-cs-001.litwareinc.com/default")
    assert [(a.component, a.use, a.port) for a in one.assignments] == [
        ("front_end", "default", 5061),
        ("web_internal", "web_internal", 443),
        ("web_external", "web_external", 4443),
    ]
    assert (one.key.length, one.key.exportable, one.extended_key_usage) == (2048, False, (SERVER_AUTHENTICATION,))


def test_a_name_that_several_rules_give_stands_once_where_it_came_first() -> None:
    topology = site(
        enterprise("sip.contoso.com", web={"internal_fqdn": "Meet.contoso.com"}), sip_domains=["contoso.com"]
    )
    _subject, found = names_of(plan_of(topology), "ee01.contoso.com/default")
    assert found == [
        "sip.contoso.com",
        "ee01.contoso.com",
        "meet.contoso.com",
        "dialin.contoso.com",
        "admin.contoso.com",
        "lyncdiscoverinternal.contoso.com",
        "lyncdiscover.contoso.com",
    ]


def test_the_oauth_certificate_is_one_for_all() -> None:
    director = {"fqdn": "dir01.contoso.net", "role": "director", "servers": [server("dir01.contoso.net", "10.0.0.31")]}
    topology = site(enterprise(), director)
    one = certificate(plan_of(topology), "global/oauth")
    assert (one.common_name, one.subject_alternative_names, one.scope) == ("contoso.com", (), "global")
    assert one.holders == ("ee01.contoso.com", "ee02.contoso.com", "dir01.contoso.net")
    assert (one.key.length, one.key.shared, one.key.exportable) == (2048, True, True)
    chosen = certificate(plan_of(with_certificates(topology, oauth_subject="dir01.contoso.net")), "global/oauth")
    assert (chosen.common_name, chosen.subject_alternative_names) == ("dir01.contoso.net", ())


# W19, W30: other pools


def test_a_mediation_pool() -> None:
    pool = {
        "fqdn": "medsvr-pool.contoso.net",
        "role": "mediation",
        "load_balancer": {"type": "dns"},
        "servers": [server("medsvr01.contoso.net", "10.0.0.1"), server("medsvr02.contoso.net", "10.0.0.2")],
    }
    plan = plan_of(site(pool))
    assert names_of(plan, "medsvr01.contoso.net/default") == (
        "medsvr-pool.contoso.net",
        ["medsvr-pool.contoso.net", "medsvr01.contoso.net"],
    )
    assert rows(plan, "internal") == {
        ("A", "medsvr-pool.contoso.net", "10.0.0.1", "10.0.0.2"),
        ("A", "medsvr01.contoso.net", "10.0.0.1"),
        ("A", "medsvr02.contoso.net", "10.0.0.2"),
    }


def test_a_persistent_chat_pool() -> None:
    pool = {
        "fqdn": "persistentchatpool.contoso.com",
        "role": "persistent_chat",
        "load_balancer": {"type": "dns"},
        "servers": [server(f"persistentchatserver0{n}.contoso.com", f"10.10.10.{n}") for n in (1, 2)],
    }
    assert rows(plan_of(site(pool)), "internal") == {
        ("A", "persistentchatserver01.contoso.com", "10.10.10.1"),
        ("A", "persistentchatserver02.contoso.com", "10.10.10.2"),
        ("A", "persistentchatpool.contoso.com", "10.10.10.1", "10.10.10.2"),
    }


def test_a_survivable_branch_appliance() -> None:
    appliance = {
        "fqdn": "sba01.contoso.net",
        "role": "survivable_branch_appliance",
        "servers": [server("sba01.contoso.net", "10.1.0.1")],
    }
    plan = plan_of(site(appliance))
    assert names_of(plan, "sba01.contoso.net/default") == ("sba01.contoso.net", ["sip.contoso.com", "sip.fabrikam.com"])
    repeated = plan_of(with_certificates(site(appliance), repeat_subject_in_san=True))
    assert names_of(repeated, "sba01.contoso.net/default")[1][0] == "sba01.contoso.net"


# W21: a single Director


def test_a_director() -> None:
    director = {
        "fqdn": "dir01.contoso.net",
        "role": "director",
        "web": {"external_fqdn": "webdirexternal.contoso.com"},
        "servers": [server("dir01.contoso.net", "10.0.0.31")],
    }
    topology = site(
        enterprise("pool01.contoso.net"),
        director,
        sip_domains=[{"name": "contoso.com", "srv_target": "sip"}],
        simple_urls={"admin": False},
    )
    plan = plan_of(topology)
    led_here = {row[1] for row in rows(plan, "internal") if row[0] == "A" and row[2] == "10.0.0.31"}
    assert led_here == {
        "dir01.contoso.net",
        "sip.contoso.com",
        "dialin.contoso.com",
        "meet.contoso.com",
        "webdirexternal.contoso.com",
        "lyncdiscoverinternal.contoso.com",
    }
    subject, found = names_of(plan, "dir01.contoso.net/default")
    assert subject == "dir01.contoso.net"
    # The summary names the first and the last four; where it sends clients besides must be in it too.
    assert found == [
        "dir01.contoso.net",
        "sip.contoso.com",
        "webdirexternal.contoso.com",
        "dialin.contoso.com",
        "meet.contoso.com",
        "lyncdiscoverinternal.contoso.com",
        "lyncdiscover.contoso.com",
    ]


@pytest.mark.parametrize(
    ("web", "rules"),
    [
        ({"external_fqdn": "dirpool.contoso.net"}, {"dirpool.contoso.net": ["lync2013.pool-address"]}),
        (
            {"internal_fqdn": "webdir.contoso.net", "external_fqdn": "webdir.contoso.net"},
            {"webdir.contoso.net": ["lync2013.web-address"]},
        ),
        (
            {"external_fqdn": "webdirexternal.contoso.com"},
            {"webdirexternal.contoso.com": ["lync2013.director-external-web"]},
        ),
    ],
)
def test_a_director_s_external_web_name_has_one_record_and_one_reason(
    web: dict[str, str], rules: dict[str, list[str]]
) -> None:
    director = {
        "fqdn": "dirpool.contoso.net",
        "role": "director",
        "web": web,
        "load_balancer": {"type": "hardware", "vips": {"sip": ["10.0.0.40"]}},
        "servers": [server("dir01.contoso.net", "10.0.0.31"), server("dir02.contoso.net", "10.0.0.32")],
    }
    plan = plan_of(site(enterprise("pool01.contoso.net"), director, sip_domains=IN_THE_SIP_DOMAIN))
    found = {
        one.fqdn: [reason.rule for reason in one.reasons]
        for one in plan.records
        if one.view == "internal" and one.fqdn in web.values()
    }
    assert found == rules


# W24, W26, W27, W28: Edge

EDGE_ADDRESSES = [("sip.contoso.com", ".10"), ("webcon.contoso.com", ".20"), ("av.contoso.com", ".30")]


def edge_rows(*extra: tuple[Any, ...]) -> set[tuple[Any, ...]]:
    return {
        *(("A", name, f"131.107.155{last}") for name, last in EDGE_ADDRESSES),
        ("SRV", "_sip._tls.contoso.com", (443, "sip.contoso.com")),
        ("SRV", "_sipfederationtls._tcp.contoso.com", (5061, "sip.contoso.com")),
        *extra,
    }


def scaled(kind: str) -> dict[str, Any]:
    """Two Edge servers; with hardware the addresses of the single Edge are the virtual ones."""
    outside = {"access": 10, "web_conferencing": 20, "av": 30}
    vips = {"internal": ["172.25.33.10"], **{name: [f"131.107.155.{last}"] for name, last in outside.items()}}
    servers = [
        server(
            f"edge0{n}.contoso.net",
            f"172.25.33.1{n}",
            **{name: [f"131.107.155.{last + n}"] for name, last in outside.items()},
        )
        for n in (1, 2)
    ]
    balancer = {"type": kind, "vips": vips} if kind == "hardware" else {"type": kind}
    return edge(load_balancer=balancer, servers=servers)


@pytest.mark.parametrize("pool", [edge(), scaled("hardware")])
def test_an_edge(pool: dict[str, Any]) -> None:
    plan = plan_of(site(pool, sip_domains=["contoso.com"], federation={}))
    assert rows(plan, "external") == edge_rows()
    assert ("A", "lsedge.contoso.net", "172.25.33.10") in rows(plan, "internal")


def test_an_edge_pool_balanced_by_dns() -> None:
    plan = plan_of(site(scaled("dns"), sip_domains=["contoso.com"], federation={}))
    assert {row for row in rows(plan, "external") if row[0] == "A"} == {
        ("A", "sip.contoso.com", "131.107.155.11", "131.107.155.12"),
        ("A", "webcon.contoso.com", "131.107.155.21", "131.107.155.22"),
        ("A", "av.contoso.com", "131.107.155.31", "131.107.155.32"),
    }
    assert rows(plan, "internal") == {
        ("A", "lsedge.contoso.net", "172.25.33.11", "172.25.33.12"),
        ("A", "edge01.contoso.net", "172.25.33.11"),
        ("A", "edge02.contoso.net", "172.25.33.12"),
    }


def test_certificates_of_an_edge() -> None:
    plan = plan_of(site(edge(), federation={}))
    assert names_of(plan, "lsedge.contoso.net/edge_external") == (
        "sip.contoso.com",
        ["webcon.contoso.com", "sip.contoso.com", "sip.fabrikam.com"],
    )
    assert names_of(plan, "lsedge.contoso.net/edge_internal") == ("lsedge.contoso.net", [])
    outside, inside = (certificate(plan, f"lsedge.contoso.net/edge_{side}") for side in ("external", "internal"))
    assert (outside.issuer.name, outside.key.exportable, outside.key.shared) == ("public", True, False)
    assert (inside.issuer.name, inside.key.exportable, inside.key.shared) == ("enterprise", False, False)
    assert [one.component for one in outside.assignments] == [
        "access_edge",
        "web_conferencing_edge",
        "av_authentication",
    ]


def test_an_edge_pool_shares_its_certificates_and_keys() -> None:
    plan = plan_of(site(scaled("hardware")))
    assert [one.id for one in plan.certificates] == [
        "lsedge.contoso.net/edge_internal",
        "lsedge.contoso.net/edge_external",
    ]
    for one in plan.certificates:
        assert one.holders == ("edge01.contoso.net", "edge02.contoso.net")
        assert one.key.exportable
        assert one.key.shared


def test_public_instant_messaging_needs_client_authentication() -> None:
    plan = plan_of(site(edge(), federation={"aol": True}))
    one = certificate(plan, "lsedge.contoso.net/edge_external")
    assert set(one.subject_alternative_names) == {"sip.contoso.com", "webcon.contoso.com", "sip.fabrikam.com"}
    assert one.extended_key_usage == (SERVER_AUTHENTICATION, CLIENT_AUTHENTICATION)
    assert certificate(plan, "lsedge.contoso.net/edge_internal").extended_key_usage == (SERVER_AUTHENTICATION,)


@pytest.mark.parametrize(("names", "added"), [("domain", "contoso.com"), ("host", "xmpp.contoso.com")])
def test_xmpp(names: str, added: str) -> None:
    plan = plan_of(site(edge(), federation={}, xmpp={"domains": ["contoso.com"], "names": names}))
    assert names_of(plan, "lsedge.contoso.net/edge_external")[1] == [
        "webcon.contoso.com",
        "sip.contoso.com",
        "sip.fabrikam.com",
        added,
    ]
    found = rows(plan, "external")
    assert ("SRV", "_xmpp-server._tcp.contoso.com", (5269, "xmpp.contoso.com")) in found
    assert ("A", "xmpp.contoso.com", "131.107.155.10") in found
    assert not any("xmpp" in row[1] and "fabrikam" in row[1] for row in found)


def test_an_edge_with_one_name_and_address() -> None:
    servers = [server("lsedge.contoso.net", "172.25.33.10", external=["131.107.155.10"])]
    pool = edge(edge={"access": "sip.contoso.com"}, servers=servers)
    plan = plan_of(site(pool, sip_domains=["contoso.com"], federation={}))
    assert rows(plan, "external") == {
        ("A", "sip.contoso.com", "131.107.155.10"),
        ("SRV", "_sip._tls.contoso.com", (5061, "sip.contoso.com")),
        ("SRV", "_sipfederationtls._tcp.contoso.com", (5061, "sip.contoso.com")),
    }
    assert names_of(plan, "lsedge.contoso.net/edge_external") == ("sip.contoso.com", ["sip.contoso.com"])
    ports = {one.component: one.port for one in certificate(plan, "lsedge.contoso.net/edge_external").assignments}
    assert ports == {"access_edge": 5061, "web_conferencing_edge": 444, "av_authentication": 5062}


def test_without_external_zones_nothing_is_planned_outside() -> None:
    topology = site(enterprise(web={"external_fqdn": "webext.contoso.com"}), edge(), proxy(), federation={})
    del topology["dns"]["external"]
    plan = plan_of(topology)
    assert rows(plan, "external") == set()
    assert {one.id for one in plan.certificates} > {"lsedge.contoso.net/edge_external", "rp.contoso.net/reverse_proxy"}


def test_a_sip_domain_that_stays_inside() -> None:
    domains = ["contoso.com", {"name": "contoso.net", "outside": False}]
    topology = site(
        enterprise(web={"external_fqdn": "webext.contoso.com"}), edge(), proxy(), sip_domains=domains, federation={}
    )
    plan = plan_of(topology)
    assert not any("contoso.net" in str(row) for row in rows(plan, "external"))
    for use in ("lsedge.contoso.net/edge_external", "rp.contoso.net/reverse_proxy"):
        assert not any("contoso.net" in name for name in names_of(plan, use)[1])
    assert "sip.contoso.net" in names_of(plan, "ee01.contoso.com/default")[1]


# W31: autodiscover


@pytest.mark.parametrize("with_director", [True, False])
def test_autodiscover_as_aliases(with_director: bool) -> None:
    pool = {
        "fqdn": "pool01.contoso.local",
        "web": {"internal_fqdn": "lyncwebpool01.contoso.local", "external_fqdn": "lyncwebextpool01.contoso.com"},
        "servers": [server("fe01.contoso.local", "10.0.0.1")],
    }
    director = {
        "fqdn": "dirpool.contoso.local",
        "role": "director",
        "web": {"internal_fqdn": "lyncwebdir01.contoso.local", "external_fqdn": "lyncwebextdir.contoso.com"},
        "load_balancer": {"type": "hardware", "vips": {"sip": ["10.0.0.5"]}},
        "servers": [server("dir01.contoso.local", "10.0.0.3"), server("dir02.contoso.local", "10.0.0.4")],
    }
    topology = site(
        *([pool, director, proxy()] if with_director else [pool, proxy()]),
        sip_domains=["contoso.com"],
        autodiscover={"internal": "cname", "external": "cname"},
    )
    topology["dns"]["internal"]["zones"].append("contoso.local")
    plan = plan_of(topology)
    inside, outside = (
        ("lyncwebdir01.contoso.local", "lyncwebextdir.contoso.com")
        if with_director
        else ("lyncwebpool01.contoso.local", "lyncwebextpool01.contoso.com")
    )
    assert {row for row in rows(plan, "internal") if row[0] == "CNAME"} == {
        ("CNAME", "lyncdiscoverinternal.contoso.com", inside)
    }
    assert {row for row in rows(plan, "external") if row[0] == "CNAME"} == {
        ("CNAME", "lyncdiscover.contoso.com", outside)
    }
    assert ("A", outside, "131.107.155.40") in rows(plan, "external")


# The reverse proxy, fallback, hybrid, cut-over


def published() -> dict[str, Any]:
    director = {
        "fqdn": "dir01.contoso.net",
        "role": "director",
        "web": {"external_fqdn": "webdirext.contoso.com"},
        "servers": [server("dir01.contoso.net", "10.0.0.31")],
    }
    office = {
        "fqdn": "owa.contoso.net",
        "role": "office_web_apps",
        "web": {"external_fqdn": "officewebapps01.contoso.com"},
        "servers": [server("owa.contoso.net", "10.0.0.41")],
    }
    return site(director, office, enterprise(web={"external_fqdn": "webext.contoso.com"}), proxy())


def test_a_reverse_proxy() -> None:
    plan = plan_of(published())
    assert names_of(plan, "rp.contoso.net/reverse_proxy") == (
        "webext.contoso.com",
        [
            "webext.contoso.com",
            "webdirext.contoso.com",
            "meet.contoso.com",
            "meet.fabrikam.com",
            "dialin.contoso.com",
            "officewebapps01.contoso.com",
            "lyncdiscover.contoso.com",
            "lyncdiscover.fabrikam.com",
        ],
    )
    assert rows(plan, "external") == {
        ("A", name, "131.107.155.40") for name in names_of(plan, "rp.contoso.net/reverse_proxy")[1]
    }


def test_a_reverse_proxy_with_wildcards() -> None:
    plan = plan_of(with_certificates(published(), wildcard=True))
    assert names_of(plan, "rp.contoso.net/reverse_proxy")[1] == [
        "webext.contoso.com",
        "webdirext.contoso.com",
        "officewebapps01.contoso.com",
        "*.contoso.com",
        "*.fabrikam.com",
    ]


def test_the_control_panel_is_inside_only() -> None:
    plan = plan_of(published())
    assert "admin.contoso.com" in {row[1] for row in rows(plan, "internal")}
    assert "admin.contoso.com" not in {row[1] for row in rows(plan, "external")}
    assert "admin.contoso.com" not in names_of(plan, "rp.contoso.net/reverse_proxy")[1]


def test_fallback_and_plain_tcp() -> None:
    domain = {"name": "contoso.com", "fallback": True, "plain_tcp": True}
    plan = plan_of(site(standard(), edge(), sip_domains=[domain], autodiscover=NO_AUTODISCOVER))
    inside, outside = rows(plan, "internal"), rows(plan, "external")
    assert ("SRV", "_sipinternal._tcp.contoso.com", (5060, "se01.contoso.com")) in inside
    assert {("A", f"{host}.contoso.com", "192.168.10.90") for host in ("sip", "sipinternal")} <= inside
    assert ("A", "sipexternal.contoso.com", "131.107.155.10") in outside
    assert "sipinternal.contoso.com" in names_of(plan, "se01.contoso.com/default")[1]
    assert "sipexternal.contoso.com" in names_of(plan, "lsedge.contoso.net/edge_external")[1]


def test_hybrid() -> None:
    plan = plan_of(site(standard(), edge(), hybrid={"tenant_domains": ["originalcompany.com"]}))
    assert names_of(plan, "lsedge.contoso.net/edge_external")[1][-1] == "sip.originalcompany.com"
    assert ("A", "webcon.contoso.com", "131.107.155.20") in rows(plan, "internal")


def test_a_sip_domain_that_moved_to_the_cloud() -> None:
    domains = ["contoso.com", {"name": "fabrikam.com", "cut_over": True}]
    plan = plan_of(site(standard(), edge(), sip_domains=domains))
    assert rows(plan, "external", "fabrikam.com") == {
        ("SRV", "_sipfederationtls._tcp.fabrikam.com", (5061, "sipfed.online.lync.com")),
        ("SRV", "_sip._tls.fabrikam.com", (443, "sipdir.online.lync.com")),
        ("CNAME", "lyncdiscover.fabrikam.com", "webdir.online.lync.com"),
        ("CNAME", "sip.fabrikam.com", "sipdir.online.lync.com"),
    }
    found = [one for one in plan.to_plain()["records"] if one["zone"] == "fabrikam.com" and one["type"] == "SRV"]
    assert {(one["ttl"], one["values"][0]["priority"], one["values"][0]["weight"]) for one in found} == {(3600, 100, 1)}
    assert rows(plan, "internal", "fabrikam.com") == set()
    assert not any("fabrikam" in name for one in plan.certificates for name in one.subject_alternative_names)


def test_records_of_another_team() -> None:
    topology = site(edge(), sip_domains=["contoso.com"])
    topology["dns"]["external"]["zones"] = [{"name": "contoso.com", "managed": "other_team"}]
    plan = plan_of(topology)
    assert {one.managed for one in plan.records if one.view == "external"} == {"other_team"}


# Several pools and products


def test_products_side_by_side() -> None:
    """A pool of the predecessor signs in fabrikam.com; it answers no simple URLs and no autodiscover."""
    old = {
        "fqdn": "ocspool.contoso.net",
        "product": "ocs2007",
        "servers": [server("ocs01.contoso.net", "10.0.5.1")],
    }
    domains = [
        {"name": "contoso.com", "home": "pool01.contoso.net"},
        {"name": "fabrikam.com", "home": "ocspool.contoso.net"},
    ]
    plan = plan_of(site(enterprise("pool01.contoso.net"), old, sip_domains=domains))
    assert names_of(plan, "ocs01.contoso.net/default")[1] == [
        "ocspool.contoso.net",
        "sip.fabrikam.com",
        "ocspool.fabrikam.com",
        "ocs01.contoso.net",
    ]
    assert rows(plan, "internal", "fabrikam.com") == {
        ("A", "ocspool.fabrikam.com", "10.0.5.1"),
        ("SRV", "_sipinternaltls._tcp.fabrikam.com", (5061, "ocspool.fabrikam.com")),
    }


def test_a_pool_without_sip_domains_at_home_serves_all() -> None:
    second = {"fqdn": "pool02.contoso.net", "servers": [server("fe21.contoso.net", "10.0.2.1")]}
    home = [{"name": name, "home": "pool01.contoso.com"} for name in ("contoso.com", "fabrikam.com")]
    plan = plan_of(site(enterprise(), second, sip_domains=home, autodiscover=NO_AUTODISCOVER))
    assert names_of(plan, "fe21.contoso.net/default") == (
        "pool02.contoso.net",
        ["pool02.contoso.net", "fe21.contoso.net", *MEETINGS, "admin.contoso.com"],
    )
    chosen = {**second, "serves": ["fabrikam.com"]}
    plan = plan_of(site(enterprise(), chosen, sip_domains=home, autodiscover=NO_AUTODISCOVER))
    assert "meet.contoso.com" not in names_of(plan, "fe21.contoso.net/default")[1]


def test_every_name_and_record_has_a_marked_reason() -> None:
    plan = plan_of(published())
    for record in plan.records:
        assert all(reason.mark in "SPIC" and reason.source for reason in record.reasons)
    for one in plan.certificates:
        assert all(one.name_reasons[name] for name in (one.common_name, *one.subject_alternative_names))


def test_filters_know_both_views_and_all_uses() -> None:
    topology = published()
    outside = queries.records(topology, view="external", zone="fabrikam.com", type="A")
    assert [one["fqdn"] for one in outside] == ["lyncdiscover.fabrikam.com", "meet.fabrikam.com"]
    for use in ("default", "web_internal", "web_external"):
        assert "webext.contoso.com" in queries.alternative_names(topology, "ee01.contoso.com", use)
    assert queries.alternative_names(topology, "ee01.contoso.com", "oauth") == []
