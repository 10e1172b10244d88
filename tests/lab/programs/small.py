# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The small tools: hostname, whoami, where, find, findstr, more, chcp, ping, timeout."""

from __future__ import annotations

import re

from lab.files import FileError
from lab.programs.process import CODE_PAGES, Process


def run_hostname(process: Process) -> int:
    """The machine's host name without its domain."""
    process.print(process.machine.name)
    return 0


def run_whoami(process: Process) -> int:
    """The account of the session, in lower case as Windows prints it."""
    process.print(process.session.account.qualified.lower())
    return 0


def run_where(process: Process) -> int:
    from lab.programs import find_program

    found = [path for path in (find_program(name, process) for name in process.arguments) if path]
    for path in found:
        process.print(path)
    if not found:
        process.complain("INFO: Could not find files for the given pattern(s).")
    return 0 if found else 1


def _lines(process: Process, names: list[str]) -> list[str]:
    try:
        data = b"".join(process.read_file(name) for name in names) if names else process.stdin.read_all()
    except FileError as error:
        process.complain(error.text)
        return []
    return data.decode(process.encoding, errors="replace").splitlines()


def run_find(process: Process) -> int:
    """find "text" [file]: the lines that hold the text; the text must be in quotes."""
    match = re.search(r'"([^"]*)"\s*(\S*)', process.line.partition(" ")[2])
    if not match:
        process.complain("FIND: Parameter format not correct")
        return 2
    fold = "/i" in process.line.lower().split('"')[0]
    wanted = match[1].lower() if fold else match[1]
    names = [match[2]] if match[2] else []
    hits = [line for line in _lines(process, names) if wanted in (line.lower() if fold else line)]
    for line in hits:
        process.print(line)
    return 0 if hits else 1


def run_findstr(process: Process) -> int:
    """findstr [/i] "a b" [file]: the lines that hold one of the words (regular expressions are not modelled)."""
    options = {word.lower() for word in process.arguments if word.startswith("/")}
    plain = [word for word in process.arguments if not word.startswith("/")]
    literal = [word[3:] for word in process.arguments if word.lower().startswith("/c:")]
    wanted = literal or (plain[0].split() if plain else [])
    names = plain if literal else plain[1:]
    fold = "/i" in options
    hits = [
        line for line in _lines(process, names)
        if any((word.lower() if fold else word) in (line.lower() if fold else line) for word in wanted)
    ]  # fmt: skip
    for line in hits:
        process.print(line)
    return 0 if hits else 1


def run_more(process: Process) -> int:
    for line in _lines(process, process.arguments):
        process.print(line)
    return 0


def run_chcp(process: Process) -> int:
    """Shows the code page. A change would last for the console, which ends with the command: it is not modelled."""
    number = process.arguments[0] if process.arguments else str(process.code_page)
    if not number.isdigit() or int(number) not in CODE_PAGES:
        process.complain("Invalid code page")
        return 1
    process.print(f"Active code page: {number}")
    return 0


def _sleep(process: Process, seconds: float) -> None:
    if process.stopped.wait(seconds):
        process.check()


def run_ping(process: Process) -> int:
    """`ping -n N host`: known as a way to wait; one line per second."""
    count = re.search(r"-n\s+(\d+)", process.line)
    host = process.arguments[-1] if process.arguments else ""
    process.print()
    process.print(f"Pinging {host} with 32 bytes of data:")
    for number in range(int(count[1]) if count else 4):
        if number:
            _sleep(process, 1)
        process.print(f"Reply from {host}: bytes=32 time<1ms TTL=128")
    return 0


def run_timeout(process: Process) -> int:
    """timeout refuses to run where standard input is no console."""
    process.complain("ERROR: Input redirection is not supported, exiting the process immediately.")
    return 1
