# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The DNS listener, asked by dnspython."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.update
import pytest
from lab_tests import small

from lab.client import RunningEstate, start_estate


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    place = tmp_path_factory.mktemp("dns")
    zone = {
        "name": "example.test",
        "records": [
            {"owner": "host", "type": "A", "data": "192.0.2.1"},
            {"owner": "two", "type": "A", "ttl": 60, "data": "192.0.2.2"},
            {"owner": "two", "type": "A", "ttl": 600, "data": "192.0.2.3"},
            {"owner": "alias", "type": "CNAME", "data": "host.example.test."},
            {"owner": "across", "type": "CNAME", "data": "host.other.test."},
            {"owner": "dangling", "type": "CNAME", "data": "no.example.test."},
            {"owner": "away", "type": "CNAME", "data": "www.elsewhere.test."},
            {"owner": "loop1", "type": "CNAME", "data": "loop2.example.test."},
            {"owner": "loop2", "type": "CNAME", "data": "loop1.example.test."},
            {"owner": "_sip._tls", "type": "SRV", "data": "0 0 5061 host.example.test."},
            {"owner": "*.wild", "type": "A", "data": "192.0.2.9"},
            {"owner": "sub", "type": "NS", "data": "ns.sub.example.test."},
            {"owner": "ns.sub", "type": "A", "data": "192.0.2.53"},
            {"owner": "deep.sub", "type": "A", "data": "192.0.2.7"},
            {"owner": "deep.child", "type": "A", "data": "192.0.2.8"},
            *({"owner": "big", "type": "TXT", "data": f'"{number:03}{"x" * 240}"'} for number in range(10)),
        ],
    }
    other = {"name": "other.test", "records": [{"owner": "host", "type": "A", "data": "192.0.2.100"}]}
    outside = [{"owner": "www.elsewhere.test", "type": "A", "data": "203.0.113.80"}]
    first = {
        "name": "dc01",
        "address": "10.0.0.5",
        "generation": "2008r2",
        "dns": {"zones": [zone, other, {"name": "child.example.test", "records": []}], "outside": outside},
    }
    second = small.dns_host("dc02", "10.0.0.6", "2008r2", dns={"recursion": False})
    with start_estate(small.estate(place / "estate.yml", first, second), place / "run") as running:
        yield running


def ask(
    estate: RunningEstate, name: str, kind: str = "A", host: str = "dc01", tcp: bool = False, recursion: bool = True
) -> dns.message.Message:
    query = dns.message.make_query(name, kind)
    if not recursion:
        query.flags &= ~dns.flags.RD
    send = dns.query.tcp if tcp else dns.query.udp
    return send(query, estate.address(host), timeout=5, port=estate.port(53))


def lines(answer: dns.message.Message) -> list[str]:
    return [line for rrset in answer.answer for line in rrset.to_text().splitlines()]


@pytest.mark.parametrize("tcp", [False, True])
def test_authority(estate: RunningEstate, tcp: bool) -> None:
    answer = ask(estate, "HOST.example.test", tcp=tcp)
    assert answer.flags & dns.flags.AA
    assert lines(answer) == ["HOST.example.test. 3600 IN A 192.0.2.1"]


def test_set_has_one_ttl_and_turns(estate: RunningEstate) -> None:
    first, second = "two.example.test. 60 IN A 192.0.2.2", "two.example.test. 60 IN A 192.0.2.3"
    found = {tuple(lines(ask(estate, "two.example.test"))) for _unused in range(60)}
    assert found == {(first, second), (second, first)}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("alias", ["alias.example.test. 3600 IN CNAME host.example.test.", "host.example.test. 3600 IN A 192.0.2.1"]),
        ("across", ["across.example.test. 3600 IN CNAME host.other.test.", "host.other.test. 3600 IN A 192.0.2.100"]),
        ("dangling", ["dangling.example.test. 3600 IN CNAME no.example.test."]),
        ("away", ["away.example.test. 3600 IN CNAME www.elsewhere.test."]),
        (
            "loop1",
            [
                "loop1.example.test. 3600 IN CNAME loop2.example.test.",
                "loop2.example.test. 3600 IN CNAME loop1.example.test.",
            ],
        ),
    ],
)
def test_aliases_are_followed_within_the_server(estate: RunningEstate, name: str, expected: list[str]) -> None:
    assert lines(ask(estate, f"{name}.example.test")) == expected


def test_alias_itself(estate: RunningEstate) -> None:
    assert lines(ask(estate, "alias.example.test", "CNAME")) == ["alias.example.test. 3600 IN CNAME host.example.test."]


def test_srv_brings_the_targets_address(estate: RunningEstate) -> None:
    answer = ask(estate, "_sip._tls.example.test", "SRV")
    assert answer.additional[0].to_text() == "host.example.test. 3600 IN A 192.0.2.1"


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("no.example.test", "A", dns.rcode.NXDOMAIN),
        ("host.example.test", "AAAA", dns.rcode.NOERROR),
        ("_tls.example.test", "SRV", dns.rcode.NOERROR),
    ],
)
def test_absent_names_and_types_bring_the_soa(estate: RunningEstate, name: str, kind: str, code: int) -> None:
    answer = ask(estate, name, kind)
    assert (answer.rcode(), answer.answer, bool(answer.flags & dns.flags.AA)) == (code, [], True)
    assert answer.authority[0].to_text().startswith("example.test. 3600 IN SOA dc01.company.local.")


def test_wildcard(estate: RunningEstate) -> None:
    assert lines(ask(estate, "a.b.wild.example.test")) == ["a.b.wild.example.test. 3600 IN A 192.0.2.9"]


@pytest.mark.parametrize("name", ["sub", "host.sub", "deep.sub"])
def test_delegation_hides_what_the_zone_holds_below(estate: RunningEstate, name: str) -> None:
    answer = ask(estate, f"{name}.example.test")
    assert (answer.answer, bool(answer.flags & dns.flags.AA)) == ([], False)
    assert answer.authority[0].to_text() == "sub.example.test. 3600 IN NS ns.sub.example.test."


def test_child_zone_hides_what_its_parent_holds_there(estate: RunningEstate) -> None:
    answer = ask(estate, "deep.child.example.test")
    assert (answer.rcode(), answer.answer, bool(answer.flags & dns.flags.AA)) == (dns.rcode.NXDOMAIN, [], True)
    assert answer.authority[0].name.to_text() == "child.example.test."


def test_outside_with_recursion(estate: RunningEstate) -> None:
    answer = ask(estate, "www.elsewhere.test")
    assert (lines(answer), bool(answer.flags & dns.flags.AA)) == (["www.elsewhere.test. 3600 IN A 203.0.113.80"], False)
    assert ask(estate, "nobody.knows.test").rcode() == dns.rcode.SERVFAIL


def test_outside_without_recursion(estate: RunningEstate) -> None:
    assert ask(estate, "www.elsewhere.test", recursion=False).rcode() == dns.rcode.REFUSED
    answer = ask(estate, "www.elsewhere.test", host="dc02")
    assert (answer.rcode(), bool(answer.flags & dns.flags.RA)) == (dns.rcode.REFUSED, False)


def test_large_answer_is_cut_over_udp_and_whole_over_tcp(estate: RunningEstate) -> None:
    assert ask(estate, "big.example.test", "TXT").flags & dns.flags.TC
    assert len(lines(ask(estate, "big.example.test", "TXT", tcp=True))) == 10


def test_transfers_and_updates_are_refused(estate: RunningEstate) -> None:
    assert ask(estate, "example.test", "AXFR", tcp=True).rcode() == dns.rcode.REFUSED
    update = dns.update.UpdateMessage("example.test")
    update.add("new", 60, "A", "192.0.2.1")
    assert dns.query.udp(update, estate.address("dc01"), 5, estate.port(53)).rcode() == dns.rcode.REFUSED


def test_garbage_is_a_format_error(estate: RunningEstate) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        junk = b"\x12\x34\x01\x00\xff\xff\x00\x00\x00\x00\x00\x00junk"
        client.sendto(junk, (estate.address("dc01"), estate.port(53)))
        reply = client.recv(512)
    assert (reply[:2], reply[3] & 15) == (b"\x12\x34", dns.rcode.FORMERR)
