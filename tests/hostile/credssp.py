"""A rogue WinRM listener for CredSSP: it shakes hands in TLS, and knows nobody's password."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import socket
import ssl
import struct
import tempfile
from collections.abc import Iterator

from proofkit.listeners import tcp_listener
from spnego.tls import generate_tls_certificate

from hostile.winrm import SOAP, http, request_of

_SEALED = "application/HTTP-CredSSP-session-encrypted"
_KIND = f'Content-Type: multipart/encrypted;protocol="{_SEALED}";boundary="Encrypted Boundary"'


class _Channel:
    """The server's side of TLS in tokens."""

    def __init__(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        certificate, key, _public = generate_tls_certificate()
        handle, path = tempfile.mkstemp(suffix=".pem")
        with os.fdopen(handle, "wb") as file:
            file.write(certificate + key)
        context.load_cert_chain(path)
        os.unlink(path)
        self._input, self._output = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._input, self._output, server_side=True)
        self.through = False

    def step(self, token: bytes) -> bytes:
        self._input.write(token)
        with contextlib.suppress(ssl.SSLWantReadError):
            self._tls.do_handshake()
            self.through = True
        return self._output.read()

    def seal(self, plain: bytes) -> bytes:
        self._tls.write(plain)
        return self._output.read()


@contextlib.contextmanager
def rogue_credssp() -> Iterator[int]:
    """Says 200 as soon as there is TLS, long before anybody proved anything; then answers sealed by that TLS."""

    def talk(connection: socket.socket) -> None:
        channel = _Channel()
        while True:
            head, body = request_of(connection)
            if not head:
                return
            token = re.search(rb"(?i)authorization: CredSSP (\S+)", head)
            if body:
                connection.sendall(http("200 ", _KIND, body=_sealed(channel)))
            elif channel.through:
                connection.sendall(http("200 "))
            else:
                answer = base64.b64encode(channel.step(base64.b64decode(token[1]))).decode() if token else ""
                connection.sendall(http("401 ", f"WWW-Authenticate: CredSSP {answer}".rstrip()))

    with tcp_listener(talk) as port:
        yield port


def _sealed(channel: _Channel) -> bytes:
    plain = SOAP.format(message="uuid:1").encode()
    head = (
        f"--Encrypted Boundary\r\n\tContent-Type: {_SEALED}\r\n"
        f"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={len(plain)}\r\n"
        "--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
    )
    return head.encode() + struct.pack("<i", 16) + channel.seal(plain) + b"--Encrypted Boundary--\r\n"
