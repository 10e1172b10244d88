# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an import gives: a topology of ours, and what it could not know. What the site gives to fill that in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import FoundDeployment, NotImported


@dataclass(frozen=True)
class Assumption:
    """Something that the document does not say: what was written, why, and what to fill in.

    ``path``: where in the topology, such as ``pools[0].load_balancer``; empty for the whole.
    """

    path: str
    what: str
    why: str
    fill_in: str


@dataclass(frozen=True)
class Imported:
    """``topology``: the mapping that ``ucops_topology`` takes; ``notes``: in the order of the topology."""

    topology: Mapping[str, Any]
    notes: tuple[Assumption, ...]


@dataclass(frozen=True)
class Known:
    """What the site says beside the document. ``dns``, ``certificates``, ``simple_urls``: as in a topology, whole.

    ``product``: in place of the product that most pools have. ``addresses``: a server's, as a list (inside) or as in a
    topology; ``load_balancers``: a pool's; ``homes``: SIP domain to pool.
    """

    product: str | None = None
    ad_domain: str | None = None
    dns: Any = None
    certificates: Any = None
    simple_urls: Any = None
    addresses: Mapping[str, Any] = field(default_factory=dict)
    load_balancers: Mapping[str, Any] = field(default_factory=dict)
    homes: Mapping[str, str] = field(default_factory=dict)

    def refuse_strangers(self, found: FoundDeployment) -> None:
        """Raise NotImported for a name that the document does not have, so that no slip of the pen goes unnoticed."""
        servers = [machine.fqdn for cluster in found.clusters for machine in cluster.machines]
        pools = [cluster.fqdn for cluster in found.clusters]
        _refuse("addresses", "server", self.addresses, servers)
        _refuse("load_balancers", "pool", self.load_balancers, pools)
        _refuse("homes", "SIP domain", self.homes, found.sip_domains)
        _refuse("homes", "pool", self.homes.values(), pools)


def _refuse(key: str, what: str, given: Iterable[str], there: Iterable[str]) -> None:
    names = sorted(set(there))
    for name in given:
        if name not in names:
            raise NotImported(
                f"{key} names the {what} '{name}', which is not in the document",
                mend=f"It has {', '.join(names[:8])}{' and more' if len(names) > 8 else ''}",
            )
