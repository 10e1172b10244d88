# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How clients prove who they are: one class in one file of this folder for each way, found by registration."""

from __future__ import annotations

import abc
import base64
import socket
import sys
from typing import TYPE_CHECKING, ClassVar

from lab.discovery import import_all

if TYPE_CHECKING:
    from lab.accounts import Account
    from lab.machine import Machine
    from lab.winrm.transports import Transport

_AUTHENTICATORS: dict[str, type[Authenticator]] = {}


class LogonRefused(Exception):
    """The client is told nothing but 401, with a last token where the way has one for that."""

    def __init__(self, why: str, token: bytes = b"") -> None:
        super().__init__(why)
        self.token = token


class NotSealedForUs(Exception):
    """The body is no sealed message, or one that was sealed for another connection."""


class Authenticator(abc.ABC):
    """One logon on one connection. `scheme` is that of HTTP's headers, `setting` the name in WinRM's configuration.

    `account` is known once the logon is complete; `delegated` says whether other machines take it too. Where
    `sealing` names a protocol, messages can be sealed for the connection, in parts of at most `part_bytes` where that
    is not 0. `usual` says whether the setting is on as Windows comes. `channel` is the certificate of the listener
    that the connection came in on, DER; empty where there is no TLS.
    """

    scheme: ClassVar[str] = ""
    setting: ClassVar[str] = ""
    usual: ClassVar[bool] = False
    sealing: ClassVar[str] = ""
    part_bytes: ClassVar[int] = 0

    def __init_subclass__(cls, **arguments: object) -> None:
        super().__init_subclass__(**arguments)
        if cls.scheme:
            _AUTHENTICATORS[cls.scheme.casefold()] = cls

    def __init__(self, machine: Machine, channel: bytes = b"") -> None:
        self.machine, self.channel = machine, channel
        self.account: Account | None = None
        self.delegated = False

    @classmethod
    def offered(cls, transport: Transport) -> bool:
        """Whether the machine offers this way on that transport."""
        service = transport.machine.settings.get("winrm") or {}
        return bool((service.get("auth") or {}).get(cls.setting.casefold(), cls.usual))

    @classmethod
    def proof(cls, given: bytes | None, _connection: socket.socket) -> bytes | None:
        """What a request brings to `step`: the token in its header, unless the connection has something better."""
        return given

    @property
    def complete(self) -> bool:
        return self.account is not None

    @abc.abstractmethod
    def step(self, token: bytes) -> bytes:
        """Take the client's token, give ours (may be empty). Raises LogonRefused; then the account counts one more."""

    def seal(self, plain: bytes) -> tuple[bytes, bytes]:
        """(signature, sealed message)."""
        raise NotSealedForUs(self.scheme)

    def unseal(self, signature: bytes, data: bytes) -> bytes:
        """The message. Raises NotSealedForUs."""
        raise NotSealedForUs(self.scheme)

    def holds(self, _token: bytes) -> bool:
        """Whether a token that comes once more on the connection is the one that was accepted."""
        return False

    @classmethod
    def header(cls, token: bytes = b"") -> str:
        """The value of `WWW-Authenticate`; empty for a way that is not told."""
        return f"{cls.scheme} {base64.b64encode(token).decode()}" if token else cls.scheme


def authenticators(transport: Transport) -> dict[str, type[Authenticator]]:
    """What is offered on a transport, by the casefolded scheme of HTTP."""
    import_all(sys.modules[__name__])
    return {name: one for name, one in sorted(_AUTHENTICATORS.items()) if one.offered(transport)}


def credentials_of(header: str | None) -> tuple[str, bytes | None]:
    """(casefolded scheme, token) of an `Authorization` header; no token where there is none to be read."""
    scheme, _blank, text = (header or "").partition(" ")
    try:
        return scheme.casefold(), base64.b64decode(text.strip(), validate=True) or None
    except ValueError:
        return scheme.casefold(), None
