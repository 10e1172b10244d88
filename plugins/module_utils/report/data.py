# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hand-over: what was planned, changed and proved, as one value. Pure; times are arguments.

``outcome`` says what it is made of. Its plain form is the report for programs, its order part of the contract.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import NOT_CHANGED, REPORT, values_gone
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.collector import collector_paused
from ansible_collections.ucops.rollout.plugins.module_utils.findings.run import dns_findings
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    OURS,
    Finding,
    Plan,
    PlannedAssignment,
    PlannedCertificate,
    SrvData,
)
from ansible_collections.ucops.rollout.plugins.module_utils.plan.parts import halves_of
from ansible_collections.ucops.rollout.plugins.module_utils.plan.rollout import (
    ASSIGNING,
    FRONT_END,
    LYNC,
    WEB_COMPONENTS,
)
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import holders_at_work
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import FAILED, UNPROVED, ProofResult
from ansible_collections.ucops.rollout.plugins.module_utils.report.causes import (
    told_as_consequence,
    told_by_cause,
)
from ansible_collections.ucops.rollout.plugins.module_utils.report.deployed import (
    NOT_DEPLOYED,
    NOT_HELD,
    nothing_deployed,
    of_failed_servers,
    told_besides,
)
from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import (
    CHECKS,
    CertificateOutcome,
    Checked,
    Described,
    DnsOutcome,
    Outcome,
    StepChange,
    StepResult,
)
from ansible_collections.ucops.rollout.plugins.module_utils.report.replaced import (
    ReplacedCertificate,
    replaced,
    replacements_ahead,
    retirement_changes,
)
from ansible_collections.ucops.rollout.plugins.module_utils.report.status import Counts, status_of
from ansible_collections.ucops.rollout.plugins.module_utils.wording import at_place, names_place

SCHEMA = 1
ROLLOUT, NOTHING_CHANGED, CHECKED_ONLY, PROOF = "rollout", "nothing_changed", "checked_only", "proof"
# Another certificate is seen where a step by hand is left: that step is to be told, and no second failure.
BY_HAND = "by_hand"
STATES = ("proved", "failed", BY_HAND, "unproved", "would_be_checked")

NO_PROOF = "nothing was proved: no record, endpoint or sign-in was looked at in this run"
# What a service took at its start it serves on.
_NOT_IN_STORE = (
    "the store holds no certificate that serves as {id}; what is still served there is gone with the next restart. Run"
    " deploy_pool"
)


@dataclass(frozen=True, slots=True)
class Line:
    """Something told of a place; ``where`` is empty where it is told of the whole run."""

    where: str
    what: str

    @property
    def place(self) -> str:
        """``where``, unless ``what`` names it itself."""
        return "" if names_place(self.what, self.where) else self.where

    def __str__(self) -> str:
        return at_place(self.where, self.what)


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """Something that changed, or would change in check mode."""

    where: str
    verb: str
    what: str
    after: Any


@dataclass(frozen=True, slots=True)
class CertificateState:
    """A planned certificate, how far it came, and what it is now as far as it is known."""

    id: str
    server: str
    common_name: str
    subject_alternative_names: tuple[str, ...]
    issuer: str
    state: str
    request_id: int | None
    thumbprint: str | None
    not_before: str | None
    not_after: str | None
    serial_number: str | None


@dataclass(frozen=True, slots=True)
class AssignmentState:
    """A component that is to present a certificate, and what came of that."""

    server: str
    component: str
    port: int
    certificate: str
    state: str
    command: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class PlaceState:
    """A place that names a certificate, before and after the run; ``state``: as ``AssignedPlace`` has it."""

    server: str
    certificate: str
    place: str
    before: str
    after: str
    state: str


@dataclass(frozen=True, slots=True)
class Check:
    """One of the checks from outside; ``summary``: how many results there are of each state."""

    done: bool
    results: tuple[ProofResult, ...]
    summary: Mapping[str, int]
    hints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandOver:
    """Everything that the hand-over tells, in a stable order. ``status``: one of ``status.STATUSES``.

    ``kind``: rollout, nothing_changed (a rollout that found all as planned), checked_only, or proof. ``deployed``:
    False where a proof found nothing at all of the plan; that is then told once, in place of what follows from it.
    """

    schema: int
    kind: str
    status: str
    counts: Counts
    started: str | None
    ended: str | None
    check_mode: bool
    operator: str
    controller: str
    versions: Mapping[str, str]
    windows: Mapping[str, str]
    pools: tuple[str, ...]
    deployed: bool
    plan: Plan | None
    changes: tuple[ChangeLine, ...]
    dns_done: bool
    certificates: tuple[CertificateState, ...]
    assignments: tuple[AssignmentState, ...]
    places: tuple[PlaceState, ...]
    replaced: tuple[ReplacedCertificate, ...]
    proof: Mapping[str, Check]
    summary: Mapping[str, int]
    waiting: tuple[Line, ...]
    failures: tuple[Line, ...]
    not_done: tuple[Line, ...]
    findings: tuple[Finding, ...]
    steps_by_hand: tuple[Line, ...]
    report_paths: tuple[str, ...]

    @property
    def proof_results(self) -> tuple[ProofResult, ...]:
        """Those of all checks."""
        return tuple(result for check in CHECKS for result in self.proof[check].results)

    @property
    def told_results(self) -> tuple[ProofResult, ...]:
        """Those that are told to people with their causes."""
        return self.proof_results if self.deployed else told_besides(self.plan or Plan(), self.proof_results)

    @property
    def unproved_whole(self) -> bool:
        """Whether the run was to prove, and looked at nothing."""
        return bool(self.counts.unproved) and not self.summary[UNPROVED]

    def causes(self, state: str) -> tuple[str, ...]:
        """What people are told of the proofs in that state, each cause once, and in one line those that follow from
        the failure of a server's part."""
        if state == UNPROVED and self.unproved_whole:
            return (NO_PROOF,)
        failed = frozenset() if self.kind == PROOF else frozenset(line.where for line in self.failures)
        results, servers = of_failed_servers(self.plan or Plan(), failed, self.told_results)
        follow = told_as_consequence(servers) if state == UNPROVED else ()
        return tuple(map(str, (*told_by_cause(results, state), *follow)))

    @collector_paused()
    def to_plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = to_plain(self)
        return plain


def hand_over(outcome: Outcome) -> HandOver:
    """The hand-over of a run."""
    plan = outcome.plan or Plan()
    left = frozenset(_left_to_people(outcome))
    proof = {check: _check(outcome.proof.get(check, Checked()), left) for check in CHECKS}
    summary = {state: sum(proof[check].summary[state] for check in CHECKS) for state in STATES}
    waiting = tuple(Line(fqdn, done.waiting) for fqdn, _id, done in entries(outcome) if done.waiting)
    deployed = not (_proves_alone(outcome) and _nothing_deployed(plan, outcome, proof))
    failures, steps = tuple(_failures(outcome)) if deployed else (Line("", NOT_DEPLOYED),), tuple(_steps(outcome))
    counts = Counts(
        failed=len(failures),
        wrong=summary["failed"],
        not_done=sum(len(one.hosts) for one in outcome.not_done),
        waiting=len(waiting),
        by_hand=len(steps),
        unproved=summary["unproved"] or int(outcome.proof_expected and not any(summary.values())),
        proved=summary["proved"],
    )
    changes = (*_dns_changes(outcome.dns), *_server_changes(outcome))
    return HandOver(
        schema=SCHEMA,
        kind=_kind(outcome, changes, failures),
        status=status_of(counts, check_mode=outcome.check_mode),
        counts=counts,
        started=outcome.started,
        ended=outcome.ended,
        check_mode=outcome.check_mode,
        operator=outcome.operator,
        controller=outcome.controller,
        versions=outcome.versions,
        windows=outcome.windows,
        pools=tuple(dict.fromkeys(server.pool for server in plan.servers)),
        deployed=deployed,
        plan=outcome.plan,
        changes=changes,
        dns_done=outcome.dns.done and not outcome.dns.failed,
        certificates=tuple(_certificates(plan, outcome, proof["tls"])),
        assignments=tuple(_assignments(plan, outcome)),
        places=tuple(_places(outcome)),
        replaced=tuple(replaced(outcome, _request_ids(outcome))),
        proof=proof,
        summary=summary,
        waiting=waiting,
        failures=failures,
        not_done=tuple(Line(", ".join(one.hosts), one.why) for one in outcome.not_done),
        findings=(*_findings(plan, outcome), *dns_findings(outcome.dns.notes)),
        steps_by_hand=steps,
        report_paths=outcome.report_paths,
    )


def _nothing_deployed(plan: Plan, outcome: Outcome, proof: Mapping[str, Check]) -> bool:
    results = [result for check in proof.values() for result in check.results]
    return nothing_deployed(plan, outcome, (done for _fqdn, _id, done in entries(outcome)), results)


def _proves_alone(outcome: Outcome) -> bool:
    return bool(outcome.parts) and not halves_of(outcome.parts)


def _kind(outcome: Outcome, changes: Sequence[ChangeLine], failures: Sequence[Line]) -> str:
    if _proves_alone(outcome):
        return PROOF
    if outcome.check_mode:
        return CHECKED_ONLY
    if any(change.verb != "report" for change in changes) or outcome.dns.changed:
        return ROLLOUT
    done = outcome.dns.done or any(True for _entry in entries(outcome))
    return NOTHING_CHANGED if done and not (failures or outcome.not_done) else ROLLOUT


def _check(checked: Checked, left: Container[tuple[str, str]]) -> Check:
    results = tuple(replace(one, state=BY_HAND) if _waits(one, left) else one for one in checked.results)
    counts = {state: sum(result.state == state for result in results) for state in STATES}
    return Check(bool(results), results, counts, checked.hints)


def _waits(result: ProofResult, left: Container[tuple[str, str]]) -> bool:
    found = result.found if isinstance(result.found, Mapping) else {}
    return result.state == FAILED and (_port_of(result.address), str(found.get("thumbprint"))) in left


def _left_to_people(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Port and certificate of each place that shows another one than planned until a person does a step."""
    for _fqdn, _id, done in entries(outcome):
        for result in (done.binding, done.assignment, *done.by_hand.values()):
            kept = (one for one in result.assigned if result.steps and one.state == NOT_CHANGED and one.after)
            yield from ((_port_of(one.place), one.after) for one in kept)


def _port_of(place: str) -> str:
    return place.rpartition(":")[2]


def entries(outcome: Outcome) -> Iterator[tuple[str, str, CertificateOutcome]]:
    """(server, certificate id, what was done with it), in the order given."""
    for fqdn, server in outcome.servers.items():
        for id, done in server.certificates.items():
            yield fqdn, id, done


def _dns_changes(dns: DnsOutcome) -> Iterator[ChangeLine]:
    for change in dns.changes:
        where = f"{change.zone} at {change.server}" if change.server else change.zone
        yield ChangeLine(where, change.verb, _record_change(change), change.after)


def _record_change(change: StepChange) -> str:
    if change.type.upper() in ("", "ZONE"):
        return f"zone {change.zone or change.name}{_in_brackets(_settings_change(change.before, change.after))}"
    gone = values_text(values_gone(change.before, change.after)) if change.verb != REPORT else ""
    told = "; ".join(one for one in (f"gone: {gone}" if gone else "", change.note) if one)
    return f"{change.name} {change.type} {values_text(change.after)}".strip() + _in_brackets(told)


def _in_brackets(told: str) -> str:
    return f" ({told})" if told else ""


def _settings_change(before: Any, after: Any) -> str:
    """What of a zone is another now: ``partition: forest``; nothing of one that is new."""
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        return ""
    changed = {str(key): value for key, value in after.items() if value != before.get(key)}
    return "; ".join(f"{key}: {_setting_text(value)}" for key, value in changed.items())


def _setting_text(value: Any) -> str:
    """``enabled true, no_refresh_interval 24`` of a setting that has parts."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_setting_text(one)}" for key, one in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)


def values_text(values: Any) -> str:
    """Record values for people: ``0 0 5061 ocspool.company.local, …``; typed, or a result's in plain types."""
    if isinstance(values, SrvData):
        return f"{values.priority} {values.weight} {values.port} {values.target}"
    if isinstance(values, Mapping):
        if "target" in values:
            numbers = " ".join(str(values.get(key, 0)) for key in ("priority", "weight", "port"))
            return f"{numbers} {values['target']}"
        return values_text(values.get("values"))
    if isinstance(values, (list, tuple)):
        return ", ".join(values_text(value) for value in values)
    return "" if values is None else str(values)


def _server_changes(outcome: Outcome) -> Iterator[ChangeLine]:
    """In the words of the steps, which have read what they changed; nothing is concluded from a step's name."""
    for fqdn, id, done in entries(outcome):
        for result in done.steps:
            for change in result.changes:
                note = f": {change.note}" if change.note else ""
                what = (outcome.check_mode and change.to_do) or change.what
                yield ChangeLine(fqdn, change.verb, f"{what} ({id}){note}", change.after)
    ended = (*replacements_ahead(outcome), *retirement_changes(outcome))
    yield from (ChangeLine(one.server, one.verb, one.what, None) for one in ended)


def _request_ids(outcome: Outcome) -> dict[str, int]:
    """The public key of a certificate to the number of its request, of all CAs that were read."""
    return {key: number for one in outcome.authorities.values() for key, number in one.request_ids.items()}


def _certificates(plan: Plan, outcome: Outcome, tls: Check) -> Iterator[CertificateState]:
    done: dict[str, dict[str, CertificateOutcome]] = {}
    for fqdn, id, entry in entries(outcome):
        done.setdefault(id, {})[fqdn] = entry
    ids = _request_ids(outcome)
    for planned in plan.certificates:
        held = done.get(planned.id) or {", ".join(planned.holders): CertificateOutcome()}
        yield _certificate(planned, ", ".join(held), max(held.values(), key=_tells), tls, ids)


def _tells(done: CertificateOutcome) -> tuple[bool, bool]:
    """Which of the servers that share a certificate says most of it: one that failed, else the one that had it made."""
    return _state(done) == "failed", (done.request.held, done.issue.description) != (Described(), Described())


def _certificate(
    planned: PlannedCertificate, fqdn: str, done: CertificateOutcome, tls: Check, ids: Mapping[str, int]
) -> CertificateState:
    thumbprint = done.thumbprint or done.install.thumbprint or done.request.thumbprint
    nothing = Described()
    described = next((one for one in (done.request.held, done.issue.description) if one != nothing), None)
    described = described or _served(tls, thumbprint) or nothing
    return CertificateState(
        id=planned.id,
        server=fqdn,
        common_name=planned.common_name,
        subject_alternative_names=planned.subject_alternative_names,
        issuer=planned.issuer.ca,
        state=_state(done),
        request_id=done.issue.request_id or ids.get(done.request.public_key or ""),
        thumbprint=thumbprint,
        not_before=described.not_before,
        not_after=described.not_after,
        serial_number=described.serial_number,
    )


def _state(done: CertificateOutcome) -> str:
    """The furthest that it came."""
    for result in (done.install, done.issue, done.request):
        if result.failed:
            return "failed"
        if result.state and not result.skipped:
            return result.state
    return "not done"


def _served(tls: Check, thumbprint: str | None) -> Described | None:
    """The certificate as a handshake saw it."""
    for result in tls.results:
        found = result.found if isinstance(result.found, Mapping) else {}
        if thumbprint and found.get("thumbprint") == thumbprint:
            return Described(thumbprint, *(found.get(key) for key in ("not_before", "not_after", "serial_number")))
    return None


def _assignments(plan: Plan, outcome: Outcome) -> Iterator[AssignmentState]:
    done = {(fqdn, id): entry for fqdn, id, entry in entries(outcome)}
    for planned in plan.certificates:
        at_work = holders_at_work(planned)
        for assignment in (one for one in planned.assignments if one.server in at_work):
            entry = done.get((assignment.server, planned.id), CertificateOutcome())
            result = _assigned(planned, assignment, entry)
            yield AssignmentState(
                server=assignment.server,
                component=assignment.component,
                port=assignment.port,
                certificate=planned.id,
                state="failed" if result.failed else result.state or "not done",
                command=result.command,
            )


def _places(outcome: Outcome) -> Iterator[PlaceState]:
    """What each step has read, in the order of the work."""
    for fqdn, id, done in entries(outcome):
        for result in (done.binding, done.assignment, *done.by_hand.values()):
            for one in result.assigned:
                yield PlaceState(fqdn, id, one.place, one.before, one.after, one.state)


def _assigned(planned: PlannedCertificate, assignment: PlannedAssignment, done: CertificateOutcome) -> StepResult:
    way = ASSIGNING.way(planned, assignment.component)
    # A site may leave to people what is assigned otherwise, and a server to nobody else.
    by_hand = done.by_hand.get(f"{assignment.component}:{assignment.port}")
    return by_hand or {FRONT_END: done.assignment, WEB_COMPONENTS: done.binding, LYNC: done.assignment}.get(
        way, StepResult()
    )


def _failures(outcome: Outcome) -> Iterator[Line]:
    """What ended early: the whole run, the DNS part, a server's part."""
    if outcome.failure:
        yield Line("", outcome.failure)
    if outcome.report_failure:
        yield Line("report", f"it could not be written: {outcome.report_failure}")
    if outcome.dns.failed:
        yield Line("DNS", outcome.dns.msg)
    for fqdn, server in outcome.servers.items():
        if server.failure:
            yield Line(fqdn, server.failure)
    if _proves_alone(outcome):
        for fqdn, id, done in entries(outcome):
            if done.request.state in NOT_HELD:
                yield Line(fqdn, _NOT_IN_STORE.format(id=id))


def _findings(plan: Plan, outcome: Outcome) -> tuple[Finding, ...]:
    """The plan's, then what was found on hosts and on the CA; each once."""
    before = (finding for authority in outcome.authorities.values() for finding in authority.findings)
    of_steps = (finding for _fqdn, _id, done in entries(outcome) for step in done.steps for finding in step.findings)
    of_the_run = dict.fromkeys((*outcome.findings, *before, *of_steps))
    return (*plan.findings, *(one for one in of_the_run if one not in plan.findings))


def _steps(outcome: Outcome) -> Iterator[Line]:
    """Steps that a person must do, each with its server; those of the results come first."""
    for fqdn, _id, done in entries(outcome):
        for result in (done.binding, done.assignment, *done.by_hand.values()):
            yield from (Line(fqdn, step) for step in result.steps)
    yield from (Line("", step) for step in outcome.steps_by_hand)


@dataclass(frozen=True, slots=True)
class PlannedCounts:
    """How much a plan holds; ``records`` of ours, ``other_records`` that others register."""

    records: int
    other_records: int
    zones: int
    certificates: int
    endpoints: int


def planned_counts(plan: Plan) -> PlannedCounts:
    ours = sum(record.managed == OURS for record in plan.records)
    others = len(plan.records) - ours
    return PlannedCounts(ours, others, len(plan.zones), len(plan.certificates), len(plan.endpoints))
