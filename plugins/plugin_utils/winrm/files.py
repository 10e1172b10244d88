# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of text up and down without PowerShell.

Up: base64 in pieces with echo, and certutil to turn it over; where something stops that, by a filter that copies its
standard input. Either way the line that wrote a file shows it again, and that is compared, unless what its program does
is read back. Down: cmd's ``type``.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.notes import Note
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.processes import PROCESS, lives, process_space
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import WsmanFault
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import (
    CannotClaim,
    FileOutcome,
    FileProgram,
    Files,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs import ProgramTimeout, WinrsPrograms
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult, Programs
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.quoting import command_line, fit, quoted_path
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import Registry
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.remembered import Remembered
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.steps import run_steps

PIECE = 6000  # characters of base64 per line, a multiple of four; with the path well below cmd's limit
DELETED_AT_ONCE = 20
_WINDOWS_VERSION = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,200}")
# So often in a row a folder that stands for a claim cannot be made and is not there either.
MOST_VANISHED = 5
CLAIMS = "The account must be able to write there: docs/prerequisites.md"
_GIVEN_BACK = "given"
_SUFFIX = re.compile(r"\.[a-z0-9]{3}")
# The day, where process ids are given out, the process that made it, and what makes it unique.
_OURS = re.compile(rf"ucops-([0-9]{{8}})-{PROCESS}-[0-9a-f]{{16}}{_SUFFIX.pattern}")
_LINE = re.compile(r"[ -~]{0,2000}")  # findstr takes lines of 8191 bytes from a pipe
_ARMOURED = re.compile(rb"\s*-----BEGIN [^-]+-----\s[^-]+-----END [^-]+-----\s*")
ALLOW = (
    "Security software on the host probably stops them: allow certutil.exe -decode, or findstr.exe with redirected"
    " input, for this account. Or see whether the folder can be written and its disk is full, and, where the account is"
    ' no administrator of the host, listed by it (6 of docs/prerequisites.md, "Rights")'
)
INSTEAD = (
    "{tried}. Security software probably stops certutil -decode; for the rest of this run, files go through the"
    " standard input of findstr. To be rid of this, allow certutil.exe -decode for this account on this host"
)


class _NotWritten(RolloutError):
    """One way of writing a file did not bring it there; what was seen instead."""


def _plain(text: str) -> str:
    """Text that means nothing to cmd."""
    if not _PLAIN.fullmatch(text):
        raise RolloutError(f"{text!r} holds more than letters, digits and _ . -")
    return text


def _told_by(result: ProgramResult) -> str:
    """What a command said of its failure."""
    said = as_said(result.text, 500)
    return said or f"it ended with 0x{result.exit_code:X} and said nothing"


def _told(what: str, result: ProgramResult) -> str:
    """What one way of writing a file came to."""
    said = as_said(result.text).rstrip(".") or "nothing"
    return f"{what} ended with exit code 0x{result.exit_code:X} and said: {said}"


def _decoding(helper: str, target: str, *, shown: bool = True) -> str:
    """The commands that turn base64 over and show what came of it; both names are quoted."""
    return f"certutil -f -decode {helper} {target}" + (f" && type {target}" if shown else "")


def _helper_of(path: str) -> str:
    """Where the base64 of a file with a temporary name lies."""
    return f"{path[:-4]}.b64" if path else ""


def _typed(path: str) -> str:
    source = quoted_path(path)
    return f"if exist {source} type {source}"


def _ending(job: FileProgram, gone: Sequence[str]) -> list[str]:
    """The steps that show what a program wrote, and delete all files."""
    names = " ".join(map(quoted_path, gone))
    return [*map(_typed, job.shown), *([f"del /f /q {names}"] if names else [])]


@dataclass(frozen=True)
class _Run:
    """A program with its files as steps of a command line. ``text``: what the first of them writes and shows, if it
    does."""

    job: FileProgram
    text: bytes
    steps: tuple[str, ...]


def _pieces(text: str) -> list[str]:
    return [text[start : start + PIECE] for start in range(0, len(text), PIECE)]


class WinrsFiles(Files):
    """Files of one host, in the machine's temporary folder unless the caller names another.

    A small file takes one command each way: on 2008 R2 an account has 15, given back only when a shell is deleted.
    In ``echo piece > file`` the blank before the arrow keeps a digit at the end from being taken for a handle.
    """

    def __init__(
        self,
        programs: WinrsPrograms,
        registry: Registry,
        *,
        name: str = "",
        stopped: Note | None = None,
        today: Callable[[], date] = lambda: datetime.now(timezone.utc).date(),
        space: Callable[[], str] = process_space,
        living: Callable[[int], bool] = lives,
    ) -> None:
        """:param stopped: left once certutil -decode was seen not to work on this host; it is not tried again."""
        self._programs = programs
        self._registry = registry
        self._name = name
        self._stopped = stopped or Note()
        self._notice = ""
        self._today = today
        self._space = space()
        self._living = living
        self._folder: str | None = None
        # What a line of several steps says before a program that its file has come for.
        self._began = secrets.token_hex(8).encode()
        self._looked = False
        self._left: tuple[str, ...] = ()
        self._vanished = 0

    def temporary(self, suffix: str) -> str:
        if not _SUFFIX.fullmatch(suffix):
            raise RolloutError(f"{suffix!r} is no ending for a file name")
        maker = f"{self._today():%Y%m%d}-{self._space}-{os.getpid()}"
        return rf"{self._temporary_folder()}\ucops-{maker}-{secrets.token_hex(8)}{suffix}"

    def leftovers(self) -> tuple[str, ...]:
        """By what the name tells; looked for once, since it costs a command unless it goes along with another."""
        self.take([self._programs.run_line(line) for line in self.lines()])
        found, self._left = self._left, ()
        return found

    def lines(self) -> tuple[str, ...]:
        """The step of a command line that shows what is in the folder, for the first who asks."""
        if self._looked:
            return ()
        self._looked = True
        # /b: names alone, in no language. Where there is none, dir says so and ends with 1.
        return (r'dir /b /a-d "%SystemRoot%\Temp\ucops-*"',)

    def take(self, results: Sequence[ProgramResult]) -> None:
        """Keep what ``lines`` showed for ``leftovers``."""
        for listed in results:
            names = listed.stdout.decode("ascii", errors="replace").split() if listed.exit_code == 0 else []
            self._left += tuple(rf"{self._temporary_folder()}\{name}" for name in names if self._is_left(name))

    def _is_left(self, name: str) -> bool:
        """Whether it is a name of ours whose process has ended, or one of before yesterday, whoever made it.

        A process keeps its files for one task only. An id that was given out again lets the file wait for its day.
        """
        made = _OURS.fullmatch(name)
        if made is None:
            return False
        day, space, process = made.groups()
        ended = space == self._space and not self._living(int(process))
        return ended or day < f"{self._today() - timedelta(days=1):%Y%m%d}"

    def claim(self, name: str, holder: str, then: Remembered | None = None) -> bool:
        folder, note = self._claim(name, holder)
        # md makes the folder for one of several, and ends with 1 for the others (CreateDirectory). The words are ours.
        steps = [f"md {folder} && echo folder && echo {_plain(holder)} > {note} && echo note"]
        sweeping, reading = self.lines(), then.lines_ahead() if then else ()
        results = run_steps(self._programs, [*steps, *sweeping, *reading], doing=f"claiming {name}", where=self._name)
        made, listed, read = results[0], results[1 : 1 + len(sweeping)], results[1 + len(sweeping) :]
        said, made = made.stdout.split(), replace(made, stdout=made.stdout.removeprefix(b"folder"))
        if then and b"note" in said:
            then.take(read)
        self.take(listed)
        if b"note" in said:
            return True
        if b"folder" in said:
            self._without_note(made, folder)
        elif self.claimed_by(name) is None:
            self._vanished += 1
            if self._vanished == MOST_VANISHED:
                raise CannotClaim(
                    f"the folder {folder} cannot be made: {_told_by(made)}", where=self._name, mend=CLAIMS
                )
        else:
            self._vanished = 0
        return False

    def _without_note(self, made: ProgramResult, folder: str) -> None:
        """Give the folder back. Where it is not there any more, another run took it for one that was left."""
        removed = self._programs.run_line(fit(f"rd {folder}"))
        if removed.exit_code == 0:
            raise CannotClaim(f"no file can be written into {folder}: {_told_by(made)}", where=self._name, mend=CLAIMS)

    def claimed_by(self, name: str) -> str | None:
        folder, _note = self._claim(name, "x")
        shown = self._programs.run_line(fit(f"if exist {folder} (dir /b {folder} & echo /there/)"))
        names = shown.stdout.decode("ascii", errors="replace").split()
        return None if "/there/" not in names else next((one for one in names if _PLAIN.fullmatch(one)), "")

    def renew_claim(self, name: str, holder: str, later: str) -> bool:
        _folder, note = self._claim(name, holder)
        _folder, renewed = self._claim(name, later)
        return self._programs.run_line(fit(f"move /y {note} {renewed}")).exit_code == 0

    def give_back(self, name: str, *holders: str) -> None:
        self._programs.run_line(fit(self._giving_back(name, *holders)))

    def _giving_back(self, name: str, *holders: str) -> str:
        folder, _note = self._claim(name, "x")
        notes = " ".join(self._claim(name, holder)[1] for holder in holders if holder)
        # rd alone removes no folder with something in it: the note of somebody else.
        return f"del /f /q {notes} & rd {folder}" if notes else f"rd {folder}"

    def _claim(self, name: str, holder: str) -> tuple[str, str]:
        """The quoted names of the folder that stands for it and of the file in it, whose name is its holder."""
        folder = rf"%SystemRoot%\Temp\ucops-claim-{_plain(name)}"
        return f'"{folder}"', rf'"{folder}\{_plain(holder)}"'

    @property
    def notice(self) -> str:
        return self._notice

    def write(self, path: str, content: bytes) -> None:
        self._bring(path, self._lines(path, content))

    def _bring(self, path: str, text: bytes, *tried_before: str) -> None:
        """Write it by the ways that were not tried before; raises what each of them came to."""
        tried = list(tried_before)
        for way in (self._fed,) if tried or self._stopped.left else (self._decoded, self._fed):
            try:
                way(path, text)
                break
            except _NotWritten as seen:
                tried.append(str(seen))
        else:
            raise RolloutError(f"{path} cannot be written: {'; '.join(tried)}", where=self._name, mend=ALLOW)
        if tried:
            self._stopped.leave()
            self._notice = INSTEAD.format(tried=tried[0])

    def _lines(self, path: str, content: bytes) -> bytes:
        """Lines of printable ASCII with CR LF, in which no filter changes anything."""
        lines = content.decode("latin-1").replace("\r\n", "\n").removesuffix("\n").split("\n")
        if not content or not all(_LINE.fullmatch(line) for line in lines):
            what = "an empty file" if not content else "anything but lines of ASCII text"
            raise RolloutError(f"{path}: {what} cannot be written", where=self._name)
        return "".join(f"{line}\r\n" for line in lines).encode("ascii")

    def _decoded(self, path: str, text: bytes) -> None:
        """The first way: echo and certutil, and the file shown again by the same line."""
        target = quoted_path(path)
        with self._helper() as helper:
            lines = [f"echo {piece} >> {helper}" for piece in _pieces(base64.b64encode(text).decode("ascii"))]
            lines[0] = lines[0].replace(">>", ">")
            lines[-1] += f" && {_decoding(helper, target)} && del /f /q {helper}"
            for line in lines:
                shown = self._seen(line, "echo and certutil -decode")
            if not shown.endswith(text):  # after certutil's own words
                raise _NotWritten("certutil -decode made another file than was sent")

    def _fed(self, path: str, text: bytes) -> None:
        """The second way: a filter that copies its standard input line by line."""
        target = quoted_path(path)
        shown = self._seen(f'findstr "^" > {target} && type {target}', "findstr with the text as its input", stdin=text)
        if shown != text:
            raise _NotWritten("findstr made another file than was sent")

    def _seen(self, line: str, what: str, *, stdin: bytes = b"") -> bytes:
        """What the line printed; whatever else comes of it means that this way does not go here."""
        try:
            result = self._programs.run_line(fit(line), stdin=stdin)
        except (WsmanFault, ProgramTimeout) as error:
            if isinstance(error, WsmanFault) and not stdin:
                raise
            raise _NotWritten(f"{what} came to no end ({as_said(str(error))})") from error
        if result.exit_code:
            raise _NotWritten(_told(what, result))
        return result.stdout

    def read(self, path: str) -> bytes | None:
        shown = self._succeeded(self._programs.run_line(fit(_typed(path))), f"reading {path}")
        return self._armoured(path, shown)

    def _armoured(self, path: str, shown: ProgramResult) -> bytes | None:
        if shown.stdout and not _ARMOURED.fullmatch(shown.stdout):
            raise GarbledAnswer(f"{path} came back unreadable", where=self._name)
        return shown.stdout or None

    def run(
        self,
        programs: Programs,
        jobs: Sequence[FileProgram],
        *,
        timeout: float = 60.0,
        then: Remembered | None = None,
    ) -> tuple[FileOutcome, ...]:
        """As many in one command line as fit: file, program, what it wrote, and none of it left."""
        if not jobs:
            return ()
        try:
            seen = self._together(jobs, timeout, then)
            missed = {number: one for number, one in enumerate(seen) if isinstance(one, _NotWritten)}
            for number, told in missed.items():
                self._bring(jobs[number].source, self._lines(jobs[number].source, jobs[number].content), str(told))
            if missed:
                again = self._together([jobs[number] for number in missed], timeout, then, there=True)
                seen = [again.pop(0) if number in missed else one for number, one in enumerate(seen)]
        except BaseException:
            with suppress(RolloutError):  # what went wrong first is what counts
                self.delete([path for job in jobs for path in (*job.paths, _helper_of(job.source)) if path])
            raise
        return tuple(one for one in seen if isinstance(one, FileOutcome))

    def _together(
        self, jobs: Sequence[FileProgram], timeout: float, then: Remembered | None, *, there: bool = False
    ) -> list[FileOutcome | _NotWritten]:
        """A ``_NotWritten`` for one that did not run, since certutil did not bring its file there.

        :param there: their files have been written.
        """
        runs = [self._prepared(job, there) for job in jobs]
        sweeping = self.lines()
        steps = [*sweeping, *(step for run in runs for step in run.steps), *(then.lines_ahead() if then else ())]
        doing = command_line(jobs[0].arguments) + (f" and {len(jobs) - 1} more" if len(jobs) > 1 else "")
        try:
            results = run_steps(self._programs, steps, doing=doing, where=self._name, timeout=timeout * len(jobs))
        except ProgramTimeout as error:
            if self._began in error.stdout or not all(run.text for run in runs):
                raise
            return [_NotWritten(f"echo and certutil -decode came to no end ({as_said(str(error))})")] * len(jobs)
        with suppress(RolloutError):  # the next run tries again
            self.take(results[: len(sweeping)])
            self.delete(self.leftovers())
        rest = results[len(sweeping) :]
        outcomes = [self._outcome(run, [rest.pop(0) for _step in run.steps]) for run in runs]
        if then and not any(isinstance(one, _NotWritten) for one in outcomes):
            then.take(rest)
        return outcomes

    def _prepared(self, job: FileProgram, there: bool) -> _Run:
        """Its steps. Where its file is too long for a line, or certutil is stopped, it is written here."""
        given_back = (f"{self._giving_back(*job.ends)} && echo {_GIVEN_BACK}",) if job.ends else ()
        if not job.source:
            return _Run(job, b"", (command_line(job.arguments), *given_back, *_ending(job, job.paths)))
        text, source, helper = self._lines(job.source, job.content), quoted_path(job.source), _helper_of(job.source)
        encoded, steps = base64.b64encode(text).decode("ascii"), []
        if there or self._stopped.left or len(encoded) > PIECE:
            if not there:
                self._bring(job.source, text)
            text = b""
        else:
            decoding = _decoding(quoted_path(helper), source, shown=not job.read_back)
            steps.append(f"echo {encoded} > {quoted_path(helper)} && {decoding}")
        steps.append(f"if exist {source} (echo {self._began.decode()}&{command_line(job.arguments)})")
        # Who did not run yet needs the claim still.
        steps += (f"if exist {source} ({one})" for one in given_back)
        return _Run(job, text, (*steps, *_ending(job, (*job.paths, helper))))

    def _outcome(self, run: _Run, results: list[ProgramResult]) -> FileOutcome | _NotWritten:
        job, written = run.job, results.pop(0) if run.text else None
        ran = results.pop(0)
        began, said = ran.stdout.startswith(self._began), ran.stdout.removeprefix(self._began).lstrip(b"\r\n")
        result = ProgramResult(command_line(job.arguments), ran.exit_code, said if job.source else ran.stdout)
        as_sent = job.read_back or (written is not None and written.stdout.endswith(run.text))
        sound = written is None or (written.exit_code == 0 and as_sent)
        if written is not None and not began:
            return _NotWritten(_told("echo and certutil -decode", written))
        given_back = bool(job.ends) and results.pop(0).stdout.split()[-1:] == [_GIVEN_BACK.encode()]
        shown, error = self._shown(job, results)
        if job.source and not began:
            error = RolloutError(f"{job.source} was written and is not there any more", where=self._name, mend=ALLOW)
        elif not sound:
            what = f"{job.source} cannot be written: certutil -decode made another file than was sent"
            error = RolloutError(what, where=self._name, mend=ALLOW)
        return FileOutcome(result, shown, error, given_back)

    def _shown(
        self, job: FileProgram, results: Sequence[ProgramResult]
    ) -> tuple[tuple[bytes | None, ...], RolloutError | None]:
        try:
            pairs = zip(job.shown, results[: len(job.shown)], strict=True)
            return tuple(self._armoured(path, result) for path, result in pairs), None
        except RolloutError as error:
            return (None,) * len(job.shown), error

    @contextmanager
    def _helper(self) -> Iterator[str]:
        """The quoted name of a file for base64. The last line deletes it; after trouble that is done here."""
        path = self.temporary(".b64")
        try:
            yield quoted_path(path)
        except RolloutError:
            with suppress(RolloutError):  # what went wrong first is what counts
                self.delete([path])
            raise

    def delete(self, paths: Sequence[str]) -> None:
        names = [quoted_path(path) for path in paths]
        for start in range(0, len(names), DELETED_AT_ONCE):
            self._programs.run_line(fit(f"del /f /q {' '.join(names[start : start + DELETED_AT_ONCE])}"))

    def _temporary_folder(self) -> str:
        if self._folder is None:
            root = self._registry.string(_WINDOWS_VERSION, "SystemRoot")
            if not root or not re.fullmatch(r"[A-Za-z]:\\[^%\"]+", root):
                raise GarbledAnswer(f"SystemRoot in the registry is {root!r}", where=self._name)
            self._folder = root.rstrip("\\") + r"\Temp"
        return self._folder

    def _succeeded(self, result: ProgramResult, doing: str) -> ProgramResult:
        if result.exit_code != 0:
            raise RolloutError(
                f"{doing} failed with exit code 0x{result.exit_code:X}: {result.text[:500]}", where=self._name
            )
        return result
