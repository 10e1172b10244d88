# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Static members of .NET's types, and the objects that `New-Object` makes: those that administrators' scripts use."""

from __future__ import annotations

import base64
import datetime
import math
import re
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lab.files import FileError
from lab.powershell import dotnet, members, operators, security
from lab.powershell.certificates import new_certificate, store_object
from lab.powershell.cultures import INVARIANT, Culture, culture_of
from lab.powershell.members import MethodFailed
from lab.powershell.values import (
    Char,
    Computed,
    DateTime,
    EnumValue,
    HashTable,
    NetException,
    NetType,
    PSObject,
    TimeSpan,
    error,
    items,
    number,
    parse_date,
    plain,
    text,
    truth,
    whole,
)

if TYPE_CHECKING:
    from lab.powershell.interpreter import Interpreter

_ENCODINGS = {
    "UTF8": ("utf-8", 65001, "utf-8"),
    "Unicode": ("utf-16-le", 1200, "utf-16"),
    "ASCII": ("ascii", 20127, "us-ascii"),
    "BigEndianUnicode": ("utf-16-be", 1201, "utf-16BE"),
    "UTF7": ("utf-7", 65000, "utf-7"),
    "Default": ("cp1252", 1252, "Windows-1252"),
    "UTF32": ("utf-32-le", 12000, "utf-32"),
}
_MARKS = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


def encoding(codec: str, number_: int, web_name: str) -> PSObject:
    """System.Text.Encoding."""

    def read(data: Any, start: Any = 0, count: Any = None) -> str:
        raw = bytes(dotnet_bytes(data))
        begin = whole(start)
        raw = raw[begin : begin + whole(count)] if count is not None else raw[begin:]
        return raw.decode(codec, errors="replace")

    return PSObject(
        {"WebName": web_name, "BodyName": web_name, "CodePage": number_, "EncodingName": web_name.upper()},
        ("System.Text.Encoding",),
        text="System.Text.Encoding",
        base=codec,
        methods={
            "GetBytes": lambda value: text_of_chars(value).encode(codec, errors="replace"),
            "GetString": read,
            "GetPreamble": lambda: _MARKS.get(codec, b""),
            "GetByteCount": lambda value: len(text_of_chars(value).encode(codec, errors="replace")),
            "GetChars": lambda data: [Char(one) for one in read(data)],
        },
    )


def text_of_chars(value: Any) -> str:
    """Text, or a list of characters as one."""
    if value is None:
        raise MethodFailed("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: chars")
    return "".join(text(one) for one in value) if isinstance(value, list) else text(value)


def dotnet_bytes(value: Any) -> bytes:
    """A byte array, or a list of numbers that makes one."""
    if value is None:
        raise MethodFailed("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: bytes")
    if isinstance(value, PSObject) and isinstance(value.base, (bytes, bytearray)):
        return bytes(value.base)
    return (
        bytes(value) if isinstance(value, bytes) else bytes(whole(one, "System.Byte", 0, 256) for one in items(value))
    )


def encoding_named(given: Any) -> PSObject:
    """By name or number. Raises MethodFailed."""
    if isinstance(given, PSObject):
        return given
    wanted = text(given).lower()
    numbers = {437: "cp437", 850: "cp850", 1252: "cp1252", 28591: "latin-1", 932: "cp932"}
    for codec, number_, web_name in _ENCODINGS.values():
        if wanted in (web_name.lower(), str(number_)):
            return encoding(codec, number_, web_name)
    if wanted.isdigit() and int(wanted) in numbers:
        return encoding(numbers[int(wanted)], int(wanted), f"ibm{wanted}")
    raise MethodFailed("System.ArgumentException", f"'{wanted}' is not a supported encoding name.")


# --- static members --------------------------------------------------------------------------------------------------


def static_get(ps: Interpreter, type: str, name: str) -> Any:
    """`[type]::Name`. $null for what the type does not have."""
    _allowed(ps, type, name, False)
    if type in dotnet.ENUMS or type in dotnet.NUMBERED:
        return dotnet.cast(ps, type, name)
    if type in ps.enums:
        return dotnet.cast(ps, type, name)
    if type == "System.Text.Encoding":
        found = next((one for key, one in _ENCODINGS.items() if key.lower() == name.lower()), None)
        return None if found is None else encoding(*found)
    worker = _VALUES.get((type, name.lower()))
    return worker(ps) if worker is not None else None


def static_put(ps: Interpreter, type: str, name: str, value: Any) -> None:
    """`[type]::Name = value`: the console's encodings, the current culture, the current directory."""
    _allowed(ps, type, name, True)
    key = (type, name.lower())
    if key in (("System.Console", "outputencoding"), ("System.Console", "inputencoding")):
        if name.lower() == "outputencoding":
            ps.host.set_encoding(value.base)
        return
    if key == ("System.Environment", "exitcode"):
        return
    raise error(
        f"Property '{name}' cannot be found on this object; make sure it exists and is settable.",
        "PropertyAssignmentException",
    )


def static_call(ps: Interpreter, type: str, name: str, arguments: list[Any]) -> Any:
    """`[type]::Name(…)`. Raises PSError."""
    _allowed(ps, type, name, False, call=True)
    worker = _CALLS.get((type, name.lower()))
    if worker is None and name.lower() == "new" and ps.version >= 5:
        return make(ps, type, arguments)
    if worker is None:
        contains = "does not" if ps.version >= 3 else "doesn't"
        raise error(
            f"Method invocation failed because [{type}] {contains} contain a method named '{name}'.", "MethodNotFound"
        )
    return members.guarded(ps, name, arguments, lambda: worker(ps, *[plain(one) for one in arguments]))


def _allowed(ps: Interpreter, type: str, name: str, setting: bool, call: bool = False) -> None:
    """Constrained language mode: core types alone may be called."""
    if not ps.constrained or type in members.CORE_TYPES:
        return
    if call:
        raise dotnet.refused(
            "Cannot invoke method. Method invocation is supported only on core types in this language mode.",
            "MethodInvocationNotSupportedInConstrainedLanguage",
        )
    if setting:
        raise dotnet.refused(
            "Cannot set property. Property setting is supported only on core types in this language mode.",
            "PropertySetterNotSupportedInConstrainedLanguage",
        )


def _now(ps: Interpreter) -> DateTime:
    return DateTime(ps.machine.clock().replace(tzinfo=None) + ps.offset, "Local")


def _console_out(ps: Interpreter) -> PSObject:
    write = ps.host.write
    return PSObject(
        {"Encoding": encoding(ps.host.encoding, 0, ps.host.encoding), "NewLine": "\r\n"},
        ("System.IO.TextWriter",),
        methods={
            "Write": lambda *given: write(_written(ps, given)),
            "Flush": lambda: None,
            "Close": lambda: None,
            "WriteLine": lambda *given: write(_written(ps, given) + "\r\n"),
        },
    )


def _written(ps: Interpreter, given: tuple[Any, ...]) -> str:
    """What Write(text), Write(format, …) or Write(characters) writes."""
    if not given:
        return ""
    if len(given) > 1 and isinstance(given[0], str):
        return operators.format_text(ps, given[0], list(given[1:]))
    if isinstance(given[0], list) and given[0] and all(isinstance(one, Char) for one in given[0]):
        return "".join(given[0])
    return members.shown(ps, given[0]) if given[0] is not None else ""


def _console_error(ps: Interpreter) -> PSObject:
    write = ps.host.write_error_text
    return PSObject(
        {},
        ("System.IO.TextWriter",),
        methods={
            "Write": lambda *given: write(_written(ps, given)),
            "Flush": lambda: None,
            "WriteLine": lambda *given: write(_written(ps, given) + "\r\n"),
        },
    )


def _console_in(ps: Interpreter) -> PSObject:
    def line() -> str | None:
        raw = ps.process.stdin.read_line()
        return raw.decode(ps.process.encoding, errors="replace") if raw else None

    def everything() -> str:
        return ps.process.stdin.read_all().decode(ps.process.encoding, errors="replace")

    return PSObject({}, ("System.IO.TextReader",), methods={"ReadToEnd": everything, "ReadLine": line})


def _output_stream(ps: Interpreter) -> PSObject:
    def write(data: Any, start: Any = 0, count: Any = None) -> None:
        raw = dotnet_bytes(data)
        ps.host.write_bytes(raw[whole(start) : None if count is None else whole(start) + whole(count)])

    return PSObject(
        {},
        ("System.IO.Stream",),
        methods={"Write": write, "Flush": lambda: None, "Close": lambda: None, "Dispose": lambda: None},
    )


def _environment_variable(ps: Interpreter, name: Any, target: Any = None) -> str | None:
    return ps.process.environment.get(text(name))


def _exit(ps: Interpreter, code: Any = 0) -> None:
    ps.leave(whole(code))


def _culture(value: Culture) -> PSObject:
    return PSObject(
        {
            "LCID": value.number,
            "Name": value.name,
            "DisplayName": value.display_name,
            "TwoLetterISOLanguageName": value.name[:2] or "iv",
        },
        ("System.Globalization.CultureInfo",),
        text=value.name,
        base=value,
    )


def culture_object(given: Any) -> PSObject:
    """A CultureInfo of a name such as `de-DE`, or of an object that is one."""
    if isinstance(given, PSObject) and isinstance(given.base, Culture):
        return given
    return _culture(INVARIANT if text(given) == "" else culture_of(text(given)))


def _thread(ps: Interpreter) -> PSObject:
    made = PSObject(
        {"CurrentCulture": _culture(ps.culture), "CurrentUICulture": _culture(ps.culture)}, ("System.Threading.Thread",)
    )

    def set_culture(given: Any) -> None:
        ps.culture = culture_object(given).base

    made.setters["CurrentCulture"] = set_culture
    made.setters["CurrentUICulture"] = lambda given: None
    return made


def _identity(ps: Interpreter) -> PSObject:
    account = ps.process.session.account
    return PSObject(
        {"Name": account.qualified, "IsAuthenticated": True, "AuthenticationType": "NTLM"},
        ("System.Security.Principal.WindowsIdentity",),
    )


def _principal(ps: Interpreter, given: list[Any]) -> PSObject:
    account = ps.process.session.account

    def in_role(role: Any) -> bool:
        wanted = text(role).rpartition("\\")[2].lower()
        return (
            account.administrator
            if wanted in ("administrator", "administrators")
            else wanted in [one.lower() for one in account.groups]
        )

    return PSObject(
        {"Identity": given[0] if given else None},
        ("System.Security.Principal.WindowsPrincipal",),
        methods={"IsInRole": in_role},
    )


def _enum_names(ps: Interpreter, kind: Any) -> list[str]:
    name = kind.name if isinstance(kind, NetType) else dotnet.required(ps, text(kind))
    return [one for one in (*dotnet.ENUMS.get(name, ()), *ps.enums.get(name, ())) if one]


def _from_base64(ps: Interpreter, value: Any) -> bytes:
    try:
        return base64.b64decode(re.sub(r"\s", "", text(value)), validate=True)
    except ValueError as problem:
        shown = (
            "Invalid length for a Base-64 char array or string."
            if len(re.sub(r"\s", "", text(value))) % 4
            else (
                "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding "
                "characters, or an illegal character among the padding characters. "
            )
        )
        raise MethodFailed("System.FormatException", shown) from problem


def _to_whole(kind: str) -> Callable[..., int]:
    def work(ps: Interpreter, value: Any, base: Any = None) -> int:
        if base is not None:
            try:
                return int(text(value), whole(base))
            except ValueError as problem:
                raise MethodFailed("System.FormatException", "Could not find any recognizable digits.") from problem
        return int(dotnet.converted(ps, kind, value))

    return work


def _to_string(ps: Interpreter, value: Any, base: Any = None) -> str:
    if base is None or not isinstance(base, int):
        return members.shown(ps, value) if value is not None else ""
    return {2: f"{int(value):b}", 8: f"{int(value):o}", 16: f"{int(value):x}"}.get(base, str(value))


def _round(ps: Interpreter, value: Any, digits: Any = 0, mode: Any = None) -> Any:
    found = round(float(number(value)), whole(digits) if not isinstance(digits, EnumValue) else 0)
    return found


def _parse_exact(ps: Interpreter, value: Any, form: Any, provider: Any = None, styles: Any = None) -> DateTime:
    pattern = re.escape(text(form))
    for token, part in (
        ("yyyy", r"(?P<y>\\d{4})"),
        ("MM", r"(?P<M>\\d\\d)"),
        ("dd", r"(?P<d>\\d\\d)"),
        ("HH", r"(?P<H>\\d\\d)"),
        ("mm", r"(?P<m>\\d\\d)"),
        ("ss", r"(?P<s>\\d\\d)"),
    ):
        pattern = re.sub(token, part, pattern, count=1)
    match = re.fullmatch(pattern, text(value))
    if match is None:
        raise MethodFailed("System.FormatException", "String was not recognized as a valid DateTime.")
    got = {key: int(one) for key, one in match.groupdict().items()}
    return DateTime(
        datetime.datetime(
            got.get("y", 1), got.get("M", 1), got.get("d", 1), got.get("H", 0), got.get("m", 0), got.get("s", 0)
        )
    )


def _match_object(found: re.Match[str] | None) -> PSObject:
    if found is None:
        return PSObject(
            {"Success": False, "Value": "", "Index": 0, "Length": 0, "Groups": []},
            ("System.Text.RegularExpressions.Match",),
            text="",
        )
    groups = HashTable(ordered=True)
    for at in range(found.re.groups + 1):
        name = next((key for key, number_ in found.re.groupindex.items() if number_ == at), at)
        groups[name] = PSObject(
            {"Success": found[at] is not None, "Value": found[at] or ""},
            ("System.Text.RegularExpressions.Group",),
            text=found[at] or "",
        )
    held = PSObject(
        {"Count": len(groups)},
        ("System.Text.RegularExpressions.GroupCollection",),
        methods={"get_Item": groups.get},
        base=None,
    )
    return PSObject(
        {"Success": True, "Value": found[0], "Index": found.start(), "Length": len(found[0]), "Groups": held},
        ("System.Text.RegularExpressions.Match",),
        text=found[0],
    )


def _regex(pattern: Any, options: Any = None) -> re.Pattern[str]:
    return operators.compiled(text(pattern), "ignorecase" in text(options).lower())


def _file(work: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(ps: Interpreter, path: Any, *more: Any) -> Any:
        try:
            return work(ps, text(path), *more)
        except FileError as problem:
            raise MethodFailed("System.IO.FileNotFoundException", f"Could not find file '{text(path)}'.") from problem

    return guarded


def _decoded(data: bytes, given: Any = None) -> str:
    for codec, mark in (("utf-8-sig", b"\xef\xbb\xbf"), ("utf-16", b"\xff\xfe"), ("utf-16", b"\xfe\xff")):
        if data.startswith(mark):
            return data.decode(codec, errors="replace")
    return data.decode(given.base if isinstance(given, PSObject) else "utf-8", errors="replace")


def _write_text(ps: Interpreter, path: str, content: Any, given: Any = None) -> None:
    ps.process.write_file(path, text(content).encode(given.base if isinstance(given, PSObject) else "utf-8"))


def _joined(ps: Interpreter, separator: Any, *values: Any) -> str:
    members_ = items(values[0]) if len(values) == 1 else list(values)
    return text(separator).join(text(one) for one in members_)


def _path_combine(ps: Interpreter, first: Any, *more: Any) -> str:
    found = text(first)
    for one in more:
        found = text(one) if ":" in text(one) else found.rstrip("\\") + "\\" + text(one)
    return found


def _leaf(path: Any) -> str:
    return text(path).replace("/", "\\").rpartition("\\")[2]


def _guid(value: str) -> PSObject:
    return PSObject({"Guid": value}, ("System.Guid",), text=value)


def _system_version(ps: Interpreter) -> PSObject:
    version = dotnet.version_object(f"{ps.machine.generation.version}.0")
    return PSObject(
        {
            "Platform": EnumValue("Win32NT", 2, "System.PlatformID"),
            "Version": version,
            "VersionString": f"Microsoft Windows NT {version.text}",
            "ServicePack": "",
        },
        ("System.OperatingSystem",),
        text=f"Microsoft Windows NT {version.text}",
    )


_VALUES: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("System.Console", "out"): _console_out,
    ("System.Console", "error"): _console_error,
    ("System.Console", "in"): _console_in,
    ("System.Console", "outputencoding"): lambda ps: encoding(ps.host.encoding, ps.process.code_page, ps.host.encoding),
    ("System.Console", "inputencoding"): lambda ps: encoding(ps.host.encoding, ps.process.code_page, ps.host.encoding),
    ("System.Environment", "machinename"): lambda ps: ps.machine.name.upper(),
    ("System.Environment", "newline"): lambda ps: "\r\n",
    ("System.Environment", "username"): lambda ps: ps.process.session.account.name,
    ("System.Environment", "userdomainname"): lambda ps: ps.process.session.account.domain,
    ("System.Environment", "osversion"): _system_version,
    ("System.Environment", "is64bitprocess"): lambda ps: True if ps.version >= 3 else None,
    ("System.Environment", "is64bitoperatingsystem"): lambda ps: True if ps.version >= 3 else None,
    ("System.Environment", "currentdirectory"): lambda ps: ps.process.directory,
    ("System.Environment", "commandline"): lambda ps: ps.process.line,
    ("System.DateTime", "now"): _now,
    ("System.DateTime", "today"): lambda ps: members._midnight(_now(ps)),
    ("System.DateTime", "utcnow"): lambda ps: DateTime(ps.machine.clock().replace(tzinfo=None), "Utc"),
    ("System.DateTime", "minvalue"): lambda ps: DateTime(datetime.datetime.min),
    ("System.DateTime", "maxvalue"): lambda ps: DateTime(datetime.datetime.max),
    ("System.Math", "pi"): lambda ps: math.pi,
    ("System.String", "empty"): lambda ps: "",
    ("System.Int32", "maxvalue"): lambda ps: 2**31 - 1,
    ("System.Int32", "minvalue"): lambda ps: -(2**31),
    ("System.Int64", "maxvalue"): lambda ps: 2**63 - 1,
    ("System.Guid", "empty"): lambda ps: _guid(str(uuid.UUID(int=0))),
    ("System.Globalization.CultureInfo", "invariantculture"): lambda ps: _culture(INVARIANT),
    ("System.Globalization.CultureInfo", "currentculture"): lambda ps: _culture(ps.culture),
    ("System.Globalization.CultureInfo", "currentuiculture"): lambda ps: _culture(ps.culture),
    ("System.Threading.Thread", "currentthread"): _thread,
    ("System.TimeSpan", "zero"): lambda ps: dotnet.converted(ps, "System.TimeSpan", 0),
    ("System.IO.Path", "directoryseparatorchar"): lambda ps: Char("\\"),
}
_CALLS: dict[tuple[str, str], Callable[..., Any]] = {
    ("System.Convert", "tobase64string"): lambda ps, data, *more: base64.b64encode(dotnet_bytes(data)).decode("ascii"),
    ("System.Convert", "frombase64string"): _from_base64,
    ("System.Convert", "toint32"): _to_whole("System.Int32"),
    ("System.Convert", "toint64"): _to_whole("System.Int64"),
    ("System.Convert", "tobyte"): _to_whole("System.Byte"),
    ("System.Convert", "tostring"): _to_string,
    ("System.Convert", "touint32"): _to_whole("System.UInt32"),
    ("System.Convert", "tochar"): lambda ps, value: dotnet.converted(ps, "System.Char", value),
    ("System.Convert", "toboolean"): lambda ps, value: truth(value),
    ("System.Convert", "todatetime"): lambda ps, value: parse_date(text(value), ps.culture, ps.offset),
    ("System.Text.Encoding", "getencoding"): lambda ps, given: encoding_named(given),
    ("System.Console", "write"): lambda ps, *given: ps.host.write(_written(ps, given)),
    ("System.Console", "writeline"): lambda ps, *given: ps.host.write(_written(ps, given) + "\r\n"),
    ("System.Console", "openstandardoutput"): lambda ps, *given: _output_stream(ps),
    ("System.Console", "setout"): lambda ps, writer: None,
    ("System.Environment", "getenvironmentvariable"): _environment_variable,
    ("System.Environment", "setenvironmentvariable"): lambda ps, name, value, *target: (
        ps.process.environment.set(text(name), text(value))
        if value not in (None, "")
        else ps.process.environment.unset(text(name))
    ),
    ("System.Environment", "exit"): _exit,
    ("System.Environment", "expandenvironmentvariables"): lambda ps, value: re.sub(
        r"%([^%]+)%", lambda match: ps.process.environment.get(match[1]) or match[0], text(value)
    ),
    ("System.Environment", "getfolderpath"): lambda ps, name: {
        "commonprogramfiles": "C:\\Program Files\\Common Files",
        "programfiles": "C:\\Program Files",
        "system": "C:\\Windows\\system32",
        "windows": "C:\\Windows",
    }.get(text(name).lower(), ""),
    ("System.DateTime", "parse"): lambda ps, value, *more: parse_date(
        text(value), members._culture_of(ps, more[0] if more else None), ps.offset
    ),
    ("System.DateTime", "parseexact"): _parse_exact,
    ("System.DateTime", "specifykind"): lambda ps, value, kind: DateTime(value.value, text(kind).capitalize()),
    ("System.DateTime", "daysinmonth"): lambda ps, year, month: (
        (
            datetime.date(whole(year) + whole(month) // 12, whole(month) % 12 + 1, 1)
            - datetime.date(whole(year), whole(month), 1)
        ).days
    ),
    ("System.DateTime", "fromfiletime"): lambda ps, value: DateTime(
        datetime.datetime(1601, 1, 1) + datetime.timedelta(microseconds=whole(value, "", 0, 2**63) // 10) + ps.offset,
        "Local",
    ),
    ("System.Enum", "getnames"): _enum_names,
    ("System.Enum", "getvalues"): lambda ps, kind: [
        dotnet.converted(ps, kind.name, one) for one in _enum_names(ps, kind)
    ],
    ("System.Enum", "isdefined"): lambda ps, kind, one: text(one) in _enum_names(ps, kind),
    ("System.Enum", "parse"): lambda ps, kind, one, *fold: dotnet.converted(ps, kind.name, one),
    ("System.Math", "round"): _round,
    ("System.Math", "floor"): lambda ps, value: float(math.floor(number(value))),
    ("System.Math", "ceiling"): lambda ps, value: float(math.ceil(number(value))),
    ("System.Math", "abs"): lambda ps, value: abs(number(value)),
    ("System.Math", "max"): lambda ps, one, other: max(number(one), number(other)),
    ("System.Math", "min"): lambda ps, one, other: min(number(one), number(other)),
    ("System.Math", "pow"): lambda ps, one, other: float(number(one)) ** float(number(other)),
    ("System.Math", "sqrt"): lambda ps, value: math.sqrt(number(value)),
    ("System.Math", "truncate"): lambda ps, value: float(math.trunc(number(value))),
    ("System.String", "isnullorempty"): lambda ps, value: text(value) == "",
    ("System.String", "isnullorwhitespace"): lambda ps, value: text(value).strip() == "",
    ("System.String", "join"): _joined,
    ("System.String", "concat"): lambda ps, *values: _joined(ps, "", *values),
    ("System.String", "format"): lambda ps, form, *values: operators.format_text(
        ps, form, values[0] if len(values) == 1 and isinstance(values[0], list) else list(values)
    ),
    ("System.String", "compare"): lambda ps, one, other, *fold: operators.order(
        ps, text(one), text(other), bool(fold and truth(fold[0]))
    ),
    ("System.String", "equals"): lambda ps, one, other, *how: operators.equal(
        ps, one, other, any("ignorecase" in text(each).lower() for each in how)
    ),
    ("System.Char", "iscontrol"): lambda ps, one: ord(text(one)) < 32 or 127 <= ord(text(one)) < 160,
    ("System.Char", "isletter"): lambda ps, one: text(one).isalpha(),
    ("System.Char", "isdigit"): lambda ps, one: text(one).isdigit(),
    ("System.Char", "isletterordigit"): lambda ps, one: text(one).isalnum(),
    ("System.Char", "iswhitespace"): lambda ps, one: text(one).isspace(),
    ("System.Char", "isupper"): lambda ps, one: text(one).isupper(),
    ("System.Guid", "newguid"): lambda ps: _guid(str(uuid.uuid4())),
    ("System.BitConverter", "tostring"): lambda ps, data, *more: "-".join(f"{one:02X}" for one in dotnet_bytes(data)),
    ("System.BitConverter", "getbytes"): lambda ps, value: int(value).to_bytes(4, "little", signed=True),
    ("System.BitConverter", "toint32"): lambda ps, data, at: int.from_bytes(
        dotnet_bytes(data)[whole(at) : whole(at) + 4], "little", signed=True
    ),
    ("System.Array", "reverse"): lambda ps, value: value.reverse(),
    ("System.Array", "sort"): lambda ps, value: value.sort(key=lambda one: text(one).casefold()),
    ("System.Array", "indexof"): lambda ps, value, one: members.call(ps, value, "indexof", [one]),
    ("System.Globalization.CultureInfo", "getcultureinfo"): lambda ps, name: culture_object(name),
    ("System.Globalization.CultureInfo", "createspecificculture"): lambda ps, name: culture_object(name),
    ("System.Security.Principal.WindowsIdentity", "getcurrent"): lambda ps, *more: _identity(ps),
    ("System.Net.Dns", "gethostname"): lambda ps: ps.machine.name,
    ("System.Net.Dns", "gethostentry"): lambda ps, name: PSObject(
        {"HostName": ps.machine.fqdn, "AddressList": [ps.machine.address], "Aliases": []}, ("System.Net.IPHostEntry",)
    ),
    ("System.Net.Dns", "gethostbyname"): lambda ps, name: PSObject(
        {"HostName": ps.machine.fqdn, "AddressList": [ps.machine.address], "Aliases": []}, ("System.Net.IPHostEntry",)
    ),
    ("System.IO.File", "exists"): lambda ps, path: ps.process.exists(text(path)),
    ("System.IO.File", "readalltext"): _file(lambda ps, path, *more: _decoded(ps.process.read_file(path), *more)),
    ("System.IO.File", "readallbytes"): _file(lambda ps, path: ps.process.read_file(path)),
    ("System.IO.File", "readalllines"): _file(
        lambda ps, path, *more: _decoded(ps.process.read_file(path), *more).splitlines()
    ),
    ("System.IO.File", "writealltext"): _file(_write_text),
    ("System.IO.File", "writeallbytes"): _file(
        lambda ps, path, data: ps.process.write_file(path, dotnet_bytes(data)) and None
    ),
    ("System.IO.File", "delete"): _file(
        lambda ps, path: ps.machine.files.delete(path) if ps.process.exists(path) else None
    ),
    ("System.IO.Directory", "exists"): lambda ps, path: (
        ps.process.exists(text(path)) and ps.machine.files.is_directory(text(path))
    ),
    ("System.IO.Path", "combine"): _path_combine,
    ("System.IO.Path", "getfilename"): lambda ps, path: _leaf(path),
    ("System.IO.Path", "getfilenamewithoutextension"): lambda ps, path: _leaf(path).rpartition(".")[0] or _leaf(path),
    ("System.IO.Path", "getdirectoryname"): lambda ps, path: text(path).rpartition("\\")[0],
    ("System.IO.Path", "gettemppath"): lambda ps: f"{ps.process.environment.get('TEMP')}\\",
    ("System.IO.Path", "getrandomfilename"): lambda ps: uuid.uuid4().hex[:8] + "." + uuid.uuid4().hex[:3],
    ("System.Text.RegularExpressions.Regex", "match"): lambda ps, value, pattern, *how: _match_object(
        _regex(pattern, *how).search(text(value))
    ),
    ("System.Text.RegularExpressions.Regex", "matches"): lambda ps, value, pattern, *how: [
        _match_object(one) for one in _regex(pattern, *how).finditer(text(value))
    ],
    ("System.Text.RegularExpressions.Regex", "ismatch"): lambda ps, value, pattern, *how: (
        _regex(pattern, *how).search(text(value)) is not None
    ),
    ("System.Text.RegularExpressions.Regex", "replace"): lambda ps, value, pattern, new, *how: _regex(
        pattern, *how
    ).sub(operators._replacement(text(new)), text(value)),
    ("System.Text.RegularExpressions.Regex", "escape"): lambda ps, value: re.sub(
        r"([\\*+?|{\[()^$.# ])", r"\\\1", text(value)
    ),
    ("System.Text.RegularExpressions.Regex", "split"): lambda ps, value, pattern: _regex(pattern).split(text(value)),
    ("System.TimeSpan", "fromdays"): lambda ps, count: TimeSpan(datetime.timedelta(days=float(number(count)))),
    ("System.TimeSpan", "fromhours"): lambda ps, count: TimeSpan(datetime.timedelta(hours=float(number(count)))),
    ("System.Int32", "parse"): lambda ps, value, *more: whole(text(value)),
}


# --- objects ---------------------------------------------------------------------------------------------------------


def make(ps: Interpreter, type: str, arguments: list[Any]) -> Any:
    """`New-Object type arguments`; None for a type that the lab does not make."""
    worker = _MAKERS.get(type.partition("[")[0])
    if worker is not None:
        return members.guarded(ps, ".ctor", arguments, lambda: worker(ps, arguments))
    if type.endswith("Exception"):
        inner = arguments[1] if len(arguments) > 1 and isinstance(arguments[1], NetException) else None
        shown = text(arguments[0]) if arguments else f"Exception of type '{type}' was thrown."
        return NetException(type, shown, inner)
    return None


def _string_builder(ps: Interpreter, arguments: list[Any]) -> PSObject:
    held = [text(arguments[0])] if arguments and isinstance(arguments[0], str) else []
    made = PSObject({}, ("System.Text.StringBuilder",))

    def joined() -> str:
        held[:] = ["".join(held)]
        return held[0]

    def append(*given: Any) -> PSObject:
        if len(given) == 2 and isinstance(given[1], int) and isinstance(given[0], Char):
            held.append(given[0] * given[1])
        elif len(given) == 1 and isinstance(given[0], list) and all(isinstance(one, Char) for one in given[0]):
            held.append("".join(given[0]))
        else:
            held.append(members.shown(ps, given[0]) if given and given[0] is not None else "")
        return made

    def append_format(form: Any, *values: Any) -> PSObject:
        held.append(operators.format_text(ps, form, list(values)))
        return made

    def change(new: str) -> PSObject:
        held[:] = [new]
        return made

    made.properties["Length"] = Computed(lambda: len(joined()))
    made.properties["Capacity"] = Computed(lambda: max(16, len(joined())))
    made.setters["Length"] = lambda new: change(joined()[: whole(new)].ljust(whole(new), "\0"))
    methods: dict[str, Callable[..., Any]] = {
        "Append": append,
        "AppendLine": lambda *given: (append(*given), append("\r\n"))[1],
        "AppendFormat": append_format,
        "ToString": lambda *given: joined()[whole(given[0]) :][: whole(given[1])] if given else joined(),
        "Replace": lambda old, new: change(joined().replace(text(old), text(new))),
        "Insert": lambda at, new: change(joined()[: whole(at)] + text(new) + joined()[whole(at) :]),
        "Remove": lambda at, count: change(joined()[: whole(at)] + joined()[whole(at) + whole(count) :]),
        "Clear": lambda: change(""),
    }
    for name, method in methods.items():
        made.methods[name] = method
    return made


def _array_list(ps: Interpreter, arguments: list[Any]) -> PSObject:
    held: list[Any] = list(items(arguments[0])) if arguments and isinstance(arguments[0], (list, bytes)) else []

    def add(one: Any) -> int:
        held.append(one)
        return len(held) - 1

    def remove(one: Any) -> None:
        at = next((at for at, known in enumerate(held) if operators.equal(ps, known, one, False)), None)
        if at is not None:
            del held[at]

    made = PSObject({}, ("System.Collections.ArrayList",), base=held)
    made.properties["Count"] = Computed(lambda: len(held))
    for name, method in {
        "Add": add,
        "AddRange": lambda more: held.extend(items(more)),
        "Remove": remove,
        "Clear": held.clear,
        "RemoveAt": lambda at: held.__delitem__(whole(at)),
        "Insert": lambda at, one: held.insert(whole(at), one),
        "Contains": lambda one: any(operators.equal(ps, known, one, False) for known in held),
        "ToArray": lambda *kind: list(held),
        "Reverse": held.reverse,
        "Sort": lambda: held.sort(key=lambda one: text(one).casefold()),
    }.items():
        made.methods[name] = method
    return made


def _generic_list(ps: Interpreter, arguments: list[Any]) -> PSObject:
    made = _array_list(ps, arguments)
    made.types = ("System.Collections.Generic.List`1",)
    add = made.methods["Add"]
    made.methods["Add"] = lambda one: add(one) and None
    return made


def _date_made(ps: Interpreter, arguments: list[Any]) -> DateTime:
    parts = [whole(one, "System.Int64", -(2**63), 2**63) for one in arguments if not isinstance(one, EnumValue)]
    kind = next((str(one) for one in arguments if isinstance(one, EnumValue)), "Unspecified")
    if len(parts) == 1:
        return DateTime(datetime.datetime(1, 1, 1) + datetime.timedelta(microseconds=parts[0] // 10), kind)
    try:
        return DateTime(datetime.datetime(*parts[:6]), kind) if parts else DateTime(datetime.datetime.min)  # type: ignore[arg-type]
    except ValueError as problem:
        raise MethodFailed(
            "System.ArgumentOutOfRangeException",
            "Year, Month, and Day parameters describe an un-representable DateTime.",
        ) from problem


def _script_error(ps: Interpreter, arguments: list[Any]) -> Any:
    from lab.powershell.values import ErrorRecord

    exception, error_id, category, target = (*arguments, None, None, None)[:4]
    return ErrorRecord(exception, text(error_id), text(category), target)


_MAKERS: dict[str, Callable[..., Any]] = {
    "System.Text.StringBuilder": _string_builder,
    "System.Collections.ArrayList": _array_list,
    "System.Collections.Generic.List": _generic_list,
    "System.DateTime": _date_made,
    "System.Collections.Hashtable": lambda ps, arguments: HashTable(),
    "System.Collections.Generic.Dictionary": lambda ps, arguments: HashTable(ordered=True),
    "System.Collections.Specialized.OrderedDictionary": lambda ps, arguments: HashTable(ordered=True),
    "System.Management.Automation.PSObject": lambda ps, arguments: PSObject(),
    "System.Management.Automation.PSCustomObject": lambda ps, arguments: PSObject(),
    "System.Object": lambda ps, arguments: PSObject({}, ("System.Object",)),
    "System.Security.Principal.WindowsPrincipal": _principal,
    security.NT_ACCOUNT: security.nt_account,
    security.IDENTIFIER: security.security_identifier,
    security.MANAGEMENT_CLASS: security.management_class,
    "System.Security.Cryptography.X509Certificates.X509Store": store_object,
    "System.Security.Cryptography.X509Certificates.X509Certificate2": new_certificate,
    "System.Globalization.CultureInfo": lambda ps, arguments: culture_object(arguments[0]),
    "System.Text.UTF8Encoding": lambda ps, arguments: encoding("utf-8", 65001, "utf-8"),
    "System.Text.UnicodeEncoding": lambda ps, arguments: encoding("utf-16-le", 1200, "utf-16"),
    "System.Text.ASCIIEncoding": lambda ps, arguments: encoding("ascii", 20127, "us-ascii"),
    "System.TimeSpan": lambda ps, arguments: TimeSpan(
        datetime.timedelta(
            **dict(
                zip(
                    {3: ("hours", "minutes", "seconds"), 4: ("days", "hours", "minutes", "seconds")}.get(
                        len(arguments), ("days",)
                    ),
                    (whole(one) for one in arguments),
                    strict=False,
                )
            )
        )
    ),
    "System.Management.Automation.PSNoteProperty": lambda ps, arguments: PSObject(
        {"Name": text(arguments[0]), "Value": arguments[1]}, ("System.Management.Automation.PSNoteProperty",)
    ),
    "System.Management.Automation.ErrorRecord": _script_error,
    "System.Version": lambda ps, arguments: dotnet.version_object(".".join(text(one) for one in arguments)),
    "System.Guid": lambda ps, arguments: _guid(text(arguments[0]).lower()),
    # pylint: disable-next=unnecessary-lambda
    "System.Text.RegularExpressions.Regex": lambda ps, arguments: _regex_object(ps, arguments),
    "System.String": lambda ps, arguments: (
        text(arguments[0]) * whole(arguments[1]) if len(arguments) > 1 else text_of_chars(arguments[0])
    ),
}


def _regex_object(ps: Interpreter, arguments: list[Any]) -> PSObject:
    pattern = _regex(arguments[0])
    return PSObject(
        {},
        ("System.Text.RegularExpressions.Regex",),
        text=text(arguments[0]),
        methods={
            "Match": lambda value: _match_object(pattern.search(text(value))),
            "Matches": lambda value: [_match_object(one) for one in pattern.finditer(text(value))],
            "IsMatch": lambda value: pattern.search(text(value)) is not None,
            "Replace": lambda value, new: pattern.sub(operators._replacement(text(new)), text(value)),
        },
    )
