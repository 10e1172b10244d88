# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""powershell.exe: its command line, its exit code, and when it does not end."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from lab.files import FileError
from lab.powershell.host import Host
from lab.powershell.interpreter import ExitSignal, Interpreter, LoopSignal, ReturnSignal
from lab.powershell.values import PSError, ScriptBlock
from lab.programs.process import Process

# Switches with the least that names them: powershell.exe takes any beginning of a name that is at least so long.
_SWITCHES = {
    "help": "h", "noexit": "noe", "noprofile": "nop", "nologo": "nol", "noninteractive": "noni", "sta": "s",
    "mta": "mta",
    "importsystemmodules": "imp",
}  # fmt: skip
_VALUES = {
    "command": "c", "file": "f", "encodedcommand": "e", "executionpolicy": "ex", "inputformat": "inp",
    "outputformat": "o",
    "windowstyle": "w", "version": "v", "psconsolefile": "psc", "encodedarguments": "encodeda",
    "configurationname": "config",
}  # fmt: skip
# `-ec` is known beside what `-encodedcommand` begins with.
_OTHER = {"ec": "encodedcommand", "ep": "executionpolicy", "?": "help", "if": "inputformat", "of": "outputformat"}
BAD_ARGUMENT = 0xFFFD0000


class BadCommandLine(Exception):
    """The command line is none: the message for standard error."""


@dataclass
class Options:
    """What the command line says."""

    script: str = ""
    path: str = ""
    arguments: list[str] = field(default_factory=list)
    from_input: bool = False
    encoded: bool = False
    interactive: bool = True
    reads_input: bool = True
    exits: bool = True


def run(process: Process) -> int:
    """`powershell.exe [switches] [-Command …|-EncodedCommand …|-File …]`."""
    try:
        options = parsed(process)
    except BadCommandLine as problem:
        process.complain(str(problem))
        return BAD_ARGUMENT
    host = Host(process, options.encoded)
    ps = Interpreter(process.machine, process, host)
    host.ps = ps
    ps.interactive = options.interactive
    try:
        code = _run(ps, options)
    except ExitSignal as signal:
        code = signal.code
    host.close()
    for work in ps.endings:
        work()
    _linger(ps, options)
    return code


def _run(ps: Interpreter, options: Options) -> int:
    process, host = ps.process, ps.host
    try:
        if options.path:
            return _file(ps, options)
        script = options.script
        if options.from_input:
            script = process.stdin.read_all().decode(process.encoding, errors="replace")
        if not script.strip():
            return 0
        process.machine.traces.scripts.append(script)
        ps.run(script, host.output)
    except ReturnSignal:
        pass
    except LoopSignal:
        return 0
    except PSError as problem:
        ps.remember(problem.record)
        host.write_error(problem.record)
        return 1
    return 0 if ps.ok else 1


def _file(ps: Interpreter, options: Options) -> int:
    process, host = ps.process, ps.host
    try:
        raw = process.read_file(options.path)
    except FileError:
        process.complain(
            f"The argument '{options.path}' to the -File parameter does not exist. Provide the path to an existing "
            f"'.ps1' "
            "file as an argument to the -File parameter."
        )
        return BAD_ARGUMENT
    source = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", errors="replace")
    process.machine.traces.scripts.append(source)
    from lab.powershell.pipelines import FunctionStage

    block = ScriptBlock(ps.parsed(source), source)
    given = [
        (one.lstrip("-").rstrip(":"), one) if one.startswith("-") and len(one) > 1 else ("", one)
        for one in options.arguments
    ]
    with ps.reading(source):
        stage = FunctionStage(ps, block, given, host.output)
        stage.scope.script = True
        stage.begin()
        stage.alone()
        stage.end()
        stage.close()
    return 0


def _linger(ps: Interpreter, options: Options) -> None:
    """2.0 waits for the end of standard input before it ends, unless it was told that there is none."""
    if ps.version < 3 and options.reads_input and not options.from_input:
        ps.process.note("powershell 2.0 waits for the end of standard input")
        ps.process.stdin.read_all()


# --- the command line ------------------------------------------------------------------------------------------------


def _switch(given: str) -> str:
    """The full name of a switch, or "" for none."""
    name = given.lower()
    if name in _OTHER:
        return _OTHER[name]
    for known in (_SWITCHES, _VALUES):
        for full, least in known.items():
            if full.startswith(name) and name.startswith(least):
                return full
    return ""


def parsed(process: Process) -> Options:
    """Raises BadCommandLine."""
    options = Options()
    words = process.arguments
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        name = _switch(word[1:]) if word[:1] in ("-", "/", "–") and len(word) > 1 else ""
        if name in _SWITCHES:
            options.interactive = options.interactive and name != "noninteractive"
            if name == "help":
                raise BadCommandLine("PowerShell[.exe] [-PSConsoleFile <file> | -Version <version>]")
            continue
        if not name or name == "command":
            rest = words[at:] if name else words[at - 1 :]
            if not name and word[:1] == "-" and len(word) > 1:
                # What is no switch begins the command.
                rest = words[at - 1 :]
            options.from_input = rest == ["-"]
            options.script = "" if options.from_input else " ".join(rest)
            if not rest:
                raise BadCommandLine("Cannot process the command because of a missing parameter. A command must follow "
                                     "-Command.")  # fmt: skip
            return options
        if at >= len(words):
            raise BadCommandLine(f"Cannot process the command because the value of -{name} is missing.")
        value = words[at]
        at += 1
        if name == "file":
            options.path, options.arguments = value, words[at:]
            return options
        _take(options, name, value)
    if not options.script:
        options.from_input = True
    return options


def _take(options: Options, name: str, value: str) -> None:
    if name == "encodedcommand":
        try:
            options.script = base64.b64decode(value, validate=True).decode("utf-16-le")
        except ValueError as problem:
            raise BadCommandLine(
                "Cannot process the command because the value specified with -EncodedCommand is not properly "
                "encoded. The "
                "value must be Base64 encoded."
            ) from problem
        options.encoded = True
    elif name == "inputformat":
        if value.lower() not in ("text", "xml", "none"):
            raise BadCommandLine(f"Cannot process the -InputFormat parameter because of a wrong value: {value}.")
        options.reads_input = value.lower() != "none"
    elif name == "executionpolicy":
        known = ("restricted", "allsigned", "remotesigned", "unrestricted", "bypass", "undefined", "default")
        if value.lower() not in known:
            raise BadCommandLine(f"Cannot set the execution policy: {value} is none.")
