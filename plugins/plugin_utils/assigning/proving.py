# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prove by handshakes what a run assigned on a server; where that fails, assign the former certificate again.

A port proves it where the server itself is asked, not a load balancer. What nobody can see from the controller, such
as a port behind a firewall on which the server says that something listens, is no failure: nothing is undone for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import (
    CHANGE,
    NOT_CHANGED,
    AssignedPlace,
    Change,
    ChangeSet,
)
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof import tls_wire
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import endpoint_text
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake
from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import RESTORED
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.module_utils.waiting import Wait
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning import http_sys, lync, ocs
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import (
    CommandAssignment,
    Shake,
    filled,
    run_command,
    served_by,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import (
    BY_BINDING,
    BY_CMDLETS,
    BY_COMMAND,
    BY_WMI,
    Former,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.lync import ServiceStep
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.netstat import listening_ports
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.service_state import bring_service
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.services import WmiServices

# What a port shows: the certificate that was assigned, another one, none (and nothing listens there, or it breaks off),
# or nothing that says which.
SHOWN, OTHER, NONE, UNSEEN = "shown", "other", "none", "unseen"
# Not reached from here; the server itself says which of the last two that is.
AWAY = "away"
PROVED, UNPROVED, NOT_RESTORED = "proved", "unproved", "not_restored"
_STATES = dict.fromkeys((tls_wire.BROKEN_OFF, tls_wire.NO_CERTIFICATE), NONE) | dict.fromkeys(
    (tls_wire.NO_LISTENER, tls_wire.TIMEOUT), AWAY
)
_POLL_SECONDS = 1.0

Open = Callable[[], AbstractContextManager[WindowsHost]]


@dataclass(frozen=True, slots=True)
class Port:
    """A port of the server that is to show a certificate from now on. ``name``: what a client asks there for.
    ``own_port``: the server's; ``port``: under which the controller reaches it. ``thumbprint``: None where none in
    particular is wanted. ``former``: what it showed before, None where that is not known. ``shadowed``: another binding
    may answer there, which was told."""

    certificate: str
    component: str
    address: str
    port: int
    own_port: int
    thumbprint: Thumbprint | None
    name: str = ""
    former: Thumbprint | None = None
    shadowed: bool = False

    @property
    def place(self) -> str:
        return endpoint_text(self.address, self.port)


@dataclass(frozen=True, slots=True)
class SeenPort:
    """What a port showed at the last look. ``state``: shown, other, none or unseen; ``thumbprint``: of what it showed,
    None for nothing; ``detail``: a sentence."""

    port: Port
    state: str
    thumbprint: Thumbprint | None
    detail: str

    @property
    def failed(self) -> bool:
        return self.state == NONE or (self.state == OTHER and not self.port.shadowed)

    @property
    def told(self) -> str:
        if self.thumbprint is None:
            return f"{self.port.place} shows no certificate ({self.detail})"
        return f"{self.port.place} shows {self.thumbprint}{f', {self.detail}' if self.detail else ''}"


@dataclass(frozen=True, slots=True)
class Assigned:
    """What a run assigned on a server. ``ports``: that are to show it now; ``former``: what its places named before;
    ``services``: those that it started or restarted for it. ``commanded``: what the site's own command assigned.

    ``broken``: what failed after the assignment, such as the start of a service; empty where nothing did. ``restarts``:
    what a way says beside ``services`` that is to start anew for the former certificate, is started, too.
    """

    server: str
    ports: tuple[Port, ...]
    former: tuple[Former, ...]
    services: tuple[ServiceStep, ...] = ()
    commanded: CommandAssignment | None = None
    broken: str = ""
    restarts: bool = False


@dataclass(frozen=True, slots=True)
class Patience:
    """How long ports are looked at again, in seconds: services take a while until they listen. ``service``: how long
    one may take to start."""

    ports: float = 60.0
    service: float = 120.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class ProofOutcome:
    """``state``: proved, or unproved where a port could not be seen or none is to show anything yet; restored and
    not_restored in ``NotProved`` alone. ``restored``: the places that name their former certificate again."""

    state: str
    seen: tuple[SeenPort, ...] = ()
    restored: tuple[AssignedPlace, ...] = ()
    change_set: ChangeSet = ChangeSet()

    def to_result(self) -> dict[str, Any]:
        """The documented result of ``certificate_prove``."""
        ports = [
            {
                "certificate": one.port.certificate,
                "component": one.port.component,
                "place": one.port.place,
                "wanted": one.port.thumbprint,
                "shown": one.thumbprint,
                "state": one.state,
                "message": one.detail,
            }
            for one in self.seen
        ]
        return {
            **self.change_set.to_result(),
            "state": self.state,
            "ports": to_plain(ports),
            "restored": to_plain(self.restored),
        }


class NotProved(RolloutError):
    """What was assigned does not serve; the message says what stands now. ``result`` joins the task's result."""

    def __init__(self, what: str, outcome: ProofOutcome, *, where: str, mend: str) -> None:
        super().__init__(what, where=where, mend=mend)
        self.outcome = outcome
        self.result = outcome.to_result()


def prove(open_host: Open, assigned: Assigned, *, shake: Shake, patience: Patience) -> ProofOutcome:
    """See that every port shows what was assigned; else bring the former certificate back and raise ``NotProved``.

    :param open_host: opens the server; it is not opened where the ports say all.
    """
    seen = () if assigned.broken else look_until(assigned.ports, shake, patience)
    if not assigned.broken and all(one.state == SHOWN for one in seen):
        return ProofOutcome(PROVED if seen else UNPROVED, seen)
    with open_host() as host:
        seen = with_listeners(host, seen)
        if not assigned.broken and not any(one.failed for one in seen):
            return ProofOutcome(UNPROVED, seen)
        raise _restored(host, assigned, seen, shake, patience)


# --- look -----------------------------------------------------------------------------------------------------------


def look_until(ports: Sequence[Port], shake: Shake, patience: Patience) -> tuple[SeenPort, ...]:
    """What each port shows, once all show what they are to, or time is over."""
    return looked_until(ports, lambda port: judged(port, shake(port.address, port.port, port.name)), patience)


def looked_until(ports: Sequence[Port], look: Callable[[Port], SeenPort], patience: Patience) -> tuple[SeenPort, ...]:
    """The same for who judges otherwise what a port shows."""
    wait = Wait(patience.ports, clock=patience.clock, sleep=patience.sleep)
    seen = {port: look(port) for port in ports}
    while any(one.state != SHOWN for one in seen.values()) and wait.left > 0:
        wait.pause(_POLL_SECONDS, partial(_waited_for, tuple(seen.values())))
        seen |= {port: look(port) for port, one in seen.items() if one.state != SHOWN}
    return tuple(seen.values())


def _waited_for(seen: Sequence[SeenPort]) -> str:
    late = [one.told for one in seen if one.state != SHOWN]
    return f"{len(late)} of {number(len(seen), 'port')} to show the certificate ({late[0]})"


def judged(port: Port, handshake: Handshake) -> SeenPort:
    """What a handshake says of a port, by the certificate that it is to show."""
    served = served_by(handshake)
    if served.thumbprint:
        return SeenPort(port, SHOWN if served.thumbprint == port.thumbprint else OTHER, served.thumbprint, "")
    return SeenPort(
        port, _STATES.get(handshake.state, UNSEEN), None, served.detail or handshake.state.replace("_", " ")
    )


def with_listeners(host: WindowsHost, seen: Sequence[SeenPort]) -> tuple[SeenPort, ...]:
    """A port that nobody reaches from here, and on which the server says that something listens, was not seen."""
    if all(one.state != AWAY for one in seen):
        return tuple(seen)
    listening = listening_ports(host)
    return tuple(
        replace(one, state=UNSEEN if one.port.own_port in listening else NONE) if one.state == AWAY else one
        for one in seen
    )


# --- bring the former back ------------------------------------------------------------------------------------------


def _restored(
    host: WindowsHost, assigned: Assigned, seen: Sequence[SeenPort], shake: Shake, patience: Patience
) -> NotProved:
    """Assign the former certificate in every place in the way that is the place's own, and say what stands then."""
    needed: list[ServiceStep] = []
    ways = [partial(_assign_again, one, host, needed) for one in _ways(assigned)]
    problems = [problem for one in ways if (problem := _attempt(one))]
    services = WmiServices(host.wmi, host=host.name, timeout=patience.service)
    starting = dict.fromkeys((*assigned.services, *(needed if assigned.restarts else ())))
    steps = [partial(bring_service, services, one.name, one.state, host=host.name) for one in starting]
    problems += [problem for one in steps if (problem := _attempt(one))]
    now = {way: _present(host, way, assigned.former) for way in dict.fromkeys(one.way for one in assigned.former)}
    places = tuple(_place(one, now[one.way], assigned.ports) for one in assigned.former)
    ports = [replace(one, thumbprint=one.former) for one in assigned.ports if one.former]
    shows = () if problems else with_listeners(host, look_until(ports, shake, patience))
    problems += [one.told for one in shows if one.failed]
    problems += [f"{one.place} names {one.after or 'none'}" for one in places if one.before != one.after]
    return _not_proved(assigned, seen, shows, places, problems)


_Restore = Callable[[WindowsHost, Sequence[Former]], Sequence[ServiceStep]]


def _assign_again(
    restore: Callable[[WindowsHost], Sequence[ServiceStep]], host: WindowsHost, needed: list[ServiceStep]
) -> None:
    needed += restore(host)


def _ways(assigned: Assigned) -> Iterator[Callable[[WindowsHost], Sequence[ServiceStep]]]:
    """The ways that assigned something, the last first; each says which services take it at their start."""
    by_way: dict[str, list[Former]] = {}
    for one in assigned.former:
        by_way.setdefault(one.way, []).append(one)
    for way, formers in reversed(by_way.items()):
        if way == BY_COMMAND:
            yield _by_command(assigned.commanded, formers)
        else:
            yield _by_way(_RESTORE[way], formers)


_RESTORE: Mapping[str, _Restore] = {
    BY_BINDING: http_sys.restore,
    BY_WMI: ocs.restore,
    BY_CMDLETS: lync.restore,
}


def _by_way(restore: _Restore, formers: Sequence[Former]) -> Callable[[WindowsHost], Sequence[ServiceStep]]:
    return lambda host: restore(host, formers)


def _by_command(
    wanted: CommandAssignment | None, formers: Sequence[Former]
) -> Callable[[WindowsHost], Sequence[ServiceStep]]:
    def restore(host: WindowsHost) -> Sequence[ServiceStep]:
        for one in formers:
            if wanted is None or wanted.command is None or one.named is None:
                raise RolloutError("the site's command or the former certificate is not known", where=one.place)
            run_command(host, filled(host, replace(wanted, thumbprint=one.named), wanted.command))
        return ()

    return restore


def _attempt(step: Callable[[], object]) -> str:
    """Do it; returns in words what failed. One that fails keeps no other from being done."""
    try:
        step()
    except RolloutError as error:
        return str(error)
    return ""


# --- report ---------------------------------------------------------------------------------------------------------


def _present(host: WindowsHost, way: str, formers: Iterable[Former]) -> Mapping[str, str]:
    """What the places of a way name now, empty for none; of a place that is not among them nobody knows."""
    mine = [one for one in formers if one.way == way]
    try:
        return _READ[way](host, mine) if way in _READ else {}
    except RolloutError:
        return {}


_READ: Mapping[str, Callable[[WindowsHost, Sequence[Former]], Mapping[str, str]]] = {
    BY_BINDING: http_sys.present,
    BY_WMI: ocs.present,
    BY_CMDLETS: lync.present,
}


def _place(one: Former, now: Mapping[str, str], ports: Iterable[Port]) -> AssignedPlace:
    """Before the run and now. A site's command is not read back: its port tells."""
    before = one.thumbprint or (f"serial number {one.serial}" if one.serial else "")
    after = before if one.way == BY_COMMAND else now.get(one.place, "what could not be read")
    return AssignedPlace(one.place, before, after, NOT_CHANGED)


def _not_proved(
    assigned: Assigned,
    seen: Sequence[SeenPort],
    shows: Sequence[SeenPort],
    places: Sequence[AssignedPlace],
    problems: Sequence[str],
) -> NotProved:
    new = ", ".join(dict.fromkeys(str(one.port.thumbprint) for one in seen)) or "the new certificate"
    wrong = assigned.broken or "; ".join(one.told for one in seen if one.failed)
    lost = [one.place for one in places if not one.before]
    stays = f". {', '.join(lost)} named none before" if lost else ""
    proof = f"; {', '.join(one.told for one in shows)}" if shows else ""
    if problems:
        told = f"AND THE FORMER CERTIFICATE IS NOT BACK: {'; '.join(problems)}"
    else:
        told = f"the former certificate is assigned again: {_named(places)}{proof}"
    outcome = ProofOutcome(NOT_RESTORED if problems else RESTORED, tuple(seen), tuple(places), _change_set(places))
    return NotProved(
        f"{new} does not serve: {wrong}; {told}{stays}",
        outcome,
        where=assigned.server,
        mend="Find out why before the next run, which assigns it again: whether the account of the service may read its"
        " key, and what the event log of the server says (Schannel)",
    )


def _named(places: Sequence[AssignedPlace]) -> str:
    return ", ".join(f"{one.place} names {one.after}" for one in places if one.before)


def _change_set(places: Sequence[AssignedPlace]) -> ChangeSet:
    changes = tuple(
        Change(CHANGE, f"former certificate assigned again to {one.place}", {"place": one.place}, None, one.after)
        for one in places
        if one.before and one.before == one.after
    )
    return ChangeSet(after="".join(f"{one.place} {one.after}\n" for one in places), changes=changes)
