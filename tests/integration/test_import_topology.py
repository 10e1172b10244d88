"""The playbook that imports a topology: a file that plans, made once, never over somebody's changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from sitekit import Run, Site, play
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
        (None, "There is nothing to import. Name documents with import_source, such as"),
    ],
)
def test_what_cannot_be_imported_is_told_and_nothing_written(tmp_path: Path, content: str | None, told: str) -> None:
    source, target = tmp_path / "a.xml", tmp_path / "topology.yml"
    source.write_text(content or "", encoding="utf-8")
    variables = {"import_source": str(source)} if content else {}
    refused = run(import_target=str(target), **variables)
    assert refused.code == 2, refused.output
    assert told in " ".join(refused.output.split())
    assert "Traceback" not in refused.output and "Finalization" not in refused.output
    assert f'"msg": "{told}' in refused.output
    assert not target.exists()


LIVE = {
    "hosts": [
        {
            "name": "fe02",
            "cs_server": {
                "topology": published(CONTOSO),
                "simple_urls": [{"component": it, "domain": domain, "url": url} for it, domain, url in CONTOSO.urls],
            },
        }
    ]
}


@pytest.mark.slow
@pytest.mark.estate(name="sfb2019", **LIVE)
def test_a_server_gives_the_same_bytes_as_a_file(site: Site) -> None:
    """The Central Management Store is on fe01: fe02 is asked for its own replica, without a second hop."""
    before = site.state()
    live = {"import_server": "fe02.company.local"}
    first = site.play("import_topology", variables=live)
    assert first.code == 0 and "changed=1" in first.output, first.output
    assert "fe02.company.local (Get-CsTopology -LocalStore)" in first.output
    made = (site.work / "topology.yml").read_bytes()
    second = site.play("import_topology", variables=live)
    assert second.code == 0 and second.total("changed") == 0, second.output
    assert site.state() == before

    source = site.work / "fe02.company.local (Get-CsTopology -LocalStore)"
    source.write_bytes(exported(CONTOSO))
    by_file = run(import_source=str(source), import_target=str(site.work / "file.yml"))
    assert by_file.code == 0, by_file.output
    assert (site.work / "file.yml").read_bytes() == (site.work / "topology.yml").read_bytes() == made
    planned = play("playbooks/plan_pool.yml", "-e", f"@{site.work / 'topology.yml'}", variables={})
    assert planned.code == 0, planned.output


@pytest.mark.slow
@pytest.mark.estate(name="sfb2019")
def test_a_server_that_gives_nothing_is_told_and_nothing_written(site: Site) -> None:
    for variables, options, told in (
        (
            {"import_server": "dc01.company.local"},
            (),
            "dc01.company.local: neither the module SkypeForBusiness nor Lync is on the server. Name a Front End Server"
            " of the deployment, or import a file",
        ),
        ({"import_server": "fe2"}, (), "import_server: the inventory has no host 'fe2'"),
        ({"import_server": "fe02.company.local", "import_source": "a.xml"}, (), "Give one of them"),
        (
            {"import_server": "fe02.company.local"},
            ("--limit", "dc01.company.local,localhost"),
            "leaves out fe02.company.local. Nothing was read",
        ),
    ):
        refused = site.play("import_topology", *options, variables=variables)
        assert refused.code != 0, refused.output
        assert told in " ".join(refused.output.split()), refused.output
        assert "Traceback" not in refused.output
    assert not (site.work / "topology.yml").exists()


@pytest.mark.slow
@pytest.mark.estate(name="sfb2019")
def test_the_estate_as_it_is_can_be_imported_from_each_kind_of_server(site: Site) -> None:
    done = site.play("import_topology", variables={"import_server": "fe02.company.local"})
    assert done.code == 0 and "changed=1" in done.output, done.output
    made = yaml.safe_load((site.work / "topology.yml").read_text(encoding="utf-8"))["ucops_topology"]
    assert [one["fqdn"] for one in made["pools"]] == ["pool.company.local", "edge.company.local"]
    again = site.play(
        "import_topology", variables={"import_server": "edge01.company.local", "import_target": "edge.yml"}
    )
    assert again.code == 0, again.output
    assert yaml.safe_load((site.work / "edge.yml").read_text(encoding="utf-8"))["ucops_topology"] == made
