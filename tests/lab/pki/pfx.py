# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PFX (PKCS #12) as Windows makes it: a certificate and its key, whose bag names the key's provider.

The library makes and reads the file. It knows no attribute of Microsoft's, so the provider's name is put into the
bag of the key, which lies outside of what is encrypted, and the file's digest is made anew.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from lab.pki.der import bmp_string, children, integer, oid, sequence, tlv

_PROVIDER = oid("1.3.6.1.4.1.311.17.1")
_DATA = oid("1.2.840.113549.1.7.1")
_SHROUDED = oid("1.2.840.113549.1.12.10.1.2")
_SHA1 = sequence(oid("1.3.14.3.2.26"), bytes.fromhex("0500"))
_ROUNDS = 2000


class NoPfx(ValueError):
    """The bytes are no PFX."""


class WrongPassword(ValueError):
    """The digest does not come out with this password."""


@dataclass(frozen=True)
class Pfx:
    """What a PFX holds. `provider` is empty where it names none."""

    key: rsa.RSAPrivateKey | None
    der: bytes
    friendly_name: str
    provider: str


def to_pfx(pfx: Pfx, password: str) -> bytes:
    """The file, encrypted with 3DES as the versions of Windows that are modelled do."""
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(_ROUNDS).hmac_hash(hashes.SHA1())
    builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
    certificate = x509.load_der_x509_certificate(pfx.der)
    name = pfx.friendly_name.encode() or None
    encryption = builder.build(password.encode()) if password else NoEncryption()
    made = pkcs12.serialize_key_and_certificates(name, pfx.key, certificate, None, encryption)
    return _with_provider(made, pfx.provider, password) if pfx.key is not None and password else made


def read_pfx(data: bytes, password: str) -> Pfx:
    """Raises NoPfx, WrongPassword."""
    try:
        members = list(children(data))
        if len(members) != 3 or members[0][1] != integer(3):
            raise NoPfx
    except ValueError as problem:
        raise NoPfx from problem
    try:
        held = pkcs12.load_pkcs12(data, password.encode() or None)
    except ValueError as problem:
        raise WrongPassword from problem
    if held.cert is None:
        raise NoPfx
    key = held.key if isinstance(held.key, rsa.RSAPrivateKey) else None
    der = held.cert.certificate.public_bytes(Encoding.DER)
    return Pfx(key, der, (held.cert.friendly_name or b"").decode(errors="replace"), _provider_in(data))


def _provider_in(data: bytes) -> str:
    at = data.find(_PROVIDER)
    if at < 0:
        return ""
    _tag, value, _content = next(children(data, at + len(_PROVIDER)))
    return next(content for _tag, _whole, content in children(tlv(0x30, value))).decode("utf-16-be")


def _with_provider(data: bytes, provider: str, password: str) -> bytes:
    """The same file with the provider's name among the attributes of its key, and its digest made anew."""
    version, content, _mac = (whole for _tag, whole, _content in children(data))
    _type, wrapped = (whole for _tag, whole, _content in children(content))
    octets = next(inner for _tag, _whole, inner in children(wrapped))
    parts = [_key_named(whole, provider) for _tag, whole, _content in children(octets)]
    safe = sequence(*parts)
    salt = os.urandom(20)
    digest = hmac.digest(_derived(password, salt), safe, "sha1")
    mac = sequence(sequence(_SHA1, tlv(0x04, digest)), tlv(0x04, salt), integer(_ROUNDS))
    return sequence(version, sequence(_DATA, tlv(0xA0, tlv(0x04, safe))), mac)


def _key_named(part: bytes, provider: str) -> bytes:
    """A part of the file; in the one with the key its bag gets the attribute."""
    kind, wrapped = (whole for _tag, whole, _content in children(part))
    if kind != _DATA:
        return part
    octets = next(inner for _tag, _whole, inner in children(wrapped))
    bags = []
    for _tag, bag, _content in children(octets):
        name, value, *more = [whole for _tag, whole, _content in children(bag)]
        held = [one for attributes in more for _tag, one, _content in children(attributes)]
        if name == _SHROUDED:
            held.append(sequence(_PROVIDER, tlv(0x31, bmp_string(provider))))
        bags.append(sequence(name, value, tlv(0x31, *sorted(held))) if held else bag)
    return sequence(_DATA, tlv(0xA0, tlv(0x04, sequence(*bags))))


def _derived(password: str, salt: bytes) -> bytes:
    """The key of the digest (RFC 7292 appendix B.2, purpose 3), of which one round of SHA-1 is enough."""
    secret = password.encode("utf-16-be") + b"\0\0"
    block = 64
    filled = bytes([3]) * block
    filled += (salt * (block // len(salt) + 1))[: -(-len(salt) // block) * block]
    size = -(-len(secret) // block) * block
    filled += (secret * (size // len(secret) + 1))[:size]
    digest = hashlib.sha1(filled).digest()
    for _round in range(_ROUNDS - 1):
        digest = hashlib.sha1(digest).digest()
    return digest
