# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""certutil on the machine's certificate stores and keys: -store, -addstore, -delstore, -repairstore, -key, -delkey."""

from __future__ import annotations

import hashlib

from cryptography import x509

from lab.pki import codes
from lab.pki.database import serial_text
from lab.pki.encoding import certificates_in
from lab.pki.extensions import TEMPLATE_NAME
from lab.pki.inf import InfError, parse_inf
from lab.pki.names import common_name, show_name
from lab.pki.stores import ENTERPRISE, SYSTEM, KeyContainer, StoredCertificate, Stores, drop_key, is_self_signed
from lab.programs.arguments import CommandLine
from lab.programs.certutil.common import operand, shown_hash
from lab.programs.enrolment import require_administrator
from lab.programs.process import Process


def _store_name(text: str) -> str:
    return Stores.NAMES.get(text.upper(), text)


def _title(process: Process, name: str) -> None:
    known = name.upper() in Stores.NAMES
    process.print(f'{name} "{process.texts.text(f"store.{name.lower()}") if known else name}"')


def _matches(stored: StoredCertificate, wanted: str) -> bool:
    """A certificate is named by its hash, its serial number, or a part of its subject's name."""
    plain = wanted.replace(" ", "").lower()
    name = show_name(stored.certificate.subject).lower()
    return plain in (stored.thumbprint.lower(), serial_text(stored.der)) or wanted.lower() in name


def store(process: Process, line: CommandLine) -> None:
    name = _store_name(line.operands[0] if line.operands else "CA")
    stores = Stores(process.machine)
    listed = stores.held(name)
    if len(line.operands) > 1:
        number = line.operands[1]
        by_index = [listed[int(number)]] if number.isdigit() and int(number) < len(listed) else []
        listed = [stored for stored in listed if _matches(stored, number)] or by_index
        if not listed:
            raise codes.EnrolmentError(codes.NOT_FOUND)
    _title(process, name)
    for index, stored in enumerate(listed):
        _show_stored(process, stores, stored, index)


def _show_stored(process: Process, stores: Stores, stored: StoredCertificate, index: int) -> None:
    certificate = stored.certificate
    process.say("certutil.certificate", index=index)
    process.say("certutil.serial", serial=serial_text(stored.der))
    process.say("certutil.issuer", issuer=show_name(certificate.issuer))
    process.say("certutil.not_before", moment=process.texts.date(certificate.not_valid_before_utc))
    process.say("certutil.not_after", moment=process.texts.date(certificate.not_valid_after_utc))
    process.say("certutil.subject", subject=show_name(certificate.subject))
    own = is_self_signed(stored.der)
    process.say("certutil.self_signed" if own else "certutil.not_root")
    template = _template(certificate)
    if template:
        process.say("certutil.template", template=template)
    process.say("certutil.hash", digest=shown_hash(process, stored.thumbprint.lower()))
    _show_key(process, stores, stored)
    process.print()


def _show_key(process: Process, stores: Stores, stored: StoredCertificate) -> None:
    container = stores.container(stored)
    if container is None:
        if stored.store.upper() in ("MY", "REQUEST"):
            process.say("certutil.no_key")
        return
    process.say("certutil.container", name=container.name)
    process.say("certutil.provider", name=container.provider)
    if not container.exportable:
        process.say("certutil.not_exportable")
    process.say("certutil.encryption_passed" if container.key_spec != 2 else "certutil.signature_passed")


def _template(certificate: x509.Certificate) -> str:
    try:
        value = certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier(TEMPLATE_NAME)).value
    except x509.ExtensionNotFound:
        return ""
    return value.public_bytes()[2:].decode("utf-16-be", errors="replace")


def addstore(process: Process, line: CommandLine) -> None:
    name = _store_name(operand(line, 0))
    certificates = certificates_in(process.read_file(operand(line, 1)))
    require_administrator(process)
    stores = Stores(process.machine)
    _title(process, name)
    for der in certificates:
        certificate = x509.load_der_x509_certificate(der)
        own = is_self_signed(der)
        if name == "Root" and not own and not line.has("f"):
            raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
        held = stores.find(name, hashlib.sha1(der).hexdigest())
        if own:
            process.say("certutil.self_signed")
        shown = common_name(certificate.subject) or show_name(certificate.subject)
        if held is not None and held in stores.held(name, everywhere=False):
            process.say("certutil.in_store", subject=shown)
            continue
        stores.add(name, der, base=ENTERPRISE if line.has("enterprise") else SYSTEM)
        process.say("certutil.added", subject=shown)


def delstore(process: Process, line: CommandLine) -> None:
    name, wanted = _store_name(operand(line, 0)), operand(line, 1)
    require_administrator(process)
    stores = Stores(process.machine)
    _title(process, name)
    for index, stored in enumerate(stores.held(name, everywhere=False)):
        if _matches(stored, wanted) or wanted == str(index):
            process.say("certutil.deleting", index=index)
            stores.remove(name, stored.thumbprint)


def repairstore(process: Process, line: CommandLine) -> None:
    name, wanted = _store_name(operand(line, 0)), operand(line, 1)
    require_administrator(process)
    stores = Stores(process.machine)
    found = [stored for stored in stores.held(name, everywhere=False) if _matches(stored, wanted)]
    if not found:
        raise codes.EnrolmentError(codes.NOT_FOUND)
    _title(process, name)
    if len(line.operands) > 2:
        properties = _properties(process.read_file(operand(line, 2)))
        for stored in found:
            kept = {number: data for number, data in stored.properties.items() if number not in properties}
            added = {number: data for number, data in properties.items() if data is not None}
            stores.put(name, StoredCertificate(stored.der, {**kept, **added}))
        return
    for index, stored in enumerate(found):
        container = stores.container_for(stored.public)
        if container is None:
            raise codes.EnrolmentError(codes.NOT_FOUND)
        stores.add(name, stored.der, container)
        _show_stored(process, stores, stores.find(name, stored.thumbprint) or stored, index)


def _properties(data: bytes) -> dict[int, bytes | None]:
    """Those of an INF file: `19 = Empty` adds one without data, `19 =` takes one away, `11 = "{text}..."` a name."""
    found: dict[int, bytes | None] = {}
    try:
        items = parse_inf(data).items("Properties")
    except InfError as error:
        raise codes.EnrolmentError(error.code) from None
    for number, value in items:
        if not number.isdigit():
            raise codes.EnrolmentError(codes.E_INVALID_DATA)
        text = value.removeprefix("{text}")
        found[int(number)] = None if not value else b"" if value == "Empty" else text.encode("utf-16-le") + b"\0\0"
    return found


def _container(process: Process, line: CommandLine) -> KeyContainer:
    """The machine's key container of that name, and of the provider where one is named."""
    wanted, provider = operand(line, 0).lower(), line.value("csp").lower()
    for container in process.machine.keys.values():
        if container.name.lower() == wanted and provider in ("", container.provider.lower()):
            return container
    raise codes.EnrolmentError(codes.BAD_KEYSET)


def key(process: Process, line: CommandLine) -> None:
    container = _container(process, line)
    process.print(f"{container.provider}:")
    process.print(f"  {container.name}")


def delkey(process: Process, line: CommandLine) -> None:
    require_administrator(process)
    container = _container(process, line)
    process.print(f"  {container.name}")
    drop_key(process.machine, container)
