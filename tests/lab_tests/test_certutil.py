# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""certutil: encoding, stores, and the CA's database and flags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from lab_tests.windows import CONFIG, TEMP, Ended, Lab, description, inf, into_english, remote, speaking, upload

from lab.client import RunningEstate, start_estate
from lab.pki.stores import KEY_PROVIDER, Stores

SUBMIT = f"certreq -submit -q -f -config {CONFIG} -attrib CertificateTemplate:WebServer {TEMP}a.req {TEMP}a.cer"
ENCODED = "-----BEGIN CERTIFICATE-----\r\naGVsbG8=\r\n-----END CERTIFICATE-----\r\n"
COLUMNS = "Request.RequestID,Request.Disposition,Request.StatusCode,Request.CommonName"


def submitted(lab: Lab, name: str = "pool.company.local") -> None:
    lab.write("ca01", "a.inf", inf(subject=f"CN={name}"))
    assert lab.run("ca01", f"certreq -new -q -f -machine {TEMP}a.inf {TEMP}a.req").code == 0
    assert lab.run("ca01", SUBMIT).code == 0


def root(lab: Lab) -> bytes:
    der: bytes = lab.machine("ca01").roles["ca"].chain[-1]
    return der


# --- encoding --------------------------------------------------------------------------------------------------------


def test_encode_always_says_certificate(lab: Lab) -> None:
    lab.write("srv01", "in", "hello")
    ended = lab.run("srv01", f"certutil -encode {TEMP}in {TEMP}out")
    assert ended.out == (
        "Input Length = 5\r\nOutput Length = 66\r\nCertUtil: -encode command completed successfully.\r\n"
    )
    assert lab.read("srv01", "out") == ENCODED.encode()


@pytest.mark.parametrize("text", [ENCODED, "aGVs\r\nbG8=\r\n", "aGVs \r\nbG8= \r\n", "aGVsbG8="])
def test_decode_takes_base64_with_and_without_its_lines(lab: Lab, text: str) -> None:
    lab.write("srv01", "in", text)
    assert lab.run("srv01", f"certutil -decode {TEMP}in {TEMP}out").code == 0
    assert lab.read("srv01", "out") == b"hello"


@pytest.mark.parametrize("verb", ["encode", "decode"])
def test_existing_output_is_refused_without_f(lab: Lab, verb: str) -> None:
    lab.write("srv01", "in", ENCODED)
    lab.write("srv01", "out", "old")
    ended = lab.run("srv01", f"certutil -{verb} {TEMP}in {TEMP}out")
    assert ended.code == 0x80070050
    assert f"CertUtil: -{verb} command FAILED: 0x80070050 (WIN32: 80)\r\nCertUtil: The file exists.\r\n" in ended.out
    assert lab.read("srv01", "out") == b"old"
    assert lab.run("srv01", f"certutil -f -{verb} {TEMP}in {TEMP}out").code == 0


@pytest.mark.parametrize(("line", "code"), [
    ("certutil -decode {0}none {0}out", 0x80070002), ("certutil -decode {0}bad {0}out", 0x8007000D),
    ("certutil -decode {0}empty {0}out", 0x8007000D), ("certutil -encode {0}bad", 0x80070057),
    ("certutil -f -encode {0}bad C:\\out", 0x80070005), ("certutil -nonsense", 0x80070057),
])  # fmt: skip
def test_failures(lab: Lab, line: str, code: int) -> None:
    lab.write("srv01", "bad", "no base64!")
    lab.write("srv01", "empty", "")
    assert lab.run("srv01", line.format(TEMP)).code == code


# --- stores ----------------------------------------------------------------------------------------------------------


def test_root_is_added_once(lab: Lab) -> None:
    lab.machine("srv01").registry.delete_key("SOFTWARE\\Microsoft\\EnterpriseCertificates")
    lab.write("srv01", "root.cer", root(lab))
    added = (
        'Root "Trusted Root Certification Authorities"\r\nSignature matches Public Key\r\nCertificate "Company CA" '
        "{}\r\nCertUtil: -addstore command completed successfully.\r\n"
    )
    for said in ("added to store.", "already in store."):
        assert lab.run("srv01", f"certutil -f -addstore Root {TEMP}root.cer") == Ended(0, added.format(said), "")
    assert [one.der for one in Stores(lab.machine("srv01")).held("Root")] == [root(lab)]


def test_intermediates_come_from_pem_too(tmp_path: Path, language: str) -> None:
    lab = speaking(tmp_path, language, type="enterprise_subordinate")
    lab.machine("srv01").registry.delete_key("SOFTWARE\\Microsoft\\EnterpriseCertificates")
    lab.write("srv01", "in", lab.machine("ca01").roles["ca"].chain[0])
    lab.run("srv01", f"certutil -encode {TEMP}in {TEMP}ca.cer")
    assert lab.run("srv01", f"certutil -f -addstore CA {TEMP}ca.cer").code == 0
    assert [one.certificate.subject.rfc4514_string() for one in Stores(lab.machine("srv01")).held("CA")] == [
        "CN=Company CA,DC=company,DC=local"
    ]


def test_store_listing(lab: Lab) -> None:
    submitted(lab)
    lab.run("ca01", f"certreq -accept -q {TEMP}a.cer")
    certificate = x509.load_pem_x509_certificate(lab.read("ca01", "a.cer"))
    digest = certificate.fingerprint(hashes.SHA1()).hex()
    out = lab.run("ca01", f"certutil -store my {digest}").out
    pairs = " ".join(digest[at : at + 2] for at in range(0, 40, 2))
    assert out.startswith('MY "Personal"\r\n================ Certificate 0 ================\r\nSerial Number: 61')
    assert "Issuer: CN=Company CA, DC=company, DC=local\r\n" in out
    assert f"Non-root Certificate\r\nTemplate: WebServer\r\nCert Hash(sha1): {pairs}\r\n" in out
    assert "  Provider = Microsoft RSA SChannel Cryptographic Provider\r\nPrivate key is NOT exportable\r\n" in out
    assert out.endswith("Encryption test passed\r\n\r\nCertUtil: -store command completed successfully.\r\n")


def test_newer_windows_writes_the_hash_without_blanks(tmp_path: Path, language: str) -> None:
    lab = speaking(tmp_path, language, generation="2012")
    assert re.search(r"Cert Hash\(sha1\): [0-9a-f]{40}\r\n", lab.run("ca01", "certutil -store root").out)


def test_dates_come_in_the_machine_s_language(lab: Lab) -> None:
    lab.machine("ca01").language = "de-DE"
    assert re.search(r" NotBefore: \d\d\.\d\d\.\d{4} \d\d:\d\d\r\n", lab.run("ca01", "certutil -store root").out)


def test_certificate_without_its_key_is_repaired(lab: Lab) -> None:
    submitted(lab)
    lab.run("ca01", f"certutil -addstore my {TEMP}a.cer")
    certificate = x509.load_pem_x509_certificate(lab.read("ca01", "a.cer"))
    stores = Stores(lab.machine("ca01"))
    thumbprint = certificate.fingerprint(hashes.SHA1()).hex()
    assert KEY_PROVIDER not in stores.find("MY", thumbprint).properties
    assert "Encryption test passed" not in lab.run("ca01", f"certutil -store my {thumbprint}").out
    assert lab.run("ca01", f"certutil -repairstore my {certificate.serial_number:x}").code == 0
    assert stores.container(stores.find("MY", thumbprint)) is not None


def test_a_key_container_is_deleted(lab: Lab) -> None:
    submitted(lab)
    machine = lab.machine("ca01")
    (name,) = (one for one, held in machine.keys.items() if "pool" in one.lower() or held.provider_type == 12)
    of_schannel = 'certutil -silent -csp "Microsoft RSA SChannel Cryptographic Provider"'
    assert lab.run("ca01", f'{of_schannel} -key "{name}"').code == 0
    other = 'certutil -silent -csp "Microsoft Strong Cryptographic Provider"'
    assert lab.run("ca01", f'{other} -delkey "{name}"').code == 0x80090016
    assert lab.run("ca01", f'{of_schannel} -delkey "{name}"').code == 0
    assert name not in machine.keys
    ended = lab.run("ca01", f'{of_schannel} -key "{name}"')
    assert ended.code == 0x80090016
    assert ended.out.startswith("CertUtil: -key command FAILED: 0x80090016 (-2146893802)")


def test_a_certificate_is_archived(lab: Lab) -> None:
    submitted(lab)
    lab.run("ca01", f"certreq -accept -machine -q {TEMP}a.cer")
    certificate = x509.load_pem_x509_certificate(lab.read("ca01", "a.cer"))
    name, stores = certificate.fingerprint(hashes.SHA1()).hex(), Stores(lab.machine("ca01"))
    before = stores.find("MY", name)
    lab.write("ca01", "p.inf", '[Properties]\r\n19 = Empty\r\n11 = "{text}Front End"\r\n')
    assert lab.run("ca01", f"certutil -f -repairstore MY {name} {TEMP}p.inf").code == 0
    stored = stores.find("MY", name)
    assert stored.archived
    assert stored.properties == before.properties | {19: b"", 11: "Front End\0".encode("utf-16-le")}
    lab.write("ca01", "p.inf", "[Properties]\r\n19 =\r\n")
    assert lab.run("ca01", f"certutil -f -repairstore MY {name} {TEMP}p.inf").code == 0
    assert not stores.find("MY", name).archived


def test_nothing_found(lab: Lab) -> None:
    assert lab.run("srv01", "certutil -store my none") == Ended(
        0x80092004,
        "CertUtil: -store command FAILED: 0x80092004 (-2146885628)\r\nCertUtil: Cannot find object or property.\r\n",
        "",
    )


# --- the CA ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("generation", "took"), [("2008r2", " (16ms)"), ("2008", "")])
def test_ping(tmp_path: Path, language: str, generation: str, took: str) -> None:
    assert speaking(tmp_path, language, generation=generation).run("ca01", f"certutil -ping {CONFIG}").out == (
        "Connecting to ca01.company.local\\Company CA ...\r\n"
        f'Server "Company CA" ICertRequest2 interface is alive{took}\r\n'
        "CertUtil: -ping command completed successfully.\r\n"
    )


@pytest.mark.parametrize("line", [f"certutil -ping {CONFIG}", f"certutil -config {CONFIG} -view"])
def test_second_hop_is_refused(lab: Lab, line: str) -> None:
    assert lab.run("srv01", line).code == 0x80070005


def test_entries_name_the_configuration(lab: Lab) -> None:
    assert '  Config:                 \t"ca01.company.local\\Company CA"\r\n' in lab.run("ca01", "certutil").out


def test_rows_as_blocks(lab: Lab) -> None:
    submitted(lab)
    submitted(lab, "other.company.local")
    line = f'certutil -config {CONFIG} -view -restrict "Request.CommonName=OTHER.company.local" -out "{COLUMNS}"'
    out = lab.run("ca01", line).out
    assert out.partition("\r\n\r\n")[2].partition("\r\n\r\n")[0] == (
        "Row 1:\r\n  Request ID: 0x3\r\n  Request Disposition: 0x14 (20) -- Issued\r\n"
        "  Request Status Code: 0x0 (WIN32: 0) -- The operation completed successfully.\r\n"
        '  Request Common Name: "other.company.local"'
    )
    assert out.endswith("CertUtil: -view command completed successfully.\r\n")


def test_certificate_and_request_in_a_row(lab: Lab) -> None:
    submitted(lab)
    out = lab.run("ca01", 'certutil -view -restrict "RequestID=2" -out "RawCertificate,RawRequest"').out
    certificate = re.search(r"Binary Certificate:\r\n(-----BEGIN CERT.*?-----END CERTIFICATE-----)", out, re.DOTALL)
    request = re.search(r"Binary Request:\r\n(-----BEGIN NEW.*?-----END NEW[^-]*-----)", out, re.DOTALL)
    assert certificate is not None
    assert request is not None
    assert certificate[1].encode() in lab.read("ca01", "a.cer")
    assert request[1].encode() in lab.read("ca01", "a.req")


def test_rows_as_csv_keep_the_order_of_out(lab: Lab) -> None:
    submitted(lab)
    line = 'certutil -view -out "CommonName,RequestID,RawCertificate" csv'
    header, row, _unused = lab.run("ca01", line).out.split("\r\n", 2)
    assert header == '"Issued Common Name","Issued Request ID","Binary Certificate"'
    assert re.fullmatch(r'"pool\.company\.local","2","\d+ Bytes"', row)


@pytest.mark.parametrize(("restrict", "rows"), [
    ("RequestID=2", 1), ("RequestID=0x2", 1), ("RequestID>=2", 2), ("RequestID>2", 1), ("Disposition=20", 2),
    ("Disposition=9", 0), ("CommonName=pool.company.local,RequestID=3", 0),
    ("RequesterName=COMPANY\\rollout", 2),
])  # fmt: skip
def test_restrictions(lab: Lab, restrict: str, rows: int) -> None:
    submitted(lab)
    submitted(lab, "other.company.local")
    out = lab.run("ca01", f'certutil -view -restrict "{restrict}" -out RequestID').out
    assert len(re.findall(r"(?m)^Row \d+:", out)) == rows
    assert f"\r\n{rows} Rows\r\n" in out


@pytest.mark.parametrize("line", ['certutil -view -restrict "Nonsense=1"', "certutil -view -out Nonsense"])
def test_unknown_columns(lab: Lab, line: str) -> None:
    assert lab.run("ca01", line).code == 0x80070057


def test_database_is_for_those_who_manage_the_ca(lab: Lab) -> None:
    lab.user = "clerk"
    assert lab.run("ca01", "certutil -view").code == 0x80070005
    assert lab.run("ca01", "certutil -resubmit 2").code == 0x80070005


def test_resubmit_issues_what_waits(tmp_path: Path, language: str) -> None:
    lab = speaking(tmp_path, language, request_disposition=0x101)
    submitted(lab)
    assert lab.run("ca01", "certutil -resubmit 2").out == (
        "Certificate issued.\r\nCertUtil: -resubmit command completed successfully.\r\n"
    )
    row = lab.machine("ca01").roles["ca"].rows[2]
    assert (row.disposition, into_english(language, row.message)) == (20, "Issued  Resubmitted by COMPANY\\rollout")
    assert lab.run("ca01", "certutil -resubmit 2").code == 0x80094003


def test_templates_that_the_ca_issues_by(tmp_path: Path, language: str) -> None:
    lab = speaking(tmp_path, language, templates=["WebServer", "Machine"])
    assert lab.run("ca01", "certutil -CATemplates").out == (
        "WebServer: Web Server -- Auto-Enroll: Access is denied.\r\n"
        "Machine: Computer -- Auto-Enroll: Access is denied.\r\n"
        "CertUtil: -CATemplates command completed successfully.\r\n"
    )
    assert lab.run("ca01", "net stop certsvc").code == 0
    assert lab.run("ca01", "certutil -CATemplates").code == 0x800706BA


def test_edit_flags_are_shown_and_set_but_read_at_the_next_start(lab: Lab) -> None:
    shown = lab.run("ca01", "certutil -getreg policy\\EditFlags").out
    assert "\r\n  EditFlags REG_DWORD = 11014e (1114446)\r\n    EDITF_REQUESTEXTENSIONLIST -- 2\r\n" in shown
    out = lab.run("ca01", "certutil -setreg policy\\EditFlags +EDITF_ATTRIBUTESUBJECTALTNAME2").out
    assert "    EDITF_ATTRIBUTESUBJECTALTNAME2 -- 40000 (262144)\r\n" in out
    ca = lab.machine("ca01").roles["ca"]
    assert lab.machine("ca01").registry.get(ca.policy_key, "EditFlags") == (4, 0x15014E)
    assert ca.edit_flags == 0x11014E
    assert lab.run("ca01", "net stop certsvc && net start certsvc").code == 0
    assert ca.edit_flags == 0x15014E


def test_ca_certificate_and_chain(tmp_path: Path, language: str) -> None:
    lab = speaking(tmp_path, language, type="enterprise_subordinate")
    assert lab.run("ca01", f"certutil -ca.cert {TEMP}ca.cer & certutil -ca.chain {TEMP}ca.p7b").code == 0
    assert lab.read("ca01", "ca.cer") == lab.machine("ca01").roles["ca"].chain[0]
    assert lab.run("ca01", f"certutil -dump {TEMP}ca.p7b").out.count("X509 Certificate:") == 2


# --- over WinRM ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    place = tmp_path_factory.mktemp("certutil")
    (place / "estate.yml").write_text(yaml.safe_dump(description()), encoding="utf-8")
    with start_estate(place / "estate.yml", place / "run") as running:
        yield running


def test_overwrite_and_database_with_pypsrp(estate: RunningEstate) -> None:
    upload(estate, "ca01", "in", "hello")
    assert remote(estate, "ca01", f"certutil -encode {TEMP}in {TEMP}out").code == 0
    assert remote(estate, "ca01", f"certutil -encode {TEMP}in {TEMP}out").code == 0x80070050
    assert remote(estate, "ca01", f'certutil -view -out "{COLUMNS}"').out.count("\r\n0 Rows\r\n") == 1


def test_revoke_by_serial_number_and_reason(lab: Lab) -> None:
    submitted(lab)
    row = lab.machine("ca01").roles["ca"].rows[2]
    ended = lab.run("ca01", f"certutil -config {CONFIG} -revoke {row.serial} 4")
    assert ended.out == (
        f'Revoking "{row.serial}" -- Reason: Superseded\r\nCertUtil: -revoke command completed successfully.\r\n'
    )
    assert (row.disposition, row.revoked_reason) == (21, 4)
    assert "0x15 (21)" in lab.run("ca01", f"certutil -view -restrict SerialNumber={row.serial} -out {COLUMNS}").out
    assert lab.run("ca01", f"certutil -revoke {row.serial} 99").code == 0x80070057
    assert lab.run("ca01", "certutil -revoke 0badcafe").code == 0x80070057


def test_a_template_by_the_names_of_its_properties(tmp_path: Path, language: str) -> None:
    lab = speaking(tmp_path, language, templates={"WebServer": {"minimum_key": 2048, "pending": True, "signatures": 1}})
    lines = lab.run("ca01", "certutil -v -template WebServer").out.splitlines()
    for line in (
        "  TemplatePropCommonName = WebServer",
        "    0: Microsoft RSA SChannel Cryptographic Provider",
        "  TemplatePropSchemaVersion = 1",
        "  TemplatePropRASignatureCount = 1",
        "  TemplatePropMinimumKeySize = 800 (2048)",
        "  TemplatePropEnrollmentFlags = 2",
        "    CT_FLAG_PEND_ALL_REQUESTS -- 2",
        "  TemplatePropSubjectNameFlags = 1",
        "    CT_FLAG_ENROLLEE_SUPPLIES_SUBJECT -- 1",
    ):
        assert line in lines
    (sddl,) = (line for line in lines if "TemplatePropSecurityDescriptor = " in line)
    assert re.search(r"\(OA;;RPWPCR;0e10c968-78fb-11d2-90d4-00c04f79dc55;;S-1-5-21-\d+-\d+-\d+-512\)", sddl)
    assert any(line.startswith("    1.3.6.1.5.5.7.3.1 ") for line in lines)
    assert lines[-1].startswith("CertUtil: -Template")
    assert lab.run("ca01", "certutil -v -template NoSuch").code == 0x80092004


def test_groups_of_the_account_by_their_sids(lab: Lab) -> None:
    out = lab.run("ca01", "whoami /user /groups /fo csv /nh").out
    assert re.match(r'"company\\[a-z0-9-]+","S-1-5-21-\d+-\d+-\d+-\d+"\r\n', out)
    assert re.search(r'\r\n"[^"]*Domain Users","Group","S-1-5-21-\d+-\d+-\d+-513","Mandatory group', out)
    assert '"S-1-5-11"' in out
