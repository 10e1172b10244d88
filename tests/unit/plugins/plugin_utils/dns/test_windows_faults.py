"""Trouble at one request of a push to Windows DNS, before its effect or after: the next run ends where none would have.

Zones, records and what is remembered are then as after a run without trouble: nothing lost, nothing doubled.
"""

from __future__ import annotations

import contextlib
import os
from functools import partial
from pathlib import Path
from typing import Any

import dnskit
import pytest
from unit.dns_cases import DISTURBED_BEFORE, DISTURBED_RECORDS, DISTURBED_SITE, MISSING, ZONE, a

from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import read_request
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.dns import windows
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.claim import alone
from lab.injections import Injection
from lab.services import ServiceError

# All of them take minutes: `make nightly` asks for that.
EVERY = bool(os.environ.get("UCOPS_EVERY_REQUEST"))
# A zone to be created as well.
ASKED = read_request(
    [{"name": ZONE}, {"name": MISSING, "if_missing": "create"}],
    [*DISTURBED_RECORDS, a("sip", "192.0.2.20", zone=MISSING)],
    DISTURBED_SITE,
)
AFTER = {
    ZONE: [
        "_sip._tls 3600 SRV 0 0 443 sip.company.local.",
        "foreign 3600 A 192.0.2.99",
        "sip 3600 A 192.0.2.20",
        "ttl 3600 A 192.0.2.50",
        "web 3600 CNAME sip.company.local.",
    ],
    MISSING: ["sip 3600 A 192.0.2.20"],
}
REMEMBERED = {
    ZONE: {"A/sip/192.0.2.20", "CNAME/web/sip.company.local", "SRV/_sip._tls/0/0/443/sip.company.local"},
    MISSING: {"A/sip/192.0.2.20"},
}
# The whole push takes no more requests.
REQUESTS = {"2003": 48, "2012r2": 54}
TROUBLES: dict[str, dict[str, Any]] = {
    "cut before": {"action": "drop"},
    "cut after": {"action": "drop", "after": True},
    "HTTP 500": {"action": "status", "status": 500},
    "HTTP 500 after": {"action": "status", "status": 500, "after": True},
    "access denied": {"action": "fault", "fault": "access_denied"},
    "generic failure after": {"action": "fault", "fault": "generic_failure", "after": True},
}


class Clock:
    """Nobody waits for a claim whose holder is gone."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(windows, "alone", partial(alone, clock=clock, sleep=clock.sleep))


def pushed(kind: dnskit.Windows) -> bool:
    with kind.server() as server:
        return bool(push(server, ASKED, check_mode=False)["changed"])


def split(lines: list[str] | None) -> tuple[list[str], list[str]]:
    """Records, and the entries that are remembered, each as often as it is."""
    assert lines is not None
    texts = [line for line in lines if line.startswith("_ucops-rollout ")]
    entries = [one for text in texts for one in text.partition("TXT ")[2].strip('"').split(",")[1:]]
    return [line for line in lines if line not in texts], entries


def check(kind: dnskit.Windows) -> None:
    for zone, records in AFTER.items():
        held, entries = split(kind.held(zone))
        assert held == records
        assert sorted(entries) == sorted(REMEMBERED[zone])


@pytest.mark.parametrize("generation", REQUESTS)
def test_without_trouble(tmp_path: Path, generation: str) -> None:
    kind = dnskit.Windows(generation, tmp_path)
    kind.begin({ZONE: DISTURBED_BEFORE})
    assert pushed(kind) is True
    assert kind.wire.count <= REQUESTS[generation]
    check(kind)
    assert pushed(kind) is False


def rounds() -> list[tuple[str, str, int]]:
    every = [
        (generation, name, at)
        for generation, count in REQUESTS.items()
        for name in TROUBLES
        for at in range(1, count + 1)
    ]
    return every if EVERY else every[3::11]


def ends_well(kind: dnskit.Windows) -> None:
    """After a push that met trouble, which is over."""
    held, _entries = split(kind.held(ZONE))
    assert "foreign 3600 A 192.0.2.99" in held
    # At any moment the name has an answer.
    assert [one for one in held if one.startswith("sip 3600 A ")]
    pushed(kind)
    check(kind)
    assert pushed(kind) is False


def tried(kind: dnskit.Windows) -> None:
    """A push whose trouble, if it is told, is told with the server's name and no traceback."""
    try:
        pushed(kind)
    except RolloutError as error:
        assert str(error).startswith("dc01: ")


@pytest.mark.parametrize(("generation", "trouble", "at"), rounds())
def test_the_next_run_ends_well(tmp_path: Path, generation: str, trouble: str, at: int) -> None:
    kind = dnskit.Windows(generation, tmp_path)
    kind.begin({ZONE: DISTURBED_BEFORE})
    kind.estate.injections.add([Injection(host="dc01", at=at, **TROUBLES[trouble])])
    tried(kind)
    kind.estate.injections.clear()
    ends_well(kind)


@pytest.mark.parametrize("stays_away", [3, 1000])
@pytest.mark.parametrize("at", range(1, 53) if EVERY else range(2, 53, 8))
def test_dns_stops_in_the_middle(tmp_path: Path, at: int, stays_away: int) -> None:
    kind = dnskit.Windows("2012r2", tmp_path)
    kind.begin({ZONE: DISTURBED_BEFORE})
    dns = kind.estate.machine("dc01").roles["dns"]
    start, stop = partial(dns.carry_out, "start", {}), partial(dns.carry_out, "stop", {})
    kind.wire.events = {at: stop, at + stays_away: start}
    tried(kind)
    kind.wire.events.clear()
    with contextlib.suppress(ServiceError):  # it runs already
        start()
    ends_well(kind)
