"""What failed or stayed unproved, each cause once."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import Cause, ProofResult
from ansible_collections.ucops.rollout.plugins.module_utils.report.causes import (
    told_as_consequence,
    told_by_cause,
)

DEAD = Cause("timeout", "DNS server dc01 (10.0.0.5:53)", "no answer", "Check the firewall")
CLOSED = Cause("no_listener", "port 5061", "connection refused", "See whether the service runs")


def unproved(
    subject: str, address: str, cause: Cause | None, message: str = "m", *, state: str = "unproved"
) -> ProofResult:
    return ProofResult("tls", subject, state, message, "", address, cause=cause)


def told(*results: ProofResult) -> list[str]:
    return [str(one) for one in told_by_cause(results, "unproved")]


def test_a_dead_dns_server_is_told_once_with_what_it_was_asked_for() -> None:
    first = unproved("a A", "10.0.0.5:53", DEAD, "no answer (timed out). Check the firewall")
    second = unproved("b A", "10.0.0.5:53", DEAD, "no answer (timed out; not tried again). Check the firewall")
    assert told(first, second) == ["a A, b A: DNS server dc01 (10.0.0.5:53): no answer. Check the firewall"]


def test_names_are_told_with_what_they_were_looked_at_for() -> None:
    checks = (("record", "a A"), ("srv_target", "sip.a"), ("sign_in", "a"))
    each = [replace(unproved(subject, "10.0.0.5:53", DEAD), check=check) for check, subject in checks]
    assert told(*each) == [
        "a A, sip.a (target of SRV records), sign-in to a: DNS server dc01 (10.0.0.5:53): no answer. Check the firewall"
    ]
    assert told(each[2]) == ["sign-in to a at 10.0.0.5:53: m"]


def test_a_closed_port_is_told_once_with_its_addresses() -> None:
    each = [unproved("pool:5061", f"10.0.0.{number}:5061", CLOSED) for number in (1, 2)]
    assert told(*each) == [
        "pool:5061 at 10.0.0.1:5061, pool:5061 at 10.0.0.2:5061: port 5061: connection refused. See whether the"
        " service runs"
    ]


def test_what_stands_alone_is_told_in_its_own_words() -> None:
    assert told(unproved("a A", "10.0.0.5:53", DEAD, "its own words")) == ["a A at 10.0.0.5:53: its own words"]


def test_without_a_cause_the_message_decides() -> None:
    each = [unproved(subject, "", None, message) for subject, message in (("a", "x"), ("b", "y"), ("c", "x"))]
    assert told(*each) == ["a, c: x", "b: y"]


def test_only_results_of_the_state_are_told() -> None:
    assert told(unproved("a", "", None, state="failed"), unproved("b", "", None)) == ["b: m"]


def test_more_than_eight_are_counted() -> None:
    each = [unproved(f"r{number}", "10.0.0.5:53", DEAD) for number in range(10)]
    assert told(*each) == [
        "r0, r1, r2, r3, r4, r5, r6, r7 and 2 more: DNS server dc01 (10.0.0.5:53): no answer. Check the firewall"
    ]
    assert len(told_by_cause(each, "unproved")[0].concerns) == 10


def test_what_follows_from_a_failure_is_one_line() -> None:
    assert [str(one) for one in told_as_consequence(["e1", "e2", "e1"])] == [
        "e1, e2: 3 checks could not be done, since their parts failed"
    ]
    assert [str(one) for one in told_as_consequence(["e1"])] == ["e1: 1 check could not be done, since its part failed"]
    assert told_as_consequence([]) == ()
