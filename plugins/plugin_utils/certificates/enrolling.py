# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The server's side of a request: does it hold a certificate that serves, is a key waiting for one, or is one made?

The store REQUEST shows keys that wait: for each a self-signed stand-in with the request's key and names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import PrivateKey, unmet, unmet_by_key
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import (
    CertificateRequest,
    check_request,
    load_request,
    request_inf,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, normalise_name
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.certreq import delete_from_store, new_request
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import (
    MY,
    REQUEST,
    CertificateStores,
    StoreEntry,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


@dataclass(frozen=True)
class Outstanding:
    """A key that waits for its certificate, and where it lies."""

    stand_in: X509Certificate
    key: PrivateKey


def enrol(
    host: WindowsHost,
    planned: Mapping[str, Any],
    *,
    now: datetime,
    minimum_days: int,
    check_mode: bool = False,
    at_hand: Callable[[], CertificateRequest | None] = lambda: None,
) -> dict[str, Any]:
    """What ``certificate_request`` returns.

    :param at_hand: a request written earlier, for an outstanding key: saves building it again. It is believed only
        when it is for that key and for the planned names.
    """
    stores = CertificateStores(host.registry, host.name)
    held, reasons = _held(planned, stores.entries(MY), now, minimum_days)
    if held:
        return _result("held", reasons, thumbprint=held.thumbprint, held=held.describe(), public_key=held.public_key)
    waiting = find_outstanding(planned, stores.entries(REQUEST))
    if waiting:
        request = at_hand()
        if not (request and request.public_key == waiting.stand_in.public_key):
            request = None if check_mode else _request_again(host, stores, planned, waiting)
        return _with_request("outstanding", reasons, waiting.stand_in.public_key, request)
    if check_mode:
        return _result("would_create", reasons, changed=True)
    request = _made(host, planned, request_inf(planned))
    return _with_request("created", reasons, request.public_key, request, changed=True)


def find_outstanding(planned: Mapping[str, Any], entries: Sequence[StoreEntry]) -> Outstanding | None:
    """The newest waiting key that serves the plan."""
    fitting = [
        Outstanding(entry.certificate, entry.key)
        for entry in entries
        if entry.certificate and entry.key and not _unmet_by_stand_in(planned, entry.certificate, entry.key)
    ]
    return max(fitting, key=lambda waiting: waiting.stand_in.not_before, default=None)


def _held(
    planned: Mapping[str, Any], entries: Sequence[StoreEntry], now: datetime, minimum_days: int
) -> tuple[X509Certificate | None, list[dict[str, Any]]]:
    """The certificate that serves longest, and for all others why they do not."""
    serving: list[X509Certificate] = []
    reasons = []
    for entry in entries:
        unfit = _reasons(planned, entry, now, minimum_days)
        if entry.certificate and not unfit:
            serving.append(entry.certificate)
        else:
            subject = entry.certificate.subject if entry.certificate else ""
            reasons.append({"thumbprint": entry.thumbprint, "subject": subject, "reasons": unfit})
    return max(serving, key=lambda held: (held.not_after, held.thumbprint), default=None), reasons


def _reasons(planned: Mapping[str, Any], entry: StoreEntry, now: datetime, minimum_days: int) -> list[str]:
    if entry.certificate is None:
        return [entry.problem]
    return unmet(planned, entry.certificate, entry.key, now=now, minimum_days=minimum_days)


def _unmet_by_stand_in(planned: Mapping[str, Any], stand_in: X509Certificate, key: PrivateKey) -> list[str]:
    """Why a waiting key does not serve. A stand-in without names says nothing about the names asked for: then the
    request itself is compared, which is at the CA or is built again."""
    reasons = unmet_by_key(planned, key)
    if normalise_name(stand_in.common_name or "") != normalise_name(planned["subject"]["common_name"]):
        reasons.append("another common name")
    names = [normalise_name(name) for name in stand_in.names]
    if names and names != [normalise_name(name) for name in planned["subject_alternative_names"]]:
        reasons.append("other names")
    wanted = (planned["key"].get("algorithm", "rsa"), planned["key"]["length"])
    if (stand_in.key_algorithm, stand_in.key_length) != wanted:
        reasons.append("another kind of key")
    return reasons


def _made(host: WindowsHost, planned: Mapping[str, Any], inf: bytes) -> CertificateRequest:
    where = f"{host.name}: the request that certreq made"
    request = load_request(new_request(host, inf), where=where)
    check_request(planned, request, where=where)
    return request


def _request_again(
    host: WindowsHost, stores: CertificateStores, planned: Mapping[str, Any], waiting: Outstanding
) -> CertificateRequest | None:
    """The request of a waiting key once more; None when it cannot be had, for a CA that knows the key needs none.

    certreq adds a further stand-in for the same key each time, which is taken away again.
    """
    before = frozenset(stores.thumbprints(REQUEST))
    try:
        request = _made(host, planned, request_inf(planned, existing=waiting.key))
    except RolloutError:
        return None
    finally:
        for name in sorted(set(stores.thumbprints(REQUEST)) - before):
            _remove_duplicate(host, stores, name, waiting)
    return request if request.public_key == waiting.stand_in.public_key else None


def _remove_duplicate(host: WindowsHost, stores: CertificateStores, name: str, waiting: Outstanding) -> None:
    entry = stores.entry(REQUEST, name)
    if entry and entry.certificate and entry.certificate.public_key == waiting.stand_in.public_key:
        delete_from_store(host, REQUEST, name)


def _with_request(
    state: str,
    reasons: list[dict[str, Any]],
    public_key: str,
    request: CertificateRequest | None,
    *,
    changed: bool = False,
) -> dict[str, Any]:
    pem = request.pem if request else None
    return _result(state, reasons, changed=changed, request=pem, public_key=public_key)


def _result(state: str, reasons: list[dict[str, Any]], *, changed: bool = False, **known: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"thumbprint": None, "request": None, "public_key": None, "held": None}
    return {"changed": changed, "state": state, "reasons": reasons, **empty, **known}
