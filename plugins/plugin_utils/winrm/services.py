# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows services through WMI's Win32_Service: numbers and fixed words, no text in the host's language."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.waiting import Wait
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import ConnectionLost, OperationTimedOut
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi import as_number, as_text, wql_literal
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import Wmi, WmiObject

_NAMESPACE = "root/cimv2"
_TOLD = "Name,DisplayName,State,StartMode"
RUNNING, STOPPED = "Running", "Stopped"
_POLL_SECONDS = 1.0
# A start that was lost on the way, or that came to nothing, is ordered again so often.
_ORDERS = 3

# What StartService and StopService answer (Win32_Service); 10 is "already running", 5 "cannot be stopped now".
_ALREADY = 10
_LATE = 7
_MEANING = {
    2: "access is denied",
    3: "other services that depend on it are running",
    7: "it did not answer in time",
    8: "it failed for a reason that the host does not name; see the host's event log",
    14: "it is disabled",
    15: "its account could not log on",
    24: "it is paused",
}


@dataclass(frozen=True)
class WindowsService:
    """A service as the host describes it; ``state`` is Running, Stopped, Start Pending and the like."""

    name: str
    display_name: str
    state: str
    start_mode: str


class WmiServices:
    """The services of one host."""

    def __init__(
        self,
        wmi: Wmi,
        *,
        host: str = "",
        timeout: float = 120.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._wmi = wmi
        self._host = host
        self._timeout = timeout
        self._clock = clock
        self._sleep = sleep

    def find(self, name: str) -> WindowsService | None:
        """The service of that name, None when there is none."""
        found = self._wmi.query(_NAMESPACE, f"SELECT {_TOLD} FROM Win32_Service WHERE Name={wql_literal(name)}")
        return _read(found[0]) if found else None

    def start(self, name: str) -> WindowsService:
        """Start a service and wait until it runs; raises RolloutError when it does not in time.

        One that stands still after the order, as it does when the order was lost or its start was broken off, is
        started again, within the same time.
        """
        wait = self._wait()
        for left in reversed(range(_ORDERS)):
            self._control(name, "StartService", done=(_ALREADY, _LATE) if left else (_ALREADY,))
            service = self._awaited(name, RUNNING, wait, gives_up=STOPPED if left else "")
            if service.state == RUNNING:
                break
        return service

    def stop(self, name: str) -> WindowsService:
        """Stop a service and wait until it stands."""
        self._control(name, "StopService")
        return self._awaited(name, STOPPED, self._wait())

    def _control(self, name: str, method: str, done: tuple[int, ...] = ()) -> None:
        try:
            answer = self._wmi.invoke(_NAMESPACE, "Win32_Service", method, [], {"Name": name})
        except (OperationTimedOut, ConnectionLost):
            return  # it may be under way: reading its state will tell
        code = as_number(answer.get("ReturnValue"), what="ReturnValue")
        if code is None:
            raise GarbledAnswer(f"{method} of {name} gave no ReturnValue", where=self._host)
        if code not in (0, *done):
            meaning = _MEANING.get(code, f"Win32_Service answered {code}")
            raise RolloutError(f"the service {name}: {method} was refused: {meaning}", where=self._host)

    def _wait(self) -> Wait:
        return Wait(self._timeout, clock=self._clock, sleep=self._sleep)

    def _awaited(self, name: str, state: str, wait: Wait, gives_up: str = "") -> WindowsService:
        """The service in that state, or in the one that gives up hope of it."""
        looks = 0
        while True:
            service, looks = self.find(name), looks + 1
            # The first look may come before the order has its effect.
            if service is not None and (service.state == state or (looks > 1 and service.state == gives_up)):
                return service
            if service is None or wait.left <= 0:
                raise self._stuck(name, state, service)
            wait.pause(_POLL_SECONDS, partial(self._waited_for, service, state))

    def _waited_for(self, service: WindowsService, state: str) -> str:
        on = f" on {self._host}" if self._host else ""
        return f"the service {service.name}{on}, which is {service.state}, to be {state}"

    def _stuck(self, name: str, state: str, service: WindowsService | None) -> RolloutError:
        now = service.state if service is not None else "not there any more"
        return RolloutError(
            f"the service {name} is not {state} after {self._timeout:g} seconds, but {now}",
            where=self._host,
            mend="See the host's event log",
        )


def _read(found: WmiObject) -> WindowsService:
    state = as_text(found.get("State"))
    if not state:
        raise GarbledAnswer(f"the service {as_text(found.get('Name'))} came without its state")
    return WindowsService(
        name=as_text(found.get("Name")),
        display_name=as_text(found.get("DisplayName")),
        state=state,
        start_mode=as_text(found.get("StartMode")),
    )
