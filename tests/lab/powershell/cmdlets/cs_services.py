# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get-, Stop- and Start-CsWindowsService."""

from __future__ import annotations

from typing import Any

from lab.powershell.cmdlets.cs_certificates import CsCmdlet
from lab.powershell.cmdlets.system import status
from lab.powershell.commands import P
from lab.powershell.values import PSObject, text
from lab.services import RUNNING, ServiceError

_NAMED = (P("Name", "string", 0, by_name=True), P("ComputerName", "string"))


class _CsServices(CsCmdlet):
    def wanted(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """The services that are meant. Raises PSError for a name that is none and for another computer."""
        computer = text(self.get("ComputerName")).lower()
        if computer and computer not in (self.ps.machine.fqdn.lower(), self.ps.machine.name.lower(), "localhost", "."):
            raise self.stop(
                f'Cannot connect to the service controller of "{computer}".',
                "ServiceControllerUnreachable",
                "System.InvalidOperationException",
                "ResourceUnavailable",
                computer,
            )
        name = text(self.get("Name"))
        found = [one for one in self.server.services() if not name or one[0].lower() == name.lower()]
        if not found:
            raise self.stop(
                f'Cannot find service "{name}" on computer "{self.ps.machine.fqdn}".',
                "ServiceNotFound",
                "System.InvalidOperationException",
                "ObjectNotFound",
                name,
            )
        return found

    def shown(self, name: str, display: str, roles: tuple[str, ...]) -> PSObject:
        service = self.ps.machine.services.find(name)
        assert service is not None
        values: dict[str, Any] = {
            "Status": status(service),
            "Name": name,
            "DisplayName": display,
            "RoleName": list(roles),
            "ServiceName": name,
        }
        if not self.on("ExcludeActivityLevel"):
            values["ActivityLevel"] = ""
        return PSObject(values, ("Microsoft.Rtc.Management.Deployment.Core.NTService",), text=name)


class GetCsWindowsService(_CsServices):
    name = "Get-CsWindowsService"
    parameters = (*_NAMED, P("ExcludeActivityLevel", "switch"), P("Report", "string"))

    def process(self, item: Any) -> None:
        for one in self.wanted():
            self.emit(self.shown(*one))


class StopCsWindowsService(_CsServices):
    name = "Stop-CsWindowsService"
    asks = True
    later = ("LeaveWebServerRunning", "LeaveClsAgentRunning")
    parameters = (
        *_NAMED,
        P("Graceful", "switch"),
        P("Force", "switch"),
        P("NoWait", "switch"),
        P("Report", "string"),
        P("LeaveWebServerRunning", "switch"),
        P("LeaveClsAgentRunning", "switch"),
    )

    def process(self, item: Any) -> None:
        self.administrator()
        kept = {"W3SVC"} if self.on("LeaveWebServerRunning") else set()
        kept |= {"RTCCLSAGT"} if self.on("LeaveClsAgentRunning") else set()
        for name, display, _roles in reversed(self.wanted()):
            if name in kept or not self.may(f"{display} ({name})", self.name):
                continue
            self.server.stop_service(name)


class StartCsWindowsService(_CsServices):
    name = "Start-CsWindowsService"
    asks = True
    parameters = (*_NAMED, P("NoWait", "switch"), P("Report", "string"))

    def process(self, item: Any) -> None:
        self.administrator()
        for name, display, _roles in self.wanted():
            service = self.ps.machine.services.find(name)
            if service is None or service.state == RUNNING or not self.may(f"{display} ({name})", self.name):
                continue
            try:
                self.server.start_service(name)
            except ServiceError as problem:
                self.fail(
                    f'Service "{name}" failed to start: Win32 error {problem.code}.',
                    "ServiceStartFailed",
                    "System.InvalidOperationException",
                    "OperationStopped",
                    name,
                )
