"""Stores of a server for tests of what is said of them: as planned, and with each fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from unit.audits import CA, GOOD, ID, KEY, SERVER, read, stored
from unit.fakes_windows import NOW, authority, certificate, planned_certificate, rsa_key

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.machine_stores import (
    StoredCertificate,
    TrustedCertificate,
    TrustedRoots,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.findings.held import HeldStores, held_findings
from ansible_collections.ucops.rollout.plugins.module_utils.findings.roots import root_store_findings
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding
from ansible_collections.ucops.rollout.plugins.module_utils.windows.generation import generation

ROOT = read(CA.certificate)
ISSUING = authority("Issuing CA", CA, number=101)
MACHINE_ROOT = "SOFTWARE\\Microsoft\\SystemCertificates\\Root"
POLICY_ROOT = "SOFTWARE\\Policies\\Microsoft\\SystemCertificates\\Root"
ENTERPRISE_ROOT = "SOFTWARE\\Microsoft\\EnterpriseCertificates\\Root"
OF_2008R2, OF_2012 = generation("6.1.7601"), generation("6.2.9200")
CURVE = ec.generate_private_key(ec.BrainpoolP256R1())


def on(place: str, *of: X509Certificate) -> tuple[TrustedCertificate, ...]:
    return tuple(TrustedCertificate(place, one.thumbprint, one) for one in of)


def many_roots(count: int) -> tuple[TrustedCertificate, ...]:
    """So many that could not be read."""
    return tuple(TrustedCertificate(MACHINE_ROOT, f"{number:040X}", None) for number in range(count))


def of_roots(*held: TrustedCertificate, **more: Any) -> list[Finding]:
    return list(root_store_findings(SERVER, TrustedRoots(held, **{"windows": OF_2012, **more})))


def in_use(of: X509Certificate, **more: Any) -> list[Finding]:
    """Of a server whose one certificate this is, in a planned place."""
    held = stored(of, issuers=(ROOT,), **more)
    return of_stores(held, used=(of,))


def of_stores(
    *own: StoredCertificate,
    used: tuple[X509Certificate, ...] = (),
    waiting: tuple[StoredCertificate, ...] = (),
    pending: Mapping[str, int] = MappingProxyType({}),
    revoked: tuple[X509Certificate, ...] = (),
    **plan: Any,
) -> list[Finding]:
    """``used``: what a planned place has; ``pending``: the keys whose requests wait at the CA."""
    named = {one.thumbprint: ID for one in used}
    held = HeldStores(own, waiting, named, frozenset(named), pending, frozenset(one.public_key for one in revoked))
    return list(held_findings(SERVER, [planned_certificate(**plan)], held, now=NOW, minimum_days=30))


def stand_in(days: float, names: list[str] | None = None, number: int = 5) -> StoredCertificate:
    """A key that waits since so many days, for the planned names or others."""
    common_name = names[0] if names else "ocspool.company.local"
    made = certificate(CA, common_name, names, key=rsa_key(number), begin=NOW - timedelta(days=days))
    return stored(read(made))


def key_of(held: StoredCertificate) -> str:
    """The public key of a certificate that can be read."""
    assert held.certificate is not None
    return held.certificate.public_key


KSP = replace(KEY, provider="Microsoft Software Key Storage Provider", provider_type=0)
BY_PSS = read(certificate(CA, pss=True))
SHORT_KEY = read(certificate(CA, key=rsa_key(6, 1024)))
ODD_CURVE = read(certificate(CA, key=CURVE))
# The library signs with SHA-1 no more.
BY_SHA1 = replace(GOOD, signature_algorithm="sha1_rsa")
BY_ISSUING = read(certificate(ISSUING))
# What a CA with AlternateSignatureAlgorithm=1 signs for one below it.
PSS_ISSUER = read(certificate(CA, "Issuing CA", [], key=rsa_key(101), pss=True, ca=True))
SECOND = read(certificate(CA, key=rsa_key(7)))
