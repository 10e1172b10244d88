# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host as it is at one moment: what was read once is not asked again, and nothing can be changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn, TypeVar

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
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
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import Wmi, WmiObject, WmiReference, WmiValue

T = TypeVar("T")


def reading_once(host: WindowsHost, ahead: Sequence[Branch] = ()) -> WindowsHost:
    """The same host, of which every value of the registry and every answer of WMI is read once.

    :param ahead: of the registry, read along with whatever is asked for first.
    """
    return replace(host, registry=_RegistryOnce(host.registry, ahead), wmi=_WmiOnce(host.wmi))


class _Once:
    """Answers by what was asked; an error that the host answered with is an answer, too."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], tuple[Any, RolloutError | None]] = {}

    def ask(self, what: tuple[Any, ...], read: Callable[[], T]) -> T:
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


class _RegistryOnce(Registry):
    """Keys and values know no case. A branch that was read answers for all of its values, and for each key below."""

    def __init__(self, registry: Registry, ahead: Sequence[Branch]) -> None:
        self._registry, self._once, self._ahead = registry, _Once(), tuple(ahead)
        self._read: dict[str, list[tuple[Branch, KeyContent | None]]] = {}

    @property
    def notice(self) -> str:
        return self._registry.notice

    def branches(self, asked: Sequence[Branch]) -> tuple[KeyContent | None, ...]:
        unknown = [one for one in dict.fromkeys(asked) if self._known(one) is None]
        if unknown:
            self._fetch(unknown)
        return tuple(known[0] for one in asked if (known := self._known(one)))

    def _fetch(self, unknown: Sequence[Branch] = ()) -> None:
        wanted, self._ahead = tuple(dict.fromkeys((*unknown, *self._ahead))), ()
        for one, content in zip(wanted, self._registry.branches(wanted), strict=True):
            self._read.setdefault(one.key.lower(), []).append((one, content))

    def _known(self, asked: Branch) -> tuple[KeyContent | None] | None:
        """What is known of it, in brackets; None where nothing is."""
        for read, content in self._read.get(asked.key.lower(), ()):
            if set(asked.values) <= set(read.values) and set(asked.below) <= set(read.below):
                return (content,)
        above, _slash, name = asked.key.lower().rpartition("\\")
        for read, content in self._read.get(above, ()) if asked.values and not asked.below else ():
            if set(asked.values) <= set(read.below):
                below = {key.lower(): values for key, values in (content.below if content else {}).items()}
                return (KeyContent(below[name]) if name in below else None,)
        return None

    def subkeys(self, key: str) -> tuple[str, ...] | None:
        if known := self._of_branch(Branch(key)):
            return tuple(known[0].below) if known[0] else None
        return self._once.ask(("subkeys", key.lower()), lambda: self._registry.subkeys(key))

    def string(self, key: str, name: str) -> str | None:
        return self._single(key, name, STRING, self._registry.string)

    def strings(self, key: str, name: str) -> tuple[str, ...] | None:
        return self._single(key, name, STRINGS, self._registry.strings)

    def dword(self, key: str, name: str) -> int | None:
        return self._single(key, name, NUMBER, self._registry.dword)

    def binary(self, key: str, name: str) -> bytes | None:
        return self._single(key, name, BINARY, self._registry.binary)

    def _single(self, key: str, name: str, kind: str, read: Callable[[str, str], T]) -> T:
        known = self._of_branch(Branch(key, ((name, kind),)))
        if known is None:
            return self._once.ask((kind, key.lower(), name.lower()), lambda: read(key, name))
        value = known[0].values.get(name) if known[0] else None
        if isinstance(value, ValueTooLarge):
            raise value
        answer: T = value  # type: ignore[assignment]
        return answer

    def _of_branch(self, asked: Branch) -> tuple[KeyContent | None] | None:
        """As ``_known``, after what was to be read ahead."""
        if self._ahead:
            self._fetch()
        return self._known(asked)


class _WmiOnce(Wmi):
    """Queries alone; what changes something is refused."""

    def __init__(self, wmi: Wmi) -> None:
        self._wmi, self._once = wmi, _Once()

    def query(self, namespace: str, wql: str, *, references: bool = False) -> tuple[WmiObject, ...]:
        more = {"references": True} if references else {}
        return self._once.ask((namespace, wql, references), lambda: self._wmi.query(namespace, wql, **more))

    def get(self, namespace: str, class_name: str, selectors: Mapping[str, str] | None = None) -> WmiObject:
        asked = (namespace, class_name, tuple(sorted((selectors or {}).items())))
        return self._once.ask(asked, lambda: self._wmi.get(namespace, class_name, selectors))

    def put(self, reference: WmiReference, properties: Mapping[str, WmiValue]) -> WmiObject:
        _refuse("put", reference.resource_uri)

    def delete(self, reference: WmiReference) -> None:
        _refuse("delete", reference.resource_uri)

    def invoke(
        self,
        namespace: str,
        class_name: str,
        method: str,
        parameters: Sequence[tuple[str, WmiValue]],
        selectors: Mapping[str, str] | None = None,
    ) -> WmiObject:
        _refuse(method, class_name)


def _refuse(what: str, of: str) -> NoReturn:
    raise RolloutError(f"{what} of {of} was asked for while a host is only read")
