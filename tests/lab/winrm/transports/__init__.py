# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How bytes reach the listener: one class in one file of this folder for each way, found by registration."""

from __future__ import annotations

import abc
import socket
import sys
from typing import TYPE_CHECKING, ClassVar

from lab.discovery import import_all

if TYPE_CHECKING:
    from lab.machine import Machine

_TRANSPORTS: dict[str, type[Transport]] = {}


class Transport(abc.ABC):
    """A way to the listener: URL scheme and port, and whether nobody on the way can read."""

    scheme: ClassVar[str] = ""
    port: ClassVar[int] = 0
    confidential: ClassVar[bool] = False

    def __init_subclass__(cls, **arguments: object) -> None:
        super().__init_subclass__(**arguments)
        if cls.scheme:
            _TRANSPORTS[cls.scheme] = cls

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    @classmethod
    @abc.abstractmethod
    def wanted(cls, machine: Machine) -> bool:
        """Whether the machine listens this way."""

    @abc.abstractmethod
    def accept(self, connection: socket.socket) -> socket.socket:
        """The connection to read requests from. Raises OSError when the client cannot be talked to."""

    @property
    def certificate(self) -> bytes | None:
        """What clients get of a listener with TLS, DER."""
        return None

    @property
    def readable_allowed(self) -> bool:
        """Whether messages may come unsealed: AllowUnencrypted, or a way that nobody can read anyway."""
        settings = self.machine.settings.get("winrm") or {}
        return self.confidential or bool(settings.get("allow_unencrypted"))


def transports(machine: Machine) -> list[Transport]:
    """Each way on which the machine listens."""
    import_all(sys.modules[__name__])
    return [one(machine) for _scheme, one in sorted(_TRANSPORTS.items()) if one.wanted(machine)]
