# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The form of Topology Builder's files (.tbxml): joined by unique identifiers, with simple URLs."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping

from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.elements import (
    PARTIAL,
    SIMPLE_URLS,
    attribute,
    children,
    host,
    in_order,
    inside,
    is_true,
    machines,
    refuse_twice,
    resolved,
    service,
    simple_urls,
    sip_domains,
    site,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import (
    FoundCluster,
    FoundDeployment,
    FoundService,
    FoundSite,
    NotImported,
)
from ansible_collections.ucops.rollout.plugins.module_utils.xml_tree import local

_UNPUBLISHED = "the file of Topology Builder holds changes that are not published: it is a plan, not what runs"


def read_builder(root: ET.Element) -> FoundDeployment:
    """What a ``TopologyBuilder`` element says of its new topology; raises NotImported."""
    partial = next((one for one in inside(root, "NewTopology", "PartialTopology") if one.tag == PARTIAL), None)
    if partial is None:
        raise NotImported(
            "there is no new topology in this file of Topology Builder", mend="Save it again in Topology Builder"
        )
    sites: list[FoundSite] = []
    clusters: dict[str, FoundCluster] = {}
    instances: dict[str, str] = {}
    identified = [one for one in partial.iter() if local(one) in ("Cluster", "SqlInstance", "Service")]
    refuse_twice("identifier", (_identifier(one) for one in identified))
    for one, element in _sites(partial):
        sites.append(one)
        for cluster in inside(element, "Clusters", "Cluster"):
            made = _cluster(cluster, one)
            clusters[_identifier(cluster)] = made
            for instance in inside(cluster, "SqlInstances", "SqlInstance"):
                instances[_identifier(instance)] = made.fqdn
    refuse_twice("pool", (one.fqdn for one in clusters.values()))
    refuse_twice("site", (str(one.number) for one in sites))
    elements = inside(partial, "Services", "Service")
    places = {_identifier(one): (attribute(one, "RoleName"), _place(one, clusters, instances)[0]) for one in elements}
    configurations = [one for one in partial if one.tag == SIMPLE_URLS]
    return FoundDeployment(
        sip_domains=sip_domains(partial),
        sites=tuple(sorted(sites, key=lambda one: one.number)),
        clusters=tuple(sorted(clusters.values(), key=lambda one: one.fqdn)),
        services=in_order(_service(one, clusters, instances, places) for one in elements),
        urls=simple_urls(configurations[0]) if configurations else None,
        remarks=() if is_true(root, "IsFreeFromChanges") or root.get("IsFreeFromChanges") is None else (_UNPUBLISHED,),
    )


def _sites(partial: ET.Element) -> Iterator[tuple[FoundSite, ET.Element]]:
    for element in inside(partial, "CentralSites", "CentralSite"):
        yield site(element, branch=False), element
        for branch in inside(element, "RemoteSites", "RemoteSite"):
            yield site(branch, branch=True), branch


def _identifier(element: ET.Element) -> str:
    return attribute(element, "UniqueId").lower()


def _cluster(element: ET.Element, where: FoundSite) -> FoundCluster:
    name = host(attribute(element, "Fqdn"))
    given = [one for container in children(element, "Machines") for one in children(container, "Machine")]
    return FoundCluster(name, where, machines(given, name))


def _place(element: ET.Element, clusters: Mapping[str, FoundCluster], instances: Mapping[str, str]) -> tuple[str, bool]:
    """The cluster that a service stands on, and whether it stands on a database there."""
    where = attribute(element, "InstalledOn").lower()
    if where in instances:
        return instances[where], True
    if where not in clusters:
        raise NotImported(f"a service {attribute(element, 'RoleName')} stands on a pool that is not in it")
    return clusters[where].fqdn, False


def _service(
    element: ET.Element,
    clusters: Mapping[str, FoundCluster],
    instances: Mapping[str, str],
    places: Mapping[str, tuple[str, str]],
) -> FoundService:
    cluster, on_database = _place(element, clusters, instances)
    needed = (attribute(one, "ServiceUniqueId").lower() for one in inside(element, "DependsOn", "Dependency"))
    role = attribute(element, "RoleName")
    return service(element, role, cluster, on_database=on_database, needs=resolved(needed, places))
