# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server has assigned: a certificate for each use, with the one before it and the time from which it counts."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass
class Assignment:
    """The certificate of a use. With `effective` in the future the previous one serves until then."""

    thumbprint: str
    effective: datetime.datetime
    updated: datetime.datetime
    previous: str = ""
    scope: str = ""

    def current(self, now: datetime.datetime) -> str:
        """The certificate that counts now."""
        return self.previous if self.previous and now < self.effective else self.thumbprint

    def described(self) -> dict[str, str]:
        return {"thumbprint": self.thumbprint, "previous": self.previous, "scope": self.scope}
