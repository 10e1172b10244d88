"""The filter and the playbook that write exports."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from unit.exports_plans import EXPECTED, origin_plan
from unit.places import ROOT
from unit.topologies import origin, origin_with

from ansible_collections.ucops.rollout.plugins.filter.exports import FilterModule
from ansible_collections.ucops.rollout.plugins.module_utils.exports.export import FORMATS, MANAGED

plan_export = FilterModule().filters()["plan_export"]
BIN = Path(os.environ.get("UCOPS_BIN", ROOT / ".venv" / "bin"))
DOCUMENTED = yaml.safe_load((ROOT / "plugins" / "filter" / "plan_export.yml").read_text(encoding="utf-8"))
OPTIONS = DOCUMENTED["DOCUMENTATION"]["options"]


def run(*arguments: str, **variables: Any) -> subprocess.CompletedProcess[str]:
    command = [str(BIN / "ansible-playbook"), "playbooks/export_plan.yml", *arguments]
    extra = ["-e", json.dumps({"ucops_topology": origin(), **variables})]
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv" / "collections"), "NO_COLOR": "1"}
    done = [*command, *extra]
    return subprocess.run(done, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False, env=environment)


@pytest.mark.slow
def test_the_playbook_writes_every_file_once(tmp_path: Path) -> None:
    folder = tmp_path / "hand over"
    looked = run("--check", export_directory=str(folder))
    assert looked.returncode == 0, looked.stdout + looked.stderr
    assert not folder.exists()
    assert "internal_company.com.zone" in looked.stdout
    written = run(export_directory=str(folder))
    assert written.returncode == 0, written.stdout + written.stderr
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in EXPECTED.iterdir())
    for path in folder.iterdir():
        made = path.read_bytes().decode("ascii")
        assert made == plan_export(origin(), "all")[path.name]
        assert path.stat().st_mode & 0o007 == 0


@pytest.mark.slow
def test_the_playbook_shows_what_would_change(tmp_path: Path) -> None:
    chosen = {"export_directory": str(tmp_path), "export_formats": "bind"}
    assert "changed=1" in run(**chosen).stdout
    assert "changed=0" in run(**chosen).stdout
    zone = tmp_path / "internal_company.com.zone"
    zone.write_text("changed by hand", encoding="ascii")
    checked = run("--check", "--diff", **chosen)
    assert "changed=1" in checked.stdout and "-changed by hand" in checked.stdout, checked.stdout
    assert zone.read_text(encoding="ascii") == "changed by hand"


@pytest.mark.slow
def test_the_playbook_writes_what_is_chosen(tmp_path: Path) -> None:
    chosen = {"export_formats": ["bind", "csv"], "export_view": "internal", "export_zone": "company.com"}
    servers = {"export_name_servers": ["dc01.company.local"]}
    done = run(export_directory=str(tmp_path), export_managed="all", **chosen, **servers)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dns_records.csv", "internal_company.com.zone"]
    assert "IN NS dc01.company.local." in (tmp_path / "internal_company.com.zone").read_text()


def test_the_filter_takes_a_topology_and_a_plan() -> None:
    assert plan_export(origin(), "csv") == plan_export(origin_plan(), "csv")


def test_the_filter_is_documented_as_it_is() -> None:
    assert list(FilterModule().filters()) == ["plan_export"]
    parameters = list(inspect.signature(plan_export).parameters.values())[1:]
    assert [one.name for one in parameters] == [name for name in OPTIONS if name != "_input"]
    assert [name for name in OPTIONS if OPTIONS[name].get("required")] == ["_input", "format"]
    assert OPTIONS["format"]["choices"] == [*FORMATS, "all"]
    assert OPTIONS["managed"]["choices"] == [*MANAGED, "all"]


def test_the_page_names_every_format_and_variable() -> None:
    page = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
    playbook = (ROOT / "playbooks" / "export_plan.yml").read_text(encoding="utf-8")
    assert [one for one in FORMATS if f"| `{one}` |" not in page] == []
    options = ("directory", "formats", "view", "zone", "managed", "name_servers")
    names = [f"export_{option}" for option in options]
    assert [one for one in names if f"| `{one}` |" not in page or one not in playbook] == []


@pytest.mark.parametrize(
    ("given", "format", "said"),
    [
        (origin(), "xml", "ucops.rollout.plan_export: there is no format 'xml'"),
        (origin_with({"ad_domain": "company_local"}), "csv", "ucops.rollout.plan_export: the topology has 1 problem"),
        ({"schema": 1, "records": [{}]}, "csv", r"plan: records\[0\].view: missing; records\[0\].zone: missing"),
        ({"records": []}, "csv", "schema: 'missing', and this version knows schema 1"),
        ({"schema": 1, "records": [], "certificates": [{}]}, "certreq", r"plan: certificates\[0\].id: missing"),
        ("topology", "csv", "ucops.rollout.plan_export: "),
    ],
)
def test_what_is_wrong_is_told_in_words(given: Any, format: str, said: str) -> None:
    with pytest.raises(AnsibleFilterError, match=said):
        plan_export(given, format)


def test_a_topology_with_errors_is_not_exported() -> None:
    """A name that fits no zone is an error about records, and stops no certificate."""
    given = origin_with({"dns.internal.zones": [{"name": "company.local"}]})
    with pytest.raises(AnsibleFilterError, match="the plan of this topology has errors"):
        plan_export(given, "csv")
    assert plan_export(given, "certreq")
