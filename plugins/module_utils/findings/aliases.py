# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CNAME records: what they must not be, and what they mean where the site wants them in place of addresses."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RECORDS, Example, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, NOTE, WARNING, Finding

ALIAS_BESIDE_RECORDS = FindingKind(
    code="alias-beside-records",
    severity=ERROR,
    about=RECORDS,
    title="A CNAME record is not alone at its name",
    message="'{name}' has a CNAME record and also {other}",
    breaks="DNS servers refuse one of them, or answer with either",
    mend="Choose one form for the name",
    source="RFC 1034 section 3.6.2",
    decision="no DNS server may hold both",
    example=Example(
        "lync",
        change={
            "simple_urls": {
                "internal": "cname",
                "urls": [
                    {"kind": "meet", "url": "https://meet.contoso.com"},
                    {"kind": "meet", "url": "https://meet.fabrikam.com", "sip_domain": "fabrikam.com"},
                    {"kind": "dialin", "url": "https://fe01.contoso.net"},
                ],
            }
        },
        where=("fe01.contoso.net",),
        near={"simple_urls": {"internal": "cname"}},
        message="'fe01.contoso.net' has a CNAME record and also addresses",
    ),
)
SRV_TARGET_IS_ALIAS = FindingKind(
    code="srv-target-is-alias",
    severity=ERROR,
    about=RECORDS,
    title="A SRV record leads to an alias",
    message="the SRV record '{name}' leads to '{target}', which is a CNAME record",
    breaks="clients that keep to the standard do not follow the record",
    mend=(
        "Give the target address records of its own: sip_internal or sip_external: a, or lead the SRV record elsewhere"
        " (srv_target, external_srv_target)"
    ),
    source=(
        "RFC 2782: the target must not be an alias; 'DNS requirements' (Skype for Business Server) shows a CNAME"
        " for sip.<SIP domain>, 'Edge Server environmental requirements' an A record"
    ),
    decision="the standard forbids it; the vendor's pages contradict each other, and an A record is always right",
    example=Example(
        "lync",
        change={"sip_domains[1]": {"name": "fabrikam.com", "sip_external": "cname"}},
        where=("_sip._tls.fabrikam.com", "_sipfederationtls._tcp.fabrikam.com"),
        near={
            "sip_domains[1]": {"name": "fabrikam.com", "sip_external": "cname", "external_srv_target": "edge"},
        },
        message=("the SRV record '_sip._tls.fabrikam.com' leads to 'sip.fabrikam.com', which is a CNAME record"),
    ),
)


SIP_NAME_IS_ALIAS = FindingKind(
    code="sip-name-is-alias",
    severity=WARNING,
    about=RECORDS,
    title="sip.<SIP domain> is an alias",
    message="'{name}' is planned in the {view} view as a CNAME of '{target}'",
    breaks=(
        "nothing for clients that ask for '{name}' itself: they still look for it in the certificate, not for"
        " '{target}'. No SRV record may lead to it, so that those of '{domain}' lead to another name, which strict"
        " clients take only inside the SIP domain"
    ),
    mend="Plan an address (sip_internal, sip_external: a), unless the address is somebody else's to change",
    source=(
        "'DNS requirements' (Skype for Business Server) shows an alias, 'Edge Server environmental requirements' an"
        " address; RFC 2782: a SRV record's target must not be an alias"
    ),
    decision="it works, the vendor's pages contradict each other, and an address is always right",
    example=Example(
        "lync",
        change={
            "sip_domains[1]": {"name": "fabrikam.com", "srv_target": "alias", "fallback": True, "sip_internal": "cname"}
        },
        where=("sip_domains[1]",),
        near={"sip_domains[1]": {"name": "fabrikam.com", "srv_target": "alias", "fallback": True}},
        message="'sip.fabrikam.com' is planned in the internal view as a CNAME of 'pool01.contoso.net'",
    ),
)
SIMPLE_URL_IS_ALIAS = FindingKind(
    code="simple-url-is-alias",
    severity=NOTE,
    about=RECORDS,
    title="The host of a simple URL is an alias",
    message="'{name}' is planned in the {view} view as a CNAME of '{target}'",
    breaks=(
        "nothing where all who use the URL resolve '{target}' too; the certificate must name '{name}', as it is"
        " planned, and not only '{target}'"
    ),
    mend="Plan addresses (simple_urls.internal, simple_urls.external: a) where '{target}' does not resolve everywhere",
    source=(
        "TechNet 'DNS requirements for simple URLs' (Lync Server 2013) has addresses; 'DNS requirements for simple"
        " URLs' (Skype for Business Server) has aliases where pools stand in for each other; RFC 9525 section 2"
    ),
    decision="browsers follow an alias and compare the URL's own host; only the resolution of the target can fail",
    example=Example(
        "lync",
        change={"simple_urls": {"layout": 3, "internal": "cname"}},
        where=("lync.contoso.com",),
        near={"simple_urls": {"layout": 3}},
        message="'lync.contoso.com' is planned in the internal view as a CNAME of 'webint.contoso.net'",
    ),
)


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about CNAME records."""
    if not facts.aliases:
        return
    yield from _instead_of_addresses(facts)
    for (view, name), record in facts.aliases.items():
        others = [kind for kind, some in (("addresses", facts.hosts), ("SRV", facts.services)) if (view, name) in some]
        others += ["another CNAME record"] if len(record.values) > 1 else []
        if others:
            yield ALIAS_BESIDE_RECORDS.at(name, name=name, other=" and ".join(others))
    for view, owner in facts.services:
        for target in facts.targets(view, owner):
            if (view, target) in facts.aliases:
                yield SRV_TARGET_IS_ALIAS.at(owner, name=owner, target=target)


def _instead_of_addresses(facts: Facts) -> Iterator[Finding]:
    """Names that are aliases because the site wants it; those of a SIP domain that has left are Microsoft 365's."""
    sip = {f"sip.{one.name}": one for one in facts.topology.sip_domains if not one.cut_over}
    urls = {url.host for url in facts.topology.simple_urls}
    for (view, name), record in facts.aliases.items():
        target = record.values[0]
        if name in sip:
            one = sip[name]
            yield SIP_NAME_IS_ALIAS.at(one.path, name=name, view=view, target=target, domain=one.name)
        elif name in urls:
            yield SIMPLE_URL_IS_ALIAS.at(name, name=name, view=view, target=target)
