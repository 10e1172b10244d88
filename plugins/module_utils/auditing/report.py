# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit as one value: every place and record against the plan, and how that ends a run. Pure.

``audit`` reads what the hosts of a run left behind. Its plain form is the report for programs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from ansible_collections.ucops.rollout.plugins.module_utils.auditing.certificates import (
    AS_PLANNED,
    DIFFERENCES,
    DIFFERS,
    NOT_READ,
    RENEW,
    CertificateRow,
)
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.present import RequestsOfKeys
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.records import (
    RecordRow,
    of_servers,
    record_rows,
    team_rows,
    unread_rows,
    unread_server,
)
from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain, to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    ERROR,
    VIEWS,
    Finding,
    LeftOut,
    Plan,
    PlannedServer,
)
from ansible_collections.ucops.rollout.plugins.module_utils.names import first_label
from ansible_collections.ucops.rollout.plugins.module_utils.plan.hosts import MOST_COMPARED, ca_host, nearest_host
from ansible_collections.ucops.rollout.plugins.module_utils.report.collected import (
    DROPPED_OUT,
    LEFT_OUT,
    is_left_out,
    windows_of,
)
from ansible_collections.ucops.rollout.plugins.module_utils.report.kept import HostVars, kept
from ansible_collections.ucops.rollout.plugins.module_utils.report.server_results import survey_of
from ansible_collections.ucops.rollout.plugins.module_utils.report.status import DONE, FAILED, Counts, status_of
from ansible_collections.ucops.rollout.plugins.module_utils.wording import at_place, number

SCHEMA = 1
KIND = "audit"
Row: TypeAlias = "CertificateRow | RecordRow"
NOTHING = "nothing was compared in this run"
NO_HOST = "no host of the inventory stands for it"


@dataclass(frozen=True, slots=True)
class AuditRun:
    """Who ran it where and with what, and when."""

    operator: str = ""
    controller: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    started: str | None = None
    ended: str | None = None


@dataclass(frozen=True, slots=True)
class AuditReport:
    """``status``: ``failed`` where something differs, else ``unproved`` where something could not be read, else
    ``done``. In ``counts``, ``wrong`` are the differences and the findings that are errors, ``unproved`` what could not
    be read, ``proved`` the places and records that are as planned. ``windows``: host to its product and version.
    ``findings``: what is wrong in the servers' stores and on the CAs, by the server (FQDN) and the CA that each is of.
    """

    schema: int
    kind: str
    status: str
    counts: Counts
    run: AuditRun
    pools: tuple[str, ...]
    windows: Mapping[str, str]
    certificates: tuple[CertificateRow, ...]
    records: tuple[RecordRow, ...]
    left_out: tuple[LeftOut, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that end an audit as a difference does."""
        return tuple(one for one in self.findings if one.severity == ERROR)

    @property
    def rows(self) -> tuple[Row, ...]:
        """All of them."""
        return (*self.certificates, *self.records)

    def to_plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = to_plain(self)
        return plain


@dataclass(frozen=True, slots=True)
class AuditLeft:
    """How an audit ends a run. ``headline``: the status in capitals as its first word, empty where all is as planned.
    ``blocking``: what ends it badly. ``message``: the headline, and where to read more."""

    status: str
    counts: Counts
    headline: str
    blocking: tuple[str, ...]
    message: str

    def to_plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = to_plain(self)
        return plain


def report_from_plain(value: Any) -> AuditReport:
    return from_plain(AuditReport, value, where="audit", mend="Give what ucops.rollout.audit_data returns")


def audit(
    hostvars: HostVars,
    plan: Plan,
    dns: Mapping[str, Sequence[str]],
    run: AuditRun,
    *,
    certificates: bool = True,
    records: bool = True,
    ca_hosts: Sequence[str] = (),
    authorities: bool = True,
) -> AuditReport:
    """What came of it.

    :param ca_hosts: the inventory's hosts of CAs that were read; ``authorities``: whether they were to be, together
        with the servers.
    :param dns: view to the DNS servers whose records were compared; a view without one could not be read.
    :param certificates: whether the servers were to be compared; ``records``: whether the zones were.
    """
    read = [_server(hostvars, plan, one) for one in plan.servers] if certificates else []
    read += _authorities(hostvars, plan, ca_hosts) if certificates and authorities else []
    places = _of_one_key(plan, tuple(row for one in read for row in one.rows))
    findings = tuple(dict.fromkeys(finding for one in read for finding in one.findings))
    sets = tuple(_views(hostvars, plan, dns)) if records else ()
    rows: tuple[Row, ...] = (*places, *sets)
    verdicts = [one.verdict for one in rows]
    counts = Counts(
        wrong=sum(one in DIFFERENCES for one in verdicts) + sum(one.severity == ERROR for one in findings),
        unproved=verdicts.count(NOT_READ) or int(not verdicts),
        proved=verdicts.count(AS_PLANNED),
    )
    hosts = (
        *(host for named in dns.values() for host in named),
        *(server.host for server in plan.servers),
        *ca_hosts,
    )
    return AuditReport(
        schema=SCHEMA,
        kind=KIND,
        status=status_of(counts, check_mode=False),
        counts=counts,
        run=run,
        pools=tuple(dict.fromkeys(server.pool for server in plan.servers)),
        windows=windows_of(hostvars, hosts),
        certificates=places,
        records=sets,
        left_out=plan.left_out,
        findings=findings,
    )


def requests_of_keys(hostvars: HostVars, ca_hosts: Sequence[str]) -> RequestsOfKeys:
    """What the CAs that were read have of keys; nothing of one that was not."""
    pending: dict[str, int] = {}
    revoked: dict[str, int] = {}
    for host in ca_hosts:
        read = _read(hostvars, host, "pool_audit_authority")[1]
        pending.update(read.get("pending_ids") or {})
        revoked.update(read.get("revoked_ids") or {})
    return RequestsOfKeys(pending, revoked)


def audit_left(report: AuditReport, *, unread_fails: bool = True, failure: str = "") -> AuditLeft:
    """What of it ends a run badly: what differs and, unless told otherwise, what could not be read.

    :param failure: why the report could not be written.
    """
    bad = DIFFERENCES | ({NOT_READ} if unread_fails else set())
    lines = [_line(one) for one in report.rows if one.verdict in bad] + [str(one) for one in report.errors]
    nothing = not report.certificates and not report.records and unread_fails
    blocking = (*lines, *([NOTHING] if nothing else []))
    more = "The table above tells each of them" if report.rows else "Name what to compare: --tags dns,certificates"
    if not failure:
        title = headline(report)
        return AuditLeft(report.status, report.counts, title, blocking, f"{title}. {more}" if title else "")
    unwritten, counts = f"the report could not be written: {failure}", replace(report.counts, failed=1)
    told = ", ".join(filter(None, [headline(report).partition(": ")[2], unwritten]))
    title = f"{FAILED.upper()}: {told}"
    return AuditLeft(FAILED, counts, title, (*blocking, unwritten), f"{title}. {more}")


def headline(report: AuditReport) -> str:
    if report.status == DONE:
        return ""
    if not report.rows:
        return f"{report.status.upper()}: {NOTHING}"
    errors = len(report.errors)
    differences = report.counts.wrong - errors
    told = [
        f"{number(differences, 'difference')} from the plan" if differences else "",
        f"{number(errors, 'error')} in stores or on CAs" if errors else "",
        f"{number(report.counts.unproved, 'part')} not read" if report.counts.unproved else "",
    ]
    return f"{report.status.upper()}: " + ", ".join(filter(None, told))


def where(row: Row) -> str:
    """The place of a row in one line."""
    if isinstance(row, CertificateRow):
        return f"{row.server}, {row.place}" if row.place else row.server
    owner = row.zone if row.name in ("", "@") else f"{row.name}.{row.zone}"
    what = f"{owner} {row.type}".strip()
    at = " on ".join(filter(None, (what, row.server)))
    return f"{row.view} view, {at}"


def shown_verdict(verdict: str) -> str:
    return verdict.replace("_", " ")


def _line(row: Row) -> str:
    told = "; ".join(row.problems)
    return at_place(where(row), f"{shown_verdict(row.verdict)}{f': {told}' if told else ''}")


# --- what the hosts left behind -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Found:
    """What one host told: its places, and what there is to say of it."""

    rows: tuple[CertificateRow, ...]
    findings: tuple[Finding, ...] = ()


def _server(hostvars: HostVars, plan: Plan, server: PlannedServer) -> _Found:
    host = (server.inventory_host or "") if server.logon else server.fqdn
    why, told = _read(hostvars, host, "pool_audit_server")
    why, where = why.removeprefix(f"{server.fqdn}: "), f"audit of {server.fqdn}"
    try:
        rows = from_plain(tuple[CertificateRow, ...], told.get("rows") or (), where=where)
        findings = from_plain(tuple[Finding, ...], told.get("findings") or (), where=where)
    except RolloutError as error:
        # What one host told in another form than its own is that host's alone.
        why, rows, findings = str(error), (), ()
    if why == NO_HOST:
        why += nearest_host((server.fqdn, first_label(server.fqdn)), _free(hostvars, plan))
    return _Found(tuple(_unread_places(plan, server, why))) if why else _Found(rows, findings)


def _authorities(hostvars: HostVars, plan: Plan, ca_hosts: Sequence[str]) -> Iterator[_Found]:
    """The CAs of the plan; a public authority has none that could be read."""
    for ca in dict.fromkeys(one.issuer.ca for one in plan.certificates if one.issuer.ca):
        why, told = _read(hostvars, ca_host(ca, ca_hosts), "pool_audit_authority")
        try:
            findings = from_plain(tuple[Finding, ...], told.get("findings") or (), where=f"audit of {ca}")
        except RolloutError as error:
            why, findings = str(error), ()
        if not why and "findings" not in told:
            why = str(told.get("msg") or "it could not be read")
        row = CertificateRow(ca, "CA", NOT_READ, problems=(why,))
        yield _Found((row,)) if why else _Found((), findings)


def _free(hostvars: HostVars, plan: Plan) -> list[str]:
    """Hosts that stand for no server; none where many are missing, since to compare all their names takes long."""
    placed = {one.inventory_host for one in plan.servers}
    missing = sum(one.inventory_host is None for one in plan.servers)
    return [host for host in hostvars if host not in placed] if missing <= MOST_COMPARED else []


def _of_one_key(plan: Plan, rows: tuple[CertificateRow, ...]) -> tuple[CertificateRow, ...]:
    """The rows, where servers that are to share one certificate with its key have one each as rows that differ."""
    shared = {one.id for one in plan.certificates if one.key.shared}
    fits: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        if row.certificate in shared and row.verdict in (AS_PLANNED, RENEW):
            fits.setdefault(row.certificate, {}).setdefault(row.thumbprint, []).append(row.server)
    return tuple(_beside(row, fits.get(row.certificate, {})) for row in rows)


def _beside(row: CertificateRow, held: Mapping[str, list[str]]) -> CertificateRow:
    others = [f"{name} ({', '.join(dict.fromkeys(held[name]))})" for name in held if name != row.thumbprint]
    if row.thumbprint not in held or not others or row.verdict not in (AS_PLANNED, RENEW):
        return row
    told = f"servers that are to share one certificate have different ones: also {' and '.join(others)}"
    return replace(row, verdict=DIFFERS, problems=(*row.problems, told))


def _unread_places(plan: Plan, server: PlannedServer, why: str) -> Iterator[CertificateRow]:
    """A server that was not read is one thing to mend, and never as planned."""
    ids = [one.id for one in plan.certificates if server.fqdn in one.holders]
    remarks = (f"planned: {', '.join(ids)}",) if ids else ()
    yield CertificateRow(server.fqdn, "", NOT_READ, problems=(why,), remarks=remarks)


def _views(hostvars: HostVars, plan: Plan, dns: Mapping[str, Sequence[str]]) -> Iterator[RecordRow]:
    planned = {one.view for one in plan.records}
    for view in (one for one in VIEWS if one in planned):
        named = dns.get(view) or ()
        if not named:
            yield from unread_rows(plan, view, f"the inventory names no DNS server for the {view} view")
            continue
        read: dict[str, tuple[RecordRow, ...]] = {}
        for host in named:
            why, found = _read(hostvars, host, "pool_audit_zones")
            try:
                rows = tuple(record_rows(plan, view, found.get("compared") or ()))
            except RolloutError as error:
                why, rows = str(error), ()
            if why:
                yield unread_server(plan, view, host, why)
            else:
                read[host] = rows
        yield from of_servers(read)
        yield from team_rows(plan, view)


def _read(hostvars: HostVars, host: str, name: str) -> tuple[str, Mapping[str, Any]]:
    """Why a host was not read, empty where it was; and what its step returned."""
    if not host or host not in hostvars:
        return NO_HOST, {}
    if is_left_out(hostvars, host):
        return LEFT_OUT, {}
    contact = survey_of(hostvars, host)
    if contact.get("reached") is False:
        return str(contact.get("msg") or "it could not be reached"), {}
    found: Mapping[str, Any] = kept(hostvars, host, name) or {}
    if found.get("unreachable") or found.get("failed"):
        return str(found.get("msg") or "it failed"), {}
    # A push that is refused in check mode has compared all the same.
    return ("", found) if {"rows", "compared", "serves"} & set(found) else (DROPPED_OUT, {})
