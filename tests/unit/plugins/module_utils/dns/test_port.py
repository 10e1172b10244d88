"""What a DNS server's adapter must do, and what is told of its zones."""

from __future__ import annotations

import pytest
from unit.abstract import demands

from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import WINDOWS, DnsServer, ZoneState


def test_what_a_port_demands() -> None:
    assert demands(DnsServer, "zones", "records", "create_zone", "add", "set_ttl")


def test_a_port_is_no_adapter() -> None:
    with pytest.raises(TypeError, match="abstract"):
        DnsServer()  # type: ignore[abstract]


def test_flushing_is_nothing_where_the_server_keeps_changes_anyway() -> None:
    methods = ("zones", "records", "create_zone", "add", "set_ttl")
    server = type("Server", (DnsServer,), dict.fromkeys(methods, lambda self: None))()
    assert server.flush("company.local") is None


def test_what_windows_can_be_asked_to_do() -> None:
    assert WINDOWS.types == ("A", "AAAA", "CNAME", "SRV")
    assert WINDOWS.views == ("internal",)
    assert WINDOWS.creates_zones
    assert WINDOWS.changes_ttl


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
