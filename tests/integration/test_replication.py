"""Two DNS servers with zones in the directory: one is written, the other is waited for."""

from __future__ import annotations

from typing import Any

import pytest
from sitekit import Run, Site

pytestmark = pytest.mark.slow

BESIDE = {"name": "dc02", "address": "10.0.0.7", "generation": "2008r2", "dns": {"replica_of": "dc01"}}
YET = "does not answer with the plan yet"


def lines(run: Run, host: str) -> list[str]:
    """What was told of a server, without its address."""
    return [line.partition(") ")[2] for line in run.output.splitlines() if line.startswith(f"{host}.company.local (")]


def at(site: Site, host: str, subject: str) -> dict[str, Any]:
    """The result of a record at a server."""
    found = site.report()["proof"]["dns"]["results"]
    return next(one for one in found if (one["server"], one["subject"]) == (f"{host}.company.local", subject))


@pytest.mark.estate(hosts=[BESIDE])
def test_the_other_server_is_waited_for_and_told_when_nothing_comes(site: Site) -> None:
    pool, wait = "ocspool.company.local A", "pool_verify_replication_wait"
    site.estate.order("dns", "dc02", "delay", minutes=15)
    given = {wait: 120, "pool_plan_every_dns_server": True}
    run = site.watch("deploy_pool", YET, lambda: site.estate.turn_clock(minutes=15), given)
    assert run.code == 0, run.output
    assert lines(run, "dc01") == []
    first, last = lines(run, "dc02")
    assert first.startswith(
        f"{YET}, in 7 of 10 checks (ocspool.company.local A: the name does not exist); it is asked again"
    )
    assert last.startswith("answers with the plan, ") and last.endswith(" s later")
    assert at(site, "dc02", pool)["state"] == "proved" and at(site, "dc02", pool)["waited"] >= 3
    assert at(site, "dc01", pool)["waited"] == 0
    # It took part, and nothing was written there: what it holds came by replication.
    assert "dc02.company.local" in run.recap
    written = site.estate.counters()["dc02.company.local"]["kinds"]
    assert "invoke" not in written and "command" not in written

    site.estate.order("dns", "dc02", "cut")
    topology = site.group_vars()["ucops_topology"]
    (old,) = topology["pools"][0]["load_balancer"]["vips"]["sip"]
    new = f"{old.rpartition('.')[0]}.99"  # nothing listens there, which is not the question here
    topology["pools"][0]["load_balancer"]["vips"]["sip"] = [new]
    run = site.play("deploy_pool", "--tags", "dns,verify,report", variables={wait: 4, "ucops_topology": topology})
    assert run.code == 2 and "Traceback" not in run.output, run.output
    assert at(site, "dc01", pool)["state"] == "proved"
    late = at(site, "dc02", pool)
    said = f"missing: {new}; not planned: {old}; TTL 3600. It was so 4 s after another server answered as planned"
    assert (late["state"], late["message"], late["waited"]) == ("failed", said, 4)
    assert f"{pool} at {late['address']}, " in run.summary and said in run.summary, run.summary

    # The old address is not the one that is removed now.
    given = {wait: 4, "ucops_topology": topology, "ucops_remove": "ocspool.company.local"}
    run = site.play("remove_pool", variables=given)
    assert run.code == 2 and "Traceback" not in run.output, run.output
    (still,) = lines(run, "dc02")
    assert still.startswith(f"{YET}, in 2 of 4 checks (_sipinternaltls._tcp."), still
    told = " ".join(run.output.split())
    assert "to give what was removed: 6 proved, 2 failed, 0 unproved" in told, run.output
    assert "still gives what was removed, 4 s after it was removed" in told, run.output


FILED = {"name": "company.com"}
ON_BOTH = [
    {"name": "dc01", "dns": {"zones": [FILED]}},
    {**BESIDE, "dns": {"replica_of": "dc01", "zones": [FILED]}},
]
EACH = """
- hosts: ucops_dns
  gather_facts: false
  roles: [ucops.rollout.pool_dns]
"""


def held(site: Site, host: str, zone: str) -> list[str]:
    """A zone's lines without the SOA record, which each server has of its own."""
    lines = site.state()["hosts"][host]["dns"][zone]["records"]
    return [one for one in lines if " SOA " not in one and " NS " not in one]


@pytest.mark.estate(hosts=ON_BOTH)
def test_one_server_writes_what_replicates_and_each_what_is_its_own(site: Site) -> None:
    site.estate.order("dns", "dc02", "delay", minutes=15)
    playbook = site.work / "each.yml"
    playbook.write_text(EACH, encoding="utf-8")
    before = held(site, "dc02", "company.local")
    run = site.play(str(playbook))
    assert run.code == 0, run.output
    assert held(site, "dc01", "company.com") == held(site, "dc02", "company.com") != []
    assert held(site, "dc02", "company.local") == before != held(site, "dc01", "company.local")
    site.estate.turn_clock(minutes=15)
    assert held(site, "dc02", "company.local") == held(site, "dc01", "company.local")
