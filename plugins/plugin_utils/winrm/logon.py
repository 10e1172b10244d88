# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a logon over WinRM did not succeed, told from what pywinrm, pypsrp, requests, kinit and their libraries say.

Their texts are in English everywhere, but for the reasons in SOAP faults, which are not looked at. The causes are in
``logon_causes.py``; the first that fits counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone

from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.connections import PSRP, WINRM
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.client_certificate import ClientCertificate
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.exchange import SEE_WHAT_LISTENS
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import (
    HostUnreachable,
    LogonImpossible,
    LogonRefused,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.logon_causes import (
    CAUSES,
    DENIED,
    DENIED_BY_ANYBODY,
    HTTP_STATUS,
    NO_NAME_FOR_A_TICKET,
    NO_PRINCIPAL,
    NO_RIGHTS_LOCAL,
    ON_THE_WAY,
    PROXY,
    REJECTED,
    REJECTED_BASIC,
    REJECTED_CERTIFICATE,
    REJECTED_OVER_TLS,
    REJECTED_TICKET,
    TRUST,
    UNENCRYPTED,
    UNKNOWN,
    LogonCause,
)

# Of a user's name in a message, in characters.
_LONGEST_NAME = 100
# Lets a lab talk in the clear; its name is meant to be read aloud in a review.
IN_THE_CLEAR = "ucops_anybody_may_read_the_passwords"
# Transports that encrypt by themselves over HTTP.
SEALING = ("ntlm", "kerberos", "credssp")
# Those that send the password as it is, and all that can be read over HTTP.
WITH_PASSWORD = ("basic", "plaintext", "ssl")
READABLE = (*WITH_PASSWORD, "certificate")
# What stands in advice for winrm, and what for psrp in its place.
OF_PSRP = {
    "ansible_winrm_transport": "ansible_psrp_auth",
    "ansible_winrm_message_encryption": "ansible_psrp_message_encryption",
    "ansible_winrm_scheme": "ansible_psrp_protocol",
    "ansible_winrm_path": "ansible_psrp_path",
    "ansible_winrm_ca_trust_path": "ansible_psrp_ca_cert",
    "ansible_winrm_server_cert_validation": "ansible_psrp_cert_validation",
    "ansible_winrm_cert_pem": "ansible_psrp_certificate_pem",
    "ansible_winrm_cert_key_pem": "ansible_psrp_certificate_key_pem",
    "ansible_winrm_proxy": "ansible_psrp_proxy",
    "ansible_winrm_kerberos_hostname_override": "ansible_psrp_negotiate_hostname_override",
    "pywinrm[": "pypsrp[",
}
# What else than WinRM answers with, or a proxy on the way.
_HTTP = re.compile(r"\b(?:Code|HTTP) (\d{3})\b")
# Before a proxy's host: they are no business of whoever reads a message.
_NAME_AND_PASSWORD = re.compile(r"(?:(?<=//)|^(?!\w+://)).*@", re.DOTALL)


@dataclass(frozen=True, slots=True)
class LogonAttempt:
    """What is tried. ``password``: whether there is one; ``ticket``: whether one of Kerberos may take its place, as a
    certificate does by itself (``certificate``). ``sealed``: whether messages are unreadable on the way. ``proxy``: the
    one that the environment or the inventory puts in between, or empty. ``connection``: Ansible's, by which variables
    are named. ``tls``: whether it is HTTPS, and ``validated``, whether the listener's certificate is looked at.
    ``service``: the one that a ticket is asked for. ``encryption``: of messages, ``auto``, ``always`` or ``never``.
    ``trusted``: the file of the CAs that the listener's certificate is held against, or empty."""

    host: str
    address: str
    port: int
    user: str
    transport: str
    password: bool = True
    ticket: bool = False
    sealed: bool = True
    proxy: str = ""
    connection: str = WINRM
    certificate: ClientCertificate | None = None
    tls: bool = False
    validated: bool = True
    service: str = ""
    encryption: str = "auto"
    trusted: str = ""

    @property
    def who(self) -> str:
        """As what the logon is tried, for a sentence."""
        return (
            f"by the certificate '{self.certificate.certificate}'"
            if self.certificate
            else f"as '{as_said(self.user, _LONGEST_NAME)}'"
        )

    @property
    def authenticated(self) -> bool:
        """Whether an answer is that of whoever knows the password, or of the one whom TLS tells."""
        if self.tls:
            return self.validated or (self.transport in SEALING and self.encryption == "always")
        return self.sealed

    @property
    def account(self) -> str:
        """What is refused elsewhere where it is refused once: the user, or the certificate in the user's place."""
        return self.certificate.certificate if self.certificate else self.user

    @property
    def local(self) -> bool:
        """Whether the account is one of the host itself: without a domain, or with the host's name or a dot for it."""
        domain, backslash, _name = self.user.partition("\\")
        if not backslash:
            return "@" not in self.user
        hosts = {name.lower().partition(".")[0] for name in (self.host, self.address)}
        return domain == "." or domain.lower() in hosts

    @property
    def where(self) -> str:
        return f"{self.host} ({self.address}:{self.port})"

    def refuse_without_credentials(self) -> None:
        """Raise RolloutError where user or password is not given: an empty one would be sent, and be counted."""
        if self.certificate:
            unusable = self.certificate.unusable()
            if unusable:
                raise self.failure(unusable)
            return
        if self.transport == "certificate" or (self.ticket and not self.password):
            return
        if not self.user:
            raise self.failure("requires a username")
        if not self.password:
            raise self.failure("requires a password")
        # kinit takes a backslash for an escape, and what begins with a dash for an option.
        if self.transport == "kerberos" and ("\\" in self.user or self.user.startswith("-")):
            raise self.failure(NO_PRINCIPAL)

    def refuse_in_the_clear(self) -> None:
        """Raise HostUnreachable where the password, or all that is sent, could be read on the way."""
        if self.transport in WITH_PASSWORD and self.tls and not self.validated:
            raise HostUnreachable(
                f"with transport {self.transport}, and as the certificate of the host's listener is not looked at,"
                " whoever answers in the host's place would be given the password; nothing was sent",
                where=self.where,
                mend=self._named(
                    f"Set ansible_winrm_server_cert_validation: validate, and {TRUST} Or set ansible_winrm_transport:"
                    " ntlm, which never sends the password"
                ),
            )
        if self.sealed or self.transport not in (*SEALING, *READABLE):
            return  # pywinrm refuses a transport that it does not know
        transport = self.transport if self.transport in SEALING else "ntlm"
        raise HostUnreachable(
            f"with transport {self.transport} over HTTP anybody on the way could read and change what is sent"
            f"{', the password too' if self.transport in WITH_PASSWORD else ''}; nothing was sent",
            where=self.where,
            mend=self._named(
                f"Set two lines in the inventory:\n  ansible_winrm_transport: {transport}\n"
                "  ansible_winrm_message_encryption: always\nOr use HTTPS (ansible_port: 5986)"
            ),
        )

    def failure(self, said: str) -> HostUnreachable:
        """The error for what the libraries said when the logon failed."""
        cause = cause_of(said, self)
        kind = LogonRefused if cause.refused else LogonImpossible if cause.everywhere else HostUnreachable
        values = {
            "user": as_said(self.user, _LONGEST_NAME),
            "address": self.address,
            "port": self.port,
            "transport": self.transport,
        }
        proxy = _NAME_AND_PASSWORD.sub("", self.proxy)
        values |= {"service": self.service or f"HTTP/{self.address}", "proxy": proxy}
        values |= {"said": plainly(said.replace(self.proxy, proxy) if self.proxy else said), "status": _status(said)}
        values["trusted"] = self.trusted or "of the environment"
        if self.certificate:
            now = datetime.now(timezone.utc)
            values |= {"certificate": self.certificate.described(now), "principal": self.certificate.principal()}
        what = f"cannot log on over WinRM {self.who} with transport {self.transport}: {self._named(cause.says)}"
        return kind(_filled(what, values), where=self.where, mend=_filled(self._named(cause.mend), values))

    def _named(self, text: str) -> str:
        """The same text with the variables of this connection."""
        for winrms, psrps in OF_PSRP.items() if self.connection == PSRP else ():
            text = text.replace(winrms, psrps)
        return text


# What a proxy can say in the place of the host.
_MAY_BE_A_PROXYS = ("answer-not-believed", "transport-not-offered")
# Where the same text has several causes, the attempt tells them apart.
_REJECTED = re.compile(r"credentials were rejected|\b401\b")
_REJECTED_BY = {
    "kerberos": REJECTED_TICKET,
    "certificate": REJECTED_CERTIFICATE,
    **dict.fromkeys(WITH_PASSWORD, REJECTED_BASIC),
}


def is_denied(said: str) -> bool:
    """Whether the account was accepted and lacks a right."""
    return any(re.search(text, said) for text in DENIED)


def cause_of(said: str, attempt: LogonAttempt) -> LogonCause:
    """The cause that fits what the libraries said about an attempt."""
    found = _first(CAUSES, said)
    if found is not None and attempt.proxy and found.code in _MAY_BE_A_PROXYS:
        return PROXY
    if found is not None:
        return _by_attempt(found, attempt)
    if _REJECTED.search(said):
        usual = REJECTED_OVER_TLS if attempt.tls and attempt.transport == "ntlm" else REJECTED
        return _REJECTED_BY.get("certificate" if attempt.certificate else attempt.transport, usual)
    status = _status(said)
    if attempt.proxy and status != 500:
        return PROXY
    if status == 500 and not attempt.sealed:
        return UNENCRYPTED
    return HTTP_STATUS if status else _by_attempt(_first(ON_THE_WAY, said) or UNKNOWN, attempt)


def _by_attempt(cause: LogonCause, attempt: LogonAttempt) -> LogonCause:
    """The one that it is in this attempt."""
    if cause.code == "no-rights" and not attempt.authenticated:
        return DENIED_BY_ANYBODY
    if cause.code == "no-rights" and attempt.local:
        return NO_RIGHTS_LOCAL
    return NO_NAME_FOR_A_TICKET if cause.code == "name-not-resolved" and attempt.transport == "kerberos" else cause


def _first(causes: tuple[LogonCause, ...], said: str) -> LogonCause | None:
    return next((one for one in causes if any(re.search(text, said) for text in one.texts)), None)


def _status(said: str) -> int:
    """The HTTP status that stands in for an answer of WinRM; 0 where there is none."""
    found = _HTTP.search(said)
    return int(found[1]) if found else 0


def _filled(text: str, values: dict[str, object]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text


# What requests, urllib3, Ansible and kinit wrap around the words that matter.
_NOISE = (
    r"^(?:ntlm|kerberos|credssp|basic|plaintext|ssl|certificate): ",
    r"^Kerberos auth failure (?:for principal \S+(?: with \w+)?|when calling kinit cmd '[^']*'): ",
    r"\bkinit: | while getting initial credentials| -1765\d{6}\b",
    r"(?:Bounded)?HTTPS?Connection(?:Pool)?\([^()]*\): ",
    r"<[^<>]* object at 0x[0-9a-f]+>:? ?",
    r"Max retries exceeded with url: \S+ ",
    r"Caused by ",
    r"\b(?:[A-Z]\w*(?:Error|Disconnected|StatusLine))\((?:\d+, )?",
    r"\[(?:SSL: \w+|Errno -?\d+)\] ",
    r" \(_ssl\.c:\d+\)",
    r"(?<=['\"]), -?\d{5,}(?=\))",
    r" \(extended fault data: .*\)$",
    r"\\[rn]",
    re.escape(f". {SEE_WHAT_LISTENS}"),
)
_NOISES = re.compile("|".join(_NOISE))
# Of an error's text in characters: it may hold a whole answer.
_LONGEST = 10_000
_ENDS = " ().,"


def plainly(said: str) -> str:
    """The words of an error of requests or urllib3 without the names and addresses of its objects, on one line."""
    text = " ".join(_NOISES.sub("", " ".join(said[:_LONGEST].split())).split())
    # An object that holds several texts tells the innermost last.
    text = re.split(r"(?<=['\"])\)?, ", text)[-1].strip(_ENDS)
    while text[:1] in ("'", '"'):
        text = text[1:].removesuffix(text[0]).strip(_ENDS)
    return f"{text})" if text.count("(") > text.count(")") else text or "no reason given"
