# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one task of a run leaves to the later ones, each of which is a process of its own."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


class Note:
    """One word, left or not: for good in a folder of this run, without a folder as long as this value lives."""

    def __init__(self, folder: str = "", about: str = "") -> None:
        """:param about: any text that tells this note from others; it is not shown by the file's name."""
        digest = hashlib.sha256(about.encode("utf-8", errors="surrogatepass")).hexdigest()
        self._path = Path(folder) / f"ucops-{digest[:24]}" if folder else None
        self._left = False

    @property
    def left(self) -> bool:
        return self._left or (self._path is not None and os.path.lexists(self._path))

    def leave(self) -> None:
        """Where the folder takes nothing, the next task finds out for itself."""
        self._left = True
        try:
            if self._path is not None:
                self._path.touch(mode=0o600)
        except OSError:
            pass
