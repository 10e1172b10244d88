# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The DNS listener, UDP and TCP: answers from the store with authority; what lies outside is not resolved."""

from __future__ import annotations

import contextlib
import itertools
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.message import Message
from dns.name import Name
from dns.rdatatype import RdataType

from lab.dns.store import FORWARDER, NO_TRANSFERS, DnsStore, Record, Zone

_LONGEST_CHAIN = 8
_PLAIN_UDP = 512
_RECORDS_PER_MESSAGE = 200
_TRANSFERS = (dns.rdatatype.AXFR, dns.rdatatype.IXFR)
# Zone.SecureSecondaries.
_TO_ANY, _TO_NAME_SERVERS, _TO_LISTED = 0, 1, 2


class Answerer:
    """Turns a query into a response. `outside` are records that recursion would find in the rest of the world."""

    def __init__(self, store: DnsStore, outside: list[Record], *, recursion: bool = True) -> None:
        self._store, self._outside, self._recursion = store, outside, recursion

    def answer(self, wire: bytes, *, tcp: bool) -> bytes | None:
        """The response's bytes; None for what is no query at all."""
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return _format_error(wire)
        if query.flags & dns.flags.QR:
            return None
        response = dns.message.make_response(query, recursion_available=self._recursion)
        with self._store.lock:
            self._fill(query, response)
        size = 65535 if tcp else max(query.payload if query.edns >= 0 else _PLAIN_UDP, _PLAIN_UDP)
        return _wire(response, size)

    def transfer(self, wire: bytes, client: str) -> list[bytes]:
        """The messages of a whole zone for a client that may have it; none for any other question."""
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return []
        if query.opcode() != dns.opcode.QUERY or [one.rdtype in _TRANSFERS for one in query.question] != [True]:
            return []
        with self._store.lock:
            zone = self._store.find(query.question[0].name)
            return _whole(zone, query) if zone and zone.is_served and self._may_have(zone, client) else []

    def _may_have(self, zone: Zone, client: str) -> bool:
        allowed = zone.settings.get("SecureSecondaries", NO_TRANSFERS)
        if allowed == _TO_NAME_SERVERS:
            names = [one.rdata.target for one in zone.at(zone.name) if one.kind == "NS"]  # type: ignore[attr-defined]
            return any(client == one.rdata.to_text() for name in names for one in self._addresses(name))
        return allowed == _TO_ANY or allowed == _TO_LISTED and client in (zone.settings.get("SecondaryServers") or ())

    def _addresses(self, name: Name) -> list[Record]:
        zone = self._store.zone_of(name)
        return [one for one in zone.at(name) if one.kind in ("A", "AAAA")] if zone else []

    def _fill(self, query: Message, response: Message) -> None:
        if query.opcode() != dns.opcode.QUERY or len(query.question) != 1:
            response.set_rcode(dns.rcode.REFUSED if query.opcode() == dns.opcode.UPDATE else dns.rcode.NOTIMP)
            return
        question = query.question[0]
        if question.rdclass != dns.rdataclass.IN or question.rdtype in _TRANSFERS:
            response.set_rcode(dns.rcode.REFUSED)
            return
        zone = self._store.zone_of(question.name)
        if zone is None or zone.kind == FORWARDER:
            self._elsewhere(query, response)
        elif not zone.is_served:
            response.set_rcode(dns.rcode.SERVFAIL)
        else:
            self._authoritative(zone, question.name, question.rdtype, response)

    # --- inside our zones --------------------------------------------------------------------------------------------

    def _authoritative(self, zone: Zone, name: Name, kind: RdataType, response: Message) -> None:
        response.flags |= dns.flags.AA
        seen: set[Name] = set()
        owner: Name | None = name
        current: Zone | None = zone
        while owner is not None and current is not None and len(seen) < _LONGEST_CHAIN and owner not in seen:
            seen.add(owner)
            owner = self._step(current, owner, kind, response)
            current = self._store.zone_of(owner) if owner is not None else None
            current = current if current and current.is_served else None

    def _step(self, zone: Zone, owner: Name, kind: RdataType, response: Message) -> Name | None:
        """One owner; returns the alias's target when the search goes on there."""
        cut = _delegation(zone, owner)
        if cut is not None:
            self._refer(zone, cut, response)
            return None
        found = zone.at(owner) or _wildcard(zone, owner)
        alias = [one for one in found if one.kind == "CNAME"]
        if alias and kind not in (dns.rdatatype.CNAME, dns.rdatatype.ANY):
            response.answer.append(_rrset(owner, alias))
            target: Name = alias[0].rdata.target  # type: ignore[attr-defined]
            return target
        fitting = [one for one in found if kind in (one.rdata.rdtype, dns.rdatatype.ANY)]
        if fitting:
            self._give(owner, fitting, response)
        else:
            self._deny(zone, owner, found, response)
        return None

    def _give(self, owner: Name, records: list[Record], response: Message) -> None:
        by_kind: dict[str, list[Record]] = {}
        for record in records:
            by_kind.setdefault(record.kind, []).append(record)
        # The order within a set is anybody's (round robin): dnspython shuffles it on the way out.
        response.answer += [_rrset(owner, same) for same in by_kind.values()]
        for record in records:
            self._add_addresses(record, response)

    def _add_addresses(self, record: Record, response: Message) -> None:
        target = getattr(record.rdata, "target", None) or getattr(record.rdata, "exchange", None)
        if record.kind not in ("SRV", "MX", "NS") or not isinstance(target, Name):
            return
        hosts = self._addresses(target)
        for kind in ("A", "AAAA"):
            same = [one for one in hosts if one.kind == kind]
            if same:
                addition = _rrset(target, same)
                response.additional += [] if addition in response.additional else [addition]

    def _deny(self, zone: Zone, owner: Name, found: list[Record], response: Message) -> None:
        exists = bool(found) or zone.reaches(owner)
        if not exists and not response.answer:
            response.set_rcode(dns.rcode.NXDOMAIN)
        if zone.soa is not None:
            lived = min(zone.soa.ttl, zone.default_ttl)
            response.authority.append(dns.rrset.from_rdata(zone.name, lived, zone.soa.rdata))

    def _refer(self, zone: Zone, cut: Name, response: Message) -> None:
        if not response.answer:
            response.flags &= ~dns.flags.AA
        servers = [one for one in zone.at(cut) if one.kind == "NS"]
        response.authority.append(_rrset(cut, servers))
        for server in servers:
            self._add_addresses(server, response)

    # --- outside -----------------------------------------------------------------------------------------------------

    def _elsewhere(self, query: Message, response: Message) -> None:
        """With recursion: what the rest of the world says. It does not answer, so the server fails; else it refuses."""
        question = query.question[0]
        if not (self._recursion and query.flags & dns.flags.RD):
            response.set_rcode(dns.rcode.REFUSED)
            return
        known = [one for one in self._outside if one.owner == question.name]
        fitting = [one for one in known if one.rdata.rdtype == question.rdtype]
        if fitting:
            response.answer.append(_rrset(question.name, fitting))
        elif not known:
            response.set_rcode(dns.rcode.SERVFAIL)


def _whole(zone: Zone, query: Message) -> list[bytes]:
    """The zone between its SOA record and that record once more (RFC 5936)."""
    soa = [one for one in zone.at(zone.name) if one.kind == "SOA"]
    rest = [one for one in zone.records if one.kind != "SOA"]
    return [_message(query, part) for part in _pieces([*soa, *rest, *soa])]


def _pieces(records: list[Record]) -> Iterator[list[Record]]:
    left = iter(records)
    while piece := list(itertools.islice(left, _RECORDS_PER_MESSAGE)):
        yield piece


def _message(query: Message, records: list[Record]) -> bytes:
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    response.answer = [_rrset(one.owner, [one]) for one in records]
    return response.to_wire(max_size=65535)


def _rrset(owner: Name, records: list[Record]) -> dns.rrset.RRset:
    """On the wire a set has one TTL: the shortest."""
    return dns.rrset.from_rdata_list(owner, min(one.ttl for one in records), [one.rdata for one in records])


def _delegation(zone: Zone, owner: Name) -> Name | None:
    """The owner of NS records below the apex at or above the name."""
    below = zone.path(owner)[1:]
    return next((name for name in below if any(one.kind == "NS" for one in zone.at(name))), None)


def _wildcard(zone: Zone, owner: Name) -> list[Record]:
    parent = owner
    while parent != zone.name and len(parent) > 1:
        if zone.reaches(parent):
            return []
        parent = parent.parent()
        found = zone.at(dns.name.Name((b"*", *parent.labels)))
        if found:
            return found
    return []


def _wire(response: Message, size: int) -> bytes:
    try:
        return response.to_wire(max_size=size)
    except dns.exception.TooBig:
        response.flags |= dns.flags.TC
        response.answer, response.authority, response.additional = [], [], []
        return response.to_wire(max_size=size)


def _format_error(wire: bytes) -> bytes | None:
    """FORMERR for something with a header; nothing for less."""
    if len(wire) < 12 or wire[2] & 0x80:
        return None
    return wire[:2] + struct.pack(">HHHHH", 0x8000 | dns.rcode.FORMERR, 0, 0, 0, 0)


class _Udp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, connection = self.request
        reply = self.server.answerer.answer(data, tcp=False)  # type: ignore[attr-defined]
        if reply is not None:
            connection.sendto(reply, self.client_address)


class _Tcp(socketserver.StreamRequestHandler):
    timeout = 30

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            while len(head := self.rfile.read(2)) == 2:
                answerer: Answerer = self.server.answerer  # type: ignore[attr-defined]
                asked = self.rfile.read(struct.unpack(">H", head)[0])
                whole = answerer.transfer(asked, self.client_address[0])
                for reply in whole or filter(None, [answerer.answer(asked, tcp=True)]):
                    self.wfile.write(struct.pack(">H", len(reply)) + reply)


class _UdpServer(socketserver.ThreadingUDPServer):
    daemon_threads = True
    allow_reuse_address = False
    max_packet_size = 65535


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True


class DnsListener:
    """Listens on UDP and TCP of one address and port."""

    def __init__(self, address: tuple[str, int], answerer: Answerer) -> None:
        self._address, self._answerer = address, answerer
        self._servers: list[Any] = []

    def start(self) -> None:
        for kind, handler in ((_UdpServer, _Udp), (_TcpServer, _Tcp)):
            server: Any = kind(self._address, handler)
            server.answerer = self._answerer
            server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            self._servers.append(server)
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._servers.clear()
