"""Deployments of Lync and Skype for Business, and their documents in each form, written by what real ones look like.

The forms follow the samples that docs/evidence.md names; nothing here is read by, or taken from, the importer.
"""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

_URN = "urn:schema:Microsoft.Rtc.Management"
_TOPOLOGY = f"{_URN}.Deploy.Topology.2008"
_ROLES = f"{_URN}.Deploy.ServiceRoles.2008"
SQL, GATEWAY = "sql01.contoso.net", "gw01.contoso.net"


@dataclass(frozen=True)
class Machine:
    """``inside``, ``outside``: addresses; of those outside by interface number, the own one and that of NAT."""

    fqdn: str
    inside: str = "0.0.0.0"
    outside: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Pool:
    """``edge``: name and port of access, web conferencing and A/V outside."""

    fqdn: str
    kind: str
    machines: tuple[Machine, ...]
    site: int = 1
    web_inside: str = ""
    web_outside: str = ""
    edge: tuple[tuple[str, int], ...] = ()
    next_hop: str = ""
    sip_port: int = 5061
    xmpp: bool = False
    central: bool = False


@dataclass(frozen=True)
class Deployment:
    """``urls``: component, SIP domain or ``*``, URL. ``branches``: number and name of remote sites of site 1."""

    sip_domains: tuple[str, ...]
    pools: tuple[Pool, ...]
    version: int = 7
    sites: tuple[tuple[int, str], ...] = ((1, "Dublin"),)
    branches: tuple[tuple[int, str], ...] = ()
    urls: tuple[tuple[str, str, str], ...] = ()


@dataclass
class _Service:
    role: str
    pool: str
    inner: str = ""
    ports: list[str] = field(default_factory=list)
    needs: list[tuple[str, str]] = field(default_factory=list)
    database: str = ""


def _tag(name: str, inner: str = "", **attributes: object) -> str:
    given = "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes.items())
    return f"<{name}{given}>{inner}</{name}>" if inner else f"<{name}{given} />"


def _port(owner: str, usage: str, side: str, port: int, protocol: str, number: int = 1, **more: object) -> str:
    return _tag(
        "Port",
        Owner=f"urn:component:{owner}",
        Usage=usage,
        InterfaceSide=side,
        InterfaceNumber=number,
        Port=port,
        Protocol=protocol,
        UrlPath="/",
        AuthorizesRequests="false",
        **more,
    )


def _role_element(name: str, inner: str = "", **attributes: object) -> str:
    return _tag(name, inner, **attributes, xmlns=_ROLES)


def _services(pool: Pool) -> Iterator[_Service]:
    alone = [machine.fqdn for machine in pool.machines] == [pool.fqdn]
    if pool.kind in ("front_end", "director", "branch"):
        sip = _port("Registrar", "SipServer", "Primary", pool.sip_port, "Mtls")
        inner = _role_element("RegistrarService", IsDirector=str(pool.kind == "director").lower())
        yield _Service("Registrar", pool.fqdn, inner, [sip], [("WebServices", pool.fqdn)])
    if pool.kind == "front_end":
        yield _Service("UserServices", pool.fqdn, needs=[("Registrar", pool.fqdn)])
        yield _Service("UserStore", pool.fqdn if alone else SQL, database="rtc")
        yield _Service("ConfServices", pool.fqdn)
        yield _Service("ApplicationServer", pool.fqdn)
    if pool.central:
        yield _Service("CentralMgmt", pool.fqdn, _role_element("CentralMgmtService", IsActive="true"))
    if pool.kind in ("front_end", "director"):
        outside = _tag("ExternalSettings", "<OverrideUrls />", Host=pool.web_outside) if pool.web_outside else ""
        inside = _tag("InternalSettings", Host=pool.web_inside) if pool.web_inside else ""
        ports = [
            _port("OCSWebSite", "WebSite", "External", 4443, "Https", ConfiguredPort=443),
            _port("OCSWebSite", "WebSite", "Primary", 443, "Https"),
        ]
        yield _Service("WebServices", pool.fqdn, _role_element("WebService", inside + outside), ports)
    if pool.kind in ("front_end", "mediation", "branch"):
        yield _Service("MediationServer", pool.fqdn)
    if pool.kind == "edge":
        yield _edge(pool)
        yield _Service("ManagementServices", pool.fqdn)
    other = {"office": "WacService", "chat": "PersistentChatService", "application": "ExternalServer"}
    if pool.kind in other:
        yield _Service(other[pool.kind], pool.fqdn)


def _edge(pool: Pool) -> _Service:
    (access, access_port), (data, data_port), (av, av_port) = pool.edge
    several = len(pool.machines[0].outside) > 1
    numbers = (1, 2, 3) if several else (1, 1, 1)
    ports = [
        _port("AccessEdge", "SipServer", "Internal", 5061, "Mtls"),
        _port("AccessEdge", "SipClient", "External", access_port, "Tls", numbers[0], ConfiguredFqdn=access),
        _port("DataEdge", "PsomClient", "External", data_port, "Tls", numbers[1], ConfiguredFqdn=data),
        _port("MediaRelayEdge", "TURNServer", "Internal", 443, "Tcp"),
        _port("MediaRelayEdge", "TURNServer", "External", 3478, "Udp", numbers[2], ConfiguredFqdn=av),
        _port("MediaRelayEdge", "TURNServer", "External", av_port, "Tcp", numbers[2], ConfiguredFqdn=av),
        _port("AccessEdge", "SipServer", "External", 5061, "Mtls", numbers[0], ConfiguredFqdn=access),
    ]
    if pool.xmpp:
        ports.append(_port("XmppFederationProxy", "XmppServer", "External", 5269, "Tls"))
    return _Service("EdgeServer", pool.fqdn, ports=ports, needs=[("Registrar", pool.next_hop)] if pool.next_hop else [])


def _all_services(deployment: Deployment) -> list[_Service]:
    found = [service for pool in deployment.pools for service in _services(pool)]
    return [*found, _Service("PstnGateway", GATEWAY)]


def _all_pools(deployment: Deployment) -> list[Pool]:
    beside = [Pool(SQL, "sql", (Machine(SQL),)), Pool(GATEWAY, "gateway", (Machine(GATEWAY),))]
    return [*deployment.pools, *beside]


def _interfaces(machine: Machine, kind: str, **more: object) -> str:
    side = "Internal" if kind == "edge" else "Primary"
    inside = _tag("NetInterface", InterfaceSide=side, InterfaceNumber=1, IPAddress=machine.inside, **more)
    outside = (
        _tag(
            "NetInterface",
            InterfaceSide="External",
            InterfaceNumber=number,
            IPAddress=own,
            **({"ConfiguredIPAddress": nat} if nat else {}),
            **more,
        )
        for number, (own, nat) in enumerate(machine.outside, 1)
    )
    return inside + "".join(outside)


def _domains(deployment: Deployment, **more: object) -> str:
    inner = "".join(
        _tag("InternalDomain", Name=name, Authoritative="false", AllowSubDomains="false")
        for name in deployment.sip_domains
    )
    return _tag("InternalDomains", inner, AllowAllDomains="false", DefaultDomain=deployment.sip_domains[0], **more)


def simple_url_configuration(urls: Sequence[tuple[str, str, str]]) -> str:
    inner = "".join(
        _tag("SimpleUrl", _tag("SimpleUrlEntry", Url=url), Component=component, Domain=domain, ActiveUrl=url)
        for component, domain, url in urls
    )
    return _tag("SimpleUrlConfiguration", inner, xmlns=f"{_URN}.Settings.SimpleUrl.2008", UseBackendDatabase="false")


def published(deployment: Deployment) -> str:
    """What Get-CsTopology -AsXml shows."""
    pools = _all_pools(deployment)
    ids = {pool.fqdn: _tag("ClusterId", SiteId=pool.site, Number=at) for at, pool in enumerate(pools, 1)}
    sites = "".join(
        _tag(name, _tag("Name", title), SiteId=number)
        for name, some in (("CentralSite", deployment.sites), ("RemoteSite", deployment.branches))
        for number, title in some
    )
    clusters = "".join(
        _tag(
            "Cluster",
            ids[pool.fqdn]
            + "".join(
                _tag("Machine", _interfaces(machine, pool.kind), OrdinalInCluster=at, Fqdn=machine.fqdn)
                for at, machine in enumerate(pool.machines, 1)
            ),
            RequiresReplication="true",
            RequiresSetup="true",
            Fqdn=pool.fqdn,
        )
        for pool in pools
    )
    services = _all_services(deployment)
    numbered = {(one.role, one.pool): _service_id(one, services, pools) for one in services}
    inner = "".join(
        _tag(
            "Service",
            numbered[one.role, one.pool]
            + _tag(
                "DependsOn",
                "".join(_tag("Dependency", numbered[need], Usage="Default") for need in one.needs if need in numbered),
            )
            + _tag("InstalledOn", _tag("SqlInstanceId", ids[one.pool], Name="rtc") if one.database else ids[one.pool])
            + _tag("Ports", "".join(one.ports), xmlns=_ROLES)
            + one.inner,
            RoleVersion=1,
            ServiceVersion=deployment.version,
        )
        for one in _once(services)
    )
    whole = _domains(deployment) + _tag("Sites", sites) + _tag("Clusters", clusters) + _tag("Services", inner)
    return _tag("Topology", whole, xmlns=_TOPOLOGY, Signature="b2af3192-c411-44c8-93e5-30bced09eba1")


def _once(services: Sequence[_Service]) -> list[_Service]:
    """Each role on a pool once: several pools keep their users' data on one database server."""
    return list({(one.role, one.pool): one for one in services}.values())


def _service_id(one: _Service, services: Sequence[_Service], pools: Sequence[Pool]) -> str:
    site = next(pool.site for pool in pools if pool.fqdn == one.pool)
    same = [each.pool for each in _once(services) if each.role == one.role]
    return _tag("ServiceId", SiteId=site, RoleName=one.role, Instance=same.index(one.pool) + 1)


def _guid(*of: str) -> str:
    """An identifier; the references to it are written in another case, as GUIDs may be."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, "/".join(of)))


def builder(deployment: Deployment, *, unpublished: bool = False) -> str:
    """A file of Topology Builder. Pools come in another order than in the published form."""

    def clusters(site: int) -> str:
        inner = "".join(_builder_cluster(pool) for pool in reversed(_all_pools(deployment)) if pool.site == site)
        return _tag("Clusters", inner)

    def site(name: str, number: int, title: str, further: str = "") -> str:
        return _tag(name, _tag("Name", title, xmlns=_TOPOLOGY) + clusters(number) + further, SiteId=number)

    remote = "".join(site("RemoteSite", number, title) for number, title in deployment.branches)
    central = "".join(
        site("CentralSite", number, title, _tag("RemoteSites", remote if number == 1 else ""))
        for number, title in deployment.sites
    )
    services = _once(_all_services(deployment))
    there = {(one.role, one.pool) for one in services}
    inner = "".join(
        _tag(
            "Service",
            _tag(
                "DependsOn",
                "".join(
                    _tag("Dependency", ServiceUniqueId=_guid(*need).upper(), Usage="Default")
                    for need in one.needs
                    if need in there
                ),
            )
            + _tag("Ports", "".join(reversed(one.ports)), xmlns=_ROLES)
            + one.inner,
            UniqueId=_guid(one.role, one.pool),
            RoleName=one.role,
            RoleVersion=1,
            InstalledOn=_guid("sql", one.pool).upper() if one.database else _guid("pool", one.pool),
            ServiceVersion=deployment.version,
        )
        for one in reversed(services)
    )
    urls = simple_url_configuration(deployment.urls) if deployment.urls else ""
    whole = _domains(deployment, xmlns=_TOPOLOGY) + urls + _tag("CentralSites", central) + _tag("Services", inner)
    partial = _tag("PartialTopology", whole, xmlns=f"{_URN}.Deploy.WritableTopology.2008", IsPublished="false")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + _tag(
        "TopologyBuilder",
        _tag("NewTopology", partial),
        xmlns=f"{_URN}.Deploy.TopologyBuilder.2008",
        IsFreeFromChanges=str(not unpublished).lower(),
        FileName=r"C:\Users\admin\contoso.tbxml",
    )


def _builder_cluster(pool: Pool) -> str:
    alone = [machine.fqdn for machine in pool.machines] == [pool.fqdn]
    machines = "".join(
        _tag(
            "Machine",
            _interfaces(machine, pool.kind, xmlns=_TOPOLOGY),
            **({} if alone else {"Fqdn": machine.fqdn.upper()}),
        )
        for machine in reversed(pool.machines)
    )
    instances = _tag("SqlInstances", _tag("SqlInstance", UniqueId=_guid("sql", pool.fqdn), Name="rtc"))
    return _tag(
        "Cluster",
        _tag("Machines", machines) + instances,
        IsSingleMachineOnly=str(alone).lower(),
        UniqueId=_guid("pool", pool.fqdn).upper(),
        Fqdn=pool.fqdn,
    )


def doc_item_set(*documents: str, scope: str = "Global") -> str:
    """The documents as items of a set; those that are settings are anchored."""
    items = "".join(
        _tag("DocItem", _tag("Data", _anchored(one, scope) if "SimpleUrl" in one[:60] else one), Name=f"item{at}")
        for at, one in enumerate(documents)
    )
    return f"<DocItemSet>{items}</DocItemSet>"


def _anchored(settings: str, scope: str) -> str:
    key = _tag("Key", _tag("AuthorityId", Class="Host", InstanceId="0"), ScopeClass=scope)
    value = _tag("Dictionary", _tag("Item", _tag("Key") + _tag("Value", settings, Signature="0")))
    return _tag("AnchoredXml", key + value, xmlns=f"{_URN}.ScopeFramework.2008")


def zipped(**files: str | bytes) -> bytes:
    """A zip file, the same bytes each time; ``a_xml`` is the file a.xml."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name.replace("_", ".")), text, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def exported(deployment: Deployment) -> bytes:
    """What Export-CsConfiguration writes."""
    parts = [published(deployment), *([simple_url_configuration(deployment.urls)] if deployment.urls else [])]
    return zipped(DocItemSet_xml=doc_item_set(*parts), Other_dat=b"\0\1\2")


CONTOSO = Deployment(
    sip_domains=("contoso.com", "fabrikam.com"),
    sites=((1, "Dublin"), (2, "Paris")),
    branches=((3, "Cork"),),
    pools=(
        Pool(
            "pool01.contoso.net",
            "front_end",
            (Machine("fe01.contoso.net"), Machine("fe02.contoso.net")),
            web_inside="pool01web.contoso.net",
            web_outside="webext.contoso.com",
        ),
        Pool(
            "se01.contoso.net",
            "front_end",
            (Machine("se01.contoso.net", "10.6.0.11"),),
            site=2,
            web_outside="webparis.contoso.com",
        ),
        Pool("dir01.contoso.net", "director", (Machine("dir01.contoso.net"),), web_outside="webdir.contoso.com"),
        Pool(
            "edge.contoso.net",
            "edge",
            (
                Machine(
                    "edge01.contoso.net",
                    "10.1.0.21",
                    (("131.107.155.11", ""), ("131.107.155.12", ""), ("10.2.0.13", "131.107.155.13")),
                ),
                Machine(
                    "edge02.contoso.net",
                    "10.1.0.22",
                    (("131.107.155.21", ""), ("131.107.155.22", ""), ("10.2.0.23", "131.107.155.23")),
                ),
            ),
            edge=(("sip.contoso.com", 443), ("webcon.contoso.com", 443), ("av.contoso.com", 443)),
            next_hop="dir01.contoso.net",
            xmpp=True,
        ),
        Pool("med01.contoso.net", "mediation", (Machine("med01.contoso.net"),)),
        Pool("office.contoso.net", "office", (Machine("office.contoso.net"),)),
        Pool("sba.contoso.net", "branch", (Machine("sba.contoso.net", "10.7.0.5"),), site=3),
        Pool("apps.contoso.net", "application", (Machine("apps.contoso.net"),)),
    ),
    urls=(
        ("Dialin", "*", "https://dialin.contoso.com"),
        ("Meet", "contoso.com", "https://meet.contoso.com"),
        ("Meet", "fabrikam.com", "https://meet.fabrikam.com"),
        ("Cscp", "*", "https://admin.contoso.com"),
    ),
)
