"""The filter that writes exports; tests/integration/test_export_plan.py runs the playbook."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from unit.exports_plans import origin_plan
from unit.places import ROOT
from unit.topologies import origin, origin_with

from ansible_collections.ucops.rollout.plugins.filter.exports import FilterModule
from ansible_collections.ucops.rollout.plugins.module_utils.exports.export import FORMATS, MANAGED
from ansible_collections.ucops.rollout.plugins.module_utils.exports.selection import TO_ENTER

plan_export = FilterModule().filters()["plan_export"]
plan_hand_over = FilterModule().filters()["plan_hand_over"]


def test_the_filter_takes_a_topology_and_a_plan() -> None:
    assert plan_export(origin(), "csv") == plan_export(origin_plan(), "csv")


def test_nothing_else_is_a_filter() -> None:
    assert list(FilterModule().filters()) == ["plan_export", "plan_hand_over"]


@pytest.mark.parametrize("name", ["plan_export", "plan_hand_over"])
def test_the_filter_is_documented_as_it_is(name: str) -> None:
    documented = yaml.safe_load((ROOT / "plugins" / "filter" / f"{name}.yml").read_text(encoding="utf-8"))
    options = documented["DOCUMENTATION"]["options"]
    parameters = list(inspect.signature(FilterModule().filters()[name]).parameters.values())[1:]
    assert [one.name for one in parameters] == [option for option in options if option != "_input"]
    assert [option for option in options if options[option].get("required")] == ["_input", "format"]
    assert options["format"]["choices"] == [*FORMATS, "all"]
    assert options["managed"]["choices"] == [*MANAGED, "all"]
    assert options["managed"]["default"] == list(TO_ENTER)


def test_a_hand_over_of_a_topology() -> None:
    made = plan_hand_over(origin(), "all")
    assert made["files"] == plan_export(origin(), "all")
    assert made["left_out"] == [
        "2 record sets that domain members register themselves (registered_elsewhere): comments, and not in the table"
    ]
    assert (made["refused"], made["failure"]) == ([], "")


def test_the_page_names_every_format_and_variable() -> None:
    page = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
    playbook = (ROOT / "playbooks" / "export_plan.yml").read_text(encoding="utf-8")
    assert [one for one in FORMATS if f"| `{one}` |" not in page] == []
    options = ("directory", "formats", "view", "zone", "managed", "name_servers")
    names = [f"export_{option}" for option in options]
    assert [one for one in names if f"| `{one}` |" not in page or one not in playbook] == []


@pytest.mark.parametrize(
    ("given", "format", "said"),
    [
        (origin(), "xml", "ucops.rollout.plan_export: there is no format 'xml'"),
        (origin_with({"ad_domain": "company_local"}), "csv", "ucops.rollout.plan_export: the topology has 1 problem"),
        ({"schema": 1, "records": [{}]}, "csv", r"plan: records\[0\].view: missing; records\[0\].zone: missing"),
        ({"records": []}, "csv", "schema: 'missing', and this version knows schema 1"),
        ({"schema": 1, "records": [], "certificates": [{}]}, "certreq", r"plan: certificates\[0\].id: missing"),
        ("topology", "csv", "ucops.rollout.plan_export: "),
    ],
)
def test_what_is_wrong_is_told_in_words(given: Any, format: str, said: str) -> None:
    with pytest.raises(AnsibleFilterError, match=said):
        plan_export(given, format)


def test_a_topology_with_errors_is_not_exported() -> None:
    """A name that fits no zone is an error about records, and stops no certificate."""
    given = origin_with({"dns.internal.zones": [{"name": "company.local"}]})
    with pytest.raises(AnsibleFilterError, match="the plan of this topology has errors"):
        plan_export(given, "csv")
    assert plan_export(given, "certreq")
