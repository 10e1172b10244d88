# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of the lab's machines: where they lie, how they are found and started."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from lab.files import NOT_FOUND, FileError, FileSystem
from lab.programs.process import Process, split_command_line
from lab.programs.security import guarded

if TYPE_CHECKING:
    from lab.machine import Machine

SYSTEM = "C:\\Windows\\System32\\"
DEFAULT_EXTENSIONS = ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC"

# Where each program lies, and "module:function" of what imitates it.
PROGRAMS = {
    SYSTEM + "cmd.exe": "lab.programs.cmd.processor:run",
    SYSTEM + "certreq.exe": "lab.programs.certreq:run",
    SYSTEM + "certutil.exe": "lab.programs.certutil.verbs:run",
    SYSTEM + "netsh.exe": "lab.programs.netsh:run",
    SYSTEM + "net.exe": "lab.programs.services:run_net",
    SYSTEM + "sc.exe": "lab.programs.services:run_sc",
    SYSTEM + "hostname.exe": "lab.programs.small:run_hostname",
    SYSTEM + "whoami.exe": "lab.programs.small:run_whoami",
    SYSTEM + "where.exe": "lab.programs.small:run_where",
    SYSTEM + "find.exe": "lab.programs.small:run_find",
    SYSTEM + "findstr.exe": "lab.programs.findstr:run",
    SYSTEM + "more.com": "lab.programs.small:run_more",
    SYSTEM + "chcp.com": "lab.programs.small:run_chcp",
    SYSTEM + "reg.exe": "lab.programs.reg:run",
    SYSTEM + "icacls.exe": "lab.programs.permissions:run_icacls",
    SYSTEM + "netstat.exe": "lab.programs.netstat:run",
    SYSTEM + "ping.exe": "lab.programs.small:run_ping",
    SYSTEM + "timeout.exe": "lab.programs.small:run_timeout",
    SYSTEM + r"WindowsPowerShell\v1.0\powershell.exe": "lab.programs.powershell:run",
}
# Present on Windows, not imitated: they say so and fail, so that nobody takes silence for success.
UNMODELLED = (
    SYSTEM + "cscript.exe",
    SYSTEM + r"wbem\wmic.exe", SYSTEM + "ipconfig.exe", SYSTEM + "nslookup.exe", SYSTEM + "taskkill.exe",
    SYSTEM + "systeminfo.exe", SYSTEM + r"inetsrv\appcmd.exe", SYSTEM + "xcopy.exe",
)  # fmt: skip
_MODELLED = {path.lower(): target for path, target in PROGRAMS.items()}
Program = Callable[[Process], int]


def install(machine: Machine) -> None:
    """Put the programs into a machine's files: those of its Windows, and those that its roles bring."""
    for path in (*PROGRAMS, *UNMODELLED):
        if path.rpartition("\\")[2].lower() not in machine.generation.absent_programs:
            machine.files.install(path)
    for path in programs_of_roles(machine):
        machine.files.install(path)


def programs_of_roles(machine: Machine) -> dict[str, str]:
    """What the machine's roles bring, by full path."""
    return {path: target for role in machine.roles.values() for path, target in role.programs().items()}


def _candidates(name: str, extensions: str) -> list[str]:
    dotted = "." in name.rpartition("\\")[2]
    return ([name] if dotted else []) + [name + extension.lower() for extension in extensions.split(";")]


def find_program(name: str, process: Process) -> str | None:
    """Full path of a program as cmd finds it: as given, or in the current directory and along PATH, with PATHEXT."""
    if not name:
        return None
    files: FileSystem = process.machine.files
    places = [process.directory]
    if "\\" not in name and "/" not in name and ":" not in name:
        places += [place for place in (process.environment.get("PATH") or "").split(";") if place]
    for place in places:
        for candidate in _candidates(name, process.environment.get("PATHEXT") or DEFAULT_EXTENSIONS):
            if files.is_file(candidate, place):
                return files.absolute(candidate, place)
    return None


def create_process_target(line: str, process: Process) -> str:
    """The program CreateProcess starts without a shell: a full path, or a file in the current directory.

    PATH is not searched and no extension is added: powershell.exe, which PATH has, was not found in the recording.
    """
    name = split_command_line(line)[0]
    files: FileSystem = process.machine.files
    path = files.absolute(name, process.directory)
    if not files.exists(path):
        raise FileError(NOT_FOUND, path)
    return path


def run_program(path: str, process: Process) -> int:
    """Run the program at `path`; returns its exit code."""
    process.machine.traces.lines.append(process.line)
    wanted = path.lower().replace("\\sysnative\\", "\\system32\\").replace("\\syswow64\\", "\\system32\\")
    brought = {known.lower(): target for known, target in programs_of_roles(process.machine).items()}
    if target := brought.get(wanted) or _MODELLED.get(wanted):
        return guarded(path, _load(target), process)
    if wanted in map(str.lower, UNMODELLED):
        process.complain(f"lab: {path.rpartition(chr(92))[2]} is not modelled")
        return 1
    process.complain_of("cmd.cannot_execute")
    return 1


@functools.cache
def _load(target: str) -> Program:
    module, _unused, function = target.partition(":")
    program: Program = getattr(importlib.import_module(module), function)
    return program
