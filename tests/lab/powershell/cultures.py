# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How dates and numbers are written where nobody chose a form: the culture of the machine.

Forms as Windows has them in its regional settings [U for their exact letters in each generation]. What PowerShell
converts in strings and casts is in the invariant culture, whatever the machine's is.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Culture:
    """`date` and `time` are .NET patterns of a short date and a long time; `decimal` and `group` the separators."""

    name: str
    number: int
    date: str
    time: str
    decimal: str = "."
    group: str = ","
    display_name: str = ""

    @property
    def moment(self) -> str:
        return f"{self.date} {self.time}"


INVARIANT = Culture("", 127, "MM/dd/yyyy", "HH:mm:ss", display_name="Invariant Language (Invariant Country)")
_CULTURES = (
    Culture("en-US", 1033, "M/d/yyyy", "h:mm:ss tt", display_name="English (United States)"),
    Culture("de-DE", 1031, "dd.MM.yyyy", "HH:mm:ss", ",", ".", "Deutsch (Deutschland)"),
    Culture("fr-FR", 1036, "dd/MM/yyyy", "HH:mm:ss", ",", "\u00a0", "français (France)"),
    Culture("ja-JP", 1041, "yyyy/MM/dd", "H:mm:ss", display_name="日本語 (日本)"),
)


def culture_of(tag: str) -> Culture:
    """The culture of a language such as `de-DE`; that of the United States for one that is not known."""
    return next((one for one in _CULTURES if one.name.casefold() == tag.casefold()), _CULTURES[0])
