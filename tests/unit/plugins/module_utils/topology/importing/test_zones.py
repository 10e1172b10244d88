"""The zones and the domain that names suggest."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.zones import ad_domain_of, dns_of

FRONT_END = {
    "fqdn": "pool.ad.net",
    "role": "front_end",
    "web": {"internal_fqdn": "web.other.net", "external_fqdn": "web.c.com"},
    "servers": [{"fqdn": "fe01.ad.net"}, {"fqdn": "fe02.sub.ad.net"}],
}
EDGE = {
    "fqdn": "edge.dmz.net",
    "role": "edge",
    "edge": {
        "access": {"fqdn": "sip.a.com", "port": 443},
        "av": {"fqdn": "av.d.com", "port": 443},
        "remote_users": False,
    },
    "servers": [{"fqdn": "edge01.dmz.net"}],
}
ANOTHER_TEAMS = {"managed": "other_team"}


def test_the_domain_of_most_servers() -> None:
    assert ad_domain_of(["a.x.net", "b.x.net", "c.y.net"]) == "x.net"
    assert ad_domain_of(["a.sub.x.net", "b.x.net"]) == "x.net"
    assert ad_domain_of(["a.z.net", "b.x.net"]) == "x.net"
    assert ad_domain_of(["x.net"]) == "x.net"


def test_every_name_has_a_zone_in_its_view() -> None:
    urls = {"urls": [{"url": "https://meet.e.com/a"}, {"url": "https://b.com/dialin"}]}
    dns = dns_of("ad.net", ["a.com", "b.com"], [FRONT_END, EDGE], urls)
    inside = ["ad.net", "a.com", "b.com", "dmz.net", "e.com", "other.net"]
    assert dns["internal"]["zones"] == [{"name": name} for name in inside]
    outside = ["a.com", "b.com", "c.com", "d.com", "e.com"]
    assert dns["external"]["zones"] == [{"name": name, **ANOTHER_TEAMS} for name in outside]


def test_without_anything_outside_there_is_no_external_view() -> None:
    alone = {**FRONT_END, "web": {"external_fqdn": "pool.ad.net"}}
    assert dns_of("ad.net", ["a.com"], [alone], None) == {
        "internal": {"zones": [{"name": "ad.net"}, {"name": "a.com"}]}
    }
    assert "external" in dns_of("ad.net", ["ad.net"], [alone], None)
