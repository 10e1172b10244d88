"""A Windows server and a CA in memory, behind the ports, for tests of the engines that use them.

Small on purpose: the estate in tests/lab is the faithful one. What programs print here is in a language that nobody
knows, so that a test fails as soon as an engine reads words.
"""

from __future__ import annotations

import base64
import functools
import struct
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate, certificate_from_plain
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import FaultParts, WsmanFault
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import Files
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import PowerShell, Script
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult, Programs
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import Registry
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.remembered import Remembered
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import Wmi, WmiObject

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
STORES = "SOFTWARE\\Microsoft\\SystemCertificates"
CONFIGURATION = "SYSTEM\\CurrentControlSet\\Services\\CertSvc\\Configuration"
POLICY = f"{CONFIGURATION}\\Company CA\\PolicyModules\\CertificateAuthority_MicrosoftDefault.Policy"
SCHANNEL = "Microsoft RSA SChannel Cryptographic Provider"
DER = serialization.Encoding.DER
PEM = serialization.Encoding.PEM


class Lost(RolloutError):
    """The connection is gone."""


def rsa_key(number: int = 0, length: int = 2048) -> rsa.RSAPrivateKey:
    """The same number, the same key: making one takes a while."""
    return _made_key(number, length)


@functools.cache
def _made_key(number: int, length: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=length)


def planned_certificate(**changes: Any) -> PlannedCertificate:
    """The same as the value that it becomes at a face."""
    return certificate_from_plain(planned(**changes))


def planned(**changes: Any) -> dict[str, Any]:
    """The origin's first certificate as a plan has it."""
    names = ["ocspool.company.local", "sip.company.local", "sip.company.com", "ocspool.company.com"]
    return {
        "id": "ocssrv01.company.local/default",
        "holders": ["ocssrv01.company.local"],
        "scope": "server",
        "use": "default",
        "subject": {"common_name": "ocspool.company.local"},
        "subject_alternative_names": [*names, "ocssrv01.company.local"],
        "name_reasons": {},
        "key": {
            "length": 2048,
            "algorithm": "rsa",
            "exportable": False,
            "shared": False,
            "provider": SCHANNEL,
            "provider_type": 12,
            "key_spec": 1,
            "key_usage": ["digital_signature", "key_encipherment"],
        },
        "extended_key_usage": ["1.3.6.1.5.5.7.3.1"],
        "require_crl_distribution_point": True,
        "issuer": {"name": "enterprise", "ca": "ca01.company.local\\Company CA"},
        "template": "WebServer",
        "assignments": [
            {"server": "ocssrv01.company.local", "component": "front_end", "use": "default", "port": 5061},
            {"server": "ocssrv01.company.local", "component": "web_components", "use": "default", "port": 443},
        ],
        **changes,
    }


def distinguished(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else [])


def key_usage(*names: str) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in names for name in every})


def thumbprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA1()).hex().upper()


@dataclass
class Issuer:
    """An authority that signs whatever it is told to."""

    certificate: x509.Certificate
    key: Any

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(PEM).decode()

    @property
    def thumbprint(self) -> str:
        return thumbprint(self.certificate)


def authority(
    common_name: str = "Company CA",
    parent: Issuer | None = None,
    *,
    number: int = 100,
    begin: datetime = NOW - timedelta(days=1000),
    end: datetime = NOW + timedelta(days=3000),
    is_authority: bool = True,
    path_length: int | None = None,
    usage: Sequence[str] = ("key_cert_sign", "crl_sign"),
) -> Issuer:
    key = rsa_key(number)
    builder = (
        x509.CertificateBuilder()
        .subject_name(distinguished(common_name))
        .issuer_name(parent.certificate.subject if parent else distinguished(common_name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(is_authority, path_length), True)
    )
    if usage:
        builder = builder.add_extension(key_usage(*usage), True)
    return Issuer(builder.sign(parent.key if parent else key, hashes.SHA256()), key)


def certificate(
    issuer: Issuer,
    common_name: str = "ocspool.company.local",
    names: Sequence[str] | None = None,
    *,
    key: Any = None,
    days: float = 700,
    begin: datetime = NOW - timedelta(days=1),
    usage: Sequence[str] | None = ("digital_signature", "key_encipherment"),
    extended: Sequence[Any] = (ExtendedKeyUsageOID.SERVER_AUTH,),
    crl: str | None = "http://ca01.company.local/CertEnroll/Company%20CA.crl",
    digest: Any = None,
    pss: bool = False,
    ca: bool = False,
    more: Sequence[x509.GeneralName] = (),
    more_extensions: Sequence[x509.ExtensionType] = (),
) -> x509.Certificate:
    """A server's certificate, as planned unless told otherwise."""
    names = planned()["subject_alternative_names"] if names is None else names
    builder = (
        x509.CertificateBuilder()
        .subject_name(distinguished(common_name))
        .issuer_name(issuer.certificate.subject)
        .public_key((key or rsa_key()).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(NOW + timedelta(days=days))
    )
    if names:
        alternative = [*(x509.DNSName(name) for name in names), *more]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternative), False)
    if ca:
        builder = builder.add_extension(x509.BasicConstraints(True, None), True)
    if usage is not None:
        builder = builder.add_extension(key_usage(*usage), True)
    if extended:
        builder = builder.add_extension(x509.ExtendedKeyUsage(extended), False)
    if crl:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), False)
    for extension in more_extensions:
        builder = builder.add_extension(extension, False)
    mode = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if pss else None
    return builder.sign(issuer.key, digest or hashes.SHA256(), rsa_padding=mode)


def key_info(
    container: str = "le-WebServer-1", *, provider: str = SCHANNEL, kind: int = 12, flags: int = 0x20, spec: int = 1
) -> bytes:
    """CRYPT_KEY_PROV_INFO as a store keeps it."""
    first = (container + "\0").encode("utf-16-le")
    second = (provider + "\0").encode("utf-16-le")
    return struct.pack("<7I", 28, 28 + len(first), kind, flags, 0, 0, spec) + first + second


def blob(der: bytes, info: bytes | None = None, friendly: str = "") -> bytes:
    records = [(0x03, hashes_sha1(der)), (0x20, der)]
    if friendly:
        records.insert(0, (0x0B, (friendly + "\0").encode("utf-16-le")))
    if info is not None:
        records.insert(0, (0x02, info))
    return b"".join(struct.pack("<III", identity, 1, len(data)) + data for identity, data in records)


def hashes_sha1(der: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA1())
    digest.update(der)
    return digest.finalize()


class FakeRegistry(Registry):
    """Values by key, and how often which blob was read."""

    def __init__(self) -> None:
        self.values: dict[str, dict[str, Any]] = {}
        self.reads: list[str] = []

    def set(self, key: str, name: str, value: Any) -> None:
        self.values.setdefault(key, {})[name] = value

    def subkeys(self, key: str) -> tuple[str, ...] | None:
        below = [other[len(key) + 1 :] for other in self.values if other.startswith(key + "\\")]
        if not below and key not in self.values:
            return None
        return tuple(dict.fromkeys(name.split("\\")[0] for name in below))

    def _get(self, key: str, name: str) -> Any:
        return self.values.get(key, {}).get(name)

    def string(self, key: str, name: str) -> str | None:
        return self._get(key, name)

    def strings(self, key: str, name: str) -> tuple[str, ...] | None:
        return self._get(key, name)

    def dword(self, key: str, name: str) -> int | None:
        return self._get(key, name)

    def binary(self, key: str, name: str) -> bytes | None:
        self.reads.append(key)
        found = self._get(key, name)
        if isinstance(found, Exception):
            raise found
        return found


class FakeFiles(Files):
    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.number = 0
        self.written: list[tuple[str, bytes]] = []
        self.lost = False
        self.claims: dict[str, str] = {}
        self.claimed: list[str] = []

    def temporary(self, suffix: str) -> str:
        self.number += 1
        return f"C:\\Windows\\Temp\\rollout-{self.number}{suffix}"

    def leftovers(self) -> tuple[str, ...]:
        return tuple(path for path in self.contents if "old" in path)

    def claim(self, name: str, holder: str, then: Remembered | None = None) -> bool:
        if name in self.claims:
            return False
        self.claims[name] = holder
        self.claimed.append(name)
        return True

    def claimed_by(self, name: str) -> str | None:
        return self.claims.get(name)

    def renew_claim(self, name: str, holder: str, later: str) -> bool:
        kept = self.claims.get(name) == holder
        if kept:
            self.claims[name] = later
        return kept

    def give_back(self, name: str, *holders: str) -> None:
        if self.claims.get(name) in holders:
            self.claims.pop(name)

    def write(self, path: str, content: bytes) -> None:
        self.contents[path] = content
        self.written.append((path, content))

    def read(self, path: str) -> bytes | None:
        return self.contents.get(path)

    def delete(self, paths: Sequence[str]) -> None:
        if self.lost:
            raise Lost("the connection is gone (clean-up)")
        for path in paths:
            self.contents.pop(path, None)


Handler = Callable[[list[str]], tuple[int, str]]


class FakePrograms(Programs):
    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self.handlers = dict(handlers)
        self.ran: list[list[str]] = []

    def run(self, arguments: Sequence[str], *, timeout: float = 60.0) -> ProgramResult:
        self.ran.append(list(arguments))
        code, text = self.handlers[arguments[0]](list(arguments[1:]))
        return ProgramResult(" ".join(arguments), code & 0xFFFFFFFF, text.encode())

    def verbs(self) -> list[str]:
        """Program and verb of everything that ran."""
        return [f"{words[0]} {next(word for word in words[1:] if word in _VERBS)}" for words in self.ran]


_VERBS = ("-new", "-submit", "-retrieve", "-accept", "-view", "-revoke", "-addstore", "-delstore", "add", "delete")


def no_such_class() -> WsmanFault:
    """What a host answers to a query of a class that it does not have."""
    return WsmanFault(FaultParts(http_code=500, code=2150858778), doing="query", where="host")


class NoPowerShell(PowerShell):
    """Nothing here needs PowerShell."""

    def run(self, script: Script, values: Mapping[str, str], *, timeout: float) -> Mapping[str, Any]:
        raise AssertionError("no PowerShell here")


class NoWmi(Wmi):
    """Nothing here asks WMI itself, but whether OCS is there: it is not."""

    def query(self, namespace: str, wql: str) -> tuple[WmiObject, ...]:
        if "MSFT_SIP" in wql:
            raise no_such_class()
        raise AssertionError("no WMI here")

    get = put = delete = invoke = query  # type: ignore[assignment]


class ClockWmi(NoWmi):
    """Tells what time it is, and nothing else."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def query(self, namespace: str, wql: str) -> tuple[WmiObject, ...]:  # type: ignore[override]
        assert (namespace, wql) == (
            "root/cimv2",
            (
                "SELECT CSName,Version,BuildNumber,ServicePackMajorVersion,Caption,OSLanguage,LocalDateTime"
                " FROM Win32_OperatingSystem"
            ),
        )
        told = {"Version": "6.1.7601", "LocalDateTime": f"{self._now:%Y-%m-%dT%H:%M:%SZ}"}
        return (WmiObject("Win32_OperatingSystem", told),)


def parse_inf(text: str) -> dict[str, list[tuple[str, str]]]:
    """An INF reader of our own, by the rules of SetupAPI: comments, continuation, strings, doubled quotes."""
    assert text.isascii()
    sections: dict[str, list[tuple[str, str]]] = {}
    current: list[tuple[str, str]] = []
    for raw in text.split("\r\n"):
        line = _uncommented(raw).strip()
        assert "\n" not in line
        assert not line.endswith("\\"), "continuation"
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), [])
        elif line:
            key, _unused, value = line.partition("=")
            current.append((key.strip(), _unquoted(value.strip())))
    return sections


def _uncommented(line: str) -> str:
    quoted = False
    for position, character in enumerate(line):
        quoted ^= character == '"'
        if character == ";" and not quoted:
            return line[:position]
    return line


def _unquoted(value: str) -> str:
    assert "%" not in value, "string substitution"
    if not value.startswith('"'):
        assert '"' not in value
        return value
    inner = value[1:-1]
    assert value.endswith('"') and '"' not in inner.replace('""', ""), value
    return inner.replace('""', '"')


class FakeServer:
    """A server whose certreq, certutil and netsh work on its registry."""

    def __init__(self, name: str = "ocssrv01.company.local", version: str = "6.1") -> None:
        self.registry = FakeRegistry()
        self.files = FakeFiles()
        handlers = {"certreq": self._certreq, "certutil": self._certutil, "netsh": self._netsh, "reg": self._reg}
        self.programs = FakePrograms(handlers)
        self.host = WindowsHost(name, NoWmi(), self.registry, self.programs, self.files, NoPowerShell())
        self.registry.set("SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "CurrentVersion", version)
        self.keys: dict[str, Any] = {}
        self.next_key = 0
        self.request_names: Sequence[str] | None = None
        self.refuses_existing = False
        self.accepts = True
        self.refused_hash = ""

    def put(self, store: str, held: x509.Certificate, info: bytes | None = None, *, location: str = STORES) -> str:
        name = thumbprint(held)
        key = f"{location}\\{store}\\Certificates\\{name}"
        self.registry.set(key, "Blob", blob(held.public_bytes(DER), info))
        return name

    def listed(self, store: str) -> list[str]:
        return list(self.registry.subkeys(f"{STORES}\\{store}\\Certificates") or ())

    def _certreq(self, words: list[str]) -> tuple[int, str]:
        if words[0] == "-new":
            assert words[1:3] == ["-f", "-q"], "would ask"
            return self._new(words[3], words[4])
        assert words[:3] == ["-accept", "-machine", "-q"], "would ask"
        return self._accept(words[3])

    def _new(self, policy: str, output: str) -> tuple[int, str]:
        inf = parse_inf(self.files.contents[policy].decode("ascii"))
        entries = dict(inf["NewRequest"])
        container = entries.get("KeyContainer", "")
        if entries["UseExistingKeySet"] == "TRUE":
            if self.refuses_existing or container not in self.keys:
                return 0x80090016, "Xyzzy 0x80090016"
        else:
            container = f"container-{self.next_key}"
            self.keys[container] = rsa_key(200 + self.next_key, int(entries["KeyLength"]))
            self.next_key += 1
        request = self._signed(inf, entries, self.keys[container])
        self._stand_in(request, container)
        body = base64.b64encode(request.public_bytes(DER)).decode()
        label = "NEW CERTIFICATE REQUEST"
        self.files.contents[output] = f"-----BEGIN {label}-----\r\n{body}\r\n-----END {label}-----\r\n".encode()
        return 0, "Xyzzy: plugh"

    def _signed(self, inf: Any, entries: Mapping[str, str], key: Any) -> x509.CertificateSigningRequest:
        san = base64.b64decode("".join(value for _unused, value in inf["Extensions"]), validate=True)
        assert inf["Extensions"][0][0] == "2.5.29.17"
        extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), san)
        if self.request_names is not None:
            extension = x509.SubjectAlternativeName([x509.DNSName(name) for name in self.request_names])
        usages = [x509.ObjectIdentifier(value) for _unused, value in inf["EnhancedKeyUsageExtension"]]
        assert entries["KeyUsage"] == "0xa0"
        return (
            x509.CertificateSigningRequestBuilder()
            .subject_name(x509.Name.from_rfc4514_string(entries["Subject"]))
            .add_extension(extension, False)
            .add_extension(key_usage("digital_signature", "key_encipherment"), True)
            .add_extension(x509.ExtendedKeyUsage(usages), False)
            # Without the key HashAlgorithm a default of this Windows decides, which is another one.
            .sign(key, hashes.SHA256() if entries.get("HashAlgorithm") == "sha256" else hashes.SHA512())
        )

    def _stand_in(self, request: x509.CertificateSigningRequest, container: str) -> None:
        key = self.keys[container]
        names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        held = (
            x509.CertificateBuilder()
            .subject_name(request.subject)
            .issuer_name(request.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(hours=1))
            .not_valid_after(NOW + timedelta(days=365))
            .add_extension(names, False)
            .sign(key, hashes.SHA256())
        )
        self.put("REQUEST", held, key_info(container))

    def _accept(self, path: str) -> tuple[int, str]:
        if not self.accepts:
            return 0x800B0109, "Xyzzy 0x800b0109 (-2146762487)"
        issued = x509.load_pem_x509_certificate(self.files.contents[path])
        for container, key in self.keys.items():
            if key.public_key() == issued.public_key():
                self.put("MY", issued, key_info(container))
                self._forget(issued)
                return 0, "Xyzzy"
        self.put("MY", issued)
        return 0, "Xyzzy"

    def _forget(self, issued: x509.Certificate) -> None:
        prefix = f"{STORES}\\REQUEST\\Certificates\\"
        for key in [key for key in self.registry.values if key.startswith(prefix)]:
            data = self.registry.values[key]["Blob"]
            if issued.public_key().public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo) in data:
                del self.registry.values[key]

    def _key(self, verb: str, container: str) -> tuple[int, str]:
        if verb == "-delkey":
            self.keys.pop(container, None)
        return (0, "Xyzzy") if container in self.keys else (0x80090016, "Xyzzy 0x80090016")

    def _certutil(self, words: list[str]) -> tuple[int, str]:
        if words[:2] == ["-f", "-addstore"]:
            self.put(words[2], x509.load_pem_x509_certificate(self.files.contents[words[3]]))
            return 0, "Xyzzy"
        if words[:2] == ["-silent", "-csp"]:
            return self._key(*words[3:])
        assert words[0] == "-delstore"
        del self.registry.values[f"{STORES}\\{words[1]}\\Certificates\\{words[2]}"]
        return 0, "Xyzzy"

    def _reg(self, words: list[str]) -> tuple[int, str]:
        verb, key, *options = words
        assert key.startswith("HKLM\\") and options.pop() == "/f", "would ask"
        if verb == "delete":
            gone = [one for one in self.registry.values if f"HKLM\\{one}\\".startswith(f"{key}\\")]
            for one in gone:
                del self.registry.values[one]
            return (0 if gone else 1), "Xyzzy"
        values = dict(zip(options[::2], options[1::2], strict=True))
        assert verb == "add" and values.pop("/t") == "REG_SZ"
        self.registry.set(key.removeprefix("HKLM\\"), values["/v"], values["/d"])
        return 0, "Xyzzy"

    def _netsh(self, words: list[str]) -> tuple[int, str]:
        assert words[0] == "http" and words[2] == "sslcert"
        values = dict(word.split("=", 1) for word in words[3:])
        kind, place = next(iter(values.items()))
        below = {"ipport": "SslBindingInfo", "hostnameport": "SslSniBindingInfo"}[kind]
        key = f"SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\{below}\\{place}"
        if words[1] == "delete":
            return (0, "Xyzzy") if self.registry.values.pop(key, None) else (1, "Xyzzy: 2")
        if key in self.registry.values or values["certhash"].upper() == self.refused_hash:
            return 1, "Xyzzy: 1312"
        self.registry.set(key, "SslCertHash", bytes.fromhex(values["certhash"]))
        self.registry.set(key, "SslCertStoreName", values["certstorename"])
        self.registry.set(key, "AppId", uuid.UUID(values["appid"]).bytes_le)
        flags = {"dsmapperusage": 1, "clientcertnegotiation": 2}
        self.registry.set(key, "DefaultFlags", sum(bit for tag, bit in flags.items() if values.get(tag) == "enable"))
        unchecked = values.get("verifyclientcertrevocation") == "disable"
        self.registry.set(key, "DefaultSslCertCheckMode", int(unchecked))
        return 0, "Xyzzy"


@dataclass
class Row:
    request: x509.CertificateSigningRequest
    disposition: int
    status: int = 0
    issued: x509.Certificate | None = None


# What certutil -v -template prints of a template that fits.
SHOWN_TEMPLATE = (
    "  TemplatePropCommonName = WebServer\r\n"
    "  TemplatePropEKUs =\r\n1 Xyzzys:\r\n    1.3.6.1.5.5.7.3.1 Xyzzy\r\n\r\n"
    f"  TemplatePropCryptoProviders =\r\n    0: {SCHANNEL}\r\n\r\n"
    "  TemplatePropSchemaVersion = 1\r\n  TemplatePropRASignatureCount = 0\r\n"
    "  TemplatePropMinimumKeySize = 400 (1024)\r\n  TemplatePropEnrollmentFlags = 0\r\n"
    "  TemplatePropSubjectNameFlags = 1\r\n"
    "  TemplatePropSecurityDescriptor = D:(OA;;CR;0e10c968-78fb-11d2-90d4-00c04f79dc55;;DA)\r\n"
    "CertUtil: -Template Xyzzy.\r\n"
)


@dataclass
class FakeCa:
    """AD CS: what it does with requests is set by its fields. ``name``: the sanitised one, as its registry has it."""

    name: str = "Company CA"
    template: str = "WebServer"
    issuer: Issuer = field(default_factory=authority)
    chain: Sequence[Issuer] | None = None
    decision: int = 20
    status: int = 0
    words: str = "Xyzzy"
    prints_id: bool = True
    names: Sequence[str] | None = None
    other_key: Any = None
    days: float = 700
    adds: Mapping[str, Any] = field(default_factory=dict)
    minutes_ahead: float = 0
    lose_at: str = ""
    view_code: int = 0
    revoke_code: int = 0
    rows: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.registry = FakeRegistry()
        self.files = FakeFiles()
        who = '"x","S-1-5-21-1-2-3-1200"\r\n"x","x","S-1-5-21-1-2-3-512","x"\r\n'
        handlers = {"certreq": self._certreq, "certutil": self._certutil, "whoami": lambda words: (0, who)}
        self.programs = FakePrograms(handlers)
        clock = NOW + timedelta(minutes=self.minutes_ahead)
        self.host = WindowsHost(
            "ca01.company.local", ClockWmi(clock), self.registry, self.programs, self.files, NoPowerShell()
        )
        policy = POLICY.replace("Company CA", self.name)
        self.registry.set(CONFIGURATION, "Active", self.name)
        self.registry.set(policy, "EditFlags", 0x11014E)
        self.registry.set(policy, "RequestDisposition", 1)

    def approve(self, number: int) -> None:
        row = self.rows[number - 1]
        row.disposition, row.issued = 20, self._issue(row.request)

    def _certreq(self, words: list[str]) -> tuple[int, str]:
        assert words[1:3] == ["-f", "-q"], "would ask"
        assert words[3:5] == ["-config", f"ca01.company.local\\{self.name}"], "would ask"
        if words[0] == "-retrieve":
            return self._answer(int(words[5]), words[6:])
        assert words[5:7] == ["-attrib", f"CertificateTemplate:{self.template}"]
        request = x509.load_pem_x509_csr(self.files.contents[words[7]])
        self.rows.append(Row(request, self.decision, self.status))
        if self.decision == 20:
            self.approve(len(self.rows))
        if self.lose_at == "submit":
            self.files.lost = True
            raise Lost("the connection is gone")
        return self._answer(len(self.rows), words[8:])

    def _answer(self, number: int, outputs: Sequence[str]) -> tuple[int, str]:
        assert len(outputs) == 3, "would ask"
        row = self.rows[number - 1]
        text = f'RequestId: {number}\r\nRequestId: "{number}"\r\n' if self.prints_id else ""
        if row.issued:
            chain = [row.issued, *(issuer.certificate for issuer in self.chain or (self.issuer,))]
            self.files.contents[outputs[0]] = row.issued.public_bytes(PEM)
            bundle = base64.b64encode(pkcs7.serialize_certificates(chain, DER)).decode()
            # certreq labels PKCS#7 like a certificate.
            armoured = f"-----BEGIN CERTIFICATE-----\r\n{bundle}\r\n-----END CERTIFICATE-----\r\n"
            self.files.contents[outputs[1]] = armoured.encode()
        self.files.contents[outputs[0].rpartition(".")[0] + ".rsp"] = b"response"
        return 0, f"{text}{self.words}"

    def _issue(self, request: x509.CertificateSigningRequest) -> x509.Certificate:
        names = self.names
        if names is None:
            found = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            names = found.get_values_for_type(x509.DNSName)
        common_name = str(request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
        # Windows dates what it issues ten minutes back.
        begin = NOW + timedelta(minutes=self.minutes_ahead - 10)
        issued = {"key": self.other_key or request, "days": self.days, "begin": begin, **self.adds}
        return certificate(self.issuer, common_name, issued.pop("names", names), **issued)

    def _revoke(self, number: str, reason: int) -> tuple[int, str]:
        assert 0 <= reason <= 5
        if self.revoke_code:
            return self.revoke_code, f"CertUtil: -revoke Xyzzy 0x{self.revoke_code:08x}"
        for row in self.rows:
            if serial(row) == number:
                row.disposition = 21
        return 0, "Xyzzy\r\nCertUtil: -revoke Xyzzy."

    def _certutil(self, words: list[str]) -> tuple[int, str]:
        assert words[:2] == ["-config", f"ca01.company.local\\{self.name}"]
        if words[2] == "-revoke":
            return self._revoke(words[3], int(words[4]))
        assert words[2:4] == ["-view", "-restrict"]
        if self.view_code:
            return self.view_code, f"CertUtil: -view Xyzzy 0x{self.view_code:08x}"
        column, _unused, value = words[4].partition("=")
        blocks = []
        for number, row in enumerate(self.rows, 1):
            common_name = row.request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
            known = {"Request.RequestID": str(number), "Request.CommonName": common_name, "SerialNumber": serial(row)}
            if value == known[column]:
                blocks.append(view_row(len(blocks) + 1, number, row))
        return 0, "".join(["Schéma:\r\n", *blocks, f"\r\n{len(blocks)} Zeilen\r\nCertUtil: -view Xyzzy.\r\n"])


def serial(row: Row) -> str:
    digits = f"{row.issued.serial_number:x}" if row.issued else ""
    return digits.zfill(len(digits) + len(digits) % 2)


def view_row(position: int, number: int, row: Row) -> str:
    body = base64.encodebytes(row.request.public_bytes(DER)).decode().replace("\n", "\r\n")
    label = "NEW CERTIFICATE REQUEST"
    return (
        f"\r\nZeile {position}:\r\n"
        f"  Anforderungskennung: 0x{number:x} ({number})\r\n"
        f"  Anforderungsdisposition: 0x{row.disposition:x} ({row.disposition}) -- Xyzzy\r\n"
        f"  Anforderungsstatuscode: 0x{row.status:x} (WIN32: {row.status}) -- Xyzzy\r\n"
        f"  Binaere Anforderung:\r\n-----BEGIN {label}-----\r\n{body}-----END {label}-----\r\n"
    )


NAMES = tuple(planned()["subject_alternative_names"])


def csr(common_name="ocspool.company.local", names=NAMES, key=None, extended=True, usage=True):
    builder = x509.CertificateSigningRequestBuilder().subject_name(distinguished(common_name))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False)
    if extended:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
    if usage:
        builder = builder.add_extension(key_usage("digital_signature", "key_encipherment"), True)
    return builder.sign(key or rsa_key(), hashes.SHA256())
