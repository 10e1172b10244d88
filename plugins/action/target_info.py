# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.windows.generation import generation
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import LogonRefused, WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi import as_number, as_text
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import WmiObject


class ActionModule(WindowsAction):
    argument_spec = {"fail": {"type": "bool", "default": True}}

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        try:
            return {"reached": True, **super()._answer(arguments, check_mode)}
        except RolloutError as error:
            if arguments["fail"]:
                raise
            refused = isinstance(error, LogonRefused)
            return {"changed": False, "reached": False, "logon_refused": refused, "msg": str(error)}

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        found = host.wmi.query("root/cimv2", "SELECT * FROM Win32_OperatingSystem")
        if len(found) != 1:
            raise RolloutError(f"the host describes {len(found)} operating systems", where=host.name)
        return {"changed": False, **_described(found[0])}


def _described(system: WmiObject) -> dict[str, Any]:
    version = as_text(system.get("Version"))
    known = generation(version)
    return {
        "host": as_text(system.get("CSName")),
        "version": version,
        "build": as_number(system.get("BuildNumber"), what="BuildNumber"),
        "service_pack": as_number(system.get("ServicePackMajorVersion"), what="ServicePackMajorVersion"),
        "product": as_text(system.get("Caption")).strip(),
        "language": as_number(system.get("OSLanguage"), what="OSLanguage"),
        "generation": known.name,
        "capabilities": {"cng": known.cng, "netsh_http": known.netsh_http},
    }
