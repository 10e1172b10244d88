# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reverse proxy that is not Windows: TLS with a key and certificates in PEM, as nginx or HAProxy have them."""

from __future__ import annotations

import socket
import ssl
import subprocess
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from lab.listening import TcpListener
from lab.roles import Device, NoSuchOrder
from lab.tls import shake_hands

if TYPE_CHECKING:
    from lab.estate import Estate


class Proxy(Device):
    """Settings: name, address, ports. It makes its keys itself and hands out requests; a key never leaves it.

    Orders: `request` `{name, config}` makes a key and a request from the text of a configuration of `openssl req` and
    returns the request; `serve` `{name, bundle}` takes the certificate with those above it, and serves them from then
    on for the names in it.
    """

    name = "proxies"

    def __init__(self, estate: Estate, settings: dict[str, Any]) -> None:
        super().__init__(estate, settings)
        self.directory = estate.directory / "proxies" / str(settings["name"])
        self.serving: dict[str, str] = {}
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._listeners: list[TcpListener] = []

    @property
    def address(self) -> str:
        return self.estate.network.address(self.settings["address"])

    def start(self) -> None:
        """It listens from its first certificate on: without one there is no TLS to offer."""
        if self._contexts and not self._listeners:
            for port in self.settings["ports"]:
                place = (self.address, self.estate.network.port(int(port)))
                self._listeners.append(TcpListener(place, self._serve, "proxy"))

    def stop(self) -> None:
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener.close()

    def carry_out(self, order: str, body: Any) -> Any:
        if order == "request":
            return {"request": self._request(str(body["name"]), str(body["config"]))}
        if order == "serve":
            self._take(str(body["name"]), str(body["bundle"]))
            return {}
        raise NoSuchOrder(order)

    def _request(self, name: str, config: str) -> str:
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / f"{name}.cnf").write_text(config, encoding="utf-8")
        made = ["-keyout", f"{name}.key", "-out", f"{name}.csr", "-config", f"{name}.cnf"]
        command = ["openssl", "req", "-new", "-newkey", "rsa", "-nodes", *made]
        done = subprocess.run(command, cwd=self.directory, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ValueError(done.stderr)
        return (self.directory / f"{name}.csr").read_text(encoding="ascii")

    def _take(self, name: str, bundle: str) -> None:
        """Raises where the key is another one, as every proxy does."""
        path = self.directory / f"{name}.pem"
        path.write_text(bundle, encoding="ascii")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path, self.directory / f"{name}.key")
        context.sni_callback = self._choose
        leaf = x509.load_pem_x509_certificate(bundle.encode("ascii"))
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        for one in names.get_values_for_type(x509.DNSName):
            self._contexts[one.lower()] = context
            self.serving[one.lower()] = leaf.fingerprint(hashes.SHA1()).hex().upper()
        self.start()

    def _choose(self, connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        found = self._contexts.get((name or "").lower())
        if found is not None:
            connection.context = found

    def _serve(self, connection: socket.socket) -> None:
        shake_hands(connection, next(iter(self._contexts.values())), b"")

    def snapshot(self) -> dict[str, Any]:
        return {"address": self.address, "serving": dict(sorted(self.serving.items()))}
