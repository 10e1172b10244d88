# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pitfalls of names of web services and simple URLs, and of what stands at the reverse proxy."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import finding
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding, SrvData
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Pool, SimpleUrl

EDGE_INTERFACES = ("access", "web_conferencing", "av", "external")


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about web names."""
    for pool in facts.pools_of_role("front_end", "director"):
        yield from _web_names(facts, pool)
    yield from _external_names(facts)
    yield from _simple_urls(facts)
    yield from _at_the_edge(facts)


def _external_names(facts: Facts) -> Iterator[Finding]:
    """Each external name belongs to one pool, and somebody publishes it."""
    taken: dict[str, Pool] = {}
    for pool in facts.pools_of_role("front_end", "director"):
        name, where = pool.external_web_fqdn, f"{pool.path}.web.external_fqdn"
        if not name:
            continue
        one = taken.setdefault(name, pool)
        if one is not pool:
            yield finding("external-web-name-shared", where=where, name=name, one=one.fqdn, other=pool.fqdn)
        if facts.has_zone("external", name) and not facts.is_planned("external", name):
            yield finding("external-web-name-not-published", where=where, name=name, pool=pool.fqdn)


def _web_names(facts: Facts, pool: Pool) -> Iterator[Finding]:
    where = f"{pool.path}.web.internal_fqdn"
    if pool.balanced_by_dns and pool.web_farm_fqdn == pool.fqdn:
        yield finding("web-name-is-pool-name", where=where, pool=pool.fqdn)
    if pool.external_web_fqdn and pool.external_web_fqdn == pool.web_farm_fqdn:
        where_external = f"{pool.path}.web.external_fqdn"
        yield finding("web-names-equal", where=where_external, name=pool.web_farm_fqdn, pool=pool.fqdn)
    for name, key in ((pool.web_farm_fqdn, "internal_fqdn"), (pool.external_web_fqdn, "external_fqdn")):
        if name in facts.pool_of and pool.edition == "enterprise" and len(pool.servers) > 1:
            yield finding("web-name-is-server-name", where=f"{pool.path}.web.{key}", name=name, pool=pool.fqdn)


def _simple_urls(facts: Facts) -> Iterator[Finding]:
    domains = {sip_domain.name for sip_domain in facts.topology.sip_domains}
    told: set[str] = set()
    for url in facts.topology.simple_urls:
        if url.host in told:
            continue
        told.add(url.host)
        if url.host in facts.pools and facts.pools[url.host].edition == "enterprise":
            yield finding("simple-url-is-pool-name", where=url.place, name=url.host, pool=url.host)
        if url.host in domains:
            yield finding("simple-url-is-sip-domain", where=url.place, name=url.host)
    yield from _prefixes(facts.topology.simple_urls)


def _prefixes(urls: tuple[SimpleUrl, ...]) -> Iterator[Finding]:
    """Sorted, all URLs that begin with one stand together right after it."""
    shorter: tuple[str, SimpleUrl] | None = None
    for placed in sorted(((f"{url.host}{url.path.rstrip('/')}/".lower(), url) for url in urls), key=_text):
        if shorter is not None and placed[0].startswith(shorter[0]):
            url, one = placed[1], shorter[1]
            yield finding("simple-url-inside-another", where=url.place, name=url.url, one=one.url)
        else:
            shorter = placed


def _text(placed: tuple[str, SimpleUrl]) -> str:
    return placed[0]


def _at_the_edge(facts: Facts) -> Iterator[Finding]:
    """The Edge Servers and the reverse proxy listen on 443 each: no address may be both's."""
    edges: dict[str, Pool] = {}
    for pool in facts.pools_of_role("edge"):
        edges.update((address, pool) for address in _addresses_outside(pool))
    if not edges:
        return
    for pool in facts.pools_of_role("reverse_proxy"):
        for address in dict.fromkeys(_addresses_outside(pool)):
            if address in edges:
                words = {"address": address, "one": edges[address].fqdn, "name": pool.fqdn}
                yield finding("edge-and-proxy-share-address", where=pool.path, **words)
                del edges[address]  # told once
    yield from _web_names_at_the_edge(facts, edges)


def _addresses_outside(pool: Pool) -> Iterator[str]:
    """All public addresses of its servers and its load balancer."""
    places = [server.addresses for server in pool.servers]
    if pool.load_balancer is not None:
        places.append(pool.load_balancer.vips)
    for place in places:
        for interface in EDGE_INTERFACES:
            yield from place.get(interface, ())


def _web_names_at_the_edge(facts: Facts, edges: dict[str, Pool]) -> Iterator[Finding]:
    urls = (url.host for url in facts.topology.simple_urls)
    discover = (f"lyncdiscover.{sip_domain.name}" for sip_domain in facts.topology.sip_domains)
    published = (pool.external_web_fqdn or "" for pool in facts.topology.pools)
    for name in dict.fromkeys((*urls, *discover, *published)):
        record = facts.hosts.get(("external", name))
        for value in record.values if record is not None else ():
            if not isinstance(value, SrvData) and value in edges:
                yield finding("web-name-at-edge", where=name, name=name, address=value, pool=edges[value].fqdn)
