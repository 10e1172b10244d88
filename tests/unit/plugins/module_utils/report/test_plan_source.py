"""Of what a kept plan was made, and when a role makes one of its own."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.report.plan_source import plan_to_make, source_of

ONE, OTHER, PART = {"schema": 1, "pools": ["a"]}, {"schema": 1, "pools": ["b"]}, {"views": ["internal"]}
HERE = {"pool_plan_kept": "the plan", "pool_plan_made_of": source_of(ONE, {})}
ELSEWHERE = {"dc01": {}, "localhost": HERE}


def test_the_same_source_has_the_same_text_and_no_other() -> None:
    assert source_of({"pools": ["a"], "schema": 1}, None) == source_of(ONE, {})
    assert source_of(ONE, {}).startswith("sha256:")
    assert len({source_of(ONE, {}), source_of(OTHER, {}), source_of(ONE, PART)}) == 3


@pytest.mark.parametrize(
    ("hostvars", "plan", "source", "made"),
    [
        ({"dc01": {}}, {}, {"topology": ONE}, True),
        ({"dc01": HERE}, "the plan", {"topology": ONE, "only": {}}, False),
        ({"dc01": HERE}, "the plan", {"topology": OTHER}, True),
        ({"dc01": HERE}, "the plan", {"topology": ONE, "only": PART}, True),
        # That of the controller, where the host has none; the host's own comes first.
        (ELSEWHERE, "the plan", {"topology": ONE}, False),
        (ELSEWHERE, "the plan", {"topology": OTHER}, True),
        ({"dc01": HERE, "localhost": {"pool_plan_kept": "x"}}, "the plan", {"topology": OTHER}, True),
        # Given from outside.
        ({"dc01": HERE}, "another plan", {"topology": OTHER}, False),
        ({"dc01": {"pool_plan_kept": "the plan"}}, "the plan", {"topology": OTHER}, False),
        # Nobody says of what.
        (ELSEWHERE, "the plan", {"topology": {}}, False),
        (ELSEWHERE, "the plan", {}, False),
    ],
)
def test_a_plan_of_something_else_is_made_anew(
    hostvars: dict[str, Any], plan: Any, source: dict[str, Any], made: bool
) -> None:
    assert plan_to_make(hostvars, "dc01", plan, source) is made


def test_keys_of_several_kinds_are_for_the_plan_to_refuse() -> None:
    """YAML reads `on:` as true, and a number as a number."""
    odd = {True: 1, "a": 2, 3: 4}
    assert source_of(odd, None) == source_of(odd, {}) != source_of({"a": 2}, None)
