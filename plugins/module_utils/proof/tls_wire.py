# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One TLS handshake with one listener, to see which certificates it serves.

Nothing is verified here: whether the certificate is the right one is for ``tls_check`` to say. The handshake is done
in memory while this module moves the bytes itself. So one deadline holds for all of it, the alerts of the other side
are seen as numbers, and the chain can be read off the wire where Python's ``ssl`` does not give it.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.proof import tls_alerts
from ansible_collections.ucops.rollout.plugins.module_utils.proof.connecting import connect
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_clients import VERSIONS
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_records import (
    CERTIFICATE_REQUEST,
    HANDSHAKE,
    SESSION_TICKET,
    Plaintext,
    looks_like_tls,
    read_plaintext,
    version_of,
)

OK = "ok"
NO_LISTENER = "no_listener"
TIMEOUT = "timeout"
NOT_TLS = "not_tls"
NO_COMMON_CIPHER = "no_common_cipher"
BROKEN_OFF = "broken_off"
CLIENT_CERTIFICATE = "client_certificate"
NO_CERTIFICATE = "no_certificate"
NOT_POSSIBLE_HERE = "not_possible_here"

_REASONS_NO_COMMON_CIPHER = (
    "UNSUPPORTED_PROTOCOL",
    "NO_PROTOCOLS_AVAILABLE",
    "WRONG_SSL_VERSION",
    "BAD_PROTOCOL_VERSION_NUMBER",
    "WRONG_CIPHER_RETURNED",
    "UNKNOWN_CIPHER_RETURNED",
    "UNSUPPORTED_COMPRESSION_ALGORITHM",
    "DH_KEY_TOO_SMALL",
    "BAD_DH_VALUE",
    "WRONG_SIGNATURE_TYPE",
    "WRONG_CURVE",
)

# Windows Server 2003 looks at the first 64 cipher suites of a hello only, so a second try offers a few old ones.
# Suites without a certificate are not offered: no client does, and a server that prefers them would show none.
_CIPHERS = "ALL:!aNULL:!eNULL:!PSK:!SRP:@SECLEVEL=0"
_CIPHERS_OLD = "AES128-SHA:AES256-SHA:DES-CBC3-SHA:RC4-SHA:RC4-MD5:@SECLEVEL=0"
# ssl.OP_LEGACY_SERVER_CONNECT has a name from Python 3.12 on only: Schannel before MS10-049 lacks RFC 5746.
_OP_LEGACY_SERVER_CONNECT = 0x4
_ONLY = {
    "1.0": ssl.OP_NO_TLSv1_1 | ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_3,
    "1.1": ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_3,
    "1.2": ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1 | ssl.OP_NO_TLSv1_3,
    "1.3": ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1 | ssl.OP_NO_TLSv1_2,
}
_NAMES = {"TLSv1": "1.0", "TLSv1.1": "1.1", "TLSv1.2": "1.2", "TLSv1.3": "1.3"}
# In TLS 1.3 the answer to a missing client certificate comes after the handshake: how long it is listened for (s).
_AFTERWARDS = 3.0
# certificate_required, which TLS 1.3 alone has.
_REQUIRED = 116
DEMANDED = "the listener demands a client certificate and ended the connection without one"
# The same as TimeoutError from Python 3.10 on.
_TimedOut = socket.timeout


# Of one try. OpenSSL itself takes 100 kB of certificates; a handshake with a long chain has less than 30 kB.
MAX_RECEIVED = 256 * 1024


class _Flood(OSError):
    """More than any handshake has."""


@dataclass(frozen=True)
class Handshake:
    """What one listener showed.

    ``state`` is ``ok``, ``no_listener`` (refused, unreachable), ``timeout``, ``not_tls``, ``no_common_cipher``
    (or no common protocol version), ``client_certificate`` (it demanded one), ``no_certificate`` (it showed none),
    ``not_possible_here`` (this host's OpenSSL does not even try) or ``broken_off`` (an alert of another kind, or closed
    without a word). ``chain_der`` is what the listener sent, its own certificate first. Only with ``shows_key`` has it
    shown that it holds the key. ``detail`` is one sentence for people; ``alert`` the number of what the listener said.
    ``refused``: the host itself said that nothing listens.
    ``wants_client_certificate``: it asked for one. ``offered`` and ``not_offered``: TLS versions such as ``1.2``, as
    far as they were looked at; ``second_try``: it answered to a hello with few suites and TLS 1.0 only.
    """

    state: str
    chain_der: tuple[bytes, ...] = ()
    version: str = ""
    cipher: str = ""
    detail: str = ""
    wants_client_certificate: bool = False
    key_before_end: bool = False
    alert: int | None = None
    offered: tuple[str, ...] = ()
    not_offered: tuple[str, ...] = ()
    second_try: bool = False
    refused: bool = False

    @property
    def shows_key(self) -> bool:
        """Whether the listener showed that it holds the key of its certificate."""
        return self.state == OK or self.key_before_end

    @property
    def agreed(self) -> str:
        """The TLS version, such as ``1.2``; empty where none was agreed."""
        return _NAMES.get(self.version, "")


class _Wire:
    """A socket with one deadline for everything; keeps what came in."""

    def __init__(self, address: str, port: int, timeout: float) -> None:
        self.received = bytearray()
        self._ends = time.monotonic() + timeout
        self._socket = connect(address, port, timeout)

    def end_within(self, seconds: float) -> None:
        """Bring the deadline forward."""
        self._ends = min(self._ends, time.monotonic() + seconds)

    def _prepare(self) -> None:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise _TimedOut("timed out")
        self._socket.settimeout(left)

    def send(self, data: bytes) -> None:
        self._prepare()
        self._socket.sendall(data)

    def receive(self) -> bytes:
        self._prepare()
        data = self._socket.recv(65536)
        self.received += data
        if len(self.received) > MAX_RECEIVED:
            raise _Flood
        return data

    def close(self) -> None:
        self._socket.close()


def probe(address: str, port: int, server_name: str = "", timeout: float = 10.0) -> Handshake:
    """Shake hands with ``address`` (IP address or host name) and return what it showed; never raises for the peer.

    ``server_name`` goes out as SNI when it is a host name. ``timeout`` is in seconds and holds for the whole of a try;
    a second try with old cipher suites follows when the first found nothing in common.
    """
    first = _attempt(address, port, _context(_CIPHERS), server_name, timeout)
    if first.chain_der or first.state not in (NO_COMMON_CIPHER, BROKEN_OFF):
        return first
    context = _old_context()
    if context is None:
        return first
    second = _attempt(address, port, context, "", timeout)
    return replace(second, second_try=True) if second.state in (OK, CLIENT_CERTIFICATE) else first


def with_versions(seen: Handshake, address: str, port: int, server_name: str = "", timeout: float = 10.0) -> Handshake:
    """What ``probe`` saw, with the TLS versions that the listener offers and does not offer.

    One connection for each version below the one that was agreed on: the versions above it were offered to the
    listener already. After a try without any answer no more are made.
    """
    if not seen.agreed:
        return seen
    offered, not_offered = [seen.agreed], []
    for version in VERSIONS:
        if version > seen.agreed and not seen.second_try:
            not_offered.append(version)
        elif version != seen.agreed:
            tried = _attempt(address, port, _context(_CIPHERS, only=version), server_name, timeout)
            if tried.agreed == version:
                offered.append(version)
            elif tried.state in (NO_COMMON_CIPHER, BROKEN_OFF):
                not_offered.append(version)
            elif tried.state != NOT_POSSIBLE_HERE:
                break
    return replace(seen, offered=tuple(sorted(offered)), not_offered=tuple(sorted(not_offered)))


def _context(ciphers: str, only: str = "") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.options |= _OP_LEGACY_SERVER_CONNECT
    context.set_ciphers(ciphers)
    if only:
        context.options |= _ONLY[only]
    return context


def _old_context() -> ssl.SSLContext | None:
    try:
        return _context(_CIPHERS_OLD, only="1.0")
    except ssl.SSLError:
        return None


def _attempt(address: str, port: int, context: ssl.SSLContext, server_name: str, timeout: float) -> Handshake:
    try:
        wire = _Wire(address, port, timeout)
    except _TimedOut:
        return Handshake(TIMEOUT, detail=f"no answer to the connection attempt within {timeout:g} s")
    except (OSError, UnicodeError) as error:
        return Handshake(NO_LISTENER, detail=_why(error), refused=isinstance(error, ConnectionRefusedError))
    try:
        return _shake(wire, context, _indication(server_name), timeout)
    finally:
        wire.close()


def _why(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "connection refused: nothing listens there"
    if isinstance(error, socket.gaierror):
        return f"the address does not resolve: {error.strerror}"
    return f"cannot connect: {getattr(error, 'strerror', None) or error}"


def _indication(name: str) -> str | None:
    """The name to send as SNI; RFC 6066 allows host names only, and OpenSSL takes at most 255 ASCII bytes."""
    try:
        ipaddress.ip_address(name)
        return None
    except ValueError:
        pass
    usable = name.isascii() and name.isprintable() and 0 < len(name) < 255 and name.strip(".") == name
    return name if usable and " " not in name else None


def _shake(wire: _Wire, context: ssl.SSLContext, server_name: str | None, timeout: float) -> Handshake:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    heard = _listen(context)
    try:
        session = context.wrap_bio(incoming, outgoing, server_hostname=server_name)
        _drive(session, wire, incoming, outgoing)
    except _TimedOut:
        return _silent(bytes(wire.received), timeout)
    except ssl.SSLError as error:
        return _refused(bytes(wire.received), error.reason or str(error))
    except _Flood:
        return Handshake(
            NOT_TLS, detail=f"the listener sent more than {MAX_RECEIVED} bytes, and no end of the handshake"
        )
    except OSError:
        return _refused(bytes(wire.received), "")
    done = _done(session, bytes(wire.received), heard)
    if done.version == "TLSv1.3" and (heard is None or done.wants_client_certificate):
        done = _read_on(done, session, wire, incoming, heard)
    _say_goodbye(session, wire, outgoing)
    return done


def _listen(context: Any) -> set[int] | None:
    """The kinds of handshake messages that come in, also encrypted ones; None where this Python does not tell."""
    if not hasattr(context, "_msg_callback"):
        return None
    heard: set[int] = set()

    def note(_connection: Any, direction: str, _version: Any, content: Any, kind: Any, _data: bytes) -> None:
        if direction == "read" and int(content) == HANDSHAKE:
            heard.add(int(kind))

    context._msg_callback = note
    return heard


def _done(session: ssl.SSLObject, received: bytes, heard: set[int] | None) -> Handshake:
    chain = _chain(session, received)
    version, cipher = session.version() or "", (session.cipher() or ("",))[0]
    if not chain:
        return Handshake(
            NO_CERTIFICATE, (), version, cipher, "the handshake ended, and the listener showed no certificate"
        )
    asked = CERTIFICATE_REQUEST in (heard or ()) or read_plaintext(received).certificate_request
    return Handshake(OK, chain, version, cipher, wants_client_certificate=asked)


def _read_on(
    done: Handshake, session: ssl.SSLObject, wire: _Wire, incoming: ssl.MemoryBIO, heard: set[int] | None
) -> Handshake:
    """Whether a listener with TLS 1.3 goes on without a client certificate: a session ticket or silence says so."""
    wire.end_within(_AFTERWARDS)
    try:
        while SESSION_TICKET not in (heard or ()):
            data = wire.receive()
            if not data:
                return _after(done, None)
            incoming.write(data)
            try:
                return done if session.read(1) else _after(done, None)
            except ssl.SSLWantReadError:
                if heard is None:
                    return done
    except (_TimedOut, _Flood):
        return done
    except ssl.SSLError as error:
        return _after(done, tls_alerts.alert_in(error.reason or ""))
    except OSError:
        return _after(done, None)
    return done


def _after(done: Handshake, alert: int | None) -> Handshake:
    """The listener ended the connection right after the handshake, with an alert or without."""
    if done.wants_client_certificate or alert == _REQUIRED:
        return _demanded(done, alert)
    return done


def _demanded(seen: Handshake, alert: int | None) -> Handshake:
    said = f", with {tls_alerts.alert(alert).text}" if alert is not None else ""
    return replace(
        seen,
        state=CLIENT_CERTIFICATE,
        key_before_end=seen.shows_key,
        detail=f"{DEMANDED}{said}",
        wants_client_certificate=True,
        alert=alert,
    )


def _drive(session: ssl.SSLObject, wire: _Wire, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO) -> None:
    while True:
        try:
            session.do_handshake()
            _flush(wire, outgoing)
            return
        except ssl.SSLWantReadError:
            _flush(wire, outgoing)
        data = wire.receive()
        if not data:
            raise ConnectionResetError(0, "the other side closed the connection")
        incoming.write(data)


def _flush(wire: _Wire, outgoing: ssl.MemoryBIO) -> None:
    data = outgoing.read()
    if data:
        wire.send(data)


def _say_goodbye(session: ssl.SSLObject, wire: _Wire, outgoing: ssl.MemoryBIO) -> None:
    """Send close_notify, so that the listener does not log a broken connection; what comes back is not awaited."""
    try:
        session.unwrap()
    except (ssl.SSLError, OSError):
        pass
    try:
        _flush(wire, outgoing)
    except OSError:
        pass


def _silent(received: bytes, timeout: float) -> Handshake:
    if received and not looks_like_tls(received):
        return _plain(received)
    detail = f"connected, but the handshake did not end within {timeout:g} s"
    return Handshake(TIMEOUT, read_plaintext(received).chain, detail=detail)


def _plain(received: bytes) -> Handshake:
    start = bytes(received[:40]).decode("ascii", errors="replace")
    return Handshake(NOT_TLS, detail=f"the listener does not speak TLS; its answer begins with {start!a}")


def _refused(received: bytes, reason: str) -> Handshake:
    if received and not looks_like_tls(received):
        return _plain(received)
    seen = read_plaintext(received)
    version = version_of(received) if seen.chain else ""
    told = Handshake(BROKEN_OFF, seen.chain, version, wants_client_certificate=seen.certificate_request)
    if _demands_certificate(seen, reason):
        # OpenSSL verified the signed key exchange before it answered; other key exchanges show the key later.
        return _demanded(replace(told, key_before_end=seen.signed_key_exchange), seen.fatal_alert)
    if reason and not received:
        return replace(told, state=NOT_POSSIBLE_HERE, detail=_refusal(seen, reason))
    if _nothing_in_common(seen, reason):
        told = replace(told, state=NO_COMMON_CIPHER)
    return replace(told, detail=_refusal(seen, reason), alert=seen.fatal_alert)


def _demands_certificate(seen: Plaintext, reason: str) -> bool:
    """It asked for a client certificate, and left when there was none: with such an alert, or without a word."""
    if seen.fatal_alert is None:
        return seen.certificate_request and not reason
    return seen.certificate_request and seen.fatal_alert in tls_alerts.CLIENT_CERTIFICATE


def _nothing_in_common(seen: Plaintext, reason: str) -> bool:
    if seen.fatal_alert is not None:
        return not seen.chain and seen.fatal_alert in tls_alerts.NOTHING_IN_COMMON
    return reason in _REASONS_NO_COMMON_CIPHER


def _refusal(seen: Plaintext, reason: str) -> str:
    if seen.fatal_alert is not None:
        return f"the listener ended the handshake with {tls_alerts.alert(seen.fatal_alert).text}"
    if reason:
        return f"the handshake failed here: {reason.lower().replace('_', ' ')}"
    if seen.chain:
        return "the listener showed its certificate, then ended the connection"
    # Closed or reset: that depends on timing alone, so it is not told.
    return (
        "the listener ended the connection without a word after the hello. Windows does so when no certificate is"
        " assigned to the port or when nothing is common to both sides, a load balancer when no server behind it"
        " listens"
    )


def _chain(session: ssl.SSLObject, received: bytes) -> tuple[bytes, ...]:
    """The chain as sent: public from Python 3.13, present but private from 3.10; else from the wire; else the leaf."""
    given = _given_chain(session)
    if given:
        return given
    seen = read_plaintext(received).chain
    if seen:
        return seen
    leaf = session.getpeercert(binary_form=True)
    return (leaf,) if leaf else ()


def _given_chain(session: Any) -> tuple[bytes, ...]:
    for holder in (session, getattr(session, "_sslobj", None)):
        getter = getattr(holder, "get_unverified_chain", None)
        if getter is not None:
            return tuple(_der(certificate) for certificate in getter() or ())
    return ()


def _der(certificate: Any) -> bytes:
    if isinstance(certificate, bytes):
        return certificate
    return bytes(ssl.PEM_cert_to_DER_cert(certificate.public_bytes()))
