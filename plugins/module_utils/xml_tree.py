# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""XML of others, read without document types, entities, other files and networks, and within bounds."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


class UnreadableXml(RolloutError):
    """Not plain XML within the bounds; ``what`` goes on after the name of the document."""


@dataclass(frozen=True)
class Bounds:
    """What is read at most: bytes of the whole, elements, and how deep they are nested."""

    size: int
    elements: int
    depth: int = 64


def read_tree(content: bytes | str, bounds: Bounds) -> ET.Element:
    """The root element; names are ``{namespace}name``. Raises UnreadableXml.

    :param content: of text, an encoding that it declares is not looked at.
    """
    encoding = "utf-8" if isinstance(content, str) else None
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    if len(raw) > bounds.size:
        raise UnreadableXml(f"has {len(raw)} bytes, more than the {bounds.size} that are read")
    try:
        return _Reader(bounds, encoding).tree(raw)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnreadableXml(f"is no XML that can be read ({error})") from error


class _Reader:
    """Builds a tree from expat's events; a document type is refused where it begins, before anything of it counts."""

    def __init__(self, bounds: Bounds, encoding: str | None) -> None:
        self._builder = ET.TreeBuilder()
        self._bounds = bounds
        self._depth = 0
        self._elements = 0
        self.parser = expat.ParserCreate(encoding, namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._builder.data

    def tree(self, content: bytes) -> ET.Element:
        self.parser.Parse(content, True)
        return self._builder.close()

    def _refuse(self, *_: Any) -> None:
        raise UnreadableXml("declares a document type, which is not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self._bounds.depth:
            raise UnreadableXml(f"is nested deeper than {self._bounds.depth} elements")
        self._elements += 1
        if self._elements > self._bounds.elements:
            raise UnreadableXml(f"has more than {self._bounds.elements} elements")
        self._builder.start(_braced(name), {_braced(key): value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._builder.end(_braced(name))


def _braced(name: str) -> str:
    return "{" + name if "}" in name else name


def local(element: ET.Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]
