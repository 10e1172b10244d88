# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates as plain values: read from DER, PEM or PKCS#7, described, compared.

Whatever is read here came from a network, a CA or a registry and is hostile until parsed: sizes are limited, and
every parsing error becomes ``RolloutError``. Nothing here knows the time; who needs it passes it in.
"""

from __future__ import annotations

import functools
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ansible_collections.ucops.rollout.plugins.module_utils import seam_cryptography as crypto
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.pem import armour, unarmour
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.public_key import key_of, spki
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint

if TYPE_CHECKING:
    from cryptography import x509

# A certificate with 4 kB of names (AD CS allows no more in one extension) has some 6 kB.
MAX_CERTIFICATE = 32 * 1024
MAX_CERTIFICATES = 32

# RFC 8017, RFC 5758: dotted names are not for people.
SIGNATURE_ALGORITHMS = {
    "1.2.840.113549.1.1.2": "md2_rsa",
    "1.2.840.113549.1.1.3": "md4_rsa",
    "1.2.840.113549.1.1.4": "md5_rsa",
    "1.2.840.113549.1.1.5": "sha1_rsa",
    "1.2.840.113549.1.1.10": "rsassa_pss",
    "1.2.840.113549.1.1.11": "sha256_rsa",
    "1.2.840.113549.1.1.12": "sha384_rsa",
    "1.2.840.113549.1.1.13": "sha512_rsa",
    "1.2.840.113549.1.1.14": "sha224_rsa",
    "1.2.840.10045.4.1": "sha1_ecdsa",
    "1.2.840.10045.4.3.2": "sha256_ecdsa",
    "1.2.840.10045.4.3.3": "sha384_ecdsa",
    "1.2.840.10045.4.3.4": "sha512_ecdsa",
}
KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)

# What every client knows: RFC 5280 section 4.2, and Windows' own. Any other that is critical makes clients refuse.
KNOWN_EXTENSIONS = frozenset(
    {*(f"2.5.29.{number}" for number in (14, 15, 17, 18, 19, 30, 31, 32, 33, 35, 36, 37, 54)), "1.3.6.1.5.5.7.1.1"}
    | {f"1.3.6.1.4.1.311.{tail}" for tail in ("20.2", "21.1", "21.2", "21.7", "21.10", "21.11", "21.12")}
)

# szOID_ENROLL_CERTTYPE_EXTENSION; those of newer templates have an object identifier in another extension.
_TEMPLATE_NAME = "1.3.6.1.4.1.311.20.2"
# How a text in DER begins, and how its characters are encoded.
_TEXTS = {0x1E: "utf-16-be", 0x0C: "utf-8", 0x13: "ascii", 0x16: "ascii"}

# The object identifier of PKCS#7 signed data (RFC 2315), as DER.
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")


@dataclass(frozen=True, slots=True)
class CertificateDescription:
    """What a report or a later task needs of a certificate; ``to_plain`` makes it JSON-able."""

    thumbprint: Thumbprint
    subject: str
    common_name: str | None
    subject_alternative_names: tuple[str, ...]
    issuer: str
    issuer_common_name: str | None
    serial_number: str
    not_before: datetime
    not_after: datetime
    key_algorithm: str
    key_length: int
    signature_algorithm: str
    key_usage: tuple[str, ...] | None
    extended_key_usage: tuple[str, ...] | None
    crl_distribution_points: tuple[str, ...]
    public_key: str


@dataclass(frozen=True)
class X509Certificate:
    """One X.509 certificate.

    ``common_name`` is None unless there is exactly one. ``key_usage`` and ``extended_key_usage`` are None when the
    extension is absent, which by RFC 5280 restricts nothing. ``public_key`` is the hex SHA-256 of the
    SubjectPublicKeyInfo in DER; ``thumbprint`` the SHA-1 of the certificate, upper-case hex, as Windows shows it.
    """

    der: bytes
    subject: str
    common_name: str | None
    names: tuple[str, ...]
    issuer: str
    issuer_common_name: str | None
    serial_number: int
    not_before: datetime
    not_after: datetime
    key_algorithm: str
    key_length: int
    signature_algorithm: str
    key_usage: tuple[str, ...] | None
    extended_key_usage: tuple[str, ...] | None
    crl_distribution_points: tuple[str, ...]
    is_authority: bool
    path_length: int | None
    self_issued: bool
    public_key: str

    @property
    def thumbprint(self) -> Thumbprint:
        return thumbprint(self.der)

    @property
    def serial(self) -> str:
        """Serial number in hex, whole octets, as Windows shows it: the octets of a negative one as they stand there."""
        number = self.serial_number
        octets = max(number, ~number).bit_length() // 8 + 1
        return number.to_bytes(octets, "big", signed=True).hex().removeprefix("00") or "00"

    @property
    def pem(self) -> str:
        return armour(self.der, "CERTIFICATE")

    @property
    def subject_der(self) -> bytes:
        """The subject's name as the certificate encodes it."""
        return self.parsed.subject.public_bytes()

    @property
    def issuer_der(self) -> bytes:
        """The issuer's name as the certificate encodes it."""
        return self.parsed.issuer.public_bytes()

    @property
    def parsed(self) -> x509.Certificate:
        """The library's own view, for signatures."""
        crypto.require()
        return crypto.x509.load_der_x509_certificate(self.der)

    @property
    def unknown_critical(self) -> tuple[str, ...]:
        """Extensions, by object identifier, for which a client must refuse the certificate (RFC 5280 section 4.2)."""
        found = (one.oid.dotted_string for one in self.parsed.extensions if one.critical)
        return tuple(oid for oid in found if oid not in KNOWN_EXTENSIONS)

    @property
    def template(self) -> str | None:
        """The name of the template of version 1 that it was issued by (MS-WCCE 2.2.2.7.7.1); None where it has none."""
        oid = crypto.x509.ObjectIdentifier(_TEMPLATE_NAME)
        found = [one.value.public_bytes() for one in self.parsed.extensions if one.oid == oid]
        return _directory_text(found[0]) if found else None

    @property
    def other_names(self) -> tuple[str, ...]:
        """The alternative names that are no DNS names, each with its kind, such as ``RFC822Name: x@company.com``."""
        found = extension(self.parsed.extensions, crypto.x509.SubjectAlternativeName) or ()
        others = (one for one in found if not isinstance(one, crypto.x509.DNSName))
        return tuple(f"{type(one).__name__}: {getattr(one, 'value', one)!s}" for one in others)

    @property
    def description(self) -> CertificateDescription:
        return CertificateDescription(
            thumbprint=self.thumbprint,
            subject=self.subject,
            common_name=self.common_name,
            subject_alternative_names=self.names,
            issuer=self.issuer,
            issuer_common_name=self.issuer_common_name,
            serial_number=self.serial,
            not_before=self.not_before,
            not_after=self.not_after,
            key_algorithm=self.key_algorithm,
            key_length=self.key_length,
            signature_algorithm=self.signature_algorithm,
            key_usage=self.key_usage,
            extended_key_usage=self.extended_key_usage,
            crl_distribution_points=self.crl_distribution_points,
            public_key=self.public_key,
        )


def timestamp(moment: datetime) -> str:
    """UTC in ISO 8601 to the second, such as ``2026-11-22T08:00:00Z``."""
    return str(to_plain(moment))


def thumbprint(der: bytes) -> Thumbprint:
    """SHA-1 of a certificate in upper-case hex: the name by which Windows knows it, no proof of anything."""
    return Thumbprint(hashlib.sha1(der, usedforsecurity=False).hexdigest())


def load_certificate(data: bytes | str, *, where: str) -> X509Certificate:
    """Exactly one certificate, DER or PEM."""
    found = load_certificates(data, where=where)
    if len(found) != 1:
        raise RolloutError(f"{len(found)} certificates where one was expected", where=where)
    return found[0]


def load_certificates(data: bytes | str, *, where: str) -> tuple[X509Certificate, ...]:
    """All certificates of a DER, PEM or PKCS#7 file in its order, each once; at least one."""
    crypto.require()
    found: dict[bytes, X509Certificate] = {}
    for block in unarmour(data, where=where):
        for der in _certificates_in(block, where):
            found.setdefault(der, parse_certificate(der, where=where))
    if not found:
        raise RolloutError("no certificate in it", where=where)
    return tuple(found.values())


def parse_certificate(der: bytes, *, where: str) -> X509Certificate:
    """One certificate from its DER; anything that does not parse to the end raises ``RolloutError``."""
    crypto.require()
    if len(der) > MAX_CERTIFICATE:
        raise RolloutError(f"a certificate of {len(der)} bytes (at most {MAX_CERTIFICATE})", where=where)
    try:
        return _of_der(bytes(der))
    except RolloutError:
        raise
    except Exception as error:  # the library raises a dozen kinds on hostile input, all of one meaning here
        raise RolloutError(f"not a certificate that can be read ({error})", where=where) from error


@functools.lru_cache(maxsize=512)  # the servers of a pool have the same authorities
def _of_der(der: bytes) -> X509Certificate:
    return _read(crypto.x509.load_der_x509_certificate(der), der)


def common_name(name: x509.Name) -> str | None:
    """The one common name of a distinguished name; None when there is none, or more than one."""
    found = name.get_attributes_for_oid(crypto.x509.NameOID.COMMON_NAME)
    return _shown(str(found[0].value)) if len(found) == 1 else None


def _shown(text: str) -> str:
    """With what would break a line, move a cursor or turn other characters as RFC 4514 section 2.4 escapes it."""
    return "".join(char if char.isprintable() else re.sub("(..)", r"\\\1", char.encode().hex()) for char in text)


def _directory_text(der: bytes) -> str | None:
    """A short text in DER; None for whatever else."""
    encoding, length = _TEXTS.get(der[0] if der else 0), len(der) - 2
    if encoding is None or not 0 < length < 0x80 or der[1] != length:
        return None
    try:
        return der[2:].decode(encoding)
    except UnicodeDecodeError:
        return None


def extension(extensions: x509.Extensions, kind: Any) -> Any:
    """The value of an extension by its class, None when it is absent."""
    try:
        return extensions.get_extension_for_class(kind).value
    except crypto.x509.ExtensionNotFound:
        return None


def names_of(extensions: x509.Extensions) -> tuple[str, ...]:
    """DNS names of the subject alternative names, in their order."""
    found = extension(extensions, crypto.x509.SubjectAlternativeName)
    return tuple(found.get_values_for_type(crypto.x509.DNSName)) if found else ()


def extended_key_usage_of(extensions: x509.Extensions) -> tuple[str, ...] | None:
    found = extension(extensions, crypto.x509.ExtendedKeyUsage)
    return None if found is None else tuple(usage.dotted_string for usage in found)


def key_usage_of(extensions: x509.Extensions) -> tuple[str, ...] | None:
    found = extension(extensions, crypto.x509.KeyUsage)
    return None if found is None else tuple(usage for usage in KEY_USAGES if getattr(found, usage))


def _read(parsed: x509.Certificate, der: bytes) -> X509Certificate:
    algorithm, length = key_of(parsed.public_key())
    constraints = extension(parsed.extensions, crypto.x509.BasicConstraints)
    return X509Certificate(
        der=der,
        subject=_shown(parsed.subject.rfc4514_string()),
        common_name=common_name(parsed.subject),
        names=names_of(parsed.extensions),
        issuer=_shown(parsed.issuer.rfc4514_string()),
        issuer_common_name=common_name(parsed.issuer),
        serial_number=parsed.serial_number,
        not_before=parsed.not_valid_before_utc,
        not_after=parsed.not_valid_after_utc,
        key_algorithm=algorithm,
        key_length=length,
        signature_algorithm=_signature(parsed.signature_algorithm_oid.dotted_string),
        key_usage=key_usage_of(parsed.extensions),
        extended_key_usage=extended_key_usage_of(parsed.extensions),
        crl_distribution_points=_distribution_points(parsed.extensions),
        is_authority=bool(constraints and constraints.ca),
        path_length=constraints.path_length if constraints else None,
        self_issued=parsed.subject == parsed.issuer,
        public_key=spki(parsed.public_key()),
    )


def _signature(oid: str) -> str:
    return SIGNATURE_ALGORITHMS.get(oid, oid)


def _distribution_points(extensions: x509.Extensions) -> tuple[str, ...]:
    points = extension(extensions, crypto.x509.CRLDistributionPoints) or ()
    return tuple(str(name.value) for point in points for name in point.full_name or ())


def _certificates_in(block: bytes, where: str) -> tuple[bytes, ...]:
    if _SIGNED_DATA not in block[:32]:
        return (block,)
    try:
        found = crypto.pkcs7.load_der_pkcs7_certificates(block)
    except Exception as error:
        raise RolloutError(f"not a PKCS#7 file that can be read ({error})", where=where) from error
    if len(found) > MAX_CERTIFICATES:
        raise RolloutError(f"{len(found)} certificates in one file (at most {MAX_CERTIFICATES})", where=where)
    return tuple(certificate.public_bytes(crypto.serialization.Encoding.DER) for certificate in found)
