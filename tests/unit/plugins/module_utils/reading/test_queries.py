"""What the filters take out of a topology or a plan, without Ansible."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from unit.damage import ANYTHING, ENDLESS, NEST, damaged, places
from unit.lync_sites import enterprise, standard, topology
from unit.topologies import origin, origin_with

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports.export import FORMATS, export_plan
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import certificates_of
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import (
    alternative_names,
    as_plan,
    plan_if_made,
    plan_of,
    records,
)
from ansible_collections.ucops.rollout.plugins.module_utils.reading.text import plan_text


@pytest.mark.parametrize("nothing", [None, {}, ""])
def test_a_plan_that_no_step_has_made_yet_is_an_empty_one(nothing: Any) -> None:
    assert plan_if_made(nothing) == Plan()
    assert plan_if_made(origin()) == plan_if_made(as_plan(origin()).to_plain()) == as_plan(origin()) != Plan()


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


# What one server needs of a plan


class Unread(dict[str, Any]):
    """Of another server: whoever looks at more of it than whose it is reads what is not his."""

    def __getitem__(self, key: str) -> Any:
        assert key in ("fqdn", "inventory_host", "logon", "holders"), f"{key} of another server is read"
        return super().__getitem__(key)


def at_hosts(given: dict[str, Any]) -> dict[str, Any]:
    plan = as_plan(given)
    return replace(plan, servers=tuple(replace(one, inventory_host=one.fqdn) for one in plan.servers)).to_plain()


@pytest.mark.parametrize(
    ("given", "servers", "certificates", "pools"),
    [
        (origin(), ["ocssrv02.company.local"], ["ocssrv02.company.local/default"], ["ocspool.company.local"]),
        (
            topology(
                "sfb2019",
                [standard(), enterprise()],
                sip_domains=[{"name": "contoso.com", "home": "eepool.contoso.com"}],
            ),
            ["se01.contoso.com", "ee01.contoso.com", "ee02.contoso.com"],
            ["ee02.contoso.com/default", "global/oauth"],
            ["eepool.contoso.com"],
        ),
    ],
    ids=["alone", "shared with others"],
)
def test_one_server_reads_of_a_plan_what_is_its_own(
    given: dict[str, Any], servers: list[str], certificates: list[str], pools: list[str]
) -> None:
    whole = at_hosts(given)
    host = next(one for one in ("ocssrv02.company.local", "ee02.contoso.com") if one in str(whole["servers"]))
    plain = {**whole, **{of: Unread() for of in ("zones", "records", "endpoints", "findings")}}
    for of in ("servers", "certificates"):
        plain[of] = [one if names_of(one) & {host, *servers} else Unread(one) for one in whole[of]]
    read = plan_of(plain, host)
    assert [one.fqdn for one in read.servers] == servers
    assert [one.id for one in read.certificates] == certificates
    assert ([one.fqdn for one in read.pools], read.records, read.endpoints) == (pools, (), ())
    assert certificates_of(read, host) == certificates_of(as_plan(whole), host)


def names_of(one: dict[str, Any]) -> set[str]:
    return set(one.get("holders") or [one["fqdn"]])


def test_of_a_host_that_is_no_server_it_is_read_which_there_are() -> None:
    plan = as_plan(origin())
    plain = plan.to_plain()
    assert plan_of(plain, "ocssrv09") == Plan(servers=plan.servers)
    assert plan_of(origin(), "ocssrv09") == plan_of(plan, "") == plan
    del plain["servers"][1]["fqdn"]
    with pytest.raises(RolloutError, match=r"plan: servers\[1\]\.fqdn: missing"):
        plan_of(plain, "ocssrv01.company.local")


# Plans that anybody may have written


def reads_or_tells(given: Any) -> None:
    """Whatever is given ends with texts that can be written, or with an error that can."""
    hosts = (lambda plan: str(plan_of(given, "fe1"))), lambda plan: str(plan_of(given, "ocssrv01.company.local"))
    for make in (
        plan_text,
        *hosts,
        *(lambda plan, form=form: "".join(export_plan(plan, form).values()) for form in FORMATS),
    ):
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
