"""What the filters take out of a topology or a plan, without Ansible."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from unit.damage import ANYTHING, ENDLESS, NEST, damaged, places
from unit.topologies import origin, origin_with

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports.export import FORMATS, export_plan
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import alternative_names, as_plan, records
from ansible_collections.ucops.rollout.plugins.module_utils.reading.text import plan_text


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


# Plans that anybody may have written


def reads_or_tells(given: Any) -> None:
    """Whatever is given ends with texts that can be written, or with an error that can."""
    for make in (plan_text, *(lambda plan, form=form: "".join(export_plan(plan, form).values()) for form in FORMATS)):
        try:
            make(as_plan(given)).encode("utf-8")
        except RolloutError as error:
            str(error).encode("utf-8")


PLAN = as_plan(origin()).to_plain()


@given(ANYTHING)
def test_any_value_is_refused_in_words(value: Any) -> None:
    reads_or_tells(value)


@given(damaged(PLAN))
def test_a_damaged_plan_is_read_or_refused_in_words(plan: Any) -> None:
    reads_or_tells(plan)


@pytest.mark.no_cover  # the same code at hundreds of places
@pytest.mark.parametrize("monster", [ENDLESS, NEST, "\ud800"], ids=["endless", "nest", "half a character"])
def test_what_cannot_be_written_out_is_refused_or_escaped_at_every_place(monster: Any) -> None:
    plan = as_plan(origin()).to_plain()
    for container, key in list(places(plan)):
        sound, container[key] = container[key], monster
        reads_or_tells(plan)
        container[key] = sound


def test_half_a_character_is_shown_as_an_escape() -> None:
    plan = as_plan(origin()).to_plain()
    plan["records"][0]["reasons"][0]["purpose"] = "a\ud800b"
    assert as_plan(plan).records[0].reasons[0].purpose == "a\\ud800b"


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        (NEST, "schema: a list, and this version"),
        (ENDLESS, "schema: a number of too many digits, and this version"),
        ("\ud800", "schema: '\\ud800', and this version"),
        (2, "schema: 2, and this version"),
    ],
    ids=["nest", "endless", "half a character", "another"],
)
def test_a_schema_that_is_not_known(schema: Any, told: str) -> None:
    with pytest.raises(RolloutError) as caught:
        as_plan({**PLAN, "schema": schema})
    assert told in str(caught.value)
