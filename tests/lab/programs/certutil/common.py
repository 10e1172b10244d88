# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the verbs of certutil have in common."""

from __future__ import annotations

from lab.pki import codes
from lab.programs.arguments import CommandLine
from lab.programs.enrolment import shown_code
from lab.programs.process import Process


def operand(line: CommandLine, index: int) -> str:
    """An operand that must be there. Raises `EnrolmentError`."""
    if index >= len(line.operands):
        raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
    return line.operands[index]


def save(process: Process, line: CommandLine, path: str, content: bytes, call: str) -> None:
    """Write a file; an existing one only with -f. Raises `EnrolmentError`."""
    if process.exists(path) and not line.has("f"):
        code = codes.E_FILE_EXISTS
        process.say("certutil.returned", call=call, text=process.texts.error(code), code=shown_code(process, code))
        raise codes.EnrolmentError(code)
    process.write_file(path, content)


def shown_hash(process: Process, digest: str) -> str:
    """Older certutil puts blanks between the pairs."""
    if not process.machine.generation.hash_in_pairs:
        return digest
    return " ".join(digest[at : at + 2] for at in range(0, len(digest), 2))
