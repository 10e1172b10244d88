"""Office Communications Server 2007, all roles, and what 2007 R2 has alike, against the vendor's rows, written out."""

from __future__ import annotations

from typing import Any

import pytest
from unit.ocs_sites import (
    BOTH,
    CLIENT,
    SERVER,
    certificate,
    edge,
    enterprise,
    expanded,
    meetings,
    plan_of,
    printed,
    problems,
    reasons,
    reverse_proxy,
    rows,
    server,
    site,
    standard,
    web_access,
)
from unit.topologies import origin

from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse

# Worked examples W1, W2, W3, W5, W7


def test_w1_the_origin_in_the_letter_of_its_write_up() -> None:
    topology = origin()
    topology["certificates"]["repeat_subject_in_san"] = False
    plan = make_plan(parse(topology))
    assert {row for row in rows(plan) if "ocssrv" not in row[1]} == {
        ("A", "ocspool.company.local", "10.0.0.10"),
        ("SRV", "_sipinternaltls._tcp.company.local", (5061, "ocspool.company.local")),
        ("A", "ocspool.company.com", "10.0.0.10"),
        ("SRV", "_sipinternaltls._tcp.company.com", (5061, "ocspool.company.com")),
    }
    assert [printed(one) for one in plan.certificates] == [
        (
            "ocspool.company.local",
            ["sip.company.local", "sip.company.com", "ocspool.company.com", f"ocssrv0{number}.company.local"],
        )
        for number in (1, 2)
    ]
    assert reasons(plan, "SRV", "_sipinternaltls._tcp.company.com") == {"ocs2007.sign-in-tls": "C"}  # C1


@BOTH
def test_w2_one_record_where_web_farm_and_pool_have_one_name(product: str) -> None:
    plan = plan_of(site(product, enterprise(web_farm_fqdn="EEpool.contoso.com")))
    assert {row for row in rows(plan) if row[0] == "A" and row[2] == "10.0.0.10"} == {
        ("A", "eepool.contoso.com", "10.0.0.10")
    }


@BOTH
def test_w2_a_web_farm_with_a_name_of_its_own(product: str) -> None:
    vips = {"sip": ["10.0.0.10"], "web": ["10.0.0.30"]}
    pool = enterprise(web_farm_fqdn="webfarm.contoso.com", load_balancer={"type": "hardware", "vips": vips})
    plan = plan_of(site(product, pool))
    assert ("A", "eepool.contoso.com", "10.0.0.10") in rows(plan)
    assert ("A", "webfarm.contoso.com", "10.0.0.30") in rows(plan)
    assert printed(certificate(plan, "ee01.contoso.com")) == (
        "eepool.contoso.com",
        ["eepool.contoso.com", "sip.contoso.com", "webfarm.contoso.com", "ee01.contoso.com"],
    )


def test_w3_the_key_of_a_single_access_edge() -> None:
    key = certificate(plan_of(site("ocs2007", edge())), "ocsedge.contoso.com", "edge_access").key
    assert to_plain(key) == {
        "length": 2048,  # the sample's 1024 bits are refused by every client of today
        "algorithm": "rsa",
        "exportable": False,
        "shared": False,
        "provider": "Microsoft RSA SChannel Cryptographic Provider",
        "provider_type": 12,
        "key_spec": 1,
        "key_usage": ["digital_signature", "key_encipherment"],
    }


def test_w3_the_key_of_an_array_of_access_edges() -> None:
    one = certificate(plan_of(site("ocs2007", edge(arrayed=True))), "edge02.contoso.com", "edge_access")
    assert one.holders == ("edge01.contoso.com", "edge02.contoso.com")
    assert (one.scope, one.key.exportable, one.key.shared, one.key.key_spec) == ("pool", True, True, 1)
    assert one.extended_key_usage == (SERVER,)


# Records inside (section 3.1)


@BOTH
def test_standard_edition_records(product: str) -> None:
    plan = plan_of(site(product, standard()))
    assert rows(plan) == {
        ("A", "se01.contoso.com", "10.0.0.20"),
        ("SRV", "_sipinternaltls._tcp.contoso.com", (5061, "se01.contoso.com")),
    }
    assert [one.managed for one in plan.records if one.fqdn == "se01.contoso.com"] == ["registered_elsewhere"]


@BOTH
def test_enterprise_records(product: str) -> None:
    assert rows(plan_of(site(product, enterprise()))) == {
        ("A", "eepool.contoso.com", "10.0.0.10"),
        ("SRV", "_sipinternaltls._tcp.contoso.com", (5061, "eepool.contoso.com")),
        ("A", "ee01.contoso.com", "10.0.0.11"),
        ("A", "ee02.contoso.com", "10.0.0.12"),
    }


@BOTH
def test_a_single_front_end_without_a_load_balancer(product: str) -> None:
    pool = {"fqdn": "eepool.contoso.com", "servers": [server("ee01.contoso.com", "10.0.0.11")]}
    assert rows(plan_of(site(product, pool))) == {
        ("A", "eepool.contoso.com", "10.0.0.11"),
        ("A", "ee01.contoso.com", "10.0.0.11"),
        ("SRV", "_sipinternaltls._tcp.contoso.com", (5061, "eepool.contoso.com")),
    }


@BOTH
def test_the_pool_of_a_single_front_end_must_not_have_its_name(product: str) -> None:
    pool = {"fqdn": "ee01.contoso.com", "servers": [server("ee01.contoso.com", "10.0.0.11")]}
    (problem,) = problems(site(product, pool))
    assert problem.startswith("pools[0].servers[0].fqdn: ")


@BOTH
def test_several_front_ends_need_a_load_balancer(product: str) -> None:
    (problem,) = problems(site(product, unbalanced(enterprise())))
    assert problem.startswith("pools[0].load_balancer: missing")


@BOTH
def test_the_host_of_the_internal_web_conferencing_url(product: str) -> None:
    vips = {"sip": ["10.0.0.10"], "conferencing": ["10.0.0.40"]}
    pool = enterprise(
        web={"conferencing_fqdn": "meeting.contoso.com"}, load_balancer={"type": "hardware", "vips": vips}
    )
    plan = plan_of(site(product, pool))
    assert ("A", "meeting.contoso.com", "10.0.0.40") in rows(plan)
    assert reasons(plan, "A", "meeting.contoso.com") == {"ocs2007.web-conferencing-address": "S"}
    assert "meeting.contoso.com" in certificate(plan, "ee01.contoso.com").subject_alternative_names


@BOTH
def test_sign_in_in_a_domain_that_is_not_the_pools(product: str) -> None:
    plan = plan_of(site(product, enterprise(), sip=["contoso.com", "fabrikam.com"]))
    assert ("A", "eepool.fabrikam.com", "10.0.0.10") in rows(plan)
    assert ("SRV", "_sipinternaltls._tcp.fabrikam.com", (5061, "eepool.fabrikam.com")) in rows(plan)


@BOTH
def test_srv_target_sip(product: str) -> None:
    plan = plan_of(site(product, enterprise(), sip=[{"name": "contoso.com", "srv_target": "sip"}]))
    assert ("A", "sip.contoso.com", "10.0.0.10") in rows(plan)
    assert ("SRV", "_sipinternaltls._tcp.contoso.com", (5061, "sip.contoso.com")) in rows(plan)


@BOTH
def test_srv_target_pool(product: str) -> None:
    plan = plan_of(site(product, enterprise(), sip=["contoso.com", {"name": "fabrikam.com", "srv_target": "pool"}]))
    assert ("SRV", "_sipinternaltls._tcp.fabrikam.com", (5061, "eepool.contoso.com")) in rows(plan)
    assert not [row for row in rows(plan) if row[1] == "eepool.fabrikam.com"]


@BOTH
def test_only_one_pool_signs_in(product: str) -> None:
    """Row: 'Do not create an SRV record for additional internal servers or pools'."""
    plan = plan_of(site(product, enterprise(), standard(), sip=[{"name": "contoso.com", "home": "eepool.contoso.com"}]))
    assert [row for row in rows(plan) if row[0] == "SRV"] == [
        ("SRV", "_sipinternaltls._tcp.contoso.com", (5061, "eepool.contoso.com"))
    ]


@BOTH
def test_plain_tcp(product: str) -> None:
    plan = plan_of(site(product, standard(), sip=[{"name": "contoso.com", "plain_tcp": True}]))
    assert ("SRV", "_sipinternal._tcp.contoso.com", (5060, "se01.contoso.com")) in rows(plan)
    assert reasons(plan, "SRV", "_sipinternal._tcp.contoso.com") == {f"{product}.sign-in-tcp": "P"}


@BOTH
def test_fallback_records_are_in_the_certificate(product: str) -> None:
    plan = plan_of(site(product, enterprise(), sip=[{"name": "contoso.com", "fallback": True}]))
    assert ("A", "sipinternal.contoso.com", "10.0.0.10") in rows(plan)
    assert ("A", "sip.contoso.com", "10.0.0.10") in rows(plan)
    assert list(certificate(plan, "ee01.contoso.com").subject_alternative_names) == [
        "eepool.contoso.com",
        "sip.contoso.com",
        "sipinternal.contoso.com",
        "ee01.contoso.com",
    ]


def test_the_order_of_the_fallback_is_decided_with_both_sources() -> None:
    plan = plan_of(site("ocs2007", enterprise(), sip=[{"name": "contoso.com", "fallback": True}]))
    (record,) = (one for one in plan.records if one.fqdn == "sipinternal.contoso.com")
    (reason,) = record.reasons
    assert (reason.rule, reason.mark) == ("ocs2007.fallback-sipinternal", "C")  # C4
    assert "DNS Lookups with OCS" in reason.source
    assert "dd572514" in reason.source
    assert "cc816291" in reason.source


@pytest.mark.parametrize(
    ("product", "host"), [("ocs2007", "ucupdates.contoso.com"), ("ocs2007r2", "ucupdates-r2.contoso.com")]
)
def test_device_update(product: str, host: str) -> None:
    plan = plan_of(site(product, enterprise(), device_update=True))
    assert {row for row in rows(plan) if "ucupdates" in row[1]} == {("A", host, "10.0.0.10")}
    assert reasons(plan, "A", host) == {f"{product}.device-update": "S"}


def test_device_update_of_both_versions_side_by_side() -> None:
    sip = [{"name": "contoso.com", "home": "eepool.contoso.com"}, {"name": "fabrikam.com", "home": "se01.contoso.com"}]
    topology = site("ocs2007", enterprise(), standard(product="ocs2007r2"), sip=sip, device_update=True)
    assert {row for row in rows(plan_of(topology)) if "ucupdates" in row[1]} == {
        ("A", "ucupdates.contoso.com", "10.0.0.10"),
        ("A", "ucupdates-r2.fabrikam.com", "10.0.0.20"),
        ("A", "ucupdates.fabrikam.com", "10.0.0.20"),
    }


@BOTH
@pytest.mark.parametrize(("arrayed", "address"), [(False, "172.25.33.10"), (True, "172.25.33.9")])
def test_the_edge_inside(product: str, arrayed: bool, address: str) -> None:
    plan = plan_of(site(product, enterprise(), edge(arrayed=arrayed)))
    assert ("A", "ocsedge.contoso.com", address) in rows(plan)
    assert printed(certificate(plan, "edge01.contoso.com" if arrayed else "ocsedge.contoso.com", "edge_internal")) == (
        "ocsedge.contoso.com",
        ["ocsedge.contoso.com"],
    )


@BOTH
def test_names_of_the_fallback_are_where_the_product_states_them(product: str) -> None:
    plan = plan_of(site(product, enterprise(), sip=[{"name": "contoso.com", "fallback": True}]))
    assert reasons(plan, "A", "sipinternal.contoso.com") == {f"{product}.fallback-sipinternal": "C"}
    assert ("sipinternal.contoso.com", 5061) in {(one.name, one.port) for one in plan.endpoints}
    assert ("sip.contoso.com", 5061) in {(one.name, one.port) for one in plan.endpoints}


# Records outside (section 3.1)


@BOTH
@pytest.mark.parametrize("arrayed", [False, True])
def test_the_edge_outside(product: str, arrayed: bool) -> None:
    topology = site(
        product,
        enterprise(),
        edge(arrayed=arrayed),
        sip=["contoso.com", "fabrikam.com"],
        federation={"partner_discovery": True},
    )
    plan = plan_of(topology)
    assert rows(plan, "external") == {
        ("A", "sip.contoso.com", "131.107.155.10"),
        ("A", "sip.fabrikam.com", "131.107.155.10"),
        ("A", "webcon.contoso.com", "131.107.155.20"),
        ("A", "av.contoso.com", "131.107.155.30"),
        ("SRV", "_sip._tls.contoso.com", (443, "sip.contoso.com")),
        ("SRV", "_sip._tls.fabrikam.com", (443, "sip.fabrikam.com")),
        ("SRV", "_sipfederationtls._tcp.contoso.com", (5061, "sip.contoso.com")),
        ("SRV", "_sipfederationtls._tcp.fabrikam.com", (5061, "sip.fabrikam.com")),
    }


def test_thin_rows_outside_are_marked() -> None:
    topology = site("ocs2007", enterprise(), edge(), federation={"partner_discovery": True})
    plan = plan_of(topology)
    marks = {(one.type, one.fqdn): {why.mark for why in one.reasons} for one in plan.records if one.view == "external"}
    assert marks == {
        ("A", "sip.contoso.com"): {"I"},
        ("A", "webcon.contoso.com"): {"I"},
        ("A", "av.contoso.com"): {"I"},
        ("SRV", "_sip._tls.contoso.com"): {"P"},
        ("SRV", "_sipfederationtls._tcp.contoso.com"): {"P"},
    }


@BOTH
def test_no_federation_and_no_remote_users(product: str) -> None:
    pool = edge()
    pool["edge"]["remote_users"] = False
    plan = plan_of(site(product, enterprise(), pool, federation={"partner_discovery": False}))
    assert not [row for row in rows(plan, "external") if row[0] == "SRV"]


@BOTH
def test_fallback_outside(product: str) -> None:
    topology = site(product, enterprise(), edge(), sip=[{"name": "contoso.com", "fallback": True}])
    plan = plan_of(topology)
    assert ("A", "sipexternal.contoso.com", "131.107.155.10") in rows(plan, "external")
    assert printed(certificate(plan, "ocsedge.contoso.com", "edge_access")) == (
        "sip.contoso.com",
        ["sip.contoso.com", "sipexternal.contoso.com"],
    )


def test_plain_tcp_outside_is_in_the_beta_only() -> None:
    """C4: _sip._tcp is in the R2 beta and a blog, not in its release: only where plain TCP is asked for, not in R2."""
    sip = [{"name": "contoso.com", "plain_tcp": True}]
    plan = plan_of(site("ocs2007", enterprise(), edge(), sip=sip))
    assert ("SRV", "_sip._tcp.contoso.com", (443, "sip.contoso.com")) in rows(plan, "external")
    assert reasons(plan, "SRV", "_sip._tcp.contoso.com", "external") == {"ocs2007.remote-sign-in-tcp": "C"}
    later = plan_of(site("ocs2007r2", enterprise(), edge(), sip=sip))
    assert not [row for row in rows(later, "external") if row[1] == "_sip._tcp.contoso.com"]


@BOTH
def test_the_external_web_farm(product: str) -> None:
    plan = plan_of(site(product, enterprise(web={"external_fqdn": "ocsrp.contoso.com"}), reverse_proxy()))
    assert rows(plan, "external") == {("A", "ocsrp.contoso.com", "131.107.155.40")}
    assert reasons(plan, "A", "ocsrp.contoso.com", "external") == {"ocs2007.external-web-farm-address": "I"}
    assert certificate(plan, "rp01.contoso.com", "reverse_proxy").common_name == "ocsrp.contoso.com"


@BOTH
def test_separate_addresses_behind_nat(product: str) -> None:
    pool = edge()
    pool["servers"][0]["addresses"]["access"] = [{"private": "10.45.16.10", "public": "131.107.155.10"}]
    assert ("A", "sip.contoso.com", "131.107.155.10") in rows(plan_of(site(product, enterprise(), pool)), "external")


# Certificates of OCS 2007 (section 3.2)


@BOTH
def test_enterprise_with_one_sip_domain_still_holds_the_server(product: str) -> None:
    """C9: the guide asks for the Front End's name with external web conferencing only; the write-up always has it."""
    plan = plan_of(site(product, enterprise()))
    one = certificate(plan, "ee02.contoso.com")
    assert printed(one) == ("eepool.contoso.com", ["eepool.contoso.com", "sip.contoso.com", "ee02.contoso.com"])
    assert {why.mark for why in one.name_reasons["ee02.contoso.com"]} == {"C"}


@BOTH
def test_the_web_components_certificate_is_assigned_in_iis(product: str) -> None:
    one = certificate(plan_of(site(product, standard())), "se01.contoso.com")
    assert [(row.component, row.port) for row in one.assignments] == [("front_end", 5061), ("web_components", 443)]


@BOTH
def test_front_end_and_web_components_apart(product: str) -> None:
    pool = enterprise(web_farm_fqdn="eeweb.contoso.com")
    plan = plan_of(site(product, pool, certificates={"placement": "per_use"}))
    front_end = certificate(plan, "ee01.contoso.com")
    web_components = certificate(plan, "ee01.contoso.com", "web_internal")
    assert printed(front_end) == (
        "eepool.contoso.com",
        ["eepool.contoso.com", "sip.contoso.com", "ee01.contoso.com"],
    )
    assert printed(web_components) == ("eeweb.contoso.com", ["eeweb.contoso.com", "ee01.contoso.com"])
    assert [row.component for row in front_end.assignments] == ["front_end"]
    assert [row.component for row in web_components.assignments] == ["web_components"]


@BOTH
def test_standard_edition_with_a_certificate_per_use(product: str) -> None:
    plan = plan_of(site(product, standard(), certificates={"placement": "per_use"}))
    assert {one.use: printed(one) for one in plan.certificates} == {
        "default": ("se01.contoso.com", ["se01.contoso.com", "sip.contoso.com"]),
        "web_internal": ("se01.contoso.com", ["se01.contoso.com"]),
    }


@BOTH
def test_standard_edition_certificate(product: str) -> None:
    plan = plan_of(site(product, standard(), sip=["contoso.com", "fabrikam.com"]))
    assert printed(certificate(plan, "se01.contoso.com")) == (
        "se01.contoso.com",
        ["se01.contoso.com", "sip.contoso.com", "sip.fabrikam.com", "se01.fabrikam.com"],
    )


def test_expanded_certificates() -> None:
    plan = plan_of(site("ocs2007", expanded(), sip=["contoso.com", "fabrikam.com"]))
    found = {one.holders[0]: (*printed(one), [row.component for row in one.assignments]) for one in plan.certificates}
    front_end = ["eepool.contoso.com", "sip.contoso.com", "sip.fabrikam.com", "eepool.fabrikam.com"]
    assert found == {
        "fe01.contoso.com": ("eepool.contoso.com", [*front_end, "fe01.contoso.com"], ["front_end"]),
        "fe02.contoso.com": ("eepool.contoso.com", [*front_end, "fe02.contoso.com"], ["front_end"]),
        "web01.contoso.com": ("eeweb.contoso.com", ["eeweb.contoso.com"], ["web_components"]),
        "web02.contoso.com": ("eeweb.contoso.com", ["eeweb.contoso.com"], ["web_components"]),
        "conf01.contoso.com": ("conf01.contoso.com", ["conf01.contoso.com"], ["web_conferencing"]),
        "av01.contoso.com": ("av01.contoso.com", ["av01.contoso.com"], ["av_conferencing"]),
    }


def test_expanded_records() -> None:
    assert rows(plan_of(site("ocs2007", expanded()))) == {
        ("A", "eepool.contoso.com", "10.0.0.10"),
        ("A", "eeweb.contoso.com", "10.0.0.30"),
        ("SRV", "_sipinternaltls._tcp.contoso.com", (5061, "eepool.contoso.com")),
        ("A", "fe01.contoso.com", "10.0.0.11"),
        ("A", "fe02.contoso.com", "10.0.0.12"),
        ("A", "web01.contoso.com", "10.0.0.31"),
        ("A", "web02.contoso.com", "10.0.0.32"),
        ("A", "conf01.contoso.com", "10.0.0.41"),
        ("A", "av01.contoso.com", "10.0.0.51"),
    }


def test_expanded_virtual_addresses_reach_the_servers_of_their_role() -> None:
    plan = plan_of(site("ocs2007", expanded()))
    behind = {(one.name, one.port): one.certificates for one in plan.endpoints if one.through == "load_balancer"}
    assert behind == {
        ("eepool.contoso.com", 5061): ("fe01.contoso.com/default", "fe02.contoso.com/default"),
        ("eeweb.contoso.com", 443): ("web01.contoso.com/default", "web02.contoso.com/default"),
    }


def test_expanded_web_components_on_the_pools_name() -> None:
    plan = plan_of(
        site("ocs2007", expanded(web_farm_fqdn="eepool.contoso.com", load_balancer=enterprise()["load_balancer"]))
    )
    assert printed(certificate(plan, "web01.contoso.com")) == ("eepool.contoso.com", ["eepool.contoso.com"])


@BOTH
def test_director_on_one_server(product: str) -> None:
    director = {"fqdn": "dir01.contoso.com", "role": "director", "servers": [server("dir01.contoso.com", "10.0.0.70")]}
    plan = plan_of(site(product, enterprise(), director, sip=["contoso.com", "fabrikam.com"]))
    assert printed(certificate(plan, "dir01.contoso.com")) == (
        "dir01.contoso.com",
        ["dir01.contoso.com", "sip.contoso.com", "sip.fabrikam.com", "dir01.fabrikam.com"],
    )
    assert ("SRV", "_sipinternaltls._tcp.contoso.com", (5061, "dir01.contoso.com")) in rows(plan)
    assert ("A", "dir01.fabrikam.com", "10.0.0.70") in rows(plan)


@BOTH
def test_director_array_behind_a_load_balancer(product: str) -> None:
    director = {
        "fqdn": "dirarray.contoso.com",
        "role": "director",
        "load_balancer": {"type": "hardware", "vips": {"sip": ["10.0.0.79"]}},
        "servers": [server("dir01.contoso.com", "10.0.0.70"), server("dir02.contoso.com", "10.0.0.71")],
    }
    plan = plan_of(site(product, enterprise(), director))
    assert ("A", "dirarray.contoso.com", "10.0.0.79") in rows(plan)
    assert printed(certificate(plan, "dir02.contoso.com")) == (
        "dirarray.contoso.com",
        ["dirarray.contoso.com", "sip.contoso.com", "dir02.contoso.com"],
    )
    assert {why.mark for why in certificate(plan, "dir02.contoso.com").name_reasons["dirarray.contoso.com"]} == {"I"}


@BOTH
def test_mediation_server(product: str) -> None:
    mediation = {
        "fqdn": "med01.contoso.com",
        "role": "mediation",
        "servers": [server("med01.contoso.com", "10.0.0.80")],
    }
    plan = plan_of(site(product, enterprise(), mediation))
    assert printed(certificate(plan, "med01.contoso.com")) == ("med01.contoso.com", ["med01.contoso.com"])
    assert ("A", "med01.contoso.com", "10.0.0.80") in rows(plan)


@BOTH
def test_access_edge_certificate(product: str) -> None:
    plan = plan_of(site(product, enterprise(), edge(), sip=["contoso.com", "fabrikam.com"]))
    one = certificate(plan, "ocsedge.contoso.com", "edge_access")
    assert printed(one) == ("sip.contoso.com", ["sip.contoso.com", "sip.fabrikam.com"])
    assert (one.issuer.name, one.extended_key_usage) == ("public", (SERVER,))
    assert [row.component for row in one.assignments] == ["access_edge"]


@BOTH
def test_an_access_edge_with_another_name_still_is_sip(product: str) -> None:
    """Row: 'every SIP domain; subject name must point to sip.<domain>'."""
    pool = edge()
    pool["edge"]["access"] = "access.contoso.com"
    plan = plan_of(site(product, enterprise(), pool, sip=["contoso.com", "fabrikam.com"]))
    assert printed(certificate(plan, "ocsedge.contoso.com", "edge_access")) == (
        "access.contoso.com",
        ["access.contoso.com", "sip.contoso.com", "sip.fabrikam.com"],
    )
    assert {row for row in rows(plan, "external") if row[2] == "131.107.155.10"} == {
        ("A", "access.contoso.com", "131.107.155.10"),
        ("A", "sip.contoso.com", "131.107.155.10"),
        ("A", "sip.fabrikam.com", "131.107.155.10"),
    }


@BOTH
def test_access_edge_certificate_for_aol(product: str) -> None:
    topology = site(product, enterprise(), edge(), federation={"aol": True})
    assert certificate(plan_of(topology), "ocsedge.contoso.com", "edge_access").extended_key_usage == (SERVER, CLIENT)
    others = [one for one in plan_of(topology).certificates if one.use != "edge_access"]
    assert {one.extended_key_usage for one in others} == {(SERVER,)}


@BOTH
def test_web_conferencing_edge_certificate(product: str) -> None:
    one = certificate(plan_of(site(product, enterprise(), edge())), "ocsedge.contoso.com", "edge_web_conferencing")
    assert printed(one) == ("webcon.contoso.com", ["webcon.contoso.com"])
    assert one.issuer.name == "public"


@BOTH
def test_the_edge_array_shares_its_certificates(product: str) -> None:
    plan = plan_of(site(product, enterprise(), edge(arrayed=True)))
    shared = {
        one.use: (one.scope, one.holders, one.key.exportable)
        for one in plan.certificates
        if "edge01.contoso.com" in one.holders
    }
    both = ("pool", ("edge01.contoso.com", "edge02.contoso.com"), True)
    assert shared == {
        "edge_internal": both,
        "edge_access": both,
        "edge_web_conferencing": both,
        "av_authentication": both,
    }


@BOTH
def test_a_v_authentication_certificate(product: str) -> None:
    pool = edge()
    pool["edge"]["av_authentication_fqdn"] = "avauth.contoso.com"
    one = certificate(plan_of(site(product, enterprise(), pool)), "ocsedge.contoso.com", "av_authentication")
    assert printed(one) == ("avauth.contoso.com", ["avauth.contoso.com"])
    assert one.issuer.name == "enterprise"
    assert [row.component for row in one.assignments] == ["av_authentication"]


@BOTH
def test_nothing_on_the_av_edge_outside(product: str) -> None:
    plan = plan_of(site(product, enterprise(), edge()))
    names = {name for one in plan.certificates for name in (one.common_name, *one.subject_alternative_names)}
    assert "av.contoso.com" not in names


def test_separate_edge_servers() -> None:
    pool = edge(configuration="expanded", fqdn="edges.contoso.com")
    pool["edge"]["av_authentication_fqdn"] = "avauth.contoso.com"
    pool["servers"] = [
        server("access01.contoso.com", "172.25.33.10", addresses={"access": ["131.107.155.10"]}, roles=["access_edge"]),
        server(
            "conf01.contoso.com",
            "172.25.33.20",
            addresses={"web_conferencing": ["131.107.155.20"]},
            roles=["web_conferencing_edge"],
        ),
        server("avedge01.contoso.com", "172.25.33.30", addresses={"av": ["131.107.155.30"]}, roles=["av_edge"]),
    ]
    plan = plan_of(site("ocs2007", enterprise(), pool))
    assert {
        (one.holders, one.use, one.common_name) for one in plan.certificates if "edge" in one.use or "av" in one.use
    } == {
        (("access01.contoso.com",), "edge_internal", "access01.contoso.com"),
        (("conf01.contoso.com",), "edge_internal", "conf01.contoso.com"),
        (("avedge01.contoso.com",), "edge_internal", "avedge01.contoso.com"),
        (("access01.contoso.com",), "edge_access", "sip.contoso.com"),
        (("conf01.contoso.com",), "edge_web_conferencing", "webcon.contoso.com"),
        (("avedge01.contoso.com",), "av_authentication", "avauth.contoso.com"),
    }
    assert {row for row in rows(plan, "external") if row[0] == "A"} == {
        ("A", "sip.contoso.com", "131.107.155.10"),
        ("A", "webcon.contoso.com", "131.107.155.20"),
        ("A", "av.contoso.com", "131.107.155.30"),
    }


def test_communicator_web_access_2007_on_one_server() -> None:
    plan = plan_of(site("ocs2007", enterprise(), web_access(web={})))
    mtls = certificate(plan, "cwaserver.contoso.com", "mtls")
    https = certificate(plan, "cwaserver.contoso.com", "web_access")
    assert printed(mtls) == ("cwaserver.contoso.com", ["cwaserver.contoso.com"])
    assert printed(https) == ("cwaserver.contoso.com", ["cwaserver.contoso.com"])
    assert (mtls.key.exportable, https.key.exportable) == (True, True)
    assert mtls.key.key_usage == ("digital_signature", "key_encipherment")
    assert [row.component for row in (*mtls.assignments, *https.assignments)] == ["cwa_mtls", "cwa"]


def test_communicator_web_access_2007_behind_a_load_balancer() -> None:
    pool = {
        "fqdn": "cwa.contoso.com",
        "role": "communicator_web_access",
        "load_balancer": {"type": "hardware", "vips": {"sip": ["10.0.0.69"]}},
        "servers": [server("cwa01.contoso.com", "10.0.0.61"), server("cwa02.contoso.com", "10.0.0.62")],
    }
    plan = plan_of(site("ocs2007", enterprise(), pool))
    assert ("A", "cwa.contoso.com", "10.0.0.69") in rows(plan)
    assert printed(certificate(plan, "cwa02.contoso.com", "mtls")) == ("cwa02.contoso.com", ["cwa02.contoso.com"])
    assert printed(certificate(plan, "cwa02.contoso.com", "web_access")) == ("cwa.contoso.com", ["cwa.contoso.com"])


def test_access_edge_alone() -> None:
    pool = edge(configuration="expanded", fqdn="edges.contoso.com")
    pool["servers"] = [
        server("access01.contoso.com", "172.25.33.10", addresses={"access": ["131.107.155.10"]}, roles=["access_edge"])
    ]
    plan = plan_of(site("ocs2007", enterprise(), pool))
    assert {row[1] for row in rows(plan, "external") if row[0] == "A"} == {"sip.contoso.com"}
    assert {one.use for one in plan.certificates} == {"default", "edge_internal", "edge_access"}


def test_communicator_web_access_2007_outside() -> None:
    access = web_access(web={"external_fqdn": "cwa.contoso.com"})
    plan = plan_of(site("ocs2007", enterprise(), access, reverse_proxy()))
    assert ("A", "cwa.contoso.com", "131.107.155.40") in rows(plan, "external")
    assert printed(certificate(plan, "rp01.contoso.com", "reverse_proxy")) == ("cwa.contoso.com", ["cwa.contoso.com"])


@BOTH
def test_exchange_unified_messaging(product: str) -> None:
    pool = {"fqdn": "um01.contoso.com", "role": "exchange_um", "servers": [server("um01.contoso.com", "10.0.0.97")]}
    one = certificate(plan_of(site(product, enterprise(), pool)), "um01.contoso.com")
    assert printed(one) == ("um01.contoso.com", ["um01.contoso.com"])


# Where clients and servers connect


@BOTH
def test_endpoints_of_a_pool_behind_a_director(product: str) -> None:
    director = {"fqdn": "dir01.contoso.com", "role": "director", "servers": [server("dir01.contoso.com", "10.0.0.70")]}
    assert meetings(plan_of(site(product, enterprise(web_farm_fqdn="eeweb.contoso.com"), director))) == {
        ("eepool.contoso.com", 5061, "sip_tls", "load_balancer"),
        ("eeweb.contoso.com", 443, "https", "load_balancer"),
        ("ee01.contoso.com", 5061, "sip_tls", "direct"),
        ("ee02.contoso.com", 5061, "sip_tls", "direct"),
        ("ee01.contoso.com", 443, "https", "direct"),
        ("ee02.contoso.com", 443, "https", "direct"),
        ("dir01.contoso.com", 5061, "sip_tls", "direct"),
    }


@BOTH
def test_endpoints_of_a_director_array_without_srv_records(product: str) -> None:
    director = {
        "fqdn": "dirarray.contoso.com",
        "role": "director",
        "load_balancer": {"type": "hardware", "vips": {"sip": ["10.0.0.79"]}},
        "servers": [server("dir01.contoso.com", "10.0.0.70")],
    }
    plan = plan_of(site(product, enterprise(), director, sip=[{"name": "contoso.com", "fallback": True}]))
    assert {one for one in meetings(plan) if one[0].startswith(("sip", "dir"))} == {
        ("dirarray.contoso.com", 5061, "sip_tls", "load_balancer"),
        ("sip.contoso.com", 5061, "sip_tls", "load_balancer"),
        ("sipinternal.contoso.com", 5061, "sip_tls", "load_balancer"),
        ("dir01.contoso.com", 5061, "sip_tls", "direct"),
    }


@BOTH
def test_endpoints_of_a_director_that_signs_in_by_another_name(product: str) -> None:
    director: dict[str, Any] = {"fqdn": "dirarray.contoso.com", "role": "director"}
    director["load_balancer"] = {"type": "hardware", "vips": {"sip": ["10.0.0.79"]}}
    director["servers"] = [server("dir01.contoso.com", "10.0.0.70")]
    plan = plan_of(site(product, enterprise(), director, sip=["fabrikam.com"]))
    assert {one for one in meetings(plan) if one[0].startswith("dirarray")} == {
        ("dirarray.contoso.com", 5061, "sip_tls", "load_balancer"),
        ("dirarray.fabrikam.com", 5061, "sip_tls", "load_balancer"),
    }


def test_endpoints_of_an_expanded_pool() -> None:
    assert meetings(plan_of(site("ocs2007", expanded()))) == {
        ("eepool.contoso.com", 5061, "sip_tls", "load_balancer"),
        ("eeweb.contoso.com", 443, "https", "load_balancer"),
        ("eeweb.contoso.com", 443, "https", "direct"),
        ("fe01.contoso.com", 5061, "sip_tls", "direct"),
        ("fe02.contoso.com", 5061, "sip_tls", "direct"),
        ("conf01.contoso.com", 8057, "psom_tls", "direct"),
        ("av01.contoso.com", 5063, "sip_tls", "direct"),
    }


@BOTH
def test_endpoints_of_an_array_of_edges(product: str) -> None:
    sip = [{"name": "contoso.com", "fallback": True}]
    topology = site(product, edge(arrayed=True), enterprise(), sip=sip, federation={"partner_discovery": True})
    plan = plan_of(topology)
    assert {one for one in meetings(plan) if "edge" in one[0]} == {
        ("ocsedge.contoso.com", 5061, "sip_tls", "load_balancer"),
        ("ocsedge.contoso.com", 5061, "sip_tls", "direct"),
    }
    assert meetings(plan, "external") == {
        ("sip.contoso.com", 443, "sip_tls", "load_balancer"),
        ("sip.contoso.com", 5061, "sip_tls", "load_balancer"),
        ("sipexternal.contoso.com", 443, "sip_tls", "load_balancer"),
        ("webcon.contoso.com", 443, "psom_tls", "load_balancer"),
    }


def test_endpoints_of_separate_edges() -> None:
    pool = edge(configuration="expanded", fqdn="edges.contoso.com")
    pool["servers"] = [
        server("access01.contoso.com", "172.25.33.10", addresses={"access": ["131.107.155.10"]}, roles=["access_edge"])
    ]
    plan = plan_of(site("ocs2007", enterprise(), pool, federation={"partner_discovery": False}))
    assert ("access01.contoso.com", 5061, "sip_tls", "direct") in meetings(plan)
    assert ("A", "access01.contoso.com", "172.25.33.10") in rows(plan)
    assert meetings(plan, "external") == {("sip.contoso.com", 443, "sip_tls", "direct")}


@BOTH
@pytest.mark.parametrize("role", ["mediation", "group_chat", "exchange_um"])
def test_endpoints_of_servers_that_stand_alone(product: str, role: str) -> None:
    pool = {"fqdn": "alone.contoso.com", "role": role, "servers": [server("alone.contoso.com", "10.0.0.80")]}
    plan = plan_of(site(product, enterprise(), pool))
    assert ("alone.contoso.com", 5061, "sip_tls", "direct") in meetings(plan)


@pytest.mark.parametrize(
    ("product", "names"),
    [
        ("ocs2007", {"im.contoso.com"}),
        ("ocs2007r2", {"im.contoso.com", "as.im.contoso.com", "download.im.contoso.com"}),
    ],
)
def test_endpoints_of_web_access(product: str, names: set[str]) -> None:
    access = web_access(web={"internal_fqdn": "im.contoso.com", "external_fqdn": "cwa.contoso.com"})
    plan = plan_of(site(product, enterprise(), access, reverse_proxy()))
    assert {one[0] for one in meetings(plan) if one[1] == 443 and "ee" not in one[0]} == names
    assert meetings(plan, "external") == {("cwa.contoso.com", 443, "https", "direct")}


# What holds for all of them (section 2)


@BOTH
@pytest.mark.parametrize("placement", ["combined", "per_use"])
def test_every_certificate(product: str, placement: str) -> None:
    pools = [enterprise(), edge(), web_access(), reverse_proxy(publishes=["eepool.contoso.com"])]
    pools[0]["web"] = {"external_fqdn": "ocsrp.contoso.com"}
    for one in plan_of(site(product, *pools, certificates={"placement": placement})).certificates:
        assert one.extended_key_usage == (SERVER,)
        assert one.require_crl_distribution_point
        assert (one.key.algorithm, one.key.key_spec, one.key.provider_type) == ("rsa", 1, 12)
        assert one.template == ("WebServer" if one.issuer.name == "enterprise" else None)
        assert not [name for name in (one.common_name, *one.subject_alternative_names) if "*" in name]


@BOTH
def test_a_conflict_is_decided_in_its_rule(product: str) -> None:
    decided = {
        rule.id: rule.conflict.partition(":")[0]
        for role in PRODUCTS[product].roles
        for rule in role.rules()
        if rule.mark == "C" or rule.conflict
    }
    assert (
        set(decided.values())
        == {
            "ocs2007": {"C1", "C4", "C8", "C9", "C12", "C18"},
            "ocs2007r2": {"C1", "C4", "C8", "C9", "C10", "C12", "C18"},
        }[product]
    )


def test_an_id_says_one_thing_in_all_products() -> None:
    """Explanations find a rule by its id, whichever product the plan is of."""
    said: dict[str, Any] = {}
    for product in ("ocs2007", "ocs2007r2"):
        for role in PRODUCTS[product].roles:
            for rule in role.rules():
                assert said.setdefault(rule.id, rule) == rule


# Differences of R2 (section 4)


@BOTH
@pytest.mark.parametrize("role", ["archiving", "monitoring"])
def test_archiving_has_a_record_and_no_certificate(product: str, role: str) -> None:
    pool = {"fqdn": "arch01.contoso.com", "role": role, "servers": [server("arch01.contoso.com", "10.0.0.95")]}
    plan = plan_of(site(product, enterprise(), pool))
    assert ("A", "arch01.contoso.com", "10.0.0.95") in rows(plan)
    assert not [one for one in plan.certificates if "arch01.contoso.com" in one.holders]


@BOTH
def test_no_wildcard_whatever_is_asked(product: str) -> None:
    """C8: a white paper of 2009 is quoted as allowing it, the services do not start: none for OCS."""
    (problem,) = problems(site(product, enterprise(), certificates={"wildcard": True}))
    assert problem.startswith("certificates.wildcard: ")


# Gates (section 1)


@BOTH
@pytest.mark.parametrize(
    ("where", "changes"),
    [
        ("simple_urls", {"simple_urls": {"layout": 1}}),
        ("autodiscover", {"autodiscover": {"internal": "a"}}),
        ("xmpp", {"xmpp": {"domains": ["contoso.com"]}}),
        ("hybrid", {"hybrid": {"tenant_domains": []}}),
        ("certificates.oauth_subject", {"certificates": {"oauth_subject": "contoso.com"}}),
        ("federation.push_notifications", {"federation": {"push_notifications": True}}),
        ("federation.hosted_exchange_um", {"federation": {"hosted_exchange_um": True}}),
    ],
)
def test_what_came_later_is_refused(product: str, where: str, changes: dict[str, Any]) -> None:
    (problem,) = problems(site(product, enterprise(), **changes))
    assert problem.startswith(f"{where}: ")


@BOTH
def test_ipv6_is_refused(product: str) -> None:
    pool = enterprise()
    pool["servers"][0]["addresses"]["internal"].append("2001:db8::11")
    (problem,) = problems(site(product, pool))
    assert problem.startswith("pools[0].servers[0].addresses.internal[1]: ")
    assert "IPv6" in problem


@BOTH
def test_dns_load_balancing_is_refused(product: str) -> None:
    told = problems(site(product, enterprise(load_balancer={"type": "dns", "vips": {"web": ["10.0.0.10"]}})))
    assert [problem for problem in told if problem.startswith("pools[0].load_balancer.type: ")]


@BOTH
@pytest.mark.parametrize("role", ["persistent_chat", "survivable_branch_appliance", "office_web_apps"])
def test_roles_that_came_later_are_refused(product: str, role: str) -> None:
    pool = {"fqdn": "new01.contoso.com", "role": role, "servers": [server("new01.contoso.com", "10.0.0.99")]}
    (problem,) = problems(site(product, enterprise(), pool))
    assert problem.startswith("pools[1].role: ")


def with_roles(pool: dict[str, Any], *roles: str) -> dict[str, Any]:
    """The pool with these roles given to its first server."""
    pool["servers"][0]["roles"] = list(roles)
    return pool


def edge_with_one_address(**changes: Any) -> dict[str, Any]:
    addresses = {"internal": ["172.25.33.10"], "external": ["131.107.155.10"]}
    return edge(servers=[{"fqdn": "ocsedge.contoso.com", "addresses": addresses}], **changes)


@pytest.mark.parametrize(
    ("where", "pools"),
    [
        ("pools[0].servers[0].roles", [with_roles(enterprise(), "front_end")]),
        ("pools[0].servers[0].roles[0]", [with_roles(expanded(), "access_edge")]),
        ("pools[0].servers", [expanded(servers=expanded()["servers"][:4])]),
        ("pools[1].servers[0].addresses.external", [enterprise(), edge_with_one_address()]),
        ("pools[1].certificate_subject", [enterprise(), reverse_proxy(certificate_subject="x.contoso.com")]),
    ],
)
def test_contradictions_of_the_expanded_forms(where: str, pools: list[dict[str, Any]]) -> None:
    (problem,) = problems(site("ocs2007", *pools))
    assert problem.startswith(f"{where}: ")


def unbalanced(pool: dict[str, Any]) -> dict[str, Any]:
    del pool["load_balancer"]
    return pool


def test_an_expanded_pool_with_one_server_of_each_role_needs_no_load_balancer() -> None:
    servers = [one for one in expanded()["servers"] if one["fqdn"] not in ("fe02.contoso.com", "web02.contoso.com")]
    plan = plan_of(site("ocs2007", unbalanced(expanded(servers=servers))))
    assert ("A", "eepool.contoso.com", "10.0.0.11") in rows(plan)


def test_two_front_ends_of_an_expanded_pool_need_a_load_balancer() -> None:
    (problem,) = problems(site("ocs2007", unbalanced(expanded())))
    assert problem.startswith("pools[0].load_balancer: missing")


@BOTH
def test_a_domain_moved_to_microsoft_365_is_refused(product: str) -> None:
    (problem,) = problems(site(product, enterprise(), sip=["contoso.com", {"name": "fabrikam.com", "cut_over": True}]))
    assert problem.startswith("sip_domains[1].cut_over: ")
