# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command is: its class, its parameters, how arguments are bound to them, and the module it comes with."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from lab.discovery import import_all
from lab.powershell import cmdlets, dotnet, members
from lab.powershell.values import (
    NOTHING,
    DateTime,
    ErrorRecord,
    Folded,
    HashTable,
    NetException,
    NotConvertible,
    PSError,
    PSObject,
    ScriptBlock,
    error,
    is_list,
    plain,
    text,
    truth,
    type_of,
)  # fmt: skip

if TYPE_CHECKING:
    from lab.powershell.interpreter import Interpreter

_CMDLETS: dict[str, type[Cmdlet]] = {}


@dataclass(frozen=True)
class P:
    """A parameter. `type` is .NET's name (`switch` for a switch); `pipeline` and `by_name` say what input binds to it.

    `rest`: it takes all arguments that are left.
    """

    name: str
    type: str = "object"
    position: int | None = None
    mandatory: bool = False
    pipeline: bool = False
    by_name: bool = False
    aliases: tuple[str, ...] = ()
    since: int = 2
    choices: tuple[str, ...] = ()
    rest: bool = False

    @property
    def switch(self) -> bool:
        return self.type == "switch"


COMMON = (
    P("Verbose", "switch", aliases=("vb",)), P("Debug", "switch", aliases=("db",)),
    P("ErrorAction", "string", aliases=("ea",)), P("WarningAction", "string", aliases=("wa",)),
    P("ErrorVariable", "string", aliases=("ev",)), P("WarningVariable", "string", aliases=("wv",)),
    P("OutVariable", "string", aliases=("ov",)), P("OutBuffer", "int", aliases=("ob",)),
    P("InformationAction", "string", aliases=("infa",), since=5),
    P("PipelineVariable", "string", aliases=("pv",), since=4),
)  # fmt: skip
INPUT = P("InputObject", pipeline=True)
_ASKING = (P("WhatIf", "switch", aliases=("wi",)), P("Confirm", "switch", aliases=("cf",)))


@dataclass(frozen=True)
class Module:
    """A module of a machine: its manifest's path, version, and the names of its commands."""

    name: str
    path: str
    version: str
    commands: tuple[str, ...]
    needs: int = 2
    import_as: tuple[str, ...] = ()


class Cmdlet:
    """One command. A class that says its `name` is registered.

    `since` is the version of PowerShell that brought it; `module` the one it comes with (none: always there);
    `asks`: it takes -WhatIf and -Confirm, and with `impact` High asks unless told not to.
    """

    name: ClassVar[str] = ""
    aliases: ClassVar[tuple[str, ...]] = ()
    parameters: ClassVar[tuple[P, ...]] = ()
    since: ClassVar[int] = 2
    module: ClassVar[str] = ""
    net: ClassVar[str] = ""
    asks: ClassVar[bool] = False
    impact: ClassVar[str] = "Medium"
    keeps_input: ClassVar[bool] = False

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if cls.name:
            _CMDLETS[cls.name.lower()] = cls

    def __init__(self, ps: Interpreter, out: Callable[[Any], None]) -> None:
        self.ps, self.out = ps, out
        self.bound = Folded()
        self.given: set[str] = set()
        self.action: str | None = None

    @classmethod
    def all_parameters(cls, version: int) -> list[P]:
        """Those that this version has, with the common ones."""
        held = (*cls.parameters, *COMMON, *(_ASKING if cls.asks else ()))
        return [one for one in held if one.since <= version]

    # --- what a cmdlet does --------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Before the first object."""

    def process(self, item: Any) -> None:
        """For each object of the pipeline; once with NOTHING where the command stands first."""

    def end(self) -> None:
        """After the last object."""

    # --- what it has ---------------------------------------------------------------------------------------------

    def taken(self, item: Any) -> list[Any]:
        """The object of the pipeline; without one what -InputObject gives, as it is."""
        if item is not NOTHING:
            return [item]
        return [self.get("InputObject")] if self.has("InputObject") else []

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter's value; the default where it was not given."""
        return self.bound.get(name, default)

    def on(self, name: str) -> bool:
        """Whether a switch is on."""
        return truth(self.bound.get(name, False))

    def has(self, name: str) -> bool:
        """Whether a parameter was given."""
        return name in self.bound

    def texts(self, name: str) -> list[str]:
        """A parameter's values as texts."""
        value = self.bound.get(name)
        if value is None:
            return []
        return [text(one) for one in (value if is_list(value) else [value])]

    def emit(self, value: Any) -> None:
        """One object to the pipeline."""
        self.out(value)

    @classmethod
    def full_name(cls) -> str:
        """The class's name in .NET, as it stands in the ids of errors."""
        verb, _dash, noun = cls.name.partition("-")
        return cls.net or f"Microsoft.PowerShell.Commands.{verb}{noun}Command"

    def record(
        self, message: str, error_id: str, type: str = "System.InvalidOperationException",
        category: str = "InvalidOperation", target: Any = None,
    ) -> ErrorRecord:  # fmt: skip
        return ErrorRecord(
            NetException(type, message), f"{error_id},{self.full_name()}", category, target, self.name
        )  # fmt: skip

    def fail(self, message: str, error_id: str, *more: Any, **named: Any) -> None:
        """An error that does not end the command; -ErrorAction decides what becomes of it."""
        self.ps.write_error(self.record(message, error_id, *more, **named), self.action)

    def stop(self, message: str, error_id: str, *more: Any, **named: Any) -> PSError:
        """An error that ends the command: to be raised."""
        return PSError(self.record(message, error_id, *more, **named))

    def may(self, target: str, deed: str) -> bool:
        """ShouldProcess: what -WhatIf tells instead, and what -Confirm (or the impact) asks."""
        told = f'Performing the operation "{deed}" on target "{target}".'
        if self.ps.version < 3:
            told = f'Performing operation "{deed}" on Target "{target}".'
        if truth(self.bound["WhatIf"]) if self.has("WhatIf") else truth(self.ps.variable("WhatIfPreference")):
            self.ps.host.write(f"What if: {told}\r\n")
            return False
        levels = ("None", "Low", "Medium", "High")
        wanted = text(self.ps.variable("ConfirmPreference")) or "High"
        floor = levels.index(wanted) if wanted in levels else 3
        asked = truth(self.bound["Confirm"]) if self.has("Confirm") else 0 < floor <= levels.index(self.impact)
        return not asked or self.ps.confirm(f"Confirm\r\nAre you sure you want to perform this action?\r\n{told}", self)


class Gathering(Cmdlet):
    """A command that has to see all of its input before it gives anything."""

    def begin(self) -> None:
        self.held: list[Any] = []

    def process(self, item: Any) -> None:
        self.held += self.taken(item)


def cmdlet_named(name: str) -> type[Cmdlet] | None:
    """The class of a command, whatever version or module it belongs to."""
    _load()
    return _CMDLETS.get(name.lower())


def all_cmdlets() -> list[type[Cmdlet]]:
    _load()
    return [_CMDLETS[name] for name in sorted(_CMDLETS)]


def aliases() -> dict[str, str]:
    """Alias to command."""
    return {alias: one.name for one in all_cmdlets() for alias in one.aliases}


def _load() -> None:
    import_all(sys.modules[cmdlets.__name__])


# --- binding ---------------------------------------------------------------------------------------------------------


def binding_error(message: str, error_id: str, suffix: str, command: str, target: Any = None) -> PSError:
    """A ParameterBindingException."""
    exception = NetException("System.Management.Automation.ParameterBindingException", message)
    return PSError(ErrorRecord(exception, f"{error_id},{suffix}", "InvalidArgument", target, command))


def parameter_named(given: str, known: list[P], suffix: str, command: str) -> P:
    """By name, alias, or the beginning of one. Raises PSError."""
    wanted = given.lower()
    for one in known:
        if wanted == one.name.lower() or wanted in one.aliases:
            return one
    found = [one for one in known if one.name.lower().startswith(wanted)]
    own = [one for one in found if one not in COMMON]
    if len(found) == 1 or len(own) == 1:
        return (own or found)[0]
    if found:
        names = " ".join(f"-{one.name}" for one in found)
        raise binding_error(
            f"Parameter cannot be processed because the parameter name '{given}' is ambiguous. Possible matches "
            f"include: "
            f"{names}.", "AmbiguousParameter", suffix, command,
        )  # fmt: skip
    raise binding_error(
        f"A parameter cannot be found that matches parameter name '{given}'.", "NamedParameterNotFound", suffix, command
    )


def bind(
    ps: Interpreter, known: list[P], arguments: list[tuple[str, Any]], suffix: str, command: str
) -> tuple[Folded, list[Any]]:
    """(values by parameter, arguments that found none). `arguments` are ("", value), ("name", ""), ("name:", value).

    Raises PSError.
    """
    bound, loose = Folded(), []
    at = 0
    while at < len(arguments):
        kind, value = arguments[at]
        at += 1
        if not kind:
            loose.append(value)
            continue
        one = parameter_named(kind.rstrip(":"), known, suffix, command)
        if one.name in bound:
            raise binding_error(
                f"Cannot bind parameter because parameter '{one.name}' is specified more than once. To provide "
                f"multiple "
                "values to parameters that can accept multiple values, use the array syntax. For example, \"-parameter "
                "value1,value2,value3\".", "ParameterAlreadyBound", suffix, command,
            )  # fmt: skip
        if kind.endswith(":"):
            bound[one.name] = convert(ps, one, value, suffix, command)
        elif one.switch:
            bound[one.name] = True
        elif at < len(arguments) and not arguments[at][0]:
            bound[one.name] = convert(ps, one, arguments[at][1], suffix, command)
            at += 1
        else:
            raise binding_error(
                f"Missing an argument for parameter '{one.name}'. Specify a parameter of type "
                f"'{dotnet.resolve(one.type) or 'System.Object'}' and try again.", "MissingArgument", suffix, command,
            )  # fmt: skip
    places = sorted((one for one in known if one.position is not None), key=lambda one: one.position or 0)
    for one in places:
        if not loose:
            break
        if one.name not in bound:
            value = loose.pop(0)
            if one.rest and loose:
                value, loose = [value, *loose], []
            bound[one.name] = convert(ps, one, value, suffix, command)
    return bound, loose


def convert(ps: Interpreter, one: P, value: Any, suffix: str, command: str) -> Any:
    """A value as the parameter's type. Raises PSError."""
    value = plain(value)
    if one.switch:
        return truth(value)
    if value is None and one.mandatory:
        raise binding_error(
            f"Cannot bind argument to parameter '{one.name}' because it is null.",
            "ParameterArgumentValidationErrorNullNotAllowed", suffix, command,
        )  # fmt: skip
    if one.type == "scriptblock" and not isinstance(value, ScriptBlock):
        raise binding_error(
            f"Cannot bind parameter '{one.name}'. Cannot convert the \"{text(value)}\" value of type "
            f"\"{type_of(value)}\" to type \"System.Management.Automation.ScriptBlock\".",
            "CannotConvertArgumentNoMessage", suffix, command,
        )  # fmt: skip
    if one.type in ("object", "scriptblock", "hashtable") or value is None:
        return value
    name = dotnet.resolve(one.type, ps) or one.type
    if is_list(value) and not name.endswith("[]") and name not in ("System.Array",):
        raise binding_error(
            f"Cannot convert 'System.Object[]' to the type '{name}' required by parameter '{one.name}'. Specified "
            f"method "
            "is not supported.", "CannotConvertArgument", suffix, command, value,
        )  # fmt: skip
    try:
        made = dotnet.converted(ps, name, value)
    except NotConvertible as problem:
        raise binding_error(
            f"Cannot bind parameter '{one.name}'. {problem}", "CannotConvertArgumentNoMessage", suffix, command, value
        ) from problem
    if one.choices and text(made).lower() not in [each.lower() for each in one.choices]:
        raise binding_error(
            f"Cannot validate argument on parameter '{one.name}'. The argument \"{text(made)}\" does not belong to the "
            f"set \"{','.join(one.choices)}\" specified by the ValidateSet attribute. Supply an argument that is in "
            f"the "
            "set and then try the command again.", "ParameterArgumentValidationError", suffix, command,
        )  # fmt: skip
    return made


def bind_cmdlet(made: Cmdlet, arguments: list[tuple[str, Any]]) -> None:
    """Bind a cmdlet's arguments. Raises PSError."""
    known = type(made).all_parameters(made.ps.version)
    made.bound, loose = bind(made.ps, known, arguments, made.full_name(), made.name)
    if loose:
        raise binding_error(
            f"A positional parameter cannot be found that accepts argument '{text(loose[0])}'.",
            "PositionalParameterNotFound", made.full_name(), made.name,
        )  # fmt: skip
    made.given = {name for name, _unused in made.bound.items()}
    made.action = text(made.bound["ErrorAction"]) if made.has("ErrorAction") else None


def require(made: Cmdlet, piped: bool) -> None:
    """Mandatory parameters that nothing gave are asked for: an error where nobody can answer. Raises PSError."""
    for one in type(made).all_parameters(made.ps.version):
        if one.mandatory and one.name not in made.bound and not (piped and (one.pipeline or one.by_name)):
            made.bound[one.name] = convert(
                made.ps, one, made.ps.ask_for(one.name, made.name, made.full_name()), made.full_name(), made.name
            )


def bind_input(made: Cmdlet, item: Any) -> None:
    """Bind an object of the pipeline to the parameters that take it."""
    known = [one for one in type(made).all_parameters(made.ps.version) if one.name.lower() not in
             {name.lower() for name in made.given}]  # fmt: skip
    for one in known:
        if one.by_name and not isinstance(item, (str, DateTime, HashTable)):
            names = [one.name, *one.aliases]
            found = next((name for name in names if isinstance(item, PSObject) and name in item.properties), None)
            if found is not None:
                made.bound[one.name] = convert(
                    made.ps, one, members.get(made.ps, item, found), made.full_name(), made.name
                )
                if not one.pipeline:
                    continue
                return
        if one.pipeline:
            try:
                made.bound[one.name] = convert(made.ps, one, item, made.full_name(), made.name)
            except PSError:
                continue


def not_found(ps: Interpreter, name: str) -> PSError:
    """No command of that name."""
    kind = "cmdlet, function, script file, or operable program"
    message = (
        f"The term '{name}' is not recognized as the name of a {kind}. Check the spelling of the name, or if a path "
        f"was "
        "included, verify that the path is correct and try again."
    )
    found = error(message, "CommandNotFoundException", "System.Management.Automation.CommandNotFoundException",
                  "ObjectNotFound", name)  # fmt: skip
    found.record.command = name
    return found


def modules_of(ps: Interpreter) -> list[Module]:
    """The modules that the machine's roles brought."""
    return [one for role in ps.machine.roles.values() for one in role.modules()]
