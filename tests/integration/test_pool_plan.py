"""The action pool_plan in a real play: no host is reached, and everything wrong is told at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from sitekit import play
from unit import lync_sites
from unit.topologies import DATA, origin, origin_with

from ansible_collections.ucops.rollout.plugins.modules import pool_plan as documented

pytestmark = pytest.mark.versions

INVENTORY = """
all:
  vars: {ansible_connection: winrm, ansible_host: 192.0.2.1, ansible_password: none}
  children:
    ucops_dns: {hosts: {dc01: }}
    ucops_ca: {hosts: {ca01: }}
    ucops_servers: {hosts: {OCSSRV01: , ocssrv02.company.local: }}
    empty:
"""


# Each case is one task; all of them run in one play, on a Windows host that cannot be reached.
WITH_EDGE = lync_sites.topology("lync2010", [lync_sites.enterprise(), lync_sites.edge()])
GROUPS = {"dns_group": "ucops_dns", "ca_group": "ucops_ca"}
CASES: dict[str, dict[str, Any]] = {
    "origin": {"topology": origin(), "check_inventory": True, **GROUPS},
    "wrong topology": {"topology": origin_with({"sip_domains[1].name": "company_com", "dns.tll": 60})},
    "errors": {
        "topology": origin_with({"sip_domains[2]": "fabrikam.com", "pools[0].servers[1].inventory_host": "nohost"}),
        "check_inventory": True,
        "dns_group": "empty",
        "ca_group": "none",
    },
    "errors left": {"topology": origin_with({"sip_domains[2]": "fabrikam.com"}), "fail_on_errors": False},
    "empty group": {
        "topology": origin(),
        "check_inventory": True,
        "servers_group": "empty",
        "fail_on_errors": False,
    },
    "beyond a rollout": {"topology": WITH_EDGE, "check_inventory": True, **GROUPS},
    "no mapping": {"topology": ["no mapping"]},
    "nothing selected": {"topology": origin(), "only": {"views": []}},
    "no selection": {"topology": origin(), "only": ["internal"]},
    "unknown argument": {"topology": origin(), "topologie": 1},
    "wrong argument": {"topology": origin(), "check_inventory": "perhaps"},
    "no topology": {},
    "documented": yaml.safe_load(documented.EXAMPLES)[0]["ucops.rollout.pool_plan"],
}


def play_of(names: list[str], result: Path) -> list[dict[str, Any]]:
    """A task for each case, and one that writes down what they returned."""
    tasks = [
        {"ucops.rollout.pool_plan": CASES[name], "register": f"answer_{index}", "ignore_errors": True}
        for index, name in enumerate(names)
    ]
    gathered = ", ".join(f"answer_{index}" for index in range(len(names)))
    write = {
        "ansible.builtin.copy": {"dest": str(result), "content": f"{{{{ [{gathered}] | to_json }}}}", "mode": "0644"},
        "delegate_to": "localhost",
        "check_mode": False,
        "vars": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
    }
    return [{"hosts": "dc01", "gather_facts": False, "tasks": [*tasks, write]}]


def run(directory: Path, names: list[str], *options: str) -> dict[str, dict[str, Any]]:
    """The result of each case."""
    playbook, inventory, result = (directory / name for name in ("play.yml", "inventory.yml", "result.json"))
    playbook.write_text(yaml.safe_dump(play_of(names, result)), encoding="utf-8")
    inventory.write_text(INVENTORY, encoding="utf-8")
    done = play(str(playbook), "-i", str(inventory), *options)
    assert done.code == 0, done.output
    assert "Traceback" not in done.output
    return dict(zip(names, json.loads(result.read_text(encoding="utf-8")), strict=True))


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return run(tmp_path_factory.mktemp("pool_plan"), list(CASES))


def errors(answer: dict[str, Any]) -> list[str]:
    return [one["code"] for one in answer["plan"]["findings"] if one["severity"] == "error"]


def expected_plan() -> dict[str, Any]:
    plan: dict[str, Any] = json.loads((DATA / "origin_plan.json").read_text(encoding="utf-8"))
    plan["servers"][0]["inventory_host"] = "OCSSRV01"
    plan["servers"][1]["inventory_host"] = "ocssrv02.company.local"
    return plan


def test_the_origin(answers: dict[str, dict[str, Any]]) -> None:
    assert answers["origin"]["plan"] == expected_plan()
    assert (answers["origin"]["changed"], answers["origin"]["failed"]) == (False, False)


def test_the_hosts_that_a_rollout_concerns(answers: dict[str, dict[str, Any]]) -> None:
    servers = ["OCSSRV01", "ocssrv02.company.local"]
    inside: dict[str, Any] = {"by_hand": [], "dns_external": [], "updated": [], "views": ["internal"]}
    assert answers["origin"]["hosts"] == {"dns": ["dc01"], "ca": ["ca01"], "servers": servers, **inside}
    assert answers["documented"]["hosts"] == {"dns": [], "ca": [], "servers": servers, **inside}
    assert answers["empty group"]["hosts"] == {"dns": [], "ca": [], "servers": [], **inside}


def test_check_mode_plans_the_same(tmp_path: Path) -> None:
    assert run(tmp_path, ["origin"], "--check", "--diff")["origin"]["plan"] == expected_plan()


def test_a_wrong_topology_fails_with_every_problem(answers: dict[str, dict[str, Any]]) -> None:
    answer = answers["wrong topology"]
    assert answer["failed"]
    assert "plan" not in answer
    assert answer["msg"].startswith(
        "the topology has 2 problems, and nothing was done\n- sip_domains[1].name: 'company_com' holds"
    )
    assert "- dns.tll: unknown key, did you mean 'ttl'?" in answer["msg"]


def test_errors_fail_the_task_and_are_all_told(answers: dict[str, dict[str, Any]]) -> None:
    answer = answers["errors"]
    assert answer["failed"] and "plan" not in answer
    heading, *told = answer["msg"].splitlines()
    assert heading == "the plan has 5 errors, and nothing was touched"
    assert len(told) == 5
    assert told[4].startswith(
        "- the server 'ocssrv02.company.local' has no host in the inventory group"
        " 'ucops_servers'; looked for 'nohost'. Breaks: certificates cannot be requested"
    )


def test_missing_hosts_do_not_hide_that_a_plan_cannot_be_rolled_out(answers: dict[str, dict[str, Any]]) -> None:
    told = answers["beyond a rollout"]["msg"]
    assert told.startswith("Nothing was touched, since this version cannot roll out the whole of this plan yet")
    assert "has no host" not in told


def test_errors_can_be_left_to_the_caller(answers: dict[str, dict[str, Any]]) -> None:
    assert not answers["errors left"]["failed"]
    assert errors(answers["errors left"]) == ["name-without-zone", "name-without-zone"]


def test_another_group(answers: dict[str, dict[str, Any]]) -> None:
    answer = answers["empty group"]
    assert errors(answer) == ["server-without-inventory-host"] * 2
    assert [one["inventory_host"] for one in answer["plan"]["servers"]] == [None, None]


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("no mapping", "argument 'topology' is a list, not a mapping"),
        ("nothing selected", "ucops_only: views names nothing. Give lists of names"),
        ("no selection", "ucops_only: this is a list, not a mapping of kinds to names"),
        ("unknown argument", "topologie"),
        ("wrong argument", "check_inventory"),
        ("no topology", "missing required arguments: topology"),
    ],
)
def test_wrong_arguments(answers: dict[str, dict[str, Any]], case: str, said: str) -> None:
    assert answers[case]["failed"]
    assert said in answers[case]["msg"]


def test_the_example_in_the_documentation_can_be_planned(answers: dict[str, dict[str, Any]]) -> None:
    assert [one["severity"] for one in answers["documented"]["plan"]["findings"]] == ["warning", "note"]


@pytest.mark.parametrize(("options", "told"), [
    (["-e", "pool_verify_unprovd=warn"], "'pool_verify_unprovd' is no variable of this collection, did you mean"
     " 'pool_verify_unproved'?"),
    ([], "'pool_certificates_oauht' (of OCSSRV01) is no variable of this collection, did you mean"
     " 'pool_certificates_oauth'?"),
    (["--tags", "dns,certficates"], "--tags: there is no tag 'certficates', did you mean 'certificates'?"),
    (["--tags", "certficates"], "--tags: there is no tag 'certficates', did you mean 'certificates'?"),
    (["--skip-tags", "asign"], "--skip-tags: there is no tag 'asign', did you mean 'assign'?"),
])  # fmt: skip
def test_slips_at_the_keyboard_are_refused(tmp_path: Path, options: list[str], told: str) -> None:
    inventory = yaml.safe_load(INVENTORY)
    if not options:
        inventory["all"]["children"]["ucops_servers"]["hosts"]["OCSSRV01"] = {"pool_certificates_oauht": True}
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    variables = {"ucops_topology": origin()}
    done = play("deploy_pool", "-i", str(tmp_path / "hosts.yml"), *options, variables=variables)
    assert done.code == 2 and told in done.output, done.output
    assert set(done.recap) == {"localhost"}


@pytest.mark.parametrize("playbook", ["plan_pool", "export_plan"])
def test_a_limit_that_leaves_out_the_controller_is_told(tmp_path: Path, playbook: str) -> None:
    (tmp_path / "hosts.yml").write_text(INVENTORY, encoding="utf-8")
    done = play(playbook, "-i", str(tmp_path / "hosts.yml"), "--limit", "dc01", variables={"ucops_topology": origin()})
    assert done.code == 2 and "is limited to 'dc01' and leaves out localhost, which plans" in done.output, done.output
    assert "Run it without --limit" in done.output


@pytest.mark.parametrize("playbook", ["plan_pool", "audit_pool"])
def test_a_misspelt_group_of_the_inventory_is_told(tmp_path: Path, playbook: str) -> None:
    text = INVENTORY.replace("ucops_servers", "ucops_severs")
    (tmp_path / "hosts.yml").write_text(text, encoding="utf-8")
    done = play(playbook, "-i", str(tmp_path / "hosts.yml"), variables={"ucops_topology": origin()})
    assert done.code == 2 and "'ucops_servers' with hosts, did you mean the group 'ucops_severs'?" in done.output
    assert set(done.recap) == {"localhost"}
