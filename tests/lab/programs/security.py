# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security software on a machine, which stops programs by their file's name and a word of their command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab.files import ACCESS_DENIED, FileError
from lab.programs.process import Process

Program = Callable[[Process], int]


def guarded(path: str, program: Program, process: Process) -> int:
    """Run it as far as the machine's `security_software` lets it."""
    rule = _rule(path, process)
    return program(process) if rule is None else _WAYS[str(rule["does"])](program, process, rule)


def _rule(path: str, process: Process) -> dict[str, Any] | None:
    name = path.rpartition("\\")[2].lower()
    words = {word.lower().replace("/", "-", 1) for word in process.arguments}
    for rule in process.machine.settings.get("security_software") or []:
        verbs = {str(verb).lower() for verb in rule.get("verbs") or []}
        if str(rule["program"]).lower() == name and (not verbs or verbs & words):
            return dict(rule)
    return None


def _blocked(program: Program, process: Process, rule: dict[str, Any]) -> int:
    """It is not started, and cmd says why."""
    process.complain_error(FileError(ACCESS_DENIED, process.line))
    return 1


def _killed(program: Program, process: Process, rule: dict[str, Any]) -> int:
    """It is ended before it says a word; whoever ends it chooses the code (TerminateProcess)."""
    return int(rule.get("code", 1))


def _refused(program: Program, process: Process, rule: dict[str, Any]) -> int:
    """It runs, and may write no file."""

    def deny(path: str) -> None:
        raise FileError(ACCESS_DENIED, path)

    return program(process.child(before_write=deny))


def _removed(program: Program, process: Process, rule: dict[str, Any]) -> int:
    """It runs to its end, and what it wrote goes into quarantine."""
    written: list[str] = []
    code = program(process.child(before_write=written.append))
    for path in written:
        process.machine.files.delete(path, process.directory)
    return code


_WAYS: dict[str, Callable[[Program, Process, dict[str, Any]], int]] = {
    "blocked": _blocked,
    "killed": _killed,
    "refused": _refused,
    "removed": _removed,
}
