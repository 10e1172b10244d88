# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one task of a run leaves to the others, each of which is a process of its own, and what they wait for."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def _path(folder: str, about: str) -> Path:
    digest = hashlib.sha256(about.encode("utf-8", errors="surrogatepass")).hexdigest()
    return Path(folder) / f"ucops-{digest[:24]}"


class Note:
    """One word, left or not: for good in a folder of this run, without a folder as long as this value lives."""

    def __init__(self, folder: str = "", about: str = "") -> None:
        """:param about: any text that tells this note from others; it is not shown by the file's name."""
        self._path = _path(folder, about) if folder else None
        self._word: str | None = None

    @property
    def left(self) -> bool:
        return self._word is not None or (self._path is not None and os.path.lexists(self._path))

    @property
    def word(self) -> str:
        """The one that was left; empty where there is none, or it cannot be read."""
        if self._word is None and self._path is not None:
            with suppress(OSError):
                return self._path.read_text(encoding="utf-8", errors="surrogateescape")
        return self._word or ""

    def leave(self, word: str = "") -> None:
        """Where the folder takes nothing, the next task finds out for itself."""
        self._word = word
        if self._path is None:
            return
        # Whoever sees the note sees the whole word.
        made = self._path.with_name(f"{self._path.name}-{secrets.token_hex(8)}")
        with suppress(OSError):
            with os.fdopen(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600), "wb") as file:
                file.write(word.encode("utf-8", errors="surrogateescape"))
            os.replace(made, self._path)


@contextmanager
def one_at_a_time(folder: str, about: str) -> Iterator[None]:
    """Wait until no other task or thread of the run is in here about the same; the end of a process frees its place.

    Without a folder, or where it takes nothing, nobody waits.
    """
    handle = None
    with suppress(OSError):
        if folder:
            handle = os.open(_path(folder, about), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if handle is not None:
            with suppress(OSError):
                # Closed alone it would stay locked for a process that was started meanwhile.
                fcntl.flock(handle, fcntl.LOCK_UN)
            os.close(handle)
