# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rights finer than administrator or not: descriptors, groups, WinRM, namespaces, DNS, files, the CA's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lab_tests.windows import CONFIG, TEMP, Lab, description

from lab import inventory
from lab.access.descriptors import BadDescriptor, Descriptor, Entry
from lab.accounts import Account, sid_of
from lab.estate import Estate
from lab.machine import Machine
from lab.network import Network
from lab.pki import codes
from lab.pki.requester import account_requester

GET = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"
DELETE = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Delete"
METHOD = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/default/StdRegProv/GetStringValue"
CLERK = r"COMPANY\clerk"
SID = sid_of("company.local", "clerk")
USUAL = "O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)"


def lab(directory: Path, user: str = "clerk", *, hosts: dict[str, Any] | None = None, **ca: Any) -> Lab:
    """A CA and a server, and somebody at their keyboards; `hosts` go into both."""
    content = description(**ca)
    for host in content["hosts"]:
        host.update(hosts or {})
    return Lab(Estate(content, directory, Network("ports", "127.41")), user=user)


def logged_on(machine: Machine, name: str = "clerk") -> Account:
    found = machine.estate.accounts.find(name)
    assert found is not None
    return machine.over_network(found)


def test_basic_without_an_account_of_the_host_is_refused_in_words(tmp_path: Path) -> None:
    made = lab(tmp_path, hosts={"winrm": {"https": True, "auth": {"basic": True}}})
    with pytest.raises(ValueError, match="ca01: `winrm: auth: basic` takes an account of the host"):
        inventory.write(made.estate, tmp_path)


# --- descriptors -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "O:BAG:BAD:(A;CI;CCDCLCSWRPWPRCWD;;;BA)(A;CI;CCDCRP;;;AU)",
        f"O:NSG:BAD:P(D;;GA;;;NU)(A;;GXGR;;;{SID})",
        f"O:BAG:BAD:(A;;0x300;;;{SID})",
        USUAL,
        "O:BAG:BAD:(A;;CC;;;BA)S:(AU;SAFA;CC;;;WD)",
    ],
)
def test_a_descriptor_in_text_and_bytes_says_the_same(text: str) -> None:
    made = Descriptor.of(text)
    assert Descriptor.from_bytes(made.to_bytes()) == made == Descriptor.of(made.text)
    assert made.text.count("(") == text.count("(")


def test_the_bytes_of_a_descriptor_as_the_specification_lays_them_out() -> None:
    made = Descriptor.of("O:BAG:BAD:(A;;CC;;;AU)").to_bytes()
    administrators = "01020000000000052000000020020000"
    entry = "00001400" + "01000000" + "01010000000000050b000000"
    header = "0100" + "0480" + "14000000" + "24000000" + "00000000" + "34000000"
    assert made.hex() == header + administrators * 2 + "02001c00" + "01000000" + entry


@pytest.mark.parametrize(
    "text",
    ["", "O:BA", "O:BAG:BAD:(OA;;CR;0e10c968;;AU)", "O:BAG:BAD:(A;;XX;;;AU)", "O:BAG:QQ", "O:BAG:BAD:S:(A;;CC;;;AU)"],
)
def test_what_is_no_descriptor_is_refused(text: str) -> None:
    with pytest.raises(BadDescriptor):
        Descriptor.of(text)


@pytest.mark.parametrize(
    ("entries", "wanted", "may"),
    [
        ("(A;;CCDC;;;AU)", 0x3, True),
        ("(A;;CC;;;AU)(A;;DC;;;BU)", 0x3, True),
        ("(A;;CC;;;AU)", 0x3, False),
        ("(D;;CC;;;BU)(A;;CCDC;;;AU)", 0x1, False),
        ("(A;;CCDC;;;AU)(D;;CC;;;BU)", 0x1, True),
        ("(A;IO;CC;;;AU)", 0x1, False),
        ("(A;;GA;;;AU)", 0x20000000, True),
        ("", 0x1, False),
    ],
)
def test_the_first_entry_that_speaks_of_a_right_decides(entries: str, wanted: int, may: bool) -> None:
    mine = {"S-1-5-11", "S-1-5-32-545"}
    assert Descriptor.of(f"O:BAG:BAD:{entries}").allows(mine, wanted) is may


# --- WinRM and WMI ---------------------------------------------------------------------------------------------------


def test_as_windows_comes_administrators_alone_use_winrm(tmp_path: Path) -> None:
    machine = lab(tmp_path).machine("srv01")
    assert machine.access.root == USUAL
    for name, may in (("rollout", True), ("clerk", False)):
        account = logged_on(machine, name)
        assert (machine.access.opens_shells(account), machine.access.uses_wmi(account, GET)) == (may, may)


@pytest.mark.parametrize(("generation", "wmi"), [("2008r2", True), ("2012", False), ("2019", False)])
def test_the_root_descriptor_opens_shells_and_before_2012_wmi_too(tmp_path: Path, generation: str, wmi: bool) -> None:
    machine = lab(tmp_path, generation=generation).machine("srv01")
    machine.access.root = USUAL.replace("(A;;GA;;;BA)", f"(A;;GA;;;BA)(A;;GXGR;;;{SID})")
    account = logged_on(machine)
    assert machine.access.opens_shells(account)
    assert [machine.access.uses_wmi(account, one) for one in (GET, METHOD)] == [wmi, wmi]
    assert not machine.access.uses_wmi(account, DELETE)


@pytest.mark.parametrize(
    ("generation", "group", "there"),
    [
        ("2008r2", "Remote Management Users", False),
        ("2012", "Remote Management Users", True),
        ("2012", "WinRMRemoteWMIUsers__", True),
        ("2019", "Remote Management Users", True),
        ("2019", "WinRMRemoteWMIUsers__", False),
    ],
)
def test_a_group_brings_wmi_and_no_shell(tmp_path: Path, generation: str, group: str, there: bool) -> None:
    made = lab(tmp_path, "rollout", generation=generation)
    done = made.run("srv01", f'net localgroup "{group}" {CLERK} /add')
    assert (done.code == 0) is there
    machine = made.machine("srv01")
    account = logged_on(machine)
    assert (machine.access.uses_wmi(account, GET), machine.access.opens_shells(account)) == (there, False)


def test_a_namespace_lets_users_in_from_afar_once_it_says_so(tmp_path: Path) -> None:
    machine = lab(tmp_path).machine("srv01")
    account, name = logged_on(machine), "root/default"
    assert not machine.access.enters_namespace(account, name, GET)
    machine.access.set_namespace(name, machine.access.namespace(name) + f"(A;;CCWP;;;{SID})")
    # Execute Methods and Provider Write are of all users as Windows comes.
    assert all(machine.access.enters_namespace(account, name.upper(), one) for one in (GET, METHOD, DELETE))
    machine.access.set_namespace(name, f"O:BAG:BAD:(A;;CCWP;;;{SID})")
    assert [machine.access.enters_namespace(account, name, one) for one in (GET, METHOD, DELETE)] == [
        True,
        False,
        False,
    ]


# --- groups ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "name"), [("de-DE", "Administratoren"), ("fr-FR", "Administrateurs")])
def test_groups_have_names_in_the_machines_language(tmp_path: Path, language: str, name: str) -> None:
    made = lab(tmp_path, "rollout", language=language)
    assert made.run("srv01", rf"net localgroup Administrators {CLERK} /add").code == 2
    assert made.run("srv01", rf"net localgroup {name} {CLERK} /add").code == 0
    assert made.run("srv01", rf"net localgroup {name} {CLERK} /add").code == 2
    assert logged_on(made.machine("srv01")).administrator and not logged_on(made.machine("ca01")).administrator
    assert made.estate.snapshot()["hosts"]["srv01"]["access"]["groups"] == {"Administrators": [CLERK]}


def test_groups_of_domain_controllers_are_the_domains(tmp_path: Path) -> None:
    given = {"domain_controller": True, "local_groups": {"DnsAdmins": [CLERK]}}
    made = lab(tmp_path, hosts=given)
    assert all(made.machine(name).access.manages_dns(logged_on(made.machine(name))) for name in ("ca01", "srv01"))
    assert not made.machine("srv01").access.manages_dns(made.session().account)


def test_who_is_no_administrator_grants_nothing(tmp_path: Path) -> None:
    made = lab(tmp_path, hosts={"domain_controller": True})
    before = made.estate.snapshot()
    template = "CN=WebServer,CN=Certificate Templates,CN=Public Key Services,CN=Services,CN=Configuration"
    for line in (
        rf"net localgroup Administrators {CLERK} /add",
        rf"icacls C:\Windows\Temp /grant {CLERK}:(RX)",
        rf'dsacls "{template},DC=company,DC=local" /G "{CLERK}:CA;Enroll"',
        r"reg add HKLM\SOFTWARE\x /v y /d z /f",
    ):
        assert made.run("srv01", line).code != 0, line
    assert made.estate.snapshot() == before


# --- files -----------------------------------------------------------------------------------------------------------


def test_users_make_files_in_the_folder_temp_and_list_it_not(tmp_path: Path) -> None:
    made = lab(tmp_path)
    made.write("srv01", "theirs.txt", "secret")
    assert made.run("srv01", rf"echo mine> {TEMP}mine.txt").code == 0
    for line in (rf"dir /b {TEMP}", rf"type {TEMP}mine.txt", rf"if exist {TEMP}mine.txt (exit 0) else exit 1"):
        assert made.run("srv01", line).code == 1, line
    # A program that opens a file by its name finds it, and what is of others is closed.
    assert made.run("srv01", rf'find "mine" {TEMP}mine.txt').code == 0
    assert made.run("srv01", rf'find "secret" {TEMP}theirs.txt').code == 1
    assert made.run("srv01", r"echo x> C:\Windows\x.txt").code == 1
    assert made.run("srv01", r"echo x> %USERPROFILE%\x.txt").code == 0
    assert Lab(made.estate, user="rollout").run("srv01", rf"icacls C:\Windows\Temp /grant {CLERK}:(RX)").code == 0
    assert "mine.txt" in made.run("srv01", rf"dir /b {TEMP}").out
    assert made.run("srv01", rf"del {TEMP}mine.txt & if exist {TEMP}mine.txt (exit 1) else exit 0").code == 0
    assert "Access is denied" in made.run("srv01", rf"del {TEMP}theirs.txt").err


# --- the CA ----------------------------------------------------------------------------------------------------------


def test_the_cas_own_rights_lie_in_its_registry_and_count_from_its_start(tmp_path: Path) -> None:
    made = lab(tmp_path, templates={"WebServer": {"enroll": ["clerk"]}})
    machine = made.machine("ca01")
    ca: Any = machine.roles["ca"]
    ca.start()
    key = rf"SYSTEM\CurrentControlSet\Services\CertSvc\Configuration\{ca.sanitised_name}"
    assert made.run("ca01", f"certutil -config {CONFIG} -view -restrict RequestID=1").code == 0x80070005
    usual = Descriptor.from_bytes(machine.registry.get(key, "Security")[1])  # type: ignore[index,arg-type]
    assert [entry.sid for entry in usual.entries] == ["S-1-5-11", "S-1-5-32-544"]
    given = usual.with_entry(Entry("A", 0, 0x100, SID))
    machine.registry.set(key, "Security", 3, given.to_bytes())
    assert made.run("ca01", f"certutil -config {CONFIG} -view -restrict RequestID=1").code == 0x80070005
    machine.services.restart("CertSvc")
    assert made.run("ca01", f"certutil -config {CONFIG} -view -restrict RequestID=1").code == 0


def test_who_may_not_request_certificates_is_refused_before_the_template_is_asked(tmp_path: Path) -> None:
    made = lab(tmp_path, security={"enroll": ["Domain Admins"], "manage": ["Administrators"]})
    ca: Any = made.machine("ca01").roles["ca"]
    ca.start()
    with pytest.raises(codes.EnrolmentError) as refused:
        ca.submit(b"", {}, account_requester(logged_on(made.machine("ca01"))))
    assert (refused.value.code, ca.rows) == (codes.E_ACCESS_DENIED, {})
