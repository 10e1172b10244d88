# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every finding by its stable code, and the search for those of a plan. docs/findings.md is made from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.ucops.rollout.plugins.module_utils.findings import (
    aliases,
    autodiscover,
    branch_appliances,
    certificates,
    coherence,
    cut_over,
    edge,
    federation,
    hand_made,
    held,
    hidden_names,
    holders,
    internationalised,
    inventory,
    issuers,
    pools,
    products,
    records,
    reverse_proxy,
    roots,
    run,
    sign_in,
    simple_urls,
    switches,
    templates,
    web,
    wildcards,
    zones,
)
from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import gather
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import SEVERITIES, Finding, Plan
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Topology

# The topics that look at a whole plan, in the order in which findings of one severity are told.
SEARCHING = (
    coherence,
    zones,
    pools,
    sign_in,
    aliases,
    branch_appliances,
    hidden_names,
    cut_over,
    web,
    simple_urls,
    reverse_proxy,
    federation,
    switches,
    edge,
    internationalised,
    products,
    certificates,
    issuers,
    holders,
)
# All topics, in the order of the documentation; those that are not above are asked by another file.
TOPICS = (
    records,
    inventory,
    *SEARCHING[:4],
    autodiscover,
    *SEARCHING[4:-2],
    wildcards,
    *SEARCHING[-2:],
    hand_made,
    templates,
    run,
    held,
    roots,
)

KINDS: Mapping[str, FindingKind] = {
    kind.code: kind for topic in TOPICS for kind in vars(topic).values() if isinstance(kind, FindingKind)
}


def find_all(plan: Plan, topology: Topology, known: Mapping[str, Product] = PRODUCTS) -> Iterator[Finding]:
    """All that speaks against a plan, topic by topic. Linear in the plan's size; raises nothing."""
    facts = gather(topology, plan, known)
    for topic in SEARCHING:
        yield from topic.look(facts)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, then warnings, then notes; otherwise as they were found."""
    return tuple(sorted(findings, key=lambda one: SEVERITIES.index(one.severity)))
