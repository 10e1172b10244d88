# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of the controller: written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


def content_of(path: str, limit: int) -> bytes | None:
    """What a regular file holds, at most so many bytes of it; None where there is none.

    A pipe would be waited for, and a device may have no end.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise RolloutError("is no regular file", where=path, mend="Put a file there, or take it away")
            return file.read(limit)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RolloutError(f"cannot be read ({error.strerror})", where=path) from error


def make_folder(path: str, mode: int | None = None) -> bool:
    """Whether it had to be made; one that is there keeps its rights.

    :param mode: rights of a new folder; those that the system gives unless named.
    """
    if os.path.isdir(path):
        return False
    try:
        os.makedirs(path, exist_ok=True)
        if mode is not None:
            os.chmod(path, mode)
    except OSError as error:
        raise RolloutError(f"this folder cannot be made ({error.strerror})", where=path) from error
    return True


def write_whole(path: str, content: bytes, mode: int) -> None:
    """Whole or not at all, in a folder that is there; a link is replaced and not followed."""
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path) or ".", prefix=".ucops-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise RolloutError(f"cannot be written ({error.strerror})", where=path) from error
        raise


def see_writable(path: str) -> None:
    """Raise RolloutError where no file can be written into this folder, or where it cannot be made; leaves nothing.

    It is tried with a folder that goes again: rights alone do not tell, least of all to root.
    """
    there = os.path.abspath(path)
    while not os.path.lexists(there):
        there = os.path.dirname(there)
    if not os.path.isdir(there):
        what = "is a file and no folder" if there == path else f"{there} is a file and no folder"
        raise RolloutError(what, where=path)
    try:
        os.rmdir(tempfile.mkdtemp(dir=there, prefix=".ucops-"))
    except OSError as error:
        folder = "this folder" if there == path else f"the folder {there}"
        raise RolloutError(f"nothing can be written into {folder} ({error.strerror})", where=path) from error
