# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A load balancer: forwards the ports of a virtual address to the members that accept, one after the other."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lab.listening import TcpListener
from lab.roles import Device

if TYPE_CHECKING:
    from lab.estate import Estate
    from lab.machine import Machine

CONNECT_SECONDS = 2.0


class Balancer(Device):
    """Forwards TCP from `address` to `members` (names of machines), round robin, on each of `ports`."""

    name = "balancers"

    def __init__(self, estate: Estate, settings: dict[str, Any]) -> None:
        super().__init__(estate, settings)
        self.ports = [int(port) for port in settings["ports"]]
        self.members = [estate.machine(name) for name in settings["members"]]
        self._listeners: list[TcpListener] = []
        self._turn = 0
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        return self.estate.network.address(self.settings["address"])

    def start(self) -> None:
        for port in self.ports:
            bound = (self.address, self.estate.network.port(port))
            self._listeners.append(TcpListener(bound, self._serve(port), f"balancer {port}"))

    def stop(self) -> None:
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener.close()

    def _serve(self, port: int) -> Callable[[socket.socket], None]:
        return lambda connection: self._forward(connection, port)

    def _order(self) -> list[Machine]:
        with self._lock:
            turn, self._turn = self._turn, self._turn + 1
        at = turn % len(self.members) if self.members else 0
        return self.members[at:] + self.members[:at]

    def _connect(self, port: int) -> socket.socket | None:
        for member in self._order():
            with contextlib.suppress(OSError):
                return socket.create_connection(member.bind(port), CONNECT_SECONDS)
        return None

    def _forward(self, client: socket.socket, port: int) -> None:
        server = self._connect(port)
        if server is None:
            return
        server.settimeout(None)
        with server:
            back = threading.Thread(target=_pump, args=(server, client), daemon=True)
            back.start()
            _pump(client, server)
            back.join()

    def snapshot(self) -> dict[str, Any]:
        return {"address": self.address, "ports": self.ports, "members": [one.fqdn for one in self.members]}


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Copy until the source ends, then end the target's reading side too."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
