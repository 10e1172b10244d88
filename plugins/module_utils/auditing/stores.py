# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server's stores, and the marks of runs on it, give reason to say, beside the places that are compared with the
plan. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ansible_collections.ucops.rollout.plugins.module_utils.auditing.certificates import CertificateRow
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.present import (
    NO_REQUESTS,
    RequestsOfKeys,
    ServerState,
)
from ansible_collections.ucops.rollout.plugins.module_utils.findings.held import HeldStores, held_findings
from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import in_order
from ansible_collections.ucops.rollout.plugins.module_utils.findings.roots import root_store_findings
from ansible_collections.ucops.rollout.plugins.module_utils.findings.run import marks_left
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import ServerWork


def store_findings(
    work: ServerWork,
    state: ServerState,
    rows: Sequence[CertificateRow],
    *,
    now: datetime,
    minimum_days: int,
    requests: RequestsOfKeys = NO_REQUESTS,
) -> tuple[Finding, ...]:
    """Errors first. Of what could not be read nothing is said here: a row tells it.

    :param rows: what ``compare`` made of the same state: which planned certificate has which place.
    """
    in_use = {one.thumbprint: one.certificate for one in rows if one.certificate and one.thumbprint}
    assigned = frozenset((*in_use, *(one.thumbprint for one in state.assignments)))
    held = HeldStores(state.store, state.waiting, in_use, assigned, requests.pending, frozenset(requests.revoked))
    planned = [job.certificate for job in work.certificates]
    found = (
        *held_findings(work.fqdn, planned, held, now=now, minimum_days=minimum_days),
        *root_store_findings(work.fqdn, state.roots),
        *marks_left(work.fqdn, state.marks),
    )
    return in_order(dict.fromkeys(found))
