# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.hosts_info``; see plugins/modules for its documentation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.rollout import ASSIGNING
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import certificates_of
from ansible_collections.ucops.rollout.plugins.module_utils.proof.module import port_map
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import plan_if_made
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.options import (
    SPEC,
    TAKEN,
    WORK_SPEC,
    options_of,
    variable_of,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.survey import surveyed
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import ManyHostsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(ManyHostsAction):
    argument_spec = {
        **ManyHostsAction.argument_spec,
        "servers": {"type": "list", "elements": "str", "default": []},
        "plan": {"type": "raw", "default": {}},
        "ca_hosts": {"type": "list", "elements": "str", "default": []},
        "compare": {"type": "bool", "default": True},
        "options": TAKEN,
        **WORK_SPEC,
    }

    def prepare_for(self, name: str, variables: Mapping[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
        if name not in arguments["servers"]:
            return {"work": None}
        given = self._given_for(name, variables, arguments)
        work = certificates_of(
            self._plan,
            name,
            ca_hosts=arguments["ca_hosts"],
            port_map=port_map(given["port_map"]),
            offline=given["mode"] == "offline",
            assigning=replace(ASSIGNING, cmdlets=given["lync"] == "cmdlets"),
        )
        return {
            "work": work,
            "options": options_of(given["options"]),
            "compare": arguments["compare"],
            "read": self._read,
        }

    def begin(self, plan: Plan, outranking: frozenset[str], servers: frozenset[str]) -> None:
        """What is the same for all hosts.

        :param outranking: variables that outrank those of hosts.
        :param servers: those that are read, by their hosts of the inventory.
        """
        self._plan, self._outranking = plan, outranking
        self._checked: dict[str, dict[str, Any]] = {}
        self._read = frozenset(one.fqdn for one in plan.servers if one.logon and one.host in servers)

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        self.begin(plan_if_made(arguments["plan"]), self.given_to_play(), frozenset(arguments["servers"]))
        return super()._answer(arguments, check_mode)

    def _given_for(self, name: str, variables: Mapping[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
        """How its work is made, and the options, with what the inventory has for this host itself."""
        names = {one: variable_of(one) for one in (*WORK_SPEC, *SPEC) if variable_of(one) not in self._outranking}
        own = {one: variables[named] for one, named in names.items() if named in variables}
        options = {**arguments["options"], **{one: value for one, value in own.items() if one in SPEC}}
        work = {one: own.get(one, arguments[one]) for one in WORK_SPEC}
        given = {**work, "options": options}
        # Hosts mostly have the same, and a check costs more than to compare; 1 and true are not the same.
        same = repr(given)
        if same not in self._checked:
            self._checked[same] = self.checked(given, {**WORK_SPEC, "options": TAKEN}, name)
        return self._checked[same]

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        told = super().work(host, arguments, check_mode)
        if arguments["work"] is None:
            return told
        now = datetime.now(timezone.utc)
        work, options, compare = arguments["work"], arguments["options"], arguments["compare"]
        found = surveyed(host, work, options, compare=compare, now=now, servers=arguments["read"])
        return {**told, **found}
