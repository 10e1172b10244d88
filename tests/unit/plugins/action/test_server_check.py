"""``server_check`` tells all that keeps a server from its certificates, and starts PowerShell where it is needed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.action_runs import Noon, run
from unit.fakes_windows import FakeServer, authority
from unit.lync_sites import plan_of, standard, topology
from unit.plugins.plugin_utils.assigning.test_lync import FakeCmdlets

from ansible_collections.ucops.rollout.plugins.action import server_check
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import certificates_of
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse

NAME, CA_HOST = "se01.contoso.com", "ca01.contoso.net"
SITE = topology("sfb2019", [standard()])


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_check, "datetime", Noon)


def work() -> dict[str, Any]:
    plan = make_plan(parse(SITE))
    servers = tuple(replace(one, inventory_host=one.fqdn) for one in plan.servers)
    return certificates_of(replace(plan, servers=servers), NAME, ca_hosts=[CA_HOST]).to_plain()


def checked(cmdlets: FakeCmdlets | None = None, **arguments: Any) -> dict[str, Any]:
    host = FakeServer(NAME).host
    given = {"work": work(), "topology": SITE, **arguments}
    return run(server_check, replace(host, powershell=cmdlets) if cmdlets else host, **given)


def test_a_server_that_is_ready() -> None:
    assert plan_of(SITE).certificates
    assert checked(FakeCmdlets()) == {"changed": False, "ready": True, "problems": []}


@pytest.mark.parametrize("fail", [False, True])
def test_all_that_is_wrong_is_told_together(fail: bool) -> None:
    cmdlets, ca = FakeCmdlets(), authority()
    cmdlets.answers["version"] = "(6.0.9319.0)"
    done = checked(cmdlets, ca_certificates={CA_HOST: [ca.pem]}, fail=fail)
    root, version = done["problems"]
    assert root.startswith(f"this server does not trust the root 'CN=Company CA', thumbprint {ca.thumbprint}. ")
    assert version.startswith("the server has Skype for Business Server 2015 (version 6.0.9319.0), and the topology")
    assert (done["ready"], done["failed"], done["msg"]) == (False, fail, f"{NAME}: {root}\n{NAME}: {version}")


def test_what_is_not_done_in_a_run_is_not_looked_at() -> None:
    """The host has no PowerShell, and the root is unknown."""
    assert checked(assign=False, obtain=False, ca_certificates={CA_HOST: [authority().pem]})["ready"] is True
    by_hand = work()
    for job in by_hand["certificates"]:
        for one in job["assignments"]:
            one["way"] = "by_hand"
    assert checked(work=by_hand)["ready"] is True


def test_without_a_topology_the_version_is_not_compared() -> None:
    cmdlets = FakeCmdlets()
    cmdlets.answers["version"] = "(6.0.9319.0)"
    assert checked(cmdlets, topology={})["ready"] is True
