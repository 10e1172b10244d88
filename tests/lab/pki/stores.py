# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificate stores and private keys of a machine.

A store lives in the machine's registry, one key per certificate named by its SHA-1 thumbprint, with the certificate
and its properties in the value `Blob`: records of property id, a reserved 1, length and data, little endian.
"""

from __future__ import annotations

import hashlib
import struct
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from lab.registry import REG_BINARY

if TYPE_CHECKING:
    from lab.machine import Machine

CERTIFICATE = 0x20
KEY_PROVIDER = 0x02
SHA1 = 0x03
FRIENDLY_NAME = 0x0B
ARCHIVED = 0x13
SUBJECT_KEY = 0x14

SYSTEM = r"SOFTWARE\Microsoft\SystemCertificates"
POLICY = r"SOFTWARE\Policies\Microsoft\SystemCertificates"
ENTERPRISE = r"SOFTWARE\Microsoft\EnterpriseCertificates"
MACHINE_KEYSET = 0x20
KEY_FOLDERS = {False: r"C:\ProgramData\Microsoft\Crypto\RSA\MachineKeys", True: r"C:\ProgramData\Microsoft\Crypto\Keys"}

KSP = "Microsoft Software Key Storage Provider"
PROVIDERS = {
    "Microsoft Base Cryptographic Provider v1.0": 1,
    "Microsoft Enhanced Cryptographic Provider v1.0": 1,
    "Microsoft Strong Cryptographic Provider": 1,
    "Microsoft RSA SChannel Cryptographic Provider": 12,
    "Microsoft Enhanced RSA and AES Cryptographic Provider": 24,
    KSP: 0,
}


@dataclass
class KeyContainer:
    """A private key of the machine's key store."""

    name: str
    key: rsa.RSAPrivateKey
    provider: str
    provider_type: int
    key_spec: int
    exportable: bool
    of_machine: bool = True

    @property
    def public(self) -> bytes:
        return public_der(self.key.public_key())

    def described(self) -> dict[str, Any]:
        """What may be told of it: never the key."""
        return {
            "provider": self.provider, "provider_type": self.provider_type, "key_spec": self.key_spec,
            "exportable": self.exportable, "length": self.key.key_size,
            "public_key": hashlib.sha256(self.public).hexdigest(),
        }  # fmt: skip


@dataclass(frozen=True)
class StoredCertificate:
    """A certificate in a store with its properties (property id to data)."""

    der: bytes
    properties: dict[int, bytes] = field(default_factory=dict)
    store: str = ""

    @property
    def certificate(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.der)

    @property
    def thumbprint(self) -> str:
        return thumbprint(self.der)

    @property
    def archived(self) -> bool:
        """Whether it is shown only to those who ask for archived ones."""
        return ARCHIVED in self.properties

    @property
    def public(self) -> bytes:
        return public_der(self.certificate.public_key())


def public_der(key: Any) -> bytes:
    """SubjectPublicKeyInfo."""
    return bytes(key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def thumbprint(der: bytes) -> str:
    """SHA-1 in upper-case hexadecimal, the name of a certificate in a store."""
    return hashlib.sha1(der).hexdigest().upper()


def new_container(
    machine: Machine, length: int, provider: str, provider_type: int, key_spec: int, exportable: bool, name: str = ""
) -> KeyContainer:
    """Make an RSA key in the machine's key store; a container that is not named gets a GUID."""
    key = rsa.generate_private_key(65537, length)
    name = name or f"{{{uuid.uuid4()}}}".upper()
    return keep_key(machine, KeyContainer(name, key, provider, provider_type, key_spec, exportable))


def keep_key(machine: Machine, container: KeyContainer) -> KeyContainer:
    """Put a key into the machine's key store."""
    machine.keys[container.name] = container
    path = _key_file(container)
    machine.files.make_directory(path.rpartition("\\")[0], system=True)
    # It tells that there is one, and holds nothing of it.
    machine.files.write(path, hashlib.sha256(container.public).digest())
    return container


def drop_key(machine: Machine, container: KeyContainer) -> None:
    """Take a key out of the machine's key store."""
    if machine.keys.pop(container.name, None) is not None:
        machine.files.delete(_key_file(container))


def _key_file(container: KeyContainer) -> str:
    """The file that Windows keeps a key in."""
    name = f"{hashlib.md5(container.name.lower().encode('utf-16-le')).hexdigest()}_{uuid.UUID(int=0)}"
    return f"{KEY_FOLDERS[container.provider == KSP]}\\{name}"


def key_provider_property(container: KeyContainer) -> bytes:
    """The serialised CRYPT_KEY_PROV_INFO: seven numbers, two of them offsets of the strings that follow."""
    name = container.name.encode("utf-16-le") + b"\0\0"
    provider = container.provider.encode("utf-16-le") + b"\0\0"
    flags = MACHINE_KEYSET if container.of_machine else 0
    head = struct.pack("<7I", 28, 28 + len(name), container.provider_type, flags, 0, 0, container.key_spec)
    return head + name + provider


def parse_key_provider(data: bytes) -> tuple[str, str, int, int]:
    """(container, provider, provider type, key spec) of a serialised CRYPT_KEY_PROV_INFO."""
    name_at, provider_at, provider_type, _unused, _unused2, _unused3, key_spec = struct.unpack("<7I", data[:28])
    return _wide(data, name_at), _wide(data, provider_at), provider_type, key_spec


def _wide(data: bytes, start: int) -> str:
    end = start
    while data[end : end + 2] != b"\0\0":
        end += 2
    return data[start:end].decode("utf-16-le")


def encode_blob(der: bytes, properties: dict[int, bytes]) -> bytes:
    """The registry's form of a certificate: its properties, and itself last."""
    records = [*sorted(properties.items()), (CERTIFICATE, der)]
    return b"".join(struct.pack("<3I", number, 1, len(data)) + data for number, data in records)


def decode_blob(blob: bytes) -> StoredCertificate:
    """Read the registry's form of a certificate; ValueError when there is no certificate in it."""
    properties: dict[int, bytes] = {}
    at = 0
    while at + 12 <= len(blob):
        number, _unused, size = struct.unpack_from("<3I", blob, at)
        properties[number] = blob[at + 12 : at + 12 + size]
        at += 12 + size
    der = properties.pop(CERTIFICATE, None)
    if der is None:
        raise ValueError("no certificate in the blob")
    return StoredCertificate(der, properties)


def subject_key_identifier(certificate: x509.Certificate) -> bytes:
    """The identifier the certificate carries, else the SHA-1 of its public key."""
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except (x509.ExtensionNotFound, ValueError):
        return x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest


class Stores:
    """The certificate stores of one machine. Store names are MY, REQUEST, CA, Root, NTAuth, without case."""

    NAMES = {name.upper(): name for name in ("MY", "REQUEST", "CA", "Root", "NTAuth", "Disallowed")}

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def _key(self, store: str, base: str = SYSTEM) -> str:
        return f"{base}\\{self.NAMES.get(store.upper(), store)}\\Certificates"

    def add(
        self, store: str, der: bytes, container: KeyContainer | None = None, friendly_name: str = "", base: str = SYSTEM
    ) -> bool:
        """Add (or replace) a certificate; returns False when it was there."""
        properties = {}
        if container is not None:
            properties[KEY_PROVIDER] = key_provider_property(container)
        if friendly_name:
            properties[FRIENDLY_NAME] = friendly_name.encode("utf-16-le") + b"\0\0"
        return self.put(store, StoredCertificate(der, properties), base)

    def put(self, store: str, stored: StoredCertificate, base: str = SYSTEM) -> bool:
        """The same with the properties that a certificate has."""
        properties = {SHA1: bytes.fromhex(stored.thumbprint), SUBJECT_KEY: subject_key_identifier(stored.certificate)}
        key = f"{self._key(store, base)}\\{stored.thumbprint}"
        existed = self.machine.registry.get(key, "Blob") is not None
        blob = encode_blob(stored.der, {**properties, **stored.properties})
        self.machine.registry.set(key, "Blob", REG_BINARY, blob)
        return not existed

    def remove(self, store: str, certificate_thumbprint: str) -> None:
        self.machine.registry.delete_key(f"{self._key(store)}\\{certificate_thumbprint.upper()}")

    def held(self, store: str, everywhere: bool = True) -> list[StoredCertificate]:
        """Certificates of a store; `everywhere` adds those that policy and Active Directory brought."""
        found: dict[str, StoredCertificate] = {}
        for base in (SYSTEM, POLICY, ENTERPRISE) if everywhere else (SYSTEM,):
            for stored in self._read(self._key(store, base), store):
                found.setdefault(stored.thumbprint, stored)
        return list(found.values())

    def _read(self, key: str, store: str) -> Iterator[StoredCertificate]:
        for name in self.machine.registry.subkeys(key) or []:
            value = self.machine.registry.get(f"{key}\\{name}", "Blob")
            if value is None or not isinstance(value[1], bytes):
                continue
            try:
                stored = decode_blob(value[1])
                x509.load_der_x509_certificate(stored.der)
            except ValueError:
                continue
            yield StoredCertificate(stored.der, stored.properties, store)

    def find(self, store: str, certificate_thumbprint: str) -> StoredCertificate | None:
        """The certificate of that thumbprint."""
        wanted = certificate_thumbprint.replace(" ", "").upper()
        return next((stored for stored in self.held(store) if stored.thumbprint == wanted), None)

    def container(self, stored: StoredCertificate) -> KeyContainer | None:
        """The private key that the certificate's properties lead to, if it is on this machine and fits."""
        data = stored.properties.get(KEY_PROVIDER)
        if data is None:
            return None
        container = self.machine.keys.get(parse_key_provider(data)[0])
        return container if container is not None and container.public == stored.public else None

    def container_for(self, public: bytes) -> KeyContainer | None:
        """The key container that holds the private half of `public`."""
        return next((one for one in self.machine.keys.values() if one.public == public), None)

    def chain(self, leaf: bytes) -> tuple[list[bytes], bool]:
        """(certificates from the leaf up, whether the last is a trusted root), from what this machine holds."""
        roots = [stored.der for stored in self.held("Root")]
        known = [*roots, *(stored.der for stored in self.held("CA"))]
        return build_chain(leaf, known, roots)


def build_chain(leaf: bytes, known: Iterable[bytes], roots: Iterable[bytes]) -> tuple[list[bytes], bool]:
    """Follow issuers by name and signature; ends at a self-signed certificate or where nothing fits."""
    chain, trusted = [leaf], set(roots)
    while not is_self_signed(chain[-1]):
        issuer = next((der for der in known if der not in chain and issued_by(chain[-1], der)), None)
        if issuer is None:
            return chain, False
        chain.append(issuer)
    return chain, chain[-1] in trusted


def issued_by(der: bytes, issuer: bytes) -> bool:
    """Whether the issuer's name and signature fit; SHA-1 too, which the library's own check refuses."""
    child, parent = x509.load_der_x509_certificate(der), x509.load_der_x509_certificate(issuer)
    if child.issuer != parent.subject or child.signature_hash_algorithm is None:
        return False
    key = parent.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    try:
        key.verify(child.signature, child.tbs_certificate_bytes, padding.PKCS1v15(), child.signature_hash_algorithm)
    except Exception:
        return False
    return True


def is_self_signed(der: bytes) -> bool:
    return issued_by(der, der)
