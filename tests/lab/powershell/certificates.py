# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates as .NET shows them: X509Certificate2 of a store or a file, its keys, PFX out and in."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from lab.files import FileError
from lab.pki.pfx import NoPfx, Pfx, WrongPassword, read_pfx, to_pfx
from lab.pki.stores import (
    FRIENDLY_NAME,
    KEY_PROVIDER,
    PROVIDERS,
    KeyContainer,
    StoredCertificate,
    Stores,
    drop_key,
    keep_key,
    key_provider_property,
    thumbprint,
)
from lab.powershell import dotnet
from lab.powershell.members import MethodFailed
from lab.powershell.values import Computed, DateTime, PSObject, items, text, truth, whole

if TYPE_CHECKING:
    from lab.powershell.interpreter import Interpreter

_TYPES = (
    "System.Security.Cryptography.X509Certificates.X509Certificate2",
    "System.Security.Cryptography.X509Certificates.X509Certificate",
)
_CRYPTOGRAPHIC = "System.Security.Cryptography.CryptographicException"
_RSA = ("System.Security.Cryptography.RSACryptoServiceProvider",)
_FLAGS = "System.Security.Cryptography.X509Certificates.X509KeyStorageFlags"
_USER_KEY_SET, _MACHINE_KEY_SET, _EXPORTABLE, _PERSIST_KEY_SET = 1, 2, 4, 16
# Where a PFX names no provider.
_ENHANCED = "Microsoft Enhanced Cryptographic Provider v1.0"
# Providers of these types know no SHA-2.
_OLD_TYPES = (1, 12)
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


def certificate_object(ps: Interpreter, of: StoredCertificate | x509.Certificate) -> Certificate:
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
        "PrivateKey": _private_key(ps, container),
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
    made = Certificate(
        of if isinstance(of, StoredCertificate) else StoredCertificate(raw),
        values,
        {
            "GetRawCertData": lambda: raw,
            "GetCertHashString": lambda: print_,
            "GetSerialNumberString": lambda: values["SerialNumber"],
            "GetCertHash": lambda: bytes.fromhex(print_),
            "GetRawCertDataString": lambda: raw.hex().upper(),
            "Verify": lambda: Stores(ps.machine).chain(raw)[1],
            "GetExpirationDateString": lambda: values["NotAfter"],
            "GetNameInfo": lambda kind, issuer: _simple(certificate.issuer if issuer else certificate.subject),
            "Export": lambda kind, password=None: _exported(ps, container, raw, values["FriendlyName"], kind, password),
            "Import": lambda *given: _take(ps, made, given),
        },
    )
    return made


class Certificate(PSObject):
    """An X509Certificate2, and what it is in a store."""

    def __init__(
        self,
        stored: StoredCertificate | None = None,
        values: dict[str, Any] | None = None,
        methods: dict[str, Callable[..., Any]] | None = None,
    ) -> None:
        super().__init__(values, _TYPES, methods=methods, base=stored.der if stored else None)
        self.stored = stored


def new_certificate(ps: Interpreter, arguments: list[Any]) -> PSObject:
    """`New-Object X509Certificate2`, empty or of a file or its bytes, a PFX with its password and flags."""
    made = Certificate(methods={"Import": lambda *given: _take(ps, made, given)})
    if arguments and arguments != [None]:
        _take(ps, made, tuple(arguments))
    return made


def _take(ps: Interpreter, made: Certificate, given: tuple[Any, ...]) -> None:
    """Become the certificate of a file or of bytes."""
    if not 1 <= len(given) <= 3:
        raise TypeError("the argument count")
    stored = _read(ps, *given)
    found = certificate_object(ps, stored)
    made.stored, made.base = stored, stored.der
    made.properties = found.properties
    made.methods = found.methods
    made.methods["Import"] = lambda *more: _take(ps, made, more)


def _read(ps: Interpreter, source: Any, password: Any = None, flags: Any = 0) -> StoredCertificate:
    try:
        raw = ps.process.read_file(source) if isinstance(source, str) else _bytes(source)
    except FileError as problem:
        raise MethodFailed(_CRYPTOGRAPHIC, "The system cannot find the file specified.\r\n") from problem
    try:
        return StoredCertificate(x509.load_der_x509_certificate(raw).public_bytes(Encoding.DER))
    except ValueError:
        pass
    try:
        pfx = read_pfx(raw, text(password))
    except NoPfx as problem:
        raise MethodFailed(_CRYPTOGRAPHIC, "Cannot find the requested object.\r\n") from problem
    except WrongPassword as problem:
        raise MethodFailed(_CRYPTOGRAPHIC, "The specified network password is not correct.\r\n") from problem
    return _imported(ps, pfx, whole(dotnet.converted(ps, _FLAGS, flags).number))


def _imported(ps: Interpreter, pfx: Pfx, flags: int) -> StoredCertificate:
    """The key goes into the key store at once, and stays there after the process only where that was asked for."""
    properties = {FRIENDLY_NAME: pfx.friendly_name.encode("utf-16-le") + b"\0\0"} if pfx.friendly_name else {}
    if pfx.key is None:
        return StoredCertificate(pfx.der, properties)
    if flags & _MACHINE_KEY_SET and not ps.process.session.account.administrator:
        raise MethodFailed(_CRYPTOGRAPHIC, "Access is denied.\r\n")
    provider = pfx.provider if pfx.provider in PROVIDERS else _ENHANCED
    container = KeyContainer(
        f"{{{uuid.uuid4()}}}".upper(), pfx.key, provider, PROVIDERS[provider], 1, bool(flags & _EXPORTABLE),
        of_machine=bool(flags & _MACHINE_KEY_SET),
    )  # fmt: skip
    keep_key(ps.machine, container)
    if not flags & _PERSIST_KEY_SET:
        ps.endings.append(lambda: drop_key(ps.machine, container))
    return StoredCertificate(pfx.der, {**properties, KEY_PROVIDER: key_provider_property(container)})


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return bytes(whole(one, "System.Byte", 0, 256) for one in items(value))


def _exported(
    ps: Interpreter, container: KeyContainer | None, raw: bytes, friendly_name: str, kind: Any, password: Any
) -> bytes:
    if dotnet.converted(ps, "System.Security.Cryptography.X509Certificates.X509ContentType", kind) != "Pfx":
        return raw
    if container is not None and not container.exportable:
        raise MethodFailed(_CRYPTOGRAPHIC, "Key not valid for use in specified state.\r\n")
    key, provider = (container.key, container.provider) if container is not None else (None, "")
    made = to_pfx(Pfx(key, raw, friendly_name, provider), text(password))
    ps.machine.traces.exported.append(made)
    return made


def store_object(ps: Interpreter, arguments: list[Any]) -> PSObject:
    """`New-Object X509Store 'My', 'LocalMachine'`."""
    name = text(arguments[0]) if arguments else "My"
    store = {"my": "MY", "root": "Root", "ca": "CA", "certificateauthority": "CA"}.get(name.lower(), name)
    place = text(arguments[1]) if len(arguments) > 1 else "CurrentUser"
    of_machine = place.lower() == "localmachine"
    opened: list[str] = []
    made = PSObject({"Name": name, "Location": place}, ("System.Security.Cryptography.X509Certificates.X509Store",))

    def open_store(flags: Any) -> None:
        wanted = str(dotnet.converted(ps, "System.Security.Cryptography.X509Certificates.OpenFlags", flags))
        if of_machine and wanted == "ReadWrite" and not ps.process.session.account.administrator:
            raise MethodFailed(_CRYPTOGRAPHIC, "Access is denied.\r\n")
        opened[:] = [wanted]

    def writable() -> None:
        if not opened:
            raise MethodFailed(_CRYPTOGRAPHIC, "The X509 certificate store has not been opened.")
        if opened[0] == "ReadOnly":
            raise MethodFailed(_CRYPTOGRAPHIC, "Access is denied.\r\n")

    def add(one: Any) -> None:
        writable()
        stored = one.stored if isinstance(one, Certificate) else None
        if stored is not None and of_machine:
            Stores(ps.machine).put(store, stored)

    def remove(one: Any) -> None:
        writable()
        if isinstance(one, Certificate) and one.stored is not None and of_machine:
            Stores(ps.machine).remove(store, one.stored.thumbprint)

    made.properties["Certificates"] = Computed(
        lambda: [certificate_object(ps, one) for one in _listed(ps, store)] if of_machine else []
    )
    for word, method in {"Open": open_store, "Close": opened.clear, "Add": add, "Remove": remove}.items():
        made.methods[word] = method
    return made


def _listed(ps: Any, store: str) -> list[StoredCertificate]:
    """What a store shows that was not opened for archived ones too."""
    return [one for one in Stores(ps.machine).held(store) if not one.archived]


def _digest(name: Any, old: bool = False) -> hashes.HashAlgorithm:
    known: dict[str, hashes.HashAlgorithm] = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256()}
    found = known.get(text(name).lower().replace("-", ""))
    if found is None or old and found.name != "sha1":
        raise MethodFailed(_CRYPTOGRAPHIC, "Invalid algorithm specified.\r\n")
    return found


def _verified(key: rsa.RSAPublicKey, data: Any, digest: Any, signature: Any) -> bool:
    try:
        key.verify(_bytes(signature), _bytes(data), padding.PKCS1v15(), _digest(digest))
    except InvalidSignature:
        return False
    return True


def _named(name: x509.Name) -> PSObject:
    return PSObject({"Name": name_text(name)}, ("System.Security.Cryptography.X509Certificates.X500DistinguishedName",))


def _simple(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else name_text(name)


def _signature(certificate: x509.Certificate) -> str:
    used = certificate.signature_hash_algorithm
    return f"{used.name}RSA" if used is not None else ""


def _private_key(ps: Interpreter, container: KeyContainer | None) -> PSObject | None:
    """Where the key lies and what may be done with it; keys of CNG (provider type 0) are not told of here."""
    if container is None or not container.provider_type:
        return None
    info = {
        "Accessible": True,
        "Exportable": container.exportable,
        "HardwareDevice": False,
        "KeyContainerName": container.name,
        "MachineKeyStore": container.of_machine,
        "ProviderName": container.provider,
        "ProviderType": container.provider_type,
        "Removable": False,
    }
    csp = PSObject(info, ("System.Security.Cryptography.CspKeyContainerInfo",))
    made = PSObject({"CspKeyContainerInfo": csp, "KeySize": container.key.key_size, "PersistKeyInCsp": True}, _RSA)
    old = container.provider_type in _OLD_TYPES

    def keep(new: Any) -> None:
        made.properties["PersistKeyInCsp"] = truth(new)

    def clear() -> None:
        if not made.get("PersistKeyInCsp"):
            drop_key(ps.machine, container)

    made.setters["PersistKeyInCsp"] = keep
    made.methods["Clear"] = clear
    made.methods["SignData"] = lambda data, digest: container.key.sign(
        _bytes(data), padding.PKCS1v15(), _digest(digest, old)
    )
    return made


def _public_key(certificate: x509.Certificate) -> PSObject:
    key = certificate.public_key()
    shown = PSObject({"KeySize": key.key_size if isinstance(key, rsa.RSAPublicKey) else 0}, _RSA)
    if isinstance(key, rsa.RSAPublicKey):
        shown.methods["VerifyData"] = lambda data, digest, signature: _verified(key, data, digest, signature)
    return PSObject(
        {"Key": shown},
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
