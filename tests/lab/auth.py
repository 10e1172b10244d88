# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logons: the domain's accounts with their lockout, NTLM per TCP connection, sealed messages (MS-WSMV 2.2.9.1)."""

from __future__ import annotations

import base64
import os
import re
import struct
import threading
from pathlib import Path
from typing import Any

import spnego
from spnego._ntlm_raw.crypto import ntowfv1
from spnego._ntlm_raw.messages import Authenticate

from lab.machine import Account

SPNEGO_PROTOCOL = "application/HTTP-SPNEGO-session-encrypted"
_BOUNDARY = "Encrypted Boundary"
SEALED_TYPE = f'multipart/encrypted;protocol="{SPNEGO_PROTOCOL}";boundary="{_BOUNDARY}"'
_SIGNATURE = b"NTLMSSP\x00"


class Accounts:
    """The domain's accounts. After `lockout_after` bad passwords in a row even the right one is refused."""

    def __init__(self, domain: str, netbios: str, accounts: list[Account], lockout_after: int) -> None:
        self.domain, self.netbios = domain, netbios
        self._accounts = {account.name.casefold(): account for account in accounts}
        self._bad = dict.fromkeys(self._accounts, 0)
        self._lockout_after = lockout_after
        self._lock = threading.Lock()

    def all(self) -> list[Account]:
        return list(self._accounts.values())

    def find(self, user: str, domain: str = "") -> Account | None:
        """By `DOMAIN` and `user` (either name of the domain), or by `user@domain` without a domain."""
        name, _at, suffix = user.partition("@")
        given = domain or suffix
        known = given.casefold() in (self.netbios.casefold(), self.domain.casefold())
        return self._accounts.get(name.casefold()) if known else None

    def failed(self, account: Account) -> None:
        with self._lock:
            self._bad[account.name.casefold()] += 1

    def succeeded(self, account: Account) -> None:
        with self._lock:
            self._bad[account.name.casefold()] = 0

    def locked(self, account: Account) -> bool:
        with self._lock:
            return 0 < self._lockout_after <= self._bad[account.name.casefold()]

    def unlock(self) -> None:
        with self._lock:
            self._bad = dict.fromkeys(self._bad, 0)

    def snapshot(self) -> dict[str, Any]:
        """Which accounts are locked. Not the count of bad passwords: a read-only check must not show in the state."""
        return {
            account.qualified: {"administrator": account.administrator, "locked": self.locked(account)}
            for account in sorted(self.all(), key=lambda one: one.name)
        }

    def write_user_file(self, path: Path) -> None:
        """The acceptor's store: each account under each form in which clients write its name."""
        lines = []
        for account in self.all():
            digest = ntowfv1(account.password).hex().upper()
            names = [
                f"{self.netbios}\\{account.name}",
                f"{self.domain}\\{account.name}",
                f"{account.name}@{self.domain}",
                f"{account.name}@{self.netbios}",
            ]
            lines += [f"{name}:1000:{'0' * 32}:{digest}:[U]:LCT-00000000" for name in names]
        path.touch(mode=0o600)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        os.environ["NTLM_USER_FILE"] = str(path)


class LogonRefused(Exception):
    """The client is told nothing but 401."""


class Negotiation:
    """One NTLM exchange on one connection, alone or inside SPNEGO."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._context: Any = None
        self._candidate: tuple[str, str] | None = None
        self.account: Account | None = None

    @property
    def complete(self) -> bool:
        return self.account is not None

    def step(self, token: bytes) -> bytes:
        """Take the client's token, give ours (may be empty). Raises LogonRefused; then the account counts one more."""
        if self._context is None:
            self._context = spnego.server(protocol="ntlm" if token.startswith(_SIGNATURE) else "negotiate")
        self._candidate = _user_of(token) or self._candidate
        account = self._accounts.find(*self._candidate) if self._candidate else None
        try:
            answer: bytes = self._context.step(token) or b""
        except Exception as error:
            if account is not None:
                self._accounts.failed(account)
            raise LogonRefused(str(error)) from error
        if self._context.complete:
            self._finish(account)
        return answer

    def _finish(self, account: Account | None) -> None:
        if account is None or self._accounts.locked(account):
            raise LogonRefused("unknown or locked")
        self._accounts.succeeded(account)
        self.account = account

    def unseal(self, header: bytes, data: bytes) -> bytes:
        plain: bytes = self._context.unwrap_winrm(header, data)
        return plain

    def seal(self, plain: bytes) -> tuple[bytes, bytes]:
        result = self._context.wrap_winrm(plain)
        return result.header, result.data


def _user_of(token: bytes) -> tuple[str, str] | None:
    """(user, domain) of an NTLM AUTHENTICATE message, bare or within SPNEGO; None for other messages."""
    start = token.find(_SIGNATURE + b"\x03\x00\x00\x00")
    if start < 0:
        return None
    try:
        message = Authenticate.unpack(token[start:])
    except Exception:
        return ("", "")
    return (message.user_name or "", message.domain_name or "")


def token_of(header: str | None) -> bytes | None:
    """The token of an `Authorization: Negotiate …` header; None for another scheme or no token."""
    scheme, _blank, text = (header or "").partition(" ")
    if scheme.casefold() != "negotiate":
        return None
    try:
        return base64.b64decode(text.strip(), validate=True) or None
    except ValueError:
        return None


class NotSealedForUs(Exception):
    """The body is no sealed message, or one that was sealed for another connection."""


_PART = re.compile(rb"--\s*" + _BOUNDARY.encode() + rb"\r\n")
_END = re.compile(rb"--\s*" + _BOUNDARY.encode() + rb"--(?:\r\n)?$")
_LENGTH = re.compile(rb"OriginalContent:\s*type=[^;]+;\s*charset=([\w-]+)\s*;\s*Length=(\d+)", re.IGNORECASE)


def unseal(negotiation: Negotiation, body: bytes) -> bytes:
    """The message in a multipart/encrypted body. Raises NotSealedForUs."""
    try:
        _before, head, sealed = _PART.split(_END.sub(b"", body), maxsplit=2)
        found = _LENGTH.search(head)
        payload = sealed.split(b"\r\n", 1)[1]
        size = struct.unpack("<i", payload[:4])[0]
        plain = negotiation.unseal(payload[4 : 4 + size], payload[4 + size :])
        if found is None or int(found.group(2)) != len(plain):
            raise NotSealedForUs("the length does not fit")
    except NotSealedForUs:
        raise
    except Exception as error:
        raise NotSealedForUs(str(error)) from error
    return plain


def seal(negotiation: Negotiation, plain: bytes) -> bytes:
    """The multipart/encrypted body for a message; each header line begins with a tab, as Windows sends them."""
    signature, data = negotiation.seal(plain)
    head = (
        f"--{_BOUNDARY}\r\n\tContent-Type: {SPNEGO_PROTOCOL}\r\n"
        f"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={len(plain)}\r\n"
        f"--{_BOUNDARY}\r\n\tContent-Type: application/octet-stream\r\n"
    )
    return head.encode() + struct.pack("<i", len(signature)) + signature + data + f"--{_BOUNDARY}--\r\n".encode()


def header_of(token: bytes) -> str:
    """The value of `WWW-Authenticate`."""
    return f"Negotiate {base64.b64encode(token).decode()}" if token else "Negotiate"
