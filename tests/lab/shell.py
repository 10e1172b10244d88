# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows Remote Shell of one machine: Create, Command, Receive, Send, Signal, Delete.

Messages have the form of recorded conversations with Windows Server 2008 R2 to 2016. Output leaves in small pieces
that do not respect characters, a silent program is answered with a time-out fault, and what is not released counts
against the quotas until its idle time is over.
"""

from __future__ import annotations

import base64
import itertools
import threading
import time
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lab import faults
from lab.files import FileError
from lab.programs import create_process_target, find_program, run_program
from lab.programs.process import CODE_PAGES, Environment, Input, Process, Terminated
from lab.soap import SHELL_URI, E, Reply, Request, duration, q

SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
STATE = SHELL + "/CommandState/"
STOPPED = 0xC000013A
# Lengths of the pieces that output is cut into, over and over: small ones split multi-byte characters.
PIECES = (5, 400, 1, 1000, 3, 800)
LINGER = 0.03
DEFAULT_TIMEOUT = 60.0


def new_guid() -> str:
    return str(uuid.uuid4()).upper()


class Streams:
    """The output of one command: pieces in the order of writing, and whether it has ended."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._pieces: list[tuple[str, bytes]] = []
        self._lengths = {"stdout": itertools.cycle(PIECES), "stderr": itertools.cycle(PIECES)}
        self.exit_code: int | None = None

    def write(self, name: str, data: bytes) -> None:
        """Cut `data` into pieces and queue them."""
        with self.changed:
            while data:
                length = next(self._lengths[name])
                self._pieces.append((name, data[:length]))
                data = data[length:]
            self.changed.notify_all()

    def finish(self, code: int) -> None:
        with self.changed:
            self.exit_code = code
            self.changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Wait for output or the end; False when there was neither."""
        with self.changed:
            self.changed.wait_for(lambda: bool(self._pieces) or self.exit_code is not None, seconds)
            if self._pieces and self.exit_code is None:
                self.changed.wait_for(lambda: self.exit_code is not None, LINGER)
            return bool(self._pieces) or self.exit_code is not None

    def take(self, limit: int) -> tuple[list[tuple[str, bytes]], int | None]:
        """The pieces that fit into `limit` bytes of reply, and the exit code when nothing is left behind them."""
        taken: list[tuple[str, bytes]] = []
        with self.changed:
            while self._pieces and limit > 0:
                limit -= 200 + len(self._pieces[0][1]) * 4 // 3
                taken.append(self._pieces.pop(0))
            return taken, None if self._pieces else self.exit_code


@dataclass
class StreamSink:
    """Standard output or standard error of a command."""

    streams: Streams
    name: str

    def write(self, data: bytes) -> None:
        if data:
            self.streams.write(self.name, data)


@dataclass
class Command:
    """A program that was started in a shell. `waiting_for` says what a hanging one waits for."""

    number: str
    line: str
    streams: Streams
    stdin: Input
    stopped: threading.Event
    delivered: bool = False
    waiting_for: str = ""

    def end(self) -> None:
        """End the program, whatever it waits for."""
        self.stopped.set()
        self.stdin.wake()


@dataclass
class Shell:
    """A shell of one user. `idle` in seconds."""

    number: str
    owner: str
    client: str
    idle: float
    environment: Environment
    given: dict[str, str]
    directory: str
    shown_directory: str
    code_page: int
    session: Any
    name: str = ""
    commands: dict[str, Command] = field(default_factory=dict)
    started: int = 0
    busy: int = 0
    born: float = field(default_factory=time.monotonic)
    touched: float = field(default_factory=time.monotonic)

    def end(self) -> None:
        for command in self.commands.values():
            command.end()


class ShellService:
    """All shells of one machine."""

    def __init__(self, machine: Any) -> None:
        self.machine = machine
        self.shells: dict[str, Shell] = {}
        self._lock = threading.RLock()
        self._actions = {
            TRANSFER + "/Create": self._create,
            TRANSFER + "/Delete": self._delete,
            TRANSFER + "/Get": self._get,
            SHELL + "/Command": self._command,
            SHELL + "/Receive": self._receive,
            SHELL + "/Send": self._send,
            SHELL + "/Signal": self._signal,
        }

    def handle(self, request: Request, session: Any) -> Reply:
        """Answer one request for the shell resource; raises `faults.Fault`."""
        action = self._actions.get(request.action)
        if action is None:
            raise faults.action_not_supported(request.action)
        self._expire()
        return action(request, session)

    def stop(self) -> None:
        """End everything that runs."""
        with self._lock:
            shells, self.shells = list(self.shells.values()), {}
        for shell in shells:
            shell.end()

    def open_shells(self) -> list[dict[str, Any]]:
        """What is open now (volatile): owner, command lines, and what hanging programs wait for."""
        with self._lock:
            return [
                {"owner": shell.owner, "commands": [(c.line, c.waiting_for) for c in shell.commands.values()]}
                for shell in self.shells.values()
            ]

    def _expire(self) -> None:
        now = time.monotonic()
        with self._lock:
            old = [s for s in self.shells.values() if not s.busy and now - s.touched > s.idle]
            for shell in old:
                del self.shells[shell.number]
        for shell in old:
            shell.end()

    def _shell(self, request: Request, session: Any) -> Shell:
        number = (request.selector("ShellId") or "").upper()
        with self._lock:
            shell = self.shells.get(number)
            # A shell is its owner's; for anybody else it does not exist.
            if shell is None or shell.owner.lower() != session.owner.lower():
                raise faults.shell_not_found()
            shell.touched = time.monotonic()
            return shell

    def _setting(self, name: str, default: Any) -> Any:
        return self.machine.settings.get("winrs", {}).get(name, default)

    # --- shells ------------------------------------------------------------------------------------------------------

    def _create(self, request: Request, session: Any) -> Reply:
        payload = request.payload
        if payload is None or payload.tag != q("rsp:Shell"):
            raise faults.schema_violation()
        with self._lock:
            limit = self.machine.generation.shells_per_user
            if len(self._of(session.owner)) >= limit:
                raise faults.shell_quota(limit)
            shell = self._new_shell(payload, request, session)
            self.shells[shell.number] = shell
        return Reply(TRANSFER + "/CreateResponse", (self._created(request, shell), _described(shell)))

    def _of(self, owner: str) -> list[Shell]:
        return [shell for shell in self.shells.values() if shell.owner.lower() == owner.lower()]

    def _new_shell(self, payload: ET.Element, request: Request, session: Any) -> Shell:
        options = {name.upper(): value for name, value in request.options.items()}
        page = options.get("WINRS_CODEPAGE", "437")
        if not page.isdigit() or int(page) not in CODE_PAGES:
            raise faults.invalid_parameter()
        variables = payload.iterfind(f"{q('rsp:Environment')}/{q('rsp:Variable')}")
        given = {variable.get("Name", ""): variable.text or "" for variable in variables}
        profile = "Default" if options.get("WINRS_NOPROFILE", "").upper() == "TRUE" else session.account.name
        environment = machine_environment(self.machine, session, profile)
        for name, value in given.items():
            environment.set(name, _expanded(value, environment))
        shown = payload.findtext(q("rsp:WorkingDirectory")) or ""
        idle = duration(payload.findtext(q("rsp:IdleTimeOut")) or "")
        default = self.machine.generation.shell_idle_ms / 1000
        return Shell(
            new_guid(), session.owner, getattr(session, "client_address", ""), default if idle is None else idle,
            environment, given, shown or f"C:\\Users\\{profile}", shown, int(page), session,
            payload.findtext(q("rsp:Name")) or "",
        )  # fmt: skip

    def _created(self, request: Request, shell: Shell) -> ET.Element:
        to = request.header.findtext(q("a:To")) or ""
        address = to.strip() or f"http://{self.machine.fqdn}:5985/wsman"
        selectors = E("w:SelectorSet", E("w:Selector", shell.number, Name="ShellId"))
        reference = E("a:ReferenceParameters", E("w:ResourceURI", SHELL_URI), selectors)
        return E("x:ResourceCreated", E("a:Address", address), reference)

    def _get(self, request: Request, session: Any) -> Reply:
        return Reply(TRANSFER + "/GetResponse", (_described(self._shell(request, session)),))

    def _delete(self, request: Request, session: Any) -> Reply:
        shell = self._shell(request, session)
        with self._lock:
            self.shells.pop(shell.number, None)
        shell.end()
        return Reply(TRANSFER + "/DeleteResponse")

    # --- commands ----------------------------------------------------------------------------------------------------

    def _command(self, request: Request, session: Any) -> Reply:
        shell = self._shell(request, session)
        payload = request.payload
        if payload is None or payload.tag != q("rsp:CommandLine"):
            raise faults.schema_violation()
        # Command and arguments are joined with blanks; nobody adds quotes.
        parts = [payload.findtext(q("rsp:Command")) or ""]
        parts += [argument.text or "" for argument in payload.iterfind(q("rsp:Arguments"))]
        with self._lock:
            self._check_quotas(shell)
            command = self._start(shell, request, " ".join(parts), payload.get("CommandId"))
        return Reply(SHELL + "/CommandResponse", (E("rsp:CommandResponse", E("rsp:CommandId", command.number)),))

    def _check_quotas(self, shell: Shell) -> None:
        generation = self.machine.generation
        operations = generation.operations_per_user
        # Signal does not give an operation back; only the end of the shell does.
        if sum(other.started for other in self._of(shell.owner)) >= operations:
            raise faults.operations_quota(operations, wmi_error=generation.wmi_errors)
        processes = generation.processes_per_shell
        if len(shell.commands) >= processes:
            raise faults.operations_quota(processes, wmi_error=generation.wmi_errors)

    def _start(self, shell: Shell, request: Request, line: str, number: str | None) -> Command:
        options = {name.upper(): value.upper() for name, value in request.options.items()}
        stopped = threading.Event()
        streams = Streams()
        command = Command((number or new_guid()).upper(), line, streams, Input(stopped), stopped)
        process = self._process(shell, command)
        if options.get("WINRS_SKIP_CMD_SHELL") == "TRUE":
            try:
                path = create_process_target(line, process)
            except FileError:
                raise faults.file_not_found() from None
            process.line = line
        else:
            path = str(process.environment.get("COMSPEC"))
            process.line = self._setting("cmd_line", '{comspec} /C "{line}"').format(comspec=path, line=line)
        shell.commands[command.number] = command
        shell.started += 1
        threading.Thread(target=_run, args=(path, process, command), daemon=True, name=f"winrs {line[:40]}").start()
        return command

    def _process(self, shell: Shell, command: Command) -> Process:
        def note(why: str) -> None:
            command.waiting_for = why

        return Process(
            self.machine, shell.session, shell.environment.copy(), shell.directory, command.stdin,
            StreamSink(command.streams, "stdout"), StreamSink(command.streams, "stderr"), command.stopped,
            shell.code_page, note=note,
        )  # fmt: skip

    def _find(self, shell: Shell, number: str | None) -> Command:
        if not number:
            raise faults.invalid_parameter()
        command = shell.commands.get(number.upper())
        if command is None:
            raise faults.command_not_found()
        return command

    def _receive(self, request: Request, session: Any) -> Reply:
        shell = self._shell(request, session)
        wanted = request.body.find(f"{q('rsp:Receive')}/{q('rsp:DesiredStream')}")
        command = self._find(shell, None if wanted is None else wanted.get("CommandId"))
        if command.delivered:
            raise faults.command_not_found()
        timeout = DEFAULT_TIMEOUT if request.operation_timeout is None else request.operation_timeout
        with _Busy(shell):
            if not command.streams.wait(timeout):
                raise faults.timed_out()
        size = min(request.max_envelope_size or 153600, self.machine.generation.envelope_kb * 1024)
        pieces, code = command.streams.take(size - 6000)
        command.delivered = code is not None
        return Reply(SHELL + "/ReceiveResponse", (self._received(command.number, pieces, code),))

    def _received(self, number: str, pieces: list[tuple[str, bytes]], code: int | None) -> ET.Element:
        element = E("rsp:ReceiveResponse")
        for name, data in pieces:
            element.append(E("rsp:Stream", base64.b64encode(data).decode("ascii"), Name=name, CommandId=number))
        if code is None:
            element.append(E("rsp:CommandState", CommandId=number, State=STATE + "Running"))
            return element
        for name in ("stdout", "stderr"):
            element.append(E("rsp:Stream", Name=name, CommandId=number, End="true"))
        shown = E("rsp:ExitCode", str(self._shown_code(code)))
        element.append(E("rsp:CommandState", shown, CommandId=number, State=STATE + "Done"))
        return element

    def _shown_code(self, code: int) -> int:
        """Exit codes are 32 bits; a machine can be told to show large ones signed (default) or unsigned."""
        code &= 0xFFFFFFFF
        if self._setting("exit_codes", "signed") == "unsigned" or code < 0x80000000:
            return code
        return code - 0x100000000

    def _send(self, request: Request, session: Any) -> Reply:
        shell = self._shell(request, session)
        for stream in request.body.iterfind(f"{q('rsp:Send')}/{q('rsp:Stream')}"):
            command = self._find(shell, stream.get("CommandId"))
            try:
                data = base64.b64decode(stream.text or "", validate=False)
            except ValueError:
                raise faults.invalid_parameter() from None
            command.stdin.feed(data, end=stream.get("End", "").lower() in ("true", "1"))
        return Reply(SHELL + "/SendResponse", (E("rsp:SendResponse"),))

    def _signal(self, request: Request, session: Any) -> Reply:
        shell = self._shell(request, session)
        signal = request.body.find(q("rsp:Signal"))
        command = self._find(shell, None if signal is None else signal.get("CommandId"))
        code = "" if signal is None else (signal.findtext(q("rsp:Code")) or "").rsplit("/", 1)[-1].lower()
        if code not in ("terminate", "ctrl_c", "ctrl_break"):
            raise faults.invalid_parameter()
        command.end()
        if code == "terminate" or command.delivered:
            with self._lock:
                shell.commands.pop(command.number, None)
        return Reply(SHELL + "/SignalResponse", (E("rsp:SignalResponse"),))


class _Busy:
    """While a Receive waits, its shell is not idle."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def __enter__(self) -> None:
        self._shell.busy += 1

    def __exit__(self, *_unused: object) -> None:
        self._shell.busy -= 1
        self._shell.touched = time.monotonic()


def _run(path: str, process: Process, command: Command) -> None:
    code = STOPPED
    try:
        code = run_program(path, process)
    except Terminated:
        pass
    except Exception as error:  # a fault of the lab's own must show at the client, not end in a silent thread
        StreamSink(command.streams, "stderr").write(f"lab: {type(error).__name__}: {error}\r\n".encode())
        code = 1
        process.machine.settings.setdefault("lab_errors", []).append(f"{command.line}: {error!r}")
    command.streams.finish(code)


def _described(shell: Shell) -> ET.Element:
    element = E("rsp:Shell", E("rsp:ShellId", shell.number), E("rsp:ResourceUri", SHELL_URI))
    element.append(E("rsp:Owner", shell.owner))
    element.append(E("rsp:ClientIP", shell.client))
    if shell.shown_directory:
        element.append(E("rsp:WorkingDirectory", shell.shown_directory))
    if shell.given:
        variables = [E("rsp:Variable", value, Name=name) for name, value in shell.given.items()]
        element.append(E("rsp:Environment", *variables))
    element.append(E("rsp:IdleTimeOut", f"PT{shell.idle:.3f}S"))
    element.append(E("rsp:InputStreams", "stdin"))
    element.append(E("rsp:OutputStreams", "stdout stderr"))
    element.append(E("rsp:ShellRunTime", _span(time.monotonic() - shell.born)))
    element.append(E("rsp:ShellInactivity", _span(time.monotonic() - shell.touched)))
    return element


def _span(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"P{minutes // 1440}DT{minutes // 60 % 24}H{minutes % 60}M{rest}S"


def _expanded(value: str, environment: Environment) -> str:
    from lab.cmd import expand_percent

    return expand_percent(value, environment)


def _variables(machine: Any, session: Any, profile: str) -> Iterator[tuple[str, str]]:
    home = f"C:\\Users\\{profile}"
    system = "C:\\Windows\\system32"
    yield from {
        "ALLUSERSPROFILE": "C:\\ProgramData", "APPDATA": f"{home}\\AppData\\Roaming",
        "CommonProgramFiles": "C:\\Program Files\\Common Files", "COMPUTERNAME": machine.name.upper(),
        "ComSpec": f"{system}\\cmd.exe", "LOCALAPPDATA": f"{home}\\AppData\\Local", "NUMBER_OF_PROCESSORS": "2",
        "OS": "Windows_NT", "Path": f"{system};C:\\Windows;{system}\\wbem;{system}\\WindowsPowerShell\\v1.0\\",
        "PATHEXT": ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC", "PROCESSOR_ARCHITECTURE": "AMD64",
        "ProgramData": "C:\\ProgramData", "ProgramFiles": "C:\\Program Files",
        "ProgramFiles(x86)": "C:\\Program Files (x86)", "PROMPT": "$P$G", "PUBLIC": "C:\\Users\\Public",
        "SystemDrive": "C:", "SystemRoot": "C:\\Windows", "TEMP": f"{home}\\AppData\\Local\\Temp",
        "TMP": f"{home}\\AppData\\Local\\Temp", "USERDOMAIN": session.account.domain,
        "USERNAME": session.account.name, "USERPROFILE": home, "windir": "C:\\Windows",
    }.items()  # fmt: skip


def machine_environment(machine: Any, session: Any, profile: str) -> Environment:
    """The environment of a new shell; the user's profile directory is made when it is not there."""
    machine.files.make_directory(f"C:\\Users\\{profile}\\AppData\\Local\\Temp", system=True)
    return Environment(dict(_variables(machine, session, profile)))


__all__ = ["Command", "Shell", "ShellService", "find_program", "machine_environment"]
