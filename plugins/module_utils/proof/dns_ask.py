# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Questions to authoritative DNS servers, and their answers; ``dns_judge`` compares these with the plan.

What nslookup did by hand: every given server is asked itself, without recursion, so that no cache and no other server
can speak for it.
"""

from __future__ import annotations

import ipaddress
import socket
import struct
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils import names, seam_dns
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import RECORD_TYPES, Value
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import OTHER_TEAM
from ansible_collections.ucops.rollout.plugins.module_utils.proof import result as proof
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_records import ExpectedRecord
from ansible_collections.ucops.rollout.plugins.module_utils.proof.side_by_side import (
    NOT_AGAIN,
    SILENT_EARLIER,
    Silence,
    in_parallel,
)
from ansible_collections.ucops.rollout.plugins.module_utils.seam_dns import dns

ANSWERED = "answered"
ALIAS = "alias"
NXDOMAIN = "nxdomain"
NODATA = "nodata"
REFUSED = "refused"
SERVFAIL = "servfail"
ERROR = "error"
NOT_AUTHORITATIVE = "not_authoritative"
GARBLED = "garbled"
TIMEOUT = "timeout"
UNREACHABLE = "unreachable"

_MOST_NAMED = 4
# What is asked for where a name is to be connected to.
ADDRESS_TYPES = tuple(row.name for row in RECORD_TYPES.values() if row.is_address)
# Asked for to learn who else holds a zone; nobody plans such records.
NS = "NS"
_FROM_WIRE = {name: row.from_wire for name, row in RECORD_TYPES.items()} | {NS: lambda rdata: _text(rdata.target)}


@dataclass(frozen=True)
class NameServer:
    """An authoritative server; ``address`` is an IP address, so that no name is looked up within the proof.

    ``problem`` says why there is no address; then nothing is asked. ``view``: whose records it holds, "" for all;
    ``zones``: the only ones that it is asked for, none for all.
    """

    name: str
    address: str
    port: int = 53
    problem: str = ""
    view: str = ""
    zones: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """``10.0.0.5:53``."""
        return proof.endpoint_text(self.address, self.port)


@dataclass(frozen=True)
class Question:
    """A record set to ask for. ``or_recursive``: with recursion, as a client asks, when the server does not hold the
    zone."""

    name: str
    type: str
    or_recursive: bool = False


@dataclass(frozen=True)
class DnsAnswer:
    """What one server said to one question.

    ``values`` as the type's row in ``record_types`` has them, sorted as DNS does; ``alias`` is the
    target of a CNAME at the name. All text that came over the network is ASCII with escapes, safe to print.
    """

    server: NameServer
    question: Question
    state: str
    values: tuple[Value, ...] = ()
    ttl: int | None = None
    alias: str = ""
    transport: str = ""
    detail: str = ""


class _Garbled(ValueError):
    """An answer that is none; it says why."""


def parse_servers(given: Sequence[Mapping[str, Any]]) -> tuple[NameServer, ...]:
    """Servers from a module's argument ``servers``; raises ``RolloutError`` for an address that leads nowhere."""
    return tuple(_server(item, f"servers[{index}]") for index, item in enumerate(given))


def _server(item: Mapping[str, Any], where: str) -> NameServer:
    """A name is looked up once, on the way in; what is asked, and shown in the results, is its address."""
    given = str(item["address"])
    if not given:
        raise RolloutError("empty", where=f"{where}.address", mend="Give the server's address")
    port = int(item.get("port") or 53)
    if not 0 < port < 65536:
        raise RolloutError(f"{port} is no port", where=f"{where}.port", mend="Give a number from 1 to 65535")
    try:
        address, problem = str(ipaddress.ip_address(given)), ""
    except ValueError:
        address, problem = _looked_up(given)
    view, zones = str(item.get("view") or ""), tuple(item.get("zones") or ())
    return NameServer(str(item.get("name") or given), address, port, problem, view, zones)


def _looked_up(name: str) -> tuple[str, str]:
    """The address of a name; else the name itself and why it has none, so that the other servers are still asked."""
    try:
        return str(socket.getaddrinfo(name, None, type=socket.SOCK_DGRAM)[0][4][0]), ""
    except (OSError, UnicodeError) as error:
        return name, f"{name!a} is no IP address, and this host cannot look it up ({error})"


def ask(
    server: NameServer, question: Question, timeout: float, clock: Callable[[], float] = time.monotonic
) -> DnsAnswer:
    """Ask one server one question within ``timeout`` seconds: UDP, UDP again, TCP; never raises for the peer.

    Asking once more with recursion has what is left of that time; where nothing is left, the first answer stands.

    Raises ``RolloutError`` when the name is none, or dnspython is missing.
    """
    seam_dns.require()
    if server.problem:
        return DnsAnswer(server, question, UNREACHABLE, detail=server.problem)
    ends = clock() + timeout
    answer = _ask_once(server, question, timeout, recursive=False)
    left = ends - clock()
    if question.or_recursive and answer.state in (NOT_AUTHORITATIVE, REFUSED) and left > 0:
        return _ask_once(server, question, left, recursive=True)
    return answer


def _ask_once(server: NameServer, question: Question, timeout: float, *, recursive: bool) -> DnsAnswer:
    query = dns.message.make_query(_name(question.name), question.type)
    query.flags = dns.flags.Flag(dns.flags.RD if recursive else 0)
    try:
        reply, transport = _exchange(server, query, timeout)
        return _read(server, question, reply, transport, recursive=recursive)
    except dns.exception.Timeout:
        return DnsAnswer(server, question, TIMEOUT, detail=f"within {timeout:.3g} s")
    except (dns.exception.DNSException, ValueError, struct.error) as error:
        return DnsAnswer(server, question, GARBLED, detail=ascii(str(error))[1:-1])
    except (OSError, EOFError) as error:
        return DnsAnswer(server, question, UNREACHABLE, detail=getattr(error, "strerror", None) or "connection closed")


def _name(text: str) -> dns.name.Name:
    try:
        return dns.name.from_text(text)
    except (dns.exception.DNSException, UnicodeError, ValueError) as error:
        raise RolloutError(f"{text!a} is no name that DNS can be asked for ({error})")


def _exchange(server: NameServer, query: dns.message.Message, timeout: float) -> tuple[dns.message.Message, str]:
    """Two tries over UDP, since a datagram may be lost; then TCP, which also says when nothing listens.

    A server that cut its answer short is there, whatever TCP says: that concerns this question alone.
    """
    cut = False
    ends = time.monotonic() + timeout
    for _try in range(2):
        try:
            reply = _over_udp(server, query, timeout / 4)
        except (dns.exception.Timeout, OSError):
            continue  # TCP says why
        if not reply.flags & dns.flags.TC:
            return reply, "udp"
        cut = True
        break
    left = max(ends - time.monotonic(), timeout / 4)
    try:
        reply = dns.query.tcp(query, server.address, left, server.port)
    except (dns.exception.Timeout, OSError, EOFError) as error:
        if not cut:
            raise
        raise _Garbled(
            "cut short over UDP, and TCP of the same port does not give it whole: open the firewall for it"
        ) from error
    if reply.flags & dns.flags.TC:
        raise _Garbled("cut short, over TCP too")
    return reply, "tcp"


def _over_udp(server: NameServer, query: dns.message.Message, seconds: float) -> dns.message.Message:
    """One datagram each way; whatever the server sends ends it.

    The socket is connected, so that the system drops what others send: dnspython reads that on and on, and looks at
    its clock only once there is nothing more to read.
    """
    family, kind, protocol, _name, place = socket.getaddrinfo(server.address, server.port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind, protocol) as connected:
        connected.setblocking(False)
        connected.connect(place)
        ends = time.time() + seconds  # by dnspython's clock
        dns.query.send_udp(connected, query, None, ends)
        reply: dns.message.Message = dns.query.receive_udp(connected, None, ends)[0]
    if not query.is_response(reply):
        raise dns.query.BadResponse
    return reply


def _read(
    server: NameServer, question: Question, reply: dns.message.Message, transport: str, *, recursive: bool
) -> DnsAnswer:
    answer = DnsAnswer(server, question, ERROR, transport=transport)
    foreign = [found for found in (*reply.answer, *reply.authority) if found.rdclass != dns.rdataclass.IN]
    if foreign:
        raise _Garbled(f"a record of class {dns.rdataclass.to_text(foreign[0].rdclass)}, where IN was asked for")
    states = {dns.rcode.NOERROR: ANSWERED, dns.rcode.NXDOMAIN: NXDOMAIN}
    states.update({dns.rcode.REFUSED: REFUSED, dns.rcode.SERVFAIL: SERVFAIL, dns.rcode.NOTAUTH: NOT_AUTHORITATIVE})
    state = states.get(reply.rcode(), ERROR)
    if state == ERROR:
        return replace(answer, detail=dns.rcode.to_text(reply.rcode()))
    if state not in (ANSWERED, NXDOMAIN):
        return replace(answer, state=state)
    if not recursive and not reply.flags & dns.flags.AA:
        return replace(answer, state=NOT_AUTHORITATIVE, detail=_referral(reply))
    return _read_values(replace(answer, state=state), reply)


def _referral(reply: dns.message.Message) -> str:
    for found in reply.authority:
        if found.rdtype == dns.rdatatype.NS:
            named = ", ".join(sorted(_text(one.target) for one in found)[:_MOST_NAMED])
            return f"it refers to the servers of {_text(found.name) or 'the root'}: {named}"
    return "it gives a cached answer" if reply.answer else ""


def _read_values(answer: DnsAnswer, reply: dns.message.Message) -> DnsAnswer:
    """An alias that nobody asked for comes first: Windows and BIND return what it leads to in the same answer."""
    owner, wanted = _name(answer.question.name), dns.rdatatype.from_text(answer.question.type)
    for found in reply.answer:
        if found.name == owner and found.rdtype == dns.rdatatype.CNAME and found.rdtype != wanted:
            return replace(answer, state=ALIAS, alias=_text(found[0].target), ttl=found.ttl)
    for found in reply.answer:
        if found.name == owner and found.rdtype == wanted and answer.state == ANSWERED:
            read = _FROM_WIRE[answer.question.type]
            return replace(answer, values=tuple(read(item) for item in sorted(found)), ttl=found.ttl)
    if reply.answer:
        first = reply.answer[0]
        raise _Garbled(f"it answers something else: {_text(first.name)} {dns.rdatatype.to_text(first.rdtype)}")
    return answer if answer.state == NXDOMAIN else replace(answer, state=NODATA)


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True)


def questions(records: Iterable[ExpectedRecord], label: str) -> tuple[Question, ...]:
    """Everything that must be asked to judge these records, each question once, in a stable order.

    ``label``: of a name that nobody has, for which only a wildcard record answers.
    """
    wanted: dict[Question, None] = {}
    for record in records:
        if record.row is not None:
            wanted[question_of(record)] = None
        if record.row is not None and record.removed:
            wanted[beside(record, label)] = None
        for target in record.targets:
            wanted.update({Question(target, type, or_recursive=True): None for type in ADDRESS_TYPES})
        wanted[wildcard(record.zone, label)] = None
    return tuple(wanted)


def question_of(record: ExpectedRecord) -> Question:
    """The question for a record; what another team enters may lie on servers that ours only know the way to."""
    return Question(record.fqdn, record.type, or_recursive=record.managed == OTHER_TEAM)


def wildcard(zone: str, label: str) -> Question:
    """The question that only a wildcard record of the zone answers."""
    return Question(f"{label}.{zone}", "A")


def beside(record: ExpectedRecord, label: str) -> Question:
    """The question that only the wildcard record answers which answers for the record's name once that is gone."""
    return Question(f"{label}.{names.parent(record.fqdn)}", record.type)


Answers = Mapping["tuple[NameServer, Question]", DnsAnswer]


def ask_all(
    servers: Sequence[NameServer], wanted: Sequence[Question], timeout: float, silence: Silence | None = None
) -> Answers:
    """Every question to every server. A server that does not answer the first one is not asked the others."""
    quiet = silence or Silence()
    pairs = [(server, question) for server in servers for question in wanted]
    found = in_parallel(
        lambda pair: ask_once_silent(pair[0], pair[1], timeout, quiet), pairs, place=lambda pair: pair[0].place
    )
    return dict(zip(pairs, found, strict=True))


def ask_once_silent(server: NameServer, question: Question, timeout: float, silence: Silence) -> DnsAnswer:
    """``ask``, but a server that is known not to answer is not waited for again."""

    def instead(first: DnsAnswer | None) -> DnsAnswer:
        if first is None:
            return DnsAnswer(server, question, TIMEOUT, detail=SILENT_EARLIER)
        return replace(first, question=question, detail="; ".join(filter(None, (first.detail, NOT_AGAIN))))

    return silence.probe(
        server.place,
        lambda: ask(server, question, timeout),
        is_silent=lambda answer: answer.state in (TIMEOUT, UNREACHABLE),
        instead=instead,
        # That a connection is refused shows at once, and a later check is to say so itself.
        is_known_later=lambda answer: answer.state == TIMEOUT,
    )
