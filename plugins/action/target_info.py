# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.target_info``; see plugins/modules for its documentation."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.findings.run import clock_findings
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import LogonRefused
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.listener import see_listener
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.system import describe_system


class ActionModule(WindowsAction):
    argument_spec = {
        "fail": {"type": "bool", "default": True},
        "known": {"type": "dict", "default": {}},
        "log_on": {"type": "bool", "default": True},
    }

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        if "reached" in arguments["known"]:
            return dict(arguments["known"])
        try:
            if not arguments["log_on"]:
                see_listener(self.attempt())
                return {"changed": False}
            return {"reached": True, **super()._answer(arguments, check_mode)}
        except RolloutError as error:
            if arguments["fail"]:
                raise
            refused = isinstance(error, LogonRefused)
            told = {"logon_refused": refused, "where": error.where, "msg": str(error)}
            return {"changed": False, "reached": False, **told}

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        found = describe_system(host.wmi, where=host.name)
        findings = clock_findings(host.name, found.clock, datetime.now(timezone.utc))
        return {"changed": False, **to_plain(found), "findings": to_plain(findings)}
