"""A reached host as engines know it."""

from __future__ import annotations

import dataclasses

import pytest
from unit.fakes_windows import FakeFiles, FakePrograms, FakeRegistry, NoPowerShell

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import NUMBER, Branch


def test_it_takes_any_adapter_and_keeps_it() -> None:
    wmi, registry, programs, files = object(), FakeRegistry(), FakePrograms({}), FakeFiles()
    powershell = NoPowerShell()
    host = WindowsHost("dc01", wmi, registry, programs, files, powershell)  # type: ignore[arg-type]
    assert (host.name, host.wmi, host.registry, host.programs, host.files) == ("dc01", wmi, registry, programs, files)
    assert host.powershell is powershell
    with pytest.raises(dataclasses.FrozenInstanceError):
        host.name = "dc02"  # type: ignore[misc]


def test_a_host_as_it_is_does_not_change_any_more() -> None:
    registry = FakeRegistry()
    registry.values = {"A": {"x": 1}}
    host = WindowsHost("dc01", object(), registry, FakePrograms({}), FakeFiles(), NoPowerShell())  # type: ignore[arg-type]
    now = host.as_it_is(Branch("A", (("x", NUMBER),)))
    assert (now.name, now.files, now.registry.dword("A", "x")) == ("dc01", host.files, 1)
    registry.values = {"A": {"x": 2}}
    assert (now.registry.dword("A", "x"), host.registry.dword("A", "x")) == (1, 2)
