# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Basic, client certificates, CredSSP and channel binding tokens, as others' clients meet them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from lab_tests import small
from lab_tests.foreign import PASSWORD, USER, Psrp, pywinrm_query
from requests_credssp.exceptions import AuthenticationException
from requests_ntlm import HttpNtlmAuth
from winrm.exceptions import InvalidCredentialsError, WSManFaultError
from winrm.protocol import Protocol

from lab.client import RunningEstate, start_estate

COMPUTER = "SELECT * FROM Win32_ComputerSystem"
RECORDS = "SELECT * FROM MicrosoftDNS_AType"
OWN = {"name": "Administrator", "password": "Own-Administrator-1", "administrator": True, "built_in": True}
FILTERED = {"name": "second", "password": "Own-second-1", "administrator": True}
# Mappings that do not fit, and one that fits by the end of the subject.
OTHERS = [
    {"account": "Administrator", "issuer": "0" * 40},
    {"account": "Administrator", "subject": "other@localhost"},
    {"account": "Administrator", "subject": "*@company.local"},
]
ENDING = {"account": "second", "subject": "*@LOCALHOST"}
MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"


def host(name: str, last: int, **winrm: Any) -> dict[str, Any]:
    return {
        "name": name,
        "address": f"10.0.0.{last}",
        "generation": "2016",
        "accounts": [OWN, FILTERED],
        "winrm": {"https": True, **winrm},
    }


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    place = tmp_path_factory.mktemp("ways")
    every = {"basic": True, "certificate": True, "credssp": True}
    hosts = (
        {**small.dns_host("all01", "", "2016", records=60), **host("all01", 5, auth=every, one_item_first=False)},
        host("usual01", 6),
        host("open01", 7, auth={"basic": True}, allow_unencrypted=True),
        host("unmapped01", 8, auth={"certificate": True}, certificate_mappings=OTHERS),
        host("filtered01", 9, auth={"certificate": True}, certificate_mappings=[*OTHERS, ENDING]),
        host("strict01", 10, cbt_hardening="strict"),
        host("loose01", 11, cbt_hardening="none"),
        host("basic01", 12, auth={"basic": True, "negotiate": False}),
    )
    old = {**host("old01", 13, auth={"credssp": True}, https=False), "generation": "2003"}
    with start_estate(small.estate(place / "estate.yml", *hosts, old), place / "run") as running:
        yield running


@pytest.fixture(autouse=True)
def fresh(estate: RunningEstate) -> None:
    estate.unlock()
    estate.reset_counters()


def protocol(estate: RunningEstate, name: str, transport: str, *, scheme: str = "https", **options: Any) -> Protocol:
    """pywinrm's, with what the inventory says of the listener; as the domain's administrator unless told otherwise."""
    told = estate.variables_of(name)
    settings = {"username": USER, "password": PASSWORD, "ca_trust_path": told["ansible_winrm_ca_trust_path"], **options}
    port = {"https": 5986, "http": 5985}[scheme]
    url = f"{scheme}://{estate.address(name)}:{port}/wsman"
    return Protocol(url, transport=transport, server_cert_validation="validate", proxy=None, **settings)


def with_certificate(estate: RunningEstate, name: str) -> Protocol:
    told = estate.variables_of("all01")
    files = {key: told[f"ansible_winrm_{key}"] for key in ("cert_pem", "cert_key_pem")}
    return protocol(estate, name, "certificate", username=None, password=None, **files)


def local(name: str = "Administrator", password: str = "Own-Administrator-1") -> dict[str, str]:
    return {"username": name, "password": password}


def logons(estate: RunningEstate, name: str) -> dict[str, int]:
    counted: dict[str, int] = estate.counters()[f"{name}.company.local"]["logons"]
    return counted


def requests_of(estate: RunningEstate, name: str) -> int:
    return int(estate.counters()[f"{name}.company.local"]["requests"])


def offers(estate: RunningEstate, name: str, scheme: str = "https") -> list[str]:
    port = {"https": 5986, "http": 5985}[scheme]
    answer = requests.post(f"{scheme}://{estate.address(name)}:{port}/wsman", verify=False, timeout=10)  # noqa: S501
    assert answer.status_code == 401
    return [one.strip() for one in answer.headers["WWW-Authenticate"].split(",")]


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
@pytest.mark.parametrize(
    ("name", "scheme", "told"),
    [
        ("usual01", "https", ["Negotiate"]),
        ("usual01", "http", ["Negotiate"]),
        ("all01", "https", ['Basic realm="WSMAN"', "CredSSP", "Negotiate"]),
        ("all01", "http", ["CredSSP", "Negotiate"]),
        ("open01", "http", ['Basic realm="WSMAN"', "Negotiate"]),
        ("basic01", "https", ['Basic realm="WSMAN"']),
        ("old01", "http", ["Negotiate"]),
    ],
)
def test_what_a_machine_offers(estate: RunningEstate, name: str, scheme: str, told: list[str]) -> None:
    assert offers(estate, name, scheme) == told


# --- Basic -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", ["Administrator", "administrator", ".\\Administrator", "ALL01\\Administrator"])
def test_basic_takes_the_machines_own_account(estate: RunningEstate, user: str) -> None:
    client = protocol(estate, "all01", "basic", **local(user))
    for _unused in range(2):
        assert b"all01" in pywinrm_query(client, COMPUTER, "root/cimv2")
    # Sent in one go, and once logged on the connection is.
    assert (requests_of(estate, "all01"), logons(estate, "all01")) == (2, {"ok": 1, "failed": 0})


@pytest.mark.parametrize(
    ("user", "password"),
    [(USER, PASSWORD), ("rollout@company.local", PASSWORD), ("rollout", PASSWORD), ("Administrator", "wrong")],
)
def test_basic_refuses_the_domains_accounts_and_wrong_passwords_once(
    estate: RunningEstate, user: str, password: str
) -> None:
    with pytest.raises(InvalidCredentialsError):
        pywinrm_query(protocol(estate, "all01", "basic", **local(user, password)), COMPUTER, "root/cimv2")
    assert logons(estate, "all01") == {"ok": 0, "failed": 1}


def test_basic_over_http_only_where_everybody_may_read(estate: RunningEstate) -> None:
    told = {"scheme": "http", "message_encryption": "never", **local()}
    assert b"open01" in pywinrm_query(protocol(estate, "open01", "basic", **told), COMPUTER, "root/cimv2")
    with pytest.raises(InvalidCredentialsError):
        pywinrm_query(protocol(estate, "all01", "basic", **told), COMPUTER, "root/cimv2")
    # That was no logon at all.
    assert logons(estate, "all01") == {"ok": 0, "failed": 0}


def test_uac_counts_for_basic_too(estate: RunningEstate) -> None:
    with pytest.raises(WSManFaultError) as caught:
        pywinrm_query(protocol(estate, "all01", "basic", **local("second", "Own-second-1")), COMPUTER, "root/cimv2")
    assert caught.value.wsman_fault_code == 5


def test_another_password_on_the_same_connection(estate: RunningEstate) -> None:
    url = f"https://{estate.address('all01')}:5986/wsman"
    authority = estate.variables_of("all01")["ansible_winrm_ca_trust_path"]
    with requests.Session() as session:
        told = [
            session.post(url, auth=("Administrator", word), verify=authority, timeout=10).status_code
            for word in ("Own-Administrator-1", "wrong", "Own-Administrator-1")
        ]
    assert told == [200, 401, 200]


# --- a certificate of the client -------------------------------------------------------------------------------------


def test_certificate_is_mapped_to_an_account_of_the_machine(estate: RunningEstate) -> None:
    client = with_certificate(estate, "all01")
    assert b"all01" in pywinrm_query(client, COMPUTER, "root/cimv2")
    shell = client.open_shell()
    out, _err, code = client.get_command_output(shell, client.run_command(shell, "whoami"))
    client.close_shell(shell)
    assert (out.decode().strip().lower(), code) == ("all01\\administrator", 0)
    assert logons(estate, "all01") == {"ok": 1, "failed": 0}


def test_certificate_that_nobody_mapped_is_refused(estate: RunningEstate) -> None:
    with pytest.raises(InvalidCredentialsError):
        pywinrm_query(with_certificate(estate, "unmapped01"), COMPUTER, "root/cimv2")
    assert logons(estate, "unmapped01") == {"ok": 0, "failed": 1}


def test_certificate_where_that_way_is_off(estate: RunningEstate) -> None:
    with pytest.raises(InvalidCredentialsError):
        pywinrm_query(with_certificate(estate, "usual01"), COMPUTER, "root/cimv2")
    assert logons(estate, "usual01") == {"ok": 0, "failed": 0}


def test_mapped_account_comes_over_the_network(estate: RunningEstate) -> None:
    with pytest.raises(WSManFaultError) as caught:
        pywinrm_query(with_certificate(estate, "filtered01"), COMPUTER, "root/cimv2")
    assert caught.value.wsman_fault_code == 5


def test_the_header_alone_proves_nothing(estate: RunningEstate) -> None:
    answer = requests.post(
        f"https://{estate.address('all01')}:5986/wsman",
        headers={"Authorization": MUTUAL},
        verify=estate.variables_of("all01")["ansible_winrm_ca_trust_path"],
        timeout=10,
    )
    assert answer.status_code == 401


@pytest.mark.parametrize(("settings", "said"), [({"days": -2}, "rejected"), ({"usage": "server"}, "certificate")])
def test_certificate_that_has_ended_or_is_for_servers(tmp_path: Path, settings: dict[str, Any], said: str) -> None:
    path = small.estate(tmp_path / "e.yml", host("all01", 5, auth={"certificate": True}), client_certificate=settings)
    with start_estate(path, tmp_path / "run") as running, pytest.raises(Exception, match=said):
        pywinrm_query(with_certificate(running, "all01"), COMPUTER, "root/cimv2")


# --- CredSSP ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_credssp_seals_over_http_and_hands_the_password_over(estate: RunningEstate, scheme: str) -> None:
    client = protocol(estate, "all01", "credssp", scheme=scheme)
    for _unused in range(2):
        assert b"all01" in pywinrm_query(client, COMPUTER, "root/cimv2")
    assert logons(estate, "all01") == {"ok": 1, "failed": 0}


def test_credssp_is_for_the_machines_own_accounts_too(estate: RunningEstate) -> None:
    client = protocol(estate, "all01", "credssp", scheme="http", **local(".\\Administrator"))
    assert b"all01" in pywinrm_query(client, COMPUTER, "root/cimv2")


def test_credssp_refuses_a_wrong_password_with_a_code_and_counts_it_once(estate: RunningEstate) -> None:
    with pytest.raises(Exception, match="0xc000006d"):
        pywinrm_query(protocol(estate, "all01", "credssp", scheme="http", password="wrong"), COMPUTER, "root/cimv2")
    assert logons(estate, "all01") == {"ok": 0, "failed": 1}


def test_credssp_seals_long_messages_in_parts(estate: RunningEstate) -> None:
    """Both ways: the question has more than 16 KiB, and so has the answer with its many records."""
    answers: list[requests.Response] = []
    client = protocol(estate, "all01", "credssp", scheme="http")
    session = client.transport.build_session()
    session.hooks["response"].append(lambda answer, *_arguments, **_options: answers.append(answer))
    long = f"{RECORDS} WHERE " + " OR ".join(f"OwnerName<>'{'x' * 60}{number}'" for number in range(300))
    assert len(pywinrm_query(client, long)) > 16384
    sent, came = answers[-1].request, answers[-1]
    protocol_part = 'protocol="application/HTTP-CredSSP-session-encrypted";boundary="Encrypted Boundary"'
    assert (
        sent.headers["Content-Type"] == came.headers["Content-Type"] == f"multipart/x-multi-encrypted;{protocol_part}"
    )
    assert came.content.count(b"Length=16384\r\n") == came.content.count(b"OriginalContent") - 1 > 0
    pywinrm_query(client, COMPUTER, "root/cimv2")
    assert answers[-1].headers["Content-Type"] == f"multipart/encrypted;{protocol_part}"


def test_readable_message_over_http_is_refused_with_credssp_too(estate: RunningEstate) -> None:
    client = protocol(estate, "all01", "credssp", scheme="http", message_encryption="never")
    # The library sends the message with each of its tokens, and takes the refusal of it for one of the last token.
    with pytest.raises(AuthenticationException, match=r"after step Credential exchange - actual ''"):
        pywinrm_query(client, COMPUTER, "root/cimv2")
    assert logons(estate, "all01") == {"ok": 1, "failed": 0}


# --- channel binding tokens ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "binds", "taken"),
    [
        ("usual01", True, True),
        ("usual01", False, True),
        ("strict01", True, True),
        ("strict01", False, False),
        ("loose01", False, True),
    ],
)
def test_token_that_binds_the_logon_to_the_channel(estate: RunningEstate, name: str, binds: bool, taken: bool) -> None:
    client = protocol(estate, name, "ntlm", send_cbt=binds)
    if taken:
        assert name.encode() in pywinrm_query(client, COMPUTER, "root/cimv2")
    else:
        with pytest.raises(InvalidCredentialsError):
            pywinrm_query(client, COMPUTER, "root/cimv2")
    assert logons(estate, name)["ok"] == int(taken)


@pytest.mark.parametrize(("name", "status"), [("usual01", 401), ("strict01", 401), ("loose01", 200)])
def test_token_for_another_channel(
    estate: RunningEstate, name: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a client that somebody in between has talked TLS to."""
    monkeypatch.setattr("requests_ntlm.requests_ntlm._get_certificate_hash", lambda _der: b"x" * 32)
    answer = requests.post(
        f"https://{estate.address(name)}:5986/wsman",
        auth=HttpNtlmAuth(USER, PASSWORD),
        verify=estate.variables_of(name)["ansible_winrm_ca_trust_path"],
        timeout=10,
    )
    assert answer.status_code == status


# --- what the inventory says -----------------------------------------------------------------------------------------


def test_inventory_follows_from_what_a_machine_offers(estate: RunningEstate) -> None:
    ways = {
        name: estate.variables_of(name)["ansible_winrm_transport"] for name in ("all01", "usual01", "basic01", "old01")
    }
    assert ways == {"all01": "certificate", "usual01": "ntlm", "basic01": "basic", "old01": "ntlm"}
    told = estate.variables_of("basic01")
    assert (told["ansible_user"], told["ansible_password"]) == ("Administrator", "Own-Administrator-1")
    key = Path(estate.variables_of("all01")["ansible_winrm_cert_key_pem"])
    assert key.stat().st_mode & 0o077 == 0


# --- pypsrp ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "ssl"),
    [("ntlm", True), ("credssp", True), ("credssp", False), ("basic", True), ("certificate", True)],
)
def test_pypsrp_comes_in_by_each_way(estate: RunningEstate, way: str, ssl: bool) -> None:
    told = estate.variables_of("all01")
    options: dict[str, Any] = {"auth": way, "encryption": "auto"}
    if ssl:
        options |= {"ssl": True, "port": 5986, "cert_validation": told["ansible_winrm_ca_trust_path"]}
    if way == "certificate":
        files = {"certificate_pem": "cert_pem", "certificate_key_pem": "cert_key_pem"}
        options |= {name: told[f"ansible_winrm_{key}"] for name, key in files.items()}
    user = ("Administrator", "Own-Administrator-1") if way == "basic" else (USER, PASSWORD)
    (computer,) = Psrp(estate.address("all01"), *user, **options).query(COMPUTER, "root/cimv2")
    assert computer["DNSHostName"] == "all01"


@pytest.mark.parametrize("way", ["ntlm", "credssp"])
def test_messages_that_are_sealed_within_tls_are_taken(estate: RunningEstate, way: str) -> None:
    trusted = estate.variables_of("all01")["ansible_winrm_ca_trust_path"]
    options = {"auth": way, "encryption": "always", "ssl": True, "port": 5986, "cert_validation": trusted}
    (computer,) = Psrp(estate.address("all01"), USER, PASSWORD, **options).query(COMPUTER, "root/cimv2")
    assert computer["DNSHostName"] == "all01"


def test_basic_token_that_is_none(estate: RunningEstate) -> None:
    token = base64.b64encode(b"no colon in it").decode()
    answer = requests.post(
        f"https://{estate.address('all01')}:5986/wsman",
        headers={"Authorization": f"Basic {token}"},
        verify=estate.variables_of("all01")["ansible_winrm_ca_trust_path"],
        timeout=10,
    )
    assert answer.status_code == 401
