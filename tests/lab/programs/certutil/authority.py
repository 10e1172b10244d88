# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""certutil on a CA: -ping, its certificates, its database, its officers' verbs, its policy's flags."""

from __future__ import annotations

import re

from lab.pki import codes
from lab.pki.encoding import chain_file, to_pem
from lab.pki.policy import EDITF_ATTRIBUTESUBJECTALTNAME2
from lab.programs.arguments import CommandLine
from lab.programs.certutil.common import operand, save
from lab.programs.certutil.view import show_rows
from lab.programs.enrolment import reach_authority, require_administrator
from lab.programs.process import Process
from lab.registry import REG_DWORD
from lab.roles.ca import CertificateAuthority

EDIT_FLAGS = (
    ("EDITF_REQUESTEXTENSIONLIST", 0x2), ("EDITF_DISABLEEXTENSIONLIST", 0x4), ("EDITF_ADDOLDKEYUSAGE", 0x8),
    ("EDITF_ATTRIBUTEENDDATE", 0x20), ("EDITF_BASICCONSTRAINTSCRITICAL", 0x40), ("EDITF_ENABLEAKIKEYID", 0x100),
    ("EDITF_ENABLEDEFAULTSMIME", 0x10000), ("EDITF_ATTRIBUTESUBJECTALTNAME2", EDITF_ATTRIBUTESUBJECTALTNAME2),
    ("EDITF_ENABLECHASECLIENTDC", 0x100000),
)  # fmt: skip


def _authority(process: Process, line: CommandLine) -> CertificateAuthority:
    return reach_authority(process, line.value("config", "-"))


def _managed(process: Process, line: CommandLine) -> CertificateAuthority:
    """The CA, for somebody who may decide on its requests. Raises `EnrolmentError`."""
    authority = _authority(process, line)
    if not authority.manages(process.session.account):
        raise codes.EnrolmentError(codes.E_ACCESS_DENIED)
    return authority


def ping(process: Process, line: CommandLine) -> None:
    """-ping: whether the CA's interface for requests answers."""
    if line.operands:
        line.options["config"] = line.operands[0]
    config = line.value("config", "-")
    own = process.machine.role(CertificateAuthority)
    process.say("certutil.connecting", config=config if config != "-" else own.config if own is not None else "")
    authority = _authority(process, line)
    took = " (16ms)" if process.machine.generation.ping_time else ""
    process.print(process.texts.text("certutil.alive", name=authority.common_name) + took)


def ca_cert(process: Process, line: CommandLine) -> None:
    """-ca.cert: the CA's own certificate."""
    authority = _authority(process, line)
    save(process, line, operand(line, 0), authority.chain[0], "EncodeToFile")
    process.say("certutil.ca_certificate")
    process.write(to_pem("CERTIFICATE", authority.chain[0]).decode("ascii"))


def ca_chain(process: Process, line: CommandLine) -> None:
    """-ca.chain: its certificate and those above."""
    authority = _authority(process, line)
    save(process, line, operand(line, 0), chain_file(list(authority.chain)), "EncodeToFile")
    process.say("certutil.ca_chain")


def ca_templates(process: Process, line: CommandLine) -> None:
    """-CATemplates: what an enterprise CA issues by; whether the caller enrols by itself stands behind each."""
    authority = _authority(process, line)
    for template in authority.templates.values() if authority.enterprise else ():
        process.say("certutil.offered", name=template.name, title=template.display_name or template.name)


def _request_id(line: CommandLine) -> int:
    try:
        return int(operand(line, 0), 0)
    except ValueError:
        raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT) from None


def resubmit(process: Process, line: CommandLine) -> None:
    """-resubmit: issue what waits."""
    _managed(process, line).approve(_request_id(line), process.session.account.qualified)
    process.say("certutil.issued")


def deny(process: Process, line: CommandLine) -> None:
    """-deny: refuse what waits."""
    _managed(process, line).deny(_request_id(line), process.session.account.qualified)


REVOCATION_REASONS = {
    0: "Unspecified", 1: "Key Compromise", 2: "CA Compromise", 3: "Affiliation Changed", 4: "Superseded",
    5: "Cessation of Operation", 6: "Certificate Hold",
}  # fmt: skip


def revoke(process: Process, line: CommandLine) -> None:
    """-revoke: by serial number, with a reason by its number."""
    serial = operand(line, 0).replace(" ", "").lower()
    given = line.operands[1] if len(line.operands) > 1 else "0"
    if not given.isdecimal() or int(given) not in REVOCATION_REASONS:
        raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
    _managed(process, line).revoke(serial, process.session.account.qualified, int(given))
    process.say("certutil.revoking", serial=serial, reason=REVOCATION_REASONS[int(given)])


def view(process: Process, line: CommandLine) -> None:
    """-view: rows of the database, for those who may read it."""
    authority = _authority(process, line)
    if not authority.reads(process.session.account):
        raise codes.EnrolmentError(codes.E_ACCESS_DENIED)
    csv = any(one.lower() == "csv" for one in line.operands)
    show_rows(process, authority, line.value("restrict"), line.value("out"), csv=csv)


def _registry_value(process: Process, line: CommandLine) -> tuple[str, str, int]:
    """(key, name, number) of `policy\\NAME`. Raises `EnrolmentError`."""
    own = process.machine.role(CertificateAuthority)
    name = operand(line, 0)
    if own is None or not name.lower().startswith("policy\\"):
        raise codes.EnrolmentError(codes.E_FILE_NOT_FOUND)
    key, name = own.policy_key, name.partition("\\")[2]
    found = process.machine.registry.get(key, name)
    if found is None or not isinstance(found[1], int):
        raise codes.EnrolmentError(codes.E_FILE_NOT_FOUND)
    return key, name, found[1]


def getreg(process: Process, line: CommandLine) -> None:
    """-getreg: a setting of the policy module."""
    key, name, value = _registry_value(process, line)
    process.print(f"HKEY_LOCAL_MACHINE\\{key}:")
    process.print()
    _show_value(process, name, value)


def _show_value(process: Process, name: str, value: int) -> None:
    process.print(f"  {name} REG_DWORD = {value:x}{f' ({value})' if value > 9 else ''}")
    if name.lower() == "editflags":
        for flag, bit in EDIT_FLAGS:
            if value & bit:
                process.print(f"    {flag} -- {bit:x}{f' ({bit})' if bit > 9 else ''}")
    process.print()


def setreg(process: Process, line: CommandLine) -> None:
    """-setreg: change a setting of the policy module, which reads it when CertSvc starts."""
    key, name, old = _registry_value(process, line)
    require_administrator(process)
    new = _changed(old, operand(line, 1))
    process.machine.registry.set(key, name, REG_DWORD, new)
    process.print(f"HKEY_LOCAL_MACHINE\\{key}:")
    for title, value in (("certutil.old_value", old), ("certutil.new_value", new)):
        process.print()
        process.say(title)
        _show_value(process, name, value)
    process.say("certutil.restart")


def _changed(old: int, text: str) -> int:
    """`+FLAG`, `-FLAG`, or a number."""
    match = re.fullmatch(r"([+-]?)(\w+)", text)
    if not match:
        raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
    bit = dict(EDIT_FLAGS).get(match[2].upper())
    try:
        value = bit if bit is not None else int(match[2], 0)
    except ValueError:
        raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT) from None
    return {"+": old | value, "-": old & ~value, "": value}[match[1]]
