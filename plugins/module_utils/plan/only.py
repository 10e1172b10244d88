# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A part of a plan: what of it a site wants rolled out, by pools, roles, views and uses. What is left out is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import kind_of
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import LeftOut, Plan, PlannedZone, RecordSet
from ansible_collections.ucops.rollout.plugins.module_utils.names import LONGEST_NAME, comparable
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import plan_of_pools
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Pool, Topology
from ansible_collections.ucops.rollout.plugins.module_utils.wording import did_you_mean, some

WHERE = "ucops_only"
_MOST_NAMED = 10
_FORM = "Give lists of names under pools, roles, views and uses, such as {views: [internal]}; a kind left out is all"


@dataclass(frozen=True, slots=True)
class Only:
    """What is wanted; an empty tuple stands for all. ``pools``: FQDNs, in whatever case. ``uses``: of certificates."""

    pools: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        return not (self.pools or self.roles or self.views or self.uses)

    def has_pool(self, pool: Pool) -> bool:
        return _among(pool.fqdn, self.pools) and _among(pool.role, self.roles)


def read_only(given: Any) -> Only:
    """What a site wrote: lists of names, or one name, by kind; raises RolloutError for any other form."""
    if not isinstance(given, Mapping):
        raise RolloutError(f"this is {kind_of(given)}, not a mapping of kinds to names", where=WHERE, mend=_FORM)
    kinds = [one.name for one in fields(Only)]
    problems = [
        *(f"there is no kind {_shown(str(key))}{did_you_mean(str(key), kinds)}" for key in given if key not in kinds),
        *(f"{key} is {_other_form(given[key])}" for key in kinds if not _are_names(given.get(key, ""))),
        *(f"{key} names nothing" for key in kinds if key in given and given[key] in (None, [], "")),
    ]
    if problems:
        raise RolloutError("; ".join(problems), where=WHERE, mend=_FORM)
    return Only(**{key: tuple([names] if isinstance(names, str) else names) for key, names in given.items()})


def _are_names(given: Any) -> bool:
    return (
        given is None
        or isinstance(given, str)
        or (isinstance(given, list) and all(isinstance(one, str) for one in given))
    )


def _other_form(given: Any) -> str:
    return "a list of other things than names" if isinstance(given, list) else f"{kind_of(given)}, no list of names"


def only(plan: Plan, topology: Topology, wanted: Only, products: Mapping[str, Product] = PRODUCTS) -> Plan:
    """The wanted part of a topology's plan, with ``left_out``; the plan itself where everything is wanted.

    Each record set and certificate is as the whole plan has it: what several pools share is in the part of each.

    :raises RolloutError: a pool, role, view or use that the plan does not have, or nothing that all of them name.
    """
    if wanted.everything:
        return plan
    wanted = replace(wanted, pools=tuple(comparable(pool) for pool in wanted.pools))
    _refuse_unknown(plan, topology, wanted)
    pools = [pool for pool in topology.pools if wanted.has_pool(pool)]
    asked = plan if len(pools) == len(topology.pools) else plan_of_pools(topology, pools, products)
    part = _part(plan, asked, wanted)
    if not (part.records or part.certificates):
        raise RolloutError(
            "nothing of the plan is in all that is named",
            where=WHERE,
            mend="Name fewer kinds: what is rolled out must be in each of pools, roles, views and uses that is given",
        )
    return replace(part, left_out=tuple(_left_out(plan, part)))


def _part(plan: Plan, asked: Plan, wanted: Only) -> Plan:
    names = {_key(one) for one in asked.records if _among(one.view, wanted.views)}
    ids = {one.id for one in asked.certificates if _among(one.use, wanted.uses)}
    ends = {(one.view, one.name, one.port) for one in asked.endpoints if _among(one.view, wanted.views)}
    records = tuple(one for one in plan.records if _key(one) in names)
    certificates = tuple(one for one in plan.certificates if one.id in ids)
    there = {server.fqdn for server in asked.servers}
    return replace(
        plan,
        zones=tuple(_zones(plan, records, wanted)),
        records=records,
        certificates=certificates,
        endpoints=tuple(
            one
            for one in plan.endpoints
            if (one.view, one.name, one.port) in ends and (not one.certificates or ids & {*one.certificates})
        ),
        servers=tuple(one for one in plan.servers if one.fqdn in there),
    )


def _zones(plan: Plan, records: Iterable[RecordSet], wanted: Only) -> Iterator[PlannedZone]:
    """Those with wanted records, and for all pools those that were declared for none."""
    filled = {(one.view, one.zone) for one in plan.records}
    needed = {(one.view, one.zone) for one in records}
    whole = not (wanted.pools or wanted.roles)
    for zone in plan.zones:
        place = (zone.view, zone.name)
        if _among(zone.view, wanted.views) and (place in needed or (whole and place not in filled)):
            yield zone


def _left_out(plan: Plan, part: Plan) -> Iterator[LeftOut]:
    names, ids = {_key(one) for one in part.records}, {one.id for one in part.certificates}
    there = {one.fqdn for one in part.servers}
    yield from (LeftOut("server", one.fqdn) for one in plan.servers if one.fqdn not in there)
    for record in plan.records:
        if _key(record) not in names:
            yield LeftOut("record", f"{record.type} {record.fqdn} ({record.view})")
    yield from (LeftOut("certificate", one.id) for one in plan.certificates if one.id not in ids)


def _refuse_unknown(plan: Plan, topology: Topology, wanted: Only) -> None:
    known = {
        "pools": [pool.fqdn for pool in topology.pools],
        "roles": [pool.role for pool in topology.pools],
        "views": [zone.view for zone in plan.zones],
        "uses": [one.use for one in plan.certificates],
    }
    problems = [
        f"{kind}: this plan has no {some(map(_shown, strange), _MOST_NAMED)}, it has {some({*has}, _MOST_NAMED)}"
        for kind, has in known.items()
        if (strange := {*getattr(wanted, kind)}.difference(has))
    ]
    if problems:
        raise RolloutError("; ".join(problems), where=WHERE, mend="Name what the plan has; plan_pool shows it whole")


def _shown(given: str) -> str:
    return ascii(given if len(given) <= LONGEST_NAME else f"{given[:LONGEST_NAME]}...")


def _among(value: str, wanted: Collection[str]) -> bool:
    return not wanted or value in wanted


def _key(record: RecordSet) -> tuple[str, str, str]:
    return record.view, record.fqdn, record.type
