# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The INF text that makes certreq build a request.

The text works from Windows Server 2003 on: keys of a legacy provider, the subject alternative names as DER in base64
(``{text}`` came later). It names no template: certreq would look that up in Active Directory, which a WinRM logon
cannot reach, and would ask. The template travels with the submission. The hash algorithm is named where certreq knows
it, so that the default of an older Windows (SHA-1) does not decide.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.ucops.rollout.plugins.module_utils import seam_cryptography as crypto
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import PrivateKey
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import Key, PlannedCertificate

# AD CS keeps no extension of more than 4 kB (0xc80005e2 when a request asks for more).
MAX_EXTENSION = 4096
SUBJECT_ALTERNATIVE_NAME = "2.5.29.17"
# Characters of base64 in one line of an INF; SetupAPI's limit is far above.
_PIECE = 64
#: signs requests, as certreq writes it; from Windows Server 2008 on
HASH_ALGORITHM = "sha256"
# PROV_RSA_FULL of wincrypt.h: providers of this type know no SHA-2.
_RSA_FULL = 1
_INF_VALUE_LIMIT = 1024
# RFC 5280 appendix A (ub-common-name and its like).
_SUBJECT_LIMIT = 64

# Attributes of a subject that a plan may give, in the order in which they are written (RFC 4514 names).
_SUBJECT_KEYS = {
    "common_name": "CN",
    "organizational_unit": "OU",
    "organization": "O",
    "locality": "L",
    "state": "S",
    "country": "C",
}
# RFC 5280 section 4.2.1.3, first octet of the bit string: the number that KeyUsage of an INF takes.
_KEY_USAGE_BITS = {
    "digital_signature": 0x80,
    "content_commitment": 0x40,
    "key_encipherment": 0x20,
    "data_encipherment": 0x10,
    "key_agreement": 0x08,
}
_DNS_NAME = re.compile(r"[A-Za-z0-9*_-]+(\.[A-Za-z0-9_-]+)*")
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]{0,9})){1,20}")


def inf_value(text: str, *, where: str) -> str:
    """A value of an INF file, quoted: the one way by which text of an inventory gets into such a file.

    Quotes are doubled. Refused are line breaks and all control characters, what is not ASCII (the file's encoding
    is the machine's code page), ``%`` (string substitution), ``;`` (comment) and the backslash (continuation):
    no value that belongs here has them.
    """
    refused = sorted({character for character in text if not " " <= character <= "~" or character in "%;\\"})
    if refused:
        shown = ", ".join(repr(character) for character in refused)
        raise RolloutError(f"{text!r} cannot be written into a request: it has {shown}", where=where)
    if not text or text != text.strip() or len(text) > _INF_VALUE_LIMIT:
        raise RolloutError(f"{text!r} cannot be written into a request: empty, padded or too long", where=where)
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def request_inf(planned: PlannedCertificate, *, existing: PrivateKey | None = None, cng: bool = False) -> bytes:
    """The policy file for ``certreq -new``, in ASCII with CR LF.

    :param existing: make no new key, but ask once more for this one.
    :param cng: the server's Windows knows the key ``HashAlgorithm`` (``Generation.cng``); False: any Windows takes it.
    """
    where = f"certificate {planned.id}"
    sections = {
        "Version": [("Signature", '"$Windows NT$"')],
        "NewRequest": [
            *_request_lines(planned, where),
            *_key_lines(planned.key, existing, where),
            *_hash_lines(existing.provider_type if existing else planned.key.provider_type, cng),
        ],
        "EnhancedKeyUsageExtension": [("OID", _oid(usage, where)) for usage in planned.extended_key_usage],
    }
    if planned.subject_alternative_names:
        der = subject_alternative_names(planned)
        sections["Extensions"] = list(_extension_lines(SUBJECT_ALTERNATIVE_NAME, der))
    lines: list[str] = []
    for name, entries in sections.items():
        lines += [f"[{name}]", *(f"{key} = {value}" for key, value in entries), ""]
    return "\r\n".join(lines).encode("ascii")


def subject_text(subject: Mapping[str, str], *, where: str) -> str:
    """A subject as Windows reads it (CertStrToName), such as ``CN=pool.company.com,O="Company, Inc."``."""
    unknown = sorted(set(subject) - set(_SUBJECT_KEYS))
    if unknown:
        raise RolloutError(f"the subject has unknown parts: {', '.join(unknown)}", where=where)
    parts = ((short, subject[key]) for key, short in _SUBJECT_KEYS.items() if subject.get(key))
    return ",".join(f"{short}={_subject_value(str(value), where)}" for short, value in parts)


def subject_alternative_names(planned: PlannedCertificate) -> bytes:
    """The extension's value, DER, with the planned names in their order; of a public authority no limit is known."""
    crypto.require()
    where = f"certificate {planned.id}"
    names = planned.subject_alternative_names
    for name in names:
        if len(name) > 253 or not _DNS_NAME.fullmatch(name):
            raise RolloutError(f"{name!r} is no DNS name", where=where)
    der = crypto.x509.SubjectAlternativeName([crypto.x509.DNSName(name) for name in names]).public_bytes()
    if planned.issuer.ca and len(der) > MAX_EXTENSION:
        raise RolloutError(
            f"{len(names)} subject alternative names make {len(der)} bytes, and AD CS takes {MAX_EXTENSION}",
            where=where,
            mend="Plan fewer names for this certificate",
        )
    return der


def _request_lines(planned: PlannedCertificate, where: str) -> Iterator[tuple[str, str]]:
    yield "Subject", inf_value(subject_text(to_plain(planned.subject), where=where), where=where)
    yield "RequestType", "PKCS10"
    yield "KeyUsage", f"0x{_key_usage(planned.key, where):x}"
    yield "MachineKeySet", "TRUE"
    yield "SMIME", "FALSE"
    yield "PrivateKeyArchive", "FALSE"
    yield "UserProtected", "FALSE"


def _key_lines(key: Key, existing: PrivateKey | None, where: str) -> Iterator[tuple[str, str]]:
    """A new key; or an existing one, whose length and exportability cannot be changed and must not be given."""
    yield "KeySpec", str(key.key_spec)
    if existing:
        yield "UseExistingKeySet", "TRUE"
        yield "KeyContainer", inf_value(existing.container, where=where)
        yield "ProviderName", inf_value(existing.provider, where=where)
        yield "ProviderType", str(existing.provider_type)
        return
    yield "UseExistingKeySet", "FALSE"
    yield "KeyLength", str(key.length)
    yield "Exportable", "TRUE" if key.exportable else "FALSE"
    yield "ProviderName", inf_value(key.provider, where=where)
    yield "ProviderType", str(key.provider_type)


def _hash_lines(provider_type: int, cng: bool) -> Iterator[tuple[str, str]]:
    if cng and provider_type != _RSA_FULL:
        yield "HashAlgorithm", HASH_ALGORITHM


def _key_usage(key: Key, where: str) -> int:
    unknown = sorted(set(key.key_usage) - set(_KEY_USAGE_BITS))
    if unknown:
        known = ", ".join(_KEY_USAGE_BITS)
        raise RolloutError(f"unknown key usage {', '.join(unknown)}", where=where, mend=f"Known are {known}")
    return sum(_KEY_USAGE_BITS[name] for name in set(key.key_usage))


def _extension_lines(oid: str, der: bytes) -> Iterator[tuple[str, str]]:
    text = base64.b64encode(der).decode("ascii")
    pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
    for number, piece in enumerate(pieces):
        yield ("_continue_" if number else oid), f'"{piece}"'


def _oid(text: str, where: str) -> str:
    if not _OID.fullmatch(text):
        raise RolloutError(f"{text!r} is no object identifier", where=where)
    return text


def _subject_value(text: str, where: str) -> str:
    """One value of a subject; quoted when it has a character that separates parts. Quotes themselves are refused."""
    if '"' in text or len(text) > _SUBJECT_LIMIT:
        lack = "it has a quotation mark" if '"' in text else f"it is longer than {_SUBJECT_LIMIT} characters"
        raise RolloutError(f"{text!r} cannot be part of a subject: {lack}", where=where)
    separators: Sequence[str] = ",+=<>#"
    if any(character in separators for character in text):
        return f'"{text}"'
    return text
