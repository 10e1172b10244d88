# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The little DER that the cryptography library does not do: SHA-1 signatures, Windows attributes, reading outlines."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_SHA256_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")
_SHA1_RSA = bytes.fromhex("300d06092a864886f70d0101050500")


def length(size: int) -> bytes:
    """A DER length."""
    if size < 128:
        return bytes([size])
    data = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(data)]) + data


def tlv(tag: int, *content: bytes) -> bytes:
    """One DER element around its content."""
    body = b"".join(content)
    return bytes([tag]) + length(len(body)) + body


def sequence(*content: bytes) -> bytes:
    return tlv(0x30, *content)


def bmp_string(text: str) -> bytes:
    return tlv(0x1E, text.encode("utf-16-be"))


def oid(dotted: str) -> bytes:
    """An object identifier."""
    numbers = [int(part) for part in dotted.split(".")]
    out = bytearray()
    for number in [numbers[0] * 40 + numbers[1], *numbers[2:]]:
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(0x80 | (number & 0x7F))
        out += bytes(reversed(groups))
    return tlv(0x06, bytes(out))


def integer(number: int) -> bytes:
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def header(data: bytes, start: int = 0) -> tuple[int, int, int]:
    """(tag, start of content, end of content) of the element at `start`; raises ValueError on bad DER."""
    if start + 2 > len(data):
        raise ValueError("DER ends too early")
    size, at = data[start + 1], start + 2
    if size & 0x80:
        count = size & 0x7F
        size, at = int.from_bytes(data[at : at + count], "big"), at + count
    if at + size > len(data):
        raise ValueError("DER ends too early")
    return data[start], at, at + size


def children(data: bytes, start: int = 0) -> Iterator[tuple[int, bytes, bytes]]:
    """(tag, whole element, content) of each member of the element at `start`."""
    _unused, at, end = header(data, start)
    while at < end:
        tag, content, stop = header(data, at)
        yield tag, data[at:stop], data[content:stop]
        at = stop


def with_sha1(signed: bytes, key: rsa.RSAPrivateKey) -> bytes:
    """The same certificate or request, signed anew with SHA-1 as older Windows does (the library signs no SHA-1)."""
    tbs = next(children(signed))[1]
    tbs = tbs.replace(_SHA256_RSA, _SHA1_RSA, 1)
    signature = key.sign(tbs, padding.PKCS1v15(), hashes.SHA1())
    return sequence(tbs, _SHA1_RSA, tlv(0x03, b"\x00", signature))
