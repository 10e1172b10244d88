# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the two halves of a plan fit: every name that a client can be sent to is in the certificate that answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import CERTIFICATES, Example, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    ERROR,
    NOTE,
    WARNING,
    Endpoint,
    Finding,
    Plan,
    PlannedCertificate,
)
from ansible_collections.ucops.rollout.plugins.module_utils.names import covers

HTTPS = "https"

ENDPOINT_WITHOUT_CERTIFICATE = FindingKind(
    code="endpoint-without-certificate",
    severity=ERROR,
    about=CERTIFICATES,
    title="Something answers clients without a certificate",
    message="no planned certificate answers at '{name}' port {port}",
    breaks="{clients}: no TLS",
    mend="Plan a certificate for the component that answers there",
    source="all connections of the products' servers use TLS",
    decision="TLS fails for sure",
    elsewhere=(
        "only a mistake in a product's rules makes one; see tests/unit/plugins/module_utils/findings/test_coherence.py"
    ),
)
NAME_NOT_IN_CERTIFICATE = FindingKind(
    code="name-not-in-certificate",
    severity=ERROR,
    about=CERTIFICATES,
    title="A name that a client can be sent to is not in the certificate of the server that answers",
    message="'{name}' (port {port}) is not in the certificate {certificate}, which answers there",
    breaks="{clients}: the certificate does not match the name",
    mend="Add the name to the certificate, or do not send clients to it",
    source="RFC 9525 section 6",
    decision="TLS fails for sure",
    elsewhere=(
        "only a mistake in a product's rules makes one; see tests/unit/plugins/module_utils/findings/test_coherence.py"
    ),
)


PHONE_NAME_NOT_IN_CERTIFICATE = FindingKind(
    code="phone-name-not-in-certificate",
    severity=NOTE,
    about=CERTIFICATES,
    title="The name where phones look for updates is not in the certificate that answers",
    message=(
        "DNS sends phones to '{name}' for updates before anybody signs in, and the certificate of the web services"
        " there does not have the name: {certificates}. No table of the product lists it"
    ),
    breaks="updates of phones that nobody has signed in at, where they ask over HTTPS: the certificate does not match",
    mend=(
        "Nothing, where phones take their updates. Otherwise sign in at the phone once: it is then told the name of the"
        " web services, which is in the certificate. Where there are no such phones, set device_update: false"
    ),
    source=(
        "TechNet 'DNS Requirements for Front End Pools' (Lync Server 2013) has the record, and what a phone is told"
        " when somebody signs in; 'Certificate Requirements for Internal Servers' has no such name; 'IIS Requirements"
        " for Front End Pools and Standard Edition Servers' has the service under http, the example of Get-CsService"
        " under https"
    ),
    decision="the vendor's pages do not say over what phones ask this name, and ask for no certificate with it",
    example=Example(
        "ocs",
        change={"device_update": True},
        where=("ucupdates.company.local", "ucupdates.company.com"),
        near={
            "device_update": True,
            "pools[0].web_farm_fqdn": "ucupdates.company.local",
            "sip_domains": ["company.local"],
        },
        message=(
            "DNS sends phones to 'ucupdates.company.local' for updates before anybody signs in, and the certificate of"
            " the web services there does not have the name: ocssrv01.company.local/default,"
            " ocssrv02.company.local/default. No table of the product lists it"
        ),
    ),
)
# The rules that send phones somewhere by DNS alone.
_OF_PHONES = frozenset({"device-update", "device-update-2007"})


def look(facts: Facts) -> Iterator[Finding]:
    """Every break between the names that clients use and the certificates."""
    yield from check_coherence(facts.plan)
    yield from _phones(facts.plan)


def _phones(plan: Plan) -> Iterator[Finding]:
    """Names of phones that no certificate of the web services there has; a wildcard does not count with phones."""
    listed = {one.id: {one.common_name, *one.subject_alternative_names} for one in plan.certificates}
    answering: dict[tuple[str, str], dict[str, None]] = {}
    for endpoint in plan.endpoints:
        for address in endpoint.addresses if endpoint.protocol == HTTPS else ():
            answering.setdefault((endpoint.view, address), {}).update(dict.fromkeys(endpoint.certificates))
    without: dict[str, dict[str, None]] = {}
    for record in plan.records:
        if _OF_PHONES.isdisjoint(reason.rule.rpartition(".")[2] for reason in record.reasons):
            continue
        found = (one for value in record.values for one in answering.get((record.view, str(value)), ()))
        lacking = [one for one in found if record.fqdn not in listed.get(one, ())]
        if lacking:
            without.setdefault(record.fqdn, {}).update(dict.fromkeys(lacking))
    for name, certificates in without.items():
        yield PHONE_NAME_NOT_IN_CERTIFICATE.at(name, name=name, certificates=", ".join(certificates))


def check_coherence(plan: Plan) -> Iterator[Finding]:
    """Every break between the names that clients use and the certificates; nothing where the plan is sound."""
    names = {certificate.id: frozenset(certificate.subject_alternative_names) for certificate in plan.certificates}
    subjects = {certificate.id: certificate.common_name for certificate in plan.certificates}
    by_subject: dict[str, None] = {}
    for endpoint in plan.endpoints:
        if not endpoint.certificates:
            yield _of_endpoint(ENDPOINT_WITHOUT_CERTIFICATE, endpoint)
        for certificate in endpoint.certificates:
            if _holds(names.get(certificate, ()), endpoint):
                continue
            # A name in the subject only is accepted by the clients of its day: subject-not-repeated warns of it.
            if endpoint.name == subjects.get(certificate):
                by_subject[certificate] = None
            else:
                yield _of_endpoint(NAME_NOT_IN_CERTIFICATE, endpoint, certificate)
    for one in plan.certificates:
        if one.id in by_subject:
            yield from _subject_only(one)


def _holds(names: Collection[str], endpoint: Endpoint) -> bool:
    """Whether one of the names is the endpoint's. Wildcards count for web services; SIP clients do not take them."""
    if endpoint.name in names:
        return True
    return endpoint.protocol == HTTPS and any(covers(name, endpoint.name) for name in names)


def _of_endpoint(kind: FindingKind, endpoint: Endpoint, certificate: str = "") -> Finding:
    return kind.at(
        f"{endpoint.name}:{endpoint.port}",
        name=endpoint.name,
        port=endpoint.port,
        certificate=certificate,
        clients="; ".join(endpoint.clients),
    )


SUBJECT_NOT_REPEATED = FindingKind(
    code="subject-not-repeated",
    severity=WARNING,
    about=CERTIFICATES,
    title="The subject's name is not among the subject alternative names",
    message="'{name}' stands in the subject of {certificate} only",
    breaks="clients that follow RFC 9525 ignore the common name and refuse '{name}'",
    mend="Set certificates.repeat_subject_in_san to true, unless the list must be as the product's tables have it",
    source="RFC 9525 section 2; TechNet 'Certificate Requirements for External User Access' (Lync Server 2010)",
    decision="clients of the day accept the common name; later ones do not",
    example=Example(
        "ocs",
        change={"certificates.repeat_subject_in_san": False},
        where=(
            "certificates.repeat_subject_in_san",
            "certificates.repeat_subject_in_san",
        ),
        near={"certificates.repeat_subject_in_san": True},
        message="'ocspool.company.local' stands in the subject of ocssrv01.company.local/default only",
    ),
)


def _subject_only(certificate: PlannedCertificate) -> Iterator[Finding]:
    """Where there are no alternative names at all, the subject counts for every client of these products."""
    if certificate.subject_alternative_names:
        where = "certificates.repeat_subject_in_san"
        yield SUBJECT_NOT_REPEATED.at(where, name=certificate.common_name, certificate=certificate.id)
