# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTPS on 5986, where `winrm: {https: true}` asks for it, with a certificate that the machine issued to itself."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import uuid
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab.pki.stores import KSP, PROVIDERS, KeyContainer, Stores, new_container, thumbprint
from lab.registry import REG_BINARY
from lab.roles.http_sys import BINDINGS
from lab.tls import HANDSHAKE_SECONDS, NoCertificate, server_context
from lab.winrm.transports import Transport

if TYPE_CHECKING:
    from lab.machine import Machine

_DAYS = 1095
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
            context = server_context(self.machine, self._bound or "")
        except NoCertificate as error:
            raise ConnectionResetError(str(error)) from error
        connection.settimeout(HANDSHAKE_SECONDS)
        return context.wrap_socket(connection, server_side=True)


def _self_signed(machine: Machine, container: KeyContainer) -> bytes:
    """For the machine's names and the address that clients reach it by."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, machine.fqdn)])
    names = [x509.DNSName(machine.fqdn), x509.DNSName(machine.name)]
    address = x509.IPAddress(ipaddress.ip_address(machine.address))
    now = machine.clock()
    builder = (
        x509.CertificateBuilder(name, name, container.key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
        .add_extension(x509.SubjectAlternativeName([*names, address]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    return builder.sign(container.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
