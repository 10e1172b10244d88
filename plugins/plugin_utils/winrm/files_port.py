# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The port to files on one Windows host."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


class CannotClaim(RolloutError):
    """A claim cannot be made on this host at all, whoever has it."""


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
        """Take a name that one at a time may have; False when it is taken. Both are letters, digits and ``_.-``.

        :raises CannotClaim: nobody has it, and it cannot be taken either.
        """

    @abstractmethod
    def claimed_by(self, name: str) -> str | None:
        """Who has the name, "" for somebody who does not say, None when nobody has."""

    @abstractmethod
    def renew_claim(self, name: str, holder: str, later: str) -> bool:
        """Let a name that this holder has say another one; False where he has it no more."""

    @abstractmethod
    def give_back(self, name: str, *holders: str) -> None:
        """Give the name back where one of these holders has it; "" stands for one who does not say."""

    @abstractmethod
    def write(self, path: str, content: bytes) -> None:
        """Put a file of ASCII text there, replacing what was; its lines end with CR LF there."""

    @abstractmethod
    def read(self, path: str) -> bytes | None:
        """A whole file in PEM, None when there is none or nothing in it."""

    @abstractmethod
    def delete(self, paths: Sequence[str]) -> None:
        """Delete what is there of them; a missing file is no error."""
