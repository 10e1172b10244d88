# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""certreq.exe: -new, -submit, -retrieve, -accept. What it does not find on its command line it asks for in a dialog."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lab.files import FileError
from lab.pki import codes
from lab.pki.authority import (
    DENIED,
    FAILED,
    ISSUED,
    PENDING,
    CertificateAuthority,
    Requester,
    Row,
    account_requester,
    computer_requester,
)  # fmt: skip
from lab.pki.encoding import any_to_der, certificates_in, chain_file, to_pem
from lab.pki.enrolment import Enrolment, accept, parse_attributes
from lab.pki.inf import InfError, parse_inf
from lab.programs.process import Process

VERBS = ("submit", "retrieve", "new", "accept", "policy", "sign", "enroll")
WITH_VALUE = ("config", "attrib", "policyserver", "username", "p", "cert", "clientcertificate", "rpc_")
PLAIN = ("f", "q", "machine", "user", "adminforcemachine", "rpc", "binary", "crl", "unicode", "v", "any", "kerberos",
         "anonymous", "idispatch", "s")  # fmt: skip


class Usage(Exception):
    """The command line is not understood."""


@dataclass
class Line:
    """A parsed command line; `options` by lower-case name, without a value `True`."""

    verb: str = "submit"
    options: dict[str, Any] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return name in self.options


def parse_line(arguments: list[str]) -> Line:
    """Verb and options begin with - or /; the verb is -submit when none is given."""
    line = Line()
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        name = word[1:].lower()
        if word[:1] not in "-/" or len(word) < 2:
            line.files.append(word)
        elif name in VERBS:
            line.verb = name
        elif name in WITH_VALUE:
            if not rest:
                raise Usage(f"Missing argument for {word}")
            line.options[name] = rest.pop(0)
        elif name in PLAIN:
            line.options[name] = True
        else:
            raise Usage(f"Unknown arg: {word}")
    return line


def run(process: Process) -> int:
    """The program. Exit code 0, or the HRESULT of what failed."""
    try:
        line = parse_line(process.arguments)
    except Usage as error:
        process.print(f"{error}")
        process.print("CertReq -? for help")
        return codes.E_INVALID_ARGUMENT
    try:
        return CertReq(process, line).run()
    except codes.EnrolmentError as error:
        return _failed(process, error.code)
    except InfError as error:
        return _failed(process, error.code)
    except FileError as error:
        return _failed(process, 0x80070000 | error.code)


def _failed(process: Process, code: int) -> int:
    shown = codes.show(code, codes.named_codes(process.machine))
    process.print(f"Certificate Request Processor: {codes.text(code)} {shown}")
    return code


class CertReq:
    """One run of certreq."""

    def __init__(self, process: Process, line: Line) -> None:
        self.process, self.line = process, line
        self.machine = process.machine

    def run(self) -> int:
        verbs = {"new": self._new, "submit": self._submit, "retrieve": self._retrieve, "accept": self._accept}
        verb = verbs.get(self.line.verb)
        if verb is None:
            self.process.complain(f"lab: certreq -{self.line.verb} is not modelled")
            return codes.E_INVALID_ARGUMENT
        return verb()

    # --- prompts -----------------------------------------------------------------------------------------------------

    @property
    def quiet(self) -> bool:
        return self.line.has("q")

    def _ask(self, what: str) -> None:
        """A dialog that nobody sees; with -q a failure instead."""
        if self.quiet:
            raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
        self.process.hang(f"certreq shows a dialog: {what}")

    def _file(self, index: int, what: str) -> str:
        if index >= len(self.line.files):
            self._ask(what)
        return self.line.files[index]

    def _save(self, path: str, content: bytes) -> None:
        if self.process.exists(path) and not self.line.has("f"):
            if self.quiet:
                raise codes.EnrolmentError(codes.E_FILE_EXISTS)
            self.process.hang(f"certreq asks whether to overwrite {path}")
        self.process.write_file(path, content)

    # --- -new and -accept --------------------------------------------------------------------------------------------

    def _new(self) -> int:
        inf = parse_inf(self.process.read_file(self._file(0, "open the policy file")))
        out = self._file(1, "save the request") if not self.quiet or len(self.line.files) > 1 else ""
        template = inf.get("RequestAttributes", "CertificateTemplate")
        if template and not self._template_known(template) and not self.quiet:
            self.process.print("Template not found.  Do you wish to continue anyway?")
            self.process.print(template)
            self.process.hang("certreq asks whether to go on without the template")
        if out and self.process.exists(out) and not self.line.has("f"):
            self._save(out, b"")
        self._require_administrator()
        request = Enrolment(self.machine, inf, self.line.has("machine")).create()
        if template and self._template_known(template) and self.machine.generation.build >= 6002:
            self.process.print("Active Directory Enrollment Policy")
            self.process.print("  {B3A1C2D4-5E6F-4A7B-8C9D-0E1F2A3B4C5D}")
            self.process.print("  ldap:")
        if out:
            self._save(out, request if self.line.has("binary") else to_pem("NEW CERTIFICATE REQUEST", request))
        self.process.print()
        self.process.print("CertReq: Request Created")
        return 0

    def _template_known(self, name: str) -> bool:
        """Templates are in Active Directory: out of reach for a network logon that may not go on."""
        if not self._may_go_on():
            return False
        return any(name.lower() in map(str.lower, ca.templates) for ca in authorities(self.machine))

    def _may_go_on(self) -> bool:
        session = self.process.session
        return bool(session.delegated or session.logon != "network")

    def _require_administrator(self) -> None:
        if not self.process.session.account.administrator:
            raise codes.EnrolmentError(codes.E_ACCESS_DENIED)

    def _accept(self) -> int:
        data = self.process.read_file(self._file(0, "open the certificate"))
        self._require_administrator()
        if self.line.has("user"):
            raise codes.EnrolmentError(codes.NOT_FOUND)
        der = accept(self.machine, certificates_in(data))
        if codes.named_codes(self.machine):
            self._installed(der)
        return 0

    def _installed(self, der: bytes) -> None:
        from cryptography import x509

        from lab.pki.authority import serial_text
        from lab.pki.names import show_name
        from lab.pki.stores import thumbprint

        self.process.print("Installed Certificate:")
        self.process.print(f"  Serial Number: {serial_text(der)}")
        self.process.print(f"  Subject: {show_name(x509.load_der_x509_certificate(der).subject)}")
        self.process.print(f"  Thumbprint: {thumbprint(der).lower()}")

    # --- -submit and -retrieve ---------------------------------------------------------------------------------------

    def _submit(self) -> int:
        data = self.process.read_file(self._file(0, "open the request file"))
        ca, requester = self._authority()
        try:
            request = any_to_der(data)
        except codes.EnrolmentError:
            raise codes.EnrolmentError(codes.BAD_TAG) from None
        attributes = parse_attributes(str(self.line.options.get("attrib", "")))
        row = ca.submit(request, attributes, requester)
        return self._report(ca, row, self.line.files[1:])

    def _retrieve(self) -> int:
        number = self._file(0, "request id")
        ca, _unused = self._authority()
        try:
            request_id = int(number, 0)
        except ValueError:
            raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT) from None
        return self._report(ca, ca.find(request_id), self.line.files[1:])

    def _authority(self) -> tuple[CertificateAuthority, Requester]:
        config = self.line.options.get("config")
        if config is None:
            self._ask("choose a certification authority")
        account = self.process.session.account
        forced = self.line.has("adminforcemachine")
        ca, host = find_authority(self.machine, str(config))
        if host is not self.machine and not self._may_go_on() and not forced:
            # The second hop arrives without a name.
            raise codes.EnrolmentError(codes.E_ACCESS_DENIED)
        if ca is None or not ca.running:
            raise codes.EnrolmentError(codes.RPC_UNAVAILABLE)
        if forced:
            self._require_administrator()
            return ca, computer_requester(self.machine, account.domain)
        return ca, account_requester(account)

    def _report(self, ca: CertificateAuthority, row: Row, files: list[str]) -> int:
        self.process.print(f"RequestId: {row.request_id}")
        if self.machine.generation.build >= 6002:
            self.process.print(f'RequestId: "{row.request_id}"')
        named = codes.named_codes(self.machine)
        if row.disposition == PENDING:
            self.process.print("Certificate request is pending: Taken Under Submission (0)")
            return 0
        if row.disposition in (DENIED, FAILED):
            word = "Denied" if row.disposition == DENIED else "Error"
            text = f"{codes.text(row.status)} " if row.status != codes.ADMIN_DENIED else ""
            shown = codes.show(row.status, named)
            self.process.print(f"Certificate not issued ({word}) {row.message} {text}{shown}")
            return 0 if row.disposition == DENIED else row.status
        out = files[0] if files else ""
        if not out:
            self._ask("save the certificate")
        self._save_certificate(ca, row, files)
        self.process.print(f"Certificate retrieved(Issued) {row.message}")
        return 0 if row.disposition == ISSUED else row.status

    def _save_certificate(self, ca: CertificateAuthority, row: Row, files: list[str]) -> None:
        binary = self.line.has("binary")
        chain = chain_file([row.certificate, *ca.chain])
        self._save(files[0], row.certificate if binary else to_pem("CERTIFICATE", row.certificate))
        if len(files) > 1:
            self._save(files[1], chain if binary else to_pem("CERTIFICATE", chain))
        response = files[2] if len(files) > 2 else _beside(files[0])
        self._save(response, chain if binary else to_pem("CERTIFICATE", chain))


def _beside(path: str) -> str:
    """The full response lies beside the certificate, with the extension .rsp."""
    head, slash, name = path.replace("/", "\\").rpartition("\\")
    stem = name.rpartition(".")[0] or name
    return f"{head}{slash}{stem}.rsp"


def authorities(machine: Any) -> list[CertificateAuthority]:
    """All CAs of the estate."""
    machines = getattr(machine.estate, "machines", {})
    listed = machines.values() if isinstance(machines, dict) else machines
    found = [one.roles.get("ca") for one in [machine, *(m for m in listed if m is not machine)]]
    return [ca for ca in found if isinstance(ca, CertificateAuthority)]


def find_authority(machine: Any, config: str) -> tuple[CertificateAuthority | None, Any]:
    """(CA, its machine) for `host\\CA name`; `-` is the CA of this machine. Raises `EnrolmentError`."""
    if config == "-":
        own = machine.roles.get("ca")
        if own is None:
            raise codes.EnrolmentError(codes.E_FILE_NOT_FOUND)
        return own, machine
    host, slash, name = config.partition("\\")
    for ca in authorities(machine):
        if host.lower() in (ca.machine.fqdn.lower(), ca.machine.name.lower()):
            if slash and name.lower() != ca.name.lower():
                raise codes.EnrolmentError(codes.E_FILE_NOT_FOUND)
            return ca, ca.machine
    raise codes.EnrolmentError(codes.RPC_UNAVAILABLE)
