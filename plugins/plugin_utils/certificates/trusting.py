# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a server trusts the roots that its planned certificates will lead to: known before any of them is made.

The root is that of the CA, read on its own host, or that of the certificate which people have brought already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import build_chain, is_root
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, load_certificates
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import CertificateWork, ServerWork
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.enrolling import Enrolling, enrol
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.installing import untrusted_root
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.issuing import collect
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.offline import OfflineAuthority
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import ROOT, CertificateStores
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


@dataclass(frozen=True, slots=True)
class Issuers:
    """Where the roots are known from. ``authorities``: a CA's host to the PEM of its certificates, the newest of its
    own first, then those above; ``directory``: where people put what others issued."""

    authorities: Mapping[str, Sequence[str]]
    directory: str


def untrusted_roots(
    host: WindowsHost,
    work: ServerWork,
    issuers: Issuers,
    *,
    trusted: Sequence[Thumbprint],
    now: datetime,
    minimum_days: int,
) -> tuple[RolloutError, ...]:
    """An error for each root that the server neither trusts nor may be given, of certificates that it has yet to get.

    :param trusted: the thumbprints of roots that may be added.
    """
    wanted: dict[Thumbprint, tuple[X509Certificate, list[PlannedCertificate]]] = {}
    for planned, root in _expected(work, issuers, now):
        wanted.setdefault(root.thumbprint, (root, []))[1].append(planned)
    stores = CertificateStores(host.registry, host.name)
    unknown = (held for name, held in wanted.items() if name not in trusted and not stores.counts(ROOT, name))

    def is_held(planned: PlannedCertificate) -> bool:
        return enrol(Enrolling(host, planned, now, minimum_days, check_mode=True)).state == "held"

    # Looked at only where it matters: of a certificate that serves already, nothing is installed.
    return tuple(untrusted_root(root, where=host.name) for root, ours in unknown if not all(map(is_held, ours)))


def _expected(
    work: ServerWork, issuers: Issuers, now: datetime
) -> Iterator[tuple[PlannedCertificate, X509Certificate]]:
    """Each certificate with the root that it will lead to, where that is known. What is wrong with an authority or with
    a file is told by those who use it."""
    for job in work.certificates:
        try:
            root = _root_of_file(job, issuers, now) if job.offline else _root_of_ca(job, issuers, now)
        except RolloutError:
            continue
        if root is not None:
            yield job.certificate, root


def _root_of_ca(job: CertificateWork, issuers: Issuers, now: datetime) -> X509Certificate | None:
    told = issuers.authorities.get(job.ca_host) or ()
    if not told:
        return None
    own, *above = load_certificates("\n".join(told), where=job.ca_host)
    return own if is_root(own) else build_chain(own, above, now=now, where=job.ca_host)[-1]


def _root_of_file(job: CertificateWork, issuers: Issuers, now: datetime) -> X509Certificate | None:
    answer = collect(OfflineAuthority(issuers.directory), job.certificate) if issuers.directory else None
    if answer is None or answer.certificate is None:
        return None
    return build_chain(answer.certificate, answer.candidates, now=now, where=job.certificate.id)[-1]
