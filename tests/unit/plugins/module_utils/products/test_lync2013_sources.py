"""What is said of the rules of Lync Server 2013: of each rule, and of nothing else."""

from __future__ import annotations

from unit.rule_rows import rows_of_no_rule, rules_without_row

from ansible_collections.ucops.rollout.plugins.module_utils.products.lync2013 import PRODUCT
from ansible_collections.ucops.rollout.plugins.module_utils.products.lync2013_sources import PURPOSES, SOURCES, STATED


def test_every_row_belongs_to_a_rule() -> None:
    assert rows_of_no_rule(SOURCES, PRODUCT) == set()


def test_every_rule_has_a_row() -> None:
    assert rules_without_row(SOURCES, PRODUCT) == set()


def test_who_says_so_is_told_of_what_has_a_purpose_and_of_nothing_else() -> None:
    purposes = {rule for rules in PURPOSES for rule in rules.split()}
    assert purposes == {rule for rules in STATED for rule in rules.split()}
