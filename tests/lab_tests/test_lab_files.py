# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a machine."""

from __future__ import annotations

import pytest

from lab.files import FileError, FileSystem

TEMP = "C:\\Windows\\Temp\\"


@pytest.mark.parametrize(("path", "directory", "absolute"), [
    ("a", "C:\\Users", "C:\\Users\\a"), ("\\a", "C:\\Users", "C:\\a"), ("C:a", "C:\\Users", "C:\\Users\\a"),
    ("c:/x/../y", "C:\\", "C:\\y"), (".\\a. ", "C:\\Users", "C:\\Users\\a"), ("..\\..\\..", "C:\\a\\b", "C:\\"),
    ("\\\\?\\C:\\a", "C:\\", "C:\\a"),
])  # fmt: skip
def test_paths_are_resolved_as_windows_does(path: str, directory: str, absolute: str) -> None:
    assert FileSystem().absolute(path, directory) == absolute


@pytest.mark.parametrize(("path", "code"), [
    ("C:\\file", 5), ("C:\\nowhere\\file", 3), ("D:\\file", 3), ("\\\\server\\share\\file", 3), (TEMP + "a?b", 123),
    (TEMP + "a:b", 123), ("C:\\Windows", 5), (TEMP[:-1], 5),
])  # fmt: skip
def test_writing_where_it_is_not_possible(path: str, code: int) -> None:
    with pytest.raises(FileError) as caught:
        FileSystem().write(path, b"x")
    assert caught.value.code == code


@pytest.mark.parametrize(("path", "code"), [(TEMP + "none", 2), ("C:\\nowhere\\none", 3), ("C:\\Windows", 5)])
def test_reading_what_is_not_there(path: str, code: int) -> None:
    with pytest.raises(FileError) as caught:
        FileSystem().read(path)
    assert caught.value.code == code


def test_devices_swallow_and_give_nothing() -> None:
    files = FileSystem()
    files.write(TEMP + "nul.txt", b"x")
    assert files.read("NUL") == b""
    assert files.snapshot() == {}


def test_the_snapshot_has_what_was_made_and_not_the_system() -> None:
    files = FileSystem()
    files.write(TEMP + "A.txt", b"hello")
    files.make_directory(TEMP + "sub")
    assert files.snapshot() == {
        "C:\\Windows\\Temp\\A.txt": {
            "size": 5, "sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        },
        "C:\\Windows\\Temp\\sub": {"directory": True},
    }  # fmt: skip
    files.delete(TEMP + "a.TXT")
    files.remove_directory(TEMP + "SUB")
    assert files.snapshot() == {}


def test_programs_of_windows_cannot_be_deleted() -> None:
    files = FileSystem()
    files.install("C:\\Windows\\System32\\tool.exe")
    with pytest.raises(FileError):
        files.delete("C:\\Windows\\System32\\tool.exe")
