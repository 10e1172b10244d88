"""The words of rules: each is used by a rule, and a rule uses no other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from unit.topologies import origin

from ansible_collections.ucops.rollout.plugins.module_utils.plan import vocabulary
from ansible_collections.ucops.rollout.plugins.module_utils.plan.deployment import Deployment
from ansible_collections.ucops.rollout.plugins.module_utils.plan.vocabulary import CONDITIONS, Scope
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.products.rules import CertificateRule, Rule
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse

TEMPLATES = ("owner", "name", "subject", "target", "apart", "client")


def uses(rule: Rule) -> Iterator[tuple[str, Any]]:
    """Every word of a rule with the table that it stands in."""
    yield "EACH", rule.each
    yield from (("CONDITIONS", word) for word in rule.when)
    yield from (("REACH", rule.reach),) if hasattr(rule, "reach") else ()
    yield from (("PORTS", getattr(one, "port", 0)) for one in (rule, *getattr(rule, "listeners", ())))
    if isinstance(rule, CertificateRule):
        yield from (("CONDITIONS", word) for word in rule.client_authentication)
    for template in TEMPLATES:
        yield from (("NAMES", word) for word in re.findall(r"\{(\w+)\}", getattr(rule, template, "")))


@pytest.mark.parametrize("table", ["EACH", "CONDITIONS", "NAMES", "PORTS", "REACH"])
def test_every_word_is_used_by_a_rule_and_every_used_word_is_there(table: str) -> None:
    used = {
        word
        for product in PRODUCTS.values()
        for rule in product.rules()
        for place, word in uses(rule)
        if place == table and isinstance(word, str) and not word.startswith("beside_")
    }
    words: Mapping[str, Any] = getattr(vocabulary, table)
    assert used == {word for word in words if not word.startswith("beside_")}


def origin_scope() -> Scope:
    topology = parse(origin())
    return Scope(topology.pools[0], Deployment(topology, PRODUCTS))


@pytest.mark.parametrize(("word", "holds"), [("beside_ocs2007", True), ("beside_sfb2019", False)])
def test_whether_a_product_is_there_too(word: str, holds: bool) -> None:
    assert CONDITIONS[word](origin_scope()) is holds


@pytest.mark.parametrize("word", ["never_heard_of", "beside_", "not_beside_ocs2007"])
def test_a_word_that_nobody_knows(word: str) -> None:
    with pytest.raises(KeyError, match=word):
        CONDITIONS[word]


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("sip.company.com", "sip.company.com"),
        ("{pool}", "ocspool.company.local"),
        ("sip.{pool}", "sip.ocspool.company.local"),
        ("{pool}/{web_farm}.", "ocspool.company.local/ocspool.company.local."),
    ],
)
def test_names_in_braces(text: str, expanded: str) -> None:
    assert vocabulary.expand(text, origin_scope()) == expanded


def test_a_word_in_a_rule_of_another_kind() -> None:
    with pytest.raises(ValueError, match="evaluated for each SIP domain"):
        vocabulary.expand("{sip_domain}", origin_scope())
