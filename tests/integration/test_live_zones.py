"""The push against zones that are in use: what stands in the way is told before anything is written, and trouble on the
way loses nothing. Over real WinRM, without a playbook around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from actionkit import Rollout
from lab_tests import small

from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import ServerRefused, push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import read_request
from ansible_collections.ucops.rollout.plugins.plugin_utils.dns.windows import WindowsDns
from lab.client import start_estate

pytestmark = pytest.mark.slow

STAMP = 3572136  # hours since 1601
ZONES: list[dict[str, Any]] = [
    {
        "name": "aging.test",
        "settings": {"Aging": True},
        "records": [{"owner": "sip", "type": "A", "data": "192.0.2.1", "timestamp": STAMP}],
    },
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rollout]:
    place = tmp_path_factory.mktemp("live_zones")
    hosts = (
        small.dns_host("dc01", "10.0.0.5", "2012", dns={"zones": ZONES}),
        small.dns_host("old", "10.0.0.6", "2003", dns={"zones": ZONES, "support_tools": True}),
    )
    with start_estate(small.estate(place / "estate.yml", *hosts), place / "run") as running:
        yield Rollout(running)


def pushed(site: Rollout, *records: dict[str, Any], host: str = "dc01", **options: Any) -> dict[str, Any]:
    check_mode = options.pop("check_mode", False)
    zones = [{"name": name} for name in dict.fromkeys(record["zone"] for record in records)]
    with site.host(host) as windows:
        return push(WindowsDns(windows), read_request(zones, records, options), check_mode=check_mode)


def held(site: Rollout, zone: str, host: str = "dc01") -> list[str]:
    """The zone's records but SOA, NS and what is remembered, as the lab shows them."""
    records = site.estate.state()["hosts"][host]["dns"][zone]["records"]
    return [one for one in records if " SOA " not in one and " NS " not in one and not one.startswith("_ucops")]


def a_set(zone: str, name: str, *addresses: str, **more: Any) -> dict[str, Any]:
    return {"zone": zone, "name": name, "type": "A", "values": list(addresses), **more}


@pytest.mark.parametrize("host", ["dc01", "old"])
def test_a_record_that_scavenging_would_remove_becomes_static_at_the_sites_word(site: Rollout, host: str) -> None:
    sip = a_set("aging.test", "sip", "192.0.2.1")
    with pytest.raises(ServerRefused, match="sip.aging.test A: 192.0.2.1: it has a time stamp"):
        pushed(site, sip, host=host)
    assert held(site, "aging.test", host) == [f"sip.aging.test 3600 A 192.0.2.1 [aging {STAMP}]"]
    assert pushed(site, sip, host=host, replace=["sip.aging.test"])["changed"] is True
    assert held(site, "aging.test", host) == ["sip.aging.test 3600 A 192.0.2.1"]
    assert pushed(site, sip, host=host)["changed"] is False
