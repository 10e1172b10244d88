# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Zones and records as a task's arguments give them, made uniform: from a plan, or written by hand with less."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain, kind_of, told
from ansible_collections.ucops.rollout.plugins.module_utils.dns.created import (
    DEFAULT_ROLLOUT,
    checked_rollout,
)
from ansible_collections.ucops.rollout.plugins.module_utils.dns.limits import Limits
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import (
    RECORD_TYPES,
    record_type,
    refuse_unknown,
    uniform,
    whole,
)
from ansible_collections.ucops.rollout.plugins.module_utils.dns.zones import file_of
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    AS_IT_IS,
    DYNAMIC_UPDATES,
    IF_MISSING,
    INTERNAL,
    MANAGED,
    OTHER_TEAM,
    OURS,
    STORAGES,
    PlannedZone,
    Reason,
    RecordSet,
    ZoneSettings,
)
from ansible_collections.ucops.rollout.plugins.module_utils.values import BadValue, Ttl

# What the modules that push take, which read_request reads.
ARGUMENTS: dict[str, Any] = {
    "zones": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "if_missing": {"type": "str", "choices": ["fail", "create"], "default": "fail"},
            "view": {"type": "str"},
            "settings": {
                "type": "dict",
                "options": {
                    "storage": {"type": "str", "choices": list(STORAGES)},
                    "partition": {"type": "str"},
                    "dynamic_update": {"type": "str", "choices": list(DYNAMIC_UPDATES)},
                    "aging": {
                        "type": "dict",
                        "options": {
                            "enabled": {"type": "bool", "required": True},
                            "no_refresh_interval": {"type": "int"},
                            "refresh_interval": {"type": "int"},
                        },
                    },
                },
            },
        },
    },
    "records": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "zone": {"type": "str", "required": True},
            "name": {"type": "str"},
            "fqdn": {"type": "str"},
            "type": {"type": "str", "required": True},
            "ttl": {"type": "int", "default": 3600},
            "values": {"type": "list", "elements": "raw", "required": True},
            "managed": {"type": "str", "default": "ours"},
            "reasons": {"type": "list", "elements": "dict"},
            "view": {"type": "str"},
        },
    },
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "replace": {"type": "list", "elements": "str", "default": []},
    "purge": {"type": "str", "choices": ["none", "members", "stale"], "default": "none"},
    "rollout": {"type": "str", "default": DEFAULT_ROLLOUT},
    "remember": {"type": "bool", "default": True},
    "limits": {
        "type": "dict",
        "options": {one.name: {"type": "int", "default": one.default} for one in fields(Limits)},
    },
    "other_servers": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "address": {"type": "str", "required": True},
            "port": {"type": "int", "default": 53},
            "view": {"type": "str"},
        },
    },
    "fail": {"type": "bool", "default": True},
}

_ZONE_KEYS = frozenset({"view", "name", "if_missing", "settings"})
_RECORD_KEYS = frozenset({"view", "zone", "name", "fqdn", "type", "ttl", "values", "managed", "reasons"})


@dataclass(frozen=True)
class PushRequest:
    """What was asked for, made uniform.

    :param elsewhere: zones of which all records are another team's to enter.
    :param absent: whether the values of the sets are to be taken away.
    :param replace: full owner names at which records of others may give way; ``purge``: whether others' members of
        planned sets may; ``stale``: whether what the rollout created goes where nothing of it is planned any more.
    :param rollout: by this name its records are told from those of other rollouts into the same zones; "" where
        nothing is to be remembered.
    """

    zones: tuple[PlannedZone, ...] = ()
    sets: tuple[RecordSet, ...] = ()
    elsewhere: frozenset[str] = frozenset()
    absent: bool = False
    replace: frozenset[str] = frozenset()
    purge: bool = False
    stale: bool = False
    rollout: str = DEFAULT_ROLLOUT
    limits: Limits = Limits()

    def takes_nothing(self, zone: str) -> bool:
        """Whether there is nothing to push into a zone."""
        return all(item.zone != zone for item in self.sets)

    def settings_of(self, zone: PlannedZone) -> ZoneSettings:
        """What is wanted of a zone; where nothing is pushed, or another team has it, it stays as it is."""
        return AS_IT_IS if self.absent or zone.name in self.elsewhere else zone.settings

    def is_new(self, zone: PlannedZone, there: Collection[str]) -> bool:
        """Whether the zone is to be created beside those; what another team enters lies in a zone of that team."""
        wanted = zone.if_missing == "create" or not self.takes_nothing(zone.name)
        is_there = zone.name in there or zone.name in self.elsewhere
        return wanted and not is_there and not self.absent


class BadRecords(RolloutError):
    """The zones or records that were given make no sense; ``problems`` lists them all."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problems), where="zones and records")


def read_request(zones: Any, records: Any, site: Mapping[str, Any] | None = None) -> PushRequest:
    """Zones and records in the plan's form, lists of mappings; raises BadRecords with every problem at once.

    Records that are not ours (``managed``) are left out: they are proved, not pushed.

    :param site: the options ``state``, ``replace``, ``purge``, ``rollout``, ``remember`` and ``limits`` of the module.
    """
    given = site or {}
    problems: list[str] = []
    wanted_zones = [one for one in _each(zones, _zone, "zones", problems) if one is not None]
    names_of_zones = {zone.name for zone in wanted_zones}
    _refuse_twice([zone.name for zone in wanted_zones], "zones", problems)
    sets = [one for one in _each(records, _set, "records", problems) if one is not None]
    _refuse_twice([f"{item.fqdn} {item.type}" for item in sets], "records", problems)
    problems += [problem for item in sets if (problem := _beside_alias(item, sets))]
    strays = [item for item in sets if item.zone not in names_of_zones]
    problems += [f"records: {item.fqdn}: the zone '{item.zone}' is not among zones" for item in strays]
    replace = list(_each_text(given.get("replace") or (), names.relative, "replace", problems))
    limits = _limits(given.get("limits") or {}, problems)
    rollout = "".join(_each_text([given.get("rollout") or DEFAULT_ROLLOUT], checked_rollout, "rollout", problems))
    purge = given.get("purge") or "none"
    if purge == "stale" and rollout == DEFAULT_ROLLOUT:
        problems.append(
            "purge: stale takes away what this rollout created and does not plan any more, and it has no name of its"
            " own by which that is told from other rollouts; give it one as rollout (pool_dns_rollout of the role)"
        )
    if problems:
        raise BadRecords(problems)
    return PushRequest(
        tuple(wanted_zones),
        tuple(sets),
        frozenset(_elsewhere(records)),
        absent=given.get("state") == "absent",
        replace=frozenset(replace),
        purge=purge != "none",
        stale=purge == "stale",
        rollout=rollout if given.get("remember", True) else "",
        limits=limits,
    )


def _each_text(items: Any, read: Callable[[str], str], where: str, problems: list[str]) -> Iterator[str]:
    try:
        given = _listed(items, where)
    except RolloutError as error:
        problems.append(str(error))
        return
    for item in given:
        try:
            yield read(item if isinstance(item, str) else "")
        except RolloutError as error:
            problems.append(f"{where}: {error}")


def _limits(given: Mapping[str, Any], problems: list[str]) -> Limits:
    try:
        return Limits(**{name: whole(value, f"limits.{name}") for name, value in given.items() if value is not None})
    except RolloutError as error:
        problems.append(str(error))
        return Limits()


def _elsewhere(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    managed: dict[str, set[str]] = {}
    for record in records:
        zone = record.get("zone")
        if isinstance(zone, str):
            managed.setdefault(uniform(zone), set()).add(record.get("managed", OURS))
    return (zone for zone, teams in managed.items() if teams == {OTHER_TEAM})


def _each(items: Any, read: Callable[[Mapping[str, Any]], Any], where: str, problems: list[str]) -> list[Any]:
    done = []
    try:
        given = _listed(items, where)
    except RolloutError as error:
        problems.append(str(error))
        given = ()
    for index, item in enumerate(given):
        try:
            done.append(read(_mapping(item)))
        except RolloutError as error:
            problems.append(f"{where}[{index}]: {error}")
    return done


def _listed(value: Any, what: str) -> Sequence[Any]:
    """A text is a sequence too, of letters that nobody meant."""
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise RolloutError(f"{what} must be a list, not {kind_of(value)}")
    return value


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise RolloutError(f"must be a mapping, not {kind_of(value)}")
    return value


def _refuse_twice(keys: Sequence[str], where: str, problems: list[str]) -> None:
    first: dict[str, int] = {}
    for index, key in enumerate(keys):
        if first.setdefault(key, index) != index:
            problems.append(f"{where}: '{key}' is given twice (entries {first[key] + 1} and {index + 1} of ours)")


def _beside_alias(item: RecordSet, sets: Sequence[RecordSet]) -> str:
    """What stands beside a record that allows no other at its name, among all that was asked for; "" for nothing."""
    if not RECORD_TYPES[item.type].alone:
        return ""
    beside = [other.type for other in sets if other.fqdn == item.fqdn and other.type != item.type]
    if item.name == names.APEX:
        beside = ["SOA", "NS", *beside]
    return f"records: '{item.fqdn}': {item.type} allows no {', '.join(beside)} record beside it" if beside else ""


def _zone(item: Mapping[str, Any]) -> PlannedZone:
    refuse_unknown(item, _ZONE_KEYS)
    if_missing = item.get("if_missing") or "fail"
    if if_missing not in IF_MISSING:
        raise RolloutError(f"if_missing is {told(if_missing)}", mend="Give fail or create")
    name = names.zone(item.get("name") or "")
    settings = from_plain(ZoneSettings, item.get("settings") or {}, where=f"{name}: settings")
    zone = PlannedZone(item.get("view") or INTERNAL, name, if_missing, settings)
    file_of(zone)  # refused here rather than where the zone is created
    return zone


def _set(item: Mapping[str, Any]) -> RecordSet | None:
    """None for one that is not ours: it is not even looked at."""
    managed = item.get("managed", OURS)
    if managed not in MANAGED:
        raise RolloutError(f"managed is {told(managed)}", mend=f"Give one of {', '.join(MANAGED)}")
    if managed != OURS:
        return None
    refuse_unknown(item, _RECORD_KEYS)
    zone = names.zone(item.get("zone") or "")
    owner = _owner(item, zone)
    row = record_type(item.get("type") or "", owner=owner)
    if row.name == "SRV":
        _refuse_without_service(owner)
    values = tuple(dict.fromkeys(row.parse(value, owner) for value in _given(item, "values", owner)))
    if not values or (row.alone and len(values) > 1):
        raise RolloutError(f"{owner}: {'several values, and an alias has one' if values else 'no values'}")
    return RecordSet(
        view=item.get("view") or INTERNAL,
        zone=zone,
        name=names.owner_in(owner, zone),
        fqdn=owner,
        type=row.name,
        ttl=_ttl(item.get("ttl"), owner),
        values=values,
        managed=OURS,
        reasons=tuple(_reason(reason, owner) for reason in _given(item, "reasons", owner)),
    )


def _given(item: Mapping[str, Any], key: str, owner: str) -> Sequence[Any]:
    return () if item.get(key) is None else _listed(item[key], f"{owner}: {key}")


def _reason(reason: Any, owner: str) -> Reason:
    return from_plain(Reason, reason, where=f"{owner}: reasons")


def _owner(item: Mapping[str, Any], zone: str) -> str:
    """The full owner name, from ``fqdn``, ``name`` or both."""
    relative = names.relative(item["name"]) if item.get("name") else None
    if relative is not None and relative != names.APEX and names.is_within(relative, zone):
        raise RolloutError(
            f"name is '{relative}', a full name, where the name within the zone '{zone}' belongs",
            mend=f"Give name: '{names.owner_in(relative, zone)}', or the full name as fqdn alone",
        )
    full = None if relative is None else names.in_zone(relative, zone)
    given = names.relative(item["fqdn"]) if item.get("fqdn") else full
    if given is None:
        raise RolloutError("a record needs a name", mend="Give name (relative to the zone) or fqdn")
    if full not in (None, given) or not names.is_within(given, zone):
        raise RolloutError(f"'{given}' is not the name '{relative}' in the zone '{zone}'")
    return given


def _refuse_without_service(owner: str) -> None:
    """A SRV record's owner begins with the labels of a service and a protocol (RFC 2782)."""
    if any(not label.startswith("_") for label in (*owner.split("."), "")[:2]):
        raise RolloutError(
            f"{owner}: the name of a SRV record begins with a service and a protocol, each with an underscore",
            mend="Give it as _service._protocol, such as _sip._tls",
        )


def _ttl(value: Any, owner: str) -> Ttl:
    try:
        return Ttl(Ttl.DEFAULT if value is None else whole(value, f"{owner}: ttl"))
    except BadValue as error:
        raise RolloutError(f"{owner}: a ttl of {value} seconds", mend=error.mend) from None
