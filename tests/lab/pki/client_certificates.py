# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate by which the estate's administrator logs on: issued to itself, with a user principal name."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from lab.pki.der import header, tlv
from lab.pki.stores import Stores, thumbprint

if TYPE_CHECKING:
    from lab.estate import Estate
    from lab.machine import Machine

# szOID_NT_PRINCIPAL_NAME.
_UPN = ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
_UTF8_STRING = 0x0C
_USAGES = {"client": ExtendedKeyUsageOID.CLIENT_AUTH, "server": ExtendedKeyUsageOID.SERVER_AUTH}


class ClientIdentity:
    """Certificate and key as files; `client_certificate` of the estate file may change `upn`, `days` and `usage`."""

    def __init__(self, estate: Estate) -> None:
        self.settings: dict[str, Any] = estate.description.get("client_certificate") or {}
        self.upn = str(self.settings.get("upn", "rollout@localhost"))
        place = estate.directory / "client"
        self.certificate_path, self.key_path = place / "certificate.pem", place / "key.pem"
        if not self.certificate_path.is_file():
            place.mkdir(parents=True, exist_ok=True)
            self._issue(estate.clock())

    @property
    def certificate(self) -> bytes:
        """DER."""
        held = x509.load_pem_x509_certificate(self.certificate_path.read_bytes())
        return held.public_bytes(serialization.Encoding.DER)

    def _issue(self, now: datetime.datetime) -> None:
        key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.upn.partition("@")[0])])
        upn = x509.OtherName(_UPN, tlv(_UTF8_STRING, self.upn.encode()))
        ends = now + datetime.timedelta(days=float(self.settings.get("days", 365)))
        builder = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(min(now, ends) - datetime.timedelta(days=1))
            .not_valid_after(ends)
            .add_extension(x509.SubjectAlternativeName([upn]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([_USAGES[self.settings.get("usage", "client")]]), critical=False)
        )
        certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.key_path.touch(mode=0o600)
        self.key_path.write_bytes(key.private_bytes(*pem))
        self.certificate_path.write_bytes(certificate)


def trust(machine: Machine) -> None:
    """What an administrator does before the certificate can be mapped."""
    Stores(machine).add("Root", ClientIdentity(machine.estate).certificate)


def mappings(machine: Machine) -> list[dict[str, str]]:
    """`subject`, `issuer` (a thumbprint) and `account` of each mapping (WSMan's ClientCertificate).

    Unless the estate file gives `certificate_mappings`: the administrator's, to the machine's first account.
    """
    identity, own = ClientIdentity(machine.estate), machine.accounts.all()
    usual = {"subject": identity.upn, "issuer": thumbprint(identity.certificate)}
    given = (machine.settings.get("winrm") or {}).get("certificate_mappings")
    return [{**usual, **one} for one in (given if given is not None else [{"account": one.name} for one in own[:1]])]


def name_of(certificate: x509.Certificate) -> str:
    """The user principal name among the alternative names; empty where there is none."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ""
    held = (one.value for one in names.get_values_for_type(x509.OtherName) if one.type_id == _UPN)
    return next((value[header(value)[1] :].decode("utf-8", "replace") for value in held), "")
