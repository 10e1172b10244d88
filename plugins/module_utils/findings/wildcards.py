# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wildcards in a certificate: where products and phones take them, and where in the list."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import (
    CERTIFICATES,
    RULES_ALONE,
    Example,
    FindingKind,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, WARNING, Finding, PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Pool

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
_WILDCARD = "TechNet 'Wildcard Certificate Support' (Lync Server 2010, 2013)"

WILDCARD_AS_SUBJECT = FindingKind(
    code="wildcard-as-subject",
    severity=ERROR,
    about=CERTIFICATES,
    title="A wildcard is the subject of a certificate",
    message="the subject of {certificate} is the wildcard '{name}'",
    breaks="services do not start or refuse each other: no role supports a wildcard as its subject",
    mend="Put a full name into the subject and the wildcard among the alternative names",
    source=_WILDCARD,
    decision="no role of any product supports it",
    elsewhere=RULES_ALONE,
)
WILDCARD_BEFORE_NAMES = FindingKind(
    code="wildcard-before-names",
    severity=WARNING,
    about=CERTIFICATES,
    title="A wildcard stands before full names",
    message="the wildcard '{name}' stands before '{other}' in {certificate}",
    breaks="devices (Lync Phone Edition), which read the list up to the wildcard",
    mend="Put the full names first",
    source=f"{_WILDCARD}: full names must precede the wildcard",
    decision="other clients do not mind",
    elsewhere=RULES_ALONE,
)


def look_at(facts: Facts, certificate: PlannedCertificate, pool: Pool | None) -> Iterator[Finding]:
    """Everything about the wildcards of one certificate; ``pool``: that of its first holder."""
    if certificate.common_name.startswith("*"):
        name = certificate.common_name
        yield WILDCARD_AS_SUBJECT.at(certificate.id, certificate=certificate.id, name=name)
    listed = certificate.subject_alternative_names
    wild = [name for name in listed if name.startswith("*")]
    if not wild:
        return
    after = [name for name in listed[listed.index(wild[0]) :] if not name.startswith("*")]
    if after:
        values = {"certificate": certificate.id, "name": wild[0], "other": after[0]}
        yield WILDCARD_BEFORE_NAMES.at(certificate.id, **values)
    for name in wild:
        yield from _wildcard(facts, certificate, pool, name)


WILDCARD_NOT_SUPPORTED = FindingKind(
    code="wildcard-not-supported",
    severity=ERROR,
    about=CERTIFICATES,
    title="A wildcard where the product does not support it",
    message="the wildcard '{name}' in {certificate} is not supported there",
    breaks="{breaks}",
    mend="Write every name in full",
    source=f"{_WILDCARD}; TechNet 'Plan for Edge Server Certificates'; techtarget.com 2010-05 (OCS)",
    decision="services do not start, or partners refuse the certificate",
    elsewhere=RULES_ALONE,
)
WILDCARD_REFUSED_BY_PHONES = FindingKind(
    code="wildcard-refused-by-phones",
    severity=WARNING,
    about=CERTIFICATES,
    title="Phones refuse a wildcard",
    message="{certificate} has the wildcard '{name}', and phones connect there",
    breaks="Lync Phone Edition: 'Cannot connect to the server. Retrying.'",
    mend="Write every name in full in the certificates that phones meet",
    source="J. Schertz 2011-02 'Lync Phone Edition Incompatible with Wildcard Certificates'",
    decision="only sites with Lync Phone Edition are touched",
    example=Example(
        "lync",
        change={"certificates.wildcard": True},
        where=(
            "fe01.contoso.net/default",
            "fe01.contoso.net/default",
            "fe02.contoso.net/default",
            "fe02.contoso.net/default",
        ),
        near={"certificates.wildcard": False},
        message="fe01.contoso.net/default has the wildcard '*.contoso.com', and phones connect there",
    ),
)


def _wildcard(facts: Facts, certificate: PlannedCertificate, pool: Pool | None, name: str) -> Iterator[Finding]:
    values = {"certificate": certificate.id, "name": name}
    role, unknown = (pool.role, not facts.knows(pool, "wildcard")) if pool else ("", False)
    if unknown or certificate.use not in WILDCARD_USES.get(role, ()):
        breaks = "services do not start" if unknown else "others refuse the certificate"
        yield WILDCARD_NOT_SUPPORTED.at(certificate.id, breaks=breaks, **values)
    elif role in ("front_end", "director") and certificate.use in PHONE_USES:
        yield WILDCARD_REFUSED_BY_PHONES.at(certificate.id, **values)
