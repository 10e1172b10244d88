# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One reached Windows host: all of its ports.

An engine knows these classes only; what carries them (WS-Management over Ansible's winrm connection today)
is an adapter's affair, and tests put fakes here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import Files
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import PowerShell
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import Programs
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import Branch, Registry
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.remembered import Remembered
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import Wmi


@dataclass(frozen=True)
class WindowsHost:
    """One reached host with all of its ports."""

    name: str
    wmi: Wmi
    registry: Registry
    programs: Programs
    files: Files
    powershell: PowerShell

    def as_it_is(self, *ahead: Branch) -> WindowsHost:
        """The same host with a registry that does not change any more, for reading alone; ``ahead`` is read with
        whatever is asked for first."""
        return replace(self, registry=Remembered(self.registry, ahead))
