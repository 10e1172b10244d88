"""The published form, and its damages."""

from __future__ import annotations

import pytest
from unit.deployments import CONTOSO, published

from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import (
    FoundDeployment,
    FoundSite,
    NotImported,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.published import read_published
from ansible_collections.ucops.rollout.plugins.module_utils.xml_tree import Bounds, read_tree


def found(*changes: tuple[str, str]) -> FoundDeployment:
    text = published(CONTOSO)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return read_published(read_tree(text, Bounds(1_000_000, 10_000)))


def test_pools_stand_in_their_sites() -> None:
    whole = found()
    assert whole.sites == (FoundSite(1, "Dublin", False), FoundSite(2, "Paris", False), FoundSite(3, "Cork", True))
    assert [(one.fqdn, one.site.name) for one in whole.clusters][-3:] == [
        ("sba.contoso.net", "Cork"),
        ("se01.contoso.net", "Paris"),
        ("sql01.contoso.net", "Dublin"),
    ]
    assert [one.fqdn for one in whole.clusters[6].machines] == ["fe01.contoso.net", "fe02.contoso.net"]
    assert whole.on("edge.contoso.net")[0].needs == (("Registrar", "dir01.contoso.net"),)
    assert whole.urls is None


def test_remote_sites_may_stand_in_a_container_of_their_own() -> None:
    remote = '<RemoteSite SiteId="3"><Name>Cork</Name></RemoteSite>'
    assert found((remote, f"<RemoteSites>{remote}</RemoteSites>")) == found()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('Fqdn="se01.contoso.net"', 'Fqdn="pool01.contoso.net"', "the pool 'pool01.contoso.net' is in it twice"),
        ('SiteId="1" Number="3"', 'SiteId="1" Number="1"', "two pools in it have one number"),
        ('SiteId="3"', 'SiteId="2"', "the site 2 is in it twice"),
        (
            '<ClusterId SiteId="1" Number="1" />',
            '<ClusterId SiteId="9" Number="1" />',
            "in the site 9, which is not in it",
        ),
        ('<ClusterId SiteId="1" Number="1" />', "", "an element of it names no pool by ClusterId"),
        ('RoleName="UserServices" Instance="1"', 'RoleName="Registrar" Instance="1"', "is in it twice"),
        ('Fqdn="se01.contoso.net"', 'Fqdn=" "', "an element Cluster has no Fqdn"),
        ('ServiceVersion="7"', 'ServiceVersion="seven"', "ServiceVersion of an element Service is 'seven'"),
    ],
)
def test_a_damaged_document_is_refused_in_words(old: str, new: str, told: str) -> None:
    with pytest.raises(NotImported, match=told):
        found((old, new))


def test_a_service_that_stands_nowhere() -> None:
    text = published(CONTOSO).replace("InstalledOn", "StandsOn")
    with pytest.raises(NotImported, match="a service Registrar stands nowhere"):
        read_published(read_tree(text, Bounds(1_000_000, 10_000)))
