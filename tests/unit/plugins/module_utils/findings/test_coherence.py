"""The two halves of a plan against each other: broken on purpose, by a plan and by rules that forget something."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.topologies import origin, origin_with

from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.findings.coherence import check_coherence
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import parse


def codes(plan: Plan) -> list[tuple[str, str]]:
    return [(one.code, one.where) for one in check_coherence(plan)]


def without_name_rule(rule: str) -> dict[str, Product]:
    """The products, where OCS 2007 has forgotten one rule for names in certificates."""
    product = PRODUCTS["ocs2007"]
    role = product.roles[0]
    certificates = tuple(
        replace(one, names=tuple(name for name in one.names if name.id != rule)) for one in role.certificates
    )
    return {"ocs2007": replace(product, roles=(replace(role, certificates=certificates),))}


def test_the_origin_is_coherent() -> None:
    assert codes(make_plan(parse(origin()))) == []


@pytest.mark.parametrize(
    ("forgotten", "where"),
    [
        ("ocs2007.sign-in-alias-name", ["ocspool.company.com:5061"] * 2),
        ("ocs2007.web-farm-name", ["ocsweb.company.local:443"] * 2),
        (
            "ocs2007.server-name",
            [
                "ocssrv01.company.local:5061",
                "ocssrv02.company.local:5061",
                "ocssrv01.company.local:443",
                "ocssrv02.company.local:443",
            ],
        ),
    ],
)
def test_a_forgotten_rule_is_an_error_for_each_certificate_that_answers(forgotten: str, where: list[str]) -> None:
    topology = parse(origin_with({"pools[0].web_farm_fqdn": "ocsweb.company.local"}))
    plan = make_plan(topology, without_name_rule(forgotten))
    assert [one.code for one in plan.errors] == ["name-not-in-certificate"] * len(where)
    assert [one.where for one in plan.errors] == where


def test_the_error_says_who_is_hit_and_by_what() -> None:
    plan = make_plan(parse(origin()), without_name_rule("ocs2007.sign-in-alias-name"))
    assert to_plain(plan.errors[0]) == {
        "severity": "error",
        "code": "name-not-in-certificate",
        "message": (
            "'ocspool.company.com' (port 5061) is not in the certificate ocssrv01.company.local/default,"
            " which answers there"
        ),
        "breaks": "Communicator, automatic sign-in of company.com: the certificate does not match the name",
        "mend": "Add the name to the certificate, or do not send clients to it",
        "source": "RFC 9525 section 6",
        "where": "ocspool.company.com:5061",
    }


def test_a_name_in_the_subject_only_is_a_warning() -> None:
    plan = make_plan(parse(origin()), without_name_rule("ocs2007.subject-repeated"))
    assert codes(plan) == [("subject-not-repeated", "certificates.repeat_subject_in_san")] * 2
    assert not plan.errors


def test_an_endpoint_that_nothing_answers() -> None:
    plan = make_plan(parse(origin()))
    bare = replace(plan, endpoints=(replace(plan.endpoints[0], certificates=()),))
    assert codes(bare) == [("endpoint-without-certificate", "ocspool.company.local:5061")]


def test_one_certificate_of_two_is_enough_to_break() -> None:
    plan = make_plan(parse(origin()))
    first, second = plan.certificates
    names = tuple(name for name in second.subject_alternative_names if name != "ocspool.company.com")
    broken = replace(plan, certificates=(first, replace(second, subject_alternative_names=names)))
    assert [one.message for one in check_coherence(broken)] == [
        "'ocspool.company.com' (port 5061) is not in the certificate ocssrv02.company.local/default,"
        " which answers there"
    ]


@pytest.mark.parametrize("names", [("*.company.local",), ("*.local",)])
def test_a_wildcard_covers_nothing(names: tuple[str, ...]) -> None:
    """OCS does not start with one: a name has to be there in full."""
    plan = make_plan(parse(origin()))
    certificates = tuple(replace(one, subject_alternative_names=names) for one in plan.certificates)
    found: Any = codes(replace(plan, certificates=certificates))
    assert ("name-not-in-certificate", "ocssrv01.company.local:5061") in found
