# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which certificate http.sys serves on an address and port: read from the registry, set with netsh, read back."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import (
    CHANGE,
    CREATE,
    DELETE,
    REPORT,
    AssignedPlace,
    Change,
    ChangeSet,
    assigned_place,
)
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.names import comparable, covers
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.by_hand import (
    MANUAL,
    PLANNED,
    WEB_COMPONENTS,
    HandAssignment,
    steps_by_hand,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.endpoints import (
    ADDRESS,
    KEYS,
    NAME,
    BindingPlace,
    parsed_endpoint,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import BY_BINDING, Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.keeping_port import FormerKeeper, KeepsNothing
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.certreq import failed
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import MY, CertificateStores
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import FileProgram
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.system import generation_of

# The application that IIS Manager names when it makes a binding.
IIS = "{4dc3e181-e14b-4a21-b022-59fc669b0914}"

BOUND, WOULD_BIND = "bound", "would_bind"

_GUID = re.compile(r"\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}", re.IGNORECASE)
_STORE = re.compile(r"[A-Za-z]{1,32}")
# What a command line carries unchanged.
_TEXT = re.compile(r"[A-Za-z0-9 ._-]{0,128}")

# What a binding holds besides its certificate, and how netsh is told: the bit, and the words that set it.
_FLAGS = {1: "dsmapperusage=enable", 2: "clientcertnegotiation=enable"}
_CHECKS = {
    1: "verifyclientcertrevocation=disable",
    2: "verifyrevocationwithcachedclientcertonly=enable",
    0x10000: "usagecheck=disable",
}
# The check mode's bit 4 stands for a time of freshness, which is told as such.
_TOLD_BY_TIME = 4


@dataclass(frozen=True, slots=True)
class Binding:
    """The certificate of one endpoint. Store names compare without regard to case; none means MY."""

    thumbprint: Thumbprint
    store: str

    def __str__(self) -> str:
        return f"{self.thumbprint} {self.store}"

    def same_as(self, other: Binding | None) -> bool:
        return other is not None and (self.thumbprint, self.store.upper()) == (other.thumbprint, other.store.upper())


@dataclass(frozen=True, slots=True)
class Settings:
    """What a binding holds besides its certificate, by the names in the registry; 0 and empty where it is not there."""

    AppId: str = ""
    DefaultFlags: int = 0
    DefaultSslCertCheckMode: int = 0
    DefaultSslRevocationFreshnessTime: int = 0
    DefaultSslRevocationUrlRetrievalTimeout: int = 0
    DefaultSslCtlIdentifier: str = ""
    DefaultSslCtlStoreName: str = ""

    def arguments(self) -> list[str]:
        """How netsh is told what differs from its defaults."""
        told = [tag for bit, tag in _FLAGS.items() if self.DefaultFlags & bit]
        told += [tag for bit, tag in _CHECKS.items() if self.DefaultSslCertCheckMode & bit]
        values = {
            "revocationfreshnesstime": self.DefaultSslRevocationFreshnessTime,
            "urlretrievaltimeout": self.DefaultSslRevocationUrlRetrievalTimeout,
            "sslctlidentifier": self.DefaultSslCtlIdentifier,
            "sslctlstorename": self.DefaultSslCtlStoreName,
        }
        return [*told, *(f"{name}={value}" for name, value in values.items() if value)]

    def beyond_netsh(self) -> str:
        """Which of the values netsh cannot set; empty where it can set all."""
        known = {"DefaultFlags": sum(_FLAGS), "DefaultSslCertCheckMode": sum(_CHECKS) + _TOLD_BY_TIME}
        odd = [f"{name} {getattr(self, name):#x}" for name, bits in known.items() if getattr(self, name) & ~bits]
        texts = (self.DefaultSslCtlIdentifier, self.DefaultSslCtlStoreName)
        return ", ".join([*odd, *(repr(text) for text in texts if not _TEXT.fullmatch(text))])

    def lost_in(self, now: Settings) -> str:
        """What differs now, in words; empty where nothing does."""
        pairs = {name: (getattr(self, name), getattr(now, name)) for name in self.__slots__}
        return ", ".join(
            f"{name} was {old or 'none'} and is {new or 'none'}" for name, (old, new) in pairs.items() if old != new
        )


@dataclass(frozen=True, slots=True)
class Shadow:
    """A binding that some clients meet before ours. ``thumbprint``: None where the central store chooses, or where the
    binding cannot be read. ``ours``: False for a host name that the planned certificate does not have."""

    binding: str
    thumbprint: Thumbprint | None
    application: str
    ours: bool
    what: str
    mend: str

    @property
    def step(self) -> str:
        return f"{self.what}. {self.mend}"


@dataclass(frozen=True, slots=True)
class BindingOutcome:
    """What came of a binding. ``state``: bound, manual, or in check mode would_bind. ``after``: None while the
    certificate is only planned, or nobody knows. ``shadows``: what some clients meet before it, after all changes.
    ``former``: what was changed, as it was."""

    state: str
    endpoint: str
    before: Binding | None
    after: Binding | None
    change_set: ChangeSet
    steps: tuple[str, ...] = ()
    shadows: tuple[Shadow, ...] = ()
    assigned: tuple[AssignedPlace, ...] = ()
    former: tuple[Former, ...] = ()

    def to_result(self) -> dict[str, Any]:
        """The documented result of ``http_binding``."""
        return {
            **self.change_set.to_result(),
            **_ends(self.endpoint, self.before, self.after),
            "state": self.state,
            "steps": [*self.steps, *(shadow.step for shadow in self.shadows if shadow.ours)],
            "shadows": to_plain(self.shadows),
            "assigned": to_plain(self.assigned),
            "former": to_plain(self.former),
        }


def _ends(endpoint: str, before: Binding | None, after: Binding | None) -> dict[str, Any]:
    """Where something was bound, and what was before and is after."""
    return {
        "endpoint": endpoint,
        "before": to_plain(before.thumbprint) if before else None,
        "thumbprint": to_plain(after.thumbprint) if after else None,
    }


class BindingRefused(RolloutError):
    """netsh did not bind it, and the state was read back: ``now``. ``change_set``: what is other than ``before``."""

    def __init__(
        self, error: RolloutError, endpoint: BindingPlace, before: Binding | None, now: Binding | None
    ) -> None:
        super().__init__(error.what, where=error.where, mend=error.mend)
        self.change_set = _difference(endpoint, before, now)
        self.now = now


class NotBound(RolloutError):
    """A binding was to be replaced, and what is there now is not known."""

    def __init__(self, endpoint: BindingPlace, before: Binding, error: RolloutError, where: str) -> None:
        super().__init__(
            f"the binding of {endpoint} ({before.thumbprint}) was to be replaced, and what is there now is not known:"
            f" {error}",
            where=where,
            mend="Until the next run, which binds the planned certificate, nothing may be served there. Run again now",
        )
        subject = {"endpoint": str(endpoint)}
        unknown = Change(REPORT, f"what is bound to {endpoint} is not known", subject, before=before.thumbprint)
        self.change_set = ChangeSet(changes=(unknown,))
        self.now = None


class ChangedBefore(RolloutError):
    """It failed after some bindings were changed. ``result`` joins the task's result."""

    def __init__(self, error: RolloutError, jobs: Sequence[Job], done: Sequence[ChangeSet]) -> None:
        super().__init__(error.what, where=error.where, mend=error.mend)
        ours, now = jobs[0], jobs[0].wanted
        if isinstance(error, (BindingRefused, NotBound)):
            done = [*done, error.change_set]
            now = now if len(done) > 1 else error.now
        self.result = {
            **_joined(done).to_result(),
            **_ends(str(ours.endpoint), ours.before, now),
            "assigned": [to_plain(_assigned(ours, now))],
            "former": [to_plain(job.former) for job in [one for one in jobs if not one.done][: len(done)]],
        }


def _assigned(job: Job, now: Binding | str | None, *, check_mode: bool = False) -> AssignedPlace:
    """``now``: as it is after the change; text for a certificate that is only planned."""
    before, after = (one.thumbprint if isinstance(one, Binding) else one or "" for one in (job.before, now))
    wanted = job.wanted.thumbprint if job.wanted else None
    return assigned_place(str(job.endpoint), before, after, wanted, check_mode=check_mode)


def _difference(endpoint: BindingPlace, before: Binding | None, now: Binding | None) -> ChangeSet:
    same = before == now or (before is not None and before.same_as(now))
    return _unchanged(endpoint, now) if same else _change_set(endpoint, before, now)


class HttpBindings:
    """The bindings of one host (Windows Server 2008 and later)."""

    def __init__(self, host: WindowsHost, keeper: FormerKeeper | None = None) -> None:
        """:param keeper: is told what a place names, before that is replaced."""
        self._host, self._keeper = host, keeper or KeepsNothing(host)

    def get(self, endpoint: BindingPlace) -> Binding | None:
        """The binding there, None when there is none."""
        digest = self._host.registry.binary(endpoint.key, "SslCertHash")
        if not digest:
            return None
        if len(digest) != 20:
            raise RolloutError(f"a binding with a hash of {len(digest)} bytes", where=f"{self._host.name}: {endpoint}")
        return Binding(Thumbprint(digest.hex()), self._host.registry.string(endpoint.key, "SslCertStoreName") or MY)

    def places(self) -> Iterator[BindingPlace]:
        """All of them. Names and the central store came with Windows 2012: where their keys are not there, there are
        none."""
        for kind, key in KEYS.items():
            yield from (BindingPlace(kind, text) for text in self._host.registry.subkeys(key) or ())

    def shadowing(self, endpoint: BindingPlace) -> list[BindingPlace]:
        """The bindings that some of its clients meet before it."""
        return [one for one in self.places() if one.shadows(endpoint)]

    def settings(self, endpoint: BindingPlace) -> Settings:
        registry, key = self._host.registry, endpoint.key

        def number(name: str) -> int:
            return registry.dword(key, name) or 0

        return Settings(
            AppId=self.application(endpoint),
            DefaultFlags=number("DefaultFlags"),
            DefaultSslCertCheckMode=number("DefaultSslCertCheckMode"),
            DefaultSslRevocationFreshnessTime=number("DefaultSslRevocationFreshnessTime"),
            DefaultSslRevocationUrlRetrievalTimeout=number("DefaultSslRevocationUrlRetrievalTimeout"),
            DefaultSslCtlIdentifier=registry.string(key, "DefaultSslCtlIdentifier") or "",
            DefaultSslCtlStoreName=registry.string(key, "DefaultSslCtlStoreName") or "",
        )

    def application(self, endpoint: BindingPlace) -> str:
        """The application that a binding names, as a GUID in braces; empty when it names none."""
        data = self._host.registry.binary(endpoint.key, "AppId") or b""
        return f"{{{uuid.UUID(bytes_le=data)}}}" if len(data) == 16 else ""

    def set(self, job: Job) -> str:
        """Replace what is there by what is wanted with the settings that were there; when that fails, put the former
        one back and raise. Returns in words what netsh did not keep, empty as a rule."""
        binding, before = job.wanted, job.before
        if binding is None:
            raise RolloutError("no thumbprint was given", where=f"{self._host.name}: {job.endpoint}")
        if before is None:
            self._bind(job, binding, Settings())
            return ""
        former = self.settings(job.endpoint)
        self._refuse_unsettable(job.endpoint, before, former)
        try:
            self._bind(job, binding, former)
        except BindingRefused:
            raise
        except RolloutError as error:
            raise NotBound(job.endpoint, before, error, f"{self._host.name}: {job.endpoint}") from error
        return replace(former, AppId=job.application or former.AppId or IIS).lost_in(self.settings(job.endpoint))

    def _refuse_unsettable(self, endpoint: BindingPlace, before: Binding, former: Settings) -> None:
        odd = former.beyond_netsh() or ("" if _STORE.fullmatch(before.store) else repr(before.store))
        if odd:
            raise RolloutError(
                f"this binding has settings that would be lost: {odd}",
                where=f"{self._host.name}: {endpoint}",
                mend="Nothing was changed there. Assign the certificate by hand in IIS Manager, and run again",
            )

    def _bind(self, job: Job, binding: Binding, former: Settings) -> None:
        endpoint, before = job.endpoint, job.before
        adding = _adding(endpoint, binding, replace(former, AppId=job.application or former.AppId))
        # In one command: a run that is cut off between the two would leave nothing bound, and the settings nowhere.
        commands = [*([_deleting(endpoint)] if before else []), adding]
        *deleted, result = self._run(*commands, former={binding.thumbprint: [job.former]})
        now = self.get(endpoint)
        if binding.same_as(now):
            return
        rolled_back = ""
        if before and before.same_as(now):
            raise BindingRefused(self._undeleted(endpoint, deleted[0]), endpoint, before, now)
        if before:
            self._run(_adding(endpoint, before, former))
            now = self.get(endpoint)
            restored = before.same_as(now)
            rolled_back = "; the former binding is back" if restored else "; THE FORMER BINDING IS LOST"
        where = f"{self._host.name}: {endpoint}"
        text = failed(f"certificate {binding.thumbprint} could not be bound{rolled_back}", result, where=where)
        raise BindingRefused(text, endpoint, before, now)

    def remove(self, endpoint: BindingPlace, before: Binding) -> None:
        """Delete a binding; raises RolloutError where it is there afterwards."""
        (result,) = self._run(_deleting(endpoint))
        if before.same_as(self.get(endpoint)):
            raise self._undeleted(endpoint, result)

    def _run(
        self, *commands: list[str], former: Mapping[Thumbprint, Sequence[Former]] = MappingProxyType({})
    ) -> list[ProgramResult]:
        """With one command line, and what bindings there are then. ``former``: what is to be kept before."""
        programs = [FileProgram(one, changes=tuple(KEYS.values())) for one in commands]
        return [one.result for one in self._keeper.keep(former, programs)]

    def _undeleted(self, endpoint: BindingPlace, result: ProgramResult) -> RolloutError:
        return failed("the former binding could not be deleted", result, where=f"{self._host.name}: {endpoint}")


def _deleting(endpoint: BindingPlace) -> list[str]:
    return ["netsh", "http", "delete", "sslcert", endpoint.tag]


def _adding(endpoint: BindingPlace, binding: Binding, settings: Settings) -> list[str]:
    return [
        *("netsh", "http", "add", "sslcert", endpoint.tag),
        f"certhash={binding.thumbprint.lower()}",
        f"appid={settings.AppId or IIS}",
        f"certstorename={binding.store}",
        *settings.arguments(),
    ]


@dataclass(frozen=True, slots=True)
class Job:
    """One binding to be brought to the certificate. ``wanted``: None while it is only planned. ``application``: empty
    where the one that is there stays."""

    endpoint: BindingPlace
    before: Binding | None
    wanted: Binding | None
    application: str = ""

    @property
    def done(self) -> bool:
        return self.wanted is not None and self.wanted.same_as(self.before)

    @property
    def former(self) -> Former:
        place, before = self.endpoint, self.before
        kept = (str(before.thumbprint), place.kind, before.store) if before else ("", place.kind)
        return Former(BY_BINDING, place.text, *kept)

    def planned(self) -> ChangeSet:
        if self.done:
            return _unchanged(self.endpoint, self.before)
        return _change_set(self.endpoint, self.before, self.wanted or PLANNED)


def bind(
    host: WindowsHost,
    endpoint: str,
    thumbprint: Thumbprint | None,
    *,
    application: str = "",
    store: str = MY,
    also: Iterable[str] = (),
    check_mode: bool = False,
    keeper: FormerKeeper | None = None,
) -> BindingOutcome:
    """Bind a certificate to ``address:port``.

    :param thumbprint: None for a certificate that is only planned yet.
    :param application: empty keeps the one that is there, else names IIS Manager's.
    :param also: other bindings, ``address:port`` or ``name:port``, that are there and shall have the certificate too.
    :param keeper: is told what is bound, before that is changed.
    """
    _check(application, store)
    ours, others = BindingPlace(ADDRESS, endpoint), [parsed_endpoint(one) for one in dict.fromkeys(also)]
    if not can_bind(host):
        return _by_hand(host, endpoint, thumbprint)
    if thumbprint is None and not check_mode:
        raise RolloutError("no thumbprint was given", where=f"{host.name}: {endpoint}")
    bindings = HttpBindings(host, keeper)
    before, wanted = bindings.get(ours), Binding(thumbprint, store) if thumbprint else None
    jobs = [Job(ours, before, wanted, application)]
    jobs += [_other_job(host, bindings, ours, one, thumbprint) for one in others]
    shadows = shadows_of(host, ours, wanted, others)
    lost: list[str] = []
    if check_mode or wanted is None:
        state = BOUND if all(job.done for job in jobs) else WOULD_BIND
    else:
        state, lost = BOUND, _do(host, bindings, jobs)
    change_set = _joined([job.planned() for job in jobs])
    assigned = tuple(_assigned(job, job.wanted or PLANNED, check_mode=check_mode) for job in jobs)
    former = tuple(job.former for job in jobs if not (job.done or check_mode))
    return BindingOutcome(state, endpoint, before, wanted, change_set, tuple(lost), shadows, assigned, former)


def restore(host: WindowsHost, former: Sequence[Former]) -> tuple[()]:
    """Bring bindings back to the certificates that they had, the last first, with the settings that they have; one that
    was not there is deleted. No service has to start anew for it."""
    bindings = HttpBindings(host)
    for one in reversed(former):
        place = BindingPlace(one.kind, one.place)
        before, wanted = bindings.get(place), Binding(one.named, one.store) if one.named else None
        if wanted is not None and not wanted.same_as(before):
            _require_key(host, wanted)
            bindings.set(Job(place, before, wanted))
        elif wanted is None and before is not None:
            bindings.remove(place, before)
    return ()


def present(host: WindowsHost, former: Sequence[Former]) -> dict[str, str]:
    """The thumbprint that each of these bindings has now, empty where there is no binding."""
    bindings = HttpBindings(host)
    held = {one.place: bindings.get(BindingPlace(one.kind, one.place)) for one in former}
    return {place: str(binding.thumbprint) if binding else "" for place, binding in held.items()}


def shadows_of(
    host: WindowsHost, ours: BindingPlace, wanted: Binding | None, others: Sequence[BindingPlace]
) -> tuple[Shadow, ...]:
    """What some clients meet before ours with another certificate; not ``others``, which are brought to it, too."""
    bindings, thumbprint = HttpBindings(host), wanted.thumbprint if wanted else None
    left = [one for one in bindings.shadowing(ours) if one not in others]
    left = [one for one in left if not _holds(bindings, one, thumbprint)]
    names = _names(host, wanted) if any(one.kind == NAME for one in left) else ()
    return tuple(_shadow(host, bindings, one, ours=_meant(one, names)) for one in left)


def _other_job(
    host: WindowsHost, bindings: HttpBindings, ours: BindingPlace, other: BindingPlace, thumbprint: Thumbprint | None
) -> Job:
    """A binding that the site wants changed, too; it keeps its store."""
    if other == ours or other.port != ours.port:
        raise RolloutError(f"'{other}' is no other binding of port {ours.port}", where="also")
    before = bindings.get(other)
    if before is None:
        raise RolloutError(
            "there is no such binding, which was to have the certificate too",
            where=f"{host.name}: {other}",
            mend="`netsh http show sslcert` lists those that are there. What only some servers have is named in their"
            " host_vars",
        )
    return Job(other, before, Binding(thumbprint, before.store) if thumbprint else None)


def _do(host: WindowsHost, bindings: HttpBindings, jobs: Sequence[Job]) -> list[str]:
    """Bring each to its certificate; returns, as steps by hand, what netsh did not keep."""
    open_jobs = [job for job in jobs if not job.done]
    for job in open_jobs:
        if job.wanted:
            _require_key(host, job.wanted)
    done: list[ChangeSet] = []
    steps = []
    for job in open_jobs:
        try:
            lost = bindings.set(job)
        except RolloutError as error:
            raise ChangedBefore(error, jobs, done) from error
        done.append(job.planned())
        if lost:
            steps.append(f"Set what netsh did not keep of the binding {job.endpoint}: {lost}.")
    return steps


def _holds(bindings: HttpBindings, endpoint: BindingPlace, thumbprint: Thumbprint | None) -> bool:
    return thumbprint is not None and _thumbprint(bindings, endpoint) == thumbprint


def _thumbprint(bindings: HttpBindings, endpoint: BindingPlace) -> Thumbprint | None:
    """None where nobody can tell; a binding of others that is odd ends nothing."""
    try:
        held = bindings.get(endpoint)
    except RolloutError:
        return None
    return held.thumbprint if held else None


def _names(host: WindowsHost, wanted: Binding | None) -> tuple[str, ...]:
    """The host names of a certificate; empty while it is only planned, or cannot be read."""
    entry = CertificateStores(host.registry, host.name).entry(wanted.store, wanted.thumbprint) if wanted else None
    return entry.certificate.names if entry is not None and entry.certificate is not None else ()


def _meant(endpoint: BindingPlace, names: tuple[str, ...]) -> bool:
    """Whether its clients may be the planned certificate's: not where it is for a name that the certificate lacks."""
    return endpoint.kind != NAME or not names or any(covers(comparable(one), endpoint.host.lower()) for one in names)


def _shadow(host: WindowsHost, bindings: HttpBindings, endpoint: BindingPlace, *, ours: bool) -> Shadow:
    thumbprint, application = _thumbprint(bindings, endpoint), bindings.application(endpoint)
    by_iis = f"IIS, {application}" if application.lower() == IIS else application or "an application that is not named"
    who = "to any name of the central certificate store" if not endpoint.host else f"to {endpoint.host}"
    if endpoint.host == "[::]":
        who = "over IPv6"
    gets = f"the certificate {thumbprint}" if thumbprint else "another certificate, which cannot be told from here,"
    mend = "Give it the certificate, or delete it, where clients of the pool come that way"
    if thumbprint:
        mend = (
            f'Name "{endpoint}" in pool_certificates_bindings_also where it shall have the planned certificate, or'
            " delete it"
        )
    if not ours:
        mend = "Left alone: the planned certificate does not have this name"
    what = f"{host.name}: clients that come {who}, port {endpoint.port}, get {gets} of another binding ({by_iis})"
    return Shadow(str(endpoint), thumbprint, application, ours, what, mend)


def can_bind(host: WindowsHost) -> bool:
    """Whether netsh can configure this host's http.sys (from Windows Server 2008 on)."""
    return generation_of(host).netsh_http


def _require_key(host: WindowsHost, binding: Binding) -> None:
    """netsh refuses a certificate without key with error 1312, which explains nothing."""
    entry = CertificateStores(host.registry, host.name).entry(binding.store, binding.thumbprint)
    if entry is None or entry.key is None:
        lack = "is not in the store" if entry is None else "has no private key in the store"
        raise RolloutError(
            f"certificate {binding.thumbprint} {lack} {binding.store} of the machine",
            where=host.name,
            mend="Install it with its key first (certificate_install)",
        )


def _check(application: str, store: str) -> None:
    if application and not _GUID.fullmatch(application):
        raise RolloutError(f"'{application}' is no GUID in braces", where="application_id")
    if not _STORE.fullmatch(store):
        raise RolloutError(f"'{store}' is no name of a certificate store", where="store")


def _by_hand(host: WindowsHost, endpoint: str, thumbprint: Thumbprint | None) -> BindingOutcome:
    port = int(endpoint.rpartition(":")[2])
    steps = steps_by_hand(HandAssignment(host.name, WEB_COMPONENTS, "", port, thumbprint))
    return BindingOutcome(MANUAL, endpoint, None, None, ChangeSet(), steps)


def _joined(parts: Iterable[ChangeSet]) -> ChangeSet:
    """All of them as one."""
    parts = list(parts)
    changes = tuple(change for part in parts for change in part.changes)
    return ChangeSet("".join(part.before for part in parts), "".join(part.after for part in parts), changes)


def _unchanged(endpoint: BindingPlace, held: Binding | None) -> ChangeSet:
    return ChangeSet(f"{endpoint} {held}\n", f"{endpoint} {held}\n")


def _change_set(endpoint: BindingPlace, before: Binding | None, after: Binding | str | None) -> ChangeSet:
    """``after``: text for a certificate without thumbprint, None where nothing is bound any more."""
    verb = DELETE if after is None else CHANGE if before else CREATE
    bound = after.thumbprint if isinstance(after, Binding) else None
    done = "deleted" if after is None else f"bound to {endpoint}"
    change = Change(
        verb,
        f"former binding of {endpoint} {done}" if after is None else done,
        {"endpoint": str(endpoint)},
        before=before.thumbprint if before else None,
        after=bound,
        done=done,
    )
    return ChangeSet(
        before=f"{endpoint} {before}\n" if before else "",
        after=f"{endpoint} {after}\n" if after else "",
        changes=(change,),
    )
