# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local groups of a machine. Domain controllers have theirs together: they are the domain's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from lab.accounts import Account, sid_of

if TYPE_CHECKING:
    from lab.machine import Machine

# Each with its name in English and the key of its name in others.
_ALWAYS = {"Administrators": "group.administrators"}
_FROM_2012 = {"Remote Management Users": "group.remote_management_users"}
_WMI_USERS = "WinRMRemoteWMIUsers__"
# A group of the domain that DNS on a domain controller makes; it counts on every member.
DNS_ADMINS = "DnsAdmins"


class NoSuchGroup(KeyError):
    """The machine has no such local group."""


class Groups:
    """By their names in English: who is in them, accounts and groups of the domain as `COMPANY\\name`."""

    def __init__(self, machine: Machine, given: Mapping[str, list[str]]) -> None:
        self._machine = machine
        self._own: dict[str, list[str]] = {}
        for group, members in given.items():
            for member in members:
                self._held(group).append(member)

    def _held(self, group: str) -> list[str]:
        shared = self._machine.settings.get("domain_controller") or group == DNS_ADMINS
        return (self._machine.estate.domain_groups if shared else self._own).setdefault(group, [])

    def _names(self) -> dict[str, str]:
        """English names to those in the machine's language."""
        generation, texts = self._machine.generation, self._machine.texts
        known = _ALWAYS | (_FROM_2012 if generation.remote_management_users else {})
        names = {english: texts.text(key) for english, key in known.items()}
        names |= {_WMI_USERS: _WMI_USERS} if generation.wmi_users_group else {}
        return names | ({DNS_ADMINS: DNS_ADMINS} if self._machine.settings.get("domain_controller") else {})

    def called(self, name: str) -> str:
        """The English name of the group that the machine calls so. Raises NoSuchGroup."""
        found = next((one for one, local in self._names().items() if local.casefold() == name.casefold()), None)
        if found is None:
            raise NoSuchGroup(name)
        return found

    def sid(self, english: str) -> str:
        """Its SID; empty where the machine has no such group."""
        return sid_of(self._machine.estate.domain, english) if english in self._names() else ""

    def shown(self, sid: str) -> str | None:
        """The name of the group with this SID in the machine's language."""
        domain = self._machine.estate.domain
        return next((local for one, local in self._names().items() if sid_of(domain, one) == sid), None)

    def add(self, english: str, member: str) -> bool:
        """Whether it was not in it before."""
        held = self._held(english)
        if member.casefold() in (one.casefold() for one in held):
            return False
        held.append(member)
        return True

    def of(self, account: Account) -> Iterator[str]:
        """The groups that hold the account, or a group that it is in."""
        mine = {account.qualified.casefold()}
        mine |= {f"{account.domain}\\{one}".casefold() for one in account.groups}
        for english in dict.fromkeys((*self._names(), DNS_ADMINS)):
            if mine & {one.casefold() for one in self._held(english)}:
                yield english

    def snapshot(self) -> dict[str, list[str]]:
        held = {english: sorted(self._held(english)) for english in dict.fromkeys((*self._names(), DNS_ADMINS))}
        return {english: members for english, members in sorted(held.items()) if members}
