"""What a certification authority itself gives reason to say."""

from __future__ import annotations

import pytest
from unit.fakes_windows import DER, authority

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_findings import (
    policy_findings,
    root_findings,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import AuthorityPolicy
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import parse_certificate
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint

ROOT = parse_certificate(authority().certificate.public_bytes(DER), where="test")


@pytest.mark.parametrize("flags", [None, 0, 0x11014E])
def test_a_policy_without_the_flag(flags: int | None) -> None:
    assert policy_findings(AuthorityPolicy(flags, 1), "ca01\\Company CA") == ()


def test_names_from_attributes() -> None:
    (finding,) = policy_findings(AuthorityPolicy(0x15014E, 1), "ca01\\Company CA")
    assert (finding.severity, finding.code, finding.where) == (
        "warning",
        "ca-names-from-attributes",
        "ca01\\Company CA",
    )
    assert "-EDITF_ATTRIBUTESUBJECTALTNAME2, then restart CertSvc" in finding.mend


def test_roots() -> None:
    assert root_findings(ROOT, []) == root_findings(ROOT, [ROOT.thumbprint]) == ()
    (finding,) = root_findings(ROOT, [Thumbprint("0" * 40)])
    assert (finding.severity, finding.code, finding.where) == ("note", "root-not-among-trusted", "CN=Company CA")
