# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Office Communications Server 2007: rules only, no logic; what is said of each: `ocs2007_sources`."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.model import EXTERNAL
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import (
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
from ansible_collections.ucops.rollout.plugins.module_utils.products.ocs2007_sources import SOURCES
from ansible_collections.ucops.rollout.plugins.module_utils.products.rules import Listener

SIP_TLS = 5061
SIP_TCP = 5060
HTTPS = 443

FRONT_END = Listener("front_end", SIP_TLS, "sip_tls")
WEB_COMPONENTS = Listener("web_components", HTTPS, "https")
WEB_CONFERENCING = Listener("web_conferencing", 8057, "psom_tls")
AV_CONFERENCING = Listener("av_conferencing", 5063, "sip_tls")
DIRECTOR = Listener("director", SIP_TLS, "sip_tls")
MEDIATION = Listener("mediation", SIP_TLS, "sip_tls")
GROUP_CHAT = Listener("group_chat", SIP_TLS, "sip_tls")
UNIFIED_MESSAGING = Listener("unified_messaging", SIP_TLS, "sip_tls")
EDGE_INTERNAL = Listener("edge_internal", SIP_TLS, "sip_tls")
ACCESS_EDGE = Listener("access_edge", "access", "sip_tls", role="access_edge")
WEB_CONFERENCING_EDGE = Listener("web_conferencing_edge", "web_conferencing", "psom_tls")
AV_AUTHENTICATION = Listener("av_authentication", 5062)
REVERSE_PROXY = Listener("reverse_proxy", HTTPS, "https")
WEB_ACCESS = Listener("cwa", HTTPS, "https")
WEB_ACCESS_MTLS = Listener("cwa_mtls", SIP_TLS)

# Front End and Director


def _pool(address: str, registrar: Listener, prefix: str = "") -> Name:
    return Name(
        "{pool}",
        at="pool_sip",
        address=address or (),
        in_certificates=Entry("subject-repeated", when="subject_is_repeated"),
        answers=Answer(
            f"{prefix}pool-by-hand",
            registrar,
            "Communicator, redirected by another pool or set by hand",
            when="pool_name_signs_nobody_in",
        ),
    )


def _sign_in(registrar: Listener, prefix: str = "") -> tuple[Name, ...]:
    """The names by which clients come to a Front End or a Director."""
    without_service = "Communicator without SRV records, {sip_domain}"
    return (
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
            answers=Answer(f"{prefix}sign-in", registrar, "Communicator, automatic sign-in of {sip_domain}"),
        ),
        Name(
            "_sipinternal._tcp.{sip_domain}",
            each="sip_domain",
            when="plain_tcp",
            service=Service("sign-in-tcp", "{sign_in_host}", SIP_TCP, rank="internal"),
        ),
        Name(
            "sipinternal.{sip_domain}",
            each="sip_domain",
            when="fallback_sipinternal",
            at="pool_sip",
            address="fallback-sipinternal",
            in_certificates="fallback-name",
            answers=Answer(f"{prefix}fallback-sipinternal-sign-in", registrar, without_service),
        ),
        Name(
            "sip.{sip_domain}",
            each="sip_domain",
            when="fallback_sip",
            at="pool_sip",
            address=Address("fallback-sip", when="fallback_sip sip_inside_address"),
            alias=Alias("sip-alias", "{pool}", when="sip_name_has_record sip_inside_alias"),
            in_certificates=Entry("sip-name", each="home_sip_domain", when="sip_name_in_certificate"),
            answers=Answer(f"{prefix}fallback-sip-sign-in", registrar, without_service),
        ),
    )


def _server(address: str, *answers: Answer) -> Name:
    return Name(
        "{server}",
        each="server",
        at="server",
        address=Address(address, registers_itself=True),
        in_certificates=(Entry("server-name"), Entry("server-subject-repeated", when="subject_is_repeated")),
        answers=answers,
    )


def _mtls(registrar: Listener, prefix: str = "") -> Answer:
    return Answer(f"{prefix}server-mtls", registrar, "other servers (MTLS)", when="server_is_front_end")


def _web_farm(*further: Answer) -> Name:
    client = "Communicator and Live Meeting: address book, meeting content, group expansion"
    return Name(
        "{web_farm}",
        at="pool_web",
        address=Address("web-farm-address", when="web_farm_has_own_name"),
        in_certificates=(
            Entry("web-farm-name", when="web_farm_has_own_name"),
            Entry("web-components-subject-repeated", when="subject_is_repeated"),
        ),
        answers=(Answer("web-farm", WEB_COMPONENTS, client), *further),
    )


_FURTHER = (
    Name(
        "{conferencing}",
        when="conferencing_has_own_name",
        at="pool_conferencing",
        address="web-conferencing-address",
        in_certificates="web-conferencing-name",
    ),
    Name(
        "ucupdates.{sip_domain}", each="home_sip_domain", when="device_update", at="pool_web", address="device-update"
    ),
    Name(
        "{external_web}",
        when="has_external_web is_published",
        view=EXTERNAL,
        at="published",
        address="external-web-farm-address",
    ),
)
_PROOF_OF_WEB = "proof of each server behind the web farm's name"
_CONSOLIDATED_SERVER = (_mtls(FRONT_END), Answer("server-web", WEB_COMPONENTS, _PROOF_OF_WEB))
_CONSOLIDATED = (
    _pool("pool-address", FRONT_END),
    _web_farm(),
    *_sign_in(FRONT_END),
    *_FURTHER,
    _server("server-address", *_CONSOLIDATED_SERVER),
)
_EXPANDED = (
    _pool("pool-address", FRONT_END),
    _web_farm(
        Answer(
            "expanded-server-web",
            WEB_COMPONENTS,
            _PROOF_OF_WEB,
            each="server",
            when="server_is_web_components",
            at="server",
        )
    ),
    *_sign_in(FRONT_END),
    *_FURTHER,
    _server(
        "server-address",
        _mtls(FRONT_END),
        Answer(
            "expanded-web-conferencing",
            WEB_CONFERENCING,
            "Live Meeting inside, and the Web Conferencing Edge",
            when="server_is_web_conferencing",
        ),
        Answer("expanded-av-conferencing", AV_CONFERENCING, "other servers (MTLS)", when="server_is_av_conferencing"),
    ),
)
# The server's name is the pool's.
_STANDARD = (
    _pool("", FRONT_END),
    _web_farm(),
    *_sign_in(FRONT_END),
    *_FURTHER,
    _server("standard-address", *_CONSOLIDATED_SERVER),
)

_SIP_ENTRIES = "subject-repeated sip-name fallback-name sign-in-alias-name server-name"
_COMBINED_ENTRIES = (
    "subject-repeated sip-name fallback-name sign-in-alias-name web-farm-name web-conferencing-name server-name"
)
_WEB_ENTRIES = "web-components-subject-repeated web-conferencing-name"


def _by_placement(prefix: str = "") -> tuple[Certificate, ...]:
    """One certificate for everything on a server, or one for each use, as the site wants."""
    return (
        Certificate(
            f"{prefix}pool-certificate",
            when="combined",
            use="default",
            subject="{pool}",
            names=_COMBINED_ENTRIES,
            listeners=(FRONT_END, WEB_COMPONENTS),
        ),
        Certificate(
            f"{prefix}front-end-certificate",
            when="per_use",
            use="default",
            subject="{pool}",
            names=_SIP_ENTRIES,
            listeners=(FRONT_END,),
        ),
        Certificate(
            f"{prefix}web-components-certificate",
            when="per_use",
            use="web_internal",
            subject="{web_farm}",
            names=f"{_WEB_ENTRIES} server-name",
            listeners=(WEB_COMPONENTS,),
        ),
    )


# Each role on servers of its own.
_EXPANDED_CERTIFICATES = (
    Certificate(
        "expanded-front-end-certificate",
        use="default",
        subject="{pool}",
        names=_SIP_ENTRIES,
        listeners=(FRONT_END,),
        role="front_end",
    ),
    Certificate(
        "expanded-web-components-certificate",
        use="default",
        subject="{web_farm}",
        names=_WEB_ENTRIES,
        listeners=(WEB_COMPONENTS,),
        role="web_components",
    ),
    Certificate(
        "expanded-web-conferencing-certificate",
        use="default",
        subject="{server}",
        names="server-subject-repeated web-conferencing-name",
        listeners=(WEB_CONFERENCING,),
        role="web_conferencing",
    ),
    Certificate(
        "expanded-av-conferencing-certificate",
        use="default",
        subject="{server}",
        names="server-subject-repeated",
        listeners=(AV_CONFERENCING,),
        role="av_conferencing",
    ),
)

# A Standard Edition server, or an array of them behind a load balancer.
_DIRECTOR = Role(
    "director",
    balanced="hardware",
    names=(
        _pool("director-address", DIRECTOR, "director-"),
        *_sign_in(DIRECTOR, "director-"),
        _server("server-address", _mtls(DIRECTOR, "director-")),
    ),
    certificates=(
        Certificate("director-certificate", use="default", subject="{pool}", names=_SIP_ENTRIES, listeners=(DIRECTOR,)),
    ),
)

# Edge

_EDGE_INSIDE = Name(
    "{pool}",
    at="edge_internal",
    address="edge-internal-address",
    in_certificates=Entry("edge-internal-subject-repeated", when="subject_is_repeated"),
    answers=(
        Answer("edge-inside", EDGE_INTERNAL, "Front Ends and Directors (MTLS)"),
        Answer(
            "edge-inside-each",
            EDGE_INTERNAL,
            "proof of each server of the array",
            each="server",
            when="several_servers",
            at="server",
        ),
    ),
)
# Edge roles on computers of their own: what faces inside is each computer's own.
_SEPARATE_EDGE_INSIDE = Name(
    "{server}",
    each="server",
    at="server",
    address="separate-edge-internal-address",
    in_certificates=Entry("server-subject-repeated", when="subject_is_repeated"),
    answers=Answer("separate-edge-inside", EDGE_INTERNAL, "Front Ends and Directors (MTLS)"),
)
_EDGE_OUTSIDE = (
    Name(
        "{access}",
        view=EXTERNAL,
        at="edge_access",
        address="access-edge-address",
        in_certificates=Entry("access-edge-subject-repeated", when="subject_is_repeated"),
    ),
    Name(
        "sip.{sip_domain}",
        each="edge_sip_domain",
        view=EXTERNAL,
        at="edge_access",
        address=Address("access-edge-sip-address", when="sip_outside_address"),
        alias=Alias("sip-alias-outside", "{access}", when="sip_outside_alias"),
        in_certificates="access-edge-sip-name",
    ),
    Name(
        "{web_conferencing}",
        when="pool_has_web_conferencing_edge",
        view=EXTERNAL,
        at="edge_web_conferencing",
        address="web-conferencing-edge-address",
        in_certificates=Entry("web-conferencing-edge-subject-repeated", when="subject_is_repeated"),
        answers=Answer("web-conferencing-outside", WEB_CONFERENCING_EDGE, "Live Meeting outside"),
    ),
    Name("{av}", when="pool_has_av_edge", view=EXTERNAL, at="edge_av", address="av-edge-address"),
    Name("{av_authentication}", when="subject_is_repeated", in_certificates="av-authentication-subject-repeated"),
    Name(
        "_sip._tls.{sip_domain}",
        each="edge_sip_domain",
        when="remote_users",
        view=EXTERNAL,
        service=Service("remote-sign-in", "{access_host}", "remote_sign_in", rank="external"),
        at="edge_access",
        answers=Answer("remote-sign-in-here", ACCESS_EDGE, "Communicator outside, automatic sign-in of {sip_domain}"),
    ),
    Name(
        "_sip._tcp.{sip_domain}",
        each="edge_sip_domain",
        when="remote_users plain_tcp",
        view=EXTERNAL,
        service=Service("remote-sign-in-tcp", "{access_host}", "access", rank="external"),
    ),
    Name(
        "_sipfederationtls._tcp.{sip_domain}",
        each="edge_sip_domain",
        when="partner_discovery",
        view=EXTERNAL,
        service=Service("federation", "{access_host}", SIP_TLS, rank="federation"),
    ),
    Name(
        "sipexternal.{sip_domain}",
        each="edge_sip_domain",
        when="fallback_sipexternal",
        view=EXTERNAL,
        at="edge_access",
        address="fallback-sipexternal",
        in_certificates="fallback-external-name",
        answers=Answer(
            "fallback-sipexternal-sign-in",
            ACCESS_EDGE,
            "Communicator outside without SRV records, {sip_domain}",
            when="remote_users fallback_sipexternal",
        ),
    ),
    Name(
        "{access_host}",
        each="edge_sip_domain",
        when="access_host_is_given",
        view=EXTERNAL,
        at="edge_access",
        address="edge-srv-target-address",
        in_certificates="edge-srv-target-name",
    ),
    Name(
        "{access_host}",
        each="edge_sip_domain",
        when="partner_discovery",
        view=EXTERNAL,
        at="edge_access",
        answers=Answer("federation-here", ACCESS_EDGE, "partners' Access Edges, {sip_domain}", port=SIP_TLS),
    ),
)

_EDGE_INTERNAL_CERTIFICATE = Certificate(
    "edge-internal-certificate",
    scope="pool",
    use="edge_internal",
    subject="{pool}",
    names="edge-internal-subject-repeated",
    listeners=(EDGE_INTERNAL,),
)
_SEPARATE_EDGE_INTERNAL_CERTIFICATE = Certificate(
    "separate-edge-internal-certificate",
    use="edge_internal",
    subject="{server}",
    names="server-subject-repeated",
    listeners=(EDGE_INTERNAL,),
)
_EDGE_OUTSIDE_CERTIFICATES = (
    Certificate(
        "access-edge-certificate",
        scope="pool",
        use="edge_access",
        subject="{access}",
        names="access-edge-subject-repeated access-edge-sip-name fallback-external-name edge-srv-target-name",
        listeners=(ACCESS_EDGE,),
        faces_outside=True,
        client_authentication="aol",
        role="access_edge",
    ),
    Certificate(
        "web-conferencing-edge-certificate",
        scope="pool",
        use="edge_web_conferencing",
        subject="{web_conferencing}",
        names="web-conferencing-edge-subject-repeated",
        listeners=(WEB_CONFERENCING_EDGE,),
        faces_outside=True,
        role="web_conferencing_edge",
    ),
    Certificate(
        "av-authentication-certificate",
        scope="pool",
        use="av_authentication",
        subject="{av_authentication}",
        names="av-authentication-subject-repeated",
        listeners=(AV_AUTHENTICATION,),
        role="av_edge",
    ),
)

# Reverse proxy: a certificate, and a listener, for each published name

_REVERSE_PROXY = Role(
    "reverse_proxy",
    balanced="hardware",
    names=(
        Name(
            "{other_external_web}",
            each="published_pool",
            view=EXTERNAL,
            at="reverse_proxy",
            in_certificates=Entry("reverse-proxy-subject-repeated", each="pool", when="subject_is_repeated"),
            answers=Answer("published", REVERSE_PROXY, "users outside"),
        ),
    ),
    certificates=(
        Certificate(
            "reverse-proxy-certificate",
            scope="pool",
            each="published_pool",
            apart="{other_external_web}",
            use="reverse_proxy",
            subject="{other_external_web}",
            names="reverse-proxy-subject-repeated",
            listeners=(REVERSE_PROXY,),
            faces_outside=True,
        ),
    ),
)

# Communicator Web Access

WEB_ACCESS_OUTSIDE = Name(
    "{external_web}",
    when="has_external_web is_published",
    view=EXTERNAL,
    at="published",
    address="web-access-external-address",
)
_WEB_ACCESS = Role(
    "communicator_web_access",
    balanced="hardware",
    names=(
        Name(
            "{web_access_host}",
            each="web_access_host",
            at="pool_web",
            address="web-access-address",
            in_certificates=Entry("web-access-subject-repeated", each="pool", when="subject_is_repeated"),
            answers=Answer("web-access", WEB_ACCESS, "browsers"),
        ),
        WEB_ACCESS_OUTSIDE,
        _server("server-address"),
    ),
    certificates=(
        Certificate(
            "web-access-mtls-certificate",
            use="mtls",
            subject="{server}",
            names="server-subject-repeated",
            listeners=(WEB_ACCESS_MTLS,),
            exportable=True,
        ),
        Certificate(
            "web-access-certificate",
            scope="pool",
            each="web_access_host",
            apart="{web_access_host}",
            use="web_access",
            subject="{web_access_host}",
            names="web-access-subject-repeated",
            listeners=(WEB_ACCESS,),
            exportable=True,
        ),
    ),
)

# Other roles


def _own_name(role: str, listener: Listener, client: str) -> Role:
    """Servers with a certificate of their own name."""
    prefix = role.replace("_", "-")
    return Role(
        role,
        names=(_server("server-address", Answer(prefix, listener, client)),),
        certificates=(
            Certificate(
                f"{prefix}-certificate",
                use="default",
                subject="{server}",
                names="server-subject-repeated",
                listeners=(listener,),
            ),
        ),
    )


# No certificate of their own is asked for by any document that was found.
_SERVER = Name("{server}", each="server", at="server", address=Address("server-address", registers_itself=True))

_ROLES = (
    Role(
        "front_end",
        "enterprise",
        configurations="consolidated",
        balanced="hardware",
        names=_CONSOLIDATED,
        certificates=_by_placement(),
    ),
    Role(
        "front_end",
        "enterprise",
        configurations="expanded",
        balanced="hardware",
        names=_EXPANDED,
        certificates=_EXPANDED_CERTIFICATES,
    ),
    Role("front_end", "standard", names=_STANDARD, certificates=_by_placement("standard-")),
    _DIRECTOR,
    _own_name("mediation", MEDIATION, "Front Ends (MTLS)"),
    Role(
        "edge",
        configurations="consolidated",
        balanced="hardware",
        names=(_EDGE_INSIDE, *_EDGE_OUTSIDE),
        certificates=(_EDGE_INTERNAL_CERTIFICATE, *_EDGE_OUTSIDE_CERTIFICATES),
    ),
    Role(
        "edge",
        configurations="expanded",
        balanced="hardware",
        names=(_SEPARATE_EDGE_INSIDE, *_EDGE_OUTSIDE),
        certificates=(_SEPARATE_EDGE_INTERNAL_CERTIFICATE, *_EDGE_OUTSIDE_CERTIFICATES),
    ),
    _REVERSE_PROXY,
    _WEB_ACCESS,
    _own_name("group_chat", GROUP_CHAT, "Front Ends (MTLS)"),
    _own_name("exchange_um", UNIFIED_MESSAGING, "Front Ends (MTLS)"),
    *(Role(role, names=(_SERVER,)) for role in ("archiving", "monitoring", "back_end")),
)

PRODUCT = Product(
    id="ocs2007",
    title="Office Communications Server 2007",
    family="Office Communications Server",
    major=3,
    roles=tuple(rules_of(role, SOURCES) for role in _ROLES),
    features=frozenset({"web_external", "plain_tcp", "web_components"}),
    refusals={
        ("addresses", "external"): (
            "Give access, web_conferencing and av an address each (TechNet bb870404 'DNS Requirements', table 43)"
        ),
        ("certificate_subject", ""): "Every published name is the subject of a certificate of its own",
    },
)
