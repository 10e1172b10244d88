"""Bringing a service to a state: what is asked of the host, and what is told."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.service_state import ServiceOutcome, bring_service
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.services import WindowsService, WmiServices


class FakeServices(WmiServices):
    """One service, RTCSRV, and what was done to it."""

    def __init__(self, state: str) -> None:
        self.state = state
        self.done: list[str] = []

    def find(self, name: str) -> WindowsService | None:
        return WindowsService("RTCSRV", "Front-End", self.state, "Auto") if name.upper() == "RTCSRV" else None

    def start(self, name: str) -> WindowsService:
        self.done.append(f"start {name}")
        self.state = "Running"
        return WindowsService("RTCSRV", "Front-End", "Running", "Auto")

    def stop(self, name: str) -> WindowsService:
        self.done.append(f"stop {name}")
        self.state = "Stopped"
        return WindowsService("RTCSRV", "Front-End", "Stopped", "Auto")


def brought(services: FakeServices, wanted: str, **more: Any) -> ServiceOutcome:
    return bring_service(services, "rtcsrv", wanted, host="ocssrv01", **more)


TABLE = [
    ("Stopped", "started", ["start RTCSRV"], "service RTCSRV started"),
    ("Running", "started", [], None),
    ("Start Pending", "started", ["start RTCSRV"], "service RTCSRV started"),
    ("Stopped", "restarted", ["start RTCSRV"], "service RTCSRV started"),
    ("Running", "restarted", ["stop RTCSRV", "start RTCSRV"], "service RTCSRV restarted"),
    ("Paused", "restarted", ["stop RTCSRV", "start RTCSRV"], "service RTCSRV restarted"),
    ("Running", "stopped", ["stop RTCSRV"], "service RTCSRV stopped"),
    ("Stopped", "stopped", [], None),
    ("Stopped", "queried", [], None),
]


@pytest.mark.parametrize(("state", "wanted", "done", "told"), TABLE)
def test_states(state: str, wanted: str, done: list[str], told: str | None) -> None:
    services = FakeServices(state)
    outcome = brought(services, wanted)
    assert services.done == done
    assert outcome.change_set.changed is bool(told)
    assert [change.what for change in outcome.change_set.changes] == ([told] if told else [])
    assert outcome.before and outcome.before.state == state
    reached = "Stopped" if wanted == "stopped" else "Running"
    assert outcome.service and outcome.service.state == (reached if done else state)
    assert [change.after for change in outcome.change_set.changes] == ([reached] if told else [])


@pytest.mark.parametrize(("state", "wanted", "done", "told"), TABLE)
def test_check_mode_tells_the_same_and_does_nothing(state: str, wanted: str, done: list[str], told: str | None) -> None:
    services = FakeServices(state)
    outcome = brought(services, wanted, check_mode=True)
    assert (services.done, outcome.change_set.changed) == ([], bool(done))
    assert outcome.service and outcome.service.state == state


def test_result() -> None:
    assert brought(FakeServices("Stopped"), "started").to_result() == {
        "changed": True,
        "changes": [
            {
                "verb": "change",
                "what": "service RTCSRV started",
                "to_do": "service RTCSRV to be started",
                "service": "RTCSRV",
                "before": "Stopped",
                "after": "Running",
                "reasons": [],
            }
        ],
        "diff": {"before": "RTCSRV Stopped\n", "after": "RTCSRV Running (service RTCSRV started)\n"},
        "exists": True,
        "before": {"name": "RTCSRV", "display_name": "Front-End", "state": "Stopped", "start_mode": "Auto"},
        "service": {"name": "RTCSRV", "display_name": "Front-End", "state": "Running", "start_mode": "Auto"},
    }


def test_a_service_that_is_not_there() -> None:
    services = FakeServices("Running")
    assert bring_service(services, "X", "queried", host="ocssrv01").to_result()["exists"] is False
    with pytest.raises(RolloutError, match="^ocssrv01: there is no service named 'X'. Give the short name"):
        bring_service(services, "X", "started", host="ocssrv01")
