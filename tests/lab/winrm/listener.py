# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WinRM listener of one machine: a thread per connection, on every transport that the machine has."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any

from lab.winrm.connection import Connection
from lab.winrm.transports import Transport, transports
from lab.winrm.wsman import WsmanService

if TYPE_CHECKING:
    from lab.machine import Machine


class WinrmListener:
    """All that listens for WS-Management on a machine."""

    def __init__(self, machine: Machine) -> None:
        self._transports = transports(machine)
        self._service = WsmanService(machine)
        self._servers: list[_Server] = []

    def start(self) -> None:
        for transport in self._transports:
            server = _Server(transport, self._service)
            self._servers.append(server)
            threading.Thread(target=server.serve, daemon=True).start()

    def stop(self) -> None:
        """Stop listening and cut the connections, as a machine that goes down does."""
        servers, self._servers = self._servers, []
        for server in servers:
            server.shutdown()
            for connection in list(server.connections):
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, transport: Transport, service: WsmanService) -> None:
        self.transport, self.service = transport, service
        self.connections: set[socket.socket] = set()
        self._over = threading.Event()
        super().__init__(transport.machine.bind(transport.port), Connection)

    def serve(self) -> None:
        """Until `shutdown`: it waits for connections and looks at nothing meanwhile."""
        while True:
            try:
                request, address = self.get_request()
            except OSError:
                return self._over.set()
            self.process_request(request, address)

    def shutdown(self) -> None:
        """Listen no more; the port is free then."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.server_close()
        self._over.wait(2)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """In the connection's own thread, so that a client that dawdles over a handshake holds up nobody."""
        self.connections.add(request)
        try:
            request = self.transport.accept(request)
        except OSError:
            return self.shutdown_request(request)
        return super().process_request_thread(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is nobody's error; anything else is one of the lab and must be seen."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            traceback.print_exc()
