# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos, bare or within SPNEGO, with tickets of a real KDC: a machine has the key of its account in a keytab.

The estate's `kerberos: {keytabs: FOLDER}` names where these are, as `NAME.keytab`. Without one a machine offers no
Kerberos, as one that is no member of the domain.
"""

from __future__ import annotations

import datetime
import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab import gss
from lab.winrm.authenticators import LogonRefused, NotSealedForUs
from lab.winrm.channel_bindings import expected_bindings
from lab.winrm.mechanisms import Mechanism

if TYPE_CHECKING:
    from lab.accounts import Account
    from lab.machine import Machine

# In DER: 1.2.840.113554.1.2.2 (RFC 4121), and the one that Windows names too, by mistake (MS-SPNG 3.1.5.1).
_OBJECT_IDS = (b"\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02", b"\x06\x09\x2a\x86\x48\x82\xf7\x12\x01\x02\x02")
# What was sent before is refused by the clocks alone: a cache of all tickets costs a write to disk each.
_NO_CACHE = "none:"
# As a domain comes; the library itself looks at the clock that it runs by, which is right.
_TOLERANCE = datetime.timedelta(minutes=5)
# GSS_C_CHANNEL_BOUND_FLAG, which the library has no name for.
_CHANNEL_BOUND = 2048


class Kerberos(Mechanism):
    """One ticket and its answer. Who is locked or disabled was the KDC's to say: a ticket is good until it ends."""

    name = "kerberos"

    def __init__(self, machine: Machine, channel: bytes = b"") -> None:
        super().__init__(machine, channel)
        self._gssapi: Any = gss.library(machine.estate.directory / "gssapi")
        self._context: Any = None

    @classmethod
    def spoken_by(cls, machine: Machine) -> bool:
        return machine.in_domain and _keytab(machine) is not None

    @classmethod
    def takes(cls, token: bytes) -> bool:
        """The first mechanism of a token is that of what it carries."""
        return any(one in token[:64] for one in _OBJECT_IDS)

    def step(self, token: bytes) -> bytes:
        if self._gssapi is None:
            raise LogonRefused("the library gssapi is not installed")
        if abs(self.machine.clock() - self.machine.estate.clock()) > _TOLERANCE:
            raise LogonRefused("the clock of the machine is not the KDC's")
        try:
            if self._context is None:
                self._context = self._acceptor()
            answer = bytes(self._context.step(token) or b"")
            if self._context.complete:  # raises what the step only kept
                self._finish()
        except self._gssapi.exceptions.GSSError as error:
            raise LogonRefused(str(error)) from error
        return answer

    def _acceptor(self) -> Any:
        store = {"keytab": f"FILE:{_keytab(self.machine)}", "rcache": _NO_CACHE}
        given = {"creds": self._gssapi.Credentials(usage="accept", store=store), "usage": "accept"}
        bindings = expected_bindings(self.machine, self.channel, sent=True)
        if bindings is not None:
            # Compared where the client sent some.
            raw = importlib.import_module("gssapi.raw")
            given["channel_bindings"] = raw.ChannelBindings(application_data=bindings.application_data)
        return self._gssapi.SecurityContext(**given)

    def _finish(self) -> None:
        bound = int(self._context.actual_flags) & _CHANNEL_BOUND
        if expected_bindings(self.machine, self.channel, sent=bool(bound)) is not None and not bound:
            raise LogonRefused("the ticket is bound to no channel")
        self.account = self._of_domain(str(self._context.initiator_name))
        self.delegated = self._context.delegated_creds is not None

    def _of_domain(self, principal: str) -> Account:
        user, _at, realm = principal.rstrip("\x00").rpartition("@")
        account = self.machine.estate.accounts.find(user)
        if account is None or realm.casefold() != self.machine.estate.domain.casefold():
            raise LogonRefused(f"{principal} is nobody here")
        return self.machine.over_network(account)

    def seal(self, plain: bytes) -> tuple[bytes, bytes]:
        raw = importlib.import_module("gssapi.raw")
        kinds = raw.IOVBufferType
        buffers = raw.IOV(kinds.header, plain, kinds.padding, std_layout=False)
        raw.wrap_iov(self._context, buffers, confidential=True, qop=None)
        return buffers[0].value or b"", (buffers[1].value or b"") + (buffers[2].value or b"")

    def unseal(self, signature: bytes, data: bytes) -> bytes:
        raw = importlib.import_module("gssapi.raw")
        kinds = raw.IOVBufferType
        buffers = raw.IOV((kinds.header, False, signature), data, kinds.data, std_layout=False)
        try:
            raw.unwrap_iov(self._context, buffers)
        except self._gssapi.exceptions.GSSError as error:
            raise NotSealedForUs(str(error)) from error
        return bytes(buffers[1].value or b"")


def _keytab(machine: Machine) -> Path | None:
    """Of the machine's account, where the estate has one for it."""
    folder = (machine.estate.description.get("kerberos") or {}).get("keytabs")
    path = Path(folder or "") / f"{machine.name}.keytab"
    return path if folder and path.is_file() else None
