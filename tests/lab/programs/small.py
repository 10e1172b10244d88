# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The small tools: hostname, whoami, where, find, more, chcp, ping, timeout."""

from __future__ import annotations

import re

from lab.accounts import sid_of
from lab.files import FileError
from lab.pki.requester import account_requester
from lab.programs import find_program
from lab.programs.process import CODE_PAGES, Process


def run_hostname(process: Process) -> int:
    """The machine's host name without its domain."""
    process.print(process.machine.name)
    return 0


def run_whoami(process: Process) -> int:
    """The account of the session, in lower case as Windows prints it; /user and /groups as values with commas."""
    account, switches = process.session.account, {one.lower() for one in process.arguments}
    domain = process.machine.estate.domain
    if not switches & {"/user", "/groups"}:
        process.print(account.qualified.lower())
        return 0
    if not {"/fo", "csv", "/nh"} <= switches:
        process.complain("lab: whoami shows /user and /groups with /fo csv /nh alone")
        return 1
    if "/user" in switches:
        process.print(f'"{account.qualified.lower()}","{sid_of(domain, account.name)}"')
    for group in account_requester(account).groups if "/groups" in switches else ():
        _show_group(process, group, sid_of(domain, group))
    for known in ("Everyone", "Authenticated Users", "NETWORK") if "/groups" in switches else ():
        _show_group(process, known, sid_of(domain, known))
    return 0


def _show_group(process: Process, name: str, sid: str) -> None:
    kind = process.texts.text("whoami.group" if sid.startswith("S-1-5-21-") else "whoami.known")
    process.print(f'"{name}","{kind}","{sid}","{process.texts.text("whoami.attributes")}"')


def run_where(process: Process) -> int:
    found = [path for path in (find_program(name, process) for name in process.arguments) if path]
    for path in found:
        process.print(path)
    if not found:
        process.complain_of("where.nothing")
    return 0 if found else 1


def _lines(process: Process, names: list[str]) -> list[str]:
    try:
        data = b"".join(process.read_file(name) for name in names) if names else process.stdin.read_all()
    except FileError as error:
        process.complain_error(error)
        return []
    return data.decode(process.encoding, errors="replace").splitlines()


def run_find(process: Process) -> int:
    """find [/v] [/i] "text" [file]: the lines that hold the text, or do not; the text must be in quotes."""
    match = re.search(r'"([^"]*)"\s*(\S*)', process.line.partition(" ")[2])
    if not match:
        process.complain_of("find.syntax")
        return 2
    switches = process.line.lower().split('"')[0]
    fold, others = "/i" in switches, "/v" in switches
    wanted = match[1].lower() if fold else match[1]
    names = [match[2]] if match[2] else []
    # No line holds the empty text, so that /v "" shows them all.
    hits = [
        line for line in _lines(process, names)
        if (bool(wanted) and wanted in (line.lower() if fold else line)) != others
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
        process.complain_of("chcp.invalid")
        return 1
    process.say("chcp.active", number=number)
    return 0


def run_ping(process: Process) -> int:
    """`ping -n N host`: known as a way to wait; one line per second."""
    count = re.search(r"-n\s+(\d+)", process.line)
    host = process.arguments[-1] if process.arguments else ""
    process.print()
    process.say("ping.begin", host=host)
    for number in range(int(count[1]) if count else 4):
        if number:
            process.wait(1)
        process.say("ping.reply", host=host)
    return 0


def run_timeout(process: Process) -> int:
    """timeout refuses to run where standard input is no console."""
    process.complain_of("timeout.no_console")
    return 1
