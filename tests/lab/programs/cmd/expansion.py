# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Percent expansion, and the quotes behind /C."""

from __future__ import annotations

import re
from collections.abc import Callable

_PERCENT = re.compile(r"%([^%:]+)(?::([^%]*))?%")


def expand_percent(text: str, value_of: Callable[[str], str | None]) -> str:
    """Replace `%NAME%`, `%NAME:a=b%` and `%NAME:~m,n%`, inside quotes too; unknown names stay as they are."""

    def value(match: re.Match[str]) -> str:
        found = value_of(match[1])
        if found is None:
            return match[0]
        return found if match[2] is None else _modified(found, match[2])

    return _PERCENT.sub(value, text)


def _modified(value: str, modifier: str) -> str:
    if modifier.startswith("~"):
        start, _unused, length = modifier[1:].partition(",")
        first = int(start or 0)
        rest = value[first:] if first >= 0 else value[max(len(value) + first, 0) :]
        return rest if not length else rest[: int(length)]
    old, equals, new = modifier.partition("=")
    if not equals or not old:
        return value
    return re.sub(re.escape(old), lambda match: new, value, flags=re.IGNORECASE)


def strip_c_quotes(text: str, is_program: Callable[[str], bool]) -> str:
    """The rule of `cmd /?` for what follows /C: keep the quotes only when all five conditions hold, else drop two.

    Kept: exactly two quotes, none of & < > ( ) @ ^ | between them, at least one blank between them, and the text
    between them names a program. Otherwise a leading quote goes, and with it the last quote of the line.
    """
    if not text.startswith('"'):
        return text
    inner = text[1 : text.find('"', 1)] if text.count('"') >= 2 else ""
    if text.count('"') == 2 and not set(inner) & set("&<>()@^|") and " " in inner and is_program(inner):
        return text
    last = text.rfind('"')
    return text[1:] if last == 0 else text[1:last] + text[last + 1 :]
