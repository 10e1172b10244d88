# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Differences of record sets: what a server holds against what the plan wants. Pure: no I/O, no clock.

``plan`` the changes and conflicts, ``applied`` is what the server will hold then, ``described`` and ``rendered``
are for the report. ``push.py`` carries them out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.change_set import CHANGE, CREATE, DELETE, REPORT, Change
from ansible_collections.ucops.rollout.plugins.module_utils.dns.created import Created
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import Capabilities, FoundRecord
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import (
    RECORD_TYPES,
    Value,
    value_data,
    value_text,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import INTERNAL, OURS, RecordSet
from ansible_collections.ucops.rollout.plugins.module_utils.values import Ttl

_ALIASES = ("CNAME", "DNAME")
# Of a signed zone; they stand beside an alias, too (RFC 4034 sections 3 and 4).
_SIGNATURES = ("NSEC", "RRSIG")
# At a name within a zone they end the zone there: nothing of the zone is seen below.
CUTS = ("NS", "DNAME")


@dataclass(frozen=True)
class SetChange:
    """What happens to one record set: values added and removed, TTLs changed, or only something to say.

    :param retime: records that get the planned TTL, and become static where they had a time stamp.
    :param first: records that must go before anything can be added, since no other may stand beside them.
    :param remove: records that go once all is added, so that the name has an answer at any moment.
    """

    verb: str
    wanted: RecordSet
    found: tuple[FoundRecord, ...]
    add: tuple[Value, ...] = ()
    retime: tuple[FoundRecord, ...] = ()
    first: tuple[FoundRecord, ...] = ()
    remove: tuple[FoundRecord, ...] = ()
    note: str = ""

    @property
    def gone(self) -> tuple[FoundRecord, ...]:
        return (*self.first, *self.remove)

    @property
    def raised(self) -> bool:
        """Whether nothing is left to be changed but TTLs that are higher than the planned one."""
        return not (self.add or self.gone) and all(one.ttl > self.wanted.ttl and not one.dynamic for one in self.retime)

    @property
    def added(self) -> tuple[FoundRecord, ...]:
        """The records of ``add``."""
        item = self.wanted
        return tuple(FoundRecord(item.zone, item.fqdn, item.type, value, item.ttl) for value in self.add)


@dataclass(frozen=True)
class Site:
    """What may be taken out of planned record sets: what was created by the rollout, and what the site's word gives.

    :param created: by zone.
    :param replace: full owner names at which others' records may go.
    :param purge: whether others' records may go wherever a set is planned.
    :param aging: zones in which records with a time stamp may be removed by scavenging.
    :param kept: by zone, the TTLs that the server made of lower ones.
    """

    created: Mapping[str, Created] = field(default_factory=dict)
    replace: frozenset[str] = frozenset()
    purge: bool = False
    aging: Collection[str] = frozenset()
    kept: Mapping[str, Collection[int]] = field(default_factory=dict)

    def ours(self, record: FoundRecord) -> bool:
        kept = self.created.get(record.zone)
        return kept is not None and not record.dynamic and kept.has(record)

    def gives(self, record: FoundRecord, *, same_type: bool = True) -> bool:
        """``purge`` is for members of a set; that all of another type goes is said by name."""
        return self.ours(record) or record.owner in self.replace or (self.purge and same_type and not record.dynamic)

    def keeps_ttl(self, item: RecordSet, record: FoundRecord) -> bool:
        """Whether this TTL is what the server makes of the planned one."""
        return item.ttl < record.ttl and record.ttl in self.kept.get(record.zone, ())

    def may_vanish(self, record: FoundRecord) -> bool:
        return record.dynamic and record.zone in self.aging


NOBODY = Site()

AGES = (
    "it has a time stamp (registered dynamically), and in this zone scavenging removes what is not registered again;"
    " where its name is listed under replace, it becomes static as it stands"
)


@dataclass(frozen=True)
class Conflict:
    """Something that another hand wrote and that stands in the way. ``of``: the record."""

    wanted: RecordSet
    what: str
    of: FoundRecord

    @property
    def ages(self) -> bool:
        """Whether it is as planned, but for its time stamp."""
        return self.of.type == self.wanted.type and self.of.value in self.wanted.values

    def __str__(self) -> str:
        return f"{self.wanted.fqdn} {self.wanted.type}: {self.what}"


@dataclass(frozen=True)
class Cut:
    """A name at which a zone ends, so that its server shows nothing of the zone there and below.

    :param how: what ends the zone, for a person; ``undo``: how that is taken away; ``hidden``: what would not be seen.
    """

    owner: str
    how: str
    undo: str
    hidden: tuple[RecordSet, ...]

    def __str__(self) -> str:
        first = self.hidden[0]
        told = ", ".join(f"{item.fqdn} {item.type}" for item in self.hidden)
        return (
            f"the zone {first.zone} ends at {self.owner}, which {self.how}, so what the zone holds there and below is"
            f" never seen: {told}; push into the child zone (declare {self.owner} under dns.{first.view}.zones, as"
            f" managed: other_team where others hold it), or {self.undo}"
        )


@dataclass(frozen=True)
class Differences:
    """The outcome of ``plan``."""

    changes: tuple[SetChange, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    cuts: tuple[Cut, ...] = ()

    @property
    def problems(self) -> list[str]:
        """All that stands in the way, for a person."""
        return [*map(str, self.cuts), *map(str, self.conflicts)]


@dataclass(frozen=True)
class Unsupported:
    """A record set that cannot be written: where it stands, why not, and what is possible instead."""

    path: str
    wanted: RecordSet
    why: str
    instead: str

    def __str__(self) -> str:
        return f"{self.wanted.type} {self.wanted.fqdn}: {self.why}; {self.instead}"


_BY_FILE = "export_plan writes them for the people who own DNS"
_BY_GROUP = (
    f"put it into the inventory's group (ucops_dns, ucops_dns_external), or leave the view out (ucops_only): {_BY_FILE}"
)


def unsupported(
    records: Iterable[RecordSet], capabilities: Capabilities, views: Collection[str] | None = None
) -> tuple[Unsupported, ...]:
    """The record sets of ours that a server with these capabilities cannot be asked to hold.

    :param views: those with a DNS server; None for records given to a server that somebody chose.
    """
    return tuple(
        Unsupported(f"records[{at}]", record, why, _BY_FILE if views is None or record.view in views else _BY_GROUP)
        for at, record in enumerate(records)
        if record.managed == OURS and (why := _why_not(record, capabilities, views))
    )


def refuse_unsupported(records: Iterable[RecordSet], capabilities: Capabilities) -> None:
    """Raise RolloutError with all record sets that a chosen server cannot hold, before anything is touched."""
    told = [str(one) for one in unsupported(records, capabilities)]
    if told:
        raise RolloutError(f"nothing was touched, since records cannot be written: {'. '.join(told)}")


def _why_not(record: RecordSet, capabilities: Capabilities, views: Collection[str] | None) -> str:
    if views is not None and record.view not in views:
        return f"no DNS server is named for the {record.view} view"
    if record.type not in capabilities.types:
        return f"only {' and '.join(capabilities.types)} records are pushed"
    return ""


# --- plan -------------------------------------------------------------------------------------------------------------


def plan(
    wanted: Iterable[RecordSet],
    found: Iterable[FoundRecord],
    zones: Collection[str] = frozenset(),
    site: Site = NOBODY,
    forwarded: Collection[str] = frozenset(),
) -> Differences:
    """What must be changed, and what stands in the way. Records that nobody asked about play no part.

    A set of ours that holds other values is a conflict, not a change, where another hand wrote them: somebody may need
    them.

    :param found: also what ``CUTS`` lists at the names between a zone and the owners.
    :param zones: names of zones that the server has or will have; those within another zone end it there.
    :param forwarded: those of them that it asks other servers for.
    """
    by_owner = _by_owner(found)
    changes: list[SetChange] = []
    conflicts: list[Conflict] = []
    hidden: dict[tuple[str, str, str], list[RecordSet]] = {}
    going: set[FoundRecord] = set()
    for item in wanted:
        if cut := _cut(item, by_owner, zones, forwarded):
            hidden.setdefault(cut, []).append(item)
            continue
        there = by_owner.get((item.zone, item.fqdn), [])
        against = _conflicts(item, there, site)
        conflicts += against
        changes += [] if against else _changes(item, there, site, going)
    cuts = tuple(Cut(*cut, hidden=tuple(items)) for cut, items in hidden.items())
    return Differences(tuple(changes), tuple(conflicts), cuts)


def plan_absent(wanted: Iterable[RecordSet], found: Iterable[FoundRecord], site: Site = NOBODY) -> Differences:
    """What must be removed so that none of the values is there; others' records are left, and told."""
    by_owner = _by_owner(found)
    return Differences(tuple(change for item in wanted for change in _removals(item, by_owner, site)))


LEFT = "created by an earlier run and not planned any more: it is left as it is (purge: stale removes it)"
LEFT_SHARED = (
    "created under the rollout name 'default', by an earlier run or by another task without a name of its own, and not"
    " planned here: it is left as it is. If nobody needs it, dns_record_sets with state: absent removes it"
)


def stale_changes(
    records: Iterable[FoundRecord], held: Iterable[FoundRecord], *, remove: bool, shared: bool = False
) -> tuple[SetChange, ...]:
    """A change for each set of these records, which nobody plans any more: removed, or only told.

    :param held: with what else there is of those sets, which stays.
    :param shared: whether other tasks may have created them under the same name of a rollout.
    """
    sets = by_set(dict.fromkeys(held))
    return tuple(
        _stale(found, sets[key], remove, LEFT_SHARED if shared else LEFT) for key, found in by_set(records).items()
    )


def _stale(found: Sequence[FoundRecord], there: Sequence[FoundRecord], remove: bool, left: str) -> SetChange:
    if remove:
        verb = DELETE if len(found) == len(there) else CHANGE
        return SetChange(verb, _as_set(found), tuple(there), remove=tuple(found))
    told = ", ".join(sorted(map(_by_text, found)))
    which = "" if len(found) == len(there) else f"{told}: "
    return SetChange(REPORT, _as_set(found), tuple(there), note=f"{which}{left}")


def _as_set(found: Sequence[FoundRecord]) -> RecordSet:
    first = found[0]
    return RecordSet(
        view=INTERNAL,
        zone=first.zone,
        name=names.owner_in(first.owner, first.zone),
        fqdn=first.owner,
        type=first.type,
        ttl=Ttl(min(max(first.ttl, Ttl.SHORTEST), Ttl.LONGEST)),
        values=tuple(record.value for record in found),
        managed=OURS,
        reasons=(),
    )


def _by_owner(found: Iterable[FoundRecord]) -> dict[tuple[str, str], list[FoundRecord]]:
    by_owner: dict[tuple[str, str], list[FoundRecord]] = {}
    for record in found:
        by_owner.setdefault((record.zone, record.owner), []).append(record)
    return by_owner


def _removals(
    item: RecordSet, by_owner: Mapping[tuple[str, str], Sequence[FoundRecord]], site: Site
) -> Iterator[SetChange]:
    there = tuple(record for record in by_owner.get((item.zone, item.fqdn), ()) if record.type == item.type)
    named = [record for record in there if record.value in item.values]
    gone = tuple(record for record in named if site.ours(record) or record.owner in site.replace)
    if gone:
        yield SetChange(DELETE if len(gone) == len(there) else CHANGE, item, there, remove=gone)
    if left := [value_text(record.type, record.value) for record in named if record not in gone]:
        yield SetChange(REPORT, item, there, note=f"{', '.join(left)} was created by others: it is left as it is")


def _cut(
    item: RecordSet,
    by_owner: Mapping[tuple[str, str], Sequence[FoundRecord]],
    zones: Collection[str],
    forwarded: Collection[str],
) -> tuple[str, str, str] | None:
    """Where the zone ends above a record set or at it, by what, and how that is undone; the highest such name."""
    for name in names.down_to(item.fqdn, item.zone):
        there = by_owner.get((item.zone, name), ())
        if name in forwarded:
            return name, "is a conditional forwarder on this server", "delete that forwarder"
        if name in zones:
            return name, "is a zone of its own on this server", "delete that zone"
        if servers := sorted(str(record.value) for record in there if record.type == "NS"):
            return name, f"is delegated to {', '.join(servers)}", "remove the delegation"
        redirect = [record for record in there if record.type == "DNAME" and name != item.fqdn]
        if redirect:
            return name, f"is redirected with all below it (DNAME to {redirect[0].value})", "remove the DNAME"
    return None


def _conflicts(item: RecordSet, there: Sequence[FoundRecord], site: Site) -> list[Conflict]:
    return [
        Conflict(item, what, record)
        for record in there
        if (what := _conflict(item, record) or _may_vanish(item, record, site))
        and not site.gives(record, same_type=record.type == item.type)
    ]


def _may_vanish(item: RecordSet, record: FoundRecord, site: Site) -> str:
    planned = record.type == item.type and record.value in item.values
    return f"{value_text(record.type, record.value)}: {AGES}" if planned and site.may_vanish(record) else ""


def _conflict(item: RecordSet, record: FoundRecord) -> str:
    same = record.type == item.type
    if record.type in _ALIASES and not same:
        return f"the name is an alias ({record.type} to {record.value}), which allows no other record beside it"
    if same and record.value not in item.values:
        return f"there is already {value_text(record.type, record.value)}, which is not planned"
    if not same and RECORD_TYPES[item.type].alone and record.type not in _SIGNATURES:
        there = value_text(record.type, record.value)
        return f"there is already {record.type} {there}, and an alias allows no other record beside it"
    return ""


def _changes(item: RecordSet, there: Sequence[FoundRecord], site: Site, going: set[FoundRecord]) -> list[SetChange]:
    """Called where nothing is in the way, or all that is may go.

    :param going: what goes already, since it is in the way of a set before this one; grows by what this one takes away.
    """
    same = [record for record in there if record.type == item.type]
    gone = [record for record in there if record not in going and _conflict(item, record)]
    going.update(gone)
    alone = RECORD_TYPES[item.type].alone
    first = tuple(record for record in gone if alone or record.type != item.type)
    held = {record.value for record in same}
    add = tuple(value for value in item.values if value not in held)
    kept = [record for record in same if record not in gone]
    retime = tuple(record for record in kept if _is_retimed(item, record, site))
    remove = tuple(record for record in gone if record not in first)
    changes = []
    if add or retime or gone:
        note = "its time stamp goes, and it becomes static" if any(record.dynamic for record in retime) else ""
        if other := [f"{one.type} {value_text(one.type, one.value)}" for one in first if one.type != item.type]:
            note = f"in place of {', '.join(other)}"
        changes.append(SetChange(CHANGE if same else CREATE, item, tuple(same), add, retime, first, remove, note))
    if any(record.dynamic and record not in retime for record in kept):
        note = (
            "registered dynamically (it has a time stamp), and left as it is: scavenging removes nothing from this zone"
            " as it is set now, and may once aging is turned on"
        )
        changes.append(SetChange(REPORT, item, tuple(same), note=note))
    if stays := {int(record.ttl) for record in same if site.keeps_ttl(item, record)}:
        note = f"the server made a TTL of {max(stays)} of the planned {int(item.ttl)} before, and it is left at that"
        changes.append(SetChange(REPORT, item, tuple(same), note=note))
    return changes


def _is_retimed(item: RecordSet, record: FoundRecord, site: Site) -> bool:
    """A dynamic record is left alone, TTL and all, until the site says otherwise: each change makes it static."""
    if record.dynamic:
        return record.owner in site.replace
    return _has_other_ttl(item, record, site)


def _has_other_ttl(item: RecordSet, record: FoundRecord, site: Site) -> bool:
    """Whether a static record has neither the planned TTL nor what the server makes of it."""
    return not record.dynamic and record.ttl != item.ttl and not site.keeps_ttl(item, record)


# --- compare ----------------------------------------------------------------------------------------------------------

AS_PLANNED, DIFFERENT, ABSENT, FURTHER = "as_planned", "different", "missing", "further"


@dataclass(frozen=True, slots=True)
class ComparedSet:
    """A wanted record set beside what a server holds, or one of another type at a wanted name (``further``).

    ``found`` and ``found_ttl``: None where it holds none; the TTL is the lowest of the set. ``values`` are none and
    ``ttl`` is None where nothing is wanted. ``problems``: what stands in the way, in words. ``dynamic``: some of it has
    a time stamp. ``other_ttls``: those that a push would set to the wanted one. ``ages``: it stands in the way that
    scavenging may remove some of it. ``wildcard``: what answers for the name while it does not exist, in words.
    """

    zone: str
    name: str
    fqdn: str
    type: str
    state: str
    values: tuple[Value, ...]
    found: tuple[Value, ...] | None
    ttl: int | None
    found_ttl: int | None
    dynamic: bool = False
    problems: tuple[str, ...] = ()
    other_ttls: tuple[int, ...] = ()
    ages: bool = False
    wildcard: str = ""


def compared(
    wanted: Sequence[RecordSet],
    found: Iterable[FoundRecord],
    differences: Differences,
    unusable: Mapping[str, str],
    site: Site = NOBODY,
) -> tuple[ComparedSet, ...]:
    """Each wanted set beside what is there, whether or not it could be brought there.

    :param differences: what ``plan`` said of the same.
    :param unusable: zone to why nothing in it counts, such as that it does not exist.
    """
    held = by_set(found)
    problems: dict[tuple[str, str, str], list[str]] = {}
    aging = {key_of(one.wanted) for one in differences.conflicts if one.ages}
    for conflict in differences.conflicts:
        if not conflict.ages:
            problems.setdefault(key_of(conflict.wanted), []).append(conflict.what)
    for cut in differences.cuts:
        for item in cut.hidden:
            problems.setdefault(key_of(item), []).append(f"the zone {item.zone} ends at {cut.owner}, which {cut.how}")
    for item in wanted:
        if unfit := unusable.get(item.zone):
            problems.setdefault(key_of(item), []).insert(0, unfit)
    sets = [
        _compared(
            item, held.get(key_of(item), []), tuple(problems.get(key_of(item), ())), site, ages=key_of(item) in aging
        )
        for item in wanted
    ]
    owners, keys = {(item.zone, item.fqdn) for item in wanted}, {key_of(item) for item in wanted}
    others = [key for key in held if key[:2] in owners and key not in keys and _leads(key[2])]
    return (*sets, *(_further(key, held[key]) for key in sorted(others)))


def _leads(kind: str) -> bool:
    return kind in RECORD_TYPES and RECORD_TYPES[kind].leads


def real(changes: Iterable[SetChange]) -> list[SetChange]:
    """Those that are more than something to say."""
    return [change for change in changes if change.verb != REPORT]


def by_zone(changes: Iterable[SetChange]) -> list[tuple[str, list[SetChange]]]:
    """The real ones, in the order of their zones."""
    found: dict[str, list[SetChange]] = {}
    for change in real(changes):
        found.setdefault(change.wanted.zone, []).append(change)
    return list(found.items())


def by_set(records: Iterable[FoundRecord]) -> dict[tuple[str, str, str], list[FoundRecord]]:
    """Records by zone, owner and type."""
    sets: dict[tuple[str, str, str], list[FoundRecord]] = {}
    for record in records:
        sets.setdefault((record.zone, record.owner, record.type), []).append(record)
    return sets


def key_of(item: RecordSet) -> tuple[str, str, str]:
    """Zone, owner and type of a set, as ``by_set`` has them."""
    return item.zone, item.fqdn, item.type


def _compared(
    item: RecordSet, there: Sequence[FoundRecord], problems: tuple[str, ...], site: Site, *, ages: bool
) -> ComparedSet:
    retimed = {record.ttl for record in there if _has_other_ttl(item, record, site)}
    same = {record.value for record in there} == set(item.values)
    return ComparedSet(
        zone=item.zone,
        name=item.name,
        fqdn=item.fqdn,
        type=item.type,
        state=ABSENT if not there else AS_PLANNED if same and not (retimed or problems or ages) else DIFFERENT,
        values=item.values,
        ttl=item.ttl,
        problems=problems,
        other_ttls=tuple(sorted(map(int, retimed))),
        ages=ages,
        **_there(there),
    )


def _further(key: tuple[str, str, str], there: Sequence[FoundRecord]) -> ComparedSet:
    zone, owner, kind = key
    return ComparedSet(
        zone=zone,
        name=names.owner_in(owner, zone),
        fqdn=owner,
        type=kind,
        state=FURTHER,
        values=(),
        ttl=None,
        **_there(there),
    )


def _there(records: Sequence[FoundRecord]) -> dict[str, Any]:
    """What a ``ComparedSet`` says of the records that a server holds."""
    return {
        "found": tuple(record.value for record in sorted(records, key=_by_text)) or None,
        "found_ttl": int(min(record.ttl for record in records)) if records else None,
        "dynamic": any(record.dynamic for record in records),
    }


# --- apply, in thought ------------------------------------------------------------------------------------------------


def applied(found: Iterable[FoundRecord], changes: Iterable[SetChange]) -> tuple[FoundRecord, ...]:
    """What the server holds once the changes are made; check mode predicts with it."""
    made = list(changes)
    gone = {record for change in made for record in change.gone}
    ttl_of = {record: change.wanted.ttl for change in made for record in change.retime}
    kept = [
        replace(record, ttl=ttl_of[record], dynamic=False) if record in ttl_of else record
        for record in found
        if record not in gone
    ]
    return (*kept, *(record for change in made for record in change.added))


# --- report -----------------------------------------------------------------------------------------------------------


def described(records: Iterable[FoundRecord]) -> list[dict[str, Any]]:
    """Record sets for a result: zone, name, type, ttl (the lowest of the set), values; in a stable order."""
    return [
        {
            "zone": zone,
            "name": names.owner_in(owner, zone),
            "type": kind,
            "ttl": int(min(record.ttl for record in members)),
            "values": [value_data(record.value) for record in sorted(members, key=_by_text)],
        }
        for (zone, owner, kind), members in sorted(by_set(records).items(), key=lambda entry: entry[0])
    ]


def _by_text(record: FoundRecord) -> str:
    return value_text(record.type, record.value)


def describe_change(change: SetChange, later: Iterable[FoundRecord]) -> Change:
    """A change of a record set for a result: what it was, and what it is in ``later``, as read or as predicted."""
    item = change.wanted
    after = [record for record in later if (record.zone, record.owner, record.type) == key_of(item)]
    return Change(
        verb=change.verb,
        what=f"{item.type} {item.fqdn}",
        subject={"zone": item.zone, "name": item.name, "type": item.type},
        before=_set_state(described(change.found)),
        after=_set_state(described(after)),
        reasons=item.reasons,
        note=change.note,
    )


def _set_state(sets: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    return {"ttl": sets[0]["ttl"], "values": sets[0]["values"]} if sets else None


def rendered(zones: Mapping[str, str], records: Iterable[FoundRecord]) -> str:
    """Zones and records as text for ``--diff``: a line per zone, a line per record, in a stable order.

    :param zones: what each existing zone is, such as ``primary zone, in Active Directory``.
    """
    lines = [f"; {name}: {text}" for name, text in zones.items()]
    rows = sorted(
        (record.zone, record.owner, record.type, value_text(record.type, record.value), record.ttl, record.dynamic)
        for record in records
    )
    lines += [
        f"{owner}. {ttl} IN {kind} {text}{' ; with a time stamp' if dynamic else ''}"
        for _zone_name, owner, kind, text, ttl, dynamic in rows
    ]
    return "".join(f"{line}\n" for line in lines)
