# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong while records are gathered: names without a place, claimed twice, or leading to nothing.

The planner makes these (``plan/planned_records.py``): it alone knows what each rule wanted.
"""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RECORDS, Example, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR

_LONG_DOMAIN = ".".join(("a" * 60, "b" * 60, "c" * 60, "d" * 50))

NAME_WITHOUT_ZONE = FindingKind(
    code="name-without-zone",
    severity=ERROR,
    about=RECORDS,
    title="A name fits no declared zone",
    message="'{name}' fits none of the declared {view} zones",
    breaks="{breaks}",
    mend="Declare its zone under dns.{view}.zones, such as {{name: {zone}}}",
    source="a record lives in the zone with the longest matching suffix, RFC 1034 section 4.3.2",
    decision="the record cannot be pushed at all",
    example=Example(
        "ocs",
        change={"sip_domains[1]": "fabrikam.com"},
        where=(
            "sip_domains[1]",
            "sip_domains[1]",
        ),
        near={"sip_domains[1]": "sub.company.com"},
        message="'ocspool.fabrikam.com' fits none of the declared internal zones",
    ),
)
NAME_TOO_LONG = FindingKind(
    code="name-too-long",
    severity=ERROR,
    about=RECORDS,
    title="A name made from the topology's names is too long for DNS",
    message="'{name}' has {length} characters, DNS allows 253",
    breaks="{breaks}",
    mend="Use a shorter SIP domain or pool name",
    source="RFC 1035 section 2.3.4",
    decision="DNS cannot hold the name",
    example=Example(
        "ocs",
        change={
            "sip_domains[1]": _LONG_DOMAIN,
            "dns.internal.zones[1].name": _LONG_DOMAIN,
        },
        where=("sip_domains[1]",),
        near={"sip_domains[1]": "a" * 60 + ".company.com"},
    ),
)
NAME_CLAIMED_TWICE = FindingKind(
    code="name-claimed-twice",
    severity=ERROR,
    about=RECORDS,
    title="One name is planned for two different things",
    message="'{name}' is planned at {one} and, for another purpose, at {other}",
    breaks="clients reach one of the two by chance",
    mend=(
        "Rename one of them: a pool's name inside a SIP domain takes the pool's first label, and srv_target: sip at the"
        " SIP domain does without that name"
    ),
    source="one record set for one service",
    decision="one of two services is not reached for sure",
    example=Example(
        "ocs",
        change={"pools[0].servers[0].fqdn": "ocspool.company.com"},
        where=("pools[0].servers[0]",),
        near={"pools[0].servers[0].fqdn": "ocssrv01.company.com"},
        message="'ocspool.company.com' is planned at 10.0.0.10 and, for another purpose, at 10.0.0.11",
    ),
)
SECOND_SERVICE = FindingKind(
    code="second-service",
    severity=ERROR,
    about=RECORDS,
    title="A second pool claims the automatic sign-in of a SIP domain",
    message="'{name}' leads to {one} and to {other}",
    breaks="automatic sign-in: clients take either, and only one pool distributes sign-ins",
    mend="Give each SIP domain one home",
    source="TechNet bb870344: no SRV record for additional internal servers or pools",
    decision="the library forbids it, and clients land on either pool",
    elsewhere=(
        "only a mistake in a product's rules makes one, each SIP domain has one home; see"
        " tests/unit/plugins/module_utils/findings/test_records.py"
    ),
)
TARGET_WITHOUT_ADDRESS = FindingKind(
    code="target-without-address",
    severity=ERROR,
    about=RECORDS,
    title="A SRV record leads to a name without an address",
    message="'{name}' leads to '{target}', for which no address record is planned",
    breaks="clients that follow the SRV record find no server",
    mend="Plan an address record for the target",
    source="RFC 2782: the target must have address records and must not be an alias",
    decision="a client that follows the record finds nothing",
    elsewhere=(
        "only a mistake in a product's rules makes one; see tests/unit/plugins/module_utils/findings/test_records.py"
    ),
)
