"""What the tables of sources say, set against the rules of their product."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.products.rules import EndpointRule
from ansible_collections.ucops.rollout.plugins.module_utils.products.sources import Sources


def rows_of_no_rule(sources: Sources, product: Product) -> set[str]:
    """Rules that the tables speak of and the product does not have."""
    return set(sources.own) - {rule.key for rule in product.rules()}


def rules_without_row(sources: Sources, product: Product) -> set[str]:
    """Rules that the tables leave out; an endpoint has what is said of its record."""
    return {rule.key for rule in product.rules() if not isinstance(rule, EndpointRule)} - set(sources.own)
