# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of the rules of Lync Server 2013: what each is for, what breaks without it, and who says so.

An endpoint without a row of its own has what is said of the record that leads to it.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.ucops.rollout.plugins.module_utils.products.sources import Sources

_LIBRARY = "Lync Server 2013 library"
_DNS = f"{_LIBRARY}, 'Determine DNS requirements'"
_POOL_DNS = f"{_LIBRARY}, 'DNS requirements for Front End pools'"
_STANDARD_DNS = f"{_LIBRARY}, 'DNS requirements for Standard Edition servers'"
_BALANCING = f"{_LIBRARY}, 'DNS load balancing'"
_SIGN_IN = f"{_LIBRARY}, 'DNS requirements for automatic client sign-in'"
_MOBILITY_DNS = f"{_LIBRARY}, 'DNS requirements for mobility'"
_AUTODISCOVER = f"{_LIBRARY}, 'DNS summary - Autodiscover'"
_URL_DNS = f"{_LIBRARY}, 'DNS requirements for simple URLs'"
_URLS = f"{_LIBRARY}, 'Planning for simple URLs'"
_CERTIFICATES = f"{_LIBRARY}, 'Certificate requirements for internal servers'"
_WIZARD = f"{_LIBRARY}, 'Configure certificates for servers'"
_MOBILITY = f"{_LIBRARY}, 'Certificate requirements for mobility'"
_WILDCARDS = f"{_LIBRARY}, 'Wildcard certificate support'"
_OAUTH = f"{_LIBRARY}, 'Assigning a server-to-server authentication certificate to Lync Server 2013'"
_DIRECTOR_DNS = f"{_LIBRARY}, 'DNS summary - Single Director' and the summaries of Director pools"
_DIRECTOR = f"{_LIBRARY}, 'Certificate summary - Single Director'"
_EDGE_DNS = f"{_LIBRARY}, 'DNS summary - Single consolidated edge', 'Scaled consolidated edge'"
_EDGE = f"{_LIBRARY}, 'Certificate summary - Single consolidated edge', 'Scaled consolidated edge'"
_EXTERNAL_ACCESS = f"{_LIBRARY}, 'Certificate requirements for external user access'"
_FEDERATION_DNS = f"{_LIBRARY}, 'DNS summary - SIP, XMPP federation and public instant messaging'"
_XMPP = f"{_LIBRARY}, 'Certificate summary - Extensible Messaging and Presence Protocol'"
_PROXY_DNS = f"{_LIBRARY}, 'DNS summary - Reverse proxy'"
_PROXY = f"{_LIBRARY}, 'Certificate summary - Reverse proxy'"
_PROXY_REQUEST = f"{_LIBRARY}, 'Request and configure a certificate for your reverse HTTP proxy'"
_CHAT_DNS = f"{_LIBRARY}, 'DNS requirements for Persistent Chat servers'"
_CHAT = f"{_LIBRARY}, 'Certificate requirements for Persistent Chat Server'"
_HOSTED_UM = f"{_LIBRARY}, 'Create a DNS SRV record for integration with hosted Exchange UM'"
_UM = f"{_LIBRARY}, 'Configure certificates on the server running Microsoft Exchange Server Unified Messaging'"
_HYBRID = "'Plan hybrid connectivity between Skype for Business Server and Office 365'"
_HYBRID_EDGE = "'Update the edge certificate' (Skype for Business hybrid, cloud consolidation)"
_CUT_OVER = "'Update DNS entries after moving to the cloud' (Skype for Business hybrid)"
_INFERRED = "inferred from the MTLS connections between servers by their own names"

PURPOSES: Mapping[str, tuple[str, str]] = {
    "pool-address branch-appliance-address": (
        "the pool's name: at the hardware load balancer, or at every server with DNS load balancing",
        "nobody reaches the pool by its name: sign-in, other servers and management fail",
    ),
    "web-address": (
        "the internal web services' own name, at the load balancer for HTTP",
        "address book, meeting content, group expansion and every other web service",
    ),
    "sign-in-alias-address": (
        "a name for the pool inside the SIP domain, so that the SRV record's target lies there",
        "automatic sign-in: clients refuse a server outside the user's SIP domain",
    ),
    "sign-in-tls": (
        "automatic sign-in over TLS of the SIP domain's users, where autodiscover did not answer",
        "automatic sign-in of clients that do not use autodiscover, such as desk phones",
    ),
    "backup-alias-address": (
        "a name for the backup pool inside the SIP domain, so that the SRV record's target lies there",
        "sign-in while the pool does not answer: clients refuse a server outside the user's SIP domain",
    ),
    "backup-sign-in-tls": (
        "sign-in at another pool while the one that signs the SIP domain's users in does not answer",
        "sign-in of clients that have never signed in before, while the pool does not answer",
    ),
    "backup-alias-name": (
        "the name that the second SRV record leads to",
        "sign-in at the backup pool: the certificate does not match",
    ),
    "backup-sip-name": (
        "clients that match names strictly take sip.<SIP domain>, at the backup pool too",
        "sign-in at the backup pool of clients that demand strict names",
    ),
    "sign-in-tcp": ("automatic sign-in without TLS", "automatic sign-in of clients that are set to plain TCP"),
    "sip-address": (
        "sip.<SIP domain> inside: for clients without SRV records, and for SIP from the Edge to a Director",
        "sign-in of clients that fall back to sip.<SIP domain>; SIP from the Edge to a Director",
    ),
    "sip-alias": (
        "sip.<SIP domain> inside as alias of the pool, as the site wishes",
        "sign-in of clients that fall back to sip.<SIP domain>; SIP from the Edge to a Director",
    ),
    "sipinternal-address": (
        "sipinternal.<SIP domain>, the first name that clients without SRV records try",
        "sign-in of clients that fall back to sipinternal.<SIP domain>",
    ),
    "device-update": (
        "where phones look for their updates before a user signed in",
        "updates of desk phones at their first start",
    ),
    "time-server": (
        "the time server that desk phones ask before a user signed in",
        "the clock of desk phones, and with it their check of certificates",
    ),
    "autodiscover-internal": (
        "the first name that clients inside look for; they build it from the SIP domain",
        "mobile devices and Store apps find no server; others sign in slowly or at the wrong pool",
    ),
    "autodiscover-internal-alias": (
        "the first name that clients inside look for, as alias of the internal web services",
        "mobile devices and Store apps find no server; others sign in slowly or at the wrong pool",
    ),
    "simple-url-address": (
        "the host of simple URLs inside: the Director, else the pool's load balancer for HTTP",
        "joining meetings, dial-in settings and the control panel by their URLs",
    ),
    "external-web-inside": (
        "the external web services for mobile devices inside, by way of the reverse proxy",
        "mobile devices that are connected to the internal network",
    ),
    "external-web-address": (
        "the external web services, at the reverse proxy",
        "address book, meeting content and mobility outside",
    ),
    "autodiscover-external": (
        "the name that clients outside look for, at the reverse proxy",
        "mobile devices and clients outside find no server",
    ),
    "autodiscover-external-alias": (
        "the name that clients outside look for, as alias of the external web services",
        "mobile devices and clients outside find no server",
    ),
    "simple-url-alias": (
        "the host of simple URLs inside as alias of the internal web services, as the site wishes",
        "joining meetings, dial-in settings and the control panel by their URLs",
    ),
    "simple-url-external-alias": (
        "the host of simple URLs outside as alias of the external web services, as the site wishes",
        "joining meetings and dial-in settings outside",
    ),
    "simple-url-external": (
        "the host of simple URLs outside, at the reverse proxy; the control panel is inside only",
        "joining meetings and dial-in settings outside",
    ),
    "cut-over-federation": ("federation of a SIP domain that moved to Microsoft 365", "federation of the SIP domain"),
    "cut-over-sign-in": (
        "sign-in of a SIP domain that moved to Microsoft 365",
        "sign-in of clients that do not use autodiscover",
    ),
    "cut-over-autodiscover": (
        "autodiscover of a SIP domain that moved to Microsoft 365",
        "sign-in of clients that use autodiscover",
    ),
    "cut-over-sip": (
        "sign-in without SRV records in a SIP domain that moved to Microsoft 365",
        "sign-in of clients that find no SRV record",
    ),
    "server-address exchange-um-address": (
        "the server's own name; a domain member registers it itself",
        "connections of other servers to this one, and replication",
    ),
    "combined-certificate": (
        "one certificate for each server: SIP, MTLS among servers, internal and external web services",
        "the services do not start",
    ),
    "pool-name": ("the pool's name, which is the subject too", "every connection to the pool by its name"),
    "server-name": ("other servers reach this one by its own name (MTLS)", "MTLS connections to this server"),
    "sip-name": (
        "clients that match names strictly take sip.<SIP domain>; strict is what they do without a policy",
        "sign-in of clients that demand strict names, and of those that fall back to sip.<SIP domain>",
    ),
    "sign-in-alias-name": (
        "the name that the SRV record leads to in a SIP domain that is not the pool's own domain",
        "automatic sign-in of this SIP domain's users: the certificate does not match",
    ),
    "sipinternal-name": (
        "sipinternal.<SIP domain> must be in the certificate where it is in DNS",
        "sign-in of clients that fall back to sipinternal.<SIP domain>",
    ),
    "web-name": (
        "the internal web services' name",
        "address book, meeting content, group expansion and every other web service",
    ),
    "external-web-name": (
        "the external web services' name",
        "what the reverse proxy publishes: it does not trust the pool",
    ),
    "meet-name": ("the host of the URL of meetings", "the URL of meetings"),
    "dialin-name": ("the host of the URL of dial-in settings", "the URL of dial-in settings"),
    "admin-name": ("the host of the URL of the control panel", "the URL of the control panel"),
    "scheduler-name": ("the host of the URL of the web scheduler", "the URL of the web scheduler"),
    "autodiscover-internal-name": (
        "autodiscover inside; clients build the name from the SIP domain",
        "sign-in of mobile devices; others ask whether to trust the server",
    ),
    "autodiscover-external-name": (
        "autodiscover outside, which the reverse proxy passes on",
        "sign-in of mobile devices outside",
    ),
    "default-certificate": ("SIP of clients, and MTLS among servers", "the services do not start"),
    "web-internal-certificate": ("the internal web services", "the internal web services"),
    "web-external-certificate": (
        "the external web services, as the reverse proxy meets them",
        "the external web services",
    ),
    "subject-repeated": (
        "the subject once more, as the site wishes: clients that follow RFC 9525 ignore the common name",
        "clients that look at the subject alternative names only refuse the pool's name",
    ),
    "oauth-certificate": (
        "server-to-server authentication; one certificate for all servers, which the deployment replicates",
        "authentication between servers: Exchange, SharePoint, and conferences of other pools",
    ),
    "director-external-web": (
        "the Director's external web services as the reverse proxy reaches them",
        "what the reverse proxy publishes of the Director",
    ),
    "edge-internal-address": (
        "the Edge pool's name inside: the next hop of the internal servers",
        "every connection between internal servers and the Edge",
    ),
    "hybrid-web-conferencing-inside": (
        "the Web Conferencing Edge's name for clients inside whose meetings are in Microsoft 365",
        "meeting content between users here and in Microsoft 365",
    ),
    "access-address": ("the Access Edge's name", "sign-in outside and federation"),
    "access-address-of-domain": (
        "the Access Edge's name in each SIP domain, so that the SRV record's target lies there",
        "sign-in outside and federation of the SIP domain",
    ),
    "web-conferencing-address edge-web-conferencing-name": (
        "the Web Conferencing Edge's name",
        "meeting content outside",
    ),
    "av-address": ("the A/V Edge's name", "audio, video and application sharing outside"),
    "remote-sign-in": (
        "automatic sign-in outside",
        "automatic sign-in outside of clients that do not use autodiscover",
    ),
    "federation": (
        "partners, and the services of push notifications, find the Access Edge of each SIP domain",
        "federation by discovery, and push notifications of mobile devices",
    ),
    "hosted-exchange-um": ("Exchange Online finds the Access Edge for voice mail", "hosted voice mail"),
    "xmpp": ("XMPP partners find the Access Edge", "XMPP federation"),
    "xmpp-address": ("the target of the XMPP record, at the Access Edge", "XMPP federation"),
    "sip-address-outside": (
        "sip.<SIP domain> outside, for clients without SRV records",
        "sign-in outside without SRV records",
    ),
    "sip-alias-outside": (
        "sip.<SIP domain> outside as alias of the Access Edge, as the site wishes",
        "sign-in outside without SRV records",
    ),
    "edge-srv-target-name": (
        "the name that the site's SRV records outside lead to",
        "sign-in outside and federation of the SIP domain: the certificate does not match",
    ),
    "sipexternal-address": (
        "sipexternal.<SIP domain>, the last name that clients without SRV records try",
        "sign-in outside without SRV records",
    ),
    "edge-server-address": (
        "the server's own name inside; an Edge server is no domain member and registers nothing",
        "replication of the configuration to the Edge",
    ),
    "edge-internal-certificate": (
        "the Edge's inside, by the name that internal servers use; the tables list no alternative names",
        "every connection between internal servers and the Edge",
    ),
    "edge-external-certificate": (
        "what the Edge shows outside, and A/V authentication; one certificate and key for all servers of the pool",
        "sign-in outside, federation, meeting content and media outside",
    ),
    "edge-access-name": (
        "the Access Edge's name, the subject, once more: TLS looks at the alternative names",
        "sign-in outside and federation",
    ),
    "edge-sip-name": (
        "sip.<SIP domain>, where the SRV records of each SIP domain lead",
        "sign-in outside and federation of the SIP domain",
    ),
    "edge-sipexternal-name": (
        "sipexternal.<SIP domain> must be in the certificate where it is in DNS",
        "sign-in outside without SRV records",
    ),
    "edge-xmpp-domain": ("XMPP partners ask for the domain itself", "XMPP federation"),
    "edge-xmpp-host": (
        "the XMPP gateway's name, as the site wishes",
        "XMPP federation with partners that ask for the host",
    ),
    "edge-tenant-name": (
        "sip.<SIP domain> of every SIP domain in the tenant of Microsoft 365",
        "traffic of the tenant's SIP domains with this site",
    ),
    "proxy-certificate": (
        "what the reverse proxy's listener shows; one certificate for all that it publishes",
        "all web services outside",
    ),
    "proxy-web-name": ("the name that a pool's web services is published under", "a pool's web services outside"),
    "proxy-director-name": (
        "the name that a Director's web services is published under",
        "a Director's web services outside",
    ),
    "proxy-meet": ("the host of the URL of meetings", "the URL of meetings outside"),
    "proxy-dialin": ("the host of the URL of dial-in settings", "the URL of dial-in settings outside"),
    "proxy-scheduler": ("the host of the URL of the web scheduler", "the URL of the web scheduler outside"),
    "proxy-office-web-apps": (
        "the name that Office Web Apps Server is published under",
        "Office Web Apps Server outside",
    ),
    "proxy-web-access": (
        "the name that Communicator Web Access of an earlier product is published under",
        "Communicator Web Access outside",
    ),
    "proxy-autodiscover": ("autodiscover outside", "sign-in of mobile devices outside"),
    "published-web published-url published-autodiscover": ("what the reverse proxy publishes", "web services outside"),
    "mediation-pool-address": (
        "the name of the pool of the Mediation Server",
        "every connection to the Mediation Server",
    ),
    "mediation-certificate": (
        "TLS of the Mediation Server, by the pool's name and the server's own",
        "the Mediation Server does not start",
    ),
    "persistent-chat-pool-address": (
        "the name of the pool of the Persistent Chat Server",
        "every connection to the Persistent Chat Server",
    ),
    "persistent-chat-certificate": (
        "TLS of the Persistent Chat Server, by the pool's name and the server's own",
        "the Persistent Chat Server does not start",
    ),
    "office-web-apps-pool-address": (
        "the name of the pool of Office Web Apps Server",
        "every connection to Office Web Apps Server",
    ),
    "office-web-apps-external-address": (
        "Office Web Apps Server outside, at the reverse proxy",
        "presentations in meetings outside",
    ),
    "office-web-apps-certificate": (
        "TLS of Office Web Apps Server, by the pool's name and the server's own",
        "Office Web Apps Server does not start",
    ),
    "office-web-apps-external-name": ("the name that the farm is published under", "presentations in meetings outside"),
    "branch-appliance-certificate": (
        "TLS of the survivable branch appliance",
        "sign-in at the branch while the pool is out of reach",
    ),
    "branch-appliance-sip-name": (
        "sip.<SIP domain> of every SIP domain whose users the branch has",
        "sign-in at the branch of the SIP domain's users",
    ),
    "exchange-um-certificate": ("TLS of Exchange Unified Messaging, by the server's own name", "voice mail"),
    "exchange-um-own-name": (
        "the server's own name, where several servers stand in for each other",
        "voice mail at this server",
    ),
    "exchange-um-names": (
        "the names of all servers that stand in for each other",
        "voice mail while one of the servers is down",
    ),
    "back-end-address": (
        "the database server's own name; a domain member registers it itself",
        "the Front Ends do not reach their database",
    ),
}
STATED: Mapping[str, tuple[str, ...]] = {
    "pool-address": (
        "C",
        f"{_POOL_DNS}; {_BALANCING}; {_STANDARD_DNS} (an example with one address that is no server's is an error)",
    ),
    "web-address server-address": ("S", f"{_BALANCING}; {_POOL_DNS}"),
    "sign-in-alias-address": ("S", f"{_DNS} (matching zone, pin-point zone)"),
    "sign-in-tls": (
        "C",
        f"{_DNS} (target in the domain of the SRV record); against it {_SIGN_IN} (retail.contoso.com)",
    ),
    "sign-in-tcp": ("I", f"{_DNS}, order of lookups; the port as in Office Communications Server 2007"),
    "sip-address": ("S", f"{_DNS}; {_DIRECTOR_DNS}"),
    "backup-sign-in-tls backup-alias-address backup-alias-name backup-sip-name": (
        "I",
        f"inferred from {_DNS} (of several SRV records the lowest priority is taken) and RFC 2782",
    ),
    "sip-alias": ("I", f"{_DNS} (an address); an alias has the same answer, RFC 1034 section 3.6.2"),
    "sip-alias-outside": (
        "C",
        "'DNS requirements for Skype for Business Server' (an alias); against it 'Edge Server environmental"
        f" requirements in Skype for Business Server' and {_EDGE_DNS} (an address)",
    ),
    "simple-url-alias simple-url-external-alias": (
        "S",
        "'DNS requirements for simple URLs in Skype for Business Server' (aliases where pools stand in for each other)",
    ),
    "edge-srv-target-name": ("I", f"inferred from {_EDGE}: the name that clients are led to is in the list"),
    "sipinternal-address": (
        "C",
        f"{_DNS}; an address, as in the later 'DNS requirements for Skype for Business' (an older form: SRV)",
    ),
    "device-update": ("S", f"{_STANDARD_DNS}; {_POOL_DNS}"),
    "time-server": (
        "I",
        "'DNS requirements for Skype for Business Server', for the same phones; the port of NTP is RFC 5905's",
    ),
    "autodiscover-internal autodiscover-internal-alias": (
        "C",
        f"{_MOBILITY_DNS}; against it {_AUTODISCOVER} (<internal domain name>)",
    ),
    "simple-url-address": ("S", f"{_URL_DNS}; {_URLS}"),
    "external-web-inside": ("S", f"{_MOBILITY_DNS}; 'DNS requirements for Skype for Business' (internal table)"),
    (
        "external-web-address published-web published-url published-autodiscover office-web-apps-pool-address "
        "office-web-apps-external-address"
    ): ("S", _PROXY_DNS),
    "autodiscover-external autodiscover-external-alias": ("S", _AUTODISCOVER),
    "simple-url-external": ("C", f"{_PROXY_DNS}; {_URLS} (dialin, where one table prints dial-in)"),
    "cut-over-federation cut-over-sign-in cut-over-autodiscover cut-over-sip": ("S", _CUT_OVER),
    "combined-certificate": ("S", f"{_WIZARD}; {_CERTIFICATES}; {_DIRECTOR}"),
    (
        "pool-name server-name sipinternal-name web-name external-web-name default-certificate "
        "edge-sipexternal-name mediation-certificate branch-appliance-certificate branch-appliance-sip-name"
    ): ("S", _CERTIFICATES),
    "sip-name": (
        "C",
        f"{_CERTIFICATES} (only if strict matching is required); against it the policy's own text (the default)",
    ),
    "sign-in-alias-name sip-address-outside sipexternal-address": ("S", _DNS),
    "meet-name dialin-name admin-name scheduler-name": ("S", f"{_CERTIFICATES}; {_WILDCARDS}"),
    "autodiscover-internal-name": ("C", f"{_MOBILITY}; against its <internal domain name> stands what clients do"),
    "autodiscover-external-name": ("S", _MOBILITY),
    "web-internal-certificate": (
        "C",
        f"{_CERTIFICATES} (subject: the pool in the rule, the server in its Enterprise example)",
    ),
    "web-external-certificate": (
        "C",
        f"{_CERTIFICATES} (the rule lists Admin, its example Meet; the control panel is inside only)",
    ),
    "subject-repeated": ("I", "RFC 9525 section 2; the tables leave it out here"),
    "oauth-certificate": (
        "C",
        f"{_OAUTH} (the SIP domain in the subject; 2048 bits); against it {_DIRECTOR} (the Director's name)",
    ),
    "director-external-web": ("S", _DIRECTOR_DNS),
    "edge-internal-address access-address web-conferencing-address av-address": ("S", _EDGE_DNS),
    "hybrid-web-conferencing-inside": ("S", _HYBRID),
    "access-address-of-domain": (
        "C",
        f"{_EDGE_DNS}; an address: an alias, as in a later table, could not be a SRV record's target (RFC 2782)",
    ),
    "remote-sign-in": ("S", f"{_EDGE_DNS}; {_DNS}"),
    "federation": (
        "C",
        f"{_FEDERATION_DNS}; {_EDGE_DNS}; the Access Edge outside, where a later internal table has its inside",
    ),
    "hosted-exchange-um": (
        "C",
        f"{_HOSTED_UM} (its example's target lies outside the SIP domain, against its own text)",
    ),
    "xmpp xmpp-address": ("S", _FEDERATION_DNS),
    "edge-server-address": ("S", f"{_EDGE_DNS}; {_LIBRARY}, 'Configure DNS for edge support'"),
    "edge-internal-certificate": (
        "C",
        f"{_EDGE}; {_EXTERNAL_ACCESS} (a wildcard is possible here); against it {_WILDCARDS} (never as subject)",
    ),
    "edge-external-certificate": (
        "C",
        f"{_EDGE}; {_EXTERNAL_ACCESS} (the order does not matter, its tables have one; A/V: assigned or taken over)",
    ),
    "edge-web-conferencing-name edge-sip-name": ("S", _EDGE),
    "edge-access-name": ("S", f"{_EXTERNAL_ACCESS}; {_EDGE}"),
    "edge-xmpp-domain": (
        "C",
        f"{_XMPP} (the domain); against it {_EDGE} (xmpp.<domain> and a wildcard, which is not supported there)",
    ),
    "edge-xmpp-host": ("C", f"{_EDGE} (xmpp.<domain>); against it {_XMPP} (the domain)"),
    "edge-tenant-name": ("S", _HYBRID_EDGE),
    "proxy-certificate": (
        "C",
        f"{_PROXY} (server authentication); against it {_PROXY_REQUEST} (client authentication too)",
    ),
    "proxy-web-name proxy-director-name proxy-office-web-apps": (
        "C",
        f"{_PROXY}; {_PROXY_REQUEST} (the two differ in the order)",
    ),
    "proxy-web-access": ("I", f"inferred from {_PROXY} (every name that is published)"),
    "proxy-meet proxy-dialin proxy-scheduler": ("S", f"{_PROXY}; {_WILDCARDS}"),
    "proxy-autodiscover": ("S", f"{_PROXY}; {_AUTODISCOVER}; {_WILDCARDS}"),
    "mediation-pool-address": ("S", _BALANCING),
    "persistent-chat-pool-address": ("S", _CHAT_DNS),
    "persistent-chat-certificate": (
        "I",
        f"{_CHAT} (the same authority as the internal servers; names inferred from other roles)",
    ),
    "office-web-apps-certificate": ("I", "inferred from the farm's internal URL"),
    "office-web-apps-external-name": ("I", f"{_PROXY_DNS}; inferred from the farm's external URL"),
    "branch-appliance-address": (
        "I",
        f"{_POOL_DNS}; {_BALANCING}; {_STANDARD_DNS} (an example with one address that is no server's is an error)",
    ),
    "exchange-um-address": ("I", _INFERRED),
    "exchange-um-certificate exchange-um-own-name": ("S", _UM),
    "exchange-um-names": (
        "S",
        f"{_UM}; 'Plan Exchange Unified Messaging integration' (Skype for Business Server 2015)",
    ),
    "back-end-address": ("I", "'DNS requirements for Skype for Business' (internal table)"),
}

SOURCES = Sources("lync2013", PURPOSES, STATED)
