# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is the certificate that a listener serves the one that the plan put there? Pure comparison; time is an argument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates import chain, fit, x509
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.renewal import renewal_due
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain, to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.names import comparable, covers
from ansible_collections.ucops.rollout.plugins.module_utils.proof import result as proof
from ansible_collections.ucops.rollout.plugins.module_utils.proof import tls_alerts, tls_clients, tls_wire
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import Cause, ProofResult
from ansible_collections.ucops.rollout.plugins.module_utils.proof.side_by_side import NOT_AGAIN
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_targets import Target
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint

NO_ROOTS = (
    "whether clients trust it is not known: no root of the planned CA was read or given. Let the CA take part, or give"
    " its root certificate (pool_verify_roots)"
)
NO_ROOTS_CAUSE = Cause("no_roots", "", NO_ROOTS)
REBUILT = (
    ", of the same name and with another key: the CA was set up anew, or this is another one. Let the CA of the plan"
    " issue the certificate again"
)
DIRECT, LOAD_BALANCER = "direct", "load_balancer"
_SHA2 = ("SHA-256", "SHA-384", "SHA-512")
_HASHES = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}
_ADVICE = {
    tls_wire.NO_LISTENER: (
        "See whether the service of this port runs. The server listens only once a certificate is assigned to it, and"
        " its services were started after that"
    ),
    tls_wire.TIMEOUT: "Check the address, and the firewall on the way",
    tls_wire.NO_COMMON_CIPHER: (
        "This host and the listener have no protocol version or cipher suite in common: run the check from a host with"
        " an older OpenSSL"
    ),
    tls_wire.NOT_TLS: "See what listens there, and whether the load balancer sends the port to the right service",
    tls_wire.NOT_POSSIBLE_HERE: "Run the check from a host whose OpenSSL and policy allow old TLS versions",
    tls_wire.NO_CERTIFICATE: "Let the listener offer cipher suites with a certificate: clients take no others",
    tls_wire.CLIENT_CERTIFICATE: tls_alerts.DEMANDED,
    tls_wire.BROKEN_OFF: "See in the server's event log (source Schannel) why it ended the handshake",
}


_BALANCED_ADVICE = {
    tls_wire.NO_LISTENER: (
        "See whether the load balancer has this port at this address, and a server in the pool behind it that it takes"
        " for alive"
    ),
    tls_wire.TIMEOUT: (
        "Check the address, and whether the load balancer has this port, a live server behind it, and a way back from"
        " there; then the firewall"
    ),
}


@dataclass(frozen=True)
class Expectation:
    """What holds for all endpoints.

    ``thumbprints``: {certificate id: thumbprint} as far as known. ``roots``: the roots that clients trust; empty means
    that none is known, and trust is then unproved. ``minimum_days``: with fewer days left a
    certificate is wrong, as far as its lifetime allows (``renewal``).
    ``issuers``: certificates of authorities that help to follow a chain, and are not trusted. ``roots_complete``:
    whether a chain that leads to no known root is wrong; otherwise only one of the same name as a known one is.
    ``seen_at``: {thumbprint: ids of the planned certificates where it was seen without a load balancer between}.
    ``newest_hash``: the newest with which a certificate of the estate is signed, such as ``SHA-256``; empty: not known.
    """

    now: datetime
    thumbprints: Mapping[str, Thumbprint] = field(default_factory=dict)
    roots: tuple[X509Certificate, ...] = ()
    minimum_days: int = 0
    issuers: tuple[X509Certificate, ...] = ()
    roots_complete: bool = True
    seen_at: Mapping[Thumbprint, frozenset[str]] = field(default_factory=dict)
    newest_hash: str = ""


def informed(expectation: Expectation, seen: Sequence[tuple[Target, Handshake]]) -> Expectation:
    """The expectation with what all handshakes together tell: which server holds what, and how the estate signs."""
    at: dict[Thumbprint, frozenset[str]] = {}
    leaves = []
    for target, handshake in seen:
        leaf = _leaf(target, handshake)
        if leaf is None:
            continue
        leaves.append(leaf)
        if target.through != LOAD_BALANCER and len(target.planned) == 1:
            at[leaf.thumbprint] = at.get(leaf.thumbprint, frozenset()) | {target.planned[0].id}
    hashes = {_hash(one) for one in (*leaves, *expectation.roots, *expectation.issuers)}
    return replace(expectation, seen_at=at, newest_hash=max(hashes & set(_SHA2), key=_SHA2.index, default=""))


def _leaf(target: Target, handshake: Handshake) -> X509Certificate | None:
    try:
        return x509.parse_certificate(handshake.chain_der[0], where=target.place) if handshake.chain_der else None
    except RolloutError:
        return None


def _hash(certificate: X509Certificate) -> str:
    return _HASHES.get(certificate.signature_algorithm.partition("_")[0], "")


def load_roots(pems: Sequence[str]) -> tuple[X509Certificate, ...]:
    """Root certificates from PEM text; each must be self-signed, since one that is not would be trusted by mistake."""
    roots = []
    for index, pem in enumerate(pems):
        for certificate in x509.load_certificates(pem, where=f"roots[{index}]"):
            if not chain.is_root(certificate):
                raise RolloutError(
                    f"'{certificate.subject}' is not self-signed", where=f"roots[{index}]", mend="Give roots only"
                )
            roots.append(certificate)
    return tuple(roots)


def load_issuers(pems: Sequence[str]) -> tuple[X509Certificate, ...]:
    """Certificates of authorities from PEM text, trusted or not."""
    given = enumerate(pems)
    return tuple(one for index, pem in given for one in x509.load_certificates(pem, where=f"issuers[{index}]"))


def load_thumbprints(given: Mapping[str, Any]) -> dict[str, Thumbprint]:
    """{certificate id: thumbprint} as people write them; an empty one is not known."""
    return {id: from_plain(Thumbprint, text, where=f"thumbprints[{id}]") for id, text in given.items() if text}


def planned_only(wanted: Sequence[Target]) -> list[ProofResult]:
    """What would be checked, without any handshake."""
    return [_result(target, proof.WOULD_BE_CHECKED, "would shake hands and compare") for target in wanted]


def compare(target: Target, handshake: Handshake, expectation: Expectation) -> ProofResult:
    """One result for one handshake: wrong certificates are ``failed``, what could not be seen is ``unproved``."""
    if not handshake.chain_der:
        state = proof.FAILED if handshake.state == tls_wire.NOT_TLS else proof.UNPROVED
        return replace(_result(target, state, _not_seen(target, handshake)), cause=_unseen(target, handshake))
    try:
        chain = [x509.parse_certificate(der, where=target.place) for der in handshake.chain_der]
    except RolloutError as error:
        return _result(target, proof.FAILED, f"the listener serves no readable certificate: {error.what}")
    verdict = _Verdict(target, chain, expectation)
    result = _result(target, verdict.state, verdict.message, to_plain(_served(verdict, handshake)))
    remarks = () if verdict.reasons else (*_of_clients(verdict), *_of_connection(handshake))
    result = replace(result, cause=verdict.cause, remarks=remarks)
    if handshake.state == tls_wire.CLIENT_CERTIFICATE:
        return replace(
            result, state=proof.FAILED, message=f"{_not_seen(target, handshake)}; {verdict.message}", cause=None
        )
    if handshake.state != tls_wire.OK and result.state == proof.PROVED:
        told = _unseen(target, handshake)
        return replace(result, state=proof.UNPROVED, message=_not_seen(target, handshake), cause=told)
    return result


def _result(target: Target, state: str, message: str, found: Any = None) -> ProofResult:
    expected = {"name": target.name, "certificates": [certificate.id for certificate in target.planned]}
    return ProofResult("tls", target.subject, state, message, target.through, target.place, expected, found)


def _not_seen(target: Target, handshake: Handshake) -> str:
    return ". ".join(part for part in (_met(handshake), _advice(target, handshake)) if part)


def _met(handshake: Handshake) -> str:
    return handshake.detail or handshake.state.replace("_", " ")


def _advice(target: Target, handshake: Handshake) -> str:
    if handshake.alert is not None:
        return tls_alerts.alert(handshake.alert).mend
    server, balanced = _ADVICE.get(handshake.state, ""), _BALANCED_ADVICE.get(handshake.state)
    if balanced is None or target.through == DIRECT:
        return server
    if target.through == LOAD_BALANCER:
        return balanced
    return f"If the address is a server's: {server}. If it is a load balancer's: {balanced}"


def _unseen(target: Target, handshake: Handshake) -> Cause:
    """What all listeners of a port that were met in the same way have in common."""
    met = _met(handshake).removesuffix(f"; {NOT_AGAIN}")
    return Cause(handshake.state, f"port {target.port}", met, _advice(target, handshake))


def _of_connection(handshake: Handshake) -> list[str]:
    """The version that was agreed, those that are not offered, and whom that shuts out."""
    told = []
    if handshake.offered:
        lacking = f", {' and '.join(handshake.not_offered)} not offered" if handshake.not_offered else ""
        able, shut_out = tls_clients.connecting(handshake.offered, handshake.not_offered)
        served = f"as far as is known, that serves {', '.join(able) or 'no client'}, but not {', '.join(shut_out)}"
        told.append(f"TLS {handshake.agreed} agreed{lacking}{f'; {served}' if shut_out else ''}")
    if handshake.wants_client_certificate:
        told.append("it asks for a client certificate, and goes on without one")
    return told


def _of_clients(verdict: _Verdict) -> list[str]:
    """Signatures of the certificate and of the authorities below the root, where some client refuses them."""
    below = () if isinstance(verdict.issuers, RolloutError) else verdict.issuers[:-1]
    told = []
    for one in (verdict.leaf, *below):
        refusing, newest = tls_clients.refusing(one.signature_algorithm), verdict.expectation.newest_hash
        old = newest if _hash(one) in ("MD5", "SHA-1") else ""
        what = "it is" if one is verdict.leaf else f"its issuer '{one.subject}' is"
        aims = [f"others of this estate are signed with {newest}"] if old else []
        aims += [f"which {', '.join(refusing)} refuse"] if refusing else []
        if aims:
            told.append(f"{what} signed with {_hash(one) or 'RSASSA-PSS'}, {' and '.join(aims)}")
    return told


class _Verdict:
    """The reasons for and against one served chain."""

    def __init__(self, target: Target, chain: Sequence[X509Certificate], expectation: Expectation) -> None:
        self.leaf = chain[0]
        self.sent = chain
        self.target = target
        self.expectation = expectation
        self.remarks: list[str] = []
        self.candidates = _served_ones(target.planned, self.leaf, expectation)
        self.planned = self.candidates[0] if self.candidates else None
        self.trusted = self._followed(self._without_strangers())
        self.issuers = self.trusted
        if isinstance(self.trusted, RolloutError):
            self.issuers = self._followed([*self.sent[1:], *expectation.roots, *expectation.issuers])
        self.days_left = (self.leaf.not_after - expectation.now).days
        self.reasons = [*self._names(), *self._thumbprint(), *self._content(), *self.distrust]

    @property
    def state(self) -> str:
        if self.reasons:
            return proof.FAILED
        return proof.PROVED if self.roots_decide else proof.UNPROVED

    @property
    def message(self) -> str:
        if self.reasons:
            return (
                f"wrong certificate {self.leaf.thumbprint}{self._holder()}: {'; '.join([*self.reasons, *self.remarks])}"
            )
        until = x509.timestamp(self.leaf.not_after)
        unknown = [] if self.roots_decide else [*filter(None, [self._end()]), NO_ROOTS]
        return "; ".join([f"certificate {self.leaf.thumbprint}, valid until {until}", *self.remarks, *unknown])

    @property
    def cause(self) -> Cause | None:
        """The reasons where they say nothing of one certificate alone, else that no root is known."""
        if self.reasons:
            return Cause("wrong_certificate", "", f"wrong certificate: {'; '.join(self.reasons)}")
        return None if self.roots_decide or self.expectation.roots else NO_ROOTS_CAUSE

    def _holder(self) -> str:
        """Whose it is, where several servers may answer and one of them was found out."""
        if len(self.target.planned) < 2 or self.planned is None or len(self.candidates) > 1:
            return ""
        return f" of {', '.join(self.planned.holders)}"

    def _names(self) -> list[str]:
        if holds_name(self.leaf, self.target.name):
            return []
        in_subject = comparable(self.leaf.common_name or "") == comparable(self.target.name)
        if in_subject and self.planned is not None and not _plans_name(self.planned, self.target.name):
            self.remarks.append(f"{self.target.name} is its common name only, which clients after RFC 9525 ignore")
            return []
        return [f"it does not hold the name {self.target.name}"]

    def _thumbprint(self) -> list[str]:
        known = [self.expectation.thumbprints.get(certificate.id) for certificate in self.target.planned]
        if self.leaf.thumbprint in known:
            return []
        if known and all(known):
            wanted = " or ".join(str(thumbprint) for thumbprint in known)
            return [f"the plan put {wanted} there"]
        if not known:
            return []
        self.remarks.append("not compared with a known thumbprint")
        return []

    def _content(self) -> list[str]:
        now, days = self.expectation.now, self.expectation.minimum_days
        if not self.candidates:
            return [*_unmet_dates(self.leaf, now, days), *fit.unmet_extensions(self.leaf)]
        unmet = [fit.unmet_by_content(one, self.leaf, now=now, minimum_days=days) for one in self.candidates]
        shared = [reason for reason in unmet[0] if all(reason in reasons for reasons in unmet)]
        own = [[reason for reason in reasons if reason not in shared] for reasons in unmet]
        told = [
            f"as that of {', '.join(one.holders)}, {' and '.join(reasons)}"
            for one, reasons in zip(self.candidates, own, strict=True)
            if reasons
        ]
        return [*shared, *told] if all(own) else shared

    def _without_strangers(self) -> list[X509Certificate]:
        """What a client follows a chain with: its roots, and authorities that are no roots of others."""
        others = [one for one in (*self.sent[1:], *self.expectation.issuers) if not chain.is_root(one)]
        return [*self.expectation.roots, *others]

    def _followed(self, candidates: Sequence[X509Certificate]) -> tuple[X509Certificate, ...] | RolloutError:
        try:
            return chain.build_chain(self.leaf, candidates, now=self.expectation.now, where=self.target.place)
        except RolloutError as error:
            return error

    @property
    def distrust(self) -> list[str]:
        """Why clients do not trust it, as far as the known roots say."""
        if chain.is_root(self.leaf):
            return ["it is self-signed: no CA vouches for it. Assign the certificate that the planned CA issued"]
        if not self.roots_decide or not isinstance(self.trusted, RolloutError):
            return []
        trusted = ", ".join(f"'{root.subject}' ({root.thumbprint})" for root in self.expectation.roots)
        if isinstance(self.issuers, RolloutError):
            return [f"{self.issuers.what}. Clients trust {trusted}"]
        return [f"{self._end()}, and clients trust {trusted}{REBUILT if self._has_name_of_root() else ''}"]

    @property
    def roots_decide(self) -> bool:
        """Whether the roots that are known say yes or no to this chain."""
        if not self.expectation.roots:
            return False
        complete = self.expectation.roots_complete or self._has_name_of_root()
        return complete or not isinstance(self.trusted, RolloutError)

    def _has_name_of_root(self) -> bool:
        """Whether the chain leads to somebody who has the name of a known root."""
        way = () if isinstance(self.issuers, RolloutError) else self.issuers[-1:]
        above = {one.issuer for one in way or self.sent}
        return bool(above & {root.subject for root in self.expectation.roots})

    def _end(self) -> str:
        """Where the chain leads, as far as it was followed."""
        if isinstance(self.issuers, RolloutError):
            return ""
        end = self.issuers[-1]
        return f"it leads to the root '{end.subject}' ({end.thumbprint})"

    @property
    def chain(self) -> tuple[Thumbprint, ...]:
        """Thumbprints from the leaf to the root, as far as they are known."""
        following = self.sent[1:] if isinstance(self.issuers, RolloutError) else self.issuers
        return tuple(certificate.thumbprint for certificate in (self.leaf, *following))


def trust_of(
    sent: Sequence[X509Certificate], roots: Sequence[X509Certificate], *, now: datetime, where: str
) -> tuple[tuple[str, ...], str]:
    """Why clients that trust these roots do not trust what a listener sent, and why nobody knows whether they do."""
    verdict = _Verdict(Target("", where, 0), sent, Expectation(now, roots=tuple(roots)))
    return tuple(verdict.distrust), "" if verdict.roots_decide else NO_ROOTS


def _unmet_dates(leaf: X509Certificate, now: datetime, minimum_days: int) -> list[str]:
    """For an endpoint without a planned certificate; otherwise fit looks at the dates too."""
    if now < leaf.not_before:
        return [f"it is not valid before {x509.timestamp(leaf.not_before)}"]
    if leaf.not_after <= now or renewal_due(leaf, now, minimum_days):
        return [f"its last moment is {x509.timestamp(leaf.not_after)}"]
    return []


def _served_ones(
    planned: Sequence[PlannedCertificate], leaf: X509Certificate, expectation: Expectation
) -> list[PlannedCertificate]:
    """Which of the planned certificates this is: the one of its thumbprint, else the one of the server where it was
    seen, else the one whose server it names, else the one that it fits best; several where none of that decides."""
    names = {comparable(name) for name in leaf.names}
    for found in (
        [one for one in planned if expectation.thumbprints.get(one.id) == leaf.thumbprint],
        [one for one in planned if one.id in expectation.seen_at.get(leaf.thumbprint, ())],
        [one for one in planned if any(comparable(holder) in names for holder in one.holders)],
    ):
        if len(found) == 1 or (found and expectation.thumbprints.get(found[0].id) == leaf.thumbprint):
            return found[:1]

    unmet = {one.id: len(fit.unmet_by_content(one, leaf, now=expectation.now, minimum_days=0)) for one in planned}
    return [one for one in planned if unmet[one.id] == min(unmet.values())]


def _plans_name(planned: PlannedCertificate, name: str) -> bool:
    return comparable(name) in {comparable(one) for one in planned.subject_alternative_names}


def holds_name(leaf: X509Certificate, name: str) -> bool:
    """RFC 9525, and RFC 2818 for certificates without any subject alternative name: then the common name counts."""
    patterns = leaf.names or ((leaf.common_name,) if leaf.common_name else ())
    return any(covers(comparable(pattern), comparable(name)) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class ServedCertificate:
    """What a listener serves: ``found`` of a result.

    ``certificate``: the planned one that it is, None where it is none. ``chain``: thumbprints from the certificate to
    the root, as far as they are known; ``sent``: those that the listener itself sends. ``extended_key_usage``: None
    where it has no such extension.
    """

    certificate: str | None
    thumbprint: Thumbprint
    common_name: str | None
    names: tuple[str, ...]
    issuer: str
    not_after: datetime
    days_left: int
    key_algorithm: str
    key_length: int
    chain: tuple[Thumbprint, ...]
    chain_complete: bool
    sent: tuple[Thumbprint, ...]
    extended_key_usage: tuple[str, ...] | None
    version: str
    cipher: str
    offered: tuple[str, ...]
    not_offered: tuple[str, ...]


def _served(verdict: _Verdict, handshake: Handshake) -> ServedCertificate:
    leaf = verdict.leaf
    return ServedCertificate(
        certificate=verdict.planned.id if verdict.planned is not None and not verdict.reasons else None,
        thumbprint=leaf.thumbprint,
        common_name=leaf.common_name,
        names=leaf.names,
        issuer=leaf.issuer,
        not_after=leaf.not_after,
        days_left=verdict.days_left,
        key_algorithm=leaf.key_algorithm,
        key_length=leaf.key_length,
        chain=verdict.chain,
        chain_complete=not isinstance(verdict.issuers, RolloutError),
        sent=tuple(one.thumbprint for one in verdict.sent),
        extended_key_usage=leaf.extended_key_usage,
        version=handshake.version,
        cipher=handshake.cipher,
        offered=handshake.offered,
        not_offered=handshake.not_offered,
    )
