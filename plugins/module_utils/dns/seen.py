# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A DNS server as it was last read, or as it will be: zones, records at the planned names, and what it remembers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.dns import changes as record_sets
from ansible_collections.ucops.rollout.plugins.module_utils.dns import created as remembered
from ansible_collections.ucops.rollout.plugins.module_utils.dns.changes import SetChange
from ansible_collections.ucops.rollout.plugins.module_utils.dns.created import Created
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import FoundRecord, ZoneState, ZoneUpdate
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import Value
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import PushRequest
from ansible_collections.ucops.rollout.plugins.module_utils.dns.wildcards import Wildcards
from ansible_collections.ucops.rollout.plugins.module_utils.dns.zones import lacking, unfit
from ansible_collections.ucops.rollout.plugins.module_utils.model import AS_IT_IS, RecordSet, ZoneSettings


@dataclass(frozen=True)
class Memory:
    """What one zone remembers of the rollout. ``records``: all that lie where it is remembered, others' too;
    ``elsewhere``: what lies at names at which the rollout created something and now nothing is planned.
    """

    created: Created
    records: tuple[FoundRecord, ...] = ()
    elsewhere: tuple[FoundRecord, ...] = ()

    @property
    def ours_elsewhere(self) -> tuple[FoundRecord, ...]:
        return tuple(one for one in self.elsewhere if not one.dynamic and self.created.has(one))

    @property
    def dynamic(self) -> bool:
        """Whether some of it came by dynamic update, and is not believed."""
        return any(one.dynamic for one in self.records)


@dataclass
class Seen:
    """``others``: zones that nobody asked for, at or above the owners. ``memory``, ``serials``, ``wildcards``: by zone;
    the last of zones that have any which may answer for the owners.
    """

    zones: dict[str, ZoneState] = field(default_factory=dict)
    records: dict[str, tuple[FoundRecord, ...]] = field(default_factory=dict)
    others: Mapping[str, ZoneState] = field(default_factory=dict)
    memory: dict[str, Memory] = field(default_factory=dict)
    serials: Mapping[str, int] = field(default_factory=dict)
    wildcards: dict[str, Wildcards] = field(default_factory=dict)

    def copy(self) -> Seen:
        return replace(self, zones={**self.zones}, records={**self.records}, memory={**self.memory}, serials={})

    def all_records(self) -> list[FoundRecord]:
        return [record for zone in sorted(self.records) for record in self.records[zone]]

    def everything(self) -> list[FoundRecord]:
        """The records at all names that were looked at."""
        return [*self.all_records(), *(one for memory in self.memory.values() for one in memory.elsewhere)]

    @property
    def held(self) -> frozenset[FoundRecord]:
        """With what the zones remember of the rollout."""
        return frozenset({*self.everything(), *self._remembered()})

    def _remembered(self) -> list[FoundRecord]:
        return [memory_record(zone, text) for zone, memory in self.memory.items() for text in memory.created.texts]

    def created(self, zone: str, rollout: str) -> Created:
        known = self.memory.get(zone)
        return known.created if known else Created(rollout)

    def lacking(self, request: PushRequest) -> dict[str, ZoneSettings]:
        """The settings that zones which are there have otherwise than they are wanted."""
        found = {
            zone.name: lacking(request.settings_of(zone), self.zones[zone.name])
            for zone in request.zones
            if zone.name in self.zones and not unfit(self.zones[zone.name])
        }
        return {name: settings for name, settings in found.items() if settings != AS_IT_IS}

    def stale(self, zone: str, sets: Iterable[RecordSet]) -> tuple[FoundRecord, ...]:
        """What the rollout created in a zone and is still there, where no set of that name and type is planned."""
        known = self.memory.get(zone)
        if known is None:
            return ()
        planned = {(item.fqdn, item.type) for item in sets if item.zone == zone}
        held = [one for one in self.records.get(zone, ()) if not one.dynamic and known.created.has(one)]
        return tuple(one for one in (*held, *known.ours_elsewhere) if (one.owner, one.type) not in planned)

    def idle(self, zone: str) -> frozenset[str]:
        """What a zone remembers of records that are not there, as after a run that was cut off, or a removal by hand.

        Of those that lie where the zone has ended, and of those without a name, nothing is known.
        """
        known = self.memory.get(zone)
        if known is None:
            return frozenset()
        held = (*self.records.get(zone, ()), *known.elsewhere)
        cuts = [one.owner for one in held if one.type in record_sets.CUTS and one.owner != zone]
        there = {remembered.entry_of(one) for one in held}
        return frozenset(
            entry
            for entry, name in known.created.named(zone).items()
            if entry not in there and not any(names.is_within(name, cut) for cut in cuts)
        )

    def gone_entries(self, zone: str, changes: Sequence[SetChange]) -> frozenset[str]:
        """What is to be forgotten once the changes of a zone are made: of what goes, and of what was not there."""
        gone = {remembered.entry_of(one) for change in changes for one in change.gone}
        return frozenset({*gone, *self.idle(zone)} - {*new_entries(changes)})

    def predicted(self, zones: Mapping[str, ZoneState], changes: Sequence[SetChange], rollout: str) -> Seen:
        """What it will be once these zones are created or changed, and the changes made."""
        later = self.copy()
        later.zones.update(zones)
        for name in later.zones:
            in_zone = [change for change in changes if change.wanted.zone == name]
            later.records[name] = record_sets.applied(self.records.get(name, ()), in_zone)
            if rollout:
                now = self.memory.get(name, Memory(Created(rollout)))
                kept = tuple(one for one in now.elsewhere if not any(one in change.gone for change in in_zone))
                created = now.created.later(new_entries(in_zone), self.gone_entries(name, in_zone))
                later.memory[name] = replace(now, created=created, elsewhere=kept)
        return later

    def text(self) -> str:
        """Zones, records, and what is remembered, for ``--diff``."""
        elsewhere = [one for memory in self.memory.values() for one in memory.ours_elsewhere]
        zones = {name: self.zones[name].text for name in sorted(self.zones)}
        return record_sets.rendered(zones, [*self.all_records(), *elsewhere, *self._remembered()])


def new_entries(changes: Iterable[SetChange]) -> list[str]:
    """What is to be remembered of changes before they are made."""
    return [remembered.entry_of(record) for change in changes for record in change.added]


def memory_record(zone: str, text: str) -> FoundRecord:
    """The record in which a zone remembers a text."""
    return FoundRecord(zone, remembered.owner_of(zone), remembered.KIND, text, remembered.TTL)


def memory_update(zone: str, texts: Sequence[str], seen: Seen) -> ZoneUpdate:
    """These texts added to what the zone remembers."""
    owner, held = remembered.owner_of(zone), seen.memory[zone].records if zone in seen.memory else ()
    expected = {(owner, remembered.KIND): tuple(one.value for one in held if one.type == remembered.KIND)}
    add = tuple(memory_record(zone, text) for text in texts)
    return ZoneUpdate(zone, expected, frozenset() if held else frozenset({owner}), add, ())


def zone_update(zone: str, changes: Sequence[SetChange], seen: Seen, rollout: str) -> ZoneUpdate:
    """The changes of one zone as one, what is remembered of them with them."""
    add = [
        record
        for change in changes
        for record in (*change.added, *(replace(one, ttl=change.wanted.ttl) for one in change.retime))
    ]
    remove = [record for change in changes for record in change.gone]
    if rollout:
        known = seen.created(zone, rollout)
        later = known.later(new_entries(changes), seen.gone_entries(zone, changes))
        # First, so that it goes in the first message where there are several.
        add = [*(memory_record(zone, text) for text in later.texts if text not in known.texts), *add]
        remove = [*(memory_record(zone, text) for text in known.texts if text not in later.texts), *remove]
    memory = seen.memory[zone].records if zone in seen.memory else ()
    elsewhere = seen.memory[zone].elsewhere if zone in seen.memory else ()
    held = (*memory, *seen.records.get(zone, ()), *elsewhere)
    expected: dict[tuple[str, str], dict[Value, None]] = {}
    for record in held:
        expected.setdefault((record.owner, record.type), {})[record.value] = None
    owners = {owner for owner, _kind in expected}
    unused = frozenset(record.owner for record in add) - owners
    return ZoneUpdate(zone, {key: tuple(values) for key, values in expected.items()}, unused, tuple(add), tuple(remove))
