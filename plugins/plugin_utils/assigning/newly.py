# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run has assigned on a server, from the results of its tasks: which ports show it, and what was there. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.plan.rollout import FRONT_END, LYNC, WEB_COMPONENTS
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import (
    UNSEEN,
    AssignmentWork,
    CertificateWork,
    ServerWork,
)
from ansible_collections.ucops.rollout.plugins.module_utils.products.cs_types import cmdlet_type
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import CommandAssignment
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import BY_COMMAND, BY_WMI, Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.lync import AT_START, ServiceStep
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.proving import Assigned, Port

# Where the results of a certificate's tasks keep what was assigned, and what a run that was cut off told of it.
PARTS = ("assignment", "binding")
MARK = "mark"


def assigned_by(
    work: ServerWork,
    held: Mapping[str, Any],
    *,
    services: Sequence[ServiceStep] = (),
    command: Sequence[str] = (),
    broken: str = "",
    restarts: bool = False,
) -> Assigned:
    """What of a server's work was assigned in this run.

    :param held: by the certificate's id, the results of its tasks, with ``thumbprint``, ``assignment`` and ``binding``.
    :param services: that were started or restarted for it; without them a service shows its former certificate still.
    :param command: the site's own.
    :param broken: see ``Assigned``, as ``restarts``: where they may start anew, they are to show it now.
    """
    ports: list[Port] = []
    former: list[Former] = []
    commanded = None
    for job in work.certificates:
        results = _mapping(held.get(job.certificate.id))
        mine = former_of(results)
        former += mine
        ports += _ports(job, results, mine, started=bool(services) or restarts)
        if any(one.way == BY_COMMAND for one in mine):
            commanded = _commanded(work, job, tuple(command))
    former = list(dict.fromkeys(former))
    return Assigned(work.fqdn, tuple(ports), tuple(former), tuple(services), commanded, broken, restarts)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def former_of(results: Any) -> list[Former]:
    """What the places of a certificate named before this run, from the results of its tasks; or before one that was cut
    off, which did not come to its proof."""
    told = _mapping(results)
    found = (
        from_plain(Former, one, where=f"held: {part}")
        for part in (*PARTS, MARK)
        for one in _mapping(told.get(part)).get("former") or ()
    )
    return list({(one.way, one.place): one for one in found}.values())


def _ports(
    job: CertificateWork, results: Mapping[str, Any], former: Sequence[Former], *, started: bool
) -> Iterator[Port]:
    """The ports that show the certificate from now on, among those where it took another one's place."""
    given = results.get("thumbprint")
    if not given:
        return
    wanted = from_plain(Thumbprint, given, where="held: thumbprint")
    for one in job.assignments:
        place = _place(job, one)
        of_place = _of_place(place, former) if one.way != FRONT_END else _of_service(results, former, wanted)
        if not _shows(one, place, former, started=started):
            continue
        port = Port(job.certificate.id, one.component, one.address, one.reached_port, one.port, wanted, one.name)
        yield replace(port, former=of_place, shadowed=one.component == WEB_COMPONENTS and _shadowed(results))


def _place(job: CertificateWork, one: AssignmentWork) -> str:
    """How the way of an assignment calls its place."""
    return cmdlet_type(job.certificate, one.component) if one.way == LYNC else f"0.0.0.0:{one.port}"


def _shows(one: AssignmentWork, place: str, former: Iterable[Former], *, started: bool) -> bool:
    """Whether the port is to show the certificate now in place of another: http.sys takes it at once, a service when it
    starts."""
    if not (one.address and one.port) or one.component == UNSEEN:
        return False
    if one.way == FRONT_END:
        return started and any(earlier.way in (BY_COMMAND, BY_WMI) and earlier.replaced for earlier in former)
    if one.way == LYNC and place in AT_START and not started:
        return False
    return any(earlier.place == place and earlier.replaced for earlier in former)


def _of_place(place: str, former: Iterable[Former]) -> Thumbprint | None:
    return next((one.named for one in former if one.place == place), None)


def _of_service(results: Mapping[str, Any], former: Iterable[Former], wanted: Thumbprint) -> Thumbprint | None:
    """What the port of a service showed before the assignment, as far as it is known."""
    commanded = next((one.named for one in former if one.way == BY_COMMAND), None)
    seen = _mapping(results.get("assignment")).get("served")
    served = from_plain(Thumbprint, seen, where="held: served") if seen else None
    return commanded or (served if served != wanted else None)


def _shadowed(results: Mapping[str, Any]) -> bool:
    """Whether another binding answers some of the clients: the finding of the binding, and no failure of this one."""
    shadows = _mapping(results.get("binding")).get("shadows") or ()
    return any(_mapping(one).get("ours") for one in shadows)


def _commanded(work: ServerWork, job: CertificateWork, command: tuple[str, ...]) -> CommandAssignment:
    """What the site's command is told of; the certificate is said where it is run."""
    one = next(place for place in job.assignments if place.way == FRONT_END)
    planned = job.certificate
    return CommandAssignment(
        None,
        work.fqdn,
        planned.common_name,
        one.component,
        one.use,
        one.address,
        one.reached_port,
        one.port,
        command or None,
    )
