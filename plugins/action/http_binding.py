# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.http_binding``; see plugins/modules for its documentation."""

from __future__ import annotations

from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.endpoints import endpoint_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.http_sys import bind
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import MY
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {
        "thumbprint": {"type": "str"},
        "address": {"type": "str", "default": "0.0.0.0"},
        "port": {"type": "int", "default": 443},
        "application_id": {"type": "str", "default": ""},
        "store": {"type": "str", "default": MY},
        "also": {"type": "list", "elements": "str", "default": []},
    }

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        given = arguments["thumbprint"]
        outcome = bind(
            host,
            endpoint_of(arguments["address"], arguments["port"]),
            from_plain(Thumbprint, given, where="thumbprint") if given else None,
            application=arguments["application_id"],
            store=arguments["store"],
            also=arguments["also"],
            check_mode=check_mode,
        )
        return outcome.to_result()
