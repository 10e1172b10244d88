# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The zones and the domain that the names of a deployment suggest: no document has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.names import ZoneIndex, parent


def ad_domain_of(servers: Sequence[str]) -> str:
    """The domain that most servers stand in; of those that are as many, the one nearest to the root."""
    counted = Counter(_domain_of(name) for name in servers)
    return min(counted, key=lambda name: (-counted[name], name.count("."), name))


def dns_of(ad_domain: str, sip_domains: Sequence[str], pools: Sequence[Mapping[str, Any]], urls: Any) -> dict[str, Any]:
    """The zones of both views. Those outside are another team's, so that nothing is pushed there unasked."""
    hosts = [*_hosts(urls)]
    edges = [pool for pool in pools if pool["role"] == "edge"]
    services = [one for pool in edges for one in pool["edge"].values() if isinstance(one, Mapping)]
    edge_outside = [one["fqdn"] for one in services]
    web = [name for pool in pools if (name := pool.get("web", {}).get("external_fqdn"))]
    names = [name for pool in pools for name in _names_inside(pool)]
    dns = {"internal": {"zones": [{"name": name} for name in _zones([ad_domain, *sip_domains], [*names, *hosts])]}}
    published = [name for name in web if _domain_of(name) != ad_domain or ad_domain in sip_domains]
    if edges or published:
        outside = _zones(sip_domains, [*edge_outside, *published, *(hosts if edges else ())])
        dns["external"] = {"zones": [{"name": name, "managed": "other_team"} for name in outside]}
    return dns


def _names_inside(pool: Mapping[str, Any]) -> Iterable[str]:
    yield pool["fqdn"]
    yield from (server["fqdn"] for server in pool["servers"])
    yield from (name for key, name in pool.get("web", {}).items() if key == "internal_fqdn")


def _zones(first: Iterable[str], names: Iterable[str]) -> list[str]:
    """The first ones, and a zone for each name that lies in none of them."""
    zones = list(dict.fromkeys(first))
    for name in sorted({_domain_of(name) for name in names}, key=lambda one: (one.count("."), one)):
        if ZoneIndex(zones).find(name) is None:
            zones.append(name)
    return zones


def _domain_of(name: str) -> str:
    """What follows the first label, or the name itself where that would be a single label."""
    return parent(name) if "." in parent(name) else name


def _hosts(urls: Any) -> Iterator[str]:
    """The hosts of the simple URLs; what the site gave may be of any shape, and is checked with the topology."""
    given = urls.get("urls") if isinstance(urls, Mapping) else None
    for one in given if isinstance(given, Sequence) else ():
        url = one.get("url") if isinstance(one, Mapping) else None
        if isinstance(url, str) and "://" in url:
            yield url.partition("://")[2].partition("/")[0]
