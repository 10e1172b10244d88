# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An imported topology as a YAML file for people: what could not be known stands in comments where it belongs.

A file of variables is evaluated by Ansible: text that it would take for a template is refused here.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import kind_of
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError, writable
from ansible_collections.ucops.rollout.plugins.module_utils.sealing import sealed
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.imported import Assumption, Imported
from ansible_collections.ucops.rollout.plugins.module_utils.topology.shapes import join
from ansible_collections.ucops.rollout.plugins.module_utils.values import STAND_INS

VARIABLE = "ucops_topology"
_WIDTH = 110
_STEP = "  "
# Text that YAML 1.1 and 1.2 read as text without quotes; all else is quoted.
_PLAIN = re.compile(r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*\Z|[0-9]{1,3}(?:\.[0-9]{1,3}){3}\Z")
_NO_TEXT = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}
_TEMPLATE_MARKS = ("{{", "{%", "{#")


def topology_file(imported: Imported, documents: Sequence[str]) -> str:
    """The whole file, sealed. ``documents``: the names of what it was made from. The same gives the same bytes."""
    placed = _placed(imported)
    lines = [
        "---",
        *_comment(f"The topology of an existing deployment, made from {', '.join(documents)}.", ""),
        *_comment(
            f"What it does not say was assumed: each TO CHECK says what, why, and what to do. Addresses of {STAND_INS}"
            " stand for those that are not known. Once changed, this file is not overwritten.",
            "",
        ),
        *(line for note in placed.get("", ()) for line in ("#", *_told(note, ""))),
        f"{VARIABLE}:",
        *_mapping(imported.topology, "", _STEP, placed),
    ]
    return sealed("".join(f"{line}\n" for line in lines))


def _placed(imported: Imported) -> dict[str, list[Assumption]]:
    """The notes by the path that they stand at: their own, or the nearest above it that is there."""
    there = set(_paths(imported.topology, ""))
    placed: dict[str, list[Assumption]] = {}
    for note in imported.notes:
        path = note.path
        while path and path not in there:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        placed.setdefault(path, []).append(note)
    return placed


def _paths(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield join(path, key)
            yield from _paths(inner, join(path, key))
    elif _is_list(value):
        for at, inner in enumerate(value):
            yield f"{path}[{at}]"
            yield from _paths(inner, f"{path}[{at}]")


def _mapping(
    value: Mapping[str, Any], path: str, indent: str, placed: Mapping[str, Sequence[Assumption]]
) -> Iterator[str]:
    for key, inner in value.items():
        where = join(path, key)
        for note in placed.get(where, ()):
            yield from _told(note, indent)
        name = f"{indent}{_scalar(key, path)}:"
        if isinstance(inner, Mapping) and inner:
            yield name
            yield from _mapping(inner, where, indent + _STEP, placed)
        elif _is_list(inner) and inner:
            yield name
            yield from _list(inner, where, indent + _STEP, placed)
        else:
            yield f"{name} {_scalar(inner, where)}"


def _list(value: Sequence[Any], path: str, indent: str, placed: Mapping[str, Sequence[Assumption]]) -> Iterator[str]:
    for at, inner in enumerate(value):
        where = f"{path}[{at}]"
        for note in placed.get(where, ()):
            yield from _told(note, indent)
        if isinstance(inner, Mapping) and inner:
            # The first key stands beside the hyphen; comments of its own stand before it.
            lines = list(_mapping(inner, where, indent + _STEP, placed))
            first = min(number for number, line in enumerate(lines) if not line.lstrip().startswith("#"))
            lines[first] = f"{indent}- {lines[first][len(indent) + len(_STEP) :]}"
            yield from lines
        else:
            yield f"{indent}- {_scalar(inner, where)}"


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _scalar(value: Any, path: str) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, str):
        return _text(str.__str__(value), path)
    if isinstance(value, (Mapping, Sequence)) and not value:
        return "{}" if isinstance(value, Mapping) else "[]"
    raise RolloutError(f"{kind_of(value)} cannot be written into a topology", where=path)


def _text(text: str, path: str) -> str:
    """Text that YAML reads back unchanged and that Ansible does not evaluate; else RolloutError."""
    if any(mark in text for mark in _TEMPLATE_MARKS):
        raise RolloutError(
            "holds marks of a template, which Ansible would evaluate", where=path, mend="Write the text without them"
        )
    if _PLAIN.match(text) and text not in _NO_TEXT:
        return text
    # JSON's escapes are YAML's, but for characters beyond U+FFFF, which stand as they are.
    kept = json.dumps(text, ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in kept)


def _told(note: Assumption, indent: str) -> Iterator[str]:
    yield from _comment(f"TO CHECK: {note.what}.", indent)
    yield from _comment(f"  Why: {note.why}.", indent)
    yield from _comment(f"  To do: {note.fill_in}.", indent)


def _comment(text: str, indent: str) -> Iterator[str]:
    """Comment lines; nothing in the text ends a line of its own accord."""
    shown = "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in writable(text))
    hanging = " " * (len(shown) - len(shown.lstrip())) + _STEP
    width = _WIDTH - len(indent)
    for line in textwrap.wrap(shown, width, subsequent_indent=hanging, break_on_hyphens=False, break_long_words=False):
        yield f"{indent}# {line}".rstrip()
