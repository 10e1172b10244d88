"""Names and addresses of pools and servers."""

from __future__ import annotations

import pytest
from unit.finding_cases import places
from unit.topologies import origin_with, two_pools


def test_common_name_too_long() -> None:
    name = "p" * 51 + ".company.local"
    assert len(name) == 65
    assert places("common-name-too-long", origin_with({"pools[0].fqdn": name})) == ["pools[0].fqdn"]
    assert places("common-name-too-long", origin_with({"pools[0].fqdn": name[1:]})) == []


@pytest.mark.parametrize(
    ("path", "address", "where"),
    [
        ("pools[0].servers[1]", "10.0.0.11", ["pools[0].servers[1].addresses.internal"]),
        ("pools[1].servers[0]", "10.0.0.10", ["pools[1].servers[0].addresses.internal"]),
        ("pools[1].servers[0]", "10.0.9.9", []),
    ],
)
def test_address_shared_by_servers(path: str, address: str, where: list[str]) -> None:
    topology = two_pools()
    pool, server = int(path[6]), int(path[-2])
    topology["pools"][pool]["servers"][server]["addresses"]["internal"] = [address]
    assert places("address-shared", topology) == where


def test_address_shared_by_pools() -> None:
    topology = two_pools()
    topology["pools"][1]["load_balancer"]["vips"]["sip"] = ["10.0.0.10"]
    assert places("address-shared", topology) == ["pools[1].load_balancer.vips"]


def test_sip_and_web_of_one_pool_may_share_an_address() -> None:
    assert places("address-shared", origin_with({"pools[0].load_balancer.vips.web": ["10.0.0.10"]})) == []
