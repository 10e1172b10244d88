# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The languages of Windows: one file of this folder each, with what programs and the system say in it.

A table that lacks a text takes the English one. What no evidence gives is worded as that Windows might say it, so that
nothing can rest on English words, and docs/evidence.md marks it so.
"""

from __future__ import annotations

import datetime
import functools
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from lab.discovery import import_all

USUAL = "en-US"


@dataclass(frozen=True)
class Language:
    """One language: `tag` as xml:lang has it, `number` (LCID) and `locale` as WMI gives them.

    `moment` is the form of a date with time in programs, `code_page` that of consoles (OEM); `texts` are by name, with
    fields in braces; `errors` are the system's messages by Win32 code or HRESULT.
    """

    tag: str
    number: int
    locale: str
    moment: str
    code_page: int
    texts: Mapping[str, str]
    errors: Mapping[int, str]

    def text(self, name: str, /, **values: object) -> str:
        """What a program says; KeyError for a name that no table has."""
        own = self.texts.get(name)
        return (language_of(USUAL).texts[name] if own is None else own).format(**values)

    def error(self, code: int) -> str:
        """The system's message for a Win32 code or an HRESULT."""
        number = code & 0xFFFF if code >> 16 == 0x8007 else code
        for table in (self.errors, language_of(USUAL).errors):
            if number in table:
                return table[number]
        return f"Error 0x{code:x}"

    def date(self, value: datetime.datetime) -> str:
        """A date with its time, to the minute, as certutil prints it."""
        half = "AM" if value.hour < 12 else "PM"
        return self.moment.format(value, hour12=value.hour % 12 or 12, half=half)


@functools.cache
def _languages() -> dict[str, Language]:
    found = [module.LANGUAGE for module in import_all(sys.modules[__name__])]
    return {one.tag.casefold(): one for one in found}


def language_of(tag: str) -> Language:
    """The language of a tag such as `de-DE` (another country's form serves as well); English where there is none."""
    known = _languages()
    kin = [one for name, one in known.items() if name.partition("-")[0] == tag.casefold().partition("-")[0]]
    return known.get(tag.casefold()) or (kin[0] if kin else known[USUAL.casefold()])
