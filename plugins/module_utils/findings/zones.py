# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Zones that get no record, and zones that hide names."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RECORDS, Example, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import NOTE, WARNING, Finding
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Zone

USUAL_NAMES_OUTSIDE = ("www", "mail", "autodiscover", "owa", "ftp")

ZONE_WITHOUT_RECORDS = FindingKind(
    code="zone-without-records",
    severity=NOTE,
    about=RECORDS,
    title="A declared zone gets no record",
    message="nothing is planned in the zone '{name}'",
    breaks="nothing",
    mend="Leave the zone out, unless it is kept for later",
    source="the topology",
    decision="harmless",
    example=Example(
        "ocs",
        change={"dns.internal.zones[2]": "fabrikam.com"},
        where=("dns.internal.zones[2]",),
        near={"dns.internal.zones[1]": "company.com"},
        message="nothing is planned in the zone 'fabrikam.com'",
    ),
)
ZONE_HIDES_NAMES = FindingKind(
    code="zone-hides-names",
    severity=WARNING,
    about=RECORDS,
    title="A zone inside hides the names that exist outside",
    message="the zone '{name}' inside, created where it is missing, hides {hidden} from everybody inside",
    breaks="mail, autodiscover and web sites of the domain for users inside",
    mend=(
        "Copy the names into the zone and list them in copied_names, say with known_names: [] that there are"
        " none, or declare pin-point zones (one for each SRV owner and each target) instead"
    ),
    source="TechNet 'Determine DNS Requirements' (Lync Server 2013), split-brain DNS",
    decision="whether the hidden names matter is not known to the planner",
    example=Example(
        "ocs",
        change={"dns.internal.zones[1].known_names": ["www"]},
        where=("dns.internal.zones[1]",),
        near={"dns.internal.zones[1].known_names": []},
        message="the zone 'company.com' inside, created where it is missing, hides www from everybody inside",
    ),
)


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about zones; those of kind pin_point are made for the names that are needed."""
    planned: dict[tuple[str, str], set[str]] = {(zone.view, zone.name): set() for zone in facts.topology.zones}
    for record in facts.plan.records:
        planned.setdefault((record.view, record.zone), set()).add(record.name)
    for zone in facts.topology.zones:
        if zone.kind == "pin_point":
            continue
        owners = planned[zone.view, zone.name]
        if not owners:
            yield ZONE_WITHOUT_RECORDS.at(zone.path, name=zone.name)
        hidden = _hidden(zone, owners)
        if hidden:
            yield ZONE_HIDES_NAMES.at(zone.path, name=zone.name, hidden=hidden)


def _hidden(zone: Zone, owners: set[str]) -> str:
    """The names that go out of sight, as text; empty where none do. A pin-point zone holds one name and hides none."""
    if zone.view != "internal" or zone.if_missing != "create" or owners == {names.APEX}:
        return ""
    if zone.known_names is None:
        usual = ", ".join(name for name in USUAL_NAMES_OUTSIDE if name not in zone.copied_names)
        return f"every name that exists outside and is not copied (such as {usual})"
    copied = owners.union(zone.copied_names)
    return ", ".join(sorted(name for name in set(zone.known_names) if name not in copied))
