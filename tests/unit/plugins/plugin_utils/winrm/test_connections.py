"""What is taken of Ansible's connections, and what comes of a logon over psrp."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import requests
from pypsrp.exceptions import AuthenticationError
from unit.wsman_fakes import Request, Script, enumerated, envelope, instance, protocol_of, wsman_fault

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import connections, seam_pypsrp
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.connections import KINDS, kind_of, options_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.exchange import SchemeNotOffered, UnsafeAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import HostUnreachable, LogonRefused
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.logon import LogonAttempt
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.session_port import SessionError

# Ansible's defaults.
OPTIONS: dict[str, Any] = {
    "remote_addr": "10.0.0.5", "remote_user": "C\\u", "remote_password": "p", "port": None, "protocol": None,
    "path": "wsman", "auth": "negotiate", "cert_validation": "validate", "ca_cert": None, "connection_timeout": 30,
    "read_timeout": 30, "message_encryption": "auto", "proxy": None, "ignore_proxy": False,
    "certificate_key_pem": None, "certificate_pem": None, "credssp_auth_mechanism": "auto",
    "credssp_disable_tlsv1_2": False, "credssp_minimum_version": 2, "negotiate_delegate": None,
    "negotiate_hostname_override": None, "negotiate_send_cbt": True, "negotiate_service": "WSMAN",
    "operation_timeout": 20,
}  # fmt: skip


class PsrpFake:
    """Ansible's psrp connection, of which nothing is called but ``get_option``."""

    transport = "psrp"

    def __init__(self, **options: Any) -> None:
        self.options = OPTIONS | options

    def get_option(self, name: str) -> Any:
        return self.options[name]

    def set_option(self, name: str, value: Any) -> None:
        self.options[name] = value


def attempt_of(**options: Any) -> LogonAttempt:
    return KINDS["psrp"].attempt(PsrpFake(**options), "dc01", print)


@pytest.mark.parametrize(
    ("options", "port", "sealed"),
    [
        ({}, 5986, True),
        ({"port": 5985}, 5985, True),
        ({"port": 5985, "auth": "basic"}, 5985, False),
        ({"port": 5985, "message_encryption": "never"}, 5985, False),
        ({"port": 8443, "auth": "basic"}, 8443, True),
        ({"protocol": "http", "auth": "certificate"}, 5985, False),
        ({"protocol": "https", "message_encryption": "never"}, 5986, True),
        ({"protocol": "http", "port": 5986, "auth": "basic"}, 5986, False),
    ],
)
def test_where_a_logon_goes_and_who_can_read_it(options: dict[str, Any], port: int, sealed: bool) -> None:
    found = attempt_of(**options)
    assert (found.port, found.sealed, found.where) == (port, sealed, f"dc01 (10.0.0.5:{port})")


@pytest.mark.parametrize(
    ("auth", "user", "transport"),
    [
        ("negotiate", "C\\u", "ntlm"),
        ("negotiate", "u", "ntlm"),
        ("negotiate", "u@COMPANY.LOCAL", "kerberos"),
        ("negotiate", None, "kerberos"),
        ("ntlm", "u@COMPANY.LOCAL", "ntlm"),
        ("kerberos", "u", "kerberos"),
        ("credssp", "C\\u", "credssp"),
    ],
)
def test_one_scheme_is_tried_since_each_would_be_a_logon(auth: str, user: str | None, transport: str) -> None:
    found = attempt_of(auth=auth, remote_user=user)
    assert (found.transport, found.ticket) == (transport, transport == "kerberos")


class WinrmOptions:
    """Ansible's winrm connection before it connects, whose further variables are extras."""

    transport = "winrm"

    def __init__(self, options: dict[str, Any], extras: dict[str, Any]) -> None:
        usual = {"remote_addr": "10.0.0.5", "remote_user": "C\\u", "remote_password": "p", "port": 5986}
        more = {"_extras": {f"ansible_winrm_{name}": value for name, value in extras.items()}}
        self.options = {**usual, **options, **more}

    def get_option(self, name: str) -> Any:
        return self.options.get(name)

    def set_option(self, name: str, value: Any) -> None:
        self.options[name] = value


FILES = {"cert_pem": "/c.pem", "cert_key_pem": "/k.pem"}


@pytest.mark.parametrize(
    ("options", "extras", "transport", "files"),
    [
        ({"transport": ["ntlm"]}, FILES, "ntlm", None),
        ({"transport": ["certificate"]}, FILES, "certificate", ("/c.pem", "/k.pem")),
        ({"transport": ["certificate"]}, {}, "certificate", ("", "")),
        # pywinrm's ssl is Basic, unless there is a certificate.
        ({"transport": ["ssl"]}, FILES, "certificate", ("/c.pem", "/k.pem")),
        ({}, FILES, "certificate", ("/c.pem", "/k.pem")),
        ({}, {}, "ssl", None),
    ],
)
def test_a_certificate_in_the_place_of_a_password(
    options: dict[str, Any], extras: dict[str, Any], transport: str, files: tuple[str, str] | None
) -> None:
    found = KINDS["winrm"].attempt(WinrmOptions(options, extras), "dc01", print)
    told = None if found.certificate is None else (found.certificate.certificate, found.certificate.key)
    assert (found.transport, told) == (transport, files)


def test_a_certificate_of_psrp() -> None:
    found = attempt_of(auth="certificate", certificate_pem="/c.pem", certificate_key_pem="/k.pem").certificate
    assert found is not None and (found.certificate, found.key) == ("/c.pem", "/k.pem")
    assert attempt_of(auth="ntlm", certificate_pem="/c.pem").certificate is None


@pytest.mark.parametrize(
    ("port", "validation", "tls", "validated"),
    [
        (5986, {}, True, True),
        (5986, {"server_cert_validation": "validate"}, True, True),
        (5986, {"server_cert_validation": "ignore"}, True, False),
        (5985, {}, False, True),
    ],
)
def test_whether_the_listener_proves_who_it_is(
    port: int, validation: dict[str, str], tls: bool, validated: bool
) -> None:
    found = KINDS["winrm"].attempt(WinrmOptions({"port": port}, validation), "dc01", print)
    assert (found.tls, found.validated) == (tls, validated)
    psrps = {name.removeprefix("server_"): value for name, value in validation.items()}
    found = attempt_of(port=port, **psrps)
    assert (found.tls, found.validated) == (tls, validated)


@pytest.mark.parametrize(
    ("port", "transport", "validation", "encryption", "sealed"),
    [
        (5986, "ntlm", "ignore", None, "always"),
        (5986, "kerberos", "ignore", None, "always"),
        (5986, "credssp", "ignore", None, "always"),
        (5986, "ntlm", "ignore", "auto", "always"),
        (5986, "ntlm", "ignore", "never", "never"),
        (5986, "ntlm", "validate", None, "auto"),
        (5985, "ntlm", "ignore", None, "auto"),
        (5986, "basic", "ignore", None, "auto"),
    ],
)
def test_within_tls_with_nobody_knows_whom_messages_are_sealed(
    monkeypatch: pytest.MonkeyPatch, port: int, transport: str, validation: str, encryption: str | None, sealed: str
) -> None:
    """Whoever ends it could read and change them."""
    given = {"message_encryption": encryption} if encryption else {}
    connection = WinrmOptions({"transport": [transport], "port": port}, {"server_cert_validation": validation, **given})
    KINDS["winrm"].attempt(connection, "dc01", print)
    assert connection.options["_extras"].get("ansible_winrm_message_encryption", "auto") == sealed
    if (port, transport) != (5986, "basic"):
        wire = Wire(SHELL)
        opened(monkeypatch, wire, port=port, auth=transport, cert_validation=validation, **given)
        assert wire.settings["encryption"] == sealed


@pytest.mark.parametrize("empty", [None, "", False])
@pytest.mark.parametrize("name", ["server_cert_validation", "ca_trust_path"])
def test_an_empty_value_does_not_switch_off_the_look_at_the_listeners_certificate(name: str, empty: Any) -> None:
    """As pywinrm takes it, either does."""
    connection = WinrmOptions({}, {name: empty, "send_cbt": False})
    assert KINDS["winrm"].attempt(connection, "dc01", print).validated
    assert connection.options["_extras"] == {"ansible_winrm_send_cbt": False}


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (["ntlm", "basic"], ["ntlm"]),
        # Of one that begins with none, Ansible takes none at all, which is Basic over HTTP.
        ([None, "ntlm"], ["ntlm"]),
        (["", "ntlm"], ["ntlm"]),
        (["ntlm"], ["ntlm"]),
    ],
)
def test_the_transport_that_is_checked_is_the_one_that_is_tried(given: list[Any], left: list[str]) -> None:
    connection, warned = WinrmOptions({"transport": given}, {}), list[str]()
    found = KINDS["winrm"].attempt(connection, "dc01", warned.append)
    assert (found.transport, connection.options["transport"]) == ("ntlm", left)
    assert warned == ([] if given == left else [f"dc01: only 'ntlm' of ansible_winrm_transport {given} is tried"])


@pytest.mark.parametrize(
    ("options", "proxy"),
    [
        ({}, "http://127.0.0.1:3128"),
        ({"ignore_proxy": True}, ""),
        ({"proxy": "http://p:8080", "ignore_proxy": True}, "http://p:8080"),
    ],
)
def test_the_proxy_between(monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], proxy: str) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("NO_PROXY", "")
    assert attempt_of(**options).proxy == proxy


@pytest.mark.parametrize(
    ("address", "proxy"),
    [("::1", ""), ("fd00::5", "http://127.0.0.1:3128"), ("nul\0", ""), ("10.0.0.5", "http://127.0.0.1:3128")],
)
def test_the_environments_proxy_of_any_address(monkeypatch: pytest.MonkeyPatch, address: str, proxy: str) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "localhost,::1")
    assert attempt_of(remote_addr=address).proxy == proxy
    assert KINDS["winrm"].attempt(WinrmOptions({"remote_addr": address}, {}), "dc01", print).proxy == proxy


def test_what_anybody_could_read_is_refused_with_the_variables_of_psrp() -> None:
    with pytest.raises(HostUnreachable) as refused:
        attempt_of(protocol="http", auth="basic").refuse_in_the_clear()
    assert str(refused.value) == (
        "dc01 (10.0.0.5:5985): with transport basic over HTTP anybody on the way could read and change what is sent,"
        " the password too; nothing was sent. Set two lines in the inventory:\n  ansible_psrp_auth: ntlm\n"
        "  ansible_psrp_message_encryption: always\nOr use HTTPS (ansible_port: 5986)"
    )


@pytest.mark.parametrize("name", ["ssh", "local", ""])
def test_a_connection_without_ws_management_is_refused(name: str) -> None:
    with pytest.raises(RolloutError) as refused:
        kind_of(SimpleNamespace(transport=name), "dc01")
    assert str(refused.value) == (
        f"dc01: this action speaks WS-Management and cannot use the connection '{name}'. Set ansible_connection to"
        " winrm or psrp. What is done here takes WS-Management, which ssh does not carry (docs/prerequisites.md)"
    )


@pytest.mark.parametrize(("given", "taken"), [("ocssrv01", "ca01"), (None, None)])
def test_a_delegates_name_in_kerberos_is_its_own(given: str | None, taken: str | None) -> None:
    connection = PsrpFake(negotiate_hostname_override=given)
    KINDS["psrp"].take_variables(connection, {"ansible_psrp_negotiate_hostname_override": "ca01", "other": "x"})
    assert connection.options == OPTIONS | {"negotiate_hostname_override": taken}
    KINDS["psrp"].take_variables(connection, {})
    assert connection.options["negotiate_hostname_override"] == taken


def test_another_host_gets_the_options_that_its_variables_give() -> None:
    variables = {
        "ansible_host": "10.0.0.6", "ansible_winrm_transport": "ntlm", "ansible_winrm_send_cbt": False, "other": "x",
    }  # fmt: skip
    assert options_of(variables, ["ansible_host", "ansible_port", "ansible_winrm_transport"], "edge01") == {
        "ansible_host": "10.0.0.6",
        "ansible_winrm_transport": "ntlm",
        "_extras": {"ansible_winrm_send_cbt": False},
    }


def test_what_is_not_resolved_is_sent_to_nobody() -> None:
    with pytest.raises(RolloutError, match="edge01: ansible_password names a variable that is not defined"):
        options_of({"ansible_password": "{{ vault }}"}, ["ansible_password"], "edge01")


def test_a_password_that_is_none_is_not_told() -> None:
    for name in ("ansible_password", "ansible_winrm_password"):
        with pytest.raises(RolloutError) as refused:
            options_of({name: ["secret"]}, ["ansible_user", name], "edge01")
        assert str(refused.value).startswith(f"edge01: {name} is a list, and takes text. Correct it")


@pytest.mark.parametrize(
    ("port", "extras", "told"),
    [
        (
            70000,
            {},
            "dc01 (10.0.0.5): ansible_port is 70000, and takes a port, 1 to 65535. Correct it in the inventory.",
        ),
        (5986, {"message_encryption": ""}, "ansible_winrm_message_encryption is '', and takes auto, always or never"),
        (5986, {"read_timeout_sec": "abc"}, "ansible_winrm_read_timeout_sec is 'abc', and takes a number of seconds"),
    ],
)
def test_a_value_that_nobody_takes_is_told_before_anything_is_sent(
    port: int, extras: dict[str, str], told: str
) -> None:
    with pytest.raises(HostUnreachable) as refused:
        KINDS["winrm"].attempt(WinrmOptions({"port": port}, extras), "dc01", print)
    assert told in str(refused.value) and "Nothing was sent" in str(refused.value)
    if not extras:
        with pytest.raises(HostUnreachable, match="ansible_port is 70000"):
            attempt_of(port=port)


@pytest.mark.parametrize("validation", ["validate", "ignore"])
@pytest.mark.parametrize(("encryption", "proven"), [("always", True), ("never", False)])
def test_who_answers_is_known_by_the_seal_or_the_certificate(validation: str, encryption: str, proven: bool) -> None:
    extras = {"server_cert_validation": validation, "message_encryption": encryption}
    found = KINDS["winrm"].attempt(WinrmOptions({"transport": ["ntlm"]}, extras), "dc01", print)
    assert found.authenticated is (proven or validation == "validate")
    found = attempt_of(auth="ntlm", cert_validation=validation, message_encryption=encryption)
    assert found.authenticated is (proven or validation == "validate")


@pytest.mark.parametrize(("given", "environment", "told"), [
    ("/ca.pem", "/env.pem", "/ca.pem"), (None, "/env.pem", "/env.pem"), ("legacy_requests", "/env.pem", "/env.pem"),
    (None, "", ""),
])  # fmt: skip
def test_the_file_of_cas(monkeypatch: pytest.MonkeyPatch, given: str | None, environment: str, told: str) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", environment)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    extras = {} if given is None else {"ca_trust_path": given}
    assert KINDS["winrm"].attempt(WinrmOptions({}, extras), "dc01", print).trusted == told
    assert attempt_of(ca_cert=given).trusted == told


# --- the logon over psrp

SHELL = envelope(
    "<x:ResourceCreated><a:ReferenceParameters><w:SelectorSet>"
    '<w:Selector Name="ShellId">OURS</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>'
)


class Wire:
    """Stands for the guarded transport: what it is made with, and a script that answers."""

    def __init__(self, *answers: Any) -> None:
        self.script, self.settings, self.recorder = Script(list(answers)), {}, None
        self.read_timeout, self.closed = 30, 0
        self.send = self.script.send_message

    def __call__(self, recorder: Any, **settings: Any) -> Wire:
        self.recorder, self.settings = recorder, settings
        if settings["auth"] == "basic" and not settings["ssl"] and settings["encryption"] != "never":
            raise ValueError("Cannot use message encryption with auth 'basic', either set encryption='never'")
        return self

    def drop(self) -> None:
        self.closed += 1


def opened(patched: pytest.MonkeyPatch, wire: Wire, **options: Any) -> Any:
    patched.setattr(connections, "GuardedPsrpTransport", wire)
    connection = PsrpFake(**options)
    return KINDS["psrp"].open(connection, KINDS["psrp"].attempt(connection, "dc01", print), "recorder")  # type: ignore[arg-type]


def test_a_logon_opens_a_shell_of_ours_with_the_settings_of_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(SHELL)
    session = opened(monkeypatch, wire, ca_cert="/ca.pem", negotiate_hostname_override="dc01.company.local")
    assert (session.shell_id, session.shell_is_ours, session.operation_timeout) == ("OURS", True, 20)
    request: Request = wire.script.requests[0]
    assert (request.action, request.options) == ("Create", {"WINRS_NOPROFILE": "FALSE", "WINRS_CODEPAGE": "65001"})
    assert wire.recorder == "recorder"
    assert wire.settings == {
        "server": "10.0.0.5", "port": 5986, "ssl": True, "auth": "ntlm", "cert_validation": "/ca.pem",
        "username": "C\\u", "password": "p", "path": "wsman", "connection_timeout": 30, "read_timeout": 30,
        "encryption": "auto", "proxy": None, "no_proxy": False, "certificate_key_pem": None, "certificate_pem": None,
        "credssp_auth_mechanism": "auto", "credssp_disable_tlsv1_2": False, "credssp_minimum_version": 2,
        "negotiate_send_cbt": True, "negotiate_delegate": None, "negotiate_hostname_override": "dc01.company.local",
        "negotiate_service": "WSMAN",
    }  # fmt: skip


def test_an_empty_password_leaves_a_ticket_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(SHELL)
    opened(monkeypatch, wire, auth="kerberos", remote_user="u@COMPANY.LOCAL", remote_password="")
    assert (wire.settings["auth"], wire.settings["password"]) == ("kerberos", None)


@pytest.mark.parametrize(
    ("options", "validation"),
    [({}, True), ({"ca_cert": "/ca.pem"}, "/ca.pem"), ({"ca_cert": "/ca.pem", "cert_validation": "ignore"}, False)],
)
def test_whose_certificates_are_taken(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], validation: bool | str
) -> None:
    wire = Wire(SHELL)
    opened(monkeypatch, wire, **options)
    assert wire.settings["cert_validation"] == validation


@pytest.mark.parametrize(
    ("answer", "words", "refused"),
    [
        (SessionError("no", refused=True, said="the credentials were rejected by the host"), "credentials were", True),
        (requests.exceptions.ConnectionError("[Errno 111] Connection refused"), "nothing listens there", False),
        (requests.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED"), "set ansible_psrp_ca_cert|Renew its", False),
        (ImportError("GSSAPIProxy requires the Python gssapi library: No module named 'gssapi'"), "pypsrp\\[", False),
        (AuthenticationError("The server did not response with one of the following"), "not offer", False),
        (SchemeNotOffered("the host takes logons by other schemes only: Basic"), "only: Basic", False),
        (UnsafeAnswer("it is compressed"), "the answer is not believed: it is compressed", False),
        (seam_pypsrp.http_error(503, "<html>"), "not WinRM \\(HTTP 503\\)", False),
        (wsman_fault(2150859173), "opens no further shell", False),
        (wsman_fault(2150858752), "opening a remote shell failed: It failed \\(0x80338000\\)", False),
    ],
    ids=["password", "refused", "tls", "kerberos", "nothing", "scheme", "rogue", "503", "shells", "fault"],
)
def test_a_logon_that_fails_is_one_and_has_a_cause(
    monkeypatch: pytest.MonkeyPatch, answer: Any, words: str, refused: bool
) -> None:
    wire = Wire(answer)
    with pytest.raises(HostUnreachable, match=words) as failure:
        opened(monkeypatch, wire)
    assert isinstance(failure.value, LogonRefused) is refused
    assert str(failure.value).startswith("dc01 (10.0.0.5:5986): cannot log on over WinRM as 'C\\u' with transport ntlm")
    assert (len(wire.script.requests), "ansible_winrm_" in str(failure.value)) == (1, False)
    assert wire.closed > 0


DENIED = wsman_fault(5, subcode="w:AccessDenied")
TOLD = enumerated(instance("Win32_OperatingSystem", "root/cimv2", Version="10.0.17763"))


def test_an_account_that_may_open_no_shell_uses_wmi(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(DENIED, TOLD)
    session = opened(monkeypatch, wire)
    assert (session.shell_id, wire.script.actions, wire.closed) == (None, ["Create", "Enumerate"], 0)


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (DENIED, r"the account may not use WinRM here\. It has to be an administrator of the host, or to be let in by"),
        (requests.exceptions.ConnectionError("Connection aborted"), "the connection was broken off"),
    ],
    ids=["denied", "lost"],
)
def test_an_account_that_may_use_neither_is_told_so(monkeypatch: pytest.MonkeyPatch, second: Any, words: str) -> None:
    wire = Wire(DENIED, second)
    with pytest.raises(HostUnreachable, match=words):
        opened(monkeypatch, wire)
    assert (wire.script.actions, wire.closed > 0) == (["Create", "Enumerate"], True)


class WinrmFake:
    """Ansible's winrm connection after it has connected: without a shell, since the account may open none."""

    transport, shell_id = "winrm", ""

    def __init__(self, script: Script) -> None:
        self.protocol = protocol_of(script)
        self.protocol.no_shell = "WSManFault (extended fault data: {'fault_subcode': 'w:AccessDenied'})"

    def _connect(self) -> None:
        return None

    def close(self) -> None:
        return None


def test_ansibles_winrm_goes_without_a_shell_too_and_asks_once() -> None:
    script = Script([TOLD])
    connection, kind = WinrmFake(script), KINDS["winrm"]
    for _item in range(2):
        session = kind.open(connection, LogonAttempt("dc01", "10.0.0.5", 5985, "C\\u", "ntlm"), None)
        assert session.shell_id is None
    assert script.actions == ["Enumerate"]


def test_settings_that_go_not_together_are_told_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire()
    with pytest.raises(HostUnreachable, match="ansible_psrp_message_encryption is 'always', which this transport"):
        opened(monkeypatch, wire, protocol="http", auth="basic")
    assert wire.script.requests == []


def test_without_pypsrp_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seam_pypsrp, "MISSING", ImportError("no", name="pypsrp"))
    with pytest.raises(RolloutError, match="'pypsrp' is missing on the controller"):
        opened(monkeypatch, Wire())
