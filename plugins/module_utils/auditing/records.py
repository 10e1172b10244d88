# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A view's records as its DNS server holds them, against the plan. Pure.

What is compared goes through the push of records in check mode; this says what is to be compared, and what came of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.auditing.certificates import (
    AS_PLANNED,
    DIFFERS,
    MISSING,
    NOT_READ,
    OTHER,
    UNPLANNED,
)
from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain, to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.dns import changes
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import Value, value_text
from ansible_collections.ucops.rollout.plugins.module_utils.model import OTHER_TEAM, OURS, Plan, RecordSet

OF_ANOTHER_TEAM = "another team's, and not read here"
_STATES = {changes.AS_PLANNED: AS_PLANNED, changes.ABSENT: MISSING, changes.FURTHER: UNPLANNED}


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A planned record set beside what is there, or a set that is there and not planned.

    ``verdict``: as that of a certificate. ``values`` and ``found``: as text, empty where there are none. ``ttl``: the
    planned one, None where it is not ours to say. ``server``: the DNS server, empty where all that were read say the
    same.
    """

    view: str
    zone: str
    name: str
    type: str
    verdict: str
    values: str = ""
    found: str = ""
    ttl: int | None = None
    found_ttl: int | None = None
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    server: str = ""


def to_compare(plan: Plan, view: str) -> dict[str, Any]:
    """The ``zones`` and ``records`` of a view in plain types, as the push of records takes them.

    Also those that others register in a zone of ours. What another team enters lies on its servers.
    """
    records = [replace(one, managed=OURS) for one in plan.records if one.view == view and one.managed != OTHER_TEAM]
    filled = {one.zone for one in records}
    return {
        "zones": to_plain(tuple(one for one in plan.zones if one.view == view and one.name in filled)),
        "records": to_plain(tuple(records)),
    }


def record_rows(plan: Plan, view: str, compared: Any) -> Iterator[RecordRow]:
    """A row for each of the view's record sets, and for others at their names.

    :param compared: what the push said of each set that it was given.
    """
    ours = {(one.zone, one.name) for one in plan.records if one.view == view and one.managed == OURS}
    mine = {(one.zone, one.name, one.type) for one in plan.records if one.view == view and one.managed == OURS}
    for one in from_plain(tuple[changes.ComparedSet, ...], compared, where="compared"):
        at_ours = (
            (one.zone, one.name) in ours if one.state == changes.FURTHER else (one.zone, one.name, one.type) in mine
        )
        yield _row(view, one, ours=at_ours)


def of_servers(read: Mapping[str, Sequence[RecordRow]]) -> Iterator[RecordRow]:
    """The rows of all servers of a view, by server: one where they say the same, else each with its server.

    The TTL of what others register may differ from server to server, and is no difference.
    """
    sets: dict[tuple[str, str, str], dict[str, RecordRow]] = {}
    for server, rows in read.items():
        for row in rows:
            sets.setdefault((row.zone, row.name, row.type), {})[server] = row
    for told in sets.values():
        alike = len(told) == len(read) and len({replace(one, found_ttl=None) for one in told.values()}) == 1
        yield from [*told.values()][:1] if alike else (replace(row, server=name) for name, row in told.items())


def team_rows(plan: Plan, view: str) -> Iterator[RecordRow]:
    """A row for each record set of the view that another team enters."""
    yield from (_of_team(one) for one in plan.records if one.view == view and one.managed == OTHER_TEAM)


def unread_server(plan: Plan, view: str, server: str, why: str) -> RecordRow:
    """The row for a server of a view that could not be read."""
    zones = ", ".join(_our_zones(plan, view))
    remarks = (f"zones: {zones}",) if zones else ()
    return RecordRow(view, "", "", "", NOT_READ, problems=(why,), remarks=remarks, server=server)


def unread_rows(plan: Plan, view: str, why: str) -> Iterator[RecordRow]:
    """A row for each zone whose records could not be read."""
    yield from (RecordRow(view, zone, "", "", NOT_READ, problems=(why,)) for zone in _our_zones(plan, view))
    yield from team_rows(plan, view)


def _our_zones(plan: Plan, view: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.zone for one in plan.records if one.view == view and one.managed != OTHER_TEAM))


def _of_team(record: RecordSet) -> RecordRow:
    values = _text(record.type, record.values)
    return RecordRow(record.view, record.zone, record.name, record.type, OTHER, values, remarks=(OF_ANOTHER_TEAM,))


def _row(view: str, one: changes.ComparedSet, *, ours: bool) -> RecordRow:
    row = RecordRow(
        view,
        one.zone,
        one.name,
        one.type,
        _STATES.get(one.state, DIFFERS),
        _text(one.type, one.values),
        _text(one.type, one.found or ()),
        one.ttl if ours else None,
        one.found_ttl,
        one.problems,
    )
    if one.state == changes.FURTHER:
        told = ("no record of this type is planned at this name",)
        return replace(row, problems=told) if ours else replace(row, verdict=OTHER, remarks=told)
    if one.state != changes.DIFFERENT:
        return replace(row, remarks=(f"{one.wildcard} answers for it",)) if one.wildcard else row
    problems = (*one.problems, *_values(one), *((*_ttl(one), *_age(one)) if ours else ()))
    return replace(row, verdict=DIFFERS if problems else AS_PLANNED, problems=problems)


def _values(one: changes.ComparedSet) -> Iterator[str]:
    lacking = [value for value in one.values if value not in (one.found or ())]
    if lacking:
        yield f"it lacks {_text(one.type, lacking)}"


def _ttl(one: changes.ComparedSet) -> Iterator[str]:
    if one.other_ttls:
        yield f"its TTL is {' and '.join(map(str, one.other_ttls))}, not {one.ttl}"


def _age(one: changes.ComparedSet) -> Iterator[str]:
    """What another team or a server registers itself may have a time stamp."""
    if one.ages:
        yield changes.AGES


def _text(kind: str, values: Collection[Value]) -> str:
    return ", ".join(value_text(kind, value) for value in values)
