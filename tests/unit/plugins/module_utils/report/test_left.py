"""What is left of a run."""

from __future__ import annotations

from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.report.data import hand_over
from ansible_collections.ucops.rollout.plugins.module_utils.report.left import RolloutLeft, rollout_left
from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import read_outcome

FQDN = "fe1.company.local"
GIVEN: dict[str, Any] = {
    "failure": "the run ended early",
    "dns": {"failed": True, "msg": "zone company.com is missing"},
    "servers": {
        FQDN: {
            "certificates": {
                f"{FQDN}/default": {
                    "waiting": "request 7 waits",
                    "assignment": {"state": "manual", "steps": ["Choose it in the wizard."]},
                    "by_hand": {"state": "manual", "steps": ["Assign it to oauth.", "Assign it to mediation."]},
                }
            },
            "failure": "the CA denied it",
        }
    },
    "proof": {
        "dns": [{"subject": "a A", "state": "proved", "message": "as planned"}],
        "tls": [
            {"subject": "a:5061", "state": "failed", "message": "another certificate"},
            {"subject": "a:443", "state": "unproved", "message": "connection refused"},
        ],
    },
}


def test_what_is_left() -> None:
    failed = ("the run ended early", "DNS: zone company.com is missing", f"{FQDN}: the CA denied it")
    waiting, wrong = (f"{FQDN}: request 7 waits",), ("a:5061: another certificate",)
    assert rollout_left(hand_over(read_outcome(GIVEN))) == RolloutLeft(
        failed=failed,
        waiting=waiting,
        by_hand=(
            f"{FQDN}: Choose it in the wizard.",
            f"{FQDN}: Assign it to oauth.",
            f"{FQDN}: Assign it to mediation.",
        ),
        wrong=wrong,
        unproved=("a:443: connection refused",),
        blocking=(*failed, *waiting, *wrong),
    )


def test_nothing_is_left_of_nothing() -> None:
    left = rollout_left(hand_over(read_outcome({}))).to_plain()
    assert left == {name: [] for name in ("failed", "waiting", "by_hand", "wrong", "unproved", "blocking")}
