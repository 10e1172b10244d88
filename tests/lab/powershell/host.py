# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The console of a PowerShell process: where output, errors, warnings and progress go, and in which form.

With -EncodedCommand everything that is not output goes to standard error as CLIXML; else as text, warnings among the
output.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Any

from lab.powershell import formatting
from lab.powershell.values import ErrorRecord, text

if TYPE_CHECKING:
    from lab.powershell.interpreter import Interpreter
    from lab.programs.process import Process

_MARK = "#< CLIXML\r\n"
_OPEN = '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
_WRAP = 79
_MODULES = "Preparing modules for first use."


def escaped(value: str) -> str:
    """Text within CLIXML: control characters and line ends as _xHHHH_."""
    shown = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", value)
    shown = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", lambda match: f"_x{ord(match[0]):04X}_", shown)


class Host:
    """Standard output and standard error of one process. `clixml` is the form of what is not output."""

    def __init__(self, process: Process, clixml: bool) -> None:
        self.process, self.clixml = process, clixml
        self.encoding = process.encoding
        self.ps: Interpreter | None = None
        self._opened = False
        self._held: list[Any] = []
        self._noted = False
        # Of what comes next on standard output so many bytes are written, and then the process is ended by others.
        self.dies_within: int | None = None

    # --- output --------------------------------------------------------------------------------------------------

    def set_encoding(self, codec: str) -> None:
        """[Console]::OutputEncoding."""
        self.flush()
        self.encoding = codecs.lookup(codec).name

    def write(self, value: str) -> None:
        """Text to standard output, as it is."""
        self.flush()
        self.write_bytes(value.encode(self.encoding, errors="replace"))

    def write_bytes(self, data: bytes) -> None:
        self.flush()
        self.process.check()
        self.process.stdout.write(data if self.dies_within is None else data[: self.dies_within])
        if self.dies_within is not None:
            from lab.powershell.interpreter import ExitSignal

            raise ExitSignal(1)

    def output(self, value: Any) -> None:
        """An object that came out of the script: text at once, others when it is known how many there are."""
        if formatting.is_plain(value) or isinstance(value, formatting.Shaped):
            self.flush()
            self.lines(formatting.shown(self._ps(), [value]))
        else:
            self._held.append(value)

    def lines(self, lines: list[str]) -> None:
        if lines:
            self.write("".join(f"{line}\r\n" for line in lines))

    def flush(self) -> None:
        """Show the objects that were held back."""
        held, self._held = self._held, []
        if held:
            self.lines(formatting.shown(self._ps(), held))

    def rendered(self, ps: Interpreter, values: list[Any]) -> str:
        """Objects as text, as a file gets them."""
        return "".join(f"{line}\r\n" for line in formatting.shown(ps, values))

    def _ps(self) -> Interpreter:
        assert self.ps is not None
        return self.ps

    # --- the rest ------------------------------------------------------------------------------------------------

    def write_error(self, record: ErrorRecord) -> None:
        self.flush()
        self._streamed("Error", formatting.error_lines(self._ps(), record))

    def write_error_text(self, value: str) -> None:
        """Text that goes to standard error as it is."""
        self.flush()
        self.process.check()
        self.process.stderr.write(value.encode(self.encoding, errors="replace"))

    def message(self, kind: str, value: str) -> None:
        """A warning, or a verbose or debugging message: `kind` is warning, verbose or debug."""
        if self.clixml:
            self._streamed(kind, value.splitlines() or [""])
        else:
            self.lines(_wrapped([f"{kind.upper()}: {line}" for line in value.splitlines() or [""]]))

    def note_modules(self, ps: Interpreter) -> None:
        """From 3.0 on the first command shows that modules are looked for, as progress."""
        if self._noted or not self.clixml or ps.version < 3:
            return
        if text(ps.variable("ProgressPreference")).lower() != "continue":
            return
        self._noted = True
        self.progress(_MODULES, "Completed")

    def progress(self, activity: str, kind: str) -> None:
        """A record of progress."""
        if not self.clixml:
            return
        first = 0 if not self._opened else 1
        self._element(
            f'<Obj S="progress" RefId="{first}">'
            + ('<TN RefId="0"><T>System.Management.Automation.PSCustomObject</T><T>System.Object</T></TN>' if not first
               else '<TNRef RefId="0" />')
            + f'<MS><I64 N="SourceId">1</I64><PR N="Record"><AV>{escaped(activity)}</AV><AI>0</AI><Nil /><PI>-1</PI>'
            f"<PC>-1</PC><T>{kind}</T><SR>-1</SR><SD> </SD></PR></MS></Obj>"
        )  # fmt: skip

    def _streamed(self, kind: str, lines: list[str]) -> None:
        wrapped = _wrapped(lines)
        if not self.clixml:
            self.write_error_text("".join(f"{line}\r\n" for line in wrapped))
            return
        end = "\r\n" if kind == "Error" else ""
        self._element("".join(f'<S S="{kind}">{escaped(line + end)}</S>' for line in wrapped))

    def _element(self, value: str) -> None:
        self.process.check()
        head = "" if self._opened else _MARK + _OPEN
        self._opened = True
        self.process.stderr.write((head + value).encode(self.process.encoding, errors="replace"))

    def close(self) -> None:
        """The end of the process."""
        self.flush()
        if self._opened:
            self.process.stderr.write(b"</Objs>")
            self._opened = False


def _wrapped(lines: list[str]) -> list[str]:
    """Lines as the console without a window breaks them: at 79 characters, at a blank where there is one."""
    found = []
    for line in lines:
        rest = line
        while len(rest) > _WRAP:
            at = rest.rfind(" ", 1, _WRAP + 1)
            cut = at + 1 if at > 0 and rest[:at].strip() else _WRAP
            found.append(rest[:cut])
            rest = rest[cut:]
        found.append(rest)
    return found
