# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single rules, as the planner evaluates them. The rows of the product tables (``grammar``) are made into these.

The words in ``each``, ``when``, ``reach`` and between braces in names are those of ``plan.vocabulary``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Union

from ansible_collections.ucops.rollout.plugins.module_utils.model import OURS, Reason


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What every rule says of itself.

    :param id: product and name of the rule, shown in plans and reports.
    :param purpose: what it serves.
    :param source: the document that says so.
    :param mark: S stated, P stated in an excerpt, I inferred, C the sources conflict.
    :param breaks: what does not work where the rule is not followed.
    :param conflict: where sources conflict and the plan's reason has no room to say it: both, and what was decided.
    :param each: evaluated once for each of these in a pool (``vocabulary.EACH``).
    :param when: conditions that must all hold (``vocabulary.CONDITIONS``).
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

    @property
    def key(self) -> str:
        """The name of the rule without the product."""
        return self.id.partition(".")[2]


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
    """A SRV record: ``owner`` and ``target`` are full names, ``port`` a number or a word of ``vocabulary.PORTS``.

    :param rank: a word of ``vocabulary.RANKS``, in place of ``priority`` and ``weight``.
    :param further: a value beside that of another rule, not against it.
    """

    owner: str
    target: str
    port: int | str
    priority: int = 0
    weight: int = 0
    rank: str = ""
    further: bool = False
    view: str = "internal"
    managed: str = OURS
    target_elsewhere: bool = False


RecordRule = Union[AddressRecord, AliasRecord, ServiceRecord]  # noqa: UP007  # pylint cannot follow `|` here


@dataclass(frozen=True, kw_only=True)
class CertificateName(Rule):
    """One entry (or one per ``each``) of a certificate's subject alternative names; the order counts.

    :param wildcard: whether ``*.<its domain>`` may stand for it, after all names in full, where the site wants that.
    """

    name: str
    wildcard: bool = False


@dataclass(frozen=True)
class Listener:
    """A component of a server that presents a certificate and answers on a port.

    :param port: a number (0: none of its own) or a word of ``vocabulary.PORTS``.
    :param protocol: what is spoken there; empty where no endpoint leads to it.
    :param use: what the certificate serves there, where that is not the certificate's own use.
    :param role: in a pool whose servers carry different roles, only on those that carry this one.
    """

    component: str
    port: int | str
    protocol: str = ""
    use: str = ""
    role: str = ""


@dataclass(frozen=True, kw_only=True)
class CertificateRule(Rule):
    """A certificate.

    :param scope: ``server``: one for each server (``each`` is server); ``pool``: one for all its servers, with one
        key (``each`` is pool); ``global``: one for all servers of all pools with such a rule (``each`` is pool).
    :param exportable: whether the key may leave the server, which that of several holders has to in any case.
    :param faces_outside: whether the issuer ``public`` signs it where there is one.
    :param client_authentication: conditions under which client authentication is added to the extended key usage.
    :param role: only for servers that carry this role.
    :param apart: with names in braces, what tells several certificates of one holder and use apart, in their ids.
    """

    use: str
    subject: str
    names: tuple[CertificateName, ...]
    listeners: tuple[Listener, ...]
    exportable: bool = False
    scope: str = "server"
    each: str = "server"
    faces_outside: bool = False
    client_authentication: tuple[str, ...] = ()
    role: str = ""
    apart: str = ""


@dataclass(frozen=True, kw_only=True)
class EndpointRule(Rule):
    """A name that ``client`` connects to, where ``component`` of the reached servers answers.

    :param port: a number or a word of ``vocabulary.PORTS``.
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
        parts = (self.role, self.edition, " or ".join(self.configurations))
        return ", ".join(part for part in parts if part)

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
