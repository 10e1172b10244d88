# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.certificate_assign``; see plugins/modules for its documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import normalise_thumbprint
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planned_certificate import check_planned
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake, probe
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import (
    CommandAssignment,
    assign,
    check_command,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {
        "mode": {"type": "str", "choices": ["manual", "command"], "default": "manual"},
        "command": {"type": "list", "elements": "str"},
        "certificate": {"type": "dict", "required": True},
        "thumbprint": {"type": "str"},
        "address": {"type": "str", "required": True},
        "port": {"type": "int", "default": 5061},
        "names": {"type": "list", "elements": "str", "default": []},
        "server": {"type": "str"},
        "pool": {"type": "str"},
        "installed": {"type": "bool", "default": False},
        "timeout": {"type": "float", "default": 10.0},
    }
    required_if = [("mode", "command", ["command"])]

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        planned = check_planned(arguments["certificate"])
        command = arguments["command"] if arguments["mode"] == "command" else None
        if command is not None:
            check_command(command)
        names = arguments["names"]

        def shake(address: str, port: int, server: str) -> Handshake:
            return probe(address, port, names[0] if names else server, arguments["timeout"])

        assignment = _assignment(host, planned, arguments)
        return assign(host, assignment, command=command, shake=shake, check_mode=check_mode)


def _assignment(host: WindowsHost, planned: Mapping[str, Any], arguments: Mapping[str, Any]) -> CommandAssignment:
    thumbprint = arguments["thumbprint"]
    holders = planned.get("holders") or [host.name]
    return CommandAssignment(
        thumbprint=normalise_thumbprint(thumbprint) if thumbprint else None,
        server=arguments["server"] or str(holders[0]),
        pool=arguments["pool"] or planned["subject"]["common_name"],
        address=arguments["address"],
        port=arguments["port"],
        installed=arguments["installed"],
    )
