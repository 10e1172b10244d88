# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificate requests that certreq built: read, and compared with the plan."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils import seam_cryptography as crypto
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import PrivateKey, unmet_by_key
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.pem import armour, unarmour
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.public_key import (
    key_of,
    spki,
    verify_signature,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import (
    X509Certificate,
    common_name,
    extended_key_usage_of,
    key_usage_of,
    names_of,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.names import comparable
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said

MAX_REQUEST = 32 * 1024


@dataclass(frozen=True)
class CertificateRequest:
    """One PKCS#10 request whose signature was verified. ``public_key`` as in ``X509Certificate``."""

    der: bytes
    common_name: str | None
    names: tuple[str, ...]
    key_algorithm: str
    key_length: int
    key_usage: tuple[str, ...] | None
    extended_key_usage: tuple[str, ...] | None
    public_key: str

    @property
    def pem(self) -> str:
        return armour(self.der, "CERTIFICATE REQUEST")


def load_request(data: bytes | str, *, where: str) -> CertificateRequest:
    """A request, DER or PEM of any label; its self-signature must hold."""
    crypto.require()
    blocks = unarmour(data, where=where)
    if len(blocks) != 1 or len(blocks[0]) > MAX_REQUEST:
        raise RolloutError("not one request", where=where)
    try:
        return _read(blocks[0])
    except RolloutError as error:
        raise RolloutError(error.what, where=where) from error
    except Exception as error:  # hostile input: whatever the library raises means the same here
        raise RolloutError(f"not a request that can be read ({error})", where=where) from error


def unmet_by_request(planned: PlannedCertificate, request: CertificateRequest) -> list[str]:
    """Why a request does not ask for what the plan says; names must be the planned ones in the planned order."""
    reasons = []
    if comparable(request.common_name or "") != comparable(planned.common_name):
        reasons.append(f"its common name is '{as_said(str(request.common_name), 100)}', not '{planned.common_name}'")
    names = planned.subject_alternative_names
    if [comparable(name) for name in request.names] != [comparable(name) for name in names]:
        reasons.append(f"its names are {as_said(', '.join(request.names), 1000) or 'none'}, not {', '.join(names)}")
    key = planned.key
    if (request.key_algorithm, request.key_length) != (key.algorithm, key.length):
        found = f"{request.key_algorithm} {request.key_length}"
        reasons.append(f"its key is {found}, not {key.algorithm} {key.length}")
    if set(request.extended_key_usage or ()) != set(planned.extended_key_usage):
        reasons.append("its extended key usage is not the planned one")
    if not set(key.key_usage) <= set(request.key_usage or ()):
        reasons.append("its key usage is not the planned one")
    return reasons


def unmet_by_stand_in(planned: PlannedCertificate, stand_in: X509Certificate, key: PrivateKey | None) -> list[str]:
    """Why a waiting key, which the store REQUEST shows by a stand-in, does not serve.

    A stand-in without names says nothing about the names asked for: then the request itself is compared, which is at
    the CA or is built again.
    """
    reasons = unmet_by_key(planned, key)
    if comparable(stand_in.common_name or "") != comparable(planned.common_name):
        reasons.append("another common name")
    names = [comparable(name) for name in stand_in.names]
    if names and names != [comparable(name) for name in planned.subject_alternative_names]:
        reasons.append("other names")
    if (stand_in.key_algorithm, stand_in.key_length) != (planned.key.algorithm, planned.key.length):
        reasons.append("another kind of key")
    return reasons


def check_request(planned: PlannedCertificate, request: CertificateRequest, *, where: str) -> None:
    """Raise ``RolloutError`` with all reasons when a request is not the planned one."""
    reasons = unmet_by_request(planned, request)
    if reasons:
        raise RolloutError(f"the request for {planned.id} is not what was planned: {'; '.join(reasons)}", where=where)


def _read(der: bytes) -> CertificateRequest:
    parsed = crypto.x509.load_der_x509_csr(der)
    try:
        verify_signature(parsed.public_key(), parsed, parsed.tbs_certrequest_bytes)
    except crypto.InvalidSignature as error:
        raise RolloutError("the request's signature does not hold") from error
    algorithm, length = key_of(parsed.public_key())
    return CertificateRequest(
        der=der,
        common_name=common_name(parsed.subject),
        names=names_of(parsed.extensions),
        key_algorithm=algorithm,
        key_length=length,
        key_usage=key_usage_of(parsed.extensions),
        extended_key_usage=extended_key_usage_of(parsed.extensions),
        public_key=spki(parsed.public_key()),
    )
