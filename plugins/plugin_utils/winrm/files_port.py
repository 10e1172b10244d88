# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The port to files on one Windows host."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult, Programs
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.remembered import Remembered


class CannotClaim(RolloutError):
    """A claim cannot be made on this host at all, whoever has it."""


@dataclass(frozen=True)
class FileProgram:
    """A program that runs on files which are there for its run only.

    :param source: the file that it reads, with this ``content``, ASCII text; it does not run where that is not there.
    :param read_back: whether what it does is read back, and tells whether its file came as it was sent.
    :param shown: files in PEM that it writes and that are wanted.
    :param also: other files that it may leave.
    :param changes: keys of HKEY_LOCAL_MACHINE below which it may change something; none where it may do so anywhere.
    :param ends: a claim that is not needed once it has run: its name and who may hold it, as ``give_back`` takes them.
    """

    arguments: Sequence[str]
    source: str = ""
    content: bytes = b""
    shown: Sequence[str] = ()
    also: Sequence[str] = ()
    changes: Sequence[str] = ()
    ends: Sequence[str] = ()
    read_back: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        """All files that are deleted afterwards."""
        return tuple(path for path in (self.source, *self.shown, *self.also) if path)


@dataclass(frozen=True)
class FileOutcome:
    """What a program did, and its files as ``shown`` names them, None for one that is not there.

    ``error``: what is wrong with a file, its own or one of those that it wrote. ``given_back``: whether the claim that
    ended with it was seen to be gone.
    """

    result: ProgramResult
    shown: tuple[bytes | None, ...]
    error: RolloutError | None = None
    given_back: bool = False

    def checked(self) -> FileOutcome:
        """Itself; raises its error."""
        if self.error:
            raise self.error
        return self


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
    def claim(self, name: str, holder: str, then: Remembered | None = None) -> bool:
        """Take a name that one at a time may have; False when it is taken. Both are letters, digits and ``_.-``.

        :param then: of the same host, what is to be read once it is had.
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

    def run(
        self,
        programs: Programs,
        jobs: Sequence[FileProgram],
        *,
        timeout: float = 60.0,
        then: Remembered | None = None,
    ) -> tuple[FileOutcome, ...]:
        """Run programs one after the other, each with its files, which are deleted also after trouble.

        Here step by step; an adapter that can does it at once. What earlier runs left goes first.

        :param timeout: seconds for each of them.
        :param then: of the same host, what is to be read once all of them have ended.
        """
        with suppress(RolloutError):  # the next run tries again
            self.delete(self.leftovers())
        try:
            return tuple(self._run_one(programs, job, timeout) for job in jobs)
        except BaseException:
            with suppress(RolloutError):  # what went wrong first is what counts
                self.delete([path for job in jobs for path in job.paths])
            raise

    def _run_one(self, programs: Programs, job: FileProgram, timeout: float) -> FileOutcome:
        if job.source:
            self.write(job.source, job.content)
        result = programs.run(job.arguments, timeout=timeout)
        if job.ends:
            self.give_back(*job.ends)
        shown = tuple(self.read(path) for path in job.shown)
        self.delete(job.paths)
        return FileOutcome(result, shown, given_back=bool(job.ends))
