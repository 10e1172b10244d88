"""The examples, run: one role inside a larger playbook against the lab, and the customer's plan without any host."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("UCOPS_BIN", Path(sys.executable).parent))
OWN_RECORD = """
- hosts: ucops_dns
  gather_facts: false
  tasks:
    - ucops.rollout.dns_record_sets:
        zones: [{name: company.local}]
        records: [{zone: company.local, name: intranet, type: A, ttl: 3600, values: [10.0.0.80]}]
    - ansible.builtin.include_role: {name: ucops.rollout.pool_dns}
    - ansible.builtin.debug: {var: pool_dns_result.changes}
"""
CUSTOMER = ROOT / "examples" / "customer"


@pytest.mark.slow
def test_one_role_inside_a_larger_playbook(site: Any) -> None:
    first = site.play(str(ROOT / "examples" / "larger_playbook.yml"))
    assert first.code == 0, first.output
    assert "Windows Server 2008r2: 5 changes in DNS" in first.output  # one zone and four records
    playbook = site.work / "own.yml"
    playbook.write_text(OWN_RECORD)
    told = site.play(str(playbook))
    assert "or by another task without a name of its own" in told.output, told.output
    # That is no change.
    second = site.play(str(ROOT / "examples" / "larger_playbook.yml"))
    assert second.code == 0, second.output
    assert second.total("changed") == 0
    assert "Windows Server 2008r2: 0 changes in DNS" in second.output


@pytest.mark.versions
def test_customer_is_planned_without_reaching_a_host_and_without_the_vault() -> None:
    """No host of the example exists here: reaching one would fail."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
    command = [str(BIN / "ansible-playbook"), "ucops.rollout.plan_pool", "-i", str(CUSTOMER / "inventory")]
    run = subprocess.run(
        command,
        cwd=ROOT,
        env={**environment, "ANSIBLE_NOCOLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "_sipinternaltls._tcp  3600  SRV  0 0 5061 ocspool.company.com" in run.stdout
    assert "Zone company.com (internal, created where missing)" in run.stdout
    recap = run.stdout.rpartition("PLAY RECAP")[2]
    assert "localhost" in recap and "company.local" not in recap


def test_records_pushed_with_the_modules_of_ansible_windows(tmp_path: Path) -> None:
    """That collection is not installed here; a module of its name that tells its arguments stands for it."""
    modules = tmp_path / "ansible_collections" / "ansible" / "windows" / "plugins" / "modules"
    modules.mkdir(parents=True)
    (modules / "win_dns_record.py").write_text(
        "#!/usr/bin/python\nfrom ansible.module_utils.basic import AnsibleModule\n"
        "spec = {'zone': {}, 'name': {}, 'type': {}, 'value': {'type': 'list', 'elements': 'str'},\n"
        "        **{key: {'type': 'int'} for key in ('ttl', 'priority', 'weight', 'port')}}\n"
        "module = AnsibleModule(argument_spec=spec)\n"
        "given = {key: value for key, value in module.params.items() if value is not None}\n"
        "module.exit_json(changed=False, msg=' '.join(f'{key}={given[key]}' for key in sorted(given)))\n"
    )
    inventory = tmp_path / "hosts.yml"
    inventory.write_text(
        "ucops_dns:\n  hosts:\n    dc01:\n      ansible_connection: local\n"
        f"      ansible_python_interpreter: {sys.executable}\n"
    )
    topology = ROOT / "docs" / "examples" / "ocs2007.yml"
    command = [str(BIN / "ansible-playbook"), str(ROOT / "examples" / "win_dns_record.yml"), "-i", str(inventory)]
    paths = f"{tmp_path}:{ROOT / '.venv' / 'collections'}"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
    run = subprocess.run(
        [*command, "-v", "-e", f"@{topology}"],
        cwd=ROOT,
        env={**environment, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_COLLECTIONS_PATH": paths},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "name=ocspool ttl=3600 type=A value=['10.0.0.10'] zone=company.com" in run.stdout
    assert (
        "name=_sipinternaltls._tcp port=5061 priority=0 ttl=3600 type=SRV value=['ocspool.company.com'] weight=0"
        " zone=company.com"
    ) in run.stdout
