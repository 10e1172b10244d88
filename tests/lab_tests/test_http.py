# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authentication, sealing and the HTTP face of the listener, as clients that are not ours meet them."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Iterator

import pytest
import requests
from lab_tests import small
from lab_tests.foreign import PASSWORD, USER, Psrp, psrp, pywinrm, pywinrm_query
from requests_ntlm import HttpNtlmAuth
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError, WSManFaultError

from lab.client import RunningEstate, start_estate

ZONES = "SELECT * FROM MicrosoftDNS_Zone"


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    place = tmp_path_factory.mktemp("http")
    hosts = (
        small.dns_host("dc01", "10.0.0.5", "2008r2"),
        small.dns_host("open01", "10.0.0.6", "2008r2", winrm={"allow_unencrypted": True}),
    )
    with start_estate(small.estate(place / "estate.yml", *hosts), place / "run") as running:
        yield running


@pytest.fixture(autouse=True)
def fresh(estate: RunningEstate) -> None:
    estate.unlock()
    estate.clear_faults()
    estate.reset_counters()


def post(estate: RunningEstate, body: bytes = b"", path: str = "/wsman", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(estate.address("dc01"), 5985, timeout=10)
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    answer.data = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


def test_unauthenticated_is_told_the_schemes(estate: RunningEstate) -> None:
    answer = post(estate)
    assert (answer.status, answer.headers.get_all("WWW-Authenticate")) == (401, ["Negotiate"])
    assert (answer.headers["Server"], answer.headers["Content-Length"]) == ("Microsoft-HTTPAPI/2.0", "0")


def test_other_paths_and_verbs(estate: RunningEstate) -> None:
    assert post(estate, path="/other").status == 404
    connection = http.client.HTTPConnection(estate.address("dc01"), 5985, timeout=10)
    connection.request("GET", "/wsman")
    assert connection.getresponse().status == 405
    connection.close()


def test_anonymous_identify_hides_the_version(estate: RunningEstate) -> None:
    answer = post(estate, b"<x/>", "/wsman-anon/identify", WSMANIDENTIFY="unauthenticated")
    assert answer.status == 200
    assert b"OS: 0.0.0 SP: 0.0 Stack: 2.0" in answer.data  # type: ignore[attr-defined]


@pytest.mark.parametrize("user", [USER, "company\\ROLLOUT", "company.local\\rollout", "rollout@company.local"])
def test_names_of_the_account(estate: RunningEstate, user: str) -> None:
    assert b"MicrosoftDNS_Zone" in pywinrm_query(pywinrm(estate.address("dc01"), user), ZONES)


@pytest.mark.parametrize("user", ["OTHER\\rollout", "COMPANY\\nobody", "rollout"])
def test_unknown_accounts_are_refused(estate: RunningEstate, user: str) -> None:
    with pytest.raises(InvalidCredentialsError):
        pywinrm_query(pywinrm(estate.address("dc01"), user), ZONES)


def test_one_wrong_password_is_one_failed_logon(estate: RunningEstate) -> None:
    with pytest.raises(InvalidCredentialsError):
        pywinrm_query(pywinrm(estate.address("dc01"), USER, "wrong"), ZONES)
    assert estate.counters()["dc01.company.local"]["logons"] == {"ok": 0, "failed": 1}


def test_account_locks_and_then_refuses_the_right_password(estate: RunningEstate) -> None:
    for _unused in range(5):
        with pytest.raises(InvalidCredentialsError):
            pywinrm_query(pywinrm(estate.address("dc01"), USER, "wrong"), ZONES)
    with pytest.raises(InvalidCredentialsError):
        pywinrm_query(pywinrm(estate.address("open01")), ZONES)
    assert estate.state()["accounts"]["COMPANY\\rollout"]["locked"] is True
    estate.unlock()
    assert b"MicrosoftDNS_Zone" in pywinrm_query(pywinrm(estate.address("dc01")), ZONES)


def test_a_good_logon_forgets_the_bad_ones(estate: RunningEstate) -> None:
    for password in ("wrong", "wrong", "wrong", "wrong", PASSWORD, "wrong", "wrong"):
        protocol = pywinrm(estate.address("dc01"), USER, password)
        if password == "wrong":
            with pytest.raises(InvalidCredentialsError):
                pywinrm_query(protocol, ZONES)
        else:
            pywinrm_query(protocol, ZONES)
    assert estate.state()["accounts"]["COMPANY\\rollout"]["locked"] is False


def test_not_an_administrator(estate: RunningEstate) -> None:
    with pytest.raises(WSManFaultError) as caught:
        pywinrm_query(pywinrm(estate.address("dc01"), "COMPANY\\clerk", "Clerk-2007!"), ZONES)
    assert (caught.value.wsman_fault_code, caught.value.fault_subcode) == (5, "w:AccessDenied")


def test_basic_is_refused_over_http(estate: RunningEstate) -> None:
    protocol = pywinrm(estate.address("dc01"), transport="basic", message_encryption="never")
    with pytest.raises(InvalidCredentialsError):
        pywinrm_query(protocol, ZONES)


def test_unsealed_message_is_refused(estate: RunningEstate) -> None:
    with pytest.raises(WinRMTransportError) as caught:
        pywinrm_query(pywinrm(estate.address("dc01"), message_encryption="never"), ZONES)
    assert (caught.value.code, caught.value.response_text) == (500, "")


def test_unsealed_message_where_it_is_allowed(estate: RunningEstate) -> None:
    protocol = pywinrm(estate.address("open01"), message_encryption="never")
    assert b"MicrosoftDNS_Zone" in pywinrm_query(protocol, ZONES)
    assert psrp(estate, "open01", encryption="never").query(ZONES)


def recorded(estate: RunningEstate, query: str) -> requests.Response:
    """The last answer as it came over the wire."""
    protocol, answers = pywinrm(estate.address("dc01")), []
    protocol.transport.build_session()
    protocol.transport.session.hooks["response"].append(lambda answer, *_arguments, **_options: answers.append(answer))
    with contextlib.suppress(WSManFaultError):
        pywinrm_query(protocol, query)
    return answers[-1]


def test_empty_authenticated_post_is_answered_200_and_empty(estate: RunningEstate) -> None:
    answer = requests.post(f"http://{estate.address('dc01')}:5985/wsman", auth=HttpNtlmAuth(USER, PASSWORD), timeout=10)
    assert [(one.status_code, one.content) for one in (*answer.history, answer)] == [(401, b""), (401, b""), (200, b"")]


@pytest.mark.parametrize(("query", "status"), [(ZONES, 200), ("SELECT * FROM Nothing", 500)])
def test_answers_and_faults_are_sealed(estate: RunningEstate, query: str, status: int) -> None:
    answer = recorded(estate, query)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == (
        'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
    )
    lines = answer.content.split(b"\r\n")
    assert lines[0] == b"--Encrypted Boundary"
    assert lines[1] == b"\tContent-Type: application/HTTP-SPNEGO-session-encrypted"
    assert lines[2].startswith(b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=")
    assert lines[4].startswith(b"\tContent-Type: application/octet-stream")
    assert answer.content.endswith(b"--Encrypted Boundary--\r\n")
    assert b"Envelope" not in answer.content


def test_message_sealed_for_another_connection(estate: RunningEstate) -> None:
    first, second = pywinrm(estate.address("dc01")), pywinrm(estate.address("dc01"))
    for protocol in (first, second):
        pywinrm_query(protocol, ZONES)
    endpoint = first.transport.endpoint
    sealed = first.transport.encryption.prepare_encrypted_request(first.transport.session, endpoint, b"<x/>")
    assert second.transport.session.send(sealed).status_code == 400


def test_new_connection_must_authenticate_anew(estate: RunningEstate) -> None:
    protocol = pywinrm(estate.address("dc01"))
    pywinrm_query(protocol, ZONES)
    sealed = protocol.transport.encryption.prepare_encrypted_request(
        protocol.transport.session, protocol.transport.endpoint, b"<x/>"
    )
    assert (
        requests.post(
            sealed.url, data=sealed.body, headers={"Content-Type": sealed.headers["Content-Type"]}, timeout=10
        ).status_code
        == 401
    )


def test_one_connection_serves_many_requests_with_one_logon(estate: RunningEstate) -> None:
    client = psrp(estate)
    for _unused in range(3):
        client.enumerate_page(ZONES)
    counted = estate.counters()["dc01.company.local"]
    assert counted["logons"] == {"ok": 1, "failed": 0}
    assert (counted["requests"], counted["kinds"]["enumerate"]["requests"]) == (6, 3)
    assert counted["bytes_in"] > 3000 and counted["bytes_out"] > counted["kinds"]["enumerate"]["bytes_out"]


def test_ansibles_own_connection_plugin(estate: RunningEstate) -> None:
    from ansible.playbook.play_context import PlayContext
    from ansible.plugins.loader import connection_loader, init_plugin_loader

    init_plugin_loader([])
    connection = connection_loader.get("winrm", PlayContext(), None)
    connection.set_options(
        var_options={"_extras": {}},
        direct={
            "remote_addr": estate.address("dc01"),
            "port": 5985,
            "scheme": "http",
            "remote_user": USER,
            "remote_password": PASSWORD,
            "transport": ["ntlm"],
            "message_encryption": "always",
        },
    )
    connection._connect()
    assert b"MicrosoftDNS_Zone" in pywinrm_query(connection.protocol, ZONES)
    connection.close()


def test_pypsrp_negotiates_too(estate: RunningEstate) -> None:
    client = Psrp(estate.address("dc01"), auth="negotiate", negotiate_delegate=False)
    assert client.query("SELECT * FROM Win32_ComputerSystem", "root/cimv2")[0]["Domain"] == "company.local"
