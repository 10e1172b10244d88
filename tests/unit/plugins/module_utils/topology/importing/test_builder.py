"""Topology Builder's form: what it says is what the published form says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.deployments import CONTOSO, builder, published

from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.builder import read_builder
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import (
    FoundDeployment,
    FoundUrl,
    NotImported,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.published import read_published
from ansible_collections.ucops.rollout.plugins.module_utils.xml_tree import Bounds, read_tree

BOUNDS = Bounds(1_000_000, 10_000)


def found(text: str) -> FoundDeployment:
    return read_builder(read_tree(text, BOUNDS))


def test_the_same_deployment_is_found_as_in_the_published_form() -> None:
    other = read_published(read_tree(published(CONTOSO), BOUNDS))
    assert replace(found(builder(CONTOSO)), urls=None) == other


def test_it_has_the_simple_urls() -> None:
    assert found(builder(CONTOSO)).urls == (
        FoundUrl("Cscp", "", "https://admin.contoso.com"),
        FoundUrl("Dialin", "", "https://dialin.contoso.com"),
        FoundUrl("Meet", "contoso.com", "https://meet.contoso.com"),
        FoundUrl("Meet", "fabrikam.com", "https://meet.fabrikam.com"),
    )
    assert found(builder(replace(CONTOSO, urls=()))).urls is None


def test_changes_that_are_not_published_are_told() -> None:
    assert found(builder(CONTOSO)).remarks == ()
    assert found(builder(CONTOSO, unpublished=True)).remarks == (
        "the file of Topology Builder holds changes that are not published: it is a plan, not what runs",
    )


def test_a_file_without_a_new_topology() -> None:
    with pytest.raises(NotImported, match="there is no new topology in this file of Topology Builder"):
        found(builder(CONTOSO).replace("WritableTopology.2008", "WritableTopology.2030"))


def test_a_pool_that_is_there_twice() -> None:
    text = builder(CONTOSO)
    cluster = text[text.index("<Cluster ") : text.index("</Cluster>") + len("</Cluster>")]
    with pytest.raises(NotImported, match="the identifier '.*' is in it twice"):
        found(text.replace(cluster, cluster * 2))


def test_a_service_on_a_pool_that_is_not_there() -> None:
    text = builder(CONTOSO)
    at = text.index('InstalledOn="') + len('InstalledOn="')
    with pytest.raises(NotImported, match="stands on a pool that is not in it"):
        found(f"{text[:at]}0{text[at + 1 :]}" if text[at] != "0" else f"{text[:at]}1{text[at + 1 :]}")
