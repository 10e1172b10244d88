# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a server trusts the root that a planned certificate will lead to: known before it is made. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import build_chain, is_root
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


def untrusted_root(root: X509Certificate, *, where: str, begun: str = "") -> RolloutError:
    """The error for a root that a server does not have and may not be given. ``begun``: a sentence of what was done."""
    return RolloutError(
        f"this server does not trust the root '{root.subject}', thumbprint {root.thumbprint}",
        where=where,
        mend=f"{begun}Compare the thumbprint with the CA's owner, then either publish the root by Group Policy, which"
        " reaches no host in a workgroup, or give the thumbprint in trusted_roots (pool_certificates_trusted_roots)",
    )


def root_above(certificates: Sequence[X509Certificate], *, now: datetime, where: str) -> X509Certificate | None:
    """The root that a certificate leads to, which is the first of these; None for no certificate.

    :raises RolloutError: the others do not lead to a root.
    """
    if not certificates:
        return None
    first, *above = certificates
    return first if is_root(first) else build_chain(first, above, now=now, where=where)[-1]
