# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lync Server 2013: rules only, no logic. The fullest table of the family.

Marks: S stated in the source, P stated in an excerpt, I inferred, C the sources conflict (both are named).
"""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.ucops.rollout.plugins.module_utils.model import EXTERNAL, REGISTERED_ELSEWHERE, Key
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import (
    AddressRecord,
    AliasRecord,
    CertificateName,
    CertificateRule,
    Component,
    EndpointRule,
    Product,
    RoleRules,
    ServiceRecord,
)

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

SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1"
SIP_TLS = 5061
SIP_TCP = 5060
HTTPS = 443
EXTERNAL_HTTPS = 4443
MEDIATION_TLS = 5070
PERSISTENT_CHAT_TLS = 5041
AV_AUTHENTICATION = 5062
XMPP = 5269
NTP = 123
LOAD_BALANCERS = ("hardware", "dns")
_EKU = (SERVER_AUTHENTICATION,)
_KEY = Key(length=2048)

# Records of pools and servers

POOL_ADDRESS = AddressRecord(
    id="lync2013.pool-address",
    purpose="the pool's name: at the hardware load balancer, or at every server with DNS load balancing",
    source=f"{_POOL_DNS}; {_BALANCING}; {_STANDARD_DNS} (an example with one address that is no server's is an error)",
    mark="C",
    breaks="nobody reaches the pool by its name: sign-in, other servers and management fail",
    owner="{pool}",
    reach="pool_sip",
)
SERVER_ADDRESS = AddressRecord(
    id="lync2013.server-address",
    purpose="the server's own name; a domain member registers it itself",
    source=f"{_BALANCING}; {_POOL_DNS}",
    mark="S",
    breaks="connections of other servers to this one, and replication",
    each="server",
    owner="{server}",
    reach="server",
    managed=REGISTERED_ELSEWHERE,
)
WEB_ADDRESS = AddressRecord(
    id="lync2013.web-address",
    purpose="the internal web services' own name, at the load balancer for HTTP",
    source=f"{_BALANCING}; {_POOL_DNS}",
    mark="S",
    breaks="address book, meeting content, group expansion and every other web service",
    when=("web_farm_has_own_name",),
    owner="{web_farm}",
    reach="pool_web",
)
_SIGN_IN_RECORDS = (
    AddressRecord(
        id="lync2013.sign-in-alias-address",
        purpose="a name for the pool inside the SIP domain, so that the SRV record's target lies there",
        source=f"{_DNS} (matching zone, pin-point zone)",
        mark="S",
        breaks="automatic sign-in: clients refuse a server outside the user's SIP domain",
        each="sip_domain",
        when=("sign_in_host_is_alias",),
        owner="{sign_in_host}",
        reach="pool_sip",
    ),
    ServiceRecord(
        id="lync2013.sign-in-tls",
        purpose="automatic sign-in over TLS of the SIP domain's users, where autodiscover did not answer",
        source=f"{_DNS} (target in the domain of the SRV record); against it {_SIGN_IN} (retail.contoso.com)",
        mark="C",
        breaks="automatic sign-in of clients that do not use autodiscover, such as desk phones",
        each="sip_domain",
        owner="_sipinternaltls._tcp.{sip_domain}",
        target="{sign_in_host}",
        port=SIP_TLS,
    ),
    ServiceRecord(
        id="lync2013.sign-in-tcp",
        purpose="automatic sign-in without TLS",
        source=f"{_DNS}, order of lookups; the port as in Office Communications Server 2007",
        mark="I",
        breaks="automatic sign-in of clients that are set to plain TCP",
        each="sip_domain",
        when=("plain_tcp",),
        owner="_sipinternal._tcp.{sip_domain}",
        target="{sign_in_host}",
        port=SIP_TCP,
    ),
    AddressRecord(
        id="lync2013.sip-address",
        purpose="sip.<SIP domain> inside: for clients without SRV records, and for SIP from the Edge to a Director",
        source=f"{_DNS}; {_DIRECTOR_DNS}",
        mark="S",
        breaks="sign-in of clients that fall back to sip.<SIP domain>; SIP from the Edge to a Director",
        each="sip_domain",
        when=("sip_name_has_record",),
        owner="sip.{sip_domain}",
        reach="pool_sip",
    ),
    AddressRecord(
        id="lync2013.sipinternal-address",
        purpose="sipinternal.<SIP domain>, the first name that clients without SRV records try",
        source=f"{_DNS}; an address, as in the later 'DNS requirements for Skype for Business' (an older form: SRV)",
        mark="C",
        breaks="sign-in of clients that fall back to sipinternal.<SIP domain>",
        each="sip_domain",
        when=("fallback",),
        owner="sipinternal.{sip_domain}",
        reach="pool_sip",
    ),
)
_DEVICE_UPDATE = AddressRecord(
    id="lync2013.device-update",
    purpose="where phones look for their updates before a user signed in",
    source=f"{_STANDARD_DNS}; {_POOL_DNS}",
    mark="S",
    breaks="updates of desk phones at their first start",
    each="home_sip_domain",
    when=("device_update",),
    owner="ucupdates-r2.{sip_domain}",
    reach="pool_web",
)
_TIME_SERVER = ServiceRecord(
    id="lync2013.time-server",
    purpose="the time server that desk phones ask before a user signed in",
    source="'DNS requirements for Skype for Business Server', for the same phones; the port of NTP is RFC 5905's",
    mark="I",
    breaks="the clock of desk phones, and with it their check of certificates",
    each="home_sip_domain",
    when=("time_server",),
    owner="_ntp._udp.{sip_domain}",
    target="{time_server}",
    port=NTP,
    target_elsewhere=True,
)
_WEB_RECORDS = (
    AddressRecord(
        id="lync2013.autodiscover-internal",
        purpose="the first name that clients inside look for; they build it from the SIP domain",
        source=f"{_MOBILITY_DNS}; against it {_AUTODISCOVER} (<internal domain name>)",
        mark="C",
        breaks="mobile devices and Store apps find no server; others sign in slowly or at the wrong pool",
        each="discovered_sip_domain",
        when=("internal_discovery_address",),
        owner="lyncdiscoverinternal.{sip_domain}",
        reach="pool_web",
    ),
    AliasRecord(
        id="lync2013.autodiscover-internal-alias",
        purpose="the first name that clients inside look for, as alias of the internal web services",
        source=f"{_MOBILITY_DNS}; against it {_AUTODISCOVER} (<internal domain name>)",
        mark="C",
        breaks="mobile devices and Store apps find no server; others sign in slowly or at the wrong pool",
        each="discovered_sip_domain",
        when=("internal_discovery_alias",),
        owner="lyncdiscoverinternal.{sip_domain}",
        target="{web_farm}",
    ),
    AddressRecord(
        id="lync2013.simple-url-address",
        purpose="the host of simple URLs inside: the Director, else the pool's load balancer for HTTP",
        source=f"{_URL_DNS}; {_URLS}",
        mark="S",
        breaks="joining meetings, dial-in settings and the control panel by their URLs",
        each="answered_url",
        owner="{url_host}",
        reach="pool_web",
    ),
    AddressRecord(
        id="lync2013.external-web-inside",
        purpose="the external web services for mobile devices inside, by way of the reverse proxy",
        source=f"{_MOBILITY_DNS}; 'DNS requirements for Skype for Business' (internal table)",
        mark="S",
        breaks="mobile devices that are connected to the internal network",
        when=("mobile_inside", "has_external_web", "is_published"),
        owner="{external_web}",
        reach="published",
    ),
    AddressRecord(
        id="lync2013.external-web-address",
        purpose="the external web services, at the reverse proxy",
        source=_PROXY_DNS,
        mark="S",
        breaks="address book, meeting content and mobility outside",
        when=("has_external_web", "is_published"),
        view=EXTERNAL,
        owner="{external_web}",
        reach="published",
    ),
    AddressRecord(
        id="lync2013.autodiscover-external",
        purpose="the name that clients outside look for, at the reverse proxy",
        source=_AUTODISCOVER,
        mark="S",
        breaks="mobile devices and clients outside find no server",
        each="discovered_sip_domain",
        when=("outside", "external_discovery_address", "is_published"),
        view=EXTERNAL,
        owner="lyncdiscover.{sip_domain}",
        reach="published",
    ),
    AliasRecord(
        id="lync2013.autodiscover-external-alias",
        purpose="the name that clients outside look for, as alias of the external web services",
        source=_AUTODISCOVER,
        mark="S",
        breaks="mobile devices and clients outside find no server",
        each="discovered_sip_domain",
        when=("outside", "external_discovery_alias", "has_external_web", "is_published"),
        view=EXTERNAL,
        owner="lyncdiscover.{sip_domain}",
        target="{external_web}",
    ),
    AddressRecord(
        id="lync2013.simple-url-external",
        purpose="the host of simple URLs outside, at the reverse proxy; the control panel is inside only",
        source=f"{_PROXY_DNS}; {_URLS} (dialin, where one table prints dial-in)",
        mark="C",
        breaks="joining meetings and dial-in settings outside",
        each="answered_url",
        when=("url_is_public", "is_published"),
        view=EXTERNAL,
        owner="{url_host}",
        reach="published",
    ),
)
_CUT_OVER_RECORDS = (
    ServiceRecord(
        id="lync2013.cut-over-federation",
        purpose="federation of a SIP domain that moved to Microsoft 365",
        source=_CUT_OVER,
        mark="S",
        breaks="federation of the SIP domain",
        each="cut_over_sip_domain",
        view=EXTERNAL,
        owner="_sipfederationtls._tcp.{sip_domain}",
        target="sipfed.online.lync.com",
        port=SIP_TLS,
        priority=100,
        weight=1,
        target_elsewhere=True,
    ),
    ServiceRecord(
        id="lync2013.cut-over-sign-in",
        purpose="sign-in of a SIP domain that moved to Microsoft 365",
        source=_CUT_OVER,
        mark="S",
        breaks="sign-in of clients that do not use autodiscover",
        each="cut_over_sip_domain",
        view=EXTERNAL,
        owner="_sip._tls.{sip_domain}",
        target="sipdir.online.lync.com",
        port=HTTPS,
        priority=100,
        weight=1,
        target_elsewhere=True,
    ),
    AliasRecord(
        id="lync2013.cut-over-autodiscover",
        purpose="autodiscover of a SIP domain that moved to Microsoft 365",
        source=_CUT_OVER,
        mark="S",
        breaks="sign-in of clients that use autodiscover",
        each="cut_over_sip_domain",
        view=EXTERNAL,
        owner="lyncdiscover.{sip_domain}",
        target="webdir.online.lync.com",
        target_elsewhere=True,
    ),
    AliasRecord(
        id="lync2013.cut-over-sip",
        purpose="sign-in without SRV records in a SIP domain that moved to Microsoft 365",
        source=_CUT_OVER,
        mark="S",
        breaks="sign-in of clients that find no SRV record",
        each="cut_over_sip_domain",
        view=EXTERNAL,
        owner="sip.{sip_domain}",
        target="sipdir.online.lync.com",
        target_elsewhere=True,
    ),
)
_FRONT_END_RECORDS = (
    POOL_ADDRESS,
    WEB_ADDRESS,
    *_SIGN_IN_RECORDS,
    _DEVICE_UPDATE,
    _TIME_SERVER,
    *_WEB_RECORDS,
    *_CUT_OVER_RECORDS,
    SERVER_ADDRESS,
)
_DIRECTOR_RECORDS = (
    POOL_ADDRESS,
    WEB_ADDRESS,
    *_SIGN_IN_RECORDS,
    AddressRecord(
        id="lync2013.director-external-web",
        purpose="the Director's external web services as the reverse proxy reaches them",
        source=_DIRECTOR_DNS,
        mark="S",
        breaks="what the reverse proxy publishes of the Director",
        when=("has_external_web",),
        owner="{external_web}",
        reach="pool_web",
    ),
    *(rule for rule in _WEB_RECORDS if rule.id != "lync2013.external-web-inside"),
    SERVER_ADDRESS,
)

# Names in the certificates of pools

POOL_NAME = CertificateName(
    id="lync2013.pool-name",
    purpose="the pool's name, which is the subject too",
    source=_CERTIFICATES,
    mark="S",
    breaks="every connection to the pool by its name",
    name="{pool}",
)
SERVER_NAME = CertificateName(
    id="lync2013.server-name",
    purpose="other servers reach this one by its own name (MTLS)",
    source=_CERTIFICATES,
    mark="S",
    breaks="MTLS connections to this server",
    each="server",
    name="{server}",
)
_SIGN_IN_NAMES = (
    CertificateName(
        id="lync2013.sip-name",
        purpose="clients that match names strictly take sip.<SIP domain>; strict is what they do without a policy",
        source=f"{_CERTIFICATES} (only if strict matching is required); against it the policy's own text (the default)",
        mark="C",
        breaks="sign-in of clients that demand strict names, and of those that fall back to sip.<SIP domain>",
        each="home_sip_domain",
        when=("sip_name_in_certificate",),
        name="sip.{sip_domain}",
    ),
    CertificateName(
        id="lync2013.sign-in-alias-name",
        purpose="the name that the SRV record leads to in a SIP domain that is not the pool's own domain",
        source=_DNS,
        mark="S",
        breaks="automatic sign-in of this SIP domain's users: the certificate does not match",
        each="sip_domain",
        when=("sign_in_host_is_alias",),
        name="{sign_in_host}",
    ),
    CertificateName(
        id="lync2013.sipinternal-name",
        purpose="sipinternal.<SIP domain> must be in the certificate where it is in DNS",
        source=_CERTIFICATES,
        mark="S",
        breaks="sign-in of clients that fall back to sipinternal.<SIP domain>",
        each="sip_domain",
        when=("fallback",),
        name="sipinternal.{sip_domain}",
    ),
)
WEB_NAME = CertificateName(
    id="lync2013.web-name",
    purpose="the internal web services' name",
    source=_CERTIFICATES,
    mark="S",
    breaks="address book, meeting content, group expansion and every other web service",
    name="{web_farm}",
)
_EXTERNAL_WEB_NAME = CertificateName(
    id="lync2013.external-web-name",
    purpose="the external web services' name",
    source=_CERTIFICATES,
    mark="S",
    breaks="what the reverse proxy publishes: it does not trust the pool",
    when=("has_external_web",),
    name="{external_web}",
)


def _url_name(kind: str, what: str, *when: str) -> CertificateName:
    return CertificateName(
        id=f"lync2013.{kind}-name",
        purpose=f"the host of the {what}",
        source=f"{_CERTIFICATES}; {_WILDCARDS}",
        mark="S",
        breaks=f"the {what}",
        each="simple_url",
        when=(f"url_is_{kind}", *when),
        name="{url_host}",
        wildcard=True,
    )


_MEET_NAME = _url_name("meet", "URL of meetings")
_DIALIN_NAME = _url_name("dialin", "URL of dial-in settings")
_ADMIN_NAME = _url_name("admin", "URL of the control panel")
_SCHEDULER_NAME = _url_name("scheduler", "URL of the web scheduler")
_MEET_NAME_OUTSIDE = _url_name("meet", "URL of meetings", "url_is_public")
_DIALIN_NAME_OUTSIDE = _url_name("dialin", "URL of dial-in settings", "url_is_public")
_SCHEDULER_NAME_OUTSIDE = _url_name("scheduler", "URL of the web scheduler", "url_is_public")
_AUTODISCOVER_INTERNAL_NAME = CertificateName(
    id="lync2013.autodiscover-internal-name",
    purpose="autodiscover inside; clients build the name from the SIP domain",
    source=f"{_MOBILITY}; against its <internal domain name> stands what clients do",
    mark="C",
    breaks="sign-in of mobile devices; others ask whether to trust the server",
    each="served_sip_domain",
    when=("internal_discovery",),
    name="lyncdiscoverinternal.{sip_domain}",
    wildcard=True,
)
_AUTODISCOVER_EXTERNAL_NAME = CertificateName(
    id="lync2013.autodiscover-external-name",
    purpose="autodiscover outside, which the reverse proxy passes on",
    source=_MOBILITY,
    mark="S",
    breaks="sign-in of mobile devices outside",
    each="served_sip_domain",
    when=("external_discovery", "outside"),
    name="lyncdiscover.{sip_domain}",
    wildcard=True,
)
_SUBJECT_REPEATED = CertificateName(
    id="lync2013.subject-repeated",
    purpose="the subject once more, as the site wishes: clients that follow RFC 9525 ignore the common name",
    source="RFC 9525 section 2; the tables leave it out here",
    mark="I",
    breaks="clients that look at the subject alternative names only refuse the pool's name",
    when=("subject_repeat_demanded",),
    name="{pool}",
)

_DEFAULT_NAMES = (POOL_NAME, SERVER_NAME, *_SIGN_IN_NAMES)
_WEB_INTERNAL_NAMES = (
    WEB_NAME,
    SERVER_NAME,
    POOL_NAME,
    _MEET_NAME,
    _DIALIN_NAME,
    _ADMIN_NAME,
    _SCHEDULER_NAME,
    _AUTODISCOVER_INTERNAL_NAME,
)
_WEB_EXTERNAL_NAMES = (
    _SUBJECT_REPEATED,
    _EXTERNAL_WEB_NAME,
    _MEET_NAME_OUTSIDE,
    _DIALIN_NAME_OUTSIDE,
    _SCHEDULER_NAME_OUTSIDE,
    _AUTODISCOVER_EXTERNAL_NAME,
)
_COMBINED_NAMES = (
    *_DEFAULT_NAMES,
    WEB_NAME,
    _EXTERNAL_WEB_NAME,
    _MEET_NAME,
    _DIALIN_NAME,
    _ADMIN_NAME,
    _SCHEDULER_NAME,
    _AUTODISCOVER_INTERNAL_NAME,
    _AUTODISCOVER_EXTERNAL_NAME,
)
# The Director's own pages name dial-in before meetings.
_DIRECTOR_COMBINED_NAMES = (
    *_DEFAULT_NAMES,
    WEB_NAME,
    _EXTERNAL_WEB_NAME,
    _DIALIN_NAME,
    _MEET_NAME,
    _ADMIN_NAME,
    _SCHEDULER_NAME,
    _AUTODISCOVER_INTERNAL_NAME,
    _AUTODISCOVER_EXTERNAL_NAME,
)

# Certificates of pools

_WEB_INTERNAL = Component("web_internal", HTTPS, "web_internal")
_WEB_EXTERNAL = Component("web_external", EXTERNAL_HTTPS, "web_external")


def _combined(component: str, names: tuple[CertificateName, ...]) -> CertificateRule:
    return CertificateRule(
        id="lync2013.combined-certificate",
        purpose="one certificate for each server: SIP, MTLS among servers, internal and external web services",
        source=f"{_WIZARD}; {_CERTIFICATES}; {_DIRECTOR}",
        mark="S",
        breaks="the services do not start",
        when=("combined",),
        use="default",
        subject="{pool}",
        names=names,
        components=(Component(component, SIP_TLS), _WEB_INTERNAL, _WEB_EXTERNAL),
        key=_KEY,
        extended_key_usage=_EKU,
    )


def _per_use(component: str, web_subject: str) -> tuple[CertificateRule, ...]:
    return (
        CertificateRule(
            id="lync2013.default-certificate",
            purpose="SIP of clients, and MTLS among servers",
            source=_CERTIFICATES,
            mark="S",
            breaks="the services do not start",
            when=("per_use",),
            use="default",
            subject="{pool}",
            names=_DEFAULT_NAMES,
            components=(Component(component, SIP_TLS),),
            key=_KEY,
            extended_key_usage=_EKU,
        ),
        CertificateRule(
            id="lync2013.web-internal-certificate",
            purpose="the internal web services",
            source=f"{_CERTIFICATES} (subject: the pool in the rule, the server in its Enterprise example)",
            mark="C",
            breaks="the internal web services",
            when=("per_use",),
            use="web_internal",
            subject=web_subject,
            names=_WEB_INTERNAL_NAMES,
            components=(_WEB_INTERNAL,),
            key=_KEY,
            extended_key_usage=_EKU,
        ),
        CertificateRule(
            id="lync2013.web-external-certificate",
            purpose="the external web services, as the reverse proxy meets them",
            source=f"{_CERTIFICATES} (the rule lists Admin, its example Meet; the control panel is inside only)",
            mark="C",
            breaks="the external web services",
            when=("per_use", "has_external_web"),
            use="web_external",
            subject=web_subject,
            names=_WEB_EXTERNAL_NAMES,
            components=(_WEB_EXTERNAL,),
            key=_KEY,
            extended_key_usage=_EKU,
        ),
    )


OAUTH = CertificateRule(
    id="lync2013.oauth-certificate",
    purpose="server-to-server authentication; one certificate for all servers, which the deployment replicates",
    source=f"{_OAUTH} (the SIP domain in the subject; 2048 bits); against it {_DIRECTOR} (the Director's name)",
    mark="C",
    breaks="authentication between servers: Exchange, SharePoint, and conferences of other pools",
    each="pool",
    scope="global",
    use="oauth",
    subject="{oauth_subject}",
    names=(),
    components=(Component("oauth", 0),),
    key=Key(length=2048, exportable=True),
    extended_key_usage=_EKU,
)

# Endpoints of pools


def _pool_endpoints(component: str) -> tuple[EndpointRule, ...]:
    return (
        EndpointRule(
            id="lync2013.pool-by-hand",
            purpose="the pool's name, where no SIP domain leads to it",
            source=_DNS,
            mark="S",
            breaks="sign-in with a server set by hand, by autodiscover, or by redirection from another pool",
            when=("pool_name_signs_nobody_in",),
            name="{pool}",
            reach="pool_sip",
            port=SIP_TLS,
            protocol="sip_tls",
            component=component,
            client="Lync, led here by autodiscover or another pool",
        ),
        EndpointRule(
            id="lync2013.sign-in",
            purpose="where the SRV record of a SIP domain leads",
            source=_SIGN_IN,
            mark="S",
            breaks="automatic sign-in",
            each="sip_domain",
            name="{sign_in_host}",
            reach="pool_sip",
            port=SIP_TLS,
            protocol="sip_tls",
            component=component,
            client="Lync, automatic sign-in of {sip_domain}",
        ),
        EndpointRule(
            id="lync2013.sip-fallback",
            purpose="sip.<SIP domain> inside",
            source=_DNS,
            mark="S",
            breaks="sign-in without SRV records",
            each="sip_domain",
            when=("sip_name_has_record",),
            name="sip.{sip_domain}",
            reach="pool_sip",
            port=SIP_TLS,
            protocol="sip_tls",
            component=component,
            client="Lync without SRV records, {sip_domain}",
        ),
        EndpointRule(
            id="lync2013.sipinternal-fallback",
            purpose="sipinternal.<SIP domain>",
            source=_DNS,
            mark="S",
            breaks="sign-in without SRV records",
            each="sip_domain",
            when=("fallback",),
            name="sipinternal.{sip_domain}",
            reach="pool_sip",
            port=SIP_TLS,
            protocol="sip_tls",
            component=component,
            client="Lync without SRV records, {sip_domain}",
        ),
        EndpointRule(
            id="lync2013.server-mtls",
            purpose="each server by its own name",
            source=_CERTIFICATES,
            mark="S",
            breaks="connections among servers",
            each="server",
            name="{server}",
            reach="server",
            port=SIP_TLS,
            protocol="sip_tls",
            component=component,
            client="other servers (MTLS)",
        ),
        EndpointRule(
            id="lync2013.web",
            purpose="the internal web services",
            source=_POOL_DNS,
            mark="S",
            breaks="address book, meeting content and group expansion",
            name="{web_farm}",
            reach="pool_web",
            port=HTTPS,
            protocol="https",
            component="web_internal",
            client="Lync: address book, meeting content, group expansion",
        ),
        EndpointRule(
            id="lync2013.autodiscover-inside",
            purpose="autodiscover inside",
            source=_MOBILITY,
            mark="S",
            breaks="sign-in by autodiscover",
            each="discovered_sip_domain",
            when=("internal_discovery",),
            name="lyncdiscoverinternal.{sip_domain}",
            reach="pool_web",
            port=HTTPS,
            protocol="https",
            component="web_internal",
            client="Lync, autodiscover of {sip_domain} inside",
        ),
        EndpointRule(
            id="lync2013.simple-url-inside",
            purpose="simple URLs inside",
            source=_URL_DNS,
            mark="S",
            breaks="simple URLs",
            each="answered_url",
            name="{url_host}",
            reach="pool_web",
            port=HTTPS,
            protocol="https",
            component="web_internal",
            client="browsers inside, simple URLs",
        ),
        EndpointRule(
            id="lync2013.external-web",
            purpose="the external web services as the reverse proxy reaches them",
            source=f"{_PROXY_REQUEST}; {_CERTIFICATES}",
            mark="S",
            breaks="what the reverse proxy publishes",
            when=("has_external_web",),
            name="{external_web}",
            reach="pool_web",
            port=EXTERNAL_HTTPS,
            protocol="https",
            component="web_external",
            client="the reverse proxy",
        ),
    )


def _front_end(edition: str) -> RoleRules:
    return RoleRules(
        role="front_end",
        edition=edition,
        configurations=("consolidated",),
        load_balancers=LOAD_BALANCERS if edition == "enterprise" else (),
        records=_FRONT_END_RECORDS,
        certificates=(_combined("front_end", _COMBINED_NAMES), *_per_use("front_end", "{pool}"), OAUTH),
        endpoints=_pool_endpoints("front_end"),
    )


_DIRECTOR_SHEET = RoleRules(
    role="director",
    edition="",
    configurations=(),
    load_balancers=LOAD_BALANCERS,
    records=_DIRECTOR_RECORDS,
    certificates=(
        _combined("director", _DIRECTOR_COMBINED_NAMES),
        *_per_use("director", "{server}"),
        OAUTH,
    ),
    endpoints=_pool_endpoints("director"),
)

# Edge

_EDGE_RECORDS = (
    AddressRecord(
        id="lync2013.edge-internal-address",
        purpose="the Edge pool's name inside: the next hop of the internal servers",
        source=_EDGE_DNS,
        mark="S",
        breaks="every connection between internal servers and the Edge",
        owner="{pool}",
        reach="edge_internal",
    ),
    AddressRecord(
        id="lync2013.hybrid-web-conferencing-inside",
        purpose="the Web Conferencing Edge's name for clients inside whose meetings are in Microsoft 365",
        source=_HYBRID,
        mark="S",
        breaks="meeting content between users here and in Microsoft 365",
        when=("hybrid",),
        owner="{web_conferencing}",
        reach="edge_web_conferencing",
    ),
    AddressRecord(
        id="lync2013.access-address",
        purpose="the Access Edge's name",
        source=_EDGE_DNS,
        mark="S",
        breaks="sign-in outside and federation",
        view=EXTERNAL,
        owner="{access}",
        reach="edge_access",
    ),
    AddressRecord(
        id="lync2013.access-address-of-domain",
        purpose="the Access Edge's name in each SIP domain, so that the SRV record's target lies there",
        source=f"{_EDGE_DNS}; an address: an alias, as in a later table, could not be a SRV record's target (RFC 2782)",
        mark="C",
        breaks="sign-in outside and federation of the SIP domain",
        each="edge_sip_domain",
        view=EXTERNAL,
        owner="{access_host}",
        reach="edge_access",
    ),
    AddressRecord(
        id="lync2013.web-conferencing-address",
        purpose="the Web Conferencing Edge's name",
        source=_EDGE_DNS,
        mark="S",
        breaks="meeting content outside",
        view=EXTERNAL,
        owner="{web_conferencing}",
        reach="edge_web_conferencing",
    ),
    AddressRecord(
        id="lync2013.av-address",
        purpose="the A/V Edge's name",
        source=_EDGE_DNS,
        mark="S",
        breaks="audio, video and application sharing outside",
        view=EXTERNAL,
        owner="{av}",
        reach="edge_av",
    ),
    ServiceRecord(
        id="lync2013.remote-sign-in",
        purpose="automatic sign-in outside",
        source=f"{_EDGE_DNS}; {_DNS}",
        mark="S",
        breaks="automatic sign-in outside of clients that do not use autodiscover",
        each="edge_sip_domain",
        when=("remote_users",),
        view=EXTERNAL,
        owner="_sip._tls.{sip_domain}",
        target="{access_host}",
        port="access",
    ),
    ServiceRecord(
        id="lync2013.federation",
        purpose="partners, and the services of push notifications, find the Access Edge of each SIP domain",
        source=f"{_FEDERATION_DNS}; {_EDGE_DNS}; the Access Edge outside, where a later internal table has its inside",
        mark="C",
        breaks="federation by discovery, and push notifications of mobile devices",
        each="edge_sip_domain",
        when=("federation_record",),
        view=EXTERNAL,
        owner="_sipfederationtls._tcp.{sip_domain}",
        target="{access_host}",
        port=SIP_TLS,
    ),
    ServiceRecord(
        id="lync2013.hosted-exchange-um",
        purpose="Exchange Online finds the Access Edge for voice mail",
        source=f"{_HOSTED_UM} (its example's target lies outside the SIP domain, against its own text)",
        mark="C",
        breaks="hosted voice mail",
        each="edge_sip_domain",
        when=("hosted_exchange_um",),
        view=EXTERNAL,
        owner="_sipfederationtls._tcp.{sip_domain}",
        target="{access_host}",
        port=SIP_TLS,
    ),
    ServiceRecord(
        id="lync2013.xmpp",
        purpose="XMPP partners find the Access Edge",
        source=_FEDERATION_DNS,
        mark="S",
        breaks="XMPP federation",
        each="xmpp_sip_domain",
        view=EXTERNAL,
        owner="_xmpp-server._tcp.{sip_domain}",
        target="xmpp.{sip_domain}",
        port=XMPP,
    ),
    AddressRecord(
        id="lync2013.xmpp-address",
        purpose="the target of the XMPP record, at the Access Edge",
        source=_FEDERATION_DNS,
        mark="S",
        breaks="XMPP federation",
        each="xmpp_sip_domain",
        view=EXTERNAL,
        owner="xmpp.{sip_domain}",
        reach="edge_access",
    ),
    AddressRecord(
        id="lync2013.sip-address-outside",
        purpose="sip.<SIP domain> outside, for clients without SRV records",
        source=_DNS,
        mark="S",
        breaks="sign-in outside without SRV records",
        each="edge_sip_domain",
        when=("fallback",),
        view=EXTERNAL,
        owner="sip.{sip_domain}",
        reach="edge_access",
    ),
    AddressRecord(
        id="lync2013.sipexternal-address",
        purpose="sipexternal.<SIP domain>, the last name that clients without SRV records try",
        source=_DNS,
        mark="S",
        breaks="sign-in outside without SRV records",
        each="edge_sip_domain",
        when=("fallback",),
        view=EXTERNAL,
        owner="sipexternal.{sip_domain}",
        reach="edge_access",
    ),
    AddressRecord(
        id="lync2013.edge-server-address",
        purpose="the server's own name inside; an Edge server is no domain member and registers nothing",
        source=f"{_EDGE_DNS}; {_LIBRARY}, 'Configure DNS for edge support'",
        mark="S",
        breaks="replication of the configuration to the Edge",
        each="server",
        owner="{server}",
        reach="server",
    ),
)

EDGE_WEB_CONFERENCING_NAME = CertificateName(
    id="lync2013.edge-web-conferencing-name",
    purpose="the Web Conferencing Edge's name",
    source=_EDGE,
    mark="S",
    breaks="meeting content outside",
    name="{web_conferencing}",
)
EDGE_ACCESS_NAME = CertificateName(
    id="lync2013.edge-access-name",
    purpose="the Access Edge's name, the subject, once more: TLS looks at the alternative names",
    source=f"{_EXTERNAL_ACCESS}; {_EDGE}",
    mark="S",
    breaks="sign-in outside and federation",
    name="{access}",
)
EDGE_SIP_NAME = CertificateName(
    id="lync2013.edge-sip-name",
    purpose="sip.<SIP domain>, where the SRV records of each SIP domain lead",
    source=_EDGE,
    mark="S",
    breaks="sign-in outside and federation of the SIP domain",
    each="edge_sip_domain",
    name="sip.{sip_domain}",
)
EDGE_FURTHER_NAMES = (
    CertificateName(
        id="lync2013.edge-sipexternal-name",
        purpose="sipexternal.<SIP domain> must be in the certificate where it is in DNS",
        source=_CERTIFICATES,
        mark="S",
        breaks="sign-in outside without SRV records",
        each="edge_sip_domain",
        when=("fallback",),
        name="sipexternal.{sip_domain}",
    ),
    CertificateName(
        id="lync2013.edge-xmpp-domain",
        purpose="XMPP partners ask for the domain itself",
        source=f"{_XMPP} (the domain); against it {_EDGE} (xmpp.<domain> and a wildcard, which is not supported there)",
        mark="C",
        breaks="XMPP federation",
        each="xmpp_sip_domain",
        when=("xmpp_by_domain",),
        name="{sip_domain}",
    ),
    CertificateName(
        id="lync2013.edge-xmpp-host",
        purpose="the XMPP gateway's name, as the site wishes",
        source=f"{_EDGE} (xmpp.<domain>); against it {_XMPP} (the domain)",
        mark="C",
        breaks="XMPP federation with partners that ask for the host",
        each="xmpp_sip_domain",
        when=("xmpp_by_host",),
        name="xmpp.{sip_domain}",
    ),
    CertificateName(
        id="lync2013.edge-tenant-name",
        purpose="sip.<SIP domain> of every SIP domain in the tenant of Microsoft 365",
        source=_HYBRID_EDGE,
        mark="S",
        breaks="traffic of the tenant's SIP domains with this site",
        each="tenant_domain",
        name="sip.{tenant_domain}",
    ),
)
_EDGE_EXTERNAL = CertificateRule(
    id="lync2013.edge-external-certificate",
    purpose="what the Edge shows outside, and A/V authentication; one certificate and key for all servers of the pool",
    source=f"{_EDGE}; {_EXTERNAL_ACCESS} (the order does not matter, its tables have one; A/V: assigned or taken over)",
    mark="C",
    breaks="sign-in outside, federation, meeting content and media outside",
    each="pool",
    scope="pool",
    use="edge_external",
    subject="{access}",
    names=(EDGE_WEB_CONFERENCING_NAME, EDGE_ACCESS_NAME, EDGE_SIP_NAME, *EDGE_FURTHER_NAMES),
    components=(
        Component("access_edge", "access"),
        Component("web_conferencing_edge", "web_conferencing"),
        Component("av_authentication", AV_AUTHENTICATION),
    ),
    key=Key(length=2048, exportable=True),
    extended_key_usage=_EKU,
    faces_outside=True,
    client_authentication=("aol",),
)
_EDGE_INTERNAL = CertificateRule(
    id="lync2013.edge-internal-certificate",
    purpose="the Edge's inside, by the name that internal servers use; the tables list no alternative names",
    source=f"{_EDGE}; {_EXTERNAL_ACCESS} (a wildcard is possible here); against it {_WILDCARDS} (never as subject)",
    mark="C",
    breaks="every connection between internal servers and the Edge",
    each="pool",
    scope="pool",
    use="edge_internal",
    subject="{pool}",
    names=(_SUBJECT_REPEATED,),
    components=(Component("edge_internal", SIP_TLS),),
    key=_KEY,
    extended_key_usage=_EKU,
)
_EDGE_ENDPOINTS = (
    EndpointRule(
        id="lync2013.edge-inside",
        purpose="the Edge as next hop of the internal servers",
        source=_EDGE_DNS,
        mark="S",
        breaks="every connection between internal servers and the Edge",
        name="{pool}",
        reach="edge_internal",
        port=SIP_TLS,
        protocol="sip_tls",
        component="edge_internal",
        client="internal servers (MTLS)",
    ),
    EndpointRule(
        id="lync2013.edge-sign-in",
        purpose="sign-in outside",
        source=_EDGE_DNS,
        mark="S",
        breaks="sign-in outside",
        each="edge_sip_domain",
        when=("remote_users",),
        view=EXTERNAL,
        name="{access_host}",
        reach="edge_access",
        port="access",
        protocol="sip_tls",
        component="access_edge",
        client="Lync outside, sign-in of {sip_domain}",
    ),
    EndpointRule(
        id="lync2013.edge-federation",
        purpose="federation partners",
        source=_FEDERATION_DNS,
        mark="S",
        breaks="federation",
        each="edge_sip_domain",
        when=("federation_record",),
        view=EXTERNAL,
        name="{access_host}",
        reach="edge_access",
        port=SIP_TLS,
        protocol="sip_tls",
        component="access_edge",
        client="partners of {sip_domain} (MTLS)",
    ),
    EndpointRule(
        id="lync2013.edge-sip-fallback",
        purpose="sip.<SIP domain> outside",
        source=_DNS,
        mark="S",
        breaks="sign-in outside without SRV records",
        each="edge_sip_domain",
        when=("fallback",),
        view=EXTERNAL,
        name="sip.{sip_domain}",
        reach="edge_access",
        port="access",
        protocol="sip_tls",
        component="access_edge",
        client="Lync outside without SRV records, {sip_domain}",
    ),
    EndpointRule(
        id="lync2013.edge-sipexternal-fallback",
        purpose="sipexternal.<SIP domain>",
        source=_DNS,
        mark="S",
        breaks="sign-in outside without SRV records",
        each="edge_sip_domain",
        when=("fallback",),
        view=EXTERNAL,
        name="sipexternal.{sip_domain}",
        reach="edge_access",
        port="access",
        protocol="sip_tls",
        component="access_edge",
        client="Lync outside without SRV records, {sip_domain}",
    ),
    EndpointRule(
        id="lync2013.edge-web-conferencing",
        purpose="meeting content outside",
        source=_EDGE_DNS,
        mark="S",
        breaks="meeting content outside",
        view=EXTERNAL,
        name="{web_conferencing}",
        reach="edge_web_conferencing",
        port="web_conferencing",
        protocol="psom_tls",
        component="web_conferencing_edge",
        client="Lync outside: meeting content",
    ),
)

# Reverse proxy


def _published_name(id: str, role: str, what: str) -> CertificateName:
    return CertificateName(
        id=f"lync2013.{id}",
        purpose=f"the name that {what} is published under",
        source=f"{_PROXY}; {_PROXY_REQUEST} (the two differ in the order)",
        mark="C",
        breaks=f"{what} outside",
        each="published_pool",
        when=(f"other_is_{role}",),
        name="{other_external_web}",
    )


def _published_url(kind: str, what: str) -> CertificateName:
    return CertificateName(
        id=f"lync2013.proxy-{kind}",
        purpose=f"the host of the {what}",
        source=f"{_PROXY}; {_WILDCARDS}",
        mark="S",
        breaks=f"the {what} outside",
        each="published_url",
        when=(f"url_is_{kind}", "url_is_public"),
        name="{url_host}",
        wildcard=True,
    )


_PROXY_NAMES = (
    _published_name("proxy-web-name", "front_end", "a pool's web services"),
    _published_name("proxy-director-name", "director", "a Director's web services"),
    _published_url("meet", "URL of meetings"),
    _published_url("dialin", "URL of dial-in settings"),
    _published_url("scheduler", "URL of the web scheduler"),
    _published_name("proxy-office-web-apps", "office_web_apps", "Office Web Apps Server"),
    CertificateName(
        id="lync2013.proxy-autodiscover",
        purpose="autodiscover outside",
        source=f"{_PROXY}; {_AUTODISCOVER}; {_WILDCARDS}",
        mark="S",
        breaks="sign-in of mobile devices outside",
        each="published_sip_domain",
        when=("external_discovery",),
        name="lyncdiscover.{sip_domain}",
        wildcard=True,
    ),
)
_PROXY_CERTIFICATE = CertificateRule(
    id="lync2013.proxy-certificate",
    purpose="what the reverse proxy's listener shows; one certificate for all that it publishes",
    source=f"{_PROXY} (server authentication); against it {_PROXY_REQUEST} (client authentication too)",
    mark="C",
    breaks="all web services outside",
    each="pool",
    when=("publishes",),
    scope="pool",
    use="reverse_proxy",
    subject="{proxy_subject}",
    names=_PROXY_NAMES,
    components=(Component("reverse_proxy", HTTPS),),
    key=_KEY,
    extended_key_usage=_EKU,
    faces_outside=True,
)


def _published_endpoint(id: str, each: str, name: str, client: str, *when: str) -> EndpointRule:
    return EndpointRule(
        id=f"lync2013.{id}",
        purpose="what the reverse proxy publishes",
        source=_PROXY_DNS,
        mark="S",
        breaks="web services outside",
        each=each,
        when=when,
        view=EXTERNAL,
        name=name,
        reach="reverse_proxy",
        port=HTTPS,
        protocol="https",
        component="reverse_proxy",
        client=client,
    )


_PROXY_SHEET = RoleRules(
    role="reverse_proxy",
    edition="",
    configurations=(),
    load_balancers=LOAD_BALANCERS,
    records=(),
    certificates=(_PROXY_CERTIFICATE,),
    endpoints=(
        _published_endpoint(
            "published-web", "published_pool", "{other_external_web}", "Lync and browsers outside: web services"
        ),
        _published_endpoint(
            "published-url", "published_url", "{url_host}", "browsers outside, simple URLs", "url_is_public"
        ),
        _published_endpoint(
            "published-autodiscover",
            "published_sip_domain",
            "lyncdiscover.{sip_domain}",
            "Lync, autodiscover of {sip_domain} outside",
            "external_discovery",
        ),
    ),
)

# Other roles


def server_pool(
    role: str,
    component: str,
    number: int,
    *,
    what: str,
    dns: str,
    certificate: str,
    mark: str,
    protocol: str = "sip_tls",
    product: str = "lync2013",
) -> RoleRules:
    """A pool whose servers answer by the pool's name and their own, with one certificate each."""
    reach = "pool_web" if protocol == "https" else "pool_sip"
    prefix = f"{product}.{role.replace('_', '-')}"
    return RoleRules(
        role=role,
        edition="",
        configurations=(),
        load_balancers=LOAD_BALANCERS,
        records=(
            AddressRecord(
                id=f"{prefix}-pool-address",
                purpose=f"the name of the pool of {what}",
                source=dns,
                mark="S",
                breaks=f"every connection to {what}",
                owner="{pool}",
                reach=reach,
            ),
            SERVER_ADDRESS,
        ),
        certificates=(
            CertificateRule(
                id=f"{prefix}-certificate",
                purpose=f"TLS of {what}, by the pool's name and the server's own",
                source=certificate,
                mark=mark,
                breaks=f"{what} does not start",
                use="default",
                subject="{pool}",
                names=(POOL_NAME, SERVER_NAME),
                components=(Component(component, number),),
                key=_KEY,
                extended_key_usage=_EKU,
            ),
        ),
        endpoints=(
            EndpointRule(
                id=f"{prefix}-pool",
                purpose=f"{what} by the pool's name",
                source=dns,
                mark="S",
                breaks=f"every connection to {what}",
                name="{pool}",
                reach=reach,
                port=number,
                protocol=protocol,
                component=component,
                client="other servers (MTLS)",
            ),
            EndpointRule(
                id=f"{prefix}-server",
                purpose=f"{what} by each server's name",
                source=certificate,
                mark="I",
                breaks="connections to this server",
                each="server",
                name="{server}",
                reach="server",
                port=number,
                protocol=protocol,
                component=component,
                client="other servers (MTLS)",
            ),
        ),
    )


MEDIATION = server_pool(
    "mediation",
    "mediation",
    MEDIATION_TLS,
    what="the Mediation Server",
    dns=_BALANCING,
    certificate=_CERTIFICATES,
    mark="S",
)
PERSISTENT_CHAT = server_pool(
    "persistent_chat",
    "persistent_chat",
    PERSISTENT_CHAT_TLS,
    what="the Persistent Chat Server",
    dns=_CHAT_DNS,
    certificate=f"{_CHAT} (the same authority as the internal servers; names inferred from other roles)",
    mark="I",
)


_OFFICE_WEB_APPS_NAME = CertificateName(
    id="lync2013.office-web-apps-external-name",
    purpose="the name that the farm is published under",
    source=f"{_PROXY_DNS}; inferred from the farm's external URL",
    mark="I",
    breaks="presentations in meetings outside",
    when=("has_external_web",),
    name="{external_web}",
)
_OFFICE_WEB_APPS_BASE = server_pool(
    "office_web_apps",
    "office_web_apps",
    HTTPS,
    what="Office Web Apps Server",
    dns=_PROXY_DNS,
    certificate="inferred from the farm's internal URL",
    mark="I",
    protocol="https",
)
OFFICE_WEB_APPS = replace(
    _OFFICE_WEB_APPS_BASE,
    records=(
        *_OFFICE_WEB_APPS_BASE.records,
        AddressRecord(
            id="lync2013.office-web-apps-external-address",
            purpose="Office Web Apps Server outside, at the reverse proxy",
            source=_PROXY_DNS,
            mark="S",
            breaks="presentations in meetings outside",
            when=("has_external_web", "is_published"),
            view=EXTERNAL,
            owner="{external_web}",
            reach="published",
        ),
    ),
    certificates=tuple(
        replace(one, names=(*one.names, _OFFICE_WEB_APPS_NAME)) for one in _OFFICE_WEB_APPS_BASE.certificates
    ),
)

BRANCH_APPLIANCE = RoleRules(
    role="survivable_branch_appliance",
    edition="",
    configurations=(),
    load_balancers=(),
    records=(replace(POOL_ADDRESS, id="lync2013.branch-appliance-address", mark="I"), SERVER_ADDRESS),
    certificates=(
        CertificateRule(
            id="lync2013.branch-appliance-certificate",
            purpose="TLS of the survivable branch appliance",
            source=_CERTIFICATES,
            mark="S",
            breaks="sign-in at the branch while the pool is out of reach",
            use="default",
            subject="{pool}",
            names=(
                _SUBJECT_REPEATED,
                CertificateName(
                    id="lync2013.branch-appliance-sip-name",
                    purpose="sip.<SIP domain> of every SIP domain whose users the branch has",
                    source=_CERTIFICATES,
                    mark="S",
                    breaks="sign-in at the branch of the SIP domain's users",
                    each="served_sip_domain",
                    name="sip.{sip_domain}",
                ),
            ),
            components=(Component("front_end", SIP_TLS),),
            key=_KEY,
            extended_key_usage=_EKU,
        ),
    ),
    endpoints=(
        EndpointRule(
            id="lync2013.branch-appliance",
            purpose="the appliance as registrar of the branch",
            source=_CERTIFICATES,
            mark="I",
            breaks="sign-in at the branch",
            name="{pool}",
            reach="pool_sip",
            port=SIP_TLS,
            protocol="sip_tls",
            component="front_end",
            client="Lync at the branch, led here by its pool",
        ),
    ),
)

EXCHANGE_UM = RoleRules(
    role="exchange_um",
    edition="",
    configurations=(),
    load_balancers=(),
    records=(replace(SERVER_ADDRESS, id="lync2013.exchange-um-address", source=_INFERRED, mark="I"),),
    certificates=(
        CertificateRule(
            id="lync2013.exchange-um-certificate",
            purpose="TLS of Exchange Unified Messaging, by the server's own name",
            source=_UM,
            mark="S",
            breaks="voice mail",
            use="default",
            subject="{server}",
            names=(
                CertificateName(
                    id="lync2013.exchange-um-own-name",
                    purpose="the server's own name, where several servers stand in for each other",
                    source=_UM,
                    mark="S",
                    breaks="voice mail at this server",
                    each="server",
                    when=("several_servers",),
                    name="{server}",
                ),
                CertificateName(
                    id="lync2013.exchange-um-names",
                    purpose="the names of all servers that stand in for each other",
                    source=f"{_UM}; 'Plan Exchange Unified Messaging integration' (Skype for Business Server 2015)",
                    mark="S",
                    breaks="voice mail while one of the servers is down",
                    each="every_server",
                    when=("several_servers",),
                    name="{server}",
                ),
            ),
            components=(Component("unified_messaging", SIP_TLS),),
            key=_KEY,
            extended_key_usage=_EKU,
        ),
    ),
    endpoints=(
        EndpointRule(
            id="lync2013.exchange-um",
            purpose="voice mail",
            source=_UM,
            mark="S",
            breaks="voice mail",
            each="server",
            name="{server}",
            reach="server",
            port=SIP_TLS,
            protocol="sip_tls",
            component="unified_messaging",
            client="Front Ends (MTLS)",
        ),
    ),
)

BACK_END = RoleRules(
    role="back_end",
    edition="",
    configurations=(),
    load_balancers=(),
    records=(
        replace(
            SERVER_ADDRESS,
            id="lync2013.back-end-address",
            purpose="the database server's own name; a domain member registers it itself",
            source="'DNS requirements for Skype for Business' (internal table)",
            mark="I",
            breaks="the Front Ends do not reach their database",
        ),
    ),
    certificates=(),
    endpoints=(),
)

EDGE = RoleRules(
    role="edge",
    edition="",
    configurations=(),
    load_balancers=LOAD_BALANCERS,
    records=_EDGE_RECORDS,
    certificates=(_EDGE_INTERNAL, _EDGE_EXTERNAL),
    endpoints=_EDGE_ENDPOINTS,
)

PRODUCT = Product(
    id="lync2013",
    title="Lync Server 2013",
    sheets=(
        _front_end("enterprise"),
        _front_end("standard"),
        _DIRECTOR_SHEET,
        EDGE,
        _PROXY_SHEET,
        MEDIATION,
        PERSISTENT_CHAT,
        OFFICE_WEB_APPS,
        BRANCH_APPLIANCE,
        EXCHANGE_UM,
        BACK_END,
    ),
    features=frozenset(
        {
            "simple_urls",
            "scheduler",
            "autodiscover",
            "wildcard",
            "oauth",
            "xmpp",
            "ipv6",
            "web_external",
            "hybrid",
            "time_server",
        }
    ),
)
