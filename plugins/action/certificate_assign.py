# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.certificate_assign``; see plugins/modules for its documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate, certificate_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.products.cs_types import cmdlet_type
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake, probe
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import (
    CommandAssignment,
    Shake,
    check_command,
    leave_by_hand,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.component import assign_component
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {
        "mode": {"type": "str", "choices": ["manual", "command", "wmi"], "default": "manual"},
        "command": {"type": "list", "elements": "str"},
        "certificate": {"type": "dict", "required": True},
        "thumbprint": {"type": "str"},
        "component": {"type": "str", "default": "front_end"},
        "use": {"type": "str"},
        "address": {"type": "str"},
        "port": {"type": "int", "default": 5061},
        "own_port": {"type": "int"},
        "names": {"type": "list", "elements": "str", "default": []},
        "server": {"type": "str"},
        "pool": {"type": "str"},
        "installed": {"type": "bool", "default": False},
        "bundle": {"type": "path"},
        "key_from": {"type": "str"},
        "timeout": {"type": "float", "default": 10.0},
    }
    mutually_exclusive = [("bundle", "command", "key_from")]
    required_if = [("mode", "command", ["command", "address"]), ("mode", "wmi", ["address"])]

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        if not (arguments["bundle"] or arguments["key_from"]):
            return super()._answer(arguments, check_mode)
        wanted = _wanted(certificate_from_plain(arguments["certificate"]), arguments)
        return leave_by_hand(wanted, shake=_shake(arguments), check_mode=check_mode).to_result()

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        wanted, mode = _wanted(certificate_from_plain(arguments["certificate"]), arguments), arguments["mode"]
        shake = _shake(arguments)
        return assign_component(host, wanted, mode, shake=shake, check_mode=check_mode).to_result()


def _shake(arguments: Mapping[str, Any]) -> Shake:
    names = arguments["names"]

    def shake(address: str, port: int, server: str) -> Handshake:
        return probe(address, port, names[0] if names else server, arguments["timeout"])

    return shake


def _wanted(planned: PlannedCertificate, arguments: Mapping[str, Any]) -> CommandAssignment:
    given = arguments["thumbprint"]
    command = tuple(arguments["command"]) if arguments["mode"] == "command" else None
    if command is not None:
        check_command(command)
    return CommandAssignment(
        thumbprint=from_plain(Thumbprint, given, where="thumbprint") if given else None,
        server=arguments["server"] or planned.holders[0],
        pool=arguments["pool"] or planned.common_name,
        component=arguments["component"],
        use=arguments["use"] or planned.use,
        address=arguments["address"] or "",
        port=arguments["port"],
        own_port=arguments["own_port"] or arguments["port"],
        command=command,
        installed=arguments["installed"],
        cmdlet_type=cmdlet_type(planned, arguments["component"]),
        bundle=arguments["bundle"] or "",
        key_from=arguments["key_from"] or "",
    )
