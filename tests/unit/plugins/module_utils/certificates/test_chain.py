"""From a certificate to its root: every link is verified, and told where the way ends."""

from __future__ import annotations

import subprocess
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from unit.fakes_windows import DER, NOW, authority, certificate, rsa_key

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import broken_link, build_chain, is_root
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import load_request
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import (
    X509Certificate,
    load_certificate,
    parse_certificate,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

CA = authority()


def read(parsed: x509.Certificate) -> X509Certificate:
    return parse_certificate(parsed.public_bytes(DER), where="test")


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
        ([ISSUING, authority("Company CA", path_length=0)], "allows 0 levels of authorities below it, not 1"),
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


def test_as_they_stand_each_is_issued_by_the_next():
    root = authority("Root", number=131)
    issuing, stranger = authority("CA", root, number=132), authority("CA", number=133)
    leaf, issuer, top, other = (
        read(one) for one in (certificate(issuing), *(a.certificate for a in (issuing, root, stranger)))
    )
    assert (
        broken_link((leaf,), now=NOW)
        == broken_link((leaf, issuer), now=NOW)
        == broken_link((leaf, issuer, top), now=NOW)
        == ""
    )
    name = leaf.subject
    assert broken_link((leaf, top), now=NOW) == f"'CN=Root' is not the issuer of '{name}'"
    assert broken_link((leaf, other), now=NOW) == f"'{name}' is not signed by 'CN=CA'"
    assert broken_link((leaf, issuer, issuer), now=NOW) == "'CN=CA' is not the issuer of 'CN=CA'"


def test_a_root_of_version_1_is_an_authority_by_its_place_alone(tmp_path):
    openssl(tmp_path, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Old", "-keyout", "k", "-out", "r")
    openssl(tmp_path, "x509", "-req", "-in", "r", "-signkey", "k", "-days", "99", "-out", "old.pem")
    openssl(tmp_path, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=a.b", "-keyout", "l", "-out", "s")
    openssl(tmp_path, "x509", "-req", "-in", "s", "-CA", "old.pem", "-CAkey", "k", "-out", "leaf.pem",
            "-set_serial", "5", "-days", "50")  # fmt: skip
    leaf, old = (load_certificate((tmp_path / name).read_bytes(), where="test") for name in ("leaf.pem", "old.pem"))
    now = leaf.not_before + timedelta(hours=1)
    assert old.parsed.version is x509.Version.v1
    assert build_chain(leaf, [old], now=now, where="test") == (old,)
    assert broken_link((leaf, old), now=now) == ""
