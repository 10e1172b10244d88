"""Rows of names and certificates, and the rules that are made of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import (
    Address,
    Alias,
    Answer,
    Certificate,
    Entry,
    Name,
    Product,
    Role,
    Service,
    derive,
    extend,
    rules_of,
)
from ansible_collections.ucops.rollout.plugins.module_utils.products.rules import Listener, RoleRules
from ansible_collections.ucops.rollout.plugins.module_utils.products.sources import Sources

RULES = "address outside alias service entry second server certificate web-certificate"
SOURCES = Sources("x", purposes={RULES: ("what for", "what breaks")}, stated={RULES: ("S", "page 1")})
SIP = Listener("front_end", 5061, "sip_tls")
WEB = Listener("web", 443, "https", use="web_internal")
NAME = Name(
    "sip.{sip_domain}",
    each="sip_domain",
    when="fallback",
    at="pool_sip",
    address=(Address("address"), Address("outside", when="outside is_published", at="published", view="external")),
    in_certificates=(Entry("entry", each="home_sip_domain", when="", wildcard=True), Entry("second")),
    answers=(Answer("browsing", WEB, "browsers"), Answer("sip", SIP, "clients of {sip_domain}", at="server", port=443)),
)
CERTIFICATE = Certificate(
    "certificate", use="default", subject="{pool}", names="second entry", listeners=(SIP, WEB), when="combined"
)
ROLE = Role("front_end", names=(NAME,), certificates=(CERTIFICATE,))


def rules(*names: Name, certificates: tuple[Certificate, ...] = (CERTIFICATE,)) -> RoleRules:
    return rules_of(Role("front_end", names=names, certificates=certificates), SOURCES)


def test_a_name_is_written_once_and_stands_in_record_entry_and_endpoint() -> None:
    made = rules(NAME)
    owners = [one.owner for one in made.records]
    names = [one.name for one in (*made.certificates[0].names, *made.endpoints)]
    assert {*owners, *names} == {"sip.{sip_domain}"}


def test_a_part_has_what_the_row_has_unless_it_says_otherwise() -> None:
    inside, outside = rules(NAME).records
    assert (inside.each, inside.when, inside.view) == ("sip_domain", ("fallback",), "internal")
    assert (outside.each, outside.when, outside.view) == ("sip_domain", ("outside", "is_published"), "external")
    assert [getattr(one, "reach", "") for one in (inside, outside)] == ["pool_sip", "published"]


def test_a_certificate_orders_its_entries() -> None:
    (certificate,) = rules(NAME).certificates
    assert [(one.id, one.each, one.when, one.wildcard) for one in certificate.names] == [
        ("x.second", "sip_domain", ("fallback",), False),
        ("x.entry", "home_sip_domain", (), True),
    ]


def test_an_entry_under_a_further_condition() -> None:
    only = replace(CERTIFICATE, only_when={"entry second": "url_is_public"})
    (certificate,) = rules(NAME, certificates=(only,)).certificates
    assert [one.when for one in certificate.names] == [("fallback", "url_is_public"), ("url_is_public",)]


def test_endpoints_stand_in_the_order_of_those_who_answer() -> None:
    sip, web = rules(NAME).endpoints
    assert (sip.id, sip.reach, sip.port, sip.protocol, sip.component) == (
        "x.sip",
        "server",
        443,
        "sip_tls",
        "front_end",
    )
    assert (web.id, web.reach, web.port, web.protocol, web.component) == ("x.browsing", "pool_sip", 443, "https", "web")


def test_an_endpoint_has_what_is_said_of_the_record_that_leads_there() -> None:
    sip, _web = rules(NAME).endpoints
    assert (sip.purpose, sip.breaks, sip.source, sip.mark) == ("what for", "what breaks", "page 1", "S")


def test_who_answers_for_a_service_answers_for_its_target_at_its_port() -> None:
    row = Name(
        "_sip._tls.{sip_domain}",
        service=Service("service", "{access_host}", "access", priority=1, weight=2, elsewhere=True),
        at="edge_access",
        answers=Answer("sip", SIP, "clients"),
    )
    made = rules(NAME, row)
    service: Any = made.records[-1]
    assert (service.owner, service.target, service.port) == ("_sip._tls.{sip_domain}", "{access_host}", "access")
    assert (service.priority, service.weight, service.target_elsewhere) == (1, 2, True)
    endpoint = made.endpoints[1]
    assert (endpoint.name, endpoint.port, endpoint.reach) == ("{access_host}", "access", "edge_access")


def test_an_alias_and_a_name_that_registers_itself() -> None:
    alias = Name("a.{pool}", alias=Alias("alias", "{web_farm}", elsewhere=True))
    server = Name("{server}", each="server", at="server", address=Address("server", registers_itself=True))
    found: Any = rules(NAME, alias, server).records[2:]
    assert (found[0].owner, found[0].target, found[0].target_elsewhere) == ("a.{pool}", "{web_farm}", True)
    assert (found[1].each, found[1].managed) == ("server", "registered_elsewhere")


@pytest.mark.parametrize(
    ("role", "told"),
    [
        (replace(ROLE, certificates=(replace(CERTIFICATE, names=""),)), "no certificate has sip.{sip_domain}"),
        (replace(ROLE, names=()), "certificate lists second, which no name of the role has"),
        (replace(ROLE, names=(replace(NAME, address="forgotten"),)), "x does not say what forgotten is for"),
        (
            replace(ROLE, names=(NAME, Name("{pool}", at="pool_sip", answers=Answer("sip", SIP, "clients")))),
            "nothing is said of sip, and no record leads there",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(role: Role, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        rules_of(role, SOURCES)


# Products

OLD = Product("old", "Old Server", "Server", (rules(NAME),), frozenset({"ipv6", "oauth"}))


def test_features_that_nobody_asks_for_are_refused() -> None:
    with pytest.raises(ValueError, match="old: nobody asks for the features flying"):
        replace(OLD, features=frozenset({"flying"}))


def test_a_role_is_found_by_role_edition_and_configuration() -> None:
    assert OLD.role_rules("front_end", "standard", "consolidated") is OLD.roles[0]
    assert OLD.role_rules("edge", "standard", "consolidated") is None


def test_a_newer_product_is_its_differences() -> None:
    own = Sources("new", purposes={"entry": ("newer", "all")}, stated={"entry": ("I", "page 2")})
    new = derive(
        OLD,
        id="new",
        title="New Server",
        sources=own,
        drop="outside",
        change={"address": {"when": "fallback legacy_clients"}, "certificate": {"names": "entry"}},
        client=("clients", "newer clients"),
        without="oauth",
    )
    (role,) = new.roles
    assert [(one.id, one.when) for one in role.records] == [("new.address", ("fallback", "legacy_clients"))]
    assert [one.id for one in role.certificates[0].names] == ["new.entry", "x.second"]
    assert role.certificates[0].names[0].reason.source == "page 2"
    assert [(one.id, one.client) for one in role.endpoints] == [
        ("new.sip", "newer clients of {sip_domain}"),
        ("x.browsing", "browsers"),
    ]
    assert (new.family, new.features) == ("Server", {"ipv6"})


@pytest.mark.parametrize("difference", [{"drop": "missing"}, {"change": {"missing": {}}}, {"drop_roles": "edge"}])
def test_a_difference_from_nothing_is_refused(difference: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="old has"):
        derive(OLD, id="new", title="New Server", sources=Sources("new"), **difference)


def test_further_rows_stand_at_the_end_of_every_form_of_a_role() -> None:
    two = replace(OLD, roles=(*OLD.roles, replace(OLD.roles[0], edition="standard"), RoleRules(*["edge", *[()] * 6])))
    row = Role("front_end", names=(Name("{pool}", at="pool_sip", address="server"),))
    found = extend(two, row, SOURCES)
    assert [[one.id for one in role.records][-1:] for role in found.roles] == [["x.server"], ["x.server"], []]
