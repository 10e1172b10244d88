# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.server_info``; see plugins/modules for its documentation."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import work_from_plain
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.carried import look_at_files
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.deploy import ServerDeployment
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.options import TAKEN, options_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.survey import asked, surveyed
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import ReachingAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(ReachingAction):
    argument_spec = {
        **ReachingAction.argument_spec,
        "work": {"type": "dict", "default": {}},
        "compare": {"type": "bool", "default": True},
        "options": TAKEN,
    }

    def prepare(self, arguments: dict[str, Any]) -> dict[str, Any]:
        given, options = arguments["work"], options_of(arguments["options"])
        return {**arguments, "work": work_from_plain(given) if given else None, "options": options}

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        wanted = self.prepare(arguments)
        if wanted["work"] is None or wanted["work"].logon:
            return super()._answer(arguments, check_mode)
        looked = ServerDeployment(wanted["work"], wanted["options"], datetime.now(timezone.utc), {}, check_mode=True)
        certificates = look_at_files(looked).of
        return {"changed": False, "reached": True, **asked(looked.work, looked.options), "certificates": certificates}

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        told = super().work(host, arguments, check_mode)
        work, options = arguments["work"], arguments["options"]
        if work is None:
            return told
        now = datetime.now(timezone.utc)
        return {**told, **surveyed(host, work, options, compare=arguments["compare"], now=now)}
