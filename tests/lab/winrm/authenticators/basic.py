# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Basic: name and password in every request, for the machine's own accounts alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.winrm.authenticators import Authenticator, LogonRefused

if TYPE_CHECKING:
    from lab.accounts import Account
    from lab.machine import Machine
    from lab.winrm.transports import Transport


class Basic(Authenticator):
    """Off as Windows comes. Offered only where messages may be read as they come."""

    scheme = "Basic"
    setting = "Basic"

    def __init__(self, machine: Machine, channel: bytes = b"") -> None:
        super().__init__(machine, channel)
        self._accepted = b""

    @classmethod
    def offered(cls, transport: Transport) -> bool:
        return super().offered(transport) and transport.readable_allowed

    @classmethod
    def header(cls, token: bytes = b"") -> str:
        return 'Basic realm="WSMAN"'

    def holds(self, token: bytes) -> bool:
        return token == self._accepted

    def step(self, token: bytes) -> bytes:
        user, _colon, password = token.decode("utf-8", "replace").partition(":")
        account = own_account(self.machine, user)
        if account is None or account.password != password:
            if account is not None:
                self.machine.accounts.failed(account)
            raise LogonRefused("unknown, or another password")
        if self.machine.accounts.locked(account):
            raise LogonRefused("locked")
        self.machine.accounts.succeeded(account)
        self.account, self._accepted = self.machine.over_network(account), token
        return b""


def own_account(machine: Machine, user: str) -> Account | None:
    """An account of the machine by `name`, `.\\name` or `MACHINE\\name`: ways that take no account of a domain."""
    domain, _backslash, name = user.rpartition("\\")
    return machine.accounts.find(name) if domain.casefold() in ("", ".", machine.name.casefold()) else None
