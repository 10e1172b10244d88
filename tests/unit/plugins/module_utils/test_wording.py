"""Numbers of things, and places that are named once."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.wording import (
    at_place,
    did_you_mean,
    kinds_told,
    names_place,
    number,
    some,
)


@pytest.mark.parametrize(
    ("count", "what", "told"),
    [(0, "zone", "0 zones"), (1, "zone", "1 zone"), (2, "zone", "2 zones"), (1, "DNS server", "1 DNS server")],
)
def test_number(count: int, what: str, told: str) -> None:
    assert number(count, what) == told


def test_some() -> None:
    assert some(["b", "a"]) == "a, b"
    assert some("gfedcba") == "a, b, c, d, e and 2 more"
    assert some("abc", 2) == "a, b and 1 more"


@pytest.mark.parametrize(
    ("text", "place", "named"),
    [
        ("srv01.company.local (10.0.0.11:5985): no answer", "srv01.company.local", True),
        ("On SRV01.company.local, assign it", "srv01.company.local", True),
        ("it ends with srv01.company.local.", "srv01.company.local", True),
        ("the CA ca01.company.local\\Company CA does not offer it", "ca01.company.local\\Company CA", True),
        ("the CA ca01.company.local\\Company CA does not offer it", "ca01.company.local", False),
        ("the CA ca01.company.local\\Company CAs", "ca01.company.local\\Company CA", False),
        ("ocspool.company.com cannot exist", "company.com", False),
        ("company.com.au cannot exist", "company.com", False),
        ("my-company.com cannot exist", "company.com", False),
        ("no answer", "srv01.company.local", False),
        ("refused for srv01.company.local/default", "srv01.company.local", False),
        ("no answer", "", False),
    ],
)
def test_names_place(text: str, place: str, named: bool) -> None:
    assert names_place(text, place) is named


@pytest.mark.parametrize(
    ("place", "text", "told"),
    [
        ("dc01", "no answer", "dc01: no answer"),
        ("dc01", "dc01 (10.0.0.5): no answer", "dc01 (10.0.0.5): no answer"),
        ("", "no answer", "no answer"),
    ],
)
def test_at_place(place: str, text: str, told: str) -> None:
    assert at_place(place, text) == told


@pytest.mark.parametrize(
    ("word", "likeness", "told"),
    [
        ("olny", 0.6, ", did you mean 'only'?"),
        ("olny", 0.9, ""),
        ("zone", 0.5, ", did you mean 'only'?"),
        ("x", 0.5, ""),
    ],
)
def test_did_you_mean(word: str, likeness: float, told: str) -> None:
    assert did_you_mean(word, ["topology", "only"], likeness) == told


@pytest.mark.parametrize(("said", "told"), [
    (
        "argument 'topology' is of type list and we were unable to convert to dict: <class 'ansible.module_utils"
        "._internal._datatag._AnsibleTaggedList'> cannot be converted to a dict",
        "argument 'topology' is a list, not a mapping",
    ),
    (
        "argument 'topology' is of type <class 'str'> and we were unable to convert to dict: dictionary requested,"
        " could not parse JSON or key=value",
        "argument 'topology' is text, not a mapping",
    ),
    (
        "Elements value for option 'zones' is of type str and we were unable to convert to dict: dictionary requested,"
        " could not parse JSON or key=value",
        "Elements value for option 'zones' is text, not a mapping",
    ),
    (
        "argument 'wait' is of type bool and we were unable to convert to int: a reason; missing required arguments: x",
        "argument 'wait' is a truth value, not a whole number: a reason; missing required arguments: x",
    ),
    (
        "recording_directry. Supported parameters include: fail, recording_directory.",
        "unsupported argument 'recording_directry', did you mean 'recording_directory'?",
    ),
    (
        "host, zone.nam. Supported parameters include: name, port (nr).",
        "unsupported argument 'host'; unsupported argument 'zone.nam', did you mean 'name'?; supported are name, port,"
        " nr",
    ),
    ("<class 'datetime.date'> cannot be converted to a dict", "<class 'datetime.date'> cannot be converted to a dict"),
])  # fmt: skip
def test_what_ansible_says_of_arguments_kinds_told(said: str, told: str) -> None:
    assert kinds_told(said) == told
