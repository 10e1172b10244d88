"""Who holds which certificate."""

from __future__ import annotations

from unit.finding_cases import guard, made, provoked


def test_edge_certificates_differ() -> None:
    assert [one.message for one in provoked("edge-certificates-differ")] == [
        "the servers of 'lsedge.contoso.net' have 2 different certificates for edge_external"
    ]
    assert guard("edge-certificates-differ", made()) == []


def test_oauth_not_global() -> None:
    assert len(provoked("oauth-not-global")) == 1
    plan = made()
    assert [one.id for one in plan.certificates if one.use == "oauth"] == ["global/oauth"]
    assert guard("oauth-not-global", plan) == []


def test_web_components_without_certificate() -> None:
    assert [one.where for one in provoked("web-components-without-certificate")] == [
        "pools[0].servers[0]",
        "pools[0].servers[1]",
    ]
    assert guard("web-components-without-certificate", made("ocs"), "ocs") == []
