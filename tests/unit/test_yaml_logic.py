"""Roles and playbooks hold no logic: few filters in one expression, no statements, no patterns over planned data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment, nodes
from unit.places import ROOT

MOST_FILTERS = 2
PATTERNS = frozenset({"regex_replace", "regex_search", "regex_findall", "regex", "match", "search"})
# Values that Ansible takes for expressions without braces.
BARE = frozenset({"when", "that", "changed_when", "failed_when", "until", "var"})
FILES = sorted(path for place in ("roles", "playbooks") for path in (ROOT / place).rglob("*.yml"))
JINJA = Environment(autoescape=False)


class AnyName(dict):  # type: ignore[type-arg]
    """The parser asks for every filter and test by name; which there are is Ansible's business."""

    def __contains__(self, name: object) -> bool:
        return True


JINJA.filters = AnyName(JINJA.filters)
JINJA.tests = AnyName(JINJA.tests)


def templates(value: Any, key: str = "") -> Iterator[str]:
    """Every text of a YAML document that Ansible evaluates, as a template."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from templates(item, str(name))
    elif isinstance(value, list):
        for item in value:
            yield from templates(item, key)
    elif isinstance(value, str):
        bare = key in BARE and "{{" not in value and "{%" not in value
        yield f"{{{{ {value} }}}}" if bare else value


def offences(template: str) -> list[str]:
    """What a template does that belongs into a filter plugin with a test."""
    tree = JINJA.parse(template)
    found = [f"a statement: {type(one).__name__}" for one in tree.body if not isinstance(one, nodes.Output)]
    expressions = [part for output in tree.find_all(nodes.Output) for part in output.nodes]
    return found + [told for one in expressions for told in _in_expression(one)]


def _in_expression(expression: nodes.Node) -> Iterator[str]:
    filters = list(_with_itself(expression, nodes.Filter))
    if len(filters) > MOST_FILTERS:
        yield f"{len(filters)} filters: {', '.join(sorted(one.name for one in filters))}"
    names = [one.name for kind in (nodes.Filter, nodes.Test) for one in _with_itself(expression, kind)]
    names += [
        argument.value
        for one in filters
        for argument in one.args[:2]
        if isinstance(argument, nodes.Const) and isinstance(argument.value, str)
    ]
    yield from (f"a pattern: {name}" for name in names if name.rpartition(".")[2] in PATTERNS)


def _with_itself(node: nodes.Node, kind: type[Any]) -> Iterator[Any]:
    if isinstance(node, kind):
        yield node
    yield from node.find_all(kind)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_logic_in_yaml(path: Path) -> None:
    texts = templates(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert {text: told for text in texts if (told := offences(text))} == {}


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{{ a | b | c }} {{ d | e }}", []),
        ("{{ a | b(c | d) | default(e | f) }}", ["4 filters: b, d, default, f"]),
        ("{%- set x = [] -%}{{ x }}", ["a statement: Assign"]),
        ("{% for x in y %}{{ x }}{% endfor %}", ["a statement: For"]),
        ("{{ a | map('regex_replace', '$', 'x') }}", ["a pattern: regex_replace"]),
        ("{{ a | select('match', 'x') }}", ["a pattern: match"]),
        ("{{ a | selectattr('b', 'search', 'x') }}", ["a pattern: search"]),
        ("{{ a is ansible.builtin.search('x') }}", ["a pattern: ansible.builtin.search"]),
    ],
)
def test_logic_is_seen(template: str, told: list[str]) -> None:
    assert offences(template) == told


# --- truth -----------------------------------------------------------------------------------------------------------


def boolean_options() -> set[str]:
    """The options of the roles that are true or false."""
    files = (ROOT / "roles").glob("*/meta/argument_specs.yml")
    specs = [yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]["main"] for path in files]
    return {name for one in specs for name, option in one.get("options", {}).items() if option.get("type") == "bool"}


def asked_as_given(template: str, options: set[str]) -> list[str]:
    """Options that decide something in a template and may be the text "false", which counts as true or is refused."""
    tree = JINJA.parse(template)
    conditions = [one.test for one in tree.find_all(nodes.CondExpr)]
    conditions += tree.find_all((nodes.And, nodes.Or, nodes.Not))
    conditions += [one.node for one in tree.find_all(nodes.Filter) if one.name == "ternary" and one.node]
    conditions += [part for output in tree.body if isinstance(output, nodes.Output) for part in output.nodes]
    return sorted({one.name for part in conditions for one in _parts(part) if getattr(one, "name", "") in options})


def _parts(condition: nodes.Node) -> Iterator[nodes.Node]:
    if isinstance(condition, (nodes.And, nodes.Or)):
        yield from (*_parts(condition.left), *_parts(condition.right))
    elif isinstance(condition, nodes.Not):
        yield from _parts(condition.node)
    elif isinstance(condition, nodes.Name):
        yield condition


def conditions(value: Any, key: str = "") -> Iterator[str]:
    """Templates that decide: those of BARE keys, and all that have a condition within."""
    for text in templates(value, key):
        if any(word in text for word in (" if ", " or ", " and ", "not ", "ternary")):
            yield text
    for task in _tasks(value):
        for name in BARE & task.keys():
            yield from templates(task[name], name)


def _tasks(value: Any) -> Iterator[dict[str, Any]]:
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _tasks(one)
    if isinstance(value, dict):
        yield value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_decides_is_true_or_false(path: Path) -> None:
    """A command line and a survey of AWX give text."""
    options = boolean_options()
    texts = conditions(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert {text: told for text in texts if (told := asked_as_given(text, options))} == {}


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{{ a }}", ["a"]),
        ("{{ x and not a }}", ["a"]),
        ("{{ [] if x or not a else [1] }}", ["a"]),
        ("{{ a | ternary(1, 0) }}", ["a"]),
        ("{{ x and not a | bool }}", []),
        ("{{ a | bool | ternary(1, 0) }}", []),
        ("{{ a == 'b' }}", []),
    ],
)
def test_an_option_that_is_asked_as_given_is_seen(template: str, told: list[str]) -> None:
    assert asked_as_given(template, {"a"}) == told


def test_conditions_are_expressions() -> None:
    task = {"when": ["a | b | c | d | length > 0"], "vars": {"when": "{{ x }}"}, "name": "a | b | c | d"}
    assert [offences(text) for text in templates(task)] == [["4 filters: b, c, d, length"], [], []]
