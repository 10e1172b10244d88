"""The reverse proxy's addresses and the Edge Servers'."""

from __future__ import annotations

import pytest
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


@pytest.mark.parametrize(("access", "conferencing", "av", "told"), [(5061, 444, 443, 1), (5061, 444, 445, 0)])
def test_one_address_on_different_ports_is_no_conflict(access: int, conferencing: int, av: int, told: int) -> None:
    """A proxy listens on 443; an Edge with one address for all three services has ports of its own for each."""
    edge = {
        "fqdn": "edge01.contoso.net",
        "role": "edge",
        "edge": {
            "access": {"fqdn": "sip.contoso.com", "port": access},
            "web_conferencing": {"fqdn": "sip.contoso.com", "port": conferencing},
            "av": {"fqdn": "sip.contoso.com", "port": av},
        },
        "servers": [
            {
                "fqdn": "edge01.contoso.net",
                "addresses": {"internal": ["172.25.33.10"], "external": ["131.107.155.40"]},
            }
        ],
    }
    _topology, plan = lync({"pools[1]": edge})
    assert len(of_code("edge-and-proxy-share-address", plan.findings)) == told
