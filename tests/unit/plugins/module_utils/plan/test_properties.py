"""What holds for every valid topology of every product and role."""

from __future__ import annotations

import copy
import json
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from unit import budgets, strategies

from ansible_collections.ucops.rollout.plugins.module_utils.findings.coherence import check_coherence
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, Plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse

QUICK = budgets.part(2 / 3)


def plan_of(topology: Any) -> Plan:
    return make_plan(parse(topology))


@QUICK
@given(strategies.family_topologies())
def test_the_two_halves_of_a_plan_fit(topology: dict[str, Any]) -> None:
    plan = plan_of(topology)
    assert [one for one in check_coherence(plan) if one.severity == ERROR] == []
    assert [str(one) for one in plan.errors] == []


@QUICK
@given(strategies.family_topologies())
def test_records_are_unique_and_aliases_alone(topology: dict[str, Any]) -> None:
    plan = plan_of(topology)
    sets = [(record.view, record.fqdn, record.type) for record in plan.records]
    assert len(sets) == len(set(sets))
    types: dict[tuple[str, str], set[str]] = {}
    for record in plan.records:
        types.setdefault((record.view, record.fqdn), set()).add(record.type)
        assert len(set(record.values)) == len(record.values)
        assert record.fqdn == (record.zone if record.name == "@" else f"{record.name}.{record.zone}")
    assert [name for name, kinds in types.items() if "CNAME" in kinds and len(kinds) > 1] == []
    assert not any(record.type == "CNAME" and record.name == "@" for record in plan.records)


@QUICK
@given(strategies.family_topologies())
def test_certificates(topology: dict[str, Any]) -> None:
    plan = plan_of(topology)
    assert max(Counter(one.id for one in plan.certificates).values(), default=1) == 1
    presented = Counter((a.server, a.component) for one in plan.certificates for a in one.assignments)
    assert all(count == 1 or component == "reverse_proxy" for (_server, component), count in presented.items())
    for one in plan.certificates:
        names = one.subject_alternative_names
        assert len(names) == len({name.lower() for name in names})
        assert all(one.name_reasons[name] for name in (one.common_name, *names))
        assert "*" not in one.common_name
        assert one.holders
        assert one.key.shared == one.key.exportable or len(one.holders) == 1


@QUICK
@given(strategies.family_topologies())
def test_planning_twice_gives_the_same_bytes(topology: dict[str, Any]) -> None:
    first = json.dumps(plan_of(topology).to_plain())
    assert json.dumps(plan_of(copy.deepcopy(topology)).to_plain()) == first


@QUICK
@given(strategies.family_topologies(), st.randoms(use_true_random=False))
def test_the_order_of_pools_and_zones_means_nothing(topology: dict[str, Any], random: Any) -> None:
    shuffled = copy.deepcopy(topology)
    random.shuffle(shuffled["pools"])
    for view in shuffled["dns"].values():
        random.shuffle(view["zones"])
    assert essence(plan_of(shuffled)) == essence(plan_of(topology))


def essence(plan: Plan) -> tuple[Any, ...]:
    """What is planned, without its order."""
    return (
        {(one.view, one.zone, one.name, one.type, frozenset(one.values), one.managed) for one in plan.records},
        {(one.id, frozenset(one.holders), frozenset(one.subject_alternative_names)) for one in plan.certificates},
        {
            (one.view, one.name, one.port, frozenset(one.addresses), frozenset(one.certificates))
            for one in plan.endpoints
        },
        {(one.view, one.name) for one in plan.zones},
    )
