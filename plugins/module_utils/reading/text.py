# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan as plain text for people: records by zone, certificates with the reason of each name, endpoints, findings.

What no source states in full has a mark behind it (``MARKS``); what is simply stated has none.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    OTHER_TEAM,
    OURS,
    REGISTERED_ELSEWHERE,
    SEVERITIES,
    Endpoint,
    Finding,
    Key,
    Plan,
    PlannedCertificate,
    PlannedZone,
    Reason,
    RecordSet,
    SrvData,
)
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

WIDTH = 110

MANAGED = {OURS: "", REGISTERED_ELSEWHERE: "registered by the domain member itself", OTHER_TEAM: "other team"}
IF_MISSING = {"fail": "must exist", "create": "created where missing"}
STATED = "S"
MARKS = {
    STATED: "stated in the source",
    "P": "stated in an excerpt of the source",
    "I": "inferred, no source says it in so many words",
    "C": "the sources contradict each other, decided so",
}
# Words in the plan's text: the documents have the same letters for what is known of Windows, where C is another thing.
_SHOWN_AS = {"P": "excerpt", "I": "inferred", "C": "disputed"}


def plan_text(plan: Plan) -> str:
    """The plan as text of several lines, without a line end at the end."""
    sections = [
        ("DNS records", _records(plan)),
        ("Certificates", _certificates(plan)),
        ("Endpoints", _endpoints(plan)),
        ("Marks", _legend(plan)),
        ("Findings", _findings(plan)),
    ]
    return "\n\n".join("\n".join([title, "=" * len(title), *lines]) for title, lines in sections if lines)


def _records(plan: Plan) -> list[str]:
    by_zone: dict[tuple[str, str], list[RecordSet]] = {}
    for record in plan.records:
        by_zone.setdefault((record.view, record.zone), []).append(record)
    lines = []
    for zone in plan.zones:
        lines.append(f"Zone {zone.name} ({zone.view}, {kept(zone)})")
        lines += _indented(_table([_record_row(one) for one in by_zone.get((zone.view, zone.name), ())]))
    return lines


def kept(zone: PlannedZone) -> str:
    """What happens where a zone is missing, and its settings where it has any."""
    settings = zone.settings.text
    return IF_MISSING[zone.if_missing] + (f"; {settings}" if settings else "")


def _record_row(record: RecordSet) -> tuple[str, ...]:
    data = ", ".join(_data(value) for value in record.values)
    notes = "  ".join(note for note in (MANAGED[record.managed], _marks(record.reasons)) if note)
    return (record.name, str(record.ttl), record.type, data, notes)


def _data(value: str | SrvData) -> str:
    if isinstance(value, SrvData):
        return f"{value.priority} {value.weight} {value.port} {value.target}"
    return str(value)


def _marks(reasons: Iterable[Reason]) -> str:
    """The marks that are worth a word, such as ``[disputed]``; empty where a source states it all."""
    marks = dict.fromkeys(reason.mark for reason in reasons)
    return " ".join(f"[{_SHOWN_AS.get(mark, mark)}]" for mark in marks if mark != STATED)


def _legend(plan: Plan) -> list[str]:
    """What the marks mean that the text shows."""
    shown = {reason.mark for record in plan.records for reason in record.reasons}
    for certificate in plan.certificates:
        shown |= {reason.mark for reasons in certificate.name_reasons.values() for reason in reasons}
    return [f"[{word}] {MARKS[mark]}" for mark, word in _SHOWN_AS.items() if mark in shown]


def _certificates(plan: Plan) -> list[str]:
    lines = []
    for certificate in plan.certificates:
        lines.append(f"{certificate.id}, for {_components(certificate)}")
        lines += _indented(_table(_properties(certificate)))
        lines += _alternative_names(certificate)
    return lines


def _alternative_names(certificate: PlannedCertificate) -> list[str]:
    rows = [(name, _purposes(certificate, name)) for name in certificate.subject_alternative_names]
    if not rows:
        return ["  subject alternative names: none"]
    return ["  subject alternative names:", *_indented(_table(rows), 4)]


def _properties(certificate: PlannedCertificate) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        ("common name", certificate.common_name),
        ("key", _key(certificate.key)),
        ("issuer", _issuer(certificate)),
    ]
    if len(certificate.holders) > 1:
        rows.append(("holders", ", ".join(certificate.holders)))
    return rows


def _key(key: Key) -> str:
    exportable = "exportable" if key.exportable else "not exportable"
    shared = ", shared by all holders" if key.shared else ""
    return f"{key.algorithm.upper()} {key.length}, {exportable}{shared}"


def _issuer(certificate: PlannedCertificate) -> str:
    issuer = certificate.issuer
    if not issuer.ca:
        return f"{issuer.name}: a public CA, by hand"
    template = certificate.template
    return f"{issuer.ca}, {f'template {template}' if template else 'stand-alone: no template'}"


def _components(certificate: PlannedCertificate) -> str:
    """Each component once, on however many servers. Port 0: it is used, and nobody connects to it."""
    some = [(one.component, one.port) for one in certificate.assignments]
    return ", ".join(f"{component} (port {port})" if port else component for component, port in dict.fromkeys(some))


def _purposes(certificate: PlannedCertificate, name: str) -> str:
    reasons = certificate.name_reasons.get(name, ())
    return f"{'; '.join(reason.purpose for reason in reasons)}  {_marks(reasons)}".strip()


def _endpoints(plan: Plan) -> list[str]:
    """One table, or one for each view where there are several."""
    views: dict[str, list[tuple[str, ...]]] = {}
    for endpoint in plan.endpoints:
        views.setdefault(endpoint.view, []).append(_endpoint_row(endpoint))
    if len(views) < 2:
        return _table([row for rows in views.values() for row in rows])
    return [line for view, rows in views.items() for line in (f"View {view}", *_indented(_table(rows)))]


def _endpoint_row(endpoint: Endpoint) -> tuple[str, ...]:
    return (
        f"{endpoint.name}:{endpoint.port}",
        endpoint.protocol,
        ", ".join(endpoint.addresses),
        endpoint.through.replace("_", " "),
        "; ".join(endpoint.clients),
    )


def _findings(plan: Plan) -> list[str]:
    if not plan.findings:
        return ["none"]
    counts = [(sum(one.severity == each for one in plan.findings), each) for each in SEVERITIES]
    lines = [", ".join(number(count, each) for count, each in counts)]
    for finding in plan.findings:
        lines += _finding(finding)
    return lines


def _finding(finding: Finding) -> list[str]:
    lines = [f"{finding.severity.upper()} {finding.code} at {finding.where}"]
    for text in (finding.message, f"breaks: {finding.breaks}", f"mend: {finding.mend}"):
        lines += textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False)
    return lines


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Columns as wide as their widest cell, two spaces between."""
    if not rows:
        return ["nothing"]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _indented(lines: Iterable[str], spaces: int = 2) -> list[str]:
    return [" " * spaces + line for line in lines]
