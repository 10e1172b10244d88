# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of the rules of Office Communications Server 2007: what each is for, and who says so.

An endpoint without a row of its own has what is said of the record that leads to it.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.ucops.rollout.plugins.module_utils.products.sources import Sources

_WRITE_UP = "'OCS 2007 Enterprise Edition - Certificate & DNS Requirements' (MCS Ireland, 2008-06-18)"
_DNS = "TechNet bb870331 'DNS (Domain Name Service)', table 24"
_POOL_DNS = "TechNet bb663654 '3.2 Configure DNS for Your Pool'"
_SIGN_IN = "TechNet bb870344 'Required DNS Records for Automatic Client Sign-In'"
_CERTIFICATES = "TechNet bb663618 '3.6 Configure Certificates for Front End, Web Conferencing and A/V Server Roles'"
_INFRASTRUCTURE = "TechNet bb870336 'Certificate Infrastructure', bb663762 'Appendix B: Sample Certificate'"
_EDGE_DNS = "TechNet bb870404 'DNS Requirements', table 43"
_EDGE_INTERNAL = "TechNet bb870318 'Step 4 Configure Certificates on the Internal Interface of Your Edge Servers'"
_SAMPLE = "TechNet bb663762 'Appendix B: Sample Certificate'"
_AV_AUTHENTICATION = "TechNet bb936609 (A/V Edge Server: certificate for A/V user authentication)"
_WEB_ACCESS = "TechNet bb663572 'Planning for Certificates' (Communicator Web Access 2007)"
_R2_EDGE = "TechNet dd425344 'Certificate Requirements for External User Access' (R2)"
_R2_EDGE_DNS = "TechNet dd425138 'DNS Requirements for External User Access' (R2)"
_R2_SERVER_ROLES = "OCS 2007 R2 library, certificates by command line: other roles' subject is the computer's FQDN"
_R2_CLIENT = "TechNet dd572514 'Client DNS Queries Drilldown' (R2)"
_R2_BETA_CLIENT = "TechNet cc816291 (R2 beta: sip before sipinternal, and _sip._tcp)"
_LOOKUP = "Jeff Schertz 2007-11 'DNS Lookups with OCS Automatic Configuration' (observed)"
_DEVICES = "TechNet gg425900 'DNS Requirements for Standard Edition Servers' (Lync Server 2010)"
_WILDCARDS = (
    "SearchUnifiedCommunications 2010-05 'When do you need SAN fields for the OCS Pool Certificate': a white paper of"
    " 2009-08 is quoted as allowing wildcards, the services do not start with one"
)
_POOL_CERTIFICATES = "TechNet dd572453 'Certificates for Enterprise Pools and Standard Edition Servers' (R2)"
_FALLBACK_ORDER = f"{_LOOKUP}; {_R2_CLIENT}; against {_R2_BETA_CLIENT}"

_FALLBACK_CONFLICT = (
    "C4: the release of R2 and what was observed agree on sipinternal, sip, sipexternal; the R2 beta has sip first. The"
    " plan holds all three, so that the order does not matter"
)
_EXPANDED_SOURCE = f"inferred from {_CERTIFICATES} (the wizard serves all but the Web Components)"
_DIRECTOR_SOURCE = f"inferred from {_INFRASTRUCTURE} (array of Standard Edition servers configured as Director)"

PURPOSES: Mapping[str, tuple[str, str]] = {
    "pool-address": (
        "the pool's name, at the address that the Front Ends are reached at",
        "nobody reaches the pool by its name: sign-in, other servers and management fail",
    ),
    "web-farm-address": (
        "the internal web farm's own name, at the address that the Web Components are reached at",
        "meeting content, address book download and group expansion",
    ),
    "sign-in-alias-address": (
        "the pool's host name again inside the SIP domain, so that the SRV record's target lies there",
        "automatic sign-in: clients refuse a server outside the user's SIP domain",
    ),
    "sign-in-tls": (
        "automatic sign-in over TLS of the SIP domain's users",
        "automatic sign-in: clients do not find the server by the user's address",
    ),
    "sign-in-tcp": ("automatic sign-in without TLS, where that is allowed", "automatic sign-in of clients set to TCP"),
    "fallback-sipinternal": (
        "the first name that a client without SRV records tries: sipinternal, then sip, then sipexternal",
        "sign-in of clients that find no SRV record",
    ),
    "fallback-sip": (
        "the second name that a client without SRV records tries",
        "sign-in of clients that find neither a SRV record nor sipinternal",
    ),
    "sip-alias": (
        "sip.<SIP domain> as alias of the pool, as the site wishes",
        "sign-in of clients that find neither a SRV record nor sipinternal",
    ),
    "web-conferencing-address": (
        "the host of the internal web conferencing URL, where it is not the pool's name",
        "web conferences of users inside",
    ),
    "device-update": (
        "phones look for the Device Update Service by this name before anybody signs in",
        "updates of phones that nobody has signed in at",
    ),
    "external-web-farm-address": (
        "the external web farm's name, at the reverse proxy",
        "meeting content, address book download and group expansion for users outside",
    ),
    "server-address": (
        "the server's own name; a domain member registers it itself",
        "connections of other servers to this one",
    ),
    "pool-certificate standard-pool-certificate": (
        "one certificate for each server: MTLS among servers, TLS to clients, and HTTPS of the Web Components",
        "the Front End does not start TLS, and the Web Components do not serve HTTPS",
    ),
    (
        "subject-repeated server-subject-repeated edge-internal-subject-repeated access-edge-subject-repeated "
        "web-conferencing-edge-subject-repeated av-authentication-subject-repeated "
        "reverse-proxy-subject-repeated web-access-subject-repeated"
    ): (
        "the subject once more: clients that follow RFC 9525 ignore the common name",
        "clients that look at the subject alternative names only refuse the pool's name",
    ),
    "sip-name": (
        "the strictest client policy and the fallback without SRV records expect sip.<SIP domain>",
        "sign-in of clients that demand strict names, and of those that fall back to sip.<SIP domain>",
    ),
    "fallback-name": (
        "the name that clients without SRV records try first, wherever it has a record",
        "sign-in of clients that find no SRV record: the certificate does not match",
    ),
    "sign-in-alias-name": (
        "the name that automatic sign-in leads to in a SIP domain that is not the pool's own domain",
        "automatic sign-in of this SIP domain's users: the certificate does not match",
    ),
    "web-farm-name": (
        "the internal web farm's own name must be in the Web Components' certificate",
        "meeting content, address book download and group expansion",
    ),
    "web-conferencing-name": (
        "the host of the internal web conferencing URL, where it is not the pool's name",
        "web conferences of users inside: the certificate does not match",
    ),
    "server-name": (
        "other servers reach this one by its own name (MTLS)",
        "MTLS connections to this server, such as those of external web conferencing",
    ),
    "front-end-certificate expanded-front-end-certificate standard-front-end-certificate": (
        "the Front End's certificate for each server: MTLS among servers, TLS to clients",
        "the Front End does not start TLS",
    ),
    "web-components-certificate expanded-web-components-certificate standard-web-components-certificate": (
        "HTTPS of the Web Components; assigned in IIS, the certificate wizard cannot do it",
        "meeting content, address book download and group expansion",
    ),
    "web-components-subject-repeated": (
        "the subject once more: clients that follow RFC 9525 ignore the common name",
        "clients that look at the subject alternative names only refuse the web farm's name",
    ),
    "pool-by-hand": (
        "the pool's name, where no SIP domain leads to it",
        "sign-in with a server set by hand, or by redirection from another pool",
    ),
    "server-mtls": ("each Front End by its own name", "connections among servers"),
    "server-web": (
        "the Web Components of each server, which the load balancer spreads the web farm's name over",
        "a part of the requests to the web farm",
    ),
    "expanded-web-conferencing-certificate": (
        "the Web Conferencing Server's certificate, with its own name",
        "web conferences: clients and other servers refuse the server",
    ),
    "expanded-av-conferencing-certificate": (
        "the A/V Conferencing Server's certificate, with its own name",
        "audio and video conferences: other servers refuse the server",
    ),
    "standard-address": (
        "the Standard Edition server's name, which is the pool's too; a domain member registers it itself",
        "nobody reaches the server: sign-in, other servers and management fail",
    ),
    "director-address": (
        "the Director's name, or that of the array of Directors, at the load balancer",
        "sign-in, and connections of the Edge and of pools to the Directors",
    ),
    "director-certificate": (
        "the Director's certificate: its own name, or the array's at the load balancer",
        "the Director does not start TLS: sign-in, remote users and federation",
    ),
    "mediation-certificate": (
        "the Mediation Server always speaks TLS to the pool, whatever it speaks to the gateway",
        "calls to and from the telephone network",
    ),
    "edge-internal-address": (
        "the Edge's name inside (of the computer, or of the array's virtual address), equal to its certificate's",
        "everything between inside and outside: servers inside do not find their next hop",
    ),
    "access-edge-address": ("the Access Edge's own name outside", "sign-in from outside and federation"),
    "access-edge-sip-address": (
        "sip.<SIP domain> at the Access Edge, so that no SRV record leads out of the SIP domain",
        "sign-in from outside of this SIP domain's users, and its federation",
    ),
    "sip-alias-outside": (
        "sip.<SIP domain> outside as alias of the Access Edge, as the site wishes",
        "sign-in from outside of clients that find no SRV record",
    ),
    "edge-srv-target-address edge-srv-target-name": (
        "the name that the site's SRV records outside lead to",
        "sign-in from outside of this SIP domain's users, and its federation",
    ),
    "web-conferencing-edge-address": (
        "the Web Conferencing Edge's name outside, at an address of its own",
        "web conferences with users outside",
    ),
    "av-edge-address": ("the A/V Edge's name outside, at an address of its own", "audio and video with users outside"),
    "remote-sign-in": ("automatic sign-in of the SIP domain's users outside", "automatic sign-in from outside"),
    "remote-sign-in-tcp": (
        "automatic sign-in from outside of clients set to TCP, where that is allowed",
        "automatic sign-in from outside of clients set to TCP, if there are any",
    ),
    "federation": (
        "partners find the Access Edge by the SIP domain",
        "federation with partners that are not configured by hand",
    ),
    "fallback-sipexternal": (
        "the last name that a client without SRV records tries: sipinternal, then sip, then sipexternal",
        "sign-in from outside of clients that find no SRV record",
    ),
    "edge-internal-certificate": (
        "the inside of the Edge: its name there; an array shares one certificate, imported on each server",
        "everything between inside and outside",
    ),
    "access-edge-certificate": (
        "the outside of the Access Edge; client authentication only where AOL is federated with",
        "sign-in from outside and federation",
    ),
    "access-edge-sip-name": (
        "the Access Edge's name in each SIP domain, where its SRV records lead",
        "sign-in from outside of this SIP domain's users, and its federation",
    ),
    "fallback-external-name": (
        "the name that clients without SRV records try last, wherever it has a record",
        "sign-in from outside of clients that find no SRV record: the certificate does not match",
    ),
    "web-conferencing-edge-certificate": (
        "the outside of the Web Conferencing Edge: a certificate of its own",
        "web conferences with users outside",
    ),
    "av-authentication-certificate": (
        "authentication of users by the A/V Edge; nothing is assigned to its outside",
        "audio and video with users outside",
    ),
    "federation-here": ("where the SRV record of federation leads", "federation"),
    "separate-edge-internal-address": (
        "the inside of each computer with an Edge role, equal to its certificate's name",
        "everything between inside and outside: servers inside do not find their next hop",
    ),
    "separate-edge-internal-certificate": (
        "the inside of each computer with an Edge role: its name there",
        "everything between inside and outside",
    ),
    "reverse-proxy-certificate": (
        "a certificate for each name that is published, each with a listener of its own",
        "meeting content, address book download, group expansion and web access for users outside",
    ),
    "published": (
        "what the reverse proxy publishes",
        "meeting content, address book download, group expansion and web access for users outside",
    ),
    "web-access-address": (
        "the name that users type, at the server or at the load balancer",
        "Communicator Web Access",
    ),
    "web-access-external-address": (
        "the name that Communicator Web Access is published outside under, at the reverse proxy",
        "Communicator Web Access for users outside",
    ),
    "web-access-mtls-certificate": (
        "MTLS to the pool: only the server's own name will do, from the authority that signs the pool's",
        "Communicator Web Access does not reach the pool",
    ),
    "web-access-certificate": (
        "HTTPS of the virtual server: the server's name, or the load balancer's on every server",
        "Communicator Web Access",
    ),
    "group-chat-certificate": ("the Group Chat Server's certificate, with its own name", "Group Chat"),
    "exchange-um-certificate": (
        "Exchange Unified Messaging's certificate, with the server's own name; a self-signed one does not work",
        "voice mail",
    ),
}
STATED: Mapping[str, tuple[str, ...]] = {
    "pool-address": ("S", f"{_DNS}; {_POOL_DNS}; {_WRITE_UP}"),
    "web-farm-address": ("S", f"{_POOL_DNS}, table 3; {_WRITE_UP}"),
    "sign-in-alias-address sign-in-alias-name server-mtls": ("S", _WRITE_UP),
    "sign-in-tls": (
        "C",
        f"{_DNS}; {_SIGN_IN}; {_WRITE_UP} (target inside the SIP domain: the write-up contradicts itself)",
        (
            f"C1: {_WRITE_UP} leads the second domain's record to the pool's name in its list of records, to the"
            " pool's host name inside the SIP domain in its procedure; the procedure is followed, as strict"
            " clients demand"
        ),
    ),
    "sign-in-tcp": ("P", f"{_SIGN_IN}; the port from kernel64.tistory.com, the library names none"),
    "fallback-sipinternal fallback-sip fallback-sipexternal": ("C", _FALLBACK_ORDER, _FALLBACK_CONFLICT),
    "sip-alias": ("I", f"{_FALLBACK_ORDER} (an address); an alias has the same answer, RFC 1034 section 3.6.2"),
    "web-conferencing-address pool-by-hand standard-address": ("S", _DNS),
    "device-update": ("S", _DEVICES),
    "external-web-farm-address published": ("I", "inferred from Lync Server 2010, TechNet gg425900"),
    "server-address": ("I", "inferred from the MTLS connections between servers by their own names"),
    "pool-certificate front-end-certificate": ("S", f"{_CERTIFICATES}; {_INFRASTRUCTURE}; {_WRITE_UP}"),
    (
        "subject-repeated server-subject-repeated edge-internal-subject-repeated access-edge-subject-repeated "
        "web-conferencing-edge-subject-repeated av-authentication-subject-repeated "
        "reverse-proxy-subject-repeated web-access-subject-repeated"
    ): ("I", "RFC 9525 section 2; required in so many words from Lync Server 2010 on"),
    "sip-name": (
        "S",
        f"{_WRITE_UP}; {_POOL_CERTIFICATES}",
        f"C8: {_WILDCARDS}. Every name is written in full, and no wildcard stands for any",
    ),
    "fallback-name fallback-external-name": (
        "I",
        f"TechNet 'Certificate Requirements for Internal Servers' (Lync Server 2013); {_LOOKUP}",
    ),
    "web-farm-name": ("S", f"{_POOL_CERTIFICATES}, table 2"),
    "web-conferencing-name": ("I", f"inferred from {_DNS}: clients are sent there by its name"),
    "server-name": (
        "C",
        _WRITE_UP,
        (
            "C9: SearchUnifiedCommunications 2010-05 quotes the deployment guide: alternative names only for"
            f" several SIP domains, the server's with external web conferencing; {_WRITE_UP} always has it, and"
            " so has the plan"
        ),
    ),
    "web-components-certificate": (
        "S",
        f"{_CERTIFICATES}; {_POOL_CERTIFICATES}, table 2: the web farm's name in the subject or beside it",
    ),
    "web-components-subject-repeated": ("I", "RFC 9525 section 2"),
    "server-web": ("I", _CERTIFICATES),
    "expanded-front-end-certificate": ("I", _EXPANDED_SOURCE),
    "expanded-web-components-certificate": ("I", f"{_EXPANDED_SOURCE}; {_POOL_CERTIFICATES}, table 2"),
    "expanded-web-conferencing-certificate expanded-av-conferencing-certificate": (
        "I",
        f"{_EXPANDED_SOURCE}; {_R2_SERVER_ROLES}",
    ),
    "standard-pool-certificate standard-front-end-certificate standard-web-components-certificate": (
        "I",
        f"{_POOL_CERTIFICATES}, table 1; inferred for 2007",
    ),
    "director-address director-certificate": ("I", _DIRECTOR_SOURCE),
    "mediation-certificate": ("I", f"TechNet dd441159 (R2); the subject inferred from {_R2_SERVER_ROLES}"),
    (
        "edge-internal-address edge-internal-certificate separate-edge-internal-address "
        "separate-edge-internal-certificate"
    ): ("S", _EDGE_INTERNAL),
    "access-edge-address": ("I", f"inferred from {_EDGE_DNS}"),
    "access-edge-sip-address": ("I", f"inferred from {_EDGE_DNS}: the subject name must point to sip.<domain>"),
    "sip-alias-outside": (
        "C",
        "'DNS requirements for Skype for Business Server'; against it 'Edge Server environmental requirements in"
        " Skype for Business Server'",
        "C18: one page of a later product has an alias, the other an address, and OCS's own documents say nothing of"
        " aliases. An address unless the site wants the alias, which no SRV record may lead to",
    ),
    "edge-srv-target-address edge-srv-target-name": (
        "I",
        f"inferred from {_EDGE_DNS}: the name that clients are led to has an address and is in the certificate",
    ),
    "web-conferencing-edge-address av-edge-address": (
        "I",
        f"{_EDGE_DNS} (a separate external address for each role); the name inferred",
    ),
    "remote-sign-in": ("P", f"{_R2_EDGE_DNS}; the port from kernel64.tistory.com"),
    "remote-sign-in-tcp": (
        "C",
        f"{_R2_BETA_CLIENT} and kernel64.tistory.com have it; {_R2_CLIENT} does not",
        "C4: named by the R2 beta and a blog, missing in the release: planned where plain TCP is asked for",
    ),
    "federation": ("P", f"{_EDGE_DNS}; the target from {_R2_EDGE_DNS}"),
    "access-edge-certificate": ("S", f"{_EDGE_DNS}: the subject name must point to sip.<domain>; {_SAMPLE}"),
    "access-edge-sip-name": ("S", f"{_EDGE_DNS}; {_R2_EDGE_DNS}"),
    "web-conferencing-edge-certificate": ("I", f"inferred from {_R2_EDGE}"),
    "av-authentication-certificate": (
        "S",
        f"{_AV_AUTHENTICATION}; that it is one key on every server of an array: {_R2_EDGE}",
    ),
    "federation-here": ("P", f"{_EDGE_DNS}; {_R2_EDGE_DNS}"),
    "reverse-proxy-certificate": (
        "I",
        "inferred from Communications Server 2010 (pre-release) on OCS 2007 R2: one for each published name",
        (
            "C12: TechNet gg429704 (Lync Server 2010) asks for a listener and a certificate for each name, Lync"
            " Server 2013 allows one certificate with all names; the older form holds for OCS"
        ),
    ),
    "web-access-address": ("I", f"inferred from {_WEB_ACCESS}"),
    "web-access-external-address": ("I", f"inferred from {_WEB_ACCESS} (the reverse proxy has its own name)"),
    "web-access-mtls-certificate": ("S", _WEB_ACCESS),
    "web-access-certificate": ("S", f"{_WEB_ACCESS}, tables 5 and 6"),
    "group-chat-certificate": ("I", f"no document of its own was found; inferred from {_R2_SERVER_ROLES}"),
    "exchange-um-certificate": (
        "I",
        "inferred from TechNet 'Configure Certificates on the Server Running Unified Messaging' (Lync Server 2013)",
    ),
}

SOURCES = Sources("ocs2007", PURPOSES, STATED)
