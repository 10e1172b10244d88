# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The names of the variables that an inventory gives to a whole run. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.wording import did_you_mean

KNOWN = (
    "ucops_topology",
    "ucops_only",
    "ucops_dns_group",
    "ucops_dns_external_group",
    "ucops_ca_group",
    "ucops_servers_group",
    "ucops_anybody_may_read_the_passwords",
)

# Names that differ by a slip of the fingers; what is further away may be somebody's own.
_SLIP = 0.87


def refuse_misspelt(names: Iterable[str]) -> None:
    """Raise RolloutError where one of the names is nearly a variable of ours: without it, more might be rolled out."""
    slips = [
        f"'{name}' is no variable of this collection{meant}"
        for name in sorted(names)
        if name.startswith("uc") and name not in KNOWN and (meant := did_you_mean(name, KNOWN, _SLIP))
    ]
    if slips:
        raise RolloutError(
            "; ".join(slips), where="variables", mend="Correct the name in the inventory, or on the command line"
        )
