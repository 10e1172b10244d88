# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services of one machine: names without case, running or stopped, and what happens when they start."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NO_SUCH_SERVICE = 1060
ALREADY_RUNNING = 1056
NOT_STARTED = 1062
DEPENDANTS_RUN = 1051
START_FAILED = 1053
RUNNING, STOPPED = "Running", "Stopped"

EVERYWHERE = (
    ("EventLog", "Windows Event Log"),
    ("LanmanServer", "Server"),
    ("WinRM", "Windows Remote Management (WS-Management)"),
)


class ServiceError(Exception):
    """A Win32 error of the service controller. `code` is the number."""

    def __init__(self, code: int, name: str) -> None:
        super().__init__(f"Win32 error {code} ({name})")
        self.code = code


@dataclass
class Service:
    """An installed service. `refuses` makes the next starts fail, as a broken service does.

    It starts after the services that it `needs`, and these cannot be stopped while it runs.
    """

    name: str
    display_name: str
    state: str = STOPPED
    start_mode: str = "Auto"
    on_start: Callable[[], None] | None = None
    on_stop: Callable[[], None] | None = None
    refuses: bool = False
    starts: int = 0
    needs: tuple[str, ...] = ()


class Services:
    """The service controller of one machine. `start`, `stop` and `restart` raise `ServiceError`."""

    def __init__(self) -> None:
        self._services: dict[str, Service] = {}
        self._lock = threading.RLock()
        for name, display_name in EVERYWHERE:
            self.add(name, display_name)

    def add(
        self, name: str, display_name: str = "", running: bool = True, start_mode: str = "Auto",
        on_start: Callable[[], None] | None = None, on_stop: Callable[[], None] | None = None,
        needs: tuple[str, ...] = (),
    ) -> Service:  # fmt: skip
        """Install a service; one of that name is replaced."""
        state = RUNNING if running else STOPPED
        service = Service(name, display_name or name, state, start_mode, on_start, on_stop, needs=needs)
        self._services[name.lower()] = service
        return service

    def find(self, name: str) -> Service | None:
        """The service of that name or display name."""
        wanted = name.lower()
        found = self._services.get(wanted)
        return found or next((s for s in self._services.values() if s.display_name.lower() == wanted), None)

    def _require(self, name: str) -> Service:
        service = self.find(name)
        if service is None:
            raise ServiceError(NO_SUCH_SERVICE, name)
        return service

    def list(self) -> list[Service]:
        """All services, ordered by name."""
        return [self._services[name] for name in sorted(self._services)]

    def state(self, name: str) -> str:
        """`Running` or `Stopped`."""
        return self._require(name).state

    def start(self, name: str) -> None:
        with self._lock:
            service = self._require(name)
            if service.state == RUNNING:
                raise ServiceError(ALREADY_RUNNING, name)
            if service.refuses:
                raise ServiceError(START_FAILED, name)
            for needed in service.needs:
                if self.state(needed) == STOPPED:
                    self.start(needed)
            if service.on_start is not None:
                service.on_start()
            service.state = RUNNING
            service.starts += 1

    def stop(self, name: str) -> None:
        with self._lock:
            service = self._require(name)
            if service.state == STOPPED:
                raise ServiceError(NOT_STARTED, name)
            if any(one.state == RUNNING and service.name in one.needs for one in self.list()):
                raise ServiceError(DEPENDANTS_RUN, name)
            if service.on_stop is not None:
                service.on_stop()
            service.state = STOPPED

    def restart(self, name: str) -> None:
        """Stop when running, then start."""
        with self._lock:
            if self.state(name) == RUNNING:
                self.stop(name)
            self.start(name)

    def snapshot(self) -> dict[str, Any]:
        """State and start mode of every service, by name."""
        return {s.name: {"state": s.state, "start_mode": s.start_mode, "starts": s.starts} for s in self.list()}
