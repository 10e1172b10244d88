# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit as a Markdown document, and as tables of comma-separated values. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ansible_collections.ucops.rollout.plugins.module_utils.auditing.certificates import (
    DIFFERENCES,
    STORE_PLACE,
    CertificateRow,
)
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.records import RecordRow
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.report import (
    AuditReport,
    Row,
    headline,
    shown_verdict,
    where,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import timestamp
from ansible_collections.ucops.rollout.plugins.module_utils.exports.csv_table import csv_text
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, Finding
from ansible_collections.ucops.rollout.plugins.module_utils.report.escaping import code, table, text

_READING = (
    "The pool was compared with the plan as it stands; nothing was changed. A *difference* was seen to be other than"
    " planned. Of what was *not read* nothing is known. Names beyond the plan, certificates of others, archived ones,"
    " and those that would serve and are assigned nowhere are told and are no difference. What is wrong in stores and"
    " on CAs counts as a difference where it is an *error*."
)
_CERTIFICATES = ["server", "place", "planned as", "subject", "issuer", "thumbprint", "valid until", "days left"]
_NAMES = ["names missing", "names beyond the plan", "verdict", "what"]
_FINDINGS = ["server or CA", "severity", "code", "what", "breaks", "mend", "source"]
_RECORDS = ["view", "server", "zone", "name", "type", "planned", "found", "TTL planned", "TTL found", "verdict", "what"]
CERTIFICATE_COLUMNS = (
    "server",
    "place",
    "planned_as",
    "verdict",
    "subject",
    "issuer",
    "thumbprint",
    "not_after",
    "days_left",
    "missing_names",
    "further_names",
    "what",
)
FINDING_COLUMNS = ("where", "severity", "code", "what", "breaks", "mend", "source")
RECORD_COLUMNS = (
    "view",
    "server",
    "zone",
    "name",
    "type",
    "verdict",
    "planned",
    "found",
    "ttl",
    "found_ttl",
    "what",
)


def audit_markdown(report: AuditReport) -> str:
    """The document, ending with a line end. Every value in it is shown and cannot act as Markdown."""
    places = [one for one in report.certificates if one.place != STORE_PLACE]
    stores = [one for one in report.certificates if one.place == STORE_PLACE]
    sections = (
        _head(report),
        _differences(report),
        _section("Certificates", [*_CERTIFICATES, *_NAMES], map(_certificate, places)),
        _section("Others in the stores", [*_CERTIFICATES, *_NAMES], map(_certificate, stores)),
        _section("Stores and CAs", _FINDINGS, map(_finding, in_order_of_place(report.findings))),
        _section("DNS records", _RECORDS, map(_record, report.records)),
        _section("Left out", ["kind", "what"], [[text(one.kind), code(one.what)] for one in report.left_out]),
        _section("Made with", ["what", "version"], [[code(k), code(v)] for k, v in _versions(report).items()]),
    )
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _head(report: AuditReport) -> list[str]:
    pools = ", ".join(code(pool) for pool in report.pools)
    who = f"Run by {code(report.run.operator) if report.run.operator else 'somebody whose name is not known'}"
    place = f" on {code(report.run.controller)}" if report.run.controller else ""
    begun = f", begun {text(report.run.started)}" if report.run.started else ""
    ended = f", ended {text(report.run.ended)}" if report.run.ended else ""
    counted = [["differences", str(report.counts.wrong)], ["not read", str(report.counts.unproved)]]
    return [
        f"# Audit: {pools}" if pools else "# Audit",
        "",
        f"**Status: {text(report.status.replace('_', ' '))}**",
        "",
        *([text(headline(report)), ""] if headline(report) else []),
        f"{_READING} {who}{place}{begun}{ended}.",
        "",
        *table(["result", "count"], [*counted, ["as planned", str(report.counts.proved)]]),
    ]


def _differences(report: AuditReport) -> list[str]:
    found = [f"1. {code(where(one))}: {_verdict(one)}{_why(one)}" for one in report.rows if one.verdict in DIFFERENCES]
    found += [f"1. {code(one.where)}: **{text(one.severity)}**: {text(one.message)}" for one in report.errors]
    return ["## Differences", "", *found] if found else []


def _why(row: Row) -> str:
    return f": {_what(row)}" if row.problems or row.remarks else ""


def _section(title: str, headings: list[str], rows: Iterable[list[str]]) -> list[str]:
    listed = list(rows)
    return [f"## {title}", "", *table(headings, listed)] if listed else []


def _versions(report: AuditReport) -> dict[str, str]:
    return {**report.run.versions, **report.windows}


def _certificate(row: CertificateRow) -> list[str]:
    return [
        code(row.server),
        code(row.place),
        code(row.certificate),
        code(row.subject),
        code(row.issuer),
        code(row.thumbprint),
        text(timestamp(row.not_after)) if row.not_after is not None else "–",
        "–" if row.days_left is None else text(row.days_left),
        _names(row.missing_names),
        _names(row.further_names),
        _verdict(row),
        _what(row),
    ]


def _record(row: RecordRow) -> list[str]:
    return [
        text(row.view),
        code(row.server),
        code(row.zone),
        code(row.name),
        text(row.type),
        code(row.values),
        code(row.found),
        "–" if row.ttl is None else text(row.ttl),
        "–" if row.found_ttl is None else text(row.found_ttl),
        _verdict(row),
        _what(row),
    ]


def in_order_of_place(findings: Iterable[Finding]) -> list[Finding]:
    """Those of one server or CA together, as the report has them otherwise."""
    listed = list(findings)
    places = list(dict.fromkeys(one.where for one in listed))
    return sorted(listed, key=lambda one: places.index(one.where))


def _finding(one: Finding) -> list[str]:
    severity = f"**{text(one.severity)}**" if one.severity == ERROR else text(one.severity)
    told = (one.message, one.breaks, one.mend, one.source)
    return [code(one.where), severity, code(one.code), *map(text, told)]


def _names(names: Sequence[str]) -> str:
    return ", ".join(map(code, names)) or "–"


def _verdict(row: Row) -> str:
    shown = text(shown_verdict(row.verdict))
    return f"**{shown}**" if row.verdict in DIFFERENCES else shown


def _what(row: Row) -> str:
    return text(_told(row))


def _told(row: Row) -> str:
    return "; ".join((*row.problems, *row.remarks))


# --- comma-separated ------------------------------------------------------------------------------------------------


def certificates_csv(report: AuditReport) -> str:
    """A line for each place; RFC 4180."""
    return csv_text(CERTIFICATE_COLUMNS, (_certificate_cells(one) for one in report.certificates))


def findings_csv(report: AuditReport) -> str:
    """A line for each finding of the servers' stores and of the CAs; RFC 4180."""
    return csv_text(FINDING_COLUMNS, (_finding_cells(one) for one in in_order_of_place(report.findings)))


def records_csv(report: AuditReport) -> str:
    """A line for each record set; RFC 4180."""
    return csv_text(RECORD_COLUMNS, (_record_cells(one) for one in report.records))


def _finding_cells(one: Finding) -> list[str]:
    return [one.where, one.severity, one.code, one.message, one.breaks, one.mend, one.source]


def _certificate_cells(row: CertificateRow) -> list[str]:
    return [
        row.server,
        row.place,
        row.certificate,
        row.verdict,
        row.subject,
        row.issuer,
        row.thumbprint,
        timestamp(row.not_after) if row.not_after is not None else "",
        "" if row.days_left is None else str(row.days_left),
        " ".join(row.missing_names),
        " ".join(row.further_names),
        _told(row),
    ]


def _record_cells(row: RecordRow) -> list[str]:
    ttls = ["" if one is None else str(one) for one in (row.ttl, row.found_ttl)]
    return [row.view, row.server, row.zone, row.name, row.type, row.verdict, row.values, row.found, *ttls, _told(row)]
