# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every finding that a plan can hold: stable code, severity, what it breaks, how to mend it, who says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, NOTE, SEVERITIES, WARNING, Finding

# Which half of a plan a finding speaks of.
RECORDS = "records"
CERTIFICATES = "certificates"
INVENTORY = "inventory"


@dataclass(frozen=True)
class FindingKind:
    """A kind of finding. The texts may hold ``{words}`` that the place of discovery fills in."""

    code: str
    severity: str
    about: str
    title: str
    message: str
    breaks: str
    mend: str
    source: str


KINDS: Mapping[str, FindingKind] = {
    kind.code: kind
    for kind in (
        FindingKind(
            code="name-without-zone",
            severity=ERROR,
            about=RECORDS,
            title="A name fits no declared zone",
            message="'{name}' fits none of the declared {view} zones",
            breaks="{breaks}",
            mend="Declare its zone under dns.{view}.zones, such as {{name: {zone}}}",
            source="a record lives in the zone with the longest matching suffix, RFC 1034 section 4.3.2",
        ),
        FindingKind(
            code="name-too-long",
            severity=ERROR,
            about=RECORDS,
            title="A name made from the topology's names is too long for DNS",
            message="'{name}' has {length} characters, DNS allows 253",
            breaks="{breaks}",
            mend="Use a shorter SIP domain or pool name",
            source="RFC 1035 section 2.3.4",
        ),
        FindingKind(
            code="name-claimed-twice",
            severity=ERROR,
            about=RECORDS,
            title="One name is planned for two different things",
            message="'{name}' is planned at {one} and, for another purpose, at {other}",
            breaks="clients reach one of the two by chance",
            mend="Rename one of them: a pool's name inside a SIP domain takes the pool's first label",
            source="one record set for one service",
        ),
        FindingKind(
            code="second-service",
            severity=ERROR,
            about=RECORDS,
            title="A second pool claims the automatic sign-in of a SIP domain",
            message="'{name}' leads to {one} and to {other}",
            breaks="automatic sign-in: clients take either, and only one pool distributes sign-ins",
            mend="Give each SIP domain one home",
            source="TechNet bb870344: no SRV record for additional internal servers or pools",
        ),
        FindingKind(
            code="target-without-address",
            severity=ERROR,
            about=RECORDS,
            title="A SRV record leads to a name without an address",
            message="'{name}' leads to '{target}', for which no address record is planned",
            breaks="clients that follow the SRV record find no server",
            mend="Plan an address record for the target",
            source="RFC 2782: the target must have address records and must not be an alias",
        ),
        FindingKind(
            code="name-not-in-certificate",
            severity=ERROR,
            about=CERTIFICATES,
            title="A name that a client can be sent to is not in the certificate of the server that answers",
            message="'{name}' (port {port}) is not in the certificate {certificate}, which answers there",
            breaks="{clients}: the certificate does not match the name",
            mend="Add the name to the certificate, or do not send clients to it",
            source="RFC 9525 section 6",
        ),
        FindingKind(
            code="endpoint-without-certificate",
            severity=ERROR,
            about=CERTIFICATES,
            title="Something answers clients without a certificate",
            message="no planned certificate answers at '{name}' port {port}",
            breaks="{clients}: no TLS",
            mend="Plan a certificate for the component that answers there",
            source="all connections of the products' servers use TLS",
        ),
        FindingKind(
            code="common-name-too-long",
            severity=ERROR,
            about=CERTIFICATES,
            title="A pool's name is too long for a certificate's subject",
            message="'{name}' has {length} characters and must be a certificate's common name, which has 64 at most",
            breaks="the certification authority refuses the request",
            mend="Choose a shorter name for the pool",
            source="RFC 5280 appendix A, ub-common-name",
        ),
        FindingKind(
            code="server-without-inventory-host",
            severity=ERROR,
            about=INVENTORY,
            title="A server of the plan has no host in the inventory",
            message="the server '{name}' has no host in the inventory group '{group}'; looked for {tried}",
            breaks="certificates cannot be requested and assigned on this server",
            mend="Add the host to the group, or name it with inventory_host in the topology",
            source="the inventory",
        ),
        FindingKind(
            code="inventory-host-shared",
            severity=ERROR,
            about=INVENTORY,
            title="Two servers of the plan are the same host of the inventory",
            message="the servers '{one}' and '{name}' are both the inventory host '{host}'",
            breaks="one of the servers gets no certificate, the other one two",
            mend="Name each server's host with inventory_host in the topology",
            source="the inventory",
        ),
        FindingKind(
            code="inventory-group-empty",
            severity=ERROR,
            about=INVENTORY,
            title="A group that the rollout works on is missing or empty",
            message="the inventory group '{group}' is missing or has no hosts",
            breaks="{breaks}",
            mend="Add the hosts to the group, or give the group's name to the rollout",
            source="the inventory",
        ),
        FindingKind(
            code="zone-hides-names",
            severity=WARNING,
            about=RECORDS,
            title="A zone that is created inside hides the names that exist outside",
            message="creating the zone '{name}' inside hides {hidden} from everybody inside",
            breaks="mail, autodiscover and web sites of the domain for users inside",
            mend=(
                "Copy the names into the zone and list them in copied_names, say with known_names: [] that there are"
                " none, or declare pin-point zones (one for each SRV owner and each target) instead"
            ),
            source="TechNet 'Determine DNS Requirements' (Lync Server 2013), split-brain DNS",
        ),
        FindingKind(
            code="subject-not-repeated",
            severity=WARNING,
            about=CERTIFICATES,
            title="The subject's name is not among the subject alternative names",
            message="'{name}' stands in the subject of {certificate} only",
            breaks="clients that follow RFC 9525 ignore the common name and refuse '{name}'",
            mend="Leave out certificates.repeat_subject_in_san: false, unless the list must be as it was by hand",
            source="RFC 9525 section 2; TechNet 'Certificate Requirements for External User Access' (Lync Server 2010)",
        ),
        FindingKind(
            code="names-too-many-for-authority",
            severity=WARNING,
            about=CERTIFICATES,
            title="The subject alternative names are too many for a Windows certification authority",
            message="the {count} names of {certificate} take {size} bytes, a Windows CA accepts 4096",
            breaks="the request fails with 0xc80005e2",
            mend="Give some SIP domains another pool as their home, or use another certification authority",
            source="skypeadmin.com 2014-10-01 'How many SIP domains', confirmed by its error text only",
        ),
        FindingKind(
            code="address-shared",
            severity=WARNING,
            about=RECORDS,
            title="Two servers, or two pools' virtual addresses, are the same address",
            message="{address} is given for '{one}' and for '{name}'",
            breaks="one of the two is not reached",
            mend="Check both addresses",
            source="one host, one address",
        ),
        FindingKind(
            code="zone-without-records",
            severity=NOTE,
            about=RECORDS,
            title="A declared zone gets no record",
            message="nothing is planned in the zone '{name}'",
            breaks="nothing",
            mend="Leave the zone out, unless it is kept for later",
            source="the topology",
        ),
        FindingKind(
            code="srv-target-alias",
            severity=NOTE,
            about=RECORDS,
            title="Automatic sign-in leads to an alias of the pool",
            message=(
                "the SRV record of '{domain}' leads to '{name}': it lies in the SIP domain, as the library demands,"
                " but the strictest client policy takes only '{domain}' and 'sip.{domain}'"
            ),
            breaks="later clients (Lync) with the default policy ask the user whether to trust the server",
            mend="Nothing for OCS 2007 clients",
            source="policy 'DisableStrictDNSNaming' (Lync); TechNet 'Determine DNS Requirements' (Lync Server 2013)",
        ),
    )
}


def finding(code: str, *, where: str, **words: object) -> Finding:
    """A finding of a known kind with its words filled in."""
    kind = KINDS[code]
    return Finding(
        severity=kind.severity,
        code=code,
        message=kind.message.format(**words),
        breaks=kind.breaks.format(**words),
        mend=kind.mend.format(**words),
        source=kind.source,
        where=where,
    )


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, then warnings, then notes; otherwise as they were found."""
    return tuple(sorted(findings, key=lambda one: SEVERITIES.index(one.severity)))
