"""The examples of the documentation: all are sound to Ansible, and those are run that need no Windows and no DNS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from documentedkit import PLUGINS, examples, tasks_of, texts
from sitekit import play
from unit.deployments import CONTOSO, published
from unit.topologies import origin

EXAMPLES = examples()
# Of what other tasks made, or of hosts.
NOT_RUN = {
    "audit_data", "audit_files", "audit_left", "audit_records", "audit_requests", "audit_text", "ca_certificates",
    "ca_orders", "host_info", "kept_proof", "left_out", "peers", "proof_inputs", "push_failed", "push_turn",
    "run_hosts", "server_certificates", "superseded", "trust_matrix", "unready", "with_work",
}  # fmt: skip
# Examples whose condition holds in no such play: nothing failed, no key is to come, no export lacks anything, and a
# plan is there.
NEVER_THE_CASE = ("failed_before", "takes_keys", "plan_hand_over", "plan_to_make")
RUN = [
    *(name for name in EXAMPLES if name.startswith("filter/") and name.removeprefix("filter/") not in NOT_RUN),
    "modules/pool_plan",
    "modules/rollout_check",
    "modules/handover_files",
    "lookup/topology_import",
]
GIVEN = {
    "pushed": {"changes": [], "pushed": True},
    "records_proved": {"results": []},
    "outcome": {"plan": "{{ planned.plan }}"},
    "zone": "; nothing",
    "plan": "{{ planned.plan }}",
    "topology": "{{ ucops_topology }}",
}
HERE = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
SERVER = "ocssrv01.company.local"


def as_plays(name: str) -> list[dict[str, Any]]:
    example = EXAMPLES[name]
    if "hosts" in example[0]:
        return example
    return [{"name": f"The example of {name}", "hosts": "localhost", "gather_facts": False, "tasks": example}]


def test_every_example_is_sound_to_ansible(tmp_path: Path) -> None:
    playbook = tmp_path / "examples.yml"
    playbook.write_text(yaml.safe_dump([each for name in EXAMPLES for each in as_plays(name)], sort_keys=False))
    done = play(str(playbook), "--syntax-check")
    assert done.code == 0, done.output


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """Made by the example of the inventory plugin."""
    (tmp_path / "group_vars" / "all").mkdir(parents=True)
    held = yaml.safe_dump({"ucops_topology": origin()})
    for place in ("group_vars/all/topology.yml", "topology.yml"):
        (tmp_path / place).write_text(held)
    source = tmp_path / "site.ucops.yml"
    source.write_text(texts(PLUGINS / "inventory" / "topology.py")["EXAMPLES"])
    return source


def test_examples_run(tmp_path: Path, inventory: Path) -> None:
    first = {
        "ucops.rollout.pool_plan": {"topology": "{{ ucops_topology }}", "check_inventory": True},
        "register": "planned",
    }
    kept = {"ansible.builtin.set_fact": {"pool_plan_result": "{{ planned.plan }}"}}
    tasks = [first, kept, *(task for name in RUN for task in tasks_of(EXAMPLES[name]))]
    plays = [
        {"hosts": "localhost", "gather_facts": False, "tasks": [first, kept]},
        {"hosts": SERVER, "gather_facts": False, "vars": {**GIVEN, **HERE}, "tasks": tasks},
        *as_plays("roles/pool_plan"),
    ]
    playbook = tmp_path / "run.yml"
    playbook.write_text(yaml.safe_dump(plays, sort_keys=False).replace("/srv/handover", str(tmp_path / "handover")))
    (tmp_path / "handover").mkdir()
    (tmp_path / "topology.xml").write_text(published(CONTOSO).replace("contoso.net", "company.local"), encoding="utf-8")
    done = play(str(playbook), "-i", str(inventory), "-vv", cwd=tmp_path)
    assert done.code == 0, done.output
    written = {path.name for path in (tmp_path / "handover").iterdir()}
    assert {"ocspool.md", "ocspool.json", "plan.csv", "dns_records.csv", "internal_company.com.records"} <= written
    assert (done.recap[SERVER]["failed"], done.recap[SERVER]["skipped"]) == (0, len(NEVER_THE_CASE)), done.output


def test_what_is_not_run_exists() -> None:
    assert {f"filter/{name}" for name in NOT_RUN} <= EXAMPLES.keys()
