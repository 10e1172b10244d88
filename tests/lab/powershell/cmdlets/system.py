# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands on the machine: services, WMI, drives of certificates, the registry and files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from lab.files import FileError
from lab.pki.stores import Stores
from lab.powershell import operators
from lab.powershell.certificates import certificate_object
from lab.powershell.commands import Cmdlet, P
from lab.powershell.dotnet import ENUMS
from lab.powershell.security import system_security
from lab.powershell.values import (
    Computed,
    DateTime,
    EnumValue,
    PSObject,
    items,
    text,
)
from lab.registry import REG_BINARY, REG_MULTI_SZ
from lab.services import RUNNING, Service, ServiceError
from lab.soap.fault import Fault
from lab.wmi import wql
from lab.wmi.cimv2 import NAMESPACE, SystemProvider
from lab.wmi.model import Instance, Provider
from lab.wmi.stdregprov import NAMESPACE as REGISTRY_NAMESPACE
from lab.wmi.stdregprov import RegistryProvider

_STATUS = "System.ServiceProcess.ServiceControllerStatus"


# --- services --------------------------------------------------------------------------------------------------------


def status(service: Service) -> EnumValue:
    """A service's state as ServiceController tells it."""
    return EnumValue(service.state, ENUMS[_STATUS].index(service.state), _STATUS)


def service_object(cmdlet: Cmdlet, service: Service) -> PSObject:
    """A ServiceController: its state is read anew by Refresh alone."""
    made = PSObject({}, ("System.ServiceProcess.ServiceController",), base=None)
    made.text = "System.ServiceProcess.ServiceController"
    values: dict[str, Any] = {
        "Name": service.name,
        "ServiceName": service.name,
        "DisplayName": service.display_name,
        "MachineName": ".",
        "Status": status(service),
        "CanStop": service.state == RUNNING,
        "CanPauseAndContinue": False,
        "ServiceType": "Win32OwnProcess",
        "DependentServices": [],
        "ServicesDependedOn": [],
        "RequiredServices": [],
    }
    if cmdlet.ps.version >= 5:
        values["StartType"] = {"Auto": "Automatic"}.get(service.start_mode, service.start_mode)
    for name, value in values.items():
        made.properties[name] = value

    def refresh() -> None:
        made.properties["Status"] = status(service)

    def work(deed: Callable[[str], None]) -> Callable[[], None]:
        def done() -> None:
            deed(service.name)
            refresh()

        return done

    services = cmdlet.ps.machine.services
    for name, method in {
        "Refresh": refresh,
        "Start": work(services.start),
        "Stop": work(services.stop),
        "WaitForStatus": lambda wanted, *more: refresh(),
    }.items():
        made.methods[name] = method
    return made


class GetService(Cmdlet):
    name = "Get-Service"
    aliases: ClassVar[tuple[str, ...]] = ("gsv",)
    parameters: ClassVar[tuple[P, ...]] = (
        P("Name", "string[]", 0, pipeline=True, by_name=True, aliases=("servicename",)),
        P("DisplayName", "string[]"),
        P("ComputerName", "string[]", aliases=("cn",)),
        P("Include", "string[]"),
        P("Exclude", "string[]"),
        P("DependentServices", "switch"),
        P("RequiredServices", "switch"),
    )

    def process(self, item: Any) -> None:
        for service in self.found():
            self.emit(service_object(self, service))

    def found(self) -> Iterator[Service]:
        """The services that the parameters name; each name that is none is an error."""
        everything = self.ps.machine.services.list()
        by_display = self.has("DisplayName")
        for name in self.texts("DisplayName" if by_display else "Name") or ["*"]:
            hits = [one for one in everything if operators.like(one.display_name if by_display else one.name, name)]
            hits = [one for one in hits if not any(operators.like(one.name, each) for each in self.texts("Exclude"))]
            yield from hits
            if not hits and "*" not in name:
                kind = "display name" if by_display else "service name"
                self.fail(
                    f"Cannot find any service with {kind} '{name}'.",
                    "NoServiceFoundForGivenDisplayName" if by_display else "NoServiceFoundForGivenName",
                    "Microsoft.PowerShell.Commands.ServiceCommandException",
                    "ObjectNotFound",
                    name,
                )


class _Change(GetService):
    asks = True
    name = ""
    parameters = (
        *GetService.parameters,
        P("InputObject", pipeline=True),
        P("PassThru", "switch"),
        P("Force", "switch"),
    )

    def process(self, item: Any) -> None:
        given = self.get("InputObject") if not isinstance(item, str) else None
        names = [text(one.get("Name")) for one in items(given) if isinstance(one, PSObject)]
        if names:
            self.bound["Name"] = names
        for service in list(self.found()):
            if self.may(f"{service.display_name} ({service.name})", self.name):
                self._one(service)
                if self.on("PassThru"):
                    self.emit(service_object(self, service))

    def _one(self, service: Service) -> None:
        verb = self.name.partition("-")[0].lower()
        shown = f"'{service.display_name} ({service.name})'"
        if not self.ps.process.session.account.administrator:
            self._failed(verb, shown, f"Cannot open {service.name} service on computer '.'.")
            return
        try:
            self.work(service)
        except ServiceError as problem:
            self._failed(verb, shown, f"Win32 error {problem.code}")

    def _failed(self, verb: str, shown: str, why: str) -> None:
        done = {"stop": "stopped", "start": "started", "restart": "restarted"}[verb]
        error_id = {"stop": "CouldNotStopService", "start": "CouldNotStartService", "restart": "CouldNotStopService"}[
            verb
        ]
        self.fail(
            f"Service {shown} cannot be {done} due to the following error: {why}",
            error_id,
            "Microsoft.PowerShell.Commands.ServiceCommandException",
            "OpenError",
        )

    def work(self, service: Service) -> None:
        raise NotImplementedError


class StartService(_Change):
    name = "Start-Service"
    aliases = ("sasv",)

    def work(self, service: Service) -> None:
        if service.state != RUNNING:
            self.ps.machine.services.start(service.name)


class StopService(_Change):
    name = "Stop-Service"
    aliases = ("spsv",)

    def work(self, service: Service) -> None:
        if service.state == RUNNING:
            self.ps.machine.services.stop(service.name)


class RestartService(_Change):
    name = "Restart-Service"
    aliases = ()

    def work(self, service: Service) -> None:
        self.ps.machine.services.restart(service.name)


# --- WMI -------------------------------------------------------------------------------------------------------------


def _providers(cmdlet: Cmdlet) -> dict[str, Provider]:
    machine = cmdlet.ps.machine
    found: dict[str, Provider] = {
        NAMESPACE: SystemProvider(machine),
        REGISTRY_NAMESPACE: RegistryProvider(machine.registry),
    }
    for role in machine.roles.values():
        found |= role.providers()
    return {name.lower().replace("\\", "/"): provider for name, provider in found.items()}


def _wmi_value(cmdlet: Cmdlet, value: Any, cim: bool) -> Any:
    if hasattr(value, "astimezone"):
        if cim:
            return DateTime(value.replace(tzinfo=None) + cmdlet.ps.offset, "Local")
        return value.strftime("%Y%m%d%H%M%S.%f+000")
    return list(value) if isinstance(value, (list, tuple)) else value


def wmi_object(cmdlet: Cmdlet, instance: Instance, cim: bool) -> PSObject:
    """An instance with all properties of its class."""
    values = {one.name: _wmi_value(cmdlet, instance.get(one.name), cim) for one in instance.definition.properties}
    space = "Microsoft.Management.Infrastructure.CimInstance" if cim else "System.Management.ManagementObject"
    extra = {} if cim else {"__CLASS": instance.definition.name, "__SERVER": cmdlet.ps.machine.name.upper()}
    return PSObject({**extra, **values}, (f"{space}#root/cimv2/{instance.definition.name}", space))


class GetWmiObject(Cmdlet):
    name = "Get-WmiObject"
    aliases: ClassVar[tuple[str, ...]] = ("gwmi",)
    parameters: ClassVar[tuple[P, ...]] = (
        P("Class", "string", 0, aliases=("classname",)),
        P("Property", "string[]", 1),
        P("Filter", "string"),
        P("Namespace", "string"),
        P("Query", "string"),
        P("ComputerName", "string[]", aliases=("cn",)),
        P("Credential"),
        P("List", "switch"),
        P("Impersonation", "string"),
        P("Authentication", "string"),
    )
    cim = False

    def process(self, item: Any) -> None:
        space = text(self.get("Namespace", "root/cimv2")).lower().replace("\\", "/")
        provider = _providers(self).get(space)
        if provider is None:
            shown = f'Invalid namespace "{text(self.get("Namespace"))}"'
            if self.cim:
                raise self.stop(shown, "HRESULT 0x8004100e", "System.Management.ManagementException", "InvalidArgument")
            self.fail(
                shown, "GetWMIManagementException", "System.Management.ManagementException", "InvalidArgument", None
            )
            return
        if not self.cim and text(self.get("Class")).lower() == "__systemsecurity":
            self.emit(system_security(self.ps, space))
            return
        query = text(self.get("Query")) or f"SELECT * FROM {text(self.get('Class'))}" + (
            f" WHERE {text(self.get('Filter'))}" if self.has("Filter") else ""
        )
        try:
            found = _queried(provider, query)
        except (wql.InvalidQuery, Fault) as problem:
            raise self.stop(
                "Invalid query ",
                "GetWMIManagementException",
                "System.Management.ManagementException",
                "InvalidArgument",
            ) from problem
        if found is None:
            if self.cim:
                raise self.stop(
                    "Invalid class ",
                    "HRESULT 0x80041010",
                    "Microsoft.Management.Infrastructure.CimException",
                    "ObjectNotFound",
                )
            raise self.stop(
                f'Invalid class "{text(self.get("Class"))}"',
                "GetWMIManagementException",
                "System.Management.ManagementException",
                "InvalidType",
            )
        for one in found:
            self.emit(wmi_object(self, one, self.cim))


def _queried(provider: Provider, query: str) -> list[Instance] | None:
    parsed = wql.parse(query)
    definition = next(
        (one for key, one in provider.classes().items() if key.lower() == parsed.class_name.lower()), None
    )
    if definition is None:
        return None
    test = parsed.condition.bind(definition) if parsed.condition else None
    return [one for one in provider.instances(definition, {}) if test is None or test(one)]


class GetCimInstance(GetWmiObject):
    name = "Get-CimInstance"
    aliases = ("gcim",)
    since = 3
    cim = True
    parameters = (
        P("ClassName", "string", 0, aliases=("class",)),
        P("Filter", "string"),
        P("Namespace", "string"),
        P("Query", "string"),
        P("Property", "string[]"),
        P("ComputerName", "string[]"),
    )

    def begin(self) -> None:
        self.bound["Class"] = self.get("ClassName")


# --- drives ----------------------------------------------------------------------------------------------------------

_STORES = {
    "my": "MY",
    "root": "Root",
    "ca": "CA",
    "certificateauthority": "CA",
    "disallowed": "Disallowed",
    "request": "REQUEST",
}
_SHOWN_STORES = ("My", "Root", "CA", "Disallowed", "REQUEST", "TrustedPeople")


def split_path(path: str, location: str) -> tuple[str, list[str]]:
    """(drive: cert, hklm or file; parts of the path) of a path as the session takes it."""
    given = path.strip().replace("/", "\\")
    lower = given.lower()
    for prefix in (
        "microsoft.powershell.core\\registry::",
        "registry::",
        "microsoft.powershell.security\\certificate::",
        "microsoft.powershell.core\\filesystem::",
    ):
        if lower.startswith(prefix):
            given = ("cert:\\" if "certificate" in prefix else "") + given[len(prefix) :]
            lower = given.lower()
    if lower.startswith(("hkey_local_machine", "hklm:")):
        rest = given.partition("\\")[2] if lower.startswith("hkey") else given.partition(":")[2]
        return "hklm", [one for one in rest.split("\\") if one]
    drive, colon, rest = given.partition(":")
    if colon and drive.lower() == "cert":
        return "cert", [one for one in rest.split("\\") if one]
    if colon and len(drive) > 1:
        return drive.lower(), [one for one in rest.split("\\") if one]
    if location.lower().startswith("cert:") and not colon:
        return "cert", [one for one in (location.partition(":")[2] + "\\" + given).split("\\") if one]
    return "file", [given]


class _OnDrive(Cmdlet):
    def no_path(self, path: str) -> None:
        self.fail(
            f"Cannot find path '{_full(path, self.ps.location)}' because it does not exist.",
            "PathNotFound",
            "System.Management.Automation.ItemNotFoundException",
            "ObjectNotFound",
            path,
        )

    def no_drive(self, drive: str) -> None:
        self.fail(
            f"Cannot find drive. A drive with the name '{drive}' does not exist.",
            "DriveNotFound",
            "System.Management.Automation.DriveNotFoundException",
            "ObjectNotFound",
            drive,
        )

    def paths(self) -> list[str]:
        return self.texts("Path") or self.texts("LiteralPath")


def _full(path: str, location: str) -> str:
    return path if ":" in path else f"{location.rstrip(chr(92))}\\{path}"


def _store_held(cmdlet: Cmdlet, parts: list[str]) -> Any:
    """Certificates of LocalMachine\\store; None where there is no such place."""
    if not parts or parts[0].lower() not in ("localmachine", "currentuser"):
        return None
    if len(parts) == 1:
        return [_store_object(parts[0], one) for one in _SHOWN_STORES]
    if parts[1].lower() not in [one.lower() for one in _SHOWN_STORES] and parts[1].lower() not in _STORES:
        return None
    if parts[0].lower() == "currentuser":
        return []
    return Stores(cmdlet.ps.machine).held(_STORES.get(parts[1].lower(), parts[1]))


def _store_object(place: str, name: str) -> PSObject:
    return PSObject(
        {
            "Name": name,
            "PSChildName": name,
            "PSParentPath": f"Microsoft.PowerShell.Security\\Certificate::{place}",
            "PSIsContainer": True,
        },
        ("System.Security.Cryptography.X509Certificates.X509Store",),
        text=name,
    )


def _key_object(cmdlet: Cmdlet, parts: list[str]) -> PSObject:
    key = "\\".join(parts)
    registry = cmdlet.ps.machine.registry
    values = registry.values(key) or {}
    shown = "HKEY_LOCAL_MACHINE\\" + key
    made = PSObject(
        {
            "Property": [name or "(default)" for name in values],
            "PSPath": f"Microsoft.PowerShell.Core\\Registry::{shown}",
            "PSParentPath": f"Microsoft.PowerShell.Core\\Registry::{shown.rpartition(chr(92))[0]}",
            "PSChildName": parts[-1] if parts else "HKEY_LOCAL_MACHINE",
            "PSIsContainer": True,
            "SubKeyCount": len(registry.subkeys(key) or []),
            "ValueCount": len(values),
            "Name": shown,
        },
        ("Microsoft.Win32.RegistryKey",),
        text=shown,
    )
    made.methods["GetValue"] = lambda name, *default: _registry_value(values.get(_held(values, text(name))), *default)
    made.methods["GetValueNames"] = lambda: list(values)
    made.methods["GetSubKeyNames"] = lambda: list(registry.subkeys(key) or [])
    return made


def _held(values: dict[str, Any], name: str) -> str:
    return next((one for one in values if one.lower() == name.lower()), name)


def _registry_value(found: tuple[int, Any] | None, default: Any = None) -> Any:
    if found is None:
        return default
    kind, value = found
    if kind == REG_MULTI_SZ:
        return list(value)
    if isinstance(value, int) and kind != REG_BINARY:
        return value - 2**32 if value >= 2**31 else value
    return value


def _file_object(cmdlet: Cmdlet, path: str) -> PSObject:
    files = cmdlet.ps.machine.files
    folder = files.is_directory(path, cmdlet.ps.location)
    full = files.absolute(path, cmdlet.ps.location)
    name = full.rpartition("\\")[2]
    values: dict[str, Any] = {
        "Name": name,
        "FullName": full,
        "Extension": "." + name.rpartition(".")[2] if "." in name else "",
        "BaseName": name.rpartition(".")[0] or name,
        "PSIsContainer": folder,
        "Exists": True,
        "Mode": "d----" if folder else "-a---",
        "PSChildName": name,
        "PSPath": f"Microsoft.PowerShell.Core\\FileSystem::{full}",
    }
    if not folder:
        values["Length"] = len(files.read(path, cmdlet.ps.location))
        values["DirectoryName"] = full.rpartition("\\")[0]
        values["VersionInfo"] = Computed(lambda: PSObject({"FileName": full, "ProductVersion": "", "FileVersion": ""}))
    kind = "System.IO.DirectoryInfo" if folder else "System.IO.FileInfo"
    made = PSObject(values, (kind,))
    made.base = full
    made.text = name if cmdlet.ps.version < 6 and cmdlet.name == "Get-ChildItem" else full
    return made


class GetChildItem(_OnDrive):
    name = "Get-ChildItem"
    aliases = ("gci", "dir", "ls")
    parameters = (
        P("Path", "string[]", 0, pipeline=True, by_name=True, aliases=("fullname",)),
        P("LiteralPath", "string[]", aliases=("pspath",)),
        P("Filter", "string", 1),
        P("Recurse", "switch"),
        P("Include", "string[]"),
        P("Exclude", "string[]"),
        P("Force", "switch"),
        P("Name", "switch"),
        P("ExpiringInDays", "int", since=3),
        P("DnsName", "string", since=3),
        P("SSLServerAuthentication", "switch", since=3),
        P("CodeSigningCert", "switch"),
        P("File", "switch", since=3),
        P("Directory", "switch", since=3),
        P("Depth", "int", since=5),
    )

    def process(self, item: Any) -> None:
        for path in self.paths() or [self.ps.location]:
            drive, parts = split_path(path, self.ps.location)
            found = {"cert": self._certificates, "hklm": self._keys, "file": self._files}.get(drive)
            if found is None:
                self.no_drive(drive)
                continue
            for one in found(path, parts):
                wanted = text(one.get("PSChildName"))
                included = self.texts("Include")
                if included and not any(operators.like(wanted, each) for each in included):
                    continue
                if any(operators.like(wanted, each) for each in self.texts("Exclude")):
                    continue
                self.emit(wanted if self.on("Name") else one)

    def _certificates(self, path: str, parts: list[str]) -> list[Any]:
        if not parts:
            return [
                PSObject({"Location": one, "PSChildName": one}, text=one) for one in ("CurrentUser", "LocalMachine")
            ]
        pattern = parts.pop() if len(parts) == 3 else ""
        if parts[-1] == "*":
            parts.pop()
        if self.on("Recurse") and len(parts) == 1:
            return [one for store in _SHOWN_STORES for one in self._certificates(path, [parts[0], store])]
        held = _store_held(self, parts)
        if held is None:
            self.no_path(path)
            return []
        found = [one if isinstance(one, PSObject) else certificate_object(self.ps, one) for one in held]
        if pattern:
            found = [one for one in found if operators.like(text(one.get("Thumbprint")), pattern)]
        if pattern and not found and "*" not in pattern:
            self.no_path(path)
        return found

    def _keys(self, path: str, parts: list[str]) -> list[Any]:
        registry = self.ps.machine.registry
        below = registry.subkeys("\\".join(parts))
        if below is None:
            self.no_path(path)
            return []
        found = []
        for one in below:
            found.append(_key_object(self, [*parts, one]))
            if self.on("Recurse"):
                found += self._keys(path, [*parts, one])
        return found

    def _files(self, path: str, parts: list[str]) -> list[Any]:
        files = self.ps.machine.files
        folder, _slash, pattern = parts[0].rpartition("\\") if "*" in parts[0] else (parts[0], "", "")
        pattern = text(self.get("Filter")) or pattern or "*"
        if not files.exists(folder, self.ps.location):
            self.no_path(path)
            return []
        if not files.is_directory(folder, self.ps.location):
            return [_file_object(self, folder)]
        found = []
        for name, is_folder, _size in files.entries(folder, self.ps.location):
            one = f"{folder.rstrip(chr(92))}\\{name}"
            if (
                operators.like(name, pattern)
                and not (self.on("File") and is_folder)
                and not (self.on("Directory") and not is_folder)
            ):
                found.append(_file_object(self, one))
            if is_folder and self.on("Recurse"):
                found += self._files(one, [one])
        return found


class GetItem(_OnDrive):
    name = "Get-Item"
    aliases = ("gi",)
    parameters = (
        P("Path", "string[]", 0, pipeline=True, by_name=True),
        P("LiteralPath", "string[]", aliases=("pspath",)),
        P("Force", "switch"),
        P("Filter", "string"),
    )

    def process(self, item: Any) -> None:
        for path in self.paths():
            drive, parts = split_path(path, self.ps.location)
            if drive == "cert":
                self._certificate(path, parts)
            elif drive == "hklm":
                if self.ps.machine.registry.exists("\\".join(parts)):
                    self.emit(_key_object(self, parts))
                else:
                    self.no_path(path)
            elif drive == "env":
                value = self.ps.process.environment.get("\\".join(parts))
                if value is None:
                    self.no_path(path)
                else:
                    self.emit(
                        PSObject(
                            {"Name": parts[0], "Key": parts[0], "Value": value}, ("System.Collections.DictionaryEntry",)
                        )
                    )
            elif drive == "wsman" and [one.lower() for one in parts] == ["localhost", "service", "rootsddl"]:
                self.emit(PSObject({"Name": "RootSDDL", "Value": self.ps.machine.access.root, "Type": "System.String"}))
            elif drive == "file":
                if self.ps.machine.files.exists(parts[0], self.ps.location):
                    self.emit(_file_object(self, parts[0]))
                else:
                    self.no_path(path)
            else:
                self.no_drive(drive)

    def _certificate(self, path: str, parts: list[str]) -> None:
        held = _store_held(self, parts[:2]) or []
        if len(parts) == 2 and _store_held(self, parts) is not None:
            self.emit(_store_object(parts[0], parts[1]))
            return
        found = [one for one in held if len(parts) == 3 and operators.like(one.thumbprint, parts[2])]
        for one in found:
            self.emit(certificate_object(self.ps, one))
        if not found:
            self.no_path(path)


class GetItemProperty(_OnDrive):
    name = "Get-ItemProperty"
    aliases = ("gp",)
    parameters = (
        P("Path", "string[]", 0, pipeline=True, by_name=True),
        P("Name", "string[]", 1),
        P("LiteralPath", "string[]", aliases=("pspath",)),
    )

    def process(self, item: Any) -> None:
        for path in [one for given in self.paths() for one in self._laid_out(given)]:
            drive, parts = split_path(path, self.ps.location)
            if drive == "file" and self.ps.machine.files.exists(parts[0], self.ps.location):
                self.emit(_file_object(self, parts[0]))
                continue
            values = self.ps.machine.registry.values("\\".join(parts)) if drive == "hklm" else None
            if values is None:
                self.no_path(path)
                continue
            self._emit(path, parts, values)

    def _laid_out(self, path: str) -> list[str]:
        """A registry path that ends in a star stands for all keys there."""
        drive, parts = split_path(path, self.ps.location)
        if drive != "hklm" or not parts or parts[-1] != "*":
            return [path]
        above = "\\".join(parts[:-1])
        return [f"HKLM:\\{above}\\{one}" for one in self.ps.machine.registry.subkeys(above) or []]

    def _emit(self, path: str, parts: list[str], values: dict[str, Any]) -> None:
        made = PSObject()
        wanted = self.texts("Name")
        for name, found in values.items():
            if not wanted or any(operators.like(name, one) for one in wanted):
                made.properties[name or "(default)"] = _registry_value(found)
        if wanted and not len(made.properties) and "*" not in wanted[0]:
            self.fail(
                f"Property {wanted[0]} does not exist at path HKEY_LOCAL_MACHINE\\{chr(92).join(parts)}.",
                "System.Management.Automation.PSArgumentException",
                "System.Management.Automation.PSArgumentException",
                "InvalidArgument",
                wanted[0],
            )
            return
        key = _key_object(self, parts)
        for name in ("PSPath", "PSParentPath", "PSChildName"):
            made.properties[name] = key.get(name)
        self.emit(made)


class TestPath(_OnDrive):
    name = "Test-Path"
    parameters = (
        P("Path", "string[]", 0, True, pipeline=True),
        P("LiteralPath", "string[]"),
        P("PathType", "string"),
        P("IsValid", "switch"),
    )

    def process(self, item: Any) -> None:
        for path in self.paths():
            drive, parts = split_path(path, self.ps.location)
            if drive == "cert":
                held = _store_held(self, parts[:2]) if parts else []
                known = held is not None and (
                    len(parts) < 3 or any(operators.like(one.thumbprint, parts[2]) for one in held)
                )
            elif drive == "hklm":
                known = self.ps.machine.registry.exists("\\".join(parts))
            elif drive == "env":
                known = self.ps.process.environment.get("\\".join(parts)) is not None
            elif drive == "variable":
                known = self.ps.variable("\\".join(parts)) is not None
            else:
                known = drive == "file" and self._file(parts[0])
            self.emit(known)

    def _file(self, path: str) -> bool:
        files = self.ps.machine.files
        try:
            known = bool(files.exists(path, self.ps.location))
            kind = text(self.get("PathType")).lower()
            folder = known and files.is_directory(path, self.ps.location)
        except FileError:
            return False
        return known and (kind in ("", "any") or (kind == "container") == folder)


class RemoveItem(_OnDrive):
    name = "Remove-Item"
    aliases = ("del", "erase", "rd", "ri", "rm", "rmdir")
    parameters = (
        P("Path", "string[]", 0, pipeline=True, by_name=True),
        P("LiteralPath", "string[]", aliases=("pspath",)),
        P("Recurse", "switch"),
        P("Force", "switch"),
        P("Include", "string[]"),
    )
    asks = True

    def process(self, item: Any) -> None:
        for path in self.paths():
            drive, parts = split_path(path, self.ps.location)
            files = self.ps.machine.files
            if drive == "cert" and len(parts) == 3:
                if any(one.thumbprint == parts[2].upper() for one in _store_held(self, parts[:2]) or []):
                    Stores(self.ps.machine).remove(_STORES.get(parts[1].lower(), parts[1]), parts[2])
                else:
                    self.no_path(path)
            elif drive == "file" and files.exists(parts[0], self.ps.location):
                if self.may(files.absolute(parts[0], self.ps.location), "Remove File"):
                    files.delete(parts[0], self.ps.location)
            else:
                self.no_path(path)


class SetLocation(_OnDrive):
    name = "Set-Location"
    aliases = ("cd", "chdir", "sl")
    parameters = (P("Path", "string", 0), P("LiteralPath", "string"), P("PassThru", "switch"))

    def process(self, item: Any) -> None:
        for path in self.paths():
            drive, parts = split_path(path, self.ps.location)
            files = self.ps.machine.files
            if drive == "file" and files.exists(parts[0], self.ps.location):
                self.ps.location = files.absolute(parts[0], self.ps.location)
            elif drive == "cert" and (not parts or _store_held(self, parts) is not None):
                self.ps.location = "cert:\\" + "\\".join(parts)
            elif drive == "hklm":
                self.ps.location = "HKLM:\\" + "\\".join(parts)
            else:
                self.no_path(path)


class GetLocation(Cmdlet):
    name = "Get-Location"
    aliases = ("gl", "pwd")

    def process(self, item: Any) -> None:
        self.emit(
            PSObject({"Path": self.ps.location}, ("System.Management.Automation.PathInfo",), text=self.ps.location)
        )


class JoinPath(Cmdlet):
    name = "Join-Path"
    parameters = (P("Path", "string[]", 0, True, pipeline=True), P("ChildPath", "string", 1, True))

    def process(self, item: Any) -> None:
        for one in self.texts("Path"):
            self.emit(one.rstrip("\\/") + "\\" + text(self.get("ChildPath")).lstrip("\\/"))


class SplitPath(Cmdlet):
    name = "Split-Path"
    parameters = (
        P("Path", "string[]", 0, True, pipeline=True),
        P("Leaf", "switch"),
        P("Parent", "switch"),
        P("Qualifier", "switch"),
    )

    def process(self, item: Any) -> None:
        for one in self.texts("Path"):
            parent, _slash, leaf = one.rstrip("\\").rpartition("\\")
            if self.on("Qualifier"):
                self.emit(one.partition(":")[0] + ":")
            else:
                self.emit(leaf if self.on("Leaf") else parent)


class GetProcess(Cmdlet):
    name = "Get-Process"
    aliases = ("gps", "ps")
    parameters = (P("Name", "string[]", 0), P("Id", "int[]"))

    def process(self, item: Any) -> None:
        for name in self.texts("Name") or ["powershell"]:
            if operators.like("powershell", name):
                self.emit(
                    PSObject(
                        {"ProcessName": "powershell", "Name": "powershell", "Id": 4711}, ("System.Diagnostics.Process",)
                    )
                )
            elif "*" not in name:
                self.fail(
                    f'Cannot find a process with the name "{name}". Verify the process name and call the cmdlet again.',
                    "NoProcessFoundForGivenName",
                    "Microsoft.PowerShell.Commands.ProcessCommandException",
                    "ObjectNotFound",
                    name,
                )
