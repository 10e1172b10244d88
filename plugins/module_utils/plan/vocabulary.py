# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words that rules are written in: what a rule is evaluated for, its conditions, names, ports and addresses.

A product file uses these words; a product that needs a new one adds it here. Each is a small function of the scope.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TypeVar

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.model import EXTERNAL, INTERNAL
from ansible_collections.ucops.rollout.plugins.module_utils.plan.deployment import Deployment, servers_with
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import (
    Backup,
    Certificates,
    Edge,
    EdgeService,
    Pool,
    Server,
    SimpleUrl,
    SipDomain,
    SrvChoice,
)

T = TypeVar("T")

SIP_TLS = 5061

SIP, POOL, EDGE = "sip", "pool", "edge"


@dataclass(frozen=True)
class Scope:
    """What a rule is evaluated in: a pool of a deployment, and one of its servers, SIP domains, URLs or other pools."""

    pool: Pool
    deployment: Deployment
    server: Server | None = None
    sip_domain: SipDomain | None = None
    url: SimpleUrl | None = None
    other: Pool | None = None
    text: str = ""

    @property
    def certificates(self) -> Certificates:
        return self.deployment.topology.certificates

    @cached_property
    def of_servers(self) -> tuple[Scope, ...]:
        """A scope for each server; inside one server "each server" means that one."""
        if self.server is not None:
            return (self,)
        return tuple(
            Scope(self.pool, self.deployment, server, self.sip_domain, self.url, self.other)
            for server in self.pool.servers
        )

    @property
    def pool_scope(self) -> Scope:
        """The pool alone."""
        return Scope(self.pool, self.deployment)

    @cached_property
    def of_sip_domains(self) -> tuple[Scope, ...]:
        """A scope for each SIP domain whose clients come to this pool first."""
        return self.for_sip_domains(self.deployment.first_contact_of(self.pool))

    def for_sip_domains(self, sip_domains: Iterable[SipDomain]) -> tuple[Scope, ...]:
        return tuple(Scope(self.pool, self.deployment, self.server, sip_domain) for sip_domain in sip_domains)

    def for_urls(self, urls: Iterable[SimpleUrl]) -> tuple[Scope, ...]:
        return tuple(Scope(self.pool, self.deployment, self.server, None, url) for url in urls)

    def for_pools(self, pools: Iterable[Pool]) -> tuple[Scope, ...]:
        return tuple(Scope(self.pool, self.deployment, self.server, None, None, pool) for pool in pools)

    def for_texts(self, texts: Iterable[str]) -> tuple[Scope, ...]:
        return tuple(replace(self, text=text) for text in texts)

    @cached_property
    def sign_in_host(self) -> str:
        return sign_in_host(self.pool, _sip_domain_of(self))

    @property
    def path(self) -> str:
        """Where the topology speaks of it."""
        if self.url is not None:
            return self.url.place
        part: SipDomain | Server | Pool = self.sip_domain or self.server or self.pool
        return part.path


@dataclass(frozen=True)
class Reach:
    """Addresses, what is there (``load_balancer`` or ``direct``), and the servers that answer in the end."""

    addresses: tuple[str, ...]
    through: str
    servers: tuple[Server, ...]

    @cached_property
    def families(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The types of address records that there are, each with its addresses."""
        four = tuple(one for one in self.addresses if ":" not in one)
        six = tuple(one for one in self.addresses if ":" in one)
        return tuple((kind, some) for kind, some in (("A", four), ("AAAA", six)) if some)


def _present(value: T | None, what: str) -> T:
    if value is None:
        raise ValueError(f"a word of rules that are evaluated for {what} stands in another rule")
    return value


def _server_of(scope: Scope) -> Server:
    return _present(scope.server, "each server")


def _sip_domain_of(scope: Scope) -> SipDomain:
    return _present(scope.sip_domain, "each SIP domain")


def _url_of(scope: Scope) -> SimpleUrl:
    return _present(scope.url, "each URL")


def _other_of(scope: Scope) -> Pool:
    return _present(scope.other, "each published pool")


def _edge_of(scope: Scope) -> Edge:
    return _present(scope.pool.edge, "Edge pools")


def sign_in_host(pool: Pool, sip_domain: SipDomain) -> str:
    """The name that the SRV record leads to, as the SIP domain wants it (conflicts C1 and C2: inside the SIP domain).

    ``alias``: the pool's own name inside its domain, else its host name in the SIP domain. A backup pool has no other
    form than this one and ``pool``: what else is given is the first pool's.
    """
    first = sip_domain.backup is None or sip_domain.backup.pool != pool.fqdn
    target = sip_domain.srv[INTERNAL].target
    if first and target is not None:
        return target
    if first and sip_domain.srv_target == SIP:
        return f"sip.{sip_domain.name}"
    if sip_domain.srv_target == POOL or names.parent(pool.fqdn) == sip_domain.name:
        return pool.fqdn
    return f"{names.first_label(pool.fqdn)}.{sip_domain.name}"


def access_host(edge: Edge, sip_domain: SipDomain) -> str:
    """The name that the SRV records outside lead to: its own inside the SIP domain, else ``sip.<SIP domain>``.

    Unless the SIP domain wants one of the two in any case, or gives a name.
    """
    return sip_domain.srv[EXTERNAL].target or _usual_access_host(edge, sip_domain)


def _usual_access_host(edge: Edge, sip_domain: SipDomain) -> str:
    own, wanted = edge.access.fqdn, sip_domain.external_srv_target
    its_own = wanted == EDGE or (wanted != SIP and names.parent(own) == sip_domain.name)
    return own if its_own else f"sip.{sip_domain.name}"


def _access_host_is_given(scope: Scope) -> bool:
    """Whether the site gives another name than the one that it would be."""
    edge, sip_domain = _edge_of(scope), _sip_domain_of(scope)
    return access_host(edge, sip_domain) != _usual_access_host(edge, sip_domain)


def _signs_in_by(scope: Scope, name: str) -> bool:
    return any(inner.sign_in_host == name for inner in scope.of_sip_domains)


def _balanced(scope: Scope, service: str, role: str = "") -> Reach:
    """A service of the pool: the load balancer's address, else those of the servers that carry the role."""
    return _service(scope.pool, (service,), ("internal",), role)


def _service(pool: Pool, services: Iterable[str], interfaces: tuple[str, ...], role: str) -> Reach:
    servers = servers_with(pool, role)
    vips = pool.load_balancer.vips if pool.load_balancer else {}
    for service in services:
        if service in vips:
            return Reach(vips[service], "load_balancer", servers)
    addresses = [
        address
        for server in servers
        for address in next((server.addresses[one] for one in interfaces if one in server.addresses), ())
    ]
    return Reach(tuple(dict.fromkeys(addresses)), "direct", servers)


def _conferencing(scope: Scope) -> Reach:
    """Web conferencing inside: the load balancer's address for it, else that of the Front Ends."""
    return _service(scope.pool, ("conferencing", "sip"), ("internal",), "web_conferencing")


def _edge_reach(scope: Scope, service: str) -> Reach:
    return _service(scope.pool, (service, "external"), (service, "external"), f"{service}_edge")


def _one_server(scope: Scope) -> Reach:
    server = _server_of(scope)
    return Reach(server.addresses.get("internal", ()), "direct", (server,))


def _published(scope: Scope) -> Reach:
    """The reverse proxy that publishes the pool's web services."""
    proxy = _present(scope.deployment.publisher_of(scope.pool), "pools with the condition is_published")
    return _service(proxy, ("external",), ("external",), "")


Each = Callable[[Scope], tuple[Scope, ...]]

EACH: Mapping[str, Each] = {
    "pool": lambda scope: (scope,),
    "server": lambda scope: scope.of_servers,
    # All of them, inside one server too.
    "every_server": lambda scope: scope.pool_scope.of_servers,
    # SIP domains whose clients come here first: at home here without a Director, or sent here as the Director.
    "sip_domain": lambda scope: scope.of_sip_domains,
    # SIP domains that this pool signs in, behind a Director too; for a Director those that are sent to it.
    "home_sip_domain": lambda scope: scope.for_sip_domains(scope.deployment.signed_in_by(scope.pool)),
    # SIP domains whose second SRV record leads to this pool.
    "backed_sip_domain": lambda scope: scope.for_sip_domains(scope.deployment.backed_by(scope.pool)),
    # SIP domains whose meeting and autodiscover names the pool's certificates hold.
    "served_sip_domain": lambda scope: scope.for_sip_domains(scope.deployment.served_by(scope.pool)),
    # SIP domains whose autodiscover names lead to this pool.
    "discovered_sip_domain": lambda scope: scope.for_sip_domains(scope.deployment.discovered_at(scope.pool)),
    "edge_sip_domain": lambda scope: scope.for_sip_domains(scope.deployment.outside_at(scope.pool)),
    "xmpp_sip_domain": lambda scope: scope.for_sip_domains(scope.deployment.xmpp_at(scope.pool)),
    "cut_over_sip_domain": lambda scope: scope.for_sip_domains(scope.deployment.cut_over_at(scope.pool)),
    "tenant_domain": lambda scope: scope.for_texts(scope.deployment.topology.hybrid or ()),
    # Simple URLs: those whose names the pool's certificates hold, by kind in the order meet, dialin, admin, scheduler.
    "simple_url": lambda scope: scope.for_urls(scope.deployment.urls_of(scope.pool)),
    # Those whose names lead to this pool.
    "answered_url": lambda scope: scope.for_urls(scope.deployment.urls_at(scope.pool)),
    # Hosts of the URLs of Communicator Web Access's virtual servers.
    "web_access_host": lambda scope: scope.for_texts((scope.pool.web_farm_fqdn, *scope.pool.virtual_servers)),
    # For a reverse proxy.
    "published_pool": lambda scope: scope.for_pools(scope.deployment.published_by(scope.pool)),
    "published_url": lambda scope: scope.for_urls(
        url for pool in scope.deployment.published_by(scope.pool) for url in scope.deployment.urls_at(pool)
    ),
    "published_sip_domain": lambda scope: scope.for_sip_domains(
        one
        for pool in scope.deployment.published_by(scope.pool)
        for one in scope.deployment.discovered_at(pool)
        if one.outside
    ),
}


def _carries(role: str) -> Callable[[Scope], bool]:
    return lambda scope: not _server_of(scope).roles or role in _server_of(scope).roles


def _carried(role: str) -> Callable[[Scope], bool]:
    return lambda scope: bool(servers_with(scope.pool, role))


def _url_is(*kinds: str) -> Callable[[Scope], bool]:
    return lambda scope: _url_of(scope).kind in kinds


def _other_is(*roles: str) -> Callable[[Scope], bool]:
    return lambda scope: _other_of(scope).role in roles


def _internal_discovery(form: str) -> Callable[[Scope], bool]:
    return lambda scope: scope.deployment.internal_discovery(_sip_domain_of(scope)) == form


def _external_discovery(form: str) -> Callable[[Scope], bool]:
    return lambda scope: scope.deployment.topology.autodiscover.external == form


def _leads_outside_to(scope: Scope) -> str:
    return access_host(_edge_of(scope), _sip_domain_of(scope))


def _has_sip_record(scope: Scope) -> bool:
    """Whether sip.<SIP domain> leads to this pool inside."""
    one = _sip_domain_of(scope)
    return one.first_contact == scope.pool.fqdn and (
        SIP in one.fallback or scope.sign_in_host == f"sip.{one.name}" or scope.pool.role == "director"
    )


def _has_fallback(label: str) -> Callable[[Scope], bool]:
    return lambda scope: label in _sip_domain_of(scope).fallback


def _sip_inside(form: str) -> Callable[[Scope], bool]:
    return lambda scope: scope.deployment.sip_form(INTERNAL, _sip_domain_of(scope), scope.pool.fqdn) == form


def _sip_outside(form: str) -> Callable[[Scope], bool]:
    return lambda scope: scope.deployment.sip_form(EXTERNAL, _sip_domain_of(scope), _edge_of(scope).access.fqdn) == form


def _url_inside(form: str) -> Callable[[Scope], bool]:
    return lambda scope: scope.deployment.url_form(INTERNAL, _url_of(scope), scope.pool.web_farm_fqdn) == form


def _url_outside(form: str) -> Callable[[Scope], bool]:
    """Without a name of the web services outside there is nothing to lead to."""
    own = "a" if form == "a" else ""

    def holding(scope: Scope) -> bool:
        target = scope.pool.external_web_fqdn
        found = scope.deployment.url_form(EXTERNAL, _url_of(scope), target) if target else own
        return found == form

    return holding


def _external_web_needs_address(scope: Scope) -> bool:
    """Whether the external web services' name has no record yet: as the web farm's name, or as the pool's own."""
    name = scope.pool.external_web_fqdn
    if name == scope.pool.fqdn:
        return reach("pool_web", scope).addresses != reach("pool_sip", scope).addresses
    return name not in (None, scope.pool.web_farm_fqdn)


Condition = Callable[[Scope], bool]


class _Conditions(dict[str, Condition]):
    """Conditions by their words; ``beside_`` and a product: whether the site has pools of it too."""

    def __missing__(self, word: str) -> Condition:
        before, _beside, product = word.partition("beside_")
        if before or not product:
            raise KeyError(word)
        self[word] = lambda scope: scope.deployment.has_product(product)
        return self[word]


CONDITIONS: Mapping[str, Condition] = _Conditions(
    {
        "web_farm_has_own_name": lambda scope: scope.pool.web_farm_fqdn != scope.pool.fqdn,
        "conferencing_has_own_name": lambda scope: scope.pool.conferencing_fqdn not in (None, scope.pool.fqdn),
        "has_external_web": lambda scope: scope.pool.external_web_fqdn is not None,
        "external_web_needs_address": _external_web_needs_address,
        "is_published": lambda scope: scope.deployment.publisher_of(scope.pool) is not None,
        "several_servers": lambda scope: len(scope.pool.servers) > 1,
        # sign-in
        "sign_in_host_is_alias": lambda scope: scope.sign_in_host != scope.pool.fqdn,
        "sign_in_host_has_address": lambda scope: (
            scope.sign_in_host != f"sip.{_sip_domain_of(scope).name}" or _sip_inside("a")(scope)
        ),
        "pool_name_signs_nobody_in": lambda scope: not _signs_in_by(scope, scope.pool.fqdn),
        "plain_tcp": lambda scope: _sip_domain_of(scope).plain_tcp,
        **{f"fallback_{label}": _has_fallback(label) for label in ("sip", "sipinternal", "sipexternal")},
        "sip_inside_address": _sip_inside("a"),
        "sip_inside_alias": _sip_inside("cname"),
        "sip_outside_address": _sip_outside("a"),
        "sip_outside_alias": _sip_outside("cname"),
        # sip.<SIP domain> outside is there for clients without SRV records, or for the records to lead to.
        "sip_outside_needed": lambda scope: (
            SIP in _sip_domain_of(scope).fallback or _leads_outside_to(scope) == f"sip.{_sip_domain_of(scope).name}"
        ),
        "access_host_has_address": lambda scope: (
            _leads_outside_to(scope) != f"sip.{_sip_domain_of(scope).name}" or _sip_outside("a")(scope)
        ),
        "access_host_is_given": _access_host_is_given,
        "sip_name_has_record": _has_sip_record,
        "sip_name_in_certificate": lambda scope: scope.certificates.sip_names or _has_sip_record(scope),
        "legacy_clients": lambda scope: scope.deployment.topology.legacy_clients,
        "device_update": lambda scope: scope.deployment.topology.device_update,
        "time_server": lambda scope: scope.deployment.topology.time_server is not None,
        # certificates
        "subject_is_repeated": lambda scope: scope.certificates.repeat_subject_in_san is not False,
        "subject_repeat_demanded": lambda scope: scope.certificates.repeat_subject_in_san is True,
        "combined": lambda scope: scope.certificates.placement == "combined",
        "per_use": lambda scope: scope.certificates.placement == "per_use",
        # autodiscover and URLs
        "internal_discovery_address": _internal_discovery("a"),
        "internal_discovery_alias": _internal_discovery("cname"),
        "internal_discovery": lambda scope: scope.deployment.topology.autodiscover.internal != "none",
        "external_discovery_address": _external_discovery("a"),
        "external_discovery_alias": _external_discovery("cname"),
        "external_discovery": lambda scope: scope.deployment.topology.autodiscover.external != "none",
        "mobile_inside": lambda scope: scope.deployment.topology.autodiscover.mobile_inside,
        "url_is_meet": _url_is("meet"),
        "url_is_dialin": _url_is("dialin"),
        "url_is_admin": _url_is("admin"),
        "url_is_scheduler": _url_is("scheduler"),
        "url_inside_address": _url_inside("a"),
        "url_inside_alias": _url_inside("cname"),
        "url_outside_address": _url_outside("a"),
        "url_outside_alias": _url_outside("cname"),
        "url_is_public": lambda scope: _url_of(scope).kind != "admin" and scope.deployment.is_outside(_url_of(scope)),
        "outside": lambda scope: _sip_domain_of(scope).outside,
        # Edge
        "remote_users": lambda scope: _edge_of(scope).remote_users,
        "partner_discovery": lambda scope: scope.deployment.topology.federation.partner_discovery,
        "federation_record": lambda scope: scope.deployment.federation_record,
        "hosted_exchange_um": lambda scope: scope.deployment.topology.federation.hosted_exchange_um,
        "aol": lambda scope: scope.deployment.topology.federation.aol,
        "xmpp_by_domain": lambda scope: scope.deployment.topology.xmpp.names == "domain",
        "xmpp_by_host": lambda scope: scope.deployment.topology.xmpp.names == "host",
        "hybrid": lambda scope: scope.deployment.topology.hybrid is not None,
        # reverse proxy
        "publishes": lambda scope: bool(scope.deployment.published_by(scope.pool)),
        "other_is_front_end": _other_is("front_end"),
        "other_is_director": _other_is("director"),
        "other_is_office_web_apps": _other_is("office_web_apps"),
        "other_is_web_access": _other_is("communicator_web_access"),
        # pools whose servers carry different roles
        **{f"pool_has_{role}": _carried(role) for role in ("web_conferencing_edge", "av_edge")},
        **{
            f"server_is_{role}": _carries(role)
            for role in (
                "front_end",
                "web_conferencing",
                "av_conferencing",
                "web_components",
            )
        },
    }
)


def _edge_name(service: str) -> Callable[[Scope], str]:
    return lambda scope: _edge_service(scope, service).fqdn


def _edge_service(scope: Scope, service: str) -> EdgeService:
    found: EdgeService = getattr(_edge_of(scope), service)
    return found


NAMES: Mapping[str, Callable[[Scope], str]] = {
    "pool": lambda scope: scope.pool.fqdn,
    "web_farm": lambda scope: scope.pool.web_farm_fqdn,
    "external_web": lambda scope: scope.pool.external_web_fqdn or scope.pool.fqdn,
    "server": lambda scope: _server_of(scope).fqdn,
    "sip_domain": lambda scope: _sip_domain_of(scope).name,
    "sign_in_host": lambda scope: scope.sign_in_host,
    "oauth_subject": lambda scope: scope.certificates.oauth_subject or scope.deployment.default_sip_domain,
    "url_host": lambda scope: _url_of(scope).host,
    "time_server": lambda scope: scope.deployment.topology.time_server or "",
    "tenant_domain": lambda scope: scope.text,
    "conferencing": lambda scope: scope.pool.conferencing_fqdn or scope.pool.fqdn,
    "web_access_host": lambda scope: scope.text,
    # Edge
    "access": _edge_name("access"),
    "web_conferencing": _edge_name("web_conferencing"),
    "av": _edge_name("av"),
    "access_host": _leads_outside_to,
    "av_authentication": lambda scope: _edge_of(scope).av_authentication_fqdn or scope.pool.fqdn,
    # reverse proxy
    "other_external_web": lambda scope: _other_of(scope).external_web_fqdn or _other_of(scope).fqdn,
    "proxy_subject": lambda scope: scope.pool.certificate_subject or scope.deployment.first_published(scope.pool),
}

PORTS: Mapping[str, Callable[[Scope], int]] = {
    "access": lambda scope: _edge_service(scope, "access").port,
    "web_conferencing": lambda scope: _edge_service(scope, "web_conferencing").port,
    "sign_in": lambda scope: _sip_domain_of(scope).srv[INTERNAL].port or SIP_TLS,
    "remote_sign_in": lambda scope: _sip_domain_of(scope).srv[EXTERNAL].port or _edge_service(scope, "access").port,
}

# Priority and weight of SRV records, where the site may have its own.
RANKS: Mapping[str, Callable[[Scope], tuple[int, int]]] = {
    name: (lambda scope, name=name: _rank(_sip_domain_of(scope).srv[name]))  # type: ignore[misc]
    for name in (INTERNAL, EXTERNAL, "federation")
} | {"backup": lambda scope: _rank(_present(_sip_domain_of(scope).backup, "SIP domains with a backup"))}


def _rank(given: SrvChoice | Backup) -> tuple[int, int]:
    return given.priority, given.weight


# Of a scope's pool and server only: ``reach`` remembers the answers by them.
REACH: Mapping[str, Callable[[Scope], Reach]] = {
    "pool_sip": lambda scope: _balanced(scope, "sip", "front_end"),
    "pool_web": lambda scope: _balanced(scope, "web", "web_components"),
    "pool_conferencing": _conferencing,
    "server": _one_server,
    "edge_internal": lambda scope: _balanced(scope, "internal"),
    "edge_access": lambda scope: _edge_reach(scope, "access"),
    "edge_web_conferencing": lambda scope: _edge_reach(scope, "web_conferencing"),
    "edge_av": lambda scope: _edge_reach(scope, "av"),
    "published": _published,
    "reverse_proxy": lambda scope: _service(scope.pool, ("external",), ("external",), ""),
}


def reach(name: str, scope: Scope) -> Reach:
    """Who answers, by a word of REACH; the same for all SIP domains and URLs of a pool or server, so found once."""
    key = (name, scope.pool.fqdn, scope.server.fqdn if scope.server else "")
    found: Reach | None = scope.deployment.remembered.get(key)
    if found is None:
        found = scope.deployment.remembered[key] = REACH[name](scope)
    return found


def scopes(each: str, when: tuple[str, ...], scope: Scope) -> Iterable[Scope]:
    """Every scope inside this one that a rule with these words applies to."""
    found: Iterable[Scope] = EACH[each](scope)
    for condition in when:
        holding = CONDITIONS[condition]
        found = [inner for inner in found if holding(inner)]
    return found


def holds(when: Iterable[str], scope: Scope) -> bool:
    return all(CONDITIONS[condition](scope) for condition in when)


def port(number: int | str, scope: Scope) -> int:
    return number if isinstance(number, int) else PORTS[number](scope)


def expand(text: str, scope: Scope) -> str:
    """The text with every ``{word}`` of NAMES replaced."""
    return _template(text)(scope)


@lru_cache(maxsize=1024)
def _template(text: str) -> Callable[[Scope], str]:
    """The text as a function of the scope: most are one word, or one word between literal parts."""
    pieces = re.split(r"\{(\w+)\}", text)  # the odd ones are the words
    places = [NAMES[piece] for piece in pieces[1::2]]
    if not places:
        return lambda _scope: text
    if len(places) > 1:
        return lambda scope: "".join(map(str.__add__, pieces[::2], [*(place(scope) for place in places), ""]))
    before, _word, after = pieces
    return _between(before, places[0], after) if before or after else places[0]


def _between(before: str, word: Callable[[Scope], str], after: str) -> Callable[[Scope], str]:
    return lambda scope: f"{before}{word(scope)}{after}"
