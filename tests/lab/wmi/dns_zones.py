# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones of the DNS provider: MicrosoftDNS_Zone, its properties and its methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lab.dns import store as dns_store
from lab.dns.store import DnsStore, Zone, absolute
from lab.soap import faults
from lab.wmi.dns_classes import CLASSES
from lab.wmi.model import Instance, Value

if TYPE_CHECKING:
    from lab.machine import Machine

# CreateZone and ChangeZoneType count from 0, the property from 1 (0 there is the cache).
_TYPE_OF_INPUT = {0: dns_store.PRIMARY, 1: dns_store.SECONDARY, 2: dns_store.STUB, 3: dns_store.FORWARDER}
_ZONE_DEFAULTS: dict[str, Value] = {
    "Aging": False,
    "AllowUpdate": 0,
    "AvailForScavengeTime": 0,
    "DisableWINSRecordReplication": True,
    "ForwarderSlave": False,
    "ForwarderTimeout": 5,
    "LastSuccessfulSoaCheck": 0,
    "LastSuccessfulXfr": 0,
    "NoRefreshInterval": 168,
    "Notify": 1,
    "RefreshInterval": 168,
    "SecureSecondaries": 3,
    "Shutdown": False,
    "UseNBStat": False,
    "UseWins": False,
}
_ZONE_WRITABLE = {
    "Aging",
    "AllowUpdate",
    "DisableWINSRecordReplication",
    "Notify",
    "SecureSecondaries",
    "NoRefreshInterval",
    "RefreshInterval",
    "ScavengeServers",
    "ForwarderSlave",
    "ForwarderTimeout",
}
# Of AllowUpdate: it takes the directory's accounts.
_SECURE = 2


def _path(domain: str) -> str:
    """The distinguished name of a domain or an application partition: `DC=company,DC=local`."""
    return ",".join(f"DC={part}" for part in domain.split("."))


class ZoneObjects:
    """The zones of one store as objects. `reference` makes the out parameter RR of an object; `created_in` is the
    directory partition of a new zone, which no parameter chooses."""

    def __init__(
        self,
        machine: Machine,
        store: DnsStore,
        reference: Callable[[Instance], dict[str, Value]],
        created_in: str,
    ) -> None:
        self._machine, self._store, self._reference, self._created_in = machine, store, reference, created_in

    def instance(self, zone: Zone) -> Instance:
        """The zone as an object of MicrosoftDNS_Zone."""
        values = (
            _ZONE_DEFAULTS
            | zone.settings
            | {
                "DnsServerName": self._machine.fqdn,
                "ContainerName": zone.text,
                "Name": zone.text,
                "AutoCreated": zone.auto_created,
                "DataFile": zone.data_file or None,
                "DsIntegrated": zone.ds_integrated,
                "MasterServers": list(zone.masters),
                "Paused": zone.paused,
                "ZoneType": zone.kind,
                "Reverse": zone.text.endswith(("in-addr.arpa", "ip6.arpa")),
            }
        )
        return Instance(CLASSES["MicrosoftDNS_Zone"], values, zone)

    def create(self, arguments: dict[str, Value]) -> dict[str, Value]:
        """CreateZone. Raises DnsError."""
        zone = self._store.create_zone(
            arguments["ZoneName"],
            _TYPE_OF_INPUT.get(arguments["ZoneType"], -1),
            ds_integrated=arguments["DsIntegrated"],
            partition=self._created_in,
            data_file=arguments.get("DataFileName") or "",
            masters=tuple(arguments.get("IpAddr") or ()),
            administrator=arguments.get("AdminEmailName") or "",
        )
        return self._reference(self.instance(zone))

    def carry_out(self, name: str, zone: Zone, arguments: dict[str, Value]) -> dict[str, Value]:
        """A method of one zone. Raises DnsError."""
        if name == "GetDistinguishedName":
            return {"ReturnValue": self._distinguished(zone)}
        if name == "AgeAllRecords":
            self._age(zone, arguments)
            return {"ReturnValue": 0}
        if name == "ChangeZoneType":
            return self._change_type(zone, arguments)
        if name == "ResetSecondaries":
            zone.settings |= {
                key: arguments[key] for key in ("SecondaryServers", "SecureSecondaries", "NotifyServers", "Notify")
            }
            return self._reference(self.instance(zone))
        if name in ("PauseZone", "ResumeZone"):
            zone.paused = name == "PauseZone"
        if name == "WriteBackZone":
            self._store.write_back(zone)
        if name == "ReloadZone":
            self._store.reload(zone)
        if name == "ForceRefresh" and zone.kind == dns_store.SECONDARY:
            self._store.refresh(zone)
        if name == "UpdateFromDS" and not zone.ds_integrated:
            raise dns_store.refused("INVALID_ZONE_OPERATION")
        return {}

    def _distinguished(self, zone: Zone) -> str | None:
        if not zone.ds_integrated:
            return None
        domain = _path(self._machine.estate.domain)
        kept = {
            dns_store.DOMAIN: f"DC=DomainDnsZones,{domain}",
            dns_store.FOREST: f"DC=ForestDnsZones,{domain}",
            dns_store.LEGACY: f"CN=System,{domain}",
        }
        return f"DC={zone.text},CN=MicrosoftDNS,{kept.get(zone.partition) or _path(zone.partition)}"

    def _age(self, zone: Zone, arguments: dict[str, Value]) -> None:
        node = absolute(arguments.get("NodeName") or zone.text)
        below = bool(arguments.get("ApplyToSubtree")) or not arguments.get("NodeName")
        self._store.stamp(zone, lambda one: one.owner == node or below and one.owner.is_subdomain(node))

    def _change_type(self, zone: Zone, arguments: dict[str, Value]) -> dict[str, Value]:
        kind = _TYPE_OF_INPUT.get(arguments["ZoneType"])
        masters = tuple(arguments.get("IpAddr") or ())
        if kind is None:
            raise dns_store.refused("INVALID_ZONE_TYPE")
        if kind != dns_store.PRIMARY and not masters:
            raise dns_store.refused("ZONE_REQUIRES_MASTER_IP")
        zone.kind, zone.masters = kind, masters
        return self._reference(self.instance(zone))

    def put(self, zone: Zone, changed: dict[str, Value]) -> Instance:
        """Change what can be written. Raises Fault."""
        secure_in_file = changed.get("AllowUpdate") == _SECURE and not zone.ds_integrated
        if set(changed) - _ZONE_WRITABLE or secure_in_file:
            raise faults.generic_failure("PutInstance", "MicrosoftDNS_Zone")
        with self._store.lock:
            zone.settings |= changed
        return self.instance(zone)
