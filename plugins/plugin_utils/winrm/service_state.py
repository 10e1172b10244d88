# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring a Windows service to a state: started, restarted, stopped, or only looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import CHANGE, Change, ChangeSet
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.services import (
    RUNNING,
    STOPPED,
    WindowsService,
    WmiServices,
)

STARTED, RESTARTED, HALTED, QUERIED = "started", "restarted", "stopped", "queried"


@dataclass(frozen=True, slots=True)
class ServiceOutcome:
    """A service before and after; None where the host has none of that name."""

    before: WindowsService | None
    service: WindowsService | None
    change_set: ChangeSet

    def to_result(self) -> dict[str, Any]:
        """The documented result of ``windows_service``."""
        return {
            **self.change_set.to_result(),
            "exists": self.service is not None,
            "before": to_plain(self.before),
            "service": to_plain(self.service),
        }


def bring_service(
    services: WmiServices, name: str, wanted: str, *, host: str, check_mode: bool = False
) -> ServiceOutcome:
    """``wanted``: started, restarted, stopped or queried. In check mode ``service`` is as it was found."""
    before = services.find(name)
    if wanted == QUERIED:
        return ServiceOutcome(before, before, ChangeSet())
    if before is None:
        raise RolloutError(f"there is no service named '{name}'", where=host, mend="Give the short name")
    changes = _planned(before, wanted)
    after = before if check_mode or not changes else _apply(services, before, wanted)
    return ServiceOutcome(before, after, _change_set(before, changes))


def _planned(before: WindowsService, wanted: str) -> tuple[Change, ...]:
    after = STOPPED if wanted == HALTED else RUNNING
    if wanted != RESTARTED and before.state == after:
        return ()
    done = STARTED if wanted == RESTARTED and before.state == STOPPED else wanted
    subject = {"service": before.name}
    return (Change(CHANGE, f"service {before.name} {done}", subject, before.state, after, done=done),)


def _apply(services: WmiServices, before: WindowsService, wanted: str) -> WindowsService:
    if wanted == HALTED:
        return services.stop(before.name)
    if before.state != STOPPED and wanted == RESTARTED:
        services.stop(before.name)
    return services.start(before.name)


def _change_set(before: WindowsService, changes: tuple[Change, ...]) -> ChangeSet:
    states = [f"{before.name} {before.state}\n"]
    states += [f"{before.name} {change.after} ({change.what})\n" for change in changes]
    return ChangeSet(states[0], states[-1], changes)
