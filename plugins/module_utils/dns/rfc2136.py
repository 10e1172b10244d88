# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The DNS port by dynamic update (RFC 2136), for BIND, Knot, Samba, and Windows zones that take it.

Everything of a zone goes in one message over TCP (in several where it is large), with prerequisites by which the server
refuses it when somebody changed a set in between. Messages are signed with a key (TSIG), or by Kerberos (GSS-TSIG).
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils import names, seam_dns
from ansible_collections.ucops.rollout.plugins.module_utils.dns import created
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import (
    PRIMARY,
    UPDATES,
    FoundRecord,
    WholeZoneServer,
    ZoneState,
    ZoneUpdate,
)
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import RECORD_TYPES, uniform
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import SrvData
from ansible_collections.ucops.rollout.plugins.module_utils.seam_dns import dns

# Bytes of one message before it is signed: below the 65,535 of TCP with room for names that do not compress.
MOST_BYTES = 48_000
# From so many owners on the whole zone costs less, if it may be transferred and is no larger than that.
MANY_OWNERS = 50
MOST_TRANSFERRED = 5_000
# All the others come by the last question, from who answers it: they stand in the way of an alias.
_ASKED = ("A", "AAAA", "SRV", "TXT", "PTR", "CNAME", "NS", "ANY")
_NOBODY = "_nobody-has-this-name"
_AT_ONCE = 100  # questions on their way on one connection


class UpdateRefused(RolloutError):
    """The server did not make the changes, or it is not known whether it did (``uncertain``)."""

    def __init__(self, what: str, *, where: str, mend: str = "", uncertain: bool = False) -> None:
        super().__init__(what, where=where, mend=mend)
        self.uncertain = uncertain


@dataclass(frozen=True)
class Signer:
    """How messages are signed: ``sign`` takes a message of dnspython. ``shown`` names the key, never its secret.

    ``questions``: whether questions are signed, too, and their answers must be.
    """

    sign: Callable[[Any], None] = lambda _message: None
    shown: str = "no key"
    questions: bool = False


def signed_by_key(name: str, secret: str, algorithm: str) -> Signer:
    """TSIG with a shared secret (RFC 8945), in base64.

    :raises RolloutError: the name, the secret or the algorithm is none.
    """
    seam_dns.require()
    try:
        key = dns.tsig.Key(dns.name.from_text(name), secret, dns.name.from_text(algorithm))
        if key.algorithm not in dns.tsig.mac_sizes or not key.secret:
            raise ValueError
    except (dns.exception.DNSException, ValueError, UnicodeError):
        # Without the cause, which may hold the secret.
        raise RolloutError(
            f"the TSIG key {name!a} cannot be used",
            mend="Give its name, its secret in base64 as tsig-keygen shows it, and its algorithm, such as hmac-sha256",
        ) from None
    return Signer(lambda message: message.use_tsig(key), name, questions=True)


@dataclass
class UpdatedServer(WholeZoneServer):
    """One server that takes dynamic updates; ``address`` is an IP address."""

    name: str
    address: str
    port: int = 53
    signer: Signer = field(default_factory=Signer)
    timeout: float = 10.0
    _strings: dict[tuple[str, Any], dict[Any, None]] = field(default_factory=dict, init=False)
    stamps: bool = False

    capabilities = UPDATES

    def __post_init__(self) -> None:
        seam_dns.require()

    # --- reading -----------------------------------------------------------------------------------------------------

    def zones(self, names: Sequence[str]) -> Mapping[str, ZoneState]:
        """Those whose SOA record the server gives with authority. Whether it is the primary, an update shows."""
        found = {}
        for name, reply in zip(names, self._ask_all([(name, "SOA") for name in names]), strict=True):
            if reply.rcode() == dns.rcode.SERVFAIL:  # as of a zone that it could not load
                raise self._error(f"asked for {name} SOA it says SERVFAIL", _READABLE)
            if any(_name_of(one.name) == name and one.rdtype == dns.rdatatype.SOA for one in _with_authority(reply)):
                found[name] = ZoneState(name, PRIMARY, in_directory=None)
        return found

    def serials(self, zones: Sequence[str]) -> Mapping[str, int]:
        replies = zip(zones, self._ask_all([(name, "SOA") for name in zones]), strict=True)
        held = ((name, one) for name, reply in replies for one in _with_authority(reply) if _name_of(one.name) == name)
        return {name: one[0].serial for name, one in held if one.rdtype == dns.rdatatype.SOA}

    def records(self, zone: str, owners: Sequence[str]) -> tuple[FoundRecord, ...]:
        """Of every type as far as the server tells it (RFC 8482). Time stamps are not seen by DNS."""
        unique = list(dict.fromkeys(owners))
        if len(unique) >= MANY_OWNERS and (whole := self._transferred(zone, MOST_TRANSFERRED)) is not None:
            asked = frozenset(unique)
            return tuple(one for one in whole if one.owner in asked)
        questions = [(owner, kind) for owner in unique for kind in _ASKED]
        found: dict[FoundRecord, None] = {}
        for (owner, kind), reply in zip(questions, self._ask_all(questions), strict=True):
            found.update(dict.fromkeys(self._records_in(reply, zone, owner, kind)))
        unheld = self._answered_by_wildcards(zone, found)
        return tuple(one for one in found if one.owner not in unheld)

    def _answered_by_wildcards(self, zone: str, found: Iterable[FoundRecord]) -> frozenset[str]:
        """The owners at which the zone itself holds nothing (RFC 4592)."""
        above = {one: [name for name in names.wildcards_for(one.owner, zone) if name != one.owner] for one in found}
        questions = list(dict.fromkeys((wild, one.type) for one, wilds in above.items() for wild in wilds))
        told = {
            (wild, record.type, record.value)
            for (wild, kind), reply in zip(questions, self._ask_all(questions) if questions else (), strict=True)
            for record in self._records_in(reply, zone, wild, kind)
        }
        alike = {one.owner for one, wilds in above.items() for wild in wilds if (wild, one.type, one.value) in told}
        return frozenset(owner for owner in alike if not self._in_use(zone, owner))

    def existing(self, zone: str, owners: Sequence[str]) -> frozenset[str]:
        """No wildcard above an existing name answers for a name below it: that one does not exist."""
        below = {name: f"{_NOBODY}.{name}" for name in owners if len(name) + len(_NOBODY) < names.LONGEST_NAME}
        questions = [(name, "A") for pair in below.items() for name in pair]
        replies = iter(self._ask_all(questions) if questions else ())
        asked = zip(below, replies, replies, strict=True)
        return frozenset(name for name, at, under in asked if not _is_none(at) and _is_none(under))

    def _in_use(self, zone: str, owner: str) -> bool:
        """Whether the zone has the name, asked by an update with nothing to change: no question of DNS tells that."""
        message = dns.update.UpdateMessage(zone)
        message.present(dns.name.from_text(owner))
        self.signer.sign(message)
        return bool(self._exchanged(message, zone, signed=self.signer.questions).rcode() != dns.rcode.NXDOMAIN)

    def _records_in(self, reply: Any, zone: str, owner: str, kind: str) -> Iterator[FoundRecord]:
        code = reply.rcode()
        if kind == "ANY" and (code in (dns.rcode.NOTIMP, dns.rcode.REFUSED) or _tells_nothing(reply)):
            return
        if code not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            raise self._error(f"asked for {owner} {kind} it says {dns.rcode.to_text(code)}", _READABLE)
        if reply.flags & dns.flags.TC and kind != "ANY":
            raise self._error(
                f"its answer for {owner} {kind} does not fit into a message, so it is not known what is there",
                "Remove records there that nobody needs, and run again",
            )
        for rrset in reply.answer:
            if _name_of(rrset.name) == owner:
                yield from self._of_set(zone, rrset)
        # A referral: the zone ends at that name, and its server holds nothing below.
        for rrset in reply.authority if not reply.flags & dns.flags.AA else ():
            if rrset.rdtype == dns.rdatatype.NS and names.is_within(_name_of(rrset.name), zone):
                yield from self._of_set(zone, rrset)

    def _of_set(self, zone: str, rrset: Any) -> Iterator[FoundRecord]:
        for record, rdata in _data_of(zone, rrset):
            if record.type == "TXT":
                self._strings.setdefault((record.owner, record.value), {})[rdata] = None
            yield record

    def all_records(self, zone: str) -> tuple[FoundRecord, ...]:
        whole = self._transferred(zone)
        if whole is None:
            raise self._error(
                f"the zone {zone} cannot be transferred", "Allow a transfer to this host or with this key"
            )
        return tuple(dict.fromkeys(whole))

    def _transferred(self, zone: str, most: int | None = None) -> list[FoundRecord] | None:
        """The whole zone, or None where it may not be transferred or has more records than that."""
        found: list[FoundRecord] = []
        query = self._query(zone, "AXFR", 1)
        try:
            with self._connected() as connection:
                ends = time.time() + self.timeout
                dns.query.send_tcp(connection, query, ends)
                starts, before = 0, None
                while starts < 2:
                    before = reply = _parsed(_wire(connection, ends), query, before)
                    if reply.rcode() != dns.rcode.NOERROR or not reply.answer:
                        return None
                    for rrset in reply.answer:
                        starts += len(rrset) if rrset.rdtype == dns.rdatatype.SOA else 0
                        found += self._of_set(zone, rrset)
                    if most is not None and len(found) > most:
                        return None
        except (dns.exception.DNSException, OSError, EOFError, ValueError, struct.error):
            return None  # then each name is asked for
        return found

    def _ask_all(self, questions: Sequence[tuple[str, str]]) -> list[Any]:
        """The replies in the order of the questions; all of them go over one connection."""
        replies: list[Any] = []
        try:
            with self._connected() as connection:
                for start in range(0, len(questions), _AT_ONCE):
                    replies += self._asked(connection, questions[start : start + _AT_ONCE])
        except dns.tsig.PeerError as error:
            raise self._unsigned(error) from None
        except dns.exception.Timeout:
            raise self._error(f"no answer within {self.timeout:.3g} s", self._reachable) from None
        except (OSError, EOFError) as error:
            raise self._error(
                f"the connection failed: {getattr(error, 'strerror', None) or 'closed'}", self._reachable
            ) from error
        except (dns.exception.DNSException, ValueError, struct.error) as error:
            raise self._error(f"the answer is none: {ascii(str(error))[1:-1]}", _READABLE) from error
        return replies

    def _asked(self, connection: socket.socket, questions: Sequence[tuple[str, str]]) -> Iterator[Any]:
        queries = {at: self._query(owner, kind, at) for at, (owner, kind) in enumerate(questions, 1)}
        ends = time.time() + self.timeout
        # In one piece: a question at a time is a packet each, both ways.
        connection.settimeout(self.timeout)
        try:
            connection.sendall(b"".join(query.to_wire(prepend_length=True) for query in queries.values()))
        except TimeoutError:
            raise dns.exception.Timeout from None
        replies: dict[int, Any] = {}
        while len(replies) < len(queries):
            # Servers may answer in another order (RFC 7766).
            wire = _wire(connection, ends)
            query = queries.get(int.from_bytes(wire[:2], "big"))
            if query is None:
                raise ValueError("a reply to nothing that was asked")
            replies[query.id] = _parsed(wire, query)
        return (replies[at + 1] for at in range(len(questions)))

    def _query(self, owner: str, kind: str, number: int) -> Any:
        query = dns.message.make_query(dns.name.from_text(owner), kind, id=number)
        query.flags = dns.flags.Flag(0)
        if self.signer.questions:
            self.signer.sign(query)
        return query

    # --- changing ----------------------------------------------------------------------------------------------------

    def update(self, update: ZoneUpdate) -> None:
        messages = list(_messages(update, self._strings))
        if len(messages) > 1:
            messages = [message for stage in _stages(update) for message in _messages(stage, self._strings)]
        for message in messages:
            self.signer.sign(message)
            self._send(message, update.zone)

    def _send(self, message: Any, zone: str) -> None:
        code = self._exchanged(message, zone).rcode()
        if code != dns.rcode.NOERROR:
            what, mend = _REFUSALS.get(dns.rcode.to_text(code), ("", ""))
            raise UpdateRefused(
                f"the update of {zone} was refused with {dns.rcode.to_text(code)}{what}", where=self.name, mend=mend
            )

    def _exchanged(self, message: Any, zone: str, *, signed: bool = True) -> Any:
        """The reply, whose signature must verify where it is to be ``signed``."""
        try:
            with self._connected() as connection:
                ends = time.time() + self.timeout
                dns.query.send_tcp(connection, message, ends)
                wire = _wire(connection, ends)
                return _parsed(wire, message) if signed else dns.message.from_wire(wire, keyring=False)
        except dns.tsig.PeerError as error:
            raise self._unsigned(error) from None
        except dns.exception.TooBig:
            raise UpdateRefused(
                f"the update of {zone} was not sent: what is held at one name, before and after, does not fit into a"
                " message",
                where=self.name,
                mend=f"Where that is what is remembered ({created.owner_of(zone)}), push with remember: false, or fewer"
                " records into one zone",
            ) from None
        except (dns.exception.DNSException, OSError, EOFError, ValueError, struct.error) as error:
            told = getattr(error, "strerror", None) or ascii(str(error))[1:-1] or type(error).__name__
            raise UpdateRefused(
                f"the update of {zone} was sent, and its reply did not come or cannot be trusted: {told}",
                where=self.name,
                mend=self._reachable,
                uncertain=True,
            ) from error

    @property
    def _reachable(self) -> str:
        return f"See that the server answers at {self.address} on TCP port {self.port} from this host, and run again"

    def _connected(self) -> socket.socket:
        return socket.create_connection((self.address, self.port), self.timeout)

    def _unsigned(self, error: Exception) -> RolloutError:
        return self._error(f"it refuses the signature by {self.signer.shown}: {_peer(error)}", _SIGNED)

    def _error(self, what: str, mend: str) -> RolloutError:
        return RolloutError(what, where=self.name, mend=mend)


# By owner and text the TXT records as they were read: where their strings end plays no part elsewhere.
Strings = Mapping[tuple[str, Any], Mapping[Any, None]]
# Long enough for any server that is there.
_SECONDS_TO_ASK = 5.0


def asked_only(servers: Iterable[Mapping[str, Any]]) -> list[UpdatedServer]:
    """Servers that are asked and told nothing, from the option ``other_servers``."""
    return [
        UpdatedServer(one["name"], one["address"], one.get("port") or 53, timeout=_SECONDS_TO_ASK) for one in servers
    ]


_READABLE = "See that it is authoritative for the zone and answers this host, and run again"
_SIGNED = "See that name, secret and algorithm of the key are those of the server, and that both clocks agree"
_CHANGED = ": somebody changed a record in between, and nothing was changed", "Run again: the new state is read"
_REFUSALS = {
    "NXRRSET": _CHANGED,
    "YXRRSET": _CHANGED,
    "YXDOMAIN": _CHANGED,
    "NXDOMAIN": _CHANGED,
    "REFUSED": (
        "",
        "Let the zone take updates from this host or of this key (allow-update or update-policy of BIND, acl of Knot,"
        " secure dynamic updates of Active Directory)",
    ),
    "NOTAUTH": ("", "Name the server that holds the zone as primary"),
    "NOTIMP": ("", "This server takes no dynamic updates; name the primary server of the zone"),
    "SERVFAIL": (
        "",
        "See the server's own log: often it cannot write its journal or the zone's file, or a name would have more"
        " records than it takes (max-records-per-type of BIND, 100 unless set)",
    ),
}


def _peer(error: Exception) -> str:
    return {"PeerBadKey": "it does not know the key", "PeerBadTime": "the clocks differ"}.get(
        type(error).__name__, "it does not verify"
    )


def _tells_nothing(reply: Any) -> bool:
    """Whether it is the answer of who does not tell all records of a name (RFC 8482 section 4.2)."""
    return any(one.cpu == b"RFC8482" for rrset in reply.answer if rrset.rdtype == dns.rdatatype.HINFO for one in rrset)


def _is_none(reply: Any) -> bool:
    """Whether the name that was asked for does not exist; an alias to such a name is there."""
    return reply.rcode() == dns.rcode.NXDOMAIN and not reply.answer


def _with_authority(reply: Any) -> Iterable[Any]:
    return reply.answer if reply.flags & dns.flags.AA else ()


def _name_of(name: Any) -> str:
    return uniform(name.to_text(omit_final_dot=True))


def _data_of(zone: str, rrset: Any) -> Iterator[tuple[FoundRecord, Any]]:
    """The records of a set, each with its data as it came."""
    if rrset.rdclass != dns.rdataclass.IN:
        raise ValueError("a record of another class than IN")
    kind = dns.rdatatype.to_text(rrset.rdtype)
    row = RECORD_TYPES.get(kind)
    for rdata in rrset:
        value = row.from_wire(rdata) if row else uniform(rdata.to_text())
        yield FoundRecord(zone, _name_of(rrset.name), kind, _lowered(kind, value), rrset.ttl), rdata


def _lowered(kind: str, value: Any) -> Any:
    """Names compare without regard to case; texts do not."""
    if isinstance(value, SrvData):
        return replace(value, target=uniform(value.target))
    return value if kind == "TXT" else uniform(value)


def _wire(connection: socket.socket, ends: float) -> bytes:
    """One message as it came, which by its form is at most 65,535 bytes."""
    length = int.from_bytes(_exactly(connection, 2, ends), "big")
    return _exactly(connection, length, ends)


def _exactly(connection: socket.socket, count: int, ends: float) -> bytes:
    data = b""
    while len(data) < count:
        left = ends - time.time()
        if left <= 0:
            raise dns.exception.Timeout
        connection.settimeout(left)
        try:
            more = connection.recv(count - len(data))
        except TimeoutError:
            raise dns.exception.Timeout from None
        if not more:
            raise EOFError
        data += more
    return data


def _parsed(wire: bytes, query: Any, before: Any = None) -> Any:
    """The reply; one to a signed message must be signed, but for the refusal of the signature itself.

    :param before: the message before it, of a transfer in several.
    """
    reply = dns.message.from_wire(
        wire,
        keyring=query.keyring,
        request_mac=query.mac,
        multi=True,
        one_rr_per_rrset=True,  # a transfer ends with the record that it began with
        tsig_ctx=before.tsig_ctx if before is not None else None,
    )
    if not query.is_response(reply) and before is None:
        raise ValueError("a reply to something else")
    if query.had_tsig and not reply.had_tsig and reply.rcode() == dns.rcode.NOERROR and before is None:
        raise ValueError("a reply without the signature that was asked for")
    return reply


def _stages(update: ZoneUpdate) -> tuple[ZoneUpdate, ZoneUpdate, ZoneUpdate]:
    """In this order nothing is there that is not remembered, wherever it ends: remember, change, forget."""
    memory = created.owner_of(update.zone)
    new, add = _parted(update.add, memory)
    old, remove = _parted(update.remove, memory)
    key = (memory, created.KIND)
    held = {**update.expected, key: (*update.expected.get(key, ()), *(one.value for one in new))}
    return (
        replace(update, add=new, remove=()),
        replace(update, add=add, remove=remove),
        replace(update, add=(), remove=old, expected=held, unused=update.unused - {memory}),
    )


def _parted(records: Iterable[FoundRecord], owner: str) -> tuple[tuple[FoundRecord, ...], tuple[FoundRecord, ...]]:
    """Those at a name, and the others."""
    held = tuple(records)
    return tuple(one for one in held if one.owner == owner), tuple(one for one in held if one.owner != owner)


def _messages(update: ZoneUpdate, strings: Strings) -> Iterator[Any]:
    """Update messages with the prerequisites of the sets that they change; what happens at a name is never torn."""
    message, size, gone = dns.update.UpdateMessage(update.zone), 0, frozenset(update.remove)
    for owner, records in _by_owner(update).items():
        kinds = {record.type for record in records}
        cost = _cost(records) + _cost_of_guards(update, owner, kinds)
        if size and size + cost > MOST_BYTES:
            yield message
            message, size = dns.update.UpdateMessage(update.zone), 0
        _guard(message, update, owner, kinds, strings)
        size += cost
        name = dns.name.from_text(owner)
        for record in records:
            # What goes comes first: no other record can be added beside an alias, nor an alias beside others.
            if record in gone:
                message.delete(name, *_as_read(owner, record.type, record.value, strings))
            else:
                message.add(name, record.ttl, _data(record.type, record.value))
    if size:
        yield message


def _by_owner(update: ZoneUpdate) -> dict[str, list[FoundRecord]]:
    owners: dict[str, list[FoundRecord]] = {}
    for record in (*update.remove, *update.add):
        owners.setdefault(record.owner, []).append(record)
    return owners


def _guard(message: Any, update: ZoneUpdate, owner: str, kinds: Iterable[str], strings: Strings) -> None:
    name = dns.name.from_text(owner)
    if owner in update.unused:
        message.absent(name)
        return
    for kind in sorted(kinds):
        expected = update.expected.get((owner, kind), ())
        if expected:
            message.present(name, *(data for value in expected for data in _as_read(owner, kind, value, strings)))
        else:
            message.absent(name, kind)


def _as_read(owner: str, kind: str, value: Any, strings: Strings) -> Sequence[Any]:
    """The data on the server; one text may be there as several records, each in other strings."""
    held = strings.get((owner, value)) if kind == "TXT" else None
    return list(held) if held else [_data(kind, value)]


def _data(kind: str, value: Any) -> Any:
    return dns.rdata.from_text("IN", kind, RECORD_TYPES[kind].absolute_text(value))


def _cost(records: Iterable[FoundRecord]) -> int:
    """At most so many bytes, but for names that are repeated and shorter then."""
    return sum(len(one.owner) + 12 + len(RECORD_TYPES[one.type].absolute_text(one.value)) for one in records)


def _cost_of_guards(update: ZoneUpdate, owner: str, kinds: Iterable[str]) -> int:
    held = [(kind, value) for kind in kinds for value in update.expected.get((owner, kind), ())]
    return len(owner) + 12 + sum(len(owner) + 12 + len(RECORD_TYPES[kind].absolute_text(one)) for kind, one in held)
