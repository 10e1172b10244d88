"""Roles in playbooks of others: keywords and settings of Ansible do what they do elsewhere, or the role says why not.

docs/larger-playbooks.md tells what is supported; a test compares its table with the cases here.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from languagekit import begin
from sitekit import BY_COMMAND, ROOT, Run, Site, command_line, environment

from lab.client import KeptEstate
from lab.estate import merged

pytestmark = pytest.mark.slow

DC01, DC02 = "dc01.company.local", "dc02.company.local"
# Two DNS servers with the same zones in the directory.
BESIDE = {"hosts": [{"name": "dc02", "address": "10.0.0.7", "generation": "2008r2", "dns": {"replica_of": "dc01"}}]}
PUSHED = "_sipinternaltls._tcp.company.com 3600 SRV 0 0 5061 ocspool.company.com."


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeptEstate]:
    estate = begin("origin", tmp_path_factory.mktemp("larger") / "lab", 0, merged(BY_COMMAND, BESIDE)).keep()
    yield estate
    estate.stop()


@pytest.fixture
def fresh(kept: KeptEstate, tmp_path: Path) -> Iterator[Site]:
    """An estate that nobody has touched."""
    with kept.copy() as estate:
        yield Site(estate, tmp_path)


def included(role: str, **keys: Any) -> dict[str, Any]:
    apply = {"apply": keys.pop("apply")} if "apply" in keys else {}
    return {"ansible.builtin.include_role": {"name": f"ucops.rollout.{role}", **apply}, **keys}


def imported(role: str, **keys: Any) -> dict[str, Any]:
    return {"ansible.builtin.import_role": {"name": f"ucops.rollout.{role}"}, **keys}


def said(text: str) -> dict[str, Any]:
    return {"ansible.builtin.debug": {"msg": text}}


def on(hosts: str, *tasks: dict[str, Any], **keys: Any) -> list[dict[str, Any]]:
    return [{"hosts": hosts, "gather_facts": False, **({"tasks": list(tasks)} if tasks else {}), **keys}]


def dns(*tasks: dict[str, Any], **keys: Any) -> list[dict[str, Any]]:
    return on("ucops_dns", *(tasks or (() if "roles" in keys else (imported("pool_dns"),))), **keys)


COUNT = "SEEN {{ pool_dns_result.changes | length }} {{ inventory_hostname }}"
RESCUED = "RESCUED by {{ ansible_failed_task.name }}: {{ ansible_failed_result.msg }}"
WITHOUT = {"ucops_topology": {"schema": 1}}
# A port on which nobody listens.
DEAD = "{{ 9 if inventory_hostname == 'HOST' else hostvars[inventory_hostname].ansible_port }}"
TAGGED = {"role": "ucops.rollout.pool_dns", "tags": ["records"]}
OTHER_TAG = {"role": "ucops.rollout.pool_verify", "tags": ["later"]}


@dataclass(frozen=True)
class Case:
    """A playbook, and how it ends: its exit status, whether the records are there, what is told and what is not.

    ``changed``: how many tasks changed something, on all hosts.
    """

    plays: list[dict[str, Any]]
    options: tuple[str, ...] = ()
    variables: dict[str, Any] = field(default_factory=dict)
    code: int = 0
    pushed: bool = True
    changed: int = 1
    told: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()


# By the first column of the documents' table; what follows a comma tells cases of one row apart.
CASES: dict[str, Case] = {
    "roles:": Case(dns(roles=["ucops.rollout.pool_plan", "ucops.rollout.pool_dns"], tasks=[said(COUNT)])),
    "import_role": Case(dns()),
    "include_role": Case(dns(included("pool_dns"), said(COUNT)), told=(f"SEEN 5 {DC01}", f"SEEN 0 {DC02}")),
    "serial": Case(dns(imported("pool_dns"), said(COUNT), serial=1), told=(f"SEEN 5 {DC01}", f"SEEN 0 {DC02}")),
    "forks and throttle": Case(dns(included("pool_dns", apply={"throttle": 1})), options=("--forks", "1")),
    "strategy: free, two DNS servers": Case(
        dns(strategy="free"), code=2, told=("Under the strategies free and host_pinned no host waits for another",)
    ),
    "strategy: free, one DNS server": Case(dns(strategy="free"), options=("--limit", DC01)),
    "strategy: host_pinned": Case(dns(strategy="host_pinned"), options=("--limit", DC02)),
    "any_errors_fatal": Case(
        dns(
            imported("pool_dns"),
            said("AFTER"),
            any_errors_fatal=True,
            vars={"ansible_port": DEAD.replace("HOST", DC01)},
        ),
        code=4,
        pushed=False,
        changed=0,
        told=("nothing listens there",),
        untold=("AFTER",),
    ),
    "run_once": Case(
        dns({"block": [imported("pool_dns")], "run_once": True}, said(COUNT)), told=(f"SEEN 5 {DC01}", f"SEEN 5 {DC02}")
    ),
    "delegate_to": Case(on("localhost", included("pool_dns", apply={"delegate_to": DC01}))),
    "delegate_to, of the proof": Case(
        dns(
            imported("pool_dns"),
            included("pool_verify", apply={"delegate_to": "localhost"}, run_once=True),
            {**said("PROOF {{ (pool_verify_kept | from_json).dns.summary }}"), "run_once": True},
        ),
        variables={"pool_verify_fail": False},
        told=("PROOF {'proved': 20, 'failed': 0, 'unproved': 0}",),
    ),
    "block with rescue": Case(
        dns({"block": [included("pool_dns")], "rescue": [said(RESCUED)], "always": [said("ALWAYS")]}),
        variables=WITHOUT,
        pushed=False,
        changed=0,
        told=("RESCUED by Compute the plan from the topology: the topology has 5 problems, and nothing", "ALWAYS"),
    ),
    "block with rescue, of a host that is away": Case(
        dns(
            {"block": [included("pool_dns")], "rescue": [said(RESCUED)]},
            vars={"ansible_port": DEAD.replace("HOST", DC01)},
        ),
        options=("--limit", DC01),
        code=4,
        pushed=False,
        changed=0,
        told=("nothing listens there",),
        untold=("RESCUED",),
    ),
    "check_mode of a block": Case(
        dns({"block": [imported("pool_dns")], "check_mode": True}, said(COUNT)), pushed=False, told=(f"SEEN 5 {DC01}",)
    ),
    "check_mode of a block, of the report too": Case(
        [
            *dns({"block": [imported("pool_dns")], "check_mode": True}),
            *on("localhost", {"block": [imported("pool_report")], "check_mode": True}),
        ],
        pushed=False,
        told=("Would do", "none, since check mode writes nothing"),
        untold=(".json",),
    ),
    "check_mode of a role": Case(dns(included("pool_dns", apply={"check_mode": True})), pushed=False),
    "--check": Case(dns(), options=("--check",), pushed=False),
    "diff: false": Case(
        dns(included("pool_dns", apply={"diff": False})), options=("--diff",), untold=("+++ after", "+ocspool")
    ),
    "no_log": Case(dns(included("pool_dns", apply={"no_log": True})), options=("-vvv",), untold=("10.0.0.10",)),
    "tags of include_role": Case(
        dns(included("pool_dns", apply={"tags": ["records"]}, tags=["records"])), options=("--tags", "records")
    ),
    "tags of roles:": Case(dns(roles=[TAGGED, OTHER_TAG]), options=("--tags", "records"), untold=("Ask every",)),
    "--skip-tags": Case(dns(roles=[TAGGED]), options=("--skip-tags", "records"), pushed=False, changed=0),
    "become": Case(dns(become=True), options=("--become",)),
    "vars_files": Case(dns(vars_files=[str(ROOT / "docs" / "examples" / "ocs2007.yml")])),
    "--limit": Case(dns(), options=("--limit", DC02)),
    "--limit, to a host of another kind": Case(dns(), options=("--limit", "ucops_ca"), pushed=False, changed=0),
    "--start-at-task, a role's first": Case(
        dns(), options=("--start-at-task", "Make the plan where no earlier step made it of this topology")
    ),
    "--start-at-task, in the middle of a role": Case(
        dns(),
        options=("--start-at-task", "ucops.rollout.pool_dns : Bring the first server of the view to the plan"),
        code=2,
        pushed=False,
        changed=0,
        told=("there is no plan, and nothing was done",),
    ),
    "a role on the wrong host": Case(
        dns(imported("pool_dns"), imported("pool_verify", run_once=True)),
        code=2,
        told=("this looks from outside, for which Windows has no Python. Use it in a play on localhost",),
    ),
}


def test_the_documents_tell_of_each_case() -> None:
    """And of nothing else in these two tables."""
    page = (ROOT / "docs" / "larger-playbooks.md").read_text(encoding="utf-8")
    keywords = page.partition("\n## Keywords and options\n")[2].partition("\n## ")[0]
    settings = page.partition("\n## Settings of a site\n")[2].partition("\n## ")[0]

    def rows(table: str) -> list[str]:
        """The first cells, without the heading."""
        return re.findall(r"^\| `?([^`|]+?)`? \|", table, flags=re.MULTILINE)[1:]

    assert sorted(rows(keywords)) == sorted({name.partition(",")[0] for name in CASES})
    assert sorted(rows(settings)) == sorted(SETTINGS)


def written(site: Site, plays: list[dict[str, Any]], name: str = "larger") -> str:
    path = site.work / f"{name}.yml"
    path.write_text(yaml.safe_dump(plays, sort_keys=False), encoding="utf-8")
    return str(path)


def whole(run: Run) -> str:
    assert "Traceback (most recent call last)" not in run.output, run.output
    return " ".join(run.output.split())


def records(site: Site, host: str, zone: str = "company.com") -> list[str]:
    zones = site.state()["hosts"][host]["dns"]
    return list(zones[zone]["records"]) if zone in zones else []


@pytest.mark.parametrize("name", CASES)
def test_what_ansible_can_say_of_a_role(fresh: Site, name: str) -> None:
    case, before = CASES[name], fresh.state()
    run = fresh.play(written(fresh, case.plays), *case.options, variables=case.variables)
    text = whole(run)
    assert (run.code, run.total("changed")) == (case.code, case.changed), run.output
    assert [one for one in case.told if one not in text] == [], run.output
    assert [one for one in case.untold if one in text] == [], run.output
    if case.pushed:
        assert [PUSHED in records(fresh, host) for host in ("dc01", "dc02")] == [True, True]
    else:
        assert fresh.state() == before


def test_a_role_twice_in_one_play_brings_both_pools(fresh: Site) -> None:
    """The second pool has a SIP domain of its own; then the first comes again, and nothing is left to do."""
    first = fresh.group_vars()["ucops_topology"]
    second = json.loads(json.dumps(first).replace("company.com", "example.com").replace("ocspool", "otherpool"))
    second["sip_domains"] = ["example.com"]
    second["pools"][0]["servers"] = [{"fqdn": "ocssrv09.company.local", "addresses": {"internal": ["10.0.0.19"]}}]
    other = {"pool_plan_topology": "{{ other_site }}", "pool_dns_rollout": "other"}
    plays = dns(
        included("pool_dns"),
        included("pool_dns", vars=other),
        said("SECOND {{ pool_dns_result.changes | length }}"),
        included("pool_dns"),
        said("THIRD {{ pool_dns_result.changes | length }}"),
    )
    run = fresh.play(written(fresh, plays), "--limit", DC01, variables={"other_site": second})
    text = whole(run)
    assert (run.code, run.total("changed")) == (0, 2), run.output
    assert "SECOND 4" in text and "THIRD 0" in text, run.output
    assert PUSHED in records(fresh, "dc01")
    moved = "_sipinternaltls._tcp.example.com 3600 SRV 0 0 5061 otherpool.example.com."
    assert moved in records(fresh, "dc01", "example.com")


CERTIFICATES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "strategy: free": ({"strategy": "free", "tasks": [included("pool_certificates")]}, {}),
    "block with rescue": (
        {"tasks": [{"block": [included("pool_certificates")], "rescue": [said(RESCUED)]}]},
        {"pool_certificates_front_end_command": ["C:\\Site\\Nothing.exe"]},
    ),
    "check_mode of a block": ({"tasks": [{"block": [imported("pool_certificates")], "check_mode": True}]}, {}),
}


@pytest.mark.parametrize("name", CERTIFICATES)
def test_certificates_likewise(fresh: Site, name: str) -> None:
    keys, variables = CERTIFICATES[name]
    run = fresh.play(written(fresh, on("ucops_servers", **keys)), variables=variables)
    text, hosts = whole(run), fresh.state()["hosts"]
    assert run.code == 0, run.output
    issued, assigned = (0, 0) if "check_mode" in name else (2, 0) if "rescue" in name else (2, 2)
    assert len(hosts["ca01"]["ca"]["requests"]) == issued
    assert len([one for one in ("ocssrv01", "ocssrv02") if hosts[one]["front_end"]["assigned"]]) == assigned
    told = text.count("RESCUED by End where a step failed: ocssrv0")
    assert told == (2 if "rescue" in name else 0), run.output


def hand_over() -> list[dict[str, Any]]:
    """The plays that the page of the role prints."""
    page = (ROOT / "docs" / "roles" / "pool_report.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    return list(yaml.safe_load(text))


def test_the_roles_one_after_the_other_do_the_whole_job(fresh: Site) -> None:
    """Each in a play of its own, and what one takes of another comes without a word."""
    plays = [
        *dns(roles=["ucops.rollout.pool_dns"]),
        *on("ucops_servers", roles=["ucops.rollout.pool_certificates"], serial=1),
        *hand_over(),
    ]
    run = fresh.play(written(fresh, plays))
    whole(run)
    assert run.code == 0, run.output
    report = fresh.report()
    assert (report["status"], report["summary"]["unproved"]) == ("done", 0)


# What a site may have set for all of its playbooks, and changes nothing of ours. Each is named in the documents.
SETTINGS = {
    "ANSIBLE_STRATEGY": "free",
    "ANSIBLE_INJECT_FACT_VARS": "False",
    "ANSIBLE_JINJA2_NATIVE": "True",
    "ANSIBLE_HASH_BEHAVIOUR": "merge",
    "ANSIBLE_GATHERING": "explicit",
    "ANSIBLE_ERROR_ON_UNDEFINED_VARS": "False",
    "ANSIBLE_DUPLICATE_YAML_DICT_KEY": "error",
    "ANSIBLE_PRIVATE_ROLE_VARS": "True",
    "ANSIBLE_ANY_ERRORS_FATAL": "True",
    "ANSIBLE_BECOME": "True",
    "ANSIBLE_STDOUT_CALLBACK": "minimal",
    "ANSIBLE_CACHE_PLUGIN": "jsonfile",
}


@pytest.mark.versions
def test_settings_of_a_site_change_nothing_and_no_plan_is_cached(fresh: Site) -> None:
    cache = fresh.work / "facts"
    settings = {**SETTINGS, "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(cache)}
    run = fresh.play("deploy_pool", settings=settings)
    whole(run)
    assert run.code == 0, run.output
    assert fresh.report()["status"] == "done"
    # The next day's plan comes from the next day's topology.
    assert not any("pool_" in path.read_text(encoding="utf-8") for path in cache.glob("*"))
    # The summary stands in the result of its task, whatever shows that.
    assert re.search(r'"msg": \[\s+"Planned +4 DNS records', run.output), run.output


JSON_CALLBACK = '''
import json
from ansible.plugins.callback import CallbackBase

class CallbackModule(CallbackBase):
    """All results in one document at the end, as callbacks for machines do."""
    CALLBACK_VERSION, CALLBACK_TYPE, CALLBACK_NAME = 2.0, "stdout", "document"

    def __init__(self):
        super().__init__()
        self.results = []

    def v2_runner_on_ok(self, result):
        self.results.append(self._dump_results(result._result))

    v2_runner_on_failed = lambda self, result, ignore_errors=False: self.v2_runner_on_ok(result)

    def v2_playbook_on_stats(self, stats):
        print(json.dumps({"results": [json.loads(one) for one in self.results], "stats": stats.custom}))
'''


# Nobody listens there.
AWAY = {
    "view": "internal",
    "name": "pool.company.local",
    "addresses": ["127.0.0.1"],
    "port": 9,
    "protocol": "sip_tls",
    "through": "load_balancer",
    "certificates": [],
    "clients": [],
}
TOLD = "Waiting for 1 of 1 check to show what is planned (pool.company.local:9 at "


def waiting_playbook(site: Site) -> list[str]:
    asked = {"ucops.rollout.tls_check": {"endpoints": [AWAY], "wait": 4, "fail": False}}
    proof = imported("pool_verify", vars={"pool_verify_fail": False})
    plays = on("localhost", {"name": "Wait", **asked}, proof, imported("pool_report"))
    variables = {"pool_verify_replication_wait": 0, "pool_report_write": False}
    return command_line(written(site, plays), "-i", str(site.estate.inventory), variables=variables)


def test_a_callback_for_machines_gets_one_document(fresh: Site) -> None:
    """The lines of a wait do not stand in it, and the summary does. Nothing controls a terminal that is none."""
    (fresh.work / "callbacks").mkdir()
    (fresh.work / "callbacks" / "document.py").write_text(JSON_CALLBACK, encoding="utf-8")
    settings = {"ANSIBLE_CALLBACK_PLUGINS": str(fresh.work / "callbacks"), "ANSIBLE_STDOUT_CALLBACK": "document"}
    given = {**environment(fresh.work, settings), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    del given["ANSIBLE_NOCOLOR"]
    done = subprocess.run(
        waiting_playbook(fresh), cwd=fresh.work, env=given, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 2, done.stderr
    assert TOLD in done.stderr and TOLD not in done.stdout
    assert re.findall(r"[^\n\x20-\x7e]", done.stdout + done.stderr) == []
    published = json.loads(done.stdout)["stats"]["_run"]["ucops_rollout"]
    assert published["status"] == "failed"
    assert published["summary"][0].startswith("Planned    4 DNS records")
