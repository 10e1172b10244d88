"""Values out to plain types and back, driven by their fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from unit import budgets, strategies
from unit.topologies import origin

from ansible_collections.ucops.rollout.plugins.module_utils.codec import NotPlain, from_plain, to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    Aging,
    PlannedZone,
    ZoneSettings,
    certificate_from_plain,
    plan_from_plain,
)
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse
from ansible_collections.ucops.rollout.plugins.module_utils.values import Ttl


@dataclass(frozen=True)
class Leaf:
    name: str
    ttl: Ttl = Ttl(60)


@dataclass(frozen=True)
class Tree:
    leaves: tuple[Leaf, ...]
    by_name: Mapping[str, tuple[int, ...]]
    mixed: tuple[str | Leaf, ...] = ()
    when: datetime | None = None
    ripe: bool = False


NOON = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
TREE = Tree((Leaf("a"), Leaf("b", Ttl(5))), {"x": (1, 2)}, ("t", Leaf("c")), NOON, True)
PLAIN = {
    "leaves": [{"name": "a", "ttl": 60}, {"name": "b", "ttl": 5}],
    "by_name": {"x": [1, 2]},
    "mixed": ["t", {"name": "c", "ttl": 60}],
    "when": "2026-11-22T12:00:00Z",
    "ripe": True,
}


def test_out_in_the_order_of_the_fields() -> None:
    assert json.dumps(to_plain(TREE)) == json.dumps(PLAIN)


def test_in_again() -> None:
    assert from_plain(Tree, PLAIN, where="tree") == TREE


def test_a_default_may_be_left_out_and_is_read_back() -> None:
    plain = {"view": "internal", "name": "a.test", "if_missing": "fail"}
    bare = PlannedZone("internal", "a.test", "fail")
    assert (to_plain(bare), from_plain(PlannedZone, plain, where="zone")) == (plain, bare)
    file = PlannedZone("internal", "a.test", "fail", ZoneSettings(storage="file", aging=Aging(True, 24)))
    told = {**plain, "settings": {"storage": "file", "aging": {"enabled": True, "no_refresh_interval": 24}}}
    assert (to_plain(file), from_plain(PlannedZone, told, where="zone")) == (told, file)


def test_out_has_no_classes_of_ours() -> None:
    assert to_plain(TREE)["leaves"][0]["ttl"].__class__ is int


def test_moments_of_other_zones_become_utc() -> None:
    moment = NOON.astimezone(timezone(timedelta(hours=2)))
    assert to_plain(Tree((), {}, when=moment))["when"] == "2026-11-22T12:00:00Z"


def test_a_moment_of_a_year_before_1000_is_read_back() -> None:
    early = datetime(999, 12, 31, tzinfo=timezone.utc)
    plain = to_plain(Tree((), {}, when=early))
    assert plain["when"] == "0999-12-31T00:00:00Z"
    assert from_plain(Tree, plain, where="tree").when == early


class Tagged(str):
    """Such as Ansible's own text."""

    __slots__ = ()


def test_subclasses_of_text_do_not_get_in() -> None:
    leaf = from_plain(Leaf, {Tagged("name"): Tagged("a")}, where="leaf")
    assert leaf.name.__class__ is str


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"leaves": "a"}, "tree: leaves: must be a list, not text"),
        ({"leaves": [{"name": "a"}, {"name": 7}]}, "tree: leaves[1].name: must be text, not a number"),
        ({"leaves": [{}]}, "tree: leaves[0].name: missing"),
        ({"leaves": [{"name": "a", "ttl": 0}]}, "tree: leaves[0].ttl: 0 is no TTL. Give 1 to 2147483647 seconds"),
        ({"leaves": [{"name": "a", "ttl": True}]}, "leaves[0].ttl: must be a whole number, not a truth value"),
        ({"by_name": {"x": [1, "2"]}}, "tree: by_name[x][1]: must be a whole number, not text"),
        ({"by_name": {3: []}}, "tree: by_name: the keys must be text"),
        ({"by_name": []}, "tree: by_name: must be a mapping, not a list"),
        ({"mixed": [3]}, "tree: mixed[0]: must be text or a mapping, not a number"),
        ({"when": "yesterday"}, "tree: when: 'yesterday' is no moment such as 2026-11-22T08:00:00Z"),
        ({"ripe": "yes"}, "tree: ripe: must be true or false, not text"),
        ({"rype": True}, "tree: rype: unknown key"),
    ],
)
def test_what_is_wrong_is_told_with_its_path(change: dict[str, Any], said: str) -> None:
    with pytest.raises(NotPlain) as caught:
        from_plain(Tree, {**PLAIN, **change}, where="tree")
    assert said in str(caught.value)


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(NotPlain) as caught:
        from_plain(Tree, {"leaves": [1, {"name": "a"}, {}]}, where="tree", mend="Plant another")
    assert caught.value.problems == (
        ("by_name", "missing"),
        ("leaves[0]", "must be a mapping, not a number"),
        ("leaves[2].name", "missing"),
    )
    assert str(caught.value).endswith(". Plant another")


def test_a_list_that_is_wrong_throughout_does_not_fill_the_screen() -> None:
    with pytest.raises(NotPlain) as caught:
        from_plain(Tree, {"leaves": [1] * 1000, "by_name": {}}, where="tree")
    assert str(caught.value).endswith("leaves[7]: must be a mapping, not a number; and 992 more")


@budgets.part(1 / 2)
@given(strategies.family_topologies())
def test_every_plan_comes_back_as_it_went(topology: dict[str, Any]) -> None:
    plan = make_plan(parse(topology))
    assert plan_from_plain(json.loads(json.dumps(plan.to_plain()))) == plan


def origin_plan() -> Any:
    return make_plan(parse(origin())).to_plain()


def test_plan_of_another_version_is_refused() -> None:
    with pytest.raises(RolloutError, match="plan: schema: 2, and this version knows schema 1"):
        plan_from_plain({**origin_plan(), "schema": 2})


def test_plan_made_by_hand_is_refused_with_the_path() -> None:
    plan = origin_plan()
    del plan["records"][1]["values"][0]["port"]
    with pytest.raises(RolloutError, match=r"^plan: records\[1\]\.values\[0\]\.port: missing"):
        plan_from_plain(plan)


@pytest.mark.parametrize(
    ("part", "field", "said"),
    [
        ("records", "managed", "'x' is none of ours, registered_elsewhere, other_team"),
        ("records", "view", "'x' is none of internal, external"),
        ("zones", "if_missing", "'x' is none of fail, create"),
    ],
)
def test_choices_are_checked(part: str, field: str, said: str) -> None:
    plan = origin_plan()
    plan[part][0][field] = "x"
    with pytest.raises(RolloutError) as caught:
        plan_from_plain(plan)
    assert str(caught.value).startswith(f"plan: {part}[0].{field}: {said}")


@pytest.mark.parametrize(("at", "values"), [(0, [{"priority": 0, "weight": 0, "port": 1, "target": "x"}]), (1, ["x"])])
def test_values_of_another_type_are_refused(at: int, values: list[Any]) -> None:
    plan = origin_plan()
    plan["records"][at]["values"] = values
    with pytest.raises(RolloutError, match=rf"^plan: records\[{at}\]\.values: the values of a record of type "):
        plan_from_plain(plan)


def test_certificate_is_named_where_it_is_wrong() -> None:
    certificate = origin_plan()["certificates"][0]
    certificate["key"]["length"] = "2048"
    with pytest.raises(RolloutError) as caught:
        certificate_from_plain(certificate)
    assert str(caught.value) == (
        "certificate ocssrv01.company.local/default: key.length: must be a whole number, not text."
        " Give one of the `certificates` of a plan"
    )


def test_ca_that_no_adapter_would_take_is_refused_in_a_plan() -> None:
    certificate = origin_plan()["certificates"][0]
    certificate["issuer"]["ca"] = "ca01.company.local\\Company\\CA"
    with pytest.raises(RolloutError, match="issuer: .*does not name a CA"):
        certificate_from_plain(certificate)
