"""A further product is a table of its own and a line in the registry: shown with an invented one."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
from unit.lync_sites import (
    edge,
    enterprise,
    plan_of,
    problems,
    server,
    topology,
)

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports.export import export_plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.products import ocs2007, registry
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import (
    Answer,
    Certificate,
    Name,
    Product,
    Role,
    Service,
    rules_of,
)
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.products.rules import Listener
from ansible_collections.ucops.rollout.plugins.module_utils.products.sources import Sources
from ansible_collections.ucops.rollout.plugins.module_utils.reading.explain import explain
from ansible_collections.ucops.rollout.plugins.module_utils.topology import json_schema
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse

TOOLS = pathlib.Path(__file__).resolve().parents[5] / "tools"

SOURCES = Sources(
    "atlas2030",
    purposes={
        "pool-address": ("the name of the switchboard", "nobody is called"),
        "sign-in": ("where phones ring first", "phones do not ring"),
        "pool-name": ("phones compare it", "phones hang up"),
        "certificate": ("TLS of the switchboard", "nobody trusts it"),
    },
    stated={"pool-address sign-in pool-name certificate": ("S", "'The switchboard', page 7")},
)
SWITCHBOARD = Listener("front_end", 5099, "sip_tls")
ATLAS = Product(
    id="atlas2030",
    title="Atlas Server 2030",
    family="Atlas Server",
    roles=(
        rules_of(
            Role(
                "front_end",
                names=(
                    Name(
                        "sip.{sip_domain}",
                        each="sip_domain",
                        at="pool_sip",
                        address="pool-address",
                        in_certificates="pool-name",
                    ),
                    Name(
                        "_ring._tcp.{sip_domain}",
                        each="sip_domain",
                        service=Service("sign-in", "sip.{sip_domain}", 5099),
                        at="pool_sip",
                        answers=Answer("ringing", SWITCHBOARD, "phones of {sip_domain}"),
                    ),
                ),
                certificates=(
                    Certificate(
                        "certificate",
                        use="default",
                        subject="{pool}",
                        names="pool-name",
                        listeners=(SWITCHBOARD,),
                    ),
                ),
            ),
            SOURCES,
        ),
    ),
    inferred_from="Atlas Server 2020",
)
TOPOLOGY: dict[str, Any] = {
    "schema": 1,
    "product": "atlas2030",
    "ad_domain": "atlas.test",
    "sip_domains": ["atlas.test"],
    "dns": {"internal": {"zones": ["atlas.test"]}},
    "pools": [
        {
            "fqdn": "a1.atlas.test",
            "edition": "standard",
            "servers": [{"fqdn": "a1.atlas.test", "addresses": {"internal": ["10.0.0.1"]}}],
        }
    ],
    "certificates": {"issuers": {"enterprise": {"ca": "ca01\\Atlas CA"}}},
}


@pytest.fixture
def atlas() -> Iterator[Product]:
    with registry.registered(ATLAS) as product:
        yield product


@pytest.mark.usefixtures("atlas")
def test_an_invented_product_is_planned() -> None:
    plan = make_plan(parse(TOPOLOGY)).to_plain()
    records = [(one["type"], one["fqdn"], one["values"]) for one in plan["records"]]
    assert records == [
        ("A", "sip.atlas.test", ["10.0.0.1"]),
        (
            "SRV",
            "_ring._tcp.atlas.test",
            [{"priority": 0, "weight": 0, "port": 5099, "target": "sip.atlas.test"}],
        ),
    ]
    (certificate,) = plan["certificates"]
    assert certificate["subject_alternative_names"] == ["sip.atlas.test"]
    assert certificate["name_reasons"]["sip.atlas.test"] == [
        {
            "rule": "atlas2030.pool-name",
            "purpose": "phones compare it",
            "source": "'The switchboard', page 7",
            "mark": "S",
        }
    ]
    (endpoint,) = plan["endpoints"]
    assert (endpoint["name"], endpoint["port"], endpoint["clients"], endpoint["certificates"]) == (
        "sip.atlas.test",
        5099,
        ["phones of atlas.test"],
        ["a1.atlas.test/default"],
    )


@pytest.mark.usefixtures("atlas")
def test_what_it_does_not_know_is_refused_by_its_title() -> None:
    with pytest.raises(RolloutError, match="Atlas Server 2030 does not have simple URLs"):
        parse({**TOPOLOGY, "simple_urls": {"layout": 1}})


@pytest.mark.usefixtures("atlas")
def test_findings_ask_for_its_traits() -> None:
    found = {one.code: one.message for one in make_plan(parse(TOPOLOGY)).findings}
    assert found["product-inferred"] == (
        "the rules for Atlas Server 2030 are those of Atlas Server 2020: no page of the vendor states them for Atlas"
        " Server 2030"
    )


@pytest.mark.usefixtures("atlas")
def test_it_is_exported_in_every_format() -> None:
    files = export_plan(make_plan(parse(TOPOLOGY)), "all")
    assert sorted(files) == [
        "certificate_a1.atlas.test_default.cnf",
        "certificate_a1.atlas.test_default.inf",
        "dns_records.csv",
        "internal_atlas.test.records",
        "internal_atlas.test.zone",
        "internal_dns.ps1",
        "internal_dnscmd.cmd",
        "request_cs_certificates.ps1",
    ]
    assert "Atlas Server has no such cmdlet" in files["request_cs_certificates.ps1"]


@pytest.mark.usefixtures("atlas")
def test_it_is_explained() -> None:
    text = explain(make_plan(parse(TOPOLOGY)), "sip.atlas.test")
    assert "  atlas2030.pool-address (1)\n    purpose:    the name of the switchboard" in text
    assert "    without it: nobody is called" in text
    missing = explain(make_plan(parse(TOPOLOGY)), "sip.beta.test")
    assert "atlas2030.pool-address (of Atlas Server 2030)" in missing


@pytest.mark.usefixtures("atlas")
def test_it_is_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(TOOLS))
    import product_pages

    assert product_pages.head("role").splitlines()[0].endswith("| `sfbse` | `atlas2030` | source |")
    front_end, director = list(product_pages.roles())[:2]
    assert (front_end.split(" | ")[8], director.split(" | ")[8]) == ("yes", "-")
    assert {row.split(" | ")[8] for row in product_pages.features()} == {"-"}


@pytest.mark.usefixtures("atlas")
def test_the_schema_for_editors_knows_it() -> None:
    assert '"atlas2030"' in json_schema.schema_text()


def test_a_product_that_is_not_registered_is_unknown() -> None:
    assert "atlas2030" not in registry.PRODUCTS
    with pytest.raises(RolloutError, match="'atlas2030' is unknown"):
        parse(TOPOLOGY)


def test_no_two_products_have_one_id() -> None:
    with pytest.raises(ValueError, match="there is a product ocs2007 already"), registry.registered(ocs2007.PRODUCT):
        pass


# What exists in which product


def with_role(product: str, role: str, **more: Any) -> dict[str, Any]:
    pool = {
        "fqdn": "other.contoso.net",
        "role": role,
        "servers": [server("other.contoso.net", "10.0.0.50")],
        **more,
    }
    return topology(product, [enterprise(), pool])


@pytest.mark.parametrize(
    ("role", "has"),
    [
        ("director", {"lync2010", "lync2013", "sfb2015", "sfb2019", "sfbse"}),
        ("mediation", {"lync2010", "lync2013", "sfb2015", "sfb2019", "sfbse"}),
        ("survivable_branch_appliance", {"lync2010", "lync2013", "sfb2015", "sfb2019", "sfbse"}),
        ("av_conferencing", {"lync2010"}),
        ("archiving", {"lync2010"}),
        ("monitoring", {"lync2010"}),
        ("group_chat", {"lync2010"}),
        ("persistent_chat", {"lync2013", "sfb2015"}),
        ("office_web_apps", {"lync2013", "sfb2015", "sfb2019", "sfbse"}),
        ("communicator_web_access", set()),
    ],
)
def test_roles(role: str, has: set[str]) -> None:
    for product in ("lync2010", "lync2013", "sfb2015", "sfb2019", "sfbse"):
        if product in has:
            assert plan_of(with_role(product, role)).records
        else:
            assert role in problems(with_role(product, role)), product


@pytest.mark.parametrize(
    ("more", "has"),
    [
        ({"xmpp": {"domains": ["contoso.com"]}}, {"lync2013", "sfb2015"}),
        ({"hybrid": {"tenant_domains": []}}, {"lync2013", "sfb2015", "sfb2019", "sfbse"}),
        ({"time_server": "ntp.contoso.com"}, {"lync2010", "lync2013", "sfb2015", "sfb2019", "sfbse"}),
        ({"simple_urls": {"layout": 1, "scheduler": True}}, {"lync2013", "sfb2015", "sfb2019", "sfbse"}),
    ],
)
def test_features(more: dict[str, Any], has: set[str]) -> None:
    for product in ("lync2010", "lync2013", "sfb2015", "sfb2019", "sfbse"):
        given = topology(product, [enterprise(), edge()], federation={"partner_discovery": True}, **more)
        if product in has:
            assert plan_of(given).records
        else:
            assert next(iter(more)) in problems(given), product


def test_every_product_is_registered() -> None:
    assert [one for one in PRODUCTS if not one.startswith("ocs")] == [
        "lync2010",
        "lync2013",
        "sfb2015",
        "sfb2019",
        "sfbse",
    ]
