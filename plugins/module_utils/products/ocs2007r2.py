# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Office Communications Server 2007 R2: what differs from OCS 2007. Rules only, no logic.

Phones look for ``_sipinternaltls._tcp``, ``_sip._tls``, ``_sipinternal._tcp``, then for sipinternal, sip, sipexternal,
each at port 5061 and then 443; Communicator prefers ``_sipinternal._tcp`` (where TCP is allowed) to ``_sip._tls``.
"""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.ucops.rollout.plugins.module_utils.products import ocs2007, ocs2007_sources
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import (
    Address,
    Answer,
    Certificate,
    Entry,
    Name,
    Role,
    derive,
    extend,
    rules_of,
)
from ansible_collections.ucops.rollout.plugins.module_utils.products.sources import Sources

_POOL_CERTIFICATES = "TechNet dd572453 'Certificates for Enterprise Pools and Standard Edition Servers'"
_BY_COMMAND = "OCS 2007 R2 library, assigning a certificate by command line"
_EDGE = "TechNet dd425344 'Certificate Requirements for External User Access'"
_EDGE_DNS = "TechNet dd425138 'DNS Requirements for External User Access'"
_DEVICES = "TechNet gg425900 'DNS Requirements for Standard Edition Servers' (Lync Server 2010)"
_PROXY = "Communications Server 2010 library (pre-release), reverse proxy beside OCS 2007 R2"
_WEB_ACCESS = "TechNet dd425345 'Preparing Certificates for Communicator Web Access'"
_CLIENT = "TechNet dd572514 'Client DNS Queries Drilldown'"
_PHONE = "OCS 2007 R2 library, DNS queries of Communicator Phone Edition"
_EVENTS = "TechNet dd572404, event of failed TLS connections"
_ALL_FRONT_ENDS = "; all Front Ends may share one whose key is exportable, which is not needed and not planned"
_SUBJECT_CONFLICT = (
    f"C10: {_WEB_ACCESS} has the URL's host as subject and the server's name beside it; its revision of 2011-11-17 has"
    " the server's name as subject and the URL beside it. Both names are in the certificate, the URL's host is subject"
)
_NOT_EXPANDED = (
    "R2 has one form of every role, with all its components on each server (the WMI reference dd146544 still names an"
    " expanded configuration, which set-up does not offer any more)"
)

# What its own documents state of the rules of OCS 2007.
SOURCES = Sources(
    "ocs2007r2",
    purposes={
        "sign-in-tcp": (
            (
                "automatic sign-in without TLS, where that is allowed: Communicator's second choice after"
                " _sipinternaltls._tcp, the phones' third after _sip._tls"
            ),
            "automatic sign-in of clients set to TCP",
        ),
        "fallback-sipinternal": (
            (
                "the first name that a client without SRV records tries, phones at port 5061 and then 443:"
                " sipinternal, then sip, then sipexternal"
            ),
            "sign-in of clients that find no SRV record",
        ),
        "pool-certificate": (
            (
                "one certificate for each server: MTLS among servers, TLS to clients, and HTTPS of the Web"
                f" Components (in IIS){_ALL_FRONT_ENDS}"
            ),
            "the Front End does not start TLS, and the Web Components do not serve HTTPS",
        ),
        "server-mtls": (
            "each Front End by its own name",
            (
                "connections among servers: 'Wrong principal. The peer presents a certificate that has a subject"
                " name that does not match the peer name'"
            ),
        ),
        "federation": (
            "partners find the Access Edge by the SIP domain; that Edge carries all federation traffic",
            "federation with partners that are not configured by hand",
        ),
        "edge-internal-certificate": (
            "the inside of the Edge, shared by its three services: the internal name of the Access Edge service",
            "everything between inside and outside",
        ),
        "av-authentication-certificate": (
            (
                "authentication of users by the A/V Edge: of its own, the same on every server of an array; nothing"
                " is assigned to the A/V Edge outside"
            ),
            "audio and video with users outside",
        ),
    },
    stated={
        "sign-in-tcp": ("P", f"{_CLIENT}; {_PHONE}; the port from kernel64.tistory.com"),
        "fallback-sipinternal": (
            "C",
            f"{_CLIENT}; {_PHONE}; against TechNet cc816291 (R2 beta)",
        ),
        "device-update": ("S", _DEVICES),
        "pool-certificate front-end-certificate": ("S", f"{_POOL_CERTIFICATES}, table 2; {_BY_COMMAND}"),
        "web-components-certificate": (
            "S",
            f"{_POOL_CERTIFICATES}, table 2: the web farm's name in the subject or beside it, assigned in IIS",
        ),
        "server-mtls": ("S", _EVENTS),
        "standard-pool-certificate standard-front-end-certificate standard-web-components-certificate": (
            "S",
            f"{_POOL_CERTIFICATES}, table 1",
        ),
        "mediation-certificate": (
            "S",
            f"TechNet dd441159; {_BY_COMMAND}: the subject of other roles is the computer's FQDN",
        ),
        "remote-sign-in": ("P", f"{_EDGE_DNS}; the port from kernel64.tistory.com"),
        "federation": ("S", f"{_EDGE_DNS}: one record for each SIP domain, to the Access Edge's address record"),
        "edge-internal-certificate av-authentication-certificate": ("S", _EDGE),
        "access-edge-certificate": (
            "S",
            f"{_EDGE}: one of two certificates outside; {_EDGE_DNS}: its subject is sip.<domain>",
        ),
        "access-edge-sip-name": (
            "S",
            f"{_EDGE_DNS}: the name of the SRV record's domain must match the server's name in the certificate",
        ),
        "web-conferencing-edge-certificate": ("S", f"{_EDGE}: the other one of two certificates outside"),
        "reverse-proxy-certificate": (
            "S",
            f"{_PROXY}: one certificate for the external web farm, one for Communicator Web Access",
        ),
    },
)
# Of the rules that OCS 2007 has not.
FURTHER = Sources(
    "ocs2007r2",
    purposes={
        "device-update-2007": (
            "phones of OCS 2007 in the same site look for the Device Update Service by its older name",
            "updates of phones that still have the software of OCS 2007",
        ),
        "web-access-address": ("the host of the URL that users type", "Communicator Web Access"),
        "web-access-sharing-address": (
            "desktop sharing comes to this name of the same server",
            "desktop sharing in Communicator Web Access",
        ),
        "web-access-download-address": (
            "the plug-in for desktop sharing is downloaded from this name of the same server",
            "desktop sharing in Communicator Web Access",
        ),
        "web-access-certificate": (
            "the virtual server: HTTPS to browsers and MTLS to the pool",
            "Communicator Web Access",
        ),
        "web-access-name": (
            "the host of the URL that users type",
            "Communicator Web Access: browsers warn of the certificate",
        ),
        "web-access-sharing-name": ("desktop sharing comes to this name", "desktop sharing in Communicator Web Access"),
        "web-access-download-name": (
            "the plug-in for desktop sharing is downloaded from this name",
            "desktop sharing in Communicator Web Access",
        ),
        "web-access-server-name": (
            "the pool reaches the server by its own name (MTLS)",
            "Communicator Web Access does not reach the pool",
        ),
        "web-access": ("the virtual server", "Communicator Web Access"),
        "web-access-sharing": ("desktop sharing", "Communicator Web Access"),
        "web-access-download": ("the plug-in for desktop sharing", "Communicator Web Access"),
    },
    stated={
        "device-update-2007": ("S", _DEVICES),
        "web-access-address web-access-sharing-address web-access-download-address": (
            "I",
            f"inferred from {_WEB_ACCESS}",
        ),
        "web-access-certificate": (
            "C",
            f"{_WEB_ACCESS}: subject is the URL's host, one certificate for each virtual server",
            _SUBJECT_CONFLICT,
        ),
        (
            "web-access-name web-access-sharing-name web-access-download-name web-access web-access-sharing "
            "web-access-download"
        ): ("S", _WEB_ACCESS),
        "web-access-server-name": ("C", f"{_WEB_ACCESS}; against its revision of 2011-11-17", _SUBJECT_CONFLICT),
    },
    base=ocs2007_sources.SOURCES,
)

_OLDER_PHONES = Role(
    "front_end",
    names=(
        Name(
            "ucupdates.{sip_domain}",
            each="home_sip_domain",
            when="device_update beside_ocs2007",
            at="pool_web",
            address="device-update-2007",
        ),
    ),
)


def _web_access(prefix: str, rule: str) -> Name:
    return Name(
        f"{prefix}{{web_access_host}}",
        each="web_access_host",
        at="pool_web",
        address=f"{rule}-address",
        in_certificates=Entry(f"{rule}-name", each="pool"),
        answers=Answer(rule, ocs2007.WEB_ACCESS, "browsers"),
    )


# One certificate for each virtual server, for browsers and for MTLS.
_WEB_ACCESS_ROLE = Role(
    "communicator_web_access",
    balanced="hardware",
    names=(
        _web_access("", "web-access"),
        _web_access("as.", "web-access-sharing"),
        _web_access("download.", "web-access-download"),
        ocs2007.WEB_ACCESS_OUTSIDE,
        Name(
            "{server}",
            each="server",
            at="server",
            address=Address("server-address", registers_itself=True),
            in_certificates="web-access-server-name",
        ),
    ),
    certificates=(
        Certificate(
            "web-access-certificate",
            scope="pool",
            each="web_access_host",
            apart="{web_access_host}",
            use="web_access",
            subject="{web_access_host}",
            names="web-access-name web-access-sharing-name web-access-download-name web-access-server-name",
            listeners=(ocs2007.WEB_ACCESS, ocs2007.WEB_ACCESS_MTLS),
        ),
    ),
)

_CONSOLIDATED_ONLY = replace(
    ocs2007.PRODUCT, roles=tuple(one for one in ocs2007.PRODUCT.roles if "expanded" not in one.configurations)
)

PRODUCT = extend(
    derive(
        _CONSOLIDATED_ONLY,
        id="ocs2007r2",
        title="Office Communications Server 2007 R2",
        major=4,
        sources=SOURCES,
        drop="remote-sign-in-tcp",
        change={"device-update": {"owner": "ucupdates-r2.{sip_domain}"}},
        drop_roles="communicator_web_access",
        roles=[rules_of(_WEB_ACCESS_ROLE, FURTHER)],
        refusals={
            ("configuration", "expanded"): _NOT_EXPANDED,
            ("certificate_subject", ""): "Every published name is the subject of a certificate of its own",
        },
    ),
    _OLDER_PHONES,
    FURTHER,
)
