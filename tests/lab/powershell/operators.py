# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operators: comparison, arithmetic, text, lists. Without regard to case unless their name begins with c."""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING, Any

from lab.powershell import dotnet
from lab.powershell.cultures import Culture
from lab.powershell.values import (
    Char,
    DateTime,
    EnumValue,
    HashTable,
    NetType,
    NotConvertible,
    PSObject,
    ScriptBlock,
    TimeSpan,
    error,
    format_date,
    is_list,
    items,
    number,
    plain,
    text,
    truth,
    type_of,
    whole,
)

if TYPE_CHECKING:
    from lab.powershell.interpreter import Interpreter

_COMPARISONS = {"eq", "ne", "lt", "le", "gt", "ge", "like", "notlike", "match", "notmatch"}


def net_pattern(pattern: str) -> str:
    """A regular expression of .NET in Python's spelling."""
    return re.sub(r"\(\?<([A-Za-z_]\w*)>", r"(?P<\1>", pattern).replace(r"\z", r"\Z")


def compiled(pattern: str, fold: bool) -> re.Pattern[str]:
    """Raises PSError for a pattern that is none."""
    try:
        return re.compile(net_pattern(pattern), re.IGNORECASE if fold else 0)
    except re.error as problem:
        raise error(f'parsing "{pattern}" - {problem}.', "RegexException", "System.ArgumentException") from problem


def like(value: str, pattern: str, fold: bool = True) -> bool:
    """Wildcards: * ? [a-z]; a grave accent takes a character as it stands."""
    translated = fnmatch.translate(re.sub(r"`(.)", r"[\1]", pattern))
    return re.match(translated, value, re.IGNORECASE | re.DOTALL if fold else re.DOTALL) is not None


# --- comparing -------------------------------------------------------------------------------------------------------


def equal(ps: Interpreter, left: Any, right: Any, fold: bool) -> bool:
    """Whether the right is what the left is, once it is of the left's type."""
    left, right = plain(left), plain(right)
    if left is None or right is None:
        return left is right
    if isinstance(left, bool):
        return left == truth(right)
    if isinstance(left, str) and not isinstance(left, EnumValue):
        return _folded(left, fold) == _folded(text(right), fold)
    if isinstance(left, EnumValue):
        return left.casefold() == text(right).casefold() if isinstance(right, str) else _same_number(left.number, right)
    if isinstance(left, (int, float)):
        return _same_number(left, right)
    if isinstance(left, (DateTime, TimeSpan)):
        try:
            other = dotnet.converted(ps, type_of(left), right)
        except NotConvertible:
            return False
        return bool(left.value == other.value)
    if isinstance(left, NetType):
        return bool(left == right)
    if isinstance(left, PSObject) and left.text is not None:
        return left is right or _folded(left.text, fold) == _folded(text(right), fold)
    return left is right


def _same_number(left: Any, right: Any) -> bool:
    try:
        return bool(number(left) == number(right))
    except NotConvertible:
        return False


def _folded(value: str, fold: bool) -> str:
    return value.casefold() if fold else value


def order(ps: Interpreter, left: Any, right: Any, fold: bool) -> int:
    """-1, 0 or 1. Raises PSError where the right does not convert to the left's type."""
    left, right = plain(left), plain(right)
    if left is None or right is None:
        if left is right:
            return 0
        if isinstance(left, (int, float)) or isinstance(right, (int, float)):
            return _sign(number(left), number(right))
        return -1 if left is None else 1
    if isinstance(left, str) and not isinstance(left, EnumValue):
        return _text_order(left, text(right), fold)
    try:
        if isinstance(left, (int, float, EnumValue)):
            return _sign(number(left), number(right, type_of(left)))
        if isinstance(left, (DateTime, TimeSpan)):
            other = dotnet.converted(ps, type_of(left), right)
            return _sign(left.value, other.value)
    except NotConvertible as problem:
        raise error(
            f'Could not compare "{text(left)}" to "{text(right)}". Error: "{problem}"', "ComparisonFailure"
        ) from problem
    if isinstance(left, PSObject) and isinstance(left.base, tuple) and isinstance(right, PSObject):
        return _sign(left.base, right.base)
    if isinstance(left, PSObject) and left.text is not None:
        return _text_order(left.text, text(right), fold)
    raise error(f'Cannot compare "{text(left)}" because it is not IComparable.', "NotIcomparable")


def _text_order(left: str, right: str, fold: bool) -> int:
    """As cultures sort: without regard to case first, then small letters before capitals."""
    found = _sign(left.casefold(), right.casefold())
    return found if found or fold else _sign(left.swapcase(), right.swapcase())


def _sign(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def binary(ps: Interpreter, operator: str, left: Any, right: Any) -> Any:
    """A binary operator but for those that need not look at their right: -and, -or."""
    name = operator[1:] if operator[0] == "-" and len(operator) > 1 else operator
    sensitive = name[:1] == "c" and name not in ("contains",)
    base = name[1:] if sensitive or name[:1] == "i" and name[1:] in _FOLDABLE else name
    left, right = plain(left), plain(right)
    if base in _COMPARISONS:
        return _compared(ps, base, left, right, not sensitive)
    worker = _OPERATORS.get(base)
    if worker is None:
        raise error(f"lab: the operator {operator} is not modelled", "NotModelled")
    return worker(ps, left, right, not sensitive)


def _compared(ps: Interpreter, name: str, left: Any, right: Any, fold: bool) -> Any:
    if is_list(left):
        return [one for one in left if _one(ps, name, one, right, fold, False)]
    return _one(ps, name, left, right, fold, True)


def _one(ps: Interpreter, name: str, left: Any, right: Any, fold: bool, keep: bool) -> bool:
    if name in ("eq", "ne"):
        return equal(ps, left, right, fold) == (name == "eq")
    if name in ("like", "notlike"):
        return like(text(left), text(right), fold) == (name == "like")
    if name in ("match", "notmatch"):
        found = compiled(text(right), fold).search(text(left))
        if found and keep:
            ps.set_matches(found)
        return (found is not None) == (name == "match")
    compared = order(ps, left, right, fold)
    return {"lt": compared < 0, "le": compared <= 0, "gt": compared > 0, "ge": compared >= 0}[name]


def _contains(ps: Interpreter, left: Any, right: Any, fold: bool) -> bool:
    return any(equal(ps, one, right, fold) for one in (items(left) if left is not None else [None]))


def _replace(ps: Interpreter, left: Any, right: Any, fold: bool) -> Any:
    parts = items(right)
    pattern = compiled(text(parts[0]) if parts else "", fold)
    new = _replacement(text(parts[1])) if len(parts) > 1 else ""
    if is_list(left):
        return [pattern.sub(new, text(one)) for one in left]
    return pattern.sub(new, text(left))


def _replacement(given: str) -> str:
    """.NET's `$1`, `${name}`, `$&`, `$$` in Python's spelling."""
    found = given.replace("\\", "\\\\")

    def piece(match: re.Match[str]) -> str:
        if match[1] == "$":
            return "$"
        return "\\g<0>" if match[1] == "&" else f"\\g<{match[1].strip('{}')}>"

    return re.sub(r"\$(\d+|\{\w+\}|&|\$)", piece, found)


def _split(ps: Interpreter, left: Any, right: Any, fold: bool) -> list[str]:
    parts = items(right)
    most = whole(parts[1]) if len(parts) > 1 else 0
    simple = len(parts) > 2 and "simplematch" in text(parts[2]).lower()
    if parts and isinstance(parts[0], ScriptBlock):
        raise error("lab: -split with a script block is not modelled", "NotModelled")
    pattern = compiled(re.escape(text(parts[0])) if simple else text(parts[0]), fold)
    return [
        one for value in items(left) for one in pattern.split(text(value), maxsplit=max(most - 1, 0)) if one is not None
    ]


def _join(ps: Interpreter, left: Any, right: Any, fold: bool) -> str:
    return text(right).join(text(one) for one in items(left))


def _is(ps: Interpreter, left: Any, right: Any, fold: bool) -> bool:
    name = right.name if isinstance(right, NetType) else dotnet.resolve(text(right), ps)
    return dotnet.is_of(left, name or "")


def _as(ps: Interpreter, left: Any, right: Any, fold: bool) -> Any:
    name = right.name if isinstance(right, NetType) else dotnet.resolve(text(right), ps)
    try:
        return dotnet.converted(ps, name or "", left)
    except NotConvertible:
        return None


def _range(ps: Interpreter, left: Any, right: Any, fold: bool) -> list[int]:
    first, last = dotnet.cast(ps, "System.Int32", left), dotnet.cast(ps, "System.Int32", right)
    return list(range(first, last + 1)) if first <= last else list(range(first, last - 1, -1))


# --- arithmetic ------------------------------------------------------------------------------------------------------


def _numbers(ps: Interpreter, left: Any, right: Any) -> tuple[Any, Any]:
    try:
        return number(left), number(right)
    except NotConvertible as problem:
        raise error(str(problem), "InvalidCastFromStringToInteger", "System.InvalidCastException") from problem


def add(ps: Interpreter, left: Any, right: Any, fold: bool = True) -> Any:
    """`+`: text is joined, a list gets members, a table those of the other, a date moves on."""
    if isinstance(left, str) and not isinstance(left, (EnumValue, Char)):
        return left + text(right)
    if isinstance(left, Char) and not isinstance(right, (int, float)):
        return str(left) + text(right)
    if is_list(left):
        return [*left, *(list(right) if is_list(right) else [right])]
    if isinstance(left, HashTable):
        if not isinstance(right, HashTable):
            raise error("A hash table can only be added to another hash table.", "AddHashTableToNonHashTable")
        return HashTable({**dict(left.items()), **dict(right.items())}, left.ordered)
    if left is None:
        return right
    if isinstance(left, DateTime):
        return DateTime(left.value + dotnet.converted(ps, "System.TimeSpan", right).value, left.kind)
    if isinstance(left, TimeSpan):
        return TimeSpan(left.value + dotnet.converted(ps, "System.TimeSpan", right).value)
    if isinstance(left, PSObject):
        raise error(
            f"Method invocation failed because [{type_of(left)}] does not contain a method named 'op_Addition'.",
            "MethodNotFound",
        )
    first, second = _numbers(ps, left, right)
    return first + second


def _minus(ps: Interpreter, left: Any, right: Any, fold: bool) -> Any:
    if isinstance(left, DateTime):
        if isinstance(right, DateTime):
            return TimeSpan(left.value - right.value)
        return DateTime(left.value - dotnet.converted(ps, "System.TimeSpan", right).value, left.kind)
    if isinstance(left, TimeSpan):
        return TimeSpan(left.value - dotnet.converted(ps, "System.TimeSpan", right).value)
    first, second = _numbers(ps, left, right)
    return first - second


def _times(ps: Interpreter, left: Any, right: Any, fold: bool) -> Any:
    if isinstance(left, str):
        return left * whole(right)
    if is_list(left):
        return list(left) * whole(right)
    first, second = _numbers(ps, left, right)
    return first * second


def _divide(ps: Interpreter, left: Any, right: Any, fold: bool) -> Any:
    first, second = _numbers(ps, left, right)
    if second == 0 and not isinstance(first, float) and not isinstance(second, float):
        raise _by_zero()
    if isinstance(first, int) and isinstance(second, int) and first % second == 0:
        return first // second
    return first / second if second else float("inf")


def _modulo(ps: Interpreter, left: Any, right: Any, fold: bool) -> Any:
    first, second = _numbers(ps, left, right)
    if second == 0:
        raise _by_zero()
    return first - second * int(first / second)


def _by_zero() -> Exception:
    return error("Attempted to divide by zero.", "RuntimeException", category="NotSpecified")


def _bits(ps: Interpreter, left: Any, right: Any) -> tuple[int, int]:
    first, second = _numbers(ps, left, right)
    return int(first), int(second)


def _bit(work: Any) -> Any:
    return lambda ps, left, right, fold: work(*_bits(ps, left, right))


# --- -f --------------------------------------------------------------------------------------------------------------


def format_text(ps: Interpreter, left: Any, right: Any, fold: bool = True) -> str:
    """`"{0,5:N2}" -f value`, in the machine's culture. Raises PSError for a format that does not fit."""
    values = items(right) if is_list(right) else [right]

    def piece(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        if match[1] is None or int(match[1]) >= len(values):
            raise error(
                "Error formatting a string: Index (zero based) must be greater than or equal to zero and less "
                "than the size of the argument list..",
                "FormatError",
                "System.Management.Automation.PSInvalidOperationException",
            )
        shown = format_one(ps, values[int(match[1])], match[3] or "", ps.culture)
        width = int(match[2] or 0)
        return shown.rjust(width) if width > 0 else shown.ljust(-width)

    return re.sub(r"\{\{|\}\}|\{(\d+)(?:,\s*(-?\d+))?(?::([^}]*))?\}|\{", piece, text(left))


def format_one(ps: Interpreter, value: Any, form: str, culture: Culture) -> str:
    """A value by one of .NET's forms."""
    value = plain(value)
    if isinstance(value, DateTime):
        standard = {
            "d": culture.date,
            "T": culture.time,
            "G": culture.moment,
            "": culture.moment,
            "g": f"{culture.date} {culture.time.replace(':ss', '')}",
            "t": culture.time.replace(":ss", ""),
        }
        return format_date(value, standard.get(form, form), ps.offset_text)
    if isinstance(value, (int, float)) and not isinstance(value, (bool, EnumValue)) and form:
        return _format_number(value, form, culture)
    return text(value, culture)


def _format_number(value: int | float, form: str, culture: Culture) -> str:
    kind, digits = form[0].upper(), form[1:]
    if kind == "X" and isinstance(value, int) and digits.isdigit() | (digits == ""):
        bits = 2**32 if -(2**31) <= value < 0 else 2**64
        shown = f"{value + bits if value < 0 else value:x}".rjust(int(digits or 0), "0")
        return shown.upper() if form[0] == "X" else shown
    if kind == "D" and (digits.isdigit() or digits == ""):
        return ("-" if value < 0 else "") + str(abs(int(value))).rjust(int(digits or 0), "0")
    if kind in "NFP" and (digits.isdigit() or digits == ""):
        places = int(digits or 2)
        shown = f"{value * 100 if kind == 'P' else value:{',' if kind in 'NP' else ''}.{places}f}"
        shown = shown.replace(",", "\0").replace(".", culture.decimal).replace("\0", culture.group)
        return f"{shown} %" if kind == "P" else shown
    match = re.fullmatch(r"(0*)(?:\.([0#]+))?", form.replace("#", "", form.count("#") if "." not in form else 0))
    if match:
        behind = match[2] or ""
        shown = f"{value:.{len(behind)}f}"
        whole_part, _point, rest = shown.partition(".")
        rest = rest if "#" not in behind else rest.rstrip("0").ljust(behind.count("0"), "0")
        return whole_part.rjust(len(match[1]), "0") + (culture.decimal + rest if rest else "")
    return text(value, culture)


_OPERATORS: dict[str, Any] = {
    "contains": _contains,
    "notcontains": lambda ps, left, right, fold: not _contains(ps, left, right, fold),
    "in": lambda ps, left, right, fold: _contains(ps, right, left, fold),  # pylint: disable=arguments-out-of-order
    "notin": lambda ps, left, right, fold: not _contains(ps, right, left, fold),  # pylint: disable=arguments-out-of-order
    "replace": _replace,
    "split": _split,
    "join": _join,
    "is": _is,
    "as": _as,
    "isnot": lambda ps, left, right, fold: not _is(ps, left, right, fold),
    "f": format_text,
    "..": _range,
    "+": add,
    "-": _minus,
    "*": _times,
    "/": _divide,
    "%": _modulo,
    "band": _bit(lambda first, second: first & second),
    "bor": _bit(lambda first, second: first | second),
    "bxor": _bit(lambda first, second: first ^ second),
    "shl": _bit(lambda first, second: first << second),
    "shr": _bit(lambda first, second: first >> second),
    "xor": lambda ps, left, right, fold: truth(left) != truth(right),
}
_FOLDABLE = _COMPARISONS | {"contains", "notcontains", "in", "notin", "replace", "split"}


def unary(ps: Interpreter, operator: str, value: Any) -> Any:
    """A unary operator on its operand's value."""
    value = plain(value)
    if operator in ("-not", "!"):
        return not truth(value)
    if operator == "-join":
        return "".join(text(one) for one in items(value))
    if operator == "-split":
        return [word for one in items(value) for word in text(one).split()]
    found = _numbers(ps, value, 0)[0]
    return {"-": -found, "+": found}[operator] if operator in "+-" else ~int(found)
