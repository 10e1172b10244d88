# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what on one machine: its groups, the descriptors of WinRM and of WMI's namespaces, the DNS server's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.access.descriptors import GENERIC_EXECUTE, GENERIC_READ, GENERIC_WRITE, Descriptor
from lab.access.groups import Groups
from lab.accounts import Account, sid_of
from lab.registry import REG_SZ

if TYPE_CHECKING:
    from lab.machine import Machine

_SERVICE = r"SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Service"
_ROOT = "O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)"
# The plug-in for WMI has a descriptor of its own from 2012 on: administrators and two groups.
_PLUGIN = "O:NSG:BAD:P(A;;GA;;;BA)(A;;GA;;;RM){more}"
# WMI's rights: 1 Enable, 2 Execute Methods, 10 Provider Write, 20 Remote Enable; as Windows comes Administrators alone
# have the last, and all users the three before.
ENABLE, EXECUTE, PROVIDER_WRITE, REMOTE = 0x1, 0x2, 0x10, 0x20
_NAMESPACE = "O:BAG:BAD:(A;CI;CCDCLCSWRPWPRCWD;;;BA)(A;CI;CCDCRP;;;NS)(A;CI;CCDCRP;;;LS)(A;CI;CCDCRP;;;AU)"
_TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer/"
_ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/"
_WRITES = tuple(_TRANSFER + verb for verb in ("Put", "Delete", "Create"))
OWNERS_OF_DNS = ("DnsAdmins", "Domain Admins", "Enterprise Admins", "Administrators")


class Access:
    """The rights on one machine. What differs from Windows as it comes lasts, and shows in the state."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._namespaces: dict[str, str] = {}
        # SIDs that may list %SystemRoot%\\Temp though no administrators, and who made what by full path in capitals.
        self.temp_listers: set[str] = set()
        self.owners: dict[str, str] = {}
        self.groups = Groups(machine, machine.settings.get("local_groups") or {})

    # --- who somebody is ---------------------------------------------------------------------------------------------

    def token(self, account: Account) -> frozenset[str]:
        """The SIDs of an account as it is logged on."""
        estate = self._machine.estate
        domain = estate.domain if account.domain.casefold() == estate.netbios.casefold() else account.domain
        names = [account.name, *account.groups, "Everyone", "Authenticated Users", "NETWORK", "Users", "Domain Users"]
        names += ["Administrators"] * account.administrator
        return frozenset(sid_of(domain, name) for name in names)

    # --- WinRM -------------------------------------------------------------------------------------------------------

    @property
    def root(self) -> str:
        """RootSDDL of the service: who may use what has no descriptor of its own, such as the remote shell."""
        found = self._machine.registry.get(_SERVICE, "rootSDDL")
        return _ROOT if found is None else str(found[1])

    @root.setter
    def root(self, text: str) -> None:
        Descriptor.of(text)
        self._machine.registry.set(_SERVICE, "rootSDDL", REG_SZ, text)

    def opens_shells(self, account: Account) -> bool:
        """Whether the root descriptor gives it Execute (Invoke)."""
        return Descriptor.of(self.root).allows(self.token(account), GENERIC_EXECUTE)

    def uses_wmi(self, account: Account, action: str) -> bool:
        """Whether WinRM lets it bring such an action before WMI."""
        read = action == _TRANSFER + "Get" or action.startswith(_ENUMERATION)
        wanted = GENERIC_READ if read else GENERIC_WRITE if action in _WRITES else GENERIC_EXECUTE
        return Descriptor.of(self._wmi_plugin()).allows(self.token(account), wanted)

    def _wmi_plugin(self) -> str:
        if not self._machine.generation.wmi_plugin_apart:
            return self.root
        more = self.groups.sid(WMI_USERS)
        return _PLUGIN.format(more=f"(A;;GA;;;{more})" if more else "")

    # --- WMI ---------------------------------------------------------------------------------------------------------

    def namespace(self, name: str) -> str:
        """The descriptor of a namespace, as SDDL."""
        return self._namespaces.get(_folded(name), _NAMESPACE)

    def set_namespace(self, name: str, text: str) -> None:
        self._namespaces[_folded(name)] = Descriptor.of(text).text

    def enters_namespace(self, account: Account, name: str, action: str) -> bool:
        """Whether the namespace lets it do that from another machine."""
        read = action == _TRANSFER + "Get" or action.startswith(_ENUMERATION)
        more = 0 if read else PROVIDER_WRITE if action in _WRITES else EXECUTE
        return Descriptor.of(self.namespace(name)).allows(self.token(account), ENABLE | REMOTE | more)

    # --- DNS ---------------------------------------------------------------------------------------------------------

    def manages_dns(self, account: Account) -> bool:
        """Whether the DNS server answers the account's questions about its zones, and takes its orders."""
        domain = self._machine.estate.domain
        return bool(self.token(account) & {sid_of(domain, name) for name in OWNERS_OF_DNS})

    def snapshot(self) -> dict[str, Any]:
        """What differs from Windows as it comes; empty where nothing does. RootSDDL stands in the registry."""
        told = {"groups": self.groups.snapshot(), "namespaces": dict(sorted(self._namespaces.items()))}
        told["temp_listers"] = sorted(self.temp_listers)  # type: ignore[assignment]
        return {name: value for name, value in told.items() if value}


WMI_USERS = "WinRMRemoteWMIUsers__"


def _folded(namespace: str) -> str:
    return namespace.replace("\\", "/").casefold()
