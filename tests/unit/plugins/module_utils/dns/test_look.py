"""Reading any selection of a server's records."""

from __future__ import annotations

from typing import Any

import pytest
from unit.memory_dns import MemoryDns

from ansible_collections.ucops.rollout.plugins.module_utils.dns.look import ZoneSelection, look, read_selections
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import FoundRecord, ZoneState
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import SrvData

ZONE = "company.local"
MEMORY = f"_ucops-rollout.{ZONE}"
ROWS = [
    FoundRecord(ZONE, ZONE, "NS", "dc01.company.local", 3600),
    FoundRecord(ZONE, f"sip.{ZONE}", "A", "10.0.0.10", 3600),
    FoundRecord(ZONE, f"sip.{ZONE}", "A", "10.0.0.11", 600),
    FoundRecord(ZONE, f"dc01.{ZONE}", "A", "10.0.0.5", 1200, dynamic=True),
    FoundRecord(ZONE, f"_sip._tls.{ZONE}", "SRV", SrvData(0, 0, 443, f"sip.{ZONE}"), 3600),
    FoundRecord(ZONE, MEMORY, "TXT", "ucops.rollout/1/pool,A/sip/10.0.0.10,A/sip/10.0.0.11", 3600),
    FoundRecord(ZONE, MEMORY, "TXT", "ucops.rollout/1/other,A/sip/10.0.0.10", 3600),
]


def server() -> MemoryDns:
    return MemoryDns(
        held={ZONE: ZoneState(ZONE, "primary", in_directory=True, dynamic_update="secure")},
        rows=list(ROWS),
        partitions={ZONE: "forest"},
    )


def sets(*given: dict[str, Any]) -> list[tuple[str, str, Any]]:
    held = server()
    found = look(held, read_selections(given))
    assert (found["changed"], held.calls) == (False, [])
    return [(one["name"], one["type"], one["values"]) for one in found["record_sets"]]


def test_whole_zone_but_what_it_remembers() -> None:
    assert sets({"name": "Company.Local."}) == [
        ("_sip._tls", "SRV", [{"priority": 0, "weight": 0, "port": 443, "target": "sip.company.local"}]),
        ("@", "NS", ["dc01.company.local"]),
        ("dc01", "A", ["10.0.0.5"]),
        ("sip", "A", ["10.0.0.10", "10.0.0.11"]),
    ]


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        ({"names": ["sip", "@"]}, [("@", "NS"), ("sip", "A")]),
        ({"names": ["sip.company.local", "none"]}, [("sip", "A")]),
        ({"types": ["srv"]}, [("_sip._tls", "SRV")]),
        ({"names": ["dc01"], "types": ["SRV"]}, []),
        ({"names": ["_ucops-rollout"], "types": ["A"]}, []),
    ],
)
def test_some_of_it(selection: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert [one[:2] for one in sets({"name": ZONE, **selection})] == found


def test_what_is_told_of_a_set() -> None:
    found = look(server(), [ZoneSelection(ZONE, (f"sip.{ZONE}", f"dc01.{ZONE}"))])
    assert found["record_sets"] == [
        {
            "zone": ZONE,
            "name": "dc01",
            "fqdn": "dc01.company.local",
            "type": "A",
            "ttl": 1200,
            "values": ["10.0.0.5"],
            "dynamic": True,
            "created_by": [],
        },
        {
            "zone": ZONE,
            "name": "sip",
            "fqdn": "sip.company.local",
            "type": "A",
            "ttl": 600,
            "values": ["10.0.0.10", "10.0.0.11"],
            "dynamic": False,
            "created_by": ["pool"],
        },
    ]


def test_a_zone_that_is_not_there() -> None:
    found = look(server(), [ZoneSelection("b.test"), ZoneSelection(ZONE, (f"none.{ZONE}",))])
    assert (found["missing"], found["record_sets"]) == (["b.test"], [])
    assert found["zones"] == [
        {
            "name": ZONE,
            "kind": "primary",
            "in_directory": True,
            "paused": False,
            "dynamic_update": "secure",
            "partition": "forest",
            "aging": None,
        }
    ]


def test_what_is_no_name() -> None:
    with pytest.raises(RolloutError, match=r"zones\[1\]"):
        read_selections([{"name": ZONE}, {"name": "a b"}])
