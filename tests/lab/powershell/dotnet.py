# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types by name: what `[name]` means, casts to it, and what values are of it. Their static members: `statics.py`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from lab.powershell import documents
from lab.powershell.values import (
    Char,
    DateTime,
    EnumValue,
    ErrorRecord,
    HashTable,
    NetException,
    NetType,
    NotConvertible,
    PSError,
    PSObject,
    ScriptBlock,
    TimeSpan,
    error,
    is_list,
    items,
    number,
    parse_date,
    plain,
    text,
    truth,
    type_of,
    whole,
)

if TYPE_CHECKING:
    from lab.powershell.interpreter import Interpreter

# Accelerators and the types that scripts name, by lower-case name; `System.` may be left out of any of them.
_ACCELERATORS = {
    "int": "System.Int32",
    "int32": "System.Int32",
    "long": "System.Int64",
    "uint32": "System.UInt32",
    "uint64": "System.UInt64",
    "uint16": "System.UInt16",
    "int16": "System.Int16",
    "string": "System.String",
    "char": "System.Char",
    "bool": "System.Boolean",
    "byte": "System.Byte",
    "double": "System.Double",
    "float": "System.Single",
    "single": "System.Single",
    "decimal": "System.Decimal",
    "array": "System.Array",
    "datetime": "System.DateTime",
    "timespan": "System.TimeSpan",
    "guid": "System.Guid",
    "void": "System.Void",
    "hashtable": "System.Collections.Hashtable",
    "regex": "System.Text.RegularExpressions.Regex",
    "switch": "System.Management.Automation.SwitchParameter",
    "object": "System.Object",
    "math": "System.Math",
    "scriptblock": "System.Management.Automation.ScriptBlock",
    "psobject": "System.Management.Automation.PSObject",
    "pscustomobject": "System.Management.Automation.PSObject",
    "type": "System.Type",
    "xml": "System.Xml.XmlDocument",
    "version": "System.Version",
    "convert": "System.Convert",
    "ordered": "System.Collections.Specialized.OrderedDictionary",
    "environment": "System.Environment",
    "exception": "System.Exception",
    "net.ipaddress": "System.Net.IPAddress",
    "ipaddress": "System.Net.IPAddress",
    "uri": "System.Uri",
    "wmi": "System.Management.ManagementObject",
    "wmiclass": "System.Management.ManagementClass",
    "psversiontable": "",
    "cultureinfo": "System.Globalization.CultureInfo",
    "runtimeexception": "System.Management.Automation.RuntimeException",
}
_TYPES = {
    name.lower(): name
    for name in (
        "System.Collections.IDictionary",
        "System.Collections.IEnumerable",
        "System.Collections.ICollection",
        "System.Collections.IList",
        "System.ValueType",
        "System.IComparable",
        "System.Console",
        "System.Text.Encoding",
        "System.Text.UTF8Encoding",
        "System.Text.UnicodeEncoding",
        "System.Text.ASCIIEncoding",
        "System.Text.StringBuilder",
        "System.IO.File",
        "System.IO.Path",
        "System.IO.Directory",
        "System.BitConverter",
        "System.Globalization.CultureInfo",
        "System.StringComparison",
        "System.StringSplitOptions",
        "System.DateTimeKind",
        "System.DayOfWeek",
        "System.Threading.Thread",
        "System.Security.Principal.WindowsIdentity",
        "System.Security.Principal.WindowsPrincipal",
        "System.Security.Principal.WindowsBuiltInRole",
        "System.Security.Principal.NTAccount",
        "System.Security.Principal.SecurityIdentifier",
        "System.Net.Dns",
        "System.Collections.ArrayList",
        "System.Security.Cryptography.X509Certificates.X509Store",
        "System.Security.Cryptography.X509Certificates.X509KeyStorageFlags",
        "System.Security.Cryptography.X509Certificates.X509ContentType",
        "System.Security.Cryptography.X509Certificates.OpenFlags",
        "System.Environment",
        "System.IO.MemoryStream",
        "System.Security.Cryptography.X509Certificates.X509Certificate2",
        "System.Random",
        "System.Array",
        "System.Enum",
        "System.IO.StringWriter",
        "System.IO.StreamWriter",
        "System.Collections.Specialized.OrderedDictionary",
        "System.Management.Automation.PSCustomObject",
        "System.Management.Automation.ErrorRecord",
        "System.Management.Automation.PSNoteProperty",
        "System.Diagnostics.FileVersionInfo",
        "System.Collections.Generic.List",
        "System.Web.Script.Serialization.JavaScriptSerializer",
        "System.Collections.Generic.Dictionary",
        "System.Globalization.DateTimeStyles",
        "System.Diagnostics.Stopwatch",
        "System.EnvironmentVariableTarget",
        "System.Convert",
        "System.Object",
        "System.Management.Automation.PSReference",
        "System.SystemException",
        "System.Threading.CultureInfo",
        "System.ServiceProcess.ServiceControllerStatus",
        "System.Math",
        "System.Management.Automation.ActionPreference",
        "System.ServiceProcess.ServiceController",
        "System.Int32[]",
    )
}
# What each exception is one of, so that `catch [type]` finds it.
_BASES = {
    "System.Management.Automation.RuntimeException": "System.SystemException",
    "System.Management.Automation.CommandNotFoundException": "System.Management.Automation.RuntimeException",
    "System.Management.Automation.ItemNotFoundException": "System.Management.Automation.SessionStateException",
    "System.Management.Automation.DriveNotFoundException": "System.Management.Automation.SessionStateException",
    "System.Management.Automation.SessionStateException": "System.Management.Automation.RuntimeException",
    "System.Management.Automation.ParameterBindingException": "System.Management.Automation.RuntimeException",
    "System.Management.Automation.MethodInvocationException": "System.Management.Automation.MethodException",
    "System.Management.Automation.MethodException": "System.Management.Automation.RuntimeException",
    "System.Management.Automation.ActionPreferenceStopException": "System.Management.Automation.RuntimeException",
    "System.Management.Automation.PSInvalidCastException": "System.InvalidCastException",
    "System.Management.Automation.PSInvalidOperationException": "System.InvalidOperationException",
    "System.Management.Automation.PSArgumentException": "System.ArgumentException",
    "System.Management.Automation.PSNotSupportedException": "System.NotSupportedException",
    "System.Management.Automation.ParseException": "System.Management.Automation.RuntimeException",
    "System.ArgumentOutOfRangeException": "System.ArgumentException",
    "System.ArgumentNullException": "System.ArgumentException",
    "System.IO.FileNotFoundException": "System.IO.IOException",
    "System.IO.IOException": "System.SystemException",
    "System.IO.DirectoryNotFoundException": "System.IO.IOException",
    "System.SystemException": "System.Exception",
}
_WHOLE = {
    "System.Int32": (-(2**31), 2**31),
    "System.Int64": (-(2**63), 2**63),
    "System.UInt32": (0, 2**32),
    "System.UInt64": (0, 2**64),
    "System.Byte": (0, 256),
    "System.Int16": (-(2**15), 2**15),
    "System.UInt16": (0, 2**16),
}
ENUMS = {
    "System.StringComparison": (
        "CurrentCulture",
        "CurrentCultureIgnoreCase",
        "InvariantCulture",
        "InvariantCultureIgnoreCase",
        "Ordinal",
        "OrdinalIgnoreCase",
    ),
    "System.StringSplitOptions": ("None", "RemoveEmptyEntries"),
    "System.DateTimeKind": ("Unspecified", "Utc", "Local"),
    "System.DayOfWeek": ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"),
    "System.Globalization.DateTimeStyles": ("None", "AllowLeadingWhite", "AllowTrailingWhite", "AllowInnerWhite"),
    "System.EnvironmentVariableTarget": ("Process", "User", "Machine"),
    "System.Security.Principal.WindowsBuiltInRole": ("Administrator", "User", "Guest"),
    "System.ServiceProcess.ServiceControllerStatus": (
        "",
        "Stopped",
        "StartPending",
        "StopPending",
        "Running",
        "ContinuePending",
        "PausePending",
        "Paused",
    ),
    "System.Management.Automation.ActionPreference": ("SilentlyContinue", "Stop", "Continue", "Inquire", "Ignore"),
}

# Enumerations whose numbers are not those of their places; of the last two several names may stand together.
NUMBERED = {
    "System.Security.Cryptography.X509Certificates.X509ContentType": {
        "Unknown": 0,
        "Cert": 1,
        "SerializedCert": 2,
        "Pfx": 3,
        "SerializedStore": 4,
        "Pkcs7": 5,
        "Authenticode": 6,
        "Pkcs12": 3,
    },
    "System.Security.Cryptography.X509Certificates.X509KeyStorageFlags": {
        "DefaultKeySet": 0,
        "UserKeySet": 1,
        "MachineKeySet": 2,
        "Exportable": 4,
        "UserProtected": 8,
        "PersistKeySet": 16,
    },
    "System.Security.Cryptography.X509Certificates.OpenFlags": {
        "ReadOnly": 0,
        "ReadWrite": 1,
        "MaxAllowed": 2,
        "OpenExistingOnly": 4,
        "IncludeArchived": 8,
    },
}


_CAST_ERRORS = {
    "System.Int32": "InvalidCastFromStringToInteger",
    "System.DateTime": "InvalidCastParseTargetInvocation",
    "System.Double": "InvalidCastFromStringToDoubleOrSingle",
}


_INTERFACES: dict[str, tuple[type, ...]] = {
    "System.Collections.IDictionary": (HashTable,),
    "System.Collections.IList": (list, bytes),
    "System.Collections.ICollection": (list, bytes, HashTable),
    "System.ValueType": (int, float, bool, DateTime, Char),
    "System.Collections.IEnumerable": (list, bytes, HashTable, str),
    "System.IComparable": (str, int, float, DateTime),
}


def refused(message: str, error_id: str) -> PSError:
    """What constrained language mode does not allow."""
    return error(
        message,
        error_id,
        "System.Management.Automation.PSNotSupportedException"
        if "Invoke" not in error_id
        else "System.Management.Automation.RuntimeException",
    )


def resolve(name: str, ps: Interpreter | None = None) -> str | None:
    """.NET's full name of a type; None for one that is not loaded."""
    base = name.strip()
    suffix = ""
    while base.endswith("[]"):
        base, suffix = base[:-2], suffix + "[]"
    lower = base.lower().partition("[")[0].partition("`")[0]
    found = _ACCELERATORS.get(lower) or _ACCELERATORS.get(lower.removeprefix("system."))
    if found is None or (lower.startswith("system.") and found.lower() != lower):
        found = _TYPES.get(lower) or _TYPES.get(f"system.{lower}") or _full_names().get(lower)
    if found is None and ps is not None:
        found = ps.types.get(lower)
    if found is None and lower.endswith("exception") and "." in lower:
        found = next((known for known in _BASES if known.lower() in (lower, f"system.{lower}")), None) or (
            base if lower.startswith("system.") else f"System.{base}"
        )
    return found + suffix if found else None


def _full_names() -> dict[str, str]:
    return {name.lower(): name for name in _ACCELERATORS.values() if name}


def required(ps: Interpreter, name: str) -> str:
    """Raises PSError: unable to find the type."""
    found = resolve(name, ps)
    if found is None:
        if ps.version >= 3:
            raise error(f"Unable to find type [{name}].", "TypeNotFound")
        raise error(
            f"Unable to find type [{name}]: make sure that the assembly containing this type is loaded.", "TypeNotFound"
        )
    return found


def is_of(value: Any, name: str) -> bool:
    """`-is`."""
    value = plain(value)
    if value is None:
        return False
    own = type_of(value)
    if name in ("System.Object", own):
        return True
    if name == "System.Management.Automation.PSObject":
        return isinstance(value, PSObject)
    if name == "System.Management.Automation.PSCustomObject":
        return isinstance(value, PSObject) and value.custom
    if name == "System.Array":
        return is_list(value)
    if name in _INTERFACES:
        return (
            isinstance(value, _INTERFACES[name])
            or isinstance(value, PSObject)
            and isinstance(value.base, _INTERFACES[name])
        )
    if name == "System.Enum":
        return isinstance(value, EnumValue)
    if isinstance(value, NetException):
        return name in ancestors(value.type)
    return isinstance(value, PSObject) and name in value.types


def ancestors(type: str) -> list[str]:
    """An exception's type and all that it derives from."""
    found = [type]
    while found[-1] != "System.Exception":
        found.append(_BASES.get(found[-1], "System.Exception"))
    return found


# --- casts -----------------------------------------------------------------------------------------------------------


def cast(ps: Interpreter, name: str, value: Any) -> Any:
    """`[name]value`. Raises PSError."""
    try:
        return converted(ps, name, value)
    except NotConvertible as problem:
        general = "InvalidCast" if ps.version < 3 else "ConvertToFinalInvalidCastException"
        error_id = _CAST_ERRORS.get(name, general)
        raise error(
            str(problem), error_id, "System.Management.Automation.PSInvalidCastException", "InvalidArgument"
        ) from problem


def converted(ps: Interpreter, name: str, value: Any) -> Any:
    """A value as one of the type. Raises NotConvertible."""
    value = plain(value)
    if name.endswith("[]"):
        return _list_of(ps, name[:-2], value)
    if name in ("System.Object", "") or name == type_of(value) and not isinstance(value, list):
        return value
    if name in _WHOLE:
        return whole(value, name, *_WHOLE[name])
    worker = _CASTS.get(name)
    if worker is not None:
        return worker(ps, value)
    if name in NUMBERED:
        return _flags(name, value)
    if name in ENUMS or isinstance(value, EnumValue):
        return _enum(name, value)
    if name in ps.enums:
        return _enum_of(ps, name, value)
    if isinstance(value, PSObject) and name in value.types:
        return value
    if isinstance(value, NetException) and name in ancestors(value.type):
        return value
    if value is None:
        return None
    made = ps.make(name, items(value))
    if made is not None:
        return made
    raise _refusal(value, name)


def _refusal(value: Any, name: str) -> NotConvertible:
    return NotConvertible(f'Cannot convert the "{text(value)}" value of type "{type_of(value)}" to type "{name}".')


def _list_of(ps: Interpreter, name: str, value: Any) -> Any:
    if value is None:
        return None
    members = [converted(ps, name, one) for one in (value if is_list(value) else [value])]
    return bytes(members) if name == "System.Byte" else members


def _enum(name: str, value: Any) -> EnumValue:
    known = ENUMS.get(name, ())
    at = next((at for at, one in enumerate(known) if one and one.lower() == text(value).lower()), None)
    if at is None and isinstance(value, int) and 0 <= value < len(known):
        at = value
    if at is None:
        raise _no_member(name, value, known)
    return EnumValue(known[at], at, name)


def _no_member(name: str, value: Any, known: Iterable[str]) -> NotConvertible:
    return NotConvertible(
        f'Cannot convert value "{text(value)}" to type "{name}" due to invalid enumeration values. Specify one of '
        f'the following enumeration values and try again. The possible enumeration values are "'
        f'{", ".join(one for one in known if one)}".'
    )


def _flags(name: str, value: Any) -> EnumValue:
    """A number, a name, or several names with commas between them."""
    known = NUMBERED[name]
    if isinstance(value, (int, EnumValue)):
        sum_ = value.number if isinstance(value, EnumValue) else value
    else:
        numbers = {one.lower(): number for one, number in known.items()}
        parts = [one.strip().lower() for one in text(value).split(",")]
        if any(one not in numbers for one in parts):
            raise _no_member(name, value, known)
        sum_ = 0
        for one in parts:
            sum_ |= numbers[one]
    whole_ = next((one for one, number in known.items() if number == sum_), None)
    shown = whole_ or ", ".join(one for one, number in known.items() if number and number & sum_ == number)
    return EnumValue(shown or str(sum_), sum_, name)


def _enum_of(ps: Interpreter, name: str, value: Any) -> EnumValue:
    known = ps.enums[name]
    found = next((at for at, one in enumerate(known) if one.lower() == text(value).lower()), None)
    if found is None:
        short = 'Cannot convert value "{0}" to type "{1}". Error: "Unable to match the identifier name {0} to a '
        raise NotConvertible(
            (short + 'valid enumerator name. Specify one of the following enumerator names and try again: {2}"').format(
                text(value), name, ", ".join(known)
            )
        )
    return EnumValue(known[found], found, name)


def _string(ps: Interpreter, value: Any) -> str:
    return text(value, separator=ps.separator)


def _char(ps: Interpreter, value: Any) -> Char:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Char(chr(whole(value, "System.Char", 0, 65536)))
    shown = text(value)
    if len(shown) != 1:
        raise NotConvertible(
            f'Cannot convert value "{shown}" to type "System.Char". Error: "String must be exactly one character long."'
        )
    return Char(shown)


def _bool(ps: Interpreter, value: Any) -> bool:
    return truth(value)


def _double(ps: Interpreter, value: Any) -> float:
    return float(number(value, "System.Double"))


def _date(ps: Interpreter, value: Any) -> DateTime:
    if isinstance(value, int) and not isinstance(value, bool):
        return DateTime(datetime.datetime(1, 1, 1) + datetime.timedelta(microseconds=value // 10))
    try:
        return parse_date(text(value), offset=ps.offset)
    except NotConvertible as problem:
        raise NotConvertible(
            f'Cannot convert value "{text(value)}" to type "System.DateTime". Error: "{problem}"'
        ) from problem


def _timespan(ps: Interpreter, value: Any) -> TimeSpan:
    if isinstance(value, int):
        return TimeSpan(datetime.timedelta(microseconds=value / 10))
    match = re.fullmatch(r"\s*(-?)(?:(\d+)\.)?(\d+)(?::(\d+)(?::(\d+)(?:\.(\d{1,7}))?)?)?\s*", text(value))
    if match is None:
        raise _refusal(value, "System.TimeSpan")
    if match[4] is None:
        return TimeSpan(datetime.timedelta(days=int(match[3])))
    found = datetime.timedelta(
        days=int(match[2] or 0), hours=int(match[3]), minutes=int(match[4]), seconds=int(match[5] or 0)
    )
    return TimeSpan(-found if match[1] else found)


def _table(ps: Interpreter, value: Any) -> Any:
    if isinstance(value, HashTable) or value is None:
        return value
    raise _refusal(value, "System.Collections.Hashtable")


def _ordered(ps: Interpreter, value: Any) -> Any:
    if isinstance(value, HashTable):
        return HashTable(dict(written(value)), True)
    raise _refusal(value, "System.Collections.Specialized.OrderedDictionary")


def written(value: HashTable) -> list[tuple[Any, Any]]:
    """Entries as they were written."""
    return list(value._held.values())


def _custom(ps: Interpreter, value: Any) -> Any:
    """`[pscustomobject]@{}`: an object from 3.0 on; before that the table is left as it is."""
    if isinstance(value, HashTable) and ps.version >= 3:
        return PSObject({text(key): one for key, one in written(value)})
    return value


def _array(ps: Interpreter, value: Any) -> Any:
    return value if is_list(value) or value is None else [value]


def _type(ps: Interpreter, value: Any) -> NetType:
    found = resolve(text(value), ps)
    if found is None:
        raise NotConvertible(f'Cannot convert the "{text(value)}" value of type "System.String" to type "System.Type".')
    return NetType(found)


def version_object(value: str) -> PSObject:
    """System.Version of a dotted text."""
    parts = [int(one) for one in value.split(".")]
    named = dict(zip(("Major", "Minor", "Build", "Revision"), [*parts, -1, -1], strict=False))
    return PSObject(named, ("System.Version",), text=value, base=tuple([*parts, -1, -1][:4]))


def _version(ps: Interpreter, value: Any) -> PSObject:
    shown = text(value)
    if not re.fullmatch(r"\d+(\.\d+){1,3}", shown):
        raise _refusal(value, "System.Version")
    return version_object(shown)


def _block(ps: Interpreter, value: Any) -> ScriptBlock:
    return ps.script_block(text(value))


def _exception(ps: Interpreter, value: Any) -> NetException:
    if isinstance(value, ErrorRecord):
        return value.exception
    return NetException("System.Exception", text(value))


_CASTS: dict[str, Any] = {
    "System.String": _string,
    "System.Char": _char,
    "System.Boolean": _bool,
    "System.Double": _double,
    "System.Single": _double,
    "System.Decimal": lambda ps, value: number(value, "System.Decimal"),
    "System.DateTime": _date,
    "System.TimeSpan": _timespan,
    "System.Collections.Hashtable": _table,
    "System.Collections.Specialized.OrderedDictionary": _ordered,
    "System.Void": lambda ps, value: None,
    "System.Management.Automation.PSObject": _custom,
    "System.Array": _array,
    "System.Type": _type,
    "System.Management.Automation.PSCustomObject": _custom,
    "System.Management.Automation.SwitchParameter": _bool,
    "System.Version": _version,
    "System.Xml.XmlDocument": lambda ps, value: documents.document(text(value)),
    "System.Management.Automation.ScriptBlock": _block,
    "System.Exception": _exception,
}
