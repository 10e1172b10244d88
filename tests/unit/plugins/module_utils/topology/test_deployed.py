"""What OCS says of its pools and SIP domains, beside a topology."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.lync_sites import topology as lync_topology
from unit.ocs_sites import enterprise, expanded, site

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.topology.deployed import (
    DeployedOcs,
    DeployedPool,
    asked_of,
    compare_deployed,
    pool_of,
    tells_of_itself,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse

POOL, FIRST, SECOND = "eepool.contoso.com", "ee01.contoso.com", "ee02.contoso.com"
SITE = parse(site("ocs2007", enterprise(), sip=("contoso.com", "fabrikam.com")))
OWN = pool_of(SITE, "EE02.contoso.com.")
DOMAINS = ("contoso.com", "fabrikam.com")


def told(pools: tuple[DeployedPool, ...] | None, domains: tuple[str, ...] | None = DOMAINS) -> dict[str, str]:
    return {one.code: one.told for one in compare_deployed(OWN, DeployedOcs(pools, domains))}


@pytest.mark.parametrize("members", [(FIRST, SECOND), ("EE02", "Ee01.Contoso.Com."), ("ee01", "ee02")])
def test_the_same_differs_in_nothing(members: tuple[str, ...]) -> None:
    other = DeployedPool("other.contoso.com", ("x.contoso.com",), 4)
    assert told((other, DeployedPool("EEPool.contoso.com.", members, 3)), ("Fabrikam.com", "contoso.com")) == {}


def test_what_could_not_be_read_differs_in_nothing() -> None:
    assert told(None, None) == {}


@pytest.mark.parametrize(
    ("pools", "domains", "wanted"),
    [
        (
            (),
            DOMAINS,
            {
                "pool-unknown": "OCS has no pool eepool.contoso.com, it names no pool at all: nobody signs in at a"
                " pool that is not there. Where it is to be so, activate it there first; else correct the topology"
            },
        ),
        (
            (DeployedPool("b.contoso.com", ()), DeployedPool("a.contoso.com", ())),
            DOMAINS,
            {
                "pool-unknown": "OCS has no pool eepool.contoso.com, it names the pools a.contoso.com, b.contoso.com"
                " only: nobody signs in at a pool that is not there. Where it is to be so, activate it there first;"
                " else correct the topology"
            },
        ),
        (
            (DeployedPool(POOL, (FIRST, SECOND), 4),),
            DOMAINS,
            {
                "pool-version": "OCS's pool eepool.contoso.com has the major version 4, ocs2007 has 3: the plan"
                " follows the rules of another version. Correct `product` of the pool in the topology"
            },
        ),
        (
            (DeployedPool(POOL, (FIRST, "ee03"), 3),),
            DOMAINS,
            {
                "server-not-in-pool": "ee02.contoso.com is in the topology's pool eepool.contoso.com, and not in OCS's:"
                " it serves nobody who is sent to it. Where it is to be so, activate it there first; else correct the"
                " topology",
                "server-not-planned": "ee03 is in OCS's pool eepool.contoso.com, and not in the topology's: it gets no"
                " certificate and no record from here. Correct the topology, or the deployment",
            },
        ),
        (
            (DeployedPool(POOL, (FIRST, SECOND)),),
            ("contoso.com", "northwind.com"),
            {
                "sip-domain-missing": "the SIP domain fabrikam.com of the topology is none of OCS's: nobody signs in"
                " with it. Add it there (Global Properties, General), or correct the topology",
                "sip-domain-not-planned": "OCS has the SIP domain northwind.com, which the topology does not have: its"
                " users find no server by the planned records. Add it to the topology, or remove it there",
            },
        ),
    ],
)
def test_each_difference_is_told(pools: Any, domains: Any, wanted: dict[str, str]) -> None:
    assert told(pools, domains) == wanted


def test_of_many_that_are_not_planned_ten_are_named() -> None:
    pools = (DeployedPool(POOL, (FIRST, SECOND, *(f"x{at:05}" for at in range(3000))), 3),)
    found = DeployedOcs(pools, (*DOMAINS, *(f"d{at:02}.com" for at in range(11))))
    differing = [one.what for one in compare_deployed(OWN, found)]
    assert len(differing) == 22
    assert differing[9] == "x00009 is in OCS's pool eepool.contoso.com, and not in the topology's"
    assert differing[10] == "2990 more servers are in OCS's pool eepool.contoso.com, and not in the topology's"
    assert differing[20:] == [
        "OCS has the SIP domain d09.com, which the topology does not have",
        "OCS has 1 further SIP domain, which the topology does not have",
    ]
    other = compare_deployed(OWN, DeployedOcs(tuple(DeployedPool(f"p{at:02}", ()) for at in range(12)), None))
    assert [one.what for one in other] == [
        "OCS has no pool eepool.contoso.com, it names the pools p00, p01, p02, p03, p04, p05, p06, p07, p08, p09 and 2"
        " more only"
    ]


def test_a_server_for_the_web_alone_is_no_member_that_is_missed() -> None:
    spread = pool_of(parse(site("ocs2007", expanded())), "web01.contoso.com")
    found = DeployedOcs((DeployedPool(POOL, ("fe01", "fe02", "web01"), 3),), ("contoso.com",))
    assert compare_deployed(spread, found) == ()
    assert tells_of_itself(spread, "fe02.contoso.com")
    assert not tells_of_itself(spread, "web01.contoso.com")
    assert spread.front_ends == ("fe01.contoso.com", "fe02.contoso.com")
    assert spread.other_servers[:2] == ("web01.contoso.com", "web02.contoso.com")


@pytest.mark.parametrize(("server", "read", "asked"), [
    (FIRST, (FIRST, SECOND), ("pools",)),
    (SECOND, (FIRST, SECOND), ("sip_domains",)),
    ("EE02.contoso.com.", (SECOND,), ("pools", "sip_domains")),
    (FIRST, (FIRST,), ("pools", "sip_domains")),
    (FIRST, (SECOND,), ()),
    (FIRST, (), ()),
])  # fmt: skip
def test_each_part_is_asked_of_one_of_those_that_are_read(server: str, read: Any, asked: tuple[str, ...]) -> None:
    assert asked_of(OWN, server, read) == asked


def test_of_a_third_front_end_nothing_is_asked() -> None:
    pool = replace(OWN, front_ends=(FIRST, SECOND, "ee03.contoso.com"))
    assert asked_of(pool, "ee03.contoso.com", pool.front_ends) == ()


def test_no_later_product_has_these_classes() -> None:
    pool = {
        "fqdn": "se01.contoso.com",
        "edition": "standard",
        "web": {"external_fqdn": "webcon01.contoso.com"},
        "servers": [{"fqdn": "se01.contoso.com", "addresses": {"internal": ["10.0.0.1"]}}],
    }
    own = pool_of(parse(lync_topology("lync2010", [pool])), "se01.contoso.com")
    assert (own.product, tells_of_itself(own, "se01.contoso.com")) == ("lync2010", False)
    assert not tells_of_itself(replace(OWN, product="of a plan that somebody wrote"), FIRST)


def test_a_server_that_the_topology_does_not_have_is_refused() -> None:
    with pytest.raises(RolloutError) as refused:
        pool_of(SITE, "ee09.contoso.com")
    assert str(refused.value) == (
        "server: ee09.contoso.com is none of the topology's servers (ee01.contoso.com, ee02.contoso.com)"
    )
