# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""findstr.exe: lines that match, byte for byte as they came.

Modelled: /b /e /i /l /n /r /v /x, /c:text, expressions with . * ^ $ [class] [^class] \\x \\< \\>, files by name and
standard input. Not: /s /m /o /p /g /f /d /a, and what it does to lines of more than 8191 bytes from a pipe.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lab.files import FileError
from lab.programs.process import Process

LONGEST_PIPED = 8191
_SWITCHES = set("beilnrvx")
# One element of an expression: a class, an escaped character, the edge of a word, a sign, or a plain character.
_ELEMENT = re.compile(rb"\[(\^?)([^\]]+)\]|\\([<>])|\\(.)|(.)", re.DOTALL)
_SIGNS = {b".": b"[^\n]", b"*": b"*", b"^": b"^", b"$": b"$"}
_EDGES = {b"<": rb"\b(?=\w)", b">": rb"\b(?<=\w)"}
_META = re.compile(rb"(?<!\\)[.*^$\[]|\\[<>]")


@dataclass
class _Search:
    """What a command line asks for."""

    switches: set[str]
    texts: list[str]
    names: list[str]


def run(process: Process) -> int:
    """Exit code 0 where a line was shown, else 1; 2 for a wrong command line."""
    search = _parsed(process.arguments)
    if search is None or not search.texts:
        process.complain_of("findstr.syntax")
        return 2
    pattern = _pattern(search, process)
    shown = False
    for head, data in _inputs(search, process):
        if not search.names and data and not data.endswith(b"\n") and process.machine.generation.findstr_wants_line_end:
            process.hang("findstr waits for the end of a line from a pipe")
        for number, line in enumerate(re.findall(rb"[^\n]*\n|[^\n]+", data), 1):
            if not search.names and len(line) > LONGEST_PIPED:
                process.complain("lab: findstr with lines of more than 8191 bytes from a pipe is not modelled")
                return 1
            if (pattern.search(line.rstrip(b"\r\n")) is None) == ("v" in search.switches):
                shown = True
                process.check()
                count = b"%d:" % number if "n" in search.switches else b""
                process.stdout.write(head + count + line)
    return 0 if shown else 1


def _parsed(arguments: list[str]) -> _Search | None:
    search = _Search(set(), [], [])
    literal = False
    for argument in arguments:
        lower = argument.lower()
        if lower.startswith("/c:"):
            search.texts.append(argument[3:])
            literal = True
        elif argument.startswith("/"):
            if not set(lower[1:].replace("/", "")) <= _SWITCHES:
                return None
            search.switches |= set(lower[1:].replace("/", ""))
        else:
            search.names.append(argument)
    if not literal and search.names:
        search.texts = search.names.pop(0).split(" ")
    return search


def _pattern(search: _Search, process: Process) -> re.Pattern[bytes]:
    """Expressions are such with /r, and by themselves where a sign says so; with /l all is plain text."""
    texts = [process.encode(text) for text in search.texts if text]
    expression = "r" in search.switches or ("l" not in search.switches and any(map(_META.search, texts)))
    found = [_translated(text) if expression else re.escape(_plain(text)) for text in texts]
    if "x" in search.switches:
        found = [b"^(?:%s)$" % one for one in found]
    found = [b"^(?:%s)" % one for one in found] if "b" in search.switches else found
    found = [b"(?:%s)$" % one for one in found] if "e" in search.switches else found
    return re.compile(b"|".join(b"(?:%s)" % one for one in found) or rb"(?!)", re.I if "i" in search.switches else 0)


def _plain(text: bytes) -> bytes:
    return text.replace(b'\\"', b'"').replace(b"\\\\", b"\\")


def _translated(text: bytes) -> bytes:
    out = b""
    for match in _ELEMENT.finditer(text):
        negated, members, edge, escaped, plain = match.groups()
        if members is not None:
            out += b"[" + negated + re.sub(rb"([\\\[])", rb"\\\1", members) + b"]"
        elif edge is not None:
            out += _EDGES[edge]
        elif escaped is not None:
            out += re.escape(escaped)
        else:
            out += _SIGNS.get(plain, re.escape(plain))
    return out


def _inputs(search: _Search, process: Process) -> list[tuple[bytes, bytes]]:
    """What stands before each line, and the bytes: of the files, else of standard input."""
    if not search.names:
        return [(b"", process.stdin.read_all())]
    found = []
    for name in search.names:
        try:
            head = process.encode(f"{name}:") if len(search.names) > 1 else b""
            found.append((head, process.read_file(name)))
        except FileError:
            process.complain_of("findstr.cannot_open", name=name)
    return found
