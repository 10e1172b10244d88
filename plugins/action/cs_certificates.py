# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.cs_certificates``; see plugins/modules for its documentation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.model import certificate_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.plan.rollout import LYNC
from ansible_collections.ucops.rollout.plugins.module_utils.products.cs_types import cmdlet_type
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import shaking
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.lync import (
    CsEndpoint,
    CsOptions,
    CsWanted,
    assign_types,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {
        "work": {"type": "dict", "required": True},
        "held": {"type": "dict", "required": True},
        "oauth": {"type": "bool", "default": False},
        "effective_date": {"type": "str", "default": ""},
        "restarts": {"type": "bool", "default": False},
        "timeout": {"type": "float", "default": 10.0},
    }

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        shake = shaking(str(arguments["work"].get("fqdn", "")), arguments["timeout"])
        options = CsOptions(arguments["oauth"], arguments["effective_date"], arguments["restarts"])
        wanted = tuple(_wanted(arguments["work"], arguments["held"]))
        return assign_types(host, wanted, options, shake=shake, check_mode=check_mode)


def _wanted(work: Mapping[str, Any], held: Mapping[str, Any]) -> Iterator[CsWanted]:
    """The certificates that the cmdlets assign; what still waits for others is left out."""
    for job in work.get("certificates") or ():
        planned = certificate_from_plain(job["certificate"])
        outcome = held.get(planned.id) or {}
        endpoints = tuple(
            CsEndpoint(cmdlet_type(planned, one["component"]), one["address"], one["reached_port"], one["port"])
            for one in job["assignments"]
            if one["way"] == LYNC
        )
        if endpoints and not outcome.get("waiting"):
            given = outcome.get("thumbprint")
            thumbprint = from_plain(Thumbprint, given, where="thumbprint") if given else None
            yield CsWanted(planned.id, thumbprint, endpoints)
