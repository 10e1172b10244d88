# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The DNS role of a machine: the store from the estate file, the listener, the state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.dns import store as dns_store
from lab.dns.server import Answerer, DnsListener
from lab.dns.store import DnsStore, Record, absolute, rdata_of
from lab.programs import SYSTEM
from lab.roles import Role
from lab.wmi.dns import NAMESPACE, DnsProvider
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
    """Settings: `zones` [{name, type, ds_integrated, partition, records: [{owner, type, data, ttl, timestamp}]}],
    `outside` (records of the rest of the world), `cache`, `recursion`, `ds_available`, `partitions` (application
    partitions beside those of domain and forest, by their DNS names), `reported` (see lab.wmi.dns), `view` (`external`:
    clients outside ask), and `support_tools` (whether dnscmd is there)."""

    name = "dns"
    rank = 10
    inventory_group = "ucops_dns"

    def __init__(self, machine: Machine, settings: dict[str, Any]) -> None:
        super().__init__(machine, settings)
        self.store = DnsStore(machine.fqdn, machine.clock, ds_available=settings.get("ds_available", True))
        self.store.partitions = tuple(settings.get("partitions", ()))
        outside = [self._record("", entry) for entry in settings.get("outside", [])]
        answerer = Answerer(self.store, outside, recursion=settings.get("recursion", True))
        self._listener = DnsListener(machine.bind(PORT), answerer)
        self._seed()

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
        zone.settings.update(entry.get("settings", {}))
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
        return [PORT]

    def start(self) -> None:
        self._listener.start()

    def stop(self) -> None:
        self._listener.stop()

    def snapshot(self) -> dict[str, Any]:
        return self.store.snapshot()
