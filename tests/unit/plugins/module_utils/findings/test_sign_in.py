"""SRV records, fallback names and sip.<SIP domain>."""

from __future__ import annotations

from dataclasses import replace

from unit.finding_cases import base_with, found, guard, lync, made, of_code, places, plan_of, provoked, without_name
from unit.topologies import origin, origin_with

from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import find_all
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse


def test_srv_target_alias() -> None:
    (note,) = found("srv-target-alias", plan_of(origin()))
    assert (note.severity, note.where) == ("note", "sip_domains[1]")
    assert places("srv-target-alias", origin_with({"sip_domains": ["company.local"]})) == []


def test_a_pool_called_sip_satisfies_the_strictest_policy() -> None:
    assert places("srv-target-alias", origin_with({"pools[0].fqdn": "sip.company.local"})) == []


def test_fallback_name_not_in_certificate() -> None:
    code = "fallback-name-not-in-certificate"
    (found,) = provoked(code)
    assert "'sipexternal.contoso.com' is planned in DNS" in found.message
    _topology, plan = lync({"sip_domains[0].fallback": True})
    assert "sipexternal.contoso.com" in [one.fqdn for one in plan.records]
    assert of_code(code, plan.findings) == []


def test_sip_name_of_the_second_domain_not_at_the_edge() -> None:
    (found,) = provoked("sip-name-not-in-certificate")
    assert "'sip.fabrikam.com' is not in the certificates of lsedge.contoso.net" in found.message
    assert guard("sip-name-not-in-certificate", made()) == []


def test_what_the_site_leaves_out_is_no_error_but_at_the_edge_it_is() -> None:
    """The records of contoso.com lead to sip.contoso.com, so that the pool's certificates keep the name."""
    changes = {"certificates.sip_names": False, "sip_domains[1].srv_target": "alias"}
    topology = parse(base_with("lync", changes))
    plan = make_plan(topology)
    bare = [without_name("sip.fabrikam.com")(one) if "edge" in one.use else one for one in plan.certificates]
    findings = find_all(replace(plan, certificates=tuple(bare)), topology)
    found = [one for one in findings if "sip-name" in one.code]
    assert [(one.code, one.severity, one.message) for one in found] == [
        (
            "sip-name-left-out",
            "warning",
            "'sip.fabrikam.com' is not in the certificates of pool01.contoso.net, as the topology wants it",
        ),
        (
            "sip-name-not-in-certificate",
            "error",
            "'sip.fabrikam.com' is not in the certificates of lsedge.contoso.net, although users of 'fabrikam.com'"
            " sign in there",
        ),
    ]


def test_a_sip_domain_that_moved_away_is_not_missed() -> None:
    _topology, plan = lync({"sip_domains[1]": {"name": "fabrikam.com", "cut_over": True}})
    assert [one.code for one in plan.findings if one.where.startswith("sip_domains")] == ["cut-over-names-inside"]
