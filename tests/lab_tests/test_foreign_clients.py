# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What clients that are not ours demand of a Windows machine: pypsrp, pywinrm, and what WinRb puts on the wire."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Iterator
from typing import Any

import pytest
import spnego
import xmltodict
import yaml
from lab_tests.foreign import PASSWORD, TRANSFER, USER, WMI, Psrp, WSManFaultError, psrp, pywinrm
from lab_tests.windows import description, remote
from spnego._ntlm_raw.messages import AvId, Challenge, NegotiateFlags
from winrm.exceptions import WinRMTransportError
from winrm.protocol import Protocol

from lab.client import RunningEstate, start_estate

SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
VIEW = "certutil -view -out RequestID"
# Of the same name as the domain's; the machine takes whatever domain a client says for itself.
LOCAL = {"name": "rollout", "password": PASSWORD, "administrator": True, "built_in": True}


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    place = tmp_path_factory.mktemp("foreign")
    content = description()
    content["hosts"] += [
        {"name": "ca02", "address": "10.0.0.7", "ca": _ca("Guarded CA", {"manage": ["Enterprise Admins"]})},
        {"name": "ca03", "address": "10.0.0.8", "ca": _ca("Read CA", {"read": ["COMPANY\\rollout"]})},
        {"name": "lone01", "address": "10.0.0.13", "domain_member": False, "accounts": [LOCAL]},
    ]
    (place / "estate.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with start_estate(place / "estate.yml", place / "run") as running:
        yield running


def _ca(name: str, security: dict[str, list[str]]) -> dict[str, Any]:
    return {"common_name": name, "key_length": 1024, "security": security}


# --- the shell runs `cmd /C line` ------------------------------------------------------------------------------------


def winrb(protocol: Protocol, shell: str, command: str, *arguments: str) -> tuple[str, str, int]:
    """Command as WinRb sends it: the command in quotation marks, whatever it is, and each argument an element."""
    header = protocol.build_wsman_header(f"{SHELL}/Command", f"{SHELL}/cmd", shell)
    header["env:Header"]["w:OptionSet"] = {
        "w:Option": [
            {"@Name": "WINRS_CONSOLEMODE_STDIN", "#text": "TRUE"},
            {"@Name": "WINRS_SKIP_CMD_SHELL", "#text": "FALSE"},
        ]
    }
    line: dict[str, Any] = {"rsp:Command": f'"{command}"'}
    if arguments:
        line["rsp:Arguments"] = list(arguments)
    header["env:Body"] = {"rsp:CommandLine": line}
    answer = xmltodict.parse(protocol.send_message(xmltodict.unparse({"env:Envelope": header})))
    number = answer["s:Envelope"]["s:Body"]["rsp:CommandResponse"]["rsp:CommandId"]
    out, err, code = protocol.get_command_output(shell, number)
    protocol.cleanup_command(shell, number)
    return out.decode(), err.decode(), code


@pytest.fixture(scope="module")
def shell(estate: RunningEstate) -> Iterator[tuple[Protocol, str]]:
    protocol = pywinrm(estate.address("srv01"))
    number = protocol.open_shell(codepage=65001)
    yield protocol, number
    protocol.close_shell(number)


@pytest.mark.parametrize(("command", "arguments", "out", "code"), [
    ("hostname", (), "srv01\r\n", 0),
    ("echo a&& echo b", (), "a\r\nb\r\n", 0),
    ("dir /b C:\\Windows\\System32\\hostname.exe", (), "hostname.exe\r\n", 0),
    ("cmd", ("/c", "echo", "hello"), "hello\r\n", 0),
    ("exit 5", (), "", 5),
    ('echo "quoted"', (), '"quoted"\r\n', 0),
])  # fmt: skip
def test_winrb_s_quoted_command_runs(
    shell: tuple[Protocol, str], command: str, arguments: tuple[str, ...], out: str, code: int
) -> None:
    assert winrb(*shell, command, *arguments) == (out, "", code)


@pytest.mark.parametrize(("line", "out"), [
    ("echo a b", "a b\r\n"),
    ('echo "a b" c', '"a b" c\r\n'),
    # A pair that begins the line is taken for the one around the whole.
    ('"hostname"', "srv01\r\n"),
])  # fmt: skip
def test_line_is_not_quoted_behind_c(estate: RunningEstate, line: str, out: str) -> None:
    ended = remote(estate, "srv01", line)
    assert (ended.code, ended.out) == (0, out)


# --- the NTLM challenge ----------------------------------------------------------------------------------------------


def challenge(estate: RunningEstate, host: str, protocol: str) -> Challenge:
    """The machine's answer to pyspnego's first token."""
    token = spnego.client(USER, PASSWORD, protocol=protocol, options=_python_only()).step()
    connection = http.client.HTTPConnection(estate.address(host), 5985, timeout=10)
    connection.request("POST", "/wsman", b"", {"Authorization": f"Negotiate {base64.b64encode(token).decode()}"})
    answer = base64.b64decode(connection.getresponse().headers["WWW-Authenticate"].partition(" ")[2])
    connection.close()
    return Challenge.unpack(answer[answer.index(b"NTLMSSP\x00") :])


def _python_only() -> spnego.NegotiateOptions:
    return spnego.NegotiateOptions.use_ntlm


@pytest.mark.parametrize("protocol", ["ntlm", "negotiate"])
def test_challenge_names_the_domain(estate: RunningEstate, protocol: str) -> None:
    found = challenge(estate, "srv01", protocol)
    info = found.target_info
    assert found.target_name == "COMPANY"
    assert found.flags & NegotiateFlags.target_type_domain and not found.flags & NegotiateFlags.target_type_server
    assert (info[AvId.nb_domain_name], info[AvId.nb_computer_name]) == ("COMPANY", "SRV01")
    assert (info[AvId.dns_domain_name], info[AvId.dns_computer_name]) == ("company.local", "srv01.company.local")


def test_challenge_of_a_lone_server_names_itself(estate: RunningEstate) -> None:
    found = challenge(estate, "lone01", "ntlm")
    assert (found.target_name, found.target_info[AvId.nb_domain_name]) == ("LONE01", "LONE01")
    assert found.flags & NegotiateFlags.target_type_server
    assert AvId.dns_domain_name not in found.target_info


@pytest.mark.parametrize("way", [{"auth": "ntlm"}, {"auth": "negotiate", "negotiate_delegate": False}])
def test_clients_log_on_after_that_challenge(estate: RunningEstate, way: dict[str, Any]) -> None:
    for host in ("srv01", "lone01"):
        (computer,) = Psrp(estate.address(host), **way).query("SELECT * FROM Win32_ComputerSystem", "root/cimv2")
        assert computer["DNSHostName"] == host


# --- WMI: a singleton ------------------------------------------------------------------------------------------------


def test_singleton_is_got_without_keys(estate: RunningEstate) -> None:
    assert psrp(estate, "srv01").get("Win32_OperatingSystem", namespace="root/cimv2")["Version"] == "6.1.7601"
    protocol = pywinrm(estate.address("srv01"))
    header = protocol.build_wsman_header(f"{TRANSFER}Get", f"{WMI}root/cimv2/Win32_OperatingSystem")
    answer = protocol.send_message(xmltodict.unparse({"env:Envelope": header | {"env:Body": None}}))
    assert b"<p:BuildNumber>7601</p:BuildNumber>" in answer


def test_other_classes_want_keys(estate: RunningEstate) -> None:
    for name in ("Win32_ComputerSystem", "Win32_Service"):
        with pytest.raises(WSManFaultError) as caught:
            psrp(estate, "srv01").get(name, namespace="root/cimv2")
        assert caught.value.code == 2150859002


# --- 413 -------------------------------------------------------------------------------------------------------------


def test_request_above_the_envelope_is_413(estate: RunningEstate) -> None:
    client = psrp(estate, "srv01")
    with pytest.raises(Exception, match="413"):
        client.query(f"SELECT * FROM Win32_Service WHERE Name='{'x' * 160000}'", "root/cimv2")
    protocol = pywinrm(estate.address("srv01"))
    shell = protocol.open_shell()
    with pytest.raises(WinRMTransportError) as caught:
        protocol.run_command(shell, "echo " + "x" * 160000)
    assert (caught.value.code, caught.value.response_text) == (413, "")
    # The connection goes on.
    assert protocol.get_command_output(shell, protocol.run_command(shell, "hostname")) == (b"srv01\r\n", b"", 0)
    protocol.close_shell(shell)


# --- the CA ----------------------------------------------------------------------------------------------------------


def test_reading_the_database_needs_read(estate: RunningEstate) -> None:
    assert remote(estate, "ca01", VIEW).code == 0
    denied = remote(estate, "ca02", VIEW)
    assert (denied.code, "0x80070005" in denied.out) == (0x80070005, True)
    assert remote(estate, "ca03", VIEW).code == 0


def test_read_does_not_let_decide(estate: RunningEstate) -> None:
    for line in ("certutil -resubmit 2", "certutil -deny 2", "certutil -revoke 61"):
        assert remote(estate, "ca03", line).code == 0x80070005
