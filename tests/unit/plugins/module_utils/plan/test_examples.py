"""The topologies of docs/examples, each against its reviewed plan (written anew with tools/example_plans.py)."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from unit.places import DATA, ROOT

from ansible_collections.ucops.rollout.plugins.module_utils.model import plan_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.reading.text import plan_text

EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.yml"))
EXPECTED = DATA / "examples"
NAMES = ["lync2010", "lync2013", "ocs2007", "ocs2007r2", "sfb2015", "sfb2019"]


def _tool() -> Any:
    spec = importlib.util.spec_from_file_location("example_plans", ROOT / "tools" / "example_plans.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


example_plans = _tool()
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=[one.stem for one in EXAMPLES])


def test_there_is_one_for_each_generation() -> None:
    assert [one.stem for one in EXAMPLES] == NAMES
    products = [yaml.safe_load(one.read_text(encoding="utf-8"))["ucops_topology"]["product"] for one in EXAMPLES]
    assert products == NAMES


@each_example
def test_example_is_valid_for_editors(example: Path) -> None:
    schema = json.loads((ROOT / "docs" / "topology.schema.json").read_text(encoding="utf-8"))
    text = example.read_text(encoding="utf-8")
    assert "# yaml-language-server: $schema=../topology.schema.json" in text.splitlines()[:2]
    jsonschema.validate(yaml.safe_load(text), schema)


@each_example
def test_example_gives_its_reviewed_plan(example: Path) -> None:
    expected = json.loads((EXPECTED / f"{example.stem}.json").read_text(encoding="utf-8"))
    assert example_plans.condensed(example_plans.planned(example)) == expected


@each_example
def test_example_reads_as_reviewed(example: Path) -> None:
    expected = (EXPECTED / f"{example.stem}.txt").read_text(encoding="utf-8")
    assert plan_text(plan_from_plain(example_plans.planned(example))) + "\n" == expected


@each_example
def test_example_has_no_error_and_says_why(example: Path) -> None:
    plan = example_plans.planned(example)
    assert [one["message"] for one in plan["findings"] if one["severity"] == "error"] == []
    assert all(record["reasons"] for record in plan["records"])
    for certificate in plan["certificates"]:
        for name in (certificate["subject"]["common_name"], *certificate["subject_alternative_names"]):
            assert certificate["name_reasons"][name], name


@each_example
def test_the_order_of_pools_changes_no_record_and_no_certificate(example: Path) -> None:
    topology = yaml.safe_load(example.read_text(encoding="utf-8"))["ucops_topology"]
    turned = example_plans.planned(example, pools=list(reversed(topology["pools"])))
    plan = example_plans.planned(example)
    assert sorted(map(_record, turned["records"])) == sorted(map(_record, plan["records"]))
    assert sorted(map(_certificate, turned["certificates"])) == sorted(map(_certificate, plan["certificates"]))


def _record(one: dict[str, Any]) -> tuple[str, ...]:
    values = sorted(json.dumps(value, sort_keys=True) for value in one["values"])
    return (one["view"], one["fqdn"], one["type"], *values)


def _certificate(one: dict[str, Any]) -> tuple[str, ...]:
    """The first pool's name outside is a reverse proxy's subject, where no other is given: there the order counts."""
    subject = "" if one["use"] == "reverse_proxy" else one["subject"]["common_name"]
    return (one["id"], subject, *sorted(one["subject_alternative_names"]))


def test_subscription_edition_plans_the_example_of_2019_alike() -> None:
    example = next(one for one in EXAMPLES if one.stem == "sfb2019")
    inferred = example_plans.planned(example, product="sfbse")
    known = example_plans.planned(example)
    assert list(map(_record, inferred["records"])) == list(map(_record, known["records"]))
    assert list(map(_certificate, inferred["certificates"])) == list(map(_certificate, known["certificates"]))
    assert {reason["mark"] for record in inferred["records"] for reason in record["reasons"]} == {"I"}
