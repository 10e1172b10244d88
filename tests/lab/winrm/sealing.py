# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sealed messages within HTTP: the multipart bodies of MS-WSMV 2.2.9.1."""

from __future__ import annotations

import re
import struct

from lab.winrm.authenticators import Authenticator, NotSealedForUs

_BOUNDARY = "Encrypted Boundary"
_PART = re.compile(rb"--\s*" + _BOUNDARY.encode() + rb"\r\n")
_END = re.compile(rb"--\s*" + _BOUNDARY.encode() + rb"--(?:\r\n)?$")
_LENGTH = re.compile(rb"OriginalContent:\s*type=[^;]+;\s*charset=([\w-]+)\s*;\s*Length=(\d+)", re.IGNORECASE)


def content_type(authenticator: Authenticator, plain: bytes) -> str:
    """The Content-Type of the sealed body for a message: one of several parts has a name of its own."""
    kind = "multipart/x-multi-encrypted" if len(_parts(authenticator, plain)) > 1 else "multipart/encrypted"
    return f'{kind};protocol="{authenticator.sealing}";boundary="{_BOUNDARY}"'


def is_sealed(content: str) -> bool:
    """Whether a Content-Type is that of a sealed body."""
    return content.casefold().startswith(("multipart/encrypted", "multipart/x-multi-encrypted"))


def unseal(authenticator: Authenticator, body: bytes) -> bytes:
    """The message in a sealed body, of one part or of several. Raises NotSealedForUs."""
    pieces = _PART.split(_END.sub(b"", body))
    if len(pieces) < 3 or len(pieces) % 2 == 0:
        raise NotSealedForUs("no part with its header")
    return b"".join(map(_unsealed, [authenticator] * len(pieces), pieces[1::2], pieces[2::2]))


def _unsealed(authenticator: Authenticator, head: bytes, sealed: bytes) -> bytes:
    try:
        payload = sealed.split(b"\r\n", 1)[1]
        size = struct.unpack("<i", payload[:4])[0]
    except (IndexError, struct.error) as error:
        raise NotSealedForUs(str(error)) from error
    plain = authenticator.unseal(payload[4 : 4 + size], payload[4 + size :])
    found = _LENGTH.search(head)
    if found is None or int(found.group(2)) != len(plain):
        raise NotSealedForUs("the length does not fit")
    return plain


def seal(authenticator: Authenticator, plain: bytes) -> bytes:
    """The sealed body for a message; each header line begins with a tab, as Windows sends them."""
    sealed = b"".join(_sealed(authenticator, part) for part in _parts(authenticator, plain))
    return sealed + f"--{_BOUNDARY}--\r\n".encode()


def _parts(authenticator: Authenticator, plain: bytes) -> list[bytes]:
    size = authenticator.part_bytes or len(plain) or 1
    return [plain[start : start + size] for start in range(0, len(plain) or 1, size)]


def _sealed(authenticator: Authenticator, plain: bytes) -> bytes:
    signature, data = authenticator.seal(plain)
    head = (
        f"--{_BOUNDARY}\r\n\tContent-Type: {authenticator.sealing}\r\n"
        f"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={len(plain)}\r\n"
        f"--{_BOUNDARY}\r\n\tContent-Type: application/octet-stream\r\n"
    )
    return head.encode() + struct.pack("<i", len(signature)) + signature + data
