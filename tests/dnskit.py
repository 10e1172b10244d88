"""DNS servers of every kind behind the port: what they hold is set, and read again, by other means than our adapters.

A record is a line ``owner ttl type data``, the owner within its zone. One with a time stamp ends with ``[aging]``.
"""

from __future__ import annotations

import contextlib
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.tsig
import dns.update
import dns.zone
import requests
from proofkit import samba
from unit.memory_dns import MemoryDns
from winrm.protocol import Protocol

from ansible_collections.ucops.rollout.plugins.module_utils.dns.gss_tsig import signed_by_kerberos
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import DnsServer, FoundRecord, ZoneState
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import RECORD_TYPES, uniform
from ansible_collections.ucops.rollout.plugins.module_utils.dns.rfc2136 import UpdatedServer, signed_by_key
from ansible_collections.ucops.rollout.plugins.plugin_utils.dns.windows import WindowsDns
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host import open_windows_host
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.pywinrm_session import PywinrmSession
from lab.accounts import Account, Session
from lab.estate import Estate
from lab.network import Network
from lab.winrm.wsman import Answer, WsmanService, kind_of

Zones = Mapping[str, Sequence[str]]
SECRET = "c2VjcmV0IG9mIGEgdGVzdCBhbmQgbm90aGluZyBlbHNl"
KEY = f'key "rollout" {{ algorithm hmac-sha256; secret "{SECRET}"; }};\n'
BY_KEY = "allow-update { key rollout; }; allow-transfer { key rollout; };"
_TYPES = ("A", "AAAA", "CNAME", "SRV", "TXT", "PTR", "NS", "MX")
_AGING = " [aging]"
_STAMP = 3700000


class Kind(ABC):
    """One kind of server. ``held`` is what a zone holds beside its SOA and its own name servers."""

    name: str

    @abstractmethod
    def begin(self, zones: Zones, names: Iterable[str] = ()) -> None:
        """Hold these zones and nothing else. ``names``: all owners within them that the test may use."""

    @abstractmethod
    def server(self) -> contextlib.AbstractContextManager[DnsServer]: ...

    @abstractmethod
    def held(self, zone: str) -> list[str] | None:
        """Its records in order; None where there is no such zone."""


def _read(zone: str, line: str) -> tuple[str, int, str, str, bool]:
    """Owner, TTL, type, data, and whether it has a time stamp."""
    owner, ttl, kind, data = line.removesuffix(_AGING).split(" ", 3)
    return (zone if owner == "@" else f"{owner}.{zone}"), int(ttl), kind, data, line.endswith(_AGING)


def _line(zone: str, owner: str, ttl: int, kind: str, data: str, aging: bool = False) -> str:
    within = "@" if owner == zone else owner.removesuffix(f".{zone}")
    return f"{within.lower()} {ttl} {kind} {data}{_AGING if aging else ''}"


class InMemory(Kind):
    """The stand-in of the unit tests."""

    name = "memory"

    def begin(self, zones: Zones, names: Iterable[str] = ()) -> None:
        states = {zone: ZoneState(zone, "primary", in_directory=True, dynamic_update="secure") for zone in zones}
        rows = [self._row(zone, line) for zone, lines in zones.items() for line in lines]
        self.memory = MemoryDns(held=states, rows=rows)

    @staticmethod
    def _row(zone: str, line: str) -> FoundRecord:
        owner, ttl, kind, data, aging = _read(zone, line)
        rdata = dns.rdata.from_text("IN", kind, data, origin=dns.name.root)
        row = RECORD_TYPES.get(kind)
        return FoundRecord(zone, owner, kind, row.from_wire(rdata) if row else uniform(data), ttl, aging)

    @contextlib.contextmanager
    def server(self) -> Iterator[DnsServer]:
        yield self.memory

    def held(self, zone: str) -> list[str] | None:
        if zone not in self.memory.held:
            return None
        return sorted(
            _line(zone, one.owner, one.ttl, one.type, self._data(one), one.dynamic)
            for one in self.memory.rows
            if one.zone == zone
        )

    @staticmethod
    def _data(record: FoundRecord) -> str:
        row = RECORD_TYPES.get(record.type)
        return row.absolute_text(record.value) if row else f"{record.value}."


class InProcess(requests.adapters.BaseAdapter):
    """Carries messages to a machine of the lab in this process, with the trouble that was ordered for it."""

    def __init__(self, machine: Any) -> None:
        super().__init__()
        self.machine = machine
        self.service = WsmanService(machine)
        account = Account.of("COMPANY", machine.estate.description["accounts"][0])
        self.session = Session(account)
        self.count = 0
        #: by the number of a request: what happens right before it
        self.events: dict[int, Callable[[], object]] = {}

    def send(self, request: requests.PreparedRequest, *_given: Any, **_more: Any) -> requests.Response:
        message = bytes(request.body or b"")
        self.count += 1
        self.events.get(self.count, lambda: None)()
        trouble = self.machine.estate.injections.take(self.machine, kind_of(message), message)
        if trouble is None:
            return self._response(request, self.service.answer(message, self.session))
        if trouble.after:
            self.service.answer(message, self.session)
            self.service.let_run(self.session)
        if trouble.action == "drop":
            raise requests.ConnectionError("the connection was cut")
        if trouble.action == "status":
            return self._response(request, Answer(trouble.status, b""))
        return self._response(request, self.service.refuse(message, trouble.build_fault()))

    def close(self) -> None:
        """Nothing is open."""

    @staticmethod
    def _response(request: requests.PreparedRequest, answer: Answer) -> requests.Response:
        response = requests.Response()
        response.status_code, response.request, response.url = answer.status, request, request.url or ""
        response._content = answer.data
        return response


class Windows(Kind):
    """The lab's, by WMI, over pywinrm and in this process."""

    def __init__(self, generation: str, directory: Path) -> None:
        self.name, self._generation, self._directory = f"windows {generation}", generation, directory

    def begin(self, zones: Zones, names: Iterable[str] = ()) -> None:
        entries = [
            {"name": zone, "ds_integrated": True, "settings": {"AllowUpdate": 2},
             "records": [self._entry(zone, line) for line in lines]}
            for zone, lines in zones.items()
        ]  # fmt: skip
        description = {
            "domain": {"fqdn": "company.local", "netbios": "COMPANY"},
            "accounts": [{"name": "rollout", "password": "-", "administrator": True, "groups": ["Domain Admins"]}],
            "hosts": [{"name": "dc01", "address": "10.0.0.5", "generation": self._generation,
                       "dns": {"zones": entries, "support_tools": True}}],
        }  # fmt: skip
        self.estate = Estate(description, self._directory, Network("namespace"))
        self.wire = InProcess(self.estate.machine("dc01"))

    @staticmethod
    def _entry(zone: str, line: str) -> dict[str, Any]:
        owner, ttl, kind, data, aging = _read(zone, line)
        within = "@" if owner == zone else owner.removesuffix(f".{zone}")
        return {"owner": within, "ttl": ttl, "type": kind, "data": data, "timestamp": _STAMP if aging else 0}

    @contextlib.contextmanager
    def server(self) -> Iterator[DnsServer]:
        protocol = Protocol("http://dc01/wsman", transport="plaintext", username="-", password="-")
        build = protocol.transport.build_session

        def built() -> requests.Session:
            session = build()
            session.mount("http://", self.wire)
            return session

        protocol.transport.build_session = built
        with open_windows_host(PywinrmSession(protocol), name="dc01") as host:
            yield WindowsDns(host)

    def held(self, zone: str) -> list[str] | None:
        found = self.estate.machine("dc01").roles["dns"].snapshot().get(zone)
        if found is None:
            return None
        lines = [re.sub(r" \[aging \d+\]$", _AGING, one).split(" ", 3) for one in found["records"]]
        return sorted(
            _line(zone, owner, int(ttl), kind, data)
            for owner, ttl, kind, data in lines
            if not (owner == zone and kind in ("SOA", "NS"))
        )


class Updated(Kind):
    """A real server that takes dynamic updates; it keeps its zones from test to test."""

    def __init__(self, address: str, port: int, zones: Sequence[str]) -> None:
        self.address, self.port, self.zones = address, port, zones
        self.names: list[str] = []

    @abstractmethod
    def sign(self, message: Any) -> None:
        """With a key of the test."""

    def begin(self, zones: Zones, names: Iterable[str] = ()) -> None:
        assert set(zones) <= set(self.zones)
        left = {zone: self.left(zone) for zone in self.zones}
        self.names = sorted(names)
        for zone in self.zones:
            update = dns.update.UpdateMessage(zone)
            for name in left[zone]:
                update.delete(dns.name.from_text(name, dns.name.from_text(zone)))
            for line in zones.get(zone, ()):
                owner, ttl, kind, data, _aging = _read(zone, line)
                update.add(dns.name.from_text(owner), ttl, dns.rdata.from_text("IN", kind, data))
            self._send(update)

    def left(self, zone: str) -> Iterable[str]:
        """The owners within a zone that earlier tests may have left there."""
        return self.names

    def _send(self, update: Any) -> None:
        self.sign(update)
        try:
            code = dns.query.tcp(update, self.address, 10, self.port).rcode()
        except dns.tsig.BadSignature:
            return  # Samba's own; what was done is read
        assert code == dns.rcode.NOERROR, dns.rcode.to_text(code)


class Bind(Updated):
    """Read by a transfer."""

    name = "bind"
    _key = dns.tsig.Key("rollout", SECRET, "hmac-sha256")

    def left(self, zone: str) -> Iterable[str]:
        return {line.partition(" ")[0] for line in self.held(zone) or ()}

    def sign(self, message: Any) -> None:
        message.use_tsig(self._key)

    @contextlib.contextmanager
    def server(self) -> Iterator[DnsServer]:
        yield UpdatedServer("ns1", self.address, self.port, signed_by_key("rollout", SECRET, "hmac-sha256"))

    def held(self, zone: str) -> list[str] | None:
        if zone not in self.zones:
            return None
        query = dns.message.make_query(zone, "AXFR")
        self.sign(query)
        found = dns.zone.Zone(zone, relativize=False)
        dns.query.inbound_xfr(self.address, found, query, self.port)
        return sorted(
            _line(zone, str(owner).rstrip("."), ttl, dns.rdatatype.to_text(data.rdtype), data.to_text())
            for owner, ttl, data in found.iterate_rdatas()
            if str(owner) not in (f"{zone}.", f"dc01.{zone}.")
        )


class Samba(Updated):
    """Read name by name: its own DNS server transfers nothing."""

    name = "samba"

    def __init__(self, controller: samba.Controller) -> None:
        super().__init__(controller.address, 53, [samba.DOMAIN])
        self._signer = signed_by_kerberos(
            samba.NAME, controller.address, 53, 10, principal=samba.PRINCIPAL, password=samba.PASSWORD
        )

    def sign(self, message: Any) -> None:
        self._signer.sign(message)

    @contextlib.contextmanager
    def server(self) -> Iterator[DnsServer]:
        yield UpdatedServer("dc01", self.address, 53, self._signer)

    def held(self, zone: str) -> list[str] | None:
        if zone not in self.zones:
            return None
        found = {line for name in self.names for kind in _TYPES for line in self._asked(zone, name, kind)}
        # No test holds elsewhere what a wildcard says.
        wild = {line.removeprefix("*") for line in found if line.startswith("* ")}
        return sorted(line for line in found if line.startswith("* ") or line[line.index(" ") :] not in wild)

    def _asked(self, zone: str, name: str, kind: str) -> Iterator[str]:
        reply = dns.query.udp_with_fallback(dns.message.make_query(f"{name}.{zone}", kind), self.address, 10)[0]
        for rrset in reply.answer + reply.authority:
            owner = str(rrset.name).rstrip(".").lower()
            if owner == f"{name}.{zone}":
                told = dns.rdatatype.to_text(rrset.rdtype)
                yield from (_line(zone, owner, rrset.ttl, told, data.to_text()) for data in rrset)
