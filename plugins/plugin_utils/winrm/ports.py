# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ports through which everything above reaches one Windows host.

An engine knows these classes only; what carries them (WS-Management over Ansible's winrm connection today)
is an adapter's affair, and tests put fakes here.
"""

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
    """WMI of one host. Every method raises ``WsmanFault`` (wsman.py) or ``ConnectionLost``, never returns half."""

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


class Registry(ABC):
    """HKEY_LOCAL_MACHINE of one host, read only. Keys such as ``SOFTWARE\\Microsoft``."""

    @abstractmethod
    def subkeys(self, key: str) -> tuple[str, ...] | None:
        """Names of the keys below, None when the key does not exist."""

    @abstractmethod
    def string(self, key: str, name: str) -> str | None:
        """A REG_SZ or REG_EXPAND_SZ value, None when there is none."""

    @abstractmethod
    def dword(self, key: str, name: str) -> int | None:
        """A REG_DWORD value as an unsigned number, None when there is none."""

    @abstractmethod
    def binary(self, key: str, name: str) -> bytes | None:
        """A REG_BINARY value, None when there is none."""


@dataclass(frozen=True)
class ProgramResult:
    """What a program left: raw output, and its exit code as an unsigned 32-bit number."""

    command_line: str
    exit_code: int
    stdout: bytes = b""
    stderr: bytes = b""

    @property
    def text(self) -> str:
        """Both streams for a person to read; nothing may branch on its words."""
        return (self.stdout + self.stderr).decode("utf-8", errors="replace").strip()


class Programs(ABC):
    """Programs on one host."""

    @abstractmethod
    def run(self, arguments: Sequence[str], *, timeout: float = 60.0) -> ProgramResult:
        """Run a program to its end; raises ``ProgramTimeout`` (programs.py) after ``timeout`` seconds.

        ``arguments`` is a list; quoting it for the command line is this port's affair alone.
        """


class Files(ABC):
    """Files on one host."""

    @abstractmethod
    def temporary(self, suffix: str) -> str:
        """A new, unique path in the machine's temporary folder; nothing is created."""

    @abstractmethod
    def write(self, path: str, content: bytes) -> None:
        """Put a file there, replacing what was."""

    @abstractmethod
    def read(self, path: str) -> bytes | None:
        """The whole file, None when there is none."""

    @abstractmethod
    def delete(self, paths: Sequence[str]) -> None:
        """Delete what is there of them; a missing file is no error."""


@dataclass(frozen=True)
class WindowsHost:
    """One reached host with all of its ports."""

    name: str
    wmi: Wmi
    registry: Registry
    programs: Programs
    files: Files
