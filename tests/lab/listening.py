# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TCP listeners: a thread for each connection, and an end that cuts what is open."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable


class TcpListener:
    """Accepts connections on one address and hands each to `serve` in a thread of its own."""

    def __init__(self, address: tuple[str, int], serve: Callable[[socket.socket], object], name: str) -> None:
        self._serve, self._name = serve, name
        self._socket = socket.create_server(address, backlog=32)
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, daemon=True, name=name)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _unused = self._socket.accept()
            except OSError:
                return
            self._open.add(connection)
            threading.Thread(target=self._one, args=(connection,), daemon=True, name=self._name).start()

    def _one(self, connection: socket.socket) -> None:
        try:
            with connection:
                self._serve(connection)
        except OSError:
            pass
        finally:
            self._open.discard(connection)

    def close(self) -> None:
        """Stop listening and cut what is open."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(2)


def reset(connection: socket.socket) -> None:
    """End a connection the hard way, as http.sys does where no certificate is bound."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
