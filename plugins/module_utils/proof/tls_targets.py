# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which addresses are asked, and what must be served there: the endpoints of a plan, address by address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.model import Endpoint, PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.proof import result as proof


@dataclass(frozen=True)
class Target:
    """One address of one planned endpoint, and what must be served there.

    ``name``: what clients ask for, and what the certificate must hold. ``connect_to``: the port as it is reached from
    here, 0 when that is ``port``.
    ``through``: ``direct``, ``load_balancer``, or empty where it is not known.
    ``planned``: the plan's certificates that may answer there, one or, behind a load balancer, each server's.
    """

    name: str
    address: str
    port: int
    through: str = "direct"
    planned: tuple[PlannedCertificate, ...] = ()
    connect_to: int = 0

    @property
    def subject(self) -> str:
        return f"{self.name}:{self.port}"

    @property
    def real_port(self) -> int:
        return self.connect_to or self.port

    @property
    def place(self) -> str:
        return proof.endpoint_text(self.address, self.real_port)


def targets(
    endpoints: Sequence[Endpoint],
    planned: Sequence[PlannedCertificate],
    port_map: Mapping[int, int] | None = None,
) -> tuple[Target, ...]:
    """One target per endpoint and address, in their order. ``port_map``: {planned port: port to connect to}."""
    by_id = {certificate.id: certificate for certificate in planned}
    ports = port_map or {}
    return tuple(
        Target(
            endpoint.name,
            address,
            endpoint.port,
            endpoint.through,
            tuple(by_id[id] for id in endpoint.certificates if id in by_id),
            ports.get(endpoint.port, 0),
        )
        for endpoint in endpoints
        for address in endpoint.addresses
    )
