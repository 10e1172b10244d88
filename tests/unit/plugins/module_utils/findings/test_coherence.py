"""The two halves of a plan against each other: broken on purpose, by a plan and by rules that forget something."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.finding_cases import codes_and_places, found, made, places, plan_of, without_name_rule
from unit.lync_sites import standard
from unit.lync_sites import topology as lync_site
from unit.topologies import origin, origin_with

from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.findings.coherence import check_coherence
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse


def test_the_origin_is_coherent() -> None:
    assert codes_and_places(check_coherence(made("ocs"))) == []


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
    topology = origin_with({"pools[0].web_farm_fqdn": "ocsweb.company.local"})
    plan = plan_of(topology, without_name_rule(forgotten))
    assert [one.code for one in plan.errors] == ["name-not-in-certificate"] * len(where)
    assert [one.where for one in plan.errors] == where


def test_the_error_says_who_is_hit_and_by_what() -> None:
    plan = plan_of(origin(), without_name_rule("ocs2007.sign-in-alias-name"))
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


_PHONES = "phone-name-not-in-certificate"
_SERVERS = ("ocssrv01.company.local/default", "ocssrv02.company.local/default")


def _phones(changes: dict[str, Any]) -> list[tuple[str, str]]:
    plan = make_plan(parse(origin_with({"device_update": True, "sip_domains": ["company.local"], **changes})))
    return [(one.severity, one.message) for one in found(_PHONES, plan)]


def _told(name: str, *certificates: str) -> tuple[str, str]:
    return (
        "note",
        f"DNS sends phones to '{name}' for updates before anybody signs in, and the certificate of the web services"
        f" there does not have the name: {', '.join(certificates)}. No table of the product lists it",
    )


@pytest.mark.parametrize(
    ("product", "name"),
    [("ocs2007", "ucupdates.company.local"), ("ocs2007r2", "ucupdates-r2.company.local")],
)
def test_where_phones_look_for_updates_is_told_until_the_certificate_has_the_name(product: str, name: str) -> None:
    assert _phones({"product": product}) == [_told(name, *_SERVERS)]
    assert _phones({"product": product, "pools[0].web_farm_fqdn": name}) == []
    assert _phones({"product": product, "device_update": False}) == []


@pytest.mark.parametrize("product", ["lync2010", "lync2013", "sfb2015", "sfb2019", "sfbse"])
def test_where_later_phones_look_for_updates(product: str) -> None:
    def told(**more: Any) -> list[tuple[str, str]]:
        plan = make_plan(parse(lync_site(product, [standard()], device_update=True, **more)))
        return [(one.severity, one.message) for one in found(_PHONES, plan)]

    assert told() == [_told("ucupdates-r2.contoso.com", "se01.contoso.com/default")]
    # Phones refuse wildcards, so one does not stand for the name.
    assert told(certificates={"wildcard": True}) == told()


def test_a_name_in_the_subject_only_is_a_warning() -> None:
    plan = plan_of(origin(), without_name_rule("ocs2007.subject-repeated"))
    assert (
        codes_and_places(check_coherence(plan)) == [("subject-not-repeated", "certificates.repeat_subject_in_san")] * 2
    )
    assert not plan.errors


def test_an_endpoint_that_nothing_answers() -> None:
    plan = made("ocs")
    bare = replace(plan, endpoints=(replace(plan.endpoints[0], certificates=()),))
    assert codes_and_places(check_coherence(bare)) == [("endpoint-without-certificate", "ocspool.company.local:5061")]


def test_one_certificate_of_two_is_enough_to_break() -> None:
    plan = made("ocs")
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
    plan = made("ocs")
    certificates = tuple(replace(one, subject_alternative_names=names) for one in plan.certificates)
    told = codes_and_places(check_coherence(replace(plan, certificates=certificates)))
    assert ("name-not-in-certificate", "ocssrv01.company.local:5061") in told


def test_subject_not_repeated() -> None:
    plan = plan_of(origin_with({"certificates.repeat_subject_in_san": False}))
    assert [one.severity for one in found("subject-not-repeated", plan)] == ["warning", "warning"]
    assert places("subject-not-repeated", origin()) == []


def test_a_subject_that_another_rule_names_is_repeated() -> None:
    topology = origin_with({"certificates.repeat_subject_in_san": False, "pools[0].fqdn": "sip.company.local"})
    assert places("subject-not-repeated", topology) == []
