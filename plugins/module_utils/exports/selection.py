# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an export is made of: zones with their records, and certificates, out of a plan.

A plan may have been written by hand on its way here, and a text in it is any text. So names and record data go through
the rules for them again, and no format meets anything but letters, digits, dots, hyphens and underscores there. What is
prose (purposes, sources) or belongs to others (a CA's name) may hold anything and goes through each format's own
function.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.file_names import file_stem
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import record_type
from ansible_collections.ucops.rollout.plugins.module_utils.dns.zones import file_of
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    GLOBAL,
    OTHER_TEAM,
    OURS,
    Plan,
    PlannedCertificate,
    PlannedZone,
    RecordSet,
)

CREATE = "create"
# Whoever owns a zone enters its records; only a domain member's own records come about by themselves.
TO_ENTER = (OURS, OTHER_TEAM)
CR_LF = "\r\n"
WILDCARD = "*."
# Most file systems take 255 bytes; an ending and the tools' own additions need some.
_LONGEST_STEM = 200
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]{0,9})){1,20}")


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for. ``managed``: whose records are commands; those of the others are only mentioned."""

    view: str | None = None
    zone: str | None = None
    managed: frozenset[str] = frozenset(TO_ENTER)
    name_servers: tuple[str, ...] = ()

    def has_zone(self, zone: PlannedZone) -> bool:
        named = self.zone is None or names.zone(self.zone) == zone.name
        return named and self.view in (None, zone.view)

    def is_command(self, record: RecordSet) -> bool:
        """Whether the record is for this export to make, and not only to mention."""
        return record.managed in self.managed


@dataclass(frozen=True, slots=True)
class ExportedZone:
    """A zone with its records in the plan's order, each once more checked and spelt as DNS does."""

    zone: PlannedZone
    records: tuple[RecordSet, ...]

    @property
    def name(self) -> str:
        return self.zone.name

    @property
    def view(self) -> str:
        return self.zone.view

    @property
    def file(self) -> str:
        """The file that a Windows server is to keep a new zone in, "" for Active Directory."""
        return file_of(self.zone)

    @property
    def create(self) -> bool:
        return self.zone.if_missing == CREATE


def zones_of(plan: Plan, selection: Selection) -> list[ExportedZone]:
    """The selected zones that have something to export; raises ``RolloutError`` for what cannot be a record."""
    declared = {(one.view, one.name): one for one in map(_uniform_zone, plan.zones)}
    _refuse_unknown(declared, selection)
    records: dict[tuple[str, str], list[RecordSet]] = {}
    for record in map(_uniform_record, plan.records):
        records.setdefault((record.view, record.zone), []).append(record)
    found = [
        ExportedZone(one, tuple(records.get(place, ())))
        for place, one in declared.items()
        if selection.has_zone(_with_view_of_dns(one))
    ]
    return [zone for zone in found if zone.create or any(record.values for record in zone.records)]


def by_view(zones: Sequence[ExportedZone]) -> dict[str, list[ExportedZone]]:
    """The zones of each view, in their order."""
    found: dict[str, list[ExportedZone]] = {}
    for zone in zones:
        found.setdefault(zone.view, []).append(zone)
    return found


def by_purpose(records: Iterable[RecordSet]) -> Iterator[tuple[str, RecordSet]]:
    """The records, each with its purpose where that is another than the record's before, else with an empty text."""
    said = ""
    for record in records:
        if record.values:
            purpose = purpose_of(record)
            yield ("" if purpose == said else purpose), record
            said = purpose


def record_data(record: RecordSet) -> Iterator[tuple[str, ...]]:
    """The data of each record of a set, as the fields of a zone file, names absolute with their dot."""
    row = record_type(record.type, owner=record.fqdn)
    return (row.fields(value) for value in record.values)


def purpose_of(record: RecordSet) -> str:
    """What the reasons of a record serve, each once."""
    return "; ".join(dict.fromkeys(reason.purpose for reason in record.reasons))


def source_of(record: RecordSet) -> str:
    """Who says that the record is needed, each once."""
    return "; ".join(dict.fromkeys(reason.source for reason in record.reasons))


def certificates_of(plan: Plan) -> tuple[PlannedCertificate, ...]:
    """The plan's certificates; every name of theirs is one, with a wildcard as first label at most."""
    for planned in plan.certificates:
        _check_certificate(planned)
    stems = [certificate_file_name(one, "") for one in plan.certificates]
    for stem in stems:
        if stems.count(stem) > 1:
            raise RolloutError(f"two certificates would have files called '{stem}'")
    return plan.certificates


def file_name(stem: str, ending: str) -> str:
    """A name that is one on every file system: overlong ones are cut and kept apart by a digest."""
    if len(stem) > _LONGEST_STEM:
        digest = hashlib.sha256(stem.encode()).hexdigest()[:16]
        stem = f"{stem[: _LONGEST_STEM - 17]}-{digest}"
    return f"{stem}{ending}"


def zone_file_name(zone: ExportedZone, ending: str) -> str:
    return file_name(f"{zone.view}_{zone.name}", ending)


def certificate_file_name(planned: PlannedCertificate, ending: str) -> str:
    """Such as ``certificate_ocssrv01.company.local_default.inf``."""
    shown = replace(planned, id=planned.id.replace(WILDCARD, "wildcard."))
    return file_name(f"certificate_{file_stem(shown)}", ending)


def certificate_facts(planned: PlannedCertificate) -> Iterator[str]:
    """What whoever requests the certificate needs to know and no file format has a place for."""
    yield f"Certificate {planned.id}, for {', '.join(planned.holders)}"
    yield f"CA: {planned.issuer.ca or planned.issuer.name}; template: {planned.template or 'none'}"
    if planned.scope == GLOBAL:
        yield "One certificate for the whole deployment, assigned once with -Identity global, which brings it to all"
    elif len(planned.holders) > 1:
        yield f"One certificate for all of them: make its key on {planned.holders[0]}, exportable, and carry it over"


def one_line(text: str) -> str:
    """Prose as one line of printable ASCII, for comments; what is neither becomes a space or a question mark."""
    spaced = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(spaced.encode("ascii", "replace").decode("ascii").split())


def _uniform_zone(zone: PlannedZone) -> PlannedZone:
    return replace(zone, name=names.zone(zone.name))


def _uniform_record(record: RecordSet) -> RecordSet:
    zone, name = names.zone(record.zone), names.relative(record.name)
    owner = names.in_zone(name, zone)
    row = record_type(record.type, owner=owner)
    values = tuple(row.parse(to_plain(value), owner) for value in record.values)
    return replace(record, zone=zone, name=name, fqdn=owner, type=row.name, values=values)


def _with_view_of_dns(zone: PlannedZone) -> PlannedZone:
    """The zone, unless its view is more than a word: views become names of files."""
    if not (zone.view.isascii() and zone.view.isalnum()):
        raise RolloutError(f"{_short(zone.view)!r} is no view of DNS", mend="Write internal or external")
    return zone


def _refuse_unknown(declared: Mapping[tuple[str, str], PlannedZone], selection: Selection) -> None:
    views = list(dict.fromkeys(view for view, _zone in declared))
    if selection.view is not None and selection.view not in views:
        raise RolloutError(
            f"the plan has no {_short(selection.view)} zones", mend=f"Choose from {', '.join(views) or 'nothing'}"
        )
    within = [name for view, name in declared if selection.view in (None, view)]
    if selection.zone is not None and names.zone(selection.zone) not in within:
        raise RolloutError(
            f"there is no zone '{names.zone(selection.zone)}' in the plan",
            mend=f"Choose from {', '.join(dict.fromkeys(within))}",
        )


def _check_certificate(planned: PlannedCertificate) -> None:
    where = f"certificate {_short(planned.id)}"
    if not planned.holders:
        raise RolloutError("it has no holders", where=where)
    for holder in planned.holders:
        _check_host(holder, where)
    for name in planned.names:
        _check_host(name.removeprefix(WILDCARD), where)
    for usage in planned.extended_key_usage:
        if not _OID.fullmatch(usage):
            raise RolloutError(f"{usage!r} is no object identifier", where=where)


def _check_host(name: str, where: str) -> None:
    try:
        uniform = names.host(name)
    except names.BadName as error:
        raise RolloutError(f"a name of it is none: {error.what}", where=where) from error
    if uniform != name.lower():
        raise RolloutError(f"'{name}' ends in a dot", where=where)


def _short(text: str) -> str:
    return one_line(text)[:100]
