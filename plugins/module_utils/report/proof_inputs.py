# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a proof needs to know of the run before it: whom to ask, what to expect, and what to wait for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import is_root
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, load_certificates
from ansible_collections.ucops.rollout.plugins.module_utils.change_set import CHANGED, NOT_CHANGED, NOT_READ_BACK
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.model import INTERNAL, Plan, PlannedServer
from ansible_collections.ucops.rollout.plugins.module_utils.plan.hosts import BY_UPDATE
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import PROVED, UNPROVED, ProofResult
from ansible_collections.ucops.rollout.plugins.module_utils.proof.trust import NOBODY
from ansible_collections.ucops.rollout.plugins.module_utils.proof.walk import srv_owner
from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import (
    RESTORED,
    AuthorityOutcome,
    CertificateOutcome,
    Outcome,
    ServerOutcome,
)
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig, Thumbprint

NOT_READ = (
    "the CA took no part in this run: nobody read whom clients trust. The playbooks of this collection read it where"
    " its host is in the inventory's group of CAs, and in --limit if there is one; a playbook of your own reads it"
    " before the proof (tasks_from: authority.yml of the role pool_verify). Or give its root certificate"
    " (pool_verify_roots)"
)


@dataclass(frozen=True, slots=True)
class ProofInputs:
    """``servers``: the name servers to ask, ``inside`` those of them that a client within the company asks.
    ``records``, ``endpoints``: the plan's of the views that are proved. ``removed``: record sets with what this run
    took out of these views; those that are not planned are among ``records`` too.

    ``thumbprints``: certificate id to what its places are to show, as far as that was assigned. ``roots``: PEM, those
    that clients trust; ``roots_complete``: whether these are the roots of all planned authorities. ``issuers``: PEM,
    which help to follow a chain and are not trusted.
    ``anchors``: for each planned CA, whether its root is known; none where roots were given.
    ``stores``: server (FQDN) to what its stores trust and refuse, the ``root_thumbprints`` None where that is not
    known, and the name and addresses that the other servers call it by (``called``, ``addresses``).

    ``predicted``: in check mode an earlier step would still change something, so that there is nothing to look at.
    ``services_started``, ``replicating``: what was just done takes a while to be seen. ``not_waited_for``: addresses of
    the servers where this run started nothing, such as those that a limit left out.
    """

    servers: tuple[Mapping[str, Any], ...]
    records: tuple[Mapping[str, Any], ...]
    endpoints: tuple[Mapping[str, Any], ...]
    inside: tuple[Mapping[str, Any], ...]
    thumbprints: Mapping[str, str]
    roots: tuple[str, ...]
    roots_complete: bool
    issuers: tuple[str, ...]
    anchors: tuple[ProofResult, ...]
    sip_domains: tuple[str, ...]
    stores: Mapping[str, Mapping[str, Any]]
    predicted: bool
    services_started: bool
    replicating: bool
    not_waited_for: tuple[str, ...] = ()
    removed: tuple[Mapping[str, Any], ...] = ()

    def to_plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = to_plain(self)
        return plain


def proof_inputs(
    plan: Plan,
    outcome: Outcome,
    servers: Sequence[Mapping[str, Any]],
    views: Collection[str] = (INTERNAL,),
    roots: Sequence[str] = (),
    trusted: Sequence[Thumbprint] = (),
    removed: Iterable[Mapping[str, Any]] = (),
) -> ProofInputs:
    """The inputs of the proof of these views.

    :param outcome: the run until now: its DNS part, its servers, and whether it was in check mode.
    :param servers: the name servers to ask; those of no view hold all.
    :param roots: the roots that clients trust; else those of the planned CAs, as far as these were read.
    :param removed: what the run took out of DNS.
    :param trusted: thumbprints of roots that were named as trusted; such a one is trusted wherever it comes from.
    """
    done = {id: one for server in outcome.servers.values() for id, one in server.certificates.items()}
    pushed, checked = outcome.dns.changed, outcome.check_mode
    issuers = tuple(dict.fromkeys(_issuers(outcome, done.values())))
    gone = tuple(one for one in removed if one["view"] in views)
    wanted = {(one.view, one.fqdn, one.type) for one in plan.records}
    named, anchors = tuple(_named(issuers, trusted)), tuple(_anchors(plan, outcome))
    return ProofInputs(
        servers=tuple(one for one in servers if one.get("view") in (None, "", *views)),
        thumbprints=dict(_assigned(outcome)),
        roots=tuple(roots) or tuple(dict.fromkeys((*_roots_of_plan(plan, outcome), *named))),
        roots_complete=bool(roots) or _all_known(plan, anchors),
        issuers=issuers,
        anchors=() if roots or named else anchors,
        records=(
            *(to_plain(record) for record in plan.records if record.view in views),
            *(one for one in gone if (one["view"], one["fqdn"], one["type"]) not in wanted),
        ),
        endpoints=tuple(to_plain(endpoint) for endpoint in plan.endpoints if endpoint.view in views),
        inside=tuple(one for one in servers if one.get("view") in (None, "", INTERNAL)),
        sip_domains=tuple(_sip_domains(plan)) if INTERNAL in views else (),
        stores=dict(_stores(plan, outcome)),
        predicted=checked and (pushed or any(one.changed for one in done.values())),
        services_started=not checked and any(one.services_started for one in done.values()),
        replicating=not checked and pushed,
        not_waited_for=tuple(_unchanged(plan, outcome)),
        removed=gone,
    )


def _assigned(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Not of what a server holds and was to assign, where the run did not come that far or took it back."""
    for server in outcome.servers.values():
        restored = any(one.proved == RESTORED for one in server.certificates.values())
        for id, one in server.certificates.items():
            if one.thumbprint and _is_assigned(one, restored=restored, ended_early=bool(server.failure)):
                yield id, one.thumbprint


def _is_assigned(one: CertificateOutcome, *, restored: bool, ended_early: bool) -> bool:
    """What a step leaves to people is wanted there, whatever is there by now."""
    steps = (one.binding, one.assignment, *one.by_hand.values())
    states = {place.state for step in steps if not step.steps for place in step.assigned}
    if not states and not any(step.steps for step in steps):
        return not ended_early
    return NOT_CHANGED not in states and not (restored and states & {CHANGED, NOT_READ_BACK})


def _unchanged(plan: Plan, outcome: Outcome) -> Iterator[str]:
    """The addresses of the planned servers on which no service was started."""
    for server in plan.servers:
        done = outcome.servers.get(server.fqdn)
        if done is None or not any(one.services_started for one in done.certificates.values()):
            yield from dict.fromkeys(one for addresses in server.addresses.values() for one in addresses)


def name_servers(
    hosts: Sequence[str], hostvars: Mapping[str, Mapping[str, Any]], port: int, view: str = INTERNAL
) -> list[dict[str, Any]]:
    """The inventory's DNS servers of a view as a check takes them, at the address under which Ansible reaches them, or
    where they take dynamic updates.
    """
    return [_name_server(host, hostvars.get(host, {}), port, view) for host in dict.fromkeys(hosts)]


def _name_server(host: str, variables: Mapping[str, Any], port: int, view: str) -> dict[str, Any]:
    update = variables.get(BY_UPDATE)
    given = update.get("server") if isinstance(update, Mapping) else None
    server = given if isinstance(given, Mapping) else {}
    address = server.get("address") or variables.get("ansible_host") or host
    # A port that is none was told by who pushes.
    own = str(server.get("port") or "")
    return {"name": host, "address": str(address), "port": int(own) if own.isdecimal() else port, "view": view}


def _stores(plan: Plan, outcome: Outcome) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """None at all where nobody has read a server, or tried to: a run of the proof alone. Those that nobody logs on to
    have no store."""
    planned = {one.fqdn: one for one in plan.servers}
    read = {fqdn: one for fqdn, one in outcome.servers.items() if fqdn not in planned or planned[fqdn].logon}
    if any(one.root_thumbprints is not None or one.failure for one in read.values()):
        inside = {one.name for one in plan.endpoints if one.view == INTERNAL}
        for fqdn, one in read.items():
            yield fqdn, {**_trusting(one), **_called(planned.get(fqdn), inside)}


def _trusting(server: ServerOutcome) -> dict[str, Any]:
    """What its stores trust and refuse, under the names that ``certificate_info`` has for it."""
    return {
        "root_thumbprints": server.root_thumbprints,
        "authority_thumbprints": server.authority_thumbprints,
        "disallowed_thumbprints": server.disallowed_thumbprints,
    }


def _called(server: PlannedServer | None, inside: Collection[str]) -> dict[str, Any]:
    """By its own name, or by that of its pool, as an Edge is."""
    if server is None:
        return {}
    called = next((name for name in (server.fqdn, server.pool) if name in inside), NOBODY)
    return {"called": called, "addresses": server.addresses.get(INTERNAL, ())}


def _issuers(outcome: Outcome, done: Iterable[CertificateOutcome]) -> Iterator[str]:
    for server in outcome.servers.values():
        yield from server.issuers
    for one in done:
        yield from one.issue.chain


def _roots_of_plan(plan: Plan, outcome: Outcome) -> Iterator[str]:
    """Of the CAs that the plan names, and of no other that a host of theirs may have."""
    for ca in _planned_cas(plan):
        for host, authority in outcome.authorities.items():
            if ca.is_called(authority.name):
                yield from (root.pem for root in _roots(authority, host))


def _planned_cas(plan: Plan) -> tuple[CaConfig, ...]:
    return tuple(dict.fromkeys(CaConfig(one.issuer.ca) for one in plan.certificates if one.issuer.ca))


def _roots(authority: AuthorityOutcome, host: str) -> tuple[X509Certificate, ...]:
    where = f"the CA on {host}"
    read = (one for pem in authority.ca_certificates for one in load_certificates(pem, where=where))
    return tuple(one for one in read if is_root(one))


def _anchors(plan: Plan, outcome: Outcome) -> Iterator[ProofResult]:
    """Whether it is known whom clients trust: the root of each planned CA, read on the CA's own host."""
    for ca in _planned_cas(plan):
        unknown = ProofResult("trust", f"root of {ca}", UNPROVED, "", expected={"read_on": ca.host})
        results = [_anchor(unknown, ca, host, authority) for host, authority in outcome.authorities.items()]
        proved = [one for one in results if one.state == PROVED]
        told = [one for one in results if one.message] or [replace(unknown, message=NOT_READ)]
        yield (proved or told)[0]


def _all_known(plan: Plan, anchors: Sequence[ProofResult]) -> bool:
    """Nobody reads the root of a public authority."""
    return all(one.issuer.ca for one in plan.certificates) and all(one.state == PROVED for one in anchors)


def _anchor(unknown: ProofResult, ca: CaConfig, host: str, authority: AuthorityOutcome) -> ProofResult:
    there = replace(unknown, server=host)
    if not authority.name:
        return replace(there, message=authority.msg)
    if not ca.is_called(authority.name):
        return replace(there, message=f"the CA on {host} is '{authority.name}'")
    roots = [f"'{root.subject}' ({root.thumbprint})" for root in _roots(authority, host)]
    if not roots:
        return replace(there, message=authority.chain_problem or NOT_READ)
    return replace(there, state=PROVED, message=f"clients trust {', '.join(roots)}, read on the CA's own host")


def _named(issuers: Sequence[str], trusted: Sequence[Thumbprint]) -> Iterator[str]:
    """Those whose thumbprints were named, and that are roots."""
    known = (one for pem in issuers if trusted for one in load_certificates(pem, where="issuers"))
    return (one.pem for one in known if one.thumbprint in trusted and is_root(one))


def _sip_domains(plan: Plan) -> Iterator[str]:
    """The SIP domains whose users sign in by themselves: those with the record that a client asks for first."""
    owner = srv_owner("")
    for record in plan.records:
        if record.view == INTERNAL and record.type == "SRV" and record.fqdn.startswith(owner):
            yield record.fqdn.removeprefix(owner)
