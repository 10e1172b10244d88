# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""netstat.exe: the TCP connections of a machine, and with -a the ports that are listened on."""

from __future__ import annotations

from collections.abc import Iterator

from lab.programs.process import Process

# Every Windows machine listens here: the RPC endpoint mapper, file sharing, WinRM.
EVERYWHERE = (135, 445, 5985)
WINRM = 5985
FORM = "  {protocol:<6} {local:<22} {far:<22} {state:<15}"


def run(process: Process) -> int:
    """`netstat [-a] [-n] [-o]`; each letter may stand alone or together with others."""
    letters = {letter for one in process.arguments if one[:1] in "-/" for letter in one[1:].lower()}
    process.print()
    process.say("netstat.title")
    process.print()
    pid = "PID" if "o" in letters else ""
    process.print((process.texts.text("netstat.columns").ljust(64) + pid).rstrip())
    for local, far, state in _rows(process, "a" in letters):
        line = FORM.format(protocol="TCP", local=local, far=far, state=state)
        process.print((line + ("4" if pid else "")).rstrip())
    return 0


def _rows(process: Process, listeners: bool) -> Iterator[tuple[str, str, str]]:
    machine = process.machine
    if listeners:
        ports = {*EVERYWHERE, *(port for role in machine.roles.values() for port in role.listening())}
        for port in sorted(ports):
            yield f"0.0.0.0:{port}", "0.0.0.0:0", process.texts.text("netstat.listening")
        for port in EVERYWHERE:
            yield f"[::]:{port}", "[::]:0", process.texts.text("netstat.listening")
    yield f"{machine.address}:{WINRM}", f"{machine.address}:49200", process.texts.text("netstat.established")
