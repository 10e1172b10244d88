# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One Windows machine of the estate: what its parts (WinRM, WMI, shell, CA, listeners) have in common."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from lab.access import Access
from lab.accounts import Account, Accounts
from lab.files import FileSystem
from lab.generations import Generation
from lab.languages import Language, language_of
from lab.registry import REG_SZ, Registry
from lab.services import Services
from lab.traces import Traces

if TYPE_CHECKING:
    from lab.estate import Estate
    from lab.pki.stores import KeyContainer
    from lab.roles import AnyRole, Role

_CURRENT_VERSION = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
# Of the keys that every Windows has, those that hold others which only some have.
_ALWAYS = (r"SOFTWARE\Policies\Microsoft", r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters")
_POLICIES = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
_FILTER_POLICY = "LocalAccountTokenFilterPolicy"


@dataclass
class Machine:
    """A machine and its parts. `roles` holds what the estate file gave it, by name; `settings` its own entry there."""

    name: str
    fqdn: str
    estate: Estate
    address: str
    generation: Generation
    language: str = "en-US"
    registry: Registry = field(default_factory=Registry)
    roles: dict[str, Role] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, KeyContainer] = field(default_factory=dict)
    files: FileSystem = field(default_factory=FileSystem)
    traces: Traces = field(default_factory=Traces)
    services: Services = field(default_factory=Services)
    domain_role: int = 2  # as Win32_ComputerSystem counts: 2 a lone server; the role of a member sets another

    def __post_init__(self) -> None:
        local = (Account.of(self.name.upper(), entry) for entry in self.settings.get("accounts", ()))
        self.accounts = Accounts(local, self.settings.get("lockout_after", 0))
        self.access = Access(self)
        for key in self.settings.get("registry_denied", ()):
            self.registry.deny(key)
        for key in _ALWAYS:
            self.registry.create_key(key)
        self.registry.set(_CURRENT_VERSION, "CurrentVersion", REG_SZ, self.generation.version.rpartition(".")[0])
        self.registry.set(_CURRENT_VERSION, "CurrentBuild", REG_SZ, str(self.generation.build))
        self.registry.set(_CURRENT_VERSION, "ProductName", REG_SZ, self.generation.caption)
        for name in ("SystemRoot", "PathName"):
            self.registry.set(_CURRENT_VERSION, name, REG_SZ, self.generation.system_root)

    @property
    def texts(self) -> Language:
        """The language of its programs and messages."""
        return language_of(self.language)

    @property
    def in_domain(self) -> bool:
        return self.domain_role != 2

    def accounts_for(self, user: str, domain: str) -> tuple[Accounts, str]:
        """Whose accounts decide on a logon over the network, and the user's name among them.

        `DOMAIN\\user` (either name of the domain) and `user@domain` are the domain's on its members. Any other domain
        stands for the machine itself.
        """
        name, _at, suffix = user.partition("@")
        domains = (self.estate.netbios.casefold(), self.estate.domain.casefold())
        if self.in_domain and (domain or suffix).casefold() in domains:
            return self.estate.accounts, name
        return self.accounts, user

    def over_network(self, account: Account) -> Account:
        """The account as a logon over the network has it: with the machine's groups that it is in. UAC takes the rights
        of an administrator from the machine's own, but for the built-in one, unless a value of the registry says
        otherwise."""
        local = self.accounts.find(account.name) is account
        held = list(self.access.groups.of(account))
        account = replace(
            account,
            groups=(*account.groups, *(one for one in held if one not in ("Administrators", *account.groups))),
            administrator=account.administrator or "Administrators" in held,
        )
        found = self.registry.get(_POLICIES, _FILTER_POLICY)
        if not local or account.built_in or not self.generation.uac or (found is not None and found[1] == 1):
            return account
        return replace(account, administrator=False)

    @property
    def service_pack(self) -> int:
        return int(self.settings.get("service_pack", self.generation.service_pack))

    def role(self, kind: type[AnyRole]) -> AnyRole | None:
        """Its role of that kind, if it has one."""
        return next((one for one in self.roles.values() if isinstance(one, kind)), None)

    def bind(self, port: int) -> tuple[str, int]:
        """(address, real port) to listen on for a port of the estate: the mode decides."""
        return self.address, self.estate.network.port(port)

    def clock(self) -> datetime.datetime:
        """The machine's time, UTC, aware: the estate's, unless its clock is set wrong by `clock_ahead` seconds."""
        return self.estate.clock() + datetime.timedelta(seconds=float(self.settings.get("clock_ahead", 0)))
