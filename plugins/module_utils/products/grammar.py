# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grammar of product rules: what a product file is made of. Rules are data; ``planner`` evaluates them.

The words that a rule may use (in ``each``, ``when``, ``reach`` and between braces in names) are those of ``words``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, Union

from ansible_collections.ucops.rollout.plugins.module_utils.model import OURS, Key, Reason


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What every rule says of itself.

    :param id: stable name, shown in plans and reports.
    :param purpose: what it serves.
    :param source: the document that says so.
    :param mark: S stated, P stated in an excerpt, I inferred, C the sources conflict.
    :param breaks: what does not work where the rule is not followed.
    :param conflict: where sources conflict and the plan's reason has no room to say it: both, and what was decided.
    :param each: evaluated once for each of these in a pool (``words.EACH``).
    :param when: conditions that must all hold (``words.CONDITIONS``).
    """

    id: str
    purpose: str
    source: str
    mark: str
    breaks: str
    each: str = "pool"
    when: tuple[str, ...] = ()
    conflict: str = ""
    reason: Reason = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", Reason(self.id, self.purpose, self.source, self.mark))


@dataclass(frozen=True, kw_only=True)
class AddressRecord(Rule):
    """An A record, and an AAAA record for IPv6 addresses: ``owner`` is a full name, ``reach`` whose addresses."""

    owner: str
    reach: str
    view: str = "internal"
    managed: str = OURS


@dataclass(frozen=True, kw_only=True)
class AliasRecord(Rule):
    """A CNAME record: ``owner`` and ``target`` are full names.

    :param target_elsewhere: the target lies in somebody else's zones, and no address of it is planned.
    """

    owner: str
    target: str
    view: str = "internal"
    managed: str = OURS
    target_elsewhere: bool = False


@dataclass(frozen=True, kw_only=True)
class ServiceRecord(Rule):
    """A SRV record: ``owner`` and ``target`` are full names, ``port`` a number or a word of ``words.PORTS``."""

    owner: str
    target: str
    port: int | str
    priority: int = 0
    weight: int = 0
    view: str = "internal"
    managed: str = OURS
    target_elsewhere: bool = False


RecordRule = Union[AddressRecord, AliasRecord, ServiceRecord]  # noqa: UP007  # pylint cannot follow `|` here


@dataclass(frozen=True, kw_only=True)
class CertificateName(Rule):
    """One entry (or one per ``each``) of a certificate's subject alternative names; the table's order counts.

    :param wildcard: whether ``*.<its domain>`` may stand for it, after all names in full, where the site wants that.
    """

    name: str
    wildcard: bool = False


@dataclass(frozen=True)
class Component:
    """A component of a server that presents the certificate, for a use (the rule's unless given).

    :param port: a number (0: none of its own) or a word of ``words.PORTS``.
    :param role: in a pool whose servers carry different roles, only on those that carry this one.
    """

    component: str
    port: int | str
    use: str = ""
    role: str = ""


@dataclass(frozen=True, kw_only=True)
class CertificateRule(Rule):
    """A certificate.

    :param scope: ``server``: one for each server (``each`` is server); ``pool``: one for all its servers, with one
        key (``each`` is pool); ``global``: one for all servers of all pools with such a rule (``each`` is pool).
    :param key: ``exportable`` and ``shared`` of it hold always; several holders make both true.
    :param faces_outside: whether the issuer ``public`` signs it where there is one.
    :param client_authentication: conditions under which client authentication is added to the extended key usage.
    :param role: only for servers that carry this role.
    :param apart: with names in braces, what tells several certificates of one holder and use apart, in their ids.
    """

    use: str
    subject: str
    names: tuple[CertificateName, ...]
    components: tuple[Component, ...]
    key: Key
    extended_key_usage: tuple[str, ...]
    require_crl_distribution_point: bool = True
    scope: str = "server"
    each: str = "server"
    faces_outside: bool = False
    client_authentication: tuple[str, ...] = ()
    role: str = ""
    apart: str = ""


@dataclass(frozen=True, kw_only=True)
class EndpointRule(Rule):
    """A name that ``client`` connects to, where ``component`` of the reached servers answers.

    :param port: a number or a word of ``words.PORTS``.
    """

    name: str
    reach: str
    port: int | str
    protocol: str
    component: str
    client: str
    view: str = "internal"


@dataclass(frozen=True)
class RoleRules:
    """All rules of one form of a role in a product: which pools it serves, and what they need.

    :param edition: empty for roles that have no editions.
    :param configurations: empty for roles that have one form only.
    """

    role: str
    edition: str
    configurations: tuple[str, ...]
    load_balancers: tuple[str, ...]
    records: tuple[RecordRule, ...]
    certificates: tuple[CertificateRule, ...]
    endpoints: tuple[EndpointRule, ...]

    def describe(self) -> str:
        words = (self.role, self.edition, " or ".join(self.configurations))
        return ", ".join(word for word in words if word)

    def offers(self, key: str, value: str) -> bool:
        """Whether pools with this value of ``role``, ``edition`` or ``configuration`` belong here."""
        if key == "role":
            return self.role == value
        if key == "edition":
            return self.edition in ("", value)
        return value in (self.configurations or ("consolidated",))

    def fits(self, role: str, edition: str, configuration: str) -> bool:
        return (
            self.offers("role", role)
            and self.offers("edition", edition)
            and self.offers("configuration", configuration)
        )

    def rules(self) -> Iterator[Rule]:
        """Every rule, those of the names in certificates included."""
        yield from self.records
        for certificate in self.certificates:
            yield certificate
            yield from certificate.names
        yield from self.endpoints


@dataclass(frozen=True)
class Product:
    """One product generation.

    :param features: what it knows, of ``FEATURES``; the words for URLs, autodiscover and so on look here.
    :param refusals: why it has not a form of a role, by key and value in the topology, where there is more to say.
    """

    id: str
    title: str
    sheets: tuple[RoleRules, ...]
    features: frozenset[str] = frozenset()
    refusals: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def ipv6(self) -> bool:
        return "ipv6" in self.features

    def sheet(self, role: str, edition: str, configuration: str) -> RoleRules | None:
        """The rules for such a pool, or None where the product has none."""
        return next((sheet for sheet in self.sheets if sheet.fits(role, edition, configuration)), None)


# What a product may know. ``simple_urls``, ``autodiscover``: its web services answer them; ``scheduler``: the URL of
# the web scheduler; ``wildcard``: wildcards in some certificates; ``oauth``; ``xmpp``: proxy on the Edge; ``ipv6``;
# ``web_external``: web services with a name outside.
FEATURES = frozenset(
    {
        "simple_urls",
        "scheduler",
        "autodiscover",
        "wildcard",
        "oauth",
        "xmpp",
        "ipv6",
        "web_external",
        "hybrid",
        "time_server",
    }
)


def derive(
    product: Product,
    *,
    id: str,
    title: str,
    drop: Iterable[str] = (),
    change: Mapping[str, Mapping[str, Any]] | None = None,
    drop_roles: Iterable[str] = (),
    add_sheets: Iterable[RoleRules] = (),
    features: frozenset[str] | None = None,
) -> Product:
    """A product stated by its differences from another: rules dropped by id, fields of rules changed by id.

    A change of ``id`` says that the newer product's own documents state the rule. Raises ValueError for an id or role
    that the other product does not have.
    """
    revision = _Revision(frozenset(drop), change or {}, frozenset(drop_roles))
    revision.refuse_unknown(product)
    sheets = [revision.sheet(sheet) for sheet in product.sheets if sheet.role not in revision.roles]
    known = product.features if features is None else features
    return Product(id=id, title=title, sheets=(*sheets, *add_sheets), features=known)


R = TypeVar("R", bound=Rule)


@dataclass(frozen=True)
class _Revision:
    drop: frozenset[str]
    change: Mapping[str, Mapping[str, Any]]
    roles: frozenset[str]

    def refuse_unknown(self, product: Product) -> None:
        ids = {rule.id for sheet in product.sheets for rule in sheet.rules()}
        unknown = (self.drop | self.change.keys()) - ids
        unknown |= self.roles - {sheet.role for sheet in product.sheets}
        if unknown:
            raise ValueError(f"{product.id} has no {', '.join(sorted(unknown))}")

    def sheet(self, sheet: RoleRules) -> RoleRules:
        certificates = self.rules(sheet.certificates)
        return replace(
            sheet,
            records=self.rules(sheet.records),
            certificates=tuple(replace(one, names=self.rules(one.names)) for one in certificates),
            endpoints=self.rules(sheet.endpoints),
        )

    def rules(self, rules: tuple[R, ...]) -> tuple[R, ...]:
        return tuple(replace(rule, **self.change.get(rule.id, {})) for rule in rules if rule.id not in self.drop)


def insert_after(rules: tuple[R, ...], id: str, *new: R) -> tuple[R, ...]:
    """The rules with new ones behind the one of that id; raises ValueError where there is none."""
    position = [rule.id for rule in rules].index(id) + 1
    return (*rules[:position], *new, *rules[position:])


def extend(
    product: Product,
    role: str,
    *,
    records: Iterable[RecordRule] = (),
    endpoints: Iterable[EndpointRule] = (),
    certificates: Iterable[CertificateRule] = (),
) -> Product:
    """The product with further rules at the end of all sheets of a role."""
    sheets = tuple(
        sheet
        if sheet.role != role
        else replace(
            sheet,
            records=(*sheet.records, *records),
            certificates=(*sheet.certificates, *certificates),
            endpoints=(*sheet.endpoints, *endpoints),
        )
        for sheet in product.sheets
    )
    return replace(product, sheets=sheets)
