"""A reached host as engines know it."""

from __future__ import annotations

import dataclasses

import pytest
from unit.fakes_windows import FakeFiles, FakePrograms, FakeRegistry, NoPowerShell

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


def test_it_takes_any_adapter_and_keeps_it() -> None:
    wmi, registry, programs, files = object(), FakeRegistry(), FakePrograms({}), FakeFiles()
    powershell = NoPowerShell()
    host = WindowsHost("dc01", wmi, registry, programs, files, powershell)  # type: ignore[arg-type]
    assert (host.name, host.wmi, host.registry, host.programs, host.files) == ("dc01", wmi, registry, programs, files)
    assert host.powershell is powershell
    with pytest.raises(dataclasses.FrozenInstanceError):
        host.name = "dc02"  # type: ignore[misc]
