"""A cmd.exe for lines of several steps (plugin_utils/winrm/steps.py): it carries each out by a function of the test."""

from __future__ import annotations

import re
from collections.abc import Callable

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult

_STEP = re.compile(r"ver>nul&\((.*?)\)2>&1&call echo ([0-9a-f]{16}-[0-9]+) %\^errorlevel%(?:&(?=ver)|$)")


class StepLines:
    """``answer``: from a step to what it prints and its exit code, as cmd shows it."""

    def __init__(self, answer: Callable[[str], tuple[bytes, int]]) -> None:
        self.answer = answer
        self.lines: list[str] = []
        self.timeouts: list[float] = []

    def run_line(self, line: str, *, stdin: bytes = b"", doing: str = "", timeout: float = 60.0) -> ProgramResult:
        assert len(line) <= 8191 and not stdin
        self.lines.append(line)
        self.timeouts.append(timeout)
        printed = b""
        assert "&".join(match[0].removesuffix("&") for match in _STEP.finditer(line)) == line
        for step, word in _STEP.findall(line):
            shown, code = self.answer(step)
            printed += shown + f"{word} {code}\r\n".encode()
        return ProgramResult(line, code, printed)
