# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The domain's accounts, who is logged on, and when an account is locked."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Account:
    """A domain account. `administrator` means: member of the Administrators of every machine of the estate."""

    domain: str
    name: str
    password: str
    groups: tuple[str, ...] = ()
    administrator: bool = False

    @property
    def qualified(self) -> str:
        return f"{self.domain}\\{self.name}"

    @classmethod
    def of(cls, domain: str, entry: dict[str, Any]) -> Account:
        """From an entry of the estate file."""
        groups = tuple(entry.get("groups", ()))
        return cls(domain, entry["name"], entry["password"], groups, bool(entry.get("administrator", False)))


@dataclass(frozen=True)
class Session:
    """A logon as the machine sees it. `delegated` is False for NTLM: the second hop is refused."""

    account: Account
    logon: str = "network"
    delegated: bool = False
    client_address: str = ""

    @property
    def owner(self) -> str:
        return self.account.qualified

    @property
    def may_go_on(self) -> bool:
        """Whether other machines (a CA, Active Directory) take this logon for its account: the second hop."""
        return self.delegated or self.logon != "network"


class Accounts:
    """The domain's accounts. After `lockout_after` bad passwords in a row even the right one is refused."""

    def __init__(self, domain: str, netbios: str, accounts: list[Account], lockout_after: int) -> None:
        self.domain, self.netbios = domain, netbios
        self._accounts = {account.name.casefold(): account for account in accounts}
        self._bad = dict.fromkeys(self._accounts, 0)
        self._lockout_after = lockout_after
        self._lock = threading.Lock()

    def all(self) -> list[Account]:
        return list(self._accounts.values())

    def find(self, user: str, domain: str = "") -> Account | None:
        """By `DOMAIN` and `user` (either name of the domain), or by `user@domain` without a domain."""
        name, _at, suffix = user.partition("@")
        given = domain or suffix
        known = given.casefold() in (self.netbios.casefold(), self.domain.casefold())
        return self._accounts.get(name.casefold()) if known else None

    def forms(self, account: Account) -> list[str]:
        """Each form in which clients write the account's name."""
        name = account.name
        return [
            f"{self.netbios}\\{name}", f"{self.domain}\\{name}", f"{name}@{self.domain}", f"{name}@{self.netbios}",
        ]  # fmt: skip

    def failed(self, account: Account) -> None:
        with self._lock:
            self._bad[account.name.casefold()] += 1

    def succeeded(self, account: Account) -> None:
        with self._lock:
            self._bad[account.name.casefold()] = 0

    def locked(self, account: Account) -> bool:
        with self._lock:
            return 0 < self._lockout_after <= self._bad[account.name.casefold()]

    def unlock(self) -> None:
        with self._lock:
            self._bad = dict.fromkeys(self._bad, 0)

    def snapshot(self) -> dict[str, Any]:
        """Which accounts are locked. Not the count of bad passwords: a read-only check must not show in the state."""
        return {
            account.qualified: {"administrator": account.administrator, "locked": self.locked(account)}
            for account in sorted(self.all(), key=lambda one: one.name)
        }
