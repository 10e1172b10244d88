# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of one machine: keys under HKEY_LOCAL_MACHINE, typed values, names without regard to case."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

REG_SZ = 1
REG_EXPAND_SZ = 2
REG_BINARY = 3
REG_DWORD = 4
REG_MULTI_SZ = 7

HKEY_LOCAL_MACHINE = 2147483650

Value = str | bytes | int | tuple[str, ...]


@dataclass
class _Key:
    name: str
    values: dict[str, tuple[str, int, Value]] = field(default_factory=dict)
    children: dict[str, _Key] = field(default_factory=dict)


def _parts(key: str) -> list[str]:
    return [part for part in key.strip("\\").split("\\") if part]


def _coerced(kind: int, value: object) -> Value:
    """Refuse what the type cannot hold, so that a wrong writer fails here and not in a far reader."""
    if kind in (REG_SZ, REG_EXPAND_SZ):
        return str(value)
    if kind == REG_BINARY and isinstance(value, (bytes, bytearray)):
        return bytes(value)
    if kind == REG_DWORD and isinstance(value, int) and 0 <= value < 2**32:
        return int(value)
    if kind == REG_MULTI_SZ and isinstance(value, (list, tuple)):
        return tuple(str(member) for member in value)
    raise ValueError(f"a registry value of type {kind} cannot hold {value!r}")


def _plain(value: Value) -> object:
    if isinstance(value, bytes):
        return value.hex()
    return list(value) if isinstance(value, tuple) else value


class AccessDenied(Exception):
    """The key may not be read."""


class Registry:
    """Keys are paths such as `SOFTWARE\\Microsoft`, relative to HKEY_LOCAL_MACHINE. Safe from several threads."""

    def __init__(self) -> None:
        self._denied: set[str] = set()
        self._root = _Key("")
        self._lock = threading.RLock()

    def _find(self, key: str) -> _Key | None:
        node: _Key | None = self._root
        for part in _parts(key):
            node = node.children.get(part.casefold()) if node else None
        return node

    def deny(self, key: str) -> None:
        """From now on nobody who asks for what is in the key gets an answer; its name still shows above it."""
        self._denied.add(key.casefold())

    def read(self, key: str) -> dict[str, tuple[int, Value]] | None:
        """`values` as a caller of the system gets them. Raises `AccessDenied`."""
        if key.casefold() in self._denied:
            raise AccessDenied(key)
        return self.values(key)

    def create_key(self, key: str) -> None:
        """Create the key and all that lead to it; an existing key is left as it is."""
        with self._lock:
            node = self._root
            for part in _parts(key):
                node = node.children.setdefault(part.casefold(), _Key(part))

    def exists(self, key: str) -> bool:
        with self._lock:
            return self._find(key) is not None

    def delete_key(self, key: str) -> bool:
        """Delete the key with all below it; False when there was none."""
        parts = _parts(key)
        with self._lock:
            parent = self._find("\\".join(parts[:-1]))
            return bool(parts) and parent is not None and parent.children.pop(parts[-1].casefold(), None) is not None

    def subkeys(self, key: str) -> list[str] | None:
        """Names of the keys directly below, in the order of their names; None when the key does not exist."""
        with self._lock:
            node = self._find(key)
            return None if node is None else [node.children[name].name for name in sorted(node.children)]

    def set(self, key: str, name: str, kind: int, value: object) -> None:
        """Set a value, creating the key; the default value has the empty name."""
        with self._lock:
            self.create_key(key)
            node = self._find(key)
            assert node is not None
            node.values[name.casefold()] = (name, kind, _coerced(kind, value))

    def get(self, key: str, name: str) -> tuple[int, Value] | None:
        """(type, value), or None when the key or the value does not exist."""
        with self._lock:
            node = self._find(key)
            found = node.values.get(name.casefold()) if node else None
            return found[1:] if found else None

    def values(self, key: str) -> dict[str, tuple[int, Value]] | None:
        """All values of the key as {name: (type, value)}; None when the key does not exist."""
        with self._lock:
            node = self._find(key)
            if node is None:
                return None
            return {name: (kind, value) for _folded, (name, kind, value) in sorted(node.values.items())}

    def delete_value(self, key: str, name: str) -> bool:
        with self._lock:
            node = self._find(key)
            return node is not None and node.values.pop(name.casefold(), None) is not None

    def snapshot(self) -> dict[str, dict[str, list[object]]]:
        """{key: {value name: [type, value]}} in the order of names; binary values as hexadecimal text."""
        with self._lock:
            found: dict[str, dict[str, list[object]]] = {}
            self._collect(self._root, "", found)
            return found

    def _collect(self, node: _Key, path: str, into: dict[str, dict[str, list[object]]]) -> None:
        if path:
            values = (node.values[name] for name in sorted(node.values))
            into[path] = {name: [kind, _plain(value)] for name, kind, value in values}
        for name in sorted(node.children):
            child = node.children[name]
            self._collect(child, f"{path}\\{child.name}" if path else child.name, into)
