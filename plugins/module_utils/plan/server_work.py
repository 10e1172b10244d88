# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one server is to do for its certificates: one answer, from the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import UNLESS_DEFAULT, from_plain, to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    INTERNAL,
    Plan,
    PlannedAssignment,
    PlannedCertificate,
    PlannedPool,
    PlannedServer,
)
from ansible_collections.ucops.rollout.plugins.module_utils.plan.hosts import ca_host
from ansible_collections.ucops.rollout.plugins.module_utils.plan.rollout import ASSIGNING, BY_HAND, Assigning
from ansible_collections.ucops.rollout.plugins.module_utils.products.cs_types import is_for_organisation

# Components that face outside, and the interfaces of the topology on which they may listen.
_OUTSIDE = {
    "access_edge": ("access", "external"),
    "web_conferencing_edge": ("web_conferencing", "external"),
    "reverse_proxy": ("external",),
}
# It signs with its certificate; what its port presents is the one of the inside.
UNSEEN = "av_authentication"


@dataclass(frozen=True, slots=True)
class AssignmentWork:
    """A component of the server that is to present the certificate.

    ``address``: where a handshake shows it, outside for what faces outside, empty where none does or the plan has none.
    ``reached_port``: under which the port is reached from outside. ``name``: what a client asks there for, empty for
    none that can be. ``way``: ``lync``, ``front_end``, ``web_components`` or ``by_hand``.
    """

    component: str
    use: str
    port: int
    address: str
    reached_port: int
    way: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class CertificateWork:
    """A certificate of the server. ``ca_host``: the inventory's host of its CA, empty where there is none.

    ``offline``: people carry its request and the certificate, as they do for a public authority. ``sharers``: the
    inventory's hosts of all servers that are to hold it with its one key and are logged on to, in the plan's order;
    empty where it is this server's alone.
    """

    certificate: PlannedCertificate
    assignments: tuple[AssignmentWork, ...]
    ca_host: str
    offline: bool
    sharers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServerWork:
    """All certificates of a server, also several of one use.

    ``without_ca``: why nobody can be asked for some of them. ``logon``: whether anybody logs on to the server.
    ``pool``: what it can be compared with; None where the plan does not say.
    """

    fqdn: str
    certificates: tuple[CertificateWork, ...]
    without_ca: tuple[str, ...]
    logon: bool = True
    pool: PlannedPool | None = field(default=None, metadata=UNLESS_DEFAULT)

    def to_plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = to_plain(self)
        return plain


def work_from_plain(value: Any) -> ServerWork:
    """The work as a playbook hands it back."""
    return from_plain(ServerWork, value, where="work", mend="Give what ucops.rollout.server_work returns")


def certificates_of(
    plan: Plan,
    host: str,
    *,
    ca_hosts: Sequence[str] = (),
    port_map: Mapping[int, int] | None = None,
    offline: bool = False,
    assigning: Assigning = ASSIGNING,
    every_holder: bool = False,
) -> ServerWork:
    """What the plan wants of the server that an inventory host is; raises RolloutError where it is none of the plan's.

    :param ca_hosts: the inventory's hosts of certification authorities.
    :param offline: nobody may log on to the planned CAs either.
    :param port_map: planned ports to those under which the controller reaches them.
    :param every_holder: also what another server sets for the organisation, for who only looks.
    """
    server = _server(plan, host)
    held = [one for one in plan.certificates if server.fqdn in one.holders]
    mine = [one for one in held if every_holder or server.fqdn in holders_at_work(one)]
    works = tuple(
        CertificateWork(
            one,
            _assignments(one, server, port_map or {}, assigning),
            ca_host(one.issuer.ca, ca_hosts),
            offline=offline or not one.issuer.ca,
            sharers=_sharers(plan, one),
        )
        for one in mine
    )
    unasked = [work.certificate.issuer.ca for work in works if not (work.offline or work.ca_host)]
    return ServerWork(
        server.fqdn,
        works,
        tuple(dict.fromkeys(map(_nobody_to_ask, unasked))),
        server.logon,
        next((one for one in plan.pools if one.fqdn == server.pool), None),
    )


def holders_at_work(certificate: PlannedCertificate) -> tuple[str, ...]:
    """The servers that have work with a certificate: of one for the organisation the first alone."""
    return certificate.holders[:1] if is_for_organisation(certificate) else certificate.holders


def _sharers(plan: Plan, certificate: PlannedCertificate) -> tuple[str, ...]:
    holders = holders_at_work(certificate) if certificate.key.shared else ()
    if len(holders) < 2:
        return ()
    # One that the inventory does not have is among them: nobody can say that it does not hold the certificate.
    hosts = {server.fqdn: server.host for server in plan.servers if server.logon}
    return tuple(hosts[holder] for holder in holders if holder in hosts)


def _server(plan: Plan, host: str) -> PlannedServer:
    found = next(
        (server for server in plan.servers if host == (server.inventory_host if server.logon else server.fqdn)), None
    )
    if found is None:
        known = ", ".join(server.fqdn for server in plan.servers)
        raise RolloutError(
            f"{host} is none of the plan's servers ({known})",
            mend="Correct the topology or the inventory; inventory_host at the server names a host of another name",
        )
    return found


def _assignments(
    certificate: PlannedCertificate, server: PlannedServer, ports: Mapping[int, int], assigning: Assigning
) -> tuple[AssignmentWork, ...]:
    mine = (one for one in certificate.assignments if one.server == server.fqdn)
    return tuple(_assignment(certificate, one, server, ports, assigning) for one in mine)


def _assignment(
    certificate: PlannedCertificate,
    planned: PlannedAssignment,
    server: PlannedServer,
    ports: Mapping[int, int],
    assigning: Assigning,
) -> AssignmentWork:
    return AssignmentWork(
        component=planned.component,
        use=planned.use,
        port=planned.port,
        address=_address(planned.component, server),
        reached_port=ports.get(planned.port, planned.port),
        way=assigning.way(certificate, planned.component) if server.logon else BY_HAND,
        name=next((one for one in certificate.names if not one.startswith("*.")), ""),
    )


def _address(component: str, server: PlannedServer) -> str:
    """Where the component listens; several that face outside may share one interface."""
    interfaces = () if component == UNSEEN else (*_OUTSIDE.get(component, ()), INTERNAL)
    return next((address for one in interfaces for address in server.addresses.get(one, ())), "")


def _nobody_to_ask(ca: str) -> str:
    """That no host of the inventory can be asked, and what now."""
    host = ca.partition("\\")[0]
    return (
        f"No host of the inventory's CAs stands for {ca}: put '{host}' into their group, or set"
        " pool_certificates_mode: offline."
    )
