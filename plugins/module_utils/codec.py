# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Frozen values as plain types and back: the one form in which a value leaves a face, and in which it enters one.

Both ways are driven by the fields of the classes and their annotations. Known are frozen dataclasses, ``str``, ``int``,
``bool`` and checked classes of these (``values``), ``None``, moments in UTC, tuples of one kind, mappings from text,
and unions of at most one of each plain kind.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timezone
from typing import Any, TypeVar

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError, writable

T = TypeVar("T")
Read = Callable[[Any], Any]
Write = Callable[[Any], Any]

# Metadata of a field that is left out of the plain form while it has its default.
UNLESS_DEFAULT: Mapping[str, bool] = types.MappingProxyType({"unless_default": True})
_MOST_TOLD = 8  # a list that is wrong throughout shall not fill the screen
_LARGEST = 2**63 - 1  # nothing here counts further, and Python writes no number of more than 4300 digits
_LONGEST_TOLD = 60  # characters, or digits
_PLAIN = frozenset({str, int, bool, type(None)})


class NotPlain(RolloutError):
    """Plain data that is not what it claims to be. ``problems``: path and what is wrong there."""

    def __init__(self, problems: Sequence[tuple[str, str]], *, where: str, mend: str) -> None:
        self.problems = tuple(problems)
        told = [f"{path}: {what}" if path else what for path, what in self.problems[:_MOST_TOLD]]
        left = len(self.problems) - len(told)
        super().__init__("; ".join([*told, *([f"and {left} more"] if left > 0 else [])]), where=where, mend=mend)


def to_plain(value: Any) -> Any:
    """The value in plain types, keys in the order of the fields: mappings, lists, text, numbers, truth values, None."""
    return _writer(type(value))(value)


def plain_in_text(plain: Any) -> str:
    """Plain types as JSON in one text, for ``text_in_plain``.

    Each character stands for itself: ansible-core before 2.19 reads what looks like a list or a mapping as Python does,
    where the two halves of an escaped character are two characters.
    """
    return json.dumps(plain, ensure_ascii=False)


def text_in_plain(given: Any, *, where: str, mend: str = "") -> Any:
    """Plain types, which a run keeps as JSON in one text: Ansible goes through each value of a variable whenever the
    variable is asked for. Raises RolloutError for another text."""
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except (ValueError, RecursionError):
        raise RolloutError("a text that is not JSON, or is nested too deeply", where=where, mend=mend) from None


def from_plain(kind: type[T], value: Any, *, where: str, mend: str = "") -> T:
    """A value of a frozen class from plain types, whatever subclasses of them it comes in.

    Raises NotPlain with the path of everything that is missing, unknown, of another type or refused by its class.
    """
    try:
        found: T = _reader(kind)(value)
    except _Wrong as wrong:
        raise NotPlain(wrong.problems, where=where, mend=mend) from None
    return found


class _Wrong(Exception):
    """Problems on the way up: each step puts its own piece in front of the paths."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        super().__init__()
        self.problems = problems

    def below(self, step: str) -> list[tuple[str, str]]:
        return [(_joined(step, path), what) for path, what in self.problems]


def _joined(step: str, path: str) -> str:
    return f"{step}{'.' if path and not path.startswith('[') else ''}{path}"


def _once(make: Callable[[Any], Callable[[Any], Any]]) -> Callable[[Any], Callable[[Any], Any]]:
    """What was made for a class or an annotation is kept."""
    made: dict[Any, Callable[[Any], Any]] = {}

    def get(kind: Any) -> Callable[[Any], Any]:
        found = made.get(kind)
        if found is None:
            found = made[kind] = make(kind)
        return found

    return get


# --- out ------------------------------------------------------------------------------------------------------------


@_once
def _writer(kind: Any) -> Write:
    """How values of a class are written; subclasses of text and numbers become text and numbers."""
    if dataclasses.is_dataclass(kind):
        return _fields_writer(kind)
    if kind in _PLAIN:
        return _same
    if issubclass(kind, str):
        return str.__str__
    if issubclass(kind, int):
        return int
    if issubclass(kind, datetime):
        return _moment_text
    if issubclass(kind, Mapping):
        return lambda value: {_writer(type(key))(key): _writer(type(item))(item) for key, item in value.items()}
    if issubclass(kind, (tuple, list)):
        return lambda value: [item if type(item) in _PLAIN else _writer(type(item))(item) for item in value]
    raise TypeError(f"{kind.__name__} has no plain form")


def _fields_writer(kind: Any) -> Write:
    names = [field.name for field in dataclasses.fields(kind)]
    left_out = {field.name: field.default for field in dataclasses.fields(kind) if field.metadata == UNLESS_DEFAULT}

    def write(value: Any) -> dict[str, Any]:
        found = {name: getattr(value, name) for name in names}
        for name, default in left_out.items():
            if found[name] == default:
                del found[name]
        return {name: one if type(one) in _PLAIN else _writer(type(one))(one) for name, one in found.items()}

    return write


def _same(value: Any) -> Any:
    return value


def _moment_text(moment: datetime) -> str:
    utc = moment.astimezone(timezone.utc)
    # strftime writes years before 1000 with as few digits as they have.
    return f"{utc.year:04d}{utc.strftime('-%m-%dT%H:%M:%SZ')}"


# --- in -------------------------------------------------------------------------------------------------------------


@_once
def _reader(hint: Any) -> Read:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _union_reader(typing.get_args(hint))
    if origin is tuple:
        return _list_reader(typing.get_args(hint)[0])
    if origin is not None and issubclass(origin, Mapping):
        return _mapping_reader(typing.get_args(hint)[1])
    if dataclasses.is_dataclass(hint):
        return _fields_reader(hint)
    return _single_reader(hint)


def _single_reader(hint: Any) -> Read:
    if hint is Any:
        return _same
    if hint is bool:
        return _truth
    if issubclass(hint, str):
        return _text if hint is str else _checked(_text, hint)
    if issubclass(hint, int):
        return _number if hint is int else _checked(_number, hint)
    if issubclass(hint, datetime):
        return _moment
    raise TypeError(f"{hint!r} cannot be read from plain types")


def _fields_reader(kind: Any) -> Read:
    hints = typing.get_type_hints(kind)
    fields = [field for field in dataclasses.fields(kind) if field.init]
    readers = {field.name: _reader(hints[field.name]) for field in fields}
    needed = {field.name for field in fields if not _has_default(field)}

    def read(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise _Wrong(("", f"must be a mapping, not {kind_of(value)}"))
        problems = [(str(key), "unknown key") for key in value if key not in readers]
        problems += [(name, "missing") for name in readers if name in needed and name not in value]
        found: dict[str, Any] = {}
        for name, reader in readers.items():
            if name in value:
                try:
                    found[name] = reader(value[name])
                except _Wrong as wrong:
                    problems += wrong.below(name)
        if problems:
            raise _Wrong(*problems)
        return _made(kind, found)

    return read


def _has_default(field: Any) -> bool:
    return field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING


def _made(kind: Any, found: Mapping[str, Any]) -> Any:
    try:
        return kind(**found)
    except RolloutError as error:
        raise _Wrong((error.where, _refusal(error))) from None


def _list_reader(hint: Any) -> Read:
    reader = _reader(hint)

    def read(value: Any) -> tuple[Any, ...]:
        if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
            raise _Wrong(("", f"must be a list, not {kind_of(value)}"))
        try:
            return tuple(reader(item) for item in value)
        except _Wrong:
            raise _Wrong(*_problems_in(reader, ((f"[{index}]", item) for index, item in enumerate(value)))) from None

    return read


def _mapping_reader(hint: Any) -> Read:
    reader = _reader(hint)

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise _Wrong(("", f"must be a mapping, not {kind_of(value)}"))
        try:
            return {_text(key): reader(item) for key, item in value.items()}
        except _Wrong:
            raise _Wrong(*_problems_in(reader, ((f"[{key!s}]", item) for key, item in value.items()))) from None

    return read


def _problems_in(reader: Read, items: Any) -> list[tuple[str, str]]:
    """Every item's problems, looked for once one item was found wrong."""
    problems: list[tuple[str, str]] = []
    for step, item in items:
        try:
            reader(item)
        except _Wrong as wrong:
            problems += wrong.below(step)
    return problems or [("", "the keys must be text")]


def _union_reader(hints: tuple[Any, ...]) -> Read:
    """One of several kinds, told apart by the plain type: None, a mapping, a list, or text and numbers."""
    readers = {_plain_kind(hint): _reader(hint) for hint in hints if hint is not type(None)}
    may_be_none = type(None) in hints
    expected = " or ".join(readers)

    def read(value: Any) -> Any:
        if value is None and may_be_none:
            return None
        kind = kind_of(value)
        if kind not in readers:
            raise _Wrong(("", f"must be {expected}, not {kind}"))
        return readers[kind](value)

    return read


def _plain_kind(hint: Any) -> str:
    origin = typing.get_origin(hint)
    if dataclasses.is_dataclass(hint) or (origin is not None and issubclass(origin, Mapping)):
        return "a mapping"
    if origin is tuple:
        return "a list"
    if hint is bool:
        return "a truth value"
    return "a number" if issubclass(hint, int) else "text"


def told(value: Any) -> str:
    """A value of the input as messages show it: text in quotes and cut, numbers, and of all else what it is."""
    if isinstance(value, str):
        return repr(str.__str__(value)[:_LONGEST_TOLD])
    if isinstance(value, int) and abs(value) >= 10**_LONGEST_TOLD:
        return "a number of too many digits"
    return repr(value) if value is None or isinstance(value, (int, float)) else kind_of(value)


def kind_of(value: Any) -> str:
    """What a value is, in the words of YAML."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, date):
        return "a time" if isinstance(value, datetime) else "a date"
    return "a list" if isinstance(value, Sequence) else "a value of no kind that is written here"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Wrong(("", f"must be text, not {kind_of(value)}"))
    return writable(str.__str__(value))


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Wrong(("", f"must be a whole number, not {kind_of(value)}"))
    if abs(value) > _LARGEST:
        raise _Wrong(("", f"must be a whole number of at most {_LARGEST}"))
    return int(value)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Wrong(("", f"must be true or false, not {kind_of(value)}"))
    return value


def _moment(value: Any) -> datetime:
    try:
        return datetime.strptime(_text(value), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        raise _Wrong(("", f"{value!r} is no moment such as 2026-11-22T08:00:00Z")) from None


def _checked(reader: Read, kind: Any) -> Read:
    def read(value: Any) -> Any:
        try:
            return kind(reader(value))
        except RolloutError as error:
            raise _Wrong(("", _refusal(error))) from None

    return read


def _refusal(error: RolloutError) -> str:
    return f"{error.what}. {error.mend}" if error.mend else error.what
