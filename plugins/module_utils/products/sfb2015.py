# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Skype for Business Server 2015: what differs from Lync Server 2013. Rules only, no logic.

Clients look for lyncdiscoverinternal, lyncdiscover, ``_sipinternaltls._tcp``, ``_sip._tls``, sipinternal, sip and
sipexternal, in this order; ``_sipinternal._tcp`` is no longer among them.
"""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.products import lync2013
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import derive
from ansible_collections.ucops.rollout.plugins.module_utils.products.sources import Sources

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
_LEGACY = "for legacy clients alone: those before Lync 2013, and desk phones"

# Where nothing is said of a rule here, the documents of Lync Server 2013 hold.
SOURCES = Sources(
    "sfb2015",
    purposes={
        "sign-in-tls": (
            f"automatic sign-in over TLS, {_LEGACY}; all others use autodiscover",
            "automatic sign-in of desk phones and of clients before Lync 2013",
        ),
        "sign-in-tcp": (
            f"automatic sign-in without TLS, {_LEGACY}",
            "automatic sign-in of clients that are set to plain TCP",
        ),
        "sip-address": (
            f"sip.<SIP domain> inside, {_LEGACY}; and SIP from the Edge to a Director",
            "sign-in of clients that fall back to sip.<SIP domain>; SIP from the Edge to a Director",
        ),
        "sipinternal-address": (
            f"sipinternal.<SIP domain>, the fallback without SRV records, {_LEGACY}",
            "sign-in of clients that fall back to sipinternal.<SIP domain>",
        ),
        "pool-by-hand": (
            "the pool's name, which autodiscover leads to",
            "sign-in with a server set by hand, by autodiscover, or by redirection from another pool",
        ),
    },
    stated={
        "pool-address": ("S", f"{_DNS} (one address for each server); Lync Server 2013 library, 'DNS load balancing'"),
        (
            "web-address sip-address device-update autodiscover-internal autodiscover-internal-alias "
            "external-web-inside external-web-address autodiscover-external autodiscover-external-alias "
            "server-address sign-in director-external-web edge-internal-address access-address "
            "web-conferencing-address av-address xmpp xmpp-address edge-server-address mediation-pool-address "
            "persistent-chat-pool-address office-web-apps-pool-address office-web-apps-external-address "
            "back-end-address"
        ): ("S", _DNS),
        "sign-in-alias-address sign-in-alias-name": ("S", f"{_ADVANCED_DNS} (matching zone, pin-point zone)"),
        "sign-in-tls": (
            "C",
            f"{_DNS} (legacy clients); {_ADVANCED_DNS} (target in the SRV record's domain; some examples not)",
        ),
        "sign-in-tcp": ("I", f"{_ADVANCED_DNS}: clients of its day no longer look for it; the port as in OCS 2007"),
        "sipinternal-address": ("C", f"{_DNS} (A and AAAA in its revision of April 2019; SRV in that of August 2018)"),
        "time-server": ("S", f"{_DNS} (Lync Phone Edition); the port of NTP is RFC 5905's"),
        "simple-url-address": ("S", f"{_URLS}; {_CREATE_DNS}"),
        "simple-url-external": ("C", f"{_URLS} (dialin); against it {_DNS} (dial-in)"),
        "combined-certificate default-certificate": ("S", f"{_WIZARD}; {_CERTIFICATES}"),
        (
            "pool-name server-name sipinternal-name web-name external-web-name meet-name dialin-name admin-name "
            "mediation-certificate branch-appliance-certificate branch-appliance-sip-name"
        ): ("S", _CERTIFICATES),
        "sip-name": (
            "C",
            f"{_CERTIFICATES} (only with strict matching by policy); against it the policy's text (the default)",
        ),
        "scheduler-name": ("S", f"{_CREATE_DNS}; {_CERTIFICATES}"),
        "web-internal-certificate": (
            "C",
            f"{_CERTIFICATES} (subject: the pool in the rule, the server in its Enterprise example)",
        ),
        "web-external-certificate": (
            "C",
            f"{_CERTIFICATES} (the rule lists Admin, its example Meet; the Director's row has Meet)",
        ),
        "oauth-certificate": ("S", f"{_OAUTH} (the SIP domain in the subject, 2048 bits at least)"),
        "pool-by-hand": ("S", f"{_ADVANCED_DNS}, order of lookups"),
        "access-address-of-domain": (
            "C",
            f"{_EDGE} (an address); against it {_DNS} (an alias, which no SRV record may lead to, RFC 2782)",
        ),
        "remote-sign-in sip-address-outside sipexternal-address": ("S", f"{_ADVANCED_DNS}; {_DNS}"),
        "federation": (
            "C",
            f"{_DNS} (text: the Access Edge; internal table: the Edge's inside); {_EDGE} (a dot is missing)",
        ),
        "edge-internal-certificate": (
            "C",
            f"{_EDGE} (one name is meant by sfbedge.contoso.com here and sfvedge.contoso.net in DNS)",
        ),
        "edge-external-certificate": (
            "C",
            f"{_EDGE}; the order does not matter by the Lync Server 2013 library, the table is headed 'order'",
        ),
        "edge-access-name": ("S", f"{_EDGE}: the list begins with it, and it happens automatically"),
        "edge-web-conferencing-name edge-sip-name": ("S", _EDGE),
        "edge-xmpp-domain": (
            "C",
            (
                f"Lync Server 2013 library, 'Certificate requirements for XMPP' (the domain); against it {_EDGE}"
                " (host and a wildcard)"
            ),
        ),
        "edge-xmpp-host": ("C", f"{_EDGE} (xmpp.<domain>, and a wildcard that is not supported there)"),
        "exchange-um-certificate exchange-um-own-name exchange-um-names": ("S", _UM),
    },
)

PRODUCT = derive(
    lync2013.PRODUCT,
    id="sfb2015",
    title="Skype for Business Server 2015",
    family="Skype for Business Server",
    major=6,
    without="plain_tcp",
    sources=SOURCES,
    client=("Lync", "Skype for Business"),
    change={
        "sign-in-alias-address": {"when": "sign_in_host_is_alias sign_in_host_has_address legacy_clients"},
        "sign-in-tls": {"when": "legacy_clients"},
        "backup-alias-address": {"when": "sign_in_host_is_alias legacy_clients"},
        "backup-sign-in-tls": {"when": "legacy_clients"},
        "backup-sign-in": {
            "when": "legacy_clients",
            "client": "Lync 2010 and desk phones, sign-in of {sip_domain} while its pool does not answer",
        },
        "sign-in-tcp": {"when": "plain_tcp legacy_clients"},
        "sign-in": {"when": "legacy_clients", "client": "Lync 2010 and desk phones, automatic sign-in of {sip_domain}"},
        "pool-by-hand": {"when": "", "client": "Skype for Business, led here by autodiscover or another pool"},
        # The list begins with the Access Edge's name.
        "edge-external-certificate": {"names": "edge-access-name edge-web-conferencing-name edge-sip-name"},
    },
)
