# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assign the certificates that a server has, in every way that there is, and start what takes them at its start."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.rollout import FRONT_END, LYNC, WEB_COMPONENTS
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import (
    AssignmentWork,
    CertificateWork,
    ServerWork,
)
from ansible_collections.ucops.rollout.plugins.module_utils.products.cs_types import cmdlet_type
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.by_hand import MANUAL
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import (
    ASSIGNED,
    PROVED,
    WOULD_ASSIGN,
    CommandAssignment,
    Shake,
    check_command,
    leave_by_hand,
    shaking,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.component import WMI, assign_component
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.endpoints import endpoint_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.http_sys import bind
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.keeping_port import FormerKeeper
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.lync import (
    CsEndpoint,
    CsOptions,
    CsState,
    CsWanted,
    ServiceStep,
    assign_types,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.marking import LeftMark, ServerMarks
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.options import DeployOptions
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.steps import Result, ServerSteps
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import FileOutcome, FileProgram
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.service_state import (
    RESTARTED,
    STARTED,
    bring_service,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.services import WmiServices

_COMMAND = "command"
_EVERY_ADDRESS = "0.0.0.0"
_UNTESTED = (
    "pool_certificates_ocs is wmi: where OCS names another certificate, its WMI classes are changed. This is untested"
    " on real Windows. Services are restarted only where pool_certificates_start_services says so"
)


@dataclass(frozen=True)
class _BindingsFirst(FormerKeeper):
    """Before a component changes, the bindings of the same certificate do: their command writes the mark of both."""

    marks: ServerMarks
    bind: Callable[[], None]

    def keep(
        self, assigned: Mapping[Thumbprint, Sequence[Former]], changes: Sequence[FileProgram] = ()
    ) -> tuple[FileOutcome, ...]:
        self.marks.expect(assigned)
        self.bind()
        return self.marks.keep(assigned, changes)


@dataclass(frozen=True)
class Assigner:
    """The assignments of one server. ``host``: None for one that nobody logs on to.

    ``brought``: the services that were brought to a state, in their order; the last of them may have failed.
    """

    host: WindowsHost | None
    work: ServerWork
    options: DeployOptions
    steps: ServerSteps
    now: datetime
    check_mode: bool = False
    brought: list[ServiceStep] = field(default_factory=list)

    @functools.cached_property
    def marks(self) -> ServerMarks | None:
        """What tells a later run the way back, should this one be cut off; None for a server without logon."""
        return ServerMarks(self.host, self.now) if self.host is not None else None

    def left_marks(self) -> tuple[tuple[str, LeftMark], ...]:
        """What a run that was cut off left of the assignments of this one, each with the id of its certificate; of one
        that is none of these, with the first."""
        jobs = [job for job in self.work.certificates if self.options.assign and self._holds(job)]
        if self.marks is None or not jobs:
            return ()
        held: dict[Thumbprint, frozenset[str]] = {}
        for job in jobs:
            name = _thumbprint(self._of(job))
            if name is not None:
                held[name] = held.get(name, frozenset()) | self.options.ways(job)
        found = self.marks.judged(held, all_held=len(jobs) == len(self.work.certificates))
        ids = {str(_thumbprint(self._of(job))): job.certificate.id for job in reversed(jobs)}
        return tuple((ids.get(one.name, jobs[0].certificate.id), one) for one in found)

    def _holds(self, job: CertificateWork) -> bool:
        return bool(_thumbprint(self._of(job)) and not self._of(job).get("waiting"))

    def _read_marks(self) -> None:
        """While the registry is known, and not when the next command has made it old."""
        if self.marks is not None:
            self.marks.look()

    def assign(self, job: CertificateWork) -> None:
        """One certificate in every way but by the cmdlets; nothing is done with one that waits for others."""
        self._read_marks()
        left = [] if self._of(job).get("waiting") else [one for one in job.assignments if one.way != LYNC]

        def bind_rest() -> None:
            for place in [one for one in left if one.way == WEB_COMPONENTS]:
                left.remove(place)
                self._assign_one(job, place, bind_rest)

        while left:
            self._assign_one(job, left.pop(0), bind_rest)

    def assign_by_cmdlets(self, state: CsState | None = None) -> None:
        """All of the server's certificates in one go, without those that wait for others.

        :param state: what the cmdlets have, where it was read already.
        """
        wanted = tuple(self._by_types())
        self._read_marks()
        if wanted and self.host is not None:
            self._assign_types(self.host, wanted, state)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is to be known of a way before it is gone."""
        fronts = any(one.way == FRONT_END for job in self.work.certificates for one in job.assignments)
        return (_UNTESTED,) if fronts and self.options.way == WMI else ()

    @property
    def unread_marks(self) -> tuple[str, ...]:
        """That nobody knows what a run left that was cut off; read before."""
        unread = self.marks.unread if self.marks is not None else ""
        return (f"What a run that was cut off may have left on the server cannot be read: {unread}",) if unread else ()

    @property
    def broken(self) -> bool:
        """Whether a service did not come to the state that it was to have."""
        told = (results.get("services") or {} for results in self.steps.of.values())
        return any(one.get("failed") for services in told for one in services.get("results") or ())

    def _of(self, job: CertificateWork) -> Result:
        return self.steps.of.get(job.certificate.id, {})

    def _assign_one(self, job: CertificateWork, place: AssignmentWork, bind_rest: Callable[[], None]) -> None:
        """:param bind_rest: brings the bindings that are still left."""
        id = job.certificate.id
        if self.host is None or place.way not in (FRONT_END, WEB_COMPONENTS):
            self.steps.take(id, "by_hand", lambda: self._by_hand(job, place), f"{place.component}:{place.port}")
        elif place.way == WEB_COMPONENTS:
            host = self.host
            self.steps.take(id, "binding", lambda: self._bound(host, job, place))
        else:
            host = self.host
            done = self.steps.take(id, "assignment", lambda: self._to_component(host, job, place, bind_rest))
            self._bring_services(host, job, done)

    # --- by hand, by command, in OCS -----------------------------------------------------------------------------

    def _by_hand(self, job: CertificateWork, place: AssignmentWork) -> Result:
        wanted = self._wanted(job, place)
        shake = _asking_for(place.name, self._shake)
        if self.host is None or wanted.bundle or wanted.key_from:
            return leave_by_hand(wanted, shake=shake, check_mode=self.check_mode).to_result()
        return assign_component(self.host, wanted, MANUAL, shake=shake, check_mode=self.check_mode).to_result()

    def _to_component(
        self, host: WindowsHost, job: CertificateWork, place: AssignmentWork, bind_rest: Callable[[], None]
    ) -> Result:
        wanted, way = self._wanted(job, place), self.options.way
        keeper = _BindingsFirst(self.marks, bind_rest) if self.marks is not None else None
        done = assign_component(host, wanted, way, shake=self._shake, check_mode=self.check_mode, keeper=keeper)
        return done.to_result()

    def _wanted(self, job: CertificateWork, place: AssignmentWork) -> CommandAssignment:
        planned, done = job.certificate, self._of(job)
        by_command = place.way == FRONT_END and self.host is not None and self.options.way == _COMMAND
        if by_command:
            check_command(self.options.front_end_command)
        installed = bool((done.get("install") or {}).get("changed"))
        return CommandAssignment(
            thumbprint=_thumbprint(done),
            server=self.work.fqdn,
            pool=planned.common_name,
            component=place.component,
            use=place.use,
            # Where nothing listens, nothing is asked.
            address=place.address if place.port else "",
            port=place.reached_port,
            own_port=place.port or place.reached_port,
            command=self.options.front_end_command if by_command else None,
            installed=place.way == FRONT_END and (installed or self.options.assign_again),
            cmdlet_type=cmdlet_type(planned, place.component),
            bundle=str((done.get("request") or {}).get("bundle") or ""),
            key_from=str(done.get("key_from") or ""),
        )

    @property
    def _shake(self) -> Shake:
        return shaking(self.work.fqdn, self.options.timeout)

    def _bring_services(self, host: WindowsHost, job: CertificateWork, done: Result) -> None:
        """Never without its certificate: of what is unknown, a person is told."""
        if self.options.start_services and done["state"] in (PROVED, ASSIGNED, WOULD_ASSIGN):
            state = RESTARTED if done["restart"] else STARTED
            self._services(host, job.certificate.id, ((name, state) for name in self.options.services))

    def _services(self, host: WindowsHost, id: str, wanted: Iterable[tuple[str, str]]) -> None:
        services = WmiServices(host.wmi, host=host.name, timeout=self.options.service_timeout)
        for name, state in wanted:
            self.brought.append(ServiceStep(name, state))
            self.steps.take_service(id, partial(_brought, services, name, state, host.name, self.check_mode))

    # --- the Web Components ----------------------------------------------------------------------------------------

    def _bound(self, host: WindowsHost, job: CertificateWork, place: AssignmentWork) -> Result:
        thumbprint = _thumbprint(self._of(job))
        if self.options.web == MANUAL:
            return _web_by_hand(self.work.fqdn, thumbprint, place.port)
        endpoint, also = endpoint_of(_EVERY_ADDRESS, place.port), self.options.bindings_also
        return bind(host, endpoint, thumbprint, also=also, check_mode=self.check_mode, keeper=self.marks).to_result()

    # --- the cmdlets -----------------------------------------------------------------------------------------------

    def _assign_types(self, host: WindowsHost, wanted: tuple[CsWanted, ...], state: CsState | None) -> None:
        options = CsOptions(self.options.oauth, self.options.effective_date, self.options.start_services)
        try:
            done = assign_types(
                host,
                wanted,
                options,
                shake=self._shake,
                check_mode=self.check_mode,
                state=state,
                keeper=self.marks,
            )
        except RolloutError as error:
            # The cmdlet is not atomic: what it did until then belongs into the report.
            self._note_types(error.result)
            raise
        self._note_types(done)
        if self.options.start_services:
            # They are those of the server, whichever of its certificates they take.
            self._services(host, wanted[0].id, ((one["name"], one["state"]) for one in done["services"]))

    def _note_types(self, done: Mapping[str, Any]) -> None:
        for id, one in (done.get("results") or {}).items():
            self.steps.note(id, **one)

    def _by_types(self) -> Iterator[CsWanted]:
        for job in self.work.certificates:
            endpoints = tuple(
                CsEndpoint(cmdlet_type(job.certificate, one.component), one.address, one.reached_port, one.port)
                for one in job.assignments
                if one.way == LYNC
            )
            if endpoints and not self._of(job).get("waiting"):
                yield CsWanted(job.certificate.id, _thumbprint(self._of(job)), endpoints)


def _asking_for(name: str, shake: Shake) -> Shake:
    """A server with several certificates shows one by the name that it is asked for."""

    def asking(address: str, port: int, server: str) -> Handshake:
        return shake(address, port, name or server)

    return asking


def _thumbprint(done: Result) -> Thumbprint | None:
    """None for a certificate that is only planned."""
    known = done.get("thumbprint")
    return Thumbprint(known) if known else None


def _brought(services: WmiServices, name: str, state: str, host: str, check_mode: bool) -> Result:
    return bring_service(services, name, state, host=host, check_mode=check_mode).to_result()


def _web_by_hand(server: str, thumbprint: Thumbprint | None, port: int) -> Result:
    step = (
        f"On {server}, assign the certificate with the thumbprint {thumbprint or '(planned)'} to the web site of the"
        f" Web Components in IIS, port {port}."
    )
    return {"changed": False, "state": MANUAL, "steps": [step]}
