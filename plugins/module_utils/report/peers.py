# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The other servers of a server's pool, and what their ports are to show before that server is changed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, PlannedServer
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import (
    UNSEEN,
    AssignmentWork,
    CertificateWork,
    ServerWork,
    certificates_of,
    work_from_plain,
)
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import endpoint_text
from ansible_collections.ucops.rollout.plugins.module_utils.report.kept import HostVars
from ansible_collections.ucops.rollout.plugins.module_utils.report.server_results import certificates_of as known_of
from ansible_collections.ucops.rollout.plugins.module_utils.report.server_results import survey_of
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint


@dataclass(frozen=True, slots=True)
class PeerPort:
    """A port of another server of the pool. ``own_port``: the server's; ``port``: under which the controller reaches
    it. ``name``: what a client asks there for.

    ``thumbprint``: of what this run has proved there; None where any certificate will do that is valid now.
    ``due``: this run is still to renew what it shows, which may have expired.
    """

    certificate: str
    component: str
    address: str
    port: int
    own_port: int
    name: str = ""
    thumbprint: Thumbprint | None = None
    due: bool = False


@dataclass(frozen=True, slots=True)
class Peer:
    """Another server of the pool. ``host``: the inventory's, empty where this run logs on to none for it. ``logon``:
    False where nobody ever does."""

    server: str
    host: str
    ports: tuple[PeerPort, ...]
    logon: bool = True


def peers(
    hostvars: HostVars, host: str, batch: Collection[str], plan: Plan, port_map: Mapping[int, int] | None = None
) -> tuple[Peer, ...]:
    """The servers of the host's pool that are to serve while it is changed, with the ports where that can be seen.

    Of a certificate that a server never had, nothing is asked: this run is to bring the first one.

    :param batch: hosts that are changed together with it.
    """
    mine = next((one.pool for one in plan.servers if host in (one.host, one.fqdn)), None)
    others = [one for one in plan.servers if one.pool == mine and one.host not in (*batch, host)]
    found = (_peer(hostvars, one, plan, port_map or {}) for one in others)
    return tuple(one for one in found if one.ports)


def _peer(hostvars: HostVars, server: PlannedServer, plan: Plan, port_map: Mapping[int, int]) -> Peer:
    host = server.host
    survey, known = survey_of(hostvars, host), known_of(hostvars, host)
    given = survey.get("work")
    # Of one that takes no part in this run, the plan says where it listens.
    work = work_from_plain(given) if given else certificates_of(plan, host, port_map=port_map)
    ports = tuple(_ports(work, known, bool(given)))
    return Peer(server.fqdn, host if given and server.logon else "", ports, server.logon)


def _ports(work: ServerWork, known: Mapping[str, Mapping[str, Any]], takes_part: bool) -> Iterator[PeerPort]:
    proved = dict(_proved(known))
    for job in work.certificates:
        results = known.get(job.certificate.id) or {}
        due = takes_part and not results.get("thumbprint")
        if due and not (results.get("request") or {}).get("former"):
            continue
        for one in job.assignments:
            if one.address and one.port and one.component != UNSEEN:
                yield _port(job, one, proved, due)


def _port(job: CertificateWork, one: AssignmentWork, proved: Mapping[tuple[str, str], str], due: bool) -> PeerPort:
    shown = proved.get((job.certificate.id, endpoint_text(one.address, one.reached_port)))
    wanted = from_plain(Thumbprint, shown, where="proof: ports") if shown else None
    return PeerPort(job.certificate.id, one.component, one.address, one.reached_port, one.port, one.name, wanted, due)


def _proved(known: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[tuple[str, str], str]]:
    """Certificate and place to what this run has seen there after it assigned it."""
    for results in known.values():
        for port in (results.get("proof") or {}).get("ports") or ():
            if port["state"] == "shown":
                yield (str(port["certificate"]), str(port["place"])), str(port["shown"])
