"""Scripts of the adapters on powershell.exe of the lab's machines, in this process and unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab_tests.windows import Lab

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell import answer_of, launched
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import PowerShell, Script
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult


class LabPowerShell(PowerShell):
    """powershell.exe of a machine of the lab, with its values set before it."""

    def __init__(self, lab: Lab, host: str) -> None:
        self._lab = lab
        self._host = host

    def run(self, script: Script, values: Mapping[str, str], *, timeout: float) -> Mapping[str, Any]:
        before = "".join(f"set UCR_{name}={value}&& " for name, value in values.items() if value)
        ended = self._lab.run(self._host, before + launched(script), stdin=b"")
        return answer_of(script, ProgramResult("", 0, ended.out.encode(), ended.err.encode()), where=self._host)
