# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""root\\cimv2, the little of it that a rollout asks for: the operating system, the computer, the services."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from lab.soap import faults
from lab.wmi.model import ClassDefinition, Instance, Method, NotCapable, Parameter, Property, Provider, Value
from lab.wmi.stdregprov import RegistryProvider

if TYPE_CHECKING:
    from lab.machine import Machine
    from lab.services import Service

NAMESPACE = "root/cimv2"

_SYSTEM = ClassDefinition(
    "Win32_OperatingSystem",
    (
        Property("BuildNumber"),
        Property("BuildType"),
        Property("Caption"),
        Property("CSDVersion"),
        Property("CSName"),
        Property("CodeSet"),
        Property("CountryCode"),
        Property("CreationClassName"),
        Property("InstallDate", "datetime"),
        Property("LastBootUpTime", "datetime"),
        Property("LocalDateTime", "datetime"),
        Property("Locale"),
        Property("MUILanguages", array=True),
        Property("Name", key=True),
        Property("OSArchitecture"),
        Property("OSLanguage", "uint32"),
        Property("OSType", "uint16"),
        Property("ProductType", "uint32"),
        Property("ServicePackMajorVersion", "uint16"),
        Property("Status"),
        Property("SystemDirectory"),
        Property("Version"),
        Property("WindowsDirectory"),
    ),
    singleton=True,
)
_COMPUTER = ClassDefinition(
    "Win32_ComputerSystem",
    (
        Property("Caption"),
        Property("DNSHostName"),
        Property("Domain"),
        Property("DomainRole", "uint16"),
        Property("Manufacturer"),
        Property("Model"),
        Property("Name", key=True),
        Property("PartOfDomain", "boolean"),
        Property("Status"),
    ),
)
_SERVICE = ClassDefinition(
    "Win32_Service",
    (
        Property("AcceptStop", "boolean"),
        Property("Caption"),
        Property("Description"),
        Property("DisplayName"),
        Property("ExitCode", "uint32"),
        Property("InstallDate", "datetime"),
        Property("Name", key=True),
        Property("PathName"),
        Property("ProcessId", "uint32"),
        Property("StartMode"),
        Property("StartName"),
        Property("Started", "boolean"),
        Property("State"),
        Property("Status"),
        Property("SystemName"),
    ),
    (
        Method("StartService", returns="uint32"),
        Method("StopService", returns="uint32"),
        Method("ChangeStartMode", (Parameter("StartMode"),), returns="uint32"),
        Method("InterrogateService", returns="uint32"),
    ),
)
_CLASSES = {one.name: one for one in (_SYSTEM, _COMPUTER, _SERVICE)}
_NOT_SUPPORTED = 1
_DOMAIN_CONTROLLER = 5


class SystemProvider(Provider):
    """Serves one machine. Newer generations have StdRegProv here too."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._registry = RegistryProvider(machine.registry) if machine.generation.registry_in_cimv2 else None
        self._booted = machine.clock() - datetime.timedelta(days=3)

    def classes(self) -> Mapping[str, ClassDefinition]:
        return {**_CLASSES, **(self._registry.classes() if self._registry else {})}

    def instances(self, definition: ClassDefinition, hints: Mapping[str, set[str]]) -> list[Instance]:
        if definition is _SYSTEM:
            return [Instance(_SYSTEM, self._system())]
        if definition is _COMPUTER:
            return [Instance(_COMPUTER, self._computer())]
        return self._services() if definition is _SERVICE else []

    def _system(self) -> dict[str, Value]:
        machine, generation = self._machine, self._machine.generation
        return {
            "BuildNumber": str(generation.build),
            "BuildType": "Multiprocessor Free",
            "Caption": generation.caption,
            "CSName": machine.name.upper(),
            "CreationClassName": "Win32_OperatingSystem",
            "LastBootUpTime": self._booted,
            "LocalDateTime": machine.clock(),
            "Locale": machine.texts.locale,
            "MUILanguages": [machine.language],
            "Name": f"{generation.caption}|{generation.system_root}|\\Device\\Harddisk0\\Partition1",
            "OSArchitecture": "64-bit",
            "OSLanguage": machine.texts.number,
            "OSType": 18,
            "ProductType": 2 if machine.domain_role == _DOMAIN_CONTROLLER else 3,
            "ServicePackMajorVersion": machine.service_pack,
            "Status": "OK",
            "SystemDirectory": f"{generation.system_root}\\system32",
            "Version": generation.version,
            "WindowsDirectory": generation.system_root,
        }

    def _computer(self) -> dict[str, Value]:
        name = self._machine.name.upper()
        return {
            "Caption": name,
            "DNSHostName": self._machine.name,
            "Domain": self._machine.estate.domain if self._machine.in_domain else "WORKGROUP",
            "DomainRole": self._machine.domain_role,
            "Manufacturer": "ucops lab",
            "Model": "loopback",
            "Name": name,
            "PartOfDomain": self._machine.in_domain,
            "Status": "OK",
        }

    # --- services ----------------------------------------------------------------------------------------------------

    def _services(self) -> list[Instance]:
        return [Instance(_SERVICE, self._service(one), one) for one in self._machine.services.list()]

    def _service(self, service: Service) -> dict[str, Value]:
        running = service.state == "Running"
        return {
            "AcceptStop": running,
            "Caption": service.display_name,
            "DisplayName": service.display_name,
            "Description": None,
            "ExitCode": 0,
            "Name": service.name,
            "PathName": None,
            "ProcessId": 0,
            "StartMode": service.start_mode,
            "StartName": "LocalSystem",
            "Started": running,
            "State": service.state,
            "Status": "OK",
            "SystemName": self._machine.name.upper(),
        }

    def invoke(
        self, definition: ClassDefinition, method: Method, instance: Instance | None, arguments: dict[str, Value]
    ) -> dict[str, Value]:
        if definition.name == "StdRegProv" and self._registry:
            return self._registry.invoke(definition, method, instance, arguments)
        if definition is not _SERVICE or instance is None:
            raise NotCapable
        if method.name not in ("StartService", "StopService"):
            return {"ReturnValue": 0 if method.name == "InterrogateService" else _NOT_SUPPORTED}
        services, name = self._machine.services, instance.get("Name")
        return {"ReturnValue": _outcome(services.start if method.name == "StartService" else services.stop, name)}

    def put(self, instance: Instance, values: dict[str, Value]) -> Instance:
        raise faults.generic_failure("PutInstance", instance.definition.name)


def _outcome(work: Callable[[str], None], name: str) -> int:
    """Win32_Service counts its own way: 3 others that need it run, 5 cannot accept, 7 no timely answer, 10 already
    running, 8 anything else."""
    try:
        work(name)
    except Exception as error:
        return {1051: 3, 1056: 10, 1062: 5, 1053: 7}.get(getattr(error, "code", 0), 8)
    return 0
