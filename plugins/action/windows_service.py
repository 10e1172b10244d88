# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.services import (
    RUNNING,
    STOPPED,
    WindowsService,
    WmiServices,
)


class ActionModule(WindowsAction):
    argument_spec = {
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["started", "restarted", "queried"], "default": "started"},
        "timeout": {"type": "int", "default": 120},
    }

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        services = WmiServices(host.wmi, host=host.name, timeout=arguments["timeout"])
        name, wanted = arguments["name"], arguments["state"]
        before = services.find(name)
        if wanted == "queried":
            return _result(before, before, changed=False)
        if before is None:
            raise RolloutError(f"there is no service named '{name}'", where=host.name, mend="Give the short name")
        changed = wanted == "restarted" or before.state != RUNNING
        if check_mode or not changed:
            return _result(before, before, changed=changed)
        if before.state != STOPPED and wanted == "restarted":
            services.stop(before.name)
        return _result(before, services.start(before.name), changed=True)


def _result(before: WindowsService | None, after: WindowsService | None, *, changed: bool) -> dict[str, Any]:
    return {
        "changed": changed,
        "exists": after is not None,
        "before": asdict(before) if before is not None else None,
        "service": asdict(after) if after is not None else None,
    }
