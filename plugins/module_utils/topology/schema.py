# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The definition of the topology as data: every key, what it may hold, and what it means."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.model import DYNAMIC_UPDATES, LONGEST_INTERVAL, STORAGES
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.topology.shapes import (
    Field,
    Fields,
    Flag,
    ListOf,
    MapOf,
    Text,
    Whole,
)
from ansible_collections.ucops.rollout.plugins.module_utils.values import Ttl

SCHEMA_VERSION = 1

ROLES = (
    "front_end",
    "director",
    "edge",
    "mediation",
    "archiving",
    "monitoring",
    "av_conferencing",
    "persistent_chat",
    "group_chat",
    "communicator_web_access",
    "survivable_branch_appliance",
    "office_web_apps",
    "exchange_um",
    "reverse_proxy",
    "back_end",
)
# What one server of an expanded pool, or of separate Edge servers, carries; a server without roles carries all.
SERVER_ROLES = (
    "front_end",
    "web_conferencing",
    "av_conferencing",
    "web_components",
    "access_edge",
    "web_conferencing_edge",
    "av_edge",
)
FALLBACK_NAMES = ("sip", "sipinternal", "sipexternal")
URL_KINDS = ("meet", "dialin", "admin", "scheduler")
USES = (
    "default",
    "web_internal",
    "web_external",
    "oauth",
    "edge_internal",
    "edge_external",
    "edge_access",
    "edge_web_conferencing",
    "av_authentication",
    "reverse_proxy",
    "mtls",
    "web_access",
)

_PRODUCT = Text(choices=PRODUCTS.keys())
_ADDRESSES = ListOf(Text("address"), minimum=1, example="Write a list of addresses such as [10.0.0.11]")
_TTL = Whole(Ttl.SHORTEST, Ttl.LONGEST)
_PORT = Whole(1, 65535)

_OUTSIDE = ListOf(
    Fields(
        "an address outside",
        (
            Field("public", Text("address"), "the address that DNS shows", required=True),
            Field("private", Text("address"), "the server's own address behind NAT"),
        ),
        short="public",
    ),
    minimum=1,
    example="Write [131.107.155.10], or [{private: 10.45.16.10, public: 131.107.155.10}] behind NAT",
)

_RECORD_FORM = Text(choices=("a", "cname"))
_RANK = (
    Field("priority", Whole(0, 65535), "the lowest is taken first", default=0),
    Field("weight", Whole(0, 65535), "among those of one priority, the highest is taken first", default=0),
)
_SRV = Fields(
    "the data of SRV records",
    (
        Field(
            "internal",
            Fields(
                "the data of the SRV records inside",
                (
                    *_RANK,
                    Field("port", _PORT, "the port of sign-in over TLS; 5061 unless given"),
                    Field("target", Text("fqdn"), "the name that they lead to, in place of srv_target"),
                ),
            ),
            "_sipinternaltls._tcp, and _sipinternal._tcp but for the port",
            default={},
        ),
        Field(
            "external",
            Fields(
                "the data of the SRV record of sign-in outside",
                (
                    *_RANK,
                    Field("port", _PORT, "the port of sign-in outside; the Access Edge's unless given"),
                    Field("target", Text("fqdn"), "the name that it leads to, in place of external_srv_target"),
                ),
            ),
            "_sip._tls; its target is that of the federation record too",
            default={},
        ),
        Field(
            "federation",
            Fields("the data of the federation record", _RANK),
            "_sipfederationtls._tcp; its port is 5061",
            default={},
        ),
    ),
)

_SIP_DOMAIN = Fields(
    "a SIP domain",
    (
        Field("name", Text("domain"), "the part of the users' SIP addresses after the @", required=True),
        Field(
            "srv_target",
            Text(choices=("alias", "sip", "pool")),
            "the name that the SRV record leads to; alias: the pool's host name inside the SIP domain;"
            " sip: sip.<SIP domain>; pool: the pool's own name, which strict clients refuse in another domain",
            default="alias",
        ),
        Field(
            "external_srv_target",
            Text(choices=("access", "sip", "edge")),
            "the name that the SRV records outside lead to; access: the Access Edge's name where it lies in the SIP"
            " domain, else sip.<SIP domain>; sip: sip.<SIP domain>; edge: the Access Edge's name in any case, which"
            " strict clients refuse in another domain",
            default="access",
        ),
        Field(
            "srv", _SRV, "priority, weight, port and target of the SRV records, where the site has its own", default={}
        ),
        Field("home", Text("fqdn"), "the FQDN of the one pool that signs its users in; needed with several pools"),
        Field(
            "director",
            Text("fqdn"),
            "the FQDN of the Director pool that clients are sent to first; the only Director there is, unless given",
        ),
        Field("edge", Text("fqdn"), "the FQDN of the Edge pool that serves it outside; the first Edge unless given"),
        Field(
            "backup",
            Fields(
                "a backup pool",
                (
                    Field("pool", Text("fqdn"), "the FQDN of a pool of Front Ends or Directors", required=True),
                    Field("priority", Whole(0, 65535), "above that of srv.internal: taken after it", default=10),
                    Field("weight", Whole(0, 65535), "its weight", default=0),
                ),
                short="pool",
            ),
            "the pool that a second SRV record inside leads to, by its host name in the SIP domain; from Lync 2010 on",
        ),
        Field("plain_tcp", Flag(), "whether sign-in without TLS is announced too", default=False),
        Field(
            "fallback",
            Flag(),
            "whether sip., sipinternal. and sipexternal.<SIP domain> exist for clients that find no SRV record",
            default=False,
        ),
        Field(
            "fallback_names",
            ListOf(Text(choices=FALLBACK_NAMES), minimum=1, example="Write [sip]"),
            "which of them exist, where fallback is true; all unless given",
        ),
        Field(
            "sip_internal",
            _RECORD_FORM,
            "sip.<SIP domain> inside, where it exists, as address or as alias of the pool",
            default="a",
        ),
        Field(
            "sip_external",
            _RECORD_FORM,
            "sip.<SIP domain> outside, where it exists, as address or as alias of the Access Edge",
            default="a",
        ),
        Field(
            "outside",
            Flag(),
            "whether it is known outside: federated with, reached by its users; if not, neither the external view nor"
            " a certificate of the Edge or the reverse proxy has its names",
            default=True,
        ),
        Field(
            "cut_over",
            Flag(),
            "moved to Microsoft 365 as a whole: its records outside lead there; inside it has none, and no certificate"
            " holds a name of it",
            default=False,
        ),
    ),
    short="name",
)

_HOURS = Whole(1, LONGEST_INTERVAL)
_ZONE_SETTINGS = Fields(
    "the settings of a zone",
    (
        Field(
            "storage",
            Text(choices=STORAGES),
            "where a Windows server keeps the zone. A new one without storage goes into the directory (Active"
            " Directory). One that is there is never converted: another storage is a conflict",
        ),
        Field(
            "partition",
            Text("partition"),
            "the directory partition: domain, forest, legacy, or the DNS name of an application partition",
        ),
        Field(
            "dynamic_update",
            Text(choices=DYNAMIC_UPDATES),
            "which dynamic updates it takes",
        ),
        Field(
            "aging",
            Fields(
                "the aging of a zone",
                (
                    Field("enabled", Flag(), "whether records with a time stamp grow old", required=True),
                    Field("no_refresh_interval", _HOURS, "the hours for which a time stamp is not refreshed again"),
                    Field("refresh_interval", _HOURS, "the hours for which a record then waits for its refresh"),
                ),
            ),
            "whether scavenging may remove records with a time stamp",
        ),
    ),
)

_SETTINGS = Field(
    "settings",
    _ZONE_SETTINGS,
    "how the DNS server keeps the zone and what the zone takes; what is not given is left as it is",
    default={},
)

_IF_MISSING = Field(
    "if_missing",
    Text(choices=("fail", "create")),
    "what to do where the DNS server does not have the zone",
    default="fail",
)
_MANAGED = Field(
    "managed",
    Text(choices=("ours", "other_team")),
    "who enters its records; those of another team are planned and proved, not pushed",
    default="ours",
)
_ZONE_TTL = Field("ttl", _TTL, "seconds that records of this zone may be cached; dns.ttl unless given")

_ZONE = Fields(
    "a zone",
    (
        Field("name", Text("zone"), "the zone's name", required=True),
        Field(
            "kind",
            Text(choices=("matching", "pin_point")),
            "matching: the zone is hosted; pin_point: it must not be hosted here, and every name in it that is needed"
            " becomes a zone of its own with its records at the apex",
            default="matching",
        ),
        _IF_MISSING,
        _MANAGED,
        _ZONE_TTL,
        _SETTINGS,
        Field(
            "known_names",
            ListOf(Text("relative")),
            "the names that exist in this zone outside, such as www; an empty list says that there are none",
        ),
        Field(
            "copied_names",
            ListOf(Text("relative")),
            "those of the names outside that somebody copies into the zone inside",
            default=(),
        ),
    ),
    short="name",
)

_REVERSE = Fields(
    "a network with PTR records",
    (
        Field(
            "network",
            Text("network"),
            "the network in CIDR form, ending at a whole octet (IPv6: hexadecimal digit); it gives the zone's name",
            required=True,
        ),
        _IF_MISSING,
        _MANAGED,
        _ZONE_TTL,
        _SETTINGS,
    ),
    short="network",
)

_VIEW = Fields(
    "a view of DNS",
    (
        Field(
            "zones",
            ListOf(_ZONE, minimum=1, example="Declare every zone that records go to, such as [{name: company.local}]"),
            "the zones that records go to; a name belongs to the longest suffix",
            required=True,
        ),
        Field(
            "reverse",
            ListOf(_REVERSE),
            "the networks whose reverse zones get a PTR record for each planned address; an empty list plans none",
            default=(),
        ),
    ),
)

_DNS = Fields(
    "dns",
    (
        Field("internal", _VIEW, "the zones of the internal DNS servers", required=True),
        Field("external", _VIEW, "the zones of the public DNS servers; without it no external record is planned"),
        Field("ttl", _TTL, "seconds that records may be cached", default=int(Ttl.DEFAULT)),
    ),
)

_INTERFACES = Fields(
    "the addresses of a server",
    (
        Field("internal", _ADDRESSES, "the addresses on the internal network; every role but the reverse proxy"),
        Field("external", _OUTSIDE, "the addresses outside of a reverse proxy, or of an Edge server that shares one"),
        Field("access", _OUTSIDE, "the Access Edge's addresses outside"),
        Field("web_conferencing", _OUTSIDE, "the Web Conferencing Edge's addresses outside"),
        Field("av", _OUTSIDE, "the A/V Edge's addresses outside"),
    ),
)

_SERVER = Fields(
    "a server",
    (
        Field("fqdn", Text("fqdn"), "the server's full name", required=True),
        Field("addresses", _INTERFACES, "the server's addresses per interface", required=True),
        Field("inventory_host", Text(), "the server's name in the inventory, where it is not its FQDN or short name"),
        Field(
            "logon",
            Flag(),
            "whether the rollout logs on to it; `false` for a reverse proxy that is not Windows: its key is made there"
            " by a person, and its certificate handed over as a file",
            default=True,
        ),
        Field(
            "roles",
            ListOf(Text(choices=SERVER_ROLES), minimum=1),
            "what this server of an expanded pool, or this Edge server, carries; everything unless given",
        ),
    ),
)

_VIPS = Fields(
    "the virtual IP addresses",
    (
        Field("sip", _ADDRESSES, "the addresses that the Front Ends are reached at; with a hardware load balancer"),
        Field(
            "web",
            _ADDRESSES,
            "the addresses that the web services are reached at, where they have their own; DNS cannot balance them",
        ),
        Field("conferencing", _ADDRESSES, "the addresses of OCS's Web Conferencing Servers, where they have their own"),
        Field("internal", _ADDRESSES, "an Edge pool's addresses inside"),
        Field("external", _OUTSIDE, "the addresses outside of a reverse proxy, or of an Edge pool that shares one"),
        Field("access", _OUTSIDE, "the Access Edge's addresses outside"),
        Field("web_conferencing", _OUTSIDE, "the Web Conferencing Edge's addresses outside"),
        Field("av", _OUTSIDE, "the A/V Edge's addresses outside"),
    ),
)

_LOAD_BALANCER = Fields(
    "a load balancer",
    (
        Field("type", Text(choices=("hardware", "dns")), "the kind of load balancing", required=True),
        Field("vips", _VIPS, "the virtual IP addresses per service"),
        Field(
            "external_type",
            Text(choices=("hardware", "dns")),
            "the kind of load balancing of an Edge pool's outside, where it differs (which is not supported)",
        ),
    ),
)

_WEB = Fields(
    "web services",
    (
        Field("internal_fqdn", Text("fqdn"), "the internal web services' full name, where it is not the pool's"),
        Field("external_fqdn", Text("fqdn"), "the full name that the web services are published outside under"),
        Field(
            "conferencing_fqdn",
            Text("fqdn"),
            "the host of OCS's internal web conferencing URL, where it is not the pool's name",
        ),
        Field(
            "virtual_servers",
            ListOf(Text("fqdn")),
            "further hosts of URLs of Communicator Web Access R2, beside internal_fqdn",
            default=(),
        ),
    ),
)


def _edge_service(about: str) -> Fields:
    return Fields(
        about,
        (
            Field("fqdn", Text("fqdn"), "its full name outside", required=True),
            Field("port", _PORT, "the port that clients come to; by the addresses, unless given"),
        ),
        short="fqdn",
    )


_EDGE = Fields(
    "the Edge services",
    (
        Field("access", _edge_service("the Access Edge"), "the Access Edge's name outside", required=True),
        Field(
            "web_conferencing",
            _edge_service("the Web Conferencing Edge"),
            "the Web Conferencing Edge's name outside; the Access Edge's unless given",
        ),
        Field("av", _edge_service("the A/V Edge"), "the A/V Edge's name outside; the Access Edge's unless given"),
        Field(
            "remote_users",
            Flag(),
            "whether users outside sign in through it; if not, there is no _sip._tls.<SIP domain>",
            default=True,
        ),
        Field(
            "av_authentication_fqdn",
            Text("fqdn"),
            "the subject of a certificate of its own for A/V authentication, where the product does not share one",
        ),
    ),
)

_POOL = Fields(
    "a pool",
    (
        Field("fqdn", Text("fqdn"), "the pool's full name; the server's for a single server", required=True),
        Field("product", _PRODUCT, "the product of this pool, where it is not the topology's"),
        Field("role", Text(choices=ROLES), "the servers' role", default="front_end"),
        Field("edition", Text(choices=("enterprise", "standard")), "the product's edition", default="enterprise"),
        Field(
            "configuration",
            Text(choices=("consolidated", "expanded")),
            "consolidated: every component on each server",
            default="consolidated",
        ),
        Field("site", Text(), "the site that it stands in, one of sites"),
        Field("web_farm_fqdn", Text("fqdn"), "short for web.internal_fqdn, as OCS calls it"),
        Field("web", _WEB, "the names of the web services", default={}),
        Field(
            "serves",
            ListOf(Text("domain"), minimum=1),
            "the SIP domains whose meeting and autodiscover names its certificates hold; unless given, those at home"
            " here, and all where none is. It adds no sip.<SIP domain>: that name follows from the SIP domain's home",
        ),
        Field("edge", _EDGE, "the names outside of an Edge pool"),
        Field(
            "publishes",
            ListOf(Text("fqdn"), minimum=1),
            "the pools whose web services a reverse proxy publishes; all that have a name outside, unless given",
        ),
        Field(
            "certificate_subject",
            Text("fqdn"),
            "the subject of a reverse proxy's certificate; the first name that it publishes, unless given",
        ),
        Field(
            "shares_certificate_of",
            Text("fqdn"),
            "the Edge pool whose certificate outside a reverse proxy holds too, with all that it publishes",
        ),
        Field("load_balancer", _LOAD_BALANCER, "the load balancer; needed with several servers"),
        Field(
            "servers",
            ListOf(_SERVER, minimum=1, example="Give every server of the pool with fqdn and addresses"),
            "the servers of the pool",
            required=True,
        ),
    ),
)

_SIMPLE_URLS = Fields(
    "simple URLs",
    (
        Field(
            "layout",
            Whole(1, 3, choices=(1, 2, 3)),
            "1: meet.<SIP domain>, dialin. and admin.<default>; 2: <base>.<SIP domain>; 3: <base>.<default> alone",
            default=1,
        ),
        Field("base", Text("host"), "the host name of layouts 2 and 3", default="lync"),
        Field(
            "admin",
            Flag(),
            "whether there is a URL of the control panel, inside only; if not, neither DNS nor a certificate has it",
            default=True,
        ),
        Field("scheduler", Flag(), "whether there is a URL of the web scheduler", default=False),
        Field(
            "urls",
            ListOf(
                Fields(
                    "a simple URL",
                    (
                        Field("kind", Text(choices=URL_KINDS), "what it leads to", required=True),
                        Field("url", Text("url"), "the URL, https without a port", required=True),
                        Field("sip_domain", Text("domain"), "the SIP domain of a meet URL; the default one if missing"),
                        Field("pool", Text("fqdn"), "the pool that answers; by the SIP domain, unless given"),
                    ),
                ),
                minimum=1,
            ),
            "the URLs in full, in place of a layout; hosts that they leave out are neither in DNS nor in certificates",
        ),
        Field("pool", Text("fqdn"), "the pool that answers; the Director, else the home of the SIP domain"),
        Field(
            "internal",
            _RECORD_FORM,
            "their hosts inside as addresses, or as aliases of the internal web services",
            default="a",
        ),
        Field(
            "external",
            _RECORD_FORM,
            "their hosts outside as addresses, or as aliases of the external web services",
            default="a",
        ),
    ),
)

_AUTODISCOVER = Fields(
    "autodiscover",
    (
        Field(
            "internal",
            Text(choices=("a", "cname", "none")),
            "lyncdiscoverinternal.<SIP domain> as address, as alias of the internal web services, or not at all:"
            " neither in DNS nor in certificates",
            default="a",
        ),
        Field(
            "external",
            Text(choices=("a", "cname", "none")),
            "lyncdiscover.<SIP domain> as address, as alias of the external web services, or not at all:"
            " neither in DNS nor in certificates",
            default="a",
        ),
        Field("pool", Text("fqdn"), "the pool that answers; the Director, else the home of the SIP domain"),
        Field(
            "mobile_inside",
            Flag(),
            "whether mobile devices inside reach the external web services, by their name in the internal view",
            default=False,
        ),
    ),
)

_FEDERATION = Fields(
    "federation",
    (
        Field(
            "partner_discovery",
            Flag(),
            "whether partners find the site by DNS; if not, there is no _sipfederationtls._tcp.<SIP domain>, unless"
            " another key here needs it",
            default=True,
        ),
        Field("push_notifications", Flag(), "whether mobile devices get push notifications", default=False),
        Field("hosted_exchange_um", Flag(), "whether voice mail is hosted by Exchange Online", default=False),
        Field("aol", Flag(), "whether AOL is federated with, which needs client authentication", default=False),
    ),
)

_XMPP = Fields(
    "XMPP",
    (
        Field("domains", ListOf(Text("domain"), minimum=1), "the SIP domains that XMPP partners reach", required=True),
        Field(
            "names",
            Text(choices=("domain", "host")),
            "what the Edge's certificate names: the domain itself, or xmpp.<domain>",
            default="domain",
        ),
    ),
)

_HYBRID = Fields(
    "hybrid",
    (
        Field(
            "tenant_domains",
            ListOf(Text("domain")),
            "SIP domains of the Microsoft 365 tenant beside those of the topology",
            default=(),
        ),
    ),
)

_ISSUER = Fields(
    "an issuer",
    (
        Field(
            "ca",
            Text("authority"),
            r"the CA as host\name, such as ca01.company.local\Company CA; not for a public one",
        ),
        Field("template", Text("template"), "the certificate template's name", default="WebServer"),
        Field("standalone", Flag(), "a stand-alone CA: it knows no templates, and none is named to it", default=False),
        Field("public", Flag(), "a public CA: requests are handed over by hand", default=False),
    ),
)

_CERTIFICATES = Fields(
    "certificates",
    (
        Field(
            "issuers",
            MapOf(_ISSUER, minimum=1, example=r"Give one, such as enterprise: {ca: 'ca01.company.local\Company CA'}"),
            "the certification authorities by a name of yours",
            required=True,
        ),
        Field("issuer", Text(), "the one of the issuers that signs; needed with several, unless one is 'enterprise'"),
        Field(
            "issuer_for",
            Fields(
                "issuers per use",
                tuple(Field(use, Text(), f"the issuer of the certificates for {use}") for use in USES),
            ),
            "the issuer per use, where it is not the one that signs;"
            " what faces outside is signed by the issuer 'public', where there is one",
            default={},
        ),
        Field(
            "placement",
            Text(choices=("combined", "per_use")),
            "one certificate for all uses of a server, or one per use; as far as the product has the choice",
            default="combined",
        ),
        Field(
            "wildcard",
            Flag(),
            "whether wildcards stand for meeting, dial-in and autodiscover names where the product allows them",
            default=False,
        ),
        Field(
            "sip_names",
            Flag(),
            "whether sip.<SIP domain> is in the certificate of the pool that signs in, although no record leads there",
            default=True,
        ),
        Field("oauth_subject", Text("fqdn"), "the OAuth certificate's subject; the default SIP domain, unless given"),
        Field("key_length", Whole(2048, 4096, choices=(2048, 4096)), "the length of the keys in bits"),
        Field(
            "repeat_subject_in_san",
            Flag(),
            "whether the subject's name also comes first among the subject alternative names;"
            " as the product's tables have it, unless given",
        ),
    ),
)

TOPOLOGY = Fields(
    "the topology",
    (
        Field("schema", Whole(1, SCHEMA_VERSION, choices=(SCHEMA_VERSION,)), "its version, 1", required=True),
        Field("product", _PRODUCT, "the product of all pools that name no other", default="ocs2007"),
        Field("ad_domain", Text("domain"), "the Active Directory domain of the servers", required=True),
        Field(
            "sip_domains",
            ListOf(_SIP_DOMAIN, minimum=1, example="Give at least one, such as [company.com]"),
            "the SIP domains, the default one first",
            required=True,
        ),
        Field("dns", _DNS, "the zones that records go to", required=True),
        Field(
            "sites",
            ListOf(Fields("a site", (Field("name", Text(), "the site's name", required=True),), short="name")),
            "the sites that pools stand in",
            default=(),
        ),
        Field(
            "pools",
            ListOf(_POOL, minimum=1, example="Give at least one pool with fqdn and servers"),
            "the pools of servers",
            required=True,
        ),
        Field(
            "simple_urls",
            _SIMPLE_URLS,
            "the URLs of meetings, dial-in and control panel; from Lync 2010 on",
            default={},
        ),
        Field("autodiscover", _AUTODISCOVER, "how clients discover the web services; from Lync 2010 on", default={}),
        Field("federation", _FEDERATION, "what reaches the site from outside beside its own users", default={}),
        Field("xmpp", _XMPP, "partners that speak XMPP"),
        Field("hybrid", _HYBRID, "users in Microsoft 365 beside those here"),
        Field("device_update", Flag(), "whether phones look for their updates by DNS", default=False),
        Field(
            "legacy_clients",
            Flag(),
            "whether desk phones, and clients before Lync 2013 with Skype for Business, are to find the pool by SRV",
            default=True,
        ),
        Field("time_server", Text("fqdn"), "the time server that phones are told by DNS"),
        Field("certificates", _CERTIFICATES, "who signs the certificates", required=True),
    ),
)
