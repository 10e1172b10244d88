# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps a request from being carried out on a DNS server as it was read: all of it, before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.dns import changes as record_sets
from ansible_collections.ucops.rollout.plugins.module_utils.dns import created as remembered
from ansible_collections.ucops.rollout.plugins.module_utils.dns import zones
from ansible_collections.ucops.rollout.plugins.module_utils.dns.changes import Differences, SetChange
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import PRIMARY, DnsServer
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import value_text
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import PushRequest
from ansible_collections.ucops.rollout.plugins.module_utils.dns.seen import Seen, new_entries
from ansible_collections.ucops.rollout.plugins.module_utils.dns.zones import unfit
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import AS_IT_IS, PlannedZone, ZoneSettings


class Obstacles:
    """:param others: further servers of the same records, which are asked for zones that are missing on this one."""

    def __init__(self, server: DnsServer, request: PushRequest, others: Sequence[DnsServer], seen: Seen) -> None:
        self.server = server
        self.request = request
        self.others = others
        self.seen = seen
        self._unknown: list[str] = []

    def problems(self, new_zones: Sequence[PlannedZone], differences: Differences) -> list[str]:
        """Everything that stands in the way of creating zones and making changes; of other servers that cannot be
        asked, ``notes`` tell then.
        """
        able = self.server.capabilities
        held = self._held_by_others([zone.name for zone in self.request.zones if self._is_new(zone)])
        problems = [_elsewhere(zone, servers) for zone, servers in held.items()]
        problems += [
            problem for zone in self.request.zones if zone.name not in held and (problem := self._zone_problem(zone))
        ]
        problems += [problem for zone in new_zones if (problem := self._hides(zone.name))]
        lacking = self.seen.lacking(self.request)
        problems += [problem for zone in self.request.zones for problem in self._against_settings(zone, lacking)]
        problems += [str(one) for one in record_sets.unsupported(self.request.sets, able)]
        problems += [*differences.problems, *_beyond_port(differences.changes, self.server)]
        problems += _not_remembered(self.seen, differences.changes)
        return problems

    def notes(self) -> list[str]:
        """What stands in nobody's way and is worth knowing."""
        return [*self._zone_notes(), *self._memory_notes(), *self._replace_notes(), *self._unknown]

    def _zone_problem(self, zone: PlannedZone) -> str:
        if self.request.takes_nothing(zone.name):
            return ""
        state = self.seen.zones.get(zone.name)
        if state is None:
            creates = self.server.capabilities.creates_zones
            mend = ", or say if_missing: create" if creates else " there: that cannot be done from here"
            missing = f"the zone {zone.name} does not exist on this server; create it{mend}"
            return missing if not (creates and zone.if_missing == "create") and not self.request.absent else ""
        return unfit(state)

    def _hides(self, zone: str) -> str:
        """What a new zone would hide: the records at and below its name in the zone above it on this server."""
        there = {**self.seen.zones, **self.seen.others}
        parent = next((name for name in names.above(zone) if name in there), "")
        if not parent or there[parent].kind != PRIMARY or not self.server.existing(parent, [zone]):
            return ""
        return (
            f"the zone {zone} is not created, since it would hide what the zone {parent} holds at that name and below"
            " on this server; move those records, or give the planned ones to that zone"
        )

    def _held_by_others(self, zones: Sequence[str]) -> dict[str, list[str]]:
        """By zone, the other servers that have it; one that cannot be asked is told."""
        held: dict[str, list[str]] = {}
        for server in self.others if zones else ():
            try:
                for name in server.zones(zones):
                    held.setdefault(name, []).append(server.name)
            except RolloutError as error:
                self._unknown.append(f"whether {server.name} has {', '.join(zones)} is not known: {error.what}")
        return held

    def _against_settings(self, zone: PlannedZone, lacking: Mapping[str, ZoneSettings]) -> Iterator[str]:
        """What of a zone's settings cannot be had, before anything is changed."""
        wanted, state = self.request.settings_of(zone), self.seen.zones.get(zone.name)
        against = list(zones.standing_against(zone, state)) if state is not None and wanted != AS_IT_IS else []
        yield from against
        needed = lacking.get(zone.name, AS_IT_IS) if state is not None else wanted
        is_reached = not against and (state is not None or self._is_new(zone))
        if is_reached and needed != AS_IT_IS and (why := self.server.cannot_set(needed)):
            yield f"the zone {zone.name}: {why}"

    def _zone_notes(self) -> Iterator[str]:
        for zone in self.request.zones:
            if note := self._without_records(zone):
                yield note

    def _without_records(self, zone: PlannedZone) -> str:
        """What is wrong with a zone that nothing is pushed into: that stops nobody, and is told."""
        if self._is_new(zone) or not (self.request.takes_nothing(zone.name) or self.request.absent):
            return ""
        wrong = zones.unusable(zone.name, self.seen.zones.get(zone.name))
        if self.request.absent:
            return f"{wrong}; nothing is removed from it" if wrong else ""
        whose = "its records are another team's" if zone.name in self.request.elsewhere else "no planned record is ours"
        return f"{wrong}; nothing is pushed into it: {whose}" if wrong else ""

    def _memory_notes(self) -> Iterator[str]:
        for zone, memory in self.seen.memory.items():
            if memory.dynamic:
                yield (
                    f"{remembered.owner_of(zone)} holds texts with a time stamp: they came by dynamic update, and what"
                    " they say was created by this collection is not believed"
                )

    def _replace_notes(self) -> Iterator[str]:
        for name in sorted(self.request.replace - {item.fqdn for item in self.request.sets}):
            yield f"replace: no record of ours is planned at {name} on this server"

    def _is_new(self, zone: PlannedZone) -> bool:
        return self.request.is_new(zone, self.seen.zones)


def _elsewhere(zone: str, servers: Sequence[str]) -> str:
    return (
        f"the zone {zone} does not exist on this server, and {' and '.join(servers)} answers for it with authority: a"
        " second zone of that name would hold other records. Push to the server that holds it as primary (the first of"
        " the inventory's group), let this one have it too by replication or as a secondary zone, or take it out of the"
        " group"
    )


def _beyond_port(changes: Iterable[SetChange], server: DnsServer) -> Iterator[str]:
    """What the changes need and the server's port cannot do."""
    able = server.capabilities
    for change in changes:
        if change.retime and not able.changes_ttl:
            yield f"{change.wanted.fqdn}: its TTL cannot be changed from here"
        removable = (one for one in change.gone if able.removes and one.type in able.types and server.removable(one))
        if kept := {*change.gone} - {*removable}:
            told = ", ".join(sorted(f"{one.type} {value_text(one.type, one.value)}" for one in kept))
            yield f"{change.wanted.fqdn}: {told} cannot be removed from here"


def _not_remembered(seen: Seen, changes: Sequence[SetChange]) -> Iterator[str]:
    """Where no text can lie, or none is seen, what is created would not be known as ours again."""
    for zone, in_zone in record_sets.by_zone(changes):
        held = seen.memory[zone].records if zone in seen.memory else ()
        against = sorted({one.type for one in held} & {"CNAME", *record_sets.CUTS})
        if against and new_entries(in_zone):
            yield (
                f"{remembered.owner_of(zone)} holds {' and '.join(against)} records, so what is created cannot be"
                " remembered there; remove them, or push with remember: false (pool_dns_remember of the role)"
            )
