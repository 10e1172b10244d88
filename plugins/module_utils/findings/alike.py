# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings that many SIP domains have alike, told once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import SipDomain

# So few are better read one by one.
FEWEST = 4
_ANY = "\0"
Alike = tuple[str, str, str, str, str]


def told_once(findings: Iterable[Finding], sip_domains: Sequence[SipDomain]) -> tuple[Finding, ...]:
    """The findings, those that differ in nothing but the SIP domain as one, at the place of the first.

    It says how many there are: of all SIP domains by their number alone, of some by their names.
    """
    names = {sip_domain.path: sip_domain.name for sip_domain in sip_domains}
    groups: dict[Alike | int, list[Finding]] = {}
    for number, finding in enumerate(findings):
        name = names.get(finding.where)
        groups.setdefault(_but_for(name, finding) if name else number, []).append(finding)
    return tuple(told for alike in groups.values() for told in _told(alike, names))


def _but_for(name: str, finding: Finding) -> Alike:
    texts = (finding.message, finding.breaks, finding.mend)
    message, breaks, mend = (text.replace(name, _ANY) for text in texts)
    return (finding.severity, finding.code, message, breaks, mend)


def _told(alike: list[Finding], names: dict[str, str]) -> Iterable[Finding]:
    first, others = alike[0], alike[1:]
    if len(alike) < FEWEST:
        return alike
    if len({one.where for one in alike}) == len(names):
        return (
            replace(first, where="sip_domains", message=f"{first.message}. So it is with all {len(names)} SIP domains"),
        )
    listed = ", ".join(dict.fromkeys(names[one.where] for one in others))
    return (replace(first, message=f"{first.message}. So it is with {len(others)} more: {listed}"),)
