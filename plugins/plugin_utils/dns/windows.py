# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

r"""The DNS port on Windows: WMI's root\MicrosoftDNS, there from Windows Server 2003 on.

The provider answers "Generic failure" to nearly anything (a query in a zone that does not exist among them), so
zones are read first and nothing is concluded from what a fault says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import (
    FORWARDER,
    PRIMARY,
    WINDOWS,
    FoundRecord,
    StepwiseServer,
    ZoneState,
)
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import (
    RECORD_TYPES,
    Value,
    read_fields,
    uniform,
)
from ansible_collections.ucops.rollout.plugins.module_utils.dns.zones import ALLOW_UPDATE, dnscmd_partition
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import LONGEST_INTERVAL, Aging, ZoneSettings
from ansible_collections.ucops.rollout.plugins.module_utils.values import Partition
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.claim import alone
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import WsmanFault
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import CannotClaim
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.quoting import CannotQuote, command_line
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.system import generation_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi import (
    as_number,
    as_text,
    as_truth,
    resource_uri,
    wql_literal,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import WmiObject, WmiReference, WmiValue

NAMESPACE = "root/MicrosoftDNS"
_PROGRAM_SECONDS = 60.0
# WMI refuses queries with too many conditions, and nobody says how many: once one is refused, smaller ones are sent.
# So many of the longest names are 110 kB, and WinRM 2 takes 150.
MANY_NAMES = 400
NAMES_PER_QUERY = 20

# MicrosoftDNS_Zone.ZoneType as a property. CreateZone's parameter counts differently: there 0 is a primary zone.
_KINDS = {1: PRIMARY, 2: "secondary", 3: "stub", 4: FORWARDER}
_KEPT_IN_DIRECTORY = 0
_CREATE_PRIMARY = "0"
_DYNAMIC_UPDATE = {number: name for name, number in ALLOW_UPDATE.items()}
_ZONE = "MicrosoftDNS_Zone"
_DNSCMD = "It comes with the DNS Server role, and on Windows Server 2003 with the Support Tools (suptools.msi)"
_ZONES_UNREAD = (
    r"The DNS Server service must run there, and the account have access to WMI's root\MicrosoftDNS"
    " (docs/prerequisites.md)"
)
_MOST_UINT32 = 2**32 - 1
_LOCAL_SERVER = "."  # the name by which every DNS server knows itself
_IN = "1"  # RecordClass
_ZONE_KEYS = ("ContainerName", "DnsServerName", "Name")
_RECORD_KEYS = ("ContainerName", "DnsServerName", "DomainName", "OwnerName", "RecordClass", "RecordData")
_BASE_CLASS = "MicrosoftDNS_ResourceRecord"

# The typed properties of a record's class, in the order of the fields in its data.
PROPERTIES = {
    "A": ("IPAddress",),
    "AAAA": ("IPv6Address",),
    "CNAME": ("PrimaryName",),
    "SRV": ("Priority", "Weight", "Port", "SRVDomainName"),
    "TXT": ("DescriptiveText",),
    "PTR": ("PTRDomainName",),
}


class WindowsDns(StepwiseServer):
    """One Windows DNS server over the WMI port of its host."""

    capabilities = WINDOWS

    def __init__(self, host: WindowsHost) -> None:
        self._host = host
        self._wmi = host.wmi
        self.name = host.name
        self._zones: dict[str, WmiObject] = {}
        self._deletes: bool | None = None
        self._at_once = MANY_NAMES
        self._renew: Callable[[], None] = lambda: None

    @contextmanager
    def alone(self) -> Iterator[str]:
        with ExitStack() as kept:
            unkept = ""
            try:
                self._renew = kept.enter_context(alone(self._host, "dns")) or self._renew
            except (WsmanFault, CannotClaim) as error:
                if isinstance(error, WsmanFault) and not error.access_denied:
                    raise
                # Who manages DNS alone may write records, and start no programs or write no files.
                unkept = (
                    "another run that changes this server at the same time would not be kept away, since this one"
                    f" cannot hold it: {error.what}"
                )
            yield unkept

    def zones(self, names: Sequence[str]) -> Mapping[str, ZoneState]:
        found: dict[str, ZoneState] = {}
        try:
            read = self._among("SELECT * FROM MicrosoftDNS_Zone WHERE", "Name", names)
        except WsmanFault as fault:
            raise RolloutError(
                f"the zones cannot be read: {fault.what}",
                where=self.name,
                mend=fault.mend if fault.access_denied else _ZONES_UNREAD,
            ) from fault
        for zone in read:
            state = _zone_state(zone)
            if state.name in names:
                found[state.name] = state
                self._zones[state.name] = zone
        return found

    def serials(self, zones: Sequence[str]) -> Mapping[str, int]:
        read = self._among("SELECT * FROM MicrosoftDNS_SOAType WHERE", "ContainerName", zones)
        numbers = {
            uniform(as_text(soa.get("ContainerName"))): as_number(soa.get("SerialNumber"), what="SerialNumber")
            for soa in read
        }
        return {zone: number for zone, number in numbers.items() if number is not None}

    def records(self, zone: str, owners: Sequence[str]) -> tuple[FoundRecord, ...]:
        asked = frozenset(owners)
        within = f"SELECT * FROM {_BASE_CLASS} WHERE ContainerName={wql_literal(zone)} AND"
        read = map(read_record, self._among(within, "OwnerName", owners))
        return tuple(one for one in read if one is not None and one.zone == zone and one.owner in asked)

    def existing(self, zone: str, owners: Sequence[str]) -> frozenset[str]:
        found: set[str] = set()
        for batch in _batches(owners, NAMES_PER_QUERY):
            within = f"SELECT * FROM {_BASE_CLASS} WHERE ContainerName={wql_literal(zone)} AND"
            read = self._wmi.query(NAMESPACE, f"{within} ({' OR '.join(map(_at_or_below, batch))})")
            found |= {uniform(as_text(one.get("OwnerName"))) for one in read}
        inside = [name for name in found if names.is_within(name, zone)]
        return names.with_those_above(inside, zone) & {*owners}

    def all_records(self, zone: str) -> tuple[FoundRecord, ...]:
        found = self._wmi.query(NAMESPACE, f"SELECT * FROM {_BASE_CLASS} WHERE ContainerName={wql_literal(zone)}")
        return tuple(one for one in map(read_record, found) if one is not None and one.zone == zone)

    def _among(self, query: str, name: str, values: Sequence[str]) -> list[WmiObject]:
        """The instances of which a property has one of these values."""
        found: list[WmiObject] = []
        left = list(dict.fromkeys(values))
        while left:
            batch = left[: self._at_once]
            try:
                found += self._wmi.query(NAMESPACE, f"{query} ({_any_of(name, batch)})")
                left = left[len(batch) :]
            except WsmanFault as fault:
                if fault.access_denied or len(batch) <= NAMES_PER_QUERY:
                    raise
                self._at_once = max(NAMES_PER_QUERY, len(batch) // 4)
        return found

    def create_zone(self, name: str, *, file: str = "") -> None:
        self._renew()
        kept = [("DsIntegrated", "false"), ("DataFileName", file)] if file else [("DsIntegrated", "true")]
        parameters = [("ZoneName", name), ("ZoneType", _CREATE_PRIMARY), *kept]
        try:
            self._wmi.invoke(NAMESPACE, _ZONE, "CreateZone", parameters)
        except WsmanFault as fault:
            if file or fault.access_denied or not self._lacks_directory():
                raise
            raise RolloutError(
                "this DNS server has no Active Directory to keep a zone in (DsAvailable is false), and zones are"
                f" created there unless told otherwise: {fault.what}",
                where=self.name,
                mend="Let a domain controller with the DNS Server role be the server, or have the zone kept in a file"
                " (settings: {storage: file} of the zone), then run again",
            ) from fault

    def partition_of(self, zone: str) -> str:
        known = self._zones[zone]
        answer = self._wmi.invoke(NAMESPACE, _ZONE, "GetDistinguishedName", [], _selectors(known, _ZONE_KEYS))
        told = as_text(answer.get("ReturnValue"))
        return read_partition(told) if told else ""

    def cannot_set(self, settings: ZoneSettings) -> str:
        if settings.partition and self._host.programs.run(["where", "dnscmd"]).exit_code != 0:
            return f"it cannot be brought to the directory partition {settings.partition} without dnscmd. {_DNSCMD}"
        return ""

    def set_zone(self, name: str, settings: ZoneSettings) -> None:
        self._renew()
        put: dict[str, WmiValue] = {}
        if settings.dynamic_update:
            put["AllowUpdate"] = str(ALLOW_UPDATE[settings.dynamic_update])
        if aging := settings.aging:
            put["Aging"] = "true" if aging.enabled else "false"
            hours = {"NoRefreshInterval": aging.no_refresh_interval, "RefreshInterval": aging.refresh_interval}
            put |= {key: str(hour) for key, hour in hours.items() if hour}
        if settings.partition:
            self._move(name, settings.partition)
        if put:
            # What is left out stays as it is; nothing else is given, since nothing else is ours.
            keys = tuple(_selectors(self._zones[name], _ZONE_KEYS).items())
            self._wmi.put(WmiReference(resource_uri(NAMESPACE, _ZONE), keys), put)

    def _move(self, zone: str, partition: Partition) -> None:
        """No method of WMI does it."""
        self._dnscmd(
            ["dnscmd", "/ZoneChangeDirectoryPartition", zone, dnscmd_partition(partition)],
            f"move the zone {zone} to the directory partition {partition}",
            f"The partition must be there, with this server in it (dnscmd /EnumDirectoryPartitions). {_DNSCMD}",
        )

    def _lacks_directory(self) -> bool:
        """Whether the server says so; one that cannot be asked says nothing."""
        try:
            found = self._wmi.query(NAMESPACE, "SELECT * FROM MicrosoftDNS_Server")
            told = [server.get("DsAvailable") for server in found]
            return len(told) == 1 and told[0] is not None and not as_truth(told[0])
        except RolloutError:
            return False

    def add(self, zone: str, owner: str, kind: str, value: Value, ttl: int) -> None:
        self._renew()
        try:
            self._create(zone, owner, kind, value, ttl)
        except WsmanFault as fault:
            if fault.access_denied or self._holds(zone, owner, kind, value) or not self._is_read_only(zone):
                raise
            raise RolloutError(
                f"the zone {zone} is a read-only copy on this server, as on a read-only domain controller",
                where=self.name,
                mend="Put a server that holds it writable first into the inventory's group, and run again",
            ) from fault

    def _is_read_only(self, zone: str) -> bool:
        """Whether dnscmd says so, since WMI tells it in no property; where it cannot be asked nothing is known."""
        try:
            told = self._host.programs.run(["dnscmd", "/ZoneInfo", zone], timeout=_PROGRAM_SECONDS)
        except RolloutError:
            return False
        return told.exit_code == 0 and re.search(r"read only zone\s*=\s*1\b", told.text) is not None

    def _create(self, zone: str, owner: str, kind: str, value: Value, ttl: int) -> None:
        data = _typed_data(kind, value)
        place = [*self._place(zone), ("OwnerName", owner), ("RecordClass", _IN), ("TTL", str(ttl))]
        try:
            self._wmi.invoke(NAMESPACE, f"MicrosoftDNS_{kind}Type", "CreateInstanceFromPropertyData", [*place, *data])
        except WsmanFault as fault:
            # Older providers may name the target of a SRV record differently: then the text form says the same.
            if len(data) == 1 or fault.access_denied or self._holds(zone, owner, kind, value):
                raise
            self._add_as_text(zone, owner, kind, value, ttl)

    def _holds(self, zone: str, owner: str, kind: str, value: Value) -> bool:
        return any((record.type, record.value) == (kind, value) for record in self.records(zone, [owner]))

    def _add_as_text(self, zone: str, owner: str, kind: str, value: Value, ttl: int) -> None:
        text = f"{owner}. {ttl} IN {kind} {RECORD_TYPES[kind].absolute_text(value)}"
        parameters = [*self._place(zone), ("TextRepresentation", text)]
        self._wmi.invoke(NAMESPACE, _BASE_CLASS, "CreateInstanceFromTextRepresentation", parameters)

    def set_ttl(self, record: FoundRecord, ttl: int) -> None:
        """Each change makes a record static. One that differs in nothing else has another TTL for a moment."""
        if record.type == "TXT":
            # Its Modify wants the text, too, which then counts as existing: of all types it alone has a gap.
            self.remove(record)
            self.add(record.zone, record.owner, record.type, record.value, ttl)
            return
        if record.ttl == ttl:
            self._modify_ttl(record, ttl + 1)
            record = replace(record, ttl=ttl + 1)
        self._modify_ttl(record, ttl)

    def _modify_ttl(self, record: FoundRecord, ttl: int) -> None:
        self._renew()
        # Only what differs is given: a record set to what it already is counts as existing.
        selectors = _selectors(self._found_again(record), _RECORD_KEYS)
        self._wmi.invoke(NAMESPACE, f"MicrosoftDNS_{record.type}Type", "Modify", [("TTL", str(ttl))], selectors)

    def removable(self, record: FoundRecord) -> bool:
        try:
            command_line(_deletion(record))
        except CannotQuote:
            return self._deletes_by_wmi()
        return True

    def _deletes_by_wmi(self) -> bool:
        if self._deletes is None:
            self._deletes = generation_of(self._host).wmi_deletes
        return self._deletes

    def remove(self, record: FoundRecord) -> None:
        self._renew()
        reference = self._found_again(record).reference if self._deletes_by_wmi() else None
        if reference is not None:
            self._wmi.delete(reference)
        else:
            self._remove_by_program(record)

    def _remove_by_program(self, record: FoundRecord) -> None:
        """What dnscmd says is in a language: its exit code counts."""
        self._dnscmd(
            _deletion(record),
            f"remove the {record.type} record of {record.owner}",
            f"This version of Windows removes records with dnscmd alone. {_DNSCMD}",
        )

    def _dnscmd(self, arguments: Sequence[str], doing: str, mend: str) -> None:
        result = self._host.programs.run(arguments, timeout=_PROGRAM_SECONDS)
        if result.exit_code != 0:
            raise RolloutError(f"dnscmd did not {doing} (exit code {result.exit_code})", where=self.name, mend=mend)

    def _found_again(self, record: FoundRecord) -> WmiObject:
        """The record as an instance with its keys."""
        class_name = f"MicrosoftDNS_{record.type}Type"
        where = f"ContainerName={wql_literal(record.zone)} AND OwnerName={wql_literal(record.owner)}"
        same = [
            candidate
            for candidate in self._wmi.query(NAMESPACE, f"SELECT * FROM {class_name} WHERE {where}", references=True)
            if _is_same(read_record(candidate), record)
        ]
        if len(same) != 1:
            raise RolloutError(
                f"{record.owner}: the {record.type} record was there and is not any more (found {len(same)})",
                where=self.name,
            )
        return same[0]

    def flush(self, zone: str) -> None:
        """A zone kept in a file is changed in memory first."""
        known = self._zones.get(zone)
        if known is not None and not as_truth(known.get("DsIntegrated")):
            self._wmi.invoke(NAMESPACE, _ZONE, "WriteBackZone", [], _selectors(known, _ZONE_KEYS))

    def _place(self, zone: str) -> list[tuple[str, WmiValue]]:
        """The first two parameters of every method that creates a record, with the server's own spelling."""
        known = self._zones.get(zone)
        server = as_text(known.get("DnsServerName")) if known is not None else ""
        container = as_text(known.get("ContainerName")) if known is not None else ""
        return [("DnsServerName", server or _LOCAL_SERVER), ("ContainerName", container or zone)]


def _is_same(found: FoundRecord | None, record: FoundRecord) -> bool:
    """But for TTL and time stamp: no two records have the same data."""
    return found is not None and replace(found, ttl=record.ttl, dynamic=record.dynamic) == record


def _deletion(record: FoundRecord) -> list[str]:
    """The program and its arguments with all of the record's data: without any, every record of the type goes."""
    node = "@" if record.owner == record.zone else f"{record.owner}."
    data = [str(record.value)] if record.type == "TXT" else RECORD_TYPES[record.type].fields(record.value)
    return ["dnscmd", "/RecordDelete", record.zone, node, record.type, *data, "/f"]


def _batches(names: Iterable[str], size: int) -> Iterator[list[str]]:
    unique = list(dict.fromkeys(names))
    for start in range(0, len(unique), size):
        yield unique[start : start + size]


def _any_of(property_name: str, values: Sequence[str]) -> str:
    return " OR ".join(f"{property_name}={wql_literal(value)}" for value in values)


def _at_or_below(name: str) -> str:
    """LIKE takes the underscore for any character, and a set of one for that one."""
    below = f"%.{name}".replace("_", "[_]")
    return f"OwnerName={wql_literal(name)} OR OwnerName LIKE {wql_literal(below)}"


def _selectors(found: WmiObject, keys: Sequence[str]) -> dict[str, str]:
    """The keys of an instance as the server gave them: its reference, else its key properties."""
    if found.reference is not None and found.reference.selectors:
        return dict(found.reference.selectors)
    return {key: as_text(found.get(key)) for key in keys if found.get(key) is not None}


def _zone_state(zone: WmiObject) -> ZoneState:
    number = as_number(zone.get("ZoneType"), what="ZoneType")
    in_directory = as_truth(zone.get("DsIntegrated"))
    if number is None:
        raise GarbledAnswer(f"the zone {as_text(zone.get('Name'))} came without its type")
    kept_as_primary = number == _KEPT_IN_DIRECTORY and in_directory
    update = as_number(zone.get("AllowUpdate"), what="AllowUpdate")
    return ZoneState(
        name=uniform(as_text(zone.get("Name"))),
        kind=PRIMARY if kept_as_primary else _KINDS.get(number, f"type {number}"),
        in_directory=in_directory,
        paused=as_truth(zone.get("Paused")),
        dynamic_update="" if update is None else _DYNAMIC_UPDATE.get(update, str(update)),
        aging=_aging(zone),
    )


def _aging(zone: WmiObject) -> Aging | None:
    """An interval that is no number of hours as we know them is not known."""
    if zone.get("Aging") is None:
        return None
    hours = [as_number(zone.get(name), what=name) or 0 for name in ("NoRefreshInterval", "RefreshInterval")]
    return Aging(as_truth(zone.get("Aging")), *(hour if 1 <= hour <= LONGEST_INTERVAL else None for hour in hours))


def read_partition(distinguished_name: str) -> Partition:
    """``DC=company.com,CN=MicrosoftDNS,DC=DomainDnsZones,DC=company,DC=local`` lies in ``domain``."""
    _zone, _container, path = distinguished_name.partition(",CN=MicrosoftDNS,")
    parts = [part.partition("=") for part in path.split(",")]
    if parts[0][2].lower() == "system":
        return Partition(Partition.LEGACY)
    if any(key.upper() != "DC" for key, _equals, _label in parts):
        raise GarbledAnswer(f"{distinguished_name!r} is no distinguished name of a zone")
    return Partition(".".join(label for _key, _equals, label in parts))


def read_record(record: WmiObject) -> FoundRecord | None:
    """A record from an instance of its own class or of the base class; None for another class than Internet."""
    if as_text(record.get("RecordClass")) not in ("", _IN):
        return None
    owner, ttl = uniform(as_text(record.get("OwnerName"))), as_number(record.get("TTL"), what="TTL")
    kind, fields = _kind_and_fields(record)
    if not owner or not kind or ttl is None:
        raise GarbledAnswer(f"a DNS record came without owner, type or TTL: {dict(record.properties)}")
    if not 0 <= ttl <= _MOST_UINT32:
        raise GarbledAnswer(f"{owner}: its TTL {ttl} does not fit into 32 bits")
    return FoundRecord(
        zone=uniform(as_text(record.get("ContainerName"))),
        owner=owner,
        type=kind,
        value=_value(kind, record, fields),
        ttl=ttl,
        dynamic=(as_number(record.get("TimeStamp"), what="TimeStamp") or 0) != 0,
    )


def _kind_and_fields(record: WmiObject) -> tuple[str, list[str]]:
    """The type and the data in presentation form, from the class and RecordData or from the text form.

    The text form is ``owner [ttl] [class] type data``, the TTL being left out by some versions.
    """
    fields = as_text(record.get("TextRepresentation")).split()[1:]
    while fields and (fields[0].isdigit() or fields[0].upper() == "IN"):
        fields.pop(0)
    data = as_text(record.get("RecordData")).split() or fields[1:]
    name = record.class_name
    if name.lower() != _BASE_CLASS.lower() and name.startswith("MicrosoftDNS_") and name.endswith("Type"):
        return name[len("MicrosoftDNS_") : -len("Type")].upper(), data
    return (fields[0].upper() if fields else ""), data


def _value(kind: str, record: WmiObject, fields: Sequence[str]) -> Value:
    """The typed properties count where all are there, else the presentation form."""
    typed = [as_text(record.get(name)) for name in PROPERTIES.get(kind, ())]
    data = typed if typed and all(typed) else list(fields)
    if kind == "TXT" and record.get("DescriptiveText") is not None:
        return as_text(record.get("DescriptiveText"))
    if kind == "NS":
        return uniform(as_text(record.get("NSHost")) or " ".join(fields))
    try:
        return read_fields(kind, data)
    except ValueError:
        raise GarbledAnswer(f"a record of type {kind} came with the data {data!r}") from None


def _typed_data(kind: str, value: Value) -> list[tuple[str, WmiValue]]:
    """The last parameters of CreateInstanceFromPropertyData. The dot makes a target absolute beyond doubt."""
    if kind == "TXT":
        return [("DescriptiveText", str(value))]
    return list(zip(PROPERTIES[kind], RECORD_TYPES[kind].fields(value), strict=True))
