# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates and requests in files, as certreq and certutil write and read them."""

from __future__ import annotations

import base64
import binascii
import re

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from lab.pki import codes

_PEM = re.compile(rb"-----BEGIN ([^-]*)-----(.*?)-----END [^-]*-----", re.DOTALL)


def to_pem(label: str, der: bytes) -> bytes:
    """PEM with lines of 64 characters and CR LF."""
    text = base64.b64encode(der).decode("ascii")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\r\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode("ascii")


def from_base64(data: bytes) -> bytes:
    """The bytes in a base64 text with or without its BEGIN and END lines; raises `EnrolmentError`."""
    found = _PEM.search(data)
    body = found[2] if found else data
    try:
        decoded = base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error:
        raise codes.EnrolmentError(codes.E_INVALID_DATA) from None
    if not decoded:
        raise codes.EnrolmentError(codes.E_INVALID_DATA)
    return decoded


def any_to_der(data: bytes) -> bytes:
    """DER from DER, PEM, or bare base64 (also in UTF-16 with a mark)."""
    if data.startswith(b"\xff\xfe"):
        data = data[2:].decode("utf-16-le", errors="replace").encode("ascii", errors="replace")
    return data if data[:1] == b"\x30" else from_base64(data)


def chain_file(certificates: list[bytes]) -> bytes:
    """A PKCS#7 of certificates, DER."""
    return pkcs7.serialize_certificates([x509.load_der_x509_certificate(der) for der in certificates], Encoding.DER)


def certificates_in(data: bytes) -> list[bytes]:
    """The certificates of a file: one certificate, several PEM blocks, or a PKCS#7. Raises `EnrolmentError`."""
    blocks = [match for match in _PEM.findall(data) if b"CERTIFICATE" in match[0]]
    if len(blocks) > 1:
        return [from_base64(body) for _unused, body in blocks]
    der = any_to_der(data)
    try:
        return [x509.load_der_x509_certificate(der).public_bytes(Encoding.DER)]
    except ValueError:
        pass
    try:
        return [one.public_bytes(Encoding.DER) for one in pkcs7.load_der_pkcs7_certificates(der)]
    except ValueError:
        raise codes.EnrolmentError(codes.BAD_TAG) from None
