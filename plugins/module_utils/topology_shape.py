# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The definition of the topology as data: every key, what it may hold, and what it means."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.shapes import (
    Field,
    Fields,
    Flag,
    ListOf,
    MapOf,
    Text,
    Whole,
)

SCHEMA_VERSION = 1
DEFAULT_TTL = 3600
LONGEST_TTL = 2**31 - 1  # RFC 2181 section 8

# All products that the collection is made for; those without rules yet are refused by name.
PRODUCT_NAMES = ("ocs2007", "ocs2007r2", "lync2010", "lync2013", "sfb2015", "sfb2019", "sfbse")
ROLES = ("front_end", "director", "edge", "mediation", "archiving", "monitoring", "cwa", "reverse_proxy")

_PRODUCT = Text(choices=PRODUCT_NAMES)
_ADDRESSES = ListOf(Text("address"), minimum=1, example="Write a list of IPv4 addresses such as [10.0.0.11]")
_TTL = Whole(0, LONGEST_TTL)

_SIP_DOMAIN = Fields(
    "a SIP domain",
    (
        Field("name", Text("domain"), "the part of the users' SIP addresses after the @", required=True),
        Field(
            "srv_target",
            Text(
                choices=("alias",),
                later={
                    "sip": "the SRV record would lead to sip.<SIP domain>",
                    "pool": "the SRV record would lead to the pool's own name",
                },
            ),
            "the name that the SRV record leads to; alias: the pool's host name inside the SIP domain",
            default="alias",
        ),
        Field("home", Text("fqdn"), "the FQDN of the one pool that signs its users in; needed with several pools"),
        Field("tcp", Flag(), "sign-in without TLS", later="records for sign-in over plain TCP are not planned"),
        Field("fallback_records", Flag(), "sip and sipinternal records", later="fallback records are not planned"),
    ),
    short="name",
)

_ZONE = Fields(
    "a zone",
    (
        Field("name", Text("zone"), "the zone's name", required=True),
        Field(
            "if_missing",
            Text(choices=("fail", "create")),
            "what to do where the DNS server does not have the zone",
            default="fail",
        ),
        Field("ttl", _TTL, "seconds that records of this zone may be cached; dns.ttl unless given"),
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

_VIEW = Fields(
    "a view of DNS",
    (
        Field(
            "zones",
            ListOf(_ZONE, minimum=1, example="Declare every zone that records go to, such as [{name: company.local}]"),
            "the zones that records go to; a name belongs to the longest suffix",
            required=True,
        ),
    ),
)

_DNS = Fields(
    "dns",
    (
        Field("internal", _VIEW, "the zones of the internal DNS servers", required=True),
        Field("external", _VIEW, "the zones of the public DNS servers", later="the external view is not planned"),
        Field("ttl", _TTL, "seconds that records may be cached", default=DEFAULT_TTL),
    ),
)

_INTERFACES = Fields(
    "the addresses of a server",
    (
        Field("internal", _ADDRESSES, "the addresses on the internal network", required=True),
        Field("external", _ADDRESSES, "the addresses outside", later="Edge servers are not planned"),
    ),
)

_SERVER = Fields(
    "a server",
    (
        Field("fqdn", Text("fqdn"), "the server's full name", required=True),
        Field("addresses", _INTERFACES, "the server's addresses per interface", required=True),
        Field("inventory_host", Text(), "the server's name in the inventory, where it is not its FQDN or short name"),
    ),
)

_VIPS = Fields(
    "the virtual IP addresses",
    (
        Field("sip", _ADDRESSES, "the addresses that the Front Ends are reached at", required=True),
        Field("web", _ADDRESSES, "the addresses that the Web Components are reached at, where they have their own"),
    ),
)

_LOAD_BALANCER = Fields(
    "a load balancer",
    (
        Field("type", Text(choices=("hardware", "dns")), "the kind of load balancing", required=True),
        Field("vips", _VIPS, "the virtual IP addresses per service", required=True),
    ),
)

_POOL = Fields(
    "a pool",
    (
        Field("fqdn", Text("fqdn"), "the pool's full name", required=True),
        Field("product", _PRODUCT, "the product of this pool, where it is not the topology's"),
        Field("role", Text(choices=ROLES), "the servers' role", default="front_end"),
        Field("edition", Text(choices=("enterprise", "standard")), "the product's edition", default="enterprise"),
        Field(
            "configuration",
            Text(choices=("consolidated", "expanded")),
            "consolidated: every component on each server",
            default="consolidated",
        ),
        Field("web_farm_fqdn", Text("fqdn"), "the internal web farm's full name, where it is not the pool's"),
        Field("load_balancer", _LOAD_BALANCER, "the load balancer; needed with several servers"),
        Field(
            "servers",
            ListOf(_SERVER, minimum=1, example="Give every server of the pool with fqdn and addresses"),
            "the servers of the pool",
            required=True,
        ),
    ),
)

_ISSUER = Fields(
    "an issuer",
    (
        Field("ca", Text("authority"), r"the CA as host\name, such as ca01.company.local\Company CA", required=True),
        Field("template", Text("template"), "the certificate template's name", default="WebServer"),
        Field("standalone", Flag(), "a stand-alone CA: it knows no templates, and none is named to it", default=False),
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
        Field("key_length", Whole(2048, 4096, choices=(2048, 4096)), "the length of the keys in bits"),
        Field(
            "repeat_subject_in_san",
            Flag(),
            "whether the subject's name also comes first among the subject alternative names",
            default=True,
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
            "pools",
            ListOf(_POOL, minimum=1, example="Give at least one pool with fqdn and servers"),
            "the pools of servers",
            required=True,
        ),
        Field("certificates", _CERTIFICATES, "who signs the certificates", required=True),
    ),
)
