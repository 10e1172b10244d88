"""The filters as Ansible's templates see them, with Ansible's own tagged and lazy values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sitekit import play
from unit.places import DATA

pytestmark = pytest.mark.versions

PLAY = """
- hosts: localhost
  gather_facts: false
  connection: local
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
    pool_name: OCSPOOL.company.local.
    plain: "{{ lookup('ansible.builtin.file', topology_file) | from_yaml }}"
    site: "{{ plain | combine({'pools': [plain.pools[0] | combine({'fqdn': pool_name})]}) }}"
  tasks:
    - ansible.builtin.copy:
        dest: "{{ result_file }}"
        mode: "0644"
        content: "{{ answers | to_json }}"
      vars:
        planned: "{{ site | ucops.rollout.dns_records }}"
        answers:
          ours: "{{ site | ucops.rollout.dns_records('internal', 'company.com', 'ours') | map(attribute='fqdn') }}"
          srv: "{{ (site | ucops.rollout.srv_records(zone='company.com'))[0]['values'] }}"
          names: "{{ site | ucops.rollout.subject_alt_names('ocssrv01.company.local') }}"
          text: "{{ (site | ucops.rollout.plan_text).splitlines()[0] }}"
          count: "{{ planned | length }}"
"""


def test_the_filters_in_a_play(tmp_path: Path) -> None:
    """The topology comes as lazy templates, so that every value is of Ansible's own types."""
    playbook, result = tmp_path / "play.yml", tmp_path / "result.json"
    playbook.write_text(PLAY, encoding="utf-8")
    variables = {"topology_file": str(DATA / "origin_topology.yml"), "result_file": str(result)}
    done = play(str(playbook), "-i", "localhost,", variables=variables)
    assert done.code == 0, done.output
    answers = json.loads(result.read_text(encoding="utf-8"))
    assert answers["ours"] == ["ocspool.company.com", "_sipinternaltls._tcp.company.com"]
    assert answers["srv"] == [{"priority": 0, "weight": 0, "port": 5061, "target": "ocspool.company.com"}]
    assert answers["names"] == [
        "ocspool.company.local",
        "sip.company.local",
        "sip.company.com",
        "ocspool.company.com",
        "ocssrv01.company.local",
    ]
    assert answers["text"] == "DNS records"
    assert int(answers["count"]) == 6
