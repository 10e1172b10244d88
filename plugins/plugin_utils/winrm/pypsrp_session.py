# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session over pypsrp's HTTP transport, which logs on and seals; no PowerShell of the host takes part."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.exchange import (
    WITH_SOAP,
    Exchange,
    UnsafeAnswer,
    readable_body,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.guarded import (
    NO_LOGON,
    answer_of,
    guard,
    logon_is_whole,
    session_error,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.recording import Recorder
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.seam_pypsrp import Transport, http_error
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.seam_winrm import Request
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.session_port import (
    HttpAnswer,
    SessionError,
    WsmanSession,
)

# An exchange lasts that much longer than the service may take for one operation, in seconds.
_MARGIN = 10
_BOUNDARY = re.compile(r'boundary="?([^";]+)', re.IGNORECASE)


class GuardedPsrpTransport(Transport):  # type: ignore[misc]
    """As pypsrp's, with each exchange bounded and each answer of a sealed session refused unless it was sealed."""

    session: Any

    def __init__(self, recorder: Recorder | None, **settings: Any) -> None:
        """:param settings: those of pypsrp's ``WSMan``."""
        super().__init__(**settings)
        self.exchange, self.recorder = Exchange(), recorder

    def send(self, message: bytes, *args: Any, **kwargs: Any) -> bytes:
        """Here messages are as they were before they were sealed, and after they were unsealed."""
        if self.auth == "credssp" and not self.wrap_required and self.session is None:
            self._log_on_apart()
        send = super().send
        return bytes(send(message) if self.recorder is None else self.recorder.recorded(send, message))

    def drop(self) -> None:
        """The next message begins with a logon."""
        self.close()
        self.session, self.encryption = None, None

    def _build_session(self) -> Any:
        session = super()._build_session()
        guard(session, self.exchange, transport=self.auth, seals=self.wrap_required and self.auth == "ntlm")
        return session

    def _log_on_apart(self) -> None:
        """requests_credssp sends the message with each of its tokens, and takes a fault for a refused logon."""
        self.session = self._build_session()
        self._send_request(self.session.prepare_request(Request("POST", self.endpoint)))

    def _send_request(self, request: Any, *args: Any, **kwargs: Any) -> bytes:
        self.exchange.begin(self.read_timeout)
        try:
            response = self.session.send(request, timeout=(self.connection_timeout, self.read_timeout))
        except UnsafeAnswer:
            raise
        except Exception as error:
            # pypsrp would write a traceback to stderr for those that it knows.
            raise session_error(error) from error
        if response.status_code == 401:
            raise SessionError("the credentials were rejected by the host", refused=True)
        if self.auth == "credssp" and response.status_code in WITH_SOAP:
            self._refuse_half_logon()
        content = self._readable(response)
        if not response.ok:
            raise http_error(response.status_code, content.decode("utf-8", "replace"))
        if self.wrap_required and not self.encryption:
            self._refuse_half_logon()
        return content

    def _readable(self, response: Any) -> bytes:
        """The body of an answer, unsealed; empty before there is a seal, where one is needed."""
        if not self.wrap_required:
            return bytes(response.content)
        if not self.encryption or not readable_body(response.status_code, response.headers, self.encryption.protocol):
            return b""
        boundary = _BOUNDARY.search(response.headers["Content-Type"])
        return bytes(self.encryption.unwrap_message(response.content, boundary[1] if boundary else ""))

    def _refuse_half_logon(self) -> None:
        if not logon_is_whole(self.session):
            raise UnsafeAnswer(NO_LOGON)


class PypsrpSession(WsmanSession):
    """Over a transport of our own, which is closed with it."""

    shell_is_ours = True

    def __init__(self, transport: GuardedPsrpTransport, operation_timeout: int) -> None:
        """:param operation_timeout: in seconds."""
        self._transport, self._operation_timeout = transport, operation_timeout
        transport.read_timeout = max(transport.read_timeout, operation_timeout + _MARGIN)

    @property
    def operation_timeout(self) -> int:
        return self._operation_timeout

    def exchange(self, message: bytes) -> HttpAnswer:
        return answer_of(self._transport.send, message)

    def drop(self) -> None:
        self._transport.drop()

    def close(self) -> None:
        self.drop()
