# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What logons whose context is one of pyspnego's have in common: how messages are sealed for the connection."""

from __future__ import annotations

from typing import Any

from lab.winrm.authenticators import NotSealedForUs


class SealingContext:
    """Comes before the class of a logon; `_context` is pyspnego's."""

    _context: Any

    def seal(self, plain: bytes) -> tuple[bytes, bytes]:
        """(signature, sealed message)."""
        result = self._context.wrap_winrm(plain)
        return result.header, result.data

    def unseal(self, signature: bytes, data: bytes) -> bytes:
        """The message. Raises NotSealedForUs."""
        try:
            plain: bytes = self._context.unwrap_winrm(signature, data)
        except Exception as error:
            raise NotSealedForUs(str(error)) from error
        return plain
