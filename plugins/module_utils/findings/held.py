# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server holds: its own certificates and waiting keys beside the plan, and how strong they and those above are.

A certificate that a planned place has is told there as well; here is what it breaks, and how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import is_root
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import (
    REFUSED_SIGNATURES,
    behind_wildcard,
    unmet,
    unmet_by_content,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.machine_stores import StoredCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.public_key import weakness_of
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.renewal import renewal_due
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import unmet_by_stand_in
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, timestamp
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RUN, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    ERROR,
    NOTE,
    WARNING,
    Finding,
    PlannedCertificate,
)
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

# Whoever approves requests has answered by then.
WAITING_FOR_LONG = timedelta(days=30)
_LEFT = "its place is told as different, which ends the audit badly already"
_EXPIRED = "Microsoft, 'Lync Server certificate expiration'; skypepro.co.uk"
_CNG = "Microsoft, 'The buffer supplied to a function was too small' on assigning a certificate with a CNG key"
SIGNATURES = "thecloudtechnologist.com (a CA that signs with MD5); TechNet 'Certificate Requirements' (RSASSA-PSS)"

CERTIFICATE_EXPIRED = FindingKind(
    code="certificate-expired",
    severity=WARNING,
    about=RUN,
    title="A certificate in use has expired",
    message="{certificate}: {held} expired on {end}",
    breaks="Services that have it do not start, and clients and other servers refuse it",
    mend="Run deploy_pool: it makes and assigns another one",
    source=_EXPIRED,
    decision=_LEFT,
    elsewhere="a certificate that is assigned and has ended",
)
CERTIFICATE_EXPIRES = FindingKind(
    code="certificate-expires",
    severity=WARNING,
    about=RUN,
    title="A certificate in use expires soon",
    message="{certificate}: {held} expires on {end}, in {days}",
    breaks="From then on services that have it do not start, and clients and other servers refuse it",
    mend="Run deploy_pool before: it makes and assigns another one",
    source=_EXPIRED,
    decision=_LEFT,
    elsewhere="a certificate that is assigned and has fewer days left than pool_audit_minimum_days",
)
CERTIFICATE_LEFT_OVER = FindingKind(
    code="certificate-left-over",
    severity=WARNING,
    about=RUN,
    title="A certificate lies beside the one that is in use",
    message="{certificate}: {held} would serve as well, and is assigned nowhere; {used}",
    breaks="Whoever assigns by the name takes the wrong one, and its key can serve as long as the certificate lasts",
    mend="certutil -delstore my {thumbprint} on the server, once it is sure that nobody wants it back",
    source="WebAdministrationDsc issue 333, CertificateDsc issue 269 (several certificates of one subject)",
    decision="what serves is not disturbed by it",
    elsewhere="a certificate that was renewed, and whose predecessor is still valid",
)
KEY_MISSING = FindingKind(
    code="key-missing",
    severity=WARNING,
    about=RUN,
    title="A certificate has no private key",
    message="{certificate}: {held} has the planned names, and its private key is not on this server",
    breaks="It cannot be assigned, or the service that names it does not start",
    mend=(
        "certutil -repairstore my {thumbprint} finds a key that is there still. Otherwise take it away (certutil"
        " -delstore my {thumbprint}) and run deploy_pool, which asks for another one"
    ),
    source="Microsoft, certutil -repairstore; ansible.windows issue 443",
    decision="where it is assigned, its place is told as different",
    elsewhere="a certificate that was imported as .cer on a server that did not make its request",
)
WAITING_KEY_LEFT = FindingKind(
    code="waiting-key-left",
    severity=NOTE,
    about=RUN,
    title="A key waits for a certificate that nobody will use",
    message="the key of '{subject}' ({thumbprint}) waits in the store REQUEST since {since}: {why}",
    breaks="Nothing; whoever finds its request may still have it issued",
    mend="certutil -delstore request {thumbprint} on the server, once it is sure that nobody waits for it",
    source="xenroll, RequestStoreName; facts of certreq -new",
    decision="it is in nobody's way",
    elsewhere="a request that was denied, or made again by hand",
)
WAITING_KEY_PENDING = FindingKind(
    code="waiting-key-pending",
    severity=NOTE,
    about=RUN,
    title="A request waits for an officer of the CA, and its key on the server",
    message=(
        "request {request} of the CA waits for an officer, and for this key: that of '{subject}' ({thumbprint}), in the"
        " store REQUEST since {since}"
    ),
    breaks="Nothing, as long as the key stays: what an officer approves is of no use without it",
    mend="Have an officer of the CA decide on it, then run deploy_pool, or renew_certificates, again. Keep the key",
    source="MS-WCCE, disposition 9 (pending); xenroll, RequestStoreName",
    decision="it is in nobody's way",
    elsewhere="a template or a CA that holds requests back for an officer",
)
KEY_EXPORTABLE = FindingKind(
    code="key-exportable",
    severity=WARNING,
    about=RUN,
    title="A key can be exported, and the plan does not want it",
    message="{certificate}: the key of {held} is exportable",
    breaks="Whoever is administrator of the server once can take the key along, and be the server elsewhere",
    mend="Have another certificate issued by deploy_pool, after this one was taken away; an exportable key stays so",
    source="Microsoft, certreq -new (Exportable); read with PowerShell, so only where the product's cmdlets are",
    decision="the certificate serves all the same",
    elsewhere="a certificate that the product's wizard made with PrivateKeyExportable",
)
NAME_BEHIND_WILDCARD = FindingKind(
    code="name-behind-wildcard",
    severity=WARNING,
    about=RUN,
    title="A certificate has a full name behind a wildcard",
    message="{certificate}: in {held} '{name}' stands behind the wildcard '{wildcard}'",
    breaks="devices (Lync Phone Edition), which read the list up to the wildcard",
    mend="Have it issued again with the full names first, in the order of the request; some authorities sort the names",
    source="TechNet, 'Wildcard certificate support' (Lync Server): full names must precede the wildcard",
    decision="other clients do not mind, and a public authority may give no other order",
    elsewhere="a certificate of an authority that sorts the names, so that the wildcard comes first",
)
WEAK_KEY = FindingKind(
    code="weak-key",
    severity=WARNING,
    about=RUN,
    title="A key is too weak, or of a kind that few know",
    message="{certificate}: {held} has {weakness}",
    breaks="Windows refuses RSA keys below 1024 bits, OAuth and today's clients those below 2048, and odd curves",
    mend="Have it issued again with RSA of 2048 bits or more; that of an authority, by its owner",
    source="Microsoft KB2661254 (1024 bits); TechNet 'Certificate Requirements' (2048 bits)",
    decision="clients of the pool's age take it; where the plan wants more, its place is told as different",
    elsewhere="an authority of many years with a key of 1024 bits",
)
SIGNATURE_REFUSED = FindingKind(
    code="signature-refused",
    severity=WARNING,
    about=RUN,
    title="A certificate is signed in a way that the product refuses",
    message="{certificate}: {held} is signed with {signature}",
    breaks="Services do not start with it (Schannel 36888 and 36874), or calls fail",
    mend="Have the CA sign with SHA-256 and PKCS#1 (certutil -getreg ca\\csp shows what it does), and issue anew",
    source=SIGNATURES,
    decision=_LEFT,
    elsewhere="a CA that was set up with AlternateSignatureAlgorithm=1 (RSASSA-PSS)",
)
ISSUER_SIGNATURE_REFUSED = FindingKind(
    code="issuer-signature-refused",
    severity=ERROR,
    about=RUN,
    title="An authority above a certificate is signed in a way that the product refuses",
    message="{certificate}: {held} is signed with {signature}",
    breaks="Services do not start with what it issued (Schannel 36888 and 36874), or calls fail",
    mend="Renew the authority's certificate with SHA-256 (its owner does), then have the server's issued again",
    source=SIGNATURES,
    decision="the product refuses the whole chain, and nothing else tells it",
    elsewhere="an issuing CA whose own certificate was signed with MD5, or with RSASSA-PSS",
)
SHA1_OF_PUBLIC_AUTHORITY = FindingKind(
    code="sha1-of-public-authority",
    severity=WARNING,
    about=RUN,
    title="A public authority signed with SHA-1",
    message="{certificate}: {held} is signed with {signature}",
    breaks="Windows, browsers and telephones refuse SHA-1 below public roots since 2017",
    mend="Have it issued again: public authorities sign with SHA-256",
    source="Microsoft, 'Windows Enforcement of SHA1 Certificates'",
    decision="clients of the pool's age take it",
    elsewhere="a certificate of a public authority that is signed with SHA-1",
)
KEY_STORAGE_PROVIDER = FindingKind(
    code="key-storage-provider",
    severity=WARNING,
    about=RUN,
    title="A key lies where the product cannot use it",
    message="{certificate}: the key of {held} lies in the key storage provider '{provider}'",
    breaks="Assigning it fails ('The buffer supplied to a function was too small'), or services do not start",
    mend="Have another one issued by deploy_pool: it asks for a key of a cryptographic service provider",
    source=_CNG,
    decision=_LEFT,
    elsewhere="a certificate by a template of version 3 or later, whose keys are of CNG",
)


@dataclass(frozen=True, slots=True)
class HeldStores:
    """What a server has. ``own``: the store MY; archived ones are passed over; ``waiting``: the stand-ins of
    REQUEST.

    ``in_use``: thumbprint to the id of the planned certificate whose place has it. ``assigned``: thumbprints that any
    place of the server names, those of others among them. ``pending``: the public keys whose requests wait at the CA,
    with their numbers; ``revoked``: those whose certificates it has revoked.
    """

    own: tuple[StoredCertificate, ...]
    waiting: tuple[StoredCertificate, ...]
    in_use: Mapping[str, str]
    assigned: frozenset[str]
    pending: Mapping[str, int] = field(default_factory=dict)
    revoked: frozenset[str] = frozenset()

    @property
    def shown(self) -> Iterator[tuple[StoredCertificate, X509Certificate]]:
        """Its own that can be read and are not put aside."""
        return ((one, one.certificate) for one in self.own if one.certificate is not None and not one.archived)


def held_findings(
    server: str, planned: Sequence[PlannedCertificate], held: HeldStores, *, now: datetime, minimum_days: int
) -> Iterator[Finding]:
    """What there is to say of what the server holds. ``minimum_days``: what has fewer left is to be renewed."""
    by_id = {one.id: one for one in planned}
    for one, certificate in held.shown:
        if one.thumbprint in held.in_use:
            found = by_id[held.in_use[one.thumbprint]]
            yield from _dates(server, found, certificate, now, minimum_days)
            yield from _strength(server, found, one, certificate)
    for found in planned:
        yield from _left_over(server, found, held, now)
        yield from _without_key(server, found, held, now)
    for one in held.waiting:
        yield from _waiting(server, planned, held, one, now, minimum_days)


def called(one: X509Certificate) -> str:
    """How findings call a certificate."""
    return f"'{one.common_name or one.subject}' ({one.thumbprint})"


def _dates(
    server: str, planned: PlannedCertificate, found: X509Certificate, now: datetime, minimum_days: int
) -> Iterator[Finding]:
    told = {"certificate": planned.id, "held": called(found), "end": timestamp(found.not_after)}
    left = found.not_after - now
    if left <= timedelta(0):
        yield CERTIFICATE_EXPIRED.at(server, **told)
    elif renewal_due(found, now, minimum_days):
        yield CERTIFICATE_EXPIRES.at(server, **told, days=number(left.days, "day"))


def _strength(
    server: str, planned: PlannedCertificate, held: StoredCertificate, found: X509Certificate
) -> Iterator[Finding]:
    told = {"certificate": planned.id, "held": called(found)}
    if held.exportable and not planned.key.exportable:
        yield KEY_EXPORTABLE.at(server, **told)
    if held.key is not None and not held.key.is_legacy:
        yield KEY_STORAGE_PROVIDER.at(server, **told, provider=held.key.provider)
    if found.signature_algorithm in REFUSED_SIGNATURES:
        yield SIGNATURE_REFUSED.at(server, **told, signature=found.signature_algorithm)
    yield from order_findings(server, planned, found)
    if found.signature_algorithm.startswith("sha1_") and not planned.issuer.ca:
        yield SHA1_OF_PUBLIC_AUTHORITY.at(server, **told, signature=found.signature_algorithm)
    for one in (found, *held.issuers):
        named = {"certificate": planned.id, "held": called(one)}
        if weakness := weakness_of(one.parsed.public_key()):
            yield WEAK_KEY.at(server, **named, weakness=weakness)
        # Nobody looks at the signature of a root: its place in the store is what makes it trusted.
        if one is not found and one.signature_algorithm in REFUSED_SIGNATURES and not is_root(one):
            yield ISSUER_SIGNATURE_REFUSED.at(server, **named, signature=one.signature_algorithm)


def order_findings(where: str, planned: PlannedCertificate, found: X509Certificate) -> Iterator[Finding]:
    """The order of names matters where one is a wildcard."""
    wildcard, name = behind_wildcard(planned, found)
    if name:
        yield NAME_BEHIND_WILDCARD.at(
            where, certificate=planned.id, held=called(found), name=as_said(name), wildcard=as_said(wildcard)
        )


def _left_over(server: str, planned: PlannedCertificate, held: HeldStores, now: datetime) -> Iterator[Finding]:
    serving = [
        certificate
        for one, certificate in held.shown
        if certificate.public_key not in held.revoked
        and not unmet(planned, certificate, one.key, now=now, minimum_days=0)
    ]
    used = [one.thumbprint for one in serving if one.thumbprint in held.assigned]
    said = f"in use is {' and '.join(used)}" if used else f"there are {len(serving)} of them, and none is in use"
    for one in serving if len(serving) > 1 else ():
        if one.thumbprint not in held.assigned:
            told = {"certificate": planned.id, "held": called(one), "thumbprint": one.thumbprint}
            yield CERTIFICATE_LEFT_OVER.at(server, **told, used=said)


def _without_key(server: str, planned: PlannedCertificate, held: HeldStores, now: datetime) -> Iterator[Finding]:
    for one, found in held.shown:
        if one.key is None and not unmet_by_content(planned, found, now=now, minimum_days=0):
            yield KEY_MISSING.at(server, certificate=planned.id, held=called(found), thumbprint=one.thumbprint)


def _waiting(
    server: str,
    planned: Sequence[PlannedCertificate],
    held: HeldStores,
    waiting: StoredCertificate,
    now: datetime,
    minimum_days: int,
) -> Iterator[Finding]:
    stand_in = waiting.certificate
    if stand_in is None:
        return
    told = {
        "subject": stand_in.common_name or stand_in.subject,
        "thumbprint": waiting.thumbprint,
        "since": timestamp(stand_in.not_before),
    }
    number = held.pending.get(stand_in.public_key)
    if number is not None:
        yield WAITING_KEY_PENDING.at(server, **told, request=number)
        return
    wanted = [one for one in planned if not unmet_by_stand_in(one, stand_in, waiting.key)]
    why = _why_left(wanted, held, now - stand_in.not_before, now, minimum_days)
    if why:
        yield WAITING_KEY_LEFT.at(server, **told, why=why)


def _why_left(
    wanted: Sequence[PlannedCertificate], held: HeldStores, age: timedelta, now: datetime, minimum_days: int
) -> str:
    """Why nobody will use a waiting key that fits these planned certificates; "" where somebody may."""
    if not wanted:
        # That of another product may be waited for.
        return "no planned certificate of this server has its names" if age > WAITING_FOR_LONG else ""
    missing = [one for one in wanted if not _is_held(one, held, now, minimum_days)]
    return "" if missing else f"{', '.join(one.id for one in wanted)} is held already, with another key"


def _is_held(planned: PlannedCertificate, held: HeldStores, now: datetime, minimum_days: int) -> bool:
    return any(
        not unmet(planned, certificate, one.key, now=now, minimum_days=minimum_days) for one, certificate in held.shown
    )
