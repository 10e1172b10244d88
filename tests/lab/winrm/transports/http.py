# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain HTTP on 5985: every machine listens, unless `winrm: {http: false}` says otherwise."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from lab.winrm.transports import Transport

if TYPE_CHECKING:
    from lab.machine import Machine


class Http(Transport):
    """What comes in is what is read; confidentiality is the authenticator's business."""

    scheme = "http"
    port = 5985

    @classmethod
    def wanted(cls, machine: Machine) -> bool:
        return bool((machine.settings.get("winrm") or {}).get("http", True))

    def accept(self, connection: socket.socket) -> socket.socket:
        return connection
