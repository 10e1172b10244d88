"""The reverse proxy's addresses and the Edge Servers'."""

from __future__ import annotations

from unit.finding_cases import lync, of_code


def test_the_virtual_address_of_reverse_proxies_counts_too() -> None:
    proxies = {
        "fqdn": "rp.contoso.com",
        "role": "reverse_proxy",
        "load_balancer": {"type": "hardware", "vips": {"external": ["131.107.155.20"]}},
        "servers": [{"fqdn": "rp1.contoso.com", "addresses": {"external": ["131.107.155.41"]}}],
    }
    _topology, plan = lync({"pools[2]": proxies})
    assert [one.where for one in of_code("edge-and-proxy-share-address", plan.findings)] == ["pools[2]"]
    assert of_code("web-name-at-edge", plan.findings) == []
