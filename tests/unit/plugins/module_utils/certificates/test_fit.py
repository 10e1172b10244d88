"""Whether a certificate serves what the plan asks for, reason by reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from unit.fakes_windows import DER, NOW, authority, certificate, planned, planned_certificate, rsa_key

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import (
    PrivateKey,
    authority_common_name,
    further_names,
    missing_names,
    unasked_names,
    unmet,
    unmet_by_content,
    unmet_by_key,
    unmet_dates,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, parse_certificate

CA = authority()
KEY = PrivateKey("container", "Microsoft RSA SChannel Cryptographic Provider", 12, 0x20, 1)


def read(parsed: x509.Certificate) -> X509Certificate:
    return parse_certificate(parsed.public_bytes(DER), where="test")


LONG_AGO = NOW - timedelta(days=700)
SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH
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
    ("a CA of its own", {"ca": True}, ["it is a certificate of a CA, which can issue others"]),
    ("usages that issue", {"usage": ["digital_signature", "key_encipherment", "key_cert_sign", "crl_sign"]}, [
        "it has the key usage key_cert_sign, crl_sign, with which it can issue"
    ]),
    ("client authentication too", {"extended": [SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]}, []),
    ("smart-card logon and more", {"extended": [SERVER_AUTH, *map(x509.ObjectIdentifier, (
        "1.3.6.1.4.1.311.20.2.2", "1.3.6.1.4.1.311.20.2.1", "2.5.29.37.0"
    ))]}, [
        "it may be used for smart-card logon (1.3.6.1.4.1.311.20.2.2), enrolment agent (1.3.6.1.4.1.311.20.2.1), any"
        " purpose (2.5.29.37.0), which was not planned"
    ]),
    ("a NUL in a name", {"names": [*NAMES, "sip.company.local\0.evil.example"]}, [
        "it has the name 'sip.company.local\\x00.evil.example', which some clients cut off and others do not"
    ]),
    ("another key usage", {"usage": ["digital_signature"]}, ["it lacks the key usage key_encipherment"]),
    ("no distribution point", {"crl": None}, ["it names no CRL distribution point"]),
    ("signed with PSS", {"pss": True}, ["it is signed with rsassa_pss, which the product refuses"]),
    ("30 days left", {"begin": LONG_AGO, "days": 30}, []),
    ("of a short life", {"begin": NOW - timedelta(days=5), "days": 20}, []),
    ("29 days left", {"begin": LONG_AGO, "days": 29.9}, ["it expires on 2026-12-22T09:36:00Z, in less than 30 days"]),
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
    assert unmet(planned_certificate(), held, KEY, now=NOW, minimum_days=30) == reasons


@pytest.mark.parametrize(
    ("names", "reasons"),
    [
        (NAMES, []),
        ([name.upper() for name in NAMES], []),
        (["ocspool.company.local", *NAMES], []),
        ([*NAMES, "dc01.company.local", "sip.company.local\0.x"], [
            "it has names that were not asked for: 'dc01.company.local', 'sip.company.local\\x00.x'"
        ]),
    ],
)  # fmt: skip
def test_what_nobody_asked_for(names: list[str], reasons: list[str]) -> None:
    assert unasked_names(planned_certificate(), read(certificate(CA, names=names))) == reasons


def test_a_public_authority_may_add_names() -> None:
    public = planned_certificate(issuer={"name": "public", "ca": ""})
    assert unasked_names(public, read(certificate(CA, names=[*NAMES, "www.company.com"]))) == []


def test_a_usage_that_was_planned_is_no_power_too_many() -> None:
    held = read(certificate(CA, extended=[SERVER_AUTH, ExtendedKeyUsageOID.CODE_SIGNING]))
    wanted = planned_certificate(extended_key_usage=[SERVER_AUTH.dotted_string, "1.3.6.1.5.5.7.3.3"])
    assert unmet_by_content(wanted, held, now=NOW, minimum_days=30) == []


def test_md5_is_refused():
    # No library signs with MD5 any more, so the algorithm's identifier is exchanged: 1.1.11 for 1.1.4.
    der = (
        certificate(CA)
        .public_bytes(DER)
        .replace(bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010104"))
    )
    held = parse_certificate(der, where="test")
    reasons = unmet_by_content(planned_certificate(), held, now=NOW, minimum_days=30)
    assert reasons == ["it is signed with md5_rsa, which the product refuses"]


def test_sha1_serves():
    der = (
        certificate(CA)
        .public_bytes(DER)
        .replace(bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105"))
    )
    held = parse_certificate(der, where="test")
    assert held.signature_algorithm == "sha1_rsa"
    assert unmet_by_content(planned_certificate(), held, now=NOW, minimum_days=30) == []


def test_a_plan_without_a_ca_takes_any_issuer():
    held = read(certificate(authority("Public CA")))
    assert (
        unmet_by_content(planned_certificate(issuer={"name": "public", "ca": ""}), held, now=NOW, minimum_days=30) == []
    )


def test_a_plan_may_do_without_distribution_points():
    held = read(certificate(CA, crl=None))
    assert (
        unmet_by_content(planned_certificate(require_crl_distribution_point=False), held, now=NOW, minimum_days=30)
        == []
    )


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
    assert unmet_by_key(planned_certificate(), key) == reasons


@pytest.mark.parametrize(
    ("ca", "name"),
    [
        ("ca01\\Company CA", "Company CA"),
        ("ca01\\M!00fcller CA", "Müller CA"),
        ("ca01\\Müller CA", "Müller CA"),
        ("ca01\\Company !0026 CO", "Company & CO"),
        ("", None),
    ],
)
def test_authority_common_name(ca, name):
    assert authority_common_name(planned_certificate(issuer={"name": "enterprise", "ca": ca})) == name


def test_the_issuer_is_compared_by_its_own_name_not_by_the_sanitised_one():
    held = read(certificate(authority("Müller CA", number=110)))
    plan = planned_certificate(issuer={"name": "enterprise", "ca": "ca01\\M!00fcller CA"})
    assert unmet_by_content(plan, held, now=NOW, minimum_days=30) == []


def test_names_that_are_missing_and_names_beyond_the_plan() -> None:
    found = read(certificate(CA, names=["SIP.company.local", "www.company.com", *NAMES[2:4]]))
    assert missing_names(planned_certificate(), found) == ("ocspool.company.local", "ocssrv01.company.local")
    assert further_names(planned_certificate(), found) == ("www.company.com",)


def issued_by(template: bytes) -> X509Certificate:
    """A certificate of the CA with the extension that names its template."""
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2"), template)
    return read(certificate(CA, more_extensions=[extension]))


@pytest.mark.parametrize(
    ("template", "reasons"),
    [
        (bytes.fromhex("1e12") + "WebServer".encode("utf-16-be"), []),
        (bytes.fromhex("1e12") + "webserver".encode("utf-16-be"), []),
        (bytes.fromhex("1e0e") + "Machine".encode("utf-16-be"), [
            "it was issued by the template 'Machine', not 'WebServer'"
        ]),
        (bytes.fromhex("0c0b") + b"Server\xc3\xbcber", [
            "it was issued by the template 'Server\\xfcber', not 'WebServer'"
        ]),
        # What is no name decides nothing.
        (b"", []),
        (bytes.fromhex("1e05") + b"abcde", []),
        (bytes.fromhex("1e7f") + b"ab", []),
        (bytes.fromhex("3000"), []),
    ],
)  # fmt: skip
def test_the_template(template: bytes, reasons: list[str]) -> None:
    assert unmet_by_content(planned_certificate(), issued_by(template), now=NOW, minimum_days=30) == reasons


def test_the_template_of_a_public_authority_is_no_matter() -> None:
    machine = issued_by(bytes.fromhex("1e0e") + "Machine".encode("utf-16-be"))
    assert unmet_by_content(planned_certificate(template=None), machine, now=NOW, minimum_days=30) == []


def test_dates_alone() -> None:
    assert unmet_dates(read(certificate(CA, begin=LONG_AGO, days=29)), NOW, 30) == [
        "it expires on 2026-12-21T12:00:00Z, in less than 30 days"
    ]
    assert unmet_dates(read(certificate(CA, begin=LONG_AGO, days=31)), NOW, 30) == []
