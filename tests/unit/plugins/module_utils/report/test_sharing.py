"""Of the servers that share a certificate with its key: who has it made, and where the others get it."""

from __future__ import annotations

from typing import Any

import pytest
from unit.fakes_windows import NOW, authority

from ansible_collections.ucops.rollout.plugins.module_utils.report.sharing import (
    KeyTurn,
    failed_before,
    key_turns,
    taken_by,
    with_work,
)

ID = "edge.company.local/edge_external"
EDGES = ("e1", "e2", "e3")
OWN = KeyTurn(True)


def edge(
    thumbprint: str = "",
    until: str = "2028-01-01T00:00:00Z",
    state: str = "",
    since: str = "2026-01-01T00:00:00Z",
    **more: Any,
) -> dict[str, Any]:
    """A host of the pool with two certificates, of which the second is shared, as it was found."""
    held = {"not_before": since, "not_after": until} if thumbprint else None
    request = {"state": state or ("held" if thumbprint else "would_create"), "held": held}
    jobs = [
        {"sharers": [], "certificate": {"id": "e/own"}},
        {"sharers": list(EDGES), "certificate": {"id": ID}},
    ]
    certificates = {ID: {"request": request, "thumbprint": thumbprint or None}}
    return {"pool_certificates_survey": {"work": {"certificates": jobs}, "certificates": certificates}, **more}


def done(thumbprint: str | None = None, waiting: str = "", **steps: Any) -> dict[str, Any]:
    certificates = {ID: {"thumbprint": thumbprint, "waiting": waiting, **steps}}
    return {"pool_certificates_done": {"certificates": certificates}}


def turn(hosts: dict[str, Any], host: str, check_mode: bool = False) -> KeyTurn:
    (found,) = key_turns(hosts, host, check_mode).values()
    return found


def turns(*edges: dict[str, Any], check_mode: bool = False) -> list[KeyTurn]:
    hosts = dict(zip(EDGES, edges, strict=False))
    return [turn(hosts, name, check_mode) for name in EDGES[: len(edges)]]


def test_where_nobody_holds_it_the_first_has_it_made() -> None:
    made = edge(**done("AA"))
    assert turns(made, edge(), edge()) == [OWN, KeyTurn(False, "e1", "AA"), KeyTurn(False, "e1", "AA")]
    hosts = dict(zip(EDGES, (edge(), edge(), edge()), strict=True))
    assert [taken_by(hosts, one) for one in EDGES] == [(), (ID,), (ID,)]


def test_a_key_that_waits_for_it_comes_first() -> None:
    waits = edge(state="outstanding", **done(waiting="request 7 is pending"))
    told = f"{ID} is brought here from e2 once it is there: request 7 is pending"
    assert turns(edge(), waits, edge()) == [
        KeyTurn(False, "e2", waiting=told),
        OWN,
        KeyTurn(False, "e2", waiting=told),
    ]


def test_a_maker_without_anything_to_do_waits_itself() -> None:
    maker = edge()
    survey = maker["pool_certificates_survey"]
    survey["next"] = {}
    survey["certificates"][ID]["waiting"] = "x.req is to be signed"
    told = f"{ID} is brought here from e1 once it is there: x.req is to be signed"
    assert turns(maker, edge(), edge())[1] == KeyTurn(False, "e1", waiting=told)
    survey["next"] = {"another": "make_key"}
    assert "came to no end" in turns(maker, edge(), edge())[1].refusal


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
    assert turn({"e1": edge(), "e3": edge("AA")}, "e1") == KeyTurn(False, "e3", "AA")


def test_of_several_the_newest_is_for_all() -> None:
    older, newer = edge("AA", "2029-01-01T00:00:00Z"), edge("BB", "2027-03-01T00:00:00Z", since="2027-01-15T00:00:00Z")
    assert turns(edge(), older, newer)[0] == KeyTurn(False, "e3", "BB")


def test_of_several_of_one_day_the_one_that_lasts_longest_is_for_all() -> None:
    assert turns(edge("FF", "2027-01-01T00:00:00Z"), edge("AA", "2028-01-01T00:00:00Z"), edge("BB")) == [
        KeyTurn(False, "e3", "BB"),
        KeyTurn(False, "e3", "BB"),
        KeyTurn(True, thumbprint="BB"),
    ]


@pytest.mark.parametrize("hosts", [{"e1": edge()}, {"e1": edge(), "e2": {}, "e3": {"pool_certificates_survey": {}}}])
def test_none_is_made_while_one_that_may_hold_it_was_not_looked_at(hosts: dict[str, Any]) -> None:
    assert turn(hosts, "e1") == KeyTurn(
        False,
        refusal=f"{ID} is one certificate with one key for several servers. None of those that this run looked at holds"
        " it, and e2, e3 was not looked at and may hold it: a second one is not made. Let all of them take part in one"
        " run",
    )
    assert taken_by(hosts, "e1") == (ID,)


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
    assert turn(hosts, "e1") == OWN
    assert turn(hosts, "e2") == KeyTurn(False, "e1", refusal=refusal)


def test_in_check_mode_it_is_only_planned() -> None:
    planned = edge(**done(request={"state": "would_create"}, issue={"state": "would_submit"}))
    assert turns(planned, edge(), edge(), check_mode=True)[1] == KeyTurn(False, "e1")
    assert "came to no end" in turns(planned, edge(), edge())[1].refusal
    failed = edge(**done(install={"failed": True}))
    assert "came to no end" in turns(failed, edge(), edge(), check_mode=True)[1].refusal


def test_a_host_without_work_shares_nothing() -> None:
    assert key_turns({}, "e1") == key_turns({"e1": {}}, "e1") == {}


def test_where_something_is_to_be_done() -> None:
    alone = {"next": {}, "work": {"certificates": []}}
    hosts = {
        "none": {"pool_certificates_survey": alone},
        "key": {"pool_certificates_survey": {**alone, "next": {"a": "make_key"}}},
        "unread": {},
    }
    assert with_work(hosts, list(hosts), ["ca01"], NOW) == ("key", "unread")
    root = authority()
    issuing = authority("Issuing CA", root, number=101)
    read = {"pool_report_authority": {"ca_certificates": [issuing.pem, root.pem]}}
    lacking = {"root_thumbprints": [root.thumbprint], "authority_thumbprints": []}
    for obtain, held, told in ((True, lacking, True), (False, lacking, False), (True, {}, False)):
        found = {"ca01": read, "srv": {"pool_certificates_survey": {**alone, "obtain": obtain, "held": held}}}
        assert with_work(found, ["srv"], ["ca01"], NOW) == (("srv",) if told else ())
    shared = {name: edge("AA" if name == "e1" else "BB") for name in EDGES}
    for one in shared.values():
        one["pool_certificates_survey"]["next"] = {}
    assert with_work(shared, EDGES, [], NOW) == EDGES[:1]


def test_the_first_that_failed_is_told() -> None:
    hosts = {
        "a": {},
        "b": {"pool_report_failure": "no"},
        "c": {"pool_report_failure": "no"},
        "d": {"pool_report_failure": ""},
    }
    assert (failed_before(hosts, ["a", "b", "c"]), failed_before(hosts, ["c", "b"])) == ("b", "c")
    assert (failed_before(hosts, ["a", "d", "elsewhere"]), failed_before(hosts, [])) == ("", "")
