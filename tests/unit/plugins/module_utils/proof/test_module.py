"""What the modules that look from outside have in common."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof import module as proof_module
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import ProofResult
from ansible_collections.ucops.rollout.plugins.module_utils.proof.side_by_side import Silence


def _looks(*states: str) -> tuple[list[str], Any]:
    """Work that finds one state after the other, and what it was called with."""
    left = list(states)

    def work(_params: dict[str, Any]) -> tuple[list[ProofResult], list[str]]:
        return [ProofResult("tls", "x", left.pop(0), "")], []

    return left, work


@pytest.mark.parametrize(
    ("wait", "states", "last", "unseen"),
    [
        (0, ["unproved", "proved"], "unproved", 1),
        (60, ["unproved", "failed", "proved", "failed"], "proved", 1),
        (60, ["would_be_checked", "failed"], "would_be_checked", 1),
        (5, ["unproved", "unproved", "failed", "proved"], "failed", 1),
    ],
)
def test_looking_again(wait: float, states: list[str], last: str, unseen: int) -> None:
    """Every 3 seconds, until all is proved or the time is over: with 5 seconds at 0, 3 and 5."""
    now = [0.0]
    left, work = _looks(*states)
    results, _hints = proof_module.look_until_settled(
        work, {"wait": wait}, clock=lambda: now[0], sleep=lambda seconds: now.__setitem__(0, now[0] + seconds)
    )
    assert (results[0].state, len(left)) == (last, unseen)


def test_whoever_watches_is_told_what_is_looked_at_again() -> None:
    now, lines = [0.0], []  # type: list[float], list[str]
    late = ProofResult("tls", "pool:5061", "failed", "nobody answers. Start it", "fe01", "10.0.0.11:5061")
    good = ProofResult("tls", "other:5061", "proved", "")
    looks = [[late, good], [late, good], [late, good], [good, good]]

    def work(_params: dict[str, Any]) -> tuple[list[ProofResult], list[str]]:
        return looks.pop(0), []

    proof_module.look_until_settled(
        work, {"wait": 60}, lines.append, clock=lambda: now[0], sleep=lambda one: now.__setitem__(0, now[0] + one)
    )
    assert lines == [
        "Waiting for 1 of 2 checks to show what is planned (pool:5061 at fe01 (10.0.0.11:5061): nobody answers):"
        " 57 seconds more at most"
    ]


@pytest.mark.parametrize(
    ("state", "found", "looks"),
    [
        ("unproved", {"version": "TLSv1.2"}, 1),
        ("unproved", {"version": ""}, 3),
        ("unproved", None, 3),
        ("failed", {"version": "TLSv1.2"}, 3),
    ],
)
def test_what_a_whole_handshake_leaves_open_is_not_waited_for(state: str, found: Any, looks: int) -> None:
    """Whom clients trust does not come by waiting; another certificate does, with a restart."""
    now, seen = [0.0], []

    def work(_params: dict[str, Any]) -> tuple[list[ProofResult], list[str]]:
        seen.append(now[0])
        return [ProofResult("tls", "x", state, "", found=found)], []

    proof_module.look_until_settled(
        work, {"wait": 5}, clock=lambda: now[0], sleep=lambda seconds: now.__setitem__(0, now[0] + seconds)
    )
    assert len(seen) == looks


@pytest.mark.parametrize(("places", "looks"), [
    (["10.0.0.12:5061", "[2001:db8::12]:5061"], 1),
    (["10.0.0.12:5061", "10.0.0.11:5061"], 3),
    (["10.0.0.1:5061"], 3),
])  # fmt: skip
def test_where_nothing_was_changed_nothing_is_waited_for(places: list[str], looks: int) -> None:
    now, seen = [0.0], []

    def work(_params: dict[str, Any]) -> tuple[list[ProofResult], list[str]]:
        seen.append(now[0])
        return [ProofResult("tls", "x", "unproved", "", address=place) for place in places], []

    proof_module.look_until_settled(
        work,
        {"wait": 5, "not_waited_for": ["10.0.0.12", "2001:db8::12"]},
        clock=lambda: now[0],
        sleep=lambda seconds: now.__setitem__(0, now[0] + seconds),
    )
    assert len(seen) == looks


class Ended(Exception):
    """The end of a module."""


class Module:
    """As much of AnsibleModule as is used: what it ended with."""

    def __init__(self, **params: Any) -> None:
        self.params = {"timeout": 1.0, "wait": 0.0, "fail": True, "silent_places": [], "as_text": False, **params}
        self.returned: dict[str, Any] = {}

    def exit_json(self, **returned: Any) -> None:
        self.returned = {"ended": "exit", **returned}
        raise Ended

    def fail_json(self, **returned: Any) -> None:
        self.returned = {"ended": "fail", **returned}
        raise Ended


def ended(work: proof_module.Work, **params: Any) -> Module:
    module = Module(**params)
    with pytest.raises(Ended):
        proof_module.run(module, work)
    return module


def test_a_module_ends_with_results_and_hints() -> None:
    module = ended(lambda _params, _silence: ([ProofResult("tls", "x", "proved", "m")], ["a hint"]))
    assert (module.returned["ended"], module.returned["hints"]) == ("exit", ["a hint"])
    assert module.returned["warnings"] == ["a hint"]
    assert module.returned["summary"] == {"proved": 1, "failed": 0, "unproved": 0}


@pytest.mark.parametrize(("fail", "how"), [(True, "fail"), (False, "exit")])
def test_a_module_fails_where_that_is_wanted(fail: bool, how: str) -> None:
    assert (
        ended(lambda _params, _silence: ([ProofResult("tls", "x", "failed", "m")], []), fail=fail).returned["ended"]
        == how
    )


def test_what_is_long_comes_as_text_where_that_is_wanted() -> None:
    looked = ([ProofResult("tls", "x", "failed", "m")], ["a hint"])
    plain = ended(lambda _params, _silence: looked).returned
    returned = ended(lambda _params, _silence: looked, as_text=True).returned
    text = json.loads(returned.pop("text"))
    assert text == {name: plain.pop(name) for name in ("results", "hints")} | {"summary": plain["summary"]}
    assert returned == plain and plain["ended"] == "fail"


@pytest.mark.parametrize(("given", "message"), [
    ("{", "records: a text that is not JSON, or is nested too deeply"),
    ('{"a": 1}', "records: must be a list, not a mapping"),
    ('"text"', "records: must be a list, not text"),
    (7, "records: must be a list, not a number"),
    (None, "records: must be a list, not empty"),
    ("[{}, 7]", "records[1]: must be a mapping, not a number"),
    ([{}, "x"], "records[1]: must be a mapping, not text"),
])  # fmt: skip
def test_a_list_comes_as_such_or_as_text(given: Any, message: str) -> None:
    assert proof_module.listed('[{"a": 1}]', "records") == proof_module.listed([{"a": 1}], "records") == [{"a": 1}]
    with pytest.raises(RolloutError) as refused:
        proof_module.listed(given, "records")
    assert str(refused.value) == message


def test_silent_places_come_in_and_go_out() -> None:
    def work(_params: dict[str, Any], silence: Silence) -> Any:
        silence.probe("10.0.0.10:5061", lambda: "", is_silent=lambda _seen: True, instead=lambda _seen: "")
        return [ProofResult("tls", "x", "unproved", "m")], []

    returned = ended(work, silent_places=["10.0.0.5:53"]).returned
    assert returned["silent_places"] == ["10.0.0.10:5061", "10.0.0.5:53"]


def test_errors_are_told_in_words() -> None:
    def work(_params: dict[str, Any], _silence: Silence) -> Any:
        raise RolloutError("wrong", where="roots[0]")

    assert ended(work).returned == {"ended": "fail", "msg": "roots[0]: wrong"}
    assert ended(work, timeout=0).returned["msg"] == "timeout: must be greater than 0. Give seconds, such as 10"


def test_ports_are_numbers_whatever_yaml_makes_of_them() -> None:
    assert proof_module.port_map({"443": 10443, 5061: "15061"}) == {443: 10443, 5061: 15061}
    with pytest.raises(RolloutError, match=r"^port_map: {'https': 1} does not map ports to ports. Write {443: 10443}"):
        proof_module.port_map({"https": 1})
