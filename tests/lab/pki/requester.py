# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asks a CA for something, and whether that one is among those who may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.accounts import Account
    from lab.machine import Machine


@dataclass(frozen=True)
class Requester:
    """Account name with domain, groups, and for computers the DNS name."""

    name: str
    groups: tuple[str, ...] = ()
    dns_name: str = ""

    def among(self, allowed: tuple[str, ...]) -> bool:
        """Whether the account or one of its groups is in the list; domain prefixes may be left out."""
        mine = {self.name.lower(), self.name.rpartition("\\")[2].lower(), "authenticated users", "everyone"}
        mine |= {group.lower() for group in self.groups} | {g.rpartition("\\")[2].lower() for g in self.groups}
        return any(name.lower() in mine for name in allowed)


def account_requester(account: Account) -> Requester:
    """The requester that stands for a logged-on account; an administrator is in the machine's Administrators."""
    local = ("Administrators",) if account.administrator else ()
    return Requester(account.qualified, (*account.groups, "Domain Users", *local))


def computer_requester(machine: Machine, domain: str) -> Requester:
    """The requester that stands for a machine's own account."""
    return Requester(f"{domain}\\{machine.name.upper()}$", ("Domain Computers",), machine.fqdn)
