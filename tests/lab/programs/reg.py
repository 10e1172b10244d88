# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""reg.exe of HKEY_LOCAL_MACHINE. Other verbs and switches than these are not modelled:

    reg query KEY [/v NAME | /ve] [/s]
    reg add KEY [/v NAME | /ve] [/t TYPE] [/s SEPARATOR] [/d DATA] [/f]
    reg delete KEY [/v NAME | /ve | /va] [/f]

Where something is there that would be overwritten or deleted, it asks unless it has /f. The form follows the
generation: up to 2003 a first line with the program's version, and tabs. The estate forbids it on a host by
`registry_tools: disabled` (the policy DisableRegistryTools).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from lab.files import ACCESS_DENIED
from lab.programs.process import Process
from lab.registry import REG_BINARY, REG_DWORD, REG_EXPAND_SZ, REG_MULTI_SZ, REG_SZ, AccessDenied, Value

_HIVES = ("HKLM\\", "HKEY_LOCAL_MACHINE\\")
_TYPES = {
    REG_SZ: "REG_SZ", REG_EXPAND_SZ: "REG_EXPAND_SZ", REG_BINARY: "REG_BINARY", REG_DWORD: "REG_DWORD",
    REG_MULTI_SZ: "REG_MULTI_SZ",
}  # fmt: skip


class _Refused(Exception):
    """It ends with 1 and the text of this name."""

    def __init__(self, text: str, **values: str) -> None:
        super().__init__(text)
        self.text, self.values = text, values


def run(process: Process) -> int:
    """Exit code 0, or 1 with a sentence on standard error."""
    try:
        verb, rest = "".join(process.arguments[:1]), process.arguments[1:]
        work = {"query": _query, "add": _add, "delete": _delete}.get(verb.lower())
        if process.machine.settings.get("registry_tools") == "disabled":
            raise _Refused("reg.disabled")
        if work is None:
            raise _Refused("reg.not_modelled")
        for line in work(process, rest):
            process.print(line)
    except _Refused as refused:
        process.complain_of(refused.text, **refused.values)
        return 1
    except AccessDenied:
        process.complain_of("reg.error", text=process.texts.error(ACCESS_DENIED))
        return 1
    return 0


def _query(process: Process, arguments: list[str]) -> list[str]:
    key, given = _parsed(arguments, with_value=("/v",), plain=("/ve", "/s"))
    name, deep = _name(given), "/s" in given
    if process.machine.registry.read(key) is None:
        raise _Refused("reg.not_found")
    lines = ["", "! REG.EXE VERSION 3.0"] if _is_old(process) else []
    lines += _tree(process, key, name, deep)
    if name is not None and not any(line.startswith("    ") for line in lines):
        raise _Refused("reg.not_found")
    if deep and not _is_old(process):
        count = sum(line.startswith("    ") for line in lines)
        lines += ["", process.texts.text("reg.found", count=count)]
    return [*lines, ""] if name is not None or not deep else lines


def _parsed(arguments: list[str], *, with_value: Collection[str], plain: Collection[str]) -> tuple[str, dict[str, str]]:
    """The key below HKEY_LOCAL_MACHINE, and the options by their names in small letters."""
    if not arguments:
        raise _Refused("reg.syntax")
    key, *options = arguments
    hive = next((one for one in _HIVES if key.upper().startswith(one)), None)
    if hive is None:
        raise _Refused("reg.not_modelled")
    given: dict[str, str] = {}
    while options:
        option = options.pop(0).lower()
        if option in with_value and options:
            given[option] = options.pop(0)
        elif option in plain:
            given[option] = ""
        else:
            raise _Refused("reg.not_modelled")
    return key[len(hive) :].rstrip("\\"), given


def _name(given: dict[str, str]) -> str | None:
    """The one value that is meant, None for none in particular."""
    return "" if "/ve" in given else given.get("/v")


def _add(process: Process, arguments: list[str]) -> list[str]:
    """The key with all that lead to it, and the value; one without data is empty."""
    key, given = _parsed(arguments, with_value=("/v", "/t", "/s", "/d"), plain=("/ve", "/f"))
    registry, name = process.machine.registry, _name(given)
    _require_open(process, key)
    if name is None and not {"/t", "/d"} & set(given):
        registry.create_key(key)
    else:
        kind = next((one for one, text in _TYPES.items() if text == given.get("/t", "REG_SZ").upper()), None)
        if kind is None:
            raise _Refused("reg.not_modelled")
        value = _typed(kind, given.get("/d", ""), given.get("/s", "\\0"))
        if "/f" not in given and registry.get(key, name or "") is not None:
            process.hang(f"reg asks whether to overwrite a value of {key}")
        registry.set(key, name or "", kind, value)
    return [process.texts.error(0)]


def _delete(process: Process, arguments: list[str]) -> list[str]:
    """A value, all values of a key, or the key with all that is below it."""
    key, given = _parsed(arguments, with_value=("/v",), plain=("/ve", "/va", "/f"))
    registry, name = process.machine.registry, _name(given)
    _require_open(process, key)
    if not registry.exists(key) or (name is not None and registry.get(key, name) is None):
        raise _Refused("reg.not_found")
    if "/f" not in given:
        process.hang(f"reg asks whether to delete what is at {key}")
    if name is not None:
        registry.delete_value(key, name)
    elif "/va" in given:
        for one in registry.values(key) or ():
            registry.delete_value(key, one)
    else:
        registry.delete_key(key)
    return [process.texts.error(0)]


def _require_open(process: Process, key: str) -> None:
    """Administrators write, and nobody where nobody reads. Raises AccessDenied."""
    if not process.session.account.administrator:
        raise AccessDenied(key)
    parts = key.split("\\")
    for number in range(1, len(parts) + 1):
        process.machine.registry.read("\\".join(parts[:number]))


def _typed(kind: int, data: str, separator: str) -> Value:
    """The data as the type has it."""
    if kind in (REG_SZ, REG_EXPAND_SZ):
        return data
    if kind == REG_MULTI_SZ:
        return tuple(one for one in data.split(separator) if one)
    if kind == REG_BINARY and re.fullmatch("(?:[0-9A-Fa-f]{2})*", data):
        return bytes.fromhex(data)
    if kind == REG_DWORD and re.fullmatch("0x[0-9A-Fa-f]{1,8}|[0-9]{1,10}", data) and int(data, 0) < 2**32:
        return int(data, 0)
    raise _Refused("reg.syntax")


def _is_old(process: Process) -> bool:
    return process.machine.generation.version.startswith("5.")


def _tree(process: Process, key: str, name: str | None, deep: bool) -> Iterator[str]:
    """The key with its values, then the keys below it: by name alone, or each in the same way."""
    registry = process.machine.registry
    values = list(_values(process, key, name))
    below = [f"{key}\\{one}" for one in registry.subkeys(key) or ()] if name is None or deep else []
    if values or (_is_old(process) and name is None):
        yield from ("", f"HKEY_LOCAL_MACHINE\\{key}", *values)
    if not deep:
        yield from [""] * bool(below)
        yield from (f"HKEY_LOCAL_MACHINE\\{one}" for one in below)
        return
    for one in below:
        yield from _tree(process, one, name, deep)


def _values(process: Process, key: str, name: str | None) -> Iterator[str]:
    between = "\t" if _is_old(process) else "    "
    for own, (kind, value) in (process.machine.registry.read(key) or {}).items():
        if name is None or own.casefold() == name.casefold():
            shown = own or process.texts.text("reg.default")
            yield f"    {shown}{between}{_TYPES[kind]}{between}{_data(kind, value)}"


def _data(kind: int, value: Value) -> str:
    if isinstance(value, bytes):
        return value.hex().upper()
    if isinstance(value, tuple):
        return "\\0".join(value)
    return f"0x{value:x}" if kind == REG_DWORD else str(value)
