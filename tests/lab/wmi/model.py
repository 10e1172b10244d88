# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classes, properties, methods and instances as the WMI repository knows them."""

from __future__ import annotations

import abc
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.accounts import Account

_RANGES = {
    "uint8": (0, 2**8),
    "uint16": (0, 2**16),
    "uint32": (0, 2**32),
    "uint64": (0, 2**64),
    "sint32": (-(2**31), 2**31),
}


@dataclass(frozen=True)
class Reference:
    """A WMI object path: class and keys."""

    resource: str
    keys: dict[str, str]


# None, text, number, truth, moment, reference, or a list of them.
Value = Any


@dataclass(frozen=True)
class Property:
    """`kind` is a CIM type: string, boolean, datetime, uint8 … uint64, sint32, ref."""

    name: str
    kind: str = "string"
    array: bool = False
    key: bool = False


@dataclass(frozen=True)
class Parameter:
    """A method's parameter; `required` means that NULL is refused."""

    name: str
    kind: str = "string"
    array: bool = False
    required: bool = True


@dataclass(frozen=True)
class Method:
    """`returns` is the type of ReturnValue; None for void, which then is absent from the answer."""

    name: str
    inputs: tuple[Parameter, ...] = ()
    outputs: tuple[Parameter, ...] = ()
    static: bool = False
    returns: str | None = None


@dataclass(frozen=True)
class ClassDefinition:
    """A class with everything it inherits. `parents` are the names of all its base classes, nearest first.

    `singleton`: there is one instance, which is got without keys (the qualifier of that name in the repository).
    """

    name: str
    properties: tuple[Property, ...]
    methods: tuple[Method, ...] = ()
    parents: tuple[str, ...] = ()
    singleton: bool = False

    @property
    def keys(self) -> tuple[Property, ...]:
        return tuple(one for one in self.properties if one.key)

    def property(self, name: str) -> Property | None:
        """By name, without regard to case (as in WQL)."""
        return next((one for one in self.properties if one.name.casefold() == name.casefold()), None)

    def method(self, name: str) -> Method | None:
        """By its exact name."""
        return next((one for one in self.methods if one.name == name), None)


@dataclass
class Instance:
    """One object: its class and the values it has; what is missing is NULL."""

    definition: ClassDefinition
    values: dict[str, Value] = field(default_factory=dict)
    native: Any = None

    def get(self, name: str) -> Value:
        return self.values.get(name)


class Provider(abc.ABC):
    """Serves the classes of one namespace. Failures are raised as faults."""

    @abc.abstractmethod
    def classes(self) -> Mapping[str, ClassDefinition]:
        """All classes, by their names."""

    @abc.abstractmethod
    def instances(self, definition: ClassDefinition, hints: Mapping[str, set[str]]) -> list[Instance]:
        """All instances of the class and of those derived from it.

        `hints` has properties that must be one of some values ({casefolded name: values}); instances without them may
        be left out.
        """

    def get(self, definition: ClassDefinition, keys: Mapping[str, str]) -> Instance | None:
        """The instance with exactly these keys."""
        for instance in self.instances(definition, {}):
            if all(text_of(instance.get(key.name)) == keys[key.name] for key in definition.keys):
                return instance
        return None

    def invoke(
        self, definition: ClassDefinition, method: Method, instance: Instance | None, arguments: dict[str, Value]
    ) -> dict[str, Value]:
        """Run a method; returns the out parameters, and ReturnValue where the method is not void."""
        raise NotCapable

    def admits(self, account: Account) -> bool:
        """Whether what the provider stands for lets the account in, once the namespace has."""
        return True

    def refuses(self, method: Method, account: Account) -> dict[str, Value] | None:
        """What a method returns that this account may not call; None where it may."""
        return None

    def put(self, instance: Instance, values: dict[str, Value]) -> Instance:
        raise NotCapable

    def delete(self, instance: Instance) -> None:
        raise NotCapable


class Together(Provider):
    """Several providers of one namespace, each with classes of its own."""

    def __init__(self, *providers: Provider) -> None:
        self._providers = providers

    def classes(self) -> Mapping[str, ClassDefinition]:
        return {name: one for provider in self._providers for name, one in provider.classes().items()}

    def _of(self, definition: ClassDefinition) -> Provider:
        return next(provider for provider in self._providers if definition.name in provider.classes())

    def instances(self, definition: ClassDefinition, hints: Mapping[str, set[str]]) -> list[Instance]:
        return self._of(definition).instances(definition, hints)

    def invoke(
        self, definition: ClassDefinition, method: Method, instance: Instance | None, arguments: dict[str, Value]
    ) -> dict[str, Value]:
        return self._of(definition).invoke(definition, method, instance, arguments)

    def admits(self, account: Account) -> bool:
        return all(provider.admits(account) for provider in self._providers)

    def put(self, instance: Instance, values: dict[str, Value]) -> Instance:
        return self._of(instance.definition).put(instance, values)

    def delete(self, instance: Instance) -> None:
        self._of(instance.definition).delete(instance)


class NotCapable(Exception):
    """The provider has no such operation (WBEM_E_PROVIDER_NOT_CAPABLE)."""


class TypeMismatch(ValueError):
    """A text that is no value of the type."""


def text_of(value: Value) -> str:
    """A value as it stands in XML and in selectors."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return "" if value is None else str(value)


def value_of(kind: str, text: str) -> Value:
    """The value that a text of XML stands for. Raises TypeMismatch."""
    if kind == "string":
        return text
    if kind == "boolean":
        if text.strip().casefold() not in ("true", "false", "1", "0"):
            raise TypeMismatch(text)
        return text.strip().casefold() in ("true", "1")
    if kind in _RANGES:
        return _number(kind, text.strip())
    raise TypeMismatch(f"{kind} is never an input")


def _number(kind: str, text: str) -> int:
    low, high = _RANGES[kind]
    try:
        number = int(text, 16) if text.casefold().startswith("0x") else int(text)
    except ValueError as error:
        raise TypeMismatch(text) from error
    if not low <= number < high:
        raise TypeMismatch(text)
    return number
