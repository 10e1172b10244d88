# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""INF files as certreq reads them: sections, keys without case, quoted values, `_continue_`, [Strings]."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from dataclasses import dataclass, field

from cryptography import x509

from lab.pki import der
from lab.pki.names import parse_name

SECTION_NOT_FOUND = 0x800F0101
LINE_NOT_FOUND = 0x800F0102
INVALID_DATA = 0x8007000D
SAN = "2.5.29.17"


class InfError(Exception):
    """What is wrong with the file, with the code that certreq ends with."""

    def __init__(self, code: int) -> None:
        super().__init__(f"0x{code:x}")
        self.code = code


@dataclass
class Inf:
    """Sections by lower-case name, each a list of (key, value); `_continue_` is already joined."""

    sections: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def items(self, section: str) -> list[tuple[str, str]]:
        return self.sections.get(section.lower(), [])

    def get(self, section: str, key: str, default: str = "") -> str:
        return next((value for name, value in self.items(section) if name.lower() == key.lower()), default)

    def flag(self, section: str, key: str, default: bool = False) -> bool:
        value = self.get(section, key)
        return value.lower() in ("true", "yes", "1") if value else default

    def number(self, section: str, key: str, default: int) -> int:
        """A number, decimal or 0x hexadecimal."""
        value = self.get(section, key)
        try:
            return int(value, 0) if value else default
        except ValueError:
            raise InfError(INVALID_DATA) from None


def decode_text(data: bytes) -> str:
    """INF files are UTF-16LE with a mark, or in the ANSI code page: UTF-8 comes out garbled."""
    if data.startswith(b"\xff\xfe"):
        return data[2:].decode("utf-16-le", errors="replace")
    return data.decode("cp1252", errors="replace")


def _without_comment(line: str) -> str:
    quoted = False
    for index, char in enumerate(line):
        if char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            return line[:index]
    return line


def _value(text: str) -> str:
    """A value without its quotes; a doubled quote inside stands for one."""
    text = text.strip()
    if text.startswith('"'):
        match = re.match(r'"((?:[^"]|"")*)"?', text)
        assert match is not None
        return match[1].replace('""', '"')
    return text


def parse_inf(data: bytes) -> Inf:
    """Read an INF file; raises `InfError`."""
    inf = Inf()
    section: list[tuple[str, str]] | None = None
    for raw in decode_text(data).splitlines():
        line = _without_comment(raw).strip()
        if not line:
            continue
        if line.startswith("["):
            name = line[1:].partition("]")[0].strip().lower()
            section = inf.sections.setdefault(name, [])
        elif section is not None:
            _add(section, line)
    _substitute(inf)
    return inf


def _add(section: list[tuple[str, str]], line: str) -> None:
    key, _unused, value = line.partition("=")
    key, value = key.strip().strip('"'), _value(value)
    if key.lower() == "_continue_" and section:
        section[-1] = (section[-1][0], section[-1][1] + value)
    else:
        section.append((key, value))


def _substitute(inf: Inf) -> None:
    strings = {key.lower(): value for key, value in inf.items("Strings")}
    for name, section in inf.sections.items():
        if name != "strings":
            section[:] = [(_with_strings(key, strings), _with_strings(value, strings)) for key, value in section]


def _with_strings(text: str, strings: dict[str, str]) -> str:
    return re.sub(r"%([^%]+)%", lambda match: strings.get(match[1].lower(), match[0]), text)


def extensions(inf: Inf, text_form: bool) -> list[x509.Extension[x509.UnrecognizedExtension]]:
    """The extensions of section [Extensions]. `text_form`: whether this Windows knows `{text}` (2008 and later)."""
    critical = {value.strip() for key, value in inf.items("Extensions") if key.lower() == "critical"}
    critical |= {part.strip() for value in critical for part in value.split(",")}
    found = []
    for key, value in inf.items("Extensions"):
        if key.lower() == "critical":
            continue
        forced = value.lower().startswith("{critical}")
        data = _extension_data(key, value[10:] if forced else value, text_form)
        oid = x509.ObjectIdentifier(key)
        found.append(x509.Extension(oid, forced or key in critical, x509.UnrecognizedExtension(oid, data)))
    return found


def _extension_data(oid: str, value: str, text_form: bool) -> bytes:
    if value.lower().startswith("{text}"):
        if not text_form:
            raise InfError(INVALID_DATA)
        return _text_extension(oid, value[6:])
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except binascii.Error:
        raise InfError(INVALID_DATA) from None


def _text_extension(oid: str, text: str) -> bytes:
    if oid == "2.5.29.37":
        return der.sequence(*(der.oid(part.strip()) for part in text.split(",") if part.strip()))
    if oid != SAN:
        raise InfError(INVALID_DATA)
    return san_from_text(text)


def san_from_text(text: str) -> bytes:
    """The DER of a subject alternative name from `dns=a&dns=b&ipaddress=1.2.3.4&upn=…`."""
    names = b"".join(_general_name(part) for part in text.split("&") if part.strip())
    return der.sequence(names)


def _general_name(part: str) -> bytes:
    kind, equals, value = part.strip().partition("=")
    kind, value = kind.strip().lower(), value.strip()
    if not equals or not value.isascii():
        raise InfError(INVALID_DATA)
    if kind in ("dns", "email", "url"):
        return der.tlv({"dns": 0x82, "email": 0x81, "url": 0x86}[kind], value.encode("ascii"))
    if kind == "ipaddress":
        return der.tlv(0x87, ipaddress.ip_address(value).packed)
    if kind == "upn":
        inner = der.tlv(0xA0, der.tlv(0x0C, value.encode("utf-8")))
        return der.tlv(0xA0, der.oid("1.3.6.1.4.1.311.20.2.3"), inner)
    if kind == "dn":
        return der.tlv(0xA4, parse_name(value).public_bytes())
    raise InfError(INVALID_DATA)
