# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that choose, change, sort and count the objects of a pipeline."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from lab.powershell import dotnet, members, operators
from lab.powershell.commands import INPUT, Cmdlet, Gathering, P
from lab.powershell.pipelines import FunctionStage
from lab.powershell.values import (
    NOTHING,
    Folded,
    HashTable,
    PSObject,
    ScriptBlock,
    items,
    number,
    plain,
    text,
    truth,
    type_of,
    unwrapped,
)


class ForEachObject(Cmdlet):
    name = "ForEach-Object"
    aliases = ("foreach", "%")
    parameters = (
        P("Process", "object", 0),
        P("Begin", "scriptblock"),
        P("End", "scriptblock"),
        INPUT,
        P("RemainingScripts", "object", 1),
        P("MemberName", "string", since=3),
        P("ArgumentList", "object", since=3),
    )

    def begin(self) -> None:
        self.blocks: list[ScriptBlock] = []
        for one in items(self.get("Process")):
            if isinstance(one, ScriptBlock):
                self.blocks.append(one)
            elif self.ps.version >= 3:
                self.bound["MemberName"] = text(one)
            else:
                raise self.stop(
                    f"Cannot bind parameter 'Process'. Cannot convert the \"{text(one)}\" value of type "
                    f'"{type_of(one)}" to type "System.Management.Automation.ScriptBlock".',
                    "CannotConvertArgumentNoMessage",
                    "System.Management.Automation.ParameterBindingException",
                    "InvalidArgument",
                )
        if isinstance(self.get("RemainingScripts"), ScriptBlock):
            self.blocks.append(self.get("RemainingScripts"))
        if len(self.blocks) > 1 and not self.has("Begin"):
            self.bound["Begin"] = self.blocks.pop(0)
        if len(self.blocks) > 1 and not self.has("End"):
            self.bound["End"] = self.blocks.pop()
        if self.has("Begin"):
            self.ps.run_parts(self.get("Begin"), self.emit)

    def process(self, item: Any) -> None:
        for one in self.taken(item):
            if self.has("MemberName"):
                self._member(one)
            for block in self.blocks:
                self.ps.run_with_item(block, plain(one), self.emit)

    def _member(self, one: Any) -> None:
        name = text(self.get("MemberName"))
        if members._method(self.ps, one, name) is not None and name.lower() not in [
            known.lower() for known in members.names(self.ps, one)
        ]:
            value = members.call(self.ps, one, name, items(self.get("ArgumentList")))
        else:
            value = members.get(self.ps, one, name)
        for each in items(value):
            self.emit(each)

    def end(self) -> None:
        if self.has("End"):
            self.ps.run_parts(self.get("End"), self.emit)


_COMPARED = (
    "EQ",
    "NE",
    "GT",
    "GE",
    "LT",
    "LE",
    "Like",
    "NotLike",
    "Match",
    "NotMatch",
    "Contains",
    "NotContains",
    "In",
    "NotIn",
    "Is",
    "IsNot",
    "CEQ",
    "CNE",
    "CLike",
    "CMatch",
)


class WhereObject(Cmdlet):
    name = "Where-Object"
    aliases = ("where", "?")
    parameters = (
        P("FilterScript", "object", 0),
        INPUT,
        P("Property", "string", since=3),
        P("Value", "object", 1, since=3),
        *(P(one, "switch", since=3) for one in _COMPARED),
    )

    def begin(self) -> None:
        script = self.get("FilterScript")
        if isinstance(script, ScriptBlock):
            return
        if self.ps.version < 3 or script is None and not self.has("Property"):
            raise self.stop(
                f"Cannot bind parameter 'FilterScript'. Cannot convert the \"{text(script)}\" value of type "
                f'"{type_of(script)}" to type "System.Management.Automation.ScriptBlock".',
                "CannotConvertArgumentNoMessage",
                "System.Management.Automation.ParameterBindingException",
                "InvalidArgument",
            )
        if not self.has("Property"):
            self.bound["Property"] = text(script)

    def process(self, item: Any) -> None:
        for one in self.taken(item):
            if self._keeps(one):
                self.emit(one)

    def _keeps(self, one: Any) -> bool:
        script = self.get("FilterScript")
        if isinstance(script, ScriptBlock):
            return truth(unwrapped(self.ps.with_item(script, plain(one))))
        value = members.get(self.ps, one, text(self.get("Property")))
        chosen = next((name for name in _COMPARED if self.on(name)), None)
        if chosen is None:
            return (
                truth(operators.binary(self.ps, "-eq", value, self.get("Value"))) if self.has("Value") else truth(value)
            )
        return truth(operators.binary(self.ps, f"-{chosen.lower()}", value, self.get("Value")))


def properties(ps: Any, given: Any) -> list[tuple[str, Callable[[Any], Any]]]:
    """(label, what works it out) of what -Property names: names, wildcards are left to the caller, and tables."""
    found = []
    for one in items(given):
        if isinstance(one, HashTable):
            label = next((one.get(key) for key in ("Name", "N", "Label", "L") if key in one), None)
            work = next((one.get(key) for key in ("Expression", "E") if key in one), label)
            found.append((text(label if label is not None else work), _reader(ps, work)))
        elif isinstance(one, ScriptBlock):
            found.append((one.text, _reader(ps, one)))
        else:
            found.append((text(one), _reader(ps, one)))
    return found


def _reader(ps: Any, work: Any) -> Callable[[Any], Any]:
    if isinstance(work, ScriptBlock):
        return lambda value: plain(unwrapped(ps.with_item(work, value)))
    return lambda value: members.get(ps, value, text(work))


class SelectObject(Cmdlet):
    name = "Select-Object"
    aliases = ("select",)
    parameters = (
        P("Property", "object", 0),
        P("ExcludeProperty", "string[]"),
        P("ExpandProperty", "string"),
        P("First", "int"),
        P("Last", "int"),
        P("Skip", "int"),
        P("Unique", "switch"),
        P("Index", "int[]"),
        P("Wait", "switch", since=3),
        INPUT,
    )

    def begin(self) -> None:
        self.held: list[Any] = []

    def process(self, item: Any) -> None:
        for one in self.taken(item):
            if any(self.has(name) for name in ("First", "Last", "Skip", "Unique", "Index")):
                self.held.append(one)
            else:
                self._give(self._shaped(one))

    def _give(self, value: Any) -> None:
        for one in items(value) if self.has("ExpandProperty") else [value]:
            self.emit(one)

    def end(self) -> None:
        found = self.held
        if self.has("Index"):
            found = [found[at] for at in self.get("Index") if 0 <= at < len(found)]
        if self.has("Skip"):
            found = found[: -self.get("Skip") or None] if self.has("Last") else found[self.get("Skip") :]
        if self.has("First") or self.has("Last"):
            first = found[: self.get("First", 0)]
            last = found[max(len(found) - self.get("Last", 0), len(first)) :] if self.has("Last") else []
            found = first + last
        shaped = [self._shaped(one) for one in found]
        if self.on("Unique"):
            kept: list[Any] = []
            for one in shaped:
                if not any(_same(self.ps, one, known) for known in kept):
                    kept.append(one)
            shaped = kept
        for one in shaped:
            self._give(one)

    def _shaped(self, one: Any) -> Any:
        if self.has("ExpandProperty"):
            name = text(self.get("ExpandProperty"))
            if name.lower() not in [known.lower() for known in _names(self.ps, one)]:
                self.fail(
                    f'Property "{name}" cannot be found.',
                    "ExpandPropertyNotFound",
                    "System.Management.Automation.PSArgumentException",
                    "InvalidArgument",
                    one,
                )
                return NOTHING
            return members.get(self.ps, one, name)
        if not self.has("Property") and not self.has("ExcludeProperty"):
            return one
        made = PSObject({}, (f"Selected.{type_of(one)}", "System.Management.Automation.PSCustomObject"))
        made.types = ("System.Management.Automation.PSCustomObject",)
        left_out = [name.lower() for name in self.texts("ExcludeProperty")]
        for label, work in properties(self.ps, self.get("Property", "*")):
            if "*" in label or "?" in label:
                for name in _names(self.ps, one):
                    if operators.like(name, label) and not _left_out(name, left_out):
                        made.properties[name] = members.get(self.ps, one, name)
            elif not _left_out(label, left_out):
                made.properties[label] = work(one)
        return made


def _left_out(name: str, patterns: list[str]) -> bool:
    return any(operators.like(name, one) for one in patterns)


def _names(ps: Any, value: Any) -> list[str]:
    if isinstance(value, HashTable):
        return [text(key) for key, _unused in value.items()] + members.names(ps, value)
    return members.names(ps, value)


def _same(ps: Any, one: Any, other: Any) -> bool:
    if isinstance(one, PSObject) and isinstance(other, PSObject):
        return [(name, text(value)) for name, value in one.items()] == [
            (name, text(value)) for name, value in other.items()
        ]
    return operators.equal(ps, one, other, False)


class SortObject(Gathering):
    name = "Sort-Object"
    aliases = ("sort",)
    parameters = (
        P("Property", "object", 0),
        P("Descending", "switch"),
        P("Unique", "switch"),
        P("CaseSensitive", "switch"),
        P("Culture", "string"),
        INPUT,
    )

    def end(self) -> None:
        keys: list[tuple[Callable[[Any], Any], bool]] = []
        for one in items(self.get("Property")) if self.has("Property") else []:
            down = self.on("Descending")
            if isinstance(one, HashTable):
                down = truth(one.get("Descending", down)) and not truth(one.get("Ascending", False))
            keys.append((properties(self.ps, [one])[0][1], down))
        keys = keys or [(lambda value: value, self.on("Descending"))]
        found = list(self.held)

        def order(left: Any, right: Any) -> int:
            for work, down in keys:
                compared = self._order(work(left), work(right))
                if compared:
                    return -compared if down else compared
            return 0

        found.sort(key=functools.cmp_to_key(order))
        if self.on("Unique"):
            found = [one for at, one in enumerate(found) if not at or order(found[at - 1], one)]
        for one in found:
            self.emit(one)

    def _order(self, left: Any, right: Any) -> int:
        try:
            return operators.order(self.ps, left, right, not self.on("CaseSensitive"))
        except Exception:
            return (text(left) > text(right)) - (text(left) < text(right))


class GroupObject(Cmdlet):
    name = "Group-Object"
    aliases = ("group",)
    parameters = (
        P("Property", "object", 0),
        P("NoElement", "switch"),
        P("AsHashTable", "switch"),
        P("AsString", "switch"),
        INPUT,
    )

    def begin(self) -> None:
        self.groups = Folded()

    def process(self, item: Any) -> None:
        for one in self.taken(item):
            works = properties(self.ps, self.get("Property")) if self.has("Property") else [("", lambda value: value)]
            key = ", ".join(text(work(one)) for _label, work in works)
            if key not in self.groups:
                self.groups[key] = []
            self.groups[key].append(one)

    def end(self) -> None:
        if self.on("AsHashTable"):
            self.emit(HashTable(dict(self.groups.items())))
            return
        for key, found in self.groups.items():
            values: dict[str, Any] = {"Count": len(found), "Name": key}
            if not self.on("NoElement"):
                values["Group"] = found
            self.emit(PSObject(values, ("Microsoft.PowerShell.Commands.GroupInfo",)))


class MeasureObject(Gathering):
    name = "Measure-Object"
    aliases = ("measure",)
    parameters = (
        P("Property", "string[]", 0),
        P("Sum", "switch"),
        P("Average", "switch"),
        P("Maximum", "switch"),
        P("Minimum", "switch"),
        P("Line", "switch"),
        P("Word", "switch"),
        P("Character", "switch"),
        INPUT,
    )

    def end(self) -> None:
        if any(self.on(name) for name in ("Line", "Word", "Character")):
            whole_ = "\n".join(text(one) for one in self.held)
            self.emit(
                PSObject(
                    {
                        "Lines": len(whole_.split("\n")),
                        "Words": len(whole_.split()),
                        "Characters": sum(len(text(one)) for one in self.held),
                        "Property": None,
                    },
                    ("Microsoft.PowerShell.Commands.TextMeasureInfo",),
                )
            )
            return
        for name in self.texts("Property") or [""]:
            values = [plain(one) if not name else members.get(self.ps, one, name) for one in self.held]
            values = [one for one in values if one is not None]
            wanted = any(self.on(each) for each in ("Sum", "Average"))
            numbers = [number(one) for one in values] if wanted else []
            ordered = sorted(
                values, key=functools.cmp_to_key(lambda one, two: operators.order(self.ps, one, two, True))
            )
            self.emit(
                PSObject(
                    {
                        "Count": len(values),
                        "Average": sum(numbers) / len(numbers) if self.on("Average") and numbers else None,
                        "Sum": float(sum(numbers)) if self.on("Sum") else None,
                        "Maximum": ordered[-1] if self.on("Maximum") and ordered else None,
                        "Minimum": ordered[0] if self.on("Minimum") and ordered else None,
                        "Property": name or None,
                    },
                    ("Microsoft.PowerShell.Commands.GenericMeasureInfo",),
                )
            )


class NewObject(Cmdlet):
    name = "New-Object"
    parameters = (
        P("TypeName", "string", 0),
        P("ArgumentList", "object", 1),
        P("Property", "hashtable"),
        P("ComObject", "string"),
        P("Strict", "switch"),
    )
    _OPEN = (
        "System.Management.Automation.PSObject",
        "System.Management.Automation.PSCustomObject",
        "System.DateTime",
        "System.Collections.Hashtable",
        "System.TimeSpan",
        "System.Guid",
        "System.Version",
        "System.Text.RegularExpressions.Regex",
        "System.String",
    )

    def process(self, item: Any) -> None:
        if self.has("ComObject"):
            raise self.stop(
                f"Retrieving the COM class factory for component with CLSID {{00000000-0000-0000-0000-000000000000}} "
                f"failed due to the following error: 80040154 ({self.get('ComObject')} is not modelled by the lab).",
                "NoCOMClassIdentified",
                "System.Runtime.InteropServices.COMException",
                "ResourceUnavailable",
            )
        given = text(self.get("TypeName"))
        name = dotnet.resolve(given, self.ps)
        if self.ps.constrained and name not in self._OPEN:
            raise self.stop(
                "Cannot create type. Only core types are supported in this language mode.",
                "CannotCreateTypeConstrainedLanguage",
                "System.Management.Automation.PSNotSupportedException",
                "PermissionDenied",
            )
        if given.endswith("[]") and name is not None:
            count = int(number(items(self.get("ArgumentList"))[0]))
            self.emit(bytes(count) if name == "System.Byte[]" else [None] * count)
            return
        made = self.ps.make(name, items(self.get("ArgumentList"))) if name else None
        if made is None:
            load = (
                " verify that the assembly containing this type is loaded"
                if self.ps.version >= 3
                else (" make sure the assembly containing this type is loaded")
            )
            raise self.stop(
                f"Cannot find type [{given}]:{load}.",
                "TypeNotFound",
                "System.Management.Automation.PSArgumentException",
                "InvalidType",
            )
        if self.has("Property"):
            for key, value in dotnet.written(self.get("Property")):
                if isinstance(made, PSObject) and (made.custom or text(key) in made.setters):
                    if made.custom:
                        made.properties[text(key)] = value
                    else:
                        made.setters[text(key)](value)
                else:
                    raise self.stop(
                        f'The member "{text(key)}" was not found for the specified {given} object.',
                        "InvalidOperationException",
                        "System.InvalidOperationException",
                    )
        if (
            made is not None
            and isinstance(made, PSObject)
            and self.has("Property")
            and not self.get("Property").ordered
        ):
            # A table has no order that properties could keep.
            ordered = dict(self.get("Property").items())
            if made.custom:
                made.properties = Folded({text(key): value for key, value in ordered.items()})
        self.emit(made)


class AddMember(Cmdlet):
    name = "Add-Member"
    parameters = (
        P("MemberType", "string", 0, aliases=("type",)),
        P("Name", "string", 1),
        P("Value", "object", 2),
        P("SecondValue", "object", 3),
        P("InputObject", pipeline=True),
        P("Force", "switch"),
        P("PassThru", "switch"),
        P("NotePropertyName", "string", since=3),
        P("NotePropertyValue", "object", since=3),
        P("NotePropertyMembers", "hashtable", since=3),
        P("TypeName", "string", since=3),
    )

    def process(self, item: Any) -> None:
        target = self.get("InputObject") if item is NOTHING else item
        if not isinstance(target, PSObject):
            if self.on("PassThru"):
                self.emit(target)
            return
        kind = text(self.get("MemberType", "NoteProperty")).lower()
        short = self.has("MemberType") and self.has("Name") and not self.has("Value") and self.ps.version >= 3
        if short and kind not in ("noteproperty", "scriptproperty", "scriptmethod", "aliasproperty"):
            # `Add-Member name value` of 3.0.
            self.bound["NotePropertyName"], self.bound["NotePropertyValue"] = self.get("MemberType"), self.get("Name")
            self.bound.pop("Name")
            kind = "noteproperty"
        if isinstance(self.get("NotePropertyMembers"), HashTable):
            for key, value in self.get("NotePropertyMembers").items():
                self._add(target, text(key), value)
        elif self.has("NotePropertyName"):
            self._add(target, text(self.get("NotePropertyName")), self.get("NotePropertyValue"))
        elif kind == "scriptmethod":
            block = self.get("Value")
            ps = self.ps

            def method(*arguments: Any) -> Any:
                return plain(unwrapped(_with_this(ps, block, target, list(arguments))))

            target.methods[text(self.get("Name"))] = method
        elif kind == "scriptproperty":
            block, ps = self.get("Value"), self.ps
            from lab.powershell.values import Computed

            target.properties[text(self.get("Name"))] = Computed(
                lambda: plain(unwrapped(_with_this(ps, block, target, [])))
            )
        elif kind == "aliasproperty":
            from lab.powershell.values import Computed

            other = text(self.get("Value"))
            target.properties[text(self.get("Name"))] = Computed(lambda: target.get(other))
        else:
            self._add(target, text(self.get("Name")), self.get("Value"))
        if self.on("PassThru"):
            self.emit(target)

    def _add(self, target: PSObject, name: str, value: Any) -> None:
        if name in target.properties and not self.on("Force"):
            self.fail(
                f'Cannot add a member with the name "{name}" because a member with that name already exists. If '
                "you "
                "want to overwrite the member anyway, use the Force parameter to overwrite it.",
                "MemberAlreadyExists",
                "System.InvalidOperationException",
                "InvalidOperation",
                target,
            )
            return
        target.properties[name] = value
        target.added.add(name.casefold())


def _with_this(ps: Any, block: ScriptBlock, target: Any, arguments: list[Any]) -> list[Any]:
    found: list[Any] = []
    stage = FunctionStage(ps, block, [("", one) for one in arguments], found.append)
    stage.scope.variables["this"] = target
    stage.begin()
    stage.alone()
    stage.end()
    return found


class GetMember(Cmdlet):
    name = "Get-Member"
    aliases = ("gm",)
    parameters = (
        P("Name", "string[]", 0),
        P("MemberType", "string[]", aliases=("type",)),
        P("Force", "switch"),
        INPUT,
    )

    def begin(self) -> None:
        self.seen: set[str] = set()

    def process(self, item: Any) -> None:
        for one in self.taken(item):
            key = type_of(one) + ",".join(members.names(self.ps, one))
            if key in self.seen:
                continue
            self.seen.add(key)
            note = isinstance(one, PSObject) and one.custom
            for name in sorted(members.names(self.ps, one)):
                kind = "NoteProperty" if note else "Property"
                if self.has("Name") and not any(operators.like(name, wanted) for wanted in self.texts("Name")):
                    continue
                if self.has("MemberType") and not any(
                    wanted.lower() in (kind.lower(), "properties", "all") for wanted in self.texts("MemberType")
                ):
                    continue
                value = members.get(self.ps, one, name)
                self.emit(
                    PSObject(
                        {
                            "TypeName": type_of(one),
                            "Name": name,
                            "MemberType": kind,
                            "Definition": f"{type_of(value)} {name}={text(value)}",
                        },
                        ("Microsoft.PowerShell.Commands.MemberDefinition",),
                    )
                )


class CompareObject(Cmdlet):
    name = "Compare-Object"
    aliases = ("compare", "diff")
    parameters = (
        P("ReferenceObject", "object", 0, True),
        P("DifferenceObject", "object", 1, True, pipeline=True),
        P("Property", "object", 2),
        P("IncludeEqual", "switch"),
        P("ExcludeDifferent", "switch"),
        P("PassThru", "switch"),
        P("SyncWindow", "int"),
    )

    def begin(self) -> None:
        self.others: list[Any] = []

    def process(self, item: Any) -> None:
        self.others += [item] if item is not NOTHING else items(self.get("DifferenceObject"))

    def end(self) -> None:
        left, right = (
            [self._key(one) for one in items(self.get("ReferenceObject"))],
            [self._key(one) for one in self.others],
        )
        rows = [("==", one) for one in left if _holds(right, one)] if self.on("IncludeEqual") else []
        if not self.on("ExcludeDifferent"):
            rows += [("=>", one) for one in right if not _holds(left, one)]
            rows += [("<=", one) for one in left if not _holds(right, one)]
        for side, (_key, values) in rows:
            self.emit(PSObject({**values, "SideIndicator": side}))

    def _key(self, one: Any) -> tuple[str, dict[str, Any]]:
        if not self.has("Property"):
            return text(one).casefold(), {"InputObject": one}
        values = {label: work(one) for label, work in properties(self.ps, self.get("Property"))}
        return "\0".join(text(each).casefold() for each in values.values()), values


def _holds(side: list[tuple[str, dict[str, Any]]], one: tuple[str, dict[str, Any]]) -> bool:
    return any(known[0] == one[0] for known in side)


class TeeObject(Cmdlet):
    name = "Tee-Object"
    aliases = ("tee",)
    parameters = (P("FilePath", "string", 0), P("Variable", "string"), INPUT)

    def begin(self) -> None:
        self.held: list[Any] = []

    def process(self, item: Any) -> None:
        for one in self.taken(item):
            self.held.append(one)
            self.emit(one)

    def end(self) -> None:
        if self.has("Variable"):
            self.ps.scope.variables[text(self.get("Variable"))] = list(self.held)
        else:
            data = self.ps.host.rendered(self.ps, self.held)
            self.ps.process.write_file(text(self.get("FilePath")), b"\xff\xfe" + data.encode("utf-16-le"))
