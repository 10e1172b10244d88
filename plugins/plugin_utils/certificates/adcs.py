# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Active Directory Certificate Services as an authority.

AD CS is reached on its own WinRM connection, so its programs talk to it locally: no second hop. What became of a
request is decided by what can be read in any language: a certificate file that parses, numbers of the CA's database,
hex codes; never by words, and never by an exit code alone (denied and pending requests end with 0).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import (
    ISSUED,
    UNSETTLED,
    Authority,
    AuthorityAnswer,
    AuthorityCapabilities,
    AuthorityPolicy,
    KnownRequest,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import CertificateRequest, load_request
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import (
    X509Certificate,
    load_certificate,
    load_certificates,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said, failure_code, failure_codes
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.certreq import TIMEOUT, end_of_answer, failed
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import CertificateStores
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.claim import alone
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import FileProgram
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import NUMBER, Branch, Registry
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.scratch import paths
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.system import describe_system

CONFIGURATION = "SYSTEM\\CurrentControlSet\\Services\\CertSvc\\Configuration"
DEFAULT_POLICY = "CertificateAuthority_MicrosoftDefault.Policy"
_COMMON_NAME = re.compile(r"[A-Za-z0-9._-]{1,253}")

_BLANK = r"[ \t\xa0\u202f\u3000]*"
_QUOTE = "[\"'«»\u201c\u201d„‹›「」]?"
# "RequestId: 7", 'Anforderungs-ID: "22"', "IDDemande : « 29 »": a line that is a label, a colon and a bare number.
_REQUEST_ID = re.compile(
    rf"^[^\W\d_][^\d:：\r\n]{{0,60}}[:：]{_BLANK}{_QUOTE}{_BLANK}([1-9]\d{{0,9}}){_BLANK}{_QUOTE}{_BLANK}\r?$",
    re.MULTILINE,
)
_COLUMNS = ("Request.RequestID", "Request.Disposition", "Request.StatusCode", "Request.RawRequest")
_COLON = re.compile("[:：]")
_NUMBER = re.compile(r"0x[0-9a-fA-F]+\b")
_BLANKS = " \t\xa0\u202f\u3000\r"
# "0 Rows", "Maximum Row Index: 0": a line of the closing totals whose only number is zero.
_NONE = re.compile(r"^[^\d\r\n]*\b0\b[^\d\r\n]*\r?$", re.MULTILINE)
_UNTRACED = "certreq names no number of a request that can be read, and the CA's database holds none of this key"


class AdcsAuthority(Authority):
    """Active Directory Certificate Services through a connection to its own host."""

    def __init__(self, host: WindowsHost, config: CaConfig) -> None:
        self._host = host
        self._config = config
        # What certreq said of requests whose fate only the database tells, by their keys.
        self._said: dict[str, ProgramResult] = {}
        # Certificates of authorities that came with an issued one: fetched once, and those of the next are the same.
        self._above: tuple[X509Certificate, ...] = ()

    @property
    def name(self) -> str:
        return str(self._config)

    @property
    def capabilities(self) -> AuthorityCapabilities:
        return AuthorityCapabilities(answers_at_once=True, keeps_record=True, has_policy=True, revokes=True)

    def policy(self) -> AuthorityPolicy:
        active = self._host.registry.string(CONFIGURATION, "Active")
        if active is None or not self._config.is_called(active):
            raise RolloutError(
                f"this host's active CA is {'none' if active is None else repr(active)}, not '{self._config.name}'",
                where=self._host.name,
                mend="Check `ca` of the issuer in the topology and the inventory host that stands for it",
            )
        return read_policy(self._host.registry, active)

    def check(self, planned: PlannedCertificate) -> None:
        self._check(planned.common_name)

    def _check(self, common_name: str) -> None:
        if not _COMMON_NAME.fullmatch(common_name):
            raise RolloutError(f"{common_name!r} cannot be looked up at a CA", where=self.name)

    def find(self, wanted: Sequence[tuple[PlannedCertificate, str]]) -> tuple[tuple[KnownRequest, ...], ...]:
        known = self.requests_for([planned.common_name for planned, _key in wanted])
        return tuple(
            tuple(row for row in known[planned.common_name] if row.request.public_key == key) for planned, key in wanted
        )

    def alone(self, needed: Callable[[], bool]) -> AbstractContextManager[Callable[[], None] | None]:
        return alone(self._host, "requests", needed=needed)

    def submit(self, planned: PlannedCertificate, request: CertificateRequest) -> AuthorityAnswer:
        attributes = ["-attrib", f"CertificateTemplate:{planned.template}"] if planned.template else []
        source, *outputs = paths(self._host.files, ".req", ".cer", ".p7b", ".rsp")
        arguments = ["-submit", "-f", "-q", "-config", self.name, *attributes, source, *outputs]
        answer, result = self._certreq(arguments, outputs, source, request.pem.encode("ascii"))
        if answer is None:
            self._said[request.public_key] = result
        return answer or AuthorityAnswer(request_number(result.text), UNSETTLED, text=result.text)

    def settle(
        self, sent: Sequence[tuple[PlannedCertificate, CertificateRequest, AuthorityAnswer]]
    ) -> tuple[AuthorityAnswer | RolloutError, ...]:
        rows = self._rows_of(sent)
        return tuple(self._settled(request, row) for (_planned, request, _answer), row in zip(sent, rows, strict=True))

    def retrieve(self, planned: PlannedCertificate, request_id: int | None) -> AuthorityAnswer | None:
        return None if request_id is None else self._retrieved(request_id)

    def rest(self) -> None:
        self._host.programs.rest()

    def told_of(self, request_id: int | None) -> str:
        try:
            return _besides(self._retrieve(request_id)[1].text, request_id)
        except RolloutError:
            return ""  # only told beside something else that is wrong

    def authorities(self) -> Iterator[X509Certificate]:
        return CertificateStores(self._host.registry, self._host.name).authorities()

    def clock(self) -> datetime | None:
        try:
            return describe_system(self._host.wmi, where=self._host.name).clock
        except RolloutError:
            return None  # only told beside something else that is wrong

    def place(self, planned: PlannedCertificate) -> str | None:
        return None

    def waiting(self, planned: PlannedCertificate, request_id: int | None) -> str:
        return (
            f"request {request_id} waits for an officer of {self.name}, for {planned.id}; run again once it is approved"
        )

    def requests_for(self, common_names: Iterable[str]) -> Mapping[str, tuple[KnownRequest, ...]]:
        """By common name all requests of it that the CA's database has, the newest first."""
        names = list(dict.fromkeys(common_names))
        for name in names:
            self._check(name)
        found = self._view([f"Request.CommonName={name}" for name in names])
        return {
            name: tuple(sorted(rows, key=lambda row: row.request_id or 0, reverse=True))
            for name, rows in zip(names, found, strict=True)
        }

    def issued_as(self, serials: Sequence[str]) -> tuple[KnownRequest | None, ...]:
        found = self._view([f"SerialNumber={serial}" for serial in serials])
        return tuple(next(iter(rows), None) for rows in found)

    def revoke(self, serials: Sequence[str], reason: int) -> str:
        commands = [["certutil", "-config", self.name, "-revoke", serial, str(reason)] for serial in serials]
        results = self._host.programs.run_all(commands, timeout=TIMEOUT)
        wrong = [one for one in results if one.exit_code != 0]
        return failed("the CA does not revoke it", wrong[0], where=self.name).what if wrong else ""

    def _retrieved(self, request_id: int) -> AuthorityAnswer:
        answer, result = self._retrieve(request_id)
        if answer is None:
            lacking = f"the CA does not hand out the certificate of request {request_id}"
            raise failed(lacking, result, where=self.name, wrote=True)
        return AuthorityAnswer(request_id, ISSUED, answer.certificate, answer.candidates, text=answer.text)

    def _retrieve(self, request_id: int | None) -> tuple[AuthorityAnswer | None, ProgramResult]:
        outputs = list(paths(self._host.files, ".cer", ".p7b", ".rsp"))
        return self._certreq(["-retrieve", "-f", "-q", "-config", self.name, str(request_id), *outputs], outputs)

    def _certreq(
        self, arguments: list[str], outputs: list[str], source: str = "", content: bytes = b""
    ) -> tuple[AuthorityAnswer | None, ProgramResult]:
        """Run it with its files, in one command; an answer only when a certificate came out."""
        number = 1 if self._above else 2
        job = FileProgram(["certreq", *arguments], source, content, outputs[:number], outputs[number:])
        (outcome,) = self._host.files.run(self._host.programs, [job], timeout=TIMEOUT)
        contents, result = outcome.checked().shown, outcome.result
        return self._answer(*contents, text=result.text), result

    def _answer(self, content: bytes | None, chain: bytes | None = None, *, text: str) -> AuthorityAnswer | None:
        if not content:
            return None
        certificate = load_certificate(content, where=f"{self.name}: the certificate that it issued")
        given = load_certificates(chain, where=f"{self.name}: the chain that it gave") if chain else ()
        self._above = self._above or tuple(one for one in given if one.der != certificate.der)
        return AuthorityAnswer(request_number(text), ISSUED, certificate, self._above, text=text)

    def _rows_of(
        self, sent: Sequence[tuple[PlannedCertificate, CertificateRequest, AuthorityAnswer]]
    ) -> list[KnownRequest | None]:
        """A number that cannot be read, or that is another's, decides nothing: the key finds the request without."""
        numbers = [answer.request_id for _planned, _request, answer in sent if answer.request_id is not None]
        listed = self._view([f"Request.RequestID={number}" for number in dict.fromkeys(numbers)])
        by_key = {row.request.public_key: row for rows in listed for row in rows}
        others = [(planned, request) for planned, request, _answer in sent if request.public_key not in by_key]
        known = self.find([(planned, request.public_key) for planned, request in others]) if others else ()
        for (_planned, request), rows in zip(others, known, strict=True):
            by_key |= {request.public_key: rows[0]} if rows else {}
        return [by_key.get(request.public_key) for _planned, request, _answer in sent]

    def _settled(self, request: CertificateRequest, row: KnownRequest | None) -> AuthorityAnswer | RolloutError:
        """What became of a request, by the numbers in the CA's database."""
        said = self._said.get(request.public_key)
        if row is None:
            if said is None:
                return RolloutError("the CA's database holds no request of this key", where=self.name, mend="Run again")
            return failed(_UNTRACED if said.exit_code == 0 else "the CA took no request", said, where=self.name)
        if row.disposition == ISSUED and row.request_id is not None:
            try:
                return self._retrieved(row.request_id)
            except RolloutError as error:
                return error
        return AuthorityAnswer(
            row.request_id,
            row.disposition,
            code=_code(row, said),
            text=_besides(said.text if said else "", row.request_id),
        )

    def _view(self, restrictions: Sequence[str]) -> tuple[tuple[KnownRequest, ...], ...]:
        """The rows of each restriction, all asked for at once."""
        view = ["certutil", "-config", self.name, "-view", "-restrict"]
        commands = [[*view, restriction, "-out", ",".join(_COLUMNS)] for restriction in restrictions]
        results = self._host.programs.run_all(commands, timeout=TIMEOUT) if commands else ()
        for result in results:
            if result.exit_code != 0:
                raise failed("the CA's database cannot be read", result, where=self.name)
        texts = (result.stdout.decode("utf-8", errors="replace") for result in results)
        return tuple(parse_view(text, where=self.name) for text in texts)


def _code(row: KnownRequest, said: ProgramResult | None) -> int | None:
    if row.status & 0x80000000:
        return row.status
    if said is None:
        return None
    return failure_code(said.exit_code, said.text) or next(iter(failure_codes(said.text)), None)


def policy_branch(name: str) -> Branch:
    """Where the settings of the policy module of this host's CA ``name`` lie."""
    key = f"{CONFIGURATION}\\{name}\\PolicyModules\\{DEFAULT_POLICY}"
    return Branch(key, (("EditFlags", NUMBER), ("RequestDisposition", NUMBER)), above=(CONFIGURATION,))


def read_policy(registry: Registry, name: str) -> AuthorityPolicy:
    """The settings of the policy module of this host's CA ``name``."""
    key = policy_branch(name).key
    return AuthorityPolicy(
        edit_flags=registry.dword(key, "EditFlags"),
        request_disposition=registry.dword(key, "RequestDisposition"),
    )


def parse_view(text: str, *, where: str) -> tuple[KnownRequest, ...]:
    """The rows of ``certutil -view`` with our columns; raises ``RolloutError`` for anything but complete rows.

    Requests that are no PKCS#10 (renewals through CMC, say) are none of ours and left out.
    """
    if end_of_answer("-view", text) is None:
        raise RolloutError("certutil's answer about the CA's database is cut off", where=where, mend="Run again")
    rows = _rows(text)
    # Never "no rows" without a count of zero: who believes that submits anew at every run.
    if not rows and ("-----BEGIN " in text or _holds_values(text) or not _NONE.search(text)):
        raise _unreadable("no head of a row and no count of zero", text.splitlines(), where)
    found = (_row(number, row, where) for number, row in enumerate(rows, 1))
    return tuple(row for row in found if row is not None)


@dataclass
class _ViewRow:
    """The lines of a row: requests in PEM, the others, and of these the values; "" for EMPTY of whatever language."""

    lines: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def _rows(text: str) -> list[_ViewRow]:
    """Line by line, each looked at once: "Row 1:" in the language of the server (French has a blank before the colon);
    then indented "label: 0x5 (5)" in the order of -out."""
    rows: list[_ViewRow] = []
    armoured: list[str] | None = None
    for line in text.split("\n"):
        if armoured is None and line.startswith("-----BEGIN "):
            armoured = [line]
        elif armoured is not None:
            armoured.append(line)
            if line.startswith("-----END "):
                for row in rows[-1:]:
                    row.requests.append("\n".join(armoured))
                armoured = None
        elif _is_head(line):
            rows.append(_ViewRow())
        elif rows:
            rows[-1].lines.append(line)
            value = _value(line)
            rows[-1].values += [] if value is None else [value]
    return rows


def _is_head(line: str) -> bool:
    bare = line.rstrip(_BLANKS)
    return line[:1].strip() != "" and bare[-1:] in (":", "：") and bare[:-1].rstrip(_BLANKS)[-1:].isdecimal()


def _value(line: str) -> str | None:
    """The number of an indented line, "" for a word without digits, None for anything else."""
    if line[:1] not in (" ", "\t"):
        return None
    label, *rest = _COLON.split(line, maxsplit=1)
    said = rest[0].strip(_BLANKS) if rest and label.strip(_BLANKS) else ""
    number = _NUMBER.match(said)
    if number:
        return number[0]
    return "" if said and '"' not in said and not any(char.isdecimal() for char in said) else None


def _holds_values(text: str) -> bool:
    return any(_value(line) for line in text.split("\n"))


def _row(number: int, row: _ViewRow, where: str) -> KnownRequest | None:
    requests, values = row.requests, row.values
    expected = len(_COLUMNS) if not requests else len(_COLUMNS) - 1
    if len(values) != expected or len(requests) > 1 or not all(values[:2]) or any(values[3:]):
        raise _unreadable(f"the columns {', '.join(_COLUMNS)} of row {number}", row.lines, where)
    if not requests:
        return None  # the request itself was purged
    request_id, disposition, status = (int(value or "0", 16) for value in values)
    try:
        request = load_request(requests[0], where=f"{where}: request {request_id}")
    except RolloutError:
        return None
    return KnownRequest(request_id, disposition, status, request)


def _unreadable(what: str, lines: Sequence[str], where: str) -> RolloutError:
    said = as_said(" ".join(line for line in lines[:200] if not line.startswith("-----")), 300)
    return RolloutError(
        f"certutil's answer about the CA's database cannot be read ({what}): {said!r}",
        where=where,
        mend="Run again; if it stays, report this text and the language of the CA's Windows",
    )


def _besides(text: str, request_id: int | None) -> str:
    """What certreq says of a request besides its number, which whoever shows it has told."""
    return _REQUEST_ID.sub(lambda line: "" if int(line[1]) == request_id else line[0], text)


def request_number(text: str) -> int | None:
    """The number of a request in certreq's answer, whatever its label; None unless there is exactly one."""
    found = set(_REQUEST_ID.findall(text))
    return int(found.pop()) if len(found) == 1 else None
