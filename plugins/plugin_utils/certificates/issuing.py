# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a request to a certificate that was checked, at most one per key.

The CA is asked first whether it knows the key. So a connection that was lost after a submission, or a run that was
broken off, never brings a second certificate, and nothing has to be remembered on the controller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import find_chain
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import unmet_by_content
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import (
    CertificateRequest,
    check_request,
    load_request,
    unmet_by_request,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import advice, meaning
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.adcs import (
    DENIED,
    ISSUED,
    PENDING,
    Authority,
    AuthorityAnswer,
    AuthorityPolicy,
    KnownRequest,
)

ADMIN_DENIED = 0x80094014


class NotIssued(RolloutError):
    """The CA refused, or issued something else than was asked for. ``result`` joins the task's result."""

    def __init__(self, what: str, result: Mapping[str, Any], *, where: str, mend: str = "") -> None:
        super().__init__(what, where=where, mend=mend)
        self.result = dict(result)


@dataclass(frozen=True)
class Order:
    """One certificate to get: the plan's entry, the key, and the request when it is at hand."""

    planned: Mapping[str, Any]
    public_key: str | None
    request: CertificateRequest | None
    now: datetime
    minimum_days: int
    check_mode: bool = False

    @property
    def label(self) -> str:
        return f"certificate {self.planned['id']}"


def order_of(
    planned: Mapping[str, Any],
    request_pem: str | None,
    public_key: str | None,
    *,
    now: datetime,
    minimum_days: int,
    check_mode: bool,
) -> Order:
    """Check what the server's request brought against the plan."""
    request = load_request(request_pem, where=f"certificate {planned['id']}") if request_pem else None
    if request:
        check_request(planned, request, where=f"certificate {planned['id']}")
        if public_key and public_key != request.public_key:
            raise RolloutError("request and public_key are of different keys", where=f"certificate {planned['id']}")
    key = public_key or (request.public_key if request else None)
    return Order(planned, key, request, now, minimum_days, check_mode)


def issue(authority: Authority, order: Order, *, trusted_roots: Sequence[str] = ()) -> dict[str, Any]:
    """Find or get the certificate; returns the result of ``certificate_issue``."""
    findings = policy_findings(authority.policy(), authority.name)
    answer, changed = _answer(authority, order, findings)
    if answer is None:
        return _result("would_submit", changed=True, findings=findings)
    if answer.disposition == PENDING:
        message = f"request {answer.request_id} waits for an officer of {authority.name}; run again once it is approved"
        return _result("pending", changed=changed, findings=findings, request_id=answer.request_id, message=message)
    certificate, chain = _checked(authority, order, answer, changed, findings)
    return _result(
        "issued",
        changed=changed,
        findings=findings + _root_findings(chain[-1], trusted_roots),
        request_id=answer.request_id,
        certificate=certificate.pem,
        chain=[issuer.pem for issuer in chain],
        thumbprint=certificate.thumbprint,
        description=certificate.describe(),
    )


def policy_findings(policy: AuthorityPolicy, name: str) -> list[dict[str, Any]]:
    """What the CA's settings give reason to say."""
    if not policy.takes_names_from_attributes:
        return []
    return [
        {
            "severity": "warning",
            "code": "ca-names-from-attributes",
            "message": f"the CA {name} takes subject alternative names from request attributes"
            " (EDITF_ATTRIBUTESUBJECTALTNAME2 is set)",
            "breaks": "Whoever may request a certificate can put any name into it and impersonate anybody",
            "mend": "certutil -setreg policy\\EditFlags -EDITF_ATTRIBUTESUBJECTALTNAME2, then restart CertSvc;"
            " this collection does not need the flag",
            "source": "Microsoft KB931351 and its security notes",
            "where": name,
        }
    ]


def _answer(authority: Authority, order: Order, findings: list[dict[str, Any]]) -> tuple[AuthorityAnswer | None, bool]:
    """What the CA has for this key, after submitting if it has nothing; and whether something was submitted."""
    known = _known(authority, order)
    standing = _standing(authority, order, known)
    if standing:
        return standing, False
    _respect_the_officer(authority, known)
    if order.check_mode:
        return None, False
    answer = authority.submit(_request(authority, order, known), order.planned.get("template"))
    if answer.disposition not in (ISSUED, PENDING):
        result = {"changed": True, "request_id": answer.request_id, "code": answer.code, "findings": findings}
        template = order.planned.get("template")
        asked = order.planned["id"] + (f", template '{template}'" if template else "")
        raise NotIssued(
            f"the CA refused request {answer.request_id} for {asked}: {meaning(answer.code)}",
            result,
            where=authority.name,
            mend=advice(answer.code, "Look at the request in the CA's console"),
        )
    return answer, True


def _known(authority: Authority, order: Order) -> tuple[KnownRequest, ...]:
    if order.public_key is None:
        if order.check_mode:
            return ()
        raise RolloutError(
            "neither a request nor a public key", where=order.label, mend="Run certificate_request for it first"
        )
    return authority.find(order.planned["subject"]["common_name"], order.public_key)


def _standing(authority: Authority, order: Order, known: Sequence[KnownRequest]) -> AuthorityAnswer | None:
    """An issued certificate that has not expired, else a pending request for the planned names."""
    for row in known:
        if row.disposition == ISSUED:
            answer = authority.retrieve(row.request_id)
            if answer.certificate and answer.certificate.not_after > order.now:
                return answer
    for row in known:
        if row.disposition == PENDING and not unmet_by_request(order.planned, row.request):
            return AuthorityAnswer(row.request_id, PENDING)
    return None


def _respect_the_officer(authority: Authority, known: Sequence[KnownRequest]) -> None:
    """A person said no to the newest request: asking again and again is no answer to that."""
    if known and known[0].disposition == DENIED and known[0].status == ADMIN_DENIED:
        raise NotIssued(
            f"request {known[0].request_id} was denied: {meaning(ADMIN_DENIED)}",
            {"request_id": known[0].request_id, "code": ADMIN_DENIED},
            where=authority.name,
            mend=advice(ADMIN_DENIED),
        )


def _request(authority: Authority, order: Order, known: Sequence[KnownRequest]) -> CertificateRequest:
    """The request at hand, else one that the CA had refused before for reasons that may be gone."""
    refused = (row.request for row in known if not unmet_by_request(order.planned, row.request))
    request = order.request or next(refused, None)
    if request is None:
        raise RolloutError(
            f"the CA has no request for the outstanding key of {order.planned['id']}, and none is at hand",
            where=authority.name,
            mend="Delete the outstanding request on the server (certutil -delstore REQUEST <thumbprint>) and run again",
        )
    return request


def _checked(
    authority: Authority, order: Order, answer: AuthorityAnswer, changed: bool, findings: list[dict[str, Any]]
) -> tuple[X509Certificate, tuple[X509Certificate, ...]]:
    """The certificate and its chain, after every check that can be made away from the server."""
    certificate = answer.certificate
    if certificate is None:
        raise RolloutError(f"request {answer.request_id} is issued and has no certificate", where=authority.name)
    result = {
        "changed": changed,
        "request_id": answer.request_id,
        "thumbprint": certificate.thumbprint,
        "findings": findings,
    }
    reasons = check_issued(order.planned, certificate, order.public_key, order.now, order.minimum_days)
    if reasons:
        raise NotIssued(
            f"the certificate of request {answer.request_id} for {order.planned['id']} is not what was asked for:"
            f" {'; '.join(reasons)}. It was not installed",
            result,
            where=authority.name,
            mend=f"Correct the template or the CA, revoke this certificate there (serial {certificate.serial}),"
            " then run again",
        )
    try:
        return certificate, _chain(authority, certificate, answer, order.now)
    except RolloutError as error:
        raise NotIssued(error.what, result, where=error.where, mend=error.mend) from error


def check_issued(
    planned: Mapping[str, Any], certificate: X509Certificate, public_key: str | None, now: datetime, minimum_days: int
) -> list[str]:
    """Why an issued certificate must not be installed; empty when it may."""
    reasons = unmet_by_content(planned, certificate, now=now, minimum_days=minimum_days)
    if public_key is not None and certificate.public_key != public_key:
        reasons.insert(0, "it is for another key than the one that was made on the server")
    return reasons


def _chain(
    authority: Authority, certificate: X509Certificate, answer: AuthorityAnswer, now: datetime
) -> tuple[X509Certificate, ...]:
    where = f"{authority.name}: the chain of request {answer.request_id}"
    # A CA may hand out less than its whole chain; its own stores have the rest.
    return find_chain(certificate, answer.candidates, authority.authorities(), now=now, where=where)


def _root_findings(root: X509Certificate, trusted: Sequence[str]) -> list[dict[str, Any]]:
    if not trusted or root.thumbprint in trusted:
        return []
    return [
        {
            "severity": "note",
            "code": "root-not-among-trusted",
            "message": f"the chain ends in '{root.subject}' ({root.thumbprint}), which is none of the trusted roots",
            "breaks": "A server that does not hold this root already refuses the certificate",
            "mend": "Compare the thumbprint with the CA's owner, then add it to the trusted roots",
            "source": "",
            "where": root.subject,
        }
    ]


def _result(state: str, *, changed: bool, findings: list[dict[str, Any]], **known: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "request_id": None,
        "certificate": None,
        "chain": [],
        "thumbprint": None,
        "description": None,
    }
    return {"changed": changed, "state": state, "findings": findings, **empty, **known}
