# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grammar of product rules: what a product file is made of. Rules are data; ``planner`` evaluates them.

The words that a rule may use (in ``each``, ``when``, ``reach`` and between braces in names) are those of ``words``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.ucops.rollout.plugins.module_utils.model import OURS, Key, Reason


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What every rule says of itself.

    :param id: stable name, shown in plans and reports.
    :param purpose: what it serves.
    :param source: the document that says so.
    :param mark: S stated, P stated in an excerpt, I inferred, C the sources conflict.
    :param breaks: what does not work where the rule is not followed.
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
    reason: Reason = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", Reason(self.id, self.purpose, self.source, self.mark))


@dataclass(frozen=True, kw_only=True)
class AddressRecord(Rule):
    """An A record: ``owner`` is a full name, ``reach`` says whose addresses (``words.REACH``)."""

    owner: str
    reach: str
    view: str = "internal"
    managed: str = OURS


@dataclass(frozen=True, kw_only=True)
class ServiceRecord(Rule):
    """A SRV record: ``owner`` and ``target`` are full names."""

    owner: str
    target: str
    port: int
    priority: int = 0
    weight: int = 0
    view: str = "internal"
    managed: str = OURS


@dataclass(frozen=True, kw_only=True)
class CertificateName(Rule):
    """One entry (or one per ``each``) of a certificate's subject alternative names; the table's order counts."""

    name: str


@dataclass(frozen=True)
class Component:
    """A component of a server that presents the certificate."""

    component: str
    port: int


@dataclass(frozen=True, kw_only=True)
class CertificateRule(Rule):
    """A certificate, one for each server of the pool."""

    use: str
    subject: str
    names: tuple[CertificateName, ...]
    components: tuple[Component, ...]
    key: Key
    extended_key_usage: tuple[str, ...]
    require_crl_distribution_point: bool = True
    scope: str = "server"
    each: str = "server"


@dataclass(frozen=True, kw_only=True)
class EndpointRule(Rule):
    """A name that ``client`` connects to, where ``component`` of the reached servers answers."""

    name: str
    reach: str
    port: int
    protocol: str
    component: str
    client: str
    view: str = "internal"


@dataclass(frozen=True)
class Sheet:
    """All rules of one form of a role in a product: which pools it serves, and what they need."""

    role: str
    edition: str
    configurations: tuple[str, ...]
    load_balancers: tuple[str, ...]
    records: tuple[AddressRecord | ServiceRecord, ...]
    certificates: tuple[CertificateRule, ...]
    endpoints: tuple[EndpointRule, ...]

    def describe(self) -> str:
        return f"{self.role}, {self.edition}, {' or '.join(self.configurations)}"


@dataclass(frozen=True)
class Product:
    """One product generation."""

    id: str
    title: str
    sheets: tuple[Sheet, ...]

    def sheet(self, role: str, edition: str, configuration: str) -> Sheet | None:
        """The rules for such a pool, or None where the product has none (yet)."""
        return next(
            (
                sheet
                for sheet in self.sheets
                if (sheet.role, sheet.edition) == (role, edition) and configuration in sheet.configurations
            ),
            None,
        )
