"""Names outside that users inside need."""

from __future__ import annotations

from dataclasses import replace

from unit.finding_cases import base_with, lync, of_code

from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import find_all
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse


def test_names_hidden_inside_in_a_hybrid_site() -> None:
    """Users inside need the Web Conferencing Edge's name too; the planner leads it outside for them."""
    topology = parse(base_with("lync", {"hybrid": {"tenant_domains": ["contoso.com"]}}))
    plan = make_plan(topology)
    assert of_code("outside-name-hidden-inside", plan.findings) == []
    kept = [one for one in plan.records if (one.view, one.fqdn) != ("internal", "webcon.contoso.com")]
    assert len(kept) == len(plan.records) - 1
    (found,) = of_code("outside-name-hidden-inside", find_all(replace(plan, records=tuple(kept)), topology))
    assert (found.where, found.breaks) == ("dns.internal.zones[1]", "content of meetings held in Microsoft 365")


def test_no_web_name_of_ocs_is_needed_inside() -> None:
    changes = {"pools[0].web": {"external_fqdn": "ocsrp.company.com"}, "dns.internal.zones[1].if_missing": "fail"}
    plan = make_plan(parse(base_with("ocs", changes)))
    assert [one.code for one in plan.findings] == ["srv-target-alias"]


def test_a_simple_url_hidden_inside() -> None:
    topology, plan = lync()
    kept = tuple(one for one in plan.records if (one.view, one.fqdn) != ("internal", "meet.fabrikam.com"))
    (found,) = of_code("outside-name-hidden-inside", find_all(replace(plan, records=kept), topology))
    assert (found.where, found.breaks) == (
        "dns.internal.zones[2]",
        "meetings and the dial-in page for users inside",
    )


def test_the_name_of_sign_in_inside_shadows_the_external_web_name() -> None:
    changes = {
        "sip_domains[0].srv_target": "alias",
        "pools[0].web.external_fqdn": "pool01.contoso.com",
    }
    (found,) = of_code("outside-name-hidden-inside", lync(changes)[1].findings)
    assert (found.where, found.message) == (
        "pools[0].web.external_fqdn",
        "'pool01.contoso.com' is a name of the outside, and the internal zone 'contoso.com' hides it from everybody"
        " inside",
    )
    assert found.mend == (
        "Set srv_target: sip at the SIP domain, so that sign-in needs no such name. Give the external web services a"
        " name of their own in web.external_fqdn"
    )
    mended = {**changes, "sip_domains[0].srv_target": "sip", "dns.internal.zones[1].copied_names": ["pool01"]}
    assert of_code("outside-name-hidden-inside", lync(mended)[1].findings) == []


def test_a_simple_url_inside_shadows_the_external_web_name() -> None:
    changes = {"pools[0].web.external_fqdn": "dialin.contoso.com"}
    (found,) = of_code("outside-name-hidden-inside", lync(changes)[1].findings)
    assert found.where == "pools[0].web.external_fqdn"
    assert found.mend.startswith("Give the simple URL a host of its own. ")


def test_a_director_s_external_web_name_inside_is_meant() -> None:
    director = {
        "fqdn": "dir01.contoso.net",
        "role": "director",
        "web": {"external_fqdn": "webdirext.contoso.com"},
        "servers": [{"fqdn": "dir01.contoso.net", "addresses": {"internal": ["10.0.0.31"]}}],
    }
    plan = lync({"pools[3]": director})[1]
    assert ("internal", "webdirext.contoso.com") in {(one.view, one.fqdn) for one in plan.records}
    assert of_code("outside-name-hidden-inside", plan.findings) == []
