# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making a request from an INF file and completing it with the certificate: what certreq -new and -accept do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.name import _ASN1Type

from lab.pki import codes, der
from lab.pki.extensions import TEMPLATE_NAME, key_usage, raw_extension
from lab.pki.inf import SECTION_NOT_FOUND, Inf, InfError, extensions
from lab.pki.names import parse_name
from lab.pki.stores import KSP, PROVIDERS, KeyContainer, Stores, is_self_signed, new_container, public_der

if TYPE_CHECKING:
    from lab.machine import Machine

OS_VERSION = "1.3.6.1.4.1.311.13.2.3"
ENHANCED_KEY_USAGE = "2.5.29.37"


class Enrolment:
    """One request of a machine. `machine_context` is certreq's -machine."""

    def __init__(self, machine: Machine, inf: Inf, machine_context: bool = False) -> None:
        self.machine, self.inf = machine, inf
        self.generation = machine.generation
        self.machine_context = machine_context

    def create(self) -> bytes:
        """Make (or open) the key, keep the stand-in certificate in REQUEST, return the PKCS#10 (DER)."""
        if not self.inf.items("NewRequest"):
            raise InfError(SECTION_NOT_FOUND)
        subject = self._subject()
        wanted = self._extensions()
        self._check_context()
        container = self._container()
        request = self._request(subject, wanted, container)
        standin = self._stand_in(subject, wanted, container)
        name = "" if not self.generation.cng else self.inf.get("NewRequest", "FriendlyName")
        Stores(self.machine).add("REQUEST", standin, container, name)
        return request

    def _subject(self) -> x509.Name:
        try:
            return parse_name(self.inf.get("NewRequest", "Subject"))
        except ValueError:
            raise codes.EnrolmentError(codes.INVALID_NAME) from None

    def _check_context(self) -> None:
        machine_set = self.inf.flag("NewRequest", "MachineKeySet")
        if not machine_set:
            # A network logon has no profile to keep a user's key in; -machine does not agree with it either.
            raise codes.EnrolmentError(codes.KEYSET_PERMISSION)

    def _container(self) -> KeyContainer:
        name = self.inf.get("NewRequest", "KeyContainer")
        if self.inf.flag("NewRequest", "UseExistingKeySet"):
            existing: KeyContainer | None = self.machine.keys.get(name)
            if existing is None:
                raise codes.EnrolmentError(codes.NO_KEYSET)
            return existing
        if name in self.machine.keys:
            raise codes.EnrolmentError(codes.KEY_EXISTS)
        provider, provider_type, key_spec = self._provider()
        length = self.inf.number("NewRequest", "KeyLength", self.generation.key_length)
        if not 384 <= length <= 16384 or length % 8:
            raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
        exportable = self.inf.flag("NewRequest", "Exportable")
        return new_container(self.machine, max(length, 1024), provider, provider_type, key_spec, exportable, name)

    def _provider(self) -> tuple[str, int, int]:
        name = self.inf.get("NewRequest", "ProviderName", "Microsoft Enhanced Cryptographic Provider v1.0")
        known = {provider.lower(): provider for provider in PROVIDERS}
        if name.lower() not in known or (not self.generation.cng and name.lower() == KSP.lower()):
            raise codes.EnrolmentError(codes.NO_KEYSET)
        name = known[name.lower()]
        given = self.inf.number("NewRequest", "ProviderType", PROVIDERS[name])
        if name != KSP and given != PROVIDERS[name]:
            raise codes.EnrolmentError(codes.TYPE_MISMATCH)
        spec = 0 if name == KSP else self._key_spec()
        return name, PROVIDERS[name], spec

    def _key_spec(self) -> int:
        named = {"at_keyexchange": 1, "at_signature": 2}
        value = self.inf.get("NewRequest", "KeySpec", "1").lower()
        return named[value] if value in named else self.inf.number("NewRequest", "KeySpec", 1)

    def _extensions(self) -> list[tuple[x509.ExtensionType, bool]]:
        found: list[tuple[x509.ExtensionType, bool]] = []
        usage = self.inf.number("NewRequest", "KeyUsage", 0)
        if usage:
            found.append((key_usage(usage), True))
        oids = [value or key for key, value in self.inf.items("EnhancedKeyUsageExtension")]
        if oids:
            found.append((raw_extension(ENHANCED_KEY_USAGE, der.sequence(*(der.oid(oid) for oid in oids))), False))
        found += [(one.value, one.critical) for one in extensions(self.inf, text_form=self.generation.inf_text_form)]
        template = self.inf.get("RequestAttributes", "CertificateTemplate")
        if template:
            found.append((raw_extension(TEMPLATE_NAME, der.bmp_string(template)), False))
        return found

    def _hash(self) -> hashes.HashAlgorithm:
        name = "sha1" if not self.generation.cng else self.inf.get("NewRequest", "HashAlgorithm", "sha1").lower()
        known = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
        if name not in known:
            raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
        return known[name]

    def _request(
        self, subject: x509.Name, wanted: list[tuple[x509.ExtensionType, bool]], container: KeyContainer
    ) -> bytes:
        builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
        for extension, critical in wanted:
            builder = builder.add_extension(extension, critical)
        identifier = x509.SubjectKeyIdentifier.from_public_key(container.key.public_key())
        builder = builder.add_extension(identifier, False)
        version = f"{self.machine.generation.version}.2".encode("ascii")
        builder = builder.add_attribute(x509.ObjectIdentifier(OS_VERSION), version, _tag=_ASN1Type.IA5String)
        return self._sign(builder, container)

    def _sign(self, builder: Any, container: KeyContainer) -> bytes:
        algorithm = self._hash()
        sha1 = isinstance(algorithm, hashes.SHA1)
        signed = builder.sign(container.key, hashes.SHA256() if sha1 else algorithm)
        data = signed.public_bytes(serialization.Encoding.DER)
        return der.with_sha1(data, container.key) if sha1 else bytes(data)

    def _stand_in(
        self, subject: x509.Name, wanted: list[tuple[x509.ExtensionType, bool]], container: KeyContainer
    ) -> bytes:
        """The self-signed certificate that waits in REQUEST: the request's key, subject and extensions."""
        now = self.machine.clock()
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
        builder = builder.public_key(container.key.public_key()).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now).not_valid_after(now.replace(year=now.year + 1, day=min(now.day, 28)))
        for extension, critical in wanted:
            builder = builder.add_extension(extension, critical)
        return self._sign(builder, container)


def accept(machine: Machine, certificates: list[bytes]) -> bytes:
    """Complete the waiting request of the first certificate that has one; returns that certificate (DER).

    The machine must be able to build the certificate's chain to a root it trusts. Certificates that come along are
    put with the intermediates. Raises `EnrolmentError`.
    """
    stores = Stores(machine)
    waiting = {stored.public: stored for stored in stores.held("REQUEST", everywhere=False)}
    for der_bytes in certificates:
        key = x509.load_der_x509_certificate(der_bytes).public_key()
        standin = waiting.get(public_der(key))
        if standin is None:
            continue
        for other in certificates:
            if other != der_bytes:
                stores.add("CA", other)
        _require_chain(stores, der_bytes)
        container = stores.container(standin)
        if container is None:
            break
        stores.add("MY", der_bytes, container, _friendly(standin.properties.get(0x0B, b"")))
        stores.remove("REQUEST", standin.thumbprint)
        return der_bytes
    raise codes.EnrolmentError(codes.NOT_FOUND)


def _friendly(data: bytes) -> str:
    return data.decode("utf-16-le").rstrip("\0")


def _require_chain(stores: Stores, certificate: bytes) -> None:
    chain, trusted = stores.chain(certificate)
    if not trusted:
        raise codes.EnrolmentError(codes.UNTRUSTED_ROOT if is_self_signed(chain[-1]) else codes.CHAINING)


def parse_attributes(text: str) -> dict[str, str]:
    r"""Request attributes `Name1:Value1\nName2:Value2`, the two characters backslash and n between them."""
    found: dict[str, str] = {}
    for line in re.split(r"\\n|\r?\n", text):
        name, colon, value = line.partition(":")
        if colon:
            found[name.strip()] = value.strip()
    return found
