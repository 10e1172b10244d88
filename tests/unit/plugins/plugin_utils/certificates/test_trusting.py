"""Roots that a server does not trust, known before a certificate is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from unit.certificate_steps import install_issued, issued_for, request
from unit.fakes_windows import NOW, FakeCa, FakeServer, authority, planned

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.file_names import file_stem
from ansible_collections.ucops.rollout.plugins.module_utils.model import certificate_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import CertificateWork, ServerWork
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.trusting import Issuers, untrusted_roots

CA = "ca01.company.local"
ENTERPRISE = "SOFTWARE\\Microsoft\\EnterpriseCertificates"
UNKNOWN = (
    "ocssrv01.company.local: this server does not trust the root 'CN=Company CA', thumbprint {0}. Compare the"
    " thumbprint with the CA's owner, then either publish the root by Group Policy, which reaches no host in a"
    " workgroup, or give the thumbprint in trusted_roots (pool_certificates_trusted_roots)"
)


def job(identity: str = "ocssrv01.company.local/default", offline: bool = False) -> CertificateWork:
    return CertificateWork(certificate_from_plain(planned(id=identity)), (), "" if offline else CA, offline)


def refused(
    server: FakeServer, told: list[str], *jobs: CertificateWork, trusted: tuple[str, ...] = (), directory: str = ""
) -> list[str]:
    work = ServerWork("ocssrv01.company.local", jobs or (job(),), ())
    roots = tuple(map(Thumbprint, trusted))
    issuers = Issuers({CA: told} if told else {}, directory)
    return [str(one) for one in untrusted_roots(server.host, work, issuers, trusted=roots, now=NOW, minimum_days=30)]


def test_a_root_that_nobody_brought_is_told_once_for_all_certificates() -> None:
    ca = authority()
    assert refused(FakeServer(), [ca.pem], job(), job("pool/web")) == [UNKNOWN.format(ca.thumbprint)]


def test_one_that_is_there_or_may_be_added() -> None:
    ca, server = authority(), FakeServer()
    assert refused(server, [ca.pem], trusted=(ca.thumbprint,)) == []
    server.put("Root", ca.certificate, location=ENTERPRISE)
    assert refused(server, [ca.pem]) == []


def test_the_root_above_a_ca() -> None:
    root = authority("Root CA", number=121)
    below = authority("Issuing CA", root, number=122)
    (told,) = refused(FakeServer(), [below.pem, root.pem], trusted=(below.thumbprint,))
    assert f"'CN=Root CA', thumbprint {root.thumbprint}" in told


def test_a_ca_that_was_not_read_or_leads_to_no_root_is_not_judged() -> None:
    root = authority("Root CA", number=121)
    assert refused(FakeServer(), []) == []
    assert refused(FakeServer(), [authority("Issuing CA", root, number=122).pem]) == []
    assert refused(FakeServer(), ["garbled"]) == []


def test_of_a_certificate_that_serves_already_nothing_is_installed() -> None:
    ca, server = FakeCa(), FakeServer()
    install_issued(server, issued_for(ca, request(server)), roots=(ca.issuer.thumbprint,))
    stores = f"SOFTWARE\\Microsoft\\SystemCertificates\\Root\\Certificates\\{ca.issuer.thumbprint}"
    del server.registry.values[stores]
    assert refused(server, [ca.issuer.pem]) == []


def test_a_certificate_that_people_brought(tmp_path: Path) -> None:
    ca, server = FakeCa(), FakeServer()
    issued: dict[str, Any] = issued_for(ca, request(server))
    assert refused(server, [], job(offline=True), directory=str(tmp_path)) == []
    brought = tmp_path / f"{file_stem(job().certificate)}.cer"
    brought.write_text(issued["certificate"] + "".join(issued["chain"]), encoding="ascii")
    assert refused(server, [], job(offline=True), directory=str(tmp_path)) == [UNKNOWN.format(ca.issuer.thumbprint)]
    brought.write_text("garbled", encoding="ascii")
    assert refused(server, [], job(offline=True), directory=str(tmp_path)) == []
