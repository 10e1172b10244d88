# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that set: values of the registry, and of WinRM's drive the root security descriptor."""

from __future__ import annotations

from typing import Any

from lab.access.descriptors import BadDescriptor
from lab.powershell.cmdlets.system import _OnDrive, split_path
from lab.powershell.commands import P
from lab.powershell.values import items, text, whole
from lab.registry import REG_BINARY, REG_DWORD, REG_MULTI_SZ, REG_SZ

ROOT_SDDL = ["localhost", "service", "rootsddl"]


class SetItem(_OnDrive):
    name = "Set-Item"
    aliases = ("si",)
    parameters = (
        P("Path", "string[]", 0, pipeline=True, by_name=True),
        P("Value", position=1),
        P("Force", "switch"),
    )
    asks = True

    def process(self, item: Any) -> None:
        for path in self.paths():
            drive, parts = split_path(path, self.ps.location)
            if drive != "wsman":
                self.no_drive(drive)
            elif [one.lower() for one in parts] != ROOT_SDDL:
                self.no_path(path)
            else:
                self._set(text(self.get("Value")))

    def _set(self, value: str) -> None:
        if not self.ps.process.session.account.administrator:
            raise self.stop("Access is denied.", "AccessDenied", "System.InvalidOperationException", "InvalidOperation")
        try:
            self.ps.machine.access.root = value
        except BadDescriptor as problem:
            raise self.stop(
                "The parameter is incorrect.", "WsManError", "System.InvalidOperationException", "InvalidOperation"
            ) from problem


class SetItemProperty(_OnDrive):
    name = "Set-ItemProperty"
    aliases = ("sp",)
    parameters = (
        P("Path", "string[]", 0, pipeline=True, by_name=True),
        P("Name", "string", 1),
        P("Value", position=2),
        P("Type", "string"),
    )
    asks = True

    def process(self, item: Any) -> None:
        for path in self.paths():
            drive, parts = split_path(path, self.ps.location)
            key = "\\".join(parts)
            if drive != "hklm" or not self.ps.machine.registry.exists(key):
                self.no_path(path)
            elif not self.ps.process.session.account.administrator:
                self.fail(
                    "Requested registry access is not allowed.", "System.Security.SecurityException",
                    "System.Security.SecurityException", "PermissionDenied", path,
                )  # fmt: skip
            else:
                self.ps.machine.registry.set(key, text(self.get("Name")), *_typed(self.get("Value")))


def _typed(value: Any) -> tuple[int, Any]:
    """The type that a value is written with where none is named."""
    if isinstance(value, (bytes, bytearray)):
        return REG_BINARY, bytes(value)
    if isinstance(value, list):
        return REG_MULTI_SZ, [text(one) for one in items(value)]
    if isinstance(value, int):
        return REG_DWORD, whole(value)
    return REG_SZ, text(value)
