# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The published form, as Get-CsTopology -AsXml and Publish-CsTopology write it: joined by site and number."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping

from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.elements import (
    attribute,
    child,
    children,
    host,
    in_order,
    inside,
    machines,
    refuse_twice,
    resolved,
    service,
    sip_domains,
    site,
    whole,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import (
    FoundCluster,
    FoundDeployment,
    FoundService,
    FoundSite,
    NotImported,
)


def read_published(root: ET.Element) -> FoundDeployment:
    """What a ``Topology`` element says; raises NotImported. It has no simple URLs."""
    sites = _sites(root)
    clusters = {_key(one): _cluster(one, sites) for one in inside(root, "Clusters", "Cluster")}
    refuse_twice("pool", (one.fqdn for one in clusters.values()))
    if len(clusters) != len(inside(root, "Clusters", "Cluster")):
        raise NotImported("two pools in it have one number", mend="The document is damaged: export it again")
    elements = inside(root, "Services", "Service")
    refuse_twice("service", (_service_key(_id(one)) for one in elements))
    places = {_service_key(_id(one)): (_role(one), _place(one, clusters)[0]) for one in elements}
    return FoundDeployment(
        sip_domains=sip_domains(root),
        sites=tuple(sites[number] for number in sorted(sites)),
        clusters=tuple(sorted(clusters.values(), key=lambda one: one.fqdn)),
        services=in_order(_service(one, clusters, places) for one in elements),
        urls=None,
    )


def _sites(root: ET.Element) -> dict[int, FoundSite]:
    found: dict[int, FoundSite] = {}
    for container in children(root, "Sites"):
        for one in container.iter():
            if one.tag.rpartition("}")[2] in ("CentralSite", "RemoteSite"):
                made = site(one, branch=one.tag.endswith("}RemoteSite"))
                if made.number in found:
                    raise NotImported(f"the site {made.number} is in it twice")
                found[made.number] = made
    return found


def _key(parent: ET.Element) -> tuple[int, int]:
    place = child(parent, "ClusterId")
    if place is None:
        raise NotImported("an element of it names no pool by ClusterId", mend="Export it again")
    return whole(place, "SiteId"), whole(place, "Number")


def _cluster(element: ET.Element, sites: Mapping[int, FoundSite]) -> FoundCluster:
    name = host(attribute(element, "Fqdn"))
    number = _key(element)[0]
    if number not in sites:
        raise NotImported(f"the pool '{name}' stands in the site {number}, which is not in it")
    return FoundCluster(name, sites[number], machines(children(element, "Machine"), name))


def _id(element: ET.Element) -> ET.Element:
    found = child(element, "ServiceId")
    if found is None:
        raise NotImported("a service of it has no ServiceId", mend="Export it again")
    return found


def _role(element: ET.Element) -> str:
    return attribute(_id(element), "RoleName")


def _service_key(element: ET.Element) -> str:
    return "/".join(attribute(element, name) for name in ("SiteId", "RoleName", "Instance"))


def _place(element: ET.Element, clusters: Mapping[tuple[int, int], FoundCluster]) -> tuple[str, bool]:
    """The cluster that a service stands on, and whether it stands on a database there."""
    where = child(element, "InstalledOn")
    database = child(where, "SqlInstanceId")
    parent = database if database is not None else where
    if parent is None:
        raise NotImported(f"a service {_role(element)} stands nowhere", mend="Export it again")
    key = _key(parent)
    if key not in clusters:
        raise NotImported(f"a service {_role(element)} stands on a pool that is not in it", mend="Export it again")
    return clusters[key].fqdn, database is not None


def _service(
    element: ET.Element, clusters: Mapping[tuple[int, int], FoundCluster], places: Mapping[str, tuple[str, str]]
) -> FoundService:
    cluster, on_database = _place(element, clusters)
    needed = (_service_key(one) for one in inside(element, "DependsOn", "Dependency", "ServiceId"))
    return service(element, _role(element), cluster, on_database=on_database, needs=resolved(needed, places))
