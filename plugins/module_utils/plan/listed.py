# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts of an inventory that a topology names: its servers, and the hosts of the CAs that sign for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Topology
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig


@dataclass(frozen=True, slots=True)
class ListedServer:
    """What a topology says of a server. ``addresses``: view to its addresses."""

    fqdn: str
    pool: str
    product: str
    role: str
    addresses: Mapping[str, tuple[str, ...]]

    def to_plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = to_plain(self)
        return plain


@dataclass(frozen=True, slots=True)
class ListedHosts:
    """``servers``: name of a host to its server, without those that nobody logs on to. ``cas``: hosts of CAs."""

    servers: Mapping[str, ListedServer]
    cas: tuple[str, ...]


def listed_hosts(topology: Topology) -> ListedHosts:
    """Each once, in the order of the topology. A server is named by its ``inventory_host``, else by its FQDN.

    Of a host that is a server and a CA, and is written in two ways, the server's counts.
    """
    plan, pools = make_plan(topology), {one.fqdn: one for one in topology.pools}
    servers = {
        one.host: ListedServer(one.fqdn, one.pool, pools[one.pool].product, pools[one.pool].role, one.addresses)
        for one in plan.servers
        if one.logon and one.pool in pools
    }
    named = {one.fqdn.lower(): host for host, one in servers.items()}
    cas = (CaConfig(one.issuer.ca).host for one in plan.certificates if one.issuer.ca)
    return ListedHosts(servers, tuple(dict.fromkeys(named.get(one.lower(), one) for one in cas)))
