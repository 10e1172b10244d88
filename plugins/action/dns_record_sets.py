# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from functools import partial
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.dns.changes import refuse_unsupported
from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import answered, push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import ARGUMENTS, read_request
from ansible_collections.ucops.rollout.plugins.module_utils.dns.rfc2136 import asked_only
from ansible_collections.ucops.rollout.plugins.plugin_utils.dns.windows import WindowsDns
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = ARGUMENTS

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        return answered(partial(super()._answer, arguments, check_mode), fail=arguments["fail"])

    def prepare(self, arguments: dict[str, Any]) -> dict[str, Any]:
        request = read_request(arguments["zones"], arguments["records"], arguments)
        refuse_unsupported(request.sets, WindowsDns.capabilities)
        others = asked_only(arguments["other_servers"])
        return {"request": request, "others": others, "fail": arguments["fail"]}

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        return push(WindowsDns(host), arguments["request"], check_mode=check_mode, others=arguments["others"])
