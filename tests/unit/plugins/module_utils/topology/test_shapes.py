"""The shapes of input: what each takes, how it is told, and what a key that is left out means."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.topology.shapes import (
    Field,
    Fields,
    Flag,
    ListOf,
    MapOf,
    Problems,
    Shape,
    Text,
    Whole,
    join,
)

INNER = Fields("an inner", (Field("on", Flag(), "whether", default=True), Field("tags", ListOf(Text()), "tags")))
OUTER = Fields(
    "an outer",
    (
        Field("name", Text("host"), "its name", required=True),
        Field("inner", INNER, "what is in it", default={}),
        Field("other", INNER, "what may be in it"),
        Field("several", ListOf(INNER), "more of it", default=()),
    ),
    short="name",
)


def checked(shape: Shape, value: Any) -> tuple[Any, list[str]]:
    problems = Problems()
    return shape.check(value, "it", problems), [str(one) for one in problems.all()]


@pytest.mark.parametrize(
    ("shape", "value", "found"),
    [
        (Text("host"), "Lync.", "lync"),
        (Text(choices=("a", "b")), "a", "a"),
        (Whole(1, 3), 3, 3),
        (Flag(), False, False),
        (ListOf(Flag()), (True,), [True]),
        (MapOf(Flag()), {"a": True}, {"a": True}),
        (INNER, {}, {"on": True, "tags": None}),
    ],
)
def test_what_is_right_is_made_uniform(shape: Shape, value: Any, found: Any) -> None:
    assert checked(shape, value) == (found, [])


@pytest.mark.parametrize(
    ("shape", "value", "told"),
    [
        (Text("host"), "a b", "it: 'a b' holds a space"),
        (Text("template"), "a&b", "it: 'a&b' is no name of a certificate template. Give the template's name"),
        (
            Text("authority"),
            "ca01",
            "it: 'ca01' does not name a CA: it has no backslash with a name behind it. Give it as `certutil`",
        ),
        (
            Text(choices=("alpha", "beta")),
            "alfa",
            "it: 'alfa' is unknown, did you mean 'alpha'? Supported: alpha, beta",
        ),
        (Text(choices=("a",), later={"b": "soon"}), "b", "it: 'b' is not supported yet: soon. Supported: a"),
        (Whole(1, 3), True, "it: must be a whole number, not true (a truth value). Write a number from 1 to 3"),
        (Flag(), "no", "it: must be true or false, not the text 'no'. Write true or false without quotes"),
        (ListOf(Flag(), minimum=1, example="Give one"), [], "it: the list is empty. Give one"),
        (MapOf(Flag()), [], "it: must be a mapping, not a list"),
        (INNER, {"onn": True}, "it.onn: unknown key, did you mean 'on'? The keys of an inner are on, tags"),
        (OUTER, {}, "it.name: missing. It gives its name"),
        (OUTER, {"nmae": "a"}, "it.nmae: unknown key, did you mean 'name'? The keys of an outer are name, inner,"),
    ],
)
def test_what_is_wrong_is_told_with_what_would_be_right(shape: Shape, value: Any, told: str) -> None:
    (problem,) = checked(shape, value)[1]
    assert problem.startswith(told)


def test_a_mapping_that_is_left_out_is_seen_as_such_by_the_checks_and_completed_afterwards() -> None:
    found, _told = checked(OUTER, {"name": "a"})
    assert found == {"name": "a", "inner": None, "other": None, "several": ()}
    assert OUTER.complete(found) == {
        "name": "a",
        "inner": {"on": True, "tags": None},
        "other": None,
        "several": [],
    }


def test_a_short_form_has_the_same_defaults() -> None:
    assert OUTER.complete(checked(OUTER, "a")[0]) == OUTER.complete(checked(OUTER, {"name": "a"})[0])


def test_what_is_given_is_completed_inside_and_kept() -> None:
    given = {"name": "a", "inner": {"on": False}, "several": [{}, {"tags": ["x"]}]}
    assert OUTER.complete(checked(OUTER, given)[0]) == {
        "name": "a",
        "inner": {"on": False, "tags": None},
        "other": None,
        "several": [{"on": True, "tags": None}, {"on": True, "tags": ["x"]}],
    }


def test_a_problem_touches_all_that_is_above_it() -> None:
    problems = Problems()
    problems.add("pools[0].servers[1].fqdn", "wrong")
    touched = ("", "pools", "pools[0]", "pools[0].servers", "pools[0].servers[1]", "pools[0].servers[1].fqdn")
    assert all(problems.within(path) for path in touched)
    assert not problems.within("pools[0].servers[0]")
    assert not problems.within("pools[0].serv")


@pytest.mark.parametrize(
    ("path", "key", "joined"),
    [("", "a", "a"), ("a[0]", "b-c", "a[0].b-c"), ("a", "b c", 'a["b c"]'), ("a", "1", 'a["1"]')],
)
def test_the_path_of_a_key(path: str, key: str, joined: str) -> None:
    assert join(path, key) == joined


def test_a_misspelt_key_that_is_required_is_one_problem_and_another_key_does_not_hide_it() -> None:
    problems = Problems()
    OUTER.check({"nmae": "a"}, "it", problems)
    assert len(problems.all()) == 1 and problems.within("it.name")
    assert checked(OUTER, {"quite": "a"})[1] == [
        "it.quite: unknown key. The keys of an outer are name, inner, other, several",
        "it.name: missing. It gives its name",
    ]
