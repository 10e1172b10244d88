# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The server's side of a request: does it hold a certificate that serves, is a key waiting for one, or is one made?

The store REQUEST shows keys that wait: for each a self-signed stand-in with the request's key and names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import Authority
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import PrivateKey, unmet
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.lifecycle import (
    EXPIRES,
    MAKE_KEY,
    NOTHING_HELD,
    SERVES,
    UNFIT,
    Observed,
    next_step,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import (
    CertificateRequest,
    check_request,
    load_request,
    unmet_by_request,
    unmet_by_stand_in,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request_inf import (
    MAX_EXTENSION,
    request_inf,
    subject_alternative_names,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.change_set import CREATE, Change, ChangeSet
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.certreq import delete_from_store, new_request
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.issuing import Order, hand_in
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import (
    MY,
    REQUEST,
    CertificateStores,
    StoreEntry,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.claim import HeldClaim, alone
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.scratch import sweep
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.system import generation_of

# The claim under which keys are made on a server, and brought to it.
CLAIM = "certificates"


@dataclass(frozen=True, slots=True)
class NotServing:
    """A certificate of the store that does not serve the plan, and every reason why."""

    thumbprint: Thumbprint
    subject: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Outstanding:
    """A key that waits for its certificate, and where it lies."""

    stand_in: X509Certificate
    key: PrivateKey


@dataclass(frozen=True)
class Enrolment:
    """What a server has for a planned certificate. ``state``: held, outstanding, created, or in check mode
    would_create. ``seen``: before anything was made. ``former``: the newest other that fits the plan but for its time
    or an order to renew it. ``file``: where the request lies on the controller, for people to carry. ``waiting``: the
    thumbprint of what stands in for the certificate of an outstanding key."""

    state: str
    seen: Observed
    reasons: tuple[NotServing, ...]
    held: X509Certificate | None = None
    former: X509Certificate | None = None
    public_key: str | None = None
    request: CertificateRequest | None = None
    file: str | None = None
    change_set: ChangeSet = field(default_factory=ChangeSet)
    waiting: Thumbprint | None = None

    def to_result(self) -> dict[str, Any]:
        """The documented result of ``certificate_request``."""
        return {
            **self.change_set.to_result(),
            "state": self.state,
            "reasons": to_plain(self.reasons),
            "thumbprint": to_plain(self.held.thumbprint) if self.held else None,
            "held": to_plain(self.held.description) if self.held else None,
            "former": to_plain(self.former.description) if self.former else None,
            "public_key": self.public_key,
            "request": self.request.pem if self.request else None,
            "file": self.file,
            "waiting": to_plain(self.waiting),
        }


@dataclass(frozen=True)
class Enrolling:
    """One planned certificate on one server.

    ``authority``: the one that the controller itself brings requests to, None where that is for a later step.
    ``renew``: certificates that are to be replaced whatever their dates. ``claim``: that is not needed once the key of
    this one is made.
    """

    host: WindowsHost
    planned: PlannedCertificate
    now: datetime
    minimum_days: int
    authority: Authority | None = None
    check_mode: bool = False
    renew: frozenset[Thumbprint] = frozenset()
    claim: HeldClaim | None = None

    @property
    def stores(self) -> CertificateStores:
        return CertificateStores(self.host.registry, self.host.name)


def enrol(wanted: Enrolling) -> Enrolment:
    """Look for a certificate that serves, else for a key that waits for one, else make a key and a request."""
    found = _look(wanted)
    if not wanted.check_mode:
        # A run that was cut off once the certificate was in the store leaves a later one no other step with files.
        sweep(wanted.host.files)
    if found.step != MAKE_KEY or wanted.check_mode:
        return _reported(wanted, found)
    with alone(wanted.host, CLAIM) as claim:
        return enrol_claimed(replace(wanted, claim=claim))


def enrol_claimed(wanted: Enrolling) -> Enrolment:
    """The same for who holds the claim: two runs at once would otherwise make two keys, and the second now finds what
    the first made, or has installed since."""
    found = _look(wanted)
    return _reported(wanted, found, _new(wanted) if found.step == MAKE_KEY else None)


@dataclass(frozen=True)
class _Look:
    """What the server has already, why other certificates do not serve, and the step that follows. ``place``: where
    people find the request."""

    seen: Observed
    step: str
    reasons: tuple[NotServing, ...]
    held: X509Certificate | None = None
    former: X509Certificate | None = None
    waiting: Outstanding | None = None
    place: str | None = None


def _look(wanted: Enrolling) -> _Look:
    place = wanted.authority.place(wanted.planned) if wanted.authority else None
    mine = _entries(wanted, MY)
    held, kind, reasons = _held(wanted, mine)
    former = _former(wanted, mine, held)
    waiting = None if held else find_outstanding(wanted.planned, _entries(wanted, REQUEST))
    seen = Observed(kind, waiting_key=waiting is not None, carried=wanted.authority is not None)
    where = f"{wanted.host.name}: certificate {wanted.planned.id}"
    return _Look(seen, next_step(seen, where=where), reasons, held, former, waiting, place)


# --- plan: what the server has --------------------------------------------------------------------------------------


def waiting_for(planned: PlannedCertificate, entries: Sequence[StoreEntry]) -> list[StoreEntry]:
    """The entries of the store REQUEST whose keys serve the plan."""
    return [
        entry
        for entry in entries
        if entry.certificate and entry.key and not unmet_by_stand_in(planned, entry.certificate, entry.key)
    ]


def find_outstanding(planned: PlannedCertificate, entries: Sequence[StoreEntry]) -> Outstanding | None:
    """The newest waiting key that serves the plan."""
    fitting = [
        Outstanding(entry.certificate, entry.key)
        for entry in waiting_for(planned, entries)
        if entry.certificate and entry.key
    ]
    return max(fitting, key=lambda waiting: waiting.stand_in.not_before, default=None)


def _held(
    wanted: Enrolling, entries: Sequence[StoreEntry]
) -> tuple[X509Certificate | None, str, tuple[NotServing, ...]]:
    """The newest certificate that serves, what the store has for the plan, and for all others why they do not."""
    serving: list[X509Certificate] = []
    others, kind = [], NOTHING_HELD
    replaced = _newest_ordered(wanted, entries)
    for entry in entries:
        reasons = _reasons(wanted, entry, wanted.minimum_days)
        if not reasons and replaced and entry.certificate and entry.certificate.not_before < replaced.not_before:
            reasons = [f"it is older than {replaced.thumbprint}, which is to be renewed"]
        if entry.certificate and not reasons:
            serving.append(entry.certificate)
            continue
        subject = entry.certificate.subject if entry.certificate else ""
        others.append(NotServing(entry.thumbprint, subject, tuple(reasons)))
        kind = EXPIRES if not _reasons(wanted, entry, 0) else kind if kind == EXPIRES else UNFIT
    held = _newest(serving)
    return held, SERVES if held else kind, tuple(others)


def _newest_ordered(wanted: Enrolling, entries: Sequence[StoreEntry]) -> X509Certificate | None:
    """Of those for the plan that are ordered to be renewed: what was there before it is not taken back."""
    return _newest(_fitting(wanted, (entry for entry in entries if entry.thumbprint in wanted.renew)))


def _former(wanted: Enrolling, entries: Sequence[StoreEntry], held: X509Certificate | None) -> X509Certificate | None:
    """What was held before, as far as it fits the plan at all."""
    known = _fitting(wanted, (entry for entry in entries if not entry.archived))
    return _newest(one for one in known if held is None or one.not_before < held.not_before)


def _fitting(wanted: Enrolling, entries: Iterable[StoreEntry]) -> Iterator[X509Certificate]:
    """Those that fit the plan while they are valid."""
    for entry in entries:
        one = entry.certificate
        if one is not None and not unmet(wanted.planned, one, entry.key, now=one.not_before, minimum_days=0):
            yield one


def _newest(certificates: Iterable[X509Certificate]) -> X509Certificate | None:
    return max(certificates, key=lambda one: (one.not_before, one.not_after, one.thumbprint), default=None)


def _entries(wanted: Enrolling, store: str) -> tuple[StoreEntry, ...]:
    """One that is too large to be read is none of ours, unless a public authority is to take more names than a Windows
    CA does: it would be asked anew at every run."""
    found = wanted.stores.entries(store)
    unread = next((entry for entry in found if entry.too_large), None)
    if unread and len(subject_alternative_names(wanted.planned)) > MAX_EXTENSION:
        raise RolloutError(
            f"certificate {unread.thumbprint} in the store {store} may be the planned one: {unread.problem}",
            where=f"{wanted.host.name}: certificate {wanted.planned.id}",
        )
    return found


def _reasons(wanted: Enrolling, entry: StoreEntry, minimum_days: int) -> list[str]:
    if entry.certificate is None:
        return [entry.problem]
    if entry.archived:
        return ["it is archived"]
    if entry.thumbprint in wanted.renew:
        return ["it is to be renewed, as ordered"]
    return unmet(wanted.planned, entry.certificate, entry.key, now=wanted.now, minimum_days=minimum_days)


def _at_hand(wanted: Enrolling, waiting: Outstanding) -> CertificateRequest | None:
    """The request of a waiting key as the authority has it: saves building it again. It is believed only when it is
    for that key and for the planned names."""
    if wanted.authority is None:
        return None
    (known,) = wanted.authority.find([(wanted.planned, waiting.stand_in.public_key)])
    return next((row.request for row in known if not unmet_by_request(wanted.planned, row.request)), None)


# --- apply ----------------------------------------------------------------------------------------------------------


class NotRequested(RolloutError):
    """A key and a request were made, and then something failed. ``result`` joins the task's result."""

    def __init__(self, error: RolloutError, planned: PlannedCertificate) -> None:
        super().__init__(error.what, where=error.where, mend=error.mend)
        self.result = _new_request(planned).to_result()


def _new(wanted: Enrolling) -> CertificateRequest:
    """A request for a new key, which the store REQUEST was seen to hold afterwards, whatever certreq said."""
    before = frozenset(wanted.stores.thumbprints(REQUEST))
    try:
        request = _made(wanted, _policy(wanted), wanted.claim)
    except RolloutError as error:
        if _appeared(wanted, before):
            raise NotRequested(error, wanted.planned) from error
        raise
    appeared = frozenset(wanted.stores.thumbprints(REQUEST)) - before
    if not appeared:
        raise RolloutError(
            "certreq made a request, and no key waits for its certificate in the store REQUEST of the machine",
            where=f"{wanted.host.name}: certificate {wanted.planned.id}",
            mend="Nothing was handed in. Run again; if it stays so, look at the log of certreq on the server",
        )
    if not any(_waits_for(wanted, name, request.public_key) for name in appeared):
        exchanged = RolloutError(
            "the request that came back is for another key than the one that waits in the store REQUEST of the machine",
            where=f"{wanted.host.name}: certificate {wanted.planned.id}",
            mend="Nothing was handed in. See who else makes requests on this server, then run again",
        )
        raise NotRequested(exchanged, wanted.planned)
    return request


def _waits_for(wanted: Enrolling, name: str, public_key: str) -> bool:
    entry = wanted.stores.entry(REQUEST, name)
    return bool(entry and entry.certificate and entry.certificate.public_key == public_key)


def _appeared(wanted: Enrolling, before: frozenset[str]) -> bool:
    try:
        return bool(frozenset(wanted.stores.thumbprints(REQUEST)) - before)
    except RolloutError:
        return False


def _made(wanted: Enrolling, inf: bytes, claim: HeldClaim | None = None) -> CertificateRequest:
    where = f"{wanted.host.name}: the request that certreq made"
    request = load_request(new_request(wanted.host, inf, claim), where=where)
    check_request(wanted.planned, request, where=where)
    return request


def _policy(wanted: Enrolling, existing: PrivateKey | None = None) -> bytes:
    return request_inf(wanted.planned, existing=existing, cng=generation_of(wanted.host).cng)


def _request_again(wanted: Enrolling, waiting: Outstanding) -> CertificateRequest | None:
    """The request of a waiting key once more; None when it cannot be had, for a CA that knows the key needs none, and
    in check mode. certreq adds a further stand-in for the same key each time, which is taken away again."""
    if wanted.check_mode:
        return None
    before = frozenset(wanted.stores.thumbprints(REQUEST))
    try:
        request = _made(wanted, _policy(wanted, waiting.key))
    except RolloutError:
        return None
    finally:
        for name in sorted(set(wanted.stores.thumbprints(REQUEST)) - before):
            _remove_duplicate(wanted, name, waiting)
    return request if request.public_key == waiting.stand_in.public_key else None


def _remove_duplicate(wanted: Enrolling, name: str, waiting: Outstanding) -> None:
    if _waits_for(wanted, name, waiting.stand_in.public_key):
        delete_from_store(wanted.host, REQUEST, name)


def _handed_in(wanted: Enrolling, public_key: str | None, request: CertificateRequest | None) -> ChangeSet:
    if wanted.authority is None:
        return ChangeSet()
    order = Order(wanted.planned, public_key, request, wanted.now, wanted.minimum_days, wanted.check_mode)
    return hand_in(wanted.authority, order)


# --- report ---------------------------------------------------------------------------------------------------------


def _reported(wanted: Enrolling, found: _Look, made: CertificateRequest | None = None) -> Enrolment:
    """What was found, or made; a request for people to carry is where they find it then."""
    if found.held:
        return Enrolment("held", found.seen, found.reasons, found.held, found.former, found.held.public_key)
    state, request, public_key, new = _asked(wanted, found, made)
    handed = _handed_in(wanted, public_key, request)
    change_set = ChangeSet(after=new.after + handed.after, changes=(*new.changes, *handed.changes))
    return Enrolment(
        state,
        found.seen,
        found.reasons,
        former=found.former,
        public_key=public_key,
        request=request,
        file=found.place,
        change_set=change_set,
        waiting=found.waiting.stand_in.thumbprint if found.waiting else None,
    )


def _asked(
    wanted: Enrolling, found: _Look, made: CertificateRequest | None
) -> tuple[str, CertificateRequest | None, str | None, ChangeSet]:
    """The state of the request, the request where it is at hand, its key, and what was made for it."""
    if found.waiting:
        request = _at_hand(wanted, found.waiting) or _request_again(wanted, found.waiting)
        return "outstanding", request, found.waiting.stand_in.public_key, ChangeSet()
    new = _new_request(wanted.planned)
    return ("created", made, made.public_key, new) if made else ("would_create", None, None, new)


def _new_request(planned: PlannedCertificate) -> ChangeSet:
    subject, after = {"certificate": planned.id}, {"names": list(planned.names)}
    change = Change(CREATE, "key and request made", subject, after=after, done="made")
    return ChangeSet(after=f"request {planned.id}: {', '.join(planned.names)}\n", changes=(change,))
