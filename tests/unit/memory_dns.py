"""A DNS server in memory behind the port, and the ways in which a real one fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.ucops.rollout.plugins.module_utils.dns import zones
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import (
    WINDOWS,
    Capabilities,
    FoundRecord,
    StepwiseServer,
    ZoneState,
)
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import Value
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import ZoneSettings


@dataclass
class MemoryDns(StepwiseServer):
    """``calls``: every change that was asked for, in order."""

    held: dict[str, ZoneState] = field(default_factory=dict)
    rows: list[FoundRecord] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    name: str = "dc01"
    capabilities: Capabilities = WINDOWS
    #: by call: an error instead of doing it, or after doing it
    refuse: dict[str, RolloutError] = field(default_factory=dict)
    fail_after: dict[str, RolloutError] = field(default_factory=dict)
    #: calls that are answered as if done, and are not
    lose: set[str] = field(default_factory=set)
    #: a read fails as soon as this many changes were asked for
    deaf_after: int | None = None
    #: whether a record that is changed keeps its time stamp, which is not expected
    keeps_stamps: bool = False
    #: what it makes of a lower TTL
    least_ttl: int = 0
    partitions: dict[str, str] = field(default_factory=dict)
    #: why zones cannot be set otherwise
    unable: str = ""
    new_zone: ZoneState = ZoneState("", "primary", in_directory=True, dynamic_update="secure")

    def zones(self, names: Sequence[str]) -> Mapping[str, ZoneState]:
        self._hear()
        return {name: self.held[name] for name in names if name in self.held}

    def records(self, zone: str, owners: Sequence[str]) -> tuple[FoundRecord, ...]:
        self._hear()
        return tuple(row for row in self.rows if row.zone == zone and row.owner in owners)

    def all_records(self, zone: str) -> tuple[FoundRecord, ...]:
        self._hear()
        return tuple(row for row in self.rows if row.zone == zone)

    def create_zone(self, name: str, *, file: str = "") -> None:
        if self._begin(f"zone {name}"):
            self.held[name] = replace(self.new_zone, name=name, in_directory=not file)
        self._end(f"zone {name}")

    def partition_of(self, zone: str) -> str:
        return self.partitions.get(zone, "")

    def cannot_set(self, settings: ZoneSettings) -> str:
        return self.unable

    def set_zone(self, name: str, settings: ZoneSettings) -> None:
        if self._begin(f"set {name}"):
            self.held[name] = zones.brought(self.held[name], replace(settings, partition=None))
            self.partitions |= {name: settings.partition} if settings.partition else {}
        self._end(f"set {name}")

    def add(self, zone: str, owner: str, kind: str, value: Value, ttl: int) -> None:
        if self._begin(f"add {owner}"):
            self.rows.append(FoundRecord(zone, owner, kind, value, max(ttl, self.least_ttl)))
        self._end(f"add {owner}")

    def set_ttl(self, record: FoundRecord, ttl: int) -> None:
        if self._begin(f"ttl {record.owner}"):
            self.rows[self.rows.index(record)] = replace(
                record, ttl=max(ttl, self.least_ttl), dynamic=record.dynamic and self.keeps_stamps
            )
        self._end(f"ttl {record.owner}")

    def remove(self, record: FoundRecord) -> None:
        if self._begin(f"remove {record.owner}"):
            self.rows.remove(record)
        self._end(f"remove {record.owner}")

    def flush(self, zone: str) -> None:
        self._begin(f"flush {zone}")

    def _hear(self) -> None:
        if self.deaf_after is not None and len(self.calls) >= self.deaf_after:
            raise RolloutError("no answer")

    def _begin(self, call: str) -> bool:
        self.calls.append(call)
        if call in self.refuse:
            raise self.refuse[call]
        return call not in self.lose

    def _end(self, call: str) -> None:
        if call in self.fail_after:
            raise self.fail_after[call]
