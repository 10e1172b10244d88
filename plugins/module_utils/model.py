# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan: what DNS and the certificates must hold, why, and what speaks against it. Frozen values, JSON-able."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.collector import collector_paused

PLAN_SCHEMA = 1

OURS = "ours"
REGISTERED_ELSEWHERE = "registered_elsewhere"
OTHER_TEAM = "other_team"

INTERNAL = "internal"
EXTERNAL = "external"

ERROR = "error"
WARNING = "warning"
NOTE = "note"
SEVERITIES = (ERROR, WARNING, NOTE)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is in the plan: the rule, what it serves, who says so, and how sure that is (S, P, I, C)."""

    rule: str
    purpose: str
    source: str
    mark: str

    def to_dict(self) -> dict[str, Any]:
        return {"rule": self.rule, "purpose": self.purpose, "source": self.source, "mark": self.mark}


@dataclass(frozen=True, slots=True)
class PlannedZone:
    """A zone that the topology declares. ``if_missing``: ``fail`` or ``create``."""

    view: str
    name: str
    if_missing: str

    def to_dict(self) -> dict[str, Any]:
        return {"view": self.view, "name": self.name, "if_missing": self.if_missing}


@dataclass(frozen=True, slots=True)
class SrvData:
    """The data of one SRV record; the target has no trailing dot."""

    priority: int
    weight: int
    port: int
    target: str

    def to_dict(self) -> dict[str, Any]:
        return {"priority": self.priority, "weight": self.weight, "port": self.port, "target": self.target}


@dataclass(frozen=True, slots=True)
class RecordSet:
    """One record set: all values of one owner and type. A, AAAA: addresses; CNAME: one name; SRV: services."""

    view: str
    zone: str
    name: str
    fqdn: str
    type: str
    ttl: int
    values: tuple[str | SrvData, ...]
    managed: str
    reasons: tuple[Reason, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "view": self.view,
            "zone": self.zone,
            "name": self.name,
            "fqdn": self.fqdn,
            "type": self.type,
            "ttl": self.ttl,
            "values": [value.to_dict() if isinstance(value, SrvData) else value for value in self.values],
            "managed": self.managed,
            "reasons": [reason.to_dict() for reason in self.reasons],
        }


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

    def to_dict(self) -> dict[str, Any]:
        return {
            "length": self.length,
            "algorithm": self.algorithm,
            "exportable": self.exportable,
            "shared": self.shared,
            "provider": self.provider,
            "provider_type": self.provider_type,
            "key_spec": self.key_spec,
            "key_usage": list(self.key_usage),
        }


@dataclass(frozen=True, slots=True)
class PlannedAssignment:
    """A component of a server that presents the certificate, on a TCP port (0: it has none of its own)."""

    server: str
    component: str
    use: str
    port: int

    def to_dict(self) -> dict[str, Any]:
        return {"server": self.server, "component": self.component, "use": self.use, "port": self.port}


@dataclass(frozen=True, slots=True)
class PlannedCertificate:
    """One certificate to be requested. ``name_reasons`` has every name, the subject's included.

    ``holders``: several where the certificate and its key are shared. ``issuer_ca``: empty for a public authority.
    """

    id: str
    holders: tuple[str, ...]
    scope: str
    use: str
    common_name: str
    subject_alternative_names: tuple[str, ...]
    name_reasons: Mapping[str, tuple[Reason, ...]]
    key: Key
    extended_key_usage: tuple[str, ...]
    require_crl_distribution_point: bool
    issuer_name: str
    issuer_ca: str
    template: str | None
    assignments: tuple[PlannedAssignment, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "holders": list(self.holders),
            "scope": self.scope,
            "use": self.use,
            "subject": {"common_name": self.common_name},
            "subject_alternative_names": list(self.subject_alternative_names),
            "name_reasons": {
                name: [reason.to_dict() for reason in reasons] for name, reasons in self.name_reasons.items()
            },
            "key": self.key.to_dict(),
            "extended_key_usage": list(self.extended_key_usage),
            "require_crl_distribution_point": self.require_crl_distribution_point,
            "issuer": {"name": self.issuer_name, "ca": self.issuer_ca},
            "template": self.template,
            "assignments": [assignment.to_dict() for assignment in self.assignments],
        }


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

    def to_dict(self) -> dict[str, Any]:
        return {
            "view": self.view,
            "name": self.name,
            "addresses": list(self.addresses),
            "port": self.port,
            "protocol": self.protocol,
            "through": self.through,
            "certificates": list(self.certificates),
            "clients": list(self.clients),
        }


@dataclass(frozen=True, slots=True)
class PlannedServer:
    """A server of the plan; ``inventory_host`` as the topology gives it, or None."""

    fqdn: str
    inventory_host: str | None
    pool: str
    addresses: Mapping[str, tuple[str, ...]]

    def to_dict(self) -> dict[str, Any]:
        return {
            "fqdn": self.fqdn,
            "inventory_host": self.inventory_host,
            "pool": self.pool,
            "addresses": {interface: list(addresses) for interface, addresses in self.addresses.items()},
        }


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

    def to_dict(self) -> dict[str, Any]:
        return {
            "severity": self.severity,
            "code": self.code,
            "message": self.message,
            "breaks": self.breaks,
            "mend": self.mend,
            "source": self.source,
            "where": self.where,
        }

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.message}. Breaks: {self.breaks}. {self.mend} [{self.code}]"


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a rollout needs to know; ``to_dict`` is the contract with roles, filters and reports."""

    zones: tuple[PlannedZone, ...] = ()
    records: tuple[RecordSet, ...] = ()
    certificates: tuple[PlannedCertificate, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    servers: tuple[PlannedServer, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == ERROR)

    @collector_paused()
    def to_dict(self) -> dict[str, Any]:
        """The plan in plain types, always in the same order."""
        return {
            "schema": PLAN_SCHEMA,
            "zones": [zone.to_dict() for zone in self.zones],
            "records": [record.to_dict() for record in self.records],
            "certificates": [certificate.to_dict() for certificate in self.certificates],
            "endpoints": [endpoint.to_dict() for endpoint in self.endpoints],
            "servers": [server.to_dict() for server in self.servers],
            "findings": [finding.to_dict() for finding in self.findings],
        }
