# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring an issued certificate, its issuers and its key together on a server.

All is checked before anything is touched: the certificate against the plan, the chain signature by signature, the
waiting key, and whether the server trusts the root. Then intermediates, then an allowed root, then the certificate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import build_chain
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import unmet_by_content, unmet_by_key
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.certreq import accept, add_to_store, failed
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import (
    CA,
    DISALLOWED,
    MY,
    REQUEST,
    ROOT,
    CertificateStores,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class NotInstalled(RolloutError):
    """Some of it was done, and then a step failed. ``result`` joins the task's result."""

    def __init__(self, error: RolloutError, done: list[dict[str, Any]]) -> None:
        super().__init__(error.what, where=error.where, mend=error.mend)
        self.result = {"changed": bool(done), "changes": done}


@dataclass(frozen=True)
class Delivery:
    """What goes onto a server: a certificate and its issuers, root last."""

    planned: Mapping[str, Any]
    certificate: X509Certificate
    chain: tuple[X509Certificate, ...]


def delivery_of(
    planned: Mapping[str, Any],
    certificate: X509Certificate,
    candidates: Sequence[X509Certificate],
    *,
    now: datetime,
    minimum_days: int,
) -> Delivery:
    """Check a certificate against the plan and order its chain; raises with every reason."""
    where = f"certificate {planned['id']}"
    reasons = unmet_by_content(planned, certificate, now=now, minimum_days=minimum_days)
    if reasons:
        raise RolloutError(
            f"'{certificate.subject}' ({certificate.thumbprint}) is not what was planned: {'; '.join(reasons)}",
            where=where,
            mend="Nothing was installed. Get the certificate issued as planned",
        )
    return Delivery(planned, certificate, build_chain(certificate, candidates, now=now, where=where))


def install(
    host: WindowsHost, delivery: Delivery, *, trusted_roots: Sequence[str] = (), check_mode: bool = False
) -> dict[str, Any]:
    """Install it; returns the result of ``certificate_install``. A second call changes nothing."""
    stores = CertificateStores(host.registry, host.name)
    present = _is_present(stores, delivery)
    if not present:
        _check_waiting_key(host, stores, delivery)
    changes = _missing_authorities(host, stores, delivery, trusted_roots)
    if not present:
        changes.append(_change(MY, delivery.certificate))
    if not check_mode:
        _apply(host, stores, delivery, changes)
    return {"changed": bool(changes), "thumbprint": delivery.certificate.thumbprint, "changes": changes}


def _is_present(stores: CertificateStores, delivery: Delivery) -> bool:
    entry = stores.entry(MY, delivery.certificate.thumbprint)
    return bool(entry and not unmet_by_key(delivery.planned, entry.key))


def _check_waiting_key(host: WindowsHost, stores: CertificateStores, delivery: Delivery) -> None:
    public_key = delivery.certificate.public_key
    for entry in stores.entries(REQUEST):
        if entry.certificate and entry.certificate.public_key == public_key:
            return
    raise RolloutError(
        f"no outstanding request on this server has the key of certificate {delivery.certificate.thumbprint}"
        f" ('{delivery.certificate.subject}')",
        where=f"{host.name}: certificate {delivery.planned['id']}",
        mend="Nothing was installed. Give the certificate that was issued for this server's own request",
    )


def _missing_authorities(
    host: WindowsHost, stores: CertificateStores, delivery: Delivery, trusted_roots: Sequence[str]
) -> list[dict[str, Any]]:
    """Changes for the stores of authorities; raises when the root is not trusted and may not be added."""
    *intermediates, root = delivery.chain
    _refuse_disallowed(host, stores, delivery)
    held = stores.effective_thumbprints(CA) if intermediates else frozenset()
    changes = [_change(CA, issuer) for issuer in intermediates if issuer.thumbprint not in held]
    if root.thumbprint in stores.effective_thumbprints(ROOT):
        return changes
    if root.thumbprint not in trusted_roots:
        raise RolloutError(
            f"this server does not trust the root '{root.subject}', thumbprint {root.thumbprint}",
            where=host.name,
            mend="Nothing was installed. Compare the thumbprint with the CA's owner, then either publish the root by"
            " Group Policy, or give the thumbprint in trusted_roots (pool_certificates_trusted_roots)",
        )
    return [*changes, _change(ROOT, root)]


def _refuse_disallowed(host: WindowsHost, stores: CertificateStores, delivery: Delivery) -> None:
    disallowed = stores.effective_thumbprints(DISALLOWED)
    for certificate in (delivery.certificate, *delivery.chain):
        if certificate.thumbprint in disallowed:
            raise RolloutError(
                f"'{certificate.subject}' ({certificate.thumbprint}) is in the store of disallowed certificates",
                where=host.name,
                mend="Nothing was installed. Ask who distrusts it, and why",
            )


def _apply(
    host: WindowsHost, stores: CertificateStores, delivery: Delivery, changes: Sequence[Mapping[str, Any]]
) -> None:
    by_thumbprint = {issuer.thumbprint: issuer for issuer in (delivery.certificate, *delivery.chain)}
    done: list[dict[str, Any]] = []
    for change in changes:
        try:
            _carry_out(host, stores, delivery, str(change["store"]), by_thumbprint[change["thumbprint"]])
        except RolloutError as error:
            raise NotInstalled(error, done) from error
        done.append(dict(change))


def _carry_out(
    host: WindowsHost, stores: CertificateStores, delivery: Delivery, store: str, certificate: X509Certificate
) -> None:
    """One change, and a look whether it is there now."""
    name = certificate.thumbprint
    if store != MY:
        result = add_to_store(host, store, certificate)
        if name not in stores.thumbprints(store):
            raise failed(f"'{certificate.subject}' is not in the store {store}", result, where=host.name)
        return
    result = accept(host, certificate)
    entry = stores.entry(MY, name)
    if entry is None:
        raise failed(f"certificate {name} was not accepted", result, where=host.name)
    if reasons := unmet_by_key(delivery.planned, entry.key):
        raise failed(f"certificate {name} was accepted, but {'; '.join(reasons)}", result, where=host.name)


def _change(store: str, certificate: X509Certificate) -> dict[str, Any]:
    return {"verb": "create", "store": store, "thumbprint": certificate.thumbprint, "subject": certificate.subject}
