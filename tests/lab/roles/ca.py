# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certification authority of the estate: its service, its database, who may do what.

What decides lies where Windows keeps it: in the registry of the CA's machine, read when the service starts.
"""

from __future__ import annotations

import dataclasses
import hashlib
import threading
from typing import TYPE_CHECKING, Any

from cryptography import x509

from lab.access.descriptors import Descriptor, Entry
from lab.accounts import sid_of
from lab.pki import codes, policy
from lab.pki.database import DENIED, FAILED, ISSUED, PENDING, REVOKED, Row
from lab.pki.issuing import Issuer
from lab.pki.names import common_name, sanitised, short_sanitised
from lab.pki.requester import Requester, account_requester
from lab.pki.stores import Stores
from lab.pki.templates import Template, as_requested, templates_of
from lab.registry import REG_BINARY, REG_DWORD, REG_MULTI_SZ, REG_SZ
from lab.roles import NoSuchOrder, Role
from lab.roles.domain_member import DomainMember

if TYPE_CHECKING:
    from lab.accounts import Account
    from lab.machine import Machine

CONFIGURATION = r"SYSTEM\CurrentControlSet\Services\CertSvc\Configuration"
POLICY_MODULE = "CertificateAuthority_MicrosoftDefault.Policy"
ENROLL_FOLDER = r"C:\Windows\System32\CertSrv\CertEnroll"
SERVICE = "CertSvc"
# Rights on a CA (certsrv.h, MS-CSRA 3.1.1.7).
_MASKS = {"manage": 0x1, "officer": 0x2, "read": 0x100, "enroll": 0x200}
_ADMINISTRATORS = "S-1-5-32-544"
# What makes a request fail rather than be denied: the CA could not read it or put it into its database.
_BROKEN = (codes.BAD_TAG, codes.BAD_SIGNATURE, codes.COLUMN_TOO_BIG, codes.BAD_REQUEST_SUBJECT)


class CertificateAuthority(Role):
    """One CA. Settings (all optional but the name):

    common_name, type (enterprise_root, enterprise_subordinate with a root above it, standalone_root,
    standalone_subordinate), root_name, hash, alternate_signature (RSASSA-PSS), key_length, validity_days, templates
    {name: fields of Template}, edit_flags, request_disposition, first_request_id, cdp, aia (lists of URIs),
    administrators (accounts or groups), security {manage, officer, read, enroll: accounts or groups;
    `manage: [Administrators]` unless given, and `enroll: [Authenticated Users]`}, manager (who decides through the
    control interface), and misbehave: a list of "drop_san", "other_key", "no_cdp", "expired".
    """

    name = "ca"
    rank = 20
    inventory_group = "ucops_ca"

    def __init__(self, machine: Machine, settings: dict[str, Any]) -> None:
        super().__init__(machine, settings)
        self.common_name: str = settings.get("common_name") or settings.get("name") or "Company CA"
        self.stores = Stores(machine)
        self.rows: dict[int, Row] = {}
        self.running = False
        self.edit_flags = 0
        self.request_disposition = policy.DISPOSITION_ISSUE
        self.templates = templates_of(settings.get("templates"))
        self._next = int(settings.get("first_request_id", 2))
        self._lock = threading.RLock()
        self._issuer: Issuer | None = None
        self._security = self._usual_security

    @property
    def enterprise(self) -> bool:
        return str(self.settings.get("type", "enterprise_root")).startswith("enterprise")

    @property
    def config(self) -> str:
        """The configuration string, `host\\sanitised name`."""
        return f"{self.machine.fqdn}\\{self.sanitised_name}"

    @property
    def sanitised_name(self) -> str:
        """Its name in the registry, in file names and in its configuration string."""
        return sanitised(self.common_name)

    def is_called(self, name: str) -> bool:
        """Whether a client may call it so: by its common, its sanitised or its short sanitised name."""
        known = (self.common_name, self.sanitised_name, short_sanitised(self.common_name))
        return name.lower() in map(str.lower, known)

    @property
    def issuer(self) -> Issuer:
        """Its key and certificates: there from the first start on."""
        assert self._issuer is not None, "the CA was never started"
        return self._issuer

    @property
    def chain(self) -> list[bytes]:
        """Its own certificate and those above it, DER."""
        return self.issuer.chain if self._issuer is not None else []

    # --- starting ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Make the CA's keys and certificates, write its registry, publish its root, start its service."""
        if self._issuer is None:
            self._issuer = Issuer(self.machine, self.common_name, self.settings)
            self.stores.add("MY", self.chain[0], self._issuer.container)
            self._write_registry()
            self._publish()
            self._write_files()
        name = "Active Directory Certificate Services"
        self.machine.services.add(SERVICE, name, running=False, on_start=self.load, on_stop=self.stop)
        self.machine.services.start(SERVICE)

    def load(self) -> None:
        """What the service does when it starts: read its policy from the registry."""
        self.edit_flags = self._policy_value("EditFlags", policy.EDITF_DEFAULT_ENTERPRISE)
        self.request_disposition = self._policy_value("RequestDisposition", self._usual_disposition)
        held = self.machine.registry.get(f"{CONFIGURATION}\\{self.sanitised_name}", "Security")
        self._security = Descriptor.from_bytes(held[1]) if held and isinstance(held[1], bytes) else self._usual_security
        self.running = True

    def stop(self) -> None:
        self.running = False

    @property
    def policy_key(self) -> str:
        """The registry key of the policy module."""
        return f"{CONFIGURATION}\\{self.sanitised_name}\\PolicyModules\\{POLICY_MODULE}"

    @property
    def _usual_disposition(self) -> int:
        """What set-up chooses: a stand-alone CA knows nobody, so that its requests wait for a manager."""
        return policy.DISPOSITION_ISSUE | (0 if self.enterprise else policy.DISPOSITION_PENDING_FIRST)

    def _policy_value(self, name: str, default: int) -> int:
        found = self.machine.registry.get(self.policy_key, name)
        return found[1] if found is not None and isinstance(found[1], int) else default

    def _write_registry(self) -> None:
        registry, own = self.machine.registry, f"{CONFIGURATION}\\{self.sanitised_name}"
        registry.set(CONFIGURATION, "Active", REG_SZ, self.sanitised_name)
        registry.set(own, "CommonName", REG_SZ, self.common_name)
        registry.set(own, "CAServerName", REG_SZ, self.machine.fqdn)
        registry.set(own, "Security", REG_BINARY, self._usual_security.to_bytes())
        registry.set(own, "CAType", REG_DWORD, (1 if len(self.chain) > 1 else 0) + (0 if self.enterprise else 3))
        registry.set(own, "CACertHash", REG_MULTI_SZ, [hashlib.sha1(self.chain[0]).hexdigest()])
        registry.set(f"{own}\\CSP", "ProviderType", REG_DWORD, 0)
        registry.set(f"{own}\\CSP", "HashAlgorithm", REG_DWORD, 0xFFFFFFFF)
        registry.set(f"{own}\\CSP", "CNGHashAlgorithm", REG_SZ, self.issuer.hash.upper())
        registry.set(f"{own}\\CSP", "AlternateSignatureAlgorithm", REG_DWORD, int(self.issuer.alternate_signature))
        registry.set(f"{own}\\PolicyModules", "Active", REG_SZ, POLICY_MODULE)
        flags = self._given("edit_flags", policy.EDITF_DEFAULT_ENTERPRISE)
        disposition = self._given("request_disposition", self._usual_disposition)
        registry.set(self.policy_key, "EditFlags", REG_DWORD, flags)
        registry.set(self.policy_key, "RequestDisposition", REG_DWORD, disposition)

    def _given(self, name: str, default: int) -> int:
        return int(str(self.settings.get(name, default)), 0)

    def _publish(self) -> None:
        """An enterprise CA's certificates reach every member of the domain; on its own machine they are anyway."""
        own, root = self.chain[0], self.chain[-1]
        self.stores.add("Root", root)
        self.stores.add("CA", own)
        found = [machine.role(DomainMember) for machine in self.machine.estate.machines.values()]
        for member in [one for one in found if one is not None and self.enterprise]:
            member.receive("Root", root)
            member.receive("NTAuth", own)
            if len(self.chain) > 1:
                member.receive("CA", own)

    def _write_files(self) -> None:
        files, host = self.machine.files, self.machine.fqdn
        files.write(f"{ENROLL_FOLDER}\\{host}_{self.sanitised_name}.crt", self.chain[0], system=True)
        files.write(f"{ENROLL_FOLDER}\\{self.sanitised_name}.crl", self.issuer.revocation_list(), system=True)

    # --- what clients do ---------------------------------------------------------------------------------------------

    def submit(self, request: bytes, attributes: dict[str, str], requester: Requester) -> Row:
        """Take a PKCS#10 request (DER); returns its row, whatever became of it. Raises `codes.EnrolmentError`."""
        if not self.running:
            raise codes.EnrolmentError(codes.RPC_UNAVAILABLE)
        if not self._may(requester, "enroll"):
            raise codes.EnrolmentError(codes.E_ACCESS_DENIED)
        with self._lock:
            row = Row(self._next, request, requester.name, self.machine.clock(), dict(attributes))
            self._next += 1
            self.rows[row.request_id] = row
            try:
                self._decide(row, requester)
            except codes.EnrolmentError as error:
                self._refuse(row, error)
            return row

    def _decide(self, row: Row, requester: Requester) -> None:
        request = policy.parsed(row.request)
        row.common_name, row.dns_name = common_name(request.subject), requester.dns_name
        if len(row.common_name) > policy.COMMON_NAME_LIMIT:
            raise codes.EnrolmentError(codes.BAD_REQUEST_SUBJECT)
        template = policy.template_of(self.templates, row, request) if self.enterprise else None
        if template is not None:
            row.template = template.name
            policy.check(template, request, requester)
        if self._waits() or (template is not None and template.pending):
            row.disposition, row.status, row.message = PENDING, 0, self._text("ca.submitted")
            return
        self._issue(row, request, template)
        row.message = self._text("ca.issued")

    def _waits(self) -> bool:
        """Whether all requests wait for a manager."""
        wanted = self.request_disposition
        first = bool(wanted & policy.DISPOSITION_PENDING_FIRST)
        return first or wanted & 0xFF == policy.DISPOSITION_PENDING

    def _refuse(self, row: Row, error: codes.EnrolmentError) -> None:
        broken = error.code in _BROKEN
        row.disposition, row.status = FAILED if broken else DENIED, error.code
        row.message = self._text("ca.failed" if broken else "ca.denied_by_policy")
        if error.text:
            row.message += f"  0x{error.code:x}, {self._text(error.text, **error.values)}"

    def _issue(self, row: Row, request: x509.CertificateSigningRequest, template: Template | None) -> None:
        template = template or as_requested(request)
        subject, names = policy.names(row, request, template, self.edit_flags)
        row.certificate = self.issuer.issue(request, template, subject, names, row.request_id)
        row.disposition, row.status = ISSUED, 0

    def _text(self, name: str, **values: object) -> str:
        return self.machine.texts.text(name, **values)

    def find(self, request_id: int) -> Row:
        """The row of a request; `codes.EnrolmentError` when there is none."""
        row = self.rows.get(request_id)
        if row is None:
            raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
        return row

    # --- what officers of the CA do ----------------------------------------------------------------------------------

    def approve(self, request_id: int, manager: str = "") -> str:
        """Issue a pending (or denied) request, as a certificate manager does; returns the disposition's name."""
        with self._lock:
            row = self.find(request_id)
            if row.disposition not in (PENDING, DENIED):
                raise codes.EnrolmentError(codes.BAD_REQUEST_STATUS)
            self._issue(row, policy.parsed(row.request), self.templates.get(row.template))
            row.message = self._text("ca.resubmitted", manager=manager or self._manager())
            return self.disposition_name(row.disposition)

    def deny(self, request_id: int, manager: str = "") -> str:
        """Deny a pending request; returns the disposition's name."""
        with self._lock:
            row = self.find(request_id)
            if row.disposition != PENDING:
                raise codes.EnrolmentError(codes.BAD_REQUEST_STATUS)
            row.disposition, row.status = DENIED, codes.ADMIN_DENIED
            row.message = self._text("ca.denied_by", manager=manager or self._manager())
            return self.disposition_name(row.disposition)

    def revoke(self, serial: str, manager: str, reason: int) -> None:
        """Revoke what was issued under a serial number (lower-case hexadecimal); the reason by RFC 5280's number."""
        with self._lock:
            row = next((row for row in self.rows.values() if row.serial == serial), None)
            if row is None:
                raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
            row.disposition, row.message = REVOKED, self._text("ca.revoked_by", manager=manager)
            row.revoked_reason = reason

    def disposition_name(self, disposition: int) -> str:
        """The name of a disposition in the CA's language."""
        return self._text(f"ca.disposition_{disposition}")

    def _manager(self) -> str:
        return str(self.settings.get("manager", "Administrator"))

    def carry_out(self, order: str, body: Any) -> str:
        """`approve` or `deny`, with the number under `request_id`; `change_template`, with its `name` and what differs
        from now on."""
        if order == "change_template":
            fields = dict(body)
            name = str(fields.pop("name"))
            with self._lock:
                self.templates[name] = dataclasses.replace(self.templates[name], **fields)
            return name
        orders = {"approve": self.approve, "deny": self.deny}
        if order not in orders:
            raise NoSuchOrder(order)
        return orders[order](int(body["request_id"]))

    # --- who may -----------------------------------------------------------------------------------------------------

    def manages(self, account: Account) -> bool:
        """Whether the account may decide on requests: Administrator or Officer of the CA."""
        requester = account_requester(account)
        return any(self._may(requester, right) for right in ("manage", "officer"))

    def reads(self, account: Account) -> bool:
        """Whether the account may read the database: Administrator, Officer or Read (MS-CSRA 3.1.1.7)."""
        return self.manages(account) or self._may(account_requester(account), "read")

    def _may(self, requester: Requester, right: str) -> bool:
        names = (requester.name, *requester.groups, "Everyone", "Authenticated Users")
        sids = {sid_of(self.machine.estate.domain, name) for name in names}
        return self._security.allows(sids, _MASKS[right])

    @property
    def _usual_security(self) -> Descriptor:
        """What the estate file gives; all users may request certificates, as set-up has it."""
        given = {"manage": ["Administrators"], **(self.settings.get("security") or {})}
        given = {"enroll": ["Authenticated Users"], **given}
        if self.settings.get("security") and "manage" not in self.settings["security"]:
            given["manage"] = []
        given["manage"] = [*given["manage"], *self.settings.get("administrators", ())]
        entries = (
            Entry("A", 0, _MASKS[right], sid_of(self.machine.estate.domain, name))
            for right, names in given.items()
            for name in names
        )
        return Descriptor(_ADMINISTRATORS, _ADMINISTRATORS, tuple(entries))

    def snapshot(self) -> dict[str, Any]:
        """Name, certificates and database; what changed in the database shows as a changed row."""
        with self._lock:
            return {
                "name": self.common_name, "config": self.config, "running": self.running,
                "edit_flags": self.edit_flags, "request_disposition": self.request_disposition,
                "chain": [hashlib.sha1(one).hexdigest().upper() for one in self.chain],
                "requests": [row.snapshot() for _unused, row in sorted(self.rows.items())],
            }  # fmt: skip
