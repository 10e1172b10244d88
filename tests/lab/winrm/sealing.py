# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sealed messages within HTTP: the multipart/encrypted body of MS-WSMV 2.2.9.1."""

from __future__ import annotations

import re
import struct

from lab.winrm.authenticators import Authenticator, NotSealedForUs

_BOUNDARY = "Encrypted Boundary"
_PART = re.compile(rb"--\s*" + _BOUNDARY.encode() + rb"\r\n")
_END = re.compile(rb"--\s*" + _BOUNDARY.encode() + rb"--(?:\r\n)?$")
_LENGTH = re.compile(rb"OriginalContent:\s*type=[^;]+;\s*charset=([\w-]+)\s*;\s*Length=(\d+)", re.IGNORECASE)


def content_type(authenticator: Authenticator) -> str:
    """The Content-Type of a sealed body."""
    return f'multipart/encrypted;protocol="{authenticator.sealing}";boundary="{_BOUNDARY}"'


def is_sealed(content: str) -> bool:
    """Whether a Content-Type is that of a sealed body."""
    return content.casefold().startswith("multipart/encrypted")


def unseal(authenticator: Authenticator, body: bytes) -> bytes:
    """The message in a multipart/encrypted body. Raises NotSealedForUs."""
    try:
        _before, head, sealed = _PART.split(_END.sub(b"", body), maxsplit=2)
        payload = sealed.split(b"\r\n", 1)[1]
        size = struct.unpack("<i", payload[:4])[0]
    except (ValueError, IndexError, struct.error) as error:
        raise NotSealedForUs(str(error)) from error
    plain = authenticator.unseal(payload[4 : 4 + size], payload[4 + size :])
    found = _LENGTH.search(head)
    if found is None or int(found.group(2)) != len(plain):
        raise NotSealedForUs("the length does not fit")
    return plain


def seal(authenticator: Authenticator, plain: bytes) -> bytes:
    """The multipart/encrypted body for a message; each header line begins with a tab, as Windows sends them."""
    signature, data = authenticator.seal(plain)
    head = (
        f"--{_BOUNDARY}\r\n\tContent-Type: {authenticator.sealing}\r\n"
        f"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={len(plain)}\r\n"
        f"--{_BOUNDARY}\r\n\tContent-Type: application/octet-stream\r\n"
    )
    return head.encode() + struct.pack("<i", len(signature)) + signature + data + f"--{_BOUNDARY}--\r\n".encode()
