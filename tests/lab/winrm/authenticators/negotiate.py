# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schemes Negotiate and Kerberos of HTTP: the first lets the client's token choose the mechanism."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lab.winrm.authenticators import Authenticator, LogonRefused, NotSealedForUs
from lab.winrm.mechanisms import Mechanism, mechanisms_of

if TYPE_CHECKING:
    from lab.machine import Machine
    from lab.winrm.transports import Transport


class Negotiate(Authenticator):
    """By a mechanism that the machine can do and the client's first token is of."""

    scheme = "Negotiate"
    setting = "Negotiate"
    usual = True
    sealing = "application/HTTP-SPNEGO-session-encrypted"
    # Empty for whichever the client chooses.
    only: ClassVar[str] = ""

    def __init__(self, machine: Machine, channel: bytes = b"") -> None:
        super().__init__(machine, channel)
        self._mechanism: Mechanism | None = None

    @classmethod
    def offered(cls, transport: Transport) -> bool:
        return super().offered(transport) and (not cls.only or cls.only in mechanisms_of(transport.machine))

    def step(self, token: bytes) -> bytes:
        if self._mechanism is None:
            self._mechanism = self._chosen(token)
        answer = self._mechanism.step(token)
        self.account, self.delegated = self._mechanism.account, self._mechanism.delegated
        return answer

    def _chosen(self, token: bytes) -> Mechanism:
        for name, kind in mechanisms_of(self.machine).items():
            if self.only in ("", name) and kind.takes(token):
                return kind(self.machine, self.channel)
        raise LogonRefused("no mechanism takes this token")

    def seal(self, plain: bytes) -> tuple[bytes, bytes]:
        if self._mechanism is None:
            return super().seal(plain)
        return self._mechanism.seal(plain)

    def unseal(self, signature: bytes, data: bytes) -> bytes:
        if self._mechanism is None:
            raise NotSealedForUs(self.scheme)
        return self._mechanism.unseal(signature, data)


class KerberosAlone(Negotiate):
    """Kerberos under its own name, without SPNEGO around it."""

    scheme = "Kerberos"
    setting = "Kerberos"
    sealing = "application/HTTP-Kerberos-session-encrypted"
    only = "kerberos"
