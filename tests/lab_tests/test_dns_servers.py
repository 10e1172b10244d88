# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several DNS servers: what replicates, what is copied, what ages, and a service that stands still alone.

Written by pypsrp over WMI and by dnscmd, read by dnspython from each server itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.zone
import pytest
from lab_tests import small
from lab_tests.foreign import psrp
from lab_tests.windows import remote
from pypsrp.exceptions import WSManFaultError

from lab.client import RunningEstate, start_estate

STALE, FRESH = 3572136, 9999999


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    place = tmp_path_factory.mktemp("servers")
    kept = {
        "name": "kept.test",
        "ds_integrated": True,
        "records": [{"owner": "pool", "type": "A", "data": "192.0.2.1"}],
    }
    aging = {
        "name": "aging.test",
        "ds_integrated": True,
        "settings": {"Aging": True, "NoRefreshInterval": 24, "RefreshInterval": 24},
        "records": [
            {"owner": "static", "type": "A", "data": "192.0.2.1"},
            {"owner": "stale", "type": "A", "data": "192.0.2.2", "timestamp": STALE},
            {"owner": "fresh", "type": "A", "data": "192.0.2.3", "timestamp": FRESH},
        ],
    }
    filed = {"name": "filed.test", "records": [{"owner": "host", "type": "A", "data": "192.0.2.7"}]}
    copied = {**filed, "name": "copied.test", "settings": {"SecureSecondaries": 2, "SecondaryServers": ["10.0.0.7"]}}
    many = [{"owner": f"h{number}", "type": "A", "data": "192.0.2.8"} for number in range(450)]
    open_to_all = {"name": "open.test", "settings": {"SecureSecondaries": 0}, "records": many}
    zones = [kept, aging, filed, copied, open_to_all]
    secondary = {"type": "secondary", "masters": ["10.0.0.5"]}
    hosts = [
        {"name": "dc01", "address": "10.0.0.5", "generation": "2012r2", "dns": {"zones": zones}},
        {"name": "dc02", "address": "10.0.0.6", "generation": "2012r2", "dns": {"replica_of": "dc01"}},
        {
            "name": "ns03",
            "address": "10.0.0.7",
            "generation": "2012r2",
            "dns": {"zones": [{"name": "open.test", **secondary}, {"name": "copied.test", **secondary}]},
        },
    ]
    with start_estate(small.estate(place / "estate.yml", *hosts), place / "run") as running:
        yield running


@pytest.fixture(autouse=True)
def whole(estate: RunningEstate) -> Iterator[None]:
    yield
    for host in ("dc01", "dc02"):
        estate.order("dns", host, "delay", minutes=0)
        estate.order("dns", host, "mend")
    estate.turn_clock(minutes=0)


def ask(estate: RunningEstate, host: str, name: str, kind: str = "A") -> dns.message.Message:
    return dns.query.udp(
        dns.message.make_query(name, kind, flags=0), estate.address(host), timeout=1, port=estate.port(53)
    )


def found(estate: RunningEstate, host: str, name: str, kind: str = "A") -> list[str]:
    answer = ask(estate, host, name, kind).get_rrset(
        dns.message.ANSWER, dns.name.from_text(name), 1, dns.rdatatype.from_text(kind)
    )
    return sorted(one.to_text() for one in answer or ())


def serial(estate: RunningEstate, host: str, zone: str) -> int:
    return int(found(estate, host, zone, "SOA")[0].split()[2])


def add(estate: RunningEstate, host: str, owner: str, address: str) -> None:
    """With the zone that the owner's last two labels are."""
    psrp(estate, host).invoke(
        "MicrosoftDNS_AType",
        "CreateInstanceFromPropertyData",
        {
            "DnsServerName": ".",
            "ContainerName": ".".join(owner.split(".")[-2:]),
            "OwnerName": owner,
            "TTL": 3600,
            "IPAddress": address,
        },
    )


def line(estate: RunningEstate, host: str, command: str) -> int | None:
    return remote(estate, host, command).code


# --- replication -----------------------------------------------------------------------------------------------------


def test_each_server_is_a_name_server_and_the_primary_one(estate: RunningEstate) -> None:
    for host in ("dc01", "dc02"):
        assert found(estate, host, "kept.test", "NS") == ["dc01.company.local.", "dc02.company.local."]
        assert found(estate, host, "kept.test", "SOA")[0].startswith(f"{host}.company.local. ")


def test_what_one_writes_the_other_answers_at_once(estate: RunningEstate) -> None:
    add(estate, "dc01", "one.kept.test", "192.0.2.11")
    add(estate, "dc02", "two.kept.test", "192.0.2.12")
    assert (found(estate, "dc02", "one.kept.test"), found(estate, "dc01", "two.kept.test")) == (
        ["192.0.2.11"],
        ["192.0.2.12"],
    )
    assert line(estate, "dc02", "dnscmd /RecordDelete kept.test one A 192.0.2.11 /f") == 0
    assert ask(estate, "dc01", "one.kept.test").rcode() == dns.rcode.NXDOMAIN


def test_a_change_arrives_after_its_delay(estate: RunningEstate) -> None:
    estate.order("dns", "dc02", "delay", minutes=15)
    before = serial(estate, "dc02", "kept.test")
    add(estate, "dc01", "late.kept.test", "192.0.2.13")
    estate.turn_clock(minutes=14)
    assert ask(estate, "dc02", "late.kept.test").rcode() == dns.rcode.NXDOMAIN
    assert serial(estate, "dc02", "kept.test") == before
    estate.turn_clock(minutes=1)
    assert found(estate, "dc02", "late.kept.test") == ["192.0.2.13"]
    assert serial(estate, "dc02", "kept.test") > before


def test_nothing_comes_or_goes_while_a_server_is_cut_off(estate: RunningEstate) -> None:
    estate.order("dns", "dc02", "cut")
    add(estate, "dc01", "far.kept.test", "192.0.2.14")
    add(estate, "dc02", "near.kept.test", "192.0.2.15")
    estate.turn_clock(hours=24)
    assert (found(estate, "dc02", "far.kept.test"), found(estate, "dc01", "near.kept.test")) == ([], [])
    estate.order("dns", "dc02", "mend")
    assert (found(estate, "dc02", "far.kept.test"), found(estate, "dc01", "near.kept.test")) == (
        ["192.0.2.14"],
        ["192.0.2.15"],
    )


def test_of_two_states_of_a_name_the_later_one_stays_whole(estate: RunningEstate) -> None:
    """Records of one name are one object of the directory: the other server's record is lost, not joined."""
    estate.order("dns", "dc02", "cut")
    add(estate, "dc02", "both.kept.test", "192.0.2.22")
    add(estate, "dc01", "both.kept.test", "192.0.2.21")
    estate.order("dns", "dc02", "mend")
    assert [found(estate, host, "both.kept.test") for host in ("dc01", "dc02")] == [["192.0.2.21"], ["192.0.2.21"]]


def test_the_state_that_was_changed_more_often_stays(estate: RunningEstate) -> None:
    estate.order("dns", "dc02", "cut")
    for address in ("192.0.2.31", "192.0.2.32"):
        add(estate, "dc02", "often.kept.test", address)
    add(estate, "dc01", "often.kept.test", "192.0.2.33")
    estate.order("dns", "dc02", "mend")
    for host in ("dc01", "dc02"):
        assert found(estate, host, "often.kept.test") == ["192.0.2.31", "192.0.2.32"]


def test_zones_of_the_directory_come_and_go_everywhere_and_those_of_a_file_do_not(estate: RunningEstate) -> None:
    for zone, in_directory in (("new.test", True), ("local.test", False)):
        values = {"ZoneName": zone, "ZoneType": 0, "DsIntegrated": str(in_directory).lower()}
        psrp(estate, "dc02").invoke("MicrosoftDNS_Zone", "CreateZone", values)
    add(estate, "dc02", "x.new.test", "192.0.2.41")
    assert found(estate, "dc01", "x.new.test") == ["192.0.2.41"]
    assert found(estate, "dc01", "new.test", "NS") == ["dc01.company.local.", "dc02.company.local."]
    assert [ask(estate, host, "local.test", "SOA").rcode() for host in ("dc01", "dc02")] == [
        dns.rcode.REFUSED,
        dns.rcode.NOERROR,
    ]
    assert ask(estate, "dc02", "host.filed.test").rcode() == dns.rcode.REFUSED
    estate.order("dns", "dc01", "delete_zone", zone="new.test")
    assert ask(estate, "dc02", "x.new.test").rcode() == dns.rcode.REFUSED


# --- secondary zones -------------------------------------------------------------------------------------------------


def test_a_zone_is_transferred_to_those_who_may_have_it(estate: RunningEstate) -> None:
    where = {"where": estate.address("dc01"), "port": estate.port(53), "timeout": 5}
    copy = dns.zone.Zone("open.test")
    dns.query.inbound_xfr(txn_manager=copy, **where)
    assert len(copy.nodes) == 451
    for zone in ("filed.test", "copied.test"):  # one for nobody, one for a server that this is not
        with pytest.raises(dns.exception.DNSException):
            dns.query.inbound_xfr(txn_manager=dns.zone.Zone(zone), **where)


def test_a_secondary_zone_follows_its_master_and_takes_no_records(estate: RunningEstate) -> None:
    assert len(psrp(estate, "ns03").query("SELECT * FROM MicrosoftDNS_AType WHERE ContainerName='open.test'")) == 450
    add(estate, "dc01", "more.open.test", "192.0.2.51")
    assert ask(estate, "ns03", "more.open.test").rcode() == dns.rcode.NXDOMAIN
    estate.turn_clock(minutes=15)
    assert found(estate, "ns03", "more.open.test") == ["192.0.2.51"]
    with pytest.raises(WSManFaultError):
        add(estate, "ns03", "own.open.test", "192.0.2.52")
    assert line(estate, "ns03", "dnscmd /RecordDelete open.test more A 192.0.2.51 /f") == 9603
    assert found(estate, "ns03", "more.open.test") == ["192.0.2.51"]
    assert found(estate, "ns03", "host.copied.test") == ["192.0.2.7"]  # this one is among those that may have it


# --- aging -----------------------------------------------------------------------------------------------------------


def test_only_what_nobody_refreshed_goes_and_only_where_scavenging_is_on(estate: RunningEstate) -> None:
    def held() -> list[str]:
        return [one for one in ("static", "stale", "fresh") if found(estate, "dc02", f"{one}.aging.test")]

    estate.turn_clock(hours=48)
    assert held() == ["static", "stale", "fresh"]
    server = {"Name": "."}
    psrp(estate).put("MicrosoftDNS_Server", server, {"ScavengingInterval": 24})
    estate.turn_clock(hours=24)
    assert held() == ["static", "fresh"]
    psrp(estate).put("MicrosoftDNS_Server", server, {"ScavengingInterval": 0})


# --- the service -----------------------------------------------------------------------------------------------------


def test_dns_stands_still_and_the_host_goes_on(estate: RunningEstate) -> None:
    query = "SELECT * FROM MicrosoftDNS_Zone"
    estate.order("dns", "dc02", "stop")
    with pytest.raises((dns.exception.Timeout, OSError)):
        ask(estate, "dc02", "pool.kept.test")
    with pytest.raises(WSManFaultError):
        psrp(estate, "dc02").query(query)
    assert psrp(estate, "dc02").query("SELECT * FROM MicrosoftDNS_Server")[0]["Started"] == "false"
    services: list[dict[str, Any]] = psrp(estate, "dc02").query(
        "SELECT * FROM Win32_Service WHERE Name='DNS'", "root/cimv2"
    )
    assert [one["State"] for one in services] == ["Stopped"]
    assert line(estate, "dc02", "dnscmd /EnumZones") == 1722
    assert line(estate, "dc02", "net start dns") == 0
    assert found(estate, "dc02", "pool.kept.test") == ["192.0.2.1"]
    assert psrp(estate, "dc02").query(query)


def test_a_paused_zone_is_not_answered_from(estate: RunningEstate) -> None:
    estate.order("dns", "dc01", "pause", zone="filed.test")
    assert ask(estate, "dc01", "host.filed.test").rcode() == dns.rcode.SERVFAIL
    estate.order("dns", "dc01", "resume", zone="filed.test")
    assert found(estate, "dc01", "host.filed.test") == ["192.0.2.7"]
