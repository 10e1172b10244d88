# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""root\\cimv2, the little of it that a rollout asks for: the operating system, the computer, the services."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from lab import faults
from lab.registry import Registry
from lab.wmi.model import ClassDefinition, Instance, Method, NotCapable, Parameter, Property, Provider, Value
from lab.wmi.stdregprov import RegistryProvider

if TYPE_CHECKING:
    from lab.machine import Machine

NAMESPACE = "root/cimv2"
_LANGUAGES = {"en-US": (1033, "0409"), "de-DE": (1031, "0407"), "fr-FR": (1036, "040c"), "cs-CZ": (1029, "0405")}

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


class SystemProvider(Provider):
    """Serves one machine. Newer generations have StdRegProv here too."""

    def __init__(self, machine: Machine, registry: Registry) -> None:
        self._machine = machine
        self._registry = RegistryProvider(registry) if machine.generation.registry_in_cimv2 else None
        self._booted = machine.clock() - datetime.timedelta(days=3)

    def classes(self) -> Mapping[str, ClassDefinition]:
        return _CLASSES | (self._registry.classes() if self._registry else {})

    def instances(self, definition: ClassDefinition, hints: Mapping[str, set[str]]) -> list[Instance]:
        if definition is _SYSTEM:
            return [Instance(_SYSTEM, self._system())]
        if definition is _COMPUTER:
            return [Instance(_COMPUTER, self._computer())]
        return self._services() if definition is _SERVICE else []

    def _system(self) -> dict[str, Value]:
        machine, generation = self._machine, self._machine.generation
        number, locale = _LANGUAGES.get(machine.language, _LANGUAGES["en-US"])
        return {
            "BuildNumber": str(generation.build),
            "BuildType": "Multiprocessor Free",
            "Caption": generation.product,
            "CSName": machine.name.upper(),
            "CreationClassName": "Win32_OperatingSystem",
            "LastBootUpTime": self._booted,
            "LocalDateTime": machine.clock(),
            "Locale": locale,
            "MUILanguages": [machine.language],
            "Name": f"{generation.product}|C:\\Windows|\\Device\\Harddisk0\\Partition1",
            "OSArchitecture": "64-bit",
            "OSLanguage": number,
            "OSType": 18,
            "ProductType": 2 if machine.settings.get("domain_controller") else 3,
            "ServicePackMajorVersion": machine.settings.get("service_pack", 0 if generation.name > "2012" else 1),
            "Status": "OK",
            "SystemDirectory": "C:\\Windows\\system32",
            "Version": generation.version,
            "WindowsDirectory": "C:\\Windows",
        }

    def _computer(self) -> dict[str, Value]:
        name = self._machine.name.upper()
        return {
            "Caption": name,
            "DNSHostName": self._machine.name,
            "Domain": self._machine.estate.domain,
            "DomainRole": 5 if self._machine.settings.get("domain_controller") else 3,
            "Manufacturer": "ucops lab",
            "Model": "loopback",
            "Name": name,
            "PartOfDomain": True,
            "Status": "OK",
        }

    # --- services ----------------------------------------------------------------------------------------------------

    def _services(self) -> list[Instance]:
        found = self._machine.services.list() if self._machine.services is not None else []
        return [Instance(_SERVICE, self._service(one), one) for one in found]

    def _service(self, service: Any) -> dict[str, Value]:
        running = service.state == "Running"
        return {
            "AcceptStop": running,
            "Caption": service.display_name,
            "DisplayName": service.display_name,
            "Description": getattr(service, "description", None),
            "ExitCode": getattr(service, "exit_code", 0),
            "Name": service.name,
            "PathName": getattr(service, "path", None),
            "ProcessId": getattr(service, "process_id", 0) if running else 0,
            "StartMode": service.start_mode,
            "StartName": getattr(service, "account", "LocalSystem"),
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
    """Win32_Service counts its own way: 5 cannot accept, 7 no timely answer, 10 already running, 8 anything else."""
    try:
        work(name)
    except Exception as error:
        return {1056: 10, 1062: 5, 1053: 7}.get(getattr(error, "code", 0), 8)
    return 0
