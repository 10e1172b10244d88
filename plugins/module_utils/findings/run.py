# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only a run finds out: on the certification authority, in a chain, on a DNS server.

No plan knows of it; the engines and the report ask here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import AuthorityPolicy
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RUN, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import NOTE, WARNING, Finding
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint

CA_NAMES_FROM_ATTRIBUTES = FindingKind(
    code="ca-names-from-attributes",
    severity=WARNING,
    about=RUN,
    title="A CA takes names from request attributes",
    message=(
        "the CA {name} takes subject alternative names from request attributes (EDITF_ATTRIBUTESUBJECTALTNAME2 is set)"
    ),
    breaks="Whoever may request a certificate can put any name into it and impersonate anybody",
    mend=(
        "certutil -setreg policy\\EditFlags -EDITF_ATTRIBUTESUBJECTALTNAME2, then restart CertSvc;"
        " this collection does not need the flag"
    ),
    source="Microsoft KB931351 and its security notes",
    decision="the rollout does not need the flag, and whether the site does is its own affair",
    elsewhere="a CA that has the flag set in its policy",
)
ROOT_NOT_AMONG_TRUSTED = FindingKind(
    code="root-not-among-trusted",
    severity=NOTE,
    about=RUN,
    title="A chain ends in a root that is none of those named",
    message="the chain ends in '{root}' ({thumbprint}), which is none of the trusted roots",
    breaks="A server that does not hold this root already refuses the certificate",
    mend="Compare the thumbprint with the CA's owner, then add it to the trusted roots",
    source="",
    decision="the servers may hold the root already",
    elsewhere="trusted roots are named, and the issued certificate's root is another",
)
DNS_SERVER = FindingKind(
    code="dns-server",
    severity=NOTE,
    about=RUN,
    title="A DNS server did otherwise than expected",
    message="{note}",
    breaks="",
    mend="",
    source="",
    decision="the records are there; the note says what else to look at",
    elsewhere="a new zone that takes updates from anybody",
)


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


def dns_findings(notes: Iterable[str]) -> tuple[Finding, ...]:
    """What a DNS server was seen to do otherwise than expected."""
    return tuple(DNS_SERVER.at("", note=note) for note in notes)
