"""What the parts of a topology say against each other; most of it stands in unit/bad_topologies.py."""

from __future__ import annotations

from typing import Any

import pytest
from unit.finding_cases import base_with
from unit.topologies import ABSENT, origin_with, put, two_pools

from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import TopologyError, parse


def problems(topology: Any) -> list[tuple[str, str]]:
    """path and text (what and right) of every problem; an empty list for a good topology."""
    try:
        parse(topology)
    except TopologyError as error:
        return [(one.path, f"{one.what} | {one.right}") for one in error.problems]
    return []


def test_several_pools_need_a_home_for_each_sip_domain() -> None:
    topology = two_pools()
    topology["sip_domains"] = ["company.com", {"name": "fabrikam.com", "home": "POOL2.company.local."}]
    assert problems(topology) == [
        (
            "sip_domains[0].home",
            "missing: there are 2 pools, and exactly one of them signs in the users of a SIP domain"
            " | Name one of ocspool.company.local, pool2.company.local",
        )
    ]


def test_a_wrong_pool_name_does_not_make_its_sip_domains_homeless() -> None:
    topology = two_pools()
    topology["pools"][1]["fqdn"] = "pool_2.company.local"
    assert [path for path, _text in problems(topology)] == ["pools[1].fqdn"]


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"pools[1].fqdn": "ocspool.company.local"}, "pools[1].fqdn", "is already given at pools[0].fqdn"),
        (
            {"pools[1].servers[0].fqdn": "ocssrv02.company.local"},
            "pools[1].servers[0].fqdn",
            "is already given at pools[0].servers[1].fqdn",
        ),
        (
            {"pools[1].web_farm_fqdn": "ocspool.company.local"},
            "pools[1].web_farm_fqdn",
            "'ocspool.company.local' is already given at pools[0].fqdn",
        ),
        (
            {"pools[0].web_farm_fqdn": "web.company.local", "pools[1].web_farm_fqdn": "web.company.local"},
            "pools[1].web_farm_fqdn",
            "is already given at pools[0].web_farm_fqdn",
        ),
    ],
)
def test_names_are_unique_over_pools(change: dict[str, Any], path: str, said: str) -> None:
    topology = two_pools()
    topology["sip_domains"] = topology["sip_domains"][:1]
    for where, value in change.items():
        put(topology, where, value)
    assert [(where, said in text) for where, text in problems(topology)] == [(path, True)]


def test_several_issuers() -> None:
    two = {"public": {"ca": "ca\\A"}, "private": {"ca": "ca\\B"}}
    ((path, text),) = problems(origin_with({"certificates.issuers": two}))
    assert (path, text) == ("certificates.issuer", "missing: there are 2 issuers | Name one of private, public")
    chosen = origin_with({"certificates.issuers": two, "certificates.issuer": "private"})
    assert parse(chosen).certificates.issuer.ca == "ca\\B"


# What a product does not know, and what is given all the same


@pytest.mark.parametrize(
    ("changes", "path", "said"),
    [
        ({"product": "ocs2007", "autodiscover": {}}, "autodiscover", "does not have autodiscover"),
        ({"product": "lync2010", "hybrid": {}}, "hybrid", "does not have users in Microsoft 365"),
        ({"product": "lync2010", "simple_urls": {"scheduler": True}}, "simple_urls.scheduler", "a URL of the web"),
        ({"product": "sfb2019", "xmpp": {"domains": ["contoso.com"]}}, "xmpp", "does not have an XMPP proxy"),
    ],
)
def test_a_key_that_no_product_knows_is_refused_where_it_is_given(
    changes: dict[str, Any], path: str, said: str
) -> None:
    told = dict(problems(base_with("lync", changes)))
    assert said in told[path]


@pytest.mark.parametrize("product", ["lync2010", "sfb2019"])
def test_a_key_that_is_left_out_is_refused_of_no_product(product: str) -> None:
    assert problems(base_with("lync", {"product": product})) == []


def test_a_part_that_has_a_problem_is_told_once() -> None:
    """The home is unknown because the pool's name is wrong: the pool alone is told."""
    topology = origin_with({"pools[0].fqdn": "ocs_pool.company.local", "sip_domains[1].home": "ocspool.company.local"})
    assert [path for path, _text in problems(topology)] == ["pools[0].fqdn"]


def test_a_single_server_needs_no_load_balancer() -> None:
    topology = origin_with({"pools[0].servers[1]": ABSENT, "pools[0].load_balancer": ABSENT})
    assert problems(topology) == []


# What a site may want otherwise than the products' tables

SECOND_POOL = {
    "fqdn": "pool02.contoso.net",
    "edition": "standard",
    "servers": [{"fqdn": "pool02.contoso.net", "addresses": {"internal": ["10.0.2.11"]}}],
}


OLD_EDGE = {
    "fqdn": "lsedge.contoso.net",
    "role": "edge",
    "product": "ocs2007r2",
    "edge": {"access": "sip.contoso.com"},
    "servers": [
        {
            "fqdn": "lsedge.contoso.net",
            "addresses": {
                "internal": ["172.25.33.10"],
                "access": ["131.107.155.10"],
                "web_conferencing": ["131.107.155.20"],
                "av": ["131.107.155.30"],
            },
        }
    ],
}


def contoso(**more: Any) -> dict[str, Any]:
    return {
        "sip_domains": [{"name": "contoso.com", "home": "pool01.contoso.net", **more}],
        "pools[3]": SECOND_POOL,
    }


@pytest.mark.parametrize(
    ("changes", "path", "said"),
    [
        (
            contoso(fallback_names=["sip"]),
            "sip_domains[0].fallback_names",
            "there are no such names without fallback | Write fallback: true, or leave them out",
        ),
        (
            contoso(sip_external="cname"),
            "sip_domains[0].sip_external",
            "'sip.contoso.com' is the Access Edge's own name (pools[1]), and no name is an alias of itself | Write a",
        ),
        (
            contoso(backup="pool01.contoso.net"),
            "sip_domains[0].backup.pool",
            "clients are sent to 'pool01.contoso.net' in any case | Name another pool, or leave backup out",
        ),
        (
            contoso(backup="lsedge.contoso.net"),
            "sip_domains[0].backup.pool",
            "there is no pool of Front Ends or Directors 'lsedge.contoso.net'"
            " | There is pool01.contoso.net, pool02.contoso.net",
        ),
        (
            contoso(backup={"pool": "pool02.contoso.net", "priority": 5}, srv={"internal": {"priority": 5}}),
            "sip_domains[0].backup.priority",
            "5 does not stand behind the 5 of the first SRV record | Write a greater number: the lowest is taken first",
        ),
        (
            {"pools[2].shares_certificate_of": "pool01.contoso.net"},
            "pools[2].shares_certificate_of",
            "there is no edge pool 'pool01.contoso.net' | There is lsedge.contoso.net",
        ),
        (
            {"pools[0].shares_certificate_of": "lsedge.contoso.net"},
            "pools[0].shares_certificate_of",
            "only a reverse proxy shares an Edge pool's certificate | Leave the key out",
        ),
        (
            {"pools[2].shares_certificate_of": "lsedge.contoso.net", "pools[1]": OLD_EDGE},
            "pools[2].shares_certificate_of",
            "the Edge services of Office Communications Server 2007 R2 have a certificate each"
            " | Leave the key out: one for all came with Lync Server 2010",
        ),
    ],
)
def test_choices_of_a_site(changes: dict[str, Any], path: str, said: str) -> None:
    assert (path, said) in problems(base_with("lync", changes))


def test_ocs_has_no_backup_pools() -> None:
    topology = two_pools()
    topology["sip_domains"][0]["backup"] = "pool2.company.local"
    assert problems(topology) == [
        (
            "sip_domains[0].backup",
            "Office Communications Server 2007 does not have backup pools | It came with Lync Server 2010; before, no"
            " SRV record may lead to a further pool (TechNet bb870344)",
        )
    ]
