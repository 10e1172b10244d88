# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one server has of all that is planned for its certificates, read after one logon; changes nothing.

Each step of a rollout is taken as in check mode. Where none would change anything, that is what the rollout has to
tell, and no later task needs the server.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.lifecycle import (
    ANOTHER,
    AT_HAND,
    DONE,
    LOOK,
    MARKED,
    MISLEADING,
    PENDING,
    PROVE,
    SERVES,
    THIS,
    UNKNOWN,
    UNTOLD,
    WAIT,
    Observed,
    next_step,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedPool
from ansible_collections.ucops.rollout.plugins.module_utils.plan.rollout import LYNC
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import CertificateWork, ServerWork
from ansible_collections.ucops.rollout.plugins.module_utils.products.cs_types import OAUTH, cmdlet_type
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.topology.deployed import (
    asked_of,
    compare_deployed,
    tells_of_itself,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.lync import CsState
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.readiness import require_cmdlets
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.retiring import left_behind
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.carrying import use_key
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.enrolling import Enrolling, Enrolment, enrol
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.holding import read_holding
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.installing import not_yet
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.issuing import collect
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.offline import OfflineAuthority
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import MY, CertificateStores
from ansible_collections.ucops.rollout.plugins.plugin_utils.cs.ocs_pool import read_deployed, told_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.assignments import Assigner
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.options import DeployOptions
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.steps import Result, ServerSteps
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import HostUnreachable
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.reading_once import reading_once

# What a server is left alone with.
_NOTHING_TO_DO = (DONE, PROVE, WAIT)
_ASSIGNED_STATES = ("proved", "assigned", "bound")


@dataclass(frozen=True)
class Survey:
    """``steps``: what is known of each certificate. ``next``: certificate id to the step that comes next, of those that
    need one. ``problems``: why the server cannot take what is planned; ``brought``: certificate id to the certificates
    (PEM) that people have put into the folder, of those that it does not hold. ``renew_not_held``: of the
    thumbprints to be renewed those that the store MY lacks."""

    steps: ServerSteps
    next: dict[str, str]
    held: Result
    problems: tuple[str, ...]
    brought: dict[str, list[str]]
    ocs_pool: Result
    warnings: tuple[str, ...]
    renew_not_held: tuple[str, ...] = ()

    def to_result(self) -> Result:
        """As ``server_info`` documents it."""
        return {
            "certificates": self.steps.of,
            "next": self.next,
            "held": self.held,
            "problems": list(self.problems),
            "brought": self.brought,
            "ocs_pool": self.ocs_pool,
            "renew_not_held": list(self.renew_not_held),
            "warnings": [*self.warnings, *self.ocs_pool.get("warnings", ())],
        }


def surveyed(
    host: WindowsHost,
    work: ServerWork,
    options: DeployOptions,
    *,
    compare: bool,
    now: datetime,
    servers: Collection[str] | None = None,
) -> Result:
    """What ``server_info`` returns of a server beside the first contact."""
    found = survey(host, work, options, compare=compare, now=now, servers=servers)
    return {**asked(work, options), **found.to_result()}


def asked(work: ServerWork, options: DeployOptions) -> Result:
    """What later tasks and the report are to know of what was asked."""
    return {
        # Its pool is compared here alone; kept by each of its servers, it would be kept as often as it has servers.
        "work": replace(work, pool=None).to_plain(),
        "obtain": options.obtain,
        "assign": options.assign,
        "trusted_roots": [str(one) for one in options.trusted_roots],
    }


def survey(
    host: WindowsHost,
    work: ServerWork,
    options: DeployOptions,
    *,
    compare: bool,
    now: datetime,
    servers: Collection[str] | None = None,
) -> Survey:
    """Read the server; what one part cannot read is left to the step that needs it, which then says so.

    :param compare: whether the product is the one of its planned pool, and what OCS has set up itself.
    :param servers: all that are read in this run, by their full names; what those of a pool have in common is asked of
        one of them. None for this one alone.
    """
    host = reading_once(host, options.ahead(work))
    read = (work.fqdn,) if servers is None else servers
    return _Surveying(host, work, options, work.pool if compare else None, now, read).survey()


class _Surveying:
    def __init__(
        self,
        host: WindowsHost,
        work: ServerWork,
        options: DeployOptions,
        pool: PlannedPool | None,
        now: datetime,
        servers: Collection[str],
    ) -> None:
        self.host, self.work, self.options, self.pool, self.now = host, work, options, pool, now
        self.servers = servers
        self.steps = ServerSteps()
        self.next: dict[str, str] = {}
        self.seen: dict[str, Observed] = {}
        self.problems: list[str] = []
        self.assigner = Assigner(self.host, work, options, self.steps, now, check_mode=True)

    def survey(self) -> Survey:
        for job in self.work.certificates:
            self._look_if_readable(job)
        state = self._cmdlets()
        if self.options.assign and not self.next:
            self._assignments(state)
        if self.options.assign and not self.next:
            self._left_marks()
        if self.options.assign and self.options.ends_former and not self.next:
            self._left_behind()
        return Survey(
            self.steps,
            self.next,
            self._held(),
            tuple(self.problems),
            dict(self._brought()),
            self._ocs_pool(),
            (*self.assigner.warnings, *self.assigner.unread_marks),
            self._renew_not_held(),
        )

    def _look_if_readable(self, job: CertificateWork) -> None:
        """Where it cannot be read, the step itself is to fail, with what was done before it."""
        try:
            self._look(job)
        except HostUnreachable:
            raise
        except RolloutError:
            self.next[job.certificate.id] = LOOK

    # --- the certificates ------------------------------------------------------------------------------------------

    def _look(self, job: CertificateWork) -> None:
        id, found = job.certificate.id, self._enrolment(job)
        self.steps.note(id, request=found.to_result(), issue={}, install={}, thumbprint=None, waiting="")
        seen = replace(found.seen, carried=job.offline)
        if found.held:
            self.steps.note(id, thumbprint=str(found.held.thumbprint))
            if job.sharers:
                use_key(self.host, job.certificate, found.held.thumbprint)
        elif job.offline and found.seen.waiting_key:
            seen = replace(seen, request=self._in_the_folder(job, found))
        self.seen[id] = seen
        step = next_step(seen, where=f"{self.host.name}: certificate {id}")
        if step == WAIT:
            self._note_waiting(job)
        elif seen.held != SERVES:
            self.next[id] = step

    def _enrolment(self, job: CertificateWork) -> Enrolment:
        authority = OfflineAuthority(self.options.directory) if job.offline and self.options.obtain else None
        days = self.options.minimum_days
        renew = frozenset(self.options.renew)
        return enrol(Enrolling(self.host, job.certificate, self.now, days, authority, check_mode=True, renew=renew))

    def _in_the_folder(self, job: CertificateWork, found: Enrolment) -> str:
        if self._answer(job):
            return AT_HAND
        request = OfflineAuthority(self.options.directory).request(job.certificate)
        return PENDING if request is not None and request.public_key == found.public_key else UNKNOWN

    def _answer(self, job: CertificateWork) -> list[str]:
        """What people have put there; what cannot be read is told by who installs it."""
        if not self.options.directory:
            return []
        try:
            answer = collect(OfflineAuthority(self.options.directory), job.certificate)
        except RolloutError:
            return ["unread"]
        if answer is None or answer.certificate is None:
            return []
        return [one.pem for one in (answer.certificate, *answer.candidates)]

    def _note_waiting(self, job: CertificateWork) -> None:
        told = OfflineAuthority(self.options.directory).waiting(job.certificate, None)
        self.steps.note(job.certificate.id, install=not_yet().to_result(), waiting=told)

    def _held(self) -> Result:
        """With the chain of each, as clients will be shown it."""
        names = [one["thumbprint"] for one in self.steps.of.values() if one.get("thumbprint")]
        stores = CertificateStores(self.host.registry, self.host.name)
        return read_holding(stores, names, chains=True, now=self.now, where=self.host.name).to_result()

    def _renew_not_held(self) -> tuple[str, ...]:
        if not self.options.renew:
            return ()
        held = CertificateStores(self.host.registry, self.host.name).thumbprints(MY)
        return tuple(str(one) for one in self.options.renew if one not in held)

    def _brought(self) -> Iterator[tuple[str, list[str]]]:
        for job in self.work.certificates:
            if job.offline and job.certificate.id in self.next:
                yield job.certificate.id, self._answer(job)

    # --- the assignments -------------------------------------------------------------------------------------------

    def _assignments(self, state: CsState | None) -> None:
        """In check mode, once all certificates are there that the server can have now."""
        jobs = self.work.certificates
        try:
            for job in jobs:
                self.assigner.assign(job)
            self.assigner.assign_by_cmdlets(state)
        except HostUnreachable:
            raise
        except RolloutError:
            self.next.update({job.certificate.id: LOOK for job in jobs})
            return
        for job in jobs:
            id = job.certificate.id
            if not self.steps.of[id]["waiting"]:
                step = next_step(replace(self.seen[id], assigned=_assigned(self.steps, id)))
                self.next |= {} if step in _NOTHING_TO_DO else {id: step}

    def _left_marks(self) -> None:
        """A run that was cut off before its proof leaves a mark of what it assigned."""
        for id, one in self.assigner.left_marks():
            mark = MISLEADING if one.why else MARKED
            if self.seen[id].mark != MARKED:
                self.seen[id] = replace(self.seen[id], assigned=_assigned(self.steps, id), mark=mark)
                step = next_step(self.seen[id])
                self.next |= {} if step in _NOTHING_TO_DO else {id: step}

    def _left_behind(self) -> None:
        """A run that was cut off after its proof leaves what another certificate took the place of."""
        wanted = self.options.retiring(self.work, self.steps.of, check_mode=True)
        for id in left_behind(self.host, wanted):
            if not self.steps.of[id]["waiting"]:
                seen = replace(self.seen[id], assigned=_assigned(self.steps, id), left=True)
                self.next[id] = next_step(seen)

    def _cmdlets(self) -> CsState | None:
        """What they have assigned, where they assign anything; why they cannot is a problem of the server."""
        types = [
            cmdlet_type(job.certificate, one.component)
            for job in self.work.certificates
            for one in job.assignments
            if one.way == LYNC
        ]
        if not (self.options.assign and types):
            return None
        product = PRODUCTS.get(self.pool.product) if self.pool else None
        try:
            return require_cmdlets(self.host, product=product, oauth=self.options.oauth and OAUTH in types)
        except HostUnreachable:
            raise
        except RolloutError as error:
            self.problems.append(str(error).removeprefix(f"{self.host.name}: "))
            self.next.update({job.certificate.id: LOOK for job in self.work.certificates})
            return None

    def _ocs_pool(self) -> Result:
        """What OCS has set up itself; what differs is changed by people."""
        if self.pool is None or not tells_of_itself(self.pool, self.work.fqdn):
            return {}
        parts = asked_of(self.pool, self.work.fqdn, self.servers)
        if not parts:
            return {}
        found = read_deployed(self.host, parts)
        return told_of(found, compare_deployed(self.pool, found))


def _assigned(steps: ServerSteps, id: str) -> str:
    """What the components of a certificate present together; what is left to a person is for a proof to tell."""
    done = steps.of[id]
    if any(step.get("changed") for step in steps.each(id)):
        return ANOTHER
    states = [one.get("state") for name in ("binding", "assignment") if (one := done.get(name))]
    by_hand = [one.get("state") for one in (done.get("by_hand") or {}).values()]
    return THIS if all(state in _ASSIGNED_STATES for state in (*states, *by_hand)) else UNTOLD
