# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the steps of a rollout returned, as typed values. Any part may be missing and is then "not done".

Read from what tasks registered: of each result the fields that are known here, the others are left aside. A field of
another type is refused with its path.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import AssignedPlace
from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain, kind_of, text_in_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding, Plan, plan_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import ProofResult

CHECKS = ("dns", "tls", "trust", "sign_in")
# The state of a proof after which the former certificate was assigned again.
RESTORED = "restored"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StepChange:
    """One of the ``changes`` of a step, as far as people are told of it. ``before`` and ``after`` are in plain types.

    ``to_do``: what it is called in check mode. ``server``: where the change was made, where several servers hold zones
    of the same name.
    """

    verb: str = "change"
    what: str = ""
    zone: str = ""
    name: str = ""
    type: str = ""
    before: Any = None
    after: Any = None
    note: str = ""
    server: str = ""
    to_do: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """Dates and number of a certificate, as its description has them."""

    thumbprint: str = ""
    not_before: str | None = None
    not_after: str | None = None
    serial_number: str | None = None
    public_key: str | None = None


@dataclass(frozen=True, slots=True)
class NotServingOutcome:
    """A certificate of the store that does not serve, and why."""

    thumbprint: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RetiredOutcome:
    """What ``certificate_retire`` told of one certificate; its names are those of its result."""

    certificate: str = ""
    thumbprint: str = ""
    serial_number: str = ""
    public_key: str = ""
    not_after: str | None = None
    state: str = ""
    key: str = ""
    why: str = ""
    store: str = "MY"


@dataclass(frozen=True, slots=True)
class RevokedOutcome:
    """What ``certificate_revoke`` told of one certificate."""

    serial_number: str = ""
    state: str = ""
    request_id: int | None = None
    msg: str = ""


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one task registered of one certificate."""

    changed: bool = False
    failed: bool = False
    skipped: bool = False
    state: str = ""
    thumbprint: str | None = None
    public_key: str | None = None
    request_id: int | None = None
    held: Described = field(default_factory=Described)
    former: Described = field(default_factory=Described)
    reasons: tuple[NotServingOutcome, ...] = ()
    description: Described = field(default_factory=Described)
    chain: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    changes: tuple[StepChange, ...] = ()
    steps: tuple[str, ...] = ()
    command: tuple[str, ...] | None = None
    assigned: tuple[AssignedPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class CertificateOutcome:
    """What was done with one certificate on one server. ``services``: each that its assignment had restarted.

    ``by_hand``: by ``component:port``, what was served where a person assigns. ``mark``: what became of what a run left
    that was cut off before its proof. ``proved``: the state of the proof of what was assigned. What the server's
    certificates took the place of is told with one of them: ``retired``, ``revoked``, and in ``unproved`` by the
    certificate's id why nothing was retired.
    """

    request: StepResult = field(default_factory=StepResult)
    issue: StepResult = field(default_factory=StepResult)
    install: StepResult = field(default_factory=StepResult)
    authorities: StepResult = field(default_factory=StepResult)
    binding: StepResult = field(default_factory=StepResult)
    assignment: StepResult = field(default_factory=StepResult)
    by_hand: Mapping[str, StepResult] = field(default_factory=dict)
    thumbprint: str | None = None
    services: tuple[StepResult, ...] = ()
    mark: StepResult = field(default_factory=StepResult)
    waiting: str = ""
    proved: str = ""
    retired: tuple[RetiredOutcome, ...] = ()
    unproved: Mapping[str, str] = field(default_factory=dict)
    revoked: tuple[RevokedOutcome, ...] = ()

    @property
    def steps(self) -> tuple[StepResult, ...]:
        """All of them, in the order of the work."""
        before = (self.request, self.issue, self.install, self.authorities, self.binding, self.assignment)
        return (*before, *self.by_hand.values(), *self.services, self.mark)

    @property
    def services_started(self) -> bool:
        return any(one.changed for one in self.services)

    @property
    def changed(self) -> bool:
        """Whether any step changed something, or would change it in check mode."""
        return any(step.changed for step in self.steps)


@dataclass(frozen=True, slots=True)
class ServerOutcome:
    """What was done on one server; ``failure``: the text with which its part ended early.

    ``issuers``: what is above the certificates in its store (PEM). ``root_thumbprints``: of all roots that it trusts,
    None where they are not known; ``authority_thumbprints``: of the intermediate authorities that it knows, and
    ``disallowed_thumbprints``: of what it refuses, known where the roots are.
    """

    certificates: Mapping[str, CertificateOutcome] = field(default_factory=dict)
    failure: str = ""
    issuers: tuple[str, ...] = ()
    root_thumbprints: tuple[str, ...] | None = None
    authority_thumbprints: tuple[str, ...] = ()
    disallowed_thumbprints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotDone:
    """Hosts of the plan whose part nobody began, and why."""

    hosts: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class AuthorityOutcome:
    """What a CA was read to be: its own name, and its certificates up to the root (PEM). ``msg``: why it could not be
    read; ``chain_problem``: why these lead to no root; ``findings``: what its settings give reason to say.
    ``request_ids``: the public key of a certificate that it issued, to the request's number."""

    name: str = ""
    ca_certificates: tuple[str, ...] = ()
    msg: str = ""
    chain_problem: str = ""
    findings: tuple[Finding, ...] = ()
    request_ids: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DnsOutcome:
    """What ``dns_record_sets`` returned; ``done``: there is a result, of whatever kind."""

    done: bool = False
    changed: bool = False
    failed: bool = False
    msg: str = "failed"
    changes: tuple[StepChange, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What one of the checks from outside returned."""

    results: tuple[ProofResult, ...] = ()
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A whole run. ``failure``: what ended it early. ``proof``: by the names of ``CHECKS``.

    ``proof_expected``: the run was to prove; that nothing was looked at then counts as unproved. ``parts``: those that
    the run was to do (``plan.parts.PARTS``), empty where nobody said. ``operator``, ``controller``: who ran it on which
    host. ``windows``: host to its product and version. ``report_failure``: why the report could not be written.
    """

    plan: Plan | None = None
    dns: DnsOutcome = field(default_factory=DnsOutcome)
    servers: Mapping[str, ServerOutcome] = field(default_factory=dict)
    authorities: Mapping[str, AuthorityOutcome] = field(default_factory=dict)
    proof: Mapping[str, Checked] = field(default_factory=dict)
    proof_expected: bool = False
    parts: tuple[str, ...] = ()
    failure: str = ""
    not_done: tuple[NotDone, ...] = ()
    steps_by_hand: tuple[str, ...] = ()
    check_mode: bool = False
    operator: str = ""
    controller: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    windows: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    started: str | None = None
    ended: str | None = None
    report_paths: tuple[str, ...] = ()
    report_failure: str = ""


def read_outcome(given: Any) -> Outcome:
    """The outcome from a mapping of what the tasks registered, whose keys are the fields of ``Outcome``."""
    if not isinstance(given, Mapping):
        raise RolloutError(f"{kind_of(given)} where a mapping was expected", where="report")
    plan = given.get("plan")
    proof = _mapping(text_in_plain(given.get("proof"), where="proof", mend="Give pool_verify_kept"))
    return _read(
        Outcome,
        given,
        "report",
        plan=plan_from_plain(plan) if plan else None,
        dns=read_dns(given.get("dns")),
        servers=read_servers(given.get("servers")),
        authorities=read_authorities(given.get("authorities")),
        findings=_findings("report", given),
        not_done=_each(NotDone, given, "not_done", "report"),
        proof={check: read_check(proof.get(check), check) for check in CHECKS},
        started=given.get("started") or None,
        ended=given.get("ended") or None,
    )


def read_dns(result: Any) -> DnsOutcome:
    """The result of ``dns_record_sets``, or of the failure of its task."""
    part = _mapping(result)
    return _read(DnsOutcome, part, "dns", done=bool(part), changes=_each(StepChange, part, "changes", "dns"))


def read_servers(given: Any) -> dict[str, ServerOutcome]:
    """FQDN to what was done there: ``certificates``, ``failure``, and ``held``, the result of ``certificate_info``."""
    return {str(fqdn): _server(f"servers[{fqdn}]", _mapping(part)) for fqdn, part in _mapping(given).items()}


def read_authorities(given: Any) -> dict[str, AuthorityOutcome]:
    """Host to what ``authority_info`` returned there."""
    return {str(host): _authority(f"authorities[{host}]", _mapping(part)) for host, part in _mapping(given).items()}


def _authority(where: str, part: Mapping[str, Any]) -> AuthorityOutcome:
    return _read(AuthorityOutcome, part, where, findings=_findings(where, part))


def read_check(given: Any, check: str) -> Checked:
    """The results of one check, whether given as a module's result or as the list alone."""
    part = {"results": given} if isinstance(given, (list, tuple)) else _mapping(given)
    unsaid = {"check": check, "subject": "", "state": "", "message": ""}
    results = [{**unsaid, **_mapping(one)} for one in part.get("results") or () if isinstance(one, Mapping)]
    where = f"proof.{check}"
    return _read(Checked, part, where, results=_each(ProofResult, {"results": results}, "results", where))


def _server(where: str, part: Mapping[str, Any]) -> ServerOutcome:
    certificates = {
        str(id): _certificate(f"{where}.certificates[{id}]", _mapping(one))
        for id, one in _part(part, "certificates").items()
    }
    held = _part(part, "held")
    known = {"issuers": _issuers(held), "root_thumbprints": held.get("root_thumbprints")}
    known |= {key: held.get(key) or () for key in ("authority_thumbprints", "disallowed_thumbprints")}
    return _read(ServerOutcome, {**part, **known}, where, certificates=certificates)


def _issuers(held: Mapping[str, Any]) -> tuple[str, ...]:
    chains = [one.get("chain") or () for one in map(_mapping, held.get("certificates") or ())]
    return tuple(str(issuer) for chain in chains for issuer in chain)


def _certificate(where: str, part: Mapping[str, Any]) -> CertificateOutcome:
    names = ("request", "issue", "install", "authorities", "binding", "assignment", "mark")
    steps = {name: _step(f"{where}.{name}", _part(part, name)) for name in names}
    left = _part(part, "by_hand")
    by_hand = {str(place): _step(f"{where}.by_hand.{place}", _part(left, place)) for place in left}
    restarts = map(_mapping, _part(part, "services").get("results") or ())
    services = tuple(_step(f"{where}.services", one) for one in restarts)
    retiring = _part(part, "retired")
    ended = {
        "proved": str(_part(part, "proof").get("state") or ""),
        "retired": _each(RetiredOutcome, retiring, "retired", where),
        "unproved": {str(id): str(why) for id, why in _part(retiring, "unproved").items()},
        "revoked": _each(RevokedOutcome, part, "revoked", where),
    }
    return _read(CertificateOutcome, part, where, **steps, by_hand=by_hand, services=services, **ended)


def _step(where: str, part: Mapping[str, Any]) -> StepResult:
    if not part:
        return StepResult()
    return _read(
        StepResult,
        part,
        where,
        held=_read(Described, _part(part, "held"), f"{where}.held"),
        former=_read(Described, _part(part, "former"), f"{where}.former"),
        reasons=_each(NotServingOutcome, part, "reasons", where),
        description=_read(Described, _part(part, "description"), f"{where}.description"),
        findings=_findings(where, part),
        changes=_told_changes(part, where),
        assigned=_places(part, where),
    )


def _places(part: Mapping[str, Any], where: str) -> tuple[AssignedPlace, ...]:
    unsaid = dict.fromkeys(_names(AssignedPlace), "")
    listed = [{**unsaid, **_mapping(one)} for one in part.get("assigned") or () if isinstance(one, Mapping)]
    return _each(AssignedPlace, {"assigned": listed}, "assigned", where)


def _told_changes(part: Mapping[str, Any], where: str) -> tuple[StepChange, ...]:
    """What a step lists. One that changed nothing may have looked only what it would do, which is no change."""
    changed = part.get("changed") is True
    listed = (one for one in _each(StepChange, part, "changes", where) if one.what)
    return tuple(one for one in listed if changed or one.verb == "report")


def _findings(where: str, part: Mapping[str, Any]) -> tuple[Finding, ...]:
    return tuple(_finding(where, _mapping(one)) for one in part.get("findings") or ())


def _finding(where: str, part: Mapping[str, Any]) -> Finding:
    return _read(Finding, {**dict.fromkeys(_names(Finding), ""), **part}, f"{where}.findings")


def _part(given: Any, key: str) -> Mapping[str, Any]:
    """A part that is a mapping; {} when it is missing, null, or no mapping (such as an undefined result)."""
    return _mapping(_mapping(given).get(key))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _each(kind: type[T], part: Mapping[str, Any], key: str, where: str) -> tuple[T, ...]:
    items = part.get(key) or ()
    return tuple(_read(kind, one, f"{where}.{key}[{at}]") for at, one in enumerate(items) if isinstance(one, Mapping))


def _read(kind: type[T], part: Mapping[str, Any], where: str, **made: Any) -> T:
    """The fields that the class knows and that are there; ``made`` are fields that were read already."""
    fields = _names(kind)  # type: ignore[arg-type] # mypy does not see that a class is hashable
    known = {name: part[name] for name in fields if name not in made and part.get(name) is not None}
    read = from_plain(kind, known, where=where, mend="Give the results as their modules return them")
    return dataclasses.replace(read, **made)  # type: ignore[type-var]


@functools.cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in dataclasses.fields(kind))
