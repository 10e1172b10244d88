# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One exchange over HTTP with a host that is not trusted: its time, its bytes, and what an answer may look like.

Nothing here knows requests or pywinrm; ``guarded.py`` puts it under them.
"""

from __future__ import annotations

import base64
import binascii
import http.client
import io
import socket
import struct
import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said

# A request says that 500 kB are taken, and no Windows sends more than that as it comes.
MAX_ANSWER_BYTES = 2 * 1024 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)
# The bodies that WS-Management has: an answer, and a SOAP fault.
WITH_SOAP = (200, 500)

_CHALLENGE = b"NTLMSSP\0\x02\0\0\0"
_FLAGS_AT = 20
# MS-NLMP 2.2.2.5: SIGN, SEAL, EXTENDED_SESSIONSECURITY, 128, KEY_EXCH. A client that asks for them gets them from every
# Windows; without one of them what follows can be changed, or read after 2^40 attempts.
_STRONG = 0x10 | 0x20 | 0x80000 | 0x20000000 | 0x40000000


NOT_BELIEVED = "the answer is not believed"
NOT_OFFERED = "the host takes logons by other schemes only"
SEE_WHAT_LISTENS = "See what listens there, and what is between: ansible_host, ansible_port, a proxy, a load balancer"


class UnsafeAnswer(RolloutError):
    """An answer of which nothing is used; the connection is closed.

    :param why: completes "the answer is not believed: …".
    """

    def __init__(self, why: str) -> None:
        super().__init__(f"{NOT_BELIEVED}: {why}", mend=SEE_WHAT_LISTENS)


class Exchange:
    """What is left of one exchange: a request, the legs of its authentication, and the answer."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends = 0.0
        self._bytes = 0

    def begin(self, seconds: float) -> None:
        """Start anew, with that many seconds for all of it."""
        self._ends = self._clock() + seconds
        self._bytes = MAX_ANSWER_BYTES

    def seconds_left(self) -> float:
        """More than 0; raises TimeoutError, as a socket does, when the time is over."""
        left = self._ends - self._clock()
        if left <= 0:
            raise TimeoutError("timed out")
        return left

    def take(self, count: int) -> None:
        """Count bytes that have arrived."""
        self._bytes -= count
        if self._bytes < 0:
            raise UnsafeAnswer(f"it is longer than {MAX_ANSWER_BYTES} bytes, and no Windows sends that much at once")


class _BoundedInput(io.RawIOBase):
    """The receiving side of a socket within an exchange, whatever reads from it: each wait is at most what is left."""

    def __init__(self, inner: Any, exchange: Exchange) -> None:
        self._inner, self._exchange = inner, exchange

    @property
    def _sock(self) -> socket.socket:
        """By this name requests_ntlm finds the certificate of a TLS connection."""
        found: socket.socket = self._inner._sock
        return found

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._exchange.seconds_left())
        count: int | None = self._inner.readinto(buffer)
        self._exchange.take(count or 0)
        return count

    def close(self) -> None:
        self._inner.close()
        super().close()


class BoundedResponse(http.client.HTTPResponse):
    """Reads status, headers and body within an exchange: also the endless 100 Continue and the dripped header."""

    def __init__(self, exchange: Exchange, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_BoundedInput(self.fp.detach(), exchange))


def refuse_detours(status: int, headers: Mapping[str, str]) -> None:
    """Raise UnsafeAnswer where an answer leads elsewhere, or is packed so that its size cannot be seen."""
    if status in _REDIRECTS:
        raise UnsafeAnswer(f"it sends the request elsewhere (HTTP {status}), which WinRM never does")
    if headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise UnsafeAnswer("it is compressed, which nobody asked for")


_SCHEMES = {
    "basic": ("basic",),
    "plaintext": ("basic",),
    "ssl": ("basic",),
    "ntlm": ("negotiate", "ntlm"),
    "kerberos": ("negotiate", "kerberos"),
    "credssp": ("credssp",),
}


class SchemeNotOffered(RolloutError):
    """The host named the ways in which it takes a logon, and ours is none of them: no password was judged."""


def refuse_missing_scheme(transport: str, status: int, headers: Mapping[str, str]) -> None:
    """Raise SchemeNotOffered for a 401 whose WWW-Authenticate (RFC 9110 section 11.6.1) names other schemes only."""
    offers = [offer.split() for offer in headers.get("WWW-Authenticate", "").split(",")]
    named = {offer[0].lower(): offer[0] for offer in offers if offer and "=" not in offer[0]}
    ours = _SCHEMES.get(transport, ())
    if status == http.client.UNAUTHORIZED and named and ours and named.keys().isdisjoint(ours):
        shown = ", ".join(sorted(as_said(name, 40) for name in named.values()))
        raise SchemeNotOffered(f"{NOT_OFFERED}: {shown}")


def refuse_weak_challenge(headers: Mapping[str, str]) -> None:
    """Raise UnsafeAnswer for a challenge of NTLM after which messages were not sealed as they have to be."""
    for offer in headers.get("WWW-Authenticate", "").split(","):
        token = _decoded(offer.strip().rpartition(" ")[2])
        if token.startswith(_CHALLENGE) and len(token) >= _FLAGS_AT + 4:
            (flags,) = struct.unpack_from("<I", token, _FLAGS_AT)
            if flags & _STRONG != _STRONG:
                raise UnsafeAnswer("it wants messages that are sealed weakly or not at all, as no Windows does")


def _decoded(token: str) -> bytes:
    try:
        return base64.b64decode(token, validate=True)
    except (binascii.Error, ValueError):
        return b""


def readable_body(status: int, headers: Mapping[str, str], protocol: str) -> bool:
    """Whether the body of an answer on a sealed session is to be read: sealed ones, and of errors of HTTP none.

    :param protocol: that of the session, by which pywinrm knows a sealed body (MS-WSMV 2.2.9.1); it takes any other
        as it stands.
    :raises UnsafeAnswer: where what should be an answer of WinRM came unsealed.
    """
    if f'protocol="{protocol}"' in headers.get("Content-Type", ""):
        return True
    if status in WITH_SOAP:
        raise UnsafeAnswer("it is not sealed with the password's key, so anybody may have sent it")
    return False
