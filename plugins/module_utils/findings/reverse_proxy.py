# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reverse proxy beside the Edge Servers: both listen on 443, so no address may be both's."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import (
    CERTIFICATES,
    RECORDS,
    Example,
    FindingKind,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, WARNING, Finding, SrvData
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import OUTSIDE_INTERFACES, Pool

_PROXY = "TechNet 'DNS Summary - Reverse Proxy' and 'Certificate Summary - Reverse Proxy' (Lync Server 2013)"

_HTTPS = 443  # where a reverse proxy listens

EDGE_AND_PROXY_SHARE_ADDRESS = FindingKind(
    code="edge-and-proxy-share-address",
    severity=ERROR,
    about=RECORDS,
    title="The Edge Servers and the reverse proxy share an address",
    message=(
        "{address} is the address of '{one}' at the Edge Servers and of '{name}' at the reverse proxy, and both listen"
        " on port 443"
    ),
    breaks="meetings, or sign-in from outside: one of the two cannot listen there",
    mend="Give the reverse proxy a public address of its own",
    source=f"{_PROXY}; J. Schertz 2012-07 'Lync Edge Best Practices'",
    decision="two listeners cannot share one address and port",
    example=Example(
        "lync",
        change={"pools[2].servers[0].addresses.external": ["131.107.155.20"]},
        where=("pools[2]",),
        near={"pools[2].servers[0].addresses.external": ["131.107.155.41"]},
        message=(
            "131.107.155.20 is the address of 'lsedge.contoso.net' at the Edge Servers and of"
            " 'lsrp.contoso.com' at the reverse proxy, and both listen on port 443"
        ),
    ),
)


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about the reverse proxy's addresses and certificate, and the Edge Servers'."""
    yield from _shared_certificates(facts)
    edges: dict[str, Pool] = {}
    taken: set[str] = set()
    for pool in facts.pools_of_role("edge"):
        edges.update((address, pool) for _interface, address in _addresses_outside(pool))
        taken.update(address for interface, address in _addresses_outside(pool) if _HTTPS in _ports(pool, interface))
    if not edges:
        return
    for pool in facts.pools_of_role("reverse_proxy"):
        for address in dict.fromkeys(address for _interface, address in _addresses_outside(pool)):
            if address in taken and address in edges:
                one = edges.pop(address)  # told once
                yield EDGE_AND_PROXY_SHARE_ADDRESS.at(pool.path, address=address, one=one.fqdn, name=pool.fqdn)
    yield from _web_names_at_the_edge(facts, edges)


EDGE_AND_PROXY_SHARE_CERTIFICATE = FindingKind(
    code="edge-and-proxy-share-certificate",
    severity=WARNING,
    about=CERTIFICATES,
    title="The Edge Servers and the reverse proxy hold one certificate",
    message="'{name}' shares the certificate outside of '{one}', with its key and the names of both",
    breaks=(
        "nothing by itself; the key leaves the first server and lies on servers of two kinds, and whoever has it at one"
        " answers as the other; each change of a published name renews both, and wildcards are not possible any more"
    ),
    mend="Leave shares_certificate_of out: the reverse proxy gets a certificate of its own",
    source=(
        f"{_PROXY} and 'Certificate Summary - Single Consolidated Edge' have one each; TechNet 'Wildcard Certificate"
        " Support': none on an Edge outside"
    ),
    decision="it works where every name is in the list, and the site wants it",
    example=Example(
        "lync",
        change={"pools[2].shares_certificate_of": "lsedge.contoso.net"},
        where=("pools[2].shares_certificate_of",),
        near={},
        message=(
            "'lsrp.contoso.com' shares the certificate outside of 'lsedge.contoso.net', with its key and the names of"
            " both"
        ),
    ),
)


def _shared_certificates(facts: Facts) -> Iterator[Finding]:
    for pool in facts.pools_of_role("reverse_proxy"):
        if pool.shares_certificate_of:
            where = f"{pool.path}.shares_certificate_of"
            yield EDGE_AND_PROXY_SHARE_CERTIFICATE.at(where, name=pool.fqdn, one=pool.shares_certificate_of)


def _ports(pool: Pool, interface: str) -> frozenset[int]:
    """The TCP ports that an Edge pool's services take at the addresses of an interface; ``external``: all of them."""
    if pool.edge is None:
        return frozenset()
    services = {"access": pool.edge.access, "web_conferencing": pool.edge.web_conferencing, "av": pool.edge.av}
    at = [services[interface]] if interface in services else services.values()
    return frozenset(service.port for service in at)


def _addresses_outside(pool: Pool) -> Iterator[tuple[str, str]]:
    """Interface and address, for all public addresses of its servers and its load balancer."""
    places = [server.addresses for server in pool.servers]
    if pool.load_balancer is not None:
        places.append(pool.load_balancer.vips)
    for place in places:
        for interface in OUTSIDE_INTERFACES:
            yield from ((interface, address) for address in place.get(interface, ()))


WEB_NAME_AT_EDGE = FindingKind(
    code="web-name-at-edge",
    severity=ERROR,
    about=RECORDS,
    title="A web name leads to the Edge Servers",
    message="'{name}' belongs to the reverse proxy, but leads outside to {address} of the Edge pool '{pool}'",
    breaks="web services outside: Edge Servers serve no web pages",
    mend="Lead the name to the reverse proxy's public address",
    source=f"{_PROXY}; J. Schertz 2012-07 'Lync Edge Best Practices'",
    decision="nothing answers HTTPS there",
    example=Example(
        "lync",
        change={"pools[0].web.external_fqdn": "sip.contoso.com"},
        where=(
            "sip.contoso.com",
            "sip.contoso.com",
        ),
        near={"pools[0].web.external_fqdn": "web.contoso.com"},
        message=(
            "'sip.contoso.com' belongs to the reverse proxy, but leads outside to 131.107.155.10 of the Edge"
            " pool 'lsedge.contoso.net'"
        ),
    ),
)


def _web_names_at_the_edge(facts: Facts, edges: dict[str, Pool]) -> Iterator[Finding]:
    urls = (url.host for url in facts.topology.simple_urls)
    discover = (f"lyncdiscover.{sip_domain.name}" for sip_domain in facts.topology.sip_domains)
    published = (pool.external_web_fqdn or "" for pool in facts.topology.pools)
    for name in dict.fromkeys((*urls, *discover, *published)):
        record = facts.hosts.get(("external", name))
        for value in record.values if record is not None else ():
            if not isinstance(value, SrvData) and value in edges:
                yield WEB_NAME_AT_EDGE.at(name, name=name, address=value, pool=edges[value].fqdn)
