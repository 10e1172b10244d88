# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arguments of the actions that bring a server's certificates to the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import work_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.report.sharing import KeyTurn
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.deploy import ServerDeployment
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.options import TAKEN, options_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import HostUnreachable

SPEC: Mapping[str, Any] = {
    "work": {"type": "dict", "required": True},
    "found": {"type": "dict", "required": True},
    "turns": {"type": "dict", "default": {}},
    "options": TAKEN,
    "fail": {"type": "bool", "default": True},
}


def leaving_failure(step: Callable[[], dict[str, Any]], *, fail: bool) -> dict[str, Any]:
    """The result of a step, which leaves its failure to a later task to tell unless ``fail``; a lost host ends the task
    all the same."""
    try:
        return step()
    except HostUnreachable:
        raise
    except RolloutError as error:
        if fail:
            raise
        return {"changed": False, **error.result, "failure": str(error)}


def deployment_of(arguments: Mapping[str, Any], *, now: datetime, check_mode: bool) -> ServerDeployment:
    """What is wanted, as a value; raises RolloutError with the place of what is none."""
    return ServerDeployment(
        work_from_plain(arguments["work"]),
        options_of(arguments["options"]),
        now,
        arguments["found"],
        from_plain(dict[str, KeyTurn], arguments["turns"], where="turns"),
        arguments.get("above") or {},
        check_mode,
    )
