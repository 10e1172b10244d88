"""Wildcards where they are not taken."""

from __future__ import annotations

import pytest
from unit.finding_cases import guard, made, provoked, with_certificates, with_names


def test_wildcard_as_subject() -> None:
    assert [one.where for one in provoked("wildcard-as-subject")] == ["lsedge.contoso.net/edge_internal"]
    assert guard("wildcard-as-subject", made()) == []


@pytest.mark.parametrize(
    ("use", "base", "told"),
    [("edge_external", "lync", 1), ("edge_internal", "lync", 0), ("reverse_proxy", "lync", 0), ("default", "ocs", 2)],
)
def test_wildcard_not_supported(use: str, base: str, told: int) -> None:
    plan = with_certificates(with_names("sip.contoso.com", "*.contoso.com"), use, base)
    assert len(guard("wildcard-not-supported", plan, base)) == told


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("*.contoso.com", "lsrp.contoso.com"), 1),
        (("lsrp.contoso.com", "*.contoso.com"), 0),
        (("lsrp.contoso.com", "*.contoso.com", "*.fabrikam.com"), 0),
    ],
)
def test_wildcard_before_names(names: tuple[str, ...], told: int) -> None:
    plan = with_certificates(with_names(*names), "reverse_proxy")
    assert len(guard("wildcard-before-names", plan)) == told
