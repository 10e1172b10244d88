# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.certificate_prove``; see plugins/modules for its documentation."""

from __future__ import annotations

from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import work_from_plain
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import shaking
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.lync import ServiceStep
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.newly import assigned_by
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.proving import Patience, prove
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction


class ActionModule(WindowsAction):
    argument_spec = {
        "work": {"type": "dict", "required": True},
        "held": {"type": "dict", "required": True},
        "services": {"type": "list", "elements": "dict", "default": []},
        "command": {"type": "list", "elements": "str", "default": []},
        "broken": {"type": "str", "default": ""},
        "wait": {"type": "float", "default": 60.0},
        "service_timeout": {"type": "float", "default": 120.0},
        "timeout": {"type": "float", "default": 10.0},
    }

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        """Without a logon where the ports say all, as they do as a rule."""
        work = work_from_plain(arguments["work"])
        assigned = assigned_by(
            work,
            arguments["held"],
            services=[from_plain(ServiceStep, one, where="services") for one in arguments["services"]],
            command=arguments["command"],
            broken=arguments["broken"],
        )
        patience = Patience(arguments["wait"], arguments["service_timeout"])
        shake = shaking(work.fqdn, arguments["timeout"])
        return prove(self.open_host, assigned, shake=shake, patience=patience).to_result()
