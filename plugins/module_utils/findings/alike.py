# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings that many SIP domains or zones have alike, told once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import takewhile

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding, Plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Topology

# So few are better read one by one.
FEWEST = 4
_ANY = "\0"
_ALL = ". It holds for all {count} SIP domains"
_SOME = ". It holds for {count} more: {names}"
_TOLD = re.compile(r"\. It holds for (?:all \d+ SIP domains|\d+ more: (?P<names>.*))$", re.DOTALL)
Alike = tuple[str, str, str, str, str, str]


def told_once(findings: Iterable[Finding], topology: Topology) -> tuple[Finding, ...]:
    """The findings, those that differ in nothing but the SIP domain or the zone as one, where the first was.

    It says how many there are: of all SIP domains by their number alone, of others by their names too.
    """
    places = {sip_domain.path: sip_domain.name for sip_domain in topology.sip_domains}
    places.update({zone.path: zone.name for zone in topology.zones})
    groups: dict[Alike | int, list[Finding]] = {}
    for number, finding in enumerate(findings):
        name = places.get(finding.where)
        groups.setdefault(_but_for(name, finding) if name else number, []).append(finding)
    every = {sip_domain.name for sip_domain in topology.sip_domains}
    return tuple(told for alike in groups.values() for told in _told(alike, places, every))


def _list_of(finding: Finding) -> str:
    """``sip_domains`` of ``sip_domains[3]``."""
    return finding.where.rpartition("[")[0]


def _but_for(name: str, finding: Finding) -> Alike:
    texts = (finding.message, finding.breaks, finding.mend)
    message, breaks, mend = (text.replace(name, _ANY) for text in texts)
    return (finding.severity, finding.code, _list_of(finding), message, breaks, mend)


def _told(alike: list[Finding], places: Mapping[str, str], every: Collection[str]) -> Iterable[Finding]:
    first = alike[0]
    if len(alike) < FEWEST:
        return alike
    told = tuple(dict.fromkeys(places[one.where] for one in alike))
    if set(told) == every:
        message = first.message + _ALL.format(count=len(told))
        return (replace(first, where=_list_of(first), message=message),)
    message = first.message + _SOME.format(count=len(told) - 1, names=", ".join(told[1:]))
    return (replace(first, message=message),)


def holds_for(finding: Finding, name: str, plan: Plan) -> bool:
    """Whether a finding that was told once, of another SIP domain or zone, holds for a name of the plan as well.

    ``_sip._tls.fabrikam.com`` is to ``fabrikam.com`` what ``_sip._tls.contoso.com`` is to the one that it was told of.
    """
    told = _TOLD.search(finding.message)
    if told is None:
        return False
    domains = set((told["names"] or "").split(", ")) if told["names"] else _sip_domains(plan)
    examples = re.findall(r"'([^']+)'", finding.message[: told.start()])
    return any(rest in domains for example in examples for rest in _rests(name, example))


def _rests(name: str, example: str) -> Iterator[str]:
    """The name without none, one, two … of the labels that it and the example begin with."""
    labels = name.split(".")
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(labels, example.split("."), strict=False))
    return (".".join(labels[first:]) for first in range(len(list(alike)) + 1))


def _sip_domains(plan: Plan) -> set[str]:
    """Those that have a SRV record for sign-in or federation."""
    owners = (record.fqdn for record in plan.records if record.type == "SRV" and record.fqdn.startswith("_sip"))
    return {names.service_domain(owner) for owner in owners}
