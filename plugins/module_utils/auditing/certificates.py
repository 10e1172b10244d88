# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server's certificates as they are, against the plan: each place that is planned, and whatever else is there. Pure.

``compare`` gives a row for every place. Whether an assigned certificate serves is said by the same rules by which a
rollout keeps it or has another one made (``certificates.fit``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ansible_collections.ucops.rollout.plugins.module_utils.auditing.present import (
    CMDLETS,
    HTTP_SYS,
    MARKS,
    NO_REQUESTS,
    OCS,
    ROOTS,
    STORE,
    WAITING,
    PresentAssignment,
    RequestsOfKeys,
    ServerState,
    ShownCertificate,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import (
    further_names,
    missing_names,
    unmet_by_content,
    unmet_by_key,
    unmet_dates,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.machine_stores import StoredCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.plan.rollout import LYNC, WEB_COMPONENTS
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import UNSEEN, AssignmentWork, ServerWork
from ansible_collections.ucops.rollout.plugins.module_utils.products.cs_types import cmdlet_type, is_for_organisation
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import endpoint_text

AS_PLANNED, RENEW, EXPIRED, DIFFERS, MISSING = "as_planned", "renew", "expired", "differs", "missing"
UNPLANNED, UNASSIGNED, ARCHIVED, OTHER, NOT_READ = "unplanned", "unassigned", "archived", "other", "not_read"
# A certificate that serves and is not assigned, that was put aside, or that has nothing to do with the plan, is none.
DIFFERENCES = frozenset({RENEW, EXPIRED, DIFFERS, MISSING, UNPLANNED})
VERDICTS = (MISSING, EXPIRED, DIFFERS, UNPLANNED, RENEW, NOT_READ, AS_PLANNED, UNASSIGNED, ARCHIVED, OTHER)

# Components that OCS's WMI classes know.
IN_OCS = frozenset(
    {"front_end", "director", "edge_internal", "access_edge", "web_conferencing_edge", "av_authentication"}
)
STORE_PLACE = "store MY"
# Where a part that could not be read is told by another name than its own.
_PLACES = {HTTP_SYS: "http.sys", WAITING: "store REQUEST", ROOTS: "trusted roots", MARKS: "marks of runs"}


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """What one place of a server has, against the plan.

    ``verdict``: one of ``VERDICTS``. ``certificate``: the planned one's id, empty where the plan has none for the
    place. ``thumbprint`` to ``days_left``: of what is there, empty and None where nothing is or nobody knows. Names in
    ``further_names`` are told and are no difference: a rollout keeps such a certificate. ``problems``: what is wrong;
    ``remarks``: what is worth knowing and is not wrong.
    """

    server: str
    place: str
    verdict: str
    certificate: str = ""
    thumbprint: str = ""
    subject: str = ""
    issuer: str = ""
    not_after: datetime | None = None
    days_left: int | None = None
    missing_names: tuple[str, ...] = ()
    further_names: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def compare(
    work: ServerWork,
    state: ServerState,
    *,
    now: datetime,
    minimum_days: int,
    requests: RequestsOfKeys = NO_REQUESTS,
) -> tuple[CertificateRow, ...]:
    """A row for each planned place, then for what the plan does not have, then for the rest of the store.

    :param minimum_days: what has fewer left is to be renewed.
    """
    return tuple(_Comparison(work, state, now, minimum_days, requests.revoked).rows())


class _Comparison:
    def __init__(
        self, work: ServerWork, state: ServerState, now: datetime, minimum_days: int, revoked: Mapping[str, int]
    ) -> None:
        self.work, self.state, self.now, self.minimum_days, self.revoked = work, state, now, minimum_days, revoked

    def rows(self) -> Iterator[CertificateRow]:
        matched: set[PresentAssignment] = set()
        for job in self.work.certificates:
            for wanted in job.assignments:
                found = self._found(job.certificate, wanted)
                matched.update(found)
                yield from self._planned(job.certificate, wanted, found)
        yield from self._unread()
        assigned = {one.thumbprint for one in matched}
        for one in self.state.assignments:
            if one not in matched and (one.serves or one.thumbprint not in assigned):
                yield self._beyond(one)
        yield from self._rest({one.thumbprint for one in self.state.assignments})

    # --- planned places ---

    def _found(self, planned: PlannedCertificate, wanted: AssignmentWork) -> list[PresentAssignment]:
        name = _name(planned, wanted)
        return [one for one in self.state.assignments if name in one.serves and one.port in (0, wanted.port)]

    def _planned(
        self, planned: PlannedCertificate, wanted: AssignmentWork, found: Sequence[PresentAssignment]
    ) -> Iterator[CertificateRow]:
        base = CertificateRow(self.work.fqdn, _place(planned, wanted), NOT_READ, certificate=planned.id)
        served, kind, unread = self._served(wanted), kind_of(wanted), self.state.unread
        if not found and not self._is_its_own(planned):
            return
        if why := unread.get(kind) or unread.get(STORE) or ("" if found else unread.get(_name(planned, wanted), "")):
            yield self._of_served(planned, replace(base, problems=(why,)), served)
        elif not kind or kind in self.state.untold:
            yield self._by_handshake(planned, base, served)
        elif not found:
            yield replace(base, verdict=MISSING, problems=("no certificate is assigned", *_shown(served, "")))
        else:
            unseen = _unseen(wanted, served)
            yield from (self._assigned(planned, *one, served, unseen) for one in _alike(base, found))

    def _is_its_own(self, planned: PlannedCertificate) -> bool:
        """Whether this server has to have it: the organisation's is that of the server which sets it."""
        return not is_for_organisation(planned) or self.work.fqdn == planned.holders[0]

    def _served(self, wanted: AssignmentWork) -> ShownCertificate | None:
        return self.state.served.get(endpoint(wanted))

    def _assigned(
        self,
        planned: PlannedCertificate,
        base: CertificateRow,
        assigned: PresentAssignment,
        served: ShownCertificate | None,
        unseen: tuple[str, ...],
    ) -> CertificateRow:
        remarks = (assigned.remark,) if assigned.remark else ()
        if not assigned.thumbprint:
            told = assigned.told or "it names no certificate"
            return replace(base, verdict=MISSING if assigned.empty else DIFFERS, problems=(told,), remarks=remarks)
        row, problems, unknown = self._judged(planned, replace(base, thumbprint=assigned.thumbprint, remarks=remarks))
        said = (assigned.told,) if assigned.told else ()
        return self._ended(row, (*problems, *said, *_shown(served, assigned.thumbprint)), (*unknown, *unseen))

    def _ended(self, row: CertificateRow, problems: tuple[str, ...], unknown: tuple[str, ...]) -> CertificateRow:
        """What is wrong is told first; what nobody could see is never as planned."""
        verdict = self._verdict(row, problems)
        if verdict == AS_PLANNED and unknown:
            return replace(row, verdict=NOT_READ, problems=unknown)
        return replace(row, verdict=verdict, problems=problems, remarks=(*row.remarks, *unknown))

    def _by_handshake(
        self, planned: PlannedCertificate, base: CertificateRow, served: ShownCertificate | None
    ) -> CertificateRow:
        """A place that nothing on the server tells of: a port shows it, or nothing does."""
        if served is None or served.certificate is None:
            seen = f": {served.detail}" if served is not None else ""
            return replace(base, problems=(f"nothing tells what is assigned there{seen}",))
        row, problems, unknown = self._judged(planned, replace(base, thumbprint=served.certificate.thumbprint))
        if not self.work.logon:
            problems = (*problems, *served.distrust)
            unknown = (*unknown, served.untrusted_yet) if served.untrusted_yet else unknown
        return self._ended(row, problems, unknown)

    def _of_served(
        self, planned: PlannedCertificate, base: CertificateRow, served: ShownCertificate | None
    ) -> CertificateRow:
        """What is served, where it is not known what is assigned."""
        if served is None or served.certificate is None:
            return base
        row = self._judged(planned, replace(base, thumbprint=served.certificate.thumbprint))[0]
        return replace(row, remarks=("what is shown is what the port serves",))

    def _judged(
        self, planned: PlannedCertificate, base: CertificateRow
    ) -> tuple[CertificateRow, tuple[str, ...], tuple[str, ...]]:
        """The row with what the certificate is, why it does not serve as the planned one, and what nobody knows."""
        held, certificate = self.state.stored(base.thumbprint), self.state.certificate(base.thumbprint)
        unread = () if held is None or held.certificate is not None else (held.problem or "it could not be read",)
        if certificate is None:
            return base, () if unread else ("it is not in the server's store",), unread
        row = replace(
            self._described(base, certificate),
            missing_names=missing_names(planned, certificate),
            further_names=further_names(planned, certificate),
        )
        problems: list[str] = unmet_by_content(planned, certificate, now=self.now, minimum_days=self.minimum_days)
        if held is None:
            # Nobody has seen the store of a server that nobody logs on to.
            return row, (*problems, *(("it is not in the server's store",) if self.work.logon else ())), ()
        if unread:
            # Nor has anybody seen its key.
            return row, tuple(problems), unread
        problems += unmet_by_key(planned, held.key)
        problems += [held.chain_problem] if held.chain_problem else []
        if planned.key.exportable and held.key is not None:
            if held.exportable is False:
                problems.append("its key is not exportable, as the plan wants it")
            elif held.exportable is None:
                unread = ("whether its key is exportable, as the plan wants it, is not known",)
        return row, tuple(problems), unread

    def _verdict(self, row: CertificateRow, problems: Sequence[str]) -> str:
        certificate = self.state.certificate(row.thumbprint)
        if certificate is not None and certificate.not_after <= self.now:
            return EXPIRED
        if not problems:
            return AS_PLANNED
        dates = unmet_dates(certificate, self.now, self.minimum_days) if certificate is not None else []
        return RENEW if list(problems) == dates and row.days_left is not None and self._begun(certificate) else DIFFERS

    def _begun(self, certificate: X509Certificate | None) -> bool:
        return certificate is not None and certificate.not_before <= self.now

    def _described(self, base: CertificateRow, certificate: X509Certificate) -> CertificateRow:
        return replace(
            base,
            thumbprint=certificate.thumbprint,
            subject=certificate.common_name or certificate.subject,
            issuer=certificate.issuer_common_name or certificate.issuer,
            not_after=certificate.not_after,
            days_left=(certificate.not_after - self.now).days,
        )

    def _unread(self) -> Iterator[CertificateRow]:
        """What could not be read, where no planned place has told it."""
        told = {kind_of(one) for job in self.work.certificates for one in job.assignments}
        for kind in (STORE, WAITING, ROOTS, CMDLETS, OCS, HTTP_SYS, MARKS):
            why = self.state.unread.get(kind)
            if why and not (kind in told or (kind == STORE and told)):
                yield CertificateRow(self.work.fqdn, _PLACES.get(kind, kind), NOT_READ, problems=(why,))

    # --- what the plan does not have ---

    def _beyond(self, assigned: PresentAssignment) -> CertificateRow:
        """A type or component that the plan has no certificate for here; a binding of others is no difference."""
        base = CertificateRow(self.work.fqdn, assigned.place, OTHER, thumbprint=assigned.thumbprint)
        told = (assigned.told,) if assigned.told else ()
        if assigned.serves:
            base = replace(base, verdict=UNPLANNED, problems=("the plan has no certificate for it here", *told))
        else:
            base = replace(base, remarks=told)
        return self._with_dates(base)

    def _with_dates(self, base: CertificateRow) -> CertificateRow:
        certificate = self.state.certificate(base.thumbprint)
        if certificate is None:
            return base
        row = self._described(base, certificate)
        return replace(row, remarks=(*row.remarks, *unmet_dates(certificate, self.now, self.minimum_days)))

    def _rest(self, assigned: set[str]) -> Iterator[CertificateRow]:
        """What the store holds besides: what would serve stands first."""
        left = [one for one in self.state.store if one.thumbprint not in assigned]
        fit = {one.thumbprint: id for one in left if (id := self._serves_as(one))}
        for one in sorted(left, key=lambda held: held.thumbprint not in fit):
            verdict = ARCHIVED if one.archived else UNASSIGNED if one.thumbprint in fit else OTHER
            base = CertificateRow(self.work.fqdn, STORE_PLACE, verdict, thumbprint=one.thumbprint)
            serves = (f"it serves as {fit[one.thumbprint]}, and is assigned nowhere",) if verdict == UNASSIGNED else ()
            problem = (one.problem,) if one.problem else ()
            yield self._with_dates(replace(base, remarks=(*serves, *self._revoked(one), *problem)))

    def _revoked(self, held: StoredCertificate) -> tuple[str, ...]:
        number = self.revoked.get(held.certificate.public_key) if held.certificate is not None else None
        return () if number is None else (f"the CA has revoked it (request {number})",)

    def _serves_as(self, held: StoredCertificate) -> str:
        """The id of the planned certificate that it would serve as; empty where there is none."""
        if held.archived or self._revoked(held):
            return ""
        for job in self.work.certificates:
            base = CertificateRow(self.work.fqdn, STORE_PLACE, OTHER, thumbprint=held.thumbprint)
            if held.certificate is not None and not self._judged(job.certificate, base)[1]:
                return job.certificate.id
        return ""


def endpoint(wanted: AssignmentWork) -> str:
    """``address:port`` where the certificate is shown; empty where nothing shows it."""
    shows = wanted.address and wanted.port and wanted.component != UNSEEN
    return endpoint_text(wanted.address, wanted.port) if shows else ""


def _unseen(wanted: AssignmentWork, served: ShownCertificate | None) -> tuple[str, ...]:
    """Why nobody saw what a port serves that is to serve it; none where no port shows the type."""
    if served is not None and served.certificate is None and served.listens is not False:
        return (f"what is served could not be seen: {served.detail or 'nobody answered'}",)
    if served is None and wanted.port and not wanted.address and wanted.component != UNSEEN:
        return ("what is served could not be seen: the plan has no address of the server for it",)
    return ()


def kind_of(wanted: AssignmentWork) -> str:
    """Where an assignment is kept; empty where nothing tells it but its port."""
    if wanted.way == LYNC:
        return CMDLETS
    if wanted.component == WEB_COMPONENTS:
        return HTTP_SYS
    return OCS if wanted.component in IN_OCS else ""


def _name(planned: PlannedCertificate, wanted: AssignmentWork) -> str:
    """The cmdlets' type, or the plan's component."""
    return cmdlet_type(planned, wanted.component) if wanted.way == LYNC else wanted.component


def _place(planned: PlannedCertificate, wanted: AssignmentWork) -> str:
    name = _name(planned, wanted).replace("_", " ")
    return f"{name}, port {wanted.port}" if wanted.port else name


def _alike(
    base: CertificateRow, found: Sequence[PresentAssignment]
) -> Iterator[tuple[CertificateRow, PresentAssignment]]:
    """One row for all places that name the same; where they do not, each row says which it is of."""
    alike: dict[tuple[str, str, str], list[PresentAssignment]] = {}
    for one in found:
        alike.setdefault((one.thumbprint, one.told, one.remark), []).append(one)
    for several in alike.values():
        named = "" if len(alike) == 1 else f", {' and '.join(one.place for one in several)}"
        yield replace(base, place=f"{base.place}{named}"), several[0]


def _shown(served: ShownCertificate | None, assigned: str) -> tuple[str, ...]:
    """What is wrong with what a port serves."""
    if served is None:
        return ()
    if served.certificate is None:
        return ("nothing listens on its port",) if served.listens is False else ()
    if served.certificate.thumbprint == assigned:
        return ()
    other = served.certificate
    return (f"its port serves {other.thumbprint} ({other.common_name or other.subject})",)
