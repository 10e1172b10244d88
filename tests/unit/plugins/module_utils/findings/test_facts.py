"""The indexes that every search looks into."""

from __future__ import annotations

import pytest
from unit.finding_cases import lync

from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import exists_inside_only, gather
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS


@pytest.mark.parametrize(
    ("name", "inside_only"),
    [
        ("contoso.local", True),
        ("a.b.corp", True),
        ("fe01", True),
        ("contoso.com", False),
        ("local.contoso.com", False),
        ("lan.de", False),
    ],
)
def test_what_the_internet_cannot_know(name: str, inside_only: bool) -> None:
    assert exists_inside_only(name) is inside_only


def test_records_are_found_by_view_and_name() -> None:
    facts = gather(*lync(), PRODUCTS)
    assert facts.is_planned("internal", "pool01.contoso.net")
    assert not facts.is_planned("external", "pool01.contoso.net")
    assert facts.targets("internal", "_sipinternaltls._tcp.contoso.com") == ("sip.contoso.com",)
    assert facts.targets("external", "_sipinternaltls._tcp.contoso.com") == ()
    assert facts.has_zone("external", "anything.fabrikam.com")
    assert not facts.has_zone("external", "pool01.contoso.net")


def test_names_of_a_pool_are_those_of_all_its_servers() -> None:
    facts = gather(*lync(), PRODUCTS)
    held = facts.names_of(facts.pools["pool01.contoso.net"])
    assert {"fe01.contoso.net", "fe02.contoso.net", "pool01.contoso.net", "sip.fabrikam.com"} <= held
    assert "av.contoso.com" not in held


def test_a_sip_domain_that_left_has_no_home() -> None:
    topology, plan = lync({"sip_domains[1]": {"name": "fabrikam.com", "cut_over": True}})
    facts = gather(topology, plan, PRODUCTS)
    homes = [facts.home(one) for one in topology.sip_domains]
    assert [home and home.fqdn for home in homes] == ["pool01.contoso.net", None]


def test_an_empty_plan_has_no_names() -> None:
    topology, _plan = lync()
    facts = gather(topology, Plan(), PRODUCTS)
    assert facts.names_of(topology.pools[0]) == frozenset()
    assert not facts.is_planned("internal", "pool01.contoso.net")
