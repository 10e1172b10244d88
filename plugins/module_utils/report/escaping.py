# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values from an inventory or the network as Markdown that shows them, and does nothing else.

Escaping with backslashes is not enough: GitHub makes links of bare addresses, and readers of the raw text see noise.
So a word of letters, digits and harmless punctuation stays as it is, and every other word becomes a code span, in
which Markdown has no meaning but for the backtick, which a longer fence makes literal. Neighbours share one span, and
so do the words of a placeholder such as ``<SIP domain>``. What a message quotes in backticks is a span already.
"""

from __future__ import annotations

import functools
import re
from typing import Any

LONGEST = 2000

# A word of letters, digits and harmless punctuation, not of punctuation alone.
_HARMLESS = re.compile(r"[.,;:()'\"/%+=?…-]*[^\W_](?:[^\W_]|[.,;:()'\"/%+=?…-])*")
# Words that GitHub turns into links by themselves.
_LINK = re.compile(r"://|^\W*www\.|@", re.IGNORECASE)
# The first word of a line must not begin a list, a quotation or a rule.
_FIRST = re.compile(r"[^\W_]|[(\"']")
_ORDERED = re.compile(r"\d+[.)]$")
# What a message quotes, a placeholder in angle brackets with what is glued to it, a word.
_PIECE = re.compile(r"(?<!`)`(?!`)([^`]*[^`\s][^`]*)`(?!`)|[^\s`<>]*<[^`<>]{1,80}>[^\s`<>]*|[^\s`]+|`+")
_CLOSING = set(".,;:)")
_ENDS = ".,;:"


def text(value: Any) -> str:
    """A sentence: white space becomes single blanks, words that could mean something to Markdown become code."""
    return _sentence(str(value))


# The servers of a pool say much in the same words.
@functools.lru_cache(maxsize=4096)
def _sentence(value: str) -> str:
    sentence = " ".join(_cut(value).split())
    if not sentence:
        return "–"
    pieces: list[tuple[str, bool, bool]] = []
    end = 0
    for found in _PIECE.finditer(sentence):
        glued = found.start() == end and bool(pieces)
        is_code = not _is_harmless(found, glued, first=not pieces)
        shown = found[1] or found[0]
        # The comma after a word is the sentence's.
        word = shown.rstrip(_ENDS) if is_code and not found[1] else shown
        pieces.append((word or shown, is_code, glued))
        if word and word != shown:
            pieces.append((shown[len(word) :], False, True))
        end = found.end()
    return _joined(pieces)


def _joined(pieces: list[tuple[str, bool, bool]]) -> str:
    """The pieces (their text, whether it is code, whether it is glued to the one before) with code spans merged."""
    merged: list[tuple[str, bool, bool]] = []
    for shown, is_code, glued in pieces:
        if is_code and merged and merged[-1][1]:
            before = merged.pop()
            merged.append((before[0] + ("" if glued else " ") + shown, True, before[2]))
        else:
            merged.append((shown, is_code, glued))
    return "".join(
        ("" if glued or not at else " ") + (code(shown) if is_code else shown)
        for at, (shown, is_code, glued) in enumerate(merged)
    )


def code(value: Any) -> str:
    """A name, a number, a command: literally, in one code span."""
    return _span(str(value))


@functools.lru_cache(maxsize=4096)
def _span(value: str) -> str:
    # In a table a backslash before a pipe would be read in two ways.
    shown = visible(_cut(value)).replace("\\|", "\\\\x7c")
    if not shown.strip():
        return "–"
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    padding = " " if shown[0] in " `" or shown[-1] in " `" else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def visible(value: str) -> str:
    """Control and invisible characters as escapes such as ``\\x1b``."""
    # Most are printable as a whole, which is seen without a loop.
    return value if value.isprintable() else "".join(char if char.isprintable() else _escape(char) for char in value)


def table(headings: list[str], rows: list[list[str]]) -> list[str]:
    """The lines of a table; the cells are Markdown already (``text``, ``code``)."""
    lines = ["| " + " | ".join(headings) + " |", "|" + " --- |" * len(headings)]
    return lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]


def _cut(value: str) -> str:
    return value if len(value) <= LONGEST else value[:LONGEST] + "…"


def _is_harmless(found: re.Match[str], glued: bool, *, first: bool) -> bool:
    word = found[0]
    if found[1]:
        return False
    if first and (not _FIRST.match(word) or _ORDERED.match(word)):
        return False
    if (glued and set(word) <= _CLOSING) or (word == "-" and not first):
        return True
    return bool(_HARMLESS.fullmatch(word)) and not _LINK.search(word)


def _escape(char: str) -> str:
    number = ord(char)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
