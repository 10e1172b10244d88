# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the filters take out of a plan. Each takes a topology or a plan, as mappings, and returns plain types."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import CERTIFICATES, KINDS, RECORDS
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    EXTERNAL,
    INTERNAL,
    OTHER_TEAM,
    OURS,
    REGISTERED_ELSEWHERE,
)
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import parse

_PLAN_KEYS = frozenset({"records", "certificates", "endpoints"})
_VIEWS = (INTERNAL, EXTERNAL)
_MANAGED = (OURS, REGISTERED_ELSEWHERE, OTHER_TEAM)


def as_plan(given: Any) -> dict[str, Any]:
    """The plan itself, or the plan of the topology, in plain types; raises TopologyError."""
    if isinstance(given, Mapping) and set(given) >= _PLAN_KEYS:
        plan: dict[str, Any] = _plain(given)
        return plan
    return make_plan(parse(given)).to_plain()


def checked_plan(given: Any, *halves: str) -> dict[str, Any]:
    """As ``as_plan``; a topology whose plan has errors in one of the halves (RECORDS, CERTIFICATES) is refused."""
    plan = as_plan(given)
    for half in halves:
        _refuse_errors(given, plan, half)
    return plan


def records(
    given: Any, view: str = "internal", zone: str | None = None, type: str | None = None, managed: str | None = None
) -> list[dict[str, Any]]:
    """The planned record sets of a view, of one zone or of all, of one type or of all."""
    _known("view", view, _VIEWS)
    _known("managed", managed, _MANAGED)
    plan = as_plan(given)
    _refuse_errors(given, plan, RECORDS)
    wanted = {"view": view, "zone": _zone(plan, view, zone), "type": type, "managed": managed}
    return [
        record
        for record in plan["records"]
        if all(value is None or record[key] == value for key, value in wanted.items())
    ]


def alternative_names(given: Any, server: str | None = None, use: str = "default") -> list[str]:
    """The subject alternative names, in order, of the certificate that a server holds for a use."""
    plan = as_plan(given)
    _refuse_errors(given, plan, CERTIFICATES)
    holders = [holder for one in plan["certificates"] for holder in one["holders"]]
    holder = _holder(server, sorted(set(holders)))
    found: dict[str, Any] = {one["use"]: one for one in plan["certificates"] if holder in one["holders"]}
    for one in plan["certificates"]:  # one certificate may serve several uses
        for assignment in one["assignments"]:
            if assignment["server"] == holder:
                found.setdefault(assignment["use"], one)
    _known("use", use, tuple(found))
    chosen: list[str] = found[use]["subject_alternative_names"]
    return chosen


def _holder(server: str | None, holders: Sequence[str]) -> str:
    if server is None and len(holders) == 1:
        return holders[0]
    if server is None:
        raise RolloutError(
            f"the plan has certificates of {len(holders)} servers",
            mend=f"Say which with server=, such as '{holders[0]}'",
        )
    name = names.fqdn(server)
    if name not in holders:
        raise RolloutError(f"there is no server '{name}' in the plan{_nearest(name, holders)}")
    return name


def _zone(plan: Mapping[str, Any], view: str, zone: str | None) -> str | None:
    if zone is None:
        return None
    name = names.zone(zone)
    declared = [one["name"] for one in plan["zones"] if one["view"] == view]
    if name not in declared:
        raise RolloutError(f"there is no {view} zone '{name}' in the plan{_nearest(name, declared)}")
    return name


def _refuse_errors(given: Any, plan: Mapping[str, Any], about: str) -> None:
    """A topology whose plan has errors in this half gives no half of a plan; who has a plan has seen its findings."""
    if set(given) >= _PLAN_KEYS:
        return
    errors = [
        f"- {one['where']}: {one['message']}. {one['mend']} [{one['code']}]"
        for one in plan["findings"]
        if one["severity"] == "error" and KINDS[one["code"]].about == about
    ]
    if errors:
        raise RolloutError("\n".join(["the plan of this topology has errors", *errors]))


def _known(what: str, value: str | None, choices: Sequence[str]) -> None:
    if value is not None and value not in choices:
        raise RolloutError(f"there is no {what} '{value}'", mend=f"Choose from {', '.join(choices)}")


def _nearest(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f", did you mean '{near[0]}'?" if near else ""


def _plain(value: Any) -> Any:
    """The same value in built-in types, whatever subclasses it came in."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    return value
