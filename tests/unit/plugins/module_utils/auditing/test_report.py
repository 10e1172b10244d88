"""The audit as a whole: what the hosts left behind, what could not be read, and how that ends a run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.audits import GONE, RIGHT, SAME, UNREAD, WRONG, report
from unit.stores import MACHINE_ROOT, PSS_ISSUER, of_roots, on
from unit.topologies import origin

from ansible_collections.ucops.rollout.plugins.module_utils.auditing.certificates import CertificateRow
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.report import (
    AuditReport,
    AuditRun,
    audit,
    audit_left,
    report_from_plain,
    where,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import AuthorityPolicy
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.findings.run import policy_findings
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan
from ansible_collections.ucops.rollout.plugins.module_utils.report.status import Counts

ONE, TWO = "ocssrv01.company.local", "ocssrv02.company.local"
REACHED = {"reached": True, "product": "Windows Server 2008 R2", "version": "6.1.7601"}
ROWS: dict[str, Any] = {"rows": to_plain((RIGHT,))}


def plan() -> Plan:
    found = as_plan(origin())
    hosts = tuple(replace(server, inventory_host=server.fqdn) for server in found.servers)
    return replace(found, servers=hosts)


def audited(hostvars: dict[str, Any], dns: dict[str, list[str]] | None = None, **more: Any) -> AuditReport:
    """Of the servers and DNS servers alone, unless told otherwise."""
    return audit(hostvars, plan(), {} if dns is None else dns, AuditRun(), **{"authorities": False, **more})


def told(found: AuditReport) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.server, one.verdict, one.problems) for one in found.certificates]


def test_each_server_that_was_not_read_says_why() -> None:
    hostvars = {
        ONE: {"pool_certificates_survey": REACHED, "pool_audit_server": ROWS},
        TWO: {
            "pool_certificates_survey": {
                "reached": False,
                "where": f"{TWO} (10.0.0.12:5985)",
                "msg": f"{TWO} (10.0.0.12:5985): dead",
            }
        },
    }
    found = audited(hostvars, records=False)
    assert told(found) == [(ONE, "as_planned", ()), (TWO, "not_read", (f"{TWO} (10.0.0.12:5985): dead",))]
    assert found.certificates[1].remarks == (f"planned: {TWO}/default",)
    assert (found.status, found.counts) == ("unproved", Counts(unproved=1, proved=1))
    assert found.windows == {ONE: "Windows Server 2008 R2 (6.1.7601)"}


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        (None, "no host of the inventory stands for it"),
        ({"pool_certificates_survey": {"reached": False}}, "it could not be reached"),
        ({"pool_certificates_survey": REACHED, "pool_audit_server": {"failed": True, "msg": "no rights"}}, "no rights"),
        ({"pool_certificates_survey": REACHED, "pool_audit_server": {"unreachable": True, "msg": "gone"}}, "gone"),
        (
            {"pool_certificates_survey": REACHED},
            "the server dropped out of this run before its part was done; what was done there until then is not known"
            " here",
        ),
    ],
)
def test_why_a_server_was_not_read(variables: dict[str, Any] | None, why: str) -> None:
    found = audited({ONE: variables} if variables is not None else {}, records=False)
    assert told(found)[0] == (ONE, "not_read", (why,))


def test_a_limit_leaves_out_a_server() -> None:
    run = {"pool_plan_hosts": {"servers": [ONE, TWO]}, "pool_plan_let_in": {}}
    found = audited({"localhost": run, ONE: {}, TWO: {"pool_report_takes_part": True}}, records=False)
    left_out = "took no part in this run, which was limited to other hosts"
    assert told(found)[0] == (ONE, "not_read", (left_out,))
    assert told(found)[1][2] != (left_out,)


def test_what_one_host_tells_in_another_form_leaves_the_others() -> None:
    odd = {"rows": [{**to_plain(RIGHT), "not_after": "999-01-01T00:00:00Z"}]}
    seen = {"pool_certificates_survey": REACHED}
    hostvars = {
        ONE: {**seen, "pool_audit_server": ROWS},
        TWO: {**seen, "pool_audit_server": odd},
        "dc01": {**seen, "pool_audit_zones": {"compared": [{"zone": 5}]}},
    }
    found = audited(hostvars, {"internal": ["dc01"]})
    ours, theirs = found.certificates
    assert (ours, theirs.server, theirs.verdict) == (RIGHT, TWO, "not_read")
    assert theirs.problems[0].startswith(f"audit of {TWO}: [0].not_after: '999-01-01T00:00:00Z' is no moment such as")
    assert {(one.verdict, one.problems[0][:9]) for one in found.records} == {("not_read", "compared:")}


CA = "ca01.company.local\\Company CA"
NAMES_FROM_ATTRIBUTES = policy_findings(AuthorityPolicy(0x40000, 1), CA)


def with_ca(**variables: Any) -> AuditReport:
    """Of two servers that are as planned, and of a CA that left this behind."""
    seen = {"pool_certificates_survey": REACHED, "pool_audit_server": ROWS}
    hostvars = {ONE: seen, TWO: seen, "ca01": {"pool_certificates_survey": REACHED, **variables}}
    return audited(hostvars, records=False, authorities=True, ca_hosts=["ca01"])


def test_what_is_said_of_stores_and_authorities() -> None:
    stores = tuple(of_roots(*on(MACHINE_ROOT, PSS_ISSUER)))
    hostvars = {
        ONE: {"pool_certificates_survey": REACHED, "pool_audit_server": {**ROWS, "findings": to_plain(stores)}},
        TWO: {"pool_certificates_survey": REACHED, "pool_audit_server": ROWS},
        "ca01": {
            "pool_certificates_survey": REACHED,
            "pool_audit_authority": {"serves": True, "findings": to_plain(NAMES_FROM_ATTRIBUTES)},
        },
    }
    found = audited(hostvars, records=False, authorities=True, ca_hosts=["ca01"])
    assert found.findings == (*stores, *NAMES_FROM_ATTRIBUTES) and found.errors == stores
    # A warning is told, and an error ends the audit badly as a difference does.
    assert (found.status, found.counts) == ("failed", Counts(wrong=1, proved=2))
    left = audit_left(found)
    assert left.headline == "FAILED: 1 error in stores or on CAs"
    assert left.blocking == (str(stores[0]),)
    assert audited(hostvars, certificates=False, records=False, authorities=True, ca_hosts=["ca01"]).findings == ()


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        ({"pool_audit_authority": {"serves": False, "msg": "no CA is here"}}, "no CA is here"),
        ({"pool_audit_authority": {"failed": True, "msg": "access denied"}}, "access denied"),
        ({"pool_certificates_survey": {"reached": False, "msg": "dead"}}, "dead"),
        ({"pool_audit_authority": {"serves": True, "findings": 5}}, f"audit of {CA}: "),
    ],
)
def test_an_authority_that_could_not_be_read(variables: dict[str, Any], why: str) -> None:
    found = with_ca(**variables)
    (row,) = (one for one in found.certificates if one.verdict == "not_read")
    assert (row.server, row.place, row.problems[0][: len(why)]) == (CA, "CA", why)
    assert (found.status, found.counts) == ("unproved", Counts(unproved=1, proved=2))


def test_an_authority_without_a_host_and_one_that_nobody_logs_on_to() -> None:
    seen = {"pool_certificates_survey": REACHED, "pool_audit_server": ROWS}
    found = audited({ONE: seen, TWO: seen}, records=False, authorities=True)
    assert [one.problems for one in found.certificates if one.place == "CA"] == [
        ("no host of the inventory stands for it",)
    ]
    assert audited({ONE: seen, TWO: seen}, records=False, authorities=False).status == "done"


def test_servers_that_are_to_share_one_certificate_and_have_one_each_differ() -> None:
    found = plan()
    whole = replace(found.certificates[0], holders=(ONE, TWO), key=replace(found.certificates[0].key, shared=True))
    rows = [replace(RIGHT, server=name, certificate=whole.id) for name in (ONE, TWO)]
    other = replace(rows[1], thumbprint=WRONG.thumbprint)

    def verdicts(second: CertificateRow, **key: bool) -> list[tuple[str, tuple[str, ...]]]:
        planned = replace(found, certificates=(replace(whole, key=replace(whole.key, **key)),))
        hostvars = {
            name: {"pool_certificates_survey": REACHED, "pool_audit_server": {"rows": to_plain((row,))}}
            for name, row in ((ONE, rows[0]), (TWO, second))
        }
        done = audit(hostvars, planned, {}, AuditRun(), records=False, authorities=False)
        return [(one.verdict, one.problems) for one in done.certificates]

    said = "servers that are to share one certificate have different ones: also"
    assert verdicts(rows[1]) == [("as_planned", ()), ("as_planned", ())]
    assert verdicts(other) == [
        ("differs", (f"{said} {WRONG.thumbprint} ({TWO})",)),
        ("differs", (f"{said} {RIGHT.thumbprint} ({ONE})",)),
    ]
    assert verdicts(other, shared=False) == [("as_planned", ()), ("as_planned", ())]
    # One that differs anyway says nothing against the other.
    assert verdicts(replace(other, verdict="differs"))[0] == ("as_planned", ())


def test_a_refused_push_has_compared_all_the_same() -> None:
    pool = next(one for one in plan().records if one.fqdn == "ocspool.company.local" and one.type == "A")
    compared = {
        "zone": pool.zone, "name": pool.name, "fqdn": pool.fqdn, "type": "A", "state": "different",
        "values": ["10.0.0.10"],
        "found": ["10.0.0.99"], "ttl": 3600, "found_ttl": 3600, "dynamic": False,
        "other_ttls": [],
        "problems": ["there is already 10.0.0.99, which is not planned"],
    }  # fmt: skip
    zones = {"pushed": False, "msg": "nothing was changed", "compared": [compared]}
    found = audited(
        {"dc01": {"pool_certificates_survey": REACHED, "pool_audit_zones": zones}},
        {"internal": ["dc01"]},
        certificates=False,
    )
    (one,) = found.records
    assert (one.verdict, one.values, one.found) == ("differs", "10.0.0.10", "10.0.0.99")
    assert (found.status, found.counts) == ("failed", Counts(wrong=1))


def test_a_view_without_a_server_that_was_read_is_not_read() -> None:
    found = audited({}, certificates=False)
    assert {(one.verdict, *one.problems) for one in found.records} == {
        ("not_read", "the inventory names no DNS server for the internal view")
    }
    found = audited({"dc01": {"pool_certificates_survey": {"reached": False, "msg": "dead"}}}, {"internal": ["dc01"]})
    (one,) = found.records
    assert (one.verdict, one.server, one.problems) == ("not_read", "dc01", ("dead",))
    assert where(one) == "internal view, dc01"


def test_every_server_of_a_view_is_compared() -> None:
    """Two that differ, and one that is dead: what differs is told with its server, and the dead one in one line."""
    pool = next(one for one in plan().records if one.fqdn == "ocspool.company.local" and one.type == "A")

    def zones(*found: str) -> dict[str, Any]:
        compared = {
            "zone": pool.zone, "name": pool.name, "fqdn": pool.fqdn, "type": "A", "state": "different",
            "values": ["10.0.0.10"], "found": list(found), "ttl": 3600, "found_ttl": 3600, "dynamic": False,
            "other_ttls": [], "problems": [],
        }  # fmt: skip
        return {"pool_certificates_survey": REACHED, "pool_audit_zones": {"compared": [compared]}}

    dead = {"pool_certificates_survey": {"reached": False, "where": "dc03 (10.0.0.7:5985)", "msg": "dead"}}
    hosts = {"dc01": zones("10.0.0.10"), "dc02": zones("10.0.0.99"), "dc03": dead}
    found = audited(hosts, {"internal": ["dc01", "dc02", "dc03"]}, certificates=False)
    assert [(where(one), one.verdict) for one in found.records] == [
        ("internal view, dc03", "not_read"),
        ("internal view, ocspool.company.local A on dc01", "as_planned"),
        ("internal view, ocspool.company.local A on dc02", "differs"),
    ]
    assert found.counts == Counts(wrong=1, unproved=1, proved=1)


def test_an_audit_of_nothing_is_not_as_planned() -> None:
    found = audited({}, certificates=False, records=False)
    assert (found.status, found.counts.unproved) == ("unproved", 1)
    left = audit_left(found)
    assert left.blocking == ("nothing was compared in this run",)
    assert left.message == ("UNPROVED: nothing was compared in this run. Name what to compare: --tags dns,certificates")


def test_what_ends_a_run_badly() -> None:
    left = audit_left(report())
    assert left.headline == "FAILED: 2 differences from the plan, 1 part not read"
    assert left.blocking == (
        f"{ONE}, web components, port 443: differs: its subject alternative names lack sip.company.com",
        f"{TWO}: not read: cannot log on: nothing listens there",
        "internal view, sip.company.com A: missing",
    )
    unread = report(RIGHT, UNREAD, status="unproved", counts=Counts(unproved=1, proved=1))
    assert audit_left(unread).blocking and audit_left(unread, unread_fails=False).blocking == ()
    assert audit_left(unread, unread_fails=False).headline == "UNPROVED: 1 part not read"
    fine = report(RIGHT, SAME, status="done", counts=Counts(proved=2))
    assert (audit_left(fine).headline, audit_left(fine).message, audit_left(fine).blocking) == ("", "", ())
    assert left.message == f"{left.headline}. The table above tells each of them"


def test_a_report_that_could_not_be_written_ends_it_badly() -> None:
    fine = report(RIGHT, status="done", counts=Counts(proved=1))
    left = audit_left(fine, failure="the disk is full")
    assert left.headline == "FAILED: the report could not be written: the disk is full"
    assert (left.status, left.counts.failed) == ("failed", 1) and len(left.blocking) == 1
    both = audit_left(report(WRONG, GONE), failure="the disk is full")
    assert both.headline.endswith("1 part not read, the report could not be written: the disk is full")


def test_plain_and_back() -> None:
    assert report_from_plain(report().to_plain()) == report()
    with pytest.raises(RolloutError, match="audit_data"):
        report_from_plain({"schema": 1})


def test_a_server_that_nobody_logs_on_to_is_its_own_host() -> None:
    proxy = replace(plan(), servers=(replace(plan().servers[0], inventory_host=None, logon=False),))
    hostvars = {ONE: {"pool_report_takes_part": True, "pool_audit_server": ROWS}}
    found = audit(hostvars, proxy, {}, AuditRun(), records=False, authorities=False)
    assert [(one.server, one.verdict) for one in found.certificates] == [(ONE, "as_planned")]
