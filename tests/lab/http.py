# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WinRM listener: HTTP on 5985, one thread per connection, authentication and sealing bound to the connection."""

from __future__ import annotations

import contextlib
import http.server
import socket
import socketserver
import threading
from typing import TYPE_CHECKING, Any

from lab import auth
from lab.control import Injection, sever
from lab.machine import Session
from lab.wsman import Answer, Service, identify, kind_of

if TYPE_CHECKING:
    from lab.machine import Machine

SOAP_TYPE = "application/soap+xml;charset=UTF-8"
PORT = 5985


class _Counted:
    """A stream that counts what is read from it."""

    def __init__(self, stream: Any) -> None:
        self._stream, self.count = stream, 0

    def readline(self, *arguments: int) -> bytes:
        data: bytes = self._stream.readline(*arguments)
        self.count += len(data)
        return data

    def read(self, size: int) -> bytes:
        data: bytes = self._stream.read(size)
        self.count += len(data)
        return data

    def close(self) -> None:
        self._stream.close()


class _Connection(http.server.BaseHTTPRequestHandler):
    """One TCP connection; the NTLM context lives and dies with it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 300
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.rfile = _Counted(self.rfile)  # type: ignore[assignment]
        self.negotiation: auth.Negotiation | None = None
        self.kind, self.answered, self.parting = "other", 0, b""

    def version_string(self) -> str:
        return "Microsoft-HTTPAPI/2.0"

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: the counters tell what happened."""

    def handle_one_request(self) -> None:
        self.rfile.count = self.answered = 0  # type: ignore[attr-defined]
        self.kind = "other"
        with contextlib.suppress(ConnectionError):
            super().handle_one_request()
        if self.rfile.count:  # type: ignore[attr-defined]
            count = self.rfile.count  # type: ignore[attr-defined]
            self.server.machine.estate.counters.request(self.server.machine.fqdn, self.kind, count, self.answered)

    def do_GET(self) -> None:  # noqa: N802
        self._answer(405)

    def do_POST(self) -> None:  # noqa: N802
        if self.headers.get("Content-Length") is None:
            return self._answer(411, close=True)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = self.path.partition("?")[0].rstrip("/").casefold()
        if path == "/wsman-anon/identify":
            return self._answer(200, identify(self.server.machine, body), SOAP_TYPE)
        if path != "/wsman":
            return self._answer(404)
        return self._authenticated(body) if self._logged_on() else None

    # --- authentication ----------------------------------------------------------------------------------------------

    def _logged_on(self) -> bool:
        """True when the connection carries a logon; else the answer has been sent."""
        token = auth.token_of(self.headers.get("Authorization"))
        if token is None:
            complete = self.negotiation is not None and self.negotiation.complete
            return complete and "Authorization" not in self.headers or self._challenge()
        if self.negotiation is None or self.negotiation.complete:
            self.negotiation = auth.Negotiation(self.server.machine.estate.accounts)
        return self._step(token)

    def _challenge(self, token: bytes = b"") -> bool:
        self.kind = "authentication"
        self._answer(401, headers={"WWW-Authenticate": auth.header_of(token)})
        return False

    def _step(self, token: bytes) -> bool:
        assert self.negotiation is not None
        counters, name = self.server.machine.estate.counters, self.server.machine.fqdn
        try:
            answer = self.negotiation.step(token)
        except auth.LogonRefused:
            self.negotiation = None
            counters.logon(name, False)
            return self._challenge()
        if not self.negotiation.complete:
            return self._challenge(answer)
        counters.logon(name, True)
        # SPNEGO's last word (its own check sum): it goes with whatever is answered now.
        self.parting = answer
        return True

    # --- the request itself ------------------------------------------------------------------------------------------

    def _authenticated(self, body: bytes) -> None:
        self.kind = "authentication"
        if not body:
            return self._answer(200)
        sealed = self.headers.get("Content-Type", "").casefold().startswith("multipart/encrypted")
        assert self.negotiation is not None
        if not sealed:
            return self._plain(body)
        try:
            message = auth.unseal(self.negotiation, body)
        except auth.NotSealedForUs:
            return self._answer(400)
        answer = self._serve(message)
        return answer and self._answer(answer.status, auth.seal(self.negotiation, answer.data), auth.SEALED_TYPE)

    def _plain(self, body: bytes) -> None:
        """With AllowUnencrypted=false (the default) a readable body is refused, whoever sent it."""
        if not self.server.allow_unencrypted:
            return self._answer(500)
        answer = self._serve(body)
        return answer and self._answer(answer.status, answer.data, SOAP_TYPE)

    def _serve(self, message: bytes) -> Answer | None:
        assert self.negotiation is not None and self.negotiation.account is not None
        self.kind = kind_of(message)
        session = Session(self.negotiation.account, "network", False, self.client_address[0])
        machine = self.server.machine
        injection = machine.estate.injections.take(machine, self.kind, message)
        with machine.estate.counters.running(machine.fqdn):
            if injection is None:
                return self.server.service.answer(message, session)
            return self._injected(injection, message, session)

    def _injected(self, injection: Injection, message: bytes, session: Session) -> Answer | None:
        """What the control interface asked for: the connection dies, the answer is late, or is another."""
        service = self.server.service
        if injection.action == "delay":
            return service.answer(message, session, delay=injection)
        if injection.after:
            service.answer(message, session)
        if injection.action == "drop":
            return sever(self)
        if injection.action == "status":
            return self._answer(injection.status)
        return service.refuse(message, injection.build_fault())

    def _answer(
        self,
        status: int,
        data: bytes = b"",
        content_type: str = "",
        *,
        headers: dict[str, str] | None = None,
        close: bool = False,
    ) -> None:
        """Headers and body in one piece: two small writes would wait for each other."""
        self.send_response(status)
        if self.parting:
            headers, self.parting = {"WWW-Authenticate": auth.header_of(self.parting), **(headers or {})}, b""
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if content_type:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        if close:
            self.send_header("Connection", "close")
        packet = b"".join([*self._headers_buffer, b"\r\n", data])  # type: ignore[has-type]
        self._headers_buffer: list[bytes] = []
        self.answered += len(packet)
        self.wfile.write(packet)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, machine: Machine, service: Service, allow_unencrypted: bool) -> None:
        self.machine, self.service, self.allow_unencrypted = machine, service, allow_unencrypted
        self.connections: set[socket.socket] = set()
        super().__init__(machine.bind(PORT), _Connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is nobody's error; anything else is one of the lab and must be seen."""
        import sys
        import traceback

        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            traceback.print_exc()


class Listener:
    """The WinRM listener of one machine."""

    def __init__(self, machine: Machine, service: Service) -> None:
        self._machine, self._service = machine, service
        self._server: _Server | None = None

    def start(self) -> None:
        settings = self._machine.settings.get("winrm") or {}
        self._server = _Server(self._machine, self._service, bool(settings.get("allow_unencrypted")))
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """Stop listening and cut the connections, as a machine that goes down does."""
        server, self._server = self._server, None
        if server is None:
            return
        server.shutdown()
        server.server_close()
        for connection in list(server.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
