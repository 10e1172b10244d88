# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be read of the other side's part of a TLS handshake before encryption begins (TLS 1.2 and older)."""

from __future__ import annotations

from dataclasses import dataclass

_RECORD_ALERT = 21
HANDSHAKE = 22
_RECORD_TYPES = (20, _RECORD_ALERT, HANDSHAKE, 23)
SESSION_TICKET = 4
_HANDSHAKE_CERTIFICATE = 11
_HANDSHAKE_SERVER_KEY_EXCHANGE = 12
CERTIFICATE_REQUEST = 13


@dataclass(frozen=True)
class Plaintext:
    """The certificates that were sent, the last fatal alert by number, and which messages there were."""

    chain: tuple[bytes, ...] = ()
    fatal_alert: int | None = None
    signed_key_exchange: bool = False
    certificate_request: bool = False


def looks_like_tls(received: bytes) -> bool:
    """Whether the first bytes (at least one) are the head of a TLS record."""
    return received[0] in _RECORD_TYPES and (len(received) < 2 or received[1] == 3)


def version_of(received: bytes) -> str:
    """The version in the head of the first record, which is the agreed one once a certificate was sent in the clear."""
    return {1: "TLSv1", 2: "TLSv1.1", 3: "TLSv1.2"}.get(received[2], "") if len(received) > 2 else ""


def read_plaintext(received: bytes) -> Plaintext:
    """What a stream of records shows; it may end or be garbled anywhere."""
    messages, alert = _records(received)
    chain: tuple[bytes, ...] = ()
    kinds = set()
    for kind, body in _messages(messages):
        kinds.add(kind)
        if kind == _HANDSHAKE_CERTIFICATE:
            chain = _certificates(body)
    return Plaintext(
        chain,
        alert,
        signed_key_exchange=_HANDSHAKE_SERVER_KEY_EXCHANGE in kinds,
        certificate_request=CERTIFICATE_REQUEST in kinds,
    )


def _records(received: bytes) -> tuple[bytes, int | None]:
    """The handshake bytes of all whole plaintext records, and the last fatal alert."""
    handshake, alert, at = bytearray(), None, 0
    while at + 5 <= len(received):
        kind, length = received[at], int.from_bytes(received[at + 3 : at + 5], "big")
        body = received[at + 5 : at + 5 + length]
        if kind == HANDSHAKE:
            handshake += body
        elif kind == _RECORD_ALERT and len(body) == 2 and body[0] == 2:
            alert = body[1]
        elif kind not in (HANDSHAKE, _RECORD_ALERT):
            break  # ChangeCipherSpec or application data: everything after is encrypted
        at += 5 + length
    return bytes(handshake), alert


def _messages(data: bytes) -> list[tuple[int, bytes]]:
    messages, at = [], 0
    while at + 4 <= len(data):
        length = int.from_bytes(data[at + 1 : at + 4], "big")
        if at + 4 + length > len(data):
            break
        messages.append((data[at], data[at + 4 : at + 4 + length]))
        at += 4 + length
    return messages


def _certificates(body: bytes) -> tuple[bytes, ...]:
    """The certificate list of a Certificate message (RFC 5246 section 7.4.2); a garbled list ends where it breaks."""
    certificates, at = [], 3
    while at + 3 <= len(body):
        length = int.from_bytes(body[at : at + 3], "big")
        if length == 0 or at + 3 + length > len(body):
            break
        certificates.append(body[at + 3 : at + 3 + length])
        at += 3 + length
    return tuple(certificates)
