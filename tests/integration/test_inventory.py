"""A pool is rolled out from an inventory that the topology makes, in which no server is written twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from sitekit import Site, play

# A whole rollout, and a run with nothing left to do, with each ansible-core that is claimed.
pytestmark = pytest.mark.versions


def test_a_pool_from_the_topology_alone(site: Site, tmp_path: Path) -> None:
    lab, folder = site.estate.inventory.parent, tmp_path / "inventory"
    shutil.copytree(lab / "group_vars", folder / "group_vars")
    hosts = yaml.safe_load(site.estate.inventory.read_text(encoding="utf-8"))["all"]["hosts"]
    # The addresses of those that the topology names without one.
    (folder / "host_vars").mkdir()
    for name in ("dc01.company.local", "ca01.company.local"):
        (folder / "host_vars" / f"{name}.yml").write_text(yaml.safe_dump(hosts[name]), encoding="utf-8")
    source = folder / "site.ucops.yml"
    source.write_text(
        yaml.safe_dump({
            "plugin": "ucops.rollout.topology",
            "topology_file": "group_vars/all.yml",
            "dns_servers": ["dc01.company.local"],
            "compose": {"ansible_host": "topology_server.addresses.internal[0]"},
        }),
        encoding="utf-8",
    )  # fmt: skip
    given = ("-i", str(source), "-e", f"pool_report_directory={tmp_path / 'report'}")
    first = play("deploy_pool", *given, cwd=tmp_path)
    assert first.code == 0, first.output
    assert first.recap.keys() == {"localhost", *hosts}
    again = play("deploy_pool", *given, cwd=tmp_path)
    assert (again.code, {row["changed"] for row in again.recap.values()}) == (0, {0}), again.output
