"""The lookup: files of the controller in, one topology out; errors in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from unit.deployments import CONTOSO, builder, exported, published, simple_url_configuration

from ansible_collections.ucops.rollout.plugins.lookup.topology_import import DOCUMENTATION, LookupModule

NAME = "ucops.rollout.topology_import"


def looked_up(*terms: Any, **options: Any) -> list[dict[str, Any]]:
    """As Ansible's loader makes it: its options are those of its documentation."""
    documented = yaml.safe_load(DOCUMENTATION)["options"]
    constants.config.initialize_plugin_configuration_definitions("lookup", NAME, documented)
    lookup = LookupModule(loader=DataLoader())
    lookup._load_name = NAME
    return list(lookup.run(list(terms), variables={}, **options))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    contents = {
        "topology.xml": published(CONTOSO).encode("utf-16"),
        "urls.xml": simple_url_configuration(CONTOSO.urls).encode(),
        "contoso.tbxml": builder(CONTOSO).encode(),
        "configuration.zip": exported(CONTOSO),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: str(tmp_path / name) for name in contents}


def test_files_of_every_form_make_one_topology(files: dict[str, str]) -> None:
    (made,) = looked_up(files["contoso.tbxml"])
    assert made["topology"]["ad_domain"] == "contoso.net"
    assert looked_up(files["configuration.zip"])[0]["topology"] == made["topology"]
    assert looked_up(files["topology.xml"], files["urls.xml"])[0]["topology"] == made["topology"]
    assert looked_up([files["topology.xml"], files["urls.xml"]])[0]["topology"] == made["topology"]
    assert "made from contoso.tbxml." in made["file"]


def test_what_the_site_knows_is_an_option(files: dict[str, str]) -> None:
    (made,) = looked_up(files["contoso.tbxml"], known={"ad_domain": "ad.contoso.net"})
    assert made["topology"]["ad_domain"] == "ad.contoso.net"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<a/>", "a.xml: there is no topology in it"),
        (b"<!DOCTYPE a><a/>", "a.xml: declares a document type, which is not read"),
        (b"<a>" + b" " * 50_000_000, "a.xml: has more than the 20971520 bytes that are read"),
        (None, "a.xml: there is no such file. Give the path of a file on the controller"),
    ],
)
def test_errors_name_the_lookup_and_the_file(tmp_path: Path, content: bytes | None, told: str) -> None:
    path = tmp_path / "a.xml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AnsibleError) as caught:
        looked_up(str(path))
    assert f"{NAME}: " in str(caught.value) and told in str(caught.value)


def test_a_folder_and_nothing_at_all(tmp_path: Path) -> None:
    with pytest.raises(AnsibleError, match="is no regular file|Is a directory"):
        looked_up(str(tmp_path))
    with pytest.raises(AnsibleError, match="no file is named. Give the path of a topology document"):
        looked_up()
