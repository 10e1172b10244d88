# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the searches for findings look up again and again: built once for a plan, each look-up takes one step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, PlannedCertificate, RecordSet, SrvData
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Pool, SipDomain, Topology, Zone

# Top-level domains that the Internet does not resolve: RFC 2606, 6761, 6762, and what sites took for themselves.
INSIDE_ONLY = frozenset(
    ("local", "localdomain", "localhost", "internal", "intranet", "private", "lan", "home", "corp", "test", "invalid")
)
AddressKey = tuple[str, str]  # view, full name


@dataclass(frozen=True)
class Facts:
    """A topology and its plan with indexes.

    ``hosts``: (view, name) to its A or AAAA record (any one); ``aliases``: to the CNAME record; ``services``: to the
    SRV record. ``pools``: by FQDN. ``pool_of`` and ``held``: a server's pool and certificates, by the server's FQDN.
    """

    topology: Topology
    plan: Plan
    products: Mapping[str, Product]
    hosts: dict[AddressKey, RecordSet] = field(default_factory=dict)
    aliases: dict[AddressKey, RecordSet] = field(default_factory=dict)
    services: dict[AddressKey, RecordSet] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)
    pool_of: dict[str, Pool] = field(default_factory=dict)
    held: dict[str, list[PlannedCertificate]] = field(default_factory=dict)
    zones: dict[AddressKey, Zone] = field(default_factory=dict)
    indexes: dict[str, names.ZoneIndex] = field(default_factory=dict)
    views: set[str] = field(default_factory=set)
    _names: dict[str, frozenset[str]] = field(default_factory=dict)

    def pools_of_role(self, *roles: str) -> Iterator[Pool]:
        return (pool for pool in self.topology.pools if pool.role in roles)

    def knows(self, pool: Pool, feature: str) -> bool:
        """Whether the pool's product has a trait."""
        return self.products[pool.product].knows(feature)

    def has_view(self, view: str) -> bool:
        return view in self.indexes

    def home(self, sip_domain: SipDomain) -> Pool | None:
        """The pool that signs it in; None where the site has none or has left."""
        return None if sip_domain.cut_over else self.pools.get(sip_domain.home)

    def has_zone(self, view: str, name: str) -> bool:
        """Whether a record of this name has a place; where it has none, that alone is told."""
        return self.indexes[view].find(name) is not None if view in self.indexes else False

    def is_planned(self, view: str, name: str) -> bool:
        return (view, name) in self.hosts or (view, name) in self.aliases

    def targets(self, view: str, owner: str) -> tuple[str, ...]:
        """The targets of the SRV records of a name, each once, the first that clients take before the others."""
        record = self.services.get((view, owner))
        values = record.values if record is not None else ()
        return tuple(dict.fromkeys(value.target for value in values if isinstance(value, SrvData)))

    def names_of(self, pool: Pool) -> frozenset[str]:
        """Every name of the certificates that the pool's servers hold."""
        if pool.fqdn not in self._names:
            held = {one.id: one for server in pool.servers for one in self.held.get(server.fqdn, ())}
            self._names[pool.fqdn] = frozenset(
                name for one in held.values() for name in (one.common_name, *one.subject_alternative_names)
            )
        return self._names[pool.fqdn]


def gather(topology: Topology, plan: Plan, products: Mapping[str, Product]) -> Facts:
    facts = Facts(topology, plan, products)
    places = {"A": facts.hosts, "AAAA": facts.hosts, "CNAME": facts.aliases, "SRV": facts.services}
    for record in plan.records:
        if record.type in places:
            places[record.type][record.view, record.fqdn] = record
    for zone in topology.zones:
        facts.zones[zone.view, zone.name] = zone
        facts.views.add(zone.view)
    for view in {zone.view for zone in topology.zones}:
        facts.indexes[view] = names.ZoneIndex(zone.name for zone in topology.zones if zone.view == view)
    for pool in topology.pools:
        facts.pools[pool.fqdn] = pool
        for server in pool.servers:
            facts.pool_of[server.fqdn] = pool
    for certificate in plan.certificates:
        for holder in certificate.holders:
            facts.held.setdefault(holder, []).append(certificate)
    return facts


def exists_inside_only(name: str) -> bool:
    """Whether the Internet cannot know this name."""
    return "." not in name or name.rpartition(".")[2] in INSIDE_ONLY
