"""The playbook that writes exports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sitekit import Run, play
from unit.exports_plans import EXPECTED
from unit.finding_cases import many_sip_domains
from unit.topologies import origin, origin_with

from ansible_collections.ucops.rollout.plugins.filter.exports import plan_export

pytestmark = pytest.mark.versions


def run(*options: str, **variables: Any) -> Run:
    return play("playbooks/export_plan.yml", *options, variables={"ucops_topology": origin(), **variables})


@pytest.mark.slow
def test_the_playbook_writes_every_file_once(tmp_path: Path) -> None:
    folder = tmp_path / "hand over"
    looked = run("--check", export_directory=str(folder))
    assert looked.code == 0, looked.output
    assert not folder.exists()
    assert "internal_company.com.zone" in looked.output
    written = run(export_directory=str(folder))
    assert written.code == 0, written.output
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in EXPECTED.iterdir())
    for path in folder.iterdir():
        made = path.read_bytes().decode("ascii")
        assert made == plan_export(origin(), "all")[path.name]
        assert path.stat().st_mode & 0o007 == 0


@pytest.mark.slow
def test_the_playbook_shows_what_would_change(tmp_path: Path) -> None:
    chosen = {"export_directory": str(tmp_path), "export_formats": "bind"}
    assert "changed=1" in run(**chosen).output
    assert "changed=0" in run(**chosen).output
    zone = tmp_path / "internal_company.com.zone"
    zone.write_text("changed by hand", encoding="ascii")
    checked = run("--check", "--diff", **chosen)
    assert "changed=1" in checked.output and "-changed by hand" in checked.output, checked.output
    assert zone.read_text(encoding="ascii") == "changed by hand"


@pytest.mark.slow
def test_what_cannot_be_written_ends_the_run_badly_and_the_rest_is_there(tmp_path: Path) -> None:
    done = run(ucops_topology=many_sip_domains(60), export_directory=str(tmp_path))
    assert done.code == 2, done.output
    text = " ".join(done.output.split())
    assert "certificate ocssrv02.company.local/default: the 122 names" in text
    written = sorted(path.name for path in tmp_path.iterdir())
    assert "dns_records.csv" in written and not any(name.endswith((".inf", ".cnf")) for name in written)
    assert all(name in text for name in written)


@pytest.mark.slow
def test_the_records_of_another_teams_zone(tmp_path: Path) -> None:
    zones = [{"name": "company.local"}, {"name": "company.com", "managed": "other_team"}]
    topology = origin_with({"dns.internal.zones": zones})
    chosen = {"export_directory": str(tmp_path), "export_formats": "csv", "export_zone": "company.com"}
    done = run(ucops_topology=topology, **chosen)
    assert done.code == 0, done.output
    assert "ocspool,A,3600,10.0.0.10" in (tmp_path / "dns_records.csv").read_text()
    assert "zones that were not chosen: company.local (internal)" in done.output


@pytest.mark.slow
def test_the_playbook_writes_what_is_chosen(tmp_path: Path) -> None:
    chosen = {"export_formats": ["bind", "csv"], "export_view": "internal", "export_zone": "company.com"}
    servers = {"export_name_servers": ["dc01.company.local"]}
    done = run(export_directory=str(tmp_path), export_managed="all", **chosen, **servers)
    assert done.code == 0, done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dns_records.csv", "internal_company.com.zone"]
    assert "IN NS dc01.company.local." in (tmp_path / "internal_company.com.zone").read_text()
