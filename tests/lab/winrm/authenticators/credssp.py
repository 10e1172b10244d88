# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CredSSP (MS-CSSP): a logon within TLS of its own, after which the client hands over the password."""

from __future__ import annotations

import functools
import os
import ssl
import tempfile
from typing import TYPE_CHECKING, Any

from spnego._credssp import CredSSPProxy
from spnego.exceptions import SpnegoError
from spnego.tls import CredSSPTLSContext, generate_tls_certificate

from lab.tls import versions
from lab.winrm.authenticators import Authenticator, LogonRefused
from lab.winrm.contexts import SealingContext
from lab.winrm.mechanisms.ntlm import Ntlm

if TYPE_CHECKING:
    from lab.machine import Machine
    from lab.winrm.transports import Transport

# As a signed number, as the structure has it.
_LOGON_FAILURE = 0xC000006D - 2**32


class CredSsp(SealingContext, Authenticator):
    """Off as Windows comes. The machine has the password afterwards, so that other machines take the logon, too."""

    scheme = "CredSSP"
    setting = "CredSSP"
    sealing = "application/HTTP-CredSSP-session-encrypted"
    part_bytes = 16384

    def __init__(self, machine: Machine, channel: bytes = b"") -> None:
        super().__init__(machine, channel)
        self._inner = _InnerLogon(machine)
        self._context = CredSSPProxy(
            usage="accept", credssp_negotiate_context=self._inner, credssp_tls_context=_tls_context(machine)
        )

    @classmethod
    def offered(cls, transport: Transport) -> bool:
        return super().offered(transport) and transport.machine.generation.credssp

    def step(self, token: bytes) -> bytes:
        try:
            answer: bytes = self._context.step(token) or b""
        except Exception as error:
            raise LogonRefused(str(error)) from error
        if self._inner.refused:
            raise LogonRefused("refused within", answer)
        if self._context.complete:
            self.account, self.delegated = self._inner.logon.account, True
        return answer


class _InnerLogon:
    """What the library asks of the context of the logon within."""

    def __init__(self, machine: Machine) -> None:
        self.logon, self.refused = Ntlm(machine), False

    def step(self, token: bytes) -> bytes:
        try:
            return self.logon.step(token)
        except LogonRefused as refused:
            self.refused = True
            raise SpnegoError(error_code=_LOGON_FAILURE) from refused

    def wrap(self, plain: bytes) -> Any:
        return self.logon.context.wrap(plain)

    def unwrap(self, sealed: bytes) -> Any:
        return self.logon.context.unwrap(sealed)


def _tls_context(machine: Machine) -> CredSSPTLSContext:
    """With the versions and suites of the machine's SChannel, and a certificate that nobody looks at."""
    lowest, highest = versions(machine)
    return _made(lowest, highest, ":".join([*machine.generation.tls_suites, "@SECLEVEL=0"]))


@functools.cache
def _made(lowest: ssl.TLSVersion, highest: ssl.TLSVersion, suites: str) -> CredSSPTLSContext:
    certificate, key, public = _certificate()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(suites)
    context.minimum_version, context.maximum_version = lowest, highest
    handle, path = tempfile.mkstemp(suffix=".pem")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(certificate + key)
        context.load_cert_chain(path)
    finally:
        os.unlink(path)
    return CredSSPTLSContext(context, public)


@functools.cache
def _certificate() -> tuple[bytes, bytes, bytes]:
    made: tuple[bytes, bytes, bytes] = generate_tls_certificate()
    return made
