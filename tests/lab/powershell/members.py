# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties and methods of values: what stands behind the point in `$value.Name` and `$value.Name(1)`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lab.powershell import dotnet, operators
from lab.powershell.cultures import Culture, culture_of
from lab.powershell.values import (
    Char,
    DateTime,
    EnumValue,
    ErrorList,
    ErrorRecord,
    Folded,
    HashTable,
    NetException,
    NetType,
    NotConvertible,
    PSError,
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

_EPOCH = datetime.datetime(1, 1, 1)
_MISSING = object()
# Types on whose values methods may be called in constrained language mode (about_Language_Modes).
CORE_TYPES = {
    "System.String",
    "System.Char",
    "System.Boolean",
    "System.Int32",
    "System.Int64",
    "System.Double",
    "System.Byte[]",
    "System.Object[]",
    "System.DateTime",
    "System.TimeSpan",
    "System.Collections.Hashtable",
    "System.Guid",
    "System.Management.Automation.PSCustomObject",
    "System.Management.Automation.ScriptBlock",
    "System.Version",
    "System.Management.Automation.SwitchParameter",
    "System.Text.RegularExpressions.Regex",
}


class MethodFailed(Exception):
    """A method of .NET throws: the exception's type and message."""

    def __init__(self, type: str, message: str) -> None:
        super().__init__(message)
        self.type, self.message = type, message


# --- reading ---------------------------------------------------------------------------------------------------------


def get(ps: Interpreter, value: Any, name: str) -> Any:
    """A property; $null for one that is not there, and from 3.0 on that of the members of a list."""
    value = plain(value)
    if name.lower() == "psobject" and value is not None:
        return _description(ps, value)
    if value is None:
        return 0 if name.lower() in ("count", "length") and ps.version >= 3 else None
    found = own(ps, value, name)
    if found is not _MISSING:
        return found
    if isinstance(value, list) and ps.version >= 3:
        gathered = [one for member in value for one in items(get(ps, member, name)) if one is not None]
        return None if not gathered else gathered[0] if len(gathered) == 1 else gathered
    if name.lower() in ("count", "length") and ps.version >= 3:
        return 1
    return None


def own(ps: Interpreter, value: Any, name: str) -> Any:
    """A property that the value itself has, else `_MISSING`."""
    if isinstance(value, PSObject):
        return value.get(name) if name in value.properties else _MISSING
    if isinstance(value, HashTable):
        if name in value:
            return value[name]
        return _HASHTABLE[name.lower()](value) if name.lower() in _HASHTABLE else _MISSING
    for kind, table in _PROPERTIES:
        if isinstance(value, kind) and name.lower() in table:
            return table[name.lower()](ps, value)
    return _MISSING


def names(ps: Interpreter, value: Any) -> list[str]:
    """Names of a value's properties, in their order."""
    if isinstance(value, PSObject):
        return [name for name, _unused in value.properties.items()]
    if isinstance(value, HashTable):
        return ["IsReadOnly", "IsFixedSize", "IsSynchronized", "Keys", "Values", "SyncRoot", "Count"]
    for kind, shown in _SHOWN:
        if isinstance(value, kind):
            return list(shown)
    return []


def put(ps: Interpreter, value: Any, name: str, new: Any) -> None:
    """Set a property. Raises PSError where there is none to set."""
    value = plain(value)
    if isinstance(value, HashTable):
        value[name] = new
        return
    if isinstance(value, PSObject) and name in value.setters:
        value.setters[name](new)
        return
    if isinstance(value, PSObject) and name in value.properties:
        if not value.custom and name.casefold() not in value.added:
            raise error(f"'{name}' is a ReadOnly property.", "PropertyAssignmentException")
        value.properties[name] = new
        return
    if value is None:
        wanted = "PropertyNotFound" if ps.version >= 3 else "PropertyAssignmentException"
        raise error(f"Property '{name}' cannot be found on this object; make sure it exists and is settable.", wanted)
    found = "The property '{0}' cannot be found on this object. Verify that the property exists and can be set."
    if ps.version < 3:
        found = "Property '{0}' cannot be found on this object; make sure it exists and is settable."
    raise error(found.format(name), "PropertyAssignmentException" if ps.version < 3 else "PropertyNotFound")


def _description(ps: Interpreter, value: Any) -> PSObject:
    """`$value.PSObject`: its properties, its type's names, itself."""
    bag = PropertyBag(ps, value)
    types = list(value.types) if isinstance(value, PSObject) else [type_of(value)]
    if types[-1] != "System.Object":
        types.append("System.Object")
    return PSObject(
        {"Properties": bag, "Members": bag, "TypeNames": types, "BaseObject": value, "ImmediateBaseObject": value},
        ("System.Management.Automation.PSMemberSet",),
    )


class PropertyBag(PSObject):
    """`$value.PSObject.Properties`: by index a property or $null, and a list of all."""

    def __init__(self, ps: Interpreter, value: Any) -> None:
        super().__init__({}, ("System.Management.Automation.PSMemberInfoIntegratingCollection",))
        self._ps, self._value = ps, value
        self.base = [self.one(name) for name in names(ps, value)]
        self.methods = Folded({"Add": self._add, "Remove": self._remove, "Match": self._match})
        self.properties["Count"] = len(self.base)

    def one(self, name: str) -> Any:
        found = next((known for known in names(self._ps, self._value) if known.lower() == name.lower()), None)
        if found is None:
            return None
        value = get(self._ps, self._value, found)
        note = isinstance(self._value, PSObject) and self._value.custom
        made = PSObject(
            {
                "Name": found,
                "Value": value,
                "MemberType": "NoteProperty" if note else "Property",
                "TypeNameOfValue": type_of(value),
                "IsSettable": note,
                "IsGettable": True,
                "IsInstance": note,
            },
            ("System.Management.Automation.PSNoteProperty" if note else "System.Management.Automation.PSProperty",),
            text=text(value),
        )
        made.setters["Value"] = lambda new: put(self._ps, self._value, found, new)
        return made

    def _add(self, member: Any) -> None:
        if isinstance(self._value, PSObject):
            self._value.properties[text(get(self._ps, member, "Name"))] = get(self._ps, member, "Value")

    def _remove(self, name: Any) -> None:
        if isinstance(self._value, PSObject):
            self._value.properties.pop(text(name))

    def _match(self, pattern: Any) -> list[Any]:
        return [one for one in self.base if operators.like(text(one.get("Name")), text(pattern))]


_HASHTABLE: dict[str, Callable[[HashTable], Any]] = {
    "keys": lambda value: [key for key, _unused in value.items()],
    "values": lambda value: [one for _unused, one in value.items()],
    "count": len,
}


def _exception(ps: Interpreter, value: NetException) -> PSObject:
    inner = None if value.inner is None else value.inner
    return PSObject(
        {
            "Message": value.message,
            "InnerException": inner,
            "HResult": value.hresult,
            "StackTrace": "",
            "Source": "",
            "Data": HashTable(),
        },
        (value.type, "System.Exception"),
        text=text(value),
        base=value,
    )


def _invocation(value: ErrorRecord) -> PSObject:
    return PSObject(
        {
            "MyCommand": value.command,
            "ScriptLineNumber": value.line,
            "OffsetInLine": value.column,
            "Line": value.line_text,
            "ScriptName": None,
            "PositionMessage": "\n".join(position(value, True)),
            "InvocationName": value.command,
        },
        ("System.Management.Automation.InvocationInfo",),
    )


def position(record: ErrorRecord, newer: bool) -> list[str]:
    """Where an error arose, as PowerShell shows it: 2.0 points with arrows, later ones underline."""
    head = f"At line:{record.line} char:{record.column}"
    column = max(record.column - 1, 0)
    if not newer:
        # The arrows stand behind the first word of what failed, and so does the column.
        cut = column + len(record.line_text[column:].partition(" ")[0].rstrip(";)}"))
        return [f"At line:{record.line} char:{cut + 1}", f"+ {record.line_text[:cut]} <<<< {record.line_text[cut:]}"]
    return [head, f"+ {record.line_text}", "+ " + " " * column + "~" * max(1, record.length)]


def category(record: ErrorRecord) -> str:
    """The line of CategoryInfo."""
    shown = text(record.target)[:40]
    target = f"({shown}:{type_of(record.target).rpartition('.')[2]})" if record.target is not None else "(:)"
    return f"{record.category}: {target} [{record.command}], {record.reason}"


def _category(value: ErrorRecord) -> PSObject:
    kind = EnumValue(value.category, 1, "System.Management.Automation.ErrorCategory")
    return PSObject(
        {
            "Category": kind,
            "Activity": value.command,
            "Reason": value.reason,
            "TargetName": text(value.target),
            "TargetType": type_of(value.target).rpartition(".")[2] if value.target is not None else "",
        },
        ("System.Management.Automation.ErrorCategoryInfo",),
        text=category(value),
    )


def _local(ps: Interpreter, value: DateTime) -> DateTime:
    return value if value.kind == "Local" else DateTime(value.value + ps.offset, "Local")


def _universal(ps: Interpreter, value: DateTime) -> DateTime:
    return value if value.kind == "Utc" else DateTime(value.value - ps.offset, "Utc")


def ticks(value: DateTime) -> int:
    """100 nanoseconds since the year 1."""
    since = value.value - _EPOCH
    return (since.days * 86400 + since.seconds) * 10**7 + since.microseconds * 10


def _day(value: DateTime) -> EnumValue:
    day = value.value.isoweekday() % 7
    name = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")[day]
    return EnumValue(name, day, "System.DayOfWeek")


def _kind(value: DateTime) -> EnumValue:
    return EnumValue(value.kind, ("Unspecified", "Utc", "Local").index(value.kind), "System.DateTimeKind")


def _midnight(value: DateTime) -> DateTime:
    return DateTime(value.value.replace(hour=0, minute=0, second=0, microsecond=0), value.kind)


Property = Callable[["Interpreter", Any], Any]
_STRING: dict[str, Property] = {"length": lambda ps, value: len(value)}
_LIST: dict[str, Property] = {
    "length": lambda ps, value: len(value),
    "count": lambda ps, value: len(value),
    "longlength": lambda ps, value: len(value),
    "rank": lambda ps, value: 1,
}
_DATE: dict[str, Property] = {
    "year": lambda ps, value: value.value.year,
    "month": lambda ps, value: value.value.month,
    "day": lambda ps, value: value.value.day,
    "hour": lambda ps, value: value.value.hour,
    "minute": lambda ps, value: value.value.minute,
    "second": lambda ps, value: value.value.second,
    "millisecond": lambda ps, value: value.value.microsecond // 1000,
    "ticks": lambda ps, value: ticks(value),
    "kind": lambda ps, value: _kind(value),
    "date": lambda ps, value: _midnight(value),
    "dayofweek": lambda ps, value: _day(value),
    "dayofyear": lambda ps, value: value.value.timetuple().tm_yday,
    "timeofday": lambda ps, value: TimeSpan(value.value - _midnight(value).value),
}
_SPAN: dict[str, Property] = {
    "days": lambda ps, value: int(value.value.total_seconds() / 86400),
    "hours": lambda ps, value: int(value.value.total_seconds() / 3600) % 24,
    "minutes": lambda ps, value: int(value.value.total_seconds() / 60) % 60,
    "seconds": lambda ps, value: int(value.value.total_seconds()) % 60,
    "milliseconds": lambda ps, value: value.value.microseconds // 1000,
    "totaldays": lambda ps, value: value.value.total_seconds() / 86400,
    "totalhours": lambda ps, value: value.value.total_seconds() / 3600,
    "totalminutes": lambda ps, value: value.value.total_seconds() / 60,
    "totalseconds": lambda ps, value: value.value.total_seconds(),
    "totalmilliseconds": lambda ps, value: value.value.total_seconds() * 1000,
    "ticks": lambda ps, value: int(value.value / datetime.timedelta(microseconds=1)) * 10,
}
_ERROR: dict[str, Property] = {
    "exception": lambda ps, value: value.exception,
    "fullyqualifiederrorid": lambda ps, value: value.error_id,
    "categoryinfo": lambda ps, value: _category(value),
    "targetobject": lambda ps, value: value.target,
    "invocationinfo": lambda ps, value: _invocation(value),
    "errordetails": lambda ps, value: None,
    "scriptstacktrace": lambda ps, value: "at <ScriptBlock>, <No file>: line " + str(value.line),
}


def _of_exception(name: str) -> Property:
    return lambda ps, value: _exception(ps, value).get(name)


_EXCEPTION: dict[str, Property] = {
    name: _of_exception(name) for name in ("message", "innerexception", "hresult", "stacktrace", "source", "data")
}
_EXCEPTION["errorrecord"] = lambda ps, value: None
_TYPE: dict[str, Property] = {
    "name": lambda ps, value: value.name.rpartition(".")[2],
    "fullname": lambda ps, value: value.name,
    "namespace": lambda ps, value: value.name.rpartition(".")[0],
    "isarray": lambda ps, value: value.name.endswith("[]"),
    "basetype": lambda ps, value: NetType("System.Array" if value.name.endswith("[]") else "System.Object"),
}
_ENUM: dict[str, Property] = {"value__": lambda ps, value: value.number}
_PROPERTIES: tuple[tuple[type, dict[str, Property]], ...] = (
    (EnumValue, _ENUM),
    (Char, {}),
    (str, _STRING),
    (list, _LIST),
    (bytes, _LIST),
    (DateTime, _DATE),
    (TimeSpan, _SPAN),
    (ErrorRecord, _ERROR),
    (NetException, _EXCEPTION),
    (NetType, _TYPE),
    (ScriptBlock, {"ast": lambda ps, value: None, "module": lambda ps, value: None}),
)
_SHOWN: tuple[tuple[type, tuple[str, ...]], ...] = (
    (EnumValue, ("value__",)),
    (Char, ()),
    (str, ("Length",)),
    (list, ("Length", "LongLength", "Rank", "Count")),
    (
        DateTime,
        (
            "Date",
            "Day",
            "DayOfWeek",
            "DayOfYear",
            "Hour",
            "Kind",
            "Millisecond",
            "Minute",
            "Month",
            "Second",
            "Ticks",
            "TimeOfDay",
            "Year",
        ),
    ),
    (
        TimeSpan,
        (
            "Days",
            "Hours",
            "Milliseconds",
            "Minutes",
            "Seconds",
            "Ticks",
            "TotalDays",
            "TotalHours",
            "TotalMilliseconds",
            "TotalMinutes",
            "TotalSeconds",
        ),
    ),
    (
        ErrorRecord,
        (
            "Exception",
            "TargetObject",
            "CategoryInfo",
            "FullyQualifiedErrorId",
            "ErrorDetails",
            "InvocationInfo",
            "ScriptStackTrace",
        ),
    ),
    (NetException, ("Message", "Data", "InnerException", "StackTrace", "Source", "HResult")),
    (NetType, ("Name", "FullName", "Namespace", "BaseType", "IsArray")),
)


# --- calling ---------------------------------------------------------------------------------------------------------


def call(ps: Interpreter, value: Any, name: str, arguments: list[Any]) -> Any:
    """Call a method. Raises PSError: no such method, or what the method throws."""
    value = plain(value)
    if value is None:
        raise error("You cannot call a method on a null-valued expression.", "InvokeMethodOnNull")
    method = _method(ps, value, name)
    if method is None and isinstance(value, list) and ps.version >= 3:
        members = [one for one in value if _method(ps, one, name) is not None]
        if members and len(members) == len(value):
            found = [call(ps, one, name, arguments) for one in members]
            return [one for one in found if one is not None]
    if method is None:
        contains = "does not" if ps.version >= 3 else "doesn't"
        raise error(
            f"Method invocation failed because [{type_of(value)}] {contains} contain a method named '{name}'.",
            "MethodNotFound",
        )
    if ps.constrained and type_of(value) not in CORE_TYPES and name.lower() not in ("tostring", "gettype", "equals"):
        raise dotnet.refused(
            "Cannot invoke method. Method invocation is supported only on core types in this language mode.",
            "MethodInvocationNotSupportedInConstrainedLanguage",
        )
    return guarded(ps, name, arguments, lambda: method(*[plain(one) for one in arguments]))


def guarded(ps: Interpreter, name: str, arguments: list[Any], work: Callable[[], Any]) -> Any:
    """What a method gives; what it throws becomes PowerShell's error."""
    try:
        return work()
    except MethodFailed as failed:
        raise _invocation_failed(ps, name, len(arguments), failed.type, failed.message) from failed
    except NotConvertible as failed:
        raise _invocation_failed(ps, name, len(arguments), "System.FormatException", str(failed)) from failed
    except TypeError as failed:
        if "argument" not in str(failed):
            raise
        text_ = f'Cannot find an overload for "{name}" and the argument count: "{len(arguments)}".'
        raise error(
            text_, "MethodCountCouldNotFindBest", "System.Management.Automation.MethodException", "NotSpecified"
        ) from failed


def _invocation_failed(ps: Interpreter, name: str, count: int, type: str, message: str) -> PSError:
    shown = f'Exception calling "{name}" with "{count}" argument(s): "{message}"'
    inner = NetException(type, message)
    exception = NetException("System.Management.Automation.MethodInvocationException", shown, inner)
    error_id = type.rpartition(".")[2] if ps.version >= 3 else "DotNetMethodException"
    return PSError(ErrorRecord(exception, error_id, "NotSpecified"))


def _method(ps: Interpreter, value: Any, name: str) -> Callable[..., Any] | None:
    lower = name.lower()
    if isinstance(value, PSObject) and name in value.methods:
        method: Callable[..., Any] = value.methods[name]
        return method
    for kind, table in _METHODS:
        if isinstance(value, kind) and lower in table:
            chosen = table[lower]
            return lambda *arguments: chosen(ps, value, *arguments)
    common: dict[str, Callable[..., Any]] = {
        "gettype": lambda: NetType(type_of(value)),
        "tostring": lambda *form: shown(ps, value, *form),
        "equals": lambda other: operators.equal(ps, value, other, True),
        "gethashcode": lambda: hash(text(value)) & 0x7FFFFFFF,
        "compareto": lambda other: operators.order(ps, value, other, True),
    }
    return common.get(lower)


def shown(ps: Interpreter, value: Any, form: Any = None, provider: Any = None) -> str:
    """`.ToString()`: in the machine's culture, or by a form of .NET."""
    culture = _culture_of(ps, provider if provider is not None else form if isinstance(form, PSObject) else None)
    if isinstance(value, DateTime):
        pattern = text(form) if isinstance(form, str) and form else "G"
        standard = {
            "G": culture.moment,
            "g": f"{culture.date} {culture.time.replace(':ss', '')}",
            "d": culture.date,
            "T": culture.time,
            "t": culture.time.replace(":ss", ""),
        }
        return format_date(value, standard.get(pattern, pattern), ps.offset_text)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and isinstance(form, str):
        return operators.format_one(ps, value, form, culture)
    if isinstance(value, (list, bytes)):
        return type_of(value)
    return text(value, culture)


def _culture_of(ps: Interpreter, provider: Any) -> Culture:
    if isinstance(provider, PSObject) and isinstance(provider.base, Culture):
        return provider.base
    if isinstance(provider, str):
        return culture_of(provider)
    return ps.culture


def _substring(ps: Interpreter, value: str, start: Any, length: Any = None) -> str:
    at, count = whole(start), len(value) - whole(start) if length is None else whole(length)
    if at < 0 or at > len(value) or count < 0:
        raise MethodFailed(
            "System.ArgumentOutOfRangeException",
            "StartIndex cannot be less than zero.\r\nParameter name: startIndex"
            if at < 0
            else "startIndex cannot be larger than length of string.\r\nParameter name: startIndex",
        )
    if at + count > len(value):
        raise MethodFailed(
            "System.ArgumentOutOfRangeException",
            "Index and length must refer to a location within the string.\r\nParameter name: length",
        )
    return value[at : at + count]


def _split(ps: Interpreter, value: str, separators: Any = None, *more: Any) -> list[Any]:
    """String.Split: each character of the separators parts; `RemoveEmptyEntries` leaves out what is empty."""
    characters = "".join(text(one) for one in items(separators)) if separators is not None else ""
    count = next((whole(one) for one in more if isinstance(one, int) and not isinstance(one, bool)), 0)
    found = re.split(f"[{re.escape(characters)}]" if characters else r"\s", value, maxsplit=max(count - 1, 0))
    dropped = any(
        text(one).lower() in ("removeemptyentries", "1") for one in more if isinstance(one, str) or count == 0
    )
    return [one for one in found if one or not dropped]


def _characters(given: tuple[Any, ...]) -> str | None:
    found = "".join(text(one) for argument in given for one in items(argument))
    return found or None


def _index(value: str, wanted: Any, *more: Any) -> int:
    """IndexOf; a comparison's name that begins with Ordinal or ends in IgnoreCase is obeyed."""
    fold = any("ignorecase" in text(one).lower() for one in more)
    start = next((one for one in more if isinstance(one, int) and not isinstance(one, EnumValue)), 0)
    where, what = (value.casefold(), text(wanted).casefold()) if fold else (value, text(wanted))
    return where.find(what, start)


def _fits(value: str, wanted: Any, more: tuple[Any, ...], end: bool) -> bool:
    fold = any("ignorecase" in text(one).lower() for one in more)
    where, what = (value.casefold(), text(wanted).casefold()) if fold else (value, text(wanted))
    return where.endswith(what) if end else where.startswith(what)


def _char_at(value: str, at: Any) -> Char:
    if not 0 <= whole(at) < len(value):
        raise MethodFailed("System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
    return Char(value[whole(at)])


def _date_add(unit: str) -> Callable[..., DateTime]:
    def added(ps: Interpreter, value: DateTime, count: Any) -> DateTime:
        return DateTime(value.value + datetime.timedelta(**{unit: float(number(count))}), value.kind)

    return added


def _date_months(ps: Interpreter, value: DateTime, count: Any, per: int = 1) -> DateTime:
    months = value.value.year * 12 + value.value.month - 1 + whole(count) * per
    year, month = divmod(months, 12)
    for day in range(value.value.day, 27, -1):
        try:
            return DateTime(value.value.replace(year=year, month=month + 1, day=day), value.kind)
        except ValueError:
            continue
    return DateTime(value.value.replace(year=year, month=month + 1), value.kind)


def _subtract(ps: Interpreter, value: DateTime, other: Any) -> Any:
    if isinstance(other, DateTime):
        return TimeSpan(value.value - other.value)
    return DateTime(value.value - other.value, value.kind)


def _invoke_block(ps: Interpreter, value: ScriptBlock, *arguments: Any) -> list[Any]:
    return ps.collect_block(value, list(arguments))


def _each(ps: Interpreter, value: list[Any], block: ScriptBlock) -> list[Any]:
    return [one for member in value for one in ps.with_item(block, member)]


def _where(ps: Interpreter, value: list[Any], block: ScriptBlock, *more: Any) -> list[Any]:
    found = [one for one in value if truth(_result(ps.with_item(block, one)))]
    return found[:1] if more and text(more[0]).lower() == "first" else found


def _result(found: list[Any]) -> Any:
    return None if not found else found[0] if len(found) == 1 else found


_METHODS: tuple[tuple[type, dict[str, Callable[..., Any]]], ...] = (
    (
        ErrorList,
        {
            "clear": lambda ps, value: value.clear(),
            "removeat": lambda ps, value, at: value.__delitem__(whole(at)),
            "remove": lambda ps, value, one: value.remove(one) if one in value else None,
        },
    ),
    (
        str,
        {
            "toupper": lambda ps, value: value.upper(),
            "tolower": lambda ps, value: value.lower(),
            "toupperinvariant": lambda ps, value: value.upper(),
            "tolowerinvariant": lambda ps, value: value.lower(),
            "trim": lambda ps, value, *given: value.strip(_characters(given)),
            "trimstart": lambda ps, value, *given: value.lstrip(_characters(given)),
            "trimend": lambda ps, value, *given: value.rstrip(_characters(given)),
            "split": _split,
            "substring": _substring,
            "replace": lambda ps, value, old, new: _replaced(value, old, new),
            "startswith": lambda ps, value, wanted, *more: _fits(value, wanted, more, False),
            "endswith": lambda ps, value, wanted, *more: _fits(value, wanted, more, True),
            "contains": lambda ps, value, wanted: text(wanted) in value,
            "indexof": lambda ps, value, wanted, *more: _index(value, wanted, *more),
            "lastindexof": lambda ps, value, wanted: value.rfind(text(wanted)),
            "padleft": lambda ps, value, width, *fill: value.rjust(whole(width), text(fill[0]) if fill else " "),
            "padright": lambda ps, value, width, *fill: value.ljust(whole(width), text(fill[0]) if fill else " "),
            "insert": lambda ps, value, at, new: value[: whole(at)] + text(new) + value[whole(at) :],
            "remove": lambda ps, value, at, *count: (
                value[: whole(at)] + (value[whole(at) + whole(count[0]) :] if count else "")
            ),
            "tochararray": lambda ps, value: [Char(one) for one in value],
            "chars": lambda ps, value, at: _char_at(value, at),
            "get_chars": lambda ps, value, at: _char_at(value, at),
            "equals": lambda ps, value, other, *more: (
                value.casefold() == text(other).casefold()
                if any("ignorecase" in text(one).lower() for one in more)
                else isinstance(other, str) and value == other
            ),
            "compareto": lambda ps, value, other: operators.order(ps, value, text(other), False),
        },
    ),
    (
        list,
        {
            "contains": lambda ps, value, one: any(operators.equal(ps, held, one, True) for held in value),
            "indexof": lambda ps, value, one: next(
                (at for at, held in enumerate(value) if operators.equal(ps, held, one, True)), -1
            ),
            "foreach": _each,
            "where": _where,
            "clone": lambda ps, value: list(value),
            "getvalue": lambda ps, value, at: value[whole(at)],
            "getlength": lambda ps, value, at: len(value),
            "getupperbound": lambda ps, value, at: len(value) - 1,
            "setvalue": lambda ps, value, new, at: value.__setitem__(whole(at), new),
        },
    ),
    (bytes, {"getlength": lambda ps, value, at: len(value)}),
    (
        HashTable,
        {
            "containskey": lambda ps, value, key: key in value,
            "contains": lambda ps, value, key: key in value,
            "containsvalue": lambda ps, value, one: any(
                operators.equal(ps, held, one, True) for _key, held in value.items()
            ),
            "add": lambda ps, value, key, new: _table_add(value, key, new),
            "remove": lambda ps, value, key: value.pop(key),
            "clear": lambda ps, value: value.clear(),
            "get_item": lambda ps, value, key: value.get(key),
            "clone": lambda ps, value: HashTable(dict(value.items()), value.ordered),
            "getenumerator": lambda ps, value: entries(value),
        },
    ),
    (
        DateTime,
        {
            "touniversaltime": _universal,
            "tolocaltime": _local,
            "adddays": _date_add("days"),
            "addhours": _date_add("hours"),
            "addminutes": _date_add("minutes"),
            "addseconds": _date_add("seconds"),
            "addmilliseconds": _date_add("milliseconds"),
            "addmonths": _date_months,
            "addyears": lambda ps, value, count: _date_months(ps, value, count, 12),
            "subtract": _subtract,
            "add": lambda ps, value, span: DateTime(value.value + span.value, value.kind),
            "toshortdatestring": lambda ps, value: format_date(value, ps.culture.date),
            "tolongtimestring": lambda ps, value: format_date(value, ps.culture.time),
            "toshorttimestring": lambda ps, value: format_date(value, ps.culture.time.replace(":ss", "")),
            "tofiletime": lambda ps, value: ticks(_universal(ps, value)) - 504911232000000000,
            "tofiletimeutc": lambda ps, value: ticks(_universal(ps, value)) - 504911232000000000,
            "compareto": lambda ps, value, other: operators.order(ps, value, other, True),
        },
    ),
    (
        ScriptBlock,
        {
            "invoke": _invoke_block,
            "tostring": lambda ps, value: value.text,
            "getnewclosure": lambda ps, value: value,
        },
    ),
    (
        NetException,
        {
            "gettype": lambda ps, value: NetType(value.type),
            "getbaseexception": lambda ps, value: _deepest(value),
        },
    ),
    (NetType, {"tostring": lambda ps, value: value.name}),
)


def _deepest(value: NetException) -> NetException:
    return value if value.inner is None else _deepest(value.inner)


def _replaced(value: str, old: Any, new: Any) -> str:
    if text(old) == "":
        raise MethodFailed("System.ArgumentException", "String cannot be of zero length.\r\nParameter name: oldValue")
    return value.replace(text(old), text(new))


def _table_add(value: HashTable, key: Any, new: Any) -> None:
    if key in value:
        raise MethodFailed(
            "System.ArgumentException",
            f"Item has already been added. Key in dictionary: '{text(key)}'  Key being added: '{text(key)}'",
        )
    value[key] = new


def entries(value: HashTable) -> list[Any]:
    """The entries of a hash table as objects with Key, Value and Name."""
    return [
        PSObject({"Name": key, "Key": key, "Value": one}, ("System.Collections.DictionaryEntry",))
        for key, one in value.items()
    ]


# --- by index --------------------------------------------------------------------------------------------------------


def element(ps: Interpreter, value: Any, index: Any) -> Any:
    """`$value[index]`: of a list or text by number from either end, of a table by key; $null where there is none."""
    value, index = plain(value), plain(index)
    if value is None:
        raise error("Cannot index into a null array.", "NullArray")
    if isinstance(value, PropertyBag):
        return value.one(text(index)) if isinstance(index, str) else value.base[whole(index)]
    if isinstance(value, PSObject) and isinstance(value.base, (list, HashTable)):
        value = value.base
    if isinstance(value, HashTable):
        if value.ordered and isinstance(index, int):
            return value.items()[index][1]
        return [value.get(one) for one in index] if isinstance(index, list) else value.get(index)
    if is_list(value) or isinstance(value, str):
        if isinstance(index, list):
            return [one for at in index if (one := element(ps, value, at)) is not None]
        at = dotnet.cast(ps, "System.Int32", index)
        if not -len(value) <= at < len(value):
            return None
        return Char(value[at]) if isinstance(value, str) else value[at]
    if isinstance(value, PSObject) and "get_Item" in value.methods:
        return value.methods["get_Item"](index)
    raise error(f"Unable to index into an object of type {type_of(value)}.", "CannotIndex")


def put_element(ps: Interpreter, value: Any, index: Any, new: Any) -> None:
    """`$value[index] = new`."""
    value, index = plain(value), plain(index)
    if isinstance(value, PSObject) and isinstance(value.base, (list, HashTable)):
        value = value.base
    if isinstance(value, HashTable):
        value[index] = new
    elif isinstance(value, list):
        at = dotnet.cast(ps, "System.Int32", index)
        if not -len(value) <= at < len(value):
            raise error(
                "Index was outside the bounds of the array.",
                "System.IndexOutOfRangeException",
                "System.IndexOutOfRangeException",
                "OperationStopped",
            )
        value[at] = new
    elif value is None:
        raise error("Cannot index into a null array.", "NullArray")
    else:
        raise error(f"Unable to index into an object of type {type_of(value)}.", "CannotIndex")
