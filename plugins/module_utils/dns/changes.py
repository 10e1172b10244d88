# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Differences of record sets: what a server holds against what the plan wants. Pure: no I/O, no clock.

Four phases: ``normalise`` what was asked for, ``plan`` the changes and conflicts, ``applied`` (what the server
will hold then), and ``described`` / ``rendered`` for the report. ``record_push.py`` carries them out.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Union

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import OURS, SrvData

CREATE, CHANGE, REPORT = "create", "change", "report"
TYPES = ("A", "SRV")
IF_MISSING = ("fail", "create")
DEFAULT_TTL = 3600
MAX_TTL = 2**31 - 1  # RFC 2181 section 8

_ZONE_KEYS = frozenset({"view", "name", "if_missing"})
_RECORD_KEYS = frozenset({"view", "zone", "name", "fqdn", "type", "ttl", "values", "managed", "reasons"})
_SRV_NUMBERS = ("priority", "weight", "port")
_MAX_UINT16 = 65535

# The data of one record: an address for A, a Service for SRV, presentation text for every other type.
Value = Union[str, SrvData]  # noqa: UP007


@dataclass(frozen=True)
class WantedZone:
    """A zone that records go into."""

    name: str
    if_missing: str = "fail"


@dataclass(frozen=True)
class WantedSet:
    """All records of one type at one owner name, as the plan wants them. Names are lower case without a dot."""

    zone: str
    owner: str
    type: str
    ttl: int
    values: tuple[Value, ...]
    reasons: tuple[Any, ...] = ()


@dataclass(frozen=True)
class FoundRecord:
    """One record as the server holds it. ``dynamic``: it has a time stamp, so scavenging may remove it."""

    zone: str
    owner: str
    type: str
    value: Value
    ttl: int
    dynamic: bool = False


@dataclass(frozen=True)
class SetChange:
    """What happens to one record set: values added, records whose TTL is changed, or only something to say."""

    verb: str
    wanted: WantedSet
    found: tuple[FoundRecord, ...]
    add: tuple[Value, ...] = ()
    retime: tuple[FoundRecord, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Conflict:
    """Something that another hand wrote and that stands in the way."""

    wanted: WantedSet
    what: str

    def __str__(self) -> str:
        return f"{self.wanted.owner} {self.wanted.type}: {self.what}"


@dataclass(frozen=True)
class Differences:
    """The outcome of ``plan``."""

    changes: tuple[SetChange, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True)
class PushRequest:
    """What was asked for, made uniform."""

    zones: tuple[WantedZone, ...] = ()
    sets: tuple[WantedSet, ...] = field(default_factory=tuple)


class BadRecords(RolloutError):
    """The zones or records that were given make no sense; ``problems`` lists them all."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problems), where="zones and records")


# --- normalise --------------------------------------------------------------------------------------------------------


def normalise(zones: Sequence[Mapping[str, Any]], records: Sequence[Mapping[str, Any]]) -> PushRequest:
    """Zones and records in the plan's form; raises BadRecords with every problem at once.

    Records that are not ours (``managed``) are left out: they are proved, not pushed.
    """
    problems: list[str] = []
    wanted_zones = _each(zones, _zone, "zones", problems)
    names_of_zones = {zone.name for zone in wanted_zones}
    _refuse_twice([zone.name for zone in wanted_zones], "zones", problems)
    ours = [(index, record) for index, record in enumerate(records) if record.get("managed", OURS) == OURS]
    sets = _each(records, _set, "records", problems, only=[index for index, _record in ours])
    _refuse_twice([f"{item.owner} {item.type}" for item in sets], "records", problems)
    strays = [item for item in sets if item.zone not in names_of_zones]
    problems += [f"records: {item.owner}: the zone '{item.zone}' is not among zones" for item in strays]
    if problems:
        raise BadRecords(problems)
    return PushRequest(tuple(wanted_zones), tuple(sets))


def _each(
    items: Sequence[Mapping[str, Any]], read: Any, where: str, problems: list[str], *, only: Sequence[int] | None = None
) -> list[Any]:
    done = []
    for index in range(len(items)) if only is None else only:
        try:
            done.append(read(items[index]))
        except RolloutError as error:
            problems.append(f"{where}[{index}]: {error}")
    return done


def _refuse_twice(keys: Sequence[str], where: str, problems: list[str]) -> None:
    first: dict[str, int] = {}
    for index, key in enumerate(keys):
        if first.setdefault(key, index) != index:
            problems.append(f"{where}: '{key}' is given twice (entries {first[key] + 1} and {index + 1} of ours)")


def _refuse_unknown(item: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(set(item) - known)
    if unknown:
        raise RolloutError(f"unknown key '{unknown[0]}'", mend=f"Known are {', '.join(sorted(known))}")


def _zone(item: Mapping[str, Any]) -> WantedZone:
    _refuse_unknown(item, _ZONE_KEYS)
    if_missing = item.get("if_missing") or "fail"
    if if_missing not in IF_MISSING:
        raise RolloutError(f"if_missing is '{if_missing}'", mend="Give fail or create")
    return WantedZone(names.zone(str(item.get("name") or "")), if_missing)


def _set(item: Mapping[str, Any]) -> WantedSet:
    _refuse_unknown(item, _RECORD_KEYS)
    kind = str(item.get("type") or "").upper()
    zone = names.zone(str(item.get("zone") or ""))
    owner = _owner(item, zone)
    if kind not in TYPES:
        raise RolloutError(
            f"{owner}: records of type '{kind}' are not supported", mend=f"Supported: {', '.join(TYPES)}"
        )
    values = tuple(dict.fromkeys(_value(kind, owner, value) for value in item.get("values") or ()))
    if not values:
        raise RolloutError(f"{owner}: no values")
    return WantedSet(zone, owner, kind, _ttl(item.get("ttl"), owner), values, tuple(item.get("reasons") or ()))


def _owner(item: Mapping[str, Any], zone: str) -> str:
    """The full owner name, from ``fqdn``, ``name`` or both."""
    relative = names.relative(str(item["name"])) if item.get("name") else None
    full = None if relative is None else (zone if relative == names.APEX else f"{relative}.{zone}")
    given = names.relative(str(item["fqdn"])) if item.get("fqdn") else full
    if given is None:
        raise RolloutError("a record needs a name", mend="Give name (relative to the zone) or fqdn")
    if full not in (None, given) or not names.is_within(given, zone):
        raise RolloutError(f"'{given}' is not the name '{relative}' in the zone '{zone}'")
    return given


def _ttl(value: Any, owner: str) -> int:
    number = DEFAULT_TTL if value is None else _integer(value, f"{owner}: ttl")
    if not 0 < number <= MAX_TTL:
        raise RolloutError(f"{owner}: a ttl of {number} seconds", mend=f"Give 1 to {MAX_TTL}")
    return number


def _integer(value: Any, what: str) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise RolloutError(f"{what} is '{value}', not a number") from None


def _value(kind: str, owner: str, value: Any) -> Value:
    return _address(owner, value) if kind == "A" else _service(owner, value)


def _address(owner: str, value: Any) -> str:
    try:
        return str(ipaddress.IPv4Address(str(value)))
    except ValueError:
        raise RolloutError(f"{owner}: '{value}' is no IPv4 address") from None


def _service(owner: str, value: Any) -> SrvData:
    if not isinstance(value, Mapping) or not value.get("target"):
        raise RolloutError(f"{owner}: a SRV value is a mapping with priority, weight, port and target")
    numbers = [_integer(value.get(key, 0), f"{owner}: {key}") for key in _SRV_NUMBERS]
    if any(not 0 <= number <= _MAX_UINT16 for number in numbers) or numbers[2] == 0:
        raise RolloutError(f"{owner}: priority, weight and port {numbers} do not fit into 16 bits, or port is 0")
    priority, weight, port = numbers
    return SrvData(priority, weight, port, names.fqdn(str(value["target"])))


# --- plan -------------------------------------------------------------------------------------------------------------


def plan(wanted: Iterable[WantedSet], found: Iterable[FoundRecord]) -> Differences:
    """What must be changed, and what stands in the way. Records that nobody asked about play no part.

    A set of ours that holds other values is a conflict, not a change: another hand may need them.
    """
    by_owner: dict[tuple[str, str], list[FoundRecord]] = {}
    for record in found:
        by_owner.setdefault((record.zone, record.owner), []).append(record)
    changes: list[SetChange] = []
    conflicts: list[Conflict] = []
    for item in wanted:
        there = by_owner.get((item.zone, item.owner), [])
        against = _conflicts(item, there)
        conflicts += against
        changes += [] if against else _changes(item, [record for record in there if record.type == item.type])
    return Differences(tuple(changes), tuple(conflicts))


def _conflicts(item: WantedSet, there: Sequence[FoundRecord]) -> list[Conflict]:
    return [Conflict(item, what) for record in there if (what := _conflict(item, record))]


def _conflict(item: WantedSet, record: FoundRecord) -> str:
    if record.type in ("CNAME", "DNAME"):
        return f"the name is an alias ({record.type} to {record.value}), which allows no other record beside it"
    if record.type == "NS" and item.owner != item.zone:
        return f"the name is delegated to {record.value}, so the record would not be seen there"
    if record.type == item.type and record.value not in item.values:
        return f"there is already {value_text(record.value)}, which is not planned"
    return ""


def _changes(item: WantedSet, there: Sequence[FoundRecord]) -> list[SetChange]:
    held = {record.value for record in there}
    add = tuple(value for value in item.values if value not in held)
    # A dynamic record is left alone, TTL and all: changing it may make it static.
    retime = tuple(record for record in there if record.ttl != item.ttl and not record.dynamic)
    verb = CHANGE if there else CREATE
    changes = [SetChange(verb, item, tuple(there), add, retime)] if add or retime else []
    if any(record.dynamic for record in there):
        note = "registered dynamically (it has a time stamp): scavenging may remove it; it is left as it is"
        changes.append(SetChange(REPORT, item, tuple(there), note=note))
    return changes


# --- apply, in thought ------------------------------------------------------------------------------------------------


def applied(found: Iterable[FoundRecord], changes: Iterable[SetChange]) -> tuple[FoundRecord, ...]:
    """What the server holds once the changes are made; check mode predicts with it."""
    chosen = list(changes)
    ttl_of = {record: change.wanted.ttl for change in chosen for record in change.retime}
    kept = [_retimed(record, ttl_of.get(record, record.ttl)) for record in found]
    added = [
        FoundRecord(change.wanted.zone, change.wanted.owner, change.wanted.type, value, change.wanted.ttl)
        for change in chosen
        for value in change.add
    ]
    return (*kept, *added)


def _retimed(record: FoundRecord, ttl: int) -> FoundRecord:
    return FoundRecord(record.zone, record.owner, record.type, record.value, ttl, record.dynamic)


# --- report -----------------------------------------------------------------------------------------------------------


def value_text(value: Value) -> str:
    """The data of a record as a zone file writes it, without trailing dots."""
    if isinstance(value, SrvData):
        return f"{value.priority} {value.weight} {value.port} {value.target}"
    return value


def value_data(value: Value) -> Any:
    """The data of a record as the plan writes it."""
    return to_plain(value) if isinstance(value, SrvData) else value


def described(records: Iterable[FoundRecord]) -> list[dict[str, Any]]:
    """Record sets for a result: zone, name, type, ttl (the lowest of the set), values; in a stable order."""
    sets: dict[tuple[str, str, str], list[FoundRecord]] = {}
    for record in records:
        sets.setdefault((record.zone, record.owner, record.type), []).append(record)
    return [
        {
            "zone": zone,
            "name": names.owner_in(owner, zone),
            "type": kind,
            "ttl": min(record.ttl for record in members),
            "values": [value_data(record.value) for record in sorted(members, key=_by_text)],
        }
        for (zone, owner, kind), members in sorted(sets.items(), key=lambda entry: entry[0])
    ]


def _by_text(record: FoundRecord) -> str:
    return value_text(record.value)


def describe_change(change: SetChange) -> dict[str, Any]:
    """A change for a result: verb, zone, name, type, before, after, reasons, and a note where there is one."""
    item = change.wanted
    before = described(change.found)
    after = described(applied(change.found, [change]))
    told = {
        "verb": change.verb,
        "zone": item.zone,
        "name": names.owner_in(item.owner, item.zone),
        "type": item.type,
        "before": _set_state(before),
        "after": _set_state(after),
        "reasons": list(item.reasons),
    }
    return {**told, "note": change.note} if change.note else told


def _set_state(sets: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    return {"ttl": sets[0]["ttl"], "values": sets[0]["values"]} if sets else None


def rendered(zones: Mapping[str, str], records: Iterable[FoundRecord]) -> str:
    """Zones and records as text for ``--diff``: a line per zone, a line per record, in a stable order.

    :param zones: what each existing zone is, such as ``primary zone, in Active Directory``.
    """
    lines = [f"; {name}: {words}" for name, words in zones.items()]
    rows = sorted((record.zone, record.owner, record.type, value_text(record.value), record.ttl) for record in records)
    lines += [f"{owner}. {ttl} IN {kind} {text}" for _zone_name, owner, kind, text, ttl in rows]
    return "".join(f"{line}\n" for line in lines)
