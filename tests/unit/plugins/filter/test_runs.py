"""The filters on what hosts are to do and what they kept, in a real play with Ansible's own hostvars."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from unit.places import ROOT
from unit.topologies import origin

from ansible_collections.ucops.rollout.plugins.filter.runs import FilterModule

BIN = Path(os.environ.get("UCOPS_BIN", ROOT / ".venv" / "bin"))
FILTERS = FilterModule().filters()
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
        pool_certificates_result: {ocssrv01.company.local/default: {thumbprint: AB, waiting: "request 7 waits"}}
        pool_certificates_held: {root_thumbprints: [R1], certificates: []}
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
          thumbprints: "{{ inputs.thumbprints }}"
          domains: "{{ inputs.sip_domains }}"
          ports: "{{ work.certificates[0].assignments | map(attribute='reached_port') }}"
"""


def test_the_filters_in_a_play(tmp_path: Path) -> None:
    play, inventory, result = tmp_path / "play.yml", tmp_path / "hosts.yml", tmp_path / "result.json"
    play.write_text(PLAY, encoding="utf-8")
    inventory.write_text(INVENTORY, encoding="utf-8")
    variables = tmp_path / "variables.yml"
    variables.write_text(yaml.safe_dump({"topology": origin(), "result_file": str(result)}), encoding="utf-8")
    command = [str(BIN / "ansible-playbook"), "-i", str(inventory), "-e", f"@{variables}", str(play)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    dropped_out = "the server dropped out of this run before its part was done; what was done there until then"
    answers = json.loads(result.read_text(encoding="utf-8"))
    assert answers["blocking"].pop(0) == f"ocssrv02.company.local: {dropped_out} is not known here"
    assert answers == {
        "same": True,
        "waiting": ["request 7 waits"],
        "blocking": ["ocssrv01.company.local: request 7 waits"],
        "servers": [{"name": "dc1", "address": "10.0.0.5", "port": 53}],
        "thumbprints": {"ocssrv01.company.local/default": "AB"},
        "domains": ["company.local", "company.com"],
        "ports": [15061, 443],
    }


def test_what_is_wrong_is_told_in_words() -> None:
    with pytest.raises(AnsibleFilterError, match=r"ucops\.rollout\.server_work: fe9 is none of the plan's servers"):
        FILTERS["server_work"](origin(), "fe9")
    with pytest.raises(AnsibleFilterError, match=r"ucops\.rollout\.server_work: port_map: .* does not map ports"):
        FILTERS["server_work"](origin(), "fe9", port_map={"x": 1})
    with pytest.raises(AnsibleFilterError, match=r"ucops\.rollout\.outcomes: no mapping of hosts .* Give hostvars"):
        FILTERS["outcomes"]([], {})
    with pytest.raises(AnsibleFilterError, match=r"ucops\.rollout\.rollout_left: report: a list where a mapping"):
        FILTERS["rollout_left"]([])
    with pytest.raises(AnsibleFilterError, match=r"ucops\.rollout\.kept_plan: got an unexpected keyword argument"):
        FILTERS["kept_plan"]({}, hosts="x")


def test_nothing_is_planned_yet() -> None:
    assert FILTERS["outcomes"]({}, {}) == {"dns": {}, "servers": {}}
    assert FILTERS["proof_inputs"]({}, {})["sip_domains"] == []
