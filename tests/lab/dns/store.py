# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The zones of one DNS server: what the WMI provider changes and the listener answers from."""

from __future__ import annotations

import datetime
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
from dns.name import Name
from dns.rdata import Rdata

if TYPE_CHECKING:
    from lab.dns.replication import Replica

# What a zone is, in the numbering of the zone's property (not of CreateZone's parameter).
CACHE, PRIMARY, SECONDARY, STUB, FORWARDER = 0, 1, 2, 3, 4
# Where the directory keeps a zone: in one of these, or in an application partition by its DNS name.
DOMAIN, FOREST, LEGACY = "domain", "forest", "legacy"

DEFAULT_TTL = 3600
# Zone.NoRefreshInterval and Zone.RefreshInterval, in hours.
DEFAULT_INTERVAL = 168
# Zone.SecureSecondaries: nobody may copy the zone.
NO_TRANSFERS = 3
_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)


class DnsError(Exception):
    """What the DNS server would not do; `code` is its own number, which WMI swallows."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{text} ({code})")
        self.code = code


def refused(name: str) -> DnsError:
    """By the symbolic name of Windows' DNS errors."""
    codes = {
        "ZONE_DOES_NOT_EXIST": 9601,
        "INVALID_ZONE_OPERATION": 9603,
        "ZONE_ALREADY_EXISTS": 9609,
        "INVALID_ZONE_TYPE": 9611,
        "ZONE_REQUIRES_MASTER_IP": 9620,
        "INVALID_DATAFILE_NAME": 9652,
        "RECORD_DOES_NOT_EXIST": 9701,
        "RECORD_FORMAT": 9702,
        "NAME_NOT_IN_ZONE": 9706,
        "CNAME_COLLISION": 9709,
        "RECORD_ONLY_AT_ZONE_ROOT": 9710,
        "RECORD_ALREADY_EXISTS": 9711,
        "INVALID_NAME_CHAR": 9560,
        "DS_UNAVAILABLE": 9717,
        "DP_DOES_NOT_EXIST": 9901,
    }
    return DnsError(codes[name], f"DNS_ERROR_{name}")


def absolute(text: str) -> Name:
    """A name with or without trailing dot. Raises DnsError."""
    try:
        return dns.name.from_text(text)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise refused("INVALID_NAME_CHAR") from error


def plain(name: Name) -> str:
    """Without trailing dot; the root is `.`."""
    return "." if name == dns.name.root else name.to_text(omit_final_dot=True)


def rdata_of(kind: str, text: str) -> Rdata:
    """Typed data from its presentation form, names absolute. Raises DnsError."""
    try:
        return dns.rdata.from_text(
            dns.rdataclass.IN, dns.rdatatype.from_text(kind), text, dns.name.root, relativize=False
        )
    except (dns.exception.DNSException, ValueError, UnicodeError) as error:
        raise refused("RECORD_FORMAT") from error


def hours_since_1601(moment: datetime.datetime) -> int:
    return int((moment - _EPOCH).total_seconds() // 3600)


@dataclass(frozen=True)
class Record:
    """One record. `timestamp` in hours since 1601; 0 means static."""

    owner: Name
    rdata: Rdata
    ttl: int
    timestamp: int = 0

    @property
    def kind(self) -> str:
        return dns.rdatatype.to_text(self.rdata.rdtype)


@dataclass
class Zone:
    """A zone and its settings. `kind` is one of CACHE … FORWARDER; `saved` what its file holds, if it has one."""

    name: Name
    kind: int = PRIMARY
    ds_integrated: bool = False
    auto_created: bool = False
    data_file: str = ""
    partition: str = DOMAIN
    masters: tuple[str, ...] = ()
    paused: bool = False
    read_only: bool = False
    saved: tuple[Record, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    # By owner, since a zone may hold tens of thousands; and how many records lie at each name or below it.
    _by_owner: dict[Name, list[Record]] = field(default_factory=dict)
    _within: Counter[Name] = field(default_factory=Counter)

    @property
    def text(self) -> str:
        return plain(self.name)

    @property
    def records(self) -> list[Record]:
        return [record for same in self._by_owner.values() for record in same]

    @property
    def soa(self) -> Record | None:
        return next((one for one in self.at(self.name) if one.kind == "SOA"), None)

    @property
    def is_served(self) -> bool:
        """Whether questions are answered from it: a copy has to have come."""
        return not self.paused and (self.kind == PRIMARY or (self.kind == SECONDARY and self.soa is not None))

    @property
    def default_ttl(self) -> int:
        return self.soa.rdata.minimum if self.soa else DEFAULT_TTL  # type: ignore[attr-defined]

    def at(self, owner: Name) -> list[Record]:
        return list(self._by_owner.get(owner, ()))

    def reaches(self, name: Name) -> bool:
        """Whether a record lies at the name or below it."""
        return self._within[name] > 0

    def path(self, owner: Name) -> list[Name]:
        """The names from the zone's own down to the owner."""
        return [owner.split(length)[1] for length in range(len(self.name), len(owner) + 1)]

    def insert(self, record: Record) -> None:
        self._by_owner.setdefault(record.owner, []).append(record)
        self._within.update(self.path(record.owner))

    def hold(self, records: Iterable[Record]) -> None:
        """These records and no others."""
        self._by_owner.clear()
        self._within.clear()
        for record in records:
            self.insert(record)

    def take_out(self, record: Record) -> None:
        same = self._by_owner[record.owner]
        same.remove(record)
        if not same:
            del self._by_owner[record.owner]
        self._within.subtract(self.path(record.owner))

    def swap(self, old: Record, new: Record) -> None:
        """Put a record of the same owner in the place of another."""
        same = self._by_owner[old.owner]
        same[same.index(old)] = new

    def holds(self, owner: Name) -> bool:
        return bool(owner.is_subdomain(self.name))

    @property
    def serial(self) -> int:
        """The SOA's number; 0 where there is none."""
        return self.soa.rdata.serial if self.soa else 0  # type: ignore[attr-defined]

    def bump(self, at_least: int = 0) -> None:
        """Count the SOA's serial number up, as each change of the zone does."""
        soa = self.soa
        if soa is not None:
            serial = max((self.serial + 1) % 2**32, at_least)
            self.swap(soa, replace(soa, rdata=soa.rdata.replace(serial=serial)))


class DnsStore:
    """All zones of one server. Every change is made under one lock and counts the zone's serial up."""

    def __init__(self, server: str, clock: Callable[[], datetime.datetime], *, ds_available: bool) -> None:
        self.server, self.ds_available = server, ds_available
        self.lock = threading.RLock()
        self.cache: list[Record] = []
        self.root_hints: list[Record] = []
        self.partitions: tuple[str, ...] = ()
        # What it makes of a lower TTL that a client gives.
        self.least_ttl = 0
        # MicrosoftDNS_Server's own settings, as far as they were set.
        self.settings: dict[str, Any] = {}
        # Set where other servers hold the zones of the directory too.
        self.replica: Replica | None = None
        # Copies a secondary zone from its master; set by whoever can reach that.
        self.refresh: Callable[[Zone], None] = lambda _zone: None
        self._clock = clock
        self._turned = self._until_scavenging = datetime.timedelta()
        self._zones: dict[Name, Zone] = {}

    def now(self) -> int:
        """In hours since 1601, with what the clock was turned by."""
        return hours_since_1601(self._clock() + self._turned)

    def turn(self, passed: datetime.timedelta) -> None:
        """Let time pass: changes of other servers arrive, secondary zones are compared, records get too old."""
        with self.lock:
            self._turned += passed
            if self.replica is not None:
                self.replica.turn(passed)
        for zone in self.zones():
            if zone.kind == SECONDARY:
                self.refresh(zone)
        self._until_scavenging += passed
        interval = datetime.timedelta(hours=self.settings.get("ScavengingInterval", 0))
        if interval and self._until_scavenging >= interval:
            self._until_scavenging = datetime.timedelta()
            self.scavenge()

    def scavenge(self) -> None:
        """Remove what nobody refreshed in time, from zones that age; a static record has no time stamp and stays."""
        with self.lock:
            for zone in self.zones():
                if zone.kind == PRIMARY and zone.settings.get("Aging"):
                    for record in [one for one in zone.records if one.timestamp and self._is_stale(zone, one)]:
                        self.remove(zone, record)

    def _is_stale(self, zone: Zone, record: Record) -> bool:
        names = ("NoRefreshInterval", "RefreshInterval")
        intervals = sum(int(zone.settings.get(name, DEFAULT_INTERVAL)) for name in names)
        return record.timestamp + intervals < self.now()

    def zones(self) -> list[Zone]:
        with self.lock:
            return [self._zones[name] for name in sorted(self._zones)]

    def zone(self, name: str) -> Zone | None:
        return self.find(absolute(name))

    def find(self, name: Name) -> Zone | None:
        with self.lock:
            return self._zones.get(name)

    def keep(self, zone: Zone) -> None:
        """Hold a zone that was made elsewhere."""
        with self.lock:
            self._zones[zone.name] = zone

    def forget(self, name: Name) -> None:
        """Hold no zone of that name."""
        with self.lock:
            self._zones.pop(name, None)

    def zone_of(self, owner: Name) -> Zone | None:
        """The zone with the longest name that the owner lies in."""
        with self.lock:
            fitting = [zone for zone in self._zones.values() if zone.holds(owner)]
            return max(fitting, key=lambda zone: len(zone.name), default=None)

    def create_zone(
        self,
        name: str,
        kind: int,
        *,
        ds_integrated: bool = False,
        partition: str = LEGACY,
        data_file: str = "",
        masters: tuple[str, ...] = (),
        administrator: str = "",
        auto_created: bool = False,
    ) -> Zone:
        """A new zone; a primary one with SOA and NS of this server. Raises DnsError."""
        with self.lock:
            zone_name = absolute(name)
            if zone_name in self._zones:
                raise refused("ZONE_ALREADY_EXISTS")
            if kind not in (PRIMARY, SECONDARY, STUB, FORWARDER):
                raise refused("INVALID_ZONE_TYPE")
            if kind != PRIMARY and not masters:
                raise refused("ZONE_REQUIRES_MASTER_IP")
            if ds_integrated and not self.ds_available:
                raise refused("DS_UNAVAILABLE")
            if set(data_file) & set('\\/:*?"<>|'):
                raise refused("INVALID_DATAFILE_NAME")
            file = "" if ds_integrated else data_file or f"{plain(zone_name)}.dns"
            zone = Zone(zone_name, kind, ds_integrated, auto_created, file, partition, masters)
            if kind == PRIMARY:
                for record in self._apex(zone_name, administrator):
                    zone.insert(record)
            self._zones[zone_name] = zone
            self.write_back(zone)
            self._tell_of_zone(zone)
            return zone

    def write_back(self, zone: Zone) -> None:
        """Write a zone's file, which alone survives: until then a change is in memory."""
        with self.lock:
            zone.saved = tuple(zone.records) if zone.data_file else ()

    def reload(self, zone: Zone) -> None:
        """Read a zone's file: what was not written back is gone. The directory has every change at once."""
        with self.lock:
            if zone.data_file:
                zone.hold(zone.saved)

    def move(self, zone: Zone, partition: str) -> None:
        """Into another directory partition, one that is there. Raises DnsError."""
        with self.lock:
            if not zone.ds_integrated:
                raise refused("INVALID_ZONE_OPERATION")
            if partition not in (DOMAIN, FOREST, LEGACY, *self.partitions):
                raise refused("DP_DOES_NOT_EXIST")
            zone.partition = partition
            self._tell_of_zone(zone)

    def _apex(self, zone: Name, administrator: str) -> list[Record]:
        contact = administrator or f"hostmaster.{plain(zone)}"
        soa = rdata_of("SOA", f"{self.server}. {contact.replace('@', '.')}. 1 900 600 86400 {DEFAULT_TTL}")
        return [Record(zone, soa, DEFAULT_TTL), Record(zone, rdata_of("NS", f"{self.server}."), DEFAULT_TTL)]

    def delete_zone(self, zone: Zone) -> None:
        with self.lock:
            if self._zones.pop(zone.name, None) is None:
                raise refused("ZONE_DOES_NOT_EXIST")
            self._tell_of_zone(zone)

    def _tell_of_zone(self, zone: Zone) -> None:
        if zone.ds_integrated and self.replica is not None:
            self.replica.changed_zone(zone.name)

    def _changed(self, zone: Zone, owner: Name) -> None:
        """The records of a name are others now: the serial number says so, and other servers are told."""
        zone.bump()
        if zone.ds_integrated and self.replica is not None:
            self.replica.changed(zone.name, owner)

    def add(self, zone: Zone, owner: str, rdata: Rdata, ttl: int | None = None, timestamp: int = 0) -> Record:
        """Add one record beside those that are there. Raises DnsError."""
        with self.lock:
            given = zone.default_ttl if ttl is None else ttl
            record = Record(absolute(owner), rdata, max(given, self.least_ttl), timestamp)
            self._check(zone, record, zone.at(record.owner))
            zone.insert(record)
            self._changed(zone, record.owner)
            return record

    def _check(self, zone: Zone, record: Record, beside: list[Record]) -> None:
        if zone.kind != PRIMARY or zone.read_only:
            raise refused("INVALID_ZONE_OPERATION")
        if not zone.holds(record.owner):
            raise refused("NAME_NOT_IN_ZONE")
        if record.kind == "SOA" and record.owner != zone.name:
            raise refused("RECORD_ONLY_AT_ZONE_ROOT")
        if any(one.rdata == record.rdata for one in beside):
            raise refused("RECORD_ALREADY_EXISTS")
        kinds = {one.kind for one in beside}
        if "CNAME" in kinds or (record.kind == "CNAME" and kinds):
            raise refused("CNAME_COLLISION")

    def remove(self, zone: Zone, record: Record) -> None:
        with self.lock:
            if record not in zone.at(record.owner):
                raise refused("RECORD_DOES_NOT_EXIST")
            if record.kind == "SOA" or zone.kind != PRIMARY or zone.read_only:
                raise refused("INVALID_ZONE_OPERATION")
            zone.take_out(record)
            self._changed(zone, record.owner)

    def change(self, zone: Zone, old: Record, rdata: Rdata, ttl: int) -> Record:
        """Replace a record by one with other data: the old goes, a static one comes."""
        with self.lock:
            if old not in zone.at(old.owner):
                raise refused("RECORD_DOES_NOT_EXIST")
            new = Record(old.owner, rdata, max(ttl, self.least_ttl))
            self._check(zone, new, [one for one in zone.at(old.owner) if one is not old and one != old])
            zone.swap(old, new)
            self._changed(zone, new.owner)
            return new

    def stamp(self, zone: Zone, chosen: Callable[[Record], bool]) -> None:
        """Give records the time of now, which makes static ones age: this cannot be taken back."""
        with self.lock:
            for one in zone.records:
                if chosen(one) and one.kind not in ("SOA", "NS"):
                    zone.swap(one, replace(one, timestamp=self.now()))
                    self._changed(zone, one.owner)

    def everything(self, owners: set[Name] | None = None) -> list[tuple[str, Record]]:
        """(container, record) of all zones, the cache and the root hints; only those of these owners, where given."""
        with self.lock:
            found = [
                (zone.text, record)
                for zone in self.zones()
                for record in (zone.records if owners is None else [one for name in owners for one in zone.at(name)])
            ]
            found += [("..Cache", record) for record in self.cache]
            found += [("..RootHints", record) for record in self.root_hints]
            return found

    def snapshot(self) -> dict[str, Any]:
        """All zones with all records, in a stable order."""
        return {
            zone.text: {
                "type": zone.kind,
                "ds_integrated": zone.ds_integrated,
                "auto_created": zone.auto_created,
                "file": zone.data_file,
                "partition": zone.partition if zone.ds_integrated else "",
                "saved": sorted(_line(record) for record in zone.saved),
                "masters": list(zone.masters),
                "paused": zone.paused,
                "settings": dict(sorted(zone.settings.items())),
                "records": sorted(_line(record) for record in zone.records),
            }
            for zone in self.zones()
        }


def _line(record: Record) -> str:
    aging = f" [aging {record.timestamp}]" if record.timestamp else ""
    return f"{plain(record.owner)} {record.ttl} {record.kind} {record.rdata.to_text()}{aging}"
