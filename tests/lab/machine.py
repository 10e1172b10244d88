# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One Windows machine of the estate: what its parts (WinRM, WMI, shell, CA, listeners) have in common."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lab.registry import REG_SZ, Registry

if TYPE_CHECKING:
    from lab.estate import Estate


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


@dataclass(frozen=True)
class Generation:
    """What differs between versions of Windows. Sizes in kB, times in ms; figures from the published WinRM quotas.

    A host of the estate file may change any of them under `winrm`.
    """

    name: str
    version: str
    build: int
    product: str
    envelope_kb: int
    operations_per_user: int
    shells_per_user: int
    processes_per_shell: int
    shell_idle_ms: int
    one_item_first: bool
    registry_in_cimv2: bool
    wmi_errors: bool
    timeout_ms: int = 60000
    enumeration_ms: int = 60000


GENERATIONS = {
    "2003": Generation(
        "2003",
        "5.2.3790",
        3790,
        "Microsoft(R) Windows(R) Server 2003, Enterprise Edition",
        150,
        15,
        5,
        15,
        180000,
        one_item_first=False,
        registry_in_cimv2=False,
        wmi_errors=False,
    ),
    "2008": Generation(
        "2008",
        "6.0.6002",
        6002,
        "Microsoft® Windows Server® 2008 Enterprise",
        150,
        15,
        5,
        15,
        180000,
        one_item_first=True,
        registry_in_cimv2=False,
        wmi_errors=False,
    ),
    "2008r2": Generation(
        "2008r2",
        "6.1.7601",
        7601,
        "Microsoft Windows Server 2008 R2 Enterprise",
        150,
        15,
        5,
        15,
        180000,
        one_item_first=True,
        registry_in_cimv2=False,
        wmi_errors=False,
    ),
    "2012": Generation(
        "2012",
        "6.2.9200",
        9200,
        "Microsoft Windows Server 2012 Standard",
        500,
        1500,
        30,
        25,
        7200000,
        one_item_first=True,
        registry_in_cimv2=True,
        wmi_errors=True,
    ),
    "2012r2": Generation(
        "2012r2",
        "6.3.9600",
        9600,
        "Microsoft Windows Server 2012 R2 Standard",
        500,
        1500,
        30,
        25,
        7200000,
        one_item_first=True,
        registry_in_cimv2=True,
        wmi_errors=True,
    ),
}


@dataclass
class Machine:
    """A machine and its parts. `roles` holds what the estate file gave it, by name ("dns", "ca", "front_end", …)."""

    name: str
    fqdn: str
    estate: Estate
    address: str
    generation: Generation
    language: str = "en-US"
    registry: Registry = field(default_factory=Registry)
    roles: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)
    files: Any = None
    services: Any = None

    def __post_init__(self) -> None:
        current = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
        self.registry.set(current, "CurrentVersion", REG_SZ, self.generation.version.rpartition(".")[0])
        self.registry.set(current, "CurrentBuild", REG_SZ, str(self.generation.build))
        self.registry.set(current, "ProductName", REG_SZ, self.generation.product)
        root = r"C:\WINDOWS" if self.generation.name == "2003" else r"C:\Windows"
        for name in ("SystemRoot", "PathName"):
            self.registry.set(current, name, REG_SZ, root)

    def bind(self, port: int) -> tuple[str, int]:
        """(address, real port) to listen on for a port of the estate: the mode decides."""
        return self.address, self.estate.network.port(port)

    def clock(self) -> datetime.datetime:
        """The estate's time, UTC, aware."""
        return self.estate.clock()
