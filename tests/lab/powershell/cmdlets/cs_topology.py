# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cmdlets tell of the topology: as XML, pools, computers, sites, domains, simple URLs, replication."""

from __future__ import annotations

from typing import Any

from lab.cs.published import published
from lab.powershell.certificates import local
from lab.powershell.cmdlets.cs_certificates import CsCmdlet
from lab.powershell.commands import P
from lab.powershell.operators import like
from lab.powershell.values import PSObject, text
from lab.roles.cs_server import CsServer

_LOCAL = P("LocalStore", "switch")


class _CsTopology(CsCmdlet):
    def store(self) -> CsServer:
        """The replica of this computer with -LocalStore, else the organisation's store. Raises PSError."""
        return self.server if self.on("LocalStore") else self.central()


class GetCsTopology(_CsTopology):
    name = "Get-CsTopology"
    parameters = (P("AsXml", "switch"), _LOCAL, P("SkipReadOnly", "switch"), P("Report", "string"))

    def process(self, item: Any) -> None:
        self.administrator()
        if not self.on("AsXml"):
            raise self.stop("lab: the topology is known as XML alone", "NotModelled")
        store = self.store()
        given = store.settings.get("topology")
        self.emit(PSObject({}, ("System.Xml.Linq.XDocument",), text=published(store) if given is None else str(given)))


class GetCsSimpleUrlConfiguration(_CsTopology):
    name = "Get-CsSimpleUrlConfiguration"
    parameters = (P("Identity", "string", 0), _LOCAL, P("Filter", "string"))

    def process(self, item: Any) -> None:
        self.administrator()
        sets: dict[str, list[PSObject]] = {"Global": []}
        for one in self.store().settings.get("simple_urls", []):
            identity = f"Site:{one['site']}" if "site" in one else "Global"
            sets.setdefault(identity, []).append(_simple_url(one))
        wanted = text(self.get("Identity")) or text(self.get("Filter")) or "*"
        for identity, found in sets.items():
            if like(identity, wanted):
                self.emit(
                    PSObject(
                        {"Identity": identity, "SimpleUrl": found, "UseBackendDatabase": False},
                        ("Microsoft.Rtc.Management.WritableConfig.Settings.SimpleUrl.SimpleUrlConfiguration",),
                    )
                )


def _simple_url(one: dict[str, str]) -> PSObject:
    entry = PSObject(
        {"Url": one["url"]}, ("Microsoft.Rtc.Management.WritableConfig.Settings.SimpleUrl.SimpleUrlEntry",)
    )
    return PSObject(
        {
            "SimpleUrlEntry": [entry],
            "Component": one["component"],
            "Domain": one.get("domain", "*"),
            "ActiveUrl": one["url"],
        },
        ("Microsoft.Rtc.Management.WritableConfig.Settings.SimpleUrl.SimpleUrl",),
        text=f"Component={one['component']};Domain={one.get('domain', '*')}",
    )


class GetCsManagementStoreReplicationStatus(CsCmdlet):
    name = "Get-CsManagementStoreReplicationStatus"
    parameters = (P("ReplicaFqdn", "string", 0), P("CentralManagementStoreStatus", "switch"))

    def process(self, item: Any) -> None:
        self.administrator()
        centre = self.central()
        now = local(self.ps, self.ps.machine.clock())
        if self.on("CentralManagementStoreStatus"):
            self.emit(
                PSObject(
                    {
                        "ActiveMasterFqdn": centre.machine.fqdn,
                        "ActiveFileTransferAgentFqdn": centre.machine.fqdn,
                        "LastMasterHeartBeat": now,
                    }
                )
            )
            return
        wanted = text(self.get("ReplicaFqdn")) or "*"
        for one in centre.siblings():
            if like(one.machine.fqdn, wanted):
                self.emit(
                    PSObject(
                        {
                            "UpToDate": one.organisation == centre.organisation,
                            "ReplicaFqdn": one.machine.fqdn,
                            "LastStatusReport": now,
                            "LastUpdateCreation": now,
                            "ProductVersion": one.product.version,
                        },
                        ("Microsoft.Rtc.Management.Hosted.ReplicationStatus",),
                    )
                )


class InvokeCsManagementStoreReplication(CsCmdlet):
    name = "Invoke-CsManagementStoreReplication"
    parameters = (P("ReplicaFqdn", "string", 0), P("Force", "switch"))
    asks = True

    def process(self, item: Any) -> None:
        self.administrator()
        self.central().replicate(by_hand=True)


class GetCsComputer(_CsTopology):
    name = "Get-CsComputer"
    parameters = (P("Identity", "string", 0), P("Local", "switch"), P("Pool", "string"), P("Filter", "string"), _LOCAL)

    def process(self, item: Any) -> None:
        self.administrator()
        found = [self.server] if self.on("Local") else self.store().siblings()
        for one in found:
            if not like(one.machine.fqdn, text(self.get("Identity")) or "*"):
                continue
            if self.has("Pool") and one.pool.lower() != text(self.get("Pool")).lower():
                continue
            self.emit(
                PSObject(
                    {"Identity": one.machine.fqdn, "Pool": one.pool, "Fqdn": one.machine.fqdn},
                    ("Microsoft.Rtc.Management.Xds.DisplayComputer",),
                )
            )


_ROLES = {
    "front_end": ("Registrar", "UserServer", "WebServer"),
    "standard_edition": ("Registrar", "UserServer", "WebServer", "CentralManagement"),
    "director": ("Director", "WebServer"),
    "mediation": ("MediationServer",),
    "persistent_chat": ("PersistentChatServer",),
    "edge": ("EdgeServer",),
}


def pools(server: CsServer) -> dict[str, list[CsServer]]:
    """The organisation's pools with their servers, in the order of the estate file."""
    found: dict[str, list[CsServer]] = {}
    for one in server.siblings():
        found.setdefault(one.pool, []).append(one)
    return found


class GetCsPool(_CsTopology):
    name = "Get-CsPool"
    parameters = (P("Identity", "string", 0), P("Site", "string"), P("Filter", "string"), _LOCAL)

    def process(self, item: Any) -> None:
        self.administrator()
        for pool, servers in pools(self.store()).items():
            if like(pool, text(self.get("Identity")) or "*"):
                services = [f"{name}:{pool}" for name in _ROLES[servers[0].role.name]]
                self.emit(
                    PSObject(
                        {
                            "Identity": pool,
                            "Services": services,
                            "Computers": [one.machine.fqdn for one in servers],
                            "Fqdn": pool,
                            "BackCompatSite": False,
                            "Site": "Site:1",
                        },
                        ("Microsoft.Rtc.Management.Xds.DisplayPool",),
                    )
                )


class GetCsService(_CsTopology):
    name = "Get-CsService"
    parameters = (
        P("Identity", "string", 0),
        P("PoolFqdn", "string"),
        P("Registrar", "switch"),
        P("WebServer", "switch"),
        P("EdgeServer", "switch"),
        P("MediationServer", "switch"),
        P("UserServer", "switch"),
        P("CentralManagement", "switch"),
        P("Director", "switch"),
        _LOCAL,
    )

    def process(self, item: Any) -> None:
        self.administrator()
        chosen = [one.name for one in self.parameters if one.switch and one is not _LOCAL and self.on(one.name)]
        for pool, servers in pools(self.store()).items():
            for role in _ROLES[servers[0].role.name]:
                if chosen and role not in chosen or self.has("PoolFqdn") and pool != text(self.get("PoolFqdn")):
                    continue
                self.emit(self._service(pool, role, servers[0]))

    def _service(self, pool: str, role: str, server: CsServer) -> PSObject:
        values: dict[str, Any] = {
            "Identity": f"{role}:{pool}",
            "PoolFqdn": pool,
            "SiteId": "Site:1",
            "Role": role,
            "Version": int(server.product.version.partition(".")[0]) + 1,
        }
        web = server.settings.get("web", {})
        if role == "WebServer":
            values |= {"InternalFqdn": web.get("internal", pool), "ExternalFqdn": web.get("external", "")}
        if role == "EdgeServer":
            names = server.settings.get("external_names", {})
            values |= {
                f"{key}ExternalFqdn": names.get(name, "")
                for key, name in (("AccessEdge", "access"), ("DataEdge", "web_conferencing"), ("AVEdge", "av"))
            }
        return PSObject(values, (f"Microsoft.Rtc.Management.Xds.Display{role}",))


class GetCsSite(_CsTopology):
    name = "Get-CsSite"
    parameters = (P("Identity", "string", 0), P("Filter", "string"), _LOCAL)

    def process(self, item: Any) -> None:
        self.administrator()
        self.emit(
            PSObject(
                {
                    "Identity": "Site:1",
                    "SiteId": 1,
                    "SiteType": "CentralSite",
                    "DisplayName": "1",
                    "Pools": list(pools(self.store())),
                }
            )
        )


class GetCsSipDomain(_CsTopology):
    name = "Get-CsSipDomain"
    parameters = (P("Identity", "string", 0), P("Filter", "string"), _LOCAL)

    def process(self, item: Any) -> None:
        self.administrator()
        for at, one in enumerate(self.store().sip_domains):
            self.emit(
                PSObject(
                    {"Identity": one, "Name": one, "IsDefault": at == 0},
                    ("Microsoft.Rtc.Management.Xds.DisplaySipDomain",),
                )
            )


class GetCsServerVersion(CsCmdlet):
    name = "Get-CsServerVersion"

    def process(self, item: Any) -> None:
        product = self.server.product
        self.emit(f"{product.title} ({product.version}): Volume license key installed.")


class TestCsCertificateConfiguration(CsCmdlet):
    name = "Test-CsCertificateConfiguration"

    def process(self, item: Any) -> None:
        self.administrator()
        for type_, held in self.server.seen().items():
            self.emit(PSObject({"Thumbprint": held.thumbprint, "Use": self.use(type_)}))
