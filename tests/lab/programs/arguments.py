# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines of certreq and certutil: a verb, options with and without a value, and operands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field


class UsageError(Exception):
    """The command line is not understood: `text` names what is said, `option` is what is wrong."""

    def __init__(self, text: str, option: str) -> None:
        super().__init__(f"{text} {option}")
        self.text, self.option = text, option


@dataclass
class CommandLine:
    """A parsed command line; `options` by lower-case name, without a value `True`."""

    verb: str = ""
    options: dict[str, str | bool] = field(default_factory=dict)
    operands: list[str] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return name in self.options

    def value(self, name: str, default: str = "") -> str:
        """The value of an option that takes one."""
        return str(self.options.get(name, default))


def parse(
    arguments: list[str], *, verbs: Collection[str], with_value: Collection[str], plain: Collection[str]
) -> CommandLine:
    """Options and the verb begin with - or /, wherever they stand. Raises `UsageError`."""
    line = CommandLine()
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        name = argument[1:].lower()
        if argument[:1] not in ("-", "/") or len(argument) < 2:
            line.operands.append(argument)
        elif name in with_value:
            if not rest:
                raise UsageError("missing_argument", argument)
            line.options[name] = rest.pop(0)
        elif name in plain:
            line.options[name] = True
        elif not line.verb and name in verbs:
            line.verb = name
        else:
            raise UsageError("unknown_argument", argument)
    return line
