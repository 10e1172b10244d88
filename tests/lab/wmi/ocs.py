# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The classes of OCS 2007 and 2007 R2 in root\\cimv2 that name certificates, pools and SIP domains: no methods,
instances are put.

Names, keys and types are those of the R2 SDK. Properties that have nothing to do with certificates are left out, but
for those by which an instance is told from another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.soap import faults
from lab.wmi.model import ClassDefinition, Instance, Property, Provider, Value

NAMESPACE = "root/cimv2"
LISTENER, ROUTING = "MSFT_SIPListeningAddressData", "MSFT_SIPRoutingSetting"
ISSUER, SERIAL = "TLSCertIssuer", "TLSCertSN"
POOLS, DOMAINS = "MSFT_SIPPoolSetting", "MSFT_SIPDomainData"


def _class(name: str, *more: Property, prefix: str = "TLSCert") -> ClassDefinition:
    named = (Property(f"{prefix}Issuer", "uint8", array=True), Property(f"{prefix}SN", "uint8", array=True))
    return ClassDefinition(name, (Property("InstanceID", key=True), *named, *more))


CLASSES = {
    one.name: one
    for one in (
        _class(LISTENER, Property("Enabled", "boolean"), Property("IPAddress"), Property("Port", "uint32")),
        _class(ROUTING, Property("DefaultPort", "uint32")),
        _class("MSFT_SIPFederationExternalEdgeListeningAddressSetting"),
        _class("MSFT_SIPFederationInternalEdgeListeningAddressSetting"),
        _class("MSFT_SIPDataProxySetting"),
        _class("MSFT_SIPMediaRelaySetting", Property("ExternalFQDN"), prefix="BankCert"),
        ClassDefinition(
            POOLS,
            (
                Property("InstanceID", key=True),
                Property("PoolFQDN"),
                Property("PoolMemberList", array=True),
                Property("MajorVersion", "uint32"),
            ),
        ),
        ClassDefinition(DOMAINS, (Property("InstanceID", key=True), Property("Address"))),
    )
}


class OcsProvider(Provider):
    """Serves what a server has stored: rows of values by class."""

    def __init__(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        self._rows = rows

    def classes(self) -> Mapping[str, ClassDefinition]:
        return CLASSES

    def instances(self, definition: ClassDefinition, hints: Mapping[str, set[str]]) -> list[Instance]:
        return [Instance(definition, dict(row), row) for row in self._rows.get(definition.name, [])]

    def put(self, instance: Instance, values: dict[str, Value]) -> Instance:
        """What is given is stored; a service takes it in at its next start. The key cannot be changed."""
        if values.get("InstanceID", instance.get("InstanceID")) != instance.get("InstanceID"):
            raise faults.generic_failure("PutInstance", instance.definition.name)
        instance.native.update({name: value or None if value == [] else value for name, value in values.items()})
        return Instance(instance.definition, dict(instance.native), instance.native)
