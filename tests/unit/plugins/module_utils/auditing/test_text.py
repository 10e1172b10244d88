"""The audit on a terminal."""

from __future__ import annotations

from dataclasses import replace

from unit.audits import GOOD, LATE, RIGHT, SAME, SHORT, SPARE, TEAMS, WRONG, report

from ansible_collections.ucops.rollout.plugins.module_utils.auditing.certificates import CertificateRow
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.records import RecordRow
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.text import audit_text
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding
from ansible_collections.ucops.rollout.plugins.module_utils.report.status import Counts

HEAD = "server                  place                     certificate            thumbprint"
FRONT = f"ocssrv01.company.local  front end, port 5061      ocspool.company.local  {GOOD.thumbprint[:8]}  "
WEB = f"ocssrv01.company.local  web components, port 443  ocspool.company.local  {SHORT.thumbprint[:8]}  "
UNREAD = "ocssrv02.company.local  -                         -                      -         "
LEFT = f"ocssrv01.company.local  store MY                  ocspool.company.local  {LATE.thumbprint[:8]}  "
TEXT = f"""\
{HEAD}  until       days  lacks  further  verdict
{FRONT}  2028-10-22  700   -      -        as planned
{WEB}  2028-10-22  700   1      1        DIFFERS
    its subject alternative names lack sip.company.com
    names beyond the plan: www.company.com
{UNREAD}  -           -     -      -        NOT READ
    cannot log on: nothing listens there
{LEFT}  -           -     -      -        UNASSIGNED
    it serves as ocssrv01.company.local/default, and is assigned nowhere

Records: 1 of 2 record sets as planned
Not compared: 1 record set of another team (verify_pool asks DNS for them)
internal view, sip.company.com A: MISSING
    planned 10.0.0.10, found nothing

FAILED: 2 differences from the plan, 1 part not read
report: /srv/audit.md"""


def test_one_table_of_all_servers() -> None:
    assert audit_text(report(), ["/srv/audit.md"]) == TEXT


def test_one_cause_of_several_servers_and_zones_is_told_once() -> None:
    dead = [
        CertificateRow(f"fe0{at}", "", "not_read", problems=("refused",), remarks=(f"planned: {at}",)) for at in (1, 2)
    ]
    zones = [
        RecordRow("internal", zone, "", "", "not_read", problems=("dc01: refused",)) for zone in ("a.com", "b.com")
    ]
    alone = CertificateRow("fe03", "", "not_read", problems=("fe03 (10.0.0.3:5985): no answer",))
    shown = audit_text(report(*dead, alone, *zones, status="unproved", counts=Counts(unproved=5)))
    assert shown.splitlines() == [
        "server  place  certificate  thumbprint  until  days  lacks  further  verdict",
        "fe01    -      -            -           -      -     -      -        NOT READ",
        "    fe01, fe02: refused",
        "    planned: 1",
        "fe02    -      -            -           -      -     -      -        NOT READ",
        "    planned: 2",
        "fe03    -      -            -           -      -     -      -        NOT READ",
        "    fe03 (10.0.0.3:5985): no answer",
        "",
        "internal view, a.com; internal view, b.com: NOT READ",
        "    dc01: refused",
        "",
        "UNPROVED: 5 parts not read",
    ]


def test_all_as_planned() -> None:
    fine = audit_text(report(RIGHT, SAME, status="done", counts=Counts(proved=2)))
    assert fine.splitlines()[-3:] == ["Records: 1 of 1 record set as planned", "", "DONE: all is as planned"]
    assert "record" not in audit_text(report(RIGHT, status="done", counts=Counts(proved=1)))


def test_what_another_team_enters_is_not_called_as_planned() -> None:
    fine = audit_text(report(SAME, TEAMS, status="done", counts=Counts(proved=1)))
    assert fine.splitlines() == [
        "Records: 1 of 1 record set as planned",
        "Not compared: 1 record set of another team (verify_pool asks DNS for them)",
        "",
        "DONE: all that was compared is as planned",
    ]


def test_warnings_are_counted_where_all_is_as_planned() -> None:
    given = [Finding(severity, "x", "x", "", "", "x", "fe01") for severity in ("warning", "note", "warning")]
    told = [
        audit_text(report(RIGHT, status="done", counts=Counts(proved=1), findings=tuple(given[:most])))
        for most in (2, 3)
    ]
    assert [one.splitlines()[-1] for one in told] == [
        "DONE: all is as planned, with 1 warning",
        "DONE: all is as planned, with 2 warnings",
    ]


def test_an_archived_certificate_is_told_calmly() -> None:
    put_aside = replace(SPARE, verdict="archived", remarks=("the CA has revoked it (request 7)",))
    shown = audit_text(report(RIGHT, put_aside, status="done", counts=Counts(proved=1))).splitlines()
    assert shown[2].endswith(" archived") and shown[3] == "    the CA has revoked it (request 7)"


def test_hostile_values_cannot_move_the_cursor_or_break_the_table() -> None:
    evil = CertificateRow("fe\x1b[2J", "p" * 200, "differs", subject="a\nb", problems=("x\x07y " * 60,))
    shown = audit_text(report(evil, WRONG))
    assert "\\x1b[2J" in shown and "a\\x0ab" in shown and "p" * 45 not in shown
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert all(len(line) <= 120 for line in shown.splitlines() if line.startswith("    "))


def test_what_is_said_of_stores_once_for_all_that_have_it() -> None:
    error = Finding("error", "many-roots", "it trusts 200 roots", "MTLS", "Take some out", "x", "fe01")
    note = Finding("note", "waiting-key-left", "a key \x07 waits", "", "Take it away", "x", "fe01")
    shown = audit_text(report(RIGHT, findings=(error, replace(error, where="fe02"), note)))
    assert shown.splitlines()[3:9] == [
        "fe01, fe02: ERROR [many-roots]",
        "    it trusts 200 roots",
        "    Take some out",
        "fe01: note [waiting-key-left]",
        "    a key \\x07 waits",
        "    Take it away",
    ]
