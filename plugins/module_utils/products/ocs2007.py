# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Office Communications Server 2007: rules only, no logic.

Marks: S stated in the source, P stated in an excerpt, I inferred, C the sources conflict.
"""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.ucops.rollout.plugins.module_utils.model import REGISTERED_ELSEWHERE, Key
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import (
    AddressRecord,
    CertificateName,
    CertificateRule,
    Component,
    EndpointRule,
    Product,
    RoleRules,
    ServiceRecord,
)

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

SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1"
SIP_TLS = 5061
SIP_TCP = 5060
HTTPS = 443
WEB_CONFERENCING = 8057
AV_CONFERENCING = 5063
AV_AUTHENTICATION = 5062

SERVER_ADDRESS = AddressRecord(
    id="ocs2007.server-address",
    purpose="the server's own name; a domain member registers it itself",
    source="inferred from the MTLS connections between servers by their own names",
    mark="I",
    breaks="connections of other servers to this one",
    each="server",
    owner="{server}",
    reach="server",
    managed=REGISTERED_ELSEWHERE,
)

SIGN_IN_TCP = ServiceRecord(
    id="ocs2007.sign-in-tcp",
    purpose="automatic sign-in without TLS, where that is allowed",
    source=f"{_SIGN_IN}; the port from kernel64.tistory.com, the library names none",
    mark="P",
    breaks="automatic sign-in of clients set to TCP",
    each="sip_domain",
    when=("plain_tcp",),
    owner="_sipinternal._tcp.{sip_domain}",
    target="{sign_in_host}",
    port=SIP_TCP,
)

_FALLBACK_ORDER = f"{_LOOKUP}; {_R2_CLIENT}; against {_R2_BETA_CLIENT}"

FALLBACK_CONFLICT = (
    "C4: the release of R2 and what was observed agree on sipinternal, sip, sipexternal; the R2 beta has sip first. The"
    " plan holds all three, so that the order does not matter"
)
FALLBACK = (
    AddressRecord(
        id="ocs2007.fallback-sipinternal",
        purpose="the first name that a client without SRV records tries: sipinternal, then sip, then sipexternal",
        source=_FALLBACK_ORDER,
        mark="C",
        conflict=FALLBACK_CONFLICT,
        breaks="sign-in of clients that find no SRV record",
        each="sip_domain",
        when=("fallback",),
        owner="sipinternal.{sip_domain}",
        reach="pool_sip",
    ),
    AddressRecord(
        id="ocs2007.fallback-sip",
        purpose="the second name that a client without SRV records tries",
        source=_FALLBACK_ORDER,
        mark="C",
        conflict=FALLBACK_CONFLICT,
        breaks="sign-in of clients that find neither a SRV record nor sipinternal",
        each="sip_domain",
        when=("fallback",),
        owner="sip.{sip_domain}",
        reach="pool_sip",
    ),
)

DEVICE_UPDATE = AddressRecord(
    id="ocs2007.device-update",
    purpose="phones look for the Device Update Service by this name before anybody signs in",
    source=_DEVICES,
    mark="S",
    breaks="updates of phones that nobody has signed in at",
    each="home_sip_domain",
    when=("device_update",),
    owner="ucupdates.{sip_domain}",
    reach="pool_web",
)

EXTERNAL_WEB_FARM = AddressRecord(
    id="ocs2007.external-web-farm-address",
    purpose="the external web farm's name, at the reverse proxy",
    source="inferred from Lync Server 2010, TechNet gg425900",
    mark="I",
    breaks="meeting content, address book download and group expansion for users outside",
    when=("has_external_web", "is_published"),
    owner="{external_web}",
    reach="published",
    view="external",
)

_RECORDS = (
    AddressRecord(
        id="ocs2007.pool-address",
        purpose="the pool's name, at the address that the Front Ends are reached at",
        source=f"{_DNS}; {_POOL_DNS}; {_WRITE_UP}",
        mark="S",
        breaks="nobody reaches the pool by its name: sign-in, other servers and management fail",
        owner="{pool}",
        reach="pool_sip",
    ),
    AddressRecord(
        id="ocs2007.web-farm-address",
        purpose="the internal web farm's own name, at the address that the Web Components are reached at",
        source=f"{_POOL_DNS}, table 3; {_WRITE_UP}",
        mark="S",
        breaks="meeting content, address book download and group expansion",
        when=("web_farm_has_own_name",),
        owner="{web_farm}",
        reach="pool_web",
    ),
    AddressRecord(
        id="ocs2007.sign-in-alias-address",
        purpose="the pool's host name again inside the SIP domain, so that the SRV record's target lies there",
        source=_WRITE_UP,
        mark="S",
        breaks="automatic sign-in: clients refuse a server outside the user's SIP domain",
        each="sip_domain",
        when=("sign_in_host_is_alias",),
        owner="{sign_in_host}",
        reach="pool_sip",
    ),
    ServiceRecord(
        id="ocs2007.sign-in-tls",
        purpose="automatic sign-in over TLS of the SIP domain's users",
        source=f"{_DNS}; {_SIGN_IN}; {_WRITE_UP} (target inside the SIP domain: the write-up contradicts itself)",
        mark="C",
        breaks="automatic sign-in: clients do not find the server by the user's address",
        each="sip_domain",
        owner="_sipinternaltls._tcp.{sip_domain}",
        target="{sign_in_host}",
        port=SIP_TLS,
        conflict=(
            f"C1: {_WRITE_UP} leads the second domain's record to the pool's name in its list of records, to the pool's"
            " host name inside the SIP domain in its procedure; the procedure is followed, as strict clients demand"
        ),
    ),
    SIGN_IN_TCP,
    *FALLBACK,
    AddressRecord(
        id="ocs2007.web-conferencing-address",
        purpose="the host of the internal web conferencing URL, where it is not the pool's name",
        source=_DNS,
        mark="S",
        breaks="web conferences of users inside",
        when=("conferencing_has_own_name",),
        owner="{conferencing}",
        reach="pool_conferencing",
    ),
    DEVICE_UPDATE,
    EXTERNAL_WEB_FARM,
    SERVER_ADDRESS,
)

_NAMES = (
    CertificateName(
        id="ocs2007.subject-repeated",
        purpose="the subject once more: clients that follow RFC 9525 ignore the common name",
        source="RFC 9525 section 2; required in so many words from Lync Server 2010 on",
        mark="I",
        breaks="clients that look at the subject alternative names only refuse the pool's name",
        when=("subject_is_repeated",),
        name="{pool}",
    ),
    CertificateName(
        id="ocs2007.sip-name",
        purpose="the strictest client policy and the fallback without SRV records expect sip.<SIP domain>",
        source=f"{_WRITE_UP}; {_POOL_CERTIFICATES}",
        mark="S",
        breaks="sign-in of clients that demand strict names, and of those that fall back to sip.<SIP domain>",
        each="home_sip_domain",
        when=("sip_name_in_certificate",),
        name="sip.{sip_domain}",
        conflict=f"C8: {_WILDCARDS}. Every name is written in full, and no wildcard stands for any",
    ),
    CertificateName(
        id="ocs2007.fallback-name",
        purpose="the name that clients without SRV records try first, wherever it has a record",
        source=f"TechNet 'Certificate Requirements for Internal Servers' (Lync Server 2013); {_LOOKUP}",
        mark="I",
        breaks="sign-in of clients that find no SRV record: the certificate does not match",
        each="sip_domain",
        when=("fallback",),
        name="sipinternal.{sip_domain}",
    ),
    CertificateName(
        id="ocs2007.sign-in-alias-name",
        purpose="the name that automatic sign-in leads to in a SIP domain that is not the pool's own domain",
        source=_WRITE_UP,
        mark="S",
        breaks="automatic sign-in of this SIP domain's users: the certificate does not match",
        each="sip_domain",
        when=("sign_in_host_is_alias",),
        name="{sign_in_host}",
    ),
    CertificateName(
        id="ocs2007.web-farm-name",
        purpose="the internal web farm's own name must be in the Web Components' certificate",
        source=f"{_POOL_CERTIFICATES}, table 2",
        mark="S",
        breaks="meeting content, address book download and group expansion",
        when=("web_farm_has_own_name",),
        name="{web_farm}",
    ),
    CertificateName(
        id="ocs2007.web-conferencing-name",
        purpose="the host of the internal web conferencing URL, where it is not the pool's name",
        source=f"inferred from {_DNS}: clients are sent there by its name",
        mark="I",
        breaks="web conferences of users inside: the certificate does not match",
        when=("conferencing_has_own_name",),
        name="{conferencing}",
    ),
    CertificateName(
        id="ocs2007.server-name",
        purpose="other servers reach this one by its own name (MTLS)",
        source=_WRITE_UP,
        mark="C",
        breaks="MTLS connections to this server, such as those of external web conferencing",
        each="server",
        name="{server}",
        conflict=(
            "C9: SearchUnifiedCommunications 2010-05 quotes the deployment guide: alternative names only for several"
            f" SIP domains, the server's with external web conferencing; {_WRITE_UP} always has it, and so has the plan"
        ),
    ),
)

_WEB_NAMES = frozenset({"ocs2007.web-farm-name", "ocs2007.web-conferencing-name"})
_FRONT_END_NAMES = tuple(name for name in _NAMES if name.id not in _WEB_NAMES)

_WEB_COMPONENTS_NAMES = (
    CertificateName(
        id="ocs2007.web-components-subject-repeated",
        purpose="the subject once more: clients that follow RFC 9525 ignore the common name",
        source="RFC 9525 section 2",
        mark="I",
        breaks="clients that look at the subject alternative names only refuse the web farm's name",
        when=("subject_is_repeated",),
        name="{web_farm}",
    ),
    next(name for name in _NAMES if name.id == "ocs2007.web-conferencing-name"),
)

# A subject that is one of the pool's, the server's or the Edge's own names comes first among the names again.
_POOL_REPEATED = next(name for name in _NAMES if name.id == "ocs2007.subject-repeated")
_SERVER_REPEATED = replace(_POOL_REPEATED, id="ocs2007.server-subject-repeated", name="{server}")

_FRONT_END = Component("front_end", SIP_TLS)
_WEB_COMPONENTS = Component("web_components", HTTPS)
_KEY = Key(length=2048)
_SERVER_EKU = (SERVER_AUTHENTICATION,)

_CERTIFICATE = CertificateRule(
    id="ocs2007.pool-certificate",
    purpose="one certificate for each server: MTLS among servers, TLS to clients, and HTTPS of the Web Components",
    source=f"{_CERTIFICATES}; {_INFRASTRUCTURE}; {_WRITE_UP}",
    mark="S",
    breaks="the Front End does not start TLS, and the Web Components do not serve HTTPS",
    when=("combined",),
    use="default",
    subject="{pool}",
    names=_NAMES,
    components=(_FRONT_END, _WEB_COMPONENTS),
    key=_KEY,
    extended_key_usage=_SERVER_EKU,
)
_CERTIFICATE_OF_FRONT_END = replace(
    _CERTIFICATE,
    id="ocs2007.front-end-certificate",
    purpose="the Front End's certificate for each server: MTLS among servers, TLS to clients",
    breaks="the Front End does not start TLS",
    when=("per_use",),
    names=_FRONT_END_NAMES,
    components=(_FRONT_END,),
)
_CERTIFICATE_OF_WEB_COMPONENTS = CertificateRule(
    id="ocs2007.web-components-certificate",
    purpose="HTTPS of the Web Components; assigned in IIS, the certificate wizard cannot do it",
    source=f"{_CERTIFICATES}; {_POOL_CERTIFICATES}, table 2: the web farm's name in the subject or beside it",
    mark="S",
    breaks="meeting content, address book download and group expansion",
    when=("per_use",),
    use="web_internal",
    subject="{web_farm}",
    names=(*_WEB_COMPONENTS_NAMES, next(name for name in _NAMES if name.id == "ocs2007.server-name")),
    components=(_WEB_COMPONENTS,),
    key=_KEY,
    extended_key_usage=_SERVER_EKU,
)
_POOL_CERTIFICATES_BY_PLACEMENT = (_CERTIFICATE, _CERTIFICATE_OF_FRONT_END, _CERTIFICATE_OF_WEB_COMPONENTS)

_ENDPOINTS = (
    EndpointRule(
        id="ocs2007.pool-by-hand",
        purpose="the pool's name, where no SIP domain leads to it",
        source=_DNS,
        mark="S",
        breaks="sign-in with a server set by hand, or by redirection from another pool",
        when=("pool_name_signs_nobody_in",),
        name="{pool}",
        reach="pool_sip",
        port=SIP_TLS,
        protocol="sip_tls",
        component="front_end",
        client="Communicator, redirected by another pool or set by hand",
    ),
    EndpointRule(
        id="ocs2007.sign-in",
        purpose="where the SRV record of a SIP domain leads",
        source=_SIGN_IN,
        mark="S",
        breaks="automatic sign-in",
        each="sip_domain",
        name="{sign_in_host}",
        reach="pool_sip",
        port=SIP_TLS,
        protocol="sip_tls",
        component="front_end",
        client="Communicator, automatic sign-in of {sip_domain}",
    ),
    EndpointRule(
        id="ocs2007.fallback-sipinternal-sign-in",
        purpose="where a client without SRV records goes first",
        source=_FALLBACK_ORDER,
        mark="C",
        conflict=FALLBACK_CONFLICT,
        breaks="sign-in of clients that find no SRV record",
        each="sip_domain",
        when=("fallback",),
        name="sipinternal.{sip_domain}",
        reach="pool_sip",
        port=SIP_TLS,
        protocol="sip_tls",
        component="front_end",
        client="Communicator without SRV records, {sip_domain}",
    ),
    EndpointRule(
        id="ocs2007.fallback-sip-sign-in",
        purpose="where a client without SRV records goes second",
        source=_FALLBACK_ORDER,
        mark="C",
        conflict=FALLBACK_CONFLICT,
        breaks="sign-in of clients that find neither a SRV record nor sipinternal",
        each="sip_domain",
        when=("fallback",),
        name="sip.{sip_domain}",
        reach="pool_sip",
        port=SIP_TLS,
        protocol="sip_tls",
        component="front_end",
        client="Communicator without SRV records, {sip_domain}",
    ),
    EndpointRule(
        id="ocs2007.server-mtls",
        purpose="each Front End by its own name",
        source=_WRITE_UP,
        mark="S",
        breaks="connections among servers",
        each="server",
        when=("server_is_front_end",),
        name="{server}",
        reach="server",
        port=SIP_TLS,
        protocol="sip_tls",
        component="front_end",
        client="other servers (MTLS)",
    ),
)
_WEB_FARM = EndpointRule(
    id="ocs2007.web-farm",
    purpose="the internal web farm",
    source=_POOL_DNS,
    mark="S",
    breaks="meeting content, address book download and group expansion",
    name="{web_farm}",
    reach="pool_web",
    port=HTTPS,
    protocol="https",
    component="web_components",
    client="Communicator and Live Meeting: address book, meeting content, group expansion",
)
_WEB_ENDPOINTS = (
    _WEB_FARM,
    EndpointRule(
        id="ocs2007.server-web",
        purpose="the Web Components of each server, which the load balancer spreads the web farm's name over",
        source=_CERTIFICATES,
        mark="I",
        breaks="a part of the requests to the web farm",
        each="server",
        name="{server}",
        reach="server",
        port=HTTPS,
        protocol="https",
        component="web_components",
        client="proof of each server behind the web farm's name",
    ),
)

# Enterprise Edition, expanded: each role on servers of its own

_EXPANDED_SOURCE = f"inferred from {_CERTIFICATES} (the wizard serves all but the Web Components)"
_EXPANDED_CERTIFICATES = (
    replace(
        _CERTIFICATE_OF_FRONT_END,
        id="ocs2007.expanded-front-end-certificate",
        source=_EXPANDED_SOURCE,
        mark="I",
        when=(),
        role="front_end",
    ),
    replace(
        _CERTIFICATE_OF_WEB_COMPONENTS,
        id="ocs2007.expanded-web-components-certificate",
        source=f"{_EXPANDED_SOURCE}; {_POOL_CERTIFICATES}, table 2",
        mark="I",
        when=(),
        use="default",
        names=_WEB_COMPONENTS_NAMES,
        role="web_components",
    ),
    CertificateRule(
        id="ocs2007.expanded-web-conferencing-certificate",
        purpose="the Web Conferencing Server's certificate, with its own name",
        source=f"{_EXPANDED_SOURCE}; {_R2_SERVER_ROLES}",
        mark="I",
        breaks="web conferences: clients and other servers refuse the server",
        use="default",
        subject="{server}",
        names=(_SERVER_REPEATED, next(name for name in _NAMES if name.id == "ocs2007.web-conferencing-name")),
        components=(Component("web_conferencing", WEB_CONFERENCING),),
        key=_KEY,
        extended_key_usage=_SERVER_EKU,
        role="web_conferencing",
    ),
    CertificateRule(
        id="ocs2007.expanded-av-conferencing-certificate",
        purpose="the A/V Conferencing Server's certificate, with its own name",
        source=f"{_EXPANDED_SOURCE}; {_R2_SERVER_ROLES}",
        mark="I",
        breaks="audio and video conferences: other servers refuse the server",
        use="default",
        subject="{server}",
        names=(_SERVER_REPEATED,),
        components=(Component("av_conferencing", AV_CONFERENCING),),
        key=_KEY,
        extended_key_usage=_SERVER_EKU,
        role="av_conferencing",
    ),
)
_EXPANDED_ENDPOINTS = (
    *_ENDPOINTS,
    _WEB_FARM,
    EndpointRule(
        id="ocs2007.expanded-server-web",
        purpose="the Web Components of each server, asked for the web farm's name",
        source=_CERTIFICATES,
        mark="I",
        breaks="a part of the requests to the web farm",
        each="server",
        when=("server_is_web_components",),
        name="{web_farm}",
        reach="server",
        port=HTTPS,
        protocol="https",
        component="web_components",
        client="proof of each server behind the web farm's name",
    ),
    EndpointRule(
        id="ocs2007.expanded-web-conferencing",
        purpose="each Web Conferencing Server by its own name",
        source=_R2_SERVER_ROLES,
        mark="I",
        breaks="web conferences",
        each="server",
        when=("server_is_web_conferencing",),
        name="{server}",
        reach="server",
        port=WEB_CONFERENCING,
        protocol="psom_tls",
        component="web_conferencing",
        client="Live Meeting inside, and the Web Conferencing Edge",
    ),
    EndpointRule(
        id="ocs2007.expanded-av-conferencing",
        purpose="each A/V Conferencing Server by its own name",
        source=_R2_SERVER_ROLES,
        mark="I",
        breaks="audio and video conferences",
        each="server",
        when=("server_is_av_conferencing",),
        name="{server}",
        reach="server",
        port=AV_CONFERENCING,
        protocol="sip_tls",
        component="av_conferencing",
        client="other servers (MTLS)",
    ),
)

# Standard Edition

_STANDARD_RECORDS = (
    AddressRecord(
        id="ocs2007.standard-address",
        purpose="the Standard Edition server's name, which is the pool's too; a domain member registers it itself",
        source=_DNS,
        mark="S",
        breaks="nobody reaches the server: sign-in, other servers and management fail",
        each="server",
        owner="{server}",
        reach="server",
        managed=REGISTERED_ELSEWHERE,
    ),
    *(rule for rule in _RECORDS if rule.id not in ("ocs2007.pool-address", "ocs2007.server-address")),
)
_STANDARD_CERTIFICATES = tuple(
    replace(
        rule,
        id=f"ocs2007.standard-{rule.id.partition('.')[2]}",
        source=f"{_POOL_CERTIFICATES}, table 1; inferred for 2007",
        mark="I",
    )
    for rule in _POOL_CERTIFICATES_BY_PLACEMENT
)

# Director: a Standard Edition server, or an array of them behind a load balancer

_DIRECTOR_SOURCE = f"inferred from {_INFRASTRUCTURE} (array of Standard Edition servers configured as Director)"
_DIRECTOR_RECORDS = (
    AddressRecord(
        id="ocs2007.director-address",
        purpose="the Director's name, or that of the array of Directors, at the load balancer",
        source=_DIRECTOR_SOURCE,
        mark="I",
        breaks="sign-in, and connections of the Edge and of pools to the Directors",
        owner="{pool}",
        reach="pool_sip",
    ),
    *(
        rule
        for rule in _RECORDS
        if rule.id in ("ocs2007.sign-in-alias-address", "ocs2007.sign-in-tls", "ocs2007.sign-in-tcp")
    ),
    *FALLBACK,
    SERVER_ADDRESS,
)
_DIRECTOR_COMPONENT = Component("director", SIP_TLS)
_DIRECTOR_CERTIFICATE = replace(
    _CERTIFICATE_OF_FRONT_END,
    id="ocs2007.director-certificate",
    purpose="the Director's certificate: its own name, or the array's at the load balancer",
    source=_DIRECTOR_SOURCE,
    mark="I",
    breaks="the Director does not start TLS: sign-in, remote users and federation",
    when=(),
    components=(_DIRECTOR_COMPONENT,),
)
_DIRECTOR_ENDPOINTS = tuple(
    replace(rule, id=f"ocs2007.director-{rule.id.partition('.')[2]}", component="director") for rule in _ENDPOINTS
)

# Servers with their own name in the certificate

MEDIATION_CERTIFICATE = CertificateRule(
    id="ocs2007.mediation-certificate",
    purpose="the Mediation Server always speaks TLS to the pool, whatever it speaks to the gateway",
    source=f"TechNet dd441159 (R2); the subject inferred from {_R2_SERVER_ROLES}",
    mark="I",
    breaks="calls to and from the telephone network",
    use="default",
    subject="{server}",
    names=(_SERVER_REPEATED,),
    components=(Component("mediation", SIP_TLS),),
    key=_KEY,
    extended_key_usage=_SERVER_EKU,
)
_MEDIATION_ENDPOINT = EndpointRule(
    id="ocs2007.mediation",
    purpose="the Mediation Server by its own name",
    source="TechNet dd441159 (R2)",
    mark="I",
    breaks="calls to and from the telephone network",
    each="server",
    name="{server}",
    reach="server",
    port=SIP_TLS,
    protocol="sip_tls",
    component="mediation",
    client="Front Ends (MTLS)",
)
_GROUP_CHAT_CERTIFICATE = replace(
    MEDIATION_CERTIFICATE,
    id="ocs2007.group-chat-certificate",
    purpose="the Group Chat Server's certificate, with its own name",
    source=f"no document of its own was found; inferred from {_R2_SERVER_ROLES}",
    breaks="Group Chat",
    components=(Component("group_chat", SIP_TLS),),
)
_GROUP_CHAT_ENDPOINT = replace(
    _MEDIATION_ENDPOINT,
    id="ocs2007.group-chat",
    purpose="the Group Chat Server by its own name",
    source=f"inferred from {_R2_SERVER_ROLES}",
    breaks="Group Chat",
    component="group_chat",
)
_UNIFIED_MESSAGING_CERTIFICATE = replace(
    MEDIATION_CERTIFICATE,
    id="ocs2007.exchange-um-certificate",
    purpose="Exchange Unified Messaging's certificate, with the server's own name; a self-signed one does not work",
    source="inferred from TechNet 'Configure Certificates on the Server Running Unified Messaging' (Lync Server 2013)",
    breaks="voice mail",
    components=(Component("unified_messaging", SIP_TLS),),
)
_UNIFIED_MESSAGING_ENDPOINT = replace(
    _MEDIATION_ENDPOINT,
    id="ocs2007.exchange-um",
    purpose="Exchange Unified Messaging by the server's own name",
    source="inferred from Lync Server 2013",
    breaks="voice mail",
    component="unified_messaging",
)

# Edge

EDGE_INTERNAL_ADDRESS = AddressRecord(
    id="ocs2007.edge-internal-address",
    purpose="the Edge's name inside (of the computer, or of the array's virtual address), equal to its certificate's",
    source=_EDGE_INTERNAL,
    mark="S",
    breaks="everything between inside and outside: servers inside do not find their next hop",
    owner="{pool}",
    reach="edge_internal",
)
_EDGE_OUTSIDE_RECORDS = (
    AddressRecord(
        id="ocs2007.access-edge-address",
        purpose="the Access Edge's own name outside",
        source=f"inferred from {_EDGE_DNS}",
        mark="I",
        breaks="sign-in from outside and federation",
        owner="{access}",
        reach="edge_access",
        view="external",
    ),
    AddressRecord(
        id="ocs2007.access-edge-sip-address",
        purpose="sip.<SIP domain> at the Access Edge, so that no SRV record leads out of the SIP domain",
        source=f"inferred from {_EDGE_DNS}: the subject name must point to sip.<domain>",
        mark="I",
        breaks="sign-in from outside of this SIP domain's users, and its federation",
        each="edge_sip_domain",
        owner="sip.{sip_domain}",
        reach="edge_access",
        view="external",
    ),
    AddressRecord(
        id="ocs2007.web-conferencing-edge-address",
        purpose="the Web Conferencing Edge's name outside, at an address of its own",
        source=f"{_EDGE_DNS} (a separate external address for each role); the name inferred",
        mark="I",
        breaks="web conferences with users outside",
        when=("pool_has_web_conferencing_edge",),
        owner="{web_conferencing}",
        reach="edge_web_conferencing",
        view="external",
    ),
    AddressRecord(
        id="ocs2007.av-edge-address",
        purpose="the A/V Edge's name outside, at an address of its own",
        source=f"{_EDGE_DNS} (a separate external address for each role); the name inferred",
        mark="I",
        breaks="audio and video with users outside",
        when=("pool_has_av_edge",),
        owner="{av}",
        reach="edge_av",
        view="external",
    ),
    ServiceRecord(
        id="ocs2007.remote-sign-in",
        purpose="automatic sign-in of the SIP domain's users outside",
        source=f"{_R2_EDGE_DNS}; the port from kernel64.tistory.com",
        mark="P",
        breaks="automatic sign-in from outside",
        each="edge_sip_domain",
        when=("remote_users",),
        owner="_sip._tls.{sip_domain}",
        target="{access_host}",
        port="access",
        view="external",
    ),
    ServiceRecord(
        id="ocs2007.remote-sign-in-tcp",
        purpose="automatic sign-in from outside of clients set to TCP, where that is allowed",
        source=f"{_R2_BETA_CLIENT} and kernel64.tistory.com have it; {_R2_CLIENT} does not",
        mark="C",
        breaks="automatic sign-in from outside of clients set to TCP, if there are any",
        each="edge_sip_domain",
        when=("remote_users", "plain_tcp"),
        owner="_sip._tcp.{sip_domain}",
        target="{access_host}",
        port="access",
        view="external",
        conflict="C4: named by the R2 beta and a blog, missing in the release: planned where plain TCP is asked for",
    ),
    ServiceRecord(
        id="ocs2007.federation",
        purpose="partners find the Access Edge by the SIP domain",
        source=f"{_EDGE_DNS}; the target from {_R2_EDGE_DNS}",
        mark="P",
        breaks="federation with partners that are not configured by hand",
        each="edge_sip_domain",
        when=("partner_discovery",),
        owner="_sipfederationtls._tcp.{sip_domain}",
        target="{access_host}",
        port=SIP_TLS,
        view="external",
    ),
    AddressRecord(
        id="ocs2007.fallback-sipexternal",
        purpose="the last name that a client without SRV records tries: sipinternal, then sip, then sipexternal",
        source=_FALLBACK_ORDER,
        mark="C",
        conflict=FALLBACK_CONFLICT,
        breaks="sign-in from outside of clients that find no SRV record",
        each="edge_sip_domain",
        when=("fallback",),
        owner="sipexternal.{sip_domain}",
        reach="edge_access",
        view="external",
    ),
)

EDGE_INTERNAL_CERTIFICATE = CertificateRule(
    id="ocs2007.edge-internal-certificate",
    purpose="the inside of the Edge: its name there; an array shares one certificate, imported on each server",
    source=_EDGE_INTERNAL,
    mark="S",
    breaks="everything between inside and outside",
    use="edge_internal",
    scope="pool",
    each="pool",
    subject="{pool}",
    names=(replace(_POOL_REPEATED, id="ocs2007.edge-internal-subject-repeated"),),
    components=(Component("edge_internal", SIP_TLS),),
    key=_KEY,
    extended_key_usage=_SERVER_EKU,
)
_EDGE_OUTSIDE_CERTIFICATES = (
    CertificateRule(
        id="ocs2007.access-edge-certificate",
        purpose="the outside of the Access Edge; client authentication only where AOL is federated with",
        source=f"{_EDGE_DNS}: the subject name must point to sip.<domain>; {_SAMPLE}",
        mark="S",
        breaks="sign-in from outside and federation",
        use="edge_access",
        scope="pool",
        each="pool",
        subject="{access}",
        names=(
            replace(_POOL_REPEATED, id="ocs2007.access-edge-subject-repeated", name="{access}"),
            CertificateName(
                id="ocs2007.access-edge-sip-name",
                purpose="the Access Edge's name in each SIP domain, where its SRV records lead",
                source=f"{_EDGE_DNS}; {_R2_EDGE_DNS}",
                mark="S",
                breaks="sign-in from outside of this SIP domain's users, and its federation",
                each="edge_sip_domain",
                name="sip.{sip_domain}",
            ),
            CertificateName(
                id="ocs2007.fallback-external-name",
                purpose="the name that clients without SRV records try last, wherever it has a record",
                source=f"TechNet 'Certificate Requirements for Internal Servers' (Lync Server 2013); {_LOOKUP}",
                mark="I",
                breaks="sign-in from outside of clients that find no SRV record: the certificate does not match",
                each="edge_sip_domain",
                when=("fallback",),
                name="sipexternal.{sip_domain}",
            ),
        ),
        components=(Component("access_edge", "access", role="access_edge"),),
        key=_KEY,
        extended_key_usage=_SERVER_EKU,
        faces_outside=True,
        client_authentication=("aol",),
        role="access_edge",
    ),
    CertificateRule(
        id="ocs2007.web-conferencing-edge-certificate",
        purpose="the outside of the Web Conferencing Edge: a certificate of its own",
        source=f"inferred from {_R2_EDGE}",
        mark="I",
        breaks="web conferences with users outside",
        use="edge_web_conferencing",
        scope="pool",
        each="pool",
        subject="{web_conferencing}",
        names=(
            replace(_POOL_REPEATED, id="ocs2007.web-conferencing-edge-subject-repeated", name="{web_conferencing}"),
        ),
        components=(Component("web_conferencing_edge", "web_conferencing"),),
        key=_KEY,
        extended_key_usage=_SERVER_EKU,
        faces_outside=True,
        role="web_conferencing_edge",
    ),
    CertificateRule(
        id="ocs2007.av-authentication-certificate",
        purpose="authentication of users by the A/V Edge; nothing is assigned to its outside",
        source=f"{_AV_AUTHENTICATION}; that it is one key on every server of an array: {_R2_EDGE}",
        mark="S",
        breaks="audio and video with users outside",
        use="av_authentication",
        scope="pool",
        each="pool",
        subject="{av_authentication}",
        names=(replace(_POOL_REPEATED, id="ocs2007.av-authentication-subject-repeated", name="{av_authentication}"),),
        components=(Component("av_authentication", AV_AUTHENTICATION),),
        key=_KEY,
        extended_key_usage=_SERVER_EKU,
        role="av_edge",
    ),
)
_EDGE_INTERNAL_ENDPOINTS = (
    EndpointRule(
        id="ocs2007.edge-inside",
        purpose="the next hop of the servers inside",
        source=_EDGE_INTERNAL,
        mark="S",
        breaks="everything between inside and outside",
        name="{pool}",
        reach="edge_internal",
        port=SIP_TLS,
        protocol="sip_tls",
        component="edge_internal",
        client="Front Ends and Directors (MTLS)",
    ),
    EndpointRule(
        id="ocs2007.edge-inside-each",
        purpose="each server of an array, asked for the array's name",
        source=_EDGE_INTERNAL,
        mark="S",
        breaks="a part of what passes the Edge",
        each="server",
        when=("several_servers",),
        name="{pool}",
        reach="server",
        port=SIP_TLS,
        protocol="sip_tls",
        component="edge_internal",
        client="proof of each server of the array",
    ),
)
_EDGE_OUTSIDE_ENDPOINTS = (
    EndpointRule(
        id="ocs2007.remote-sign-in-here",
        purpose="where the SRV record of users outside leads",
        source=_R2_EDGE_DNS,
        mark="P",
        breaks="sign-in from outside",
        each="edge_sip_domain",
        when=("remote_users",),
        name="{access_host}",
        reach="edge_access",
        port="access",
        protocol="sip_tls",
        component="access_edge",
        client="Communicator outside, automatic sign-in of {sip_domain}",
        view="external",
    ),
    EndpointRule(
        id="ocs2007.fallback-sipexternal-sign-in",
        purpose="where a client without SRV records goes last",
        source=_FALLBACK_ORDER,
        mark="C",
        conflict=FALLBACK_CONFLICT,
        breaks="sign-in from outside of clients that find no SRV record",
        each="edge_sip_domain",
        when=("remote_users", "fallback"),
        name="sipexternal.{sip_domain}",
        reach="edge_access",
        port="access",
        protocol="sip_tls",
        component="access_edge",
        client="Communicator outside without SRV records, {sip_domain}",
        view="external",
    ),
    EndpointRule(
        id="ocs2007.federation-here",
        purpose="where the SRV record of federation leads",
        source=f"{_EDGE_DNS}; {_R2_EDGE_DNS}",
        mark="P",
        breaks="federation",
        each="edge_sip_domain",
        when=("partner_discovery",),
        name="{access_host}",
        reach="edge_access",
        port=SIP_TLS,
        protocol="sip_tls",
        component="access_edge",
        client="partners' Access Edges, {sip_domain}",
        view="external",
    ),
    EndpointRule(
        id="ocs2007.web-conferencing-outside",
        purpose="the Web Conferencing Edge",
        source=_EDGE_DNS,
        mark="I",
        breaks="web conferences with users outside",
        when=("pool_has_web_conferencing_edge",),
        name="{web_conferencing}",
        reach="edge_web_conferencing",
        port="web_conferencing",
        protocol="psom_tls",
        component="web_conferencing_edge",
        client="Live Meeting outside",
        view="external",
    ),
)

# Edge roles on computers of their own: what faces inside is each computer's own

_SEPARATE_EDGE_RECORDS = (
    replace(
        EDGE_INTERNAL_ADDRESS,
        id="ocs2007.separate-edge-internal-address",
        purpose="the inside of each computer with an Edge role, equal to its certificate's name",
        each="server",
        owner="{server}",
        reach="server",
    ),
    *_EDGE_OUTSIDE_RECORDS,
)
_SEPARATE_EDGE_CERTIFICATES = (
    replace(
        EDGE_INTERNAL_CERTIFICATE,
        id="ocs2007.separate-edge-internal-certificate",
        purpose="the inside of each computer with an Edge role: its name there",
        scope="server",
        each="server",
        subject="{server}",
        names=(_SERVER_REPEATED,),
    ),
    *_EDGE_OUTSIDE_CERTIFICATES,
)
_SEPARATE_EDGE_ENDPOINTS = (
    replace(
        _EDGE_INTERNAL_ENDPOINTS[0],
        id="ocs2007.separate-edge-inside",
        each="server",
        name="{server}",
        reach="server",
    ),
    *_EDGE_OUTSIDE_ENDPOINTS,
)

# Reverse proxy

REVERSE_PROXY_CERTIFICATE = CertificateRule(
    id="ocs2007.reverse-proxy-certificate",
    purpose="a certificate for each name that is published, each with a listener of its own",
    source="inferred from Communications Server 2010 (pre-release) on OCS 2007 R2: one for each published name",
    mark="I",
    breaks="meeting content, address book download, group expansion and web access for users outside",
    use="reverse_proxy",
    scope="pool",
    each="published_pool",
    apart="{other_external_web}",
    subject="{other_external_web}",
    names=(replace(_POOL_REPEATED, id="ocs2007.reverse-proxy-subject-repeated", name="{other_external_web}"),),
    components=(Component("reverse_proxy", HTTPS),),
    key=_KEY,
    extended_key_usage=_SERVER_EKU,
    faces_outside=True,
    conflict=(
        "C12: TechNet gg429704 (Lync Server 2010) asks for a listener and a certificate for each name, Lync Server 2013"
        " allows one certificate with all names; the older form holds for OCS"
    ),
)
_REVERSE_PROXY_ENDPOINT = EndpointRule(
    id="ocs2007.published",
    purpose="what the reverse proxy publishes",
    source="inferred from Lync Server 2010, TechNet gg425900",
    mark="I",
    breaks="meeting content, address book download, group expansion and web access for users outside",
    each="published_pool",
    name="{other_external_web}",
    reach="reverse_proxy",
    port=HTTPS,
    protocol="https",
    component="reverse_proxy",
    client="users outside",
    view="external",
)

# Communicator Web Access

WEB_ACCESS_OUTSIDE = replace(
    EXTERNAL_WEB_FARM,
    id="ocs2007.web-access-external-address",
    purpose="the name that Communicator Web Access is published outside under, at the reverse proxy",
    source=f"inferred from {_WEB_ACCESS} (the reverse proxy has its own name)",
    breaks="Communicator Web Access for users outside",
)
_WEB_ACCESS_RECORDS = (
    AddressRecord(
        id="ocs2007.web-access-address",
        purpose="the name that users type, at the server or at the load balancer",
        source=f"inferred from {_WEB_ACCESS}",
        mark="I",
        breaks="Communicator Web Access",
        each="web_access_host",
        owner="{web_access_host}",
        reach="pool_web",
    ),
    WEB_ACCESS_OUTSIDE,
    SERVER_ADDRESS,
)
_EXPORTABLE = replace(_KEY, exportable=True)
_WEB_ACCESS_CERTIFICATES = (
    CertificateRule(
        id="ocs2007.web-access-mtls-certificate",
        purpose="MTLS to the pool: only the server's own name will do, from the authority that signs the pool's",
        source=_WEB_ACCESS,
        mark="S",
        breaks="Communicator Web Access does not reach the pool",
        use="mtls",
        subject="{server}",
        names=(_SERVER_REPEATED,),
        components=(Component("cwa_mtls", SIP_TLS),),
        key=_EXPORTABLE,
        extended_key_usage=_SERVER_EKU,
    ),
    CertificateRule(
        id="ocs2007.web-access-certificate",
        purpose="HTTPS of the virtual server: the server's name, or the load balancer's on every server",
        source=f"{_WEB_ACCESS}, tables 5 and 6",
        mark="S",
        breaks="Communicator Web Access",
        use="web_access",
        scope="pool",
        each="web_access_host",
        apart="{web_access_host}",
        subject="{web_access_host}",
        names=(replace(_POOL_REPEATED, id="ocs2007.web-access-subject-repeated", name="{web_access_host}"),),
        components=(Component("cwa", HTTPS),),
        key=_EXPORTABLE,
        extended_key_usage=_SERVER_EKU,
    ),
)
_WEB_ACCESS_ENDPOINT = EndpointRule(
    id="ocs2007.web-access",
    purpose="the virtual server of Communicator Web Access",
    source=_WEB_ACCESS,
    mark="S",
    breaks="Communicator Web Access",
    each="web_access_host",
    name="{web_access_host}",
    reach="pool_web",
    port=HTTPS,
    protocol="https",
    component="cwa",
    client="browsers",
)

_HARDWARE = ("hardware",)

PRODUCT = Product(
    id="ocs2007",
    title="Office Communications Server 2007",
    sheets=(
        RoleRules(
            role="front_end",
            edition="enterprise",
            configurations=("consolidated",),
            load_balancers=_HARDWARE,
            records=_RECORDS,
            certificates=_POOL_CERTIFICATES_BY_PLACEMENT,
            endpoints=(*_ENDPOINTS, *_WEB_ENDPOINTS),
        ),
        RoleRules(
            role="front_end",
            edition="enterprise",
            configurations=("expanded",),
            load_balancers=_HARDWARE,
            records=_RECORDS,
            certificates=_EXPANDED_CERTIFICATES,
            endpoints=_EXPANDED_ENDPOINTS,
        ),
        RoleRules(
            role="front_end",
            edition="standard",
            configurations=(),
            load_balancers=(),
            records=_STANDARD_RECORDS,
            certificates=_STANDARD_CERTIFICATES,
            endpoints=(*_ENDPOINTS, *_WEB_ENDPOINTS),
        ),
        RoleRules(
            role="director",
            edition="",
            configurations=(),
            load_balancers=_HARDWARE,
            records=_DIRECTOR_RECORDS,
            certificates=(_DIRECTOR_CERTIFICATE,),
            endpoints=_DIRECTOR_ENDPOINTS,
        ),
        RoleRules(
            role="mediation",
            edition="",
            configurations=(),
            load_balancers=(),
            records=(SERVER_ADDRESS,),
            certificates=(MEDIATION_CERTIFICATE,),
            endpoints=(_MEDIATION_ENDPOINT,),
        ),
        RoleRules(
            role="edge",
            edition="",
            configurations=("consolidated",),
            load_balancers=_HARDWARE,
            records=(EDGE_INTERNAL_ADDRESS, *_EDGE_OUTSIDE_RECORDS),
            certificates=(EDGE_INTERNAL_CERTIFICATE, *_EDGE_OUTSIDE_CERTIFICATES),
            endpoints=(*_EDGE_INTERNAL_ENDPOINTS, *_EDGE_OUTSIDE_ENDPOINTS),
        ),
        RoleRules(
            role="edge",
            edition="",
            configurations=("expanded",),
            load_balancers=_HARDWARE,
            records=_SEPARATE_EDGE_RECORDS,
            certificates=_SEPARATE_EDGE_CERTIFICATES,
            endpoints=_SEPARATE_EDGE_ENDPOINTS,
        ),
        RoleRules(
            role="reverse_proxy",
            edition="",
            configurations=(),
            load_balancers=_HARDWARE,
            records=(),
            certificates=(REVERSE_PROXY_CERTIFICATE,),
            endpoints=(_REVERSE_PROXY_ENDPOINT,),
        ),
        RoleRules(
            role="communicator_web_access",
            edition="",
            configurations=(),
            load_balancers=_HARDWARE,
            records=_WEB_ACCESS_RECORDS,
            certificates=_WEB_ACCESS_CERTIFICATES,
            endpoints=(_WEB_ACCESS_ENDPOINT,),
        ),
        RoleRules(
            role="group_chat",
            edition="",
            configurations=(),
            load_balancers=(),
            records=(SERVER_ADDRESS,),
            certificates=(_GROUP_CHAT_CERTIFICATE,),
            endpoints=(_GROUP_CHAT_ENDPOINT,),
        ),
        RoleRules(
            role="exchange_um",
            edition="",
            configurations=(),
            load_balancers=(),
            records=(SERVER_ADDRESS,),
            certificates=(_UNIFIED_MESSAGING_CERTIFICATE,),
            endpoints=(_UNIFIED_MESSAGING_ENDPOINT,),
        ),
        # No certificate of their own is asked for by any document that was found.
        *(
            RoleRules(
                role=role,
                edition="",
                configurations=(),
                load_balancers=(),
                records=(SERVER_ADDRESS,),
                certificates=(),
                endpoints=(),
            )
            for role in ("archiving", "monitoring", "back_end")
        ),
    ),
    features=frozenset({"web_external"}),
    refusals={
        ("addresses", "external"): f"Give access, web_conferencing and av an address each ({_EDGE_DNS})",
        ("certificate_subject", ""): "Every published name is the subject of a certificate of its own",
    },
)
