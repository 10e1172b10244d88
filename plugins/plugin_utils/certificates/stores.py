# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificate stores of a machine, read from its registry: typed values, no program, no language.

A blob is a sequence of property records; one of them is the certificate, another says where its private key is.
Reading one costs 35 to 50 kB over WS-Management, so names (they are the thumbprints) are listed first and only the
blobs that matter are read. One of some 7 kB is more than Windows 2008 R2 sends at once: where all of a store are read
it is named and passed over, since no certificate that a Windows CA issues to a server is that large.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import PrivateKey
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import (
    X509Certificate,
    parse_certificate,
    thumbprint,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import Registry, ValueTooLarge

MACHINE = "SOFTWARE\\Microsoft\\SystemCertificates"
GROUP_POLICY = "SOFTWARE\\Policies\\Microsoft\\SystemCertificates"
ENTERPRISE = "SOFTWARE\\Microsoft\\EnterpriseCertificates"
LOCATIONS = (MACHINE, GROUP_POLICY, ENTERPRISE)

MY, REQUEST, CA, ROOT, DISALLOWED = "MY", "REQUEST", "CA", "Root", "Disallowed"
# Roots that Windows fetched itself lie in a store of their own and count as roots.
AUTH_ROOT = "AuthRoot"

# Property ids (wincrypt.h; MS-GPEF 2.2.1.1.1).
KEY_PROVIDER_INFO = 0x02
FRIENDLY_NAME = 0x0B
ARCHIVED = 0x13
CERTIFICATE = 0x20
_RECORD = struct.Struct("<III")
_KEY_INFO = struct.Struct("<7I")


@dataclass(frozen=True)
class StoreEntry:
    """One certificate of a store. ``certificate`` is None when it cannot be read, for its kind or size (``problem``).

    ``too_large``: nothing of it was read, not even whether it has a key here. ``archived``: Windows shows it to nobody
    who does not ask for such ones.
    """

    thumbprint: Thumbprint
    certificate: X509Certificate | None
    key: PrivateKey | None
    friendly_name: str = ""
    problem: str = ""
    too_large: bool = False
    archived: bool = False


class CertificateStores:
    """The stores of one machine."""

    def __init__(self, registry: Registry, host: str) -> None:
        self._registry = registry
        self._host = host

    def thumbprints(self, store: str) -> tuple[str, ...]:
        """What the machine's own store holds, in upper case."""
        return self._listed(MACHINE, store)

    def effective_thumbprints(self, store: str) -> frozenset[str]:
        """What counts for the machine: its own store, and those filled by Group Policy and Active Directory."""
        return frozenset(name for place in self._places(store) for name in self._listed(*place))

    def counts(self, store: str, name: str) -> bool:
        """Whether ``effective_thumbprints`` has it: asked place by place, and no further than it is found."""
        return any(name in self._listed(*place) for place in self._places(store))

    def _places(self, store: str) -> Iterator[tuple[str, str]]:
        """Where certificates of a store lie; the few that Active Directory and Group Policy brought come first."""
        yield from ((location, store) for location in reversed(LOCATIONS))
        if store == ROOT:
            yield MACHINE, AUTH_ROOT

    def entry(self, store: str, name: str) -> StoreEntry | None:
        """One certificate of the machine's own store, None when it is not there; raises ValueTooLarge."""
        return self._entry(MACHINE, store, name)

    def entries(self, store: str, names: Sequence[str] | None = None) -> tuple[StoreEntry, ...]:
        """The certificates of the machine's own store; with ``names`` those of them that are there."""
        listed = self.thumbprints(store)
        wanted = listed if names is None else [name for name in listed if name in names]
        return tuple(entry for name in wanted if (entry := self._passed(MACHINE, store, name)))

    def authorities(self) -> Iterator[X509Certificate]:
        """Every readable certificate of the CA and Root stores in all places; expensive, so one by one.

        The few that Active Directory and Group Policy brought come first: an enterprise's own CA is among them, while
        the machine's own store of roots holds dozens of strangers.
        """
        for location in reversed(LOCATIONS):
            for store in (CA, ROOT):
                for name in self._listed(location, store):
                    entry = self._passed(location, store, name)
                    if entry and entry.certificate:
                        yield entry.certificate

    def _passed(self, location: str, store: str, name: str) -> StoreEntry | None:
        try:
            return self._entry(location, store, name)
        except ValueTooLarge as error:
            return StoreEntry(Thumbprint(name), None, None, problem=f"{error.what}. {error.mend}", too_large=True)

    def _listed(self, location: str, store: str) -> tuple[str, ...]:
        names = self._registry.subkeys(f"{location}\\{store}\\Certificates")
        return tuple(name.upper() for name in names or ())

    def _entry(self, location: str, store: str, name: str) -> StoreEntry | None:
        key = f"{location}\\{store}\\Certificates\\{name}"
        blob = self._registry.binary(key, "Blob")
        return None if blob is None else parse_blob(blob, name=name, where=f"{self._host}: {store} store, {name}")


def in_disallowed(certificate: X509Certificate) -> str:
    """What is said of one that the store of disallowed certificates has."""
    return f"'{certificate.subject}' ({certificate.thumbprint}) is in the store of disallowed certificates"


def parse_blob(blob: bytes, *, name: str, where: str) -> StoreEntry:
    """A store's blob as an entry; raises ``RolloutError`` when it is garbled or is not the certificate ``name``."""
    properties = dict(_records(blob, where))
    der = properties.get(CERTIFICATE)
    known = thumbprint(der) if der is not None else None
    if der is None or known != name.upper():
        raise RolloutError(
            "the registry's value does not hold the certificate of this name",
            where=where,
            mend="Read again; if it stays so, the store is damaged (certutil -verifystore shows it)",
        )
    key = parse_key_info(properties[KEY_PROVIDER_INFO], where) if KEY_PROVIDER_INFO in properties else None
    friendly = _text(properties.get(FRIENDLY_NAME, b""), where)
    try:
        parsed = parse_certificate(der, where=where)
        return StoreEntry(known, parsed, key, friendly, archived=ARCHIVED in properties)
    except RolloutError as error:
        # Its hash is right, so the read is sound: some other certificate of a strange kind, none of ours.
        return StoreEntry(known, None, key, friendly, error.what)


def parse_key_info(data: bytes, where: str) -> PrivateKey:
    """CRYPT_KEY_PROV_INFO as stores serialise it: seven numbers, two of them offsets of names in UTF-16."""
    if len(data) < _KEY_INFO.size:
        raise RolloutError("garbled key provider information", where=where)
    container, provider, provider_type, flags, _count, _parameters, key_spec = _KEY_INFO.unpack_from(data)
    return PrivateKey(
        container=_text_at(data, container, where),
        provider=_text_at(data, provider, where),
        provider_type=provider_type,
        flags=flags,
        key_spec=key_spec,
    )


def _records(blob: bytes, where: str) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(blob):
        if len(blob) - position < _RECORD.size:
            raise RolloutError("garbled certificate blob (it ends within a record)", where=where)
        identity, _reserved, length = _RECORD.unpack_from(blob, position)
        position += _RECORD.size
        if length > len(blob) - position:
            raise RolloutError("garbled certificate blob (a record is longer than the blob)", where=where)
        yield identity, blob[position : position + length]
        position += length


def _text_at(data: bytes, offset: int, where: str) -> str:
    """A NUL-terminated UTF-16 string; offset 0 means none."""
    if offset == 0:
        return ""
    if not _KEY_INFO.size <= offset < len(data):
        raise RolloutError("garbled key provider information (a name lies outside of it)", where=where)
    return _text(data[offset : offset + (len(data) - offset) // 2 * 2], where)


def _text(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-16-le").partition("\0")[0]
    except UnicodeDecodeError as error:
        raise RolloutError("garbled text in a certificate blob", where=where) from error
