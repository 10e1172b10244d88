"""Certificates read from whatever form they come in, and described."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs7
from hypothesis import given
from hypothesis import strategies as st
from unit.damage import torn
from unit.fakes_windows import DER, NOW, PEM, authority, certificate, thumbprint

from ansible_collections.ucops.rollout.plugins.module_utils import seam_cryptography
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.pem import MAX_BUNDLE, armour
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import (
    X509Certificate,
    load_certificate,
    load_certificates,
    parse_certificate,
    timestamp,
)
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

CA = authority()


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
    assert to_plain(held.description)["not_after"] == "2028-10-22T12:00:00Z"


def test_the_same_certificate_is_read_once_and_what_is_none_each_time():
    der = certificate(CA).public_bytes(DER)
    assert parse_certificate(der, where="one") is parse_certificate(bytearray(der), where="another")
    for where in ("one", "another"):
        with pytest.raises(RolloutError, match=f"^{where}: not a certificate that can be read"):
            parse_certificate(der[:-1], where=where)


def test_serial_has_whole_octets():
    serials = {read(certificate(CA)).serial for _unused in range(4)}
    assert all(len(serial) % 2 == 0 for serial in serials)


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        ("7f", "7f"),
        ("0080", "80"),
        ("80", "80"),
        ("ff01", "ff01"),
        ("00ff01", "ff01"),
        ("61" + "00" * 9, "61" + "00" * 9),
    ],
)
def test_a_serial_is_shown_as_its_octets_stand_there(octets, shown):
    """Also a negative one, which authorities of old gave."""
    number = int.from_bytes(bytes.fromhex(octets), "big", signed=True)
    assert replace(read(certificate(CA)), serial_number=number).serial == shown


def test_what_would_break_a_line_is_escaped_in_names():
    name = "a\nb\x1b[31m\u202ec ü"
    held = read(certificate(authority(name), name))
    assert (held.common_name, held.subject) == ("a\\0ab\\1b[31m\\e2\\80\\aec ü", "CN=a\\0ab\\1b[31m\\e2\\80\\aec ü")
    assert (held.issuer_common_name, held.issuer) == (held.common_name, held.subject)


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
def test_a_damaged_certificate_raises_or_reads(position, octet):
    der = bytearray(_DAMAGED)
    der[position % len(der)] = octet
    try:
        to_plain(parse_certificate(bytes(der), where="test").description)
    except RolloutError:
        pass


_DAMAGED = certificate(CA).public_bytes(DER)


@given(st.binary(max_size=400))
def test_any_bytes_raise_or_read(data):
    try:
        load_certificates(data, where="test")
    except RolloutError:
        pass


def test_the_seam_names_the_package(monkeypatch):
    monkeypatch.setattr(seam_cryptography, "IMPORT_ERROR", "Traceback")
    with pytest.raises(RolloutError, match="cryptography is missing.*pip install"):
        parse_certificate(b"", where="test")


def test_the_description_in_plain_types():
    """These keys are documented at certificate_info; reports and playbooks read them."""
    parsed = certificate(CA, begin=NOW)
    held = read(parsed)
    assert to_plain(held.description) == {
        "thumbprint": thumbprint(parsed),
        "subject": "CN=ocspool.company.local",
        "common_name": "ocspool.company.local",
        "subject_alternative_names": [
            "ocspool.company.local",
            "sip.company.local",
            "sip.company.com",
            "ocspool.company.com",
            "ocssrv01.company.local",
        ],
        "issuer": "CN=Company CA",
        "issuer_common_name": "Company CA",
        "serial_number": held.serial,
        "not_before": "2026-11-22T12:00:00Z",
        "not_after": "2028-10-22T12:00:00Z",
        "key_algorithm": "rsa",
        "key_length": 2048,
        "signature_algorithm": "sha256_rsa",
        "key_usage": ["digital_signature", "key_encipherment"],
        "extended_key_usage": ["1.3.6.1.5.5.7.3.1"],
        "crl_distribution_points": ["http://ca01.company.local/CertEnroll/Company%20CA.crl"],
        "public_key": held.public_key,
    }


def test_a_certificate_without_extensions_restricts_nothing():
    held = to_plain(read(certificate(CA, usage=None, extended=(), crl=None)).description)
    assert (held["key_usage"], held["extended_key_usage"], held["crl_distribution_points"]) == (None, None, [])


def test_timestamps_are_utc_to_the_second():
    assert timestamp(NOW.astimezone()) == "2026-11-22T12:00:00Z"


HELD = certificate(CA)
FORMS = [
    HELD.public_bytes(DER),
    HELD.public_bytes(PEM),
    HELD.public_bytes(PEM).decode().encode("utf-16"),
    pkcs7.serialize_certificates([HELD], DER),
    pkcs7.serialize_certificates([HELD], PEM),
]
NOISE = [b"-----BEGIN X-----\n", b"-----END X-----", b"\x30\x82", b"\x30\x80", b"\0\0", b"\xff\xfe", b"\x06\x00"]


@pytest.mark.filterwarnings("ignore:PKCS#7 certificates could not be parsed as DER:UserWarning")
@given(st.sampled_from(FORMS).flatmap(lambda data: torn(data, NOISE)))
def test_a_torn_form_is_read_or_refused_in_words(data):
    try:
        for one in load_certificates(data, where="test"):
            to_plain(one.description)
    except RolloutError as error:
        str(error).encode("utf-8")
