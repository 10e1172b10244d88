"""Roles by services, products by versions."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import (
    FoundCluster,
    FoundDeployment,
    FoundService,
    FoundSite,
    NotImported,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.roles import (
    main_version,
    product_of,
    role_of,
    unknown_roles,
    version_of,
)


def service(
    role: str, version: int = 7, *, director: bool = False, database: bool = False, pool: str = "a.b"
) -> FoundService:
    return FoundService(role, version, pool, database, (), (), director, False, "", "")


@pytest.mark.parametrize(
    ("services", "role"),
    [
        (["UserServices", "Registrar", "WebServices", "ConfServices", "MediationServer"], "front_end"),
        (["Registrar", "MediationServer"], "survivable_branch_appliance"),
        (["MediationServer"], "mediation"),
        (["ManagementServices", "EdgeServer"], "edge"),
        (["WacService"], "office_web_apps"),
        (["PersistentChatService"], "persistent_chat"),
        (["ConfServices"], "av_conferencing"),
        (["MonitoringServer"], "monitoring"),
        (["ArchivingServer"], "archiving"),
        (["PstnGateway"], None),
        (["FileStore", "UserStore"], None),
        (["ExternalServer"], None),
        ([], None),
    ],
)
def test_the_services_of_a_pool_are_its_role(services: list[str], role: str | None) -> None:
    assert role_of([service(one) for one in services]) == role


def test_a_director_says_so_of_itself() -> None:
    assert role_of([service("Registrar", director=True), service("WebServices")]) == "director"


def test_a_database_is_no_server_of_ours() -> None:
    assert role_of([service("MonitoringServer", database=True), service("PersistentChatStore")]) is None


def test_services_that_nothing_is_known_of() -> None:
    known = ["UserServices", "SomethingStore", "PersistentChatService", "PstnGateway"]
    assert unknown_roles([service(one) for one in [*known, "Zeta", "Alpha", "Zeta"]]) == ["Alpha", "Zeta"]


def test_the_version_of_most_pools_is_the_main_one() -> None:
    site = FoundSite(1, "a", False)
    pools = [FoundCluster(name, site, ()) for name in ("a.b", "c.d", "e.f")]
    versions = [service("Registrar", 7, pool="a.b"), service("Registrar", 8, pool="c.d")]
    stores = [service("UserStore", 9, pool="a.b", database=True)]
    two = FoundDeployment(("x.y",), (site,), tuple(pools), (*versions, *stores), None)
    assert version_of(two.on("a.b")) == 7
    assert main_version(two, pools[:2]) == 8
    three = FoundDeployment(("x.y",), (site,), tuple(pools), (*versions, service("Registrar", 7, pool="e.f")), None)
    assert main_version(three, pools) == 7


@pytest.mark.parametrize(("version", "product"), [(5, "lync2010"), (6, "lync2013"), (7, "sfb2015"), (8, "sfb2019")])
def test_the_product_of_a_version(version: int, product: str) -> None:
    assert product_of(version, 7, None) == product
    assert product_of(version, version, "sfbse") == "sfbse"
    assert product_of(version, version + 1, "sfbse") == product


@pytest.mark.parametrize("version", [0, 4, 9])
def test_a_version_that_nobody_knows(version: int) -> None:
    with pytest.raises(NotImported, match=rf"have the version {version}, .*8 \(sfb2019\).* known.product"):
        product_of(version, version, None)
    assert product_of(version, version, "sfbse") == "sfbse"
