# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A line of cmd.exe as a tree: what the special characters outside quotes, `if`, and redirections make of it."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

DELIMITERS = " \t,;="
_DELIMITERS = frozenset(DELIMITERS)
_KEYWORD = re.compile(r"(if|rem)(?=[\s/,;=]|$)", re.IGNORECASE)
# What stands for itself, outside and inside quotes.
_PLAIN = re.compile(r'[^"^&|)<>]+')
_PLAIN_QUOTED = re.compile(r'[^"]+')
_FOR = re.compile(r'for\s+(?:/f\s+"(?P<options>[^"]*)"\s+)?%(?P<variable>[A-Za-z])\s+in\s*\(', re.IGNORECASE)


class LineError(Exception):
    """The line is no sentence of cmd's; nothing of it runs. `token` is what stands where it must not, if anything."""

    def __init__(self, token: str) -> None:
        super().__init__(token)
        self.token = token


@dataclass(frozen=True)
class Redirect:
    """`handle` goes to (or comes from) `target`; kind is `>`, `>>`, `<` or `dup` (target is a handle's digit)."""

    handle: int
    kind: str
    target: str


@dataclass(frozen=True)
class Simple:
    """A command with its arguments as raw text, carets resolved, quotes kept."""

    text: str
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True)
class Group:
    """A line in parentheses."""

    body: Node
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True)
class Chain:
    """Two commands joined by `&`, `&&`, `||` or `|`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class If:
    """`if [not] CONDITION then [else]`; the condition is (kind, operands)."""

    negate: bool
    condition: tuple[str, ...]
    then: Node
    otherwise: Node | None


@dataclass(frozen=True)
class For:
    """`for [/f "options"] %variable in (members) do body`; ``options`` is None without /f.

    ``quiet``: the body has an @, without which cmd prints it each time.
    """

    options: str | None
    variable: str
    members: str
    quiet: bool
    body: Node


Node = Simple | Group | Chain | If | For


@functools.lru_cache(4096)
def parsed(text: str) -> Node | None:
    """The tree of an expanded line; None when it is empty. Raises LineError."""
    return Parser(text).parse()


class Parser:
    """One expanded line into a tree of Simple, Group, Chain, If and For."""

    def __init__(self, text: str) -> None:
        # A command line cannot carry a new line: what follows one is lost.
        self.text = text.replace("\r", "").split("\n", 1)[0]
        self.index = 0
        self.depth = 0

    def parse(self) -> Node | None:
        tree = self._sequence()
        self._blanks()
        if self.index < len(self.text):
            raise LineError(self._unexpected())
        return tree

    def _unexpected(self) -> str:
        """What stands where it must not; empty at the end of the line."""
        rest = self.text[self.index :]
        return rest[:2] if rest[:2] in ("&&", "||") else rest[:1]

    def _peek(self, token: str) -> bool:
        return self.text.startswith(token, self.index)

    def _blanks(self) -> None:
        while self.text[self.index : self.index + 1] in _DELIMITERS:
            self.index += 1

    def _sequence(self) -> Node | None:
        left = self._condition_chain()
        self._blanks()
        while self._peek("&") and not self._peek("&&"):
            if left is None:
                raise LineError(self._unexpected())
            self.index += 1
            right = self._condition_chain()
            self._blanks()
            if right is None and self._peek("&"):
                raise LineError(self._unexpected())
            left = left if right is None else Chain("&", left, right)
        return left

    def _condition_chain(self) -> Node | None:
        """Commands joined by `||`, then `&&`, then `|`: each binds closer than the one before."""
        return self._joined("||", lambda: self._joined("&&", lambda: self._joined("|", self._command)))

    def _joined(self, operator: str, operand: Callable[[], Node | None]) -> Node | None:
        left = operand()
        while True:
            self._blanks()
            if not self._peek(operator) or (operator == "|" and self._peek("||")):
                return left
            if left is None:
                raise LineError(self._unexpected())
            self.index += len(operator)
            right = operand()
            if right is None:
                raise LineError(self._unexpected())
            left = Chain(operator, left, right)

    def _command(self) -> Node | None:
        self._blanks()
        while self._peek("@"):
            self.index += 1
            self._blanks()
        if self._peek("("):
            return self._group()
        if loop := _FOR.match(self.text, self.index):
            return self._for(loop)
        keyword = _KEYWORD.match(self.text, self.index)
        if keyword and keyword[1].lower() == "if":
            return self._if()
        if keyword:
            self.index = len(self.text)
            return Simple("rem", ())
        return self._simple()

    def _for(self, loop: re.Match[str]) -> For:
        """In the brackets a caret lets signs pass to the command that they are part of."""
        self.index = loop.end()
        members, quote = "", ""
        while self.index < len(self.text) and (quote or self.text[self.index] != ")"):
            char = self.text[self.index]
            if char == "^" and quote != '"':
                self.index += 1
                char = self.text[self.index : self.index + 1]
            elif char in "'\"":
                quote = "" if quote == char else quote or char
            elif char in "&|<>" and quote != '"':
                raise LineError(char)
            members += char
            self.index += 1
        follows = re.compile(r"\)\s*do(?=[\s(@])\s*", re.IGNORECASE).match(self.text, self.index)
        if follows is None:
            raise LineError(self._unexpected())
        self.index = follows.end()
        return For(loop["options"], loop["variable"], members, self._peek("@"), self._then())

    def _group(self) -> Group:
        self.index += 1
        self.depth += 1
        body = self._sequence()
        self._blanks()
        if not self._peek(")") or body is None:
            raise LineError(self._unexpected())
        self.index += 1
        self.depth -= 1
        redirects: list[Redirect] = []
        self._blanks()
        while match := re.match(r"\d?(?=[<>])", self.text[self.index :]):
            self.index += match.end()
            redirects.append(self._redirect(match[0])[1])
            self._blanks()
        return Group(body, tuple(redirects))

    def token(self) -> str:
        """The next piece up to a blank or a sign, quotes kept."""
        self._blanks()
        start, quoted = self.index, False
        while self.index < len(self.text):
            char = self.text[self.index]
            if char == '"':
                quoted = not quoted
            elif not quoted and (char in DELIMITERS or char in "&|<>()"):
                break
            self.index += 1
        return self.text[start : self.index]

    def _if(self) -> If:
        self.token()
        ignore_case = negate = False
        token = self.token()
        while token.lower() in ("/i", "not"):
            ignore_case, negate = ignore_case or token.lower() == "/i", negate or token.lower() == "not"
            token = self.token()
        condition = self._condition(token, ignore_case)
        then = self._then()
        otherwise = self._else() if isinstance(then, Group) else None
        return If(negate, condition, then, otherwise)

    def _condition(self, token: str, ignore_case: bool) -> tuple[str, ...]:
        if token.lower() in ("exist", "defined", "errorlevel"):
            return (token.lower(), self.token())
        while self.index < len(self.text) and self.text[self.index] in " \t":
            self.index += 1
        if not self._peek("=="):
            raise LineError(self._unexpected())
        self.index += 2
        return ("equal", token, self.token(), "i" if ignore_case else "")

    def _then(self) -> Node:
        self._blanks()
        then = self._command() if self._peek("(") else self._sequence()
        if then is None:
            raise LineError("")
        return then

    def _else(self) -> Node | None:
        match = re.match(r"[\s]*else(?=[\s(])", self.text[self.index :], re.IGNORECASE)
        if not match:
            return None
        self.index += match.end()
        return self._then()

    def _simple(self) -> Simple | None:
        text, redirects, quoted = "", [], False
        while self.index < len(self.text):
            if plain := (_PLAIN_QUOTED if quoted else _PLAIN).match(self.text, self.index):
                text += plain[0]
                self.index = plain.end()
                continue
            char = self.text[self.index]
            if char == '"':
                quoted = not quoted
            elif not quoted and char == "^":
                text += self.text[self.index + 1 : self.index + 2]
                self.index += 2
                continue
            elif not quoted and (char in "&|" or (char == ")" and self.depth)):
                break
            elif not quoted and char in "<>":
                text, redirect = self._redirect(text)
                redirects.append(redirect)
                continue
            text += char
            self.index += 1
        return Simple(text, tuple(redirects)) if text.strip(DELIMITERS) or redirects else None

    def _redirect(self, text: str) -> tuple[str, Redirect]:
        char = self.text[self.index]
        handle = 0 if char == "<" else 1
        # A digit right before the sign names the handle, and is lost from the text.
        if text and text[-1].isdigit() and self.text[self.index - 1] == text[-1]:
            handle, text = int(text[-1]), text[:-1]
        kind = ">>" if self._peek(">>") else char
        self.index += len(kind)
        if self._peek("&"):
            self.index += 2
            return text, Redirect(handle, "dup", self.text[self.index - 1 : self.index])
        target = self.token().replace("^", "")
        if not target:
            raise LineError(self._unexpected())
        return text, Redirect(handle, kind, target.replace('"', ""))
