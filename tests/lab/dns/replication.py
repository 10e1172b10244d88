# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones kept in the directory of a domain: several servers hold them, each writes, and what changed reaches the others.

What travels is an object of the directory: a zone, or all records of one name (the values of dnsRecord at a dnsNode).
Of two states of an object the one with the higher stamp stays, whole; the other is lost. SOA records do not travel.
"""

from __future__ import annotations

import datetime
import itertools
from dataclasses import dataclass, field, replace

from dns.name import Name

from lab.dns.store import DEFAULT_TTL, DnsStore, Record, Zone, absolute, rdata_of

_AT_ONCE = datetime.timedelta()


@dataclass(frozen=True, order=True)
class Stamp:
    """How often an object was changed decides, then when it was changed last, then where."""

    version: int = 0
    moment: int = 0
    server: str = ""


@dataclass
class _UnderWay:
    """An object that was changed at one server and has not reached another; without `owner` the zone itself."""

    origin: Replica
    receiver: Replica
    zone: Name
    owner: Name | None
    left: datetime.timedelta


@dataclass
class Directory:
    """The servers that hold the same zones, and what is under way between them."""

    replicas: list[Replica] = field(default_factory=list)
    waiting: list[_UnderWay] = field(default_factory=list)
    moments: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def send(self, origin: Replica, zone: Name, owner: Name | None) -> None:
        for receiver in self.replicas:
            if receiver is not origin:
                self.waiting.append(_UnderWay(origin, receiver, zone, owner, receiver.delay))
        self.deliver()

    def deliver(self) -> None:
        """Bring what is due to where nothing is cut off."""
        ready = [one for one in self.waiting if one.left <= _AT_ONCE and not (one.origin.cut or one.receiver.cut)]
        self.waiting = [one for one in self.waiting if one not in ready]
        for change in ready:
            change.receiver.take(change.origin, change.zone, change.owner)


class Replica:
    """The directory's zones on one server. `delay`: how long changes of others take to it; `cut`: none come or go."""

    def __init__(self, store: DnsStore, directory: Directory) -> None:
        self.store, self._directory = store, directory
        self.delay, self.cut = _AT_ONCE, False
        self._zones: dict[Name, Stamp] = {}
        self._names: dict[tuple[Name, Name], Stamp] = {}
        store.replica = self
        directory.replicas.append(self)

    @classmethod
    def beside(cls, store: DnsStore, first: DnsStore) -> Replica:
        """Let a server hold the zones that another keeps in the directory; both have one lock from then on."""
        origin = first.replica or cls(first, Directory())
        store.lock = first.lock
        made = cls(store, origin._directory)
        for zone in first.zones():
            if zone.ds_integrated:
                made._take_zone(zone, zone.name)
        return made

    # --- what this server does ---------------------------------------------------------------------------------------

    def changed(self, zone: Name, owner: Name) -> None:
        """The records of a name are others now."""
        self._names[zone, owner] = self._next(self._names.get((zone, owner), Stamp()))
        self._directory.send(self, zone, owner)

    def changed_zone(self, zone: Name) -> None:
        """A zone was created or deleted."""
        self._zones[zone] = self._next(self._zones.get(zone, Stamp()))
        self._directory.send(self, zone, None)

    def _next(self, last: Stamp) -> Stamp:
        return Stamp(last.version + 1, next(self._directory.moments), self.store.server)

    def turn(self, passed: datetime.timedelta) -> None:
        """Time passes for what is on its way to this server."""
        for one in self._directory.waiting:
            one.left -= passed if one.receiver is self else _AT_ONCE
        self._directory.deliver()

    def arrange(self, *, delay: datetime.timedelta | None = None, cut: bool | None = None) -> None:
        self.delay = self.delay if delay is None else delay
        self.cut = self.cut if cut is None else cut
        self._directory.deliver()

    # --- what others did ---------------------------------------------------------------------------------------------

    def take(self, origin: Replica, zone: Name, owner: Name | None) -> None:
        theirs, ours = origin._zones.get(zone, Stamp()), self._zones.get(zone, Stamp())
        if theirs > ours:
            self._zones[zone] = theirs
            self._names |= {key: stamp for key, stamp in origin._names.items() if key[0] == zone}
            self._take_zone(origin.store.find(zone), zone)
        elif theirs == ours and owner is not None:
            self._take_name(origin, zone, owner)

    def _take_zone(self, theirs: Zone | None, name: Name) -> None:
        """The whole zone in the place of one of that name; the server adds itself to its name servers."""
        self.store.forget(name)
        if theirs is None:
            return
        made = Zone(name, theirs.kind, ds_integrated=True, masters=theirs.masters, settings=dict(theirs.settings))
        made.partition = theirs.partition
        for record in theirs.records:
            made.insert(self._as_own(record))
        self.store.keep(made)
        server = Record(name, rdata_of("NS", f"{self.store.server}."), DEFAULT_TTL)
        if made.soa is not None and all(one.rdata != server.rdata for one in made.at(name)):
            made.insert(server)
            self.changed(name, name)

    def _as_own(self, record: Record) -> Record:
        """Each server names itself as the primary one."""
        if record.kind != "SOA":
            return record
        return replace(record, rdata=record.rdata.replace(mname=absolute(self.store.server)))

    def _take_name(self, origin: Replica, zone: Name, owner: Name) -> None:
        stamp = origin._names.get((zone, owner), Stamp())
        theirs, ours = origin.store.find(zone), self.store.find(zone)
        if theirs is None or ours is None or stamp <= self._names.get((zone, owner), Stamp()):
            return
        self._names[zone, owner] = stamp
        for record in [one for one in ours.at(owner) if one.kind != "SOA"]:
            ours.take_out(record)
        for record in [one for one in theirs.at(owner) if one.kind != "SOA"]:
            ours.insert(record)
        ours.bump(at_least=theirs.serial)
