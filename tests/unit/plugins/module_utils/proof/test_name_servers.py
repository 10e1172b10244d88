"""The servers that NS records name beside the known ones, with answers in memory."""

from __future__ import annotations

from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_ask import DnsAnswer, NameServer, Question
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_records import ExpectedRecord
from ansible_collections.ucops.rollout.plugins.module_utils.proof.name_servers import named_beside

DC01 = NameServer("dc01.company.local", "10.0.0.5", view="internal")
HELD = {
    ("company.local", "NS"): ("dc01.company.local", "DC02.company.local", "far.company.local", "alias.company.local"),
    ("company.com", "NS"): ("dc01.company.local", "dc02.company.local", "ns.provider.example"),
    ("dc01.company.local", "A"): ("10.0.0.5",),
    ("DC02.company.local", "A"): ("10.0.0.7",),
    ("dc02.company.local", "A"): ("10.0.0.7",),
    ("far.company.local", "AAAA"): ("fd00::7",),
    ("alias.company.local", "A"): ("10.0.0.5",),
}


def beside(servers: list[NameServer], *zones: str, dead: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    def ask(server: NameServer, question: Question) -> DnsAnswer:
        values = HELD.get((question.name, question.type))
        state = "timeout" if server.name in dead else "answered" if values else "nxdomain"
        return DnsAnswer(server, question, state, values or () if state == "answered" else ())

    records = [ExpectedRecord(zone, f"pool.{zone}", "A", ("10.0.0.10",), view="internal") for zone in zones]
    return named_beside([(records, servers)], ask)


def entry(name: str, address: str, *zones: str, port: int = 53) -> dict[str, Any]:
    return {"name": name, "address": address, "port": port, "view": "internal", "zones": list(zones)}


def test_names_and_addresses_come_from_the_first_server_that_answers() -> None:
    """Those that are known, by name or by address, are not named again."""
    dead = NameServer("dead", "10.0.0.99", view="internal")
    assert beside([dead, DC01], "company.local", "company.com", dead=("dead",)) == [
        entry("dc02.company.local", "10.0.0.7", "company.local", "company.com"),
        entry("far.company.local", "fd00::7", "company.local"),
        entry("ns.provider.example", "ns.provider.example", "company.com"),
    ]


def test_a_server_is_known_by_its_short_name() -> None:
    """It is managed at another address than that of its record."""
    short = NameServer("dc01", "10.9.9.9", 5353, view="internal")
    assert beside([short], "company.com") == [
        entry("dc02.company.local", "10.0.0.7", "company.com", port=5353),
        entry("ns.provider.example", "ns.provider.example", "company.com", port=5353),
    ]


def test_nobody_is_named_where_nobody_answers() -> None:
    assert beside([DC01], "company.local", dead=("dc01.company.local",)) == []
    assert beside([], "company.local") == []
    assert beside([DC01], "other.example") == []
