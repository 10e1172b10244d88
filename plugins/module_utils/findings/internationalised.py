# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names in A-label form (xn--), which the products do not know."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RECORDS, Example, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import WARNING, Finding

_PREFIX = "xn--"

NAME_INTERNATIONALISED = FindingKind(
    code="name-internationalised",
    severity=WARNING,
    about=RECORDS,
    title="A name is internationalised, which the products do not know",
    message="'{name}' is an internationalised name in the form that DNS has of it",
    breaks="{breaks}: the products support no internationalised domain names",
    mend="Choose a name of the letters a to z, digits and hyphens alone, and without a label that begins with xn--",
    source="'Edge Server environmental requirements' (Skype for Business Server): no internationalised domain names",
    decision="DNS and certificates take such a name; the earlier products' pages are silent",
    example=Example(
        "lync",
        change={"pools[0].web.external_fqdn": "xn--bro-hoa.contoso.com"},
        where=("pools[0].web.external_fqdn",),
        near={"pools[0].web.external_fqdn": "buero.contoso.com"},
        message="'xn--bro-hoa.contoso.com' is an internationalised name in the form that DNS has of it",
    ),
)


def look(facts: Facts) -> Iterator[Finding]:
    """Each name that the topology gives, once, at its first place."""
    told: set[str] = set()
    for name, where, breaks in _given(facts):
        if name not in told and any(label.startswith(_PREFIX) for label in name.split(".")):
            told.add(name)
            yield NAME_INTERNATIONALISED.at(where, name=name, breaks=breaks)


def _given(facts: Facts) -> Iterator[tuple[str, str, str]]:
    for sip_domain in facts.topology.sip_domains:
        yield sip_domain.name, sip_domain.path, "sign-in and federation of this SIP domain"
    for pool in facts.topology.pools:
        yield pool.fqdn, pool.path, "the whole pool"
        for server in pool.servers:
            yield server.fqdn, server.path, "this server"
        yield pool.web_farm_fqdn, f"{pool.path}.web.internal_fqdn", "web services inside"
        yield pool.external_web_fqdn or "", f"{pool.path}.web.external_fqdn", "web services outside"
        if pool.edge is not None:
            for service in ("access", "web_conferencing", "av"):
                yield getattr(pool.edge, service).fqdn, f"{pool.path}.edge.{service}", "what comes from outside"
    for url in facts.topology.simple_urls:
        yield url.host, url.place, "this simple URL"
