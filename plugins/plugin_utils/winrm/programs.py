# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs over WinRS (MS-WSMV, remote shell), each with a deadline of ours."""

from __future__ import annotations

import base64
import binascii
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import (
    CODE_BAD_SELECTORS,
    CODE_OPERATION_QUOTA,
    LogonRefused,
    OperationTimedOut,
    WsmanError,
    WsmanFault,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult, Programs
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.quoting import command_line
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import (
    GarbledAnswer,
    child,
    children,
    find,
    text_of,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.steps import run_steps
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wsman import TRANSFER, WsmanClient

_SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_CMD = f"{_SHELL}/cmd"
_UTF8 = "65001"
_STREAMS = "stdout stderr"
MAX_OUTPUT = 32 * 1024 * 1024
INPUT_PIECE = 32 * 1024  # bytes of input in one message; in base64 well below the smallest envelope
AFTER_REFUSED_INPUT = 10.0  # seconds in which a program that takes no input tells why it ended

# Answers to Command after which nothing has run: the shell is gone, or has used up its operations (15 on 2008 R2),
# which are not given back when a command ends but when its shell is deleted.
_NOTHING_RAN = (CODE_BAD_SELECTORS, CODE_OPERATION_QUOTA)


class ProgramTimeout(RolloutError):
    """A program did not end in time and was ended by us; ``stdout`` and ``stderr`` hold what came until then."""

    def __init__(self, line: str, timeout: float, stdout: bytes, stderr: bytes, *, where: str) -> None:
        self.command_line = line
        self.stdout = stdout
        self.stderr = stderr
        said = as_said((stdout + stderr).decode("utf-8", errors="replace"), 500)
        super().__init__(
            f"the program did not end within {timeout:g} seconds and was ended: {line}"
            + (f" (it had said: {said})" if said else ""),
            where=where,
            mend="It probably waits for an answer to a question that nobody sees: run it by hand on the host to see",
        )


class _Output:
    """What one command wrote so far. Pieces may end inside a character, so they are joined before decoding."""

    def __init__(self) -> None:
        self.streams: dict[str, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}

    def take(self, response: ET.Element) -> None:
        for stream in children(response, "Stream"):
            kept = self.streams.setdefault(stream.get("Name", ""), bytearray())
            kept += _decoded(text_of(stream))
        if sum(map(len, self.streams.values())) > MAX_OUTPUT:
            raise GarbledAnswer(f"a program wrote more than {MAX_OUTPUT} bytes")

    @property
    def stdout(self) -> bytes:
        return bytes(self.streams["stdout"])

    @property
    def stderr(self) -> bytes:
        return bytes(self.streams["stderr"])


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise GarbledAnswer(f"a program's output is no base64 ({error})") from error


def open_shell(client: WsmanClient, environment: Mapping[str, str] | None = None) -> str:
    """Open a remote shell; returns its id."""
    shell: dict[str, Any] = {"rsp:InputStreams": "stdin", "rsp:OutputStreams": _STREAMS}
    if environment:
        variables = [{"@Name": name, "#text": value} for name, value in environment.items()]
        shell["rsp:Environment"] = {"rsp:Variable": variables}
    options = [("WINRS_NOPROFILE", "FALSE"), ("WINRS_CODEPAGE", _UTF8)]
    doing = "opening a remote shell"
    body = client.send(f"{TRANSFER}/Create", _CMD, {"rsp:Shell": shell}, options=options, doing=doing)
    selectors = [part for part in body.iter() if part.get("Name") == "ShellId" and part.text]
    if not selectors:
        raise GarbledAnswer(f"{doing}: the answer has no ShellId", where=client.name)
    return text_of(selectors[0])


class WinrsPrograms(Programs):
    """Programs in the shell that is open already, or in one of our own, which ``close`` deletes."""

    def __init__(
        self,
        client: WsmanClient,
        *,
        shell_id: str | None = None,
        ours: bool = False,
        environment: Mapping[str, str] | None = None,
        forget: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """:param ours: whether ``shell_id`` is to be deleted here; else Ansible does it.

        :param environment: variables of a shell of our own; ``shell_id`` has none of them.
        :param forget: called once Ansible's shell is deleted here, so that Ansible does not close it again.
        """
        self._forget = forget
        self._client = client
        self._environment = environment or {}
        self._shell_id = shell_id
        self._own_shell_id = shell_id if ours else None
        self._clock = clock
        # Done and not freed yet. The shell's end frees it, too, so that the last command needs no message.
        self._done: tuple[str, str] | None = None

    def run(self, arguments: Sequence[str], *, timeout: float = 60.0) -> ProgramResult:
        return self.run_line(command_line(arguments), timeout=timeout)

    def run_all(self, commands: Sequence[Sequence[str]], *, timeout: float = 60.0) -> list[ProgramResult]:
        lines = [command_line(arguments) for arguments in commands]
        doing = next((str(arguments[0]) for arguments in commands), "")
        return run_steps(self, lines, doing=doing, where=self._client.name, timeout=timeout)

    def run_line(self, line: str, *, stdin: bytes = b"", doing: str = "", timeout: float = 60.0) -> ProgramResult:
        """Run a line that is safe for cmd as it stands (``quoting.py``); for cmd's own commands.

        :param doing: what messages call the program, where its line says nothing to people.
        :param stdin: what its programs read from standard input, and then the end; without it they have a console.
        """
        deadline = self._clock() + timeout
        shell_id, command_id = self._start(line, doing or line, console=not stdin)
        output, exit_code = _Output(), None
        try:
            refused = self._feed(shell_id, command_id, stdin)
            if refused:
                deadline = min(deadline, self._clock() + AFTER_REFUSED_INPUT)
            exit_code = self._finish(shell_id, command_id, output, deadline)
        finally:
            self._done = (shell_id, command_id)
            if exit_code is None:
                self._free()
        if exit_code is None and refused:
            raise refused
        if exit_code is None:
            raise ProgramTimeout(doing or line, timeout, output.stdout, output.stderr, where=self._client.name)
        return ProgramResult(line, exit_code, output.stdout, output.stderr)

    def close(self) -> None:
        """Delete the shell that was opened here, if any: shells left over count against the account's quota."""
        if self._own_shell_id is not None:
            shell_id, self._own_shell_id, self._shell_id, self._done = self._own_shell_id, None, None, None
            self._client.delete(_CMD, [("ShellId", shell_id)], doing="closing the remote shell")

    def release(self) -> None:
        """``close`` that hides nothing of what went before: a shell that cannot be deleted ends by itself."""
        try:
            self.close()
        except (WsmanError, LogonRefused):
            pass

    def _start(self, line: str, called: str, *, console: bool) -> tuple[str, str]:
        """Start a command; returns the shell's and the command's id."""
        self._free()
        shell_id = self._shell_id or self._open()
        try:
            return shell_id, self._command(shell_id, line, called, console=console)
        except WsmanFault as fault:
            if fault.code not in _NOTHING_RAN:
                raise
        shell_id = self._renew()
        return shell_id, self._command(shell_id, line, called, console=console)

    def _renew(self) -> str:
        """A fresh shell in place of one that takes no more commands.

        What its commands used up counts for the account until the shell is deleted, so Ansible's is deleted too.
        """
        self.rest()
        return self._open()

    def rest(self) -> None:
        if self._shell_id is not None and self._own_shell_id is None:
            self._own_shell_id = self._shell_id
            self._forget()
        try:
            self.close()
        except WsmanFault:
            pass  # it is gone already

    def _open(self) -> str:
        self._shell_id = self._own_shell_id = open_shell(self._client, self._environment)
        return self._own_shell_id

    def _command(self, shell_id: str, line: str, called: str, *, console: bool) -> str:
        # The shell joins Command and Arguments with a blank, so the line goes as one.
        options = [("WINRS_CONSOLEMODE_STDIN", str(console).upper()), ("WINRS_SKIP_CMD_SHELL", "FALSE")]
        body = self._shell_message(
            "Command", shell_id, {"rsp:CommandLine": {"rsp:Command": line}}, f"starting {called}", options=options
        )
        command_id = text_of(find(body, "CommandId"))
        if not command_id:
            raise GarbledAnswer(f"starting {called}: the answer has no CommandId", where=self._client.name)
        return command_id

    def _feed(self, shell_id: str, command_id: str, stdin: bytes) -> WsmanFault | None:
        """Send the input and its end; returns the fault where the program takes none: it may have ended, and says why.

        A Send that timed out may have come through: it is not sent again, and the program's end shows it.
        """
        for start in range(0, len(stdin), INPUT_PIECE):
            piece = base64.b64encode(stdin[start : start + INPUT_PIECE]).decode("ascii")
            stream = {"@Name": "stdin", "@CommandId": command_id, "#text": piece}
            if start + INPUT_PIECE >= len(stdin):
                stream["@End"] = "true"
            try:
                self._shell_message("Send", shell_id, {"rsp:Send": {"rsp:Stream": stream}}, "sending input")
            except OperationTimedOut:
                continue
            except WsmanFault as fault:
                return fault
        return None

    def _finish(self, shell_id: str, command_id: str, output: _Output, deadline: float) -> int | None:
        """Receive until the command is done; returns its exit code, None when the deadline came first."""
        ask = {"rsp:Receive": {"rsp:DesiredStream": {"@CommandId": command_id, "#text": _STREAMS}}}
        while (remaining := deadline - self._clock()) > 0:
            try:
                body = self._shell_message("Receive", shell_id, ask, "receiving output", timeout=int(remaining) + 1)
            except OperationTimedOut:
                continue  # nothing was written meanwhile: the usual answer while a program is busy
            response = child(body, "ReceiveResponse")
            if response is None:
                raise GarbledAnswer("receiving output: the answer has no ReceiveResponse", where=self._client.name)
            output.take(response)
            state = child(response, "CommandState")
            if state is not None and state.get("State", "").endswith("/Done"):
                return self._exit_code(state)
        return None

    def _exit_code(self, state: ET.Element) -> int:
        text = text_of(child(state, "ExitCode"))
        try:
            return int(text) & 0xFFFFFFFF  # HRESULTs come signed or unsigned
        except ValueError:
            raise GarbledAnswer(f"a program ended with the exit code {text!r}", where=self._client.name) from None

    def _free(self) -> None:
        """Free the last command, done or not; a failure here must not hide what it gave."""
        if self._done is None:
            return
        (shell_id, command_id), self._done = self._done, None
        signal = {"@CommandId": command_id, "rsp:Code": f"{_SHELL}/signal/terminate"}
        try:
            self._shell_message("Signal", shell_id, {"rsp:Signal": signal}, "ending a program")
        except (WsmanError, GarbledAnswer):
            pass

    def _shell_message(
        self,
        action: str,
        shell_id: str,
        body: Mapping[str, Any],
        doing: str,
        *,
        options: Sequence[tuple[str, str]] = (),
        timeout: int | None = None,
    ) -> ET.Element:
        return self._client.send(
            f"{_SHELL}/{action}",
            _CMD,
            body,
            selectors=[("ShellId", shell_id)],
            options=options,
            timeout=timeout,
            doing=doing,
        )
