# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the certificates of one server to the plan, from what was read of it and what its CAs have issued since."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NoReturn

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import (
    ISSUED,
    AuthorityAnswer,
    answer_of_pem,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.lifecycle import REVOKED
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.roots import chains_of
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import load_certificates
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import CertificateWork, ServerWork
from ansible_collections.ucops.rollout.plugins.module_utils.report.sharing import KeyTurn
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.carrying import (
    ExportedKey,
    export_from_first,
    use_key,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.enrolling import (
    CLAIM,
    Enrolling,
    Enrolment,
    enrol,
    enrol_claimed,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.holding import read_holding
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.installing import (
    Installation,
    complete_chains,
    delivery_of,
    install,
    not_yet,
    planned_installation,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.issuing import collect
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.offline import OfflineAuthority
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.removing import give_up_key
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import OWN, CertificateStores
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.assignments import Assigner
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.options import DeployOptions
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.proof import Proof
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.steps import Result, ServerSteps, told_with
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.claim import HeldClaim, alone
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.reading_once import reading_until_run
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.scratch import sweep

HELD, OUTSTANDING = "held", "outstanding"
OpenHost = Callable[[str], AbstractContextManager[WindowsHost]]


@dataclass(frozen=True)
class ServerDeployment:
    """One server. ``found``: certificate id to what is known of it by now, its order at the CA included.

    ``turns``: of those that it shares, to what it is to do. ``above``: a CA's host to its certificates (PEM).
    """

    work: ServerWork
    options: DeployOptions
    now: datetime
    found: Mapping[str, Mapping[str, Any]]
    turns: Mapping[str, KeyTurn] = field(default_factory=dict)
    above: Mapping[str, Sequence[str]] = field(default_factory=dict)
    check_mode: bool = False

    @property
    def ordered(self) -> tuple[CertificateWork, ...]:
        """Those of its own first, then those that come from other servers."""
        return tuple(sorted(self.work.certificates, key=lambda job: self.takes(job.certificate.id)))

    def takes(self, id: str) -> bool:
        """Whether the certificate comes from another server with its key."""
        return id in self.turns and not self.turns[id].own

    def request(self, id: str) -> Mapping[str, Any]:
        """What is known of the certificate's request."""
        return self.found.get(id, {}).get("request") or {}

    def issue(self, id: str) -> Mapping[str, Any]:
        """What came of the certificate's order at its CA; empty where there was none."""
        return self.found.get(id, {}).get("issue") or {}


def refuse_failed_request(wanted: ServerDeployment, id: str) -> None:
    """Raise RolloutError where an earlier task could not make it."""
    if wanted.request(id).get("failed"):
        raise RolloutError(str(wanted.request(id).get("msg") or "there is no request"))


def answer_to_order(steps: ServerSteps, id: str, issue: Mapping[str, Any]) -> AuthorityAnswer | None:
    """What a CA issued; None while it is only planned, or waits for people. Raises RolloutError where it refused."""
    if issue.get("failed"):
        raise RolloutError(str(issue.get("msg") or "the CA did not issue it"))
    if issue.get("state") == "pending":
        steps.note(id, waiting=str(issue.get("message") or ""))
    return answer_of_pem(issue["certificate"], issue["chain"]) if issue.get("certificate") else None


# --- requests -------------------------------------------------------------------------------------------------------


def make_requests(server: WindowsHost, wanted: ServerDeployment) -> ServerSteps:
    """A key and a request for each certificate that has none, all under one claim; an error carries those before it."""
    host = reading_until_run(server, OWN)
    steps = ServerSteps()
    jobs = lacking_requests(wanted)
    new = [job for job in jobs if wanted.request(job.certificate.id).get("state") != OUTSTANDING]

    def ask(job: CertificateWork, enrolling: Callable[[Enrolling], Enrolment], claim: HeldClaim | None = None) -> None:
        one = replace(_enrolling(host, wanted, job), claim=claim)
        steps.take(job.certificate.id, "request", lambda: enrolling(one).to_result())

    with told_with(steps):
        for job in (one for one in jobs if one not in new):
            ask(job, enrol)
        with alone(host, CLAIM) if new else nullcontext() as claim:
            for job in new:
                if claim is not None:
                    claim()
                # The last key that is made gives the claim back.
                ask(job, enrol_claimed, claim if job is new[-1] else None)
            sweep(host.files)
    return steps


def lacking_requests(wanted: ServerDeployment) -> tuple[CertificateWork, ...]:
    """The certificates that the server has to ask for itself."""
    jobs = wanted.work.certificates if wanted.options.obtain else ()
    return tuple(job for job in jobs if _lacks_request(wanted, job.certificate.id))


def _lacks_request(wanted: ServerDeployment, id: str) -> bool:
    return not wanted.takes(id) and wanted.request(id).get("state") != HELD


def _enrolling(host: WindowsHost, wanted: ServerDeployment, job: CertificateWork) -> Enrolling:
    authority = OfflineAuthority(wanted.options.directory) if job.offline else None
    options = wanted.options
    return Enrolling(
        host,
        job.certificate,
        wanted.now,
        options.minimum_days,
        authority,
        wanted.check_mode,
        frozenset(options.renew),
    )


# --- certificates ---------------------------------------------------------------------------------------------------


def deploy(host: WindowsHost, wanted: ServerDeployment, open_host: OpenHost) -> Result:
    """Install and assign each, start what may be started, and read what is there then.

    :param open_host: another host of the inventory, for a key that comes from there.
    :raises RolloutError: with the first step that fails; it carries what was done until then.
    """
    return _Deploying(host, wanted, open_host).deploy()


class _Deploying:
    def __init__(self, host: WindowsHost, wanted: ServerDeployment, open_host: OpenHost) -> None:
        self.host = reading_until_run(host, wanted.options.ahead(wanted.work))
        self.wanted, self.open_host = wanted, open_host
        self.steps = ServerSteps(wanted.found)
        self.assigner = Assigner(self.host, wanted.work, wanted.options, self.steps, wanted.now, wanted.check_mode)

    def deploy(self) -> Result:
        proof = Proof(self.host, self.assigner)
        with told_with(self.steps):
            with proof.brings_back():
                for job in self.wanted.ordered:
                    self._bring(job)
                    if self.wanted.options.assign:
                        self.assigner.assign(job)
                if self.wanted.options.assign:
                    self.assigner.assign_by_cmdlets()
            self._complete_chains()
            proof.prove()
            proof.retire()
            held = self._held()
        if not self.wanted.check_mode:
            # A run that was cut off once the certificate was in the store leaves a later one no other step with files.
            sweep(self.host.files)
        return {**self.steps.result(), "held": held}

    def _complete_chains(self) -> None:
        """The authorities of the other servers, and its own where nothing was installed in this run."""
        jobs = [job for job in self.wanted.work.certificates if self.wanted.options.obtain]
        done = {job.ca_host for job in jobs if self.steps.of[job.certificate.id].get("install")}
        left = {ca: above for ca, above in self.wanted.above.items() if ca not in done}
        if not jobs or not left:
            return
        chains, roots = chains_of(left, now=self.wanted.now), self.wanted.options.trusted_roots
        check_mode = self.wanted.check_mode

        def step() -> Result:
            return complete_chains(self.host, chains, trusted_roots=roots, check_mode=check_mode).to_result()

        self.steps.take(jobs[0].certificate.id, "authorities", step)

    def _held(self) -> Result:
        names = [Thumbprint(one["thumbprint"]) for one in self.steps.of.values() if one.get("thumbprint")]
        stores = CertificateStores(self.host.registry, self.host.name)
        return read_holding(stores, names, chains=True, now=self.wanted.now, where=self.host.name).to_result()

    def _bring(self, job: CertificateWork) -> None:
        """To where the server holds it, or it is known for whom it waits."""
        id = job.certificate.id
        refuse_failed_request(self.wanted, id)
        if self.wanted.takes(id):
            self._take(job, self.wanted.turns[id])
        elif self.wanted.request(id).get("state") != HELD:
            self._obtain(job)
        thumbprint = self.steps.of[id].get("thumbprint")
        if job.sharers and thumbprint and not self.wanted.check_mode:
            use_key(self.host, job.certificate, Thumbprint(thumbprint))

    def _obtain(self, job: CertificateWork) -> None:
        id = job.certificate.id
        if not self.wanted.options.obtain:
            raise RolloutError(
                f"{self.wanted.work.fqdn} holds no certificate that serves as '{job.certificate.use}', so there is none"
                " to assign yet",
                mend="Have it made first: run with the tag certificates, too",
            )
        answer = self._carried(job) if job.offline else self._from_ca(job)
        if self.steps.of[id].get("waiting"):
            return
        self._install(job, lambda: self._installed(job, answer))

    def _install(self, job: CertificateWork, step: Callable[[], Installation]) -> None:
        done = self.steps.take(job.certificate.id, "install", lambda: step().to_result())
        self.steps.note(job.certificate.id, thumbprint=done["thumbprint"])

    def _from_ca(self, job: CertificateWork) -> AuthorityAnswer | None:
        """What the CA made of the order; None for a certificate that is only planned."""
        id, issue = job.certificate.id, self.wanted.issue(job.certificate.id)
        if not issue and not self.wanted.check_mode:
            raise RolloutError("the CA was not asked", where=f"certificate {id}", mend="Run again")
        if issue.get("state") == REVOKED:
            self._give_up(job, issue)
        return answer_to_order(self.steps, id, issue)

    def _give_up(self, job: CertificateWork, issue: Mapping[str, Any]) -> NoReturn:
        """The key that waits for a certificate which was revoked; raises, since a new one is for the next run."""
        id, check_mode = job.certificate.id, self.wanted.check_mode
        key = str(self.wanted.request(id).get("public_key") or "")

        def step() -> Result:
            return {"state": "given_up", **give_up_key(self.host, CLAIM, key, check_mode=check_mode).to_result()}

        self.steps.take(id, "request", step)
        what = "is to be given up" if check_mode else "was given up, and is not in the store REQUEST any more"
        raise RolloutError(
            f"certificate {id}: what was issued for its key (request {issue.get('request_id')}) was revoked at the CA."
            f" The key {what}",
            where=self.host.name,
            mend="Run again: a new key and a new request are made",
        )

    def _carried(self, job: CertificateWork) -> AuthorityAnswer | None:
        """What people have put into the folder; while nothing lies there, it waits for them."""
        id, folder = job.certificate.id, OfflineAuthority(self.wanted.options.directory)
        answer: AuthorityAnswer | None = None

        def look() -> Result:
            nonlocal answer
            answer = collect(folder, job.certificate)
            return not_yet().to_result()

        self.steps.take(id, "install", look)
        self.steps.note(id, waiting="" if answer else folder.waiting(job.certificate, None))
        return answer

    def _installed(self, job: CertificateWork, answer: AuthorityAnswer | None) -> Installation:
        options, now = self.wanted.options, self.wanted.now
        if answer is None:
            return self._planned(job, with_key=False)
        delivery = delivery_of(job.certificate, answer, now=now, minimum_days=options.minimum_days)
        return install(self.host, delivery, trusted_roots=options.trusted_roots, check_mode=self.wanted.check_mode)

    def _planned(self, job: CertificateWork, *, with_key: bool) -> Installation:
        told = self.wanted.above.get(job.ca_host) or ()
        above = load_certificates("\n".join(told), where=job.ca_host) if told else ()
        roots = self.wanted.options.trusted_roots
        return planned_installation(
            self.host, job.certificate, above, now=self.wanted.now, trusted_roots=roots, with_key=with_key
        )

    # --- with the key of another server ----------------------------------------------------------------------------

    def _take(self, job: CertificateWork, turn: KeyTurn) -> None:
        id = job.certificate.id
        self.steps.note(id, request={}, issue={}, install={}, thumbprint=None, waiting=turn.waiting)
        if turn.refusal:
            raise RolloutError(turn.refusal)
        if turn.waiting:
            return
        if self.wanted.check_mode:
            self._install(job, lambda: self._planned(job, with_key=True))
        else:
            self._install(job, lambda: self._with_key(job, turn))

    def _with_key(self, job: CertificateWork, turn: KeyTurn) -> Installation:
        """Both in one step: Ansible keeps what a task returns or is given, and shows it to callbacks."""
        options, now = self.wanted.options, self.wanted.now
        exported = self._exported(job, turn)
        brought = AuthorityAnswer(None, ISSUED, exported.certificate, exported.chain)
        delivery = delivery_of(job.certificate, brought, now=now, minimum_days=options.minimum_days, key=exported.key)
        return install(self.host, delivery, trusted_roots=options.trusted_roots)

    def _exported(self, job: CertificateWork, turn: KeyTurn) -> ExportedKey:
        return export_from_first(
            self.open_host,
            (turn.source, *turn.also),
            job.certificate,
            Thumbprint(turn.thumbprint),
            now=self.wanted.now,
            minimum_days=self.wanted.options.minimum_days,
        )
