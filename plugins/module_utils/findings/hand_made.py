# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What no plan of the planner's has, and one that was made or changed by hand may have. Found by"
" ``plan/soundness.py``."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import CERTIFICATES, RECORDS, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR

_BY_HAND = "a plan that was made or changed by hand"
_SOURCE = "the plan itself"

HOLDER_IS_NO_SERVER = FindingKind(
    code="holder-is-no-server",
    severity=ERROR,
    about=CERTIFICATES,
    title="A certificate is for nobody, or for a server that is not in the plan",
    message="{certificate} is for {holders}, and the plan's servers are {servers}",
    breaks="nobody requests the certificate, and whatever leads there has none",
    mend="Give its holders as the FQDNs of the plan's servers, and the plan its servers",
    source=_SOURCE,
    decision="the rollout could only do a part of the plan, and would look whole",
    elsewhere=_BY_HAND,
)
ASSIGNED_WITHOUT_HOLDING = FindingKind(
    code="assigned-without-holding",
    severity=ERROR,
    about=CERTIFICATES,
    title="A certificate is to be assigned on a server that does not hold it",
    message="{certificate} is to be assigned on '{server}', which is none of its holders",
    breaks="the component {component} there gets no certificate",
    mend="Add the server to the certificate's holders, or take the assignment away",
    source=_SOURCE,
    decision="the assignment would never be made",
    elsewhere=_BY_HAND,
)
REQUEST_IMPOSSIBLE = FindingKind(
    code="request-impossible",
    severity=ERROR,
    about=CERTIFICATES,
    title="No request can be made for a certificate",
    message="{reason}",
    breaks="{certificate}: it cannot be requested",
    mend="{mend}",
    source=_SOURCE,
    decision="the certificate could not be requested",
    elsewhere=_BY_HAND,
)
RECORD_IMPOSSIBLE = FindingKind(
    code="record-impossible",
    severity=ERROR,
    about=RECORDS,
    title="A zone or a record of ours cannot be written",
    message="{reason}",
    breaks="no record of the plan is written",
    mend="Correct the plan",
    source=_SOURCE,
    decision="the records could only be refused later, after accounts were logged on",
    elsewhere=_BY_HAND,
)
