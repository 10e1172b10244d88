# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""certreq.exe: -new, -submit, -retrieve, -accept. What it does not find on its command line it asks for in a dialog."""

from __future__ import annotations

from cryptography import x509

from lab.files import FileError
from lab.pki import codes
from lab.pki.database import DENIED, FAILED, ISSUED, PENDING, Row, serial_text
from lab.pki.encoding import any_to_der, certificates_in, chain_file, to_pem
from lab.pki.enrolment import Enrolment, accept, parse_attributes
from lab.pki.inf import InfError, parse_inf
from lab.pki.names import show_name
from lab.pki.requester import Requester, account_requester, computer_requester
from lab.pki.stores import thumbprint
from lab.programs.arguments import CommandLine, UsageError, parse
from lab.programs.enrolment import authorities, reach_authority, require_administrator, shown_code
from lab.programs.process import Process
from lab.roles.ca import CertificateAuthority

VERBS = ("submit", "retrieve", "new", "accept", "policy", "sign", "enroll")
WITH_VALUE = ("config", "attrib", "policyserver", "username", "p", "cert", "clientcertificate", "rpc_")
PLAIN = ("f", "q", "machine", "user", "adminforcemachine", "rpc", "binary", "crl", "unicode", "v", "any", "kerberos",
         "anonymous", "idispatch", "s")  # fmt: skip


def run(process: Process) -> int:
    """The program. Exit code 0, or the HRESULT of what failed."""
    try:
        line = parse(process.arguments, verbs=VERBS, with_value=WITH_VALUE, plain=PLAIN)
    except UsageError as error:
        process.say(f"certreq.{error.text}", option=error.option)
        process.say("certreq.help")
        return codes.E_INVALID_ARGUMENT
    try:
        return CertReq(process, line).run()
    except (codes.EnrolmentError, InfError) as error:
        return _failed(process, error.code)
    except FileError as error:
        return _failed(process, 0x80070000 | error.code)


def _failed(process: Process, code: int) -> int:
    process.say("certreq.failed", text=process.texts.error(code), code=shown_code(process, code))
    return code


class CertReq:
    """One run of certreq."""

    def __init__(self, process: Process, line: CommandLine) -> None:
        self.process, self.line = process, line
        self.machine = process.machine

    def run(self) -> int:
        verbs = {"new": self._new, "submit": self._submit, "retrieve": self._retrieve, "accept": self._accept}
        verb = verbs.get(self.line.verb or "submit")
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
        if index >= len(self.line.operands):
            self._ask(what)
        return self.line.operands[index]

    def _save(self, path: str, content: bytes) -> None:
        if self.process.exists(path) and not self.line.has("f"):
            if self.quiet:
                raise codes.EnrolmentError(codes.E_FILE_EXISTS)
            self.process.hang(f"certreq asks whether to overwrite {path}")
        self.process.write_file(path, content)

    # --- -new and -accept --------------------------------------------------------------------------------------------

    def _new(self) -> int:
        inf = parse_inf(self.process.read_file(self._file(0, "open the policy file")))
        out = self._file(1, "save the request") if not self.quiet or len(self.line.operands) > 1 else ""
        template = inf.get("RequestAttributes", "CertificateTemplate")
        if template and not self._template_known(template) and not self.quiet:
            self.process.say("certreq.template_not_found")
            self.process.print(template)
            self.process.hang("certreq asks whether to go on without the template")
        if out and self.process.exists(out) and not self.line.has("f"):
            self._save(out, b"")
        require_administrator(self.process)
        # A key takes a machine so long that what was written before it leaves.
        with self.process.resting():
            request = Enrolment(self.machine, inf, self.line.has("machine")).create()
        if template and self._template_known(template) and self.machine.generation.enrolment_policy:
            self.process.say("certreq.policy")
            self.process.print("  {B3A1C2D4-5E6F-4A7B-8C9D-0E1F2A3B4C5D}")
            self.process.print("  ldap:")
        if out:
            self._save(out, request if self.line.has("binary") else to_pem("NEW CERTIFICATE REQUEST", request))
        self.process.print()
        self.process.say("certreq.created")
        return 0

    def _template_known(self, name: str) -> bool:
        """Templates are in Active Directory: out of reach for a network logon that may not go on."""
        if not self.process.session.may_go_on:
            return False
        return any(name.lower() in map(str.lower, one.templates) for one in authorities(self.machine))

    def _accept(self) -> int:
        data = self.process.read_file(self._file(0, "open the certificate"))
        require_administrator(self.process)
        if self.line.has("user"):
            raise codes.EnrolmentError(codes.NOT_FOUND)
        der = accept(self.machine, certificates_in(data))
        if self.machine.generation.symbolic_codes:
            self._installed(der)
        return 0

    def _installed(self, der: bytes) -> None:
        self.process.say("certreq.installed")
        self.process.say("certreq.serial", serial=serial_text(der))
        self.process.say("certreq.subject", subject=show_name(x509.load_der_x509_certificate(der).subject))
        self.process.say("certreq.thumbprint", thumbprint=thumbprint(der).lower())

    # --- -submit and -retrieve ---------------------------------------------------------------------------------------

    def _submit(self) -> int:
        data = self.process.read_file(self._file(0, "open the request file"))
        ca, requester = self._authority()
        try:
            request = any_to_der(data)
        except codes.EnrolmentError:
            raise codes.EnrolmentError(codes.BAD_TAG) from None
        attributes = parse_attributes(self.line.value("attrib"))
        row = ca.submit(request, attributes, requester)
        return self._report(ca, row, self.line.operands[1:])

    def _retrieve(self) -> int:
        number = self._file(0, "request id")
        ca, _unused = self._authority()
        try:
            request_id = int(number, 0)
        except ValueError:
            raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT) from None
        return self._report(ca, ca.find(request_id), self.line.operands[1:])

    def _authority(self) -> tuple[CertificateAuthority, Requester]:
        if not self.line.has("config"):
            self._ask("choose a certification authority")
        account = self.process.session.account
        forced = self.line.has("adminforcemachine")
        authority = reach_authority(self.process, self.line.value("config"), as_computer=forced)
        if forced:
            require_administrator(self.process)
            return authority, computer_requester(self.machine, account.domain)
        return authority, account_requester(account)

    def _report(self, ca: CertificateAuthority, row: Row, files: list[str]) -> int:
        """Say what became of the request; a refusal ends with its HRESULT, a wait with 0."""
        self.process.say("certreq.request_id", number=row.request_id)
        if self.machine.generation.quoted_request_id:
            self.process.say("certreq.quoted_request_id", number=row.request_id)
        if row.disposition == PENDING:
            self.process.say("certreq.pending", message=self.process.texts.text("ca.submitted"))
            return 0
        if row.disposition in (DENIED, FAILED):
            return self._refused(row)
        out = files[0] if files else ""
        if not out:
            self._ask("save the certificate")
        self._save_certificate(ca, row, files)
        self.process.say("certreq.issued", message=row.message)
        return 0 if row.disposition == ISSUED else row.status

    def _refused(self, row: Row) -> int:
        text = f"{self.process.texts.error(row.status)} " if row.status != codes.ADMIN_DENIED else ""
        message = f"{row.message} {text}{shown_code(self.process, row.status)}"
        self.process.say("certreq.denied" if row.disposition == DENIED else "certreq.error", message=message)
        return row.status

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
