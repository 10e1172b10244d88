# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From an argument list to a command line that means the same to cmd and to the program.

A remote command goes through ``cmd /C`` (skipping it works only before Windows 2012 R2), then the program splits
its line by the rules of CommandLineToArgvW. Only lines that both read alike are made; what one of them would
change is refused. Data belongs into files, not on a command line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

MAX_LINE = 8000  # cmd takes 8191 characters

# Neither cmd nor a program sees anything in these.
_PLAIN = re.compile(r"[A-Za-z0-9_.:/\\=+@{},-]+")
_PLAIN_PROGRAM = re.compile(r"[A-Za-z0-9_.:\\-]+")
_NO_PROGRAM = re.compile(r"[/<>|*?&^]")

_REFUSED = {
    "%": "cmd expands it even between quotation marks",
    '"': "it would end the quotation",
}
# A CA's name writes letters as ! and four digits, which names no variable; delayed expansion is off by default.
_EXPANDED = re.compile("!(?![0-9a-f]{4})")
# Programs that read their line in the machine's code page get a plain quotation mark or backslash for these.
_LOOKALIKES = re.compile("[\u00a5\u02ba\u02dd\u030b\u030e\u201c-\u201f\u2033\u2036\u20a9\u2216\ufe68\uff02\uff3c]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


_SHOWN = 200  # characters of an argument in a message


class CannotQuote(RolloutError):
    """An argument that no command line can carry safely."""


def command_line(arguments: Sequence[str]) -> str:
    """The line for a program and its arguments; raises CannotQuote for what it cannot carry.

    >>> command_line(["certreq", "-config", "ca01\\\\Company CA"])
    'certreq -config "ca01\\\\Company CA"'
    """
    if not arguments or not arguments[0]:
        raise CannotQuote("a command needs a program")
    program = _program(arguments[0])
    called = program.startswith("call ")
    quoted = [_word(argument, called=called, script=_may_be_script(arguments[0])) for argument in arguments[1:]]
    return fit(" ".join([program, *quoted]))


def fit(line: str) -> str:
    """The line itself if cmd takes it."""
    if len(line) > MAX_LINE:
        raise CannotQuote(f"a command line of {len(line)} characters is longer than the {MAX_LINE} that cmd takes")
    return line


def quoted_path(path: str) -> str:
    """A file name for cmd's own commands and redirections, always between quotation marks."""
    return f'"{_checked(path)}"'


def _program(program: str) -> str:
    _checked(program)
    if _PLAIN_PROGRAM.fullmatch(program):
        return program
    if _NO_PROGRAM.search(program) or program.startswith(" "):
        raise CannotQuote(f"{program!r} is no name of a program", mend="Give its full path, with backslashes")
    # A line that began with a quotation mark could lose it to cmd /C.
    return f'call "{program}"'


def _may_be_script(program: str) -> bool:
    """Whether cmd may read the arguments a second time, inside a script, where no quotation is sure to hold."""
    name = program.rpartition("\\")[2].lower()
    return not name.endswith((".exe", ".com")) and ("." in name or "\\" in program)


def _word(argument: str, *, called: bool, script: bool) -> str:
    _checked(argument)
    if script and re.search(r"[&|<>^()]", argument):
        raise CannotQuote(f"the argument {_shown(argument)} is not safe for a script", mend="Use a program (.exe)")
    if called and ("^" in argument or argument == "/?"):
        raise CannotQuote(f"the argument {_shown(argument)} would be changed by cmd's call")
    if _PLAIN.fullmatch(argument) and not (script and re.search("[=,]", argument)):
        return argument
    trailing = len(argument) - len(argument.rstrip("\\"))
    return f'"{argument}{chr(92) * trailing}"'


def _checked(argument: str) -> str:
    for character, reason in _REFUSED.items():
        if character in argument:
            raise CannotQuote(f"the argument {_shown(argument)} holds {character}: {reason}")
    if _EXPANDED.search(argument):
        raise CannotQuote(f"the argument {_shown(argument)} holds !: cmd expands it where delayed expansion is on")
    found = _CONTROL.search(argument) or _LOOKALIKES.search(argument)
    if found:
        code = f"U+{ord(found.group()):04X}"
        raise CannotQuote(f"the argument {_shown(argument)} holds {code}, which no command line carries")
    return argument


def _shown(argument: str) -> str:
    return repr(argument) if len(argument) <= _SHOWN else f"{argument[:_SHOWN]!r} and so on"
