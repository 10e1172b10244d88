# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of a pipeline: a cmdlet, a function or script block, a program."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lab.files import FileError
from lab.powershell import commands, dotnet
from lab.powershell.grammar import Syntax
from lab.powershell.values import (
    NOTHING,
    ErrorRecord,
    HashTable,
    NetException,
    NotConvertible,
    PSError,
    PSObject,
    ScriptBlock,
    plain,
    text,
)  # fmt: skip
from lab.programs import run_program
from lab.programs.process import Collector, Input
from lab.services import ServiceError

if TYPE_CHECKING:
    from lab.powershell.interpreter import Interpreter

Out = Callable[[Any], None]


class Stage:
    """One command of a pipeline. `feed` takes an object; what the command gives goes to the next one."""

    def __init__(self, ps: Interpreter, out: Out) -> None:
        self.ps, self.out = ps, out
        self.node: Syntax | None = None
        self.error_sink: Out | None = None
        self._stack = contextlib.ExitStack()

    def redirect(self, node: Syntax) -> None:
        """A redirection of this command: its errors into its output, or either into a file or nothing."""
        operator = node.operator
        if operator.endswith("&1"):
            self.error_sink = self.out
            return
        target = None if node.target is None else plain(self.ps.argument(node.target))
        sink = self.ps.to_file(target, operator.endswith(">>"), self._stack)
        if operator[0] in "2*":
            self.error_sink = sink
        if operator[0] in "1*>":
            self.out = sink

    def give(self, value: Any) -> None:
        """An object to the next command, whose errors are its own."""
        held = list(self.ps.error_sinks)
        if self.error_sink is not None:
            self.ps.error_sinks.pop()
        try:
            self.out(value)
        finally:
            self.ps.error_sinks[:] = held

    def guarded(self, work: Callable[[], None]) -> None:
        """Errors of this command show its place in the script, and go where it sends them."""
        if self.error_sink is not None:
            self.ps.error_sinks.append(self.error_sink)
        try:
            work()
        except PSError as problem:
            if self.node is not None:
                self.ps.place(problem.record, self.node.start, self.node.end)
            raise
        finally:
            if self.error_sink is not None:
                self.ps.error_sinks.pop()

    def begin(self) -> None:
        """Before the first object."""

    def feed(self, item: Any) -> None:
        """One object."""

    def alone(self) -> None:
        """The command stands first in the pipeline."""
        self.feed(NOTHING)

    def end(self) -> None:
        """After the last object."""

    def close(self) -> None:
        self._stack.close()


class CmdletStage(Stage):
    """A cmdlet with its arguments bound."""

    def __init__(
        self, ps: Interpreter, made: type[commands.Cmdlet], arguments: list[tuple[str, Any]], out: Out, piped: bool
    ) -> None:
        super().__init__(ps, out)
        self.collected: list[Any] = []
        self.cmdlet = made(ps, self.give)
        self.piped = piped
        self.noted: list[Any] = []
        commands.bind_cmdlet(self.cmdlet, arguments)
        commands.require(self.cmdlet, piped)

    def give(self, value: Any) -> None:
        if self.cmdlet.has("OutVariable"):
            self.collected.append(value)
        super().give(value)

    def watched(self, work: Callable[[], None]) -> None:
        """Run with the command's own preferences and place."""
        before = list(self.ps.errors)
        try:
            self.guarded(lambda: self._placed(lambda: self._translated(work)))
        except PSError as problem:
            self.noted.append(problem.record)
            # An error that ends the command is softened by no -ErrorAction; with Stop it ends the script too.
            problem.whole = problem.whole or self.ps.preference(self.cmdlet.action) == "stop"
            raise
        finally:
            if self.cmdlet.has("ErrorVariable"):
                self.noted += [one for one in self.ps.errors if not any(one is old for old in before)]

    def _translated(self, work: Callable[[], None]) -> None:
        """What the machine refuses or does not convert is an error of the command."""
        try:
            work()
        except FileError as problem:
            raise self.cmdlet.stop(
                self.ps.machine.texts.error(problem.code), "FileError", "System.IO.IOException", "WriteError"
            ) from problem
        except (NotConvertible, ServiceError) as problem:
            raise self.cmdlet.stop(str(problem), "InvalidOperation") from problem

    def _placed(self, work: Callable[[], None]) -> None:
        ps, node = self.ps, self.node
        if node is None:
            work()
            return
        real = ps.write_error

        def write_error(record: ErrorRecord, action: str | None = None) -> None:
            ps.place(record, node.start, node.end)
            real(record, action)

        ps.write_error = write_error  # type: ignore[method-assign]
        try:
            work()
        finally:
            ps.write_error = real  # type: ignore[method-assign]

    def begin(self) -> None:
        self.ps.host.note_modules(self.ps)
        self.watched(self.cmdlet.begin)

    def feed(self, item: Any) -> None:
        def work() -> None:
            if item is not NOTHING:
                commands.bind_input(self.cmdlet, item)
            self.cmdlet.process(item)

        self.watched(work)

    def end(self) -> None:
        self.watched(self.cmdlet.end)

    def close(self) -> None:
        scope = self.ps.scope.variables
        for name, found in (("OutVariable", self.collected), ("ErrorVariable", self.noted)):
            if self.cmdlet.has(name):
                wanted = text(self.cmdlet.get(name))
                held = scope.get(wanted.lstrip("+"))
                before = list(held) if wanted.startswith("+") and isinstance(held, list) else []
                scope[wanted.lstrip("+")] = before + list(found)
        super().close()


class FunctionStage(Stage):
    """A function or a script block: begin, process for each object, end."""

    def __init__(
        self, ps: Interpreter, block: ScriptBlock, arguments: list[tuple[str, Any]], out: Out, dotted: bool = False
    ) -> None:
        super().__init__(ps, out)
        from lab.powershell.interpreter import Scope

        self.block = block
        self.scope = ps.scope if dotted else Scope(ps.scope)
        self.input: list[Any] = []
        self.over = False
        self.action: str | None = None
        self._bind(arguments)

    def _bind(self, arguments: list[tuple[str, Any]]) -> None:
        ps, declared = self.ps, self.block.body.parameters
        name = self.block.name
        known = [_parameter(ps, one, at) for at, one in enumerate(declared)]
        advanced = any(one.options.get("parameter") is not None for one in declared)
        if advanced:
            known += list(commands.COMMON)
        elif not declared:
            # Without parameters everything is $args, dashes and all.
            self.scope.variables["args"] = [value for _name, value in arguments]
            return
        bound, loose = self._bound(known, arguments, name, advanced)
        with ps.inside(self.scope):
            for made, one in zip(known, declared, strict=False):
                if made.name in bound:
                    value = bound[made.name]
                elif made.mandatory and not made.pipeline:
                    value = commands.convert(ps, made, ps.ask_for(made.name, name, name), name, name)
                elif one.default is not None:
                    value = ps.evaluate(one.default)
                    value = dotnet.cast(ps, made.type, value) if made.type not in ("object", "switch") else value
                else:
                    value = _unset(made)
                self.scope.variables[made.name] = value
        self.scope.variables["args"] = loose
        self.scope.variables["PSBoundParameters"] = HashTable(dict(bound.items()))
        if advanced and loose:
            raise commands.binding_error(
                f"A positional parameter cannot be found that accepts argument '{text(loose[0])}'.",
                "PositionalParameterNotFound", name, name,
            )  # fmt: skip
        self.taking = [one for one in known if one.pipeline or one.by_name]
        self.action = text(bound["ErrorAction"]) if advanced and "ErrorAction" in bound else None
        if self.action is not None:
            self.scope.variables["ErrorActionPreference"] = self.action

    def _bound(
        self, known: list[commands.P], arguments: list[tuple[str, Any]], name: str, advanced: bool
    ) -> tuple[Any, list[Any]]:
        if advanced:
            return commands.bind(self.ps, known, arguments, name, name)
        kept: list[tuple[str, Any]] = []
        for kind, value in arguments:
            fits = [one for one in known if kind and one.name.lower().startswith(kind.rstrip(":").lower())]
            kept.append((kind, value) if not kind or fits else ("", value))
        return commands.bind(self.ps, known, kept, name, name)

    def run(self, part: Syntax | None) -> None:
        if part is None or self.over:
            return
        from lab.powershell.interpreter import ReturnSignal

        with self.ps.inside(self.scope):
            try:
                self.ps.block(part, self.give)
            except ReturnSignal:
                return

    def begin(self) -> None:
        self.guarded(lambda: self.run(self.block.body.begin_block))

    def feed(self, item: Any) -> None:
        process = self.block.body.process_block
        if process is None and self.block.filter:
            process = self.block.body.end_block
        if item is not NOTHING:
            self.input.append(item)
            for one in getattr(self, "taking", []):
                if one.by_name and isinstance(item, PSObject) and one.name in item.properties:
                    self.scope.variables[one.name] = item.get(one.name)
                elif one.pipeline:
                    self.scope.variables[one.name] = commands.convert(self.ps, one, item, "", self.block.name)
        if process is None:
            return
        self.scope.variables["_"] = plain(item)
        self.guarded(lambda: self.run(process))

    def end(self) -> None:
        if self.block.filter and self.block.body.process_block is None:
            return
        self.scope.variables["input"] = list(self.input)
        self.guarded(lambda: self.run(self.block.body.end_block))


def _parameter(ps: Interpreter, node: Syntax, at: int) -> commands.P:
    """A declared parameter as those of cmdlets are."""
    kind = "object"
    if node.type is not None:
        kind = "switch" if node.type.lower() == "switch" else dotnet.required(ps, node.type)
    options = node.options.get("parameter", {})
    choices = tuple(node.options.get("validateset", {}).get("values", ()))
    aliases = tuple(one.lower() for one in node.options.get("alias", {}).get("values", ()))

    def on(name: str) -> bool:
        return str(options.get(name, "")).lower() in ("$true", "true", "1")

    place = None if kind == "switch" else int(options["position"]) if "position" in options else at
    return commands.P(
        node.name, kind, place, node.mandatory, on("valuefrompipeline"), on("valuefrompipelinebypropertyname"), aliases,
        choices=choices,
    )  # fmt: skip


def _unset(made: commands.P) -> Any:
    return {"System.String": "", "System.Int32": 0, "System.Boolean": False, "switch": False}.get(made.type)


class ProgramStage(Stage):
    """A program: its output's lines are the objects, its exit code is $LASTEXITCODE."""

    def __init__(self, ps: Interpreter, path: str, arguments: list[tuple[str, Any]], out: Out) -> None:
        super().__init__(ps, out)
        self.path = path
        self.words = [word for kind, value in arguments for word in _words(kind, value)]
        self.input: list[str] = []
        self.piped = False

    def feed(self, item: Any) -> None:
        if item is not NOTHING:
            self.piped = True
            self.input.append(text(item))

    def end(self) -> None:
        self.guarded(self.launch)

    def launch(self) -> None:
        ps, process = self.ps, self.ps.process
        stdout, stderr = Collector(), Collector()
        given = process.encode("".join(one + "\r\n" for one in self.input))
        stdin = Input(process.stopped, given, closed=True) if self.piped else process.stdin
        line = " ".join([_quoted(self.path), *(_quoted(one) for one in self.words)])
        child = process.child(stdin=stdin, stdout=stdout, stderr=stderr, line=line, directory=ps.location)
        code = run_program(self.path, child)
        for one in stdout.data.decode(process.encoding, errors="replace").splitlines():
            self.give(one)
        shown = stderr.data.decode(process.encoding, errors="replace")
        if ps.error_sinks:
            for one in shown.splitlines():
                exception = NetException("System.Management.Automation.RemoteException", one)
                ps.error_sinks[-1](ErrorRecord(exception, "NativeCommandError", "NotSpecified", one, self.path))
        elif shown:
            ps.host.write_error_text(shown)
        ps.root.variables["LASTEXITCODE"] = code
        ps.failed = ps.failed or code != 0


def _words(kind: str, value: Any) -> list[str]:
    if kind.endswith(":"):
        return [f"-{kind}{text(value)}"]
    if kind:
        return [text(value)]
    return [text(one) for one in value] if isinstance(value, list) else [text(value)]


def _quoted(word: str) -> str:
    return f'"{word}"' if not word or " " in word or "\t" in word else word
