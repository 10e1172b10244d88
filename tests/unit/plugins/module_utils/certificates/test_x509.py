from __future__ import annotations

import base64
import subprocess
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.fakes_windows import DER, NOW, PEM, authority, certificate, planned, rsa_key

from ansible_collections.ucops.rollout.plugins.module_utils import seam_cryptography
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import build_chain, is_root
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import (
    PrivateKey,
    authority_common_name,
    unmet,
    unmet_by_content,
    unmet_by_key,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import load_request
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import (
    MAX_BUNDLE,
    X509Certificate,
    armour,
    load_certificate,
    load_certificates,
    normalise_thumbprint,
    parse_certificate,
    unarmour,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

CA = authority()
KEY = PrivateKey("container", "Microsoft RSA SChannel Cryptographic Provider", 12, 0x20, 1)


def read(parsed: x509.Certificate) -> X509Certificate:
    return parse_certificate(parsed.public_bytes(DER), where="test")


def test_what_is_read_from_a_certificate():
    held = read(certificate(CA))
    assert held.common_name == "ocspool.company.local"
    assert held.names == (
        "ocspool.company.local",
        "sip.company.local",
        "sip.company.com",
        "ocspool.company.com",
        "ocssrv01.company.local",
    )
    assert held.issuer_common_name == "Company CA"
    assert (held.key_algorithm, held.key_length, held.signature_algorithm) == ("rsa", 2048, "sha256_rsa")
    assert held.key_usage == ("digital_signature", "key_encipherment")
    assert held.extended_key_usage == ("1.3.6.1.5.5.7.3.1",)
    assert held.crl_distribution_points == ("http://ca01.company.local/CertEnroll/Company%20CA.crl",)
    assert not held.is_authority
    assert held.describe()["not_after"] == "2028-10-22T12:00:00Z"


def test_serial_has_whole_octets():
    serials = {read(certificate(CA)).serial for _unused in range(4)}
    assert all(len(serial) % 2 == 0 for serial in serials)


@pytest.mark.parametrize(
    "text",
    [
        "2ACE368A90D2117BE7A0065DFE259B2E8C94F538",
        "\u200e2a ce 36 8a 90 d2 11 7b e7 a0 06 5d fe 25 9b 2e 8c 94 f5 38",
        "2a:ce:36:8a:90:d2:11:7b:e7:a0:06:5d:fe:25:9b:2e:8c:94:f5:38",
    ],
)
def test_thumbprints_as_people_copy_them(text):
    assert normalise_thumbprint(text) == "2ACE368A90D2117BE7A0065DFE259B2E8C94F538"


@pytest.mark.parametrize("text", ["", "2ACE", "Z" * 40, "2ACE368A90D2117BE7A0065DFE259B2E8C94F53800"])
def test_what_is_no_thumbprint(text):
    with pytest.raises(RolloutError, match="is no thumbprint"):
        normalise_thumbprint(text)


@pytest.mark.parametrize("form", ["der", "pem", "base64", "utf16", "words around", "pkcs7", "pkcs7 as certificate"])
def test_forms_of_a_certificate(form):
    held = certificate(CA)
    der, pem = held.public_bytes(DER), held.public_bytes(PEM)
    bundle = pkcs7.serialize_certificates([held], DER)
    forms = {
        "der": der,
        "pem": pem,
        "base64": base64.encodebytes(der),
        "utf16": pem.decode().encode("utf-16"),
        "words around": b"Subject: x\r\n" + pem.replace(b"\n", b"\r\n") + b"\r\nend\r\n",
        "pkcs7": bundle,
        "pkcs7 as certificate": armour(bundle, "CERTIFICATE").encode(),
    }
    assert load_certificate(forms[form], where="test").der == der


def test_a_bundle_keeps_its_order_and_each_once():
    first, second = certificate(CA), certificate(CA, "other.company.local")
    data = b"".join(item.public_bytes(PEM) for item in (first, second, first))
    assert [item.common_name for item in load_certificates(data, where="test")] == [
        "ocspool.company.local",
        "other.company.local",
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x82\xff\xff",
        b"Access is denied.",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n",
        b"\xff\xfe\x00",
        b"A" * (MAX_BUNDLE + 1),
        certificate(CA).public_bytes(DER)[:-1],
        certificate(CA).public_bytes(DER) + b"\0",
        b"\x30\x20\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" + bytes(21),
    ],
)
def test_garbage_is_an_error_of_ours(data):
    with pytest.raises(RolloutError):
        load_certificates(data, where="test")


@given(st.integers(min_value=0), st.integers(0, 255))
@settings(max_examples=150, deadline=None)
def test_a_damaged_certificate_raises_or_reads(position, octet):
    der = bytearray(_DAMAGED)
    der[position % len(der)] = octet
    try:
        parse_certificate(bytes(der), where="test").describe()
    except RolloutError:
        pass


_DAMAGED = certificate(CA).public_bytes(DER)


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_bytes_raise_or_read(data):
    try:
        load_certificates(data, where="test")
    except RolloutError:
        pass


def test_armour_and_back():
    assert unarmour(armour(b"\x30abc", "X509 CRL"), where="test") == (b"\x30abc",)


def test_the_seam_names_the_package(monkeypatch):
    monkeypatch.setattr(seam_cryptography, "IMPORT_ERROR", "Traceback")
    with pytest.raises(RolloutError, match="cryptography is missing.*pip install"):
        parse_certificate(b"", where="test")


# ---- does it serve the plan? -------------------------------------------------------------------------------------

NAMES = planned()["subject_alternative_names"]
MATRIX = [
    ("as planned", {}, []),
    ("further names are welcome", {"names": [*NAMES, "more.company.com"]}, []),
    ("names without regard to case", {"names": [name.upper() for name in NAMES]}, []),
    ("another common name", {"common_name": "x.y"}, ["its common name is 'x.y', not 'ocspool.company.local'"]),
    ("no common name at all", {"common_name": ""}, ["its common name is missing, not 'ocspool.company.local'"]),
    ("a name is missing", {"names": NAMES[:3]}, [
        "its subject alternative names lack ocspool.company.com, ocssrv01.company.local"
    ]),
    ("no names", {"names": ()}, [f"its subject alternative names lack {', '.join(NAMES)}"]),
    ("a wildcard", {"names": [*NAMES, "*.company.com"]}, [
        "it has the wildcard *.company.com, which the product does not support"
    ]),
    ("another issuer", {"issuer": authority("Other CA")}, ["its issuer is 'Other CA', not 'Company CA'"]),
    ("a short key", {"key": rsa_key(1, 1024)}, ["its key has 1024 bits, fewer than 2048"]),
    ("an elliptic key", {"key": ec.generate_private_key(ec.SECP256R1())}, ["its key is ec, not rsa"]),
    ("no extended usage", {"extended": ()}, ["it lacks the extended key usage 1.3.6.1.5.5.7.3.1"]),
    ("another extended usage", {"extended": [ExtendedKeyUsageOID.CLIENT_AUTH]}, [
        "it lacks the extended key usage 1.3.6.1.5.5.7.3.1"
    ]),
    ("any key usage", {"usage": None}, []),
    ("another key usage", {"usage": ["digital_signature"]}, ["it lacks the key usage key_encipherment"]),
    ("no distribution point", {"crl": None}, ["it names no CRL distribution point"]),
    ("signed with PSS", {"pss": True}, ["it is signed with rsassa_pss, which the product refuses"]),
    ("30 days left", {"days": 30}, []),
    ("29 days left", {"days": 29.9}, ["it expires on 2026-12-22T09:36:00Z, in less than 30 days"]),
    ("expired", {"days": -0.5}, ["it expired on 2026-11-22T00:00:00Z"]),
    ("not yet valid", {"begin": NOW + timedelta(hours=1)}, ["it is not valid before 2026-11-22T13:00:00Z"]),
    ("two at once", {"crl": None, "usage": ["key_encipherment"]}, [
        "it lacks the key usage digital_signature",
        "it names no CRL distribution point",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "reasons"), [row[1:] for row in MATRIX], ids=[row[0] for row in MATRIX])
def test_unmet(changes, reasons):
    held = read(certificate(changes.pop("issuer", CA), **changes))
    assert unmet(planned(), held, KEY, now=NOW, minimum_days=30) == reasons


def test_md5_is_refused():
    # No library signs with MD5 any more, so the algorithm's identifier is exchanged: 1.1.11 for 1.1.4.
    der = (
        certificate(CA)
        .public_bytes(DER)
        .replace(bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010104"))
    )
    held = parse_certificate(der, where="test")
    reasons = unmet_by_content(planned(), held, now=NOW, minimum_days=30)
    assert reasons == ["it is signed with md5_rsa, which the product refuses"]


def test_sha1_serves():
    der = (
        certificate(CA)
        .public_bytes(DER)
        .replace(bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105"))
    )
    held = parse_certificate(der, where="test")
    assert held.signature_algorithm == "sha1_rsa"
    assert unmet_by_content(planned(), held, now=NOW, minimum_days=30) == []


def test_a_plan_without_a_ca_takes_any_issuer():
    held = read(certificate(authority("Public CA")))
    assert unmet_by_content(planned(issuer={"name": "public"}), held, now=NOW, minimum_days=30) == []


def test_a_plan_may_do_without_distribution_points():
    held = read(certificate(CA, crl=None))
    assert unmet_by_content(planned(require_crl_distribution_point=False), held, now=NOW, minimum_days=30) == []


@pytest.mark.parametrize(
    ("key", "reasons"),
    [
        (KEY, []),
        (PrivateKey("c", "Microsoft Enhanced Cryptographic Provider v1.0", 1, 0x20, 1), []),
        (None, ["its private key is not on this machine"]),
        (
            PrivateKey("c", "Microsoft Software Key Storage Provider", 0, 0x20, 0),
            [
                "its key lies in the key storage provider 'Microsoft Software Key Storage Provider',"
                " which the product cannot use"
            ],
        ),
        (PrivateKey("c", "p", 12, 0x20, 2), ["its key is of key specification 2, not an exchange key"]),
        (PrivateKey("c", "p", 12, 0, 1), ["its key belongs to a user, not to the machine"]),
    ],
)  # fmt: skip
def test_unmet_by_key(key, reasons):
    assert unmet_by_key(planned(), key) == reasons


@pytest.mark.parametrize(
    ("ca", "name"),
    [("ca01\\Company CA", "Company CA"), ("ca01\\M!00fcller CA", "Müller CA"), (None, None), ("ca01", None)],
)
def test_authority_common_name(ca, name):
    assert authority_common_name({"issuer": {"ca": ca}}) == name


# ---- chains --------------------------------------------------------------------------------------------------------

ISSUING = authority("Issuing CA", CA, number=101)
LEAF = read(certificate(ISSUING))


def chain(leaf: X509Certificate, *issuers: object) -> list[str | None]:
    found = build_chain(leaf, [read(issuer.certificate) for issuer in issuers], now=NOW, where="test")
    return [issuer.common_name for issuer in found]


def test_chain_is_ordered_issuer_first_root_last():
    assert chain(LEAF, CA, ISSUING) == ["Issuing CA", "Company CA"]
    assert chain(LEAF, ISSUING, authority("Unrelated"), CA) == ["Issuing CA", "Company CA"]


def test_chain_takes_the_renewed_authority_that_signed():
    # Same name, another key: the newer one did not sign.
    renewed = authority("Company CA", number=102, end=NOW + timedelta(days=9000))
    assert chain(LEAF, renewed, ISSUING, CA) == ["Issuing CA", "Company CA"]


def test_a_cross_certificate_that_leads_nowhere_is_left():
    cross = authority("Company CA", authority("Gone", number=103), number=100, end=NOW + timedelta(days=9000))
    assert chain(read(certificate(CA)), cross, CA) == ["Company CA"]


@pytest.mark.parametrize(
    ("issuers", "end"),
    [
        ([], "there is no certificate of 'CN=Issuing CA'"),
        ([CA], "there is no certificate of 'CN=Issuing CA'"),
        ([ISSUING], "there is no certificate of 'CN=Company CA'"),
        ([authority("Issuing CA", CA, number=104), CA], "is not signed by 'CN=Issuing CA'"),
        ([ISSUING, authority("Company CA", number=105)], "is not signed by 'CN=Company CA'"),
        ([authority("Issuing CA", CA, number=101, is_authority=False), CA], "is not the certificate of an authority"),
        ([authority("Issuing CA", CA, number=101, usage=["crl_sign"]), CA], "may not sign certificates"),
        ([authority("Issuing CA", CA, number=101, end=NOW - timedelta(1)), CA], "valid from .* only"),
        ([ISSUING, authority("Company CA", path_length=0)], "allows 0 authorities below it, not 1"),
    ],
)
def test_chains_that_end_early(issuers, end):
    with pytest.raises(RolloutError, match=f"leads to no root: .*{end}"):
        chain(LEAF, *issuers)


def test_a_self_signed_leaf_is_no_chain():
    key = rsa_key(7)
    own = (
        x509.CertificateBuilder()
        .subject_name(CA.certificate.subject)
        .issuer_name(CA.certificate.subject)
        .public_key(key.public_key())
        .serial_number(5)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=10))
        .sign(key, hashes.SHA256())
    )
    with pytest.raises(RolloutError, match="leads to no root"):
        chain(read(own), CA)


def test_authorities_that_sign_each_other_end():
    both = [
        authority("A", authority("B", number=107), number=106),
        authority("B", authority("A", number=106), number=107),
    ]
    with pytest.raises(RolloutError, match="leads to no root"):
        chain(read(certificate(both[0])), *both)


def openssl(tmp_path, *words):
    subprocess.run(["openssl", *words], cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.parametrize(("kind", "digest"), [("rsa:2048", "sha1"), ("rsa:2048", "sha256"), ("ec", "sha256")])
def test_chains_that_openssl_made(tmp_path, kind, digest):
    """SHA-1 too: Windows Server up to 2012 R2 signs with it by default."""
    new = ["-newkey", kind, *(["-pkeyopt", "ec_paramgen_curve:P-256"] if kind == "ec" else [])]
    openssl(tmp_path, "req", "-x509", *new, "-nodes", f"-{digest}", "-subj", "/CN=Old CA", "-keyout", "ca.key",
            "-out", "ca.pem", "-days", "100")  # fmt: skip
    openssl(tmp_path, "req", "-new", *new, "-nodes", f"-{digest}", "-subj", "/CN=a.b", "-keyout", "k", "-out", "r")
    openssl(tmp_path, "x509", "-req", "-in", "r", f"-{digest}", "-CA", "ca.pem", "-CAkey", "ca.key", "-out", "leaf.pem",
            "-set_serial", "5", "-days", "50")  # fmt: skip
    assert load_request((tmp_path / "r").read_bytes(), where="test").common_name == "a.b"
    leaf, root = (load_certificate((tmp_path / name).read_bytes(), where="test") for name in ("leaf.pem", "ca.pem"))
    now = leaf.not_before + timedelta(hours=1)
    assert build_chain(leaf, [root], now=now, where="test") == (root,)
    assert is_root(root)
    with pytest.raises(RolloutError, match="there is no certificate of"):
        build_chain(leaf, [parse_certificate(CA.certificate.public_bytes(DER), where="x")], now=now, where="test")


def test_is_root_needs_its_own_signature():
    assert is_root(read(CA.certificate))
    assert not is_root(read(authority("Company CA", authority("Company CA", number=108), number=109).certificate))
