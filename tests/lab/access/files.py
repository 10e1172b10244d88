# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a machine as an account that is no administrator has them.

In %SystemRoot%\\Temp users make files and folders and go through it, and do not list it
(BUILTIN\\Users:(CI)(S,WD,AD,X)). What they made there is theirs (CREATOR OWNER:(F)), and what others made is closed.
Elsewhere they read; in their own profile they write too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.files import ACCESS_DENIED, FileError, FileSystem

if TYPE_CHECKING:
    from lab.accounts import Account
    from lab.machine import Machine

TEMP = "C:\\WINDOWS\\TEMP"
_PROFILES = "C:\\USERS\\"


class UserFiles:
    """What `FileSystem` has, for one account: what that may not do is refused with "access denied"."""

    def __init__(self, machine: Machine, account: Account) -> None:
        self._files, self._account, self._access = machine.files, account, machine.access

    def __getattr__(self, name: str) -> Any:
        return getattr(self._files, name)

    def _key(self, path: str, directory: str) -> str:
        return str(FileSystem.absolute(path, directory)).upper()

    def _owns(self, key: str) -> bool:
        """Whether it, or a folder above it, was made by the account, or is in its profile."""
        if key.startswith(f"{_PROFILES}{self._account.name.upper()}\\"):
            return True
        parts = key.split("\\")
        above = ("\\".join(parts[:end]) for end in range(len(parts), 2, -1))
        return any(self._access.owners.get(one) == self._account.qualified for one in above)

    def _in_temp(self, key: str) -> bool:
        return key.startswith(TEMP + "\\")

    def lists(self, folder: str, directory: str = "C:\\") -> bool:
        """Whether it may see what is in a folder, as everything must that looks for a file by FindFirstFile."""
        key = self._key(folder, directory)
        if key != TEMP and not self._in_temp(key):
            return True
        return self._owns(key) or bool(self._access.temp_listers & self._access.token(self._account))

    def _require(self, allowed: bool, path: str) -> None:
        if not allowed:
            raise FileError(ACCESS_DENIED, path)

    def entries(self, path: str, directory: str = "C:\\") -> list[tuple[str, bool, int]]:
        self._require(self.lists(path, directory), path)
        return self._files.entries(path, directory)

    def read(self, path: str, directory: str = "C:\\") -> bytes:
        if not self._files.is_device(path):
            key = self._key(path, directory)
            there = self._files.exists(path, directory)
            self._require(not there or not self._in_temp(key) or self._owns(key), path)
        return self._files.read(path, directory)

    def write(self, path: str, content: bytes, directory: str = "C:\\", append: bool = False) -> str:
        if self._files.is_device(path):
            return path
        key = self._key(path, directory)
        self._may_make(key, path, new=not self._files.exists(path, directory))
        written = self._files.write(path, content, directory, append=append)
        self._access.owners.setdefault(key, self._account.qualified)
        return written

    def _may_make(self, key: str, path: str, *, new: bool) -> None:
        directly = key.rpartition("\\")[0] == TEMP
        self._require(self._owns(key) or (directly and new), path)

    def delete(self, path: str, directory: str = "C:\\") -> None:
        key = self._key(path, directory)
        self._require(self._owns(key) or not self._files.exists(path, directory), path)
        self._files.delete(path, directory)
        self._access.owners.pop(key, None)

    def make_directory(self, path: str, directory: str = "C:\\", must_be_new: bool = False) -> None:
        key = self._key(path, directory)
        if not self._files.exists(path, directory):
            self._may_make(key, path, new=True)
        self._files.make_directory(path, directory, must_be_new=must_be_new)
        self._access.owners.setdefault(key, self._account.qualified)

    def remove_directory(self, path: str, directory: str = "C:\\") -> None:
        key = self._key(path, directory)
        self._require(self._owns(key) or not self._files.exists(path, directory), path)
        self._files.remove_directory(path, directory)
        self._access.owners.pop(key, None)
