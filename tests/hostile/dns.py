"""Rogue DNS servers: answers that are none, for one name; what else they are asked they may answer well."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from typing import Any

import dns.message

Odd = Callable[[dns.message.Message, str], "bytes | None"]

_IN, _CH, _NONE, _ANY = 1, 3, 254, 255
_NS, _CNAME = 2, 5
_AUTHORITATIVE, _REFERRAL, _CUT = 0x8400, 0x8000, 0x8600
_ASKED = b"\xc0\x0c"  # a pointer to the name in the question
_OTHER = b"\x04evil\x07example\0"
_DATA = {1: b"\x0a\0\0\x0a", 33: b"\0\0\0\0\x13\xc5\x04good\x07company\x05local\0"}
_LONG = b"".join(b"\x3f" + bytes([letter]) * 63 for letter in b"abcd") + b"\x01e\0"


def record(owner: bytes, kind: int, data: bytes, rdclass: int = _IN, length: int | None = None) -> bytes:
    """A record on the wire; ``length`` where it is to lie about the data."""
    return owner + struct.pack("!HHIH", kind, rdclass, 60, len(data) if length is None else length) + data


def message(
    query: dns.message.Message,
    *records: bytes,
    flags: int = _AUTHORITATIVE,
    question: bytes | None = None,
    authority: bool = False,
    number: int | None = None,
) -> bytes:
    """An answer on the wire, its parts as given; the question is that of the query unless given, b"" for none."""
    asked = query.to_wire()[12:] if question is None else question
    counts = (1 if asked else 0, 0 if authority else len(records), len(records) if authority else 0, 0)
    head = struct.pack("!HHHHHH", query.id if number is None else number, flags, *counts)
    return head + asked + b"".join(records)


def _kind(query: dns.message.Message) -> int:
    return int(query.question[0].rdtype)


def _good(query: dns.message.Message, owner: bytes = _ASKED, rdclass: int = _IN) -> bytes:
    return record(owner, _kind(query), _DATA[_kind(query)], rdclass)


def _question(query: dns.message.Message, rdclass: int) -> bytes:
    return query.to_wire()[12:-2] + struct.pack("!H", rdclass)


#: Each of them is garbled, over whatever transport it comes.
ODDITIES: dict[str, Odd] = {
    "class CH": lambda query, _: message(query, record(_ASKED, _kind(query), b"\0\0\1", _CH)),
    "class NONE": lambda query, _: message(query, _good(query, rdclass=_NONE)),
    "class ANY": lambda query, _: message(query, record(_ASKED, _kind(query), b"", _ANY)),
    "class 4660": lambda query, _: message(query, _good(query, rdclass=0x1234)),
    "ours and one of class CH": lambda query, _: message(
        query, _good(query), record(_ASKED, _kind(query), b"\0\0\1", _CH)
    ),
    "alias of class CH": lambda query, _: message(query, record(_ASKED, _CNAME, _OTHER, _CH)),
    "referral of class CH": lambda query, _: message(
        query, record(_ASKED, _NS, _OTHER, _CH), flags=_REFERRAL, authority=True
    ),
    "other question": lambda query, _: message(query, _good(query, _OTHER), question=_OTHER + b"\0\1\0\1"),
    "question of class CH": lambda query, _: message(query, _good(query), question=_question(query, _CH)),
    "no question": lambda query, _: message(query, _good(query, _OTHER), question=b""),
    "no such name, for another question": lambda query, _: message(
        query, flags=_AUTHORITATIVE | 3, question=_OTHER + b"\0\1\0\1"
    ),
    "unknown opcode": lambda query, _: message(query, _good(query), flags=_AUTHORITATIVE | 7 << 11),
    "update": lambda query, _: message(query, _good(query), flags=_AUTHORITATIVE | 5 << 11),
    "a question back": lambda query, _: message(query, _good(query), flags=0x0400),
    "other number": lambda query, _: message(query, _good(query), number=query.id ^ 1),
    "cut short for ever": lambda query, _: message(query, _good(query), flags=_CUT),
    "cut short, and no TCP": lambda query, way: message(query, flags=_CUT) if way == "udp" else None,
    "half a message": lambda query, _: message(query, _good(query))[:-3],
    "half a head": lambda query, _: message(query)[:7],
    "nothing": lambda _query, _: b"",
    "more than a message": lambda query, _: message(query, _good(query)) + b"more",
    "fewer records than counted": lambda query, _: (
        message(query, _good(query), b"")[:6] + b"\0\x09" + message(query, _good(query))[8:]
    ),
    "data that is too short": lambda query, _: message(query, record(_ASKED, _kind(query), b"\x0a\0\0")),
    "length that lies": lambda query, _: message(query, record(_ASKED, _kind(query), _DATA[_kind(query)], length=3)),
    "length beyond the end": lambda query, _: message(query, record(_ASKED, _kind(query), b"\x0a", length=60000)),
    "pointer to itself": lambda query, _: message(
        query, _good(query, struct.pack("!H", 0xC000 | len(query.to_wire())))
    ),
    "pointer ahead": lambda query, _: message(query, _good(query, b"\xff\xff")),
    "pointers in a circle": lambda query, _: message(
        query, _good(query, b"\x01a" + struct.pack("!H", 0xC000 | len(query.to_wire())))
    ),
    "name of 258 bytes": lambda query, _: message(query, _good(query, _LONG)),
    "alias to a name of 258 bytes": lambda query, _: message(query, record(_ASKED, _CNAME, _LONG)),
    "label of no known kind": lambda query, _: message(query, _good(query, b"\x41a\0")),
    "other owner": lambda query, _: message(query, _good(query, _OTHER)),
    "other type": lambda query, _: message(query, record(_ASKED, _NS, _OTHER)),
    "no such name, and records": lambda query, _: message(query, _good(query), flags=_AUTHORITATIVE | 3),
}


def strangers_datagrams(asker: Any, most: int = 1000) -> int:
    """Sends datagrams to an asker from a port that it did not ask; returns how many its system took, at most ``most``.

    Where nobody reads what comes from there, the system says so at the next datagram (RFC 1122 section 3.2.2.1).
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.connect(asker)
        for number in range(most):
            try:
                stranger.send(b"\0" * 12)
            except ConnectionRefusedError:
                return number - 1
    return most
