"""The end of a rollout in a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from unit.hand_overs import GIVEN, PLAN, poisoned, report_summary

SUMMARY = """\
Planned    1 DNS record (and 1 that others enter) in 1 zone, 1 certificate, 2 endpoints
           note: an alias
           warning: the CA takes names from request attributes
Changed    + company.com: zone company.com
           + company.com: _sipinternaltls._tcp SRV 0 0 5061 ocspool.company.com
           + ocssrv01.company.local: key and request made (ocssrv01.company.local/default)
           + ocssrv01.company.local: certificate issued (ocssrv01.company.local/default)
           + ocssrv01.company.local: certificate installed (ocssrv01.company.local/default)
           ~ ocssrv01.company.local: bound to 0.0.0.0:443 (ocssrv01.company.local/default)
Failed     ocspool.company.local:5061 at 10.0.0.10:5061: wrong certificate: it does not hold the
             name sip.company.com
By hand    ocssrv01.company.local: Choose the certificate in the wizard.
           Open the firewall.
Proved     DNS: all 1 proved
           TLS: 1 failed
           trust: not done
           sign-in: not done
Hand-over  /srv/handover/ocspool.md"""


def test_summary() -> None:
    assert report_summary(GIVEN) == SUMMARY


def test_alike_results_are_told_once() -> None:
    silent = {"check": "tls", "state": "unproved", "message": "nothing listens there"}
    results = [{**silent, "subject": name, "address": "10.0.0.10:5061"} for name in ("a.example", "b.example")]
    assert report_summary({"proof": {"tls": results}}) == (
        "Planned    not done\n"
        "Changed    nothing\n"
        "Unproved   a.example at 10.0.0.10:5061, b.example at 10.0.0.10:5061: nothing listens there\n"
        "Proved     DNS: not done\n"
        "           TLS: 2 unproved\n"
        "           trust: not done\n"
        "           sign-in: not done\n"
        "Hand-over  not done"
    )


def test_what_several_servers_say_alike_is_told_once() -> None:
    spared = "not logged on to: ca01 refused the account"
    said = {"a.example": f"a.example: {spared}", "b.example": f"b.example: {spared}", "c.example": "it is off"}
    servers = {host: {"failure": text} for host, text in said.items()}
    assert report_summary({"servers": servers}).splitlines()[2:4] == [
        f"Failed     a.example, b.example: {spared}",
        "           c.example: it is off",
    ]


def test_findings_of_the_plan_that_are_alike_are_told_by_the_first() -> None:
    def finding(code: str, message: str, severity: str = "warning") -> dict[str, str]:
        return {**dict.fromkeys(("breaks", "mend", "source", "where"), ""), "severity": severity, "code": code,
                "message": message}  # fmt: skip

    of_plan = [finding("private-address-outside", f"10.0.2.{n} is private") for n in (1, 2, 3)]
    of_run = [finding("clock-differs", f"the clock of {host} is slow") for host in ("a", "b")]
    plan = {**PLAN, "findings": [*of_plan, finding("alias", "an alias", "note")]}
    told = report_summary({"plan": plan, "findings": of_run}).splitlines()
    assert told[1:5] == [
        "           warning: 10.0.2.1 is private (and 2 more private-address-outside)",
        "           note: an alias",
        "           warning: the clock of a is slow",
        "           warning: the clock of b is slow",
    ]


def test_what_was_not_begun_and_not_proved_has_its_line() -> None:
    given = {
        "dns": {"failed": True, "msg": "a record is in the way"},
        "not_done": [{"hosts": ["a.example", "b.example"], "why": "not begun"}],
        "proof_expected": True,
    }
    assert report_summary(given).splitlines()[2:5] == [
        "Failed     DNS: a record is in the way",
        "Not done   a.example, b.example: not begun",
        "Unproved   nothing was proved: no record, endpoint or sign-in was looked at in this run",
    ]


@given(st.text(max_size=30))
def test_nothing_moves_the_cursor(poison: str) -> None:
    summary = report_summary(poisoned(GIVEN, poison))
    assert all(line.isprintable() for line in summary.split("\n"))
