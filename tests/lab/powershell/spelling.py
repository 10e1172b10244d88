# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spells a script so that the grammar understands it, without a change of its meaning.

The grammar lacks a few things that PowerShell has: barewords in lists (`-Type Default,Internal`) and with variables in
them, a second clause of `switch` and statements behind `param()` on the same line, `1..3` where a command may stand,
`1KB`, labels behind `break`, chains of calls as arguments. Here they are spelled the long way: with quotation marks, a
semicolon, blanks, parentheses. Each character keeps its place in the original.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_WORD = re.compile(r"[A-Za-z_*?\\/~.][^\s,;|&(){}'\"$`@\[\]<>=]*")
_EXPANDED = re.compile(r"[A-Za-z_*?\\/~.][^\s,;|&(){}'\"`@<>]*\$[A-Za-z_][^\s,;|&(){}'\"`@<>]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_RANGE = re.compile(r"(\d+)\s*(\.\.)\s*")
_NUMBER = re.compile(r"(?i)(0x[0-9a-f]+|\d[\d.]*(?:e[+-]?\d+)?)[ld]?(?:[kmgtp]b)?(?![\w.])")
_SEPARATORS = " \t\r\n,"
# PowerShell takes the curly ones for the straight one.
_QUOTES = "'\u2018\u2019\u201a\u201b"
_STARTS = " \t\r\n;{}()|&=!"


@dataclass
class Spelled:
    """A script as the grammar takes it; `origin` has the place of each of its characters in the original."""

    characters: list[str] = field(default_factory=list)
    origin: list[int] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.characters)

    def add(self, text: str, at: int) -> None:
        """Characters of the original that begin at `at`."""
        self.characters += text
        self.origin += range(at, at + len(text))

    def insert(self, text: str, at: int) -> None:
        """Characters that the original does not have."""
        self.characters += text
        self.origin += [at] * len(text)


class _Speller:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out = Spelled()
        self.open: list[str] = []
        self.significant = ""
        self.switch_at: int | None = None
        self.plain = False

    def run(self) -> Spelled:
        while self.at < len(self.source):
            self.step()
        self.out.origin.append(len(self.source))
        return self.out

    def take(self, count: int) -> None:
        piece = self.source[self.at : self.at + count]
        self.out.add(piece, self.at)
        self.at += len(piece)
        if piece.strip():
            self.significant = piece.strip()[-1]

    def until(self, start: int, *ends: str) -> int:
        """Length from here to the end of the first of `ends`, looked for from `start` on; else to the end of all."""
        found = [self.source.find(end, self.at + start) + len(end) for end in ends]
        best = [one for one, end in zip(found, ends, strict=True) if one >= len(end)]
        return (min(best) if best else len(self.source)) - self.at

    def step(self) -> None:
        rest = self.source[self.at : self.at + 3]
        before = self.source[self.at - 1] if self.at else "\n"
        if rest[0] == "`":
            self.take(2)
        elif rest.startswith("<#"):
            self.comment(self.until(2, "#>"))
        elif rest[0] == "#" and before in _STARTS:
            length = self.until(0, "\n")
            self.comment(length - 1 if self.source[self.at : self.at + length].endswith("\n") else length)
        elif re.match(r"@['\"][ \t]*\r?\n", self.source[self.at : self.at + 80]):
            self.take(self.until(2, "\n" + rest[1] + "@"))
        elif rest[0] in _QUOTES:
            self.single()
        elif rest[0] == '"':
            self.double()
        elif rest[0] in "$(" and not self.plain and before in _SEPARATORS and (end := self.long_chain()):
            self.wrapped(end)
        elif rest[0] in "{}()":
            self.bracket(rest[0])
        else:
            self.word(before)

    def long_chain(self) -> int:
        """Where `$x.A(1).B` or `(x).A(1).B` ends: a call with something behind it; 0 for anything else."""
        match = re.compile(r"\$\w+").match(self.source, self.at)
        end = match.end() if match else self.closed(self.at)
        calls = 0
        while end:
            match = re.compile(r"\.\w+").match(self.source, end)
            if match:
                calls += calls % 2
                end = match.end()
            elif self.source[end : end + 1] in ("(", "["):
                calls += self.source[end] == "(" and not calls
                end = self.closed(end)
            else:
                break
        assigned = re.compile(r"\s*(?:[-+*/%]?=(?!=)|\+\+|--)").match(self.source, end)
        return end if calls > 1 and not assigned else 0

    def closed(self, at: int) -> int:
        """Behind the bracket that closes the one at `at`; 0 where there is none."""
        if self.source[at : at + 1] not in ("(", "["):
            return 0
        inner = _Speller(self.source)
        inner.at, inner.plain = at + 1, True
        depth = 1
        while inner.at < len(self.source):
            one = self.source[inner.at]
            depth += (one in "([") - (one in ")]")
            if depth == 0:
                return inner.at + 1
            inner.step()
        return 0

    def wrapped(self, end: int) -> None:
        """A chain of calls in parentheses, which mean nothing to PowerShell and help the grammar."""
        self.out.insert("(", self.at)
        self.take(1) if self.source[self.at] == "$" else self.bracket("(")
        while self.at < end:
            self.step()
        self.out.insert(")", self.at)

    def comment(self, length: int) -> None:
        kept = self.significant
        self.take(length)
        self.significant = kept

    def single(self) -> None:
        """A text in single quotation marks, which may be curly ones: each of them begins, ends and doubles."""
        self.put("'")
        while self.at < len(self.source):
            if self.source[self.at] not in _QUOTES:
                self.take(1)
                continue
            self.put("'")
            if self.source[self.at : self.at + 1] not in tuple(_QUOTES):
                return
            self.put("'")

    def put(self, character: str) -> None:
        """A character in the place of another."""
        self.out.add(character, self.at)
        self.at += 1
        self.significant = character

    def double(self) -> None:
        self.take(1)
        while self.at < len(self.source):
            one = self.source[self.at]
            if one == "`":
                self.take(2)
            elif self.source.startswith("$(", self.at):
                self.take(1)
                self.nested()
            elif one == '"':
                self.take(1)
                if self.source[self.at : self.at + 1] != '"':
                    return
                self.take(1)
            else:
                self.take(1)

    def nested(self) -> None:
        """A parenthesis within a string, to its end."""
        depth = len(self.open)
        self.bracket("(")
        while self.at < len(self.source) and len(self.open) > depth:
            self.step()

    def bracket(self, one: str) -> None:
        if one == "(":
            param = re.search(r"(?i)(?:^|[\s{;\]])param\s*$", self.source[: self.at][-12:])
            self.open.append("param" if param else "(")
            self.take(1)
        elif one == "{":
            self.open.append(self.kind_of_block())
            self.take(1)
        else:
            closed = self.open.pop() if self.open else ""
            self.take(1)
            after = self.source[self.at :].lstrip(" \t")[:1]
            everything = self.source[self.at :].lstrip()[:1]
            if (closed == "param" and after not in ("", "\r", "\n", ";")) or (
                closed == "clause" and everything not in ("", ";", "}", "{")
            ):
                self.out.insert(";", self.at)

    def kind_of_block(self) -> str:
        if self.switch_at is not None and len(self.open) == self.switch_at:
            self.switch_at = None
            return "switch"
        return "clause" if self.open and self.open[-1] == "switch" else "block"

    def word(self, before: str) -> None:
        numbers = _RANGE.match(self.source, self.at)
        if numbers and not (before.isalnum() or before in "._"):
            self.out.add(numbers[1], self.at)
            self.out.insert(" ", self.at)
            self.out.add("..", numbers.start(2))
            self.out.insert(" ", numbers.end())
            self.at = numbers.end()
            self.significant = "."
            return
        number = _NUMBER.match(self.source, self.at)
        if number and not (before.isalnum() or before in "._$"):
            # The grammar knows suffixes in small letters alone.
            self.out.add(number[0].lower(), self.at)
            self.at = number.end()
            self.significant = number[0][-1]
            return
        match = _WORD.match(self.source, self.at) if before in _STARTS + "," else None
        if match is None:
            self.take(1)
            return
        expanded = _EXPANDED.match(self.source, self.at)
        if expanded and not re.search(r"(?:^|[;{|(&=\n])[ \t]*$", self.source[: self.at]):
            # A word of an argument with a variable in it: as if it stood in quotation marks.
            self.out.insert('"', self.at)
            self.take(len(expanded[0]))
            self.out.insert('"', self.at)
            return
        self.keyword(match[0])
        if self.in_list(match, before) or self.is_label(match[0]):
            self.out.insert("'", self.at)
            self.take(len(match[0]))
            self.out.insert("'", self.at)
        else:
            self.take(len(match[0]))

    def keyword(self, word: str) -> None:
        if word.lower() == "switch" and re.match(r"\s*[(-]", self.source[self.at + len(word) :]):
            self.switch_at = len(self.open)

    def in_list(self, match: re.Match[str], before: str) -> bool:
        """Whether a bareword is a member of a list: a comma stands before or behind it."""
        after = self.source[match.end() :]
        if before not in _SEPARATORS or after[:1].strip(" \t\r\n,;|)}") != "" or re.match(r"\s*=", after):
            return False
        return self.significant == "," or re.match(r"[ \t]*,", after) is not None

    def is_label(self, word: str) -> bool:
        behind = re.search(r"(?i)(?:^|[\s;{}])(?:break|continue)[ \t]+$", self.source[: self.at][-20:])
        return behind is not None and _NAME.fullmatch(word) is not None


def spelled(source: str) -> Spelled:
    """The script as the grammar takes it."""
    return _Speller(source).run()
