# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands on the session itself: modules, commands, variables, dates, time, expressions."""

from __future__ import annotations

import datetime
from typing import Any

from lab.powershell import dotnet, operators, statics
from lab.powershell.commands import Cmdlet, Module, P, aliases, all_cmdlets, cmdlet_named, modules_of
from lab.powershell.members import shown
from lab.powershell.pipelines import FunctionStage
from lab.powershell.values import (
    DateTime,
    EnumValue,
    NotConvertible,
    PSObject,
    TimeSpan,
    items,
    number,
    parse_date,
    text,
    whole,
)
from lab.programs import find_program


def _module_object(one: Module, imported: bool) -> PSObject:
    commands = {name: name for name in one.commands}
    return PSObject(
        {
            "Name": one.name,
            "Path": one.path,
            "ModuleBase": one.path.rpartition("\\")[0],
            "Version": dotnet.version_object(one.version),
            "ModuleType": EnumValue("Manifest", 2, "System.Management.Automation.ModuleType"),
            "ExportedCommands": list(commands) if imported else [],
            "ExportedCmdlets": list(commands) if imported else [],
            "Description": "",
            "Guid": "",
            "PrivateData": None,
        },
        ("System.Management.Automation.PSModuleInfo",),
        text=one.name,
    )


class ImportModule(Cmdlet):
    name = "Import-Module"
    aliases = ("ipmo",)
    parameters = (
        P("Name", "string[]", 0, True, pipeline=True),
        P("Force", "switch"),
        P("PassThru", "switch"),
        P("Global", "switch"),
        P("DisableNameChecking", "switch"),
        P("Prefix", "string"),
        P("Cmdlet", "string[]"),
        P("ArgumentList"),
    )

    def process(self, item: Any) -> None:
        for name in self.texts("Name"):
            found = next((one for one in modules_of(self.ps) if _is_named(one, name)), None)
            if found is None:
                if name.lower() in _CORE:
                    continue
                self.fail(
                    f"The specified module '{name}' was not loaded because no valid module file was found in any "
                    f"module "
                    "directory.",
                    "Modules_ModuleNotFound",
                    "System.IO.FileNotFoundException",
                    "ResourceUnavailable",
                    name,
                )
                continue
            self.ps.import_module(found)
            if self.on("PassThru"):
                self.emit(_module_object(found, True))


_CORE = (
    "microsoft.powershell.utility",
    "microsoft.powershell.management",
    "microsoft.powershell.security",
    "microsoft.powershell.core",
    "microsoft.powershell.host",
)


def _is_named(one: Module, name: str) -> bool:
    wanted = name.lower().strip()
    folder = one.path.rpartition("\\")[0]
    return wanted in (one.name.lower(), one.path.lower(), folder.lower(), *(alias.lower() for alias in one.import_as))


class RemoveModule(Cmdlet):
    name = "Remove-Module"
    parameters = (P("Name", "string[]", 0, True), P("Force", "switch"))

    def process(self, item: Any) -> None:
        for name in self.texts("Name"):
            self.ps.imported.pop(name, None)


class GetModule(Cmdlet):
    name = "Get-Module"
    aliases = ("gmo",)
    parameters = (
        P("Name", "string[]", 0),
        P("ListAvailable", "switch"),
        P("All", "switch"),
        P("Refresh", "switch", since=3),
    )

    def process(self, item: Any) -> None:
        wanted = self.texts("Name") or ["*"]
        for one in modules_of(self.ps):
            imported = one.name in self.ps.imported
            if (imported or self.on("ListAvailable")) and any(operators.like(one.name, name) for name in wanted):
                self.emit(_module_object(one, imported or self.ps.version >= 3))


class GetCommand(Cmdlet):
    name = "Get-Command"
    aliases = ("gcm",)
    parameters = (
        P("Name", "string[]", 0, pipeline=True),
        P("CommandType", "string[]", aliases=("type",)),
        P("Module", "string[]", aliases=("pssnapin",)),
        P("Verb", "string[]"),
        P("Noun", "string[]"),
        P("Syntax", "switch"),
        P("TotalCount", "int"),
    )

    def process(self, item: Any) -> None:
        for name in self.texts("Name") or ["*"]:
            found = list(self._found(name))
            for one in found:
                self.emit(one)
            if not found and "*" not in name:
                self.fail(
                    f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable "
                    "program. Check the spelling of the name, or if a path was included, verify that the path is "
                    "correct "
                    "and try again.",
                    "CommandNotFoundException",
                    "System.Management.Automation.CommandNotFoundException",
                    "ObjectNotFound",
                    name,
                )

    def _found(self, name: str) -> Any:
        kinds = [one.lower() for one in self.texts("CommandType")]
        if "*" in name:
            for one in all_cmdlets():
                if operators.like(one.name, name) and self._fits(one) and (not kinds or "cmdlet" in kinds):
                    yield self._cmdlet(one)
            return
        target = aliases().get(name.lower())
        if target is not None and (not kinds or "alias" in kinds):
            yield _command("Alias", name, target, "")
            return
        block = self.ps.function(name)
        if block is not None:
            yield _command("Function", name, block.text, "")
            return
        known = cmdlet_named(name.rpartition("\\")[2])
        if known is not None and self._fits(known):
            if self.ps.cmdlet(known.name) is not None:
                yield self._cmdlet(known)
            return
        path = find_program(name, self.ps.process)
        if path is not None:
            yield _command("Application", path.rpartition("\\")[2], path, "")

    def _fits(self, one: type[Cmdlet]) -> bool:
        if one.since > self.ps.version:
            return False
        verb, _dash, noun = one.name.lower().partition("-")
        modules = [name.lower() for name in self.texts("Module")]
        holder = self._module(one)
        if one.module and holder is None:
            return False
        return (
            (not modules or (holder or "microsoft.powershell.core").lower() in modules)
            and (not self.has("Verb") or verb in [name.lower() for name in self.texts("Verb")])
            and (not self.has("Noun") or any(operators.like(noun, name) for name in self.texts("Noun")))
        )

    def _module(self, one: type[Cmdlet]) -> str | None:
        return (
            next((held.name for held in modules_of(self.ps) if one.name in held.commands), None) if one.module else None
        )

    def _cmdlet(self, one: type[Cmdlet]) -> PSObject:
        return _command("Cmdlet", one.name, one.name, self._module(one) or "Microsoft.PowerShell.Core")


def _command(kind: str, name: str, definition: str, module: str) -> PSObject:
    return PSObject(
        {
            "CommandType": EnumValue(kind, 8, "System.Management.Automation.CommandTypes"),
            "Name": name,
            "Definition": definition,
            "ModuleName": module,
            "Path": definition if kind == "Application" else None,
            "Source": definition if kind == "Application" else module,
        },
        ("System.Management.Automation.CmdletInfo",),
        text=name,
    )


class GetDate(Cmdlet):
    name = "Get-Date"
    parameters = (
        P("Date", "object", 0, pipeline=True),
        P("Format", "string"),
        P("UFormat", "string"),
        P("Year", "int"),
        P("Month", "int"),
        P("Day", "int"),
        P("Hour", "int"),
        P("Minute", "int"),
        P("Second", "int"),
        P("DisplayHint", "string"),
    )

    def process(self, item: Any) -> None:
        value = (
            self.get("Date")
            if self.has("Date")
            else statics.static_get(self.ps, "System.DateTime", "Now")
            if not (self.ps.constrained)
            else DateTime(self.ps.machine.clock().replace(tzinfo=None) + self.ps.offset, "Local")
        )
        if not isinstance(value, DateTime):
            try:
                value = parse_date(text(value), self.ps.culture, self.ps.offset)
            except NotConvertible as problem:
                raise self.stop(
                    f"Cannot bind parameter 'Date'. {problem}",
                    "CannotConvertArgumentNoMessage",
                    "System.Management.Automation.ParameterBindingException",
                    "InvalidArgument",
                ) from problem
        parts = {
            name.lower(): self.get(name)
            for name in ("Year", "Month", "Day", "Hour", "Minute", "Second")
            if self.has(name)
        }
        value = DateTime(value.value.replace(**parts), value.kind)
        self.emit(shown(self.ps, value, self.get("Format")) if self.has("Format") else value)


class NewTimeSpan(Cmdlet):
    name = "New-TimeSpan"
    parameters = (
        P("Start", "object", 0, pipeline=True),
        P("End", "object", 1),
        P("Days", "int"),
        P("Hours", "int"),
        P("Minutes", "int"),
        P("Seconds", "int"),
    )

    def process(self, item: Any) -> None:
        if self.has("Start") or self.has("End"):
            now = DateTime(self.ps.machine.clock().replace(tzinfo=None) + self.ps.offset, "Local")
            start, end = (dotnet.cast(self.ps, "System.DateTime", self.get(name, now)) for name in ("Start", "End"))
            self.emit(TimeSpan(end.value - start.value))
            return
        self.emit(
            TimeSpan(
                datetime.timedelta(
                    days=self.get("Days", 0),
                    hours=self.get("Hours", 0),
                    minutes=self.get("Minutes", 0),
                    seconds=self.get("Seconds", 0),
                )
            )
        )


class StartSleep(Cmdlet):
    name = "Start-Sleep"
    aliases = ("sleep",)
    parameters = (P("Seconds", "object", 0), P("Milliseconds", "int"))

    def process(self, item: Any) -> None:
        seconds = float(number(self.get("Seconds", 0))) + self.get("Milliseconds", 0) / 1000
        self.ps.process.wait(seconds)


class InvokeExpression(Cmdlet):
    name = "Invoke-Expression"
    aliases = ("iex",)
    parameters = (P("Command", "string", 0, True, pipeline=True),)

    def process(self, item: Any) -> None:
        self.ps.run(text(self.get("Command")), self.emit)


class InvokeCommand(Cmdlet):
    name = "Invoke-Command"
    aliases = ("icm",)
    parameters = (
        P("ScriptBlock", "scriptblock", 0, aliases=("command",)),
        P("ArgumentList", "object", aliases=("args",)),
        P("ComputerName", "string[]", aliases=("cn",)),
        P("Session"),
        P("Credential"),
        P("NoNewScope", "switch"),
        P("InputObject"),
    )

    def process(self, item: Any) -> None:
        for name in self.texts("ComputerName"):
            self.fail(
                f"[{name}] Connecting to remote server failed: the lab models no remoting between its machines.",
                "PSSessionStateBroken",
                "System.Management.Automation.Remoting.PSRemotingTransportException",
                "OpenError",
                name,
            )
        if self.has("ComputerName"):
            return
        stage = FunctionStage(
            self.ps, self.get("ScriptBlock"), [("", one) for one in items(self.get("ArgumentList"))], self.emit
        )
        stage.begin()
        stage.alone()
        stage.end()


class GetVariable(Cmdlet):
    name = "Get-Variable"
    aliases = ("gv",)
    parameters = (P("Name", "string[]", 0), P("ValueOnly", "switch"), P("Scope", "string"))

    def process(self, item: Any) -> None:
        for name in self.texts("Name"):
            value = self.ps.variable(name)
            if value is None and not self._known(name):
                self.fail(
                    f"Cannot find a variable with the name '{name}'.",
                    "VariableNotFound",
                    "System.Management.Automation.ItemNotFoundException",
                    "ObjectNotFound",
                    name,
                )
                continue
            made = PSObject({"Name": name, "Value": value}, ("System.Management.Automation.PSVariable",))
            self.emit(value if self.on("ValueOnly") else made)

    def _known(self, name: str) -> bool:
        scope: Any = self.ps.scope
        while scope is not None:
            if name in scope.variables:
                return True
            scope = scope.parent
        return False


class SetVariable(Cmdlet):
    name = "Set-Variable"
    aliases = ("sv",)
    parameters = (
        P("Name", "string[]", 0, True),
        P("Value", position=1, pipeline=True),
        P("Scope", "string"),
        P("Option", "string"),
        P("Force", "switch"),
    )

    def process(self, item: Any) -> None:
        for name in self.texts("Name"):
            self.ps.scope_named(text(self.get("Scope")).lower()).variables[name] = self.get("Value")


class RemoveVariable(Cmdlet):
    name = "Remove-Variable"
    aliases = ("rv",)
    parameters = (P("Name", "string[]", 0, True), P("Force", "switch"), P("Scope", "string"))

    def process(self, item: Any) -> None:
        for name in self.texts("Name"):
            self.ps.scope.variables.pop(name)


class SetStrictMode(Cmdlet):
    name = "Set-StrictMode"
    parameters = (P("Version", "string"), P("Off", "switch"))

    def process(self, item: Any) -> None:
        if not self.on("Off"):
            self.ps.host.message("warning", "lab: Set-StrictMode is not modelled")


class GetHost(Cmdlet):
    name = "Get-Host"

    def process(self, item: Any) -> None:
        self.emit(self.ps.variable("Host"))


class GetCulture(Cmdlet):
    name = "Get-Culture"

    def process(self, item: Any) -> None:
        self.emit(statics.culture_object(self.ps.culture.name))


class GetUICulture(Cmdlet):
    name = "Get-UICulture"

    def process(self, item: Any) -> None:
        self.emit(statics.culture_object(self.ps.machine.language))


class GetExecutionPolicy(Cmdlet):
    name = "Get-ExecutionPolicy"
    parameters = (P("Scope", "string", 0), P("List", "switch"))

    def process(self, item: Any) -> None:
        self.emit(EnumValue("RemoteSigned", 1, "Microsoft.PowerShell.ExecutionPolicy"))


class SetExecutionPolicy(Cmdlet):
    name = "Set-ExecutionPolicy"
    parameters = (P("ExecutionPolicy", "string", 0, True), P("Scope", "string", 1), P("Force", "switch"))
    asks = True


class AddType(Cmdlet):
    name = "Add-Type"
    parameters = (
        P("TypeDefinition", "string", 0),
        P("AssemblyName", "string[]", aliases=("an",)),
        P("Path", "string[]"),
        P("MemberDefinition", "string"),
        P("Name", "string"),
        P("Namespace", "string"),
        P("Language", "string"),
        P("PassThru", "switch"),
        P("IgnoreWarnings", "switch"),
    )

    def process(self, item: Any) -> None:
        if self.ps.constrained:
            raise self.stop(
                "Cannot add type. Definition of new types is not supported in this language mode.",
                "CannotDefineNewType",
                "System.Management.Automation.PSNotSupportedException",
                "PermissionDenied",
            )
        if not self.has("AssemblyName"):
            raise self.stop("lab: Add-Type with source code is not modelled", "NotModelled")


class AddPSSnapin(Cmdlet):
    name = "Add-PSSnapin"
    parameters = (P("Name", "string[]", 0, True), P("PassThru", "switch"))

    def process(self, item: Any) -> None:
        for name in self.texts("Name"):
            self.fail(
                f"The Windows PowerShell snap-in '{name}' is not installed on this computer.",
                "AddPSSnapInRead",
                "System.Management.Automation.PSArgumentException",
                "InvalidArgument",
                name,
            )


class NewVariableAlias(Cmdlet):
    name = "Set-Alias"
    aliases = ("sal",)
    parameters = (
        P("Name", "string", 0, True),
        P("Value", "string", 1, True),
        P("Scope", "string"),
        P("Force", "switch"),
    )

    def process(self, item: Any) -> None:
        name, value = text(self.get("Name")), text(self.get("Value"))
        self.ps.root.functions[name] = self.ps.script_block(f"& {value} @args")


class GetRandom(Cmdlet):
    name = "Get-Random"
    parameters = (P("Maximum", "int", 0), P("Minimum", "int"), P("InputObject", position=None, pipeline=True))

    def process(self, item: Any) -> None:
        # Any number will do: a script may not count on one.
        self.emit(whole(self.get("Minimum", 0)))
