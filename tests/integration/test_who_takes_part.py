"""The plan decides who takes part: nothing runs that was not planned, that was refused, or that a limit leaves out."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from languagekit import each_host_in_every_language
from sitekit import ROOT, Run, Site

from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan

pytestmark = pytest.mark.slow

LYNC = ROOT / "docs" / "examples" / "lync2013.yml"


def clean(run: Run) -> str:
    assert "Traceback (most recent call last)" not in run.output, run.output
    return " ".join(run.output.split())


def beyond() -> dict[str, Any]:
    """A plan that cannot be rolled out whole: records outside are ours, and no DNS server is there for them."""
    topology: dict[str, Any] = yaml.safe_load(LYNC.read_text(encoding="utf-8"))
    for zone in topology["ucops_topology"]["dns"]["external"]["zones"]:
        zone["managed"] = "ours"
    return topology


def logons(site: Site) -> int:
    return sum(sum(counted["logons"].values()) for counted in site.estate.counters().values())


def untouched(site: Site, before: Any) -> bool:
    return bool(site.state() == before and logons(site) == 0)


@pytest.mark.parametrize("limit", ["ucops_dns", "ucops_servers", "ucops_dns:ucops_ca:ucops_servers"])
def test_limit_that_leaves_out_the_plan_leaves_out_everything(site: Site, limit: str) -> None:
    before = site.state()
    run = site.play("deploy_pool", "--limit", limit)
    assert run.code != 0
    text = clean(run)
    assert f"This run is limited to '{limit}' and leaves out localhost" in text
    # All that is missing in one round: servers need their CA, too.
    more = ",ca01.company.local" if limit == "ucops_servers" else ""
    assert f"--limit '{limit},localhost{more}'" in text
    assert untouched(site, before)


@pytest.mark.parametrize("limit", ["ucops_dns", "localhost,ucops_dns", "localhost,ucops_servers"])
def test_refused_plan_is_not_pushed_by_a_limited_run(site: Site, limit: str) -> None:
    before = site.state()
    variables = {**beyond(), "pool_plan_check_inventory": False}
    run = site.play("deploy_pool", "--limit", limit, variables=variables)
    assert run.code != 0
    assert "leaves out localhost" in clean(run) or "cannot roll out the whole of this plan yet" in clean(run)
    assert untouched(site, before)


def test_limit_to_the_controller_plans_and_touches_nothing(site: Site) -> None:
    """Where the inventory does not name localhost, Ansible itself refuses this limit."""
    before = site.state()
    refused = site.play("deploy_pool", "--limit", "localhost")
    assert refused.code != 0 and "no hosts to target" in clean(refused)
    named = site.work / "localhost.yml"
    named.write_text("all: {hosts: {localhost: {}}}\n", encoding="utf-8")
    run = site.play("deploy_pool", "-i", str(named), "--limit", "localhost")
    assert run.code != 0
    assert untouched(site, before)
    report = site.report()
    # No step failed; that the records are not there is a proof that failed.
    assert (report["status"], report["failures"], report["counts"]["failed"]) == ("failed", [], 0)
    assert (report["counts"]["wrong"], report["counts"]["not_done"]) == (4, 2)
    told = "took no part in this run, which was limited to other hosts; run again without the limit, or with them"
    assert report["not_done"] == [{"where": "ocssrv01.company.local, ocssrv02.company.local", "what": told}]
    assert "2 hosts not done" in clean(run)
    assert "dc01.company.local took no part in this run" in clean(run)


def test_servers_without_their_ca_are_refused(site: Site) -> None:
    before = site.state()
    run = site.play("deploy_pool", "--limit", "localhost,ucops_dns,ucops_servers")
    assert run.code != 0
    assert "leaves out ca01.company.local, which issues the certificates" in clean(run)
    assert untouched(site, before)


def test_dns_alone(site: Site) -> None:
    run = site.play("deploy_pool", "--limit", "localhost,ucops_dns")
    clean(run)
    assert run.recap["dc01.company.local"]["changed"] > 0
    assert "ocspool.company.com 3600 A" in str(site.state()["hosts"]["dc01"]["dns"]["company.com"]["records"])
    assert site.state()["hosts"]["ca01"]["ca"]["requests"] == []
    assert set(run.recap) == {"localhost", "dc01.company.local"}


@pytest.mark.parametrize(
    ("playbook", "options"),
    [("deploy_pool", ["--tags", "push"]), ("deploy_pool", ["--skip-tags", "plan"]), ("verify_pool", ["--tags", "dns"])],
)
def test_tags_that_leave_out_the_plan_leave_out_everything(site: Site, playbook: str, options: list[str]) -> None:
    before = site.state()
    run = site.play(playbook, *options)
    assert run.code == 0, run.output
    assert "The tags of this run leave out the plan, on which everything rests. Nothing was touched." in clean(run)
    assert untouched(site, before)
    assert not site.reports.exists()


def at_work(run: Run) -> set[str]:
    """The hosts on which a task did something."""
    return {host for host, row in run.recap.items() if row["ok"]}


def certificates(site: Site) -> int:
    return len(site.state()["hosts"]["ca01"]["ca"]["requests"])


@each_host_in_every_language
def test_parts_of_a_rollout_one_after_the_other(site: Site) -> None:
    """Each tag does its part and no other; together they do what a whole run does."""
    before = site.state()
    planned = site.play("deploy_pool", "--tags", "plan")
    assert planned.code == 0, planned.output
    assert untouched(site, before) and at_work(planned) == {"localhost"}

    early = site.play("deploy_pool", "--tags", "assign")
    assert early.code != 0
    assert (
        "ocssrv01.company.local holds no certificate that serves as 'default', so there is none to assign yet"
        in clean(early)
    )
    assert site.state() == before

    records = site.play("deploy_pool", "--tags", "dns")
    assert records.code == 0, records.output
    assert at_work(records) == {"localhost", "dc01.company.local"}
    assert "ocspool.company.com 3600 A" in str(site.state()["hosts"]["dc01"]["dns"]["company.com"]["records"])

    obtained = site.play("deploy_pool", "--tags", "certificates")
    assert obtained.code == 0, obtained.output
    assert "dc01.company.local" not in at_work(obtained)
    count = certificates(site)
    assert count > 0 and served(site) == []
    assert not site.reports.exists()

    assigned = site.play("deploy_pool", "--tags", "assign,report")
    assert assigned.code == 0, assigned.output
    assert at_work(assigned) == {"localhost", "ocssrv01.company.local", "ocssrv02.company.local"}
    assert certificates(site) == count and served(site) == ["ocssrv01", "ocssrv02"]
    assert len(list(site.reports.glob("*.json"))) == 1

    proved = site.play("deploy_pool", "--tags", "verify,report")
    assert proved.code == 0, proved.output
    assert proved.total("changed") == 0
    assert site.report()["summary"]["unproved"] == 0

    again = site.play("deploy_pool", "--skip-tags", "report")
    assert again.code == 0 and again.total("changed") == 0, again.output
    assert len(list(site.reports.glob("*.json"))) == 2


def served(site: Site) -> list[str]:
    hosts = site.state()["hosts"]
    return [name for name in sorted(hosts) if hosts[name].get("front_end", {}).get("assigned")]


def test_connection_of_the_command_line_leaves_the_controller_local(site: Site) -> None:
    run = site.play("deploy_pool", "-e", "ansible_connection=winrm")
    assert run.code == 0, run.output
    assert site.report()["summary"]["unproved"] == 0
    exported = site.play("export_plan", "-e", "ansible_connection=winrm", "-e", f"export_directory={site.work}/out")
    assert exported.code == 0, exported.output


def test_groups_of_other_names_from_the_inventory(site: Site) -> None:
    """Names from group_vars, where plays cannot see them; and a host of the group that is not planned is left alone."""
    inventory = yaml.safe_load(site.estate.inventory.read_text(encoding="utf-8"))
    groups = inventory if "all" not in inventory else inventory["all"].get("children", inventory)
    for name in ("dns", "ca", "servers"):
        groups[f"site_{name}"] = groups.pop(f"ucops_{name}")
    groups["site_servers"]["hosts"]["other.company.local"] = {"ansible_host": "127.0.0.1", "ansible_port": 9}
    site.estate.inventory.write_text(yaml.safe_dump(inventory), encoding="utf-8")
    variables = site.estate.inventory.parent / "group_vars" / "all.yml"
    known = yaml.safe_load(variables.read_text(encoding="utf-8"))
    known |= {f"ucops_{name}_group": f"site_{name}" for name in ("dns", "ca", "servers")}
    variables.write_text(yaml.safe_dump(known), encoding="utf-8")
    run = site.play("deploy_pool")
    assert run.code == 0, run.output
    assert "other.company.local" not in run.recap
    assert site.report()["summary"]["unproved"] == 0
    proof = site.play("verify_pool")
    assert proof.code == 0, proof.output


def test_limit_that_leaves_out_the_controller_proves_nothing(site: Site) -> None:
    run = site.play("verify_pool", "--limit", "ucops_servers")
    assert run.code != 0 and "leaves out localhost" in clean(run)
    assert logons(site) == 0


def alone(site: Site) -> str:
    """A playbook of one role: the records on the DNS server."""
    role = {"name": "Push", "ansible.builtin.include_role": {"name": "ucops.rollout.pool_dns"}}
    play = {"name": "DNS", "hosts": "ucops_dns", "gather_facts": False, "tasks": [role]}
    path = site.work / "alone.yml"
    path.write_text(yaml.safe_dump([play]), encoding="utf-8")
    return str(path)


def test_role_alone_brings_its_part_of_a_plan(site: Site) -> None:
    """The records of Lync 2013, whose servers are not there."""
    topology = yaml.safe_load(LYNC.read_text(encoding="utf-8"))
    for zone in topology["ucops_topology"]["dns"]["internal"]["zones"]:
        zone["if_missing"] = "create"
    run = site.play(alone(site), variables=topology)
    assert run.code == 0, run.output
    held = site.state()["hosts"]["dc01"]["dns"]["company.local"]["records"]
    assert any(record.startswith("pool01.company.local 3600 AAAA ") for record in held), held


def test_role_alone_refuses_in_the_words_of_the_whole(site: Site) -> None:
    """Before it logs on. Records of a type that no port can write come from a plan made by hand alone."""
    before = site.state()
    plan = as_plan(yaml.safe_load(LYNC.read_text(encoding="utf-8"))["ucops_topology"]).to_plain()
    plan["records"][0]["type"] = "MX"
    run = site.play(alone(site), variables={"pool_dns_plan": plan})
    assert run.code != 0
    assert "cannot roll out the whole of this plan yet" in clean(run)
    assert "MX pool01.company.local (records[0])" in clean(run)
    assert untouched(site, before)
