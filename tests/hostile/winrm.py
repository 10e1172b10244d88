"""Rogue WinRM listeners: they speak HTTP and NTLM, and know nobody's password."""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator

from proofkit.listeners import tcp_listener

# SIGN, SEAL, EXTENDED_SESSIONSECURITY, 128, KEY_EXCH and what goes with them (MS-NLMP 2.2.2.5).
STRONG = 0x62898235
Answer = Callable[[socket.socket, bytes], None]

SOAP = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header><a:RelatesTo>{message}</a:RelatesTo>'
    '</s:Header><s:Body><x:ResourceCreated xmlns:x="x"><w:Selector xmlns:w="w" Name="ShellId">ROGUE</w:Selector>'
    "</x:ResourceCreated></s:Body></s:Envelope>"
)
SEALED = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'


def challenge(flags: int = STRONG) -> str:
    """A challenge of NTLM as a token for WWW-Authenticate."""
    target = struct.pack("<HH", 2, 2) + b"X\0" + struct.pack("<HH", 0, 0)
    head = b"NTLMSSP\0" + struct.pack("<IHHII", 2, 0, 0, 56, flags) + b"8 bytes." + bytes(8)
    return base64.b64encode(head + struct.pack("<HHI", len(target), len(target), 56) + bytes(8) + target).decode()


def http(status: str, *headers: str, body: bytes = b"") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]).encode() + body


def request_of(connection: socket.socket) -> tuple[bytes, bytes]:
    """The head and the body of the next request; empty when the client has gone."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(65536)
        if not piece:
            return b"", b""
        head += piece
    head, _blank, body = head.partition(b"\r\n\r\n")
    found = re.search(rb"(?i)content-length: (\d+)", head)
    while found and len(body) < int(found[1]):
        body += connection.recv(65536)
    return head, body


@contextlib.contextmanager
def rogue(answer: Answer, *, flags: int = STRONG, logon: bool = True) -> Iterator[int]:
    """Takes whatever password, then lets ``answer(connection, body)`` have each request; yields the port.

    :param logon: False answers the first request already.
    """

    def talk(connection: socket.socket) -> None:
        through = not logon
        while True:
            head, body = request_of(connection)
            if not head:
                return
            token = re.search(rb"(?i)authorization: (?:NTLM|Negotiate) (\S+)", head)
            step = base64.b64decode(token[1])[8] if token else 0
            if through and step != 1:
                answer(connection, body)
            elif step == 3:
                through = True
                connection.sendall(http("200 "))
            else:
                offer = f"Negotiate {challenge(flags)}" if step == 1 else "Negotiate"
                connection.sendall(http("401 ", f"WWW-Authenticate: {offer}"))

    with tcp_listener(talk) as port:
        yield port


# --- answers ---------------------------------------------------------------------------------------------------------


def fixed(data: bytes) -> Answer:
    return lambda connection, _body: connection.sendall(data)


def for_ever(first: bytes, piece: bytes, pause: float = 0.0) -> Answer:
    """The beginning, then the same piece until the client closes."""

    def answer(connection: socket.socket, _body: bytes) -> None:
        connection.sendall(first)
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(piece)
                time.sleep(pause)

    return answer


def in_the_clear(status: str = "200 ", kind: str = "application/soap+xml;charset=UTF-8") -> Answer:
    """What pywinrm takes for the answer to opening a shell, unsealed; the message's number is not known here."""
    return fixed(http(status, f"Content-Type: {kind}", body=SOAP.format(message="uuid:1").encode()))


# What a host may answer on a sealed session and nobody has sealed, by a name for the test.
UNSEALED = {
    "answer": in_the_clear(),
    "fault": in_the_clear("500 "),
    "page": in_the_clear(kind="text/html"),
    "nothing": fixed(http("200 ")),
    "sealed by its name": in_the_clear(kind=SEALED.upper()),
}


# --- in the middle ---------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def in_the_middle(address: tuple[str, int], change: Callable[[int, bytes], bytes]) -> Iterator[int]:
    """Passes all on to a real host, and ``change(number, answer)`` of each answer; yields the port."""

    def talk(client: socket.socket) -> None:
        with socket.create_connection(address) as host:
            threading.Thread(target=_pass_on, args=(client, host), daemon=True).start()
            number = 0
            while True:
                head, body = request_of(host)
                if not head:
                    return
                client.sendall(change(number, head + b"\r\n\r\n" + body))
                number += 1

    with tcp_listener(talk) as port:
        yield port


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
