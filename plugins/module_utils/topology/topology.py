# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The topology: what the site says of itself, checked whole and turned into frozen values.

``TOPOLOGY`` is the definition as data. ``parse`` checks the shape, then what the parts say of each other, and tells
all problems at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.topology.contradictions import find_contradictions
from ansible_collections.ucops.rollout.plugins.module_utils.topology.schema import TOPOLOGY
from ansible_collections.ucops.rollout.plugins.module_utils.topology.shapes import Problem, Problems

VIEWS = ("internal", "external")
OUTSIDE_INTERFACES = ("external", "access", "web_conferencing", "av")
# Ports outside of the three Edge services: each with addresses of its own, or all at one address.
SEPARATE_PORTS = {"access": 443, "web_conferencing": 443, "av": 443}
SHARED_PORTS = {"access": 5061, "web_conferencing": 444, "av": 443}


class TopologyError(RolloutError):
    """The topology cannot be planned; ``problems`` has every reason with its path."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__("\n".join([f"the topology has {count}", *(f"- {problem}" for problem in problems)]))


@dataclass(frozen=True)
class SipDomain:
    """``home``, ``director``, ``edge``: FQDNs of pools, empty where there is none. ``path``: where it is given.

    ``director``: the Director pool that clients are sent to before the home.
    """

    name: str
    srv_target: str
    home: str
    path: str
    director: str = ""
    edge: str = ""
    plain_tcp: bool = False
    fallback: bool = False
    cut_over: bool = False
    outside: bool = True

    @property
    def first_contact(self) -> str:
        """The pool that clients are sent to: the Director where there is one, else the home."""
        return self.director or self.home


@dataclass(frozen=True)
class Zone:
    """``known_names``: relative names that exist outside (None: not said); ``copied_names``: those copied inside.

    ``kind``: ``matching`` or ``pin_point`` (not hosted; each needed name is a zone of its own).
    """

    view: str
    name: str
    if_missing: str
    ttl: int
    known_names: tuple[str, ...] | None
    copied_names: tuple[str, ...]
    path: str
    kind: str = "matching"
    managed: str = "ours"


@dataclass(frozen=True)
class Outside:
    """An address outside as DNS shows it, and the server's own one behind NAT."""

    public: str
    private: str | None = None


@dataclass(frozen=True)
class Server:
    """A server of a pool; ``addresses``: interface to addresses, the public ones outside.

    ``outside``: the same for the interfaces outside, with NAT. ``roles``: what it carries, empty for everything.
    """

    fqdn: str
    inventory_host: str | None
    addresses: Mapping[str, tuple[str, ...]]
    path: str
    roles: tuple[str, ...] = ()
    outside: Mapping[str, tuple[Outside, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class LoadBalancer:
    """``vips``: service (``sip``, ``web``, ``internal``, ``access``...) to addresses; web's are sip's unless given.

    With type ``dns`` only the web services have a virtual address.
    """

    type: str
    vips: Mapping[str, tuple[str, ...]]
    external_type: str = ""
    outside: Mapping[str, tuple[Outside, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class EdgeService:
    """A service of the Edge outside: its full name and port."""

    fqdn: str
    port: int


@dataclass(frozen=True)
class Edge:
    """The names outside. ``shared``: all three services answer at one address, told apart by their ports."""

    access: EdgeService
    web_conferencing: EdgeService
    av: EdgeService
    remote_users: bool
    av_authentication_fqdn: str | None
    shared: bool


@dataclass(frozen=True)
class Pool:
    """``product`` and ``web_farm_fqdn`` have their defaults filled in; ``web_farm_fqdn`` is the internal web name.

    ``serves``: the SIP domains that it was given to serve, None where it follows from their homes.
    """

    fqdn: str
    product: str
    role: str
    edition: str
    configuration: str
    web_farm_fqdn: str
    load_balancer: LoadBalancer | None
    servers: tuple[Server, ...]
    path: str
    site: str | None = None
    external_web_fqdn: str | None = None
    serves: tuple[str, ...] | None = None
    edge: Edge | None = None
    publishes: tuple[str, ...] | None = None
    certificate_subject: str | None = None
    conferencing_fqdn: str | None = None
    virtual_servers: tuple[str, ...] = ()

    @property
    def balanced_by_dns(self) -> bool:
        return self.load_balancer is not None and self.load_balancer.type == "dns"


@dataclass(frozen=True)
class SimpleUrl:
    """A simple URL: ``kind`` meet, dialin, admin or scheduler; ``pool``: FQDN of who answers, empty: by the domain."""

    kind: str
    host: str
    path: str
    sip_domain: str
    pool: str
    place: str

    @property
    def url(self) -> str:
        return f"https://{self.host}{self.path}"


@dataclass(frozen=True)
class Autodiscover:
    """``internal``, ``external``: ``a``, ``cname`` or ``none``. ``pool``: who answers, empty: by the domain."""

    internal: str = "a"
    external: str = "a"
    pool: str = ""
    mobile_inside: bool = False


@dataclass(frozen=True)
class Federation:
    """What reaches the site from outside beside its own users."""

    partner_discovery: bool = False
    push_notifications: bool = False
    hosted_exchange_um: bool = False
    aol: bool = False


@dataclass(frozen=True)
class Xmpp:
    """``names``: what the Edge's certificate holds, ``domain`` or ``host``."""

    domains: tuple[str, ...] = ()
    names: str = "domain"


@dataclass(frozen=True)
class Issuer:
    """``ca``: configuration string, host and CA's name with a backslash between; empty for a public CA.

    A stand-alone or public CA has no template.
    """

    name: str
    ca: str
    template: str | None
    public: bool = False


@dataclass(frozen=True)
class Certificates:
    """What the site wants of certificates; ``issuer`` signs them, ``issuers`` those of some uses."""

    issuer: Issuer
    key_length: int | None
    repeat_subject_in_san: bool | None
    issuers: Mapping[str, Issuer] = field(default_factory=dict)
    public_issuer: Issuer | None = None
    placement: str = "combined"
    wildcard: bool = False
    sip_names: bool = True
    oauth_subject: str | None = None

    def issuer_of(self, use: str, *, faces_outside: bool) -> Issuer:
        """The issuer given for the use; else the public one for what faces outside; else the usual one."""
        outside = self.public_issuer if faces_outside else None
        return self.issuers.get(use) or outside or self.issuer


@dataclass(frozen=True)
class Topology:
    """The whole site. ``hybrid``: SIP domains of the tenant beside these, None where the site is not hybrid."""

    ad_domain: str
    sip_domains: tuple[SipDomain, ...]
    zones: tuple[Zone, ...]
    pools: tuple[Pool, ...]
    certificates: Certificates
    sites: tuple[str, ...] = ()
    simple_urls: tuple[SimpleUrl, ...] = ()
    autodiscover: Autodiscover = Autodiscover()
    federation: Federation = Federation()
    xmpp: Xmpp = Xmpp()
    hybrid: tuple[str, ...] | None = None
    device_update: bool = False
    time_server: str | None = None
    legacy_clients: bool = True


def parse(given: Any, products: Mapping[str, Product] = PRODUCTS) -> Topology:
    """Check the topology and return it; raises TopologyError with all problems.

    :param given: the mapping as it comes from YAML or Ansible; any Mapping, Sequence and str types will do.
    """
    problems = Problems()
    checked = TOPOLOGY.check(given, "", problems)
    if checked is not None:
        find_contradictions(checked, problems, products)
    if checked is None or problems.all():
        raise TopologyError(problems.all())
    return _topology(checked)


def _topology(checked: Mapping[str, Any]) -> Topology:
    pools = tuple(_pool(one, checked["product"], f"pools[{index}]") for index, one in enumerate(checked["pools"]))
    sip_domains = tuple(_sip_domains(checked["sip_domains"], pools))
    hybrid = checked["hybrid"]
    return Topology(
        ad_domain=checked["ad_domain"],
        sip_domains=sip_domains,
        zones=tuple(_zones(checked["dns"])),
        pools=pools,
        certificates=_certificates(checked["certificates"]),
        sites=tuple(one["name"] for one in checked["sites"]),
        simple_urls=tuple(_simple_urls(checked["simple_urls"], sip_domains)),
        autodiscover=_autodiscover(checked["autodiscover"]),
        federation=Federation(**checked["federation"]) if checked["federation"] else Federation(),
        xmpp=_xmpp(checked["xmpp"]),
        hybrid=None if hybrid is None else tuple(hybrid["tenant_domains"]),
        device_update=checked["device_update"],
        time_server=checked["time_server"],
        legacy_clients=checked["legacy_clients"],
    )


def _sip_domains(given: Sequence[Mapping[str, Any]], pools: Sequence[Pool]) -> Iterator[SipDomain]:
    homes, directors = _of_role(pools, "front_end"), _of_role(pools, "director")
    edges = _of_role(pools, "edge")
    for index, one in enumerate(given):
        yield SipDomain(
            name=one["name"],
            srv_target=one["srv_target"],
            home=one["home"] or (homes[0] if homes else ""),
            path=f"sip_domains[{index}]",
            director=one["director"] or (directors[0] if len(directors) == 1 else ""),
            edge=one["edge"] or (edges[0] if edges else ""),
            plain_tcp=one["plain_tcp"],
            fallback=one["fallback"],
            cut_over=one["cut_over"],
            outside=one["outside"],
        )


def _of_role(pools: Sequence[Pool], role: str) -> list[str]:
    return [pool.fqdn for pool in pools if pool.role == role]


def _zones(dns: Mapping[str, Any]) -> Iterator[Zone]:
    for view in VIEWS:
        for index, one in enumerate((dns[view] or {}).get("zones", ())):
            yield Zone(
                view=view,
                name=one["name"],
                if_missing=one["if_missing"],
                ttl=dns["ttl"] if one["ttl"] is None else one["ttl"],
                known_names=None if one["known_names"] is None else tuple(one["known_names"]),
                copied_names=tuple(one["copied_names"]),
                path=f"dns.{view}.zones[{index}]",
                kind=one["kind"],
                managed=one["managed"],
            )


def _pool(one: Mapping[str, Any], product: str, path: str) -> Pool:
    web = one["web"] or {}
    servers = tuple(_server(each, f"{path}.servers[{index}]") for index, each in enumerate(one["servers"]))
    balancer = _load_balancer(one["load_balancer"])
    return Pool(
        fqdn=one["fqdn"],
        product=one["product"] or product,
        role=one["role"],
        edition=one["edition"],
        configuration=one["configuration"],
        web_farm_fqdn=web.get("internal_fqdn") or one["web_farm_fqdn"] or one["fqdn"],
        load_balancer=balancer,
        servers=servers,
        path=path,
        site=one["site"],
        external_web_fqdn=web.get("external_fqdn"),
        serves=_optional_tuple(one["serves"]),
        edge=_edge(one["edge"], servers, balancer),
        publishes=_optional_tuple(one["publishes"]),
        certificate_subject=one["certificate_subject"],
        conferencing_fqdn=web.get("conferencing_fqdn"),
        virtual_servers=tuple(web.get("virtual_servers") or ()),
    )


def _optional_tuple(given: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(given)


def _load_balancer(one: Mapping[str, Any] | None) -> LoadBalancer | None:
    if one is None:
        return None
    given = {service: some for service, some in (one["vips"] or {}).items() if some}
    outside = {service: _outside(given[service]) for service in OUTSIDE_INTERFACES if service in given}
    vips = {service: tuple(some) for service, some in given.items() if service not in outside}
    if "sip" in vips:
        vips.setdefault("web", vips["sip"])
    vips.update({service: _public(some) for service, some in outside.items()})
    return LoadBalancer(type=one["type"], vips=vips, external_type=one["external_type"] or one["type"], outside=outside)


def _server(one: Mapping[str, Any], path: str) -> Server:
    given = {interface: some for interface, some in one["addresses"].items() if some}
    outside = {interface: _outside(some) for interface, some in given.items() if interface in OUTSIDE_INTERFACES}
    addresses = {
        interface: _public(outside[interface]) if interface in outside else tuple(some)
        for interface, some in given.items()
    }
    return Server(
        fqdn=one["fqdn"],
        inventory_host=one["inventory_host"],
        addresses=addresses,
        path=path,
        roles=tuple(one["roles"]),
        outside=outside,
    )


def _outside(given: Sequence[Mapping[str, Any]]) -> tuple[Outside, ...]:
    return tuple(Outside(one["public"], one["private"]) for one in given)


def _public(some: Sequence[Outside]) -> tuple[str, ...]:
    return tuple(one.public for one in some)


def _edge(one: Mapping[str, Any] | None, servers: Sequence[Server], balancer: LoadBalancer | None) -> Edge | None:
    if one is None:
        return None
    places = [*(server.addresses for server in servers), *([balancer.vips] if balancer else [])]
    shared = any("external" in place for place in places)
    ports = SHARED_PORTS if shared else SEPARATE_PORTS
    access = one["access"]
    services = {
        service: EdgeService((one[service] or access)["fqdn"], (one[service] or {}).get("port") or ports[service])
        for service in ("access", "web_conferencing", "av")
    }
    return Edge(
        **services,
        remote_users=one["remote_users"],
        av_authentication_fqdn=one["av_authentication_fqdn"],
        shared=shared,
    )


def _simple_urls(given: Mapping[str, Any] | None, sip_domains: Sequence[SipDomain]) -> Iterator[SimpleUrl]:
    """Those given in full, else those of the layout; the default SIP domain comes first."""
    one = given or {"layout": 1, "base": "lync", "admin": True, "scheduler": False, "urls": None, "pool": None}
    pool = one["pool"] or ""
    if one["urls"] is not None:
        for index, url in enumerate(one["urls"]):
            host, slash, path = url["url"].partition("://")[2].partition("/")
            domain = url["sip_domain"] or sip_domains[0].name
            yield SimpleUrl(url["kind"], host, slash + path, domain, url["pool"] or pool, f"simple_urls.urls[{index}]")
        return
    default = sip_domains[0].name
    for kind in ("meet", "dialin", "admin", "scheduler"):
        if kind == "meet":
            for sip_domain in sip_domains:
                host, path = _layout(one, kind, sip_domain.name, default)
                yield SimpleUrl(kind, host, path, sip_domain.name, pool, sip_domain.path)
        elif kind == "dialin" or one[kind]:
            host, path = _layout(one, kind, default, default)
            yield SimpleUrl(kind, host, path, default, pool, "simple_urls")


def _layout(one: Mapping[str, Any], kind: str, sip_domain: str, default: str) -> tuple[str, str]:
    """Host and path of a URL. Layout 3 tells SIP domains apart by the path (conflict C22: dial-in without it)."""
    if one["layout"] == 1:
        return f"{kind}.{sip_domain}", ""
    if one["layout"] == 2:
        return f"{one['base']}.{sip_domain}", f"/{kind.capitalize()}"
    domain_part = f"/{sip_domain}" if kind == "meet" else ""
    return f"{one['base']}.{default}", f"{domain_part}/{kind.capitalize()}"


def _autodiscover(given: Mapping[str, Any] | None) -> Autodiscover:
    if given is None:
        return Autodiscover()
    return Autodiscover(given["internal"], given["external"], given["pool"] or "", given["mobile_inside"])


def _xmpp(given: Mapping[str, Any] | None) -> Xmpp:
    return Xmpp(tuple(given["domains"]), given["names"]) if given else Xmpp()


def _certificates(one: Mapping[str, Any]) -> Certificates:
    issuers = {name: _issuer(name, issuer) for name, issuer in one["issuers"].items()}
    name = one["issuer"] or ("enterprise" if "enterprise" in issuers else next(iter(issuers)))
    per_use = {use: issuers[chosen] for use, chosen in (one["issuer_for"] or {}).items() if chosen}
    return Certificates(
        issuer=issuers[name],
        key_length=one["key_length"],
        repeat_subject_in_san=one["repeat_subject_in_san"],
        issuers=per_use,
        public_issuer=issuers.get("public"),
        placement=one["placement"],
        wildcard=one["wildcard"],
        sip_names=one["sip_names"],
        oauth_subject=one["oauth_subject"],
    )


def _issuer(name: str, one: Mapping[str, Any]) -> Issuer:
    without_template = one["standalone"] or one["public"]
    return Issuer(name, one["ca"] or "", None if without_template else one["template"], one["public"])
