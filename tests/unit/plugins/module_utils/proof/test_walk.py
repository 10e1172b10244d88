"""The way of a client that signs in by itself, with a world in memory."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from proofkit import pki

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import SrvData
from ansible_collections.ucops.rollout.plugins.module_utils.proof import tls_judge, walk
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_ask import DnsAnswer, NameServer, Question
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_targets import Target
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake

NOW = datetime(2026, 11, 22, 8, tzinfo=timezone.utc)
ROOT = pki.root()
LEAF = pki.leaf(ROOT, "ocspool.company.local", ["ocspool.company.local"])
DC = NameServer("dc01", "10.0.0.5")
SRV = ("_sipinternaltls._tcp.company.local", "SRV")
POOL = ("ocspool.company.local", "A")


def service(port: int = 5061) -> SrvData:
    return SrvData(0, 0, port, "ocspool.company.local")


Values = tuple[Any, ...]


def answered(*values: Any) -> Values:
    return values


GOOD = {SRV: answered(service()), POOL: answered("10.0.0.10")}
SERVED = {"10.0.0.10:5061": Handshake("ok", tuple(part.der for part in LEAF.chain))}


def walked(
    answers: dict[tuple[str, str], Values],
    served: dict[str, Handshake],
    roots: tuple[pki.Issued, ...] = (ROOT,),
    **ports: int,
) -> Any:
    def ask(server: NameServer, question: Question) -> DnsAnswer:
        values = answers.get((question.name, question.type))
        return DnsAnswer(server, question, "nxdomain" if values is None else "answered", values or ())

    def shake(target: Target) -> Handshake:
        assert target.name == "ocspool.company.local"
        return served.get(f"{target.address}:{target.real_port}", Handshake("no_listener", detail="connection refused"))

    tools = walk.WalkTools(ask, shake, {int(key[1:]): value for key, value in ports.items()})
    expectation = tls_judge.Expectation(NOW, roots=tls_judge.load_roots([root.pem for root in roots]))
    (result,) = walk.walk_all(["company.local"], [DC], tools, expectation)
    return result


def test_a_client_gets_in() -> None:
    result = walked(GOOD, SERVED)
    assert (result.state, result.server, result.address, result.expected) == ("proved", "dc01", "10.0.0.5:53", SRV[0])
    assert result.message.startswith("SRV to ocspool.company.local:5061, address 10.0.0.10:5061: certificate ")
    assert result.found == [result.message]


def test_no_service_record() -> None:
    result = walked({}, SERVED)
    assert (result.state, result.found) == ("failed", None)
    assert result.message.startswith("_sipinternaltls._tcp.company.local: ")


def test_a_target_without_address() -> None:
    result = walked({SRV: answered(service())}, SERVED)
    assert result.state == "failed"
    assert result.message.startswith("SRV to ocspool.company.local:5061: ")


def test_the_worst_step_is_the_state() -> None:
    result = walked({**GOOD, SRV: answered(service(), service(5062))}, SERVED)
    assert (result.state, len(result.found)) == ("unproved", 2)
    assert "address 10.0.0.10:5062: connection refused" in result.message
    assert "valid until" not in result.message


def test_targets_are_walked_in_the_order_of_clients() -> None:
    target = "ocspool.company.local"
    held = [SrvData(10, 0, 5063, target), SrvData(0, 1, 5062, target), SrvData(0, 2, 5061, target)]
    result = walked({**GOOD, SRV: answered(*held)}, SERVED)
    assert [step.partition(", address")[0] for step in result.found] == [
        "SRV to ocspool.company.local:5061",
        "SRV to ocspool.company.local:5062",
        "SRV to ocspool.company.local:5063",
    ]


def test_every_address_is_tried() -> None:
    both = {**GOOD, ("ocspool.company.local", "AAAA"): answered("fd00::10")}
    result = walked(both, SERVED)
    assert [step.partition(": ")[0] for step in result.found] == [
        "SRV to ocspool.company.local:5061, address 10.0.0.10:5061",
        "SRV to ocspool.company.local:5061, address [fd00::10]:5061",
    ]


def test_ports_that_are_reached_elsewhere() -> None:
    served = {"10.0.0.10:15061": SERVED["10.0.0.10:5061"]}
    assert walked(GOOD, served, p5061=15061).state == "proved"


def test_a_certificate_without_the_target() -> None:
    other = pki.leaf(ROOT, "other.company.local", ["other.company.local"])
    result = walked(GOOD, {"10.0.0.10:5061": Handshake("ok", tuple(part.der for part in other.chain))})
    assert (result.state, "does not hold the name ocspool.company.local" in result.message) == ("failed", True)


def test_no_sign_in_is_proved_where_trust_is_not_known_or_nobody_vouches() -> None:
    assert walked(GOOD, SERVED, roots=()).state == "unproved"
    assert walked(GOOD, SERVED, roots=(pki.root(number=21),)).state == "failed"
    own = pki.root("ocspool.company.local", number=22)
    self_signed = {"10.0.0.10:5061": Handshake("ok", (own.der,))}
    assert [walked(GOOD, self_signed, roots=roots).state for roots in ((), (ROOT,), (own,))] == ["failed"] * 3


def test_planned_only() -> None:
    (result,) = walk.planned_only(["company.local"], [DC])
    assert (result.state, result.subject, result.expected) == ("would_be_checked", "company.local", SRV[0])


def test_sip_domains() -> None:
    assert walk.sip_domains(["Company.com", "company.local."]) == ("company.com", "company.local")
    with pytest.raises(RolloutError, match=r"^sip_domains\[1\]: 'company' is a single label"):
        walk.sip_domains(["company.com", "company"])


def test_without_servers_every_sip_domain_is_unproved() -> None:
    tools = walk.WalkTools(None, None, {})  # type: ignore[arg-type]
    (result,) = walk.walk_all(["company.local"], [], tools, tls_judge.Expectation(NOW))
    assert (result.state, result.subject, result.server) == ("unproved", "company.local", "")
    assert result.message.startswith("there is no DNS server to ask. ")
    (planned,) = walk.planned_only(["company.local"], [])
    assert (planned.state, planned.message) == ("would_be_checked", "would be walked")


def test_an_answer_with_thousands_of_addresses_is_not_walked_through() -> None:
    addresses = [f"10.0.{number // 250}.{number % 250}" for number in range(4000)]
    served = {f"{address}:5061": SERVED["10.0.0.10:5061"] for address in addresses}
    result = walked({SRV: answered(service()), POOL: answered(*addresses)}, served)
    assert (result.state, len(result.found)) == ("unproved", 33)
    assert result.message == "only the first 32 of 4000 addresses of ocspool.company.local were tried"


def test_an_answer_with_thousands_of_services_is_not_walked_through() -> None:
    ports = range(1, 2001)
    served = {f"10.0.0.10:{port}": SERVED["10.0.0.10:5061"] for port in ports}
    result = walked({SRV: answered(*map(service, ports)), POOL: answered("10.0.0.10")}, served)
    assert (result.state, len(result.found)) == ("unproved", 33)
    assert result.message == "only the first 32 of 2000 SRV records of company.local were tried"
