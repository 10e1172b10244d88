# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A member of the Active Directory domain: every host of the estate, unless `domain_member: false` says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lab.pki.stores import ENTERPRISE, Stores
from lab.roles import Role

if TYPE_CHECKING:
    from lab.machine import Machine

# Win32_ComputerSystem.DomainRole.
MEMBER_SERVER, DOMAIN_CONTROLLER = 3, 5


class DomainMember(Role):
    """What the domain brings to a host: its name in the domain, and the certificates of enterprise CAs."""

    name = "domain_member"
    rank = 0

    @classmethod
    def wanted(cls, host: Mapping[str, Any]) -> bool:
        return bool(host.get(cls.name, True))

    def __init__(self, machine: Machine, settings: dict[str, Any]) -> None:
        super().__init__(machine, settings)
        machine.domain_role = DOMAIN_CONTROLLER if machine.settings.get("domain_controller") else MEMBER_SERVER

    def receive(self, store: str, certificate: bytes) -> None:
        """Active Directory brings a certificate into an enterprise store."""
        Stores(self.machine).add(store, certificate, base=ENTERPRISE)
