"""The push to zones that are in use, on the lab's Windows: what stands in the way is told before anything is written,
and trouble on the way loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dnskit
import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import ServerRefused, push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import read_request

ZONE = "company.local"
SRV = {"priority": 0, "weight": 0, "port": 5061, "target": f"sip.{ZONE}"}
SIGN_IN = {"zone": ZONE, "name": "_sip._tcp", "type": "SRV", "values": [SRV]}


class Site:
    """One DNS server, and pushes to it. ``zones``: their records in the lines of ``dnskit``."""

    def __init__(self, place: Path, generation: str, zones: Mapping[str, Sequence[str]]) -> None:
        self.kind = dnskit.Windows(generation, place)
        self.kind.begin(zones)

    @property
    def store(self) -> Any:
        return self.kind.estate.machine("dc01").roles["dns"].store

    def zone(self, name: str = ZONE) -> Any:
        return self.store.zone(name)

    def push(self, *records: dict[str, Any], check_mode: bool = False, **options: Any) -> dict[str, Any]:
        zones = [{"name": name} for name in dict.fromkeys(record["zone"] for record in records)]
        with self.kind.server() as server:
            return push(server, read_request(zones, records, options), check_mode=check_mode)

    def held(self, zone: str = ZONE) -> list[str]:
        """The records of the zone but what is remembered."""
        return [one for one in self.kind.held(zone) or () if not one.startswith("_ucops-rollout ")]


@pytest.fixture(params=["2003", "2012"])
def generation(request: pytest.FixtureRequest) -> str:
    """Before 2012, records are removed by a program."""
    found: str = request.param
    return found


def a_set(name: str, *addresses: str, zone: str = ZONE, **more: Any) -> dict[str, Any]:
    return {"zone": zone, "name": name, "type": "A", "values": list(addresses), **more}


@pytest.mark.parametrize("ttl", [3600, 1200])
def test_a_record_that_scavenging_would_remove_becomes_static_at_the_sites_word(
    tmp_path: Path, generation: str, ttl: int
) -> None:
    site = Site(tmp_path, generation, {ZONE: [f"sip {ttl} A 192.0.2.1 [aging]"]})
    site.zone().settings["Aging"] = True
    sip = a_set("sip", "192.0.2.1")
    with pytest.raises(ServerRefused, match="sip.company.local A: 192.0.2.1: it has a time stamp"):
        site.push(sip)
    assert site.held() == [f"sip {ttl} A 192.0.2.1 [aging]"]
    assert site.push(sip, replace=["sip.company.local"])["changed"] is True
    assert site.held() == ["sip 3600 A 192.0.2.1"]
    assert site.push(sip)["changed"] is False


def test_a_wildcard_that_answers_for_planned_names_is_told_and_left(tmp_path: Path, generation: str) -> None:
    there = ["* 3600 CNAME www.hoster.test.", "_ldap._tcp 3600 SRV 0 0 389 dc01.company.local."]
    site = Site(tmp_path, generation, {ZONE: there})
    result = site.push(a_set("sip", "192.0.2.1"), SIGN_IN)
    assert {one["name"]: one.get("note") for one in result["changes"]} == {
        "sip": "*.company.local (CNAME www.hoster.test) answers for it so far; that ends, for all types, at"
        " sip.company.local and below",
        # _tcp exists, since _ldap lies below it.
        "_sip._tcp": None,
    }
    assert set(there) < set(site.held())


def test_a_ttl_that_the_server_raises_is_told_and_not_set_again(tmp_path: Path, generation: str) -> None:
    site = Site(tmp_path, generation, {ZONE: ["sip 3600 A 192.0.2.1", "web 7200 A 192.0.2.2"]})
    site.store.least_ttl = 300
    asked = [a_set("sip", "192.0.2.1", ttl=60), a_set("web", "192.0.2.2", ttl=900), a_set("new", "192.0.2.3", ttl=60)]
    assert site.push(*asked)["notes"] == [
        "the server keeps a TTL of 300 where a lower one is planned: sip.company.local A, new.company.local A"
    ]
    there = ["new 300 A 192.0.2.3", "sip 300 A 192.0.2.1", "web 900 A 192.0.2.2"]
    assert site.held() == there
    serial = site.zone().soa.rdata.serial
    assert site.push(*asked)["changed"] is False
    # Each change counts it up.
    assert (site.held(), site.zone().soa.rdata.serial) == (there, serial)
