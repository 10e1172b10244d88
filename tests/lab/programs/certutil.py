# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""certutil.exe: stores, encoding, the CA's database and policy flags, as far as evidence goes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509

from lab.files import FileError
from lab.pki import codes
from lab.pki.authority import EDITF_ATTRIBUTESUBJECTALTNAME2, TEMPLATE_NAME, CertificateAuthority, serial_text
from lab.pki.encoding import any_to_der, certificates_in, chain_file, from_base64, to_pem
from lab.pki.names import common_name, show_name
from lab.pki.stores import ENTERPRISE, SYSTEM, StoredCertificate, Stores, is_self_signed
from lab.programs.caview import show_rows
from lab.programs.certreq import authorities, find_authority
from lab.programs.process import Process

STORE_TITLES = {
    "MY": "Personal", "REQUEST": "Certificate Enrollment Requests", "CA": "Intermediate Certification Authorities",
    "ROOT": "Trusted Root Certification Authorities", "NTAUTH": "NTAuth", "DISALLOWED": "Untrusted Certificates",
}  # fmt: skip
EDIT_FLAGS = (
    ("EDITF_REQUESTEXTENSIONLIST", 0x2), ("EDITF_DISABLEEXTENSIONLIST", 0x4), ("EDITF_ADDOLDKEYUSAGE", 0x8),
    ("EDITF_ATTRIBUTEENDDATE", 0x20), ("EDITF_BASICCONSTRAINTSCRITICAL", 0x40), ("EDITF_ENABLEAKIKEYID", 0x100),
    ("EDITF_ENABLEDEFAULTSMIME", 0x10000), ("EDITF_ATTRIBUTESUBJECTALTNAME2", EDITF_ATTRIBUTESUBJECTALTNAME2),
    ("EDITF_ENABLECHASECLIENTDC", 0x100000),
)  # fmt: skip
WITH_VALUE = ("config", "restrict", "out", "split_")
PLAIN = ("f", "v", "enterprise", "user", "grouppolicy", "silent", "seconds", "gmt", "unicode", "privatekey", "q",
         "split")  # fmt: skip


class Usage(Exception):
    """The command line is not understood."""


@dataclass
class Line:
    """A parsed command line."""

    verb: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return name in self.options


def parse_line(arguments: list[str]) -> Line:
    """Options and the verb begin with - or /, wherever they stand; what is left are the verb's words."""
    line = Line()
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        name = word[1:].lower()
        if word[:1] not in ("-", "/") or len(word) < 2:
            line.words.append(word)
        elif name in WITH_VALUE:
            if not rest:
                raise Usage(f"Missing argument: {word}")
            line.options[name] = rest.pop(0)
        elif name in PLAIN:
            line.options[name] = True
        elif not line.verb and (name in VERBS or name in UNMODELLED):
            line.verb = name
        else:
            raise Usage(f"Unknown arg: {word}")
    return line


def run(process: Process) -> int:
    """The program. Exit code 0, or the HRESULT of what failed."""
    try:
        line = parse_line(process.arguments)
    except Usage as error:
        process.print(str(error))
        process.print("CertUtil: -? for usage")
        return codes.E_INVALID_ARGUMENT
    if line.verb in UNMODELLED:
        process.complain(f"lab: certutil -{line.verb} is not modelled")
        return codes.E_INVALID_ARGUMENT
    try:
        VERBS[line.verb](process, line)
    except codes.EnrolmentError as error:
        return _failed(process, line.verb, error.code)
    except FileError as error:
        return _failed(process, line.verb, 0x80070000 | error.code)
    process.print(f"CertUtil: -{line.verb or 'dump'} command completed successfully.")
    return 0


def _failed(process: Process, verb: str, code: int) -> int:
    process.print(f"CertUtil: -{verb or 'dump'} command FAILED: {codes.show(code, codes.named_codes(process.machine))}")
    process.print(f"CertUtil: {codes.text(code)}")
    return code


def _word(line: Line, index: int) -> str:
    if index >= len(line.words):
        raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
    return line.words[index]


def _administrator(process: Process) -> None:
    if not process.session.account.administrator:
        raise codes.EnrolmentError(codes.E_ACCESS_DENIED)


# --- files -----------------------------------------------------------------------------------------------------------


def _write(process: Process, line: Line, path: str, content: bytes, call: str) -> None:
    if process.exists(path) and not line.has("f"):
        shown = codes.show(codes.E_FILE_EXISTS, codes.named_codes(process.machine))
        process.print(f"{call} returned {codes.text(codes.E_FILE_EXISTS)} {shown}")
        raise codes.EnrolmentError(codes.E_FILE_EXISTS)
    process.write_file(path, content)


def _encode(process: Process, line: Line) -> None:
    data = process.read_file(_word(line, 0))
    encoded = to_pem("CERTIFICATE", data)
    _write(process, line, _word(line, 1), encoded, "EncodeToFile")
    process.print(f"Input Length = {len(data)}")
    process.print(f"Output Length = {len(encoded)}")


def _decode(process: Process, line: Line) -> None:
    data = process.read_file(_word(line, 0))
    decoded = from_base64(data)
    _write(process, line, _word(line, 1), decoded, "DecodeFile")
    process.print(f"Input Length = {len(data)}")
    process.print(f"Output Length = {len(decoded)}")


def _hashfile(process: Process, line: Line) -> None:
    name = _word(line, 0)
    algorithm = line.words[1].lower() if len(line.words) > 1 else "sha1"
    if algorithm not in ("md5", "sha1", "sha256", "sha384", "sha512"):
        raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
    digest = hashlib.new(algorithm, process.read_file(name)).hexdigest()
    process.print(f"{algorithm.upper()} hash of file {name}:")
    process.print(_hash(process, digest))


def _hash(process: Process, digest: str) -> str:
    """Older certutil puts blanks between the pairs."""
    if codes.named_codes(process.machine):
        return digest
    return " ".join(digest[at : at + 2] for at in range(0, len(digest), 2))


# --- stores ----------------------------------------------------------------------------------------------------------


def _store_name(text: str) -> str:
    return Stores.NAMES.get(text.upper(), text)


def _matches(stored: StoredCertificate, wanted: str) -> bool:
    """A certificate is named by its hash, its serial number, or a part of its subject's name."""
    plain = wanted.replace(" ", "").lower()
    name = show_name(stored.certificate.subject).lower()
    return plain in (stored.thumbprint.lower(), serial_text(stored.der)) or wanted.lower() in name


def _store(process: Process, line: Line) -> None:
    name = _store_name(line.words[0] if line.words else "CA")
    stores = Stores(process.machine)
    listed = stores.held(name)
    if len(line.words) > 1:
        number = line.words[1]
        by_index = [listed[int(number)]] if number.isdigit() and int(number) < len(listed) else []
        listed = [stored for stored in listed if _matches(stored, number)] or by_index
        if not listed:
            raise codes.EnrolmentError(codes.NOT_FOUND)
    process.print(f'{name} "{STORE_TITLES.get(name.upper(), name)}"')
    for index, stored in enumerate(listed):
        _show_stored(process, stores, stored, index)


def _show_stored(process: Process, stores: Stores, stored: StoredCertificate, index: int) -> None:
    certificate = stored.certificate
    process.print(f"================ Certificate {index} ================")
    process.print(f"Serial Number: {serial_text(stored.der)}")
    process.print(f"Issuer: {show_name(certificate.issuer)}")
    process.print(f" NotBefore: {_date(process, certificate.not_valid_before_utc)}")
    process.print(f" NotAfter: {_date(process, certificate.not_valid_after_utc)}")
    process.print(f"Subject: {show_name(certificate.subject)}")
    own = is_self_signed(stored.der)
    process.print("Signature matches Public Key" if own else "Non-root Certificate")
    template = _template(certificate)
    if template:
        process.print(f"Template: {template}")
    process.print(f"Cert Hash(sha1): {_hash(process, stored.thumbprint.lower())}")
    _show_key(process, stores, stored)
    process.print()


def _show_key(process: Process, stores: Stores, stored: StoredCertificate) -> None:
    container = stores.container(stored)
    if container is None:
        if stored.store.upper() in ("MY", "REQUEST"):
            process.print("Cannot find the certificate and private key for decryption.")
        return
    process.print(f"  Key Container = {container.name}")
    process.print(f"  Provider = {container.provider}")
    if not container.exportable:
        process.print("Private key is NOT exportable")
    process.print("Encryption test passed" if container.key_spec != 2 else "Signature test passed")


def _date(process: Process, moment: Any) -> str:
    """Dates come in the machine's language, to the minute."""
    hour = moment.hour % 12 or 12
    if process.machine.language.startswith("de"):
        return f"{moment:%d.%m.%Y %H:%M}"
    return f"{moment.month}/{moment.day}/{moment.year} {hour}:{moment.minute:02} {'AM' if moment.hour < 12 else 'PM'}"


def _template(certificate: x509.Certificate) -> str:
    try:
        value = certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier(TEMPLATE_NAME)).value
    except x509.ExtensionNotFound:
        return ""
    return value.public_bytes()[2:].decode("utf-16-be", errors="replace")


def _addstore(process: Process, line: Line) -> None:
    name = _store_name(_word(line, 0))
    certificates = certificates_in(process.read_file(_word(line, 1)))
    _administrator(process)
    stores = Stores(process.machine)
    process.print(f'{name} "{STORE_TITLES.get(name.upper(), name)}"')
    for der in certificates:
        certificate = x509.load_der_x509_certificate(der)
        own = is_self_signed(der)
        if name == "Root" and not own and not line.has("f"):
            raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
        held = stores.find(name, hashlib.sha1(der).hexdigest())
        if own:
            process.print("Signature matches Public Key")
        shown = common_name(certificate.subject) or show_name(certificate.subject)
        if held is not None and held in stores.held(name, everywhere=False):
            process.print(f'Certificate "{shown}" already in store.')
            continue
        stores.add(name, der, base=ENTERPRISE if line.has("enterprise") else SYSTEM)
        process.print(f'Certificate "{shown}" added to store.')


def _delstore(process: Process, line: Line) -> None:
    name, wanted = _store_name(_word(line, 0)), _word(line, 1)
    _administrator(process)
    stores = Stores(process.machine)
    process.print(f'{name} "{STORE_TITLES.get(name.upper(), name)}"')
    for index, stored in enumerate(stores.held(name, everywhere=False)):
        if _matches(stored, wanted) or wanted == str(index):
            process.print(f"Deleting Certificate {index}")
            stores.remove(name, stored.thumbprint)


def _repairstore(process: Process, line: Line) -> None:
    name, wanted = _store_name(_word(line, 0)), _word(line, 1)
    _administrator(process)
    stores = Stores(process.machine)
    found = [stored for stored in stores.held(name, everywhere=False) if _matches(stored, wanted)]
    if not found:
        raise codes.EnrolmentError(codes.NOT_FOUND)
    process.print(f'{name} "{STORE_TITLES.get(name.upper(), name)}"')
    for index, stored in enumerate(found):
        container = stores.container_for(stored.public)
        if container is None:
            raise codes.EnrolmentError(codes.NOT_FOUND)
        stores.add(name, stored.der, container)
        _show_stored(process, stores, stores.find(name, stored.thumbprint) or stored, index)


def _dump(process: Process, line: Line) -> None:
    """Without a file: the CAs that this machine can name. With one: what is in it, in few words."""
    if not line.words:
        return _entries(process)
    data = process.read_file(line.words[0])
    try:
        certificates = certificates_in(data)
    except codes.EnrolmentError:
        request = x509.load_der_x509_csr(_der_or_fail(data))
        process.print("PKCS10 Certificate Request:")
        process.print("Subject:")
        process.print(f"    {show_name(request.subject)}")
        return None
    for der in certificates:
        certificate = x509.load_der_x509_certificate(der)
        process.print("X509 Certificate:")
        process.print(f"Serial Number: {serial_text(der)}")
        process.print(f"Issuer: {show_name(certificate.issuer)}")
        process.print(f"Subject: {show_name(certificate.subject)}")
        process.print(f"Cert Hash(sha1): {_hash(process, hashlib.sha1(der).hexdigest())}")
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
    session = process.session
    far = session.delegated or session.logon != "network"
    listed = [ca for ca in authorities(process.machine) if far or ca.machine is process.machine]
    for index, ca in enumerate(listed):
        process.print(f"Entry {index}:{' (Local)' if ca.machine is process.machine else ''}")
        process.print(f'  Name:                   \t"{ca.name}"')
        process.print(f'  Server:                 \t"{ca.machine.fqdn}"')
        process.print(f'  Config:                 \t"{ca.config}"')


# --- the CA ----------------------------------------------------------------------------------------------------------


def _authority(process: Process, line: Line, manager: bool = False) -> CertificateAuthority:
    config = str(line.options.get("config", "-"))
    ca, host = find_authority(process.machine, config)
    session = process.session
    if host is not process.machine and not session.delegated and session.logon == "network":
        raise codes.EnrolmentError(codes.E_ACCESS_DENIED)
    if ca is None or not ca.running:
        raise codes.EnrolmentError(codes.RPC_UNAVAILABLE)
    if manager and not ca.manages(session.account):
        raise codes.EnrolmentError(codes.E_ACCESS_DENIED)
    return ca


def _ping(process: Process, line: Line) -> None:
    if line.words:
        line.options["config"] = line.words[0]
    config = str(line.options.get("config", "-"))
    process.print(f"Connecting to {config if config != '-' else _own_config(process)} ...")
    ca = _authority(process, line)
    took = " (16ms)" if process.machine.generation.build >= 7600 else ""
    process.print(f'Server "{ca.name}" ICertRequest2 interface is alive{took}')


def _own_config(process: Process) -> str:
    ca = process.machine.roles.get("ca")
    return str(ca.config) if ca is not None else ""


def _ca_cert(process: Process, line: Line) -> None:
    ca = _authority(process, line)
    _write(process, line, _word(line, 0), ca.chain[0], "EncodeToFile")
    process.print("CA cert[0]: 3 -- Valid")
    process.write(to_pem("CERTIFICATE", ca.chain[0]).decode("ascii"))


def _ca_chain(process: Process, line: Line) -> None:
    ca = _authority(process, line)
    _write(process, line, _word(line, 0), chain_file(list(ca.chain)), "EncodeToFile")
    process.print("CA cert chain[0]: 3 -- Valid")


def _request_id(line: Line) -> int:
    try:
        return int(_word(line, 0), 0)
    except ValueError:
        raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT) from None


def _resubmit(process: Process, line: Line) -> None:
    ca = _authority(process, line, manager=True)
    ca.approve(_request_id(line), process.session.account.qualified)
    process.print("Certificate issued.")


def _deny(process: Process, line: Line) -> None:
    _authority(process, line, manager=True).deny(_request_id(line), process.session.account.qualified)


def _revoke(process: Process, line: Line) -> None:
    ca = _authority(process, line, manager=True)
    wanted = _word(line, 0).replace(" ", "").lower()
    row = next((row for row in ca.rows.values() if row.serial == wanted), None)
    if row is None:
        raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
    row.disposition, row.message = 21, f"Revoked by {process.session.account.qualified}"
    process.print(f'Revoking "{wanted}" -- Reason: Unspecified')


def _view(process: Process, line: Line) -> None:
    ca = _authority(process, line, manager=True)
    csv = any(word.lower() == "csv" for word in line.words)
    show_rows(process, ca, line.options.get("restrict", ""), line.options.get("out", ""), csv)


def _registry_value(process: Process, line: Line) -> tuple[str, str]:
    ca = process.machine.roles.get("ca")
    name = _word(line, 0)
    if ca is None or not name.lower().startswith("policy\\"):
        raise codes.EnrolmentError(codes.E_FILE_NOT_FOUND)
    return ca.policy_key, name.partition("\\")[2]


def _getreg(process: Process, line: Line) -> None:
    key, name = _registry_value(process, line)
    found = process.machine.registry.get(key, name)
    if found is None:
        raise codes.EnrolmentError(codes.E_FILE_NOT_FOUND)
    process.print(f"HKEY_LOCAL_MACHINE\\{key}:")
    process.print()
    _show_value(process, name, int(found[1]))


def _show_value(process: Process, name: str, value: int) -> None:
    process.print(f"  {name} REG_DWORD = {value:x}{f' ({value})' if value > 9 else ''}")
    if name.lower() == "editflags":
        for flag, bit in EDIT_FLAGS:
            if value & bit:
                process.print(f"    {flag} -- {bit:x}{f' ({bit})' if bit > 9 else ''}")
    process.print()


def _setreg(process: Process, line: Line) -> None:
    key, name = _registry_value(process, line)
    _administrator(process)
    found = process.machine.registry.get(key, name)
    if found is None:
        raise codes.EnrolmentError(codes.E_FILE_NOT_FOUND)
    old = int(found[1])
    new = _changed(old, _word(line, 1))
    process.machine.registry.set(key, name, 4, new)
    process.print(f"HKEY_LOCAL_MACHINE\\{key}:")
    for title, value in (("Old Value:", old), ("New Value:", new)):
        process.print()
        process.print(title)
        _show_value(process, name, value)


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


def _setreg_done(process: Process, line: Line) -> None:
    _setreg(process, line)
    process.print("The CertSvc service may need to be restarted for changes to take effect.")


VERBS: dict[str, Callable[[Process, Line], None]] = {
    "": _dump, "dump": _dump, "encode": _encode, "decode": _decode, "hashfile": _hashfile, "store": _store,
    "addstore": _addstore, "delstore": _delstore, "repairstore": _repairstore, "ping": _ping, "ca.cert": _ca_cert,
    "ca.chain": _ca_chain, "resubmit": _resubmit, "deny": _deny, "revoke": _revoke, "view": _view, "getreg": _getreg,
    "setreg": _setreg_done,
}  # fmt: skip
# Verbs that Windows has and the lab does not imitate.
UNMODELLED = (
    "verify", "verifystore", "viewstore", "catemplates", "cainfo", "tcainfo", "dspublish", "dstemplate", "template",
    "importpfx", "exportpfx", "mergepfx", "encodehex", "decodehex", "urlcache", "crl", "pulse", "shutdown", "backup",
    "restore", "sign", "scinfo", "csplist", "key", "delkey", "oid", "error", "adtemplate", "templatecas",
)  # fmt: skip
