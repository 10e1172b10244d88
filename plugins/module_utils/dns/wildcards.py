# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wildcard records that answer for names as long as these do not exist (RFC 4592). Pure.

A record at such a name, or below it, ends that for all types, whatever its own type is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.change_set import CREATE, DELETE
from ansible_collections.ucops.rollout.plugins.module_utils.dns.changes import SetChange
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import FoundRecord
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import value_text


@dataclass(frozen=True)
class Wildcards:
    """Those of a zone that may answer for the names that were looked at, by owner.

    :param existing: of those names and the ones above them, which exist: with records, or with a name below.
    """

    zone: str
    records: Mapping[str, tuple[FoundRecord, ...]] = field(default_factory=dict)
    existing: frozenset[str] = frozenset()

    def answering(self, name: str) -> tuple[FoundRecord, ...]:
        """The records that answer for a name: of the wildcard right below the lowest existing name above it."""
        if name == self.zone or name in self.existing:
            return ()
        path = (self.zone, *(one for one in names.down_to(name, self.zone) if one in self.existing))
        return self.records.get(f"*.{path[-1]}", ())

    def above(self, name: str) -> tuple[FoundRecord, ...]:
        """The records of the lowest wildcard that may answer for a name if it does not exist."""
        held = [self.records[one] for one in names.wildcards_for(name, self.zone) if one in self.records]
        return held[-1] if held else ()

    def ended_by(self, name: str) -> str:
        """The highest name that comes to exist with a name."""
        return next(one for one in names.down_to(name, self.zone) if one not in self.existing)


def by_zone(zone: str, found: Iterable[FoundRecord]) -> dict[str, tuple[FoundRecord, ...]]:
    """The wildcard records of a zone among these, by owner."""
    held: dict[str, tuple[FoundRecord, ...]] = {}
    for record in found:
        if record.zone == zone and record.owner.startswith("*."):
            held[record.owner] = (*held.get(record.owner, ()), record)
    return held


def told(records: Iterable[FoundRecord]) -> str:
    """Such as ``*.company.local (A 10.0.0.99, CNAME www.hoster.test)``, "" for none."""
    held = list(records)
    values = ", ".join(sorted(f"{one.type} {value_text(one.type, one.value)}" for one in held))
    return f"{held[0].owner} ({values})" if held else ""


def noted(change: SetChange, wildcards: Wildcards | None) -> SetChange:
    """The change, with what becomes of a wildcard's answers as its note."""
    note = _note(change, wildcards) if wildcards else ""
    return replace(change, note="; ".join(filter(None, (change.note, note)))) if note else change


def _note(change: SetChange, wildcards: Wildcards) -> str:
    name = change.wanted.fqdn
    if change.verb == CREATE and (answering := wildcards.answering(name)):
        end = wildcards.ended_by(name)
        return f"{told(answering)} answers for it so far; that ends, for all types, at {end} and below"
    if change.verb == DELETE and (above := wildcards.above(name)):
        return f"{told(above)} may answer for it once nothing is left there"
    return ""
