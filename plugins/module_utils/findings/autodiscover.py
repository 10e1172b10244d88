# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Autodiscover names of a SIP domain: missing, in the wrong view, or leading where clients do not follow."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import (
    RECORDS,
    RULES_ALONE,
    Example,
    FindingKind,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, NOTE, WARNING, Finding
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Pool, SipDomain

_AUTODISCOVER = "TechNet 'DNS Summary - Autodiscover' and 'Technical Requirements for Mobility' (Lync Server 2013)"
_SPLIT = "TechNet 'Determine DNS Requirements' (Lync Server 2013), split-brain DNS"

AUTODISCOVER_ANSWERED_OUTSIDE = FindingKind(
    code="autodiscover-answered-outside",
    severity=ERROR,
    about=RECORDS,
    title="The internal Autodiscover name is planned outside",
    message="'{name}' is planned in the external view",
    breaks="clients outside are sent to internal addresses and do not find their way",
    mend="Keep lyncdiscoverinternal in the internal view only",
    source=f"{_SPLIT}: not supported for lyncdiscover and lyncdiscoverinternal",
    decision="the library does not support it, and clients ask for this name first",
    elsewhere=RULES_ALONE,
)
AUTODISCOVER_ANSWERED_INSIDE = FindingKind(
    code="autodiscover-answered-inside",
    severity=NOTE,
    about=RECORDS,
    title="The external Autodiscover name is planned inside as well",
    message="'{name}' is planned in the internal view",
    breaks="PC clients inside may be led through the reverse proxy; mobile clients on internal Wi-Fi are meant to",
    mend="Leave it to the external view, unless mobile clients inside need it",
    source=f"{_SPLIT}: not supported; the pages on mobility say that functionality should not be affected",
    decision="the sources disagree on whether it does harm",
    elsewhere=RULES_ALONE,
)
AUTODISCOVER_ALIAS_ELSEWHERE = FindingKind(
    code="autodiscover-alias-elsewhere",
    severity=WARNING,
    about=RECORDS,
    title="An Autodiscover name is an alias of a name in another domain",
    message="'{name}' is a CNAME of '{target}', which lies in another domain than '{domain}'",
    breaks="mobile clients over HTTPS: 'Can't verify the certificate from the server'",
    mend="Plan address records for the name (autodiscover as A), or use HTTP only for it",
    source=f"{_AUTODISCOVER}: a CNAME to another domain over HTTPS is not supported",
    decision="PC clients get through where the certificate has both names; mobile clients over HTTPS do not",
    example=Example(
        "lync",
        change={"autodiscover": {"internal": "cname"}},
        where=(
            "sip_domains[0]",
            "sip_domains[1]",
        ),
        near={"autodiscover": {"internal": "a"}},
        message=(
            "'lyncdiscoverinternal.contoso.com' is a CNAME of 'webint.contoso.net', which lies in another"
            " domain than 'contoso.com'"
        ),
    ),
)


def look_at(facts: Facts, sip_domain: SipDomain, home: Pool) -> Iterator[Finding]:
    """Everything about the Autodiscover names of one SIP domain; the first generation knows none."""
    if not facts.knows(home, "autodiscover"):
        return
    inside, outside = f"lyncdiscoverinternal.{sip_domain.name}", f"lyncdiscover.{sip_domain.name}"
    if facts.is_planned("external", inside):
        yield AUTODISCOVER_ANSWERED_OUTSIDE.at(sip_domain.path, name=inside)
    if facts.is_planned("internal", outside):
        yield AUTODISCOVER_ANSWERED_INSIDE.at(sip_domain.path, name=outside)
    for view, name in (("internal", inside), ("external", outside)):
        alias = facts.aliases.get((view, name))
        if alias is not None and names.parent(str(alias.values[0])) != sip_domain.name:
            target = alias.values[0]
            yield AUTODISCOVER_ALIAS_ELSEWHERE.at(sip_domain.path, name=name, target=target, domain=sip_domain.name)
    yield from _missing(facts, sip_domain, home, inside, outside)


AUTODISCOVER_MISSING = FindingKind(
    code="autodiscover-missing",
    severity=WARNING,
    about=RECORDS,
    title="A SIP domain has no Autodiscover name",
    message="there is no '{name}' in the {view} view",
    breaks="mobile clients do not sign in, others sign in slowly or ask whether to trust the server",
    mend="Leave autodiscover on for the SIP domain",
    source=_AUTODISCOVER,
    decision="PC clients fall back to SRV records",
    example=Example(
        "lync",
        change={"autodiscover": {"internal": "none"}},
        where=(
            "sip_domains[0]",
            "sip_domains[1]",
        ),
        near={"autodiscover": {"internal": "a"}},
        message="there is no 'lyncdiscoverinternal.contoso.com' in the internal view",
    ),
)


def _missing(facts: Facts, sip_domain: SipDomain, home: Pool, inside: str, outside: str) -> Iterator[Finding]:
    if not facts.is_planned("internal", inside) and facts.has_zone("internal", inside):
        yield AUTODISCOVER_MISSING.at(sip_domain.path, name=inside, view="internal")
    published = sip_domain.outside and facts.is_planned("external", home.external_web_fqdn or "")
    if published and not facts.is_planned("external", outside) and facts.has_zone("external", outside):
        yield AUTODISCOVER_MISSING.at(sip_domain.path, name=outside, view="external")
