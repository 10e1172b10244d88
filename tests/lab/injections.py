# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trouble that a running estate can be told to make, for the n-th request that matches."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lab.soap import faults
from lab.soap.fault import Fault

if TYPE_CHECKING:
    from lab.machine import Machine

_ACTIONS = ("drop", "delay", "fault", "status")
_FAULTS = {
    "timed_out": faults.timed_out,
    "access_denied": faults.access_denied,
    "generic_failure": lambda: faults.generic_failure("PutInstance", ""),
    "not_found": lambda: faults.not_found("GetObject", ""),
    "busy": lambda: Fault("s:Receiver", "w:InternalError", "The requested resource is in use. ", 170),
    "operations_quota": lambda: faults.operations_quota(15, wmi_error=False),
    "operations_quota_new": lambda: faults.operations_quota(1500, wmi_error=True),
    "shell_quota": lambda: faults.shell_quota(5),
    "shell_not_found": faults.shell_not_found,
}


@dataclass
class Injection:
    """Trouble for the n-th request that matches, counted from now.

    `after`: once the request has had its effect; a program that it started has ended then.

    A delay that is longer than the request's OperationTimeout ends with the timeout's fault.
    """

    host: str
    action: str
    at: int = 1
    times: int = 1
    match: dict[str, str] = field(default_factory=dict)
    after: bool = False
    seconds: float = 0.0
    status: int = 500
    fault: str = "generic_failure"
    seen: int = 0

    @classmethod
    def of(cls, values: dict[str, Any]) -> Injection:
        """From JSON. Raises ValueError for what does not exist."""
        unknown = set(values) - {"host", "action", "at", "times", "match", "after", "seconds", "status", "fault"}
        one = cls(**values) if not unknown else None
        if one is None or one.action not in _ACTIONS or one.fault not in _FAULTS:
            raise ValueError(f"actions {_ACTIONS}, faults {sorted(_FAULTS)}; got {values}")
        if set(one.match) - {"kind", "action", "text"}:
            raise ValueError("match takes kind, action (or text): what the message contains")
        return one

    def fits(self, machine: Machine, kind: str, message: bytes) -> bool:
        if self.host not in ("*", machine.name, machine.fqdn) or self.match.get("kind", kind) != kind:
            return False
        return all(text.encode() in message for key, text in self.match.items() if key != "kind")

    def build_fault(self) -> Fault:
        return _FAULTS[self.fault]()


class Injections:
    """The troubles ordered so far; each request takes at most one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ordered: list[Injection] = []

    def add(self, injections: list[Injection]) -> None:
        with self._lock:
            self._ordered += injections

    def clear(self) -> None:
        with self._lock:
            self._ordered.clear()

    def take(self, machine: Machine, kind: str, message: bytes) -> Injection | None:
        with self._lock:
            due = None
            for injection in self._ordered:
                if injection.fits(machine, kind, message):
                    injection.seen += 1
                    if due is None and injection.at <= injection.seen < injection.at + injection.times:
                        due = injection
            return due
