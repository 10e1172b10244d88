# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The port to the registry of one Windows host."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
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
    :param above: keys above, from the nearest up, each with few keys below it: what they show tells whether this one is
        there. Every Windows has the last of them.
    """

    key: str
    values: tuple[tuple[str, str], ...] = ()
    below: tuple[tuple[str, str], ...] = ()
    above: tuple[str, ...] = ()


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

    def binary_anew(self, key: str, name: str) -> bytes | None:
        """The same, by a question of its own whatever was read before."""
        return self.binary(key, name)

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
