# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WQL, the part of it that clients use: SELECT … FROM class WHERE …; strings compare without regard to case."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from lab.wmi.model import ClassDefinition, Instance, Property, Value, text_of

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<number>-?\d+(?:\.\d+)?)"""
    r"""|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign><>|!=|<=|>=|=|<|>|\(|\)|,|\*))""",
    re.DOTALL,
)
_RESERVED = {"select", "from", "where", "and", "or", "not", "like", "is", "null", "true", "false"}

Test = Callable[[Instance], bool]


class InvalidQuery(ValueError):
    """The text is no WQL that the data source can process."""


@dataclass(frozen=True)
class Query:
    """`columns` empty means `*`."""

    columns: tuple[str, ...]
    class_name: str
    condition: Condition | None


@dataclass(frozen=True)
class Condition:
    """A node: `and`, `or`, `not` over conditions, or a comparison of a property with a constant."""

    operator: str
    parts: tuple[Condition, ...] = ()
    name: str = ""
    constant: Value = None

    def required(self) -> dict[str, set[str]]:
        """Of the properties that must be one of some texts for the condition to hold: {casefolded name: texts}."""
        if self.operator == "=" and self.constant is not None:
            return {self.name.casefold(): {text_of(self.constant)}}
        parts = [part.required() for part in self.parts]
        if self.operator == "and":
            return {name: texts for part in reversed(parts) for name, texts in part.items()}
        if self.operator == "or":
            shared = set.intersection(*(set(part) for part in parts))
            return {name: set.union(*(part[name] for part in parts)) for name in shared}
        return {}

    def bind(self, definition: ClassDefinition) -> Test:
        """A test for instances. Raises InvalidQuery for a property that the class does not have."""
        if self.parts:
            return _combined(self.operator, [part.bind(definition) for part in self.parts])
        column = definition.property(self.name)
        if column is None:
            raise InvalidQuery(f"{definition.name} has no property {self.name}")
        return _comparison(self.operator, column, self.constant)


def _combined(operator: str, tests: list[Test]) -> Test:
    if operator == "not":
        return lambda instance: not tests[0](instance)
    if operator == "and":
        return lambda instance: all(test(instance) for test in tests)
    return lambda instance: any(test(instance) for test in tests)


def _comparison(operator: str, column: Property, constant: Value) -> Test:
    if operator == "like":
        return _like(column, str(constant))
    return lambda instance: _compare(operator, instance.get(column.name), constant)


def _like(column: Property, text: str) -> Test:
    """`%` any text, `_` one character, `[a-z]` a set."""
    parts = re.split(r"(%|_|\[[^\]]*\])", text)
    known = {"%": ".*", "_": "."}
    pattern = "".join(known.get(part) or (part if part.startswith("[") else re.escape(part)) for part in parts)
    compiled = re.compile(pattern, re.IGNORECASE | re.DOTALL)
    return lambda instance: compiled.fullmatch(text_of(instance.get(column.name))) is not None


def _compare(operator: str, value: Value, constant: Value) -> bool:
    """NULL equals NULL alone; every other comparison with NULL is false, except that it differs from any constant."""
    if value is None or constant is None:
        return (value is constant) if operator == "=" else operator == "<>" and value is not constant
    if isinstance(value, list):
        return any(_compare(operator, member, constant) for member in value)
    left, right = _comparable(value, constant)
    outcomes = {"=": left == right, "<>": left != right}
    if operator in outcomes:
        return bool(outcomes[operator])
    if type(left) is not type(right):
        return False
    return bool({"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[operator])


def _comparable(value: Value, constant: Value) -> tuple[Value, Value]:
    if isinstance(value, bool):
        given = constant if isinstance(constant, bool) else str(constant).casefold() in ("true", "1")
        return value, given
    if isinstance(value, int):
        try:
            return value, int(constant)
        except (TypeError, ValueError):
            return text_of(value), str(constant)
    return text_of(value).casefold(), text_of(constant).casefold()


def parse(text: str) -> Query:
    """Read a query. Raises InvalidQuery."""
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def _keyword(self, *known: str) -> str:
        """Take the next token when it is one of these; else take nothing and give an empty text."""
        kind, text = self._peek()
        if kind in ("name", "sign") and text.casefold() in known:
            self._at += 1
            return text.casefold()
        return ""

    def _want(self, *known: str) -> str:
        found = self._keyword(*known)
        if not found:
            raise InvalidQuery(f"{' or '.join(known)} expected, {self._peek()[1] or 'the end'} found")
        return found

    def _name(self) -> str:
        kind, text = self._next()
        if kind != "name" or text.casefold() in _RESERVED:
            raise InvalidQuery(f"a name expected, {text or 'the end'} found")
        return text

    def query(self) -> Query:
        self._want("select")
        columns = () if self._keyword("*") else self._columns()
        self._want("from")
        name = self._name()
        condition = self._either() if self._keyword("where") else None
        if self._peek()[0] != "end":
            raise InvalidQuery(f"{self._peek()[1]} is too much")
        return Query(columns, name, condition)

    def _columns(self) -> tuple[str, ...]:
        columns = [self._name()]
        while self._keyword(","):
            columns.append(self._name())
        return tuple(columns)

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._keyword("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Condition("or", tuple(parts))

    def _both(self) -> Condition:
        parts = [self._single()]
        while self._keyword("and"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else Condition("and", tuple(parts))

    def _single(self) -> Condition:
        if self._keyword("not"):
            return Condition("not", (self._single(),))
        if self._keyword("("):
            inner = self._either()
            self._want(")")
            return inner
        return self._compared()

    def _compared(self) -> Condition:
        if self._peek()[0] != "name":
            constant = self._constant()
            operator = self._want("=", "<>", "!=")
            return self._leaf(self._name(), operator, constant)
        name = self._name()
        operator = self._want("=", "<>", "!=", "<", ">", "<=", ">=", "like", "is")
        if operator == "is":
            negated = bool(self._keyword("not"))
            self._want("null")
            return self._leaf(name, "<>" if negated else "=", None)
        return self._leaf(name, operator, self._constant())

    def _leaf(self, name: str, operator: str, constant: Value) -> Condition:
        operator = "<>" if operator == "!=" else operator
        return Condition(operator, (), name, constant)

    def _constant(self) -> Value:
        kind, text = self._next()
        if kind == "string":
            return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
        if kind == "number":
            return int(text) if text.lstrip("-").isdecimal() else float(text)
        constants = {"true": True, "false": False, "null": None}
        if kind == "name" and text.casefold() in constants:
            return constants[text.casefold()]
        raise InvalidQuery(f"a constant expected, {text or 'the end'} found")


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at, text = [], 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise InvalidQuery(f"not understood: {text[at : at + 20]}")
        found.append((match.lastgroup or "", match.group(match.lastgroup or "")))
        at = match.end()
    return found
