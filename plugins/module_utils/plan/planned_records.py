# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gathers the records that rules ask for into record sets, each in the zone that its name belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.findings import records as kinds
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    OTHER_TEAM,
    REGISTERED_ELSEWHERE,
    Finding,
    PlannedZone,
    Reason,
    RecordSet,
    SrvData,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Zone
from ansible_collections.ucops.rollout.plugins.module_utils.values import Ttl

ALIAS = "CNAME"
PIN_POINT = "pin_point"

Key = tuple[str, str, str]  # view, fqdn, type


@dataclass(frozen=True, slots=True)
class WantedRecord:
    """A record as one rule asks for it; ``path``: where the topology gave the cause.

    ``further``: a value beside those of other rules, not against them.
    """

    view: str
    fqdn: str
    type: str
    values: tuple[str | SrvData, ...]
    managed: str
    reason: Reason
    breaks: str
    path: str
    target_elsewhere: bool = False
    further: bool = False


class PlannedRecords:
    """One record set for each owner and type. What several rules ask for alike is one record with all reasons."""

    def __init__(self, zones: Iterable[Zone]) -> None:
        self._zones = {(zone.view, zone.name): zone for zone in zones}
        views = {view for view, _name in self._zones}
        self._index = {view: names.ZoneIndex(name for other, name in self._zones if other == view) for view in views}
        self._wanted: dict[Key, list[WantedRecord]] = {}

    def want(self, wanted: WantedRecord) -> None:
        self._wanted.setdefault((wanted.view, wanted.fqdn, wanted.type), []).append(wanted)

    def records(self) -> tuple[RecordSet, ...]:
        """The record sets, zone by zone as declared, inside a zone as they were asked for."""
        return tuple(record for found in self._by_zone.values() for record in found)

    @cached_property
    def _by_zone(self) -> dict[tuple[str, str], list[RecordSet]]:
        found: dict[tuple[str, str], list[RecordSet]] = {key: [] for key in self._zones}
        for zone, several in self._placed:
            if zone is not None and len(several[0].fqdn) <= names.LONGEST_NAME:
                found[zone.view, zone.name].append(_record(zone, several))
        return found

    @cached_property
    def _placed(self) -> list[tuple[Zone | None, list[WantedRecord]]]:
        """What is wanted, each with its zone."""
        return [(self._zone_of(view, fqdn), several) for (view, fqdn, _type), several in self._wanted.items()]

    def zones(self) -> tuple[PlannedZone, ...]:
        """The declared zones; in place of a pin-point zone, one for each name that is needed in it."""
        found: dict[tuple[str, str], PlannedZone] = {}
        for key, zone in self._zones.items():
            hosted = [zone.name] if zone.kind != PIN_POINT else [record.zone for record in self._by_zone[key]]
            for name in hosted:
                found.setdefault((zone.view, name), PlannedZone(zone.view, name, zone.if_missing, zone.settings))
        return tuple(found.values())

    def findings(self) -> Iterator[Finding]:
        """Names without a zone, names that are too long, and names that two rules want differently."""
        for zone, several in self._placed:
            first, length = several[0], len(several[0].fqdn)
            if zone is None:
                yield _without_zone(first)
            if length > names.LONGEST_NAME:
                yield kinds.NAME_TOO_LONG.at(first.path, name=first.fqdn, length=length, breaks=first.breaks)
            if len(several) > 1:
                yield from _clash(several)
            yield from self._lost_targets(several)

    def _lost_targets(self, several: list[WantedRecord]) -> Iterator[Finding]:
        """Targets that nothing is planned for; of a target that is an alias more is said elsewhere."""
        for wanted in several:
            for target in _targets(wanted):
                if not any((wanted.view, target, type) in self._wanted for type in ("A", "AAAA", ALIAS)):
                    yield kinds.TARGET_WITHOUT_ADDRESS.at(wanted.path, name=wanted.fqdn, target=target)

    def _zone_of(self, view: str, fqdn: str) -> Zone | None:
        index = self._index.get(view)
        found = index.find(fqdn) if index else None
        return self._zones[view, found] if found else None


def _targets(wanted: WantedRecord) -> Iterator[str]:
    if wanted.target_elsewhere:
        return
    for value in wanted.values:
        if isinstance(value, SrvData):
            yield value.target
        elif wanted.type == ALIAS:
            yield value


def _without_zone(wanted: WantedRecord) -> Finding:
    domain = names.service_domain(wanted.fqdn) if wanted.type == "SRV" else names.parent(wanted.fqdn)
    return kinds.NAME_WITHOUT_ZONE.at(
        wanted.path, name=wanted.fqdn, view=wanted.view, zone=domain, breaks=wanted.breaks
    )


def _record(zone: Zone, several: list[WantedRecord]) -> RecordSet:
    first, alone = several[0], len(several) == 1
    hosted = first.fqdn if zone.kind == PIN_POINT else zone.name
    return RecordSet(
        view=first.view,
        zone=hosted,
        name=names.owner_in(first.fqdn, hosted),
        fqdn=first.fqdn,
        type=first.type,
        ttl=Ttl(zone.ttl),
        values=first.values if alone and len(first.values) == 1 else _each_once(several),
        managed=_managed(zone, several),
        reasons=(first.reason,) if alone else tuple(dict.fromkeys(wanted.reason for wanted in several)),
    )


def _each_once(several: list[WantedRecord]) -> tuple[str | SrvData, ...]:
    """In the order of the rules; services in the order in which clients take them."""
    values = dict.fromkeys(value for wanted in several for value in wanted.values)
    return tuple(sorted(values, key=lambda value: value.priority if isinstance(value, SrvData) else 0))


def _managed(zone: Zone, several: list[WantedRecord]) -> str:
    """What a domain member registers itself is there already, whoever else asks for it."""
    if any(wanted.managed == REGISTERED_ELSEWHERE for wanted in several):
        return REGISTERED_ELSEWHERE
    return OTHER_TEAM if zone.managed == OTHER_TEAM else several[0].managed


def _clash(several: list[WantedRecord]) -> Iterator[Finding]:
    """At most one finding for a name that is wanted with different values."""
    against = [wanted for wanted in several if not wanted.further]
    first = (against or several)[0]
    other = next((wanted for wanted in against if set(wanted.values) != set(first.values)), None)
    if other is not None:
        kind = kinds.SECOND_SERVICE if first.type == "SRV" else kinds.NAME_CLAIMED_TWICE
        yield kind.at(other.path, name=first.fqdn, one=_text(first.values), other=_text(other.values))


def _text(values: tuple[str | SrvData, ...]) -> str:
    return " and ".join(value.target if isinstance(value, SrvData) else value for value in values)
