# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The signing half of a CA: its own chain, the certificates that it signs, its revocation list."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from lab.pki import der
from lab.pki.extensions import (
    CA_VERSION,
    authority_access,
    distribution_points,
    key_usage,
    raw_extension,
    with_template,
)
from lab.pki.names import sanitised
from lab.pki.stores import KSP, PROVIDERS, KeyContainer, new_container
from lab.pki.templates import Template

if TYPE_CHECKING:
    from lab.machine import Machine

BACKDATE = datetime.timedelta(minutes=10)
LONG_AGO = datetime.timedelta(days=30)
_ROOT_DAYS = 7300
_CERTIFICATE_SIGNING = 0x86
_LOCATIONS = {
    "cdp": (
        "ldap:///CN={ca},CN={host},CN=CDP,CN=Public%20Key%20Services,CN=Services,CN=Configuration,{base}"
        "?certificateRevocationList?base?objectClass=cRLDistributionPoint",
        "http://{fqdn}/CertEnroll/{ca}.crl",
    ),
    "aia": (
        "ldap:///CN={ca},CN=AIA,CN=Public%20Key%20Services,CN=Services,CN=Configuration,{base}"
        "?cACertificate?base?objectClass=certificationAuthority",
        "http://{fqdn}/CertEnroll/{fqdn}_{ca}.crt",
    ),
}


class Issuer:
    """A CA's key and chain (its own certificate first). Settings are those of the CA, `misbehave` among them."""

    def __init__(self, machine: Machine, name: str, settings: Mapping[str, Any]) -> None:
        self._machine, self._name, self._settings = machine, name, settings
        self.container = self._new_key()
        self._key = self.container.key
        self.chain = self._new_chain()

    @property
    def certificate(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.chain[0])

    def _new_key(self) -> KeyContainer:
        return new_container(self._machine, self._key_length, KSP, PROVIDERS[KSP], 2, True)

    @property
    def hash(self) -> str:
        """The one that it signs with, in lower case."""
        return str(self._settings.get("hash", self._machine.generation.ca_hash))

    @property
    def alternate_signature(self) -> bool:
        """Whether it signs by RSASSA-PSS."""
        return bool(self._settings.get("alternate_signature"))

    @property
    def _key_length(self) -> int:
        return int(self._settings.get("key_length", 2048))

    # --- the CA's own certificates -----------------------------------------------------------------------------------

    def _new_chain(self) -> list[bytes]:
        """Its own certificate, and above a subordinate CA the root's."""
        subject = _ca_name(self._name, self._machine.fqdn)
        days = int(self._settings.get("validity_days", 1825))
        if not str(self._settings.get("type", "")).endswith("subordinate"):
            return [self._ca_certificate(subject, self._key, subject, self._key, days, None)]
        root_key = rsa.generate_private_key(65537, self._key_length)
        root_name = _ca_name(self._settings.get("root_name", f"{self._name} Root"), self._machine.fqdn)
        own = self._ca_certificate(subject, self._key, root_name, root_key, days, 0)
        return [own, self._ca_certificate(root_name, root_key, root_name, root_key, _ROOT_DAYS, None)]

    def _ca_certificate(
        self, subject: x509.Name, key: rsa.RSAPrivateKey, issuer: x509.Name, issuer_key: rsa.RSAPrivateKey,
        days: int, path: int | None,
    ) -> bytes:  # fmt: skip
        start = self._machine.clock() - LONG_AGO
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(start)
        builder = builder.not_valid_after(start + datetime.timedelta(days=days))
        builder = builder.add_extension(key_usage(_CERTIFICATE_SIGNING), True)
        builder = builder.add_extension(x509.BasicConstraints(True, path), True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        builder = builder.add_extension(raw_extension(CA_VERSION, der.integer(0)), False)
        if subject != issuer:
            above = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
            points = distribution_points(self._uris("cdp", self._settings.get("root_name", "")))
            builder = builder.add_extension(above, False).add_extension(points, False)
        return self._signed(builder, issuer_key)

    def _signed(self, builder: x509.CertificateBuilder, key: rsa.RSAPrivateKey) -> bytes:
        mode = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if self.alternate_signature else None
        data = builder.sign(key, hashes.SHA256(), rsa_padding=mode).public_bytes(serialization.Encoding.DER)
        return der.with_sha1(data, key) if self.hash == "sha1" and mode is None else data

    def _uris(self, kind: str, name: str = "") -> list[str]:
        fqdn = self._machine.fqdn
        values = {
            "ca": sanitised(name or self._name).replace(" ", "%20"),
            "host": self._machine.name,
            "fqdn": fqdn,
            "base": ",".join(f"DC={part}" for part in fqdn.split(".")[1:]),
        }
        return [uri.format(**values) for uri in self._settings.get(kind, _LOCATIONS[kind])]

    # --- what it signs -----------------------------------------------------------------------------------------------

    def issue(
        self, request: x509.CertificateSigningRequest, template: Template, subject: x509.Name, names: bytes,
        request_id: int,
    ) -> bytes:  # fmt: skip
        """A certificate (DER) for the key of the request; what `misbehave` says is done wrong."""
        wrong = set(self._settings.get("misbehave", ()))
        key = rsa.generate_private_key(65537, 2048).public_key() if "other_key" in wrong else request.public_key()
        start, end = self._lifetime(template, expired="expired" in wrong)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self.certificate.subject)
        builder = builder.public_key(key).serial_number(_serial(request_id))
        builder = builder.not_valid_before(start).not_valid_after(min(end, self.certificate.not_valid_after_utc))
        if names and "drop_san" not in wrong:
            builder = builder.add_extension(raw_extension("2.5.29.17", names), not list(request.subject))
        builder = self._with_identifiers(builder, key)
        builder = self._with_locations(builder, points="no_cdp" not in wrong)
        return self._signed(_with_usages(builder, template), self._key)

    def _lifetime(self, template: Template, *, expired: bool) -> tuple[datetime.datetime, datetime.datetime]:
        now = self._machine.clock()
        if expired:
            return now - datetime.timedelta(days=400), now - datetime.timedelta(days=35)
        return now - BACKDATE - datetime.timedelta(days=template.backdate_days), now + datetime.timedelta(
            days=template.validity_days
        )

    def _with_identifiers(self, builder: x509.CertificateBuilder, key: Any) -> x509.CertificateBuilder:
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
        issuer = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        return builder.add_extension(x509.AuthorityKeyIdentifier(issuer.digest, None, None), False)

    def _with_locations(self, builder: x509.CertificateBuilder, *, points: bool) -> x509.CertificateBuilder:
        if points and self._uris("cdp"):
            builder = builder.add_extension(distribution_points(self._uris("cdp")), False)
        if self._uris("aia"):
            builder = builder.add_extension(authority_access(self._uris("aia")), False)
        return builder

    def revocation_list(self) -> bytes:
        """The CRL in DER, with nothing on it."""
        now = self._machine.clock()
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject).last_update(now)
        builder = builder.next_update(now + datetime.timedelta(days=8))
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _ca_name(common: str, fqdn: str) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.DOMAIN_COMPONENT, part) for part in reversed(fqdn.split(".")[1:])]
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _serial(request_id: int) -> int:
    """Random, then the request id in the low four bytes, so that rows tell their serial numbers apart."""
    return (0x61 << 72) + (x509.random_serial_number() % 2**32 << 32) + request_id


def _with_usages(builder: x509.CertificateBuilder, template: Template) -> x509.CertificateBuilder:
    builder = builder.add_extension(key_usage(template.key_usage), True)
    usages = [x509.ObjectIdentifier(usage) for usage in template.extended_key_usage]
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), False)
    return with_template(builder, template)
