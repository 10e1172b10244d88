"""Zones that a push creates, sets and fills, on the lab: in a file or in a directory partition, and reverse ones.

Over real WinRM, without a playbook around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from actionkit import Rollout
from lab_tests import small
from languagekit import begin

from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import ServerRefused, push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import read_request
from ansible_collections.ucops.rollout.plugins.plugin_utils.dns.windows import WindowsDns

pytestmark = pytest.mark.slow

THERE: list[dict[str, Any]] = [
    {"name": "kept.test", "ds_integrated": True, "settings": {"AllowUpdate": 1}},
    {"name": "file.test"},
]
SETTINGS = {
    "partition": "forest",
    "dynamic_update": "secure",
    "aging": {"enabled": True, "no_refresh_interval": 24, "refresh_interval": 48},
}
AS_SET = {"AllowUpdate": 2, "Aging": True, "NoRefreshInterval": 24, "RefreshInterval": 48}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rollout]:
    place = tmp_path_factory.mktemp("zones")
    hosts = (
        small.dns_host("dc01", "10.0.0.5", "2012", dns={"zones": THERE}),
        small.dns_host("tools", "10.0.0.6", "2003", dns={"zones": THERE, "support_tools": True}),
        small.dns_host("old", "10.0.0.7", "2003", dns={"zones": THERE}),
    )
    with begin(small.estate(place / "estate.yml", *hosts), place / "run", 1) as running:
        yield Rollout(running)


def pushed(site: Rollout, host: str, zone: dict[str, Any], *records: dict[str, Any], check: bool = False) -> Any:
    with site.host(host) as windows:
        return push(WindowsDns(windows), read_request([zone], records), check_mode=check)


def held(site: Rollout, host: str, zone: str) -> dict[str, Any] | None:
    return site.estate.state()["hosts"][host]["dns"].get(zone)  # type: ignore[no-any-return]


@pytest.mark.parametrize("host", ["dc01", "tools"])
def test_a_zone_that_is_there_is_brought_to_its_settings(site: Rollout, host: str) -> None:
    zone = {"name": "kept.test", "settings": SETTINGS}
    before = held(site, host, "kept.test")
    predicted = pushed(site, host, zone, check=True)
    assert held(site, host, "kept.test") == before
    done = pushed(site, host, zone)
    now = held(site, host, "kept.test")
    assert now == before | {"partition": "forest", "settings": AS_SET}
    assert (done["changed"], done["changes"], done["zones"]) == (True, predicted["changes"], predicted["zones"])
    assert [done["changes"][0][when]["partition"] for when in ("before", "after")] == ["domain", "forest"]
    assert pushed(site, host, zone)["changed"] is False


@pytest.mark.parametrize("host", ["dc01", "tools"])
def test_a_new_zone_goes_where_the_site_says(site: Rollout, host: str) -> None:
    new = pushed(site, host, {"name": "new.test", "if_missing": "create"})
    # The lab puts a new zone into the domain's own partition, which the push reads and reports.
    assert (new["zones"][0]["partition"], held(site, host, "new.test")["partition"]) == ("legacy", "legacy")
    moved = pushed(site, host, {"name": "moved.test", "if_missing": "create", "settings": {"partition": "domain"}})
    assert (moved["zones"][0]["partition"], held(site, host, "moved.test")["partition"]) == ("domain", "domain")


def test_without_dnscmd_nothing_is_touched(site: Rollout) -> None:
    zone = {"name": "moved.test", "if_missing": "create", "settings": {"partition": "domain"}}
    with pytest.raises(ServerRefused, match="the zone moved.test: it cannot be .* without dnscmd.*Support Tools"):
        pushed(site, "old", zone)
    assert held(site, "old", "moved.test") is None
    assert pushed(site, "old", {"name": "kept.test", "settings": {"dynamic_update": "none"}})["changed"] is True


def test_a_zone_in_a_file_is_written_back(site: Rollout) -> None:
    zone = {"name": "inf.test", "if_missing": "create", "settings": {"storage": "file", "dynamic_update": "none"}}
    www = {"zone": "inf.test", "name": "www", "type": "A", "values": ["192.0.2.1"]}
    assert pushed(site, "dc01", zone, www)["changed"] is True
    now = held(site, "dc01", "inf.test")
    assert (now["ds_integrated"], now["file"], now["partition"]) == (False, "inf.test.dns", "")
    assert now["saved"] == now["records"]
    assert "www.inf.test 3600 A 192.0.2.1" in now["saved"]
    assert pushed(site, "dc01", zone, www)["changed"] is False


@pytest.mark.parametrize(
    ("zone", "settings", "told"),
    [
        ("kept.test", {"storage": "file"}, "kept in Active Directory, and its settings say storage: file"),
        ("file.test", {"storage": "directory"}, "kept in a file, and its settings say storage: directory"),
        ("file.test", {"partition": "domain"}, "kept in a file, and its settings say partition: domain"),
    ],
)
def test_a_zone_is_never_converted(site: Rollout, zone: str, settings: dict[str, Any], told: str) -> None:
    before = held(site, "dc01", zone)
    with pytest.raises(ServerRefused, match=told):
        pushed(site, "dc01", {"name": zone, "settings": settings})
    assert held(site, "dc01", zone) == before


def test_a_reverse_zone_is_created_with_its_pointers_and_follows_them(site: Rollout) -> None:
    zone = {"name": "2.0.192.in-addr.arpa", "if_missing": "create", "settings": {"dynamic_update": "secure"}}

    def pointer(name: str) -> dict[str, Any]:
        return {"zone": zone["name"], "name": "10", "type": "PTR", "values": [name]}

    def pointers() -> list[str]:
        return [one for one in held(site, "tools", "2.0.192.in-addr.arpa")["records"] if " PTR " in one]

    assert pushed(site, "tools", zone, pointer("pool.company.local"))["changed"] is True
    assert pointers() == ["10.2.0.192.in-addr.arpa 3600 PTR pool.company.local."]
    assert pushed(site, "tools", zone, pointer("pool.company.local"))["changed"] is False
    # Another name at the address: the rollout created the pointer, so it follows.
    assert pushed(site, "tools", zone, pointer("new.company.local"))["changed"] is True
    assert pointers() == ["10.2.0.192.in-addr.arpa 3600 PTR new.company.local."]
