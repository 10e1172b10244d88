"""The plan decides who takes part: nothing runs that was not planned, that was refused, or that a limit leaves out."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from sitekit import ROOT, Run, Site

pytestmark = pytest.mark.slow

LYNC = ROOT / "docs" / "examples" / "lync2013.yml"


def clean(run: Run) -> str:
    assert "Traceback (most recent call last)" not in run.output, run.output
    return " ".join(run.output.split())


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
    assert f"--limit '{limit},localhost'" in text
    assert untouched(site, before)


@pytest.mark.parametrize("limit", ["ucops_dns", "localhost,ucops_dns", "localhost,ucops_servers"])
def test_refused_plan_is_not_pushed_by_a_limited_run(site: Site, limit: str) -> None:
    before = site.state()
    variables = {**yaml.safe_load(LYNC.read_text(encoding="utf-8")), "pool_plan_check_inventory": False}
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
    failures = {one["where"]: one["what"] for one in site.report()["failures"]}
    assert failures == {
        f"{server}.company.local": "took no part in this run, which was limited to other hosts; its part is not done"
        for server in ("ocssrv01", "ocssrv02")
    }
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


def test_tag_that_leaves_out_the_plan_leaves_out_everything(site: Site) -> None:
    before = site.state()
    clean(site.play("deploy_pool", "--tags", "push"))
    assert untouched(site, before)


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


def test_role_alone_refuses_as_the_whole_does(site: Site) -> None:
    """A plan of Lync 2013 has records that cannot be pushed: the role tells it in the same words, before it logs on."""
    before = site.state()
    topology = yaml.safe_load(LYNC.read_text(encoding="utf-8"))
    alone = site.work / "alone.yml"
    role = {"name": "Push", "ansible.builtin.include_role": {"name": "ucops.rollout.pool_dns"}}
    play = {"name": "DNS", "hosts": "ucops_dns", "gather_facts": False, "tasks": [role]}
    alone.write_text(yaml.safe_dump([play]), encoding="utf-8")
    run = site.play(str(alone), variables=topology)
    whole = site.play("deploy_pool", variables={**topology, "pool_plan_check_inventory": False})
    assert run.code != 0 and whole.code != 0
    for text in (clean(run), clean(whole)):
        assert "cannot roll out the whole of this plan yet" in text
        assert "AAAA pool01.company.local (records[" in text
        assert "only A and SRV records are pushed; export_plan writes them" in text
    assert untouched(site, before)
