"""Certificates for tests, made when they are needed and forgotten after."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

BEGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)
END = datetime(2036, 1, 1, tzinfo=timezone.utc)


@functools.cache
def rsa_key(number: int = 0, length: int = 2048) -> rsa.RSAPrivateKey:
    """A key by number: the same number, the same key; making one takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=length)


@functools.cache
def ec_key(number: int = 0) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Issued:
    """A certificate with its key and what signed it, root last."""

    certificate: x509.Certificate
    key: Any
    issuers: tuple[Issued, ...] = ()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @property
    def thumbprint(self) -> str:
        return self.certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303

    @property
    def chain(self) -> tuple[Issued, ...]:
        """This certificate and its issuers without the root: what a server sends."""
        return (self, *(issuer for issuer in self.issuers if issuer.issuers))


def root(name: str = "Company CA", number: int = 10) -> Issued:
    """A self-signed authority."""
    key = ec_key(number)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = _builder(subject, subject, key, BEGIN, END).add_extension(x509.BasicConstraints(True, None), True)
    return Issued(builder.sign(key, hashes.SHA256()), key)


def intermediate(parent: Issued, name: str = "Company Issuing CA", number: int = 11) -> Issued:
    """An authority below another."""
    key = ec_key(number)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = _builder(subject, parent.certificate.subject, key, BEGIN, END)
    builder = builder.add_extension(x509.BasicConstraints(True, None), True)
    return Issued(builder.sign(parent.key, hashes.SHA256()), key, (parent, *parent.issuers))


def leaf(
    parent: Issued,
    common_name: str,
    names: Sequence[str] = (),
    *,
    key: Any = None,
    begin: datetime = BEGIN,
    end: datetime = END,
    digest: Any = None,
    critical: str = "",
) -> Issued:
    """A server's certificate; without ``names`` it has no subject alternative names at all.

    ``critical``: the object identifier of a critical extension that it has besides.
    """
    key = key or rsa_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = _builder(subject, parent.certificate.subject, key, begin, end)
    builder = builder.add_extension(x509.BasicConstraints(False, None), True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), False)
    if critical:
        builder = builder.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(critical), b"\x05\x00"), True)
    return Issued(builder.sign(parent.key, digest or hashes.SHA256()), key, (parent, *parent.issuers))


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _builder(subject: x509.Name, issuer: x509.Name, key: Any, begin: datetime, end: datetime) -> Any:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
    )


def days(number: float) -> timedelta:
    return timedelta(days=number)
