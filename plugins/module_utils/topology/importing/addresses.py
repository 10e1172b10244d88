# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The addresses of servers as a topology has them, with stand-ins where the document has none."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import (
    FoundDeployment,
    FoundInterface,
    FoundMachine,
    FoundPort,
    FoundService,
    NotImported,
)
from ansible_collections.ucops.rollout.plugins.module_utils.values import STAND_INS, is_stand_in

_INSIDE, _OUTSIDE = STAND_INS.subnets()

# Service of the Edge to its listener outside: owner, usages in the order of preference.
_EDGE_LISTENERS = {
    "access": ("AccessEdge", ("SipClient", "SipServer")),
    "web_conferencing": ("DataEdge", ("PsomClient",)),
    "av": ("MediaRelayEdge", ("TURNServer",)),
}
_PRIVATE = tuple(
    ipaddress.ip_network(net)
    for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10")
)


class StandIns:
    """Addresses that stand in for those that the document does not have, each once, in the order of asking."""

    def __init__(self, found: FoundDeployment) -> None:
        taken = {
            address
            for cluster in found.clusters
            for machine in cluster.machines
            for one in machine.interfaces
            for address in (one.address, one.public)
        }
        self._inside = (str(one) for one in _INSIDE.hosts() if str(one) not in taken)
        self._outside = (str(one) for one in _OUTSIDE.hosts() if str(one) not in taken)

    def inside(self) -> str:
        return self._next(self._inside)

    def outside(self) -> str:
        return self._next(self._outside)

    def _next(self, left: Iterator[str]) -> str:
        for address in left:
            return address
        raise NotImported("it has more servers without addresses than there are addresses to stand in for them")


@dataclass(frozen=True)
class EdgeNames:
    """The Edge services' listeners outside, by the names that a topology has for them. At least ``access``."""

    ports: Mapping[str, FoundPort]

    @property
    def shared(self) -> bool:
        """Whether all answer at one address of the server."""
        return len({port.interface for port in self.ports.values()}) == 1

    def plain(self) -> dict[str, Any]:
        return {name: {"fqdn": port.fqdn, "port": port.outside or port.port} for name, port in self.ports.items()}


def edge_names(services: Iterable[FoundService]) -> EdgeNames | None:
    """The names outside, None where the document has none for the Access Edge."""
    edge = next(one for one in services if one.role == "EdgeServer")
    ports = {}
    for name, (owner, usages) in _EDGE_LISTENERS.items():
        found = [port for usage in usages for port in edge.listeners(owner, usage, "External") if port.fqdn]
        over_tcp = [port for port in found if port.protocol.lower() != "udp"]
        if over_tcp:
            ports[name] = over_tcp[0]
    return EdgeNames(ports) if "access" in ports else None


def inside_of(machine: FoundMachine, spare: StandIns) -> list[str]:
    """The addresses inside; an Edge's inner interface has a side of its own."""
    found = [one.address for side in ("Primary", "Internal") for one in machine.at(side) if one.address]
    return list(dict.fromkeys(found)) or [spare.inside()]


def outside_of(machine: FoundMachine, edge: EdgeNames, spare: StandIns) -> dict[str, list[Any]]:
    """The addresses outside, by service, or those that all services share."""
    if edge.shared:
        return {"external": _outside(machine, edge.ports["access"].interface, spare)}
    access = edge.ports["access"]
    return {name: _outside(machine, edge.ports.get(name, access).interface, spare) for name in _EDGE_LISTENERS}


def _outside(machine: FoundMachine, number: int, spare: StandIns) -> list[Any]:
    known = [one for one in machine.at("External", number) if one.address or one.public]
    return [_public_and_private(one, spare) for one in known] or [{"public": spare.outside()}]


def _public_and_private(interface: FoundInterface, spare: StandIns) -> dict[str, str]:
    """What DNS shows, and the server's own address where that is another; a private one is not shown to anybody."""
    own, public = interface.address, interface.public
    if not public:
        public = spare.outside() if _is_private(own) else own
    return {"public": public, **({"private": own} if own and own != public else {})}


def _is_private(address: str) -> bool:
    found = ipaddress.ip_address(address)
    return any(found in net for net in _PRIVATE if net.version == found.version)


def stand_ins_in(value: Any) -> list[str]:
    """The stand-ins among the addresses of a part of a topology, in their order."""
    if isinstance(value, str):
        return [value] if is_stand_in(value) else []
    inner: Sequence[Any] = list(value.values()) if isinstance(value, Mapping) else value
    return [address for one in inner for address in stand_ins_in(one)]
