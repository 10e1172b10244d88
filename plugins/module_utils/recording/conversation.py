# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The messages of one WS-Management conversation, masked, as the rows of a recording. Pure.

A row is a mapping in plain types: first the heading (``recording``, ``action``, ``arguments``, ``check_mode``), then an
exchange each: ``request`` and ``answer`` in XML of the same elements, ``status`` of HTTP or what was ``lost``, and
``seconds``.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from ansible_collections.ucops.rollout.plugins.module_utils.recording.masking import (
    MASKED,
    Masker,
    blank_base64,
    names_in,
)

FORM = 1
UNREADABLE = "<!-- {size} bytes that are no XML -->"
_SPOKEN = ("Message", "Text", "Description", "Reason")
_KEPT_ATTRIBUTES = re.compile(r"xmlns(:.*)?|xsi:\w+|xml:\w+|Name|Dialect|State|End|(?:\w+:)?mustUnderstand")
_DONE = b"CommandState/Done"
_ENDED = re.compile(rb"\bEnd=.true", re.IGNORECASE)
MOST_HELD = 64 * 1024  # bytes of an output without any line's end


class Conversation:
    """Masks the messages of one session in their order: a program's output comes in pieces, and is masked by lines."""

    def __init__(self, masker: Masker) -> None:
        self.masker = masker
        self._held: dict[tuple[str, str], bytes] = {}

    def heading(
        self, action: str, arguments: Mapping[str, Any], spec: Mapping[str, Any], *, check_mode: bool
    ) -> dict[str, Any]:
        """The first row: what the messages after it were for. Of arguments that are no_log nothing is left."""
        hidden = {name for name, option in spec.items() if option.get("no_log")}
        shown = {name: value for name, value in arguments.items() if name not in hidden}
        asked = self.masker.plain(shown, names_in(spec))
        return {"recording": FORM, "action": action, "arguments": asked, "check_mode": check_mode}

    def exchange(self, request: bytes, answer: bytes, status: int, seconds: float) -> dict[str, Any]:
        """A row of a request that was answered."""
        sent = self.message(request)
        return {"seconds": round(seconds, 3), "request": sent, "status": status, "answer": self.message(answer)}

    def loss(self, request: bytes, lost: str, seconds: float) -> dict[str, Any]:
        """A row of a request without an answer. ``lost``: the class of the error, nothing of its text."""
        return {"seconds": round(seconds, 3), "request": self.message(request), "lost": lost}

    def message(self, content: bytes) -> str:
        """One message, its elements as they were, in one line."""
        if not content:
            return ""
        # Windows marks the end of each output; without a mark what a message has of an ended program is the last.
        writer = _Writer(self.masker, self._stream, last=_DONE in content and not _ENDED.search(content))
        try:
            return writer.masked(content)
        except (expat.ExpatError, ValueError, LookupError):
            return UNREADABLE.format(size=len(content))

    def _stream(self, attributes: Mapping[str, str], text: str, last: bool) -> str:
        """One piece of what comes out, in base64. What goes in is left out: it may be a key or a password."""
        name = attributes.get("Name", "")
        if name == "stdin":
            return blank_base64(text)
        key = (attributes.get("CommandId", ""), name)
        whole = self._held.pop(key, b"") + _decoded(text)
        end = len(whole) if last or len(whole) > MOST_HELD else whole.rfind(b"\n") + 1
        self._held[key] = whole[end:]
        return base64.b64encode(self._output(whole[:end])).decode("ascii")

    def _output(self, written: bytes) -> bytes:
        """Of anything but text as many zeros."""
        try:
            text = written.decode("utf-8")
        except UnicodeDecodeError:
            text = "\0"
        return bytes(len(written)) if "\0" in text else self.masker.value(text).encode("utf-8")


class _Writer:
    """Writes a document anew while it is read: the same tags, texts and attributes masked by where they stand."""

    def __init__(self, masker: Masker, stream: Callable[[Mapping[str, str], str, bool], str], *, last: bool) -> None:
        self._masker, self._stream, self._last = masker, stream, last
        self._written: list[str] = []
        self._text: list[str] = []
        self._path: list[tuple[str, dict[str, str]]] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text.append

    def masked(self, content: bytes) -> str:
        self._parser.Parse(content, True)
        return "".join(self._written)

    def _refuse(self, *_: Any) -> None:
        raise ValueError("a document type")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._flush()
        shown = (f" {key}={quoteattr(self._attribute(key, value))}" for key, value in attributes.items())
        self._written.append(f"<{name}{''.join(shown)}>")
        self._path.append((name.rpartition(":")[2], attributes))

    def _end(self, name: str) -> None:
        self._flush()
        self._path.pop()
        self._written.append(f"</{name}>")

    def _attribute(self, name: str, value: str) -> str:
        return value if _KEPT_ATTRIBUTES.fullmatch(name) else self._masker.value(value)

    def _flush(self) -> None:
        text = "".join(self._text)
        self._text.clear()
        if self._path and (text or self._path[-1][0] == "Stream"):
            self._written.append(escape(self._standing(text)))

    def _standing(self, text: str) -> str:
        """What a text becomes, by its element."""
        name, attributes = self._path[-1]
        if name == "Stream":
            return self._stream(attributes, text, self._last or attributes.get("End", "").lower() == "true")
        if name == "Variable":
            return MASKED
        if name == "uValue" and any("BinaryValue" in outer for outer, _attributes in self._path):
            return "0"
        if name == "Command":
            return self._masker.command(text)
        return self._masker.sentence(text) if name in _SPOKEN else self._masker.value(text)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
