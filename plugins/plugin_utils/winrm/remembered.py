# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of a host that are not asked for twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import (
    BINARY,
    NUMBER,
    STRING,
    STRINGS,
    Branch,
    KeyContent,
    Registry,
    ValueTooLarge,
)

T = TypeVar("T")


class AskedOnce:
    """Answers by what was asked; an error that the host answered with is an answer, too."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], tuple[Any, RolloutError | None]] = {}

    def ask(self, what: tuple[Any, ...], read: Callable[[], T]) -> T:
        """What ``read`` gave, or raised, when this was asked for the first time."""
        if what not in self._known:
            self._known[what] = _answer(read)
        value, error = self._known[what]
        if error is not None:
            raise error
        answer: T = value
        return answer


def _answer(read: Callable[[], T]) -> tuple[T | None, RolloutError | None]:
    try:
        return read(), None
    except RolloutError as error:
        return None, error


def _overlap(key: str, other: str) -> bool:
    """Whether one of them is the other, or lies below it."""
    first, second = f"{key}\\".casefold(), f"{other}\\".casefold()
    return first.startswith(second) or second.startswith(first)


class Remembered(Registry):
    """A registry of which everything is read once; what changes afterwards shows after ``forget`` alone.

    ``ahead`` is read along with whatever is asked for first. A branch that was read answers for all of its values, and
    for each key below. Keys and values know no case.
    """

    def __init__(self, registry: Registry, ahead: Sequence[Branch] = ()) -> None:
        self._registry, self._wanted = registry, tuple(dict.fromkeys(ahead))
        self._ahead = self._wanted
        self._once = AskedOnce()
        self._read: dict[str, list[tuple[Branch, KeyContent | None]]] = {}

    def forget(self, below: Sequence[str] = ()) -> None:
        """From now on everything is read once more, and what was to be read ahead goes along again.

        :param below: of these keys alone, and of what is below them.
        """

        def stays(key: str) -> bool:
            return bool(below) and not any(_overlap(key, one) for one in below)

        self._ahead = tuple(one for one in self._wanted if one in self._ahead or not stays(one.key))
        self._once = AskedOnce()
        self._read = {key: read for key, read in self._read.items() if stays(key)}

    @property
    def notice(self) -> str:
        return self._registry.notice

    def branches(self, asked: Sequence[Branch]) -> tuple[KeyContent | None, ...]:
        unknown = [one for one in dict.fromkeys(asked) if self._known(one) is None]
        if unknown:
            self._fetch(unknown)
        return tuple(known[0] for one in asked if (known := self._known(one)))

    def _fetch(self, asked: Sequence[Branch] = ()) -> None:
        """What is read ahead is nobody's trouble until it is asked for."""
        ahead, self._ahead = [one for one in self._ahead if one not in asked], ()
        try:
            self._keep([*asked, *ahead], self._registry.branches([*asked, *ahead]))
        except RolloutError:
            if not ahead:
                raise
            if asked:
                self._keep(asked, self._registry.branches(asked))

    def _keep(self, asked: Sequence[Branch], contents: Sequence[KeyContent | None]) -> None:
        for one, content in zip(asked, contents, strict=True):
            self._read.setdefault(one.key.casefold(), []).append((one, content))

    def _known(self, asked: Branch) -> tuple[KeyContent | None] | None:
        """What is known of it, in brackets; None where nothing is."""
        for read, content in self._read.get(asked.key.casefold(), ()):
            if set(asked.values) <= set(read.values) and set(asked.below) <= set(read.below):
                return (content,)
        above, _slash, name = asked.key.casefold().rpartition("\\")
        for read, content in self._read.get(above, ()) if asked.values and not asked.below else ():
            if set(asked.values) <= set(read.below):
                below = {key.casefold(): values for key, values in (content.below if content else {}).items()}
                return (KeyContent(below[name]) if name in below else None,)
        return None

    def lines(self, asked: Sequence[Branch]) -> tuple[str, ...]:
        return self._registry.lines(asked)

    def contents(self, asked: Sequence[Branch], results: Sequence[ProgramResult]) -> tuple[KeyContent | None, ...]:
        return self._registry.contents(asked, results)

    def lines_ahead(self) -> tuple[str, ...]:
        """The steps of a command line that read what is to be read ahead."""
        return self._registry.lines(self._ahead)

    def take(self, results: Sequence[ProgramResult]) -> None:
        """Remember what ``lines_ahead`` came to. Without results, or with such as say nothing for sure, it is read when
        something is asked for, and what is wrong is told then."""
        if results:
            with suppress(RolloutError):
                self._keep(self._ahead, self._registry.contents(self._ahead, results))
                self._ahead = ()

    def subkeys(self, key: str) -> tuple[str, ...] | None:
        if known := self._of_branch(Branch(key)):
            return tuple(known[0].below) if known[0] else None
        return self._once.ask(("subkeys", key.casefold()), lambda: self._registry.subkeys(key))

    def string(self, key: str, name: str) -> str | None:
        return self._single(key, name, STRING, self._registry.string)

    def strings(self, key: str, name: str) -> tuple[str, ...] | None:
        return self._single(key, name, STRINGS, self._registry.strings)

    def dword(self, key: str, name: str) -> int | None:
        return self._single(key, name, NUMBER, self._registry.dword)

    def binary(self, key: str, name: str) -> bytes | None:
        return self._single(key, name, BINARY, self._registry.binary)

    def binary_anew(self, key: str, name: str) -> bytes | None:
        return self._registry.binary_anew(key, name)

    def _single(self, key: str, name: str, kind: str, read: Callable[[str, str], T]) -> T:
        known = self._of_branch(Branch(key, ((name, kind),)))
        if known is None:
            return self._once.ask((kind, key.casefold(), name.casefold()), lambda: read(key, name))
        value = known[0].values.get(name) if known[0] else None
        if isinstance(value, ValueTooLarge):
            raise value
        answer: T = value  # type: ignore[assignment]
        return answer

    def _of_branch(self, asked: Branch) -> tuple[KeyContent | None] | None:
        """As ``_known``, after what was to be read ahead where that may have it."""
        known = self._known(asked)
        if known is None and any(_overlap(asked.key, one.key) for one in self._ahead):
            self._fetch()
            known = self._known(asked)
        return known
