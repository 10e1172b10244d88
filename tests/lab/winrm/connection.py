# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection to the listener: HTTP, and the logon that lives and dies with the connection."""

from __future__ import annotations

import contextlib
import http.server
import socket
from typing import TYPE_CHECKING, Any

from lab.accounts import Session
from lab.winrm import sealing
from lab.winrm.authenticators import Authenticator, LogonRefused, NotSealedForUs, authenticators, credentials_of
from lab.winrm.wsman import Answer, identify, kind_of

if TYPE_CHECKING:
    from lab.injections import Injection
    from lab.winrm.listener import _Server

SOAP_TYPE = "application/soap+xml;charset=UTF-8"


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


class Connection(http.server.BaseHTTPRequestHandler):
    """Requests of one client, one after the other."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 300
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.rfile = _Counted(self.rfile)  # type: ignore[assignment]
        self.machine = self.server.transport.machine
        self.offered = authenticators(self.server.transport)
        self.logon: Authenticator | None = None
        self.kind, self.answered, self.parting = "other", 0, ""

    def version_string(self) -> str:
        return "Microsoft-HTTPAPI/2.0"

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: the counters tell what happened."""

    def handle_one_request(self) -> None:
        self.rfile.count = self.answered = 0  # type: ignore[attr-defined]
        self.kind = "other"
        with contextlib.suppress(ConnectionError):
            super().handle_one_request()
        self._count()

    def _count(self) -> None:
        """Once for each request, before its answer leaves: whoever has the answer finds it counted."""
        count, self.rfile.count = self.rfile.count, 0  # type: ignore[attr-defined]
        if count:
            self.machine.estate.counters.request(self.machine.fqdn, self.kind, count, self.answered)

    def do_GET(self) -> None:  # noqa: N802
        self._answer(405)

    def do_POST(self) -> None:  # noqa: N802
        if self.headers.get("Content-Length") is None:
            return self._answer(411, close=True)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = self.path.partition("?")[0].rstrip("/").casefold()
        if path == "/wsman-anon/identify":
            return self._answer(200, identify(self.machine), SOAP_TYPE)
        if path != "/wsman":
            return self._answer(404)
        return self._authenticated(body) if self._logged_on() else None

    # --- authentication ----------------------------------------------------------------------------------------------

    def _logged_on(self) -> bool:
        """True when the connection carries a logon; else the answer has been sent."""
        scheme, token = credentials_of(self.headers.get("Authorization"))
        kind = self.offered.get(scheme)
        if kind is not None:
            token = kind.proof(token, self.connection)
        if token is None or kind is None:
            complete = self.logon is not None and self.logon.complete
            return complete and "Authorization" not in self.headers or self._challenge()
        if isinstance(self.logon, kind) and self.logon.complete and self.logon.holds(token):
            return True
        if not isinstance(self.logon, kind) or self.logon.complete:
            self.logon = kind(self.machine, self.server.transport.certificate or b"")
        return self._step(self.logon, token)

    def _challenge(self, *values: str) -> bool:
        """401 with what is offered, or with the answer to a client's token."""
        self.kind = "authentication"
        offered = values or tuple(one.header() for one in self.offered.values())
        self._answer(401, headers=[("WWW-Authenticate", value) for value in offered if value])
        return False

    def _step(self, logon: Authenticator, token: bytes) -> bool:
        counters, name = self.machine.estate.counters, self.machine.fqdn
        try:
            answer = logon.step(token)
        except LogonRefused as refused:
            self.logon = None
            counters.logon(name, False)
            return self._challenge(*([logon.header(refused.token)] if refused.token else []))
        if not logon.complete:
            return self._challenge(logon.header(answer))
        counters.logon(name, True)
        # SPNEGO's last message (its own check sum) goes with whatever is answered now.
        self.parting = logon.header(answer) if answer else ""
        return True

    # --- the request itself ------------------------------------------------------------------------------------------

    def _authenticated(self, body: bytes) -> None:
        self.kind = "authentication"
        assert self.logon is not None
        if not body:
            self._answer(200)
        elif sealing.is_sealed(self.headers.get("Content-Type", "")):
            self._sealed(self.logon, body)
        else:
            self._plain(self.logon, body)

    def _sealed(self, logon: Authenticator, body: bytes) -> None:
        try:
            message = sealing.unseal(logon, body)
        except NotSealedForUs:
            return self._answer(400)
        answer = self._serve(logon, message)
        if answer is not None:
            self._answer(answer.status, sealing.seal(logon, answer.data), sealing.content_type(logon, answer.data))
        return None

    def _plain(self, logon: Authenticator, body: bytes) -> None:
        """With AllowUnencrypted=false (the default) a readable body is refused, whoever sent it."""
        if not self.server.transport.readable_allowed:
            return self._answer(500)
        answer = self._serve(logon, body)
        if answer is not None:
            self._answer(answer.status, answer.data, SOAP_TYPE)
        return None

    def _serve(self, logon: Authenticator, message: bytes) -> Answer | None:
        """The answer to a message; None where the client has had its answer, or gets none."""
        assert logon.account is not None
        self.kind = kind_of(message)
        if len(message) > self.machine.generation.envelope_kb * 1024:
            self._answer(413)
            return None
        session = Session(logon.account, "network", logon.delegated, self.client_address[0])
        injection = self.machine.estate.injections.take(self.machine, self.kind, message)
        with self.machine.estate.counters.running(self.machine.fqdn):
            if injection is not None:
                return self._injected(injection, message, session)
            return self.server.service.answer(message, session)

    def _injected(self, injection: Injection, message: bytes, session: Session) -> Answer | None:
        """What the control interface asked for: the connection dies, the answer is late, or is another."""
        service = self.server.service
        if injection.action == "delay":
            return service.answer(message, session, delay=injection)
        if injection.after:
            service.answer(message, session)
            service.let_run(session)
        if injection.action == "drop":
            sever(self)
        elif injection.action == "status":
            self._answer(injection.status)
        else:
            return service.refuse(message, injection.build_fault())
        return None

    def _answer(
        self,
        status: int,
        data: bytes = b"",
        content_type: str = "",
        *,
        headers: list[tuple[str, str]] | None = None,
        close: bool = False,
    ) -> None:
        """Headers and body in one piece: two small writes would wait for each other."""
        self.send_response(status)
        if self.parting:
            headers, self.parting = [("WWW-Authenticate", self.parting), *(headers or [])], ""
        for name, value in headers or []:
            self.send_header(name, value)
        if content_type:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        if close:
            self.send_header("Connection", "close")
        packet = b"".join([*self._headers_buffer, b"\r\n", data])
        self._headers_buffer: list[bytes] = []
        self.answered += len(packet)
        self._count()
        self.wfile.write(packet)


def sever(handler: http.server.BaseHTTPRequestHandler) -> None:
    """Cut the connection without an answer."""
    handler.close_connection = True
    with contextlib.suppress(OSError):
        handler.connection.shutdown(socket.SHUT_RDWR)
