# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans a rollout from a topology; touches no host. Its documentation is plugins/modules/pool_plan.py."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible.errors import AnsibleError

from ansible_collections.ucops.rollout.plugins.filter import exports, plans, reports, runs
from ansible_collections.ucops.rollout.plugins.module_utils.codec import plain_in_text, to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.hosts import (
    Groups,
    find_hosts,
    hosts_of_run,
    refuse_misspelt_groups,
    refuse_strangers,
    takes_updates,
)
from ansible_collections.ucops.rollout.plugins.module_utils.plan.only import only, read_only
from ansible_collections.ucops.rollout.plugins.module_utils.plan.parts import (
    PARTS,
    halves_of,
    refuse_misspelt_tags,
)
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.rollout import refuse_beyond
from ansible_collections.ucops.rollout.plugins.module_utils.plan.soundness import PlanHasErrors
from ansible_collections.ucops.rollout.plugins.module_utils.plan.variables import refuse_misspelt
from ansible_collections.ucops.rollout.plugins.module_utils.report.kept import ReadHostVars
from ansible_collections.ucops.rollout.plugins.module_utils.report.plan_source import source_of
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import check_command
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.role_values import documented
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import PureAction

# Every run plans first, and uses these filters afterwards. Ansible imports an action in its own process and a filter in
# each worker that it forks: what is imported here is there for all of them.
FILTERS = (exports, plans, reports, runs)


class ActionModule(PureAction):
    """``topology`` in, ``plan`` out; errors among the findings fail the task, and tell all that is wrong."""

    argument_spec: ClassVar[dict[str, Any]] = {
        "topology": {"type": "dict", "required": True},
        "check_inventory": {"type": "bool", "default": False},
        "servers_group": {"type": "str", "default": "ucops_servers"},
        "dns_group": {"type": "str"},
        "dns_external_group": {"type": "str"},
        "ca_group": {"type": "str"},
        "only": {"type": "raw", "default": {}},
        "fail_on_errors": {"type": "bool", "default": True},
        "front_end_command": {"type": "list", "elements": "str"},
        "every_dns_server": {"type": "bool", "default": False},
        "parts": {"type": "list", "elements": "str", "choices": list(PARTS), "default": list(PARTS)},
    }

    def work(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        inventory = self.task_vars.get("groups") or {}
        variables = ReadHostVars(self.task_vars.get("hostvars") or {})
        takes_part = bool(arguments["dns_group"] or arguments["ca_group"])
        known = names_by_host(variables, unread=not takes_part)
        refuse_misspelt(self.task_vars, documented(self.read_yaml), known)
        refuse_misspelt_tags(
            self.task_vars.get("ansible_run_tags") or (), self.task_vars.get("ansible_skip_tags") or ()
        )
        if not arguments["topology"]:
            raise RolloutError(
                "there is no topology",
                where="ucops_topology",
                mend="Write it into group_vars/all of the inventory; docs/topology.md shows a whole one",
            )
        groups = Groups(
            servers=arguments["servers_group"],
            dns=arguments["dns_group"] or "",
            ca=arguments["ca_group"] or "",
            dns_external=arguments["dns_external_group"] or "",
        )
        parts = arguments["parts"]
        refuse_misspelt_groups(groups, inventory)
        refuse_strangers(inventory, [host for host in known if "pool_report_takes_part" in known[host]])
        topology = parse(arguments["topology"])
        planned = only(make_plan(topology), topology, read_only(arguments["only"]))
        if arguments["front_end_command"] is not None:
            # It runs at the very end; what is wrong with it is better known before anything is touched.
            check_command(arguments["front_end_command"], _issuers(planned))
        plan = find_hosts(planned, groups.of_parts(parts), inventory, check=arguments["check_inventory"], parts=parts)
        if plan.errors and arguments["fail_on_errors"]:
            if not planned.errors and (groups.dns or groups.ca):
                # Who gives these groups means to roll out: hosts that are missing must not hide that it cannot be done.
                refuse_beyond(planned, *halves_of(parts), views=hosts_of_run(plan, groups, inventory, parts).views)
            raise PlanHasErrors(plan.errors)
        every = arguments["every_dns_server"]
        updated = [host for host in known if takes_updates(variables, host)]
        hosts = hosts_of_run(plan, groups, inventory, parts, every_dns_server=every, updated=updated)
        plain = plan.to_plain()
        told = {"plan": plain, "text": plain_in_text(plain), "hosts": to_plain(hosts)}
        return {"changed": False, **told, "made_of": source_of(arguments["topology"], arguments["only"])}


def names_by_host(variables: ReadHostVars, unread: bool) -> dict[str, frozenset[str]]:
    """Of each host the names of its variables.

    :param unread: whether those of which a file is encrypted are left out where no vault's password was given.
    """
    names = {}
    for host in variables:
        try:
            names[host] = frozenset(variables[host])
        except AnsibleError as error:
            # What Ansible says with no password at all; with a wrong one it says that none of them opens the file.
            if not (unread and "no vault secrets found" in str(error)):
                raise
    return names


def _issuers(plan: Plan) -> tuple[str, ...]:
    """The common names of the CAs that are to issue."""
    found = (one.issuer.ca for one in plan.certificates)
    return tuple(dict.fromkeys(ca.common_name for ca in found if isinstance(ca, CaConfig)))
