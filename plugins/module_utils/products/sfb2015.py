# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Skype for Business Server 2015: what differs from Lync Server 2013. Rules only, no logic.

Clients look for lyncdiscoverinternal, lyncdiscover, ``_sipinternaltls._tcp``, ``_sip._tls``, sipinternal, sip and
sipexternal, in this order; ``_sipinternal._tcp`` is no longer among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.products import lync2013
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import derive

_DNS = "'DNS requirements for Skype for Business Server'"
_ADVANCED_DNS = "'Advanced Edge Server DNS planning for Skype for Business Server'"
_URLS = "'DNS requirements for simple URLs in Skype for Business Server'"
_CERTIFICATES = "'Environmental requirements for Skype for Business Server 2015', certificates"
_EDGE = "'Edge Server environmental requirements in Skype for Business Server'"
_OAUTH = "'Assign a server-to-server authentication certificate to Skype for Business Server'"
_WIZARD = "'Install Skype for Business Server', certificates"
_CREATE_DNS = "'Create DNS records for Skype for Business Server'"
_UM = "'Plan Exchange Unified Messaging integration' (Skype for Business Server 2015)"
_LYNC = "Lync Server 2013 library, 'Certificate requirements for internal servers'"

# Rules that the documents of Skype for Business Server state again, unchanged.
RESTATED: Mapping[str, tuple[str, ...]] = {
    _DNS: (
        "pool-address",
        "server-address",
        "web-address",
        "device-update",
        "external-web-inside",
        "external-web-address",
        "autodiscover-internal",
        "autodiscover-internal-alias",
        "autodiscover-external",
        "autodiscover-external-alias",
        "director-external-web",
        "edge-internal-address",
        "edge-server-address",
        "access-address",
        "web-conferencing-address",
        "av-address",
        "xmpp",
        "xmpp-address",
        "mediation-pool-address",
        "persistent-chat-pool-address",
        "office-web-apps-pool-address",
        "office-web-apps-external-address",
        "back-end-address",
    ),
    f"{_ADVANCED_DNS} (matching zone, pin-point zone)": ("sign-in-alias-address", "sign-in-alias-name"),
    f"{_ADVANCED_DNS}; {_DNS}": ("remote-sign-in", "sip-address-outside", "sipexternal-address"),
    f"{_URLS}; {_CREATE_DNS}": ("simple-url-address",),
    f"{_CREATE_DNS}; {_CERTIFICATES}": ("scheduler-name",),
    f"{_WIZARD}; {_CERTIFICATES}": ("combined-certificate", "default-certificate"),
    _CERTIFICATES: (
        "pool-name",
        "server-name",
        "web-name",
        "external-web-name",
        "meet-name",
        "dialin-name",
        "admin-name",
        "sipinternal-name",
        "mediation-certificate",
        "branch-appliance-certificate",
        "branch-appliance-sip-name",
    ),
    _EDGE: ("edge-web-conferencing-name", "edge-sip-name"),
    _UM: ("exchange-um-certificate", "exchange-um-own-name", "exchange-um-names"),
}
# Where the documents state it for certain although those of the predecessor contradict each other.
_CERTAIN = frozenset({"back-end-address"})

_LEGACY = "for legacy clients alone: those before Lync 2013, and desk phones"


def _clients() -> dict[str, dict[str, Any]]:
    """Who comes to the endpoints is the newer client."""
    return {
        rule.id: {
            "id": f"sfb2015.{rule.id.partition('.')[2]}",
            "client": rule.client.replace("Lync", "Skype for Business"),
        }
        for sheet in lync2013.PRODUCT.sheets
        for rule in sheet.endpoints
        if "Lync" in rule.client
    }


def _restated() -> dict[str, dict[str, Any]]:
    return {
        f"lync2013.{name}": {"id": f"sfb2015.{name}", "source": source, **({"mark": "S"} if name in _CERTAIN else {})}
        for source, names in RESTATED.items()
        for name in names
    }


_CHANGES: Mapping[str, Mapping[str, Any]] = {
    **_clients(),
    **_restated(),
    "lync2013.pool-address": {
        "id": "sfb2015.pool-address",
        "source": f"{_DNS} (one address for each server); Lync Server 2013 library, 'DNS load balancing'",
        "mark": "S",
    },
    "lync2013.time-server": {
        "id": "sfb2015.time-server",
        "source": f"{_DNS} (Lync Phone Edition); the port of NTP is RFC 5905's",
        "mark": "S",
    },
    "lync2013.autodiscover-internal": {
        "id": "sfb2015.autodiscover-internal",
        "source": _DNS,
        "mark": "S",
    },
    "lync2013.autodiscover-internal-alias": {
        "id": "sfb2015.autodiscover-internal-alias",
        "source": _DNS,
        "mark": "S",
    },
    # Sign-in by SRV record and its fallbacks
    "lync2013.sign-in-alias-address": {
        "id": "sfb2015.sign-in-alias-address",
        "source": f"{_ADVANCED_DNS} (matching zone, pin-point zone)",
        "when": ("sign_in_host_is_alias", "legacy_clients"),
    },
    "lync2013.sign-in-tls": {
        "id": "sfb2015.sign-in-tls",
        "purpose": f"automatic sign-in over TLS, {_LEGACY}; all others use autodiscover",
        "source": f"{_DNS} (legacy clients); {_ADVANCED_DNS} (target in the SRV record's domain; some examples not)",
        "breaks": "automatic sign-in of desk phones and of clients before Lync 2013",
        "when": ("legacy_clients",),
    },
    "lync2013.sign-in-tcp": {
        "id": "sfb2015.sign-in-tcp",
        "purpose": f"automatic sign-in without TLS, {_LEGACY}",
        "source": f"{_ADVANCED_DNS}: clients of its day no longer look for it; the port as in OCS 2007",
        "when": ("plain_tcp", "legacy_clients"),
    },
    "lync2013.sip-address": {
        "id": "sfb2015.sip-address",
        "purpose": f"sip.<SIP domain> inside, {_LEGACY}; and SIP from the Edge to a Director",
        "source": _DNS,
    },
    "lync2013.sipinternal-address": {
        "id": "sfb2015.sipinternal-address",
        "purpose": f"sipinternal.<SIP domain>, the fallback without SRV records, {_LEGACY}",
        "source": f"{_DNS} (A and AAAA in its revision of April 2019; SRV in that of August 2018)",
    },
    "lync2013.sip-name": {
        "id": "sfb2015.sip-name",
        "source": f"{_CERTIFICATES} (only with strict matching by policy); against it the policy's text (the default)",
    },
    "lync2013.sign-in": {
        "id": "sfb2015.sign-in",
        "source": _DNS,
        "when": ("legacy_clients",),
        "client": "Lync 2010 and desk phones, automatic sign-in of {sip_domain}",
    },
    "lync2013.pool-by-hand": {
        "id": "sfb2015.pool-by-hand",
        "purpose": "the pool's name, which autodiscover leads to",
        "source": f"{_ADVANCED_DNS}, order of lookups",
        "when": (),
        "client": "Skype for Business, led here by autodiscover or another pool",
    },
    # Web services
    "lync2013.simple-url-external": {
        "id": "sfb2015.simple-url-external",
        "source": f"{_URLS} (dialin); against it {_DNS} (dial-in)",
    },
    "lync2013.web-internal-certificate": {
        "id": "sfb2015.web-internal-certificate",
        "source": f"{_CERTIFICATES} (subject: the pool in the rule, the server in its Enterprise example)",
    },
    "lync2013.web-external-certificate": {
        "id": "sfb2015.web-external-certificate",
        "source": f"{_CERTIFICATES} (the rule lists Admin, its example Meet; the Director's row has Meet)",
    },
    "lync2013.oauth-certificate": {
        "id": "sfb2015.oauth-certificate",
        "source": f"{_OAUTH} (the SIP domain in the subject, 2048 bits at least)",
        "mark": "S",
    },
    # Edge
    "lync2013.edge-access-name": {
        "id": "sfb2015.edge-access-name",
        "source": f"{_EDGE}: the list begins with it, and it happens automatically",
    },
    "lync2013.edge-external-certificate": {
        "id": "sfb2015.edge-external-certificate",
        "source": f"{_EDGE}; the order does not matter by the Lync Server 2013 library, the table is headed 'order'",
        "names": (
            lync2013.EDGE_ACCESS_NAME,
            lync2013.EDGE_WEB_CONFERENCING_NAME,
            lync2013.EDGE_SIP_NAME,
            *lync2013.EDGE_FURTHER_NAMES,
        ),
    },
    "lync2013.edge-internal-certificate": {
        "id": "sfb2015.edge-internal-certificate",
        "source": f"{_EDGE} (one name is meant by sfbedge.contoso.com here and sfvedge.contoso.net in DNS)",
    },
    "lync2013.edge-xmpp-domain": {
        "id": "sfb2015.edge-xmpp-domain",
        "source": f"{_LYNC.replace('internal servers', 'XMPP')} (the domain); against it {_EDGE} (host and a wildcard)",
    },
    "lync2013.edge-xmpp-host": {
        "id": "sfb2015.edge-xmpp-host",
        "source": f"{_EDGE} (xmpp.<domain>, and a wildcard that is not supported there)",
    },
    "lync2013.access-address-of-domain": {
        "id": "sfb2015.access-address-of-domain",
        "source": f"{_EDGE} (an address); against it {_DNS} (an alias, which no SRV record may lead to, RFC 2782)",
    },
    "lync2013.federation": {
        "id": "sfb2015.federation",
        "source": f"{_DNS} (text: the Access Edge; internal table: the Edge's inside); {_EDGE} (a dot is missing)",
    },
}

PRODUCT = derive(
    lync2013.PRODUCT,
    id="sfb2015",
    title="Skype for Business Server 2015",
    change=_CHANGES,
)
