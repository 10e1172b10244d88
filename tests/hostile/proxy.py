"""Proxies that the environment puts in between, and that lead nowhere."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

from proofkit.listeners import tcp_listener

from hostile.winrm import http, request_of

FORBIDDEN = http("403 Forbidden", "Content-Type: text/html", body=b"<h1>Forbidden</h1>")
TO_A_PORTAL = http("302 Found", "Location: http://portal.company.com/login")
BAD_GATEWAY = http("502 Bad Gateway", "Via: 1.1 proxy", body=b"<h1>No such host</h1>")
A_PAGE = http("200 OK", "Content-Type: text/html", body=b"<h1>Welcome</h1>")
ASKS_FOR_A_LOGON = http("407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=proxy")
NOTHING = b""


@contextlib.contextmanager
def proxy(answer: bytes) -> Iterator[str]:
    """Answers each request so, whichever host it is for; yields the proxy's URL."""

    def talk(connection: socket.socket) -> None:
        while request_of(connection)[0] and answer:
            connection.sendall(answer)

    with tcp_listener(talk) as port:
        yield f"http://127.0.0.1:{port}"
