# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTPS on 5986, where `winrm: {https: true}` asks for it, with a certificate that the machine issued to itself.

With `https: {days, names}` that certificate ends after so many days, or before today, and is for other names.
"""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import uuid
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab.pki.client_certificates import trust
from lab.pki.stores import KSP, PROVIDERS, KeyContainer, Stores, new_container, thumbprint
from lab.registry import REG_BINARY
from lab.roles.http_sys import BINDINGS
from lab.tls import HANDSHAKE_SECONDS, NoCertificate, server_context
from lab.winrm.authenticators.client_certificate import ClientCertificate
from lab.winrm.transports import Transport

if TYPE_CHECKING:
    from lab.machine import Machine

_DAYS = 1095
# Of OpenSSL's X509_V_FLAG_…; Python has no name for it.
_NO_CHECK_TIME = 0x200000
_BINDING = f"{BINDINGS}\\0.0.0.0:5986"
_WINRM = uuid.UUID("afebb9ad-9b97-4a91-9ab5-daf4d59122f6")


class Https(Transport):
    """Nobody on the way can read. The certificate lies in the store MY, and a binding of http.sys names it."""

    scheme = "https"
    port = 5986
    confidential = True

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        if self._bound is None:
            self._set_up()
        if ClientCertificate.offered(self):
            trust(self.machine)

    @classmethod
    def wanted(cls, machine: Machine) -> bool:
        return bool((machine.settings.get("winrm") or {}).get("https"))

    @property
    def _bound(self) -> str | None:
        """The thumbprint of the certificate that http.sys has for the port."""
        found = self.machine.registry.get(_BINDING, "SslCertHash")
        return bytes(found[1]).hex().upper() if found is not None and isinstance(found[1], bytes) else None

    def _set_up(self) -> None:
        container = new_container(self.machine, 2048, KSP, PROVIDERS[KSP], 1, False)
        certificate = _self_signed(self.machine, container)
        Stores(self.machine).add("MY", certificate, container)
        self.machine.registry.set(_BINDING, "AppId", REG_BINARY, _WINRM.bytes_le)
        self.machine.registry.set(_BINDING, "SslCertHash", REG_BINARY, bytes.fromhex(thumbprint(certificate)))

    @property
    def certificate(self) -> bytes | None:
        """What clients get, DER."""
        stored = Stores(self.machine).find("MY", self._bound or "")
        return stored.der if stored is not None else None

    def accept(self, connection: socket.socket) -> socket.socket:
        try:
            context = self._context()
        except NoCertificate as error:
            raise ConnectionResetError(str(error)) from error
        connection.settimeout(HANDSHAKE_SECONDS)
        return context.wrap_socket(connection, server_side=True)

    def _context(self) -> ssl.SSLContext:
        """A certificate of the client is asked for in the first handshake; what it is good for is not TLS's business,
        nor when it ends."""
        if not ClientCertificate.offered(self):
            return server_context(self.machine, self._bound or "")
        context = server_context(self.machine, self._bound or "", ask_client=True)
        context.verify_flags |= _NO_CHECK_TIME  # type: ignore[operator]
        return context


def _self_signed(machine: Machine, container: KeyContainer) -> bytes:
    """For the machine's names and the address that clients reach it by, unless the estate file gives others."""
    given = machine.settings["winrm"]["https"]
    given = given if isinstance(given, dict) else {}
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, machine.fqdn)])
    names: list[x509.GeneralName] = [x509.DNSName(one) for one in given.get("names", (machine.fqdn, machine.name))]
    if "names" not in given:
        names.append(x509.IPAddress(ipaddress.ip_address(machine.address)))
    now = machine.clock()
    ends = now + datetime.timedelta(days=float(given.get("days", _DAYS)))
    builder = (
        x509.CertificateBuilder(name, name, container.key.public_key(), x509.random_serial_number())
        .not_valid_before(min(now, ends) - datetime.timedelta(days=1))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    return builder.sign(container.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
