# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The port to programs on one Windows host, and what a program leaves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ProgramResult:
    """What a program left: raw output, and its exit code as an unsigned 32-bit number."""

    command_line: str
    exit_code: int
    stdout: bytes = b""
    stderr: bytes = b""

    @property
    def text(self) -> str:
        """Both streams for a person to read; nothing may branch on its words."""
        return (self.stdout + self.stderr).decode("utf-8", errors="replace").strip()


class Programs(ABC):
    """Programs on one host."""

    @abstractmethod
    def run(self, arguments: Sequence[str], *, timeout: float = 60.0) -> ProgramResult:
        """Run a program to its end; raises ``ProgramTimeout`` (programs.py) after ``timeout`` seconds.

        ``arguments`` is a list; quoting it for the command line is this port's affair alone.
        """

    def run_all(self, commands: Sequence[Sequence[str]], *, timeout: float = 60.0) -> list[ProgramResult]:
        """Run programs one after the other, whatever becomes of those before; an adapter that can does so at once.

        :param timeout: seconds for as many of them as go at once.
        """
        return [self.run(arguments, timeout=timeout) for arguments in commands]

    def rest(self) -> None:  # noqa: B027
        """Give back what counts against the account's quota, before a pause in which others may need it."""
