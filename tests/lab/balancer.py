# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A load balancer: forwards the ports of a virtual address to the members that accept, one after the other."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterable
from typing import Any

from lab.tls import Listener

CONNECT_SECONDS = 2.0


class Balancer:
    """Forwards TCP from `vip` to `members` (machines, or addresses of the estate), round robin."""

    def __init__(self, estate: Any, vip: str, ports: Iterable[int], members: Iterable[Any]) -> None:
        self.estate, self.vip = estate, vip
        self.ports = [int(port) for port in ports]
        self.members = list(members)
        self._listeners: list[Listener] = []
        self._turn = 0
        self._lock = threading.Lock()

    def start(self) -> None:
        network = self.estate.network
        for port in self.ports:
            address = (network.address(self.vip), network.port(port))
            self._listeners.append(Listener(address, self._serve(port), f"balancer {port}"))

    def stop(self) -> None:
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener.close()

    def _serve(self, port: int) -> Any:
        return lambda connection: self._forward(connection, port)

    def _order(self) -> list[Any]:
        with self._lock:
            turn, self._turn = self._turn, self._turn + 1
        at = turn % len(self.members) if self.members else 0
        return self.members[at:] + self.members[:at]

    def _connect(self, port: int) -> socket.socket | None:
        network = self.estate.network
        for member in self._order():
            address = network.address(getattr(member, "address", member))
            with contextlib.suppress(OSError):
                return socket.create_connection((address, network.port(port)), CONNECT_SECONDS)
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
        names = [getattr(member, "fqdn", member) for member in self.members]
        return {"vip": self.vip, "ports": self.ports, "members": names}


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Copy until the source ends, then end the target's reading side too."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
