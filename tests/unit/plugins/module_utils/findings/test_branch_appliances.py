"""Survivable Branch Appliances: their names, and Autodiscover."""

from __future__ import annotations

from dataclasses import replace

from unit.finding_cases import appliance, at_the_appliance, base_with, codes_and_places, lync, of_code

from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import find_all
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse


def test_appliance_without_sip_name_and_asked_for_autodiscover() -> None:
    _topology, plan = lync(appliance())
    codes = ("sip-name-not-in-certificate", "appliance-answers-autodiscover")
    assert [one for one in plan.findings if one.code in codes] == []
    assert codes_and_places(one for one in at_the_appliance() if one.code in codes) == [
        ("sip-name-not-in-certificate", "pools[3]"),
        ("appliance-answers-autodiscover", "pools[3]"),
        ("sip-name-not-in-certificate", "pools[3]"),
    ]


def test_an_appliance_needs_only_the_names_of_those_whom_it_serves() -> None:
    changes = appliance()
    changes["pools[3]"]["serves"] = ["fabrikam.com"]
    topology = parse(base_with("lync", changes))
    plan = make_plan(topology)
    bare = [replace(one, subject_alternative_names=()) if "sba01" in one.id else one for one in plan.certificates]
    found = of_code("sip-name-not-in-certificate", find_all(replace(plan, certificates=tuple(bare)), topology))
    assert ["sip.fabrikam.com" in one.message for one in found] == [True]
