# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""reg.exe: `reg query KEY [/v NAME | /ve] [/s]` of HKEY_LOCAL_MACHINE. The other verbs and switches are not modelled.

The form follows the generation: up to 2003 a first line with the program's version, and tabs. The estate forbids it on
a host by `registry_tools: disabled` (the policy DisableRegistryTools).
"""

from __future__ import annotations

from collections.abc import Iterator

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
        for line in _query(process, process.arguments):
            process.print(line)
    except _Refused as refused:
        process.complain_of(refused.text, **refused.values)
        return 1
    except AccessDenied:
        process.complain_of("reg.error", text=process.texts.error(ACCESS_DENIED))
        return 1
    return 0


def _query(process: Process, arguments: list[str]) -> list[str]:
    if process.machine.settings.get("registry_tools") == "disabled":
        raise _Refused("reg.disabled")
    if not arguments or arguments[0].lower() != "query":
        raise _Refused("reg.not_modelled")
    key, name, deep = _parsed(arguments[1:])
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


def _parsed(arguments: list[str]) -> tuple[str, str | None, bool]:
    """The key below HKEY_LOCAL_MACHINE, the one value that is asked for, and whether all below is."""
    if not arguments:
        raise _Refused("reg.syntax")
    key, *options = arguments
    hive = next((one for one in _HIVES if key.upper().startswith(one)), None)
    if hive is None:
        raise _Refused("reg.not_modelled")
    name, deep = None, False
    while options:
        option = options.pop(0).lower()
        if option == "/v" and options:
            name = options.pop(0)
        elif option == "/ve":
            name = ""
        elif option == "/s":
            deep = True
        else:
            raise _Refused("reg.not_modelled")
    return key[len(hive) :].rstrip("\\"), name, deep


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
