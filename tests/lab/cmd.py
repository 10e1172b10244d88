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
from dataclasses import dataclass
from typing import Any

from lab.files import ACCESS_DENIED, FileError
from lab.programs.process import Collector, Environment, Input, Nowhere, Process, Sink

LINE_LIMIT = 8191
DELIMITERS = " \t,;="
SYNTAX_ERROR = 255


class SyntaxError_(Exception):  # noqa: N801 - the built-in has the name already
    """The line is no sentence of cmd's; nothing of it runs."""


class Exit(Exception):
    """`exit` was run."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Redirect:
    """`handle` goes to (or comes from) `target`; kind is `>`, `>>`, `<` or `dup` (target is a handle's digit)."""

    handle: int
    kind: str
    target: str


@dataclass(frozen=True)
class Simple:
    """A command with its arguments as raw text, carets resolved, quotes kept."""

    text: str
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True)
class Group:
    """A line in parentheses."""

    body: Any
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True)
class Chain:
    """Two commands joined by `&`, `&&`, `||` or `|`."""

    operator: str
    left: Any
    right: Any


@dataclass(frozen=True)
class If:
    """`if [not] CONDITION then [else]`; the condition is (kind, operands)."""

    negate: bool
    condition: tuple[str, ...]
    then: Any
    otherwise: Any


_PERCENT = re.compile(r"%([^%:]+)(?::([^%]*))?%")


def expand_percent(text: str, environment: Environment) -> str:
    """Replace `%NAME%`, `%NAME:a=b%` and `%NAME:~m,n%`, inside quotes too; unknown names stay as they are."""

    def value(match: re.Match[str]) -> str:
        found = environment.get(match[1])
        if found is None:
            return match[0]
        return found if match[2] is None else _modified(found, match[2])

    return _PERCENT.sub(value, text)


def _modified(value: str, modifier: str) -> str:
    if modifier.startswith("~"):
        start, _unused, length = modifier[1:].partition(",")
        first = int(start or 0)
        rest = value[first:] if first >= 0 else value[max(len(value) + first, 0) :]
        return rest if not length else rest[: int(length)]
    old, equals, new = modifier.partition("=")
    if not equals or not old:
        return value
    return re.sub(re.escape(old), lambda match: new, value, flags=re.IGNORECASE)


def strip_c_quotes(text: str, is_program: Any) -> str:
    """The rule of `cmd /?` for what follows /C: keep the quotes only when all five conditions hold, else drop two.

    Kept: exactly two quotes, none of & < > ( ) @ ^ | between them, at least one blank between them, and the text
    between them names a program. Otherwise a leading quote goes, and with it the last quote of the line.
    """
    if not text.startswith('"'):
        return text
    inner = text[1 : text.find('"', 1)] if text.count('"') >= 2 else ""
    if text.count('"') == 2 and not set(inner) & set("&<>()@^|") and " " in inner and is_program(inner):
        return text
    last = text.rfind('"')
    return text[1:] if last == 0 else text[1:last] + text[last + 1 :]


class Parser:
    """One expanded line into a tree of Simple, Group, Chain and If."""

    def __init__(self, text: str) -> None:
        # A command line cannot carry a new line: what follows one is lost.
        self.text = text.replace("\r", "").split("\n", 1)[0]
        self.index = 0
        self.depth = 0

    def parse(self) -> Any:
        """The whole line; None when it is empty."""
        tree = self._sequence()
        self._blanks()
        if self.index < len(self.text):
            raise SyntaxError_(self._unexpected())
        return tree

    def _unexpected(self) -> str:
        rest = self.text[self.index :]
        token = rest[:2] if rest[:2] in ("&&", "||") else rest[:1]
        return f"{token} was unexpected at this time." if token else "The syntax of the command is incorrect."

    def _peek(self, token: str) -> bool:
        return self.text.startswith(token, self.index)

    def _blanks(self) -> None:
        while self.index < len(self.text) and self.text[self.index] in DELIMITERS:
            self.index += 1

    def _sequence(self) -> Any:
        left = self._joined(("||",), lambda: self._joined(("&&",), lambda: self._joined(("|",), self._command)))
        self._blanks()
        while self._peek("&") and not self._peek("&&"):
            if left is None:
                raise SyntaxError_(self._unexpected())
            self.index += 1
            right = self._joined(("||",), lambda: self._joined(("&&",), lambda: self._joined(("|",), self._command)))
            self._blanks()
            if right is None and self._peek("&"):
                raise SyntaxError_(self._unexpected())
            left = left if right is None else Chain("&", left, right)
        return left

    def _joined(self, operators: tuple[str, ...], operand: Any) -> Any:
        left = operand()
        while True:
            self._blanks()
            operator = operators[0]
            if not self._peek(operator) or (operator == "|" and self._peek("||")):
                return left
            if left is None:
                raise SyntaxError_(self._unexpected())
            self.index += len(operator)
            right = operand()
            if right is None:
                raise SyntaxError_(self._unexpected())
            left = Chain(operator, left, right)

    def _command(self) -> Any:
        self._blanks()
        while self._peek("@"):
            self.index += 1
            self._blanks()
        if self._peek("("):
            return self._group()
        word = re.match(r"(if|rem)(?=[\s/,;=]|$)", self.text[self.index :], re.IGNORECASE)
        if word and word[1].lower() == "if":
            return self._if()
        if word:
            self.index = len(self.text)
            return Simple("rem", ())
        return self._simple()

    def _group(self) -> Group:
        self.index += 1
        self.depth += 1
        body = self._sequence()
        self._blanks()
        if not self._peek(")") or body is None:
            raise SyntaxError_(self._unexpected())
        self.index += 1
        self.depth -= 1
        redirects: list[Redirect] = []
        self._blanks()
        while match := re.match(r"\d?(?=[<>])", self.text[self.index :]):
            self.index += match.end()
            redirects.append(self._redirect(match[0])[1])
            self._blanks()
        return Group(body, tuple(redirects))

    def _word(self) -> str:
        self._blanks()
        start, quoted = self.index, False
        while self.index < len(self.text):
            char = self.text[self.index]
            if char == '"':
                quoted = not quoted
            elif not quoted and (char in DELIMITERS or char in "&|<>()"):
                break
            self.index += 1
        return self.text[start : self.index]

    def _if(self) -> If:
        self._word()
        ignore_case = negate = False
        word = self._word()
        while word.lower() in ("/i", "not"):
            ignore_case, negate = ignore_case or word.lower() == "/i", negate or word.lower() == "not"
            word = self._word()
        condition = self._condition(word, ignore_case)
        then = self._then()
        otherwise = self._else() if isinstance(then, Group) else None
        return If(negate, condition, then, otherwise)

    def _condition(self, word: str, ignore_case: bool) -> tuple[str, ...]:
        if word.lower() in ("exist", "defined", "errorlevel"):
            return (word.lower(), self._word())
        while self.index < len(self.text) and self.text[self.index] in " \t":
            self.index += 1
        if not self._peek("=="):
            raise SyntaxError_(self._unexpected())
        self.index += 2
        return ("equal", word, self._word(), "i" if ignore_case else "")

    def _then(self) -> Any:
        self._blanks()
        then = self._command() if self._peek("(") else self._sequence()
        if then is None:
            raise SyntaxError_("The syntax of the command is incorrect.")
        return then

    def _else(self) -> Any:
        match = re.match(r"[\s]*else(?=[\s(])", self.text[self.index :], re.IGNORECASE)
        if not match:
            return None
        self.index += match.end()
        return self._then()

    def _simple(self) -> Simple | None:
        text, redirects, quoted = "", [], False
        while self.index < len(self.text):
            char = self.text[self.index]
            if char == '"':
                quoted = not quoted
            elif not quoted and char == "^":
                text += self.text[self.index + 1 : self.index + 2]
                self.index += 2
                continue
            elif not quoted and (char in "&|" or (char == ")" and self.depth)):
                break
            elif not quoted and char in "<>":
                text, redirect = self._redirect(text)
                redirects.append(redirect)
                continue
            text += char
            self.index += 1
        return Simple(text, tuple(redirects)) if text.strip(DELIMITERS) or redirects else None

    def _redirect(self, text: str) -> tuple[str, Redirect]:
        char = self.text[self.index]
        handle = 0 if char == "<" else 1
        # A digit right before the sign names the handle, and is lost from the text.
        if text and text[-1].isdigit() and self.text[self.index - 1] == text[-1]:
            handle, text = int(text[-1]), text[:-1]
        kind = ">>" if self._peek(">>") else char
        self.index += len(kind)
        if self._peek("&"):
            self.index += 2
            return text, Redirect(handle, "dup", self.text[self.index - 1 : self.index])
        target = self._word().replace("^", "")
        if not target:
            raise SyntaxError_(self._unexpected())
        return text, Redirect(handle, kind, target.replace('"', ""))


class FileSink:
    """Output redirected into a file, which is created (or emptied) when the command starts."""

    def __init__(self, process: Process, target: str, append: bool) -> None:
        self._process = process
        self._path = process.machine.files.write(target, b"", process.directory, append=append)

    def write(self, data: bytes) -> None:
        self._process.machine.files.write(self._path, data, append=True)


class CommandProcessor:
    """One cmd.exe. `errorlevel` is that of the last command; the environment and directory live here."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.errorlevel = 0

    def run(self, text: str) -> int:
        """Carry out one line; returns the exit code that `cmd /C` would end with."""
        if len(text) > LINE_LIMIT:
            self.process.complain("The command line is too long.")
            return 1
        expanded = expand_percent(text, self.process.environment)
        if len(expanded) > LINE_LIMIT:
            self.process.complain("The input line is too long.")
            return 1
        try:
            tree = Parser(expanded).parse()
        except SyntaxError_ as error:
            self.process.complain(str(error))
            return SYNTAX_ERROR
        try:
            # What a program that was not found leaves is 9009; `cmd /C` itself then ends with 1.
            self.errorlevel = self._run(tree, self.process) if tree is not None else 0
            return 1 if self.errorlevel == 9009 else self.errorlevel
        except Exit as leave:
            return leave.code

    def again(self, text: str, process: Process) -> int:
        """Expand, parse and run a text once more, as `call` does, with the streams of `process`."""
        try:
            tree = Parser(expand_percent(text, process.environment)).parse()
        except SyntaxError_ as error:
            process.complain(str(error))
            return SYNTAX_ERROR
        return self._run(tree, process) if tree is not None else 0

    def _run(self, node: Any, process: Process) -> int:
        if isinstance(node, Chain):
            return self._chain(node, process)
        if isinstance(node, If):
            return self._if(node, process)
        streams = self._redirected(node.redirects, process)
        if streams is None:
            return 1
        if isinstance(node, Group):
            return self._run(node.body, streams)
        if not node.text.strip(DELIMITERS):
            return 0
        return self._simple(node.text.lstrip(DELIMITERS), streams)

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

    def _holds(self, condition: tuple[str, ...], process: Process) -> bool:
        from lab.programs.builtins import matches

        kind, word = condition[0], condition[1]
        if kind == "exist":
            return bool(matches(self.process, word.replace('"', "")))
        if kind == "defined":
            return process.environment.get(word) is not None
        if kind == "errorlevel":
            return self.errorlevel >= int(word or 0)
        other = condition[2]
        return word.lower() == other.lower() if condition[3] else word == other

    def _redirected(self, redirects: tuple[Redirect, ...], process: Process) -> Process | None:
        handles: dict[int, Any] = {0: process.stdin, 1: process.stdout, 2: process.stderr}
        for redirect in redirects:
            try:
                handles[redirect.handle] = self._target(redirect, handles)
            except FileError as error:
                process.complain(error.text if error.code != ACCESS_DENIED else "Access is denied.")
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
        if self.process.machine.files.is_device(redirect.target):
            return Nowhere()
        sink: Sink = FileSink(self.process, redirect.target, append=redirect.kind == ">>")
        return sink

    def _simple(self, text: str, process: Process) -> int:
        from lab.programs.builtins import BUILTINS, split_builtin

        name, rest = split_builtin(text)
        if name:
            process.directory = self.process.directory
            return BUILTINS[name](self, process, rest)
        return self._external(text, process)

    def _external(self, text: str, process: Process) -> int:
        from lab.programs import find_program, run_program

        name = Parser(text)._word()
        path = find_program(name.replace('"', ""), self.process)
        if path is None:
            # cmd names the word as typed, quotes included.
            process.complain(f"'{name}' is not recognized as an internal or external command,")
            process.complain("operable program or batch file.")
            return 9009
        return run_program(path, process.child(line=text, directory=self.process.directory))


def run_cmd(process: Process) -> int:
    """cmd.exe as a program: `/C TEXT` (or /K), or lines from standard input."""
    from lab.programs import find_program

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
    process.print(f"Microsoft Windows [Version {process.machine.generation.version}]")
    while True:
        process.write(f"\r\n{process.directory}>")
        line = process.stdin.read_line()
        if not line:
            return processor.errorlevel
        processor.errorlevel = processor.run(line.decode(process.encoding, errors="replace"))
