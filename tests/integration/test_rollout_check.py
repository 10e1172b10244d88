"""The action rollout_check in a real play, on a host that cannot be reached."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from sitekit import play
from unit.places import ROOT

from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan

pytestmark = pytest.mark.versions

PLAY = """
- hosts: all
  gather_facts: false
  vars: {ansible_connection: winrm, ansible_host: 192.0.2.1, ansible_password: none}
  tasks:
    - ucops.rollout.rollout_check: {plan: "{{ origin }}"}
    - ucops.rollout.rollout_check: {plan: "{{ lync }}", halves: [records], view: internal}
      register: refused
      ignore_errors: true
    - ucops.rollout.rollout_check: {plan: "{{ lync | combine({'schema': 2}) }}"}
      register: other
      ignore_errors: true
    - ansible.builtin.set_fact: {ansible_winrm_transpot: ntlm, ansible_winrm_message_encryption: alway}
    - ucops.rollout.rollout_check: {plan: "{{ origin }}", roles: {pool_certificates: [fe1]}}
      register: misspelt
      ignore_errors: true
    - ansible.builtin.assert:
        that:
          - refused is failed and refused is not changed
          - refused.msg is search('MX pool01.company.local .records.1..')
          - refused.msg is not search('certificates')
          - misspelt.msg is search('ansible_winrm_transpot is no .*, did you mean ansible_winrm_transport. .for fe1.')
          - misspelt.msg is search('ansible_winrm_message_encryption is .alway., and takes auto, always or never')
          - other.msg is search('schema. 2, and this version knows schema 1')
"""


def test_a_plan_beyond_the_rollout_fails_the_task(tmp_path: Path) -> None:
    plans = {}
    for name, example in (("origin", "ocs2007"), ("lync", "lync2013")):
        text = (ROOT / "docs" / "examples" / f"{example}.yml").read_text(encoding="utf-8")
        plans[name] = as_plan(yaml.safe_load(text)["ucops_topology"]).to_plain()
    plans["lync"]["records"][1]["type"] = "MX"
    for certificate in plans["origin"]["certificates"]:
        certificate["assignments"] = [one for one in certificate["assignments"] if one["component"] == "front_end"]
    (tmp_path / "plans.yml").write_text(yaml.safe_dump(plans), encoding="utf-8")
    (tmp_path / "play.yml").write_text(PLAY, encoding="utf-8")
    done = play(str(tmp_path / "play.yml"), "-i", "fe1,", "-e", f"@{tmp_path / 'plans.yml'}")
    assert done.code == 0, done.output
