# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Of what a plan was made that a host has kept, so that another topology gets a plan of its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.report.collected import kept_plan, own_plan
from ansible_collections.ucops.rollout.plugins.module_utils.report.kept import CONTROLLER, HostVars, kept

# The fact that the role pool_plan keeps beside the plan.
MADE_OF = "pool_plan_made_of"


def source_of(topology: Any, only: Any) -> str:
    """A short text that is the same for the same topology and the same part of its plan, and no other."""
    # Not a number in any form: native Jinja would make one of it.
    try:
        text = json.dumps([topology, only or {}], sort_keys=True, default=str)
    except TypeError:  # keys of several kinds, which the plan refuses in words
        text = json.dumps([topology, only or {}], skipkeys=True, default=str)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def plan_to_make(hostvars: HostVars, host: str, plan: Any, source: Mapping[str, Any]) -> bool:
    """Whether a role has to make its plan: it has none, or one that was kept and was made of something else.

    :param plan: the role's; one that is not the kept one was given from outside, and is never made anew.
    :param source: ``topology`` and ``only`` as they stand for the role; an empty topology counts as that of the plan.
    """
    if not plan:
        return True
    if not source.get("topology") or plan != kept_plan(hostvars, host):
        return False
    holder = host if own_plan(hostvars, host) else CONTROLLER
    made_of = kept(hostvars, holder, MADE_OF)
    return bool(made_of) and made_of != source_of(source["topology"], source.get("only"))
