# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificate stores of a machine, read from its registry: typed values, no program, no language.

A blob is a sequence of property records; one of them is the certificate, another says where its private key is.
Names of keys are the thumbprints. Blobs are read of the stores that matter: the machine's own certificates and
requests, and the few authorities that Active Directory and Group Policy brought. The machine's own stores of
authorities hold dozens of strangers, read as a whole only where a chain is not found without them.

Where blobs come value by value (``registry_port.py``), one of some 7 kB is more than Windows 2008 R2 sends at once:
where all of a store are read it is named and passed over, since no certificate that a Windows CA issues to a server is
that large.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import PrivateKey
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import (
    X509Certificate,
    parse_certificate,
    thumbprint,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import (
    BINARY,
    Branch,
    KeyContent,
    Registry,
    ValueTooLarge,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.remembered import Remembered

MACHINE = "SOFTWARE\\Microsoft\\SystemCertificates"
GROUP_POLICY = "SOFTWARE\\Policies\\Microsoft\\SystemCertificates"
ENTERPRISE = "SOFTWARE\\Microsoft\\EnterpriseCertificates"
_POLICIES = ("SOFTWARE\\Policies\\Microsoft", "SOFTWARE\\Policies")
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


def _key(location: str, store: str) -> str:
    return f"{location}\\{store}\\Certificates"


def _branch(location: str, store: str, *, blobs: bool = False) -> Branch:
    # Whether Group Policy has brought any is told by a key that every Windows has.
    above = (location, *_POLICIES) if location == GROUP_POLICY else (location,)
    return Branch(_key(location, store), below=_BLOB if blobs else (), above=above)


_BLOB = (("Blob", BINARY),)
_OWN = ((MACHINE, MY), (MACHINE, REQUEST))
_BROUGHT = tuple((location, store) for location in (ENTERPRISE, GROUP_POLICY) for store in (CA, ROOT))
# Of these the names are enough.
_NAMED = (
    *((MACHINE, store) for store in (CA, ROOT, AUTH_ROOT)),
    *((location, DISALLOWED) for location in LOCATIONS),
)
# A machine's own certificates.
HELD = _branch(MACHINE, MY, blobs=True)
# The same, and the keys that wait for one.
OWN = tuple(_branch(*place, blobs=True) for place in _OWN)
# What is read of a machine's stores to say what it holds and trusts.
SURVEYED = (*OWN, *(_branch(*place, blobs=True) for place in _BROUGHT), *(_branch(*place) for place in _NAMED))


class CertificateStores:
    """The stores of one machine, as they are at each question; ``at_once`` gives them as they are now, as does a
    registry that is ``Remembered``."""

    def __init__(self, registry: Registry, host: str) -> None:
        self._registry = registry
        self._host = host
        self._remembered = isinstance(registry, Remembered)

    def at_once(self) -> CertificateStores:
        """The same stores, read together at the first question and once: what changes later does not show."""
        return self if self._remembered else CertificateStores(Remembered(self._registry, SURVEYED), self._host)

    def thumbprints(self, store: str) -> tuple[str, ...]:
        """What the machine's own store holds, in upper case."""
        return tuple(self._listed([(MACHINE, store)]))

    def effective_thumbprints(self, store: str) -> frozenset[str]:
        """What counts for the machine: its own store, and those filled by Group Policy and Active Directory."""
        places = [(location, store) for location in LOCATIONS]
        return frozenset(self._listed([*places, (MACHINE, AUTH_ROOT)] if store == ROOT else places))

    def counts(self, store: str, name: str) -> bool:
        """Whether ``effective_thumbprints`` has it."""
        return name in self.effective_thumbprints(store)

    def entry(self, store: str, name: str) -> StoreEntry | None:
        """One certificate of the machine's own store, None when it is not there; raises ValueTooLarge."""
        blob = self._blobs(store, [name]).get(name.upper())
        if isinstance(blob, ValueTooLarge):
            raise blob
        return None if blob is None else self._parsed((MACHINE, store), name, blob)

    def entries(self, store: str, names: Sequence[str] | None = None) -> tuple[StoreEntry, ...]:
        """The certificates of the machine's own store; with ``names`` those of them that are there."""
        blobs = self._blobs(store, names)
        return tuple(self._passed((MACHINE, store), name, blob) for name, blob in blobs.items())

    def authorities(self) -> Iterator[X509Certificate]:
        """Every readable certificate of the CA and Root stores in all places; expensive, so store by store.

        The few that Active Directory and Group Policy brought come first: an enterprise's own CA is among them, while
        the machine's own store of roots holds dozens of strangers.
        """
        for places in (_BROUGHT, ((MACHINE, CA),), ((MACHINE, ROOT),)):
            contents = self._read(places, blobs=True)
            for place, content in zip(places, contents, strict=True):
                for name, values in (content.below if content else {}).items():
                    entry = self._passed(place, name, values["Blob"]) if "Blob" in values else None
                    if entry and entry.certificate:
                        yield entry.certificate

    def roots(self) -> Iterator[tuple[str, StoreEntry]]:
        """Every root that counts for the machine, once for each place, with the registry's key that it lies below."""
        places = (*((location, ROOT) for location in reversed(LOCATIONS)), (MACHINE, AUTH_ROOT))
        for place, content in zip(places, self._read(places, blobs=True), strict=True):
            for name, values in (content.below if content else {}).items():
                if "Blob" in values:
                    yield "\\".join(place), self._passed(place, name.upper(), values["Blob"])

    def _blobs(self, store: str, names: Sequence[str] | None) -> dict[str, Any]:
        """By thumbprint, in upper case. A few by name are read alone, unless the whole store was read already."""
        if names is None or (self._remembered and (MACHINE, store) in _OWN):
            (content,) = self._read([(MACHINE, store)], blobs=True)
            blobs = {name.upper(): values.get("Blob") for name, values in (content.below if content else {}).items()}
            wanted = blobs if names is None else {name.upper() for name in names}
            return {name: blob for name, blob in blobs.items() if blob is not None and name in wanted}
        keys = [f"{_key(MACHINE, store)}\\{name}" for name in names]
        found = self._registry.branches([Branch(key, _BLOB, above=(MACHINE,)) for key in keys])
        read = {name.upper(): one.values.get("Blob") for name, one in zip(names, found, strict=True) if one}
        return {name: blob for name, blob in read.items() if blob is not None}

    def _listed(self, places: Sequence[tuple[str, str]]) -> Iterator[str]:
        for content in self._read(places):
            yield from (name.upper() for name in (content.below if content else ()))

    def _read(self, places: Sequence[tuple[str, str]], *, blobs: bool = False) -> tuple[KeyContent | None, ...]:
        known = (*_OWN, *_BROUGHT) if self._remembered else ()
        return self._registry.branches([_branch(*place, blobs=blobs or place in known) for place in places])

    def _passed(self, place: tuple[str, str], name: str, blob: Any) -> StoreEntry:
        if isinstance(blob, ValueTooLarge):
            return StoreEntry(Thumbprint(name), None, None, problem=f"{blob.what}. {blob.mend}", too_large=True)
        return self._parsed(place, name, blob)

    def _parsed(self, place: tuple[str, str], name: str, blob: bytes) -> StoreEntry:
        where = f"{self._host}: {place[1]} store, {name}"
        try:
            return parse_blob(blob, name=name, where=where)
        except RolloutError:
            # How long a value may be that reg.exe prints is known of no Windows: it is read once more, typed.
            again = None
            with suppress(ValueTooLarge):
                again = self._registry.binary_anew(f"{_key(*place)}\\{name}", "Blob")
            if again is None or again == blob:
                raise
            return parse_blob(again, name=name, where=where)


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
