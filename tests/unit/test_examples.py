"""What the README and the examples show is valid, and gives the plan that they show."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from unit.places import ROOT

from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse

BIN = Path(sys.executable).parent
CUSTOMER = ROOT / "examples" / "customer"
GROUPS = {
    "ucops_dns": {"dc01.company.local"},
    "ucops_ca": {"ca01.company.local"},
    "ucops_servers": {"ocssrv01.company.local", "ocssrv02.company.local"},
}
NAMES = {
    "ocssrv01.company.local": [
        "ocspool.company.local",
        "sip.company.local",
        "sip.company.com",
        "ocspool.company.com",
        "ocssrv01.company.local",
    ],
    "ocssrv02.company.local": [
        "ocspool.company.local",
        "sip.company.local",
        "sip.company.com",
        "ocspool.company.com",
        "ocssrv02.company.local",
    ],
}
RECORDS = [
    ("company.local", "ocspool.company.local", "A"),
    ("company.local", "_sipinternaltls._tcp.company.local", "SRV"),
    ("company.com", "ocspool.company.com", "A"),
    ("company.com", "_sipinternaltls._tcp.company.com", "SRV"),
]


def blocks(page: str) -> list[Any]:
    """The YAML blocks of a page, parsed."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", text, re.S | re.M)]


def block_with(page: str, key: str) -> dict[str, Any]:
    return next(block for block in blocks(page) if key in block)


def plan_of(topology: Any) -> dict[str, Any]:
    return make_plan(parse(topology)).to_plain()


def check_plan(plan: dict[str, Any]) -> None:
    ours = [record for record in plan["records"] if record["managed"] == "ours"]
    assert [(record["zone"], record["fqdn"], record["type"]) for record in ours] == RECORDS
    assert {one["holders"][0]: one["subject_alternative_names"] for one in plan["certificates"]} == NAMES
    assert [finding["code"] for finding in plan["findings"] if finding["severity"] == "error"] == []


@pytest.mark.parametrize("page", ["README.md", "docs/topology.md"])
def test_topology_of_a_page_gives_the_plan_that_it_shows(page: str) -> None:
    check_plan(plan_of(block_with(page, "ucops_topology")["ucops_topology"]))


def test_readme_shows_the_plan_of_its_topology() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| (company\.\w+) \| (A|SRV) \| (\S+) \|", text, re.M)
    assert [(zone, owner, kind) for zone, kind, owner in shown] == RECORDS
    certificates = re.findall(r"^\| (ocssrv0\d) \| ocspool\.company\.local \| (.*) \|$", text, re.M)
    assert {f"{server}.company.local": names.split(", ") for server, names in certificates} == NAMES


def test_readme_inventory_is_ten_lines_and_an_inventory(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"^```yaml\n(ucops_dns:.*?)^```", text, re.S | re.M)
    assert block
    assert len(block[1].splitlines()) <= 10
    (tmp_path / "hosts.yml").write_text(block[1])
    listed = inventory("-i", str(tmp_path / "hosts.yml"))
    assert {group: set(listed[group]["hosts"]) for group in GROUPS} == GROUPS
    variables = listed["_meta"]["hostvars"]["dc01.company.local"]
    assert variables["ansible_user"] == r"COMPANY\rollout" and "vault" not in block[1]
    assert (variables["ansible_connection"], variables["ansible_port"]) == ("winrm", 5985)


def inventory(*options: str) -> dict[str, Any]:
    """What Ansible itself makes of an inventory."""
    run = subprocess.run(
        [str(BIN / "ansible-inventory"), *options, "--list"],
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "NO_COLOR": "1"},
    )
    return dict(json.loads(run.stdout))


@pytest.fixture(scope="module")
def customer() -> dict[str, Any]:
    return inventory("-i", str(CUSTOMER / "inventory"), "--vault-password-file", str(CUSTOMER / "vault-password.txt"))


def test_customer_has_the_groups(customer: dict[str, Any]) -> None:
    assert {group: set(customer[group]["hosts"]) for group in GROUPS} == GROUPS


def test_customer_vault_opens_with_the_published_password(customer: dict[str, Any]) -> None:
    assert (CUSTOMER / "inventory/group_vars/windows/vault.yml").read_text().startswith("$ANSIBLE_VAULT;1.1;AES256\n")
    variables = customer["_meta"]["hostvars"]["ca01.company.local"]
    assert variables["vault_rollout_user"] == r"COMPANY\rollout"
    assert variables["vault_rollout_password"] == "an-example-and-nothing-else"
    assert variables["ansible_password"] == "{{ vault_rollout_password }}"


def test_controller_has_nothing_of_the_vault(customer: dict[str, Any]) -> None:
    """Whatever does not reach Windows, such as plan_pool, then runs without the vault's password."""
    assert [path.name for path in (CUSTOMER / "inventory" / "group_vars" / "all").iterdir()] == ["topology.yml"]
    hosts = set().union(*GROUPS.values())
    assert {host for host, given in customer["_meta"]["hostvars"].items() if "ansible_password" in given} == hosts


def test_customer_topology_gives_the_plan(customer: dict[str, Any]) -> None:
    check_plan(plan_of(customer["_meta"]["hostvars"]["ocssrv01.company.local"]["ucops_topology"]))


def test_no_password_stands_in_plain_text() -> None:
    """Apart from the published one, which is in its own file."""
    files = [path for path in CUSTOMER.rglob("*.yml") if path.name != "vault.yml"]
    plain = [path for path in files if re.search(r"password:\s*(?!\"?\{\{)\S", path.read_text(encoding="utf-8"))]
    assert plain == []
