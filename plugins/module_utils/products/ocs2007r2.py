# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Office Communications Server 2007 R2: what differs from OCS 2007. Rules only, no logic.

Phones look for ``_sipinternaltls._tcp``, ``_sip._tls``, ``_sipinternal._tcp``, then for sipinternal, sip, sipexternal,
each at port 5061 and then 443; Communicator prefers ``_sipinternal._tcp`` (where TCP is allowed) to ``_sip._tls``.
"""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.ucops.rollout.plugins.module_utils.model import Key
from ansible_collections.ucops.rollout.plugins.module_utils.products import ocs2007
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import (
    AddressRecord,
    CertificateName,
    CertificateRule,
    Component,
    EndpointRule,
    RoleRules,
    derive,
    extend,
)

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

_CHANGES = {
    "ocs2007.pool-certificate": {
        "id": "ocs2007r2.pool-certificate",
        "purpose": (
            "one certificate for each server: MTLS among servers, TLS to clients, and HTTPS of the Web Components"
            f" (in IIS){_ALL_FRONT_ENDS}"
        ),
        "source": f"{_POOL_CERTIFICATES}, table 2; {_BY_COMMAND}",
    },
    "ocs2007.front-end-certificate": {
        "id": "ocs2007r2.front-end-certificate",
        "source": f"{_POOL_CERTIFICATES}, table 2; {_BY_COMMAND}",
    },
    "ocs2007.web-components-certificate": {
        "id": "ocs2007r2.web-components-certificate",
        "source": f"{_POOL_CERTIFICATES}, table 2: the web farm's name in the subject or beside it, assigned in IIS",
    },
    **{
        f"ocs2007.standard-{kind}": {
            "id": f"ocs2007r2.standard-{kind}",
            "source": f"{_POOL_CERTIFICATES}, table 1",
            "mark": "S",
        }
        for kind in ("pool-certificate", "front-end-certificate", "web-components-certificate")
    },
    "ocs2007.mediation-certificate": {
        "id": "ocs2007r2.mediation-certificate",
        "source": f"TechNet dd441159; {_BY_COMMAND}: the subject of other roles is the computer's FQDN",
        "mark": "S",
    },
    "ocs2007.sign-in-tcp": {
        "id": "ocs2007r2.sign-in-tcp",
        "purpose": (
            "automatic sign-in without TLS, where that is allowed: Communicator's second choice after"
            " _sipinternaltls._tcp, the phones' third after _sip._tls"
        ),
        "source": f"{_CLIENT}; {_PHONE}; the port from kernel64.tistory.com",
    },
    "ocs2007.fallback-sipinternal": {
        "id": "ocs2007r2.fallback-sipinternal",
        "purpose": (
            "the first name that a client without SRV records tries, phones at port 5061 and then 443: sipinternal,"
            " then sip, then sipexternal"
        ),
        "source": f"{_CLIENT}; {_PHONE}; against TechNet cc816291 (R2 beta)",
    },
    "ocs2007.server-mtls": {
        "id": "ocs2007r2.server-mtls",
        "source": _EVENTS,
        "breaks": (
            "connections among servers: 'Wrong principal. The peer presents a certificate that has a subject name that"
            " does not match the peer name'"
        ),
    },
    "ocs2007.device-update": {
        "id": "ocs2007r2.device-update",
        "owner": "ucupdates-r2.{sip_domain}",
    },
    "ocs2007.remote-sign-in": {
        "id": "ocs2007r2.remote-sign-in",
        "source": f"{_EDGE_DNS}; the port from kernel64.tistory.com",
    },
    "ocs2007.federation": {
        "id": "ocs2007r2.federation",
        "purpose": "partners find the Access Edge by the SIP domain; that Edge carries all federation traffic",
        "source": f"{_EDGE_DNS}: one record for each SIP domain, to the Access Edge's address record",
        "mark": "S",
    },
    "ocs2007.access-edge-sip-name": {
        "id": "ocs2007r2.access-edge-sip-name",
        "source": f"{_EDGE_DNS}: the name of the SRV record's domain must match the server's name in the certificate",
    },
    "ocs2007.edge-internal-certificate": {
        "id": "ocs2007r2.edge-internal-certificate",
        "purpose": "the inside of the Edge, shared by its three services: the internal name of the Access Edge service",
        "source": _EDGE,
    },
    "ocs2007.access-edge-certificate": {
        "id": "ocs2007r2.access-edge-certificate",
        "source": f"{_EDGE}: one of two certificates outside; {_EDGE_DNS}: its subject is sip.<domain>",
    },
    "ocs2007.web-conferencing-edge-certificate": {
        "id": "ocs2007r2.web-conferencing-edge-certificate",
        "source": f"{_EDGE}: the other one of two certificates outside",
        "mark": "S",
    },
    "ocs2007.av-authentication-certificate": {
        "id": "ocs2007r2.av-authentication-certificate",
        "purpose": (
            "authentication of users by the A/V Edge: of its own, the same on every server of an array; nothing is"
            " assigned to the A/V Edge outside"
        ),
        "source": _EDGE,
    },
    "ocs2007.reverse-proxy-certificate": {
        "id": "ocs2007r2.reverse-proxy-certificate",
        "source": f"{_PROXY}: one certificate for the external web farm, one for Communicator Web Access",
        "mark": "S",
    },
}

_OLDER_PHONES = AddressRecord(
    id="ocs2007r2.device-update-2007",
    purpose="phones of OCS 2007 in the same site look for the Device Update Service by its older name",
    source=_DEVICES,
    mark="S",
    breaks="updates of phones that still have the software of OCS 2007",
    each="home_sip_domain",
    when=("device_update", "beside_ocs2007"),
    owner="ucupdates.{sip_domain}",
    reach="pool_web",
)

_SUBJECT_CONFLICT = (
    f"C10: {_WEB_ACCESS} has the URL's host as subject and the server's name beside it; its revision of 2011-11-17 has"
    " the server's name as subject and the URL beside it. Both names are in the certificate, the URL's host is subject"
)

# Communicator Web Access: one certificate for each virtual server, for browsers and for MTLS

_WEB_ACCESS_ADDRESS = AddressRecord(
    id="ocs2007r2.web-access-address",
    purpose="the host of the URL that users type",
    source=f"inferred from {_WEB_ACCESS}",
    mark="I",
    breaks="Communicator Web Access",
    each="web_access_host",
    owner="{web_access_host}",
    reach="pool_web",
)
_WEB_ACCESS_RECORDS = (
    _WEB_ACCESS_ADDRESS,
    replace(
        _WEB_ACCESS_ADDRESS,
        id="ocs2007r2.web-access-sharing-address",
        purpose="desktop sharing comes to this name of the same server",
        breaks="desktop sharing in Communicator Web Access",
        owner="as.{web_access_host}",
    ),
    replace(
        _WEB_ACCESS_ADDRESS,
        id="ocs2007r2.web-access-download-address",
        purpose="the plug-in for desktop sharing is downloaded from this name of the same server",
        breaks="desktop sharing in Communicator Web Access",
        owner="download.{web_access_host}",
    ),
    ocs2007.WEB_ACCESS_OUTSIDE,
    ocs2007.SERVER_ADDRESS,
)
_WEB_ACCESS_NAMES = (
    CertificateName(
        id="ocs2007r2.web-access-name",
        purpose="the host of the URL that users type",
        source=_WEB_ACCESS,
        mark="S",
        breaks="Communicator Web Access: browsers warn of the certificate",
        name="{web_access_host}",
    ),
    CertificateName(
        id="ocs2007r2.web-access-sharing-name",
        purpose="desktop sharing comes to this name",
        source=_WEB_ACCESS,
        mark="S",
        breaks="desktop sharing in Communicator Web Access",
        name="as.{web_access_host}",
    ),
    CertificateName(
        id="ocs2007r2.web-access-download-name",
        purpose="the plug-in for desktop sharing is downloaded from this name",
        source=_WEB_ACCESS,
        mark="S",
        breaks="desktop sharing in Communicator Web Access",
        name="download.{web_access_host}",
    ),
    CertificateName(
        id="ocs2007r2.web-access-server-name",
        purpose="the pool reaches the server by its own name (MTLS)",
        source=f"{_WEB_ACCESS}; against its revision of 2011-11-17",
        mark="C",
        breaks="Communicator Web Access does not reach the pool",
        each="server",
        name="{server}",
        conflict=_SUBJECT_CONFLICT,
    ),
)
_WEB_ACCESS_CERTIFICATE = CertificateRule(
    id="ocs2007r2.web-access-certificate",
    purpose="the virtual server: HTTPS to browsers and MTLS to the pool",
    source=f"{_WEB_ACCESS}: subject is the URL's host, one certificate for each virtual server",
    mark="C",
    conflict=_SUBJECT_CONFLICT,
    breaks="Communicator Web Access",
    use="web_access",
    scope="pool",
    each="web_access_host",
    apart="{web_access_host}",
    subject="{web_access_host}",
    names=_WEB_ACCESS_NAMES,
    components=(Component("cwa", ocs2007.HTTPS), Component("cwa_mtls", ocs2007.SIP_TLS)),
    key=Key(length=2048),
    extended_key_usage=(ocs2007.SERVER_AUTHENTICATION,),
)


def _web_access_endpoint(part: str, purpose: str, prefix: str) -> EndpointRule:
    return EndpointRule(
        id=f"ocs2007r2.{part}",
        purpose=purpose,
        source=_WEB_ACCESS,
        mark="S",
        breaks="Communicator Web Access",
        each="web_access_host",
        name=f"{prefix}{{web_access_host}}",
        reach="pool_web",
        port=ocs2007.HTTPS,
        protocol="https",
        component="cwa",
        client="browsers",
    )


_WEB_ACCESS_SHEET = RoleRules(
    role="communicator_web_access",
    edition="",
    configurations=(),
    load_balancers=("hardware",),
    records=_WEB_ACCESS_RECORDS,
    certificates=(_WEB_ACCESS_CERTIFICATE,),
    endpoints=(
        _web_access_endpoint("web-access", "the virtual server", ""),
        _web_access_endpoint("web-access-sharing", "desktop sharing", "as."),
        _web_access_endpoint("web-access-download", "the plug-in for desktop sharing", "download."),
    ),
)

_NOT_EXPANDED = (
    "R2 has one form of every role, with all its components on each server (the WMI reference dd146544 still names an"
    " expanded configuration, which set-up does not offer any more)"
)

PRODUCT = replace(
    extend(
        derive(
            replace(
                ocs2007.PRODUCT,
                sheets=tuple(sheet for sheet in ocs2007.PRODUCT.sheets if "expanded" not in sheet.configurations),
            ),
            id="ocs2007r2",
            title="Office Communications Server 2007 R2",
            drop=("ocs2007.remote-sign-in-tcp",),
            change=_CHANGES,
            drop_roles=("communicator_web_access",),
            add_sheets=(_WEB_ACCESS_SHEET,),
        ),
        "front_end",
        records=(_OLDER_PHONES,),
    ),
    refusals={
        ("configuration", "expanded"): _NOT_EXPANDED,
        ("certificate_subject", ""): "Every published name is the subject of a certificate of its own",
    },
)
