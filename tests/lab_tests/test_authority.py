# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certification authority: policy, database, and certificates that OpenSSL takes apart."""

from __future__ import annotations

import base64
import datetime
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from lab_tests.windows import NAMES, local

from lab.accounts import Account
from lab.pki import codes
from lab.pki.database import DENIED, FAILED, ISSUED, PENDING, Row
from lab.pki.inf import san_from_text
from lab.pki.names import sanitised, short_sanitised
from lab.pki.requester import Requester, account_requester
from lab.pki.stores import ENTERPRISE, KSP, POLICY, SYSTEM, Stores
from lab.roles import NoSuchOrder
from lab.roles.ca import CertificateAuthority

ROLLOUT = Requester("COMPANY\\rollout", ("Domain Admins", "Domain Users"))
CLERK = Requester("COMPANY\\clerk", ("Domain Users",))
SERVER = Requester("COMPANY\\SRV01$", ("Domain Computers",), "srv01.company.local")
WEB = {"CertificateTemplate": "WebServer"}
KEY = rsa.generate_private_key(65537, 1024)


def authority(tmp_path: Path, **settings: Any) -> CertificateAuthority:
    found: CertificateAuthority = local(tmp_path, **settings).machine("ca01").roles["ca"]
    return found


def request(
    names: str = NAMES, key: rsa.RSAPrivateKey = KEY, template: str = "", common: str = "pool.company.local"
) -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common, _validate=False)])
    )
    if names:
        san = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), san_from_text(names))
        builder = builder.add_extension(san, False)
    if template:
        kind = x509.UnrecognizedExtension(
            x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2"), b"\x1e" + bytes([2 * len(template)])
            + template.encode("utf-16-be"),
        )  # fmt: skip
        builder = builder.add_extension(kind, False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def names_of(row: Row) -> list[str]:
    certificate = x509.load_der_x509_certificate(row.certificate)
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(
            x509.DNSName
        )
    except x509.ExtensionNotFound:
        return []


def openssl(*arguments: str, stdin: bytes = b"") -> str:
    done = subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, check=True, timeout=30)
    return done.stdout.decode("utf-8")


def pem(der: bytes) -> str:
    return x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM).decode()


@pytest.mark.parametrize(("settings", "told", "algorithm"), [
    ({"hash": "sha256"}, ("SHA256", 0), "sha256WithRSAEncryption"),
    ({"hash": "sha256", "alternate_signature": True}, ("SHA256", 1), "rsassaPss"),
])  # fmt: skip
def test_how_it_signs(tmp_path: Path, settings: dict[str, Any], told: tuple[str, int], algorithm: str) -> None:
    ca = authority(tmp_path, **settings)
    key, registry = f"{ca.policy_key.partition(chr(92) + 'PolicyModules')[0]}\\CSP", ca.machine.registry
    found = [registry.get(key, name) for name in ("CNGHashAlgorithm", "AlternateSignatureAlgorithm", "ProviderType")]
    assert [value and value[1] for value in found] == [*told, 0]
    row = ca.submit(request(), WEB, ROLLOUT)
    assert f"Signature Algorithm: {algorithm}" in openssl(
        "x509", "-noout", "-text", stdin=pem(row.certificate).encode()
    )


@pytest.mark.parametrize(("settings", "algorithm"), [
    ({}, "sha1WithRSAEncryption"),
    ({"hash": "sha256"}, "sha256WithRSAEncryption"),
    ({"type": "enterprise_subordinate"}, "sha1WithRSAEncryption"),
])  # fmt: skip
def test_openssl_verifies_what_the_ca_issues(tmp_path: Path, settings: dict[str, Any], algorithm: str) -> None:
    ca = authority(tmp_path, **settings)
    row = ca.submit(request(), WEB, ROLLOUT)
    assert (row.disposition, row.message) == (ISSUED, "Issued")
    (tmp_path / "root.pem").write_text(pem(ca.chain[-1]))
    (tmp_path / "chain.pem").write_text("".join(map(pem, ca.chain)))
    (tmp_path / "leaf.pem").write_text(pem(row.certificate))
    said = openssl(
        "verify", "-auth_level", "0", "-purpose", "sslserver", "-CAfile", str(tmp_path / "root.pem"), "-untrusted",
        str(tmp_path / "chain.pem"), "-verify_hostname", "sip.company.local", str(tmp_path / "leaf.pem"),
    )  # fmt: skip
    assert said.strip().endswith("leaf.pem: OK")
    text = openssl("x509", "-in", str(tmp_path / "leaf.pem"), "-noout", "-text")
    assert text.count(f"Signature Algorithm: {algorithm}") == 2
    assert "DNS:pool.company.local, DNS:sip.company.local" in text
    assert "TLS Web Server Authentication" in text
    assert "Digital Signature, Key Encipherment" in text
    assert "URI:http://ca01.company.local/CertEnroll/Company%20CA.crl" in text


def test_request_ids_go_up_and_may_start_anywhere(tmp_path: Path) -> None:
    ca = authority(tmp_path, first_request_id=41)
    assert [ca.submit(request(), WEB, ROLLOUT).request_id for _unused in range(3)] == [41, 42, 43]
    assert sorted(ca.rows) == [41, 42, 43]


@pytest.mark.parametrize(("attributes", "template", "code"), [
    ({}, "", codes.NO_TEMPLATE),
    ({"CertificateTemplate": "Web Server"}, "", codes.UNSUPPORTED_TEMPLATE),
    ({"CertificateTemplate": "ESC1Vuln"}, "", codes.UNSUPPORTED_TEMPLATE),
    ({"CertificateTemplate": "WebServer"}, "Machine", codes.TEMPLATE_CONFLICT),
    ({"CertificateTemplate": "Machine"}, "", codes.DNS_REQUIRED),
    ({"CertificateTemplate": "User"}, "", codes.EMAIL_REQUIRED),
])  # fmt: skip
def test_templates_that_do_not_serve(tmp_path: Path, attributes: dict[str, str], template: str, code: int) -> None:
    row = authority(tmp_path).submit(request(template=template), attributes, ROLLOUT)
    assert (row.disposition, row.status, row.certificate) == (DENIED, code, b"")


@pytest.mark.parametrize(("attributes", "template"), [({"certificatetemplate": "webserver"}, ""), ({}, "WebServer")])
def test_template_by_attribute_or_in_the_request(tmp_path: Path, attributes: dict[str, str], template: str) -> None:
    assert authority(tmp_path).submit(request(template=template), attributes, ROLLOUT).disposition == ISSUED


def test_denial_names_the_template(tmp_path: Path) -> None:
    row = authority(tmp_path).submit(request(), {"CertificateTemplate": "ESC1Vuln"}, ROLLOUT)
    assert row.message == (
        "Denied by Policy Module  0x80094800, The request was for a certificate template that is not supported by the "
        "Active Directory Certificate Services policy: ESC1Vuln."
    )


def test_enroll_right_is_wanted(tmp_path: Path) -> None:
    row = authority(tmp_path).submit(request(), WEB, CLERK)
    assert (row.disposition, row.status) == (DENIED, codes.TEMPLATE_DENIED)
    opened = authority(tmp_path / "open", templates={"WebServer": {"enroll": ["Authenticated Users"]}})
    assert opened.submit(request(), WEB, CLERK).disposition == ISSUED


def test_an_account_of_the_ca_s_own_machine_enrols_for_nothing(tmp_path: Path) -> None:
    """Rights on a template are the domain's, also those of its administrators."""
    own = account_requester(Account("CA01", "Administrator", "x", administrator=True, built_in=True))
    row = authority(tmp_path).submit(request(), WEB, own)
    assert (row.disposition, row.status) == (DENIED, codes.TEMPLATE_DENIED)


def test_names_from_active_directory_replace_the_request_s(tmp_path: Path) -> None:
    row = authority(tmp_path).submit(request(), {"CertificateTemplate": "Machine"}, SERVER)
    assert names_of(row) == ["srv01.company.local"]
    subject = x509.load_der_x509_certificate(row.certificate).subject
    assert subject.rfc4514_string() == "CN=srv01.company.local"


def test_key_that_is_too_short(tmp_path: Path) -> None:
    ca = authority(tmp_path, templates={"WebServer": {"minimum_key": 2048}})
    row = ca.submit(request(), WEB, ROLLOUT)
    assert (row.disposition, row.status) == (DENIED, codes.KEY_LENGTH)


def test_san_attribute_is_ignored_without_a_word_unless_the_flag_is_set(tmp_path: Path) -> None:
    attributes = WEB | {"SAN": "dns=extra.company.local"}
    ca = authority(tmp_path)
    row = ca.submit(request(names=""), attributes, ROLLOUT)
    assert (row.disposition, names_of(row)) == (ISSUED, [])
    open_to_all = authority(tmp_path / "flag", edit_flags="0x15014e")
    assert names_of(open_to_all.submit(request(names=""), attributes, ROLLOUT)) == ["extra.company.local"]
    # And that for names nobody checks: the reason why the flag is a hole.
    esc6 = open_to_all.submit(request(), {"CertificateTemplate": "Machine", "SAN": "dns=dc01.company.local"}, SERVER)
    assert names_of(esc6) == ["dc01.company.local"]


def test_flags_are_read_from_the_registry_when_the_service_starts(tmp_path: Path) -> None:
    ca = authority(tmp_path)
    ca.machine.registry.set(ca.policy_key, "EditFlags", 4, 0x15014E)
    attributes = WEB | {"SAN": "dns=extra.company.local"}
    assert names_of(ca.submit(request(names=""), attributes, ROLLOUT)) == []
    ca.machine.services.restart("CertSvc")
    assert names_of(ca.submit(request(names=""), attributes, ROLLOUT)) == ["extra.company.local"]


@pytest.mark.parametrize("disposition", [2, 0x101])
def test_pending_until_a_manager_decides(tmp_path: Path, disposition: int) -> None:
    ca = authority(tmp_path, request_disposition=disposition)
    first, second = (ca.submit(request(), WEB, ROLLOUT) for _unused in range(2))
    assert [first.disposition, second.disposition] == [PENDING, PENDING]
    assert ca.approve(first.request_id, "COMPANY\\boss") == "Issued"
    assert (first.message, names_of(first)[0]) == ("Issued  Resubmitted by COMPANY\\boss", "pool.company.local")
    assert ca.deny(second.request_id) == "Denied"
    assert (second.disposition, second.status) == (DENIED, codes.ADMIN_DENIED)
    with pytest.raises(codes.EnrolmentError):
        ca.deny(first.request_id)


def test_template_that_wants_a_manager(tmp_path: Path) -> None:
    ca = authority(tmp_path, templates={"WebServer": {"pending": True}})
    assert ca.submit(request(), WEB, ROLLOUT).disposition == PENDING


def test_standalone_ca_knows_no_templates_and_waits(tmp_path: Path) -> None:
    ca = authority(tmp_path, type="standalone_root")
    row = ca.submit(request(), {}, CLERK)
    assert row.disposition == PENDING
    ca.approve(row.request_id)
    assert names_of(row) == ["pool.company.local", "sip.company.local"]


def test_standalone_ca_told_to_issue_at_once_does(tmp_path: Path) -> None:
    ca = authority(tmp_path, type="standalone_root", request_disposition=1)
    row = ca.submit(request(), {}, CLERK)
    assert (row.disposition, names_of(row)) == (ISSUED, ["pool.company.local", "sip.company.local"])
    assert authority(tmp_path / "usual", type="standalone_root").request_disposition == 0x101


def test_standalone_ca_issues_the_usages_asked_for(tmp_path: Path) -> None:
    ca = authority(tmp_path, type="standalone_root")
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pool.company.local")])
    )
    asked = builder.add_extension(usage, False).sign(KEY, hashes.SHA256())
    row = ca.submit(asked.public_bytes(serialization.Encoding.DER), {}, CLERK)
    ca.approve(row.request_id)
    issued = x509.load_der_x509_certificate(row.certificate)
    assert issued.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value == usage


@pytest.mark.parametrize(("count", "disposition"), [(120, ISSUED), (160, FAILED)])
def test_extension_of_more_than_4096_bytes_fails(tmp_path: Path, count: int, disposition: int) -> None:
    names = "&".join(f"dns=sip.subsidiary{number:04}.company.local" for number in range(count))
    row = authority(tmp_path).submit(request(names=names), WEB, ROLLOUT)
    assert row.disposition == disposition
    assert row.status == (0 if disposition == ISSUED else codes.COLUMN_TOO_BIG)


@pytest.mark.filterwarnings("ignore:Attribute's length")
@pytest.mark.parametrize(("length", "status"), [(64, 0), (65, codes.BAD_REQUEST_SUBJECT)])
def test_common_name_of_more_than_64_characters(tmp_path: Path, length: int, status: int) -> None:
    row = authority(tmp_path).submit(request(common="x" * length), WEB, ROLLOUT)
    assert row.status == status


@pytest.mark.parametrize("data", [b"", b"\x30\x03\x02\x01\x01", b"garbage"])
def test_what_is_no_request(tmp_path: Path, data: bytes) -> None:
    row = authority(tmp_path).submit(data, WEB, ROLLOUT)
    assert (row.disposition, row.status) == (FAILED, codes.BAD_TAG)


def test_signature_of_the_request_is_checked(tmp_path: Path) -> None:
    data = bytearray(request())
    data[-1] ^= 1
    row = authority(tmp_path).submit(bytes(data), WEB, ROLLOUT)
    assert (row.disposition, row.status) == (FAILED, codes.BAD_SIGNATURE)


def test_validity_ends_with_the_ca_s_own(tmp_path: Path) -> None:
    ca = authority(tmp_path, validity_days=100, templates={"WebServer": {"validity_days": 730}})
    row = ca.submit(request(), WEB, ROLLOUT)
    assert (
        x509.load_der_x509_certificate(row.certificate).not_valid_after_utc == ca.issuer.certificate.not_valid_after_utc
    )


def test_a_template_that_is_changed_counts_for_later_requests(tmp_path: Path) -> None:
    ca = authority(tmp_path, templates={"WebServer": {"validity_days": 0.5}})
    rows = [ca.submit(request(), WEB, ROLLOUT)]
    ca.carry_out("change_template", {"name": "WebServer", "validity_days": 2})
    rows.append(ca.submit(request(), WEB, ROLLOUT))
    ends = [x509.load_der_x509_certificate(row.certificate).not_valid_after_utc for row in rows]
    assert 1.4 < (ends[1] - ends[0]) / datetime.timedelta(days=1) < 1.6


def test_certificates_as_if_they_had_been_issued_before(tmp_path: Path) -> None:
    ca = authority(tmp_path, templates={"WebServer": {"validity_days": 12, "backdate_days": 718}})
    issued = x509.load_der_x509_certificate(ca.submit(request(), WEB, ROLLOUT).certificate)
    assert (issued.not_valid_after_utc - issued.not_valid_before_utc).days == 730
    assert (issued.not_valid_after_utc - datetime.datetime.now(datetime.UTC)).days == 11


def test_misbehaviour(tmp_path: Path) -> None:
    made = {
        name: authority(tmp_path / name, misbehave=[name]).submit(request(), WEB, ROLLOUT)
        for name in ("drop_san", "other_key", "no_cdp", "expired")
    }
    certificates = {name: x509.load_der_x509_certificate(row.certificate) for name, row in made.items()}
    assert names_of(made["drop_san"]) == []
    assert certificates["other_key"].public_key() != KEY.public_key()
    assert certificates["drop_san"].public_key() == KEY.public_key()
    assert certificates["expired"].not_valid_after_utc < datetime.datetime.now(datetime.UTC)
    with pytest.raises(x509.ExtensionNotFound):
        certificates["no_cdp"].extensions.get_extension_for_class(x509.CRLDistributionPoints)


def test_members_of_the_domain_trust_an_enterprise_ca(tmp_path: Path) -> None:
    lab = local(tmp_path, type="enterprise_subordinate")
    ca = lab.machine("ca01").roles["ca"]
    state = lab.machine("srv01").registry.snapshot()
    found = sorted(
        key.rpartition("EnterpriseCertificates\\")[2]
        for key in state
        if "EnterpriseCert" in key and key.count("\\") == 5
    )
    thumbs = [hashes_of(der) for der in ca.chain]
    assert found == [
        f"CA\\Certificates\\{thumbs[0]}",
        f"NTAuth\\Certificates\\{thumbs[0]}",
        f"Root\\Certificates\\{thumbs[1]}",
    ]


def test_certificates_are_put_into_the_stores_of_each_place(tmp_path: Path) -> None:
    lab = local(tmp_path)
    member, stores = lab.machine("srv01").roles["domain_member"], Stores(lab.machine("srv01"))
    der = lab.machine("ca01").roles["ca"].chain[-1]
    body = {"certificates": [base64.b64encode(der).decode()]}
    for place in ("machine", "policy"):
        member.carry_out("put", {**body, "store": "Root", "place": place})
    form = (serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    name, now = x509.Name([]), datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), 1, now, now + datetime.timedelta(days=1))
    own = builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    secret = {"key": base64.b64encode(KEY.private_bytes(*form)).decode(), "provider": KSP, "exportable": True}
    member.carry_out("put", {"certificates": [base64.b64encode(own).decode()], "store": "MY", **secret})
    keys = lab.machine("srv01").registry.snapshot()
    found = sorted(name for name in keys if name.endswith(f"Root\\Certificates\\{hashes_of(der)}"))
    assert [name.partition("\\Root")[0] for name in found] == [ENTERPRISE, SYSTEM, POLICY]
    (held,) = stores.held("MY")
    container = stores.container(held)
    assert container is not None and (container.provider, container.exportable) == (KSP, True)
    with pytest.raises(NoSuchOrder):
        member.carry_out("take", {})


def hashes_of(der: bytes) -> str:
    return x509.load_der_x509_certificate(der).fingerprint(hashes.SHA1()).hex().upper()


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Company-CA_1.0 $~@", "Company-CA_1.0 $~@"),
        ("LongCAName(WithSpeci@#$%^Characters", "LongCAName!0028WithSpeci@!0023$!0025!005eCharacters"),
        ("Müller & Söhne; `A/B`", "M!00fcller !0026 S!00f6hne!003b !0060A!002fB!0060"),
        ("\U0001f600\x7f", "!d83d!de00!007f"),
    ],
)
def test_the_sanitised_name(name: str, written: str) -> None:
    assert sanitised(name) == written


def test_the_short_sanitised_name() -> None:
    """One bit to the left, the highest comes in again from the right, and the next character is added."""
    assert short_sanitised("x" * 51) == "x" * 51
    assert short_sanitised("x" * 51 + "AB") == "x" * 51 + "-00196"
    # What the cut leaves of a code is taken away and hashed too: "!0026" here.
    assert short_sanitised("x" * 48 + "&") == "x" * 48 + "-01258"


def test_a_ca_is_called_by_each_of_its_names(tmp_path: Path) -> None:
    name = "Müller & Söhne Gesellschaft mbH Zertifizierung"
    ca = authority(tmp_path, common_name=name)
    written = "M!00fcller !0026 S!00f6hne Gesellschaft mbH Zertifizierung"
    assert ca.config == f"ca01.company.local\\{written}"
    key = r"SYSTEM\CurrentControlSet\Services\CertSvc\Configuration"
    assert ca.machine.registry.get(key, "Active") == (1, written)
    assert ca.machine.registry.get(f"{key}\\{written}", "CommonName") == (1, name)
    assert all(ca.is_called(called) for called in (name, written.upper(), short_sanitised(name)))
    assert not ca.is_called("Muller")
