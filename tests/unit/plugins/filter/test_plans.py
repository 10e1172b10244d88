"""The filters as Ansible's templates see them, with Ansible's own tagged and lazy values."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from unit.places import ROOT
from unit.topologies import DATA, origin, origin_with

from ansible_collections.ucops.rollout.plugins.filter.plans import FilterModule

BIN = Path(os.environ.get("UCOPS_BIN", ROOT / ".venv" / "bin"))
FILTERS = FilterModule().filters()

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
    play, result = tmp_path / "play.yml", tmp_path / "result.json"
    play.write_text(PLAY, encoding="utf-8")
    variables = {"topology_file": str(DATA / "origin_topology.yml"), "result_file": str(result)}
    command = [str(BIN / "ansible-playbook"), "-i", "localhost,", "-e", json.dumps(variables), str(play)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
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


@pytest.mark.parametrize("name", ["dns_records", "srv_records", "subject_alt_names", "plan_text"])
def test_a_wrong_topology_is_told_in_words(name: str) -> None:
    with pytest.raises(AnsibleFilterError) as told:
        FILTERS[name](origin_with({"ad_domain": "company_local", "sip_domains": "company.com"}))
    assert f"ucops.rollout.{name}: the topology has 2 problems\n- ad_domain: 'company_local' holds" in str(told.value)
    assert "- sip_domains: must be a list, not the text 'company.com'. Write [company.com]" in str(told.value)


@pytest.mark.parametrize(
    ("name", "keywords"),
    [("dns_records", {"zones": "x"}), ("subject_alt_names", {"host": "x"}), ("plan_text", {"a": 1})],
)
def test_unknown_arguments_are_told_in_words(name: str, keywords: dict[str, Any]) -> None:
    with pytest.raises(AnsibleFilterError, match=f"ucops.rollout.{name}: got an unexpected keyword argument"):
        FILTERS[name](origin(), **keywords)


def test_arguments_of_another_type() -> None:
    for keywords in ({"zone": 5}, {"view": ["internal"]}, {"managed": {}}):
        with pytest.raises(AnsibleFilterError):
            FILTERS["dns_records"](origin(), **keywords)
    with pytest.raises(AnsibleFilterError):
        FILTERS["subject_alt_names"](origin(), server=5)


def test_the_results_are_of_plain_types() -> None:
    def check(value: Any) -> None:
        assert type(value) in (dict, list, str, int, bool, type(None))
        for inner in value.items() if isinstance(value, dict) else value if isinstance(value, list) else ():
            check(list(inner) if isinstance(inner, tuple) else inner)

    check(FILTERS["dns_records"](origin()))
    check(FILTERS["subject_alt_names"](origin(), "ocssrv01.company.local"))
