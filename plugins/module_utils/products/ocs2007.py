# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Office Communications Server 2007: rules only, no logic.

Marks: S stated in the source, P stated in an excerpt, I inferred, C the sources conflict.
"""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.model import REGISTERED_ELSEWHERE, Key
from ansible_collections.ucops.rollout.plugins.module_utils.rules import (
    AddressRecord,
    CertificateName,
    CertificateRule,
    Component,
    EndpointRule,
    Product,
    ServiceRecord,
    Sheet,
)

_WRITE_UP = "'OCS 2007 Enterprise Edition - Certificate & DNS Requirements' (MCS Ireland, 2008-06-18)"
_DNS = "TechNet bb870331 'DNS (Domain Name Service)', table 24"
_POOL_DNS = "TechNet bb663654 '3.2 Configure DNS for Your Pool'"
_SIGN_IN = "TechNet bb870344 'Required DNS Records for Automatic Client Sign-In'"
_CERTIFICATES = "TechNet bb663618 '3.6 Configure Certificates for Front End, Web Conferencing and A/V Server Roles'"
_INFRASTRUCTURE = "TechNet bb870336 'Certificate Infrastructure', bb663762 'Appendix B: Sample Certificate'"
_POOL_CERTIFICATES = "TechNet dd572453 'Certificates for Enterprise Pools and Standard Edition Servers' (R2)"

SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1"
SIP_TLS = 5061
HTTPS = 443

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
    ),
    AddressRecord(
        id="ocs2007.server-address",
        purpose="the server's own name; a domain member registers it itself",
        source="inferred from the MTLS connections between servers by their own names",
        mark="I",
        breaks="connections of other servers to this one",
        each="server",
        owner="{server}",
        reach="server",
        managed=REGISTERED_ELSEWHERE,
    ),
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
        each="sip_domain",
        name="sip.{sip_domain}",
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
        id="ocs2007.server-name",
        purpose="other servers reach this one by its own name (MTLS)",
        source=_WRITE_UP,
        mark="C",
        breaks="MTLS connections to this server, such as those of external web conferencing",
        each="server",
        name="{server}",
    ),
)

_CERTIFICATE = CertificateRule(
    id="ocs2007.pool-certificate",
    purpose="one certificate for each server: MTLS among servers, TLS to clients, and HTTPS of the Web Components",
    source=f"{_CERTIFICATES}; {_INFRASTRUCTURE}; {_WRITE_UP}",
    mark="S",
    breaks="the Front End does not start TLS, and the Web Components do not serve HTTPS",
    use="default",
    subject="{pool}",
    names=_NAMES,
    components=(Component("front_end", SIP_TLS), Component("web_components", HTTPS)),
    key=Key(length=2048),
    extended_key_usage=(SERVER_AUTHENTICATION,),
)

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
        id="ocs2007.server-mtls",
        purpose="each Front End by its own name",
        source=_WRITE_UP,
        mark="S",
        breaks="connections among servers",
        each="server",
        name="{server}",
        reach="server",
        port=SIP_TLS,
        protocol="sip_tls",
        component="front_end",
        client="other servers (MTLS)",
    ),
    EndpointRule(
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
    ),
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

PRODUCT = Product(
    id="ocs2007",
    title="Office Communications Server 2007",
    sheets=(
        Sheet(
            role="front_end",
            edition="enterprise",
            configurations=("consolidated",),
            load_balancers=("hardware",),
            records=_RECORDS,
            certificates=(_CERTIFICATE,),
            endpoints=_ENDPOINTS,
        ),
    ),
)
