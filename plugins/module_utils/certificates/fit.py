# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does a certificate serve what the plan asks for? Every reason why not, told at once.

The rules behind: the server's extended key usage and a CRL distribution point on every server certificate
(OCS 2007 "Certificate Requirements"), no key of a CNG provider, no RSASSA-PSS and no MD5 signature, no wildcard that
the plan does not name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.renewal import renewal_due
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, timestamp
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.names import comparable
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said

# CRYPT_MACHINE_KEYSET and NCRYPT_MACHINE_KEY_FLAG have the same value.
MACHINE_KEY_SET = 0x20

# What lets the holder of a server's key log on as a person, sign what people or Windows run, or issue (RFC 5280 section
# 4.2.1.12; Microsoft, object identifiers of its cryptography). Client authentication is in many templates of servers.
POWERS = {
    "2.5.29.37.0": "any purpose",
    "1.3.6.1.4.1.311.10.12.1": "any purpose (of an application policy)",
    "1.3.6.1.4.1.311.20.2.1": "enrolment agent",
    "1.3.6.1.4.1.311.20.2.2": "smart-card logon",
    "1.3.6.1.5.2.3.4": "logon by PKINIT",
    "1.3.6.1.5.5.7.3.3": "code signing",
    "1.3.6.1.5.5.7.3.8": "time stamping",
    "1.3.6.1.5.5.7.3.9": "OCSP signing",
    "1.3.6.1.4.1.311.10.3.1": "trust list signing",
    "1.3.6.1.4.1.311.10.3.10": "qualified subordination",
    "1.3.6.1.4.1.311.10.3.12": "document signing",
    "1.3.6.1.4.1.311.10.3.4.1": "file recovery",
    "1.3.6.1.4.1.311.21.5": "CA exchange",
    "1.3.6.1.4.1.311.21.6": "key recovery agent",
}
_ISSUING = ("key_cert_sign", "crl_sign")

REFUSED_SIGNATURES = frozenset({"md2_rsa", "md4_rsa", "md5_rsa", "rsassa_pss"})


@dataclass(frozen=True)
class PrivateKey:
    """Where Windows keeps a private key (CRYPT_KEY_PROV_INFO). Provider type 0 is a CNG key storage provider."""

    container: str
    provider: str
    provider_type: int
    flags: int
    key_spec: int

    @property
    def is_legacy(self) -> bool:
        return self.provider_type != 0

    @property
    def is_machine(self) -> bool:
        return bool(self.flags & MACHINE_KEY_SET)


def unmet(
    planned: PlannedCertificate,
    certificate: X509Certificate,
    key: PrivateKey | None,
    *,
    now: datetime,
    minimum_days: int,
) -> list[str]:
    """Why a certificate of a server's store does not serve; empty when it does.

    :param key: the private key that the store links to it, None when there is none.
    """
    return unmet_by_content(planned, certificate, now=now, minimum_days=minimum_days) + unmet_by_key(planned, key)


def unmet_by_content(
    planned: PlannedCertificate, certificate: X509Certificate, *, now: datetime, minimum_days: int
) -> list[str]:
    """The same without a look at the private key: what can be said of an issued certificate on the controller."""
    return [
        *_unmet_names(planned, certificate),
        *_unmet_issuer(planned, certificate),
        *_unmet_template(planned, certificate),
        *_unmet_public_key(planned, certificate),
        *_unmet_usage(planned, certificate),
        *_powers(planned, certificate),
        *_unmet_distribution_point(planned, certificate),
        *_unmet_signature(certificate),
        *unmet_extensions(certificate),
        *unmet_dates(certificate, now, minimum_days),
    ]


def unmet_by_key(planned: PlannedCertificate, key: PrivateKey | None) -> list[str]:
    """Why a private key does not serve: absent, not the machine's, of a key storage provider, of the wrong kind."""
    if key is None:
        return ["its private key is not on this machine"]
    reasons = []
    if not key.is_legacy:
        reasons.append(f"its key lies in the key storage provider '{key.provider}', which the product cannot use")
    elif key.key_spec != planned.key.key_spec:
        reasons.append(f"its key is of key specification {key.key_spec}, not an exchange key")
    if not key.is_machine:
        reasons.append("its key belongs to a user, not to the machine")
    return reasons


def authority_common_name(planned: PlannedCertificate) -> str | None:
    """The common name of the CA that the plan names, None when it names none (a public authority)."""
    ca = planned.issuer.ca
    return ca.common_name if isinstance(ca, CaConfig) else None


def _unmet_names(planned: PlannedCertificate, certificate: X509Certificate) -> list[str]:
    reasons = []
    if comparable(certificate.common_name or "") != comparable(planned.common_name):
        reasons.append(f"its common name is {_quoted(certificate.common_name)}, not '{planned.common_name}'")
    if missing := missing_names(planned, certificate):
        reasons.append(f"its subject alternative names lack {', '.join(missing)}")
    if unprintable := [ascii(name) for name in certificate.names if not name.isprintable()]:
        reasons.append(f"it has the name {', '.join(unprintable)}, which some clients cut off and others do not")
    wanted = {comparable(name) for name in planned.subject_alternative_names}
    if wild := sorted({comparable(name) for name in certificate.names if "*" in name} - wanted):
        reasons.append(f"it has the wildcard {as_said(', '.join(wild))}, which the product does not support")
    return reasons


def missing_names(planned: PlannedCertificate, certificate: X509Certificate) -> tuple[str, ...]:
    """The planned alternative names that it lacks."""
    held = {comparable(name) for name in certificate.names}
    wanted = {comparable(name): name for name in planned.subject_alternative_names}
    return tuple(name for key, name in wanted.items() if key not in held)


def further_names(planned: PlannedCertificate, certificate: X509Certificate) -> tuple[str, ...]:
    """The alternative names that it has beyond the planned ones."""
    asked = {comparable(name) for name in planned.names}
    return tuple(name for name in certificate.names if comparable(name) not in asked)


def behind_wildcard(planned: PlannedCertificate, certificate: X509Certificate) -> tuple[str, str]:
    """Its first wildcard, and a planned name that stands behind it; both empty where the order is none to speak of."""
    listed = [comparable(name) for name in certificate.names]
    at = next((number for number, name in enumerate(listed) if name.startswith("*")), len(listed))
    wanted = {comparable(name) for name in planned.subject_alternative_names if not name.startswith("*")}
    behind = next((name for name in listed[at:] if name in wanted.difference(listed[:at])), "")
    return (listed[at], behind) if behind else ("", "")


def _unmet_issuer(planned: PlannedCertificate, certificate: X509Certificate) -> list[str]:
    wanted = authority_common_name(planned)
    if wanted is None or (certificate.issuer_common_name or "").casefold() == wanted.casefold():
        return []
    return [f"its issuer is {_quoted(certificate.issuer_common_name)}, not '{wanted}'"]


def _unmet_template(planned: PlannedCertificate, certificate: X509Certificate) -> list[str]:
    """Certificates of newer templates name theirs by an object identifier, which says nothing of its name."""
    wanted, issued = planned.template, certificate.template
    if wanted is None or issued is None or issued.casefold() == wanted.casefold():
        return []
    return [f"it was issued by the template {_quoted(ascii(issued)[1:-1])}, not '{wanted}'"]


def _unmet_public_key(planned: PlannedCertificate, certificate: X509Certificate) -> list[str]:
    key = planned.key
    if certificate.key_algorithm != key.algorithm:
        return [f"its key is {certificate.key_algorithm}, not {key.algorithm}"]
    if certificate.key_length < key.length:
        return [f"its key has {certificate.key_length} bits, fewer than {key.length}"]
    return []


def _unmet_usage(planned: PlannedCertificate, certificate: X509Certificate) -> list[str]:
    reasons = []
    extended = certificate.extended_key_usage or ()
    if missing := [usage for usage in planned.extended_key_usage if usage not in extended]:
        reasons.append(f"it lacks the extended key usage {', '.join(missing)}")
    # A certificate without the extension may be used for everything (RFC 5280 section 4.2.1.3).
    allowed = planned.key.key_usage if certificate.key_usage is None else certificate.key_usage
    if missing := [usage for usage in planned.key.key_usage if usage not in allowed]:
        reasons.append(f"it lacks the key usage {', '.join(missing)}")
    return reasons


def _powers(planned: PlannedCertificate, certificate: X509Certificate) -> list[str]:
    """What no certificate of a server may be able to do."""
    reasons = ["it is a certificate of a CA, which can issue others"] if certificate.is_authority else []
    if issuing := [usage for usage in certificate.key_usage or () if usage in _ISSUING]:
        reasons.append(f"it has the key usage {', '.join(issuing)}, with which it can issue")
    unplanned = [one for one in certificate.extended_key_usage or () if one not in planned.extended_key_usage]
    if powers := [f"{POWERS[one]} ({one})" for one in unplanned if one in POWERS]:
        reasons.append(f"it may be used for {', '.join(powers)}, which was not planned")
    return reasons


def unasked_names(planned: PlannedCertificate, certificate: X509Certificate) -> list[str]:
    """Names that an issuer put in though nobody asked for them: a reason not to install what it issued.

    A certificate that a site put into the store itself may have further names, and public authorities add such as
    ``www.company.com`` unasked.
    """
    if authority_common_name(planned) is None:
        return []
    more = [ascii(name) for name in further_names(planned, certificate)]
    return [f"it has names that were not asked for: {', '.join(more)}"] if more else []


def _unmet_distribution_point(planned: PlannedCertificate, certificate: X509Certificate) -> list[str]:
    if not planned.require_crl_distribution_point or certificate.crl_distribution_points:
        return []
    return ["it names no CRL distribution point"]


def _unmet_signature(certificate: X509Certificate) -> list[str]:
    if certificate.signature_algorithm not in REFUSED_SIGNATURES:
        return []
    return [f"it is signed with {certificate.signature_algorithm}, which the product refuses"]


def unmet_extensions(certificate: X509Certificate) -> list[str]:
    """What no client accepts, whatever the plan says."""
    if not certificate.unknown_critical:
        return []
    listed = ", ".join(certificate.unknown_critical)
    return [f"it has the critical extension {listed}, which clients do not know and must refuse"]


def unmet_dates(certificate: X509Certificate, now: datetime, minimum_days: int) -> list[str]:
    """Why it does not serve by its dates.

    :param minimum_days: so many are left when it is to be renewed, as far as its lifetime allows (``renewal``).
    """
    if now < certificate.not_before:
        return [f"it is not valid before {timestamp(certificate.not_before)}"]
    if certificate.not_after <= now:
        return [f"it expired on {timestamp(certificate.not_after)}"]
    due = renewal_due(certificate, now, minimum_days)
    return [due] if due else []


def _quoted(name: str | None) -> str:
    return "missing" if name is None else f"'{name}'"
