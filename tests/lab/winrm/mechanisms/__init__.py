# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mechanisms below schemes of HTTP: one class in one file of this folder for each, found by registration."""

from __future__ import annotations

import abc
import sys
from typing import TYPE_CHECKING, ClassVar

from lab.discovery import import_all

if TYPE_CHECKING:
    from lab.accounts import Account
    from lab.machine import Machine

_MECHANISMS: dict[str, type[Mechanism]] = {}


class Mechanism(abc.ABC):
    """One exchange of tokens. `account` is known once it is complete; `delegated`: other machines take it too.

    `channel` as of an authenticator.
    """

    name: ClassVar[str] = ""

    def __init_subclass__(cls, **arguments: object) -> None:
        super().__init_subclass__(**arguments)
        if cls.name:
            _MECHANISMS[cls.name] = cls

    def __init__(self, machine: Machine, channel: bytes = b"") -> None:
        self.machine, self.channel = machine, channel
        self.account: Account | None = None
        self.delegated = False

    @classmethod
    @abc.abstractmethod
    def spoken_by(cls, machine: Machine) -> bool:
        """Whether the machine can do it at all."""

    @classmethod
    @abc.abstractmethod
    def takes(cls, token: bytes) -> bool:
        """Whether a client that begins with this token, bare or within SPNEGO, means this mechanism."""

    @abc.abstractmethod
    def step(self, token: bytes) -> bytes:
        """Take the client's token, give ours (may be empty). Raises LogonRefused; then the account counts one more."""

    @abc.abstractmethod
    def seal(self, plain: bytes) -> tuple[bytes, bytes]:
        """(signature, sealed message)."""

    @abc.abstractmethod
    def unseal(self, signature: bytes, data: bytes) -> bytes:
        """The message. Raises NotSealedForUs."""


def mechanisms_of(machine: Machine) -> dict[str, type[Mechanism]]:
    """Those that the machine can do, by name."""
    import_all(sys.modules[__name__])
    return {name: one for name, one in sorted(_MECHANISMS.items()) if one.spoken_by(machine)}
