"""The audit as Markdown and as comma-separated values."""

from __future__ import annotations

import csv
import io
from typing import Any

from markdown_it import MarkdownIt
from unit.audits import GOOD, LATE, RIGHT, SAME, SHORT, WRONG, report, stored
from unit.stores import MACHINE_ROOT, PSS_ISSUER, SECOND, of_roots, of_stores, on

from ansible_collections.ucops.rollout.plugins.module_utils.auditing.certificates import CertificateRow
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.documents import (
    audit_markdown,
    certificates_csv,
    findings_csv,
    records_csv,
)
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.records import RecordRow
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding
from ansible_collections.ucops.rollout.plugins.module_utils.report.status import Counts

PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")
ONE, ID = "ocssrv01.company.local", "ocssrv01.company.local/default"


def tables(document: str) -> dict[str, list[list[str]]]:
    """Title of a section to the rows of its table, as a reader of Markdown sees them."""
    found: dict[str, list[list[str]]] = {}
    title, row, tokens = "", [], PARSER.parse(document)
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            title = tokens[at + 1].content
        elif token.type == "tr_open":
            row = []
        elif token.type in ("td_open", "th_open"):
            row.append("".join(one.content for one in tokens[at + 1].children or ()))
        elif token.type == "tr_close":
            found.setdefault(title, []).append(row)
    return found


def test_the_tables_that_a_reader_sees() -> None:
    seen = tables(audit_markdown(report()))
    assert list(seen) == [
        "Audit: `ocspool.company.local`", "Certificates", "Others in the stores", "DNS records", "Left out",
        "Made with",
    ]  # fmt: skip
    assert seen["Audit: `ocspool.company.local`"] == [
        ["result", "count"], ["differences", "2"], ["not read", "1"], ["as planned", "2"],
    ]  # fmt: skip
    right, wrong, unread = seen["Certificates"][1:]
    assert right == [
        ONE, "front end, port 5061", ID, "ocspool.company.local", "Company CA", GOOD.thumbprint,
        "2028-10-22T12:00:00Z", "700", "–", "–", "as planned", "–",
    ]  # fmt: skip
    assert wrong[8:] == [
        "sip.company.com", "www.company.com", "differs", "its subject alternative names lack sip.company.com",
    ]  # fmt: skip
    assert unread[:2] == ["ocssrv02.company.local", "–"] and unread[10:] == [
        "not read", "cannot log on: nothing listens there",
    ]  # fmt: skip
    assert [row[10] for row in seen["Others in the stores"][1:]] == ["unassigned", "other"]
    assert seen["DNS records"][1] == [
        "internal", "–", "company.com", "sip", "A", "10.0.0.10", "–", "3600", "–", "missing", "–",
    ]  # fmt: skip
    assert seen["Left out"][1] == ["record", "A www.company.com"]


def test_differences_come_first() -> None:
    document = audit_markdown(report())
    begin, end = document.index("## Differences"), document.index("## Certificates")
    assert document[begin:end].splitlines()[2:4] == [
        f"1. `{ONE}, web components, port 443`: **differs**: its subject alternative names lack sip.company.com",
        "1. `internal view, sip.company.com A`: **missing**",
    ]
    assert "**Status: failed**\n\nFAILED: 2 differences from the plan, 1 part not read\n" in document
    assert "Run by `consultant` on `jump01`, begun 2026-11-22T08:00:00Z, ended 2026-11-22T08:01:00Z." in document
    fine = audit_markdown(report(RIGHT, SAME, status="done", counts=Counts(proved=2)))
    assert "## Differences" not in fine and "**Status: done**" in fine and "Others in the stores" not in fine


def test_hostile_values_stay_in_their_cells() -> None:
    evil = "<script>|`x`\n# y [z](http://e.x)"
    rows: tuple[Any, ...] = (
        CertificateRow(evil, evil, "differs", evil, evil, evil, evil, None, None, (evil,), (evil,), (evil,), (evil,)),
        RecordRow("internal", evil, evil, evil, "differs", evil, evil, problems=(evil,), server=evil),
    )
    document = audit_markdown(report(*rows, pools=(evil,), windows={evil: evil}))
    kinds = {token.type for token in PARSER.parse(document)}
    assert "html_block" not in kinds
    inline = [one.type for token in PARSER.parse(document) for one in token.children or ()]
    assert "html_inline" not in inline and "link_open" not in inline
    assert {len(row) for row in tables(document)["Certificates"]} == {12}
    assert {len(row) for row in tables(document)["DNS records"]} == {11}


def test_certificates_in_a_spreadsheet() -> None:
    shown = certificates_csv(report())
    assert shown.endswith("\r\n") and shown.count("\r\n") == 6
    rows = list(csv.DictReader(io.StringIO(shown)))
    assert rows[1] == {
        "server": ONE,
        "place": "web components, port 443",
        "planned_as": ID,
        "verdict": "differs",
        "subject": "ocspool.company.local",
        "issuer": "Company CA",
        "thumbprint": SHORT.thumbprint,
        "not_after": "2028-10-22T12:00:00Z",
        "days_left": "700",
        "missing_names": "sip.company.com",
        "further_names": "www.company.com",
        "what": "its subject alternative names lack sip.company.com",
    }
    assert [one["thumbprint"] for one in rows] == [GOOD.thumbprint, WRONG.thumbprint, "", LATE.thumbprint, ""]
    # What a spreadsheet would take for a formula.
    assert rows[4]["subject"] == "'=crm|x.company.com"


def test_records_in_a_spreadsheet() -> None:
    rows = list(csv.DictReader(io.StringIO(records_csv(report()))))
    assert rows[0] == {
        "view": "internal",
        "server": "",
        "zone": "company.com",
        "name": "sip",
        "type": "A",
        "verdict": "missing",
        "planned": "10.0.0.10",
        "found": "",
        "ttl": "3600",
        "found_ttl": "",
        "what": "",
    }
    assert [one["verdict"] for one in rows] == ["missing", "as_planned", "other"]


FOUND = (
    *of_stores(stored(GOOD), stored(SECOND), used=(GOOD,)),
    Finding("warning", "ca-names-from-attributes", "it takes them", "all", "=stop", "KB931351", "ca01\\Company CA"),
    *of_roots(*on(MACHINE_ROOT, PSS_ISSUER)),
)


def test_what_is_said_of_stores_and_authorities_stands_by_server_and_ca() -> None:
    document = audit_markdown(report(findings=FOUND))
    rows = tables(document)["Stores and CAs"]
    assert rows[0] == ["server or CA", "severity", "code", "what", "breaks", "mend", "source"]
    assert [row[:3] for row in rows[1:]] == [
        [ONE, "warning", "certificate-left-over"],
        [ONE, "error", "intermediate-among-roots"],
        ["ca01\\Company CA", "warning", "ca-names-from-attributes"],
    ]
    assert rows[3][3:] == ["it takes them", "all", "=stop", "KB931351"]
    begin, end = document.index("## Differences"), document.index("## Certificates")
    assert f"1. `{ONE}`: **error**: 'CN=Issuing CA' (" in document[begin:end]
    assert "left over" not in document[begin:end]


def test_the_same_in_a_spreadsheet() -> None:
    rows = list(csv.DictReader(io.StringIO(findings_csv(report(findings=FOUND)))))
    assert [one["where"] for one in rows] == [ONE, ONE, "ca01\\Company CA"]
    assert rows[2] == {
        "where": "ca01\\Company CA",
        "severity": "warning",
        "code": "ca-names-from-attributes",
        "what": "it takes them",
        "breaks": "all",
        "mend": "'=stop",
        "source": "KB931351",
    }
