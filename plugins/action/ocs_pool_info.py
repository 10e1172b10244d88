# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.ocs_pool_info``; see plugins/modules for its documentation."""

from __future__ import annotations

from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.topology.deployed import (
    DeployedOcs,
    compare_deployed,
    pool_of,
    tells_of_itself,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse
from ansible_collections.ucops.rollout.plugins.plugin_utils.cs.ocs_pool import read_deployed, told_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {
        "topology": {"type": "dict", "required": True},
        "server": {"type": "str", "required": True},
    }

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        """A server that has none of these classes is not logged on to."""
        pool = pool_of(parse(arguments["topology"]), arguments["server"])
        if not tells_of_itself(pool, arguments["server"]):
            return told_of(DeployedOcs(None, None), ())
        return super()._answer({**arguments, "pool": pool}, check_mode)

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        found = read_deployed(host)
        return told_of(found, compare_deployed(arguments["pool"], found))
