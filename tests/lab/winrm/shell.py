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
import threading
import time
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import TYPE_CHECKING

from lab.files import FileError
from lab.programs import create_process_target, run_program
from lab.programs.cmd.expansion import expand_percent
from lab.programs.process import CODE_PAGES, Input, Process, Terminated
from lab.soap import faults
from lab.soap.envelope import SHELL_URI, E, Reply, Request, duration, q
from lab.winrm.environment import machine_environment
from lab.winrm.open_shell import Busy, Command, Shell, described
from lab.winrm.streams import Streams, StreamSink

if TYPE_CHECKING:
    from lab.accounts import Session
    from lab.machine import Machine

SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
STATE = SHELL + "/CommandState/"
STOPPED = 0xC000013A
DEFAULT_TIMEOUT = 60.0
PATIENCE = 20.0


def new_guid() -> str:
    return str(uuid.uuid4()).upper()


class ShellService:
    """All shells of one machine."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.shells: dict[str, Shell] = {}
        self._lock = threading.RLock()
        self._actions: dict[str, Callable[[Request, Session], Reply]] = {
            TRANSFER + "/Create": self._create,
            TRANSFER + "/Delete": self._delete,
            TRANSFER + "/Get": self._get,
            SHELL + "/Command": self._command,
            SHELL + "/Receive": self._receive,
            SHELL + "/Send": self._send,
            SHELL + "/Signal": self._signal,
        }

    def handle(self, request: Request, session: Session) -> Reply:
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

    def let_run(self, owner: str) -> None:
        """Wait for the programs of a user, each for `PATIENCE` seconds at most: one may wait for its input."""
        with self._lock:
            running = [command for shell in self._of(owner) for command in shell.commands.values()]
        for command in running:
            command.streams.wait_for_end(PATIENCE)

    def _expire(self) -> None:
        now = time.monotonic()
        with self._lock:
            old = [s for s in self.shells.values() if not s.busy and now - s.touched > s.idle]
            for shell in old:
                del self.shells[shell.number]
        for shell in old:
            shell.end()

    def _shell(self, request: Request, session: Session) -> Shell:
        number = (request.selector("ShellId") or "").upper()
        with self._lock:
            shell = self.shells.get(number)
            # A shell is its owner's; for anybody else it does not exist.
            if shell is None or shell.owner.lower() != session.owner.lower():
                raise faults.shell_not_found()
            shell.touched = time.monotonic()
            return shell

    def _setting(self, name: str, default: str) -> str:
        return str((self.machine.settings.get("winrs") or {}).get(name, default))

    # --- shells ------------------------------------------------------------------------------------------------------

    def _create(self, request: Request, session: Session) -> Reply:
        payload = request.payload
        if payload is None or payload.tag != q("rsp:Shell"):
            raise faults.schema_violation()
        with self._lock:
            limit = self.machine.generation.shells_per_user
            if len(self._of(session.owner)) >= limit:
                raise faults.shell_quota(limit)
            shell = self._new_shell(payload, request, session)
            self.shells[shell.number] = shell
        return Reply(TRANSFER + "/CreateResponse", (self._created(request, shell), described(shell)))

    def _of(self, owner: str) -> list[Shell]:
        return [shell for shell in self.shells.values() if shell.owner.lower() == owner.lower()]

    def _new_shell(self, payload: ET.Element, request: Request, session: Session) -> Shell:
        options = {name.upper(): value for name, value in request.options.items()}
        page = options.get("WINRS_CODEPAGE", str(self.machine.texts.code_page))
        if not page.isdigit() or int(page) not in CODE_PAGES:
            raise faults.invalid_parameter()
        variables = payload.iterfind(f"{q('rsp:Environment')}/{q('rsp:Variable')}")
        given = {variable.get("Name", ""): variable.text or "" for variable in variables}
        self.machine.traces.environments.append(given)
        profile = "Default" if options.get("WINRS_NOPROFILE", "").upper() == "TRUE" else session.account.name
        environment = machine_environment(self.machine, session, profile)
        for name, value in given.items():
            environment.set(name, expand_percent(value, environment.get))
        shown = payload.findtext(q("rsp:WorkingDirectory")) or ""
        idle = duration(payload.findtext(q("rsp:IdleTimeOut")) or "")
        default = self.machine.generation.shell_idle_ms / 1000
        return Shell(
            new_guid(), session.owner, session.client_address, default if idle is None else idle,
            environment, given, shown or f"C:\\Users\\{profile}", shown, int(page), session,
            payload.findtext(q("rsp:Name")) or "",
        )  # fmt: skip

    def _created(self, request: Request, shell: Shell) -> ET.Element:
        to = request.header.findtext(q("a:To")) or ""
        address = to.strip() or f"http://{self.machine.fqdn}:5985/wsman"
        selectors = E("w:SelectorSet", E("w:Selector", shell.number, Name="ShellId"))
        reference = E("a:ReferenceParameters", E("w:ResourceURI", SHELL_URI), selectors)
        return E("x:ResourceCreated", E("a:Address", address), reference)

    def _get(self, request: Request, session: Session) -> Reply:
        return Reply(TRANSFER + "/GetResponse", (described(self._shell(request, session)),))

    def _delete(self, request: Request, session: Session) -> Reply:
        shell = self._shell(request, session)
        with self._lock:
            self.shells.pop(shell.number, None)
        shell.end()
        return Reply(TRANSFER + "/DeleteResponse")

    # --- commands ----------------------------------------------------------------------------------------------------

    def _command(self, request: Request, session: Session) -> Reply:
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
        command = Command((number or new_guid()).upper(), line, streams, Input(stopped, rests=streams.rest), stopped)
        process = self._process(shell, command)
        if options.get("WINRS_SKIP_CMD_SHELL") == "TRUE":
            try:
                path = create_process_target(line, process)
            except FileError:
                raise faults.file_not_found() from None
            process.line = line
        else:
            path = str(process.environment.get("COMSPEC"))
            process.line = self._setting("cmd_line", "{comspec} /C {line}").format(comspec=path, line=line)
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
            shell.code_page, note=note, begins=command.streams.pause, rests=command.streams.rest,
        )  # fmt: skip

    def _find(self, shell: Shell, number: str | None) -> Command:
        if not number:
            raise faults.invalid_parameter()
        command = shell.commands.get(number.upper())
        if command is None:
            raise faults.command_not_found()
        return command

    def _receive(self, request: Request, session: Session) -> Reply:
        shell = self._shell(request, session)
        wanted = request.body.find(f"{q('rsp:Receive')}/{q('rsp:DesiredStream')}")
        command = self._find(shell, None if wanted is None else wanted.get("CommandId"))
        if command.delivered:
            raise faults.command_not_found()
        timeout = DEFAULT_TIMEOUT if request.operation_timeout is None else request.operation_timeout
        with Busy(shell):
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

    def _send(self, request: Request, session: Session) -> Reply:
        shell = self._shell(request, session)
        for stream in request.body.iterfind(f"{q('rsp:Send')}/{q('rsp:Stream')}"):
            command = self._find(shell, stream.get("CommandId"))
            try:
                data = base64.b64decode(stream.text or "", validate=False)
            except ValueError:
                raise faults.invalid_parameter() from None
            command.stdin.feed(data, end=stream.get("End", "").lower() in ("true", "1"))
        return Reply(SHELL + "/SendResponse", (E("rsp:SendResponse"),))

    def _signal(self, request: Request, session: Session) -> Reply:
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
