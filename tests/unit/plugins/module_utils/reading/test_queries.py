"""What the filters take out of a topology or a plan, without Ansible."""

from __future__ import annotations

from typing import Any

import pytest
from unit.topologies import origin, origin_with

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import alternative_names, as_plan, records


def owners(given: Any, **choice: Any) -> list[str]:
    return [f"{one['type']} {one['fqdn']}" for one in records(given, **choice)]


@pytest.mark.parametrize(
    "given", [origin(), as_plan(origin()), as_plan(origin()).to_plain()], ids=["topology", "plan", "plain plan"]
)
def test_records(given: Any) -> None:
    assert owners(given, managed="ours") == [
        "A ocspool.company.local",
        "SRV _sipinternaltls._tcp.company.local",
        "A ocspool.company.com",
        "SRV _sipinternaltls._tcp.company.com",
    ]
    assert owners(given, zone="Company.com.") == ["A ocspool.company.com", "SRV _sipinternaltls._tcp.company.com"]
    assert owners(given, zone="company.local", type="SRV") == ["SRV _sipinternaltls._tcp.company.local"]
    assert len(owners(given)) == 6


@pytest.mark.parametrize(
    "given", [origin(), as_plan(origin()), as_plan(origin()).to_plain()], ids=["topology", "plan", "plain plan"]
)
def test_names(given: Any) -> None:
    expected = ["ocspool.company.local", "sip.company.local", "sip.company.com", "ocspool.company.com"]
    assert alternative_names(given, server="OCSsrv02.company.local") == [*expected, "ocssrv02.company.local"]


def test_the_only_server_need_not_be_named() -> None:
    topology = origin()
    del topology["pools"][0]["servers"][1]
    assert alternative_names(topology)[-1] == "ocssrv01.company.local"


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (
            lambda: records(origin(), zone="compan.com"),
            "there is no internal zone 'compan.com' in the plan, did you mean",
        ),
        (lambda: records(origin(), view="outside"), "there is no view 'outside'. Choose from internal"),
        (lambda: records(origin(), managed="yours"), "there is no managed 'yours'. Choose from ours"),
        (lambda: alternative_names(origin()), "the plan has certificates of 2 servers. Say which with server="),
        (lambda: alternative_names(origin(), server="ocssrv03.company.local"), "there is no server 'ocssrv03"),
        (lambda: alternative_names(origin(), server="ocssrv01"), "is a single label"),
        (lambda: alternative_names(origin(), server="ocssrv01.company.local", use="web"), "there is no use 'web'"),
        (lambda: records(5), "the topology must be a mapping"),
        (lambda: records({}), "the topology has 6 problems"),
    ],
)
def test_wrong_questions(ask: Any, said: str) -> None:
    with pytest.raises(RolloutError) as refused:
        ask()
    assert said in str(refused.value)


def test_errors_of_one_half_stop_that_half() -> None:
    topology = origin_with({"sip_domains[2]": "fabrikam.com"})
    with pytest.raises(RolloutError, match="the plan of this topology has errors\n- sip_domains\\[2\\]: 'ocspool.fab"):
        records(topology)
    assert "sip.fabrikam.com" in alternative_names(topology, server="ocssrv01.company.local")


def test_who_gives_a_plan_has_seen_its_findings() -> None:
    plan = as_plan(origin_with({"sip_domains[2]": "fabrikam.com"}))
    assert len(owners(plan)) == 6


def test_a_plan_made_by_hand_is_refused_with_the_path_of_what_is_wrong() -> None:
    plan = as_plan(origin()).to_plain()
    plan["records"][2]["ttl"] = 0
    del plan["certificates"][0]["key"]["length"]
    plan["certificates"][1]["sans"] = []
    with pytest.raises(RolloutError) as refused:
        records(plan)
    assert str(refused.value) == (
        "plan: records[2].ttl: 0 is no TTL. Give 1 to 2147483647 seconds; certificates[0].key.length: missing; "
        "certificates[1].sans: unknown key. Give the `plan` that ucops.rollout.pool_plan of this version returns"
    )


def test_a_plan_of_another_version_is_refused() -> None:
    with pytest.raises(RolloutError, match="plan: schema: 2, and this version knows schema 1"):
        records({**as_plan(origin()).to_plain(), "schema": 2})
