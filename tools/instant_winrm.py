"""A stand-in for a Windows host in the bench alone: WinRM in the clear that answers at once, whatever is sent.

Every command ends at once, with what a module of Ansible prints after a change. So what a client takes is the least
that it takes anywhere: its own work, its messages, and no Windows.
"""

from __future__ import annotations

import base64
import contextlib
import http.server
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

_SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:rsp="{shell}"><s:Header>'
    "<a:RelatesTo>{number}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
)
_SAID = base64.b64encode(b'{"changed": true}\r\n').decode()
_BODIES = {
    "Create": '<rsp:Shell><rsp:ShellId>S</rsp:ShellId></rsp:Shell><w:Selector Name="ShellId">S</w:Selector>',
    "Command": "<rsp:CommandResponse><rsp:CommandId>C</rsp:CommandId></rsp:CommandResponse>",
    "Receive": f'<rsp:ReceiveResponse><rsp:Stream Name="stdout" CommandId="C">{_SAID}</rsp:Stream>'
    f'<rsp:CommandState CommandId="C" State="{_SHELL}/CommandState/Done"><rsp:ExitCode>0</rsp:ExitCode>'
    "</rsp:CommandState></rsp:ReceiveResponse>",
    "Send": "<rsp:SendResponse/>",
    "Signal": "<rsp:SignalResponse/>",
    "Delete": "",
}
_ACTION = re.compile(rb"Action[^>]*>[^<]*/(\w+)<")
_NUMBER = re.compile(rb"MessageID[^>]*>([^<]+)<")


@dataclass
class InstantHost:
    """``sent`` and ``received``: bytes of the client's messages and of the answers, without HTTP's headers."""

    port: int = 0
    requests: int = 0
    sent: int = 0
    received: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, message: bytes) -> bytes:
        action, number = _ACTION.search(message), _NUMBER.search(message)
        body = _BODIES[action[1].decode() if action else "Delete"]
        answer = _ENVELOPE.format(shell=_SHELL, number=number[1].decode() if number else "", body=body).encode()
        with self.lock:
            self.requests += 1
            self.sent += len(message)
            self.received += len(answer)
        return answer


@contextlib.contextmanager
def instant_host() -> Iterator[InstantHost]:
    """While this lasts, one answers on a port of 127.0.0.1."""
    host = InstantHost()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer leaves in one piece

        def do_POST(self) -> None:
            answer = host.answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            self.send_response(200)
            self.send_header("Content-Type", "application/soap+xml;charset=UTF-8")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        host.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield host
        finally:
            server.shutdown()
