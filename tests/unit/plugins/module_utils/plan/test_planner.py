"""The origin's rollout, exactly, and worked examples near it. Every expected value is written out."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from unit import budgets, strategies
from unit.topologies import DATA, origin, origin_with, two_pools

from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse


def plan_of(topology: Any) -> Plan:
    return make_plan(parse(topology))


def rows(plan: Plan, managed: str = "ours") -> list[tuple[Any, ...]]:
    """zone, type, owner, data of each record, SRV data as (port, target)."""
    found: list[tuple[Any, ...]] = []
    for record in plan.to_plain()["records"]:
        if record["managed"] == managed:
            data = [(v["port"], v["target"]) if isinstance(v, dict) else v for v in record["values"]]
            found.append((record["zone"], record["type"], record["name"], *data))
    return found


def alternatives(plan: Plan) -> dict[str, list[str]]:
    return {one.id: list(one.subject_alternative_names) for one in plan.certificates}


def test_the_whole_plan() -> None:
    expected = json.loads((DATA / "origin_plan.json").read_text(encoding="utf-8"))
    assert plan_of(origin()).to_plain() == expected


def test_the_plan_is_written_in_the_order_of_its_contract() -> None:
    expected = (DATA / "origin_plan.json").read_text(encoding="utf-8")
    assert json.dumps(plan_of(origin()).to_plain(), indent=2) + "\n" == expected


def test_four_records_are_ours() -> None:
    assert rows(plan_of(origin())) == [
        ("company.local", "A", "ocspool", "10.0.0.10"),
        ("company.local", "SRV", "_sipinternaltls._tcp", (5061, "ocspool.company.local")),
        ("company.com", "A", "ocspool", "10.0.0.10"),
        ("company.com", "SRV", "_sipinternaltls._tcp", (5061, "ocspool.company.com")),
    ]


def test_the_servers_register_themselves() -> None:
    assert rows(plan_of(origin()), "registered_elsewhere") == [
        ("company.local", "A", "ocssrv01", "10.0.0.11"),
        ("company.local", "A", "ocssrv02", "10.0.0.12"),
    ]


def test_priority_weight_and_time_to_live() -> None:
    record = plan_of(origin()).to_plain()["records"][1]
    assert record["values"] == [{"priority": 0, "weight": 0, "port": 5061, "target": "ocspool.company.local"}]
    assert record["ttl"] == 3600


def test_alternative_names_with_the_subject_first() -> None:
    assert alternatives(plan_of(origin())) == {
        "ocssrv01.company.local/default": [
            "ocspool.company.local",
            "sip.company.local",
            "sip.company.com",
            "ocspool.company.com",
            "ocssrv01.company.local",
        ],
        "ocssrv02.company.local/default": [
            "ocspool.company.local",
            "sip.company.local",
            "sip.company.com",
            "ocspool.company.com",
            "ocssrv02.company.local",
        ],
    }


def test_alternative_names_to_the_letter_of_the_origin() -> None:
    plan = plan_of(origin_with({"certificates.repeat_subject_in_san": False}))
    assert alternatives(plan) == {
        "ocssrv01.company.local/default": [
            "sip.company.local",
            "sip.company.com",
            "ocspool.company.com",
            "ocssrv01.company.local",
        ],
        "ocssrv02.company.local/default": [
            "sip.company.local",
            "sip.company.com",
            "ocspool.company.com",
            "ocssrv02.company.local",
        ],
    }
    assert [one.common_name for one in plan.certificates] == ["ocspool.company.local"] * 2
    assert not plan.errors


def test_every_name_has_a_reason() -> None:
    for certificate in plan_of(origin()).certificates:
        assert all(certificate.name_reasons[name] for name in certificate.subject_alternative_names)


def test_endpoints() -> None:
    both = ("ocssrv01.company.local/default", "ocssrv02.company.local/default")
    found = [
        (one.name, one.port, one.protocol, one.through, one.addresses, one.certificates)
        for one in plan_of(origin()).endpoints
    ]
    assert found == [
        ("ocspool.company.local", 5061, "sip_tls", "load_balancer", ("10.0.0.10",), both),
        ("ocspool.company.com", 5061, "sip_tls", "load_balancer", ("10.0.0.10",), both),
        ("ocssrv01.company.local", 5061, "sip_tls", "direct", ("10.0.0.11",), both[:1]),
        ("ocssrv02.company.local", 5061, "sip_tls", "direct", ("10.0.0.12",), both[1:]),
        ("ocspool.company.local", 443, "https", "load_balancer", ("10.0.0.10",), both),
        ("ocssrv01.company.local", 443, "https", "direct", ("10.0.0.11",), both[:1]),
        ("ocssrv02.company.local", 443, "https", "direct", ("10.0.0.12",), both[1:]),
    ]


def test_a_web_farm_of_its_own_name() -> None:
    """The library's example: pool ee-pool.contoso.com, internal web farm webcon.contoso.com."""
    plan = plan_of(
        {
            "schema": 1,
            "ad_domain": "contoso.com",
            "sip_domains": ["contoso.com"],
            "dns": {"internal": {"zones": ["contoso.com"]}},
            "pools": [
                {
                    "fqdn": "ee-pool.contoso.com",
                    "web_farm_fqdn": "webcon.contoso.com",
                    "load_balancer": {"type": "hardware", "vips": {"sip": ["192.168.1.10"]}},
                    "servers": [{"fqdn": "fe01.contoso.com", "addresses": {"internal": ["192.168.1.11"]}}],
                }
            ],
            "certificates": {"issuers": {"enterprise": {"ca": "ca\\CA"}}},
        }
    )
    assert rows(plan) == [
        ("contoso.com", "A", "ee-pool", "192.168.1.10"),
        ("contoso.com", "A", "webcon", "192.168.1.10"),
        ("contoso.com", "SRV", "_sipinternaltls._tcp", (5061, "ee-pool.contoso.com")),
    ]
    assert alternatives(plan) == {
        "fe01.contoso.com/default": [
            "ee-pool.contoso.com",
            "sip.contoso.com",
            "webcon.contoso.com",
            "fe01.contoso.com",
        ]
    }
    assert [one.name for one in plan.endpoints if one.port == 443] == ["webcon.contoso.com", "fe01.contoso.com"]


def test_a_web_farm_with_a_virtual_address_of_its_own() -> None:
    plan = plan_of(
        origin_with(
            {"pools[0].web_farm_fqdn": "ocsweb.company.local", "pools[0].load_balancer.vips.web": ["10.0.0.20"]}
        )
    )
    assert ("company.local", "A", "ocsweb", "10.0.0.20") in rows(plan)
    farm = next(one for one in plan.endpoints if one.name == "ocsweb.company.local")
    assert (farm.port, farm.addresses, farm.through) == (443, ("10.0.0.20",), "load_balancer")


def test_the_web_farm_named_like_the_pool_is_one_record() -> None:
    same = plan_of(origin_with({"pools[0].web_farm_fqdn": "OCSPOOL.company.local."}))
    assert same.to_plain() == plan_of(origin()).to_plain()


def test_one_server_without_a_load_balancer() -> None:
    topology = origin()
    del topology["pools"][0]["load_balancer"], topology["pools"][0]["servers"][1]
    plan = plan_of(topology)
    assert ("company.local", "A", "ocspool", "10.0.0.11") in rows(plan)
    assert {one.through for one in plan.endpoints} == {"direct"}
    assert not plan.errors


def test_several_virtual_addresses_are_one_record_set() -> None:
    plan = plan_of(origin_with({"pools[0].load_balancer.vips.sip": ["10.0.0.10", "10.0.0.9"]}))
    assert rows(plan)[0] == ("company.local", "A", "ocspool", "10.0.0.10", "10.0.0.9")


def test_the_record_lies_in_the_longest_zone() -> None:
    plan = plan_of(origin_with({"dns.internal.zones[2]": {"name": "_tcp.company.com"}}))
    assert rows(plan)[-2:] == [
        ("company.com", "A", "ocspool", "10.0.0.10"),
        ("_tcp.company.com", "SRV", "_sipinternaltls", (5061, "ocspool.company.com")),
    ]


def test_pin_point_zones() -> None:
    """The library's example of pin-point zones, behind a hardware load balancer."""
    topology = origin_with(
        {
            "sip_domains": ["contoso.com", "fabrikam.com"],
            "dns.internal.zones": [
                {"name": "company.local"},
                {"name": "_sipinternaltls._tcp.contoso.com", "if_missing": "create"},
                {"name": "ocspool.contoso.com", "if_missing": "create"},
                {"name": "_sipinternaltls._tcp.fabrikam.com", "if_missing": "create"},
                {"name": "ocspool.fabrikam.com", "if_missing": "create"},
            ],
        }
    )
    plan = plan_of(topology)
    assert rows(plan)[1:] == [
        ("_sipinternaltls._tcp.contoso.com", "SRV", "@", (5061, "ocspool.contoso.com")),
        ("ocspool.contoso.com", "A", "@", "10.0.0.10"),
        ("_sipinternaltls._tcp.fabrikam.com", "SRV", "@", (5061, "ocspool.fabrikam.com")),
        ("ocspool.fabrikam.com", "A", "@", "10.0.0.10"),
    ]
    assert "zone-hides-names" not in {one.code for one in plan.findings}


def test_the_target_stays_inside_the_sip_domain() -> None:
    """pool.emea.company.com does not lie in the SIP domain company.com: the alias does."""
    topology = origin_with(
        {
            "sip_domains": ["company.com", "emea.company.com"],
            "pools[0].fqdn": "pool.emea.company.com",
            "dns.internal.zones": ["company.local", "company.com"],
        }
    )
    assert rows(plan_of(topology)) == [
        ("company.com", "A", "pool.emea", "10.0.0.10"),
        ("company.com", "A", "pool", "10.0.0.10"),
        ("company.com", "SRV", "_sipinternaltls._tcp", (5061, "pool.company.com")),
        ("company.com", "SRV", "_sipinternaltls._tcp.emea", (5061, "pool.emea.company.com")),
    ]


def test_times_to_live() -> None:
    plan = plan_of(origin_with({"dns.ttl": 600, "dns.internal.zones[1].ttl": 60}))
    assert [(one.zone, one.ttl) for one in plan.records] == [
        ("company.local", 600),
        ("company.local", 600),
        ("company.local", 600),
        ("company.local", 600),
        ("company.com", 60),
        ("company.com", 60),
    ]


def test_key_length_and_issuer() -> None:
    plan = plan_of(
        origin_with(
            {
                "certificates.key_length": 4096,
                "certificates.issuer": "other",
                "certificates.issuers.other": {"ca": "ca02\\Other CA", "template": "OcsServer"},
            }
        )
    )
    certificate = plan.to_plain()["certificates"][0]
    assert certificate["key"]["length"] == 4096
    assert certificate["issuer"] == {"name": "other", "ca": "ca02\\Other CA"}
    assert certificate["template"] == "OcsServer"


def test_a_stand_alone_ca_is_named_no_template() -> None:
    topology = origin()
    topology["certificates"]["issuers"]["enterprise"] = {"ca": "ca01.company.local\\Company CA", "standalone": True}
    assert [one.template for one in plan_of(topology).certificates] == [None, None]


def test_each_sip_domain_belongs_to_its_home() -> None:
    plan = plan_of(two_pools())
    assert rows(plan) == [
        ("company.local", "A", "ocspool", "10.0.0.10"),
        ("company.local", "A", "pool2", "10.0.1.10"),
        ("company.com", "A", "ocspool", "10.0.0.10"),
        ("company.com", "SRV", "_sipinternaltls._tcp", (5061, "ocspool.company.com")),
        ("fabrikam.com", "A", "pool2", "10.0.1.10"),
        ("fabrikam.com", "SRV", "_sipinternaltls._tcp", (5061, "pool2.fabrikam.com")),
    ]
    assert alternatives(plan)["fe21.company.local/default"] == [
        "pool2.company.local",
        "sip.fabrikam.com",
        "pool2.fabrikam.com",
        "fe21.company.local",
    ]
    by_hand = [one for one in plan.endpoints if "set by hand" in one.clients[0]]
    assert [one.name for one in by_hand] == ["ocspool.company.local", "pool2.company.local"]


def test_a_pool_that_signs_nobody_in() -> None:
    topology = two_pools()
    topology["sip_domains"][1]["home"] = "ocspool.company.local"
    plan = plan_of(topology)
    assert alternatives(plan)["fe21.company.local/default"] == ["pool2.company.local", "fe21.company.local"]
    assert not plan.errors


def test_the_same_name_from_two_rules_is_in_the_list_once() -> None:
    """A pool called sip in the SIP domain: its own name is sip.<SIP domain>."""
    plan = plan_of(origin_with({"sip_domains": ["company.local"], "pools[0].fqdn": "SIP.company.local"}))
    assert alternatives(plan)["ocssrv01.company.local/default"] == ["sip.company.local", "ocssrv01.company.local"]
    reasons = plan.certificates[0].name_reasons["sip.company.local"]
    assert [one.rule for one in reasons] == ["ocs2007.subject-repeated", "ocs2007.sip-name"]


def test_a_rule_that_names_the_same_for_every_sip_domain_is_one_reason() -> None:
    product = PRODUCTS["ocs2007"]
    role = product.roles[0]
    rule = next(one for one in role.certificates[0].names if one.id == "ocs2007.sip-name")
    certificate = replace(role.certificates[0], names=(replace(rule, name="all.{pool}"),))
    changed = replace(product, roles=(replace(role, certificates=(certificate,)),))
    plan = make_plan(parse(origin()), {"ocs2007": changed})
    assert plan.certificates[0].subject_alternative_names == ("all.ocspool.company.local",)
    assert plan.certificates[0].name_reasons["all.ocspool.company.local"] == (rule.reason,)


# Properties of every valid topology


@given(strategies.topologies())
def test_a_valid_topology_gives_a_sound_plan(topology: dict[str, Any]) -> None:
    plan = plan_of(topology)
    assert plan.errors == ()
    keys = [(one.view, one.fqdn, one.type) for one in plan.records]
    assert len(keys) == len(set(keys))
    names = {one.id: {one.common_name, *one.subject_alternative_names} for one in plan.certificates}
    for endpoint in plan.endpoints:
        assert endpoint.certificates
        assert all(endpoint.name in names[certificate] for certificate in endpoint.certificates)
    addressed = {one.fqdn for one in plan.records if one.type == "A"}
    assert {value.target for one in plan.records if one.type == "SRV" for value in one.values} <= addressed
    assert {one.name for one in plan.endpoints} <= addressed


@budgets.part(1 / 2)
@given(strategies.topologies())
def test_planning_twice_gives_the_same_bytes(topology: dict[str, Any]) -> None:
    first = json.dumps(plan_of(topology).to_plain())
    assert json.dumps(plan_of(json.loads(json.dumps(topology))).to_plain()) == first


@budgets.part(1 / 2)
@given(strategies.topologies())
def test_the_order_of_keys_means_nothing(topology: dict[str, Any]) -> None:
    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(value[key]) for key in reversed(list(value))}
        return [turned(item) for item in value] if isinstance(value, list) else value

    assert json.dumps(plan_of(turned(topology)).to_plain()) == json.dumps(plan_of(topology).to_plain())


@budgets.part(1 / 2)
@given(strategies.topologies())
def test_the_order_of_lists_changes_the_order_only(topology: dict[str, Any]) -> None:
    """Pools, servers, SIP domains and zones turned round: the same records and the same names in the certificates."""
    turned = json.loads(json.dumps(topology))
    for some in (turned["sip_domains"], turned["dns"]["internal"]["zones"], turned["pools"]):
        some.reverse()
    for pool in turned["pools"]:
        pool["servers"].reverse()

    def content(plan: Plan) -> tuple[Any, ...]:
        certificates = {one.id: frozenset(one.subject_alternative_names) for one in plan.certificates}
        return frozenset(plan.records), certificates, {(one.name, one.port) for one in plan.endpoints}

    assert content(plan_of(turned)) == content(plan_of(topology))


@pytest.mark.parametrize("index", [0, 1])
def test_nothing_in_the_plan_is_shared(index: int) -> None:
    """The plan is written by Ansible as YAML too: a value used twice would become an alias."""
    plan = plan_of(origin()).to_plain()
    plan["certificates"][index]["name_reasons"]["sip.company.com"][0]["rule"] = "changed"
    assert "changed" not in json.dumps(plan["certificates"][1 - index])
