# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assign certificates with the cmdlets of Lync Server 2010 to Skype for Business Server SE.

One process reads all that a server has assigned; a second one assigns what differs, and reads again. An assignment is
not atomic: one that failed is told by what was read after it. No service is restarted here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import (
    CHANGE,
    CREATE,
    AssignedPlace,
    Change,
    ChangeSet,
    assigned_place,
)
from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain, to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.findings.run import oauth_findings
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding
from ansible_collections.ucops.rollout.plugins.module_utils.products.cs_types import (
    ACCESS_EDGE,
    AV_AUTHENTICATION,
    OAUTH,
    XMPP,
)
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import endpoint_text
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.by_hand import MANUAL, PLANNED
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import (
    ASSIGNED,
    PROVED,
    WOULD_ASSIGN,
    Shake,
    served_by,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.cs_scripts import ASSIGN, READ
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import BY_CMDLETS, Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.keeping_port import FormerKeeper, KeepsNothing
from ansible_collections.ucops.rollout.plugins.plugin_utils.cs.loading import RIGHTS, of_rights, records, require_loaded
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.netstat import listening_ports
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell import told
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.service_state import HALTED, RESTARTED, STARTED

READ_TIMEOUT, ASSIGN_TIMEOUT = 180.0, 600.0
OAUTH_KEY = 2048

# Services that take a certificate at their start only; IIS takes its own at once, and OAuth needs none.
_FRONT_END = ("RTCSRV", "RTCIMMCU", "RTCDATAMCU", "RTCAVMCU", "RTCASMCU", "RTCMEDSRV", "RTCCHAT")
AT_START: Mapping[str, tuple[str, ...]] = {
    "Default": _FRONT_END,
    "Internal": ("RTCSRV", "RTCMRAUTH", "RTCDATAPROXY"),
    ACCESS_EDGE: ("RTCSRV",),
    "DataEdgeExternal": ("RTCDATAPROXY",),
    AV_AUTHENTICATION: ("RTCMRAUTH",),
    XMPP: ("RTCXMPPTGWPX",),
}
_XMPP_SERVICE = "RTCXMPPTGWPX"
# A service cannot be stopped while one that needs it runs.
_NEEDED_BY: Mapping[str, str] = {"RTCMRAUTH": "RTCMEDIARELAY"}
_VERSION = re.compile(r"\d{1,9}(?:\.\d{1,9}){2,3}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

_AGAIN = "Mend it on the server and run again: what is assigned already is left alone"
CENTRAL = (
    "Only OAuth needs the Central Management Store, over a second hop: use CredSSP or Kerberos with delegation, or set"
    " pool_certificates_oauth: false and assign it by hand"
)
_PARTNERS = (
    "Tell the partners of OAuth (Exchange, Skype for Business Online, Office Web Apps) that the certificate changed:"
    " their trust in the former one has to be renewed"
)


@dataclass(frozen=True, slots=True)
class CsEndpoint:
    """Where a handshake shows what is served for a type. ``address``: empty where nothing can be asked. ``port``: under
    which it is reached; ``own_port``: on the server itself, 0 where it is not known."""

    type: str
    address: str
    port: int
    own_port: int = 0


@dataclass(frozen=True, slots=True)
class CsWanted:
    """A certificate and its types. ``thumbprint``: None for one that is only planned yet (check mode)."""

    id: str
    thumbprint: Thumbprint | None
    endpoints: tuple[CsEndpoint, ...]

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.type for one in self.endpoints))


@dataclass(frozen=True, slots=True)
class CsOptions:
    """``effective``: from when on (2026-01-02T03:04:05Z) OAuth and A/V authentication use it, empty for at once."""

    oauth: bool = False
    effective: str = ""
    restarts: bool = False


@dataclass(frozen=True, slots=True)
class CsListed:
    """One entry of the list. ``effective``: from when on it is used (2026-01-02T03:04:05.0000000Z), and ``previous``
    the thumbprint of the one until then; empty where the product tells none."""

    type: str
    thumbprint: str
    effective: str = ""
    previous: str = ""


@dataclass(frozen=True, slots=True)
class CsState:
    """What a server has assigned: type to thumbprint, on this machine and for the organisation (OAuth).

    ``refused``: types of which an error is told in place of the certificate, such as that it is not trusted;
    ``denied``: those that the account may not read. ``notes``: all that was told of this machine's.
    ``unread``: why the organisation's could not be read, and ``closed``: whether their store was not opened.
    """

    machine: Mapping[str, str]
    organisation: Mapping[str, str]
    services: tuple[str, ...] = ()
    version: str = ""
    store: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    now: str = ""
    notes: tuple[str, ...] = ()
    unread: str = ""
    closed: bool = False
    refused: Mapping[str, str] = field(default_factory=dict)
    denied: Mapping[str, str] = field(default_factory=dict)
    listed: tuple[CsListed, ...] = ()

    def of(self, type: str) -> str:
        return (self.organisation if type == OAUTH else self.machine).get(type, "")


@dataclass(frozen=True, slots=True)
class ServiceStep:
    """A service, and the state that it is to be brought to."""

    name: str
    state: str


@dataclass(frozen=True, slots=True)
class CsOutcome:
    """What came of one certificate. ``state``: proved, assigned, would_assign or manual."""

    id: str
    state: str
    thumbprint: Thumbprint | None
    change_set: ChangeSet
    before: Mapping[str, str]
    after: Mapping[str, str]
    services: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    message: str = ""
    check_mode: bool = False
    findings: tuple[Finding, ...] = ()
    still: tuple[AssignedPlace, ...] = ()

    @property
    def assigned(self) -> tuple[AssignedPlace, ...]:
        """Type by type, then the ports that show another certificate until people restart a service."""
        types = (
            assigned_place(type, was, self.after[type], self.thumbprint, check_mode=self.check_mode)
            for type, was in self.before.items()
        )
        return (*types, *self.still)

    @property
    def former(self) -> tuple[Former, ...]:
        """What was changed, as it was. OAuth's is the organisation's, which no port of this server proves."""
        changed = [] if self.check_mode else [type for type, was in self.before.items() if was != self.after[type]]
        return tuple(Former(BY_CMDLETS, type, self.before[type]) for type in changed if type != OAUTH)

    def to_result(self) -> dict[str, Any]:
        return {
            **self.change_set.to_result(),
            "state": self.state,
            "thumbprint": to_plain(self.thumbprint),
            "assigned": to_plain(self.assigned),
            "before": to_plain(self.before),
            "after": to_plain(self.after),
            "former": to_plain(self.former),
            "services": list(self.services),
            "steps": list(self.steps),
            "message": self.message,
            "findings": to_plain(self.findings),
        }


class NotAssigned(RolloutError):
    """An assignment failed, and was read again. ``result`` joins the task's result."""

    def __init__(self, what: str, outcomes: Sequence[CsOutcome], *, where: str, mend: str) -> None:
        super().__init__(what, where=where, mend=mend)
        self.result = result_of(outcomes)


def result_of(
    outcomes: Sequence[CsOutcome], notes: Sequence[str] = (), services: Iterable[ServiceStep] = ()
) -> dict[str, Any]:
    """All certificates of a server in the one result of its task."""
    return {
        "changed": any(one.change_set.changes for one in outcomes),
        "results": {one.id: {"assignment": one.to_result()} for one in outcomes},
        "services": to_plain(tuple(services)),
        "notes": list(notes),
    }


def assign_types(
    host: WindowsHost,
    wanted: Sequence[CsWanted],
    options: CsOptions,
    *,
    shake: Shake,
    check_mode: bool = False,
    state: CsState | None = None,
    keeper: FormerKeeper | None = None,
) -> dict[str, Any]:
    """Bring the server's assignments to what is wanted, and prove them by handshakes.

    :param state: as ``read_state`` has just read it, else it is read now.
    :param keeper: is told what is assigned, before that is changed.
    """
    check_effective(options.effective)
    if state is None:
        state = read_state(host, next((one.thumbprint or "" for one in wanted if OAUTH in one.types), ""))
    wanted = [_with_xmpp(one, state) for one in wanted]
    sets = [(one, types) for one in wanted for types in _sets(one, state, options)]
    notes = state.notes
    after = state
    if sets and not check_mode:
        for one, types in sets:
            _require_usable(host, one, types, state)
        (keeper or KeepsNothing(host)).keep(_former(sets, state))
        after, notes = _apply(host, wanted, sets, state, options)
    outcomes = [_outcome(host, one, state, after, options, shake, check_mode) for one in wanted]
    restarts = dict.fromkeys(name for one in outcomes for name in one.services)
    every = tuple(type for one in wanted for type in one.types)
    return result_of(outcomes, notes, _service_steps(restarts, every, after.services, check_mode))


def restore(host: WindowsHost, former: Sequence[Former]) -> tuple[ServiceStep, ...]:
    """Assign to types what they had; one that had none keeps the new one. Returns which services take it at their
    start."""
    by_name: dict[Thumbprint, list[CsEndpoint]] = {}
    for one in former:
        if one.named:
            by_name.setdefault(one.named, []).append(CsEndpoint(one.place, "", 0))
    wanted = [CsWanted(name, name, tuple(types)) for name, types in by_name.items()]
    done = assign_types(host, wanted, CsOptions(restarts=True), shake=_unasked)
    return from_plain(tuple[ServiceStep, ...], done["services"], where=host.name)


def present(host: WindowsHost, former: Sequence[Former]) -> dict[str, str]:
    """The thumbprint that each of these types has now, empty for none."""
    state = read_state(host)
    return {one.place: state.of(one.place) for one in former}


def _unasked(address: str, port: int, name: str) -> Handshake:
    """Of types without an address no port is asked."""
    raise RolloutError("no port was to be asked", where=endpoint_text(address, port))


# --- read -----------------------------------------------------------------------------------------------------------


def read_state(host: WindowsHost, keys: str = "", types: Sequence[str] = ()) -> CsState:
    """What the server has assigned.

    :param keys: a thumbprint whose key's length and export are read, too, or ``*`` for all.
    :param types: of the machine; where errors were told, it is read which of these they are of.
    """
    answer = host.powershell.run(READ, {"KEYS": keys, "TYPES": ",".join(types)}, timeout=READ_TIMEOUT)
    machine, notes = _assigned(host, answer)
    organisation, others = _listed(host, answer, "global")
    version = _VERSION.search(str(answer.get("version") or ""))
    errors = [
        (str(type), error) for one in records(answer.get("refused"), where=host.name) for type, error in one.items()
    ]
    return CsState(
        machine,
        organisation,
        services=_texts(answer.get("services")),
        version=version[0] if version else "",
        store={str(one.get("thumbprint")): one for one in records(answer.get("store"), where=host.name)},
        now=str(answer.get("now") or ""),
        notes=notes,
        unread=others[0] if others and not organisation else "",
        closed=any(map(of_rights, _records(host, answer, "global", "errors"))),
        refused={type: told(error) for type, error in errors if not of_rights(error)},
        denied={type: told(error) for type, error in errors if of_rights(error)},
        listed=tuple(_entry(one) for part in ("global", "machine") for one in _records(host, answer, part, "list")),
    )


def _assigned(host: WindowsHost, answer: Mapping[str, Any]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Assigned on this machine, and what was said meanwhile; raises RolloutError where nothing could be read."""
    require_loaded(READ, answer, where=host.name)
    if not isinstance(answer.get("machine"), Mapping):
        raise RolloutError("PowerShell gave an answer of another form than its script makes", where=host.name)
    machine, notes = _listed(host, answer, "machine")
    if not machine and any(of_rights(one) for one in _records(host, answer, "machine", "errors")):
        raise RolloutError(f"Get-CsCertificate may not read: {notes[0]}", where=host.name, mend=RIGHTS)
    return machine, notes


def _listed(host: WindowsHost, answer: Mapping[str, Any], part: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Type to thumbprint, and the errors in words. A use may be printed as urn:certref:Default."""
    listed = map(_entry, _records(host, answer, part, "list"))
    return {one.type: one.thumbprint for one in listed}, tuple(map(told, _records(host, answer, part, "errors")))


def _entry(one: Mapping[str, Any]) -> CsListed:
    thumbprint, previous = str(one.get("Thumbprint", "")).upper(), str(one.get("PreviousThumbprint") or "").upper()
    type = str(one.get("Use", "")).rpartition(":")[2]
    return CsListed(type, thumbprint, str(one.get("EffectiveDate") or ""), previous)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _records(host: WindowsHost, answer: Mapping[str, Any], part: str, key: str) -> tuple[Mapping[str, Any], ...]:
    held = records(answer.get(part), where=host.name)
    return records(held[0].get(key), where=host.name) if held else ()


# --- plan -----------------------------------------------------------------------------------------------------------


def check_effective(text: str) -> None:
    """Refuse what is no time in UTC; empty stands for at once."""
    if text and not _DATE.fullmatch(text):
        raise RolloutError(
            f"'{as_said(text, 60)}' is no time",
            where="pool_certificates_effective_date",
            mend="Give it in UTC, such as 2026-12-01T22:00:00Z",
        )


def moment(text: str) -> datetime | None:
    """A time in UTC as the scripts write it, such as 2026-01-02T03:04:05.0000000Z; None for what is none."""
    try:
        return datetime.fromisoformat(text[:19]).replace(tzinfo=timezone.utc) if _MOMENT.fullmatch(text[:19]) else None
    except ValueError:
        return None


def has_xmpp(state: CsState) -> bool:
    """Whether the XMPP gateway is on the server."""
    return _XMPP_SERVICE in map(str.upper, state.services)


def _with_xmpp(wanted: CsWanted, state: CsState) -> CsWanted:
    """An Edge Server with the XMPP gateway presents the Access Edge's certificate there, too."""
    if ACCESS_EDGE not in wanted.types or not has_xmpp(state):
        return wanted
    return CsWanted(wanted.id, wanted.thumbprint, (*wanted.endpoints, CsEndpoint(XMPP, "", 0)))


def _sets(wanted: CsWanted, state: CsState, options: CsOptions) -> Iterator[tuple[str, ...]]:
    """The types to assign, together where one call may take them."""
    missing = [one for one in wanted.types if state.of(one) != (wanted.thumbprint or PLANNED)]
    if not options.oauth:
        missing = [one for one in missing if one != OAUTH]
    alone = [one for one in missing if one == OAUTH or (one == AV_AUTHENTICATION and options.effective)]
    together = tuple(one for one in missing if one not in alone)
    if together:
        yield together
    yield from ((one,) for one in alone)


def _former(sets: Iterable[tuple[CsWanted, tuple[str, ...]]], state: CsState) -> dict[Thumbprint, list[Former]]:
    """By the certificate that is to be assigned, what its types have; OAuth's is the organisation's."""
    found: dict[Thumbprint, list[Former]] = {}
    for one, types in sets:
        if one.thumbprint is not None:
            mine = (Former(BY_CMDLETS, type, state.of(type)) for type in types if type != OAUTH)
            found.setdefault(one.thumbprint, []).extend(mine)
    return found


def _require_usable(host: WindowsHost, wanted: CsWanted, types: Sequence[str], state: CsState) -> None:
    if wanted.thumbprint is None:
        raise RolloutError("no thumbprint was given", where=f"{host.name}: {', '.join(types)}")
    held = state.store.get(wanted.thumbprint)
    lack = ""
    if held is None:
        lack = "is not in the store MY of the machine"
    elif held.get("key") != "True":
        lack = "has no private key in the store MY of the machine"
    elif str(held.get("until")) <= state.now:
        lack = f"has expired ({str(held.get('until'))[:19]}Z)"
    elif OAUTH in types:
        lack = _unfit_for_all(held)
    if lack:
        mend = "Nothing was assigned. Have it made and installed first: run with the tag certificates, too"
        what = f"certificate {wanted.thumbprint} {lack}"
        raise RolloutError(what, where=f"{host.name}: {', '.join(types)}", mend=mend)


def _unfit_for_all(held: Mapping[str, Any]) -> str:
    """The product brings the certificate and its key to all servers."""
    size = str(held.get("size") or "")
    if size.isdecimal() and int(size) < OAUTH_KEY:
        return f"has a key of {size} bits, and OAuth takes {OAUTH_KEY} or more"
    if held.get("exportable") != "True":
        return "has a key that is not known to be exportable, as OAuth needs it"
    return ""


# --- apply ----------------------------------------------------------------------------------------------------------


def _apply(
    host: WindowsHost,
    wanted: Sequence[CsWanted],
    sets: Sequence[tuple[CsWanted, tuple[str, ...]]],
    before: CsState,
    options: CsOptions,
) -> tuple[CsState, tuple[str, ...]]:
    """Assign and read back; raises NotAssigned where that shows something else than what is wanted."""
    given = ";".join(_set(one, types, options) for one, types in sets)
    values = {"SETS": given, "EFFECTIVE": options.effective}
    answer = host.powershell.run(ASSIGN, values, timeout=ASSIGN_TIMEOUT)
    machine, notes = _assigned(host, answer)
    organisation, _others = _listed(host, answer, "global")
    after = CsState(machine, organisation or before.organisation, services=before.services)
    done = records(answer.get("sets"), where=host.name)
    errors = [one["error"] for one in done if one.get("error")]
    wrong = [type for one, types in sets for type in types if after.of(type) != one.thumbprint]
    if errors or wrong:
        raise _not_assigned(host, wanted, sets, before, after, errors, wrong)
    return after, (*notes, *(as_said(str(text), 300) for one in done for text in _texts(one.get("warnings"))))


def _set(wanted: CsWanted, types: Sequence[str], options: CsOptions) -> str:
    flags = "G" if OAUTH in types else ""
    if options.effective and set(types) <= {OAUTH, AV_AUTHENTICATION}:
        flags += "R"
    return f"{wanted.thumbprint}/{','.join(types)}/{flags}"


def _not_assigned(
    host: WindowsHost,
    wanted: Sequence[CsWanted],
    sets: Sequence[tuple[CsWanted, tuple[str, ...]]],
    before: CsState,
    after: CsState,
    errors: Sequence[Mapping[str, Any]],
    wrong: Sequence[str],
) -> NotAssigned:
    right = [type for _one, types in sets for type in types if type not in wrong]
    there = f"{', '.join(right)} assigned, " if right else ""
    rest = ", ".join(f"{type} not ({after.of(type) or 'nothing'} is)" for type in wrong)
    said = "; ".join(map(told, errors)) or "Set-CsCertificate told no error"
    by_rights = any(of_rights(one) for one in errors)
    mend = (CENTRAL if OAUTH in wrong else RIGHTS) if by_rights else _AGAIN
    outcomes = [_changed(one, before, after) for one in wanted]
    return NotAssigned(
        f"Set-CsCertificate did not assign all: {there}{rest or 'all'}; it said: {said}. Ports may have taken the new"
        " certificate all the same",
        outcomes,
        where=host.name,
        mend=mend,
    )


# --- report ---------------------------------------------------------------------------------------------------------


def _changed(wanted: CsWanted, before: CsState, after: CsState) -> CsOutcome:
    """What was read before and after, whatever was wanted."""
    was = {type: before.of(type) for type in wanted.types}
    now = {type: after.of(type) for type in wanted.types}
    return CsOutcome(wanted.id, "", wanted.thumbprint, _change_set(was, now), was, now)


def _outcome(
    host: WindowsHost,
    wanted: CsWanted,
    before: CsState,
    after: CsState,
    options: CsOptions,
    shake: Shake,
    check_mode: bool,
) -> CsOutcome:
    sets = [type for types in _sets(wanted, before, options) for type in types]
    was = {type: before.of(type) for type in wanted.types}
    now = {type: (wanted.thumbprint or PLANNED) if type in sets else after.of(type) for type in wanted.types}
    left = _left_to_people(host, wanted, before, options)
    planned = bool(check_mode and sets)
    stale, still, message, proved = ([], [], "", False) if planned else _shown(host, wanted, sets, shake)
    services = _at_start([*sets, *stale], after.services)
    state = WOULD_ASSIGN if planned else PROVED if proved else MANUAL if left and not sets else ASSIGNED
    steps = [*left, *_restart_steps(host, services, after.services, options)]
    if OAUTH in sets:
        steps.append(f"{_PARTNERS}.")
    restarted = tuple(one for one in services if one != _XMPP_SERVICE)
    return CsOutcome(
        wanted.id,
        state,
        wanted.thumbprint,
        _change_set(was, now),
        was,
        now,
        restarted,
        tuple(steps),
        message,
        check_mode,
        () if OAUTH in sets else _of_oauth(wanted, before),
        () if options.restarts else tuple(still),
    )


def _of_oauth(wanted: CsWanted, state: CsState) -> tuple[Finding, ...]:
    """That OAuth's certificate is new, by what the product keeps: the run that set it may have ended untold."""
    listed = (one for one in state.listed if one.type == OAUTH and one.thumbprint == wanted.thumbprint)
    return tuple(
        finding
        for one in listed
        for finding in oauth_findings(one.thumbprint, moment(one.effective), one.previous, moment(state.now))
    )


def _service_steps(
    restarts: Collection[str], types: Iterable[str], there: Sequence[str], check_mode: bool
) -> Iterator[ServiceStep]:
    """A service that needs another stands while that one starts anew. Of these types it is started in any case: a run
    that was cut off may have left it standing. In check mode nothing stands, so both are told to start anew."""
    for name in dict.fromkeys((*restarts, *_at_start(types, there))):
        needing = _there((_NEEDED_BY.get(name, ""),), there)
        if name in restarts:
            yield from (ServiceStep(one, HALTED) for one in needing if not check_mode)
            yield ServiceStep(name, RESTARTED)
        anew = RESTARTED if check_mode and name in restarts else STARTED
        yield from (ServiceStep(one, anew) for one in needing)


def _there(names: Iterable[str], services: Sequence[str]) -> tuple[str, ...]:
    present = {one.upper() for one in services}
    return tuple(name for name in dict.fromkeys(names) if name in present)


def _left_to_people(host: WindowsHost, wanted: CsWanted, state: CsState, options: CsOptions) -> tuple[str, ...]:
    """OAuth is for the organisation and reaches partners: never without being told to."""
    if options.oauth or OAUTH not in wanted.types or (wanted.thumbprint and state.of(OAUTH) == wanted.thumbprint):
        return ()
    present = state.of(OAUTH) or (f"could not be read: {state.unread}" if state.unread else "is none")
    name = wanted.thumbprint or PLANNED
    return (
        f"OAuth's certificate of the organisation now: {present}. To assign {name}, run with"
        " pool_certificates_oauth: true (it needs delegation to the Central Management Store), or in the Management"
        f" Shell on {host.name}: Set-CsCertificate -Identity Global -Type {OAUTH} -Thumbprint {name}.",
    )


def _shown(
    host: WindowsHost, wanted: CsWanted, sets: Sequence[str], shake: Shake
) -> tuple[list[str], list[AssignedPlace], str, bool]:
    """Types whose service has to start anew, ports that show another certificate, what was said, and whether all that
    could be asked show this one.

    A service that has shown no certificate starts anew where the server itself says that nothing listens on its port:
    a run may have ended between assignment and start. ``sets``: what was assigned now.
    """
    stale, still, said, right = [], [], [], 0
    silent = [one for one in wanted.endpoints if not one.address]
    asked = [one for one in wanted.endpoints if one.address and one.port]
    for one in asked:
        seen = served_by(shake(one.address, one.port, ""))
        if seen.thumbprint == wanted.thumbprint:
            right += 1
        elif seen.thumbprint:
            stale.append(one.type)
            place, seen_there = endpoint_text(one.address, one.port), seen.thumbprint
            still.append(assigned_place(place, seen_there, seen_there, wanted.thumbprint, check_mode=False))
            said.append(f"{one.address}:{one.port} ({one.type}) still serves {seen.thumbprint}")
        else:
            silent.append(one)
            said.append(f"{one.address}:{one.port} ({one.type}): {seen.detail}")
    unsure = [one for one in silent if one.own_port and one.type in AT_START and one.type not in sets]
    if unsure:
        listening = listening_ports(host)
        stale += [one.type for one in unsure if one.own_port not in listening]
    return stale, still, "; ".join(said), bool(asked) and right == len(asked)


def _at_start(types: Iterable[str], services: Sequence[str]) -> tuple[str, ...]:
    return _there((name for type in types for name in AT_START.get(type, ())), services)


def _restart_steps(
    host: WindowsHost, services: Sequence[str], there: Sequence[str], options: CsOptions
) -> Iterator[str]:
    names = [one for one in services if one == _XMPP_SERVICE or not options.restarts]
    by_hand = _there((name for one in names for name in (one, _NEEDED_BY.get(one, ""))), there)
    if by_hand:
        yield (
            f"On {host.name}, restart {', '.join(by_hand)} (Stop-CsWindowsService and Start-CsWindowsService -Name):"
            " they take a certificate at their start. In an Enterprise pool one server after the other, drained with"
            " -Graceful; or run again with pool_certificates_start_services: true"
        )


def _change_set(before: Mapping[str, str], after: Mapping[str, str]) -> ChangeSet:
    changes = tuple(_change(type, was, after[type]) for type, was in before.items() if was != after[type])
    return ChangeSet(_lines(before), _lines(after), changes)


def _change(type: str, before: str, after: str) -> Change:
    done = f"assigned to {type}" + (f" in place of {before}" if before else "")
    return Change(CHANGE if before else CREATE, done, {"type": type}, before or None, after, done=done)


def _lines(assigned: Mapping[str, str]) -> str:
    return "".join(f"{type} {name or 'nothing'}\n" for type, name in assigned.items())
