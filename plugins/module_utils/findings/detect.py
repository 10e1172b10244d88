# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known to go wrong in practice although the plan holds together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.findings import certificates, edge, sign_in, web
from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import gather
from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import finding
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding, Plan
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Pool, Topology, Zone

USUAL_NAMES_OUTSIDE = ("www", "mail", "autodiscover", "owa", "ftp")


def look_for_pitfalls(topology: Topology, plan: Plan, products: Mapping[str, Product] = PRODUCTS) -> Iterator[Finding]:
    """All that speaks against a plan that holds together. Linear in the plan's size; raises nothing."""
    facts = gather(topology, plan, products)
    yield from _zones(topology, plan)
    yield from _addresses(topology)
    yield from sign_in.look(facts)
    for pool in topology.pools:
        yield from _subject(pool)
    yield from web.look(facts)
    yield from edge.look(facts)
    yield from certificates.look(facts)


def _zones(topology: Topology, plan: Plan) -> Iterator[Finding]:
    planned: dict[tuple[str, str], set[str]] = {(zone.view, zone.name): set() for zone in topology.zones}
    for record in plan.records:
        planned.setdefault((record.view, record.zone), set()).add(record.name)
    for zone in topology.zones:
        if zone.kind == "pin_point":
            continue
        owners = planned[zone.view, zone.name]
        if not owners:
            yield finding("zone-without-records", where=zone.path, name=zone.name)
        hidden = _hidden(zone, owners)
        if hidden:
            yield finding("zone-hides-names", where=zone.path, name=zone.name, hidden=hidden)


def _hidden(zone: Zone, owners: set[str]) -> str:
    """The names that go out of sight, as text; empty where none do. A pin-point zone holds one name and hides none."""
    if zone.view != "internal" or zone.if_missing != "create" or owners == {names.APEX}:
        return ""
    if zone.known_names is None:
        usual = ", ".join(name for name in USUAL_NAMES_OUTSIDE if name not in zone.copied_names)
        return f"every name that exists outside and is not copied (such as {usual})"
    copied = owners.union(zone.copied_names)
    return ", ".join(sorted(name for name in set(zone.known_names) if name not in copied))


def _addresses(topology: Topology) -> Iterator[Finding]:
    """One address for two servers, for two pools, or for a server and the virtual address of another pool."""
    seen: dict[str, str] = {}
    for address, name, path in _uses(topology):
        one = seen.setdefault(address, name)
        if one != name:
            yield finding("address-shared", where=path, address=address, one=one, name=name)


def _uses(topology: Topology) -> Iterator[tuple[str, str, str]]:
    for pool in topology.pools:
        vips = pool.load_balancer.vips if pool.load_balancer else {}
        for address in dict.fromkeys(address for some in vips.values() for address in some):
            yield address, pool.fqdn, f"{pool.path}.load_balancer.vips"
        for server in pool.servers:
            for address in server.addresses.get("internal", ()):
                yield address, server.fqdn, f"{server.path}.addresses.internal"


def _subject(pool: Pool) -> Iterator[Finding]:
    if len(pool.fqdn) > names.LONGEST_COMMON_NAME:
        yield finding("common-name-too-long", where=f"{pool.path}.fqdn", name=pool.fqdn, length=len(pool.fqdn))
