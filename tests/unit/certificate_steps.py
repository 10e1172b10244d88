"""The steps of a certificate on hosts in memory, each as its engine does it; results as a task returns them."""

from __future__ import annotations

from typing import Any

from unit.fakes_windows import NOW, FakeCa, FakeServer, planned

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import (
    ISSUED,
    Authority,
    AuthorityAnswer,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import load_certificate, load_certificates
from ansible_collections.ucops.rollout.plugins.module_utils.model import certificate_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig, Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.adcs import AdcsAuthority
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.enrolling import Enrolling, enrol
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.installing import delivery_of, install
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.issuing import PlacedOrder, issue_all
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.offline import OfflineAuthority

Result = dict[str, Any]


def snapshot(server: FakeServer) -> dict[str, dict[str, Any]]:
    return {key: dict(values) for key, values in server.registry.values.items()}


def request(
    server: FakeServer,
    plan: Result | None = None,
    *,
    check_mode: bool = False,
    minimum_days: int = 30,
    directory: str | None = None,
) -> Result:
    authority = OfflineAuthority(directory) if directory else None
    certificate = certificate_from_plain(plan or planned())
    return enrol(Enrolling(server.host, certificate, NOW, minimum_days, authority, check_mode)).to_result()


def issue_request(
    ca: FakeCa,
    request: str | None,
    public_key: str | None,
    *,
    plan: Result | None = None,
    roots: tuple[str, ...] = (),
    check_mode: bool = False,
    minimum_days: int = 30,
) -> Result:
    certificate = certificate_from_plain(plan or planned())
    authority = AdcsAuthority(ca.host, CaConfig(str(certificate.issuer.ca)))
    terms: Result = {"now": NOW, "minimum_days": minimum_days, "check_mode": check_mode}
    trusted = tuple(Thumbprint(root) for root in roots)
    return issued_alone(authority, PlacedOrder(certificate, request, public_key), trusted_roots=trusted, **terms)


def issued_alone(authority: Authority, placed: PlacedOrder, **terms: Any) -> Result:
    """The result of one order; raises the error with which it failed."""
    (outcome,) = issue_all(authority, [placed], **terms)
    if outcome.issuance is None:
        assert outcome.error is not None
        raise outcome.error
    return outcome.issuance.to_result()


def issued_for(ca: FakeCa, asked: Result, **more: Any) -> Result:
    """What the CA makes of a request's result."""
    return issue_request(ca, asked["request"], asked["public_key"], **more)


def install_issued(
    server: FakeServer,
    issued: Result,
    *,
    plan: Result | None = None,
    roots: tuple[str, ...] = (),
    check_mode: bool = False,
) -> Result:
    """Install what the CA's step returned."""
    chain = load_certificates("\n".join(issued["chain"]), where="chain") if issued["chain"] else ()
    answer = AuthorityAnswer(None, ISSUED, load_certificate(issued["certificate"], where="issued"), chain)
    certificate = certificate_from_plain(plan or planned())
    delivery = delivery_of(certificate, answer, now=NOW, minimum_days=30)
    trusted = tuple(Thumbprint(root) for root in roots)
    return install(server.host, delivery, trusted_roots=trusted, check_mode=check_mode).to_result()
