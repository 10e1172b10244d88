"""A proxy for DNS over TCP that spoils messages: what a bad line between a host and a DNS server does."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import dns.opcode

#: what may happen to a message: nothing comes back although it arrived or not, or something else does
WAYS = ("cut before", "cut after", "cut short", "garbled", "another's", "away")
#: instead of a message's number: the first that is to change something
THE_UPDATE = 0


@dataclass
class Meddler:
    """``way`` is what happens to message ``at``; where it is ``away``, to the next three, too.

    ``count``: messages so far; ``updates``: which of them were to change something.
    """

    server: tuple[str, int]
    port: int = 0
    count: int = 0
    at: int = 0
    way: str = ""
    updates: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, at: int, way: str) -> None:
        self.count, self.at, self.way, self.updates = 0, at, way, []

    def take(self, message: bytes) -> str:
        """What happens to the next message."""
        with self.lock:
            self.count += 1
            if message[2] >> 3 & 0xF == dns.opcode.UPDATE:
                self.updates.append(self.count)
                self.at = self.at or self.count
            if self.way == "away":
                return "cut before" if self.at <= self.count < self.at + 4 else ""
            return self.way if self.count == self.at else ""

    def spoil(self, way: str, reply: bytes) -> bytes:
        """The reply as it is sent, with its length before it."""
        if way == "garbled":
            reply = reply[:12] + bytes(0xFF ^ one for one in reply[12:])
        elif way == "another's":
            reply = bytes([reply[0] ^ 0xFF]) + reply[1:]
        framed = len(reply).to_bytes(2, "big") + reply
        return framed[: len(framed) // 2] if way == "cut short" else framed


@contextlib.contextmanager
def meddling(address: str, port: int) -> Iterator[Meddler]:
    meddler = Meddler((address, port))

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError, EOFError), socket.create_connection(meddler.server, 5) as server:
                while True:
                    message = _message(self.request)
                    way = meddler.take(message)
                    if way == "cut before":
                        return
                    server.sendall(len(message).to_bytes(2, "big") + message)
                    reply = _message(server)
                    if way != "cut after":
                        self.request.sendall(meddler.spoil(way, reply))
                    if way.startswith("cut"):
                        return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as proxy:
        meddler.port = proxy.server_address[1]
        threading.Thread(target=proxy.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield meddler
        finally:
            proxy.shutdown()


def _message(connection: socket.socket) -> bytes:
    return _exactly(connection, int.from_bytes(_exactly(connection, 2), "big"))


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data
