# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pitfalls of Edge Servers, of federation, and of what the Internet gets to see."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts, exists_inside_only
from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import finding
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Edge, Outside, Pool

SERVICES = ("access", "web_conferencing", "av")
PRIVATE = tuple(ipaddress.ip_network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about the Edge and the outside."""
    yield from _federation(facts)
    yield from _domains_inside_only(facts)
    for pool in facts.pools_of_role("edge"):
        yield from _edge_pool(pool)
    for pool in facts.pools_of_role("edge", "reverse_proxy"):
        yield from _addresses(pool)
    yield from _inferred(facts)


def _federation(facts: Facts) -> Iterator[Finding]:
    wanted = facts.topology.federation
    found_by_dns = wanted.partner_discovery or wanted.push_notifications or wanted.hosted_exchange_um
    default = facts.topology.sip_domains[0]
    # Also where it is said not to exist outside: those outside ask for the default SIP domain all the same.
    if (found_by_dns or facts.topology.hybrid is not None) and exists_inside_only(default.name):
        yield finding("default-sip-domain-internal-only", where=default.path, name=default.name)
    if not found_by_dns or not facts.has_view("external"):
        return
    for sip_domain in facts.topology.sip_domains:
        owner = f"_sipfederationtls._tcp.{sip_domain.name}"
        if sip_domain.edge and sip_domain.outside and ("external", owner) not in facts.services:
            yield finding("federation-record-missing", where=sip_domain.path, name=owner)


def _domains_inside_only(facts: Facts) -> Iterator[Finding]:
    for sip_domain in facts.topology.sip_domains:
        if not exists_inside_only(sip_domain.name):
            continue
        owners = [f"{service}.{sip_domain.name}" for service in ("_sip._tls", "_sipfederationtls._tcp")]
        shown = any(("external", owner) in facts.services for owner in owners)
        if shown or facts.is_planned("external", f"sip.{sip_domain.name}"):
            yield finding("sip-domain-internal-only", where=sip_domain.path, domain=sip_domain.name)


def _edge_pool(pool: Pool) -> Iterator[Finding]:
    balancer = pool.load_balancer
    if balancer is not None and balancer.external_type not in ("", balancer.type):
        yield finding(
            "edge-load-balancer-differs",
            where=f"{pool.path}.load_balancer.external_type",
            pool=pool.fqdn,
            inside=balancer.type,
            outside=balancer.external_type,
        )
    for server in pool.servers:
        suffix = names.parent(server.fqdn)
        yield finding("edge-needs-dns-suffix", where=f"{server.path}.fqdn", name=server.fqdn, suffix=suffix)
        if pool.edge is not None:
            yield from _shared_ports(pool.edge, server.addresses, f"{server.path}.addresses")
    if balancer is not None and pool.edge is not None:
        yield from _shared_ports(pool.edge, balancer.vips, f"{pool.path}.load_balancer.vips")


def _shared_ports(edge: Edge, addresses: Mapping[str, tuple[str, ...]], where: str) -> Iterator[Finding]:
    taken: dict[tuple[str, int], str] = {}
    for service in SERVICES:
        port = getattr(edge, service).port
        for address in addresses.get(service) or addresses.get("external") or ():
            one = taken.setdefault((address, port), service)
            if one != service:
                yield finding(
                    "edge-services-share-port", where=where, address=address, port=port, one=one, name=service
                )


def _addresses(pool: Pool) -> Iterator[Finding]:
    balancer = pool.load_balancer
    if balancer is not None:
        yield from _private(balancer.outside, pool.fqdn, f"{pool.path}.load_balancer.vips")
    for server in pool.servers:
        yield from _private(server.outside, server.fqdn, f"{server.path}.addresses")


def _private(outside: Mapping[str, tuple[Outside, ...]], name: str, where: str) -> Iterator[Finding]:
    for interface, some in outside.items():
        for one in some:
            address = ipaddress.ip_address(one.public)
            if any(address.version == net.version and address in net for net in PRIVATE):
                yield finding("private-address-outside", where=f"{where}.{interface}", name=name, address=one.public)


def _inferred(facts: Facts) -> Iterator[Finding]:
    """Once for each product, at its first pool."""
    first: dict[str, Pool] = {}
    for pool in facts.topology.pools:
        product = facts.products[pool.product]
        if product.inferred_from and first.setdefault(pool.product, pool) is pool:
            told = {"product": product.title, "predecessor": product.inferred_from}
            yield finding("product-inferred", where=pool.path, **told)
