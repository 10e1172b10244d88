# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What follows an assignment on a server: its proof, the way back where that fails, the end of what was replaced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import (
    DELETE,
    AssignedPlace,
    Change,
    ChangeSet,
)
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.findings.run import (
    cut_off_finding,
    mark_findings,
    mark_not_followed,
)
from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import RESTORED
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import Shake, shaking
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import BY_COMMAND, BY_WMI
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.lync import ServiceStep
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.marking import LeftMark, TakenAway
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.newly import MARK, PARTS, assigned_by, former_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.proving import (
    NOT_RESTORED,
    PROVED,
    UNPROVED,
    NotProved,
    Patience,
    prove,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.retiring import retire
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.assignments import Assigner
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.steps import Result
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import HostUnreachable
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.service_state import RESTARTED

PROOF, RETIRED = "proof", "retired"


@dataclass(frozen=True)
class _Said:
    """What is said of a mark that was followed, as half a sentence, and of one that was not."""

    followed: str
    misleading: str = "What is assigned was left alone, and the mark is gone"


_DONE = {
    PROVED: _Said("its ports show it now, so it stays"),
    UNPROVED: _Said("no port shows which certificate serves, so it stays"),
    RESTORED: _Said("it does not serve, so the former one is assigned again"),
    NOT_RESTORED: _Said("it does not serve, and the former one is not back: the mark stays for the next run"),
}
_STAYS = "What is assigned was left alone, and the mark stays"
_UNKNOWN = "What is assigned was left alone, and whether the mark is gone is not known"
_WOULD = _Said(
    "a run that may change something proves it now, or assigns the former one again",
    "A run that may change something takes the mark away, and leaves alone what is assigned",
)


@dataclass(frozen=True)
class _End:
    """How the work on the assignments ended. ``whole``: none is left for which the marks are to stay; ``proves``:
    whether there is anything to prove, and a host to ask; ``broken``: why a service did not come back, else empty."""

    whole: bool = True
    proves: bool = True
    broken: str = ""


@dataclass(frozen=True)
class Proof:
    """The proof of one server's assignments in this run. Its steps are kept with the first certificate."""

    host: WindowsHost
    assigner: Assigner

    @contextmanager
    def brings_back(self) -> Iterator[None]:
        """While this lasts, a service that does not come back gives the former certificate back. Where something else
        fails, what was assigned before that is proved; its marks stay, since the rest is still to be done."""
        try:
            yield
        except RolloutError as error:
            self._prove(self._ended_by(error))
            raise

    def prove(self) -> None:
        """See that each port shows what took another one's place there; else the former is back, and this raises."""
        self._prove(_End())

    def retire(self) -> None:
        """What the certificates took the place of, as the site wants it; what is to be revoked first is told only."""
        one = self.assigner
        if one.options.ends_former and one.steps.of:
            wanted = one.options.retiring(one.work, one.steps.of, check_mode=one.check_mode)
            one.steps.take(self._first, RETIRED, lambda: retire(self.host, wanted, shake=self._shake).to_result())

    @property
    def _first(self) -> str:
        return next(iter(self.assigner.steps.of))

    @property
    def _shake(self) -> Shake:
        return shaking(self.assigner.work.fqdn, self.assigner.options.timeout)

    def _ended_by(self, error: RolloutError) -> _End:
        """The end that this error is; a service that is known not to have come back counts, whatever is asked then."""
        one = self.assigner
        if one.broken:
            return _End(broken=str(error))
        if isinstance(error, HostUnreachable):
            return _End(whole=False, proves=False)
        return _End(whole=False, proves=bool(one.left_marks()) or any(map(former_of, one.steps.of.values())))

    def _prove(self, end: _End) -> None:
        if not end.proves:
            return
        one, options = self.assigner, self.assigner.options
        left = one.left_marks()
        followed = self._take_up(left)
        if one.check_mode:
            self._tell_marks(left, _WOULD)
            return
        restarts = followed and options.start_services
        assigned = assigned_by(
            one.work,
            one.steps.of,
            services=self._services(restarts),
            command=options.front_end_command,
            broken=end.broken,
            restarts=restarts,
        )
        patience = Patience(options.prove_wait, options.service_timeout)

        def proof() -> Result:
            return prove(lambda: nullcontext(self.host), assigned, shake=self._shake, patience=patience).to_result()

        done = _DONE[UNPROVED]
        if any(former.replaced for former in assigned.former):
            try:
                done = _DONE[one.steps.take(self._first, PROOF, proof)["state"]]
            except NotProved as error:
                self._note_back(error.outcome.restored)
                self._tell_marks(left, _DONE[error.outcome.state], gone=end.whole and error.outcome.state == RESTORED)
                raise
        self._tell_marks(left, done, gone=end.whole)

    # --- marks -------------------------------------------------------------------------------------------------------

    def _take_up(self, left: Sequence[tuple[str, LeftMark]]) -> bool:
        """Note with its certificate what a run that was cut off assigned, as if this one had; whether there is any."""
        one = self.assigner
        misleading = {mark.name for _id, mark in left if mark.why}
        followed = one.marks is not None and any(not mark.why for _id, mark in left)
        for id, results in one.steps.of.items():
            name = results.get("thumbprint")
            if not followed or one.marks is None or not name or name in misleading:
                continue
            former = one.marks.of(Thumbprint(name))
            if set(former) - set(former_of(results)):
                one.steps.note(id, **{MARK: {"changed": False, "former": to_plain(former)}})
        return followed

    def _services(self, restarts: bool) -> Sequence[ServiceStep]:
        """Those that this run brought to a state; or that are to start anew, should the former certificate be assigned
        again that another run took away."""
        one = self.assigner
        told = (results.get(MARK) for results in one.steps.of.values())
        ways = {former.way for results in told if restarts for former in former_of({MARK: results})}
        if ways & {BY_COMMAND, BY_WMI}:
            return [ServiceStep(name, RESTARTED) for name in one.options.services]
        return one.brought

    def _tell_marks(self, left: Sequence[tuple[str, LeftMark]], done: _Said, *, gone: bool = True) -> None:
        """Take the marks away, unless they are to stay, and say what became of those that another run left."""
        one = self.assigner
        marks, server = one.marks, one.work.fqdn
        if marks is None or not one.steps.of:
            return
        names = list(dict.fromkeys(mark.name for _id, mark in left))
        stay = TakenAway(frozenset(() if gone else names))
        taken = stay if one.check_mode or not gone else marks.take_away(names)
        ends = {**dict.fromkeys(taken.stays, _STAYS), **dict.fromkeys(taken.unknown, _UNKNOWN)}
        findings = [
            mark_not_followed(server, as_said(mark.name, 60), mark.why, ends.get(mark.name, done.misleading))
            if mark.why
            else cut_off_finding(server, mark.name, done.followed)
            for _id, mark in left
        ]
        findings += mark_findings(server, [*marks.refused, *([marks.unread] if marks.unread else [])])
        if not findings:
            return
        told = one.steps.of[self._first].get(MARK) or {}
        changes = _change_set([name for name in names if name not in ends]).to_result()
        one.steps.take(self._first, MARK, lambda: {**told, **changes, "findings": to_plain(tuple(findings))})

    def _note_back(self, places: Iterable[AssignedPlace]) -> None:
        """What places name now belongs into the report, and not what was assigned before that."""
        now = {one.place: to_plain(one) for one in places}
        for results in self.assigner.steps.of.values():
            for part in PARTS:
                step = results.get(part)
                if isinstance(step, Mapping):
                    told = [now.get(one["place"], one) for one in step.get("assigned") or ()]
                    results[part] = {**step, "assigned": told}


def _change_set(names: Sequence[str]) -> ChangeSet:
    changes = tuple(
        Change(
            DELETE, "mark of a run that was cut off taken away", {"thumbprint": name}, before=name, done="taken away"
        )
        for name in names
    )
    return ChangeSet("".join(f"mark of {name}\n" for name in names), "", changes)
