# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Windows host says of itself, by numbers: they are in no language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.windows.clock import moment
from ansible_collections.ucops.rollout.plugins.module_utils.windows.generation import Generation, generation
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi import as_number, as_text
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import Wmi, WmiObject

_TOLD = "CSName,Version,BuildNumber,ServicePackMajorVersion,Caption,OSLanguage,LocalDateTime"
WINDOWS = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"


@dataclass(frozen=True, slots=True)
class SystemCapabilities:
    """What the host's generation can do."""

    cng: bool
    netsh_http: bool


@dataclass(frozen=True, slots=True)
class SystemDescription:
    """A host's operating system. Numbers are None where the host gives none; ``language``: a Windows language code.
    ``clock``: its time when it answered, in UTC."""

    host: str
    version: str
    build: int | None
    service_pack: int | None
    product: str
    language: int | None
    generation: str
    capabilities: SystemCapabilities
    clock: datetime | None = None


def describe_system(wmi: Wmi, *, where: str) -> SystemDescription:
    """Read it from Win32_OperatingSystem, of which a host has one."""
    found = wmi.query("root/cimv2", f"SELECT {_TOLD} FROM Win32_OperatingSystem")
    if len(found) != 1:
        raise RolloutError(f"the host describes {len(found)} operating systems", where=where)
    return _described(found[0])


def generation_of(host: WindowsHost) -> Generation:
    """The host's generation by its registry: exact below Windows Server 2016, whose successors all say 6.3 there."""
    version = host.registry.string(WINDOWS, "CurrentVersion")
    if version is None:
        raise RolloutError("the version of Windows cannot be read", where=host.name)
    # The value ends with the minor version; builds do not matter here.
    return generation(f"{version}.0")


def _described(system: WmiObject) -> SystemDescription:
    version = as_text(system.get("Version"))
    known = generation(version)
    return SystemDescription(
        host=as_text(system.get("CSName")),
        version=version,
        build=as_number(system.get("BuildNumber"), what="BuildNumber"),
        service_pack=as_number(system.get("ServicePackMajorVersion"), what="ServicePackMajorVersion"),
        product=as_text(system.get("Caption")).strip(),
        language=as_number(system.get("OSLanguage"), what="OSLanguage"),
        generation=known.name,
        capabilities=SystemCapabilities(known.cng, known.netsh_http),
        clock=moment(as_text(system.get("LocalDateTime"))),
    )
