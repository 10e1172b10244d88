"""Where links of the documents lead on the site (tools/site/site_links.py)."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from unit.places import ROOT

FORGE = "https://forge.test/ucops/rollout"


@pytest.fixture
def site_links(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "tools" / "site"))
    return importlib.import_module("site_links")


@pytest.fixture
def links(site_links: Any, tmp_path: Path) -> Any:
    (tmp_path / "docs" / "roles").mkdir(parents=True)
    for name in ("README.md", "docs/topology.md", "docs/roles/pool_dns.md", "docs/topology.schema.json"):
        (tmp_path / name).touch()
    return site_links.Links(tmp_path, FORGE)


@pytest.mark.parametrize(
    ("document", "path", "leads"),
    [
        ("docs/import", "topology.md#keys", "topology.md#keys"),
        ("docs/roles/pool_dns", "../topology.md", "../topology.md"),
        ("README", "docs/topology.schema.json", "docs/topology.schema.json"),
        ("docs/roles/pool_dns", "../../plugins/modules/dns_update.py", "/reference/dns_update_module.rst"),
        ("README", "plugins/filter/explain.yml", "/reference/explain_filter.rst"),
        ("docs/products", "../tests/integration/test_x.py", f"{FORGE}/blob/main/tests/integration/test_x.py"),
        ("README", "tests/lab", f"{FORGE}/tree/main/tests/lab"),
        ("README", "COPYING", f"{FORGE}/blob/main/COPYING"),
        ("README", "https://x.test/docs/topology.md", "https://x.test/docs/topology.md"),
        ("README", "#licence", "#licence"),
    ],
)
def test_links_lead_to_pages_or_to_the_repository(links: Any, document: str, path: str, leads: str) -> None:
    assert links.rewritten(document, f"See [it]({path}).\n") == f"See [it]({leads}).\n"


def test_code_is_left_as_it_is(links: Any) -> None:
    text = "```yaml\nx: [a](plugins/filter/explain.yml)\n```\n[a](plugins/filter/explain.yml)\n"
    assert links.rewritten("README", text) == text.replace(
        "```\n[a](plugins/filter/explain.yml)", "```\n[a](/reference/explain_filter.rst)"
    )


def test_labels_of_ansible_lead_to_its_own_documentation(site_links: Any) -> None:
    latest = "https://docs.ansible.com/ansible/latest/"
    assert site_links.in_ansible("action_plugins") == f"{latest}plugins/action.html"
    copy = "ansible_collections.ansible.builtin.copy_module"
    assert site_links.in_ansible(copy) == f"{latest}collections/ansible/builtin/copy_module.html"
    assert site_links.in_ansible("ansible_collections.ucops.rollout.gone_module") == ""


def test_the_theme_has_its_own_table_of_contents(site_links: Any) -> None:
    assert site_links.CONTENTS.sub("", "a\n\n.. contents::\n   :local:\n   :depth: 1\n\nb\n") == "a\n\n\nb\n"
