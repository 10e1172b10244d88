# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Edge Servers: load balancing, ports, DNS suffix, and the addresses that the outside gets to see."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import LEFT_OUT, RECORDS, Example, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, NOTE, WARNING, Finding
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Edge, Outside, Pool

SERVICES = ("access", "web_conferencing", "av")
_VIPS_INSIDE = ("sip", "web", "conferencing", "internal")
# Private ones, the one that carriers share between customers, loopback, and link-local.
UNREACHED = tuple(
    ipaddress.ip_network(net)
    for net in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
        *("100.64.0.0/10", "127.0.0.0/8", "::1/128", "169.254.0.0/16", "fe80::/10"),
    )
)
_EDGE = "'Edge Server environmental requirements' (Skype for Business Server)"


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about Edge Servers, and the addresses outside of the reverse proxy too."""
    for pool in facts.pools_of_role("edge"):
        yield from _edge_pool(pool)
    for pool in facts.pools_of_role("edge", "reverse_proxy"):
        yield from _addresses(pool)
    yield from _inside_and_outside(facts)


EDGE_LOAD_BALANCER_DIFFERS = FindingKind(
    code="edge-load-balancer-differs",
    severity=ERROR,
    about=RECORDS,
    title="An Edge pool is balanced differently inside and outside",
    message="'{pool}' is balanced by {inside} inside and by {outside} outside",
    breaks="audio, video and application sharing across the Edge; the product does not support it",
    mend="Use the same kind of load balancing on both sides",
    source="'Load balancing requirements' (Skype for Business Server); TechNet 'DNS Load Balancing'",
    decision="not supported, and media fail",
    example=Example(
        "lync",
        change={"pools[1].load_balancer.external_type": "hardware"},
        where=("pools[1].load_balancer.external_type",),
        near={"pools[1].load_balancer.external_type": "dns"},
        message="'lsedge.contoso.net' is balanced by dns inside and by hardware outside",
    ),
)
EDGE_NEEDS_DNS_SUFFIX = FindingKind(
    code="edge-needs-dns-suffix",
    severity=NOTE,
    about=RECORDS,
    title="An Edge Server outside the domain needs its DNS suffix set by hand",
    message="'{name}', usually no member of the domain, must have the primary DNS suffix '{suffix}'",
    breaks="publishing the topology and replication to the Edge Server: it is known by its short name only",
    mend="Set the primary DNS suffix in the system's properties before the product is installed",
    source="TechNet 'Configure DNS for Edge Support' (Lync Server 2013)",
    decision="a reminder: the planner cannot see the server's suffix",
    example=Example(
        "lync",
        change={"sip_domains[0].srv_target": "sip"},
        where=(
            "pools[1].servers[0].fqdn",
            "pools[1].servers[1].fqdn",
        ),
        near={"pools[1]": LEFT_OUT},
        message=(
            "'edge01.contoso.net', usually no member of the domain, must have the primary DNS suffix 'contoso.net'"
        ),
    ),
)


def _edge_pool(pool: Pool) -> Iterator[Finding]:
    balancer = pool.load_balancer
    if balancer is not None and balancer.external_type not in ("", balancer.type):
        where, kinds = f"{pool.path}.load_balancer.external_type", (balancer.type, balancer.external_type)
        yield EDGE_LOAD_BALANCER_DIFFERS.at(where, pool=pool.fqdn, inside=kinds[0], outside=kinds[1])
    for server in pool.servers:
        suffix = names.parent(server.fqdn)
        yield EDGE_NEEDS_DNS_SUFFIX.at(f"{server.path}.fqdn", name=server.fqdn, suffix=suffix)
        if pool.edge is not None:
            yield from _shared_ports(pool.edge, server.addresses, f"{server.path}.addresses")
    if balancer is not None and pool.edge is not None:
        yield from _shared_ports(pool.edge, balancer.vips, f"{pool.path}.load_balancer.vips")


EDGE_SERVICES_SHARE_PORT = FindingKind(
    code="edge-services-share-port",
    severity=ERROR,
    about=RECORDS,
    title="Two services of an Edge Server share an address and a port",
    message="{address} port {port} is given to '{one}' and to '{name}'",
    breaks="one of the two services does not start",
    mend="Give each service an address of its own, or on one address a port of its own (5061, 444, 443)",
    source=f"{_EDGE}; TechNet 'Port Summary - Single Consolidated Edge' (Lync Server 2013)",
    decision="two listeners cannot share one address and port",
    example=Example(
        "lync",
        change={"pools[1].servers[0].addresses.av": ["131.107.155.20"]},
        where=("pools[1].servers[0].addresses",),
        near={
            "pools[1].servers[0].addresses.av": ["131.107.155.20"],
            "pools[1].edge.web_conferencing": {"fqdn": "webcon.contoso.com", "port": 444},
        },
        message="131.107.155.20 port 443 is given to 'web_conferencing' and to 'av'",
    ),
)


def _shared_ports(edge: Edge, addresses: Mapping[str, tuple[str, ...]], where: str) -> Iterator[Finding]:
    taken: dict[tuple[str, int], str] = {}
    for service in SERVICES:
        port = getattr(edge, service).port
        for address in addresses.get(service) or addresses.get("external") or ():
            one = taken.setdefault((address, port), service)
            if one != service:
                yield EDGE_SERVICES_SHARE_PORT.at(where, address=address, port=port, one=one, name=service)


PRIVATE_ADDRESS_OUTSIDE = FindingKind(
    code="private-address-outside",
    severity=WARNING,
    about=RECORDS,
    title="The outside is told an address that the Internet does not reach",
    message="'{name}' leads outside to {address}, which no one on the Internet reaches",
    breaks="everybody outside who follows the name",
    mend="Give the public address; behind NAT write {{private: ..., public: ...}}",
    source="RFC 1918, RFC 4193 (private), RFC 6598 (shared by a carrier), RFC 6890 (loopback, link-local)",
    decision="the outside may be a partner's private network",
    example=Example(
        "lync",
        change={"pools[1].servers[0].addresses.av": ["10.45.16.30"]},
        where=("pools[1].servers[0].addresses.av",),
        near={"pools[1].servers[0].addresses.av": [{"private": "10.45.16.30", "public": "131.107.155.30"}]},
        message="'edge01.contoso.net' leads outside to 10.45.16.30, which no one on the Internet reaches",
    ),
)


ADDRESS_INSIDE_AND_OUTSIDE = FindingKind(
    code="address-inside-and-outside",
    severity=WARNING,
    about=RECORDS,
    title="One address is both the inner and the outer one",
    message="{address} is the internal address of '{inside}' and the address outside of '{name}'",
    breaks="the Edge or the reverse proxy: its two network interfaces need addresses of two networks",
    mend="Give the outer interface an address of its own; behind NAT write {{private: ..., public: ...}}",
    source=f"{_EDGE}: internal and external interfaces on separate subnets",
    decision="a mistake nearly always, yet nothing inside breaks",
    example=Example(
        "lync",
        change={"pools[2].servers[0].addresses.internal": ["131.107.155.40"]},
        where=("pools[2].servers[0].addresses.external",),
        near={"pools[2].servers[0].addresses.internal": ["172.25.33.40"]},
        message=(
            "131.107.155.40 is the internal address of 'lsrp.contoso.com' and the address outside of 'lsrp.contoso.com'"
        ),
    ),
)


def _inside_and_outside(facts: Facts) -> Iterator[Finding]:
    """Addresses outside, as DNS shows them or as the server has them, that somebody has inside; each told once."""
    inside: dict[str, str] = {}
    for pool in facts.topology.pools:
        for server in pool.servers:
            for address in server.addresses.get("internal", ()):
                inside.setdefault(address, server.fqdn)
        balanced = pool.load_balancer.vips if pool.load_balancer else {}
        for address in (one for service in _VIPS_INSIDE for one in balanced.get(service, ())):
            inside.setdefault(address, pool.fqdn)
    for pool in facts.pools_of_role("edge", "reverse_proxy"):
        for outside, name, where in _places_outside(pool):
            for interface, some in outside.items():
                for address in dict.fromkeys(text for one in some for text in (one.public, one.private) if text):
                    if address in inside:
                        owner = inside.pop(address)
                        values = {"address": address, "inside": owner, "name": name}
                        yield ADDRESS_INSIDE_AND_OUTSIDE.at(f"{where}.{interface}", **values)


def _places_outside(pool: Pool) -> Iterator[tuple[Mapping[str, tuple[Outside, ...]], str, str]]:
    """Interface to addresses of the load balancer and of each server, with whose they are and where they are given."""
    if pool.load_balancer is not None:
        yield pool.load_balancer.outside, pool.fqdn, f"{pool.path}.load_balancer.vips"
    for server in pool.servers:
        yield server.outside, server.fqdn, f"{server.path}.addresses"


def _addresses(pool: Pool) -> Iterator[Finding]:
    for outside, name, where in _places_outside(pool):
        yield from _private(outside, name, where)


def _private(outside: Mapping[str, tuple[Outside, ...]], name: str, where: str) -> Iterator[Finding]:
    for interface, some in outside.items():
        for one in some:
            address = ipaddress.ip_address(one.public)
            if any(address.version == net.version and address in net for net in UNREACHED):
                yield PRIVATE_ADDRESS_OUTSIDE.at(f"{where}.{interface}", name=name, address=one.public)
