"""``topology_import`` on a server: refuses what the site says wrong before a logon, and gives what the lookup gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from unit.action_runs import run
from unit.deployments import CONTOSO, exported, published
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


def test_documents_are_read_in_place_of_a_server_and_no_connection_is_used(tmp_path: Path) -> None:
    (tmp_path / "configuration.zip").write_bytes(exported(CONTOSO))
    action = topology_import.ActionModule.__new__(topology_import.ActionModule)
    action._connection = SimpleNamespace()
    arguments = {"sources": [str(tmp_path / "configuration.zip")], "known": {"product": "sfb2015"}}
    done = action._answer(arguments, check_mode=False)
    assert (done["changed"], done["topology"]["product"], done["source"]) == (False, "sfb2015", "configuration.zip")
    with pytest.raises(RolloutError, match=r"none\.xml: there is no such file"):
        action._answer({"sources": ["none.xml"], "known": {}}, check_mode=False)
