# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of findings about Edge Servers, federation and what the outside sees."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import CERTIFICATES, RECORDS, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, NOTE, WARNING

_EDGE = "'Edge Server environmental requirements' (Skype for Business Server)"
_FEDERATION = "TechNet 'DNS Summary - SIP, XMPP Federation and Public Instant Messaging' (Lync Server 2013)"

EDGE_KINDS = (
    FindingKind(
        code="federation-record-missing",
        severity=WARNING,
        about=RECORDS,
        title="A SIP domain cannot be found by partners",
        message="there is no '{name}' in the external view although federation is on",
        breaks="federation, push notifications and hosted voice mail of this SIP domain (ms-diagnostics 1027, 1034)",
        mend="Plan the record for every SIP domain, the default one above all",
        source=f"{_FEDERATION}; perficient.com 2015-08-19 (default SIP domain and hosted voice mail)",
        decision="everything else works",
    ),
    FindingKind(
        code="default-sip-domain-internal-only",
        severity=WARNING,
        about=RECORDS,
        title="The default SIP domain exists inside only, and federation is on",
        message="the default SIP domain '{name}' cannot exist on the Internet, but federation looks for its SRV record",
        breaks=(
            "federation, hosted voice mail and hybrid: the other side looks up"
            " '_sipfederationtls._tcp.{name}' and finds nothing"
        ),
        mend="Put a SIP domain that exists on the Internet first in sip_domains",
        source="perficient.com 2015-08-19 'How the default SIP domain impacts Exchange Online UM connections'",
        decision="federation of the other SIP domains may still work",
    ),
    FindingKind(
        code="sip-domain-internal-only",
        severity=WARNING,
        about=RECORDS,
        title="A SIP domain that exists inside only is published outside",
        message="'{domain}' cannot exist on the Internet, but records are planned for it in the external view",
        breaks="users of this SIP domain outside; the records serve nobody",
        mend="Set outside: false for the SIP domain, or give its users addresses in a public domain",
        source="RFC 6761, RFC 6762 section 3 and RFC 8375: names that the Internet does not resolve",
        decision="the other SIP domains work",
    ),
    FindingKind(
        code="public-certificate-internal-name",
        severity=ERROR,
        about=CERTIFICATES,
        title="A public authority is asked to sign a name that exists inside only",
        message="the certificate {certificate} is to come from a public authority, and '{name}' exists inside only",
        breaks="the certificate: public authorities refuse the whole request",
        mend="Leave the name out of this certificate, or have it signed by the enterprise's own authority",
        source="CA/Browser Forum Baseline Requirements 7.1.4.2.1 (no internal names since 2015-11-01)",
        decision="no public authority signs it",
    ),
    FindingKind(
        code="edge-load-balancer-differs",
        severity=ERROR,
        about=RECORDS,
        title="An Edge pool is balanced differently inside and outside",
        message="'{pool}' is balanced by {inside} inside and by {outside} outside",
        breaks="audio, video and application sharing across the Edge; the product does not support it",
        mend="Use the same kind of load balancing on both sides",
        source="'Load balancing requirements' (Skype for Business Server); TechNet 'DNS Load Balancing'",
        decision="not supported, and media fail",
    ),
    FindingKind(
        code="edge-needs-dns-suffix",
        severity=NOTE,
        about=RECORDS,
        title="An Edge Server outside the domain needs its DNS suffix set by hand",
        message="'{name}', usually no member of the domain, must have the primary DNS suffix '{suffix}'",
        breaks="publishing the topology and replication to the Edge Server: it is known by its short name only",
        mend="Set the primary DNS suffix in the system's properties before the product is installed",
        source="TechNet 'Configure DNS for Edge Support' (Lync Server 2013)",
        decision="a reminder: the planner cannot see the server's suffix",
    ),
    FindingKind(
        code="private-address-outside",
        severity=WARNING,
        about=RECORDS,
        title="The outside is told a private address",
        message="'{name}' leads outside to {address}, which no one on the Internet reaches",
        breaks="everybody outside who follows the name",
        mend="Give the public address; behind NAT write {{private: ..., public: ...}}",
        source="RFC 1918",
        decision="the outside may be a partner's private network",
    ),
    FindingKind(
        code="edge-services-share-port",
        severity=ERROR,
        about=RECORDS,
        title="Two services of an Edge Server share an address and a port",
        message="{address} port {port} is given to '{one}' and to '{name}'",
        breaks="one of the two services does not start",
        mend="Give each service an address of its own, or on one address a port of its own (5061, 444, 443)",
        source=f"{_EDGE}; TechNet 'Port Summary - Single Consolidated Edge' (Lync Server 2013)",
        decision="two listeners cannot share one address and port",
    ),
    FindingKind(
        code="intermediates-in-their-store",
        severity=NOTE,
        about=CERTIFICATES,
        title="Intermediate certificates belong into their own store",
        message=(
            "certificates of '{issuer}' come with intermediate certificates: they go into 'Intermediate Certification"
            " Authorities' of the computer, never into 'Trusted Root'"
        ),
        breaks="on Windows Server 2012 and later the services do not start or refuse each other (0x800b0109)",
        mend="Import the whole chain, each certificate into its store, on every server that holds such a certificate",
        source="terenceluk.com 2019-03; 'Authentication fails with PIN sign-in' (vendor's support article)",
        decision="a reminder: the planner does not see the stores; the rollout's proof does",
    ),
    FindingKind(
        code="product-inferred",
        severity=NOTE,
        about=RECORDS,
        title="The product's requirements are inferred from its predecessor",
        message="the rules for {product} are those of {predecessor}: no page of the vendor states them for {product}",
        breaks="nothing that is known",
        mend="Compare the plan with the product's wizard",
        source="Skype for Business Server SE is the 2019 code line; no separate requirements page was found",
        decision="to be known, not to be mended",
    ),
)
