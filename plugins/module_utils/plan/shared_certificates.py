# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One certificate for an Edge pool and a reverse proxy, where the site wants that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Pool

SHARED_USE = "edge_external"


def share_certificates(
    certificates: Iterable[PlannedCertificate], pools: Iterable[Pool]
) -> tuple[PlannedCertificate, ...]:
    """The certificates; what a reverse proxy would hold is in that of the Edge pool whose certificate it shares."""
    every = tuple(pools)
    pool_of = {server.fqdn: pool for pool in every for server in pool.servers}
    held: dict[str, list[PlannedCertificate]] = {}
    kept = []
    for one in certificates:
        edge = pool_of[one.holders[0]].shares_certificate_of
        if edge:
            held.setdefault(edge, []).append(one)
        else:
            kept.append(one)
    return tuple(_with(one, held.get(pool_of[one.holders[0]].fqdn, ())) for one in kept)


def _with(certificate: PlannedCertificate, others: Iterable[PlannedCertificate]) -> PlannedCertificate:
    """The certificate with the others' names, servers and uses; full names stand before wildcards."""
    if certificate.use != SHARED_USE:
        return certificate
    for other in others:
        names = dict.fromkeys((*certificate.subject_alternative_names, *other.names))
        certificate = replace(
            certificate,
            holders=tuple(dict.fromkeys((*certificate.holders, *other.holders))),
            subject_alternative_names=tuple(sorted(names, key=lambda name: name.startswith("*"))),
            name_reasons={
                name: tuple(dict.fromkeys((*certificate.name_reasons.get(name, ()), *other.name_reasons.get(name, ()))))
                for name in dict.fromkeys((*certificate.name_reasons, *other.name_reasons))
            },
            key=replace(certificate.key, exportable=True, shared=True),
            extended_key_usage=tuple(dict.fromkeys((*certificate.extended_key_usage, *other.extended_key_usage))),
            assignments=(*certificate.assignments, *other.assignments),
        )
    return certificate
