"""The published schema: of the shapes, refusing nothing that is right, and refusing what a schema can refuse."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from unit import strategies
from unit.bad_topologies import BAD
from unit.places import ROOT
from unit.topologies import origin, origin_with, two_pools

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.topology import json_schema
from ansible_collections.ucops.rollout.plugins.module_utils.topology.schema import TOPOLOGY
from ansible_collections.ucops.rollout.plugins.module_utils.topology.shapes import (
    FORMS,
    Field,
    Fields,
    Flag,
    ListOf,
    MapOf,
    Problems,
    Shape,
    Text,
    Whole,
)

SCHEMA = json_schema.topology_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def refused(topology: Any) -> bool:
    return not VALIDATOR.is_valid(topology)


def test_the_published_file_is_made_from_the_shapes() -> None:
    """After a change of the shapes: make docs."""
    assert (ROOT / "docs" / "topology.schema.json").read_text(encoding="utf-8") == json_schema.schema_text()


def test_it_is_a_schema_of_its_draft() -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(json.loads(json_schema.schema_text()))


# Each shape


PAIR = Fields(
    "a pair",
    (
        Field("name", Text("relative"), "its name", required=True),
        Field("size", Whole(1, 9), "how big it is", default=3),
        Field("tags", ListOf(Text(choices=("a", "b"))), "its tags", default=()),
        Field("old", Flag(), "gone", later="not yet"),
    ),
    short="name",
)


@pytest.mark.parametrize(
    ("shape", "schema"),
    [
        (Text(choices=("a", "b"), later={"c": "no"}), {"type": "string", "enum": ["a", "b"]}),
        (Whole(2048, 4096, choices=(2048, 4096)), {"type": "integer", "enum": [2048, 4096]}),
        (Whole(0, 7), {"type": "integer", "minimum": 0, "maximum": 7}),
        (Flag(), {"type": "boolean"}),
        (ListOf(Flag()), {"type": "array", "items": {"type": "boolean"}}),
        (ListOf(Flag(), minimum=1), {"type": "array", "items": {"type": "boolean"}, "minItems": 1}),
        (MapOf(Flag(), minimum=1), {"type": "object", "additionalProperties": {"type": "boolean"}, "minProperties": 1}),
    ],
)
def test_a_shape_as_schema(shape: Shape, schema: dict[str, Any]) -> None:
    whole = json_schema.topology_schema(Fields("it", (Field("it", shape, "it"),)))
    assert whole["$defs"]["it"]["properties"]["it"] == {"description": "It.", **schema}


def test_a_mapping_as_schema() -> None:
    whole = json_schema.topology_schema(Fields("all", (Field("one", PAIR, "one"), Field("two", PAIR, "the other"))))
    assert whole["else"] == {"$ref": "#/$defs/all"}
    assert whole["$defs"]["all"]["properties"] == {
        "one": {"description": "One.", "$ref": "#/$defs/pair"},
        "two": {"description": "The other.", "$ref": "#/$defs/pair"},
    }
    name = {"type": "string", "pattern": json_schema.PATTERNS["relative"]}
    assert whole["$defs"]["pair"] == {
        "title": "pair",
        "anyOf": [
            {**name, "description": "Short for name."},
            {
                "type": "object",
                "properties": {
                    "name": {"description": "Its name.", **name},
                    "size": {
                        "description": "How big it is.",
                        "type": "integer",
                        "minimum": 1,
                        "maximum": 9,
                        "default": 3,
                    },
                    "tags": {
                        "description": "Its tags.",
                        "type": "array",
                        "items": {"type": "string", "enum": ["a", "b"]},
                        "default": [],
                    },
                },
                "required": ["name"],
                "additionalProperties": False,
            },
        ],
    }


def test_two_mappings_of_one_name_and_shapes_without_a_translation() -> None:
    other = Fields("the pair", (Field("x", Flag(), "x"),))
    with pytest.raises(ValueError, match="two different mappings are called 'the pair'"):
        json_schema.topology_schema(Fields("all", (Field("one", PAIR, "one"), Field("two", other, "two"))))

    class Odd(Shape):
        def check(self, value: Any, path: str, problems: Any) -> Any:
            return value

    with pytest.raises(TypeError, match="no translation of Odd"):
        json_schema.topology_schema(Fields("all", (Field("one", Odd(), "one"),)))


# Texts


def test_every_form_of_text_has_its_pattern() -> None:
    assert set(FORMS) <= set(json_schema.PATTERNS)


NAMELIKE = st.text("aZ0-9._*@:/ \\\n%1", max_size=12) | st.text(max_size=8) | strategies.fqdns()


@given(st.sampled_from(sorted(json_schema.PATTERNS)), NAMELIKE)
@example("fqdn", "999.1.1.1")
@example("fqdn", "A.B.")
@example("fqdn", ("a" * 49 + ".") * 4 + "a" * 53 + ".")
@example("zone", "_sip._tls.company.com")
@example("zone", "_a")
@example("relative", "_sipinternaltls._tcp")
@example("address", "2001:db8::1")
@example("address", "::ffff:1.2.3.4")
@example("authority", "ca01\\Company & Söhne CA")
@example("url", "HTTPS://meet.company.com/a/b/")
@example("line", "ä \u2019 b")
@example("authority", "ca01\\会社 !0026 CO")
@example("authority", "ca01\\a;`/%|")
@example("authority", "ca01\\" + "!00fc" * 51)
@example("template", "Web Server")
@example("template", "Web+Server")
def test_a_pattern_refuses_nothing_that_the_reader_takes(form: str, text: str) -> None:
    try:
        FORMS[form].read(text)
    except (RolloutError, KeyError):
        return
    assert re.search(json_schema.PATTERNS[form], text)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("fqdn", "single"),
        ("fqdn", "10.0.0.1"),
        ("fqdn", "a_b.company.com"),
        ("fqdn", "-a.company.com"),
        ("fqdn", "a-.company.com"),
        ("fqdn", "a..company.com"),
        ("fqdn", "*.company.com"),
        ("fqdn", "ä.company.com"),
        ("fqdn", "a" * 64 + ".company.com"),
        ("fqdn", "a." * 126 + "aa"),
        ("zone", "a._b.com"),
        ("relative", "*"),
        ("host", "a b"),
        ("address", "10.0.0.256"),
        ("address", "10.0.0"),
        ("address", "0.0.0.0"),
        ("address", "239.1.1.1"),
        ("address", "10.0.0.1/24"),
        ("url", "http://meet.company.com"),
        ("url", "https://meet.company.com:443/"),
        ("url", "https://meet.company.com/a?b"),
        ("authority", "Company CA"),
        ("authority", "ca01\\a\\b"),
        ("authority", "ca01\\CA\r\n[x]"),
        ("authority", "ca01\\" + "x" * 65),
        ("template", "1.3.6.1.4.1.311.21.8.1.2"),
        ("template", "a&b"),
        ("template", "Wébserver"),
        ("line", ""),
        ("line", " a"),
        ("line", "a\tb"),
    ],
)
def test_a_pattern_refuses(form: str, text: str) -> None:
    assert not re.search(json_schema.PATTERNS[form], text)


# Whole topologies


@given(strategies.topologies() | strategies.family_topologies())
def test_no_topology_without_problems_is_refused(topology: dict[str, Any]) -> None:
    VALIDATOR.validate(topology)
    VALIDATOR.validate({"ucops_topology": topology, "ansible_user": "x"})


@pytest.mark.parametrize("topology", [origin(), two_pools()])
def test_the_tests_topologies_are_accepted(topology: dict[str, Any]) -> None:
    VALIDATOR.validate(json.loads(json.dumps(topology)))


EXAMPLES = sorted(ROOT.glob("docs/examples/*.yml")) + [
    ROOT / "examples" / "customer" / "inventory" / "group_vars" / "all" / "topology.yml"
]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_examples_are_accepted(path: Path) -> None:
    VALIDATOR.validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def of_the_shapes_alone(topology: Any) -> bool:
    """Whether the shapes find a problem, and not only what parts of the topology say against each other."""
    problems = Problems()
    TOPOLOGY.check(topology, "", problems)
    return bool(problems.all())


# JSON has one kind of number: 1.0 is 1 to a schema.
MISTAKES = [(change, value) for change, value, _path, _said in BAD if not isinstance(value, float)]


@pytest.mark.parametrize(("change", "value"), MISTAKES, ids=[f"{row[0]}={row[1]!r}"[:60] for row in MISTAKES])
def test_the_schema_refuses_what_the_shapes_refuse_and_nothing_else(change: str, value: Any) -> None:
    topology = json.loads(json.dumps(origin_with({change: value})))
    assert refused(topology) is of_the_shapes_alone(topology)
    assert refused({"ucops_topology": topology}) is refused(topology)
