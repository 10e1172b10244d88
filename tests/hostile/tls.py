"""Rogue TLS listeners: what each sends once it has the hello. They hold no key, and need none to do harm."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

from proofkit.listeners import tcp_listener

Talk = Callable[[socket.socket], None]
# A record takes 16,384 bytes; a message tells its length in three (RFC 5246 sections 6.2.1 and 7.4).
_RECORD = 16384
HELLO_REQUEST, SERVER_HELLO, CERTIFICATE = 0, 2, 11


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def records(content: bytes, kind: int = 22) -> bytes:
    """Content in records of TLS 1.2."""
    parts = [content[at : at + _RECORD] for at in range(0, len(content), _RECORD)]
    return b"".join(bytes([kind, 3, 3]) + len(part).to_bytes(2, "big") + part for part in parts)


def server_hello() -> bytes:
    """TLS 1.2 with a suite whose key exchange is RSA."""
    return message(SERVER_HELLO, b"\x03\x03" + bytes(32) + b"\x00" + b"\x00\x2f" + b"\x00")


def certificates(*ders: bytes) -> bytes:
    listed = b"".join(len(der).to_bytes(3, "big") + der for der in ders)
    return message(CERTIFICATE, len(listed).to_bytes(3, "big") + listed)


def says(*pieces: bytes) -> Talk:
    """Sends these after the hello, then ends the connection."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        for piece in pieces:
            connection.sendall(piece)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(65536)

    return talk


def floods(first: bytes, again: bytes, sent: list[int]) -> Talk:
    """Sends ``again`` for as long as somebody reads; adds to ``sent`` how much went out."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(first)
        while True:
            connection.sendall(again)
            sent.append(len(again))

    return talk


@contextlib.contextmanager
def dripping(content: bytes, every: float) -> Iterator[int]:
    """Sends a byte each time, so that no wait for the next one is long; yields the port."""
    done = threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        for byte in content:
            connection.sendall(bytes([byte]))
            if done.wait(every):
                return

    with tcp_listener(talk) as port:
        yield port
        done.set()
