"""The port to PowerShell: a script is a value, and an adapter has to run it."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import PowerShell, Script


def test_a_script_is_a_value() -> None:
    script = Script("reading of it", "$r.a='b'", look="look there", otherwise="read it by hand")
    assert script == Script("reading of it", "$r.a='b'", look="look there", otherwise="read it by hand")
    with pytest.raises(dataclasses.FrozenInstanceError):
        script.text = "else"  # type: ignore[misc]


def test_an_adapter_has_to_run_it() -> None:
    with pytest.raises(TypeError):
        PowerShell()  # type: ignore[abstract]  # pylint: disable=abstract-class-instantiated
