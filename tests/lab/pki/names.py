# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names: X.500 text as certreq takes it, text as certutil shows it."""

from __future__ import annotations

import re

from cryptography import x509
from cryptography.x509.oid import NameOID

KEYWORDS = {
    "CN": NameOID.COMMON_NAME, "OU": NameOID.ORGANIZATIONAL_UNIT_NAME, "O": NameOID.ORGANIZATION_NAME,
    "L": NameOID.LOCALITY_NAME, "S": NameOID.STATE_OR_PROVINCE_NAME, "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "C": NameOID.COUNTRY_NAME, "E": NameOID.EMAIL_ADDRESS, "EMAIL": NameOID.EMAIL_ADDRESS,
    "DC": NameOID.DOMAIN_COMPONENT, "STREET": NameOID.STREET_ADDRESS, "T": NameOID.TITLE,
    "G": NameOID.GIVEN_NAME, "SN": NameOID.SURNAME, "SERIALNUMBER": NameOID.SERIAL_NUMBER,
}  # fmt: skip
_SHOWN = {oid: keyword for keyword, oid in reversed(KEYWORDS.items())} | {NameOID.STATE_OR_PROVINCE_NAME: "S"}
_PART = re.compile(r'\s*([A-Za-z0-9.]+)\s*=\s*("(?:[^"]|"")*"|[^,;+"]*)\s*(?:[,;+]|$)')


def parse_name(text: str) -> x509.Name:
    """An X.500 name such as `CN=pool.company.local, O="Company, Ltd"`; ValueError for what is none.

    The parts are written in reverse, so that the country comes first in the certificate.
    """
    attributes: list[x509.NameAttribute[str]] = []
    at = 0
    while at < len(text):
        match = _PART.match(text, at)
        if not match or match.end() == at:
            raise ValueError(text)
        attributes.append(_attribute(match[1], match[2].strip()))
        at = match.end()
    return x509.Name(list(reversed(attributes)))


def _attribute(keyword: str, value: str) -> x509.NameAttribute[str]:
    oid = KEYWORDS.get(keyword.upper())
    if oid is None and re.fullmatch(r"(?:OID\.)?\d+(?:\.\d+)+", keyword):
        oid = x509.ObjectIdentifier(keyword.upper().removeprefix("OID."))
    if oid is None:
        raise ValueError(keyword)
    if value.startswith('"'):
        value = value[1:-1].replace('""', '"')
    # Lengths are the CA's business: certreq makes the request.
    return x509.NameAttribute(oid, value, _validate=False)


def show_name(name: x509.Name) -> str:
    """The name as Windows shows it: most specific part first."""
    return ", ".join(_show_part(part) for part in reversed(list(name)))


def _show_part(part: x509.NameAttribute[str | bytes]) -> str:
    keyword = _SHOWN.get(part.oid, f"OID.{part.oid.dotted_string}")
    value = str(part.value)
    quoted = bool(re.search(r'[,+="<>;#\r\n]|^\s|\s$', value))
    return f'{keyword}="' + value.replace('"', '""') + '"' if quoted else f"{keyword}={value}"


def common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[-1].value) if found else ""


# --- a CA's name (MS-WCCE sections 1.3.2.5 and 3.1.1.4.1.1) -----------------------------------------------------------

# Section 3.1.1.4.1.1.2: these, and all below 0x20 and from 0x7F on.
_DISALLOWED = frozenset("!\"#%&'()*+,/:;<=>?[\\]^`{|}")
_SHORT_BASE = 51


def sanitised(name: str) -> str:
    """A CA's name for its registry key, its files and its configuration string."""
    written = ""
    for unit in _utf16(name):
        disallowed = not 0x20 <= unit < 0x7F or chr(unit) in _DISALLOWED
        written += f"!{unit:04x}" if disallowed else chr(unit)
    return written


def short_sanitised(name: str) -> str:
    """The same for objects in Active Directory: cut after 51 characters, with a hash of what was cut off."""
    full = sanitised(name)
    if len(full) <= _SHORT_BASE:
        return full
    base = re.sub(r"![0-9a-f]{0,3}$", "", full[:_SHORT_BASE])
    value = 0
    for character in full[len(base) :]:
        value = ((value << 1 & 0xFFFF | value >> 15) + ord(character)) & 0xFFFF
    return f"{base}-{value:05d}"


def _utf16(text: str) -> list[int]:
    data = text.encode("utf-16-be")
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
