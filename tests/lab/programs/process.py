# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running program: its command line, streams, environment and the way it is ended."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from lab.access.files import UserFiles
from lab.files import FileError, FileSystem
from lab.languages import Language

if TYPE_CHECKING:
    from lab.accounts import Session
    from lab.machine import Machine

CODE_PAGES = {
    437: "cp437", 850: "cp850", 852: "cp852", 932: "cp932", 1250: "cp1250", 1252: "cp1252", 1200: "utf-16-le",
    65001: "utf-8",
}  # fmt: skip

# Of a command line what stands for itself, outside and inside quotes.
_PLAIN = re.compile(r'[^ \t\\"]+')
_PLAIN_QUOTED = re.compile(r'[^\\"]+')


class Terminated(Exception):
    """The program was ended from outside (Signal, or its shell went away)."""


class Sink(Protocol):
    """Where output bytes go."""

    def write(self, data: bytes) -> None: ...


class Collector:
    """A sink that keeps what it gets (a pipe, a redirected file)."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data


class Nowhere:
    """The NUL device."""

    def write(self, data: bytes) -> None:
        return None


class Environment:
    """Environment variables: names without case, order of a `set` listing."""

    def __init__(self, values: dict[str, str] | None = None) -> None:
        self._values: dict[str, tuple[str, str]] = {}
        for name, value in (values or {}).items():
            self.set(name, value)

    def get(self, name: str) -> str | None:
        found = self._values.get(name.upper())
        return found[1] if found else None

    def set(self, name: str, value: str) -> None:
        kept = self._values.get(name.upper(), (name, ""))[0]
        self._values[name.upper()] = (kept, value)

    def unset(self, name: str) -> None:
        self._values.pop(name.upper(), None)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter([self._values[key] for key in sorted(self._values)])

    def copy(self) -> Environment:
        made = Environment()
        made._values = self._values.copy()
        return made


def _nobody_asks(_now: bool) -> None:
    """Nobody wants to know whether the program waits."""


class Input:
    """Standard input: bytes that arrive over time, and an end. Reading blocks until there is something or `stopped`."""

    def __init__(
        self,
        stopped: threading.Event,
        data: bytes = b"",
        closed: bool = False,
        *,
        rests: Callable[[bool], None] = _nobody_asks,
    ) -> None:
        self._stopped = stopped
        self._rests = rests
        self._data = data
        self._closed = closed
        self._changed = threading.Condition()

    def feed(self, data: bytes, end: bool = False) -> None:
        with self._changed:
            self._data += data
            self._closed = self._closed or end
            self._rests(False)
            self._changed.notify_all()

    def wake(self) -> None:
        """Let a blocked reader look at `stopped` again."""
        with self._changed:
            self._changed.notify_all()

    def _wait(self, ready: Callable[[], bool]) -> None:
        with self._changed:
            while not ready() and not self._closed:
                if self._stopped.is_set():
                    raise Terminated
                self._rests(True)
                self._changed.wait(0.5)
            self._rests(False)

    def read_all(self) -> bytes:
        """Everything up to the end of input."""
        self._wait(lambda: False)
        with self._changed:
            data, self._data = self._data, b""
        return data

    def read_line(self) -> bytes:
        """One line without its end; empty at the end of input."""
        self._wait(lambda: b"\n" in self._data)
        with self._changed:
            line, _unused, self._data = self._data.partition(b"\n")
        return line.rstrip(b"\r")


@dataclass
class Process:
    """One program while it runs.

    `line` is the raw command line as CreateProcess gets it; `arguments` splits it as the C run-time does.
    """

    machine: Machine
    session: Session
    environment: Environment
    directory: str
    stdin: Input
    stdout: Sink
    stderr: Sink
    stopped: threading.Event
    code_page: int = 437
    line: str = ""
    note: Callable[[str], None] = field(default=lambda text: None)
    begins: Callable[[], None] = field(default=lambda: None)  # tells whoever reads that another one writes from here on
    rests: Callable[[bool], None] = _nobody_asks
    before_write: Callable[[str], None] = field(default=lambda path: None)  # may raise FileError

    @property
    def arguments(self) -> list[str]:
        return split_command_line(self.line)[1:]

    @property
    def files(self) -> FileSystem | UserFiles:
        """The machine's files as the account of the program has them."""
        account = self.session.account
        return self.machine.files if account.administrator else UserFiles(self.machine, account)

    @property
    def texts(self) -> Language:
        """The language in which the program speaks."""
        return self.machine.texts

    @property
    def encoding(self) -> str:
        return CODE_PAGES.get(self.code_page, "cp437")

    def child(self, **changes: Any) -> Process:
        """The same surroundings for another program; environment and directory are its own."""
        return replace(self, **{"environment": self.environment.copy(), **changes})

    def encode(self, text: str) -> bytes:
        return text.encode(self.encoding, errors="replace")

    def write(self, text: str) -> None:
        """Text to standard output, without a line end of its own."""
        self.check()
        self.stdout.write(self.encode(text))

    def print(self, text: str = "") -> None:
        """A line to standard output."""
        self.write(text + "\r\n")

    def complain(self, text: str = "") -> None:
        """A line to standard error."""
        self.check()
        self.stderr.write(self.encode(text + "\r\n"))

    def say(self, name: str, /, **values: object) -> None:
        """A line of the language's table to standard output."""
        self.print(self.texts.text(name, **values))

    def complain_of(self, name: str, /, **values: object) -> None:
        """A line of the language's table to standard error."""
        self.complain(self.texts.text(name, **values))

    def complain_error(self, error: FileError) -> None:
        """The system's message for an error of the file system, to standard error."""
        self.complain(self.texts.error(error.code))

    def check(self) -> None:
        if self.stopped.is_set():
            raise Terminated

    def hang(self, why: str) -> None:
        """Wait as a program does that shows a dialog in a session nobody sees: until it is ended."""
        self.note(why)
        self.wait()
        raise Terminated

    def wait(self, seconds: float | None = None) -> None:
        """Do nothing for so long, or until it is ended."""
        with self.resting():
            self.stopped.wait(seconds)
        self.check()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Whoever reads its output gets what is there meanwhile."""
        self.rests(True)
        try:
            yield
        finally:
            self.rests(False)

    def read_file(self, path: str) -> bytes:
        return bytes(self.files.read(path, self.directory))

    def write_file(self, path: str, content: bytes) -> str:
        self.before_write(path)
        return str(self.files.write(path, content, self.directory))

    def exists(self, path: str) -> bool:
        return bool(self.files.exists(path, self.directory))


def split_command_line(line: str) -> list[str]:
    """Split as the Microsoft C run-time and CommandLineToArgvW do.

    Rules: backslashes are literal unless a quote follows; 2n backslashes and a quote give n backslashes and
    toggle; 2n+1 give n and a literal quote; inside quotes a doubled quote is one literal quote.
    The first one (the program) knows no backslash rule.
    """
    return list(_split(line))


@functools.lru_cache(1024)
def _split(line: str) -> tuple[str, ...]:
    first, rest = _program_name(line)
    return (first, *_rest_arguments(rest))


def _program_name(line: str) -> tuple[str, str]:
    argument, quoted, index = "", False, 0
    while index < len(line) and (quoted or line[index] not in " \t"):
        if line[index] == '"':
            quoted = not quoted
        else:
            argument += line[index]
        index += 1
    return argument, line[index:]


def _rest_arguments(text: str) -> list[str]:
    found: list[str] = []
    index = 0
    while True:
        while index < len(text) and text[index] in " \t":
            index += 1
        if index >= len(text):
            return found
        argument, index = _argument(text, index)
        found.append(argument)


def _argument(text: str, index: int) -> tuple[str, int]:
    argument, quoted = "", False
    while index < len(text) and (quoted or text[index] not in " \t"):
        if plain := (_PLAIN_QUOTED if quoted else _PLAIN).match(text, index):
            argument += plain[0]
            index = plain.end()
            continue
        slashes = 0
        while index < len(text) and text[index] == "\\":
            slashes += 1
            index += 1
        if index < len(text) and text[index] == '"':
            argument += "\\" * (slashes // 2)
            if slashes % 2:
                argument += '"'
            elif quoted and text[index + 1 : index + 2] == '"':
                argument += '"'
                index += 1
            else:
                quoted = not quoted
            index += 1
        else:
            argument += "\\" * slashes
    return argument, index
