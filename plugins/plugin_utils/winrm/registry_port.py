# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The port to the registry of one Windows host."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult

# Kinds of values that are asked for: REG_BINARY; REG_SZ or REG_EXPAND_SZ; REG_MULTI_SZ; REG_DWORD.
BINARY, STRING, STRINGS, NUMBER = "binary", "string", "strings", "number"


class ValueTooLarge(RolloutError):
    """A value is there, and is larger than what the host sends at once."""


@dataclass(frozen=True)
class Branch:
    """A key to be read, with the names of the keys directly below it.

    :param values: of the key itself these values, as pairs of a name and its kind.
    :param below: the same of each key directly below.
    :param base: a key above, with few keys below it, that tells whether this one is there; the key itself without.
    """

    key: str
    values: tuple[tuple[str, str], ...] = ()
    below: tuple[tuple[str, str], ...] = ()
    base: str = ""


@dataclass(frozen=True)
class KeyContent:
    """What a key holds of a ``Branch``. Values by their names as asked for, bytes, text, a tuple of texts or a number
    by their kind; a ``ValueTooLarge`` stands for one that is there and cannot be sent."""

    values: Mapping[str, Any] = field(default_factory=dict)
    below: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Registry(ABC):
    """HKEY_LOCAL_MACHINE of one host, read only. Keys such as ``SOFTWARE\\Microsoft``."""

    @property
    def notice(self) -> str:
        """What whoever runs this should know of how the registry is read; empty for nothing."""
        return ""

    @abstractmethod
    def subkeys(self, key: str) -> tuple[str, ...] | None:
        """Names of the keys below, None when the key does not exist."""

    @abstractmethod
    def string(self, key: str, name: str) -> str | None:
        """A REG_SZ or REG_EXPAND_SZ value, None when there is none."""

    @abstractmethod
    def strings(self, key: str, name: str) -> tuple[str, ...] | None:
        """A REG_MULTI_SZ value, None when there is none."""

    @abstractmethod
    def dword(self, key: str, name: str) -> int | None:
        """A REG_DWORD value as an unsigned number, None when there is none."""

    @abstractmethod
    def binary(self, key: str, name: str) -> bytes | None:
        """A REG_BINARY value, None when there is none; raises ValueTooLarge."""

    def branches(self, asked: Sequence[Branch]) -> tuple[KeyContent | None, ...]:
        """What each of them holds, in their order; None for a key that does not exist.

        Here value by value; an adapter that can reads all of them at once.
        """
        return tuple(self.branch(one) for one in asked)

    def lines(self, asked: Sequence[Branch]) -> tuple[str, ...]:
        """The steps of a command line (``steps.py``) that read them, for one that does other things first; none where
        an adapter reads in another way, or it would cost more."""
        return ()

    def contents(self, asked: Sequence[Branch], results: Sequence[ProgramResult]) -> tuple[KeyContent | None, ...]:
        """What the ``lines`` for them came to."""
        return self.branches(asked)

    def branch(self, asked: Branch) -> KeyContent | None:
        """One of them, value by value."""
        names = self.subkeys(asked.key)
        if names is None:
            return None
        below = {name: self._values(rf"{asked.key}\{name}", asked.below) for name in names}
        return KeyContent(self._values(asked.key, asked.values), below)

    def _values(self, key: str, wanted: Sequence[tuple[str, str]]) -> dict[str, Any]:
        found = {name: self._value(key, name, kind) for name, kind in wanted}
        return {name: value for name, value in found.items() if value is not None}

    def _value(self, key: str, name: str, kind: str) -> Any:
        read = {BINARY: self.binary, STRING: self.string, STRINGS: self.strings, NUMBER: self.dword}[kind]
        try:
            return read(key, name)
        except ValueTooLarge as error:
            return error


class Remembered(Registry):
    """A registry as it is now: its branches are read once, and what changes afterwards does not show.

    ``ahead`` is read along with whatever is asked for first. Names and values of those branches are answered from them,
    other ones are read one by one.
    """

    def __init__(self, registry: Registry, ahead: Sequence[Branch] = ()) -> None:
        self._registry = registry
        self._ahead = tuple(dict.fromkeys(ahead))
        self._known: dict[Branch, KeyContent | None] = {}

    @property
    def notice(self) -> str:
        return self._registry.notice

    def branches(self, asked: Sequence[Branch]) -> tuple[KeyContent | None, ...]:
        unknown = [one for one in dict.fromkeys(asked) if one not in self._known]
        if unknown:
            ahead, self._ahead = self._ahead, ()
            self._read(unknown, [one for one in ahead if one not in unknown])
        return tuple(self._known[one] for one in asked)

    def _read(self, asked: list[Branch], ahead: list[Branch]) -> None:
        """What is read ahead is nobody's trouble until it is asked for."""
        wanted = [*asked, *ahead]
        try:
            contents = self._registry.branches(wanted)
        except RolloutError:
            if not ahead:
                raise
            wanted, contents = asked, self._registry.branches(asked)
        self._known.update(zip(wanted, contents, strict=True))

    def lines_ahead(self) -> tuple[str, ...]:
        """The steps of a command line that read what is to be read ahead."""
        return self._registry.lines(self._ahead)

    def take(self, results: Sequence[ProgramResult]) -> None:
        """Remember what ``lines_ahead`` came to. Without results, or with such as say nothing for sure, it is read when
        something is asked for, and what is wrong is told then."""
        if results:
            with suppress(RolloutError):
                self._known.update(zip(self._ahead, self._registry.contents(self._ahead, results), strict=True))
                self._ahead = ()

    def subkeys(self, key: str) -> tuple[str, ...] | None:
        for branch in (*self._known, *self._ahead):
            if branch.key.casefold() == key.casefold():
                (content,) = self.branches([branch])
                return tuple(content.below) if content else None
        return self._registry.subkeys(key)

    def string(self, key: str, name: str) -> str | None:
        known, value = self._known_value(key, name, STRING)
        return value if known else self._registry.string(key, name)

    def strings(self, key: str, name: str) -> tuple[str, ...] | None:
        known, value = self._known_value(key, name, STRINGS)
        return value if known else self._registry.strings(key, name)

    def dword(self, key: str, name: str) -> int | None:
        known, value = self._known_value(key, name, NUMBER)
        return value if known else self._registry.dword(key, name)

    def binary(self, key: str, name: str) -> bytes | None:
        known, value = self._known_value(key, name, BINARY)
        if isinstance(value, ValueTooLarge):
            raise value
        return value if known else self._registry.binary(key, name)

    def _known_value(self, key: str, name: str, kind: str) -> tuple[bool, Any]:
        """Whether a branch tells of the value, and the value, None where there is none."""
        above, _backslash, own = key.casefold().rpartition("\\")
        for branch in (*self._known, *self._ahead):
            place = branch.key.casefold()
            if place == key.casefold() and (name, kind) in branch.values:
                (content,) = self.branches([branch])
                return True, content.values.get(name) if content else None
            if place == above and (name, kind) in branch.below:
                (content,) = self.branches([branch])
                below = {one.casefold(): values for one, values in content.below.items()} if content else {}
                return True, below.get(own, {}).get(name)
        return False, None
