# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How objects look where nobody says how: text as it is, few properties as a table, many as a list.

The widths of columns follow what they hold; Windows' own rules for them are not imitated beyond the console's 80
columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.powershell import members
from lab.powershell.values import (
    DateTime,
    ErrorRecord,
    HashTable,
    NetException,
    NetType,
    PSObject,
    ScriptBlock,
    TimeSpan,
    is_list,
    plain,
    text,
    type_of,
)  # fmt: skip

if TYPE_CHECKING:
    from lab.powershell.interpreter import Interpreter

WIDTH = 80
# The columns that Windows' own views show of a type.
_VIEWS: dict[str, tuple[str, ...]] = {
    "System.ServiceProcess.ServiceController": ("Status", "Name", "DisplayName"),
    "System.Security.Cryptography.X509Certificates.X509Certificate2": ("Thumbprint", "Subject"),
    "System.Collections.DictionaryEntry": ("Name", "Value"),
    "System.Management.Automation.PSModuleInfo": ("ModuleType", "Name", "ExportedCommands"),
    "System.Management.Automation.CmdletInfo": ("CommandType", "Name", "Definition"),
}  # fmt: skip


class Shaped:
    """Lines that a Format- command made."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines


def is_plain(value: Any) -> bool:
    """Whether a value is shown as its text alone."""
    value = plain(value)
    return value is None or isinstance(value, (str, bool, int, float, DateTime, NetType, ScriptBlock))


def cell(ps: Interpreter, value: Any) -> str:
    """A property's value within a table or a list."""
    value = plain(value)
    if isinstance(value, HashTable):
        return "{" + ", ".join(text(key) for key, _unused in value.items()) + "}"
    if is_list(value):
        shown = [text(one, ps.culture) for one in value[:4]] + (["..."] if len(value) > 4 else [])
        return "{" + ", ".join(shown) + "}"
    return text(value, ps.culture)


def columns(ps: Interpreter, value: Any) -> list[str]:
    if type_of(value) in _VIEWS:
        return list(_VIEWS[type_of(value)])
    return [name for name in members.names(ps, value) if not name.startswith("PS") or not _is_provider(name)]


def _is_provider(name: str) -> bool:
    return name in ("PSPath", "PSParentPath", "PSChildName", "PSDrive", "PSProvider", "PSIsContainer")


def as_list(ps: Interpreter, values: list[Any], names: list[Any] | None = None) -> list[str]:
    """Each object as lines `Name : value`."""
    lines = ["", ""]
    for value in values:
        shown = _cells(ps, value, names or columns(ps, value))
        width = max((len(name) for name, _unused in shown), default=0)
        for name, one in shown:
            lines += _folded(f"{name.ljust(width)} : ", one)
        lines.append("")
    return [*lines, ""]


def _folded(head: str, value: str) -> list[str]:
    room = max(10, WIDTH - 1 - len(head))
    found = []
    for number, line in enumerate(value.splitlines() or [""]):
        pieces = [line[at : at + room] for at in range(0, len(line), room)] or [""]
        found += [(head if not number and not at else " " * len(head)) + one for at, one in enumerate(pieces)]
    return found


def as_table(
    ps: Interpreter, values: list[Any], names: list[Any] | None = None, headers: bool = True, wrap: bool = False
) -> list[str]:
    """A table with a column for each name; what is wider than the console is cut off."""
    rows = [_cells(ps, one, names or columns(ps, values[0])) for one in values]
    heads = [name for name, _unused in rows[0]] if rows else []
    widths = [max([len(head), *(len(row[at][1]) for row in rows)]) for at, head in enumerate(heads)]
    right = [all(isinstance(_raw(ps, one, names, at), (int, float)) and not isinstance(_raw(ps, one, names, at), bool)
                 for one in values) for at in range(len(heads))]  # fmt: skip
    widths = _fitted(widths)
    lines = [""]
    if headers:
        lines.append(_row(heads, widths, right))
        lines.append(_row(["-" * len(head) for head in heads], widths, right))
    for row in rows:
        lines.append(_row([one for _name, one in row], widths, right))
    return [*lines, "", ""]


def _raw(ps: Interpreter, value: Any, names: list[Any] | None, at: int) -> Any:
    name = (names or columns(ps, value))[at]
    return members.get(ps, value, name) if isinstance(name, str) else None


def _fitted(widths: list[int]) -> list[int]:
    room = WIDTH - 1
    while sum(widths) + len(widths) - 1 > room and max(widths, default=0) > 8:
        at = widths.index(max(widths))
        widths[at] = max(8, widths[at] - (sum(widths) + len(widths) - 1 - room))
    return widths


def _row(cells: list[str], widths: list[int], right: list[bool]) -> str:
    found = []
    for value, width, far in zip(cells, widths, right, strict=False):
        line = value.splitlines()[0] if value else ""
        shown = line if len(line) <= width else line[: max(0, width - 3)] + "..."
        found.append(shown.rjust(width) if far else shown.ljust(width))
    return " ".join(found).rstrip()


def _cells(ps: Interpreter, value: Any, names: list[Any]) -> list[tuple[str, str]]:
    found = []
    for name in names:
        if isinstance(name, str):
            found.append((name, cell(ps, members.get(ps, value, name))))
        else:
            label, work = name
            found.append((label, cell(ps, work(value))))
    return found


def shown(ps: Interpreter, values: list[Any]) -> list[str]:
    """Objects as the console shows them."""
    lines: list[str] = []
    group: list[Any] = []

    def flush() -> None:
        if group:
            lines.extend(_group(ps, list(group)))
            group.clear()

    for value in values:
        if isinstance(value, Shaped):
            flush()
            lines.extend(value.lines)
        elif isinstance(value, ErrorRecord):
            flush()
            lines.extend(error_lines(ps, value))
        elif is_list(value):
            flush()
            lines.extend(shown(ps, list(value)))
        elif is_plain(value):
            flush()
            if plain(value) is not None:
                lines.extend(_plain_lines(ps, value))
        else:
            if group and _kin(group[0]) != _kin(value):
                flush()
            group.append(value)
    flush()
    return lines


def _plain_lines(ps: Interpreter, value: Any) -> list[str]:
    if isinstance(value, DateTime):
        return ["", members.shown(ps, value, "dddd, MMMM d, yyyy h:mm:ss tt") if ps.culture.name == "en-US"
                else members.shown(ps, value), ""]  # fmt: skip
    shown_ = text(value, ps.culture)
    return shown_.replace("\r\n", "\n").split("\n") if shown_ else [""]


def _kin(value: Any) -> Any:
    return (type_of(value), tuple(name for name, _unused in value.properties.items())) if isinstance(
        value, PSObject) and value.custom else type_of(value)  # fmt: skip


def _group(ps: Interpreter, values: list[Any]) -> list[str]:
    first = values[0]
    if isinstance(first, HashTable):
        return as_table(ps, [one for value in values for one in members.entries(value)], ["Name", "Value"])
    if isinstance(first, NetException):
        return [text(one) for one in values]
    if isinstance(first, PSObject) and first.text is not None and not first.custom and type_of(first) not in _VIEWS:
        return as_table(ps, values, columns(ps, first)) if first.types[0] == "System.Version" else [
            text(one) for one in values]  # fmt: skip
    names = columns(ps, first)
    if type_of(first) == "System.Security.Cryptography.X509Certificates.X509Certificate2":
        parent = text(members.get(ps, first, "PSParentPath"))
        head = ["", "", f"    Directory: {parent}", ""] if parent else []
        return [*head, *as_table(ps, values, names)]
    if not names:
        return [] if isinstance(first, PSObject) and first.custom else [text(one) for one in values]
    if isinstance(first, TimeSpan) or len(names) > 4:
        return as_list(ps, values, names)
    return as_table(ps, values, names)


def error_lines(ps: Interpreter, record: ErrorRecord) -> list[str]:
    """An error as the console shows it, by category at the end."""
    command = record.command if record.command and record.command != record.target else ""
    head = f"{record.command or ''} : " if command or record.command else ""
    message = (head + record.exception.message).replace("\r\n", "\n").split("\n")
    place = members.position(record, ps.version >= 3) if record.placed else []
    return [
        *message, *place, f"    + CategoryInfo          : {members.category(record)}",
        f"    + FullyQualifiedErrorId : {record.error_id}", " ",
    ]  # fmt: skip
