# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The comparison of what DNS servers answer with what a plan says. It asks nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import RecordType, Value
from ansible_collections.ucops.rollout.plugins.module_utils.model import OTHER_TEAM, OURS, REGISTERED_ELSEWHERE
from ansible_collections.ucops.rollout.plugins.module_utils.proof import result as proof
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_ask import (
    ADDRESS_TYPES,
    ALIAS,
    ANSWERED,
    ERROR,
    GARBLED,
    NODATA,
    NOT_AUTHORITATIVE,
    NXDOMAIN,
    REFUSED,
    SERVFAIL,
    TIMEOUT,
    UNREACHABLE,
    Answers,
    DnsAnswer,
    NameServer,
    Question,
    beside,
    question_of,
    wildcard,
)
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_records import ExpectedRecord
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import Cause, ProofResult

# What a record is checked for, or the target of one.
RECORD, REMOVED, SRV_TARGET = "record", "removed", "srv_target"

NO_SERVER = (
    "there is no DNS server to ask. Put the DNS servers into their inventory group, or give pool_verify_dns_servers"
)

NO_SERVER_CAUSE = Cause("no_server", "", NO_SERVER)

# What is said of another TTL than the planned one, where that is not ours to choose.
_THEIR_TTL = {
    REGISTERED_ELSEWHERE: ", chosen where the record is registered, usually by the computer; nobody needs to act",
    OTHER_TEAM: ", chosen by the team that enters the record; nobody needs to act",
}
# The server was reached, and what it says is not what the plan says; everything else is not known.
_WRONG = (ALIAS, NXDOMAIN, NODATA, NOT_AUTHORITATIVE)
_HELD = (ANSWERED, ALIAS, NXDOMAIN, NODATA)

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
    REFUSED: (
        "Either this server does not hold the zone: create it there, or take the server out of the NS records and the"
        " list; or it answers not everybody: allow queries from this host"
    ),
    SERVFAIL: (
        "See in the server's event log whether the zone is loaded, and not paused. A zone that it delegates must be on"
        " the servers that the delegation names"
    ),
    ERROR: "See whether the address is that of the right DNS server",
    NOT_AUTHORITATIVE: (
        "Either the zone is missing on this server: create it there; or the NS records of the zone above, or the list,"
        " name the wrong server: correct them"
    ),
    GARBLED: "See what answers on that address and port",
    TIMEOUT: "Check the address, and the firewall for UDP and TCP",
    UNREACHABLE: "Check the address, the DNS service, and the firewall for UDP and TCP",
}

_AWAIT = "Wait until the zone is replicated to this server, or replicate by hand"


def judge(
    records: Sequence[ExpectedRecord], servers: Sequence[NameServer], answers: Answers, label: str = ""
) -> list[ProofResult]:
    """One result per record and server, then one per SRV target and server; in the order of records, then servers.

    Without servers each record is unproved. ``label``: of a name that nobody has, as it was asked for.
    """
    if not servers:
        return [replace(_of_record(record), message=NO_SERVER, cause=NO_SERVER_CAUSE) for record in records]
    results = [_judge_record(record, server, answers, label) for record in records for server in servers]
    pairs = {(target, server): None for record in records for target in record.targets for server in servers}
    return results + [_judge_target(target, server, answers) for target, server in pairs]


def planned(records: Sequence[ExpectedRecord], servers: Sequence[NameServer]) -> list[ProofResult]:
    """What ``judge`` would check, without any answer."""
    return [
        replace(result, state=proof.WOULD_BE_CHECKED, message="would be asked for", found=None, cause=None)
        for result in judge(records, servers, {})
    ]


def _of_record(record: ExpectedRecord) -> ProofResult:
    subject = f"{record.fqdn} {record.type}"
    check = REMOVED if record.removed else RECORD
    return ProofResult(check, subject, proof.UNPROVED, "", expected=to_plain(record.values))


def _judge_record(record: ExpectedRecord, server: NameServer, answers: Answers, label: str) -> ProofResult:
    result = replace(_of_record(record), server=server.name, address=server.place)
    if record.row is None:
        return replace(result, message=f"records of type {record.type} cannot be checked")
    answer = answers.get((server, question_of(record)))
    if answer is None:
        return replace(result, message="not asked")
    if record.removed and answer.state in _HELD:
        return _judge_removed(result, record, record.row, answer, answers.get((server, beside(record, label))))
    if answer.state != ANSWERED:
        told = _not_answered(result, answer, _holders(record, server, answers))
        # Who does not hold the zone gives nothing of it, nor says that it is gone.
        return replace(told, state=proof.UNPROVED) if record.removed else told
    return _compare(replace(result, found=to_plain(answer.values)), record, record.row, answer)


def _holders(record: ExpectedRecord, server: NameServer, answers: Answers) -> list[str]:
    """The other servers that hold the zone of a record, by their answers."""
    asked = question_of(record)
    held = (one for one in answers.values() if one.question == asked and one.server != server and one.state in _HELD)
    return [one.server.name for one in held]


def _not_answered(result: ProofResult, answer: DnsAnswer, holders: Sequence[str] = ()) -> ProofResult:
    message, cause = explain(answer), cause_of(answer)
    if holders and answer.state in (NOT_AUTHORITATIVE, REFUSED):
        others = f". {', '.join(holders)} holds the zone, so that rather the list or the NS records are wrong"
        message += others
        cause = cause and replace(cause, mend=cause.mend + others)
    return replace(result, state=state_of(answer), message=message, found=_alias(answer), cause=cause)


def _alias(answer: DnsAnswer) -> Any:
    return [{"alias": answer.alias}] if answer.alias else None


def state_of(answer: DnsAnswer) -> str:
    """What an answer other than the expected one proves."""
    if answer.state == ANSWERED:
        return proof.PROVED
    return proof.FAILED if answer.state in _WRONG else proof.UNPROVED


def cause_of(answer: DnsAnswer) -> Cause | None:
    """What all questions that this server left without an answer in the same way have in common."""
    if answer.state in (ANSWERED, ALIAS):
        return None
    says = _SAYS[answer.state].format(type=answer.question.type)
    return Cause(answer.state, _who(answer.server), says, _ADVICE[answer.state])


def _who(server: NameServer) -> str:
    return f"DNS server {server.name} ({server.place})"


def explain(answer: DnsAnswer) -> str:
    """Why there is no plain answer, and what to do; one line for people."""
    if answer.state == ALIAS:
        says = f"the name is an alias (CNAME) of {answer.alias}"
    else:
        says = _SAYS[answer.state].format(type=answer.question.type)
    detail = f" ({answer.detail})" if answer.detail else ""
    return f"{says}{detail}. {_ADVICE[answer.state]}"


def _compare(result: ProofResult, record: ExpectedRecord, row: RecordType, answer: DnsAnswer) -> ProofResult:
    expected, found = _texts(row, record.values), _texts(row, answer.values)
    missing = [show for key, show in expected.items() if key not in found]
    surplus = [show for key, show in found.items() if key not in expected]
    parts = [f"missing: {', '.join(missing)}"] if missing else []
    parts += [f"not planned: {', '.join(surplus)}"] if surplus else []
    other_ttl = record.ttl is not None and record.ttl != answer.ttl
    # Whoever enters a record chooses its TTL.
    proved = not parts and not (other_ttl and record.managed == OURS)
    ttl = f"TTL {answer.ttl}"
    if other_ttl:
        ttl += _THEIR_TTL[record.managed] if proved else f" instead of {record.ttl}"
    said = [*(["as planned"] if proved else parts), ttl, *(["answered over TCP"] if answer.transport == "tcp" else [])]
    return replace(result, state=proof.PROVED if proved else proof.FAILED, message="; ".join(said))


def _judge_removed(
    result: ProofResult, record: ExpectedRecord, row: RecordType, answer: DnsAnswer, wild: DnsAnswer | None
) -> ProofResult:
    """Other values are others' affair, and so is what a wildcard gives for any name."""
    removed, of_any = _texts(row, record.values), _texts(row, wild.values if wild else ())
    found = [text for key, text in _texts(row, answer.values).items() if key in removed]
    still = [text for text in found if text.lower() not in of_any]
    result = replace(result, found=to_plain(answer.values) if answer.values else _alias(answer))
    if not still:
        told = f"; a wildcard record gives {', '.join(found)} for any name" if found else ""
        return replace(result, state=proof.PROVED, message=f"not given any more{told}")
    cause = Cause("still_given", _who(answer.server), "still gives what was removed", _AWAIT)
    message = f"still gives {', '.join(still)}, which was removed. {_AWAIT}"
    return replace(result, state=proof.FAILED, message=message, cause=cause)


def _texts(row: RecordType, values: Iterable[Value]) -> dict[str, str]:
    """Values by what makes them equal for DNS (names without regard to case), with the text to show."""
    return {text.lower(): text for text in map(row.text, values)}


def _judge_target(target: str, server: NameServer, answers: Answers) -> ProofResult:
    """RFC 2782: the target has address records, and is no alias."""
    result = ProofResult(SRV_TARGET, target, proof.UNPROVED, "not asked", server.name, server.place)
    given = [answers.get((server, Question(target, type, or_recursive=True))) for type in ADDRESS_TYPES]
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


def hints(records: Sequence[ExpectedRecord], servers: Sequence[NameServer], answers: Answers, label: str) -> list[str]:
    """What is not wrong, but will surprise: a wildcard answers for every name that a client tries first."""
    zones = list(dict.fromkeys(record.zone for record in records))
    found = []
    for zone in zones:
        for server in servers:
            answer = answers.get((server, wildcard(zone, label)))
            if answer is not None and answer.state in (ANSWERED, ALIAS):
                found.append(_wildcard_hint(zone, server))
    return found


def _wildcard_hint(zone: str, server: NameServer) -> str:
    return (
        f"{server.name} ({server.place}) answers for any name in {zone}: there is a wildcard record (*.{zone})."
        " Clients that try other names first (sipinternal, lyncdiscoverinternal) will be sent to what it points to"
    )
