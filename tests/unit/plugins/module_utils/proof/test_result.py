"""Results of a proof as a module returns them."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.model import SrvData
from ansible_collections.ucops.rollout.plugins.module_utils.proof import result as proof
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import ProofResult


def result(state: str, number: int = 1) -> ProofResult:
    return ProofResult("record", f"r{number}", state, "a message", "dc01", "10.0.0.5:53")


def test_a_result_is_returned_in_plain_types() -> None:
    data = (SrvData(0, 5, 5061, "pool.company.local"),)
    made = ProofResult("record", "_sip._tls SRV", "failed", "m", expected=data, found=None)
    assert made.to_plain() == {
        "check": "record",
        "subject": "_sip._tls SRV",
        "state": "failed",
        "message": "m",
        "server": "",
        "address": "",
        "expected": [{"priority": 0, "weight": 5, "port": 5061, "target": "pool.company.local"}],
        "found": None,
        "cause": None,
        "remarks": [],
    }


def test_states_are_counted() -> None:
    assert proof.summary([]) == {"proved": 0, "failed": 0, "unproved": 0}
    seen = [result("proved"), result("failed"), result("proved"), result("would_be_checked")]
    assert proof.summary(seen) == {"proved": 2, "failed": 1, "unproved": 0, "would_be_checked": 1}


def test_a_module_fails_only_for_what_is_wrong() -> None:
    assert "failed" not in proof.outcome([result("unproved")], fail=True)
    assert "failed" not in proof.outcome([result("failed")], fail=False)
    returned = proof.outcome([result("failed", number) for number in range(7)], fail=True)
    assert (returned["changed"], returned["failed"]) == (False, True)
    assert returned["msg"].startswith("7 of 7 checks failed: r0 at dc01 (10.0.0.5:53): a message; r1 at dc01")
    assert returned["msg"].endswith("r4 at dc01 (10.0.0.5:53): a message; and 2 more, see results")


def test_an_ipv6_address_stands_in_brackets() -> None:
    assert proof.endpoint_text("fd00::10", 5061) == "[fd00::10]:5061"
    assert proof.endpoint_text("10.0.0.10", 5061) == "10.0.0.10:5061"
