# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pitfalls of what stands in certificates, of their keys, and of who shares them."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import (
    FIRST_GENERATION,
    Facts,
    exists_inside_only,
)
from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import finding
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding, PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Issuer, Pool, Server

LONGEST_EXTENSION = 4096  # bytes that a Windows CA stores of one extension
NEARLY_FULL = 3072  # bytes from which on it is told how much room is left
MANY_SIP_DOMAINS = 5  # from which on it is told what one more costs
SHORTEST_KEY = 2048
EXCHANGE_KEY = 1
WEB_USES = ("default", "web_internal", "web_external")
# Where wildcards are supported: uses by role. Nowhere in the first generation.
WILDCARD_USES = {
    "front_end": WEB_USES,
    "director": WEB_USES,
    "reverse_proxy": ("reverse_proxy",),
    "edge": ("edge_internal",),
    "office_web_apps": ("default",),
    "exchange_um": ("default",),
}
PHONE_USES = ("default", "web_internal")


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about certificates."""
    at_home: dict[str, set[str]] = {}
    for sip_domain in facts.topology.sip_domains:
        at_home.setdefault(sip_domain.home, set()).add(sip_domain.name)
    for certificate in facts.plan.certificates:
        pool = facts.pool_of.get(certificate.holders[0]) if certificate.holders else None
        yield from _wildcards(certificate, pool)
        yield from _twice(certificate)
        yield from _key(certificate)
        yield from _size(certificate, at_home.get(pool.fqdn, set()) if pool else set())
    yield from _cost(facts)
    yield from _public(facts)
    yield from _shared(facts)
    yield from _oauth(facts)
    yield from _web_components(facts)


def _wildcards(certificate: PlannedCertificate, pool: Pool | None) -> Iterator[Finding]:
    if certificate.common_name.startswith("*"):
        name = certificate.common_name
        yield finding("wildcard-as-subject", where=certificate.id, certificate=certificate.id, name=name)
    listed = certificate.subject_alternative_names
    wild = [name for name in listed if name.startswith("*")]
    if not wild:
        return
    after = [name for name in listed[listed.index(wild[0]) :] if not name.startswith("*")]
    if after:
        words = {"certificate": certificate.id, "name": wild[0], "other": after[0]}
        yield finding("wildcard-before-names", where=certificate.id, **words)
    for name in wild:
        yield from _wildcard(certificate, pool, name)


def _wildcard(certificate: PlannedCertificate, pool: Pool | None, name: str) -> Iterator[Finding]:
    words = {"certificate": certificate.id, "name": name}
    role, product = (pool.role, pool.product) if pool else ("", "")
    if product in FIRST_GENERATION or certificate.use not in WILDCARD_USES.get(role, ()):
        breaks = "services do not start" if product in FIRST_GENERATION else "others refuse the certificate"
        yield finding("wildcard-not-supported", where=certificate.id, breaks=breaks, **words)
    elif role in ("front_end", "director") and certificate.use in PHONE_USES:
        yield finding("wildcard-refused-by-phones", where=certificate.id, **words)


def _twice(certificate: PlannedCertificate) -> Iterator[Finding]:
    listed = certificate.subject_alternative_names
    if len({name.lower() for name in listed}) == len(listed):
        return
    seen: set[str] = set()
    for name in listed:
        if name.lower() in seen:
            yield finding("name-twice-in-certificate", where=certificate.id, name=name, certificate=certificate.id)
        seen.add(name.lower())


def _key(certificate: PlannedCertificate) -> Iterator[Finding]:
    key, where = certificate.key, certificate.id
    if key.algorithm == "rsa" and key.length < SHORTEST_KEY:
        yield finding("key-too-short", where=where, certificate=where, length=key.length)
    if key.provider_type == 0 or key.key_spec != EXCHANGE_KEY:
        words = {"provider": key.provider, "type": key.provider_type, "spec": key.key_spec}
        yield finding("key-not-usable", where=where, certificate=where, **words)
    if len(certificate.holders) > 1 and not key.exportable:
        yield finding("shared-key-not-exportable", where=where, certificate=where, count=len(certificate.holders))
    if not certificate.require_crl_distribution_point:
        yield finding("distribution-point-not-required", where=where, certificate=where)


def _size(certificate: PlannedCertificate, sip_domains: set[str]) -> Iterator[Finding]:
    listed = certificate.subject_alternative_names
    size = encoded_size(listed)
    words = {"certificate": certificate.id, "count": len(listed), "size": size}
    if size > LONGEST_EXTENSION:
        yield finding("names-too-many-for-authority", where=certificate.id, **words)
    elif size > NEARLY_FULL and sip_domains:
        each = encoded_size(tuple(name for name in listed if names.parent(name) in sip_domains)) // len(sip_domains)
        more = (LONGEST_EXTENSION - size) // max(each, 1)
        yield finding("names-close-to-limit", where=certificate.id, each=each, more=more, **words)


def encoded_size(alternatives: tuple[str, ...]) -> int:
    """Bytes of the names as DER: a sequence of dNSName entries (RFC 5280 section 4.2.1.6)."""
    lengths = list(map(len, alternatives))
    if not lengths or max(lengths) < 128:  # nearly always: one byte of tag and one of length for each name
        return _with_header(sum(lengths) + 2 * len(lengths))
    return _with_header(sum(_with_header(length) for length in lengths))


def _with_header(length: int) -> int:
    """Bytes of a DER element with so much content: one tag, and one to several bytes of length."""
    extra = 0 if length < 128 else (length.bit_length() + 7) // 8
    return 2 + extra + length


def _cost(facts: Facts) -> Iterator[Finding]:
    """What the last SIP domain of many brought along is what the next one will."""
    domains = [one for one in facts.topology.sip_domains if facts.home(one) is not None]
    if len(domains) < MANY_SIP_DOMAINS:
        return
    last = domains[-1]
    listed = [one.subject_alternative_names for one in facts.plan.certificates]
    new = [sum(_is_of(name, last.name) for name in some) for some in listed]
    words = {"count": len(domains), "domain": last.name, "names": sum(new), "certificates": sum(map(bool, new))}
    records = sum(_is_of(record.fqdn, last.name) for record in facts.plan.records)
    yield finding("sip-domains-cost", where=last.path, records=records, **words)


def _is_of(name: str, sip_domain: str) -> bool:
    """Whether a host or a service is directly in the SIP domain; those of domains below it are others'."""
    if not name.endswith(sip_domain):
        return False
    return names.parent(name) == sip_domain or (name[0] == "_" and names.service_domain(name) == sip_domain)


def _public(facts: Facts) -> Iterator[Finding]:
    """What public authorities sign, and what comes with their certificates."""
    public = {one.name for one in _issuers(facts) if one.public}
    used: dict[str, None] = {}
    for certificate in facts.plan.certificates:
        if certificate.issuer.name not in public:
            continue
        used[certificate.issuer.name] = None
        for name in dict.fromkeys((certificate.common_name, *certificate.subject_alternative_names)):
            if exists_inside_only(name):
                words = {"certificate": certificate.id, "name": name}
                yield finding("public-certificate-internal-name", where=certificate.id, **words)
    for issuer in used:
        yield finding("intermediates-in-their-store", where=f"certificates.issuers.{issuer}", issuer=issuer)


def _issuers(facts: Facts) -> Iterator[Issuer]:
    wishes = facts.topology.certificates
    yield wishes.issuer
    yield from wishes.issuers.values()
    if wishes.public_issuer is not None:
        yield wishes.public_issuer


def _shared(facts: Facts) -> Iterator[Finding]:
    """The servers of an Edge pool that carry the same services share each of their certificates."""
    for pool in facts.pools_of_role("edge"):
        different: dict[tuple[tuple[str, ...], str], set[str]] = {}
        for server in pool.servers:
            for certificate in facts.held.get(server.fqdn, ()):
                different.setdefault((server.roles, certificate.use), set()).add(certificate.id)
        for (_roles, use), ids in different.items():
            if len(ids) > 1:
                yield finding("edge-certificates-differ", where=pool.path, pool=pool.fqdn, use=use, count=len(ids))


def _oauth(facts: Facts) -> Iterator[Finding]:
    planned = [one for one in facts.plan.certificates if one.use == "oauth"]
    if len(planned) > 1 or any(one.scope != "global" for one in planned):
        yield finding("oauth-not-global", where=planned[0].id, count=len(planned))
    domain = facts.topology.sip_domains[0].name
    for one in planned:
        if not names.is_within(one.common_name, domain):
            words = {"certificate": one.id, "name": one.common_name, "domain": domain}
            yield finding("oauth-without-sip-domain", where=one.id, **words)


def _web_components(facts: Facts) -> Iterator[Finding]:
    """In OCS the Web Components' certificate is assigned in IIS, apart from the others: it must not be forgotten."""
    for pool in facts.pools_of_role("front_end"):
        if pool.product not in FIRST_GENERATION:
            continue
        for server in pool.servers:
            if "web_components" in (server.roles or ("web_components",)) and not _assigned(facts, server):
                yield finding("web-components-without-certificate", where=server.path, name=server.fqdn)


def _assigned(facts: Facts, server: Server) -> bool:
    return any(
        one.component == "web_components" and one.server == server.fqdn
        for certificate in facts.held.get(server.fqdn, ())
        for one in certificate.assignments
    )
