# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate of the client, which the machine maps to one of its own accounts."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from lab.pki.client_certificates import mappings, name_of
from lab.pki.stores import Stores, thumbprint
from lab.winrm.authenticators import Authenticator, LogonRefused

if TYPE_CHECKING:
    from lab.accounts import Account
    from lab.machine import Machine
    from lab.winrm.transports import Transport


class ClientCertificate(Authenticator):
    """Off as Windows comes, and for HTTPS alone. The header is a name, the proof is in the handshake of TLS."""

    scheme = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
    setting = "Certificate"

    def __init__(self, machine: Machine, channel: bytes = b"") -> None:
        super().__init__(machine, channel)
        self._accepted = b""

    @classmethod
    def offered(cls, transport: Transport) -> bool:
        return super().offered(transport) and transport.confidential

    @classmethod
    def header(cls, token: bytes = b"") -> str:
        return ""

    @classmethod
    def proof(cls, given: bytes | None, connection: socket.socket) -> bytes | None:
        return connection.getpeercert(binary_form=True) if isinstance(connection, ssl.SSLSocket) else None

    def holds(self, token: bytes) -> bool:
        return token == self._accepted

    def step(self, token: bytes) -> bytes:
        certificate = x509.load_der_x509_certificate(token)
        if not _for_clients(certificate) or not _in_time(certificate, self.machine):
            raise LogonRefused("not for clients, or not now")
        account = self._mapped(certificate)
        if account is None or self.machine.accounts.locked(account):
            raise LogonRefused("not mapped, or locked")
        self.account, self._accepted = self.machine.over_network(account), token
        return b""

    def _mapped(self, certificate: x509.Certificate) -> Account | None:
        """The account of the first mapping that fits the subject and an authority above the certificate."""
        chain, _complete = Stores(self.machine).chain(certificate.public_bytes(Encoding.DER))
        above = {thumbprint(one) for one in (chain[1:] or chain)}
        subject = name_of(certificate).casefold()
        for one in mappings(self.machine):
            if _fits(one["subject"].casefold(), subject) and one["issuer"].upper() in above:
                return self.machine.accounts.find(one["account"])
        return None


def _fits(pattern: str, subject: str) -> bool:
    """A mapping's subject is a user principal name, or `*` before what it ends with."""
    return bool(subject) and (subject.endswith(pattern[1:]) if pattern.startswith("*") else subject == pattern)


def _for_clients(certificate: x509.Certificate) -> bool:
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.CLIENT_AUTH in usages


def _in_time(certificate: x509.Certificate, machine: Machine) -> bool:
    return certificate.not_valid_before_utc <= machine.clock() <= certificate.not_valid_after_utc
