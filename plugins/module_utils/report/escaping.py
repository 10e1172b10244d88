# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values from an inventory or the network as Markdown that shows them, and does nothing else.

Escaping with backslashes is not enough: GitHub makes links of bare addresses, and readers of the raw text see noise.
So a word of letters, digits and harmless punctuation stays as it is, and every other word becomes a code span, in
which Markdown has no meaning but for the backtick.
"""

from __future__ import annotations

import re
from typing import Any

LONGEST = 2000

_HARMLESS = set(".,;:()'\"/%+=?-")
# Words that GitHub turns into links by themselves.
_LINK = re.compile(r"://|^\W*www\.|@", re.IGNORECASE)
# The first word of a line must not begin a list, a quotation or a rule.
_FIRST = re.compile(r"[^\W_]|[(\"']")
_ORDERED = re.compile(r"\d+[.)]$")


def text(value: Any) -> str:
    """A sentence: white space becomes single blanks, words that could mean something to Markdown become code."""
    tokens = str(value)[:LONGEST].split()
    if not tokens:
        return "–"
    first = tokens[0]
    begins = _FIRST.match(first) and not _ORDERED.match(first)
    shown = [_word(first) if begins else code(first)]
    return " ".join(shown + [word if word == "-" else _word(word) for word in tokens[1:]])


def code(value: Any) -> str:
    """A name, a number, a command: literally, in one code span."""
    # The backtick would end the code, the pipe the cell of a table.
    shown = visible(str(value)[:LONGEST], "`|")
    if not shown.strip():
        return "–"
    padding = " " if shown[0] == " " or shown[-1] == " " else ""
    return f"`{padding}{shown}{padding}`"


def visible(value: str, also: str = "") -> str:
    """Control and invisible characters, and those of ``also``, as escapes such as ``\\x1b``."""
    return "".join(char if char.isprintable() and char not in also else _escape(char) for char in value)


def table(headings: list[str], rows: list[list[str]]) -> list[str]:
    """The lines of a table; the cells are Markdown already (``text``, ``code``)."""
    lines = ["| " + " | ".join(headings) + " |", "|" + " --- |" * len(headings)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def _word(word: str) -> str:
    harmless = all(char.isalnum() or char in _HARMLESS for char in word) and any(char.isalnum() for char in word)
    return word if harmless and not _LINK.search(word) else code(word)


def _escape(char: str) -> str:
    number = ord(char)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
