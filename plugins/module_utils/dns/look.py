# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read record sets of a DNS server, and change nothing: of a whole zone, or those at some names and of some types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.dns import changes as record_sets
from ansible_collections.ucops.rollout.plugins.module_utils.dns import created as remembered
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import DnsServer, FoundRecord, ZoneState
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


@dataclass(frozen=True)
class ZoneSelection:
    """Of one zone. No owners: all names; no types: all types. Owners are full names."""

    zone: str
    owners: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()


def read_selections(given: Sequence[Mapping[str, Any]]) -> tuple[ZoneSelection, ...]:
    """From a module's argument ``zones``; raises RolloutError for what is no name."""
    return tuple(_selection(item, f"zones[{index}]") for index, item in enumerate(given))


def _selection(item: Mapping[str, Any], where: str) -> ZoneSelection:
    try:
        zone = names.zone(item["name"])
        owners = tuple(_full(name, zone) for name in item.get("names") or ())
    except RolloutError as error:
        raise RolloutError(error.what, where=where, mend=error.mend) from error
    return ZoneSelection(zone, owners, frozenset(kind.upper() for kind in item.get("types") or ()))


def _full(name: str, zone: str) -> str:
    """A name within the zone, or a full name that lies in it."""
    if name == names.APEX:
        return zone
    relative = names.relative(name)
    return relative if names.is_within(relative, zone) else f"{relative}.{zone}"


def look(server: DnsServer, selections: Sequence[ZoneSelection]) -> dict[str, Any]:
    """The zones that the server has, and the record sets of each selection, for a task's result.

    ``created_by`` of a set: the rollouts that say that they created all of its values.
    """
    states = _states(server, [one.zone for one in selections])
    found: list[dict[str, Any]] = []
    for selection in selections:
        if selection.zone in states:
            found += _sets(server, selection)
    return {
        "changed": False,
        "zones": [{"name": state.name, "paused": state.paused, **state.described} for state in states.values()],
        "missing": [one.zone for one in selections if one.zone not in states],
        "record_sets": found,
    }


def _states(server: DnsServer, zones: Sequence[str]) -> dict[str, ZoneState]:
    """With their directory partitions, as far as the server tells them."""
    states = dict(server.zones(zones))
    for name, state in states.items():
        if state.in_directory:
            with suppress(RolloutError):
                states[name] = replace(state, partition=server.partition_of(name))
    return states


def _sets(server: DnsServer, selection: ZoneSelection) -> list[dict[str, Any]]:
    memory = remembered.owner_of(selection.zone)
    if selection.owners:
        held = server.records(selection.zone, [*selection.owners, memory])
    else:
        held = server.all_records(selection.zone)
    rollouts = remembered.rollouts(one for one in held if one.owner == memory)
    wanted = [one for one in held if _is_asked_for(one, selection, memory)]
    return [
        {
            **record_sets.described(records)[0],
            "fqdn": owner,
            "dynamic": any(one.dynamic for one in records),
            "created_by": sorted(name for name, created in rollouts.items() if all(map(created.has, records))),
        }
        for (_zone, owner, _kind), records in sorted(record_sets.by_set(wanted).items())
    ]


def _is_asked_for(record: FoundRecord, selection: ZoneSelection, memory: str) -> bool:
    asked = record.owner in selection.owners if selection.owners else record.owner != memory
    return asked and (not selection.types or record.type in selection.types)
