"""``module_defaults`` of the collection's groups reach the modules that are of them, and no others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from sitekit import play
from unit.topologies import DATA

pytestmark = pytest.mark.versions

RECORDS = json.loads((DATA / "origin_plan.json").read_text(encoding="utf-8"))["records"]
INVENTORY = """
all: {hosts: {dc01: {ansible_connection: winrm, ansible_host: 192.0.2.1, ansible_user: u, ansible_password: p}}}
"""
PLAY = """
- hosts: dc01
  gather_facts: false
  module_defaults:
    group/ucops.rollout.windows: {recording_directory: "{{ taken }}"}
    group/ucops.rollout.proof: {planned_only: true}
  tasks:
    - ucops.rollout.target_info: {fail: false}
      register: of_windows
      ignore_errors: true
    - ucops.rollout.certificate_info:
      register: of_windows_too
      ignore_errors: true
    - ucops.rollout.dns_check:
        servers: [{name: ns1, address: 192.0.2.53}]
        records: "{{ records }}"
      delegate_to: localhost
      vars: {ansible_connection: local, ansible_python_interpreter: "{{ ansible_playbook_python }}"}
      register: of_proof
    - ucops.rollout.pool_plan: {topology: []}
      register: of_none
      ignore_errors: true
    - ansible.builtin.debug: {msg: "{{ item }}"}
      loop:
        - "windows: {{ of_windows.msg }}"
        - "windows too: {{ of_windows_too.msg }}"
        - "proof: {{ of_proof.results | map(attribute='state') | unique | join(',') }}"
        - "none: {{ of_none.msg }}"
"""


def test_defaults_of_a_group_reach_its_modules(tmp_path: Path) -> None:
    """Nothing is sent to the host: into a file nothing can be recorded, and that is told before the logon."""
    playbook, inventory, taken = (tmp_path / name for name in ("play.yml", "inventory.yml", "taken"))
    playbook.write_text(yaml.safe_dump(yaml.safe_load(PLAY)))
    inventory.write_text(INVENTORY)
    taken.touch()
    done = play(str(playbook), "-i", str(inventory), variables={"taken": str(taken), "records": RECORDS}, timeout=60)
    assert done.code == 0, done.output
    for kind in ("windows", "windows too"):
        assert f'"msg": "{kind}: {taken}: nothing can be recorded into this folder' in done.output, done.output
    assert '"msg": "proof: would_be_checked"' in done.output, done.output
    assert '"msg": "none: arguments of ucops.rollout.pool_plan: argument ' in done.output, done.output
