# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Federation, and SIP domains that the Internet cannot know."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts, exists_inside_only
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RECORDS, Example, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import WARNING, Finding

_FEDERATION = "TechNet 'DNS Summary - SIP, XMPP Federation and Public Instant Messaging' (Lync Server 2013)"
_SERVICES_OUTSIDE = ("_sip._tls", "_sipfederationtls._tcp")
_INSIDE_ONLY = {"sip_domains[0].name": "contoso.local", "dns.internal.zones[1].name": "contoso.local"}


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about being found by partners."""
    yield from _federation(facts)
    yield from _domains_inside_only(facts)


FEDERATION_RECORD_MISSING = FindingKind(
    code="federation-record-missing",
    severity=WARNING,
    about=RECORDS,
    title="A SIP domain cannot be found by partners",
    message="there is no '{name}' in the external view although federation is on",
    breaks="federation, push notifications and hosted voice mail of this SIP domain (ms-diagnostics 1027, 1034)",
    mend="Plan the record for every SIP domain, the default one above all",
    source=f"{_FEDERATION}; perficient.com 2015-08-19 (default SIP domain and hosted voice mail)",
    decision="everything else works",
    example=Example(
        "lync",
        change={"dns.external.zones": ["contoso.com"]},
        where=("sip_domains[1]",),
        near={"dns.external.zones": ["contoso.com"], "federation": {"partner_discovery": False}},
        message="there is no '_sipfederationtls._tcp.fabrikam.com' in the external view although federation is on",
    ),
)
DEFAULT_SIP_DOMAIN_INTERNAL_ONLY = FindingKind(
    code="default-sip-domain-internal-only",
    severity=WARNING,
    about=RECORDS,
    title="The default SIP domain exists inside only, and federation is on",
    message="the default SIP domain '{name}' cannot exist on the Internet, but federation looks for its SRV record",
    breaks=(
        "federation, hosted voice mail and hybrid: the other side looks up"
        " '_sipfederationtls._tcp.{name}' and finds nothing"
    ),
    mend="Put a SIP domain that exists on the Internet first in sip_domains",
    source="perficient.com 2015-08-19 'How the default SIP domain impacts Exchange Online UM connections'",
    decision="federation of the other SIP domains may still work",
    example=Example(
        "lync",
        change=_INSIDE_ONLY,
        where=("sip_domains[0]",),
        near={**_INSIDE_ONLY, "federation": {"partner_discovery": False}},
        message=(
            "the default SIP domain 'contoso.local' cannot exist on the Internet, but federation looks for"
            " its SRV record"
        ),
    ),
)


def _federation(facts: Facts) -> Iterator[Finding]:
    wanted = facts.topology.federation
    found_by_dns = wanted.partner_discovery or wanted.push_notifications or wanted.hosted_exchange_um
    default = facts.topology.sip_domains[0]
    # Also where it is said not to exist outside: those outside ask for the default SIP domain all the same.
    asked_for = (found_by_dns and default.edge) or facts.topology.hybrid is not None
    if asked_for and exists_inside_only(default.name):
        yield DEFAULT_SIP_DOMAIN_INTERNAL_ONLY.at(default.path, name=default.name)
    if not found_by_dns or not facts.has_view("external"):
        return
    for sip_domain in facts.topology.sip_domains:
        owner = f"_sipfederationtls._tcp.{sip_domain.name}"
        if sip_domain.edge and sip_domain.outside and ("external", owner) not in facts.services:
            yield FEDERATION_RECORD_MISSING.at(sip_domain.path, name=owner)


SIP_DOMAIN_INTERNAL_ONLY = FindingKind(
    code="sip-domain-internal-only",
    severity=WARNING,
    about=RECORDS,
    title="A SIP domain that exists inside only is published outside",
    message="'{domain}' cannot exist on the Internet, but records are planned for it in the external view",
    breaks="users of this SIP domain outside; the records serve nobody",
    mend="Set outside: false for the SIP domain, or give its users addresses in a public domain",
    source="RFC 6761, RFC 6762 section 3 and RFC 8375: names that the Internet does not resolve",
    decision="the other SIP domains work",
    example=Example(
        "lync",
        change={
            "sip_domains[1].name": "fabrikam.lan",
            "dns.internal.zones[2].name": "fabrikam.lan",
            "dns.external.zones[1].name": "fabrikam.lan",
        },
        where=("sip_domains[1]",),
        near={
            "sip_domains[1]": {"name": "fabrikam.lan", "srv_target": "sip", "outside": False},
            "dns.internal.zones[2].name": "fabrikam.lan",
        },
        message="'fabrikam.lan' cannot exist on the Internet, but records are planned for it in the external view",
    ),
)


def _domains_inside_only(facts: Facts) -> Iterator[Finding]:
    for sip_domain in facts.topology.sip_domains:
        if not exists_inside_only(sip_domain.name):
            continue
        shown = any(("external", f"{service}.{sip_domain.name}") in facts.services for service in _SERVICES_OUTSIDE)
        if shown or facts.is_planned("external", f"sip.{sip_domain.name}"):
            yield SIP_DOMAIN_INTERNAL_ONLY.at(sip_domain.path, domain=sip_domain.name)
