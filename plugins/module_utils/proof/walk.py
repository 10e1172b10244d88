# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way that a client goes when it signs in by itself: SRV record, address, handshake, name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import SrvData
from ansible_collections.ucops.rollout.plugins.module_utils.names import domain
from ansible_collections.ucops.rollout.plugins.module_utils.proof import dns_ask, dns_judge, tls_judge
from ansible_collections.ucops.rollout.plugins.module_utils.proof import result as proof
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_ask import DnsAnswer, NameServer, Question
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import Cause, ProofResult
from ansible_collections.ucops.rollout.plugins.module_utils.proof.side_by_side import in_parallel
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_judge import Expectation
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_targets import Target
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake

# So many steps of one walk side by side.
_STEPS = 4
# No pool has so many services for one SIP domain, nor addresses of one target; an answer of DNS has room for thousands.
_MOST = 32
# The worst of the steps is the state of the whole walk.
_RANK = (proof.PROVED, proof.UNPROVED, proof.FAILED)

Ask = Callable[[NameServer, Question], DnsAnswer]
ShakeHands = Callable[[Target], Handshake]


@dataclass(frozen=True)
class WalkTools:
    """What the walk needs of the world: a way to ask a DNS server, and a way to shake hands."""

    ask: Ask
    shake_hands: ShakeHands
    port_map: Mapping[int, int]


@dataclass(frozen=True)
class _Step:
    state: str
    text: str
    cause: Cause | None = None
    remarks: tuple[str, ...] = ()


def sip_domains(given: Sequence[str]) -> tuple[str, ...]:
    """SIP domains as people write them, made uniform; raises for what is none, with its place."""
    found = []
    for index, text in enumerate(given):
        try:
            found.append(domain(text))
        except RolloutError as error:
            raise RolloutError(error.what, where=f"sip_domains[{index}]", mend=error.mend) from error
    return tuple(found)


def srv_owner(sip_domain: str) -> str:
    """The record that a client inside asks for first."""
    return f"_sipinternaltls._tcp.{sip_domain}"


def walk(sip_domain: str, server: NameServer, outside: WalkTools, expectation: Expectation) -> ProofResult:
    """One result for one SIP domain as one DNS server sends its users; ``found`` lists the steps."""
    # As a client asks: another team's zone lies on servers that this one only knows the way to.
    answer = outside.ask(server, Question(srv_owner(sip_domain), "SRV", or_recursive=True))
    result = ProofResult("sign_in", sip_domain, proof.UNPROVED, "", server.name, server.place, srv_owner(sip_domain))
    if answer.state != dns_ask.ANSWERED:
        message = f"{srv_owner(sip_domain)}: {dns_judge.explain(answer)}"
        return replace(result, state=dns_judge.state_of(answer), message=message, cause=dns_judge.cause_of(answer))
    services = sorted(
        (value for value in answer.values if isinstance(value, SrvData)),
        key=lambda value: (value.priority, -value.weight),
    )
    each = in_parallel(lambda value: _from_srv(value, server, outside, expectation), services[:_MOST], _STEPS)
    steps = [step for part in each for step in part] + _left_out(len(services), f"SRV records of {sip_domain}")
    state = max((step.state for step in steps), key=_RANK.index, default=proof.FAILED)
    shown = [step for step in steps if step.state == state]
    causes = {step.cause for step in shown}
    cause = causes.pop() if len(causes) == 1 else None
    message = "; ".join(step.text for step in shown)
    found = [step.text for step in steps]
    remarks = tuple(dict.fromkeys(remark for step in steps for remark in step.remarks))
    return replace(result, state=state, message=message, cause=cause, found=found, remarks=remarks)


def _from_srv(value: SrvData, server: NameServer, outside: WalkTools, expectation: Expectation) -> list[_Step]:
    target, port = value.target, value.port
    asked = [Question(target, type, or_recursive=True) for type in dns_ask.ADDRESS_TYPES]
    answers = in_parallel(lambda question: outside.ask(server, question), asked, _STEPS)
    addresses = [address for answer in answers for address in map(str, answer.values)]
    if not addresses:
        answer = next((answer for answer in answers if dns_judge.state_of(answer) != proof.FAILED), answers[0])
        text = f"SRV to {target}:{port}: {dns_judge.explain(answer)}"
        return [_Step(dns_judge.state_of(answer), text, dns_judge.cause_of(answer))]
    tried = in_parallel(
        lambda address: _connect(target, address, port, outside, expectation), addresses[:_MOST], _STEPS
    )
    return tried + _left_out(len(addresses), f"addresses of {target}")


def _left_out(number: int, of_what: str) -> list[_Step]:
    if number <= _MOST:
        return []
    return [_Step(proof.UNPROVED, f"only the first {_MOST} of {number} {of_what} were tried")]


def _connect(target: str, address: str, port: int, outside: WalkTools, expectation: Expectation) -> _Step:
    wanted = Target(target, address, port, through="", connect_to=outside.port_map.get(port, 0))
    result = tls_judge.compare(wanted, outside.shake_hands(wanted), expectation)
    text = f"SRV to {target}:{port}, address {wanted.place}: {result.message}"
    return _Step(result.state, text, result.cause, result.remarks)


def walk_all(
    sip_domains: Sequence[str], servers: Sequence[NameServer], outside: WalkTools, expectation: Expectation
) -> list[ProofResult]:
    """Every SIP domain at every server, in this order; without servers each SIP domain is unproved."""
    if not servers:
        return [
            replace(_unasked(domain, proof.UNPROVED, dns_judge.NO_SERVER), cause=dns_judge.NO_SERVER_CAUSE)
            for domain in sip_domains
        ]
    pairs = [(domain, server) for domain in sip_domains for server in servers]
    return in_parallel(
        lambda pair: walk(pair[0], pair[1], outside, expectation), pairs, place=lambda pair: pair[1].place
    )


def planned_only(sip_domains: Sequence[str], servers: Sequence[NameServer]) -> list[ProofResult]:
    """What would be walked, without a question or a handshake."""
    if not servers:
        return [_unasked(domain, proof.WOULD_BE_CHECKED, "would be walked") for domain in sip_domains]
    return [
        replace(_unasked(domain, proof.WOULD_BE_CHECKED, "would be walked"), server=server.name, address=server.place)
        for domain in sip_domains
        for server in servers
    ]


def _unasked(sip_domain: str, state: str, message: str) -> ProofResult:
    return ProofResult("sign_in", sip_domain, state, message, expected=srv_owner(sip_domain))
