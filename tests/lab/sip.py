# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIP (RFC 3261) as a server of the family speaks it with one who has not logged on: every request is challenged.

Logging on itself (MS-SIPAE, security associations over NTLM, Kerberos or TLS-DSK) is not modelled. A server may be told
to let the users of its SIP domains in without it, which no real one does: for clients that know none of these ways.
"""

from __future__ import annotations

import re
import secrets
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

REALM = "SIP Communications Service"
LONGEST_MESSAGE = 64 * 1024
_LONGEST_REGISTRATION = 3600
# Short forms of header fields (RFC 3261, 7.3.3).
_SHORT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "l": "content-length"}
_REQUEST = re.compile(r"([A-Za-z]{1,32}) (\S{1,2048}) SIP/2\.0")
_COPIED = ("from", "to", "call-id", "cseq")
_SPELLED = {"from": "From", "to": "To", "call-id": "Call-ID", "cseq": "CSeq"}


class NotSip(Exception):
    """What came is no SIP message: the server hangs up."""


@dataclass(frozen=True)
class SipServer:
    """`target`: the server that a client is to log on to; `release`: as in `Server: RTC/7.0`; `tls_dsk`: whether a
    certificate of the user is taken (Lync Server 2010 and later); `open_to`: SIP domains whose users are let in."""

    target: str
    release: str
    association: int = 4
    tls_dsk: bool = True
    open_to: tuple[str, ...] = ()

    def talk(self, secure: ssl.SSLSocket) -> None:
        """Answer until the client leaves, or sends what is no SIP."""
        try:
            for head in messages(secure):
                answer = self.answer(head, secure.getpeername())
                if answer:
                    secure.sendall(answer)
        except NotSip:
            return

    def answer(self, head: str, client: tuple[str, int]) -> bytes:
        """The answer to a request's head; nothing for ACK and for answers. Raises `NotSip`."""
        first, _end, rest = head.partition("\r\n")
        if first.startswith("SIP/2.0 "):
            return b""
        request = _REQUEST.fullmatch(first)
        fields = header_fields(rest)
        if request is None or any(name not in dict(fields) for name in (*_COPIED, "via")):
            raise NotSip
        if request[1] == "ACK":
            return b""
        held = dict(fields)
        if "authorization" in held or "proxy-authorization" in held:
            lines = ["SIP/2.0 501 Not Implemented", 'Warning: 399 lab "logging on over SIP is not modelled"']
        elif self.open_to:
            lines = self._let_in(request[1], held)
        else:
            lines = ["SIP/2.0 401 Unauthorized", *(f"WWW-Authenticate: {one}" for one in self.challenges())]
        vias = [value for name, value in fields if name == "via"]
        lines.append(f"Via: {vias[0]};received={client[0]};ms-received-port={client[1]};ms-received-cid=1E00")
        lines += [f"Via: {one}" for one in vias[1:]]
        lines += [f"{_SPELLED[name]}: {held[name]}{_tag(name, held[name])}" for name in _COPIED]
        lines += [f"Server: {self.release}", "Content-Length: 0"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")

    def _let_in(self, method: str, held: dict[str, str]) -> list[str]:
        """As RFC 3261, 10.3: the user's domain decides; a registration lasts as asked, an hour at most."""
        user = re.search(r"sips?:[^@>;\s]+@([^>;\s:]+)", held["to"])
        if user is None or user[1].casefold() not in (one.casefold() for one in self.open_to):
            return ["SIP/2.0 404 Not Found"]
        if method != "REGISTER":
            return ["SIP/2.0 200 OK"]
        asked = held.get("expires", "")
        seconds = (
            min(int(asked), _LONGEST_REGISTRATION) if asked.isascii() and asked.isdigit() else _LONGEST_REGISTRATION
        )
        bound = [f"Contact: {held['contact'].partition(';')[0]};expires={seconds}"] if held.get("contact") else []
        return ["SIP/2.0 200 OK", *bound, f"Expires: {seconds}"]

    def challenges(self) -> list[str]:
        version = f"version={self.association}"
        found = [
            f'NTLM realm="{REALM}", targetname="{self.target}", {version}',
            f'Kerberos realm="{REALM}", targetname="sip/{self.target}", {version}',
        ]
        if self.tls_dsk:
            place = f"https://{self.target}:443/CertProv/CertProvisioningService.svc"
            found.append(f'TLS-DSK realm="{REALM}", targetname="{self.target}", {version}, sts-uri="{place}"')
        return found


def _tag(name: str, value: str) -> str:
    """The tag of an answer's To, where the request has none."""
    return f";tag={secrets.token_hex(16).upper()}" if name == "to" and ";tag=" not in value else ""


def header_fields(text: str) -> list[tuple[str, str]]:
    """The header fields in order, their names in lower case and long, lines that go on joined. Raises `NotSip`."""
    found: list[tuple[str, str]] = []
    for line in text.split("\r\n"):
        if line[:1] in (" ", "\t") and found:
            name, value = found[-1]
            found[-1] = name, f"{value} {line.strip()}"
        elif line:
            name, colon, value = line.partition(":")
            if not colon or not name.strip():
                raise NotSip
            name = name.strip().lower()
            found.append((_SHORT.get(name, name), value.strip()))
    return found


def messages(secure: ssl.SSLSocket) -> Iterator[str]:
    """The heads of the messages on a stream; their bodies are read over, and so are keep-alives. Raises `NotSip`."""
    held = b""
    while True:
        held = held.lstrip(b"\r\n")
        end = held.find(b"\r\n\r\n")
        if end >= 0:
            head = held[:end].decode("utf-8", errors="replace")
            length = dict(header_fields(head.partition("\r\n")[2])).get("content-length", "0")
            if not (length.isascii() and length.isdigit() and int(length) <= LONGEST_MESSAGE):
                raise NotSip
            whole = end + 4 + int(length)
            if len(held) >= whole:
                yield head
                held = held[whole:]
                continue
        if len(held) > 2 * LONGEST_MESSAGE:
            raise NotSip
        piece = secure.recv(4096)
        if not piece:
            return
        held += piece
