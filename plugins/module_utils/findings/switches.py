# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Switches that change nothing, since the role that they speak of is missing."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import LEFT_OUT, RECORDS, Example, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import WARNING, Finding
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import SrvChoice, Topology

_USUAL = SrvChoice(priority=0, weight=0)

SWITCH_WITHOUT_EFFECT = FindingKind(
    code="switch-without-effect",
    severity=WARNING,
    about=RECORDS,
    title="A switch is set, and what it needs is not there",
    message="{switch} is set, but there is no {needed}",
    breaks="{breaks}: nothing is planned for it, neither in DNS nor in a certificate",
    mend="Add the {needed} to pools, or leave the key out",
    source="the rules of all products: these records and names belong to the Access Edge, or to the reverse proxy",
    decision="another team may plan the other pool in a topology of its own",
    example=Example(
        "lync",
        change={"pools[1]": LEFT_OUT, "hybrid": {}},
        where=("hybrid",),
        near={"hybrid": {}},
        message="hybrid is set, but there is no Edge pool",
    ),
)


def look(facts: Facts) -> Iterator[Finding]:
    """Each key that speaks of the Edge alone, or of what a reverse proxy publishes."""
    if not any(facts.pools_of_role("edge")):
        for where, switch, breaks in _of_the_edge(facts.topology):
            yield SWITCH_WITHOUT_EFFECT.at(where, switch=switch, breaks=breaks, needed="Edge pool")
    if facts.topology.autodiscover.mobile_inside and not any(facts.pools_of_role("reverse_proxy")):
        yield SWITCH_WITHOUT_EFFECT.at(
            "autodiscover.mobile_inside",
            switch="autodiscover.mobile_inside",
            breaks="mobile devices inside",
            needed="reverse proxy",
        )


def _of_the_edge(topology: Topology) -> Iterator[tuple[str, str, str]]:
    """Keys whose value is not the default: where they are, how they are called, what is expected of them."""
    federation = topology.federation
    for key, given, breaks in (
        ("federation.push_notifications", federation.push_notifications, "push notifications"),
        ("federation.hosted_exchange_um", federation.hosted_exchange_um, "voice mail in Exchange Online"),
        ("federation.aol", federation.aol, "federation with AOL"),
        ("xmpp", topology.xmpp.domains, "partners that speak XMPP"),
        ("hybrid", topology.hybrid is not None, "users in Microsoft 365"),
    ):
        if given:
            yield key, key, breaks
    for one in topology.sip_domains:
        for key, given in (
            ("external_srv_target", one.external_srv_target != "access"),
            ("sip_external", one.sip_forms["external"] != "a"),
            ("srv.external", one.srv["external"] != _USUAL),
            ("srv.federation", one.srv["federation"] != _USUAL),
        ):
            if given:
                yield one.path, f"{key} of '{one.name}'", "the records outside that it speaks of"
