# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.dns.changes import refuse_unsupported
from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import (
    LimitExceeded,
    PushFailed,
    ServerRefused,
    push,
)
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import read_request
from ansible_collections.ucops.rollout.plugins.plugin_utils.dns.windows import WindowsDns
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {
        "zones": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "name": {"type": "str", "required": True},
                "if_missing": {"type": "str", "choices": ["fail", "create"], "default": "fail"},
                "view": {"type": "str"},
            },
        },
        "records": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "zone": {"type": "str", "required": True},
                "name": {"type": "str"},
                "fqdn": {"type": "str"},
                "type": {"type": "str", "required": True},
                "ttl": {"type": "int", "default": 3600},
                "values": {"type": "list", "elements": "raw", "required": True},
                "managed": {"type": "str", "default": "ours"},
                "reasons": {"type": "list", "elements": "dict"},
                "view": {"type": "str"},
            },
        },
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "replace": {"type": "list", "elements": "str", "default": []},
        "purge": {"type": "str", "choices": ["none", "members", "stale"], "default": "none"},
        "rollout": {"type": "str", "default": "default"},
        "remember": {"type": "bool", "default": True},
        "limits": {
            "type": "dict",
            "options": {
                "deletions": {"type": "int", "default": 5},
                "deletions_percent": {"type": "int", "default": 34},
                "changes": {"type": "int", "default": 100},
                "changes_percent": {"type": "int", "default": 100},
            },
        },
        "fail": {"type": "bool", "default": True},
    }

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        try:
            return super()._answer(arguments, check_mode)
        except (LimitExceeded, PushFailed, ServerRefused) as error:
            if arguments["fail"]:
                raise
            return {"changed": False, **error.result, "pushed": False, "msg": str(error)}

    def prepare(self, arguments: dict[str, Any]) -> dict[str, Any]:
        request = read_request(arguments["zones"], arguments["records"], arguments)
        refuse_unsupported(request.sets, WindowsDns.capabilities)
        return {"request": request, "fail": arguments["fail"]}

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        return push(WindowsDns(host), arguments["request"], check_mode=check_mode)
