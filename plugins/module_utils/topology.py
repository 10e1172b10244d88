# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The topology: what the site says of itself, checked whole and turned into frozen values.

``TOPOLOGY`` is the definition as data. ``parse`` checks the shape, then what the parts say of each other, and tells
all problems at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.contradictions import find_contradictions
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.rules import Product
from ansible_collections.ucops.rollout.plugins.module_utils.shapes import Problem, Problems
from ansible_collections.ucops.rollout.plugins.module_utils.topology_shape import TOPOLOGY


class TopologyError(RolloutError):
    """The topology cannot be planned; ``problems`` has every reason with its path."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__("\n".join([f"the topology has {count}", *(f"- {problem}" for problem in problems)]))


@dataclass(frozen=True)
class SipDomain:
    """``home``: FQDN of the pool that signs its users in. ``path``: where the topology says so."""

    name: str
    srv_target: str
    home: str
    path: str


@dataclass(frozen=True)
class Zone:
    """``known_names``: relative names that exist outside (None: not said); ``copied_names``: those copied inside."""

    view: str
    name: str
    if_missing: str
    ttl: int
    known_names: tuple[str, ...] | None
    copied_names: tuple[str, ...]
    path: str


@dataclass(frozen=True)
class Server:
    """A server of a pool; ``addresses``: interface to IPv4 addresses."""

    fqdn: str
    inventory_host: str | None
    addresses: Mapping[str, tuple[str, ...]]
    path: str


@dataclass(frozen=True)
class LoadBalancer:
    """``vips``: service (``sip``, ``web``) to IPv4 addresses; web's are sip's unless given."""

    type: str
    vips: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Pool:
    """``product`` and ``web_farm_fqdn`` have their defaults filled in."""

    fqdn: str
    product: str
    role: str
    edition: str
    configuration: str
    web_farm_fqdn: str
    load_balancer: LoadBalancer | None
    servers: tuple[Server, ...]
    path: str


@dataclass(frozen=True)
class Issuer:
    """``ca``: configuration string, host and CA's name with a backslash between. A stand-alone CA has no template."""

    name: str
    ca: str
    template: str | None


@dataclass(frozen=True)
class Certificates:
    """What the site wants of certificates; ``issuer`` is the one that signs them."""

    issuer: Issuer
    key_length: int | None
    repeat_subject_in_san: bool


@dataclass(frozen=True)
class Topology:
    """The whole site."""

    ad_domain: str
    sip_domains: tuple[SipDomain, ...]
    zones: tuple[Zone, ...]
    pools: tuple[Pool, ...]
    certificates: Certificates


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
    sole_home = checked["pools"][0]["fqdn"]
    return Topology(
        ad_domain=checked["ad_domain"],
        sip_domains=tuple(
            _sip_domain(one, sole_home, f"sip_domains[{index}]") for index, one in enumerate(checked["sip_domains"])
        ),
        zones=tuple(_zones(checked["dns"])),
        pools=tuple(_pool(one, checked["product"], f"pools[{index}]") for index, one in enumerate(checked["pools"])),
        certificates=_certificates(checked["certificates"]),
    )


def _sip_domain(one: Mapping[str, Any], sole_home: str, path: str) -> SipDomain:
    return SipDomain(name=one["name"], srv_target=one["srv_target"], home=one["home"] or sole_home, path=path)


def _zones(dns: Mapping[str, Any]) -> list[Zone]:
    return [
        Zone(
            view="internal",
            name=one["name"],
            if_missing=one["if_missing"],
            ttl=dns["ttl"] if one["ttl"] is None else one["ttl"],
            known_names=None if one["known_names"] is None else tuple(one["known_names"]),
            copied_names=tuple(one["copied_names"]),
            path=f"dns.internal.zones[{index}]",
        )
        for index, one in enumerate(dns["internal"]["zones"])
    ]


def _pool(one: Mapping[str, Any], product: str, path: str) -> Pool:
    return Pool(
        fqdn=one["fqdn"],
        product=one["product"] or product,
        role=one["role"],
        edition=one["edition"],
        configuration=one["configuration"],
        web_farm_fqdn=one["web_farm_fqdn"] or one["fqdn"],
        load_balancer=_load_balancer(one["load_balancer"]),
        servers=tuple(_server(each, f"{path}.servers[{index}]") for index, each in enumerate(one["servers"])),
        path=path,
    )


def _load_balancer(one: Mapping[str, Any] | None) -> LoadBalancer | None:
    if one is None:
        return None
    sip = tuple(one["vips"]["sip"])
    return LoadBalancer(type=one["type"], vips={"sip": sip, "web": tuple(one["vips"]["web"] or sip)})


def _server(one: Mapping[str, Any], path: str) -> Server:
    addresses = {interface: tuple(some) for interface, some in one["addresses"].items()}
    return Server(fqdn=one["fqdn"], inventory_host=one["inventory_host"], addresses=addresses, path=path)


def _certificates(one: Mapping[str, Any]) -> Certificates:
    name = one["issuer"] or ("enterprise" if "enterprise" in one["issuers"] else next(iter(one["issuers"])))
    issuer = one["issuers"][name]
    return Certificates(
        issuer=Issuer(name=name, ca=issuer["ca"], template=None if issuer["standalone"] else issuer["template"]),
        key_length=one["key_length"],
        repeat_subject_in_san=one["repeat_subject_in_san"],
    )
