# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which authorities sign by which templates, and what comes with the certificates of public ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts, exists_inside_only
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import CERTIFICATES, Example, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, NOTE, Finding, PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.names import comparable
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Issuer

PUBLIC_CERTIFICATE_INTERNAL_NAME = FindingKind(
    code="public-certificate-internal-name",
    severity=ERROR,
    about=CERTIFICATES,
    title="A public authority is asked to sign a name that exists inside only",
    message="the certificate {certificate} is to come from a public authority, and '{name}' exists inside only",
    breaks="the certificate: public authorities refuse the whole request",
    mend="Leave the name out of this certificate, or have it signed by the enterprise's own authority",
    source="CA/Browser Forum Baseline Requirements 7.1.4.2.1 (no internal names since 2015-11-01)",
    decision="no public authority signs it",
    example=Example(
        "lync",
        change={
            "pools[1].edge.web_conferencing": "webcon.contoso.local",
            "certificates.issuers.public": {"public": True},
        },
        where=("lsedge.contoso.net/edge_external",),
        near={"pools[1].edge.web_conferencing": "webcon.contoso.local"},
        message=(
            "the certificate lsedge.contoso.net/edge_external is to come from a public authority, and"
            " 'webcon.contoso.local' exists inside only"
        ),
    ),
)
INTERMEDIATES_IN_THEIR_STORE = FindingKind(
    code="intermediates-in-their-store",
    severity=NOTE,
    about=CERTIFICATES,
    title="Intermediate certificates belong into their own store",
    message=(
        "certificates of '{issuer}' come with intermediate certificates: they go into 'Intermediate Certification"
        " Authorities' of the computer, never into 'Trusted Root'"
    ),
    breaks="on Windows Server 2012 and later the services do not start or refuse each other (0x800b0109)",
    mend="Import the whole chain, each certificate into its store, on every server that holds such a certificate",
    source="terenceluk.com 2019-03; 'Authentication fails with PIN sign-in' (vendor's support article)",
    decision="a reminder: the planner does not see the stores; the rollout's proof does",
    example=Example(
        "lync",
        change={"certificates.issuers.public": {"public": True}},
        where=("certificates.issuers.public",),
        near={},
    ),
)

ONE_KEY_TWO_TEMPLATES = FindingKind(
    code="one-key-two-templates",
    severity=ERROR,
    about=CERTIFICATES,
    title="Two certificates that nothing tells apart are to be issued in two ways",
    message="{first} and {second} have the same names and key, and are to be issued by {one} and by {other}",
    breaks=(
        "one of them is never issued as planned: a server shows one key waiting for both, and what is issued for the"
        " first of them serves as the other, too"
    ),
    mend="Give both uses the same issuer in certificates.issuer_for, whose template has the usages of both",
    source="the store REQUEST knows a waiting key by its names alone; a certificate says nothing of a planned use",
    decision="what was planned cannot be had",
    elsewhere=(
        "`issuer_for` with two templates for edge_internal and av_authentication of an Edge Server of OCS 2007, whose"
        " names are the same; see tests/unit/plugins/module_utils/findings/test_issuers.py"
    ),
)


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about who signs, by which template, and about certificates of public authorities."""
    yield from _issued_in_two_ways(facts.plan.certificates)
    public = {one.name for one in _issuers(facts) if one.public}
    used: dict[str, None] = {}
    for certificate in facts.plan.certificates:
        if certificate.issuer.name not in public:
            continue
        used[certificate.issuer.name] = None
        for name in certificate.names:
            if exists_inside_only(name):
                yield PUBLIC_CERTIFICATE_INTERNAL_NAME.at(certificate.id, certificate=certificate.id, name=name)
    for issuer in used:
        yield INTERMEDIATES_IN_THEIR_STORE.at(f"certificates.issuers.{issuer}", issuer=issuer)


def _issued_in_two_ways(certificates: Iterable[PlannedCertificate]) -> Iterator[Finding]:
    """Those of one server that are the same but for who issues them, and by which template."""
    firsts: dict[tuple[object, ...], PlannedCertificate] = {}
    told = set()
    for certificate in certificates:
        named = tuple(map(comparable, (certificate.common_name, *certificate.subject_alternative_names)))
        key = certificate.key.algorithm, certificate.key.length, certificate.key.provider
        for holder in certificate.holders:
            first = firsts.setdefault((holder, named, key), certificate)
            if _way(first) != _way(certificate) and (first.id, certificate.id) not in told:
                told.add((first.id, certificate.id))
                values = {"first": first.id, "second": certificate.id}
                values |= {"one": _told_way(first), "other": _told_way(certificate)}
                yield ONE_KEY_TWO_TEMPLATES.at(certificate.id, **values)


def _way(certificate: PlannedCertificate) -> tuple[str, str]:
    """The authority, and the template."""
    return str(certificate.issuer.ca or certificate.issuer.name), str(certificate.template or "")


def _told_way(certificate: PlannedCertificate) -> str:
    by = f"the template '{certificate.template}'" if certificate.template else "no template"
    return f"'{certificate.issuer.name}' ({by})"


def _issuers(facts: Facts) -> Iterator[Issuer]:
    wanted = facts.topology.certificates
    yield wanted.issuer
    yield from wanted.issuers.values()
    if wanted.public_issuer is not None:
        yield wanted.public_issuer
