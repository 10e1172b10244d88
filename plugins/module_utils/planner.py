# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evaluates product rules on a topology: records, certificates and endpoints from the same values, with reasons.

Linear in the size of the plan: everything is looked up by name, nothing is searched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from ansible_collections.ucops.rollout.plugins.module_utils import model
from ansible_collections.ucops.rollout.plugins.module_utils.coherence import check_coherence
from ansible_collections.ucops.rollout.plugins.module_utils.findings import in_order
from ansible_collections.ucops.rollout.plugins.module_utils.precautions import look_for_pitfalls
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.record_book import RecordBook, Wanted
from ansible_collections.ucops.rollout.plugins.module_utils.rules import (
    AddressRecord,
    CertificateRule,
    EndpointRule,
    Product,
    ServiceRecord,
    Sheet,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology import Pool, SipDomain, Topology
from ansible_collections.ucops.rollout.plugins.module_utils.words import REACH, Scope, expand, scopes

Placed = tuple[Scope, Sheet]


def make_plan(topology: Topology, products: Mapping[str, Product] = PRODUCTS) -> model.Plan:
    """The plan of a topology; what speaks against it is in its findings, nothing is raised."""
    pools = list(_pools(topology, products))
    certificates = tuple(_certificates(pools))
    endpoints = tuple(_endpoints(pools, certificates))
    book = RecordBook(topology.zones)
    for wanted in _wanted_records(pools):
        book.want(wanted)
    plan = model.Plan(
        zones=tuple(model.PlannedZone(zone.view, zone.name, zone.if_missing) for zone in topology.zones),
        records=book.records(),
        certificates=certificates,
        endpoints=endpoints,
        servers=tuple(_servers(topology.pools)),
    )
    found = [*book.findings(), *check_coherence(plan), *look_for_pitfalls(topology, plan)]
    return replace(plan, findings=in_order(found))


def _pools(topology: Topology, products: Mapping[str, Product]) -> Iterator[Placed]:
    """Each pool with the SIP domains that it signs in and the rules for it."""
    at_home: dict[str, list[SipDomain]] = {}
    for sip_domain in topology.sip_domains:
        at_home.setdefault(sip_domain.home, []).append(sip_domain)
    for pool in topology.pools:
        # parse() refuses pools without rules
        sheet = cast(Sheet, products[pool.product].sheet(pool.role, pool.edition, pool.configuration))
        yield Scope(pool, tuple(at_home.get(pool.fqdn, ())), topology.certificates), sheet


def _servers(pools: Iterable[Pool]) -> Iterator[model.PlannedServer]:
    for pool in pools:
        for server in pool.servers:
            yield model.PlannedServer(server.fqdn, server.inventory_host, pool.fqdn, server.addresses)


# Records


def _wanted_records(pools: list[Placed]) -> Iterator[Wanted]:
    """Those of all pools first, then those of all servers."""
    for of_servers in (False, True):
        for scope, sheet in pools:
            for rule in sheet.records:
                if (rule.each == "server") is of_servers:
                    yield from _records_of(rule, scope)


def _records_of(rule: AddressRecord | ServiceRecord, scope: Scope) -> Iterator[Wanted]:
    for inner in scopes(rule.each, rule.when, scope):
        yield Wanted(
            view=rule.view,
            fqdn=expand(rule.owner, inner),
            type="A" if isinstance(rule, AddressRecord) else "SRV",
            values=_values(rule, inner),
            managed=rule.managed,
            reason=rule.reason,
            breaks=rule.breaks,
            path=inner.path,
        )


def _values(rule: AddressRecord | ServiceRecord, scope: Scope) -> tuple[str | model.Service, ...]:
    if isinstance(rule, AddressRecord):
        return REACH[rule.reach](scope).addresses
    return (model.Service(rule.priority, rule.weight, rule.port, expand(rule.target, scope)),)


# Certificates


def _certificates(pools: list[Placed]) -> Iterator[model.Certificate]:
    for scope, sheet in pools:
        for rule in sheet.certificates:
            for inner in scopes(rule.each, rule.when, scope):
                yield _certificate(rule, inner)


def _certificate(rule: CertificateRule, scope: Scope) -> model.Certificate:
    server = expand("{server}", scope)
    wishes = scope.certificates
    subject = expand(rule.subject, scope)
    alternatives = _names(rule, scope)
    return model.Certificate(
        id=f"{server}/{rule.use}",
        holders=(server,),
        scope=rule.scope,
        use=rule.use,
        common_name=subject,
        subject_alternative_names=tuple(alternatives),
        name_reasons={subject: (rule.reason,), **{name: tuple(why) for name, why in alternatives.items()}},
        key=replace(rule.key, length=wishes.key_length or rule.key.length),
        extended_key_usage=rule.extended_key_usage,
        require_crl_distribution_point=rule.require_crl_distribution_point,
        issuer_name=wishes.issuer.name,
        issuer_ca=wishes.issuer.ca,
        template=wishes.issuer.template,
        assignments=tuple(model.Assignment(server, one.component, rule.use, one.port) for one in rule.components),
    )


def _names(rule: CertificateRule, scope: Scope) -> dict[str, list[model.Reason]]:
    """Every name once, where its first rule puts it, with the reasons of all its rules."""
    found: dict[str, list[model.Reason]] = {}
    for name_rule in rule.names:
        for inner in scopes(name_rule.each, name_rule.when, scope):
            reasons = found.setdefault(expand(name_rule.name, inner), [])
            if name_rule.reason not in reasons:
                reasons.append(name_rule.reason)
    return found


# Endpoints

EndpointKey = tuple[str, str, int, str, str]


@dataclass
class _Meeting:
    """What comes together at one endpoint, in the order of the rules; dictionaries serve as ordered sets."""

    addresses: dict[str, None] = field(default_factory=dict)
    certificates: dict[str, None] = field(default_factory=dict)
    clients: dict[str, None] = field(default_factory=dict)


def _endpoints(pools: list[Placed], certificates: Iterable[model.Certificate]) -> Iterator[model.Endpoint]:
    answering = _answering(certificates)
    found: dict[EndpointKey, _Meeting] = {}
    for scope, sheet in pools:
        for rule in sheet.endpoints:
            for inner in scopes(rule.each, rule.when, scope):
                _meet(rule, inner, answering, found)
    for (view, name, port, protocol, through), met in found.items():
        yield model.Endpoint(
            view, name, tuple(met.addresses), port, protocol, through, tuple(met.certificates), tuple(met.clients)
        )


def _answering(certificates: Iterable[model.Certificate]) -> dict[tuple[str, str], str]:
    """Which certificate a component of a server presents."""
    return {
        (assignment.server, assignment.component): certificate.id
        for certificate in certificates
        for assignment in certificate.assignments
    }


def _meet(
    rule: EndpointRule, scope: Scope, answering: Mapping[tuple[str, str], str], found: dict[EndpointKey, _Meeting]
) -> None:
    reach = REACH[rule.reach](scope)
    key = (rule.view, expand(rule.name, scope), rule.port, rule.protocol, reach.through)
    met = found.setdefault(key, _Meeting())
    met.addresses.update(dict.fromkeys(reach.addresses))
    met.clients[expand(rule.client, scope)] = None
    for server in reach.servers:
        certificate = answering.get((server.fqdn, rule.component))
        if certificate is not None:
            met.certificates[certificate] = None
