# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A member of the Active Directory domain: every host of the estate, unless `domain_member: false` says otherwise."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import serialization

from lab.pki.stores import ENTERPRISE, POLICY, PROVIDERS, SYSTEM, KeyContainer, Stores, keep_key
from lab.programs import SYSTEM as PROGRAMS
from lab.roles import NoSuchOrder, Role

if TYPE_CHECKING:
    from lab.machine import Machine

# Win32_ComputerSystem.DomainRole.
MEMBER_SERVER, DOMAIN_CONTROLLER = 3, 5
PLACES = {"machine": SYSTEM, "policy": POLICY, "enterprise": ENTERPRISE}


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

    def programs(self) -> dict[str, str]:
        """dsacls comes with the role of a domain controller."""
        there = self.machine.domain_role == DOMAIN_CONTROLLER
        return {PROGRAMS + "dsacls.exe": "lab.programs.permissions:run_dsacls"} if there else {}

    def receive(self, store: str, certificate: bytes) -> None:
        """Active Directory brings a certificate into an enterprise store."""
        Stores(self.machine).add(store, certificate, base=ENTERPRISE)

    def carry_out(self, order: str, body: Any) -> Any:
        """`put` `{store, place, certificates}`: what somebody (`machine`), Group Policy (`policy`) or Active Directory
        (`enterprise`) put into a store, base64 of DER. With `{key, provider, exportable}` the key of the certificates
        (PKCS#8, RSA) lies in the machine's key store."""
        if order != "put":
            raise NoSuchOrder(order)
        key = self._keep(body) if body.get("key") else None
        for der in body["certificates"]:
            Stores(self.machine).add(
                body["store"], base64.b64decode(der), key, base=PLACES[body.get("place", "machine")]
            )
        return {}

    def _keep(self, body: Mapping[str, Any]) -> KeyContainer:
        key: Any = serialization.load_der_private_key(base64.b64decode(body["key"]), None)
        provider = str(body["provider"])
        name = f"put-{len(self.machine.keys)}"
        kind = PROVIDERS[provider]
        return keep_key(
            self.machine, KeyContainer(name, key, provider, kind, int(kind != 0), bool(body.get("exportable")))
        )
