# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dnscmd.exe of the lab: nodes, data, what goes without data, and the form of what it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_tests.windows import Lab, description

from lab.estate import Estate
from lab.network import Network

RECORDS = [
    {"owner": "sip", "type": "A", "data": "192.0.2.1"},
    {"owner": "sip", "type": "A", "data": "192.0.2.2"},
    {"owner": "_sip._tls", "type": "SRV", "data": "0 0 443 sip.example.test."},
    {"owner": "aged", "type": "A", "data": "192.0.2.3", "timestamp": 3600000},
    {"owner": "@", "type": "TXT", "data": '"v=spf1 -all"'},
]


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    content = description()
    kept = {"ds_integrated": True, "partition": "legacy"}
    zones = [{"name": "example.test", "records": RECORDS}, {"name": "kept.test", **kept}]
    dns = {"zones": zones, "partitions": ["apps.company.local"]}
    content["hosts"] = [
        {"name": "dc01", "address": "10.0.0.5", "generation": "2008r2", "dns": dns},
        {"name": "old", "address": "10.0.0.6", "generation": "2003", "dns": {"zones": zones}},
        {
            "name": "tools",
            "address": "10.0.0.7",
            "generation": "2003",
            "dns": {"zones": zones, "support_tools": True},
        },
    ]
    return Lab(Estate(content, tmp_path, Network("ports", "127.39")))


def held(lab: Lab) -> list[str]:
    records = lab.machine("dc01").roles["dns"].snapshot()["example.test"]["records"]
    return [one.partition(" 3600 ")[0] + " " + one.partition(" 3600 ")[2] for one in records if " SOA " not in one]


REST = [
    "_sip._tls.example.test SRV 0 0 443 sip.example.test.",
    "aged.example.test A 192.0.2.3 [aging 3600000]",
    'example.test TXT "v=spf1 -all"',
]


@pytest.mark.parametrize(
    ("line", "gone"),
    [
        ("dnscmd /RecordDelete example.test sip A 192.0.2.1 /f", ["sip.example.test A 192.0.2.1"]),
        ("dnscmd . /recorddelete example.test sip.example.test. A 192.0.2.2 /f", ["sip.example.test A 192.0.2.2"]),
        # Without data every record of the type goes.
        (
            "dnscmd /RecordDelete example.test sip A /f",
            ["sip.example.test A 192.0.2.1", "sip.example.test A 192.0.2.2"],
        ),
        ('dnscmd /RecordDelete example.test @ TXT "v=spf1 -all" /f', ['example.test TXT "v=spf1 -all"']),
        (
            "dnscmd /RecordDelete example.test _sip._tls SRV 0 0 443 sip.example.test. /f",
            ["_sip._tls.example.test SRV 0 0 443 sip.example.test."],
        ),
    ],
)
def test_what_is_deleted(lab: Lab, line: str, gone: list[str]) -> None:
    before = held(lab)
    ended = lab.run("dc01", line)
    assert (ended.code, ended.out.splitlines()[-2]) == (0, "Command completed successfully.")
    assert sorted(set(before) - set(held(lab))) == gone
    assert len(held(lab)) == len(before) - len(gone)


@pytest.mark.parametrize(
    ("line", "code", "name"),
    [
        ("dnscmd /RecordDelete example.test sip A 192.0.2.9 /f", 9701, "DNS_ERROR_RECORD_DOES_NOT_EXIST"),
        ("dnscmd /RecordDelete missing.test sip A 192.0.2.1 /f", 9601, "DNS_ERROR_ZONE_DOES_NOT_EXIST"),
        ("dnscmd /RecordAdd example.test sip A 192.0.2.1", 9711, "DNS_ERROR_RECORD_ALREADY_EXISTS"),
        ("dnscmd elsewhere /RecordDelete example.test sip A 192.0.2.1 /f", 1722, "RPC_S_SERVER_UNAVAILABLE"),
    ],
)
def test_errors_have_a_name_and_a_number(lab: Lab, line: str, code: int, name: str) -> None:
    before = held(lab)
    ended = lab.run("dc01", line)
    assert ended.code == code
    assert f"Command failed:  {name}     {code}    0x{code:X}" in ended.out
    assert held(lab) == before


def test_without_f_it_asks_and_waits(lab: Lab) -> None:
    ended = lab.run("dc01", "dnscmd /RecordDelete example.test sip A 192.0.2.1")
    assert (ended.code, ended.waits_for) == (None, "dnscmd asks for y or n")


def test_a_name_without_a_dot_lies_in_the_zone(lab: Lab) -> None:
    assert lab.run("dc01", "dnscmd /RecordAdd example.test new.example.test 600 A 192.0.2.4").code == 0
    assert (
        lab.machine("dc01")
        .roles["dns"]
        .snapshot()["example.test"]["records"]
        .count("new.example.test.example.test 600 A 192.0.2.4")
    )


def test_records_are_listed_with_tabulators(lab: Lab) -> None:
    assert lab.run("dc01", "dnscmd /EnumRecords example.test sip /type A").out.splitlines()[:3] == [
        "Returned records:",
        "@ 3600 A\t192.0.2.1",
        "\t\t 3600 A\t192.0.2.2",
    ]
    assert "@ [Aging:3600000] 3600 A\t192.0.2.3" in lab.run("dc01", "dnscmd /EnumRecords example.test aged").out
    ended = lab.run("dc01", "dnscmd /EnumRecords example.test none")
    assert "Status = 9714 (0x000025f2)" in ended.out
    assert "Command failed:  DNS_ERROR_NAME_DOES_NOT_EXIST     9714    0x25F2" in ended.out


def test_what_a_zone_is(lab: Lab) -> None:
    zone = lab.machine("dc01").roles["dns"].store.zone("example.test")
    for read_only in (False, True):
        zone.read_only = read_only
        lines = lab.run("dc01", "dnscmd /ZoneInfo example.test").out.splitlines()
        assert f"\tread only zone          = {int(read_only)}" in lines
        assert "\tzone type               = 1" in lines


def test_zones_are_listed_and_deleted(lab: Lab) -> None:
    assert " example.test                   Primary    File" in lab.run("dc01", "dnscmd /EnumZones").out
    assert lab.run("dc01", "dnscmd /ZoneDelete example.test /f").code == 0
    assert "example.test" not in lab.run("dc01", "dnscmd /EnumZones").out


@pytest.mark.parametrize(
    ("given", "partition", "storage"),
    [
        ("/domain", "domain", "AD-Domain"),
        ("/Forest", "forest", "AD-Forest"),
        ("/legacy", "legacy", "AD-Legacy"),
        ("ForestDnsZones.company.local", "forest", "AD-Forest"),
        ("apps.company.local", "apps.company.local", "AD-Custom"),
    ],
)
def test_zone_moves_to_another_directory_partition(lab: Lab, given: str, partition: str, storage: str) -> None:
    assert lab.run("dc01", f"dnscmd /ZoneChangeDirectoryPartition kept.test {given}").code == 0
    assert lab.machine("dc01").roles["dns"].snapshot()["kept.test"]["partition"] == partition
    assert f" kept.test                      Primary    {storage}" in lab.run("dc01", "dnscmd /EnumZones").out


@pytest.mark.parametrize(
    ("arguments", "code", "partition"),
    [
        ("kept.test other.company.local", 9901, "legacy"),
        ("example.test /domain", 9603, ""),
        ("missing.test /domain", 9601, None),
        ("kept.test", 1, "legacy"),
        ("kept.test /elsewhere", 1, "legacy"),
    ],
)
def test_zone_stays_in_its_partition(lab: Lab, arguments: str, code: int, partition: str | None) -> None:
    assert lab.run("dc01", f"dnscmd /ZoneChangeDirectoryPartition {arguments}").code == code
    zones = lab.machine("dc01").roles["dns"].snapshot()
    assert zones.get(arguments.split()[0], {}).get("partition") == partition


def test_zone_in_a_file_is_as_written_back_once_it_is_loaded_again(lab: Lab) -> None:
    before = held(lab)
    for line in (
        "dnscmd /RecordAdd example.test kept 3600 A 192.0.2.5",
        "dnscmd /ZoneWriteBack example.test",
        "dnscmd /RecordAdd example.test lost 3600 A 192.0.2.6",
    ):
        assert lab.run("dc01", line).code == 0
    assert set(held(lab)) - set(before) == {"kept.example.test A 192.0.2.5", "lost.example.test A 192.0.2.6"}
    assert lab.run("dc01", "dnscmd /ZoneReload example.test").code == 0
    assert set(held(lab)) - set(before) == {"kept.example.test A 192.0.2.5"}


def test_it_comes_with_the_role_and_on_2003_with_the_support_tools(lab: Lab) -> None:
    line = "dnscmd /RecordDelete example.test sip A 192.0.2.1 /f"
    assert lab.run("old", line).code == 1
    assert lab.run("tools", line).code == 0


@pytest.mark.parametrize("line", ["dnscmd", "dnscmd /Unknown", "dnscmd /RecordDelete example.test sip"])
def test_usage(lab: Lab, line: str) -> None:
    ended = lab.run("dc01", line)
    assert (ended.code, ended.out.startswith("USAGE: DnsCmd")) == (1, True)
