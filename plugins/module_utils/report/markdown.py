# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hand-over as a Markdown document, for the people who will run the pool. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ansible_collections.ucops.rollout.plugins.module_utils.model import GLOBAL, Plan, Reason
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import PROVED, ProofResult
from ansible_collections.ucops.rollout.plugins.module_utils.report.data import (
    CHECKED_ONLY,
    NOTHING_CHANGED,
    PROOF,
    ROLLOUT,
    AssignmentState,
    CertificateState,
    Check,
    HandOver,
    Line,
    planned_counts,
    values_text,
)
from ansible_collections.ucops.rollout.plugins.module_utils.report.escaping import code, table, text
from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import CHECKS
from ansible_collections.ucops.rollout.plugins.module_utils.report.replaced import CertificateMark
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

NOT_DONE = "Not done."
_THIS_RUN = "This run pushes and assigns nothing; what it saw is told under Proof."
NOT_KNOWN = "not known"
NONE = "none"
_TITLES = {
    "dns": "DNS records, at each server",
    "tls": "Certificates, by handshake",
    "trust": "Trust among the servers",
    "sign_in": "A client's way to sign in",
}
_KINDS = {
    ROLLOUT: ("Rollout", "DNS records and certificates of the pool were brought to the plan, as far as said below."),
    NOTHING_CHANGED: (
        "Rollout, nothing to change",
        "The pool was compared with the plan, and everything that this run can bring there was as planned.",
    ),
    CHECKED_ONLY: (
        "Rollout, checked only",
        "The pool was compared with the plan; the changes are those still to make.",
    ),
    PROOF: ("Proof", "The pool was proved as it stands: its records, certificates and a client's way to sign in."),
}
_READING = (
    "This document is for the people who run the pool. What is open comes first, then what was changed, what is planned"
    " with the reason for each name, and what was seen from outside: *proved* was seen to be as planned, *failed* was"
    " seen to be otherwise, and of what is *unproved* nothing is known. Nothing is listed as changed that was not read"
    " again afterwards."
)
_LEFT_OUT = (
    "The site named the part of the plan that is rolled out (`ucops_only`). Of what follows nothing is said here."
)
_VERBS = {"create": "created", "change": "changed", "delete": "deleted", "report": "only noted"}
_TO_COME = {verb: done if verb == "report" else f"to be {done}" for verb, done in _VERBS.items()}


def report_markdown(data: HandOver) -> str:
    """The document, ending with a line end. Every value in it is shown and cannot act as Markdown."""
    certificates = (_certificates, _assignments, _places, _replaced)
    sections = (_head, _open, _changes, _records, *certificates, _proof, _findings, _left_out, _versions)
    return "\n\n".join("\n".join(section(data)) for section in sections if section(data)) + "\n"


def _head(data: HandOver) -> list[str]:
    pools = ", ".join(code(pool) for pool in data.pools)
    title, introduction = _KINDS[data.kind]
    lines = [f"# {title}: {pools}" if pools else f"# {title}", ""]
    if data.check_mode:
        lines += ["**Check mode: nothing was changed.** What follows would be done.", ""]
    lines += [f"**Status: {data.status.replace('_', ' ')}**", ""]
    lines += [f"{introduction} {_READING}", "", _run(data), ""]
    return [*lines, *table(["step", "result"], _results(data))]


def _run(data: HandOver) -> str:
    who = f"Run by {code(data.operator) if data.operator else 'somebody whose name is not known'}"
    where = f" on {code(data.controller)}" if data.controller else ""
    times = f", begun {text(data.started)}" if data.started else ""
    return f"{who}{where}{times}{f', ended {text(data.ended)}' if data.ended else ''}."


def _results(data: HandOver) -> list[list[str]]:
    changed = "would be changed" if data.check_mode else "changed"
    rows = [["planned", _planned(data.plan) if data.plan else NOT_DONE]]
    rows.append([changed, str(sum(change.verb != "report" for change in data.changes))])
    rows.append(["proved", _counts(data.summary)])
    rows.append(["failed", str(len(data.failures))])
    if data.counts.not_done:
        rows.append(["not done", number(data.counts.not_done, "host")])
    rows.append(["left to do by hand", str(len(data.steps_by_hand) + len(data.waiting))])
    return rows


def _planned(plan: Plan) -> str:
    counts = planned_counts(plan)
    others = f" and {counts.other_records} of others" if counts.other_records else ""
    return f"{number(counts.records, 'record')} of ours{others}, {number(counts.certificates, 'certificate')}"


def _counts(summary: Mapping[str, int]) -> str:
    shown = [f"{count} {state.replace('_', ' ')}" for state, count in summary.items() if count]
    return ", ".join(shown) or NOT_DONE


def _open(data: HandOver) -> list[str]:
    lines = [*_items("Failed", data.failures), *_items("Not done", data.not_done)]
    lines += [*_items("Waits for others", data.waiting)]
    lines += _proofs("Proofs that failed", data, "failed")
    lines += _items("To be done by hand", data.steps_by_hand)
    return [*lines, *_proofs("Unproved", data, "unproved")][1:]


def _proofs(title: str, data: HandOver, state: str) -> list[str]:
    return _items(title, [Line("", told) for told in data.causes(state)])


def _items(title: str, items: Sequence[Line]) -> list[str]:
    if not items:
        return []
    shown = [f"1. {code(item.place) + ': ' if item.place else ''}{text(item.what)}" for item in items]
    return ["", f"## {title}", "", *shown]


def _changes(data: HandOver) -> list[str]:
    if not data.changes:
        return ["## Changes", "", "None."]
    verbs = _TO_COME if data.check_mode else _VERBS
    rows = [
        [code(change.where), text(verbs.get(change.verb, change.verb)), text(change.what)] for change in data.changes
    ]
    title = "## Changes that would be made" if data.check_mode else "## Changes"
    return [title, "", *table(["where", "verb", "what"], rows)]


def _records(data: HandOver) -> list[str]:
    if not data.plan:
        return ["## DNS records", "", NOT_DONE]
    rows = [
        [code(record.zone), code(record.name), text(record.type), code(values_text(record.values))]
        + [text(record.ttl), text(record.managed.replace("_", " ")), text(_purposes(record.reasons))]
        for record in data.plan.records
    ]
    pushed = [] if data.dns_done else [_THIS_RUN if data.kind == PROOF else "Planned; pushing them was not done.", ""]
    headings = ["zone", "name", "type", "value", "TTL", "managed", "why"]
    return ["## DNS records", "", *pushed, *table(headings, rows)]


def _purposes(reasons: Iterable[Reason]) -> str:
    return "; ".join(reason.purpose for reason in reasons)


def _certificates(data: HandOver) -> list[str]:
    lines = ["## Certificates", ""]
    if not data.certificates or data.plan is None:
        return [*lines, NOT_DONE]
    for certificate in data.certificates:
        lines += [f"### {code(certificate.id)}", "", *table(["property", "value"], _properties(certificate)), ""]
        lines += [*table(["name", "why"], _names(certificate, data.plan)), ""]
    return lines[:-1]


def _properties(certificate: CertificateState) -> list[list[str]]:
    shown = (
        ("state", "state"),
        ("server", "server"),
        ("common name", "common_name"),
        ("thumbprint", "thumbprint"),
        ("serial number", "serial_number"),
        ("request ID", "request_id"),
        ("issuer", "issuer"),
        ("valid from", "not_before"),
        ("valid until", "not_after"),
    )
    values = ((title, getattr(certificate, key)) for title, key in shown)
    return [[title, NOT_KNOWN if value is None else code(value)] for title, value in values]


def _names(certificate: CertificateState, plan: Plan) -> list[list[str]]:
    reasons = next(one.name_reasons for one in plan.certificates if one.id == certificate.id)
    return [[code(name), text(_purposes(reasons.get(name, ())))] for name in certificate.subject_alternative_names]


def _assignments(data: HandOver) -> list[str]:
    if not data.assignments:
        return ["## Assignments", "", NOT_DONE]
    shared = {one.id for one in data.plan.certificates if one.scope == GLOBAL} if data.plan else set()
    rows = [
        [code(one.server), text(_component(one, one.certificate in shared)), text(one.port) if one.port else "–"]
        + [code(one.certificate), text(one.state.replace("_", " ")), _command(one.command)]
        for one in data.assignments
    ]
    proved = [_THIS_RUN, ""] if data.kind == PROOF else []
    headings = ["server", "component", "port", "certificate", "state", "command"]
    return ["## Assignments", "", *proved, *table(headings, rows)]


def _component(one: AssignmentState, of_organisation: bool) -> str:
    return one.component.replace("_", " ") + (", once for the organisation" if of_organisation else "")


def _places(data: HandOver) -> list[str]:
    """What each place named before and after; in check mode, what it would."""
    if not data.places:
        return []
    rows = [
        [code(one.server), code(one.place), code(one.certificate), _named(one.before), _named(one.after)]
        + [text(one.state.replace("_", " "))]
        for one in data.places
    ]
    after = "would be" if data.check_mode else "after"
    return [
        "## Assignments before and after",
        "",
        *table(["server", "place", "certificate", "before", after, "state"], rows),
    ]


def _replaced(data: HandOver) -> list[str]:
    """What was there before, what is now, and what became of the former."""
    if not data.replaced:
        return []
    rows = [
        [
            code(one.server),
            code(one.certificate),
            *_mark(one.before),
            *_mark(one.after),
            text(one.why),
            text(one.became),
        ]
        for one in data.replaced
    ]
    mark = ["thumbprint", "valid until", "request ID"]
    headings = ["server", "certificate", *(f"former {one}" for one in mark), *mark, "why", "what became of the former"]
    return ["## Replaced certificates", "", *table(headings, rows)]


def _mark(one: CertificateMark) -> list[str]:
    values = (one.thumbprint, one.not_after, one.request_id)
    return [NOT_KNOWN if value is None else code(value) for value in values]


def _named(certificate: str) -> str:
    return code(certificate) if certificate else NONE


def _command(command: Sequence[str] | None) -> str:
    return code(" ".join(command)) if command else "–"


def _proof(data: HandOver) -> list[str]:
    lines = ["## Proof"]
    for check in CHECKS:
        part = data.proof[check]
        lines += ["", f"### {_TITLES[check]}", ""]
        lines += table(["subject", "at", "state", "what was seen"], _seen(part)) if part.done else [NOT_DONE]
        below = [*_waited(part), *_remarks(part), *(text(hint) for hint in part.hints)]
        lines += ["", *(f"- {one}" for one in below)] if below else []
    return lines


def _seen(part: Check) -> list[list[str]]:
    return [[code(result.subject), _place(result), _state(result), text(result.message)] for result in part.results]


def _waited(part: Check) -> Iterator[str]:
    """When each server answered with the plan, where anything was waited for."""
    if not any(result.waited for result in part.results):
        return
    for place in dict.fromkeys(map(_place, part.results)):
        there = [result for result in part.results if _place(result) == place]
        waited = max(result.waited for result in there)
        if all(result.state == PROVED for result in there):
            yield f"{place} answered with the plan {f'after {waited} s' if waited else 'at once'}."
        elif waited:
            yield f"{place} did not answer with the plan within {waited} s."


def _remarks(part: Check) -> list[str]:
    """Each remark once, with what it holds for."""
    holding: dict[str, list[str]] = {}
    for result in part.results:
        for remark in result.remarks:
            holding.setdefault(remark, []).append(code(result.subject))
    return [
        f"{'All' if len(subjects) == len(part.results) else ', '.join(dict.fromkeys(subjects))}: {text(remark)}"
        for remark, subjects in holding.items()
    ]


def _place(result: ProofResult) -> str:
    places = [result.server, result.address]
    return " ".join(code(place) for place in places if place) or "–"


def _state(result: ProofResult) -> str:
    state = text(result.state.replace("_", " "))
    return f"**{state}**" if result.state == "failed" else state


def _findings(data: HandOver) -> list[str]:
    if not data.findings:
        return []
    rows = [
        [text(finding.severity), code(finding.code), text(finding.message)] + [text(finding.breaks), text(finding.mend)]
        for finding in data.findings
    ]
    return ["## Findings", "", *table(["severity", "code", "what", "breaks", "mend"], rows)]


def _left_out(data: HandOver) -> list[str]:
    if data.plan is None or not data.plan.left_out:
        return []
    rows = [[text(one.kind), code(one.what)] for one in data.plan.left_out]
    return ["## Left out of this rollout", "", _LEFT_OUT, "", *table(["kind", "what"], rows)]


def _versions(data: HandOver) -> list[str]:
    versions = {**data.versions, **data.windows}
    if not versions:
        return []
    return ["## Made with", "", *table(["what", "version"], [[code(k), code(v)] for k, v in versions.items()])]
