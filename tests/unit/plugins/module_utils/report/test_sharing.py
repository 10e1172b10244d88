"""Of the servers that share a certificate with its key: who has it made, and where the others get it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.report.sharing import (
    KeyOrder,
    KeyTurn,
    key_order,
    key_turn,
)

ID = "edge.company.local/edge_external"
EDGES = ("e1", "e2", "e3")
OWN = KeyTurn(True)


def edge(thumbprint: str = "", until: str = "2028-01-01T00:00:00Z", state: str = "", **more: Any) -> dict[str, Any]:
    """A host of the pool with two certificates, of which the second is shared, as it was found."""
    held = {"not_after": until} if thumbprint else None
    request = {"state": state or ("held" if thumbprint else "would_create"), "held": held}
    jobs = [
        {"sharers": [], "certificate": {"id": "e/own"}},
        {"sharers": list(EDGES), "certificate": {"id": ID}},
    ]
    return {
        "pool_certificates_work": {"certificates": jobs},
        "pool_certificates_look": {ID: {"request": request, "thumbprint": thumbprint or None}},
        **more,
    }


def done(thumbprint: str | None = None, waiting: str = "", **steps: Any) -> dict[str, Any]:
    return {"pool_certificates_result": {ID: {"thumbprint": thumbprint, "waiting": waiting, **steps}}}


def turns(*edges: dict[str, Any]) -> list[KeyTurn]:
    hosts = dict(zip(EDGES, edges, strict=False))
    return [key_turn(hosts, name, 1) for name in EDGES[: len(edges)]]


def test_where_nobody_holds_it_the_first_has_it_made() -> None:
    made = edge(**done("AA"))
    assert turns(made, edge(), edge()) == [OWN, KeyTurn(False, "e1", "AA"), KeyTurn(False, "e1", "AA")]
    hosts = dict(zip(EDGES, (edge(), edge(), edge()), strict=True))
    assert key_order(hosts, "e1") == KeyOrder((0, 1), ())
    assert key_order(hosts, "e2") == key_order(hosts, "e3") == KeyOrder((0,), (1,))


def test_a_key_that_waits_for_it_comes_first() -> None:
    waits = edge(state="outstanding", **done(waiting="request 7 is pending"))
    told = f"{ID} is brought here from e2 once it is there: request 7 is pending"
    assert turns(edge(), waits, edge()) == [
        KeyTurn(False, "e2", waiting=told),
        OWN,
        KeyTurn(False, "e2", waiting=told),
    ]


def test_where_all_hold_it_nothing_moves() -> None:
    same = edge("AA")
    assert turns(same, same, same) == [KeyTurn(True, thumbprint="AA")] * 3


def test_a_server_that_came_later_gets_it_from_any_that_holds_it() -> None:
    assert turns(edge(), edge("AA"), edge("AA")) == [
        KeyTurn(False, "e2", "AA", also=("e3",)),
        KeyTurn(True, thumbprint="AA"),
        KeyTurn(True, thumbprint="AA"),
    ]
    # One that took no part is no hindrance as long as another has it.
    assert key_turn({"e1": edge(), "e3": edge("AA")}, "e1", 1) == KeyTurn(False, "e3", "AA")


def test_of_several_the_one_that_lasts_longest_is_for_all() -> None:
    assert turns(edge("FF", "2027-01-01T00:00:00Z"), edge("AA", "2028-01-01T00:00:00Z"), edge("BB")) == [
        KeyTurn(False, "e3", "BB"),
        KeyTurn(False, "e3", "BB"),
        KeyTurn(True, thumbprint="BB"),
    ]


@pytest.mark.parametrize("hosts", [{"e1": edge()}, {"e1": edge(), "e2": {}, "e3": {"pool_certificates_look": {}}}])
def test_none_is_made_while_one_that_may_hold_it_was_not_looked_at(hosts: dict[str, Any]) -> None:
    assert key_turn(hosts, "e1", 1) == KeyTurn(
        False,
        refusal=f"{ID} is one certificate with one key for several servers. None of those that this run looked at holds"
        " it, and e2, e3 was not looked at and may hold it: a second one is not made. Let all of them take part in one"
        " run",
    )
    assert key_order(hosts, "e1") == KeyOrder((0,), (1,))


@pytest.mark.parametrize(
    "made",
    [{}, done(request={"failed": True}), done(issue={"failed": True}), done(install={"failed": True})],
    ids=["dropped out", "no request", "refused", "not installed"],
)
def test_the_others_do_nothing_where_the_first_came_to_no_end(made: dict[str, Any]) -> None:
    refusal = (
        f"{ID} is one certificate with one key for several servers. e1 was to have it made in this run, and that came"
        " to no end: mend it there and run again"
    )
    hosts = {"e1": edge(**made), "e2": edge(), "e3": edge()}
    assert key_turn(hosts, "e1", 1) == OWN
    assert key_turn(hosts, "e2", 1) == KeyTurn(False, "e1", refusal=refusal)


def test_in_check_mode_it_is_only_planned() -> None:
    planned = edge(**done(request={"state": "would_create"}, issue={"state": "would_submit"}))
    assert turns(planned, edge(), edge())[1] == KeyTurn(False, "e1")


def test_a_host_without_work_has_no_order() -> None:
    assert key_order({}, "e1") == key_order({"e1": {}}, "e1") == KeyOrder((), ())
