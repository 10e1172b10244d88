# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shapes of input as data, and the one checker that reads them.

A shape says what a value may be; ``check`` returns the value in plain built-in types, made uniform, and adds every
problem with its path to a list. Nothing here knows what a pool is. The shapes hold all that a JSON Schema needs
(title, description, required, choices, limits), so that one can be written from the same definitions.
"""

from __future__ import annotations

import ipaddress
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils import names, values
from ansible_collections.ucops.rollout.plugins.module_utils.codec import kind_of, told
from ansible_collections.ucops.rollout.plugins.module_utils.wording import did_you_mean, nearest

# A key or a choice is guessed from less than a name is: there are few of them.
_LIKENESS = 0.5
_URL_PATH = re.compile(r"[A-Za-z0-9./-]*\Z")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input: where (``pools[0].fqdn``), what, and what would be right."""

    path: str
    what: str
    right: str = ""

    def __str__(self) -> str:
        stop = "" if self.what.endswith("?") else "."
        advice = f"{stop} {self.right}" if self.right else ""
        return f"{self.path or 'topology'}: {self.what}{advice}"


class Problems:
    """Collects problems and knows which parts of the input already have one, so that none is told twice."""

    def __init__(self) -> None:
        self._all: list[Problem] = []
        self._touched: set[str] = set()

    def add(self, path: str, what: str, right: str = "") -> None:
        self._all.append(Problem(path, what, right))
        self.touch(path)

    def touch(self, path: str) -> None:
        """Note that something is wrong there which is told elsewhere."""
        self._touched.update(_with_ancestors(path))

    def within(self, path: str) -> bool:
        """Whether anything at this path or below it is wrong."""
        return path in self._touched

    def all(self) -> tuple[Problem, ...]:
        return tuple(self._all)


class Shape(ABC):
    """What a value may be. ``check`` returns it in plain types, or None after it has told a problem."""

    @abstractmethod
    def check(self, value: Any, path: str, problems: Problems) -> Any:
        """The uniform value; every problem goes to ``problems``."""

    def complete(self, checked: Any) -> Any:
        """A value that has no problem, with the mappings that were left out inside it filled in by their defaults."""
        return checked


@dataclass(frozen=True)
class Text(Shape):
    """Text of a form (a key of ``FORMS``) and, where given, one of ``choices``. ``later`` explains known refusals."""

    form: str = "line"
    choices: Collection[str] = ()
    later: Mapping[str, str] = field(default_factory=dict)

    def check(self, value: Any, path: str, problems: Problems) -> str | None:
        if not isinstance(value, str):
            problems.add(path, f"must be text, not {_kind_of(value)}", FORMS[self.form].example)
            return None
        text = str.__str__(value)
        if self.choices:
            return self._choose(text, path, problems)
        try:
            return FORMS[self.form].read(text)
        except (names.BadName, values.BadValue) as error:
            problems.add(path, error.what, error.mend or FORMS[self.form].example)
            return None

    def _choose(self, text: str, path: str, problems: Problems) -> str | None:
        if text in self.choices:
            return text
        if text in self.later:
            problems.add(path, f"{text!r} is not supported yet: {self.later[text]}", _supported(self.choices))
            return None
        guess = did_you_mean(text, (*self.choices, *self.later), _LIKENESS)
        problems.add(path, f"{text!r} is unknown{guess}", _supported(self.choices))
        return None


@dataclass(frozen=True)
class Whole(Shape):
    """A whole number; a bool is none, although Python thinks so."""

    minimum: int
    maximum: int
    choices: tuple[int, ...] = ()

    def check(self, value: Any, path: str, problems: Problems) -> int | None:
        if isinstance(value, bool) or not isinstance(value, int):
            problems.add(path, f"must be a whole number, not {_kind_of(value)}", self._right())
            return None
        number = int(value)
        if not self.minimum <= number <= self.maximum or (self.choices and number not in self.choices):
            problems.add(path, f"{told(number)} is not possible", self._right())
            return None
        return number

    def _right(self) -> str:
        if self.choices:
            return _supported([str(choice) for choice in self.choices])
        return f"Write a number from {self.minimum} to {self.maximum}"


@dataclass(frozen=True)
class Flag(Shape):
    """true or false, and nothing that only looks like it."""

    def check(self, value: Any, path: str, problems: Problems) -> bool | None:
        if isinstance(value, bool):
            return value
        problems.add(path, f"must be true or false, not {_kind_of(value)}", "Write true or false without quotes")
        return None


@dataclass(frozen=True)
class ListOf(Shape):
    """A list; ``minimum`` is 0 or 1."""

    item: Shape
    minimum: int = 0
    example: str = ""

    def check(self, value: Any, path: str, problems: Problems) -> list[Any] | None:
        if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
            problems.add(path, f"must be a list, not {_kind_of(value)}", self._right(value))
            return None
        if len(value) < self.minimum:
            problems.add(path, "the list is empty", self.example)
            return None
        return [self.item.check(item, f"{path}[{index}]", problems) for index, item in enumerate(value)]

    def complete(self, checked: Iterable[Any]) -> list[Any]:
        return [self.item.complete(item) for item in checked]

    def _right(self, value: Any) -> str:
        if isinstance(value, str) and len(value) < 80 and value.isprintable():
            return f"Write [{str.__str__(value)}]"
        return self.example


@dataclass(frozen=True)
class MapOf(Shape):
    """A mapping from free names to values of one shape."""

    item: Shape
    minimum: int = 0
    example: str = ""

    def check(self, value: Any, path: str, problems: Problems) -> dict[str, Any] | None:
        if not isinstance(value, Mapping):
            problems.add(path, f"must be a mapping, not {_kind_of(value)}", self.example)
            return None
        if len(value) < self.minimum:
            problems.add(path, "the mapping is empty", self.example)
            return None
        checked = {}
        for key, item in value.items():
            name = _key(key, path, problems)
            if name is not None:
                checked[name] = self.item.check(item, join(path, name), problems)
        return checked

    def complete(self, checked: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self.item.complete(item) for name, item in checked.items()}


@dataclass(frozen=True)
class Field:
    """One key of a mapping. ``later`` set: the key is foreseen and refused by that explanation.

    ``default``: what a key that is left out means, the same as if it were written. An empty mapping stands for the
    defaults of its own keys; it is filled in at last, so that the checks can tell what was given.
    """

    name: str
    shape: Shape
    about: str
    required: bool = False
    default: Any = None
    later: str = ""

    @property
    def unless_given(self) -> Any:
        """What the checks see of a key that is left out."""
        return None if isinstance(self.default, Mapping) else self.default

    def complete(self, checked: Any) -> Any:
        value = self.default if checked is None else checked
        return None if value is None else self.shape.complete(value)


@dataclass(frozen=True)
class Fields(Shape):
    """A mapping with known keys. ``short``: the key that a bare text in place of the mapping stands for."""

    title: str
    fields: tuple[Field, ...]
    short: str = ""

    def check(self, value: Any, path: str, problems: Problems) -> dict[str, Any] | None:
        if self.short and isinstance(value, str):
            return self._check_short(value, path, problems)
        if not isinstance(value, Mapping):
            problems.add(path, f"{self.title} must be a mapping, not {_kind_of(value)}", self._right())
            return None
        given = self._known(value, path, problems)
        known = [one.name for one in self.fields]
        meant = {nearest(key, known, _LIKENESS) for key in value if isinstance(key, str) and key not in known}
        fields = (one for one in self.fields if not one.later)
        return {one.name: self._check_field(one, given, path, problems, one.name in meant) for one in fields}

    def complete(self, checked: Mapping[str, Any]) -> dict[str, Any]:
        return {one.name: one.complete(checked.get(one.name)) for one in self.fields if not one.later}

    def _check_short(self, value: str, path: str, problems: Problems) -> dict[str, Any]:
        checked = {one.name: one.unless_given for one in self.fields if not one.later}
        short = next(one for one in self.fields if one.name == self.short)
        checked[self.short] = short.shape.check(value, path, problems)
        return checked

    def _known(self, value: Mapping[Any, Any], path: str, problems: Problems) -> dict[str, Any]:
        known = {one.name: one for one in self.fields}
        given = {}
        for key, item in value.items():
            name = _key(key, path, problems)
            if name in known and not known[name].later:
                given[name] = item
            elif name is not None:
                problems.add(join(path, name), *self._refusal(name, known))
        return given

    def _refusal(self, name: str, known: Mapping[str, Field]) -> tuple[str, str]:
        if name in known:
            return f"not supported yet: {known[name].later}", "Leave the key out"
        return (
            f"unknown key{did_you_mean(name, known, _LIKENESS)}",
            f"The keys of {self.title} are {', '.join(self._usable)}",
        )

    @property
    def _usable(self) -> list[str]:
        return [one.name for one in self.fields if not one.later]

    def _check_field(self, one: Field, given: Mapping[str, Any], path: str, problems: Problems, meant: bool) -> Any:
        if one.name in given:
            return one.shape.check(given[one.name], join(path, one.name), problems)
        if one.required and meant:
            # Written as a key that is nearly the same: that is told already, and is one problem.
            problems.touch(join(path, one.name))
            return None
        if one.required:
            problems.add(join(path, one.name), "missing", f"It gives {one.about}")
            return None
        return one.unless_given

    def _right(self) -> str:
        return f"Its keys are {', '.join(self._usable)}"


@dataclass(frozen=True)
class Form:
    """A form of text: how it is read (raising BadName), and an example of a right one."""

    read: Callable[[str], str]
    example: str


def join(path: str, key: str) -> str:
    """The path of a key: ``pools[0]`` and ``fqdn`` give ``pools[0].fqdn``; odd keys are quoted."""
    if not _PLAIN_KEY.match(key):
        return f"{path}[{json.dumps(key, ensure_ascii=not key.isprintable())}]"
    return f"{path}.{key}" if path else key


def _line(text: str) -> str:
    if not text.strip():
        raise names.BadName("the text is empty")
    if text != text.strip() or not text.isprintable():
        raise names.BadName(f"{text!r} holds a control character, or spaces at an end", mend="Write one plain line")
    return text


def _address(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise names.BadName(f"{text!r} is not an address", mend="Write an IPv4 address such as 10.0.0.11") from None
    if _never_a_hosts(address) or getattr(address, "scope_id", None):
        raise names.BadName(f"'{text}' is no address that a host can have", mend="Write the host's own address")
    return str(address)


def _never_a_hosts(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if address.version == 6 and (address.is_link_local or getattr(address, "ipv4_mapped", None)):
        return True
    return address.is_unspecified or address.is_multicast or address == ipaddress.IPv4Address("255.255.255.255")


def _url(text: str) -> str:
    """An https URL, lower case in its host, without port, query or trailing slash."""
    scheme, separator, rest = _line(text).partition("://")
    host, slash, path = rest.partition("/")
    if scheme.lower() != "https" or not separator:
        raise names.BadName(f"{text!r} is no https URL", mend="Write it as in https://meet.company.com")
    if ":" in host:
        raise names.BadName(f"{text!r} holds a port or a user", mend="The products' URLs have no port: leave it out")
    if not _URL_PATH.match(path):
        raise names.BadName(
            f"{text!r} holds characters that the products' URLs cannot have",
            mend="Use letters, digits, periods, hyphens and slashes",
        )
    return "https://" + names.fqdn(host) + (f"/{path.strip('/')}" if path.strip("/") else "")


def _authority(text: str) -> str:
    return values.CaConfig(_line(text))


def _template(text: str) -> str:
    return values.TemplateName(_line(text))


def _partition(text: str) -> str:
    return values.Partition(_line(text))


FORMS: Mapping[str, Form] = {
    "line": Form(_line, "Write it as text, in quotes if need be"),
    "fqdn": Form(names.fqdn, "Write a full name such as ocspool.company.local"),
    "domain": Form(names.domain, "Write a domain such as company.com"),
    "zone": Form(names.zone, "Write a zone's name such as company.com"),
    "relative": Form(names.relative, "Write a name inside the zone, such as www, or @ for the zone itself"),
    "network": Form(names.network, "Write a network such as 10.0.0.0/24"),
    "address": Form(_address, "Write an IPv4 address such as 10.0.0.11"),
    "authority": Form(_authority, r"Write host\name, such as ca01.company.local\Company CA"),
    "host": Form(names.host, "Write a host name such as lync"),
    "url": Form(_url, "Write an https URL such as https://meet.company.com"),
    "partition": Form(_partition, "Write domain, forest, legacy, or the DNS name of an application partition"),
    "template": Form(_template, "Write the template's name, such as WebServer"),
}


def _key(key: Any, path: str, problems: Problems) -> str | None:
    if isinstance(key, str):
        return str.__str__(key)
    problems.add(path, f"the key {told(key)} is {_kind_of(key)}, not text", "Keys are names")
    return None


def _kind_of(value: Any) -> str:
    """What an input value is, in the words of YAML."""
    if value is None:
        return "empty (null)"
    if isinstance(value, bool):
        return f"{str(value).lower()} (a truth value)"
    if isinstance(value, (int, float)):
        return f"the number {told(value)}"
    if isinstance(value, str):
        return f"the text {told(value)}"
    return kind_of(value)


def _supported(choices: Iterable[str]) -> str:
    return f"Supported: {', '.join(choices)}"


def _with_ancestors(path: str) -> Iterable[str]:
    yield path
    for position in range(len(path) - 1, 0, -1):
        if path[position] in ".[":
            yield path[:position]
    yield ""
