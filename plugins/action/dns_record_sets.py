# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from ansible_collections.ucops.rollout.plugins.module_utils.dns.changes import refuse_unsupported
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import UPDATES, WINDOWS
from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import answered, push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import ARGUMENTS, read_request
from ansible_collections.ucops.rollout.plugins.module_utils.dns.rfc2136 import asked_only
from ansible_collections.ucops.rollout.plugins.module_utils.updating import server as updating
from ansible_collections.ucops.rollout.plugins.plugin_utils.dns.windows import WindowsDns
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    """With ``update`` the controller itself pushes, and the task's connection is not touched."""

    argument_spec: ClassVar[dict[str, Any]] = {
        **ARGUMENTS,
        "update": {"type": "dict", "default": {}},
        "only_compare": {"type": "bool", "default": False},
    }

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        way = self._by_update if arguments["update"] else super()._answer
        planning = check_mode or arguments["only_compare"]
        return answered(partial(way, arguments, planning), fail=arguments["fail"])

    def _by_update(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        asked = self.prepare(arguments)
        whole = {**arguments["update"], "server": self._server_of(arguments["update"])}
        given = self.checked(whole, updating.ARGUMENTS, "update", mutually_exclusive=updating.EXCLUSIVE)
        server = updating.updated_server(given)
        return push(server, asked["request"], check_mode=check_mode, others=asked["others"])

    def _server_of(self, update: Mapping[str, Any]) -> Any:
        """What is not given of it is that of the task's host."""
        name, server = self._host_name(), update.get("server") or {}
        host = {"name": name, "address": str(self.task_vars.get("ansible_host") or name)}
        return {**host, **server} if isinstance(server, Mapping) else server

    def prepare(self, arguments: dict[str, Any]) -> dict[str, Any]:
        request = read_request(arguments["zones"], arguments["records"], arguments)
        refuse_unsupported(request.sets, UPDATES if arguments["update"] else WINDOWS)
        others = asked_only(arguments["other_servers"])
        return {"request": request, "others": others, "fail": arguments["fail"]}

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        return push(WindowsDns(host), arguments["request"], check_mode=check_mode, others=arguments["others"])
