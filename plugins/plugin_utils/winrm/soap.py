# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""XML out and in. What goes out is checked and escaped here alone; what comes in is not trusted.

Elements are found by local name: Windows puts the same element into different namespaces (Items is w: in an
EnumerateResponse and n: in a PullResponse), and fragments have none at all.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.xml_tree import Bounds, UnreadableXml, local, read_tree
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import seam_winrm
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.exchange import MAX_ANSWER_BYTES

MAX_DEPTH = 64
MAX_ELEMENTS = 50_000  # five times what 500 kB of the smallest records hold
_XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"

# Control characters (a carriage return would come back as a line feed), lone surrogates, and non-characters.
_NOT_FOR_XML = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class IllegalText(RolloutError):
    """A value holds a character that XML cannot carry."""


class GarbledAnswer(RolloutError):
    """An answer that cannot be read. It never means that there is nothing."""


def xml_text(text: str) -> str:
    """The text itself if XML can carry it unchanged (escaping is the serialiser's), else IllegalText."""
    found = _NOT_FOR_XML.search(text)
    if found:
        raise IllegalText(
            f"the value {text!r} holds the character U+{ord(found.group()):04X}, which cannot be sent to Windows",
            mend="Remove the character",
        )
    return text


def serialise(document: Mapping[str, Any]) -> str:
    """The XML of a document in xmltodict's form, every text and attribute of it checked by ``xml_text``."""
    return seam_winrm.unparse(_checked(document))


def without_unused_prefixes(message: str) -> str:
    """The same message, less each declaration in its root's start tag whose prefix stands nowhere else in it.

    pywinrm declares eleven in each message; two thirds of them are for other messages.
    """
    root = _START_TAG.search(message)
    if root is None:
        return message
    before, after = message[: root.start()], message[root.end() :]
    rest = _DECLARATION.sub("", root[0]) + after
    return before + _DECLARATION.sub(lambda found: found[0] if _stands_in(rest, found[1]) else "", root[0]) + after


def _stands_in(text: str, prefix: str) -> bool:
    # Most do not, which is seen without a pattern.
    return f"{prefix}:" in text and re.search(rf"(?<![\w.-]){re.escape(prefix)}:", text) is not None


_START_TAG = re.compile(r"<\w[^>]*>")
_DECLARATION = re.compile(r' xmlns:([\w.-]+)="[^"]*"')


def _checked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _checked(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_checked(inner) for inner in value]
    return None if value is None else xml_text(str(value))


def parse(content: bytes | str) -> ET.Element:
    """The root element of an answer; raises GarbledAnswer for what is no plain XML of a sane size."""
    bounds = Bounds(MAX_ANSWER_BYTES, MAX_ELEMENTS, MAX_DEPTH)
    try:
        return read_tree(content, bounds)
    except UnreadableXml as error:
        raise GarbledAnswer(f"the answer {error.what}") from error


def children(element: ET.Element, name: str) -> Iterator[ET.Element]:
    """The direct children of that local name."""
    return (child for child in element if local(child) == name)


def child(element: ET.Element, name: str) -> ET.Element | None:
    """The first direct child of that local name."""
    return next(children(element, name), None)


def find(element: ET.Element, name: str) -> ET.Element | None:
    """The first element of that local name anywhere below."""
    return next((inner for inner in element.iter() if inner is not element and local(inner) == name), None)


def text_of(element: ET.Element | None) -> str:
    """The text of an element without surrounding blanks (messages end with one or two); "" when there is none."""
    return (element.text or "").strip() if element is not None else ""


def is_nil(element: ET.Element) -> bool:
    """Whether an element stands for NULL."""
    return element.get(_XSI_NIL, "").strip().lower() in ("true", "1")
