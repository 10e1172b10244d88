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
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_records import (
    Plaintext,
    looks_like_tls,
    read_plaintext,
)

OK = "ok"
NO_LISTENER = "no_listener"
TIMEOUT = "timeout"
NOT_TLS = "not_tls"
NO_COMMON_CIPHER = "no_common_cipher"
BROKEN_OFF = "broken_off"


# RFC 5246 section 7.2 and RFC 8446 section 6: those that a listener sends or that explain a mistake.
_ALERTS = {
    10: "unexpected_message",
    20: "bad_record_mac",
    40: "handshake_failure",
    42: "bad_certificate",
    43: "unsupported_certificate",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    112: "unrecognized_name",
    116: "certificate_required",
    120: "no_application_protocol",
}
_ALERTS_NO_COMMON_CIPHER = (40, 47, 70, 71)
_ALERTS_CLIENT_CERTIFICATE = (40, 42, 43, 46, 116)
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
_CIPHERS = "ALL:@SECLEVEL=0"
_CIPHERS_OLD = "AES128-SHA:AES256-SHA:DES-CBC3-SHA:RC4-SHA:RC4-MD5:@SECLEVEL=0"
# ssl.OP_LEGACY_SERVER_CONNECT has a name from Python 3.12 on only: Schannel before MS10-049 lacks RFC 5746.
_OP_LEGACY_SERVER_CONNECT = 0x4
# The same as TimeoutError from Python 3.10 on.
_TimedOut = socket.timeout


@dataclass(frozen=True)
class Handshake:
    """What one listener showed.

    ``state`` is ``ok``, ``no_listener`` (refused, unreachable), ``timeout``, ``not_tls``, ``no_common_cipher``
    (or no common protocol version) or ``broken_off`` (an alert of another kind, or closed without a word).
    ``chain_der`` is what the listener sent, its own certificate first; with ``broken_off`` it may be there too,
    but then the listener has not shown that it holds the key. ``detail`` is one sentence for people.
    """

    state: str
    chain_der: tuple[bytes, ...] = ()
    version: str = ""
    cipher: str = ""
    detail: str = ""
    wants_client_certificate: bool = False


class _Wire:
    """A socket with one deadline for everything; keeps what came in."""

    def __init__(self, address: str, port: int, timeout: float) -> None:
        self.received = bytearray()
        self._ends = time.monotonic() + timeout
        self._socket = socket.create_connection((address, port), timeout=timeout)

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
    return second if second.state == OK else first


def _context(ciphers: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.options |= _OP_LEGACY_SERVER_CONNECT
    context.set_ciphers(ciphers)
    return context


def _old_context() -> ssl.SSLContext | None:
    try:
        context = _context(_CIPHERS_OLD)
    except ssl.SSLError:
        return None
    context.options |= ssl.OP_NO_TLSv1_3 | ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_1
    return context


def _attempt(address: str, port: int, context: ssl.SSLContext, server_name: str, timeout: float) -> Handshake:
    try:
        wire = _Wire(address, port, timeout)
    except _TimedOut:
        return Handshake(TIMEOUT, detail=f"no answer to the connection attempt within {timeout:g} s")
    except (OSError, UnicodeError) as error:
        return Handshake(NO_LISTENER, detail=_why(error))
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
    try:
        session = context.wrap_bio(incoming, outgoing, server_hostname=server_name)
        _drive(session, wire, incoming, outgoing)
    except _TimedOut:
        return _silent(bytes(wire.received), timeout)
    except ssl.SSLError as error:
        return _refused(bytes(wire.received), error.reason or str(error))
    except OSError:
        return _refused(bytes(wire.received), "")
    done = Handshake(OK, _chain(session, bytes(wire.received)), session.version() or "", (session.cipher() or ("",))[0])
    _say_goodbye(session, wire, outgoing)
    return done


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
    asked = seen.certificate_request
    if asked and seen.signed_key_exchange and seen.fatal_alert in _ALERTS_CLIENT_CERTIFICATE:
        # OpenSSL verified the signed key exchange before it answered, so the listener holds the key.
        detail = "the listener wants a client certificate and ended the handshake without one"
        return Handshake(OK, seen.chain, "", "", detail, wants_client_certificate=True)
    state = NO_COMMON_CIPHER if _nothing_in_common(seen, reason) else BROKEN_OFF
    return Handshake(state, seen.chain, detail=_refusal(seen, reason), wants_client_certificate=asked)


def _nothing_in_common(seen: Plaintext, reason: str) -> bool:
    if seen.fatal_alert is not None:
        return not seen.chain and seen.fatal_alert in _ALERTS_NO_COMMON_CIPHER
    return reason in _REASONS_NO_COMMON_CIPHER


def _refusal(seen: Plaintext, reason: str) -> str:
    if seen.fatal_alert is not None:
        name = _ALERTS.get(seen.fatal_alert, "unknown")
        return f"the listener ended the handshake with the alert {seen.fatal_alert} ({name})"
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
