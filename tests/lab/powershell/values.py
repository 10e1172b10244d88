# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values that scripts handle, and how they become text, numbers and truths.

Python's own types stand for .NET's: None ($null), bool, int (Int32, beyond that Int64), float (Double), str (String),
bytes (Byte[]), list (Object[]); what has no equal there has a class here.
"""

from __future__ import annotations

import datetime
import hashlib
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

from lab.powershell.cultures import INVARIANT, Culture

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class ErrorList(list[Any]):
    """$Error: an ArrayList, the newest error first."""


class Nothing:
    """What a pipeline without output gives: $null wherever a value is wanted, and no object in a pipeline."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING = Nothing()


class NotConvertible(Exception):
    """The value does not convert. The message is .NET's."""


class Char(str):
    """System.Char."""

    __slots__ = ()


class EnumValue(str):
    """A member of an enumeration: its name as text, `number`, and the name of its type."""

    number: int
    type_name: str

    def __new__(cls, name: str, number: int, type_name: str) -> EnumValue:
        made = super().__new__(cls, name)
        made.number, made.type_name = number, type_name
        return made


class Folded:
    """Values by names without regard to case, which keep the case they came with."""

    def __init__(self, values: dict[Any, Any] | None = None) -> None:
        self._held: dict[Any, tuple[Any, Any]] = {}
        for name, value in (values or {}).items():
            self[name] = value

    @staticmethod
    def fold(name: Any) -> Any:
        return name.casefold() if isinstance(name, str) else name

    def __contains__(self, name: Any) -> bool:
        return self.fold(name) in self._held

    def __getitem__(self, name: Any) -> Any:
        return self._held[self.fold(name)][1]

    def __setitem__(self, name: Any, value: Any) -> None:
        kept = self._held.get(self.fold(name), (name, None))[0]
        self._held[self.fold(name)] = (kept, value)

    def __len__(self) -> int:
        return len(self._held)

    def get(self, name: Any, default: Any = None) -> Any:
        found = self._held.get(self.fold(name))
        return default if found is None else found[1]

    def pop(self, name: Any) -> None:
        self._held.pop(self.fold(name), None)

    def clear(self) -> None:
        self._held.clear()

    def items(self) -> list[tuple[Any, Any]]:
        return list(self._held.values())

    def name(self, name: Any) -> Any:
        """The name as it came."""
        return self._held[self.fold(name)][0]


class HashTable(Folded):
    """System.Collections.Hashtable, or with `ordered` an OrderedDictionary.

    The order of a Hashtable is no order that a script may count on: here it is that of the names' digests.
    """

    def __init__(self, values: dict[Any, Any] | None = None, ordered: bool = False) -> None:
        super().__init__(values)
        self.ordered = ordered

    def items(self) -> list[tuple[Any, Any]]:
        found = super().items()
        return found if self.ordered else sorted(found, key=lambda one: hashlib.md5(str(one[0]).encode()).digest())


class PSObject:
    """An object with properties in their order. `types` are its type's names, nearest first; `methods` by name."""

    def __init__(
        self,
        values: dict[str, Any] | None = None,
        types: tuple[str, ...] = ("System.Management.Automation.PSCustomObject",),
        text: str | None = None,
        methods: dict[str, Callable[..., Any]] | None = None,
        base: Any = None,
    ) -> None:
        self.properties = Folded(dict(values or {}))
        self.types = types
        self.text = text
        self.methods = Folded(dict(methods or {}))
        self.base = base
        self.setters = Folded()
        self.added: set[str] = set()

    @property
    def custom(self) -> bool:
        return self.types[0].endswith("PSCustomObject")

    def get(self, name: str) -> Any:
        """A property's value; a computed one is worked out."""
        found = self.properties.get(name)
        return found() if isinstance(found, Computed) else found

    def items(self) -> Iterator[tuple[str, Any]]:
        for name, _unused in self.properties.items():
            yield name, self.get(name)


class Computed:
    """A property that is worked out when it is read."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work

    def __call__(self) -> Any:
        return self._work()


class DateTime:
    """System.DateTime: a time without zone, and `kind`: Utc, Local or Unspecified."""

    def __init__(self, value: datetime.datetime, kind: str = "Unspecified") -> None:
        self.value, self.kind = value.replace(tzinfo=None), kind

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DateTime) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.value)


class TimeSpan:
    """System.TimeSpan."""

    def __init__(self, value: datetime.timedelta) -> None:
        self.value = value


class ScriptBlock:
    """A script block: what the grammar gave, and its text."""

    def __init__(self, body: Any, text: str, name: str = "", filter: bool = False) -> None:
        self.body, self.text, self.name, self.filter = body, text, name, filter


class NetType:
    """A type: [string] and the like. `name` is .NET's full name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NetType) and self.name.casefold() == other.name.casefold()

    def __hash__(self) -> int:
        return hash(self.name.casefold())


class NetException:
    """An exception object of .NET."""

    def __init__(self, type: str, message: str, inner: NetException | None = None, hresult: int = -2146233087) -> None:
        self.type, self.message, self.inner, self.hresult = type, message, inner, hresult


class ErrorRecord:
    """What went wrong: exception, id, category, target, and the command that says so."""

    def __init__(
        self,
        exception: NetException,
        error_id: str,
        category: str = "NotSpecified",
        target: Any = None,
        command: str = "",
        reason: str = "",
    ) -> None:
        self.exception, self.error_id, self.category, self.target = exception, error_id, category, target
        self.command = command
        self.reason = reason or exception.type.rpartition(".")[2]
        self.line, self.column, self.line_text, self.length = 1, 1, "", 1
        self.placed = False


class PSError(Exception):
    """An error that ends a statement, or with `whole` the script."""

    def __init__(self, record: ErrorRecord, whole: bool = False) -> None:
        super().__init__(record.exception.message)
        self.record, self.whole = record, whole


def error(
    message: str,
    error_id: str,
    type: str = "System.Management.Automation.RuntimeException",
    category: str = "InvalidOperation",
    target: Any = None,
    whole: bool = False,
    command: str = "",
) -> PSError:
    """An error of the language or of a cmdlet."""
    return PSError(ErrorRecord(NetException(type, message), error_id, category, target, command), whole)


# --- what a value is -------------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """$null for what a pipeline without output gave."""
    return None if value is NOTHING else value


def is_list(value: Any) -> bool:
    return isinstance(value, (list, bytes))


def items(value: Any) -> list[Any]:
    """What a pipeline gets of a value: the members of a list, nothing of no output, else the value itself."""
    if value is NOTHING:
        return []
    if isinstance(value, (list, bytes)):
        return list(value)
    if isinstance(value, PSObject) and isinstance(value.base, list):
        return list(value.base)
    return [value]


def unwrapped(found: list[Any]) -> Any:
    """The value of what a pipeline gave: nothing, the only object, or a list."""
    if not found:
        return NOTHING
    return found[0] if len(found) == 1 else found


_TYPE_NAMES: tuple[tuple[type, str], ...] = (
    (ErrorList, "System.Collections.ArrayList"),
    (bool, "System.Boolean"),
    (float, "System.Double"),
    (Char, "System.Char"),
    (str, "System.String"),
    (bytes, "System.Byte[]"),
    (list, "System.Object[]"),
    (DateTime, "System.DateTime"),
    (TimeSpan, "System.TimeSpan"),
    (ScriptBlock, "System.Management.Automation.ScriptBlock"),
    (NetType, "System.RuntimeType"),
    (ErrorRecord, "System.Management.Automation.ErrorRecord"),
)


def type_of(value: Any) -> str:
    """.NET's full name of a value's type."""
    if isinstance(value, EnumValue):
        return value.type_name
    if isinstance(value, PSObject):
        return value.types[0]
    if isinstance(value, HashTable):
        return "System.Collections.Specialized.OrderedDictionary" if value.ordered else "System.Collections.Hashtable"
    if isinstance(value, NetException):
        return value.type
    if isinstance(value, int) and not isinstance(value, bool):
        return "System.Int32" if -(2**31) <= value < 2**31 else "System.Int64"
    return next((name for kind, name in _TYPE_NAMES if isinstance(value, kind)), "System.Object")


# --- conversions -----------------------------------------------------------------------------------------------------


def truth(value: Any) -> bool:
    """As `if` takes a value: empty text, zero, $null and an empty list are false; a list of one is as its member."""
    value = plain(value)
    if isinstance(value, (list, bytes)):
        return truth(value[0]) if len(value) == 1 else len(value) > 1
    if value is None or isinstance(value, (bool, int, float)) and not isinstance(value, EnumValue):
        return bool(value)
    if isinstance(value, EnumValue):
        return value.number != 0
    if isinstance(value, str):
        return value != ""
    if isinstance(value, PSObject) and value.types[0] == "System.Management.Automation.SwitchParameter":
        return bool(value.base)
    return True


def text(value: Any, culture: Culture = INVARIANT, separator: str = " ") -> str:
    """A value as text, in strings and casts (invariant), or in a culture where it is shown."""
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _real(value, culture)
    if isinstance(value, (list, bytes)):
        return separator.join(text(one, culture) for one in value)
    if isinstance(value, DateTime):
        return format_date(value, culture.moment)
    if isinstance(value, TimeSpan):
        return _span(value)
    if isinstance(value, ScriptBlock):
        return value.text
    if isinstance(value, NetType):
        return value.name
    if isinstance(value, ErrorRecord):
        return value.exception.message
    if isinstance(value, NetException):
        return f"{value.type}: {value.message}"
    if isinstance(value, PSObject):
        return _object_text(value, culture)
    return type_of(value)


def _object_text(value: PSObject, culture: Culture) -> str:
    if value.text is not None:
        return value.text
    if value.custom:
        return "@{" + "; ".join(f"{name}={text(one, culture)}" for name, one in value.items()) + "}"
    return value.types[0]


def _real(value: float, culture: Culture) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    shown = f"{value:.15g}"
    if "e" in shown:
        mantissa, _e, exponent = shown.partition("e")
        shown = f"{mantissa}E{exponent[0]}{exponent[1:].zfill(2)}"
    return shown.replace(".", culture.decimal)


def _span(value: TimeSpan) -> str:
    seconds = value.value.total_seconds()
    whole, fraction = divmod(abs(seconds), 1)
    days, rest = divmod(int(whole), 86400)
    sign = "-" if seconds < 0 else ""
    ahead = f"{days}." if days else ""
    behind = f".{round(fraction * 10**7):07}" if fraction else ""
    return f"{sign}{ahead}{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}{behind}"


def format_date(value: DateTime, pattern: str, offset: str = "+00:00") -> str:
    """A date by a .NET pattern, or one of the standard ones `o`, `s`, `u`; `offset` is that of local time."""
    date = value.value
    if pattern in ("o", "O"):
        behind = {"Utc": "Z", "Local": offset}.get(value.kind, "")
        return f"{date:%Y-%m-%dT%H:%M:%S}.{date.microsecond * 10:07}{behind}"
    if pattern == "s":
        return f"{date:%Y-%m-%dT%H:%M:%S}"
    if pattern == "u":
        return f"{date:%Y-%m-%d %H:%M:%S}Z"
    hour = date.hour % 12 or 12
    behind = {"Utc": "Z", "Local": offset}.get(value.kind, "")
    known: dict[str, str] = {
        "yyyy": f"{date.year:04}",
        "yy": f"{date.year % 100:02}",
        "MMMM": _MONTHS[date.month - 1],
        "MMM": _MONTHS[date.month - 1][:3],
        "MM": f"{date.month:02}",
        "M": str(date.month),
        "dddd": _DAYS[date.weekday()],
        "ddd": _DAYS[date.weekday()][:3],
        "dd": f"{date.day:02}",
        "d": str(date.day),
        "HH": f"{date.hour:02}",
        "H": str(date.hour),
        "hh": f"{hour:02}",
        "h": str(hour),
        "mm": f"{date.minute:02}",
        "m": str(date.minute),
        "ss": f"{date.second:02}",
        "s": str(date.second),
        "tt": "PM" if date.hour > 11 else "AM",
        "K": behind,
        "zzz": offset,
    }

    def piece(match: re.Match[str]) -> str:
        one = match[0]
        if one[0] in "'\"":
            return one[1:-1]
        if one[0] == "\\":
            return one[1:]
        if one[0] == "f":
            return f"{date.microsecond * 10:07}"[: len(one)]
        return known.get(one, one)

    return re.sub(r"'[^']*'|\"[^\"]*\"|\\.|y+|M+|d+|H+|h+|m+|s+|t+|f+|K|z+", piece, pattern)


def number(value: Any, kind: str = "System.Int32") -> int | float:
    """A value as a number; `kind` names the type in the message. Raises NotConvertible."""
    value = plain(value)
    if value is None:
        return 0
    if isinstance(value, EnumValue):
        return value.number
    if isinstance(value, (bool, int, float)):
        return value if not isinstance(value, bool) else int(value)
    if isinstance(value, Char):
        return ord(value)
    if isinstance(value, str):
        return _parsed_number(value, kind)
    if isinstance(value, list) and len(value) == 1:
        return number(value[0], kind)
    raise NotConvertible(f'Cannot convert the "{text(value)}" value of type "{type_of(value)}" to type "{kind}".')


def _parsed_number(value: str, kind: str) -> int | float:
    stripped = value.strip()
    if stripped == "":
        return 0
    try:
        if re.fullmatch(r"(?i)[+-]?0x[0-9a-f]+", stripped):
            found = int(stripped, 16)
            return found - 2**32 if 2**31 <= found < 2**32 else found
        if re.fullmatch(r"[+-]?\d+", stripped):
            return int(stripped)
        if re.fullmatch(r"(?i)[+-]?(\d[\d,]*\.?\d*|\.\d+)(e[+-]?\d+)?", stripped):
            return float(stripped.replace(",", ""))
    except ValueError:
        pass
    raise NotConvertible(
        f'Cannot convert value "{value}" to type "{kind}". Error: "Input string was not in a correct format."'
    )


def whole(value: Any, kind: str = "System.Int32", low: int = -(2**31), high: int = 2**31) -> int:
    """As a whole number; half goes to the even one, as .NET rounds. Raises NotConvertible."""
    found = number(value, kind)
    rounded = round(found) if isinstance(found, float) and abs(found) != float("inf") else found
    if not isinstance(rounded, int) or not low <= rounded < high:
        short = kind.rpartition(".")[2]
        raise NotConvertible(
            f'Cannot convert value "{text(value)}" to type "{kind}". Error: "Value was either too large or too small '
            f'for an {short}."'
        )
    return rounded


def parse_date(value: str, culture: Culture = INVARIANT, offset: datetime.timedelta = datetime.timedelta()) -> DateTime:
    """A date of ISO's forms, or of a culture's. A zone makes it local time, as .NET does. Raises NotConvertible."""
    stripped = value.strip()
    iso = re.fullmatch(
        r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?)?\s*(Z|[+-]\d\d:\d\d)?", stripped
    )
    try:
        if iso:
            year, month, day, hour, minute, second = (int(iso[at] or 0) for at in range(1, 7))
            micro = int((iso[7] or "0").ljust(7, "0")) // 10
            made = datetime.datetime(year, month, day, hour, minute, second, micro)
            if iso[8] is None:
                return DateTime(made)
            return DateTime(made - _zone(iso[8]) + offset, "Local")
        return DateTime(_culture_date(stripped, culture))
    except (ValueError, KeyError) as problem:
        raise NotConvertible(f'String "{value}" was not recognized as a valid DateTime.') from problem


def _zone(given: str) -> datetime.timedelta:
    if given == "Z":
        return datetime.timedelta()
    hours, minutes = given[1:].split(":")
    found = datetime.timedelta(hours=int(hours), minutes=int(minutes))
    return -found if given[0] == "-" else found


def _culture_date(given: str, culture: Culture) -> datetime.datetime:
    order = [one[0] for one in re.findall(r"y+|M+|d+", culture.date)]
    match = re.fullmatch(
        r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?:\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s*([AaPp][Mm])?)?", given
    )
    if match is None:
        raise ValueError(given)
    found = dict(zip(order, (int(match[at]) for at in (1, 2, 3)), strict=True))
    year = found["y"] + (2000 if found["y"] < 30 else 1900 if found["y"] < 100 else 0)
    hour = int(match[4] or 0)
    if match[7]:
        hour = hour % 12 + (12 if match[7].lower() == "pm" else 0)
    return datetime.datetime(year, found["M"], found["d"], hour, int(match[5] or 0), int(match[6] or 0))
