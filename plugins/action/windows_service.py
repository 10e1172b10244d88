# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.windows_service``; see plugins/modules for its documentation."""

from __future__ import annotations

from typing import Any

from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.service_state import bring_service
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.services import WmiServices


class ActionModule(WindowsAction):
    argument_spec = {
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["started", "restarted", "stopped", "queried"], "default": "started"},
        "timeout": {"type": "int", "default": 120},
    }

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        services = WmiServices(host.wmi, host=host.name, timeout=arguments["timeout"])
        outcome = bring_service(services, arguments["name"], arguments["state"], host=host.name, check_mode=check_mode)
        return outcome.to_result()
