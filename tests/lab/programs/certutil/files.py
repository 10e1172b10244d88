# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""certutil on files: -encode, -decode, -hashfile, -dump."""

from __future__ import annotations

import hashlib

from cryptography import x509

from lab.pki import codes
from lab.pki.database import serial_text
from lab.pki.encoding import any_to_der, certificates_in, from_base64, to_pem
from lab.pki.names import show_name
from lab.programs.arguments import CommandLine
from lab.programs.certutil.common import operand, save, shown_hash
from lab.programs.enrolment import authorities
from lab.programs.process import Process


def encode(process: Process, line: CommandLine) -> None:
    data = process.read_file(operand(line, 0))
    encoded = to_pem("CERTIFICATE", data)
    save(process, line, operand(line, 1), encoded, "EncodeToFile")
    process.say("certutil.input_length", size=len(data))
    process.say("certutil.output_length", size=len(encoded))


def decode(process: Process, line: CommandLine) -> None:
    data = process.read_file(operand(line, 0))
    decoded = from_base64(data)
    save(process, line, operand(line, 1), decoded, "DecodeFile")
    process.say("certutil.input_length", size=len(data))
    process.say("certutil.output_length", size=len(decoded))


def hashfile(process: Process, line: CommandLine) -> None:
    name = operand(line, 0)
    algorithm = line.operands[1].lower() if len(line.operands) > 1 else "sha1"
    if algorithm not in ("md5", "sha1", "sha256", "sha384", "sha512"):
        raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
    digest = hashlib.new(algorithm, process.read_file(name)).hexdigest()
    process.say("certutil.file_hash", algorithm=algorithm.upper(), name=name)
    process.print(shown_hash(process, digest))


def dump(process: Process, line: CommandLine) -> None:
    """Without a file: the CAs that this machine can name. With one: what is in it, in few words."""
    if not line.operands:
        return _entries(process)
    data = process.read_file(line.operands[0])
    try:
        certificates = certificates_in(data)
    except codes.EnrolmentError:
        request = x509.load_der_x509_csr(_der_or_fail(data))
        process.say("certutil.request_dump")
        process.say("certutil.subject_head")
        process.print(f"    {show_name(request.subject)}")
        return None
    for der in certificates:
        certificate = x509.load_der_x509_certificate(der)
        process.say("certutil.certificate_dump")
        process.say("certutil.serial", serial=serial_text(der))
        process.say("certutil.issuer", issuer=show_name(certificate.issuer))
        process.say("certutil.subject", subject=show_name(certificate.subject))
        process.say("certutil.hash", digest=shown_hash(process, hashlib.sha1(der).hexdigest()))
    return None


def _der_or_fail(data: bytes) -> bytes:
    der = any_to_der(data)
    try:
        x509.load_der_x509_csr(der)
    except ValueError:
        raise codes.EnrolmentError(codes.BAD_TAG) from None
    return der


def _entries(process: Process) -> None:
    """Active Directory lists them all; a network logon that may not go on sees this machine's own CA only."""
    far = process.session.may_go_on
    listed = [one for one in authorities(process.machine) if far or one.machine is process.machine]
    for index, one in enumerate(listed):
        process.say("certutil.entry_local" if one.machine is process.machine else "certutil.entry", index=index)
        process.say("certutil.entry_name", value=one.common_name)
        process.say("certutil.entry_server", value=one.machine.fqdn)
        process.say("certutil.entry_config", value=one.config)
