"""The plan as a value: what it knows of itself, and how it comes back from a playbook."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import Any

import pytest
from unit.exports_plans import origin_plan

from ansible_collections.ucops.rollout.plugins.module_utils import model
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding, Plan, PlannedIssuer


def finding(severity: str, where: str = "") -> Finding:
    return Finding(severity, "a-code", "a name is missing", "sign-in", "Write it", "TechNet", where)


def test_the_origins_plan_comes_back_and_goes_out_to_the_byte() -> None:
    plan = model.plan_from_plain(origin_plan())
    assert json.dumps(plan.to_plain()) == json.dumps(origin_plan())
    assert [record.name for record in plan.records][:2] == ["ocspool", "_sipinternaltls._tcp"]
    assert plan.certificates[0].common_name == "ocspool.company.local"


def test_errors_alone_stop_a_rollout() -> None:
    plan = Plan(findings=(finding("note"), finding("error"), finding("warning"), finding("error", "pools[0]")))
    assert plan.errors == (finding("error"), finding("error", "pools[0]"))
    assert Plan().errors == ()
    assert model.SEVERITIES == ("error", "warning", "note")


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("", "a name is missing. Breaks: sign-in. Write it [a-code]"),
        ("pools[0]", "pools[0]: a name is missing. Breaks: sign-in. Write it [a-code]"),
    ],
)
def test_a_finding_as_one_line(where: str, text: str) -> None:
    assert str(finding("error", where)) == text


def test_a_certificates_names_stand_once_the_subjects_first() -> None:
    planned = model.certificate_from_plain(origin_plan()["certificates"][0])
    assert planned.subject_alternative_names[0] == planned.common_name
    other = dataclasses.replace(planned, subject_alternative_names=("b.company.local", planned.common_name))
    assert other.names == ("ocspool.company.local", "b.company.local")


def test_an_issuer_has_a_ca_that_can_be_reached_or_none() -> None:
    assert str(PlannedIssuer("enterprise", "ca01.company.local\\Company CA").ca) == "ca01.company.local\\Company CA"
    assert PlannedIssuer("public", "").ca == ""
    with pytest.raises(RolloutError):
        PlannedIssuer("enterprise", "no configuration string")


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (2, "plan: schema: 2, and this version knows schema 1. Give the `plan` that ucops.rollout.pool_plan"),
        (None, "plan: schema: None"),
        ("1", "plan: schema: '1'"),
    ],
)
def test_a_plan_of_another_version_is_refused(schema: Any, said: str) -> None:
    with pytest.raises(RolloutError) as told:
        model.plan_from_plain({**origin_plan(), "schema": schema})
    assert str(told.value).startswith(said)


def test_a_plan_made_by_hand_is_refused_with_the_path_of_what_is_wrong() -> None:
    plan = copy.deepcopy(origin_plan())
    del plan["records"][2]["ttl"]
    with pytest.raises(RolloutError, match=r"records\[2\]"):
        model.plan_from_plain(plan)
    with pytest.raises(RolloutError, match="schema: 'missing'"):
        model.plan_from_plain({})


@pytest.mark.parametrize(
    ("value", "where"),
    [({"id": "fe01/default"}, "certificate fe01/default"), ({"id": ""}, "certificate"), ("text", "certificate")],
)
def test_a_certificate_that_is_none_is_named(value: Any, where: str) -> None:
    with pytest.raises(RolloutError) as told:
        model.certificate_from_plain(value)
    assert str(told.value).startswith(where)
    assert str(told.value).endswith("Give one of the `certificates` of a plan")
