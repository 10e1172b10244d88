# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of findings about names of web services, simple URLs and the reverse proxy."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RECORDS, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, WARNING

_WEB = "TechNet 'DNS Load Balancing' and 'DNS Requirements for Front End Pools' (Lync Server 2013)"
_URLS = "TechNet 'Planning for Simple URLs' (Lync Server 2013)"
_PROXY = "TechNet 'DNS Summary - Reverse Proxy' and 'Certificate Summary - Reverse Proxy' (Lync Server 2013)"

WEB_KINDS = (
    FindingKind(
        code="web-name-is-pool-name",
        severity=ERROR,
        about=RECORDS,
        title="The web services have the pool's name although DNS balances the pool",
        message="the internal web services of '{pool}' have the pool's own name, and the pool is balanced by DNS",
        breaks=(
            "web services: the pool's name leads to the single servers, the web services need the hardware load"
            " balancer's address"
        ),
        mend="Give the web services a name of their own in web.internal_fqdn",
        source=f"{_WEB}: with DNS load balancing the internal web services name must be overridden",
        decision="one name cannot lead to the servers and to the load balancer",
    ),
    FindingKind(
        code="web-name-is-server-name",
        severity=WARNING,
        about=RECORDS,
        title="The web services of a pool have the name of one server",
        message="the web services of '{pool}' have the name of the server '{name}'",
        breaks="web services of the pool: everything goes to one server",
        mend="Give the web services a name of their own",
        source="TechNet 'Certificate Requirements for Internal Servers' (Lync Server 2013), Front End pool",
        decision="it works until that server is away",
    ),
    FindingKind(
        code="external-web-name-shared",
        severity=ERROR,
        about=RECORDS,
        title="Two pools have the same external web services name",
        message="'{name}' is the external web services name of '{one}' and of '{other}'",
        breaks="web services outside: the reverse proxy can send the name to one of the two only",
        mend="Give each pool and each Director an external web services name of its own",
        source=f"{_PROXY}; {_WEB}: the name must be unique",
        decision="a pool whose users land on another one has no web services outside",
    ),
    FindingKind(
        code="external-web-name-not-published",
        severity=WARNING,
        about=RECORDS,
        title="Web services have a name outside, but nothing publishes them",
        message="nothing is planned outside for '{name}', the external web services name of '{pool}'",
        breaks="web services outside: mobile clients, meetings, address book; a Director's name alone does not do",
        mend="Add a reverse proxy, or name the pool in the reverse proxy's publishes",
        source=f"{_PROXY}: the names of the Director and of the pools are both published",
        decision="another team may publish it unknown to the topology; sign-in works",
    ),
    FindingKind(
        code="web-names-equal",
        severity=WARNING,
        about=RECORDS,
        title="Web services have the same name inside and outside",
        message="'{name}' is the internal and the external web services name of '{pool}'",
        breaks=(
            "clients cannot tell the internal web site (443) from the external one (4443): sign-in of mobile clients"
            " and authentication of meeting guests"
        ),
        mend="Give the external web services a name of their own in web.external_fqdn",
        source=f"{_WEB}: the names must be distinct, and the internal one only resolvable inside",
        decision="clear in the library, yet sites live with it on separate networks",
    ),
    FindingKind(
        code="simple-url-is-pool-name",
        severity=ERROR,
        about=RECORDS,
        title="A simple URL has the name of a pool",
        message="the simple URL host '{name}' is the name of the pool '{pool}'",
        breaks="meetings: the product refuses such a URL, and the pool's other services lose their name",
        mend="Choose a host name of its own, such as meet.<SIP domain>",
        source=f"{_URLS}: a simple URL must not contain a pool's name",
        decision="the product's own tool refuses it",
    ),
    FindingKind(
        code="simple-url-is-sip-domain",
        severity=WARNING,
        about=RECORDS,
        title="A simple URL's host is a SIP domain itself",
        message="the simple URL host '{name}' is a SIP domain",
        breaks="web sites and federation that use the bare domain's name",
        mend="Choose a host below it, such as meet.{name}",
        source="'Simple URLs' (Skype for Business Server): the base host must not match a SIP domain",
        decision="stated by one page only, and earlier products are silent",
    ),
    FindingKind(
        code="simple-url-inside-another",
        severity=ERROR,
        about=RECORDS,
        title="A simple URL begins with another one",
        message="the simple URL '{name}' begins with '{one}', which leads elsewhere",
        breaks="the longer URL is never reached",
        mend="Choose URLs of which none begins with another",
        source=f"{_URLS}: no URL may be a prefix of another",
        decision="the product's own tool refuses it",
    ),
    FindingKind(
        code="edge-and-proxy-share-address",
        severity=ERROR,
        about=RECORDS,
        title="The Edge Servers and the reverse proxy share an address",
        message="{address} is the address of '{one}' at the Edge Servers and of '{name}' at the reverse proxy",
        breaks="both listen on port 443: meetings, or sign-in from outside",
        mend="Give the reverse proxy a public address of its own",
        source=f"{_PROXY}; J. Schertz 2012-07 'Lync Edge Best Practices'",
        decision="two listeners cannot share one address and port",
    ),
    FindingKind(
        code="web-name-at-edge",
        severity=ERROR,
        about=RECORDS,
        title="A web name leads to the Edge Servers",
        message="'{name}' belongs to the reverse proxy, but leads outside to {address} of the Edge pool '{pool}'",
        breaks="web services outside: Edge Servers serve no web pages",
        mend="Lead the name to the reverse proxy's public address",
        source=f"{_PROXY}; J. Schertz 2012-07 'Lync Edge Best Practices'",
        decision="nothing answers HTTPS there",
    ),
)
