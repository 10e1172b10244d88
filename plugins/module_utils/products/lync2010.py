# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lync Server 2010: what differs from Lync Server 2013, whose documents are fuller. Rules only, no logic.

A/V Conferencing, Archiving and Monitoring have servers of their own. There is no OAuth certificate, no Office Web Apps,
no XMPP on the Edge, no Persistent Chat (but Group Chat) and no IPv6. Autodiscover came with the cumulative update of
November 2011; before it, a topology says ``autodiscover: {internal: none, external: none}``.
"""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.model import EXTERNAL
from ansible_collections.ucops.rollout.plugins.module_utils.products import lync2013, lync2013_sources
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import (
    Certificate,
    Name,
    Role,
    derive,
    extend,
    rules_of,
)
from ansible_collections.ucops.rollout.plugins.module_utils.products.rules import Listener
from ansible_collections.ucops.rollout.plugins.module_utils.products.sources import Sources

AV_CONFERENCING = Listener("av_conferencing", 5063, "sip_tls")
GROUP_CHAT = Listener("group_chat", 5041, "sip_tls")

_CERTIFICATES = "TechNet gg398094 'Certificate Requirements for Internal Servers' (Lync Server 2010)"
_STANDARD_DNS = "TechNet gg425900 'DNS Requirements for Standard Edition Servers' (Lync Server 2010)"
_BLOG_DNS = "designinglync.blogspot.com 2011-04 'DNS in Lync Server 2010'"
_EDGE_2011 = "'Certificate Summary for Single Consolidated Edge' (Lync Server 2010) of 2011-05-11"
_EDGE_2012 = "TechNet gg398519 'Certificate Summary for Single Consolidated Edge' (Lync Server 2010) of 2012-08-08"
_EXTERNAL_ACCESS = "'Certificate Requirements for External User Access' (Lync Server 2010)"
_WILDCARDS = "'Wildcard Certificate Support' (Lync Server 2010)"
_MOBILITY = "TechNet hh690044 'Certificate Requirements for Mobility' (Lync Server 2010)"
_AUTODISCOVER = "TechNet hh690012, autodiscover (Lync Server 2010, cumulative update of November 2011)"
_PROXY = "TechNet gg429704 'Request and Configure a Certificate for Your Reverse HTTP Proxy' (Lync Server 2010)"

# What its own documents state of the rules of Lync Server 2013.
SOURCES = Sources(
    "lync2010",
    purposes={
        "sign-in-tls": (
            "automatic sign-in over TLS of the SIP domain's users",
            "automatic sign-in: clients do not find the server by the user's address",
        ),
        "proxy-certificate": (
            "what the reverse proxy's listener shows for the pools' web services, meetings and autodiscover",
            "all web services outside",
        ),
    },
    stated={
        "pool-address": (
            "S",
            f"{_BLOG_DNS}: one address for each server, or that of the load balancer; {_STANDARD_DNS}",
        ),
        "web-address server-address": ("S", f"{_BLOG_DNS}; {_STANDARD_DNS}"),
        "sign-in-tls": (
            "C",
            (
                f"{_STANDARD_DNS}; 'Determine DNS requirements' (2013: target in the domain of the SRV record);"
                " against it the pre-release library's example (retail.contoso.com)"
            ),
        ),
        "device-update external-web-address": ("S", _STANDARD_DNS),
        "time-server": (
            "I",
            "'DNS requirements for Skype for Business Server', for the same phones; the port of NTP is RFC 5905's",
        ),
        "autodiscover-external autodiscover-external-alias proxy-autodiscover": ("S", _AUTODISCOVER),
        "combined-certificate pool-name server-name default-certificate": (
            "S",
            f"{_CERTIFICATES}; designinglync.blogspot.com 2011-04, 'PKI and Certificates'",
        ),
        "sip-name": (
            "C",
            f"{_CERTIFICATES} (only if strict matching is required); against it the policy's text (the default)",
        ),
        "autodiscover-external-name": ("S", _MOBILITY),
        "edge-internal-certificate": ("S", f"{_EDGE_2011}: no alternative names, a private authority"),
        "edge-external-certificate": (
            "C",
            (
                f"{_EDGE_2012} (subject sip.contoso.com, in the list); against it {_EDGE_2011} (access.contoso.com,"
                f" missing in the list); order: {_WILDCARDS} (counts), the Lync Server 2013 library (does not matter)"
            ),
        ),
        "edge-web-conferencing-name edge-sip-name": ("S", f"{_EXTERNAL_ACCESS}; {_EDGE_2012}"),
        "edge-access-name": ("S", f"{_EXTERNAL_ACCESS}: the list must contain it, TLS ignores the subject"),
        "proxy-certificate": (
            "C",
            f"{_PROXY}; {_WILDCARDS}; against one listener for each stands one for all, in the library of 2013",
        ),
    },
)
# Of the roles and listeners that 2013 has not.
FURTHER = Sources(
    "lync2010",
    purposes={
        "proxy-director-certificate": (
            "what the reverse proxy's listener for a Director shows",
            "the Director's web services outside",
        ),
        "proxy-director-name": (
            "the name that the Director's web services are published under",
            "the Director's web services outside",
        ),
        "av-conferencing-pool-address": (
            "the name of the pool of the A/V Conferencing Server",
            "every connection to the A/V Conferencing Server",
        ),
        "av-conferencing-certificate": (
            "TLS of the A/V Conferencing Server, by the pool's name and the server's own",
            "the A/V Conferencing Server does not start",
        ),
        "group-chat-pool-address": (
            "the name of the pool of the Group Chat Server",
            "every connection to the Group Chat Server",
        ),
        "group-chat-certificate": (
            "TLS of the Group Chat Server, by the pool's name and the server's own",
            "the Group Chat Server does not start",
        ),
        "archiving-address": (
            "the server's own name; a domain member registers it itself",
            "archiving of conversations",
        ),
        "monitoring-address": (
            "the server's own name; a domain member registers it itself",
            "monitoring of conversations",
        ),
    },
    stated={
        "proxy-director-certificate": (
            "C",
            f"{_PROXY} (a listener and a certificate of its own); against it the library of 2013 (one for all)",
        ),
        "proxy-director-name": ("P", _PROXY),
        "av-conferencing-pool-address": ("S", _BLOG_DNS),
        "av-conferencing-certificate": (
            "I",
            f"{_CERTIFICATES} lists the role; its names are inferred from those of the other roles",
        ),
        "group-chat-pool-address": (
            "S",
            "inferred from Persistent Chat, its successor in the Lync Server 2013 library",
        ),
        "group-chat-certificate": ("I", "inferred from Persistent Chat, its successor in the Lync Server 2013 library"),
        "archiving-address monitoring-address": (
            "I",
            f"{_WILDCARDS} names the role; {_CERTIFICATES} lists no certificate for it",
        ),
    },
    base=lync2013_sources.SOURCES,
)

_ROLES = (
    lync2013.server_pool("av_conferencing", AV_CONFERENCING),
    lync2013.server_pool("group_chat", GROUP_CHAT),
    # They talk by message queues and are not in the list of roles with certificates.
    lync2013.registered_server("archiving", "archiving-address"),
    lync2013.registered_server("monitoring", "monitoring-address"),
)
# A listener and a certificate of its own for each Director.
_DIRECTOR_LISTENER = Role(
    "reverse_proxy",
    names=(Name("{other_external_web}", view=EXTERNAL, in_certificates="proxy-director-name"),),
    certificates=(
        Certificate(
            "proxy-director-certificate",
            when="other_is_director",
            scope="pool",
            each="published_pool",
            apart="{other_external_web}",
            use="reverse_proxy",
            subject="{other_external_web}",
            names="proxy-director-name",
            listeners=(lync2013.REVERSE_PROXY,),
            faces_outside=True,
        ),
    ),
)

PRODUCT = extend(
    derive(
        lync2013.PRODUCT,
        id="lync2010",
        title="Lync Server 2010",
        major=4,
        sources=SOURCES,
        drop=(
            "oauth-certificate xmpp xmpp-address edge-xmpp-domain edge-xmpp-host hybrid-web-conferencing-inside "
            "edge-tenant-name cut-over-federation cut-over-sign-in cut-over-autodiscover cut-over-sip scheduler-name "
            "proxy-director-name"
        ),
        drop_roles="persistent_chat office_web_apps",
        roles=[rules_of(role, FURTHER) for role in _ROLES],
        without="oauth xmpp ipv6 hybrid scheduler",
    ),
    _DIRECTOR_LISTENER,
    FURTHER,
)
