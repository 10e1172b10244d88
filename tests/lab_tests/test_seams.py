# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's seams: what registers itself is found, and the rest of the lab knows none of it by name."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from lab_tests.foreign import Psrp
from lab_tests.windows import description

import lab
from lab import roles as lab_roles
from lab.client import start_estate
from lab.estate import Estate
from lab.generations import GENERATIONS, generation_of
from lab.network import Network
from lab.roles import Role, roles
from lab.winrm import authenticators as lab_authenticators
from lab.winrm.authenticators import Authenticator, authenticators
from lab.winrm.transports import Transport
from lab.winrm.transports.http import Http

LAB = Path(lab.__path__[0])


def sources() -> dict[str, ast.Module]:
    return {path.relative_to(LAB).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in LAB.rglob("*.py")}


# --- roles -----------------------------------------------------------------------------------------------------------


def test_roles_of_a_host_start_in_their_order() -> None:
    assert [one.name for one in roles()] == [
        "domain_member",
        "dns",
        "ca",
        "http",
        "front_end",
        "listeners",
        "cs_server",
    ]


def test_a_role_is_one_class_that_says_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab_roles, "_ROLES", dict(lab_roles._ROLES))

    class Printer(Role):
        name = "printer"
        rank = 90

        def programs(self) -> dict[str, str]:
            return {"C:\\Site\\print.exe": "lab.programs.small:run_hostname"}

        def snapshot(self) -> dict[str, Any]:
            return {"paper": self.settings["paper"]}

    content = description()
    content["hosts"][1]["printer"] = {"paper": 3}
    estate = Estate(content, tmp_path, Network("ports", "127.39"))
    assert estate.machine("srv01").role(Printer) is estate.machine("srv01").roles["printer"]
    assert estate.machine("ca01").role(Printer) is None
    assert estate.snapshot()["hosts"]["srv01"]["printer"] == {"paper": 3}
    assert estate.machine("srv01").files.exists("C:\\Site\\print.exe")


def test_member_of_no_domain_gets_nothing_from_it(tmp_path: Path) -> None:
    content = description()
    content["hosts"][1]["domain_member"] = False
    estate = Estate(content, tmp_path, Network("ports", "127.39"))
    assert (estate.machine("srv01").in_domain, estate.machine("ca01").in_domain) == (False, True)


# --- authenticators --------------------------------------------------------------------------------------------------


def test_authenticators_are_offered_by_their_scheme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab_authenticators, "_AUTHENTICATORS", dict(lab_authenticators._AUTHENTICATORS))

    class Password(Authenticator):
        scheme = "Digest"
        setting = "Digest"

        @classmethod
        def offered(cls, transport: Transport) -> bool:
            return transport.confidential

        def step(self, token: bytes) -> bytes:
            return b""

    machine = Estate(description(), tmp_path, Network("ports", "127.39")).machine("srv01")
    plain = Http(machine)
    assert list(authenticators(plain)) == ["negotiate"]
    monkeypatch.setattr(Http, "confidential", True)
    assert authenticators(plain)["digest"] is Password
    assert plain.readable_allowed


# --- generations -----------------------------------------------------------------------------------------------------


def test_a_host_may_change_fields_of_its_generation() -> None:
    changed = generation_of({"generation": 2003, "winrm": {"shells_per_user": 2, "allow_unencrypted": True}})
    assert (changed.name, changed.shells_per_user, changed.operations_per_user) == ("2003", 2, 15)
    assert generation_of({}).name == "2008r2"


def test_2003_and_its_tls() -> None:
    assert GENERATIONS["2003"].tls_versions == GENERATIONS["2008r2"].tls_versions == ("1.0",)
    assert GENERATIONS["2012"].tls_versions == ("1.0", "1.1", "1.2")


def test_nothing_compares_names_or_builds_of_generations() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        for side in (node.left, *node.comparators)
        if isinstance(side, ast.Attribute)
        and side.attr in ("name", "build", "version")
        and "generation" in ast.unparse(side.value)
    ]
    assert found == []


def test_no_two_classes_of_one_name() -> None:
    names = Counter(
        node.name for tree in sources().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1] == []


# --- over WinRM ------------------------------------------------------------------------------------------------------


def test_lone_server_over_winrm(tmp_path: Path) -> None:
    content = description()
    own = {"name": "Administrator", "password": "Own-1", "administrator": True, "built_in": True}
    content["hosts"][1] |= {"domain_member": False, "accounts": [own]}
    (tmp_path / "estate.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with start_estate(tmp_path / "estate.yml", tmp_path / "run") as estate:
        client = Psrp(estate.address("srv01"), "SRV01\\Administrator", "Own-1")
        (computer,) = client.query("SELECT * FROM Win32_ComputerSystem", "root/cimv2")
        assert (computer["PartOfDomain"], computer["DomainRole"], computer["Domain"]) == ("false", "2", "WORKGROUP")
        roots = "SOFTWARE\\Microsoft\\EnterpriseCertificates"
        held = {
            name: roots.casefold() in str(host["registry"]).casefold().replace("\\\\", "\\")
            for name, host in estate.state()["hosts"].items()
        }
        assert held == {"ca01": True, "srv01": False}
