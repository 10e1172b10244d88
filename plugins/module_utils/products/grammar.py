# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a product file is written in: a row for each name, a row for each certificate, and the roles that have them.

A row of a name says it once: where it resolves to, as which entry it stands in certificates, and who answers for it.
Record, entry and endpoint are made of the same row, so they cannot drift apart. What each is for and who says so
stands in the product's ``Sources``, by the rule's name.

Lists of rules and of conditions are strings with spaces between. The words in ``each``, ``when``, ``at`` and between
braces in names are those of ``plan.vocabulary``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ansible_collections.ucops.rollout.plugins.module_utils.model import INTERNAL, OURS, REGISTERED_ELSEWHERE
from ansible_collections.ucops.rollout.plugins.module_utils.products.rules import (
    AddressRecord,
    AliasRecord,
    CertificateName,
    CertificateRule,
    EndpointRule,
    Listener,
    RecordRule,
    RoleRules,
    Rule,
    ServiceRecord,
)
from ansible_collections.ucops.rollout.plugins.module_utils.products.sources import Sources

# Rows


@dataclass(frozen=True)
class Part:
    """One rule of a name's row. ``each`` and ``when``: only where they are not the row's."""

    rule: str
    each: str | None = field(default=None, kw_only=True)
    when: str | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Address(Part):
    """An address record. ``at``: whose addresses (``vocabulary.REACH``), where that is not the row's.

    :param registers_itself: a domain member registers it, nobody has to push it.
    """

    at: str = field(default="", kw_only=True)
    view: str = field(default="", kw_only=True)
    registers_itself: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Alias(Part):
    """An alias of ``target``; ``elsewhere``: that lies in somebody else's zones."""

    target: str
    view: str = field(default="", kw_only=True)
    elsewhere: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Service(Part):
    """A SRV record that leads to ``target``; ``elsewhere``: that lies in somebody else's zones.

    ``rank``: whose priority and weight it has (``vocabulary.RANKS``), in place of the two. ``further``: it stands
    beside that of another rule, and not against it.
    """

    target: str
    port: int | str
    priority: int = field(default=0, kw_only=True)
    weight: int = field(default=0, kw_only=True)
    rank: str = field(default="", kw_only=True)
    further: bool = field(default=False, kw_only=True)
    elsewhere: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Entry(Part):
    """An entry in certificates, which say in what order. ``wildcard``: one may stand for it, if the site wants."""

    wildcard: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Answer(Part):
    """Who answers for the name, or for the target of its SRV record, at the record's port, and to whom.

    :param client: who connects; names in braces.
    :param at: whose addresses the client comes to, where they are not those of the row.
    """

    listener: Listener
    client: str
    at: str = field(default="", kw_only=True)
    port: int | str | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Name:
    """A name and all that hangs on it; a rule without anything of its own is given by its name alone.

    :param each: once for each of these in the pool (``vocabulary.EACH``).
    :param when: conditions that must all hold (``vocabulary.CONDITIONS``).
    :param at: whose addresses it resolves to (``vocabulary.REACH``).
    """

    template: str
    each: str = field(default="pool", kw_only=True)
    when: str = field(default="", kw_only=True)
    view: str = field(default=INTERNAL, kw_only=True)
    at: str = field(default="", kw_only=True)
    address: str | Address | tuple[Address, ...] = field(default=(), kw_only=True)
    alias: Alias | tuple[Alias, ...] = field(default=(), kw_only=True)
    service: Service | None = field(default=None, kw_only=True)
    in_certificates: str | Entry | tuple[Entry, ...] = field(default=(), kw_only=True)
    answers: Answer | tuple[Answer, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True)
class Certificate:
    """A certificate. ``names``: its entries, in their order; the rest as in ``rules.CertificateRule``.

    :param only_when: entries that stand in this certificate under a further condition only.
    """

    rule: str
    use: str = field(kw_only=True)
    subject: str = field(kw_only=True)
    names: str = field(default="", kw_only=True)
    listeners: tuple[Listener, ...] = field(kw_only=True)
    when: str = field(default="", kw_only=True)
    only_when: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    scope: str = field(default="server", kw_only=True)
    each: str = field(default="", kw_only=True)
    exportable: bool = field(default=False, kw_only=True)
    faces_outside: bool = field(default=False, kw_only=True)
    client_authentication: str = field(default="", kw_only=True)
    role: str = field(default="", kw_only=True)
    apart: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class Role:
    """One form of a role. ``balanced``: kinds of load balancing; ``configurations``: empty where it has one form."""

    role: str
    edition: str = ""
    configurations: str = field(default="", kw_only=True)
    balanced: str = field(default="", kw_only=True)
    names: tuple[Name, ...] = field(default=(), kw_only=True)
    certificates: tuple[Certificate, ...] = field(default=(), kw_only=True)


# Rows to rules


def rules_of(role: Role, sources: Sources) -> RoleRules:
    """The rules of a role. Endpoints stand in the order in which the certificates name who answers.

    Raises ValueError for a name of whose entries none stands in a certificate of the role, and for an entry that no
    name has.
    """
    rows = [_Row(name, sources) for name in role.names]
    entries = {entry.key: entry for row in rows for entry in row.entries()}
    certificates = tuple(_certificate(one, entries, sources) for one in role.certificates)
    _refuse_lost(role, rows, {name.key for one in certificates for name in one.names})
    order = [listener.component for one in certificates for listener in one.listeners]
    endpoints = [endpoint for row in rows for endpoint in row.endpoints()]
    return RoleRules(
        role=role.role,
        edition=role.edition,
        configurations=tuple(role.configurations.split()),
        load_balancers=tuple(role.balanced.split()),
        records=tuple(record for row in rows for record in row.records()),
        certificates=certificates,
        endpoints=tuple(sorted(endpoints, key=lambda one: order.index(one.component))),
    )


def _refuse_lost(role: Role, rows: Iterable[_Row], standing: set[str]) -> None:
    for row in rows:
        entries = [entry.key for entry in row.entries()]
        if entries and standing.isdisjoint(entries):
            raise ValueError(f"{role.role}: no certificate has {row.name.template}, which it should as {entries}")


@dataclass(frozen=True)
class _Row:
    name: Name
    sources: Sources

    def _common(self, part: Part) -> dict[str, Any]:
        when = self.name.when if part.when is None else part.when
        return {**self._said_of(part), "each": part.each or self.name.each, "when": tuple(when.split())}

    def _said_of(self, part: Part) -> Mapping[str, Any]:
        """Of an endpoint: what is said of the record that leads to it, unless it has something of its own."""
        if not isinstance(part, Answer) or part.rule in self.sources:
            return self.sources.of(part.rule)
        record = next(self.records(), None)
        if record is None:
            raise ValueError(f"nothing is said of {part.rule}, and no record leads there")
        return {**self.sources.of(record.key), "id": f"{self.sources.product}.{part.rule}"}

    def records(self) -> Iterator[RecordRule]:
        """The address records, the aliases, the SRV record."""
        name = self.name
        for address in self._addresses():
            yield AddressRecord(
                **self._common(address),
                owner=name.template,
                reach=address.at or name.at,
                view=address.view or name.view,
                managed=REGISTERED_ELSEWHERE if address.registers_itself else OURS,
            )
        for alias in _many(name.alias):
            yield AliasRecord(
                **self._common(alias),
                owner=name.template,
                target=alias.target,
                view=alias.view or name.view,
                target_elsewhere=alias.elsewhere,
            )
        if name.service is not None:
            yield self._service(name.service)

    def _service(self, service: Service) -> ServiceRecord:
        return ServiceRecord(
            **self._common(service),
            owner=self.name.template,
            view=self.name.view,
            target=service.target,
            port=service.port,
            priority=service.priority,
            weight=service.weight,
            rank=service.rank,
            further=service.further,
            target_elsewhere=service.elsewhere,
        )

    def _addresses(self) -> tuple[Address, ...]:
        given = self.name.address
        return _many(Address(given) if isinstance(given, str) else given)

    def entries(self) -> Iterator[CertificateName]:
        given = self.name.in_certificates
        for entry in _many(Entry(given) if isinstance(given, str) else given):
            yield CertificateName(**self._common(entry), name=self.name.template, wildcard=entry.wildcard)

    def endpoints(self) -> Iterator[EndpointRule]:
        for answer in _many(self.name.answers):
            yield self._endpoint(answer)

    def _endpoint(self, answer: Answer) -> EndpointRule:
        service, listener = self.name.service, answer.listener
        port = answer.port or (service.port if service else listener.port)
        addresses = self._addresses()
        return EndpointRule(
            **self._common(answer),
            name=service.target if service else self.name.template,
            reach=answer.at or self.name.at or addresses[0].at,
            port=port,
            protocol=listener.protocol,
            component=listener.component,
            client=answer.client,
            view=self.name.view,
        )


P = TypeVar("P", bound=Part)


def _many(given: P | tuple[P, ...]) -> tuple[P, ...]:
    return given if isinstance(given, tuple) else (given,)


def _certificate(one: Certificate, entries: Mapping[str, CertificateName], sources: Sources) -> CertificateRule:
    return CertificateRule(
        **sources.of(one.rule),
        use=one.use,
        subject=one.subject,
        names=tuple(_entries(one, entries)),
        listeners=one.listeners,
        when=tuple(one.when.split()),
        exportable=one.exportable,
        scope=one.scope,
        each=one.each or ("server" if one.scope == "server" else "pool"),
        faces_outside=one.faces_outside,
        client_authentication=tuple(one.client_authentication.split()),
        role=one.role,
        apart=one.apart,
    )


def _entries(one: Certificate, entries: Mapping[str, CertificateName]) -> Iterator[CertificateName]:
    further = {rule: condition for rules, condition in one.only_when.items() for rule in rules.split()}
    for rule in one.names.split():
        if rule not in entries:
            raise ValueError(f"{one.rule} lists {rule}, which no name of the role has")
        condition = further.get(rule)
        entry = entries[rule]
        yield replace(entry, when=(*entry.when, condition)) if condition else entry


# Products

# What products differ in, apart from their rules. Whatever asks for a product asks for one of these.
FEATURES: Mapping[str, str] = {
    "simple_urls": "its web services answer URLs of meetings, dial-in settings and the control panel",
    "scheduler": "it has a URL of the web scheduler",
    "autodiscover": "its web services answer autodiscover",
    "wildcard": "wildcards may stand in some certificates",
    "oauth": "it has an OAuth certificate",
    "xmpp": "its Edge has an XMPP proxy",
    "ipv6": "it knows IPv6",
    "web_external": "its web services have a name outside",
    "hybrid": "its users can move to Microsoft 365",
    "time_server": "its desk phones find the time by DNS",
    "plain_tcp": "its clients look for sign-in without TLS by DNS",
    "name_policy": "a policy says whether its clients match names strictly",
    "web_components": "the certificate of its Web Components is assigned in IIS, apart from the others",
    "backup_registrar": "another pool may stand in for the one that signs users in",
    "management_shell": "a cmdlet requests its certificates",
}


@dataclass(frozen=True)
class Product:
    """One product generation.

    :param family: what it is called without its version.
    :param features: what it knows, of ``FEATURES``.
    :param inferred_from: the title of its predecessor, where no page of the vendor states its own requirements.
    :param refusals: why it has not a form of a role, by key and value in the topology, where there is more to say.
    :param major: the first number of the version that its servers tell of themselves (OCS: MSFT_SIPPoolSetting; later:
        Get-CsServerVersion).
    """

    id: str
    title: str
    family: str
    roles: tuple[RoleRules, ...]
    features: frozenset[str] = frozenset()
    inferred_from: str = ""
    refusals: Mapping[tuple[str, str], str] = field(default_factory=dict)
    major: int = 0

    def __post_init__(self) -> None:
        unknown = self.features - FEATURES.keys()
        if unknown:
            raise ValueError(f"{self.id}: nobody asks for the features {', '.join(sorted(unknown))}")

    def knows(self, feature: str) -> bool:
        return feature in self.features

    def role_rules(self, role: str, edition: str, configuration: str) -> RoleRules | None:
        """The rules for such a pool, or None where the product has none."""
        return next((rules for rules in self.roles if rules.fits(role, edition, configuration)), None)

    def rules(self) -> Iterator[Rule]:
        for role in self.roles:
            yield from role.rules()


def derive(
    product: Product,
    *,
    id: str,
    title: str,
    sources: Sources,
    drop: str = "",
    drop_roles: str = "",
    change: Mapping[str, Mapping[str, str]] | None = None,
    client: tuple[str, str] = ("", ""),
    roles: Iterable[RoleRules] = (),
    family: str = "",
    major: int = 0,
    without: str = "",
    inferred_from: str = "",
    refusals: Mapping[tuple[str, str], str] | None = None,
) -> Product:
    """A product stated by its differences from another. Rules that are stated anew or changed get an id of their own.

    :param sources: what the newer product's own documents state.
    :param drop: rules that it has not; ``drop_roles``: roles.
    :param change: fields of rules, by rule; ``names`` of a certificate is the order of its entries.
    :param client: what the clients of endpoints are called in the older product, and in this one.
    :param roles: those that the older product does not have.
    :param family: its name without a version, where that is not the older product's; ``major`` likewise.
    :param without: features of the older product that it has not.

    Raises ValueError for a rule or role that the other product does not have.
    """
    revision = _Revision(id, sources, frozenset(drop.split()), change or {}, client)
    revision.refuse_unknown(product)
    gone = frozenset(drop_roles.split())
    if gone - {one.role for one in product.roles}:
        raise ValueError(f"{product.id} has not all the roles {drop_roles}")
    kept = (revision.role(one) for one in product.roles if one.role not in gone)
    return Product(
        id=id,
        title=title,
        family=family or product.family,
        major=major or product.major,
        roles=(*kept, *roles),
        features=product.features - frozenset(without.split()),
        inferred_from=inferred_from,
        refusals=refusals or {},
    )


R = TypeVar("R", bound=Rule)


@dataclass(frozen=True)
class _Revision:
    product: str
    sources: Sources
    drop: frozenset[str]
    change: Mapping[str, Mapping[str, str]]
    client: tuple[str, str]

    def refuse_unknown(self, product: Product) -> None:
        unknown = (self.drop | self.change.keys() | self.sources.own.keys()) - {rule.key for rule in product.rules()}
        if unknown:
            raise ValueError(f"{product.id} has no {', '.join(sorted(unknown))}")

    def role(self, role: RoleRules) -> RoleRules:
        return replace(
            role,
            records=self.rules(role.records),
            certificates=self.rules(role.certificates),
            endpoints=self.rules(role.endpoints),
        )

    def rules(self, rules: tuple[R, ...]) -> tuple[R, ...]:
        return tuple(self.rule(rule) for rule in rules if rule.key not in self.drop)

    def rule(self, rule: R) -> R:
        changed: dict[str, Any] = {}
        if isinstance(rule, EndpointRule) and self.client[0] and self.client[0] in rule.client:
            changed["client"] = rule.client.replace(*self.client)
        changed |= self.change.get(rule.key, {})
        if "when" in changed:
            changed["when"] = tuple(changed["when"].split())
        own: Mapping[str, Any] = self.sources.own.get(rule.key, {"id": f"{self.product}.{rule.key}"} if changed else {})
        if isinstance(rule, CertificateRule):
            changed["names"] = _in_order(self.rules(rule.names), changed.get("names", ""))
        return replace(rule, **changed, **own)


def _in_order(names: tuple[CertificateName, ...], order: str) -> tuple[CertificateName, ...]:
    """The entries in another order: those that it leaves out stay behind, as they are."""
    rules = order.split()
    return tuple(sorted(names, key=lambda one: rules.index(one.key) if one.key in rules else len(rules)))


def extend(product: Product, further: Role, sources: Sources) -> Product:
    """The product with further names and certificates at the end of all forms of a role."""
    added = rules_of(further, sources)
    roles = tuple(_joined(one, added) if one.role == added.role else one for one in product.roles)
    return replace(product, roles=roles)


def _joined(role: RoleRules, added: RoleRules) -> RoleRules:
    return replace(
        role,
        records=(*role.records, *added.records),
        certificates=(*role.certificates, *added.certificates),
        endpoints=(*role.endpoints, *added.endpoints),
    )
