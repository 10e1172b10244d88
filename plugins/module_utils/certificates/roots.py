# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server's stores have of the authorities above its certificates: known before one is made. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import build_chain, is_root
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, load_certificates
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint


def untrusted_root(root: X509Certificate, *, where: str, begun: str = "") -> RolloutError:
    """The error for a root that a server does not have and may not be given. ``begun``: a sentence of what was done."""
    return RolloutError(
        f"this server does not trust the root '{root.subject}', thumbprint {root.thumbprint}",
        where=where,
        mend=f"{begun}Compare the thumbprint with the CA's owner, then either publish the root by Group Policy, which"
        " reaches no host in a workgroup, or give the thumbprint in trusted_roots (pool_certificates_trusted_roots)",
    )


def chain_above(certificates: Sequence[X509Certificate], *, now: datetime, where: str) -> tuple[X509Certificate, ...]:
    """From a CA's own certificate up to its root.

    :param certificates: as ``authority_info`` has them, the newest of the CA's own first; empty where nobody knows.
    :raises RolloutError: they do not lead to a root.
    """
    if not certificates:
        return ()
    own, *above = certificates
    return (own, *(() if is_root(own) else build_chain(own, above, now=now, where=where)))


@dataclass(frozen=True, slots=True)
class KnownAuthorities:
    """Thumbprints that count for a machine, those of Group Policy and Active Directory included."""

    roots: frozenset[str]
    intermediates: frozenset[str]
    disallowed: frozenset[str]

    def lacking(
        self, chains: Iterable[Sequence[X509Certificate]], trusted_roots: Sequence[Thumbprint]
    ) -> tuple[X509Certificate, ...]:
        """What the machine lacks of chains (``chain_above``), each once, the intermediates of a chain before its root.

        A chain whose root it neither trusts nor may be given, and one of which it disallows a certificate, is left
        alone: whoever decided that did so elsewhere, and the proof of trust tells it.
        """
        wanted = {one.thumbprint: one for chain in chains for one in self._lacking(chain, trusted_roots)}
        return tuple(wanted.values())

    def _lacking(
        self, chain: Sequence[X509Certificate], trusted_roots: Sequence[Thumbprint]
    ) -> Iterator[X509Certificate]:
        *intermediates, root = chain
        trusted = root.thumbprint in self.roots or root.thumbprint in trusted_roots
        if not trusted or any(one.thumbprint in self.disallowed for one in chain):
            return
        yield from (one for one in intermediates if one.thumbprint not in self.intermediates)
        if root.thumbprint not in self.roots:
            yield root


def lacks_authorities(
    held: Mapping[str, Any], authorities: Mapping[str, Sequence[str]], trusted_roots: Sequence[str], *, now: datetime
) -> bool:
    """Whether a server is to be given any certificate of an authority.

    :param held: what ``certificate_info`` returns of it; what is not known lacks nothing.
    :param authorities: a CA's host to its certificates (PEM), as ``authority_info`` has them.
    """
    if held.get("root_thumbprints") is None or held.get("authority_thumbprints") is None:
        return False
    known = KnownAuthorities(
        frozenset(held["root_thumbprints"]),
        frozenset(held["authority_thumbprints"]),
        frozenset(held.get("disallowed_thumbprints") or ()),
    )
    return bool(known.lacking(chains_of(authorities, now=now), tuple(map(Thumbprint, trusted_roots))))


def chains_of(authorities: Mapping[str, Sequence[str]], *, now: datetime) -> list[tuple[X509Certificate, ...]]:
    """The chain of each CA; of one whose certificates lead to no root, which its own check tells, none."""
    found = []
    for host, certificates in authorities.items():
        try:
            found.append(chain_above(load_certificates("\n".join(certificates), where=host), now=now, where=host))
        except RolloutError:
            continue
    return [chain for chain in found if chain]
