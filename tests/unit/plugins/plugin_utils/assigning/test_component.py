"""The way in which a component gets its certificate."""

from __future__ import annotations

from typing import Any

import pytest
from unit.fakes_windows import FakeServer

from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning import component as module
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import CommandAssignment
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.component import assign_component
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.keeping_port import KeepsNothing


def called(monkeypatch: pytest.MonkeyPatch, mode: str, component: str = "front_end") -> list[str]:
    calls: list[str] = []
    for place, name in ((module, "assign"), (module.ocs, "assign"), (module.ocs, "compared")):
        label = name if place is module else f"ocs.{name}"
        monkeypatch.setattr(place, name, lambda *a, _label=label, **m: calls.append(_label))
    wanted = CommandAssignment(Thumbprint("AB" * 20), "srv", "pool", component, "default", "10.0.0.1", 5061, 5061)
    assign_component(FakeServer().host, wanted, mode, shake=silent)
    return calls


def silent(*arguments: Any) -> Handshake:
    raise AssertionError("nobody is asked here")


def test_each_way_has_its_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert called(monkeypatch, "wmi") == ["ocs.assign"]
    assert called(monkeypatch, "command") == ["assign"]
    assert called(monkeypatch, "manual") == ["assign", "ocs.compared"]


@pytest.mark.parametrize("mode", ["wmi", "command"])
def test_each_way_that_assigns_has_the_keeper(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    given: list[Any] = []
    for place in (module, module.ocs):
        monkeypatch.setattr(place, "assign", lambda *a, keeper=None, **m: given.append(keeper))
    host = FakeServer().host
    keeper = KeepsNothing(host)
    wanted = CommandAssignment(Thumbprint("AB" * 20), "srv", "pool", "front_end", "default", "10.0.0.1", 5061, 5061)
    assign_component(host, wanted, mode, shake=silent, keeper=keeper)
    assert given == [keeper]


def test_what_ocs_knows_nothing_of_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    assert called(monkeypatch, "manual", "reverse_proxy") == ["assign"]
