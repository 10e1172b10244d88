"""What an authority's certificate forbids: Windows refuses a chain for it that is signed and dated as it should be."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from unit.fakes_windows import DER, NOW, Issuer, authority, certificate, rsa_key

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import broken_link, build_chain
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.issuing_limits import forbidden
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, parse_certificate
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

ROOT = authority("Company Root", number=140)
NAMES = ["ocspool.company.local", "sip.company.com"]


def read(parsed: x509.Certificate) -> X509Certificate:
    return parse_certificate(parsed.public_bytes(DER), where="test")


def limited(*extensions: x509.ExtensionType, critical: bool = False) -> Issuer:
    """An issuing CA below the root with further extensions."""
    key = rsa_key(141)
    plain = authority("Issuing CA", ROOT, number=141).certificate
    builder = x509.CertificateBuilder(
        plain.issuer, plain.subject, key.public_key(), 7, plain.not_valid_before_utc, plain.not_valid_after_utc,
        list(plain.extensions),
    )  # fmt: skip
    for one in extensions:
        builder = builder.add_extension(one, critical)
    return Issuer(builder.sign(ROOT.key, hashes.SHA256()), key)


def dns(*permitted: str, excluded: tuple[str, ...] = ()) -> x509.NameConstraints:
    return x509.NameConstraints(
        [x509.DNSName(one) for one in permitted] or None, [x509.DNSName(one) for one in excluded] or None
    )


def directory(**attributes: str) -> x509.DirectoryName:
    names = [x509.NameAttribute(getattr(NameOID, name), value) for name, value in attributes.items()]
    return x509.DirectoryName(x509.Name(names))


@pytest.mark.parametrize(
    ("extension", "reason"),
    [
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), ""),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]), ""),
        (x509.ExtendedKeyUsage([ObjectIdentifier("1.3.6.1.4.1.311.10.12.1")]), ""),
        (
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]),
            "vouches for the extended key usage 1.3.6.1.5.5.7.3.2 alone, and not for servers",
        ),
        (dns("company.local", "company.com"), ""),
        (dns("COMPANY.local.", ".company.com"), ""),
        (dns(""), ""),
        (dns("company.local"), "do not allow sip.company.com"),
        (dns("pany.local", "company.com"), "do not allow ocspool.company.local"),
        (dns(".ocspool.company.local", "company.com"), "do not allow ocspool.company.local"),
        (dns("company.local", "company.com", excluded=("sip.company.com",)), "do not allow sip.company.com"),
        (dns(excluded=("elsewhere.com",)), ""),
        (x509.NameConstraints([directory(COMMON_NAME="ocspool.company.local")], None), ""),
        (x509.NameConstraints([directory(ORGANIZATION_NAME="Other")], None), "do not allow CN=ocspool.company.local"),
        (x509.NameConstraints(None, [directory(COMMON_NAME="ocspool.company.local")]), "do not allow CN=ocspool"),
        # Of a kind that no certificate of a rollout has.
        (x509.NameConstraints([x509.RFC822Name("company.com")], None), ""),
    ],
)
def test_what_an_issuing_ca_allows(extension, reason):
    issuing = limited(extension, critical=isinstance(extension, x509.NameConstraints))
    leaf, issuer, root = read(certificate(issuing, names=NAMES)), read(issuing.certificate), read(ROOT.certificate)
    assert reason in forbidden(leaf, issuer) and bool(reason) == bool(forbidden(leaf, issuer))
    assert broken_link((leaf, issuer, root), now=NOW) == forbidden(leaf, issuer)
    if not reason:
        assert build_chain(leaf, [issuer, root], now=NOW, where="test") == (issuer, root)
        return
    with pytest.raises(RolloutError, match="leads to no root: .*'CN=Issuing CA'"):
        build_chain(leaf, [issuer, root], now=NOW, where="test")
    # Another certificate of the same authority may allow it.
    free = read(limited().certificate)
    assert build_chain(leaf, [issuer, free, root], now=NOW, where="test") == (free, root)


def test_what_no_client_knows():
    strange = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\5\0")
    leaf = read(certificate(ROOT))
    assert forbidden(leaf, read(limited(strange).certificate)) == ""
    told = forbidden(leaf, read(limited(strange, critical=True).certificate))
    assert told == "'CN=Issuing CA' has the critical extension 1.2.3.4, which clients must refuse"


def test_of_a_certificate_for_people_the_usage_of_servers_is_not_asked():
    people = read(limited(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])).certificate)
    assert forbidden(read(certificate(ROOT, extended=[ExtendedKeyUsageOID.CLIENT_AUTH])), people) == ""
    assert "not for servers" in forbidden(read(certificate(ROOT, extended=[])), people)
