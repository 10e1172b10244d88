# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit on a terminal: one table of the servers' certificates, and the records that are not as planned. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ansible_collections.ucops.rollout.plugins.module_utils.auditing.certificates import (
    ARCHIVED,
    AS_PLANNED,
    DIFFERENCES,
    NOT_READ,
    OTHER,
    STORE_PLACE,
    CertificateRow,
)
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.records import OF_ANOTHER_TEAM, RecordRow
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.report import (
    AuditReport,
    headline,
    shown_verdict,
    where,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, WARNING, Finding
from ansible_collections.ucops.rollout.plugins.module_utils.report.escaping import visible
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

HEADINGS = ("server", "place", "certificate", "thumbprint", "until", "days", "lacks", "further", "verdict")
WIDTH = 120
# Longer cells are cut on the screen; the files have them whole.
_WIDEST = 44
_INDENT = "    "
_CALM = frozenset({AS_PLANNED, ARCHIVED, OTHER})
# So many digits of a thumbprint tell certificates apart.
_DIGITS = 8


def audit_text(report: AuditReport, paths: Sequence[str] = ()) -> str:
    """Plain text of a few lines, without colours or control characters; no line end at the end."""
    told = [_certificates(report.certificates), list(_findings(report.findings)), _records(report.records)]
    sections = [*told, list(_end(report, paths))]
    return "\n\n".join("\n".join(section) for section in sections if section)


def _certificates(rows: Sequence[CertificateRow]) -> list[str]:
    """A line for each place, and what is to be said of it below; the rest of the stores stands in the files alone."""
    told = [one for one in rows if not (one.verdict == OTHER and one.place == STORE_PLACE)]
    if not told:
        return []
    cells = [HEADINGS, *(_cells(one) for one in told)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    unread = _alike((one.server, one.problems) for one in told if one.verdict == NOT_READ and not one.place)
    lines = [_aligned(cells[0], widths)]
    for row, one in zip(cells[1:], told, strict=True):
        servers = unread.get(one.problems, []) if one.verdict == NOT_READ and not one.place else []
        # What keeps several servers from being read is told once, at the first.
        below = replace(one, problems=_of_all(one, servers)) if len(servers) > 1 else one
        lines += [_aligned(row, widths), *_below(below)]
    return lines


def _of_all(row: CertificateRow, servers: Sequence[str]) -> tuple[str, ...]:
    return (f"{', '.join(servers)}: {'; '.join(row.problems)}",) if row.server == servers[0] else ()


def _alike(pairs: Iterable[tuple[str, tuple[str, ...]]]) -> dict[tuple[str, ...], list[str]]:
    """Names by the problems that they have in common."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name, problems in pairs:
        found.setdefault(problems, []).append(name)
    return found


def _cells(row: CertificateRow) -> tuple[str, ...]:
    until = row.not_after.date().isoformat() if row.not_after is not None else "-"
    shown = (
        row.server,
        row.place or "-",
        row.subject or "-",
        row.thumbprint[:_DIGITS] or "-",
        until,
        "-" if row.days_left is None else str(row.days_left),
        _count(row.missing_names),
        _count(row.further_names),
        shown_verdict(row.verdict) if row.verdict in _CALM else shown_verdict(row.verdict).upper(),
    )
    return tuple(_cut(visible(cell)) for cell in shown)


def _count(names: Sequence[str]) -> str:
    return str(len(names)) if names else "-"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else text[: _WIDEST - 3] + "..."


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _below(row: CertificateRow) -> Iterator[str]:
    further = [f"names beyond the plan: {', '.join(row.further_names)}"] if row.further_names else []
    # The rest is told by the verdict where all is as planned.
    yield from (line for told in (*row.problems, *further, *row.remarks) for line in _wrapped(told))


def _wrapped(text: str) -> list[str]:
    shown = visible(" ".join(text.split()))
    return textwrap.wrap(
        shown,
        WIDTH,
        initial_indent=_INDENT,
        subsequent_indent=_INDENT + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _findings(found: Sequence[Finding]) -> Iterator[str]:
    """Each message of a server or CA; alike ones of several places are told once."""
    places: dict[tuple[str, str, str, str], list[str]] = {}
    for one in found:
        places.setdefault((one.severity, one.code, one.message, one.mend), []).append(one.where)
    for (severity, code, message, mend), of in places.items():
        shown = severity.upper() if severity == ERROR else severity
        yield visible(f"{', '.join(dict.fromkeys(of))}: {shown} [{code}]")
        yield from _wrapped(message)
        yield from _wrapped(mend)


def _records(rows: Sequence[RecordRow]) -> list[str]:
    """How many are as planned, and each that is not."""
    if not rows:
        return []
    right = sum(one.verdict == AS_PLANNED for one in rows)
    planned = sum(one.verdict not in (OTHER, NOT_READ) for one in rows)
    lines = [f"Records: {right} of {number(planned, 'record set')} as planned"] if planned else []
    lines += [f"Not compared: {theirs} (verify_pool asks DNS for them)"] if (theirs := _of_another_team(rows)) else []
    for one in rows:
        if one.verdict in DIFFERENCES:
            lines += [visible(f"{where(one)}: {shown_verdict(one.verdict).upper()}"), *_told(one)]
    # A server that was not read holds several zones.
    for problems, places in _alike((where(one), one.problems) for one in rows if one.verdict == NOT_READ).items():
        lines.append(visible(f"{'; '.join(places)}: {shown_verdict(NOT_READ).upper()}"))
        lines += [line for problem in problems for line in _wrapped(problem)]
    return lines


def _of_another_team(rows: Sequence[RecordRow]) -> str:
    """How many nobody looked at; empty where there are none."""
    count = sum(OF_ANOTHER_TEAM in one.remarks for one in rows)
    return f"{number(count, 'record set')} of another team" if count else ""


def _told(row: RecordRow) -> Iterator[str]:
    if row.values or row.found:
        yield from _wrapped(f"planned {row.values or 'nothing'}, found {row.found or 'nothing'}")
    for problem in row.problems:
        yield from _wrapped(problem)


def _end(report: AuditReport, paths: Sequence[str]) -> Iterator[str]:
    warnings = sum(one.severity == WARNING for one in report.findings)
    told = f", with {number(warnings, 'warning')}" if warnings else ""
    what = "all that was compared" if _of_another_team(report.records) else "all"
    yield headline(report) or f"DONE: {what} is as planned{told}"
    yield from (visible(f"report: {path}") for path in paths)
