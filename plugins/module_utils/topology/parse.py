# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a topology: checks its shape, then what its parts say of each other, tells all problems at once, makes values.

``schema.TOPOLOGY`` is the definition as data, with the defaults of what is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import Aging, ZoneSettings
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.topology.contradictions import find_contradictions
from ansible_collections.ucops.rollout.plugins.module_utils.topology.schema import FALLBACK_NAMES, TOPOLOGY
from ansible_collections.ucops.rollout.plugins.module_utils.topology.shapes import Problem, Problems
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import (
    OUTSIDE_INTERFACES,
    REVERSE,
    Autodiscover,
    Backup,
    Certificates,
    Edge,
    EdgeService,
    Federation,
    Issuer,
    LoadBalancer,
    Outside,
    Pool,
    Server,
    SimpleUrl,
    SipDomain,
    SrvChoice,
    Topology,
    Xmpp,
    Zone,
)
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig, TemplateName, Ttl
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

VIEWS = ("internal", "external")
# Ports outside of the three Edge services: each with addresses of its own, or all at one address.
SEPARATE_PORTS = {"access": 443, "web_conferencing": 443, "av": 443}
SHARED_PORTS = {"access": 5061, "web_conferencing": 444, "av": 443}


class TopologyError(RolloutError):
    """The topology cannot be planned; ``problems`` has every reason with its path."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        heading = f"the topology has {number(len(problems), 'problem')}, and nothing was done"
        super().__init__("\n".join([heading, *(f"- {problem}" for problem in problems)]))


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
    return _topology(TOPOLOGY.complete(checked))


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
        simple_url_forms={view: checked["simple_urls"][view] for view in VIEWS},
        autodiscover=_autodiscover(checked["autodiscover"]),
        federation=Federation(**checked["federation"]),
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
            fallback=tuple(one["fallback_names"] or FALLBACK_NAMES) if one["fallback"] else (),
            cut_over=one["cut_over"],
            outside=one["outside"],
            external_srv_target=one["external_srv_target"],
            sip_forms={view: one[f"sip_{view}"] for view in VIEWS},
            backup=Backup(**one["backup"]) if one["backup"] else None,
            srv={name: SrvChoice(**data) for name, data in one["srv"].items()},
        )


def _of_role(pools: Sequence[Pool], role: str) -> list[str]:
    return [pool.fqdn for pool in pools if pool.role == role]


def _zones(dns: Mapping[str, Any]) -> Iterator[Zone]:
    for view in VIEWS:
        declared = dns[view] or {}
        for index, one in enumerate(declared.get("zones", ())):
            known = None if one["known_names"] is None else tuple(one["known_names"])
            copied, path = tuple(one["copied_names"]), f"dns.{view}.zones[{index}]"
            yield _zone(
                dns, view, one, path, name=one["name"], kind=one["kind"], known_names=known, copied_names=copied
            )
        for index, one in enumerate(declared.get("reverse", ())):
            name, path = names.reverse_zone(one["network"]), f"dns.{view}.reverse[{index}]"
            yield _zone(dns, view, one, path, name=name, kind=REVERSE, known_names=(), copied_names=())


def _zone(dns: Mapping[str, Any], view: str, one: Mapping[str, Any], path: str, **more: Any) -> Zone:
    """What zones and reverse zones are told alike."""
    return Zone(
        view=view,
        if_missing=one["if_missing"],
        ttl=Ttl(dns["ttl"] if one["ttl"] is None else one["ttl"]),
        path=path,
        managed=one["managed"],
        settings=_zone_settings(one["settings"]),
        **more,
    )


def _zone_settings(given: Mapping[str, Any]) -> ZoneSettings:
    aging = given["aging"]
    return ZoneSettings(**{**given, "aging": Aging(**aging) if aging else None})


def _pool(one: Mapping[str, Any], product: str, path: str) -> Pool:
    web = one["web"]
    servers = tuple(_server(each, f"{path}.servers[{index}]") for index, each in enumerate(one["servers"]))
    balancer = _load_balancer(one["load_balancer"])
    return Pool(
        fqdn=one["fqdn"],
        product=one["product"] or product,
        role=one["role"],
        edition=one["edition"],
        configuration=one["configuration"],
        web_farm_fqdn=web["internal_fqdn"] or one["web_farm_fqdn"] or one["fqdn"],
        load_balancer=balancer,
        servers=servers,
        path=path,
        site=one["site"],
        external_web_fqdn=web["external_fqdn"],
        serves=_optional_tuple(one["serves"]),
        edge=_edge(one["edge"], servers, balancer),
        publishes=_optional_tuple(one["publishes"]),
        certificate_subject=one["certificate_subject"],
        conferencing_fqdn=web["conferencing_fqdn"],
        virtual_servers=tuple(web["virtual_servers"]),
        shares_certificate_of=one["shares_certificate_of"],
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
        logon=one["logon"],
        addresses=addresses,
        path=path,
        roles=tuple(one["roles"] or ()),
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


def _simple_urls(one: Mapping[str, Any], sip_domains: Sequence[SipDomain]) -> Iterator[SimpleUrl]:
    """Those given in full, else those of the layout; the default SIP domain comes first."""
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


def _autodiscover(given: Mapping[str, Any]) -> Autodiscover:
    return Autodiscover(given["internal"], given["external"], given["pool"] or "", given["mobile_inside"])


def _xmpp(given: Mapping[str, Any] | None) -> Xmpp:
    return Xmpp(tuple(given["domains"]), given["names"]) if given else Xmpp((), "")


def _certificates(one: Mapping[str, Any]) -> Certificates:
    issuers = {name: _issuer(name, issuer) for name, issuer in one["issuers"].items()}
    name = one["issuer"] or ("enterprise" if "enterprise" in issuers else next(iter(issuers)))
    per_use = {use: issuers[signer] for use, signer in one["issuer_for"].items() if signer}
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
    template = None if one["standalone"] or one["public"] else TemplateName(one["template"])
    return Issuer(name, CaConfig(one["ca"]) if one["ca"] else "", template, one["public"])
