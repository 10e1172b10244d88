# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the two halves of a plan fit: every name that a client can be sent to is in the certificate that answers."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.findings import finding
from ansible_collections.ucops.rollout.plugins.module_utils.model import Certificate, Endpoint, Finding, Plan


def check_coherence(plan: Plan) -> Iterator[Finding]:
    """Every break between the names that clients use and the certificates; nothing where the plan is sound."""
    names = {certificate.id: frozenset(certificate.subject_alternative_names) for certificate in plan.certificates}
    subjects = {certificate.id: certificate.common_name for certificate in plan.certificates}
    for endpoint in plan.endpoints:
        if not endpoint.certificates:
            yield _finding("endpoint-without-certificate", endpoint)
        for certificate in endpoint.certificates:
            # A name in the subject only is accepted by the clients of its day: subject-not-repeated warns of it.
            if endpoint.name not in names[certificate] and endpoint.name != subjects[certificate]:
                yield _finding("name-not-in-certificate", endpoint, certificate)
    for one in plan.certificates:
        yield from _subject_only(one)


def _finding(code: str, endpoint: Endpoint, certificate: str = "") -> Finding:
    return finding(
        code,
        where=f"{endpoint.name}:{endpoint.port}",
        name=endpoint.name,
        port=endpoint.port,
        certificate=certificate,
        clients="; ".join(endpoint.clients),
    )


def _subject_only(certificate: Certificate) -> Iterator[Finding]:
    if certificate.common_name not in certificate.subject_alternative_names:
        yield finding(
            "subject-not-repeated",
            where="certificates.repeat_subject_in_san",
            name=certificate.common_name,
            certificate=certificate.id,
        )
