# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certification authority of the estate: policy, database, real certificates.

What decides lies where Windows keeps it: in the registry of the CA's machine, read when the service starts.
"""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import re
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from lab.pki import codes, der
from lab.pki.inf import InfError, san_from_text
from lab.pki.names import common_name
from lab.pki.stores import ENTERPRISE, PROVIDERS, Stores, new_container, public_der

CONFIGURATION = r"SYSTEM\CurrentControlSet\Services\CertSvc\Configuration"
POLICY_MODULE = "CertificateAuthority_MicrosoftDefault.Policy"
REG_SZ, REG_DWORD, REG_MULTI_SZ = 1, 4, 7

EDITF_ATTRIBUTESUBJECTALTNAME2 = 0x00040000
EDITF_DEFAULT_ENTERPRISE = 0x0011014E
DISPOSITION_ISSUE = 1
DISPOSITION_PENDING = 2
DISPOSITION_PENDING_FIRST = 0x100

PENDING, ISSUED, REVOKED, FAILED, DENIED = 9, 20, 21, 30, 31
DISPOSITION_NAMES = {
    PENDING: "Taken Under Submission", ISSUED: "Issued", REVOKED: "Revoked", FAILED: "Error", DENIED: "Denied",
}  # fmt: skip

TEMPLATE_NAME = "1.3.6.1.4.1.311.20.2"
TEMPLATE_OID = "1.3.6.1.4.1.311.21.7"
CA_VERSION = "1.3.6.1.4.1.311.21.1"
EXTENSION_LIMIT = 4096
COMMON_NAME_LIMIT = 64
BACKDATE = datetime.timedelta(minutes=10)
LONG_AGO = datetime.timedelta(days=30)


@dataclass(frozen=True)
class Template:
    """A certificate template. `enroll` names accounts, groups, or `Authenticated Users`."""

    name: str
    display_name: str = ""
    supply_in_request: bool = False
    subject: str = "computer"
    enroll: tuple[str, ...] = ()
    minimum_key: int = 1024
    validity_days: int = 730
    version: int = 1
    oid: str = "1.3.6.1.4.1.311.21.8.1234567.1"
    key_usage: int = 0xA0
    extended_key_usage: tuple[str, ...] = (ExtendedKeyUsageOID.SERVER_AUTH.dotted_string,)
    pending: bool = False


BUILT_IN = {
    "WebServer": Template("WebServer", "Web Server", True, enroll=("Domain Admins", "Enterprise Admins")),
    "Machine": Template(
        "Machine", "Computer", enroll=("Domain Admins", "Enterprise Admins", "Domain Computers"), validity_days=365,
        extended_key_usage=(
            ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string, ExtendedKeyUsageOID.SERVER_AUTH.dotted_string,
        ),
    ),
    "User": Template(
        "User", "User", subject="user", enroll=("Domain Admins", "Domain Users"), validity_days=365,
        extended_key_usage=(ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string,),
    ),
}  # fmt: skip


@dataclass
class Row:
    """A request in the CA's database."""

    request_id: int
    request: bytes
    requester: str
    submitted: datetime.datetime
    attributes: dict[str, str] = field(default_factory=dict)
    disposition: int = FAILED
    status: int = 0
    message: str = ""
    template: str = ""
    certificate: bytes = b""
    common_name: str = ""
    dns_name: str = ""

    @property
    def serial(self) -> str:
        """Lower-case hexadecimal, empty while there is no certificate."""
        return serial_text(self.certificate) if self.certificate else ""


def serial_text(certificate: bytes) -> str:
    number = x509.load_der_x509_certificate(certificate).serial_number
    text = f"{number:x}"
    return text if len(text) % 2 == 0 else "0" + text


@dataclass(frozen=True)
class Requester:
    """Who asks: account name with domain, groups, and for computers the DNS name."""

    name: str
    groups: tuple[str, ...] = ()
    dns_name: str = ""

    def among(self, allowed: tuple[str, ...]) -> bool:
        """Whether the account or one of its groups is in the list; domain prefixes may be left out."""
        mine = {self.name.lower(), self.name.rpartition("\\")[2].lower(), "authenticated users", "everyone"}
        mine |= {group.lower() for group in self.groups} | {g.rpartition("\\")[2].lower() for g in self.groups}
        return any(name.lower() in mine for name in allowed)


def account_requester(account: Any) -> Requester:
    """The requester that stands for a logged-on account."""
    return Requester(account.qualified, (*account.groups, "Domain Users"))


def computer_requester(machine: Any, domain: str) -> Requester:
    """The requester that stands for a machine's own account."""
    return Requester(f"{domain}\\{machine.name.upper()}$", ("Domain Computers",), machine.fqdn)


class CertificateAuthority:
    """One CA. Settings (all optional but the name):

    common_name, type (enterprise_root, enterprise_subordinate with a root above it, standalone_root,
    standalone_subordinate), root_name, hash ("sha1" up to Windows Server 2012 R2), key_length,
    validity_days, templates {name: fields of Template}, edit_flags, request_disposition, first_request_id, cdp, aia
    (lists of URIs), administrators (accounts or groups; administrators of the machine always), and misbehave:
    a list of "drop_san", "other_key", "no_cdp", "expired", "drop_subject".
    """

    def __init__(self, machine: Any, settings: dict[str, Any] | None = None) -> None:
        self.machine = machine
        self.settings = dict(settings or {})
        self.name: str = self.settings.get("common_name") or self.settings.get("name") or "Company CA"
        self.stores = Stores(machine)
        self.rows: dict[int, Row] = {}
        self.running = False
        self.edit_flags = 0
        self.request_disposition = DISPOSITION_ISSUE
        self._next = int(self.settings.get("first_request_id", 2))
        self._lock = threading.RLock()
        self._key: rsa.RSAPrivateKey | None = None
        self.chain: list[bytes] = []
        self.templates = self._templates()

    # --- set-up ------------------------------------------------------------------------------------------------------

    @property
    def enterprise(self) -> bool:
        return str(self.settings.get("type", "enterprise_root")).startswith("enterprise")

    @property
    def config(self) -> str:
        """The configuration string, `host\\CA name`."""
        return f"{self.machine.fqdn}\\{self.name}"

    @property
    def hash_name(self) -> str:
        old = self.machine.generation.build <= 9600
        return str(self.settings.get("hash", "sha1" if old else "sha256"))

    @property
    def misbehaviour(self) -> set[str]:
        return set(self.settings.get("misbehave", ()))

    def _templates(self) -> dict[str, Template]:
        given = self.settings.get("templates")
        if given is None:
            return dict(BUILT_IN)
        items = given.items() if isinstance(given, dict) else [(name, {}) for name in given]
        return {name: _template(name, values or {}) for name, values in items}

    def start(self) -> None:
        """Make the CA's keys and certificates, write its registry, publish its root, start its service."""
        if not self.chain:
            self._create()
            self._write_registry()
            self._publish()
            self._write_files()
        if self.machine.services is not None:
            self.machine.services.add(
                "CertSvc", "Active Directory Certificate Services", running=False, on_start=self.load, on_stop=self.stop
            )
            self.machine.services.start("CertSvc")
        else:
            self.load()

    def load(self) -> None:
        """What the service does when it starts: read its policy from the registry."""
        self.edit_flags = int(self._policy_value("EditFlags", EDITF_DEFAULT_ENTERPRISE))
        self.request_disposition = int(self._policy_value("RequestDisposition", DISPOSITION_ISSUE))
        self.running = True

    def stop(self) -> None:
        self.running = False

    @property
    def policy_key(self) -> str:
        """The registry key of the policy module."""
        return f"{CONFIGURATION}\\{self.name}\\PolicyModules\\{POLICY_MODULE}"

    def _policy_value(self, name: str, default: int) -> Any:
        found = self.machine.registry.get(self.policy_key, name)
        return default if found is None else found[1]

    def _create(self) -> None:
        now = self.machine.clock() - LONG_AGO
        length = int(self.settings.get("key_length", 2048))
        container = new_container(
            self.machine, length, "Microsoft Software Key Storage Provider", PROVIDERS.get("", 0), 2, True
        )
        self._key = container.key
        subject = _ca_name(self.name, self.machine.fqdn)
        if str(self.settings.get("type", "")).endswith("subordinate"):
            root_key = rsa.generate_private_key(65537, length)
            root_name = _ca_name(self.settings.get("root_name", f"{self.name} Root"), self.machine.fqdn)
            root = self._ca_certificate(root_name, root_key, root_name, root_key, now, 7300, None)
            own = self._ca_certificate(subject, self._key, root_name, root_key, now, self._days(), 0)
            self.chain = [own, root]
        else:
            own = self._ca_certificate(subject, self._key, subject, self._key, now, self._days(), None)
            self.chain = [own]
        self.stores.add("MY", own, container)

    def _days(self) -> int:
        return int(self.settings.get("validity_days", 1825))

    def _ca_certificate(
        self, subject: x509.Name, key: rsa.RSAPrivateKey, issuer: x509.Name, issuer_key: rsa.RSAPrivateKey,
        start: datetime.datetime, days: int, path: int | None,
    ) -> bytes:  # fmt: skip
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(start)
        builder = builder.not_valid_after(start + datetime.timedelta(days=days))
        builder = builder.add_extension(_key_usage(0x86), True)
        builder = builder.add_extension(x509.BasicConstraints(True, path), True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        builder = builder.add_extension(_raw(CA_VERSION, der.integer(0)), False)
        if subject != issuer:
            builder = builder.add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False
            )
            builder = builder.add_extension(_points(self._uris("cdp", self.settings.get("root_name", ""))), False)
        return self._signed(builder, issuer_key)

    def _signed(self, builder: x509.CertificateBuilder, key: rsa.RSAPrivateKey) -> bytes:
        data = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
        return der.with_sha1(data, key) if self.hash_name == "sha1" else data

    def _write_registry(self) -> None:
        registry, own = self.machine.registry, f"{CONFIGURATION}\\{self.name}"
        registry.set(CONFIGURATION, "Active", REG_SZ, self.name)
        registry.set(own, "CommonName", REG_SZ, self.name)
        registry.set(own, "CAServerName", REG_SZ, self.machine.fqdn)
        registry.set(own, "CAType", REG_DWORD, self._ca_type())
        registry.set(own, "CACertHash", REG_MULTI_SZ, [hashlib.sha1(self.chain[0]).hexdigest()])
        registry.set(f"{own}\\PolicyModules", "Active", REG_SZ, POLICY_MODULE)
        registry.set(self.policy_key, "EditFlags", REG_DWORD, self._given("edit_flags", EDITF_DEFAULT_ENTERPRISE))
        registry.set(
            self.policy_key, "RequestDisposition", REG_DWORD, self._given("request_disposition", DISPOSITION_ISSUE)
        )

    def _given(self, name: str, default: int) -> int:
        value = self.settings.get(name, default)
        return int(str(value), 0)

    def _ca_type(self) -> int:
        subordinate = len(self.chain) > 1
        return (1 if subordinate else 0) + (0 if self.enterprise else 3)

    def _publish(self) -> None:
        """An enterprise CA's certificates reach every member of the domain; on its own machine they are anyway."""
        own, root = self.chain[0], self.chain[-1]
        self.stores.add("Root", root)
        self.stores.add("CA", own)
        machines = getattr(self.machine.estate, "machines", {}) if self.enterprise else {}
        for machine in machines.values() if isinstance(machines, dict) else machines:
            if not machine.settings.get("domain_member", True):
                continue
            stores = Stores(machine)
            stores.add("Root", root, base=ENTERPRISE)
            stores.add("NTAuth", own, base=ENTERPRISE)
            if len(self.chain) > 1:
                stores.add("CA", own, base=ENTERPRISE)

    def _write_files(self) -> None:
        folder = r"C:\Windows\System32\CertSrv\CertEnroll"
        files = self.machine.files
        if files is None:
            return
        files.write(f"{folder}\\{self.machine.fqdn}_{self.name}.crt", self.chain[0], system=True)
        files.write(f"{folder}\\{self.name}.crl", self.revocation_list(), system=True)

    def revocation_list(self) -> bytes:
        """The CRL in DER, with nothing on it but what was revoked."""
        assert self._key is not None
        now = self.machine.clock()
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject).last_update(now)
        builder = builder.next_update(now + datetime.timedelta(days=8))
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    @property
    def certificate(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.chain[0])

    def _uris(self, kind: str, name: str = "") -> list[str]:
        default = {
            "cdp": ["ldap:///CN={ca},CN={host},CN=CDP,CN=Public%20Key%20Services,CN=Services,CN=Configuration,{base}"
                    "?certificateRevocationList?base?objectClass=cRLDistributionPoint",
                    "http://{fqdn}/CertEnroll/{ca}.crl"],
            "aia": ["ldap:///CN={ca},CN=AIA,CN=Public%20Key%20Services,CN=Services,CN=Configuration,{base}"
                    "?cACertificate?base?objectClass=certificationAuthority",
                    "http://{fqdn}/CertEnroll/{fqdn}_{ca}.crt"],
        }[kind]  # fmt: skip
        base = ",".join(f"DC={part}" for part in self.machine.fqdn.split(".")[1:])
        values = {"ca": (name or self.name).replace(" ", "%20"), "host": self.machine.name, "fqdn": self.machine.fqdn}
        return [uri.format(base=base, **values) for uri in self.settings.get(kind, default)]

    # --- what clients do ---------------------------------------------------------------------------------------------

    def submit(self, request: bytes, attributes: dict[str, str], requester: Requester) -> Row:
        """Take a PKCS#10 request (DER); returns its row, whatever became of it. Raises `codes.EnrolmentError`."""
        if not self.running:
            raise codes.EnrolmentError(codes.RPC_UNAVAILABLE)
        with self._lock:
            row = Row(self._next, request, requester.name, self.machine.clock(), dict(attributes))
            self._next += 1
            self.rows[row.request_id] = row
            try:
                self._decide(row, requester)
            except codes.EnrolmentError as error:
                self._refuse(row, error)
            return row

    def _refuse(self, row: Row, error: codes.EnrolmentError) -> None:
        broken = error.code in (codes.BAD_TAG, codes.BAD_SIGNATURE, codes.COLUMN_TOO_BIG, codes.BAD_REQUEST_SUBJECT)
        row.disposition = FAILED if broken else DENIED
        row.status = error.code
        row.message = "Error Constructing or Publishing Certificate" if broken else "Denied by Policy Module"
        if error.detail:
            row.message += f"  0x{error.code:x}, {error.detail}"

    def _decide(self, row: Row, requester: Requester) -> None:
        request = _parsed(row.request)
        row.common_name, row.dns_name = common_name(request.subject), requester.dns_name
        if len(row.common_name) > COMMON_NAME_LIMIT:
            raise codes.EnrolmentError(codes.BAD_REQUEST_SUBJECT)
        template = self._template_of(row, request) if self.enterprise else None
        if template is not None:
            row.template = template.name
            self._check(template, request, requester)
        wanted = self.request_disposition
        waits = wanted & DISPOSITION_PENDING_FIRST or wanted & 0xFF == DISPOSITION_PENDING or not self.enterprise
        if waits or (template is not None and template.pending):
            row.disposition, row.status, row.message = PENDING, 0, "Taken Under Submission"
            return
        self._issue(row, request, template)
        row.message = "Issued"

    def _template_of(self, row: Row, request: x509.CertificateSigningRequest) -> Template:
        named = {key.lower(): value for key, value in row.attributes.items()}.get("certificatetemplate", "")
        inside = _template_in(request)
        if named and inside and named.lower() != inside.lower():
            raise codes.EnrolmentError(codes.TEMPLATE_CONFLICT)
        name = named or inside
        if not name:
            raise codes.EnrolmentError(
                codes.NO_TEMPLATE, "The request does not contain a certificate template extension or the "
                "CertificateTemplate request attribute."
            )  # fmt: skip
        template = next((t for key, t in self.templates.items() if key.lower() == name.lower()), None)
        if template is None:
            raise codes.EnrolmentError(
                codes.UNSUPPORTED_TEMPLATE, "The request was for a certificate template that is not supported by the "
                f"Active Directory Certificate Services policy: {name}."
            )  # fmt: skip
        return template

    def _check(self, template: Template, request: x509.CertificateSigningRequest, requester: Requester) -> None:
        if not requester.among(template.enroll):
            raise codes.EnrolmentError(codes.TEMPLATE_DENIED)
        if request.public_key().key_size < template.minimum_key:  # type: ignore[union-attr]
            raise codes.EnrolmentError(codes.KEY_LENGTH)
        if not template.supply_in_request and template.subject == "computer" and not requester.dns_name:
            raise codes.EnrolmentError(codes.DNS_REQUIRED)
        if not template.supply_in_request and template.subject == "user":
            raise codes.EnrolmentError(codes.EMAIL_REQUIRED)
        for extension in request.extensions:
            if len(extension.value.public_bytes()) > EXTENSION_LIMIT:
                raise codes.EnrolmentError(codes.COLUMN_TOO_BIG)

    def _names(self, row: Row, request: x509.CertificateSigningRequest, template: Template) -> tuple[x509.Name, bytes]:
        """Subject and subject alternative name (DER, may be empty) that the certificate gets."""
        if not template.supply_in_request:
            subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, row.dns_name)])
            names = san_from_text(f"dns={row.dns_name}")
        else:
            subject, names = request.subject, _extension(request, ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
        attribute = {key.lower(): value for key, value in row.attributes.items()}.get("san", "")
        # Off (the default), the attribute is ignored without a word; on, it overrules the template and the request.
        if attribute and self.edit_flags & EDITF_ATTRIBUTESUBJECTALTNAME2:
            names = _attribute_names(attribute)
        if "drop_san" in self.misbehaviour:
            names = b""
        return subject, names

    def _issue(self, row: Row, request: x509.CertificateSigningRequest, template: Template | None) -> None:
        assert self._key is not None
        template = template or _as_requested(request)
        now = self.machine.clock()
        subject, names = self._names(row, request, template)
        key = request.public_key()
        if "other_key" in self.misbehaviour:
            key = rsa.generate_private_key(65537, 2048).public_key()
        start, end = now - BACKDATE, now + datetime.timedelta(days=template.validity_days)
        if "expired" in self.misbehaviour:
            start, end = now - datetime.timedelta(days=400), now - datetime.timedelta(days=35)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self.certificate.subject).public_key(key)
        builder = builder.serial_number(self._serial(row.request_id)).not_valid_before(start)
        builder = builder.not_valid_after(min(end, self.certificate.not_valid_after_utc))
        builder = self._with_extensions(builder, request, template, names, key)
        row.certificate = self._signed(builder, self._key)
        row.disposition, row.status = ISSUED, 0

    @staticmethod
    def _serial(request_id: int) -> int:
        """Random, then the request id in the low four bytes, so that rows tell their serial numbers apart."""
        return (0x61 << 72) + (x509.random_serial_number() % 2**32 << 32) + request_id

    def _with_extensions(
        self, builder: x509.CertificateBuilder, request: x509.CertificateSigningRequest, template: Template,
        names: bytes, key: Any,
    ) -> x509.CertificateBuilder:  # fmt: skip
        if names:
            builder = builder.add_extension(_raw("2.5.29.17", names), not list(request.subject))
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
        issuer = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        builder = builder.add_extension(x509.AuthorityKeyIdentifier(issuer.digest, None, None), False)
        if "no_cdp" not in self.misbehaviour and self._uris("cdp"):
            builder = builder.add_extension(_points(self._uris("cdp")), False)
        if self._uris("aia"):
            builder = builder.add_extension(_access(self._uris("aia")), False)
        builder = builder.add_extension(_key_usage(template.key_usage), True)
        usages = template.extended_key_usage
        if usages:
            builder = builder.add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(u) for u in usages]), False)
        return _with_template(builder, template)

    def find(self, request_id: int) -> Row:
        """The row of a request; `codes.EnrolmentError` when there is none."""
        row = self.rows.get(request_id)
        if row is None:
            raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
        return row

    # --- what CA managers do -----------------------------------------------------------------------------------------

    def approve(self, request_id: int, manager: str = "") -> str:
        """Issue a pending (or denied) request, as a certificate manager does; returns the disposition's name."""
        with self._lock:
            row = self.find(request_id)
            if row.disposition not in (PENDING, DENIED):
                raise codes.EnrolmentError(codes.BAD_REQUEST_STATUS)
            template = self.templates.get(row.template)
            self._issue(row, _parsed(row.request), template)
            row.message = f"Issued  Resubmitted by {manager or self._manager()}"
            return DISPOSITION_NAMES[row.disposition]

    def deny(self, request_id: int, manager: str = "") -> str:
        """Deny a pending request; returns the disposition's name."""
        with self._lock:
            row = self.find(request_id)
            if row.disposition != PENDING:
                raise codes.EnrolmentError(codes.BAD_REQUEST_STATUS)
            row.disposition, row.status = DENIED, codes.ADMIN_DENIED
            row.message = f"Denied by {manager or self._manager()}"
            return DISPOSITION_NAMES[row.disposition]

    def _manager(self) -> str:
        return str(self.settings.get("manager", "Administrator"))

    def manages(self, account: Any) -> bool:
        """Whether the account may manage the CA and read its database."""
        allowed = tuple(self.settings.get("administrators", ()))
        return bool(account.administrator) or account_requester(account).among(allowed)

    def snapshot(self) -> dict[str, Any]:
        """Name, certificates and database; what changed in the database shows as a changed row."""
        with self._lock:
            return {
                "name": self.name, "config": self.config, "running": self.running, "edit_flags": self.edit_flags,
                "request_disposition": self.request_disposition,
                "chain": [hashlib.sha1(one).hexdigest().upper() for one in self.chain],
                "requests": [_row_state(row) for _unused, row in sorted(self.rows.items())],
            }  # fmt: skip


def _row_state(row: Row) -> dict[str, Any]:
    state = asdict(row)
    state["request"] = hashlib.sha256(row.request).hexdigest()
    state["certificate"] = hashlib.sha1(row.certificate).hexdigest().upper() if row.certificate else ""
    state["submitted"] = row.submitted.isoformat()
    state["serial"] = row.serial
    return state


def _template(name: str, values: dict[str, Any]) -> Template:
    known = BUILT_IN.get(name, Template(name))
    changes = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    return Template(**{**asdict(known), **changes, "name": name})


def _ca_name(common: str, fqdn: str) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.DOMAIN_COMPONENT, part) for part in reversed(fqdn.split(".")[1:])]
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _raw(dotted: str, data: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(dotted), data)


def _points(uris: list[str]) -> x509.CRLDistributionPoints:
    names = [x509.UniformResourceIdentifier(uri) for uri in uris]
    return x509.CRLDistributionPoints([x509.DistributionPoint(names, None, None, None)])


def _access(uris: list[str]) -> x509.AuthorityInformationAccess:
    method = x509.oid.AuthorityInformationAccessOID.CA_ISSUERS
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(method, x509.UniformResourceIdentifier(uri)) for uri in uris]
    )


def _key_usage(bits: int) -> x509.KeyUsage:
    """Key usage from the byte that INF files and templates use (0xa0: digital signature and key encipherment)."""
    return x509.KeyUsage(
        digital_signature=bool(bits & 0x80), content_commitment=bool(bits & 0x40), key_encipherment=bool(bits & 0x20),
        data_encipherment=bool(bits & 0x10), key_agreement=bool(bits & 0x08), key_cert_sign=bool(bits & 0x04),
        crl_sign=bool(bits & 0x02), encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _with_template(builder: x509.CertificateBuilder, template: Template) -> x509.CertificateBuilder:
    if not template.name:
        return builder
    if template.version == 1:
        return builder.add_extension(_raw(TEMPLATE_NAME, der.bmp_string(template.name)), False)
    data = der.sequence(der.oid(template.oid), der.integer(100), der.integer(0))
    return builder.add_extension(_raw(TEMPLATE_OID, data), False)


def _parsed(request: bytes) -> x509.CertificateSigningRequest:
    try:
        parsed = x509.load_der_x509_csr(request)
        list(parsed.extensions)
        key = parsed.public_key()
    except ValueError:
        raise codes.EnrolmentError(codes.BAD_TAG) from None
    if not isinstance(key, rsa.RSAPublicKey) or parsed.signature_hash_algorithm is None:
        raise codes.EnrolmentError(codes.BAD_TAG)
    try:
        key.verify(parsed.signature, parsed.tbs_certrequest_bytes, padding.PKCS1v15(), parsed.signature_hash_algorithm)
    except Exception:
        raise codes.EnrolmentError(codes.BAD_SIGNATURE) from None
    return parsed


def _extension(request: x509.CertificateSigningRequest, oid: x509.ObjectIdentifier) -> bytes:
    try:
        return request.extensions.get_extension_for_oid(oid).value.public_bytes()
    except x509.ExtensionNotFound:
        return b""


def _as_requested(request: x509.CertificateSigningRequest) -> Template:
    """What a standalone CA issues by: no template, but the usages that the request asks for, for a year."""
    try:
        asked = request.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        asked = x509.ExtendedKeyUsage([])
    return Template(
        "", supply_in_request=True, extended_key_usage=tuple(usage.dotted_string for usage in asked), validity_days=365
    )


def _template_in(request: x509.CertificateSigningRequest) -> str:
    """The template's name that the request itself carries (certificate type extension)."""
    data = _extension(request, x509.ObjectIdentifier(TEMPLATE_NAME))
    if not data:
        return ""
    tag, start, end = der.header(data)
    return data[start:end].decode("utf-16-be" if tag == 0x1E else "utf-8", errors="replace")


def _attribute_names(text: str) -> bytes:
    """The names of a SAN request attribute, `dns=a&dns=b`."""
    try:
        return san_from_text(re.sub(r"&amp;", "&", text))
    except (InfError, ValueError, ipaddress.AddressValueError):
        raise codes.EnrolmentError(codes.BAD_REQUEST_SUBJECT) from None


__all__ = [
    "CertificateAuthority",
    "Requester",
    "Row",
    "Template",
    "account_requester",
    "computer_requester",
    "public_der",
]
