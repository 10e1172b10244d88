# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refuses a plan that cannot be rolled out whole; touches no host. Documented in plugins/modules/rollout_check.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from ansible.constants import config
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.loader import connection_loader

from ansible_collections.ucops.rollout.plugins.module_utils.model import INTERNAL, VIEWS, plan_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.plan.hosts import takes_updates
from ansible_collections.ucops.rollout.plugins.module_utils.plan.rollout import HALVES, refuse_beyond
from ansible_collections.ucops.rollout.plugins.module_utils.plan.soundness import refuse_unsound
from ansible_collections.ucops.rollout.plugins.module_utils.report.kept import CONTROLLER, ReadHostVars
from ansible_collections.ucops.rollout.plugins.module_utils.wording import kinds_told
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.endpoints import parsed_endpoint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.lync import check_effective
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.connection_values import (
    refuse_connection_values,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.connections import PSRP, WINRM
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.role_values import (
    connections_of,
    refuse_values,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import PureAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.libraries import require_libraries
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import seam_pypsrp, seam_winrm


def _check_bindings(texts: Iterable[Any]) -> None:
    for text in texts:
        parsed_endpoint(str(text))


# Variables whose values their adapters would refuse once the certificates are there.
ADAPTERS: Mapping[str, Callable[[Any], None]] = {
    "pool_certificates_bindings_also": _check_bindings,
    "pool_certificates_effective_date": lambda text: check_effective(str(text)),
}


class ActionModule(PureAction):
    """``plan`` in, nothing out; what is wrong in itself, beyond the ports, or not installed fails the task."""

    argument_spec: ClassVar[dict[str, Any]] = {
        "plan": {"type": "raw", "required": True},
        "halves": {"type": "list", "elements": "str", "choices": list(HALVES), "default": list(HALVES)},
        "view": {"type": "str", "choices": list(VIEWS)},
        "views": {"type": "list", "elements": "str", "choices": list(VIEWS), "default": [INTERNAL]},
        "ca_hosts": {"type": "list", "elements": "str", "default": []},
        "proof": {"type": "bool", "default": False},
        "roles": {"type": "dict", "default": {}},
    }

    def work(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        halves, hostvars = arguments["halves"], ReadHostVars(self.task_vars.get("hostvars") or {})
        hosts = (host for some in (*arguments["roles"].values(), arguments["ca_hosts"]) for host in some)
        windows = [one for one in hosts if one != CONTROLLER and not takes_updates(hostvars, one)]
        connections = connections_of(hostvars, windows)
        refuse_connection_values(hostvars, windows, _known(connections))
        refuse_values(hostvars, arguments["roles"], self.read_yaml, _errors, ADAPTERS)
        require_libraries(halves, proof=arguments["proof"], connections=connections)
        plan = plan_from_plain(arguments["plan"])
        refuse_beyond(plan, *halves, views=arguments["views"], view=arguments["view"])
        refuse_unsound(plan, halves, arguments["ca_hosts"], arguments["view"])
        return {"changed": False}


def _known(connections: Iterable[str]) -> dict[str, frozenset[str]]:
    """By the prefix of their names, the variables of these connections of Ansible's and of their libraries. Without its
    library none is known: what is missing is told then."""
    settings = {WINRM: seam_winrm.SETTINGS, PSRP: seam_pypsrp.SETTINGS}
    known = {}
    for name in connections:
        connection_loader.get(name, class_only=True)  # reads what its options are
        prefix = f"ansible_{name}_"
        if settings[name]:
            own = config.get_plugin_vars("connection", name)
            known[prefix] = frozenset((*own, *(f"{prefix}{one}" for one in settings[name])))
    return known


def _errors(spec: dict[str, Any], values: dict[str, Any]) -> list[str]:
    """What is wrong with values, in Ansible's words."""
    return [kinds_told(one) for one in ArgumentSpecValidator(spec).validate(values).error_messages]
