# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cmd.exe: how a command line is taken apart and carried out.

The order matters and is cmd's own: percent expansion on the whole line (quotes do not protect from it), then
special characters outside quotes, then redirection, then the command. The whole line is parsed before any of it
runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lab.files import FileError
from lab.programs import find_program, run_program
from lab.programs.cmd.builtins import BUILTINS, Exit, matches, split_builtin
from lab.programs.cmd.expansion import expand_percent, strip_c_quotes
from lab.programs.cmd.parser import DELIMITERS, Chain, For, Group, If, LineError, Node, Parser, Redirect, parsed
from lab.programs.process import Collector, Input, Nowhere, Process, Sink

LINE_LIMIT = 8191
SYNTAX_ERROR = 255
UNKNOWN_PROGRAM = 9009
_FOR_F = re.compile(r"tokens=(?P<token>\d+) delims=(?P<delimiters>.+)", re.IGNORECASE)


class FileSink:
    """Output redirected into a file, which is created (or emptied) when the command starts."""

    def __init__(self, process: Process, target: str, append: bool) -> None:
        self._process = process
        self._path = process.files.write(target, b"", process.directory, append=append)

    def write(self, data: bytes) -> None:
        self._process.files.write(self._path, data, append=True)


class CommandProcessor:
    """One cmd.exe. `errorlevel` is that of the last command; the environment and directory live here."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.errorlevel = 0
        self._variables: dict[str, str] = {}

    def run(self, text: str) -> int:
        """Carry out one line; returns the exit code that `cmd /C` would end with."""
        if len(text) > LINE_LIMIT:
            self.process.complain_of("cmd.command_line_too_long")
            return 1
        expanded = expand_percent(text, self._variable)
        if len(expanded) > LINE_LIMIT:
            self.process.complain_of("cmd.input_line_too_long")
            return 1
        try:
            tree = parsed(expanded)
        except LineError as error:
            _complain_of_line(self.process, error)
            return SYNTAX_ERROR
        try:
            # What a program that was not found leaves is 9009; `cmd /C` itself then ends with 1.
            self.errorlevel = self._run(tree, self.process) if tree is not None else 0
            return 1 if self.errorlevel == UNKNOWN_PROGRAM else self.errorlevel
        except Exit as leave:
            return leave.code

    def _variable(self, name: str) -> str | None:
        """ERRORLEVEL is no variable of the environment, unless somebody sets one of that name."""
        found = self.process.environment.get(name)
        return str(_signed(self.errorlevel)) if found is None and name.upper() == "ERRORLEVEL" else found

    def again(self, text: str, process: Process) -> int:
        """Expand, parse and run a text once more, as `call` does, with the streams of `process`."""
        try:
            tree = parsed(expand_percent(text, self._variable))
        except LineError as error:
            _complain_of_line(process, error)
            return SYNTAX_ERROR
        return self._run(tree, process) if tree is not None else 0

    def _run(self, node: Node, process: Process) -> int:
        if isinstance(node, Chain):
            return self._chain(node, process)
        if isinstance(node, If):
            return self._if(node, process)
        if isinstance(node, For):
            return self._for(node, process)
        streams = self._redirected(node.redirects, process)
        if streams is None:
            return 1
        if isinstance(node, Group):
            return self._run(node.body, streams)
        if not node.text.strip(DELIMITERS):
            return 0
        return self._simple(self._with_variables(node.text.lstrip(DELIMITERS)), streams)

    def _chain(self, node: Chain, process: Process) -> int:
        if node.operator == "|":
            collected = Collector()
            self._run(node.left, process.child(stdout=collected, environment=process.environment.copy()))
            piped = Input(process.stopped, collected.data, closed=True)
            return self._run(node.right, process.child(stdin=piped))
        code = self.errorlevel = self._run(node.left, process)
        if (node.operator == "&&" and code) or (node.operator == "||" and not code):
            return code
        return self._run(node.right, process)

    def _if(self, node: If, process: Process) -> int:
        if self._holds(node.condition, process) != node.negate:
            return self._run(node.then, process)
        return self._run(node.otherwise, process) if node.otherwise is not None else 0

    def _for(self, node: For, process: Process) -> int:
        """The body for each member. `for` itself leaves the code of what ran last."""
        members = self._with_variables(node.members)
        if not node.quiet or (node.options is None and set(members) & set("*?")):
            process.complain("lab: of for only bodies with an @, and members that are no files, are modelled")
            return 1
        values = list(self._values(node.options, members, process))
        before = self._variables.get(node.variable)
        for value in values:
            self._variables[node.variable] = value
            self.errorlevel = self._run(node.body, process)
        self._variables.pop(node.variable, None)
        if before is not None:
            self._variables[node.variable] = before
        return self.errorlevel

    def _values(self, options: str | None, members: str, process: Process) -> Iterator[str]:
        if options is None:
            yield from re.findall(r'(?:"[^"]*"|[^\s,;="])+', members)
            return
        command, wanted = re.fullmatch(r"\s*'(.*)'\s*", members), _FOR_F.fullmatch(options)
        if command is None or wanted is None:
            process.complain("lab: of for /f only commands, one token and delimiters are modelled")
            return
        yield from _tokens(self._printed(command[1], process), int(wanted["token"]), wanted["delimiters"])

    def _printed(self, command: str, process: Process) -> str:
        """What a cmd of its own prints for a command; what it complains of goes where ours does."""
        collected = Collector()
        inner = CommandProcessor(process.child(stdout=collected))
        inner.run(command)
        return collected.data.decode(process.encoding, errors="replace")

    def _with_variables(self, text: str) -> str:
        """`%x` and `%~x` of the loops around it; the rest of `%~` is not modelled."""
        for name, value in self._variables.items():
            text = text.replace(f"%~{name}", value.strip('"')).replace(f"%{name}", value)
        return text

    def _holds(self, condition: tuple[str, ...], process: Process) -> bool:
        kind, operand = condition[0], condition[1]
        if kind == "exist":
            return bool(matches(self.process, operand.replace('"', "")))
        if kind == "defined":
            return process.environment.get(operand) is not None
        if kind == "errorlevel":
            return self.errorlevel >= int(operand or 0)
        other = condition[2]
        return operand.lower() == other.lower() if condition[3] else operand == other

    def _redirected(self, redirects: tuple[Redirect, ...], process: Process) -> Process | None:
        handles: dict[int, Any] = {0: process.stdin, 1: process.stdout, 2: process.stderr}
        for redirect in redirects:
            try:
                handles[redirect.handle] = self._target(redirect, handles)
            except FileError as error:
                process.complain_error(error)
                return None
        if not redirects:
            return process
        changed: dict[str, Any] = {"stdin": handles[0], "stdout": handles[1], "stderr": handles[2]}
        return process.child(environment=self.process.environment, directory=self.process.directory, **changed)

    def _target(self, redirect: Redirect, handles: dict[int, Any]) -> Any:
        if redirect.kind == "dup":
            return handles.get(int(redirect.target or 0) if redirect.target.isdigit() else 1, Nowhere())
        if redirect.kind == "<":
            return Input(self.process.stopped, self.process.read_file(redirect.target), closed=True)
        if self.process.files.is_device(redirect.target):
            return Nowhere()
        sink: Sink = FileSink(self.process, redirect.target, append=redirect.kind == ">>")
        return sink

    def _simple(self, text: str, process: Process) -> int:
        name, rest = split_builtin(text)
        if name:
            process.directory = self.process.directory
            return BUILTINS[name](self, process, rest)
        return self._external(text, process)

    def _external(self, text: str, process: Process) -> int:
        name = Parser(text).token()
        path = find_program(name.replace('"', ""), self.process)
        if path is None:
            # cmd names the word as typed, quotes included.
            process.complain_of("cmd.unknown_command", name=name)
            return UNKNOWN_PROGRAM
        process.begins()
        code = run_program(path, process.child(line=text, directory=self.process.directory))
        process.begins()
        return code


def _tokens(text: str, wanted: int, delimiters: str) -> Iterator[str]:
    """Of each line the token of that number. Empty lines, those that begin with a semicolon, and those without such a
    token are passed over; delimiters in a row are one."""
    for line in text.replace("\r\n", "\n").split("\n"):
        parts = [part for part in re.split(f"[{re.escape(delimiters)}]+", line) if part]
        if line and not line.startswith(";") and len(parts) >= wanted:
            yield parts[wanted - 1]


def _signed(code: int) -> int:
    return (code & 0xFFFFFFFF) - (0x100000000 if code & 0x80000000 else 0)


def _complain_of_line(process: Process, error: LineError) -> None:
    if error.token:
        process.complain_of("cmd.unexpected", token=error.token)
    else:
        process.complain_of("cmd.syntax")


def run(process: Process) -> int:
    """cmd.exe as a program: `/C TEXT` (or /K), or lines from standard input."""
    match = re.match(
        r'^(?:"[^"]*"|\S+?)(?=\s|/|$)((?:\s*/(?![CKck])\w(?::\w+)?)*)\s*(/[CKck])?(.*)$', process.line, re.DOTALL
    )
    switches, verb, text = (match[1], match[2], match[3]) if match else ("", None, "")
    processor = CommandProcessor(process)
    if verb is None:
        return _interactive(processor, process)
    text = text.lstrip(" \t")
    if "/s" in switches.lower():
        text = strip_c_quotes(text, lambda name: False)
    else:
        text = strip_c_quotes(text, lambda name: find_program(name, process) is not None)
    return processor.run(text)


def _interactive(processor: CommandProcessor, process: Process) -> int:
    process.say("cmd.version", version=process.machine.generation.version)
    while True:
        process.write(f"\r\n{process.directory}>")
        line = process.stdin.read_line()
        if not line:
            return processor.errorlevel
        processor.errorlevel = processor.run(line.decode(process.encoding, errors="replace"))
