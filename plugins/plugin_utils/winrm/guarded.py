# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions of requests with each exchange bounded, and pywinrm's transport over one: each answer of a sealed session is
refused unless it was sealed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.exchange import (
    WITH_SOAP,
    BoundedResponse,
    Exchange,
    SchemeNotOffered,
    UnsafeAnswer,
    readable_body,
    refuse_detours,
    refuse_missing_scheme,
    refuse_weak_challenge,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.logon import SEALING, is_denied, plainly
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.recording import Recorder
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.seam_winrm import (
    HTTPAdapter,
    Protocol,
    Request,
    Transport,
    is_connection_error,
    is_http_error,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.session_port import HttpAnswer, SessionError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import without_unused_prefixes

NO_LOGON = "it came without a logon, so that nothing could be sealed"


class _BoundedConnection:
    """Comes before urllib3's class of a connection, which reads answers by ``response_class``."""

    exchange: Exchange

    def request(self: Any, *args: Any, **kwargs: Any) -> Any:
        """A connection that is used again still has the time-out of its last read."""
        if self.sock is not None:
            self.sock.settimeout(self.exchange.seconds_left())
        return super().request(*args, **kwargs)  # type: ignore[misc]


class GuardedAdapter(HTTPAdapter):  # type: ignore[misc]
    """Connections of requests, also those that its authentication libraries ask for."""

    def __init__(self, exchange: Exchange, *, transport: str, seals: bool) -> None:
        self._exchange, self._transport, self._seals = exchange, transport, seals
        super().__init__()

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        return self._bounded(super().get_connection_with_tls_context(*args, **kwargs))

    def get_connection(self, *args: Any, **kwargs: Any) -> Any:
        """The same for requests before 2.32."""
        return self._bounded(super().get_connection(*args, **kwargs))

    def _bounded(self, pool: Any) -> Any:
        kind = pool.ConnectionCls
        if not issubclass(kind, _BoundedConnection):
            reading = partial(BoundedResponse, self._exchange)
            body = {"exchange": self._exchange, "response_class": reading}
            pool.ConnectionCls = type(f"Bounded{kind.__name__}", (_BoundedConnection, kind), body)
        return pool

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        request.headers["Accept-Encoding"] = "identity"
        response = super().send(request, *args, **kwargs)
        try:
            refuse_detours(response.status_code, response.headers)
            refuse_missing_scheme(self._transport, response.status_code, response.headers)
            if self._seals:
                refuse_weak_challenge(response.headers)
            if self._transport == "kerberos" and response.status_code == 401 and "Authorization" in request.headers:
                # The answer to a ticket. Asked again, requests_kerberos would send two more.
                response.headers.pop("WWW-Authenticate", None)
        except (UnsafeAnswer, SchemeNotOffered):
            response.close()
            raise
        return response


def guard(session: Any, exchange: Exchange, *, transport: str, seals: bool) -> None:
    """Put the guards under a session of requests, once.

    :param transport: by its name in Ansible, ``ntlm`` and so on.
    :param seals: whether messages are sealed with NTLM alone.
    """
    # Proxies and authorities of the environment were taken when it was made; requests would look at each message.
    session.trust_env = False
    if not isinstance(session.get_adapter("https://"), GuardedAdapter):
        for scheme in ("http://", "https://"):
            session.mount(scheme, GuardedAdapter(exchange, transport=transport, seals=seals))


def answer_of(
    send: Callable[[bytes], bytes],
    message: bytes,
    is_logon_refused: Callable[[Exception], bool] = lambda error: False,
) -> HttpAnswer:
    """What a library's transport answers; each raises its own kinds of errors, which are told apart here.

    :raises SessionError: no answer came, or none that can be unsealed.
    :raises UnsafeAnswer: one came that is not believed.
    """
    try:
        return HttpAnswer(200, bytes(send(message)))
    except (UnsafeAnswer, SessionError):
        raise
    except Exception as error:
        if is_http_error(error):
            return HttpAnswer(error.code, error.response_text.encode("utf-8", "surrogatepass"))  # type: ignore[attr-defined]
        raise session_error(error, refused=is_logon_refused(error)) from error


def session_error(error: Exception, *, refused: bool = False) -> SessionError:
    """What requests, urllib3 or a library for authentication raised, in words."""
    if refused or is_connection_error(error):
        cause = plainly(str(error))
    else:
        cause = f"the answer could not be unsealed or read ({type(error).__name__}: {error})"
    return SessionError(cause, said=str(error), refused=refused)


def logon_is_whole(session: Any) -> bool:
    """Whether the other side has proved that it knows the password, by the contexts of requests_credssp or pypsrp.

    Until then TLS may be with anybody, and both are content with any 200.
    """
    contexts = getattr(session.auth, "contexts", {}).values()
    return bool(contexts) and all((one if hasattr(one, "complete") else one._context).complete for one in contexts)


class GuardedTransport(Transport):  # type: ignore[misc]
    """As pywinrm's, with an exchange of its own."""

    @classmethod
    def of(cls, transport: Any, recorder: Recorder | None = None) -> GuardedTransport:
        """The same settings, before a message was sent."""
        guarded = cls.__new__(cls)
        guarded.__dict__.update(transport.__dict__)
        guarded.exchange = Exchange()
        guarded.recorder = recorder
        return guarded

    def send_message(self, message: str | bytes) -> bytes:
        """Here messages are as they were before they were sealed, and after they were unsealed."""
        self._refuse_half_logon()
        if isinstance(message, str):
            message = without_unused_prefixes(message)
        send = super().send_message
        return bytes(send(message) if self.recorder is None else self.recorder.recorded(send, message))

    def build_session(self) -> Any:
        if self.session:
            return super().build_session()
        self.encryption = None  # that of the session before
        try:
            session = super().build_session()
            if self.auth_method == "credssp" and not self.encryption:
                self._log_on_apart(session)
            if self._has_to_seal() and not self.encryption:
                raise UnsafeAnswer(NO_LOGON)
        except Exception:
            # Without a seal, the next message would be sent over it so that anybody can read it.
            self.close_session()
            raise
        return session

    def _has_to_seal(self) -> bool:
        plain = not self.endpoint.lower().startswith("https:")
        wanted = self.message_encryption == "always" or (plain and self.message_encryption != "never")
        return wanted and self.auth_method in SEALING

    def setup_encryption(self, session: Any) -> None:
        super().setup_encryption(session)
        if not self._logged_on(session):
            raise UnsafeAnswer(NO_LOGON)

    def _log_on_apart(self, session: Any) -> None:
        """requests_credssp sends the message with each of its tokens, and takes a fault for a refused logon."""
        self._send_message_request(session, session.prepare_request(Request("POST", self.endpoint)))
        self._refuse_half_logon()

    def _logged_on(self, session: Any) -> bool:
        """Whether the other side has proved that it knows the password, where the library tells."""
        if self.auth_method == "ntlm":
            return session.auth.session_security is not None
        if self.auth_method == "credssp":
            return logon_is_whole(session)
        return True

    def _refuse_half_logon(self) -> None:
        if self.session and self.auth_method == "credssp" and not self._logged_on(self.session):
            raise UnsafeAnswer(NO_LOGON)

    def _send_message_request(self, session: Any, prepared_request: Any) -> Any:
        self._guard(session)
        self.exchange.begin(self.read_timeout_sec)
        return super()._send_message_request(session, prepared_request)

    def _guard(self, session: Any) -> None:
        method = "certificate" if self.auth_method == "ssl" and self.cert_pem else self.auth_method
        guard(session, self.exchange, transport=method, seals=self._has_to_seal() and method == "ntlm")

    def _get_message_response_text(self, response: Any) -> bytes:
        if response.status_code in WITH_SOAP:
            self._refuse_half_logon()
        if self.encryption:
            protocol = self.encryption.protocol_string.decode()
            if not readable_body(response.status_code, response.headers, protocol):
                return b""
        return bytes(super()._get_message_response_text(response))


class GuardedProtocol(Protocol):  # type: ignore[misc]
    """pywinrm's Protocol over a guarded transport. Ansible looks at its arguments, so ``__init__`` stays theirs."""

    recorder: Recorder | None = None
    #: what was said where the account may open no shell
    no_shell = ""

    def open_shell(self, *args: Any, **kwargs: Any) -> str:
        """Empty where the account may open none. Ansible opens one whenever it connects; WMI needs none."""
        try:
            return str(super().open_shell(*args, **kwargs))
        except Exception as error:
            if not is_denied(str(error)):
                raise
            self.no_shell = str(error)
            return ""

    @property
    def transport(self) -> Any:
        return self._guarded

    @transport.setter
    def transport(self, theirs: Any) -> None:
        self._guarded = GuardedTransport.of(theirs, self.recorder)


def protocol_with(recorder: Recorder | None) -> type[GuardedProtocol]:
    """The class of a guarded protocol whose messages are recorded, where there is a recorder."""
    return GuardedProtocol if recorder is None else type("GuardedProtocol", (GuardedProtocol,), {"recorder": recorder})


@contextmanager
def guarding(connection: Any, recorder: Recorder | None = None) -> Iterator[None]:
    """While this lasts, a connection of Ansible's winrm plugin that connects gets a guarded protocol.

    The plugin makes its Protocol and opens a shell in one step, so there is no later point that is early enough.
    """
    module = sys.modules[type(connection).__module__]
    theirs = module.__dict__.get("Protocol")
    module.__dict__["Protocol"] = protocol_with(recorder)
    try:
        yield
    finally:
        module.__dict__["Protocol"] = theirs
