# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pitfalls on the way from a user's address to a server: SRV records, fallback names, Autodiscover, hidden names."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import finding
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Pool, SipDomain

# The SRV records by which clients find their server over TLS.
CLIENT_SERVICES = (("internal", "_sipinternaltls._tcp"), ("external", "_sip._tls"))
PLAIN_SERVICES = (("internal", "_sipinternal._tcp"), ("external", "_sip._tcp"))


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about sign-in, SIP domain by SIP domain."""
    for sip_domain in facts.topology.sip_domains:
        home = facts.home(sip_domain)
        if home is not None:
            yield from _strict_names(facts, sip_domain, home)
            yield from _plain_tcp(facts, sip_domain, home)
            yield from _fallback(facts, sip_domain, home)
            yield from _sip_names(facts, sip_domain, home)
            yield from _autodiscover(facts, sip_domain, home)
    yield from _aliases(facts)
    yield from _appliances(facts)
    yield from _hidden_names(facts)


def _strict_names(facts: Facts, sip_domain: SipDomain, home: Pool) -> Iterator[Finding]:
    """The three readings of "strict": the policy's default, its other setting, and the library's."""
    for view, service in CLIENT_SERVICES:
        owner = f"{service}.{sip_domain.name}"
        target = facts.target(view, owner)
        if target is None or target in (sip_domain.name, f"sip.{sip_domain.name}"):
            continue
        if names.parent(target) == sip_domain.name:
            yield from _not_strict(facts, sip_domain, home, owner, target)
            continue
        below = target.endswith(f".{sip_domain.name}")
        code = "srv-target-below-sip-domain" if below else "srv-target-outside-sip-domain"
        yield finding(code, where=sip_domain.path, name=owner, target=target, domain=sip_domain.name)


def _not_strict(facts: Facts, sip_domain: SipDomain, home: Pool, owner: str, target: str) -> Iterator[Finding]:
    """Inside the SIP domain, as the library has it, but not as the policy's text has it."""
    if facts.knows(home, "name_policy"):
        yield finding("srv-target-not-strict", where=sip_domain.path, name=owner, target=target, domain=sip_domain.name)
    elif target != home.fqdn:
        yield finding("srv-target-alias", where=sip_domain.path, name=target, domain=sip_domain.name)


def _plain_tcp(facts: Facts, sip_domain: SipDomain, home: Pool) -> Iterator[Finding]:
    for view, service in PLAIN_SERVICES:
        owner = f"{service}.{sip_domain.name}"
        if (view, owner) in facts.services:
            yield finding("sign-in-without-tls", where=sip_domain.path, name=owner)
    if sip_domain.plain_tcp and not facts.knows(home, "plain_tcp"):
        owner = f"{PLAIN_SERVICES[0][1]}.{sip_domain.name}"
        yield finding("record-nobody-asks-for", where=sip_domain.path, name=owner)


def _fallback(facts: Facts, sip_domain: SipDomain, home: Pool) -> Iterator[Finding]:
    """A fallback name that DNS has must be in a certificate of those who answer."""
    inside, outside = facts.pools.get(sip_domain.first_contact, home), facts.pools.get(sip_domain.edge)
    for view, label, pool in (("internal", "sipinternal", inside), ("external", "sipexternal", outside)):
        name = f"{label}.{sip_domain.name}"
        if pool is not None and facts.is_planned(view, name) and name not in facts.names_of(pool):
            yield finding("fallback-name-not-in-certificate", where=sip_domain.path, name=name)


def _sip_names(facts: Facts, sip_domain: SipDomain, home: Pool) -> Iterator[Finding]:
    """sip.<SIP domain> in the certificates of all that its users meet: home, Director, Edge, branch appliances."""
    name = f"sip.{sip_domain.name}"
    met = dict.fromkeys((home.fqdn, sip_domain.first_contact, sip_domain.edge if sip_domain.outside else ""))
    pools = [facts.pools[fqdn] for fqdn in met if fqdn in facts.pools]
    for pool in pools:
        if name not in facts.names_of(pool):
            held = f"the certificates of {pool.fqdn}"
            chosen = pool.role in ("front_end", "director") and not facts.topology.certificates.sip_names
            code = "sip-name-left-out" if chosen else "sip-name-not-in-certificate"
            yield finding(code, where=sip_domain.path, name=name, domain=sip_domain.name, certificate=held)


def _autodiscover(facts: Facts, sip_domain: SipDomain, home: Pool) -> Iterator[Finding]:
    if not facts.knows(home, "autodiscover"):
        return
    inside, outside = f"lyncdiscoverinternal.{sip_domain.name}", f"lyncdiscover.{sip_domain.name}"
    if facts.is_planned("external", inside):
        yield finding("autodiscover-answered-outside", where=sip_domain.path, name=inside)
    if facts.is_planned("internal", outside):
        yield finding("autodiscover-answered-inside", where=sip_domain.path, name=outside)
    for view, name in (("internal", inside), ("external", outside)):
        alias = facts.aliases.get((view, name))
        if alias is not None and names.parent(str(alias.values[0])) != sip_domain.name:
            target = alias.values[0]
            yield finding(
                "autodiscover-alias-elsewhere", where=sip_domain.path, name=name, target=target, domain=sip_domain.name
            )
    yield from _autodiscover_missing(facts, sip_domain, home, inside, outside)


def _autodiscover_missing(
    facts: Facts, sip_domain: SipDomain, home: Pool, inside: str, outside: str
) -> Iterator[Finding]:
    if not facts.is_planned("internal", inside) and facts.has_zone("internal", inside):
        yield finding("autodiscover-missing", where=sip_domain.path, name=inside, view="internal")
    published = sip_domain.outside and facts.is_planned("external", home.external_web_fqdn or "")
    if published and not facts.is_planned("external", outside) and facts.has_zone("external", outside):
        yield finding("autodiscover-missing", where=sip_domain.path, name=outside, view="external")


def _aliases(facts: Facts) -> Iterator[Finding]:
    """What a CNAME record must not be: beside other records, twice at one name, or the target of a SRV record."""
    if not facts.aliases:
        return
    for (view, name), record in facts.aliases.items():
        others = [kind for kind, some in (("addresses", facts.hosts), ("SRV", facts.services)) if (view, name) in some]
        others += ["another CNAME record"] if len(record.values) > 1 else []
        if others:
            yield finding("alias-beside-records", where=name, name=name, other=" and ".join(others))
    for view, owner in facts.services:
        target = facts.target(view, owner)
        if target is not None and (view, target) in facts.aliases:
            yield finding("srv-target-is-alias", where=owner, name=owner, target=target)


def _appliances(facts: Facts) -> Iterator[Finding]:
    """A Survivable Branch Appliance signs in every SIP domain that it serves, and knows no Autodiscover."""
    for pool in facts.pools_of_role("survivable_branch_appliance"):
        addresses = {address for server in pool.servers for address in server.addresses.get("internal", ())}
        for sip_domain in facts.topology.sip_domains:
            if pool.serves is not None and sip_domain.name not in pool.serves:
                continue
            yield from _appliance(facts, pool, sip_domain, addresses)


def _appliance(facts: Facts, pool: Pool, sip_domain: SipDomain, addresses: set[str]) -> Iterator[Finding]:
    name = f"sip.{sip_domain.name}"
    if not sip_domain.cut_over and name not in facts.names_of(pool):
        held = f"the certificates of {pool.fqdn}"
        code = "sip-name-not-in-certificate"
        yield finding(code, where=pool.path, name=name, domain=sip_domain.name, certificate=held)
    for discover in (f"lyncdiscoverinternal.{sip_domain.name}", f"lyncdiscover.{sip_domain.name}"):
        record = facts.hosts.get(("internal", discover))
        if record is not None and addresses.intersection(str(value) for value in record.values):
            yield finding("appliance-answers-autodiscover", where=pool.path, name=discover, pool=pool.fqdn)


def _hidden_names(facts: Facts) -> Iterator[Finding]:
    """Names outside that users inside come to, in a zone that is hosted inside and does not have them."""
    index = facts.indexes.get("internal") or names.ZoneIndex(())
    for name, breaks in _needed_inside(facts).items():
        found = index.find(name)
        zone = facts.zones["internal", found] if found else None
        if zone is None or zone.kind == "pin_point" or facts.is_planned("internal", name):
            continue
        if names.owner_in(name, zone.name) not in zone.copied_names:
            yield finding("outside-name-hidden-inside", where=zone.path, name=name, zone=zone.name, breaks=breaks)


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
