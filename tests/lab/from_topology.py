# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An estate for a topology: its servers set up without certificates, a domain controller with the zones, a CA.

A topology says who is there and under which addresses. What it does not say, such as generations of Windows, is taken
as it was usual for the product. All are members of the domain. Servers outside are reached at their public addresses:
there is no NAT.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

DOMAIN_CONTROLLER, AUTHORITY = "10.0.0.5", "10.0.0.6"
_ESTATE = ipaddress.ip_network("10.0.0.0/16")
_GENERATIONS = {
    "ocs2007": "2008r2",
    "ocs2007r2": "2008r2",
    "lync2010": "2008r2",
    "lync2013": "2012r2",
    "sfb2015": "2012r2",
    "sfb2019": "2019",
    "sfbse": "2019",
}
_OCS = ("ocs2007", "ocs2007r2")
_IN_NO_DOMAIN = ("edge", "reverse_proxy")
_SIP, _WEB = (5061,), (443, 4443)
# What listens on a server of OCS beside the Front End and http.sys: interface of the topology, and ports.
_LISTENERS = {
    "mediation": {"mediation": ("internal", [5061])},
    "director": {"director": ("internal", [5061])},
    "communicator_web_access": {"cwa_mtls": ("internal", [5061])},
    "edge": {
        "edge_internal": ("internal", [5061]),
        "av_authentication": ("internal", [5062]),
        "access_edge": ("access", [443, 5061]),
        "web_conferencing_edge": ("web_conferencing", [443]),
    },
}
_HTTP = ("front_end", "communicator_web_access", "office_web_apps", "reverse_proxy")


def estate_of(topology: dict[str, Any], **variables: Any) -> dict[str, Any]:
    """The description of the estate, as an estate file has it; the inventory has the topology and the variables."""
    domain = topology["ad_domain"]
    servers = [_Planned(topology["product"], pool, one) for pool in topology["pools"] for one in pool["servers"]]
    generation = _GENERATIONS[topology["product"]]
    authority = topology["certificates"]["issuers"]["enterprise"]["ca"].partition("\\")
    central = next((one.name for one in servers if one.role == "front_end"), "")
    return {
        "domain": {"fqdn": domain, "netbios": domain.partition(".")[0].upper()},
        "accounts": [
            {"name": "rollout", "password": "Rollout-2019!", "administrator": True, "groups": ["Domain Admins"]}
        ],
        "stand_ins": _stand_ins(topology),
        "hosts": [
            {
                "name": "dc01",
                "address": DOMAIN_CONTROLLER,
                "generation": generation,
                "domain_controller": True,
                "dns": {"zones": list(_zones(topology, servers))},
            },
            {
                "name": authority[0].partition(".")[0],
                "address": AUTHORITY,
                "generation": generation,
                "ca": {
                    "common_name": authority[2],
                    "type": "enterprise_subordinate",
                    "hash": "sha256",
                    "templates": ["WebServer"],
                },
            },
            *(one.host(generation, central) for one in servers if one.windows),
        ],
        "balancers": list(_balancers(topology)),
        "proxies": [{"name": one.name, "address": one.address, "ports": [443]} for one in servers if not one.windows],
        "inventory": {
            "user": "rollout",
            "variables": {
                "ucops_topology": topology,
                "pool_certificates_ocs": "wmi",
                "pool_certificates_start_services": True,
                "pool_certificates_oauth": True,
                **variables,
            },
        },
    }


@dataclass(frozen=True)
class _Planned:
    """A server of the topology with its pool, as the YAML has both."""

    product: str
    pool: dict[str, Any]
    given: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.given["fqdn"]).partition(".")[0]

    @property
    def role(self) -> str:
        return str(self.pool["role"])

    @property
    def windows(self) -> bool:
        return bool(self.given.get("logon", True))

    @property
    def address(self) -> str:
        """Where it is managed: inside where it stands there."""
        return (self.addresses("internal") or self.addresses("external"))[0]

    def addresses(self, interface: str) -> list[str]:
        return [_public(one) for one in self.given["addresses"].get(interface, ())]

    def host(self, generation: str, central: str) -> dict[str, Any]:
        place = {"name": self.name, "address": self.address, "generation": generation}
        return {**place, "groups": ["ucops_servers"], **self._roles(central)}

    def _roles(self, central: str) -> dict[str, Any]:
        http: dict[str, Any] = {"http": {}} if self.role in _HTTP else {}
        if self.role in ("office_web_apps", "reverse_proxy"):
            return http
        if self.product in _OCS:
            front_end = {"service": "RTCSRV", "port": 5061, "running": True, "wizard": {"days": 20}}
            listeners = {
                name: {"address": self.addresses(interface)[0], "ports": ports}
                for name, (interface, ports) in _LISTENERS.get(self.role, {}).items()
            }
            services = {"front_end": front_end} if self.role == "front_end" else {"listeners": listeners}
            return {**http, **services}
        return {"cs_server": self._cs_server(central)}

    def _cs_server(self, central: str) -> dict[str, Any]:
        standard = self.role == "front_end" and self.pool.get("edition") == "standard"
        role = "standard_edition" if standard else self.role
        server = {"product": self.product, "role": role, "pool": self.pool["fqdn"], "cms": central}
        if self.role != "edge":
            return server
        services = ("access", "web_conferencing", "av")
        outside = {one: (self.addresses(one) or self.addresses("external"))[0] for one in services}
        return {**server, "external": outside}


def _public(address: Any) -> str:
    return str(address["public"] if isinstance(address, dict) else address)


def _zones(topology: dict[str, Any], servers: list[_Planned]) -> Iterator[dict[str, Any]]:
    """The internal zones that have to be there, that of the domain with what its members register themselves."""
    domain = topology["ad_domain"]
    for zone in topology["dns"]["internal"]["zones"]:
        if zone.get("if_missing", "fail") != "create":
            records = list(_registered(topology, servers)) if zone["name"] == domain else []
            yield {"name": zone["name"], "ds_integrated": True, "records": records}


def _registered(topology: dict[str, Any], servers: list[_Planned]) -> Iterator[dict[str, Any]]:
    yield {"owner": "dc01", "type": "A", "data": DOMAIN_CONTROLLER}
    yield {"owner": "ca01", "type": "A", "ttl": 1200, "data": AUTHORITY}
    if "time_server" in topology:
        name = topology["time_server"].removesuffix(f".{topology['ad_domain']}")
        yield {"owner": name, "type": "A", "data": DOMAIN_CONTROLLER}
    for one in servers:
        for address in one.addresses("internal") if one.role not in _IN_NO_DOMAIN else ():
            yield {"owner": one.name, "type": "AAAA" if ":" in address else "A", "ttl": 1200, "data": address}


def _balancers(topology: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each virtual address once, with the ports of all that it stands for."""
    for pool in topology["pools"]:
        vips = (pool.get("load_balancer") or {}).get("vips") or {}
        members = [str(one["fqdn"]).partition(".")[0] for one in pool["servers"]]
        ports: dict[str, set[int]] = {}
        for service, addresses in vips.items():
            wanted = {"web": _WEB, "sip": _SIP if "web" in vips else (*_SIP, *_WEB)}.get(service, _SIP)
            for address in map(_public, addresses):
                ports.setdefault(address, set()).update(wanted)
        yield from (
            {"address": one, "ports": sorted(ports[one]), "members": members} for one in ports if ":" not in one
        )


def _stand_ins(topology: dict[str, Any]) -> dict[str, str]:
    """For each address of other networks one of 10.0.0.0/16. There are none for IPv6: loopback has one such address."""
    found = dict.fromkeys(one for one in _texts(topology["pools"]) if _is_of_another_network(one))
    return {address: f"10.0.200.{number}" for number, address in enumerate(found, 1)}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (text for one in value.values() for text in _texts(one))
    elif isinstance(value, list):
        yield from (text for one in value for text in _texts(one))
    elif isinstance(value, str):
        yield value


def _is_of_another_network(text: str) -> bool:
    try:
        return ipaddress.IPv4Address(text) not in _ESTATE
    except ValueError:
        return False
