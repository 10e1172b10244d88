# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts of the domain and of single machines, who is logged on, and when an account is locked."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Account:
    """An account of the domain, or of a machine: then `domain` is the machine's name.

    `administrator`: member of the Administrators of every member of the domain, or of its own machine. `built_in`: the
    Administrator that Windows comes with (RID 500).
    """

    domain: str
    name: str
    password: str
    groups: tuple[str, ...] = ()
    administrator: bool = False
    built_in: bool = False

    @property
    def qualified(self) -> str:
        return f"{self.domain}\\{self.name}"

    @classmethod
    def of(cls, domain: str, entry: dict[str, Any]) -> Account:
        """From an entry of the estate file."""
        groups = tuple(entry.get("groups", ()))
        flags = (bool(entry.get(name, False)) for name in ("administrator", "built_in"))
        return cls(domain, entry["name"], entry["password"], groups, *flags)


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


# Well-known identities, and those of a domain by their last part (MS-DTYP section 2.4.2.4).
_WELL_KNOWN = {
    "everyone": "S-1-1-0", "authenticated users": "S-1-5-11", "network": "S-1-5-2", "administrators": "S-1-5-32-544",
    "users": "S-1-5-32-545", "remote management users": "S-1-5-32-580",
}  # fmt: skip
_OF_A_DOMAIN = {"domain admins": 512, "domain users": 513, "domain computers": 515, "enterprise admins": 519}


def sid_of(domain: str, name: str) -> str:
    """The SID of an account or a group of the domain, with or without the domain before its name."""
    key = name.rpartition("\\")[2].lower()
    number = _OF_A_DOMAIN.get(key) or 1100 + zlib.crc32(key.encode()) % 100000
    first, second = zlib.crc32(domain.lower().encode()), zlib.crc32(domain.lower()[::-1].encode())
    return _WELL_KNOWN.get(key) or f"S-1-5-21-{first}-{second}-1004336348-{number}"


class Accounts:
    """The accounts of the domain, or of one machine.

    After `lockout_after` bad passwords in a row even the right one is refused; 0 for never.
    """

    def __init__(self, accounts: Iterable[Account], lockout_after: int) -> None:
        self._accounts = {account.name.casefold(): account for account in accounts}
        self._bad = dict.fromkeys(self._accounts, 0)
        self._lockout_after = lockout_after
        self._lock = threading.Lock()

    def all(self) -> list[Account]:
        return list(self._accounts.values())

    def find(self, user: str) -> Account | None:
        return self._accounts.get(user.casefold())

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
