# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The products and the roles of a server: one row each. Marks and sources stand in docs/evidence.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lab.powershell.commands import Module

_COMMON_FILES = r"C:\Program Files\Common Files"
ALL_TYPES = (
    "Default",
    "WebServicesInternal",
    "WebServicesExternal",
    "AccessEdgeExternal",
    "DataEdgeExternal",
    "AudioVideoAuthentication",
    "Internal",
    "External",
    "OAuthTokenIssuer",
    "WsFedTokenTransfer",
    "iPhoneAPNService",
    "iPadAPNService",
    "MPNService",
    "PICWebService",
    "XmppServer",
    "ProvisionService",
    "LogRetentionService",
    "SMPDNSWebService",
    "TenantAdmin",
    "UpgradeEngineService",
)
_FIRST = ("Issuer", "NotAfter", "NotBefore", "SerialNumber", "Subject", "AlternativeNames", "Thumbprint")
_COMMANDS = (
    "Get-CsCertificate",
    "Set-CsCertificate",
    "Remove-CsCertificate",
    "Get-CsWindowsService",
    "Start-CsWindowsService",
    "Stop-CsWindowsService",
    "Get-CsTopology",
    "Get-CsSimpleUrlConfiguration",
    "Get-CsManagementStoreReplicationStatus",
    "Invoke-CsManagementStoreReplication",
    "Get-CsComputer",
    "Get-CsPool",
    "Get-CsService",
    "Get-CsSite",
    "Get-CsSipDomain",
    "Get-CsServerVersion",
    "Test-CsCertificateConfiguration",
)


@dataclass(frozen=True)
class Product:
    """A product: names, version, its module of PowerShell, and what its cmdlets know.

    `properties` are those of a certificate that Get-CsCertificate tells; `later` says whether -Identity, -Roll,
    -EffectiveDate and the type OAuthTokenIssuer are there (2013 and later); `xmpp` whether XmppServer is.
    """

    name: str
    title: str
    short: str
    version: str
    module: str
    folder: str
    needs: int
    properties: tuple[str, ...]
    later: bool = True
    xmpp: bool = False

    @property
    def module_path(self) -> str:
        return f"{_COMMON_FILES}\\{self.folder}\\Modules\\{self.module}\\{self.module}.psd1"

    def as_module(self) -> Module:
        """The module as PowerShell finds it; servers of Skype for Business answer to the name Lync too."""
        also = () if self.module == "Lync" else ("Lync",)
        return Module(self.module, self.module_path, self.version, _COMMANDS, self.needs, also)

    @property
    def types(self) -> tuple[str, ...]:
        """The names that -Type takes."""
        later = ("OAuthTokenIssuer", "XmppServer", "WsFedTokenTransfer")
        return ALL_TYPES if self.later else tuple(one for one in ALL_TYPES if one not in later)


_2015 = (*_FIRST, "EffectiveDate", "PreviousThumbprint", "UpdateTime", "Use", "SourceScope")
PRODUCTS = {
    one.name: one
    for one in (
        Product(
            "lync2010",
            "Lync Server 2010",
            "Lync Server",
            "4.0.7577.0",
            "Lync",
            "Microsoft Lync Server 2010",
            2,
            (*_FIRST, "Use"),
            later=False,
        ),
        Product(
            "lync2013",
            "Lync Server 2013",
            "Lync Server",
            "5.0.8308.0",
            "Lync",
            "Microsoft Lync Server 2013",
            3,
            (*_FIRST, "EffectiveDate", "Use"),
            xmpp=True,
        ),
        Product(
            "sfb2015",
            "Skype for Business Server 2015",
            "Skype for Business Server",
            "6.0.9319.0",
            "SkypeForBusiness",
            "Skype for Business Server 2015",
            3,
            _2015,
            xmpp=True,
        ),
        Product(
            "sfb2019",
            "Skype for Business Server 2019",
            "Skype for Business Server",
            "7.0.2046.0",
            "SkypeForBusiness",
            "Skype for Business Server 2019",
            3,
            _2015,
        ),
        Product(
            "sfbse",
            "Skype for Business Server Subscription Edition",
            "Skype for Business Server",
            "7.0.2046.879",
            "SkypeForBusiness",
            "Skype for Business Server 2019",
            3,
            _2015,
        ),
    )
}

_WEB = ("Default", "WebServicesInternal", "WebServicesExternal")
_EDGE = ("Internal", "AccessEdgeExternal", "DataEdgeExternal", "AudioVideoAuthentication")
# Services in the order in which Get-CsWindowsService tells them: (name, what stands behind the product's name, roles).
_INTERNAL = (
    ("REPLICA", "Replica Replicator Agent", ("ReplicaReplicatorAgent",)),
    ("RTCCLSAGT", "Centralized Logging Service Agent", ("CentralizedLoggingServiceAgent",)),
)
_FRONT_END = (
    ("W3SVC", "World Wide Web Publishing Service", ("WebServer",)),
    *_INTERNAL,
    ("RTCSRV", "Front-End", ("Registrar", "UserServer")),
    ("RTCCAA", "Conferencing Attendant", ("ApplicationServer",)),
    ("RTCCAS", "Conferencing Announcement", ("ApplicationServer",)),
    ("RTCRGS", "Response Group", ("ApplicationServer",)),
    ("RTCCPS", "Call Park", ("ApplicationServer",)),
    ("RTCATS", "Audio Test Service", ("ApplicationServer",)),
    ("RTCIMMCU", "IM Conferencing", ("ConferencingServer",)),
    ("RTCDATAMCU", "Web Conferencing", ("ConferencingServer",)),
    ("RTCAVMCU", "Audio/Video Conferencing", ("ConferencingServer",)),
    ("RTCASMCU", "Application Sharing", ("ConferencingServer",)),
    ("RTCMEDSRV", "Mediation", ("MediationServer",)),
)
_EDGE_SERVICES = (
    ("W3SVC", "World Wide Web Publishing Service", ("WebServer",)),
    *_INTERNAL,
    ("RTCSRV", "Access Edge", ("EdgeServer",)),
    ("RTCDATAPROXY", "Web Conferencing Edge", ("EdgeServer",)),
    ("RTCMRAUTH", "Audio/Video Authentication", ("EdgeServer",)),
    ("RTCMEDIARELAY", "Audio/Video Edge", ("EdgeServer",)),
)


@dataclass(frozen=True)
class CsRole:
    """A role of a server: the types of certificates that it takes, its services, and the ports on which these answer
    inside with the certificate of type Default."""

    name: str
    types: tuple[str, ...]
    services: tuple[tuple[str, str, tuple[str, ...]], ...]
    ports: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def edge(self) -> bool:
        return "Internal" in self.types

    @property
    def web(self) -> bool:
        return "WebServicesInternal" in self.types


_MEDIATION = ("RTCMEDSRV", "Mediation", ("MediationServer",))
_REGISTRAR = {"RTCSRV": (5061,)}
CS_ROLES = {
    one.name: one
    for one in (
        CsRole("front_end", _WEB, _FRONT_END, _REGISTRAR),
        CsRole(
            "standard_edition",
            _WEB,
            (*_FRONT_END, ("MASTER", "Master Replicator Agent", ("CentralMgmt",))),
            _REGISTRAR,
        ),
        CsRole(
            "director",
            _WEB,
            tuple(one for one in _FRONT_END if one[0] in ("W3SVC", "REPLICA", "RTCCLSAGT", "RTCSRV")),
            _REGISTRAR,
        ),
        CsRole(
            "survivable_branch_appliance",
            ("Default",),
            (*_INTERNAL, ("RTCSRV", "Front-End", ("Registrar",)), _MEDIATION),
            _REGISTRAR,
        ),
        CsRole("mediation", ("Default",), (*_INTERNAL, _MEDIATION), {"RTCMEDSRV": (5067, 5070)}),
        CsRole(
            "av_conferencing",
            ("Default",),
            (*_INTERNAL, ("RTCAVMCU", "Audio/Video Conferencing", ("ConferencingServer",))),
            {"RTCAVMCU": (5063,)},
        ),
        CsRole(
            "persistent_chat",
            ("Default",),
            (*_INTERNAL, ("RTCCHAT", "Persistent Chat", ("PersistentChatServer",))),
            {"RTCCHAT": (5041,)},
        ),
        CsRole("edge", _EDGE, _EDGE_SERVICES),
    )
}
# A service and those that cannot run without it.
DEPENDANTS = {"RTCMRAUTH": ("RTCMEDIARELAY",)}
