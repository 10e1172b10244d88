# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""certreq: requests, submissions, and everything that makes it wait for somebody who is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs7
from lab_tests.windows import (
    CONFIG,
    NAMES,
    TEMP,
    Ended,
    Lab,
    connection,
    description,
    download,
    inf,
    remote,
    speaking,
    upload,
)
from pypsrp.shell import Process, SignalCode, WinRS

from lab.client import RunningEstate, start_estate
from lab.pki.stores import KEY_PROVIDER, Stores, parse_key_provider, public_der

NEW = f"certreq -new -q -f -machine {TEMP}a.inf {TEMP}a.req"
SUBMIT = f"certreq -submit -q -f -config {CONFIG} -attrib CertificateTemplate:WebServer {TEMP}a.req {TEMP}a.cer"
ACCEPT = f"certreq -accept -q {TEMP}a.cer"
ISSUED = 'RequestId: 2\r\nRequestId: "2"\r\nCertificate retrieved(Issued) Issued\r\n'


def new(lab: Lab, host: str = "srv01", line: str = NEW, text: str | None = None, **keys: str) -> Ended:
    lab.write(host, "a.inf", inf(**keys) if text is None else text)
    return lab.run(host, line)


def requested(lab: Lab, host: str = "srv01") -> x509.CertificateSigningRequest:
    return x509.load_pem_x509_csr(lab.read(host, "a.req").replace(b"NEW CERTIFICATE", b"CERTIFICATE"))


def carry(lab: Lab, name: str, source: str, target: str) -> None:
    lab.write(target, name, lab.read(source, name))


def enrolled(lab: Lab) -> x509.Certificate:
    """The whole way: key and request on the server, submission on the CA, acceptance on the server."""
    assert new(lab).code == 0
    carry(lab, "a.req", "srv01", "ca01")
    assert lab.run("ca01", SUBMIT).code == 0
    carry(lab, "a.cer", "ca01", "srv01")
    assert lab.run("srv01", ACCEPT).code == 0
    return x509.load_pem_x509_certificate(lab.read("srv01", "a.cer"))


def extension(holder: Any, kind: Any) -> Any:
    return holder.extensions.get_extension_for_class(kind).value


# --- -new ------------------------------------------------------------------------------------------------------------


def test_request_says_what_the_policy_file_says(lab: Lab) -> None:
    assert new(lab) == Ended(0, "\r\nCertReq: Request Created\r\n", "")
    request = requested(lab)
    assert request.subject.rfc4514_string() == "CN=pool.company.local"
    names = extension(request, x509.SubjectAlternativeName).get_values_for_type(x509.DNSName)
    assert names == ["pool.company.local", "sip.company.local"]
    usage = extension(request, x509.KeyUsage)
    assert (usage.digital_signature, usage.key_encipherment, usage.data_encipherment) == (True, True, False)


def test_the_waiting_request_is_in_the_request_store_with_its_key(lab: Lab) -> None:
    new(lab, FriendlyName="Front End")
    stores = Stores(lab.machine("srv01"))
    (standin,) = stores.held("REQUEST")
    assert standin.public == public_der(requested(lab).public_key())
    assert standin.certificate.subject == standin.certificate.issuer
    container, provider, kind, spec = parse_key_provider(standin.properties[KEY_PROVIDER])
    assert (provider, kind, spec) == ("Microsoft RSA SChannel Cryptographic Provider", 12, 1)
    assert lab.machine("srv01").keys[container].exportable is False
    assert standin.properties[0x0B] == "Front End\0".encode("utf-16-le")
    assert stores.held("MY") == []


@pytest.mark.parametrize("extensions", [
    '2.5.29.17 = "{text}"\r\n_continue_ = "dns=pool.company.local&"\r\n_continue_ = "dns=sip.company.local"',
    "2.5.29.17=MCeCEnBvb2wuY29tcGFueS5sb2NhbIIRc2lwLmNvbXBhbnkubG9jYWw=",
    '2.5.29.17 = "MCeCEnBvb2wuY29tcGFueS5sb2NhbIIR"\r\n_continue_ = "c2lwLmNvbXBhbnkubG9jYWw="',
])  # fmt: skip
def test_three_ways_to_write_the_names(lab: Lab, extensions: str) -> None:
    assert new(lab, Extensions=extensions).code == 0
    names = extension(requested(lab), x509.SubjectAlternativeName).get_values_for_type(x509.DNSName)
    assert names == ["pool.company.local", "sip.company.local"]


def test_2003_knows_no_text_form_but_der(tmp_path: Path, language: str) -> None:
    lab = speaking(tmp_path, language, generation="2003")
    assert new(lab).code == 0x8007000D
    assert new(lab, Extensions="2.5.29.17=MBSCEnBvb2wuY29tcGFueS5sb2NhbA==", HashAlgorithm="sha256").code == 0
    assert requested(lab).signature_hash_algorithm.name == "sha1"
    assert new(lab, Extensions="", ProviderName='"Microsoft Software Key Storage Provider"').code == 0x80090019


@pytest.mark.parametrize(("given", "name"), [({}, "sha1"), ({"HashAlgorithm": "sha256"}, "sha256")])
def test_hash_of_the_request(lab: Lab, given: dict[str, str], name: str) -> None:
    new(lab, **given)
    assert requested(lab).signature_hash_algorithm.name == name


@pytest.mark.parametrize(("keys", "code"), [
    ({"Subject": '"pool.company.local"'}, 0x80092023),
    ({"ProviderName": '"No Such Provider"'}, 0x80090019),
    ({"ProviderType": "1"}, 0x8009001B),
    ({"MachineKeySet": "FALSE"}, 0x80090010),
    ({"KeyLength": "many"}, 0x8007000D),
    ({"UseExistingKeySet": "TRUE", "KeyContainer": '"none"'}, 0x80090019),
    ({"Extensions": "2.5.29.17=no base64!"}, 0x8007000D),
])  # fmt: skip
def test_policy_files_that_fail(lab: Lab, keys: dict[str, str], code: int) -> None:
    ended = new(lab, **keys)
    assert ended.code == code
    assert f"0x{code:x}" in ended.out
    assert not lab.has("srv01", "a.req")
    assert Stores(lab.machine("srv01")).held("REQUEST") == []


def test_policy_file_without_its_section(lab: Lab) -> None:
    assert new(lab, text="[Version]\r\nSignature=x\r\n").code == 0x800F0101


def test_utf8_in_a_policy_file_comes_out_garbled_and_utf16_does_not(lab: Lab) -> None:
    text = inf(subject="CN=größe.company.local", Extensions="")
    new(lab, text=text)
    assert requested(lab).subject.rfc4514_string() == "CN=grÃ¶ÃŸe.company.local"
    lab.write("srv01", "a.inf", b"\xff\xfe" + text.encode("utf-16-le"))
    lab.run("srv01", NEW)
    assert requested(lab).subject.rfc4514_string() == "CN=größe.company.local"


def test_existing_key_serves_a_second_request(lab: Lab) -> None:
    new(lab)
    first = requested(lab)
    (name,) = lab.machine("srv01").keys
    assert new(lab, UseExistingKeySet="TRUE", KeyContainer=f'"{name}"').code == 0
    assert requested(lab).public_key() == first.public_key()
    assert list(lab.machine("srv01").keys) == [name]


# --- what makes it wait ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("host", "line", "waits_for"), [
    ("srv01", "certreq -new", "open the policy file"),
    ("srv01", f"certreq -new {TEMP}a.inf", "save the request"),
    ("srv01", "certreq -accept", "open the certificate"),
    ("ca01", "certreq -submit", "open the request file"),
    ("ca01", "certreq", "open the request file"),
    ("ca01", f"certreq -submit {TEMP}a.req {TEMP}a.cer", "choose a certification authority"),
    ("ca01", f"certreq -submit -config {CONFIG} -attrib CertificateTemplate:WebServer {TEMP}a.req", "save the cert"),
    ("ca01", f"certreq -retrieve -config {CONFIG}", "request id"),
])  # fmt: skip
def test_missing_names_open_a_dialog(lab: Lab, host: str, line: str, waits_for: str) -> None:
    new(lab)
    carry(lab, "a.req", "srv01", "ca01")
    ended = lab.run(host, line)
    assert ended.code is None
    assert waits_for in ended.waits_for


def test_template_in_the_policy_file_is_not_found_without_delegation(lab: Lab) -> None:
    line = NEW.replace(" -q", "")
    ended = new(lab, line=line, CertificateTemplate="WebServer")
    assert (ended.code, ended.out) == (None, "Template not found.  Do you wish to continue anyway?\r\nWebServer\r\n")
    assert not lab.has("srv01", "a.req")
    lab.delegated = True
    assert lab.run("srv01", line).out == (
        "Active Directory Enrollment Policy\r\n  {B3A1C2D4-5E6F-4A7B-8C9D-0E1F2A3B4C5D}\r\n  ldap:\r\n"
        "\r\nCertReq: Request Created\r\n"
    )


def test_quiet_goes_on_without_the_template(lab: Lab) -> None:
    assert new(lab, CertificateTemplate="WebServer").code == 0
    carry(lab, "a.req", "srv01", "ca01")
    line = SUBMIT.replace("-attrib CertificateTemplate:WebServer ", "")
    assert lab.run("ca01", line).out == ISSUED


@pytest.mark.parametrize("existing", ["a.req"])
def test_new_asks_before_it_overwrites(lab: Lab, existing: str) -> None:
    lab.write("srv01", existing, "old")
    assert new(lab, line=NEW.replace(" -q -f", "")).code is None
    assert new(lab, line=NEW.replace(" -f", "")).code == 0x80070050
    assert lab.read("srv01", existing) == b"old"
    assert new(lab).code == 0


@pytest.mark.parametrize("existing", ["a.cer", "a.rsp"])
def test_submit_asks_before_it_overwrites_and_has_submitted_by_then(lab: Lab, existing: str) -> None:
    new(lab)
    carry(lab, "a.req", "srv01", "ca01")
    lab.write("ca01", existing, "old")
    assert lab.run("ca01", SUBMIT.replace(" -q -f", "")).code is None
    assert lab.run("ca01", SUBMIT.replace(" -f", "")).code == 0x80070050
    assert lab.read("ca01", existing) == b"old"
    assert [row.disposition for row in lab.machine("ca01").roles["ca"].rows.values()] == [20, 20]


# --- -submit, -retrieve ----------------------------------------------------------------------------------------------


def test_issued(lab: Lab) -> None:
    new(lab)
    carry(lab, "a.req", "srv01", "ca01")
    assert lab.run("ca01", SUBMIT) == Ended(0, ISSUED, "")
    certificate = x509.load_pem_x509_certificate(lab.read("ca01", "a.cer"))
    assert certificate.public_key() == requested(lab).public_key()
    chain = pkcs7.load_pem_pkcs7_certificates(lab.read("ca01", "a.rsp").replace(b"CERTIFICATE", b"PKCS7"))
    assert certificate in chain


def test_submitting_is_the_default(lab: Lab) -> None:
    new(lab)
    carry(lab, "a.req", "srv01", "ca01")
    assert lab.run("ca01", SUBMIT.replace("-submit ", "")).out == ISSUED


@pytest.mark.parametrize("config", ['"CA01\\Company CA"', "-"])
def test_other_names_for_the_ca(lab: Lab, config: str) -> None:
    new(lab)
    carry(lab, "a.req", "srv01", "ca01")
    assert lab.run("ca01", SUBMIT.replace(CONFIG, config)).out == ISSUED


@pytest.mark.parametrize(("config", "code"), [
    ('"nowhere.company.local\\Company CA"', 0x800706BA), ('"ca01.company.local\\Other CA"', 0x80070002),
])  # fmt: skip
def test_ca_that_is_not_there(lab: Lab, config: str, code: int) -> None:
    lab.write("ca01", "a.req", "x")
    ended = lab.run("ca01", SUBMIT.replace(CONFIG, config))
    assert ended.code == code
    assert f"0x{code:x}" in ended.out


def test_stopped_ca(lab: Lab) -> None:
    lab.machine("ca01").services.stop("CertSvc")
    lab.write("ca01", "a.req", "x")
    assert lab.run("ca01", SUBMIT).code == 0x800706BA


def test_second_hop_is_refused_without_delegation(lab: Lab) -> None:
    new(lab)
    ended = lab.run("srv01", SUBMIT)
    assert (ended.code, "0x80070005" in ended.out) == (0x80070005, True)
    assert lab.machine("ca01").roles["ca"].rows == {}
    lab.delegated = True
    assert lab.run("srv01", SUBMIT).out == ISSUED


def test_second_hop_as_the_computer(tmp_path: Path, language: str) -> None:
    lab = speaking(tmp_path, language, templates={"Machine": {}})
    new(lab)
    line = SUBMIT.replace("-q", "-adminforcemachine -q").replace("WebServer", "Machine")
    assert lab.run("srv01", line).out == ISSUED
    assert lab.machine("ca01").roles["ca"].rows[2].requester == "COMPANY\\SRV01$"


def test_pending_then_retrieved(tmp_path: Path, language: str) -> None:
    lab = speaking(tmp_path, language, request_disposition=0x101)
    new(lab)
    carry(lab, "a.req", "srv01", "ca01")
    waiting = 'RequestId: 2\r\nRequestId: "2"\r\nCertificate request is pending: Taken Under Submission (0)\r\n'
    assert lab.run("ca01", SUBMIT) == Ended(0, waiting, "")
    assert not lab.has("ca01", "a.cer")
    retrieve = f"certreq -retrieve -q -f -config {CONFIG} 2 {TEMP}a.cer"
    assert lab.run("ca01", retrieve) == Ended(0, waiting, "")
    lab.machine("ca01").roles["ca"].approve(2, "COMPANY\\boss")
    issued = ISSUED.replace("Issued\r\n", "Issued  Resubmitted by COMPANY\\boss\r\n")
    assert lab.run("ca01", retrieve) == Ended(0, issued, "")
    assert lab.has("ca01", "a.cer")


def test_denied_ends_with_the_hresult(tmp_path: Path, language: str) -> None:
    lab = speaking(tmp_path, language, templates=["Machine"])
    new(lab)
    carry(lab, "a.req", "srv01", "ca01")
    ended = lab.run("ca01", SUBMIT)
    assert ended.code == 0x80094800
    assert ended.out == (
        'RequestId: 2\r\nRequestId: "2"\r\nCertificate not issued (Denied) Denied by Policy Module  0x80094800, The '
        "request was for a certificate template that is not supported by the Active Directory Certificate Services "
        "policy: WebServer. The requested certificate template is not supported by this CA. 0x80094800 (-2146875392)"
        "\r\n"
    )
    assert not lab.has("ca01", "a.cer")


def test_symbolic_names_come_with_windows_2012(tmp_path: Path, language: str) -> None:
    lab = speaking(tmp_path, language, generation="2012", templates=["Machine"])
    new(lab)
    carry(lab, "a.req", "srv01", "ca01")
    assert "0x80094800 (-2146875392 CERTSRV_E_UNSUPPORTED_CERT_TYPE)" in lab.run("ca01", SUBMIT).out


def test_attributes_are_separated_by_backslash_and_n(lab: Lab) -> None:
    lab.machine("ca01").registry.set(lab.machine("ca01").roles["ca"].policy_key, "EditFlags", 4, 0x15014E)
    lab.machine("ca01").services.restart("CertSvc")
    new(lab, Extensions="")
    carry(lab, "a.req", "srv01", "ca01")
    attributes = '"CertificateTemplate:WebServer\\nSAN:dns=a.company.local&dns=b.company.local"'
    assert lab.run("ca01", SUBMIT.replace("CertificateTemplate:WebServer", attributes)).out == ISSUED
    certificate = x509.load_pem_x509_certificate(lab.read("ca01", "a.cer"))
    names = extension(certificate, x509.SubjectAlternativeName).get_values_for_type(x509.DNSName)
    assert names == ["a.company.local", "b.company.local"]


def test_ampersand_outside_quotes_ends_the_command(lab: Lab) -> None:
    new(lab)
    carry(lab, "a.req", "srv01", "ca01")
    line = SUBMIT.replace("CertificateTemplate:WebServer", "SAN:dns=a&dns=b")
    ended = lab.run("ca01", line)
    assert (ended.code, "dns" in ended.err) == (1, True)


def test_file_that_is_no_request(lab: Lab) -> None:
    lab.write("ca01", "a.req", "this is no request")
    assert lab.run("ca01", SUBMIT).code == 0x8009310B
    assert lab.run("ca01", SUBMIT.replace("a.req", "none.req")).code == 0x80070002


def test_unknown_option(lab: Lab) -> None:
    assert lab.run("ca01", "certreq -submit -nonsense").code == 0x80070057


# --- -accept ---------------------------------------------------------------------------------------------------------


def test_accept_joins_certificate_and_key(lab: Lab) -> None:
    certificate = enrolled(lab)
    stores = Stores(lab.machine("srv01"))
    (stored,) = stores.held("MY")
    assert stored.certificate == certificate
    container = stores.container(stored)
    assert container is not None
    assert container.public == public_der(certificate.public_key())
    assert stores.held("REQUEST") == []


def test_accept_a_second_time_finds_nothing(lab: Lab) -> None:
    enrolled(lab)
    ended = lab.run("srv01", ACCEPT)
    assert (ended.code, "0x80092004" in ended.out) == (0x80092004, True)


def test_accept_without_the_waiting_request(lab: Lab) -> None:
    new(lab)
    carry(lab, "a.req", "srv01", "ca01")
    lab.run("ca01", SUBMIT)
    assert lab.run("ca01", ACCEPT).code == 0x80092004


@pytest.mark.parametrize(("missing", "code"), [("Root", 0x800B0109), ("CA", 0x800B010A)])
def test_accept_wants_a_chain_to_a_trusted_root(tmp_path: Path, language: str, missing: str, code: int) -> None:
    lab = speaking(tmp_path, language, type="enterprise_subordinate")
    new(lab)
    carry(lab, "a.req", "srv01", "ca01")
    lab.run("ca01", SUBMIT)
    carry(lab, "a.cer", "ca01", "srv01")
    registry = lab.machine("srv01").registry
    if missing == "Root":
        root = lab.machine("ca01").roles["ca"].chain[-1]
        Stores(lab.machine("srv01")).add("CA", root)
    registry.delete_key(f"SOFTWARE\\Microsoft\\EnterpriseCertificates\\{missing}")
    assert lab.run("srv01", ACCEPT).code == code
    assert Stores(lab.machine("srv01")).held("MY") == []
    lab.write("srv01", "chain.p7b", lab.read("ca01", "a.rsp"))
    if missing == "CA":
        assert lab.run("srv01", ACCEPT.replace("a.cer", "chain.p7b")).code == 0


def test_file_that_is_no_certificate(lab: Lab) -> None:
    lab.write("srv01", "a.cer", "nothing")
    assert lab.run("srv01", ACCEPT).code == 0x8007000D


# --- over WinRM, with pypsrp -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    place = tmp_path_factory.mktemp("certreq")
    (place / "estate.yml").write_text(yaml.safe_dump(description(request_disposition=0x101)), encoding="utf-8")
    with start_estate(place / "estate.yml", place / "run") as running:
        yield running


def test_whole_way_with_pypsrp(estate: RunningEstate) -> None:
    upload(estate, "srv01", "a.inf", inf(NAMES))
    assert remote(estate, "srv01", NEW).code == 0
    upload(estate, "ca01", "a.req", download(estate, "srv01", "a.req"))
    pending = remote(estate, "ca01", SUBMIT)
    assert (pending.code, "request is pending" in pending.out) == (0, True)
    estate.approve(2)
    issued = remote(estate, "ca01", f"certreq -retrieve -q -f -config {CONFIG} 2 {TEMP}a.cer")
    assert "Certificate retrieved(Issued) Issued  Resubmitted by Administrator" in issued.out
    upload(estate, "srv01", "a.cer", download(estate, "ca01", "a.cer"))
    assert remote(estate, "srv01", ACCEPT).code == 0
    held = remote(estate, "srv01", "certutil -store my")
    assert "Encryption test passed" in held.out
    assert "Private key is NOT exportable" in held.out


def test_second_hop_with_pypsrp(estate: RunningEstate) -> None:
    upload(estate, "srv01", "a.inf", inf(NAMES))
    remote(estate, "srv01", NEW)
    assert remote(estate, "srv01", SUBMIT).code == 0x80070005


def test_denied_by_a_manager(estate: RunningEstate) -> None:
    upload(estate, "srv01", "a.inf", inf(NAMES))
    remote(estate, "srv01", NEW)
    upload(estate, "ca01", "a.req", download(estate, "srv01", "a.req"))
    number = int(remote(estate, "ca01", SUBMIT).out.split()[1])
    estate.deny(number)
    ended = remote(estate, "ca01", f"certreq -retrieve -q -f -config {CONFIG} {number} {TEMP}b.cer")
    assert ended.code == 0x80094014
    assert "Certificate not issued (Denied) Denied by Administrator 0x80094014" in ended.out


def test_template_prompt_hangs_over_winrm_until_it_is_ended(estate: RunningEstate) -> None:
    upload(estate, "srv01", "t.inf", inf(NAMES, CertificateTemplate="WebServer"))
    with WinRS(connection(estate, "srv01", operation_timeout=1)) as shell:
        process = Process(shell, f"certreq -new -f {TEMP}t.inf {TEMP}t.req")
        process.begin_invoke()
        for _unused in range(2):
            process.poll_invoke()
        assert process.stdout == b"Template not found.  Do you wish to continue anyway?\r\nWebServer\r\n"
        assert process.rc is None
        process.signal(SignalCode.TERMINATE)
        again = Process(shell, f"dir /b {TEMP}t.req")
        again.invoke()
        assert again.stderr == b"File Not Found\r\n"


def test_template_that_the_ca_does_not_know_with_pypsrp(estate: RunningEstate) -> None:
    upload(estate, "ca01", "u.inf", inf(NAMES))
    remote(estate, "ca01", f"certreq -new -q -f {TEMP}u.inf {TEMP}u.req")
    line = SUBMIT.replace("CertificateTemplate:WebServer", '"CertificateTemplate:Web Server"').replace("a.", "u.")
    ended = remote(estate, "ca01", line)
    assert (ended.code, "(Denied)" in ended.out, "0x80094800" in ended.out) == (0x80094800, True, True)
    # Without the quotes the rest of the name is taken for the request's file.
    assert remote(estate, "ca01", line.replace('"Cert', "Cert").replace('Server"', "Server")).code == 0x80070002


def test_overwrite_prompt_hangs_over_winrm_until_it_is_ended(estate: RunningEstate) -> None:
    upload(estate, "srv01", "o.inf", inf(NAMES))
    upload(estate, "srv01", "o.req", "old")
    with WinRS(connection(estate, "srv01", operation_timeout=1)) as shell:
        process = Process(shell, f"certreq -new {TEMP}o.inf {TEMP}o.req")
        process.begin_invoke()
        process.poll_invoke()
        assert (process.stdout, process.rc) == (b"", None)
        process.signal(SignalCode.TERMINATE)
    assert download(estate, "srv01", "o.req") == "old"
