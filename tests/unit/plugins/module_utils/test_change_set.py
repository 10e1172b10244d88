"""What every engine answers."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import (
    CREATE,
    DELETE,
    REPORT,
    AssignedPlace,
    Change,
    ChangeSet,
    assigned_place,
    values_gone,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import Reason, SrvData

MADE = Change(
    CREATE,
    "SRV _sip._tls.company.com",
    {"zone": "company.com", "name": "_sip._tls"},
    after={"ttl": 60, "values": (SrvData(0, 0, 443, "sip.company.com"),)},
    reasons=(Reason("r", "p", "s", "S"),),
)


def test_result_of_a_step() -> None:
    assert ChangeSet("a\n", "b\n", (MADE,)).to_result() == {
        "changed": True,
        "changes": [
            {
                "verb": "create",
                "what": "SRV _sip._tls.company.com",
                "zone": "company.com",
                "name": "_sip._tls",
                "before": None,
                "after": {
                    "ttl": 60,
                    "values": [{"priority": 0, "weight": 0, "port": 443, "target": "sip.company.com"}],
                },
                "reasons": [{"rule": "r", "purpose": "p", "source": "s", "mark": "S"}],
            }
        ],
        "diff": {"before": "a\n", "after": "b\n"},
    }


@pytest.mark.parametrize(
    ("verbs", "changed"), [((), False), ((REPORT,), False), ((REPORT, DELETE), True), ((CREATE,), True)]
)
def test_something_to_say_is_no_change(verbs: tuple[str, ...], changed: bool) -> None:
    assert ChangeSet(changes=tuple(Change(verb, "x") for verb in verbs)).changed is changed


def test_note_is_told_where_there_is_one() -> None:
    assert Change(REPORT, "x", note="dynamic").to_plain()["note"] == "dynamic"


@pytest.mark.parametrize(
    ("what", "done", "to_do"),
    [
        ("certificate installed", "installed", "certificate to be installed"),
        ("bound to 0.0.0.0:443", "bound to 0.0.0.0:443", "to be bound to 0.0.0.0:443"),
    ],
)
def test_a_change_has_words_for_before_it_happens(what: str, done: str, to_do: str) -> None:
    assert Change(CREATE, what, done=done).to_plain()["to_do"] == to_do


def test_what_says_nothing_of_time_has_one_form() -> None:
    change = Change(CREATE, "A www.company.com")
    assert change.to_do == "A www.company.com" and "to_do" not in change.to_plain()


@pytest.mark.parametrize(
    ("before", "after", "wanted", "check_mode", "state"),
    [
        ("AA", "AA", "AA", False, "unchanged"),
        ("AA", "BB", "BB", False, "changed"),
        ("", "BB", "BB", True, "would_change"),
        ("AA", "(planned)", None, True, "would_change"),
        # Another certificate was wanted there.
        ("AA", "AA", "BB", False, "not_changed"),
        ("AA", "CC", "BB", False, "not_changed"),
        ("AA", "AA", None, True, "not_changed"),
    ],
)
def test_a_place_before_and_after(before: str, after: str, wanted: str | None, check_mode: bool, state: str) -> None:
    made = assigned_place("Default", before, after, wanted, check_mode=check_mode)
    assert made == AssignedPlace("Default", before, after, state)


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        ({"values": ["a", "b"]}, {"values": ["b", "c"]}, ["a"]),
        ({"values": ["a"]}, None, ["a"]),
        (None, {"values": ["a"]}, []),
        ({"kind": "primary"}, {"kind": "primary"}, []),
    ],
)
def test_the_values_that_are_no_more(before: object, after: object, gone: list[str]) -> None:
    assert values_gone(before, after) == gone
