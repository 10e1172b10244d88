# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that write: objects, text, warnings, errors, tables, files."""

from __future__ import annotations

import csv
import io
from typing import Any, ClassVar

from lab.files import FileError
from lab.powershell import formatting, members
from lab.powershell.cmdlets.objects import properties
from lab.powershell.commands import INPUT, Cmdlet, Gathering, P
from lab.powershell.formatting import Shaped
from lab.powershell.values import (
    NOTHING,
    ErrorRecord,
    NetException,
    PSObject,
    is_list,
    items,
    text,
    type_of,
)


class WriteOutput(Cmdlet):
    name = "Write-Output"
    aliases = ("echo", "write")
    parameters = (P("InputObject", position=0, pipeline=True, rest=True), P("NoEnumerate", "switch", since=4))

    def process(self, item: Any) -> None:
        value = self.get("InputObject") if item is NOTHING else item
        for one in [value] if self.on("NoEnumerate") else items(value):
            self.emit(one)


class WriteHost(Cmdlet):
    name = "Write-Host"
    parameters = (
        P("Object", position=0, pipeline=True, rest=True),
        P("NoNewline", "switch"),
        P("Separator", "object"),
        P("ForegroundColor", "string"),
        P("BackgroundColor", "string"),
    )

    def process(self, item: Any) -> None:
        value = self.get("Object") if item is NOTHING else item
        parts = [text(one, self.ps.culture) for one in (value if is_list(value) else [value])]
        shown = text(self.get("Separator", " ")).join(parts)
        self.ps.host.write(shown + ("" if self.on("NoNewline") else "\r\n"))


class _Message(Cmdlet):
    parameters = (P("Message", "string", 0, True, pipeline=True, aliases=("msg",)),)
    kind = ""
    variable = ""

    def process(self, item: Any) -> None:
        wanted = self._preference()
        if wanted in ("silentlycontinue", "ignore"):
            return
        self.ps.host.message(self.kind, text(self.get("Message")))
        if wanted == "stop":
            raise self.stop(
                f'Command execution stopped because the preference variable "{self.variable}" or common parameter is '
                "set to Stop.",
                "ActionPreferenceStop",
                "System.Management.Automation.ActionPreferenceStopException",
            )

    def _preference(self) -> str:
        if self.kind == "warning" and self.has("WarningAction"):
            return text(self.get("WarningAction")).lower()
        if self.kind == "verbose" and self.has("Verbose") or self.kind == "debug" and self.has("Debug"):
            return "continue" if self.on(self.kind) else "silentlycontinue"
        return text(self.ps.variable(self.variable)).lower()


class WriteWarning(_Message):
    name = "Write-Warning"
    kind, variable = "warning", "WarningPreference"


class WriteVerbose(_Message):
    name = "Write-Verbose"
    kind, variable = "verbose", "VerbosePreference"


class WriteDebug(_Message):
    name = "Write-Debug"
    kind, variable = "debug", "DebugPreference"


class WriteError(Cmdlet):
    name = "Write-Error"
    net = "Microsoft.PowerShell.Commands.WriteErrorException"
    parameters = (
        P("Message", "string", 0, aliases=("msg",), pipeline=True),
        P("Exception"),
        P("ErrorRecord"),
        P("ErrorId", "string"),
        P("Category", "string"),
        P("TargetObject"),
        P("RecommendedAction", "string"),
    )

    def process(self, item: Any) -> None:
        if isinstance(self.get("ErrorRecord"), ErrorRecord):
            record = self.get("ErrorRecord")
        else:
            exception = self.get("Exception")
            if not isinstance(exception, NetException):
                exception = NetException("Microsoft.PowerShell.Commands.WriteErrorException", text(self.get("Message")))
            error_id = text(self.get("ErrorId")) or exception.type
            record = ErrorRecord(
                exception,
                error_id,
                text(self.get("Category")) or "NotSpecified",
                self.get("TargetObject"),
                "Write-Error",
            )
        self.ps.write_error(record, self.action)


class WriteProgress(Cmdlet):
    name = "Write-Progress"
    parameters = (
        P("Activity", "string", 0, True),
        P("Status", "string", 1),
        P("Id", "int", 2),
        P("PercentComplete", "int"),
        P("SecondsRemaining", "int"),
        P("CurrentOperation", "string"),
        P("ParentId", "int"),
        P("Completed", "switch"),
    )

    def process(self, item: Any) -> None:
        if text(self.ps.variable("ProgressPreference")).lower() == "continue":
            self.ps.host.progress(text(self.get("Activity")), "Completed" if self.on("Completed") else "Processing")


class OutNull(Cmdlet):
    name = "Out-Null"
    parameters = (INPUT,)


class OutDefault(Cmdlet):
    name = "Out-Default"
    aliases: ClassVar[tuple[str, ...]] = ("oh",)
    parameters = (INPUT, P("Paging", "switch"))

    def process(self, item: Any) -> None:
        for one in self.taken(item):
            self.ps.host.output(one)


class OutHost(OutDefault):
    name = "Out-Host"
    aliases = ()


class OutString(Gathering):
    name = "Out-String"
    parameters = (INPUT, P("Width", "int"), P("Stream", "switch"))

    def end(self) -> None:
        lines = formatting.shown(self.ps, self.held)
        if self.on("Stream"):
            for one in lines:
                self.emit(one)
        else:
            self.emit("".join(f"{one}\r\n" for one in lines))


class OutFile(Gathering):
    name = "Out-File"
    parameters = (
        P("FilePath", "string", 0, True, aliases=("path",)),
        P("Encoding", "string", 1),
        P("Append", "switch"),
        P("Force", "switch"),
        P("NoClobber", "switch"),
        P("Width", "int"),
        INPUT,
    )

    def end(self) -> None:
        data = encoded(self.ps.host.rendered(self.ps, self.held), text(self.get("Encoding", "unicode")))
        path, process = text(self.get("FilePath")), self.ps.process
        before = process.read_file(path) if self.on("Append") and process.exists(path) else b""
        process.write_file(path, before + data)


def encoded(content: str, name: str) -> bytes:
    """Text in the encoding that a command's -Encoding names."""
    codec, mark = {
        "unicode": ("utf-16-le", b"\xff\xfe"),
        "utf8": ("utf-8", b"\xef\xbb\xbf"),
        "ascii": ("ascii", b""),
        "string": ("utf-16-le", b"\xff\xfe"),
        "oem": ("cp437", b""),
        "default": ("cp1252", b""),
    }.get(name.lower(), ("cp1252", b""))
    return mark + content.encode(codec, errors="replace")


def decoded(data: bytes) -> str:
    """A file's text: by its mark, else in the ANSI code page."""
    for codec, mark in (("utf-8-sig", b"\xef\xbb\xbf"), ("utf-16", b"\xff\xfe"), ("utf-16", b"\xfe\xff")):
        if data.startswith(mark):
            return data.decode(codec, errors="replace")
    return data.decode("cp1252", errors="replace")


class SetContent(Cmdlet):
    name = "Set-Content"
    aliases = ("sc",)
    parameters = (
        P("Path", "string", 0, True),
        P("Value", position=1, pipeline=True),
        P("Encoding", "string"),
        P("Force", "switch"),
    )
    asks = True

    def begin(self) -> None:
        self.held: list[Any] = []

    def process(self, item: Any) -> None:
        self.held += [item] if item is not NOTHING else items(self.get("Value"))

    def end(self) -> None:
        content = "".join(f"{text(one)}\r\n" for one in self.held)
        self.ps.process.write_file(
            text(self.get("Path")), self._before() + encoded(content, text(self.get("Encoding")))
        )

    def _before(self) -> bytes:
        return b""


class AddContent(SetContent):
    name = "Add-Content"
    aliases = ("ac",)

    def _before(self) -> bytes:
        path = text(self.get("Path"))
        return self.ps.process.read_file(path) if self.ps.process.exists(path) else b""


class GetContent(Cmdlet):
    name = "Get-Content"
    aliases = ("gc", "type", "cat")
    parameters = (
        P("Path", "string[]", 0, True),
        P("Encoding", "string"),
        P("TotalCount", "int"),
        P("Raw", "switch", since=3),
        P("ReadCount", "int"),
    )

    def process(self, item: Any) -> None:
        for path in self.texts("Path"):
            try:
                data = self.ps.process.read_file(path)
            except FileError:
                self.fail(
                    f"Cannot find path '{path}' because it does not exist.",
                    "PathNotFound",
                    "System.Management.Automation.ItemNotFoundException",
                    "ObjectNotFound",
                    path,
                )
                continue
            if text(self.get("Encoding")).lower() == "byte":
                for one in data:
                    self.emit(one)
            elif self.on("Raw"):
                self.emit(decoded(data))
            else:
                for line in decoded(data).splitlines()[: self.get("TotalCount")]:
                    self.emit(line)


class FormatList(Gathering):
    name = "Format-List"
    aliases = ("fl",)
    parameters: ClassVar[tuple[P, ...]] = (
        P("Property", position=0),
        P("GroupBy"),
        P("Force", "switch"),
        P("Expand", "string"),
        INPUT,
    )

    def end(self) -> None:
        plains = [one for one in self.held if formatting.is_plain(one)]
        others = [one for one in self.held if not formatting.is_plain(one)]
        if plains:
            self.emit(Shaped([text(one, self.ps.culture) for one in plains]))
        if others:
            self.emit(Shaped(self._lines(others)))

    def names(self, first: Any) -> list[Any]:
        """What -Property names: names with wildcards laid out, and (label, work)."""
        if not self.has("Property"):
            return formatting.columns(self.ps, first)
        found: list[Any] = []
        for one in items(self.get("Property")):
            shown = text(one) if isinstance(one, str) else ""
            if "*" in shown or "?" in shown:
                from lab.powershell.operators import like

                found += [name for name in members.names(self.ps, first) if like(name, shown)]
            else:
                found += properties(self.ps, [one])
        return found

    def _lines(self, values: list[Any]) -> list[str]:
        return formatting.as_list(self.ps, values, self.names(values[0]))


class FormatTable(FormatList):
    name = "Format-Table"
    aliases = ("ft",)
    parameters = (
        P("Property", position=0),
        P("AutoSize", "switch", aliases=("auto",)),
        P("HideTableHeaders", "switch"),
        P("Wrap", "switch"),
        P("GroupBy"),
        P("Force", "switch"),
        INPUT,
    )

    def _lines(self, values: list[Any]) -> list[str]:
        return formatting.as_table(self.ps, values, self.names(values[0]), not self.on("HideTableHeaders"))


class ConvertToCsv(Gathering):
    name = "ConvertTo-Csv"
    parameters: ClassVar[tuple[P, ...]] = (
        P("Delimiter", "string", 1),
        P("NoTypeInformation", "switch", aliases=("nti",)),
        P("InputObject", position=0, pipeline=True),
    )

    def lines(self) -> list[str]:
        """The table: names from the first object, every value in quotation marks."""
        if not self.held:
            return []
        names = members.names(self.ps, self.held[0])
        rows = [names, *([text(members.get(self.ps, one, name)) for name in names] for one in self.held)]
        into = io.StringIO()
        csv.writer(
            into, delimiter=text(self.get("Delimiter", ",")), quoting=csv.QUOTE_ALL, lineterminator="\n"
        ).writerows(rows)
        head = [] if self.on("NoTypeInformation") else [f"#TYPE {type_of(self.held[0])}"]
        return head + into.getvalue().rstrip("\n").split("\n")

    def end(self) -> None:
        for one in self.lines():
            self.emit(one)


class ExportCsv(ConvertToCsv):
    name = "Export-Csv"
    aliases = ("epcsv",)
    parameters = (
        P("Path", "string", 0, True),
        P("Delimiter", "string", 1),
        P("Encoding", "string"),
        P("Force", "switch"),
        P("NoTypeInformation", "switch", aliases=("nti",)),
        P("InputObject", pipeline=True),
        P("Append", "switch", since=3),
    )

    def end(self) -> None:
        content = "".join(f"{one}\r\n" for one in self.lines())
        self.ps.process.write_file(text(self.get("Path")), encoded(content, text(self.get("Encoding", "ascii"))))


class ConvertFromCsv(Cmdlet):
    name = "ConvertFrom-Csv"
    parameters = (P("InputObject", position=0, pipeline=True), P("Delimiter", "string", 1), P("Header", "string[]"))

    def begin(self) -> None:
        self.held: list[str] = []

    def process(self, item: Any) -> None:
        self.held += [text(one) for one in self.taken(item) for one in items(one)]

    def end(self) -> None:
        for row in csv.DictReader(
            [one for one in self.held if not one.startswith("#TYPE")],
            fieldnames=self.texts("Header") or None,
            delimiter=text(self.get("Delimiter", ",")),
        ):
            self.emit(PSObject({text(key): value for key, value in row.items()}))


class ReadHost(Cmdlet):
    name = "Read-Host"
    parameters = (P("Prompt", position=0), P("AsSecureString", "switch"))

    def process(self, item: Any) -> None:
        self.ps.require_answer(self.name, self.full_name())
        if self.has("Prompt"):
            self.ps.host.write(f"{text(self.get('Prompt'))}: ")
        self.emit(self.ps.answer("a line"))
