# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lync Server 2013: rules only, no logic. The fullest table of the family; what is said of each: `lync2013_sources`."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.model import EXTERNAL
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import (
    FEATURES,
    Address,
    Alias,
    Answer,
    Certificate,
    Entry,
    Name,
    Product,
    Role,
    Service,
    rules_of,
)
from ansible_collections.ucops.rollout.plugins.module_utils.products.lync2013_sources import SOURCES
from ansible_collections.ucops.rollout.plugins.module_utils.products.rules import Listener

SIP_TLS = 5061
SIP_TCP = 5060
HTTPS = 443
NTP = 123
XMPP = 5269
BALANCED = "hardware dns"

FRONT_END = Listener("front_end", SIP_TLS, "sip_tls")
DIRECTOR = Listener("director", SIP_TLS, "sip_tls")
WEB_INTERNAL = Listener("web_internal", HTTPS, "https", use="web_internal")
WEB_EXTERNAL = Listener("web_external", 4443, "https", use="web_external")
EDGE_INTERNAL = Listener("edge_internal", SIP_TLS, "sip_tls")
ACCESS_EDGE = Listener("access_edge", "access", "sip_tls")
WEB_CONFERENCING_EDGE = Listener("web_conferencing_edge", "web_conferencing", "psom_tls")
AV_AUTHENTICATION = Listener("av_authentication", 5062)
REVERSE_PROXY = Listener("reverse_proxy", HTTPS, "https")
MEDIATION = Listener("mediation", 5070, "sip_tls")
PERSISTENT_CHAT = Listener("persistent_chat", 5041, "sip_tls")
OFFICE_WEB_APPS = Listener("office_web_apps", HTTPS, "https")
UNIFIED_MESSAGING = Listener("unified_messaging", SIP_TLS, "sip_tls")
OAUTH = Listener("oauth", 0)

# Front End and Director


def _backup(registrar: Listener) -> tuple[Name, ...]:
    """The names by which clients come to a pool that stands in for the one that signs them in."""
    return (
        Name(
            "{sign_in_host}",
            each="backed_sip_domain",
            when="sign_in_host_is_alias",
            at="pool_sip",
            address="backup-alias-address",
            in_certificates="backup-alias-name",
        ),
        Name(
            "_sipinternaltls._tcp.{sip_domain}",
            each="backed_sip_domain",
            service=Service("backup-sign-in-tls", "{sign_in_host}", "sign_in", rank="backup", further=True),
            at="pool_sip",
            answers=Answer("backup-sign-in", registrar, "Lync, sign-in of {sip_domain} while its pool does not answer"),
        ),
        Name(
            "sip.{sip_domain}",
            each="backed_sip_domain",
            in_certificates=Entry("backup-sip-name", when="sip_name_in_certificate"),
        ),
    )


def _sign_in(registrar: Listener) -> tuple[Name, ...]:
    """The names by which clients and other servers come to a Front End or a Director."""
    return (
        Name(
            "{pool}",
            at="pool_sip",
            address="pool-address",
            in_certificates=(Entry("pool-name"), Entry("subject-repeated", when="subject_repeat_demanded")),
            answers=Answer(
                "pool-by-hand",
                registrar,
                "Lync, led here by autodiscover or another pool",
                when="pool_name_signs_nobody_in",
            ),
        ),
        Name(
            "{web_farm}",
            at="pool_web",
            address=Address("web-address", when="web_farm_has_own_name"),
            in_certificates="web-name",
            answers=Answer("web", WEB_INTERNAL, "Lync: address book, meeting content, group expansion"),
        ),
        Name(
            "{sign_in_host}",
            each="sip_domain",
            when="sign_in_host_is_alias",
            at="pool_sip",
            address=Address("sign-in-alias-address", when="sign_in_host_is_alias sign_in_host_has_address"),
            in_certificates="sign-in-alias-name",
        ),
        Name(
            "_sipinternaltls._tcp.{sip_domain}",
            each="sip_domain",
            service=Service("sign-in-tls", "{sign_in_host}", "sign_in", rank="internal"),
            at="pool_sip",
            answers=Answer("sign-in", registrar, "Lync, automatic sign-in of {sip_domain}"),
        ),
        *_backup(registrar),
        Name(
            "_sipinternal._tcp.{sip_domain}",
            each="sip_domain",
            when="plain_tcp",
            service=Service("sign-in-tcp", "{sign_in_host}", SIP_TCP, rank="internal"),
        ),
        Name(
            "sip.{sip_domain}",
            each="sip_domain",
            when="sip_name_has_record",
            at="pool_sip",
            address=Address("sip-address", when="sip_name_has_record sip_inside_address"),
            alias=Alias("sip-alias", "{pool}", when="sip_name_has_record sip_inside_alias"),
            in_certificates=Entry("sip-name", each="home_sip_domain", when="sip_name_in_certificate"),
            answers=Answer("sip-fallback", registrar, "Lync without SRV records, {sip_domain}"),
        ),
        Name(
            "sipinternal.{sip_domain}",
            each="sip_domain",
            when="fallback_sipinternal",
            at="pool_sip",
            address="sipinternal-address",
            in_certificates="sipinternal-name",
            answers=Answer("sipinternal-fallback", registrar, "Lync without SRV records, {sip_domain}"),
        ),
        Name(
            "{server}",
            each="server",
            at="server",
            address=Address("server-address", registers_itself=True),
            in_certificates="server-name",
            answers=Answer("server-mtls", registrar, "other servers (MTLS)"),
        ),
    )


_PHONES = (
    Name(
        "ucupdates-r2.{sip_domain}",
        each="home_sip_domain",
        when="device_update",
        at="pool_web",
        address="device-update",
    ),
    Name(
        "_ntp._udp.{sip_domain}",
        each="home_sip_domain",
        when="time_server",
        service=Service("time-server", "{time_server}", NTP, elsewhere=True),
    ),
)
_WEB = (
    Name(
        "{external_web}",
        when="has_external_web",
        at="pool_web",
        address=Address("external-web-address", when="has_external_web is_published", at="published", view=EXTERNAL),
        in_certificates="external-web-name",
        answers=Answer("external-web", WEB_EXTERNAL, "the reverse proxy"),
    ),
    Name(
        "lyncdiscover.{sip_domain}",
        each="discovered_sip_domain",
        view=EXTERNAL,
        at="published",
        address=Address("autodiscover-external", when="outside external_discovery_address is_published"),
        alias=Alias(
            "autodiscover-external-alias",
            "{external_web}",
            when="outside external_discovery_alias has_external_web is_published",
        ),
        in_certificates=Entry(
            "autodiscover-external-name", each="served_sip_domain", when="external_discovery outside", wildcard=True
        ),
    ),
    Name(
        "lyncdiscoverinternal.{sip_domain}",
        each="discovered_sip_domain",
        at="pool_web",
        address=Address("autodiscover-internal", when="internal_discovery_address"),
        alias=Alias("autodiscover-internal-alias", "{web_farm}", when="internal_discovery_alias"),
        in_certificates=Entry(
            "autodiscover-internal-name", each="served_sip_domain", when="internal_discovery", wildcard=True
        ),
        answers=Answer(
            "autodiscover-inside", WEB_INTERNAL, "Lync, autodiscover of {sip_domain} inside", when="internal_discovery"
        ),
    ),
    Name(
        "{url_host}",
        each="answered_url",
        at="pool_web",
        address=(
            Address("simple-url-address", when="url_inside_address"),
            Address(
                "simple-url-external",
                when="url_is_public is_published url_outside_address",
                at="published",
                view=EXTERNAL,
            ),
        ),
        alias=(
            Alias("simple-url-alias", "{web_farm}", when="url_inside_alias"),
            Alias(
                "simple-url-external-alias",
                "{external_web}",
                when="url_is_public is_published url_outside_alias",
                view=EXTERNAL,
            ),
        ),
        in_certificates=(
            Entry("meet-name", each="simple_url", when="url_is_meet", wildcard=True),
            Entry("dialin-name", each="simple_url", when="url_is_dialin", wildcard=True),
            Entry("admin-name", each="simple_url", when="url_is_admin", wildcard=True),
            Entry("scheduler-name", each="simple_url", when="url_is_scheduler", wildcard=True),
        ),
        answers=Answer("simple-url-inside", WEB_INTERNAL, "browsers inside, simple URLs"),
    ),
)
_MOBILE_INSIDE = Name(
    "{external_web}", when="mobile_inside has_external_web is_published", at="published", address="external-web-inside"
)
_MOVED_TO_MICROSOFT_365 = (
    Name(
        "_sipfederationtls._tcp.{sip_domain}",
        each="cut_over_sip_domain",
        view=EXTERNAL,
        service=Service(
            "cut-over-federation", "sipfed.online.lync.com", SIP_TLS, priority=100, weight=1, elsewhere=True
        ),
    ),
    Name(
        "_sip._tls.{sip_domain}",
        each="cut_over_sip_domain",
        view=EXTERNAL,
        service=Service("cut-over-sign-in", "sipdir.online.lync.com", HTTPS, priority=100, weight=1, elsewhere=True),
    ),
    Name(
        "lyncdiscover.{sip_domain}",
        each="cut_over_sip_domain",
        view=EXTERNAL,
        alias=Alias("cut-over-autodiscover", "webdir.online.lync.com", elsewhere=True),
    ),
    Name(
        "sip.{sip_domain}",
        each="cut_over_sip_domain",
        view=EXTERNAL,
        alias=Alias("cut-over-sip", "sipdir.online.lync.com", elsewhere=True),
    ),
)

_SIP_ENTRIES = "pool-name server-name sip-name sign-in-alias-name sipinternal-name backup-sip-name backup-alias-name"
_COMBINED_ENTRIES = (
    f"{_SIP_ENTRIES} web-name external-web-name meet-name dialin-name admin-name scheduler-name"
    " autodiscover-internal-name autodiscover-external-name"
)
# The Director's own pages name dial-in before meetings.
_DIRECTOR_ENTRIES = _COMBINED_ENTRIES.replace("meet-name dialin-name", "dialin-name meet-name")


def _certificates(registrar: Listener, combined: str, web_subject: str) -> tuple[Certificate, ...]:
    """One for all uses or one for each, as the site wants; and the one for OAuth."""
    return (
        Certificate(
            "combined-certificate",
            when="combined",
            use="default",
            subject="{pool}",
            names=combined,
            listeners=(registrar, WEB_INTERNAL, WEB_EXTERNAL),
        ),
        Certificate(
            "default-certificate",
            when="per_use",
            use="default",
            subject="{pool}",
            names=_SIP_ENTRIES,
            listeners=(registrar,),
        ),
        Certificate(
            "web-internal-certificate",
            when="per_use",
            use="web_internal",
            subject=web_subject,
            names=(
                "web-name server-name pool-name meet-name dialin-name admin-name scheduler-name"
                " autodiscover-internal-name"
            ),
            listeners=(WEB_INTERNAL,),
        ),
        Certificate(
            "web-external-certificate",
            when="per_use",
            use="web_external",
            subject=web_subject,
            names=(
                "subject-repeated external-web-name meet-name dialin-name scheduler-name autodiscover-external-name"
            ),
            only_when={"meet-name dialin-name scheduler-name": "url_is_public"},
            listeners=(WEB_EXTERNAL,),
        ),
        Certificate(
            "oauth-certificate",
            scope="global",
            use="oauth",
            subject="{oauth_subject}",
            listeners=(OAUTH,),
            exportable=True,
        ),
    )


def _front_end(edition: str, balanced: str) -> Role:
    return Role(
        "front_end",
        edition,
        configurations="consolidated",
        balanced=balanced,
        names=(*_sign_in(FRONT_END), *_PHONES, *_WEB, _MOBILE_INSIDE, *_MOVED_TO_MICROSOFT_365),
        certificates=_certificates(FRONT_END, _COMBINED_ENTRIES, "{pool}"),
    )


_DIRECTOR = Role(
    "director",
    balanced=BALANCED,
    names=(
        *_sign_in(DIRECTOR),
        Name("{external_web}", when="external_web_needs_address", at="pool_web", address="director-external-web"),
        *_WEB,
    ),
    certificates=_certificates(DIRECTOR, _DIRECTOR_ENTRIES, "{server}"),
)

# Edge

_EDGE = Role(
    "edge",
    balanced=BALANCED,
    names=(
        Name(
            "{pool}",
            at="edge_internal",
            address="edge-internal-address",
            in_certificates=Entry("subject-repeated", when="subject_repeat_demanded"),
            answers=Answer("edge-inside", EDGE_INTERNAL, "internal servers (MTLS)"),
        ),
        Name("{web_conferencing}", when="hybrid", at="edge_web_conferencing", address="hybrid-web-conferencing-inside"),
        Name("{access}", view=EXTERNAL, at="edge_access", address="access-address", in_certificates="edge-access-name"),
        Name(
            "{access_host}",
            each="edge_sip_domain",
            view=EXTERNAL,
            at="edge_access",
            address=Address("access-address-of-domain", when="access_host_has_address"),
            in_certificates=Entry("edge-srv-target-name", when="access_host_is_given"),
        ),
        Name(
            "{web_conferencing}",
            view=EXTERNAL,
            at="edge_web_conferencing",
            address="web-conferencing-address",
            in_certificates="edge-web-conferencing-name",
            answers=Answer("edge-web-conferencing", WEB_CONFERENCING_EDGE, "Lync outside: meeting content"),
        ),
        Name("{av}", view=EXTERNAL, at="edge_av", address="av-address"),
        Name(
            "_sip._tls.{sip_domain}",
            each="edge_sip_domain",
            when="remote_users",
            view=EXTERNAL,
            service=Service("remote-sign-in", "{access_host}", "remote_sign_in", rank="external"),
            at="edge_access",
            answers=Answer("edge-sign-in", ACCESS_EDGE, "Lync outside, sign-in of {sip_domain}"),
        ),
        Name(
            "_sipfederationtls._tcp.{sip_domain}",
            each="edge_sip_domain",
            when="federation_record",
            view=EXTERNAL,
            service=Service("federation", "{access_host}", SIP_TLS, rank="federation"),
            at="edge_access",
            answers=Answer("edge-federation", ACCESS_EDGE, "partners of {sip_domain} (MTLS)"),
        ),
        Name(
            "_sipfederationtls._tcp.{sip_domain}",
            each="edge_sip_domain",
            when="hosted_exchange_um",
            view=EXTERNAL,
            service=Service("hosted-exchange-um", "{access_host}", SIP_TLS, rank="federation"),
        ),
        Name(
            "_xmpp-server._tcp.{sip_domain}",
            each="xmpp_sip_domain",
            view=EXTERNAL,
            service=Service("xmpp", "xmpp.{sip_domain}", XMPP),
        ),
        Name(
            "xmpp.{sip_domain}",
            each="xmpp_sip_domain",
            view=EXTERNAL,
            at="edge_access",
            address="xmpp-address",
            in_certificates=Entry("edge-xmpp-host", when="xmpp_by_host"),
        ),
        Name("{sip_domain}", each="xmpp_sip_domain", when="xmpp_by_domain", in_certificates="edge-xmpp-domain"),
        Name(
            "sip.{sip_domain}",
            each="edge_sip_domain",
            when="fallback_sip",
            view=EXTERNAL,
            at="edge_access",
            address=Address("sip-address-outside", when="fallback_sip sip_outside_address"),
            alias=Alias("sip-alias-outside", "{access}", when="sip_outside_needed sip_outside_alias"),
            in_certificates=Entry("edge-sip-name", when=""),
            answers=Answer("edge-sip-fallback", ACCESS_EDGE, "Lync outside without SRV records, {sip_domain}"),
        ),
        Name(
            "sipexternal.{sip_domain}",
            each="edge_sip_domain",
            when="fallback_sipexternal",
            view=EXTERNAL,
            at="edge_access",
            address="sipexternal-address",
            in_certificates="edge-sipexternal-name",
            answers=Answer("edge-sipexternal-fallback", ACCESS_EDGE, "Lync outside without SRV records, {sip_domain}"),
        ),
        Name("sip.{tenant_domain}", each="tenant_domain", in_certificates="edge-tenant-name"),
        Name("{server}", each="server", at="server", address="edge-server-address"),
    ),
    certificates=(
        Certificate(
            "edge-internal-certificate",
            scope="pool",
            use="edge_internal",
            subject="{pool}",
            names="subject-repeated",
            listeners=(EDGE_INTERNAL,),
        ),
        Certificate(
            "edge-external-certificate",
            scope="pool",
            use="edge_external",
            subject="{access}",
            names=(
                "edge-web-conferencing-name edge-access-name edge-sip-name edge-sipexternal-name edge-xmpp-domain"
                " edge-xmpp-host edge-tenant-name edge-srv-target-name"
            ),
            listeners=(ACCESS_EDGE, WEB_CONFERENCING_EDGE, AV_AUTHENTICATION),
            exportable=True,
            faces_outside=True,
            client_authentication="aol",
        ),
    ),
)

# Reverse proxy

_REVERSE_PROXY = Role(
    "reverse_proxy",
    balanced=BALANCED,
    names=(
        Name(
            "{other_external_web}",
            each="published_pool",
            view=EXTERNAL,
            at="reverse_proxy",
            in_certificates=(
                Entry("proxy-web-name", when="other_is_front_end"),
                Entry("proxy-director-name", when="other_is_director"),
                Entry("proxy-office-web-apps", when="other_is_office_web_apps"),
                Entry("proxy-web-access", when="other_is_web_access"),
            ),
            answers=Answer("published-web", REVERSE_PROXY, "Lync and browsers outside: web services"),
        ),
        Name(
            "{url_host}",
            each="published_url",
            view=EXTERNAL,
            at="reverse_proxy",
            in_certificates=(
                Entry("proxy-meet", when="url_is_meet url_is_public", wildcard=True),
                Entry("proxy-dialin", when="url_is_dialin url_is_public", wildcard=True),
                Entry("proxy-scheduler", when="url_is_scheduler url_is_public", wildcard=True),
            ),
            answers=Answer("published-url", REVERSE_PROXY, "browsers outside, simple URLs", when="url_is_public"),
        ),
        Name(
            "lyncdiscover.{sip_domain}",
            each="published_sip_domain",
            when="external_discovery",
            view=EXTERNAL,
            at="reverse_proxy",
            in_certificates=Entry("proxy-autodiscover", wildcard=True),
            answers=Answer("published-autodiscover", REVERSE_PROXY, "Lync, autodiscover of {sip_domain} outside"),
        ),
    ),
    certificates=(
        Certificate(
            "proxy-certificate",
            when="publishes",
            scope="pool",
            use="reverse_proxy",
            subject="{proxy_subject}",
            names=(
                "proxy-web-name proxy-director-name proxy-meet proxy-dialin proxy-scheduler proxy-office-web-apps"
                " proxy-web-access proxy-autodiscover"
            ),
            listeners=(REVERSE_PROXY,),
            faces_outside=True,
        ),
    ),
)

# Other roles


def server_pool(role: str, listener: Listener, at: str = "pool_sip", further: Name | None = None) -> Role:
    """A pool whose servers answer by the pool's name and their own, with one certificate each."""
    prefix = role.replace("_", "-")
    own = (
        Name(
            "{pool}",
            at=at,
            address=f"{prefix}-pool-address",
            in_certificates="pool-name",
            answers=Answer(f"{prefix}-pool", listener, "other servers (MTLS)"),
        ),
        Name(
            "{server}",
            each="server",
            at="server",
            address=Address("server-address", registers_itself=True),
            in_certificates="server-name",
            answers=Answer(f"{prefix}-server", listener, "other servers (MTLS)"),
        ),
    )
    return Role(
        role,
        balanced=BALANCED,
        names=(*own, further) if further else own,
        certificates=(
            Certificate(
                f"{prefix}-certificate",
                use="default",
                subject="{pool}",
                names=f"pool-name server-name {further.in_certificates if further else ''}",
                listeners=(listener,),
            ),
        ),
    )


def registered_server(role: str, record: str) -> Role:
    """A role that needs no more than the server's own name."""
    own = Name("{server}", each="server", at="server", address=Address(record, registers_itself=True))
    return Role(role, names=(own,))


_OFFICE_WEB_APPS_OUTSIDE = Name(
    "{external_web}",
    when="has_external_web",
    view=EXTERNAL,
    at="published",
    address=Address("office-web-apps-external-address", when="has_external_web is_published"),
    in_certificates="office-web-apps-external-name",
)
_BRANCH_APPLIANCE = Role(
    "survivable_branch_appliance",
    names=(
        Name(
            "{pool}",
            at="pool_sip",
            address="branch-appliance-address",
            in_certificates=Entry("subject-repeated", when="subject_repeat_demanded"),
            answers=Answer("branch-appliance", FRONT_END, "Lync at the branch, led here by its pool"),
        ),
        Name("sip.{sip_domain}", each="served_sip_domain", in_certificates="branch-appliance-sip-name"),
        Name("{server}", each="server", at="server", address=Address("server-address", registers_itself=True)),
    ),
    certificates=(
        Certificate(
            "branch-appliance-certificate",
            use="default",
            subject="{pool}",
            names="subject-repeated branch-appliance-sip-name",
            listeners=(FRONT_END,),
        ),
    ),
)
_EXCHANGE_UM = Role(
    "exchange_um",
    names=(
        Name(
            "{server}",
            each="server",
            at="server",
            address=Address("exchange-um-address", registers_itself=True),
            in_certificates=(
                Entry("exchange-um-own-name", when="several_servers"),
                Entry("exchange-um-names", each="every_server", when="several_servers"),
            ),
            answers=Answer("exchange-um", UNIFIED_MESSAGING, "Front Ends (MTLS)"),
        ),
    ),
    certificates=(
        Certificate(
            "exchange-um-certificate",
            use="default",
            subject="{server}",
            names="exchange-um-own-name exchange-um-names",
            listeners=(UNIFIED_MESSAGING,),
        ),
    ),
)

_ROLES = (
    _front_end("enterprise", BALANCED),
    _front_end("standard", ""),
    _DIRECTOR,
    _EDGE,
    _REVERSE_PROXY,
    server_pool("mediation", MEDIATION),
    server_pool("persistent_chat", PERSISTENT_CHAT),
    server_pool("office_web_apps", OFFICE_WEB_APPS, "pool_web", _OFFICE_WEB_APPS_OUTSIDE),
    _BRANCH_APPLIANCE,
    _EXCHANGE_UM,
    registered_server("back_end", "back-end-address"),
)

PRODUCT = Product(
    id="lync2013",
    title="Lync Server 2013",
    family="Lync Server",
    major=5,
    roles=tuple(rules_of(role, SOURCES) for role in _ROLES),
    features=frozenset(FEATURES) - {"web_components"},
)
