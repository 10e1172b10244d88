# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evaluates product rules on a topology: records, certificates and endpoints from the same values, with reasons.

Linear in the size of the plan: everything is looked up by name, nothing is searched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ansible_collections.ucops.rollout.plugins.module_utils import model
from ansible_collections.ucops.rollout.plugins.module_utils.collector import collector_paused
from ansible_collections.ucops.rollout.plugins.module_utils.findings.alike import told_once
from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import find_all, in_order
from ansible_collections.ucops.rollout.plugins.module_utils.names import parent
from ansible_collections.ucops.rollout.plugins.module_utils.plan.deployment import Deployment, servers_with
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planned_records import PlannedRecords, WantedRecord
from ansible_collections.ucops.rollout.plugins.module_utils.plan.pointers import pointers
from ansible_collections.ucops.rollout.plugins.module_utils.plan.shared_certificates import share_certificates
from ansible_collections.ucops.rollout.plugins.module_utils.plan.vocabulary import (
    RANKS,
    Scope,
    expand,
    holds,
    port,
    reach,
    scopes,
)
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.products.rules import (
    AddressRecord,
    AliasRecord,
    CertificateName,
    CertificateRule,
    EndpointRule,
    RecordRule,
    RoleRules,
    ServiceRecord,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.deployed import planned_pool
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Pool, Topology
from ansible_collections.ucops.rollout.plugins.module_utils.values import TemplateName

Placed = tuple[Scope, RoleRules]


@collector_paused()
def make_plan(topology: Topology, products: Mapping[str, Product] = PRODUCTS) -> model.Plan:
    """The plan of a topology; what speaks against it is in its findings, nothing is raised."""
    plan, records = _put_together(topology, products, topology.pools)
    found = [*records.findings(), *find_all(plan, topology, products)]
    return replace(plan, findings=in_order(told_once(found, topology)))


@collector_paused()
def plan_of_pools(topology: Topology, pools: Iterable[Pool], products: Mapping[str, Product] = PRODUCTS) -> model.Plan:
    """What these pools of the topology alone ask for, without findings."""
    return _put_together(topology, products, pools)[0]


def _put_together(
    topology: Topology, products: Mapping[str, Product], wanted: Iterable[Pool]
) -> tuple[model.Plan, PlannedRecords]:
    pools = list(_placed(wanted, Deployment(topology, products), products))
    certificates = share_certificates(_certificates(pools), topology.pools)
    endpoints = tuple(_endpoints(pools, certificates))
    records = PlannedRecords(topology.zones)
    asked = list(_wanted_records(pools, {zone.view for zone in topology.zones}))
    for one in (*asked, *pointers(asked, topology)):
        records.want(one)
    plan = model.Plan(
        zones=records.zones(),
        records=records.records(),
        certificates=certificates,
        endpoints=endpoints,
        servers=tuple(_servers(scope.pool for scope, _rules in pools)),
        pools=tuple(planned_pool(topology, scope.pool) for scope, _rules in pools),
    )
    return plan, records


def _placed(pools: Iterable[Pool], deployment: Deployment, products: Mapping[str, Product]) -> Iterator[Placed]:
    """Each pool with the rules for it."""
    for pool in pools:
        rules = products[pool.product].role_rules(pool.role, pool.edition, pool.configuration)
        if rules is not None:  # parse() refuses pools without rules
            yield Scope(pool, deployment), rules


def _servers(pools: Iterable[Pool]) -> Iterator[model.PlannedServer]:
    for pool in pools:
        for server in pool.servers:
            yield model.PlannedServer(server.fqdn, server.inventory_host, pool.fqdn, server.addresses, server.logon)


# Records


def _wanted_records(pools: list[Placed], views: Collection[str]) -> Iterator[WantedRecord]:
    """Those of all pools first, then those of all servers. A view without declared zones is another's business."""
    for of_servers in (False, True):
        for scope, rules in pools:
            for rule in rules.records:
                if (rule.each == "server") is of_servers and rule.view in views:
                    yield from _records_of(rule, scope)


def _records_of(rule: RecordRule, scope: Scope) -> Iterator[WantedRecord]:
    for inner in scopes(rule.each, rule.when, scope):
        for kind, values in _values(rule, inner):
            yield WantedRecord(
                view=rule.view,
                fqdn=expand(rule.owner, inner),
                type=kind,
                values=values,
                managed=rule.managed,
                reason=rule.reason,
                breaks=rule.breaks,
                path=inner.path,
                target_elsewhere=not isinstance(rule, AddressRecord) and rule.target_elsewhere,
                further=isinstance(rule, ServiceRecord) and rule.further,
            )


def _values(rule: RecordRule, scope: Scope) -> Iterator[tuple[str, tuple[str | model.SrvData, ...]]]:
    """Types and data of a rule: addresses by their family."""
    if isinstance(rule, AddressRecord):
        yield from reach(rule.reach, scope).families
    elif isinstance(rule, AliasRecord):
        yield "CNAME", (expand(rule.target, scope),)
    else:
        priority, weight = RANKS[rule.rank](scope) if rule.rank else (rule.priority, rule.weight)
        yield "SRV", (model.SrvData(priority, weight, port(rule.port, scope), expand(rule.target, scope)),)


# Certificates

KEY_LENGTH = 2048  # in bits, unless the site wants longer ones


def _certificates(pools: list[Placed]) -> Iterator[model.PlannedCertificate]:
    """Those of servers and pools, then the global ones, each at all pools that have the rule."""
    everywhere: dict[str, list[tuple[CertificateRule, Scope]]] = {}
    for scope, rules in pools:
        for rule in rules.certificates:
            for inner in scopes(rule.each, rule.when, scope):
                if rule.scope == model.GLOBAL:
                    everywhere.setdefault(rule.use, []).append((rule, inner))
                elif _holders(rule, inner):
                    yield _certificate(rule, inner, [(rule, inner)])
    for placed in everywhere.values():
        yield _certificate(*placed[0], placed)


def _holders(rule: CertificateRule, scope: Scope) -> tuple[Scope, ...]:
    """A scope for each server that holds the certificate."""
    if not rule.role:
        return scope.of_servers
    carrying = {server.fqdn for server in servers_with(scope.pool, rule.role)}
    return tuple(inner for inner in scope.of_servers if inner.server is not None and inner.server.fqdn in carrying)


def _certificate(
    rule: CertificateRule, scope: Scope, placed: Iterable[tuple[CertificateRule, Scope]]
) -> model.PlannedCertificate:
    """:param placed: the rule and its scope at each place where the certificate is held."""
    holding = [(one, inner) for one, place in placed for inner in _holders(one, place)]
    holders = tuple(dict.fromkeys(expand("{server}", inner) for _one, inner in holding))
    options = scope.certificates
    issuer = options.issuer_of(rule.use, faces_outside=rule.faces_outside)
    subject = expand(rule.subject, scope)
    alternatives = _names(rule, scope)
    return model.PlannedCertificate(
        id=_certificate_id(rule, scope, holders),
        holders=holders,
        scope=rule.scope,
        use=rule.use,
        subject=model.Subject(subject),
        subject_alternative_names=tuple(alternatives),
        name_reasons={subject: (rule.reason,), **{name: tuple(why) for name, why in alternatives.items()}},
        key=_key(rule, options.key_length, len(holders)),
        extended_key_usage=_extended_key_usage(rule, scope),
        require_crl_distribution_point=True,
        issuer=model.PlannedIssuer(issuer.name, issuer.ca),
        template=TemplateName(issuer.template) if issuer.template else None,
        assignments=tuple(assignment for one, inner in holding for assignment in _assignments(one, inner)),
    )


def _holder_name(rule: CertificateRule, scope: Scope, holders: tuple[str, ...]) -> str:
    return {"server": holders[0], "pool": scope.pool.fqdn, model.GLOBAL: model.GLOBAL}[rule.scope]


def _certificate_id(rule: CertificateRule, scope: Scope, holders: tuple[str, ...]) -> str:
    apart = f"/{expand(rule.apart, scope)}" if rule.apart else ""
    return f"{_holder_name(rule, scope, holders)}/{rule.use}{apart}"


def _key(rule: CertificateRule, length: int | None, holders: int) -> model.Key:
    """A key that several servers hold is shared, and must leave the first of them."""
    key = model.Key(length=length or KEY_LENGTH, exportable=rule.exportable)
    return replace(key, exportable=True, shared=True) if holders > 1 else key


def _extended_key_usage(rule: CertificateRule, scope: Scope) -> tuple[str, ...]:
    if rule.client_authentication and holds(rule.client_authentication, scope):
        return (model.SERVER_AUTHENTICATION, model.CLIENT_AUTHENTICATION)
    return (model.SERVER_AUTHENTICATION,)


def _assignments(rule: CertificateRule, scope: Scope) -> Iterator[model.PlannedAssignment]:
    name = expand("{server}", scope)
    roles = scope.server.roles if scope.server else ()
    for one in rule.listeners:
        if not one.role or not roles or one.role in roles:
            yield model.PlannedAssignment(name, one.component, one.use or rule.use, port(one.port, scope))


def _names(rule: CertificateRule, scope: Scope) -> dict[str, list[model.Reason]]:
    """Every name once, where its first rule puts it, with the reasons of all its rules; wildcards at the end."""
    found: dict[str, list[model.Reason]] = {}
    wildcards: dict[str, list[model.Reason]] = {}
    fold = scope.certificates.wildcard and scope.deployment.knows(scope.pool, "wildcard")
    for name_rule in rule.names:
        for inner in scopes(name_rule.each, name_rule.when, scope):
            name = expand(name_rule.name, inner)
            if fold and name_rule.wildcard and name not in found:
                _add(wildcards, f"*.{parent(name)}", name_rule)
            else:
                _add(found, name, name_rule)
    return {**found, **wildcards}


def _add(found: dict[str, list[model.Reason]], name: str, rule: CertificateName) -> None:
    reasons = found.setdefault(name, [])
    if rule.reason not in reasons:
        reasons.append(rule.reason)


# Endpoints

EndpointKey = tuple[str, str, int, str, str]
Answering = dict[tuple[str, str], list[model.PlannedCertificate]]


@dataclass
class _Meeting:
    """What comes together at one endpoint, in the order of the rules; dictionaries serve as ordered sets."""

    addresses: dict[str, None] = field(default_factory=dict)
    certificates: dict[str, None] = field(default_factory=dict)
    clients: dict[str, None] = field(default_factory=dict)


def _endpoints(pools: list[Placed], certificates: Iterable[model.PlannedCertificate]) -> Iterator[model.Endpoint]:
    answering = _answering(certificates)
    found: dict[EndpointKey, _Meeting] = {}
    for scope, rules in pools:
        for rule in rules.endpoints:
            for inner in scopes(rule.each, rule.when, scope):
                _meet(rule, inner, answering, found)
    for (view, name, number, protocol, through), met in found.items():
        yield model.Endpoint(
            view, name, tuple(met.addresses), number, protocol, through, tuple(met.certificates), tuple(met.clients)
        )


def _answering(certificates: Iterable[model.PlannedCertificate]) -> Answering:
    """Which certificates a component of a server presents, by name where there are several."""
    found: Answering = {}
    for certificate in certificates:
        for assignment in certificate.assignments:
            found.setdefault((assignment.server, assignment.component), []).append(certificate)
    return found


def _presented(certificates: list[model.PlannedCertificate], name: str) -> model.PlannedCertificate:
    """The one for the name: each published name has its own listener. None with that name: the last one assigned."""
    if len(certificates) == 1:
        return certificates[0]
    named = (one for one in certificates if name == one.common_name or name in one.subject_alternative_names)
    return next(named, certificates[-1])


def _meet(rule: EndpointRule, scope: Scope, answering: Answering, found: dict[EndpointKey, _Meeting]) -> None:
    there = reach(rule.reach, scope)
    key = (rule.view, expand(rule.name, scope), port(rule.port, scope), rule.protocol, there.through)
    met = found.setdefault(key, _Meeting())
    met.addresses.update(dict.fromkeys(there.addresses))
    met.clients[expand(rule.client, scope)] = None
    for server in there.servers:
        certificates = answering.get((server.fqdn, rule.component))
        if certificates:
            met.certificates[_presented(certificates, key[1]).id] = None
