# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a request to a certificate that was checked, at most one per key.

The authority is asked first whether it knows the key. So a connection that was lost after a submission, or a run that
was broken off, never brings a second certificate, and nothing has to be remembered on the controller.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates import lifecycle
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import (
    DENIED,
    ISSUED,
    PENDING,
    REVOKED,
    UNSETTLED,
    Authority,
    AuthorityAnswer,
    KnownRequest,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import find_chain
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import unasked_names, unmet_by_content
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import (
    CertificateRequest,
    check_request,
    load_request,
    unmet_by_request,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, timestamp
from ansible_collections.ucops.rollout.plugins.module_utils.change_set import CREATE, REPORT, Change, ChangeSet
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.findings.run import (
    issued_findings,
    policy_findings,
    root_findings,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding, PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.module_utils.waiting import Wait
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import ADMIN_DENIED, advice, as_said, meaning
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

# So often, in seconds, an officer's decision is looked for.
LOOK_AGAIN = 30.0
# An officer may take hours, so the wait for him is told less often than others.
_SAY_EVERY = 60.0
_WAITING = (
    "Waiting for up to {most} until an officer of {name} decides on {what}. The run goes on by itself once that is"
    " done. Ctrl-C ends it, and nothing is lost: the next run finds each request by its key"
)
_UNNAMED = "<thumbprint>, as certutil -store REQUEST shows it"
_NOT_BEGUN = "this request was not handed in, since the CA did not answer any more while others were"


@dataclass(frozen=True)
class Order:
    """One certificate to get: the plan's entry, the key, and the request when it is at hand. ``waiting``: thumbprint
    of the stand-in with which the key waits on the server, where that was read."""

    planned: PlannedCertificate
    public_key: str | None
    request: CertificateRequest | None
    now: datetime
    minimum_days: int
    check_mode: bool = False
    waiting: Thumbprint | None = None

    @property
    def label(self) -> str:
        return f"certificate {self.planned.id}"

    @property
    def give_up(self) -> str:
        """How its key is given up by hand."""
        return f"delete the outstanding request on the server (certutil -delstore REQUEST {self.waiting or _UNNAMED})"


@dataclass(frozen=True)
class Issuance:
    """What came of an order. ``state``: issued, pending, or in check mode would_submit."""

    state: str
    change_set: ChangeSet
    findings: tuple[Finding, ...] = ()
    request_id: int | None = None
    certificate: X509Certificate | None = None
    chain: tuple[X509Certificate, ...] = ()
    message: str = ""

    def to_result(self) -> dict[str, Any]:
        """The documented result of ``certificate_issue``."""
        held = self.certificate
        return {
            **self.change_set.to_result(),
            "state": self.state,
            "findings": to_plain(self.findings),
            "request_id": self.request_id,
            "certificate": held.pem if held else None,
            "chain": [issuer.pem for issuer in self.chain],
            "thumbprint": to_plain(held.thumbprint) if held else None,
            "description": to_plain(held.description) if held else None,
            "message": self.message,
        }


@dataclass(frozen=True)
class _Submission:
    """What the authority has for an order (None: nothing), and what was handed in for that."""

    answer: AuthorityAnswer | None
    change_set: ChangeSet = field(default_factory=ChangeSet)


class NotIssued(RolloutError):
    """The CA refused, or issued something else than was asked for. ``result`` joins the task's result."""

    def __init__(
        self,
        what: str,
        *,
        where: str,
        mend: str = "",
        change_set: ChangeSet | None = None,
        findings: Sequence[Finding] = (),
        **known: int | str | None,
    ) -> None:
        super().__init__(what, where=where, mend=mend)
        done = change_set or ChangeSet()
        self.result = {**done.to_result(), "findings": to_plain(tuple(findings)), **to_plain(known)}


def order_of(
    planned: PlannedCertificate,
    request_pem: str | None,
    public_key: str | None,
    *,
    now: datetime,
    minimum_days: int,
    check_mode: bool,
    waiting: Thumbprint | None = None,
) -> Order:
    """Check what the server's request brought against the plan."""
    where = f"certificate {planned.id}"
    request = load_request(request_pem, where=where) if request_pem else None
    if request:
        check_request(planned, request, where=where)
        if public_key and public_key != request.public_key:
            raise RolloutError("request and public_key are of different keys", where=where)
    key = public_key or (request.public_key if request else None)
    return Order(planned, key, request, now, minimum_days, check_mode, waiting)


@dataclass(frozen=True)
class PlacedOrder:
    """An order as it comes in: ``request`` PEM. ``server``: who it is for, as messages name it; may be empty.
    ``waiting``: as in ``Order``."""

    planned: PlannedCertificate
    request: str | None = None
    public_key: str | None = None
    server: str = ""
    waiting: Thumbprint | None = None

    @property
    def kind(self) -> tuple[str, str]:
        """What an authority decides by: the CA and the template."""
        return str(self.planned.issuer.ca), str(self.planned.template or "")


@dataclass(frozen=True)
class OrderOutcome:
    """What came of an order: an issuance, or the error with which this one failed."""

    placed: PlacedOrder
    issuance: Issuance | None = None
    error: RolloutError | None = None

    @property
    def told(self) -> str:
        """The error, with the server that it concerns where that says more than the certificate's ID."""
        server = self.placed.server
        about = "" if not server or server in str(self.error) else f"for {server}: "
        return f"{about}{self.error}"

    def to_result(self) -> dict[str, Any]:
        """One of the documented ``results`` of ``certificate_issue``."""
        if self.issuance is not None:
            return {**self.issuance.to_result(), "failed": False, "msg": ""}
        known = {"changed": False, "changes": [], "findings": [], **getattr(self.error, "result", {})}
        return {**known, "failed": True, "msg": self.told}


def issue_all(
    authority: Authority,
    placed: Sequence[PlacedOrder],
    *,
    now: datetime,
    minimum_days: int,
    check_mode: bool,
    trusted_roots: Sequence[Thumbprint] = (),
    patience: OfficerPatience | None = None,
) -> tuple[OrderOutcome, ...]:
    """Find or get each certificate, with as few questions as there are for one; what fails fails alone.

    Raises for all only before anything was handed in.

    :param patience: how long requests are waited for that an officer has to decide on; None for not at all.
    """
    findings = policy_findings(authority.policy(), authority.name) if authority.capabilities.has_policy else ()
    batch = _OrderBatch(authority, findings, trusted_roots)
    for one in placed:
        batch.take(one, now=now, minimum_days=minimum_days, check_mode=check_mode)
    if check_mode:
        batch.look()
        batch.plan()
    else:
        # Another run may hand the same in meanwhile; while this lasts none can.
        with authority.alone(batch.lacks_any) as still_ours:
            if still_ours is not None:
                batch.look()
                batch.hand_in(still_ours)
        batch.settle()
        if patience:
            batch.wait(patience)
    return tuple(batch.outcome(one) for one in batch.works)


@dataclass(frozen=True)
class OfficerPatience:
    """How long an officer of the CA may take, in seconds; ``tell`` shows a line to whoever waits."""

    seconds: float
    tell: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def wait(self) -> Wait:
        return Wait(
            self.seconds, tell=self.tell, clock=self.clock, sleep=self.sleep, first=_SAY_EVERY, every=_SAY_EVERY
        )


@dataclass
class _OrderWork:
    """An order on its way: ``known``, what the authority has of its key; ``answer``, what it made of the request.

    ``refused_as``: the order of the same kind that it refused, so that it is not asked for this one. ``same_key``: an
    earlier order for the same key, whose certificate is this one's too.
    """

    placed: PlacedOrder
    order: Order | None = None
    known: tuple[KnownRequest, ...] = ()
    request: CertificateRequest | None = None
    answer: AuthorityAnswer | None = None
    submission: _Submission | None = None
    error: RolloutError | None = None
    refused_as: _OrderWork | None = None
    same_key: _OrderWork | None = None

    @property
    def is_open(self) -> bool:
        return not (self.submission or self.error or self.refused_as or self.same_key)


@dataclass(frozen=True, eq=False)
class _PendingOrder:
    """A request that waits for an officer."""

    work: _OrderWork
    order: Order
    request: CertificateRequest
    answer: AuthorityAnswer

    @property
    def asked_now(self) -> bool:
        return self.work.request is not None


class _OrderBatch:
    """Orders of one authority, each step made for all of them before the next."""

    def __init__(self, authority: Authority, findings: Sequence[Finding], trusted_roots: Sequence[Thumbprint]) -> None:
        self._authority = authority
        self._findings = tuple(findings)
        self._trusted = trusted_roots
        self.works: list[_OrderWork] = []

    def take(self, placed: PlacedOrder, **terms: Any) -> None:
        work = _OrderWork(placed)
        with _failing(work):
            self._authority.check(placed.planned)
            work.order = order_of(placed.planned, placed.request, placed.public_key, waiting=placed.waiting, **terms)
            if work.order.public_key is None and not work.order.check_mode:
                where, mend = work.order.label, "Run certificate_request for it first"
                raise RolloutError("neither a request nor a public key", where=where, mend=mend)
        self.works.append(work)

    @property
    def _open(self) -> list[tuple[_OrderWork, Order]]:
        return [(one, one.order) for one in self.works if one.is_open and one.order]

    def lacks_any(self) -> bool:
        """Whether something is to be handed in; looks."""
        self.look()
        return bool(self._open)

    def look(self) -> None:
        """Ask the authority once what it has of all keys, take what stands, and leave open what is to be handed in."""
        asked = [(work, order, order.public_key) for work, order in self._open if order.public_key is not None]
        found = self._authority.find([(order.planned, key) for _work, order, key in asked]) if asked else ()
        for (work, order, _key), known in zip(asked, found, strict=True):
            with _failing(work):
                work.known = known
                work.submission = _before(self._authority, order, known)

    def plan(self) -> None:
        """What would be handed in."""
        for work, order in self._open:
            work.submission = _Submission(None, _change_set(self._authority, order))

    def hand_in(self, still_ours: Callable[[], None]) -> None:
        """Hand in what is lacking. After a lost answer the state is read anew, and nothing is handed in twice; where
        that cannot be read either, those that follow are left alone. What is refused for the first of a kind is not
        handed in for the others."""
        stopped: RolloutError | None = None
        firsts: dict[tuple[str, str], _OrderWork] = {}
        keys: dict[tuple[str, str, str | None], _OrderWork] = {}
        for work, order in self._open:
            earlier = keys.setdefault((*work.placed.kind, order.public_key), work)
            if earlier is not work:
                work.same_key = earlier
                continue
            first = firsts.setdefault(work.placed.kind, work)
            if first is not work and self._is_refused(first):
                work.refused_as = first
                continue
            with _failing(work):
                work.request = _request(self._authority, order, work.known)
            if work.request is not None and work.error is None:
                stopped = stopped or self._submit(work, order, work.request, still_ours)
                if work.answer is None:
                    work.error = work.error or stopped
                elif work is first:
                    self._settle_early(work, order)

    def _submit(
        self, work: _OrderWork, order: Order, request: CertificateRequest, still_ours: Callable[[], None]
    ) -> RolloutError | None:
        """Hand in one; gives why nothing more is to be handed in, else None."""
        try:
            still_ours()
        except RolloutError as error:
            return error
        try:
            work.answer = self._authority.submit(order.planned, request)
        except RolloutError as error:
            work.answer = AuthorityAnswer(None, UNSETTLED)
            if not self._recovered(work, order, error):
                return RolloutError(_NOT_BEGUN, where=self._authority.name, mend="Run again")
        return None

    def _settle_early(self, work: _OrderWork, order: Order) -> None:
        """What became of the first of a kind; what cannot be read now is read with the others."""
        if work.answer is not None and work.answer.disposition == UNSETTLED and work.error is None:
            with suppress(RolloutError):
                self._settle([(work, order)])
        answer = work.answer
        if answer is not None and answer.disposition != UNSETTLED and work.error is None:
            with _failing(work):
                work.submission = _handed_in(self._authority, order, answer, self._findings)

    def _is_refused(self, work: _OrderWork) -> bool:
        """Whether the authority said no, or what it issued cannot be taken; a person's no concerns one request."""
        error = self.outcome(work).error
        return isinstance(error, NotIssued) and error.result.get("code") != ADMIN_DENIED

    def _recovered(self, work: _OrderWork, order: Order, error: RolloutError) -> bool:
        """Whether the authority still answers; ``error`` is the order's where it has no request of its key."""
        try:
            self._settle([(work, order)])
        except RolloutError:
            work.error = error
            return False
        if work.error is not None:
            work.error = error
        return True

    def settle(self) -> None:
        """What became of requests that brought no certificate at once."""
        sent = [(work, order) for work, order in self._open if work.answer is not None]
        lacking = [(work, order) for work, order in sent if work.answer and work.answer.disposition == UNSETTLED]
        try:
            self._settle(lacking)
        except RolloutError as error:
            for work, _order in lacking:
                work.error = error
        for work, order in sent:
            if work.answer is not None and work.error is None:
                with _failing(work):
                    work.submission = _handed_in(self._authority, order, work.answer, self._findings)

    def _settle(self, lacking: Sequence[tuple[_OrderWork, Order]]) -> None:
        sent = [(order.planned, work.request, work.answer) for work, order in lacking if work.request and work.answer]
        if not sent:
            return
        for (work, _order), settled in zip(lacking, self._authority.settle(sent), strict=True):
            if isinstance(settled, RolloutError):
                work.error = settled
            else:
                work.answer = settled

    def wait(self, patience: OfficerPatience) -> None:
        """For what an officer has to decide. Nothing is held at the authority meanwhile, and who breaks the wait off
        loses nothing."""
        wait, waiting = patience.wait(), self._pending()
        if waiting:
            most = number(max(1, round(patience.seconds / 60)), "minute")
            patience.tell(_WAITING.format(name=self._authority.name, what=_requests(waiting), most=most))
        while waiting and (left := wait.left) > 0:
            self._authority.rest()
            wait.pause(min(LOOK_AGAIN, left), partial(_waited_for, self._authority.name, waiting))
            self._look_again(waiting)
            before, waiting = waiting, self._pending()
            still = {one.answer.request_id for one in waiting}
            decided = [one for one in before if one.answer.request_id not in still]
            if decided:
                rest = f"; waiting on for {_requests(waiting)}" if waiting else ""
                patience.tell(f"{self._authority.name} has decided on {_requests(decided)}{rest}")

    def _pending(self) -> list[_PendingOrder]:
        """What waits for an officer: the order, its request and the answer so far."""
        found = []
        for work in self.works:
            answer = work.submission.answer if work.submission and work.error is None else None
            if answer is not None and answer.disposition == PENDING and work.order:
                rows = (row.request for row in work.known if row.request_id == answer.request_id)
                request = work.request or next(rows, None)
                found += [_PendingOrder(work, work.order, request, answer)] if request else []
        return found

    def _look_again(self, waiting: Sequence[_PendingOrder]) -> None:
        """Take what was decided. An authority that does not answer now is asked again later."""
        with suppress(RolloutError):
            sent = [(one.order.planned, one.request, one.answer) for one in waiting]
            for one, answer in zip(waiting, self._authority.settle(sent), strict=True):
                if not isinstance(answer, RolloutError) and answer.disposition != PENDING:
                    with _failing(one.work):
                        one.work.submission = self._decided(one, answer)

    def _decided(self, pending: _PendingOrder, answer: AuthorityAnswer) -> _Submission:
        """What an officer made of a request; raises NotIssued where that is no certificate."""
        step = _next(_state(answer.disposition, answer.code), pending.order)
        if step == lifecycle.FETCH and not pending.asked_now:
            return _found(self._authority, pending.order, answer)
        _end_where_people_said_no(self._authority, pending.order, step, answer.request_id)
        return _handed_in(self._authority, pending.order, answer, self._findings)

    def outcome(self, work: _OrderWork) -> OrderOutcome:
        issuance = None
        if work.refused_as is not None:
            return OrderOutcome(work.placed, error=_not_asked(self.outcome(work.refused_as)))
        if work.same_key is not None:
            work.error, work.submission = _as_earlier(self.outcome(work.same_key), work.same_key.submission)
        with _failing(work):
            if work.order and work.submission and work.error is None:
                issuance = _reported(self._authority, work.order, work.submission, self._findings, self._trusted)
        return OrderOutcome(work.placed, issuance, work.error)


def _waited_for(authority: str, waiting: Sequence[_PendingOrder]) -> str:
    return f"an officer of {authority} to decide on {_requests(waiting)}"


def _requests(waiting: Sequence[_PendingOrder]) -> str:
    """``request 7 (fe01.company.local/default), request 8 (…)``."""
    return ", ".join(f"{one.answer.label} ({one.order.planned.id})" for one in waiting)


@contextmanager
def _failing(work: _OrderWork) -> Iterator[None]:
    """What goes wrong meanwhile is this order's own affair."""
    try:
        yield
    except RolloutError as error:
        work.error = error


def _as_earlier(
    earlier: OrderOutcome, submission: _Submission | None
) -> tuple[RolloutError | None, _Submission | None]:
    """What came of an order for the same key; what was done for that is told there."""
    error = earlier.error and RolloutError(earlier.error.what, where=earlier.error.where, mend=earlier.error.mend)
    return error or None, submission and _Submission(submission.answer)


def _not_asked(first: OrderOutcome) -> RolloutError:
    asked = first.placed.server or first.placed.planned.id
    return RolloutError(f"The CA was not asked: it refused the same for {asked} in this run. {first.error}")


def batch_result(outcomes: Sequence[OrderOutcome]) -> dict[str, Any]:
    """The documented result of ``certificate_issue``: that of each, and what they have in common once."""
    results = [one.to_result() for one in outcomes]
    findings = [finding for one in results for finding in one["findings"]]
    after = "".join(one.pop("diff", {}).get("after", "") for one in results)
    return {
        "changed": any(one["changed"] for one in results),
        "changes": [change for one in results for change in one["changes"]],
        "diff": {"before": "", "after": after},
        "findings": [one for number, one in enumerate(findings) if one not in findings[:number]],
        "results": results,
    }


def hand_in(authority: Authority, order: Order) -> ChangeSet:
    """Bring the request to the authority where it has none that serves; nobody waits for what it makes of it."""
    if order.request is None or _is_there(authority, order):
        return ChangeSet()
    if not order.check_mode:
        authority.submit(order.planned, order.request)
        if not _is_there(authority, order):
            raise RolloutError("the request was handed in and is not there", where=authority.place(order.planned) or "")
    return _filed(authority, order)


def _is_there(authority: Authority, order: Order) -> bool:
    known = authority.find([(order.planned, order.public_key)])[0] if order.public_key else ()
    return any(not unmet_by_request(order.planned, row.request) for row in known)


def collect(authority: Authority, planned: PlannedCertificate) -> AuthorityAnswer | None:
    """What an authority without a record of requests has ready for a certificate, as it is; None while there is
    nothing."""
    return authority.retrieve(planned, None)


# --- plan: what the authority has already ---------------------------------------------------------------------------


def _before(authority: Authority, order: Order, known: Sequence[KnownRequest]) -> _Submission | None:
    """What the authority has of a key already; None where the request is to be handed in, raises where people have
    said no."""
    seen = _observed(authority, order, known)
    step = _next(seen.state, order)
    if seen.answer is not None and step in (lifecycle.FETCH, lifecycle.WAIT):
        return _found(authority, order, seen.answer)
    _end_where_people_said_no(authority, order, step, seen.request_id)
    return None


@dataclass(frozen=True, slots=True)
class _AtAuthority:
    """What an authority has of a key: one of ``lifecycle.REQUEST``, the request that says so, and what stands of it."""

    state: str
    request_id: int | None = None
    answer: AuthorityAnswer | None = None


def _observed(authority: Authority, order: Order, known: Sequence[KnownRequest]) -> _AtAuthority:
    """An issued certificate that has not expired, else a pending request for the planned names, else an officer's no,
    unless something was asked since; else whether a certificate of this key was ever revoked."""
    for answer in _issued(authority, order, known):
        if answer and answer.certificate and answer.certificate.not_after > order.now:
            return _AtAuthority(lifecycle.ISSUED, answer.request_id, answer)
    for row in known:
        if row.disposition == PENDING and not unmet_by_request(order.planned, row.request):
            return _AtAuthority(lifecycle.PENDING, row.request_id, AuthorityAnswer(row.request_id, PENDING))
    told = [_AtAuthority(_state(row.disposition, row.status), row.request_id) for row in known]
    if told and told[0].state == lifecycle.DENIED:
        return told[0]
    # What is left of the issued has expired, and of the pending is for other names.
    ended = next((one for one in told if one.state == lifecycle.REVOKED), None)
    refused = next((one for one in told[:1] if one.state == lifecycle.REFUSED), None)
    return ended or refused or _AtAuthority(lifecycle.UNKNOWN)


def _issued(authority: Authority, order: Order, known: Sequence[KnownRequest]) -> Sequence[AuthorityAnswer | None]:
    if not authority.capabilities.keeps_record:
        return [authority.retrieve(order.planned, None)]
    return [authority.retrieve(order.planned, row.request_id) for row in known if row.disposition == ISSUED]


_STATES = {ISSUED: lifecycle.ISSUED, PENDING: lifecycle.PENDING, REVOKED: lifecycle.REVOKED}


def _state(disposition: int, code: int | None) -> str:
    """How ``lifecycle`` calls what an authority made of a request."""
    by_a_person = disposition == DENIED and code == ADMIN_DENIED
    return lifecycle.DENIED if by_a_person else _STATES.get(disposition, lifecycle.REFUSED)


def _next(state: str, order: Order) -> str:
    """What follows for the key that waits on the server."""
    seen = lifecycle.Observed(lifecycle.NOTHING_HELD, waiting_key=True, request=state)
    return lifecycle.next_step(seen, where=order.label)


def _end_where_people_said_no(authority: Authority, order: Order, step: str, request_id: int | None) -> None:
    """Asking again and again is no answer to an officer, and a key whose certificate was revoked is not used again."""
    if step == lifecycle.STOP:
        raise _denied(authority, order, request_id)
    if step == lifecycle.MAKE_KEY:
        raise NotIssued(
            f"the certificate of request {request_id} for {order.planned.id} was revoked there, so its key is not used"
            " again",
            where=authority.name,
            mend=f"To have a new key and a new request made, {order.give_up}, then run again",
            request_id=request_id,
            state=lifecycle.REVOKED,
        )


def _denied(authority: Authority, order: Order, request_id: int | None) -> NotIssued:
    """With the CA's own words, which may name the officer."""
    said = as_said(authority.told_of(request_id))
    return NotIssued(
        f"request {request_id} was denied: {meaning(ADMIN_DENIED)}. It is that for {order.planned.id}"
        + (f'. The CA said: "{said}"' if said else ""),
        where=authority.name,
        mend=f"{advice(ADMIN_DENIED)}. To ask anew, {order.give_up}, then run again",
        request_id=request_id,
        code=ADMIN_DENIED,
    )


def _found(authority: Authority, order: Order, answer: AuthorityAnswer) -> _Submission:
    """What an earlier run had asked for. Its report may have ended before the answer, so this one tells of it."""
    if answer.certificate is None:
        return _Submission(answer)
    what = f"certificate was issued earlier, by {answer.label}; this run found it at the CA by its key"
    subject = {"certificate": order.planned.id, "authority": authority.name}
    change = Change(REPORT, what, subject, after=answer.certificate.thumbprint)
    return _Submission(answer, ChangeSet(changes=(change,)))


# --- apply: the submission ------------------------------------------------------------------------------------------


def _handed_in(authority: Authority, order: Order, answer: AuthorityAnswer, findings: Sequence[Finding]) -> _Submission:
    """A request that was handed in just now; raises NotIssued where the authority refused it."""
    change_set = _change_set(authority, order, answer)
    if answer.disposition not in (ISSUED, PENDING):
        template = order.planned.template
        asked = order.planned.id + (f", template '{template}'" if template else "")
        raise NotIssued(
            f"the CA refused {answer.label} for {asked}: {meaning(answer.code)}{_as_the_ca_said(answer)}",
            where=authority.name,
            mend=advice(answer.code, "Look at the request in the CA's console"),
            change_set=change_set,
            findings=findings,
            request_id=answer.request_id,
            code=answer.code,
        )
    return _Submission(answer, change_set)


def _as_the_ca_said(answer: AuthorityAnswer) -> str:
    """What the CA itself said, which may know more than its code; marked as its own."""
    return f'. The CA said: "{as_said(answer.text)}"' if answer.text.strip() else ""


def _request(authority: Authority, order: Order, known: Sequence[KnownRequest]) -> CertificateRequest:
    """The request at hand, else one that the CA had refused before for reasons that may be gone."""
    refused = (row.request for row in known if not unmet_by_request(order.planned, row.request))
    request = order.request or next(refused, None)
    if request is None:
        raise RolloutError(
            f"the CA has no request for the outstanding key of {order.planned.id}, and none is at hand",
            where=authority.name,
            mend=f"To have a new request made, {order.give_up}, then run again",
        )
    return request


def _change_set(authority: Authority, order: Order, answer: AuthorityAnswer | None = None) -> ChangeSet:
    """What the authority was seen to have made of the request; without an answer, what it would be asked for."""
    what = _made(order, answer)
    subject = {"certificate": order.planned.id, "authority": authority.name}
    after = answer.certificate.thumbprint if answer and answer.certificate else None
    text = f"{order.planned.id} at {authority.name}: {what}\n"
    return ChangeSet(after=text, changes=(Change(CREATE, what, subject, after=after),))


def _made(order: Order, answer: AuthorityAnswer | None) -> str:
    if answer is None:
        return "certificate to be issued"
    if answer.certificate is None:
        decided = "it waits for an officer" if answer.disposition == PENDING else "the CA refused it"
        return f"{answer.label} handed in, {decided}"
    if answer.certificate.public_key != order.public_key:
        return f"{answer.label} handed in, answered with a certificate for another key"
    return "certificate issued"


def _filed(authority: Authority, order: Order) -> ChangeSet:
    place = authority.place(order.planned)
    subject = {"certificate": order.planned.id, "authority": authority.name, "file": place}
    done = f"put into {place}"
    change = Change(CREATE, f"request {done}", subject, after={"names": list(order.planned.names)}, done=done)
    return ChangeSet(after=f"request {order.planned.id} in {place}\n", changes=(change,))


# --- report: only a certificate that was checked leaves here --------------------------------------------------------


def _reported(
    authority: Authority,
    order: Order,
    submission: _Submission,
    findings: tuple[Finding, ...],
    trusted_roots: Sequence[Thumbprint],
) -> Issuance:
    answer = submission.answer
    if answer is None:
        return Issuance("would_submit", submission.change_set, findings)
    if answer.disposition == PENDING:
        message = authority.waiting(order.planned, answer.request_id)
        return Issuance("pending", submission.change_set, findings, answer.request_id, message=message)
    certificate, chain = _checked(authority, order, answer, submission.change_set, findings)
    told = (*findings, *root_findings(chain[-1], trusted_roots), *issued_findings(order.planned, certificate))
    return Issuance("issued", submission.change_set, told, answer.request_id, certificate, chain)


def _checked(
    authority: Authority,
    order: Order,
    answer: AuthorityAnswer,
    change_set: ChangeSet,
    findings: Sequence[Finding],
) -> tuple[X509Certificate, tuple[X509Certificate, ...]]:
    """The certificate and its chain, after every check that can be made away from the server."""
    certificate = answer.certificate
    if certificate is None:
        raise RolloutError(f"{answer.label} is issued and has no certificate", where=authority.name)
    known: dict[str, Any] = {
        "change_set": change_set,
        "findings": findings,
        "request_id": answer.request_id,
        "thumbprint": certificate.thumbprint,
    }
    # What is not valid yet is judged as if it were: that alone is a clock's fault, and nothing to revoke.
    reasons = check_issued(order, certificate, max(order.now, certificate.not_before))
    if reasons:
        raise NotIssued(
            f"the certificate of {answer.label} for {order.planned.id} is not what was asked for:"
            f" {'; '.join(reasons)}. It was not installed",
            where=authority.name,
            mend=f"Correct the template or the CA, revoke this certificate there (serial {certificate.serial}),"
            " then run again",
            **known,
        )
    if certificate.not_before > order.now:
        early = _clock_at_fault(authority, order, certificate, answer.label)
        raise NotIssued(early.what, where=early.where, mend=early.mend, **known)
    try:
        return certificate, _chain(authority, certificate, answer, order.now)
    except RolloutError as error:
        raise NotIssued(error.what, where=error.where, mend=error.mend, **known) from error


def _clock_at_fault(authority: Authority, order: Order, certificate: X509Certificate, label: str) -> RolloutError:
    """A CA dates what it issues by its own clock (ten minutes back, as Windows comes): nothing is wrong with it."""
    theirs = authority.clock()
    read = "" if theirs is None else f", the CA's {timestamp(theirs)}"
    return RolloutError(
        f"the certificate of {label} for {order.planned.id} is valid from {timestamp(certificate.not_before)} on. The"
        f" controller's clock says {timestamp(order.now)}{read}. It was not installed",
        where=authority.name,
        mend="Set the wrong clock by the domain's time (w32tm /resync on Windows, NTP on the controller), or wait, and"
        " run again: the certificate waits at the CA, and no other is asked for",
    )


def check_issued(order: Order, certificate: X509Certificate, now: datetime) -> list[str]:
    """Why an issued certificate must not be installed; empty when it may."""
    reasons = unmet_by_content(order.planned, certificate, now=now, minimum_days=order.minimum_days)
    reasons += unasked_names(order.planned, certificate)
    if order.public_key is not None and certificate.public_key != order.public_key:
        reasons.insert(0, "it is for another key than the one that was made on the server")
    return reasons


def _chain(
    authority: Authority, certificate: X509Certificate, answer: AuthorityAnswer, now: datetime
) -> tuple[X509Certificate, ...]:
    where = f"{authority.name}: the chain of {answer.label}"
    # A CA may hand out less than its whole chain; its own stores have the rest.
    return find_chain(certificate, answer.candidates, authority.authorities(), now=now, where=where)
