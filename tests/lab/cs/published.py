# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published topology of an estate, as its own servers make it up: for estate files that have no text of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from lab.roles.cs_server import CsServer

_DEPLOYMENT = "urn:schema:Microsoft.Rtc.Management.Deploy"
_TOPOLOGY, _ROLES = f"{_DEPLOYMENT}.Topology.2008", f"{_DEPLOYMENT}.ServiceRoles.2008"
# Topology Builder has "use all configured addresses" for servers inside.
_ALL_ADDRESSES = "0.0.0.0"
_USERS = ("Registrar", "UserServices", "ConfServices", "ApplicationServer", "WebServices", "MediationServer")
_SERVICES = {
    "front_end": _USERS,
    "standard_edition": _USERS,
    "director": ("Registrar", "WebServices"),
    "survivable_branch_appliance": ("Registrar", "MediationServer"),
    "mediation": ("MediationServer",),
    "persistent_chat": ("PersistentChatService",),
    "edge": ("EdgeServer", "ManagementServices"),
}
# Names outside: key of the estate file, component, usage, port, protocol, number of the interface.
_OUTSIDE = (
    ("access", "AccessEdge", "SipClient", 443, "Tls", 1),
    ("access", "AccessEdge", "SipServer", 5061, "Mtls", 1),
    ("web_conferencing", "DataEdge", "PsomClient", 443, "Tls", 2),
    ("av", "MediaRelayEdge", "TURNServer", 443, "Tcp", 3),
    ("av", "MediaRelayEdge", "TURNServer", 3478, "Udp", 3),
)


def published(server: CsServer) -> str:
    """XML of all servers of the organisation of this one, all in one site."""
    pools: dict[str, list[CsServer]] = {}
    for one in server.siblings():
        pools.setdefault(one.pool, []).append(one)
    domains = server.central().sip_domains
    root = ET.Element("Topology", {"xmlns": _TOPOLOGY})
    internal = ET.SubElement(root, "InternalDomains", {"AllowAllDomains": "false", "DefaultDomain": domains[0]})
    for name in domains:
        ET.SubElement(internal, "InternalDomain", {"Name": name, "Authoritative": "false", "AllowSubDomains": "false"})
    site = ET.SubElement(ET.SubElement(root, "Sites"), "CentralSite", {"SiteId": "1"})
    ET.SubElement(site, "Name").text = "1"
    clusters, services = ET.SubElement(root, "Clusters"), ET.SubElement(root, "Services")
    instances: dict[str, int] = {}
    for number, (pool, servers) in enumerate(pools.items(), 1):
        clusters.append(_cluster(number, pool, servers))
        central = ("CentralMgmt",) if server.central() in servers else ()
        for role in (*_SERVICES.get(servers[0].role.name, ()), *central):
            instances[role] = instances.get(role, 0) + 1
            services.append(_service(number, role, instances[role], servers[0]))
    return ET.tostring(root, encoding="unicode")


def _cluster(number: int, pool: str, servers: list[CsServer]) -> ET.Element:
    cluster = ET.Element("Cluster", {"RequiresReplication": "true", "RequiresSetup": "true", "Fqdn": pool})
    ET.SubElement(cluster, "ClusterId", {"SiteId": "1", "Number": str(number)})
    for at, one in enumerate(servers, 1):
        machine = ET.SubElement(cluster, "Machine", {"OrdinalInCluster": str(at), "Fqdn": one.machine.fqdn})
        for side, interface, address in _interfaces(one):
            values = {"InterfaceSide": side, "InterfaceNumber": str(interface), "IPAddress": address}
            ET.SubElement(machine, "NetInterface", values)
    return cluster


def _interfaces(server: CsServer) -> Iterator[tuple[str, int, str]]:
    if not server.role.edge:
        yield "Primary", 1, _ALL_ADDRESSES
        return
    yield "Internal", 1, str(server.machine.settings.get("address", server.machine.address))
    outside = server.settings.get("external") or {}
    for at, name in enumerate(dict.fromkeys(key for key, *_rest in _OUTSIDE), 1):
        if name in outside:
            yield "External", at, str(outside[name])


def _service(number: int, role: str, instance: int, server: CsServer) -> ET.Element:
    version = int(server.product.version.partition(".")[0]) + 1
    service = ET.Element("Service", {"RoleVersion": "1", "ServiceVersion": str(version)})
    ET.SubElement(service, "ServiceId", {"SiteId": "1", "RoleName": role, "Instance": str(instance)})
    ET.SubElement(service, "DependsOn")
    installed = ET.SubElement(service, "InstalledOn")
    ET.SubElement(installed, "ClusterId", {"SiteId": "1", "Number": str(number)})
    ports = ET.SubElement(service, "Ports", {"xmlns": _ROLES})
    for values in _ports(role, server):
        ET.SubElement(ports, "Port", {key: str(value) for key, value in values.items()})
    if role == "Registrar":
        director = str(server.role.name == "director").lower()
        ET.SubElement(service, "RegistrarService", {"xmlns": _ROLES, "IsDirector": director})
    if role == "CentralMgmt":
        ET.SubElement(service, "CentralMgmtService", {"xmlns": _ROLES, "IsActive": "true"})
    if role == "WebServices":
        web, settings = ET.SubElement(service, "WebService", {"xmlns": _ROLES}), server.settings.get("web") or {}
        for name, key in (("InternalSettings", "internal"), ("ExternalSettings", "external")):
            if key in settings:
                ET.SubElement(web, name, {"Host": str(settings[key])})
    return service


def _ports(role: str, server: CsServer) -> Iterator[dict[str, object]]:
    if role == "Registrar":
        yield _port("Registrar", "SipServer", "Primary", 1, 5061, "Mtls")
    if role == "WebServices":
        yield {**_port("OCSWebSite", "WebSite", "External", 1, 4443, "Https"), "ConfiguredPort": 443}
        yield _port("OCSWebSite", "WebSite", "Primary", 1, 443, "Https")
    if role == "EdgeServer":
        yield _port("AccessEdge", "SipServer", "Internal", 1, 5061, "Mtls")
        names = server.settings.get("external_names") or {}
        for key, component, usage, port, protocol, interface in _OUTSIDE:
            if key in names:
                found = _port(component, usage, "External", interface, port, protocol)
                yield {**found, "ConfiguredFqdn": names[key]}


def _port(component: str, usage: str, side: str, interface: int, port: int, protocol: str) -> dict[str, object]:
    return {
        "Owner": f"urn:component:{component}",
        "Usage": usage,
        "InterfaceSide": side,
        "InterfaceNumber": interface,
        "Port": port,
        "Protocol": protocol,
        "UrlPath": "/",
        "AuthorizesRequests": "false",
    }
