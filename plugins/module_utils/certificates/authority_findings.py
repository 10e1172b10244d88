# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a certification authority itself gives reason to say: findings of a run, beside those of the plan."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import AuthorityPolicy
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.findings.run import (
    CA_NAMES_FROM_ATTRIBUTES,
    ROOT_NOT_AMONG_TRUSTED,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint


def policy_findings(policy: AuthorityPolicy, name: str) -> tuple[Finding, ...]:
    """What the settings of the authority ``name`` give reason to say."""
    if not policy.takes_names_from_attributes:
        return ()
    return (CA_NAMES_FROM_ATTRIBUTES.at(name, name=name),)


def root_findings(root: X509Certificate, trusted: Sequence[Thumbprint]) -> tuple[Finding, ...]:
    """A note where roots are named and a chain ends in another."""
    if not trusted or root.thumbprint in trusted:
        return ()
    return (ROOT_NOT_AMONG_TRUSTED.at(root.subject, root=root.subject, thumbprint=root.thumbprint),)
