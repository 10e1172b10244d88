"""Single rules, and the forms of a role."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.model import Reason
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.products.rules import RoleRules, Rule


def test_a_rule_gives_its_reason_and_its_name() -> None:
    rule = Rule(id="ocs2007.sip-name", purpose="strict clients", source="page 1", mark="S", breaks="sign-in")
    assert rule.reason == Reason("ocs2007.sip-name", "strict clients", "page 1", "S")
    assert rule.key == "sip-name"


@pytest.mark.parametrize(
    ("edition", "configurations", "asked", "fits"),
    [
        ("enterprise", ("consolidated",), ("front_end", "enterprise", "consolidated"), True),
        ("enterprise", ("consolidated",), ("front_end", "enterprise", "expanded"), False),
        ("enterprise", ("consolidated",), ("front_end", "standard", "consolidated"), False),
        ("enterprise", ("consolidated",), ("director", "enterprise", "consolidated"), False),
        ("", (), ("front_end", "standard", "consolidated"), True),
        ("", (), ("front_end", "standard", "expanded"), False),
    ],
)
def test_the_pools_of_a_form(
    edition: str, configurations: tuple[str, ...], asked: tuple[str, str, str], fits: bool
) -> None:
    assert RoleRules("front_end", edition, configurations, (), (), (), ()).fits(*asked) is fits


def test_a_form_in_words() -> None:
    role = PRODUCTS["ocs2007"].role_rules("front_end", "enterprise", "expanded")
    assert role is not None
    assert role.describe() == "front_end, enterprise, expanded"


def test_all_rules_of_a_form() -> None:
    role = PRODUCTS["ocs2007"].role_rules("group_chat", "enterprise", "consolidated")
    assert role is not None
    assert [rule.id for rule in role.rules()] == [
        "ocs2007.server-address",
        "ocs2007.group-chat-certificate",
        "ocs2007.server-subject-repeated",
        "ocs2007.group-chat",
    ]
