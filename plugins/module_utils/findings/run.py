# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only a run finds out: on the certification authority, in a chain, on a DNS server.

No plan knows of it; the engines and the report ask here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import (
    AuthorityDescription,
    AuthorityPolicy,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import is_root
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import REFUSED_SIGNATURES
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, timestamp
from ansible_collections.ucops.rollout.plugins.module_utils.findings.held import (
    ISSUER_SIGNATURE_REFUSED,
    SIGNATURES,
    called,
    order_findings,
)
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RUN, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.findings.templates import template_findings
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    ERROR,
    NOTE,
    WARNING,
    Finding,
    PlannedCertificate,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.deployed import DeployedDifference
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig, Thumbprint
from ansible_collections.ucops.rollout.plugins.module_utils.windows.clock import apart
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

CLOCK_TOLERANCE = timedelta(minutes=5)
# So long partners are reminded; the product tells since when OAuth uses its certificate.
OAUTH_IS_NEW = timedelta(days=30)
LONGEST_VALIDITY = timedelta(days=5 * 366)

CA_NAMES_FROM_ATTRIBUTES = FindingKind(
    code="ca-names-from-attributes",
    severity=WARNING,
    about=RUN,
    title="A CA takes names from request attributes",
    message=(
        "the CA {name} takes subject alternative names from request attributes (EDITF_ATTRIBUTESUBJECTALTNAME2 is set)"
    ),
    breaks="Whoever may request a certificate can put any name into it and impersonate anybody",
    mend=(
        "certutil -setreg policy\\EditFlags -EDITF_ATTRIBUTESUBJECTALTNAME2, then restart CertSvc;"
        " this collection does not need the flag"
    ),
    source="Microsoft KB931351 and its security notes",
    decision="the rollout does not need the flag, and whether the site does is its own affair",
    elsewhere="a CA that has the flag set in its policy",
)
CA_IS_ANOTHER = FindingKind(
    code="ca-is-another",
    severity=ERROR,
    about=RUN,
    title="The host of a CA has another CA",
    message="certificates are to come from the CA {name}, and this host has {found}",
    breaks="the requests: they would go to a CA that nobody named, or to none",
    mend=(
        "Check `ca` of the issuer in the topology (`certutil` on the CA shows it in 'Config') and the inventory host"
        " that stands for it"
    ),
    source="the CA's registry",
    decision="no certificate could be issued as planned",
    elsewhere="`ca` of an issuer whose host has a CA of another name",
)
TEMPLATE_NOT_OFFERED = FindingKind(
    code="template-not-offered",
    severity=ERROR,
    about=RUN,
    title="A CA does not issue by the planned template",
    message="the CA {name} does not offer {template}; it offers {offered}",
    breaks="{certificates}: the CA denies the request (0x80094800)",
    mend=(
        "Give the template's name, not its display name, as `template` of the issuer, or publish it at the CA"
        " (certutil -CATemplates lists what it offers)"
    ),
    source="certutil -CATemplates on the CA",
    decision="the CA denies every such request",
    elsewhere="`template` of an issuer that is not published at its CA",
)
TEMPLATES_UNREAD = FindingKind(
    code="templates-unread",
    severity=NOTE,
    about=RUN,
    title="The templates of a CA cannot be read",
    message="it is not known whether the CA {name} offers {template}: {reason}",
    breaks="",
    mend="",
    source="certutil -CATemplates on the CA",
    decision="the CA may offer it all the same, and says so when a certificate is requested",
    elsewhere="an account that may not read the CA's templates",
)
CA_SIGNS_AS_REFUSED = FindingKind(
    code="ca-signs-as-refused",
    severity=ERROR,
    about=RUN,
    title="A CA signs in a way that the products refuse",
    message="the CA {name} is set to sign with {signature}",
    breaks=(
        "{certificates}: services would not start with what it issues (Schannel 36888 and 36874), so it would not be"
        " installed"
    ),
    mend=(
        "certutil -setreg ca\\csp\\AlternateSignatureAlgorithm 0, and for a hash certutil -setreg"
        " ca\\csp\\CNGHashAlgorithm SHA256 (of a key storage provider; another provider has to be replaced); then"
        " restart CertSvc"
    ),
    source=f"certutil -getreg ca\\csp; {SIGNATURES}",
    decision="every certificate that it issues would be refused",
    elsewhere="a CA that was set up with AlternateSignatureAlgorithm=1 in its CAPolicy.inf",
)
ROOT_NOT_AMONG_TRUSTED = FindingKind(
    code="root-not-among-trusted",
    severity=NOTE,
    about=RUN,
    title="A chain ends in a root that is none of those named",
    message="the chain ends in '{root}' ({thumbprint}), which is none of the trusted roots",
    breaks="A server that does not hold this root already refuses the certificate",
    mend="Compare the thumbprint with the CA's owner, then add it to the trusted roots",
    source="",
    decision="the servers may hold the root already",
    elsewhere="trusted roots are named, and the issued certificate's root is another",
)
ISSUED_FOR_LONG = FindingKind(
    code="issued-for-long",
    severity=WARNING,
    about=RUN,
    title="A certificate is valid for longer than anybody plans",
    message="{certificate} is valid until {end}, {years}",
    breaks="A key that is lost or copied serves for as long; some clients misread dates past 2050",
    mend="See the validity of the template and of the CA (certutil -getreg CA\\ValidityPeriodUnits)",
    source="Microsoft: the template WebServer gives two years; RFC 5280 section 4.1.2.5 (dates from 2050 on)",
    decision="it serves, and how long is the site's affair",
    elsewhere="a CA that issues for more than five years, or past 2050",
)
ISSUED_WITH_OTHER_NAMES = FindingKind(
    code="issued-with-other-names",
    severity=WARNING,
    about=RUN,
    title="A CA put names of other kinds into a certificate",
    message="{certificate} has alternative names that nobody asked for: {names}",
    breaks="Whoever holds the server's key can use them too, such as a person's logon name",
    mend="See what the template takes from Active Directory (its subject name should be supplied in the request)",
    source="RFC 5280 section 4.2.1.6",
    decision="clients look at the DNS names alone, and these are as planned",
    elsewhere="a template that adds the account's mail address or logon name",
)
CLOCK_DIFFERS = FindingKind(
    code="clock-differs",
    severity=WARNING,
    about=RUN,
    title="A host's clock differs from the controller's",
    message="the clock of {host} is {apart} of the controller's ({theirs}, and {ours} here)",
    breaks="Kerberos refuses logons; a certificate counts as not yet valid, or as expired too early",
    mend=(
        "Set the wrong one by the domain's time: `w32tm /query /status` shows whom Windows follows, and the controller"
        " takes it by NTP"
    ),
    source="RFC 4120 section 1.6; Microsoft, policy for the tolerance of clocks with Kerberos: 5 minutes",
    decision="what is done depends on no clock until a certificate is judged, and then it is said",
    elsewhere="a host whose clock is more than 5 minutes away",
)
DNS_SERVER = FindingKind(
    code="dns-server",
    severity=NOTE,
    about=RUN,
    title="A DNS server did otherwise than expected",
    message="{note}",
    breaks="",
    mend="",
    source="",
    decision="the records are there; the note says what else to look at",
    elsewhere="a new zone that takes updates from anybody",
)


OCS_DIFFERS = FindingKind(
    code="ocs-differs",
    severity=WARNING,
    about=RUN,
    title="OCS is set up otherwise than the topology says",
    message="{what}",
    breaks="{breaks}",
    mend="{mend}",
    source="Microsoft, OCS 2007 R2 SDK: MSFT_SIPPoolSetting, MSFT_SIPDomainData",
    decision="what is set up there is changed by people, with the product's own tools",
    elsewhere="a server that is in OCS's pool and not in the topology's",
)

OAUTH_CERTIFICATE_IS_NEW = FindingKind(
    code="oauth-certificate-is-new",
    severity=NOTE,
    about=RUN,
    title="OAuth's certificate is new to its partners",
    message="OAuth's certificate of the organisation, {thumbprint}, is in use from {since} on{former}",
    breaks=(
        "Partners that trust the former one (Exchange, Skype for Business Online, Office Web Apps) refuse what this"
        " organisation's servers ask of them"
    ),
    mend=(
        "Tell those who run the partners, and have their trust renewed. Where there are none, there is nothing to do."
        " This is told for 30 days"
    ),
    source="Microsoft: Manage server-to-server authentication (OAuth) and partner applications",
    decision="what partners trust is not seen from here, and the pool itself needs nothing",
    elsewhere="a certificate of OAuth that came into use in the last 30 days",
)

ASSIGNMENT_CUT_OFF = FindingKind(
    code="assignment-cut-off",
    severity=NOTE,
    about=RUN,
    title="A run was cut off between an assignment and its proof",
    message="a run that was cut off had assigned the certificate {thumbprint}, and not proved it yet; {done}",
    breaks="",
    mend="",
    source="the mark that the run left in the registry of the server, below HKLM\\SOFTWARE\\ucops.rollout",
    decision="this run does what the other one could not do any more",
    elsewhere="a run that was killed, or whose controller stopped, after it had assigned a certificate",
)
MARK_NOT_FOLLOWED = FindingKind(
    code="mark-not-followed",
    severity=WARNING,
    about=RUN,
    title="What a run that was cut off left does not fit what is there",
    message=(
        "a run that was cut off left a mark of the assignment of {thumbprint}, which was not followed: {reason}. {done}"
    ),
    breaks="No former certificate is assigned again, should the present one not serve",
    mend="See in the proof whether the ports of this server show the planned certificate",
    source="the mark that the run left in the registry of the server, below HKLM\\SOFTWARE\\ucops.rollout",
    decision="what is assigned was left alone, and may serve",
    elsewhere="a certificate that was assigned by hand, or removed from the store, after a run was killed",
)
MARK_LEFT = FindingKind(
    code="mark-left",
    severity=WARNING,
    about=RUN,
    title="A run was cut off after an assignment, and none has proved it since",
    message="a run that was cut off left a mark of the assignment of {thumbprint}, and no run has taken it away since",
    breaks="Nobody has seen whether the certificate serves that was assigned then",
    mend="Run deploy_pool: it proves the certificate, or assigns the former one again, and takes the mark away",
    source="the mark that the run left in the registry of the server, below HKLM\\SOFTWARE\\ucops.rollout",
    decision="what is assigned may serve, and the places of the audit tell what it is",
    elsewhere="an audit after a run was killed, or while one is at work",
)
MARK_NOT_KEPT = FindingKind(
    code="mark-not-kept",
    severity=NOTE,
    about=RUN,
    title="What served before an assignment cannot be kept on the server",
    message="the mark of an assignment cannot be read, written or taken away: {reason}",
    breaks="A run that is cut off before its proof leaves no later one the way back",
    mend="Allow reg add and reg delete below HKLM\\SOFTWARE\\ucops.rollout for the account",
    source="the answer of reg.exe on the server",
    decision="the assignment and its proof need no mark",
    elsewhere="a policy or security software that keeps reg.exe from writing",
)

RENEWED_NOWHERE = FindingKind(
    code="renewed-nowhere",
    severity=NOTE,
    about=RUN,
    title="A certificate that is to be renewed is held nowhere",
    message=(
        "pool_certificates_renew names {thumbprint}, which no server that was looked at holds: it was replaced and"
        " removed already, or is mistyped"
    ),
    breaks="Nothing; but where it is mistyped, the certificate that was meant is not renewed",
    mend="Compare it with the thumbprints in the report of the audit (audit_pool); take out what is gone",
    source="the stores MY of the servers of this run",
    decision="a second run with the same variables after a renewal that removes is no mistake",
    elsewhere="pool_certificates_renew with a thumbprint of which one digit is wrong",
)


def policy_findings(policy: AuthorityPolicy, name: str) -> tuple[Finding, ...]:
    """What the settings of the authority ``name`` give reason to say."""
    if not policy.takes_names_from_attributes:
        return ()
    return (CA_NAMES_FROM_ATTRIBUTES.at(name, name=name),)


def authority_findings(found: AuthorityDescription, planned: Sequence[PlannedCertificate]) -> tuple[Finding, ...]:
    """Why the CA of a host cannot issue the certificates that are planned there, and what of that is not known."""
    by_order: dict[tuple[str, str], list[PlannedCertificate]] = {}
    for one in planned:
        by_order.setdefault((one.issuer.ca, one.template or ""), []).append(one)
    others = dict.fromkeys(ca for ca, _template in by_order if not _is_named(found, CaConfig(ca)))
    name = f"{found.host}\\{found.name}" if found.host else found.name
    told = [CA_IS_ANOTHER.at(ca, name=ca, found=name) for ca in others]
    for (ca, template), ours in by_order.items():
        if ca not in others:
            told += [one for one in policy_findings(found.policy, ca) if one not in told]
            told += _signature_findings(found, ca, [one.id for one in ours])
            told += _offer_findings(found, ca, template, [one.id for one in ours])
            told += template_findings(found, ca, template, ours)
    return tuple(told)


def _is_named(found: AuthorityDescription, ca: CaConfig) -> bool:
    """By the CA's name, and by its host: short names are compared where one of both is short."""
    short = "." not in ca.host or "." not in found.host
    hosts = [names.first_label(host) if short else host for host in (ca.host, found.host)]
    return ca.is_called(found.name) and (not found.host or hosts[0] == hosts[1])


def _signature_findings(found: AuthorityDescription, ca: str, ids: Sequence[str]) -> Iterator[Finding]:
    """How it signs, and how it was signed itself: a root's own signature is nobody's matter."""
    certificates = ", ".join(ids)
    if found.refused_signature:
        yield CA_SIGNS_AS_REFUSED.at(ca, name=ca, signature=found.refused_signature, certificates=certificates)
    for one in found.certificates[:1]:
        if one.signature_algorithm in REFUSED_SIGNATURES and not is_root(one):
            held, signature = called(one), one.signature_algorithm
            yield ISSUER_SIGNATURE_REFUSED.at(ca, certificate=certificates, held=held, signature=signature)


def _offer_findings(found: AuthorityDescription, ca: str, template: str, ids: Sequence[str]) -> Iterator[Finding]:
    asked = f"the template '{template}'" if template else "certificates without a template"
    if found.templates_problem:
        yield TEMPLATES_UNREAD.at(ca, name=ca, template=asked, reason=found.templates_problem)
    elif found.templates is not None and template.casefold() not in map(str.casefold, found.templates):
        offered = ", ".join(found.templates) or "none"
        yield TEMPLATE_NOT_OFFERED.at(ca, name=ca, template=asked, offered=offered, certificates=", ".join(ids))


def issued_findings(planned: PlannedCertificate, issued: X509Certificate) -> tuple[Finding, ...]:
    """What an issued certificate has beyond the plan that keeps nobody from using it."""
    told = list(order_findings(planned.id, planned, issued))
    lasts = issued.not_after - issued.not_before
    if lasts > LONGEST_VALIDITY or issued.not_after.year >= 2050:
        years, end = number(round(lasts.days / 365.25), "year"), timestamp(issued.not_after)
        told.append(ISSUED_FOR_LONG.at(planned.id, certificate=planned.id, end=end, years=years))
    if issued.other_names:
        told.append(
            ISSUED_WITH_OTHER_NAMES.at(
                planned.id, certificate=planned.id, names=", ".join(map(ascii, issued.other_names))
            )
        )
    return tuple(told)


def clock_findings(host: str, theirs: datetime | None, ours: datetime) -> tuple[Finding, ...]:
    """A warning where a host's clock is further away than Kerberos allows; both in UTC."""
    if theirs is None or abs(theirs - ours) <= CLOCK_TOLERANCE:
        return ()
    distance = apart((theirs - ours).total_seconds())
    return (CLOCK_DIFFERS.at(host, host=host, apart=distance, theirs=timestamp(theirs), ours=timestamp(ours)),)


def root_findings(root: X509Certificate, trusted: Sequence[Thumbprint]) -> tuple[Finding, ...]:
    """A note where roots are named and a chain ends in another."""
    if not trusted or root.thumbprint in trusted:
        return ()
    return (ROOT_NOT_AMONG_TRUSTED.at(root.subject, root=root.subject, thumbprint=root.thumbprint),)


def dns_findings(notes: Iterable[str]) -> tuple[Finding, ...]:
    """What a DNS server was seen to do otherwise than expected."""
    return tuple(DNS_SERVER.at("", note=note) for note in notes)


def ocs_findings(differences: Iterable[DeployedDifference]) -> tuple[Finding, ...]:
    """What OCS says of its pool and SIP domains otherwise than the topology."""
    return tuple(OCS_DIFFERS.at("", what=one.what, breaks=one.breaks, mend=one.mend) for one in differences)


def renewal_findings(lacking: Sequence[Sequence[str]]) -> tuple[Finding, ...]:
    """A note for each thumbprint that is to be renewed and that no server holds.

    :param lacking: of each server those of them that it does not hold.
    """
    nowhere = (one for one in dict.fromkeys(lacking[0]) if all(one in of_server for of_server in lacking))
    return tuple(RENEWED_NOWHERE.at("", thumbprint=one) for one in nowhere)


def cut_off_finding(server: str, thumbprint: str, done: str) -> Finding:
    """That a run was cut off after it had assigned a certificate; ``done``: what was done now, as half a sentence."""
    return ASSIGNMENT_CUT_OFF.at(server, thumbprint=thumbprint, done=done)


def mark_not_followed(server: str, thumbprint: str, reason: str, done: str) -> Finding:
    """That what such a run left cannot be followed; ``done``: what became of it, as a sentence."""
    return MARK_NOT_FOLLOWED.at(server, thumbprint=thumbprint, reason=reason, done=done)


def marks_left(server: str, thumbprints: Sequence[str]) -> tuple[Finding, ...]:
    """That runs were cut off on a server that is only looked at."""
    return tuple(MARK_LEFT.at(server, thumbprint=one) for one in thumbprints)


def mark_findings(server: str, reasons: Sequence[str]) -> tuple[Finding, ...]:
    """That the way back could not be kept, once for each reason."""
    return tuple(MARK_NOT_KEPT.at(server, reason=one) for one in dict.fromkeys(reasons))


def oauth_findings(thumbprint: str, since: datetime | None, former: str, now: datetime | None) -> tuple[Finding, ...]:
    """A note for 30 days from when on OAuth uses its certificate, also before; both times in UTC, None where unknown.

    :param former: the thumbprint of the one before, empty where the product tells none.
    """
    if since is None or now is None or now - since > OAUTH_IS_NEW:
        return ()
    told = f", in place of {former}" if former else ""
    named = {"thumbprint": thumbprint, "since": timestamp(since), "former": told}
    return (OAUTH_CERTIFICATE_IS_NEW.at("", **named),)
