# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.topology_import``; see plugins/modules for its documentation."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.reading import (
    import_topology,
    known_from_plain,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.documents import read_document
from ansible_collections.ucops.rollout.plugins.plugin_utils.cs.topology import read_topology
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec: ClassVar[dict[str, Any]] = {
        "known": {"type": "dict", "default": {}},
        "sources": {"type": "list", "elements": "str", "default": []},
    }

    def prepare(self, arguments: dict[str, Any]) -> dict[str, Any]:
        known_from_plain(arguments["known"])
        return arguments

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        if not arguments["sources"]:
            return super()._answer(arguments, check_mode)
        documents = [read_document(name, named=name) for name in arguments["sources"]]
        return {**import_topology(documents, self.prepare(arguments)["known"]), "changed": False}

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        found = read_topology(host)
        return {
            **import_topology([found.document], arguments["known"]),
            "changed": False,
            "warnings": list(found.warnings),
        }
