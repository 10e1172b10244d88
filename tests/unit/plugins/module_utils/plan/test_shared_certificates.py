"""One certificate for an Edge pool and a reverse proxy."""

from __future__ import annotations

from unit.finding_cases import lync

from ansible_collections.ucops.rollout.plugins.module_utils.plan.shared_certificates import share_certificates

SHARED = {"pools[2].shares_certificate_of": "lsedge.contoso.net"}


def test_nothing_is_shared_unless_the_site_wants_it() -> None:
    topology, plan = lync()
    assert share_certificates(plan.certificates, topology.pools) == plan.certificates


def test_full_names_stand_before_wildcards() -> None:
    _topology, plan = lync({**SHARED, "certificates.wildcard": True})
    (one,) = (each for each in plan.certificates if each.use == "edge_external")
    assert one.subject_alternative_names[-2:] == ("*.contoso.com", "*.fabrikam.com")
    assert "wildcard-not-supported" in {finding.code for finding in plan.errors}


def test_the_inside_of_the_edge_stays_its_own() -> None:
    _topology, plan = lync(SHARED)
    (inside,) = (each for each in plan.certificates if each.use == "edge_internal")
    assert inside.holders == ("edge01.contoso.net", "edge02.contoso.net")
