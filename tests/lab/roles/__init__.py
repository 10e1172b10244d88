# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host is for, one class in one file of this folder each, found by registration.

A `Role` belongs to a Windows host and is named under the host in the estate file; a `Device` belongs to the estate and
is no Windows host. A class that says its `name` is registered; the estate knows none of them by name.
"""

from __future__ import annotations

import abc
import datetime
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from lab.discovery import import_all

if TYPE_CHECKING:
    from lab.estate import Estate
    from lab.machine import Machine
    from lab.powershell.commands import Module
    from lab.wmi.model import Provider

_ROLES: dict[str, type[Role]] = {}
_DEVICES: dict[str, type[Device]] = {}


class NoSuchOrder(LookupError):
    """The role takes no such order from the control interface."""


class Part:
    """Something of the estate that is started and stopped with it."""

    name: ClassVar[str] = ""

    def start(self) -> None:
        """Begin to serve; a second start after a stop finds everything as it was."""

    def stop(self) -> None:
        """Serve no longer."""

    def snapshot(self) -> dict[str, Any] | None:
        """What lasts, for the state of the estate; None for nothing to tell."""
        return None


class Role(Part):
    """One thing that a host is for. `rank` orders the start of one host's roles."""

    rank: ClassVar[int] = 50
    inventory_group: ClassVar[str] = ""

    @property
    def group(self) -> str:
        """The group of the inventory that this host stands in for the role."""
        return self.inventory_group

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if cls.name:
            _ROLES[cls.name] = cls

    def __init__(self, machine: Machine, settings: dict[str, Any]) -> None:
        self.machine, self.settings = machine, settings

    @classmethod
    def wanted(cls, host: Mapping[str, Any]) -> bool:
        """Whether a host of the estate file has the role: its name is there, be it with an empty mapping."""
        return host.get(cls.name) is not None

    @classmethod
    def of(cls, machine: Machine) -> Role:
        """The role with its settings; anything but a mapping means none."""
        given = machine.settings.get(cls.name)
        return cls(machine, given if isinstance(given, dict) else {})

    def providers(self) -> dict[str, Provider]:
        """What the role adds to WMI, by namespace."""
        return {}

    def listening(self) -> list[int]:
        """The TCP ports of the machine on which the role listens now, as the machine itself counts them."""
        return []

    def addresses(self) -> list[str]:
        """Addresses of the role beside that of its machine, as the estate's mode offers them."""
        return []

    def programs(self) -> dict[str, str]:
        """Programs that the role brings: full path, and `module:function` that stands for it."""
        return {}

    def modules(self) -> list[Module]:
        """Modules of PowerShell that the role brings."""
        return []

    def turn(self, passed: datetime.timedelta) -> None:
        """Somebody turned the estate's clock."""

    def carry_out(self, order: str, body: Any) -> Any:
        """An order of the control interface, `POST /<role>/<host>/<order>`. Raises NoSuchOrder."""
        raise NoSuchOrder(order)


class Device(Part, abc.ABC):
    """A thing of the estate that is no Windows host; `name` is its list in the estate file."""

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if cls.name:
            _DEVICES[cls.name] = cls

    def __init__(self, estate: Estate, settings: dict[str, Any]) -> None:
        self.estate, self.settings = estate, settings

    @property
    @abc.abstractmethod
    def address(self) -> str:
        """Its address as the estate's mode offers it."""

    def carry_out(self, order: str, body: Any) -> Any:
        """An order of the control interface, `POST /<list>/<name>/<order>`. Raises NoSuchOrder."""
        raise NoSuchOrder(order)


AnyRole = TypeVar("AnyRole", bound=Role)


def roles() -> list[type[Role]]:
    """All roles, in the order in which those of one host start."""
    import_all(sys.modules[__name__])
    return sorted(_ROLES.values(), key=lambda one: (one.rank, one.name))


def devices() -> list[type[Device]]:
    """All kinds of devices."""
    import_all(sys.modules[__name__])
    return [_DEVICES[name] for name in sorted(_DEVICES)]
