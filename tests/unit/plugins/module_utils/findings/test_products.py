"""Products whose requirements are inferred: told once."""

from __future__ import annotations

from unit.finding_cases import found, lync


def test_an_inferred_product_is_told_once_at_its_first_pool() -> None:
    _topology, plan = lync({"product": "sfbse"})
    (note,) = found("product-inferred", plan)
    assert (note.severity, note.where) == ("note", "pools[0]")
    assert note.message == (
        "the rules for Skype for Business Server Subscription Edition are those of Skype for Business Server 2019:"
        " no page of the vendor states them for Skype for Business Server Subscription Edition"
    )


def test_it_is_told_at_the_first_pool_that_is_of_it() -> None:
    _topology, plan = lync({"product": "sfb2019", "pools[1].product": "sfbse"})
    assert [one.where for one in found("product-inferred", plan)] == ["pools[1]"]
