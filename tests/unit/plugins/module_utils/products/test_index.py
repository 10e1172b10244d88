"""Rules found by their ids, and by the names that they could ask for."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Name, Product, Role, rules_of
from ansible_collections.ucops.rollout.plugins.module_utils.products.index import RuleIndex, readable, rules_in
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.products.sources import Sources

OCS, R2 = "Office Communications Server 2007", "Office Communications Server 2007 R2"
INDEX = RuleIndex(PRODUCTS.values())


def made(product: str, **owners: str) -> Product:
    """An invented product with an address rule for each owner."""
    keys = " ".join(owners)
    sources = Sources(product, purposes={keys: ("calls", "no calls")}, stated={keys: ("S", "page 1")})
    names = tuple(Name(owner, each="sip_domain", at="pool_sip", address=key) for key, owner in owners.items())
    return Product(
        id=product,
        title=product.upper(),
        family="Switchboard",
        roles=(rules_of(Role("front_end", names=names), sources),),
    )


def test_a_rule_is_found_by_its_id_with_all_products_that_have_it() -> None:
    found = INDEX.find("ocs2007.sign-in-tls")
    assert found is not None
    assert (found.rule.id, found.products) == ("ocs2007.sign-in-tls", (OCS, R2))


def test_an_id_that_no_product_has() -> None:
    assert INDEX.find("ocs2007.unknown") is None


@pytest.mark.parametrize(
    ("ids", "titles"),
    [
        ([], ()),
        (["ocs2007.unknown"], ()),
        (["ocs2007.sign-in-tls"], (OCS, R2)),
        (["ocs2007.sign-in-tls", "ocs2007.separate-edge-internal-address"], (OCS,)),
        (
            ["ocs2007.sign-in-tls", "ocs2007.separate-edge-internal-address", "lync2010.sign-in-tls"],
            (OCS, "Lync Server 2010"),
        ),
    ],
)
def test_products_that_rules_speak_for(ids: list[str], titles: tuple[str, ...]) -> None:
    assert INDEX.products_of(ids) == titles


def test_rules_that_could_ask_for_a_name() -> None:
    index = RuleIndex([made("old", sip="sip.{sip_domain}", pool="pool.{sip_domain}"), made("new", bare="{sip_domain}")])
    (asked,) = index.asking_for("sip.contoso.com")
    assert (asked.stated.rule.id, asked.stated.products) == ("old.sip", ("OLD",))
    assert (asked.template, asked.filled) == ("sip.{sip_domain}", (("sip_domain", "contoso.com"),))
    assert asked.fits("sip.fabrikam.com")
    assert not asked.fits("sipx.fabrikam.com")


@pytest.mark.parametrize("name", ["sip.", "xsip.contoso.com", "sipxcontoso.com"])
def test_names_that_fit_no_template(name: str) -> None:
    assert list(RuleIndex([made("old", sip="sip.{sip_domain}")]).asking_for(name)) == []


def test_rules_are_found_however_deep() -> None:
    product = made("old", sip="sip.{sip_domain}", pool="pool.{sip_domain}")
    assert [rule.id for rule in rules_in({"a": [(product,)]})] == ["old.sip", "old.pool"]


def test_a_template_as_people_write_it() -> None:
    assert readable("sip.{sip_domain}") == "sip.<sip domain>"
