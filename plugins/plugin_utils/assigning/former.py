# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a place named before a run gave it another certificate, as its way needs it to name that again. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint

BY_BINDING, BY_COMMAND, BY_WMI, BY_CMDLETS = "http_sys", "command", "wmi", "cmdlets"


@dataclass(frozen=True, slots=True)
class Former:
    """``place``: what an assignment's result calls it. ``thumbprint``: empty where the place named none, or one of
    which only ``issuer`` and ``serial`` (hexadecimal) are known. ``kind`` and ``store``: of a binding."""

    way: str
    place: str
    thumbprint: str = ""
    kind: str = ""
    store: str = ""
    issuer: str = ""
    serial: str = ""

    @property
    def replaced(self) -> bool:
        """Whether the place named a certificate at all."""
        return bool(self.thumbprint or self.serial)

    @property
    def named(self) -> Thumbprint | None:
        return from_plain(Thumbprint, self.thumbprint, where=self.place) if self.thumbprint else None
