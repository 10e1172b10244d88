"""What is said of rules, by their names."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.products.sources import Sources

OLD = Sources(
    "old",
    purposes={"pool-name": ("the pool's name", "everything"), "sip-name sip-address": ("sip", "sign-in")},
    stated={"pool-name": ("S", "page 1"), "sip-name sip-address": ("C", "page 2; page 3", "C1: page 2 is followed")},
)
NEW = Sources("new", purposes={"web": ("web", "pages")}, stated={"web sip-name": ("I", "page 9")}, base=OLD)


def test_several_rules_of_which_one_thing_is_said() -> None:
    for rule in ("sip-name", "sip-address"):
        assert OLD.of(rule) == {
            "id": f"old.{rule}",
            "mark": "C",
            "source": "page 2; page 3",
            "conflict": "C1: page 2 is followed",
            "purpose": "sip",
            "breaks": "sign-in",
        }


def test_what_a_product_does_not_say_its_predecessor_says() -> None:
    assert NEW.of("pool-name")["id"] == "old.pool-name"
    stated = NEW.of("sip-name")
    assert (stated["id"], stated["source"], stated["purpose"]) == ("new.sip-name", "page 9", "sip")
    assert "pool-name" in NEW
    assert "pool-name" not in NEW.own


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        (Sources("x"), "x does not say what pool-name is for, or who says so"),
        (Sources("x", stated={"pool-name": ("S", "page 1")}), "x does not say what pool-name is for"),
        (Sources("x", purposes={"pool-name": ("a", "b")}), "x says what pool-name is for, and not who says so"),
        (Sources("x", stated={"pool-name": ("S", "1"), "a pool-name": ("I", "2")}), "said twice: pool-name"),
    ],
)
def test_gaps_are_told(sources: Sources, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        sources.of("pool-name")


def test_every_rule_of_every_product_is_stated() -> None:
    for product in PRODUCTS.values():
        for rule in product.rules():
            assert rule.mark in {"S", "P", "I", "C"}, rule.id
            assert "" not in (rule.purpose, rule.breaks, rule.source), rule.id


def test_an_id_begins_with_a_product() -> None:
    ids = {rule.id for product in PRODUCTS.values() for rule in product.rules()}
    assert {one.partition(".")[0] for one in ids} == set(PRODUCTS)


# What exists in which product


def test_an_id_says_one_thing_in_all_products() -> None:
    """`explain` finds a rule by its id alone."""
    told: dict[str, tuple[str, ...]] = {}
    for product in PRODUCTS.values():
        for role in product.roles:
            for rule in role.rules():
                text = (rule.purpose, rule.source, rule.mark, rule.breaks, rule.conflict)
                assert told.setdefault(rule.id, text) == text, rule.id
