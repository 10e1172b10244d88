# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An export of all that can be written: what was left out by choice, and what cannot be written and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports.export import (
    CERTIFICATE_FORMATS,
    DNS_FORMATS,
    FORMATS,
    formats_named,
    selection_of,
)
from ansible_collections.ucops.rollout.plugins.module_utils.exports.selection import TO_ENTER, Selection, zones_of
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import CERTIFICATES, RECORDS
from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import KINDS
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    OTHER_TEAM,
    OURS,
    REGISTERED_ELSEWHERE,
    Finding,
    Plan,
    PlannedZone,
)
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

_WHOSE = {
    OURS: "of ours",
    OTHER_TEAM: "of another team",
    REGISTERED_ELSEWHERE: "that domain members register themselves",
}


@dataclass(frozen=True)
class ExportOutcome:
    """``files``: name to content. ``left_out``: what was not asked for. ``refused``: what cannot be written and why."""

    files: Mapping[str, str]
    left_out: tuple[str, ...]
    refused: tuple[str, ...]

    @property
    def failure(self) -> str:
        """One text of all that cannot be written; empty where everything could."""
        if not self.refused:
            return ""
        count = number(len(self.files), "file")
        written = f"In the folder: {count} that could be written" if self.files else "No file is left"
        return "\n- ".join(("this could not be exported", *self.refused)) + f"\n{written}"

    def to_plain(self) -> dict[str, Any]:
        return {**to_plain(self), "failure": self.failure}


@dataclass
class _Work:
    plan: Plan
    selection: Selection
    refused: dict[str, None] = field(default_factory=dict)  # each once, whatever the number of formats

    def refuse(self, what: str, why: object) -> None:
        self.refused[f"{what}: {why}"] = None


def hand_over(
    plan: Plan,
    format: str | Sequence[str],
    view: str | None = None,
    zone: str | None = None,
    managed: str | Sequence[str] = TO_ENTER,
    name_servers: Sequence[str] = (),
) -> ExportOutcome:
    """Every file that can be written; the parameters are those of ``export_plan``.

    What the plan's own findings call an error is not written: a certificate alone where the finding is of one, else the
    whole half. Raises ``RolloutError`` for a wish that cannot be.
    """
    formats = formats_named(format)
    work = _Work(plan, selection_of(formats, view, zone, managed, name_servers))
    if view is not None or zone is not None:
        zones_of(replace(plan, records=()), work.selection)  # refuses a view and a zone that there are not
    unsound = _unsound_formats(work, formats)
    files: dict[str, str] = {}
    for one in (each for each in formats if each not in unsound):
        for name, text in _rendered(work, one).items():
            if name in files:
                work.refuse(one, f"there is already a file '{name}'")
            files.setdefault(name, text)
    left_out = tuple(_left_out(plan, work.selection)) if any(one in DNS_FORMATS for one in formats) else ()
    return ExportOutcome(files, left_out, tuple(work.refused))


# What the plan itself says


def _unsound_formats(work: _Work, formats: Sequence[str]) -> set[str]:
    """The formats of a half that has errors; a certificate that has one of its own is taken out of the plan."""
    unsound: set[str] = set()
    known = {one.id for one in work.plan.certificates}
    wrong: set[str] = set()
    for finding in work.plan.errors:
        half = _formats_about(finding)
        if not half or half.isdisjoint(formats):
            continue
        if finding.where in known:
            wrong.add(finding.where)
            work.refuse(f"certificate {finding.where}", _told(finding))
        else:
            unsound |= half
            work.refuse(", ".join(one for one in formats if one in half), f"{finding.where}: {_told(finding)}")
    if wrong:
        kept = tuple(one for one in work.plan.certificates if one.id not in wrong)
        work.plan = replace(work.plan, certificates=kept)
    return unsound


def _formats_about(finding: Finding) -> frozenset[str]:
    about = KINDS[finding.code].about if finding.code in KINDS else ""
    return frozenset({RECORDS: DNS_FORMATS, CERTIFICATES: CERTIFICATE_FORMATS}.get(about, {}))


def _told(finding: Finding) -> str:
    return f"{finding.message}. {finding.mend} [{finding.code}]"


# What a format refuses


def _rendered(work: _Work, format: str) -> Mapping[str, str]:
    """The files of a format: of the whole plan, else of what of it can be written."""
    try:
        return FORMATS[format](work.plan, work.selection)
    except RolloutError:
        without = _without_unwritable(work, format)
    try:
        return FORMATS[format](without, work.selection)
    except RolloutError as error:
        work.refuse(format, error)
        return {}


def _without_unwritable(work: _Work, format: str) -> Plan:
    """The plan without the certificates, or the records, that the format refuses by themselves."""
    if format in CERTIFICATE_FORMATS:
        parts = [
            (f"certificate {one.id}", one, replace(work.plan, certificates=(one,))) for one in work.plan.certificates
        ]
        kept = tuple(one for what, one, alone in parts if _writable(work, format, what, alone))
        return replace(work.plan, certificates=kept)
    records = [(f"record {one.fqdn} {one.type}", one, replace(work.plan, records=(one,))) for one in work.plan.records]
    return replace(
        work.plan, records=tuple(one for what, one, alone in records if _writable(work, format, what, alone))
    )


def _writable(work: _Work, format: str, what: str, alone: Plan) -> bool:
    try:
        FORMATS[format](alone, work.selection)
    except RolloutError as error:
        work.refuse(f"{what} ({format})", error)
        return False
    return True


# What was not asked for


def _left_out(plan: Plan, selection: Selection) -> Iterator[str]:
    selected = [zone for zone in plan.zones if selection.has_zone(zone)]
    yield from _other_zones([zone for zone in plan.zones if zone not in selected])
    places = {(zone.view, zone.name) for zone in selected}
    others = Counter(
        record.managed
        for record in plan.records
        if (record.view, record.zone) in places and not selection.is_command(record)
    )
    for managed, count in others.items():
        yield f"{number(count, 'record set')} {_WHOSE[managed]} ({managed}): comments, and not in the table"


def _other_zones(zones: Iterable[PlannedZone]) -> Iterator[str]:
    named = [f"{zone.name} ({zone.view})" for zone in zones]
    if named:
        yield f"zones that were not chosen: {', '.join(named)}"
