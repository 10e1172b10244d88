# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The names of the variables that an inventory gives to a whole run. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.wording import did_you_mean, some

KNOWN = (
    "ucops_topology",
    "ucops_only",
    "ucops_dns_group",
    "ucops_dns_external_group",
    "ucops_ca_group",
    "ucops_servers_group",
    "ucops_remove",
    "ucops_anybody_may_read_the_passwords",
    "ucops_record",
    "ucops_serial",
    # What an earlier run published: AWX hands it on to the next job of a workflow.
    "ucops_rollout",
    "ucops_rollout_documents",
)

# Of the playbooks that have no role.
OF_PLAYBOOKS = (
    "explain",
    "export_directory",
    "export_formats",
    "export_managed",
    "export_name_servers",
    "export_view",
    "export_zone",
    "import_known",
    "import_server",
    "import_source",
    "import_target",
)

# What roles and playbooks set for themselves, by the role whose name it begins with. They are no options, and are there
# when a later task plans again.
SET_BY_ROLES: Mapping[str, frozenset[str]] = {
    role: frozenset(names.split())
    for role, names in {
        "pool_plan": "computed explained hosts kept let_in made_of named result",
        "pool_dns": "pushed_view result source turn",
        "pool_certificates": (
            "compares done failure held issued options read requests result retired revoked source survey taken todo "
            "waiting"
        ),
        "pool_verify": (
            "authority endpoints inputs inside kept left looking now outside predicted records seen sign_in source "
            "telling"
        ),
        "pool_report": (
            "asked authority ca_group cas done failure hosts known made_by missing name_servers "
            "outcome parts place pool predicted refused result servers source started stem tagged takes_part told "
            "unready unwritten written"
        ),
        "pool_audit": (
            "authority found left made_by paths place pool result run server servers source stem times unwritten "
            "wanted written zones"
        ),
    }.items()
}

# Names that differ by a slip of the fingers; what is further away may be somebody's own.
_SLIP = 0.9


def refuse_misspelt(
    names: Iterable[str], documented: Collection[str], of_hosts: Mapping[str, Iterable[str]] | None = None
) -> None:
    """Raise RolloutError where a variable would be ignored: it begins like ours, or is nearly one, and is none.

    :param names: of the variables of this task.
    :param documented: the options of the roles.
    :param of_hosts: by the host's name in the inventory, the names of its variables.
    """
    options = frozenset((*documented, *KNOWN, *OF_PLAYBOOKS))
    known = options | {f"{role}_{name}" for role, set_here in SET_BY_ROLES.items() for name in set_here}
    everywhere = frozenset(names)
    holders: dict[str, list[str]] = {name: [] for name in everywhere - known}
    for host, given in (of_hosts or {}).items():
        for name in frozenset(given) - known - everywhere:
            holders.setdefault(name, []).append(host)
    wrong = [
        f"'{name}'{f' (of {some(holders[name])})' if holders[name] else ''} is no variable of this collection{why}"
        for name in sorted(holders)
        if (why := _why_refused(name, options))
    ]
    if wrong:
        raise RolloutError(
            "; ".join(wrong), where="variables", mend="Correct the name in the inventory, or on the command line"
        )


def _why_refused(name: str, options: Collection[str]) -> str:
    """What is said of a name that is no option; empty for somebody's own."""
    ours = [prefix for prefix in ("ucops_", *(f"{role}_" for role in SET_BY_ROLES)) if name.startswith(prefix)]
    if ours:
        return did_you_mean(name, options) or f", and names that begin with {ours[0]} are its own"
    return did_you_mean(name, [one for one in options if one[:2] == name[:2]], _SLIP)
