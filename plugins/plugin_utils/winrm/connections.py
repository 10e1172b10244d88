# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of Ansible's connections is used: the options of either, and the session that winrm opens.

The psrp connection opens a runspace of PowerShell when it connects. It is never asked to: its options are enough.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.connection_values import wrong_value
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.connections import PSRP, SET_ANOTHER, WINRM
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import seam_pypsrp
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.client_certificate import ClientCertificate
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import HostUnreachable, WsmanError, WsmanFault
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.guarded import guarding
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.logon import SEALING, LogonAttempt, is_denied
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs import open_shell
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.pypsrp_session import (
    GuardedPsrpTransport,
    PypsrpSession,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.pywinrm_session import PywinrmSession
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.recording import Recorder
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.seam_winrm import proxy_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.session_port import SessionError, WsmanSession
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.tickets import removing_ticket
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi import WsmanWmi
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wsman import WsmanClient

Warn = Callable[[str], None]
# What whoever may use WMI at all may ask.
_LEAST = ("root/cimv2", "SELECT Version FROM Win32_OperatingSystem")
# Of variables that pywinrm takes and Ansible's connection does not name.
_EXTRA = "ansible_winrm_"
_OTHER_NAME = "ansible_winrm_kerberos_hostname_override"
# TLS with whoever answers hides nothing from him: messages are sealed by the logon in it, as Windows takes them there.
_SEAL_TOO = "always"
_ENCRYPTION = "ansible_winrm_message_encryption"
# For each of which pywinrm looks at no certificate of a listener where it is empty.
_CA_FILE = "ansible_winrm_ca_trust_path"
_TRUST = ("ansible_winrm_server_cert_validation", _CA_FILE)
# By which requests is told of a file of CAs where the inventory names none, and how pywinrm calls that.
_ENVIRONMENTS, _BY_ENVIRONMENT = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), "legacy_requests"


class AnsibleConnection(ABC):
    """One kind of Ansible's connections; ``connection`` is always Ansible's object."""

    @abstractmethod
    def attempt(self, connection: Any, host: str, warn: Warn) -> LogonAttempt:
        """What the connection is about to try, by its own rules, with one scheme of authentication only."""

    @abstractmethod
    def take_variables(self, connection: Any, variables: Mapping[str, Any]) -> None:
        """Of a host that a task is delegated to. Ansible reads ``inventory_hostname`` in them as the host that the task
        is done for, not the one it is done at: a ticket would be asked for another service."""

    @abstractmethod
    def open(self, connection: Any, attempt: LogonAttempt, recorder: Recorder | None) -> WsmanSession:
        """Log on, once, and open a remote shell.

        :raises HostUnreachable: or an error of Ansible's own.
        """


class WinrmConnection(AnsibleConnection):
    """Ansible's winrm, which logs on and opens a shell itself."""

    def attempt(self, connection: Any, host: str, warn: Warn) -> LogonAttempt:
        option = connection.get_option
        port, user = int(option("port") or 0), str(option("remote_user") or "")
        scheme = option("scheme") or ("http" if port == 5985 else "https")
        given = self._transports(connection, host, warn)
        self._trust_as_usual(connection)
        transport = given[0] if given else "kerberos" if "@" in user else "ssl" if scheme == "https" else "plaintext"
        extras = option("_extras") or {}
        unknown = scheme == "https" and extras.get("ansible_winrm_server_cert_validation") == "ignore"
        if transport in SEALING and unknown:
            extras[_ENCRYPTION] = _SEAL_TOO if extras.get(_ENCRYPTION, "auto") == "auto" else extras[_ENCRYPTION]
        address = str(option("remote_addr") or host)
        _refuse_wrong({**extras, "ansible_port": port}, host, address)
        encryption = str(extras.get(_ENCRYPTION) or "auto")
        readable = transport not in SEALING or encryption == "never"
        files = [str(extras.get(f"ansible_winrm_{name}") or "") for name in ("cert_pem", "cert_key_pem")]
        by_certificate = transport == "certificate" or (transport == "ssl" and any(files))
        return LogonAttempt(
            host=host,
            address=address,
            port=port,
            user=user,
            transport="certificate" if by_certificate else str(transport),
            password=bool(option("remote_password")),
            ticket=transport == "kerberos" and option("kerberos_mode") != "managed",
            sealed=scheme == "https" or not readable,
            proxy=str(extras.get("ansible_winrm_proxy") or _proxy_between(scheme, address, port)),
            certificate=ClientCertificate(*files) if by_certificate else None,
            tls=scheme == "https",
            validated=not unknown,
            encryption=encryption,
            trusted=_trusted(extras.get(_CA_FILE)),
            service=_service(extras.get("ansible_winrm_service"), extras.get(_OTHER_NAME), address),
        )

    @staticmethod
    def _transports(connection: Any, host: str, warn: Warn) -> list[Any]:
        """Ansible tries every transport of a list, each with a logon of its own; an account locks after a few. Of one
        that begins with none it takes none at all: Basic, over HTTP too."""
        transports: list[Any] = connection.get_option("transport") or []
        given = [one for one in transports if one][:1]
        if given and given != transports:
            warn(f"{host}: only '{given[0]}' of ansible_winrm_transport {transports} is tried")
        if given != transports:
            # Ansible takes the first one of a list that it does not expect to be empty.
            connection.set_option("transport", given or None)
        return given

    @staticmethod
    def _trust_as_usual(connection: Any) -> None:
        """An empty value is none: whoever answers would else be given a password."""
        extras = connection.get_option("_extras") or {}
        for name in [one for one in _TRUST if one in extras and not extras[one]]:
            del extras[name]

    def take_variables(self, connection: Any, variables: Mapping[str, Any]) -> None:
        given = connection.get_option("_extras") or {}
        given.update({name: variables[name] for name in given if name in variables})

    def open(self, connection: Any, attempt: LogonAttempt, recorder: Recorder | None) -> WsmanSession:
        removing_ticket(connection)
        with guarding(connection, recorder):
            connection._connect()
        # A loop's later items come with the connection of the first.
        connection.protocol.transport.recorder = recorder
        forget = partial(setattr, connection, "shell_id", None)
        session = PywinrmSession(connection.protocol, connection.shell_id or None, forget)
        if denied := getattr(connection.protocol, "no_shell", ""):
            _go_without_a_shell(session, attempt, denied)
            connection.protocol.no_shell = ""  # a loop's later items need not ask again
        return session


# pypsrp's names of settings, and under which names Ansible's psrp connection has them as options.
_SETTINGS = {
    "username": "remote_user",
    "password": "remote_password",
    "path": "path",
    "connection_timeout": "connection_timeout",
    "read_timeout": "read_timeout",
    "encryption": "message_encryption",
    "proxy": "proxy",
    "no_proxy": "ignore_proxy",
    **{
        name: name
        for name in (
            "certificate_key_pem", "certificate_pem", "credssp_auth_mechanism", "credssp_disable_tlsv1_2",
            "credssp_minimum_version", "negotiate_send_cbt", "negotiate_delegate", "negotiate_hostname_override",
            "negotiate_service",
        )
    },
}  # fmt: skip


class PsrpConnection(AnsibleConnection):
    """Ansible's psrp, of which the options alone are used: it stays as it is, for others to connect it."""

    def attempt(self, connection: Any, host: str, warn: Warn) -> LogonAttempt:
        option = connection.get_option
        scheme, port = self._place(option)
        user, address = str(option("remote_user") or ""), str(option("remote_addr") or host)
        _refuse_wrong({"ansible_port": port}, host, address)
        transport = self._scheme_of_logon(str(option("auth")), user)
        readable = transport not in SEALING or option("message_encryption") == "never"
        files = [str(option(name) or "") for name in ("certificate_pem", "certificate_key_pem")]
        environments = "" if option("ignore_proxy") else _proxy_between(scheme, address, port)
        attempt = LogonAttempt(
            host=host,
            address=address,
            port=port,
            user=user,
            transport=transport,
            password=bool(option("remote_password")),
            ticket=transport == "kerberos",
            sealed=scheme == "https" or not readable,
            proxy=str(option("proxy") or environments),
            connection=PSRP,
            certificate=ClientCertificate(*files) if transport == "certificate" else None,
            tls=scheme == "https",
            validated=option("cert_validation") != "ignore",
            trusted=_trusted(option("ca_cert")),
            service=_service(option("negotiate_service"), option("negotiate_hostname_override"), address),
        )
        return replace(attempt, encryption=str(self._seal(option, attempt)))

    @staticmethod
    def _place(option: Callable[[str], Any]) -> tuple[str, int]:
        """Scheme and port; of the one that is not given by the other."""
        scheme, port = option("protocol"), int(option("port") or 0)
        scheme = str(scheme or ("http" if port == 5985 else "https"))
        return scheme, port or (5986 if scheme == "https" else 5985)

    @staticmethod
    def _scheme_of_logon(auth: str, user: str) -> str:
        """``negotiate`` falls back from Kerberos to NTLM, and a wrong password would be counted twice. So it is one of
        them here: Kerberos for user@DOMAIN, and where a ticket says who logs on."""
        if auth != "negotiate":
            return auth
        return "kerberos" if "@" in user or not user else "ntlm"

    def take_variables(self, connection: Any, variables: Mapping[str, Any]) -> None:
        override = "ansible_psrp_negotiate_hostname_override"
        if connection.get_option("negotiate_hostname_override") and override in variables:
            connection.set_option("negotiate_hostname_override", variables[override])

    def open(self, connection: Any, attempt: LogonAttempt, recorder: Recorder | None) -> WsmanSession:
        seam_pypsrp.require()
        option = connection.get_option
        trusted = option("ca_cert") or True
        # An empty password would be one: a ticket that is there is used without.
        given = {name: option(named) for name, named in _SETTINGS.items()}
        given["password"] = given["password"] or None
        given["encryption"] = attempt.encryption
        try:
            transport = GuardedPsrpTransport(
                recorder,
                server=attempt.address,
                port=attempt.port,
                ssl=self._place(option)[0] == "https",
                auth=attempt.transport,
                cert_validation=False if option("cert_validation") == "ignore" else trusted,
                **given,
            )
        except ValueError as error:
            raise attempt.failure(str(error)) from error
        session = PypsrpSession(transport, int(option("operation_timeout")))
        try:
            self._begin(session, attempt)
        except HostUnreachable:
            session.close()
            raise
        return session

    @staticmethod
    def _seal(option: Callable[[str], Any], attempt: LogonAttempt) -> Any:
        unknown = attempt.tls and not attempt.validated and attempt.transport in SEALING
        return _SEAL_TOO if unknown and option("message_encryption") == "auto" else option("message_encryption")

    @staticmethod
    def _begin(session: WsmanSession, attempt: LogonAttempt) -> None:
        try:
            session.shell_id = open_shell(WsmanClient(session, name=attempt.host))
        except (WsmanError, HostUnreachable, GarbledAnswer) as error:
            if not is_denied(_said(error)):
                raise attempt.failure(_said(error)) from error
            _go_without_a_shell(session, attempt, _said(error))


def _go_without_a_shell(session: WsmanSession, attempt: LogonAttempt, said: str) -> None:
    """An account that may open no shell may use WMI all the same, and much is read and done by WMI alone.

    :param said: how the shell was denied.
    :raises HostUnreachable: it may use neither.
    """
    try:
        WsmanWmi(WsmanClient(session, name=attempt.host)).query(*_LEAST)
    except (WsmanError, HostUnreachable, GarbledAnswer) as error:
        denied = isinstance(error, WsmanFault) and error.access_denied
        raise attempt.failure(said if denied else _said(error)) from error


def _proxy_between(scheme: str, address: str, port: int) -> str:
    """The one of the environment; empty where there is none."""
    return proxy_of(f"{scheme}://[{address}]:{port}/" if ":" in address else f"{scheme}://{address}:{port}/")


def _trusted(given: Any) -> str:
    """The file of the CAs that a listener's certificate is held against; empty where it is that of the library."""
    if given and given != _BY_ENVIRONMENT:
        return str(given)
    return next((os.environ[name] for name in _ENVIRONMENTS if os.environ.get(name)), "")


def _refuse_wrong(values: Mapping[str, Any], host: str, address: str) -> None:
    """Raise HostUnreachable for values that pywinrm would refuse, or take for another."""
    wrong = [found for name, value in values.items() if (found := wrong_value(name, value))]
    if wrong:
        place = f"{host} ({address})"
        raise HostUnreachable("; ".join(wrong), where=place, mend="Correct it in the inventory. Nothing was sent")


def _service(kind: Any, name: Any, address: str) -> str:
    """The service that a ticket is asked for."""
    return f"{kind or 'HTTP'}/{name or address}"


def _said(error: RolloutError) -> str:
    """By what the cause of a failed logon is known (``logon.py``)."""
    if isinstance(error.__cause__, SessionError):
        return error.__cause__.said
    if isinstance(error, WsmanFault):
        return f"{error.what} ({error.parts.subcode} {error.code})"
    return error.what


KINDS: dict[str, AnsibleConnection] = {WINRM: WinrmConnection(), PSRP: PsrpConnection()}


def kind_of(connection: Any, host: str) -> AnsibleConnection:
    """The kind of a connection of Ansible's; raises RolloutError for one that carries no WS-Management."""
    name = str(getattr(connection, "transport", ""))
    if name not in KINDS:
        raise RolloutError(
            f"this action speaks WS-Management and cannot use the connection '{name}'", where=host, mend=SET_ANOTHER
        )
    return KINDS[name]


def options_of(variables: Mapping[str, Any], named: Iterable[str], where: str) -> dict[str, Any]:
    """What a host's variables give for the options of a connection, as Ansible hands it over.

    :param named: the variables that the connection's options have.
    :raises RolloutError: for what older Ansible leaves as it stands: it would be sent as somebody's password. For a
        password that is none, too: Ansible would show it.
    """
    options = {name: variables[name] for name in named if name in variables}
    for name, value in options.items():
        if "pass" in name and (wrong := wrong_value(name, value)):
            raise RolloutError(wrong, where=where, mend="Correct it in the inventory. Nothing was sent")
        if isinstance(value, str) and "{{" in value and "}}" in value:
            raise RolloutError(
                f"{name} names a variable that is not defined",
                where=where,
                mend="Define it, or give the file or the vault password that has it",
            )
    extras = [name for name in variables if str(name).startswith(_EXTRA) and name not in options]
    return {**options, "_extras": {name: variables[name] for name in extras}}
