# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""http.sys: listeners that serve what the bindings in the registry say."""

from __future__ import annotations

import contextlib
import socket
import ssl
import warnings
from typing import TYPE_CHECKING, Any

from lab.listening import TcpListener, reset
from lab.roles import Role
from lab.tls import HANDSHAKE_SECONDS, NoCertificate, server_context, shake_hands

if TYPE_CHECKING:
    from lab.machine import Machine

BINDINGS = r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslBindingInfo"
NAMES = r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslSniBindingInfo"
CENTRAL = r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslCcsBindingInfo"
# HTTP_SERVICE_CONFIG_SSL_FLAG_NEGOTIATE_CLIENT_CERT, what netsh calls clientcertnegotiation.
NEGOTIATE_CLIENT_CERTIFICATE = 2


class HttpListener:
    """One port of http.sys, whose certificate is looked up in the registry for each connection.

    Without a binding a connection is accepted and cut, as it is where a site has an https binding but http.sys no
    certificate.
    """

    def __init__(self, machine: Machine, port: int) -> None:
        self.machine, self.port = machine, port
        self._listener: TcpListener | None = None

    def start(self) -> None:
        self._listener = TcpListener(self.machine.bind(self.port), self._serve, "http.sys")

    def stop(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()

    @property
    def open(self) -> bool:
        return self._listener is not None

    def _binding(self, name: str) -> tuple[str, str, bool] | None:
        """(thumbprint, store, whether clients are asked for a certificate).

        The exact address comes first, then the name asked for, then all addresses.

        [::] comes last: the lab has no IPv6, and a listener on it takes IPv4 too. The central store's certificates
        are files, of which the lab has none: with it, a name that has no binding of its own is not served.
        """
        port, registry = self.port, self.machine.registry
        named = [one for one in registry.subkeys(NAMES) or [] if one.lower() == f"{name}:{port}"]
        exact, every = (
            f"{BINDINGS}\\{self.machine.address}:{port}",
            (f"{BINDINGS}\\0.0.0.0:{port}", f"{BINDINGS}\\[::]:{port}"),
        )
        central = name and registry.exists(f"{CENTRAL}\\{port}")
        for key in (exact, *(f"{NAMES}\\{one}" for one in named), *(() if central else every)):
            found = registry.get(key, "SslCertHash")
            if found is not None and isinstance(found[1], bytes):
                store, flags = (registry.get(key, name) for name in ("SslCertStoreName", "DefaultFlags"))
                asks = flags is not None and isinstance(flags[1], int) and bool(flags[1] & NEGOTIATE_CLIENT_CERTIFICATE)
                return found[1].hex(), "MY" if store is None else str(store[1]), asks
        return None

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(HANDSHAKE_SECONDS)
        binding = self._binding(_name_asked_for(connection.recv(16384, socket.MSG_PEEK)))
        context = None
        if binding is not None:
            thumbprint, store, asks = binding
            with contextlib.suppress(NoCertificate):
                context = server_context(self.machine, thumbprint, store, ask_client=asks)
        if context is None:
            connection.recv(4096)
            return reset(connection)
        return shake_hands(connection, context, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


class HttpSys(Role):
    """http.sys on 443, of a host that has nothing of the family on it. The site's own binding is taken as given."""

    name = "http"
    rank = 30
    port = 443

    def __init__(self, machine: Machine, settings: dict[str, Any]) -> None:
        super().__init__(machine, settings)
        self._listener = HttpListener(machine, self.port)

    def start(self) -> None:
        self._listener.start()

    def stop(self) -> None:
        self._listener.stop()

    def listening(self) -> list[int]:
        return [self.port] if self._listener.open else []

    def snapshot(self) -> dict[str, Any]:
        """The bindings by `address:port`."""
        return bindings_of(self.machine)


def bindings_of(machine: Machine) -> dict[str, Any]:
    """The bindings of certificates in the registry, by `address:port`, `name:port`, or the central store's port."""
    found = {}
    registry = machine.registry
    for key in [f"{below}\\{name}" for below in (BINDINGS, NAMES, CENTRAL) for name in registry.subkeys(below) or []]:
        values, name = registry.values(key) or {}, key.rpartition("\\")[2]
        found[name] = {key: one[1].hex() if isinstance(one[1], bytes) else one[1] for key, one in values.items()}
    return found


def _name_asked_for(hello: bytes) -> str:
    """The server name of a ClientHello in lower case; empty when it has none."""
    names: list[str] = []

    def keep(_connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int:
        names.append((name or "").lower())
        return int(ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.sni_callback = keep
    incoming = ssl.MemoryBIO()
    incoming.write(hello)
    with contextlib.suppress(ssl.SSLError):
        context.wrap_bio(incoming, ssl.MemoryBIO(), server_side=True).do_handshake()
    return names[0] if names else ""
