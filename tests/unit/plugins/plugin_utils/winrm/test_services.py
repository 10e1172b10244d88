from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils import waiting
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import ConnectionLost, OperationTimedOut
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.services import WindowsService, WmiServices
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import Wmi, WmiObject, WmiValue


class ServiceWmi(Wmi):
    """One service that goes through the given states, one per look."""

    def __init__(self, *states: str | None, answer: Any = "0") -> None:
        self.states, self.answer = list(states), answer
        self.calls: list[str] = []

    def query(self, namespace: str, wql: str, *, references: bool = False) -> tuple[WmiObject, ...]:
        assert (namespace, wql) == (
            "root/cimv2",
            "SELECT Name,DisplayName,State,StartMode FROM Win32_Service WHERE Name='RTCSRV'",
        )
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if state is None:
            return ()
        shown = {"Name": "RTCSRV", "DisplayName": "Front End", "State": state, "StartMode": "Manual"}
        return (WmiObject("Win32_Service", shown),)

    def invoke(
        self, namespace: str, class_name: str, method: str, parameters: Sequence[tuple[str, WmiValue]],
        selectors: Mapping[str, str] | None = None,
    ) -> WmiObject:  # fmt: skip
        assert (namespace, class_name, selectors) == ("root/cimv2", "Win32_Service", {"Name": "RTCSRV"})
        self.calls.append(method)
        if isinstance(self.answer, Exception):
            raise self.answer
        return WmiObject("OUTPUT", {"ReturnValue": self.answer})

    get = put = delete = query


def services(wmi: Wmi) -> WmiServices:
    ticks = iter(range(1000))
    return WmiServices(wmi, host="ocssrv01", timeout=10, clock=lambda: next(ticks), sleep=lambda _seconds: None)


RUNNING = WindowsService("RTCSRV", "Front End", "Running", "Manual")


def test_find() -> None:
    assert services(ServiceWmi("Running")).find("RTCSRV") == RUNNING
    assert services(ServiceWmi(None)).find("RTCSRV") is None


def test_start_waits_until_it_runs() -> None:
    wmi = ServiceWmi("Stopped", "Start Pending", "Start Pending", "Running")
    assert services(wmi).start("RTCSRV") == RUNNING
    assert wmi.calls == ["StartService"]


def test_whoever_watches_is_told_what_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(waiting, "_telling", [lines.append])
    services(ServiceWmi("Stopped", *["Start Pending"] * 3, "Running")).start("RTCSRV")
    assert lines == [
        "Waiting for the service RTCSRV on ocssrv01, which is Start Pending, to be Running: 6 seconds more at most"
    ]


def test_already_running_is_fine() -> None:
    assert services(ServiceWmi("Running", answer="10")).start("RTCSRV") == RUNNING


@pytest.mark.parametrize("error", [OperationTimedOut("slow"), ConnectionLost("lost")])
def test_lost_answer_is_settled_by_reading(error: Exception) -> None:
    wmi = ServiceWmi("Start Pending", "Running", answer=error)
    assert services(wmi).start("RTCSRV") == RUNNING
    assert wmi.calls == ["StartService"]


@pytest.mark.parametrize("answer", [ConnectionLost("lost"), "7", "0"])
def test_a_start_that_came_to_nothing_is_ordered_again(answer: Any) -> None:
    wmi = ServiceWmi("Stopped", "Stopped", "Start Pending", "Running", answer=answer)
    assert services(wmi).start("RTCSRV") == RUNNING
    assert wmi.calls == ["StartService", "StartService"]


def test_a_service_that_stops_again_and_again_is_ordered_three_times_within_one_deadline() -> None:
    wmi = ServiceWmi("Stopped")
    with pytest.raises(RolloutError, match="the service RTCSRV is not Running after 10 seconds, but Stopped"):
        services(wmi).start("RTCSRV")
    assert wmi.calls == ["StartService"] * 3


def test_no_timely_answer_three_times_is_told() -> None:
    wmi = ServiceWmi("Stopped", answer="7")
    with pytest.raises(RolloutError, match="StartService was refused: it did not answer in time"):
        services(wmi).start("RTCSRV")
    assert wmi.calls == ["StartService"] * 3


@pytest.mark.parametrize(
    ("answer", "words"), [("14", "disabled"), ("2", "denied"), ("15", "log on"), ("99", "answered 99")]
)
def test_refusals(answer: str, words: str) -> None:
    with pytest.raises(RolloutError, match=words):
        services(ServiceWmi("Stopped", answer=answer)).start("RTCSRV")


def test_restart_of_what_others_need_is_refused() -> None:
    with pytest.raises(RolloutError, match="depend on it"):
        services(ServiceWmi("Running", answer="3")).stop("RTCSRV")


def test_service_that_never_starts() -> None:
    with pytest.raises(RolloutError, match="not Running after 10 seconds, but Start Pending"):
        services(ServiceWmi("Start Pending")).start("RTCSRV")


def test_garbled() -> None:
    with pytest.raises(GarbledAnswer):
        services(ServiceWmi("")).find("RTCSRV")
    with pytest.raises(GarbledAnswer):
        services(ServiceWmi("Stopped", answer=None)).start("RTCSRV")
