# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dnscmd.exe of the DNS Server role: zones and records by the server's own numbers.

What a sentence says in another language is not known; the symbolic name and the number of an error are in none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lab.dns import store as dns_store
from lab.dns.store import DnsError, DnsStore, Record, Zone, absolute, plain, rdata_of
from lab.programs.process import Process
from lab.services import RUNNING
from lab.wmi.dns import SERVICE
from lab.wmi.dns_data import presentation

TEXT_TYPES = ("TXT",)
_KINDS = {
    dns_store.PRIMARY: "Primary",
    dns_store.SECONDARY: "Secondary",
    dns_store.STUB: "Stub",
    dns_store.FORWARDER: "Forwarder",
}
_STORAGE = {dns_store.DOMAIN: "AD-Domain", dns_store.FOREST: "AD-Forest", dns_store.LEGACY: "AD-Legacy"}


class _Usage(Exception):
    """Arguments that the program does not take."""


def run(process: Process) -> int:
    """`dnscmd [server] /verb …`; the exit code is the DNS server's number, 0 where it was done (U)."""
    arguments = list(process.arguments)
    server = arguments.pop(0) if arguments and not arguments[0].startswith("/") else "."
    if not arguments:
        return _usage(process)
    own = (".", "localhost", "127.0.0.1", process.machine.name.casefold(), process.machine.fqdn.casefold())
    if server.casefold() not in own or process.machine.services.state(SERVICE) != RUNNING:
        return _failed(process, "RPC_S_SERVER_UNAVAILABLE", 1722)
    if not process.machine.access.manages_dns(process.session.account):
        return _failed(process, "ERROR_ACCESS_DENIED", 5)
    verb = _VERBS.get(arguments[0][1:].casefold())
    if verb is None:
        return _usage(process)
    store: DnsStore = process.machine.roles["dns"].store  # type: ignore[attr-defined]
    try:
        with store.lock:
            verb(process, store, arguments[1:])
    except DnsError as error:
        return _failed(process, str(error).partition(" ")[0], error.code)
    except _Usage:
        return _usage(process)
    process.print("Command completed successfully.")
    process.print()
    return 0


def _usage(process: Process) -> int:
    process.print("USAGE: DnsCmd <ServerName> <Command> [<Command Parameters>]")
    return 1


def _failed(process: Process, name: str, code: int) -> int:
    process.print()
    process.print(f"Command failed:  {name}     {code}    0x{code:X}")
    process.print()
    return code


def _zone(store: DnsStore, arguments: Sequence[str]) -> Zone:
    if not arguments:
        raise _Usage
    zone = store.zone(arguments[0])
    if zone is None:
        raise dns_store.refused("ZONE_DOES_NOT_EXIST")
    return zone


def _owner(zone: Zone, node: str) -> str:
    """`@` is the zone itself, a name with a dot at its end is whole, all else lies in the zone."""
    if node == "@":
        return zone.text
    return node.rstrip(".") if node.endswith(".") else f"{node}.{zone.text}"


def _data(kind: str, given: Sequence[str]) -> str:
    """Names without a dot at their end lie in no zone: the last label of a target is taken as it is (U)."""
    return presentation(kind, [" ".join(given)]) if kind in TEXT_TYPES else " ".join(given)


def _asked(process: Process, flags: Sequence[str]) -> None:
    """Without /f it asks, and a program without a console waits for an answer that never comes."""
    if "/f" not in (one.casefold() for one in flags):
        process.print("Are you sure you want to do that? (y/n) ")
        process.hang("dnscmd asks for y or n")


def _record_add(process: Process, store: DnsStore, arguments: list[str]) -> None:
    zone = _zone(store, arguments)
    rest = [one for one in arguments[2:] if not one.startswith("/")]
    ttl = int(rest.pop(0)) if rest and rest[0].isdigit() else None
    if len(rest) < 2:
        raise _Usage
    kind, owner = rest[0].upper(), _owner(zone, arguments[1])
    store.add(zone, owner, rdata_of(kind, _data(kind, rest[1:])), ttl)
    process.print(f"Add {kind} Record for {owner} at {zone.text}")


def _record_delete(process: Process, store: DnsStore, arguments: list[str]) -> None:
    """Without data every record of the type goes."""
    zone = _zone(store, arguments)
    flags = [one for one in arguments[2:] if one.startswith("/")]
    rest = [one for one in arguments[2:] if not one.startswith("/")]
    if not rest:
        raise _Usage
    kind, owner = rest[0].upper(), _owner(zone, arguments[1])
    wanted = rdata_of(kind, _data(kind, rest[1:])) if rest[1:] else None
    _asked(process, flags)
    there = [one for one in zone.at(absolute(owner)) if one.kind == kind and wanted in (None, one.rdata)]
    if not there:
        raise dns_store.refused("RECORD_DOES_NOT_EXIST")
    for record in there:
        store.remove(zone, record)
    process.print(f"Deleted {kind} record(s) at {zone.text}")


def _enum_records(process: Process, store: DnsStore, arguments: list[str]) -> None:
    """The owner and the TTL before the first record of a name, tabulators before the others."""
    zone = _zone(store, arguments)
    owner = absolute(_owner(zone, arguments[1] if len(arguments) > 1 else "@"))
    lowered = [one.casefold() for one in arguments]
    kind = arguments[lowered.index("/type") + 1].upper() if "/type" in lowered[:-1] else ""
    found = [one for one in zone.at(owner) if kind in ("", one.kind)]
    if not found:
        process.print(f"DNS Server failed to enumerate records for node {plain(owner)}.")
        process.print("    Status = 9714 (0x000025f2)")
        raise DnsError(9714, "DNS_ERROR_NAME_DOES_NOT_EXIST")
    process.print("Returned records:")
    for place, record in enumerate(found):
        process.print(("\t\t" if place else "@") + _line(record))
    process.print()


def _line(record: Record) -> str:
    aging = f" [Aging:{record.timestamp}]" if record.timestamp else ""
    return f"{aging} {record.ttl} {record.kind}\t{record.rdata.to_text()}"


def _enum_zones(process: Process, store: DnsStore, arguments: list[str]) -> None:
    zones = store.zones()
    process.print()
    process.print("Enumerated zone list:")
    process.print(f"\tZone count = {len(zones)}")
    process.print()
    process.print(" Zone name                      Type       Storage         Properties")
    process.print()
    for zone in zones:
        kept = _STORAGE.get(zone.partition, "AD-Custom") if zone.ds_integrated else "File"
        marks = ("Secure" if zone.settings.get("AllowUpdate") == 2 else "", "Paused" if zone.paused else "")
        process.print(f" {zone.text:<30} {_KINDS[zone.kind]:<10} {kept:<15} {' '.join(filter(None, marks))}".rstrip())
    process.print()
    process.print()


def _zone_info(process: Process, store: DnsStore, arguments: list[str]) -> None:
    zone = _zone(store, arguments)
    known = {
        "zone name": zone.text,
        "zone type": zone.kind,
        "shutdown": 0,
        "paused": int(zone.paused),
        "update": zone.settings.get("AllowUpdate", 0),
        "DS integrated": int(zone.ds_integrated),
        "read only zone": int(zone.read_only),
        "aging": int(bool(zone.settings.get("Aging"))),
    }
    process.print("Zone query result:")
    process.print()
    process.print("Zone info:")
    for key, value in known.items():
        process.print(f"\t{key:<23} = {value}")
    process.print()


def _zone_delete(process: Process, store: DnsStore, arguments: list[str]) -> None:
    zone = _zone(store, arguments)
    _asked(process, arguments[1:])
    store.delete_zone(zone)


def _zone_change_partition(process: Process, store: DnsStore, arguments: list[str]) -> None:
    """A partition by its DNS name, or `/domain`, `/forest`, `/legacy`."""
    zone = _zone(store, arguments)
    if len(arguments) != 2:
        raise _Usage
    named = {f"DomainDnsZones.{process.machine.estate.domain}".casefold(): dns_store.DOMAIN}
    named[f"ForestDnsZones.{process.machine.estate.domain}".casefold()] = dns_store.FOREST
    given = arguments[1].casefold().rstrip(".")
    if given.startswith("/") and given[1:] not in _STORAGE:
        raise _Usage
    store.move(zone, given[1:] if given.startswith("/") else named.get(given, given))


def _zone_write_back(process: Process, store: DnsStore, arguments: list[str]) -> None:
    store.write_back(_zone(store, arguments))


def _zone_reload(process: Process, store: DnsStore, arguments: list[str]) -> None:
    store.reload(_zone(store, arguments))


_VERBS: dict[str, Callable[[Process, DnsStore, list[str]], None]] = {
    "recordadd": _record_add,
    "recorddelete": _record_delete,
    "enumrecords": _enum_records,
    "enumzones": _enum_zones,
    "zoneinfo": _zone_info,
    "zonedelete": _zone_delete,
    "zonechangedirectorypartition": _zone_change_partition,
    "zonewriteback": _zone_write_back,
    "zonereload": _zone_reload,
}
