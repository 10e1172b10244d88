# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The port to the registry of one Windows host."""

from __future__ import annotations

from abc import ABC, abstractmethod

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


class ValueTooLarge(RolloutError):
    """A value is there, and is larger than what the host sends at once."""


class Registry(ABC):
    """HKEY_LOCAL_MACHINE of one host, read only. Keys such as ``SOFTWARE\\Microsoft``."""

    @abstractmethod
    def subkeys(self, key: str) -> tuple[str, ...] | None:
        """Names of the keys below, None when the key does not exist."""

    @abstractmethod
    def string(self, key: str, name: str) -> str | None:
        """A REG_SZ or REG_EXPAND_SZ value, None when there is none."""

    @abstractmethod
    def strings(self, key: str, name: str) -> tuple[str, ...] | None:
        """A REG_MULTI_SZ value, None when there is none."""

    @abstractmethod
    def dword(self, key: str, name: str) -> int | None:
        """A REG_DWORD value as an unsigned number, None when there is none."""

    @abstractmethod
    def binary(self, key: str, name: str) -> bytes | None:
        """A REG_BINARY value, None when there is none; raises ValueTooLarge."""
