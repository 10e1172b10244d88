"""What a DNS server's adapter must do, and what is told of its zones."""

from __future__ import annotations

from typing import Any

import pytest
from unit.abstract import demands

from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import (
    WINDOWS,
    DnsServer,
    StepwiseServer,
    WholeZoneServer,
    ZoneState,
)
from ansible_collections.ucops.rollout.plugins.module_utils.values import Partition


def test_what_a_port_demands() -> None:
    assert demands(DnsServer, "zones", "records", "all_records")
    assert demands(StepwiseServer, "zones", "records", "all_records", "add", "set_ttl", "remove")
    assert demands(WholeZoneServer, "zones", "records", "all_records", "update")


class Durable(DnsServer):
    """A server that holds nothing and keeps it."""

    def zones(self, names: Any) -> Any:
        return {}

    def records(self, zone: str, owners: Any) -> Any:
        return ()

    def all_records(self, zone: str) -> Any:
        return ()


def test_flushing_asks_nothing_of_a_server_that_keeps_changes_anyway() -> None:
    Durable().flush("company.local")


def test_what_windows_can_be_asked_to_do() -> None:
    assert WINDOWS.types == ("A", "AAAA", "CNAME", "SRV", "TXT", "PTR")
    assert WINDOWS.creates_zones
    assert WINDOWS.changes_ttl
    assert WINDOWS.removes


def test_a_zone_is_described_in_plain_types() -> None:
    """Ansible warns of others when they are kept as a fact."""
    partition = ZoneState("a.test", "primary", partition=Partition("domain")).described["partition"]
    assert (partition, type(partition)) == ("domain", str)


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (ZoneState("a.test", "primary"), "primary zone, in a file"),
        (
            ZoneState("a.test", "primary", in_directory=True, dynamic_update="secure"),
            "primary zone, in Active Directory, dynamic update: secure",
        ),
        (ZoneState("a.test", "stub", dynamic_update="none"), "stub zone, in a file, dynamic update: none"),
    ],
)
def test_a_zone_for_a_person(state: ZoneState, text: str) -> None:
    assert state.text == text
