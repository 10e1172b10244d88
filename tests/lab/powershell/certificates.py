# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates as .NET shows them: X509Certificate2 of a store of the machine."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from lab.pki.stores import FRIENDLY_NAME, KeyContainer, StoredCertificate, Stores, thumbprint
from lab.powershell.values import DateTime, PSObject

if TYPE_CHECKING:
    from lab.powershell.interpreter import Interpreter

_TYPES = (
    "System.Security.Cryptography.X509Certificates.X509Certificate2",
    "System.Security.Cryptography.X509Certificates.X509Certificate",
)
_SHORT = {
    "commonName": "CN",
    "organizationalUnitName": "OU",
    "organizationName": "O",
    "domainComponent": "DC",
    "countryName": "C",
    "localityName": "L",
    "stateOrProvinceName": "S",
    "emailAddress": "E",
}


def name_text(name: x509.Name) -> str:
    """A name as Windows writes it: most specific part first, parted by comma and blank, quoted where needed."""
    parts = []
    for one in reversed([attribute for rdn in name.rdns for attribute in rdn]):
        key = _SHORT.get(one.oid._name, one.oid.dotted_string)
        value = str(one.value)
        quoted = '"' + value.replace('"', '""') + '"' if any(mark in value for mark in ',+="\n<>#;') else value
        parts.append(f"{key}={quoted}")
    return ", ".join(parts)


def local(ps: Interpreter, value: datetime.datetime) -> DateTime:
    """An aware time as the machine's local time."""
    return DateTime(value.astimezone(datetime.UTC).replace(tzinfo=None) + ps.offset, "Local")


def serial_text(certificate: x509.Certificate) -> str:
    """The serial number in upper-case hexadecimal, whole octets."""
    shown = f"{certificate.serial_number:X}"
    return shown if len(shown) % 2 == 0 else f"0{shown}"


def dns_names(certificate: x509.Certificate) -> list[str]:
    """The DNS names of the subject's alternative names."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return list(found.get_values_for_type(x509.DNSName))


def certificate_object(ps: Interpreter, of: StoredCertificate | x509.Certificate) -> PSObject:
    """An X509Certificate2. Private keys are told of, never shown."""
    certificate = of.certificate if isinstance(of, StoredCertificate) else of
    raw = certificate.public_bytes(Encoding.DER)
    container = Stores(ps.machine).container(of) if isinstance(of, StoredCertificate) else None
    friendly = of.properties.get(FRIENDLY_NAME, b"") if isinstance(of, StoredCertificate) else b""
    print_ = thumbprint(raw)
    values: dict[str, Any] = {
        "Archived": False,
        "Extensions": [_extension(one) for one in _extensions(certificate)],
        "FriendlyName": friendly.decode("utf-16-le").rstrip("\0"),
        "IssuerName": _named(certificate.issuer),
        "NotAfter": local(ps, certificate.not_valid_after_utc),
        "NotBefore": local(ps, certificate.not_valid_before_utc),
        "HasPrivateKey": container is not None,
        "PrivateKey": _private_key(container),
        "PublicKey": _public_key(certificate),
        "RawData": raw,
        "SerialNumber": serial_text(certificate),
        "SubjectName": _named(certificate.subject),
        "SignatureAlgorithm": PSObject(
            {"FriendlyName": _signature(certificate)}, ("System.Security.Cryptography.Oid",)
        ),
        "Thumbprint": print_,
        "Version": 3,
        "Handle": 0,
        "Issuer": name_text(certificate.issuer),
        "Subject": name_text(certificate.subject),
    }
    if ps.version >= 3:
        values["DnsNameList"] = [
            PSObject({"Punycode": one, "Unicode": one}, text=one) for one in dns_names(certificate)
        ]
    store = of.store if isinstance(of, StoredCertificate) and of.store else ""
    if store:
        parent = f"Microsoft.PowerShell.Security\\Certificate::LocalMachine\\{store}"
        values |= {
            "PSPath": f"{parent}\\{print_}",
            "PSParentPath": parent,
            "PSChildName": print_,
            "PSIsContainer": False,
            "PSProvider": PSObject(text="Microsoft.PowerShell.Security\\Certificate"),
        }
    return PSObject(
        values,
        _TYPES,
        base=raw,
        methods={
            "GetRawCertData": lambda: raw,
            "GetCertHashString": lambda: print_,
            "GetSerialNumberString": lambda: values["SerialNumber"],
            "GetCertHash": lambda: bytes.fromhex(print_),
            "GetRawCertDataString": lambda: raw.hex().upper(),
            "Verify": lambda: Stores(ps.machine).chain(raw)[1],
            "GetExpirationDateString": lambda: values["NotAfter"],
            "GetNameInfo": lambda kind, issuer: _simple(certificate.issuer if issuer else certificate.subject),
            "Export": lambda *kind: raw,
        },
    )


def _named(name: x509.Name) -> PSObject:
    return PSObject({"Name": name_text(name)}, ("System.Security.Cryptography.X509Certificates.X500DistinguishedName",))


def _simple(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else name_text(name)


def _signature(certificate: x509.Certificate) -> str:
    used = certificate.signature_hash_algorithm
    return f"{used.name}RSA" if used is not None else ""


def _private_key(container: KeyContainer | None) -> PSObject | None:
    """Where the key lies and what may be done with it; keys of CNG (provider type 0) are not told of here."""
    if container is None or not container.provider_type:
        return None
    info = {
        "Accessible": True,
        "Exportable": container.exportable,
        "HardwareDevice": False,
        "KeyContainerName": container.name,
        "MachineKeyStore": True,
        "ProviderName": container.provider,
        "ProviderType": container.provider_type,
        "Removable": False,
    }
    csp = PSObject(info, ("System.Security.Cryptography.CspKeyContainerInfo",))
    values = {"CspKeyContainerInfo": csp, "KeySize": container.key.key_size}
    return PSObject(values, ("System.Security.Cryptography.RSACryptoServiceProvider",))


def _public_key(certificate: x509.Certificate) -> PSObject:
    key = certificate.public_key()
    size = key.key_size if isinstance(key, rsa.RSAPublicKey) else 0
    return PSObject(
        {"Key": PSObject({"KeySize": size}, ("System.Security.Cryptography.RSACryptoServiceProvider",))},
        ("System.Security.Cryptography.X509Certificates.PublicKey",),
    )


def _extensions(certificate: x509.Certificate) -> list[x509.Extension[Any]]:
    try:
        return list(certificate.extensions)
    except ValueError:
        return []


def _extension(one: x509.Extension[Any]) -> PSObject:
    value = one.value
    if isinstance(value, x509.SubjectAlternativeName):
        names = list(value.get_values_for_type(x509.DNSName))
        oid = PSObject({"Value": "2.5.29.17", "FriendlyName": "Subject Alternative Name"})
        return PSObject(
            {"Oid": oid, "Critical": one.critical},
            ("System.Security.Cryptography.X509Certificates.X509Extension",),
            methods={
                "Format": lambda lines: (
                    ("\r\n" if lines else ", ").join(f"DNS Name={name}" for name in names) + ("\r\n" if lines else "")
                )
            },
        )
    oid = PSObject({"Value": one.oid.dotted_string, "FriendlyName": one.oid._name})
    return PSObject(
        {"Oid": oid, "Critical": one.critical},
        ("System.Security.Cryptography.X509Certificates.X509Extension",),
        methods={"Format": lambda lines: ""},
    )
