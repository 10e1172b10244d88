# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the filters take out of a plan. Each takes a topology or a plan, and returns plain types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import CERTIFICATES, RECORDS
from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import KINDS
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    EXTERNAL,
    INTERNAL,
    MANAGED,
    Plan,
    PlannedCertificate,
    plan_from_plain,
    plan_in_plain,
)
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse
from ansible_collections.ucops.rollout.plugins.module_utils.wording import did_you_mean

# Keys that plans have and topologies do not.
_PLAN_KEYS = frozenset({"records", "endpoints"})
_VIEWS = (INTERNAL, EXTERNAL)


def as_plan(given: Any) -> Plan:
    """The plan that a mapping or a JSON text holds, or the plan of the topology that it is.

    Raises NotPlain with the path of what is wrong in a plan, TopologyError with all that is wrong in a topology.
    """
    if isinstance(given, Plan):
        return given
    plain = plan_in_plain(given)
    return plan_from_plain(plain) if _is_plan(plain) else make_plan(parse(plain))


def plan_if_made(given: Any) -> Plan:
    """As ``as_plan``; an empty plan where no step has made one yet."""
    return as_plan(given) if given else Plan()


def plan_of(given: Any, host: str) -> Plan:
    """As ``as_plan``, but of a plan no more than what it wants of one server, by its host of the inventory.

    Each server of a run asks for its own. Who reads all of the plan for each of them takes the square of its time.
    Of a host that is none of its servers it tells who they are. What cannot be told apart is read whole, and refused.
    """
    plain = plan_in_plain(given)
    if isinstance(plain, Plan) or not _is_plan(plain):
        return as_plan(plain)
    return plan_from_plain(_part_of(plain, host) or plain)


def _part_of(given: Mapping[str, Any], host: str) -> dict[str, Any]:
    """In plain types a plan's server, its pool and certificates, and who else holds one of these; empty for no plan."""
    try:
        servers = list(given["servers"])
        hosts = (one["inventory_host" if one.get("logon", True) else "fqdn"] for one in servers)
        server = next((one for one, its_host in zip(servers, hosts, strict=True) if its_host == host), None)
        if server is None:
            return {"schema": given["schema"], "servers": servers}
        certificates = [one for one in given["certificates"] if server["fqdn"] in one["holders"]]
        holders = {server["fqdn"], *(holder for one in certificates for holder in one["holders"])}
        return {
            "schema": given["schema"],
            "certificates": certificates,
            "servers": [one for one in servers if one["fqdn"] in holders] if len(holders) > 1 else [server],
            "pools": [one for one in given.get("pools", ()) if one["fqdn"] == server["pool"]],
        }
    except (AttributeError, KeyError, TypeError):
        return {}


def checked_plan(given: Any, *halves: str) -> Plan:
    """As ``as_plan``; a topology whose plan has errors in one of the halves (RECORDS, CERTIFICATES) is refused.

    Who has a plan has seen its findings.
    """
    plain = plan_in_plain(given)
    plan = as_plan(plain)
    if not _is_plan(plain):
        for half in halves:
            _refuse_errors(plan, half)
    return plan


def _is_plan(given: Any) -> bool:
    return isinstance(given, Plan) or (isinstance(given, Mapping) and not _PLAN_KEYS.isdisjoint(given))


def records(
    given: Any, view: str = "internal", zone: str | None = None, type: str | None = None, managed: str | None = None
) -> list[dict[str, Any]]:
    """The planned record sets of a view, of one zone or of all, of one type or of all."""
    _known("view", view, _VIEWS)
    _known("managed", managed, MANAGED)
    plan = checked_plan(given, RECORDS)
    wanted = {"view": view, "zone": _zone(plan, view, zone), "type": type, "managed": managed}
    asked = {key: value for key, value in wanted.items() if value is not None}
    return [
        to_plain(record)
        for record in plan.records
        if all(getattr(record, key) == value for key, value in asked.items())
    ]


def alternative_names(given: Any, server: str | None = None, use: str = "default") -> list[str]:
    """The subject alternative names, in order, of the certificate that a server holds for a use."""
    plan = checked_plan(given, CERTIFICATES)
    holders = sorted({holder for one in plan.certificates for holder in one.holders})
    found = _by_use(plan, _holder(server, holders))
    _known("use", use, tuple(found))
    return list(found[use].subject_alternative_names)


def _by_use(plan: Plan, holder: str) -> dict[str, PlannedCertificate]:
    """The server's certificates, each by its own use and then by the uses that it serves as well."""
    found = {one.use: one for one in plan.certificates if holder in one.holders}
    for one in plan.certificates:
        for assignment in one.assignments:
            if assignment.server == holder:
                found.setdefault(assignment.use, one)
    return found


def _holder(server: str | None, holders: Sequence[str]) -> str:
    if server is None and len(holders) == 1:
        return holders[0]
    if server is None:
        raise RolloutError(
            f"the plan has certificates of {len(holders)} servers",
            mend=f"Say which with server=, such as '{holders[0]}'" if holders else "",
        )
    name = names.fqdn(server)
    if name not in holders:
        raise RolloutError(f"there is no server '{name}' in the plan{did_you_mean(name, holders)}")
    return name


def _zone(plan: Plan, view: str, zone: str | None) -> str | None:
    if zone is None:
        return None
    name = names.zone(zone)
    declared = [one.name for one in plan.zones if one.view == view]
    if name not in declared:
        raise RolloutError(f"there is no {view} zone '{name}' in the plan{did_you_mean(name, declared)}")
    return name


def _refuse_errors(plan: Plan, about: str) -> None:
    errors = [
        f"- {one.where}: {one.message}. {one.mend} [{one.code}]"
        for one in plan.errors
        if KINDS[one.code].about == about
    ]
    if errors:
        raise RolloutError("\n".join(["the plan of this topology has errors", *errors]))


def _known(what: str, value: str | None, choices: Sequence[str]) -> None:
    if value is not None and value not in choices:
        raise RolloutError(f"there is no {what} '{value}'", mend=f"Choose from {', '.join(choices)}")
