# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in each certificate, its key, and how much room is left for further names."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request_inf import MAX_EXTENSION
from ansible_collections.ucops.rollout.plugins.module_utils.findings import wildcards
from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import (
    CERTIFICATES,
    RULES_ALONE,
    Example,
    FindingKind,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    ERROR,
    NOTE,
    WARNING,
    Finding,
    PlannedCertificate,
)
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

NEARLY_FULL = 3072  # bytes from which on it is told how much room is left
MANY_SIP_DOMAINS = 5  # from which on it is told what one more costs
SHORTEST_KEY = 2048
EXCHANGE_KEY = 1
_EDGE = "TechNet 'Certificate Requirements for External User Access' (Lync Server 2013)"
_OAUTH = "TechNet 'Assigning a Server-to-Server Authentication Certificate' (Lync Server 2013)"
_SAN_LIMIT = "skypeadmin.com 2014-10-01 'How many SIP domains', confirmed by its error text only"
_FOUR_DOMAINS = ["a.example.com", "b.example.com", "c.example.com", "d.example.com"]
_ZONES_OF_MANY = ["company.local", "example.com"]


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about certificates, one by one, and what one more SIP domain costs."""
    at_home: dict[str, set[str]] = {}
    for sip_domain in facts.topology.sip_domains:
        at_home.setdefault(sip_domain.home, set()).add(sip_domain.name)
    for certificate in facts.plan.certificates:
        pool = facts.pool_of.get(certificate.holders[0]) if certificate.holders else None
        yield from wildcards.look_at(facts, certificate, pool)
        yield from _twice(certificate)
        yield from key_findings(certificate)
        yield from size_findings(certificate, at_home.get(pool.fqdn, set()) if pool else set())
    yield from _cost(facts)


NAME_TWICE_IN_CERTIFICATE = FindingKind(
    code="name-twice-in-certificate",
    severity=WARNING,
    about=CERTIFICATES,
    title="A certificate has a name twice",
    message="'{name}' stands twice in {certificate}",
    breaks="nothing, but room of the extension",
    mend="Leave one of them out",
    source="names do not differ by case, RFC 4343",
    decision="harmless but for the size",
    elsewhere=RULES_ALONE,
)


def _twice(certificate: PlannedCertificate) -> Iterator[Finding]:
    listed = certificate.subject_alternative_names
    if len({name.lower() for name in listed}) == len(listed):
        return
    seen: set[str] = set()
    for name in listed:
        if name.lower() in seen:
            yield NAME_TWICE_IN_CERTIFICATE.at(certificate.id, name=name, certificate=certificate.id)
        seen.add(name.lower())


KEY_TOO_SHORT = FindingKind(
    code="key-too-short",
    severity=ERROR,
    about=CERTIFICATES,
    title="A key is too short",
    message="the key of {certificate} has {length} bits",
    breaks="the wizard refuses an OAuth certificate below 2048 bits, and Windows since KB2661254 any below 1024",
    mend="Set certificates.key_length to 2048 or more",
    source=f"{_OAUTH}: at least 2048 bits; another page says 1024, 2048 recommended",
    decision="authorities of today sign nothing below 2048 bits",
    elsewhere=RULES_ALONE,
)
KEY_NOT_USABLE = FindingKind(
    code="key-not-usable",
    severity=ERROR,
    about=CERTIFICATES,
    title="A key of a kind that the products cannot use",
    message="the key of {certificate} comes from '{provider}' (type {type}) with key specification {spec}",
    breaks="assignment fails with 'The buffer supplied to a function was too small'",
    mend="Use the provider 'Microsoft RSA SChannel Cryptographic Provider' with an exchange key",
    source="blogs.perficient.com 2013-12-09 (CNG keys); TechNet bb663762 'Sample Certificate' (KeySpec 1)",
    decision="the certificate cannot be assigned",
    elsewhere=RULES_ALONE,
)
SHARED_KEY_NOT_EXPORTABLE = FindingKind(
    code="shared-key-not-exportable",
    severity=ERROR,
    about=CERTIFICATES,
    title="A certificate for several servers has a key that cannot be carried",
    message="{certificate} is for {count} servers, and its key is not exportable",
    breaks="the certificate can only be used on the server that requested it",
    mend="Plan an exportable key",
    source=_EDGE,
    decision="the rollout could not be finished",
    elsewhere=RULES_ALONE,
)
DISTRIBUTION_POINT_NOT_REQUIRED = FindingKind(
    code="distribution-point-not-required",
    severity=WARNING,
    about=CERTIFICATES,
    title="A certificate may come without a CRL distribution point",
    message="{certificate} is not required to have a CRL distribution point",
    breaks="servers refuse each other where they cannot check for revocation",
    mend="Require the distribution point",
    source="TechNet bb870336 'Certificate Infrastructure'; 'Certificate Infrastructure Requirements' (2013)",
    decision="most authorities put it in unasked",
    elsewhere=RULES_ALONE,
)


def key_findings(certificate: PlannedCertificate) -> Iterator[Finding]:
    """What is wrong with the key that is planned for a certificate, and whether it may come without a CRL."""
    key, where = certificate.key, certificate.id
    if key.algorithm == "rsa" and key.length < SHORTEST_KEY:
        yield KEY_TOO_SHORT.at(where, certificate=where, length=key.length)
    if key.provider_type == 0 or key.key_spec != EXCHANGE_KEY:
        values = {"provider": key.provider, "type": key.provider_type, "spec": key.key_spec}
        yield KEY_NOT_USABLE.at(where, certificate=where, **values)
    if len(certificate.holders) > 1 and not key.exportable:
        yield SHARED_KEY_NOT_EXPORTABLE.at(where, certificate=where, count=len(certificate.holders))
    if not certificate.require_crl_distribution_point:
        yield DISTRIBUTION_POINT_NOT_REQUIRED.at(where, certificate=where)


NAMES_TOO_MANY_FOR_AUTHORITY = FindingKind(
    code="names-too-many-for-authority",
    severity=ERROR,
    about=CERTIFICATES,
    title="The subject alternative names are too many for a Windows certification authority",
    message="the {count} names of {certificate} take {size} bytes, and the Windows CA {ca} accepts 4096",
    breaks="the request fails with 0xc80005e2",
    mend=(
        "Give some SIP domains another pool as their home, or use another authority; from Lync 2010 on,"
        " simple URL layout 3 and Autodiscover over HTTP need fewer names"
    ),
    source=_SAN_LIMIT,
    decision="the CA refuses the request; a public authority accepts more, and nothing is said of one",
    elsewhere=(
        "60 SIP domains such as sip-domain-001.example.com at one OCS pool; see"
        " tests/unit/plugins/module_utils/findings/test_certificates.py"
    ),
)
NAMES_CLOSE_TO_LIMIT = FindingKind(
    code="names-close-to-limit",
    severity=NOTE,
    about=CERTIFICATES,
    title="Few more SIP domains fit into a certificate",
    message=(
        "the {count} names of {certificate} take {size} of 4096 bytes; each further SIP domain adds about {each}"
        " bytes, so that about {more} more fit"
    ),
    breaks="nothing yet: each SIP domain also means that every certificate with its names is requested anew",
    mend="Use simple URL layout 3 and Autodiscover over HTTP, or give further SIP domains another home",
    source=_SAN_LIMIT,
    decision="told in time, nothing is wrong",
    elsewhere=(
        "45 SIP domains such as sip-domain-001.example.com at one OCS pool; see"
        " tests/unit/plugins/module_utils/findings/test_certificates.py"
    ),
)


def size_findings(certificate: PlannedCertificate, sip_domains: Collection[str] = ()) -> Iterator[Finding]:
    """Whether a Windows CA takes so many names; a public authority has no limit that is known."""
    if not certificate.issuer.ca:
        return
    listed, where = certificate.subject_alternative_names, certificate.id
    size = encoded_size(listed)
    values = {"certificate": where, "count": len(listed), "size": size}
    if size > MAX_EXTENSION:
        yield NAMES_TOO_MANY_FOR_AUTHORITY.at(where, ca=certificate.issuer.ca, **values)
    elif size > NEARLY_FULL and sip_domains:
        each = encoded_size(tuple(name for name in listed if names.parent(name) in sip_domains)) // len(sip_domains)
        more = (MAX_EXTENSION - size) // max(each, 1)
        yield NAMES_CLOSE_TO_LIMIT.at(where, each=each, more=more, **values)


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


SIP_DOMAINS_COST = FindingKind(
    code="sip-domains-cost",
    severity=NOTE,
    about=CERTIFICATES,
    title="What each SIP domain costs",
    message=(
        "there are {count} SIP domains; one more such as '{domain}' adds about {records} and {names},"
        " and has {certificates} requested anew"
    ),
    breaks="nothing",
    mend="Gather further SIP domains before certificates are requested; simple URL layout 3 needs fewer names",
    source="TechNet 'Certificate Requirements for Mobility' (Lync Server 2013); modern-workplace.uk",
    decision="to be known before the next SIP domain is promised, nothing is wrong",
    example=Example(
        "ocs",
        change={"sip_domains": [*_FOUR_DOMAINS, "e.example.com"], "dns.internal.zones": _ZONES_OF_MANY},
        where=("sip_domains[4]",),
        near={"sip_domains": _FOUR_DOMAINS, "dns.internal.zones": _ZONES_OF_MANY},
        message=(
            "there are 5 SIP domains; one more such as 'e.example.com' adds about 2 records and 4 names, and has 2"
            " certificates requested anew"
        ),
    ),
)


def _cost(facts: Facts) -> Iterator[Finding]:
    """What the last SIP domain of many brought along is what the next one will."""
    domains = [one for one in facts.topology.sip_domains if facts.home(one) is not None]
    if len(domains) < MANY_SIP_DOMAINS:
        return
    last = domains[-1]
    listed = [one.subject_alternative_names for one in facts.plan.certificates]
    new = [sum(_is_of(name, last.name) for name in some) for some in listed]
    records = sum(_is_of(record.fqdn, last.name) for record in facts.plan.records)
    costs = {"records": records, "names": sum(new), "certificates": sum(map(bool, new))}
    told = {what: number(count, what.removesuffix("s")) for what, count in costs.items()}
    yield SIP_DOMAINS_COST.at(last.path, count=len(domains), domain=last.name, **told)


def _is_of(name: str, sip_domain: str) -> bool:
    """Whether a host or a service is directly in the SIP domain; those of domains below it are others'."""
    if not name.endswith(sip_domain):
        return False
    return names.parent(name) == sip_domain or (name[0] == "_" and names.service_domain(name) == sip_domain)
