# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The elements that all forms of a topology document share, with every value checked where it is read."""

from __future__ import annotations

import ipaddress
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.codec import told
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import (
    FoundInterface,
    FoundMachine,
    FoundPort,
    FoundService,
    FoundSite,
    FoundUrl,
    NotImported,
)
from ansible_collections.ucops.rollout.plugins.module_utils.xml_tree import local

_DEPLOY = "urn:schema:Microsoft.Rtc.Management.Deploy"
TOPOLOGY = f"{{{_DEPLOY}.Topology.2008}}Topology"
BUILDER = f"{{{_DEPLOY}.TopologyBuilder.2008}}TopologyBuilder"
PARTIAL = f"{{{_DEPLOY}.WritableTopology.2008}}PartialTopology"
SIMPLE_URLS = "{urn:schema:Microsoft.Rtc.Management.Settings.SimpleUrl.2008}SimpleUrlConfiguration"

_NO_ADDRESS = ("0.0.0.0", "::")  # "all addresses of the machine"
_HIGHEST_PORT = 65535


def children(parent: ET.Element | None, name: str) -> list[ET.Element]:
    """The direct children of this local name: the forms put the same elements into different namespaces."""
    return [one for one in (parent if parent is not None else ()) if local(one) == name]


def child(parent: ET.Element | None, name: str) -> ET.Element | None:
    return next(iter(children(parent, name)), None)


def inside(parent: ET.Element | None, *path: str) -> list[ET.Element]:
    """The elements at the end of a path of local names."""
    found = [parent] if parent is not None else []
    for name in path:
        found = [one for each in found for one in children(each, name)]
    return found


def attribute(element: ET.Element, name: str) -> str:
    """Raises NotImported where it is missing or empty."""
    value = element.get(name, "").strip()
    if not value:
        raise NotImported(
            f"an element {local(element)} has no {name}", mend="The document is damaged, or of a form that is not known"
        )
    return value


def host(text: str) -> str:
    """A server's or pool's name in lower case, as it is written.

    Gateways and file servers have names that no server of ours may have, such as an address. What is taken into the
    topology is checked there.
    """
    return text.strip().rstrip(".").lower()


def whole(element: ET.Element, name: str, highest: int = 2**31 - 1, default: int | None = None) -> int:
    """A number of an attribute; raises NotImported for anything else."""
    text = element.get(name, "").strip() if default is not None else attribute(element, name)
    if not text and default is not None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= highest):
        raise NotImported(f"{name} of an element {local(element)} is {told(text)}, which is no number that it can have")
    return int(text)


def is_true(element: ET.Element | None, name: str) -> bool:
    return element is not None and element.get(name, "").strip().lower() in ("true", "1")


def sip_domains(parent: ET.Element) -> tuple[str, ...]:
    """The SIP domains: the default one, then the others by name."""
    domains = child(parent, "InternalDomains")
    found = [names.domain(attribute(one, "Name")) for one in children(domains, "InternalDomain")]
    if domains is None or not found:
        raise NotImported("there is no SIP domain in it", mend="Export the whole topology: Get-CsTopology -AsXml")
    default = domains.get("DefaultDomain", "").strip()
    first = names.domain(default) if default else found[0]
    if first not in found:
        raise NotImported(f"its default SIP domain '{first}' is not among its SIP domains")
    return (first, *sorted(set(found) - {first}))


def site(element: ET.Element, *, branch: bool) -> FoundSite:
    number = whole(element, "SiteId")
    name = child(element, "Name")
    text = " ".join((name.text or "").split()) if name is not None else ""
    return FoundSite(number, text, branch)


def machines(elements: Iterable[ET.Element], pool: str) -> tuple[FoundMachine, ...]:
    """The machines by name; one without a name has its pool's (a pool of a single machine)."""
    found = [
        FoundMachine(host(one.get("Fqdn", "").strip() or pool), tuple(_interface(each) for each in _interfaces(one)))
        for one in elements
    ]
    return tuple(sorted(found, key=lambda one: one.fqdn))


def _interfaces(machine: ET.Element) -> list[ET.Element]:
    return children(machine, "NetInterface")


def _interface(element: ET.Element) -> FoundInterface:
    return FoundInterface(
        side=attribute(element, "InterfaceSide"),
        number=whole(element, "InterfaceNumber", default=1),
        address=_address(element, "IPAddress"),
        public=_address(element, "ConfiguredIPAddress"),
    )


def _address(element: ET.Element, name: str) -> str:
    """An address, empty where the document gives none or all of the machine."""
    text = element.get(name, "").strip()
    if not text or text in _NO_ADDRESS:
        return ""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise NotImported(f"{name} of a network interface is {told(text)}, which is no address") from None


def service(
    element: ET.Element, role: str, cluster: str, *, on_database: bool, needs: Iterable[tuple[str, str]]
) -> FoundService:
    """A service; where it stands and what it needs is told by the form."""
    web, registrar, central = (
        child(element, name) for name in ("WebService", "RegistrarService", "CentralMgmtService")
    )
    return FoundService(
        role=role,
        version=whole(element, "ServiceVersion", default=0),
        cluster=cluster,
        on_database=on_database,
        ports=tuple(sorted(map(_port, inside(element, "Ports", "Port")), key=astuple)),
        needs=tuple(sorted(set(needs))),
        is_director=is_true(registrar, "IsDirector"),
        is_active=is_true(central, "IsActive"),
        web_inside=_host(web, "Internal"),
        web_outside=_host(web, "External"),
    )


def _host(web: ET.Element | None, side: str) -> str:
    """The host of the settings for a side; only those outside were seen, so the other side's may be named otherwise."""
    settings = [one for one in (web if web is not None else ()) if local(one).startswith(side)]
    return next((found for one in settings if (found := host(one.get("Host", "")))), "")


def _port(element: ET.Element) -> FoundPort:
    return FoundPort(
        owner=attribute(element, "Owner").rpartition(":")[2],
        usage=attribute(element, "Usage"),
        side=attribute(element, "InterfaceSide"),
        interface=whole(element, "InterfaceNumber", default=1),
        port=whole(element, "Port", _HIGHEST_PORT),
        protocol=element.get("Protocol", "").strip(),
        outside=whole(element, "ConfiguredPort", _HIGHEST_PORT, default=0),
        fqdn=host(element.get("ConfiguredFqdn", "")),
    )


def simple_urls(configuration: ET.Element) -> tuple[FoundUrl, ...]:
    """The URLs in use of a SimpleUrlConfiguration."""
    return found_urls(
        (
            attribute(one, "Component"),
            one.get("Domain", ""),
            one.get("ActiveUrl", ""),
            next((entry.get("Url", "") for entry in children(one, "SimpleUrlEntry")), ""),
        )
        for one in children(configuration, "SimpleUrl")
    )


def found_urls(entries: Iterable[tuple[str, str, str, str]]) -> tuple[FoundUrl, ...]:
    """URLs by component and SIP domain; one that is written twice counts once.

    :param entries: component; SIP domain, empty or ``*`` for all; the active URL; the first of those configured, which
        stands for an active one that is not given.
    """
    found = set()
    for component, domain, active, configured in entries:
        url = active.strip() or configured.strip()
        if url:
            found.add(FoundUrl(component.strip(), "" if domain.strip() in ("", "*") else host(domain), url))
    return tuple(sorted(found, key=lambda one: (one.component, one.sip_domain, one.url)))


def refuse_twice(what: str, found: Iterable[str]) -> None:
    """Raise NotImported for the first name that comes a second time."""
    seen: set[str] = set()
    for name in found:
        if name in seen:
            raise NotImported(f"the {what} '{name}' is in it twice", mend="The document is damaged: export it again")
        seen.add(name)


def resolved(references: Iterable[str], known: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Role and cluster of the services referred to; those that are not in the document are left out."""
    return (known[one] for one in references if one in known)


def in_order(services: Iterable[FoundService]) -> tuple[FoundService, ...]:
    """The services in an order that no form of the document has a say in."""
    return tuple(sorted(services, key=lambda one: (one.cluster, one.role, one.version, astuple(one))))
