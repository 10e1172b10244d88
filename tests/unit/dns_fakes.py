"""A Windows DNS server behind the WMI port, small: its data, its numbers, its "Generic failure"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import FaultParts, WsmanFault
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import Wmi, WmiObject, WmiReference, WmiValue

URI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/MicrosoftDNS"


def generic_failure(doing: str) -> WsmanFault:
    return WsmanFault(FaultParts(500, 2150859010, reason="Allgemeiner Fehler"), doing=doing, where="dc01")


def zone(name: str, **more: str | None) -> dict[str, str | None]:
    return {
        "ContainerName": name, "DnsServerName": "DC01.company.local", "Name": name, "ZoneType": "1",
        "DsIntegrated": "true", "AllowUpdate": "2", "Paused": "false", **more,
    }  # fmt: skip


def row(zone_name: str, owner: str, kind: str, data: str, ttl: int = 3600, **more: str) -> dict[str, str]:
    return {
        "ContainerName": zone_name, "DnsServerName": "DC01.company.local", "DomainName": owner, "OwnerName": owner,
        "RecordClass": "1", "TTL": str(ttl), "TimeStamp": "0", "RecordData": data, "kind": kind,
        "TextRepresentation": f"{owner} IN {kind} {data}", **more,
    }  # fmt: skip


def a_row(owner: str, address: str, ttl: int = 3600, **more: str) -> dict[str, str]:
    return row("company.local", owner, "A", address, ttl, IPAddress=address, **more)


def srv_row(owner: str, words: str, ttl: int = 3600, zone_name: str = "company.local") -> dict[str, str]:
    priority, weight, port, target = words.split()
    typed = {"Priority": priority, "Weight": weight, "Port": port, "SRVDomainName": target}
    return row(zone_name, owner, "SRV", words, ttl, **typed)


@dataclass
class DnsWmi(Wmi):
    """Queries and methods of root/MicrosoftDNS; ``calls`` keeps what was asked, in short."""

    zones: dict[str, dict[str, str | None]] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    #: by method: an error instead of doing it, or after doing it
    refuse: dict[str, RolloutError] = field(default_factory=dict)
    fail_after: dict[str, RolloutError] = field(default_factory=dict)
    base_class_only: bool = False
    gives_references: bool = True
    directory: str | None = "true"
    #: what GetDistinguishedName gives
    distinguished: str | None = None

    def query(self, namespace: str, wql: str, *, references: bool = False) -> tuple[WmiObject, ...]:
        assert namespace == "root/MicrosoftDNS"
        if wql == "SELECT * FROM MicrosoftDNS_Server":
            return (WmiObject("MicrosoftDNS_Server", {"DsAvailable": self.directory}),)
        class_name = re.match(r"SELECT \* FROM (\w+) WHERE ", wql)[1]
        self.calls.append(f"query {class_name}")
        if class_name == "MicrosoftDNS_Zone":
            names = re.findall(r"Name='([^']+)'", wql)
            return tuple(WmiObject(class_name, self.zones[name]) for name in names if name in self.zones)
        container = re.search(r"ContainerName='([^']+)'", wql)[1]
        if container not in self.zones:
            raise generic_failure(wql)
        owners = re.findall(r"OwnerName='([^']+)'", wql)
        chosen = [
            item for item in self.rows if item["ContainerName"] == container and item["OwnerName"].lower() in owners
        ]
        return tuple(self._object(item, references) for item in chosen if self._is_a(item, class_name))

    def _is_a(self, item: Mapping[str, str], class_name: str) -> bool:
        return class_name in ("MicrosoftDNS_ResourceRecord", f"MicrosoftDNS_{item['kind']}Type")

    def _object(self, item: dict[str, str], references: bool) -> WmiObject:
        base = ("ContainerName", "DnsServerName", "DomainName", "OwnerName", "RecordClass", "TTL", "TimeStamp",
                "RecordData", "TextRepresentation")  # fmt: skip
        kept = {
            key: value for key, value in item.items() if key != "kind" and (key in base or not self.base_class_only)
        }
        class_name = "MicrosoftDNS_ResourceRecord" if self.base_class_only else f"MicrosoftDNS_{item['kind']}Type"
        keys = ("ContainerName", "DnsServerName", "OwnerName", "RecordData")
        reference = WmiReference(f"{URI}/{class_name}", tuple((key, item[key]) for key in keys))
        return WmiObject(class_name, kept, reference if references and self.gives_references else None)

    def invoke(
        self,
        namespace: str,
        class_name: str,
        method: str,
        parameters: Sequence[tuple[str, WmiValue]],
        selectors: Mapping[str, str] | None = None,
    ) -> WmiObject:
        self.calls.append(f"{class_name}.{method}")
        given = {name: str(value) for name, value in parameters}
        if method in self.refuse:
            raise self.refuse[method]
        getattr(self, f"_{method}")(class_name, given, selectors or {})
        if method in self.fail_after:
            raise self.fail_after[method]
        told = {"ReturnValue": self.distinguished} if method == "GetDistinguishedName" else {}
        return WmiObject(f"{method}_OUTPUT", told)

    def _GetDistinguishedName(self, class_name: str, given: object, selectors: Mapping[str, str]) -> None:
        assert selectors["Name"] in self.zones and not given

    def _CreateZone(self, class_name: str, given: Mapping[str, str], selectors: Mapping[str, str]) -> None:
        file = ["DataFileName"] if given["DsIntegrated"] == "false" else []
        assert list(given) == ["ZoneName", "ZoneType", "DsIntegrated", *file] and not selectors
        # The parameter counts from 0 (primary), the property from 1.
        kind = str(int(given["ZoneType"]) + 1)
        self.zones[given["ZoneName"]] = zone(given["ZoneName"], ZoneType=kind, DsIntegrated=given["DsIntegrated"])

    def _CreateInstanceFromPropertyData(self, class_name: str, given: Mapping[str, str], selectors: object) -> None:
        assert list(given)[:5] == ["DnsServerName", "ContainerName", "OwnerName", "RecordClass", "TTL"]
        kind = class_name.removeprefix("MicrosoftDNS_").removesuffix("Type")
        data = " ".join(list(given.values())[5:])
        self._insert(
            given["ContainerName"], given["OwnerName"], kind, data, given["TTL"], dict(list(given.items())[5:])
        )

    def _CreateInstanceFromTextRepresentation(
        self, class_name: str, given: Mapping[str, str], selectors: object
    ) -> None:
        owner, ttl, _class, kind, data = given["TextRepresentation"].split(maxsplit=4)
        assert owner.endswith(".")
        names = ("Priority", "Weight", "Port", "SRVDomainName") if kind == "SRV" else ("IPAddress",)
        typed = dict(zip(names, data.split(), strict=True))
        self._insert(given["ContainerName"], owner.rstrip("."), kind, data, ttl, typed)

    def _insert(self, container: str, owner: str, kind: str, data: str, ttl: str, typed: Mapping[str, str]) -> None:
        same = [
            item for item in self.rows if (item["OwnerName"], item["kind"], item["RecordData"]) == (owner, kind, data)
        ]
        if container not in self.zones or same:
            raise generic_failure("creating")
        self.rows.append(row(container, owner, kind, data, int(ttl), **typed))

    def _Modify(self, class_name: str, given: Mapping[str, str], selectors: Mapping[str, str]) -> None:
        (item,) = [item for item in self.rows if all(item.get(key) == value for key, value in selectors.items())]
        if any(item.get(name) == value for name, value in given.items()):
            raise generic_failure("Modify")  # what is set to what it is counts as existing
        item.update(given)

    def _WriteBackZone(self, class_name: str, given: Mapping[str, str], selectors: Mapping[str, str]) -> None:
        assert dict(selectors) == {
            "ContainerName": selectors["Name"], "DnsServerName": "DC01.company.local", "Name": selectors["Name"],
        }  # fmt: skip

    def put(self, reference: WmiReference, properties: Mapping[str, WmiValue]) -> WmiObject:
        name = dict(reference.selectors)["Name"]
        self.calls.append(f"put {name} {' '.join(f'{key}={value}' for key, value in properties.items())}")
        if "put" in self.refuse:
            raise self.refuse["put"]
        self.zones[name] |= {key: str(value) for key, value in properties.items()}
        return WmiObject("MicrosoftDNS_Zone", self.zones[name])

    def get(self, *_unused: object, **__: object) -> WmiObject:
        raise AssertionError("nothing is read by its keys")

    delete = get
