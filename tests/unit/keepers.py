"""A keeper that records what a way of assigning tells it, and what the places name at that moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.keeping_port import KeepsNothing
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import FileOutcome, FileProgram
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class Witness(KeepsNothing):
    def __init__(self, host: WindowsHost, now: Callable[[], Any]) -> None:
        super().__init__(host)
        self._now = now
        self.told: list[tuple[dict[str, list[Former]], Any]] = []

    def keep(
        self, assigned: Mapping[Thumbprint, Sequence[Former]], changes: Sequence[FileProgram] = ()
    ) -> tuple[FileOutcome, ...]:
        self.told.append(({name: list(former) for name, former in assigned.items()}, self._now()))
        return super().keep(assigned, changes)
