# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs scripts: statements, expressions, pipelines, scopes, and what becomes of errors."""

from __future__ import annotations

import contextlib
import datetime
import re
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from lab.powershell import commands, dotnet, members, operators, statics
from lab.powershell.cultures import Culture, culture_of
from lab.powershell.grammar import NotUnderstood, Syntax, parse
from lab.powershell.pipelines import CmdletStage, FunctionStage, ProgramStage, Stage
from lab.powershell.values import (
    NOTHING,
    EnumValue,
    ErrorList,
    ErrorRecord,
    Folded,
    HashTable,
    NetException,
    NetType,
    NotConvertible,
    PSError,
    PSObject,
    ScriptBlock,
    error,
    is_list,
    items,
    plain,
    text,
    truth,
    unwrapped,
    whole,
)  # fmt: skip
from lab.programs import find_program

if TYPE_CHECKING:
    from lab.machine import Machine
    from lab.powershell.host import Host
    from lab.programs.process import Process

Out = Callable[[Any], None]
_CONSTANTS = {"true": True, "false": False, "null": None}
_PREFERENCES = ("stop", "continue", "silentlycontinue", "inquire", "ignore")
_DEPTH = 200
# A call of a script takes some twenty of ours.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 20000))


class LoopSignal(Exception):
    """`break` or `continue`, to a loop of that label or the nearest."""

    def __init__(self, word: str, label: str) -> None:
        super().__init__(word)
        self.word, self.label = word, label


class ReturnSignal(Exception):
    """`return`: what it gives has left already."""


class ExitSignal(Exception):
    """`exit`: the process ends."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Scope:
    """Variables and functions of one call; those of the callers are seen too."""

    def __init__(self, parent: Scope | None = None, script: bool = False) -> None:
        self.parent, self.script = parent, script
        self.variables, self.functions = Folded(), Folded()


class Interpreter:
    """One PowerShell process. `version` is its major version, `offset` what local time is ahead of UTC."""

    def __init__(self, machine: Machine, process: Process, host: Host) -> None:
        self.machine, self.process, self.host = machine, process, host
        self.full_version: str = machine.generation.powershell
        self.version = int(self.full_version.partition(".")[0])
        settings = machine.settings.get("powershell") or {}
        self.constrained = settings.get("language_mode") == "ConstrainedLanguage" and self.version >= 3
        self.culture: Culture = culture_of(settings.get("culture", machine.language))
        self.offset = datetime.timedelta(hours=float(machine.settings.get("utc_offset_hours", 0)))
        self.interactive = True
        self.root = Scope(script=True)
        self.scope = self.root
        self.errors = ErrorList()
        self.ok = True
        self.failed = False
        self.source = ""
        self.trying = 0
        self.depth = 0
        self.imported: dict[str, commands.Module] = {}
        self.enums: dict[str, tuple[str, ...]] = {}
        self.types: dict[str, str] = {}
        self.location = process.directory
        self.error_sinks: list[Out] = []
        self.noted_modules = False
        # What is done when the process ends.
        self.endings: list[Callable[[], None]] = []
        self._begin()

    def _begin(self) -> None:
        folders = [r"C:\Windows\system32\WindowsPowerShell\v1.0\Modules"]
        folders += [one.path.rsplit("\\", 2)[0] for one in commands.modules_of(self)]
        if self.process.environment.get("PSModulePath") is None:
            self.process.environment.set("PSModulePath", ";".join(folders))
        version = dotnet.version_object(self.full_version)
        build = dotnet.version_object(f"{self.machine.generation.version}.0")
        table = {
            "PSVersion": version, "BuildVersion": build, "CLRVersion": dotnet.version_object(
                "2.0.50727.5420" if self.version == 2 else "4.0.30319.42000"),
            "WSManStackVersion": dotnet.version_object("2.0" if self.version == 2 else "3.0"),
            "PSRemotingProtocolVersion": dotnet.version_object("2.1" if self.version == 2 else "2.2"),
            "SerializationVersion": dotnet.version_object("1.1.0.1"),
            "PSCompatibleVersions": [dotnet.version_object(f"{one}.0") for one in range(1, self.version + 1)],
        }  # fmt: skip
        if self.version >= 5:
            table["PSEdition"] = "Desktop"
        raw_ui = PSObject({"BufferSize": PSObject({"Width": 80, "Height": 300}), "WindowTitle": ""})
        raw_ui.added |= {"buffersize", "windowtitle"}
        here = PSObject(
            {"Name": "ConsoleHost", "Version": version, "UI": PSObject({"RawUI": raw_ui}),
             "CurrentCulture": statics.culture_object(self.culture.name),
             "CurrentUICulture": statics.culture_object(self.machine.language)},
            ("System.Management.Automation.Internal.Host.InternalHost",),
        )  # fmt: skip
        mode = "ConstrainedLanguage" if self.constrained else "FullLanguage"
        state = PSObject({"LanguageMode": EnumValue(mode, 2 if self.constrained else 0,
                                                    "System.Management.Automation.PSLanguageMode")})  # fmt: skip
        set_ = self.root.variables.__setitem__
        for name, value in {
            "ErrorActionPreference": "Continue", "WarningPreference": "Continue",
            "VerbosePreference": "SilentlyContinue",
            "DebugPreference": "SilentlyContinue", "ProgressPreference": "Continue", "ConfirmPreference": "High",
            "InformationPreference": "SilentlyContinue", "WhatIfPreference": False, "PSVersionTable": HashTable(table),
            "Host": here, "PID": 4711, "HOME": self.process.environment.get("USERPROFILE"),
            "PSHOME": r"C:\Windows\System32\WindowsPowerShell\v1.0", "ShellId": "Microsoft.PowerShell",
            "PSCulture": self.culture.name, "PSUICulture": self.machine.language, "Error": self.errors,
            "OutputEncoding": statics.encoding("ascii", 20127, "us-ascii"), "args": [], "FormatEnumerationLimit": 4,
            "ExecutionContext": PSObject({"SessionState": state}), "PROFILE": "",
        }.items():  # fmt: skip
            set_(name, value)

    # --- what other parts ask for ------------------------------------------------------------------------------------

    @property
    def offset_text(self) -> str:
        """What local time is ahead of UTC, as `+01:00`."""
        minutes = int(self.offset.total_seconds() // 60)
        return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"

    @property
    def separator(self) -> str:
        """What stands between members of a list in text: $OFS."""
        found = self.variable("OFS")
        return " " if found is None else text(found)

    def make(self, type: str, arguments: list[Any]) -> Any:
        """A new object of .NET; None for a type that is not known."""
        return statics.make(self, type, arguments)

    def leave(self, code: int) -> None:
        raise ExitSignal(code)

    def set_matches(self, found: re.Match[str]) -> None:
        table = HashTable({0: found[0]})
        names = {at: name for name, at in found.re.groupindex.items()}
        for at in range(1, found.re.groups + 1):
            if found[at] is not None:
                table[names.get(at, at)] = found[at]
        self.scope.variables["Matches"] = table

    def script_block(self, source: str) -> ScriptBlock:
        """A script block of a text. Raises PSError."""
        return ScriptBlock(self.parsed(source), source)

    def parsed(self, source: str) -> Syntax:
        """Raises PSError: a ParseException."""
        try:
            return parse(source, self.version)
        except NotUnderstood as problem:
            found = error(problem.message, problem.error_id, "System.Management.Automation.ParseException",
                          "ParserError", whole=True)  # fmt: skip
            self.place(found.record, problem.start, problem.end, source)
            raise found from problem

    # --- variables ---------------------------------------------------------------------------------------------------

    def variable(self, name: str) -> Any:
        """A variable as the current scope sees it; $null for none."""
        scope: Scope | None = self.scope
        while scope is not None:
            if name in scope.variables:
                return scope.variables[name]
            scope = scope.parent
        return None

    def scope_named(self, name: str) -> Scope:
        if name == "global":
            return self.root
        if name == "script":
            scope = self.scope
            while not scope.script and scope.parent is not None:
                scope = scope.parent
            return scope
        return self.scope

    def read_variable(self, node: Syntax) -> Any:
        name, scope = node.name, node.scope
        lower = name.lower()
        if scope in ("", "local", "private", "using", "variable"):
            if lower in _CONSTANTS:
                return _CONSTANTS[lower]
            if lower == "?":
                return self.ok
            if lower == "pwd":
                return PSObject({"Path": self.location, "ProviderPath": self.location}, text=self.location)
            return self.variable(name)
        if scope in ("global", "script"):
            return _CONSTANTS[lower] if lower in _CONSTANTS else self.scope_named(scope).variables.get(name)
        if scope == "env":
            return self.process.environment.get(name)
        if scope == "function":
            return self.function(name)
        return None

    def write_variable(self, node: Syntax, value: Any) -> None:
        name, scope = node.name, node.scope
        if scope == "env":
            shown = text(value)
            self.process.environment.set(name, shown) if shown else self.process.environment.unset(name)
        elif scope == "function":
            self.scope.functions[name] = value
        elif scope in ("", "global", "script", "local", "private", "variable"):
            if name.lower() == "null":
                return
            if name.lower() in (
                *_CONSTANTS,
                "?",
                "pid",
                "host",
                "home",
                "pshome",
                "executioncontext",
                "shellid",
                "error",
            ):
                raise error(
                    f"Cannot overwrite variable {name} because it is read-only or constant.", "VariableNotWritable",
                    "System.Management.Automation.SessionStateUnauthorizedAccessException", "WriteError", name,
                )  # fmt: skip
            self.scope_named(scope).variables[name] = value
        else:
            raise error(
                f"Cannot find drive. A drive with the name '{node.scope}' does not exist.", "DriveNotFound",
                "System.Management.Automation.DriveNotFoundException", "ObjectNotFound", node.scope,
            )  # fmt: skip

    def function(self, name: str) -> ScriptBlock | None:
        scope: Scope | None = self.scope
        while scope is not None:
            if name in scope.functions:
                found: ScriptBlock = scope.functions[name]
                return found
            scope = scope.parent
        return None

    # --- errors ------------------------------------------------------------------------------------------------------

    def place(self, record: ErrorRecord, start: int, end: int, source: str | None = None) -> None:
        """Note where in the script an error arose, once."""
        if record.placed:
            return
        script = self.source if source is None else source
        record.line = script.count("\n", 0, start) + 1
        begin = script.rfind("\n", 0, start) + 1
        record.column = start - begin + 1
        stop = script.find("\n", begin)
        record.line_text = script[begin : len(script) if stop < 0 else stop].rstrip("\r")
        record.length = max(1, min(end - start, len(record.line_text) - record.column + 1))
        record.placed = True

    def preference(self, given: str | None = None) -> str:
        """What becomes of errors: of -ErrorAction, else of $ErrorActionPreference."""
        found = (given or text(self.variable("ErrorActionPreference"))).lower()
        found = {"0": "silentlycontinue", "1": "stop", "2": "continue", "3": "inquire", "4": "ignore"}.get(found, found)
        return found if found in _PREFERENCES else "continue"

    def write_error(self, record: ErrorRecord, action: str | None = None) -> None:
        """An error that ends nothing, unless it is to stop."""
        wanted = self.preference(action)
        self.failed = True
        if wanted == "ignore" and self.version >= 3:
            return
        if wanted == "stop":
            raise PSError(record, whole=True)
        self.remember(record)
        if wanted in ("continue", "inquire"):
            self.show_error(record)

    def remember(self, record: ErrorRecord) -> None:
        if record not in self.errors:
            self.errors.insert(0, record)

    def show_error(self, record: ErrorRecord) -> None:
        if self.error_sinks:
            self.error_sinks[-1](record)
        else:
            self.host.write_error(record)

    # --- questions ---------------------------------------------------------------------------------------------------

    def confirm(self, question: str, asking: commands.Cmdlet) -> bool:
        """Ask whether to go on: an error where nobody can be asked, else whatever comes on standard input."""
        self.require_answer(asking.name, asking.full_name())
        self.host.write(
            f"\r\n{question}\r\n[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [S] Suspend  [?] Help "
            '(default is "Y"): '
        )
        return self.answer("a confirmation").strip().lower() in ("", "y", "yes", "a")

    def require_answer(self, command: str, full_name: str) -> None:
        if not self.interactive:
            message = "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available."
            record = ErrorRecord(
                NetException("System.Management.Automation.PSInvalidOperationException", message),
                f"InvalidOperation,{full_name}", "InvalidOperation", None, command,
            )  # fmt: skip
            raise PSError(record)

    def answer(self, what: str) -> str:
        """A line of standard input, however long it takes."""
        self.process.note(f"powershell waits for {what}")
        return self.process.stdin.read_line().decode(self.process.encoding, errors="replace")

    def ask_for(self, parameter: str, command: str, full_name: str) -> Any:
        """A mandatory parameter that was not given."""
        if not self.interactive:
            raise commands.binding_error(
                f"Cannot process command because of one or more missing mandatory parameters: {parameter}.",
                "MissingMandatoryParameter", full_name, command,
            )  # fmt: skip
        self.host.write(
            f"\r\ncmdlet {command} at command pipeline position 1\r\nSupply values for the following parameters:\r\n"
            f"{parameter}: "
        )
        return self.answer(f"the parameter {parameter}")

    # --- scripts -----------------------------------------------------------------------------------------------------

    def run(self, source: str, out: Out, script: Syntax | None = None) -> None:
        """Run a script in the current scope."""
        node = self.parsed(source) if script is None else script
        with self.reading(source):
            self.scope.variables["args"] = []
            for one in node.parameters:
                self.write_variable(Syntax("variable", one.start, one.end, scope="", name=one.name), self.default(one))
            for part in (node.begin_block, node.process_block, node.end_block):
                if part is not None:
                    self.block(part, out)

    def default(self, parameter: Syntax) -> Any:
        """What a parameter of a script is where nothing was given."""
        value = None if parameter.default is None else self.evaluate(parameter.default)
        known = parameter.type is not None and parameter.type.lower() != "switch"
        return dotnet.cast(self, dotnet.required(self, parameter.type), value) if known else plain(value)

    @contextlib.contextmanager
    def reading(self, source: str) -> Iterator[None]:
        before, self.source = self.source, source
        try:
            yield
        finally:
            self.source = before

    @contextlib.contextmanager
    def inside(self, scope: Scope | None = None) -> Iterator[Scope]:
        """A new scope (or the given one) while the block runs."""
        before, self.scope = self.scope, scope or Scope(self.scope)
        self.depth += 1
        try:
            if self.depth > _DEPTH:
                raise error("The script failed due to call depth overflow.", "CallDepthOverflow",
                            "System.Management.Automation.ScriptCallDepthException", "InvalidOperation",
                            whole=True)  # fmt: skip
            yield self.scope
        finally:
            self.depth -= 1
            self.scope = before

    def block(self, node: Syntax, out: Out) -> None:
        """The statements of a block, in the current scope."""
        traps = [one for one in node.statements if one.kind == "trap"]
        for one in node.statements:
            self.process.check()
            if one.kind == "trap":
                continue
            try:
                self.converting(one, out)
            except PSError as problem:
                if not self.trapped(problem, traps, out):
                    self.statement_failed(problem, one)

    def converting(self, node: Syntax, out: Out) -> None:
        """A statement; a value that does not convert is an error of PowerShell."""
        try:
            self.statement(node, out)
        except NotConvertible as problem:
            kind = "System.Management.Automation.PSInvalidCastException"
            raise error(str(problem), "InvalidCastFromStringToInteger", kind, "InvalidArgument") from problem

    def trapped(self, problem: PSError, traps: list[Syntax], out: Out) -> bool:
        """Whether a `trap` of the block takes the error and goes on."""
        for one in traps:
            if one.type is None or self.catches([one.type], problem.record):
                self.remember(problem.record)
                with self.inside() as scope:
                    scope.variables["_"] = problem.record
                    try:
                        self.block(one.body, out)
                    except LoopSignal as signal:
                        if signal.word == "continue":
                            return True
                        raise problem from None
                self.show_error(problem.record)
                return True
        return False

    def statement_failed(self, problem: PSError, node: Syntax) -> None:
        """An error that ends a statement: the next one follows, unless somebody catches or it is to stop."""
        self.place(problem.record, node.start, node.end)
        self.ok = False
        stops = self.preference() == "stop"
        if problem.whole or self.trying or stops:
            problem.whole = problem.whole or stops
            raise problem
        self.remember(problem.record)
        if self.preference() not in ("silentlycontinue", "ignore"):
            self.show_error(problem.record)

    # --- statements --------------------------------------------------------------------------------------------------

    def statement(self, node: Syntax, out: Out) -> None:
        getattr(self, f"run_{node.kind}")(node, out)

    def value(self, node: Syntax) -> Any:
        """The value of a statement: that of its only expression, else what its pipeline gives."""
        alone = node.kind == "pipeline" and len(node.elements) == 1 and not node.redirections
        if alone and node.elements[0].kind != "command":
            return self.evaluate(node.elements[0])
        if node.kind == "assign":
            return self.assign(node)
        return unwrapped(self.collected(lambda out: self.statement(node, out)))

    def collected(self, work: Callable[[Out], None]) -> list[Any]:
        found: list[Any] = []
        work(found.append)
        return found

    def run_block(self, node: Syntax, out: Out) -> None:
        self.block(node, out)

    def run_assign(self, node: Syntax, out: Out) -> None:
        self.assign(node)
        self.ok = True

    def run_if(self, node: Syntax, out: Out) -> None:
        for condition, block in node.clauses:
            if truth(self.value(condition)):
                self.block(block, out)
                return
        if node.otherwise is not None:
            self.block(node.otherwise, out)

    def looped(self, node: Syntax, out: Out) -> bool:
        """Run a loop's body once; False when the loop is over."""
        try:
            self.block(node.body, out)
        except LoopSignal as signal:
            if signal.label and signal.label.lower() != node.label.lower():
                raise
            return signal.word == "continue"
        return True

    def run_while(self, node: Syntax, out: Out) -> None:
        while truth(self.value(node.condition)):
            self.process.check()
            if not self.looped(node, out):
                return

    def run_do(self, node: Syntax, out: Out) -> None:
        while True:
            self.process.check()
            if not self.looped(node, out) or truth(self.value(node.condition)) == node.until:
                return

    def run_for(self, node: Syntax, out: Out) -> None:
        if node.first is not None:
            self.value(node.first)
        while node.condition is None or truth(self.value(node.condition)):
            self.process.check()
            if not self.looped(node, out):
                return
            if node.each is not None:
                self.value(node.each)

    def run_foreach(self, node: Syntax, out: Out) -> None:
        value = self.value(node.value)
        # Before 3.0 the loop runs once for $null.
        found = [None] if self.version < 3 and (value is None or value is NOTHING) else items(value)
        if self.version >= 3 and value is None:
            found = []
        if isinstance(value, HashTable):
            found = [value]
        for one in found:
            self.write_variable(node.variable, one)
            if not self.looped(node, out):
                return

    def run_switch(self, node: Syntax, out: Out) -> None:
        value = self.value(node.value)
        found = items(value) if is_list(value) else [plain(value)]
        for one in found:
            try:
                self.switched(node, one, out)
            except LoopSignal as signal:
                if signal.label and signal.label.lower() != node.label.lower():
                    raise
                if signal.word == "break":
                    return

    def switched(self, node: Syntax, one: Any, out: Out) -> None:
        hit = False
        with self.item(one):
            for condition, block in node.clauses:
                if condition is not None and self.switch_fits(node, condition, one):
                    hit = True
                    self.block(block, out)
            if not hit:
                for condition, block in node.clauses:
                    if condition is None:
                        self.block(block, out)

    def switch_fits(self, node: Syntax, condition: Syntax, one: Any) -> bool:
        wanted = self.statement_or_expression(condition)
        if isinstance(wanted, ScriptBlock):
            return truth(unwrapped(self.with_item(wanted, one)))
        sensitive = "-casesensitive" in node.flags
        if "-regex" in node.flags:
            found = operators.compiled(text(wanted), not sensitive).search(text(one))
            if found:
                self.set_matches(found)
            return found is not None
        if "-wildcard" in node.flags:
            return operators.like(text(one), text(wanted), not sensitive)
        return operators.equal(self, one, wanted, not sensitive)

    def statement_or_expression(self, node: Syntax) -> Any:
        return self.value(node) if node.kind in ("pipeline", "assign") else self.evaluate(node)

    def run_try(self, node: Syntax, out: Out) -> None:
        try:
            self.trying += 1
            try:
                self.block(node.body, out)
            finally:
                self.trying -= 1
        except PSError as problem:
            clause = next((block for types, block in node.catches
                           if not types or self.catches(types, problem.record)), None)  # fmt: skip
            if clause is None:
                raise
            self.remember(problem.record)
            with self.item(problem.record):
                self.block(clause, out)
        finally:
            if node.last is not None:
                self.block(node.last, out)

    def catches(self, types: list[str], record: ErrorRecord) -> bool:
        """Whether the exception, or the one within it, is of one of the types."""
        exception: NetException | None = record.exception
        wanted = [dotnet.resolve(one, self) or one for one in types]
        while exception is not None:
            known = [one.lower() for one in dotnet.ancestors(exception.type)]
            if any(one.lower() in known for one in wanted):
                return True
            exception = exception.inner
        return False

    def run_flow(self, node: Syntax, out: Out) -> None:
        if node.word in ("break", "continue"):
            raise LoopSignal(node.word, node.label)
        if node.word == "return":
            if node.value is not None:
                self.statement(node.value, out)
            raise ReturnSignal
        value = None if node.value is None else plain(self.value(node.value))
        if node.word == "exit":
            raise ExitSignal(0 if value is None else self.exit_code(value))
        raise self.thrown(value, node)

    def exit_code(self, value: Any) -> int:
        try:
            return whole(value)
        except Exception:
            return 0

    def thrown(self, value: Any, node: Syntax) -> PSError:
        if isinstance(value, ErrorRecord):
            return PSError(value, whole=True)
        if isinstance(value, NetException):
            record = ErrorRecord(value, value.message, "OperationStopped")
        else:
            message = "ScriptHalted" if value is None else text(value)
            exception = NetException("System.Management.Automation.RuntimeException", message)
            record = ErrorRecord(exception, message, "OperationStopped", value, reason="RuntimeException")
        self.place(record, node.start, node.end)
        return PSError(record, whole=True)

    def run_function(self, node: Syntax, out: Out) -> None:
        scope, _colon, name = node.name.rpartition(":")
        target = self.scope_named(scope.lower()) if scope else self.scope
        target.functions[name] = ScriptBlock(node.body, self.source[node.start : node.end], name, node.filter)

    # --- pipelines ---------------------------------------------------------------------------------------------------

    def run_pipeline(self, node: Syntax, out: Out) -> None:
        """Run a pipeline; then `$?` tells whether any command of it complained."""
        before, self.failed = self.failed, False
        try:
            self.piped(node, out)
            self.ok = not self.failed
        finally:
            self.failed = before

    def piped(self, node: Syntax, out: Out) -> None:
        first = node.elements[0]
        if first.kind != "command" and len(node.elements) == 1 and not node.redirections:
            value = self.evaluate(first)
            if first.kind != "step":
                for one in items(value):
                    out(one)
            return
        with contextlib.ExitStack() as stack:
            for one in node.redirections:
                out = self.redirected(one, out, stack)
            self.chain(node, out)

    def chain(self, node: Syntax, out: Out) -> None:
        """Build the stages from the last to the first, then let the objects run through."""
        given: list[Any] | None = None
        elements = list(node.elements)
        if elements[0].kind != "command":
            given = items(self.evaluate(elements.pop(0)))
        stages: list[Stage] = []
        sink = out
        for at, one in reversed(list(enumerate(elements))):
            stage = self.stage(one, sink, piped=given is not None or at > 0)
            stages.insert(0, stage)
            sink = stage.feed
        try:
            for stage in stages:
                stage.begin()
            if given is not None:
                for one in given:
                    sink(one)
            elif stages:
                stages[0].alone()
            for stage in stages:
                stage.end()
        finally:
            for stage in stages:
                stage.close()

    def stage(self, node: Syntax, out: Out, piped: bool) -> Stage:
        """A command that is ready to take objects. Raises PSError."""
        try:
            name = self.command_target(node)
            arguments = self.arguments(node)
            stage = self.resolved(name, node.operator, arguments, out, piped)
        except PSError as problem:
            self.place(problem.record, node.start, node.end)
            raise
        stage.node = node
        for one in node.redirections:
            stage.redirect(one)
        return stage

    def command_target(self, node: Syntax) -> Any:
        return plain(self.evaluate(node.name))

    def resolved(self, name: Any, operator: str, arguments: list[tuple[str, Any]], out: Out, piped: bool) -> Stage:
        """A script block, an alias, a function, a cmdlet, a program: in this order. Raises PSError."""
        if isinstance(name, ScriptBlock):
            return FunctionStage(self, name, arguments, out, dotted=operator == ".")
        if isinstance(name, PSObject) and "Name" in name.properties:
            name = name.get("Name")
        if name is None or isinstance(name, str) and not name:
            raise error("The expression after '&' in a pipeline element produced an invalid object. It must result "
                        "in a "
                        "command name, script block or CommandInfo object.", "BadExpression")  # fmt: skip
        wanted = commands.aliases().get(text(name).lower(), text(name))
        function = self.function(wanted)
        if function is not None:
            return FunctionStage(self, function, arguments, out, dotted=operator == ".")
        made = self.cmdlet(wanted)
        if made is not None:
            return CmdletStage(self, made, arguments, out, piped)
        path = find_program(wanted, self.process)
        if path is not None:
            if path.lower().endswith(".ps1"):
                block = self.script_block(self.process.read_file(path).decode("utf-8-sig", errors="replace"))
                return FunctionStage(self, block, arguments, out, dotted=operator == ".")
            return ProgramStage(self, path, arguments, out)
        raise commands.not_found(self, wanted)

    def cmdlet(self, name: str) -> type[commands.Cmdlet] | None:
        """The cmdlet that this session has; from 3.0 on a module is imported by itself where its command is used."""
        module, _slash, bare = name.rpartition("\\")
        found = commands.cmdlet_named(bare)
        if found is None or found.since > self.version:
            return None
        if not found.module:
            return found
        holder = next((one for one in commands.modules_of(self) if bare.lower() in
                       [known.lower() for known in one.commands]), None)  # fmt: skip
        if holder is None:
            return None
        if holder.name not in self.imported:
            if self.version < 3:
                return None
            self.import_module(holder)
        return found

    def import_module(self, module: commands.Module) -> None:
        """Make a module's commands known. Raises PSError where it needs a later PowerShell."""
        if module.needs > self.version:
            raise error(
                f"The version of the loaded PowerShell '{self.full_version}' is not supported: the module "
                f"'{module.path}' requires a minimum version of '{module.needs}.0' to run. Verify the installation of "
                "the Windows PowerShell host, or load the correct version of Windows PowerShell.",
                "Modules_InsufficientPowerShellVersion,Microsoft.PowerShell.Commands.ImportModuleCommand",
                "System.InvalidOperationException", "ResourceUnavailable", module.path,
            )  # fmt: skip
        self.imported[module.name] = module

    def arguments(self, node: Syntax) -> list[tuple[str, Any]]:
        """What stands behind a command: ("", value), ("Name", text), ("Name:", value); a splat is laid out."""
        found: list[tuple[str, Any]] = []
        for one in node.elements:
            if one.kind == "named":
                if one.value is None:
                    found.append((one.name, one.text))
                else:
                    found.append((one.name + ":", self.argument(one.value)))
            elif one.kind == "variable" and one.splat:
                value = self.read_variable(one)
                if isinstance(value, HashTable):
                    found += [(f"{text(key)}:", held) for key, held in value.items()]
                else:
                    found += [("", held) for held in items(value)]
            else:
                found.append(("", self.argument(one)))
        return found

    def argument(self, node: Syntax) -> Any:
        return node.value if node.kind == "bareword" else self.evaluate(node)

    def redirected(self, node: Syntax, out: Out, stack: contextlib.ExitStack) -> Out:
        """What a redirection makes of the output: merged errors, a file, nothing."""
        operator = node.operator
        if operator.endswith("&1"):
            self.error_sinks.append(out)
            stack.callback(self.error_sinks.pop)
            return out
        target = None if node.target is None else plain(self.argument(node.target))
        stream = operator[0] if operator[0].isdigit() or operator[0] == "*" else "1"
        sink = self.to_file(target, operator.endswith(">>"), stack)
        if stream in ("2", "*"):
            self.error_sinks.append(sink)
            stack.callback(self.error_sinks.pop)
        return sink if stream in ("1", "*") else out

    def to_file(self, target: Any, append: bool, stack: contextlib.ExitStack) -> Out:
        if target is None or text(target).lower() in ("nul", "$null"):
            return lambda value: None
        found: list[Any] = []

        def write() -> None:
            data = self.host.rendered(self, found).encode("utf-16-le")
            path = text(target)
            before = self.process.read_file(path) if append and self.process.exists(path) else b"\xff\xfe"
            self.process.write_file(path, before + data)

        stack.callback(write)
        return found.append

    # --- script blocks -----------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def item(self, value: Any) -> Iterator[None]:
        """`$_` while something is done with an object."""
        scope = self.scope
        before = scope.variables.get("_", NOTHING)
        scope.variables["_"] = value
        try:
            yield
        finally:
            if before is NOTHING:
                scope.variables.pop("_")
            else:
                scope.variables["_"] = before

    def with_item(self, block: ScriptBlock, value: Any) -> list[Any]:
        """What a script block gives for an object, in the current scope."""
        return self.collected(lambda out: self.run_with_item(block, value, out))

    def run_with_item(self, block: ScriptBlock, value: Any, out: Out) -> None:
        with self.item(value):
            self.run_parts(block, out)

    def run_parts(self, block: ScriptBlock, out: Out) -> None:
        try:
            for part in (block.body.begin_block, block.body.process_block, block.body.end_block):
                if part is not None:
                    self.block(part, out)
        except ReturnSignal:
            return

    def collect_block(self, block: ScriptBlock, arguments: list[Any]) -> list[Any]:
        """What a script block gives when it is called."""

        def work(out: Out) -> None:
            stage = FunctionStage(self, block, [("", one) for one in arguments], out)
            stage.begin()
            stage.alone()
            stage.end()
            stage.close()

        return self.collected(work)

    # --- assignment --------------------------------------------------------------------------------------------------

    def assign(self, node: Syntax) -> Any:
        value = self.value(node.value)
        if node.operator != "=":
            before = self.evaluate(node.target)
            value = operators.binary(self, node.operator[0], before, value)
        self.store(node.target, value)
        return value

    def store(self, target: Syntax, value: Any) -> None:
        if target.kind == "variable":
            self.write_variable(target, value)
        elif target.kind == "cast":
            self.store(target.operand, dotnet.cast(self, dotnet.required(self, target.type), value))
        elif target.kind == "member":
            name = text(self.evaluate(target.name))
            if target.static:
                statics.static_put(self, self.type_target(target.target), name, value)
            else:
                members.put(self, self.evaluate(target.target), name, plain(value))
        elif target.kind == "index":
            members.put_element(self, self.evaluate(target.target), self.evaluate(target.index), plain(value))
        elif target.kind == "list":
            self.store_many(target.items, items(value))
        else:
            raise error("The assignment expression is not valid. The input to an assignment operator must be an object "
                        "that is able to accept assignments, such as a variable or a property.",
                        "InvalidLeftHandSide")  # fmt: skip

    def store_many(self, targets: list[Syntax], values: list[Any]) -> None:
        for at, one in enumerate(targets):
            last = at == len(targets) - 1
            rest = values[at:]
            self.store(one, (unwrapped(rest) if last and len(rest) != 1 else rest[0]) if rest else None)

    # --- expressions -------------------------------------------------------------------------------------------------

    def evaluate(self, node: Syntax) -> Any:
        return getattr(self, f"eval_{node.kind}")(node)

    def eval_number(self, node: Syntax) -> Any:
        return node.value

    eval_string = eval_number
    eval_bareword = eval_number

    def eval_expand(self, node: Syntax) -> str:
        return "".join(
            one if isinstance(one, str) else text(self.evaluate(one), separator=self.separator) for one in node.parts
        )

    def eval_variable(self, node: Syntax) -> Any:
        return self.read_variable(node)

    def eval_list(self, node: Syntax) -> list[Any]:
        return [plain(self.evaluate(one)) for one in node.items]

    def eval_array(self, node: Syntax) -> list[Any]:
        if node.body is None:
            return []
        return self.collected(lambda out: self.block(node.body, out))

    def eval_sub(self, node: Syntax) -> Any:
        if node.body is None:
            return NOTHING
        return unwrapped(self.collected(lambda out: self.block(node.body, out)))

    def eval_paren(self, node: Syntax) -> Any:
        return self.value(node.body)

    def eval_hash(self, node: Syntax) -> HashTable:
        made = HashTable()
        for key, value in node.entries:
            name = plain(self.evaluate(key))
            if name is None:
                raise error("The key that is null is not allowed in a hash literal.", "InvalidNullKey")
            if name in made:
                raise error(
                    f"Duplicate keys '{text(name)}' are not allowed in hash literals.", "DuplicateKeyInHashLiteral"
                )
            made[name] = plain(self.value(value))
        return made

    def eval_scriptblock(self, node: Syntax) -> ScriptBlock:
        return ScriptBlock(node.body, node.text)

    def eval_type(self, node: Syntax) -> NetType:
        return NetType(dotnet.required(self, node.name))

    def eval_cast(self, node: Syntax) -> Any:
        name = dotnet.required(self, node.type)
        value = self.evaluate(node.operand)
        if self.constrained and name not in members.CORE_TYPES and name not in (
            "System.Void", "System.Management.Automation.PSObject", "System.Byte", "System.Double", "System.Type",
            "System.Array", "System.Object", "System.Xml.XmlDocument", "System.UInt32",
        ) and not name.endswith("[]"):  # fmt: skip
            raise dotnet.refused(f"Cannot convert to type \"{name}\". Only core types are supported in this language "
                                 "mode.", "ConversionSupportedOnlyToCoreTypes")  # fmt: skip
        return NOTHING if name == "System.Void" else dotnet.cast(self, name, value)

    def eval_unary(self, node: Syntax) -> Any:
        return operators.unary(self, node.operator, self.evaluate(node.operand))

    def eval_binary(self, node: Syntax) -> Any:
        if node.operator == "-and":
            return truth(self.evaluate(node.left)) and truth(self.evaluate(node.right))
        if node.operator == "-or":
            return truth(self.evaluate(node.left)) or truth(self.evaluate(node.right))
        return operators.binary(self, node.operator, self.evaluate(node.left), self.evaluate(node.right))

    def eval_step(self, node: Syntax) -> Any:
        before = plain(self.evaluate(node.target)) or 0
        after = operators.binary(self, "+", before, node.by)
        self.store(node.target, after)
        return after if node.before else before

    def type_target(self, node: Syntax) -> str:
        """The type whose static member is meant. Raises PSError."""
        value = plain(self.evaluate(node))
        return value.name if isinstance(value, NetType) else dotnet.required(self, text(value))

    def eval_member(self, node: Syntax) -> Any:
        name = text(self.evaluate(node.name))
        if node.static:
            return statics.static_get(self, self.type_target(node.target), name)
        return members.get(self, self.evaluate(node.target), name)

    def eval_invoke(self, node: Syntax) -> Any:
        name = text(self.evaluate(node.name))
        if node.static:
            kind = self.type_target(node.target)
            found = statics.static_call(self, kind, name, [self.evaluate(one) for one in node.arguments])
        else:
            target = self.evaluate(node.target)
            found = members.call(self, target, name, [self.evaluate(one) for one in node.arguments])
        return NOTHING if found is None else found

    def eval_index(self, node: Syntax) -> Any:
        return members.element(self, self.evaluate(node.target), self.evaluate(node.index))

    # A command where a value is wanted: what it gives.
    def eval_command(self, node: Syntax) -> Any:
        raise error("lab: a command stands where a value is wanted", "NotModelled")
