# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring zones and record sets to what is wanted on one DNS server, or take them away, through a port.

Read, plan, guard, apply, read back. What is created is remembered in the zone before it is created (``created.py``).
Nothing is changed while anything stands in the way anywhere, or another run is changing the server. A change that fails
is followed by reading: what the server holds decides, not what it said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import (
    CHANGE,
    CREATE,
    DELETE,
    REPORT,
    Change,
    ChangeSet,
)
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.dns import changes as record_sets
from ansible_collections.ucops.rollout.plugins.module_utils.dns import created as remembered
from ansible_collections.ucops.rollout.plugins.module_utils.dns import wildcards, zones
from ansible_collections.ucops.rollout.plugins.module_utils.dns.changes import (
    ComparedSet,
    Differences,
    SetChange,
    Site,
)
from ansible_collections.ucops.rollout.plugins.module_utils.dns.limits import Excess, beyond
from ansible_collections.ucops.rollout.plugins.module_utils.dns.obstacles import Obstacles
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import (
    FORWARDER,
    DnsServer,
    FoundRecord,
    StepwiseServer,
    WholeZoneServer,
    ZoneState,
)
from ansible_collections.ucops.rollout.plugins.module_utils.dns.reading import Reader
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import value_text
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import PushRequest
from ansible_collections.ucops.rollout.plugins.module_utils.dns.seen import (
    Seen,
    memory_record,
    memory_update,
    new_entries,
    zone_update,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedZone

# So many of what is left are named in a message; the result has all.
MOST_TOLD = 8


class ServerRefused(RolloutError):
    """Something stands in the way; nothing was changed. ``problems`` lists everything.

    :param replaceable: whether records of others are among it, which give way at the site's word.
    """

    def __init__(
        self, problems: Sequence[str], *, where: str, compared: Sequence[ComparedSet] = (), replaceable: bool = False
    ) -> None:
        self.problems = tuple(problems)
        word = ". What others created at a planned name gives way where the name is listed under replace"
        self.result = {"conflicts": list(problems), "compared": to_plain(compared)}
        super().__init__(
            "nothing was changed on this server, since this stands in the way: " + "; ".join(problems),
            where=where,
            mend="Remove or correct what is there, or change the plan, and run again"
            + (f"{word} (pool_dns_replace of the role)" if replaceable else ""),
        )


class LimitExceeded(RolloutError):
    """More would go or change than is allowed; nothing was changed. ``excesses`` carries the counts."""

    def __init__(self, excesses: Sequence[Excess], *, where: str, compared: Sequence[ComparedSet] = ()) -> None:
        self.excesses = tuple(excesses)
        told = [str(one) for one in excesses]
        self.result = {"conflicts": told, "compared": to_plain(compared)}
        super().__init__(f"nothing was changed: {'; '.join(told)}", where=where)


class PushFailed(RolloutError):
    """A change failed on the way. ``result`` holds what the server was then seen to hold."""

    def __init__(self, what: str, *, where: str, result: Mapping[str, Any]) -> None:
        self.result = dict(result)
        super().__init__(what, where=where, mend="Run again once the cause is mended: what is there is not done twice")


def push(
    server: DnsServer, request: PushRequest, *, check_mode: bool, others: Sequence[DnsServer] = ()
) -> dict[str, Any]:
    """Make the server hold what is wanted, or hold it no longer; returns the result for a task.

    :param others: further servers of the same records, which are only asked for zones that are missing on this one.
    :raises ServerRefused: with every missing zone, unfit zone and conflict at once; nothing was changed.
    :raises LimitExceeded: too much would go or change; nothing was changed.
    :raises PushFailed: a change failed; its text says what is there now and what is not.
    """
    return _Push(server, request, others).run(check_mode=check_mode)


def answered(pushed: Callable[[], dict[str, Any]], *, fail: bool) -> dict[str, Any]:
    """The result of a push; where ``fail`` is false also of one that was refused, or that failed on the way."""
    try:
        return pushed()
    except (LimitExceeded, PushFailed, ServerRefused) as error:
        if fail:
            raise
        return {"changed": False, **error.result, "pushed": False, "msg": str(error)}


class _Push:
    def __init__(self, server: DnsServer, request: PushRequest, others: Sequence[DnsServer]) -> None:
        self.server = server
        self.request = request
        self.reader = Reader(server, request)
        self.others = others
        self.compared: tuple[ComparedSet, ...] = ()
        self.notes: list[str] = []
        self.check_mode = False
        self.kept: dict[str, frozenset[int]] = {}

    @property
    def before(self) -> Seen:
        return self.reader.before

    def run(self, *, check_mode: bool) -> dict[str, Any]:
        self.check_mode = check_mode
        new_zones, changes = self._look()
        later = self._zones_later(new_zones)
        if check_mode or not (later or self._touched(changes)):
            return self._report(self.before.predicted(later, changes, self.request.rollout), new_zones, changes)
        with self.server.alone() as unkept:
            # Who had the server until now may have changed it.
            if self.reader.is_changed(self.before):
                new_zones, changes = self._look()
            self.notes += [unkept] if unkept else []
            after = self._apply(self.before, new_zones, changes)
        return self._report(after, new_zones, changes)

    def _look(self) -> tuple[list[PlannedZone], tuple[SetChange, ...]]:
        """Read, plan, guard: the zones to be created, and the changes of records."""
        before = self.reader.before = self.reader.read()
        self.kept = {zone: memory.created.kept_ttls for zone, memory in before.memory.items()}
        new_zones = [zone for zone in self.request.zones if self.request.is_new(zone, before.zones)]
        differences = self._differences(before, new_zones)
        self.compared = () if self.request.absent else self._compared(before, differences)
        self._guard(before, new_zones, differences)
        return new_zones, differences.changes

    # plan

    def _site(self, seen: Seen) -> Site:
        # What the rollout had created when it began decides, also once it has changed that.
        created = {name: memory.created for name, memory in self.before.memory.items()}
        asked = {zone.name: self.request.settings_of(zone).aging for zone in self.request.zones}
        wanted = {name for name, aging in asked.items() if aging and aging.enabled}
        aging = wanted.union(name for name, state in seen.zones.items() if state.aging and state.aging.enabled)
        return Site(created, self.request.replace, self.request.purge, aging, self.kept)

    def _differences(self, seen: Seen, new_zones: Sequence[PlannedZone] = ()) -> Differences:
        site = self._site(seen)
        if self.request.absent:
            found = record_sets.plan_absent(self.request.sets, seen.all_records(), site)
        else:
            there = {*seen.zones, *seen.others, *(zone.name for zone in new_zones)}
            forwarded = {name for name, state in seen.others.items() if state.kind == FORWARDER}
            found = record_sets.plan(self.request.sets, seen.all_records(), there, site, forwarded)
            found = replace(found, changes=(*found.changes, *self._stale_changes(seen, found.changes)))
        noted = (wildcards.noted(change, seen.wildcards.get(change.wanted.zone)) for change in found.changes)
        return replace(found, changes=tuple(noted))

    def _stale_changes(self, seen: Seen, others: Sequence[SetChange]) -> tuple[SetChange, ...]:
        """What the rollout created and nobody plans any more: removed where that was said, else only told."""
        gone = {record for change in others for record in change.gone}
        stale = [one for zone in seen.memory for one in seen.stale(zone, self.request.sets) if one not in gone]
        held = [one for one in seen.everything() if one not in gone]
        shared = self.request.rollout == remembered.DEFAULT_ROLLOUT
        return record_sets.stale_changes(stale, held, remove=self.request.stale, shared=shared)

    def _zones_later(self, new_zones: Sequence[PlannedZone]) -> dict[str, ZoneState]:
        """The zones that are to be created or set otherwise, as they will be."""
        lacking = self.before.lacking(self.request)
        changed = {name: zones.brought(self.before.zones[name], settings) for name, settings in lacking.items()}
        return {**{zone.name: zones.created(zone) for zone in new_zones}, **changed}

    def _stamp_notes(self, changes: Iterable[SetChange]) -> Iterator[str]:
        added = [f"{change.wanted.fqdn} {change.wanted.type}" for change in changes if change.added]
        if self.server.stamps and added:
            yield (
                "a Windows DNS server gives records that came by dynamic update a time stamp:"
                f" {_named(added)}. Where the zone ages, scavenging removes them once they are not"
                " refreshed; turn aging off for the zone, make them static (DNS console), or push over WinRM"
                " (dns_record_sets)"
            )

    # guard

    def _guard(self, seen: Seen, new_zones: Sequence[PlannedZone], differences: Differences) -> None:
        """Refuse everything that stands in the way, at once and before anything is changed."""
        obstacles = Obstacles(self.server, self.request, self.others, seen)
        problems = obstacles.problems(new_zones, differences)
        self.notes = obstacles.notes()
        if problems:
            replaceable = bool(differences.conflicts)
            raise ServerRefused(problems, where=self.server.name, compared=self.compared, replaceable=replaceable)
        known = {
            zone: len({*records, *seen.memory[zone].ours_elsewhere} if zone in seen.memory else records)
            for zone, records in seen.records.items()
        }
        excesses = beyond(self.request.limits, differences.changes, known, named=self.request.absent)
        if excesses:
            raise LimitExceeded(excesses, where=self.server.name, compared=self.compared)

    def _compared(self, seen: Seen, differences: Differences) -> tuple[ComparedSet, ...]:
        asked = (zone.name for zone in self.request.zones)
        unusable = {name: zones.unusable(name, seen.zones.get(name)) for name in asked}
        found = record_sets.compared(self.request.sets, seen.all_records(), differences, unusable, self._site(seen))
        return tuple(
            replace(one, wildcard=wildcards.told(seen.wildcards[one.zone].answering(one.fqdn)))
            if one.zone in seen.wildcards
            else one
            for one in found
        )

    # apply

    def _apply(self, before: Seen, new_zones: Sequence[PlannedZone], changes: Sequence[SetChange]) -> Seen:
        state = self._create_zones(before, new_zones)
        self._set_zones(state)
        self._zones_made(state, new_zones)
        touched = [zone for zone, _in_zone in self._touched(changes)]
        if isinstance(self.server, WholeZoneServer):
            self._update_zones(self.server, before, changes)
            self._read_again(touched, state)
            self._keep_raised(state, changes)
            self._confirm(state, changes)
            self._confirm_forgotten(state, changes)
        elif isinstance(self.server, StepwiseServer):
            self._step_by_step(self.server, before, changes, state)
            self._flush(touched)
        return state

    def _touched(self, changes: Iterable[SetChange]) -> list[tuple[str, list[SetChange]]]:
        """The real changes by zone; a zone without any is among them where it remembers what is not there."""
        by_zone = dict(record_sets.by_zone(changes))
        idle = {zone: by_zone.get(zone, []) for zone in self.before.memory if self.before.idle(zone)}
        return list({**by_zone, **idle}.items())

    def _forgets(self, zone: str, changes: Iterable[SetChange]) -> bool:
        """Whether it is more than what the changes take away or bring back."""
        in_zone = [change for change in changes if change.wanted.zone == zone]
        return bool(self.before.idle(zone) & self.before.gone_entries(zone, in_zone))

    def _update_zones(self, server: WholeZoneServer, before: Seen, changes: Sequence[SetChange]) -> None:
        for zone, in_zone in self._touched(changes):
            try:
                server.update(zone_update(zone, in_zone, before, self.request.rollout))
            except RolloutError as error:
                self._settle_update(in_zone, error)

    def _settle_update(self, changes: Sequence[SetChange], error: RolloutError) -> None:
        """After a reply that was lost or not to be trusted: go on if all is as meant, else say what is there."""
        if not getattr(error, "uncertain", False):
            raise self._failed(_cause(error)) from error
        try:
            waiting = {record_sets.key_of(change.wanted) for change in self._waiting(self.reader.read())}
        except RolloutError as unread:
            raise self._failed(f"{_cause(error)}; the state could not be read again: {unread}") from error
        if any(record_sets.key_of(change.wanted) in waiting for change in changes):
            raise self._failed(_cause(error)) from error
        self.notes.append(f"done, although this was reported: {error.what}")

    def _step_by_step(self, server: StepwiseServer, before: Seen, changes: Sequence[SetChange], state: Seen) -> None:
        touched = [zone for zone, _in_zone in self._touched(changes)]
        self._remember(server, before, changes)
        for change in changes:
            for record in change.first:
                self._remove(server, record)
            for record in change.added:
                self._add(server, record)
            for record in change.retime:
                self._retime(server, record, change.wanted.ttl)
        self._read_again(touched, state)
        if any(change.remove for change in changes):
            # Only now that the new was seen there, so that the name has an answer at any moment.
            self._confirm_added(state, changes)
            for change in changes:
                for record in change.remove:
                    self._remove(server, record)
            self._read_again(touched, state)
        self._keep_raised(state, changes)
        self._confirm(state, changes)
        if any(before.gone_entries(zone, in_zone) for zone, in_zone in self._touched(changes)):
            self._forget(server, before, changes)
            self._read_again(touched, state)
            self._confirm_forgotten(state, changes)

    def _read_again(self, zones: Sequence[str], state: Seen) -> None:
        try:
            for zone in zones:
                self.reader.read_records(zone, state)
        except RolloutError as error:
            raise self._failed(f"the records were written, and reading them again failed: {_cause(error)}") from error

    def _flush(self, zones: Sequence[str]) -> None:
        try:
            for zone in zones:
                self.server.flush(zone)
        except RolloutError as error:
            raise self._failed(f"the records are there, and writing the zone's file failed: {_cause(error)}") from error

    def _confirm_added(self, state: Seen, changes: Sequence[SetChange]) -> None:
        held = {(one.zone, one.owner, one.type, one.value) for one in state.all_records()}
        lacking = [
            f"{one.owner} {one.type}"
            for change in changes
            for one in change.added
            if (one.zone, one.owner, one.type, one.value) not in held
        ]
        if lacking:
            raise self._failed(f"the server took the changes, but does not hold {'; '.join(lacking)}")

    def _remember(self, server: StepwiseServer, before: Seen, changes: Sequence[SetChange]) -> None:
        """Before anything is created: what is remembered and not there harms nobody, the reverse would."""
        for zone, in_zone in self._touched(changes) if self.request.rollout else ():
            for text in before.created(zone, self.request.rollout).joined(new_entries(in_zone)):
                self._add(server, memory_record(zone, text))

    def _forget(self, server: StepwiseServer, before: Seen, changes: Sequence[SetChange]) -> None:
        for zone, in_zone in self._touched(changes):
            # With what this run added, as long as which the TTLs that the server keeps are remembered, too.
            held = before.created(zone, self.request.rollout).later(new_entries(in_zone), ())
            more, less = held.left(before.gone_entries(zone, in_zone))
            for text in more:
                self._add(server, memory_record(zone, text))
            for text in less:
                self._remove(server, memory_record(zone, text))

    def _create_zones(self, before: Seen, new_zones: Sequence[PlannedZone]) -> Seen:
        """Zones first; then they are read, since only that shows what the server made of them."""
        state, cause = before.copy(), ""
        for zone in new_zones:
            try:
                self.server.create_zone(zone.name, file=zones.file_of(zone))
            except RolloutError as error:
                cause = cause or _cause(error)
        if new_zones:
            state.zones.update(self._zones_again([zone.name for zone in new_zones], cause))
        for zone in new_zones:
            self._accept_zone(zone.name, state.zones.get(zone.name), cause)
        return state

    def _zones_again(self, names: Sequence[str], cause: str) -> Mapping[str, ZoneState]:
        try:
            return self.reader.states(names)
        except RolloutError as error:
            raise self._failed(
                f"zones may have been created or set ({cause}), and could not be read again: {error}"
            ) from error

    def _set_zones(self, state: Seen) -> None:
        """Bring zones to their settings, new ones and old ones; then what the server shows of them decides."""
        wanted, cause = state.lacking(self.request), ""
        for name, settings in wanted.items():
            try:
                self.server.set_zone(name, settings)
            except RolloutError as error:
                cause = cause or _cause(error)
        if wanted:
            state.zones.update(self._zones_again(list(wanted), cause))
        if left := state.lacking(self.request):
            told = "; ".join(f"zone {name} ({settings.text})" for name, settings in left.items())
            raise self._failed(f"settings were not taken: {told}: {cause or 'the server reported no error'}")
        if cause:
            self.notes.append(f"the settings of zones are as wanted, although this was reported: {cause}")

    def _zones_made(self, state: Seen, new_zones: Sequence[PlannedZone]) -> None:
        """What is only worth knowing of the new zones."""
        for name in (zone.name for zone in new_zones):
            if state.zones[name].dynamic_update == "any":
                self.notes.append(f"the new zone {name} takes dynamic updates from anybody; allow secure ones only")
            if state.zones[name].in_directory and not state.zones[name].partition:
                self._read_partition(name, state)

    def _read_partition(self, zone: str, state: Seen) -> None:
        """Where the server put a zone of which nobody said where: nothing depends on it."""
        try:
            state.zones[zone] = replace(state.zones[zone], partition=self.server.partition_of(zone))
        except RolloutError as error:
            self.notes.append(f"the directory partition of the new zone {zone} could not be read: {_cause(error)}")

    def _accept_zone(self, name: str, state: ZoneState | None, cause: str) -> None:
        if state is None:
            raise self._failed(f"the zone {name} could not be created: {cause or 'the server reported no error'}")
        if zones.unfit(state):
            raise self._failed(f"the zone {name} was created, but {zones.unfit(state)}")
        if cause:
            self.notes.append(f"the zone {name} is there although creating it reported: {cause}")

    def _add(self, server: StepwiseServer, record: FoundRecord) -> None:
        try:
            server.add(record.zone, record.owner, record.type, record.value, record.ttl)
        except RolloutError as error:
            self._settle(f"adding {_text_of(record)}", error, record)

    def _retime(self, server: StepwiseServer, record: FoundRecord, ttl: int) -> None:
        try:
            server.set_ttl(record, ttl)
        except RolloutError as error:
            self._settle(f"changing the TTL of {_text_of(record)}", error, replace(record, ttl=ttl))

    def _remove(self, server: StepwiseServer, record: FoundRecord) -> None:
        try:
            server.remove(record)
        except RolloutError as error:
            self._settle(f"removing {_text_of(record)}", error, record, gone=True)

    def _settle(self, doing: str, error: RolloutError, meant: FoundRecord, *, gone: bool = False) -> None:
        """After a failed change: go on if the server holds, or holds no longer, what was meant; else say what is."""
        try:
            seen = self.server.records(meant.zone, [meant.owner])
        except RolloutError as unread:
            raise self._failed(
                f"{doing} failed: {_cause(error)}; the state could not be read again: {unread}"
            ) from error
        there = [item for item in seen if (item.type, item.value) == (meant.type, meant.value)]
        if not there if gone else any(item.ttl == meant.ttl and not item.dynamic for item in there):
            self.notes.append(f"{doing}: done, although this was reported: {_cause(error)}")
            return
        raise self._failed(f"{doing} failed: {_cause(error)}") from error

    def _keep_raised(self, state: Seen, changes: Sequence[SetChange]) -> None:
        """A TTL that the server made higher than it was just told is the server's own: told, and set no more."""
        written = {record_sets.key_of(change.wanted) for change in changes}
        left = [change for change in record_sets.real(self._differences(state).changes) if change.raised]
        left = [change for change in left if record_sets.key_of(change.wanted) in written]
        for zone, raised in record_sets.by_zone(left):
            ttls = frozenset(int(one.ttl) for change in raised for one in change.retime)
            self.kept[zone] = self.kept.get(zone, frozenset()) | ttls
            named = _named([f"{change.wanted.fqdn} {change.wanted.type}" for change in raised])
            told = " and ".join(map(str, sorted(ttls)))
            self.notes.append(f"the server keeps a TTL of {told} where a lower one is planned: {named}")
            if self.request.rollout:
                self._remember_kept(zone, ttls, state)

    def _remember_kept(self, zone: str, ttls: Iterable[int], state: Seen) -> None:
        created = state.created(zone, self.request.rollout)
        texts = created.joined(map(remembered.kept_ttl, ttls))
        if isinstance(self.server, WholeZoneServer):
            try:
                self.server.update(memory_update(zone, texts, state))
            except RolloutError as error:
                raise self._failed(_cause(error)) from error
        elif isinstance(self.server, StepwiseServer):
            for text in texts:
                self._add(self.server, memory_record(zone, text))
        self._read_again([zone], state)

    def _confirm(self, state: Seen, changes: Sequence[SetChange]) -> None:
        """Everything wanted must be there now and remembered, as read."""
        differences = self._differences(state)
        problems = [*map(_missing, record_sets.real(differences.changes)), *differences.problems]
        for zone, in_zone in self._touched(changes) if self.request.rollout else ():
            if not state.created(zone, self.request.rollout).entries.issuperset(new_entries(in_zone)):
                problems.append(f"{remembered.owner_of(zone)} {remembered.KIND}")
        if problems:
            raise self._failed(f"the server took the changes, but holds something else now: {'; '.join(problems)}")

    def _confirm_forgotten(self, state: Seen, changes: Sequence[SetChange]) -> None:
        for zone, in_zone in self._touched(changes) if self.request.rollout else ():
            if state.created(zone, self.request.rollout).entries & self.before.gone_entries(zone, in_zone):
                owner = f"{remembered.owner_of(zone)} {remembered.KIND}"
                raise self._failed(f"the server took the changes, but {owner} lists what is not there any more")

    def _failed(self, what: str) -> PushFailed:
        """The error with the state as it is now, if that can still be read."""
        try:
            now = self.reader.read()
        except RolloutError as error:
            unknown = f"{what} (what is there now is unknown: {error})"
            return PushFailed(unknown, where=self.server.name, result={"changed": True})
        left = [f"zone {zone.name}" for zone in self.request.zones if self.request.is_new(zone, now.zones)]
        left += [f"zone {name} ({settings.text})" for name, settings in now.lacking(self.request).items()]
        left += [f"{change.wanted.fqdn} {change.wanted.type}" for change in self._waiting(now)]
        told = f"{what}. Still to be done: {_named(left) or 'nothing'}; everything else is there"
        return PushFailed(told, where=self.server.name, result={**self._known(now), "left": left})

    def _known(self, now: Seen) -> dict[str, Any]:
        changed = now.zones != self.before.zones or now.held != self.before.held
        told = [change.to_plain() for change in self._seen_changes(now)]
        return {"changed": changed, "changes": told}

    def _seen_changes(self, now: Seen) -> Iterator[Change]:
        """Of the changes that were to be made, those that the server was seen to hold, also in part."""
        yield from self._zone_changes(now)
        changes = record_sets.real(self._differences(self.before).changes)
        read = [change for change in changes if change.wanted.zone in now.records]
        for seen in _described(read, now.everything()):
            if seen.before != seen.after:
                yield seen

    def _waiting(self, now: Seen) -> list[SetChange]:
        """What is not there yet in the zones, new ones and old ones."""
        return record_sets.real(self._differences(now).changes)

    # report

    def _report(self, after: Seen, new_zones: Sequence[PlannedZone], changes: Sequence[SetChange]) -> dict[str, Any]:
        before = self.before
        told = (
            *self._zone_changes(after),
            *_described(changes, after.everything()),
            *(_forgotten(zone, before, after) for zone in before.memory if self._forgets(zone, changes)),
        )
        result = ChangeSet(before.text(), after.text(), told).to_result()
        return {
            **result,
            "pushed": True,
            "zones": [
                _zone_result(zone, after.zones[zone.name], zone in new_zones)
                for zone in self.request.zones
                if zone.name in after.zones
            ],
            "before": record_sets.described(before.all_records()),
            "after": record_sets.described(after.all_records()),
            "compared": to_plain(self.compared),
            "notes": [*self.notes, *self._stamp_notes(changes)],
            "summary": _summary(told, done=not self.check_mode),
            "diff": {
                "before_header": f"{self.server.name} (before)",
                "after_header": f"{self.server.name} (after)",
                **result["diff"],
            },
        }

    def _zone_changes(self, now: Seen) -> Iterator[Change]:
        """Zones that are there now and were not before, or are set otherwise."""
        for zone in self.request.zones:
            before, state = self.before.zones.get(zone.name), now.zones.get(zone.name)
            if state is not None and before != state:
                yield Change(
                    verb=CREATE if before is None else CHANGE,
                    what=f"zone {zone.name}",
                    subject={"zone": zone.name, "name": "@", "type": "ZONE"},
                    before=None if before is None else before.described,
                    after=state.described,
                )


_TO_DO = {CREATE: "to create", CHANGE: "to change", DELETE: "to remove", REPORT: "left as it is"}
_DONE = {CREATE: "created", CHANGE: "changed", DELETE: "removed", REPORT: "left as it is"}


def _summary(changes: Sequence[Change], *, done: bool) -> str:
    """For a person, of changes that were made or would be."""
    told = []
    for verb, text in (_DONE if done else _TO_DO).items():
        named = [change.what for change in changes if change.verb == verb]
        told += [f"{text}: {', '.join(named)}"] if named else []
    return "; ".join(told) or "nothing to do"


def _described(changes: Iterable[SetChange], later: Iterable[FoundRecord]) -> Iterator[Change]:
    held = record_sets.by_set(later)
    for change in changes:
        yield record_sets.describe_change(change, held.get(record_sets.key_of(change.wanted), ()))


def _cause(error: RolloutError) -> str:
    """The error without "it may have happened", since by then the state has been read and it is known."""
    advice = "" if getattr(error, "uncertain", False) or not error.mend else f". {error.mend}"
    return error.what + advice


def _missing(change: SetChange) -> str:
    """What a change that was made has left undone."""
    stamped = any(one.dynamic for one in change.retime)
    kept = " with its time stamp, which a change did not take away: delete it (DNS console) and run again"
    return f"{change.wanted.fqdn} {change.wanted.type}{kept if stamped else ''}"


def _named(told: Sequence[str]) -> str:
    """The first of them in their order, and how many more there are."""
    more = f" and {len(told) - MOST_TOLD} more" if len(told) > MOST_TOLD else ""
    return ", ".join(told[:MOST_TOLD]) + more


def _text_of(record: FoundRecord) -> str:
    return f"{record.owner} {record.type} {value_text(record.type, record.value)}"


def _forgotten(zone: str, before: Seen, after: Seen) -> Change:
    owner = remembered.owner_of(zone)
    texts = [sorted(seen.memory[zone].created.texts) for seen in (before, after)]
    return Change(
        verb=CHANGE if texts[1] else DELETE,
        what=f"{remembered.KIND} {owner}",
        subject={"zone": zone, "name": remembered.LABEL, "type": remembered.KIND},
        before=texts[0],
        after=texts[1],
        note="it lists what is not there any more",
    )


def _zone_result(zone: PlannedZone, state: ZoneState, created: bool) -> dict[str, Any]:
    return {"name": zone.name, "created": created, **state.described}
