# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine holds: its own certificates, their chains, and the authorities that it knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import find_chain
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import (
    CA,
    DISALLOWED,
    MY,
    ROOT,
    CertificateStores,
    StoreEntry,
    in_disallowed,
)


@dataclass(frozen=True, slots=True)
class HeldChain:
    """The issuers in the machine's own stores up to a root, one that it trusts where there is a way to one.

    ``problem``: why the machine does not trust it.
    """

    issuers: tuple[X509Certificate, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class HeldCertificate:
    """One certificate of the store MY. ``chain``: None where it was not asked for."""

    entry: StoreEntry
    chain: HeldChain | None

    def to_plain(self) -> dict[str, Any]:
        """Of a certificate that cannot be read only its thumbprint and why."""
        entry, key = self.entry, self.entry.key
        known = to_plain(entry.certificate.description if entry.certificate else {"thumbprint": entry.thumbprint})
        known |= {
            "problem": entry.problem,
            "friendly_name": entry.friendly_name,
            "has_private_key": key is not None,
            "provider": key.provider if key else None,
            "provider_type": key.provider_type if key else None,
        }
        if self.chain is None:
            return dict(known)
        return {**known, "chain": [one.pem for one in self.chain.issuers], "chain_problem": self.chain.problem}


@dataclass(frozen=True, slots=True)
class Holding:
    """All of it. ``roots``, ``authorities`` and ``disallowed``: thumbprints that count for the machine, Group
    Policy's and Active Directory's included."""

    certificates: tuple[HeldCertificate, ...]
    roots: tuple[str, ...]
    authorities: tuple[str, ...]
    disallowed: tuple[str, ...]

    def to_result(self) -> dict[str, Any]:
        """The documented result of ``certificate_info``."""
        return {
            "changed": False,
            "certificates": [held.to_plain() for held in self.certificates],
            "root_thumbprints": list(self.roots),
            "authority_thumbprints": list(self.authorities),
            "disallowed_thumbprints": list(self.disallowed),
        }


def read_holding(
    stores: CertificateStores, names: Sequence[Thumbprint] | None, *, chains: bool, now: datetime, where: str
) -> Holding:
    """What a machine holds; ``names``: of its own certificates these, None for all."""
    stores = stores.at_once()
    roots, authorities = stores.effective_thumbprints(ROOT), _ReadOnce(stores.authorities())
    disallowed = stores.effective_thumbprints(DISALLOWED)
    return Holding(
        tuple(
            HeldCertificate(entry, _chain(authorities, entry, roots, disallowed, now, where) if chains else None)
            for entry in stores.entries(MY, names)
        ),
        tuple(sorted(roots)),
        tuple(sorted(stores.effective_thumbprints(CA))),
        tuple(sorted(disallowed)),
    )


class _ReadOnce:
    """Certificates that are expensive to read, for several chains: each is read once, and as few as are needed."""

    def __init__(self, source: Iterator[X509Certificate]) -> None:
        self._source = source
        self._read: list[X509Certificate] = []

    def __iter__(self) -> Iterator[X509Certificate]:
        yield from self._read
        for one in self._source:
            self._read.append(one)
            yield one


def _chain(
    authorities: Iterable[X509Certificate],
    entry: StoreEntry,
    roots: frozenset[str],
    disallowed: frozenset[str],
    now: datetime,
    where: str,
) -> HeldChain:
    if entry.certificate is None:
        return HeldChain(problem=entry.problem)
    if refused := _refused((entry.certificate,), disallowed):
        return HeldChain(problem=refused)
    try:
        issuers = find_chain(entry.certificate, (), authorities, now=now, where=where, trusted=roots)
    except RolloutError as error:
        return _distrusted(entry.certificate, authorities, now, where, error.what)
    return HeldChain(issuers, _refused(issuers, disallowed))


def _distrusted(
    certificate: X509Certificate, authorities: Iterable[X509Certificate], now: datetime, where: str, reason: str
) -> HeldChain:
    """The way to a root that the machine does not trust, or where every way ends."""
    try:
        return HeldChain(find_chain(certificate, (), authorities, now=now, where=where), reason)
    except RolloutError as error:
        return HeldChain(problem=error.what)


def _refused(certificates: Iterable[X509Certificate], disallowed: frozenset[str]) -> str:
    """Whether the machine refuses one of them whatever vouches for it."""
    told = (in_disallowed(one) for one in certificates if one.thumbprint in disallowed)
    return next(told, "")
