# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of accounts and their SIDs, and the security of WMI's namespaces, as scripts reach them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.access.descriptors import BadDescriptor, Descriptor
from lab.accounts import sid_of
from lab.powershell.members import MethodFailed
from lab.powershell.values import PSObject, items, text

if TYPE_CHECKING:
    from lab.machine import Machine
    from lab.powershell.interpreter import Interpreter

NT_ACCOUNT = "System.Security.Principal.NTAccount"
IDENTIFIER = "System.Security.Principal.SecurityIdentifier"
MANAGEMENT_CLASS = "System.Management.ManagementClass"
_HELPER = "win32_securitydescriptorhelper"
# WMI's codes: done, and WBEM_E_ACCESS_DENIED.
_DONE, _DENIED = 0, 0x80041003


def nt_account(ps: Interpreter, arguments: list[Any]) -> PSObject:
    """`New-Object Security.Principal.NTAccount NAME`, or DOMAIN, NAME."""
    name = "\\".join(text(one) for one in arguments)
    return _principal(ps, NT_ACCOUNT, name)


def security_identifier(ps: Interpreter, arguments: list[Any]) -> PSObject:
    """`New-Object Security.Principal.SecurityIdentifier SID`."""
    return _principal(ps, IDENTIFIER, text(arguments[0]))


def _principal(ps: Interpreter, kind: str, value: str) -> PSObject:
    def translate(wanted: Any) -> PSObject:
        name = wanted.name if hasattr(wanted, "name") else text(wanted)
        if name == kind:
            return _principal(ps, kind, value)
        found = _sid(ps.machine, value) if kind == NT_ACCOUNT else _name(ps.machine, value)
        if found is None:
            raise MethodFailed(
                "System.Security.Principal.IdentityNotMappedException",
                "Some or all identity references could not be translated.",
            )
        return _principal(ps, name, found)

    return PSObject({"Value": value}, (kind,), text=value, methods={"Translate": translate})


def _sid(machine: Machine, name: str) -> str | None:
    domain, _slash, own = name.rpartition("\\")
    if domain.casefold() not in ("", machine.estate.netbios.casefold(), machine.estate.domain.casefold()):
        return None
    groups = {one.casefold() for account in machine.estate.accounts.all() for one in account.groups}
    known = machine.estate.accounts.find(own) is not None or own.casefold() in groups
    return sid_of(machine.estate.domain, own) if known else None


def _name(machine: Machine, sid: str) -> str | None:
    shown = machine.access.groups.shown(sid)
    return None if shown is None else f"BUILTIN\\{shown}"


def management_class(ps: Interpreter, arguments: list[Any]) -> PSObject | None:
    """`[wmiclass]NAME`: the helper that turns security descriptors from one form into another."""
    if text(arguments[0]).rpartition(":")[2].lower() != _HELPER:
        return None

    def to_text(data: Any) -> PSObject:
        try:
            return _returned(SDDL=Descriptor.from_bytes(bytes(items(data))).text)
        except BadDescriptor:
            return _returned(_DENIED, SDDL=None)

    def to_bytes(given: Any) -> PSObject:
        try:
            return _returned(BinarySD=Descriptor.of(text(given)).to_bytes())
        except BadDescriptor:
            return _returned(_DENIED, BinarySD=None)

    methods = {"BinarySDToSDDL": to_text, "SDDLToBinarySD": to_bytes}
    return PSObject({"Name": "Win32_SecurityDescriptorHelper"}, (MANAGEMENT_CLASS,), methods=methods)


def _returned(code: int = _DONE, **values: Any) -> PSObject:
    return PSObject({**values, "ReturnValue": code}, ("System.Management.ManagementBaseObject",))


def system_security(ps: Interpreter, namespace: str) -> PSObject:
    """The instance of __SystemSecurity in a namespace: its descriptor as bytes, through GetSD and SetSD."""
    machine, administrator = ps.machine, ps.process.session.account.administrator

    def invoke(method: Any, arguments: Any) -> int:
        """`InvokeMethod(name, array)`: what a method gives out stands in the array afterwards."""
        name = text(method).lower()
        if not administrator:
            return _DENIED
        if name == "getsd":
            arguments[0] = Descriptor.of(machine.access.namespace(namespace)).to_bytes()
        elif name == "setsd":
            machine.access.set_namespace(namespace, Descriptor.from_bytes(bytes(items(arguments[0]))).text)
        else:
            raise MethodFailed("System.Management.ManagementException", "Invalid method ")
        return _DONE

    made = PSObject({}, ("System.Management.ManagementObject",), methods={"InvokeMethod": invoke})
    made.properties["PSBase"] = made
    return made
