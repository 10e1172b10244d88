# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS listeners: the Front End of the pool on 5061, and http.sys with the bindings of the registry on 443.

Python's own TLS serves, with the versions and ciphers of the machine's generation of Windows.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import struct
import tempfile
import threading
import warnings
from typing import Any

from cryptography.hazmat.primitives import serialization

from lab.pki.stores import Stores

BINDINGS = r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslBindingInfo"
HANDSHAKE_SECONDS = 10.0
IDLE_SECONDS = 30.0


class NoCertificate(Exception):
    """The certificate is not in the store, or its private key is not on the machine."""


def server_context(machine: Any, thumbprint: str, store: str = "MY") -> ssl.SSLContext:
    """A TLS context that serves the certificate of that thumbprint with the intermediates that the machine holds.

    Raises `NoCertificate`.
    """
    stores = Stores(machine)
    stored = stores.find(store or "MY", thumbprint)
    container = stores.container(stored) if stored is not None else None
    if stored is None or container is None:
        raise NoCertificate(thumbprint)
    chain, complete = stores.chain(stored.der)
    sent = chain[:-1] if complete and len(chain) > 1 else chain
    return _context(machine, sent, container.key)


def _context(machine: Any, chain: list[bytes], key: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Certificates and versions of that time are below what today's security levels allow.
    context.set_ciphers("ALL:@SECLEVEL=0")
    with contextlib.suppress(ValueError, ssl.SSLError), warnings.catch_warnings():
        # Old versions are what the imitated machines speak.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = versions(machine)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem += b"".join(ssl.DER_cert_to_PEM_cert(der).encode() for der in chain)
    handle, path = tempfile.mkstemp(suffix=".pem")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
        context.load_cert_chain(path)
    finally:
        os.unlink(path)
    return context


def versions(machine: Any) -> tuple[ssl.TLSVersion, ssl.TLSVersion]:
    """Lowest and highest TLS version that SChannel of this Windows offers as it comes.

    The machine's setting `tls`, a list such as ["1.0", "1.2"], overrules it.
    """
    known = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1, "1.2": ssl.TLSVersion.TLSv1_2}
    given = machine.settings.get("tls")
    if given:
        return known[str(given[0])], known[str(given[-1])]
    highest = known["1.2"] if machine.generation.build >= 9200 else known["1.0"]
    return known["1.0"], highest


class Listener:
    """Accepts connections on one address and hands each to `serve` in a thread of its own."""

    def __init__(self, address: tuple[str, int], serve: Any, name: str) -> None:
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


def shake_hands(connection: socket.socket, context: ssl.SSLContext, answer: bytes) -> None:
    """Serve TLS on one connection: hand over `answer` to each piece of input until the client leaves."""
    connection.settimeout(HANDSHAKE_SECONDS)
    with context.wrap_socket(connection, server_side=True) as secure:
        secure.settimeout(IDLE_SECONDS)
        while secure.recv(4096):
            if answer:
                secure.sendall(answer)
                return


def reset(connection: socket.socket) -> None:
    """End a connection the hard way, as http.sys does where no certificate is bound."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class FrontEnd:
    """The Front End service: it serves on 5061 what was assigned before its service last started.

    Settings: service (RTCSRV), display_name, port, running (whether the service runs at first), and command, the
    site's own command for the assignment. Who may read the private key is not modelled: the key must be there.
    """

    def __init__(self, machine: Any, settings: dict[str, Any] | None = None) -> None:
        self.machine = machine
        self.settings = {"command": r"C:\Site\AssignFrontEnd.exe", **(settings or {})}
        self.service: str = self.settings.get("service", "RTCSRV")
        self.port: int = int(self.settings.get("port", 5061))
        self.assigned = ""
        self.serving = ""
        self._listener: Listener | None = None
        if machine.files is not None:
            machine.files.install(self.settings["command"])

    def start(self) -> None:
        """Install the service; it starts at once only where the settings say so."""
        name = self.settings.get("display_name", "Office Communications Server Front-End")
        before = self.machine.services.find(self.service)
        running = self.settings.get("running", False) if before is None else before.state == "Running"
        self.machine.services.add(self.service, name, running=False, on_start=self._open, on_stop=self._close)
        if running:
            self.machine.services.start(self.service)

    def stop(self) -> None:
        self._close()

    def assign(self, thumbprint: str) -> None:
        """Make a certificate the Front End's own from its next start on. Raises `NoCertificate`."""
        server_context(self.machine, thumbprint)
        self.assigned = thumbprint.upper()

    def _open(self) -> None:
        self._close()
        if not self.assigned:
            return
        try:
            context = server_context(self.machine, self.assigned)
        except NoCertificate:
            return
        self._listener = Listener(
            self.machine.bind(self.port), lambda connection: shake_hands(connection, context, b""), "front end"
        )
        self.serving = self.assigned

    def _close(self) -> None:
        listener, self._listener, self.serving = self._listener, None, ""
        if listener is not None:
            listener.close()

    def snapshot(self) -> dict[str, Any]:
        return {"service": self.service, "port": self.port, "assigned": self.assigned, "serving": self.serving}


class HttpSys:
    """http.sys: one listener, whose certificate is looked up in the registry for each connection.

    Without a binding a connection is accepted and cut, as it is where a site has an https binding but http.sys no
    certificate. The site's own binding is taken as given.
    """

    def __init__(self, machine: Any, port: int = 443) -> None:
        self.machine, self.port = machine, port
        self._listener: Listener | None = None

    def start(self) -> None:
        self._listener = Listener(self.machine.bind(self.port), self._serve, "http.sys")

    def stop(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()

    def _binding(self) -> tuple[str, str] | None:
        for name in (f"{self.machine.address}:{self.port}", f"0.0.0.0:{self.port}"):
            found = self.machine.registry.get(f"{BINDINGS}\\{name}", "SslCertHash")
            if found is not None:
                store = self.machine.registry.get(f"{BINDINGS}\\{name}", "SslCertStoreName")
                return found[1].hex(), "MY" if store is None else store[1]
        return None

    def _serve(self, connection: socket.socket) -> None:
        binding = self._binding()
        try:
            context = server_context(self.machine, *binding) if binding is not None else None
        except NoCertificate:
            context = None
        if context is None:
            connection.settimeout(HANDSHAKE_SECONDS)
            connection.recv(4096)
            return reset(connection)
        return shake_hands(connection, context, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    def snapshot(self) -> dict[str, Any]:
        """The bindings by `address:port`."""
        found = {}
        for name in self.machine.registry.subkeys(BINDINGS) or []:
            values = self.machine.registry.values(f"{BINDINGS}\\{name}") or {}
            plain = {key: one[1].hex() if isinstance(one[1], bytes) else one[1] for key, one in values.items()}
            found[name] = plain
        return found
