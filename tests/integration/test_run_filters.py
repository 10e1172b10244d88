"""The filters on what hosts are to do and what they kept, in a real play with Ansible's own hostvars."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from sitekit import play
from unit.topologies import origin

pytestmark = pytest.mark.versions

INVENTORY = """
all:
  vars: {ansible_connection: local, ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  children:
    dcs: {hosts: {dc1: {ansible_host: 10.0.0.5}}}
    ucops_servers: {hosts: {ocssrv01: , ocssrv02: }}
"""
PLAY = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ucops.rollout.pool_plan: {topology: "{{ topology }}"}
      register: planned
    - ansible.builtin.set_fact: {pool_plan_result: "{{ planned.plan }}"}
- hosts: ocssrv01
  gather_facts: false
  tasks:
    - ansible.builtin.set_fact:
        pool_certificates_done:
          certificates: {ocssrv01.company.local/default: {thumbprint: AB, waiting: "request 7 waits"}}
          held: {root_thumbprints: [R1], certificates: []}
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.copy:
        dest: "{{ result_file }}"
        mode: "0644"
        content: "{{ answers | to_json }}"
      vars:
        plan: "{{ hostvars | ucops.rollout.kept_plan }}"
        done: "{{ hostvars | ucops.rollout.outcomes(plan, dns_hosts=groups['dcs'], expect_servers=true) }}"
        inputs: "{{ hostvars | ucops.rollout.proof_inputs(plan, dns_hosts=groups['dcs']) }}"
        work: "{{ plan | ucops.rollout.server_work('ocssrv01', port_map={'5061': 15061}) }}"
        answers:
          same: "{{ plan == pool_plan_result }}"
          waiting: "{{ done.servers['ocssrv01.company.local'].certificates.values() | map(attribute='waiting') }}"
          blocking: "{{ (done | combine({'plan': plan}) | ucops.rollout.rollout_left).blocking }}"
          servers: "{{ inputs.servers }}"
          thumbprints: "{{ inputs.thumbprints | from_json }}"
          domains: "{{ inputs.sip_domains }}"
          ports: "{{ work.certificates[0].assignments | map(attribute='reached_port') }}"
"""


def answers_of(content: str, tmp_path: Path, **given: Any) -> dict[str, Any]:
    """What a play of these tasks writes down, with these variables."""
    playbook, inventory, result = tmp_path / "play.yml", tmp_path / "hosts.yml", tmp_path / "result.json"
    playbook.write_text(content, encoding="utf-8")
    inventory.write_text(INVENTORY, encoding="utf-8")
    variables = tmp_path / "variables.yml"
    variables.write_text(yaml.safe_dump({**given, "result_file": str(result)}), encoding="utf-8")
    done = play(str(playbook), "-i", str(inventory), "-e", f"@{variables}")
    assert done.code == 0, done.output
    answers: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return answers


def test_the_filters_in_a_play(tmp_path: Path) -> None:
    dropped_out = "the server dropped out of this run before its part was done; what was done there until then"
    answers = answers_of(PLAY, tmp_path, topology=origin())
    assert answers["blocking"].pop(0) == f"ocssrv02.company.local: {dropped_out} is not known here"
    assert answers == {
        "same": True,
        "waiting": ["request 7 waits"],
        "blocking": ["ocssrv01.company.local: request 7 waits"],
        "servers": [{"name": "dc1", "address": "10.0.0.5", "port": 53, "view": "internal"}],
        "thumbprints": {"ocssrv01.company.local/default": "AB"},
        "domains": ["company.local", "company.com"],
        "ports": [15061, 443],
    }


KEPT = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.include_role: {name: ucops.rollout.pool_plan}
      vars: {pool_plan_check_inventory: false}
    - ansible.builtin.include_role: {name: ucops.rollout.pool_verify}
      vars: {pool_verify_planned_only: true, pool_verify_dns_servers: [{name: "\U0001f600", address: 192.0.2.1}]}
    - ansible.builtin.copy:
        dest: "{{ result_file }}"
        mode: "0644"
        content: "{{ answers | to_json }}"
      vars:
        plan: "{{ hostvars | ucops.rollout.kept_plan }}"
        answers:
          texts: "{{ [pool_plan_kept is string, pool_verify_kept is string, plan is string] }}"
          same: "{{ (pool_plan_kept | from_json) == pool_plan_result }}"
          proof: "{{ (pool_verify_kept | from_json).dns.summary }}"
          servers: "{{ (pool_verify_kept | from_json).dns.results | map(attribute='server') | unique }}"
"""


def test_what_is_kept_as_text_stays_text(tmp_path: Path) -> None:
    """Older ansible-core makes a list or a mapping of what looks like one."""
    answers = answers_of(KEPT, tmp_path, ucops_topology=origin())
    assert (answers["texts"], answers["same"], answers["servers"]) == ([True, True, True], True, ["\U0001f600"])
    assert set(answers["proof"]) >= {"proved", "failed", "unproved"}
