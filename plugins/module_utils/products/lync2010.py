# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lync Server 2010: what differs from Lync Server 2013, whose documents are fuller. Rules only, no logic.

A/V Conferencing, Archiving and Monitoring have servers of their own. There is no OAuth certificate, no Office Web Apps,
no XMPP on the Edge, no Persistent Chat (but Group Chat) and no IPv6. Autodiscover came with the cumulative update of
November 2011; before it, a topology says ``autodiscover: {internal: none, external: none}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.model import Key
from ansible_collections.ucops.rollout.plugins.module_utils.products import lync2013
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import (
    CertificateName,
    CertificateRule,
    Component,
    derive,
    extend,
)

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

AV_CONFERENCING_TLS = 5063
GROUP_CHAT_TLS = 5041

# Rules that the documents of Lync Server 2010 state alike.
_STATED: Mapping[str, tuple[str, ...]] = {
    _STANDARD_DNS: ("device-update", "external-web-address"),
    f"{_BLOG_DNS}; {_STANDARD_DNS}": ("server-address", "web-address"),
    f"{_CERTIFICATES}; designinglync.blogspot.com 2011-04, 'PKI and Certificates'": (
        "pool-name",
        "server-name",
        "default-certificate",
        "combined-certificate",
    ),
    _AUTODISCOVER: ("autodiscover-external", "autodiscover-external-alias", "proxy-autodiscover"),
    _MOBILITY: ("autodiscover-external-name",),
    f"{_EXTERNAL_ACCESS}; {_EDGE_2012}": ("edge-web-conferencing-name", "edge-sip-name"),
}

_CHANGES: Mapping[str, Mapping[str, Any]] = {
    **{
        f"lync2013.{name}": {"id": f"lync2010.{name}", "source": source}
        for source, names in _STATED.items()
        for name in names
    },
    "lync2013.pool-address": {
        "id": "lync2010.pool-address",
        "source": f"{_BLOG_DNS}: one address for each server, or that of the load balancer; {_STANDARD_DNS}",
        "mark": "S",
    },
    "lync2013.sign-in-tls": {
        "id": "lync2010.sign-in-tls",
        "purpose": "automatic sign-in over TLS of the SIP domain's users",
        "source": (
            f"{_STANDARD_DNS}; 'Determine DNS requirements' (2013: target in the domain of the SRV record);"
            " against it the pre-release library's example (retail.contoso.com)"
        ),
        "breaks": "automatic sign-in: clients do not find the server by the user's address",
    },
    "lync2013.sip-name": {
        "id": "lync2010.sip-name",
        "source": f"{_CERTIFICATES} (only if strict matching is required); against it the policy's text (the default)",
    },
    "lync2013.time-server": {"id": "lync2010.time-server"},
    # Edge
    "lync2013.edge-access-name": {
        "id": "lync2010.edge-access-name",
        "source": f"{_EXTERNAL_ACCESS}: the list must contain it, TLS ignores the subject",
    },
    "lync2013.edge-external-certificate": {
        "id": "lync2010.edge-external-certificate",
        "source": (
            f"{_EDGE_2012} (subject sip.contoso.com, in the list); against it {_EDGE_2011} (access.contoso.com, missing"
            f" in the list); order: {_WILDCARDS} (counts), the Lync Server 2013 library (does not matter)"
        ),
    },
    "lync2013.edge-internal-certificate": {
        "id": "lync2010.edge-internal-certificate",
        "source": f"{_EDGE_2011}: no alternative names, a private authority",
        "mark": "S",
    },
    # Reverse proxy: a listener and a certificate of its own for each Director
    "lync2013.proxy-certificate": {
        "id": "lync2010.proxy-certificate",
        "purpose": "what the reverse proxy's listener shows for the pools' web services, meetings and autodiscover",
        "source": f"{_PROXY}; {_WILDCARDS}; against one listener for each stands one for all, in the library of 2013",
    },
}

_DIRECTOR_NAME = CertificateName(
    id="lync2010.proxy-director-name",
    purpose="the name that the Director's web services are published under",
    source=_PROXY,
    mark="P",
    breaks="the Director's web services outside",
    name="{other_external_web}",
)
_DIRECTOR_LISTENER = CertificateRule(
    id="lync2010.proxy-director-certificate",
    purpose="what the reverse proxy's listener for a Director shows",
    source=f"{_PROXY} (a listener and a certificate of its own); against it the library of 2013 (one for all)",
    mark="C",
    breaks="the Director's web services outside",
    use="reverse_proxy",
    scope="pool",
    each="published_pool",
    when=("other_is_director",),
    apart="{other_external_web}",
    subject="{other_external_web}",
    names=(_DIRECTOR_NAME,),
    components=(Component("reverse_proxy", lync2013.HTTPS),),
    key=Key(length=2048),
    extended_key_usage=(lync2013.SERVER_AUTHENTICATION,),
    faces_outside=True,
)

_AV_CONFERENCING = lync2013.server_pool(
    "av_conferencing",
    "av_conferencing",
    AV_CONFERENCING_TLS,
    what="the A/V Conferencing Server",
    dns=_BLOG_DNS,
    certificate=f"{_CERTIFICATES} lists the role; its names are inferred from those of the other roles",
    mark="I",
    product="lync2010",
)
_GROUP_CHAT = lync2013.server_pool(
    "group_chat",
    "group_chat",
    GROUP_CHAT_TLS,
    what="the Group Chat Server",
    dns="inferred from Persistent Chat, its successor in the Lync Server 2013 library",
    certificate="inferred from Persistent Chat, its successor in the Lync Server 2013 library",
    mark="I",
    product="lync2010",
)
# They talk by message queues and are not in the list of roles with certificates.
_RECORD_KEEPERS = tuple(
    replace(
        lync2013.BACK_END,
        role=role,
        records=(
            replace(
                lync2013.SERVER_ADDRESS,
                id=f"lync2010.{role}-address",
                source=f"{_WILDCARDS} names the role; {_CERTIFICATES} lists no certificate for it",
                mark="I",
                breaks=f"{role} of conversations",
            ),
        ),
    )
    for role in ("archiving", "monitoring")
)

_GONE = (
    "lync2013.oauth-certificate",
    "lync2013.xmpp",
    "lync2013.xmpp-address",
    "lync2013.edge-xmpp-domain",
    "lync2013.edge-xmpp-host",
    "lync2013.hybrid-web-conferencing-inside",
    "lync2013.edge-tenant-name",
    "lync2013.cut-over-federation",
    "lync2013.cut-over-sign-in",
    "lync2013.cut-over-autodiscover",
    "lync2013.cut-over-sip",
    "lync2013.scheduler-name",
    "lync2013.proxy-scheduler",
    "lync2013.proxy-office-web-apps",
    "lync2013.proxy-director-name",
)

PRODUCT = extend(
    derive(
        lync2013.PRODUCT,
        id="lync2010",
        title="Lync Server 2010",
        drop=_GONE,
        drop_roles=("persistent_chat", "office_web_apps"),
        change=_CHANGES,
        add_sheets=(_AV_CONFERENCING, _GROUP_CHAT, *_RECORD_KEEPERS),
        features=lync2013.PRODUCT.features - {"oauth", "xmpp", "ipv6", "hybrid", "scheduler"},
    ),
    "reverse_proxy",
    certificates=(_DIRECTOR_LISTENER,),
)
