"""A server in memory with one planned certificate, its CA, and the tasks of a rollout on both."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from unit.certificate_steps import issued_for
from unit.fakes_windows import NOW, FakeCa, FakeServer, planned_certificate

from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import (
    AssignmentWork,
    CertificateWork,
    ServerWork,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.deploy import (
    ServerDeployment,
    deploy,
    make_requests,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.options import DeployOptions
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.survey import Survey, survey

NAME, ID = "ocssrv01.company.local", "ocssrv01.company.local/default"
WEB = AssignmentWork("web_components", "web", 443, "10.0.0.11", 443, "web_components")


def work(*assignments: AssignmentWork, offline: bool = False, **changes: Any) -> ServerWork:
    job = CertificateWork(planned_certificate(), assignments, "" if offline else "ca01", offline)
    return ServerWork(NAME, (replace(job, **changes),), ())


class Site:
    """One server and its CA, whose root the server may be given."""

    def __init__(self, wanted: ServerWork | None = None, **options: Any) -> None:
        self.server, self.ca, self.work = FakeServer(), FakeCa(), wanted or work(WEB)
        roots = (self.ca.issuer.thumbprint,)
        self.options = DeployOptions(**{"trusted_roots": roots, **options})

    def survey(self) -> Survey:
        return survey(self.server.host, self.work, self.options, compare=False, now=NOW)

    def wanted(self, found: dict[str, Any], **more: Any) -> ServerDeployment:
        return ServerDeployment(self.work, self.options, NOW, found, **more)

    def requests(self) -> dict[str, Any]:
        """What is known once all keys and requests are made."""
        found = self.survey().steps.of
        made = make_requests(self.server.host, self.wanted(found)).of
        return {id: {**one, **made.get(id, {})} for id, one in found.items()}

    def issued(self) -> dict[str, Any]:
        """The same once the CA has issued them."""
        found = self.requests()
        return {id: {**one, "issue": issued_for(self.ca, one["request"])} for id, one in found.items()}

    def deploy(self, found: dict[str, Any], **more: Any) -> dict[str, Any]:
        return deploy(self.server.host, self.wanted(found, **more), self.other)

    @staticmethod
    def other(name: str) -> Any:
        raise AssertionError(f"{name} is not asked here")
