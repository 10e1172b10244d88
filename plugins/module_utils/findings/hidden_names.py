# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names outside that users inside come to, in a zone that is hosted inside and does not have them."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RECORDS, Example, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import WARNING, Finding

_SPLIT = "TechNet 'Determine DNS Requirements' (Lync Server 2013), split-brain DNS"

OUTSIDE_NAME_HIDDEN_INSIDE = FindingKind(
    code="outside-name-hidden-inside",
    severity=WARNING,
    about=RECORDS,
    title="A name that users inside need exists only outside, and an internal zone hides it",
    message="'{name}' is a name of the outside, and the internal zone '{zone}' hides it from everybody inside",
    breaks="{breaks}",
    mend="{mend}",
    source=f"{_SPLIT}; 'Plan hybrid connectivity' (web conferencing names)",
    decision="users inside lose a part, sign-in works; the site may copy the name without telling us",
    example=Example(
        "lync",
        change={"dns.internal.zones[1].copied_names": []},
        where=("dns.internal.zones[1]",),
        near={"dns.internal.zones[1]": {"name": "contoso.com", "kind": "pin_point"}},
        message=(
            "'webext.contoso.com' is a name of the outside, and the internal zone 'contoso.com' hides it"
            " from everybody inside"
        ),
    ),
)
_COPY = "Add the name to copied_names of the zone and copy it there, or declare pin-point zones instead"
_OTHER_NAME = "Give the external web services a name of their own in web.external_fqdn"
# What else may make the name, by the rule, and how a site does without.
_MEND_BY_RULE = {
    "sign-in-alias-address": "Set srv_target: sip at the SIP domain, so that sign-in needs no such name",
    "simple-url-address": "Give the simple URL a host of its own",
}
# The rules that lead the external name somewhere inside on purpose: to the reverse proxy, to the Director itself.
_ON_PURPOSE = frozenset({"external-web-inside", "director-external-web"})


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about names that an internal zone hides; zones.py speaks of names that no product needs."""
    index = facts.indexes.get("internal") or names.ZoneIndex(())
    for name, breaks in _needed_inside(facts).items():
        found = index.find(name)
        zone = facts.zones["internal", found] if found else None
        if zone is None or zone.kind == "pin_point" or facts.is_planned("internal", name):
            continue
        if names.owner_in(name, zone.name) not in zone.copied_names:
            yield OUTSIDE_NAME_HIDDEN_INSIDE.at(zone.path, name=name, zone=zone.name, breaks=breaks, mend=_COPY)
    yield from _led_elsewhere(facts)


def _led_elsewhere(facts: Facts) -> Iterator[Finding]:
    """External web names that a record inside, made for another purpose, leads to something else."""
    for pool in facts.pools_of_role("front_end", "director"):
        name = pool.external_web_fqdn
        if not name or name == pool.web_farm_fqdn:  # web.py speaks of the same name inside and outside
            continue
        record = facts.hosts.get(("internal", name)) or facts.aliases.get(("internal", name))
        rules = [reason.rule.rpartition(".")[2] for reason in record.reasons] if record is not None else []
        if record is not None and _ON_PURPOSE.isdisjoint(rules):
            mends = dict.fromkeys(_MEND_BY_RULE[rule] for rule in rules if rule in _MEND_BY_RULE)
            yield OUTSIDE_NAME_HIDDEN_INSIDE.at(
                f"{pool.path}.web.external_fqdn",
                name=name,
                zone=record.zone,
                breaks="the external web services for everybody inside: the name leads to something else there",
                mend=". ".join((*mends, _OTHER_NAME)),
            )


def _needed_inside(facts: Facts) -> dict[str, str]:
    """Names with what breaks where they are not found inside."""
    needed = {
        pool.external_web_fqdn: "mobile clients inside, which come to the external web services"
        for pool in facts.pools_of_role("front_end", "director")
        if pool.external_web_fqdn and facts.knows(pool, "autodiscover")
    }
    for url in facts.topology.simple_urls:
        if url.kind in ("meet", "dialin") and facts.is_planned("external", url.host):
            needed.setdefault(url.host, "meetings and the dial-in page for users inside")
    if facts.topology.hybrid is not None:
        for pool in facts.pools_of_role("edge"):
            if pool.edge is not None:
                needed.setdefault(pool.edge.web_conferencing.fqdn, "content of meetings held in Microsoft 365")
    return needed
