# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a certification authority itself gives reason to say: findings of a run, beside those of the plan."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import AuthorityPolicy
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.model import NOTE, WARNING, Finding
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint


def policy_findings(policy: AuthorityPolicy, name: str) -> tuple[Finding, ...]:
    """What the settings of the authority ``name`` give reason to say."""
    if not policy.takes_names_from_attributes:
        return ()
    return (
        Finding(
            severity=WARNING,
            code="ca-names-from-attributes",
            message=f"the CA {name} takes subject alternative names from request attributes"
            " (EDITF_ATTRIBUTESUBJECTALTNAME2 is set)",
            breaks="Whoever may request a certificate can put any name into it and impersonate anybody",
            mend="certutil -setreg policy\\EditFlags -EDITF_ATTRIBUTESUBJECTALTNAME2, then restart CertSvc;"
            " this collection does not need the flag",
            source="Microsoft KB931351 and its security notes",
            where=name,
        ),
    )


def root_findings(root: X509Certificate, trusted: Sequence[Thumbprint]) -> tuple[Finding, ...]:
    """A note where roots are named and a chain ends in another."""
    if not trusted or root.thumbprint in trusted:
        return ()
    return (
        Finding(
            severity=NOTE,
            code="root-not-among-trusted",
            message=f"the chain ends in '{root.subject}' ({root.thumbprint}), which is none of the trusted roots",
            breaks="A server that does not hold this root already refuses the certificate",
            mend="Compare the thumbprint with the CA's owner, then add it to the trusted roots",
            source="",
            where=root.subject,
        ),
    )
