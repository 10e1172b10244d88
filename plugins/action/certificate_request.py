# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.certificate_request``; see plugins/modules for its documentation."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import load_request
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planned_certificate import check_planned, chosen_names
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.enrolling import enrol
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.offline import Handover
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {
        "certificate": {"type": "dict", "required": True},
        "minimum_days": {"type": "int", "default": 30},
        "directory": {"type": "path", "aliases": ["file"]},
    }

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        planned = check_planned(arguments["certificate"])
        handover = Handover(arguments["directory"], planned) if arguments["directory"] else None
        result = enrol(
            host,
            planned,
            now=datetime.now(timezone.utc),
            minimum_days=arguments["minimum_days"],
            check_mode=check_mode,
            at_hand=handover.request if handover else lambda: None,
        )
        result["file"] = self._hand_over(handover, result, check_mode)
        asked = ", ".join(chosen_names(planned))
        new = result["state"] in ("created", "would_create")
        result["diff"] = {"before": "", "after": f"request {planned['id']}: {asked}\n" if new else ""}
        return result

    def _hand_over(self, handover: Handover | None, result: dict[str, Any], check_mode: bool) -> str | None:
        if handover is None or result["state"] == "held":
            return None
        if result["request"]:
            request = load_request(result["request"], where=handover.request_path)
            result["changed"] |= handover.write(request, check_mode=check_mode)
        return handover.request_path
