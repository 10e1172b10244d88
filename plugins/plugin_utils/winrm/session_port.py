# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Port: messages of WS-Management to one host and its answers, whichever library carries, seals and logs on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


class HttpAnswer(NamedTuple):
    """What a host answered, unsealed: the HTTP status and the body, which is empty where it is not to be read."""

    status: int
    content: bytes


class SessionError(RolloutError):
    """No answer came that can be read.

    :param said: what the library below said, by which causes are known (``logon.py``).
    :param refused: whether the account was turned down (HTTP 401 at the end of the authentication).
    """

    def __init__(self, cause: str, *, said: str = "", refused: bool = False) -> None:
        self.said, self.refused = said or cause, refused
        super().__init__(cause)


class WsmanSession(ABC):
    """One host's WS-Management service. ``shell_id`` is a remote shell that is open from the start, or None."""

    shell_id: str | None = None
    #: whether that shell is to be deleted here, and not by whoever opened it
    shell_is_ours = False

    @property
    @abstractmethod
    def operation_timeout(self) -> int:
        """Seconds that the service may take for one operation; an exchange may take a little longer."""

    @abstractmethod
    def exchange(self, message: bytes) -> HttpAnswer:
        """Send one envelope, once. An answer of any HTTP status but 401 is returned.

        :raises SessionError: no answer came, or none that can be unsealed.
        :raises UnsafeAnswer: one came that is not believed.
        """

    @abstractmethod
    def drop(self) -> None:
        """End the HTTP session. Sealed messages are bound to it: the next one begins with a logon."""

    def forget_shell(self) -> None:
        """``shell_id`` was deleted here, or cannot be: its owner is not to close it."""
        self.shell_id = None

    @abstractmethod
    def close(self) -> None:
        """Nothing is sent any more. A session that belongs to somebody else stays open."""
