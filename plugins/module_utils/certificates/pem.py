# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""DER in text and back: PEM of any label, bare base64, files in ANSI or UTF-16."""

from __future__ import annotations

import base64
import binascii
import re

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

# A chain of a handful of certificates in base64, with explanatory text around it.
MAX_BUNDLE = 512 * 1024

_MARK = re.compile(r"-----(BEGIN|END) ([A-Z0-9 ]{1,40})-----")
_BODY = re.compile(r"[A-Za-z0-9+/=\s]*")
# DER of some hundred octets or more begins with 30 82.
_BASE64 = re.compile(r"MI[A-Za-z0-9+/\s]+={0,2}")


def armour(der: bytes, label: str) -> str:
    """DER as PEM."""
    text = base64.b64encode(der).decode("ascii")
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""))


def unarmour(data: bytes | str, *, where: str) -> tuple[bytes, ...]:
    """The DER blocks in PEM of any label, bare base64, or DER itself.

    The label is not trusted: certreq and certsrv put ``BEGIN CERTIFICATE`` around PKCS#7 too.
    """
    if len(data) > MAX_BUNDLE:
        raise RolloutError(f"{len(data)} bytes are more than certificates need (at most {MAX_BUNDLE})", where=where)
    if isinstance(data, bytes) and data[:1] == b"\x30":
        return (data,)
    text = _text(data, where) if isinstance(data, bytes) else data
    bodies = _bodies(text)
    if not bodies and _BASE64.fullmatch(text.strip()):
        bodies = [text]
    if not bodies:
        raise RolloutError("neither DER nor PEM", where=where)
    return tuple(_decoded(body, where) for body in bodies)


def _bodies(text: str) -> list[str]:
    """What is between two marks of one label. No pattern looks at anything twice, whatever the text is."""
    _before, *parts = _MARK.split(text)
    marks = [(parts[at], parts[at + 1], parts[at + 2]) for at in range(0, len(parts), 3)]
    return [
        body
        for (kind, label, body), (closing, same, _rest) in zip(marks, marks[1:], strict=False)
        if (kind, closing) == ("BEGIN", "END") and label == same and _BODY.fullmatch(body)
    ]


def _text(data: bytes, where: str) -> str:
    """Windows tools write ANSI, or UTF-16 with a byte order mark."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise RolloutError("neither DER nor PEM", where=where) from error


def _decoded(body: str, where: str) -> bytes:
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise RolloutError(f"garbled base64 ({error})", where=where) from error
