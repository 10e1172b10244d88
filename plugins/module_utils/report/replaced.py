# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the certificates of a run took the place of on each server, and what became of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import CHANGE, DELETE
from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import (
    RESTORED,
    CertificateOutcome,
    Described,
    Outcome,
    RetiredOutcome,
    RevokedOutcome,
    ServerOutcome,
)

_MY = "MY"
_LEFT = "left as it was"
_STATES = {
    "kept": "kept in the store",
    "archived": "archived",
    "removed": "removed",
    "would_archive": "would be archived",
    "would_remove": "would be removed",
}
_KEYS = {
    "deleted": " with its key",
    "shared": "; its key stays, since another certificate has it too",
    "unknown": "; what became of its key is not known",
}
_REVOKED = {
    "revoked": "revoked (superseded)",
    "already_revoked": "was revoked before",
    "would_revoke": "would be revoked (superseded)",
}
_PROVED = {
    RESTORED: "assigned again, since the new one does not serve",
    "not_restored": "NOT assigned again, although the new one does not serve",
}
_VERBS = {"archived": CHANGE, "would_archive": CHANGE, "removed": DELETE, "would_remove": DELETE}


@dataclass(frozen=True, slots=True)
class CertificateMark:
    """What tells one certificate from another; None for what is not known."""

    thumbprint: str | None = None
    not_after: str | None = None
    request_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReplacedCertificate:
    """A certificate that another one took the place of on a server, or would in check mode.

    ``why``: what it does not serve for, empty where that is not known; ``became``: what was done with it, in words.
    """

    server: str
    certificate: str
    before: CertificateMark
    after: CertificateMark
    why: str
    became: str


@dataclass(frozen=True, slots=True)
class RetirementChange:
    """What was done, or would be in check mode, with a certificate that was replaced."""

    server: str
    verb: str
    what: str


def replaced(outcome: Outcome, ids: Mapping[str, int]) -> Iterator[ReplacedCertificate]:
    """In the order of the servers.

    :param ids: the public key of a certificate to the number of its request.
    """
    for fqdn, server in outcome.servers.items():
        for id, done in server.certificates.items():
            yield from _of_certificate(fqdn, id, done, server, ids)


def retirement_changes(outcome: Outcome) -> Iterator[RetirementChange]:
    """Of a request that waited in vain too; revocation comes first, as it was done."""
    for fqdn, server in outcome.servers.items():
        revoked, retired = _revoked(server), _retired(server)
        for one in retired:
            at_ca = revoked.get(one.serial_number)
            if at_ca and at_ca.state in ("revoked", "would_revoke"):
                done = "revoked" if at_ca.state == "revoked" else "to be revoked"
                yield RetirementChange(
                    fqdn, CHANGE, f"replaced certificate {one.thumbprint} {done} ({one.certificate})"
                )
        for one in retired:
            if one.state in _VERBS:
                what = "replaced certificate" if one.store == _MY else "waiting request"
                done = "archived" if _VERBS[one.state] == CHANGE else "removed"
                done = f"to be {done}" if one.state.startswith("would_") else done
                yield RetirementChange(fqdn, _VERBS[one.state], f"{what} {one.thumbprint} {done} ({one.certificate})")


def replacements_ahead(outcome: Outcome) -> Iterator[RetirementChange]:
    """In check mode what would be replaced, and why."""
    for one in replaced(outcome, {}) if outcome.check_mode else ():
        if one.after.thumbprint is None:
            why = f", since {one.why}" if one.why else ""
            # What would be done with it is a change of its own.
            then = "" if one.became.startswith("would be") else f"; then {one.became}"
            what = f"certificate {one.before.thumbprint} to be replaced ({one.certificate}){why}{then}"
            yield RetirementChange(one.server, CHANGE, what)


def _of_certificate(
    fqdn: str, id: str, done: CertificateOutcome, server: ServerOutcome, ids: Mapping[str, int]
) -> Iterator[ReplacedCertificate]:
    after = _after(done, ids)
    revoked = _revoked(server)
    retired = [one for one in _retired(server) if one.certificate == id and one.store == _MY]
    for one in retired:
        at_ca = revoked.get(one.serial_number)
        number = (at_ca.request_id if at_ca else None) or ids.get(one.public_key)
        before = CertificateMark(one.thumbprint, one.not_after, number)
        yield ReplacedCertificate(fqdn, id, before, after, _why(done, before), _became(one, at_ca))
    former = _former(done, ids)
    if former and former.thumbprint not in {one.thumbprint for one in retired}:
        yield ReplacedCertificate(fqdn, id, former, after, _why(done, former), _kept(id, server))


def _after(done: CertificateOutcome, ids: Mapping[str, int]) -> CertificateMark:
    described = next((one for one in (done.issue.description, done.request.held) if one != Described()), Described())
    number = done.issue.request_id or ids.get(done.request.public_key or "")
    return CertificateMark(done.thumbprint or done.install.thumbprint, described.not_after, number)


def _former(done: CertificateOutcome, ids: Mapping[str, int]) -> CertificateMark | None:
    """What the store had, else what a place named before; None where this run brought no other."""
    if not (done.install.changed or done.request.changed):
        return None
    one = done.request.former
    if one.thumbprint:
        return CertificateMark(one.thumbprint, one.not_after, ids.get(one.public_key or ""))
    named = (place.before for step in (done.assignment, done.binding) for place in step.assigned)
    before = next((name for name in named if name and name != done.thumbprint), "")
    return CertificateMark(before) if before else None


def _why(done: CertificateOutcome, former: CertificateMark) -> str:
    told = next((one.reasons for one in done.request.reasons if one.thumbprint == former.thumbprint), ())
    return "; ".join(told)


def _retired(server: ServerOutcome) -> list[RetiredOutcome]:
    return [one for done in server.certificates.values() for one in done.retired]


def _revoked(server: ServerOutcome) -> dict[str, RevokedOutcome]:
    return {one.serial_number: one for done in server.certificates.values() for one in done.revoked}


def _became(one: RetiredOutcome, at_ca: RevokedOutcome | None) -> str:
    told = f"kept, since {one.why} uses it" if one.state == "in_use" else _STATES.get(one.state, one.state)
    told += _KEYS.get(one.key, "")
    if at_ca is None:
        return told
    return f"{_REVOKED.get(at_ca.state, f'NOT revoked: {at_ca.msg}')}; {told}"


def _kept(id: str, server: ServerOutcome) -> str:
    """Of one that nothing was done with."""
    states = (done.proved for done in server.certificates.values())
    back = next((_PROVED[state] for state in states if state in _PROVED), "")
    whys = {key: why for done in server.certificates.values() for key, why in done.unproved.items()}
    return back or (f"{_LEFT}, since {whys[id]}" if id in whys else _LEFT)
