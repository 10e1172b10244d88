"""What only a run finds out, with its texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from unit.fakes_windows import DER, NOW, authority, certificate
from unit.finding_cases import a_ca, made, provoked

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import AuthorityPolicy
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import parse_certificate
from ansible_collections.ucops.rollout.plugins.module_utils.findings.run import (
    authority_findings,
    oauth_findings,
    policy_findings,
    root_findings,
)
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint

ROOT = parse_certificate(authority().certificate.public_bytes(DER), where="test")


def test_a_ca_that_takes_names_from_attributes() -> None:
    (found,) = provoked("ca-names-from-attributes")
    assert (found.severity, found.where) == ("warning", "ca01\\Company CA")
    assert found.message == (
        "the CA ca01\\Company CA takes subject alternative names from request attributes"
        " (EDITF_ATTRIBUTESUBJECTALTNAME2 is set)"
    )
    assert found.mend.startswith("certutil -setreg policy\\EditFlags -EDITF_ATTRIBUTESUBJECTALTNAME2, then restart")


CA = "ca01.company.local\\Company CA"


def test_a_host_with_another_ca() -> None:
    (found,) = provoked("ca-is-another")
    assert (found.severity, found.where) == ("error", CA)
    assert found.message == (f"certificates are to come from the CA {CA}, and this host has ca01.company.local\\Old CA")


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"name": "COMPANY CA", "host": ""}, []),
        ({"host": "ca01"}, []),
        ({"host": "ca02.company.local"}, ["ca-is-another"]),
        ({"host": "ca02"}, ["ca-is-another"]),
        ({"host": "ca01.other.local"}, ["ca-is-another"]),
        ({"templates": ("Machine", "webserver")}, []),
        ({"templates": ()}, ["template-not-offered"]),
        ({"kind": "standalone_root", "templates": None}, []),
    ],
)
def test_what_a_ca_is_against_what_is_planned(changes: dict[str, object], codes: list[str]) -> None:
    assert [one.code for one in authority_findings(a_ca(**changes), made("ocs").certificates)] == codes


def test_a_ca_that_signs_as_the_products_refuse() -> None:
    (found,) = provoked("ca-signs-as-refused")
    assert (found.severity, found.where, found.message) == ("error", CA, f"the CA {CA} is set to sign with MD5")
    assert found.breaks.startswith("ocssrv01.company.local/default, ocssrv02.company.local/default: services would not")


def test_a_ca_that_was_signed_so_itself() -> None:
    root = authority("Company Root", number=101)
    own = certificate(root, "Company CA", ca=True, pss=True).public_bytes(DER)
    chain = (parse_certificate(own, where="test"), ROOT)
    (found,) = authority_findings(a_ca(certificates=chain), made("ocs").certificates)
    assert (found.severity, found.code) == ("error", "issuer-signature-refused")
    assert f"'Company CA' ({chain[0].thumbprint}) is signed with rsassa_pss" in found.message
    # A root is trusted for its place, whoever signed it how.
    self_signed = replace(ROOT, signature_algorithm="md5_rsa")
    assert authority_findings(a_ca(certificates=(self_signed,)), made("ocs").certificates) == ()


def test_a_template_that_is_not_offered_is_told_once() -> None:
    (found,) = provoked("template-not-offered")
    assert (found.severity, found.where) == ("error", CA)
    assert found.message == f"the CA {CA} does not offer the template 'WebServer'; it offers Machine, User"
    assert found.breaks == (
        "ocssrv01.company.local/default, ocssrv02.company.local/default: the CA denies the request (0x80094800)"
    )


def test_settings_of_the_right_ca_are_told_once() -> None:
    unsafe = {"policy": AuthorityPolicy(0x15014E, 1)}
    planned = [*made("ocs").certificates, replace(made("ocs").certificates[0], template=None)]
    found = authority_findings(a_ca(**unsafe), planned)
    assert [one.code for one in found] == ["ca-names-from-attributes", "template-not-offered"]
    assert found[0].where == CA
    assert [one.code for one in authority_findings(a_ca(**unsafe, name="Old CA"), planned)] == ["ca-is-another"]


def test_an_enterprise_ca_needs_a_template() -> None:
    planned = [replace(one, template=None) for one in made("ocs").certificates]
    (found,) = authority_findings(a_ca(), planned)
    assert found.message == f"the CA {CA} does not offer certificates without a template; it offers WebServer"


def test_templates_that_cannot_be_read_are_unknown_and_no_error() -> None:
    (found,) = provoked("templates-unread")
    assert (found.severity, found.where) == ("note", CA)
    assert found.message == f"it is not known whether the CA {CA} offers the template 'WebServer': access denied"


def test_a_chain_that_ends_elsewhere() -> None:
    (found,) = provoked("root-not-among-trusted")
    assert (found.severity, found.where, found.source) == ("note", "CN=Company CA", "")
    assert found.message.startswith("the chain ends in 'CN=Company CA' (")


def test_a_note_of_a_dns_server_is_told_as_it_is() -> None:
    (found,) = provoked("dns-server")
    assert (found.severity, found.message, found.breaks, found.mend, found.where) == (
        "note",
        "the zone takes updates from anybody",
        "",
        "",
        "",
    )


def test_a_difference_of_ocs_is_told_as_it_is() -> None:
    (found,) = provoked("ocs-differs")
    assert (found.severity, found.message, found.breaks, found.mend) == ("warning", "what", "breaks", "mend")


def test_what_is_to_be_renewed_and_is_held_nowhere() -> None:
    (found,) = provoked("renewed-nowhere")
    assert (found.severity, found.message) == (
        "note",
        "pool_certificates_renew names AB, which no server that was looked at holds: it was replaced and removed"
        " already, or is mistyped",
    )


def test_oauths_new_certificate() -> None:
    (found,) = provoked("oauth-certificate-is-new")
    assert (found.severity, found.where) == ("note", "")
    assert (
        found.message
        == "OAuth's certificate of the organisation, AB, is in use from 2026-10-23T12:00:00Z on, in place of CD"
    )
    assert found.mend.endswith("This is told for 30 days")
    assert oauth_findings("AB", NOW, "", None) == oauth_findings("AB", None, "CD", NOW) == ()
    assert oauth_findings("AB", NOW, "CD", NOW + timedelta(days=30, seconds=1)) == ()


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
