# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificates of a server that nobody logs on to: files on the controller, and what its ports show."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import AuthorityAnswer
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import CertificateWork
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.bundling import BUNDLED, Bundling, bundle
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.offline import OfflineAuthority
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.assignments import Assigner
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.deploy import (
    ServerDeployment,
    answer_to_order,
    refuse_failed_request,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.steps import Result, ServerSteps, told_with


def look_at_files(wanted: ServerDeployment) -> ServerSteps:
    """How far each certificate is, and what a person is to do next; what people need is written, outside of check
    mode."""
    steps = ServerSteps()
    with told_with(steps):
        for job in wanted.work.certificates:
            # What it shares is brought from a server that has it.
            if not job.sharers:
                id, bundling = job.certificate.id, _bundling(wanted, job)
                done = steps.take(id, "request", lambda: bundle(bundling).to_result())  # noqa: B023
                steps.note(id, issue={}, install={}, thumbprint=done["thumbprint"], waiting=done["message"])
    return steps


def deploy_files(wanted: ServerDeployment) -> Result:
    """Write what the CA has issued since, and leave the assignment as steps by hand, unless a port shows it."""
    steps = ServerSteps(wanted.found)
    assigner = Assigner(None, wanted.work, wanted.options, steps, wanted.now, wanted.check_mode)
    with told_with(steps):
        for job in wanted.ordered:
            if job.sharers:
                _carry(steps, wanted, job)
            else:
                _bring(steps, wanted, job)
            if wanted.options.assign:
                assigner.assign(job)
    return {**steps.result(), "held": {}}


def _bring(steps: ServerSteps, wanted: ServerDeployment, job: CertificateWork) -> None:
    id = job.certificate.id
    refuse_failed_request(wanted, id)
    answer = answer_to_order(steps, id, wanted.issue(id))
    if answer is not None:
        done = steps.take(id, "install", lambda: bundle(_bundling(wanted, job, answer)).to_result())
        steps.note(id, thumbprint=done["thumbprint"], waiting=done["message"])
    if not wanted.options.obtain and wanted.request(id).get("state") != BUNDLED:
        raise RolloutError(
            f"There is no certificate that serves as '{job.certificate.use}' of {wanted.work.fqdn} yet, so there is"
            " none to assign",
            mend="Have it made first: run with the tag certificates, too",
        )


def _bundling(wanted: ServerDeployment, job: CertificateWork, answer: AuthorityAnswer | None = None) -> Bundling:
    options = wanted.options
    return Bundling(
        job.certificate,
        OfflineAuthority(options.directory),
        now=wanted.now,
        minimum_days=options.minimum_days,
        answer=answer,
        online=not job.offline and answer is None,
        root=options.bundle_root,
        check_mode=wanted.check_mode or not options.obtain,
    )


def _carry(steps: ServerSteps, wanted: ServerDeployment, job: CertificateWork) -> None:
    """A person brings a certificate with its key from a server that has it."""
    id = job.certificate.id
    turn = wanted.turns[id]
    if turn.refusal:
        raise RolloutError(turn.refusal)
    known = {"thumbprint": turn.thumbprint or None, "waiting": turn.waiting, "key_from": turn.source}
    steps.note(id, request={}, issue={}, install={}, **known)
