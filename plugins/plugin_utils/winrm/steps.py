# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several steps in one command line of cmd, each with its own output and exit code.

A command costs three requests whatever is in it. After each step cmd prints a word that nobody could know before, the
step's number and its exit code: what is on disk or in the registry cannot imitate that, and an answer that is cut off
lacks it. Standard error goes with the output.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Protocol

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.quoting import MAX_LINE, CannotQuote
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer

# ver leaves 0 where a command of cmd's own leaves the code of the program before it. The caret keeps the variable from
# the first reading of the line; call reads it a second time, after the step.
_FRAME = "ver>nul&({step})2>&1&call echo {word}-{number} %^errorlevel%"
_WORD = 16  # hexadecimal digits


class RunsLines(Protocol):
    """What carries out a line of cmd."""

    def run_line(self, line: str, *, doing: str, timeout: float) -> ProgramResult:
        """Run a line that is safe for cmd as it stands."""


def run_steps(
    programs: RunsLines, steps: Sequence[str], *, doing: str, where: str, timeout: float = 60.0
) -> list[ProgramResult]:
    """Run steps one after the other, whatever became of those before: what each printed, and its exit code.

    :param doing: what messages call them.
    :param steps: each a line that is safe for cmd as it stands (``quoting.py``), with at most MAX_LINE characters.
    :param timeout: seconds for as many of them as fit into one command line.
    :param where: the host, for errors.
    :raises GarbledAnswer: the answer is cut off.
    """
    results: list[ProgramResult] = []
    for word, number, line in _lines(steps):
        answer = programs.run_line(line, doing=doing, timeout=timeout)
        results += _apart(answer.stdout, word, steps[len(results) : len(results) + number], where)
    return results


def framed(step: str, word: str = "0" * _WORD, number: int = 0) -> str:
    """A step with what tells its end."""
    return _FRAME.format(step=step, word=word, number=number)


def _lines(steps: Sequence[str]) -> list[tuple[str, int, str]]:
    """As few lines as possible: each with its word and the number of its steps."""
    lines: list[tuple[str, list[str]]] = []
    for step in steps:
        length = len(framed(step, number=len(steps)))
        if length > MAX_LINE:
            raise CannotQuote(f"a step of {len(step)} characters is longer than a command line of cmd")
        if not lines or len("&".join(lines[-1][1])) + 1 + length > MAX_LINE:
            lines.append((secrets.token_hex(_WORD // 2), []))
        word, parts = lines[-1]
        parts.append(framed(step, word, len(parts)))
    return [(word, len(parts), "&".join(parts)) for word, parts in lines]


def _apart(printed: bytes, word: str, steps: Sequence[str], where: str) -> list[ProgramResult]:
    *pieces, rest = re.split(rb"%s-(\d+) (-?\d+)[ \t]*\r?\n" % word.encode(), printed)
    texts, numbers, codes = pieces[0::3], pieces[1::3], pieces[2::3]
    if [int(number) for number in numbers] != list(range(len(steps))) or rest.strip():
        raise GarbledAnswer(f"of {len(steps)} commands in one line {len(numbers)} told their end", where=where)
    return [
        ProgramResult(step, int(code) & 0xFFFFFFFF, text) for step, text, code in zip(steps, texts, codes, strict=True)
    ]
