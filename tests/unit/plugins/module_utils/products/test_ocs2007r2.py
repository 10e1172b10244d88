"""Office Communications Server 2007 R2: what differs from 2007, each value written out."""

from __future__ import annotations

import pytest
from unit.ocs_sites import (
    certificate,
    edge,
    enterprise,
    expanded,
    plan_of,
    printed,
    problems,
    reasons,
    reverse_proxy,
    rows,
    server,
    site,
    web_access,
)

from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS

# Worked examples W1, W2, W3, W5, W7


def test_w5_communicator_web_access_r2_single_server() -> None:
    plan = plan_of(site("ocs2007r2", enterprise(), web_access()))
    one = certificate(plan, "cwaserver.contoso.com", "web_access")
    assert printed(one) == (
        "im.contoso.com",
        ["im.contoso.com", "as.im.contoso.com", "download.im.contoso.com", "cwaserver.contoso.com"],
    )
    assert {why.mark for why in one.name_reasons["cwaserver.contoso.com"]} == {"C"}  # C10
    assert {(row.component, row.server) for row in one.assignments} == {
        ("cwa", "cwaserver.contoso.com"),
        ("cwa_mtls", "cwaserver.contoso.com"),
    }


def test_w5_does_not_hang_on_the_repeated_subject() -> None:
    topology = site("ocs2007r2", enterprise(), web_access(), certificates={"repeat_subject_in_san": False})
    one = certificate(plan_of(topology), "cwaserver.contoso.com", "web_access")
    assert list(one.subject_alternative_names) == [
        "im.contoso.com",
        "as.im.contoso.com",
        "download.im.contoso.com",
        "cwaserver.contoso.com",
    ]


@pytest.mark.parametrize(
    ("repeat", "alternatives"), [(False, [[], []]), (True, [["ocsrp.contoso.com"], ["cwa.contoso.com"]])]
)
def test_w7_two_certificates_of_the_reverse_proxy(repeat: bool, alternatives: list[list[str]]) -> None:
    pool = enterprise(web={"external_fqdn": "ocsrp.contoso.com"})
    access = web_access(web={"internal_fqdn": "im.contoso.com", "external_fqdn": "cwa.contoso.com"})
    topology = site("ocs2007r2", pool, access, reverse_proxy(), certificates={"repeat_subject_in_san": repeat})
    found = [one for one in plan_of(topology).certificates if one.use == "reverse_proxy"]
    assert [one.common_name for one in found] == ["ocsrp.contoso.com", "cwa.contoso.com"]
    assert [list(one.subject_alternative_names) for one in found] == alternatives
    assert {one.issuer.name for one in found} == {"public"}
    assert len({one.id for one in found}) == 2


# Records outside (section 3.1)


def test_federation_is_stated_for_r2() -> None:
    plan = plan_of(site("ocs2007r2", enterprise(), edge(), federation={"partner_discovery": True}))
    assert reasons(plan, "SRV", "_sipfederationtls._tcp.contoso.com", "external") == {"ocs2007r2.federation": "S"}
    assert reasons(plan, "SRV", "_sip._tls.contoso.com", "external") == {"ocs2007r2.remote-sign-in": "P"}


# Differences of R2 (section 4)


def test_the_event_of_a_missing_server_name() -> None:
    role = PRODUCTS["ocs2007r2"].role_rules("front_end", "enterprise", "consolidated")
    assert role is not None
    (rule,) = [rule for rule in role.rules() if rule.id == "ocs2007r2.server-mtls"]
    assert "Wrong principal" in rule.breaks


def test_one_certificate_for_all_front_ends_is_possible_and_not_planned() -> None:
    one = certificate(plan_of(site("ocs2007r2", enterprise())), "ee01.contoso.com")
    assert (one.holders, one.key.exportable) == (("ee01.contoso.com",), False)
    role = PRODUCTS["ocs2007r2"].role_rules("front_end", "enterprise", "consolidated")
    assert role is not None
    (rule,) = [rule for rule in role.certificates if rule.id == "ocs2007r2.pool-certificate"]
    assert "share one whose key is exportable" in rule.purpose


@pytest.mark.parametrize("length", [2048, 4096])
def test_keys_up_to_4096_bits(length: int) -> None:
    plan = plan_of(site("ocs2007r2", enterprise(), edge(), certificates={"key_length": length}))
    assert {one.key.length for one in plan.certificates} == {length}


def test_communicator_web_access_r2_records() -> None:
    plan = plan_of(site("ocs2007r2", enterprise(), web_access()))
    assert {row for row in rows(plan) if row[2] == "10.0.0.60"} == {
        ("A", "cwaserver.contoso.com", "10.0.0.60"),
        ("A", "im.contoso.com", "10.0.0.60"),
        ("A", "as.im.contoso.com", "10.0.0.60"),
        ("A", "download.im.contoso.com", "10.0.0.60"),
    }
    assert reasons(plan, "A", "as.im.contoso.com") == {"ocs2007r2.web-access-sharing-address": "I"}


def test_communicator_web_access_r2_outside() -> None:
    access = web_access(web={"internal_fqdn": "im.contoso.com", "external_fqdn": "cwa.contoso.com"})
    plan = plan_of(site("ocs2007r2", enterprise(), access, reverse_proxy()))
    assert ("A", "cwa.contoso.com", "131.107.155.40") in rows(plan, "external")


def test_one_certificate_for_each_virtual_server() -> None:
    access = web_access(web={"internal_fqdn": "im.contoso.com", "virtual_servers": ["im.fabrikam.com"]})
    plan = plan_of(site("ocs2007r2", enterprise(), access, sip=["contoso.com", "fabrikam.com"]))
    found = [printed(one) for one in plan.certificates if one.use == "web_access"]
    assert found == [
        (f"im.{domain}", [f"im.{domain}", f"as.im.{domain}", f"download.im.{domain}", "cwaserver.contoso.com"])
        for domain in ("contoso.com", "fabrikam.com")
    ]


def test_r2_edge_internal_certificate_is_shared_by_the_three_services() -> None:
    topology = site("ocs2007r2", enterprise(), edge(), certificates={"repeat_subject_in_san": False})
    one = certificate(plan_of(topology), "ocsedge.contoso.com", "edge_internal")
    (reason,) = one.name_reasons["ocsedge.contoso.com"]
    assert (reason.rule, reason.mark) == ("ocs2007r2.edge-internal-certificate", "S")
    assert "three services" in reason.purpose


def test_group_chat_r2() -> None:
    chat = {"fqdn": "chat01.contoso.com", "role": "group_chat", "servers": [server("chat01.contoso.com", "10.0.0.90")]}
    plan = plan_of(site("ocs2007r2", enterprise(), chat))
    one = certificate(plan, "chat01.contoso.com")
    assert printed(one) == ("chat01.contoso.com", ["chat01.contoso.com"])
    assert {why.mark for why in one.name_reasons["chat01.contoso.com"]} == {"I"}


# Gates (section 1)


def test_r2_has_no_expanded_configuration() -> None:
    (problem,) = problems(site("ocs2007r2", expanded()))
    assert problem.startswith("pools[0].configuration: ")
    assert "dd146544" in problem  # C14: the WMI reference still lists it


def test_separate_edge_roles_are_refused_in_r2() -> None:
    (problem,) = problems(site("ocs2007r2", enterprise(), edge(configuration="expanded")))
    assert problem.startswith("pools[1].configuration: ")
