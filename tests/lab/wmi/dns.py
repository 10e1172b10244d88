# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The DNS provider, root\\MicrosoftDNS: zones and records of the store as WMI objects, its failures included.

Whatever the DNS server refuses arrives as "Generic failure"; its number is lost. What has no evidence can be set in
the estate file under `dns: reported:`: `trailing_dots` (whether names in typed data end with a dot), `rr` (the out
parameter RR as `endpoint`, `path` or `nil`), `created_in` (the directory partition that CreateZone puts a zone into).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dns.name import Name

from lab.dns import store as dns_store
from lab.dns.store import DnsError, DnsStore, Record, Zone, absolute, plain, rdata_of
from lab.services import RUNNING, ServiceError
from lab.soap import faults
from lab.wmi import encoding
from lab.wmi.dns_classes import CLASSES, RECORD_DATA, record_class
from lab.wmi.dns_data import FIELDS, presentation, same
from lab.wmi.dns_zones import ZoneObjects
from lab.wmi.model import ClassDefinition, Instance, Method, NotCapable, Provider, Reference, Value

if TYPE_CHECKING:
    from lab.accounts import Account
    from lab.machine import Machine

NAMESPACE = "root/MicrosoftDNS"
SERVICE = "DNS"
_CACHE, _ROOT_HINTS = "..Cache", "..RootHints"
_NAME_COLUMNS = {
    "PrimaryName",
    "NSHost",
    "PTRDomainName",
    "MailExchange",
    "SRVDomainName",
    "PrimaryServer",
    "ResponsibleParty",
}
_SERVER_DEFAULTS: dict[str, Value] = {
    "AllowUpdate": 1,
    "BootMethod": 3,
    "DefaultAgingState": False,
    "DefaultNoRefreshInterval": 168,
    "DefaultRefreshInterval": 168,
    "DsPollingInterval": 180,
    "EventLogLevel": 4,
    "ForwardingTimeout": 3,
    "IsSlave": False,
    "LocalNetPriority": True,
    "LogLevel": 0,
    "MaxCacheTTL": 86400,
    "NameCheckFlag": 2,
    "RecursionRetry": 3,
    "RecursionTimeout": 15,
    "RoundRobin": True,
    "ScavengingInterval": 0,
    "SecureResponses": True,
    "SendPort": 0,
    "StrictFileParsing": False,
    "XfrConnectTimeout": 30,
}


class DnsProvider(Provider):
    """Serves one machine's DNS role."""

    def __init__(self, machine: Machine, store: DnsStore, settings: Mapping[str, Any]) -> None:
        self._machine, self._store = machine, store
        self._recursion: bool = settings.get("recursion", True)
        reported = settings.get("reported", {})
        created_in = reported.get("created_in", dns_store.LEGACY)
        self._zones = ZoneObjects(machine, store, self._reference, created_in)
        self._dots: bool = reported.get("trailing_dots", True)
        self._rr: str = reported.get("rr", "endpoint")
        self._server_settings = store.settings
        self._server_settings |= _SERVER_DEFAULTS

    def classes(self) -> Mapping[str, ClassDefinition]:
        return CLASSES

    def admits(self, account: Account) -> bool:
        return self._machine.access.manages_dns(account)

    # --- reading -----------------------------------------------------------------------------------------------------

    def _runs(self) -> bool:
        return self._machine.services.state(SERVICE) == RUNNING

    def instances(self, definition: ClassDefinition, hints: Mapping[str, set[str]]) -> list[Instance]:
        if definition.name == "MicrosoftDNS_Server":
            return [self._server(self._machine.fqdn)]
        self._require("ExecQuery", definition.name)
        found = self._records(definition, hints) if definition.property("RecordData") else self._domains()
        return [one for one in found if definition.name in (one.definition.name, *one.definition.parents)]

    def get(self, definition: ClassDefinition, keys: Mapping[str, str]) -> Instance | None:
        """`MicrosoftDNS_Server.Name="."` is the local server; all other keys are taken to the letter."""
        if definition.name == "MicrosoftDNS_Server":
            return self._server(keys["Name"]) if keys["Name"] in (".", self._machine.fqdn) else None
        return super().get(definition, keys)

    def _require(self, operation: str, what: str) -> None:
        """The provider asks the DNS Server service, which may stand still. Raises Fault."""
        if not self._runs():
            raise faults.generic_failure(operation, what)

    def _domains(self) -> list[Instance]:
        with self._store.lock:
            zones = [self._zones.instance(zone) for zone in self._store.zones()]
        return [*zones, self._domain("MicrosoftDNS_Cache", _CACHE), self._domain("MicrosoftDNS_RootHints", _ROOT_HINTS)]

    def _domain(self, name: str, container: str) -> Instance:
        values = {"DnsServerName": self._machine.fqdn, "ContainerName": container, "Name": container}
        return Instance(CLASSES[name], values)

    def _server(self, name: str) -> Instance:
        major, minor, build = (int(part) for part in self._machine.generation.version.split("."))
        values = self._server_settings | {
            "Name": name,
            "CreationClassName": "MicrosoftDNS_Server",
            "Started": self._runs(),
            "StartMode": "Automatic",
            "Status": "OK",
            "SystemName": self._machine.fqdn,
            "SystemCreationClassName": "Win32_ComputerSystem",
            "DsAvailable": self._store.ds_available,
            "Version": build << 16 | minor << 8 | major,
            "NoRecursion": not self._recursion,
            "ServerAddresses": [self._machine.address],
        }
        return Instance(CLASSES["MicrosoftDNS_Server"], values)

    def _records(self, definition: ClassDefinition, hints: Mapping[str, set[str]]) -> list[Instance]:
        """All zones, the cache and the root hints; a container that does not exist fails, it is not empty."""
        containers = {_CACHE, _ROOT_HINTS} | {zone.text.casefold() for zone in self._store.zones()}
        if any(
            given.casefold() not in {one.casefold() for one in containers} for given in hints.get("containername", ())
        ):
            raise faults.generic_failure("ExecQuery", definition.name)
        wanted = hints.get("ownername")
        owners = None if wanted is None else {name for text in wanted for name in _names(text)}
        return [
            self._record(container, record)
            for container, record in self._store.everything(owners)
            if record.kind in RECORD_DATA
        ]

    def _record(self, container: str, record: Record) -> Instance:
        owner, data = plain(record.owner), record.rdata.to_text()
        apex = container.casefold() == owner.casefold() or owner == "."
        values = {
            "DnsServerName": self._machine.fqdn,
            "ContainerName": container,
            "OwnerName": owner,
            "DomainName": owner if apex else plain(record.owner.parent()),
            "RecordClass": 1,
            "RecordData": data,
            "TextRepresentation": f"{owner} IN {record.kind} {data}",
            "TTL": record.ttl,
            "TimeStamp": record.timestamp,
        }
        definition = CLASSES[record_class(record.kind)]
        return Instance(definition, values | self._data(record), (container, record))

    def _data(self, record: Record) -> dict[str, Value]:
        columns = [one.name for one in RECORD_DATA[record.kind]]
        values = dict(zip(columns, FIELDS[record.kind](record.rdata), strict=True))
        if not self._dots:
            values |= {name: plain(absolute(values[name])) for name in columns if name in _NAME_COLUMNS}
        return values

    # --- references --------------------------------------------------------------------------------------------------

    def _reference(self, instance: Instance) -> dict[str, Value]:
        """The out parameter RR, in the form that this estate is told to report."""
        reference: Reference | str | None = encoding.reference_of(NAMESPACE, instance)
        if self._rr != "endpoint" and isinstance(reference, Reference):
            reference = encoding.object_path(reference) if self._rr == "path" else None
        return {"RR": reference}

    # --- methods -----------------------------------------------------------------------------------------------------

    def invoke(
        self, definition: ClassDefinition, method: Method, instance: Instance | None, arguments: dict[str, Value]
    ) -> dict[str, Value]:
        if method.name not in ("StartService", "StopService"):
            self._require("ExecMethod", f"{definition.name}::{method.name}")
        handlers: dict[str, Callable[[], dict[str, Value]]] = {
            "CreateInstanceFromPropertyData": lambda: self._create(definition, arguments),
            "CreateInstanceFromTextRepresentation": lambda: self._create_from_text(definition, arguments),
            "GetObjectByTextRepresentation": lambda: self._find_by_text(definition, arguments),
            "Modify": lambda: self._modify(_given(instance), arguments),
            "CreateZone": lambda: self._zones.create(arguments),
        }
        work = handlers.get(method.name) or (lambda: self._other(method, _given(instance), arguments))
        try:
            with self._store.lock:
                return work()
        except (DnsError, ValueError) as error:
            raise faults.generic_failure("ExecMethod", f"{definition.name}::{method.name}") from error

    def _container(self, arguments: dict[str, Value]) -> Zone:
        """The zone that a static method names, on the server that it names: this one."""
        names = (".", self._machine.fqdn.casefold(), self._machine.name.casefold())
        if arguments["DnsServerName"].casefold().rstrip(".") not in ("", *names[1:]):
            raise dns_store.refused("ZONE_DOES_NOT_EXIST")
        zone = self._store.zone(arguments["ContainerName"])
        if zone is None:
            raise dns_store.refused("ZONE_DOES_NOT_EXIST")
        return zone

    def _ttl(self, arguments: dict[str, Value]) -> int | None:
        """An omitted TTL is the zone's default; on 2003 with Service Pack 1 it is 0 (KB 908865)."""
        given: int | None = arguments.get("TTL")
        zero = self._machine.service_pack < self._machine.generation.omitted_ttl_zero_below_service_pack
        return 0 if given is None and zero else given

    def _create(self, definition: ClassDefinition, arguments: dict[str, Value]) -> dict[str, Value]:
        zone = self._container(arguments)
        kind = definition.name[len("MicrosoftDNS_") : -len("Type")]
        if arguments.get("RecordClass") not in (None, 1):
            raise dns_store.refused("RECORD_FORMAT")
        rdata = rdata_of(kind, presentation(kind, [arguments[one.name] for one in RECORD_DATA[kind]]))
        record = self._store.add(zone, arguments["OwnerName"], rdata, self._ttl(arguments))
        return self._reference(self._record(zone.text, record))

    def _parsed(self, definition: ClassDefinition, text: str) -> tuple[str, int | None, Any]:
        """`owner [ttl] [IN] type data`, names absolute whether they end with a dot or not."""
        found = re.fullmatch(r"\s*(\S+)\s+(?:(\d+)\s+)?(?:IN\s+)?([A-Za-z]+)\s+(.+?)\s*", text)
        kind = found.group(3).upper() if found else ""
        if found is None or kind not in RECORD_DATA:
            raise dns_store.refused("RECORD_FORMAT")
        if definition.name not in (record_class(kind), "MicrosoftDNS_ResourceRecord"):
            raise dns_store.refused("RECORD_FORMAT")
        return found.group(1), int(found.group(2)) if found.group(2) else None, rdata_of(kind, found.group(4))

    def _create_from_text(self, definition: ClassDefinition, arguments: dict[str, Value]) -> dict[str, Value]:
        zone = self._container(arguments)
        owner, ttl, rdata = self._parsed(definition, arguments["TextRepresentation"])
        record = self._store.add(zone, owner, rdata, self._ttl({"TTL": ttl}))
        return self._reference(self._record(zone.text, record))

    def _find_by_text(self, definition: ClassDefinition, arguments: dict[str, Value]) -> dict[str, Value]:
        zone = self._container(arguments)
        owner, _ttl, rdata = self._parsed(definition, arguments["TextRepresentation"])
        for record in zone.at(absolute(owner)):
            if record.rdata == rdata:
                return self._reference(self._record(zone.text, record))
        raise dns_store.refused("RECORD_DOES_NOT_EXIST")

    def _modify(self, instance: Instance, arguments: dict[str, Value]) -> dict[str, Value]:
        """What is passed must differ from what is there; the object that comes out is another one, and static."""
        given = {name: value for name, value in arguments.items() if value is not None}
        if not given or any(same(instance.get(name), value) for name, value in given.items()):
            raise dns_store.refused("RECORD_ALREADY_EXISTS")
        container, record = instance.native
        zone = self._store.zone(container) if not container.startswith("..") else None
        if zone is None:
            raise dns_store.refused("INVALID_ZONE_OPERATION")
        values = {one.name: given.get(one.name, instance.get(one.name)) for one in RECORD_DATA[record.kind]}
        rdata = rdata_of(record.kind, presentation(record.kind, list(values.values())))
        changed = self._store.change(zone, record, rdata, given.get("TTL", record.ttl))
        return self._reference(self._record(container, changed))

    def _other(self, method: Method, instance: Instance, arguments: dict[str, Value]) -> dict[str, Value]:
        if isinstance(instance.native, Zone):
            return self._zones.carry_out(method.name, instance.native, arguments)
        if method.name == "ClearCache":
            self._store.cache.clear()
            return {}
        if method.name == "GetDistinguishedName":
            return {"ReturnValue": None}
        if method.name in ("StartService", "StopService"):
            return {"ReturnValue": self._control_service(method.name)}
        if method.name == "StartScavenging":
            self._store.scavenge()
            return {"ReturnValue": 0}
        raise NotCapable

    def _control_service(self, method: str) -> int:
        services = self._machine.services
        try:
            (services.start if method == "StartService" else services.stop)(SERVICE)
        except ServiceError as error:
            return error.code
        return 0

    # --- Put, Delete -------------------------------------------------------------------------------------------------

    def put(self, instance: Instance, values: dict[str, Value]) -> Instance:
        changed = {name: value for name, value in values.items() if not same(instance.get(name), value)}
        if isinstance(instance.native, Zone):
            return self._zones.put(instance.native, changed)
        if instance.definition.name == "MicrosoftDNS_Server" and "Name" not in changed:
            self._server_settings |= changed
            return self._server(instance.get("Name"))
        raise faults.generic_failure("PutInstance", instance.definition.name)

    def delete(self, instance: Instance) -> None:
        try:
            if isinstance(instance.native, Zone):
                self._store.delete_zone(instance.native)
            elif instance.native is not None:
                self._remove(*instance.native)
            else:
                raise NotCapable
        except DnsError as error:
            raise faults.generic_failure("DeleteInstance", instance.definition.name) from error

    def _remove(self, container: str, record: Record) -> None:
        zone = self._store.zone(container) if not container.startswith("..") else None
        if zone is None:
            raise dns_store.refused("INVALID_ZONE_OPERATION")
        self._store.remove(zone, record)


def _given(instance: Instance | None) -> Instance:
    if instance is None:
        raise NotCapable
    return instance


def _names(text: str) -> list[Name]:
    """The name that a text is; none for what is no name."""
    try:
        return [absolute(text)]
    except DnsError:
        return []
