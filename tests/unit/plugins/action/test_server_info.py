"""``server_info`` tells what comes next on a server and what keeps it from that, and starts PowerShell where needed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from unit.action_runs import Noon, run
from unit.fakes_windows import FakeServer, NoWmi
from unit.lync_sites import plan_of, standard, topology
from unit.plugins.plugin_utils.assigning.test_lync import FakeCmdlets

from ansible_collections.ucops.rollout.plugins.action import server_info
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import certificates_of
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.options import SPEC
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import WmiObject

NAME, CA_HOST, AB = "se01.contoso.com", "ca01.contoso.net", "AB" * 20
SITE = topology("sfb2019", [standard()])
ACTION = server_info.ActionModule.__new__(server_info.ActionModule)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_info, "datetime", Noon)


def work() -> dict[str, Any]:
    plan = make_plan(parse(SITE))
    servers = tuple(replace(one, inventory_host=one.fqdn) for one in plan.servers)
    return certificates_of(replace(plan, servers=servers), NAME, ca_hosts=[CA_HOST]).to_plain()


def read(cmdlets: FakeCmdlets | None = None, **given: Any) -> dict[str, Any]:
    server = FakeServer(NAME)
    host = replace(server.host, wmi=SystemWmi(), **({"powershell": cmdlets} if cmdlets else {}))
    arguments = {"work": work(), "compare": True, **given}
    options = ACTION.checked(given.get("options", {}), SPEC, "options")
    return run(server_info, host, **ACTION.prepare({**arguments, "options": options}))


class SystemWmi(NoWmi):
    def query(self, namespace: str, wql: str, *, references: bool = False) -> tuple[WmiObject, ...]:
        if "Win32_OperatingSystem" in wql:
            return (WmiObject("Win32_OperatingSystem", {"Version": "10.0.17763", "CSName": "SE01"}),)
        return super().query(namespace, wql)


def test_a_server_without_certificates() -> None:
    assert plan_of(SITE).certificates
    done = read(FakeCmdlets(), options={"trusted_roots": [AB]})
    ids = [job["certificate"]["id"] for job in work()["certificates"]]
    assert done["next"] == dict.fromkeys(ids, "make_key")
    assert [done["certificates"][id]["request"]["state"] for id in ids] == ["would_create"] * len(ids)
    assert (done["host"], done["problems"], done["held"]["certificates"]) == ("SE01", [], [])
    assert (done["obtain"], done["assign"], done["trusted_roots"], done["changed"]) == (True, True, [AB], False)
    assert done["work"] == {name: one for name, one in work().items() if name != "pool"}


def test_what_keeps_the_cmdlets_from_assigning() -> None:
    cmdlets = FakeCmdlets()
    cmdlets.answers["version"] = "(6.0.9319.0)"
    (version,) = read(cmdlets)["problems"]
    assert version.startswith("the server has Skype for Business Server 2015 (version 6.0.9319.0), and the topology")
    assert read(cmdlets, compare=False)["problems"] == []


def test_where_nothing_is_assigned_no_powershell_runs() -> None:
    """The host has none."""
    assert read(options={"assign": False})["problems"] == []
    by_hand = work()
    for job in by_hand["certificates"]:
        for one in job["assignments"]:
            one["way"] = "by_hand"
    assert read(work=by_hand)["problems"] == []


def test_a_host_that_is_no_server_of_the_plan_is_read_itself() -> None:
    host = replace(FakeServer("dc01").host, wmi=SystemWmi())
    told = run(server_info, host, work=None)
    assert told["generation"] == "2019" and "next" not in told


def test_a_server_that_nobody_logs_on_to_is_told_by_its_files(tmp_path: Path) -> None:
    options = ACTION.checked({"directory": str(tmp_path)}, SPEC, "options")
    given = {"known": {}, "fail": True, "log_on": True, "compare": True, "options": options}
    told = ACTION._answer({**given, "work": {**work(), "logon": False}}, False)
    assert {one["request"]["state"] for one in told["certificates"].values()} == {"wanted"}
    assert list(tmp_path.iterdir()) == []
