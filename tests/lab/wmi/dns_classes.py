# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The classes of root\\MicrosoftDNS: properties, keys and methods in the order of the published documentation."""

from __future__ import annotations

from lab.wmi.model import ClassDefinition, Method, Parameter, Property

_ELEMENT = (Property("Caption"), Property("Description"), Property("InstallDate", "datetime"), Property("Status"))
_RR = (Parameter("RR", "ref"),)
_SERVER = Parameter("DnsServerName")
_CONTAINER = Parameter("ContainerName")


def _optional(*parameters: Parameter) -> tuple[Parameter, ...]:
    return tuple(Parameter(one.name, one.kind, one.array, required=False) for one in parameters)


# --- domains and zones -----------------------------------------------------------------------------------------------

_DOMAIN = (
    *_ELEMENT,
    Property("DnsServerName", key=True),
    Property("ContainerName", key=True),
    Property("Name", key=True),
)
_DISTINGUISHED = Method("GetDistinguishedName", returns="string")
_ZONE = (
    Property("Aging", "boolean"),
    Property("AllowUpdate", "uint32"),
    Property("AutoCreated", "boolean"),
    Property("AvailForScavengeTime", "uint32"),
    Property("DataFile"),
    Property("DisableWINSRecordReplication", "boolean"),
    Property("DsIntegrated", "boolean"),
    Property("ForwarderSlave", "boolean"),
    Property("ForwarderTimeout", "uint32"),
    Property("LastSuccessfulSoaCheck", "uint32"),
    Property("LastSuccessfulXfr", "uint32"),
    Property("LocalMasterServers", array=True),
    Property("MasterServers", array=True),
    Property("NoRefreshInterval", "uint32"),
    Property("Notify", "uint32"),
    Property("NotifyServers", array=True),
    Property("Paused", "boolean"),
    Property("RefreshInterval", "uint32"),
    Property("Reverse", "boolean"),
    Property("ScavengeServers", array=True),
    Property("SecondaryServers", array=True),
    Property("SecureSecondaries", "uint32"),
    Property("Shutdown", "boolean"),
    Property("UseNBStat", "boolean"),
    Property("UseWins", "boolean"),
    Property("ZoneType", "uint32"),
)
_ZONE_DATA = _optional(Parameter("DataFileName"), Parameter("IpAddr", array=True), Parameter("AdminEmailName"))
_ZONE_METHODS = (
    Method(
        "CreateZone",
        (Parameter("ZoneName"), Parameter("ZoneType", "uint32"), Parameter("DsIntegrated", "boolean"), *_ZONE_DATA),
        _RR,
        static=True,
    ),
    Method("ChangeZoneType", (Parameter("ZoneType", "uint32"), *_ZONE_DATA), _RR),
    Method(
        "ResetSecondaries",
        (
            Parameter("SecondaryServers", array=True),
            Parameter("SecureSecondaries", "uint32"),
            Parameter("NotifyServers", array=True),
            Parameter("Notify", "uint32"),
        ),
        _RR,
    ),
    Method("AgeAllRecords", _optional(Parameter("NodeName"), Parameter("ApplyToSubtree", "boolean")), returns="uint32"),
    *(
        Method(name)
        for name in ("PauseZone", "ResumeZone", "ReloadZone", "ForceRefresh", "UpdateFromDS", "WriteBackZone")
    ),
    _DISTINGUISHED,
)

# --- the server ------------------------------------------------------------------------------------------------------

_SERVER_NUMBERS = (
    "AddressAnswerLimit",
    "AllowUpdate",
    "AutoConfigFileZones",
    "BootMethod",
    "DefaultNoRefreshInterval",
    "DefaultRefreshInterval",
    "DsPollingInterval",
    "DsTombstoneInterval",
    "EDnsCacheTimeout",
    "EnableDnsSec",
    "EventLogLevel",
    "ForwardDelegations",
    "ForwardingTimeout",
    "LogFileMaxSize",
    "LogLevel",
    "MaxCacheTTL",
    "MaxNegativeCacheTTL",
    "NameCheckFlag",
    "RecursionRetry",
    "RecursionTimeout",
    "RpcProtocol",
    "ScavengingInterval",
    "SendPort",
    "UpdateOptions",
    "Version",
    "XfrConnectTimeout",
)
_SERVER_TRUTHS = (
    "AutoCacheUpdate",
    "BindSecondaries",
    "DefaultAgingState",
    "DisableAutoReverseZones",
    "DisjointNets",
    "DsAvailable",
    "EnableDirectoryPartitions",
    "EnableEDnsProbes",
    "IsSlave",
    "LocalNetPriority",
    "LooseWildcarding",
    "NoRecursion",
    "RoundRobin",
    "SecureResponses",
    "Started",
    "StrictFileParsing",
    "WriteAuthorityNS",
)
_SERVER_TEXTS = ("CreationClassName", "LogFilePath", "StartMode", "SystemCreationClassName", "SystemName")
_SERVER_LISTS = ("Forwarders", "ListenAddresses", "LogIPFilterList", "ServerAddresses")
_SERVER_PROPERTIES = (
    *_ELEMENT,
    Property("Name", key=True),
    *(Property(name, "uint32") for name in _SERVER_NUMBERS),
    *(Property(name, "boolean") for name in _SERVER_TRUTHS),
    *(Property(name) for name in _SERVER_TEXTS),
    *(Property(name, array=True) for name in _SERVER_LISTS),
)
_SERVER_METHODS = (
    *(Method(name, returns="uint32") for name in ("StartService", "StopService", "StartScavenging")),
    _DISTINGUISHED,
)

# --- records ---------------------------------------------------------------------------------------------------------

_RECORD = (
    *_ELEMENT,
    Property("Name"),
    Property("DnsServerName", key=True),
    Property("ContainerName", key=True),
    Property("DomainName", key=True),
    Property("OwnerName", key=True),
    Property("RecordClass", "uint16", key=True),
    Property("RecordData", key=True),
    Property("TextRepresentation"),
    Property("TimeStamp", "uint32"),
    Property("TTL", "uint32"),
)
_BY_TEXT = (
    Method(
        "CreateInstanceFromTextRepresentation", (_SERVER, _CONTAINER, Parameter("TextRepresentation")), _RR, static=True
    ),
    Method("GetObjectByTextRepresentation", (_SERVER, _CONTAINER, Parameter("TextRepresentation")), _RR, static=True),
)
_TTL = _optional(Parameter("TTL", "uint32"))
_OWNER = (_SERVER, _CONTAINER, Parameter("OwnerName"), *_optional(Parameter("RecordClass", "uint32")), *_TTL)

# Type of record: its own properties, in the order of the methods' parameters.
RECORD_DATA: dict[str, tuple[Property, ...]] = {
    "A": (Property("IPAddress"),),
    "AAAA": (Property("IPv6Address"),),
    "CNAME": (Property("PrimaryName"),),
    "MX": (Property("Preference", "uint16"), Property("MailExchange")),
    "NS": (Property("NSHost"),),
    "PTR": (Property("PTRDomainName"),),
    "SOA": (
        Property("SerialNumber", "uint32"),
        Property("PrimaryServer"),
        Property("ResponsibleParty"),
        Property("RefreshInterval", "uint32"),
        Property("RetryDelay", "uint32"),
        Property("ExpireLimit", "uint32"),
        Property("MinimumTTL", "uint32"),
    ),
    "SRV": (
        Property("Priority", "uint16"),
        Property("Weight", "uint16"),
        Property("Port", "uint16"),
        Property("SRVDomainName"),
    ),
    "TXT": (Property("DescriptiveText"),),
}


def record_class(kind: str) -> str:
    return f"MicrosoftDNS_{kind}Type"


def _data_parameters(kind: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(one.name, one.kind) for one in RECORD_DATA[kind])


def _record_methods(kind: str) -> tuple[Method, ...]:
    """SOA is never created; a TXT record's Modify wants the text in any case."""
    data = _data_parameters(kind)
    modify = Method("Modify", (*_TTL, *(data if kind == "TXT" else _optional(*data))), _RR)
    create = Method("CreateInstanceFromPropertyData", (*_OWNER, *data), _RR, static=True)
    return (*_BY_TEXT, modify) if kind == "SOA" else (*_BY_TEXT, create, modify)


def _record_definition(kind: str) -> ClassDefinition:
    return ClassDefinition(
        record_class(kind), (*_RECORD, *RECORD_DATA[kind]), _record_methods(kind), ("MicrosoftDNS_ResourceRecord",)
    )


def _all() -> tuple[ClassDefinition, ...]:
    domain = ("MicrosoftDNS_Domain",)
    return (
        ClassDefinition("MicrosoftDNS_Server", _SERVER_PROPERTIES, _SERVER_METHODS),
        ClassDefinition("MicrosoftDNS_Domain", _DOMAIN, (_DISTINGUISHED,)),
        ClassDefinition("MicrosoftDNS_Zone", (*_DOMAIN, *_ZONE), _ZONE_METHODS, domain),
        ClassDefinition("MicrosoftDNS_Cache", _DOMAIN, (Method("ClearCache"), _DISTINGUISHED), domain),
        ClassDefinition("MicrosoftDNS_RootHints", _DOMAIN, (_DISTINGUISHED,), domain),
        ClassDefinition("MicrosoftDNS_ResourceRecord", _RECORD, _BY_TEXT),
        *(_record_definition(kind) for kind in RECORD_DATA),
    )


CLASSES = {one.name: one for one in _all()}
