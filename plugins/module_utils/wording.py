# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How messages are worded: numbers of things, and places that are named once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable


def number(count: int, what: str) -> str:
    """``1 zone``, ``2 zones``; of several words the last one counts: ``2 DNS servers``."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def some(names: Iterable[str], limit: int = 5) -> str:
    """A few of the names, sorted, and how many more there are."""
    ordered = sorted(names)
    rest = f" and {len(ordered) - limit} more" if len(ordered) > limit else ""
    return ", ".join(ordered[:limit]) + rest


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """The known name that is nearest; empty where none is as like as that (0 to 1)."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=likeness)), "")


def did_you_mean(word: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """``, did you mean 'NAME'?`` with the nearest name, or nothing."""
    near = nearest(word, known, likeness)
    return f", did you mean '{near}'?" if near else ""


def names_place(text: str, place: str) -> bool:
    """Whether a text names a place itself, whole and in whatever case; a longer name that holds it is another one."""
    whole = rf"(?<![\w.\\-]){re.escape(place)}(?![\w\\/-]|\.\w)"
    return bool(place) and re.search(whole, text, re.IGNORECASE) is not None


def at_place(place: str, text: str) -> str:
    """``place: text``, or the text alone where it names the place, or where there is none."""
    return f"{place}: {text}" if place and not names_place(text, place) else text


_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "a truth value",
    "list": "a list",
    "dict": "a mapping",
    "date": "a date",
    "datetime": "a time",
    "NoneType": "empty",
}
# As ansible-core words it: "is of type X and we were unable to convert to Y: REASON".
_NOT_CONVERTED = re.compile(r"is of type (?:<class ')?(\w+)(?:'>)? and we were unable to convert to (\w+)(?=: )")
# As it ends, without the word that says what is wrong.
_UNSUPPORTED = re.compile(r"(.+)\. Supported parameters include: (.*)\.$", re.DOTALL)
# Reasons that say no more than that.
_NO_REASON = re.compile(
    r": (?:<class '[\w.]+'> cannot be converted to an? \w+|dictionary requested, could not parse JSON or key=value)"
)


def kinds_told(message: str) -> str:
    """What ansible-core says of an argument, with the words of YAML in place of Python's types."""
    if unsupported := _UNSUPPORTED.match(message):
        return _unsupported(unsupported[1].split(", "), re.findall(r"\w+", unsupported[2]))
    return _NO_REASON.sub("", _NOT_CONVERTED.sub(lambda found: f"is {_kind(found[1])}, not {_kind(found[2])}", message))


def _unsupported(names: Iterable[str], supported: Iterable[str]) -> str:
    likely = {name: did_you_mean(name.rpartition(".")[2], supported) for name in names}
    told = "; ".join(f"unsupported argument '{name}'{near}" for name, near in likely.items())
    return told if all(likely.values()) else f"{told}; supported are {', '.join(supported)}"


def _kind(name: str) -> str:
    return _KINDS.get(name, name)
