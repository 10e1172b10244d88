# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The deployment as a whole: who signs in whom, who answers which names. Looked up by name: planning stays linear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.model import INTERNAL, VIEWS
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import (
    Pool,
    Server,
    SimpleUrl,
    SipDomain,
    Topology,
)

T = TypeVar("T")

_ORDER_OF_PUBLISHING = ("front_end", "director")
APEX_KIND = "pin_point"


def servers_with(pool: Pool, role: str) -> tuple[Server, ...]:
    """The servers that carry a role; those without roles carry all."""
    if not role or not any(server.roles for server in pool.servers):
        return pool.servers
    return tuple(server for server in pool.servers if not server.roles or role in server.roles)


class Deployment:
    """Indexes of a topology. ``products``: rules by id, whose features say what a pool answers."""

    def __init__(self, topology: Topology, products: Mapping[str, Product]) -> None:
        self.topology = topology
        self._products = products
        self._pools = {pool.fqdn: pool for pool in topology.pools}
        self._zones = {(zone.view, zone.name): zone for zone in topology.zones}
        self._indexes = {
            view: names.ZoneIndex(zone.name for zone in topology.zones if zone.view == view) for view in VIEWS
        }
        self._served: dict[str, tuple[SipDomain, ...]] = {}
        self.remembered: dict[tuple[str, ...], Any] = {}  # what words of the vocabulary found out once

    @property
    def default_sip_domain(self) -> str:
        return self.topology.sip_domains[0].name

    def knows(self, pool: Pool, feature: str) -> bool:
        return self._products[pool.product].knows(feature)

    def has_product(self, name: str) -> bool:
        return name in self._product_names

    @cached_property
    def _product_names(self) -> frozenset[str]:
        return frozenset(pool.product for pool in self.topology.pools)

    # SIP domains

    @cached_property
    def _here(self) -> tuple[SipDomain, ...]:
        return tuple(one for one in self.topology.sip_domains if not one.cut_over)

    @cached_property
    def _first_contact(self) -> dict[str, list[SipDomain]]:
        return _grouped((one.first_contact, one) for one in self._here)

    @cached_property
    def _signed_in(self) -> dict[str, list[SipDomain]]:
        """Those at home, and those that a Director is sent."""
        return _grouped((pool, one) for one in self._here for pool in dict.fromkeys((one.home, one.director)))

    @cached_property
    def _backed(self) -> dict[str, list[SipDomain]]:
        return _grouped((one.backup.pool, one) for one in self._here if one.backup is not None)

    @cached_property
    def _outside(self) -> dict[str, list[SipDomain]]:
        return _grouped((one.edge, one) for one in self._here if one.outside)

    @cached_property
    def _cut_over(self) -> dict[str, list[SipDomain]]:
        return _grouped((one.home or one.edge, one) for one in self.topology.sip_domains if one.cut_over)

    def first_contact_of(self, pool: Pool) -> Iterable[SipDomain]:
        """The SIP domains whose clients are sent to this pool first."""
        return self._first_contact.get(pool.fqdn, ())

    def signed_in_by(self, pool: Pool) -> Iterable[SipDomain]:
        return self._signed_in.get(pool.fqdn, ())

    def backed_by(self, pool: Pool) -> Iterable[SipDomain]:
        """The SIP domains whose second SRV record leads to this pool."""
        return self._backed.get(pool.fqdn, ())

    def outside_at(self, pool: Pool) -> Iterable[SipDomain]:
        """The SIP domains that this Edge pool serves outside."""
        return self._outside.get(pool.fqdn, ())

    def cut_over_at(self, pool: Pool) -> Iterable[SipDomain]:
        return self._cut_over.get(pool.fqdn, ())

    def xmpp_at(self, pool: Pool) -> Iterable[SipDomain]:
        return (one for one in self.outside_at(pool) if one.name in self._xmpp)

    @cached_property
    def _xmpp(self) -> frozenset[str]:
        return frozenset(self.topology.xmpp.domains)

    def served_by(self, pool: Pool) -> tuple[SipDomain, ...]:
        """The SIP domains whose meeting and autodiscover names the pool's certificates hold."""
        found = self._served.get(pool.fqdn)
        if found is None:
            found = self._served[pool.fqdn] = self._find_served(pool)
        return found

    def _find_served(self, pool: Pool) -> tuple[SipDomain, ...]:
        if pool.serves is not None:
            wanted = set(pool.serves)
            return tuple(one for one in self._here if one.name in wanted)
        at_home = [*self._signed_in.get(pool.fqdn, ()), *self.backed_by(pool)]
        answered = self._discovered.get(pool.fqdn, [])
        merged = tuple({one.name: one for one in (*at_home, *answered)}.values())
        return merged or self._here

    # Autodiscover

    @cached_property
    def _discovered(self) -> dict[str, list[SipDomain]]:
        given = self.topology.autodiscover.pool
        placed = ((self._answering(given, one, "autodiscover"), one) for one in self._here)
        return _grouped((pool, one) for pool, one in placed if pool)

    def discovered_at(self, pool: Pool) -> Iterable[SipDomain]:
        """The SIP domains whose autodiscover names lead to this pool."""
        return self._discovered.get(pool.fqdn, ())

    def internal_discovery(self, sip_domain: SipDomain) -> str:
        """``a``, ``cname`` or ``none``; an alias cannot stand at the apex of a pin-point zone, an address can."""
        form = self.topology.autodiscover.internal
        if form == "cname" and self._at_apex(INTERNAL, f"lyncdiscoverinternal.{sip_domain.name}"):
            return "a"
        return form

    def sip_form(self, view: str, sip_domain: SipDomain, target: str) -> str:
        """``a`` or ``cname`` for sip.<SIP domain>, whose alias would lead to the target."""
        return self._form(view, sip_domain.sip_forms[view], f"sip.{sip_domain.name}", target)

    def url_form(self, view: str, url: SimpleUrl, target: str) -> str:
        """``a`` or ``cname`` for the host of a URL, whose alias would lead to the target."""
        return self._form(view, self.topology.simple_url_forms[view], url.host, target)

    def _form(self, view: str, wanted: str, name: str, target: str) -> str:
        """No name is an alias of itself, and none stands at a zone's apex."""
        return "a" if wanted == "a" or name == target or self._at_apex(view, name) else wanted

    def _at_apex(self, view: str, fqdn: str) -> bool:
        index = self._indexes.get(view)
        found = index.find(fqdn) if index else None
        return found is not None and (found == fqdn or self._zones[view, found].kind == APEX_KIND)

    def _answering(self, given: str, sip_domain: SipDomain, feature: str) -> str:
        """The pool whose web services answer for a SIP domain: the given one, its Director, or its home."""
        for name in (given, sip_domain.director, sip_domain.home):
            pool = self._pools.get(name)
            if pool is not None and self.knows(pool, feature):
                return name
        return ""

    # Simple URLs

    @cached_property
    def _url_pools(self) -> tuple[tuple[str, SimpleUrl], ...]:
        domains = {one.name: one for one in self._here}
        default = self.topology.sip_domains[0]
        found: list[tuple[str, SimpleUrl]] = []
        hosts: dict[str, str] = {}  # one host, one pool: the first URL of a host decides
        for url in self.topology.simple_urls:
            sip_domain = domains.get(url.sip_domain, default if url.kind != "meet" else None)
            if sip_domain is not None:
                pool = hosts.get(url.host) or self._answering(url.pool, sip_domain, _feature_of(url))
                hosts.setdefault(url.host, pool)
                found.append((pool, url))
        return tuple((pool, url) for pool, url in found if pool)

    @cached_property
    def _answered(self) -> dict[str, list[SimpleUrl]]:
        return _grouped(self._url_pools)

    @cached_property
    def _meet_urls(self) -> dict[str, list[SimpleUrl]]:
        return _grouped((url.sip_domain, url) for _pool, url in self._url_pools if url.kind == "meet")

    @cached_property
    def _common_urls(self) -> tuple[SimpleUrl, ...]:
        return tuple(url for _pool, url in self._url_pools if url.kind != "meet")

    def urls_at(self, pool: Pool) -> Iterable[SimpleUrl]:
        """The simple URLs whose names lead to this pool."""
        return self._answered.get(pool.fqdn, ())

    def urls_of(self, pool: Pool) -> Iterable[SimpleUrl]:
        """The simple URLs whose names the pool's certificates hold: those it answers for all, and its meetings."""
        if not self.knows(pool, "simple_urls"):
            return
        for sip_domain in self.served_by(pool):
            yield from self._meet_urls.get(sip_domain.name, ())
        own = self._answered.get(pool.fqdn, ())
        served = {one.name for one in self.served_by(pool)}
        yield from (url for url in own if url.kind == "meet" and url.sip_domain not in served)
        yield from (url for url in self._common_urls if self.knows(pool, _feature_of(url)))

    def is_outside(self, url: SimpleUrl) -> bool:
        """Whether the URL is published: its SIP domain is known outside."""
        return url.sip_domain in self._outside_names

    @cached_property
    def _outside_names(self) -> frozenset[str]:
        return frozenset(one.name for one in self._here if one.outside)

    # Reverse proxies

    @cached_property
    def _publishers(self) -> dict[str, Pool]:
        found: dict[str, Pool] = {}
        for proxy in self.topology.pools:
            if proxy.role == "reverse_proxy":
                for pool in self.published_by(proxy):
                    found.setdefault(pool.fqdn, proxy)
        return found

    def publisher_of(self, pool: Pool) -> Pool | None:
        return self._publishers.get(pool.fqdn)

    def published_by(self, proxy: Pool) -> tuple[Pool, ...]:
        """The pools whose web services a reverse proxy publishes: Front Ends first, then Directors, then the others."""
        return self._published.get(proxy.fqdn, ())

    @cached_property
    def _published(self) -> dict[str, tuple[Pool, ...]]:
        default = tuple(sorted(self._with_web_outside, key=_publishing_order))
        found: dict[str, tuple[Pool, ...]] = {}
        for proxy in self.topology.pools:
            if proxy.role == "reverse_proxy" and proxy.publishes is not None:
                given = (self._pools[name] for name in proxy.publishes)
                found[proxy.fqdn] = tuple(sorted(given, key=_publishing_order))
            elif proxy.role == "reverse_proxy":
                found[proxy.fqdn] = default
        return found

    @cached_property
    def _with_web_outside(self) -> list[Pool]:
        return [pool for pool in self.topology.pools if pool.external_web_fqdn is not None]

    def first_published(self, proxy: Pool) -> str:
        """The first name that a reverse proxy publishes; its own where it publishes none."""
        published = self.published_by(proxy)
        return (published[0].external_web_fqdn or published[0].fqdn) if published else proxy.fqdn

    # Outside

    @property
    def federation_record(self) -> bool:
        """Whether the federation SRV record exists: for partners, or for push notifications alone."""
        federation = self.topology.federation
        return federation.partner_discovery or federation.push_notifications or federation.hosted_exchange_um


def _feature_of(url: SimpleUrl) -> str:
    return "scheduler" if url.kind == "scheduler" else "simple_urls"


def _publishing_order(pool: Pool) -> int:
    order = _ORDER_OF_PUBLISHING
    return order.index(pool.role) if pool.role in order else len(order)


def _grouped(placed: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    """The values by their key; an empty key stands for nowhere."""
    found: dict[str, list[T]] = {}
    for key, value in placed:
        if key:
            found.setdefault(key, []).append(value)
    return found
