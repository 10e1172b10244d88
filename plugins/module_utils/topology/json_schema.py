# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The topology's definition as JSON Schema (draft 2020-12), for editors; made from the shapes that the checks read.

What it accepts may still be refused: by readers of names, and by what parts of a topology say against each other. What
it refuses is always refused. Patterns are written for both ECMA 262 and Python.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.topology.schema import TOPOLOGY
from ansible_collections.ucops.rollout.plugins.module_utils.topology.shapes import (
    Field,
    Fields,
    Flag,
    ListOf,
    MapOf,
    Shape,
    Text,
    Whole,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"
VARIABLE = "ucops_topology"

Schema = dict[str, Any]
Definitions = dict[str, tuple[Fields, Schema]]  # by name, each with the shape that it is made from

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})*"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"(?:{_OCTET}\.){{3}}{_OCTET}"
_FQDN = rf"(?!{_IPV4}\.?$){_LABEL}(?:\.{_LABEL})+"
_SHORT = r"(?=.{1,253}\.?$)"  # characters of a name, the last dot aside
_SERVICE = "_[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_WITH_SERVICES = rf"(?:{_SERVICE}\.)*(?:{_HOST}|{_SERVICE})"
_NO_HOST = r"(?!0\.0\.0\.0$|255\.255\.255\.255$|22[4-9]\.|23[0-9]\.)"
_DIGITS = "|".join(str(length) for length in range(4, 129, 4))  # whole ones of an IPv6 network
_PLAIN = r"(?![\s\S]*[\u0000-\u001f\u007f])"

PATTERNS: Mapping[str, str] = {
    "line": rf"^{_PLAIN}\S(?:.*\S)?$",
    "fqdn": rf"^{_SHORT}{_FQDN}\.?$",
    "domain": rf"^{_SHORT}{_FQDN}\.?$",
    "host": rf"^{_SHORT}{_HOST}\.?$",
    "zone": rf"^{_SHORT}{_WITH_SERVICES}\.?$",
    "relative": rf"^(?:@|{_SHORT}{_WITH_SERVICES}\.?)$",
    "network": rf"^(?:{_IPV4}/(?:8|16|24|32)|[0-9A-Fa-f]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*/(?:{_DIGITS}))$",
    "address": rf"^(?:{_NO_HOST}{_IPV4}|[0-9A-Fa-f]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)$",
    "url": rf"^[Hh][Tt][Tt][Pp][Ss]://{_FQDN}\.?(?:/[A-Za-z0-9./-]*)?$",
    "authority": rf"^{_PLAIN}{_HOST}\.?\\(?:![0-9A-Fa-f]{{4}}|[^\\]){{1,64}}$",
    "partition": rf"^(?:domain|forest|legacy|{_SHORT}{_FQDN}\.?)$",
    "template": r"^(?![0-2](?:\.[0-9]+)+$)[A-Za-z0-9 _.()+-]{1,64}$",
}
"""What a text of each form (``shapes.FORMS``) must look like; never narrower than the form's reader."""


def topology_schema(topology: Fields = TOPOLOGY) -> Schema:
    """The schema of a topology, or of a file of variables that holds one as ``ucops_topology``."""
    definitions: Definitions = {}
    reference = _schema(topology, definitions)
    return {
        "$schema": DIALECT,
        "$id": "urn:ucops:rollout:topology",
        "title": "Topology of ucops.rollout",
        "description": f"A topology, or a file of variables that holds one as {VARIABLE}.",
        "type": "object",
        "if": {"required": [VARIABLE]},
        "then": {"properties": {VARIABLE: reference}},
        "else": reference,
        "$defs": {name: schema for name, (_fields, schema) in sorted(definitions.items())},
    }


def schema_text() -> str:
    """The schema as it is published."""
    return json.dumps(topology_schema(), indent=2, ensure_ascii=False) + "\n"


def _schema(shape: Shape, definitions: Definitions) -> Schema:
    for kind, translate in _TRANSLATORS.items():
        if isinstance(shape, kind):
            return translate(shape, definitions)
    raise TypeError(f"no translation of {type(shape).__name__} to JSON Schema is written")


def _text(shape: Any, _definitions: Definitions) -> Schema:
    if shape.choices:
        return {"type": "string", "enum": list(shape.choices)}
    return {"type": "string", "pattern": PATTERNS[shape.form]}


def _whole(shape: Any, _definitions: Definitions) -> Schema:
    if shape.choices:
        return {"type": "integer", "enum": list(shape.choices)}
    return {"type": "integer", "minimum": shape.minimum, "maximum": shape.maximum}


def _flag(_shape: Any, _definitions: Definitions) -> Schema:
    return {"type": "boolean"}


def _list(shape: Any, definitions: Definitions) -> Schema:
    return {"type": "array", "items": _schema(shape.item, definitions), **_at_least("minItems", shape.minimum)}


def _map(shape: Any, definitions: Definitions) -> Schema:
    item = _schema(shape.item, definitions)
    return {"type": "object", "additionalProperties": item, **_at_least("minProperties", shape.minimum)}


def _at_least(key: str, minimum: int) -> Schema:
    return {key: minimum} if minimum else {}


def _fields(shape: Any, definitions: Definitions) -> Schema:
    """A reference to the mapping's definition, which is written once for alike mappings."""
    title = re.sub(r"^(an?|the) ", "", shape.title)
    name = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")
    known = definitions.get(name)
    if known is None:
        definitions[name] = (shape, {})
        definitions[name] = (shape, {"title": title, **_mapping(shape, definitions)})
    elif known[0] != shape:
        raise ValueError(f"two different mappings are called '{shape.title}'")
    return {"$ref": f"#/$defs/{name}"}


def _mapping(shape: Fields, definitions: Definitions) -> Schema:
    usable = [one for one in shape.fields if not one.later]
    schema: Schema = {"type": "object", "properties": {one.name: _property(one, definitions) for one in usable}}
    required = [one.name for one in usable if one.required]
    schema |= {"required": required} if required else {}
    schema["additionalProperties"] = False
    if not shape.short:
        return schema
    short = next(one for one in usable if one.name == shape.short)
    return {"anyOf": [_schema(short.shape, definitions) | {"description": f"Short for {short.name}."}, schema]}


def _property(one: Field, definitions: Definitions) -> Schema:
    schema = {"description": f"{one.about[0].upper()}{one.about[1:]}.", **_schema(one.shape, definitions)}
    if one.default is not None:
        schema["default"] = list(one.default) if isinstance(one.default, tuple) else one.default
    return schema


_TRANSLATORS: Mapping[type[Shape], Callable[[Any, Definitions], Schema]] = {
    Text: _text,
    Whole: _whole,
    Flag: _flag,
    ListOf: _list,
    MapOf: _map,
    Fields: _fields,
}
