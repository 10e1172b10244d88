"""What of a plan can be rolled out, and what the refusal says."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from unit.places import ROOT
from unit.topologies import origin

from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import WINDOWS, Capabilities
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import CERTIFICATES, RECORDS
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.rollout import (
    ASSIGNING,
    PlanBeyondRollout,
    beyond_pushing,
    refuse_beyond,
)
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan

FEW = Capabilities(types=("A", "SRV"))


def example(name: str) -> Plan:
    text = (ROOT / "docs" / "examples" / f"{name}.yml").read_text(encoding="utf-8")
    return as_plan(yaml.safe_load(text)["ucops_topology"])


def refusal(plan: Plan, *halves: str, view: str | None = None, pushing: Capabilities = WINDOWS) -> str:
    with pytest.raises(PlanBeyondRollout) as refused:
        refuse_beyond(plan, *halves, view=view, pushing=pushing)
    return str(refused.value)


def test_the_origin_is_rolled_out_whole() -> None:
    refuse_beyond(as_plan(origin()), RECORDS, CERTIFICATES)


def test_types_that_are_not_pushed_are_told_with_their_paths() -> None:
    plan = example("lync2013")
    assert [f"{part.path} {part.what}" for part in beyond_pushing(plan, FEW, view="internal")] == [
        "records[1] AAAA pool01.company.local",
        "records[3] AAAA webint.company.local",
        "records[26] AAAA ucupdates-r2.company.com",
        "records[37] AAAA ucupdates-r2.company.ie",
    ]
    lines = refusal(plan, RECORDS, view="internal", pushing=FEW).splitlines()
    assert lines[0] == "Nothing was touched, since this version cannot roll out the whole of this plan yet"
    assert lines[1].startswith("- AAAA pool01.company.local (records[")
    assert lines[1].endswith("only A and SRV records are pushed; export_plan writes them for the people who own DNS")
    assert lines[2] == (
        "plan_pool shows such a plan whole. To roll out the rest of it, name in ucops_only the pools, roles, views or"
        " uses that are wanted; what is left out stands in the report"
    )


def test_a_port_that_can_do_more_is_refused_less() -> None:
    refuse_beyond(example("lync2013"), RECORDS, view="internal", pushing=WINDOWS)


def test_records_of_the_external_view() -> None:
    plan = as_plan(origin())
    outside = replace(plan, records=(*plan.records, replace(plan.records[0], view="external")))
    told = "- A ocspool.company.local (records[6]): no DNS server is named for the external view; put it into the"
    assert told in refusal(outside, RECORDS)
    refuse_beyond(outside, RECORDS, views=("internal", "external"))
    refuse_beyond(outside, RECORDS, view="internal")
    others = replace(plan, records=(*plan.records, replace(plan.records[0], view="external", managed="other_team")))
    refuse_beyond(others, RECORDS)


@pytest.mark.parametrize("name", ["ocs2007", "ocs2007r2", "lync2010", "sfb2019"])
def test_what_nothing_here_assigns_is_left_by_hand_and_not_refused(name: str) -> None:
    """Reverse proxies, Communicator Web Access, Mediation and the Edge of OCS; keys that are shared are no reason."""
    plan = example(name)
    ways = {ASSIGNING.way(one, held.component) for one in plan.certificates for held in one.assignments}
    assert "by_hand" in ways
    refuse_beyond(plan, RECORDS, CERTIFICATES)


def test_ways_to_assign() -> None:
    ocs = as_plan(origin()).certificates[0]
    ways = [ASSIGNING.way(ocs, component) for component in ("front_end", "web_components", "oauth")]
    assert ways == ["front_end", "web_components", "by_hand"]
    lync = example("lync2013").certificates[0]
    components = ("front_end", "web_internal", "oauth", "office_web_apps")
    assert [ASSIGNING.way(lync, one) for one in components] == ["lync", "lync", "lync", "by_hand"]
    by_hand = replace(ASSIGNING, cmdlets=False)
    assert [by_hand.way(lync, one) for one in components] == ["front_end", "by_hand", "by_hand", "by_hand"]


def test_addresses_that_stand_in_for_others_are_not_pushed() -> None:
    topology = origin()
    topology["pools"][0]["servers"][1]["addresses"]["internal"] = ["198.18.0.1"]
    topology["pools"][0]["load_balancer"]["vips"]["sip"] = ["10.0.0.10", "198.19.0.1"]
    plan = as_plan(topology)
    told = refusal(plan, RECORDS)
    assert (
        "A ocspool.company.com (records[4]): an address of 198.18.0.0/15 stands in for one that was not known; write"
        " the real addresses into the topology"
    ) in told
    assert [part.what for part in beyond_pushing(plan)] == ["A ocspool.company.local", "A ocspool.company.com"]
    refuse_beyond(plan, CERTIFICATES)
