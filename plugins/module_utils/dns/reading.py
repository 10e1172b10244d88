# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read of a DNS server what a request is about: its zones, what lies at the names, and what is remembered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.dns import changes as record_sets
from ansible_collections.ucops.rollout.plugins.module_utils.dns import created as remembered
from ansible_collections.ucops.rollout.plugins.module_utils.dns import wildcards
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import DnsServer, FoundRecord, ZoneState
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import PushRequest
from ansible_collections.ucops.rollout.plugins.module_utils.dns.seen import Memory, Seen
from ansible_collections.ucops.rollout.plugins.module_utils.dns.wildcards import Wildcards
from ansible_collections.ucops.rollout.plugins.module_utils.dns.zones import unfit
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

# From so many record sets on, asking whether a zone was changed costs less than reading them again.
MANY_SETS = 50


class Reader:
    """Asks one server, in as few questions as it takes; it changes nothing. ``before``: what it held at first."""

    def __init__(self, server: DnsServer, request: PushRequest) -> None:
        self.server = server
        self.request = request
        self.before = Seen()

    def read(self) -> Seen:
        """All of it, as the server holds it now."""
        asked = [zone.name for zone in self.request.zones]
        ends = [name for item in self.request.sets for name in names.down_to(item.fqdn, item.zone)]
        # One question for both: a child zone on the same server hides what its parent holds.
        above = [name for zone in asked for name in names.above(zone)]
        states = self.states(list(dict.fromkeys((*asked, *ends, *above))))
        others = {name: state for name, state in states.items() if name not in asked}
        seen = Seen({name: states[name] for name in asked if name in states}, others=others)
        if seen.zones:
            seen.serials = self._serials(seen.zones)
        for zone in self.request.zones:
            state = seen.zones.get(zone.name)
            if state is not None and not unfit(state):
                self.read_records(zone.name, seen)
        return seen

    def states(self, names: Sequence[str]) -> dict[str, ZoneState]:
        """The zones that the server has; where a certain directory partition is wanted, with theirs."""
        states = dict(self.server.zones(names))
        for zone in self.request.zones:
            state = states.get(zone.name)
            if state is not None and state.in_directory and self.request.settings_of(zone).partition:
                states[zone.name] = replace(state, partition=self.server.partition_of(zone.name))
        return states

    def read_records(self, zone: str, seen: Seen) -> None:
        """All at the owners; at the names above them only what ends the zone there; and what the zone remembers."""
        sets = [item for item in self.request.sets if item.zone == zone]
        owners = {item.fqdn for item in sets}
        asked = dict.fromkeys(name for item in sets for name in (*names.down_to(item.fqdn, zone), item.fqdn))
        path = tuple(asked)
        asked.update(dict.fromkeys(name for owner in owners for name in names.wildcards_for(owner, zone)))
        memory = remembered.owner_of(zone)
        # Also where nothing is planned any more, as in a zone that a pool has left.
        remembers = self.request.rollout and (sets or not (self.request.absent or zone in self.request.elsewhere))
        if remembers:
            asked[memory] = None
        found = self.server.records(zone, list(asked)) if asked else ()
        # A SOA record is nobody's: each change counts it up.
        kept = (one for one in found if one.owner in owners or one.type in record_sets.CUTS)
        seen.records[zone] = tuple(one for one in kept if one.type != "SOA")
        if held := wildcards.by_zone(zone, found):
            seen.wildcards[zone] = Wildcards(zone, held, self._existing(zone, path, found))
        if remembers:
            seen.memory[zone] = self._memory(zone, [one for one in found if one.owner == memory], owners)

    def _existing(self, zone: str, asked: Sequence[str], found: Sequence[FoundRecord]) -> frozenset[str]:
        known = names.with_those_above((one.owner for one in found), zone)
        unknown = [name for name in asked if name != zone and name not in known]
        return known | (self.server.existing(zone, unknown) if unknown else frozenset())

    def _memory(self, zone: str, found: Sequence[FoundRecord], owners: Collection[str]) -> Memory:
        created = remembered.read(found, self.request.rollout)
        # Also what was remembered when the run began: where it took something away, it says what is left.
        known = created.owners(zone) | self.before.created(zone, self.request.rollout).owners(zone)
        further = sorted(known - {*owners})
        held = self.server.records(zone, further) if further else ()
        return Memory(created, tuple(found), tuple(held))

    def _serials(self, zones: Iterable[str]) -> Mapping[str, int]:
        """Of zones that are there: the question about another one fails."""
        return self.server.serials(list(zones)) if len(self.request.sets) >= MANY_SETS else {}

    def is_changed(self, before: Seen) -> bool:
        """Whether any zone may have been changed since it was read so."""
        if (
            len(before.zones) < len(self.request.zones)
            or not before.serials
            or before.serials.keys() != before.zones.keys()
        ):
            return True
        try:
            return self._serials(before.zones) != before.serials
        except RolloutError:
            return True  # reading all of it again says why
