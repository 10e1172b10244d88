# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a CNAME record must not be: beside other records, twice at one name, or the target of a SRV record."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RECORDS, RULES_ALONE, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, Finding

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
    elsewhere=RULES_ALONE,
)
SRV_TARGET_IS_ALIAS = FindingKind(
    code="srv-target-is-alias",
    severity=ERROR,
    about=RECORDS,
    title="A SRV record leads to an alias",
    message="the SRV record '{name}' leads to '{target}', which is a CNAME record",
    breaks="clients that keep to the standard do not follow the record",
    mend="Give the target address records of its own",
    source=(
        "RFC 2782: the target must not be an alias; 'DNS requirements' (Skype for Business Server) shows a CNAME"
        " for sip.<SIP domain>, 'Edge Server environmental requirements' an A record"
    ),
    decision="the standard forbids it; the vendor's pages contradict each other, and an A record is always right",
    elsewhere=RULES_ALONE,
)


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about CNAME records."""
    if not facts.aliases:
        return
    for (view, name), record in facts.aliases.items():
        others = [kind for kind, some in (("addresses", facts.hosts), ("SRV", facts.services)) if (view, name) in some]
        others += ["another CNAME record"] if len(record.values) > 1 else []
        if others:
            yield ALIAS_BESIDE_RECORDS.at(name, name=name, other=" and ".join(others))
    for view, owner in facts.services:
        target = facts.target(view, owner)
        if target is not None and (view, target) in facts.aliases:
            yield SRV_TARGET_IS_ALIAS.at(owner, name=owner, target=target)
