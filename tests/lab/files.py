# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of one machine: drive C:, names compared without case, contents as bytes, all in memory."""

from __future__ import annotations

import functools
import hashlib
import threading
from dataclasses import dataclass, field
from typing import Any

NOT_FOUND = 2
PATH_NOT_FOUND = 3
ACCESS_DENIED = 5
FILE_EXISTS = 80
INVALID_NAME = 123
DIRECTORY_NOT_EMPTY = 145
ALREADY_EXISTS = 183

DEVICES = {"NUL", "CON", "PRN", "AUX", *(f"COM{n}" for n in range(1, 10)), *(f"LPT{n}" for n in range(1, 10))}
FORBIDDEN = set('<>:"/|?*') | {chr(n) for n in range(32)}

# A C:\ that anybody would recognise; the tools are entries without content.
DIRECTORIES = (
    r"C:\Windows\System32\WindowsPowerShell\v1.0",
    r"C:\Windows\System32\wbem",
    r"C:\Windows\System32\CertSrv\CertEnroll",
    r"C:\Windows\SysWOW64",
    r"C:\Windows\Temp",
    r"C:\Program Files\Common Files",
    r"C:\Program Files (x86)",
    r"C:\ProgramData",
    r"C:\Users\Default\AppData\Local\Temp",
    r"C:\Users\Public",
)


class FileError(Exception):
    """A Win32 error of the file system. `code` is the Win32 number, `path` what it was about."""

    def __init__(self, code: int, path: str) -> None:
        super().__init__(f"Win32 error {code} ({path})")
        self.code = code
        self.path = path


@dataclass
class Node:
    """A directory (`children`) or a file (`content`). `name` keeps the case it was created with."""

    name: str
    children: dict[str, Node] | None = None
    content: bytes = b""
    system: bool = False
    written: int = field(default=0)

    @property
    def is_directory(self) -> bool:
        return self.children is not None


def _walk_dots(text: str) -> list[str]:
    parts: list[str] = []
    for part in text.split("\\"):
        if part == "..":
            del parts[-1:]
        elif part.rstrip(". "):
            parts.append(part.rstrip(". "))
    return parts


class FileSystem:
    """Drive C: of a machine. Paths are absolute or relative to `directory`; every error is a `FileError`."""

    def __init__(self) -> None:
        self._root = Node("C:", children={}, system=True)
        self._lock = threading.RLock()
        self._writes = 0
        for path in DIRECTORIES:
            self.make_directory(path, system=True)

    @staticmethod
    @functools.lru_cache(8192)
    def absolute(path: str, directory: str = "C:\\") -> str:
        """The full path of `path` as Windows resolves it: slashes, dots, drive-relative forms."""
        text = path.replace("/", "\\")
        if text.startswith(("\\\\?\\", "\\\\.\\")):
            text = text[4:]
        if text.startswith("\\\\"):
            raise FileError(PATH_NOT_FOUND, path)
        if len(text) > 1 and text[1] == ":":
            drive, rest = text[0].upper(), text[2:]
            if drive != "C":
                raise FileError(PATH_NOT_FOUND, path)
            text = rest if rest.startswith("\\") else directory[2:] + "\\" + rest
        elif not text.startswith("\\"):
            text = directory[2:] + "\\" + text
        return "C:\\" + "\\".join(_walk_dots(text))

    @staticmethod
    def _parts(absolute: str) -> list[str]:
        return [part for part in absolute[3:].split("\\") if part]

    @staticmethod
    def is_device(path: str) -> bool:
        """Whether the last part of `path` names a device such as NUL, in any directory and with any extension."""
        return path.replace("/", "\\").rsplit("\\", 1)[-1].split(".")[0].strip(" :").upper() in DEVICES

    def _find(self, absolute: str) -> Node | None:
        node = self._root
        for part in self._parts(absolute.upper()):
            child = (node.children or {}).get(part)
            if child is None:
                return None
            node = child
        return node

    def _parent(self, absolute: str) -> Node:
        parts = self._parts(absolute)
        if not parts:
            raise FileError(ACCESS_DENIED, absolute)
        parent = self._find("C:\\" + "\\".join(parts[:-1]))
        if parent is None or parent.children is None:
            raise FileError(PATH_NOT_FOUND, absolute)
        if FORBIDDEN & set(parts[-1]):
            raise FileError(INVALID_NAME, absolute)
        return parent

    def exists(self, path: str, directory: str = "C:\\") -> bool:
        """Whether a file or directory of that name is there."""
        try:
            return self._find(self.absolute(path, directory)) is not None
        except FileError:
            return False

    def is_file(self, path: str, directory: str = "C:\\") -> bool:
        """Whether a file of that name is there."""
        try:
            node = self._find(self.absolute(path, directory))
        except FileError:
            return False
        return node is not None and not node.is_directory

    def is_directory(self, path: str, directory: str = "C:\\") -> bool:
        """Whether a directory of that name is there."""
        try:
            node = self._find(self.absolute(path, directory))
        except FileError:
            return False
        return node is not None and node.is_directory

    def read(self, path: str, directory: str = "C:\\") -> bytes:
        """The content of a file."""
        if self.is_device(path):
            return b""
        absolute = self.absolute(path, directory)
        with self._lock:
            node = self._find(absolute)
            if node is None:
                self._parent(absolute)
                raise FileError(NOT_FOUND, absolute)
            if node.is_directory:
                raise FileError(ACCESS_DENIED, absolute)
            return node.content

    def write(
        self, path: str, content: bytes, directory: str = "C:\\", append: bool = False, system: bool = False
    ) -> str:
        """Create or replace a file (or add to it); returns its full path. The root of C: refuses."""
        if self.is_device(path):
            return path
        absolute = self.absolute(path, directory)
        with self._lock:
            parent = self._parent(absolute)
            name = self._parts(absolute)[-1]
            node = parent.children.get(name.upper()) if parent.children is not None else None
            if parent is self._root and not system:
                # Seen on one host: even administrators get "access denied" for a new file in C:\ over WinRM.
                raise FileError(ACCESS_DENIED, absolute)
            if node is not None and node.is_directory:
                raise FileError(ACCESS_DENIED, absolute)
            self._store(parent, name, node, content, append=append, system=system)
        return absolute

    def _store(self, parent: Node, name: str, node: Node | None, content: bytes, append: bool, system: bool) -> None:
        assert parent.children is not None
        self._writes += 1
        if node is None:
            node = parent.children[name.upper()] = Node(name, system=system)
        node.content = node.content + content if append else content
        node.written = self._writes

    def delete(self, path: str, directory: str = "C:\\") -> None:
        """Delete a file."""
        absolute = self.absolute(path, directory)
        with self._lock:
            node = self._find(absolute)
            if node is None:
                raise FileError(NOT_FOUND, absolute)
            if node.is_directory or node.system:
                raise FileError(ACCESS_DENIED, absolute)
            parent = self._parent(absolute)
            assert parent.children is not None
            del parent.children[node.name.upper()]

    def make_directory(
        self, path: str, directory: str = "C:\\", system: bool = False, must_be_new: bool = False
    ) -> None:
        """Create a directory and those above it; for one of several only where it must be new."""
        absolute = self.absolute(path, directory)
        with self._lock:
            if must_be_new and self._find(absolute) is not None:
                raise FileError(ALREADY_EXISTS, absolute)
            node = self._root
            for part in self._parts(absolute):
                if node.children is None:
                    raise FileError(PATH_NOT_FOUND, absolute)
                if FORBIDDEN & set(part):
                    raise FileError(INVALID_NAME, absolute)
                node = node.children.setdefault(part.upper(), Node(part, children={}, system=system))
            if not node.is_directory:
                raise FileError(ALREADY_EXISTS, absolute)

    def remove_directory(self, path: str, directory: str = "C:\\") -> None:
        """Remove an empty directory."""
        absolute = self.absolute(path, directory)
        with self._lock:
            node = self._find(absolute)
            if node is None:
                raise FileError(NOT_FOUND, absolute)
            if node.children or not node.is_directory or node.system:
                raise FileError(DIRECTORY_NOT_EMPTY if node.children else ACCESS_DENIED, absolute)
            parent = self._parent(absolute)
            assert parent.children is not None
            del parent.children[node.name.upper()]

    def lists(self, folder: str, directory: str = "C:\\") -> bool:
        """Whether one sees what is in a folder: all of it is here for administrators."""
        return True

    def entries(self, path: str, directory: str = "C:\\") -> list[tuple[str, bool, int]]:
        """The entries of a directory as (name, is directory, size), ordered by name."""
        absolute = self.absolute(path, directory)
        with self._lock:
            node = self._find(absolute)
            if node is None or node.children is None:
                raise FileError(PATH_NOT_FOUND, absolute)
            return [(n.name, n.is_directory, len(n.content)) for _unused, n in sorted(node.children.items())]

    def install(self, path: str) -> None:
        """Put a program that the lab imitates where it lies on Windows."""
        self.make_directory(path.rsplit("\\", 1)[0], system=True)
        self.write(path, b"MZ", system=True)

    def contents(self) -> list[tuple[str, bytes]]:
        """Path and content of every file that is not part of the system."""
        with self._lock:
            paths: dict[str, Any] = {}
            self._collect(self._root, "C:", paths)
        return [(path, self.read(path)) for path, told in sorted(paths.items()) if "size" in told]

    def snapshot(self) -> dict[str, Any]:
        """Every file and directory that is not part of the system, by full path."""
        found: dict[str, Any] = {}
        with self._lock:
            self._collect(self._root, "C:", found)
        return dict(sorted(found.items()))

    def _collect(self, node: Node, path: str, found: dict[str, Any]) -> None:
        for child in (node.children or {}).values():
            name = f"{path}\\{child.name}"
            if child.is_directory:
                if not child.system:
                    found[name] = {"directory": True}
                self._collect(child, name, found)
            elif not child.system:
                found[name] = {"size": len(child.content), "sha256": hashlib.sha256(child.content).hexdigest()}
