# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The port to files on one Windows host."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence


class Files(ABC):
    """Files on one host."""

    @property
    def notice(self) -> str:
        """What whoever runs this should know of how files get onto this host; empty for nothing."""
        return ""

    @abstractmethod
    def temporary(self, suffix: str) -> str:
        """A new, unique path in the machine's temporary folder; nothing is created."""

    @abstractmethod
    def leftovers(self) -> tuple[str, ...]:
        """Paths that ``temporary`` gave and that nobody needs any more: their process has ended, or their day."""

    @abstractmethod
    def claim(self, name: str, holder: str) -> bool:
        """Take a name that one at a time may have; False when it is taken. Both are letters, digits and ``_.:-``."""

    @abstractmethod
    def claimed_by(self, name: str) -> str | None:
        """Who has the name, None when nobody has, or does not say."""

    @abstractmethod
    def renew_claim(self, name: str, holder: str) -> None:
        """Let a name that is had say another holder."""

    @abstractmethod
    def give_back(self, name: str, holder: str) -> None:
        """Give the name back where it is this holder's."""

    @abstractmethod
    def unclaim(self, name: str) -> None:
        """Give the name back, whoever has it."""

    @abstractmethod
    def write(self, path: str, content: bytes) -> None:
        """Put a file of ASCII text there, replacing what was; its lines end with CR LF there."""

    @abstractmethod
    def read(self, path: str) -> bytes | None:
        """A whole file in PEM, None when there is none or nothing in it."""

    @abstractmethod
    def delete(self, paths: Sequence[str]) -> None:
        """Delete what is there of them; a missing file is no error."""
