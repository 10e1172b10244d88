# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Questions to one authoritative DNS server, and the comparison of its answers with the plan.

What nslookup did by hand: every given server is asked itself, without recursion, so that no cache and no other server
can speak for it. Asking and judging are apart: ``ask_all`` returns answers, ``judge`` compares them and does no I/O.
"""

from __future__ import annotations

import ipaddress
import socket
import struct
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils import seam_dns
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof import result as proof
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import ProofResult
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

# The server was reached, and what it says is not what the plan says; everything else is not known.
_WRONG = (ALIAS, NXDOMAIN, NODATA, NOT_AUTHORITATIVE)
_SUPPORTED = ("A", "AAAA", "SRV")
# No host of a customer has this name: only a wildcard record answers for it.
WILDCARD_LABEL = "ucops-rollout-no-such-name"

_SAYS = {
    NXDOMAIN: "the name does not exist",
    NODATA: "the name exists, but has no {type} record",
    REFUSED: "the server refuses to answer",
    SERVFAIL: "the server could not answer (SERVFAIL)",
    ERROR: "the server answers with an error",
    NOT_AUTHORITATIVE: "the server answers, but does not hold the zone (the answer is not authoritative)",
    GARBLED: "the answer is garbled",
    TIMEOUT: "no answer",
    UNREACHABLE: "the server cannot be reached",
}
_ADVICE = {
    NXDOMAIN: "Add the record, or wait until the zone is replicated to this server",
    NODATA: "Add the record, or wait until the zone is replicated to this server",
    ALIAS: "Remove the alias (CNAME) and add the planned record",
    REFUSED: "Allow queries from this host, or see whether the zone is on this server at all",
    SERVFAIL: "See in the server's event log whether the zone is loaded",
    ERROR: "See whether the address is that of the right DNS server",
    NOT_AUTHORITATIVE: "Create the zone on this server, or take the server off the list",
    GARBLED: "See what answers on that address and port",
    TIMEOUT: "Check the address, and the firewall for UDP and TCP",
    UNREACHABLE: "Check the address, the DNS service, and the firewall for UDP and TCP",
}


@dataclass(frozen=True)
class NameServer:
    """An authoritative server; ``address`` is an IP address, so that no name is looked up within the proof.

    ``problem`` says why there is no address; then nothing is asked.
    """

    name: str
    address: str
    port: int = 53
    problem: str = ""

    @property
    def place(self) -> str:
        """``10.0.0.5:53``."""
        return proof.endpoint_text(self.address, self.port)


@dataclass(frozen=True)
class Question:
    """A record set to ask for. ``or_recursive``: with recursion when the server does not hold the zone."""

    name: str
    type: str
    or_recursive: bool = False


@dataclass(frozen=True)
class DnsAnswer:
    """What one server said to one question.

    ``values`` are in the plan's shape (addresses; SRV mappings), sorted; ``alias`` is the target of a CNAME at the
    name. All text that came over the network is ASCII with escapes, safe to print.
    """

    server: NameServer
    question: Question
    state: str
    values: tuple[Any, ...] = ()
    ttl: int | None = None
    alias: str = ""
    transport: str = ""
    detail: str = ""


def parse_servers(given: Sequence[Mapping[str, Any]]) -> tuple[NameServer, ...]:
    """Servers from a module's argument ``servers``; raises ``RolloutError`` for an address that leads nowhere."""
    return tuple(_server(item, f"servers[{index}].address") for index, item in enumerate(given))


def _server(item: Mapping[str, Any], where: str) -> NameServer:
    """A name is looked up once, on the way in; what is asked, and shown in the results, is its address."""
    given = str(item["address"])
    if not given:
        raise RolloutError("empty", where=where, mend="Give the server's address")
    port = int(item.get("port") or 53)
    try:
        address, problem = str(ipaddress.ip_address(given)), ""
    except ValueError:
        address, problem = _looked_up(given)
    return NameServer(str(item.get("name") or given), address, port, problem)


def _looked_up(name: str) -> tuple[str, str]:
    """The address of a name; else the name itself and why it has none, so that the other servers are still asked."""
    try:
        return str(socket.getaddrinfo(name, None, type=socket.SOCK_DGRAM)[0][4][0]), ""
    except (OSError, UnicodeError) as error:
        return name, f"{name!a} is no IP address, and this host cannot look it up ({error})"


def ask(server: NameServer, question: Question, timeout: float) -> DnsAnswer:
    """Ask one server one question within ``timeout`` seconds: UDP, UDP again, TCP; never raises for the peer.

    Raises ``RolloutError`` when the name is none, or dnspython is missing.
    """
    seam_dns.require()
    if server.problem:
        return DnsAnswer(server, question, UNREACHABLE, detail=server.problem)
    answer = _ask_once(server, question, timeout, recursive=False)
    if question.or_recursive and answer.state == NOT_AUTHORITATIVE:
        return _ask_once(server, question, timeout, recursive=True)
    return answer


def _ask_once(server: NameServer, question: Question, timeout: float, *, recursive: bool) -> DnsAnswer:
    query = dns.message.make_query(_name(question.name), question.type)
    query.flags = dns.flags.Flag(dns.flags.RD if recursive else 0)
    try:
        reply, transport = _exchange(server, query, timeout)
        return _read(server, question, reply, transport, recursive=recursive)
    except dns.exception.Timeout:
        return DnsAnswer(server, question, TIMEOUT, detail=f"within {timeout:g} s")
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
    """Two tries over UDP, since a datagram may be lost; then TCP, which also says when nothing listens."""
    ends = time.monotonic() + timeout
    for _try in range(2):
        try:
            reply = dns.query.udp(query, server.address, timeout / 4, server.port, ignore_unexpected=True)
        except dns.exception.Timeout:
            continue
        if not reply.flags & dns.flags.TC:
            return reply, "udp"
        break
    left = max(ends - time.monotonic(), timeout / 4)
    return dns.query.tcp(query, server.address, left, server.port), "tcp"


def _read(
    server: NameServer, question: Question, reply: dns.message.Message, transport: str, *, recursive: bool
) -> DnsAnswer:
    answer = DnsAnswer(server, question, ERROR, transport=transport)
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
            return f"it refers to the servers of {_text(found.name)}"
    return "it gives a cached answer" if reply.answer else ""


def _read_values(answer: DnsAnswer, reply: dns.message.Message) -> DnsAnswer:
    """An alias at the name comes first: Windows and BIND return what it leads to in the same answer."""
    owner = _name(answer.question.name)
    for found in reply.answer:
        if found.name == owner and found.rdtype == dns.rdatatype.CNAME:
            return replace(answer, state=ALIAS, alias=_text(found[0].target), ttl=found.ttl)
    if answer.state == NXDOMAIN:
        return answer
    for found in reply.answer:
        if found.name == owner and dns.rdatatype.to_text(found.rdtype) == answer.question.type:
            return replace(answer, values=_values(found), ttl=found.ttl)
    return replace(answer, state=NODATA)


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True)


def _values(found: dns.rrset.RRset) -> tuple[Any, ...]:
    if found.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
        return tuple(str(address) for address in sorted(ipaddress.ip_address(item.address) for item in found))
    return tuple(
        {"priority": item.priority, "weight": item.weight, "port": item.port, "target": _text(item.target)}
        for item in sorted(found, key=lambda item: (item.priority, item.weight, item.port, item.target))
    )


def check_records(records: Sequence[Mapping[str, Any]]) -> None:
    """Raise ``RolloutError`` when these are no records of a plan."""
    for index, record in enumerate(records):
        missing = [key for key in ("zone", "fqdn", "type", "values") if key not in record]
        if missing:
            raise RolloutError(
                f"{', '.join(missing)} missing",
                where=f"records[{index}]",
                mend="Give the records of a plan (pool_plan) unchanged",
            )


def questions(records: Iterable[Mapping[str, Any]]) -> tuple[Question, ...]:
    """Everything that must be asked to judge these records of a plan, each question once, in a stable order."""
    wanted: dict[Question, None] = {}
    for record in records:
        if record["type"] in _SUPPORTED:
            wanted[Question(record["fqdn"], record["type"])] = None
        if record["type"] == "SRV":
            for target in _targets(record):
                wanted.update({Question(target, type, or_recursive=True): None for type in ("A", "AAAA")})
        wanted[_wildcard(record["zone"])] = None
    return tuple(wanted)


def _targets(record: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(value["target"] for value in record["values"]))


def _wildcard(zone: str) -> Question:
    return Question(f"{WILDCARD_LABEL}.{zone}", "A")


Answers = Mapping["tuple[NameServer, Question]", DnsAnswer]


def ask_all(servers: Sequence[NameServer], wanted: Sequence[Question], timeout: float) -> Answers:
    """Every question to every server. A server that does not answer the first one is not asked the others."""
    first = [(server, question) for server in servers for question in wanted[:1]]
    answers = {(answer.server, answer.question): answer for answer in _ask_pairs(first, timeout)}
    silent = {answer.server: answer for answer in answers.values() if answer.state in (TIMEOUT, UNREACHABLE)}
    rest = [(server, question) for server in servers for question in wanted[1:]]
    for answer in _ask_pairs([pair for pair in rest if pair[0] not in silent], timeout):
        answers[answer.server, answer.question] = answer
    for server, question in rest:
        if server in silent:
            answers[server, question] = replace(silent[server], question=question)
    return answers


def _ask_pairs(pairs: Sequence[tuple[NameServer, Question]], timeout: float) -> list[DnsAnswer]:
    return proof.in_parallel(lambda pair: ask(pair[0], pair[1], timeout), pairs)


def judge(records: Sequence[Mapping[str, Any]], servers: Sequence[NameServer], answers: Answers) -> list[ProofResult]:
    """One result per record and server, then one per SRV target and server; in the order of records, then servers."""
    results = [_judge_record(record, server, answers) for record in records for server in servers]
    pairs = {(target, server): None for record in records for target in _srv_targets(record) for server in servers}
    return results + [_judge_target(target, server, answers) for target, server in pairs]


def _srv_targets(record: Mapping[str, Any]) -> list[str]:
    return _targets(record) if record["type"] == "SRV" else []


def planned(records: Sequence[Mapping[str, Any]], servers: Sequence[NameServer]) -> list[ProofResult]:
    """What ``judge`` would check, without any answer."""
    return [
        replace(result, state=proof.WOULD_BE_CHECKED, message="would be asked for", found=None)
        for result in judge(records, servers, {})
    ]


def _judge_record(record: Mapping[str, Any], server: NameServer, answers: Answers) -> ProofResult:
    subject = f"{record['fqdn']} {record['type']}"
    result = ProofResult(
        "record", subject, proof.UNPROVED, "", server.name, server.place, expected=list(record["values"])
    )
    if record["type"] not in _SUPPORTED:
        return replace(result, message=f"records of type {record['type']} cannot be checked")
    answer = answers.get((server, Question(record["fqdn"], record["type"])))
    if answer is None:
        return replace(result, message="not asked")
    if answer.state != ANSWERED:
        return _not_answered(result, answer)
    return _compare(replace(result, found=list(answer.values)), record, answer)


def _not_answered(result: ProofResult, answer: DnsAnswer) -> ProofResult:
    return replace(result, state=state_of(answer), message=explain(answer), found=_alias(answer))


def _alias(answer: DnsAnswer) -> Any:
    return [{"alias": answer.alias}] if answer.alias else None


def state_of(answer: DnsAnswer) -> str:
    """What an answer other than the expected one proves."""
    if answer.state == ANSWERED:
        return proof.PROVED
    return proof.FAILED if answer.state in _WRONG else proof.UNPROVED


def explain(answer: DnsAnswer) -> str:
    """Why there is no plain answer, and what to do; one line for people."""
    if answer.state == ALIAS:
        says = f"the name is an alias (CNAME) of {answer.alias}"
    else:
        says = _SAYS[answer.state].format(type=answer.question.type)
    detail = f" ({answer.detail})" if answer.detail else ""
    return f"{says}{detail}. {_ADVICE[answer.state]}"


def _compare(result: ProofResult, record: Mapping[str, Any], answer: DnsAnswer) -> ProofResult:
    expected, found = _by_key(record["values"]), _by_key(answer.values)
    missing = [show for key, show in expected.items() if key not in found]
    surplus = [show for key, show in found.items() if key not in expected]
    if not missing and not surplus:
        return replace(result, state=proof.PROVED, message=f"as planned{_remarks(record, answer)}")
    parts = [f"missing: {', '.join(missing)}"] if missing else []
    parts += [f"not planned: {', '.join(surplus)}"] if surplus else []
    return replace(result, state=proof.FAILED, message=f"{'; '.join(parts)}{_remarks(record, answer)}")


def _remarks(record: Mapping[str, Any], answer: DnsAnswer) -> str:
    planned_ttl = record.get("ttl")
    remarks = f"; TTL {answer.ttl}"
    if planned_ttl is not None and planned_ttl != answer.ttl:
        remarks += f" instead of {planned_ttl}"
    return remarks + ("; answered over TCP" if answer.transport == "tcp" else "")


def _by_key(values: Iterable[Any]) -> dict[Any, str]:
    """Values by what makes them equal for DNS (names without regard to case), with the text to show."""
    keyed: dict[Any, str] = {}
    for value in values:
        if isinstance(value, Mapping):
            numbers = (int(value["priority"]), int(value["weight"]), int(value["port"]))
            name = _name(str(value["target"]))
            keyed[(*numbers, name)] = "{} {} {} {}".format(*numbers, _text(name))
        else:
            keyed[_address(value)] = str(_address(value))
    return keyed


def _address(value: Any) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(str(value))
    except ValueError:
        raise RolloutError(f"{value!a} in a planned record is no IP address")


def _judge_target(target: str, server: NameServer, answers: Answers) -> ProofResult:
    """RFC 2782: the target has address records, and is no alias."""
    result = ProofResult("srv_target", target, proof.UNPROVED, "not asked", server.name, server.place)
    given = [answers.get((server, Question(target, type, or_recursive=True))) for type in ("A", "AAAA")]
    seen = [answer for answer in given if answer is not None]
    aliases = [answer for answer in seen if answer.state == ALIAS]
    addresses = [value for answer in seen for value in answer.values]
    if aliases:
        found = _alias(aliases[0])
        return replace(result, state=proof.FAILED, message=_target_is_alias(aliases[0]), found=found)
    if addresses:
        return replace(result, state=proof.PROVED, message="resolves, and is no alias", found=addresses)
    if seen:
        return _not_answered(result, next((answer for answer in seen if answer.state not in _WRONG), seen[0]))
    return result


def _target_is_alias(answer: DnsAnswer) -> str:
    return (
        f"the target of a SRV record must not be an alias (RFC 2782), and this is one of {answer.alias}."
        " Give the target an address record of its own"
    )


def hints(records: Sequence[Mapping[str, Any]], servers: Sequence[NameServer], answers: Answers) -> list[str]:
    """What is not wrong, but will surprise: a wildcard answers for every name that a client tries first."""
    zones = list(dict.fromkeys(record["zone"] for record in records))
    found = []
    for zone in zones:
        for server in servers:
            answer = answers.get((server, _wildcard(zone)))
            if answer is not None and answer.state in (ANSWERED, ALIAS):
                found.append(_wildcard_hint(zone, server))
    return found


def _wildcard_hint(zone: str, server: NameServer) -> str:
    return (
        f"{server.name} ({server.place}) answers for any name in {zone}: there is a wildcard record (*.{zone})."
        " Clients that try other names first (sipinternal, lyncdiscoverinternal) will be sent to what it points to"
    )
