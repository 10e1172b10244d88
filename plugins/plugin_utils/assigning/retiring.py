# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Retire certificates whose place another one took: archived in the store, or removed with their keys.

Never one that is used anywhere that can be read, and none where a use cannot be read. Its successor must be seen on
every port of the plan first. In check mode one whose successor is only planned is told as if that were done.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import missing_names
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.change_set import (
    CHANGE,
    DELETE,
    WOULD_CHANGE,
    AssignedPlace,
    Change,
    ChangeSet,
)
from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain, to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.names import comparable
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import (
    UNSEEN,
    CertificateWork,
    ServerWork,
)
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import endpoint_text
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import Shake, served_by
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.http_sys import HttpBindings, can_bind
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.lync import read_state
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.marking import named_by, read_marks
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.newly import PARTS, former_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.ocs import HeldAssignment, read_assignments
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.certreq import (
    archive,
    failed,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.enrolling import waiting_for
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.removing import remove_with_key
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import (
    MY,
    REQUEST,
    CertificateStores,
    StoreEntry,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost

KEEP, ARCHIVE, REMOVE = "keep", "archive", "remove"
KEPT, ARCHIVED, REMOVED, IN_USE = "kept", "archived", "removed", "in_use"
_DONE = {KEEP: KEPT, ARCHIVE: ARCHIVED, REMOVE: REMOVED}
_WOULD = {KEEP: KEPT, ARCHIVE: "would_archive", REMOVE: "would_remove"}

# Beside what the products use: the listener of WinRM itself, and that of the remote desktop.
_LISTENERS = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WSMAN\\Listener"
_DESKTOP = "SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp"


@dataclass(frozen=True, slots=True)
class Retiring:
    """What is to be retired on a server. ``held``: by the certificate's id, the results of the run's tasks; ``way``:
    keep, archive or remove. ``renew``: what the site ordered to be replaced, whatever names the plan had then.

    ``only_tell``: nothing is done yet, since its CA is to revoke it first: a run that is cut off between then finds it.
    """

    work: ServerWork
    held: Mapping[str, Any]
    way: str
    check_mode: bool = False
    renew: frozenset[Thumbprint] = frozenset()
    only_tell: bool = False


@dataclass(frozen=True, slots=True)
class RetiredCertificate:
    """One certificate whose place ``successor`` took, None where that is only planned. ``state``: kept, archived,
    removed, in_use, or in check mode would_archive and would_remove. ``why``: where it is used. ``key``: deleted,
    shared with another certificate of the server, unknown, or empty where nothing was done with it. ``store``: MY, or
    REQUEST for one that waited in vain."""

    certificate: str
    thumbprint: Thumbprint
    successor: Thumbprint | None
    subject: str
    serial_number: str
    public_key: str
    issuer_common_name: str | None
    not_after: datetime
    state: str
    key: str = ""
    why: str = ""
    store: str = MY


@dataclass(frozen=True, slots=True)
class Retirement:
    """All of it. ``unproved``: planned certificates of which a port shows none or another, so nothing was retired for
    them, with what the port showed."""

    retired: tuple[RetiredCertificate, ...]
    unproved: Mapping[str, str]

    def to_result(self) -> dict[str, Any]:
        """The documented result of ``certificate_retire``."""
        return {
            **_change_set(self.retired).to_result(),
            "retired": to_plain(self.retired),
            "unproved": to_plain(self.unproved),
        }


class NotRetired(RolloutError):
    """Some of it was done, and then a step failed. ``result`` joins the task's result."""

    def __init__(self, error: RolloutError, done: Retirement) -> None:
        super().__init__(error.what, where=error.where, mend=error.mend)
        self.result = done.to_result()


@dataclass(frozen=True)
class _Candidate:
    planned: PlannedCertificate
    entry: StoreEntry
    certificate: X509Certificate
    successor: Thumbprint | None
    store: str = MY


def left_behind(host: WindowsHost, wanted: Retiring) -> frozenset[str]:
    """The planned certificates (ids) of which an earlier one is there that is to go, as far as the stores tell."""
    stores = CertificateStores(host.registry, host.name)
    found = _candidates(wanted, wanted.work.certificates, stores.entries(MY), stores.entries(REQUEST))
    return frozenset(one.planned.id for one in found)


def retire(host: WindowsHost, wanted: Retiring, *, shake: Shake) -> Retirement:
    """Retire what the plan's certificates took the place of."""
    stores = CertificateStores(host.registry, host.name)
    mine, waiting = stores.entries(MY), stores.entries(REQUEST)
    jobs = [job for job in wanted.work.certificates if _thumbprint(wanted, job.certificate) or _is_ahead(wanted, job)]
    unproved = {job.certificate.id: why for job in jobs if (why := _unproved(wanted, job, shake))}
    proved = [job for job in jobs if job.certificate.id not in unproved]
    candidates = list(_candidates(wanted, proved, mine, waiting))
    if not candidates:
        return Retirement((), unproved)
    used = _uses(host, wanted, [one.certificate for one in candidates])
    retired: list[RetiredCertificate] = []
    for one in candidates:
        try:
            retired.append(_retired(host, wanted, one, used, (*mine, *waiting)))
        except RolloutError as error:
            raise NotRetired(error, Retirement(tuple(retired), unproved)) from error
    return Retirement(tuple(retired), unproved)


# --- what may go ----------------------------------------------------------------------------------------------------


def _thumbprint(wanted: Retiring, planned: PlannedCertificate) -> Thumbprint | None:
    given = (wanted.held.get(planned.id) or {}).get("thumbprint")
    return from_plain(Thumbprint, given, where="held: thumbprint") if given else None


def _unproved(wanted: Retiring, job: CertificateWork, shake: Shake) -> str:
    """Why it is not proved: every port of the plan has to show it, and there has to be one."""
    if _is_ahead(wanted, job) and (waits_for := _waits_for(wanted, job)):
        return waits_for
    ours = _thumbprint(wanted, job.certificate)
    places = [one for one in job.assignments if one.address and one.port and one.component != UNSEEN]
    for one in () if _is_ahead(wanted, job) else places:
        served = served_by(shake(one.address, one.reached_port, one.name))
        if served.thumbprint != ours:
            shown = served.thumbprint or f"no certificate ({served.detail})"
            return f"{endpoint_text(one.address, one.port)} shows {shown}"
    return "" if places else "no port shows it"


def _candidates(
    wanted: Retiring, jobs: Sequence[CertificateWork], mine: Sequence[StoreEntry], waiting: Sequence[StoreEntry]
) -> Iterator[_Candidate]:
    """Certificates of the store that a proved one took the place of, and requests that wait in vain for one."""
    kept = {_thumbprint(wanted, job.certificate) for job in wanted.work.certificates}
    by_name = {one.thumbprint: one for one in mine}
    seen = set(kept)
    for job in jobs:
        ours = _thumbprint(wanted, job.certificate)
        successor = entry.certificate if ours and (entry := by_name.get(ours)) else None
        if successor is None and not _is_ahead(wanted, job):
            continue
        former = {one.thumbprint for one in former_of(wanted.held.get(job.certificate.id))}
        former |= {one.before for one in _moved(wanted, job)}
        for entry in mine:
            known = entry.certificate
            if known is None or entry.thumbprint in seen or (entry.archived and wanted.way == ARCHIVE):
                continue
            ordered = entry.thumbprint in wanted.renew
            if entry.thumbprint in former or _earlier(job.certificate, known, successor, ordered=ordered):
                seen.add(entry.thumbprint)
                yield _Candidate(job.certificate, entry, known, ours)
        if wanted.way == REMOVE:
            for entry in waiting_for(job.certificate, waiting):
                if entry.certificate is not None and entry.certificate.names:
                    yield _Candidate(job.certificate, entry, entry.certificate, ours, REQUEST)


def _earlier(
    planned: PlannedCertificate, one: X509Certificate, successor: X509Certificate | None, *, ordered: bool
) -> bool:
    """Whether it was issued for the same, earlier: what a run that was cut off may have left behind.

    :param successor: None for one that is only planned: it will be the newest.
    :param ordered: the site has named it, so that it may lack names which the plan has since.
    """
    issuer = successor.issuer_common_name if successor else planned.issuer.ca.partition("\\")[2]
    return (
        (successor is None or one.not_before < successor.not_before)
        and one.issuer_common_name == issuer
        and comparable(one.common_name or "") == comparable(planned.common_name)
        and (ordered or not missing_names(planned, one))
    )


# --- in check mode: what would be assigned --------------------------------------------------------------------------


def _is_ahead(wanted: Retiring, job: CertificateWork) -> bool:
    """Whether the run would still bring the certificate, or assign it."""
    installed = _step(wanted, job, "install").get("state") == "would_install"
    return wanted.check_mode and (installed or bool(_moved(wanted, job)))


def _step(wanted: Retiring, job: CertificateWork, part: str) -> Mapping[str, Any]:
    return (wanted.held.get(job.certificate.id) or {}).get(part) or {}


def _moved(wanted: Retiring, job: CertificateWork) -> list[AssignedPlace]:
    """The places that the run would have name the certificate."""
    if not wanted.check_mode:
        return []
    told = (one for part in PARTS for one in _step(wanted, job, part).get("assigned") or ())
    return [from_plain(AssignedPlace, one, where="held: assigned") for one in told if one["state"] == WOULD_CHANGE]


def _is_commanded(wanted: Retiring, job: CertificateWork) -> bool:
    return bool(_step(wanted, job, "assignment").get("command") and _moved(wanted, job))


def _waits_for(wanted: Retiring, job: CertificateWork) -> str:
    """What is left to people, so that its ports would still show the former one at the end of the run."""
    steps = [*(_step(wanted, job, part) for part in PARTS), *_step(wanted, job, "by_hand").values()]
    if any(one.get("steps") for one in steps):
        return "a step by hand comes first"
    started = any(_step(wanted, one, "services").get("changed") for one in wanted.work.certificates)
    restart = _step(wanted, job, "assignment").get("restart") and not started
    return "its ports show another one only after a restart, which this run may not order" if restart else ""


# --- what uses it ---------------------------------------------------------------------------------------------------


def _uses(host: WindowsHost, wanted: Retiring, certificates: Sequence[X509Certificate]) -> dict[str, str]:
    """Thumbprint to a place that names it, for all that can be read; raises RolloutError where one cannot. In check
    mode those are left out that the run would have name another."""
    moved = [one for job in wanted.work.certificates for one in _moved(wanted, job)]
    places = {one.place for one in moved}
    if not can_bind(host):
        raise RolloutError(
            "which certificates IIS uses cannot be read on this Windows",
            where=host.name,
            mend="Set pool_certificates_retire: keep for this server, and remove what is replaced by hand",
        )
    used = dict(_bound(HttpBindings(host), places))
    used |= dict(_of_windows(host))
    marks = read_marks(host)
    used |= {one.thumbprint: why for one in certificates if (why := named_by(marks, one))}
    # A site's command names no places: it assigns what its port shows.
    commanded = any(_is_commanded(wanted, job) for job in wanted.work.certificates)
    for held in read_assignments(host.wmi, where=host.name) or ():
        if held.place not in places and not commanded:
            used |= _named(held, certificates)
    if "lync" in {one.way for job in wanted.work.certificates for one in job.assignments}:
        for one in (one for one in read_state(host).listed if one.type not in places):
            used |= {name: one.type for name in (one.thumbprint, one.previous) if name}
    return used


def _bound(bindings: HttpBindings, moved: Container[str]) -> Iterator[tuple[str, str]]:
    for place in bindings.places():
        binding = None if str(place) in moved else bindings.get(place)
        if binding is not None:
            yield binding.thumbprint, f"the binding {place}"


def _of_windows(host: WindowsHost) -> Iterator[tuple[str, str]]:
    for name in host.registry.subkeys(_LISTENERS) or ():
        given = host.registry.string(f"{_LISTENERS}\\{name}", "certThumbprint")
        if given:
            yield given.replace(" ", "").upper(), f"the listener {name} of WinRM"
    digest = host.registry.binary(_DESKTOP, "SSLCertificateSHA1Hash")
    if digest:
        yield digest.hex().upper(), "the remote desktop"


def _named(held: HeldAssignment, certificates: Sequence[X509Certificate]) -> dict[str, str]:
    return {one.thumbprint: held.place for one in certificates if held.names(one)}


# --- apply ----------------------------------------------------------------------------------------------------------


def _retired(
    host: WindowsHost, wanted: Retiring, one: _Candidate, used: Mapping[str, str], every: Sequence[StoreEntry]
) -> RetiredCertificate:
    place = used.get(one.entry.thumbprint, "")
    if place or wanted.way == KEEP or wanted.only_tell:
        return _told(one, IN_USE if place else KEPT, why=place)
    if wanted.check_mode:
        return _told(one, _WOULD[wanted.way])
    if wanted.way == ARCHIVE:
        _archive(host, one)
        return _told(one, ARCHIVED)
    key = remove_with_key(host, one.store, one.entry, [entry for entry in every if entry is not one.entry])
    return _told(one, REMOVED, key=key)


def _archive(host: WindowsHost, one: _Candidate) -> None:
    result = archive(host, MY, one.entry.thumbprint)
    now = CertificateStores(host.registry, host.name).entry(MY, one.entry.thumbprint)
    if now is None or not now.archived:
        raise failed(f"certificate {one.entry.thumbprint} is not archived", result, where=host.name)


# --- report ---------------------------------------------------------------------------------------------------------


def _told(one: _Candidate, state: str, *, key: str = "", why: str = "") -> RetiredCertificate:
    known = one.certificate
    return RetiredCertificate(
        one.planned.id,
        one.entry.thumbprint,
        one.successor,
        known.subject,
        known.serial,
        known.public_key,
        known.issuer_common_name,
        known.not_after,
        state,
        key,
        why,
        one.store,
    )


_VERBS = {ARCHIVED: (CHANGE, "archived"), "would_archive": (CHANGE, "archived")}
_VERBS |= {REMOVED: (DELETE, "removed"), "would_remove": (DELETE, "removed")}


def _change_set(retired: Sequence[RetiredCertificate]) -> ChangeSet:
    gone = [one for one in retired if one.state in _VERBS]
    before = "".join(f"{one.store} {one.thumbprint} {one.subject}\n" for one in gone)
    after = "".join(f"{one.store} {one.thumbprint} archived\n" for one in gone if _VERBS[one.state][0] == CHANGE)
    return ChangeSet(before, after, tuple(map(_change, gone)))


def _change(one: RetiredCertificate) -> Change:
    verb, done = _VERBS[one.state]
    what = "waiting request" if one.store == REQUEST else "replaced certificate"
    subject = {"certificate": one.certificate, "store": one.store, "thumbprint": one.thumbprint}
    return Change(verb, f"{what} {done}", subject, one.thumbprint, done=done)
