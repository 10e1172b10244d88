"""Strict readers of batch files and PowerShell scripts, for tests of exports: what they do not know, they refuse.

They know the languages' rules and nothing of the code that writes; where a real interpreter would substitute,
redirect, join or end a text, they raise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

QUOTES = "'\u2018\u2019\u201a\u201b"


class Outbreak(Exception):
    """Something in the text would act, rather than be data."""


@dataclass(frozen=True)
class Line:
    """One command with its arguments as the program sees them, or a remark (no arguments)."""

    arguments: tuple[str, ...]
    remark: str = ""


# --- cmd ------------------------------------------------------------------------------------------------------------

_CMD_FRAME = re.compile(
    r"@echo off|setlocal DisableDelayedExpansion|set \"FAILED=\"|if defined FAILED echo [A-Za-z ,]+\."
    r"|if defined FAILED exit /b 1|exit /b 0"
)
_ON_FAILURE = ' || set "FAILED=1"'


def batch(text: str) -> list[Line]:
    """The commands and remarks of a batch file, without the frame around them."""
    found = []
    for line in crlf_lines(text):
        if not line or _CMD_FRAME.fullmatch(line):
            continue
        if line.startswith("rem"):
            found.append(Line((), _cmd_remark(line)))
        else:
            found.append(Line(tuple(cmd_arguments(line.removesuffix(_ON_FAILURE)))))
    return found


def cmd_arguments(line: str) -> list[str]:
    """A line as cmd reads it in a batch file, then as the program splits it (CommandLineToArgvW)."""
    return _split(_no_operators(_percent(line)))


def _cmd_remark(line: str) -> str:
    """Even a remark is looked at: substitution comes first, and a caret or a redirection may still act."""
    text = _percent(line)
    if re.search(r'[&|<>^"]|/\?', text):
        raise Outbreak(line)
    return text.removeprefix("rem").removeprefix(" ")


def _percent(line: str) -> str:
    if not re.fullmatch(r"[ -~]*", line):
        raise Outbreak(f"control character or code page: {line!r}")
    if "%" in line.replace("%%", ""):
        raise Outbreak(f"substitution: {line!r}")
    return line.replace("%%", "%")


def _no_operators(line: str) -> str:
    quoted = False
    for character in line:
        quoted ^= character == '"'
        if not quoted and character in "&|<>^()":
            raise Outbreak(f"operator: {line!r}")
    if quoted:
        raise Outbreak(f"open quotation: {line!r}")
    return line


def _split(line: str) -> list[str]:
    arguments, current, quoted, begun, position = [], "", False, False, 0
    while position < len(line):
        character = line[position]
        if character == "\\":
            run = len(line) - position - len(line[position:].lstrip("\\"))
            position += run
            if line[position : position + 1] == '"':
                current += "\\" * (run // 2)
                if run % 2:
                    current += '"'
                    position += 1
            else:
                current += "\\" * run
            begun = True
            continue
        position += 1
        if character == '"':
            quoted, begun = not quoted, True
        elif character == " " and not quoted:
            arguments += [current] if begun else []
            current, begun = "", False
        else:
            current, begun = current + character, True
    return [*arguments, current] if begun else arguments


# --- PowerShell -----------------------------------------------------------------------------------------------------

_PS_FRAME = re.compile(
    r"Import-Module DnsServer -ErrorAction Stop|\$Error\.Clear\(\)"
    r"|if \(\$Error\.Count\) \{ throw 'Some commands failed, see above\.' \}|\}"
)
_PS_ZONE = re.compile(r"if \(-not \(Get-DnsServerZone -Name (.+) -ErrorAction Ignore\)\) \{")
_BARE = re.compile(r"[A-Za-z0-9][A-Za-z0-9,.-]*|-[A-Za-z]\w*|\$true|\$false")
_CHARACTER = re.compile(r"\[char\]0x([0-9A-F]{4})")


def powershell(text: str) -> list[Line]:
    """The commands and remarks of a script, without the frame around them."""
    found = []
    for line in crlf_lines(text):
        _refuse_foreign(line)
        zone = _PS_ZONE.fullmatch(line)
        if zone:
            found.append(Line(("missing?", *powershell_arguments(zone[1]))))
        elif line.startswith("#"):
            if re.match(r"#requires|#>|# SIG #", line, re.I):
                raise Outbreak(line)
            found.append(Line((), line.removeprefix("#").removeprefix(" ")))
        elif line and not _PS_FRAME.fullmatch(line):
            found.append(Line(tuple(powershell_arguments(line.strip()))))
    return found


def powershell_arguments(line: str) -> list[str]:
    """The words of one command: bare ones, single-quoted ones, and sums of those and of numbered characters."""
    arguments, position = [], 0
    while position < len(line):
        if line[position] == "(":
            value, position = _sum(line, position + 1)
        elif line[position] in QUOTES:
            value, position = _quoted(line, position)
        else:
            bare = _BARE.match(line, position)
            if not bare:
                raise Outbreak(f"{line[position:]!r} in {line!r}")
            value, position = bare[0], bare.end()
        arguments.append(value)
        if line[position : position + 1] not in ("", " "):
            raise Outbreak(f"{line[position:]!r} in {line!r}")
        position += 1
    return arguments


def _quoted(line: str, start: int) -> tuple[str, int]:
    value, position = "", start + 1
    while position < len(line):
        if line[position] not in QUOTES:
            value, position = value + line[position], position + 1
        elif line[position + 1 : position + 2] and line[position + 1] in QUOTES:
            value, position = value + line[position], position + 2
        else:
            return value, position + 1
    raise Outbreak(f"open quotation: {line!r}")


def _sum(line: str, position: int) -> tuple[str, int]:
    units = b""
    while True:
        number = _CHARACTER.match(line, position)
        if number:
            units, position = units + bytes.fromhex(number[1]), number.end()
        else:
            if line[position] not in QUOTES:
                raise Outbreak(f"{line[position:]!r} in {line!r}")
            value, position = _quoted(line, position)
            units += value.encode("utf-16-be")
        if line.startswith(")", position):
            return units.decode("utf-16-be"), position + 1
        if not line.startswith(" + ", position):
            raise Outbreak(f"{line[position:]!r} in {line!r}")
        position += 3


def _refuse_foreign(line: str) -> None:
    """A script without byte order mark is read in the machine's code page: only ASCII is the same in all of them."""
    if not re.fullmatch(r"[ -~]*", line):
        raise Outbreak(f"control character or code page: {line!r}")


def crlf_lines(text: str) -> list[str]:
    """The lines of a file for Windows; every one must end in carriage return and line feed, and have no other."""
    lines = text.split("\r\n")
    if lines[-1] or any("\r" in line or "\n" in line for line in lines):
        raise Outbreak("a line ends in something else than carriage return and line feed")
    return lines[:-1]
