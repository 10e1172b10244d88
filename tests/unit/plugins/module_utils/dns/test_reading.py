"""What is asked of a server in memory, and what is made of the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from unit.memory_dns import MemoryDns
from unit.record_sets import record_set

from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import FoundRecord, ZoneState
from ansible_collections.ucops.rollout.plugins.module_utils.dns.reading import MANY_SETS, Reader
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import PushRequest
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedZone

ZONE = "company.local"
KEPT = ZoneState(ZONE, "primary", in_directory=True)
SIP = record_set(ZONE, "sip.eu.company.local", "A", 3600, ("10.0.0.10",))


@dataclass
class Asked(MemoryDns):
    """``questions``: the zones and names that were asked for. ``numbers``: the serials, in turn."""

    questions: list[tuple[str, ...]] = field(default_factory=list)
    numbers: list[Mapping[str, int] | RolloutError] = field(default_factory=list)

    def zones(self, names: Sequence[str]) -> Mapping[str, ZoneState]:
        self.questions.append(("zones", *names))
        return super().zones(names)

    def records(self, zone: str, owners: Sequence[str]) -> tuple[FoundRecord, ...]:
        self.questions.append((zone, *owners))
        return super().records(zone, owners)

    def serials(self, zones: Sequence[str]) -> Mapping[str, int]:
        number = self.numbers.pop(0)
        if isinstance(number, RolloutError):
            raise number
        return number


def request(*sets: object) -> PushRequest:
    return PushRequest((PlannedZone("internal", ZONE, "fail"),), sets or (SIP,))  # type: ignore[arg-type]


def test_what_may_hide_a_name_is_asked_for_with_it() -> None:
    there = FoundRecord(ZONE, "sip.eu.company.local", "A", "10.0.0.10", 3600)
    cut = FoundRecord(ZONE, "eu.company.local", "NS", "ns.eu.company.local", 3600)
    other = FoundRecord(ZONE, "eu.company.local", "A", "10.0.0.99", 3600)
    server = Asked(held={ZONE: KEPT, "local": ZoneState("local", "forwarder")}, rows=[there, cut, other])
    seen = Reader(server, request()).read()
    assert server.questions == [
        ("zones", "company.local", "eu.company.local", "sip.eu.company.local", "local"),
        (
            "company.local",
            "eu.company.local",
            "sip.eu.company.local",
            "*.company.local",
            "*.eu.company.local",
            "_ucops-rollout.company.local",
        ),
    ]
    assert (seen.zones, seen.others) == ({ZONE: KEPT}, {"local": ZoneState("local", "forwarder")})
    assert seen.records == {ZONE: (there, cut)}


def test_a_zone_that_takes_no_records_is_not_read() -> None:
    server = Asked(held={ZONE: ZoneState(ZONE, "secondary")})
    assert Reader(server, request()).read().records == {}
    assert len(server.questions) == 1


MANY = [record_set(ZONE, f"p{at}.company.local", "A", 3600, ("10.0.0.10",)) for at in range(MANY_SETS)]


@pytest.mark.parametrize(
    ("later", "changed"),
    [({ZONE: 7}, False), ({ZONE: 8}, True), ({}, True), (RolloutError("no answer"), True)],
)
def test_serials_tell_whether_many_sets_are_read_again(later: Mapping[str, int] | RolloutError, changed: bool) -> None:
    reader = Reader(Asked(held={ZONE: KEPT}, numbers=[{ZONE: 7}, later]), request(*MANY))
    assert reader.is_changed(reader.read()) is changed


def test_few_sets_are_read_again() -> None:
    reader = Reader(Asked(held={ZONE: KEPT}), request())
    assert reader.is_changed(reader.read()) is True
