# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads every certificate that a server has assigned, holds and serves, in all ways that there are. Changes nothing.

What one way cannot read is told at its places and keeps none of the others from being read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from ansible_collections.ucops.rollout.plugins.module_utils.auditing.certificates import endpoint, kind_of
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.present import (
    CMDLETS,
    HTTP_SYS,
    MARKS,
    OCS,
    ROOTS,
    STORE,
    WAITING,
    PresentAssignment,
    ServerState,
    ShownCertificate,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import is_root
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.machine_stores import (
    StoredCertificate,
    TrustedCertificate,
    TrustedRoots,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, parse_certificate
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.rollout import LYNC, WEB_COMPONENTS
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import AssignmentWork, ServerWork
from ansible_collections.ucops.rollout.plugins.module_utils.products.cs_types import (
    ACCESS_EDGE,
    OAUTH,
    XMPP,
    cmdlet_type,
)
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import endpoint_text
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_judge import trust_of
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import Shake
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.endpoints import (
    ADDRESS,
    SURVEYED_BINDINGS,
    BindingPlace,
    parsed_endpoint,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.http_sys import (
    Binding,
    HttpBindings,
    can_bind,
    shadows_of,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.lync import (
    CsListed,
    CsState,
    has_xmpp,
    moment,
    read_state,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.marking import read_marks
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.marks import MARKED
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.ocs import (
    HeldAssignment,
    concerned,
    read_assignments,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.holding import (
    HeldCertificate,
    HeldChain,
    read_holding,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import (
    MY,
    REQUEST,
    SURVEYED,
    CertificateStores,
    StoreEntry,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import HostUnreachable
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.netstat import listening_ports
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.system import generation_of

_NO_OCS = "OCS is not on this server: it has none of the WMI classes that hold OCS's certificates"
_EVERY_ADDRESS = "0.0.0.0"
_SCHANNEL = "SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL"

_THUMBPRINT = re.compile(r"\b[0-9A-Fa-f]{40}\b")

T = TypeVar("T")
# What a port sent, and where: why clients do not trust it, and why nobody knows whether they do.
Trust = Callable[[Sequence[X509Certificate], str], tuple[tuple[str, ...], str]]


class _Reading:
    """One server; ``unread`` fills with what could not be read."""

    def __init__(self, host: WindowsHost) -> None:
        self.host = host
        self.unread: dict[str, str] = {}

    def part(self, kind: str, read: Callable[[], T]) -> T | None:
        """What a way reads; None where it could not. A host that cannot be reached any more ends all of it."""
        try:
            return read()
        except HostUnreachable:
            raise
        except RolloutError as error:
            self.unread[kind] = str(error)
            return None


def read_server(
    host: WindowsHost, work: ServerWork, *, shake: Shake, now: datetime, also: Sequence[str] = ()
) -> ServerState:
    """What the server has: the store, the assignments of all ways that its plan knows, and what its ports serve.

    Where the plan has no certificate for the server, each way is tried.

    :param also: further bindings of http.sys that are to have the Web Components' certificate.
    """
    host = host.as_it_is(*SURVEYED, *SURVEYED_BINDINGS, MARKED)
    reading = _Reading(host)
    places = [one for job in work.certificates for one in job.assignments]
    by_cmdlets = any(one.way == LYNC for one in places)
    stores = CertificateStores(host.registry, host.name).at_once()
    held = reading.part(STORE, lambda: _store(stores, now, host.name)) or ()
    waiting = reading.part(WAITING, lambda: stores.entries(REQUEST)) or ()
    roots = reading.part(ROOTS, lambda: _roots(host, stores))
    marks = reading.part(MARKS, lambda: tuple(as_said(one.name, 60) for one in read_marks(host))) or ()
    types = tuple(dict.fromkeys(_machine_types(work)))
    cmdlets = reading.part(CMDLETS, lambda: read_state(host, "*", types)) if by_cmdlets or not places else None
    in_ocs = any(kind_of(one) == OCS for one in places)
    ocs = reading.part(OCS, lambda: read_assignments(host.wmi, where=host.name)) if in_ocs or not places else None
    if ocs is None and in_ocs:
        reading.unread.setdefault(OCS, f"{host.name}: {_NO_OCS}")
    if cmdlets is not None and cmdlets.unread:
        reading.unread[OAUTH] = cmdlets.unread
    if cmdlets is not None:
        reading.unread |= _not_read(cmdlets, types)
    if not places:
        # That a product is not there is no news where none was planned.
        reading.unread.pop(CMDLETS, None)
    web_ports = {one.port for one in places if one.component == WEB_COMPONENTS and one.way != LYNC}
    can_tell = reading.part(HTTP_SYS, lambda: can_bind(host)) is not False
    bindings = reading.part(HTTP_SYS, lambda: tuple(_bindings(host, web_ports, also))) if can_tell else ()
    return ServerState(
        store=tuple(_stored(one, cmdlets) for one in held),
        assignments=(*_by_cmdlets(cmdlets, now), *_in_ocs(ocs or (), held, places), *(bindings or ())),
        served=_served(host, places, shake),
        unread=reading.unread,
        untold=frozenset() if can_tell else frozenset({HTTP_SYS}),
        waiting=tuple(_entered(one) for one in waiting),
        roots=roots or TrustedRoots(),
        marks=marks,
    )


def see_ports(
    work: ServerWork,
    *,
    shake: Shake,
    now: datetime,
    roots: Sequence[X509Certificate] = (),
    trusted: Container[str] = (),
) -> ServerState:
    """What the ports show of a server that nobody logs on to.

    :param roots: that clients trust; ``trusted``: thumbprints of roots that they trust wherever one was found.
    """
    places = (one for job in work.certificates for one in job.assignments)

    def trust(sent: Sequence[X509Certificate], where: str) -> tuple[tuple[str, ...], str]:
        known = [*roots, *(one for one in sent[1:] if one.thumbprint in trusted and is_root(one))]
        return trust_of(sent, known, now=now, where=where)

    served = {place: _shown(shake, one, trust) for one in places if (place := endpoint(one))}
    return ServerState(served=served, untold=frozenset({CMDLETS, OCS, HTTP_SYS}))


def _machine_types(work: ServerWork) -> Iterator[str]:
    """The types that the plan has for this machine."""
    for job in work.certificates:
        found = (cmdlet_type(job.certificate, one.component) for one in job.assignments if one.way == LYNC)
        yield from (one for one in found if one != OAUTH)


# --- the store ------------------------------------------------------------------------------------------------------


def _store(stores: CertificateStores, now: datetime, where: str) -> tuple[HeldCertificate, ...]:
    return read_holding(stores, None, chains=True, now=now, where=where).certificates


def _stored(held: HeldCertificate, cmdlets: CsState | None) -> StoredCertificate:
    known = (cmdlets.store if cmdlets is not None else {}).get(held.entry.thumbprint) or {}
    told = {"True": True, "False": False}.get(str(known.get("exportable")))
    chain = held.chain if held.chain is not None and held.entry.certificate is not None else HeldChain()
    return replace(_entered(held.entry), exportable=told, chain_problem=chain.problem, issuers=chain.issuers)


def _entered(entry: StoreEntry) -> StoredCertificate:
    return StoredCertificate(
        entry.thumbprint, entry.certificate, entry.key, problem=entry.problem, archived=entry.archived
    )


def _roots(host: WindowsHost, stores: CertificateStores) -> TrustedRoots:
    held = stores.roots()
    found = tuple(TrustedCertificate(place, entry.thumbprint, entry.certificate) for place, entry in held)
    return TrustedRoots(found, generation_of(host), host.registry.dword(_SCHANNEL, "SendTrustedIssuerList"))


# --- assignments ----------------------------------------------------------------------------------------------------


def _not_read(state: CsState, types: Iterable[str]) -> dict[str, str]:
    """Types that the account may not read, and those that an error may be of which nothing says what it is of."""
    known = {*state.refused.values(), *state.denied.values()}
    strange = next((said for said in state.notes if said not in known), "")
    missing = (one for one in types if one not in state.machine and one not in state.refused)
    return {**(dict.fromkeys(missing, strange) if strange else {}), **state.denied}


def _by_cmdlets(state: CsState | None, now: datetime) -> Iterator[PresentAssignment]:
    if state is not None:
        gateway = has_xmpp(state) and ACCESS_EDGE in state.machine
        # What the organisation has counts on every server.
        for one in dict.fromkeys(state.listed):
            # As a rollout has it, the gateway presents the Access Edge's.
            serves = (one.type, ACCESS_EDGE) if one.type == XMPP and gateway else (one.type,)
            thumbprint, told, remark = _in_use(one, now)
            yield PresentAssignment(CMDLETS, one.type, serves, 0, thumbprint, told, remark)
        if gateway and XMPP not in state.machine:
            told = "no certificate is assigned"
            yield PresentAssignment(CMDLETS, XMPP, (ACCESS_EDGE,), 0, "", told, empty=True)
        for type, said in state.refused.items():
            # An error names the certificate in whatever language.
            named = _THUMBPRINT.findall(said)
            yield PresentAssignment(CMDLETS, type, (type,), 0, named[0].upper() if len(named) == 1 else "", said)


def _in_use(one: CsListed, now: datetime) -> tuple[str, str, str]:
    """The certificate that is used now, what is wrong with that, and what is to be known of one that comes later."""
    begin, since = one.effective[:19], moment(one.effective)
    if since is None or since <= now:
        return one.thumbprint, "", ""
    if not one.previous:
        return one.thumbprint, f"it is used from {begin}Z on, and none before", ""
    return one.previous, "", f"{one.thumbprint} takes its place on {begin}Z"


def _in_ocs(
    held: Sequence[HeldAssignment], store: Iterable[HeldCertificate], places: Iterable[AssignmentWork]
) -> Iterator[PresentAssignment]:
    """The places that name a certificate, and those that a rollout would give one; whoever set the server up left the
    others without."""
    certificates = [one.entry.certificate for one in store if one.entry.certificate is not None]
    planned = {one for place in places for one in concerned(held, place.component, place.port)}
    for one in held:
        if one.empty and one not in planned:
            continue
        named = next((str(x509.thumbprint) for x509 in certificates if one.names(x509)), "")
        lacking = "it names no certificate" if one.empty else f"it names {one.told}, which is not in the server's store"
        told = "" if named else lacking
        yield PresentAssignment(OCS, one.place, one.kind.components, one.port or 0, named, told, empty=one.empty)


def _bindings(host: WindowsHost, web_ports: Iterable[int], also: Iterable[str]) -> Iterator[PresentAssignment]:
    """All of http.sys. Planned are those of every address and ``also``; what some clients meet before them with another
    certificate is told against it, and others of the port are for other names."""
    bindings, ours = HttpBindings(host), [BindingPlace(ADDRESS, f"{_EVERY_ADDRESS}:{port}") for port in web_ports]
    ports = {one.port for one in ours}
    found = {place: _bound(bindings, place) for place in bindings.places()}
    # The registry's keys know no case.
    known = {(one.kind, one.text.lower()): one for one in found}
    named = (one for one in map(parsed_endpoint, dict.fromkeys(also)) if one.port in ports)
    others = [known.get((one.kind, one.text.lower()), one) for one in named]
    against: dict[str, str] = {}
    for place in ours:
        held = found.get(place, (None, ""))[0]
        against |= {one.binding: one.what for one in shadows_of(host, place, held, others) if one.ours}
        if held is not None and held.store.upper() != MY:
            against[str(place)] = f"it takes its certificate from the store {held.store}, not from {MY}"
        for one in (one for one in others if one.port == place.port):
            other = found.get(one, (None, ""))[0]
            if held is not None and other is not None and other.thumbprint != held.thumbprint:
                against[str(one)] = f"it is to have the certificate of {place} ({held.thumbprint})"
    for place, (held, odd) in found.items():
        said = against.get(str(place), "")
        serves = (WEB_COMPONENTS,) if said or place in ours or place in others else ()
        name = held.thumbprint if held is not None else ""
        yield PresentAssignment(HTTP_SYS, str(place), serves, place.port_number, name, said or odd)
    for place in (*ours, *others):
        if place not in found and (place in others or others or against):
            told = "there is no such binding"
            yield PresentAssignment(HTTP_SYS, str(place), (WEB_COMPONENTS,), place.port_number, "", told, empty=True)


def _bound(bindings: HttpBindings, place: BindingPlace) -> tuple[Binding | None, str]:
    """A binding, or what is to be said in its place: a binding of others that is odd ends nothing."""
    try:
        held = bindings.get(place)
    except HostUnreachable:
        raise
    except RolloutError as error:
        return None, error.what
    return held, "" if held is not None else "the central certificate store decides which it is"


# --- what is served -------------------------------------------------------------------------------------------------


def _served(host: WindowsHost, places: Iterable[AssignmentWork], shake: Shake) -> dict[str, ShownCertificate]:
    asked = {place: one for one in places if (place := endpoint(one))}
    served = {place: _shown(shake, one) for place, one in asked.items()}
    silent = [place for place, one in served.items() if one.certificate is None]
    try:
        listening = listening_ports(host) if silent else frozenset()
    except HostUnreachable:
        raise
    except RolloutError:
        return served
    return served | {place: replace(served[place], listens=asked[place].port in listening) for place in silent}


def _shown(shake: Shake, place: AssignmentWork, trust: Trust | None = None) -> ShownCertificate:
    where = endpoint_text(place.address, place.reached_port)
    seen = shake(place.address, place.reached_port, place.name)
    if not (seen.shows_key and seen.chain_der):
        return ShownCertificate(None, f"{where}: {seen.detail or seen.state.replace('_', ' ')}")
    try:
        sent = [parse_certificate(der, where=where) for der in seen.chain_der[: None if trust else 1]]
        distrust, untrusted_yet = trust(sent, where) if trust else ((), "")
        return ShownCertificate(sent[0], distrust=distrust, untrusted_yet=untrusted_yet)
    except RolloutError as error:
        return ShownCertificate(None, str(error))
