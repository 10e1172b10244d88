# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The DNS role of a machine: the store from the estate file, the listener, the state."""

from __future__ import annotations

import contextlib
import datetime
from typing import TYPE_CHECKING, Any

import dns.exception
import dns.query
import dns.zone

from lab.dns import store as dns_store
from lab.dns.replication import Replica
from lab.dns.server import Answerer, DnsListener
from lab.dns.store import DnsStore, Record, Zone, absolute, rdata_of
from lab.programs import SYSTEM
from lab.roles import NoSuchOrder, Role
from lab.services import RUNNING
from lab.wmi.dns import NAMESPACE, SERVICE, DnsProvider
from lab.wmi.model import Provider

if TYPE_CHECKING:
    from lab.machine import Machine

PORT = 53
_KINDS = {
    "primary": dns_store.PRIMARY,
    "secondary": dns_store.SECONDARY,
    "stub": dns_store.STUB,
    "forwarder": dns_store.FORWARDER,
}
_AUTO_CREATED = ("0.in-addr.arpa", "127.in-addr.arpa", "255.in-addr.arpa")
# Two of the thirteen suffice for the trap: a query without a zone walks the root hints too.
_ROOT_HINTS = (("a.root-servers.net", "198.41.0.4"), ("m.root-servers.net", "202.12.27.33"))


class DnsServer(Role):
    """Settings: `zones` [{name, type, ds_integrated, partition, read_only, records}] with records
    [{owner, type, data, ttl, timestamp}], `outside` (records of the rest of the world), `cache`, `recursion`,
    `ds_available`, `partitions` (application partitions beside those of domain and forest, by their DNS names),
    `reported` (see lab.wmi.dns), `view` (`external`: clients outside ask), `support_tools` (whether dnscmd is there),
    and `replica_of` (a host named above, whose zones of the directory it holds too).
    """

    name = "dns"
    rank = 10
    inventory_group = "ucops_dns"

    def __init__(self, machine: Machine, settings: dict[str, Any]) -> None:
        super().__init__(machine, settings)
        self.store = DnsStore(machine.fqdn, machine.clock, ds_available=settings.get("ds_available", True))
        self.store.least_ttl = settings.get("reported", {}).get("least_ttl", 0)
        self.store.partitions = tuple(settings.get("partitions", ()))
        outside = [self._record("", entry) for entry in settings.get("outside", [])]
        answerer = Answerer(self.store, outside, recursion=settings.get("recursion", True))
        self._listener = DnsListener(machine.bind(PORT), answerer)
        self._is_on = False
        machine.services.add(SERVICE, "DNS Server", on_start=self._listen, on_stop=self._listener.stop)
        self.store.refresh = self._refresh
        if "replica_of" in settings:
            Replica.beside(self.store, self._beside(settings["replica_of"]))
        self._seed()

    def _beside(self, name: str) -> DnsStore:
        role = self.machine.estate.machine(name).role(DnsServer)
        if role is None:
            raise ValueError(
                f"{self.machine.name}: replica_of: {name} is no DNS server above this one in the estate file"
            )
        return role.store

    @property
    def group(self) -> str:
        return "ucops_dns_external" if self.settings.get("view") == "external" else self.inventory_group

    def _seed(self) -> None:
        for name in _AUTO_CREATED:
            self.store.create_zone(name, dns_store.PRIMARY, auto_created=True)
        for zone in self.settings.get("zones", []):
            self._seed_zone(zone)
        self.store.cache = [self._record("", entry) for entry in self.settings.get("cache", [])]
        for server, address in _ROOT_HINTS:
            self.store.root_hints.append(Record(absolute("."), rdata_of("NS", f"{server}."), 0))
            self.store.root_hints.append(Record(absolute(server), rdata_of("A", address), 0))

    def _seed_zone(self, entry: dict[str, Any]) -> None:
        kind = _KINDS[entry.get("type", "primary")]
        zone = self.store.create_zone(
            entry["name"],
            kind,
            ds_integrated=entry.get("ds_integrated", False),
            partition=entry.get("partition", dns_store.DOMAIN),
            masters=tuple(entry.get("masters", ())),
        )
        zone.read_only = entry.get("read_only", False)
        zone.settings.update(entry.get("settings", {}))
        if "SecondaryServers" in zone.settings:
            zone.settings["SecondaryServers"] = [
                self.machine.estate.network.address(one) for one in zone.settings["SecondaryServers"]
            ]
        for given in entry.get("records", []):
            record = self._record(entry["name"], given)
            zone.insert(record)
        self.store.write_back(zone)

    def _record(self, zone: str, entry: dict[str, Any]) -> Record:
        """`owner` is relative to the zone (`@` the apex) or, without a zone, a whole name."""
        owner = entry["owner"]
        whole = zone if owner == "@" else f"{owner}.{zone}" if zone else owner
        data = str(entry["data"])
        if entry["type"] == "A":
            data = self.machine.estate.network.address(data)
        return Record(
            absolute(whole),
            rdata_of(entry["type"], data),
            int(entry.get("ttl", dns_store.DEFAULT_TTL)),
            int(entry.get("timestamp", 0)),
        )

    def providers(self) -> dict[str, Provider]:
        return {NAMESPACE: DnsProvider(self.machine, self.store, self.settings)}

    def programs(self) -> dict[str, str]:
        """It comes with the role from 2008 on; before, with the Support Tools, which an estate may install."""
        there = self.settings.get("support_tools", not self.machine.generation.dnscmd_apart)
        return {SYSTEM + "dnscmd.exe": "lab.programs.dnscmd:run"} if there else {}

    def listening(self) -> list[int]:
        return [PORT] if self._runs else []

    @property
    def _runs(self) -> bool:
        return self.machine.services.state(SERVICE) == RUNNING

    def _listen(self) -> None:
        if self._is_on:
            self._listener.start()

    def start(self) -> None:
        self._is_on = True
        if self._runs:
            self._listener.start()
        for zone in self.store.zones():
            self._refresh(zone)

    def stop(self) -> None:
        self._is_on = False
        self._listener.stop()

    # --- secondary zones ---------------------------------------------------------------------------------------------

    def _refresh(self, zone: Zone) -> None:
        """Copy a secondary zone from the first of its masters that gives it; without one it stays as it was."""
        if zone.kind != dns_store.SECONDARY or not (self._is_on and self._runs):
            return
        for master in zone.masters:
            with contextlib.suppress(dns.exception.DNSException, OSError, EOFError):
                records = self._transferred(zone, self.machine.estate.network.address(master))
                with self.store.lock:
                    zone.hold(records)
                return

    def _transferred(self, zone: Zone, master: str) -> list[Record]:
        copy = dns.zone.Zone(zone.name, relativize=False)
        port = self.machine.estate.network.port(PORT)
        dns.query.inbound_xfr(master, copy, port=port, timeout=5, lifetime=5, source=self.machine.address)
        return [Record(owner, rdata, ttl) for owner, ttl, rdata in copy.iterate_rdatas()]

    # --- orders ------------------------------------------------------------------------------------------------------

    def turn(self, passed: datetime.timedelta) -> None:
        self.store.turn(passed)

    def carry_out(self, order: str, body: Any) -> Any:
        """`stop`, `start` the service alone; `delete_zone`, `pause`, `resume` `{zone}`; of what replicates: `delay`
        `{minutes}` for what comes in, `cut`, `mend`."""
        if order in ("stop", "start"):
            (self.machine.services.stop if order == "stop" else self.machine.services.start)(SERVICE)
        elif order in ("delete_zone", "pause", "resume"):
            self._order_zone(order, self._zone(body["zone"]))
        elif order in ("delay", "cut", "mend") and self.store.replica is not None:
            self._order_replica(self.store.replica, order, body)
        else:
            raise NoSuchOrder(order)
        return {}

    def _zone(self, name: str) -> Zone:
        zone = self.store.zone(name)
        if zone is None:
            raise dns_store.refused("ZONE_DOES_NOT_EXIST")
        return zone

    def _order_zone(self, order: str, zone: Zone) -> None:
        if order == "delete_zone":
            self.store.delete_zone(zone)
        else:
            zone.paused = order == "pause"

    def _order_replica(self, replica: Replica, order: str, body: Any) -> None:
        with self.store.lock:
            if order == "delay":
                replica.arrange(delay=datetime.timedelta(**body))
            else:
                replica.arrange(cut=order == "cut")

    def snapshot(self) -> dict[str, Any]:
        return self.store.snapshot()
