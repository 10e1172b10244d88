"""``topology_import`` on a server: refuses what the site says wrong before a logon, and gives what the lookup gives."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.action_runs import run
from unit.deployments import CONTOSO, published
from unit.fakes_windows import FakeServer
from unit.plugins.plugin_utils.cs.test_topology import NAME, SQL, Answering

from ansible_collections.ucops.rollout.plugins.action import topology_import
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


def test_the_topology_its_notes_and_its_file() -> None:
    host = replace(
        FakeServer("fe01").host, powershell=Answering({"topology": published(CONTOSO), "urls": [], "unread": SQL})
    )
    done = run(topology_import, host, known={"product": "sfb2015"})
    assert sorted(done) == ["changed", "file", "notes", "source", "topology", "warnings"]
    assert (done["changed"], done["source"], len(done["warnings"])) == (False, NAME, 1)
    assert done["topology"]["product"] == "sfb2015"


def test_a_slip_in_what_the_site_knows_costs_no_logon() -> None:
    action = topology_import.ActionModule.__new__(topology_import.ActionModule)
    with pytest.raises(RolloutError, match="^known: adresses: unknown key"):
        action.prepare({"known": {"adresses": {}}})
