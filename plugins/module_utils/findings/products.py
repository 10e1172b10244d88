# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Products whose requirements no page of the vendor states."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RECORDS, Example, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import NOTE, Finding
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Pool

PRODUCT_INFERRED = FindingKind(
    code="product-inferred",
    severity=NOTE,
    about=RECORDS,
    title="The product's requirements are inferred from its predecessor",
    message="the rules for {product} are those of {predecessor}: no page of the vendor states them for {product}",
    breaks="nothing that is known",
    mend="Compare the plan with the product's wizard",
    source="Skype for Business Server SE is the 2019 code line; no separate requirements page was found",
    decision="to be known, not to be mended",
    example=Example("lync", change={"product": "sfbse"}, where=("pools[0]",), near={"product": "sfb2019"}),
)


def look(facts: Facts) -> Iterator[Finding]:
    """Once for each product, at its first pool."""
    first: dict[str, Pool] = {}
    for pool in facts.topology.pools:
        product = facts.products[pool.product]
        if product.inferred_from and first.setdefault(pool.product, pool) is pool:
            yield PRODUCT_INFERRED.at(pool.path, product=product.title, predecessor=product.inferred_from)
