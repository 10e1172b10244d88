# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Front End of a pool: its service, and TLS with the certificate that was assigned before it started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.listening import TcpListener
from lab.roles import Role
from lab.tls import NoCertificate, server_context, shake_hands

if TYPE_CHECKING:
    from lab.machine import Machine


class FrontEnd(Role):
    """The Front End service: it serves on 5061 what was assigned before its service last started.

    Settings: service (RTCSRV), display_name, port, running (whether the service runs at first), and command, the
    site's own command for the assignment. Who may read the private key is not modelled: the key must be there.
    """

    name = "front_end"
    rank = 40
    inventory_group = "ucops_servers"

    def __init__(self, machine: Machine, settings: dict[str, Any]) -> None:
        super().__init__(machine, settings)
        self.command: str = settings.get("command", r"C:\Site\AssignFrontEnd.exe")
        self.service: str = settings.get("service", "RTCSRV")
        self.port: int = int(settings.get("port", 5061))
        self.assigned = ""
        self.serving = ""
        self._listener: TcpListener | None = None

    def programs(self) -> dict[str, str]:
        return {self.command: "lab.programs.site:run"}

    def start(self) -> None:
        """Install the service; it starts at once only where the settings say so."""
        name = self.settings.get("display_name", "Office Communications Server Front-End")
        before = self.machine.services.find(self.service)
        running = self.settings.get("running", False) if before is None else before.state == "Running"
        self.machine.services.add(self.service, name, running=False, on_start=self._open, on_stop=self._close)
        if running:
            self.machine.services.start(self.service)

    def stop(self) -> None:
        self._close()

    def assign(self, thumbprint: str) -> None:
        """Make a certificate the Front End's own from its next start on. Raises `NoCertificate`."""
        server_context(self.machine, thumbprint)
        self.assigned = thumbprint.upper()

    def _open(self) -> None:
        self._close()
        if not self.assigned:
            return
        try:
            context = server_context(self.machine, self.assigned)
        except NoCertificate:
            return
        self._listener = TcpListener(
            self.machine.bind(self.port), lambda connection: shake_hands(connection, context, b""), "front end"
        )
        self.serving = self.assigned

    def _close(self) -> None:
        listener, self._listener, self.serving = self._listener, None, ""
        if listener is not None:
            listener.close()

    def listening(self) -> list[int]:
        return [self.port] if self._listener is not None else []

    def snapshot(self) -> dict[str, Any]:
        return {"service": self.service, "port": self.port, "assigned": self.assigned, "serving": self.serving}
