"""Federation, and SIP domains that the Internet cannot know."""

from __future__ import annotations

from unit.finding_cases import lync, of_code

from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import LEFT_OUT


def test_without_an_edge_pool_no_federation_record_is_missed() -> None:
    _topology, plan = lync({"pools[1]": LEFT_OUT})
    assert of_code("federation-record-missing", plan.findings) == []


def test_a_domain_inside_only_needs_no_name_outside() -> None:
    _topology, plan = lync({"sip_domains[1]": {"name": "fabrikam.com", "srv_target": "sip", "outside": False}})
    assert "sip.fabrikam.com" not in [one.fqdn for one in plan.records if one.view == "external"]
    assert [one.code for one in plan.findings if one.where.startswith("sip_domains")] == []
