# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The marks of one server: written before an assignment, taken away after its proof; what a run left that was cut off.

A mark is read with whatever is read anyway. It is written with the command that changes a binding, also for the other
places of the certificate that are changed next; else with one of its own. One that cannot be written keeps nothing from
being assigned: it is told, and the run goes on as without.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, timestamp
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.endpoints import BindingPlace
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import BY_BINDING, Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.http_sys import HttpBindings
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.keeping_port import FormerKeeper
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.marks import (
    KEY,
    MARKED,
    VALUE,
    BadMark,
    Mark,
    decoded,
    encoded,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.ocs import is_named_by
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import MY, CertificateStores
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import HostUnreachable
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import FileOutcome, FileProgram
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.quoting import CannotQuote, command_line
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.remembered import Remembered

_HIVE = "HKLM"
_LOOK = f"See on the server what reg query {_HIVE}\\{KEY} /s shows"


@dataclass(frozen=True, slots=True)
class LeftMark:
    """A mark that was there before this run. ``name``: of its key, which is a thumbprint where ``mark`` is not None;
    ``why``: it is not followed, empty where it is."""

    name: str
    mark: Mark | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class TakenAway:
    """What came of marks that were to be taken away, by their names: those that were seen to be there still, and those
    of which that is not known, since they could not be read any more. The others are gone."""

    stays: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()


def read_marks(host: WindowsHost) -> tuple[LeftMark, ...]:
    """Every mark of a server; those that no run of ours wrote say why they are not followed."""
    (content,) = host.registry.branches([MARKED])
    return tuple(_read(name, values.get(VALUE)) for name, values in (content.below if content else {}).items())


def _read(name: str, value: object) -> LeftMark:
    try:
        return LeftMark(name, decoded(name, value))
    except BadMark as error:
        return LeftMark(name, None, f"no run of this collection wrote it so: {error.what}")


class ServerMarks(FormerKeeper):
    """The marks of a server during one run. ``refused``: why some could not be written or taken away."""

    def __init__(self, host: WindowsHost, now: datetime) -> None:
        self._host, self._now = host, now
        self._left: tuple[LeftMark, ...] | None = None
        self._known: dict[Thumbprint, tuple[Former, ...]] = {}
        self._expected: dict[Thumbprint, Sequence[Former]] = {}
        self._written: set[str] = set()
        self.refused: list[str] = []
        self.unread = ""

    def look(self) -> tuple[LeftMark, ...]:
        """What was there before this run; read once."""
        if self._left is None:
            try:
                self._left = read_marks(self._host)
            except HostUnreachable:
                raise
            except RolloutError as error:
                self._left, self.unread = (), str(error)
        return self._left

    # --- write -------------------------------------------------------------------------------------------------------

    def expect(self, assigned: Mapping[Thumbprint, Sequence[Former]]) -> None:
        """What is kept next: it goes into the mark that is written before it for the same certificate."""
        self._expected.update(assigned)

    def keep(
        self, assigned: Mapping[Thumbprint, Sequence[Former]], changes: Sequence[FileProgram] = ()
    ) -> tuple[FileOutcome, ...]:
        writing = dict(self._writing(assigned))
        if not changes and not writing:
            return ()
        # What follows a mark alone makes everything else old that could be read along.
        alone = Remembered(self._host.registry, (MARKED,))
        try:
            outcomes = self._host.files.run(
                self._host.programs, [*writing.values(), *changes], then=None if changes else alone
            )
        except HostUnreachable:
            raise
        except RolloutError as error:
            if changes:
                raise
            self.refused.append(f"reg add: {as_said(str(error), 200)}")
            # Whether it is there all the same is seen when it is taken away.
            self._written.update(writing)
            return ()
        there, unread = self._there(self._host if changes else replace(self._host, registry=alone), writing)
        for name, one in zip(writing, outcomes[: len(writing)], strict=True):
            if name in there or not one.result.exit_code:
                self._written.add(name)
            if unread:
                self.refused.append(f"it was written, and could not be read back: {as_said(unread, 200)}")
            elif name not in there:
                said = as_said(one.result.text, 200) or f"it ended with 0x{one.result.exit_code:X}"
                self.refused.append(f"reg add said: {said}")
        return outcomes[len(writing) :]

    def _there(self, host: WindowsHost, written: Collection[str]) -> tuple[set[str], str]:
        """The certificates of which the server has now what is to be kept of them; and why that could not be read."""
        try:
            found = read_marks(host) if written else ()
        except HostUnreachable:
            raise
        except RolloutError as error:
            return set(), str(error)
        known = self._known
        return {one.name for one in found if one.mark and known.get(one.mark.thumbprint) == one.mark.former}, ""

    def _writing(self, assigned: Mapping[Thumbprint, Sequence[Former]]) -> Iterator[tuple[Thumbprint, FileProgram]]:
        for name, former in assigned.items():
            before = self.of(name)
            now = {(one.way, one.place): one for one in before}
            for one in map(self._unproved, (*former, *self._expected.pop(name, ()))):
                # A place that was left without any was cut off within its change: what it named before that counts.
                if one.replaced or (one.way, one.place) not in now:
                    now[one.way, one.place] = one
            # A place that named nothing is remembered, too: it goes into the mark with the first that named something.
            merged = self._known[name] = tuple(now.values())
            if merged == before or not any(one.replaced for one in merged):
                continue
            if text := self._text(name, merged):
                arguments = ("reg", "add", f"{_HIVE}\\{KEY}\\{name}", "/v", VALUE, "/t", "REG_SZ", "/d", text, "/f")
                yield name, FileProgram(arguments, changes=(KEY,))

    def _text(self, name: Thumbprint, former: Sequence[Former]) -> str:
        """The value; empty, and told, where no run could follow it."""
        text = encoded(former)
        try:
            decoded(name, text)
        except BadMark as error:
            self.refused.append(error.what)
            return ""
        return text

    def _unproved(self, one: Former) -> Former:
        """What to go back to: where the place names a certificate that was never proved, what was there before that, as
        long as it can be assigned again."""
        for left in self.look():
            if left.mark and left.mark.thumbprint == one.thumbprint:
                was = next((was for was in left.mark.former if _same_place(was, one)), one)
                return one if was.replaced and self._why_not_back(was, self._held()) else was
        return one

    def of(self, name: Thumbprint) -> tuple[Former, ...]:
        """What the places of a certificate named before it was assigned, by this run or by one that was cut off."""
        if name in self._known:
            return self._known[name]
        return next((one.mark.former for one in self.look() if one.mark and one.mark.thumbprint == name), ())

    # --- what was left -----------------------------------------------------------------------------------------------

    def judged(self, held: Mapping[Thumbprint, Collection[str]], *, all_held: bool) -> tuple[LeftMark, ...]:
        """Those that were there before, each with why it is not followed.

        :param held: the certificates that are planned and assigned, with the ways in which this run assigns them.
        :param all_held: whether these are all that are planned. Else the mark of another certificate waits for the one
            that takes its place.
        """
        found = (one if one.why else self._judged(one, held) for one in self.look())
        return tuple(one for one in found if all_held or one.mark is None or one.mark.thumbprint in held)

    def _judged(self, one: LeftMark, held: Mapping[Thumbprint, Collection[str]]) -> LeftMark:
        mark = one.mark
        if mark is None:
            return one
        why = "the certificate that was assigned then is not the one that is now"
        if mark.thumbprint in held:
            why = self._why_not(mark, held[mark.thumbprint])
        elif any(_same_place(was, new) for new in self._assigned_anew() for was in mark.former):
            why = ""
        return LeftMark(one.name, mark, why)

    def _assigned_anew(self) -> Iterator[Former]:
        return (one for former in self._known.values() for one in former)

    def _why_not(self, mark: Mark, ways: Collection[str]) -> str:
        if any(one.way not in ways for one in mark.former):
            return "this run does not assign the certificate in the way in which that was done then"
        present, bindings = self._held(), HttpBindings(self._host)
        for one in mark.former:
            if one.way == BY_BINDING:
                now = bindings.get(BindingPlace(one.kind, one.place))
                if now is None or now.thumbprint != mark.thumbprint:
                    return f"the binding of {one.place} names another certificate by now"
            if one.replaced and (told := self._why_not_back(one, present)):
                return f"the former certificate of {one.place} {told}"
        return ""

    def _held(self) -> list[X509Certificate]:
        stores = CertificateStores(self._host.registry, self._host.name)
        return [one.certificate for one in stores.entries(MY) if one.certificate]

    def _why_not_back(self, one: Former, present: Sequence[X509Certificate]) -> str:
        """Why what a place named is not assigned again, as what is said of it; empty where it is."""
        found = next((certificate for certificate in present if _names(one, certificate)), None)
        there = found is not None
        if one.store and one.store.upper() != MY:
            stores = CertificateStores(self._host.registry, self._host.name)
            entry = stores.entry(one.store, one.named) if one.named else None
            there, found = entry is not None, entry.certificate if entry else None
        if found is not None and found.not_after <= self._now:
            return f"expired on {timestamp(found.not_after)}"
        return "" if there else f"is not in the store {one.store or MY} any more"

    # --- take away ---------------------------------------------------------------------------------------------------

    def take_away(self, gone: Collection[str]) -> TakenAway:
        """Take away what this run wrote, and of what was there before those of these names."""
        gone = {*gone, *self._written}
        there = {one.name for one in self.look()} | self._written
        whole = gone == there and not self.unread
        named = {} if whole else {name: _deleting(f"\\{name}") for name in sorted(gone)}
        unnamed = {name: why for name, arguments in named.items() if (why := _unquotable(arguments))}
        for name, why in unnamed.items():
            self.refused.append(f"the key {as_said(name, 60)!r} is to be deleted by hand: {why}")
        deleting = [_deleting()] if whole else [one for name, one in named.items() if name not in unnamed]
        if not gone or not deleting:
            return TakenAway(frozenset(unnamed))
        return self._deleted(deleting, frozenset(gone), frozenset(unnamed))

    def _deleted(self, deleting: Sequence[Sequence[str]], gone: frozenset[str], unnamed: frozenset[str]) -> TakenAway:
        """Run the commands, and see what is there then. One that came to no end may have done its work all the same."""
        said = self._run([FileProgram(arguments, changes=(KEY,)) for arguments in deleting])
        try:
            stays = gone & {one.name for one in read_marks(self._host)}
        except HostUnreachable:
            raise
        except RolloutError as error:
            told = f"reg delete said: {as_said(said, 200) or 'nothing'}; "
            self.refused.append(f"{told}whether the marks are gone cannot be read: {as_said(str(error), 200)}. {_LOOK}")
            return TakenAway(unnamed, gone - unnamed)
        if stays - unnamed:
            self.refused.append(f"reg delete said: {as_said(said, 200) or 'nothing'}")
        return TakenAway(stays)

    def _run(self, programs: Sequence[FileProgram]) -> str:
        """What they said, or why nobody knows that."""
        try:
            return " ".join(one.result.text for one in self._host.files.run(self._host.programs, programs))
        except HostUnreachable:
            raise
        except RolloutError as error:
            return str(error)


def _deleting(below: str = "") -> tuple[str, ...]:
    return ("reg", "delete", f"{_HIVE}\\{KEY}{below}", "/f")


def _unquotable(arguments: Sequence[str]) -> str:
    """Why no command line carries them: whoever may write there may give a key any name."""
    try:
        command_line(arguments)
    except CannotQuote as error:
        return error.what
    return ""


def named_by(marks: Sequence[LeftMark], certificate: X509Certificate) -> str:
    """Why a certificate is not to be taken away, since it may have to be assigned again; empty where none names it."""
    if any(one.mark is None for one in marks):
        return "a mark of a run that was cut off, which cannot be read"
    named = any(_names(was, certificate) for one in marks if one.mark for was in one.mark.former)
    return "the mark of a run that was cut off" if named else ""


def _names(one: Former, certificate: X509Certificate) -> bool:
    if one.thumbprint:
        return one.thumbprint == certificate.thumbprint
    return bool(one.serial) and is_named_by(one, certificate)


def _same_place(one: Former, other: Former) -> bool:
    return (one.way, one.place) == (other.way, other.place)
