# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON, from PowerShell 3.0 on."""

from __future__ import annotations

import json
from typing import Any

from lab.powershell.commands import Cmdlet, Gathering, P
from lab.powershell.members import get, names, ticks
from lab.powershell.values import (
    DateTime,
    EnumValue,
    ErrorRecord,
    HashTable,
    NetException,
    PSObject,
    ScriptBlock,
    is_list,
    plain,
    text,
)  # fmt: skip

_UNIX = 621355968000000000


def _data(ps: Any, value: Any, depth: int) -> Any:
    value = plain(value)
    if isinstance(value, EnumValue):
        return value.number
    if value is None or isinstance(value, (bool, int, float, str)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, DateTime):
        universal = ticks(value) - (0 if value.kind == "Utc" else int(ps.offset.total_seconds() * 10**7))
        return f"\0/Date({(universal - _UNIX) // 10000})\0/"
    if depth < 0:
        return text(value)
    if is_list(value):
        return [_data(ps, one, depth - 1) for one in value]
    if isinstance(value, PSObject) and isinstance(value.base, list) and not value.custom:
        return [_data(ps, one, depth - 1) for one in value.base]
    if isinstance(value, HashTable):
        return {text(key): _data(ps, one, depth - 1) for key, one in value.items()}
    if isinstance(value, (PSObject, ErrorRecord, NetException)):
        return {name: _data(ps, get(ps, value, name), depth - 1) for name in names(ps, value)}
    return text(value) if not isinstance(value, ScriptBlock) else {"Attributes": []}


class ConvertToJson(Gathering):
    name = "ConvertTo-Json"
    since = 3
    parameters = (P("InputObject", position=0, pipeline=True), P("Depth", "int"), P("Compress", "switch"))

    def end(self) -> None:
        if not self.held:
            return
        value = self.held[0] if len(self.held) == 1 else self.held
        depth = int(self.get("Depth", 2))
        indent = None if self.on("Compress") else 4
        separators = (",", ":") if self.on("Compress") else (",", ":  ")
        shown = json.dumps(_data(self.ps, value, depth), indent=indent, separators=separators, ensure_ascii=False)
        # The serialiser of these versions escapes what could end a script in a page.
        for plain_, escape in (
            ("\\u0000/", "\\/"),
            ("<", "\\u003c"),
            (">", "\\u003e"),
            ("&", "\\u0026"),
            ("'", "\\u0027"),
        ):
            shown = shown.replace(plain_, escape)
        self.emit(shown.replace("\n", "\r\n"))


def _value(ps: Any, value: Any) -> Any:
    if isinstance(value, dict):
        return PSObject({key: _value(ps, one) for key, one in value.items()})
    return [_value(ps, one) for one in value] if isinstance(value, list) else value


class ConvertFromJson(Cmdlet):
    name = "ConvertFrom-Json"
    since = 3
    parameters = (P("InputObject", "string", 0, True, pipeline=True),)

    def begin(self) -> None:
        self.held: list[str] = []

    def process(self, item: Any) -> None:
        self.held.append(text(self.get("InputObject")))

    def end(self) -> None:
        try:
            value = _value(self.ps, json.loads("\n".join(self.held)))
        except ValueError as problem:
            raise self.stop("Invalid JSON primitive: " + " ".join(self.held)[:40] + ".", "System.ArgumentException",
                            "System.ArgumentException", "NotSpecified") from problem  # fmt: skip
        # A list at the top leaves as one object.
        self.emit(value)
