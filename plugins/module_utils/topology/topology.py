# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The topology as frozen values: what the site says of itself, checked, with every default filled in.

``parse.py`` makes it. Defaults stand in ``schema.py`` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.model import AS_IT_IS, ZoneSettings
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig, TemplateName, Ttl

OUTSIDE_INTERFACES = ("external", "access", "web_conferencing", "av")


@dataclass(frozen=True)
class SrvChoice:
    """The data of a SRV record, as far as the site has its own; ``port``, ``target``: None where it has not."""

    priority: int
    weight: int
    port: int | None = None
    target: str | None = None


@dataclass(frozen=True)
class Backup:
    """The pool that a second SRV record leads to, and that record's priority and weight."""

    pool: str
    priority: int
    weight: int


@dataclass(frozen=True)
class SipDomain:
    """``home``, ``director``, ``edge``: FQDNs of pools, empty where there is none. ``path``: where it is given.

    ``director``: the Director pool that clients are sent to before the home. ``fallback``: the labels of the names for
    clients without SRV records. ``sip_forms``: view to ``a`` or ``cname``. ``srv``: by view, and for ``federation``.
    """

    name: str
    srv_target: str
    home: str
    path: str
    director: str
    edge: str
    plain_tcp: bool
    fallback: tuple[str, ...]
    cut_over: bool
    outside: bool
    external_srv_target: str
    sip_forms: Mapping[str, str]
    srv: Mapping[str, SrvChoice]
    backup: Backup | None

    @property
    def first_contact(self) -> str:
        """The pool that clients are sent to: the Director where there is one, else the home."""
        return self.director or self.home


REVERSE = "reverse"


@dataclass(frozen=True)
class Zone:
    """``known_names``: relative names that exist outside (None: not said); ``copied_names``: those copied inside.

    ``kind``: ``matching``, ``pin_point`` (not hosted; each needed name is a zone of its own), or ``reverse`` (of a
    network, for PTR records).
    """

    view: str
    name: str
    if_missing: str
    ttl: Ttl
    known_names: tuple[str, ...] | None
    copied_names: tuple[str, ...]
    path: str
    kind: str
    managed: str
    settings: ZoneSettings = AS_IT_IS


@dataclass(frozen=True)
class Outside:
    """An address outside as DNS shows it, and the server's own one behind NAT."""

    public: str
    private: str | None


@dataclass(frozen=True)
class Server:
    """A server of a pool; ``addresses``: interface to addresses, the public ones outside.

    ``outside``: the same for the interfaces outside, with NAT. ``roles``: what it carries, empty for everything.
    ``logon``: whether a rollout logs on to it.
    """

    fqdn: str
    inventory_host: str | None
    logon: bool
    addresses: Mapping[str, tuple[str, ...]]
    path: str
    roles: tuple[str, ...]
    outside: Mapping[str, tuple[Outside, ...]]


@dataclass(frozen=True)
class LoadBalancer:
    """``vips``: service (``sip``, ``web``, ``internal``, ``access``...) to addresses; web's are sip's unless given.

    With type ``dns`` only the web services have a virtual address.
    """

    type: str
    vips: Mapping[str, tuple[str, ...]]
    external_type: str
    outside: Mapping[str, tuple[Outside, ...]]


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
    site: str | None
    external_web_fqdn: str | None
    serves: tuple[str, ...] | None
    edge: Edge | None
    publishes: tuple[str, ...] | None
    certificate_subject: str | None
    conferencing_fqdn: str | None
    virtual_servers: tuple[str, ...]
    shares_certificate_of: str | None

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

    internal: str
    external: str
    pool: str
    mobile_inside: bool


@dataclass(frozen=True)
class Federation:
    """What reaches the site from outside beside its own users."""

    partner_discovery: bool
    push_notifications: bool
    hosted_exchange_um: bool
    aol: bool


@dataclass(frozen=True)
class Xmpp:
    """``names``: what the Edge's certificate holds, ``domain`` or ``host``; empty without domains."""

    domains: tuple[str, ...]
    names: str


@dataclass(frozen=True)
class Issuer:
    """``ca``: configuration string, host and CA's name with a backslash between; empty for a public CA.

    A stand-alone or public CA has no template.
    """

    name: str
    ca: CaConfig | str
    template: TemplateName | None
    public: bool


@dataclass(frozen=True)
class Certificates:
    """What the site wants of certificates; ``issuer`` signs them, ``issuers`` those of some uses."""

    issuer: Issuer
    key_length: int | None
    repeat_subject_in_san: bool | None
    issuers: Mapping[str, Issuer]
    public_issuer: Issuer | None
    placement: str
    wildcard: bool
    sip_names: bool
    oauth_subject: str | None

    def issuer_of(self, use: str, *, faces_outside: bool) -> Issuer:
        """The issuer given for the use; else the public one for what faces outside; else the usual one."""
        outside = self.public_issuer if faces_outside else None
        return self.issuers.get(use) or outside or self.issuer


@dataclass(frozen=True)
class Topology:
    """The whole site. ``hybrid``: SIP domains of the tenant beside these, None where the site is not hybrid.

    ``simple_url_forms``: view to ``a`` or ``cname``.
    """

    ad_domain: str
    sip_domains: tuple[SipDomain, ...]
    zones: tuple[Zone, ...]
    pools: tuple[Pool, ...]
    certificates: Certificates
    sites: tuple[str, ...]
    simple_urls: tuple[SimpleUrl, ...]
    simple_url_forms: Mapping[str, str]
    autodiscover: Autodiscover
    federation: Federation
    xmpp: Xmpp
    hybrid: tuple[str, ...] | None
    device_update: bool
    time_server: str | None
    legacy_clients: bool
