"""The inventories of ``examples/connections``: the documents name each, and each says how to log on and no password."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from unit.places import ROOT

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.client_certificate import ClientCertificate

EXAMPLES = ROOT / "examples" / "connections"
SITUATIONS = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
PAGES = ("docs/prerequisites.md", "examples/connections/README.md")
GROUPS = {"ucops_dns", "ucops_ca", "ucops_servers"}


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def files(situation: str) -> dict[str, Any]:
    """The variables of each file of a situation, by its path."""
    folder = EXAMPLES / situation / "group_vars"
    return {str(path.relative_to(ROOT)): yaml.safe_load(path.read_text("utf-8")) for path in folder.rglob("*.yml")}


def group_of(path: str) -> str:
    """By the file's path, ``…/group_vars/GROUP.yml`` or ``…/group_vars/GROUP/connection.yml``."""
    return path.partition("/group_vars/")[2].partition("/")[0].removesuffix(".yml")


@pytest.mark.parametrize("page", PAGES)
def test_the_tables_have_a_row_for_each_inventory(page: str) -> None:
    rows = [line for line in text(page).splitlines() if line.startswith("|")]
    linked = [
        found[1]
        for row in rows
        if (found := re.search(r"\]\((?:\.\./examples/connections/)?([\w-]+)/hosts\.yml\)", row))
    ]
    assert sorted(linked) == SITUATIONS


@pytest.mark.parametrize("situation", SITUATIONS)
def test_an_inventory_has_the_groups_and_a_way_for_each_host(situation: str) -> None:
    inventory = yaml.safe_load((EXAMPLES / situation / "hosts.yml").read_text("utf-8"))
    (windows,) = inventory["all"].values()
    groups = {name: set((group or {}).get("hosts") or {}) for name, group in windows["windows"]["children"].items()}
    assert set(groups) >= GROUPS
    told = {group_of(path): given for path, given in files(situation).items()}
    ways = {group for group in told if {"ansible_winrm_transport", "ansible_psrp_auth"} & set(told[group])}
    for host in set().union(*(groups[name] for name in GROUPS)):
        mine = [group for group in ways if group == "windows" or host in groups.get(group, ())]
        assert len(mine) == 1, (host, mine)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_controller_has_no_variable_that_a_vault_opens(situation: str) -> None:
    """So plans are made without the vault. It lies beside the connection's variables, in a folder: where a file has the
    folder's name, too, Ansible does not read it."""
    inventory = yaml.safe_load((EXAMPLES / situation / "hosts.yml").read_text("utf-8"))
    assert list(inventory["all"]["children"]) == ["windows"] and "localhost" not in str(inventory)
    assert {group_of(path) for path in files(situation)} <= {
        "windows",
        *inventory["all"]["children"]["windows"]["children"],
    }
    assert (EXAMPLES / situation / "group_vars" / "windows" / "connection.yml").is_file()


@pytest.mark.parametrize("situation", SITUATIONS)
def test_ansible_takes_the_whole_folder_as_an_inventory(situation: str) -> None:
    """It reads each file in it, and warns of those that are none."""
    others = [path.name for path in (EXAMPLES / situation).iterdir() if path.name not in ("hosts.yml", "group_vars")]
    assert others == []
    for path, given in files(situation).items():
        beside = [value for value in given.values() if isinstance(value, str) and "inventory_dir" in value]
        assert all(value.startswith("{{ inventory_dir }}/../") for value in beside), path


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_password_is_one_of_a_vault(situation: str) -> None:
    passwords = [value for given in files(situation).values() for name, value in given.items() if "password" in name]
    assert passwords and all(re.fullmatch(r"\{\{ vault_\w+ \}\}", value) for value in passwords)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_nothing_is_sent_in_the_clear_or_to_anybody(situation: str) -> None:
    """What seals itself says so over HTTP; HTTPS is validated."""
    for path, given in files(situation).items():
        if "ansible_psrp_protocol" in given:
            assert (given["ansible_psrp_protocol"], given["ansible_psrp_message_encryption"]) == ("http", "always"), (
                path
            )
        elif given.get("ansible_winrm_scheme") == "https":
            assert given["ansible_winrm_server_cert_validation"] == "validate", path
        elif "ansible_winrm_scheme" in given:
            assert given["ansible_winrm_message_encryption"] == "always", path


def test_the_command_of_the_documents_makes_a_client_certificate(tmp_path: Path) -> None:
    (line,) = [one for one in text("docs/prerequisites.md").splitlines() if one.startswith("openssl req ")]
    subprocess.run(shlex.split(line), cwd=tmp_path, check=True, capture_output=True)
    made = ClientCertificate(str(tmp_path / "certificate.pem"), str(tmp_path / "key.pem"))
    assert (made.unusable(), made.principal()) == ("", "rollout@localhost")
