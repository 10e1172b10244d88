# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NTLM, alone or within SPNEGO: whom a machine takes for whom, and how messages are sealed for the connection."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spnego._context import GSSMech
from spnego._negotiate import NegotiateProxy
from spnego._ntlm import NTLMProxy
from spnego._ntlm_raw.crypto import ntowfv1
from spnego._ntlm_raw.messages import (
    Authenticate,
    AvId,
    Challenge,
    NegotiateFlags,
    NTClientChallengeV2,
    TargetInfo,
)

from lab.accounts import Account, Accounts
from lab.winrm.authenticators import LogonRefused
from lab.winrm.channel_bindings import expected_bindings
from lab.winrm.contexts import SealingContext
from lab.winrm.mechanisms import Mechanism

if TYPE_CHECKING:
    from lab.machine import Machine

_SIGNATURE = b"NTLMSSP\x00"
_AUTHENTICATE = _SIGNATURE + b"\x03\x00\x00\x00"
_V1_BYTES = 24
# The library reads the accounts from a file that a variable of the process names: one logon at a time.
_FILE = "NTLM_USER_FILE"
_turn = threading.Lock()


class Ntlm(SealingContext, Mechanism):
    """One NTLM exchange. The second hop is refused: what NTLM proves here proves nothing elsewhere."""

    name = "ntlm"

    def __init__(self, machine: Machine, channel: bytes = b"") -> None:
        super().__init__(machine, channel)
        self._context = None
        self._candidate: tuple[str, str] | None = None

    @property
    def context(self) -> Any:
        """The library's, once a token came."""
        return self._context

    @classmethod
    def spoken_by(cls, machine: Machine) -> bool:
        return True

    @classmethod
    def takes(cls, token: bytes) -> bool:
        return _SIGNATURE in token

    def step(self, token: bytes) -> bytes:
        self._candidate = _user_of(token) or self._candidate
        accounts, name = self.machine.accounts_for(*(self._candidate or ("", "")))
        account = accounts.find(name)
        try:
            answer = self._answer(token, account)
        except Exception as error:
            if account is not None:
                accounts.failed(account)
            raise LogonRefused(str(error)) from error
        if self._context.complete:
            self._finish(accounts, account)
        return answer

    def _answer(self, token: bytes, account: Account | None) -> bytes:
        with _turn:
            _tell(self._candidate, account, self.machine.estate.directory / "accounts")
            if self._context is None:
                self._context = _acceptor(self.machine, spnego=not token.startswith(_SIGNATURE))
            bindings = expected_bindings(self.machine, self.channel, sent=_binds(token))
            answer: bytes = self._context.step(token, channel_bindings=bindings) or b""
            return answer

    def _finish(self, accounts: Accounts, account: Account | None) -> None:
        if account is None or accounts.locked(account):
            raise LogonRefused("unknown or locked")
        accounts.succeeded(account)
        self.account = self.machine.over_network(account)


class _Acceptor(NTLMProxy):  # type: ignore[misc]
    """pyspnego's acceptor, which names the imitated machine in its challenge instead of the one that it runs on."""

    _temp_challenge: Any

    def __init__(self, machine: Machine) -> None:
        super().__init__(usage="accept", protocol="ntlm")
        self._machine = machine

    def _step_accept_negotiate(self, token: bytes) -> bytes:
        super()._step_accept_negotiate(token)
        challenge = named_challenge(self._temp_challenge, self._machine)
        self._temp_challenge = challenge
        packed: bytes = challenge.pack()
        return packed


def named_challenge(given: Challenge, machine: Machine) -> Challenge:
    """The same challenge from this machine: a member names its domain as the target, a lone server itself."""
    computer = machine.name.upper()
    target = machine.estate.netbios.upper() if machine.in_domain else computer
    kind = NegotiateFlags.target_type_domain if machine.in_domain else NegotiateFlags.target_type_server
    flags = given.flags & ~(NegotiateFlags.target_type_domain | NegotiateFlags.target_type_server) | kind
    info = TargetInfo()
    info[AvId.nb_domain_name], info[AvId.nb_computer_name] = target, computer
    if machine.in_domain:
        info[AvId.dns_domain_name] = info[AvId.dns_tree_name] = machine.estate.domain
    info[AvId.dns_computer_name] = machine.fqdn
    info[AvId.timestamp] = given.target_info[AvId.timestamp]
    version = {"version": given.version} if given.version is not None else {}
    return Challenge(flags, given.server_challenge, target_name=target, target_info=info, **version)


def _acceptor(machine: Machine, *, spnego: bool) -> Any:
    ntlm = _Acceptor(machine)
    if not spnego:
        return ntlm
    ntlm._is_wrapped = True
    return NegotiateProxy(usage="accept", protocol="negotiate", _negotiate_contexts={GSSMech.ntlm: ntlm})


def _user_of(token: bytes) -> tuple[str, str] | None:
    """(user, domain) of an NTLM AUTHENTICATE message, bare or within SPNEGO; None for other messages."""
    if not _authenticates(token):
        return None
    try:
        message = _message_of(token)
    except Exception:
        return ("", "")
    return (message.user_name or "", message.domain_name or "")


def _authenticates(token: bytes) -> bool:
    return _AUTHENTICATE in token


def _message_of(token: bytes) -> Authenticate:
    return Authenticate.unpack(token[token.index(_AUTHENTICATE) :])


def _binds(token: bytes) -> bool:
    """Whether an AUTHENTICATE message says for which channel it is."""
    if not _authenticates(token):
        return False
    answer = _message_of(token).nt_challenge_response or b""
    # NTLMv1 has no place for it.
    return len(answer) > _V1_BYTES and AvId.channel_bindings in NTClientChallengeV2.unpack(answer[16:]).av_pairs


def _tell(claimed: tuple[str, str] | None, account: Account | None, path: Path) -> None:
    """Give the acceptor the account, if there is one, under the name that the client calls it by."""
    path.touch(mode=0o600)
    path.write_text(_line(*claimed, account) if claimed and account else "", encoding="utf-8")
    os.environ[_FILE] = str(path)


def _line(user: str, domain: str, account: Account) -> str:
    name = f"{domain}\\{user}" if domain else user
    return f"{name}:1000:{'0' * 32}:{ntowfv1(account.password).hex().upper()}:[U]:LCT-00000000\n"
