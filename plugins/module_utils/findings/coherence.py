# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the two halves of a plan fit: every name that a client can be sent to is in the certificate that answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import finding
from ansible_collections.ucops.rollout.plugins.module_utils.model import Endpoint, Finding, Plan, PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.names import parent

HTTPS = "https"


def check_coherence(plan: Plan) -> Iterator[Finding]:
    """Every break between the names that clients use and the certificates; nothing where the plan is sound."""
    names = {certificate.id: frozenset(certificate.subject_alternative_names) for certificate in plan.certificates}
    subjects = {certificate.id: certificate.common_name for certificate in plan.certificates}
    by_subject: dict[str, None] = {}
    for endpoint in plan.endpoints:
        if not endpoint.certificates:
            yield _finding("endpoint-without-certificate", endpoint)
        for certificate in endpoint.certificates:
            if _holds(names[certificate], endpoint):
                continue
            # A name in the subject only is accepted by the clients of its day: subject-not-repeated warns of it.
            if endpoint.name == subjects[certificate]:
                by_subject[certificate] = None
            else:
                yield _finding("name-not-in-certificate", endpoint, certificate)
    for one in plan.certificates:
        if one.id in by_subject:
            yield from _subject_only(one)


def _holds(names: Collection[str], endpoint: Endpoint) -> bool:
    """Whether one of the names is the endpoint's. Wildcards count for web services; SIP clients do not take them."""
    if endpoint.name in names:
        return True
    return endpoint.protocol == HTTPS and f"*.{parent(endpoint.name)}" in names


def _finding(code: str, endpoint: Endpoint, certificate: str = "") -> Finding:
    return finding(
        code,
        where=f"{endpoint.name}:{endpoint.port}",
        name=endpoint.name,
        port=endpoint.port,
        certificate=certificate,
        clients="; ".join(endpoint.clients),
    )


def _subject_only(certificate: PlannedCertificate) -> Iterator[Finding]:
    """Where there are no alternative names at all, the subject counts for every client of these products."""
    if certificate.subject_alternative_names:
        yield finding(
            "subject-not-repeated",
            where="certificates.repeat_subject_in_san",
            name=certificate.common_name,
            certificate=certificate.id,
        )
