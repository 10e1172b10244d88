"""Edge Servers: load balancing, ports, and addresses outside."""

from __future__ import annotations

from typing import Any

import pytest
from unit.finding_cases import lync


def edge_pool(**changes: Any) -> dict[str, Any]:
    outside = {"internal": ["172.25.33.10"], "access": ["131.107.155.10"], "av": ["131.107.155.30"]}
    server = {"fqdn": "edge01.contoso.net", "addresses": {**outside, "web_conferencing": ["131.107.155.20"]}}
    names = {"access": "sip.contoso.com", "web_conferencing": "webcon.contoso.com", "av": "av.contoso.com"}
    return {"fqdn": "edge01.contoso.net", "role": "edge", "edge": names, "servers": [server], **changes}


def test_a_single_edge_server_needs_no_load_balancer() -> None:
    _topology, plan = lync({"pools[1]": edge_pool()})
    assert [one.code for one in plan.findings] == ["edge-needs-dns-suffix"]


@pytest.mark.parametrize(
    ("av", "codes"),
    [
        ("131.107.155.92", []),
        ("10.45.16.92", ["private-address-outside"]),
        ("131.107.155.91", ["edge-services-share-port"]),
    ],
)
def test_the_virtual_addresses_of_an_edge_pool(av: str, codes: list[str]) -> None:
    services = {"access": ["131.107.155.90"], "web_conferencing": ["131.107.155.91"], "av": [av]}
    vips = {"internal": ["172.25.33.9"], **services}
    pool = edge_pool(fqdn="lsedge.contoso.net", load_balancer={"type": "hardware", "vips": vips})
    _topology, plan = lync({"pools[1]": pool})
    found = [one for one in plan.findings if one.code in ("private-address-outside", "edge-services-share-port")]
    assert [one.code for one in found] == codes
    assert all(one.where.startswith("pools[1].load_balancer.vips") for one in found)


@pytest.mark.parametrize("address", ["127.0.0.5", "169.254.7.7", "100.64.1.1", "100.127.255.254"])
def test_addresses_that_the_internet_does_not_reach(address: str) -> None:
    _topology, plan = lync({"pools[1].servers[0].addresses.av": [address]})
    assert [one.where for one in plan.findings if one.code == "private-address-outside"] == [
        "pools[1].servers[0].addresses.av"
    ]


def test_the_address_beside_the_shared_ones_is_public() -> None:
    _topology, plan = lync({"pools[1].servers[0].addresses.av": ["100.128.0.1"]})
    assert [one.code for one in plan.findings if one.code == "private-address-outside"] == []


def test_the_outer_interface_with_the_inner_address_behind_nat() -> None:
    outer = [{"private": "172.25.33.10", "public": "131.107.155.30"}]
    _topology, plan = lync({"pools[1].servers[0].addresses.av": outer})
    assert [(one.where, one.message) for one in plan.findings if one.code == "address-inside-and-outside"] == [
        (
            "pools[1].servers[0].addresses.av",
            "172.25.33.10 is the internal address of 'edge01.contoso.net' and the address outside of"
            " 'edge01.contoso.net'",
        )
    ]


def test_a_virtual_address_inside_and_outside() -> None:
    proxy = {
        "fqdn": "lsrp.contoso.com",
        "role": "reverse_proxy",
        "load_balancer": {"type": "hardware", "vips": {"external": ["10.0.0.20"]}},
        "servers": [
            {"fqdn": f"rp0{number}.contoso.com", "addresses": {"external": [f"131.107.155.4{number}"]}}
            for number in (1, 2)
        ],
    }
    _topology, plan = lync({"pools[2]": proxy})
    assert [(one.where, one.message) for one in plan.findings if one.code == "address-inside-and-outside"] == [
        (
            "pools[2].load_balancer.vips.external",
            "10.0.0.20 is the internal address of 'pool01.contoso.net' and the address outside of 'lsrp.contoso.com'",
        )
    ]
