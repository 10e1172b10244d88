# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan: what DNS and the certificates must hold, why, and what speaks against it. Frozen values, JSON-able."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import (
    UNLESS_DEFAULT,
    from_plain,
    text_in_plain,
    to_plain,
    told,
)
from ansible_collections.ucops.rollout.plugins.module_utils.collector import collector_paused
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig, Partition, TemplateName, Ttl
from ansible_collections.ucops.rollout.plugins.module_utils.wording import at_place

PLAN_SCHEMA = 1

OURS = "ours"
REGISTERED_ELSEWHERE = "registered_elsewhere"
OTHER_TEAM = "other_team"
MANAGED = (OURS, REGISTERED_ELSEWHERE, OTHER_TEAM)

INTERNAL = "internal"
EXTERNAL = "external"
VIEWS = (INTERNAL, EXTERNAL)
IF_MISSING = ("fail", "create")
DIRECTORY, FILE = "directory", "file"
STORAGES = (DIRECTORY, FILE)
SECURE = "secure"
DYNAMIC_UPDATES = ("none", SECURE, "any")

SRV = "SRV"  # the one type whose data has fields of its own

ERROR = "error"
WARNING = "warning"
NOTE = "note"
SEVERITIES = (ERROR, WARNING, NOTE)


def _one_of(field: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise RolloutError(f"{told(value)} is none of {', '.join(choices)}", where=field)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is in the plan: the rule, what it serves, who says so, and how sure that is (S, P, I, C)."""

    rule: str
    purpose: str
    source: str
    mark: str


# Hours; Windows takes no longer ones, a year.
LONGEST_INTERVAL = 8760


@dataclass(frozen=True, slots=True)
class Aging:
    """Whether dynamic records of a zone grow old, so that scavenging removes them.

    In hours: for how long a record is not refreshed again, and then for how long it waits for that; None: as they are.
    """

    enabled: bool
    no_refresh_interval: int | None = field(default=None, metadata=UNLESS_DEFAULT)
    refresh_interval: int | None = field(default=None, metadata=UNLESS_DEFAULT)

    def __post_init__(self) -> None:
        for name in ("no_refresh_interval", "refresh_interval"):
            hours = getattr(self, name)
            if hours is not None and not 1 <= hours <= LONGEST_INTERVAL:
                raise RolloutError(f"{told(hours)} is none of 1 to {LONGEST_INTERVAL} hours", where=name)


@dataclass(frozen=True, slots=True)
class ZoneSettings:
    """How a server keeps a zone, and what the zone takes; what is None is left as the server has it.

    ``storage``: ``directory`` (Active Directory) or ``file``. ``partition``: of the directory.
    """

    storage: str | None = field(default=None, metadata=UNLESS_DEFAULT)
    partition: Partition | None = field(default=None, metadata=UNLESS_DEFAULT)
    dynamic_update: str | None = field(default=None, metadata=UNLESS_DEFAULT)
    aging: Aging | None = field(default=None, metadata=UNLESS_DEFAULT)

    def __post_init__(self) -> None:
        if self.storage is not None:
            _one_of("storage", self.storage, STORAGES)
        if self.dynamic_update is not None:
            _one_of("dynamic_update", self.dynamic_update, DYNAMIC_UPDATES)
        for where, what in against_a_file(self.storage, self.partition, self.dynamic_update):
            raise RolloutError(what, where=where)

    @property
    def text(self) -> str:
        """For a person: ``storage: file, dynamic_update: none, aging: on``."""
        given = {
            "storage": self.storage,
            "partition": self.partition,
            "dynamic_update": self.dynamic_update,
            "aging": self.aging and ("on" if self.aging.enabled else "off"),
        }
        return ", ".join(f"{key}: {value}" for key, value in given.items() if value)


def against_a_file(storage: str | None, partition: str | None, dynamic_update: str | None) -> list[tuple[str, str]]:
    """What of a zone's settings only Active Directory has, where the zone is kept in a file; each with its key."""
    if storage != FILE:
        return []
    found = [("partition", "a zone in a file lies in no directory partition")] if partition else []
    secure = dynamic_update == SECURE
    return [*found, *([("dynamic_update", "only a zone in Active Directory takes secure updates")] if secure else [])]


AS_IT_IS = ZoneSettings()


@dataclass(frozen=True, slots=True)
class PlannedZone:
    """A zone that the topology declares. ``if_missing``: ``fail`` or ``create``."""

    view: str
    name: str
    if_missing: str
    settings: ZoneSettings = field(default=AS_IT_IS, metadata=UNLESS_DEFAULT)

    def __post_init__(self) -> None:
        _one_of("view", self.view, VIEWS)
        _one_of("if_missing", self.if_missing, IF_MISSING)


@dataclass(frozen=True, slots=True)
class SrvData:
    """The data of one SRV record; the target has no trailing dot."""

    priority: int
    weight: int
    port: int
    target: str


@dataclass(frozen=True, slots=True)
class RecordSet:
    """One record set: all values of one owner and type. A, AAAA: addresses; CNAME: one name; SRV: services."""

    view: str
    zone: str
    name: str
    fqdn: str
    type: str
    ttl: Ttl
    values: tuple[str | SrvData, ...]
    managed: str
    reasons: tuple[Reason, ...]

    def __post_init__(self) -> None:
        _one_of("view", self.view, VIEWS)
        _one_of("managed", self.managed, MANAGED)
        structured = self.type == SRV
        if any(isinstance(value, SrvData) is not structured for value in self.values):
            kind = "mappings (priority, weight, port, target)" if structured else "text"
            raise RolloutError(f"the values of a record of type {self.type} must be {kind}", where="values")


@dataclass(frozen=True, slots=True)
class Key:
    """What the key pair of a certificate must be and which provider makes it. ``length`` in bits."""

    length: int
    algorithm: str = "rsa"
    exportable: bool = False
    shared: bool = False
    provider: str = "Microsoft RSA SChannel Cryptographic Provider"
    provider_type: int = 12
    key_spec: int = 1
    key_usage: tuple[str, ...] = ("digital_signature", "key_encipherment")


@dataclass(frozen=True, slots=True)
class PlannedAssignment:
    """A component of a server that presents the certificate, on a TCP port (0: it has none of its own)."""

    server: str
    component: str
    use: str
    port: int


@dataclass(frozen=True, slots=True)
class Subject:
    """What a certificate is issued to."""

    common_name: str


@dataclass(frozen=True, slots=True)
class PlannedIssuer:
    """Who signs a certificate: the issuer's name in the topology, and its CA, empty for a public authority."""

    name: str
    ca: CaConfig | str

    def __post_init__(self) -> None:
        object.__setattr__(self, "ca", CaConfig(self.ca) if self.ca else "")


GLOBAL = "global"


@dataclass(frozen=True, slots=True)
class PlannedCertificate:
    """One certificate to be requested. ``name_reasons`` has every name, the subject's included.

    ``scope``: server, pool, or global where the product itself brings it to all servers.
    ``id``: ``<holder>/<use>``. ``holders``: several where the certificate and its key are shared.
    ``template``: None for a stand-alone CA or a public authority.
    """

    id: str
    holders: tuple[str, ...]
    scope: str
    use: str
    subject: Subject
    subject_alternative_names: tuple[str, ...]
    name_reasons: Mapping[str, tuple[Reason, ...]]
    key: Key
    extended_key_usage: tuple[str, ...]
    require_crl_distribution_point: bool
    issuer: PlannedIssuer
    template: TemplateName | None
    assignments: tuple[PlannedAssignment, ...]

    @property
    def common_name(self) -> str:
        return self.subject.common_name

    @property
    def names(self) -> tuple[str, ...]:
        """Common name and subject alternative names, each once."""
        return tuple(dict.fromkeys((self.common_name, *self.subject_alternative_names)))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A name and port that something connects to, and the certificates (ids) that may answer there."""

    view: str
    name: str
    addresses: tuple[str, ...]
    port: int
    protocol: str
    through: str
    certificates: tuple[str, ...]
    clients: tuple[str, ...]


# Extended key usages (RFC 5280 section 4.2.1.12).
SERVER_AUTHENTICATION, CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"
ANY_USAGE = "2.5.29.37.0"


@dataclass(frozen=True, slots=True)
class PlannedServer:
    """A server of the plan; ``inventory_host`` as the topology gives it, or None. ``logon``: whether a rollout logs on
    there; else people do what is to be done, and the controller hands over files."""

    fqdn: str
    inventory_host: str | None
    pool: str
    addresses: Mapping[str, tuple[str, ...]]
    logon: bool = True

    @property
    def host(self) -> str:
        """Under what a run keeps what it knows of it: its host of the inventory, where there is one to log on to."""
        return (self.logon and self.inventory_host) or self.fqdn


@dataclass(frozen=True, slots=True)
class PlannedPool:
    """A pool of the topology, as far as its servers can tell it: the ``front_ends`` and its ``other_servers`` by their
    full names, and the SIP domains, which all pools have in common."""

    fqdn: str
    product: str
    front_ends: tuple[str, ...]
    other_servers: tuple[str, ...]
    sip_domains: tuple[str, ...]

    @property
    def servers(self) -> tuple[str, ...]:
        return (*self.front_ends, *self.other_servers)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know before the rollout; an ``error`` stops it. ``where`` is a path in the topology or a name."""

    severity: str
    code: str
    message: str
    breaks: str
    mend: str
    source: str
    where: str

    def __str__(self) -> str:
        return f"{at_place(self.where, self.message)}. Breaks: {self.breaks}. {self.mend} [{self.code}]"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part of the plan that the site left out; ``kind``: ``record``, ``certificate`` or ``server``."""

    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a rollout needs to know; its plain form is the contract with playbooks."""

    schema: int = PLAN_SCHEMA
    zones: tuple[PlannedZone, ...] = ()
    records: tuple[RecordSet, ...] = ()
    certificates: tuple[PlannedCertificate, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    servers: tuple[PlannedServer, ...] = ()
    pools: tuple[PlannedPool, ...] = ()
    findings: tuple[Finding, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == ERROR)

    @collector_paused()
    def to_plain(self) -> dict[str, Any]:
        """The plan in plain types, always in the same order."""
        plain: dict[str, Any] = to_plain(self)
        return plain


_MEND = "Give the `plan` that ucops.rollout.pool_plan of this version returns"


def plan_in_plain(given: Any) -> Any:
    """A plan in plain types, which a run keeps as text (``text_in_plain``)."""
    return text_in_plain(given, where="plan", mend=_MEND)


@collector_paused()
def plan_from_plain(given: Any) -> Plan:
    """The plan that a playbook hands back, where anybody may have written it; NotPlain says where it is none."""
    value = plan_in_plain(given)
    if isinstance(value, Mapping) and value.get("schema") != PLAN_SCHEMA:
        raise RolloutError(
            f"schema: {told(value.get('schema', 'missing'))}, and this version knows schema {PLAN_SCHEMA}",
            where="plan",
            mend=_MEND,
        )
    return from_plain(Plan, value, where="plan", mend=_MEND)


def certificate_from_plain(value: Any) -> PlannedCertificate:
    """One of a plan's certificates, as a playbook hands it back."""
    name = value.get("id") if isinstance(value, Mapping) else None
    where = f"certificate {name}" if isinstance(name, str) and name else "certificate"
    return from_plain(PlannedCertificate, value, where=where, mend="Give one of the `certificates` of a plan")
