# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines with accounts of their own, in a workgroup or not, and HTTPS listeners, as others' clients meet them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from lab_tests import small
from lab_tests.foreign import PASSWORD, USER, Psrp, pywinrm, pywinrm_query
from winrm.exceptions import InvalidCredentialsError, WSManFaultError
from winrm.protocol import Protocol

from lab.client import RunningEstate, start_estate

COMPUTER = "SELECT * FROM Win32_ComputerSystem"
POLICIES = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System"
BUILT_IN = {"name": "Administrator", "password": "Own-Administrator-1", "administrator": True, "built_in": True}
OWN = {"name": "edgeadmin", "password": "Own-edgeadmin-1", "administrator": True}
CLERK = {"name": "visitor", "password": "Own-visitor-1"}


def host(name: str, address: str, generation: str = "2016", **settings: Any) -> dict[str, Any]:
    return {"name": name, "address": address, "generation": generation, "accounts": [BUILT_IN, OWN, CLERK], **settings}


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    place = tmp_path_factory.mktemp("workgroup")
    policy = {POLICIES: {"LocalAccountTokenFilterPolicy": 1}}
    lone: dict[str, Any] = {"domain_member": False, "lockout_after": 0}
    hosts = (
        host("ca01", "10.0.0.6", ca={"key_length": 1024}),
        host("edge01", "10.0.0.25", winrm={"http": False, "https": True}, **lone),
        host("edge02", "10.0.0.26", registry=policy, **lone),
        host("edge03", "10.0.0.27", accounts=[{**BUILT_IN, "password": "Another-1"}], **lone),
        host("old01", "10.0.0.28", "2003", **lone),
        host("strict01", "10.0.0.29", **{**lone, "lockout_after": 2}),
    )
    with start_estate(small.estate(place / "estate.yml", *hosts), place / "run") as running:
        yield running


def logged_on(estate: RunningEstate, name: str, user: str, password: str) -> bool:
    """Whether the machine takes them; raises WSManFaultError where it does, and they may not use WinRM."""
    try:
        return b"Win32_ComputerSystem" in pywinrm_query(
            pywinrm(estate.address(name), user, password), COMPUTER, "root/cimv2"
        )
    except InvalidCredentialsError:
        return False


@pytest.mark.parametrize("user", ["EDGE02\\Administrator", "edge02\\administrator", ".\\Administrator",
                                  "Administrator", "ANYTHING\\Administrator"])  # fmt: skip
def test_names_of_a_machines_own_account(estate: RunningEstate, user: str) -> None:
    assert logged_on(estate, "edge02", user, "Own-Administrator-1")


@pytest.mark.parametrize(
    ("name", "user", "password"),
    [
        ("edge02", USER, PASSWORD),
        ("edge02", "rollout@company.local", PASSWORD),
        ("edge02", "Administrator@company.local", "Own-Administrator-1"),
        ("edge03", "Administrator", "Own-Administrator-1"),
        ("edge02", "Administrator", "Another-1"),
        ("ca01", "COMPANY\\Administrator", "Own-Administrator-1"),
    ],
)
def test_the_domain_means_nothing_in_a_workgroup_nor_one_machine_to_another(
    estate: RunningEstate, name: str, user: str, password: str
) -> None:
    assert not logged_on(estate, name, user, password)


def test_a_member_of_the_domain_has_accounts_of_its_own_too(estate: RunningEstate) -> None:
    assert logged_on(estate, "ca01", "CA01\\Administrator", "Own-Administrator-1")
    assert logged_on(estate, "ca01", USER, PASSWORD)
    assert logged_on(estate, "edge03", "Administrator", "Another-1")


@pytest.mark.parametrize(
    ("name", "user", "password"),
    [
        ("ca01", ".\\edgeadmin", "Own-edgeadmin-1"),
        ("edge02", ".\\visitor", "Own-visitor-1"),
        ("old01", ".\\visitor", "Own-visitor-1"),
    ],
)
def test_without_the_rights_of_an_administrator(estate: RunningEstate, name: str, user: str, password: str) -> None:
    with pytest.raises(WSManFaultError) as caught:
        logged_on(estate, name, user, password)
    assert caught.value.wsman_fault_code == 5


@pytest.mark.parametrize("name", ["edge02", "old01"])
def test_an_administrator_of_its_own_where_uac_lets_it_or_there_is_none(estate: RunningEstate, name: str) -> None:
    assert logged_on(estate, name, ".\\edgeadmin", "Own-edgeadmin-1")


def test_whose_account_it_is(estate: RunningEstate) -> None:
    client = Psrp(estate.address("edge02"), ".\\edgeadmin", "Own-edgeadmin-1")
    (computer,) = client.query(COMPUTER, "root/cimv2")
    assert (computer["PartOfDomain"], computer["Domain"]) == ("false", "WORKGROUP")
    protocol = pywinrm(estate.address("edge02"), ".\\edgeadmin", "Own-edgeadmin-1")
    shell = protocol.open_shell()
    out, _err, code = protocol.get_command_output(shell, protocol.run_command(shell, "whoami"))
    protocol.close_shell(shell)
    assert (out.decode().strip().lower(), code) == ("edge02\\edgeadmin", 0)


def test_a_machine_locks_its_own_accounts_only_when_it_is_told_to(estate: RunningEstate) -> None:
    for name, locked in (("edge03", False), ("strict01", True)):
        for _unused in range(2):
            assert not logged_on(estate, name, "Administrator", "wrong")
        assert estate.state()["accounts"][f"{name.upper()}\\Administrator"]["locked"] is locked
    assert not logged_on(estate, "strict01", "Administrator", "Own-Administrator-1")
    estate.unlock()
    assert logged_on(estate, "strict01", "Administrator", "Own-Administrator-1")


def over_https(estate: RunningEstate, **options: Any) -> Protocol:
    variables = estate.variables_of("edge01")
    settings = {"transport": "ntlm", "ca_trust_path": variables["ansible_winrm_ca_trust_path"], **options}
    return Protocol(
        f"https://{estate.address('edge01')}:5986/wsman",
        username=variables["ansible_user"],
        password=variables["ansible_password"],
        server_cert_validation="validate",
        proxy=None,
        **settings,
    )


def test_messages_over_https_are_sealed_by_tls_alone(estate: RunningEstate) -> None:
    assert b"edge01" in pywinrm_query(over_https(estate), COMPUTER, "root/cimv2")


def test_the_certificate_of_the_listener_is_its_own(estate: RunningEstate, tmp_path: Path) -> None:
    url = f"https://{estate.address('edge01')}:5986/wsman"
    with pytest.raises(requests.exceptions.SSLError, match="self-signed certificate"):
        requests.post(url, timeout=10)
    certificates = estate.state()["hosts"]["edge01"]["registry"]
    assert "0.0.0.0:5986" in str(certificates)


def test_plain_http_is_off_where_the_machine_says_so(estate: RunningEstate) -> None:
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.post(f"http://{estate.address('edge01')}:5985/wsman", timeout=10)


def own(estate: RunningEstate, name: str) -> dict[str, Any]:
    return {key: value for key, value in estate.variables_of(name).items() if estate.variables.get(key) != value}


def test_what_the_inventory_says_of_a_lone_machine(estate: RunningEstate) -> None:
    variables = own(estate, "edge01")
    roots = variables.pop("pool_certificates_trusted_roots")
    assert [len(one) for one in roots] == [40]
    place = estate.inventory.parents[1] / "listeners" / "edge01.company.local.pem"
    assert variables.pop("ansible_winrm_ca_trust_path") == str(place) and place.is_file()
    # Ansible tries to read whatever lies in the folder of an inventory.
    assert {path.suffix for path in estate.inventory.parent.rglob("*") if path.is_file()} == {".yml"}
    assert variables == {
        "ansible_host": estate.address("edge01"),
        "ansible_user": "EDGE01\\Administrator",
        "ansible_password": "Own-Administrator-1",
        "ansible_port": 5986,
        "ansible_winrm_scheme": "https",
        "ansible_winrm_message_encryption": "auto",
        "ansible_winrm_server_cert_validation": "validate",
    }
    assert own(estate, "edge02") == {
        "ansible_host": estate.address("edge02"),
        "ansible_user": "EDGE02\\Administrator",
        "ansible_password": "Own-Administrator-1",
        "pool_certificates_trusted_roots": roots,
    }
    assert own(estate, "ca01") == {"ansible_host": estate.address("ca01")}
