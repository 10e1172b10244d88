# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A shell that a user has open, its commands, and how it describes itself."""

from __future__ import annotations

import threading
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lab.programs.process import Environment, Input
from lab.soap.envelope import SHELL_URI, E
from lab.winrm.streams import Streams

if TYPE_CHECKING:
    from lab.accounts import Session


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
    session: Session
    name: str = ""
    commands: dict[str, Command] = field(default_factory=dict)
    started: int = 0
    busy: int = 0
    born: float = field(default_factory=time.monotonic)
    touched: float = field(default_factory=time.monotonic)

    def end(self) -> None:
        for command in self.commands.values():
            command.end()


class Busy:
    """While a Receive waits, its shell is not idle."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def __enter__(self) -> None:
        self._shell.busy += 1

    def __exit__(self, *_unused: object) -> None:
        self._shell.busy -= 1
        self._shell.touched = time.monotonic()


def described(shell: Shell) -> ET.Element:
    """The shell as Create and Get answer with it."""
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
