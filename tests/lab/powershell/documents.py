# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML documents as `[xml]` gives them: elements and attributes are properties, several of one name a list."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

from lab.powershell.values import NotConvertible, PSObject

_ELEMENT = ("System.Xml.XmlElement", "System.Xml.XmlNode")


def local_name(tag: str) -> str:
    """A name without its namespace."""
    return tag.rpartition("}")[2]


def _adapted(element: ET.Element) -> Any:
    """What a property that names an element gives: its text where it has nothing else."""
    if not len(element) and not element.attrib:
        return element.text or ""
    return element_object(element)


def element_object(element: ET.Element) -> PSObject:
    """An XmlElement."""
    values: dict[str, Any] = {local_name(name): value for name, value in element.attrib.items()}
    by_name: dict[str, list[Any]] = {}
    for child in element:
        by_name.setdefault(local_name(child.tag), []).append(_adapted(child))
    for name, held in by_name.items():
        values[name] = held[0] if len(held) == 1 else held
    if (element.text or "").strip():
        values["#text"] = element.text
    outer = ET.tostring(element, encoding="unicode")
    for name, value in {
        "LocalName": local_name(element.tag),
        "NamespaceURI": element.tag.rpartition("}")[0].removeprefix("{"),
        "InnerText": "".join(element.itertext()),
        "OuterXml": outer,
        "HasChildNodes": bool(len(element) or element.text),
        "ChildNodes": [element_object(child) for child in element],
    }.items():
        values.setdefault(name, value)
    return PSObject(
        values,
        _ELEMENT,
        text=local_name(element.tag),
        methods={
            "GetAttribute": lambda name: element.get(name, ""),
            "HasAttribute": lambda name: name in element.attrib,
            "GetElementsByTagName": lambda name: _named(element, name),
        },
    )


def _named(element: ET.Element, name: str) -> list[PSObject]:
    found = [one for one in element.iter() if one is not element and name in ("*", local_name(one.tag))]
    return [element_object(one) for one in found]


def document(source: str) -> PSObject:
    """An XmlDocument. Raises NotConvertible for what is no XML."""
    try:
        root = ET.fromstring(source)
    except ET.ParseError as problem:
        raise NotConvertible(
            f'Cannot convert value "{source[:40]}" to type "System.Xml.XmlDocument". Error: "{problem}"'
        ) from problem
    return PSObject(
        {
            local_name(root.tag): _adapted(root),
            "DocumentElement": element_object(root),
            "InnerXml": source,
            "OuterXml": source,
        },
        ("System.Xml.XmlDocument", "System.Xml.XmlNode"),
        text="System.Xml.XmlDocument",
        methods={
            "GetElementsByTagName": lambda name: (
                ([element_object(root)] if name == local_name(root.tag) else []) + _named(root, name)
            )
        },
    )
