# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services whose certificate a person assigns, with a tool that the lab does not imitate: those of an OCS Edge, say."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from lab.listening import TcpListener
from lab.roles import NoSuchOrder, Role
from lab.tls import server_context, shake_hands

if TYPE_CHECKING:
    from lab.machine import Machine


class Listeners(Role):
    """Settings: for each service by name `{ports, address}`; the address is that of the machine unless given.

    A service listens once it has a certificate: `assign` `{service, thumbprint}` is what a person does, the restart
    included.
    """

    name = "listeners"
    rank = 41

    def __init__(self, machine: Machine, settings: dict[str, Any]) -> None:
        super().__init__(machine, settings)
        self.assigned: dict[str, str] = {}
        self._open: dict[str, list[TcpListener]] = {}

    def _address(self, service: str) -> str:
        given = self.settings[service].get("address")
        return self.machine.estate.network.address(given) if given else self.machine.address

    def addresses(self) -> list[str]:
        return sorted({self._address(service) for service in self.settings} - {self.machine.address})

    def start(self) -> None:
        for service in self.assigned:
            self._listen(service)

    def stop(self) -> None:
        for service in list(self._open):
            self._close(service)

    def carry_out(self, order: str, body: Any) -> Any:
        if order != "assign":
            raise NoSuchOrder(order)
        self.assigned[str(body["service"])] = str(body["thumbprint"]).upper()
        self._listen(str(body["service"]))
        return {}

    def _listen(self, service: str) -> None:
        self._close(service)
        context = server_context(self.machine, self.assigned[service])
        serve = functools.partial(_serve, context)
        port = self.machine.estate.network.port
        places = [(self._address(service), port(int(one))) for one in self.settings[service]["ports"]]
        self._open[service] = [TcpListener(place, serve, service) for place in places]

    def _close(self, service: str) -> None:
        for listener in self._open.pop(service, []):
            listener.close()

    def listening(self) -> list[int]:
        return sorted({int(port) for service in self._open for port in self.settings[service]["ports"]})

    def snapshot(self) -> dict[str, Any]:
        return {"assigned": dict(sorted(self.assigned.items()))}


def _serve(context: Any, connection: Any) -> None:
    shake_hands(connection, context, b"")
