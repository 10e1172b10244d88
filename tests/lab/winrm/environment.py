# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of a new shell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lab.programs.process import Environment

if TYPE_CHECKING:
    from lab.accounts import Session
    from lab.machine import Machine


def _variables(machine: Machine, session: Session, profile: str) -> Iterator[tuple[str, str]]:
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


def machine_environment(machine: Machine, session: Session, profile: str) -> Environment:
    """The environment of a new shell; the user's profile directory is made when it is not there."""
    machine.files.make_directory(f"C:\\Users\\{profile}\\AppData\\Local\\Temp", system=True)
    return Environment(dict(_variables(machine, session, profile)))
