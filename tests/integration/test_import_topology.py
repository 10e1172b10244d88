"""The playbook that imports a topology: a file that plans, made once, never over somebody's changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from sitekit import Run, play
from unit.deployments import CONTOSO, builder, exported, published

pytestmark = pytest.mark.versions


def run(*options: str, **variables: Any) -> Run:
    return play("playbooks/import_topology.yml", *options, variables=variables)


@pytest.mark.slow
def test_the_file_is_made_once_and_plans(tmp_path: Path) -> None:
    source, target = tmp_path / "contoso.tbxml", tmp_path / "group vars" / "topology.yml"
    source.write_text(builder(CONTOSO), encoding="utf-8")
    first = run(import_source=str(source), import_target=str(target))
    assert first.code == 0 and "changed=1" in first.output, first.output
    assert "the CA is to be named, and signs what faces outside too" in first.output
    made = target.read_bytes()
    second = run(import_source=str(source), import_target=str(target))
    assert second.code == 0 and "changed=0" in second.output, second.output
    assert target.read_bytes() == made
    planned = play("playbooks/plan_pool.yml", "-e", f"@{target}", variables={})
    assert planned.code == 0, planned.output
    assert "pool01web.contoso.net" in planned.output


@pytest.mark.slow
def test_a_file_that_somebody_changed_is_not_overwritten(tmp_path: Path) -> None:
    source, target = tmp_path / "a.zip", tmp_path / "topology.yml"
    source.write_bytes(exported(CONTOSO))
    assert run(import_source=str(source), import_target=str(target)).code == 0
    changed = target.read_text(encoding="utf-8").replace("198.18.0.2", "10.0.0.11")
    target.write_text(changed, encoding="utf-8")
    refused = run(import_source=[str(source)], import_target=str(target))
    assert refused.code == 2, refused.output
    assert "was changed by somebody, or never made by such a run, and is not overwritten" in refused.output
    assert target.read_text(encoding="utf-8") == changed


@pytest.mark.slow
def test_what_the_site_knows_goes_into_the_file(tmp_path: Path) -> None:
    source, target = tmp_path / "a.xml", tmp_path / "topology.yml"
    source.write_bytes(published(CONTOSO).encode("utf-16"))
    known = {"product": "sfb2015", "addresses": {"fe01.contoso.net": ["10.0.0.11"]}}
    done = run(import_source=str(source), import_target=str(target), import_known=known)
    assert done.code == 0, done.output
    topology = yaml.safe_load(target.read_text(encoding="utf-8"))["ucops_topology"]
    assert topology["pools"][0]["servers"][0]["addresses"] == {"internal": ["10.0.0.11"]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "a.xml: declares a document type"),
        (None, "no file is named. Give the path of a topology document"),
    ],
)
def test_what_cannot_be_imported_is_told_and_nothing_written(tmp_path: Path, content: str | None, told: str) -> None:
    source, target = tmp_path / "a.xml", tmp_path / "topology.yml"
    source.write_text(content or "", encoding="utf-8")
    variables = {"import_source": str(source)} if content else {}
    refused = run(import_target=str(target), **variables)
    assert refused.code == 2, refused.output
    assert told in " ".join(refused.output.split())
    assert "Traceback" not in refused.output
    assert not target.exists()
