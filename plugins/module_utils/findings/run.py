# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only a run finds out: on the certification authority, in a chain, on a DNS server.

Made where it is met (``certificates/authority_findings.py``, ``report/data.py``): no plan knows of it.
"""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RUN, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import NOTE, WARNING

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
