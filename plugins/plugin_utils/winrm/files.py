# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files up and down without PowerShell: base64 in pieces with echo, and certutil to turn it over."""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta, timezone

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.processes import lives, process_space
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import Files
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs import WinrsPrograms
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.quoting import fit, quoted_path
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import Registry
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer

PIECE = 6000  # characters of base64 per line, a multiple of four; with the path well below cmd's limit
DELETED_AT_ONCE = 20
_WINDOWS_VERSION = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_PLAIN = re.compile(r"[A-Za-z0-9_.:-]{1,200}")
_SUFFIX = re.compile(r"\.[a-z0-9]{3}")
# The day, where process ids are given out, the process that made it, and what makes it unique.
_OURS = re.compile(rf"ucops-([0-9]{{8}})-([0-9a-f]{{12}})-([1-9][0-9]{{0,6}})-[0-9a-f]{{16}}{_SUFFIX.pattern}")
# ERROR_FILE_NOT_FOUND and ERROR_PATH_NOT_FOUND, plain and as HRESULT
_MISSING = (2, 3, 0x80070002, 0x80070003)


def _plain(text: str) -> str:
    """Text that means nothing to cmd."""
    if not _PLAIN.fullmatch(text):
        raise RolloutError(f"{text!r} holds more than letters, digits and _ . : -")
    return text


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
        today: Callable[[], date] = lambda: datetime.now(timezone.utc).date(),
        space: Callable[[], str] = process_space,
        living: Callable[[int], bool] = lives,
    ) -> None:
        self._programs = programs
        self._registry = registry
        self._name = name
        self._today = today
        self._space = space()
        self._living = living
        self._folder: str | None = None
        self._swept = False

    def temporary(self, suffix: str) -> str:
        if not _SUFFIX.fullmatch(suffix):
            raise RolloutError(f"{suffix!r} is no ending for a file name")
        maker = f"{self._today():%Y%m%d}-{self._space}-{os.getpid()}"
        return rf"{self._temporary_folder()}\ucops-{maker}-{secrets.token_hex(8)}{suffix}"

    def leftovers(self) -> tuple[str, ...]:
        """By what the name tells; looked for once, since it costs a command."""
        if self._swept:
            return ()
        self._swept = True
        folder = self._temporary_folder()
        pattern = quoted_path(rf"{folder}\ucops-*")
        # /b: names alone, in no language. Where there is none, dir says so and ends with 1.
        listed = self._programs.run_line(fit(f"dir /b /a-d {pattern}"))
        names = listed.stdout.decode("ascii", errors="replace").split() if listed.exit_code == 0 else []
        return tuple(rf"{folder}\{name}" for name in names if self._is_left(name))

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

    def claim(self, name: str, holder: str) -> bool:
        folder, note = self._claim(name)
        # md makes the folder for one of several, and ends with 1 for the others (CreateDirectory).
        made = self._programs.run_line(fit(f"md {folder} && echo {_plain(holder)} > {note}"))
        if made.exit_code and not self._exists(folder):
            self._succeeded(made, f"making the folder {folder}")
        return made.exit_code == 0

    def claimed_by(self, name: str) -> str | None:
        _folder, note = self._claim(name)
        shown = self._programs.run_line(fit(f"type {note}"))
        found = shown.stdout.decode("ascii", errors="replace").strip()
        return found if shown.exit_code == 0 and _PLAIN.fullmatch(found) else None

    def renew_claim(self, name: str, holder: str) -> None:
        _folder, note = self._claim(name)
        self._programs.run_line(fit(f"echo {_plain(holder)} > {note}"))

    def unclaim(self, name: str) -> None:
        folder, _note = self._claim(name)
        self._programs.run_line(fit(f"rd /s /q {folder}"))

    def _claim(self, name: str) -> tuple[str, str]:
        """The quoted names of the folder that stands for it and of the file in it."""
        folder = rf"{self._temporary_folder()}\ucops-claim-{_plain(name)}"
        return quoted_path(folder), quoted_path(rf"{folder}\holder.txt")

    def write(self, path: str, content: bytes) -> None:
        if not content:
            raise RolloutError(f"{path}: an empty file cannot be written", where=self._name)
        *pieces, last = _pieces(base64.b64encode(content).decode("ascii"))
        target, doing, arrow = quoted_path(path), f"writing {path}", ">"
        with self._helper() as helper:
            for piece in pieces:
                self._must(f"echo {piece} {arrow} {helper}", doing)
                arrow = ">>"
            turned = f"certutil -f -decode {helper} {target}"
            self._must(f"echo {last} {arrow} {helper} && {turned} && del /f /q {helper}", doing)

    def read(self, path: str) -> bytes | None:
        source = quoted_path(path)
        with self._helper() as helper:
            turned = f"certutil -f -encode {source} {helper}"
            made = self._programs.run_line(fit(f"{turned} && type {helper} && del /f /q {helper}"))
            if made.exit_code in _MISSING or (made.exit_code and not self._exists(source)):
                return None
            return self._unarmoured(self._succeeded(made, f"reading {path}").stdout, path)

    def _exists(self, quoted: str) -> bool:
        """Asked only where certutil's exit code did not tell: the word that answers is ours, in no language."""
        return b"there" in self._programs.run_line(fit(f"if exist {quoted} echo there")).stdout

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

    def _must(self, line: str, doing: str) -> ProgramResult:
        return self._succeeded(self._programs.run_line(fit(line)), doing)

    def _succeeded(self, result: ProgramResult, doing: str) -> ProgramResult:
        if result.exit_code != 0:
            raise RolloutError(
                f"{doing} failed with exit code 0x{result.exit_code:X}: {result.text[:500]}", where=self._name
            )
        return result

    def _unarmoured(self, text: bytes, path: str) -> bytes:
        _label, begun, rest = text.partition(b"-----BEGIN ")[2].partition(b"-----")
        body, ended, _label = rest.rpartition(b"-----END ")
        try:
            return base64.b64decode(b"".join(body.split()), validate=True) if begun and ended else self._garbled(path)
        except binascii.Error:
            return self._garbled(path)

    def _garbled(self, path: str) -> bytes:
        raise GarbledAnswer(f"{path} came back unreadable", where=self._name)
