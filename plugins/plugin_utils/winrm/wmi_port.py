# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The port to WMI of one Windows host, and the values that go through it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Union

# What a WMI property or method parameter can hold. Numbers stay text until the caller says what they are:
# WS-Management carries no types.
WmiValue = Union[str, None, "tuple[str, ...]", "WmiReference"]


@dataclass(frozen=True)
class WmiReference:
    """An endpoint reference: a resource URI and the selectors exactly as the server spelled them."""

    resource_uri: str
    selectors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class WmiObject:
    """One instance, or the output of one method.

    ``properties`` keeps the server's spelling; ``get`` looks a name up without regard to case.
    """

    class_name: str
    properties: Mapping[str, WmiValue] = field(default_factory=dict)
    reference: WmiReference | None = None

    def get(self, name: str) -> WmiValue:
        """The value of a property, None when it is NULL or absent."""
        if name in self.properties:
            return self.properties[name]
        wanted = name.lower()
        return next((value for key, value in self.properties.items() if key.lower() == wanted), None)


class Wmi(ABC):
    """WMI of one host. Every method raises ``WsmanFault`` (faults.py) or ``ConnectionLost``, never returns half."""

    @abstractmethod
    def query(self, namespace: str, wql: str, *, references: bool = False) -> tuple[WmiObject, ...]:
        """All results of a WQL query, pulled to the end. ``namespace`` such as ``root/MicrosoftDNS``.

        :param references: each object shall come with its reference (for ``delete``, ``put``, ``invoke``); a
            server may give none even so.
        """

    @abstractmethod
    def get(self, namespace: str, class_name: str, selectors: Mapping[str, str] | None = None) -> WmiObject:
        """One instance by its keys, or a singleton without."""

    @abstractmethod
    def put(self, reference: WmiReference, properties: Mapping[str, WmiValue]) -> WmiObject:
        """Change the given properties of an instance; returns the instance as the server now has it."""

    @abstractmethod
    def delete(self, reference: WmiReference) -> None:
        """Delete an instance through the reference that the server gave."""

    @abstractmethod
    def invoke(
        self,
        namespace: str,
        class_name: str,
        method: str,
        parameters: Sequence[tuple[str, WmiValue]],
        selectors: Mapping[str, str] | None = None,
    ) -> WmiObject:
        """Call a method, static without selectors. Parameters go in the given order (the MOF's)."""
