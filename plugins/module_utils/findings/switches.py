# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Switches that change nothing, since the role that they speak of is missing."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import LEFT_OUT, RECORDS, Example, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import WARNING, Finding
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Topology

SWITCH_WITHOUT_EFFECT = FindingKind(
    code="switch-without-effect",
    severity=WARNING,
    about=RECORDS,
    title="A switch is set that needs an Edge, and there is none",
    message="{switch} is set, but there is no Edge pool",
    breaks="{breaks}: nothing is planned for it, neither in DNS nor in a certificate",
    mend="Add the Edge pool to pools, or leave the key out",
    source="the rules of all products: these records and names belong to the Access Edge",
    decision="another team may plan the Edge in a topology of its own",
    example=Example(
        "lync",
        change={"pools[1]": LEFT_OUT, "hybrid": {}},
        where=("hybrid",),
        near={"hybrid": {}},
        message="hybrid is set, but there is no Edge pool",
    ),
)


def look(facts: Facts) -> Iterator[Finding]:
    """Each key that speaks of the Edge alone."""
    if any(facts.pools_of_role("edge")):
        return
    for switch, breaks in _set(facts.topology):
        yield SWITCH_WITHOUT_EFFECT.at(switch, switch=switch, breaks=breaks)


def _set(topology: Topology) -> Iterator[tuple[str, str]]:
    """Keys whose value is not that of a site without them, and what is expected of each."""
    federation = topology.federation
    if federation.push_notifications:
        yield "federation.push_notifications", "push notifications"
    if federation.hosted_exchange_um:
        yield "federation.hosted_exchange_um", "voice mail in Exchange Online"
    if federation.aol:
        yield "federation.aol", "federation with AOL"
    if topology.xmpp.domains:
        yield "xmpp", "partners that speak XMPP"
    if topology.hybrid is not None:
        yield "hybrid", "users in Microsoft 365"
